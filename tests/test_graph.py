"""GraphML and GEXF files, read back by the library that Gephi users have, and counted."""

import networkx as nx
import pandas as pd
import pytest

from diagnostic.draw.charter import make_charter, use_charter
from diagnostic.write import graph as writer

DATE = pd.Timestamp("2026-11-15")


@pytest.fixture
def tables():
    actors = pd.DataFrame({
        "acteur_id": ["a", "b", "c"], "nom": ["CCAS & Cie <b>", "Relais\x01", None], "champ": ["social", "mixte", None],
        "categorie": ["ccas", None, "rpe"], "themes": [("sante", "mobilite"), (), None], "hors_territoire": [False, True, False],
    })  # fmt: skip
    links = pd.DataFrame({
        "source_id": ["a", "a", "b", "z"], "cible_id": ["b", "b", "a", "a"], "type": ["partenaire", "finance", None, "partenaire"],
        "oriente": pd.array([False, True, None, False], dtype="boolean"),
    })  # fmt: skip
    devices = pd.DataFrame({"dispositif_id": ["d"], "nom": ["CTG"], "type": ["CTG"], "date_debut": [pd.Timestamp("2024-02-01")]})
    parts = pd.DataFrame({"acteur_id": ["a", "a"], "dispositif_id": ["d", "d"], "role": ["pilotage", None]})
    return {"acteurs": actors, "liens": links, "dispositifs": devices, "participations": parts}


def read_all(graph, tmp_path):
    return {
        "graphml": nx.read_graphml(writer.write_graphml(graph, tmp_path / "été.graphml"), force_multigraph=True),
        "gexf": nx.read_gexf(writer.write_gexf(graph, tmp_path / "été.gexf", date=DATE)),
    }


def test_links_come_back_with_their_attributes_and_isolated_actors(tables, tmp_path):
    graph = writer.build_links_graph(tables)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (3, 3)  # the link of an actor not shown has no place
    for back in read_all(graph, tmp_path).values():
        assert sorted(back.nodes) == ["acteur:a", "acteur:b", "acteur:c"]
        assert back.number_of_edges() == 3
        node = back.nodes["acteur:a"]
        assert (node["nom"], node["themes"], node["hors_territoire"]) == ("CCAS & Cie <b>", "sante; mobilite", "non")
        assert back.nodes["acteur:b"]["nom"] == "Relais "
        assert "champ" not in back.nodes["acteur:c"]
        assert sorted(d.get("type_lien", "") for *_, d in back.edges(data=True)) == ["", "finance", "partenaire"]
        assert sorted(d.get("oriente", "") for *_, d in back.edges(data=True)) == ["", "non", "oui"]


def test_participations_are_another_graph_with_dispositifs(tables, tmp_path):
    graph = writer.build_participations_graph(tables)
    for back in read_all(graph, tmp_path).values():
        assert {name: values["genre"] for name, values in back.nodes(data=True)} == {"acteur:a": "acteur", "dispositif:d": "dispositif"}
        assert back.nodes["dispositif:d"]["date_debut"] == "2024-02-01"
        assert back.number_of_edges("acteur:a", "dispositif:d") == 2


def test_same_graph_same_bytes_whatever_the_day(tables, tmp_path):
    graph = writer.build_links_graph(tables)
    first = [writer.write_gexf(graph, tmp_path / "a.gexf", date=DATE), writer.write_graphml(graph, tmp_path / "a.graphml")]
    again = [writer.write_gexf(graph, tmp_path / "b.gexf", date=DATE), writer.write_graphml(graph, tmp_path / "b.graphml")]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert b'lastmodifieddate="2026-11-15"' in first[0].read_bytes()


def test_colour_tells_the_champ(tables, tmp_path):
    colour = writer.build_links_graph(tables).nodes["acteur:a"]["viz"]["color"]
    assert [colour[key] for key in "rgb"] == [0xD5, 0x5E, 0x00]
    assert "viz:color" in writer.write_gexf(writer.build_links_graph(tables), tmp_path / "c.gexf", date=DATE).read_text(encoding="utf-8")


def test_the_group_s_colours_are_those_of_its_nodes(tables):
    with use_charter(make_charter({"couleur_champ_social": "#0A0B0C"})):
        nodes = writer.build_links_graph(tables).nodes
    assert [nodes["acteur:a"]["viz"]["color"][key] for key in "rgb"] == [10, 11, 12]
    assert nodes["acteur:c"]["viz"]["color"] == nodes["acteur:c"]["viz"]["color"] | {"r": 0x59, "g": 0x59, "b": 0x59}  # no champ: « autre »


def test_the_legend_tells_every_attribute_and_how_many_have_it(tables):
    legend = writer.list_legend({"liens": writer.build_links_graph(tables)}).set_index(["objet", "attribut"])
    assert legend.loc[("nœud", "champ"), ["valeurs", "nombre"]].tolist() == ["mixte ; social", 2]
    assert legend.loc[("lien", "type_lien"), "nombre"] == 2


def test_empty_tables_give_an_empty_graph(tables, tmp_path):
    empty = {name: table.iloc[:0] for name, table in tables.items()}
    graph = writer.build_links_graph(empty)
    assert all(back.number_of_nodes() == 0 for back in read_all(graph, tmp_path).values())
    assert len(writer.list_legend({"liens": graph})) == 0
