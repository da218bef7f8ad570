"""The menus of the notebooks on a small dossier: choosing changes what is read below, and shows nothing an edition hides."""

import pandas as pd
import pytest
from carnets import AUZON, list_menus, list_panels, open_small, read_cells, read_words

from diagnostic import run as way
from diagnostic import widgets
from diagnostic.widgets.explorers import tell_distance, tell_state


@pytest.fixture
def publique():
    return open_small("publique")


@pytest.fixture
def interne():
    return open_small("interne")


def test_actors_of_a_territory_and_a_category(publique):
    box = widgets.explore_actors(publique)
    menus, (listed, drawn) = list_menus(box), list_panels(box)
    assert menus["Catégorie"].label == "Toutes les catégories"
    assert "3 acteurs recensés" in listed.value
    assert "Lieu tenu secret" not in read_words(listed.value)
    before = drawn.value
    menus["Catégorie"].value = "epicerie_sociale"
    assert [row[0] for row in read_cells(listed.value)] == ["Acteur", "Épicerie de l'essai"]
    assert drawn.value != before
    assert "<img" in drawn.value
    before = drawn.value
    menus["Territoire"].value = AUZON
    assert "1 acteur recensé dont la commune y est" in listed.value
    assert drawn.value == before, "the picture hangs on the category alone"
    menus["Catégorie"].value = "evs"
    assert "0 acteur recensé" in listed.value
    assert "Pages possibles" in drawn.value, "no such actor: said, and not an empty map"


def test_actors_out_of_the_territory_are_not_counted_in_it(publique):
    """An import keeps them, because the nearest site may be a neighbour's."""
    away = publique["acteurs"].assign(hors_territoire=publique["acteurs"]["acteur_id"] == "a")
    listed = list_panels(widgets.explore_actors(publique | {"acteurs": away}))[0].value
    assert "2 acteurs recensés" in listed
    assert "Club" not in listed


def test_ressorts_of_a_territory(publique):
    box = widgets.explore_ressorts(publique, AUZON)
    menus, panels = list_menus(box), list_panels(box)
    assert list(menus) == ["Territoire"], "one EPCI: no layer cuts it, no map to choose"
    first = read_cells(panels[0].value)
    assert first[0] == ["Découpage", "Unités", "Interlocuteurs effectifs", "Unité principale", "Sa part d'habitants", "Habitants couverts"]
    assert first[1][3] == "CC Auzon Communauté"
    menus["Territoire"].value = "perimetre"
    assert panels[0].value.count("<table") == 1


def test_a_layer_that_cuts_is_drawn(publique):
    """With a second unit in one layer, the menu of layers appears and the map under it follows."""
    held = publique["affectation"].copy()
    held.loc[held.index[held["couche"] == "ARRONDISSEMENT"][:3], "unite_id"] = "autre"
    box = widgets.explore_ressorts(publique | {"affectation": held}, couche="ARRONDISSEMENT")
    assert list_menus(box)["Découpage"].value == "ARRONDISSEMENT"
    _, compared, drawn = list_panels(box)
    assert "<li>" in compared.value
    assert "Page « ressort arrondissement »" in drawn.value


def test_the_sheet_of_an_intercommunalite(publique):
    box = widgets.explore_neighbours(publique)
    assert "CC Auzon Communauté" in read_words(list_panels(box)[0].value)
    empty = publique | {"phrases_ressorts": publique["phrases_ressorts"].iloc[:0]}
    assert "ne donne rien à choisir" in widgets.explore_neighbours(empty).value


def test_links_of_a_territory(publique):
    box = widgets.explore_links(publique)
    panel = list_panels(box)[0]
    assert read_cells(panel.value)[1][:4] == ["4", "4", "2", "6"]
    assert "Entre les deux champs." in panel.value
    list_menus(box)["Territoire"].value = AUZON
    assert "Entre les deux champs." in panel.value


def test_pages_bear_the_names_of_what_they_show(publique):
    box = widgets.explore_pages(publique, "Carte", ["acces_", "liens_"])
    labels = [label for label, _ in list_menus(box)["Carte"].options]
    assert "Liens entre champs" in labels
    assert "Épiceries sociales et solidaires" in labels
    assert "ne donne rien à choisir" in widgets.explore_pages(publique, "Carte", ["inconnue_"]).value


def test_the_menus_of_categories_change_the_table(publique):
    box = widgets.explore_categories(publique)
    menus, panel = list_menus(box), list_panels(box)[0]
    menus["Territoire"].value, menus["État"].value = AUZON, "absent_verifie"
    assert [row[1] for row in read_cells(panel.value)] == ["Acteurs recensés", "0"]
    menus["État"].value = "present"
    assert ["Épiceries sociales et solidaires", "1"] in read_cells(panel.value)


def test_gaps_of_a_category_within_a_distance(publique):
    box = widgets.explore_gaps(publique, AUZON, "epicerie_sociale", 5)
    menus, (told, drawn) = list_menus(box), list_panels(box)
    assert list(menus) == ["Territoire", "Catégorie", "Seuil"]
    near = read_words(told.value)
    assert "Épiceries sociales et solidaires, CC Auzon Communauté : présente (1 acteur recensé)." in near
    assert "à plus de 5 km, à vol d'oiseau" in near
    picture = drawn.value
    menus["Seuil"].value = 15.0
    assert "à plus de 15 km" in read_words(told.value)
    assert drawn.value == picture
    menus["Catégorie"].value = "evs"
    assert "absence vérifiée (0 acteur recensé)" in read_words(told.value)
    assert drawn.value != picture
    menus["Catégorie"].value = "ccas"
    assert "présente (2 acteurs recensés)" in read_words(told.value)
    assert "aucune distance mesurée" in read_words(told.value), "one of them is secret: where it is is not to be guessed"


def test_states_of_the_whole_are_counted_and_not_guessed(publique):
    assert tell_state(publique, "perimetre", "evs") == (
        "présente dans 0, absence vérifiée dans 1, non renseignée dans 0, sur 1 intercommunalité."
    )
    assert tell_state(publique, "autre:X", "evs") == "l'état d'une catégorie se lit par intercommunalité ou par département."
    assert tell_state(publique, "perimetre", "inconnue") == "aucun état n'est connu."
    assert "aucune distance mesurée" in tell_distance(publique, AUZON, "inconnue", 5)


def test_a_statement_is_told_with_its_threshold(publique, interne):
    box = widgets.explore_statements(interne)
    menu, panel = list_menus(box)["Constat"], list_panels(box)[0]
    assert len(menu.options) == len(interne["constats"])
    assert all(label.endswith(("(constaté)", "(non constaté)", "(non mesurable)")) for label, _ in menu.options)
    first = panel.value
    menu.value = menu.options[-1][1]
    assert panel.value != first
    assert "Ce qu'on compte :" in read_words(panel.value)
    assert "Seuil :" in read_words(panel.value)
    hidden = set(interne["constats"]["constat"]) - set(publique["constats"]["constat"])
    assert hidden.isdisjoint({code for _, code in list_menus(widgets.explore_statements(publique))["Constat"].options})


def test_an_actor_is_chosen_inside_only(publique, interne):
    assert "usage interne" in widgets.explore_network(publique).value
    box = widgets.explore_network(interne)
    menu, panel = list_menus(box)["Acteur"], list_panels(box)[0]
    assert menu.value == "a", "the one with most partners"
    assert "Page « acteur a »" in panel.value
    menu.value = "b"
    assert "Page « acteur b »" in panel.value
    alone = interne | {"positions": interne["positions"].assign(degre=0)}
    assert "ne donne rien à choisir" in widgets.explore_network(alone).value


def test_what_was_written_is_looked_at(tmp_path):
    paths = [tmp_path / "carte.html", tmp_path / "fiches.html"]
    for path in paths:
        path.write_text(f"<p>{path.stem}</p>", encoding="utf-8")
    box = widgets.explore_written({"fichiers": paths}, "fiches")
    assert [label for label, _ in list_menus(box)["Page"].options] == ["Carte (page interactive)", "Fiches (page interactive)"]
    assert "fiches" in list_panels(box)[0].value
    list_menus(box)["Page"].value = "carte"
    assert "srcdoc=\"&lt;p&gt;carte" in list_panels(box)[0].value
    assert "ne donne rien à choisir" in widgets.explore_written({"fichiers": []}).value


def test_pages_are_listed_once_for_all_the_choices(publique, monkeypatch):
    calls = []
    listed = way.list_pages
    monkeypatch.setattr(way, "list_pages", lambda tables: calls.append(1) or listed(tables))
    box = widgets.explore_gaps(publique, AUZON, "epicerie_sociale", 5)
    for code in ("evs", "ccas", "evs"):
        list_menus(box)["Catégorie"].value = code
    assert len(calls) == 1
    assert isinstance(publique["acteurs"], pd.DataFrame)
