"""Secrecy by difference: an attacker who knows the totals and everything printed solves for no secret cell."""

import functools

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import shuffle
from jouets_vulnerabilite import GENRES, INDICATEURS, draw_toy, make_cells, make_people, make_places

from diagnostic.measure.manques.secrecy import find_atoms, find_exposed_cells, mask_by_difference
from diagnostic.measure.manques.vulnerability import place_indicators, summarise_indicators
from diagnostic.measure.manques.vulnerability_access import cross_access, list_vulnerable_communes

SEEDS = range(30)


# --- the attacker -------------------------------------------------------------------------------------------------
class Attacker:
    """Equations on the cells of one indicator (one unknown a commune), and whether they determine one of them."""

    def __init__(self, codes, weights):
        self.codes, self.weights, self.rows, self.values = list(codes), weights, [], []

    def learn(self, codes, value):
        codes = set(codes)
        self.rows.append([self.weights[code] if code in codes else 0.0 for code in self.codes])
        self.values.append(value)

    def solve(self, code):
        """Return the value of a cell, NaN when the equations do not determine it."""
        unit = np.eye(len(self.codes))[self.codes.index(code)] * self.weights[code]
        if not self.rows or np.linalg.matrix_rank(np.vstack([self.rows, unit])) > np.linalg.matrix_rank(self.rows):
            return np.nan
        found = np.linalg.lstsq(np.array(self.rows), np.array(self.values), rcond=None)[0]
        return found[self.codes.index(code)]


@functools.cache
def attack(seed, nb_min_secret):
    """Return, by secret cell of a toy: its true value, what the totals alone give, what totals and all outputs give."""
    communes, places, cells, acces = draw_toy(seed)
    rows = place_indicators(INDICATEURS, cells, communes, places, nb_min_secret=nb_min_secret)
    summary, crossed = summarise_indicators(rows, part_min=0), cross_access(rows, acces, part_min=0, nb_min=1)
    listed = list_vulnerable_communes(rows, acces, sens=dict.fromkeys(GENRES, "haut"), seuil=-1, part=1)
    population, found = communes["population"].to_dict(), []
    for name, genre in GENRES.items():
        if genre == "classe":
            continue
        truth = cells[cells["indicateur"] == name].set_index("code_insee")["vraie"]
        weights = dict.fromkeys(truth.index, 1.0) if genre == "nombre" else population
        # What is neither secret nor printed (blank, another vintage) may be known from elsewhere.
        loose = cells[(cells["indicateur"] == name) & ~cells["etat"].isin(["publie", "secret"])]["code_insee"]
        outside = Attacker(truth.index, weights)
        for code in loose:
            outside.learn([code], weights[code] * truth[code])
        for _, codes in places.groupby("territoire_id")["code_insee"]:
            if len(codes) > 1:
                outside.learn(codes, sum(weights[code] * truth[code] for code in codes))
        inside = Attacker(truth.index, weights)
        inside.rows, inside.values = outside.rows.copy(), outside.values.copy()
        printed = rows[(rows["indicateur"] == name) & (rows["etat"] == "publie")]
        learn_outputs(inside, summary[summary["indicateur"] == name], printed)
        learn_classes(inside, crossed[crossed["indicateur"] == name], printed, acces)
        for row in listed[(listed["indicateur"] == name) & listed["valeur"].notna()].itertuples():
            inside.learn([row.code_insee], weights[row.code_insee] * row.valeur)
        for row in printed.itertuples():  # the map and the table by commune
            inside.learn([row.code_insee], weights[row.code_insee] * row.valeur)
        secrets = cells[(cells["indicateur"] == name) & (cells["etat"] == "secret")]["code_insee"]
        found += [(name, code, truth[code], outside.solve(code), inside.solve(code)) for code in secrets]
    return pd.DataFrame(found, columns=["indicateur", "code_insee", "vraie", "dehors", "dedans"])


def learn_outputs(attacker, summary, printed):
    members, values = group_codes(printed), printed.set_index("code_insee")["valeur"].to_dict()
    for row in summary.itertuples():
        here = members.get(row.territoire_id, set())
        if row.genre == "nombre" and row.somme == row.somme:
            attacker.learn(here, row.somme)
        elif row.moyenne == row.moyenne:
            attacker.learn(here, row.moyenne * row.population_publiee)
            for bound in (row.minimum, row.maximum):
                code = next(code for code in sorted(here) if values[code] == bound)
                attacker.learn([code], attacker.weights[code] * bound)


def learn_classes(attacker, crossed, printed, acces):
    members = group_codes(printed)
    ranks = acces.assign(rang=[rank_cost(cost) for cost in acces["distance_km"]])
    classes = ranks.groupby(["categorie", "rang"])["code_insee"].agg(set).to_dict()
    for row in crossed[crossed["moyenne"].notna()].itertuples():
        here = members[row.territoire_id] & classes[row.categorie, row.rang]
        attacker.learn(here, row.moyenne * row.population_publiee)


def rank_cost(cost):
    return 4 if cost != cost else 0 if cost <= 5 else 1 if cost <= 10 else 2 if cost <= 20 else 3


def group_codes(printed):
    return printed.groupby("territoire_id")["code_insee"].agg(set).to_dict()


@pytest.fixture(scope="module")
def attacks():
    protected = pd.concat([attack(seed, 2) for seed in SEEDS])
    bare = pd.concat([attack(seed, 1) for seed in SEEDS])
    return protected, bare


def test_the_attacker_solves_for_no_secret_cell_with_what_is_printed(attacks):
    protected, _ = attacks
    gained = protected[protected["dehors"].isna() & protected["dedans"].notna()]
    assert len(protected) > 300
    assert gained.empty, gained


def test_the_attacker_succeeds_without_the_protection(attacks):
    _, bare = attacks
    gained = bare[bare["dehors"].isna() & bare["dedans"].notna()]
    assert len(gained) > 50
    np.testing.assert_allclose(gained["dedans"], gained["vraie"], atol=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_exposed_cells_are_those_the_attacker_finds(seed):
    """The rank test of the module against the attacker's, before and after the protection."""
    communes, places, cells, _ = draw_toy(seed)
    numbers = cells[cells["indicateur"] != "densite"]
    for nb_min in (1, 2):
        found = find_exposed_cells(mask_by_difference(numbers, communes, places, nb_min=nb_min), communes, places)
        attacked = attack(seed, nb_min)
        solved = attacked[attacked["dedans"].notna()].sort_values(["indicateur", "code_insee"], ignore_index=True)
        assert (
            found[["indicateur", "code_insee"]].values.tolist() == solved[["indicateur", "code_insee"]].values.tolist()
        )
        if nb_min == 2:
            # Whatever remains does not come from what we print.
            assert solved["dehors"].notna().all()


# --- by hand ------------------------------------------------------------------------------------------------------
PEOPLE = make_people({"a": 900, "b": 200, "c": 50, "d": 40, "e": 30})


def test_the_smallest_published_neighbour_is_left_out():
    cells = make_cells("tp", {"a": 0.1, "b": 0.2, "c": "secret"})
    masked = mask_by_difference(cells, PEOPLE, make_places(perimetre="abc"))
    assert masked["etat"].tolist() == ["publie", "masquee", "secret"]
    assert masked["valeur"].isna().tolist() == [False, True, True]
    assert cells["etat"].tolist() == ["publie", "publie", "secret"]


def test_two_secret_cells_cover_each_other():
    cells = make_cells("tp", {"a": 0.1, "b": "secret", "c": "secret"})
    assert mask_by_difference(cells, PEOPLE, make_places(perimetre="abc"))["etat"].tolist() == [
        "publie",
        "secret",
        "secret",
    ]
    # A commune that knows its own figure would solve for the other.
    strict = mask_by_difference(cells, PEOPLE, make_places(perimetre="abc"), nb_min=3)
    assert strict["etat"].tolist() == ["masquee", "secret", "secret"]


def test_two_secret_cells_of_two_epci_do_not():
    cells = make_cells("tp", {"a": 0.1, "b": "secret", "c": 0.3, "d": "secret"})
    places = make_places(perimetre="abcd", epci1="ab", epci2="cd")
    assert mask_by_difference(cells, PEOPLE, places)["etat"].tolist() == ["masquee", "secret", "masquee", "secret"]


def test_nested_totals_expose_the_epci_left():
    """Two secret cells in the perimetre, one by EPCI: the perimetre alone hides them, the EPCI give them away."""
    cells = make_cells("tp", {"a": 0.1, "b": "secret", "c": 0.3, "d": "secret"})
    assert find_exposed_cells(cells, PEOPLE, make_places(perimetre="abcd")).empty
    found = find_exposed_cells(cells, PEOPLE, make_places(perimetre="abcd", epci1="ab"))
    assert found["code_insee"].tolist() == ["b", "d"]
    assert not found["par_les_totaux"].any()


def test_a_lone_commune_of_a_border_is_given_away_by_the_totals_and_nothing_is_left_out_for_it():
    """e is the only one of its departement in an EPCI: EPCI minus departement, as CC Massif du Sancy and the Cantal."""
    cells = make_cells("tp", {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4, "e": "secret"})
    places = make_places(perimetre="abcde", departement63="abcd")
    masked = mask_by_difference(cells, PEOPLE, places)
    assert masked["etat"].tolist() == ["publie"] * 4 + ["secret"]
    assert find_exposed_cells(masked, PEOPLE, places).values.tolist() == [["e", "tp", True]]


def test_where_an_atom_has_no_other_commune_one_of_its_territory_is_left_out():
    cells = make_cells("tp", {"a": 0.1, "b": 0.2, "c": "secret", "d": 0.4})
    places = make_places(t1="abc", t2="cd")
    masked = mask_by_difference(cells, PEOPLE, places)
    assert masked["etat"].tolist() == ["publie", "masquee", "secret", "masquee"]
    assert find_exposed_cells(cells, PEOPLE, places)["code_insee"].tolist() == ["c"]
    assert find_exposed_cells(masked, PEOPLE, places).empty


def test_the_least_populated_exchange_is_chosen():
    """A grid: rows are EPCI, columns departements, one commune each. Two rectangles hide the corner; the smaller one does."""
    people = {f"{row}{column}": 100 for row in "123" for column in "123"} | dict.fromkeys(["13", "31", "33"], 10)
    places = pd.DataFrame(
        [(code, f"{kind}:{code[place]}") for code in people for place, kind in enumerate(["epci", "departement"])],
        columns=["code_insee", "territoire_id"],
    )
    cells = make_cells("tp", dict.fromkeys(people, 0.5) | {"11": "secret"})
    masked = mask_by_difference(cells, make_people(people), places).set_index("code_insee")["etat"]
    assert masked.index[masked == "masquee"].tolist() == ["13", "31", "33"]
    # What is unknown already costs nothing: a second secret corner, and its side is used.
    cells = make_cells("tp", dict.fromkeys(people, 0.5) | dict.fromkeys(["11", "12", "21", "22"], "secret"))
    assert "masquee" not in set(mask_by_difference(cells, make_people(people), places)["etat"])


def test_what_covers_and_what_does_not():
    places = make_places(perimetre="abcz")
    people = make_people({"a": 900, "b": 200, "c": 50, "z": 0})
    # Nobody lives in z: its secret cell weighs nothing, and covers nothing.
    cells = make_cells("tp", {"a": 0.1, "b": 0.2, "c": "secret", "z": "secret"})
    assert mask_by_difference(cells, people, places)["etat"].tolist() == ["publie", "masquee", "secret", "secret"]
    # Nor does it stand for a neighbour left out, or a cell not to be had.
    cells = make_cells("tp", {"a": 0.1, "b": "non_disponible", "c": "secret", "z": 0.5})
    assert mask_by_difference(cells, people, places)["etat"].tolist() == [
        "masquee",
        "non_disponible",
        "secret",
        "publie",
    ]


def test_the_value_of_a_cell_that_is_not_published_never_enters():
    cells = make_cells("tp", {"a": 0.1, "b": "secret", "c": "autre_millesime"}).assign(
        valeur=[0.1, 0.9, 0.8], classe="x"
    )
    masked = mask_by_difference(cells, PEOPLE, make_places(perimetre="abc"), nb_min=1)
    assert masked["valeur"].isna().tolist() == [False, True, True]
    assert masked["classe"].tolist() == ["x", None, None]


def test_each_indicator_has_its_own():
    both = pd.concat(
        [make_cells("tp", {"a": 0.1, "b": 0.2, "c": "secret"}), make_cells("med", {"a": 1, "b": 2, "c": 3})],
        ignore_index=True,
    )
    masked = mask_by_difference(both, PEOPLE, make_places(perimetre="abc"))
    assert masked["etat"].tolist() == ["publie", "masquee", "secret", "publie", "publie", "publie"]


def test_ties_go_to_the_smallest_code():
    cells = make_cells("tp", {"b": 0.1, "a": 0.2, "c": "secret"})
    masked = mask_by_difference(cells, make_people({"a": 9, "b": 9, "c": 9}), make_places(perimetre="abc"))
    assert masked["etat"].tolist() == ["publie", "masquee", "secret"]


def test_the_choice_looks_at_no_value():
    communes, places, cells, _ = draw_toy(3)
    other = cells.assign(valeur=cells["valeur"] * -7 + 2)
    assert mask_by_difference(cells, communes, places)["etat"].equals(
        mask_by_difference(other, communes, places)["etat"]
    )


def test_order_of_rows_does_not_count():
    for seed in range(10):
        communes, places, cells, _ = draw_toy(seed)
        masked = mask_by_difference(cells, communes, places)
        mixed = mask_by_difference(shuffle(cells), shuffle(communes), shuffle(places)).sort_index()
        pdt.assert_frame_equal(masked, mixed)


def test_all_secret_one_commune_and_empty_tables():
    cells = make_cells("tp", dict.fromkeys("abc", "secret"))
    assert set(mask_by_difference(cells, PEOPLE, make_places(perimetre="abc"))["etat"]) == {"secret"}
    one = mask_by_difference(cells[:1], PEOPLE, make_places(perimetre="a"))
    assert one["etat"].tolist() == ["secret"]
    assert find_exposed_cells(cells[:1], PEOPLE, make_places(perimetre="a")).empty
    for empty in (cells[:0], cells):
        places = make_places(perimetre="abc")[:0] if len(empty) else make_places(perimetre="abc")
        assert len(mask_by_difference(empty, PEOPLE, places)) == len(empty)
        assert find_exposed_cells(empty, PEOPLE, places).empty


def test_atoms_are_the_communes_of_the_same_territories():
    atoms, incidence = find_atoms(make_places(perimetre="abcd", epci1="ab", epci2="cd", seule="d"))
    assert atoms["a"] == atoms["b"] != atoms["c"] == atoms["d"]  # a territory of one commune parts nobody
    assert incidence.sum() == 4
    assert incidence.shape == (3, 2)
