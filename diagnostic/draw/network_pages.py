"""Which pages the networks have: who works with whom, who takes part in what and when, silos beside chance, posts."""

from functools import partial

from diagnostic.draw import (
    comparison_chart,
    network_charts,
    network_core,
    network_map,
    posts_chart,
    professions_chart,
    reference_chart,
    role_chart,
    stage_chart,
)
from diagnostic.draw.network_marks import group_links
from diagnostic.draw.style import agree, format_number
from diagnostic.schema import is_imported

SCENARIO = "exclu"  # the chart of chance leaves mixed actors out; the sheet gives the other scenarios
WHOLE = "perimetre"


def list_network_pages(tables, base, own, common, *, shared):
    """List the pages of the networks without drawing them; what nobody recorded has no page.

    The pages that tell more in one edition than in another (who answered, who funds late, posts of one structure) are never
    shared, and bear the name of their edition.

    Parameters
    ----------
    tables : dict of DataFrame, those the edition may hold, measures included; `edition` its name when known
    base : prepared background of the maps, or None
    own, common : callable(subject) -> mentions, with and without the name of the edition
    shared : bool, whether pages that show actors are the same in every edition

    Returns
    -------
    list of (name, shared, draw), as `atlas.list_figures`
    """
    told = own("acteurs")
    named = told | {"edition": told.get("edition") or tables.get("edition")}
    figures = _list_links(tables, base, told, named, shared=shared) + _list_dispositifs(tables, told, named, shared=shared)
    rows = tables["references"]
    rows = rows[(rows["mixte"] == SCENARIO) & (rows["phrase"] != "")]
    if len(rows):
        draw = partial(
            reference_chart.draw_references, tables["distributions"], rows, mentions=common("acteurs"),
            ensemble=find_whole(tables, "densites"), etendues=find_ranges(tables),
        )  # fmt: skip
        figures.append(("silos_references", True, draw))
    figures += _list_comparison(tables, named)
    posts = tables["postes_resume"] if "postes_resume" in tables else tables.get("postes_publics")
    if posts is not None and len(posts):
        figures.append(("metiers", False, partial(posts_chart.draw_posts, posts, mentions=named)))
    crossed = tables["postes_croises"] if "postes_croises" in tables else tables.get("postes_croises_publics")
    if crossed is not None and len(crossed):
        draw = partial(professions_chart.draw_professions, crossed, tables["territoires"], mentions=named)
        figures.append(("metiers_territoires", False, draw))
    return figures


def _list_links(tables, base, told, named, *, shared):
    """List the pages of the declared links: the whole network, an extract that can be read, the map."""
    actors, links = list_members(tables), tables["liens"]
    if not len(links) or not len(actors):
        return []
    pairs, _ = group_links(actors, links)
    remark = {"remarques": tell_limits(find_whole(tables, "densites"), nb_acteurs=len(actors), nb_liens=len(pairs))}
    figures = [("reseau_liens", False, partial(network_charts.draw_actor_graph, actors, links, mentions=named | remark))]
    if len(network_charts.count_links(pairs)) >= network_core.WORTH_FROM:
        figures.append(("reseau_noyau", shared, partial(network_core.draw_core, actors, links, mentions=told | remark)))
    if base:
        figures.append(("reseau_carte", shared, partial(network_map.draw_actor_map, base, actors, links, mentions=told | remark)))
    return figures


def _list_comparison(tables, named):
    """List the page of the territories side by side, where there are two EPCI or more, and links between actors."""
    rows = tables.get("comparaison")
    if rows is None or not len(tables["liens"]) or not rows["nb_liens"].fillna(0).any():
        return []
    rows = rows[rows["type"].isin(["perimetre", "departement", "epci"])]
    if rows["type"].eq("epci").sum() < 2:
        return []
    return [("territoires", False, partial(comparison_chart.draw_comparison, rows, tables["etats_territoires"], mentions=named))]


def _list_dispositifs(tables, told, named, *, shared):
    """List the pages of the dispositifs: who takes part in what, at which stage."""
    actors, held = list_members(tables), tables["participations"]
    devices = tables["dispositifs"][~is_imported(tables["dispositifs"])]
    if not len(held) or not len(devices) or not len(actors):
        return []
    taking = actors[actors["acteur_id"].isin(held["acteur_id"])]
    pairs, _ = network_charts.group_participations(actors, devices, held)
    whole = find_whole(tables, "densites_dispositifs")
    remark = {"remarques": tell_limits(whole, nb_dispositifs=len(devices), nb_participations=len(pairs))}
    late = tables.get("edition") == "interne"
    figures = [("reseau_dispositifs", shared, partial(network_charts.draw_two_mode, taking, devices, held, mentions=told | remark))]
    if pairs[["noeud_a", "noeud_d"]].nunique().max() > network_charts.COLUMNS_UP_TO:
        # The graph has no room for all the names: the table holds those that join several dispositifs.
        figures.append(("reseau_tableau", shared, partial(role_chart.draw_roles, taking, devices, held, mentions=told | remark)))
    return [
        *figures,
        ("stades", False, partial(stage_chart.draw_stages, devices, held, mentions=named | remark, tardifs=late)),
    ]


def list_members(tables):
    """Return the actors counted in the networks that the edition shows."""
    actors = tables["acteurs"][~tables["acteurs"]["hors_territoire"].astype(bool)]
    return actors[actors["dans_reseau"].astype("boolean").fillna(False).astype(bool)] if "dans_reseau" in actors else actors


def find_whole(tables, name):
    """Return the row of the whole perimeter in a table by territory, or None."""
    rows = tables[name][tables[name]["territoire_id"] == WHOLE] if name in tables else ()
    return rows.iloc[0] if len(rows) else None


def tell_limits(whole, **shown):
    """Return the remark of a page that shows less than what is measured, or nothing.

    Parameters
    ----------
    whole : mapping of the measured counts, or None
    shown : int by name of count (nb_acteurs, nb_liens, nb_dispositifs, nb_participations), what the edition holds

    Examples
    --------
    >>> [line] = tell_limits({"nb_acteurs": 4, "nb_liens": 3}, nb_acteurs=3, nb_liens=3)
    >>> line.replace("\\u00a0", " ").split(" ; ")[0]
    'Dessin limité à ce que montre cette édition : 3 acteurs sur 4, 3 liens sur 3'
    """
    if whole is None or not any(number < whole[name] for name, number in shown.items()):
        return []
    parts = [f"{agree(number, name[3:].removesuffix('s'))} sur {format_number(whole[name])}" for name, number in shown.items()]
    head = f"Dessin limité à ce que montre cette édition : {', '.join(parts)}"
    return [f"{head} ; les chiffres d'ensemble portent sur tout l'inventaire."]


def find_ranges(tables):
    """Return {"mixte", "categories": (low, high)} of observed / expected over the conventions, where they were measured."""
    ranges = {}
    ratios = tables["silos"]["ratio_externes"].dropna() if "silos" in tables else ()
    if len(ratios):
        ranges["mixte"] = (float(ratios.min()), float(ratios.max()))
    rows = tables.get("conventions_resume", ())
    rows = rows[rows["mesure"] == "ratio_externes"] if len(rows) else ()
    if len(rows):
        ranges["categories"] = tuple(rows[["min_categories", "max_categories"]].iloc[0].astype(float))
    return ranges


def draw_actor_view(tables, acteur_id, *, mentions):
    """Draw one actor with its partners and its dispositifs, from the tables that an edition may hold (`ego_chart.draw_ego`)."""
    from diagnostic.draw.ego_chart import draw_ego

    devices = tables["dispositifs"][~is_imported(tables["dispositifs"])]
    return draw_ego(
        acteur_id, tables["acteurs"], tables["liens"], tables["participations"], devices, mentions=mentions,
        confirmations=tables.get("confirmations"),
    )  # fmt: skip
