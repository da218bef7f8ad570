"""Maps of the jurisdictions: the mille-feuille, one layer against the EPCI, communes with the same interlocutors."""

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
from diagnostic.draw.ressort_lines import MAX_UNITS_LISTED, draw_ressorts, make_ressort_line
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
MAX_ATOMS = 40


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


def draw_ressort(base, affectation, unites, couche, minority, *, mentions, format_page="A4"):
    """Draw the units of one layer under the borders of the EPCI (map C2).

    A commune in several units takes the colour of the one with the largest part (then the smallest
    unite_id) and is dotted.

    Parameters
    ----------
    base : Base
    affectation : DataFrame with code_insee, couche, unite_id, part
    unites : DataFrame with couche, unite_id, unite_nom
    couche : str
    minority : Index of code_insee, hatched: the communes outside their EPCI's main unit (`communes_minoritaires`)
    mentions : dict, as for `draw_millefeuille`; `libelle` names the layer as the reader reads it
    """
    members = affectation[affectation["couche"].eq(couche) & affectation["code_insee"].isin(base.communes.index)]
    main = choose_units(members)
    minority = pd.Index(minority).intersection(base.communes.index).sort_values()
    label = mentions.get("libelle") or couche
    title = mentions.get("titre") or tell_ressort(base.communes, members, label, minority)
    notes = tell_minority(base, minority)
    figure, axes, room = open_map(base, title, mentions, notes=notes, format_page=format_page)
    names = unites[unites["couche"].eq(couche)].set_index("unite_id")["unite_nom"]
    units = describe_units(base, main, names)
    fill_communes(axes, base, main.map(units["couleur"]))
    hatch_communes(axes, base, minority, MINORITY_HATCH)
    shared = members.groupby("code_insee")["unite_id"].nunique().loc[lambda n: n > 1].index
    hatch_communes(axes, base, shared, SHARED_HATCH)
    lines = draw_borders(axes, base)
    draw_ressorts(axes, units["contour"].dropna())
    taken = number_units(axes, units)
    special = list_hatches(base, main, minority, shared)
    heading = f"{label} : {agree(len(units), 'unité')}, nombre de communes"
    lines = [make_ressort_line("Limite d'unité"), *lines] if len(units) else lines
    legends = [(heading, list_units(units), None), ("Communes", special, None), ("Limites", lines, None)]
    page.stack_legends(figure, legends, room, name_epci(axes, base, taken=taken))
    return figure


def choose_units(members):
    """Return the unit that colours each commune: largest part, then smallest unite_id (unknown parts last)."""
    ordered = members.sort_values(["part", "unite_id"], ascending=[False, True], na_position="last", kind="stable")
    return ordered.drop_duplicates("code_insee").set_index("code_insee")["unite_id"]


def tell_ressort(communes, members, couche, minority):
    """Return the title of a layer's map from its counts; a single EPCI is named.

    Without minority commune the main unit is not mentioned: there may be none (units that overlap).
    """
    if members.empty:
        return f"{couche} : aucune commune n'a d'unité dans cette couche"
    held = members[["code_insee", "unite_id"]].join(communes["epci"], on="code_insee")
    outside = f", {agree(len(minority), 'commune')} hors de l'unité principale" if len(minority) else ""
    total = communes["epci"].nunique()
    if total < 2:
        units = held.loc[held["epci"].notna(), "unite_id"].nunique() if total else held["unite_id"].nunique()
        head = f"{communes['epci_nom'].dropna().iloc[0]} : " if total else ""
        return f"{head}{agree(units, 'unité')} de la couche {couche}{outside}"
    crossed = int((held.groupby("epci")["unite_id"].nunique() > 1).sum())
    if not crossed:
        return f"{couche} : aucun des {total} EPCI n'est partagé entre plusieurs unités"
    verb = "est partagé" if crossed == 1 else "sont partagés"
    return f"{couche} : {crossed} EPCI sur {total} {verb} entre plusieurs unités{outside}"


def tell_minority(base, minority):
    """Return the footnote that names the minority communes, or nothing."""
    if not len(minority):
        return []
    return [f"Communes hors de l'unité principale de leur EPCI : {list_names(base.communes.loc[minority, 'nom'])}."]


def describe_units(base, main, names):
    """Return the units on the map (nom, nb_communes, numero, couleur, x, y, contour), sorted by name.

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
    points = find_label_points(shapes.geometry)[["x", "y"]] if len(shapes) else pd.DataFrame(columns=["x", "y"])
    return table.join(points).join(shapes.geometry.rename("contour"))


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
    half, size = 6.5 * axes.get_figure().dpi / 72, max(FONT_SIZES["etiquette"] - 0.5, page.find_least(axes.get_figure()))
    placed = units.dropna(subset=["x", "y"])
    pixels = to_pixels(axes, placed["x"], placed["y"])
    for (x, y), row in zip(pixels, placed.itertuples(), strict=True):
        box = np.array([[x - half, y - half, x + half, y + half]])
        if is_free(box, boxes, axes.bbox.extents)[0]:
            boxes.append(box[0])
            page.write_text(
                axes, row.x, row.y, row.numero, fontsize=size, fontweight="bold", ha="center", va="center", zorder=7, gid="numero",
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


def draw_atoms(base, atomes, *, mentions, format_page="A4"):
    """Draw the groups of communes that have exactly the same interlocutors (map C4).

    Up to `MAX_ATOMS` groups: a colour and a number each, named after their largest commune. Beyond it colours would say nothing:
    each commune is shaded by the number of communes of its group, the lone ones the lightest.

    Parameters
    ----------
    base : Base
    atomes : Series of atome_id, index code_insee
        Missing: the commune is in no unit of any layer, and is hatched.
    mentions : dict, as for `draw_millefeuille`
    """
    main = atomes.reindex(base.communes.index).dropna()
    sizes = main.map(main.value_counts()).astype(float)
    title = mentions.get("titre") or tell_atoms(sizes, main.nunique())
    figure, axes, room = open_map(base, title, mentions, format_page=format_page)
    few = main.nunique() <= MAX_ATOMS
    units = describe_units(base, main, name_atoms(base, main)) if few else None
    colours, handles = (main.map(units["couleur"]), list_units(units)) if few else shade_sizes(sizes)
    fill_communes(axes, base, colours)
    lines = draw_borders(axes, base)
    taken = number_units(axes, units) if few else None
    heading = "Groupes, par leur plus grande commune, et nombre de communes" if few else "Nombre de communes du groupe"
    without = len(base.communes) - len(main)
    missing = [page.make_missing_patch(f"Sans unité connue — {agree(without, 'commune')}")] if without else []
    legends = [(heading, [*handles, *missing], None), ("Limites", lines, None)]
    page.stack_legends(figure, legends, room, name_epci(axes, base, taken=taken))
    return figure


def name_atoms(base, main):
    """Return the name of each group: its most populated commune, the first code when equal."""
    towns = base.communes.loc[main.index].sort_values("population", ascending=False, kind="stable")
    return towns.groupby(main)["nom"].first()


def shade_sizes(sizes):
    """Return the colour of each commune by the size of its group, and the legend entries."""
    bounds = [0, 1, 4, 9, 19, 49, np.inf]
    labels = ["1, seule de son cas", "2 à 4", "5 à 9", "10 à 19", "20 à 49", "50 et plus"]
    classes = pd.cut(sizes, bounds, labels=labels).cat.remove_unused_categories()
    colours = dict(zip(classes.cat.categories, pick_sequential(len(classes.cat.categories)), strict=True))
    counts = classes.value_counts()
    handles = [page.make_patch(colour, f"{label} — {agree(counts[label], 'commune')}") for label, colour in colours.items()]
    return classes.astype("object").map(colours), handles


def tell_atoms(sizes, groups):
    """Return the title of the map of groups from its counts."""
    if sizes.empty:
        return "Aucune commune n'a d'interlocuteur connu"
    alone = int((sizes == 1).sum())
    if groups == 1:
        return f"Les {format_number(len(sizes))} communes ont exactement les mêmes interlocuteurs"
    head = f"{format_number(groups)} groupes de communes ont exactement les mêmes interlocuteurs"
    verb = "est seule de son cas" if alone == 1 else "sont seules de leur cas"
    return f"{head} ; {agree(alone, 'commune')} sur {format_number(len(sizes))} {verb}" if alone else head
