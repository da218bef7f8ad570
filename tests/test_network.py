"""Networks: what is set aside, graphs, projection, who belongs, territories named in words."""

import networkx as nx
import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets_reseau import (
    BI,
    BI_DISPOSITIFS,
    BI_PARTICIPATIONS,
    J2,
    J2_LIENS,
    make_actors,
    make_links,
    make_participations,
    make_territories,
    read_expected,
    shuffle,
)  # fmt: skip

from diagnostic.measure.liens.network import (
    build_link_graph,
    build_two_mode_graph,
    count_network_actors,
    list_declarations,
    list_network_actors,
    match_territories,
    project_participations,
    simplify_links,
    summarise_projection,
)  # fmt: skip
from diagnostic.schema import make_table


def count_motifs(ecartes):
    return ecartes["motif"].value_counts().to_dict()


def test_every_link_set_aside_is_listed_with_its_line():
    liens = make_links("ab ba ab aa az bc", fichier="inventaire.xlsx", feuille="liens", ligne=[2, 3, 4, 5, 6, 7])
    paires, ecartes = simplify_links(J2, liens)
    assert paires[["acteur_a", "acteur_b"]].values.tolist() == [["a", "b"], ["b", "c"]]
    assert count_motifs(ecartes) == {
        "même lien écrit dans l'autre sens": 1,
        "doublon": 1,
        "lien d'un acteur avec lui-même": 1,
        "extrémité hors du réseau étudié": 1,
    }
    assert ecartes.set_index("ligne")["effet"].to_dict() == {
        3: "réuni au premier", 4: "réuni au premier", 5: "écarté", 6: "écarté",
    }  # fmt: skip
    assert paires["nb_declarations"].sum() + len(ecartes) == len(liens)


def test_types_are_kept_and_make_one_pair():
    liens = make_links("ab ba ab").assign(type=["technique", "financier", "technique"])
    paires, ecartes = simplify_links(J2, liens)
    assert paires.loc[0, ["types", "nb_types"]].tolist() == [("financier", "technique"), 2]
    assert count_motifs(ecartes) == {"doublon": 1}


def test_two_opposite_one_way_links_are_one_pair_and_no_repetition():
    paires, ecartes = simplify_links(J2, make_links("ab ba", oriente=True))
    assert paires[["nb_declarations", "a_vers_b", "b_vers_a"]].values.tolist() == [[2, True, True]]
    assert ecartes.empty


def test_a_link_of_unknown_direction_is_undirected():
    liens = make_links("ab ba").assign(oriente=pd.array([None, None], dtype="boolean"))
    paires, _ = simplify_links(J2, liens.drop(columns="oriente"))
    pdt.assert_frame_equal(paires, simplify_links(J2, liens)[0])
    assert not paires["a_vers_b"].any()


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("abcxyz"), st.sampled_from("abcxyz"), st.booleans()), max_size=25))
def test_nobody_leaves_silently_whatever_the_order(rows):
    liens = pd.DataFrame(rows, columns=["source_id", "cible_id", "oriente"]).assign(type="t")
    paires, ecartes = simplify_links(J2, liens)
    # oracle: a set of unordered pairs
    expected = {frozenset(r[:2]) for r in rows if r[0] != r[1] and set(r[:2]) <= set("abcdef")}
    assert {frozenset(p) for p in paires[["acteur_a", "acteur_b"]].values.tolist()} == expected
    assert int(paires["nb_declarations"].sum()) + len(ecartes) == len(rows)
    mixed, mixed_out = simplify_links(shuffle(J2), shuffle(liens))
    pdt.assert_frame_equal(mixed, paires)
    assert count_motifs(mixed_out) == count_motifs(ecartes)


def test_graph_keeps_isolates_and_can_be_written():
    champs = J2.assign(champ=["social", None, "mixte", "autre", "social", "social"])
    graph, ecartes = build_link_graph(champs, make_links("ab ab"))
    assert (len(graph), graph.number_of_edges(), len(ecartes)) == (6, 1, 1)
    assert graph.nodes["b"] == {"nom": "b", "categorie": "association", "champ": ""}
    assert graph.edges["a", "b"] == {"types": "information", "nb_types": 1, "nb_declarations": 1}
    assert len(list(nx.generate_graphml(graph))) > 0


def test_j2_density_and_degrees():
    graph, _ = build_link_graph(J2, J2_LIENS)
    assert nx.density(graph) == pytest.approx(0.4)
    assert dict(graph.degree) == {"a": 2, "b": 2, "c": 3, "d": 2, "e": 2, "f": 1}
    assert dict(graph.degree) == read_expected()["degres"]


def test_two_mode_graph_keeps_the_two_lists_apart():
    actors, dispositifs = make_actors({"PAT": "social", "x": "mixte"}), BI_DISPOSITIFS
    participations = make_participations("PAT:PAT PAT:PAT inconnu:PAT", role=["financement", "pilotage", "pilotage"])
    graph = build_two_mode_graph(actors, dispositifs, participations)
    assert sorted(graph.nodes) == ["acteur:PAT", "acteur:x", "dispositif:CTG", "dispositif:LEADER", "dispositif:PAT"]
    assert list(graph.edges(data=True)) == [
        ("acteur:PAT", "dispositif:PAT", {"nb_lignes": 2, "roles": "financement;pilotage", "stades": "emergence"})
    ]
    assert nx.bipartite.is_bipartite(graph)


def test_projection_weights_a_dispositif_by_its_size():
    table = project_participations(BI_PARTICIPATIONS)
    assert table.values.tolist() == [["AMAP", "CC", 1, 1.0], ["CAF", "CC", 1, 1.0]]
    expected = read_expected()
    assert {frozenset(p[:2]) for p in expected["projection"]} == {frozenset(("CAF", "CC")), frozenset(("CC", "AMAP"))}
    assert set(expected["newman_projection"].values()) == {1.0}


def test_projection_agrees_with_networkx():
    participations = make_participations("a:X b:X c:X a:Y b:Y a:Y c:Z d:W e:W a:W b:W")
    table = project_participations(shuffle(participations)).set_index(["acteur_a", "acteur_b"])
    graph = build_two_mode_graph(J2, pd.DataFrame({"dispositif_id": list("XYZW"), "nom": "n"}), participations)
    actors = [n for n, side in graph.nodes(data="bipartite") if side == 0]
    oracle = nx.bipartite.collaboration_weighted_projected_graph(graph, actors)
    weights = {tuple(sorted(n[-1] for n in e)): w for *e, w in oracle.edges(data="weight")}
    assert table["poids_newman"].to_dict() == pytest.approx(weights)
    assert table.loc[("a", "b")].tolist() == pytest.approx([3, 1 / 2 + 1 + 1 / 3])


def test_what_a_projection_is_made_of():
    row = summarise_projection(shuffle(pd.concat([BI_PARTICIPATIONS, BI_PARTICIPATIONS.head(2)]))).iloc[0]
    counts = ["nb_acteurs", "nb_dispositifs", "nb_dispositifs_partages", "nb_paires", "nb_acteurs_principal", "nb_paires_principal"]
    assert row[counts].tolist() == [4, 3, 2, 2, 2, 1]
    assert row[["poids_total", "dispositif_principal", "part_paires_principal"]].tolist() == [2.0, "CTG", 0.5]
    wide = make_participations("a:X b:X c:X d:X a:Y b:Y")
    row = summarise_projection(wide).iloc[0]
    assert row["poids_total"] == pytest.approx(project_participations(wide)["poids_newman"].sum()) == pytest.approx(6 / 2)
    assert row[["nb_paires", "part_paires_principal"]].tolist() == [6, 1.0]
    for nothing in (make_table("participations"), make_participations("a:X b:Y")):
        row = summarise_projection(nothing).iloc[0]
        assert row[["poids_total", "dispositif_principal", "part_paires_principal"]].isna().all()
        assert row["raison_absence"] == "aucun dispositif à deux acteurs ou plus"


def test_declarations_keep_every_word_said_of_two_known_actors():
    liens = make_links("ba ab aa az bc", declarant_id=["a", "b", "a", "a", None])
    rows = list_declarations(J2, liens)
    assert rows[["acteur_a", "acteur_b"]].values.tolist() == [["a", "b"], ["a", "b"], ["b", "c"]]
    assert rows["declarant_id"].tolist()[:2] == ["a", "b"]
    assert rows["intensite"].isna().all()
    pairs, _ = simplify_links(J2, liens)
    assert len(pairs) == len(rows.drop_duplicates(["acteur_a", "acteur_b"]))
    assert list_declarations(J2, make_table("liens")).empty


def test_types_of_many_pairs_are_each_their_own():
    rng = np.random.default_rng(2)
    words = ["".join(rng.choice(list("abcdef"), 2, replace=False)) for _ in range(60)]
    liens = make_links(" ".join(words)).assign(type=rng.choice(list("xyz"), 60))
    pairs, _ = simplify_links(J2, liens)
    for row in pairs.itertuples():
        said = {t for w, t in zip(words, liens["type"], strict=True) if set(w) == {row.acteur_a, row.acteur_b}}
        assert row.types == tuple(sorted(said))
        assert row.nb_types == len(said)


def test_communes_and_imports_without_link_stay_out_of_the_network():
    acteurs = make_actors(dict.fromkeys("abcdefg", "social")).assign(
        categorie=["commune", "commune", "commune", "association", "association", "association", "commune"],
        fichier=["inventaire.xlsx"] * 4 + ["imports/france-services.xlsx"] * 2 + ["inventaire.xlsx"],
        a_repondu=[None, None, "non", None, None, None, "non_sollicite"],
    )
    liens, participations = make_links("ab gg"), make_participations("f:PAT")
    kept = list_network_actors(acteurs, participations, liens)
    # a, b linked; c surveyed; d typed by hand; e imported, unnamed; f imported but takes part; g linked to itself only
    assert kept.to_dict() == dict(enumerate([True, True, True, True, False, True, False]))
    assert count_network_actors(acteurs, kept).values.tolist() == [
        ["dans le réseau", 5], ["commune sans lien déclaré", 1], ["import sans lien déclaré", 1],
    ]  # fmt: skip


def test_territories_are_matched_by_id_code_or_unambiguous_name():
    territoires = make_territories("epci:200073419", "departement:43", "autre:X", "autre:Y")
    territoires["nom"] = ["CA du Puy-en-Velay", "Haute-Loire", "Bassin", "bassin"]
    names = pd.Series(["epci:200073419", "200073419", "ca du puy en velay", "43", "bassin", "Lune", None], dtype="str")
    matched = match_territories(names, territoires)
    assert matched.tolist()[:4] == ["epci:200073419"] * 3 + ["departement:43"]
    assert matched[4:].isna().all()


def test_empty_tables():
    liens, participations = make_table("liens"), make_table("participations")
    assert [len(t) for t in simplify_links(J2, liens)] == [0, 0]
    assert len(build_link_graph(make_table("acteurs"), liens)[0]) == 0
    assert len(build_two_mode_graph(BI, make_table("dispositifs"), participations)) == 4
    assert list(project_participations(participations)) == [
        "acteur_a",
        "acteur_b",
        "nb_dispositifs_communs",
        "poids_newman",
    ]
    assert list_network_actors(make_table("acteurs"), participations, liens).empty
