"""Fragility: J2 by hand, removal one by one on 100 random graphs, links that one person carries, no name that leaves."""

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from graphes import draw_champs, draw_graph, shuffle_graph
from jouets_reseau import J2, J2_LIENS, make_actors, make_links, read_expected, shuffle

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.fragility import measure_fragility, measure_person_links, summarise_person_links
from diagnostic.measure.liens.network import build_link_graph
from diagnostic.schema import make_table

S, D = "social", "developpement_local"
COUNTS = ["nb_paires_avant", "nb_paires_perdues", "nb_paires_inter_avant", "nb_paires_inter_perdues"]


def count_naively(graph, champs):
    """Count reachable pairs of others before and after each actor leaves, pair by pair."""
    plain = graph.to_undirected()
    before = {a: set(nx.node_connected_component(plain, a)) for a in plain}
    rows = {}
    for gone in plain:
        rest = plain.subgraph(set(plain) - {gone})
        after = {a: set(nx.node_connected_component(rest, a)) for a in rest}
        pairs = [p for p in itertools.combinations(rest, 2) if p[1] in before[p[0]]]
        lost = [p for p in pairs if p[1] not in after[p[0]]]
        crossing = [[p for p in some if {champs[p[0]], champs[p[1]]} == {S, D}] for some in (pairs, lost)]
        rows[gone] = [len(pairs), len(lost), *map(len, crossing)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=COUNTS).sort_index()


def test_j2():
    table = measure_fragility(build_link_graph(J2, J2_LIENS)[0], J2.set_index("acteur_id")["champ"])
    assert table["perte_paires"].tolist() == pytest.approx([0, 0, 0.6, 0.6, 0.4, 0])
    assert table["perte_paires_inter"].tolist() == pytest.approx([0, 0, 1, 1, 0.5, 0])
    assert table["nb_paires_avant"].tolist() == [10] * 6
    assert table["nb_paires_inter_avant"].tolist() == [6] * 6
    assert (table["raison_absence"] == "").all()
    expected = read_expected()
    for actor, row in table.iterrows():
        told = expected[f"fragilite[{actor}]"]
        assert row[["perte_paires", "perte_paires_inter"]].tolist() == pytest.approx([told["perte"], told["perte_inter"]])


@pytest.mark.parametrize("start", range(0, 100, 25))
def test_removing_each_actor_gives_the_same(start):
    for seed in range(start, start + 25):
        graph = draw_graph(seed, most=22)
        champs = draw_champs(graph, seed)
        table = measure_fragility(graph, champs)
        assert table[COUNTS].values.tolist() == count_naively(graph, champs).values.tolist(), f"seed {seed}"
        pdt.assert_frame_equal(measure_fragility(shuffle_graph(graph), champs.iloc[::-1]), table)


def test_no_pair_to_lose_is_no_zero():
    graph = build_link_graph(J2, make_links("ab"))[0]
    table = measure_fragility(graph, J2.set_index("acteur_id")["champ"])
    assert table.loc[["a", "b"], "perte_paires"].isna().all()
    assert table.loc["a", "raison_absence"] == "aucune paire d'autres acteurs reliés"
    # The others keep a pair, of one champ.
    assert table.loc["f", ["nb_paires_avant", "perte_paires"]].tolist() == [1, 0.0]
    assert np.isnan(table.loc["f", "perte_paires_inter"])
    assert table.loc["f", "raison_absence"] == "aucune paire d'autres acteurs reliés de champs social et développement local"


def test_mixed_and_other_actors_are_on_neither_side_unless_said():
    graph = nx.path_graph(["a", "m", "d"])
    champs = pd.Series({"a": S, "m": "mixte", "d": D}, name="champ")
    table = measure_fragility(graph, champs)
    assert table.loc["m", ["nb_paires_inter_avant", "nb_paires_inter_perdues"]].tolist() == [1, 1]
    assert table.loc["a", "nb_paires_inter_avant"] == 0
    assert measure_fragility(graph, champs.replace("mixte", S)).loc["a", "nb_paires_inter_avant"] == 1
    assert champs["m"] == "mixte"


def test_direction_is_ignored():
    champs = pd.Series({"a": S, "b": S, "c": D})
    arrows = nx.DiGraph([("a", "b"), ("c", "b"), ("b", "c")])
    pdt.assert_frame_equal(measure_fragility(arrows, champs), measure_fragility(nx.path_graph("abc"), champs))


def test_a_missing_champ_is_refused():
    with pytest.raises(DiagnosticError, match=r"1 acteur\(s\) sans champ : c\."):
        measure_fragility(nx.path_graph("abc"), pd.Series({"a": S, "b": S}, name="champ"))


def test_nobody_and_one_actor():
    assert measure_fragility(nx.Graph(), pd.Series(dtype="object")).empty
    one = measure_fragility(nx.empty_graph("a"), pd.Series({"a": S}))
    assert one["perte_paires"].isna().all()
    assert one["nb_paires_avant"].tolist() == [0]


def test_a_long_line_of_twenty_thousand():
    n = 20_000
    names = [f"l{k:05d}" for k in range(n)]
    table = measure_fragility(nx.path_graph(names), pd.Series(S, index=names))
    left = np.arange(n)
    assert table["nb_paires_perdues"].tolist() == (left * (n - 1 - left)).tolist()


PERSONNES = make_links("ab ba ac ad ad bc ee az", personne_id=["p1", "p1", "p1", "p2", "p3", None, "p9", "p9"])
FOUR = make_actors(dict.fromkeys("abcde", S))


def test_links_carried_by_one_person():
    table = measure_person_links(PERSONNES, FOUR)
    assert table.loc["a"].tolist() == [3, 2, 1, 0, 2, 2 / 3, ""]  # ab and ac by p1 alone, ad by p2 and p3
    columns = ["nb_liens", "nb_liens_une_personne", "nb_liens_plusieurs_personnes", "nb_liens_sans_personne_dite"]
    assert table.loc[["b", "c", "d"], columns].values.tolist() == [[2, 1, 0, 1], [2, 1, 0, 1], [1, 0, 1, 0]]
    assert table["part_une_personne"].tolist() == pytest.approx([2 / 3, 1, 1, 0, np.nan], nan_ok=True)
    assert table["nb_liens_meme_personne"].tolist() == [2, 1, 1, 0, 0]
    assert table.loc["e", "raison_absence"] == "aucun lien déclaré"
    whole = summarise_person_links(PERSONNES, FOUR)
    assert list(whole.columns) == list(table.columns)
    assert whole.iloc[0].tolist() == [4, 2, 1, 1, 2, 2 / 3, ""]


def test_a_row_that_does_not_say_leaves_the_pair_unknown():
    liens = make_links("ab ab ac ac ac", personne_id=["p1", None, "p1", "p2", None])
    table = measure_person_links(liens, FOUR)
    assert table.loc["b", ["nb_liens_une_personne", "nb_liens_sans_personne_dite"]].tolist() == [0, 1]
    assert table.loc["b", "raison_absence"] == "personne qui porte le lien non dite"
    assert table.loc["c", "nb_liens_plusieurs_personnes"] == 1


def test_no_name_leaves():
    secret = PERSONNES.assign(personne_id=PERSONNES["personne_id"].where(PERSONNES["personne_id"].isna(), "Mme Durand"))
    for table in (measure_person_links(secret, FOUR), summarise_person_links(secret, FOUR)):
        assert "Durand" not in table.to_csv()
        assert not [column for column in table.columns if column in ("personne_id", "personne")]


def test_persons_do_not_depend_on_the_order_of_rows():
    pdt.assert_frame_equal(measure_person_links(shuffle(PERSONNES), shuffle(FOUR)), measure_person_links(PERSONNES, FOUR))


def test_without_the_column_without_links_without_actors():
    table = measure_person_links(J2_LIENS, J2)
    assert table["part_une_personne"].isna().all()
    assert table["nb_liens_sans_personne_dite"].tolist() == [2, 2, 3, 2, 2, 1]
    assert summarise_person_links(J2_LIENS, J2).loc[0, "raison_absence"] == "personne qui porte le lien non dite"
    none = measure_person_links(make_table("liens"), J2)
    assert (none["raison_absence"] == "aucun lien déclaré").all()
    assert summarise_person_links(make_table("liens"), J2).loc[0, ["nb_liens", "raison_absence"]].tolist() == [0, "aucun lien déclaré"]
    assert measure_person_links(make_table("liens"), make_table("acteurs")).empty
