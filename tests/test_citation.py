"""CITATION.cff: the keys that the Citation File Format 1.2.0 asks for, and the method pages it names."""

import pytest
from conftest import ROOT

yaml = pytest.importorskip("yaml")

# Of the schema guide of CFF 1.2.0: keys of a file, keys of a reference, kinds of reference that a page of method may be.
REQUIRED, KNOWN = {"cff-version", "message", "title", "authors"}, {"type", "version", "license", "keywords", "references", "date-released"}
REFERENCE_KEYS = {"type", "title", "authors", "filename", "scope", "version", "notes", "abstract"}
KINDS = {"generic", "manual", "report", "software", "website"}
ENTITY_KEYS = {"name", "website", "email", "orcid", "address", "city", "country"}


@pytest.fixture(scope="module")
def cited():
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_a_file_has_the_keys_of_the_format_and_no_other(cited):
    assert set(cited) >= REQUIRED and set(cited) <= REQUIRED | KNOWN
    assert cited["cff-version"] == "1.2.0" and cited["type"] in ("software", "dataset")
    assert all(isinstance(word, str) and word for word in cited["keywords"])
    assert cited["authors"] and all(author["name"] and set(author) <= ENTITY_KEYS for author in cited["authors"])


def test_references_name_the_pages_of_method_that_exist(cited):
    references = cited["references"]
    for reference in references:
        assert {"type", "title", "authors"} <= set(reference) <= REFERENCE_KEYS and reference["type"] in KINDS
        assert reference["authors"] and all(author["name"] for author in reference["authors"])
        page = (ROOT / reference["filename"]).read_text(encoding="utf-8")
        # The title is that of the page: whoever cites it finds it.
        assert page.splitlines()[0] == "# " + reference["title"].removesuffix(" (page de méthode)")
    assert {reference["filename"] for reference in references} == {"docs/mesures.md", "docs/comparer.md"}


def test_no_address_is_invented():
    assert "://" not in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
