"""Which column is which in a published layer: the titles met in real files, what is declared, what is ambiguous."""

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.layers import layer_columns


def layer(name="PAT", nature="communes", **declared):
    cells = {"nature": nature, "colonne_commune": None, "colonne_unite": None, "colonne_nom": None} | declared
    return pd.Series(cells, name=name, dtype="object")


def choose(titles, couche=None):
    headings = pd.Series(titles.split(";"))
    columns, genre, wide = layer_columns.choose_columns(headings, couche if couche is not None else layer(), "f.csv, feuille f, ligne 1")
    return {column: headings[place] for column, place in columns.items()}, genre, wide


@pytest.mark.parametrize(
    ("titles", "code", "unit", "name", "genre"),
    [
        ("code_insee;code_pat", "code_insee", "code_pat", None, "commune"),
        ("caisse;dep", "dep", "caisse", None, "departement"),
        ("programme;id_territoire;lib_territoire;code", "code", "id_territoire", "lib_territoire", "commune"),
        ("insee_com;lib_com;code_qp;lib_qp", "insee_com", "code_qp", "lib_qp", "commune"),
        ("Code INSEE;Commune;Nom du CIAS", "Code INSEE", "Nom du CIAS", None, "commune"),
        ("SIREN EPCI;Secteur", "SIREN EPCI", "Secteur", None, "commune"),
        ("Canton;Secteur", "Canton", "Secteur", None, "canton"),
        ("code_canton;id_uta;nom_uta", "code_canton", "id_uta", "nom_uta", "canton"),
        ("code_insee;unite_id;unite_nom;organisme", "code_insee", "unite_id", "unite_nom", "commune"),
    ],
)
def test_titles_of_real_files(titles, code, unit, name, genre):
    columns, found, wide = choose(titles)
    assert (columns["code_insee"], columns["unite_id"], columns.get("unite_nom"), found) == (code, unit, name, genre)
    assert not wide


def test_extra_columns_of_the_house_are_read():
    columns, _, _ = choose("insee;unite;part;infra;organisme;millesime;autre", layer(colonne_unite="unite"))
    assert set(columns) == {"code_insee", "unite_id", "part_population", "infra", "organisme_id", "millesime"}


def test_a_wide_table_gives_the_column_of_the_name_of_the_layer_or_the_declared_one():
    titles = "CODGEO;LIBGEO;DEP;EPCI;ARR;ZE2020"
    assert choose(titles, layer("ZE2020")) == ({"code_insee": "CODGEO", "unite_id": "ZE2020"}, "commune", True)
    assert choose(titles, layer("EPCI"))[0] == {"code_insee": "CODGEO", "unite_id": "EPCI"}
    assert choose(titles, layer("Zone d'emploi", colonne_unite="ze 2020"))[0]["unite_id"] == "ZE2020"
    assert choose(titles, layer("ARR", "departements"))[:2] == ({"code_insee": "DEP", "unite_id": "ARR"}, "departement")
    with pytest.raises(DiagnosticError, match="quelle est la colonne des unités") as caught:
        choose(titles, layer("CLS"))
    assert "CODGEO, LIBGEO, DEP" not in caught.value.a_faire and "LIBGEO, DEP, EPCI" in str(caught.value)
    assert "colonne_unite" in caught.value.a_faire


def test_declared_columns_win():
    couche = layer(colonne_commune="Ville", colonne_unite="Zone", colonne_nom="Titre")
    assert choose("code_insee;Ville;Zone;Titre;unite_id", couche)[0] == {"code_insee": "Ville", "unite_id": "Zone", "unite_nom": "Titre"}
    with pytest.raises(DiagnosticError, match="« Zonne » introuvable") as caught:
        choose("code_insee;Zone", layer(colonne_unite="Zonne"))
    assert "colonnes lues : code_insee, Zone" in str(caught.value) or "colonnes lues : Zone" in str(caught.value)


def test_no_column_of_communes():
    with pytest.raises(DiagnosticError, match="aucune colonne de communes") as caught:
        choose("ville;secteur")
    assert "ville, secteur" in str(caught.value) and "colonne_commune" in caught.value.a_faire


def test_the_heading_under_title_lines():
    lines = [["Liste des PAT", "", ""], ["au 1er novembre", "", ""], ["code_insee", "code_pat", "x"], ["43157", "1", ""]]
    raw = pd.DataFrame(lines, index=[1, 2, 4, 5])
    assert layer_columns.find_layer_heading(raw, layer()) == 4


def test_commune_column_of_a_file_of_outlines():
    assert layer_columns.has_commune_column(pd.Series(["insee_com", "code_qp"]))
    assert not layer_columns.has_commune_column(pd.Series(["code", "Nom_CLS"]))


def test_the_canton_beside_names_of_communes_is_not_what_the_row_stands_for():
    with pytest.raises(DiagnosticError, match="aucune colonne de communes"):
        choose("Canton;Commune;Secteur")
    assert choose("Canton;Commune;Secteur", layer(colonne_commune="Canton"))[1] == "canton"
