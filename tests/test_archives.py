"""Archives that would exhaust a computer are refused before they are unfolded or laid out, and quickly."""

import io
import struct
import time
import zipfile

import pytest
from classeurs import make_ods, make_xlsx

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.archives import open_archive, spell_column
from diagnostic.read.formats.files import read_sheets

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
LAUGHS = '<!DOCTYPE lolz [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "/etc/hostname">]>'


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
    content = make_xlsx(tmp_path / "a.xlsx", acteurs=[["x"], ["y", "z"]], liens=[["y"]]).read_bytes()
    made, names, sheets = open_archive(content, tmp_path / "a.xlsx")
    assert list(sheets) == ["acteurs", "liens"]
    assert (sheets["acteurs"].last_line, sheets["acteurs"].last_column) == (2, 2)
    kept = zipfile.ZipFile(io.BytesIO(made)).namelist()
    assert set(kept) < set(names) and "docProps/core.xml" not in kept, "only what is measured reaches the reader"
    content = make_ods(tmp_path / "a.ods", **{"l&apos;été": [["x"]]}).read_bytes()
    assert list(open_archive(content, tmp_path / "a.ods")[2]) == ["l'été"]


FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def make_far(path, cells=FAR, change=lambda part: part):
    path = make_xlsx(path, acteurs=[["x"]])
    return rewrite(path, "xl/worksheets/sheet1.xml", lambda _: change(SHEET.format(cells).encode()))


def move_sheet(path, target, member):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = parts.pop("xl/worksheets/sheet1.xml")
    links = "xl/_rels/workbook.xml.rels"
    parts[links] = parts[links].replace(b"/xl/worksheets/sheet1.xml", target).replace(b"worksheets/sheet1.xml", target)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path


@pytest.mark.parametrize(
    "cells",
    [
        FAR.replace('"', "'"), FAR.replace("<c ", "<c\t"), FAR.replace("XFD1", "xfd1"), FAR.replace("XFD", "&#88;FD"),
        FAR.replace("<", "<x:").replace("<x:/", "</x:"), '<row r="6"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><c r="XFC1"/><c><v>1</v></c></row>',
        '<row r="100000"><c r="ZZ100000"><is><t>x</t></is></c></row>',
    ],
)  # fmt: skip
def test_a_far_cell_is_seen_however_it_is_written(cells, tmp_path):
    refuse(make_far(tmp_path / "a.xlsx", cells), "jusqu'à la case")


@pytest.mark.parametrize(
    "target, member",
    [(b"Worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"), (b"worksheets/sheet1.dat", "xl/worksheets/sheet1.dat"),
     (b"/xl/a.png", "xl/a.png"), (b"../b/c", "b/c")],
)  # fmt: skip
def test_a_far_cell_is_seen_wherever_its_part_is(target, member, tmp_path):
    refuse(move_sheet(make_far(tmp_path / "a.xlsx"), target, member), "jusqu'à la case XFD1048576")


def test_a_far_cell_is_seen_beside_a_content_of_ods_and_under_unknown_prefixes(tmp_path):
    path = rewrite(make_far(tmp_path / "a.xlsx"), "content.xml", lambda _: b"<a/>")
    refuse(path, "jusqu'à la case XFD1048576")
    path = rewrite(
        make_far(tmp_path / "b.xlsx"), "xl/workbook.xml", lambda part: part.replace(b"<sheets>", b"<zz:q/><sheets>")
    )
    refuse(path, "jusqu'à la case XFD1048576")


@pytest.mark.parametrize(
    "change",
    [lambda part: b"\x89PNG" + part, lambda part: part[:-5], lambda part: part.decode().encode("utf-16"),
     lambda part: b"<!doctype a>" + part, lambda part: part.replace(b'r="1"', b'r="1" r="2"')],
)  # fmt: skip
def test_what_a_strict_parser_refuses_never_reaches_the_reader(change, tmp_path):
    good = '<row r="1"><c r="A1"><v>1</v></c></row>'
    refuse(make_far(tmp_path / "a.xlsx", good, change), "abîmé")


def test_two_parts_that_differ_by_case_are_refused(tmp_path):
    path = make_xlsx(tmp_path / "a.xlsx", acteurs=[["x"]])
    refuse(rewrite(path, "XL/worksheets/Sheet1.xml", lambda _: SHEET.format(FAR).encode()), "abîmé")


@pytest.mark.parametrize(
    "part",
    [b"<a>" * 3_000_000, b"<a><!--" + b"x" * 60_000_000 + b"--></a>",
     b"<a>" + b"".join(b"<a%d/>" % rank for rank in range(200_000)) + b"</a>",
     b"<a>" + b"<mergeCell/>" * 600_000 + b"</a>"],
    ids=["depth", "comment", "names", "ranges"],
)  # fmt: skip
def test_what_would_fill_the_parser_is_refused(part, tmp_path):
    refuse(
        rewrite(make_xlsx(tmp_path / "a.xlsx", acteurs=[["x"]]), "xl/worksheets/sheet1.xml", lambda _: part), "démesuré"
    )


def test_a_bad_part_that_holds_no_table_changes_nothing(tmp_path):
    path = rewrite(
        make_xlsx(tmp_path / "a.xlsx", a=[["x"]]), "xl/drawings/vmlDrawing1.vml", lambda _: b"<xml><br></xml>"
    )
    assert read_sheets(path)[0]["a"].shape == (1, 1)


@pytest.mark.parametrize("mark", ["<c ", "<row ", '<c r="'])
def test_a_long_comment_costs_nothing(mark, tmp_path):
    path = make_far(tmp_path / "a.xlsx", f'<!-- {mark * 100_000} --><row r="1"><c r="A1"><v>1</v></c></row>')
    start = time.process_time()
    assert read_sheets(path)[0]["acteurs"].shape == (1, 1)
    assert time.process_time() - start < 5


def test_many_short_runs_of_spaces_are_summed(tmp_path):
    spaces = '<text:p><text:s text:c="99999"/></text:p>'
    row = f'<table:table-row><table:table-cell office:value-type="string">{spaces}</table:table-cell></table:table-row>'
    refuse(make_ods(tmp_path / "a.ods", body=f'<table:table table:name="a">{row * 300}</table:table>'), "démesuré")


def test_spell_column():
    assert [spell_column(rank) for rank in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


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
        (
            '<table:table-row><table:table-cell table:number-columns-repeated="16000" office:value-type="string">'
            "<text:p>{}</text:p></table:table-cell></table:table-row>"
        ),
        (
            '<table:table-row table:number-rows-repeated="400000"><table:table-cell office:value-type="string">'
            "<text:p>{}</text:p></table:table-cell></table:table-row>"
        ),
        (
            '<table:table-row><table:table-cell office:value-type="string"><text:p>a<text:s text:c="4000000000"/>b{}</text:p>'
            "</table:table-cell></table:table-row>"
        ),
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
