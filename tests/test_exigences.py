"""The guide's testable requirements on jurisdictions (R01 to R08, quoted from AdCF 2015), from the files of a dossier to the figures.

Every jurisdiction here is made up (FICTIF); communes and populations are real.
"""

import numpy as np
import pytest
from dossier_csv import check_counts, read
from jouets import J1, J1_POPULATION, make_affectation, make_appartenance, make_communes, make_couches, make_j1

from diagnostic.measure.ressorts.clusters import count_clusters, find_clusters
from diagnostic.measure.ressorts.counterparts import (
    cross_coverage,
    find_white_zones,
    list_counterparts,
    summarise_white_zones,
)
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.millefeuille import find_atoms, measure_atoms, measure_millefeuille
from diagnostic.measure.ressorts.overlap import compare_layers

AUZON = ["43016", "43017", "43050", "43052", "43064", "43099", "43120", "43185", "43193", "43226", "43258", "43261"]
VILLES = {"59350": "Lille", "59512": "Roubaix", "59599": "Tourcoing", "59606": "Valenciennes", "59183": "Dunkerque"}
COUCHES = "couche;nature;exclusive;complete;infra_communale;millesime;source"
RESSORTS = "code_insee;couche;unite_id;organisme_id;infra;part_population;millesime;source"
# Two of the twelve communes have a CCAS alone, three a CIAS alone, one both, the six others none.
CCAS, CIAS = ["43016", "43185", "43258"], ["43017", "43050", "43052", "43258"]


def join(*lines):
    return "\n".join(lines)


def write_rows(couche, units, *, infra="", organisme="", millesime="2026"):
    """Return lines of the sheet ressorts from {commune: unit or units}."""
    return [
        f"{code};{couche};{unit};{organisme};{infra};;{millesime};FICTIF"
        for code, several in units.items() for unit in ([several] if isinstance(several, str) else several)
    ]  # fmt: skip


def read_auzon(folder, *lines, couches, **tables):
    settings = "cle;valeur\nepci;244301099"
    return read(folder, parametres=settings, couches=join(COUCHES, *couches), ressorts=join(RESSORTS, *lines), **tables)


def measure(found, **options):
    tables = (found[name] for name in ("affectation", "appartenance", "communes", "couches"))
    return measure_discordance(*tables, **options).set_index(["territoire_id", "couche"])


def list_doubles(found):
    """Return what the reading says against a commune that is in several units."""
    told = found["problemes"]["probleme"].fillna("")
    return told[told.str.contains("plusieurs unités|doublon|répétée|deux fois", case=False)].tolist()


def test_r01_a_departement_works_by_circonscriptions_of_its_own(chemin_piege):
    """R01: « Les départements agissent par circonscriptions d'action sociale »: a layer attached to a departement, with its
    vintage, defined on a part of the territory only."""
    units = dict.fromkeys(AUZON[:4], "BRIOUDE") | dict.fromkeys(AUZON[4:9], "LANGEAC")
    lines = write_rows("CIRCONSCRIPTION", units, organisme="43", millesime="2025")
    found = read_auzon(chemin_piege, *lines, couches=["CIRCONSCRIPTION;communes;oui;non;non;2025;FICTIF", "EPCI;shapes"])
    check_counts(found)
    layer = found["couches"].loc["CIRCONSCRIPTION"]
    assert (layer["millesime"], layer["source"], bool(layer["complete"])) == ("2025", "FICTIF", False)
    own = found["unites"][found["unites"]["couche"] == "CIRCONSCRIPTION"]
    assert own["organisme_id"].tolist() == ["43", "43"]
    row = measure(found).loc[("perimetre", "CIRCONSCRIPTION")]
    population = found["communes"]["population"]
    assert (row["n_unites"], row["nb_communes_couvertes"], row["nb_communes"]) == (2, 9, 12)
    assert row["couverture"] == pytest.approx(population[list(units)].sum() / population.sum())
    assert row["couverture"] < 1
    # The departement counts once, however many circonscriptions it works by.
    counted = measure_millefeuille(found["affectation"], found["communes"], unites=found["unites"])
    assert counted.loc["43016", ["nb_couches", "nb_organismes"]].tolist() == [2, 2]


def read_ccas_cias(folder, *, layers=("CCAS", "CIAS"), **tables):
    held = {"CCAS": {code: f"CCAS-{code}" for code in CCAS}, "CIAS": dict.fromkeys(CIAS, "CIAS")}
    lines = [line for name in layers for line in write_rows(name, held[name])]
    return read_auzon(folder, *lines, couches=[f"{name};communes;oui;non;non;2026;FICTIF" for name in layers], **tables)


def test_r02_the_four_cases_of_ccas_and_cias_are_counted_apart(chemin_piege):
    """R02: « Les communes exercent à travers CCAS et/ou CIAS »: CCAS alone, CIAS alone, both, or none."""
    found = read_ccas_cias(chemin_piege)
    crossed = cross_coverage(*(found[name] for name in ("affectation", "appartenance", "communes", "couches")))
    cases = crossed[crossed["territoire_id"] == "perimetre"].set_index("cas")
    assert cases["nb_communes"].to_dict() == {"les_deux": 1, "a_seule": 2, "b_seule": 3, "aucune": 6}
    people = found["communes"]["population"]
    assert cases.loc["a_seule", "poids"] == people["43016"] + people["43185"]
    assert cases.loc["b_seule", "poids"] == people[["43017", "43050", "43052"]].sum()
    assert cases["part"].sum() == pytest.approx(1)


def test_r03_social_action_that_stays_communal_is_no_white_zone_without_operator(chemin_piege):
    """R03: « L'action sociale peut rester communale, y compris dans de grandes villes (Lille, Roubaix, Tourcoing, Valenciennes,
    Dunkerque) »: no CIAS is no white zone, the commune or its CCAS is in charge; the share of the population is computed."""
    # Armentières, beside them, has a CIAS; Le Maisnil has 600 inhabitants.
    communes = join("code_insee", *VILLES, "59017", "59371")
    found = read(
        chemin_piege, communes=communes, couches=join(COUCHES, "CIAS;communes;oui;non;non;2026;FICTIF"),
        ressorts=join(RESSORTS, *write_rows("CIAS", {"59017": "CIAS"})),
        acteurs="acteur_id;nom;categorie;code_insee\nx;CCAS de Lille (FICTIF);ccas;59350",
    )  # fmt: skip
    # Nothing was written in repli: the CCAS steps in for a CIAS.
    zones = find_white_zones(found["affectation"], found["communes"], found["couches"], found["acteurs"]).set_index("code_insee")
    assert set(zones.index) == {*VILLES, "59371"} and zones["repli"].eq("CCAS").all()
    assert zones["operateur"].notna().all()
    assert zones.loc["59350", ["operateur", "operateur_origine"]].tolist() == ["CCAS de Lille (FICTIF)", "acteur_recense"]
    assert zones.loc["59512", "operateur_origine"] == "obligation"
    assert zones.loc["59371", "operateur_origine"] == "faculte"
    shares = summarise_white_zones(zones.reset_index(), found["appartenance"], found["communes"])
    shares = shares[shares["territoire_id"] == "perimetre"].set_index("operateur_origine")["part"]
    people = found["communes"]["population"]
    assert shares.sum() == pytest.approx(people.drop("59017").sum() / people.sum())
    assert shares["acteur_recense"] == pytest.approx(people["59350"] / people.sum())
    assert measure(found).loc[("perimetre", "CIAS"), "couverture"] == pytest.approx(1 - shares.sum())


def test_r02_r03_a_recorded_layer_of_ccas_names_the_operator(chemin_piege):
    """R02, R03: where the CCAS are a layer of their own, they are in charge of what the CIAS leaves."""
    found = read_ccas_cias(chemin_piege)
    zones = find_white_zones(found["affectation"], found["communes"], found["couches"], found["acteurs"], unites=found["unites"])
    cias = zones[zones["couche"] == "CIAS"].set_index("code_insee")
    assert len(cias) == 12 - len(CIAS)
    assert cias.loc[["43016", "43185"], "operateur"].tolist() == ["CCAS-43016", "CCAS-43185"]
    assert cias.drop(["43016", "43185"])["operateur_origine"].eq("faculte").all()


COINCIDENCES = [f"coincidence_{view}_{weight}" for view in ("mutuelle", "vue_a", "vue_b") for weight in ("communes", "population")]


@pytest.mark.parametrize(("circonscription", "agreed"), [("CAS", False), ("EPCI", True)])
def test_r04_coincidence_is_below_one_where_limits_differ_and_one_where_they_do_not(circonscription, agreed):
    """R04: « Les limites des communautés peuvent ne pas coïncider avec les circonscriptions du département »."""
    layers = {"EPCI": J1["EPCI"], "CIRCONSCRIPTION": {code: f"C-{unit}" for code, unit in J1[circonscription].items()}}
    tables = make_affectation(layers), make_appartenance({"t": "ABCDEF"}), make_communes(J1_POPULATION), make_couches(layers)
    row = compare_layers(*tables).iloc[0]
    assert (row[COINCIDENCES] == 1).all() if agreed else (row[COINCIDENCES] < 1).all()
    assert (row["vi"] == 0) == agreed


def test_r05_three_layers_and_more_are_compared_two_by_two_and_as_atoms():
    """R05: « Les caisses ont des implantations distinctes à la fois des ressorts intercommunaux et des circonscriptions »."""
    j1 = make_j1()
    couches = j1.couches.loc[["EPCI", "CAS", "MSA", "CAF"]]
    pairs = compare_layers(j1.affectation, j1.appartenance, j1.communes, couches, territoires=["perimetre"])
    matrix = pairs.pivot(index="couche_a", columns="couche_b", values="vi")
    assert matrix.notna().sum().sum() == 4 * 3 / 2
    assert matrix.loc["EPCI", "MSA"] == pytest.approx(0.3969464658) and matrix.loc["CAS", "MSA"] > 0
    atoms, _ = find_atoms(j1.affectation, j1.communes, couches_retenues=["EPCI", "CAS", "MSA"])
    assert measure_atoms(atoms)["nb_atomes"] == 5
    amas, colles = find_clusters(j1.affectation, j1.appartenance, j1.communes, couches, territoires=["perimetre"])
    assert count_clusters(amas)["nb_amas"].tolist() == [1] * 6 and len(colles)


def test_r06_msa_and_departement_are_compared_without_any_epci(chemin_piege):
    """R06: « Loir-et-Cher : MSA et département ont des circonscriptions distinctes »: two partial layers, no EPCI."""
    # Blois, Vineuil, Saint-Gervais-la-Forêt, Romorantin-Lanthenay, Vendôme, Mer.
    cas = {"41018": "C1", "41295": "C1", "41212": "C1", "41194": "C2", "41269": "C3"}
    msa = {"41018": "M1", "41295": "M1", "41212": "M2", "41194": "M2", "41136": "M1"}
    found = read(
        chemin_piege, parametres="cle;valeur\ndepartements;41",
        couches=join(COUCHES, "CIRCONSCRIPTION;communes;oui;non;non;2026;FICTIF", "MSA_TERRITOIRES;communes;oui;non;non;2026;FICTIF"),
        ressorts=join(RESSORTS, *write_rows("CIRCONSCRIPTION", cas), *write_rows("MSA_TERRITOIRES", msa)),
    )  # fmt: skip
    assert found["couches"].index.tolist() == ["CIRCONSCRIPTION", "MSA_TERRITOIRES"]
    tables = [found[name] for name in ("affectation", "appartenance", "communes", "couches")]
    row = compare_layers(*tables, territoires=["perimetre"]).iloc[0]
    people = found["communes"]["population"]
    both = sorted(set(cas) & set(msa))
    assert row["couverture_commune"] == pytest.approx(people[both].sum() / people.sum())
    assert row["raison_absence"] == "" and 0 < row["nmi"] < 1
    assert row[["nb_unites_a", "nb_unites_b"]].tolist() == [3, 2]
    facing = list_counterparts(found["affectation"], found["communes"], found["couches"])
    assert facing.loc[facing["sans_vis_a_vis"], ["couche_a", "unite_a"]].values.tolist() == [["CIRCONSCRIPTION", "C3"]]


def read_centres(folder, centres, *, infra, communes, stated="oui"):
    """Return a dossier of centres sociaux: {commune: number of centres}."""
    units = {code: [f"cs-{code}-{rank:02d}" for rank in range(number)] for code, number in centres.items()}
    return read(
        folder, communes=join("code_insee", *communes), territoires="territoire_id;nom;communes\nRBX;Roubaix;59512",
        couches=join(COUCHES, f"CENTRES;communes;oui;non;{infra};2026;FICTIF"),
        ressorts=join(RESSORTS, *write_rows("CENTRES", units, infra=stated)),
    )  # fmt: skip


@pytest.mark.parametrize("infra", ["oui", ""])
def test_r07_a_commune_carries_twelve_units_of_one_layer(chemin_piege, infra):
    """R07: « Ressort des centres sociaux déterminé par la population, parfois infra-communal (12 à Roubaix) »: n = 12, parts
    of the population optional, and no error of a double, whether the layer or its rows say that communes are subdivided."""
    found = read_centres(chemin_piege, {"59512": 12}, infra=infra, communes=["59512"])
    check_counts(found)
    assert len(found["affectation"]) == 12 and found["affectation"]["part"].isna().all()
    assert list_doubles(found) == []
    row = measure(found).loc[("perimetre", "CENTRES")]
    assert (row["n_unites"], row["q_min"], row["q_max"], row["couverture"]) == (12, 1, 12, 1)
    assert np.isnan(row["interlocuteurs_effectifs_q2"]) and "bornes" in row["raison_absence"]


def test_r07_without_any_word_of_it_twelve_units_are_told_as_doubles(chemin_piege):
    """R07: the test above can fail: nobody said that Roubaix is subdivided."""
    found = read_centres(chemin_piege, {"59512": 12}, infra="non", communes=["59512"], stated="")
    assert len(found["affectation"]) == 1 and len(list_doubles(found)) == 11


def test_r07_given_parts_of_the_population_are_used(chemin_piege):
    """R07: « parts de population facultatives »: given, they give the exact effective number."""
    lines = [f"59512;CENTRES;cs{rank};;oui;0,25;2026;FICTIF" for rank in range(4)]
    found = read(
        chemin_piege, communes="code_insee\n59512", ressorts=join(RESSORTS, *lines),
        couches=join(COUCHES, "CENTRES;communes;oui;non;oui;2026;FICTIF"),
    )  # fmt: skip
    row = measure(found).loc[("perimetre", "CENTRES")]
    assert (row["n_unites"], row["interlocuteurs_effectifs_q2"], row["raison_absence"]) == (4, pytest.approx(4), "")


def test_r08_twelve_of_the_hundred_and_eighty_centres_are_in_one_commune(chemin_piege):
    """R08: « 180 centres sociaux dont 12 pour Roubaix »: 12 / 180 = 0.0667 of the units in one commune."""
    others = {"59350": 60, "59599": 58, "59606": 30, "59183": 20}
    found = read_centres(chemin_piege, {"59512": 12, **others}, infra="oui", communes=list(VILLES))
    assert list_doubles(found) == []
    counted = measure(found)["n_unites"].xs("CENTRES", level="couche")
    assert (counted["autre:RBX"], counted["perimetre"]) == (12, 180)
    assert counted["autre:RBX"] / counted["perimetre"] == pytest.approx(0.0667, abs=5e-5)
    by_commune = measure_millefeuille(found["affectation"], found["communes"])["nb_unites"]
    assert by_commune["59512"] / by_commune.sum() == pytest.approx(12 / 180)
