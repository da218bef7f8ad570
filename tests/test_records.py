"""Flat records: one a measure, every missing value with its reason, every identifier with its formula."""

import json
import runpy
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
from passage import measure_example, measure_small, measure_timed

from diagnostic.measure.manques.access_summary import BEYOND_COLUMNS
from diagnostic.measure.records import UNTOLD, build_records
from diagnostic.schema import RECORD_COLUMNS
from diagnostic.vocabulary import read_vocabulary

ROOT = Path(__file__).resolve().parent.parent
COUCHES = pd.DataFrame({"millesime": ["2026", "2024"]}, index=pd.Index(["EPCI", "CAS"], name="couche"))


def make_profile(**changes):
    columns = {
        "territoire_id": ["perimetre"], "couche": ["CAS"], "n_unites": [2], "interlocuteurs_effectifs_q2": [1.6],
        "interlocuteurs_effectifs_q1": [1.75], "q_min": [1.6], "q_max": [1.6], "part_principale": [0.75],
        "indice_eclatement": [0.375], "couverture": [0.8], "couverture_min": [0.8],
        "part_estimee": [0.0], "poids_total": [2500.0], "poids_couvert": [2000.0],
        "ponderation": ["population"], "raison_absence": [""],
    }  # fmt: skip
    return pd.DataFrame(columns | changes)


def test_a_row_becomes_one_record_a_measure():
    records = build_records({"discordance": make_profile()}, COUCHES).set_index("mesure")
    assert list(records.reset_index().columns.intersection(RECORD_COLUMNS, sort=False)) == RECORD_COLUMNS
    row = records.loc["interlocuteurs_effectifs_q2"]
    assert (row["valeur"], row["territoire"], row["couche_a"], row["couverture"]) == (1.6, "perimetre", "CAS", 0.8)
    assert (row["millesime"], row["ponderation"], row["edition"]) == ("2024", "population", "publique")
    assert pd.isna(row["couche_b"]) and pd.isna(row["raison_absence"])
    cover = records.loc["couverture_couche"]
    assert (cover["numerateur"], cover["denominateur"]) == (2000.0, 2500.0) and np.isnan(cover["couverture"])


def test_a_missing_value_has_its_reason_and_never_zero():
    absent = make_profile(
        interlocuteurs_effectifs_q2=[np.nan], part_principale=[np.nan], raison_absence=["couche absente"]
    )
    records = build_records({"discordance": absent}, COUCHES).set_index("mesure")
    assert np.isnan(records.at["part_principale", "valeur"])
    assert records.at["part_principale", "raison_absence"] == "couche absente"
    assert pd.isna(records.at["nb_unites", "raison_absence"])
    untold = make_profile(part_principale=[np.nan])
    assert (
        build_records({"discordance": untold}, COUCHES).set_index("mesure").at["part_principale", "raison_absence"]
        == UNTOLD
    )


def test_unknown_categories_have_no_record():
    states = pd.DataFrame(
        {"categorie": ["ccas", "evs", "mjc"], "statut": ["present", "absent_verifie", "non_renseigne"]}
    )
    states = states.assign(territoire_id="epci:1", nb_acteurs=[2, 0, 0])
    records = build_records({"categories_territoires": states}, COUCHES)
    assert records[["groupe_a", "valeur"]].values.tolist() == [["ccas", 2.0], ["evs", 0.0]]


def test_the_mean_distance_is_said_once():
    columns = [*BEYOND_COLUMNS, "population", "nb_communes", "distance_moyenne_km"]
    table = pd.DataFrame(
        {"territoire_id": "perimetre", "categorie": "ccas", "seuil_km": [5.0, 10.0]} | dict.fromkeys(columns, 1.0)
    )
    records = build_records({"acces": table}, COUCHES)
    mean = records[records["mesure"] == "distance_moyenne_km"]
    assert len(mean) == 1 and mean["groupe_b"].isna().all()
    assert records[records["mesure"] == "population_au_dela"]["groupe_b"].tolist() == ["5.0", "10.0"]


def test_no_result_gives_an_empty_table_and_order_of_rows_does_not_matter():
    assert build_records({}, COUCHES).columns.tolist() == RECORD_COLUMNS
    two = pd.concat([make_profile(), make_profile(couche=["EPCI"], n_unites=[1])], ignore_index=True)
    first, second = (build_records({"discordance": table}, COUCHES) for table in (two, two[::-1]))
    keys = ["mesure", "couche_a"]
    pd.testing.assert_frame_equal(
        first.sort_values(keys, ignore_index=True), second.sort_values(keys, ignore_index=True)
    )


def test_every_record_of_the_example_obeys_the_schema():
    tables, results = measure_example()
    records = results["resultats"]
    schema = json.loads((ROOT / "docs" / "resultats.schema.json").read_text(encoding="utf-8"))
    rows = records.astype(object).where(records.notna(), None).to_dict("records")
    faults = list(jsonschema.Draft202012Validator(schema).iter_errors(rows))
    assert not faults
    assert (records["valeur"].isna() == records["raison_absence"].notna()).all()
    assert set(records["mesure"]) <= set(read_vocabulary("mesures")["mesure"])
    assert not records.duplicated(["mesure", "territoire", "couche_a", "couche_b", "groupe_a", "groupe_b"]).any()
    assert set(records["couche_a"].dropna()) <= set(tables["couches"].index)


def test_every_figure_of_a_result_table_is_a_measure_or_documented():
    known = set(read_vocabulary("colonnes_mesures")["colonne"])
    measures = read_vocabulary("mesures")
    measured = [measure_example()[1], measure_small()[1], measure_timed()]
    for results in measured:
        for name, rows in measures[measures["table"].isin(results)].groupby("table"):
            table = results[name].reset_index() if any(results[name].index.names) else results[name]
            figures = {str(c).split(" ")[0] for c in table.columns if pd.api.types.is_numeric_dtype(table[c].dtype)}
            own = {column.removeprefix(f"{name}.") for column in known}
            assert figures <= own | set(rows["colonne"]), name
    assert set(measures["table"]) <= {name for results in measured for name in results}


def test_the_table_of_measures_is_whole():
    measures = read_vocabulary("mesures")
    assert measures["mesure"].is_unique and not measures.duplicated(["table", "colonne"]).any()
    assert (measures[["libelle", "unite", "definition"]] != "").all(axis=None)
    assert measures["mesure"].str.fullmatch("[a-z0-9_]+").all()


def test_the_page_of_formulas_is_the_one_the_script_writes():
    script = runpy.run_path(str(ROOT / "scripts" / "ecrire_mesures.py"))
    page = (ROOT / "docs" / "mesures.md").read_text(encoding="utf-8")
    assert page == script["compose_page"](), "run python scripts/ecrire_mesures.py"
    assert all(f'<a id="{name}">' in page for name in read_vocabulary("mesures")["mesure"])
