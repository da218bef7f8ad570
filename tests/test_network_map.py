"""The links on the ground: curves from place to place, nothing lost on the way."""

import numpy as np
import pandas as pd
import pytest
from jouets_reseau import shuffle
from toy_map import MENTIONS, ORIGIN, find_gid, make_communes, plain, prepare_toy, read_legends, read_texts, save_png

from diagnostic.draw import network_map
from diagnostic.draw.network_marks import group_links

X, Y = ORIGIN[0] + 6_000, ORIGIN[1] + 6_000
# a, b, c at one place; d and e elsewhere; f without place; g moves; h is alone.
ACTEURS = pd.DataFrame(
    {
        "acteur_id": list("abcdefgh"),
        "nom": list("abcdefgh"),
        "champ": ["social", "social", "developpement_local", "developpement_local", "mixte", "social", "social", None],
        "x_m": [X, X, X, X + 8_000, X + 8_000, np.nan, X, X],
        "y_m": [Y, Y, Y, Y, Y + 4_000, np.nan, Y, Y],
        "mobile": pd.array([pd.NA] * 6 + [True, pd.NA], dtype="boolean"),
    }
)
LIENS = pd.DataFrame(
    {"source_id": list("adbaaac"), "cible_id": list("dbdbefg"), "type": "information", "oriente": False}
)  # fmt: skip


@pytest.fixture(scope="module")
def carte():
    return network_map.draw_actor_map(prepare_toy(), ACTEURS, LIENS, mentions=MENTIONS)


def test_what_the_reader_sees(carte):
    words = plain(read_texts(carte))
    assert "Où vont les 6 liens déclarés : 3 d'un lieu à un autre, 1 dans un même lieu, 2 non placés" in words
    told = "1 lien entre acteurs d'un même lieu ; 2 liens avec un acteur sans lieu, itinérant ou hors du cadre ; 1 acteur sans lien"
    assert told in words
    for expected in ["Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "Inventaire non exhaustif"]:
        assert expected in words
    legends = {name: [plain(entry) for entry in entries] for name, entries in read_legends(carte).items()}
    assert legends["Liens d'un lieu à l'autre"] == [
        "Au moins un lien entre champ social et développement local — 1 trait", "Autres liens — 1 trait"
    ]  # fmt: skip
    assert legends["Acteurs reliés, par champ"] == ["Champ social — 2 acteurs", "Développement local — 2 acteurs", "Mixte — 1 acteur"]
    assert "Limite d'EPCI" in legends["Limites"]
    assert save_png(carte)[1].shape[:2] == (2480, 3508)


def test_lines_conserve_links():
    pairs, _ = group_links(ACTEURS, LIENS)
    lines, counts = network_map.gather_lines(pairs, ACTEURS[ACTEURS["acteur_id"].isin(list("abcde"))])
    assert counts == {"traces": 3, "meme_lieu": 1, "sans_lieu": 2, "lignes": 2}
    assert sum(counts[name] for name in ("traces", "meme_lieu", "sans_lieu")) == len(pairs) == 6
    assert lines[["x_a", "x_b", "nb_liens", "style"]].values.tolist() == [[X, X + 8_000, 2, "entre"], [X, X + 8_000, 1, "dans"]]


def test_wider_for_more_links(carte):
    (crossing,), (inside,) = find_gid(carte, "liens entre"), find_gid(carte, "liens dans")
    assert crossing.get_linewidth()[0] > inside.get_linewidth()[0]
    assert crossing.get_linestyle() != inside.get_linestyle()


def test_names_of_epci_hide_fewer_borders_and_are_read_on_a_plain_ground(carte, monkeypatch):
    def count_crossed(figure):
        axes = figure.axes[0]
        points = network_map.list_border_points(axes, prepare_toy())
        boxes = [text.get_window_extent(figure.canvas.get_renderer()) for text in find_gid(figure, "etiquette")]
        assert len(points) > 100 and boxes
        return sum(box.contains(*point) for box in boxes for point in points), len(boxes)

    assert all(text.get_bbox_patch() is not None for text in find_gid(carte, "etiquette"))
    crossed, number = count_crossed(carte)
    monkeypatch.setattr(network_map, "list_border_points", lambda axes, base: np.empty((0, 2)))
    other = network_map.draw_actor_map(prepare_toy(), ACTEURS, LIENS, mentions=MENTIONS)
    monkeypatch.undo()
    assert (crossed, number) <= count_crossed(other)


def test_row_order_and_communes_instead_of_base(carte):
    turned = network_map.draw_actor_map(make_communes(), shuffle(ACTEURS), shuffle(LIENS), mentions=MENTIONS)
    assert read_texts(turned) == read_texts(carte)
    assert (save_png(turned)[1] == save_png(carte)[1]).all()


@pytest.mark.parametrize(
    ("acteurs", "liens", "told"),
    [(ACTEURS, LIENS.iloc[:0], "Aucun lien déclaré à dessiner sur la carte"), (ACTEURS.iloc[:0], LIENS, "Aucun lien déclaré"),
     (ACTEURS, LIENS.iloc[:1], "Où va le seul lien déclaré : 1 d'un lieu à un autre, 0 dans un même lieu"),
     (ACTEURS, LIENS.iloc[[5]], "Où va le seul lien déclaré : 0 d'un lieu à un autre, 0 dans un même lieu, 1 non placé")],
    ids=["aucun lien", "aucun acteur", "un lien", "un lien sans lieu"],
)  # fmt: skip
def test_little_or_nothing_still_makes_a_page(acteurs, liens, told):
    figure = network_map.draw_actor_map(prepare_toy(), acteurs, liens, mentions={})
    assert told in plain(read_texts(figure))
    figure.set_dpi(50)
    assert save_png(figure)[1].std() > 0
