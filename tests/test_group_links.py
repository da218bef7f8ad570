"""Links of each group, and blocks expected from the degrees: J2 by hand, a naive loop, sums that must add up."""

import numpy as np
import pandas.testing as pdt
import pytest
from jouets_reseau import J2, J2_LIENS, make_actors, make_links, read_expected, shuffle
from test_silos import list_naive_pairs, make_random

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.group_links import measure_expected_blocks, measure_group_ei
from diagnostic.schema import make_table

S, D = "social", "developpement_local"


def test_group_ei_of_j2():
    table = measure_group_ei(J2, J2_LIENS).set_index("valeur")
    assert table.index.tolist() == [D, S]
    assert table.loc[S, ["groupe", "nb_acteurs", "nb_externes", "nb_internes"]].tolist() == ["champ", 3, 1, 3]
    assert table["ei"].to_dict() == pytest.approx({S: (1 - 3) / 4, D: (1 - 2) / 3})
    assert table["ei_attendu"].to_dict() == pytest.approx({S: (9 - 3) / 12, D: (9 - 3) / 12})
    assert table["raison_absence"].tolist() == ["", ""]


@pytest.mark.parametrize("seed", range(3))
def test_group_ei_agrees_with_a_naive_loop(seed):
    acteurs, liens = make_random(seed)
    champ = acteurs.set_index("acteur_id")["champ"]
    table = measure_group_ei(acteurs, liens).set_index("valeur")
    for group, row in table.iterrows():
        sides = [[champ[actor] == group for actor in pair] for pair in list_naive_pairs(liens)]
        assert row["nb_internes"] == sum(all(side) for side in sides)
        assert row["nb_externes"] == sum(any(side) and not all(side) for side in sides)
        assert row["ei"] == pytest.approx((row["nb_externes"] - row["nb_internes"]) / (row["nb_externes"] + row["nb_internes"]))
    pdt.assert_frame_equal(measure_group_ei(shuffle(acteurs), shuffle(liens)), measure_group_ei(acteurs, liens))


def test_group_ei_without_link_and_with_one_group():
    table = measure_group_ei(make_actors({"a": S, "b": S, "c": D}), make_links("ab")).set_index("valeur")
    assert table.loc[S, "ei"] == -1
    assert np.isnan(table.loc[D, "ei"])
    assert table.loc[D, "raison_absence"] == "aucun lien ne touche ce groupe"
    alone = measure_group_ei(make_actors({"a": S, "b": S}), make_links("ab")).iloc[0]
    assert alone["ei"] == -1
    assert np.isnan(alone["ei_attendu"])
    assert alone["raison_absence"] == "un seul groupe : aucun lien externe possible"
    one = measure_group_ei(make_actors({"a": S}), make_table("liens")).iloc[0]
    assert one[["nb_acteurs", "nb_externes", "nb_internes"]].tolist() == [1, 0, 0]
    assert np.isnan(one["ei"])


def test_expected_blocks_of_j2():
    table = measure_expected_blocks(J2, J2_LIENS).set_index(["groupe_a", "groupe_b"])
    blocks = [(D, S), (S, S), (D, D)]
    assert table.loc[blocks, "nb_liens_attendus"].tolist() == pytest.approx([2.9166666667, 2.0416666667, 1.0416666667])
    assert table.loc[blocks, "nb_liens"].tolist() == [1, 3, 2]
    assert table.loc[(D, S), ["degres_a", "degres_b"]].tolist() == [5, 7]
    assert table["ratio"].tolist() == pytest.approx((table["nb_liens"] / table["nb_liens_attendus"]).tolist())
    expected = read_expected()["CM_att"]
    assert table.loc[blocks, "nb_liens_attendus"].tolist() == pytest.approx([expected[name] for name in ["SD", "SS", "DD"]])


@pytest.mark.parametrize("seed", range(3))
def test_expected_blocks_add_up_to_the_links(seed):
    acteurs, liens = make_random(seed)
    table = measure_expected_blocks(acteurs, liens)
    assert table["nb_liens_attendus"].sum() == pytest.approx(table["nb_liens"].sum())
    pdt.assert_frame_equal(measure_expected_blocks(shuffle(acteurs), shuffle(liens)), table)


def test_expected_blocks_without_link_say_why():
    table = measure_expected_blocks(J2, make_table("liens"))
    assert table["nb_liens_attendus"].isna().all()
    assert table["raison_absence"].unique().tolist() == ["aucun lien déclaré"]
    part = measure_expected_blocks(make_actors({"a": S, "b": S, "c": D}), make_links("ab")).set_index(["groupe_a", "groupe_b"])
    assert part.loc[(D, S), ["nb_liens_attendus", "raison_absence"]].tolist() == [0, "aucun lien ne touche l'un des deux groupes"]
    assert np.isnan(part.loc[(D, S), "ratio"])


@pytest.mark.parametrize("measure", [measure_group_ei, measure_expected_blocks])
def test_missing_group_is_refused_and_empty_tables_give_empty_tables(measure):
    with pytest.raises(DiagnosticError, match=r"1 acteur\(s\) sans champ : a\."):
        measure(J2.assign(champ=[None, S, S, D, D, D]), J2_LIENS)
    assert measure(make_table("acteurs"), make_table("liens")).empty
    assert "valeur" in measure_group_ei(J2.assign(categorie=list("xxyyzz")), J2_LIENS, groupe="categorie")
