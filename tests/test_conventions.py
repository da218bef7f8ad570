"""Categories flipped in turn: each row against the silo figures measured again on the actors moved, then the ranges."""

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import J2, J2_LIENS, make_actors, make_links, shuffle

from diagnostic.errors import DiagnosticError
from diagnostic.measure.liens.conventions import FIGURES, flip_categories, summarise_conventions
from diagnostic.measure.liens.silos import measure_ei
from diagnostic.schema import make_table

S, D = "social", "developpement_local"


def make_inventory(seed, n=40, m=120):
    """Categories with one champ by convention, some actors whose champ was written, one without categorie."""
    rng = np.random.default_rng(seed)
    ids = [f"a{k:02d}" for k in range(n)]
    convention = dict(zip("pqrstuv", [S, S, D, D, "mixte", "autre", "mixte"], strict=True))
    categories = rng.choice(list(convention), n)
    acteurs = make_actors({i: convention[c] for i, c in zip(ids, categories, strict=True)}).assign(categorie=categories)
    written = rng.random(n) < 0.25
    acteurs["champ"] = np.where(written, rng.choice([S, D, "mixte"], n), acteurs["champ"])
    acteurs["champ_origine"] = np.where(written, "saisi", "defaut")
    acteurs["categorie"] = acteurs["categorie"].astype("object").where(np.arange(n) != 3)
    links = pd.DataFrame(rng.choice(ids, (m, 2)), columns=["source_id", "cible_id"], dtype="str").assign(type="information")
    return acteurs, links


def measure_again(acteurs, liens, flip):
    moved = acteurs["categorie"].eq(flip["categorie"]) & acteurs["champ"].eq(flip["champ"]) & acteurs["champ_origine"].eq("defaut")
    assert moved.sum() == flip["nb_acteurs"]
    return measure_ei(acteurs.assign(champ=acteurs["champ"].mask(moved, flip["champ_essaye"])), liens, mixte="exclu").iloc[0]


@pytest.mark.parametrize("seed", range(3))
def test_each_flip_agrees_with_the_figures_measured_again(seed):
    acteurs, liens = make_inventory(seed)
    flips, real = flip_categories(acteurs, liens), measure_ei(acteurs, liens, mixte="exclu").iloc[0]
    for _, flip in flips.iterrows():
        again = measure_again(acteurs, liens, flip)
        assert flip[FIGURES].tolist() == pytest.approx(again[FIGURES].tolist(), nan_ok=True)
        assert flip["ecart_ratio"] == pytest.approx(again["ratio_externes"] - real["ratio_externes"])
        assert flip["raison_absence"] == again["raison_absence"]
    default = acteurs[acteurs["champ_origine"] == "defaut"].dropna(subset="categorie")
    assert set(flips["categorie"]) == set(default["categorie"])
    pdt.assert_frame_equal(flip_categories(shuffle(acteurs), shuffle(liens)), flips)


def test_what_each_champ_becomes():
    acteurs = make_actors({"a": S, "b": D, "m": "mixte", "x": "autre"}).assign(categorie=list("1234"), champ_origine="defaut")
    flips = flip_categories(acteurs, make_links("ab am bx mx"))
    assert flips[["categorie", "champ", "champ_essaye"]].values.tolist() == [
        ["1", S, D], ["2", D, S], ["3", "mixte", D], ["3", "mixte", S], ["4", "autre", D], ["4", "autre", S]
    ]  # fmt: skip
    assert flips["nb_externes"].tolist()[2:] == [2, 1, 1, 2]
    assert flips.loc[:1, "raison_absence"].unique().tolist() == ["un seul groupe : aucun lien externe possible"]
    assert flips.loc[:1, "indice_silo"].isna().all()


def test_a_champ_that_someone_wrote_does_not_move():
    acteurs = J2.assign(categorie=list("xxyyzz"), champ_origine=["saisi", "defaut", "saisi", "saisi", "defaut", "defaut"])
    flips = flip_categories(acteurs, J2_LIENS)
    assert flips[["categorie", "champ", "nb_acteurs"]].values.tolist() == [["x", S, 1], ["z", D, 2]]
    assert flip_categories(acteurs.assign(champ_origine="saisi"), J2_LIENS).empty
    every = flip_categories(acteurs.drop(columns="champ_origine"), J2_LIENS)
    assert every[["categorie", "champ", "nb_acteurs"]].values.tolist() == [["x", S, 2], ["y", D, 1], ["y", S, 1], ["z", D, 2]]


def test_flips_of_j2_by_hand():
    acteurs = J2.assign(categorie=list("aabbcc"), champ_origine="defaut")
    row = flip_categories(acteurs, J2_LIENS).set_index(["categorie", "champ"]).loc[("c", D)]  # e, f become social
    # Five social actors (ab bc ac ef inside), d alone across: cd, de.
    assert row[FIGURES].tolist() == pytest.approx([2, 2 / 5, 4 / 10, 2 / (6 * 5 / 15), (2 - 4) / 6, 1 - 0.4 / 0.4])
    assert row["ecart_ratio"] == pytest.approx(1 - 1 / 3.6)


def test_labels_of_categories_are_told_where_known():
    acteurs = J2.assign(categorie=list("aabbcc"))
    listed = pd.DataFrame({"libelle": ["Centre social"]}, index=["a"])
    flips = flip_categories(acteurs, J2_LIENS, listed=listed).drop_duplicates("categorie")
    assert flips["libelle"].tolist() == ["Centre social", "b", "c"]


def test_ranges_stand_beside_those_of_the_scenarios():
    acteurs, liens = make_inventory(4)
    flips, silos = flip_categories(acteurs, liens), measure_ei(acteurs, liens)
    table = summarise_conventions(flips, silos).set_index("mesure")
    assert table.index.tolist() == FIGURES
    for name, row in table.iterrows():
        assert row["valeur"] == silos.set_index("mixte").loc["exclu", name]
        assert [row["min_mixte"], row["max_mixte"]] == [silos[name].min(), silos[name].max()]
        assert [row["min_categories"], row["max_categories"]] == [flips[name].min(), flips[name].max()]
        assert row["categorie_min"] == min(flips.loc[flips[name] == flips[name].min(), "categorie"])
        assert row["categorie_max"] == min(flips.loc[flips[name] == flips[name].max(), "categorie"])
    assert (table["raison_absence"] == "").all()
    assert (table["nb_essais"] == len(flips)).all()


def test_equal_figures_name_the_first_category_in_text_order():
    acteurs = make_actors({"a": S, "b": S, "c": D, "d": D}).assign(categorie=["p2", "p1", "q", "q"])
    table = summarise_conventions(flip_categories(acteurs, make_links("ac bd")), measure_ei(acteurs, make_links("ac bd")))
    row = table.set_index("mesure").loc["nb_externes"]
    # q flipped leaves one champ: no link across is possible, its 0 stays out of the range.
    assert row[["valeur", "min_categories", "categorie_min", "nb_essais"]].tolist() == [2, 1, "p1", 2]
    row = table.set_index("mesure").loc["densite_inter"]
    assert row[["max_categories", "categorie_max"]].tolist() == [pytest.approx(1 / 3), "p1"]


def test_ranges_without_flip_or_without_figure_say_why():
    written = J2.assign(champ_origine="saisi")
    table = summarise_conventions(flip_categories(written, J2_LIENS), measure_ei(written, J2_LIENS))
    assert table["raison_absence"].unique().tolist() == ["aucun champ ne vient de la convention : rien à changer"]
    assert table[["min_categories", "max_categories"]].isna().all(axis=None)
    assert table["categorie_min"].tolist() == [""] * len(FIGURES)
    empty = summarise_conventions(flip_categories(J2, make_table("liens")), measure_ei(J2, make_table("liens"))).set_index("mesure")
    assert empty.loc["ei", "raison_absence"] == "non défini avec la convention telle qu'elle est : aucun lien déclaré"


@pytest.mark.parametrize(
    ("champs", "reason"),
    [
        (dict.fromkeys("abc", S), "un seul groupe : aucun lien externe possible"),
        (dict.fromkeys("abc", "mixte"), "aucun acteur social ni de développement local (3 mixtes ou autres)"),
        ({"a": "mixte"}, "aucun acteur social ni de développement local (1 mixte ou autre)"),
    ],
)
def test_no_link_across_is_no_figure_where_a_champ_has_no_actor(champs, reason):
    acteurs, liens = make_actors(champs), make_links("ab bc")
    table = summarise_conventions(flip_categories(acteurs, liens), measure_ei(acteurs, liens)).set_index("mesure")
    assert table.loc["nb_externes", ["valeur", "min_mixte", "max_mixte", "min_categories"]].isna().all()
    assert table.loc["nb_externes", "nb_essais"] == 0
    assert table.loc["nb_externes", "raison_absence"] == f"non défini avec la convention telle qu'elle est : {reason}"


def test_empty_one_actor_and_all_mixed():
    flips = flip_categories(make_table("acteurs"), make_table("liens"))
    assert flips.empty
    assert summarise_conventions(flips, measure_ei(make_table("acteurs"), make_table("liens")))["valeur"].isna().sum() > 0
    one = flip_categories(make_actors({"a": S}), make_table("liens"))
    assert one["raison_absence"].tolist() == ["moins de deux acteurs"]
    mixed = flip_categories(make_actors(dict.fromkeys("abc", "mixte")), make_links("ab bc"))
    assert mixed["champ_essaye"].tolist() == [D, S]
    assert mixed["indice_silo"].isna().all()
    assert (mixed["raison_absence"] == "un seul groupe : aucun lien externe possible").all()


def test_a_missing_champ_is_refused_and_the_tables_given_stay():
    acteurs, liens = make_inventory(1)
    before = acteurs.copy()
    flip_categories(acteurs, liens)
    pdt.assert_frame_equal(acteurs, before)
    with pytest.raises(DiagnosticError, match=r"1 acteur\(s\) sans champ"):
        flip_categories(acteurs.assign(champ=acteurs["champ"].where(np.arange(len(acteurs)) != 2)), liens)


def test_five_thousand_actors():
    acteurs, liens = make_inventory(0, n=5_000, m=12_000)
    flips = flip_categories(acteurs, liens)
    assert flips.iloc[0][FIGURES].tolist() == pytest.approx(measure_again(acteurs, liens, flips.iloc[0])[FIGURES].tolist())
