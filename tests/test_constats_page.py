"""The page of statements: what a reader finds in each card, read in the page itself and in a browser whose network is cut."""

import re
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from jouets_constats import actors, devices, instances, make_results, make_tables, parts, posts
from jouets_reseau import make_links
from navigateur import launch_chromium, open_offline
from test_escape import PAYLOADS
from toy_map import plain

from diagnostic.draw import constats_page
from diagnostic.draw.constats_page import draw_constats_page
from diagnostic.measure.constats.statements import list_unmeasured, prepare_decisions, read_statements
from diagnostic.write.offline import inline_assets, write_html

CAPTION = {"titre": "Essai", "sources": ["Inventaire du groupe"], "date": pd.Timestamp("2026-11-27"), "edition": "interne"}
HOSTILE = " ".join(PAYLOADS)
DECISIONS = pd.DataFrame(
    [("dispositifs_sans_acteur_commun", None, "L6-19", "Se réunir", "CC Une", pd.Timestamp("2027-01-20")),
     (None, "Nos mots", "Nos moyens", "Essayer", "CC Deux", pd.NaT), (None, "À voir", None, None, None, pd.NaT)],
    columns=["constat_id", "constat", "levier", "decision", "qui", "quand"],
)  # fmt: skip


@pytest.fixture(scope="module")
def shown():
    members = actors(themes={"a": ("sante",), "d": ("sante",)}, lieu_pivot={"a": True})
    tables = make_tables(
        acteurs=members, liens=make_links("ab de"), postes=posts(("p1", "a", "pourvu", "agent_dl", ("P", "Q"))),
        participations=parts("a:P:financement:diagnostic d:P b:Q:pilotage:emergence e:Q"), instances=instances(I="a b d", J="a b d"),
        dispositifs=devices(themes={"P": ("sante",)}),
    )  # fmt: skip
    table, items = read_statements(tables, make_results(tables))
    return {
        "constats": table, "constats_details": items, "constats_a_decider": prepare_decisions(table, DECISIONS),
        "enonces_non_mesures": list_unmeasured(),
    }  # fmt: skip


@pytest.fixture(scope="module")
def page(shown):
    return draw_constats_page(shown, **CAPTION)


@pytest.fixture(scope="module")
def chromium():
    with launch_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def written(tmp_path_factory, page):
    return write_html(inline_assets(page), tmp_path_factory.mktemp("constats été") / "constats.html")


def strip(html):
    return plain(re.sub(r"<[^>]*>", " ", html).replace("&#x27;", "'"))


def read_card(html, constat):
    (card,) = [part for part in html.split("<article ")[1:] if f'id="c-{constat}"' in part.split(">")[0]]
    return card.split("</article>")[0]


def read_groups(html):
    """Return {title: codes of the statements of the group}."""
    parts_ = [part.split("</section>")[0] for part in html.split('<section class="groupe" id="g')[1:]]
    return {strip(re.search(r"<h2>(.*?)</h2>", part)[1]): re.findall(r'<article [^>]*id="c-(\w+)"', part) for part in parts_}


def test_statements_are_in_the_group_of_their_state(page, shown):
    groups, table = read_groups(page), shown["constats"].set_index("constat")
    assert list(groups) == ["Freins constatés", "Points d'appui constatés", "Non constatés", "Non mesurables avec ces données"]
    assert sorted(code for codes in groups.values() for code in codes) == sorted(table.index)
    assert set(table.loc[groups["Freins constatés"], "etat"]) == {"constate"} == set(table.loc[groups["Points d'appui constatés"], "etat"])
    assert set(table.loc[groups["Freins constatés"], "sens"]) == {"frein"}
    assert set(table.loc[groups["Non mesurables avec ces données"], "etat"]) == {"non_mesurable"}
    counts = table["etat"].value_counts()
    head = f"36 questions du guide qu'un dossier peut mesurer : {counts['constate']} constatées, {counts['non_constate']} non constatées"
    assert head in strip(page)


def test_a_card_says_figure_threshold_who_and_leviers_and_leaves_a_line(page):
    card = strip(read_card(page, "dispositifs_sans_acteur_commun"))
    for words in (
        "Dans le guide : Dispositifs qui se côtoient sans se croiser (CTG, centres sociaux et EVS...) (F1-6)",
        "Sur 1 paire de dispositifs d'un même territoire, 1 (100 %) n'a aucun acteur commun.",
        "Un acteur qui n'a pas été saisi peut faire le lien.", "Chiffre 100 % (1 sur 1)", "Seuil constaté à partir de 25 % des paires",
        "Dispositifs concernés (2)", "P aucun acteur commun avec Q",
        "Leviers du guide qui y répondent", "Mutualiser les moyens (L3-2)", "La décision du groupe", "Comment c'est mesuré",
    ):  # fmt: skip
        assert words in card
    lines = read_card(page, "dispositifs_sans_acteur_commun").split('<dl class="decision')[1:]
    assert "Se réunir Qui CC Une Quand 20/01/2027" in strip(lines[0])
    assert lines[1].startswith(' vide"') and strip(lines[1].split("</dl>")[0].split(">", 1)[1]) == "Levier retenu Décision Qui Quand"


def test_a_card_without_data_says_what_lacks_and_offers_nothing(page):
    card = strip(read_card(page, "relais_entre_reseaux"))
    assert "Non mesurable avec ces données : aucune adhésion saisie (feuille adhesions)." in card
    assert "Ce qu'il faut pour le mesurer : reseaux ; adhesions." in card
    assert "Chiffre" not in card and "Leviers du guide" not in card and "La décision du groupe" not in card


def test_a_statement_that_does_not_hold_has_its_figure_and_no_line(page):
    card = strip(read_card(page, "dispositifs_un_seul_champ"))
    assert "Chiffre 0 % (0 sur 2)" in card and "La décision du groupe" not in card


def test_a_ratio_says_what_was_observed_and_expected():
    row = {"unite": "rapport", "numerateur": 1.0, "denominateur": 3.6, "valeur": 1 / 3.6}
    assert [plain(text) for text in constats_page._tell_figure(row)] == ["0,28", "0,28 (1 observé pour 3,6 attendus)"]


def test_what_the_group_decided_on_its_own_is_not_lost(page):
    words = strip(page.split('id="autres"')[1].split("</section>")[0])
    assert "Nos mots Levier retenu Nos moyens Décision Essayer Qui CC Deux Quand" in words and "À voir Levier retenu" in words


def test_what_no_data_measure_is_listed_with_its_reason(page):
    words = strip(page.split('id="rien"')[1].split("</section>")[0])
    assert "Freins" in words and "Blocages de certains élus et techniciens (F4-10)" in words
    assert "Craintes, blocages et conflits se traitent de vive voix : aucun champ n'est prévu pour eux." in words
    assert words.count("(F") + words.count("(L") >= len(list_unmeasured())


def test_long_lists_are_cut_and_what_is_said_of_all_is_said_once():
    rows = [{"nom": f"A{n:02d}", "detail": "pareil"} for n in range(30)]
    told = constats_page._describe_objects("acteur", rows)
    assert told["titre"] == "Acteurs concernés (30)" and told["commun"] == "pareil"
    assert told["lignes"][0] == ("A00", "") and len(told["lignes"]) == 12 and told["reste"] == "et 18 autres, dans le classeur"
    whole = constats_page._describe_objects("acteur", rows[:13])
    assert len(whole["lignes"]) == 13 and whole["reste"] == ""
    one = constats_page._describe_objects("theme", [{"nom": "Santé", "detail": float("nan")}])
    assert one == {"titre": "Thème concerné", "commun": "", "lignes": [("Santé", "")], "reste": ""}


def test_an_edition_that_names_nobody_says_so(shown):
    open_rows = {name: shown[name][shown[name]["edition"] == "publique"] for name in ("constats", "constats_details")}
    html = draw_constats_page(open_rows, **CAPTION | {"edition": "publique"})
    assert "ne sont pas nommés dans cette édition" in strip(read_card(html, "dispositifs_sans_acteur_commun"))
    assert "Lieu" not in strip(read_card(html, "lieux_pivots")) and "Acteur concerné a CC Une" in strip(read_card(html, "lieux_pivots"))
    assert "instances_memes_membres" not in html and "Édition publique" in html and 'id="rien"' not in html


def test_the_page_is_the_same_at_each_run_and_well_formed(shown, page):
    assert draw_constats_page(shown, **CAPTION) == page
    body = page[page.index("<main>") : page.index("</main>") + 7]
    ElementTree.fromstring(body)
    assert "significati" not in page and "nan" not in strip(body).split()
    assert "FICTIVES" not in page and "FICTIVES" in draw_constats_page(shown, **CAPTION, fictif=True)


def test_an_empty_table_makes_a_page(shown):
    html = draw_constats_page({"constats": shown["constats"].iloc[:0]}, **CAPTION)
    assert "0 question du guide" in strip(html) and "<article" not in html


# --- in a browser ---------------------------------------------------------------------------------------------------
def test_the_page_opens_in_silence_without_network(chromium, written):
    assert written.stat().st_size < 200_000
    with open_offline(chromium, written) as (page, trace):
        assert page.title() == "Constats et leviers : Essai" == page.locator("h1").inner_text()
        page.locator("#sommaire a", has_text="Des dispositifs côte à côte").click()
        assert page.url.endswith("#c-dispositifs_sans_acteur_commun")
        assert trace == {"requests": [], "errors": []}


def test_headings_follow_and_everything_is_reached_by_keyboard(chromium, written):
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
        summary = page.locator("details summary").first
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator("details").first.evaluate("node => node.open")


def test_at_400_per_cent_nothing_goes_out_of_the_page(chromium, written):
    with open_offline(chromium, written, width=320, height=256) as (page, _):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_paper_keeps_cards_whole_and_their_empty_line(chromium, written):
    with open_offline(chromium, written) as (page, trace):
        page.emulate_media(media="print")
        assert not page.locator("details").first.is_visible() and page.locator(".decision.vide").first.is_visible()
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert 4 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 30 and trace["errors"] == []


def test_hostile_text_is_shown_never_run(chromium, tmp_path, shown):
    texts = ["titre", "phrase", "seuil_libelle", "indicateur", "formule", "donnees", "nom", "detail", "constat_texte", "decision", "qui"]
    hostile = {
        name: rows.assign(**{column: HOSTILE for column in [*texts, "levier_libelle", "libelle", "raison"] if column in rows})
        for name, rows in shown.items()
    }
    hostile["constats_a_decider"] = hostile["constats_a_decider"].assign(constat=HOSTILE)
    caption = {"titre": HOSTILE, "sources": [HOSTILE], "date": HOSTILE, "edition": HOSTILE}
    path = write_html(inline_assets(draw_constats_page(hostile, **caption)), tmp_path / "constats.html")
    with open_offline(chromium, path) as (page, trace):
        page.wait_for_timeout(200)
        assert page.title() == f"Constats et leviers : {HOSTILE}" and page.locator("h3", has_text=HOSTILE).count() >= 36
        assert page.evaluate("typeof window.__pwned") == "undefined" and page.locator("img").count() == 0
        handlers = "[...document.querySelectorAll('*')].flatMap(n => [...n.attributes]).filter(a => /^on/i.test(a.name)).length"
        assert page.evaluate(handlers) == 0 and trace == {"requests": [], "errors": []}
