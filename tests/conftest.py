"""What every test may ask for: the shared reference files, and a path that breaks careless code."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Figures are drawn in memory: no test opens a window.
os.environ.setdefault("MPLBACKEND", "Agg")

ROOT = Path(__file__).resolve().parent.parent

# No time limit a case (a first call imports a library); the same cases at every run of continuous integration.
settings.register_profile(
    "maison",
    deadline=None,
    max_examples=50,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("maison")


@pytest.fixture(scope="session")
def partage():
    """Return the folder of reference data beside the repository, or skip: it is not part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no folder ../shared/data beside the repository: reference data not checked")
    return folder


@pytest.fixture
def chemin_piege(tmp_path):
    """Return an empty folder whose path has a space, an accent and an apostrophe."""
    folder = tmp_path / "dossier d'été à Brioude"
    folder.mkdir()
    return folder
