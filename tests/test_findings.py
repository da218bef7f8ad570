"""Sentences: their figures, their French, and who may read them."""

import re

import pandas as pd
import pytest
from passage import measure_example, measure_small

from diagnostic.measure.constats.findings import (
    COLUMNS,
    describe_access,
    describe_gaps,
)
from diagnostic.measure.constats.link_readings import describe_links
from diagnostic.vocabulary.formats import NARROW_SPACE

NAMES = pd.Series({"perimetre": "Périmètre", "departement:43": "Haute-Loire", "epci:1": "CC Une"})


def list_phrases(measured):
    return [phrase.replace(NARROW_SPACE, " ") for phrase in measured[1]["lectures"]["phrase"]]


@pytest.fixture(scope="module")
def phrases():
    return list_phrases(measure_example())


def make_tables(**changes):
    territoires = pd.DataFrame({"nom": NAMES, "type": ["perimetre", "departement", "epci"]})
    couches = pd.DataFrame(
        {"libelle": ["Intercommunalités", "Arrondissements", "Caisses"]}, index=["EPCI", "ARR", "CAF"]
    )
    cut = pd.DataFrame(columns=["unite_id", "unite_nom", "nb_communes_hors", "communes_hors"])
    return {
        "territoires": territoires,
        "couches": couches,
        "reglages": {"ponderation": "population"},
        "unites_coupees": cut,
        "communes": pd.DataFrame({"epci": ["200073419"], "departement": ["43"]}, index=["43157"]),
        "acteurs": pd.DataFrame({"acteur_id": ["A"]}),
        "listes": {"categories": pd.DataFrame({"libelle": {"ccas": "CCAS"}})},
    } | changes


def make_states(territoire_id, present, absent, unknown):
    states = ["present"] * present + ["absent_verifie"] * absent + ["non_renseigne"] * unknown
    return pd.DataFrame({"territoire_id": territoire_id, "categorie": "ccas", "statut": states})


def make_coverage(**columns):
    return pd.DataFrame({"territoire_id": ["epci:1"], "categorie": ["ccas"], "statut": ["complet"], **columns})


def test_one_epci_has_its_own_sentence_and_invented_absences_say_so():
    states = pd.concat([make_states("departement:43", 2, 0, 1), make_states("epci:1", 1, 1, 1)])
    tables = make_tables(couverture_inventaire=make_coverage(source="FICTIF, pour l'exemple"))
    told = [phrase for _, phrase, _ in describe_gaps(tables, {"categories_territoires": states}, NAMES)]
    assert told == [
        "Haute-Loire : sur 3 catégories, 2 présentes, 0 absence vérifiée, 1 non renseignée.",
        "FICTIF : CC Une : sur 3 catégories, 1 présente, 1 absence vérifiée, 1 non renseignée.",
        "FICTIF : CC Une : absence vérifiée pour 1 catégorie sur 3 : « CCAS ».",
    ]
    for coverage in (make_coverage(), make_coverage(source="Groupe de travail"), make_coverage(source=None)):
        plain = make_tables(couverture_inventaire=coverage)
        told = [phrase for _, phrase, _ in describe_gaps(plain, {"categories_territoires": states}, NAMES)]
        assert len(told) == 3 and not [phrase for phrase in told if "FICTIF" in phrase]


def test_several_epci_share_a_sentence_and_the_coverage_of_the_perimeter_reaches_them():
    names = pd.Series({"perimetre": "Pays", "epci:1": "CC Une", "epci:2": "CC Deux"})
    territoires = pd.DataFrame({"nom": names, "type": ["perimetre", "epci", "epci"]})
    coverage = make_coverage(source="FICTIF").assign(territoire_id="perimetre")
    tables = make_tables(territoires=territoires, couverture_inventaire=coverage)
    states = pd.concat([make_states("epci:1", 1, 0, 2), make_states("epci:2", 1, 1, 1)])
    told = [phrase for _, phrase, _ in describe_gaps(tables, {"categories_territoires": states}, names)]
    assert told == [
        "Par EPCI (2), sur 3 catégories : 1 présente partout, de 1 à 2 non renseignées.",
        "FICTIF : CC Deux : absence vérifiée pour 1 catégorie sur 3 : « CCAS ».",
    ]


def test_access_is_told_only_where_every_site_is_known():
    row = {
        "territoire_id": "perimetre",
        "categorie": "ccas",
        "seuil_km": 10.0,
        "inventaire": "complet",
        "part_population_au_dela": 0.25,
        "population_au_dela": 250.0,
        "population": 1000.0,
        "nb_communes_au_dela": 1,
        "nb_communes": 12,
        "nb_mobiles": 1,
        "nb_sites": 1,
    }
    told = [
        phrase.replace(NARROW_SPACE, " ")
        for _, phrase, _ in describe_access(make_tables(), {"acces": pd.DataFrame([row])}, NAMES)
    ]
    expected = (
        "Périmètre, « CCAS » : 1 commune sur 12 a sa mairie à plus de 10 km, à vol d'oiseau, du site le plus proche, soit 250 habitants "
        "sur 1 000 (25,0 %) ; 1 site fixe dans le territoire, ceux d'à côté comptés ; 1 service itinérant à part."
    )
    assert told == [expected]
    unknown = pd.DataFrame([row | {"inventaire": "non_renseigne"}])
    told = [phrase for _, phrase, _ in describe_access(make_tables(), {"acces": unknown}, NAMES)]
    assert len(told) == 1 and told[0].startswith("L'éloignement n'est pas lu pour 1 catégorie dont")


def test_what_cannot_be_computed_says_which_table_is_missing():
    nobody = make_tables(acteurs=pd.DataFrame({"acteur_id": []}))
    assert [p for _, p, _ in describe_links(nobody, {}, NAMES)] == [
        "Aucun acteur recensé (feuille acteurs) : liens, catégories et accès ne sont pas mesurés."
    ]
    density = pd.DataFrame({"territoire_id": ["perimetre"], "nb_liens": [0]})
    assert "(feuille liens)" in next(describe_links(make_tables(), {"densites": density}, NAMES))[1]
    missing = density.assign(nb_liens=float("nan"))
    assert "(feuille liens)" in next(describe_links(make_tables(), {"densites": missing}, NAMES))[1]
    empty = pd.DataFrame({"territoire_id": pd.Series(dtype=str), "seuil_km": pd.Series(dtype=float)})
    assert "l'éloignement n'est pas mesuré" in next(describe_access(make_tables(), {"acces": empty}, NAMES))[1]


def test_the_facts_of_the_pilot_ground_are_said(phrases):
    told = "\n".join(phrases)
    assert "Haute-Loire : 8 EPCI sur 11 (54,4 % des habitants)" in told
    assert "Puy-de-Dôme : 14 EPCI sur 14 sont entièrement" in told
    assert "15132 Montgreleix" in told
    assert "CA du Puy-en-Velay (2 unités, 97,3 % dans la principale)" in told


@pytest.mark.parametrize("measured", [measure_example, measure_small])
def test_sentences_are_plain_french(measured):
    readings = measured()[1]["lectures"]
    assert readings.columns.tolist() == COLUMNS and readings.notna().all(axis=None)
    phrases = list_phrases(measured())
    assert all(phrase.endswith(".") and phrase[0] == phrase[0].upper() for phrase in phrases)
    wrong = re.compile(
        r"\(s\)|\bnan\b|None|—|\bVI\b|\bNMI\b|non_renseigne|absent_verifie|  |\b[01] \w+s\b(?= (?:sont|ont)\b)"
    )
    assert not [phrase for phrase in phrases if wrong.search(phrase)]
    assert len(phrases) == len(set(phrases)) < 70


def test_findings_that_name_structures_stay_inside():
    tables, results = measure_small()
    readings = results["lectures"]
    names = [*tables["acteurs"]["nom"], *tables["dispositifs"]["nom"]]
    public = " ".join(readings.query("edition == 'publique'")["phrase"])
    assert not [name for name in names if name in public]
    assert "CANARI dispositif" in " ".join(readings.query("edition == 'interne'")["phrase"])
