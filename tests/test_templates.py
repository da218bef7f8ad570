"""Templates of the pages: values are escaped, what is marked as HTML is not, and every page shares one frame."""

import pytest
from markupsafe import Markup

from diagnostic.draw.templates import open_template, read_template

PAGES = ["constats.html", "fiches.html", "manques.html"]
# What a page writes before it looks at any sheet.
NEEDED = {"fonds": {}, "encres": {}, "bornes": {"sources": 9}}


@pytest.mark.parametrize("name", PAGES)
def test_a_value_is_escaped_unless_marked_as_html(name):
    page = open_template(name).render(titre="<b>Issoire</b>", style=Markup("p > a {}"), **NEEDED)
    assert "<b>" not in page and "p > a {}" in page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fills_the_frame_and_repeats_none_of_it(name):
    page = open_template(name).render(titre="Issoire", sources=["Insee, 2026"], **NEEDED)
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>")
    assert [page.count(mark) for mark in ("<main>", "</main>", "<h1>Issoire</h1>", "Insee, 2026")] == [1, 1, 1, 1]
    assert "<main>" not in read_template(name)
