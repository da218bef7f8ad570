"""Reading France, a territory, its divisions, and the units a perimeter cuts."""

import time

import numpy as np
import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.places import territories

SANCY = "246300966"


@pytest.fixture(scope="module")
def france():
    return territories.read_communes(geometry=False)


@pytest.fixture(scope="module")
def pilot():
    return territories.read_communes(departements=["43", "63"])


def test_france_has_its_communes_and_inhabitants(france):
    assert len(france) == 34_875
    assert france.index.is_unique
    assert france["population"].sum() == 68_350_798
    assert france["departement"].nunique() == 101
    assert france["region"].nunique() == 18


def test_codes_are_text(france):
    codes = france.index.to_series()
    assert (codes.str.len() == 5).all()
    assert {"01004", "2A004", "2B033", "97411"} <= set(codes)
    assert france.loc["01004", "departement"] == "01"
    assert france.loc["2A004", "departement"] == "2A"
    assert france["epci"].dropna().str.fullmatch(r"\d{9}").all()
    for column in ["epci", "arrondissement", "departement", "region", "siren", "codes_postaux"]:
        assert france[column].dtype == "str"


def test_names_are_joined(france):
    brioude = france.loc["43040"]
    assert (brioude["nom"], brioude["departement_nom"], brioude["region_nom"]) == (
        "Brioude",
        "Haute-Loire",
        "Auvergne-Rhône-Alpes",
    )
    assert brioude["arrondissement_nom"] == "Brioude"
    assert "43100" in brioude["codes_postaux"].split(";")
    assert france["epci_nom"].isna().sum() == france["epci"].isna().sum() == 4


@pytest.mark.parametrize(
    ("departement", "nb", "nb_epci", "population"), [("43", 257, 11, 228_654), ("63", 463, 14, 664_453)]
)
def test_pilot_departements(pilot, departement, nb, nb_epci, population):
    own = pilot[pilot["departement"] == departement]
    assert (len(own), own["epci"].nunique(), own["population"].sum()) == (nb, nb_epci, population)


def test_every_pilot_commune_has_a_point_near_its_outline(pilot):
    assert pilot[["mairie_lon", "mairie_lat", "x_m", "y_m"]].notna().all().all()
    outlines = pilot.geometry.to_crs(2154)
    points = outlines.from_xy(pilot["x_m"], pilot["y_m"], index=pilot.index, crs=2154)
    assert points.distance(outlines).max() <= 1001


def test_an_epci_keeps_its_members_of_another_departement():
    sancy = territories.read_communes(epci=[SANCY], geometry=False)
    assert sancy["departement"].value_counts().to_dict() == {"63": 19, "15": 1}
    assert sancy.loc["15132", "nom"] == "Montgreleix"
    assert sancy.loc["15132", "population"] == 31


def test_selections_add_up_whatever_the_order():
    one = territories.read_communes(["15132", "01004"], departements=["43"], regions=["94"], geometry=False)
    two = territories.read_communes(["01004", "15132", "15132"], departements=["43"], regions=["94"], geometry=False)
    pd.testing.assert_frame_equal(one, two)
    assert {"15132", "01004", "43157", "2A004"} <= set(one.index)
    assert list(one.index) == sorted(one.index)


@pytest.mark.parametrize(
    "asked", [{"epci": [SANCY]}, {"codes": ["15132"]}, {"regions": ["94"]}, {"departements": ["2A"]}, {"codes": []}]
)
def test_geometry_changes_no_row(asked):
    drawn, table = territories.read_communes(**asked), territories.read_communes(**asked, geometry=False)
    pd.testing.assert_frame_equal(pd.DataFrame(drawn.drop(columns="geometry")), table)
    assert drawn.crs == 4326


def test_asking_for_nothing_returns_nothing():
    empty = territories.read_communes([], geometry=False)
    assert empty.empty
    assert {"epci_nom", "zone", "x_m"} <= set(empty.columns)


def test_unknown_codes_are_all_told_at_once():
    with pytest.raises(DiagnosticError) as caught:
        territories.read_communes(["43157", "1004", "63330"], departements=["20"], epci=["123456789"], regions=["00"])
    told = str(caught.value)
    for expected in [
        "1004",
        "63330 (aujourd'hui 63109 Les Deux-Rives)",
        "départements 20",
        "EPCI 123456789",
        "régions 00",
        "À faire",
    ]:
        assert expected in told
    assert "43157" not in told


def test_points_are_metres_of_their_zone(france):
    assert france.groupby("zone").size().to_dict() == {
        "metropole": 34_746, "guadeloupe": 32, "martinique": 34, "guyane": 22, "la_reunion": 24, "mayotte": 17,
    }  # fmt: skip
    ajaccio, saint_denis = france.loc["2A004"], france.loc["97411"]
    assert 1.1e6 < ajaccio["x_m"] < 1.3e6 and 6.0e6 < ajaccio["y_m"] < 6.2e6
    assert 3.1e5 < saint_denis["x_m"] < 3.8e5 and 7.6e6 < saint_denis["y_m"] < 7.7e6
    unknown = france["mairie_lon"].isna()
    assert unknown.sum() == 50
    assert france.loc[unknown, ["x_m", "y_m", "mairie_lat"]].isna().all().all()
    assert france.loc[~unknown, ["x_m", "y_m"]].notna().all().all()


def test_projection_agrees_with_a_known_point():
    # Origin of Lambert-93: 3 degrees east, 46.5 degrees north is 700 000, 6 600 000.
    lon, lat = pd.Series([3.0, np.nan], index=["a", "b"]), pd.Series([46.5, 45.0], index=["a", "b"])
    points = territories.project_points(lon, lat, pd.Series("metropole", index=["a", "b"]))
    assert points.loc["a"].tolist() == pytest.approx([700_000, 6_600_000], abs=0.01)
    assert points.loc["b"].isna().all()


def test_divisions():
    assert {d: len(territories.read_divisions(d)) for d in territories.DIVISIONS} == {
        "epci": 1255, "arrondissement": 333, "departement": 101, "region": 18,
    }  # fmt: skip
    assert territories.read_divisions("epci")["type"].value_counts().to_dict() == {
        "CC": 989,
        "CA": 230,
        "METRO": 21,
        "CU": 14,
        "MET69": 1,
    }
    assert territories.read_divisions("epci").loc["200073419", "nom"] == "CA du Puy-en-Velay"
    assert territories.read_divisions("departement").loc["43", "chef_lieu"] == "43157"


def test_communes_shared_out_have_a_row_a_unit():
    cantons = territories.read_divided("CANTON")
    assert list(cantons.columns) == ["code_insee", "unite_id", "part", "methode"]
    town = cantons[cantons["code_insee"] == "43157"]
    assert town["unite_id"].tolist() == ["4312", "4313", "4314", "4315"] and town["part"].isna().all()
    assert cantons[cantons["code_insee"] == "43040"].values.tolist() == [["43040", "4304", 1.0, "polygone"]]
    names = territories.read_divisions("canton")
    assert names.loc[["4312", "0501"], "nom"].tolist() == ["Le Puy-en-Velay-1", "L'Argentière-la-Bessée"]
    assert names.loc["4312", "chef_lieu"] == "43157" and names["departement"].nunique() == 98
    assert territories.read_divisions("commune_partagee").loc["4399", "chef_lieu"] == "43157"
    assert territories.read_divided("EPCI").empty
    cantons["part"] = 0.0  # a copy: what is read again is whole
    assert territories.read_divided("CANTON")["part"].max() == 1


def test_former_codes_lead_to_present_communes(france):
    former = territories.read_former_codes()
    assert former["ancien_code"].is_unique
    counts = former["nature"].value_counts()
    assert counts[["deleguee", "associee", "arrondissement_municipal"]].tolist() == [2105, 471, 45]
    assert former["nouveau_code"].isin(france.index).all()
    # No present commune is sent elsewhere.
    assert (former["nouveau_code"] == former["ancien_code"])[former["ancien_code"].isin(france.index)].all()
    home = former.set_index("ancien_code")
    assert home.loc["63330", ["nature", "nouveau_code", "nouveau_nom"]].tolist() == [
        "deleguee",
        "63109",
        "Les Deux-Rives",
    ]
    assert home.loc["75101", "nouveau_code"] == "75056"
    assert (former["nouveau_nom"].array == france.loc[former["nouveau_code"], "nom"].array).all()


def test_overseas_are_apart(france):
    overseas = territories.read_overseas()
    assert len(overseas) == 94
    assert not overseas.index.isin(france.index).any()
    assert overseas.loc["98818", "nom"] == "Nouméa"


def test_territories_of_a_perimeter(pilot):
    territoires, appartenance = territories.list_territories(pilot)
    assert territoires["type"].value_counts().to_dict() == {"epci": 25, "departement": 2, "perimetre": 1}
    assert territoires.index.is_unique and territoires.index[0] == "perimetre"
    assert territoires.loc["departement:43", "nom"] == "Haute-Loire"
    sizes = appartenance.groupby("territoire_id").size()
    assert sizes["perimetre"] == 720
    assert sizes["departement:43"] == 257
    assert sizes[f"epci:{SANCY}"] == 19
    assert sizes[sizes.index.str.startswith("epci:")].sum() == 720
    shuffled, _ = territories.list_territories(pilot.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(shuffled, territoires)


def test_a_commune_without_epci_keeps_its_other_territories():
    _, appartenance = territories.list_territories(territories.read_communes(["29155"], geometry=False))
    assert appartenance["territoire_id"].tolist() == ["perimetre", "departement:29"]


def test_territories_of_an_empty_table(pilot):
    territoires, appartenance = territories.list_territories(pilot.iloc[:0])
    assert territoires.empty and appartenance.empty


def test_cut_units(pilot, france):
    cut = territories.list_cut_units(pilot, france)
    assert cut.to_dict("records") == [
        {
            "couche": "EPCI", "unite_id": SANCY, "unite_nom": "CC du Massif du Sancy", "nb_communes": 19,
            "nb_communes_hors": 1, "communes_hors": "15132 Montgreleix",
        }
    ]  # fmt: skip
    assert territories.list_cut_units(france, france).empty


def test_cut_units_agree_with_a_double_loop(france):
    cantal = france[france["departement"] == "15"].iloc[:40]
    cut = territories.list_cut_units(cantal, france).set_index(["couche", "unite_id"])["nb_communes_hors"].to_dict()
    naive = {}
    for couche, column in {"EPCI": "epci"}.items():
        for unit in set(cantal[column].dropna()):
            left = [code for code in france.index[france[column] == unit] if code not in cantal.index]
            if left:
                naive[couche, unit] = len(left)
    assert cut == naive


def test_reading_is_quick():
    started = time.process_time()
    territories.read_communes()
    # 0.3 to 0.5 s on two cores; the margin is for a busy machine.
    assert time.process_time() - started < 2.5


def test_outlines_alone_are_those_of_the_communes():
    outlines, communes = territories.read_outlines(), territories.read_communes()
    assert outlines.index.equals(communes.index)
    assert outlines.crs == communes.crs
    assert outlines.geometry.isna().equals(communes.geometry.isna())
    assert outlines.geometry.dropna().geom_equals(communes.geometry.dropna()).all()


def test_a_transformer_goes_both_ways():
    x, y = territories.find_transformer(territories.DEGREES, 2154).transform(3.0, 46.5)
    assert (x, y) == pytest.approx((700_000, 6_600_000))  # the origin of Lambert-93
    assert territories.find_transformer(2154).transform(x, y) == pytest.approx((3.0, 46.5))
