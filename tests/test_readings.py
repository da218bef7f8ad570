"""All the sentences on jurisdictions in one table: kinds, editions, plain French, on J1 and on the example dossier."""

import re

import pandas as pd
import pytest
from passage import measure_example
from tables_lectures import make_tables, measure_tables

from diagnostic.measure.constats.readings import COLUMNS, list_readings
from diagnostic.measure.ressorts.change import measure_change
from diagnostic.vocabulary.formats import NARROW_SPACE

KINDS = ["paire", "fiche", "amas", "vis_a_vis", "zone_blanche", "hypothese", "commune"]
WRONG = re.compile(
    r"\(s\)|\bnan\b|\bNone\b|\bVI\b|\bNMI\b|\bAMI\b|\bq[12]\b|signific|non_renseigne|  | ,|\.\.|\b[01] \w+s (?:sont|ont)\b"
    r"|\b0 \w+(?: \w+)? sur \d|\b1 \w+s (?:\w+ )?sur \d|ne couvre que moins|au plus moins"
    r"|\bde [AEIOUÉaeioué]|\bque? [aeiouAEIOU]n |\ble [aeioué]|\bla [aeioué]|\bune seul\b|\bun seule\b"
)


def read_j1():
    tables = make_tables()
    results = measure_tables(tables)
    tables["hypotheses"] = pd.DataFrame({"hypothese": ["h"], "code_insee": "D", "couche": "MSA", "unite_id": "M1"}, dtype="str")
    given = [tables[name] for name in ("affectation", "appartenance", "communes", "couches", "hypotheses")]
    results["que_changerait"], results["hypotheses_refusees"] = measure_change(*given)
    return tables, results


def test_every_kind_is_there_with_its_edition():
    readings = list_readings(*read_j1())
    assert readings.columns.tolist() == COLUMNS and set(readings["genre"]) == set(KINDS)
    assert readings[["territoire_id", "genre", "phrase", "edition"]].notna().all(axis=None)
    assert set(readings.loc[readings["genre"] == "hypothese", "edition"]) == {"interne"}
    assert set(readings.loc[readings["genre"] != "hypothese", "edition"]) == {"publique"}
    assert (readings["genre"] == "commune").sum() == 6 and (readings["genre"] == "paire").sum() == 7
    merged = readings[(readings["genre"] == "paire") & readings["couche_a"].isna()]
    assert merged["couche_b"].isna().all()
    assert merged["phrase"].tolist() == ["Pays : une seule Caf pour tout le territoire : rien à comparer."]


def test_what_was_not_measured_is_left_out():
    tables, _ = read_j1()
    assert set(list_readings(tables, {})["genre"]) == {"commune"}
    nobody = tables | {"communes": tables["communes"].iloc[:0]}
    assert list_readings(nobody, {}).columns.tolist() == COLUMNS


def read_example():
    return measure_example()[1]["phrases_ressorts"]


@pytest.mark.parametrize("read", [lambda: list_readings(*read_j1()), read_example], ids=["J1", "exemple"])
def test_sentences_are_plain_french(read):
    phrases = [phrase.replace(NARROW_SPACE, " ") for phrase in read()["phrase"]]
    assert all(phrase.endswith(".") and phrase[0] == phrase[0].upper() for phrase in phrases)
    assert not [phrase for phrase in phrases if WRONG.search(phrase)]
    assert all(phrase.count("«") == phrase.count("»") and phrase.count("(") == phrase.count(")") for phrase in phrases)


def test_the_facts_of_the_pilot_ground():
    told = "\n".join(phrase.replace(NARROW_SPACE, " ") for phrase in read_example()["phrase"])
    assert "Haute-Loire : 8 EPCI sur 11 (54 % des habitants) sont entièrement dans un seul arrondissement ; 3 sont coupés : " in told
    assert "CC des Rives du Haut Allier (2 arrondissements ; 1 commune, 0,2 % de ses habitants, hors du principal : Varennes-" in told
    assert "Si Varennes-Saint-Honorat relevait du même arrondissement que les autres, la CC des Rives du Haut Allier n'aurait " in told
    assert "\nVarennes-Saint-Honorat, " in told
