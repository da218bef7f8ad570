"""Sentences: their figures, their French, and who may read them."""

import re

import pandas as pd
import pytest
from passage import measure_example, measure_small

from diagnostic.measure.findings import (
    COLUMNS,
    describe_access,
    describe_cut,
    describe_gaps,
    describe_layers,
    describe_links,
    describe_nesting,
    describe_split,
)
from diagnostic.vocabulary.formats import NARROW_SPACE

EIGHT = "Haute-Loire : 8 EPCI sur 11 (54,4 % des habitants) sont entièrement dans une seule unité de la couche « Arrondissements »"
NONE = "Haute-Loire : aucun des 11 EPCI n'est entièrement dans une seule unité de la couche « Arrondissements »"
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


def make_pair(**changes):
    row = {"territoire_id": "departement:43", "couche_a": "EPCI", "couche_b": "ARR", "nb_unites_a": 11, "nb_unites_b": 3, "nb_a_dans_b": 8,
           "part_population_a_dans_b": 0.543634, "purete_a_dans_b": 0.989635, "couverture_commune": 1.0}  # fmt: skip
    return pd.DataFrame([row | changes])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, f"{EIGHT} ; 99,0 % des habitants sont dans l'unité principale de leur EPCI."),
        (
            {"nb_a_dans_b": 1, "part_population_a_dans_b": float("nan"), "purete_a_dans_b": float("nan")},
            "Haute-Loire : 1 EPCI sur 11 est entièrement dans une seule unité de la couche « Arrondissements »."),
        ({"couverture_commune": 0.122}, f"{EIGHT} ; la couche ne couvre que 12,2 % des habitants."),
        (
            {"nb_a_dans_b": 0, "part_population_a_dans_b": 0.0},
            f"{NONE} ; 99,0 % des habitants sont dans l'unité principale de leur EPCI."),
        ({"nb_a_dans_b": 11}, "Haute-Loire : 11 EPCI sur 11 sont entièrement dans une seule unité pour « Arrondissements »."),
        ({"nb_unites_b": 1, "nb_a_dans_b": 11}, None),
    ],
)  # fmt: skip
def test_nesting(changes, expected):
    told = [
        phrase.replace(NARROW_SPACE, " ")
        for _, phrase, _ in describe_nesting(make_tables(), {"paires": make_pair(**changes)}, NAMES)
    ]
    assert told == ([expected] if expected else [])


def test_layers_are_one_sentence_and_an_absent_one_is_no_proof():
    table = pd.DataFrame(
        {
            "territoire_id": "departement:43",
            "couche": ["EPCI", "ARR", "CAF"],
            "n_unites": [11, 3, 0],
            "couverture": [1.0, 0.5, 0.0],
        }
    )
    told = [
        phrase.replace(NARROW_SPACE, " ") for _, phrase, _ in describe_layers(make_tables(), {"discordance": table}, NAMES)
    ]
    assert told == [
        "Haute-Loire, nombre d'unités par couche : Intercommunalités 11 ; Arrondissements 3 (la couche couvre 50,0 % des habitants).",
        "Haute-Loire : aucune unité connue pour « Caisses » ; ce n'est pas la preuve d'une absence.",
    ]


def test_split_epci_and_cut_units_agree_in_number():
    table = pd.DataFrame(
        {"territoire_id": "epci:1", "couche": ["ARR", "CAF"], "n_unites": [2, 1], "part_principale": [0.971, 1.0]}
    )
    told = [
        phrase.replace(NARROW_SPACE, " ") for _, phrase, _ in describe_split(make_tables(), {"discordance": table}, NAMES)
    ]
    assert told == [
        "CC Une a plus d'un interlocuteur dans la couche « Arrondissements » : 2 unités, 97,1 % dans la principale.",
        "CC Une n'a qu'un interlocuteur dans : « Caisses ».",
    ]
    two = make_tables(territoires=pd.DataFrame({"nom": ["CC Une", "CC Deux"], "type": "epci"}, index=["epci:1", "epci:2"]))
    table = pd.concat([table, table.assign(territoire_id="epci:2", n_unites=1, part_principale=1.0)])
    told = [
        phrase.replace(NARROW_SPACE, " ") for _, phrase, _ in describe_split(two, {"discordance": table}, two["territoires"]["nom"])
    ]
    assert told == [
        "1 EPCI sur 2 a plus d'un interlocuteur dans la couche « Arrondissements » : CC Une (2 unités, 97,1 % dans la principale).",
        "Aucun EPCI n'a plus d'un interlocuteur dans : « Caisses ».",
    ]
    cut = pd.DataFrame(
        {"unite_nom": ["U", "V"], "nb_communes_hors": [1, 5], "communes_hors": ["1 A", "1 A ; 2 B ; 3 C ; 4 D ; 5 E"]}
    )
    told = [phrase for _, phrase, _ in describe_cut(make_tables(unites_coupees=cut), {}, NAMES)]
    assert told == [
        "U : 1 commune hors du périmètre, laissée de côté (1 A).",
        "V : 5 communes hors du périmètre, laissées de côté (1 A, 2 B, 3 C et 2 autres).",
    ]


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
