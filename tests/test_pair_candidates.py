"""Pairs with something in common: sparse products against double loops, whatever the number of values, blocks and ties."""

import itertools

import numpy as np
import pandas as pd
import pytest

from diagnostic.measure.manques import pair_candidates
from diagnostic.measure.manques.pair_candidates import (
    compare_values,
    count_values,
    describe_pairs,
    find_pairs,
    list_traits,
    name_codes,
    sort_actors,
    write_pair,
)

NO_PAIR = pd.DataFrame(columns=["acteur_a", "acteur_b"], dtype="str")


def make_tables(seed, n=40, nb_values=300):
    """Return actors and two traits, the second with more values than a word of bits and than a byte counts."""
    rng = np.random.default_rng(seed)
    actors = sort_actors(pd.DataFrame({"acteur_id": [f"n{k:02d}" for k in range(n)], "champ": "social"}))
    places = pd.DataFrame({"acteur_id": np.repeat(actors["acteur_id"], 3), "t": rng.choice(list("TUVWXYZ"), 3 * n)})
    owned = pd.DataFrame(
        [(a, f"v{k}") for a, many in zip(actors["acteur_id"], rng.random(n), strict=True) for k in range(nb_values) if rng.random() < many],
        columns=["acteur_id", "v"],
    )
    return actors, list_traits(actors, places=places, values=owned)


@pytest.mark.parametrize("cells", [1, 100, 10**6])
def test_counts_in_common_are_those_of_a_double_loop(cells, monkeypatch):
    monkeypatch.setattr(pair_candidates, "_CELLS", cells)
    actors, traits = make_tables(0)
    sets = [rows.groupby("acteur_id")["valeur"].agg(set).reindex(actors["acteur_id"]).tolist() for rows in traits.values()]
    expected = [
        (i, j, len(sets[0][i] & sets[0][j]), len(sets[1][i] & sets[1][j]))
        for i, j in itertools.combinations(range(len(actors)), 2)
        if sets[0][i] & sets[0][j]
    ]
    assert max(row[3] for row in expected) > 255  # a byte would have turned over
    pairs, counts = find_pairs(
        actors, traits, {}, shares=lambda found: found["values"] > -1, order=[lambda found: found["values"]], plafond=None
    )
    found = list(zip(*(pairs[name].tolist() for name in ["i", "j", "places", "values"]), strict=True))
    assert found == sorted(expected, key=lambda row: (-row[3], row[0], row[1]))
    assert counts == {"trouvees": len(expected)}


def test_a_removed_pair_counts_under_the_first_name_that_holds_it():
    actors = sort_actors(pd.DataFrame({"acteur_id": list("dcba")}))
    traits = list_traits(actors, places=pd.DataFrame({"acteur_id": list("abcd"), "t": "T"}))
    first = pd.DataFrame([("b", "a"), ("a", "b"), ("x", "a"), ("a", None)])
    second = pd.DataFrame([("a", "b"), ("c", "d")])
    pairs, counts = find_pairs(
        actors, traits, {"un": first, "deux": second, "rien": NO_PAIR}, shares=lambda found: found["places"] > 0, order=[], plafond=2
    )
    assert counts == {"trouvees": 6, "un": 1, "deux": 1, "rien": 0}
    assert list(zip(pairs["i"], pairs["j"], strict=True)) == [(0, 2), (0, 3)]


def test_what_cannot_be_ranked_comes_last():
    actors = sort_actors(pd.DataFrame({"acteur_id": list("abcd")}))
    traits = list_traits(actors, places=pd.DataFrame({"acteur_id": list("abcd"), "t": "T"}))
    measure = lambda found: np.where(found["i"] == 0, np.nan, found["j"])  # noqa: E731
    for most in [None, 4, 6]:
        pairs, _ = find_pairs(actors, traits, {}, shares=lambda found: found["places"] > 0, order=[measure], plafond=most)
        expected = [(1, 3), (2, 3), (1, 2), (0, 1), (0, 2), (0, 3)]
        assert list(zip(pairs["i"], pairs["j"], strict=True)) == expected[:most]


def test_keys_are_measured_on_what_is_still_tied_only():
    actors, traits = make_tables(1)
    seen = []
    find_pairs(
        actors, traits, {}, plafond=3, shares=lambda found: found["places"] > 0,
        order=[lambda found: found["values"], lambda found: seen.append(len(found["i"])) or found["i"]],
    )  # fmt: skip
    assert max(seen) <= 10


def test_traits_are_distinct_and_of_known_actors():
    actors = pd.DataFrame({"acteur_id": ["a", "b", "c"], "themes": [("t", "t", "u"), (), None]})
    given = pd.DataFrame({"acteur_id": ["a", "a", "x", "b"], "d": ["D", "D", "D", None]})
    traits = list_traits(actors, themes="themes", dispositifs=given, publics="publics")
    assert {name: rows.values.tolist() for name, rows in traits.items()} == {
        "themes": [["a", "t"], ["a", "u"]], "dispositifs": [["a", "D"]], "publics": [],
    }  # fmt: skip
    assert count_values(actors, traits["themes"]).tolist() == [2, 0, 0]


def test_two_empty_sets_are_not_alike():
    pairs = {"i": np.array([0, 0]), "j": np.array([1, 2])}
    np.testing.assert_array_equal(compare_values(np.array([0, 0]), np.array([0, 0, 2]), pairs), [np.nan, 0])


def test_pairs_are_described_with_who_answered():
    actors = pd.DataFrame({"acteur_id": list("abc"), "a_repondu": ["oui", "oui", None], "themes": [("v", "u"), ("u", "v", "w"), ()]})
    pairs = {"i": np.array([0, 0]), "j": np.array([1, 2]), "inter_champ": np.array([False, True])}
    table = describe_pairs(pairs, actors, list_traits(actors, themes="themes"))
    assert table.values.tolist() == [
        [1, "a", "b", False, "absent_declare", ("u", "v")], [2, "a", "c", True, "non_confirme", ()],
    ]  # fmt: skip
    nobody = describe_pairs(pairs, actors.drop(columns="a_repondu"), {})
    assert nobody["statut"].tolist() == ["non_observe"] * 2


def test_codes_and_pairs_in_words():
    assert name_codes("le thème", "les thèmes", (), {}) == ""
    assert name_codes("le thème", "les thèmes", tuple("abcde"), {"a": "A"}) == "les thèmes « A », « b », « c » et 2 autres"
    row = {"inter_champ": False, "statut": "non_observe", "publics_communs": ("p",), "dispositifs_communs": ("d",), "themes_communs": ()}
    assert write_pair(row, "Ici", {}) == (
        "Ici, ils partagent le dispositif « d » et le public « p », sans lien déclaré entre eux (aucun des deux n'a répondu à l'enquête)."
    )
