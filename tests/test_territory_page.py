"""The sheets of jurisdictions: what a reader finds, read in the page itself and in a browser whose network is cut."""

import json
import re
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from navigateur import launch_chromium, open_offline
from tables_ressorts import SENTENCE_COLUMNS, make_toy
from test_escape import PAYLOADS
from toy_map import plain

from diagnostic.draw import territory_page
from diagnostic.draw.territory_maps import draw_territory_maps
from diagnostic.draw.territory_page import draw_territory_page
from diagnostic.write.offline import inline_assets, write_html

CAPTION = {"titre": "Essai", "sources": ["Insee 2026"], "date": pd.Timestamp("2026-11-21"), "edition": "publique"}
HOSTILE = " ".join(PAYLOADS)
NAMES = ["CA Agglo", "CC des Rives du Haut Allier", "CC Pays d'Issoire", "Haute-Loire", "Puy-de-Dôme", "Ensemble du territoire"]


@pytest.fixture(scope="module")
def tables():
    return make_toy()


@pytest.fixture(scope="module")
def page(tables):
    return draw_territory_page(tables, draw_territory_maps(tables["communes"], tables), **CAPTION)


@pytest.fixture(scope="module")
def chromium():
    with launch_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def written(tmp_path_factory, page):
    return write_html(inline_assets(page), tmp_path_factory.mktemp("fiches été") / "fiches_ressorts.html")


def read_section(html, name):
    """Return the words of the section of a territory, tags removed."""
    (section,) = [part for part in html.split('<section class="territoire"')[1:] if f'-nom">{name}<' in part]
    return plain(re.sub(r"<[^>]*>", " ", section.split("</section>")[0]).replace("&#x27;", "'"))


def read_data(html):
    return json.loads(re.search(r'id="donnees">(.*?)</script>', html, re.S)[1])


def test_territories_come_in_the_order_a_mayor_looks_for_them(page):
    titles = re.findall(r'<h2 id="t\d+-nom">(.*?)</h2>', page)
    assert [title.replace("&#x27;", "'") for title in titles] == NAMES


def test_a_section_says_communes_units_shares_and_sources(page):
    words = read_section(page, "CA Agglo")
    # Two columns of four squares, 3, 4, 9, 10, 15, 16, 21 and 22 hundred inhabitants.
    assert "8 communes · 10 000 habitants · 5 interlocuteurs dans 3 découpages" in words
    assert "En bref 2 interlocuteurs pour Action sociale." in words
    assert "Action sociale 2026 2 1 Unité S2 4 52,0 % 2 Unité S1 4 48,0 %" in words
    assert "Caisses de MSA 2026 1 Unité M1 8 100,0 %" in words
    assert "Aucune unité connue. Aucune commune de la couche." in words
    assert "Sources : Action sociale, CIAS : FICTIF ; Projets alimentaires : DRAAF" in words
    assert "Édition publique, 21/11/2026. Liste non exhaustive" in words


def test_odd_communes_are_named_with_what_moving_them_changes(page):
    words = read_section(page, "CA Agglo")
    # 1 / (0,52² + 0,48²) = 2,0 units of equal weight.
    assert "Action sociale Unité S2 Commune 2-0, Commune 2-1, Commune 2-2 et Commune 2-3 Unité S1 2 → 1 2,0 → 1,0" in words
    assert "Action sociale : 2 unités, 4 communes hors de l'unité principale" in words
    assert "Les communes à part" not in read_section(page, "Haute-Loire")


def test_a_layer_without_main_unit_says_so_and_moves_nobody(page):
    words = read_section(page, "CA Agglo")
    assert "Projets alimentaires 2026 2 1 Unité P1 8 — 2 Unité P2 4 — Pas d'unité principale." in words
    assert "Projets alimentaires Unité" not in words and "Plusieurs unités" in words


def test_a_partial_layer_says_what_it_covers(page):
    assert "Ce découpage couvre 50 % des habitants ; les parts sont calculées là où il existe." in read_section(
        page, "CC des Rives du Haut Allier"
    )


@pytest.mark.parametrize(
    ("share", "weighting", "words"),
    [(1.0, "population", []), (float("nan"), "population", []), (None, "population", []),
     (0.003, "communes", ["Ce découpage couvre moins de 1 % des communes ; les parts sont calculées là où il existe."]),
     (0.5, "msa", ["Ce découpage couvre 50 % du total (msa) ; les parts sont calculées là où il existe."])],
)  # fmt: skip
def test_the_note_of_coverage(share, weighting, words):
    assert [plain(line) for line in territory_page.tell_covered(share, weighting)] == words


def test_the_layer_a_territory_belongs_to_is_no_interlocutor_of_its_own(page):
    assert "EPCI 2026" not in read_section(page, "CA Agglo") and "EPCI 2026" in read_section(page, "Haute-Loire")


def test_units_beyond_those_listed_are_counted():
    rest = [{"part": 0.2, "nb_communes": 1}, {"part": float("nan"), "nb_communes": 1}]
    assert plain(territory_page.tell_rest(rest)) == "et 2 autres unités : 20,0 % au total" and territory_page.tell_rest([]) == ""


def test_the_heading_of_shares_follows_the_weighting(tables):
    sheet = tables["fiche_ressorts"]
    assert territory_page.tell_share(sheet) == "Part des habitants"
    assert territory_page.tell_share(sheet.assign(ponderation="msa")) == "Part (msa)"
    assert territory_page.tell_share(sheet.iloc[:0]) == "Part"


def test_sentences_go_where_they_are_read_without_the_name_of_the_territory():
    rows = [
        ("t1", "A", None, "fiche", "La CC d'Issoire : une chose."), ("t1", "A", "B", "hasard", "CC d'Issoire : au hasard."),
        ("commune:43001", None, None, "commune", "Agnat, 3"), ("t1", "A", "B", "inconnu", "x"), ("t1", "A", None, "fiche", None),
    ]  # fmt: skip
    sentences = pd.DataFrame([(*row, "publique") for row in rows], columns=SENTENCE_COLUMNS)
    told = territory_page.gather_sentences(sentences, pd.Series({"t1": "CC d'Issoire"}))
    assert told == {"t1": {"phrases": ["Une chose."], "comparaisons": ["Au hasard."]}}


def test_search_reads_each_text_once(page, tables):
    data = read_data(page)
    assert data["couches"] == tables["couches"]["libelle"].tolist() and len(data["nom"]) == 25
    rank = data["code"].index("43001")
    quarters = data["couches"].index("Quartiers")
    assert data["textes"][quarters][data["unites"][quarters][rank]] == "Unité Q1 (part inconnue) ; Unité Q2 (part inconnue)"
    assert data["textes"][data["couches"].index("Caisses de MSA")] == ["", "Unité M1"]
    assert data["fiche"][rank] == "t1" and data["nombre"][rank] == 8
    assert data["nombre"][data["code"].index("15031")] is None


def test_the_page_is_whole_without_map_and_without_sentence(tables):
    bare = tables | {"phrases_ressorts": tables["phrases_ressorts"].iloc[:0]}
    html = draw_territory_page(bare, ([], {}), **CAPTION)
    assert "En bref" not in html and "Les cartes" not in html and html.count('class="territoire"') == 6


def test_the_page_is_the_same_at_each_run_and_well_formed(tables, page):
    again = draw_territory_page(tables, draw_territory_maps(tables["communes"], tables), **CAPTION)
    assert again == page
    body = re.sub(r"<script.*?</script>", "", page[page.index("<main>") : page.index("</main>") + 7], flags=re.S)
    ElementTree.fromstring(re.sub(r"<input ([^>]*)>", r"<input/>", body).replace(" hidden>", ">"))


def test_too_many_territories_go_without_maps(tables):
    rows = [tables["territoires"].iloc[[0]].rename(index=lambda name, n=n: f"autre:{n}") for n in range(151)]
    order = pd.concat(rows)
    sheet = pd.concat([tables["fiche_ressorts"].query("territoire_id == 'perimetre'").assign(territoire_id=key) for key in order.index])
    sizes = order.assign(nb_communes=24, population=1.0)
    html = draw_territory_page(tables | {"territoires": order, "fiche_ressorts": sheet, "territoires_resume": sizes}, ([], {}), **CAPTION)
    assert "Sans carte : plus de 150 territoires." in html


# --- in a browser ---------------------------------------------------------------------------------------------------
def test_the_page_opens_in_silence_and_fits_its_budget(chromium, written):
    assert written.stat().st_size < 200_000
    with open_offline(chromium, written) as (page, trace):
        assert page.title() == "Fiches ressorts : Essai" == page.locator("h1").inner_text()
        assert page.locator("#sommaire tbody th").all_inner_texts() == NAMES
        assert "Liste non exhaustive" in page.locator(".sous-titre").inner_text()
        assert page.locator("#sources li").all_inner_texts() == ["Insee 2026"]
        page.locator("#sommaire a", has_text="CA Agglo").click()
        assert [plain(text) for text in page.locator("#t0 figure strong").all_inner_texts()] == [
            "Action sociale : 2 unités, 4 communes hors de l'unité principale", "Projets alimentaires : 2 unités",
        ]  # fmt: skip
        assert page.locator("#t0 figure").first.locator("li").all_inner_texts()[:1] == ["1\nUnité S2\n4"]
        assert trace == {"requests": [], "errors": []}


def test_maps_are_painted_and_hatched(chromium, written):
    with open_offline(chromium, written) as (page, _):
        box = page.locator("#t0 svg.carte").first.bounding_box()
        assert box["width"] > 200 and box["height"] > 200
        areas = "[...document.querySelectorAll('#t0 figure:first-child .unites path')]"
        paths = page.evaluate(f"{areas}.map(path => path.getBoundingClientRect().width)")
        assert len(paths) == 2 and min(paths) > 50
        ground = page.evaluate("document.querySelector('#t0 use').getBoundingClientRect().width")
        assert ground > 100


def test_a_commune_is_found_by_keyboard_and_tells_who_intervenes(chromium, written):
    with open_offline(chromium, written) as (page, trace):
        page.locator("#commune").fill("commune 2-3")
        assert page.locator("#trouvees button").all_inner_texts() == ["Commune 2-3 43021 · CA Agglo"]
        page.locator("#commune").press("Enter")
        told = plain(page.locator("#reponse").inner_text())
        for part in ("Commune 2-3 43021", "4 interlocuteurs · CA Agglo", "Action sociale Unité S1", "Quartiers aucune unité connue"):
            assert part in told
        page.locator("#reponse a").click()
        assert page.url.endswith("#t0")
        page.locator("#commune").fill("43001")
        assert page.locator("#trouvees button").count() == 1
        page.locator("#commune").fill("zzzz")
        assert "Aucune commune de ce nom" in page.locator("#trouvees").inner_text()
        page.locator("#commune").fill("comm")
        assert page.locator("#trouvees button").count() == 8 and "16 autres" in page.locator("#trouvees").inner_text()
        assert trace == {"requests": [], "errors": []}


def test_headings_follow_and_tables_are_named(chromium, written):
    with open_offline(chromium, written) as (page, _):
        levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(h => Number(h.tagName[1]))")
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
        assert page.evaluate("[...document.querySelectorAll('th')].every(th => th.hasAttribute('scope'))")
        first = page.evaluate("(document.querySelector('a, button, input').focus(), document.activeElement.textContent)")
        assert first == "Aller au sommaire"


def test_paper_has_a_territory_a_page_and_no_search(chromium, written, tmp_path):
    with open_offline(chromium, written) as (page, trace):
        page.emulate_media(media="print")
        assert not page.locator("#recherche").is_visible() and page.locator("#t0").is_visible()
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
        assert pages >= 8 and trace["errors"] == []


def test_hostile_text_is_shown_never_run(chromium, tmp_path, tables):
    names = {"nom": HOSTILE, "unite_nom": HOSTILE, "phrase": HOSTILE, "epci_nom": HOSTILE, "libelle": HOSTILE, "source": HOSTILE}
    names |= {"millesime": HOSTILE, "communes": HOSTILE, "vers_unite_nom": HOSTILE, "raison_absence": HOSTILE}
    hostile = {
        name: table.assign(**{column: text for column, text in names.items() if column in table})
        for name, table in tables.items() if name != "communes"
    }  # fmt: skip
    layers = tables["couches"]["libelle"].tolist()
    hostile["qui_intervient"] = hostile["qui_intervient"].assign(**dict.fromkeys(layers, HOSTILE)).rename(columns={layers[1]: HOSTILE})
    caption = {"titre": HOSTILE, "sources": [HOSTILE], "date": HOSTILE, "edition": HOSTILE}
    html = draw_territory_page(hostile, draw_territory_maps(tables["communes"], tables), **caption, fictif=True)
    path = write_html(inline_assets(html), tmp_path / "fiches.html")
    with open_offline(chromium, path) as (page, trace):
        assert page.title() == f"Fiches ressorts : {HOSTILE}" and page.locator("h2", has_text=HOSTILE).count() == 6
        page.locator("#commune").fill("img")
        page.locator("#commune").press("Enter")
        page.wait_for_timeout(200)
        assert page.locator("#reponse dd", has_text=HOSTILE).count() == len(layers)
        assert page.evaluate("typeof window.__pwned") == "undefined" and page.locator("img").count() == 0
        handlers = "[...document.querySelectorAll('*')].flatMap(n => [...n.attributes]).filter(a => /^on/i.test(a.name)).length"
        assert page.evaluate(handlers) == 0
        assert trace == {"requests": [], "errors": []}
