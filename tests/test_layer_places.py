"""What a row of a layer names, commune, EPCI or departement, and the communes it stands for."""

import pandas as pd
import pytest

from diagnostic.read.layers.layer_places import place_rows
from diagnostic.read.places.cog import read_cog


@pytest.fixture(scope="module")
def cog():
    return read_cog()


def rows_of(*rows, genre="commune"):
    table = pd.DataFrame(rows, columns=["code_insee", "unite_id"], dtype="str").assign(couche="L", genre=genre, methode="liste")
    return table.assign(fichier="ressorts/l.csv", feuille="l", ligne=range(2, 2 + len(table)))


def test_codes_epci_and_siren_of_communes_in_one_list(cog):
    communes = cog["communes"]
    puy = communes.loc["43157"]
    rows = rows_of(("43157", "A"), (puy["epci"], "B"), (puy["siren"], "C"), ("63330", "D"), ("999999999", "E"))
    placed, problems = place_rows(rows, cog)
    found = placed.dropna(subset="code_insee").groupby("unite_id")
    assert found["code_insee"].agg(set)["B"] == set(communes.index[communes["epci"] == puy["epci"]])
    assert found.get_group("A")[["code_insee", "methode_commune", "methode"]].values.tolist() == [["43157", "code", "liste"]]
    assert found.get_group("C")[["code_insee", "methode_commune"]].values.tolist() == [["43157", "siren"]]
    assert found.get_group("D")[["code_insee", "methode_commune"]].values.tolist() == [["63109", "ancien_code"]]
    assert placed.loc[placed["unite_id"] == "E", "code_insee"].isna().all()
    errors = problems[problems["gravite"] == "erreur"]
    assert errors[["ligne", "valeur"]].values.tolist() == [[6, "999999999"]]
    assert placed["ligne"].is_monotonic_increasing


def test_the_former_siren_of_a_commune_is_read_in_its_digits(cog):
    placed, problems = place_rows(rows_of(("214303306", "A")), cog)  # 43330 does not exist
    assert placed["code_insee"].isna().all() and len(problems) == 1
    placed, _ = place_rows(rows_of(("216303305", "A")), cog)  # 63330, now in 63109
    assert placed["code_insee"].tolist() == ["63109"]


def test_departements_by_code_or_name(cog):
    communes = cog["communes"]
    placed, problems = place_rows(rows_of(("43", "A"), ("Puy-de-Dôme", "B"), ("1", "C"), ("2a", "D"), genre="departement"), cog)
    counts = placed.dropna(subset="code_insee").groupby("unite_id").size().to_dict()
    size = communes["departement"].value_counts()
    assert counts == {"A": size["43"], "B": size["63"], "D": size["2A"]}
    assert problems[["gravite", "ligne", "proposition"]].values.tolist() == [["erreur", 4, "01"]]
    assert "Ain" in problems["probleme"].iloc[0]


def test_outlines_are_placed_already_and_no_row_is_nothing(cog):
    placed, problems = place_rows(rows_of(("43157", "A"), genre="contour").assign(methode="surface"), cog)
    assert placed[["code_insee", "methode_commune", "methode"]].values.tolist() == [["43157", "surface", "surface"]]
    assert problems.empty
    placed, problems = place_rows(rows_of(), cog)
    assert placed.empty and problems.empty
