"""The table of rows read, kept and set aside over every real file: sums equal, shares kept, reasons given."""

import runpy

import pandas as pd
import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(ROOT / "scripts" / "compter_lectures.py"))


@pytest.fixture(scope="module")
def counts(script, partage):
    return script["count_all"](partage)


def test_every_file_is_counted(script, counts, partage):
    files = {path.name for name in ("inventaires", "ressorts") for path in (partage / name).iterdir()}
    assert files == set(counts["fichier"])


def test_sums_and_shares(script, counts):
    files = script["sum_files"](counts)
    assert (files["lues"] == files[["gardees", "repetees", "sans_objet", "ecartees"]].sum(axis=1)).all()
    read = files.groupby("fichier")["lues"].max()
    assert read[["france_services_2024-08.csv", "hinaura_2022-11.json", "data_inclusion_2023-02.json"]].tolist() == [2845, 1171, 3811]
    assert read[["pat_aura_2025_communes.csv", "cls_aura_2025.gpkg", "qpv_2024.geojson"]].tolist() == [4036, 57, 692]
    assert read["programmes_anct_2024.csv"] == 11270
    assert read[["msa_caisses_departements.csv", "zonages_insee_2024.csv"]].tolist() == [96, 34935]
    low = files[files["part_gardee"] < files["but"]]
    assert low.empty, low.to_string()


def test_every_row_set_aside_has_its_reason(counts):
    assert (counts["comment"].str.len() > 3).all()
    assert not counts.loc[counts["issue"] == "écartée", "comment"].isin(["", "sans raison"]).any()


def test_reasons_are_told_without_what_is_of_one_row(script):
    name = script["name_reason"]
    assert name("Code commune « 97123 » inconnu au COG 2026.") == name("Code commune « 43999 » inconnu au COG 2026.")
    assert name("97701 (Saint-Barthélemy) : collectivité d'outre-mer, hors du champ.") == "… : collectivité d'outre-mer, hors du champ."
    assert name("Ligne sans nom : écartée.") == "Ligne sans nom : écartée."


def test_a_sum_that_is_not_equal_stops(script):
    table = pd.DataFrame([("f.csv", "x", "gardée", "code", 3)], columns=script["COUNT_COLUMNS"])
    with pytest.raises(SystemExit, match="4 lignes lues, 3 comptées"):
        script["_check_sum"](table, 4)
