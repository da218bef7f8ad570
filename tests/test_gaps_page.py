"""The sheets of gaps: what a reader finds in each, one A4 page each however long the words, in a browser whose network is cut."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest
from navigateur import launch_chromium, open_offline
from test_escape import PAYLOADS
from toy_map import plain, strip_tags

from diagnostic.draw import gaps_page
from diagnostic.draw.gaps_page import draw_gaps_page
from diagnostic.write.offline import inline_assets, write_html

CAPTION = {"titre": "Essai", "sources": ["Inventaire du groupe", "Insee 2026"], "date": pd.Timestamp("2026-11-28"), "edition": "interne"}
HOSTILE = " ".join(PAYLOADS)
COUNTS = ["nb_present", "nb_absent_verifie", "nb_non_renseigne"]
FAR = "3 communes sur 9 (12 000 habitants sur 73 000) à plus de 10 km ; 1 site hors du territoire compté"
HEADINGS = [
    "Collectivités territoriales", "État", "Chambres consulaires", "Autres organismes publics",
    "Autres organismes publics : sécurité sociale", "Acteurs de la politique de la ville", "Acteurs de la santé",
    "Acteurs de l'enseignement et de la recherche", "Associations et structures",
    "Structures économiques, sociales et solidaires, tiers-lieux", "Structures alimentaires et agricoles",
    "Centres de ressources", "Habitants et collectifs (ajout du projet)",
]  # fmt: skip
EXPECTED = [
    ("Conseil de développement", "present", "obligation", "62 312 habitants, seuil 50 000 (municipale 2023)", "CGCT L.5211-10-1"),
    ("CCAS ou CIAS", "absent_verifie", "obligation", "2 communes de 1 500 habitants et plus sur 9", "CASF L.123-4"),
    ("Relais petite enfance", "non_renseigne", "obligation", "1 commune de plus de 10 000 habitants", "CASF L.214-1-3"),
    ("Analyse des besoins sociaux", "a_venir", "obligation", "à faire en 2027", "CASF R.123-1"),
    ("Convention territoriale globale", "a_verifier", "pratique", "à l'échelle de l'intercommunalité", "pratique de la Cnaf"),
    ("Maison des jeunes", "absent_verifie", "choix", "", "feuille attendus"),
]


def make_tables():
    """Two EPCI, one departement, the whole; the second EPCI has a number that is not known and no row anywhere else."""
    age = "information la plus ancienne : mars 2024"
    sheet = pd.DataFrame(
        [("perimetre", "Ensemble du territoire", "perimetre", 40, 90_000, 60, 4, 32, f"{age} ; 12 % des lignes sans date"),
         ("departement:43", "Haute-Loire", "departement", 40, 90_000, 60, 4, 32, ""),
         ("epci:2", "CC des Sucs", "epci", 8, 17_000, np.nan, np.nan, np.nan, None),
         ("epci:1", "CA Agglo", "epci", 1, 73_000, 31, 12, 53, age)],
        columns=["territoire_id", "nom", "type", "nb_communes", "population", *COUNTS, "age_text"],
    )  # fmt: skip
    rubriques = pd.DataFrame({
        "territoire_id": "epci:1", "rubrique_libelle": HEADINGS, "nb_present": [3, 0, 1] + [2] * 10,
        "nb_absent_verifie": [1, 0, 0] + [1] * 10, "nb_non_renseigne": [4, 0, 2] + [5] * 10,
        "noms_presents": ["Commune, Département et EPCI", None, "Chambre d'agriculture"] + ["Mission locale"] * 10,
        "noms_absents": ["PETR", None, None] + ["Ludothèque"] * 10,
    })  # fmt: skip
    attendus = pd.DataFrame(EXPECTED, columns=["libelle", "etat", "force", "detail", "base"]).assign(territoire_id="epci:1")
    acces = pd.DataFrame(
        [("epci:1", "Crèche", "0 commune sur 1", 0.0, "à vol d'oiseau"), ("epci:1", "Gare", "1 commune sur 1", np.nan, "temps de trajet"),
         ("epci:1", "France services", FAR, 0.16, "à vol d'oiseau")],
        columns=["territoire_id", "categorie_libelle", "phrase", "part_population_au_dela", "mode"],
    )  # fmt: skip
    listes = pd.DataFrame(
        [("epci:1", "liens", f"Lien {rank}", rank) for rank in (4, 2, 5, 1, 3)]
        + [("epci:1", "dispositifs", "CTG : aucun acteur du champ social", 1), ("epci:1", "themes", "Mobilité", 1),
           ("epci:1", "publics", "Jeunes", 2), ("epci:1", "publics", "Aînés", 1)],
        columns=["territoire_id", "genre", "texte", "rang"],
    )  # fmt: skip
    named = {"rubriques": rubriques, "attendus": attendus, "acces": acces, "listes": listes}
    return {"fiche_manques": sheet} | {f"manques_{name}": table for name, table in named.items()}


def make_longest(words="Établissement d'hébergement pour personnes âgées dépendantes et leurs aidants, ", territories=3):
    """Return tables where every text is far longer than its place, and every list than its number of lines."""
    long = words * 8
    keys = [f"epci:{n}" for n in range(territories)]
    sheet = pd.DataFrame({
        "territoire_id": keys, "nom": [f"Communauté {n} {long[:150]}" for n in range(territories)], "type": "epci", "nb_communes": 1234,
        "population": 1_234_567, "nb_present": 1031, "nb_absent_verifie": 1112, "nb_non_renseigne": 1953, "age_text": long,
    })  # fmt: skip
    repeat = pd.DataFrame({"territoire_id": np.repeat(keys, 30)})
    counts = {"nb_present": 1000, "nb_absent_verifie": 2000, "nb_non_renseigne": 3000}
    names = pd.concat([repeat.assign(genre=genre, texte=long, rang=1) for genre in ("liens", "dispositifs", "themes", "publics")])
    return {
        "fiche_manques": sheet,
        "manques_rubriques": repeat.assign(rubrique_libelle=long, noms_presents=long, noms_absents=long, **counts),
        "manques_attendus": repeat.assign(libelle=long, etat="absent_verifie", force="obligation", detail=long, base=long),
        "manques_acces": repeat.assign(categorie_libelle=long, phrase=long, part_population_au_dela=0.999, mode=long),
        "manques_listes": names,
    }


@pytest.fixture(scope="module")
def tables():
    return make_tables()


@pytest.fixture(scope="module")
def page(tables):
    return draw_gaps_page(tables, **CAPTION)


@pytest.fixture(scope="module")
def chromium():
    with launch_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def written(tmp_path_factory, page):
    return write_html(inline_assets(page), tmp_path_factory.mktemp("manques été") / "fiches_manques.html")


def cut_sheet(html, name):
    """Return the section of one territory."""
    (found,) = [part for part in html.split('<section class="fiche"')[1:] if re.search(rf'<h2 [^>]*>{name}</h2>', part)]
    return found.split("</section>")[0]


def list_rows(sheet, table):
    """Return the words of each row of one table of a section."""
    body = re.search(rf'<table class="{table}">.*?<tbody>(.*?)</tbody>', sheet, re.S)[1]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    return [[strip_tags(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows]


def write_page(tables, folder, **caption):
    return write_html(inline_assets(draw_gaps_page(tables, **CAPTION | caption)), folder / "fiches_manques.html")


def print_pdf(page):
    """Return how many pages the sheet takes on paper."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True, print_background=True)))


def test_territories_come_epci_first(page):
    assert re.findall(r'<h2 id="m\d+-nom"[^>]*>(.*?)</h2>', page) == ["CA Agglo", "CC des Sucs", "Haute-Loire", "Ensemble du territoire"]


def test_the_head_says_who_where_when_and_the_three_states(page):
    words = strip_tags(cut_sheet(page, "CA Agglo"))
    for told in (
        "Intercommunalité · ce qui manque CA Agglo 1 commune · 73 000 habitants Édition interne, 28/11/2026",
        "Sur 96 catégories : 31 présentes, 12 absences vérifiées, 53 non renseignées (55 %).", "Information la plus ancienne : mars 2024.",
        "une case vide n'est pas une absence", "Sources : Inventaire du groupe ; Insee 2026.",
    ):  # fmt: skip
        assert told in words
    assert "Inventaire non exhaustif" in strip_tags(page.split("<main>")[0])


def test_the_bar_shares_its_length_as_the_numbers(page):
    bar = re.search(r'<svg class="barre" viewBox="-1 0 722.*?</svg>', cut_sheet(page, "CA Agglo"), re.S)[0]
    parts = re.findall(r'class="(\w+)" x="([\d.]+)"[^>]*? width="([\d.]+)"[^>]*?fill="url\(#etat-(\w+)\)"', bar)
    assert [(state, fill) for state, _, _, fill in parts] == [(state, state) for state in ("present", "absent_verifie", "non_renseigne")]
    assert [float(width) for _, _, width, _ in parts] == pytest.approx([720 * n / 96 for n in (31, 12, 53)], abs=0.06)
    assert [float(x) for _, x, _, _ in parts] == pytest.approx([0, 720 * 31 / 96, 720 * 43 / 96], abs=0.06)
    alone = gaps_page._scale_bar({"nb_present": 0, "nb_absent_verifie": 0, "nb_non_renseigne": 4}, 120)
    assert alone == [{"etat": "non_renseigne", "x": 0.0, "largeur": 120.0}]


def test_each_heading_has_its_numbers_and_names(page):
    rows = list_rows(cut_sheet(page, "CA Agglo"), "rubriques")
    assert [row[0] for row in rows] == HEADINGS
    assert rows[0] == ["Collectivités territoriales", "", "3", "1", "4", "Commune, Département et EPCI", "PETR"]
    assert rows[1] == ["État", "—", "0", "0", "0", "—", "—"] and rows[2][5:] == ["Chambre d'agriculture", "—"]


def test_what_lacks_is_read_before_what_is_there_with_its_basis(page):
    rows = list_rows(cut_sheet(page, "CA Agglo"), "attendus")
    assert [row[:2] for row in rows] == [
        ["Absence vérifiée", "CCAS ou CIAS"], ["Absence vérifiée", "Maison des jeunes"],
        ["? À vérifier", "Convention territoriale globale"],
        ["Non renseigné", "Relais petite enfance"], ["→ À venir", "Analyse des besoins sociaux"], ["Présent", "Conseil de développement"],
    ]  # fmt: skip
    assert rows[0][2:] == ["2 communes de 1 500 habitants et plus sur 9", "obligation : CASF L.123-4"]
    assert rows[1][2:] == ["—", "choix du groupe : feuille attendus"]


def test_a_state_nobody_knows_is_not_recorded_and_a_missing_basis_is_said():
    told = gaps_page._describe_expected({"etat": "", "libelle": "X", "force": "", "detail": "", "base": ""})
    assert (told["etat"], told["mot"], told["base"]) == ("non_renseigne", "Non renseigné", "base non renseignée")


def test_access_is_read_from_the_furthest_and_the_unknown_comes_last(page):
    items = re.findall(r"<li><strong.*?</li>", cut_sheet(page, "CA Agglo"), re.S)
    assert [strip_tags(item) for item in items] == [
        f"16 % France services (à vol d'oiseau). {FAR}",
        "0 % Crèche (à vol d'oiseau). 0 commune sur 1", "— Gare (temps de trajet). 1 commune sur 1",
    ]  # fmt: skip


def test_links_are_capped_by_rank_and_counted(page):
    words = strip_tags(cut_sheet(page, "CA Agglo"))
    assert "Liens à vérifier et 2 autres Lien 1 Lien 2 Lien 3 Ce que" in words and "Lien 4" not in words
    assert "Dispositifs à ouvrir CTG : aucun acteur du champ social Liens" in words
    assert "Thèmes : Mobilité. Publics : Aînés et Jeunes." in words


@pytest.mark.parametrize("edition", ["publique", "partenaires"])
def test_other_editions_name_neither_links_nor_dispositifs(tables, edition):
    html = draw_gaps_page(tables, **CAPTION | {"edition": edition})
    words = strip_tags(cut_sheet(html, "CA Agglo"))
    assert "Dispositifs à ouvrir Réservé à l'édition interne. Liens à vérifier Réservé à l'édition interne." in words
    assert "Lien 1" not in html and "CTG :" not in html and "Mobilité" in words


def test_the_reason_why_access_is_not_read_is_that_of_the_workbook(tables):
    key = tables["fiche_manques"].loc[tables["fiche_manques"]["nom"].str.contains("CA Agglo"), "territoire_id"].iat[0]
    reason = "inventaire non dit complet (feuille couverture_inventaire)"
    acces = pd.DataFrame({"territoire_id": key, "categorie": ["a", "a", "b"], "raison_absence": reason})
    none = {"manques_acces": tables["manques_acces"].iloc[:0]}
    words = strip_tags(cut_sheet(draw_gaps_page(tables | none | {"acces": acces}, **CAPTION), "CA Agglo"))
    assert f"Éloignement non lu pour 2 catégories : {reason}." in words and gaps_page.NOTHING["acces"] not in words


def test_missing_and_empty_tables_give_sentences_never_zeros(tables):
    alone = strip_tags(cut_sheet(draw_gaps_page({"fiche_manques": tables["fiche_manques"]}, **CAPTION), "CA Agglo"))
    assert alone.count("Non calculé dans ce dossier : on ne sait pas.") == 7
    empty = {name: table.iloc[:0] if name != "fiche_manques" else table for name, table in tables.items()}
    words = strip_tags(cut_sheet(draw_gaps_page(empty, **CAPTION), "CA Agglo"))
    for told in gaps_page.NOTHING.values():
        assert (told in words) == (told != gaps_page.NOTHING["etats"])
    assert words.count(gaps_page.NOTHING["lists"]) == 4
    unknown = strip_tags(cut_sheet(draw_gaps_page(tables, **CAPTION), "CC des Sucs"))
    assert "Catégories présentes, absentes, non renseignées : non calculé." in unknown
    assert "Âge de l'information : non renseigné." in unknown
    assert "nan" not in strip_tags(draw_gaps_page(empty, **CAPTION)).lower().split() and " 0 " not in unknown


def test_no_territory_makes_a_page_and_no_category_a_sentence(tables):
    html = draw_gaps_page({"fiche_manques": tables["fiche_manques"].iloc[:0]}, **CAPTION)
    assert '<section class="fiche"' not in html and "Une page par territoire" in html
    row = {"nb_present": 0, "nb_absent_verifie": 0, "nb_non_renseigne": 0}
    assert gaps_page.tell_states(row) == "Aucune catégorie suivie dans ce territoire." and gaps_page._scale_bar(row, 9) == []


def test_each_sheet_counts_the_sources_it_does_not_name():
    assert gaps_page._shorten_sources(list("ABCDEF")) == "A ; B ; C ; D ; et 2 autres (première page)"
    assert gaps_page._shorten_sources(["Insee, COG."]) == "Insee, COG" and gaps_page._shorten_sources([]) == "non renseignées"


def test_unknown_inhabitants_are_a_dash():
    assert plain(gaps_page._count(float("nan"), "habitant")) == "habitants : —" and plain(gaps_page._count(1, "commune")) == "1 commune"


def test_row_order_changes_nothing_but_the_order_given(tables, page):
    assert draw_gaps_page(tables, **CAPTION) == page
    mixed = {name: tables[name].sample(frac=1, random_state=4) for name in ("fiche_manques", "manques_acces", "manques_listes")}
    assert draw_gaps_page(tables | mixed, **CAPTION) == page


def test_the_page_is_well_formed_and_says_what_is_invented(tables, page):
    ElementTree.fromstring(page[page.index("<main>") : page.index("</main>") + 7])
    assert "FICTIVES" not in page
    invented = draw_gaps_page(tables, **CAPTION, fictif=True)
    assert all("FICTIVES" in cut_sheet(invented, name) for name in ("CA Agglo", "CC des Sucs", "Haute-Loire"))


# --- in a browser ---------------------------------------------------------------------------------------------------
def test_the_page_opens_in_silence_without_network(chromium, written):
    with open_offline(chromium, written) as (page, trace):
        assert plain(page.title()) == "Fiches manques : Essai" == plain(page.locator("h1").inner_text())
        page.locator("#sommaire a", has_text="CA Agglo").click()
        assert page.url.endswith("#m0") and trace == {"requests": [], "errors": []}
        # A bar is painted: dark, then light with lines, then white with dots.
        assert page.locator("#m0 > svg.barre rect").count() == 3


def test_headings_follow_links_lead_somewhere_and_all_is_reached_by_keyboard(chromium, written):
    with open_offline(chromium, written) as (page, _):
        levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(h => Number(h.tagName[1]))")
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(n => n.id)")
        assert len(ids) == len(set(ids))
        targets = page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))")
        assert set(targets) <= set(ids)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Aller au sommaire"


def test_at_400_per_cent_nothing_goes_out_of_the_page(chromium, written, tmp_path):
    for path in (written, write_page(make_longest("Mot" * 60, territories=1), tmp_path)):
        with open_offline(chromium, path, width=320, height=256) as (page, _):
            assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_each_territory_is_one_page_of_paper_after_one_first_page(chromium, written):
    with open_offline(chromium, written) as (page, trace):
        assert print_pdf(page) == 4 + 1 and trace["errors"] == []


@pytest.mark.parametrize("words", [
    "Établissement d'hébergement pour personnes âgées dépendantes et leurs aidants, ", "Mot" * 40, "W ", "ÉÀÇgjpqy ",
])  # fmt: skip
def test_however_long_the_words_a_sheet_is_one_page(chromium, tmp_path, words):
    sources = [words * 4] * 30
    path = write_page(make_longest(words), tmp_path, fictif=True, sources=sources, titre=words * 5)
    with open_offline(chromium, path, width=710) as (page, _):
        assert print_pdf(page) == 3 + 1
        page.emulate_media(media="print")
        heights = page.evaluate("[...document.querySelectorAll('.fiche')].map(n => n.getBoundingClientRect().height)")
        assert max(heights) * 25.4 / 96 < 281  # A4 less its margins, in mm


def test_the_first_page_is_one_page_with_a_region_of_territories(chromium, tmp_path):
    sheet = make_longest(territories=170)["fiche_manques"]
    path = write_page({"fiche_manques": sheet}, tmp_path, fictif=True, sources=["Une source longue " * 30] * 30, titre="Titre " * 90)
    with open_offline(chromium, path) as (page, _):
        assert page.locator("#sommaire .liste li:visible").count() == 170 and page.locator(".provenance li:visible").count() == 30
        page.emulate_media(media="print")
        assert page.locator("#sommaire .liste li:visible").count() == gaps_page.MAX_CONTENTS
        words = plain(page.locator("#sommaire").inner_text())
        assert "et 100 autres territoires, chacun sur sa page." in words and "et 22 autres sources, à l'écran." in words
        assert print_pdf(page) == 170 + 1


def test_nothing_on_paper_is_smaller_than_8_5_points(chromium, written):
    with open_offline(chromium, written) as (page, _):
        page.emulate_media(media="print")
        sizes = page.evaluate("""() => {
            const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), sizes = [];
            while (walker.nextNode()) {
                const node = walker.currentNode.parentElement;
                if (walker.currentNode.data.trim() && node.checkVisibility() && !node.closest("svg"))
                    sizes.push(parseFloat(getComputedStyle(node).fontSize) * 0.75);
            }
            return sizes;
        }""")
        assert len(sizes) > 100 and min(sizes) >= 8.49


def test_hostile_text_is_shown_never_run(chromium, tmp_path, tables):
    typed = {
        "fiche_manques": ["nom", "age_text", "type"], "manques_rubriques": ["rubrique_libelle", "noms_presents", "noms_absents"],
        "manques_attendus": ["libelle", "detail", "base", "force", "etat"], "manques_acces": ["categorie_libelle", "phrase", "mode"],
        "manques_listes": ["texte"],
    }  # fmt: skip
    hostile = {name: table.assign(**dict.fromkeys(typed[name], HOSTILE)) for name, table in tables.items()}
    path = write_page(hostile, tmp_path, titre=HOSTILE, sources=[HOSTILE], date=HOSTILE, edition="interne")
    assert "<img" not in path.read_text(encoding="utf-8")
    with open_offline(chromium, path) as (page, trace):
        page.wait_for_timeout(200)
        assert plain(page.locator("h1").inner_text()) == plain(f"Fiches manques : {HOSTILE}")
        assert page.locator("h2", has_text=HOSTILE).count() == 4 and page.locator("td, th", has_text=HOSTILE).count() >= 13 * 3
        assert page.evaluate("typeof window.__pwned") == "undefined" and page.locator("img").count() == 0
        handlers = "[...document.querySelectorAll('*')].flatMap(n => [...n.attributes]).filter(a => /^on/i.test(a.name)).length"
        assert page.evaluate(handlers) == 0 and trace == {"requests": [], "errors": []}
