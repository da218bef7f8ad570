"""Outlines that cannot be crossed: tests/test_outlines.py tries every fault; here, where an outline must be valid."""

import geopandas as gpd
import pytest
import shapely

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts.outline_checks import check_layers

BOW = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])


def draw(**shapes):
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=2154)


def test_an_outline_that_crosses_itself_matters_where_the_other_layer_is():
    near, far = shapely.box(0, 0, 2000, 2000), shapely.box(900_000, 0, 902_000, 2000)
    with pytest.raises(DiagnosticError, match="se croisent"):
        check_layers(draw(A=BOW), draw(B=near), None)
    check_layers(draw(A=BOW, C=far), draw(B=shapely.box(901_000, 0, 903_000, 1000)), None)
