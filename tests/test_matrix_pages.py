"""Which matrices a diagnosis has: rows and columns chosen, shortened names given whole, what is cut told."""

import pandas as pd
import pytest
from pages import gather
from passage import measure_example
from toy_map import plain, read_texts

from diagnostic.draw import matrix_pages


def list_drawn(tables, told):
    def common(subject):
        return {"sources": told["sources"].get(subject, []), "date": told["date"], "couverture": told["couverture"]}

    return {name: (shared, draw) for name, shared, draw in matrix_pages.list_matrix_pages(tables, common)}


def make_headings(tables):
    """The blocks by heading that the measure gives."""
    names = ["État", "Structures économiques, sociales et solidaires, entrepreneuriales collectives, tiers-lieux"]
    rows = pd.DataFrame({"groupe_a": [names[0], names[0], names[1]], "groupe_b": [names[0], names[1], names[1]], "groupe": "rubrique"})
    rows = rows.assign(nb_acteurs_a=5, nb_acteurs_b=5, nb_liens=[1, 2, 3], nb_paires=10, nb_liens_attendus=2.0, densite=[0.1, 0.2, 0.3])
    return tables | {"blocs": pd.concat([tables["blocs"], rows], ignore_index=True)}


@pytest.fixture(scope="module")
def example():
    return gather(measure_example())


def test_links_between_headings_are_drawn_where_they_are_measured(example):
    tables, told = example
    bare = tables | {"blocs": tables["blocs"][tables["blocs"]["groupe"] != "rubrique"]}
    assert [*list_drawn(bare, told)] == ["categories", "liens_entre_champs"]
    pages = list_drawn(make_headings(bare), told)
    shared, draw = pages["liens_entre_rubriques"]
    words = plain(read_texts(draw()))
    assert not shared and "6 liens déclarés : 4 à l'intérieur d'une même rubrique, 2 d'une rubrique à l'autre" in words
    assert (
        "Noms abrégés : Structures économiques, sociales et… = Structures économiques, sociales et solidaires, entrepreneuriales" in words
    )


def test_categories_have_their_shares_ages_and_whole_names(example):
    tables, told = example
    _, draw = list_drawn(tables, told)["categories"]
    figure = draw()
    words = plain(read_texts(figure))
    assert "EHPAD = Établissement d'hébergement pour personnes âgées dépendantes" in words
    assert "Âge (mois)" in words and "Non renseigné, toutes catégories" in words and "Inventaire non exhaustif" in words
    names = [label.get_text().replace("\n", " ") for label in figure.axes[0].get_xticklabels()]
    # Those of one departement together, by name.
    assert names[:2] == ["Auzon Communauté", "Brioude Sud Auvergne"] and names[11] == "Agglo Pays d'Issoire" and len(names) == 25
    assert "Massif du Sancy (en partie)" in names


def test_too_many_epci_give_way_to_departements_and_it_is_told(example, monkeypatch):
    tables, told = example
    monkeypatch.setattr(matrix_pages, "MAX_TERRITORIES", 20)
    words = plain(read_texts(list_drawn(tables, told)["categories"][1]()))
    assert "Colonnes : départements, car les 25 EPCI ne tiennent pas sur une page." in words
    places = tables["territoires"]
    alone = tables | {"territoires": places.assign(type=places["type"].replace("departement", "autre"))}
    words = plain(read_texts(list_drawn(alone, told)["categories"][1]()))
    assert "Colonnes : 20 EPCI sur 25, les premiers par département et par nom." in words


def test_two_categories_of_one_name_keep_their_code():
    lists = pd.DataFrame({"libelle": ["Relais", "Relais"], "sigle": ["", ""]}, index=["relais_a", "relais_b"])
    words, notes = matrix_pages._name_categories(lists, lists.index)
    assert words == ["Relais (relais_a)", "Relais (relais_b)"] and notes
