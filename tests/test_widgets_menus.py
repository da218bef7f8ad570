"""Menus over panels: only what a choice changes is told again, an error is read in place, an exported page keeps what was shown."""

import pandas as pd
import pytest
from carnets import list_menus, list_panels
from IPython.display import HTML
from navigateur import launch_chromium

from diagnostic.errors import DiagnosticError
from diagnostic.widgets.menus import MOST_STILL, build_menus, build_widget

TOWNS = pd.Series({"a": "Ambert", "b": "Brioude"})
STEPS = pd.Series({5.0: "5 km", 10.0: "10 km"})


@pytest.fixture
def told():
    return []


@pytest.fixture
def box(told):
    def tell_town(town):
        told.append(("ville", town))
        return HTML(f"<p>{TOWNS[town]}</p>")

    def tell_both(town, step):
        told.append(("deux", town, step))
        return f"<p>{TOWNS[town]} à {step:g} km</p>"

    return build_menus({"Ville": TOWNS, "Seuil": STEPS}, [(["Ville"], tell_town), (["Ville", "Seuil"], tell_both)], start={"Seuil": 10.0})


def test_menus_open_on_their_start_and_panels_are_filled(box, told):
    menus = list_menus(box)
    assert {title: menu.label for title, menu in menus.items()} == {"Ville": "Ambert", "Seuil": "10 km"}
    assert [panel.value for panel in list_panels(box)] == ["<p>Ambert</p>", "<p>Ambert à 10 km</p>"]
    assert told == [("ville", "a"), ("deux", "a", 10.0)]


def test_a_choice_redraws_only_what_depends_on_it_and_once(box, told):
    menus, panels = list_menus(box), list_panels(box)
    told.clear()
    menus["Seuil"].value = 5.0
    assert told == [("deux", "a", 5.0)]
    menus["Ville"].value = "b"
    assert [panel.value for panel in panels] == ["<p>Brioude</p>", "<p>Brioude à 5 km</p>"]
    told.clear()
    menus["Ville"].value = "a"
    assert panels[1].value == "<p>Ambert à 5 km</p>"
    assert told == [], "already told: kept"


def test_labels_are_neither_cut_nor_read_as_html(box):
    menu = list_menus(box)["Ville"]
    assert menu.description == "Ville :"
    assert menu.style.description_width == "initial"
    assert menu.layout.width == "min(100%, 34rem)"
    assert not menu.description_allow_html
    assert box.children[0].layout.flex_flow == "row wrap"


def test_a_start_that_is_no_choice_is_the_first():
    box = build_menus({"Ville": TOWNS}, [(["Ville"], str)], start={"Ville": "z"})
    assert list_menus(box)["Ville"].value == "a"


def test_nothing_to_choose_from_is_said_and_not_an_error():
    shown = build_menus({"Ville": TOWNS, "Découpage": TOWNS.iloc[:0]}, [(["Ville"], str)])
    assert "ne donne rien à choisir ici (découpage)" in shown.value


def test_an_error_is_read_in_the_panel_and_not_lost_in_a_log():
    def tell(town):
        if town == "b":
            raise DiagnosticError("Rien <ici>.", "feuille liens", "remplissez-la")
        return "bien"

    box = build_menus({"Ville": TOWNS}, [(["Ville"], tell)])
    list_menus(box)["Ville"].value = "b"
    assert "Rien &lt;ici&gt;." in list_panels(box)[0].value
    assert "remplissez-la" in list_panels(box)[0].value


# --- what is left where there is no kernel ---------------------------------------------------------------------------
def display_it(shown, monkeypatch):
    """Return the pieces that displaying `shown` puts out: [mime bundle or HTML]."""
    put = []
    monkeypatch.setattr("IPython.display.display", lambda piece, raw=False: put.append(piece if raw else piece.data))
    shown._ipython_display_()
    return put


def test_displayed_it_is_alive_and_leaves_what_it_shows(box, monkeypatch):
    list_menus(box)["Ville"].value = "b"
    alive, still = display_it(box, monkeypatch)
    assert "application/vnd.jupyter.widget-view+json" in alive
    assert "Ville : Brioude" in still
    assert "<p>Brioude à 10 km</p>" in still


def test_a_page_too_heavy_to_be_left_is_said(monkeypatch):
    still = display_it(build_widget("x" * (MOST_STILL + 1)), monkeypatch)[1]
    assert len(still) < 1000
    assert "ouvrez le fichier" in still


def test_in_the_application_nothing_is_left(box, monkeypatch):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    assert len(display_it(box, monkeypatch)) == 1


def test_an_exported_page_without_network_shows_what_the_menus_showed(tmp_path):
    nbclient, nbconvert, nbformat = (pytest.importorskip(name) for name in ("nbclient", "nbconvert", "nbformat"))
    source = (
        "import pandas as pd\nfrom diagnostic.widgets.menus import build_menus\n"
        "build_menus({'Ville': pd.Series({'a': 'Ambert', 'b': 'Brioude'})}, [(['Ville'], lambda town: f'<p id=\"dit\">choix {town}</p>')])"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    page, _ = nbconvert.HTMLExporter(exclude_input=True).from_notebook_node(notebook)
    path = tmp_path / "carnet d'été.html"
    path.write_text(page, encoding="utf-8")
    with launch_chromium() as browser:
        context = browser.new_context()
        context.set_offline(True)
        opened = context.new_page()
        opened.goto(path.as_uri())
        shown = opened.locator("#dit")
        assert shown.count() == 1
        assert shown.is_visible()
        # Where a live widget is in the page, what was left is hidden: nothing is said twice.
        opened.evaluate("document.body.insertAdjacentHTML('beforeend', '<div class=widget-vbox></div>')")
        assert not shown.is_visible()
