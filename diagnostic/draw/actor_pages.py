"""Which maps show the actors (C5): by champ, and over the ressorts of the layer that the settings name."""

from functools import partial

import pandas as pd

from diagnostic.draw.base_map import dissolve_borders, find_label_points
from diagnostic.draw.print_layers import choose_units
from diagnostic.draw.print_points import draw_actors
from diagnostic.vocabulary import normalize_label

LONGEST_NAME = 40  # letters of a layer in a file name


def list_actor_pages(tables, base, actors, mentions):
    """List the maps of the actors as (name, draw), without drawing them.

    Parameters
    ----------
    tables : dict with couches (index the layer; libelle), affectation, unites; reglages when known (`couche_carte_acteurs`)
    base : Base
    actors : DataFrame, as for `draw_actors`
    mentions : dict, as for `draw_actors`
    """
    pages = [("acteurs", partial(draw_actors, base, actors, mentions=mentions))]
    couche = tables.get("reglages", {}).get("couche_carte_acteurs", "")
    if couche in tables["couches"].index:
        ressorts = choose_ressorts(base, tables["affectation"], tables["unites"], couche)
        told = mentions | {"libelle": tables["couches"].at[couche, "libelle"]}
        pages.append(
            (f"acteurs_{normalize_label(couche)[:LONGEST_NAME]}", partial(draw_actors, base, actors, ressorts=ressorts, mentions=told))
        )
    return pages


def choose_ressorts(base, affectation, unites, couche):
    """Return the units of a layer on the map, sorted by name (GeoDataFrame, index unite_id: nom, nb_communes, numero, x, y).

    A commune in several units is in the one with the largest part (then the smallest unite_id), as on the map of the layer.
    """
    members = affectation[affectation["couche"].eq(couche) & affectation["code_insee"].isin(base.communes.index)]
    main = choose_units(members)
    names = unites[unites["couche"].eq(couche)].set_index("unite_id")["unite_nom"]
    units = dissolve_borders(base.shapes, main, main.map(names).fillna(main))
    units = units.sort_values("nom", kind="stable").assign(numero=[str(rank + 1) for rank in range(len(units))])
    points = find_label_points(units.geometry)[["x", "y"]] if len(units) else pd.DataFrame(columns=["x", "y"])
    return units.join(points)
