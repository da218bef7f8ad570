"""Sentences: their figures, their French, and who may read them."""

import re

import pandas as pd
import pytest
from jouets_phrases import NAMES, make_tables
from passage import measure_example, measure_small

from diagnostic.measure.constats.findings import COLUMNS
from diagnostic.measure.constats.gap_readings import describe_access
from diagnostic.measure.constats.link_readings import describe_links
from diagnostic.vocabulary.formats import NARROW_SPACE


def list_phrases(measured):
    return [phrase.replace(NARROW_SPACE, " ") for phrase in measured[1]["lectures"]["phrase"]]


@pytest.fixture(scope="module")
def phrases():
    return list_phrases(measure_example())


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
    late = empty.assign(seuil_minutes=0.0, inventaire="", part_population_au_dela=0.0)
    assert "l'éloignement n'est pas mesuré" in next(describe_access(make_tables(), {"acces": empty, "acces_temps": late}, NAMES))[1]


def test_the_facts_of_the_pilot_ground_are_said(phrases):
    told = "\n".join(phrases)
    assert "Haute-Loire : 8 EPCI sur 11 (54,4 % des habitants)" in told
    assert "Puy-de-Dôme : 14 EPCI sur 14 sont entièrement" in told
    assert "15132 Montgreleix" in told
    assert "CA du Puy-en-Velay (2 unités, 97,3 % des habitants dans la principale)" in told


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
    assert len(phrases) == len(set(phrases)) < 75


def test_findings_that_name_structures_stay_inside():
    tables, results = measure_small()
    readings = results["lectures"]
    names = [*tables["acteurs"]["nom"], *tables["dispositifs"]["nom"]]
    public = " ".join(readings.query("edition == 'publique'")["phrase"])
    assert not [name for name in names if name in public]
    assert "CANARI dispositif" in " ".join(readings.query("edition == 'interne'")["phrase"])
