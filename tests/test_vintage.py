"""A whole dossier moved to another year: the original untouched, the copy read on, what moved told."""

import hashlib

import openpyxl
import pytest
from classeurs import make_xlsx
from communes_reunies import FILES, write_dossier

from diagnostic import cli
from diagnostic import run as way
from diagnostic.errors import DiagnosticError
from diagnostic.run import vintage
from diagnostic.write.vintage import copy_dossier


def digest(folder):
    return {path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def write_book(folder):
    """The same dossier as one workbook; a column of formulas is the user's own."""
    folder.mkdir(parents=True)
    sheets = {}
    for name, text in FILES.items():
        sheets[name] = [row.split(",") for row in text.strip().split("\n")]
    sheets["acteurs"][2][-1] = "=1+1"
    return make_xlsx(folder / "inventaire.xlsx", **sheets).parent


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    folder = write_dossier(tmp_path_factory.mktemp("d'été à Brioude") / "essai")
    before = digest(folder)
    return folder, before, vintage.move_dossier(folder, "2026")


def test_the_dossier_is_untouched_and_its_outputs_are_not_copied(moved):
    folder, before, done = moved
    assert digest(folder) == before
    assert done["dossier"] == folder.with_name("essai-2026")
    assert not (done["dossier"] / "sorties" / "interne" / "problemes.xlsx").exists()
    assert (done["dossier"] / "ressorts" / "liste.csv").read_bytes() == (folder / "ressorts" / "liste.csv").read_bytes()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["essai", "essai-2026"]


def test_what_moved_is_told(moved):
    done = moved[2]
    assert (done["depuis"], done["annee"]) == (2024, 2026)
    assert any("ne font plus qu'une commune : Les Deux-Rives (63109, 825 habitants)" in line for line in done["phrases"])
    assert "6 cases laissées telles quelles, à décider (feuille a_decider) :" in done["comptes"]
    assert done["comptes"][-1].startswith("ressorts/liste.csv, copié tel quel : 1 case à un ancien code")
    book = openpyxl.load_workbook(done["classeur"])
    assert book.sheetnames == ["Lisez-moi", "communes", "a_decider", "cases_changees", "populations", "fichiers_a_cote"]
    assert book["communes"]["A2"].value == "Communes réunies" and book["communes"]["H2"].value == "CA Agglo Pays d'Issoire"
    assert [row[0].value for row in book["a_decider"].iter_rows(min_row=2)].count("ressorts") == 2


def test_the_copy_is_read_on_and_holds_the_same_actors_and_links(moved):
    folder, _, done = moved
    old, new = way.load(folder), way.load(done["dossier"])
    assert set(old["acteurs"]["acteur_id"]) == set(new["acteurs"]["acteur_id"])
    assert list(old["communes"].index) == list(new["communes"].index)
    places = new["acteurs"].set_index("acteur_id")["code_insee"]
    assert places["a"] == "63109" == places["b"]
    told = new["problemes"]["probleme"]
    assert not told[new["problemes"]["feuille"] == "acteurs"].str.contains("n'existe plus").any()
    # A layer whose former communes were not in the same unit is read as before: both units kept, parts unknown.
    kept = new["affectation"].query("couche == 'MSAT' and code_insee == '63109'")
    assert sorted(kept["unite_id"]) == ["M1", "M2"] and kept["part"].isna().all()


def test_a_second_move_says_that_nothing_is_left_to_move(moved):
    done = moved[2]
    with pytest.raises(DiagnosticError, match="déjà dans les communes de 2026"):
        vintage.compare_dossier(done["dossier"], 2026)


def test_a_workbook_keeps_its_formats_and_its_formulas(tmp_path):
    folder = write_book(tmp_path / "d'été")
    done = vintage.move_dossier(folder, 2026, sortie=tmp_path / "neuf")
    assert done["exact"] and done["inventaire"] == tmp_path / "neuf" / "inventaire.xlsx"
    sheet = openpyxl.load_workbook(done["inventaire"])["communes"]
    assert [sheet["A2"].value, sheet["B2"].value, sheet["C2"].value, sheet["A3"].value] == ["63109", "Les Deux-Rives", 842, None]
    assert openpyxl.load_workbook(done["inventaire"])["acteurs"]["H3"].value == "=1+1"


@pytest.mark.parametrize(
    ("annee", "depuis", "said"),
    [("2019", None, "inconnue"), ("2024", None, "que dans les communes de 2026"), ("2026", "1999", "inconnue")],
)
def test_a_year_that_cannot_be_is_refused_and_nothing_is_written(tmp_path, annee, depuis, said):
    folder = write_dossier(tmp_path / "essai")
    with pytest.raises(DiagnosticError, match=said):
        vintage.move_dossier(folder, annee, depuis=depuis)
    assert [path.name for path in tmp_path.iterdir()] == ["essai"]


def test_a_dossier_of_today_has_nothing_to_move(tmp_path):
    folder = tmp_path / "essai"
    folder.mkdir()
    (folder / "acteurs.csv").write_text("acteur_id,nom,categorie,code_insee\na,Un FICTIF,ccas,63178\n", encoding="utf-8")
    (folder / "communes.csv").write_text("code_insee,nom\n63178,Issoire\n", encoding="utf-8")
    with pytest.raises(DiagnosticError, match="déjà dans les communes de 2026"):
        vintage.move_dossier(folder, 2026)


def test_the_new_folder_is_never_replaced_nor_inside_the_old_one(tmp_path):
    folder = write_dossier(tmp_path / "essai")
    with pytest.raises(DiagnosticError, match="existe déjà"), copy_dossier(folder, tmp_path, without=[]):
        pytest.fail("copied")
    with pytest.raises(DiagnosticError, match="dans l'ancien"), copy_dossier(folder, folder / "neuf", without=[]):
        pytest.fail("copied")


def test_a_move_that_fails_leaves_nothing_behind(tmp_path):
    folder = write_dossier(tmp_path / "essai")
    with pytest.raises(OSError, match="arrêt"), copy_dossier(folder, tmp_path / "neuf", without=[]) as copy:
        raise OSError("arrêt" if (copy / "inventaire").is_dir() else "rien")
    assert [path.name for path in tmp_path.iterdir()] == ["essai"]


def test_the_command_says_what_moved_and_what_to_do_next(tmp_path, capsys):
    folder = write_dossier(tmp_path / "essai")
    cli.main(["millesime", str(folder), "2026", "--depuis", "2024", "--sortie", str(tmp_path / "neuf")])
    told = capsys.readouterr().out
    assert "ne font plus qu'une commune" in told and "6 cases laissées" in told and "réécrit en un classeur" in told
    assert "diagnostic verifier" in told and "ce_qui_a_bouge.xlsx" in told
