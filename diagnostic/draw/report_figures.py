"""The maps and charts of an edition as figures of a report: which part each goes in, and what stands in words around it."""

import re

from diagnostic.draw.page import measure_box
from diagnostic.draw.report_tables import shorten_text, typeset

# Beginnings of the names of `draw.atlas`, in the order of reading; what no part claims goes to the annexes.
PARTS = {
    "ressorts": ["mille-feuille", "communes_de_meme_cas", "ressort_", "discordance"],
    "acteurs": ["acteurs_par_rubrique", "acteurs", "territoires", "metiers"],
    "liens": ["liens_entre_champs", "reseau_liens", "reseau_dispositifs", "stades", "silos_references"],
    "manques": ["categories", "etats_", "acces_", "courbe_"],
}  # fmt: skip
GAP_IN, FOOT_IN = 0.04, 0.1
LONGEST_ALT = 900


def sort_figures(names, shared=()):
    """Return {part: names} of the pages of an edition, in the order of reading, and the names left out.

    Parameters
    ----------
    names : sequence of str, as `run.list_pages` gives them
    shared : collection of str, the layers (normalized) that share an EPCI: the map of another says one thing, told in a sentence

    Returns
    -------
    (dict of str -> list of str, annexes last; list of str)
    """
    sorted_, left = {part: [] for part in [*PARTS, "annexes"]}, []
    for name in names:
        if name.startswith("ressort_") and name.removeprefix("ressort_") not in shared:
            left.append(name)
            continue
        # The longest beginning wins: « acteurs_par_rubrique » is no page of « acteurs ».
        claims = [(len(start), part) for part, starts in PARTS.items() for start in starts if _begins(name, start)]
        sorted_[max(claims)[1] if claims else "annexes"].append(name)
    for part, starts in PARTS.items():
        rank = {start: place for place, start in enumerate(starts)}
        sorted_[part].sort(
            key=lambda name, rank=rank: min(place for start, place in rank.items() if _begins(name, start))
        )
    return sorted_, left


def _begins(name, start):
    return name.startswith(start) if start.endswith("_") else name == start


def read_figure(figure):
    """Return what is written on a page, for the words around its picture, and the box of the picture alone.

    Returns
    -------
    dict: legende (the title), alternative (what a person who does not see it is told), source (the notes at the foot),
    boite (x0, y0, x1, y1 in inches: the page without its title and its notes, which the document writes itself)
    """
    texts = {text.get_gid(): text for text in figure.texts if text.get_gid() in ("titre", "fictif", "notes")}
    width, height = figure.get_size_inches()
    title = _join_lines(texts["titre"].get_text()) if "titre" in texts else ""
    warned = " (FICTIF : données inventées pour l'exemple)" if "fictif" in texts else ""
    top = min((measure_box(texts[gid])[1] for gid in ("titre", "fictif") if gid in texts), default=height)
    bottom = measure_box(texts["notes"])[3] if "notes" in texts else 0.0
    # The rule above the notes stays with them, and so does what is left empty above it.
    bottom = max(bottom + 0.1 if "notes" in texts else bottom, find_foot(figure, texts.values()) - FOOT_IN)
    legend = _read_legends(figure)
    return {
        "legende": typeset(title + warned), "alternative": typeset(shorten_text(_describe(title, legend), LONGEST_ALT)),
        "source": typeset(_join_lines(texts["notes"].get_text()) if "notes" in texts else ""),
        "boite": (0.0, bottom, width, top - GAP_IN),
    }  # fmt: skip


def find_foot(figure, others):
    """Return the lowest of what is drawn on a page, `others` left out, in inches; 0 on an empty page."""
    renderer = figure.canvas.get_renderer()
    boxes = [axes.get_tightbbox(renderer, bbox_extra_artists=axes.texts) for axes in figure.axes]
    apart = [artist for artist in [*figure.legends, *figure.texts] if artist not in others]
    lows = [box.y0 / figure.dpi for box in boxes if box is not None] + [measure_box(artist)[1] for artist in apart]
    return min(lows, default=0.0)


def hide_logo(figure):
    """Take the logo off a page: a report has its own charter."""
    for artist in figure.artists:
        if artist.get_gid() == "logo":
            artist.set_visible(False)


def _join_lines(text):
    """Return a text that was cut into lines as one line: lines of a sentence that goes on, or sentences."""
    return re.sub(r"\s*\n\s*", " ", text).strip()


def _read_legends(figure):
    """Return each legend of a page as « title: label, label »."""
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes if axes.get_legend())]
    told = []
    for legend in legends:
        labels = [_join_lines(text.get_text()) for text in legend.get_texts() if text.get_text()]
        heading = _join_lines(legend.get_title().get_text())
        told.append(f"{heading} : {', '.join(labels)}" if heading else ", ".join(labels))
    return [words for words in told if words]


def _describe(title, legends):
    words = f"{title.rstrip('.')}."
    if legends:
        words += f" Légende : {' ; '.join(legends)}."
    return f"{words} Les chiffres sont dans le classeur diagnostic.xlsx."
