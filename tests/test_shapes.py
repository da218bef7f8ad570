"""The files of `shapes/` as stored: a valid coverage, nothing lost, everything explained."""

import hashlib

import numpy as np
import pandas as pd
import pytest
import shapely

from diagnostic.read.places.territories import locate_shapes, read_communes, read_unresolved

WITHOUT_POLYGON = ["15031", "15035", "15047", "15171"]


@pytest.fixture(scope="module")
def france():
    return read_communes()


@pytest.fixture(scope="module")
def unresolved():
    return read_unresolved()


def test_everything_weighs_less_than_ten_megabytes():
    assert sum(path.stat().st_size for path in locate_shapes().iterdir()) < 10e6


def test_the_four_communes_without_polygon_stay_in_the_table(france):
    missing = france[france.geometry.isna()]
    assert missing.index.tolist() == WITHOUT_POLYGON
    assert missing["surface_km2"].isna().all() and missing["population"].notna().all()
    rebuilt = france.loc[["12218", "14581", "49126", "69114"]]
    assert rebuilt.geometry.notna().all()
    assert rebuilt["surface_km2"].round().tolist() == [106, 47, 158, 14]


def test_each_zone_is_a_valid_coverage_on_the_grid(france):
    for _, communes in france[france.geometry.notna()].groupby("zone"):
        polygons = communes.geometry.to_numpy()
        assert shapely.is_valid(polygons).all()
        assert shapely.is_empty(shapely.coverage_invalid_edges(polygons)).all()
        points = shapely.get_coordinates(polygons)
        assert np.abs(points - points.round(5)).max() < 1e-9


def test_the_union_of_the_pilot_epci_is_exact(france):
    pilot = france[france["departement"].isin(["43", "63"])].to_crs(2154)
    epci = pilot[["epci", "geometry"]].dissolve("epci", method="coverage")
    assert epci.is_valid.all()
    assert epci.area.to_numpy() == pytest.approx(
        pilot.area.groupby(pilot["epci"]).sum().loc[epci.index].to_numpy(), rel=1e-9
    )


def test_surfaces_of_departements_are_those_of_geography(france):
    # IGN surfaces in km2, given to the nearest ten.
    expected = {"43": 5_000, "63": 8_000, "75": 105, "2A": 4_030, "974": 2_510, "93": 236}
    measured = france.groupby("departement")["surface_km2"].sum()
    for departement, surface in expected.items():
        assert measured[departement] == pytest.approx(surface, rel=0.02), departement


def test_no_land_is_forgotten_inside_the_metropole(france):
    """The recent mergers left holes of 1 to 42 km2 in the source; Llivia (Spain, 13 km2) is the one true hole."""
    metropole = france[(france["zone"] == "metropole") & france.geometry.notna()].to_crs(2154)
    ground = shapely.get_parts(shapely.coverage_union_all(metropole.geometry.to_numpy()))
    rings = shapely.get_rings(ground)
    outer = shapely.get_exterior_ring(ground)
    holes = np.setdiff1d(shapely.area(shapely.polygons(rings)).round(), shapely.area(shapely.polygons(outer)).round())
    assert (holes[holes > 0.15e6] / 1e6).round() == pytest.approx([13])


def test_what_is_unsettled_is_told(france, unresolved):
    counts = unresolved["sujet"].value_counts().to_dict()
    assert counts == {
        "mairie_hors_commune": 1506, "mairie_signe_corrige": 72, "mairie_absente": 50, "polygone_complete": 46,
        "epci_different": 45, "population_ancienne": 17, "contour_modifie": 15, "epci_absent": 4, "polygone_absent": 4,
        "polygone_reconstitue": 4, "ancien_code_contradictoire": 2, "ancien_code_partage": 6, "polygone_trop_grand": 1,
    }  # fmt: skip
    assert unresolved.notna().all().all()
    by_subject = unresolved.groupby("sujet")["code_insee"].apply(set)
    assert by_subject["polygone_absent"] == set(WITHOUT_POLYGON)
    assert by_subject["epci_absent"] == set(france.index[france["epci"].isna()])
    assert by_subject["mairie_absente"] == set(france.index[france["mairie_lon"].isna()])
    assert by_subject["mairie_hors_commune"] == set(france.index[france["mairie_origine"] == "point_interieur"])
    assert by_subject["mairie_signe_corrige"] == set(france.index[france["mairie_origine"] == "mairie_signe_corrige"])


def test_every_known_point_is_within_a_kilometre_of_its_commune(france):
    metropole = france[(france["zone"] == "metropole") & france["x_m"].notna() & france.geometry.notna()]
    points = shapely.points(metropole["x_m"], metropole["y_m"])
    assert shapely.distance(points, metropole.geometry.to_crs(2154).to_numpy()).max() <= 1_002


def test_sources_name_every_file_with_its_fingerprint():
    folder = locate_shapes()
    sources = pd.read_csv(folder / "SOURCES.csv", dtype=str)
    made = sources[sources["role"] == "produit"].set_index("fichier")
    assert set(made.index) == {path.name for path in folder.iterdir()} - {"SOURCES.csv"}
    for name, digest in made["sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    assert sources.notna().all().all()
    assert sources["licence"].str.contains("Licence Ouverte 2.0").all()
    assert not sources.stack().str.contains(r"://|/tmp|/home|@\w+\.\w", regex=True).any()
