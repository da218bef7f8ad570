"""Clusters, chance and counterparts in sentences: J1 read by hand, trivial facts left out, no verdict, no jargon."""

import pandas as pd
from jouets import J1, J1_POPULATION
from tables_lectures import list_texts, make_tables, measure_tables

from diagnostic.measure.constats.cluster_readings import describe_chance, describe_clusters, describe_counterparts


def make_chance(**changes):
    row = {"territoire_id": "perimetre", "couche_a": "EPCI", "couche_b": "MSA", "mesure": "nb_a_dans_b", "observe": 1.0, "q05": 0.0,
           "q95": 2.0, "tirages": 199, "graine": 7, "raison_absence": ""}  # fmt: skip
    return pd.DataFrame([row | changes])


def tell_chance(ponderation="population", **changes):
    tables = make_tables(ponderation=ponderation)
    tables["communes"]["surface_km2"] = 10.0
    profiles = pd.DataFrame({"territoire_id": "perimetre", "couche": ["EPCI", "MSA", "CIAS"], "couverture": [1.0, 1.0, 0.5]})
    return list_texts(describe_chance(tables, {"hasard": make_chance(**changes), "discordance": profiles}))


def test_a_pair_that_holds_together_and_the_commune_that_glues_it():
    tables = make_tables()
    told = describe_clusters(tables, measure_tables(tables))
    texts = dict(zip(zip(told["couche_a"], told["couche_b"], strict=True), list_texts(told), strict=True))
    assert texts["EPCI", "MSA"] == (
        "Pays : 2 EPCI et 2 caisses de MSA tiennent tous ensemble : on ne peut pas en faire deux groupes sans couper une unité ; sans "
        "Commune D, que partagent la CC Une et MSA Sud, un groupe se séparerait en deux."
    )
    assert not [pair for pair in texts if "CAF" in pair or "CIAS" in pair]  # a single unit: nothing to group


def test_an_overlap_that_is_most_of_a_unit_is_no_glue():
    tables = make_tables({"MSA": J1["MSA"] | {"C": "M2"}})
    told = describe_clusters(tables, measure_tables(tables) | {"colles": make_glue(part_de_a=0.5, part_de_b=0.6)})
    assert "sans" not in list_texts(told)[0].split("unité")[-1]
    told = describe_clusters(tables, measure_tables(tables) | {"colles": make_glue(part_de_a=0.4, part_de_b=0.1)})
    assert " ; sans les 2 communes que partagent la CC Une et MSA Sud (C et D), un groupe se séparerait en deux." in list_texts(told)[1]


def test_no_group_rests_on_parts_measured_on_surfaces():
    tables = make_tables()
    results = measure_tables(tables)
    told = [list_texts(describe_clusters(tables, results | {"colles": make_glue(part_de_a=0.4, part_de_b=0.1, part_estimee=part)}))[1]
            for part in (0.0, 0.2)]  # fmt: skip
    assert "un groupe se séparerait en deux" in told[0] and "un groupe se séparerait en deux" not in told[1]


def make_glue(**changes):
    row = {"territoire_id": "perimetre", "couche_a": "EPCI", "couche_b": "MSA", "unite_a": "E1", "unite_b": "M2", "nb_communes": 2,
           "poids": 500.0, "separe": True, "communes": "C ; D"}  # fmt: skip
    return pd.DataFrame([row | changes])


def test_groups_that_nothing_crosses():
    two = {"CAS": dict(zip("ABCDEF", ["S1", "S1", "S2", "S2", "S3", "S3"], strict=True))}
    tables = make_tables(two | {"MSA": dict(zip("ABCDEF", ["M1", "M2", "M3", "M3", "M4", "M5"], strict=True))})
    results = measure_tables(tables)
    told = describe_clusters(tables, results)
    # EPCI and circonscriptions: as many groups as there are EPCI, which the sentence of the pair has said.
    assert told.empty or not (told["couche_a"].eq("EPCI") & told["couche_b"].eq("CAS")).any()
    amas = pd.DataFrame({"territoire_id": "perimetre", "couche_a": "EPCI", "couche_b": "CAS", "seuil": 0.05, "amas_id": ["1", "2"],
                         "nb_unites_a": [2, 2], "nb_unites_b": [1, 3], "nb_communes": [4, 9]})  # fmt: skip
    (text,) = list_texts(describe_clusters(tables, results | {"amas": amas}))
    assert text == (
        "Pays : 4 EPCI et 4 circonscriptions d'action sociale forment 2 groupes qu'aucune limite ne coupe, sans compter les recouvrements "
        "de moins de 5 % ; le plus grand réunit 2 EPCI et 3 circonscriptions d'action sociale (9 communes)."
    )


def test_chance_is_a_range_and_no_verdict():
    drawn = (
        "des regroupements de communes tirés au hasard, d'un seul tenant, de mêmes tailles (en nombre de communes) et plutôt compacts"
    )
    assert tell_chance() == [
        (f"Pays : 1 EPCI sur 2 est entièrement dans une seule caisse de MSA ; {drawn}, en donnent de 0 à 2 dans au moins 9 tirages sur 10 "
        "(199 tirages, graine 7).")
    ]
    assert tell_chance(mesure="purete_a_dans_b", observe=0.93, q05=0.5, q95=0.5) == [
        (f"Pays : 93 % des habitants sont dans la caisse de MSA principale de leur EPCI ; {drawn}, en donnent 50 % dans au moins "
        "9 tirages sur 10 (199 tirages, graine 7).")
    ]
    partial = tell_chance(couche_b="CIAS", mesure="purete_a_dans_b", observe=1.0)
    assert partial[0].startswith("Pays : 100 % des habitants couverts sont dans le CIAS principal de leur EPCI ;")
    assert tell_chance("surface_km2", mesure="purete_a_dans_b", observe=0.93)[0].startswith("Pays : 93 % de la surface est dans la caisse")


def test_chance_says_nothing_of_layers_that_overlap_and_counts_what_goes_beyond():
    tables = make_tables({"MSA": J1["MSA"] | {"A": ["M1", "M2"]}}, non_exclusives=["MSA"])
    given = {"hasard": make_chance(), "discordance": measure_tables(tables)["discordance"]}
    assert describe_chance(tables, given).empty
    tables = make_tables()
    tables["unites"]["nb_communes_hors"] = [2.0 if unite == "E2" else 0.0 for unite in tables["unites"]["unite_id"]]
    (told,) = list_texts(describe_chance(tables, given))
    assert told.endswith("(199 tirages, graine 7) ; 1 des 2 EPCI déborde du territoire : il est jugé sur sa seule part.")


def test_none_of_them_is_told_in_french():
    assert tell_chance(observe=0.0, q95=1.0)[0].startswith("Pays : aucun des 2 EPCI n'est entièrement dans une seule caisse de MSA ;")
    assert tell_chance(observe=2.0, q95=1.0)[0].startswith("Pays : les 2 EPCI sont entièrement dans une seule caisse de MSA ;")


def test_chance_that_is_not_known_or_has_no_plain_word():
    assert tell_chance(q05=float("nan"), q95=float("nan"), raison_absence="une seule unité") == [
        "Pays : 1 EPCI sur 2 est entièrement dans une seule caisse de MSA ; comparaison au hasard non faite : une seule unité."
    ]
    assert tell_chance(mesure="nmi") == tell_chance(observe=float("nan")) == tell_chance(q05=1.0, q95=1.0) == []


def test_units_without_counterpart_and_white_zones():
    tables = make_tables()
    told = describe_counterparts(tables, measure_tables(tables))
    texts = list_texts(told)
    assert set(told["genre"]) == {"vis_a_vis", "zone_blanche"}
    assert "Pays : 1 EPCI sur 2 n'a aucun CIAS sur son territoire : CC Deux." in texts
    assert texts[-1] == (
        "Pays : 2 communes sur 6 (33 % des habitants) sont hors de la couche « CIAS » ; à défaut, CCAS "
        "facultatif (moins de 1 500 habitants) dans 2 communes."
    )
    partly = make_tables({"CIAS": dict.fromkeys("ABC", "I1") | {"D": {"I1": 0.5}}}, population=J1_POPULATION | {"E": 1600})
    texts = list_texts(describe_counterparts(partly, {"zones_blanches": measure_tables(partly)["zones_blanches"]}))
    assert texts == [
        ("Pays : 3 communes sur 6 (50 % des habitants) sont hors de la couche « CIAS », dont 1 en partie seulement ; à défaut, CCAS "
        "obligatoire à partir de 1 500 habitants, non recensé : à confirmer, dans 1 commune ; CCAS facultatif (moins de 1 500 habitants) "
        "dans 2 communes.")
    ]
    checked = make_tables(incompletes=[])
    texts = list_texts(describe_counterparts(checked, {"vis_a_vis": measure_tables(checked)["vis_a_vis"]}))
    assert "Pays : 1 EPCI sur 2 n'a aucun CIAS sur son territoire : CC Deux ; la couche est annoncée complète, à vérifier." in texts
    without = tables | {"couches": tables["couches"].drop(columns="repli")}
    zones = measure_tables(without)["zones_blanches"]
    assert list_texts(describe_counterparts(without, {"zones_blanches": zones}))[0].endswith("; sans opérateur de repli déclaré pour 2.")
    assert describe_counterparts(tables, {}).empty
