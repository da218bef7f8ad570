"""Workbooks as offices make them: typed cells, failed formulas, passwords, damage, stray cells. XLSX and ODS read the same."""

import datetime
import random
import zipfile

import openpyxl
import pytest
from classeurs import make_ods, make_xlsx, spell_ods
from openpyxl.styles import PatternFill

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import read_sheets
from diagnostic.read.formats.workbooks import read_workbook, spell_cell

ROWS = [
    ["acteur_id", "code_insee", "lat", "date_maj", "mobile", "cp"],
    ["NA", "01004", 45.5, datetime.date(2025, 2, 3), True, 43100],
    [None] * 6,
    ["2A", "2E004", -3, datetime.date(1999, 12, 31), False, 1004.0],
]
TEXT = [
    ["acteur_id", "code_insee", "lat", "date_maj", "mobile", "cp"],
    ["NA", "01004", "45.5", "2025-02-03", "oui", "43100"],
    ["2A", "2E004", "-3", "1999-12-31", "non", "1004"],
]


@pytest.mark.parametrize(
    "make, suffix", [(make_xlsx, "xlsx"), (make_ods, "ods"), (make_xlsx, "xlsm"), (make_ods, "xlsx")]
)
def test_typed_cells_read_as_the_text_a_user_would_type(make, suffix, chemin_piege):
    made = make(chemin_piege / f"tableau.{suffix}", acteurs=ROWS)
    sheets, problemes = read_workbook(made)
    assert sheets["acteurs"].to_numpy().tolist() == TEXT
    assert list(sheets["acteurs"].index) == [1, 2, 4], "line numbers are the user's, empty lines left out"
    assert not len(problemes)


def test_empty_sheet_and_sheet_that_starts_lower(tmp_path):
    path = make_xlsx(tmp_path / "a.xlsx", vide=[], bas=[[], [], [None, "x"]])
    sheets, _ = read_sheets(path)
    assert sheets["vide"].empty
    assert sheets["bas"].index.tolist() == [3]
    assert sheets["bas"].loc[3].tolist() == ["", "x"]


def test_failed_formulas_are_told_with_their_line_and_column(tmp_path):
    path = make_xlsx(
        tmp_path / "a.xlsx", bon=[["x"]], acteurs=[["id", "nom"], ["1", "#N/A"], ["2", "b"], ["3", "#REF!"]]
    )
    sheets, problemes = read_workbook(path)
    assert sheets["acteurs"].loc[2].tolist() == ["1", ""]
    assert problemes[["feuille", "ligne", "colonne"]].to_numpy().tolist() == [["acteurs", 2, "B"]]
    assert "2 case(s)" in problemes["probleme"][0]


def test_failed_formulas_of_ods_are_counted(tmp_path):
    cell = '<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error"/>'
    body = f'<table:table table:name="a"><table:table-row>{spell_ods("x")}{cell}</table:table-row></table:table>'
    sheets, problemes = read_workbook(make_ods(tmp_path / "a.ods", body=body))
    assert sheets["a"].loc[1].tolist() == ["x", ""]
    assert "1 case(s)" in problemes["probleme"][0]


def test_formatting_down_to_the_last_line_costs_nothing(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["acteur_id", "nom"])
    book.active.cell(1_048_576, 31).fill = PatternFill("solid", fgColor="FF0000")
    book.save(tmp_path / "a.xlsx")
    sheets, _ = read_workbook(tmp_path / "a.xlsx")
    assert sheets["Sheet"].shape == (1, 2)


def test_a_cell_left_far_away_is_named_before_it_exhausts_the_memory(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["acteur_id", "nom"])
    book.active.cell(1_048_576, 16_384).value = "x"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(DiagnosticError, match="jusqu'à la case XFD1048576") as error:
        read_workbook(tmp_path / "a.xlsx")
    assert error.value.ou == "a.xlsx, feuille Sheet"


@pytest.mark.parametrize("last, refused", [("x", True), (None, False)])
def test_ods_repeated_lines_are_laid_out_only_when_a_value_follows(last, refused, tmp_path):
    body = (
        f'<table:table table:name="a"><table:table-row>{spell_ods("id")}</table:table-row>'
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
        f"<table:table-row>{spell_ods(last)}</table:table-row></table:table>"
    )
    path = make_ods(tmp_path / "a.ods", body=body)
    if refused:
        with pytest.raises(DiagnosticError, match="jusqu'à la ligne 1048576"):
            read_workbook(path)
    else:
        assert read_workbook(path)[0]["a"].shape == (1, 1)


def write_protected_xlsx(path):
    """An OLE container that names the stream of an encrypted workbook."""
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    )


def write_protected_ods(path):
    make_ods(path, body="", manifest="<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>")


@pytest.mark.parametrize(
    "name, write", [("a.xlsx", write_protected_xlsx), ("a.xls", write_protected_xlsx), ("a.ods", write_protected_ods)]
)
def test_a_password_is_said(name, write, tmp_path):
    write(tmp_path / name)
    with pytest.raises(DiagnosticError, match="protégé par un mot de passe") as error:
        read_workbook(tmp_path / name)
    assert error.value.ou == name
    assert "sans mot de passe" in error.value.a_faire


@pytest.mark.parametrize(
    "name, content",
    [
        ("photo.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(50)),
        ("texte.xlsx", b"acteur_id;nom\r\n1;a\r\n"),
        ("export.xls", b"<html><table><tr><td>nom</td></tr></table></html>"),
        ("texte.ods", b"bonjour"),
    ],
)
def test_a_renamed_file_is_said(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DiagnosticError, match="n'en est pas un") as error:
        read_workbook(tmp_path / name)
    assert str(error.value).count("\n") == 2


def write_docx(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")


def cut_zip(path):
    make_xlsx(path, a=[["x"]])
    path.write_bytes(path.read_bytes()[:-200])


def spoil_workbook(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
        archive.writestr("xl/_rels/workbook.xml.rels", "<a/>")


@pytest.mark.parametrize("spoil", [write_docx, cut_zip, spoil_workbook, lambda path: path.write_bytes(b"PK\x03\x04")])
def test_a_damaged_workbook_is_said(spoil, tmp_path):
    path = tmp_path / "a.xlsx"
    spoil(path)
    with pytest.raises(DiagnosticError, match="ne peut pas être lu"):
        read_workbook(path)


@pytest.mark.parametrize("make, suffix", [(make_xlsx, "xlsx"), (make_ods, "ods")])
def test_random_damage_ends_in_a_table_or_in_our_error(make, suffix, tmp_path):
    content = make(tmp_path / f"a.{suffix}", acteurs=ROWS).read_bytes()
    dice, path = random.Random(43), tmp_path / f"b.{suffix}"
    refused = 0
    for _ in range(60):
        spoiled = bytearray(content)
        for _ in range(dice.randint(1, 20)):
            spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
        path.write_bytes(bytes(spoiled[: dice.randrange(1, len(spoiled))] if dice.random() < 0.3 else spoiled))
        try:
            read_workbook(path)
        except DiagnosticError:
            refused += 1
    assert refused, "the damage must reach the reader"


def test_a_panic_of_the_library_becomes_our_error(tmp_path):
    # An OLE header whose sectors lie outside the file: the library panics, which is not an Exception.
    (tmp_path / "a.xls").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00" + b"\x01" * 600
    )
    with pytest.raises(DiagnosticError, match="ne peut pas être lu"):
        read_workbook(tmp_path / "a.xls")


@pytest.mark.parametrize(
    "value, text",
    [
        (1004.0, "1004"), (0.0, "0"), (-2.5, "-2.5"), (200073419.0, "200073419"), (73282932000074.0, "73282932000074"),
        (False, "non"), ("", ""), (None, ""), (datetime.datetime(2025, 2, 3), "2025-02-03"),
        (datetime.datetime(2025, 2, 3, 14, 5), "2025-02-03 14:05:00"), (datetime.time(8, 30), "08:30:00"),
        (datetime.timedelta(hours=30), "1 day, 6:00:00"),
    ],
)  # fmt: skip
def test_spell_cell(value, text):
    assert spell_cell(value) == text


def test_an_archive_that_unfolds_without_end_is_refused(tmp_path):
    path = tmp_path / "inventaire.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            block = b"0" * 10_000_000
            for _ in range(41):
                sheet.write(block)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(DiagnosticError, match="démesuré"):
        read_sheets(path)


# --- merged cells, macros, links, formulas ------------------------------------------------------------------------
def make_merged(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "acteurs"
    for row in [
        ["Structure", None, None],
        ["id", "nom", "ville"],
        ["1", "a", "Le Puy"],
        ["2", "b", None],
        ["3", "c", None],
        [],
        ["note", None, None],
    ]:
        sheet.append(row)
    for place in ("A1:C1", "C3:C5", "A7:C9"):
        sheet.merge_cells(place)
    book.save(path)
    return path


def make_merged_ods(path):
    rows = "".join(
        f"<table:table-row>{cells}</table:table-row>"
        for cells in [
            spell_ods("id") + spell_ods("nom") + spell_ods("ville"),
            spell_ods("1")
            + spell_ods("a")
            + spell_ods("Le Puy").replace("<table:table-cell", '<table:table-cell table:number-rows-spanned="3"', 1),
            spell_ods("2") + spell_ods("b") + "<table:covered-table-cell/>",
            spell_ods("3") + spell_ods("c") + "<table:covered-table-cell/>",
        ]
    )
    return make_ods(path, body=f'<table:table table:name="acteurs">{rows}</table:table>')


@pytest.mark.parametrize("make, name", [(make_merged, "a.xlsx"), (make_merged_ods, "a.ods")])
def test_cells_merged_over_lines_are_read_on_each_of_them(make, name, tmp_path):
    sheets, problemes = read_workbook(make(tmp_path / name))
    table = sheets["acteurs"]
    found = table[table[1].isin(["a", "b", "c"])]
    assert found[2].tolist() == ["Le Puy"] * 3
    assert (table[0] == "note").sum() == (1 if name == "a.xlsx" else 0), "a merged note makes no line of its own"
    assert problemes["gravite"].tolist() == ["information"]
    assert problemes["probleme"][0].startswith("Cases fusionnées") and "2 case(s)" in problemes["probleme"][0]
    assert problemes["ligne"].tolist() == [found.index[1]]


def test_merged_cells_that_are_given_up_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr("diagnostic.read.formats.workbooks._MOST_FILLED", 1)
    _, problemes = read_workbook(make_merged(tmp_path / "a.xlsx"))
    assert problemes["gravite"].tolist() == ["attention"]
    assert "trop nombreuses" in problemes["probleme"][0]


def test_twenty_thousand_ranges_over_the_same_lines(tmp_path):
    path = make_xlsx(tmp_path / "a.xlsx", a=[["x", "y"]] * 5000)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    ranges = "".join(f'<mergeCell ref="A{line % 2000 + 1}:A5000"/>' for line in range(20_000))
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"</sheetData>", f"</sheetData><mergeCells>{ranges}</mergeCells>".encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    sheets, problemes = read_workbook(path)
    assert sheets["a"].shape == (5000, 2)
    assert problemes["gravite"].tolist() == ["attention"]


def add_member(path, name, content=b"x"):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name, member, word",
    [("a.xlsm", "xl/vbaProject.bin", "macros"), ("a.xlsx", "xl/externalLinks/externalLink1.xml", "lié à d'autres fichiers"),
     ("a.ods", "Basic/Standard/Module1.xml", "macros")],
)  # fmt: skip
def test_macros_and_links_are_told_and_left_alone(name, member, word, tmp_path):
    path = (make_ods if name.endswith("ods") else make_xlsx)(tmp_path / name, acteurs=ROWS)
    before = add_member(path, member, b"<a/>").read_bytes()
    sheets, problemes = read_workbook(path)
    assert sheets["acteurs"].to_numpy().tolist() == TEXT
    assert problemes["gravite"].tolist() == ["information"] and word in problemes["probleme"][0]
    assert path.read_bytes() == before


def test_a_formula_without_result_is_told(tmp_path):
    path = make_xlsx(tmp_path / "a.xlsx", acteurs=[["id", "n"], ["1", "=1+1"], ["2", "=[1]x!A1"]])
    sheets, problemes = read_workbook(path)
    assert sheets["acteurs"].iloc[1:, 1].tolist() == ["", ""]
    assert problemes[["gravite", "ligne", "colonne"]].to_numpy().tolist() == [["attention", 2, "B"]]
    assert "sans résultat enregistré : 2 case(s)" in problemes["probleme"][0]


def test_a_formula_that_answers_an_empty_text_is_no_fault(tmp_path):
    path = make_xlsx(tmp_path / "a.xlsx", acteurs=[["id", "n"], ["1", "=A1"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b'<c r="B2"><f>A1</f><v' in parts[sheet]
    parts[sheet] = parts[sheet].replace(b'<c r="B2">', b'<c r="B2" t="str">').replace(b"<v />", b"<v></v>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert not len(read_workbook(path)[1])


def test_a_formula_of_ods_is_read_by_its_result_and_its_link_told(tmp_path):
    far = "file:" + "/" * 3
    cells = [
        '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>',
        f"""<table:table-cell table:formula="of:='{far}x.ods'#$a.A1" office:value-type="float" office:value="3"/>""",
        '<table:table-cell table:formula="of:=A1"/>',
    ]
    body = f'<table:table table:name="a"><table:table-row>{"".join(cells)}</table:table-row></table:table>'
    sheets, problemes = read_workbook(make_ods(tmp_path / "a.ods", body=body))
    assert sheets["a"].loc[1].tolist()[:2] == ["2", "3"]
    assert problemes["gravite"].tolist() == ["information", "attention"]
