"""Text tables: encodings guessed and said, separators that are not commas of a sentence, quotes never closed."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.text_tables import _read_regular, read_text_table


def read(folder, content, name="a.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    table, problemes = read_text_table(path)
    assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode("utf-8"))
    return table, problemes


def test_half_a_character_at_the_end_of_utf16(tmp_path):
    table, _ = read(tmp_path, "id;nom\r\n1;é".encode("utf-16") + b"\x41")
    assert table.iloc[1, 0] == "1"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark(encoding, tmp_path):
    table, problemes = read(tmp_path, "id;nom\r\n1;Ambérieu\r\n".encode(encoding))
    assert table.to_numpy().tolist() == [["id", "nom"], ["1", "Ambérieu"]]
    assert "UTF-16 (sans marque)" in problemes["probleme"][0]


def test_line_numbers_are_those_of_a_spreadsheet(tmp_path):
    # A row over several lines of the file counts for one, an empty line too: regular or not, the same.
    regular = 'id;nom\n1;"deux\nlignes"\n2;b\n'
    assert list(read(tmp_path, regular)[0].index) == list(read(tmp_path, regular + "3;c;d\n")[0].index)[:3] == [1, 2, 3]
    content = 'id;nom\n1;"deux\nlignes"\n\n\n2;"trois\r\net; un point-virgule\nlignes"\n3;c\n'
    table, problemes = read(tmp_path, content)
    assert list(table.index) == [1, 2, 3, 4, 5, 6]
    assert table.loc[5].tolist() == ["2", "trois\r\net; un point-virgule\nlignes"]
    assert problemes["gravite"].tolist() == ["information"]


@pytest.mark.parametrize(
    "content",
    ["code_insee\n01004\n43157\n", "nom\nMairie, Le Puy\nCCAS, Brioude\nAdil, Ambert\n", "population\n1,5\n2,25\n3,5\n",
     "nom\nMairie\nCCAS, Brioude, Haute-Loire\n"],
)  # fmt: skip
def test_one_column_stays_one_column(content, tmp_path):
    table, problemes = read(tmp_path, content)
    assert table[0].tolist() == content.strip().split("\n")
    assert "une seule colonne" in problemes["probleme"][0]


@pytest.mark.parametrize(
    "content, shape",
    [("id, nom, code\n1, a, b\n", (2, 3)), ("Liste 2025\nnom,ville\na,b\nc,d\n", (4, 2)), ("a;b;c", (1, 3)), ("a,b\n", (1, 2)),
     ("id;nom;adresse\n1;a;1, rue B, Le Puy\n2;b;3, rue C, Brioude\n3;c;5, rue D, Ambert\n", (4, 3))],
)  # fmt: skip
def test_separators(content, shape, tmp_path):
    assert read(tmp_path, content)[0].shape == shape


def test_title_lines_above_do_not_hide_the_separator(tmp_path):
    table, _ = read(tmp_path, "Inventaire 2026\n\nid;nom;lat\n1;a;45,1\n2;b;45,2\n")
    assert table.loc[4].tolist() == ["1", "a", "45,1"]


def test_a_longer_row_keeps_all_its_cells(tmp_path):
    table, _ = read(tmp_path, "id;nom\n1;a;surplus\n2\n")
    assert table.to_numpy().tolist() == [["id", "nom", ""], ["1", "a", "surplus"], ["2", "", ""]]


def test_nul_bytes_are_removed_and_told(tmp_path):
    table, problemes = read(tmp_path, b"id;nom\n" + b"1;a\n" * 2000 + b"2;b\x00c\n")
    assert table.iloc[-1].tolist() == ["2", "bc"]
    assert "Caractères nuls retirés : 1." in problemes["probleme"].tolist()


@pytest.mark.parametrize(
    "content, nature",
    [(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "une image PNG"), (b"%PDF-1.7 ...", "un PDF"), (b"PK\x03\x04...", "un classeur"),
     (b"\xff\xd8\xff\xe0JFIF", "une image JPEG"), (bytes(500), "n'est pas du texte"),
     (bytes(range(256)) * 20, "n'est pas du texte|ne se lit pas")],
)  # fmt: skip
def test_what_is_no_text(content, nature, tmp_path):
    if content[:4] == bytes(range(4)):
        read(tmp_path, content)  # one NUL in 256: text as far as anyone can tell
        return
    with pytest.raises(DiagnosticError, match=nature):
        read(tmp_path, content)


def test_a_quote_never_closed_swallows_no_row(tmp_path):
    content = 'id;nom;ville\n1;a;b\n2;"c;d\n3;e;f\n4;Les Amis;g\n'
    table, problemes = read(tmp_path, content)
    assert table[0].tolist() == ["id", "1", "2", "3", "4"]
    assert table.loc[3].tolist() == ["2", '"c', "d"]
    assert problemes[["gravite", "ligne"]].iloc[1].tolist() == ["attention", 3]
    assert "jamais fermé" in problemes["probleme"][1]


def test_a_cell_that_holds_other_rows_is_told(tmp_path):
    content = 'id;nom;ville\n1;"a;b\n2;c;d\n3;e";f\n4;g;h\n'
    table, problemes = read(tmp_path, content)
    assert table[0].tolist() == ["id", "1", "4"]
    assert problemes[["gravite", "ligne"]].iloc[-1].tolist() == ["attention", 2]
    assert "ressemble à d'autres lignes" in problemes["probleme"].iloc[-1]


def test_a_cell_of_several_lines_is_not_suspect(tmp_path):
    _, problemes = read(tmp_path, 'id;nom;ville\n1;"a\nb\nc";d\n2;"e;f\ng";h\n')
    assert problemes["gravite"].tolist() == ["information"]


def test_a_cell_without_end(tmp_path):
    with pytest.raises(DiagnosticError, match="dépasse 131 072 caractères") as error:
        read(tmp_path, 'a;b\n1;"' + "x" * 200_000)
    assert error.value.ou == "a.csv, ligne 2"


def test_one_line_of_a_million_cells_beside_many_lines_is_refused(tmp_path):
    with pytest.raises(DiagnosticError, match="trop pour en faire un tableau") as error:
        read(tmp_path, "a;b\n" * 100 + "x;" * 1_000_000)
    assert error.value.ou == "a.csv, ligne 101"


def test_spoiled_accents_and_lost_characters_are_told(tmp_path):
    _, problemes = read(tmp_path, "nom;ville\nMÃ©diathÃ¨que;Le Puy\ufffd\n")
    assert problemes["gravite"].tolist() == ["information", "attention", "attention"]
    assert "2 fois" in problemes["probleme"][1] and "1." in problemes["probleme"][2]
    assert read(tmp_path, "nom;ville\nMédiathèque Âge;ÉTÉ\n")[1]["gravite"].tolist() == ["information"]


def test_wide_tables_read_the_same_whatever_the_quotes(tmp_path):
    rows = [[f"c{i}" for i in range(12)], *[[f"{r}-{i}" for i in range(12)] for r in range(50)]]
    plain = "".join(";".join(row) + "\n" for row in rows)
    quoted = "".join(";".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)
    pd.testing.assert_frame_equal(read(tmp_path, plain)[0], read(tmp_path, quoted)[0])


@given(st.lists(st.sampled_from(["a", "é", ";", ";", '"', '""', "\n", "\n", "\r", "\r\n", " ", "\\"]), max_size=40).map("".join))
def test_what_arrow_reads_is_what_the_csv_module_reads(text):
    table = _read_regular(text, ";")
    if table is not None:
        reader, line, expected = csv.reader(io.StringIO(text, newline=""), delimiter=";"), 1, {}
        for row in reader:
            expected[line], line = row, reader.line_num + 1
        assert dict(zip(table.index, table.to_numpy().tolist(), strict=True)) == expected


def test_too_many_cells_are_refused_whatever_the_widths(tmp_path, monkeypatch):
    monkeypatch.setattr("diagnostic.read.formats.text_tables._MOST_CELLS", 5)
    monkeypatch.setattr("diagnostic.read.formats.text_tables._MOST_ARROW_CELLS", 7)
    monkeypatch.setattr("diagnostic.read.formats.text_tables._MOST_LINES", 9)
    path = tmp_path / "a.csv"
    for text in ("a\nb\n\nc\nd\ne\nf\n", "a;b\n1;2\n3;4;5\n", ";\n" * 4, "a\n" * 10):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DiagnosticError, match="trop pour en faire un tableau"):
            read_text_table(path)
