"""One inventory saved as XLSX, ODS and CSV gives the same tables; rows in are rows out and rows set aside, whatever they hold."""

import csv
import io
import os
import shutil
import subprocess
from contextlib import suppress

import openpyxl
import pandas as pd
import pytest
from classeurs import make_ods, make_xlsx
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import clean_cells, read_sheets
from diagnostic.read.inventory.tables import clean_table
from diagnostic.schema import list_vocabularies
from diagnostic.vocabulary import read_list

LISTS = {name: read_list(name) for name in list_vocabularies()}
HEAD = [
    "acteur_id",
    "nom",
    "categorie",
    "siret",
    "code_insee",
    "lat",
    "lon",
    "themes",
    "capacite",
    "date_maj",
    "mobile",
    "remarques",
]
ROWS = [
    ["A01", "Médiathèque d’Ambérieu, annexe", "CCAS", "12002701600563", "01004", "45,9612", "5,3597",
    "Mobilité;Santé", "12", "03/02/2025", "oui", "une\ndeux"],
    ["A02", 'Café « L\'Œuf » ; "bar"', "EHPAD", "", "2A004", "41.9", "8.7", "", "1 234,5", "2024-12-31", "non", "=1+1"],
    ["", "", "", "", "", "", "", "", "", "", "", ""],
    ["A03", "Été à Saint-Étienne", "inconnue", "0", "43157", "", "", "Santé", "", "", "", ""],
    ["A03", "Répétée", "CCAS", "", "", "", "", "", "", "", "", ""],
    ["Total", "", "", "", "", "", "", "", "3", "", "", ""],
]  # fmt: skip


def write_csv(path, rows, separator, encoding):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator="\r\n").writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def read_acteurs(path):
    """Return the table, its problems and the rows read, without where: a CSV counts its lines, a workbook its rows."""
    sheets, _ = read_sheets(path)
    raw = next(iter(sheets.values()))
    table, problemes, rows = clean_table(raw, "acteurs", path, "acteurs", lists=LISTS)
    where, told = ["fichier", "ligne"], problemes["probleme"].str.replace(r"ligne \d+", "ligne", regex=True)
    return (
        table.drop(columns=where),
        problemes.assign(probleme=told).drop(columns=where),
        rows.drop(columns=where).reset_index(drop=True),
    )


def check_same(paths):
    first, told, rows = read_acteurs(paths[0])
    assert first["acteur_id"].tolist() == ["A01", "A02", "A03"] and len(rows) == 5
    assert first["capacite"].tolist()[:2] == [12, 1234.5] and first["lat"].tolist()[:2] == [45.9612, 41.9]
    assert first["code_insee"].tolist() == ["01004", "2A004", "43157"] and first["remarques"].tolist()[:2] == [
        "une\ndeux",
        "=1+1",
    ]
    assert first["themes"][0] == ("mobilite", "sante")
    for path in paths[1:]:
        table, problemes, read = read_acteurs(path)
        pd.testing.assert_frame_equal(table, first)
        pd.testing.assert_frame_equal(read, rows)
        pd.testing.assert_frame_equal(problemes, told)


def test_written_by_four_programs(chemin_piege):
    rows, escaped = [HEAD, *ROWS], str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;"})
    lines = [[cell.translate(escaped).replace("\n", "</text:p><text:p>") or None for cell in row] for row in rows]
    text = [[cell or None for cell in row] for row in rows]
    book = make_xlsx(chemin_piege / "acteurs.xlsx", acteurs=text)
    keep_text(book)
    check_same(
        [
            book, make_ods(chemin_piege / "acteurs.ods", acteurs=lines),
            write_csv(chemin_piege / "acteurs.csv", rows, ";", "cp1252"), write_csv(chemin_piege / "acteurs.txt", rows, ",", "utf-8"),
            write_csv(chemin_piege / "acteurs.tsv", rows, "\t", "utf-16"),
        ]
    )  # fmt: skip


def keep_text(path):
    """Write « =1+1 » as the text that it is, not as a formula."""
    book = openpyxl.load_workbook(path)
    for row in book["acteurs"].iter_rows():
        for cell in row:
            cell.data_type = "s" if cell.value is not None else cell.data_type
    book.save(path)


def test_saved_by_libreoffice(tmp_path):
    office = shutil.which("soffice")
    if office is None:
        assert os.environ.get("CI") != "true", "LibreOffice is needed in continuous integration"
        pytest.skip("soffice is not installed: what it saves is not compared")
    book = make_xlsx(tmp_path / "acteurs.xlsx", acteurs=[[cell or None for cell in row] for row in [HEAD, *ROWS]])
    keep_text(book)
    paths = [book]
    kinds = {
        "ods": "ods",
        "cp1252": "csv:Text - txt - csv (StarCalc):59,34,1,1",
        "utf8": "csv:Text - txt - csv (StarCalc):44,34,76,1",
    }
    for folder, kind in kinds.items():
        command = [office, f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}", "--headless", "--convert-to", kind,
                   "--outdir", tmp_path / folder, book]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=240)
        paths.append(tmp_path / folder / f"acteurs.{kind[:3]}")
    check_same(paths)


WORDS = st.one_of(
    st.sampled_from(
        [
            "",
            "A1",
            "ccas",
            "oui",
            "1 234,5",
            "03/02/25",
            "45691",
            "n.c.",
            "Total",
            "Source : x",
            "nom",
            "200073419",
            "a;b",
            '"',
            "=1",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=6),
)
TABLES = st.lists(st.lists(WORDS, min_size=5, max_size=5), max_size=6)


def count_aside(problemes):
    told = problemes[problemes["probleme"].str.contains("écartée")]
    return told["ligne"].nunique()


@settings(max_examples=30)
@given(rows=TABLES, kind=st.sampled_from(["csv", "xlsx"]))
def test_rows_in_are_rows_out_and_rows_set_aside(rows, kind, tmp_path):
    head = ["acteur_id", "nom", "categorie", "capacite", "date_maj"]
    path = tmp_path / f"acteurs.{kind}"
    if kind == "csv":
        write_csv(path, [head, *rows], ";", "utf-8")
    else:
        make_xlsx(path, acteurs=[head, *[[clean_text(cell) for cell in row] for row in rows]])
        keep_text(path)
    content = path.read_bytes()
    expected = clean_cells(
        pd.DataFrame([[clean_text(cell) or "" for cell in row] for row in rows], columns=range(5), dtype=str)
    )
    filled = int((expected != "").any(axis=1).sum())
    table, problemes, read = clean_table(read_sheets(path)[0]["acteurs"], "acteurs", path, "acteurs", lists=LISTS)
    assert len(read) == filled == len(table) + count_aside(problemes)
    assert path.read_bytes() == content


def clean_text(cell):
    """Return what a workbook can hold of a text."""
    return cell.replace("\ufffe", "").replace("\uffff", "") or None


@settings(max_examples=30)
@given(
    rows=st.lists(st.lists(st.text(max_size=8), max_size=5), min_size=1, max_size=6), separator=st.sampled_from(";,\t|")
)
def test_any_table_of_text_reads_or_raises_our_error(rows, separator, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join(separator.join(row) for row in rows).encode("utf-8", "surrogatepass"))
    with suppress(DiagnosticError):
        raw = read_sheets(path)[0]["a"]
        table, problemes, read = clean_table(raw, "communes", path, "a", lists=LISTS)
        assert len(read) == len(table) + (count_aside(problemes) if problemes is not None else 0)
