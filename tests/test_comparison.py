"""Comparison: the jackknife by hand and by removing each actor, figures of each territory as if it were alone."""

import networkx as nx
import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import (
    J2,
    J2_LIENS,
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

from diagnostic.measure.liens.comparison import (
    COMPARISON_COLUMNS,
    LEAST_EXPECTED,
    compare_territories,
    measure_jackknife,
)
from diagnostic.measure.liens.density import NO_SUPRA
from diagnostic.measure.liens.network import build_link_graph
from diagnostic.measure.liens.silos import measure_ei
from diagnostic.measure.liens.survey import NO_ANSWER, NO_LINK, tell_no_link
from diagnostic.schema import make_table

S, D = "social", "developpement_local"
WHOLE = make_territories("perimetre")


def put_everywhere(acteurs):
    return acteurs[["acteur_id"]].assign(territoire_id="perimetre")


def make_random(seed, letters="abcdefghijkl", links=30):
    rng = np.random.default_rng(seed)
    acteurs = make_actors({a: str(rng.choice([S, D, "mixte", "autre"], p=[0.4, 0.4, 0.1, 0.1])) for a in letters})
    acteurs = acteurs.assign(categorie=rng.choice(list("xyz"), len(letters)), a_repondu=rng.choice(["oui", "non"], len(letters)))
    return acteurs, make_links(" ".join("".join(rng.choice(list(letters), 2)) for _ in range(links)))


def test_jackknife_by_hand():
    by_actor, whole = measure_jackknife(J2, J2_LIENS)
    assert by_actor["densite_sans"].tolist() == pytest.approx([0.4, 0.4, 0.3, 0.4, 0.4, 0.5])
    assert whole.loc[0, ["densite", "erreur_densite"]].tolist() == pytest.approx([0.4, 0.0816496581])
    assert whole.loc[0, ["nb_liens_champs", "nb_externes", "part_externes"]].tolist() == pytest.approx([6, 1, 1 / 6])
    # Without a or b, 1 of 4; without c or d, 0 of 3 or 0 of 4; without e, 1 of 4; without f, 1 of 5.
    assert by_actor["part_externes_sans"].tolist() == pytest.approx([1 / 4, 1 / 4, 0, 0, 1 / 4, 1 / 5])
    shares = by_actor["part_externes_sans"]
    assert whole.loc[0, "erreur_part_externes"] == pytest.approx(np.sqrt(4 / 12 * ((shares - shares.mean()) ** 2).sum()))
    told = read_expected()
    assert by_actor["densite_sans"].tolist() == pytest.approx(told["jackknife_d"])
    assert whole.loc[0, "erreur_densite"] == pytest.approx(told["jackknife_SE"])


@pytest.mark.parametrize("seed", range(6))
def test_jackknife_against_the_removal_of_each_actor(seed):
    acteurs, liens = make_random(seed)
    by_actor, whole = measure_jackknife(acteurs, liens)
    graph, _ = build_link_graph(acteurs, liens)
    for actor in acteurs["acteur_id"]:
        left = graph.subgraph([n for n in graph if n != actor])
        assert by_actor.loc[actor, "densite_sans"] == pytest.approx(nx.density(left))
        ends = [{acteurs.set_index("acteur_id")["champ"][n] for n in edge} for edge in left.edges]
        opposed = [champs for champs in ends if champs <= {S, D}]
        share = sum(champs == {S, D} for champs in opposed) / len(opposed)
        in_question = acteurs.set_index("acteur_id")["champ"][actor] in (S, D)
        assert by_actor.loc[actor, "part_externes_sans"] == pytest.approx(share if in_question else np.nan, nan_ok=True)
    for column, error in [("densite_sans", "erreur_densite"), ("part_externes_sans", "erreur_part_externes")]:
        values = by_actor[column].dropna().tolist()
        mean, n = sum(values) / len(values), len(values)
        expected = ((n - 2) / (2 * n) * sum((v - mean) ** 2 for v in values)) ** 0.5
        assert whole.loc[0, error] == pytest.approx(expected)


def test_the_share_has_no_error_when_one_actor_bears_every_link():
    by_actor, whole = measure_jackknife(J2, make_links("ad ae bc af").iloc[[0, 1, 3]])
    assert by_actor["part_externes_sans"].tolist() == pytest.approx([np.nan, 1, 1, 1, 1, 1], nan_ok=True)
    assert whole.loc[0, "part_externes"] == 1
    assert np.isnan(whole.loc[0, "erreur_part_externes"])
    assert whole.loc[0, "erreur_densite"] > 0
    by_actor, whole = measure_jackknife(J2, make_links("ab ad"))
    assert by_actor["part_externes_sans"].tolist() == pytest.approx([np.nan, 1, 0.5, 0, 0.5, 0.5], nan_ok=True)
    assert whole.loc[0, "part_externes"] == 0.5
    assert np.isnan(whole.loc[0, "erreur_part_externes"])


@pytest.mark.parametrize(("links", "share"), [("ab bc ac de ef df", 0), ("ad ae bd be cf", 1)])
def test_a_share_that_no_departure_can_move_has_no_error(links, share):
    """All the shares are 0, or all are 1: their spread is 0, and would pass for a firm figure."""
    by_actor, whole = measure_jackknife(J2, make_links(links))
    assert by_actor["part_externes_sans"].tolist() == [share] * 6
    assert whole.loc[0, "part_externes"] == share
    assert np.isnan(whole.loc[0, "erreur_part_externes"])
    row = compare_territories(J2, make_links(links), put_everywhere(J2), WHOLE).iloc[0]
    assert np.isnan(row["erreur_part_externes"])
    assert "marge de la part : tous ces liens sont entre champs, ou aucun, quel que soit l'acteur retiré" in row["raison_absence"]


def test_one_champ_has_no_share_of_links_across():
    acteurs = make_actors({"a": S, "b": S, "c": S, "m": "mixte"})
    row = compare_territories(acteurs, make_links("ab bc am"), put_everywhere(acteurs), WHOLE).iloc[0]
    assert row[["nb_liens_champs", "nb_externes"]].tolist() == [2, 0]
    assert row[["part_externes", "erreur_part_externes", "ratio_externes"]].isna().all()
    assert "un seul champ" in row["raison_absence"].split(" ; ")
    # c alone in its champ: without it the share has no sense, and neither has its margin.
    by_actor, whole = measure_jackknife(make_actors({"a": S, "b": S, "c": D, "d": S}), make_links("ab bc cd ad"))
    assert by_actor["part_externes_sans"].tolist() == pytest.approx([1, 1 / 2, np.nan, 1 / 2], nan_ok=True)
    assert whole.loc[0, "part_externes"] == 0.5
    assert np.isnan(whole.loc[0, "erreur_part_externes"])
    mixed = compare_territories(make_actors(dict.fromkeys("ab", "mixte")), make_links("ab"), put_everywhere(acteurs), WHOLE).iloc[0]
    assert "aucun acteur social ni de développement local" in mixed["raison_absence"].split(" ; ")


def test_few_links_expected_give_no_ratio():
    row = compare_territories(J2, J2_LIENS, put_everywhere(J2), WHOLE).iloc[0]
    assert row[["nb_externes", "nb_externes_attendu"]].tolist() == pytest.approx([1, 3.6])
    assert np.isnan(row["ratio_externes"])
    assert "moins de 5 liens entre champs attendus : rapport non donné" in row["raison_absence"].split(" ; ")
    assert LEAST_EXPECTED == 5
    assert np.isnan(measure_jackknife(J2, J2_LIENS)[1].loc[0, "ratio_externes"])
    assert measure_jackknife(J2, J2_LIENS, least_expected=3.6)[1].loc[0, "ratio_externes"] == pytest.approx(1 / 3.6)


def test_figures_without_the_actors_present_everywhere():
    """T1: a (everywhere), b, c, d; T2: a, e, f. Whatever a links is out, its answer too."""
    acteurs = J2.assign(a_repondu=["oui", "non", "oui", "oui", None, None])
    lieux = make_places("a:T1,T2 b:T1 c:T1 d:T1 e:T2 f:T2")
    lieux = pd.concat([lieux, put_everywhere(acteurs)])
    territoires = make_territories("epci:T1", "epci:T2", "perimetre", "epci:T3")
    liens = make_links("ab ad bc cd ef ae")
    assert compare_territories(acteurs, liens, lieux, territoires)["nb_acteurs_sans_supra"].tolist()[:3] == [4, 3, 6]  # T3 is empty
    three = territoires.head(3)
    table = compare_territories(acteurs, liens, lieux, three).set_index("territoire_id")
    figures = ["nb_acteurs_sans_supra", "degre_moyen_sans_supra", "nb_externes_sans_supra", "taux_reponse_sans_supra"]
    expected = [[3, 4 / 3, 1, 2 / 3], [2, 1, 0, np.nan], [5, 2 * 3 / 5, 1, 2 / 5]]
    assert table[figures].to_numpy() == pytest.approx(np.array(expected), nan_ok=True)
    assert table["taux_reponse"].tolist() == pytest.approx([3 / 4, 1 / 3, 1 / 2])
    assert "sans les acteurs présents partout : aucune réponse connue" in table.loc["epci:T2", "raison_absence"]
    for name in ("epci:T1", "perimetre"):  # as if a had never been there
        inside = lieux[lieux["acteur_id"] != "a"]
        alone = compare_territories(acteurs, liens, inside, three).set_index("territoire_id").loc[name]
        told = alone[["nb_acteurs", "degre_moyen", "nb_externes", "taux_reponse"]].tolist()
        assert told == pytest.approx(table.loc[name, figures].tolist())
    single = compare_territories(acteurs, liens, lieux, make_territories("perimetre")).iloc[0]
    assert single[figures].isna().all() and NO_SUPRA in single["raison_absence"].split(" ; ")
    nobody = compare_territories(acteurs, liens, make_places("a:T1,T2"), make_territories("epci:T1", "epci:T2")).iloc[0]
    assert nobody["nb_acteurs_sans_supra"] == 0 and np.isnan(nobody["degre_moyen_sans_supra"])
    assert "sans les acteurs présents partout : aucun autre acteur" in nobody["raison_absence"].split(" ; ")


def test_jackknife_of_very_small_networks():
    two = measure_jackknife(J2.head(2), make_links("ab"))
    assert two[0]["densite_sans"].isna().all()
    assert two[1].loc[0, ["densite", "nb_paires"]].tolist() == [1, 1]
    assert np.isnan(two[1].loc[0, "erreur_densite"])
    three = measure_jackknife(J2.head(3), make_links("ab"))
    assert three[0]["densite_sans"].tolist() == [0, 0, 1]
    assert three[1].loc[0, "erreur_densite"] == pytest.approx(np.sqrt(1 / 6 * 2 / 3))
    by_actor, whole = measure_jackknife(make_table("acteurs"), make_table("liens"))
    assert by_actor.empty
    assert whole.loc[0, ["nb_acteurs", "nb_liens"]].tolist() == [0, 0]
    assert np.isnan(whole.loc[0, "densite"])


def test_j2_as_one_territory():
    acteurs = J2.assign(a_repondu=["oui", "oui", "oui", "non", None, None], categorie=list("xxyyzz"))
    table = compare_territories(acteurs, J2_LIENS, put_everywhere(acteurs), WHOLE, least_expected=0)
    assert table.columns.tolist() == COMPARISON_COLUMNS
    row = table.iloc[0]
    assert row[["nb_acteurs", "nb_liens", "degre_moyen", "densite"]].tolist() == [6, 6, 2, 0.4]
    figures = ["part_externes", "nb_externes_attendu", "ratio_externes", "taux_reponse", "erreur_densite"]
    assert row[figures].tolist() == pytest.approx([1 / 6, 3.6, 0.2777777778, 0.5, 0.0816496581])
    assert row[["nb_categories", "rarefaction_k", "diversite_rarefiee", "raison_absence"]].tolist() == [3, 6, pytest.approx(3), NO_SUPRA]
    assert row["ratio_externes"] == pytest.approx(read_expected()["ratio_obs_att_permutation"])


def test_each_territory_is_measured_as_if_it_were_alone():
    acteurs, liens = make_random(11, links=60)
    rng = np.random.default_rng(5)
    lieux = pd.DataFrame([(a, f"epci:T{k}") for a in acteurs["acteur_id"] for k in range(3) if rng.random() < 0.7])
    lieux = lieux.set_axis(["acteur_id", "territoire_id"], axis=1)
    territoires = make_territories("epci:T2", "epci:T0", "epci:T1")
    table = compare_territories(acteurs, liens, lieux, territoires, least_expected=0)
    assert table["territoire_id"].tolist() == ["epci:T2", "epci:T0", "epci:T1"]
    for row in table.itertuples():
        inside = acteurs[acteurs["acteur_id"].isin(lieux.loc[lieux["territoire_id"] == row.territoire_id, "acteur_id"])]
        _, alone = measure_jackknife(inside, liens, least_expected=0)
        for name in alone.columns:
            assert getattr(row, name) == pytest.approx(alone.loc[0, name], nan_ok=True), name
        ei = measure_ei(inside, liens, mixte="exclu").iloc[0]
        assert [row.nb_externes, row.nb_liens_champs] == [ei["nb_externes"], ei["nb_liens"]]
        assert [row.nb_externes_attendu, row.ratio_externes] == pytest.approx([ei["nb_externes_attendu"], ei["ratio_externes"]])
        assert row.taux_reponse == pytest.approx((inside["a_repondu"] == "oui").mean())
        assert row.nb_categories == inside["categorie"].nunique()
    assert table["rarefaction_k"].nunique() == 1
    assert table["rarefaction_k"].iloc[0] == table["nb_acteurs"].min()
    again = compare_territories(shuffle(acteurs), shuffle(liens), shuffle(lieux), territoires, least_expected=0)
    pdt.assert_frame_equal(again, table)


def test_rarefaction_by_hand_and_only_within_a_type():
    letters = "abcdefghijklmnop"
    categories = list("wwwwwwxxxy") + list("wwxyz") + [None]
    acteurs = make_actors(dict.fromkeys(letters, S)).assign(categorie=categories)
    lieux = make_places(" ".join([*(f"{a}:T1" for a in letters[:10]), *(f"{a}:T2" for a in letters[10:]), "a:T3"]))
    pays = pd.DataFrame({"acteur_id": ["a", "b", "k"], "territoire_id": "autre:pays"})
    territoires = make_territories("epci:T1", "epci:T2", "epci:T3", "autre:pays")
    table = compare_territories(acteurs, make_links("ab"), pd.concat([lieux, pays]), territoires).set_index("territoire_id")
    assert table["rarefaction_k"].tolist() == pytest.approx([5, 5, np.nan, 3], nan_ok=True)
    assert table["diversite_rarefiee"].tolist() == pytest.approx([2.4166666667, 4.0, np.nan, 1.0], nan_ok=True)
    assert table.loc["epci:T2", ["nb_acteurs", "nb_acteurs_categorie"]].tolist() == [6, 5]  # one has no category
    told = read_expected()
    assert table["diversite_rarefiee"].tolist()[:2] == pytest.approx([told["rarefaction"]["T1"], told["rarefaction"]["T2"]])
    assert table["chao1"].tolist()[:2] == pytest.approx([told["chao"]["T1"]["chao1_bc"], told["chao"]["T2"]["chao1_bc"]])


def test_what_cannot_be_told_is_missing_and_says_why():
    territoires = make_territories("epci:T1", "epci:T2", "epci:T3", "epci:T4")
    acteurs = make_actors({"a": S, "b": D, "c": "mixte", "d": S})
    table = compare_territories(acteurs, make_links("ab ac"), make_places("a:T1,T2,T3 b:T1 c:T1,T3"), territoires)
    reasons = dict(zip(table["territoire_id"], table["raison_absence"], strict=True))
    assert reasons == {
        "epci:T1": "marge de la part : un acteur porte tous ces liens ou est seul de son champ, ou moins de trois acteurs ; "
        f"moins de 5 liens entre champs attendus : rapport non donné ; {NO_ANSWER}",
        "epci:T2": f"un seul acteur : aucune paire possible ; {NO_ANSWER}",
        "epci:T3": f"marge de la densité : il faut trois acteurs ; un seul champ ; {NO_ANSWER}",
        "epci:T4": "aucun acteur",
    }
    assert table["part_externes"].tolist() == pytest.approx([1, np.nan, np.nan, np.nan], nan_ok=True)
    assert table["densite"].tolist() == pytest.approx([2 / 3, np.nan, 1, np.nan], nan_ok=True)
    assert table["taux_reponse"].isna().all()


def test_an_empty_sheet_of_links_is_no_network_without_link():
    territoires = make_territories("epci:T1", "epci:T2")
    table = compare_territories(TERR, make_table("liens"), TERR_LIEUX, territoires)
    assert table[["nb_liens", "degre_moyen", "densite", "erreur_densite", "part_externes", "ratio_externes"]].isna().all(axis=None)
    assert table["raison_absence"].tolist() == [f"{NO_LINK} ; {NO_ANSWER}"] * 2
    assert table["nb_categories"].tolist() == [1, 1]
    aside = compare_territories(TERR, make_links("aa az"), TERR_LIEUX, territoires)
    assert aside["raison_absence"].tolist() == [f"{tell_no_link(2)} ; {NO_ANSWER}"] * 2
    linked = compare_territories(TERR, TERR_LIENS, TERR_LIEUX, territoires)
    assert linked["densite"].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert compare_territories(make_table("acteurs"), make_table("liens"), TERR_LIEUX.head(0), territoires.head(0)).empty
