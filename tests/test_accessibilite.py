"""The pages of an edition, for those who do not use a mouse, who zoom, who see few colours or who listen.

axe-core says what a machine can: 0 serious or critical finding in each state of each page. The keyboard is walked from
end to end, and the pages are opened 320 px wide, as a window of 1,280 px read at 400 % is.
"""

import re

import pytest
from injection import narrow_example, read_example, write_dossier
from navigateur import (
    audit,
    keep_capture,
    keep_text,
    launch_chromium,
    list_too_wide,
    open_details,
    open_offline,
    walk_keyboard,
)

from diagnostic import run
from diagnostic.draw.escape import escape_html
from diagnostic.write.offline import inline_assets, write_html

PAGES = ["carte", "fiches_ressorts", "fiches_manques", "constats"]
@pytest.fixture(scope="module")
def chromium():
    with launch_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Write the four pages of the example, on two EPCI, in the edition interne, which shows most; return {name: path}."""
    folder = tmp_path_factory.mktemp("accès, été")
    dossier = write_dossier(narrow_example(read_example()), folder / "dossier")
    shown = run.select_edition(run.measure(dossier), "interne")
    drawn = {
        "carte": run.render_map(shown), "fiches_ressorts": inline_assets(run.draw_sheets(shown)),
        "fiches_manques": inline_assets(run.draw_gaps(shown)), "constats": inline_assets(run.draw_statements(shown)),
    }  # fmt: skip
    return {name: write_html(html, folder / f"{name}.html") for name, html in drawn.items()}


@pytest.fixture(scope="module")
def findings():
    """Gather what axe-core finds in each state, and print it all at the end, grave or not."""
    found = {}
    yield found
    lines = [f"{state} : {len(told)} constat(s)\n" + "".join(f"    {line}\n" for line in told) for state, told in found.items()]
    keep_text("axe-core, par état de page\n" + "".join(lines), "accessibilite_axe")


# --- states ----------------------------------------------------------------------------------------------------------
def search_commune(page):
    page.locator("input[type=search]").first.fill("brioude")
    page.wait_for_timeout(100)


def open_commune(page):
    search_commune(page)
    page.locator("input[type=search]").first.press("Enter")
    page.wait_for_timeout(300)


def choose_last_layer(page):
    open_details(page)
    page.locator("input[name=theme]").last.check()


STATES = [
    ("carte", "ouverture", lambda page: None), ("carte", "tout déplié, autre découpage", choose_last_layer),
    ("carte", "recherche", search_commune), ("carte", "commune ouverte", open_commune),
    ("fiches_ressorts", "ouverture", lambda page: None), ("fiches_ressorts", "recherche", search_commune),
    ("fiches_ressorts", "commune ouverte", open_commune), ("fiches_manques", "ouverture", lambda page: None),
    ("constats", "ouverture", lambda page: None), ("constats", "tout déplié", open_details),
]  # fmt: skip


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name, state, prepare", STATES, ids=lambda value: value if isinstance(value, str) else "")
def test_nothing_grave_is_found(chromium, pages, findings, name, state, prepare, width):
    with open_offline(chromium, pages[name], width=width, height=900) as (page, trace):
        prepare(page)
        findings[f"{name}, {state}, {width} px"], grave = audit(page)
        keep_capture(page, f"acces_{name}_{state.replace(' ', '_').replace(',', '')}_{width}")
        assert grave == []
        assert trace["errors"] == []


def test_a_fault_is_found(chromium, tmp_path):
    """A page with faults: otherwise a wrong option of axe-core would find every page perfect."""
    path = tmp_path / "fautes.html"
    path.write_text("<html><body><img src='data:,'><p style='color:#bbb;background:#fff'>pâle</p><input></body></html>", "utf-8")
    with open_offline(chromium, path) as (page, _):
        _, grave = audit(page)
        assert {line.split()[1] for line in grave} >= {"image-alt", "color-contrast", "label", "html-has-lang"}


# --- keyboard --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PAGES)
def test_tab_reaches_every_control_and_the_focus_is_seen(chromium, pages, name):
    with open_offline(chromium, pages[name]) as (page, trace):
        open_details(page)
        controls, stops = walk_keyboard(page)
        reached = {stop["rank"] for stop in stops}
        assert [control["who"] for control in controls if control["rank"] not in reached] == []
        assert [stop["who"] for stop in stops if not stop["outlined"]] == []
        assert [stop["who"] for stop in stops if not stop["inside"]] == [], "the focus is out of sight"
        assert [stop["who"] for stop in stops if not stop["named"]] == [], "a control without a name"
        keep_text(f"{name} : {len(controls)} commandes, {len(stops)} arrêts de tabulation", f"accessibilite_clavier_{name}")
        assert trace["errors"] == []


def test_the_first_stop_skips_to_the_text(chromium, pages):
    for name in PAGES[1:]:
        with open_offline(chromium, pages[name]) as (page, _):
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.className") == "evitement"
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.id") == "sommaire", name


def test_the_keyboard_opens_a_commune_and_escape_closes_it(chromium, pages):
    with open_offline(chromium, pages["carte"]) as (page, trace):
        page.locator("#recherche").focus()
        page.keyboard.type("brioude")
        page.keyboard.press("Enter")
        page.locator(".leaflet-popup-content h3, .leaflet-popup-content h2").first.wait_for()
        page.keyboard.press("Escape")
        page.wait_for_timeout(300)
        assert page.locator(".leaflet-popup-content").count() == 0
        assert trace["errors"] == []


def test_a_mark_of_the_map_opens_with_enter(chromium, pages):
    with open_offline(chromium, pages["carte"]) as (page, trace):
        mark = page.locator(".marque").first
        assert mark.get_attribute("role") == "button"
        assert mark.get_attribute("aria-label")
        mark.focus()
        page.keyboard.press("Enter")
        page.locator(".leaflet-popup-content").wait_for(timeout=5000)
        assert trace["errors"] == []


@pytest.mark.parametrize("hidden", ["display: none", "height: 40px"])
def test_a_map_opened_where_it_has_no_room_is_drawn_once_it_has(chromium, pages, tmp_path, hidden):
    """In a notebook or an application, the frame of a map may be in a folded part, or not laid out yet, when it loads."""
    path = tmp_path / "cadre.html"
    frame = escape_html(pages["carte"].read_text(encoding="utf-8"))
    path.write_text(f'<iframe id="f" style="width:900px;{hidden}" sandbox="allow-scripts" srcdoc="{frame}"></iframe>', "utf-8")
    with open_offline(chromium, path) as (page, trace):
        page.frame_locator("iframe").locator("#recherche").wait_for(state="attached")
        page.evaluate("document.getElementById('f').style.cssText = 'width:900px;height:640px'")
        page.frame_locator("iframe").locator(".marque").first.wait_for()
        assert page.frame_locator("iframe").locator("path.commune").first.bounding_box()["width"] > 5
        assert trace["errors"] == []


# --- narrow, still, in words -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PAGES)
def test_at_400_percent_the_page_does_not_scroll_sideways(chromium, pages, name):
    with open_offline(chromium, pages[name], width=320, height=256) as (page, trace):
        open_details(page)
        if page.locator("input[type=search]").count():
            open_commune(page)
        keep_capture(page, f"acces_{name}_400", whole=name == "carte")
        assert list_too_wide(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        # Nor may two fingers be forbidden to enlarge it.
        assert not re.search("user-scalable|maximum-scale", page.locator("meta[name=viewport]").get_attribute("content"))
        assert trace["errors"] == []


MOVING = """() => [...document.querySelectorAll('*')].filter((node) => {
  const style = getComputedStyle(node), long = (times) => times.split(',').some((time) => parseFloat(time) > 0.01);
  return (style.animationName !== 'none' && long(style.animationDuration))
    || (style.transitionProperty !== 'none' && long(style.transitionDuration));
}).map((node) => `${node.tagName.toLowerCase()}.${node.className.baseVal ?? node.className}`)"""


@pytest.mark.parametrize("name", PAGES)
def test_who_asks_for_less_motion_gets_none(chromium, pages, name):
    with open_offline(chromium, pages[name]) as (page, _):
        if page.locator("input[type=search]").count():
            open_commune(page)
        assert sorted(set(page.evaluate(MOVING))) == []


SWATCHES_ALONE = """(nodes) => nodes.filter((node) =>
  !node.closest('li, th, td, label, figure, p, span:not(.pastille)')?.textContent.trim()).length"""


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_told_in_order(chromium, pages, name):
    """French, titled, one h1, one main; a table has headings; a colour is never alone: each swatch has words beside it."""
    with open_offline(chromium, pages[name]) as (page, _):
        assert page.locator("html").get_attribute("lang") == "fr"
        assert page.title() == page.locator("h1").inner_text()
        assert [page.locator(tag).count() for tag in ("h1", "main", "table:not(:has(th))")] == [1, 1, 0]
        alone = page.locator(".pastille").evaluate_all(SWATCHES_ALONE)
        assert alone == 0
