"""The whole kit of a small dossier: every file, what a person filled is never written over, nothing hidden in it."""

import zipfile

import docx
import openpyxl
import pytest
from petit_dossier import write_dossier

from diagnostic import run as way
from diagnostic.draw.base_map import prepare_base
from diagnostic.draw.workshop_actors import number_actors
from diagnostic.read.fingerprints import fingerprint
from diagnostic.run.workshop_kit import list_filled, name_form, place_corrections, write_kit
from diagnostic.write.manifest import NAME, describe_outputs, write_manifest

SECRET = "Lieu tenu secret"


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = write_dossier(tmp_path_factory.mktemp("kit") / "été à Auzon")
    (folder / "inventaire" / "glossaire_local.csv").write_text(
        "terme,sphere,entend\nProjet,social,un parcours\nProjet,developpement_local,un dossier\n", encoding="utf-8"
    )
    (folder / "inventaire" / "experiences.csv").write_text(
        "experience_id,titre,type,acteurs,contexte,accord\ne1,Partagée,temoignage,b,Un départ,oui\ne2,Gardée,temoignage,b,Un autre,\n",
        encoding="utf-8",
    )
    return way.measure(folder)


@pytest.fixture(scope="module")
def kits(measured, tmp_path_factory):
    """{edition: (folder, what was said)} of the kits of two editions."""
    made = {}
    for edition in ("publique", "partenaires"):
        folder = tmp_path_factory.mktemp("été à Auzon") / edition
        made[edition] = folder, write_kit(way.select_edition(measured, edition), folder)
    return made


@pytest.fixture
def kit(kits):
    return kits["partenaires"]


def read_words(path):
    document = docx.Document(path)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " | ".join([paragraph.text for paragraph in document.paragraphs] + cells).replace("\u00a0", " ").replace("\u202f", " ")


def test_every_file_of_the_kit_is_there_and_counted(kit):
    folder, done = kit
    names = {path.relative_to(folder).as_posix() for path in done["fichiers"]}
    assert {f"atelier/{name}" for name in (
        "cartes_acteurs.pdf", "cartes_dispositifs.pdf", "fiche_animation.docx",
        "fiche_liens.docx", "fiche_langage_commun.docx", "fiches_experiences.docx", "fiche_metiers_passerelles.docx",
    )} <= names
    forms = sorted(name for name in names if "formulaires" in name)
    assert len(forms) == done["comptes"]["formulaires"] == 2
    assert (done["comptes"]["cartes_acteurs"], done["comptes"]["cartes_dispositifs"], done["comptes"]["gardes"]) == (3, 1, 0)
    assert all(path.is_file() for path in done["fichiers"])


def test_numbers_are_those_of_the_map_and_the_form_is_of_one_page(kit):
    folder, done = kit
    form = next(path for path in done["fichiers"] if path.name.endswith("epicerie_de_l_essai.docx"))
    words = read_words(form)
    assert f"n° {int(form.name[:3])} de la carte" in words and "PAT de l’essai" in words
    assert "section" not in words and len(docx.Document(form).sections) == 1


def test_what_the_edition_hides_is_in_no_sheet(kit):
    folder, done = kit
    for path in done["fichiers"]:
        if path.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(path) as archive:
                assert not any(SECRET.encode() in archive.read(name) for name in archive.namelist()), path.name
    words = read_words(folder / "atelier" / "fiches_experiences.docx")
    assert "Partagée" in words and "Gardée" not in words
    assert "un parcours" in read_words(folder / "atelier" / "fiche_langage_commun.docx")


def test_the_publique_edition_keeps_what_the_group_said_for_itself(kits):
    folder, _ = kits["publique"]
    assert "un parcours" not in read_words(folder / "atelier" / "fiche_langage_commun.docx")
    assert "Partagée" not in read_words(folder / "atelier" / "fiches_experiences.docx")


def test_what_a_person_filled_is_never_written_over(measured, kit):
    folder, done = kit
    rows = describe_outputs(list(done["fichiers"]), folder, hashed=fingerprint)
    write_manifest({"calculs": {"x": {}}, "sorties": [row | {"calcul": "x"} for row in rows]}, folder / NAME)
    assert list_filled(folder) == set() == list_filled(folder / "ailleurs")
    form = sorted((folder / "atelier" / "formulaires").glob("*.docx"))[0]
    document = docx.Document(form)
    document.add_paragraph("Rempli à la main")
    document.save(form)
    filled = {f"atelier/formulaires/{form.name}"}
    assert list_filled(folder) == filled
    again = write_kit(way.select_edition(measured, "partenaires"), folder, kept=filled)
    assert again["comptes"]["gardes"] == 1 and form not in again["fichiers"]
    assert "Rempli à la main" in read_words(form)


def keep_manifest(place):
    """Sign what `place` holds, as a command does once its files are in place."""
    paths = [path for path in place.rglob("*") if path.suffix == ".xlsx"]
    rows = [row | {"calcul": "x"} for row in describe_outputs(paths, place, hashed=fingerprint)]
    write_manifest({"calculs": {"x": {}}, "sorties": rows}, place / NAME)


def test_the_workbook_of_corrections_is_not_among_what_is_sent_out_and_has_the_numbers_of_the_map(measured, kit, tmp_path):
    shown = way.select_edition(measured, "publique")
    done = place_corrections(shown, tmp_path, tmp_path)
    (path,) = done["fichiers"]
    assert path == tmp_path / "interne" / "atelier" / "corrections.xlsx" and done["garde"] is None
    assert not list(kit[0].rglob("corrections*"))
    sheet = openpyxl.load_workbook(path)["reperes"]
    told = {row[2]: row[0] for row in sheet.iter_rows(min_row=2, values_only=True)}
    numbered, _ = number_actors(prepare_base(shown["communes"]), shown["acteurs"], shown["listes"]["categories"])
    assert told == {row.acteur_id: str(row.numero) for row in numbered.itertuples()} | {"p": "D1"}
    with zipfile.ZipFile(path) as archive:
        assert not any(SECRET.encode() in archive.read(name) for name in archive.namelist())


def test_a_filled_workbook_stays_and_a_map_with_other_numbers_has_its_own(measured, tmp_path):
    shown = way.select_edition(measured, "publique")
    (path,) = place_corrections(shown, tmp_path, tmp_path)["fichiers"]
    keep_manifest(tmp_path / "interne")
    assert place_corrections(shown, tmp_path, tmp_path)["fichiers"] == [path]  # nobody wrote in it
    keep_manifest(tmp_path / "interne")
    book = openpyxl.load_workbook(path)
    book["corrections"]["A2"] = "changer"
    book.save(path)
    assert place_corrections(shown, tmp_path, tmp_path) == {"fichiers": [], "garde": path}
    fewer = shown | {"acteurs": shown["acteurs"].iloc[1:]}
    again = place_corrections(fewer, tmp_path, tmp_path)
    assert [one.name for one in again["fichiers"]] == ["corrections_2.xlsx"] and again["garde"] == path
    assert openpyxl.load_workbook(path)["corrections"]["A2"].value == "changer"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("", "001_acteur.docx"), ("CON", "001_con.docx"), ("x" * 90, f"001_{'x' * 40}.docx"), ("Épicerie / n° 2 ?", "001_epicerie_n_2.docx")],
)
def test_the_name_of_a_form_is_one_that_any_disk_takes(name, expected):
    assert name_form({"numero": 1, "nom": name}) == expected
