"""Pages of the networks: which there are, for whom, and none of what nobody recorded."""

import pytest
from passage import measure_example
from toy_map import read_texts

from diagnostic.draw.network_pages import draw_actor_view, list_members, list_network_pages
from diagnostic.errors import DiagnosticError
from diagnostic.run import select_edition

MENTIONS = {"sources": ["source d'essai"], "date": "21/11/2026", "couverture": "30 % des cases", "fictif": True, "edition": "interne"}


def mention(_subject):
    return MENTIONS


@pytest.fixture(scope="module")
def shown():
    tables, results = measure_example()
    return select_edition(tables | results | {"reglages": tables["reglages"] | {"titre": "Essai"}, "sources": _sources(tables)}, "interne")


def _sources(tables):
    from diagnostic.measure.mentions import list_sources

    return list_sources(tables)


def list_names(tables, *, shared=False):
    return [(name, alike) for name, alike, _ in list_network_pages(tables, None, mention, mention, shared=shared)]


def test_every_network_has_its_pages(shown):
    assert list_names(shown) == [
        ("reseau_liens", False), ("reseau_dispositifs", False), ("stades", False), ("silos_references", True), ("metiers", True),
    ]  # fmt: skip
    assert ("reseau_liens", True) in list_names(shown, shared=True)


def test_what_nobody_recorded_has_no_page(shown):
    references = shown["references"].assign(phrase="")
    silent = {"liens": shown["liens"].iloc[:0], "references": references, "postes_resume": shown["postes_resume"].iloc[:0]}
    assert [name for name, _ in list_names(shown | silent)] == ["reseau_dispositifs", "stades"]
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
