"""The workbook of a diagnosis, as who opens it reads it."""

import datetime
import zipfile

import openpyxl
import pandas as pd
import pytest
from passage import read_book, run_small

from diagnostic.vocabulary import read_vocabulary
from diagnostic.write.workbook import READING_SHEET, describe_columns, write_workbook

TRAPS = ["=1+1", "+33", "@x", "-1", "\t=2", "http://exemple.test", "007", "a\x01b", "{=3}"]
READING = {
    "titre": "Essai d'été",
    "lignes": ["Édition publique.", "FICTIF : inventé."],
    "date": pd.Timestamp("2026-11-15"),
}


def make_tables():
    actors = pd.DataFrame(
        {"acteur_id": [f"A{i}" for i in range(len(TRAPS))], "nom": TRAPS, "themes": [(trap, "b") for trap in TRAPS]}
    )
    actors["date_maj"] = pd.to_datetime(["2026-02-03"] + [None] * (len(TRAPS) - 1))
    actors["capacite"] = [0.0, 2.5] + [float("nan")] * (len(TRAPS) - 2)
    stacks = pd.DataFrame({"nb_unites": [3, 2]}, index=pd.Index(["01004", "43001"], name="code_insee"))
    return {
        "millefeuille": stacks,
        "acteurs": actors,
        "liens": pd.DataFrame(columns=["source_id"]),
        "appartenance": stacks,
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_workbook(make_tables(), tmp_path_factory.mktemp("b") / "été à Brioude.xlsx", **READING)


def test_reading_sheet_first_then_the_sheets_of_the_vocabulary(path):
    book = openpyxl.load_workbook(path)
    # No sheet for an empty table, nor for a table that has no sheet; order of tables.csv.
    assert book.sheetnames == [READING_SHEET, "Mille-feuille", "Acteurs"]
    words = [cell.value for row in book[READING_SHEET].iter_rows() for cell in row if cell.value]
    assert words[:3] == ["Essai d'été", "Édition publique.", "FICTIF : inventé."]
    assert "Les structures recensées" in words and "Thèmes, séparés par ;" in words
    assert book[READING_SHEET]["A7"].hyperlink.location == "'Mille-feuille'!A1"


def test_each_row_of_the_reading_sheet_is_as_high_as_its_longest_text(path):
    sheet = openpyxl.load_workbook(path).worksheets[0]
    widths, short = {"A": 30, "B": 34, "C": 90}, []
    for row in sheet.iter_rows(min_row=3):
        merged = any(row[0].coordinate in held for held in sheet.merged_cells.ranges)
        texts = [(str(cell.value), 154 if merged else widths[cell.column_letter]) for cell in row if isinstance(cell.value, str)]
        lines = max((-(-len(text) // width) for text, width in texts), default=1)
        height = sheet.row_dimensions[row[0].row].height or 15
        short += [row[0].row] if height < 15 * lines else []
    assert short == []


def test_no_cell_is_a_formula_or_a_link_and_texts_come_back_as_written(path):
    book = openpyxl.load_workbook(path)
    sheet = book["Acteurs"]
    column = {cell.value: cell.column for cell in sheet[1]}
    cells = [sheet.cell(row, column["nom"]) for row in range(2, len(TRAPS) + 2)]
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    assert [cell.value.replace("_x0001_", "\x01") for cell in cells] == TRAPS
    assert all(sheet.cell(row, column["themes"]).data_type == "s" for row in range(2, len(TRAPS) + 2))
    with zipfile.ZipFile(path) as parts:
        assert not [name for name in parts.namelist() if b"<f>" in parts.read(name)]
    read = read_book(path)["Acteurs"]
    assert read.iloc[1:, column["nom"] - 1].tolist()[:4] == TRAPS[:4]


def test_missing_is_empty_never_zero_and_dates_are_dates(path):
    sheet = openpyxl.load_workbook(path)["Acteurs"]
    column = {cell.value: cell.column for cell in sheet[1]}
    assert [sheet.cell(row, column["capacite"]).value for row in (2, 3, 4)] == [0, 2.5, None]
    assert sheet.cell(2, column["date_maj"]).value == datetime.datetime(2026, 2, 3)
    assert sheet.cell(2, column["date_maj"]).is_date and sheet.cell(3, column["date_maj"]).value is None
    assert openpyxl.load_workbook(path)["Mille-feuille"]["A2"].value == "01004"


def test_headings_are_frozen_and_filtered(path):
    for sheet in openpyxl.load_workbook(path).worksheets[1:]:
        assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref.startswith("A1:")


def test_every_sheet_prints_one_page_wide_with_its_headings(path):
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert sheet.page_setup.orientation == "landscape" and sheet.sheet_properties.pageSetUpPr.fitToPage
        # The width of one page is the default of the format: it is not written.
        assert sheet.page_setup.fitToWidth in (None, 1) and sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$1"


def test_codes_are_labels_territories_have_names_and_years_no_thousands(tmp_path):
    entries = pd.DataFrame([["ccas", "Aide sociale du pays", "", "", "", "dossier"]])
    entries = entries.set_axis(["code", "libelle", "sigle", "alias", "champ", "origine"], axis=1).set_index("code")
    tables = {
        "listes": {"categories": entries},
        "territoires": pd.DataFrame({"nom": ["CC Une"], "type": ["epci"]}, index=pd.Index(["epci:1"], name="territoire_id")),
        "acteurs": pd.DataFrame({"acteur_id": ["A"], "categorie": ["ccas"], "champ": ["social"], "themes": [("logement", "à nous")]}),
        "dispositifs": pd.DataFrame({"dispositif_id": ["D"], "annee_diagnostic": [2022.0]}),
        "liens": pd.DataFrame({"source_id": ["A"], "type": ["co_pilote"], "territoire": ["epci:1"]}),
        "couverture_inventaire": pd.DataFrame({"territoire_id": ["epci:1", "epci:2"], "categorie": ["ccas", "*"]}),
        "blocs": pd.DataFrame({"groupe_a": ["ccas"], "groupe_b": ["social"], "nb_paires": [1234567]}),
    }
    written = write_workbook(tables, tmp_path / "b.xlsx", **READING)
    book = {name: sheet.iloc[1:].fillna("").values.tolist() for name, sheet in read_book(written).items()}
    assert book["Acteurs"] == [["A", "Aide sociale du pays", "Social", "Logement; à nous"]]
    assert book["Liens déclarés"] == [["A", "Co-pilote", "CC Une"]]
    assert book["Couverture"] == [["epci:1", "CC Une", "Aide sociale du pays"], ["epci:2", "", "*"]]
    assert book["Liens entre groupes"][0][:2] == ["Aide sociale du pays", "Social"]
    assert book["Liste des territoires"] == [["epci:1", "CC Une", "epci"]]
    sheets = openpyxl.load_workbook(written)
    assert sheets["Dispositifs"]["B2"].number_format == "0"
    assert sheets["Liens entre groupes"]["C2"].number_format.startswith("[>=1000000]0\u202f000\u202f000")


def test_same_tables_and_date_same_bytes(path, tmp_path):
    again = write_workbook(make_tables(), tmp_path / "b.xlsx", **READING)
    assert again.read_bytes() == path.read_bytes()


def test_sheet_names_fit_a_spreadsheet():
    sheets = read_vocabulary("tables")["feuille"]
    named = sheets[sheets != ""]
    assert named.is_unique and named.str.len().max() <= 31 and not named.str.contains(r"[\[\]:*?/\\]").any()


def test_every_column_of_a_real_workbook_is_explained():
    folder, _ = run_small()
    for edition in ("publique", "interne"):
        book = read_book(folder / edition / "diagnostic.xlsx")
        reading = book[READING_SHEET]
        start = reading.index[reading[0] == "Colonne"][0]
        told = reading.iloc[start + 1 :]
        assert told[2].notna().all(), told[told[2].isna()]
        assert set(reading[0]) >= set(book) - {READING_SHEET}
    assert describe_columns("blocs")["densite"].startswith("Densité entre deux groupes")
    assert describe_columns("densites")["densite"].startswith("Densité des liens déclarés")


def test_the_sheet_of_quality_is_in_plain_words(tmp_path):
    from diagnostic.measure.quality import QUALITY_COLUMNS, measure_quality
    from diagnostic.write.workbook import QUALITY_HEADINGS

    actors = pd.DataFrame({
        "acteur_id": list("ABCDE"), "categorie": ["ccas"] * 5, "fichier": "inventaire.xlsx",
        "date_maj": pd.to_datetime(["2026-02-03", None, None, None, None]),
    })  # fmt: skip
    table = measure_quality(actors, None, pd.Timestamp("2026-11-15"))
    path = write_workbook({"qualite": table}, tmp_path / "q.xlsx", **READING)
    sheet = openpyxl.load_workbook(path)["Qualité de l'inventaire"]
    headings = [cell.value for cell in sheet[1]]
    assert headings[:5] == ["Groupe", "Fichier ou catégorie", "Lignes", "Lignes datées (%)", "Âge médian (mois)"]
    assert set(QUALITY_HEADINGS) == set(QUALITY_COLUMNS) and len(set(headings)) == len(headings) and not [h for h in headings if "_" in h]
    assert [sheet.cell(row, 1).value for row in (2, 3, 4)] == ["Tout l'inventaire", "Fichier", "Catégorie"]
    assert (sheet["D2"].value, sheet["D2"].number_format) == (0.2, "0\u202f%")


def test_how_well_the_inventory_is_known_is_printed_on_every_sheet_and_noted_on_those_of_gaps(tmp_path):
    tables = make_tables() | {"etats_territoires": pd.DataFrame({"territoire_id": ["perimetre"], "nb_presents": [3]})}
    told = "Inventaire : 31 % présents & 4 % absences vérifiées, 65 % non renseignés."
    book = openpyxl.load_workbook(write_workbook(tables, tmp_path / "b.xlsx", **READING, mention=told))
    heads = {sheet.title: sheet.oddHeader.left.text for sheet in book.worksheets if sheet.title != "Lisez-moi"}
    assert set(heads.values()) == {told.replace("&", "&&")} or set(heads.values()) == {told}
    noted = [sheet.title for sheet in book.worksheets if sheet["A1"].comment is not None and sheet["A1"].comment.text == told]
    assert noted == [read_vocabulary("tables").set_index("table").at["etats_territoires", "feuille"]]
