"""Pages of the networks: which there are, for whom, and none of what nobody recorded."""

import pytest
from passage import measure_example
from toy_map import read_texts

from diagnostic.draw.network_pages import draw_actor_view, find_ranges, list_members, list_network_pages, tell_limits
from diagnostic.errors import DiagnosticError
from diagnostic.run import select_edition

MENTIONS = {"sources": ["source d'essai"], "date": "21/11/2026", "couverture": "30 % des cases", "fictif": True, "edition": "interne"}


def mention(_subject):
    return MENTIONS


def show(edition):
    tables, results = measure_example()
    told = {"reglages": tables["reglages"] | {"titre": "Essai"}, "sources": _sources(tables)}
    return select_edition(tables | results | told, edition)


@pytest.fixture(scope="module")
def shown():
    return show("interne")


@pytest.fixture(scope="module")
def publique():
    return show("publique")


def read_pages(tables, *names):
    pages = {name: draw for name, _, draw in list_network_pages(tables, None, mention, mention, shared=False)}
    return [" ".join(read_texts(pages[name]()).split()) for name in names]


def _sources(tables):
    from diagnostic.measure.mentions import list_sources

    return list_sources(tables)


def list_names(tables, *, shared=False):
    return [(name, alike) for name, alike, _ in list_network_pages(tables, None, mention, mention, shared=shared)]


def test_every_network_has_its_pages(shown):
    assert list_names(shown) == [
        ("reseau_liens", False), ("reseau_noyau", False), ("reseau_dispositifs", False), ("reseau_tableau", False), ("stades", False),
        ("silos_references", True), ("territoires", False), ("metiers", False), ("metiers_territoires", False),
    ]  # fmt: skip


def test_what_differs_by_edition_is_never_shared_and_bears_its_edition(shown):
    alike = [name for name, is_shared in list_names(shown, shared=True) if is_shared]
    assert alike == ["reseau_noyau", "reseau_dispositifs", "reseau_tableau", "silos_references"]
    pages = list_network_pages(shown, None, lambda subject: MENTIONS | {"edition": None}, mention, shared=True)
    drawn = ("reseau_liens", "stades", "metiers", "territoires", "reseau_noyau")
    words = {name: read_texts(draw()) for name, _, draw in pages if name in drawn}
    told = {name: "Édition interne (ne pas diffuser)" in text for name, text in words.items()}
    assert told == {"reseau_liens": True, "stades": True, "metiers": True, "territoires": True, "reseau_noyau": False}


def test_a_page_that_hides_says_so_and_counts_what_it_hides(shown, publique):
    links, devices = read_pages(publique, "reseau_liens", "stades")
    whole, held = (publique[name].set_index("territoire_id").loc["perimetre"] for name in ("densites", "densites_dispositifs"))
    members = len(list_members(publique))
    assert members < whole["nb_acteurs"]
    assert f"Dessin limité à ce que montre cette édition : {members} acteurs sur {int(whole['nb_acteurs'])}, " in links
    assert f"liens sur {int(whole['nb_liens'])} ; les chiffres d'ensemble portent sur tout l'inventaire." in links
    assert f"dispositifs sur {int(held['nb_dispositifs'])}, " in devices
    assert f"participations sur {int(held['nb_participations'])} ;" in devices
    assert not [text for text in read_pages(shown, "reseau_liens", "reseau_noyau", "stades") if "Dessin limité" in text]


def test_limits_are_told_only_when_something_is_missing():
    assert tell_limits(None, nb_acteurs=3) == tell_limits({"nb_acteurs": 3, "nb_liens": 2}, nb_acteurs=3, nb_liens=2) == []
    (line,) = tell_limits({"nb_acteurs": 3, "nb_liens": 2}, nb_acteurs=3, nb_liens=1)
    assert "3 acteurs sur 3, 1 lien sur 2" in " ".join(line.split())


def test_late_funders_are_told_in_the_edition_interne_only(shown, publique):
    own, others = read_pages(shown, "stades")[0], read_pages(publique, "stades")[0]
    assert "après l'émergence" in own
    assert "à un stade connu sont au stade" in others and "entré" not in others and "présent dès" not in others
    unknown = read_pages({name: table for name, table in shown.items() if name != "edition"}, "stades")[0]
    assert "à un stade connu sont au stade" in unknown


def test_who_answered_is_told_where_the_edition_holds_it(shown, publique):
    own, others = read_pages(shown, "reseau_liens")[0], read_pages(publique, "reseau_liens")[0]
    assert "n'ont pas répondu" in own and "a_repondu" not in publique["acteurs"]
    assert "sans lien déclaré" in others and "répondu" not in others


def test_the_posts_of_the_edition_are_drawn(shown):
    gathered = shown["postes_resume"].query("groupe == 'ensemble'")
    few = {name: table for name, table in shown.items() if name != "postes_resume"} | {"postes_publics": gathered}
    number = int(gathered["nb_postes"].iloc[0])
    assert f"{number} postes et fonctions recensés" in read_pages(few, "metiers")[0]
    del few["postes_publics"]
    assert "metiers" not in [name for name, _ in list_names(few)]


def test_the_chart_of_chance_says_what_it_leaves_out_and_how_conventions_move_it(shown):
    (words,) = read_pages(shown, "silos_references")
    assert "hors de la comparaison" in words and "Observé / attendu : de" in words and "quand une catégorie d'acteurs change" in words
    ranges = find_ranges(shown)
    row = shown["conventions_resume"].set_index("mesure").loc["ratio_externes"]
    assert ranges["categories"] == (row["min_categories"], row["max_categories"])
    assert ranges["mixte"] == (row["min_mixte"], row["max_mixte"])
    empty = {name: shown[name].iloc[:0] for name in ("silos", "conventions_resume")}
    assert find_ranges({}) == find_ranges(empty) == {}


def test_a_small_network_has_no_extract(shown):
    links = shown["liens"].head(20)
    assert "reseau_noyau" not in [name for name, _ in list_names(shown | {"liens": links})]


def test_what_nobody_recorded_has_no_page(shown):
    references = shown["references"].assign(phrase="")
    silent = {"liens": shown["liens"].iloc[:0], "references": references, "postes_resume": shown["postes_resume"].iloc[:0]}
    silent |= {name: shown[name].iloc[:0] for name in ("postes_croises", "postes_croises_publics") if name in shown}
    assert [name for name, _ in list_names(shown | silent)] == ["reseau_dispositifs", "reseau_tableau", "stades"]
    silent["participations"] = shown["participations"].iloc[:0]
    assert list_names(shown | silent) == []


def test_the_pages_count_the_actors_of_the_network(shown):
    members = list_members(shown)
    assert len(members) == shown["positions"].shape[0]
    pages = {name: draw for name, _, draw in list_network_pages(shown, None, mention, mention, shared=False)}
    words = " ".join(read_texts(pages["reseau_liens"]()).split())
    linked = int((shown["positions"]["degre"] > 0).sum())
    assert f"{linked} acteurs reliés par {len(shown['confirmations'])} liens déclarés" in words


def test_an_actor_is_seen_from_near(shown):
    figure = draw_actor_view(shown, "caf-43", mentions=MENTIONS)
    assert any("Caf de la Haute-Loire" in text.get_text() for text in [*figure.texts, *figure.axes[0].texts])
    with pytest.raises(DiagnosticError):
        draw_actor_view(shown, "personne", mentions=MENTIONS)
