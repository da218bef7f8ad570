"""The look-up tables of France's communes, and who holds a point."""

import pandas as pd
import pytest

from diagnostic.read.cog import is_in, locate_points, read_cog


@pytest.fixture(scope="module")
def cog():
    return read_cog()


def test_present_and_past_codes_do_not_meet(cog):
    assert len(cog["communes"]) == 34_875
    assert not cog["anciens"].index.isin(cog["communes"].index).any()
    assert cog["anciens"].index.is_unique
    assert cog["anciens"]["nouveau_code"].isin(cog["communes"].index).all()
    assert not cog["outre_mer"].index.isin(cog["communes"].index).any()


def test_postcodes(cog):
    assert cog["postaux"].is_unique
    assert ("43040", "Brioude") in cog["codes_postaux"].loc[["43100"]].tolist()
    served = set(zip(cog["codes_postaux"].index, cog["codes_postaux"].str[0], strict=True))
    brioude = cog["communes"].loc["43040", "codes_postaux"].split(";")
    assert {(code, "43040") for code in brioude} == {pair for pair in served if pair[1] == "43040"}


def test_the_trap_of_codes_that_are_both(cog):
    # The figure that makes a code that exists prove nothing: almost one postcode in two.
    assert 0.45 < len(cog["postaux"].intersection(cog["communes"].index)) / len(cog["postaux"]) < 0.5


def test_names_of_communes_joined_to_another(cog):
    assert "Oullins" in cog["anciens_noms"].loc[["69149"]].tolist()


def test_is_in_says_what_isin_says(cog):
    codes = pd.Series(["43157", "", None, "63330", "43157"], index=[4, 1, 7, 2, 9], dtype="str")
    pd.testing.assert_series_equal(is_in(codes, cog["communes"].index), codes.isin(cog["communes"].index))
    assert is_in(codes.iloc[:0], cog["communes"].index).empty


def test_points_are_held_by_their_commune(cog):
    pilot = cog["communes"][cog["communes"]["departement"] == "43"]
    found = locate_points(pilot["mairie_lon"], pilot["mairie_lat"])
    # A mairie may stand just over the border of a simplified outline.
    assert (found == pilot.index).mean() > 0.98
    assert found.index.equals(pilot.index)


def test_a_point_at_sea_or_without_coordinates_is_in_no_commune():
    lon = pd.Series([-4.9, None, 3.88, 55.45], index=["mer", "rien", "puy", "reunion"])
    lat = pd.Series([47.0, None, 45.04, -20.88], index=["mer", "rien", "puy", "reunion"])
    found = locate_points(lon, lat)
    assert found.isna().tolist() == [True, True, False, False]
    assert found[["puy", "reunion"]].tolist() == ["43157", "97411"]


def test_no_point():
    nothing = pd.Series([None, None], dtype=float)
    assert locate_points(nothing, nothing).isna().all()
