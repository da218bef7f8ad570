"""Maps of the jurisdictions: the mille-feuille, and one layer against the EPCI."""

import numpy as np
import pandas as pd
import shapely

from diagnostic.draw import page
from diagnostic.draw.base_map import dissolve_borders, find_label_points
from diagnostic.draw.labels import is_free
from diagnostic.draw.print_map import (
    draw_borders,
    fill_communes,
    hatch_communes,
    list_names,
    name_epci,
    open_map,
    to_pixels,
)  # fmt: skip
from diagnostic.draw.style import (
    FONT_SIZES,
    MINORITY_HATCH,
    SHARED_HATCH,
    UNIT_FILLS,
    agree,
    format_number,
    pick_sequential,
)  # fmt: skip

MAX_CLASSES = 6
MAX_UNITS_LISTED = 40


def draw_millefeuille(base, millefeuille, *, mentions, format_page="A4"):
    """Draw how many interlocutors each commune has (map C1).

    Parameters
    ----------
    base : Base
    millefeuille : Series of numbers, index code_insee
        Missing or NaN is not known, and is hatched; 0 is a value.
    mentions : dict
        titre (else built from the counts), sources, date, edition, couverture, fictif.
    """
    values = pd.Series(millefeuille, dtype=float).reindex(base.communes.index)
    classes = cut_counts(values)
    title = mentions.get("titre") or tell_millefeuille(values)
    figure, axes, room = open_map(base, title, mentions, format_page=format_page)
    colours = dict(zip(classes.cat.categories, pick_sequential(len(classes.cat.categories)), strict=True))
    fill_communes(axes, base, classes.astype("object").map(colours))
    lines = draw_borders(axes, base)
    counts = classes.value_counts()
    handles = [
        page.make_patch(colour, f"{label} — {agree(counts[label], 'commune')}") for label, colour in colours.items()
    ]
    if values.isna().any():
        handles.append(page.make_missing_patch(f"Non renseigné — {agree(int(values.isna().sum()), 'commune')}"))
    legends = [("Nombre d'interlocuteurs par commune", handles, None), ("Limites", lines, None)]
    page.stack_legends(figure, legends, room, name_epci(axes, base))
    return figure


def cut_counts(values):
    """Return whole numbers as an ordered category of at most six classes, labelled as a reader counts ("3 à 5").

    One class a value when there are six values at most, else classes of the same width.
    """
    known = values.dropna()
    distinct = np.sort(known.unique())
    if len(distinct) <= MAX_CLASSES:
        labels = [format_number(value) for value in distinct]
        return pd.Series(
            pd.Categorical(values.map(format_number, na_action="ignore"), labels, ordered=True), values.index
        )
    low, high = int(distinct[0]), int(distinct[-1])
    width = -(-(high - low + 1) // MAX_CLASSES)
    edges = np.arange(low, high + 1, width)
    ends = np.minimum(edges + width - 1, high)
    labels = [
        format_number(a) if a == b else f"{format_number(a)} à {format_number(b)}"
        for a, b in zip(edges, ends, strict=True)
    ]
    return pd.cut(values, [*(edges - 0.5), high + 0.5], labels=labels)


def tell_millefeuille(values):
    """Return the title of the mille-feuille from its counts."""
    known = values.dropna()
    if known.empty:
        return "Le nombre d'interlocuteurs par commune n'est pas renseigné"
    low, high = int(known.min()), int(known.max())
    if low == high:
        return f"{agree(high, 'interlocuteur')} dans chacune des {format_number(len(known))} communes"
    most = int((known == high).sum())
    verb = "a" if most < 2 else "ont"
    return f"De {low} à {high} interlocuteurs par commune ; {agree(most, 'commune')} sur {format_number(len(known))} en {verb} {high}"


def draw_ressort(base, affectation, unites, couche, *, mentions, format_page="A4"):
    """Draw the units of one layer under the borders of the EPCI (map C2).

    A commune in several units takes the colour of the one with the largest part (then the smallest
    unite_id) and is dotted. A commune outside its EPCI's main unit is hatched: see `list_minority`.

    Parameters
    ----------
    base : Base
    affectation : DataFrame with code_insee, couche, unite_id, part
    unites : DataFrame with couche, unite_id, unite_nom
    couche : str
    mentions : dict, as for `draw_millefeuille`; `libelle` names the layer as the reader reads it
    """
    members = affectation[affectation["couche"].eq(couche) & affectation["code_insee"].isin(base.communes.index)]
    main = choose_units(members)
    minority = list_minority(base.communes, members)
    label = mentions.get("libelle") or couche
    title = mentions.get("titre") or tell_ressort(base.communes, main, label, minority)
    notes = tell_minority(base, minority)
    figure, axes, room = open_map(base, title, mentions, notes=notes, format_page=format_page)
    names = unites[unites["couche"].eq(couche)].set_index("unite_id")["unite_nom"]
    units = describe_units(base, main, names)
    fill_communes(axes, base, main.map(units["couleur"]))
    hatch_communes(axes, base, minority, MINORITY_HATCH)
    shared = members.groupby("code_insee")["unite_id"].nunique().loc[lambda n: n > 1].index
    hatch_communes(axes, base, shared, SHARED_HATCH)
    lines = draw_borders(axes, base)
    taken = number_units(axes, units)
    special = list_hatches(base, main, minority, shared)
    heading = f"{label} : {agree(len(units), 'unité')}, nombre de communes"
    legends = [(heading, list_units(units), None), ("Communes", special, None), ("Limites", lines, None)]
    page.stack_legends(figure, legends, room, name_epci(axes, base, taken=taken))
    return figure


def choose_units(members):
    """Return the unit that colours each commune: largest part, then smallest unite_id (unknown parts last)."""
    ordered = members.sort_values(["part", "unite_id"], ascending=[False, True], na_position="last", kind="stable")
    return ordered.drop_duplicates("code_insee").set_index("code_insee")["unite_id"]


def list_minority(communes, members):
    """Return the codes of the communes that are not in the unit most inhabitants of their EPCI depend on.

    Weights are inhabitants times part (a commune whose part is unknown weighs whole); an EPCI without
    known population counts its communes. Ties go to the smallest unite_id. Communes in no unit are not in the list.
    """
    rows = members.join(communes[["epci", "population"]], on="code_insee").dropna(subset=["epci"])
    weight = rows["population"].fillna(0) * rows["part"].fillna(1)
    empty = weight.groupby(rows["epci"]).transform("sum").eq(0)
    rows = rows.assign(poids=weight.mask(empty, 1.0))
    totals = rows.groupby(["epci", "unite_id"], as_index=False)["poids"].sum()
    ordered = totals.sort_values(["poids", "unite_id"], ascending=[False, True], kind="stable")
    main = ordered.drop_duplicates("epci").set_index("epci")["unite_id"]
    inside = rows.loc[rows["unite_id"].eq(rows["epci"].map(main)), "code_insee"]
    return pd.Index(rows.loc[~rows["code_insee"].isin(inside), "code_insee"].unique()).sort_values()


def tell_ressort(communes, main, couche, minority):
    """Return the title of a layer's map from its counts; a single EPCI is named."""
    if main.empty:
        return f"{couche} : aucune commune n'a d'unité dans cette couche"
    total = communes["epci"].nunique()
    if total < 2:
        held = main[main.index.isin(communes.index[communes["epci"].notna()])] if total else main
        head = f"{communes['epci_nom'].dropna().iloc[0]} : " if total else ""
        units = f"{head}{agree(held.nunique(), 'unité')} de la couche {couche}"
        outside = agree(len(minority), "commune") if len(minority) else "aucune commune"
        return f"{units}, {outside} hors de l'unité principale" if total else units
    crossed = communes.loc[minority, "epci"].nunique()
    if not crossed:
        return f"{couche} : aucun des {total} EPCI n'est partagé entre plusieurs unités"
    verb = "est partagé" if crossed == 1 else "sont partagés"
    outside = agree(len(minority), "commune")
    return f"{couche} : {crossed} EPCI sur {total} {verb} entre plusieurs unités, {outside} hors de l'unité principale"


def tell_minority(base, minority):
    """Return the footnote that names the minority communes, or nothing."""
    if not len(minority):
        return []
    return [f"Communes hors de l'unité principale de leur EPCI : {list_names(base.communes.loc[minority, 'nom'])}."]


def describe_units(base, main, names):
    """Return the units on the map (nom, nb_communes, numero, couleur, x, y), sorted by name.

    Neighbours never share a colour as long as twelve are enough; numbers tell the rest.
    """
    labels = main.map(names).fillna(main)
    shapes = dissolve_borders(base.shapes, main, labels)
    counts = main.value_counts()
    table = pd.DataFrame(
        {"nom": main.drop_duplicates().pipe(lambda s: pd.Series(s.map(names).fillna(s).to_numpy(), s))}
    )
    table["nb_communes"] = counts.reindex(table.index)
    table = table.sort_values("nom", kind="stable")
    table["numero"] = [str(rank + 1) for rank in range(len(table))]
    table["couleur"] = pd.Series(colour_units(shapes.geometry.reindex(table.index).dropna()), dtype="object")
    table["couleur"] = table["couleur"].fillna(UNIT_FILLS[0])
    return table.join(
        find_label_points(shapes.geometry)[["x", "y"]] if len(shapes) else pd.DataFrame(columns=["x", "y"])
    )


def colour_units(shapes):
    """Return {unite_id: fill}; few units take the colours in turn, many take the first one no neighbour has."""
    ids = shapes.index.tolist()
    if len(ids) <= len(UNIT_FILLS):
        return dict(zip(ids, UNIT_FILLS, strict=False))
    tree = shapely.STRtree(shapes.to_numpy())
    left, right = tree.query(shapes.to_numpy(), predicate="intersects")
    chosen = {}
    for rank, unit in enumerate(ids):
        used = {chosen[ids[other]] for other in right[left == rank] if ids[other] in chosen}
        turn = UNIT_FILLS[rank % len(UNIT_FILLS) :] + UNIT_FILLS[: rank % len(UNIT_FILLS)]
        chosen[unit] = next((fill for fill in turn if fill not in used), turn[0])
    return chosen


def number_units(axes, units):
    """Write the number of each unit in a white disc, where there is room, and return the boxes taken (pixels)."""
    boxes = []
    half = 6.5 * axes.get_figure().dpi / 72
    placed = units.dropna(subset=["x", "y"])
    pixels = to_pixels(axes, placed["x"], placed["y"])
    for (x, y), row in zip(pixels, placed.itertuples(), strict=True):
        box = np.array([[x - half, y - half, x + half, y + half]])
        if is_free(box, boxes, axes.bbox.extents)[0]:
            boxes.append(box[0])
            page.write_text(
                axes, row.x, row.y, row.numero, fontsize=FONT_SIZES["etiquette"] - 0.5, fontweight="bold", ha="center",
                va="center", zorder=7, gid="numero",
                bbox={"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": "#555555", "linewidth": 0.5},
            )  # fmt: skip
    return np.array(boxes) if boxes else None


def list_units(units):
    """Return the legend entries of the units, those beyond forty counted in one line."""
    shown = units.head(MAX_UNITS_LISTED)
    handles = [
        page.make_patch(row.couleur, f"{row.numero}. {row.nom} — {format_number(row.nb_communes)}")
        for row in shown.itertuples()
    ]
    if len(units) > len(shown):
        rest = units.iloc[len(shown) :]
        handles.append(
            page.make_patch(
                "white",
                f"et {agree(len(rest), 'autre unité', 'autres unités')} — {format_number(rest['nb_communes'].sum())}",
            )
        )
    return handles


def list_hatches(base, main, minority, shared):
    """Return the legend entries of the hatches that are on the map."""
    handles = []
    if len(minority):
        label = f"Hors de l'unité principale de leur EPCI — {agree(len(minority), 'commune')}"
        handles.append(page.make_patch("white", label, hatch=MINORITY_HATCH, hatch_colour="#222222"))
    if len(shared):
        label = f"Partagées entre plusieurs unités — {agree(len(shared), 'commune')}"
        handles.append(page.make_patch("white", label, hatch=SHARED_HATCH, hatch_colour="#222222"))
    without = len(base.communes.index.difference(main.index))
    if without:
        handles.append(page.make_missing_patch(f"Sans unité dans cette couche — {agree(without, 'commune')}"))
    return handles
