"""The extract of the network: the actors with most partners, all named, no ranking, nothing lost."""

import networkx as nx
import pandas as pd
import pytest
from jouets_reseau import J2, J2_LIENS, make_actors, shuffle
from test_network_charts import make_large
from toy_map import MENTIONS, find_gid, list_boxes, plain, read_legends, read_texts, save_png

from diagnostic.draw import network_core

NAMED = J2.assign(nom=lambda t: "Structure " + t["acteur_id"])


@pytest.fixture(scope="module")
def noyau():
    return network_core.draw_core(NAMED, J2_LIENS, mentions=MENTIONS, number=4)


def test_the_most_linked_are_chosen_and_ties_counted():
    # ab, ac, bc, cd, de, ef: c has 3 partners; a, b, d and e have 2; f has 1.
    degrees, equal = network_core.choose_core(J2, J2_LIENS, 4)
    assert degrees.to_dict() == {"a": 2, "b": 2, "c": 3, "d": 2} and list(degrees.index) == list("abcd") and equal == 1
    twice = pd.concat([J2_LIENS, J2_LIENS.rename(columns={"source_id": "cible_id", "cible_id": "source_id"})])
    assert network_core.choose_core(J2, twice, 4)[0].to_dict() == degrees.to_dict()
    assert network_core.choose_core(J2, J2_LIENS, 6)[1] == 0


def test_choice_equals_networkx_on_a_large_network_whatever_the_order():
    acteurs, liens = make_large(200, 400)
    degrees, equal = network_core.choose_core(acteurs, liens)
    graph = nx.Graph(pair for pair in liens[["source_id", "cible_id"]].itertuples(index=False) if pair[0] != pair[1])
    ranked = sorted(graph.degree, key=lambda row: (-row[1], row[0]))
    assert degrees.to_dict() == dict(ranked[:40])
    assert equal == sum(degree == ranked[39][1] for _, degree in ranked[40:])
    again, _ = network_core.choose_core(shuffle(acteurs), shuffle(liens))
    pd.testing.assert_series_equal(again, degrees)


def test_what_the_reader_sees(noyau):
    (title,) = find_gid(noyau, "titre")
    kept, equal = network_core.choose_core(J2, J2_LIENS, 4)
    inside = J2_LIENS["source_id"].isin(kept.index) & J2_LIENS["cible_id"].isin(kept.index)
    assert plain(title.get_text()) == f"Les 4 acteurs qui ont le plus de liens déclarés, et les {inside.sum()} liens entre eux"
    words = plain(read_texts(noyau))
    for expected in ["Dessin d'un extrait, non un classement", "Sources : IGN Admin Express 2026", "Date : 21 novembre 2026.", "FICTIF",
                     "Chacun a de 2 à 3 partenaires, dessinés ou non", "Tous les symboles ont la même taille"]:  # fmt: skip
        assert expected in words
    assert equal == 1 and "1 autre acteur, non dessiné, en a 2 aussi" in words
    assert {text.get_text().replace("\n", " ") for text in find_gid(noyau, "etiquette")} == {f"Structure {name}" for name in kept.index}
    assert "Taille" not in " ".join(read_legends(noyau))
    assert save_png(noyau)[1].shape[:2] == (2480, 3508)


def test_every_actor_is_named_at_a_size_read_on_half_a_page():
    acteurs, liens = make_large(200, 400)
    acteurs = acteurs.assign(nom=[f"Circonscription d'action sociale du secteur {k} (FICTIF)" for k in range(200)])
    figure = network_core.draw_core(acteurs, liens, mentions=MENTIONS)
    names, letters = find_gid(figure, "etiquette"), find_gid(figure, "lettre")
    assert len(names) + len(letters) == 40 and "Sans nom sur le dessin" not in read_texts(figure)
    # A4 on A5 is 0.71 of its size: six points are left.
    assert min(text.get_fontsize() for text in names) * 0.707 >= 6
    kept, _ = network_core.choose_core(acteurs, liens)
    words = plain(read_texts(figure))
    assert all(f"secteur {int(name[1:])} *" in words for name in kept.index)
    boxes = list_boxes(figure, "etiquette")
    assert not any(box.overlaps(other) for k, box in enumerate(boxes) for other in boxes[:k])
    sizes = {size for champ in ("social", "developpement_local", "mixte") for dots in find_gid(figure, f"acteurs {champ}")
             for size in dots.get_sizes()}  # fmt: skip
    assert len(sizes) <= 2  # one surface, whatever the shape


def test_those_linked_to_nobody_of_the_extract_stay_on_the_page():
    # Two stars whose centres are not linked: the extract holds two actors and no link.
    stars = pd.DataFrame({"source_id": ["a"] * 3 + ["b"] * 3, "cible_id": list("cdefgh")})
    acteurs = make_actors(dict.fromkeys("abcdefgh", "social")).assign(nom=lambda t: "Structure " + t["acteur_id"])
    figure = network_core.draw_core(acteurs, stars, mentions={}, number=2)
    (dots,) = find_gid(figure, "acteurs social")
    assert len(dots.get_offsets()) == 2
    assert {text.get_text() for text in find_gid(figure, "etiquette")} == {"Structure a", "Structure b"}


def test_row_order_changes_no_pixel(noyau):
    turned = network_core.draw_core(shuffle(NAMED), shuffle(J2_LIENS), mentions=MENTIONS, number=4)
    assert (save_png(turned)[1] == save_png(noyau)[1]).all()


@pytest.mark.parametrize(
    ("acteurs", "liens", "told"),
    [(NAMED.iloc[:0], J2_LIENS, "Aucun lien déclaré à dessiner"), (NAMED, J2_LIENS.iloc[:0], "Aucun lien déclaré à dessiner"),
     (NAMED, J2_LIENS.iloc[:1], "Les 2 acteurs qui ont le plus de liens déclarés, et le seul lien entre eux")],
    ids=["aucun acteur", "aucun lien", "un lien"],
)  # fmt: skip
def test_little_or_nothing_still_makes_a_page(acteurs, liens, told):
    figure = network_core.draw_core(acteurs, liens, mentions={})
    assert told in plain(read_texts(figure))
    figure.set_dpi(50)
    assert save_png(figure)[1].std() > 0
