"""A hundred canaries in every free-text column: none in any file of the publique edition; the search is proved able to see.

DIAGNOSTIC_TEST_FUITES=1 runs the same on the example, in every format, in the three editions (some minutes).
"""

import base64
import gzip
import io
import os
import shutil
import sqlite3
import zipfile
import zlib
from pathlib import Path

import fuites
import pandas as pd
import pytest
from docx import Document

import diagnostic.run as way
from diagnostic import edition as rules
from diagnostic.edition import personal
from diagnostic.run import reports, workshop
from diagnostic.schema import describe_table, list_tables
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.editions import find_column_edition, find_table_edition, rank_editions
from diagnostic.write import figures, report

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("DIAGNOSTIC_TEST_FUITES") == "1"
# Rows kept as they were read: what they say is public in other tables (units, lists of words), where it is looked for as well.
AS_READ = {"vocabulaire", "ressorts", "parametres", "correspondance_cog", "personnes"}
KINDS = {".html", ".xlsx", ".json", ".svg", ".docx", ".pptx", ".gpkg", ".geojson", ".umap", ".graphml", ".gexf", ".csv", ".pdf"}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Return the dossier of canaries, its marks, and its tables measured once."""
    folder, marks = fuites.write_dossier(tmp_path_factory.mktemp("fuites") / "été à Auzon")
    loaded = way.load(folder)
    with pytest.MonkeyPatch.context() as patch:
        measured = way.measure_tables(loaded)
        for module in (way, reports):  # the commands read and measure it once for all
            patch.setattr(module, "load", lambda folder, **_: loaded)
            patch.setattr(module, "measure_tables", lambda tables: measured)
        patch.setattr(report, "PICTURE_DPI", 40)
        patch.setattr(figures, "DPI", 40)
        yield folder, marks, measured


@pytest.fixture(scope="module")
def published(planted):
    """Return what was found in the files of the publique edition: everything the commands write, from one measure, few pixels."""
    folder = planted[0]
    way.run(folder, editions=["publique"])
    reports.export(folder, ["tout"], communes=["Auzon"])
    workshop.write_sheets(folder, formats=["A3"])
    reports.export(folder, ["plaidoyer"], modele=_sign_template(folder / "modele.docx"))
    # What people fill at a workshop lies inside, and is searched too; only the manifest of that folder tells the names of the settings.
    (folder / "sorties" / "interne" / "manifeste.json").unlink()
    return folder / "sorties" / "publique", *fuites.search_folder(folder / "sorties")


def _sign_template(path):
    """Write the template of the software with somebody in its properties; return its path."""
    with report.locate_template("plaidoyer").open("rb") as own:
        document = Document(io.BytesIO(own.read()))
    document.core_properties.author = document.core_properties.last_modified_by = "Mme Zykanbb"
    document.core_properties.comments = "zykembb@exemple.fr"
    document.save(path)
    return path


# --- the test can see ---------------------------------------------------------------------------------------------
def test_there_are_a_hundred_canaries_of_five_kinds():
    canaries = fuites.list_canaries()
    assert {kind: len(found) for kind, found in canaries.items()} == {
        "nom": 25, "courriel": 25, "telephone": 25, "adresse": 15, "personne": 10
    }  # fmt: skip
    for kind, rows in canaries.items():
        for code, text in rows:
            found, _ = fuites.search_part(f"avant {text} après".encode())
            assert any(word.endswith(code) for word in found), (kind, text)


def test_every_free_column_of_every_table_is_planted(planted):
    _, marks, measured = planted
    assert set(fuites.list_rows(dict.fromkeys([*fuites.SHARED.values(), "statut"], ""))) == set(list_tables())
    keys = set(fuites.SHARED) | set(fuites.NAMED_CELLS)
    left = [key for key in fuites.list_unplanted(marks) if key not in keys]
    # An identifier that other cells cite holds an e-mail in one row; persons hold their own names.
    named = [key for key in left if describe_table(key[0]).at[key[1], "genre"] != "id" and key[0] != "personnes"]
    assert named == [("parametres", "valeur")]  # its texts are the settings, planted one by one
    assert {"titre", "finalite"} <= {column for table, column in marks.values() if table == "reglages"}
    assert len(measured["acteurs"]) == 12  # every row of the inventory is read


def _wrap(kind, word):
    """Return `word` hidden in bytes as a file may hide it."""
    text, buffer = f"avant {word} après", io.BytesIO()
    if kind == "zip dans un zip":
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.xml", text)
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("b.bin", inner.getvalue())
        return buffer.getvalue()
    if kind == "sqlite":
        base = sqlite3.connect(":memory:")
        base.execute("CREATE TABLE t (a)")
        base.execute("INSERT INTO t VALUES (?)", [text])
        base.commit()
        content = base.serialize()
        base.close()
        return content
    if kind == "png":
        chunk = b"Comment\0\0" + zlib.compress(text.encode("latin-1"))
        return b"\x89PNG\r\n\x1a\n" + len(chunk).to_bytes(4, "big") + b"zTXt" + chunk + b"\0\0\0\0"
    pages = {
        "pdf": b"%PDF-1.4\n1 0 obj\n<<>>\nstream\n" + zlib.compress(text.encode()) + b"\nendstream\nendobj",
        "pdf hexa": b"%PDF-1.4\n<" + ("\ufeff" + text).encode("utf-16-be").hex().encode() + b">",
        "utf-16": text.encode("utf-16"), "latin-1": text.encode("latin-1"), "gzip": gzip.compress(text.encode()),
        "html": "".join(f"&#{ord(letter)};" for letter in text).encode(), "json": f'"{"".join(map(_escape, text))}"'.encode(),
        "html deux fois": "".join(f"&amp;#x{ord(letter):x};" for letter in text).encode(),
        "adresse": "".join(f"%{byte:02X}" for byte in text.encode()).encode(), "balises": f"avant {word[:3]}<b>{word[3:]}</b>".encode(),
        "base64": b'src="data:text/html;base64,' + base64.b64encode(text.encode()) + b'"',
        "accents": text.replace("y", "ÿ").encode(),
    }  # fmt: skip
    return pages[kind]


def _escape(letter):
    return f"\\u{ord(letter):04x}"


@pytest.mark.parametrize(
    "kind",
    [
        "zip dans un zip", "sqlite", "png", "pdf", "pdf hexa", "utf-16", "latin-1", "gzip", "html", "html deux fois", "json", "adresse",
        "balises", "base64", "accents",
    ],
)  # fmt: skip
def test_a_word_is_found_wherever_a_file_hides_it(tmp_path, kind):
    (tmp_path / "fichier.bin").write_bytes(_wrap(kind, "zykanbb"))
    canaries, _, _ = fuites.search_folder(tmp_path)
    assert "zykanbb" in canaries


def test_a_word_in_the_name_of_a_file_is_found(tmp_path):
    (tmp_path / "liste zykanbb.csv").write_text("rien", encoding="utf-8")
    assert set(fuites.search_folder(tmp_path)[0]) == {"zykanbb"}


# --- nothing comes out --------------------------------------------------------------------------------------------
def test_no_canary_in_any_file_of_the_public_edition(published):
    folder, canaries, marks, searched = published
    assert not canaries, {word: places[:3] for word, places in canaries.items()}
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= KINDS and len(files) > 150 and searched > 600
    # The cells were published, without what they said of persons.
    assert {"repere"} == {mark[:6] for mark in marks} and len(marks) > 60


def test_what_was_removed_is_told_beside_the_files_and_in_the_workbook(published):
    folder, *_ = published
    told = pd.read_csv(folder / "retraits.csv", sep=";", encoding="utf-8-sig")
    assert len(told) > 50 and (told["combien"] > 0).all() and told["pourquoi"].notna().all()
    assert told["pourquoi"].str.contains("courriel, téléphone").sum() > 20
    assert told["pourquoi"].str.contains("remplacé par la catégorie et la commune").any()
    sheets = pd.read_excel(folder / "diagnostic.xlsx", sheet_name=None, engine="calamine")
    assert len(sheets["Retiré de cette édition"]) == len(told)
    assert (folder / "csv" / "retraits.csv").is_file()
    text = (folder / "diagnostic.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(text)) as book:
        assert "[retiré]" in "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


@pytest.mark.parametrize("edition", ["publique", "partenaires", "interne"])
def test_each_edition_holds_the_columns_that_the_rule_table_says(planted, few, edition):
    _, marks, measured = planted
    shown = rules.filter_edition(few, edition)[0]
    everywhere = fuites.search_tables(shown)[1]
    here, rank = {}, rank_editions([edition])[0]
    for mark, (table, column) in marks.items():
        if table in AS_READ or table not in list_tables():
            continue
        if table not in here:
            here[table] = fuites.search_tables({table: shown[table]} if table in shown else {})[1]
        opened = max(rank_editions([find_table_edition(table), find_column_edition(table, column)])) <= rank
        kept = column in shown.get(table, pd.DataFrame()) or (table in shown and column == shown[table].index.name)
        assert kept == (opened and column in _list_held(measured, table)), (table, column, edition)
        if not opened:
            assert mark not in everywhere, (table, column, edition)
    assert len(here) > 20


def _list_held(tables, name):
    return [*tables[name].columns, *filter(None, tables[name].index.names)]


def test_canaries_are_in_the_internal_edition_and_the_partners_see_addresses_alone(planted, few):
    folder = planted[0]
    inside, _ = fuites.search_tables(rules.filter_edition(few, "interne")[0])
    expected = {f"{fuites.STEMS[kind]}{code}" for kind in ("nom", "courriel", "adresse") for code, _ in fuites.list_canaries()[kind]}
    assert expected <= inside and len(inside) >= 100
    for edition in ("interne", "partenaires"):
        reports.export(folder, ["donnees", "graphe"], edition=edition)
    files, _, _ = fuites.search_folder(folder / "sorties" / "interne")
    assert expected <= set(files)
    persons = {word for word in files if word.startswith("zykper")}
    assert len(persons) == len(fuites.PEOPLE)  # typed in other sheets; the sheet personnes itself is in no file
    assert not list((folder / "sorties" / "interne").rglob("personnes*"))
    shared, _, _ = fuites.search_folder(folder / "sorties" / "partenaires")
    # They read addresses, the names of firms, and the rows marked for them.
    allowed = ("zykru", "zyktra")
    assert {word for word in shared if not word.startswith(allowed)} == {"zykcacba"}
    assert any(word.startswith("zykru") for word in shared)


# --- each rule is needed ------------------------------------------------------------------------------------------
def _without(name):
    """Return the rules of words less one."""
    return {key: parts for key, parts in personal.RULES.items() if key != name}


def _keep_all(rows, *_):
    return rows, []


MUTATIONS = {
    "courriels": (personal, "RULES", lambda: _without("courriels"), "zykem"),
    "telephones": (personal, "RULES", lambda: _without("telephones"), "tel"),
    "adresses": (personal, "RULES", lambda: _without("adresses"), "zykru"),
    "noms": (personal, "RULES", lambda: _without("noms"), "zykan"),
    "personnes": (personal, "list_people_words", lambda: lambda people: [], "zykper"),
    "textes des réglages": (rules, "mask_settings", lambda: lambda value, masker: value, "zyk"),
    "identifiants": (rules, "number_identifiers", lambda: lambda tables, named=(): {}, "zykem"),
    "entrepreneurs": (rules, "mark_persons", lambda: _mark_nobody, "zyktra"),
    "noms d'entrepreneurs ailleurs": (rules, "list_words", lambda: lambda *given: {}, "zyktra"),
    "lignes à diffusion restreinte": (rules, "hide_rows", lambda: _keep_all, "zykcac"),
    "sources des lignes cachées": (rules, "keep_told_sources", lambda: _keep_all, "zykcac"),
    "colonnes": (rules, "drop_columns", lambda: _keep_all, "repere"),
    "références aux lignes cachées": (rules, "drop_references", lambda: _keep_all, "zykcacea"),
    "mots hors des listes": (rules, "_drop_typed_words", lambda: _keep_all, "zykan"),
}


def _mark_nobody(actors, **_):
    return pd.DataFrame(False, index=actors.index, columns=["entrepreneur", "domicile", "petite", "personne", "joint"])


@pytest.fixture(scope="module")
def few(planted):
    """Return the measured tables of the inventory and those that name things: enough for each rule, and quick to filter."""
    measured = planted[2]
    wanted = {*list_tables(), "constats_details", "dispositifs_mixtes", "modes_acces", "reglages", "listes", "sources", "unites"}
    # The picture of the logo is drawn again, point by point: what it told of its author is in no file.
    settings = {key: value for key, value in measured["reglages"].items() if key != "logo_octets"}
    return {name: value for name, value in measured.items() if name in wanted} | {"reglages": settings}


@pytest.fixture(scope="module")
def closed_marks(few):
    """Return (canaries, marks) of the few tables in the publique edition, every rule in its place."""
    canaries, marks = fuites.search_tables(rules.filter_edition(few, "publique")[0])
    assert not canaries
    return marks


@pytest.mark.parametrize("name", MUTATIONS)
def test_without_one_rule_canaries_come_out(few, closed_marks, monkeypatch, name):
    module, attribute, make, stem = MUTATIONS[name]
    personal._compile_rules.cache_clear()
    monkeypatch.setattr(module, attribute, make())
    canaries, marks = fuites.search_tables(rules.filter_edition(few, "publique")[0])
    personal._compile_rules.cache_clear()
    if stem == "repere":
        assert marks - closed_marks
    else:
        assert {word for word in canaries if word.startswith(stem)}, canaries


# --- the example, whole -------------------------------------------------------------------------------------------
@pytest.mark.skipif(not FULL, reason="slow: DIAGNOSTIC_TEST_FUITES=1 runs it")
def test_no_canary_of_the_whole_example_comes_out(tmp_path):
    folder = tmp_path / "exemple"
    shutil.copytree(ROOT / "data" / "exemple", folder)
    fuites.plant_dossier(folder)
    way.run(folder, editions=["publique"])
    reports.export(folder, ["tout"], formats=["docx", "odt", "pdf"], communes=["Brioude", "Ambert"])
    for edition in ("partenaires", "interne"):
        reports.export(folder, ["constats", "sig", "graphe", "csv", "donnees"], edition=edition)
    workshop.write_sheets(folder)
    canaries, marks, searched = fuites.search_folder(folder / "sorties" / "publique")
    files = sum(path.is_file() for path in (folder / "sorties" / "publique").rglob("*"))
    inside, _, parts = fuites.search_folder(folder / "sorties" / "interne")
    shared, _, _ = fuites.search_folder(folder / "sorties" / "partenaires")
    planted = sum(map(len, fuites.list_canaries().values()))
    print(f"\npublique : {files} fichiers, {searched} parties, {planted} canaris, {len(canaries)} trouvés, {len(marks)} repères ;")
    print(f"interne : {parts} parties, {len(inside)} canaris trouvés ; partenaires : {len(shared)} trouvés")
    assert not canaries, {word: places[:3] for word, places in canaries.items()}
    assert len(inside) >= 90 and all(word.startswith("zykru") for word in shared)
    assert not any("personnes" in place for places in inside.values() for place in places)
    assert set(read_vocabulary("tables").query("feuille != ''")["feuille"]) >= {"Retiré de cette édition"}
