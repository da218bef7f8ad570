"""resultats.json: a flat list, one record a line."""

import json

import pandas as pd

from diagnostic.schema import RECORD_COLUMNS
from diagnostic.write.results import write_results


def make_records():
    row = dict.fromkeys(RECORD_COLUMNS) | {"mesure": "vi", "territoire": "perimetre", "edition": "publique"}
    records = pd.DataFrame(
        [row | {"valeur": 1.5}, row | {"valeur": float("nan"), "raison_absence": "é"}, row | {"valeur": float("inf")}]
    )
    return records.astype({"numerateur": "float64", "couche_a": "str"})


def test_records_come_back_and_missing_is_null(chemin_piege):
    path = write_results(make_records(), chemin_piege / "resultats.json")
    read = json.loads(path.read_text(encoding="utf-8"))
    assert [list(row) for row in read] == [RECORD_COLUMNS] * 3
    assert [row["valeur"] for row in read] == [1.5, None, None]
    assert read[1]["raison_absence"] == "é" and read[0]["couche_a"] is None and read[0]["numerateur"] is None
    assert len(path.read_text(encoding="utf-8").splitlines()) == 5


def test_no_record_is_an_empty_list(tmp_path):
    path = write_results(pd.DataFrame(columns=RECORD_COLUMNS), tmp_path / "r.json")
    assert json.loads(path.read_text(encoding="utf-8")) == []
