"""The page of statements: what a reader finds in each card, read in the page itself and in a browser whose network is cut."""

import re
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from jouets_constats import actors, devices, instances, make_results, make_tables, parts, posts
from jouets_reseau import make_links
from navigateur import launch_chromium, open_offline
from test_escape import PAYLOADS
from toy_map import plain, strip_tags

from diagnostic.draw import constats_page
from diagnostic.draw.constats_page import draw_constats_page
from diagnostic.measure.constats.statements import list_unmeasured, prepare_decisions, read_statements
from diagnostic.vocabulary import read_vocabulary
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


def read_card(html, constat):
    (card,) = [part for part in html.split("<article ")[1:] if f'id="c-{constat}"' in part.split(">")[0]]
    return card.split("</article>")[0]


def read_groups(html):
    """Return {title: codes of the statements of the group}."""
    parts_ = [part.split("</section>")[0] for part in html.split('<section class="groupe" id="g')[1:]]
    return {strip_tags(re.search(r"<h2>(.*?)</h2>", part)[1]): re.findall(r'<article [^>]*id="c-(\w+)"', part) for part in parts_}


def test_statements_are_in_the_group_of_their_state(page, shown):
    groups, table = read_groups(page), shown["constats"].set_index("constat")
    assert list(groups) == [
        "Freins constatés", "Points d'appui constatés", "Mesurés, non constatés au seuil choisi", "Non mesurables avec ces données"
    ]  # fmt: skip
    assert sorted(code for codes in groups.values() for code in codes) == sorted(table.index)
    assert set(table.loc[groups["Freins constatés"], "etat"]) == {"constate"} == set(table.loc[groups["Points d'appui constatés"], "etat"])
    assert set(table.loc[groups["Freins constatés"], "sens"]) == {"frein"}
    assert set(table.loc[groups["Non mesurables avec ces données"], "etat"]) == {"non_mesurable"}
    counts = table["etat"].value_counts()
    held, missed, unknown = counts["constate"], counts["non_constate"], counts["non_mesurable"]
    head = f"{held + missed} énoncés du guide mesurés : {held} constatés, {missed} non constatés ; {unknown} non mesurables avec"
    assert head in strip_tags(page)


@pytest.mark.parametrize(("states", "kept", "told"), [
    ("cccnn", 0, "5 énoncés du guide mesurés : 3 constatés, 2 non constatés."),
    ("cn", 5, "2 énoncés du guide mesurés : 1 constaté, 1 non constaté ; 5 autres sont gardés pour l'édition interne."),
    ("nu", 1, "1 énoncé du guide mesuré : 1 non constaté ; 1 non mesurable avec ces données ; 1 autre est gardé pour l'édition interne."),
    ("", 0, "0 énoncé du guide mesuré."),
])  # fmt: skip
def test_the_head_counts_states_and_leaves_zeros_out(states, kept, told):
    words = {"c": "constate", "n": "non_constate", "u": "non_mesurable"}
    assert constats_page._tell_counts(pd.DataFrame({"etat": [words[key] for key in states]}), kept) == told


def test_the_head_says_each_figure_with_its_threshold_where_it_is_not_reached(page, shown):
    heads = strip_tags(page.split('id="sommaire"')[1].split("</section>")[0])
    assert "Des dispositifs où un des deux champs manque 0 % (seuil 25 %)" in heads
    assert "Des dispositifs côte à côte sans acteur commun 100 % " in heads
    told = read_vocabulary("constats").set_index("constat").to_dict("index")
    rows = {
        ("lisibilite_habitants", "non_constate", 0.506, 0.5, "51 %"): "51 % lisibles (constaté sous 50 %)",
        ("lisibilite_habitants", "constate", 0.2, 0.5, "20 %"): "20 % lisibles",
        ("financements_courts", "non_constate", 0.48, 0.5, "48 %"): "48 % (seuil 50 %)",
        ("financements_courts", "non_constate", 0.496, 0.5, "50 %"): "49,6 % (seuil 50 %)",
        ("silos_publics", "non_constate", 0, 1, "0 sur 5"): "0 sur 5 (seuil 1)",
        ("silos_champs", "non_constate", 0.9, 0.8, "0,90 fois l'attendu"): "0,90 fois l'attendu (constaté sous 0,80)",
    }
    for (constat, etat, valeur, seuil, figure), words in rows.items():
        row = told[constat] | {"etat": etat, "valeur": valeur, "seuil": seuil}
        assert plain(constats_page._tell_short(row, figure.replace(" %", "\u202f%"))) == words


def test_a_card_says_figure_threshold_who_and_leviers_and_leaves_a_line(page):
    card = strip_tags(read_card(page, "dispositifs_sans_acteur_commun"))
    for words in (
        "Dans le guide : Dispositifs qui se côtoient sans se croiser (CTG, centres sociaux et EVS...) (F1-6)",
        "Sur 1 paire de dispositifs qui ont une commune au moins en partage, 1 (100 %) n'a aucun acteur commun.",
        "Un acteur qui n'a pas été saisi peut faire le lien.", "Chiffre 100 % (1 sur 1)", "Seuil constaté à partir de 25 % des paires",
        "Dispositifs concernés (2)", "P aucun acteur commun avec Q",
        "code à reporter dans constats_decisions : dispositifs_sans_acteur_commun",
        "Leviers du guide qui y répondent", "Mutualiser les moyens (L3-2)", "La décision du groupe", "Comment c'est mesuré",
    ):  # fmt: skip
        assert words in card
    lines = read_card(page, "dispositifs_sans_acteur_commun").split('<dl class="decision')[1:]
    assert "Se réunir Qui CC Une Quand 20/01/2027" in strip_tags(lines[0])
    assert lines[1].startswith(' vide"') and strip_tags(lines[1].split("</dl>")[0].split(">", 1)[1]) == "Levier retenu Décision Qui Quand"


def test_a_card_without_data_says_what_lacks_and_offers_nothing(page):
    card = strip_tags(read_card(page, "relais_entre_reseaux"))
    assert "Non mesurable avec ces données : aucune adhésion saisie (feuille adhesions)." in card
    assert "Ce qu'il faut pour le mesurer : reseaux ; adhesions." in card
    assert "Chiffre" not in card and "Leviers du guide" not in card and "La décision du groupe" not in card


def test_a_statement_that_does_not_hold_has_its_figure_and_no_line(page):
    card = strip_tags(read_card(page, "dispositifs_un_seul_champ"))
    assert "Chiffre 0 % (0 sur 2)" in card and "La décision du groupe" not in card


def test_a_ratio_says_what_was_observed_and_expected():
    row = {"unite": "rapport", "numerateur": 1.0, "denominateur": 3.6, "valeur": 1 / 3.6, "chiffre_de": ""}
    told = [plain(text) for text in constats_page._tell_figure(row)]
    assert told == ["0,28 fois l'attendu", "0,28 fois l'attendu (1 observé pour 3,6 attendus)"]
    row = {"unite": "part", "numerateur": 51.0, "denominateur": 100.0, "valeur": 0.51, "chiffre_de": "lisibles"}
    assert [plain(text) for text in constats_page._tell_figure(row)] == ["51 %", "51 % lisibles (51 sur 100)"]


def test_the_statement_of_the_guide_on_centres_sociaux_stops_at_its_first_words(page):
    card = strip_tags(read_card(page, "sans_centre_social_ni_evs"))
    assert "Dans le guide : Pas de centre social (F4-1)" in card and "compétence" not in card


def test_pairs_of_instances_are_listed_once(page):
    card = strip_tags(read_card(page, "instances_memes_membres"))
    assert "Paire d'instances concernée" in card and card.count("I et J") == 1 and "J et I" not in card


def test_spaces_before_high_punctuation_do_not_break():
    told = constats_page.set_spaces({"a": ["Un ; deux : trois ! « quatre » ?", ("x : y", 3, None)], "b": "http://a.fr"})
    assert told == {"a": ["Un\u202f; deux\u00a0: trois\u202f! «\u00a0quatre\u00a0»\u202f?", ("x\u00a0: y", 3, None)], "b": "http://a.fr"}
    assert constats_page.set_spaces(told) == told


def test_no_line_of_the_page_can_begin_with_high_punctuation(page):
    body = re.sub(r"<[^>]*>", "", page[page.index("<body>") :])
    assert not re.findall(r".{0,20} [;:!?»]", body) and not re.findall(r"« .{0,20}", body)


def test_the_foot_spells_out_the_acronyms_in_one_line(page):
    foot = strip_tags(page.split('id="sources"')[1])
    assert "Sigles : GMR, Grandir en Milieu Rural ; ABS, Analyse des besoins sociaux ; SPIE, " in foot
    assert "; CPER, Contrat de plan État-Région ; FSE+, Fonds social européen" in foot and "; EVS, Espaces de vie sociale." in foot


def test_a_short_card_alone_is_kept_on_one_page(page):
    classes = {code: "court" in head for head, code in re.findall(r'<article class="([^"]*)" id="c-(\w+)"', page)}
    assert classes["silos_champs"] and set(classes.values()) == {True}
    rows = [{"objet": "acteur", "nom": f"A{n}", "detail": f"d{n}", "edition": "interne"} for n in range(9)]
    row = read_vocabulary("constats").set_index("constat", drop=False).loc["acteurs_isoles"].to_dict()
    row |= {"etat": "non_constate", "phrase": "", "numerateur": 9.0, "denominateur": 90.0, "valeur": 0.1, "seuil": 0.2}
    cards = [constats_page._describe_card(row, rows[:kept], [], "interne") for kept in (8, 9)]
    assert [card["court"] for card in cards] == [True, False]


def test_what_the_group_decided_on_its_own_is_not_lost(page):
    words = strip_tags(page.split('id="autres"')[1].split("</section>")[0])
    assert "Nos mots Levier retenu Nos moyens Décision Essayer Qui CC Deux Quand" in words and "À voir Levier retenu" in words


def test_what_no_data_measure_is_listed_with_its_reason(page):
    words = strip_tags(page.split('id="rien"')[1].split("</section>")[0])
    assert "Freins" in words and "Blocages de certains élus et techniciens (F4-10)" in words
    assert "Craintes, blocages et conflits se traitent de vive voix : aucun champ n'est prévu pour eux." in words
    assert words.count("(F") + words.count("(L") >= len(list_unmeasured())


def test_long_lists_are_cut_and_what_is_said_of_all_is_said_once():
    rows = [{"nom": f"A{n:02d}", "detail": "pareil"} for n in range(30)]
    told = constats_page._describe_objects("acteur", rows, "interne")
    assert told["titre"] == "Acteurs concernés (30)" and told["commun"] == "pareil"
    assert told["lignes"][0] == ("A00", "") and len(told["lignes"]) == 12
    assert told["reste"] == "et 18 autres (classeur, feuille « Constats en détail »)"
    whole = constats_page._describe_objects("acteur", rows[:13], "interne")
    assert len(whole["lignes"]) == 13 and whole["reste"] == ""
    one = constats_page._describe_objects("theme", [{"nom": "Santé", "detail": float("nan")}], "interne")
    assert one == {"titre": "Thème concerné", "commun": "", "lignes": [("Santé", "")], "reste": ""}
    titles = [constats_page._describe_objects(kind, rows[:2], "publique")["titre"] for kind in ("acteur", "instance")]
    assert titles == ["Acteurs concernés montrés dans cette édition (2)", "Instances concernées montrées dans cette édition (2)"]
    assert constats_page._describe_objects("theme", rows[:1], "partenaires")["titre"] == "Thème concerné montré dans cette édition"


def test_an_edition_that_names_nobody_says_so(shown):
    open_rows = {name: shown[name][shown[name]["edition"] == "publique"] for name in ("constats", "constats_details")}
    html = draw_constats_page(open_rows, **CAPTION | {"edition": "publique"})
    card = strip_tags(read_card(html, "dispositifs_sans_acteur_commun"))
    assert "Liste dans l'édition interne." in card and "constats_decisions" not in html
    pivots = strip_tags(read_card(html, "lieux_pivots"))
    assert "Lieu" not in pivots and "Acteur concerné montré dans cette édition a CC Une" in pivots
    assert "instances_memes_membres" not in html and "Édition publique" in html and 'id="rien"' not in html
    words = strip_tags(html)
    assert "5 autres sont gardés pour l'édition interne." in words
    unmeasured = len(list_unmeasured())
    assert f"{unmeasured} énoncés du guide ne se mesurent pas avec ces données : ils se discutent en réunion" in words
    assert "Blocages" not in words


def test_a_ratio_has_no_list_to_be_kept_for_another_edition(shown):
    row = shown["constats"].set_index("constat", drop=False).loc[["silos_champs"]]
    row = row.assign(etat="constate", numerateur=1.0, denominateur=6.1, valeur=1 / 6.1, phrase="Sur 11 liens.")
    html = draw_constats_page({"constats": row}, **CAPTION | {"edition": "publique"})
    assert "Liste dans" not in strip_tags(read_card(html, "silos_champs"))


def test_the_page_is_the_same_at_each_run_and_well_formed(shown, page):
    assert draw_constats_page(shown, **CAPTION) == page
    body = page[page.index("<main>") : page.index("</main>") + 7]
    ElementTree.fromstring(body)
    assert "significati" not in page and "nan" not in strip_tags(body).split()
    assert "FICTIVES" not in page and "FICTIVES" in draw_constats_page(shown, **CAPTION, fictif=True)


def test_an_empty_table_makes_a_page(shown):
    html = draw_constats_page({"constats": shown["constats"].iloc[:0]}, **CAPTION)
    assert "0 énoncé du guide mesuré." in strip_tags(html) and "<article" not in html


# --- in a browser ---------------------------------------------------------------------------------------------------
def test_the_page_opens_in_silence_without_network(chromium, written):
    assert written.stat().st_size < 200_000
    with open_offline(chromium, written) as (page, trace):
        assert plain(page.title()) == "Constats et leviers : Essai" == plain(page.locator("h1").inner_text())
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
        assert page.locator(".papier").first.is_visible()  # how it is measured, in small
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
        assert plain(page.title()) == plain(f"Constats et leviers : {HOSTILE}") and page.locator("h3", has_text=HOSTILE).count() >= 36
        assert page.evaluate("typeof window.__pwned") == "undefined" and page.locator("img").count() == 0
        handlers = "[...document.querySelectorAll('*')].flatMap(n => [...n.attributes]).filter(a => /^on/i.test(a.name)).length"
        assert page.evaluate(handlers) == 0 and trace == {"requests": [], "errors": []}
