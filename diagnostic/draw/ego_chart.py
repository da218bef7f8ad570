"""One actor seen from itself: its partners by champ, its dispositifs, what links them and who said so."""

import numpy as np
import pandas as pd
from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D
from matplotlib.path import Path

from diagnostic.draw import network_marks as marks
from diagnostic.draw import page
from diagnostic.draw.network_charts import DISPOSITIF_COLOUR, DISPOSITIF_MARKER, list_star, open_network
from diagnostic.draw.print_points import CHAMP_WORDS
from diagnostic.draw.style import FONT_SIZES, TEXT_COLOUR, agree, format_number
from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary import read_list

# The rows of each side, headings included: beyond, the rest is counted.
MOST_ROWS, MOST_DISPOSITIFS = 44, 30
WIDEST_STEP_IN = 0.38
# Where the partners, the actor and its dispositifs stand, as shares of the width.
COLUMNS = (0.44, 0.565, 0.69)
LINE_STYLES = {
    "confirme": (TEXT_COLOUR, 1.3, "-"),
    "un_seul_cote": ("#4A4A4A", 0.9, (0, (4, 2))),
    "autre": ("#8A8A8A", 0.9, (0, (1, 1.6))),
}
LINE_LABELS = {
    "confirme": "Lien dit par les deux",
    "un_seul_cote": "Lien dit par un seul des deux",
    "autre": "Lien dont on ne sait pas qui l'a dit, ou dit par un tiers",
}


def draw_ego(acteur_id, acteurs, liens, participations, dispositifs, *, mentions, confirmations=None, format_page="A4"):
    """Draw one actor in the middle, its partners by champ on the left, its dispositifs on the right (ego view).

    Parameters
    ----------
    acteur_id : str
    acteurs, liens, participations, dispositifs : DataFrame, as in the dossier
        `declarant_id` of liens says who declared; an edition without that column draws every link the same and says so.
    mentions : dict, as for `charts.draw_discordance`
    confirmations : DataFrame with acteur_a, acteur_b (text order), confirmation, optional
        "confirme", "un_seul_cote", anything else is not known; by default read from `declarant_id`.

    Raises
    ------
    DiagnosticError
        The actor is not in `acteurs`.
    """
    if acteur_id not in set(acteurs["acteur_id"]):
        raise DiagnosticError(f"Acteur inconnu : {acteur_id}.", "feuille acteurs", "donnez un identifiant de la colonne acteur_id")
    pairs, _ = marks.group_links(acteurs, liens)
    partners = list_partners(acteur_id, acteurs, pairs, liens, confirmations)
    joined = list_dispositifs(acteur_id, participations, dispositifs)
    me = acteurs[acteurs["acteur_id"].eq(acteur_id)].iloc[0]
    name = str(me["nom"]) if pd.notna(me["nom"]) else str(acteur_id)
    title = mentions.get("titre") or tell_ego(name, partners, joined)
    shown, cut = cut_partners(partners), joined.iloc[:MOST_DISPOSITIFS]
    notes = tell_cut(len(partners) - len(shown), len(joined) - len(cut))
    figure, axes, room, (width, height) = open_network(title, mentions, notes, format_page)
    if partners.empty:
        write_nothing(axes, me, width, height)
    centre = np.array([COLUMNS[1] * width, height / 2])
    rows = place_rows(add_headings(shown), COLUMNS[0] * width, height, centre, side=-1)
    links = draw_mutual_links(axes, rows, pairs)
    draw_partners(axes, rows, centre)
    draw_dispositifs(axes, place_rows(cut.assign(titre=""), COLUMNS[2] * width, height, centre, side=1), centre)
    champ = marks.read_champs(acteurs)[acteur_id]
    marks.draw_nodes(axes, pd.DataFrame({"x": [centre[0]], "y": [centre[1]], "champ": champ, "diametre": 16.0}), zorder=9)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9, "pad": 1.5}
    page.write_text(axes, centre[0], centre[1] - 0.19, marks.shorten_name(name, 16, 5), ha="center", va="top", fontweight="bold", zorder=10,
                    bbox=box, gid="acteur")  # fmt: skip
    hexagon = marks.make_mark(DISPOSITIF_MARKER, DISPOSITIF_COLOUR, agree(len(joined), "dispositif"), size=8)
    legends = [
        ("Acteurs par champ", marks.list_champ_marks(partners["champ"], "partenaire"), None),
        ("Liens déclarés", list_lines(partners, links), tell_origin(partners)),
        ("Dispositifs", [hexagon] * bool(len(joined)), None),
    ]  # fmt: skip
    star = list_star(pd.concat([shown["texte"], cut["texte"]]))
    page.stack_legends(figure, legends, room, "\n".join([f"Dessiné au centre : {name}.", *star]))
    return figure


def list_partners(acteur_id, acteurs, pairs, liens, confirmations):
    """Return the partners of an actor: acteur_id, champ, texte, types, sens ("vers", "depuis", "deux"), dit, in champ then text order."""
    mine = pairs[pairs["acteur_a"].eq(acteur_id) | pairs["acteur_b"].eq(acteur_id)]
    first = mine["acteur_a"].eq(acteur_id)
    other = mine["acteur_b"].where(first, mine["acteur_a"])
    told = read_confirmations(liens) if confirmations is None else confirmations
    told = told.set_index(["acteur_a", "acteur_b"])["confirmation"]
    said = told[~told.index.duplicated()].reindex(pd.MultiIndex.from_frame(mine[["acteur_a", "acteur_b"]])).to_numpy(dtype=object)
    out = (first & mine["sens"].eq("a_b")) | (~first & mine["sens"].eq("b_a"))
    sens = np.select([mine["sens"].eq("deux"), out], ["deux", "vers"], default="depuis")
    table = pd.DataFrame({"acteur_id": other.to_numpy(dtype=object), "types": mine["types"].to_numpy(dtype=object), "sens": sens})
    table["dit"] = np.where(pd.Series(said).isin(["confirme", "un_seul_cote"]), said, "autre")
    table["connu"] = bool(len(told))
    table["champ"] = table["acteur_id"].map(marks.read_champs(acteurs)).astype("object")
    table["texte"] = table["acteur_id"].map(marks.name_nodes(acteurs, "acteur_id", width=60, lines=1)).astype("object")
    order = table["champ"].map({champ: rank for rank, champ in enumerate(marks.CHAMPS)}).astype("float")
    table["rang"] = order
    return table.sort_values(["rang", "texte", "acteur_id"], ignore_index=True).drop(columns="rang")


def read_confirmations(liens):
    """Return acteur_a, acteur_b, confirmation: whether each end of a pair is the declarant of a row of it.

    Empty when no row says who declared it.
    """
    rows = liens.reindex(columns=["source_id", "cible_id", "declarant_id"]).astype("object").dropna(subset=["source_id", "cible_id"])
    if rows["declarant_id"].isna().all():
        return pd.DataFrame(columns=["acteur_a", "acteur_b", "confirmation"])
    forward = (rows["source_id"] < rows["cible_id"]).astype(bool)
    a, b = rows["source_id"].where(forward, rows["cible_id"]), rows["cible_id"].where(forward, rows["source_id"])
    said = pd.DataFrame({"acteur_a": a, "acteur_b": b, "par_a": rows["declarant_id"].eq(a), "par_b": rows["declarant_id"].eq(b)})
    both = said.groupby(["acteur_a", "acteur_b"], sort=True)[["par_a", "par_b"]].any().sum(axis=1)
    return both.map({2: "confirme", 1: "un_seul_cote", 0: "autre"}).rename("confirmation").reset_index()


def list_dispositifs(acteur_id, participations, dispositifs):
    """Return the dispositifs of an actor in text order: dispositif_id, texte, roles (in words), pilote, finance."""
    rows = participations.reindex(columns=["acteur_id", "dispositif_id", "role"]).astype("object")
    rows = rows[rows["acteur_id"].eq(acteur_id) & rows["dispositif_id"].isin(set(dispositifs["dispositif_id"]))]
    labels = read_list("roles")["libelle"].to_dict()
    names = marks.name_nodes(dispositifs, "dispositif_id", width=42, lines=1)
    words = rows["role"].map(lambda code: labels.get(code, str(code)).lower(), na_action="ignore").fillna("rôle non renseigné")
    grouped = words.groupby(rows["dispositif_id"], sort=True).agg(lambda part: ", ".join(sorted(set(part))))
    table = pd.DataFrame({"dispositif_id": grouped.index, "roles": grouped.to_numpy(dtype=object)})
    table["texte"] = table["dispositif_id"].map(names).astype("object")
    return table.sort_values(["texte", "dispositif_id"], ignore_index=True)


def cut_partners(partners):
    """Return the partners that have a row: all, or the first of each champ in turn when there are too many."""
    room = MOST_ROWS - partners["champ"].nunique()
    if len(partners) <= room:
        return partners
    turn = partners.groupby("champ", sort=False).cumcount()
    kept = turn.sort_values(kind="stable").index[:room]
    return partners.loc[sorted(kept)].reset_index(drop=True)


def add_headings(partners):
    """Return the rows of the left side: before each champ, a row whose `titre` is its name and count."""
    rows = [
        pd.concat([pd.DataFrame({"titre": [f"{marks.CHAMPS[champ]} ({format_number(len(part))})"]}), part.assign(titre="")])
        for champ, part in partners.groupby("champ", sort=False)
    ]
    return pd.concat(rows, ignore_index=True) if rows else partners.assign(titre="")


def place_rows(rows, x, height, centre, *, side):
    """Return the rows with x, y: evenly spaced from top to bottom on an arc that turns its hollow to the centre."""
    step = min(WIDEST_STEP_IN, (height - 0.25) / max(1, len(rows)))
    ys = centre[1] + step * ((len(rows) - 1) / 2 - np.arange(len(rows)))
    bow = 0.28 * (1 - np.sqrt(np.clip(1 - ((ys - centre[1]) / (height * 0.62)) ** 2, 0, 1)))
    return rows.assign(x=x - side * bow * 1.6, y=ys, pas=step)


def draw_partners(axes, rows, centre):
    """Draw a line from the centre to each partner, its mark, its name and the type of the link."""
    labels = read_list("types_lien")["libelle"].to_dict()
    titles, partners = rows[rows["titre"].ne("")], rows[rows["titre"].eq("")]
    size = float(np.clip(72 * rows["pas"].min() / 1.45, 4.6, 7.5)) if len(rows) else 7.5
    for row in titles.itertuples():
        page.write_text(axes, row.x + 0.06, row.y - 0.2 * row.pas, row.titre, ha="right", va="center", fontsize=size + 0.3,
                        fontweight="bold", gid="secteur")  # fmt: skip
    for row in partners.itertuples():
        colour, width, dashes = LINE_STYLES[row.dit] if row.connu else LINE_STYLES["confirme"]
        axes.plot([row.x, centre[0]], [row.y, centre[1]], color=colour, linewidth=width, linestyle=dashes, zorder=3, gid=f"lien {row.dit}")
        words = ", ".join(labels.get(code, "type non précisé").removeprefix("Partenaire ").lower() for code in row.types)
        words = fit_words(row.texte, words, row.x - 0.1, size)
        page.write_text(axes, row.x - 0.1, row.y, words, ha="right", va="center", fontsize=size, gid="etiquette")
    ends = pd.DataFrame({"x": [centre[0]], "y": [centre[1]]}, index=["centre"])
    spots = pd.concat([ends, partners.set_index("acteur_id")[["x", "y"]]]) if len(partners) else ends
    arrows = pd.DataFrame({"acteur_a": "centre", "acteur_b": partners.get("acteur_id"), "sens": partners.get("sens")})
    marks.draw_arrows(axes, spots, arrows.assign(sens=arrows["sens"].map({"vers": "a_b", "depuis": "b_a"}).fillna("deux")))
    if len(partners):
        marks.draw_nodes(axes, partners.assign(diametre=min(6.5, 72 * partners["pas"].min() * 0.8)))


def fit_words(name, words, width_in, size):
    """Return « name — words » on one line of `width_in` inches at most, the name cut first."""
    room = int(width_in * 72 / (size * 0.56)) - 3
    words = words if len(words) <= room // 2 else f"{words[: room // 2 - 1].rstrip(' ,')}…"
    left = room - len(words)
    star = f" {marks.STAR}" * name.endswith(f" {marks.STAR}")
    name = name if len(name) <= left else f"{name[: left - 1 - len(star)].rstrip(' ,')}…{star}"
    return f"{name} — {words}"


def draw_dispositifs(axes, rows, centre):
    """Draw a line from the centre to each dispositif, its hexagon, its name and the roles of the actor."""
    if rows.empty:
        return
    size = float(np.clip(72 * rows["pas"].min() / 1.45, 4.6, 7.0))
    two_lines = rows["pas"].min() >= 0.27
    for row in rows.itertuples():
        axes.plot([row.x, centre[0]], [row.y, centre[1]], color="#6A6A6A", linewidth=0.8, zorder=2, gid="participation")
        words = f"{row.texte}\n{row.roles}" if two_lines else f"{row.texte} — {row.roles}"
        page.write_text(axes, row.x + 0.11, row.y, words, ha="left", va="center", fontsize=size, linespacing=0.95, gid="etiquette")
    axes.scatter(
        rows["x"], rows["y"], s=min(8.0, 72 * rows["pas"].min() * 0.8) ** 2, marker=DISPOSITIF_MARKER, facecolors=DISPOSITIF_COLOUR,
        edgecolors="white", linewidths=0.5, zorder=7, gid="dispositifs",
    )  # fmt: skip


def draw_mutual_links(axes, rows, pairs):
    """Draw, as faint curves, the links between two partners shown; return their number."""
    spots = rows[rows["titre"].eq("")].set_index("acteur_id")[["x", "y"]] if "acteur_id" in rows else pd.DataFrame()
    held = pairs[pairs["acteur_a"].isin(spots.index) & pairs["acteur_b"].isin(spots.index)]
    if len(held):
        start, stop = (spots.loc[held[end]].to_numpy(dtype=float) for end in ("acteur_a", "acteur_b"))
        middle = (start + stop) / 2 + [0.55, 0]
        paths = [Path(points, [Path.MOVETO, Path.CURVE3, Path.CURVE3]) for points in np.stack([start, middle, stop], axis=1)]
        axes.add_collection(
            PathCollection(paths, facecolors="none", edgecolors="#B5B5B5", linewidths=0.8, zorder=1, gid="liens mutuels"), autolim=False
        )
    return len(held)


def write_nothing(axes, me, width, height):
    """Say that no link is declared, and what that does and does not mean."""
    answered = me.get("a_repondu")
    reason = {
        "oui": "Cet acteur a répondu à l'enquête et n'a cité personne ; personne ne l'a cité.",
        "non": "Cet acteur n'a pas répondu à l'enquête : l'absence de lien ne dit pas qu'il n'en a pas.",
        "non_sollicite": "Cet acteur n'a pas été sollicité : l'absence de lien ne dit pas qu'il n'en a pas.",
    }.get(answered, "On ne sait pas si cet acteur a été interrogé : l'absence de lien ne dit pas qu'il n'en a pas.")
    words = page.wrap_text(f"Aucun lien déclaré.\n{reason}", 0.3 * width, FONT_SIZES["legende"])
    page.write_text(axes, 0.04 * width, height / 2, words, va="center", fontsize=FONT_SIZES["legende"], gid="aucun lien")


def list_lines(partners, mutual):
    """Return the legend entries of the links met."""
    known = len(partners) and partners["connu"].all()
    entries = marks.list_link_lines(partners, LINE_STYLES, LINE_LABELS, kind="dit") if known else []
    if len(partners) and not known:
        entries = [Line2D([], [], color=TEXT_COLOUR, linewidth=1.3, label=f"Lien déclaré — {agree(len(partners), 'lien')}")]
    one_way = int(partners["sens"].ne("deux").sum()) if len(partners) else 0
    entries += [marks.make_arrow_entry(one_way)] if one_way else []
    if mutual:
        entries.append(Line2D([], [], color="#B5B5B5", linewidth=0.9, label=f"Lien entre deux partenaires — {agree(mutual, 'lien')}"))
    return entries


def tell_origin(partners):
    """Return the line under the legend of links when nothing says who declared them."""
    return "Qui a déclaré ces liens n'est pas dit ici." if len(partners) and not partners["connu"].all() else None


def tell_ego(name, partners, joined):
    """Return the title of the ego view from its counts."""
    count = f"{agree(len(joined), 'dispositif')}" if len(joined) else "aucun dispositif"
    if partners.empty:
        return f"{name} : aucun lien déclaré, {count}"
    numbers = partners["champ"].value_counts()
    known = [(int(numbers[champ]), words) for champ, words in CHAMP_WORDS.items() if champ in numbers]
    parts = [f"{format_number(number)} {words[number > 1]}" for number, words in known]
    inside = f" ({', '.join(parts)})" if parts else ""
    return f"{name} : {agree(len(partners), 'partenaire déclaré', 'partenaires déclarés')}{inside} et {count}"


def tell_cut(partners, dispositifs):
    """Return the footnote that counts what has no row, or nothing."""
    parts = [agree(partners, "partenaire")] * (partners > 0) + [agree(dispositifs, "dispositif")] * (dispositifs > 0)
    return [f"Faute de place, non dessinés : {' et '.join(parts)}."] if parts else []
