"""Map of a category in three states: figures of the title and legend, fills told apart in grey, sites, what is not known."""

import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.colors import to_rgb
from toy_map import (
    MENTIONS,
    find_gid,
    make_acteurs,
    make_communes,
    plain,
    prepare_toy,
    read_legends,
    read_texts,
    save_png,
)

from diagnostic.draw import states_map
from diagnostic.draw.charts import STATES
from diagnostic.draw.style import STATE_HATCHES, STATE_LABELS

AGE = "information la plus ancienne : mars 2024 ; 12 % des lignes sans date"


@pytest.fixture(scope="module")
def base():
    return prepare_toy()


@pytest.fixture(scope="module")
def etats():
    """43001 to 43003 present, then 43004 to 43010 absent; 43011 is empty, 43012 has an unknown word, the others have no row."""
    words = ["present"] * 3 + ["absent_verifie"] * 7 + [np.nan, "peut-être"]
    return pd.Series(words, index=[f"{43001 + n}" for n in range(12)], name="statut").rename_axis("code_insee")


@pytest.fixture(scope="module")
def bilan():
    return {
        "nb_present": 3, "nb_absent_verifie": 7, "nb_non_renseigne": 15, "population_present": 600, "population_absent_verifie": 4900,
        "population_non_renseigne": 26900, "age_text": AGE,
    }  # fmt: skip


@pytest.fixture(scope="module")
def carte(base, etats, bilan):
    return states_map.draw_states(base, etats, make_acteurs(), "Café associatif", bilan, mentions=MENTIONS)


def read_fills(figure):
    """Return the colour of each commune, in the order of the base: that of the one path it is in."""
    (communes,) = find_gid(figure, "communes")
    points = shapely.get_coordinates(prepare_toy().shapes.representative_point())
    inside = np.array([path.contains_points(points) for path in communes.get_paths()])
    assert inside.sum(axis=0).tolist() == [1] * len(points)
    return communes.get_facecolor()[inside.argmax(axis=0), :3]


def grey(colour):
    return float(np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)))


def test_title_and_legend_say_communes_and_inhabitants(carte):
    words = plain(read_texts(carte))
    assert "Café associatif : présence dans 3 communes sur 25 ; absence vérifiée dans 7 ; non renseigné dans 15" in words
    legends = read_legends(carte)
    assert [plain(entry) for entry in legends["La catégorie dans la commune"]] == [
        "Présent — 3 communes, 600 hab.", "Absence vérifiée — 7 communes, 4 900 hab.", "Non renseigné — 15 communes, 26 900 hab."
    ]  # fmt: skip
    assert "« Non renseigné » ne veut pas dire absent" in words


def test_the_notes_say_shares_age_sources_and_coverage(carte):
    words = plain(read_texts(carte))
    for told in (
        "Habitants des communes : 2 % présence, 15 % absence vérifiée, 83 % non renseigné (sur 32 400 habitants).",
        "Information la plus ancienne : mars 2024 ; 12 % des lignes sans date.", "Inventaire non exhaustif : 12 territoires",
        "Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "FICTIF",
    ):  # fmt: skip
        assert told in words


def test_each_commune_has_the_fill_of_its_state(base, carte):
    fills = read_fills(carte)
    expected = ["present"] * 3 + ["absent_verifie"] * 7 + ["non_renseigne"] * 14
    assert base.shapes.index.tolist() == [f"{43001 + n}" for n in range(24)]
    np.testing.assert_allclose(fills, [to_rgb(states_map.STATE_FILLS[state]) for state in expected], atol=1e-6)


def test_states_are_told_apart_without_colour(carte):
    fills = [grey(states_map.STATE_FILLS[state]) for state in STATES]
    assert fills[0] < 0.6 < min(fills[1:])  # dark, against light: in grey a hatch on a dark ground would be lost
    hatches = {state: STATE_HATCHES[state] for state in STATES[1:]}
    assert len(set(hatches.values())) == 2 and all(hatches.values()) and not STATE_HATCHES["present"]
    for state, hatch in hatches.items():
        (drawn,) = find_gid(carte, f"hachures {hatch}")
        assert drawn.get_hatch() == hatch and to_rgb(states_map.STATE_INKS[state]) == tuple(drawn.get_edgecolor()[0][:3])
    patches = {patch.get_label() or n: patch for n, patch in enumerate(carte.legends[0].get_patches())}
    assert [patch.get_hatch() or "" for patch in patches.values()] == [STATE_HATCHES[state] for state in STATES]
    pixels = save_png(carte)[1]
    assert pixels.shape[:2] == (2480, 3508)


def test_hatches_cover_the_communes_of_their_state_only(base, carte):
    for state, codes in (("absent_verifie", range(3, 10)), ("non_renseigne", range(10, 24))):
        (drawn,) = find_gid(carte, f"hachures {STATE_HATCHES[state]}")
        wanted = shapely.get_coordinates(base.shapes.iloc[list(codes)])
        (path,) = drawn.get_paths()
        assert set(map(tuple, path.vertices)) == set(map(tuple, wanted))


def test_a_table_is_read_as_a_series_and_row_order_changes_nothing(base, etats, bilan, carte):
    table = etats.iloc[::-1].reset_index()
    drawn = states_map.draw_states(base, table, make_acteurs().iloc[::-1], "Café associatif", bilan, mentions=MENTIONS)
    np.testing.assert_array_equal(read_fills(drawn), read_fills(carte))
    assert plain(read_texts(drawn)) == plain(read_texts(carte))


def test_sites_are_drawn_as_on_the_map_of_access(base, etats, bilan, carte):
    assert [plain(entry) for entry in read_legends(carte)["Café associatif"]] == ["Site du territoire — 5", "Site hors du territoire — 1"]
    assert "Hors de la carte : 3 sites (1 sans lieu connu, 1 en service itinérant, 1 hors du cadre)." in plain(read_texts(carte))
    alone = states_map.draw_states(base, etats, None, "Café associatif", bilan, mentions=MENTIONS)
    assert list(read_legends(alone)) == ["La catégorie dans la commune", "Limites"]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [((1, 0, 2), "Crèche : présence dans 1 commune sur 3 ; absence vérifiée dans aucune ; non renseigné dans 2"),
     ((0, 4, 5), "Crèche : présence dans aucune des 9 communes ; absence vérifiée dans 4 ; non renseigné dans 5"),
     ((0, 0, 1257), "Crèche : non renseigné dans les 1 257 communes"), ((0, 8, 0), "Crèche : absence vérifiée dans les 8 communes"),
     ((0, 0, 1), "Crèche : non renseigné dans la seule commune")],
)  # fmt: skip
def test_the_title_says_what_is_known(numbers, words):
    counts = {f"nb_{state}": number for state, number in zip(STATES, numbers, strict=True)}
    assert plain(states_map.tell_states("Crèche", counts)) == words


def test_no_state_at_all_is_not_an_absence(base, bilan):
    counts = {"nb_present": 0, "nb_absent_verifie": 0, "nb_non_renseigne": 25}
    drawn = states_map.draw_states(base, pd.Series(dtype=object), make_acteurs().iloc[:0], "Ludothèque", counts, mentions=MENTIONS)
    assert set(map(tuple, read_fills(drawn))) == {to_rgb(states_map.STATE_FILLS["non_renseigne"])}
    words = plain(read_texts(drawn))
    assert "Ludothèque : non renseigné dans les 25 communes" in words and "Habitants des communes" not in words
    assert [plain(entry) for entry in read_legends(drawn)["La catégorie dans la commune"]] == [
        f"{STATE_LABELS['present']} — 0 commune", "Absence vérifiée — 0 commune", "Non renseigné — 25 communes"
    ]  # fmt: skip


def test_inhabitants_not_known_are_not_shared(bilan):
    assert states_map.tell_inhabitants(bilan | {"population_present": np.nan}) == []
    assert states_map.tell_inhabitants(bilan | dict.fromkeys([f"population_{state}" for state in STATES], 0)) == []


def test_a_balance_without_its_numbers_is_refused(base, etats):
    with pytest.raises(KeyError, match="nb_absent_verifie"):
        states_map.draw_states(base, etats, None, "Crèche", {"nb_present": 1}, mentions=MENTIONS)


def test_the_toy_communes_hold_the_figures_of_the_balance(base, etats, bilan):
    """The figures written by hand above are those of the communes."""
    communes = make_communes()
    known = etats.where(etats.isin(STATES)).reindex(communes.index).fillna("non_renseigne")
    assert communes["population"].groupby(known).sum().to_dict() == {state: bilan[f"population_{state}"] for state in STATES}
    assert known.value_counts().to_dict() == {state: bilan[f"nb_{state}"] for state in STATES}
