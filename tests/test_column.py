"""Pages drawn for the text of a report: letters of 6 points on 16 cm, nothing cut, nothing on anything else, and what is left out told."""

import pandas as pd
import pytest
from pages import find_faults, list_words
from passage import measure_example
from toy_map import MENTIONS, find_gid, plain, read_legends, read_texts

from diagnostic.draw import page, posts_chart, professions_chart, role_chart, stage_chart, states_chart
from diagnostic.draw.report_figures import read_figure
from diagnostic.measure.mentions import list_sources
from diagnostic.run import list_pages, select_edition

APART = ("titre", "fictif", "notes")  # what the document writes itself
LARGE = ("stades", "territoires", "metiers", "metiers_territoires", "reseau_liens")  # pages that hold more in the edition interne

ALIKE, SEEN = ("ressort_", "etats_", "hasard_"), ("ressort_fictifcas", "etats_maisonsante", "hasard_puydedome")  # one of each is drawn


def draw_column(edition, names=()):
    """Return {name: Figure} of the pages of the example (all, or those named), drawn for the column of a report."""
    tables, results = measure_example()
    told = {"reglages": tables["reglages"] | {"titre": "Essai", "formats_cartes": ("colonne",)}, "sources": list_sources(tables)}
    pages = {name.removesuffix("_colonne"): draw for name, draw in list_pages(select_edition(tables | results | told, edition)).items()}
    chosen = [*names] or [name for name in pages if not name.startswith(ALIKE) or name in SEEN]
    return {name: pages[name]() for name in chosen}


def find_cut(figure):
    """Return the words that the picture of a document would cut: those out of the box it keeps."""
    x0, y0, x1, y1 = read_figure(figure)["boite"]
    kept = [text for text in list_words(figure) if text.get_gid() not in APART]
    boxes = {text.get_text(): page.measure_box(text) for text in kept}
    return [words for words, box in boxes.items() if box[0] < x0 or box[1] < y0 - 0.02 or box[2] > x1 or box[3] > y1 + 0.02]


@pytest.mark.parametrize(("edition", "names"), [("publique", ()), ("interne", LARGE)], ids=["publique", "interne"])
def test_every_page_reads_in_a_column(edition, names):
    figures = draw_column(edition, names)
    assert len(figures) >= (len(names) or 18)
    faults = {name: [*find_faults(figure), *find_cut(figure)] for name, figure in figures.items()}
    assert {name: told for name, told in faults.items() if told} == {}


def test_letters_are_measured_on_the_paper():
    figure = page.open_page("colonne")
    page.write_text(figure, 0.5, 0.5, "trop petit", fontsize=6.5)
    assert find_faults(figure) == ["6.5 points : 'trop petit'"]
    assert page.find_least(figure) * 0.86 == pytest.approx(6.0) and page.find_least(figure, 9.0) == 9.0
    assert page.find_least(page.open_page("A4")) == page.LEAST_POINTS and page.find_least(page.open_page("A3"), 5.0) == 5.0


@pytest.mark.parametrize(("number", "told"), [(14, 0), (60, 1)], ids=["deux colonnes", "comptées"])
def test_a_long_legend_goes_on_in_the_next_column_then_is_counted(number, told):
    figure = page.open_page("colonne")
    handles = [page.make_patch("#FFFFFF", f"Unité {rank} — {rank}") for rank in range(number)]
    limits = [page.make_patch("#FFFFFF", "Limite")]
    page.stack_legends(figure, [("Unités", handles, None), ("Limites", limits, None)], (3.0, 1.2, [0.35, 3.9]), "A : un nom\nB : un autre")
    assert not find_faults(figure) and min(page.measure_box(legend)[1] for legend in figure.legends) >= 1.2
    entries = read_legends(figure)
    held = [entry for title, names in entries.items() if title.startswith("Unités") for entry in names]
    assert "Unités (suite)" in entries and "Limite" in entries["Limites"]
    rest = [entry for entry in held if entry.startswith("et ")]
    assert len(rest) == told and (not told or plain(rest[0]) == f"et {number - len(held) + 1} autres")


def test_stages_have_a_place_for_the_roles_met_when_all_would_not_hold():
    devices = pd.DataFrame({"dispositif_id": list("abc"), "nom": ["Contrat a", "Contrat b", "Contrat c"]})
    roles = ["financement", "pilotage", "coordination", "animation", "participation", None]
    rows = pd.DataFrame(
        [(f"x{rank}{n}", "abc"[rank % 3], role, "emergence") for rank, role in enumerate(roles) for n in range(12 if rank == 1 else 1)]
        + [("y", "a", "participation", "diagnostic")],
        columns=["acteur_id", "dispositif_id", "role", "stade"],
    )  # fmt: skip
    figure = stage_chart.draw_stages(devices, rows, mentions=MENTIONS, format_page="colonne")
    ticks = dict(zip([label.get_text() for label in figure.axes[0].get_xticklabels()], figure.axes[0].get_xticks(), strict=True))
    first, second = 2 * ticks["Émergence"], 2 * (ticks["Diagnostic"] - 2 * ticks["Émergence"])
    assert first > 4 * second and not find_faults(figure)
    places = {text.get_text(): text.get_position()[0] for text in find_gid(figure, "nombre")}
    assert places["12"] < first and len(find_gid(figure, "lettre")) == 7
    wide = stage_chart.draw_stages(devices, rows, mentions=MENTIONS, format_page="A4")
    steps = wide.axes[0].get_xticks()
    assert (steps[1:] - steps[:-1]) == pytest.approx([1.0] * (len(steps) - 1))


def test_a_slide_holds_fewer_actors_and_says_so():
    actors = pd.DataFrame({"acteur_id": [f"a{k:02d}" for k in range(40)], "champ": "social"})
    actors["nom"] = "Acteur " + actors["acteur_id"]
    devices = pd.DataFrame({"dispositif_id": ["d", "e"], "nom": ["Contrat d", "Contrat e"]})
    rows = pd.DataFrame([(key, device, "pilotage") for key in actors["acteur_id"] for device in "de"],
                        columns=["acteur_id", "dispositif_id", "role"])  # fmt: skip
    for format_page, number in {"16:9": 18, "A4": 32, "colonne": 32}.items():
        figure = role_chart.draw_roles(actors, devices, rows, mentions=MENTIONS, format_page=format_page)
        assert f"Lignes : les {number} acteurs qui sont dans le plus de dispositifs, sur 40." in plain(read_texts(figure))
        assert not find_faults(figure, smallest=4.5 if format_page == "16:9" else None)


def test_columns_of_states_without_room_are_counted():
    states = pd.DataFrame("present", index=["Crèches", "Maisons"], columns=[f"Territoire {k:02d}" for k in range(60)])
    shares = pd.Series(0.5, index=states.columns)
    for format_page, left in {"colonne": 1, "A4": 0}.items():
        figure = states_chart.draw_categories(states, mentions=MENTIONS, bilans=shares, format_page=format_page)
        shown = len(figure.axes[0].get_xticklabels())
        assert (f"Colonnes : les {shown} premières ; {60 - shown} autres hors de cette page." in plain(read_texts(figure))) == bool(left)
        assert "2 catégories dans 60 territoires" in plain(read_texts(figure))
    assert shown == 60


def test_posts_without_room_are_counted():
    names = list(posts_chart.STATUSES)
    rows = pd.DataFrame([("fonction", f"f{k}", 20 - k, 0, 0, 0) for k in range(16)], columns=["groupe", "code", *names])
    rows["libelle"] = "Professionnels du social (aide à la personne, éducation, accompagnement social et management) " + rows["code"]
    figure = posts_chart.draw_posts(pd.concat([rows, rows.assign(groupe="metier_passerelle")]), mentions=MENTIONS, format_page="colonne")
    assert not find_faults(figure) and not find_cut(figure)
    assert "de moindre effectif hors de la page" in plain(read_texts(figure))


def test_totals_without_room_are_told():
    keys = ["territoire_id", "verbe", "champ"]
    verbs, champs = ["animer", "coordonner", "cooperer"], ["social", "mixte"]
    cells = [("ensemble", "ensemble"), *((verb, champ) for verb in verbs for champ in [*champs, "ensemble"])]
    cells += [("apprendre", "social"), ("apprendre", "ensemble"), *(("accompagner", champ) for champ in [*champs, "ensemble"])]
    places = ["perimetre", *(f"epci:{k}" for k in range(60))]
    table = pd.DataFrame([(place, *cell) for place in places for cell in cells], columns=keys)
    table = table.assign(nb_postes=12, nb_pourvus=11, nb_vacants=1, nb_a_creer=0, nb_statut_inconnu=0, etp=1.0, nb_etp_inconnus=0)
    known = pd.DataFrame({"nom": places, "type": ["perimetre"] + ["epci"] * 60}, index=places)
    figure = professions_chart.draw_professions(table, known, mentions=MENTIONS, format_page="colonne")
    words = plain(read_texts(figure))
    assert "Faute de place ici, sont dans le classeur, par territoire : " in words and "ETP connus" in words
    kept = len(find_gid(figure, "territoire"))
    assert f"Lignes : {61 - kept} territoires de moins de postes hors de cette page." in words and 20 < kept < 61
    assert not find_faults(figure) and "Savoir\napprendre" in [text.get_text().strip() for text in find_gid(figure, "verbe")]
