"""The whole way: files come in, files go out, twice the same."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import openpyxl
import pandas as pd
import pytest
from passage import TABLES, read_book, run_small, write_dossier

import diagnostic
from diagnostic import run as way
from diagnostic.errors import DiagnosticError
from diagnostic.schema import RECORD_COLUMNS
from diagnostic.vocabulary import read_vocabulary

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ["folium", "matplotlib", "networkx", "scipy", "IPython", "geopandas", "pandas", "xlsxwriter", "ipywidgets"]


def test_each_edition_has_its_files():
    folder, done = run_small()
    names = {path.relative_to(folder).as_posix() for path in done["fichiers"]}
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    own = {".verrou", *(f"{edition}/manifeste.json" for edition in ("publique", "partenaires", "interne"))}
    assert names | own == on_disk and not names & own
    for edition in ("publique", "partenaires", "interne"):
        assert {f"{edition}/carte.html", f"{edition}/diagnostic.xlsx", f"{edition}/resultats.json"} <= names
        assert f"{edition}/cartes/01_discordance.png" in names
    assert [name for name in names if "problemes" in name] == ["interne/problemes.xlsx"]


def test_rows_read_are_rows_kept_and_set_aside():
    counts = run_small()[1]["comptes"]
    figures = counts[["lues", "dans_territoire", "hors_territoire", "fusionnees", "ecartees"]]
    assert (figures["lues"] == figures.drop(columns="lues").sum(axis=1)).all()
    assert counts.set_index("feuille").loc["acteurs", "lues"] == 8


def test_records_obey_the_schema_in_every_edition():
    folder, _ = run_small()
    schema = json.loads((ROOT / "docs" / "resultats.schema.json").read_text(encoding="utf-8"))
    found = {}
    for edition in ("publique", "partenaires", "interne"):
        rows = json.loads((folder / edition / "resultats.json").read_text(encoding="utf-8"))
        jsonschema.validate(rows, schema, jsonschema.Draft202012Validator)
        assert list(rows[0]) == RECORD_COLUMNS
        found[edition] = {row["edition"] for row in rows}
    # The field says how wide a record may go, not which file it is in.
    assert found == {"publique": {"publique"}, "partenaires": {"publique"}, "interne": {"publique", "interne"}}


def test_the_date_and_the_title_of_the_settings_are_everywhere():
    folder, _ = run_small()
    page = (folder / "publique" / "carte.html").read_text(encoding="utf-8")
    assert "15/11/2026" in page and "pays d" in page
    reading = read_book(folder / "publique" / "diagnostic.xlsx")["Lisez-moi"]
    assert reading.iat[0, 0] == "Essai du pays d'Auzon"
    assert "Date d'édition : 15/11/2026." in set(reading[0])


def test_same_dossier_same_date_same_bytes(tmp_path):
    folder, _ = run_small()
    again = way.run(
        write_dossier(tmp_path / "autre nom"), sortie=tmp_path / "sorties", editions=["publique", "publique"]
    )
    assert len(again["fichiers"]) == len(set(again["fichiers"]))
    for path in again["fichiers"]:
        relative = path.relative_to(tmp_path / "sorties")
        assert path.read_bytes() == (folder / relative).read_bytes(), relative


def test_input_files_are_never_modified(tmp_path):
    folder = write_dossier(tmp_path / "d")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    way.check(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_check_counts_and_writes_the_problems(tmp_path):
    bad = TABLES | {
        "acteurs": "acteur_id,nom,categorie,code_insee\nA1,Un,ccas,43016\nA1,Deux,ccas,43016\nA2,Trois,inconnue,99999\n"
    }
    done = way.check(write_dossier(tmp_path / "d", bad), sortie=tmp_path / "ailleurs")
    counts, problems, written = done["comptes"], done["problemes"], done["fichiers"]
    assert written == [tmp_path / "ailleurs" / "interne" / name for name in ("problemes.xlsx", way.EXAMINED_FILE)]
    assert counts.set_index("feuille").loc["acteurs", ["lues", "ecartees"]].tolist() == [3, 1]
    book = read_book(written[0])
    assert {"Lisez-moi", "problemes", "a_corriger_acteurs", "resume", "comptes"} <= set(book)
    shown = book["problemes"]
    assert len(shown) - 1 == len(problems)
    order = shown.iloc[1:, 0].map(["bloquant", "erreur", "attention", "information"].index)
    assert shown.iat[0, 0] == "gravité" and order.is_monotonic_increasing
    assert len(book["a_corriger_acteurs"]) == 2 and len(book["comptes"]) == len(counts) + 1


def test_nothing_is_written_when_the_dossier_cannot_be_read(tmp_path):
    broken = write_dossier(tmp_path / "d", {"parametres": TABLES["parametres"], "acteurs": "nom\nUn\n"})
    with pytest.raises(DiagnosticError, match="Colonnes absentes"):
        way.run(broken)
    assert not (broken / "sorties").exists()


@pytest.mark.long
@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"parametres": "cle,valeur\nepci,244301099\n"}, ["feuille acteurs", "feuille participations"]),
        (
            {
                "parametres": "cle,valeur\ndepartements,43\n",
                "acteurs": "acteur_id,nom,categorie,code_insee\nA1,Un,ccas,43016\n",
            },
            ["feuille liens", "feuille participations", "feuille couverture_inventaire"],
        ),
    ],
)
def test_a_dossier_with_little_goes_the_whole_way_and_says_what_is_missing(tmp_path, tables, told):
    done = way.run(write_dossier(tmp_path / "d", tables), editions=["publique"])
    phrases = " ".join(done["lectures"]["phrase"])
    assert all(words in phrases for words in told)
    assert (tmp_path / "d" / "sorties" / "publique" / "carte.html").stat().st_size > 50_000


def test_a_new_dossier_holds_the_territory_and_is_never_overwritten(tmp_path):
    path, tables = way.create_dossier(tmp_path / "d", epci=["244301099"])
    assert len(tables["communes"]) == 12
    shown = read_book(path)["acteurs"]
    assert "Commune d'Auzon" in set(shown[1])
    with pytest.raises(DiagnosticError, match="déjà un inventaire"):
        way.create_dossier(tmp_path / "d", epci=["244301099"])


@pytest.mark.parametrize(
    ("source", "path", "expected"),
    [
        ("france-services", "inventaires/france_services_2024-08.csv", (2845, 59)),
        ("programmes-anct", "ressorts/programmes_anct_2024.csv", None),
    ],
)
def test_an_import_counts_every_row(partage, tmp_path, source, path, expected):
    parameters = {"parametres": "cle,valeur\ndepartements,43;63\n"}
    target, counts, problems = way.import_source(source, partage / path, write_dossier(tmp_path / "d", parameters))
    assert target == tmp_path / "d" / "imports" / f"{source}.xlsx" and target.exists()
    assert counts["lues"] == counts["dans_territoire"] + counts["hors_territoire"] + counts["ecartees"]
    assert (problems["gravite"] == "erreur").sum() >= min(1, counts["ecartees"])
    if expected:
        assert (counts["lues"], counts["dans_territoire"]) == expected


def test_the_front_page_costs_nothing():
    code = (
        "import sys, diagnostic; print(' '.join(m for m in sys.argv[1:] if m in sys.modules)); print(dir(diagnostic))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, *HEAVY], cwd=ROOT, check=True, capture_output=True, encoding="utf-8"
    ).stdout
    assert told.splitlines()[0] == "" and "'run'" in told


def test_the_command_line_loads_no_drawing_before_it_is_needed():
    code = "import sys, diagnostic.cli; print(' '.join(m for m in sys.argv[1:] if m in sys.modules))"
    light = [name for name in HEAVY if name != "pandas"]
    told = subprocess.run(
        [sys.executable, "-c", code, *light], cwd=ROOT, check=True, capture_output=True, encoding="utf-8"
    ).stdout
    assert told.strip() == ""


def test_the_names_of_the_front_page_lead_somewhere():
    # `diagnostic.run` is the module once it is imported, the function before: both names are of the whole way.
    assert diagnostic.check is way.check and diagnostic.DiagnosticError is DiagnosticError
    with pytest.raises(AttributeError, match="nothing_of_ours"):
        diagnostic.nothing_of_ours  # noqa: B018


def test_problems_are_counted_with_their_number():
    told = pd.DataFrame({"gravite": ["information", "bloquant", "information"]})
    assert way.count_problems(told) == "1 bloquant ; 2 informations (rien d'obligatoire)"
    assert way.count_problems(pd.DataFrame({"gravite": ["information"] * 17})) == "aucun ; 17 informations (rien d'obligatoire)"
    assert way.count_problems(pd.DataFrame({"gravite": []})) == "aucun"


def test_the_inventory_of_an_example_lists_every_setting_with_what_it_does(tmp_path):
    folder = way.create_example(tmp_path / "exemple")
    sheet = openpyxl.load_workbook(folder / "inventaire.xlsx")["parametres"]
    rows = {row[0]: row[1:3] for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]}
    assert set(rows) >= set(read_vocabulary("parametres")["cle"])
    assert rows["date_edition"][0] is not None and str(rows["seuil_fragilite"][0]) == "0.05"
    assert all(effect for _, effect in rows.values())
    given = pd.DataFrame({"cle": ["graine", "inconnue"], "valeur": ["7", "x"], "effet": ["", ""]})
    listed = way.list_settings(given).set_index("cle")["valeur"]
    assert (listed["graine"], listed["inconnue"], listed["seuil_fragilite"]) == ("7", "x", "0.05")
