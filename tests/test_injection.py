"""Nothing that an inventory holds ever runs: payload x place, each place really visited, each text really shown.

The dossier is the example narrowed to two EPCI, with the payloads of `injection.PAYLOADS` in its cells; it goes the whole
way through `run.run`. A page without escaping, and a table of contexts, prove that the payloads do run where they can.
"""

import io
import os
import re
import shutil
import subprocess
import zipfile
from collections import defaultdict
from types import SimpleNamespace

import injection
import jinja2
import openpyxl
import pytest
from matplotlib.figure import Figure
from navigateur import ACTIVE_ATTRIBUTES, keep_capture, keep_text, launch_chromium, open_details, open_watched

from diagnostic import run, widgets
from diagnostic.draw import templates
from diagnostic.write.figures import render_pdf, render_svg

NAMES = injection.NAMES
LAYERS = ["couche.libelle", "unite.nom"]
QUIET = {"requests": [], "errors": [], "ran": [], "left": []}


@pytest.fixture(scope="module")
def chromium():
    with launch_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    """Write the poisoned dossier, go the whole way, and return its folder of outputs, its sheets and its tables as shown."""
    sheets = injection.poison_example(injection.narrow_example(injection.read_example()))
    folder = injection.write_dossier(sheets, tmp_path_factory.mktemp("empoisonné, d'été"))
    live = injection.write_live_rows(folder.parent / "hinaura.json")
    if live:
        run.import_source("hinaura", folder.parent / "hinaura.json", folder)
    views = {}
    with pytest.MonkeyPatch.context() as patch:
        # The tables are taken as they pass, rather than measured a second time.
        written = run.write_editions
        patch.setattr(run, "write_editions", lambda shown, *args, **named: (views.update(shown), written(shown, *args, **named))[1])
        run.run(folder, editions=("interne",))
    return SimpleNamespace(folder=folder / "sorties" / "interne", sheets=sheets, shown=views["interne"], live=live)


@pytest.fixture(scope="module")
def journal():
    """Gather what each visited place showed and what ran there; print the table payload x place at the end."""
    journal = Journal()
    yield journal
    keep_text(journal.draw(), "injection")


class Journal:
    """What was seen and what ran, place by place."""

    def __init__(self):
        self.shown, self.ran, self.taken = {}, defaultdict(list), 0

    def note(self, place, cell, text, trace=None):
        """Note the payloads of `cell` that `text` shows, and what ran since the last note of this page."""
        self.shown[place, cell] = injection.find_shown(text, cell)
        if trace:
            self.ran[place, cell] += trace["ran"][self.taken :]
            self.taken = len(trace["ran"])

    def draw(self):
        """Return the table: one line a payload, one column a place; « vu » when shown as text, then how many times it ran."""
        places = list(self.shown)
        lines = [f"{len(NAMES)} textes x {len(places)} endroits ; 1 : montré tel quel, . : non montré là, ! : exécuté"]
        lines += [f"{number:>3}. {place} <- {cell} : {len(self.shown[place, cell])} montrés, {len(self.ran[place, cell])} exécutés"
                  for number, (place, cell) in enumerate(places, start=1)]  # fmt: skip
        lines.append(" " * 21 + " ".join(f"{number:>2}" for number in range(1, len(places) + 1)))
        for name in NAMES:
            cells = ["!" if name in [injection.read_mark(mark)[0] for mark in self.ran[key]] else "1" if name in self.shown[key] else "."
                     for key in places]  # fmt: skip
            lines.append(f"{name:<20} " + " ".join(f"{cell:>2}" for cell in cells))
        return "\n".join(lines)


# Pages that name the first of a list only: how many payloads they must show at least.
SOME = {
    ("carte, listes déroulantes", "dispositif.nom"): 20, ("fiches_manques, main", "dispositif.nom"): 3,
    ("constats, main", "acteur.nom"): 10, ("constats, main", "dispositif.nom"): 20, ("carnet, constats", "dispositif.nom"): 20,
    ("carnet, profil d'un territoire", "unite.nom"): 5,
    ("pages imprimées, SVG", "unite.nom"): 23,  # a word longer than a line is cut in two
}  # fmt: skip


def check_shown(journal, pages):
    """Fail unless every place of these pages showed every payload, and nothing ran there: else nothing would be proved."""
    for place, cell in [key for key in journal.shown if key[0].startswith(pages)]:
        missing = sorted(set(NAMES) - journal.shown[place, cell])
        assert len(missing) <= len(NAMES) - SOME.get((place, cell), len(NAMES)), (place, cell, missing)
        assert journal.ran[place, cell] == []


# --- the map ---------------------------------------------------------------------------------------------------------
def search(page, text):
    page.locator("#recherche").fill(text.replace("\u2028", ""))
    return "\n".join(page.locator("#recherche + ul").all_inner_texts())


def visit_actor(page, payload):
    """Search an actor, open its popup, then put the mouse on its mark; return what each showed."""
    found = search(page, payload)
    page.locator("#recherche").press("Enter")
    open_details(page)
    told = page.locator(".leaflet-popup-content").inner_text()
    page.keyboard.press("Escape")
    ground = page.locator(".leaflet-container").bounding_box()
    # The search has put the actor in the middle of the map; the foot of the popup stands just above.
    page.mouse.move(ground["x"] + 5, ground["y"] + 5)
    page.mouse.move(ground["x"] + ground["width"] / 2, ground["y"] + ground["height"] / 2 + 3)
    pointed = page.locator(".leaflet-tooltip").all_inner_texts()
    return found, told, [*pointed, page.evaluate(POINT_AT_ALL, ".marque")]


# A tooltip opens at once: every shape of a kind is pointed at, one after the other, and what it says is read.
POINT_AT_ALL = """(shapes) => [...document.querySelectorAll(shapes)].map((shape) => {
  shape.dispatchEvent(new MouseEvent('mouseover', { bubbles: true, clientX: 300, clientY: 400 }));
  const told = [...document.querySelectorAll('.leaflet-tooltip')].map((node) => node.innerText).join(' | ');
  shape.dispatchEvent(new MouseEvent('mouseout', { bubbles: true }));
  return told;
}).join('\\n')"""


def test_the_map_shows_and_runs_nothing(chromium, poisoned, journal):
    with open_watched(chromium, poisoned.folder / "carte.html") as (page, trace):
        journal.taken = 0
        journal.note("carte, titre", "titre", page.locator("h1").inner_text(), trace)
        assert injection.find_shown(page.title(), "titre") == set(NAMES)
        open_details(page)
        journal.note("carte, sources", "couche.source", page.locator("#sources").inner_text(), trace)
        journal.note("carte, filtres", "categorie.libelle", page.locator("#panneau").inner_text(), trace)
        journal.note("carte, types de liens", "lien.type", page.locator("#panneau").inner_text(), trace)
        for cell in ("couche.libelle", "couche.source"):
            journal.note("carte, tableau des couches", cell, page.locator("#panneau table").inner_text(), trace)
        options = "\n".join(page.locator("option").all_text_contents())
        for cell in ("couche.libelle", "dispositif.nom"):
            journal.note("carte, listes déroulantes", cell, options, trace)
        keep_capture(page, "injection_carte")
        visit_layers(page, journal, trace)
        visit_communes(page, poisoned, journal, trace)
        visit_actors(page, journal, trace)
        visit_links(page, journal, trace)
        field = page.locator("#recherche")
        typed = "\n".join(search(page, text) + field.input_value() for text in injection.list_payloads("saisie").values())
        journal.note("carte, saisie", "saisie", typed, trace)
        assert "rien de ce nom" in typed.casefold()
        assert page.evaluate(ACTIVE_ATTRIBUTES) == []
        assert page.locator("img:not([src^='data:image/'])").count() == 0
        assert trace == QUIET
    check_shown(journal, "carte, ")


def visit_layers(page, journal, trace):
    """Show each layer, then compare it with each other one; read the legend, the comparison and the table of the map."""
    legends, tables, compared = [], [], []
    for theme in page.locator("input[name=theme]").all():
        theme.check()
        legends.append(page.locator("#legende").inner_text())
        tables.append(page.locator("#tableau").inner_text())
    for choice in page.locator("#comparer option").all():
        page.locator("#comparer").select_option(choice.get_attribute("value"))
        compared.append(page.locator("#comparaison").inner_text())
    for cell in LAYERS:
        journal.note("carte, légende", cell, "\n".join(legends), trace)
        journal.note("carte, tableau de la carte", cell, "\n".join(tables), trace)
    journal.note("carte, comparaison", "couche.libelle", "\n".join(compared), trace)
    for menu in ("#filtre-dispositif", "#filtre-stade"):
        for choice in page.locator(f"{menu} option").all()[::-1]:
            page.locator(menu).select_option(choice.get_attribute("value"))


def visit_communes(page, poisoned, journal, trace):
    """Open « Qui intervient ici » of one commune of each unit, and hover the commune."""
    told, hovered = [], []
    units = poisoned.sheets["ressorts"].drop_duplicates(["couche", "unite_id"])
    for name in poisoned.shown["communes"]["nom"].reindex(units["code_insee"]):
        search(page, name)
        page.locator("#recherche").press("Enter")
        open_details(page)
        told.append(page.locator(".leaflet-popup-content").inner_text())
        page.keyboard.press("Escape")
    for theme in page.locator("input[name=theme]").all():
        theme.check()
        hovered.append(page.evaluate(POINT_AT_ALL, "path.commune"))
    for cell in LAYERS:
        journal.note("carte, fenêtre d'une commune", cell, "\n".join(told), trace)
    journal.note("carte, infobulle d'une commune", "unite.nom", "\n".join(hovered), trace)


def visit_actors(page, journal, trace):
    found, told, hovered = [], [], []
    for name in NAMES:
        listed, opened, pointed = visit_actor(page, injection.write_payload(name, "acteur.nom"))
        found.append(listed)
        told.append(opened)
        hovered += pointed
    keep_capture(page, "injection_carte_acteur")
    journal.note("carte, résultats de recherche", "acteur.nom", "\n".join(found), trace)
    for cell in ("acteur.nom", "acteur.source", "acteur.theme"):
        journal.note("carte, fenêtre d'un acteur", cell, "\n".join(told), trace)
    journal.note("carte, infobulle d'un acteur", "acteur.nom", "\n".join(hovered), trace)


def visit_links(page, journal, trace):
    for box in page.locator("#panneau label:has(svg) input").all():
        box.check()
    journal.note("carte, infobulle d'un lien", "lien.type", page.evaluate(POINT_AT_ALL, "path.trait-lien"), trace)


def test_a_live_row_of_open_data_stays_a_text(chromium, poisoned):
    """A visitor counter pasted in a published inventory: imported like any row, it counts nobody."""
    if not poisoned.live:
        pytest.skip("no folder ../shared/data beside the repository: the live row of open data is not checked")
    # Its first words, on one line, as they are typed in a search.
    typed = " ".join(poisoned.live.split())[:40]
    with open_watched(chromium, poisoned.folder / "carte.html") as (page, trace):
        assert "espace public numérique" in search(page, typed).casefold()
        page.locator("#recherche").press("Enter")
        told = page.locator(".leaflet-popup-content").inner_text()
        assert "<script> !function(f,b,e,v,n,t,s)" in " ".join(told.split())
        keep_capture(page, "injection_hinaura")
        assert trace == QUIET


# --- the three other pages -------------------------------------------------------------------------------------------
PAGES = {
    "fiches_ressorts": {"titre": "h1", "territoire.nom": "body", "couche.libelle": "body", "couche.source": "body", "unite.nom": "body"},
    "fiches_manques": {"titre": "h1", "dispositif.nom": "main"},
    "constats": {"titre": "h1", "acteur.nom": "main", "dispositif.nom": "main", "decision.constat": "main", "decision.levier": "main"},
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_show_and_run_nothing(chromium, poisoned, journal, name):
    with open_watched(chromium, poisoned.folder / f"{name}.html") as (page, trace):
        journal.taken = 0
        open_details(page)
        for cell, place in PAGES[name].items():
            journal.note(f"{name}, {place}", cell, page.locator(place).inner_text(), trace)
        keep_capture(page, f"injection_{name}")
        if page.locator("#commune").count():
            visit_sheets(page, poisoned, journal, trace)
        check_shown(journal, name)
        for link in page.locator("a[href^='#']").all()[:12]:
            link.focus()
        assert page.evaluate(ACTIVE_ATTRIBUTES) == []
        assert page.locator("img:not([src^='data:image/'])").count() == 0
        assert trace == QUIET


def visit_sheets(page, poisoned, journal, trace):
    """Ask the sheets of jurisdictions who intervenes in one commune of each unit, then for what no commune is called."""
    told, typed = [], []
    units = poisoned.sheets["ressorts"].drop_duplicates(["couche", "unite_id"])
    for code in units["code_insee"]:
        page.locator("#commune").fill(code)
        page.locator("#trouvees button").first.click()
        told.append(page.locator("#reponse").inner_text())
    for cell in LAYERS:
        journal.note("fiches_ressorts, réponse", cell, "\n".join(told), trace)
    for name in NAMES:
        page.locator("#commune").fill(injection.write_payload(name, "saisie"))
        typed.append(page.locator("#trouvees").inner_text() + page.locator("#commune").input_value())
    journal.note("fiches_ressorts, saisie", "saisie", "\n".join(typed), trace)
    assert all(text.startswith("Aucune commune") for text in typed)


# --- the notebooks ---------------------------------------------------------------------------------------------------
def show_notebook(shown):
    """Return what the functions of the notebooks show of a dossier, as pieces of HTML: {what: (cell, HTML)}."""
    actors = {"nom": "Nom", "sigle": "Sigle", "source": "Source", "commune": "Commune"}
    headings = {"nom": " ".join(injection.list_payloads("titre").values())}
    said = list(injection.list_payloads("saisie").values())
    pieces = {
        "tableau": ("acteur.nom", widgets.show_table(widgets.choose_rows(shown, "acteurs"), actors, lines=400)),
        "titres de colonnes": ("titre", widgets.show_table(widgets.choose_rows(shown, "acteurs"), headings, lines=1)),
        "tableau des unités": ("unite.nom", widgets.show_table(widgets.choose_rows(shown, "unites"), {"unite_nom": "Unité"}, lines=400)),
        "tableau réservé": ("dispositif.nom", widgets.show_internal(shown, "dispositifs", {"nom": "Nom"}, lines=60)),
        "phrases": ("saisie", widgets.show_sentences(said)),
        "page inconnue": ("saisie", widgets.show_page(shown, " ".join(said))),
        "constats": ("dispositif.nom", widgets.show_internal(shown, "constats_details", {"nom": "Nom"}, lines=900)),
        "profil d'un territoire": ("unite.nom", widgets.explore_ressorts(shown).children[1]),
        "carte en cadre": ("titre", widgets.show_map(shown)),
    }  # fmt: skip
    return {name: (cell, piece.data if hasattr(piece, "data") else piece.value) for name, (cell, piece) in pieces.items()}


def test_the_notebooks_show_and_run_nothing(chromium, poisoned, journal, tmp_path):
    pieces = show_notebook(poisoned.shown)
    path = tmp_path / "carnet.html"
    # As a notebook exported to HTML holds them: parsed with the page, so that anything alive in them runs.
    body = "\n".join(f"<section id='p{number}'>{html}</section>" for number, (_, html) in enumerate(pieces.values()))
    path.write_text(f"<!DOCTYPE html><html lang='fr'><meta charset='utf-8'><title>Carnet</title><body>{body}</body></html>", "utf-8")
    with open_watched(chromium, path) as (page, trace):
        journal.taken = 0
        page.frame_locator("iframe").locator("h1").wait_for()
        for number, (name, (cell, _)) in enumerate(pieces.items()):
            scope = page.frame_locator("iframe").locator("h1") if name == "carte en cadre" else page.locator(f"#p{number}")
            journal.note(f"carnet, {name}", cell, scope.inner_text(), trace)
        # As a notebook in use puts them in: after the page, through innerHTML.
        page.evaluate("document.querySelectorAll('section:not(:has(iframe))').forEach((part) => { part.innerHTML = part.innerHTML; })")
        page.wait_for_timeout(300)
        keep_capture(page, "injection_carnet")
        check_shown(journal, "carnet")
        assert page.evaluate(ACTIVE_ATTRIBUTES) == []
        assert trace == QUIET


# --- printed pages and files -----------------------------------------------------------------------------------------
PRINTED = ["mille-feuille", "ressort_fictifcas", "ressort_fictifmsaterritoires", "categories", "stades"]


def test_the_printed_pages_hold_text_and_no_code(chromium, poisoned, journal, tmp_path):
    """A page drawn to SVG keeps its text as text, opened in a browser like any page, and `$` opens no formula there."""
    told, pages = [], run.list_pages(poisoned.shown)
    for asked in PRINTED:
        path = tmp_path / f"{asked}.svg"
        path.write_bytes(render_svg(pages[asked]()))
        with open_watched(chromium, path) as (page, trace):
            told += page.locator("text").evaluate_all("nodes => nodes.map((node) => node.textContent)")
            assert page.evaluate(ACTIVE_ATTRIBUTES) == []
            assert trace == QUIET, asked
    for cell in ("couche.source", "unite.nom"):
        journal.note("pages imprimées, SVG", cell, "\n".join(told))
    check_shown(journal, "pages imprimées")


def test_a_printed_pdf_holds_no_action(poisoned, journal, tmp_path):
    path = tmp_path / "mille-feuille.pdf"
    content = render_pdf(run.list_pages(poisoned.shown)["mille-feuille"]())
    path.write_bytes(content)
    assert not re.search(rb"/(JavaScript|JS|OpenAction|AA|URI|Launch|EmbeddedFile)\b", content)
    if shutil.which("pdftotext") is None:
        assert os.environ.get("CI") != "true", "poppler is needed in continuous integration"
        pytest.skip("pdftotext is not installed: the text of the PDF is not checked")
    told = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, timeout=60).stdout.decode()
    journal.note("pages imprimées, PDF", "couche.source", told)
    check_shown(journal, "pages imprimées, PDF")


# What the workbook names in full; a title, a layer, a unit, a theme come back in several sheets.
BOOK = ["acteur.nom", "acteur.source", "acteur.theme", "dispositif.nom", "couche.libelle", "couche.source", "unite.nom"]


def test_the_workbook_holds_text_and_no_formula(poisoned, journal):
    path = poisoned.folder / "diagnostic.xlsx"
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    links = [cell.hyperlink.target for cell in cells if cell.hyperlink and cell.hyperlink.target]
    assert [link for link in links if not link.startswith(("http:", "https:"))] == []
    text = "\n".join(str(cell.value) for cell in cells if cell.data_type == "s")
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
    for cell in BOOK:
        journal.note("classeur", cell, text)
    check_shown(journal, "classeur")
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


# --- the payloads are alive, and a page without escaping is caught ---------------------------------------------------
CONTENT, QUOTED, APOSTROPHES = "<p>%s</p>", '<p title="%s">x</p>', "<p title='%s'>x</p>"
LINK, LITERAL, STRING = '<a href="%s">x</a>', "<script>`%s`</script>", '<script>"%s"</script>'
# Text that a script puts into the page as HTML: read back from an attribute, or from a string of JavaScript.
READ_BACK = '<p id="x" title="%s"></p><script>x.innerHTML = x.title</script>'
FROM_STRING = '<p id="x"></p><script>x.innerHTML = "%s"</script>'
# Where each payload runs when it is written as it is.
ALIVE = {
    "image": CONTENT, "script": CONTENT, "sortie de script": STRING, "gabarit JS": LITERAL, "accents graves": LITERAL,
    "attribut double": QUOTED, "attribut simple": APOSTROPHES, "gestionnaire": QUOTED, "gestionnaire simple": APOSTROPHES,
    "adresse javascript": LINK, "adresse data": "<iframe src='%s'></iframe>", "cadre srcdoc": CONTENT, "entités": READ_BACK,
    "ligne U+2028": STRING, "JSON": """<script>[{a: "\\%s</script>""", "échappement": FROM_STRING,
    "style": "<style>p{color:%s}</style>", "titre": "<title>%s</title>",
    "commentaire": "<!-- %s",
}  # fmt: skip


@pytest.mark.parametrize("name", ALIVE)
def test_each_payload_runs_where_nothing_escapes_it(chromium, tmp_path, name):
    """Otherwise a payload that runs nowhere would pass everywhere."""
    path, payload = tmp_path / "vif.html", injection.write_payload(name, "saisie")
    path.write_text(f"<meta charset='utf-8'>{ALIVE[name].replace('%s', payload)}", "utf-8")
    with open_watched(chromium, path) as (page, trace):
        page.evaluate("document.querySelectorAll('a').forEach((link) => link.click())")
        page.evaluate("document.querySelectorAll('p').forEach((p) => p.dispatchEvent(new MouseEvent('mouseover')))")
        page.wait_for_timeout(50)
        assert {injection.read_mark(mark) for mark in trace["ran"]} == {(name, "saisie")}


def test_the_others_act_where_they_are_meant_to(tmp_path):
    """No browser runs these: a template engine, a spreadsheet, a formula of matplotlib, a reader of markdown do."""
    value = injection.write_payload("jinja, valeur", "saisie")
    assert jinja2.Template(value).render() == str(7 * int(re.search(r"\d+", value)[0]))
    assert jinja2.Template(injection.write_payload("jinja, bloc", "saisie")).render() == "lu"
    book = openpyxl.Workbook()
    book.active["A1"] = injection.write_payload("formule", "saisie")
    assert book.active["A1"].data_type == "f"
    figure = Figure()
    figure.text(0, 0, injection.write_payload("formule mathtext", "saisie"))
    with pytest.raises(ValueError, match="frac"):
        figure.savefig(io.BytesIO(), format="svg")
    assert set(ALIVE) | {"jinja, valeur", "jinja, bloc", "formule", "formule mathtext", "lien markdown"} == set(NAMES)


def test_a_page_without_escaping_is_caught(chromium, poisoned, tmp_path, monkeypatch):
    """The same page of the same dossier, its one escaping function put out: the guards must all see it."""
    monkeypatch.setattr(templates, "escape_html", str)
    path = tmp_path / "constats.html"
    path.write_text(run.draw_statements(poisoned.shown | {"titre": "Sans échappement"}), "utf-8")
    with open_watched(chromium, path) as (page, trace):
        page.wait_for_timeout(300)
        ran = {injection.read_mark(mark)[0] for mark in trace["ran"]}
        # What follows the one that opens a comment is lost: the others are those written before it.
        assert len(ran) >= 5, ran
        assert page.evaluate(ACTIVE_ATTRIBUTES) != []
        assert trace["requests"]
        shown = injection.find_shown(page.locator("body").inner_text(), "acteur.nom")
        assert not {"image", "script"} & shown


def test_a_map_that_builds_its_nodes_from_html_is_caught(chromium, poisoned, tmp_path):
    """The map as written, but text given to innerHTML instead of text nodes: the search of one actor is enough to run it."""
    html, safe = (poisoned.folder / "carte.html").read_text("utf-8"), "node.append(...children.filter("
    assert html.count(safe) == 1
    parse = "document.createRange().createContextualFragment(child)"
    unsafe = f"children = children.map((child) => typeof child === 'string' ? {parse} : child);"
    path = tmp_path / "carte.html"
    path.write_text(html.replace(safe, f"{unsafe} {safe}"), "utf-8")
    with open_watched(chromium, path) as (page, trace):
        visit_actor(page, injection.write_payload("image", "acteur.nom"))
        page.wait_for_timeout(300)
        ran = {injection.read_mark(mark) for mark in trace["ran"]}
        assert ("image", "acteur.nom") in ran
        assert len({name for name, _ in ran}) >= 5
