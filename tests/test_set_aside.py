"""Rows that an import set aside: written with why, taken back once completed, told otherwise."""

import pandas as pd
import pytest

from diagnostic.read.formats.files import read_sheets
from diagnostic.read.imports.imports import read_import
from diagnostic.read.imports.set_aside import read_set_aside
from diagnostic.read.places.cog import read_cog
from diagnostic.schema import list_vocabularies
from diagnostic.vocabulary import read_list
from diagnostic.write.imports import write_import

FS = "id_fs,lib_fs,insee_com,lib_com,code_postal,adresse,latitude,longitude,format_fs,commentaire"


@pytest.fixture(scope="module")
def cog():
    return read_cog()


@pytest.fixture(scope="module")
def lists():
    return {name: read_list(name) for name in list_vocabularies()}


@pytest.fixture
def book(cog, chemin_piege):
    """Return the sheets and the path of an import with one row kept and three set aside."""
    published = chemin_piege / "france_services_2024-08.csv"
    rows = [
        "1,Maison A,43040,Brioude,43100,rue,,,Fixe,", "2,Maison B,,Ville inventée,,rue,,,Fixe,", "3,,43040,Brioude,43100,,,,Fixe,",
        "4,Maison D,99999,,,rue,,,Fixe,",
    ]  # fmt: skip
    published.write_text("\n".join([FS, *rows]), encoding="utf-8")
    tables, problems, read = read_import("france-services", published, cog)
    path = write_import(tables, problems, read, chemin_piege / "imports" / "france-services.xlsx", origine=published.name)
    return read_sheets(path)[0], path


def test_nothing_corrected_nothing_taken_and_every_row_told(book, cog, lists):
    sheets, path = book
    taken, problems, rows = read_set_aside(sheets, path, cog, lists=lists)
    told = problems[problems["gravite"] == "erreur"]
    assert (len(taken), len(rows), len(told)) == (0, 3, 3)
    assert told["ligne"].tolist() == [2, 3, 4] and told["feuille"].eq("ecartees").all() and told["fichier"].eq(path.name).all()
    assert told["colonne"].tolist() == ["code_insee", "nom", "code_insee"]
    assert "france_services_2024-08.csv, ligne 3" in told["probleme"].iloc[0]


def test_a_row_completed_by_hand_is_taken_back_once(book, cog, lists):
    sheets, path = book
    raw = sheets["ecartees"].copy()
    place = {name: raw.columns[(raw.iloc[0] == name).to_numpy()][0] for name in ("code_insee", "commune", "code_postal", "nom")}
    raw.loc[2, [place["commune"], place["code_postal"]]] = ["Brioude", "43100"]
    raw.loc[3, place["nom"]] = "Maison C"
    taken, problems, rows = read_set_aside(sheets | {"ecartees": raw}, path, cog, lists=lists)
    assert taken[["acteur_id", "code_insee", "methode_commune", "categorie"]].values.tolist() == [
        ["FS-2", "43040", "nom_code_postal", "france_services"], ["FS-3", "43040", "code", "france_services"],
    ]  # fmt: skip
    assert len(rows) == len(taken) + (problems["gravite"] == "erreur").sum() == 3


def test_the_way_back_by_corrections(book, cog, lists):
    sheets, path = book
    cells = {"fichier": path.name, "feuille": "ecartees", "ligne": 4, "nom": "Maison D"}
    cells |= {"colonne": "code_insee", "valeur": "99999", "correction": "43157"}
    taken, *_ = read_set_aside(sheets, path, cog, lists=lists, corrections=pd.DataFrame([cells]))
    assert taken[["acteur_id", "code_insee"]].values.tolist() == [["FS-4", "43157"]]


def test_an_import_without_rows_aside(cog, lists, chemin_piege):
    taken, problems, rows = read_set_aside({}, chemin_piege / "x.xlsx", cog, lists=lists)
    assert (len(taken), len(problems), len(rows)) == (0, 0, 0)
    assert {"acteur_id", "nom", "ligne"} <= set(taken.columns)
