"""National programmes: contracts of territories, every affiliation accounted for."""

import pandas as pd
import pytest
from feuilles import write_csv

from diagnostic.read.imports.imports import read_import
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.territories import read_communes

ANCT = "programme,id_territoire,lib_territoire,code"


@pytest.fixture(scope="module")
def cog():
    return read_cog()


@pytest.fixture(scope="module")
def pilot():
    return read_communes(departements=["43", "63"], geometry=False)


def test_programmes_are_contracts_of_territories(cog, chemin_piege):
    path = write_csv(
        chemin_piege, "programmes 2024-09.csv", ANCT,
        "pvd,pvd-1,Brioude,43040", "pvd,pvd-1,Brioude,43040", "crte,crte-1,Velay,200073419", "crte,crte-1,Velay,43157",
        "ti,ti-1,Gone,200057990", "va,va-1,Ancienne,212503908", "va,va-2,Vide,", "va,va-3,Ancien,63330", "va,va-4,Outre-mer,97801",
        "va,va-5,Faux,99999",
    )  # fmt: skip
    tables, problems, read = read_import("programmes-anct", path, cog)
    devices, members = tables["dispositifs"].set_index("dispositif_id"), tables["affiliations"]
    assert read == 10 == len(members) + 3
    assert devices["territoires"].to_dict() == {
        "ANCT-pvd-1": "43040", "ANCT-crte-1": "200073419;43157", "ANCT-va-1": "25390", "ANCT-va-3": "63109", "ANCT-va-4": "97801",
    }  # fmt: skip
    told = problems[problems["gravite"] == "erreur"].set_index("ligne")["probleme"]
    assert sorted(told.index) == [6, 8, 11]
    assert "intercommunalité à fiscalité propre" in told[6]
    assert "sans code" in told[8]
    assert "99999" in told[11]


def test_an_identifier_of_two_programmes_is_two_contracts(cog, chemin_piege):
    rows = ["acv,acv-1,Brioude,43040", "acv2,acv-1,Brioude,43040", "acv2,acv-1,Brioude,43157", "acv,acv-2,Thiers,63430"]
    for order in (rows, rows[::-1]):
        tables, _, _ = read_import("programmes-anct", write_csv(chemin_piege, "programmes.csv", ANCT, *order), cog)
        devices = tables["dispositifs"].set_index("dispositif_id")
        assert devices["type"].to_dict() == {"ANCT-acv-acv-1": "acv", "ANCT-acv2-acv-1": "acv2", "ANCT-acv-2": "acv"}
        assert set(devices.at["ANCT-acv2-acv-1", "territoires"].split(";")) == {"43040", "43157"}
        assert tables["affiliations"]["dispositif_id"].value_counts()["ANCT-acv2-acv-1"] == 2


@pytest.mark.parametrize(
    ("name", "day", "said"), [("p_2024.csv", "", "fichier de 2024,"), ("p_2024-09.csv", "2024-09-01", "fichier de 2024-09,")]
)  # fmt: skip
def test_a_year_alone_makes_no_date(cog, chemin_piege, name, day, said):
    path = write_csv(chemin_piege, name, "nom,categorie,code_insee", "Centre,ccas,43040")
    actors = read_import("tableau", path, cog)[0]["acteurs"].reindex(columns=["date_maj", "source"]).astype("str").fillna("")
    assert actors["date_maj"].tolist() == [day]
    assert said in actors["source"].iloc[0]


def test_programmes_are_all_in_the_list_of_the_guide_or_told(partage, cog):
    tables, _, _ = read_import("programmes-anct", partage / "ressorts" / "programmes_anct_2024.csv", cog)
    assert {"pvd", "va", "acv"} <= set(tables["dispositifs"]["type"])


def test_programmes_of_2024(partage, cog, pilot):
    tables, problems, read = read_import("programmes-anct", partage / "ressorts" / "programmes_anct_2024.csv", cog)
    members = tables["affiliations"].merge(tables["dispositifs"][["dispositif_id", "type"]])
    assert read == 11_270
    assert len(members) + (problems["gravite"] == "erreur").sum() == read
    raw = pd.read_csv(partage / "ressorts" / "programmes_anct_2024.csv", dtype=str, keep_default_na=False)
    # Counted apart: 45 identifiers are carried by acv and by acv2, and no row of these two is set aside.
    contracts = raw.groupby("programme")["id_territoire"].nunique()
    kept = tables["dispositifs"]["type"].value_counts()
    assert (raw.groupby("id_territoire")["programme"].nunique() > 1).sum() == 45
    assert kept[["acv", "acv2"]].tolist() == contracts[["acv", "acv2"]].tolist()
    assert tables["dispositifs"]["dispositif_id"].is_unique
    inside = members[members["territoire_code"].isin(pilot.index)].drop_duplicates(["type", "territoire_code"])
    assert inside["type"].value_counts()[["pvd", "va", "acv"]].tolist() == [59, 55, 4]
    assert problems.loc[problems["gravite"] == "erreur", "valeur"].str.fullmatch(r"200\d{6}").all()
    epci = set(cog["communes"]["epci"].dropna())
    assert members["territoire_code"].isin({*epci, *cog["communes"].index, *cog["outre_mer"].index}).all()
