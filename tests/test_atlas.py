"""Which maps and charts a diagnosis has."""

import pytest
from pages import gather
from passage import measure_example, measure_small

from diagnostic.draw.atlas import list_figures


def list_names(measured, edition="publique", **changes):
    tables, told = gather(measured, edition)
    return [(name, shared) for name, shared, _ in list_figures(tables | changes, mentions=told, edition=edition)]


def test_the_example_has_its_pages_in_order():
    names = list_names(measure_example())
    assert [name[:3] for name, _ in names] == [f"{rank:02d}_" for rank in range(1, len(names) + 1)]
    bare = [name[3:] for name, _ in names]
    ordered = [
        "mille-feuille", "communes_de_meme_cas", "ressort_arrondissement", "ressort_departement", "ressort_caf", "ressort_fictifcas",
        "ressort_fictifcias", "ressort_fictifmsaterritoires", "discordance", "hasard_hauteloire", "hasard_puydedome", "acteurs",
        "acteurs_par_rubrique", "categories", "liens_entre_champs", "reseau_liens", "reseau_noyau", "reseau_carte", "reseau_dispositifs",
        "reseau_tableau", "stades", "silos_references", "territoires", "metiers", "etats_centresocial", "etats_franceservices",
        "etats_cafeassociatif", "etats_maisonsante", "etats_ehpad",
    ]  # fmt: skip
    assert [name for name in bare if name in ordered] == ordered
    # What editions share, whoever sees it: jurisdictions, and figures of the whole.
    shared = {name[3:] for name, is_shared in names if is_shared}
    assert shared == {*ordered[:11], "categories", "liens_entre_champs", "silos_references"}


def test_pages_of_actors_are_shared_when_every_edition_shows_the_same():
    tables, told = gather(measure_example())
    apart = {name[3:] for name, shared, _ in list_figures(tables, mentions=told, edition=None) if not shared}
    assert {"reseau_liens", "stades", "territoires", "metiers"} <= apart
    assert not apart & {"acteurs", "acteurs_par_rubrique", "reseau_noyau", "reseau_dispositifs", "reseau_tableau", "etats_ehpad"}


def test_pages_that_editions_share_do_not_depend_on_the_edition():
    names = {edition: list_names(measure_example(), edition) for edition in ("publique", "interne")}
    shared = {edition: {name for name, is_shared in found if is_shared} for edition, found in names.items()}
    assert shared["publique"] == shared["interne"]


@pytest.mark.long
def test_a_distance_is_drawn_only_where_the_inventory_is_complete():
    names = [name for name, _ in list_names(measure_small())]
    assert [name.split("_", 1)[1] for name in names if "acces" in name] == ["acces_ccas"]  # its only EPCI is said complete for them
    tables, _ = gather(measure_small())
    summary = tables["acces"].assign(inventaire="complet")
    drawn = [name for name, _ in list_names(measure_small(), acces=summary) if "acces" in name]
    assert len(drawn) == summary["categorie"].nunique() > 1


def test_no_actor_no_map_of_actors():
    tables, _ = gather(measure_small())
    empty = {name: tables[name].iloc[:0] for name in ("acteurs", "categories_territoires", "blocs", "acces")}
    names = [name for name, _ in list_names(measure_small(), **empty)]
    assert names and not [name for name in names if "acteurs" in name or "categories" in name or "acces" in name]


@pytest.mark.parametrize("edition", ["publique", "interne"])
def test_a_page_says_its_title_sources_and_edition(edition):
    from toy_map import read_texts

    tables, told = gather(measure_small(), edition)
    figures = {name: draw for name, _, draw in list_figures(tables, mentions=told, edition=edition)}
    name = next(name for name in figures if name.endswith("_acteurs"))
    text = " ".join(read_texts(figures[name]()).split())
    assert "15/11/2026" in text and "FICTIF" in text and edition in text.lower()


def read_page(tables, told, name):
    from toy_map import read_texts

    (draw,) = [draw for each, _, draw in list_figures(tables, mentions=told, edition="publique") if each.endswith(name)]
    return " ".join(read_texts(draw()).split())


def test_communes_in_no_network_are_counted_not_drawn():
    tables, told = gather(measure_small())
    actors = tables["acteurs"].assign(dans_reseau=False)
    marked = actors.assign(categorie=actors["categorie"].mask(actors["acteur_id"].isin(["A1", "A4"]), "commune"))
    linked = marked.assign(dans_reseau=marked["acteur_id"].eq("A1"))
    for actors, count, left in [(marked, 4, "2 communes sans lien ni participation ne sont"), (linked, 5, "1 commune sans lien")]:
        assert left in read_page(tables | {"acteurs": actors}, told, "_acteurs")
        bars = read_page(tables | {"acteurs": actors}, told, "_acteurs_par_rubrique")
        assert f"{count} acteurs dans" in bars and left in bars
    only = marked[marked["categorie"] == "commune"]
    assert not [name for name, _, _ in list_figures(tables | {"acteurs": only}, mentions=told, edition=None) if "acteurs" in name]


def test_the_same_count_everywhere_makes_no_page():
    tables, told = gather(measure_small())
    flat = tables["millefeuille"].assign(nb_unites=3)
    uneven = flat.assign(nb_unites=[2] + [3] * (len(flat) - 1))
    for counts, drawn in [(flat, False), (uneven, True), (flat.iloc[1:], True)]:
        names = [name for name, _, _ in list_figures(tables | {"millefeuille": counts}, mentions=told, edition=None)]
        assert any("mille-feuille" in name for name in names) == drawn


def test_the_coverage_of_the_inventory_is_not_said_of_boundaries():
    tables, told = gather(measure_example())
    for name, said in [("_ressort_arrondissement", False), ("_discordance", False), ("_acteurs_par_rubrique", True)]:
        assert ("Inventaire non exhaustif" in read_page(tables, told, name)) == said


def test_the_choice_of_the_categories_is_said():
    tables, told = gather(measure_example())
    words = read_page(tables, told, "_categories")
    assert "Lignes : les 30 premières des" in words and "absences vérifiées d'abord" in words


def test_a_territory_without_outline_has_its_charts():
    tables, told = gather(measure_small())
    flat = tables | {"communes": tables["communes"].assign(geometry=None).set_crs(4326, allow_override=True)}
    names = [name for name, _, _ in list_figures(flat, mentions=told, edition=None)]
    assert names and not [name for name in names if "ressort" in name or name.endswith("_acteurs") or "mille" in name]


def test_chance_not_computed_and_one_group_make_no_page():
    tables, told = gather(measure_example())
    flat = {"hasard": tables["hasard"].assign(observe=float("nan")), "atomes_communes": tables["atomes_communes"].assign(atome_id="A1")}
    unread = {"hasard": tables["hasard"].assign(moyenne_hasard=float("nan"))}  # a page that says « non calculé » says one thing
    unasked = {name: table for name, table in tables.items() if name != "hasard"}
    for held in (tables | flat, unasked | {"atomes_communes": flat["atomes_communes"]}, tables | flat | unread):
        names = [name for name, _, _ in list_figures(held, mentions=told, edition=None)]
        assert names and not [name for name in names if "hasard" in name or "meme_cas" in name]


def test_a_map_hatches_the_communes_out_of_the_main_unit_of_an_epci_only():
    tables, told = gather(measure_example())
    odd = tables["communes_minoritaires"]
    row = odd[odd["couche"] == "ARRONDISSEMENT"].head(1)
    assert len(row)
    words = read_page(tables | {"communes_minoritaires": row.assign(territoire_id="autre:X")}, told, "_ressort_arrondissement")
    assert "hors de l'unité principale" not in words
    words = read_page(tables | {"communes_minoritaires": row.assign(territoire_id="epci:1")}, told, "_ressort_arrondissement")
    assert "1 commune hors de l'unité principale" in words and row["nom"].iloc[0] in words


def test_a_long_layer_name_makes_a_short_file_name():
    tables, told = gather(measure_example())
    long = "Z" * 300
    renamed = tables | {
        "couches": tables["couches"].rename(index={"FICTIF_CAS": long}),
        "affectation": tables["affectation"].replace({"couche": {"FICTIF_CAS": long}}),
    }
    assert max(len(name) for name, _, _ in list_figures(renamed, mentions=told, edition=None)) < 60
