"""From the tables of an edition to the atlas: a page an EPCI, in PDF and in DOCX."""

from functools import partial
from pathlib import Path

from diagnostic.run.presentation import prepare_ground
from diagnostic.vocabulary.formats import count_words

NAME = "atlas"
NO_EPCI = "Atlas : le dossier n'a aucune intercommunalité ; aucune page n'est écrite."


def write_atlas(shown, folder, *, texts, formats=("docx",), modele=None, tell=None):
    """Write the atlas of an edition.

    Parameters
    ----------
    shown : dict, tables of an edition (`run.select_edition`)
    folder : path-like
    texts : dict of str -> str, what a template may hold (`run.reports.tell_texts`)
    formats : sequence of {"docx", "odt", "pdf"}; the PDF is drawn, and needs no LibreOffice; the ODT needs it, and the DOCX
    modele : path-like, optional, the template of the group for the DOCX
    tell : callable(str), optional, told the French name of each step as it starts

    Returns
    -------
    dict: fichiers (list of Path), remarques (list of str: no EPCI, communes without EPCI, a format that could not be written)
    """
    from diagnostic.draw.charter import make_charter, use_charter
    from diagnostic.draw.epci_map import prepare_outlines
    from diagnostic.draw.epci_plan import plan_atlas, tell_left
    from diagnostic.edition import keep_local
    from diagnostic.run.reports import convert_formats
    from diagnostic.write.epci_atlas import write_atlas_pdf

    tell, local = tell or (lambda step: None), keep_local(shown)
    pages = plan_atlas(local)
    if not pages:
        return {"fichiers": [], "remarques": [NO_EPCI]}
    left, path = tell_left(local), Path(folder) / f"{NAME}.pdf"
    done = {"fichiers": [], "remarques": [left] if left else []}
    told, actors = _mention(shown), _share_actors(local, pages)
    with use_charter(make_charter(shown["reglages"])):
        base = prepare_ground(local)
        outlines = None if base is None else prepare_outlines(base)
        if "pdf" in formats:
            tell(f"Atlas : {count_words(len(pages), 'page')}")
            draws = [partial(_draw_page, page, base, outlines, actors[page["code"]], told) for page in pages]
            done["fichiers"].append(write_atlas_pdf(path, draws, titre=f"Atlas : {shown['titre']}", date=shown["date"]))
        if set(formats) - {"pdf"}:
            tell("Atlas : document")
            document = _write_document(shown, pages, (base, outlines, actors), path.with_suffix(".docx"), texts=texts, modele=modele)
            others, refused = convert_formats(document, ["odt"] if "odt" in formats else [], tell)
            done = {"fichiers": [*done["fichiers"], document, *others], "remarques": done["remarques"] + refused}
    return done


def _draw_page(page, base, outlines, actors, told):
    from diagnostic.draw.epci_page import draw_epci_page

    return draw_epci_page(page, base, outlines, actors, mentions=told)


def _write_document(shown, pages, ground, path, *, texts, modele):
    from diagnostic.draw.epci_map import draw_epci_figure
    from diagnostic.draw.epci_page import cut_sources
    from diagnostic.write.epci_atlas import render_epci_map, write_atlas_docx

    base, outlines, actors = ground
    mapped = [] if base is None else [page["code"] for page in pages if page["code"] in base.epci.index]
    pictures = {code: render_epci_map(draw_epci_figure(base, outlines, code, actors[code])) for code in mapped}
    sources = " ; ".join(cut_sources(shown["mentions"]["sources"]["carte"])) or "non renseignées"
    source = f"Sources : {sources.rstrip('.')}. Édition {shown['edition']}, {shown['mentions']['date']}."
    return write_atlas_docx(path, pages, pictures=pictures, texts=texts, source=source, date=shown["date"], modele=modele)


def _share_actors(shown, pages):
    """Return {code: the actors of this EPCI}, communes that are in no network left out."""
    from diagnostic.draw.atlas import leave_communes

    actors, _ = leave_communes(shown["acteurs"])
    codes = actors["code_insee"].map(shown["communes"]["epci"])
    return {page["code"]: actors[codes.eq(page["code"])] for page in pages}


def _mention(shown):
    told = shown["mentions"]
    return {
        "sources": told["sources"]["carte"], "date": told["date"], "couverture": told["couverture"], "edition": shown["edition"],
        "fictif": told["fictif"]["carte"] or told["fictif"]["acteurs"],
    }  # fmt: skip
