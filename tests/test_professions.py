"""Posts: counted by hand, never by structure, nothing dropped, unknown is not absent."""

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import make_actors, make_dispositifs, make_places, make_territories, shuffle

from diagnostic.measure.liens.professions import (
    COUNT_COLUMNS,
    VERBES,
    cross_posts,
    cross_territory_posts,
    group_small_crossings,
    list_dispositif_posts,
    summarise_posts,
    summarise_territory_posts,
)  # fmt: skip
from diagnostic.schema import make_table
from diagnostic.vocabulary import read_vocabulary

ACTEURS = make_actors({"a": "social", "b": "developpement_local", "c": "mixte"})
POSTES = pd.DataFrame(
    [
        ("p1", "a", "pro_social", "cesf", ("accompagner", "coordonner"), 1.0, "pourvu", ("CTG",)),
        ("p2", "a", "agents_dl", None, ("coordonner",), 0.5, "vacant", ("PAT", "CTG")),
        ("p3", "b", "agents_dl", "agent_dl", ("animer", "coordonner"), np.nan, "a_creer", ("LEADER",)),
        ("p4", "c", "agents_dl", "agent_dl", None, 0.8, None, ("CLS",)),
        ("p5", "inconnu", "elus", None, ("animer",), np.nan, "pourvu", None),
        ("p6", "b", "pro_social", "cesf", (), 1.0, "pourvu", ("FRONT", "CLS")),
        ("p7", "b", "pro_social", "cesf", ("animer",), 1.0, "vacant", ("ABS",)),
    ],
    columns=["poste_id", "acteur_id", "fonction", "metier_passerelle", "verbes", "etp", "statut", "dispositifs"],
)


def index_posts(table, groupe):
    return table[table["groupe"] == groupe].set_index("code")


def test_counts_by_hand():
    table = summarise_posts(POSTES, ACTEURS)
    whole = index_posts(table, "ensemble").loc["ensemble"]
    assert whole[COUNT_COLUMNS].tolist() == pytest.approx([7, 3, 2, 1, 1, 4.3, 2])
    assert index_posts(table, "fonction")["nb_postes"].to_dict() == {"agents_dl": 3, "elus": 1, "pro_social": 3}
    assert index_posts(table, "fonction").loc["agents_dl", COUNT_COLUMNS].tolist() == pytest.approx([3, 0, 1, 1, 1, 1.3, 1])
    assert index_posts(table, "metier_passerelle")["nb_postes"].to_dict() == {"agent_dl": 2, "cesf": 3, "non_precise": 2}
    verbs = index_posts(table, "verbe")
    assert verbs["nb_postes"].to_dict() == {"accompagner": 1, "animer": 3, "coordonner": 3, "non_precise": 2}
    assert verbs["nb_postes"].sum() > len(POSTES)  # a post counts in each of its verbs
    assert verbs.loc["coordonner", ["nb_pourvus", "nb_vacants", "nb_a_creer"]].tolist() == [1, 1, 1]
    champs = index_posts(table, "champ")
    assert champs["nb_postes"].to_dict() == {"developpement_local": 3, "mixte": 1, "social": 2, "non_precise": 1}
    assert np.isnan(champs.loc["non_precise", "etp"])  # unknown, not zero
    assert index_posts(table, "statut")["nb_postes"].to_dict() == {"a_creer": 1, "pourvu": 3, "vacant": 2, "non_precise": 1}
    pdt.assert_frame_equal(summarise_posts(shuffle(POSTES), shuffle(ACTEURS)), table)


def test_every_group_but_the_verbs_counts_each_post_once():
    table = summarise_posts(POSTES, ACTEURS)
    sums = table.groupby("groupe")[["nb_postes", "nb_statut_inconnu", "nb_etp_inconnus"]].sum()
    assert (sums.drop(index="verbe") == [7, 1, 2]).all(axis=None)
    status = table[["nb_pourvus", "nb_vacants", "nb_a_creer", "nb_statut_inconnu"]].sum(axis=1)
    assert status.tolist() == table["nb_postes"].tolist()


def test_no_structure_nor_post_is_named():
    places = make_places("a:T1 b:T1 c:T1")
    territoires = make_territories("epci:T1")
    for table in [
        summarise_posts(POSTES, ACTEURS),
        cross_posts(POSTES, ACTEURS),
        summarise_territory_posts(POSTES, ACTEURS, places, territoires),
        list_dispositif_posts(make_dispositifs("CTG", "PAT"), POSTES),
    ]:
        assert not {"poste_id", "acteur_id", "acteur"} & set(table)
        assert not set(POSTES["poste_id"]) & set(table.astype(str).to_numpy().ravel())


def test_a_verb_written_twice_counts_once():
    twice = POSTES.head(1).assign(verbes=[("animer", "animer")])
    assert index_posts(summarise_posts(twice, ACTEURS), "verbe")["nb_postes"].to_dict() == {"animer": 1}


def test_verbs_crossed_with_champs():
    table = cross_posts(POSTES, ACTEURS)
    assert table["verbe"].unique().tolist() == [*VERBES, "non_precise"]
    assert table["champ"].unique().tolist() == ["social", "developpement_local", "mixte", "autre", "non_precise"]
    cells = table.set_index(["verbe", "champ"])["nb_postes"]
    assert cells[cells > 0].to_dict() == {
        ("animer", "developpement_local"): 2, ("animer", "non_precise"): 1, ("coordonner", "social"): 2,
        ("coordonner", "developpement_local"): 1, ("accompagner", "social"): 1, ("non_precise", "developpement_local"): 1,
        ("non_precise", "mixte"): 1,
    }  # fmt: skip
    for (verb, champ), count in cells.items():
        held = POSTES["verbes"].map(lambda verbs, verb=verb: verb in verbs if verbs else verb == "non_precise")
        of_champ = POSTES["acteur_id"].map(ACTEURS.set_index("acteur_id")["champ"]).fillna("non_precise") == champ
        assert count == (held & of_champ).sum()
    pdt.assert_frame_equal(cross_posts(shuffle(POSTES), ACTEURS), table)


def test_the_verbs_are_those_of_the_guide():
    assert list(VERBES) == read_vocabulary("verbes")["code"].tolist()


def test_posts_by_territory():
    territoires = make_territories("epci:T2", "epci:T1", "epci:T3")
    table = summarise_territory_posts(POSTES, ACTEURS, make_places("a:T1,T2 b:T1 c:T9"), territoires)
    whole = table[table["groupe"] == "ensemble"].set_index("territoire_id")
    assert whole["nb_postes"].to_dict() == {"epci:T2": 2, "epci:T1": 5}  # p4 and p5 are active in none of them
    assert table["territoire_id"].unique().tolist() == ["epci:T2", "epci:T1"]
    only_a = summarise_posts(POSTES[POSTES["acteur_id"] == "a"], ACTEURS)
    first = table[table["territoire_id"] == "epci:T2"].drop(columns="territoire_id").reset_index(drop=True)
    pdt.assert_frame_equal(first, only_a)


def test_dispositifs_with_and_without_a_coordinating_post_filled():
    dispositifs = make_dispositifs("CTG", "PAT", "LEADER", "CLS", "FRONT", "ABS", "RIEN")
    table = list_dispositif_posts(dispositifs, POSTES).set_index("dispositif_id")
    assert table["coordination"].to_dict() == {
        "CTG": "pourvue", "PAT": "vacante", "LEADER": "a_creer", "CLS": "non_renseigne", "FRONT": "non_renseigne", "ABS": "aucune",
        "RIEN": "non_renseigne",
    }  # fmt: skip
    counts = ["nb_postes", "nb_pourvus", "nb_vacants", "nb_coordination", "nb_coordination_pourvus"]
    assert table.loc["CTG", counts].tolist() == [2, 1, 1, 2, 1]
    assert table["nb_verbes_inconnus"].to_dict() == {"CTG": 0, "PAT": 0, "LEADER": 0, "CLS": 2, "FRONT": 1, "ABS": 0, "RIEN": 0}
    again = list_dispositif_posts(dispositifs, shuffle(POSTES)).set_index("dispositif_id")
    pdt.assert_frame_equal(again, table)
    unsaid = POSTES.head(1).assign(statut=None)
    assert list_dispositif_posts(dispositifs.head(1), unsaid)["coordination"].tolist() == ["statut_inconnu"]


def test_empty_tables():
    empty = make_table("postes")
    assert summarise_posts(empty, ACTEURS).empty
    assert cross_posts(empty, ACTEURS).empty
    assert summarise_territory_posts(empty, ACTEURS, make_places("a:T1"), make_territories("epci:T1")).empty
    assert list_dispositif_posts(make_dispositifs("CTG"), empty)["coordination"].tolist() == ["non_renseigne"]
    assert list_dispositif_posts(make_table("dispositifs"), POSTES).empty
    one = summarise_posts(POSTES.head(1), make_table("acteurs"))
    assert index_posts(one, "champ")["nb_postes"].to_dict() == {"non_precise": 1}


def make_perimeter(*ids):
    return make_territories("perimetre", *ids)


def test_crossed_by_territory_against_a_plain_loop():
    places, territories = make_places("a:T1 b:T1,T2"), make_perimeter("epci:T2", "epci:T1")
    table = cross_territory_posts(POSTES, ACTEURS, places, territories).set_index(["territoire_id", "verbe", "champ"])
    champs = ACTEURS.set_index("acteur_id")["champ"]
    where = {"perimetre": set("abc") | {"inconnu"}, "epci:T1": {"a", "b"}, "epci:T2": {"b"}}
    met = set()
    for place, active in where.items():
        for verb in ["ensemble", *VERBES, "non_precise"]:
            for champ in ["ensemble", "social", "developpement_local", "mixte", "autre", "non_precise"]:
                counts, etp, unknown = dict.fromkeys(["pourvu", "vacant", "a_creer", None], 0), 0.0, 0
                for post in POSTES.itertuples():
                    does = verb == "ensemble" or (verb in post.verbes if post.verbes else verb == "non_precise")
                    of = champ in ("ensemble", champs.get(post.acteur_id, "non_precise"))
                    if post.acteur_id in active and does and of:
                        counts[post.statut if isinstance(post.statut, str) else None] += 1
                        etp, unknown = etp + (0 if np.isnan(post.etp) else post.etp), unknown + np.isnan(post.etp)
                total = sum(counts.values())
                if not total:
                    assert (place, verb, champ) not in table.index
                    continue
                met.add((place, verb, champ))
                row = table.loc[(place, verb, champ)]
                assert row[["nb_postes", "nb_pourvus", "nb_vacants", "nb_a_creer", "nb_statut_inconnu", "nb_etp_inconnus"]].tolist() == [
                    total, counts["pourvu"], counts["vacant"], counts["a_creer"], counts[None], unknown
                ]  # fmt: skip
                assert np.isnan(row["etp"]) if unknown == total else row["etp"] == pytest.approx(etp)
    assert met == set(table.index)


def test_crossed_order_and_conservation():
    places, territories = make_places("a:T1 b:T1,T2"), make_perimeter("epci:T2", "epci:T1")
    table = cross_territory_posts(POSTES, ACTEURS, places, territories)
    assert table["territoire_id"].unique().tolist() == ["perimetre", "epci:T2", "epci:T1"]
    verbs = table["verbe"].unique().tolist()
    assert verbs[:3] == ["ensemble", "animer", "coordonner"] and verbs[-1] == "non_precise"
    whole = table[(table["territoire_id"] == "perimetre") & (table["verbe"] == "ensemble")].set_index("champ")["nb_postes"]
    assert whole["ensemble"] == len(POSTES) == whole.drop("ensemble").sum()  # the employer active nowhere, or unknown, is in
    again = cross_territory_posts(shuffle(POSTES), shuffle(ACTEURS), shuffle(places), territories)
    pdt.assert_frame_equal(again, table)
    empty = cross_territory_posts(POSTES.head(0), ACTEURS, places, territories)
    assert empty.empty and empty.columns.tolist() == ["territoire_id", "verbe", "champ", *COUNT_COLUMNS]
    assert group_small_crossings(empty).empty


def test_small_crossings_are_together_or_left():
    many = pd.concat([POSTES] * 2, ignore_index=True)
    table = group_small_crossings(cross_territory_posts(many, ACTEURS, make_places("a:T1"), make_perimeter("epci:T1")))
    assert table["territoire_id"].unique().tolist() == ["perimetre"]
    assert (table["nb_postes"] >= 3).all() and not {"etp", "nb_etp_inconnus"} & set(table.columns)
    verbs = table[table["champ"] != "ensemble"].set_index(["verbe", "champ"])["nb_postes"]
    assert verbs[("ensemble", "moins_de_3")] == 4  # two of the mixed champ, two of an unknown employer
    assert ("accompagner", "social") not in verbs.index  # two posts, alone: left
    assert group_small_crossings(table.assign(etp=1.0, nb_etp_inconnus=0), least=100)["verbe"].tolist() == ["ensemble"]
