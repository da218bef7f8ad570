"""Each file is known by what it holds; what is none of them is refused with what to do, and a file is merged once."""

import json
import shutil

import openpyxl
import pytest
from jouets_fusion import copy_model, correct, write_book

from diagnostic import run
from diagnostic.errors import DiagnosticError
from diagnostic.run import edits, merge_sources
from diagnostic.run import merge as way
from diagnostic.run.merge_sources import read_decided
from diagnostic.schema import PROBLEM_HEADINGS
from diagnostic.write.gis import place_actors, write_geojson


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The small dossier, its map as the software writes it, what a map holds of its actors: read once."""
    folder = copy_model(tmp_path_factory.mktemp("d'été") / "essai")
    tables = run.load(folder)
    path = folder.parent / "carte.geojson"
    write_geojson(place_actors(tables["acteurs"], tables["communes"]), path)
    return folder, path, merge_sources.list_places(folder)


@pytest.fixture
def dossier(model, chemin_piege, monkeypatch):
    monkeypatch.setattr(merge_sources, "list_places", lambda _: model[2])
    return shutil.copytree(model[0], chemin_piege / "essai")


def test_a_map_that_the_group_gives_back(dossier, model, tmp_path):
    content = json.loads(model[1].read_text(encoding="utf-8"))
    features = {feature["properties"]["acteur_id"]: feature for feature in content["features"]}
    features["b"]["geometry"] = {"type": "Point", "coordinates": [3.371, 45.371]}
    features["c"]["properties"]["nom"] = "Amap neuve"
    path = tmp_path / "retour.geojson"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DiagnosticError, match="ne dit pas qui"):
        way.merge(dossier, [path])
    done = way.merge(dossier, [path, model[1]], qui="Groupe", statut="accepte")  # the map untouched brings nothing
    assert done["comptes_lus"]["nouvelles"] == 2 and not len(done["problemes"])
    done["copie"]["fichier"].replace(dossier / "inventaire.xlsx")
    held = edits.open_edits(dossier)["lues"]["acteurs"]
    assert held.loc["b", ["lat", "lon"]].tolist() == ["45.371", "3.371"] and held.at["c", "nom"] == "Amap neuve"
    again = way.merge(dossier, [path], qui="Groupe", statut="accepte")
    assert not again["nouveau"] and "déjà été fusionné" in again["problemes"]["probleme"].iat[0]


def test_where_a_map_puts_an_actor_without_a_place(model):
    assert model[2].loc["b", "lon"] != model[2].loc["b", "lon"] and 3 < model[2].loc["b", "lon_mairie"] < 4


def test_a_copy_corrected_by_hand(dossier, tmp_path):
    book = openpyxl.load_workbook(dossier / "inventaire.xlsx")
    book["acteurs"]["J4"] = 9
    book["acteurs"].delete_rows(5)
    book["acteurs"]["A5"], book["acteurs"]["B5"], book["acteurs"]["C5"], book["acteurs"]["D5"] = "n", "Neuf", "ccas", "43016"
    book.create_sheet("communes").append(["code_insee"])
    path = tmp_path / "copie d'été.xlsx"
    book.save(path)
    done = way.merge(dossier, [path], qui="Office", statut="accepte")
    kinds = done["journal"].drop_duplicates("saisie")["geste"].value_counts().to_dict()
    assert kinds == {"modification": 1, "ajout": 1, "retrait": 2}  # the link of the row that is not there any more goes with it
    assert done["comptes"] == {"conflits": 0, "en_attente": 1}  # its removal is proposed only
    assert not way.merge(dossier, [path], qui="Office", statut="accepte")["nouveau"]


def test_the_form_of_a_partner(dossier, tmp_path):
    path = run.create_template(tmp_path / "partenaire.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["acteurs"]
    places = {cell.value: cell.column for cell in sheet[1]}
    rows = [("Épicerie de l'essai", "Épiceries sociales et solidaires", "43016"), ("Jardin neuf", "CCAS", "43016"), ("", "CCAS", "43016")]
    for line, (name, kind, code) in enumerate(rows, start=3):
        for column, text in (("nom", name), ("categorie", kind), ("code_insee", code)):
            sheet.cell(line, places[column]).value = text or None
    sheet.cell(4, places["capacite"]).value = 6
    book.save(path)
    done = way.merge(dossier, [path], qui="Partenaire")
    assert done["comptes"]["en_attente"] >= 1 and "acteurs" in set(done["attente"]["table"])
    assert "Jardin neuf" in set(done["attente"]["nom"]) and not done["journal"]["geste"].eq("retrait").any()
    assert done["problemes"]["probleme"].str.contains("Case vide").any()


def test_a_workbook_without_author_takes_the_one_of_the_command(dossier, tmp_path):
    path = write_book(tmp_path / "c.xlsx", correct("changer", "acteurs", "b", "effectif", "3", qui="", quand=""))
    assert way.merge(dossier, [path])["problemes"]["probleme"].str.contains("il manque qui").all()
    done = way.merge(dossier, [path], qui="CD43", quand="3/2/2026")
    assert done["journal"][["auteur", "date"]].iloc[0].tolist() == ["CD43", "2026-02-03"]


@pytest.mark.parametrize("name", ["notes.docx", "lettre.xlsx", "problemes.xlsx"])
def test_a_file_that_is_none_of_those_is_refused_and_nothing_is_written(dossier, tmp_path, name):
    path = tmp_path / name
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.active.append(["Cher collègue,"] if name == "lettre.xlsx" else list(PROBLEM_HEADINGS.values()))
        book.save(path)
    else:
        path.write_bytes(b"PK")
    good = write_book(tmp_path / "c.xlsx", correct("changer", "acteurs", "b", "effectif", "3"))
    with pytest.raises(DiagnosticError) as told:
        way.merge(dossier, [good, path], qui="A")
    assert path.name in str(told.value) and told.value.a_faire
    assert not list((dossier / "saisies").glob("*.json")) and not list(dossier.glob("inventaire_2*"))


def test_decisions_are_known_by_their_columns(tmp_path):
    path = write_book(tmp_path / "c.xlsx", correct("confirmer", "acteurs", "b"))
    assert read_decided(path) is None and read_decided(tmp_path / "x.geojson") is None
