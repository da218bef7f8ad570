"""Archives that would exhaust a computer are refused before they are unfolded or laid out, and quickly."""

import io
import struct
import time
import zipfile

import pytest
from classeurs import make_ods, make_xlsx

from diagnostic.errors import DiagnosticError
from diagnostic.read.archives import check_extent, name_sheets, unfold_archive
from diagnostic.read.files import read_sheets

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
LAUGHS = '<!DOCTYPE lolz [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def rewrite(path, member, change):
    """Write the archive again with one member changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts.get(member, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


def refuse(path, message):
    before, start = path.read_bytes(), time.perf_counter()
    with pytest.raises(DiagnosticError, match=message) as error:
        read_sheets(path)
    assert time.perf_counter() - start < 60
    assert path.read_bytes() == before
    assert str(error.value).count("\n") == 2
    return error.value


def test_members_and_sheets(tmp_path):
    content = make_xlsx(tmp_path / "a.xlsx", acteurs=[["x"]], liens=[["y"]]).read_bytes()
    members = unfold_archive(content, tmp_path / "a.xlsx")
    assert list(name_sheets(members)) == ["acteurs", "liens"]
    check_extent(name_sheets(members), members, tmp_path / "a.xlsx")
    ods = unfold_archive(make_ods(tmp_path / "a.ods", **{"l&apos;été": [["x"]]}).read_bytes(), tmp_path / "a.ods")
    assert list(name_sheets(ods)) == ["l'été"]


@pytest.mark.parametrize("prolog", [LAUGHS, OUTSIDE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "make, member", [(make_ods, "content.xml"), (make_xlsx, "xl/workbook.xml"), (make_xlsx, "xl/worksheets/sheet1.xml")]
)
def test_entities_are_refused(make, member, prolog, encoding, tmp_path):
    def poison(part):
        text = part.decode("utf-8")
        text = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
        return (f'<?xml version="1.0" encoding="{encoding}"?>{prolog}' + text.replace(">x<", ">&a;<")).encode(encoding)

    path = rewrite(make(tmp_path / "a.ods", acteurs=[["x"]]), member, poison)
    assert member in refuse(path, "entités XML").ou


@pytest.mark.parametrize("name, member", [("a.xlsx", "xl/worksheets/sheet1.xml"), ("a.ods", "content.xml")])
def test_a_bomb_that_says_its_size(name, member, tmp_path):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(member, "w", force_zip64=True) as part:
            for _ in range(41):
                part.write(b"0" * 10_000_000)
    assert path.stat().st_size < 1_000_000
    refuse(path, "démesuré")


def test_a_bomb_that_lies_about_its_size(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", b"0" * 50_000_000)
    content = stream.getvalue().replace(struct.pack("<L", 50_000_000), struct.pack("<L", 1000))
    (tmp_path / "a.ods").write_bytes(content)
    refuse(tmp_path / "a.ods", "ne peut pas être lu")


def test_one_text_shared_by_many_cells(tmp_path):
    cells = "".join(f'<row r="{line}"><c r="A{line}" t="s"><v>0</v></c></row>' for line in range(1, 3001))
    path = make_xlsx(tmp_path / "a.xlsx", acteurs=[["x"]])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda _: SHEET.format(cells).encode())
    long = (
        "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><t>"
        + "x" * 1_000_000
        + "</t></si></sst>"
    )
    refuse(rewrite(path, "xl/sharedStrings.xml", lambda _: long.encode()), "démesuré")


@pytest.mark.parametrize(
    "body",
    [
        ('<table:table-row><table:table-cell table:number-columns-repeated="16000" office:value-type="string">'
        "<text:p>{}</text:p></table:table-cell></table:table-row>"),
        ('<table:table-row table:number-rows-repeated="400000"><table:table-cell office:value-type="string">'
        "<text:p>{}</text:p></table:table-cell></table:table-row>"),
        ('<table:table-row><table:table-cell office:value-type="string"><text:p>a<text:s text:c="4000000000"/>b{}</text:p>'
        "</table:table-cell></table:table-row>"),
    ],
)
def test_one_text_repeated_by_an_ods(body, tmp_path):
    table = f'<table:table table:name="a">{body.format("x" * 200_000)}</table:table>'
    refuse(make_ods(tmp_path / "a.ods", body=table), "démesuré")


@pytest.mark.parametrize(
    "cells, place",
    [('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "case XFD1048576"),
     ('<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>', "case XFD1048576")],
)  # fmt: skip
def test_far_cells_numbered_or_not(cells, place, tmp_path):
    path = make_xlsx(tmp_path / "a.xlsx", acteurs=[["x"]])
    refuse(rewrite(path, "xl/worksheets/sheet1.xml", lambda _: SHEET.format(cells).encode()), f"jusqu'à la {place}")


def test_a_long_honest_sheet_is_read(tmp_path):
    body = "".join(
        f'<row r=\'{line}\'><c r="A{line}" t="n"><v>{line}</v></c></row>'.replace("'", '"')
        for line in range(1, 120_001)
    )
    path = rewrite(
        make_xlsx(tmp_path / "a.xlsx", acteurs=[["x"]]),
        "xl/worksheets/sheet1.xml",
        lambda _: SHEET.format(body).encode(),
    )
    sheets, _ = read_sheets(path)
    assert len(sheets["acteurs"]) == 120_000


def test_an_ods_full_of_empty_repetitions_is_read(tmp_path):
    body = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>id</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16383"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    path = make_ods(tmp_path / "a.ods", body=f'<table:table table:name="a">{body}</table:table>')
    assert read_sheets(path)[0]["a"].shape == (1, 1)
