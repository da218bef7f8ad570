"""What the notebooks may call: every name is there, says what it does, and is used by one notebook at least."""

import inspect
from pathlib import Path

import pytest

from diagnostic import widgets

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
OFTEN = {"tell_column", "show_actor"}  # for who writes a notebook of their own


@pytest.mark.parametrize("name", widgets.__all__)
def test_every_name_says_what_it_returns(name):
    assert inspect.getdoc(getattr(widgets, name)).split("\n")[0].rstrip(".")


@pytest.mark.parametrize("name", sorted(set(widgets.__all__) - OFTEN))
def test_every_name_serves_a_notebook(name):
    assert any(f"widgets.{name}(" in path.read_text(encoding="utf-8") for path in NOTEBOOKS)
