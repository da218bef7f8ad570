"""What the notebooks show: tables in words, pictures, the map in its frame, the two menus."""

import html
import re

import pandas as pd
import pytest
from petit_dossier import write_dossier

from diagnostic import run as way
from diagnostic import widgets
from diagnostic.errors import DiagnosticError


@pytest.fixture(scope="module")
def mesures(tmp_path_factory):
    """Return every table of the small dossier, measured."""
    return way.measure(write_dossier(tmp_path_factory.mktemp("essai d'été")))


@pytest.fixture(scope="module")
def publique(mesures):
    return way.select_edition(mesures, "publique")


@pytest.fixture(scope="module")
def interne(mesures):
    return way.select_edition(mesures, "interne")


def read_cells(shown):
    """Return the rows of an HTML table as lists of words."""
    rows = re.findall(r"<tr>(.*?)</tr>", shown, re.S)
    return [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows]


# --- cells ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("population", [1234.0, None], ["1\u202f234", "—"]),
        ("part_principale", [0.5436, 0.0123, float("nan")], ["54\u202f%", "1,2\u202f%", "—"]),
        ("ei", [-0.571, 0.0], ["−0,57", "0,00"]),
        ("mixte", [True, False], ["oui", "non"]),
        ("statut", ["absent_verifie", "present"], ["Absence vérifiée", "Présente"]),
        ("champ", ["developpement_local", None], ["Développement local", "—"]),
        ("themes", [("a", "b"), ()], ["a, b", "—"]),
        ("date_maj", pd.to_datetime(["2025-02-03", None]), ["03/02/2025", "—"]),
    ],
)
def test_a_cell_reads_as_a_french_reader_reads_it(name, values, words):
    assert widgets.tell_column(pd.Series(values, name=name)).tolist() == words


def test_a_boolean_that_may_be_missing_reads_three_ways():
    column = pd.Series([True, False, pd.NA], dtype="boolean", name="mobile")
    assert widgets.tell_column(column).tolist() == ["oui", "non", "—"]


# --- tables ---------------------------------------------------------------------------------------------------------
def test_a_table_keeps_its_columns_in_order_and_counts_what_it_leaves():
    table = pd.DataFrame({"n": range(12), "nom": [f"x{i}" for i in range(12)]})
    shown = widgets.show_table(table, {"nom": "Nom", "n": "Nombre"}, lines=2).data
    assert read_cells(shown) == [["Nom", "Nombre"], ["x0", "0"], ["x1", "1"]]
    assert "2 lignes sur 12" in shown


def test_a_table_shown_whole_counts_nothing():
    assert "lignes sur" not in widgets.show_table(pd.DataFrame({"n": [1, 2]}), lines=2).data


def test_cells_and_headings_are_escaped():
    bad = "<img src=x onerror=alert(1)>"
    shown = widgets.show_table(pd.DataFrame({"nom": [bad], "themes": [(bad,)]}), {"nom": bad, "themes": "T"}).data
    assert "<img" not in shown
    assert shown.count("&lt;img") == 3
    assert "<img" not in widgets.show_sentences([bad]).data


def test_an_empty_table_says_so():
    assert "Aucune ligne" in widgets.show_table(pd.DataFrame({"n": []}), {"n": "Nombre"}).data


def test_an_absent_column_is_named_with_those_that_exist():
    with pytest.raises(DiagnosticError, match="(?s)Colonnes absentes : b.*choisissez parmi : a"):
        widgets.show_table(pd.DataFrame({"a": [1]}), {"b": "B"})


def test_the_table_given_is_not_changed():
    table = pd.DataFrame({"n": [1.5]})
    widgets.show_table(table, {"n": "Nombre"})
    pd.testing.assert_frame_equal(table, pd.DataFrame({"n": [1.5]}))


# --- rows of a dossier ----------------------------------------------------------------------------------------------
def test_rows_of_a_territory_come_with_names(interne):
    rows = widgets.choose_rows(interne, "discordance", territoire="epci:244301099")
    assert set(rows["territoire_nom"]) == {"CC Auzon Communauté"}
    assert rows.set_index("couche").loc["MSA", "couche_nom"] == "Caisses de MSA"
    assert 0 < len(rows) < len(interne["discordance"])


def test_rows_indexed_by_actor_come_with_names(interne):
    rows = widgets.choose_rows(interne, "positions").set_index("acteur_id")
    assert rows.loc["b", "acteur_nom"] == "Épicerie de l'essai"


def test_a_choice_is_named(publique):
    shown = widgets.show_choice(publique, territoire="epci:244301099", couche="MSA", seuil_km=15).data
    assert "CC Auzon Communauté ; Caisses de MSA ; 15 km" in shown


def test_wrong_choices_are_told_together_with_what_exists(publique):
    with pytest.raises(DiagnosticError) as caught:
        widgets.show_choice(publique, territoire="43", couche="EPCI", seuil_km=7)
    told = str(caught.value)
    assert "TERRITOIRE inconnu dans ce dossier : « 43 »" in told
    assert "epci:244301099 (CC Auzon Communauté)" in told
    assert "SEUIL_KM inconnu dans ce dossier : « 7 »" in told
    assert "COUCHE" not in told


# --- who may see what -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["liens_a_verifier", "bilan_liens", "problemes", "positions"])
def test_an_internal_table_is_not_shown_in_another_edition(mesures, publique, name):
    partenaires = way.select_edition(mesures, "partenaires")
    for tables in (publique, partenaires):
        shown = widgets.show_internal(tables, name, {"colonne": "Colonne"}).data
        assert "usage interne" in shown
        assert "<table" not in shown


def test_links_to_check_are_shown_inside(interne):
    shown = widgets.show_internal(interne, "liens_a_verifier", {"acteur_a_nom": "A", "acteur_b_nom": "B"}).data
    assert ["Amap de l'essai", "Lieu tenu secret"] in [sorted(row) for row in read_cells(shown)]


def test_an_internal_table_is_ordered_largest_first(interne):
    shown = widgets.show_internal(interne, "positions", {"acteur_id": "Id", "degre": "Degré"}, order="degre").data
    assert [row[1] for row in read_cells(shown)[1:]] == ["2", "1", "1", "0"]


# --- pictures, map, menus -------------------------------------------------------------------------------------------
def test_an_actor_is_drawn_inside_only(interne, publique):
    known = interne["acteurs"]["acteur_id"].iloc[0]
    assert "<img" in widgets.show_actor(interne, known).data
    assert "<img" in widgets.show_actor(interne).data  # the one with most partners
    assert "usage interne" in widgets.show_actor(publique, known).data
    with pytest.raises(DiagnosticError):
        widgets.show_actor(interne, "inconnu")
    alone = interne | {"positions": interne["positions"].iloc[:0]}
    assert "Aucun lien déclaré" in widgets.show_actor(alone).data


def test_statements_are_listed_by_state(interne):
    shown = widgets.show_statements(interne, etat="non_mesurable").data
    assert shown.count("<li>") == (interne["constats"]["etat"] == "non_mesurable").sum() > 0
    assert "Aucun constat" in widgets.show_statements(interne, etat="autre").data


def test_a_page_is_a_named_picture(publique):
    shown = widgets.show_page(publique, "liens_entre_champs").data
    assert 'alt="Page « liens entre champs »"' in shown
    assert "data:image/png;base64,iVBORw0KGgo" in shown


def test_a_page_that_cannot_be_drawn_lists_those_that_can(publique):
    shown = widgets.show_page(publique, "<b>").data
    assert "discordance" in shown
    assert "<b>" not in shown


def test_the_map_is_framed_away_from_the_notebook(publique):
    shown = widgets.show_map(publique).value
    assert shown.count("<iframe") == 1
    assert 'sandbox="allow-scripts"' in shown
    page = html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1])
    assert page == way.render_map(publique)
    assert "<script>alert" not in page
    assert "Amap de l" in page
    assert "Lieu tenu secret" not in page


def test_the_menu_of_territories_changes_the_table(publique):
    box = widgets.explore_ressorts(publique)
    menu, shown = box.children[0].children[0], box.children[1]
    assert "CC Auzon Communauté" in dict(menu.options)
    menu.value = "epci:244301099"
    first = read_cells(shown.value)
    menu.value = next(code for name, code in menu.options if code.startswith("departement"))
    assert first[0] == ["Découpage", "Unités", "Interlocuteurs effectifs", "Unité principale", "Sa part d'habitants", "Habitants couverts"]
    assert shown.value.count("<table") == 1
    assert first[1][3] == "CC Auzon Communauté"


def test_the_menus_of_categories_change_the_table(publique):
    box = widgets.explore_categories(publique)
    (territory, state), shown = box.children[0].children, box.children[1]
    territory.value, state.value = "epci:244301099", "absent_verifie"
    assert [row[1] for row in read_cells(shown.value)] == ["Acteurs recensés", "0"]
    state.value = "present"
    assert ["Épiceries sociales et solidaires", "1"] in read_cells(shown.value)


def test_without_ipywidgets_the_reader_is_told_what_to_install(publique, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ipywidgets", None)
    with pytest.raises(DiagnosticError, match="(?s)ipywidgets.*À faire : installez l'option notebooks"):
        widgets.show_map(publique)


# --- files ----------------------------------------------------------------------------------------------------------
def test_files_written_are_listed_and_shown(tmp_path):
    paths = [tmp_path / "publique" / "cartes" / "03_acteurs.png", tmp_path / "publique" / "carte.html"]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('<p title="x">page</p>' + "x" * 2979, encoding="utf-8")
    written = {"fichiers": paths}
    listed = widgets.list_files(written)
    assert listed.to_numpy().tolist() == [["publique", "03_acteurs.png", 3], ["publique", "carte.html", 3]]
    assert 'srcdoc="&lt;p title=&quot;x&quot;' in widgets.show_file(written, "carte").value
    assert 'alt="Page « acteurs »"' in widgets.show_file(written, "acteurs").data
    assert "Noms possibles : acteurs, carte" in widgets.show_file(written, "plan").data


def test_outputs_go_beside_a_dossier_and_never_into_the_example(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(way, "run", lambda folder, *, sortie, editions: asked.append((folder, sortie, editions)))
    monkeypatch.chdir(tmp_path)
    widgets.run_dossier("mon dossier")
    widgets.run_dossier(editions=["interne"])
    assert asked == [("mon dossier", None, ("publique",)), (way.find_example(), "sorties", ["interne"])]


def test_a_dossier_is_opened_for_its_audience(tmp_path):
    dossier = write_dossier(tmp_path / "essai")
    assert "Lieu tenu secret" not in widgets.open_dossier(dossier)["acteurs"]["nom"].tolist()
    assert "Lieu tenu secret" in widgets.open_dossier(dossier, "interne")["acteurs"]["nom"].tolist()


def test_the_example_is_found():
    assert (way.find_example() / "inventaire").is_dir()
