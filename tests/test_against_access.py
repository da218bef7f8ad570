"""2SFCA and E2SFCA equal to those of PySAL `access` on a real departement, `access` being installed apart.

Asked for by DIAGNOSTIC_TEST_ACCESS=1 (it downloads a package); its folder may be named by DIAGNOSTIC_ACCESS_VENV, else it is
made anew in a temporary folder. `benchmarks/acces.py` makes the same comparison, and prints it.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diagnostic.measure.manques.catchment import PALIERS, measure_catchment
from diagnostic.read.places.territories import project_points, read_communes

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def access(tmp_path_factory):
    """Return the module that runs PySAL `access`, and the Python where it is installed."""
    if os.environ.get("DIAGNOSTIC_TEST_ACCESS") != "1":
        pytest.skip("PySAL access is installed apart only when DIAGNOSTIC_TEST_ACCESS=1: 2SFCA not compared with it")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        import access_pysal
    folder = os.environ.get("DIAGNOSTIC_ACCESS_VENV") or tmp_path_factory.mktemp("access")
    return access_pysal, access_pysal.install_access(folder)


def read_france_services(folder):
    """Return the fixed France services of the metropole as actors."""
    rows = pd.read_csv(folder / "inventaires" / "france_services_2024-08.csv", dtype=str)
    rows = rows[~rows["insee_dep"].str.startswith("97") & rows["format_fs"].eq("Fixe")]
    zone = pd.Series("metropole", index=rows.index)
    points = project_points(rows["longitude"].astype(float), rows["latitude"].astype(float), zone)
    given = {"acteur_id": "fs" + rows["id_fs"], "categorie": "france_services", "code_insee": rows["insee_com"], "zone": zone}
    return points.assign(**given).reset_index(drop=True)


@pytest.mark.parametrize("capacities", ["unitaires", "declarees"])
@pytest.mark.parametrize("departement", ["43", "63"])
def test_both_forms_are_those_of_pysal(access, partage, tmp_path, departement, capacities):
    pysal, python = access
    communes = read_communes(departements=[departement], geometry=False)
    sites = read_france_services(partage)
    declared = 1.0 + np.arange(len(sites)) % 7 if capacities == "declarees" else np.nan
    acces, _, controle = measure_catchment(communes, sites.assign(capacite=declared), rayon=20)
    costs = pysal.list_costs(communes, sites, 30)
    counted = sites.assign(capacite=np.nan_to_num(declared, nan=1.0))
    found, _ = pysal.run_access(python, tmp_path / "échanges", communes, counted, costs, rayon=20, paliers=PALIERS)
    assert len(acces) == len(communes) > 250
    for name in ["acces_2sfca", "acces_e2sfca"]:
        np.testing.assert_allclose(acces[name], found[name], rtol=1e-12, atol=1e-12)
        assert (acces[name] > 0).sum() > 200
    assert controle.loc[0, "capacite_distribuee"] == pytest.approx(controle.loc[0, "capacite_retenue"], rel=1e-12)
