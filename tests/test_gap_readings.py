"""Sentences on gaps and access: their figures, their French, and what they do not know."""

import pandas as pd
from jouets_phrases import NAMES, make_tables

from diagnostic.measure.constats.gap_readings import (
    describe_access,
    describe_expected,
    describe_gaps,
    describe_proximities,
)
from diagnostic.vocabulary.formats import NARROW_SPACE


def make_states(territoire_id, present, absent, unknown):
    states = ["present"] * present + ["absent_verifie"] * absent + ["non_renseigne"] * unknown
    return pd.DataFrame({"territoire_id": territoire_id, "categorie": "ccas", "statut": states})


def make_coverage(**columns):
    return pd.DataFrame({"territoire_id": ["epci:1"], "categorie": ["ccas"], "statut": ["complet"], **columns})


def list_access(straight, timed):
    results = {"acces": straight, "acces_temps": timed}
    return [phrase.replace(NARROW_SPACE, " ") for _, phrase, _ in describe_access(make_tables(), results, NAMES)]


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
        "population_au_dela_sans_voisins": 250.0,
    }
    none = pd.DataFrame(columns=["territoire_id", "categorie", "seuil_minutes", "inventaire", "part_population_au_dela"])
    told = [
        phrase.replace(NARROW_SPACE, " ")
        for _, phrase, _ in describe_access(make_tables(), {"acces": pd.DataFrame([row]), "acces_temps": none}, NAMES)
    ]
    expected = (
        "Périmètre, « CCAS » : 1 commune sur 12 a sa mairie à plus de 10 km, à vol d'oiseau, du site le plus proche, soit 250 habitants "
        "sur 1 000 (25,0 %) ; 1 site fixe dans le territoire, ceux d'à côté comptés ; 1 service itinérant à part."
    )
    assert told == [expected]
    unknown = pd.DataFrame([row | {"inventaire": "non_renseigne"}])
    told = [phrase for _, phrase, _ in describe_access(make_tables(), {"acces": unknown, "acces_temps": none}, NAMES)]
    assert len(told) == 1 and told[0].startswith("L'éloignement n'est pas lu pour 1 catégorie dont")
    nearer = pd.DataFrame([row | {"population_au_dela_sans_voisins": 400.0}])
    told = list_access(nearer, none)
    assert "ceux d'à côté comptés (sans ceux hors du périmètre : 400 habitants)" in told[0]


def test_minutes_replace_straight_lines_where_they_were_given():
    far = {"territoire_id": "perimetre", "categorie": "ccas", "inventaire": "complet", "part_population_au_dela": 0.25,
           "population_au_dela": 250.0, "population": 1000.0, "nb_communes_au_dela": 2, "nb_communes": 12}  # fmt: skip
    straight = pd.DataFrame([far | {"seuil_km": 10.0}])
    timed = pd.DataFrame([far | {"seuil_minutes": 20.0, "population_sans_temps": 40.0}])
    (told,) = list_access(straight, timed)
    assert told.startswith("Périmètre, « CCAS » : 2 communes sur 12 à plus de 20 minutes, selon les temps de trajet fournis, soit 250 ")
    assert told.endswith("habitants sur 1 000 (25,0 %) ; 40 habitants sans temps connu.")


def test_expectations_are_counted_and_those_of_which_nothing_is_known_share_a_sentence():
    row = {"libelle": "CCAS", "force": "obligation", "echelle": "commune", "nb_concernes": 4, "nb_presents": 2, "nb_absents_verifies": 1,
           "nb_a_verifier": 0, "nb_a_venir": 0, "nb_non_renseignes": 1, "nb_seuil_incertain": 3}  # fmt: skip
    unknown = row | {"libelle": "PAT", "echelle": "epci", "nb_concernes": 2, "nb_presents": 0, "nb_absents_verifies": 0}
    unknown["nb_non_renseignes"] = 2
    nobody = row | {"libelle": "Sans objet", "nb_concernes": 0}
    told = [phrase for _, phrase, _ in describe_expected({}, {"attendus_resume": pd.DataFrame([row, unknown, nobody])}, NAMES)]
    first = "Attendu, « CCAS » (obligation) : 4 communes concernées ; présent : 2, absence vérifiée : 1, non renseigné : 1"
    assert told == [
        f"{first} ; seuil incertain pour 3 autres.",
        "Attendus dont rien n'est renseigné : « PAT » (2 EPCI). On ne sait pas s'ils manquent.",
    ]


def test_proximities_are_for_the_group_and_silent_when_there_are_none():
    summary = pd.DataFrame([{"nb_paires": 3, "nb_acteurs_sans_theme_ou_public": 2}])
    ((where, phrase, edition),) = describe_proximities({}, {"bilan_proximites": summary}, NAMES)
    assert (where, edition) == ("perimetre", "interne") and "3 paires" in phrase and "2 acteurs sans thème" in phrase
    assert not list(describe_proximities({}, {"bilan_proximites": summary.assign(nb_paires=0)}, NAMES))
