"""Survey: bounds of a density by hand and by filling in what nobody told, reliability, confirmations, citations cut."""

import itertools

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets_reseau import (
    J2,
    J2_LIENS,
    J3,
    J3_LIENS,
    TERR,
    TERR_LIENS,
    TERR_LIEUX,
    make_actors,
    make_links,
    make_places,
    make_territories,
    read_expected,
    shuffle,
)  # fmt: skip

from diagnostic.measure.liens.density import measure_density
from diagnostic.measure.liens.survey import (
    GENRES,
    NO_ANSWER,
    NO_LINK,
    count_answers,
    list_citations,
    list_confirmations,
    measure_citations,
    measure_reliability,
    measure_survey,
    tell_no_link,
)  # fmt: skip
from diagnostic.schema import make_table

WHOLE = make_territories("perimetre")
# Ten actors, six answered (a to f), thirteen links, none between two of those that did not.
TEN = make_actors(dict.fromkeys("abcdefghij", "social"), a_repondu=["oui"] * 6 + ["non", "non", "non_sollicite", None])
TEN_LIENS = make_links("ab ac bc cd de ef af ag bh ci dj eg fh")


def put_everywhere(acteurs):
    return acteurs[["acteur_id"]].assign(territoire_id="perimetre")


def measure_whole(acteurs, liens):
    return measure_survey(acteurs, liens, put_everywhere(acteurs), WHOLE).iloc[0]


def test_bounds_by_hand():
    row = measure_whole(TEN, TEN_LIENS)
    counts = ["nb_acteurs", "nb_repondants", "nb_sollicites", "nb_sans_mention", "nb_paires", "nb_paires_observables"]
    assert row[counts].tolist() == [10, 6, 8, 1, 45, 39]
    assert row[["nb_liens", "nb_liens_observables", "nb_liens_entre_non_repondants"]].tolist() == [13, 13, 0]
    assert [row["taux_reponse"], row["taux_reponse_sollicites"]] == pytest.approx([0.6, 0.75])
    densities = ["densite_naive", "densite_observable", "densite_basse", "densite_haute"]
    assert row[densities].tolist() == pytest.approx([0.2888888889, 0.3333333333, 0.2888888889, 0.4222222222])
    assert row["nb_couples_orientes_observables"] == 54
    assert np.isnan(row["densite_orientee_observable"])
    told = read_expected()["nonrep"]
    assert row[["nb_paires", "nb_paires_observables", "nb_couples_orientes_observables"]].tolist() == [
        told["paires"], told["obs"], told["dens_orientee_den"],
    ]  # fmt: skip
    assert row[densities].tolist() == pytest.approx([told["naif"], told["obs_dens"], told["naif"], told["haut"]])


def test_bounds_are_those_of_every_way_to_fill_in_what_nobody_told():
    acteurs = make_actors(dict.fromkeys("abcde", "social"), a_repondu=["oui", "oui", "non", "non", None])
    row = measure_whole(acteurs, make_links("ab bc"))
    hidden = list(itertools.combinations("cde", 2))
    filled = [
        measure_density(acteurs, make_links(" ".join(["ab", "bc", *map("".join, more)])), put_everywhere(acteurs), WHOLE)["densite"][0]
        for k in range(len(hidden) + 1)
        for more in itertools.combinations(hidden, k)
    ]
    assert [row["densite_basse"], row["densite_haute"]] == pytest.approx([min(filled), max(filled)])


def test_a_link_told_by_a_third_is_naive_but_not_observable():
    row = measure_whole(TEN, pd.concat([TEN_LIENS, make_links("gh")]))
    assert row[["nb_liens", "nb_liens_observables", "nb_liens_entre_non_repondants"]].tolist() == [14, 13, 1]
    densities = [row["densite_naive"], row["densite_observable"], row["densite_haute"]]
    assert densities == pytest.approx([14 / 45, 13 / 39, 19 / 45])  # the hidden pair gh is in the upper bound once


def test_one_way_links_start_from_a_respondent():
    row = measure_whole(J3.assign(a_repondu=["oui", "oui", "non", None, "non"]), J3_LIENS)
    assert row["nb_liens_orientes_observables"] == 3  # ab, ba, bc; cd, dc and de start elsewhere
    assert [row["nb_couples_orientes_observables"], row["densite_orientee_observable"]] == [8, 3 / 8]
    told = measure_whole(J3.assign(a_repondu=["non", "non", "non", "non", "oui"]), J3_LIENS)
    assert [told["nb_liens_orientes_observables"], told["densite_orientee_observable"]] == [0, 0.0]


def test_territories_hold_what_the_densities_hold():
    acteurs = TERR.assign(a_repondu=["oui", "non", "oui", "non"])
    territoires = make_territories("epci:T1", "epci:T2")
    table = measure_survey(acteurs, TERR_LIENS, TERR_LIEUX, territoires)
    density = measure_density(acteurs, TERR_LIENS, TERR_LIEUX, territoires).iloc[:2]
    assert table["densite_naive"].tolist() == density["densite"].tolist()
    assert table[["nb_repondants", "nb_paires_observables", "nb_liens_observables"]].values.tolist() == [[1, 2, 1], [1, 2, 1]]
    assert table["densite_observable"].tolist() == [0.5, 0.5]  # ab over ab, ad; cd over bc, cd
    again = measure_survey(shuffle(acteurs), shuffle(TERR_LIENS), shuffle(TERR_LIEUX), territoires)
    pdt.assert_frame_equal(again, table)


def test_without_respondent_without_link_without_actor_nothing_is_zero():
    silent = measure_whole(J2, J2_LIENS)
    assert silent[["taux_reponse", "densite_observable", "densite_basse", "densite_haute"]].isna().all()
    assert silent["raison_absence"] == NO_ANSWER
    assert silent["densite_naive"] == pytest.approx(0.4)
    refused = measure_whole(J2.assign(a_repondu="non"), J2_LIENS)
    assert [refused["taux_reponse"], refused["taux_reponse_sollicites"]] == [0, 0]  # asked, and nobody answered
    assert np.isnan(refused["densite_haute"])
    unlinked = measure_whole(J2.assign(a_repondu="oui"), make_table("liens"))
    assert unlinked["raison_absence"] == NO_LINK
    assert unlinked[["densite_naive", "densite_haute", "nb_liens"]].isna().all()
    assert unlinked["taux_reponse"] == 1
    acteurs = J2.assign(a_repondu="oui")
    one = measure_survey(acteurs, J2_LIENS, make_places("a:T1"), make_territories("epci:T1", "epci:T2"))
    assert one["raison_absence"].tolist() == ["un seul acteur : aucune paire possible", "aucun acteur"]
    assert one["densite_observable"].isna().all()
    assert one["taux_reponse"].tolist() == pytest.approx([1, np.nan], nan_ok=True)
    assert measure_survey(make_table("acteurs"), make_table("liens"), TERR_LIEUX.head(0), WHOLE.head(0)).empty


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["oui", "non", None]), min_size=6, max_size=6), st.lists(st.sampled_from(
    ["".join(p) for p in itertools.combinations("abcdef", 2)]), min_size=1, max_size=12))  # fmt: skip
def test_pairs_and_bounds_against_a_double_loop(answers, words):
    acteurs = J2.assign(a_repondu=answers)
    row = measure_whole(acteurs, make_links(" ".join(words)))
    told = {actor for actor, answer in zip("abcdef", answers, strict=True) if answer == "oui"}
    observable = [p for p in itertools.combinations("abcdef", 2) if told & set(p)]
    assert row["nb_paires_observables"] == len(observable)
    assert row["nb_liens_observables"] == sum("".join(p) in words for p in observable)
    if told:
        assert row["densite_basse"] <= row["densite_haute"] + 1e-12
        assert row["densite_observable"] <= row["densite_haute"] + 1e-12
        assert row["densite_haute"] == pytest.approx((row["nb_liens_observables"] + 15 - len(observable)) / 15)


def test_confirmations():
    acteurs = make_actors(dict.fromkeys("abcde", "social"), a_repondu=["oui", "oui", "oui", "non", "oui"])
    liens = make_links("ab ba ac bc cd de ae za aa", declarant_id=["a", "b", "c", "e", None, None, "e", "a", "a"])
    table = list_confirmations(acteurs, liens)
    found = dict(zip(table["acteur_a"] + table["acteur_b"], table["confirmation"], strict=True))
    assert found == {
        "ab": "confirme", "ac": "un_seul_cote", "ae": "un_seul_cote", "bc": "tiers", "cd": "declarant_non_dit", "de": "declarant_non_dit",
    }  # fmt: skip
    assert table[["declare_par_a", "declare_par_b"]].values.tolist()[1] == [False, True]
    assert table["deux_repondants"].tolist() == [True, True, True, True, False, False]
    pdt.assert_frame_equal(list_confirmations(shuffle(acteurs), shuffle(liens)), table)


def test_a_link_of_another_type_confirms_and_a_third_does_not_unsay():
    liens = make_links("ab ab ab", declarant_id=["a", "b", "c"]).assign(type=["x", "y", "x"])
    assert list_confirmations(J2, liens)["confirmation"].tolist() == ["confirme"]
    assert list_confirmations(J2, liens.tail(1))["confirmation"].tolist() == ["tiers"]


def test_reliability_by_hand():
    acteurs = make_actors(dict.fromkeys("abcdefg", "social"), a_repondu=["oui"] * 6 + ["non"])
    both, one = ["ab", "ac", "ad", "ae", "af", "bc"], ["bd", "be", "bf", "cd"]
    liens = make_links(" ".join([*both, *both, *one, "ag", "ce", "df"]))
    liens["declarant_id"] = [*(w[0] for w in both), *(w[1] for w in both), *(w[0] for w in one), "a", "a", None]
    row = measure_reliability(acteurs, shuffle(liens)).iloc[0]
    counts = ["nb_repondants", "nb_paires_repondants", "nb_liens_entre_repondants", "nb_confirmes", "nb_un_seul_cote", "nb_sans_declarant"]
    assert row[counts].tolist() == [6, 15, 12, 6, 4, 2]  # ag leaves: g did not answer
    assert [row["fiabilite"], row["nb_liens_estimes"]] == pytest.approx([0.75, 10.6666666667])
    told = read_expected()["capture"]
    assert [row["fiabilite"], row["nb_liens_estimes"]] == pytest.approx([told["q"], told["N"]])


def test_reliability_by_kind_of_link():
    """One-way links are told apart; a pair that has both kinds is one of the others, whatever the order of its rows."""
    acteurs = make_actors(dict.fromkeys("abcde", "social"), a_repondu=["oui"] * 4 + ["non"])
    both = make_links("ab ab ac bd", declarant_id=["a", "b", "a", "b"])
    one_way = make_links("ac cd cd bc ae", oriente=True, declarant_id=["c", "c", "d", "b", "a"])
    liens = pd.concat([both, one_way], ignore_index=True)
    table = measure_reliability(acteurs, shuffle(liens))
    assert table["genre"].tolist() == list(GENRES) == ["ensemble", "non_oriente", "oriente"]
    # ab, ac confirmed and bd by one end; cd confirmed and bc by one end; ae leaves: e did not answer.
    counts = ["nb_repondants", "nb_paires_repondants", "nb_liens_entre_repondants", "nb_confirmes", "nb_un_seul_cote", "nb_sans_declarant"]
    assert table[counts].values.tolist() == [[4, 6, 5, 3, 2, 0], [4, 6, 3, 2, 1, 0], [4, 6, 2, 1, 1, 0]]
    assert table["fiabilite"].tolist() == pytest.approx([6 / 8, 4 / 5, 2 / 3])
    assert table["nb_liens_estimes"].tolist() == pytest.approx([64 / 12, 25 / 8, 9 / 4])
    assert (table["raison_absence"] == "").all()
    alone = measure_reliability(acteurs, both)
    assert alone.loc[2, ["nb_liens_entre_repondants", "raison_absence"]].tolist() == [0, "aucun lien orienté entre deux répondants"]
    assert alone.loc[2, ["fiabilite", "nb_liens_estimes"]].isna().all()
    assert len(measure_reliability(make_table("acteurs"), make_table("liens"))) == 3


def test_unequal_chances_push_the_number_of_links_down():
    """Half of 400 links said by each end four times in five, half one time in five: (sum of p)² / (sum of p²) = 294, not 400."""
    rng = np.random.default_rng(3)
    said = rng.random((400, 2)) < np.repeat([0.8, 0.2], 200)[:, None]
    pairs = list(itertools.combinations([f"a{k:02d}" for k in range(29)], 2))[:400]
    rows = [(a, b, (a, b)[end]) for (a, b), ends in zip(pairs, said, strict=True) for end in (0, 1) if ends[end]]
    liens = pd.DataFrame(rows, columns=["source_id", "cible_id", "declarant_id"])
    acteurs = make_actors(dict.fromkeys([f"a{k:02d}" for k in range(29)], "social"), a_repondu="oui")
    row = measure_reliability(acteurs, liens).iloc[0]
    assert row["nb_liens_estimes"] == pytest.approx(200**2 / (200 * (0.8**2 + 0.2**2)), rel=0.08)
    assert row["fiabilite"] == pytest.approx(0.68, abs=0.05)


def test_links_all_set_aside_are_not_an_empty_sheet():
    acteurs = J2.assign(a_repondu="oui")
    row = measure_whole(acteurs, make_links("aa az zz"))
    assert row["raison_absence"] == tell_no_link(3) == "aucun lien retenu : 3 lignes écartées (feuille liens)"
    assert row[["densite_naive", "nb_liens"]].isna().all()
    assert tell_no_link(1) == "aucun lien retenu : 1 ligne écartée (feuille liens)"


def test_answers_are_counted_by_territory():
    acteurs = TERR.assign(a_repondu=["oui", "non", "non_sollicite", None])
    table = count_answers(TERR_LIEUX, acteurs, pd.Index(["epci:T1", "epci:T2", "epci:T3"]))
    counts = ["nb_acteurs", "nb_repondants", "nb_sollicites", "nb_sans_mention"]
    assert table[counts].values.tolist() == [[3, 1, 2, 1], [3, 0, 1, 1], [0, 0, 0, 0]]
    assert table["taux_reponse"].tolist() == pytest.approx([1 / 3, 0, np.nan], nan_ok=True)
    assert table["taux_reponse_sollicites"].tolist() == pytest.approx([1 / 2, 0, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("answers", "declarants", "q", "reason"),
    [
        ([None, None], ["a"], np.nan, NO_ANSWER),
        (["oui", None], ["a"], np.nan, "un seul répondant"),
        (["oui", "oui"], [None], np.nan, "aucun lien dit par une de ses extrémités (colonne declarant_id, feuille liens)"),
        (["oui", "oui"], ["a"], 0.0, "aucun lien confirmé des deux côtés : nombre de liens non estimable"),
        (["oui", "oui"], [], np.nan, "aucun lien entre deux répondants"),
    ],
)
def test_reliability_that_cannot_be_told(answers, declarants, q, reason):
    acteurs = make_actors({"a": "social", "b": "social"}, a_repondu=answers)
    liens = make_links("ab").head(len(declarants)).assign(declarant_id=declarants)
    row = measure_reliability(acteurs, liens).iloc[0]
    assert row["fiabilite"] == pytest.approx(q, nan_ok=True)
    assert np.isnan(row["nb_liens_estimes"])
    assert row["raison_absence"] == reason


def make_survey(text, **columns):
    """Return enquete from "a:liste_ouverte:2", an empty part meaning nothing said."""
    cells = [cell.split(":") for cell in text.split()]
    limits = [float(cell[2]) if cell[2] else None for cell in cells]
    table = pd.DataFrame({"acteur_id": [c[0] for c in cells], "mode_collecte": [c[1] or None for c in cells]})
    return table.assign(**({"date": pd.NaT} | columns), max_citations=pd.Series(limits, dtype=float))


def test_citations_cut_by_the_questionnaire():
    acteurs = make_actors(dict.fromkeys("abcdefg", "social"), a_repondu=["oui"] * 5 + ["non", "oui"])
    enquete = make_survey("a:liste_ouverte:2 b:liste_ouverte:2 c:liste_fermee: d:liste_fermee:1 e::5 f:liste_ouverte:1 z:liste_ouverte:1")
    liens = make_links("ab ba ac bc cd da cd fg", declarant_id=["a", "a", "a", "b", "c", "d", "a", "f"])
    rows = list_citations(acteurs, liens, enquete).set_index("acteur_id")
    assert rows["nb_citations"].to_dict() == {"a": 2, "b": 1, "c": 1, "d": 1, "e": 0, "f": 1}  # cd said by a is no partner of a
    assert rows["au_maximum"].tolist() == [True, False, pd.NA, True, False, pd.NA]
    table = measure_citations(acteurs, liens, enquete).set_index("mode_collecte")
    assert table.index.tolist() == ["liste_fermee", "liste_ouverte", "non_precise"]
    counts = ["nb_acteurs", "nb_repondants", "nb_avec_limite", "nb_sans_citation", "nb_au_maximum"]
    assert table[counts].values.tolist() == [[2, 2, 1, 0, 1], [3, 2, 2, 0, 1], [1, 1, 1, 1, 0]]
    assert table["part_au_maximum"].tolist() == [1.0, 0.5, 0.0]
    assert table["citations_moyennes"].tolist() == [1.0, 1.5, 0.0]
    pdt.assert_frame_equal(measure_citations(acteurs, shuffle(liens), shuffle(enquete)), table.reset_index())


def test_citations_of_an_actor_asked_twice_and_without_a_limit():
    acteurs = make_actors({"a": "social", "b": "social"}, a_repondu=["oui", None])
    enquete = make_survey("a:liste_ouverte:5 a:liste_fermee: b:liste_ouverte:5", date=pd.to_datetime(["2025-01-01", "2026-01-01", None]))
    rows = list_citations(acteurs, make_links("ab", declarant_id=["a"]), enquete)
    assert rows[["acteur_id", "mode_collecte"]].values.tolist() == [["a", "liste_fermee"], ["b", "liste_ouverte"]]
    table = measure_citations(acteurs, make_links("ab", declarant_id=["a"]), enquete)
    assert table["part_au_maximum"].isna().all()
    assert table["raison_absence"].tolist() == ["aucune limite dite (colonne max_citations, feuille enquete)", "aucun répondant"]
    assert measure_citations(acteurs, make_table("liens"), make_table("enquete")).empty


def test_arguments_are_left_as_they_were():
    before = [TEN.copy(), TEN_LIENS.copy()]
    measure_whole(TEN, TEN_LIENS)
    measure_reliability(TEN, TEN_LIENS)
    for table, kept in zip([TEN, TEN_LIENS], before, strict=True):
        pdt.assert_frame_equal(table, kept)
