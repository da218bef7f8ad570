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


def test_cantons_by_code_or_name_and_the_town_they_share_out(cog):
    rows = rows_of(("4304", "A"), ("4312", "B"), ("Brioude", "C"), ("4399", "D"), ("9999", "E"), ("4313", "B"), genre="canton")
    placed, problems = place_rows(rows, cog)
    found = placed.dropna(subset="code_insee").groupby("unite_id")
    assert found.get_group("A")["code_insee"].tolist() == found.get_group("C")["code_insee"].tolist()
    assert set(found.get_group("A")["methode"]) == set(found.get_group("A")["methode_commune"]) == {"canton"}
    assert not found.get_group("A")["infra"].any()
    assert found.get_group("D")[["code_insee", "infra"]].values.tolist() == [["43157", False]]  # the code of INSEE for the whole town
    town = found.get_group("B").set_index("code_insee")["infra"]
    assert town["43157"].all() and not town.drop("43157").any()  # two cantons of its four
    errors = problems[problems["gravite"] == "erreur"]
    assert errors[["ligne", "valeur"]].values.tolist() == [[6, "9999"]]
    told = problems[problems["gravite"] == "information"]
    assert len(told) == 1 and "Le Puy-en-Velay (43157) est partagée entre plusieurs cantons" in told["probleme"].iloc[0]


def test_a_town_whose_cantons_are_all_of_one_unit_is_whole(cog):
    rows = rows_of(*[(code, "A") for code in ("4312", "4313", "4314", "4315")], genre="canton")
    placed, problems = place_rows(rows, cog)
    assert not placed["infra"].any() and problems.empty


def test_communes_epci_cantons_and_departements_in_one_column(cog):
    epci = cog["communes"].at["63003", "epci"]
    cells = [("43157", "A"), (epci, "A"), ("canton 4304", "A"), ("2A", "A"), ("Département 48", "A"), ("canton : 6302", "B"), ("3", "C")]
    placed, problems = place_rows(rows_of(*cells), cog)
    ways = placed.dropna(subset="code_insee").groupby("ligne")["methode_commune"].agg(lambda ways: ways.iloc[0]).to_dict()
    assert ways == {2: "code", 3: "siren", 4: "canton", 5: "departement", 6: "departement", 7: "canton"}
    sizes = cog["communes"]["departement"].value_counts()
    assert (placed["ligne"] == 5).sum() == sizes["2A"] and (placed["ligne"] == 6).sum() == sizes["48"]
    assert placed["ligne"].is_monotonic_increasing
    assert problems.loc[problems["gravite"] == "erreur", "ligne"].tolist() == [8]
    # A code that lost its zero is not a canton: the reading proposed stays that of a commune.
    lost, told = place_rows(rows_of(("3001", "A")), cog)
    assert lost["code_insee"].isna().all() and "03001" in told["proposition"].iloc[0]


def test_outlines_are_placed_already_and_no_row_is_nothing(cog):
    placed, problems = place_rows(rows_of(("43157", "A"), genre="contour").assign(methode="surface"), cog)
    assert placed[["code_insee", "methode_commune", "methode"]].values.tolist() == [["43157", "surface", "surface"]]
    assert problems.empty
    placed, problems = place_rows(rows_of(), cog)
    assert placed.empty and problems.empty
