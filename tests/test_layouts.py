"""The shapes of open-data files: one table each, every line where the user sees it."""

from pathlib import Path

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import read_sheets
from diagnostic.read.imports.layouts import arrange, find_file_date

ECHANTILLONS = Path(__file__).parent / "echantillons"


def read(lecture, name, wanted):
    path = ECHANTILLONS / name
    return arrange(lecture, read_sheets(path)[0], wanted, path)


def make_sheet(*rows, first=1):
    return pd.DataFrame(rows, index=pd.RangeIndex(first, first + len(rows)), dtype=str)


def test_the_sheet_that_bears_the_names_and_the_lines_as_seen(tmp_path):
    sheets = {"notes": make_sheet(["ceci", ""], ["cela", ""]), "liste": make_sheet(["Titre", ""], ["nom", "ville"], ["", ""], ["A", "B"])}
    body, origin, date, problems = arrange("tableau", sheets, ["nom", "ville"], tmp_path / "f.xlsx")
    assert body.to_dict("list") == {"nom": ["A"], "ville": ["B"]}
    assert origin.values.tolist() == [["f.xlsx", "liste", 4]] and (date, problems) == ("", None)


def test_finess_is_two_kinds_of_lines_and_a_date():
    body, origin, date, problems = read("finess", "finess_fictif.csv", [])
    assert (len(body), date) == (6, "2026-05-12")
    assert body["nofinesset"].str.endswith("901").idxmax() == body.index[0] and origin["ligne"].tolist() == [2, 3, 4, 5, 6, 7]
    assert body.iloc[0][["coordxet", "departement", "numuai"]].tolist() == ["730146.8", "43", ""]
    assert body["coordxet"].tolist().count("") == 2
    assert "dont 1 sans établissement" in problems["probleme"].iloc[0]


def test_a_file_that_is_not_finess(tmp_path):
    with pytest.raises(DiagnosticError, match="structureet"):
        arrange("finess", {"f": make_sheet(["nom", "ville"], ["A", "B"])}, [], tmp_path / "f.csv")


def test_a_finess_line_cut_short_is_read_with_empty_cells(tmp_path):
    body, *_ = arrange("finess", {"f": make_sheet(["structureet", "430000901"])}, [], tmp_path / "f.csv")
    assert body.iloc[0].tolist() == ["430000901", *[""] * 33]


def test_the_layers_of_a_umap_stay_apart_by_name():
    body, origin, *_ = read("umap", "umap_fictif.umap", ["name"])
    assert body["calque"].tolist() == ["Tiers-lieux", "Nos lieux à nous", "Nos lieux à nous", "Nos lieux à nous"]
    assert origin["feuille"].tolist() == body["calque"].tolist() and origin["ligne"].tolist() == [2, 2, 3, 4]
    assert body.index.is_unique


@pytest.mark.parametrize("name", ["annuaire_fictif.json", "annuaire_export_fictif.json"])
def test_the_directory_is_opened_at_the_first_address(name):
    body, *_ = read("dila", name, ["nom"])
    columns = ["type_service_local", "numero_voie", "code_postal", "nom_commune", "latitude"]
    assert body.iloc[0][columns].tolist() == ["mission_locale", "1 place FICTIVE", "43100", "Brioude", "45.2946"]


def test_records_that_are_not_json_are_no_record(tmp_path):
    sheet = make_sheet(["nom", "pivot", "adresse"], ["A", "[cassé", '{"code_postal": "43100"}'], ["B", "texte", "[1]"])
    body, *_ = arrange("dila", {"f": sheet}, ["nom"], tmp_path / "f.csv")
    assert body["type_service_local"].tolist() == ["", ""] and body["code_postal"].tolist() == ["43100", ""]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("etalab-cs1100502-stock-20260512-0339.csv", ("2026-05-12", "de 2026-05-12")), ("liste_2024-08.csv", ("2024-08-01", "de 2024-08")),
        ("programmes_anct_2024.csv", ("", "de 2024")), ("liste_202408.csv", ("2024-08-01", "de 2024-08")),
        ("C:\\dossier 2019\\liste.csv", ("", "« liste.csv » (date inconnue)")),
        ("12024.csv", ("", "« 12024.csv » (date inconnue)")),
    ],
)  # fmt: skip
def test_the_date_of_a_file_is_in_its_name(name, found):
    assert find_file_date(name) == found
