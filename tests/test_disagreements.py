"""Two clues against one: which is proposed to be mended, and what is said of each."""

import numpy as np
import pandas as pd
import pytest

from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.places import resolve_places

ARRAS = {"lat": 50.291, "lon": 2.777}


@pytest.fixture(scope="module")
def cog():
    return read_cog()


def tell(cog, **clues):
    """Return {column: (text, proposition)} of the problems of one row."""
    blank = {"code_insee": "", "commune": "", "code_postal": "", "departement": "", "lat": np.nan, "lon": np.nan}
    rows = pd.DataFrame([blank | clues]).assign(fichier="f.csv", feuille="acteurs", ligne=2)
    problems = resolve_places(rows, cog, far_km=5)[1]
    assert problems["colonne"].is_unique
    return {row.colonne: (row.probleme, row.proposition) for row in problems.itertuples()}


def test_only_the_side_that_most_clues_are_against_is_proposed(cog):
    told = tell(cog, code_insee="63144", commune="ARRAS", code_postal="62000", **ARRAS)
    assert told["code_insee"][1] == "62041" and told["code_postal"][1] == ""
    assert told["code_insee"][0].endswith("Le nom, le code postal et le point mènent à Arras (62041).")
    assert told["code_postal"][0].endswith("contre : nom, code postal, point.")
    # The name and the postcode, against the code alone.
    assert tell(cog, code_insee="63144", commune="ARRAS", code_postal="62000")["code_insee"][1] == "62041"


def test_two_against_two_propose_nothing(cog):
    own = cog["communes"].loc["63144"]
    told = tell(cog, code_insee="63144", commune="ARRAS", code_postal="62000", lat=own["mairie_lat"], lon=own["mairie_lon"])
    assert [proposed for _, proposed in told.values()] == ["", ""]
    assert "mènent" not in told["code_insee"][0]
    assert "Pour " in told["code_postal"][0] and "code INSEE, point ; contre : nom, code postal" in told["code_postal"][0]


def test_a_postcode_alone_against_a_code_and_a_name_is_proposed(cog):
    told = tell(cog, code_insee="43157", commune="Le Puy-en-Velay", code_postal="43100")
    assert told["code_postal"][1] == "43000"
    assert told["code_postal"][0].endswith("Pour Le Puy-en-Velay : code INSEE, nom ; contre : code postal.")
    # A code against a postcode: nobody knows.
    assert tell(cog, code_insee="43157", code_postal="43100")["code_postal"][1] == ""


def test_a_departement_that_disagrees_is_told(cog):
    town = "Saint-Cirgues-sur-Couze"
    told = tell(cog, code_insee="63330", commune=town, departement="43")
    assert told["departement"][0] == "Le département écrit (43) n'est pas celui de Les Deux-Rives (63109) : 63."
    assert "departement" not in tell(cog, code_insee="63330", commune=town, departement="Puy-de-Dôme")
