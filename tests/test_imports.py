"""Open-data files: every row accounted for, in files made here and in the published ones."""

import json

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.cog import read_cog
from diagnostic.read.imports import list_sources, read_import
from diagnostic.read.territories import read_communes
from diagnostic.vocabulary import read_list

FS = "id_fs,lib_fs,insee_com,lib_com,code_postal,adresse,latitude,longitude,format_fs,commentaire"
ANCT = "programme,id_territoire,lib_territoire,code"


@pytest.fixture(scope="module")
def cog():
    return read_cog()


@pytest.fixture(scope="module")
def pilot():
    return read_communes(departements=["43", "63"], geometry=False)


def write(folder, name, heading, *rows):
    path = folder / name
    path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_row_is_kept_by_code_by_point_or_out_of_scope_else_set_aside(cog, chemin_piege):
    path = write(
        chemin_piege, "france_services_2024-08.csv", FS,
        "1,Maison A,43040,Brioude,43100,rue,45.29,3.38,Site fixe,",
        "2,Maison B,63330,Saint-Cirgues-sur-Couze,63320,rue,,,Itinérante,passe le lundi",
        "3,Maison C,99999,Brioude,43100,rue,45.2946,3.3846,Site fixe,",
        "4,Maison D,97801,Saint-Martin,97150,rue,18.07,-63.08,Site fixe,",
        "5,Maison E,,Brioude,43100,rue,,,Site fixe,",
        "6,,43157,Le Puy-en-Velay,43000,rue,45.04,3.88,Site fixe,",
    )  # fmt: skip
    tables, problems, read = read_import("france-services", path, cog)
    actors = tables["acteurs"]
    assert read == 6 == len(actors) + 2
    assert actors["acteur_id"].tolist() == ["FS-1", "FS-2", "FS-3", "FS-4"]
    assert actors["code_insee"].tolist() == ["43040", "63109", "43040", "97801"]
    assert actors["methode_commune"].tolist() == ["code", "ancien_code", "coordonnees", "outre_mer"]
    assert actors["mobile"].tolist() == ["non", "oui", "non", "non"]
    assert actors["date_maj"].unique().tolist() == ["2024-08-01"]
    assert "Licence Ouverte" in actors["source"].iloc[0] and "2024-08" in actors["source"].iloc[0]
    told = problems[problems["gravite"] == "erreur"]
    assert told["ligne"].tolist() == [6, 7]
    assert "Lecture proposée : « 43040 » (Brioude)" in told["probleme"].iloc[0]
    assert told["probleme"].iloc[1] == "Ligne sans nom : écartée."


def test_the_file_of_another_source(cog, chemin_piege):
    path = write(chemin_piege, "x.csv", "nom,ville", "A,B")
    with pytest.raises(DiagnosticError) as caught:
        read_import("france-services", path, cog)
    told = str(caught.value)
    assert "n'est pas celui de « france-services »" in told
    assert "id_fs" in told and "longitude" in told and "nom, ville" in told


@pytest.mark.parametrize("source", ["france-services", "data-inclusion", "hinaura", "programmes-anct"])
def test_wrong_files(cog, chemin_piege, source):
    with pytest.raises(DiagnosticError, match="introuvable"):
        read_import(source, chemin_piege / "absent.csv", cog)
    with pytest.raises(DiagnosticError, match="dossier"):
        read_import(source, chemin_piege, cog)
    (chemin_piege / "vide.csv").write_bytes(b"")
    with pytest.raises(DiagnosticError, match="vide"):
        read_import(source, chemin_piege / "vide.csv", cog)
    (chemin_piege / "vide.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DiagnosticError, match="aucune case|colonnes absentes"):
        read_import(source, chemin_piege / "vide.json", cog)


def test_a_heading_without_rows(cog, chemin_piege):
    with pytest.raises(DiagnosticError, match="aucune ligne"):
        read_import("france-services", write(chemin_piege, "f.csv", FS), cog)


def test_an_unknown_source(cog, chemin_piege):
    with pytest.raises(DiagnosticError, match="choisissez parmi : france-services, data-inclusion, hinaura, programmes-anct"):
        read_import("insee", chemin_piege / "f.csv", cog)


def test_programmes_are_contracts_of_territories(cog, chemin_piege):
    path = write(
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


def test_programmes_are_all_in_the_list_of_the_guide_or_told(partage, cog):
    tables, _, _ = read_import("programmes-anct", partage / "ressorts" / "programmes_anct_2024.csv", cog)
    assert {"pvd", "va", "acv"} <= set(tables["dispositifs"]["type"])


def count(rows, codes, pilot):
    """Return the rows in the pilot's departements, elsewhere, and in each departement."""
    departements = codes.map(pilot["departement"])
    return int(departements.notna().sum()), int(departements.isna().sum()), departements.value_counts().to_dict()


def test_france_services_of_2024(partage, cog, pilot):
    tables, problems, read = read_import("france-services", partage / "inventaires" / "france_services_2024-08.csv", cog)
    actors = tables["acteurs"]
    assert (read, len(actors)) == (2845, 2845)
    assert count(actors, actors["code_insee"], pilot) == (59, 2786, {"43": 22, "63": 37})
    assert (problems["gravite"] == "erreur").sum() == 0
    assert actors["methode_commune"].value_counts()["ancien_code"] == 32 and (actors["methode_commune"] == "outre_mer").sum() == 2


def test_data_inclusion_of_2023(partage, cog, pilot):
    tables, problems, read = read_import("data-inclusion", partage / "inventaires" / "data_inclusion_2023-02.json", cog)
    actors = tables["acteurs"]
    assert (read, len(actors), (problems["gravite"] == "erreur").sum()) == (3811, 3790, 21)
    assert count(actors, actors["code_insee"], pilot)[2] == {"63": 66, "43": 35}
    coded = actors[actors["methode_commune"].isin(["code", "ancien_code"])]
    assert count(coded, coded["code_insee"], pilot)[2] == {"63": 65, "43": 31}
    assert actors["acteur_id"].is_unique
    assert actors["categorie"].isin(read_list("categories").index).all()


def test_types_of_data_inclusion_lead_to_the_categories_of_the_guide(partage, cog):
    path = partage / "inventaires" / "data_inclusion_2023-02.json"
    tables, problems, _ = read_import("data-inclusion", path, cog)
    types = pd.Series([record.get("typologie") for record in json.loads(path.read_text(encoding="utf-8"))]).fillna("")
    actors = tables["acteurs"]
    actors = actors.assign(typologie=types.to_numpy()[actors["ligne"] - 2])
    for kind, category in {"CCAS": "ccas", "ML": "mission_locale"}.items():
        held = actors.loc[actors["typologie"] == kind, "categorie"]
        assert len(held) and held.eq(category).all(), kind
    # A type that our list does not know is told, one row each, and put in the category said by default.
    told = problems[problems["probleme"].str.contains("sans équivalent")]
    default = list_sources().at["data-inclusion", "categorie_defaut"]
    assert actors.loc[actors["ligne"].isin(told["ligne"]), "categorie"].eq(default).all()


def test_hinaura_of_2022(partage, cog, pilot):
    tables, problems, read = read_import("hinaura", partage / "inventaires" / "hinaura_2022-11.json", cog)
    actors = tables["acteurs"]
    assert (read, len(actors)) == (1171, 1170)
    assert actors["methode_commune"].eq("coordonnees").all()
    assert count(actors, actors["code_insee"], pilot) == (189, 981, {"63": 169, "43": 20})
    told = problems.loc[problems["gravite"] == "erreur", "probleme"]
    assert told.tolist() == ["Ni code commune, ni point en France : ligne écartée. Lecture proposée : « 74281 » (Thonon-les-Bains)."]
    # Text is kept as it is: it is escaped where it is drawn.
    assert actors["remarques"].str.contains("<script", regex=False).sum() == 1


def test_programmes_of_2024(partage, cog, pilot):
    tables, problems, read = read_import("programmes-anct", partage / "ressorts" / "programmes_anct_2024.csv", cog)
    members = tables["affiliations"].merge(tables["dispositifs"][["dispositif_id", "type"]])
    assert read == 11_270
    assert len(members) + (problems["gravite"] == "erreur").sum() == read
    inside = members[members["territoire_code"].isin(pilot.index)].drop_duplicates(["type", "territoire_code"])
    assert inside["type"].value_counts()[["pvd", "va", "acv"]].tolist() == [59, 55, 4]
    assert problems.loc[problems["gravite"] == "erreur", "valeur"].str.fullmatch(r"200\d{6}").all()
    epci = set(cog["communes"]["epci"].dropna())
    assert members["territoire_code"].isin({*epci, *cog["communes"].index, *cog["outre_mer"].index}).all()
