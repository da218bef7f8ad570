"""What must add up on any layers: random ones with overlaps, holes, infra-communal units, parts known or not.

Every total is compared with one counted by plain loops over the rows drawn, never with another figure of the package alone.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets import make_affectation, make_appartenance, make_communes, make_couches

from diagnostic.measure.ressorts.clusters import find_clusters
from diagnostic.measure.ressorts.counterparts import (
    cross_coverage,
    find_white_zones,
    list_counterparts,
    summarise_white_zones,
)
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.millefeuille import find_atoms, measure_atoms, measure_atoms_territoires
from diagnostic.measure.ressorts.overlap import compare_layers, measure_contingency
from diagnostic.measure.ressorts.weights import list_unit_territories, weigh_territoires

# Parts in eighths add up exactly: what is lost shows, rounding does not hide it.
PARTS = st.lists(st.integers(1, 4), max_size=3).filter(lambda parts: sum(parts) <= 8)
WHOLE = st.sampled_from([[], ["u"], ["v"], ["w"]])
OVERLAPPING = st.lists(st.sampled_from("ghk"), max_size=3, unique=True)
UNKNOWN = st.lists(st.sampled_from("pqr"), max_size=3, unique=True)
COMMUNE = st.tuples(st.integers(0, 50), st.integers(0, 2), WHOLE, PARTS, OVERLAPPING, UNKNOWN)
DRAWN = st.lists(COMMUNE, min_size=1, max_size=10)
# TOUT: communes with holes; INFRA: known parts, a rest uncovered; PAT: overlaps; QPV: parts that nobody knows.
LAYERS = ["TOUT", "INFRA", "PAT", "QPV"]
EXCLUSIVES = ["TOUT", "INFRA"]


class Drawn:
    """The tables of a draw, and what a plain reading of it says."""

    def __init__(self, rows):
        self.rows = {f"{rank:05d}": row for rank, row in enumerate(rows)}
        self.people = {code: row[0] for code, row in self.rows.items()}
        self.layers = {name: {} for name in LAYERS}
        for code, (_, _, whole, parts, overlapping, unknown) in self.rows.items():
            shares = {
                "TOUT": dict.fromkeys(whole, 1.0), "INFRA": {f"i{n}": part / 8 for n, part in enumerate(parts)},
                "PAT": dict.fromkeys(overlapping, 1.0), "QPV": dict.fromkeys(unknown, np.nan),
            }  # fmt: skip
            for name, share in shares.items():
                if share:
                    self.layers[name][code] = share
        self.territoires = {"tous": list(self.rows)}
        for code, row in self.rows.items():
            self.territoires.setdefault(f"t{row[1]}", []).append(code)
        self.communes = make_communes(self.people)
        self.affectation = make_affectation(self.layers)
        self.appartenance = make_appartenance(self.territoires)
        self.couches = make_couches(LAYERS, non_exclusives=["PAT"], infra=["INFRA", "QPV"], incompletes=LAYERS)
        self.tables = self.affectation, self.appartenance, self.communes

    def weigh(self, territoire):
        """Return the weight of each commune of a territory: one each where nobody lives."""
        members = self.territoires[territoire]
        alone = not any(self.people[code] for code in members)
        return {code: 1 if alone else self.people[code] for code in members}

    def cover(self, couche, code):
        """Return the share of a commune that a layer covers, whole where a part is not known."""
        total = sum(self.layers[couche].get(code, {}).values())
        return 1.0 if np.isnan(total) else min(total, 1.0)


def draw(test):
    """Return the property run on random draws."""
    return settings(max_examples=12, deadline=None)(given(DRAWN.map(Drawn))(test))


@draw
def test_atoms_and_what_no_layer_covers_make_the_whole_population(drawn):
    atoms, of_commune = find_atoms(drawn.affectation, drawn.communes)
    uncovered = [code for code in drawn.rows if not any(code in layer for layer in drawn.layers.values())]
    assert of_commune.index[of_commune.isna()].tolist() == uncovered
    assert atoms["poids"].sum() + sum(drawn.people[code] for code in uncovered) == sum(drawn.people.values())
    assert measure_atoms(atoms)["poids_total"] == atoms["poids"].sum()
    for row in measure_atoms_territoires(of_commune, drawn.appartenance, drawn.communes).itertuples():
        weight = drawn.weigh(row.territoire_id)
        outside = sum(weight[code] for code in uncovered if code in weight)
        assert row.poids_total + outside == sum(weight.values())


@draw
def test_parts_of_an_exclusive_layer_add_up_to_its_coverage(drawn):
    measured = measure_discordance(*drawn.tables, drawn.couches).set_index(["couche", "territoire_id"])
    units = list_unit_territories(drawn.affectation)
    # In the weights of each territory: a dead village falls back to one a commune.
    for territoire in drawn.territoires:
        weight = drawn.weigh(territoire)
        rows = drawn.affectation[drawn.affectation["code_insee"].isin(weight)]
        held = rows["part"] * rows["code_insee"].map(weight).astype("float64")
        for couche in LAYERS:
            row = measured.loc[(couche, territoire)]
            assert row["poids_couvert"] == sum(drawn.cover(couche, code) * people for code, people in weight.items())
            assert row["couverture"] == pytest.approx(row["poids_couvert"] / sum(weight.values()))
            if couche in EXCLUSIVES:
                assert held[rows["couche"] == couche].sum() == row["poids_couvert"]
    weighed = weigh_territoires(units[units["couche"].isin(EXCLUSIVES)], drawn.communes)
    lived = weighed[weighed["ponderation"] == "population"]
    expected = sum(drawn.cover(couche, code) * people for couche in EXCLUSIVES for code, people in drawn.people.items())
    assert lived["poids"].sum() == expected


@draw
def test_units_of_an_exclusive_layer_add_up_to_what_it_covers(drawn):
    table = list_counterparts(drawn.affectation, drawn.communes, drawn.couches)
    whole = measure_discordance(*drawn.tables, drawn.couches).query("territoire_id == 'tous'").set_index("couche")
    for couche in EXCLUSIVES:
        units = table[table["couche_a"] == couche].drop_duplicates("unite_a")
        living = units[[any(drawn.people[c] for c in held) for held in map(list_members(drawn, couche), units["unite_a"])]]
        if len(units) and any(drawn.people.values()):
            assert living["poids"].sum() == whole.loc[couche, "poids_couvert"]


def list_members(drawn, couche):
    return lambda unit: [code for code, shares in drawn.layers[couche].items() if unit in shares]


@draw
def test_cells_add_up_to_the_units_they_cross(drawn):
    for a, b in [("TOUT", "INFRA"), ("INFRA", "PAT"), ("INFRA", "QPV")]:
        cells = measure_contingency(*drawn.tables, a, b)
        for territoire in drawn.territoires:
            weight = drawn.weigh(territoire)
            here = cells[cells["territoire_id"] == territoire]
            pairs = [(code, u, v) for code in weight for u in drawn.layers[a].get(code, {}) for v in drawn.layers[b].get(code, {})]
            assert here["nb_communes"].sum() == len(pairs)
            known = here.dropna(subset="poids")
            expected = {(u, v): 0.0 for _, u, v in pairs}
            for code, u, v in pairs:
                expected[u, v] += weight[code] * joint_part(drawn.layers[a][code][u], drawn.layers[b][code][v])
            lived = {key: value for key, value in expected.items() if not np.isnan(value)}
            assert known["poids"].sum() == sum(lived.get(key, 0) for key in zip(known["unite_a"], known["unite_b"], strict=True))


def joint_part(first, second):
    """Return the share of a commune that is in both units: not known when both split it."""
    return first * second if first == 1 or second == 1 else np.nan


@draw
def test_the_common_coverage_of_two_layers_is_what_their_cells_hold(drawn):
    couches = drawn.couches.loc[EXCLUSIVES]
    cells = measure_contingency(*drawn.tables, *EXCLUSIVES).groupby("territoire_id")["poids"].sum()
    crossed = cross_coverage(*drawn.tables, couches)
    both = crossed[crossed["cas"] == "les_deux"].set_index("territoire_id")["poids"]
    for row in compare_layers(*drawn.tables, couches).itertuples():
        total = sum(drawn.weigh(row.territoire_id).values())
        assert cells.get(row.territoire_id, 0) == pytest.approx(row.couverture_commune * total)
        if len(both):
            assert both[row.territoire_id] == pytest.approx(row.couverture_commune * total)


@draw
def test_the_four_cases_of_two_layers_make_the_territory(drawn):
    crossed = cross_coverage(*drawn.tables, drawn.couches)
    for (territoire, _, _), rows in crossed.groupby(["territoire_id", "couche_a", "couche_b"]):
        weight = drawn.weigh(territoire)
        assert len(rows) == 4 and rows["nb_communes"].sum() == len(weight)
        if rows["raison_absence"].eq("").all():
            assert rows["poids"].sum() == sum(weight.values())
            assert rows["part"].sum() == pytest.approx(1)


@draw
def test_white_zones_and_coverage_make_the_territory(drawn):
    zones = find_white_zones(drawn.affectation, drawn.communes, drawn.couches)
    white = summarise_white_zones(zones, drawn.appartenance, drawn.communes).groupby(["couche", "territoire_id"])["poids"]
    left = white.sum(skipna=False)
    for row in measure_discordance(*drawn.tables, drawn.couches).itertuples():
        if drawn.layers[row.couche]:
            zone = left.get((row.couche, row.territoire_id), 0)
            # What is left out is missing where, and only where, what is covered has bounds only.
            assert np.isnan(zone) == (row.couverture_min < row.couverture - 1e-9)
            assert np.isnan(zone) or row.poids_couvert + zone == row.poids_total


@draw
def test_clusters_share_the_units_out(drawn):
    amas, colles = find_clusters(*drawn.tables, drawn.couches, seuil=0.3)
    for (territoire, a, b), rows in amas.groupby(["territoire_id", "couche_a", "couche_b"]):
        members = drawn.territoires[territoire]
        for side, couche in (("a", a), ("b", b)):
            met = {unit for code in members for unit in drawn.layers[couche].get(code, {})}
            shared = [unit for text in rows[f"unites_{side}"] for unit in text.split(" ; ") if unit]
            assert sorted(shared) == sorted(met)
            assert rows[f"nb_unites_{side}"].sum() == len(met)
    assert not (colles["separe"] & colles["sous_seuil"]).any()


@draw
def test_clusters_of_exclusive_layers_share_the_covered_communes_out(drawn):
    amas, _ = find_clusters(*drawn.tables, drawn.couches.loc[EXCLUSIVES])
    for territoire, rows in amas.groupby("territoire_id"):
        weight = drawn.weigh(territoire)
        # A commune whose INFRA units are alone would be in several clusters: only those that TOUT holds are counted.
        if not all(code in drawn.layers["TOUT"] for code in weight if code in drawn.layers["INFRA"]):
            continue
        covered = [code for code in weight if code in drawn.layers["TOUT"]]
        assert rows["nb_communes"].sum() == len(covered)
        assert rows["poids"].sum() == sum(weight[code] for code in covered)


@draw
def test_a_split_territory_and_the_rest_of_it_make_the_commune(drawn):
    units = list_unit_territories(drawn.affectation[drawn.affectation["couche"] == "INFRA"])
    rest = pd.DataFrame(
        [(code, f"reste:{code}", 1 - drawn.cover("INFRA", code)) for code in drawn.layers["INFRA"]],
        columns=["code_insee", "territoire_id", "part"],
    ).astype({"code_insee": "str", "territoire_id": "str", "part": "float64"})
    weighed = weigh_territoires(pd.concat([units, rest], ignore_index=True), drawn.communes)
    found = weighed[weighed["ponderation"] == "population"].groupby("code_insee")["poids"].sum()
    expected = {code: drawn.people[code] for code in drawn.layers["INFRA"] if drawn.people[code]}
    assert {code: people for code, people in found.items() if people} == expected
