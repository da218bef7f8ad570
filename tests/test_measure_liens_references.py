"""The three references beside the links observed: literals of J2, sentences, warnings, draws recounted, refusals."""

from itertools import combinations

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import J2, J2_LIENS, make_actors, make_links, read_expected, shuffle

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens import references
from diagnostic.measure.liens.references import (
    CONSTANT,
    FIGURES,
    compare_references,
    describe_distribution,
    measure_references,
)
from diagnostic.measure.liens.silos import measure_ei
from diagnostic.schema import make_table

S, D = "social", "developpement_local"
NARROW = "\u202f"


def make_town(n, m, seed=1, champs=(S, D)):
    rng = np.random.default_rng(seed)
    ids = [f"a{k:04d}" for k in range(n)]
    pairs = rng.choice(ids, (m, 2))
    links = pd.DataFrame(pairs, columns=["source_id", "cible_id"], dtype="str").assign(type="information")
    return make_actors(dict(zip(ids, rng.choice(champs, n).tolist(), strict=True))), links


def compare_one(acteurs, liens, hypothese, **choices):
    return compare_references(acteurs, liens, mixte="exclu", hypotheses=[hypothese], **choices).iloc[0]


@pytest.mark.parametrize(
    ("hypothese", "literals"),
    [
        ("etiquettes", {"nb_cas": 20, "moyenne": 3.6, "ei_moyenne": 0.2, "ei_ecart_type": 0.3711842909, "z": -2.3348689263,
                        "p_moins": 0.10, "p_plus": 1, "p_min": 0.10, "q05": 1, "q95": 5}),
        ("liens", {"nb_cas": 5005, "moyenne": 3.6, "ei_moyenne": 0.2, "ei_ecart_type": 0.3207134903, "z": -2.7023081127,
                   "p_moins": 55 / 5005, "p_plus": 5004 / 5005, "p_min": 1 / 5005, "q05": 2, "q95": 5}),
        ("degres", {"nb_cas": 36, "moyenne": 3.5555555556, "ecart_type": 1.1166528468, "z": -2.2885855375,
                    "p_moins": 0.0555555556, "p_plus": 1, "p_min": 0.0555555556, "q05": 1, "q95": 5}),
    ],
)  # fmt: skip
def test_references_of_j2(hypothese, literals):
    row = compare_one(J2, J2_LIENS, hypothese)
    assert row[list(literals)].to_dict() == pytest.approx(literals)
    assert row[["methode", "observe", "nb_acteurs", "nb_liens", "graine"]].tolist() == ["exacte", 1, 6, 6, 2026]
    assert row["ei_observe"] == pytest.approx(-2 / 3)
    assert row["raison_absence"] == ""


def test_references_of_j2_agree_with_the_shared_values():
    expected = read_expected()
    rows = compare_references(J2, J2_LIENS, mixte="exclu").set_index("hypothese")
    labels, networks = expected["EI_perm_exact"], expected["CM_simple_exact"]
    assert rows.loc["etiquettes", ["ei_moyenne", "ei_ecart_type", "p_moins", "nb_cas"]].tolist() == pytest.approx(
        [labels["moy"], labels["sd"], labels["p_inf"], labels["nb"]]
    )
    assert rows.loc["etiquettes", ["z", "ratio_observe_attendu"]].tolist() == pytest.approx(
        [expected["EI_z"], expected["ratio_obs_att_permutation"]]
    )
    assert rows.loc["degres", ["nb_cas", "moyenne", "ecart_type", "z", "p_moins"]].tolist() == pytest.approx(
        [networks["nb"], networks["moy"], networks["sd"], networks["z"], networks["p"]]
    )
    placed = expected["EI_hypergeo"]
    assert rows.loc["liens", ["moyenne", "ei_ecart_type", "z", "p_moins"]].tolist() == pytest.approx(
        [placed["moy_ext"], placed["sd_EI"], placed["z"], placed["p"]]
    )


def test_the_sentence_names_the_reference():
    rows = compare_references(J2, J2_LIENS, mixte="exclu").set_index("hypothese")
    assert rows.loc["etiquettes", "phrase"] == (
        "Si les étiquettes de champ étaient redistribuées au hasard entre les mêmes acteurs, on compterait en moyenne 3,6 liens entre "
        "champs (de 1 à 5 dans au moins 90 % des cas) ; on en observe 1 ; 2 cas sur 20 en donnent autant ou moins."
    )
    assert f"55 cas sur 5{NARROW}005 en donnent autant ou moins" in rows.loc["liens", "phrase"]
    assert rows.loc["degres", "phrase"].startswith("Si chaque acteur gardait son nombre de liens, avec des partenaires tirés au hasard,")
    assert rows["avertissement"].tolist() == [
        "avec si peu d'acteurs, même le cas le plus extrême donne p = 0,10", "",
        "avec si peu d'acteurs, même le cas le plus extrême donne p = 0,06",
    ]  # fmt: skip
    town = compare_references(*make_town(60, 150), mixte="exclu")
    assert not pd.concat([rows["phrase"], town["phrase"], town["avertissement"]]).str.contains("significati").any()


def test_the_sentence_counts_the_cases_on_the_side_observed():
    acteurs, liens = make_town(60, 150)
    few = compare_references(acteurs, liens, mixte="exclu", tirages=200).set_index("hypothese")
    for name, word in [("etiquettes", "tirage"), ("degres", "tirage"), ("liens", "% des cas")]:
        assert word in few.loc[name, "phrase"]
    split = make_links("ab bc ac de ef df"), make_links("ad ae af bd be bf cd ce cf")
    assert "on n'en observe aucun ; 2 cas sur 20 en donnent autant ou moins." in compare_one(J2, split[0], "etiquettes")["phrase"]
    assert "on en observe 9 ; 2 cas sur 20 en donnent autant ou plus." in compare_one(J2, split[1], "etiquettes")["phrase"]


def test_labels_agree_with_the_ei_of_every_labeling():
    acteurs, liens = make_actors(dict.fromkeys("abcd", S) | dict.fromkeys("efg", D)), make_links("ab ac ae bf cg dg ef fa")
    found = []
    for social in combinations("abcdefg", 4):
        row = measure_ei(make_actors({a: S if a in social else D for a in "abcdefg"}), liens, mixte="exclu").iloc[0]
        found.append(row["nb_externes"])
    row, found = compare_one(acteurs, liens, "etiquettes"), np.array(found)
    assert row["nb_cas"] == len(found) == 35
    assert row[["moyenne", "ecart_type"]].tolist() == pytest.approx([found.mean(), found.std()])
    assert row["p_moins"] == pytest.approx((found <= row["observe"]).mean())
    assert row["p_plus"] == pytest.approx((found >= row["observe"]).mean())
    silos = measure_ei(acteurs, liens, mixte="exclu").iloc[0]
    assert row[["observe", "moyenne", "ratio_observe_attendu", "ei_observe"]].tolist() == pytest.approx(
        silos[["nb_externes", "nb_externes_attendu", "ratio_externes", "ei"]].tolist()
    )


@pytest.mark.parametrize("hypothese", ["etiquettes", "degres"])
def test_draws_count_the_observed_case_as_one_more(hypothese):
    acteurs, liens = make_town(60, 150)
    row = compare_one(acteurs, liens, hypothese, tirages=400)
    cases = describe_distribution(acteurs, liens, hypotheses=[hypothese], tirages=400)
    assert [row["methode"], row["nb_cas"], cases["nb_cas"].sum()] == ["tirages", 400, 400]
    for name, tail in [("p_moins", cases["valeur"] <= row["observe"]), ("p_plus", cases["valeur"] >= row["observe"])]:
        assert row[name] == pytest.approx((cases.loc[tail, "nb_cas"].sum() + 1) / 401)
    least = cases["valeur"] <= min(cases.loc[cases["nb_cas"] > 0, "valeur"].min(), row["observe"])
    assert row["p_min"] == pytest.approx((cases.loc[least, "nb_cas"].sum() + 1) / 401)
    drawn = np.repeat(cases["valeur"], cases["nb_cas"].astype(int))
    assert row[["q05", "q95"]].tolist() == np.quantile(drawn, [0.05, 0.95], method="inverted_cdf").tolist()
    assert row["moyenne"] == pytest.approx(drawn.mean(), abs=4 * drawn.std() / 20)


def test_a_network_split_in_two_is_never_given_a_p_of_zero():
    acteurs, liens = make_town(40, 300)
    champ = acteurs.set_index("acteur_id")["champ"]
    inside = liens[champ[liens["source_id"]].to_numpy() == champ[liens["cible_id"]].to_numpy()]
    rows = compare_references(acteurs, inside, mixte="exclu", tirages=199).set_index("hypothese")
    assert rows.loc[["etiquettes", "degres"], "p_moins"].tolist() == [1 / 200, 1 / 200]
    assert rows["observe"].tolist() == [0, 0, 0]
    assert "on n'en observe aucun ; aucun des 199 tirages n'en donne autant ou moins." in rows.loc["etiquettes", "phrase"]
    assert f"moins de 0,01{NARROW}% des cas" in rows.loc["liens", "phrase"]
    cases = describe_distribution(acteurs, inside, tirages=199)
    assert cases[cases["observe"]]["valeur"].tolist() == [0, 0, 0]  # drawn or not


def test_the_same_seed_gives_the_same_rows_in_any_order():
    acteurs, liens = make_town(40, 90, champs=(S, D, "mixte", "autre"))
    table = compare_references(acteurs, liens, tirages=100, graine=5)
    pdt.assert_frame_equal(compare_references(shuffle(acteurs), shuffle(liens), tirages=100, graine=5), table)
    other = compare_references(acteurs, liens, tirages=100, graine=6)
    assert (table["p_moins"] != other["p_moins"]).any()
    pdt.assert_series_equal(table["z"][table["hypothese"] == "liens"], other["z"][other["hypothese"] == "liens"])


def test_each_scenario_is_measured_on_its_own_actors():
    acteurs = make_actors(dict.fromkeys("abc", S) | dict.fromkeys("def", D) | {"m": "mixte", "x": "autre"})
    liens = make_links("ab bc ac cd de ef am bm mx")
    table = compare_references(acteurs, liens).set_index(["mixte", "hypothese"])
    assert table.index.get_level_values("mixte").unique().tolist() == ["exclu", S, D]
    assert table.xs("etiquettes", level="hypothese")[["nb_acteurs", "nb_liens", "observe", "nb_cas"]].values.tolist() == [
        [6, 6, 1, 20], [7, 8, 1, 35], [7, 8, 3, 35]
    ]  # fmt: skip
    pdt.assert_frame_equal(table.loc[["exclu"]].reset_index(), compare_references(J2, J2_LIENS, mixte="exclu"))
    alike = compare_references(J2, J2_LIENS)
    assert alike.drop(columns="mixte").iloc[:3].equals(alike.drop(columns="mixte").iloc[3:6].reset_index(drop=True))


@pytest.mark.parametrize(
    ("champs", "links", "reason"),
    [
        ({}, "", "moins de deux acteurs"),
        ({"a": S}, "", "moins de deux acteurs"),
        ({"a": S, "b": S}, "ab", "un seul groupe : aucun lien externe possible"),
        ({"a": S, "b": D}, "", "aucun lien déclaré"),
        ({"a": "mixte", "b": "mixte"}, "ab", "aucun acteur social ni de développement local (2 mixtes ou autres)"),
        ({"a": S, "b": D, "c": D}, "aa", "aucun lien déclaré"),
    ],
)
def test_what_is_undefined_is_missing_with_its_reason(champs, links, reason):
    acteurs = make_actors(champs) if champs else make_table("acteurs")
    table = compare_references(acteurs, make_links(links), mixte="exclu")
    assert table["hypothese"].tolist() == ["etiquettes", "liens", "degres"]
    assert table["raison_absence"].unique().tolist() == [reason]
    assert table[FIGURES].isna().all(axis=None)
    assert (table["phrase"] == "").all()
    assert describe_distribution(acteurs, make_links(links)).empty


def test_a_reference_that_cannot_vary_says_so():
    table = compare_references(make_actors({"a": S, "b": D}), make_links("ab"), mixte="exclu")
    assert table["z"].isna().all()
    assert table[["raison_absence", "avertissement"]].eq(CONSTANT).all(axis=None)
    assert table["p_moins"].tolist() == [1, 1, 1]
    assert table["phrase"].str.endswith("on en observe 1 ; tous les cas en donnent autant.").all()
    complete = make_links(" ".join("".join(pair) for pair in combinations("abcdef", 2)))
    assert compare_references(J2, complete)["raison_absence"].eq(CONSTANT).all()


@pytest.mark.parametrize("champs", [(S, D), (S, D, "mixte", "autre")])
def test_one_pass_gives_both_tables(champs):
    acteurs, liens = make_town(40, 90, champs=champs)
    choices = {"tirages": 60, "graine": 5}
    compared, distribution = measure_references(acteurs, liens, **choices)
    pdt.assert_frame_equal(compared, compare_references(acteurs, liens, **choices))
    for scenario in ("exclu", S):
        described = describe_distribution(acteurs, liens, mixte=scenario, **choices)
        assert not described.empty
        pdt.assert_frame_equal(measure_references(acteurs, liens, decrit=scenario, **choices)[1], described)
    pdt.assert_frame_equal(distribution, describe_distribution(acteurs, liens, **choices))
    cases = distribution[distribution["hypothese"] == "degres"]
    row = compared.set_index(["mixte", "hypothese"]).loc[("exclu", "degres")]
    assert (cases["valeur"] * cases["part"]).sum() == pytest.approx(row["moyenne"])
    assert measure_references(acteurs, liens, mixte=S, **choices)[1].empty


def test_the_cases_are_drawn_once(monkeypatch):
    drawn, keep = [], references.list_networks
    monkeypatch.setattr(references, "list_networks", lambda *given, **choices: drawn.append(1) or keep(*given, **choices))
    measure_references(*make_town(30, 60), tirages=20)
    assert len(drawn) == 1


def test_distribution_of_j2():
    table = describe_distribution(J2, J2_LIENS)
    labels = table[table["hypothese"] == "etiquettes"]
    assert labels[["valeur", "nb_cas", "part", "observe"]].values.tolist() == [
        [1, 2, 0.1, True], [3, 6, 0.3, False], [4, 8, 0.4, False], [5, 4, 0.2, False]
    ]  # fmt: skip
    assert table.groupby("hypothese")["nb_cas"].sum().to_dict() == {"etiquettes": 20, "liens": 5005, "degres": 36}
    assert table.groupby("hypothese")["part"].sum().tolist() == pytest.approx([1, 1, 1])


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"hypotheses": ["hasard"]}, "Hypothèse inconnue : hasard"),
        ({"tirages": 0}, "Aucun tirage demandé"),
        ({"mixte": "moitie"}, "Scénario inconnu"),
    ],
)
@pytest.mark.parametrize("measure", [compare_references, describe_distribution])
def test_unknown_choices_are_refused(measure, choices, message):
    with pytest.raises(DiagnosticError, match=message):
        measure(J2, J2_LIENS, **choices)


@pytest.mark.parametrize("measure", [compare_references, describe_distribution])
def test_a_missing_champ_is_refused_and_the_tables_given_stay(measure):
    acteurs, liens = J2.copy(), J2_LIENS.copy()
    measure(acteurs, liens)
    pdt.assert_frame_equal(acteurs, J2)
    pdt.assert_frame_equal(liens, J2_LIENS)
    with pytest.raises(DiagnosticError, match=r"1 acteur\(s\) sans champ : b\."):
        measure(J2.assign(champ=[S, None, S, D, D, D]), J2_LIENS)


def test_five_thousand_actors():
    table = compare_references(*make_town(5_000, 12_000), mixte="exclu", tirages=30).set_index("hypothese")
    assert table["z"].abs().lt(5).all()  # champs and links are drawn apart: nothing to find
    assert np.isnan(table.loc["liens", "nb_cas"])
    assert table["methode"].tolist() == ["tirages", "exacte", "tirages"]
