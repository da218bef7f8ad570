"""The catalogue of layers: every field filled with words of the house, what the software brings, and the page of the docs equal to it."""

from conftest import ROOT

from diagnostic.read.layers.layers import BROUGHT_LAYERS
from diagnostic.schema import describe_table
from diagnostic.vocabulary import read_list, read_vocabulary

CATALOGUE = read_vocabulary("catalogue_couches")


def test_every_layer_once_with_its_publisher_its_file_and_the_way_to_bring_it_in():
    assert CATALOGUE["couche"].is_unique and CATALOGUE["couche"].str.fullmatch("[A-Z_]+").all()
    filled = ["libelle", "editeur", "jeu", "maille", "nature", "exclusive", "complete", "infra_communale", "national", "licence", "apport"]
    assert CATALOGUE[filled].ne("").all().all()


def test_the_words_are_those_of_the_sheet_couches():
    assert set(CATALOGUE["nature"]) <= set(read_list("natures_couche").index)
    assert set(CATALOGUE["exclusive"]) | set(CATALOGUE["complete"]) == {"oui", "non"}
    assert set(CATALOGUE["infra_communale"]) <= {"oui", "non", "parfois"}
    assert set(CATALOGUE["national"]) <= {"oui", "non", "partiel", "règle"}
    assert set(CATALOGUE["certitude"]) == {"vérifié", "en partie", "à vérifier"}


def test_the_cells_to_fill_are_columns_of_the_sheet_couches():
    known = {*describe_table("couches").index, *describe_table("ressorts").index, "seuil_eclat"}
    named = CATALOGUE["apport"].str.findall(r"\b(?:colonne|fichier|seuil|rayon)_[a-z_]+|\b[a-z_]+(?= = )").explode().dropna()
    assert set(named) <= known, set(named) - known


def test_what_the_software_brings_is_said_so_and_nothing_else():
    brought = CATALOGUE[CATALOGUE["apport"].str.contains("logiciel")]
    assert set(brought["couche"]) == set(BROUGHT_LAYERS)


def test_no_address_and_no_host():
    assert not CATALOGUE.apply(lambda cells: cells.str.contains(r"https?:|www\.|\.(?:fr|com|org)\b|@")).any().any()


def test_what_nobody_published_is_not_invented():
    asked = CATALOGUE.set_index("couche").loc[["MSA_TERRITOIRE", "SECTEUR_SOCIAL", "CTG", "CIAS"]]
    assert asked["national"].eq("non").all() and asked["licence"].eq("à demander").all()
    assert "65 secteurs" in asked.at["SECTEUR_SOCIAL", "prudence"]


def test_the_page_shows_the_catalogue_as_it_is():
    page = (ROOT / "docs" / "couches.md").read_text(encoding="utf-8").split("<!-- catalogue")[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")][1:]
    assert rows == CATALOGUE[["libelle", "editeur", "national", "certitude"]].values.tolist()


def test_the_page_names_columns_that_exist():
    page = (ROOT / "docs" / "couches.md").read_text(encoding="utf-8")
    for column in ("exclusive", "complete", "infra_communale", "fichier_couche", "seuil_surface", "colonne_zone", "rayon_km", "repli"):
        assert column in page and column in describe_table("couches").index
