"""Every measure that networkx has too, on 200 random graphs: directed or not, weighted, in pieces, with isolates.

Where networkx has no value (no link, one actor) ours must be missing; it is checked in the tests of each module.
"""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from graphes import draw_champs, draw_graph
from jouets_reseau import make_dispositifs, make_places, make_territories

from diagnostic.measure.liens.density import measure_density, measure_directed_density, measure_two_mode_density
from diagnostic.measure.liens.network import build_link_graph, project_participations
from diagnostic.measure.liens.positions import find_bridges, measure_positions
from diagnostic.measure.liens.silos import measure_ei
from diagnostic.measure.liens.spanning import walk_network
from diagnostic.measure.liens.structure import find_communities, measure_modularity

SEEDS = range(200)


def write_tables(graph, seed):
    """Return the tables from which a dossier would build this graph: acteurs, liens, acteurs_territoires."""
    champs = draw_champs(graph, seed)
    acteurs = pd.DataFrame({"acteur_id": champs.index, "nom": champs.index, "champ": champs.to_numpy()})
    liens = pd.DataFrame(list(graph.edges), columns=["source_id", "cible_id"], dtype="str")
    liens = liens.assign(type="information", oriente=graph.is_directed())
    places = make_places(" ".join(f"{actor}:T" for actor in graph)).assign(territoire_id="perimetre:T")
    return acteurs.assign(categorie=acteurs["champ"]), liens, places


def list_effective_sizes(graph, weight):
    """Return networkx's effective sizes, actor by actor, on the ties of both ways added.

    Two faults of networkx 3.6 are gone round: its matrix way divides ties by the strongest of the wrong actor since scipy
    gives the maximum of rows flat, and its other way finds none for an actor of a directed graph that only receives.
    """
    ties = nx.Graph()
    ties.add_nodes_from(graph)
    for a, b, given in graph.edges(data=weight or "", default=1):
        ties.add_edge(a, b, lien=given + (ties[a][b]["lien"] if ties.has_edge(a, b) else 0))
    sizes = nx.effective_size(ties, nodes=list(ties), weight="lien")
    direct = nx.effective_size(graph, nodes=list(graph), weight=weight)
    assert all(direct[a] == pytest.approx(sizes[a], abs=1e-12) for a in graph if len(graph[a]))
    if not graph.is_directed() and weight is None:
        assert nx.effective_size(graph) == pytest.approx(sizes, abs=1e-12, nan_ok=True)
    return sizes


@pytest.mark.parametrize("start", range(0, 200, 40))
def test_positions(start):
    for seed in SEEDS[start : start + 40]:
        graph = draw_graph(seed, weighted=seed % 3 == 0)
        weight = "intensite" if seed % 3 == 0 else None
        plain, table = graph.to_undirected(), measure_positions(graph, weight=weight)
        expected = pd.DataFrame(
            {
                "intermediarite": nx.betweenness_centrality(graph),
                "contrainte": nx.constraint(graph, weight=weight),
                "taille_effective": list_effective_sizes(graph, weight),
                "degre": dict(plain.degree),
                "degre_normalise": nx.degree_centrality(plain),
            }
        ).sort_index()
        np.testing.assert_allclose(table[expected.columns], expected, rtol=0, atol=1e-12, err_msg=f"seed {seed}")
        assert set(table.index[table["articulation"]]) == set(nx.articulation_points(plain))
        bridges = {frozenset(pair) for pair in find_bridges(graph)[["acteur_a", "acteur_b"]].to_numpy()}
        assert bridges == {frozenset(pair) for pair in nx.bridges(plain)}


def test_density_reciprocity_and_degree():
    """All graphs in one call, each a territory of its own."""
    graphs = {f"perimetre:{seed:03d}": draw_graph(seed) for seed in SEEDS}
    tables = [write_tables(nx.relabel_nodes(graph, f"{place[-3:]}-{{}}".format), 0) for place, graph in graphs.items()]
    acteurs, liens, places = (pd.concat(parts, ignore_index=True) for parts in zip(*tables, strict=True))
    places = places.assign(territoire_id="perimetre:" + places["acteur_id"].str[:3])
    rows = measure_density(acteurs, liens, places, make_territories(*graphs)).set_index("territoire_id")
    for place, graph in graphs.items():
        plain, row = graph.to_undirected(), rows.loc[place]
        assert row["densite"] == pytest.approx(nx.density(plain), abs=1e-12)
        assert row["degre_moyen"] == pytest.approx(np.mean([d for _, d in plain.degree]), abs=1e-12)
        assert row["nb_isoles"] == nx.number_of_isolates(plain)
        if graph.is_directed():
            assert row["reciprocite"] == pytest.approx(nx.reciprocity(graph), abs=1e-12)


def test_directed_density_and_the_graph_built():
    for seed in SEEDS:
        graph = draw_graph(seed)
        acteurs, liens, _ = write_tables(graph, seed)
        if graph.is_directed():
            directed = measure_directed_density(acteurs, liens).iloc[0]
            assert directed["densite_orientee"] == pytest.approx(nx.density(graph), abs=1e-12)
            assert directed["reciprocite_liens"] == pytest.approx(nx.reciprocity(graph), abs=1e-12)
        else:
            built, _ = build_link_graph(acteurs, liens)
            assert {frozenset(edge) for edge in built.edges} == {frozenset(edge) for edge in graph.edges}


def test_assortativity_and_modularity():
    checked = 0
    for seed in SEEDS:
        graph = draw_graph(seed, directed=False)
        acteurs, liens, _ = write_tables(graph, seed)
        champs = draw_champs(graph, seed)
        nx.set_node_attributes(graph, champs.to_dict(), "champ")
        ours = measure_ei(acteurs, liens, groupe="categorie").iloc[0]["assortativite"]
        if champs[[actor for edge in graph.edges for actor in edge]].nunique() > 1:
            assert ours == pytest.approx(nx.attribute_assortativity_coefficient(graph, "champ"), abs=1e-12)
            checked += 1
        codes = pd.factorize(champs)[0]
        pairs = champs.index.get_indexer([actor for edge in graph.edges for actor in edge]).reshape(-1, 2)
        parts = [set(members) for members in champs.groupby(champs).groups.values()]
        assert measure_modularity(pairs, codes) == pytest.approx(nx.community.modularity(graph, parts), abs=1e-12)
    assert checked > 190


def test_modularity_of_the_communities_found():
    for seed in SEEDS[:40]:
        graph = draw_graph(seed, directed=False)
        communautes, bilan = find_communities(graph, essais=2)
        parts = [set(members) for members in communautes.groupby("communaute").groups.values()]
        parts += [{actor} for actor in communautes.index[communautes["communaute"].isna()]]
        assert bilan.loc[0, "modularite"] == pytest.approx(nx.community.modularity(graph, parts), abs=1e-12)


def test_components():
    for seed in SEEDS:
        graph = draw_graph(seed)
        names = sorted(graph)
        ends = np.array([(names.index(a), names.index(b)) for a, b in graph.edges]).reshape(-1, 2)
        _, parent, _, _ = walk_network(len(names), ends)
        assert (parent < 0).sum() == nx.number_connected_components(graph.to_undirected())


def test_two_modes():
    """All graphs in one call, each a territory of its own with its dispositifs."""
    graphs = {}
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        graph = graphs[f"epci:{seed:03d}"] = nx.Graph()
        graph.add_nodes_from((f"{seed:03d}-a{k:02d}" for k in range(rng.integers(2, 20))), side=0)
        graph.add_nodes_from((f"{seed:03d}-d{k:02d}" for k in range(rng.integers(1, 12))), side=1)
        actors, devices = ([n for n, side in graph.nodes(data="side") if side == k] for k in (0, 1))
        graph.add_edges_from((str(rng.choice(actors)), str(rng.choice(devices))) for _ in range(rng.integers(1, 60)))
    rows = [(n, side, place) for place, graph in graphs.items() for n, side in graph.nodes(data="side")]
    nodes = pd.DataFrame(rows, columns=["id", "side", "territoire_id"])
    actors, devices = (nodes[nodes["side"] == side].drop(columns="side") for side in (0, 1))
    pairs = [sorted(edge) for graph in graphs.values() for edge in graph.edges]
    participations = pd.DataFrame(pairs, columns=["acteur_id", "dispositif_id"], dtype="str")
    table = measure_two_mode_density(
        actors.rename(columns={"id": "acteur_id"}), make_dispositifs(*devices["id"]), participations,
        actors.rename(columns={"id": "acteur_id"}), make_territories(*graphs),
        dispositifs_territoires=devices.rename(columns={"id": "dispositif_id"}),
    ).set_index("territoire_id")  # fmt: skip
    projected = {}
    for place, graph in graphs.items():
        side = [n for n, side in graph.nodes(data="side") if side == 0]
        assert table.loc[place, "densite"] == pytest.approx(nx.bipartite.density(graph, side), abs=1e-12)
        edges = nx.bipartite.collaboration_weighted_projected_graph(graph, side).edges(data="weight")
        projected |= {tuple(sorted((a, b))): weight for a, b, weight in edges}
    ours = project_participations(participations).set_index(["acteur_a", "acteur_b"])["poids_newman"]
    assert ours.to_dict() == pytest.approx(projected, abs=1e-12)


def test_the_graphs_are_of_every_kind():
    graphs = [draw_graph(seed) for seed in SEEDS]
    plain = [graph.to_undirected() for graph in graphs]
    assert 60 < sum(graph.is_directed() for graph in graphs) < 140
    assert sum(not nx.is_connected(graph) for graph in plain) > 100
    assert sum(nx.number_of_isolates(graph) > 0 for graph in plain) > 100
    assert sum(any(nx.triangles(graph).values()) for graph in plain) > 100
    assert sum(nx.is_connected(graph) for graph in plain) >= 20
