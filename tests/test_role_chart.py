"""Actors of several dispositifs as a table: nothing lost, roles as letters, words apart."""

import pandas as pd
import pytest
from jouets_reseau import shuffle
from pages import find_faults
from toy_map import MENTIONS, find_gid, plain, read_texts, save_png

from diagnostic.draw import role_chart
from diagnostic.draw.style import format_number

ACTEURS = pd.DataFrame(
    {"acteur_id": ["a", "b", "c"], "nom": ["Caf", "CC du Nord (FICTIF)", "MJC $x$"], "champ": ["social", "developpement_local", None]}
)
DISPOSITIFS = pd.DataFrame({"dispositif_id": ["CTG", "PAT"], "nom": ["CTG du pays", "PAT du pays"]})
ROWS = pd.DataFrame(
    [("a", "CTG", "financement"), ("a", "CTG", "pilotage"), ("a", "CTG", "pilotage"), ("a", "PAT", None), ("b", "CTG", "participation"),
     ("b", "PAT", "coordination"), ("c", "CTG", "animation"), ("c", "AILLEURS", "pilotage"), ("z", "PAT", "pilotage")],
    columns=["acteur_id", "dispositif_id", "role"],
)  # fmt: skip


def make_many(actors, dispositifs):
    """Every actor in its own dispositif and the next one, names of thirty letters."""
    acteurs = pd.DataFrame({"acteur_id": [f"a{k:04d}" for k in range(actors)], "champ": "social"})
    acteurs["nom"] = "Association du pays, numéro " + acteurs["acteur_id"]
    devices = pd.DataFrame({"dispositif_id": [f"d{k:03d}" for k in range(dispositifs)]})
    devices["nom"] = "Contrat du pays, numéro " + devices["dispositif_id"]
    ends = [(f"a{k:04d}", f"d{(k + shift) % dispositifs:03d}", "pilotage") for k in range(actors) for shift in (0, 1)]
    return acteurs, devices, pd.DataFrame(ends, columns=["acteur_id", "dispositif_id", "role"])


@pytest.fixture(scope="module")
def figure():
    return role_chart.draw_roles(ACTEURS, DISPOSITIFS, ROWS, mentions=MENTIONS)


def test_what_the_reader_sees(figure):
    assert (
        plain(find_gid(figure, "titre")[0].get_text())
        == "2 des 3 acteurs sont dans plusieurs dispositifs et tiennent 4 des 5 participations"
    )
    words = plain(read_texts(figure))
    for expected in [
        "Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "Inventaire non exhaustif",
        "P : Pilotage — 1 case",
        "F : Financement — 1 case", "C : Coordination — 1 case", "? : Autre rôle, ou rôle non renseigné — 1 case",
        "Champ social — 1 acteur",
        "Développement local — 1 acteur", "Hors du tableau : 1 acteur d'un seul dispositif.", "Une case vide ne dit pas", "* : FICTIF",
    ]:  # fmt: skip
        assert expected in words
    assert not find_faults(figure) and save_png(figure)[1].shape[:2] == (2480, 3508)


def test_each_cell_holds_all_the_roles_the_leading_one_first(figure):
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    columns = [label.get_text().replace("\n", " ") for label in figure.axes[0].get_xticklabels()]
    found = {(rows[int(y)], columns[int(x)]): text.get_text() for text in find_gid(figure, "lettre") for x, y in [text.get_position()]}
    assert found == {
        ("Caf", "CTG du pays"): "PF", ("Caf", "PAT du pays"): "?",
        ("CC du Nord *", "CTG du pays"): "m", ("CC du Nord *", "PAT du pays"): "C",
    }  # fmt: skip
    assert [len(find_gid(figure, f"acteurs {champ}")) for champ in ("social", "developpement_local", "mixte")] == [1, 1, 0]


def test_row_order(figure):
    turned = role_chart.draw_roles(shuffle(ACTEURS), shuffle(DISPOSITIFS), shuffle(ROWS), mentions=MENTIONS)
    assert (save_png(turned)[1] == save_png(figure)[1]).all()


@pytest.mark.parametrize(("actors", "dispositifs"), [(150, 30), (3000, 60)])
def test_what_a_page_cannot_hold_is_told(actors, dispositifs):
    figure = role_chart.draw_roles(*make_many(actors, dispositifs), mentions=MENTIONS)
    words = plain(read_texts(figure))
    kept = len(figure.axes[0].get_yticks())
    assert kept in (31, 32)
    assert f"Lignes : les {kept} acteurs qui sont dans le plus de dispositifs, sur {plain(format_number(actors))}." in words
    assert not find_faults(figure, smallest=5.5)
    assert ("Colonnes : les" in words) == (dispositifs > 33)


@pytest.mark.parametrize(
    ("rows", "told"),
    [(ROWS.iloc[:0], "Aucune participation renseignée"), (ROWS.iloc[:1], "Aucun des 1 acteur n'est dans deux dispositifs")],
)
def test_little_or_nothing_still_makes_a_page(rows, told):
    figure = role_chart.draw_roles(ACTEURS, DISPOSITIFS, rows, mentions={})
    assert told in plain(read_texts(figure)) and save_png(figure)[1].std() > 0
