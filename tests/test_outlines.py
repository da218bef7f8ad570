"""Layers crossed by their outlines: toy squares against a naive double loop, real layers against the commune table."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts.outlines import COLUMNS, compare_outlines, overlap_outlines
from diagnostic.measure.ressorts.overlap import compare_layers
from diagnostic.read.places.territories import read_communes

CLS = Path(__file__).resolve().parents[2] / "shared" / "data" / "ressorts" / "cls_aura_2025.gpkg"
LAMBERT, KM = 2154, 1000.0
EXACT = {"rtol": 0, "atol": 1e-12}


def square(x0, y0, x1, y1):
    return box(x0 * KM, y0 * KM, x1 * KM, y1 * KM)


def draw(crs=LAMBERT, **shapes):
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=pd.Index(list(shapes), dtype="str"), crs=crs)


def draw_random(seed, prefix, number=12):
    """Rectangles, some with a hole, that overlap and leave gaps."""
    chance = np.random.default_rng(seed)
    low, size = chance.uniform(0, 8, (number, 2)), chance.uniform(0.3, 4, (number, 2))
    shapes = [square(*corner, *(corner + sides)) for corner, sides in zip(low, size, strict=True)]
    holes = [shape.centroid.buffer(100, quad_segs=1) for shape in shapes]
    shapes = [shape.difference(hole) if n % 3 == 0 else shape for n, (shape, hole) in enumerate(zip(shapes, holes, strict=True))]
    return draw(**{f"{prefix}{n:02d}": shape for n, shape in enumerate(shapes)})


def overlap_naively(a, b, territoires):
    """The oracle: every triple, one intersection after the other."""
    rows = []
    for place, ground in territoires.geometry.items():
        for one, left in a.geometry.items():
            for other, right in b.geometry.items():
                surface = left.intersection(right).intersection(ground).area / 1e6
                if surface > 1e-9:
                    rows.append((place, one, other, surface))
    return pd.DataFrame(rows, columns=["territoire_id", "unite_a", "unite_b", "surface_km2"]).set_index(
        ["territoire_id", "unite_a", "unite_b"]
    )["surface_km2"]


def index_cells(table):
    return table.set_index(["territoire_id", "unite_a", "unite_b"])["surface_km2"]


# E1 is the left half, E2 the right one; S2 is across; S3 lies in E2.
EPCI = draw(E1=square(0, 0, 2, 4), E2=square(2, 0, 4, 4))
CAS = draw(S1=square(0, 0, 1, 4), S2=square(1, 0, 3, 4), S3=square(3, 0, 4, 4))


@pytest.mark.parametrize("seed", range(4))
def test_contingency_equals_a_double_loop(seed):
    a, b, whole = draw_random(seed, "A"), draw_random(seed + 50, "B"), draw(perimetre=square(-9, -9, 99, 99))
    found, slivers = overlap_outlines(a, b, seuil_eclat=0)
    assert slivers.empty
    pd.testing.assert_series_equal(index_cells(found), overlap_naively(a, b, whole).sort_index(), **EXACT)


@pytest.mark.parametrize("seed", range(4))
def test_contingency_by_territory_equals_a_triple_loop(seed):
    a, b = draw_random(seed, "A"), draw_random(seed + 50, "B")
    places = draw(T1=square(0, 0, 5, 12), T2=square(5, 0, 12, 12), T3=square(2, 2, 6, 6))
    found, _ = overlap_outlines(a, b, territoires=places, seuil_eclat=0)
    pd.testing.assert_series_equal(index_cells(found), overlap_naively(a, b, places).sort_index(), **EXACT)


def test_the_order_of_rows_changes_nothing():
    a, b = draw_random(1, "A"), draw_random(2, "B")
    for one, other in zip(overlap_outlines(a, b), overlap_outlines(a.iloc[::-1], b.sample(frac=1, random_state=3)), strict=True):
        pd.testing.assert_frame_equal(one, other, **EXACT)


def test_arguments_are_left_as_they_are():
    a, b = draw_random(1, "A").iloc[::-1], draw_random(2, "B")
    before = a.copy(), b.copy()
    compare_outlines(a, b, territoires=draw(T=square(0, 0, 5, 5)))
    assert a.equals(before[0]) and b.equals(before[1])


def test_a_thin_overlap_is_set_aside_and_listed():
    # 10 m of 3 km along the border: 1 % of nothing wider than a drawing.
    shifted = draw(S1=square(0, 0, 2.01, 4), S2=square(2.01, 0, 4, 4))
    kept, slivers = overlap_outlines(EPCI, shifted)
    assert kept[["unite_a", "unite_b"]].values.tolist() == [["E1", "S1"], ["E2", "S2"]]
    assert slivers[["unite_a", "unite_b"]].values.tolist() == [["E2", "S1"]]
    assert slivers["surface_km2"].item() == pytest.approx(0.04)
    assert slivers["part_petite_unite"].item() == pytest.approx(0.04 / 8)
    assert slivers["largeur_m"].item() == pytest.approx(2 * 0.04e6 / 8020)


def test_nothing_is_lost_between_the_overlaps_and_the_slivers():
    a, b = draw_random(5, "A"), draw_random(6, "B")
    everything = overlap_outlines(a, b, seuil_eclat=0)[0]
    kept, slivers = overlap_outlines(a, b, seuil_eclat=0.3, largeur_eclat_m=1e6)
    assert len(slivers) > 5
    assert len(kept) + len(slivers) == len(everything)
    assert kept["surface_km2"].sum() + slivers["surface_km2"].sum() == pytest.approx(everything["surface_km2"].sum(), abs=1e-12)


def test_a_small_commune_is_no_sliver():
    # 1 km2 of 400: under 1 % of the unit, but as wide as a commune.
    a = draw(E1=shapely.union(square(0, 0, 20, 20), square(20, 0, 21, 1)), E2=square(20, 1, 40, 20))
    b = draw(S1=square(0, 0, 20, 20), S2=square(20, 0, 40, 20))
    kept, slivers = overlap_outlines(a, b)
    assert ["E1", "S2"] in kept[["unite_a", "unite_b"]].values.tolist()
    assert slivers.empty
    assert overlap_outlines(a, b, largeur_eclat_m=600)[1]["surface_km2"].tolist() == pytest.approx([1.0])


def test_the_border_in_common_is_no_width():
    # The common part is a surface and a line: the width is that of the surface.
    a = draw(E1=shapely.union(square(0, 0, 2, 40), square(2, 0, 2.6, 0.6)))
    b = draw(S1=square(2, 0, 42, 40))
    assert overlap_outlines(a, b, seuil_eclat=1, largeur_eclat_m=1e6)[1]["largeur_m"].item() == pytest.approx(300)


def test_what_a_unit_hardly_shows_of_a_territory_is_listed():
    places = draw(T1=square(0, 0, 2.01, 4), T2=square(2.01, 0, 4, 4))
    kept, slivers = overlap_outlines(EPCI, draw(S=square(0, 0, 4, 4)), territoires=places)
    assert kept[["territoire_id", "unite_a"]].values.tolist() == [["T1", "E1"], ["T2", "E2"]]
    assert slivers[["territoire_id", "unite_a"]].values.tolist() == [["T1", "E2"]]
    assert slivers["unite_b"].isna().all()


def test_touching_units_share_nothing():
    kept, slivers = overlap_outlines(draw(E1=square(0, 0, 1, 1)), draw(S1=square(1, 0, 2, 1), S2=square(1, 1, 2, 2)))
    assert kept.empty and slivers.empty


def test_measures_by_hand():
    # Shares: E1 S1 1/4, E1 S2 1/4, E2 S2 1/4, E2 S3 1/4.
    row = compare_outlines(EPCI, CAS, couches=("EPCI", "CAS")).iloc[0]
    ln2 = np.log(2)
    assert row[["territoire_id", "couche_a", "couche_b", "ponderation"]].tolist() == ["perimetre", "EPCI", "CAS", "surface_km2"]
    expected = {
        "entropie_a": ln2, "entropie_b": 1.5 * ln2, "entropie_ab": 2 * ln2, "information_mutuelle": ln2 / 2, "vi": 1.5 * ln2,
        "vi_norm": 0.75, "nmi": 0.4, "part_de_a_expliquee_par_b": 0.5, "part_de_b_expliquee_par_a": 1 / 3,
        "nb_unites_a": 2, "nb_unites_b": 3, "nb_a_dans_b": 0, "part_a_dans_b": 0, "part_population_a_dans_b": 0,
        "nb_b_dans_a": 2, "part_b_dans_a": 2 / 3, "part_population_b_dans_a": 0.5,
        "purete_a_dans_b": 0.5, "purete_b_dans_a": 0.75, "coincidence_mutuelle_population": 0.25,
        "coincidence_vue_a_population": 0.5, "coincidence_vue_b_population": 0.75, "couverture_commune": 1,
    }  # fmt: skip
    assert row[list(expected)].astype(float).to_dict() == pytest.approx(expected, abs=1e-12)
    assert row["egalite"] and row["raison_absence"] == ""  # S2 is shared equally: E1, the smallest code, is its main unit


def make_table_path(cells):
    """The same squares as communes of the table: one a cell of a grid of 1 km, with its units by name."""
    codes = pd.Index([f"{n:05d}" for n in range(len(cells))], name="code_insee", dtype="str")
    communes = pd.DataFrame({"surface_km2": 1.0}, index=codes)
    parts = [pd.DataFrame({"code_insee": codes, "couche": side, "unite_id": cells[side], "part": 1.0}) for side in "ab"]
    return communes, pd.concat(parts, ignore_index=True), pd.DataFrame({"code_insee": codes, "territoire_id": cells["t"]})


@pytest.mark.parametrize("seed", range(5))
def test_measures_equal_those_of_the_table(seed):
    chance = np.random.default_rng(seed)
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(6), np.arange(6)))
    cells = pd.DataFrame({"a": chance.choice(list("PQRS"), 36), "b": chance.choice(list("UVW"), 36), "t": chance.choice(["T1", "T2"], 36)})
    shapes = gpd.GeoDataFrame(cells, geometry=box(x * KM, y * KM, (x + 1) * KM, (y + 1) * KM), crs=LAMBERT)
    a, b, places = (shapes.dissolve(side)[["geometry"]] for side in "abt")
    found = compare_outlines(a, b, territoires=places, seuil_eclat=0, tolerance=1e-9)
    communes, affectation, membership = make_table_path(cells)
    couches = pd.DataFrame({"exclusive": True, "infra_communale": False}, index=["a", "b"])
    true = compare_layers(affectation, membership, communes, couches, ponderation="surface_km2")
    pd.testing.assert_frame_equal(found, true[COLUMNS], check_dtype=False, **EXACT)


@pytest.mark.parametrize("departement", ["43", "63"])
def test_real_layers_agree_with_the_table(departement):
    communes = read_communes(departements=[departement]).to_crs(LAMBERT)
    epci, arr = (communes.dissolve(c, method="coverage")[["geometry"]] for c in ("epci", "arrondissement"))
    found = compare_outlines(epci, arr, couches=("EPCI", "ARR")).iloc[0]
    rows = [
        communes[column].rename("unite_id").reset_index().assign(couche=name, part=1.0)
        for name, column in (("EPCI", "epci"), ("ARR", "arrondissement"))
    ]
    membership = pd.DataFrame({"code_insee": communes.index, "territoire_id": "perimetre"})
    couches = pd.DataFrame({"exclusive": True, "infra_communale": False}, index=["EPCI", "ARR"])
    table = pd.DataFrame(communes.drop(columns="geometry"))
    true = compare_layers(pd.concat(rows), membership, table, couches, ponderation="surface_km2").iloc[0]
    figures = [name for name in COLUMNS if isinstance(true[name], (int, float))]
    assert len(figures) > 20
    assert found[figures].astype(float).to_dict() == pytest.approx(true[figures].astype(float).to_dict(), abs=1e-6)


def test_drawn_contracts_agree_with_an_independent_overlay():
    if not CLS.exists():
        pytest.skip("no ../shared/data beside the repository: the real outlines are not crossed")
    drawn = gpd.read_file(CLS).to_crs(LAMBERT)
    drawn = drawn.set_index(pd.Index([f"C{n:02d}" for n in range(len(drawn))], name="a", dtype="str"))[["geometry"]]
    epci = read_communes(departements=["43", "63", "42"]).to_crs(LAMBERT).dissolve("epci", method="coverage")[["geometry"]]
    kept, slivers = overlap_outlines(drawn, epci)
    pieces = gpd.overlay(drawn.reset_index(), epci.reset_index(), how="intersection", keep_geom_type=True)
    true = (pieces.area / 1e6).groupby([pieces["a"], pieces["epci"]]).sum()
    found = pd.concat([kept, slivers]).set_index(["unite_a", "unite_b"])["surface_km2"].sort_index()
    assert len(found) == len(true) and len(slivers) > len(kept) > 10
    assert np.abs(found.to_numpy() - true.to_numpy()).max() < 1e-9


def test_nested_within_tolerance():
    a = draw(E1=square(0, 0, 1.96, 4), E2=square(1.96, 0, 4, 4))  # 2 % of E2 is outside, 40 m wide
    b = draw(S1=square(0, 0, 2, 4), S2=square(2, 0, 4, 4))
    assert compare_outlines(a, b, seuil_eclat=0.03)["nb_a_dans_b"].item() == 2
    assert compare_outlines(a, b, seuil_eclat=0.03, tolerance=0.01)["nb_a_dans_b"].item() == 1
    assert compare_outlines(a, b, seuil_eclat=0)["nb_a_dans_b"].item() == 1  # an overlap, not a sliver: shared


def test_a_unit_that_is_half_covered_is_not_nested():
    row = compare_outlines(EPCI, draw(S1=square(0, 0, 2, 4), S2=square(2, 0, 3, 4))).iloc[0]
    assert row["nb_a_dans_b"] == 1 and row["nb_b_dans_a"] == 2
    assert row["couverture_commune"] == pytest.approx(0.75)


def test_units_of_one_layer_that_overlap_are_refused():
    row = compare_outlines(EPCI, draw(P1=square(0, 0, 3, 4), P2=square(1, 0, 4, 4))).iloc[0]
    assert "se recouvrent" in row["raison_absence"]
    assert np.isnan(row[["vi", "nmi", "purete_a_dans_b", "coincidence_mutuelle_population", "couverture_commune"]].astype(float)).all()
    assert row["nb_a_dans_b"] == 2  # each EPCI is wholly in a plan, whatever the other does


def test_two_layers_of_one_unit_coincide():
    row = compare_outlines(draw(E=square(0, 0, 1, 1)), draw(S=square(0, 0, 1, 1))).iloc[0]
    assert row[["nmi", "vi", "vi_norm"]].tolist() == [1, 0, 0]


def test_a_layer_absent_from_a_territory():
    places = draw(T1=square(0, 0, 4, 4), T2=square(50, 0, 54, 4), T3=square(20, 0, 24, 4))
    table = compare_outlines(EPCI, pd.concat([CAS, draw(S9=square(20, 0, 24, 4))]), territoires=places, couches=("EPCI", "CAS"))
    reasons = table.set_index("territoire_id")["raison_absence"]
    assert reasons.to_dict() == {
        "T1": "", "T2": "couches EPCI et CAS absentes de ce territoire", "T3": "couche EPCI absente de ce territoire",
    }  # fmt: skip
    absent = table.set_index("territoire_id").loc[["T2", "T3"]]
    assert absent[["vi", "nmi", "part_a_dans_b"]].isna().all(axis=None) and absent["couverture_commune"].eq(0).all()


def test_layers_that_never_meet():
    row = compare_outlines(EPCI, draw(S=square(20, 0, 24, 4))).iloc[0]
    assert row["raison_absence"] == "aucune surface commune aux deux couches"
    assert np.isnan(row["vi"]) and row["nb_a_dans_b"] == 0 and row["couverture_commune"] == 0


def test_an_empty_layer():
    nothing = draw()
    assert [len(table) for table in overlap_outlines(EPCI, nothing)] == [0, 0]
    row = compare_outlines(EPCI, nothing).iloc[0]
    assert row["raison_absence"] == "couche b absente de ce territoire" and np.isnan(row["nmi"])


BOW = shapely.Polygon([(0, 0), (KM, KM), (KM, 0), (0, KM)])
COLLECTION = shapely.GeometryCollection([square(0, 0, 1, 1), shapely.LineString([(0, 0), (9, 9)])])


@pytest.mark.parametrize(
    ("layer", "what", "fix"),
    [
        (draw(crs=None, S=square(0, 0, 1, 1)), "Projection inconnue.", "EPSG:2154"),
        (draw(crs=4326, S=box(3, 45, 4, 46)), "Ces contours sont en degrés", "reprojetez"),
        (draw(crs=3857, S=square(0, 0, 1, 1)), "agrandit les surfaces", "reprojetez"),
        (draw(crs=2975, S=square(0, 0, 1, 1)), "pas dans la même projection", "reprojetez"),
        (draw(S=box(3, 45, 4, 46)), "ressemblent à des degrés", "vraie projection"),
        (draw(S=BOW), "Contours qui se croisent (1) : S.", "réparez"),
        (draw(S=shapely.Polygon()), "Contours vides (1) : S.", "dessinez"),
        (draw(S=None), "Contours vides (1) : S.", "dessinez"),
        (draw(S=COLLECTION), "Contours mêlés de lignes ou de points (1) : S.", "gardez"),
        (draw(S=shapely.Point(5000, 5000)), "Contours sans surface (points ou lignes) (1) : S.", "surfaces"),
        (pd.concat([CAS, CAS.iloc[:1]]), "Unités dessinées plusieurs fois (1) : S1.", "fusionnez"),
    ],
)
@pytest.mark.parametrize("measure", [overlap_outlines, compare_outlines])
def test_outlines_that_cannot_be_crossed(layer, what, fix, measure):
    with pytest.raises(DiagnosticError) as told:
        measure(EPCI, layer)
    lines = str(told.value).splitlines()
    assert what in lines[0] and lines[1].startswith("Où : contours de la couche") and fix in lines[2]


def test_every_fault_is_told_at_once():
    with pytest.raises(DiagnosticError) as told:
        overlap_outlines(draw(crs=None, E=BOW), draw(crs=4326, S=box(3, 45, 4, 46)), territoires=draw(T=shapely.Polygon()))
    text = str(told.value)
    assert all(part in text for part in ("couche a", "couche b", "territoires", "Projection inconnue", "degrés", "croisent", "vides"))
