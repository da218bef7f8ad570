"""Which pages the networks have: who works with whom, who takes part in what and when, silos beside chance, posts."""

from functools import partial

from diagnostic.draw import network_charts, network_map, posts_chart, reference_chart, stage_chart
from diagnostic.schema import is_imported

SCENARIO = "exclu"  # the chart of chance leaves mixed actors out; the sheet gives the other scenarios


def list_network_pages(tables, base, own, common, *, shared):
    """List the pages of the networks without drawing them; what nobody recorded has no page.

    Parameters
    ----------
    tables : dict of DataFrame, those the edition may hold, measures included
    base : prepared background of the maps, or None
    own, common : callable(subject) -> mentions, with and without the name of the edition
    shared : bool, whether pages that show actors are the same in every edition

    Returns
    -------
    list of (name, shared, draw), as `atlas.list_figures`
    """
    actors, links = list_members(tables), tables["liens"]
    held = tables["participations"]
    devices = tables["dispositifs"][~is_imported(tables["dispositifs"])]
    told, figures = own("acteurs"), []
    if len(links) and len(actors):
        figures.append(("reseau_liens", shared, partial(network_charts.draw_actor_graph, actors, links, mentions=told)))
        if base:
            figures.append(("reseau_carte", shared, partial(network_map.draw_actor_map, base, actors, links, mentions=told)))
    if len(held) and len(devices) and len(actors):
        taking = actors[actors["acteur_id"].isin(held["acteur_id"])]
        figures.append(("reseau_dispositifs", shared, partial(network_charts.draw_two_mode, taking, devices, held, mentions=told)))
        figures.append(("stades", shared, partial(stage_chart.draw_stages, devices, held, mentions=told)))
    rows = tables["references"]
    rows = rows[(rows["mixte"] == SCENARIO) & (rows["phrase"] != "")]
    if len(rows):
        draw = partial(reference_chart.draw_references, tables["distributions"], rows, mentions=common("acteurs"))
        figures.append(("silos_references", True, draw))
    if len(tables["postes_resume"]):
        figures.append(("metiers", True, partial(posts_chart.draw_posts, tables["postes_resume"], mentions=common("acteurs"))))
    return figures


def list_members(tables):
    """Return the actors counted in the networks that the edition shows."""
    actors = tables["acteurs"][~tables["acteurs"]["hors_territoire"].astype(bool)]
    return actors[actors["dans_reseau"].astype("boolean").fillna(False).astype(bool)] if "dans_reseau" in actors else actors


def draw_actor_view(tables, acteur_id, *, mentions):
    """Draw one actor with its partners and its dispositifs, from the tables that an edition may hold (`ego_chart.draw_ego`)."""
    from diagnostic.draw.ego_chart import draw_ego

    devices = tables["dispositifs"][~is_imported(tables["dispositifs"])]
    return draw_ego(
        acteur_id, tables["acteurs"], tables["liens"], tables["participations"], devices, mentions=mentions,
        confirmations=tables.get("confirmations"),
    )  # fmt: skip
