"""The table of a layer of outlines beside an independent overlay: the same shares, and the counts that the docs state."""

import runpy

import numpy as np
import pytest
from conftest import ROOT

from diagnostic.read.layers.polygons import read_polygons
from diagnostic.read.places.territories import read_communes


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(ROOT / "scripts" / "examiner_cls.py"))


def test_the_contrats_locaux_de_sante(script, partage):
    drawn, _ = read_polygons(partage / "ressorts" / "cls_aura_2025.gpkg", "CLS")
    communes = read_communes(regions=["84"])
    shares = script["compare_shares"](drawn.geometry, communes)
    assert len(shares) == 2903 and shares.notna().all().all()
    assert np.abs(shares["logiciel"] - shares["superposition"]).max() < 1e-12
    counts = script["count_classes"](shares)
    assert counts["paires, logiciel"].tolist() == counts["paires, superposition"].tolist() == [1702, 29, 30, 389, 753]
    kept = script["count_attributed"](drawn, communes, floor=0.05)
    assert kept == {"plancher": 0.05, "entieres": 1702, "partagees": 59, "communes": 1744}
