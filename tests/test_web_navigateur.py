"""The web map in a real browser whose network is cut: drawn, silent, and deaf to injections."""

import re
import socket

import numpy as np
import pandas as pd
import pytest
from navigateur import (
    keep_capture,
    launch_chromium,
    list_too_wide,
    open_details,
    open_offline,
    walk_keyboard,
)
from test_escape import PAYLOADS
from test_web import CAPTION, make_communes, make_view

from diagnostic.draw.web import draw_web_map
from diagnostic.draw.web_view import find_tiles
from diagnostic.read.places.territories import read_communes
from diagnostic.write.offline import inline_assets, write_web_map

HOSTILE = " ".join(PAYLOADS)


@pytest.fixture(scope="module")
def chromium():
    with launch_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def real_communes():
    return read_communes(departements=["43", "63"])


@pytest.fixture(scope="module")
def real_page(tmp_path_factory, real_communes):
    """The map of departements 43 and 63: EPCI, an invented layer, one actor a commune and 300 more, 200 links."""
    communes, rng = real_communes, np.random.default_rng(0)
    codes = communes.index.to_numpy()
    epci = pd.DataFrame({"code_insee": codes, "couche": "EPCI", "unite_id": communes["epci"].to_numpy(), "part": 1.0})
    squares = (
        (communes["mairie_lon"] * 3).astype(int).astype(str)
        + "-"
        + (communes["mairie_lat"] * 3).astype(int).astype(str)
    )
    invented = epci.assign(couche="FICTIF_CAS", unite_id=squares.to_numpy()).iloc[:-100]
    chosen = np.append(codes, rng.choice(codes, 300))
    acteurs = pd.DataFrame({
        "acteur_id": [f"a{n}" for n in range(len(chosen))], "nom": [f"Acteur {n}" for n in range(len(chosen))],
        "categorie_libelle": ["Commune"] * len(codes) + rng.choice(["Crèche", "France services", "Centre social"], 300).tolist(),
        "champ": rng.choice(["social", "developpement_local", "mixte", "autre"], len(chosen)), "code_insee": chosen,
        "source": "FICTIF",
    })  # fmt: skip
    extra = acteurs["acteur_id"][len(codes) :]
    view = {
        "couches": pd.DataFrame({"libelle": ["EPCI", "CAS"], "millesime": "2026", "source": "FICTIF"}, index=["EPCI", "FICTIF_CAS"]),
        "unites": epci.assign(unite_nom=communes["epci_nom"].to_numpy()).drop_duplicates("unite_id"),
        "affectation": pd.concat([epci, invented]),
        "millefeuille": pd.DataFrame({"nb_unites": rng.integers(1, 6, len(codes))}, index=communes.index),
        "acteurs": acteurs,
        "liens": pd.DataFrame({"source_id": rng.choice(extra, 200), "cible_id": rng.choice(extra, 200), "type": "c"}),
    }  # fmt: skip
    path = tmp_path_factory.mktemp("carte été") / "carte.html"
    return write_web_map(draw_web_map(communes, view, **CAPTION), path)


def fills(page):
    return page.evaluate("[...document.querySelectorAll('path.commune')].map(path => path.getAttribute('fill'))")


def test_two_departements_are_drawn_in_silence_and_fit_the_budget(chromium, real_page, real_communes):
    assert real_page.stat().st_size < 900_000
    with open_offline(chromium, real_page) as (page, trace):
        assert len(real_communes) == page.locator("path.commune").count() == 720
        assert page.locator("h1").inner_text() == CAPTION["titre"]
        open_details(page)
        for theme in page.locator("input[name=theme]").all():
            theme.check()
        for box in page.locator("#panneau input[type=checkbox]:visible").all():
            box.click()
        page.locator("#recherche").fill("monistrol")
        page.locator("#recherche + ul button").first.click()
        page.locator(".leaflet-popup-content h3").wait_for()
        page.wait_for_timeout(500)
        assert trace == {"requests": [], "errors": []}


def test_each_theme_paints_and_explains_itself(chromium, real_page, real_communes):
    with open_offline(chromium, real_page) as (page, _):
        painted = {}
        open_details(page)
        for theme in page.locator("input[name=theme]").all():
            theme.check()
            label = theme.locator("xpath=..").inner_text()
            painted[label] = fills(page)
            assert label == "Aucun" or page.locator("#legende h3").inner_text() == label
        assert list(painted) == ["Aucun", "Mille-feuille : interlocuteurs", "EPCI", "CAS"]
        assert len({tuple(colours) for colours in painted.values()}) == 4
        assert len(set(painted["Aucun"])) == 1
        assert painted["CAS"].count("url(#pointilles)") == 100
        counts = page.locator("#legende .nombre.communes").all_inner_texts()
        assert sum(int(count) for count in counts) == 720
        people = page.locator("#legende .nombre.habitants").all_inner_texts()
        assert sum(int("".join(filter(str.isdigit, count))) for count in people) == int(real_communes["population"].sum())


def test_neighbouring_units_have_different_colours_and_a_number(chromium, real_page):
    with open_offline(chromium, real_page) as (page, _):
        page.locator("label", has_text="EPCI").locator("input[name=theme]").check()
        assert page.locator("#legende li").count() == len(set(page.locator("#legende .rang").all_inner_texts()))
        assert page.locator(".etiquette.numero").count() >= 12


def test_all_actors_of_one_point_can_be_reached(chromium, tmp_path):
    view = make_view()
    names = [f"Acteur {n:02d}" for n in range(30)]
    view["acteurs"] = pd.DataFrame({"acteur_id": names, "nom": names, "champ": "social", "code_insee": "00004"})
    path = write_web_map(draw_web_map(make_communes(), view, **CAPTION), tmp_path / "carte.html")
    with open_offline(chromium, path) as (page, trace):
        assert page.locator(".groupe").inner_text() == "30"
        page.locator(".marque").click()
        assert page.locator(".leaflet-popup-content .ligne").all_inner_texts() == names
        page.locator(".leaflet-popup-content .ligne").nth(17).click()
        page.wait_for_timeout(600)  # a popup that closes fades out first
        told = page.locator(".leaflet-popup-content").inner_text()
        assert "Acteur 17" in told and "Placé à la mairie" in told and "Champ social" in told
        assert trace["errors"] == []


def test_a_commune_tells_who_intervenes(chromium, tmp_path):
    path = write_web_map(draw_web_map(make_communes(), make_view(), **CAPTION), tmp_path / "carte.html")
    with open_offline(chromium, path) as (page, _):
        page.locator("#recherche").fill("00001")
        page.locator("#recherche + ul button").first.click()
        told = page.locator(".leaflet-popup-content").inner_text()
    for part in (
        "Commune 00001",
        "CC Est",
        "200 habitants",
        "c2 (75 % de la population) ; CIAS un (25 % de la population)",
        "interlocuteurs : 3",
    ):
        assert part in told


def test_overlapping_and_inner_units_are_told_for_what_they_are(chromium, tmp_path):
    view = make_view()
    extra = [("00004", "PAT", "p1", 1.0), ("00004", "PAT", "p2", 1.0), ("00004", "QPV", "q1", np.nan), ("00005", "PAT", "p1", 1.0)]
    view["affectation"] = pd.concat([view["affectation"], pd.DataFrame(extra, columns=["code_insee", "couche", "unite_id", "part"])])
    names = {"EPCI": "Intercommunalités (EPCI à fiscalité propre)", "DEPARTEMENT": "Départements", "PAT": "PAT", "QPV": "Quartiers"}
    view["couches"] = pd.DataFrame({"libelle": names, "millesime": "2026", "source": "x"})
    path = write_web_map(draw_web_map(make_communes(), view, **CAPTION), tmp_path / "carte.html")
    with open_offline(chromium, path) as (page, trace):
        page.locator("#recherche").fill("00004")
        page.locator("#recherche").press("Enter")
        told = page.locator(".leaflet-popup-content").inner_text()
        assert "p1 ; p2" in told and "q1 (part inconnue)" in told
        # Its EPCI is told once, under the name of the layer.
        assert told.count("CC Est") == 1 and "Département Puy" not in told
        colours = {}
        for label in ("PAT", "Quartiers"):
            page.locator("label", has_text=label).locator("input[name=theme]").check()
            colours[label] = fills(page)
        assert colours["PAT"].count("url(#hachures)") == 1 and colours["PAT"].count("url(#pointilles)") == 7
        assert colours["Quartiers"].count("url(#pointilles)") == 8 and colours["Quartiers"].count("url(#hachures)") == 0
        assert trace["errors"] == []


def test_what_is_not_on_the_map_is_listed(chromium, tmp_path):
    communes = make_communes()
    communes = communes.set_geometry(communes.geometry.where(communes.index != "00008"))
    path = write_web_map(draw_web_map(communes, make_view(), **CAPTION), tmp_path / "carte.html")
    with open_offline(chromium, path) as (page, _):
        panel = page.locator("#panneau").inner_text()
        assert page.locator("path.commune").count() == 8
        assert page.locator("#panneau details li", has_text="Commune 00008").count() == 1
        assert page.locator("#panneau details li", has_text="Bus des droits").count() == 1
    for part in (
        "Services itinérants, sans point fixe (1)",
        "Communes sans contour, hors du dessin (1)",
        "3 liens, dont 2 non tracés",
    ):
        assert part in panel


def hostile_page(tmp_path):
    communes, view = make_communes(), make_view()
    texts = {"nom": HOSTILE, "epci_nom": HOSTILE, "departement_nom": HOSTILE}
    communes = communes.assign(**texts)
    view["couches"] = view["couches"].assign(libelle=HOSTILE, millesime=HOSTILE, source=HOSTILE)
    view["unites"] = view["unites"].assign(unite_nom=HOSTILE)
    columns = ["nom", "categorie_libelle", "rubrique_libelle", "champ", "source", "commune"]
    view["acteurs"] = view["acteurs"].assign(**dict.fromkeys(columns, HOSTILE), themes=[(HOSTILE,)] * 5)
    view["liens"] = view["liens"].assign(type_libelle=HOSTILE)
    view["acces"] = view["acces"].assign(libelle=HOSTILE)
    view["etats"] = view["etats"].assign(libelle=HOSTILE, age_text=HOSTILE)
    view["atomes"] = view["atomes"].assign(atome_id=view["atomes"]["atome_id"] + HOSTILE)
    view["dispositifs"] = view["dispositifs"].assign(nom=HOSTILE, type_libelle=HOSTILE, stade_libelle=HOSTILE)
    view["participations"] = view["participations"].assign(stade_libelle=HOSTILE, role_libelle=HOSTILE)
    view["mentions"] = [HOSTILE]
    caption = {"titre": HOSTILE, "sources": [HOSTILE], "date": HOSTILE, "edition": HOSTILE}
    return write_web_map(draw_web_map(communes, view, **caption), tmp_path / "carte.html")


def test_hostile_text_is_shown_never_run(chromium, tmp_path):
    with open_offline(chromium, hostile_page(tmp_path)) as (page, trace):
        assert page.locator("h1").inner_text() == HOSTILE
        assert page.title() == HOSTILE
        open_details(page)
        for theme in page.locator("input[name=theme]").all():
            theme.check()
            page.locator("#comparer").select_option(index=1)
        for choice in ("#filtre-dispositif", "#filtre-stade"):
            page.locator(choice).select_option(index=1)
        page.locator("button", has_text="Tout afficher").click()
        told = "\n".join(page.locator(place).inner_text() for place in ("#tableau", "#comparaison", "#legende"))
        assert told.count(HOSTILE) > 10
        for box in page.locator("#panneau input[type=checkbox]").all():
            box.check()
        page.mouse.move(470, 500)
        for mark in page.locator(".marque").all():
            mark.dispatch_event("mouseover")
            mark.dispatch_event("click")
        page.locator("#recherche").fill("img")
        for found in page.locator("#recherche + ul button").all():
            found.click()
            for closed in page.locator(".leaflet-popup-content details").all():
                closed.evaluate("node => { node.open = true; }")
        page.locator("path.trait-lien").first.dispatch_event("mouseover")
        page.wait_for_timeout(300)
        assert HOSTILE in page.locator(".leaflet-popup-content").first.inner_text()
        assert page.evaluate("typeof window.__pwned") == "undefined"
        assert page.locator("img").count() == 0
        assert (
            page.evaluate(
                "[...document.querySelectorAll('*')].flatMap(n => [...n.attributes]).filter(a => /^on/i.test(a.name)).length"
            )
            == 0
        )
        assert trace == {"requests": [], "errors": []}


def test_the_narrow_page_scrolls_and_overlaps_nothing(chromium, real_page):
    with open_offline(chromium, real_page, width=420, height=800) as (page, trace):
        ground, panel = page.locator(".cadre").bounding_box(), page.locator("#panneau").bounding_box()
        assert ground["y"] + ground["height"] <= panel["y"] + 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 420
        assert trace["errors"] == []


def test_the_guard_itself_sees_what_leaves_and_what_fails(chromium, tmp_path):
    path = tmp_path / "temoin.html"
    path.write_text(
        "<p>témoin</p><img src='http://localhost:9/x.png'><script>window.__pwned = 1; nothing_here()</script>",
        encoding="utf-8",
    )
    with open_offline(chromium, path) as (page, trace):
        page.wait_for_timeout(300)
        assert page.evaluate("window.__pwned") == 1
        assert trace["requests"] == ["http://localhost:9/x.png"]
        assert any("nothing_here" in error for error in trace["errors"])


@pytest.mark.parametrize("closed", [False, True])
def test_the_policy_stops_what_would_leave(chromium, tmp_path, closed):
    # A real listener on this machine, network open: without the policy the page reaches it, with it nothing comes.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5 if not closed else 1)
        text = f"<html><head></head><body><img src='http://127.0.0.1:{listener.getsockname()[1]}/x.png'></body></html>"
        path = tmp_path / "page.html"
        path.write_text(inline_assets(text) if closed else text, encoding="utf-8")
        page = chromium.new_page()
        page.goto(path.as_uri(), wait_until="commit")
        if closed:
            with pytest.raises(TimeoutError):
                listener.accept()
        else:
            listener.accept()[0].close()
        page.close()


def test_enter_opens_the_first_result_wholly_in_view(chromium, real_page):
    # The northernmost communes: the popup opens upwards, towards the banner.
    with open_offline(chromium, real_page, width=1280, height=640) as (page, trace):
        for name in ("Servant", "Virlet"):
            page.locator("#recherche").fill(name)
            page.locator("#recherche").press("Enter")
            page.locator(".leaflet-popup-content h3", has_text=name).wait_for()
            page.wait_for_timeout(600)
            popup, frame = page.locator(".leaflet-popup").bounding_box(), page.locator(".cadre").bounding_box()
            assert popup["y"] >= frame["y"] and popup["y"] + popup["height"] <= frame["y"] + frame["height"]
        page.locator("#recherche").fill("zzzz")
        page.locator("#recherche").press("Enter")
        assert trace == {"requests": [], "errors": []}


@pytest.fixture(scope="module")
def toy_page(tmp_path_factory):
    return write_web_map(draw_web_map(make_communes(), make_view(), **CAPTION), tmp_path_factory.mktemp("carte été") / "carte.html")


def show(page, label):
    """Choose a theme by the start of its name."""
    open_details(page)
    page.locator("label.choix", has_text=label).locator("input[name=theme]").check()


def read_legend(page):
    return [row.inner_text().split("\n") for row in page.locator("#legende li").all()]


def test_each_new_layer_is_painted_and_its_legend_counts(chromium, toy_page):
    with open_offline(chromium, toy_page) as (page, trace):
        show(page, "Présence : Crèche")
        assert read_legend(page)[1] == ["Absence vérifiée", "1", "11 %", "200", "4 %"]
        painted = fills(page)
        assert painted[0] == "#009E73" and painted[1] != painted[2] and {fill[:5] for fill in painted[1:]} == {"url(#"}
        assert "Âge de l'information : 2 mois d'âge médian." in page.locator("#legende").inner_text()
        show(page, "Distance : Crèche")
        assert read_legend(page)[0] == ["au plus 5 km", "3", "600"] and read_legend(page)[-1] == ["Sans donnée", "1", "900"]
        show(page, "Discordance : CIAS")
        assert read_legend(page)[0] == ["1 : un seul pour tous", "1 intercommunalité", "6", "3\u202f300"]
        assert read_legend(page)[-1] == ["dont hors de l'unité principale", "1", "400"]
        # Every commune of CC Ouest has the same colour, and the one out of its main unit is hatched over it.
        assert fills(page)[0] == fills(page)[6] != fills(page)[3] and fills(page)[3].startswith("url(#")
        show(page, "Communes de mêmes interlocuteurs")
        assert [row[0] for row in read_legend(page)[:2]] == ["A2", "A1"]
        keep_capture(page, "carte_couches")
        assert trace == {"requests": [], "errors": []}


def test_a_second_layer_is_lines_over_the_first_and_says_what_holds_whole(chromium, toy_page):
    with open_offline(chromium, toy_page) as (page, trace):
        show(page, "EPCI")
        before, lines = fills(page), page.locator(".leaflet-limites-pane path").count()
        page.locator("#comparer").select_option(label="CIAS")
        assert fills(page) == before and page.locator(".leaflet-limites-pane path").count() == lines + 2
        told = page.locator("#comparaison").inner_text().replace("\xa0", " ")
        assert "« EPCI » : 1 unité sur 2 tient entière dans une seule unité de « CIAS »." in told
        assert "« CIAS » : 0 unité sur 2 tient entière dans une seule unité de « EPCI » (1 non connue)." in told
        assert "c2 (75 % de la population) ; CIAS un (25 % de la population)" in page.locator("#tableau tbody tr").nth(1).inner_text()
        page.locator("#comparer").select_option(label="Rien")
        assert page.locator(".leaflet-limites-pane path").count() == lines and page.locator("#comparaison").inner_text() == ""
        assert trace["errors"] == []


def test_filters_of_actors_count_and_can_all_be_lifted(chromium, toy_page):
    with open_offline(chromium, toy_page) as (page, trace):
        status = page.locator(".compte")
        assert status.inner_text() == "2 acteurs affichés sur 2"
        options = page.locator("#filtre-dispositif option").all_inner_texts()
        assert options == ["Tous (2)", "CTG (2)", "PAT (1)", "Aucun dispositif connu (0)"]
        page.locator("#filtre-dispositif").select_option(label="CTG (2)")
        page.locator("#filtre-stade").select_option(label="Diagnostic (1)")
        # The day nursery takes part in the CTG, and in the PAT at a stage nobody said: neither is the CTG at its diagnosis.
        assert status.inner_text() == "1 acteur affiché sur 2 (CTG ; stade d'entrée : Diagnostic)"
        page.locator("label.choix", has_text="Mixte").locator("input").uncheck()
        assert status.inner_text().startswith("0 acteur affiché sur 2") and page.locator(".marque").count() == 0
        page.locator("button", has_text="Tout afficher").click()
        assert status.inner_text() == "2 acteurs affichés sur 2" and page.locator("#filtre-stade").input_value() == "-1"
        assert trace["errors"] == []


def test_the_panel_of_a_commune_tells_what_is_known_of_it(chromium, toy_page):
    with open_offline(chromium, toy_page) as (page, _):
        page.locator("#recherche").fill("00001")
        page.locator("#recherche").press("Enter")
        page.evaluate("document.querySelectorAll('.fiche details').forEach((fold) => { fold.open = true; })")
        told = page.locator(".leaflet-popup-content").inner_text()
    for part in ("Mêmes interlocuteurs que 4 autres communes (groupe A2)", "au plus 2,5 km", "Absence vérifiée", "Projet\nPAT"):
        assert part in told, part


def test_the_table_follows_the_theme_and_leads_to_the_commune(chromium, toy_page):
    with open_offline(chromium, toy_page) as (page, trace):
        assert page.locator("#tableau tr").count() == 0
        page.locator("#tableau > summary").click()
        page.locator("#tableau tbody tr").nth(8).wait_for()
        assert page.locator("#tableau tbody tr").count() == 9
        show(page, "Présence : Crèche")
        assert page.locator("#tableau tbody tr").nth(1).inner_text().split("\t")[-1] == "Absence vérifiée"
        assert page.locator("#tableau th[scope=col]").last.inner_text() == "Présence : Crèche"
        page.locator("#tableau-epci").select_option(label="CC Ouest")
        assert page.locator("#tableau tbody tr").count() == 3
        show(page, "Discordance : CIAS")
        rows = [row.inner_text().split("\t") for row in page.locator("#tableau tbody tr").all()]
        assert rows == [["CC Ouest", "3", "1,50", "1"], ["CC Est", "6", "1,00", "0"]] and page.locator("#tableau-epci").is_hidden()
        show(page, "Aucun")
        page.locator("#tableau tbody button").first.click()
        assert page.locator(".leaflet-popup-content h3").inner_text().startswith("Commune 00000")
        assert trace["errors"] == []


def test_the_keyboard_reaches_every_control_and_no_outline_of_commune(chromium, toy_page):
    with open_offline(chromium, toy_page) as (page, _):
        controls, stops = walk_keyboard(page)
        assert stops[0]["who"] == "a.evitement"
        assert {each["rank"] for each in controls} <= {stop["rank"] for stop in stops}
        assert [stop["who"] for stop in stops if not stop["outlined"] or stop["who"].startswith("path")] == []


@pytest.mark.parametrize("opened", [False, True])
def test_four_hundred_percent_scrolls_one_way(chromium, real_page, opened):
    with open_offline(chromium, real_page, width=320, height=256) as (page, trace):
        if opened:
            open_details(page)
        assert list_too_wide(page) == [] and trace["errors"] == []
        assert "user-scalable" not in page.locator("meta[name=viewport]").get_attribute("content")
        # The map leaves room to scroll past it.
        assert page.locator(".cadre").bounding_box()["height"] < 256


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 256)])
def test_no_serious_fault_of_accessibility(chromium, toy_page, width, height):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    with open_offline(chromium, toy_page, width=width, height=height) as (page, _):
        open_details(page)
        page.locator("#recherche").fill("00001")
        page.locator("#recherche").press("Enter")
        page.locator(".leaflet-popup-content h3").wait_for()
        found = axe.Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found if fault["impact"] in ("serious", "critical")] == []


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def tiled_page(tmp_path_factory):
    view = make_view() | {"tuiles": find_tiles("plan_ign")}
    return write_web_map(draw_web_map(make_communes(), view, **CAPTION), tmp_path_factory.mktemp("fond été") / "carte.html")


def test_tiles_are_asked_only_while_their_box_is_ticked(chromium, tiled_page):
    asked, address = [], tiled_page.as_uri()
    context = chromium.new_context(viewport={"width": 1280, "height": 900})

    def answer(route):
        if route.request.url == address:
            return route.continue_()
        asked.append(route.request.url)
        return route.fulfill(body=PIXEL, content_type="image/png")

    context.route("**/*", answer)
    page = context.new_page()
    page.goto(address)
    box = page.get_by_label("Plan IGN (demande internet)")
    assert not box.is_checked()
    page.wait_for_timeout(300)
    assert asked == []
    box.check()
    page.get_by_text("Fond : Plan IGN, Géoplateforme (Licence Ouverte 2.0).").wait_for()
    assert asked and all(url.startswith("https://data.geopf.fr/wmts?") for url in asked)
    assert all(re.search(r"TILEMATRIX=\d+&TILEROW=\d+&TILECOL=\d+$", url) for url in asked)
    opacity = "() => getComputedStyle(document.querySelector('path.commune')).fillOpacity"
    assert page.evaluate(opacity) == "0.55"
    box.uncheck()
    assert page.evaluate(opacity) == "1" and page.locator(".leaflet-tile").count() == 0
    assert page.evaluate("() => fetch('https://data.geopf.fr/x').then(() => 'out', () => 'closed')") == "closed"
    context.close()


def test_tiles_without_a_network_say_so_and_the_map_stays(chromium, tiled_page):
    with open_offline(chromium, tiled_page) as (page, trace):
        assert trace["errors"] == trace["requests"] == []
        page.get_by_label("Plan IGN (demande internet)").check()
        page.get_by_text("il faut internet. Le reste").wait_for()
        assert page.locator("path.commune").count() > 0


def test_a_map_without_the_setting_offers_no_tile(chromium, tmp_path):
    path = write_web_map(draw_web_map(make_communes(), make_view(), **CAPTION), tmp_path / "carte.html")
    assert "geopf" not in path.read_text(encoding="utf-8")
    with open_offline(chromium, path) as (page, _):
        assert page.get_by_text("demande internet").count() == 0
