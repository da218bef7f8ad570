"""Silos: J2 by hand, networkx and a naive double loop as oracles, scenarios, refusals."""

import itertools

import networkx as nx
import numpy as np
import pandas.testing as pdt
import pytest
from jouets_reseau import (
    BI,
    BI_DISPOSITIFS,
    BI_PARTICIPATIONS,
    J2,
    J2_LIENS,
    make_actors,
    make_dispositifs,
    make_links,
    make_participations,
    read_expected,
    shuffle,
)  # fmt: skip

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.network import build_link_graph
from diagnostic.measure.liens.silos import (
    compare_counts,
    measure_blocks,
    measure_crossing,
    measure_ei,
    measure_mixed_dispositifs,
)
from diagnostic.schema import make_table

S, D = "social", "developpement_local"


def make_random(seed=5):
    rng = np.random.default_rng(seed)
    letters = "abcdefghijklmn"
    acteurs = make_actors({a: str(rng.choice([S, D, "mixte", "autre"])) for a in letters})
    return acteurs, make_links(" ".join("".join(rng.choice(list(letters), 2)) for _ in range(50)))


def list_naive_pairs(liens):
    rows = zip(liens["source_id"], liens["cible_id"], strict=True)
    return {frozenset(r) for r in rows if r[0] != r[1]}


def test_blocks_of_j2():
    table = measure_blocks(J2, J2_LIENS).set_index(["groupe_a", "groupe_b"])
    assert table["densite"].to_dict() == pytest.approx({(S, S): 1.0, (D, D): 2 / 3, (D, S): 1 / 9})
    assert table["nb_liens"].to_dict() == {(S, S): 3, (D, D): 2, (D, S): 1}
    assert table["nb_liens_attendus"].to_dict() == pytest.approx({(S, S): 1.2, (D, D): 1.2, (D, S): 3.6})
    blocs = read_expected()["blocs"]
    assert [blocs["SS"], blocs["DD"], blocs["SD"]] == pytest.approx(
        [table.loc[k, "densite"] for k in [(S, S), (D, D), (D, S)]]
    )


def test_blocks_agree_with_a_double_loop():
    acteurs, liens = make_random()
    table = measure_blocks(acteurs, liens).set_index(["groupe_a", "groupe_b"])
    champ, linked = acteurs.set_index("acteur_id")["champ"], list_naive_pairs(liens)
    for key, row in table.iterrows():
        pairs = [p for p in itertools.combinations(champ.index, 2) if tuple(sorted(champ[list(p)])) == key]
        assert row["nb_paires"] == len(pairs)
        assert row["nb_liens"] == sum(frozenset(p) in linked for p in pairs)
    assert table["nb_liens"].sum() == len(linked)
    pdt.assert_frame_equal(measure_blocks(shuffle(acteurs), shuffle(liens)), table.reset_index())


def test_a_group_of_one_has_no_inner_density():
    acteurs = make_actors({"a": S, "b": D, "c": D})
    table = measure_blocks(acteurs, make_links("ab")).set_index(["groupe_a", "groupe_b"])
    assert np.isnan(table.loc[(S, S), "densite"])
    assert table.loc[(S, S), "raison_absence"] == "un seul acteur dans ce groupe : aucune paire possible"
    assert table.loc[(D, D), ["densite", "raison_absence"]].tolist() == [0.0, ""]


def test_blocks_by_category():
    acteurs = J2.assign(categorie=["x", "x", "y", "y", "z", "z"])
    table = measure_blocks(acteurs, J2_LIENS, groupe="categorie").set_index(["groupe_a", "groupe_b"])
    assert table.loc[("x", "y"), ["nb_liens", "nb_paires", "densite"]].tolist() == [2, 4, 0.5]
    assert len(table) == 6


def test_ei_of_j2():
    row = measure_ei(J2, J2_LIENS).set_index("mixte").loc["exclu"]
    figures = ["ei", "ei_attendu", "ratio_externes", "indice_silo", "assortativite"]
    assert row[figures].tolist() == pytest.approx([-2 / 3, 0.2, 1 / 3.6, 1 - (1 / 9) / (5 / 6), 0.6571428571])
    assert row[["nb_externes", "nb_internes", "nb_paires_externes", "nb_paires"]].tolist() == [1, 5, 9, 15]
    expected = read_expected()
    names = ["EI", "EI_attendu", "ratio_obs_att_permutation", "indice_silo", "assortativite"]
    assert row[figures].tolist() == pytest.approx([expected[name] for name in names])
    assert [row["nb_externes"], row["nb_internes"]] == expected["inter,intra"]


def test_odds_and_modularity_of_j2():
    row = measure_ei(J2, J2_LIENS, mixte="exclu").iloc[0]
    assert row[["log_rapport_cotes", "modularite"]].tolist() == pytest.approx([3.0338840395, 0.3194444444])
    expected = read_expected()
    assert row[["log_rapport_cotes", "modularite"]].tolist() == pytest.approx([expected["log_OR_haldane"], expected["modularite"]])


@pytest.mark.parametrize("seed", range(4))
def test_modularity_agrees_with_networkx(seed):
    acteurs, liens = make_random(seed)
    row = measure_ei(acteurs.assign(categorie=acteurs["champ"]), liens, groupe="categorie").iloc[0]
    graph, _ = build_link_graph(acteurs, liens)
    parts = [set(rows["acteur_id"]) for _, rows in acteurs.groupby("champ")]
    assert row["modularite"] == pytest.approx(nx.community.modularity(graph, parts))


def test_odds_stay_finite_with_an_empty_cell_and_are_undefined_without_pairs():
    whole = compare_counts(0, 6, 9, 6)  # every link within, none between, no pair within left
    assert whole["log_rapport_cotes"] == pytest.approx(np.log(6.5 * 9.5 / (0.5 * 0.5)))
    assert compare_counts(6, 0, 9, 6)["log_rapport_cotes"] < 0
    for counts in [(0, 0, 9, 6), (0, 3, 0, 6), (1, 0, 1, 0)]:
        assert np.isnan(compare_counts(*counts)["log_rapport_cotes"]), counts


def test_unknown_scenario_is_refused():
    with pytest.raises(DiagnosticError, match="Scénario inconnu pour les acteurs mixtes : moitie"):
        measure_ei(J2, J2_LIENS, mixte="moitie")


def test_expected_ei_is_the_mean_over_all_ways_to_place_the_labels():
    values = []
    for social in itertools.combinations("abcdef", 3):
        labelled = make_actors({a: S if a in social else D for a in "abcdef"})
        values.append(measure_ei(labelled, J2_LIENS, mixte="exclu").loc[0, "ei"])
    assert len(values) == 20
    assert np.mean(values) == pytest.approx(measure_ei(J2, J2_LIENS).loc[0, "ei_attendu"])


@pytest.mark.parametrize("seed", range(4))
def test_assortativity_agrees_with_networkx(seed):
    acteurs, liens = make_random(seed)
    acteurs = acteurs.assign(categorie=acteurs["champ"])
    row = measure_ei(acteurs, liens, groupe="categorie").iloc[0]
    graph, _ = build_link_graph(acteurs, liens)
    assert row["assortativite"] == pytest.approx(nx.attribute_assortativity_coefficient(graph, "categorie"))


def test_mixed_actors_are_not_forced_into_a_side():
    acteurs = make_actors({"a": S, "b": D, "m": "mixte", "x": "autre"})
    table = measure_ei(acteurs, make_links("ab am bm ax")).set_index("mixte")
    assert list(table.index) == ["exclu", "social", "developpement_local"]
    assert table["nb_acteurs"].tolist() == [2, 3, 3]
    assert table["nb_acteurs_hors_mesure"].tolist() == [2, 1, 1]
    assert table["nb_externes"].tolist() == [1, 2, 2]  # ab; ab and bm; ab and am
    assert table["ei"].tolist() == pytest.approx([1.0, 1 / 3, 1 / 3])
    assert measure_ei(acteurs, make_links("ab"), mixte="social")["mixte"].tolist() == ["social"]


def test_ei_without_link_or_with_one_side_says_why():
    empty = measure_ei(J2, make_table("liens")).iloc[0]
    assert np.isnan(empty["ei"])
    assert empty["ei_attendu"] == pytest.approx(0.2)
    assert empty["raison_absence"] == "aucun lien déclaré"
    one_side = measure_ei(J2.head(3), J2_LIENS).iloc[0]
    assert one_side["raison_absence"] == "un seul groupe : aucun lien externe possible"
    assert one_side[["ei", "ei_attendu", "ratio_externes", "indice_silo"]].isna().all()
    undefined = ["assortativite", "ratio_externes", "indice_silo", "log_rapport_cotes", "modularite"]
    assert np.isnan(one_side[undefined].astype(float)).all()
    assert np.isnan(empty[["assortativite", "log_rapport_cotes", "modularite"]].astype(float)).all()
    nobody = measure_ei(make_table("acteurs"), make_table("liens"))
    assert nobody["raison_absence"].unique().tolist() == ["moins de deux acteurs"]
    mixed = measure_ei(make_actors({"a": "mixte", "b": "autre", "c": "mixte"}), make_links("ab bc")).set_index("mixte")
    assert mixed.loc["exclu", "raison_absence"] == "aucun acteur social ni de développement local (3 mixtes ou autres)"
    assert mixed.loc["social", "raison_absence"] == "un seul groupe : aucun lien externe possible"
    assert mixed[["ei", "indice_silo", "ratio_externes"]].isna().all(axis=None)


def test_silo_index_is_undefined_without_a_link_inside():
    row = measure_ei(J2, make_links("cd")).iloc[0]
    assert row["densite_intra"] == 0
    assert np.isnan(row["indice_silo"])


@pytest.mark.parametrize("measure", [measure_blocks, measure_ei, measure_crossing])
def test_a_missing_champ_is_refused_never_made_a_class(measure):
    with pytest.raises(DiagnosticError, match=r"1 acteur\(s\) sans champ : b\."):
        measure(J2.assign(champ=[S, None, S, D, D, D]), J2_LIENS)


def test_crossing_of_j2():
    table = measure_crossing(J2, J2_LIENS)
    assert table["part_croisement"].to_dict() == pytest.approx({"a": 0, "b": 0, "c": 1 / 3, "d": 1 / 2, "e": 0, "f": 0})
    assert table["nb_externes"].tolist() == [0, 0, 1, 1, 0, 0]
    assert table["nb_internes"].tolist() == [2, 2, 2, 1, 2, 1]
    assert table["ei"].tolist() == pytest.approx([-1, -1, -1 / 3, 0, -1, -1])
    assert table["part_croisement"].to_dict() == pytest.approx(read_expected()["croisement_acteur"])
    mixed = measure_crossing(shuffle(J2), shuffle(J2_LIENS))
    pdt.assert_frame_equal(mixed.sort_index(), table)


def test_crossing_leaves_mixed_neighbours_out_of_the_share():
    acteurs = make_actors({"a": S, "b": D, "m": "mixte", "x": "autre", "z": S})
    table = measure_crossing(acteurs, make_links("ab am ax bm"))
    assert table.loc["a"].drop("raison_absence").tolist() == [S, 3, 0, 1, 1, 1, 1, 0, 1.0, 1.0]
    assert table.loc["m", ["nb_voisins", "raison_absence"]].tolist() == [2, "ni social ni développement local"]
    assert table.loc["z", "raison_absence"] == "aucun lien vers un acteur social ou de développement local"
    assert table.loc[["m", "x", "z"], ["part_croisement", "ei"]].isna().all(axis=None)
    assert table.loc[["m", "x"], ["nb_externes", "nb_internes"]].isna().all(axis=None)
    assert table.loc["z", ["nb_externes", "nb_internes"]].tolist() == [0, 0]


def test_mixed_dispositifs_by_hand():
    table, share = measure_mixed_dispositifs(BI_DISPOSITIFS, BI_PARTICIPATIONS, BI)
    assert table["mixte"].to_dict() == {"CTG": True, "PAT": False, "LEADER": False}
    assert table.loc["CTG", ["nb_acteurs", "nb_social", "nb_developpement_local"]].tolist() == [2, 1, 1]
    assert share[["numerateur", "denominateur"]].values.tolist() == [[1, 3]] * 3
    assert share["part"].tolist() == pytest.approx([1 / 3] * 3)


def test_mixed_dispositifs_without_actor_with_mixed_actor_and_with_a_bearer():
    acteurs = make_actors({"a": S, "b": D, "m": "mixte"})
    dispositifs = make_dispositifs("U", "V", "W", "X").assign(porteur_id=[None, None, "b", None])
    participations = make_participations("a:V m:V a:W a:W m:X")
    table, share = measure_mixed_dispositifs(dispositifs, participations, acteurs)
    assert table.loc["W", ["nb_acteurs", "mixte"]].tolist() == [2, True]  # its bearer is a local development actor
    assert table["mixte"].isna().tolist() == [True, False, False, False]
    assert share["numerateur"].tolist() == [1, 1, 2]  # m as social changes nothing; m as local makes V mixed
    assert share[["denominateur", "nb_sans_acteur"]].values.tolist() == [[3, 1]] * 3


def test_empty_tables():
    acteurs, liens = make_table("acteurs"), make_table("liens")
    assert measure_blocks(acteurs, liens).empty
    assert measure_crossing(acteurs, liens).empty
    table, share = measure_mixed_dispositifs(make_table("dispositifs"), make_table("participations"), acteurs)
    assert table.empty
    assert share["part"].isna().all()
