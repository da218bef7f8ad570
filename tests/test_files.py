"""Files as they come: encodings, separators, line numbers, invisible characters, JSON. Nothing typed, nothing dropped."""

import hashlib
import os
import re
from contextlib import suppress

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats import files
from diagnostic.read.formats.files import clean_cells, locate_inside, read_sheets, write_origin

TABLE = [["code_insee", "nom"], ["01004", "Ambérieu-en-Bugey"], ["2E004", "NA"]]


def read_one(path):
    sheets, problemes = read_sheets(path)
    assert list(sheets) == [path.stem]
    return sheets[path.stem], problemes


def write_file(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


# --- what is refused ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["absent.csv", "absent.xlsx", "absent.json"])
def test_missing_file(name, tmp_path):
    with pytest.raises(DiagnosticError, match="introuvable") as error:
        read_sheets(tmp_path / name)
    assert name in error.value.ou


def test_directory(tmp_path):
    (tmp_path / "dossier.xlsx").mkdir()
    with pytest.raises(DiagnosticError, match="Un dossier est donné"):
        read_sheets(tmp_path / "dossier.xlsx")


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.ods", "a.json"])
def test_file_of_no_byte(name, tmp_path):
    with pytest.raises(DiagnosticError, match="0 octet"):
        read_sheets(write_file(tmp_path, name, b""))


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.csv", b"\xef\xbb\xbf"),
        ("a.csv", b"\r\n;;\r\n \r\n"),
        ("a.json", b'{"data": []}'),
        ("a.json", b"[]"),
        ("a.json", b"[{}]"),
    ],
)
def test_file_without_a_filled_cell(name, content, tmp_path):
    with pytest.raises(DiagnosticError, match="aucune case remplie"):
        read_sheets(write_file(tmp_path, name, content))


@pytest.mark.parametrize("name, told", [("a.pdf", "« .pdf »"), ("inventaire", "« inventaire »")])
def test_unknown_extension(name, told, tmp_path):
    with pytest.raises(DiagnosticError, match="pas un format de tableau connu") as error:
        read_sheets(write_file(tmp_path, name, "x"))
    assert told in error.value.quoi


def test_picture_named_csv(tmp_path):
    with pytest.raises(DiagnosticError, match="n'est pas du texte"):
        read_sheets(write_file(tmp_path, "a.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))


def test_cell_without_end(tmp_path):
    with pytest.raises(DiagnosticError, match="ne se lit pas comme un tableau") as error:
        read_sheets(write_file(tmp_path, "a.csv", 'a;b\n1;"' + "x" * 200_000))
    assert error.value.ou == "a.csv, ligne 2"


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.json", "a.geojson"])
def test_errors_have_three_lines(name, tmp_path):
    with pytest.raises(DiagnosticError) as error:
        read_sheets(write_file(tmp_path, name, b"{\x00\x00"))
    lines = str(error.value).split("\n")
    assert len(lines) == 3
    assert lines[1].startswith("Où : ")
    assert lines[2].startswith("À faire : ")


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.ods", "a.json", "a.gpkg"])
def test_a_file_of_300_mb_is_refused_before_it_is_read(name, tmp_path):
    with (tmp_path / name).open("wb") as stream:
        stream.truncate(300_000_000)  # a sparse file: nothing is written on the disk
    with pytest.raises(DiagnosticError, match="Fichier de 300 Mo : au-delà de 200 Mo"):
        read_sheets(tmp_path / name)


def test_links_that_turn_in_circles_and_names_that_cannot_be_told(tmp_path):
    try:
        (tmp_path / "a.csv").symlink_to(tmp_path / "b.csv")
        (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    except OSError:
        pytest.skip("this system makes no symbolic links")
    for path in (tmp_path / "a.csv", tmp_path / ("x" * 5000 + ".csv"), tmp_path / "a\udcff.csv", tmp_path / "a\0.csv"):
        with pytest.raises(DiagnosticError, match="raccourci|introuvable|Nom de fichier illisible") as error:
            read_sheets(path)
        assert str(error.value).encode("utf-8")


@pytest.mark.parametrize("name", ["photo.xlsx", "photo.ods", "photo.csv", "photo.json", "photo.gpkg", "photo.xls"])
def test_a_picture_under_any_name(name, tmp_path):
    content = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 10
    with pytest.raises(DiagnosticError) as error:
        read_sheets(write_file(tmp_path, name, content))
    assert str(error.value).count("\n") == 2 and (tmp_path / name).read_bytes() == content


def test_long_cells_and_strange_characters(tmp_path):
    cells = ["x" * 10_000, "é" * 40_000, "😀 ✅", "\u200fBrioude\u202e", "a\x07b"]
    table, problemes = read_one(
        write_file(tmp_path, "a.csv", "id;texte\n" + "".join(f"{i};{c}\n" for i, c in enumerate(cells)))
    )
    assert table[1].tolist() == ["texte", cells[0], cells[1], "😀 ✅", "Brioude", "ab"]
    told = problemes["probleme"].tolist()
    assert "Caractères invisibles retirés (contrôle, sens d'écriture) : 2 case(s)." in told
    assert any(message.startswith("Cases de plus de 32767 caractères : 1.") for message in told)


def test_unbreakable_spaces_are_told(tmp_path):
    _, problemes = read_one(write_file(tmp_path, "a.csv", "id;n\n1;12\u00a0345\n2;1\u202f000\n3;4 5\n"))
    assert problemes["probleme"].tolist()[1:] == ["Espaces insécables lus comme des espaces : 2 case(s)."]


# --- text tables --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "encoding, name",
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 (avec marque BOM)"), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16")],
)
@pytest.mark.parametrize(
    "separator, word", [(";", "point-virgule"), (",", "virgule"), ("\t", "tabulation"), ("|", "barre verticale")]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends(encoding, name, separator, word, end, chemin_piege):
    content = "".join(separator.join(row) + end for row in TABLE).encode(encoding)
    table, problemes = read_one(write_file(chemin_piege, "communes.csv", content))
    assert table.to_numpy().tolist() == TABLE
    assert list(table.index) == [1, 2, 3]
    assert problemes["gravite"].tolist() == ["information"]
    assert problemes["probleme"][0] == f"Lu avec : encodage {name}, séparateur {word}."


@pytest.mark.parametrize(
    "content", ["1004", "01004", "2E004", "NA", "null", "nan", "1e5", "True", "-", "#N/A", "2025-02-03", "03/02/2025"]
)
def test_nothing_is_typed(content, tmp_path):
    table, _ = read_one(write_file(tmp_path, "a.csv", f"id;nom\n1;{content}\n"))
    assert table.loc[2, 1] == content


CELLS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=2, max_size=8))
def test_quoted_text_comes_back_whole(rows, tmp_path):
    quoted = "".join(";".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows)
    table, _ = read_one(write_file(tmp_path, "a.csv", quoted))
    expected = clean_cells(pd.DataFrame(rows, dtype=str))
    assert table.to_numpy().tolist() == expected[(expected != "").any(axis=1)].to_numpy().tolist()


@given(content=st.binary(min_size=1, max_size=300), suffix=st.sampled_from([".csv", ".json", ".xlsx", ".ods"]))
def test_any_bytes_end_in_text_or_in_our_error(content, suffix, tmp_path):
    path = write_file(tmp_path, f"a{suffix}", content)
    sheets = {}
    with suppress(DiagnosticError):
        sheets, _ = read_sheets(path)
    assert all(isinstance(cell, str) for sheet in sheets.values() for cell in sheet.to_numpy().ravel())
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.csv", "id;nom\n1;\u202fa\u00a0\n".encode()),
        ("a.json", b'[{"a": 1.50}]'),
        ("a.xlsx", b"PK\x03\x04 damaged"),
        ("a.pdf", b"x"),
    ],
)
def test_the_file_is_never_modified(name, content, tmp_path):
    path = write_file(tmp_path, name, content)
    before = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns
    try:
        read_sheets(path)
    except DiagnosticError:
        assert name in ("a.xlsx", "a.pdf")
    assert (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) == before
    assert [p.name for p in tmp_path.iterdir()] == [name]


# --- invisible characters -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "cell, cleaned",
    [
        ("12\u00a0345\u202f678", "12 345 678"), ("\u200f\u202bBrioude\u202c\u200e", "Brioude"), ("\ufeffid", "id"),
        ("Saint\u00ad-Flour", "Saint-Flour"), ("a\x00b\x07c\x1b", "abc"), ("  a  b ", "a  b"), ("a\nb", "a\nb"),
        ("Ambe\u0301rieu", "Ambérieu"), ("a\r\nb\rc", "a\nb\nc"), ("01004", "01004"), ("", ""),
    ],
)  # fmt: skip
def test_clean_cells(cell, cleaned):
    raw = pd.DataFrame([[cell, None]])
    copy = raw.copy()
    assert clean_cells(raw).to_numpy().tolist() == [[cleaned, ""]]
    pd.testing.assert_frame_equal(raw, copy)


def test_write_origin_keeps_file_sheet_and_line():
    table = pd.DataFrame({"nom": ["a", "b"]}, index=[4, 9])
    placed = write_origin(table, "dossier/inventaire.xlsx", "acteurs")
    origin = placed[["fichier", "feuille", "ligne"]].to_numpy().tolist()
    assert origin == [["inventaire.xlsx", "acteurs", 4], ["inventaire.xlsx", "acteurs", 9]]
    assert list(table) == ["nom"]


# --- the real files -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name, rows",
    [("inventaires/france_services_2024-08.csv", 2845), ("inventaires/hinaura_2022-11.json", 1171),
     ("inventaires/data_inclusion_2023-02.json", 3811), ("ressorts/programmes_anct_2024.csv", 11270),
     ("ressorts/qpv_2024.geojson", 692)],
)  # fmt: skip
def test_real_files_give_every_row(name, rows, partage):
    table, _ = read_one(partage / name)
    assert len(table) == rows + 1


def test_every_odd_character_has_a_byte_that_is_looked_for():
    odd = [c for c in map(chr, [*range(0xD800), *range(0xE000, 0x11000)]) if re.fullmatch(files._ODD, c)]
    assert len(odd) > 200
    assert all(any(files._ODD_BYTES[byte] for byte in c.encode("utf-8")) for c in odd)
    assert not any(files._ODD_BYTES[byte] for byte in "Été à Lœuilly, çà et là\n\t".encode())


def test_links_that_lead_out_of_the_folder(chemin_piege):
    inside, outside = chemin_piege / "ressorts", chemin_piege / "ailleurs.csv"
    inside.mkdir()
    outside.write_text("secret\n1\n", encoding="utf-8")
    (inside / "vrai.csv").write_text("a\n1\n", encoding="utf-8")
    (inside / "l.csv").symlink_to(outside)
    (inside / "proche.csv").symlink_to(inside / "vrai.csv")
    (inside / "boucle.csv").symlink_to(inside / "boucle.csv")
    with pytest.raises(DiagnosticError, match="Nom de fichier refusé"):
        locate_inside(inside, "l.csv", "feuille couches")
    for name in ("vrai.csv", "proche.csv", "absent.csv", "boucle.csv"):
        assert locate_inside(inside, name, "feuille couches") == inside / name


def test_what_is_no_plain_file_says_so(tmp_path):
    os.mkfifo(tmp_path / "tube.csv")
    (tmp_path / "lien.csv").symlink_to(tmp_path / "parti.csv")
    for name, message in (("tube.csv", "tube ou appareil"), ("lien.csv", "ne mène à aucun fichier"), ("rien.csv", "introuvable")):
        with pytest.raises(DiagnosticError, match=message):
            read_sheets(tmp_path / name)


def test_more_columns_than_a_table_has(tmp_path):
    path = tmp_path / "large.csv"
    path.write_text(";".join(f"c{rank}" for rank in range(2_001)) + "\n" + "1;" * 2_000 + "1\n", encoding="utf-8")
    with pytest.raises(DiagnosticError, match="2001 colonnes : au-delà de 2000"):
        read_sheets(path)
    path.write_text("a;b" + ";" * 3_000 + "\n1;2" + ";" * 3_000 + "\n", encoding="utf-8")
    assert read_sheets(path)[0]["large"].to_numpy().tolist() == [["a", "b"], ["1", "2"]]
