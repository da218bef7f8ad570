"""The page of the communes in a real browser, network cut: search, addresses, keyboard, paper, axe-core, hostile names."""

import re

import injection
import pytest
from jouets_besoins import make_tables, measure_toy
from navigateur import audit, keep_capture, launch_chromium, list_too_wide, open_offline, open_watched, walk_keyboard
from test_report_plea import JARGON

from diagnostic.draw.charter import Charter, use_charter
from diagnostic.draw.commune_page import draw_commune_page
from diagnostic.write.offline import inline_assets, write_html

SHOP = {"categorie": "epicerie_sociale"}
QUIET = {"requests": [], "errors": []}


@pytest.fixture(scope="module")
def chromium():
    with launch_chromium() as browser:
        yield browser


def draw(tables, **said):
    said = {"titre": "Essai d'été", "sources": ["Une source"], "date": "21/11/2026"} | said
    return inline_assets(draw_commune_page(*measure_toy(tables), **said))


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    tables = make_tables(
        SHOP | {"nom": "L'Épicerie"}, {"categorie": "ccas", "code_insee": "43002", "territoires": ("1",), "nom": "CCAS du Bé"},
        couverture=[("epci:1", "epicerie_sociale", "complet")], couches=[("CAF", "Les Caf")],
        affectation=[("43001", "CAF", "F", 1.0), ("43002", "CAF", "F", 1.0)],
        dispositifs=[{"dispositif_id": "p", "nom": "Le PAT", "type": "PAT", "territoires": ("1",), "porteur_id": "a0"}],
    )  # fmt: skip
    return write_html(draw(tables), tmp_path_factory.mktemp("communes, d'été") / "communes.html")


def read(page, selector="#feuille"):
    return " ".join(page.locator(selector).inner_text().replace("\u202f", " ").replace("\xa0", " ").split())


def go(page, code):
    page.evaluate(f"location.hash = '#{code}'")
    page.wait_for_function(f"document.querySelector('.faits')?.textContent.includes('{code}')")


def test_a_commune_has_an_address_and_says_the_three_states(chromium, plain):
    with open_offline(chromium, plain) as (page, trace):
        assert page.locator("#feuille").is_hidden()
        go(page, "43002")
        told = read(page)
        assert "Vous habitez Le Bé 500 habitants · CC Une · code Insee 43002" in told
        assert "Ici CCAS du Bé Libellé ccas" in told
        assert "Plus proche L'Épicerie Aa, à 10 km à vol d'oiseau · Libellé epicerie_sociale" in told
        assert "Le relevé est complet et n'en connaît aucun dans la commune : libellé epicerie_sociale." in told
        assert "Non renseigné, nous ne savons pas : " in told and "Dispositif : Le PAT, porté par L'Épicerie." in told
        assert "Unité F lieu non renseigné · Les Caf" in told
        assert "nous ne savons pas s'il y en a" in told  # a need without any answer
        assert not JARGON.search(told) and page.title() == "Le Bé : qui s'occupe de quoi ?"
        go(page, "63004")
        assert "population inconnue · CC Deux" in read(page)
        page.evaluate("location.hash = '#99999'")
        page.wait_for_timeout(100)
        assert read(page) == "Aucune commune de code 99999 dans le territoire étudié."
        assert trace == QUIET


def test_the_search_finds_names_codes_and_saint(chromium, tmp_path):
    tables = make_tables(SHOP)
    tables["communes"].loc["63003", "nom"] = "Saint-Épi d'Été"
    path = write_html(draw(tables), tmp_path / "communes.html")
    with open_offline(chromium, path) as (page, trace):
        field = page.locator("#commune")
        saint = "Saint-Épi d'Été 63003 · CC Deux"
        for words, found in {"be": ["Le Bé 43002 · CC Une"], "630": ["Dé 63004 · CC Deux", saint], "ST EPI D ete": [saint]}.items():
            field.fill(words)
            assert page.locator("#trouvees a").all_inner_texts() == found
        field.fill("introuvable")
        assert read(page, "#trouvees") == "Aucune commune de ce nom dans le territoire étudié."
        field.fill("epi")
        field.press("Enter")
        page.wait_for_selector("#nom")
        assert page.url.endswith("#63003") and page.evaluate("document.activeElement.id") == "feuille"
        assert trace == QUIET


def test_the_keyboard_reaches_every_control_and_320_px_are_enough(chromium, plain):
    with open_offline(chromium, plain, width=320, height=640) as (page, trace):
        go(page, "43001")
        assert list_too_wide(page) == []
        controls, stops = walk_keyboard(page)
        assert {control["rank"] for control in controls} <= {stop["rank"] for stop in stops} and len(controls) >= 4
        assert all(stop["named"] and stop["outlined"] and stop["inside"] for stop in stops if stop["rank"] >= 0)
        keep_capture(page, "communes_320", whole=True)
        assert trace == QUIET


def test_axe_finds_nothing_grave(chromium, plain):
    with open_offline(chromium, plain) as (page, _):
        assert audit(page)[1] == []
        page.locator("#commune").fill("63")
        assert page.locator("#trouvees a").count() == 2
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert audit(page)[1] == []
        go(page, "43001")
        assert audit(page)[1] == []
        keep_capture(page, "communes", whole=True)


def test_a_commune_prints_on_one_page_whatever_it_holds(chromium, tmp_path):
    codes = ("epicerie_sociale", "ccas", "caf", "france_services")
    themes = ("sante", "logement", "emploi", "mobilite", "culture", "seniors")
    many = [{"categorie": code, "nom": f"{code} {rank} " + "nom " * 30} for rank in range(40) for code in codes]
    others = [{"categorie": "cc", "themes": (theme,), "nom": "x" * 300} for theme in themes]
    path = write_html(draw(make_tables(*many, *others)), tmp_path / "communes.html")
    with open_offline(chromium, path) as (page, trace):
        go(page, "43001")
        pdf = page.pdf(prefer_css_page_size=True)
        assert re.findall(rb"/Type\s*/Page\b", pdf) == [b"/Type /Page"] and b"/MediaBox [0 0 594.9" in pdf
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        text = read(page, "body")
        assert "Vous habitez Aa" in text and "autres, à l'écran" in text and "Liste non exhaustive" in text
        assert "Chercher ma commune" not in text and "Sources" not in text
        # Every need has some lines: the room is shared.
        shown = page.evaluate("[...document.querySelectorAll('.qui')].map((list) => list.querySelectorAll('li:not(.retire)').length)")
        assert min(shown) >= 1 and page.evaluate("document.getElementById('feuille').getBoundingClientRect().height") <= 275 * 96 / 25.4
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator(".retire").count() == 0 and not page.evaluate("document.body.classList.contains('impression')")
        assert trace == QUIET


def test_hostile_names_are_read_and_run_nowhere(chromium, tmp_path):
    texts = list(injection.list_payloads("acteur.nom").values())
    whole = " ".join(texts)
    tables = make_tables(
        *[{"categorie": "epicerie_sociale", "nom": text, "territoires": (text,)} for text in texts], {"categorie": "caf", "nom": whole},
        couches=[("CAF", whole)], affectation=[("43001", "CAF", "F", 1.0), ("43002", "CAF", "F", 1.0)],
        dispositifs=[{"dispositif_id": "p", "nom": whole, "type": "PAT", "territoires": ("1",), "porteur_id": "a0"}],
    )  # fmt: skip
    tables["unites"]["unite_nom"] = whole
    tables["acteurs"]["commune"] = whole
    tables["communes"] = tables["communes"].assign(nom=whole + " " + tables["communes"].index, epci_nom=whole)
    tables["listes"]["categories"]["libelle"] = whole
    path = write_html(draw(tables, titre=whole, sources=texts), tmp_path / "communes.html")
    with open_watched(chromium, path) as (page, trace):
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        page.locator("#commune").fill("script")
        searched = page.locator("#trouvees").inner_text()
        for code in ("43001", "43002"):
            go(page, code)
            told = page.locator("#feuille").inner_text()
            page.pdf()
        for place in (searched, told, page.locator("#index").inner_text(), page.locator("#sources").inner_text(), page.title()):
            assert injection.find_shown(place, "acteur.nom") == set(injection.NAMES)
        page.evaluate("location.hash = '#<img src=x onerror=__run(1)>'")
        page.locator("#commune").fill(injection.write_payload("image", "acteur.nom"))
        page.wait_for_timeout(200)
        assert trace == QUIET | {"ran": [], "left": []}


def test_without_script_the_page_says_what_to_do(chromium, plain):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(plain.as_uri())
    assert "demandez la fiche de votre commune" in page.locator("noscript").inner_text()
    context.close()


def test_same_tables_same_bytes_and_the_colour_of_the_group():
    tables = make_tables(SHOP)
    assert draw(tables) == draw(tables)
    with use_charter(Charter(principale="#123456")):
        assert "--accent: #123456;" in draw(tables)
    assert "FICTIVES" in draw(tables, fictif=True) and "FICTIVES" not in draw(tables)
