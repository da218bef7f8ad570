"""Where each actor stands: degree, betweenness, articulation points, and dispositifs held.

Betweenness is sensitive to what was not declared: it is shown with the coverage of the survey, never as a ranking.
"""

import networkx as nx
import numpy as np
import pandas as pd

COORDINATION_ROLES = ("coordination", "pilotage")


def measure_positions(graph):
    """Measure the position of every actor of the graph of declared links.

    `intermediarite` is Freeman's betweenness over the (n-1)(n-2)/2 pairs of other actors; `articulation` says that
    without the actor the others split apart.

    Parameters
    ----------
    graph : networkx.Graph, simple, isolates kept (`network.build_link_graph`)

    Returns
    -------
    DataFrame indexed by `acteur_id`, sorted by it: degre, degre_normalise (NaN with one actor),
    intermediarite (NaN under three), isole, articulation. Time grows as actors x links: about 25 s for 2,000 actors
    and 8,000 links.

    Examples
    --------
    >>> measure_positions(nx.path_graph(["a", "b", "c"]))["intermediarite"].tolist()
    [0.0, 1.0, 0.0]
    """
    actors = pd.Index(sorted(graph.nodes), name="acteur_id", dtype="str")
    n = len(actors)
    degree = pd.Series(dict(graph.degree), dtype=int).reindex(actors)
    table = pd.DataFrame({"degre": degree, "degre_normalise": degree / (n - 1) if n > 1 else np.nan}, index=actors)
    between = pd.Series(nx.betweenness_centrality(graph), dtype=float).reindex(actors)
    table["intermediarite"] = between if n > 2 else np.nan
    table["isole"] = table["degre"] == 0
    table["articulation"] = actors.isin(set(nx.articulation_points(graph)))
    return table


def measure_two_mode_positions(acteurs, dispositifs, participations):
    """Count the dispositifs of each actor and the actors of each dispositif.

    Returns
    -------
    par_acteur : DataFrame indexed by acteur_id: nb_dispositifs, nb_dispositifs_coordonnes (role coordination or
        pilotage)
    par_dispositif : DataFrame indexed by dispositif_id: nb_acteurs
    """
    pairs = participations.reindex(columns=["acteur_id", "dispositif_id", "role"])
    distinct = pairs.drop_duplicates(["acteur_id", "dispositif_id"])
    led = pairs[pairs["role"].isin(COORDINATION_ROLES)].drop_duplicates(["acteur_id", "dispositif_id"])
    actors = pd.Index(acteurs["acteur_id"], name="acteur_id")
    counts = {"nb_dispositifs": distinct["acteur_id"], "nb_dispositifs_coordonnes": led["acteur_id"]}
    by_actor = pd.DataFrame(
        {name: ids.value_counts().reindex(actors, fill_value=0).astype(int) for name, ids in counts.items()}
    )
    ids = pd.Index(dispositifs["dispositif_id"], name="dispositif_id")
    return by_actor, distinct["dispositif_id"].value_counts().reindex(ids, fill_value=0).astype(int).to_frame(
        "nb_acteurs"
    )
