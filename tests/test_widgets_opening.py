"""Opening a dossier in a notebook: which one, for whom, what can be chosen in it, rows with names."""

import pytest
from carnets import AUZON, measure_small, open_small, read_cells
from petit_dossier import write_dossier

from diagnostic import run as way
from diagnostic import widgets
from diagnostic.errors import DiagnosticError
from diagnostic.widgets.opening import choose_start, list_choices


@pytest.fixture
def publique():
    return open_small("publique")


@pytest.fixture
def interne():
    return open_small("interne")


# --- which dossier --------------------------------------------------------------------------------------------------
def test_a_dossier_is_opened_for_its_audience(tmp_path):
    dossier = write_dossier(tmp_path / "essai")
    assert "Lieu tenu secret" not in widgets.open_dossier(dossier)["acteurs"]["nom"].tolist()


@pytest.mark.parametrize(
    ("given", "variable", "opened"), [("ici", "là", "ici"), ("", "là", "là"), ("", "", "exemple"), ("ici", "", "ici")]
)
def test_the_cell_comes_first_then_the_variable_then_the_example(monkeypatch, given, variable, opened):
    monkeypatch.setenv("DIAGNOSTIC_DOSSIER", variable)
    monkeypatch.setattr(way, "find_example", lambda: "exemple")
    monkeypatch.setattr(way, "measure", lambda folder: folder)
    monkeypatch.setattr(way, "select_edition", lambda folder, edition: (folder, edition))
    assert widgets.open_dossier(given, "interne") == (opened, "interne")


def test_outputs_go_beside_a_dossier_and_never_into_the_example(tmp_path, monkeypatch):
    asked = []
    monkeypatch.delenv("DIAGNOSTIC_DOSSIER", raising=False)
    monkeypatch.setattr(way, "run", lambda folder, *, sortie, editions: asked.append((folder, sortie, editions)))
    monkeypatch.chdir(tmp_path)
    widgets.run_dossier("mon dossier")
    widgets.run_dossier(editions=["interne"])
    monkeypatch.setenv("DIAGNOSTIC_DOSSIER", "un autre")
    widgets.run_dossier()
    assert asked == [
        ("mon dossier", None, ("publique",)), (way.find_example(), "sorties", ["interne"]), ("un autre", None, ("publique",)),
    ]  # fmt: skip


# --- what can be chosen ---------------------------------------------------------------------------------------------
def test_only_what_the_dossier_holds_can_be_chosen(publique):
    choices = list_choices(publique)
    assert choices["TERRITOIRE"][AUZON] == "CC Auzon Communauté"
    assert choices["SEUIL_KM"].to_dict() == {5.0: "5 km", 15.0: "15 km"}
    # Two declared complete, and those of the actors that the public may see; nothing else of the guide's 170.
    assert {"evs", "epicerie_sociale", "centre_social", "ccas"} == set(choices["CATEGORIE"].index)
    assert choices["CATEGORIE"].tolist() == sorted(choices["CATEGORIE"], key=lambda name: name.replace("É", "E").casefold())
    assert choices["COUCHE"].empty, "one EPCI is in one unit of each layer: nothing to compare"


def test_an_empty_choice_is_where_a_menu_opens(publique):
    assert choose_start(publique, "TERRITOIRE") == "perimetre"
    assert choose_start(publique, "COUCHE") is None
    assert choose_start(publique, "SEUIL_KM") == 15.0
    assert choose_start(publique, "SEUIL_KM", 5) == 5
    assert choose_start(publique, "CATEGORIE") in ("epicerie_sociale", "evs"), "a category of which there is something to show"


def test_a_choice_is_named(publique):
    shown = widgets.show_choice(publique, territoire=AUZON, seuil_km=15).data
    assert "CC Auzon Communauté ; 15 km" in shown
    assert "Rien à choisir" in widgets.show_choice(publique, couche="").data


def test_wrong_choices_are_told_together_with_what_exists(publique):
    with pytest.raises(DiagnosticError) as caught:
        widgets.show_choice(publique, territoire="43", categorie="evs", seuil_km=7)
    told = str(caught.value)
    assert "TERRITOIRE inconnu dans ce dossier : « 43 »" in told
    assert "epci:244301099 (CC Auzon Communauté)" in told
    assert "SEUIL_KM inconnu dans ce dossier : « 7 »" in told
    assert "CATEGORIE" not in told


# --- rows of a dossier ----------------------------------------------------------------------------------------------
def test_rows_of_a_territory_come_with_names(interne):
    rows = widgets.choose_rows(interne, "discordance", territoire=AUZON)
    assert set(rows["territoire_nom"]) == {"CC Auzon Communauté"}
    assert rows.set_index("couche").loc["MSA", "couche_nom"] == "Caisses de MSA"
    assert 0 < len(rows) < len(interne["discordance"])
    assert set(widgets.choose_rows(interne, "discordance", territoire="")["territoire_id"]) == {"perimetre"}


def test_rows_indexed_by_actor_come_with_names(interne):
    rows = widgets.choose_rows(interne, "positions").set_index("acteur_id")
    assert rows.loc["b", "acteur_nom"] == "Épicerie de l'essai"


# --- who may see what -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["liens_a_verifier", "bilan_liens", "problemes", "positions"])
def test_an_internal_table_is_not_shown_in_another_edition(name):
    for edition in ("publique", "partenaires"):
        shown = widgets.show_internal(way.select_edition(measure_small(), edition), name, {"colonne": "Colonne"}).data
        assert "usage interne" in shown
        assert "<table" not in shown


def test_links_to_check_are_shown_inside(interne):
    shown = widgets.show_internal(interne, "liens_a_verifier", {"acteur_a_nom": "A", "acteur_b_nom": "B"}).data
    assert ["Amap de l'essai", "Lieu tenu secret"] in [sorted(row) for row in read_cells(shown)]


def test_an_internal_table_is_ordered_largest_first(interne):
    shown = widgets.show_internal(interne, "positions", {"acteur_id": "Id", "degre": "Degré"}, order="degre").data
    assert [row[1] for row in read_cells(shown)[1:]] == ["2", "1", "1", "0"]
