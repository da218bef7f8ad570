"""Two layers beside chance: the same core as `compare_layers`, quantiles by hand, limits, the two pilot departements."""

import inspect

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from jouets import make_affectation, make_appartenance, make_communes, make_couches

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts import chance, chance_draws
from diagnostic.measure.ressorts.chance import COLUMNS, IMMOBILE, MEASURES, PARTAGEES, UNE_UNITE, measure_chance
from diagnostic.measure.ressorts.overlap import compare_layers

FIGURES = ["moyenne_hasard", "q05", "q95", "p_superieur", "p_inferieur"]
# A grid of 3 rows and 4 columns, c0 to c11 along the rows: EPCI are its rows, CAS its halves, CAF the whole.
CODES = [f"c{rank:02d}" for rank in range(12)]
LAYERS = {
    "CAS": {code: "west" if rank % 4 < 2 else "east" for rank, code in enumerate(CODES)},
    "EPCI": {code: f"row{rank // 4}" for rank, code in enumerate(CODES)},
    "CAF": dict.fromkeys(CODES, "F1"),
    "CIAS": dict.fromkeys(CODES[:4], "I1"),
}
PAIRS = [(r, r + 1) for r in range(12) if r % 4 < 3] + [(r, r + 4) for r in range(8)]


def make_tables(layers=LAYERS, **flags):
    """Return affectation, appartenance, communes, couches, voisinages of the grid."""
    communes = make_communes({code: 100 + 10 * rank for rank, code in enumerate(CODES)})
    communes = communes.assign(x_m=[r % 4 * 1000.0 for r in range(12)], y_m=[r // 4 * 1000.0 for r in range(12)])
    neighbours = pd.DataFrame([(CODES[a], CODES[b]) for a, b in PAIRS], columns=["code_insee", "voisin"], dtype="str")
    inside = make_appartenance({"perimetre": CODES, "west": [c for c in CODES if LAYERS["CAS"][c] == "west"]})
    return make_affectation(layers), inside, communes, make_couches(layers, **flags), neighbours


def list_draws(tables, monkeypatch, **choices):
    """Return the table of chance and the groupings drawn for it, as {code: unit}."""
    caught = []

    def watch(units, edges, **settings):
        caught.append(chance_draws.draw_groupings(units, edges, **settings))
        return caught[-1]

    monkeypatch.setattr(chance, "draw_groupings", watch)
    table = measure_chance(*tables, tirages=19, **choices)
    return table, [{code: f"row{unit}" for code, unit in zip(CODES, draw, strict=True)} for draw in caught[0]]


def test_every_draw_is_measured_as_compare_layers_does_and_summed_up_by_hand(monkeypatch):
    tables = make_tables()
    table, drawn = list_draws(tables, monkeypatch)
    _, inside, communes, _, _ = tables
    real, *others = (
        compare_one({"EPCI": units} | {name: LAYERS[name] for name in ("CAS", "CAF", "CIAS")}, inside, communes)
        for units in [LAYERS["EPCI"], *drawn]
    )
    assert table[["couche_b", "mesure"]].values.tolist() == [
        [couche, mesure] for couche in ("CAS", "CAF", "CIAS") for mesure in MEASURES
    ]
    for row in table.itertuples():
        values = np.sort([one.loc[row.couche_b, row.mesure] for one in others])
        observed = real.loc[row.couche_b, row.mesure]
        assert row.observe == pytest.approx(observed, abs=1e-12)
        assert row.moyenne_hasard == pytest.approx(values.mean(), abs=1e-12)
        # The first value that 5 %, then 95 %, of the 19 draws do not exceed.
        assert (row.q05, row.q95) == pytest.approx((values[0], values[18]), abs=1e-12)
        assert row.p_superieur == pytest.approx((1 + (values >= observed - 1e-9).sum()) / 20)
        assert row.p_inferieur == pytest.approx((1 + (values <= observed + 1e-9).sum()) / 20)
    assert table.columns.tolist() == COLUMNS and table["raison_absence"].eq("").all()


def compare_one(layers, inside, communes):
    compared = compare_layers(make_affectation(layers), inside, communes, make_couches(layers), territoires=["perimetre"])
    return compared[compared["couche_a"] == "EPCI"].set_index("couche_b")


def test_the_share_of_communes_that_moved_is_counted_by_hand(monkeypatch):
    table, drawn = list_draws(make_tables(), monkeypatch)
    kept = []
    for units in drawn:
        cells = pd.crosstab(pd.Series(units), pd.Series(LAYERS["EPCI"]))
        # The first of equals, in the order of the codes; both ways, as every coincidence.
        mutual = [(a, b) for a in cells.index for b in cells.columns if cells.loc[a].idxmax() == b and cells[b].idxmax() == a]
        kept.append(sum(cells.loc[pair] for pair in mutual) / 12)
    assert table["part_deplacee"].tolist() == pytest.approx([1 - np.mean(kept)] * len(table))
    assert 0.1 < table["part_deplacee"].iloc[0] < 0.9


def test_draws_have_the_sizes_of_the_real_units_in_one_piece(monkeypatch):
    _, drawn = list_draws(make_tables(), monkeypatch)
    graph = nx.Graph([(CODES[a], CODES[b]) for a, b in PAIRS])
    for units in drawn:
        members = pd.Series(units).groupby(pd.Series(units)).groups
        assert sorted(len(codes) for codes in members.values()) == [4, 4, 4]
        assert all(nx.is_connected(graph.subgraph(codes)) for codes in members.values())


def test_order_of_rows_seed_and_blocks(monkeypatch):
    tables = make_tables()
    before = [table.copy() for table in tables]
    first = measure_chance(*tables, tirages=29)
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)
    affectation, inside, communes, couches, neighbours = (table.sample(frac=1, random_state=2) for table in tables)
    turned = neighbours.rename(columns={"code_insee": "voisin", "voisin": "code_insee"})
    again = measure_chance(affectation, inside, communes, couches.loc[list(LAYERS)], turned, tirages=29)
    pd.testing.assert_frame_equal(again, first)
    monkeypatch.setattr(chance, "BLOCK", 50)
    pd.testing.assert_frame_equal(measure_chance(*tables, tirages=29), first)
    other = measure_chance(*tables, tirages=29, graine=3)
    assert (other["moyenne_hasard"] != first["moyenne_hasard"]).any() and other["observe"].equals(first["observe"])


def test_communes_that_the_layer_shares_out_are_left_out_and_counted():
    shared = LAYERS | {"EPCI": LAYERS["EPCI"] | {"c00": {"row0": 0.5, "row1": 0.5}, "c05": {"row1": np.nan}}}
    table = measure_chance(*make_tables(shared, infra=["EPCI"]), tirages=9)
    assert table["nb_communes_laissees"].eq(2).all() and table["nb_liens_ajoutes"].eq(1).all()
    # Row 1 has lost its second commune: the first is linked to the third, and to no other row.
    left = LAYERS | {"EPCI": {code: unit for code, unit in LAYERS["EPCI"].items() if code not in ("c00", "c05")}}
    affectation, inside, communes, couches, neighbours = make_tables(left)
    inside = inside[~inside["code_insee"].isin(["c00", "c05"])]
    same = measure_chance(affectation, inside, communes, couches, neighbours, tirages=9)
    pd.testing.assert_frame_equal(table[["observe", *FIGURES]], same[["observe", *FIGURES]])
    assert same["nb_communes_laissees"].eq(0).all()
    none = LAYERS | {"EPCI": dict.fromkeys(CODES, {"u": 0.5, "v": 0.5})}
    table = measure_chance(*make_tables(none, infra=["EPCI"]), tirages=9)
    assert table["raison_absence"].eq(PARTAGEES).all() and table[["observe", *FIGURES]].isna().all(axis=None)
    assert table["tirages"].eq(0).all() and table["nb_communes_laissees"].eq(12).all()


def test_one_unit_no_neighbour_and_absent_layers_are_missing_with_their_reason():
    tables = make_tables()
    one = measure_chance(*tables, couche_melangee="CAF", tirages=9)
    assert one.loc[one["observe"].notna(), "raison_absence"].eq(UNE_UNITE).all()
    assert one.loc[one["couche_b"] == "EPCI", "observe"].notna().all() and one[FIGURES].isna().all(axis=None)
    assert one["tirages"].eq(0).all() and one["part_deplacee"].isna().all()
    apart = measure_chance(*tables[:4], tables[4].iloc[:0], tirages=9)
    assert apart["raison_absence"].eq(IMMOBILE).all() and apart[FIGURES].isna().all(axis=None)
    assert apart["part_deplacee"].eq(0).all() and apart["nb_liens_ajoutes"].eq(9).all()
    affectation, inside, communes, couches, neighbours = tables
    nowhere = affectation[affectation["couche"] != "CIAS"]
    table = measure_chance(nowhere, inside, communes, couches, neighbours, tirages=9).set_index("couche_b")
    assert table.loc["CIAS", "raison_absence"].eq("couche CIAS absente de ce territoire").all()
    assert table.loc["CIAS", ["observe", *FIGURES]].isna().all(axis=None)
    assert table.loc["CAS", "raison_absence"].eq("").all() and table.loc["CAS", FIGURES].notna().all(axis=None)
    table = measure_chance(nowhere, inside, communes, couches, neighbours, couche_melangee="CIAS", tirages=9)
    assert table["raison_absence"].eq("couche CIAS absente de ce territoire").all() and len(table) == 21


def test_a_layer_of_overlapping_units_keeps_nesting_only():
    layers = LAYERS | {"GAL": {code: ["g", "h"] if code == "c00" else "g" for code in CODES}}
    table = measure_chance(*make_tables(layers, non_exclusives=["GAL"]), tirages=9).set_index(["couche_b", "mesure"])
    assert table.loc[("GAL", "nb_a_dans_b"), "observe"] == 3 and table.loc[("GAL", "nb_a_dans_b"), "raison_absence"] == ""
    told = table.loc[("GAL", "nmi")]
    assert told[["observe", *FIGURES]].isna().all() and "plusieurs unités à la fois" in told["raison_absence"]


def test_a_part_of_the_territory_only_and_another_weighting():
    tables = make_tables()
    table = measure_chance(*tables, territoire="west", ponderation="communes", tirages=9).set_index(["couche_b", "mesure"])
    assert table["territoire_id"].eq("west").all() and table["ponderation"].eq("communes").all()
    # Three rows of two communes, all in the western unit of CAS.
    assert table.loc["CAS", "observe"].tolist() == pytest.approx([3, 1, 1, 1 / 3, 0, np.log(3), 0])
    assert table.loc[("CAS", "nb_a_dans_b"), FIGURES].tolist() == [3, 3, 3, 1, 1]


def test_without_the_place_of_the_mairies_and_with_a_single_layer():
    affectation, inside, communes, couches, neighbours = make_tables()
    placed = measure_chance(affectation, inside, communes, couches, neighbours, tirages=9)
    unplaced = measure_chance(affectation, inside, communes.drop(columns=["x_m", "y_m"]), couches, neighbours, tirages=9)
    pd.testing.assert_frame_equal(placed, unplaced)
    alone = measure_chance(affectation, inside, communes, couches.loc[["EPCI"]], neighbours, tirages=9)
    assert alone.empty and alone.columns.tolist() == COLUMNS


@pytest.mark.parametrize(
    ("choice", "words"),
    [({"couche_melangee": "PAT"}, "Couche inconnue : PAT"), ({"territoire": "epci:1"}, "Territoire sans commune : epci:1"),
     ({"tirages": 0}, "Aucun tirage")],
)  # fmt: skip
def test_what_cannot_be_asked(choice, words):
    with pytest.raises(DiagnosticError, match=words) as error:
        measure_chance(*make_tables(), **choice)
    assert len(str(error.value).splitlines()) == 3


def test_no_verdict_is_given():
    for module in (chance, chance_draws):
        assert "significati" not in inspect.getsource(module).lower()


# --- 43 and 63, communes of 2026 ----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def pilote():
    from diagnostic.read.places.neighbours import list_neighbours
    from diagnostic.read.places.territories import read_communes

    communes = read_communes(departements=["43", "63"])
    layers = {name: communes[name.lower()].to_dict() for name in ("EPCI", "ARRONDISSEMENT")}
    inside = make_appartenance({d: rows.index for d, rows in communes.groupby("departement")})
    return make_affectation(layers), inside, communes, make_couches(layers), list_neighbours(communes)


# Nested EPCI of all, their purity; between what 90 % of the draws lie (a wide margin: the seed is not the subject).
@pytest.mark.parametrize(
    ("departement", "nested", "low", "high"), [("43", (8, 0.989635), (3, 5), (7, 9)), ("63", (14, 1), (2, 4), (5, 8))]
)
def test_real_departements(pilote, departement, nested, low, high):
    table = measure_chance(*pilote, territoire=departement, tirages=99).set_index("mesure")
    assert table.loc[["nb_a_dans_b", "purete_a_dans_b"], "observe"].tolist() == pytest.approx(nested, abs=1e-6)
    assert low[0] <= table.loc["nb_a_dans_b", "q05"] <= low[1] and high[0] <= table.loc["nb_a_dans_b", "q95"] <= high[1]
    assert table["nb_liens_ajoutes"].eq(0).all() and table["part_deplacee"].gt(0.5).all()
    # EPCI were drawn with arrondissements in mind: purer than any draw.
    assert table.loc["purete_a_dans_b", "p_superieur"] == 0.01
