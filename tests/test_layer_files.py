"""Files of layers as their publishers make them, read without editing them: every shape met, every row accounted for."""

import geopandas as gpd
import pandas as pd
import pytest
from test_layers import read, units_of

from diagnostic.errors import DiagnosticError
from diagnostic.read.layers import layer_files
from diagnostic.read.places.territories import read_communes
from diagnostic.schema import list_vocabularies
from diagnostic.vocabulary import read_list

SANCY = "246300966"


@pytest.fixture(scope="module")
def communes():
    return read_communes(epci=[SANCY])


@pytest.fixture(scope="module")
def lists():
    return {name: read_list(name) for name in list_vocabularies()}


@pytest.fixture
def folder(chemin_piege):
    (chemin_piege / "ressorts").mkdir()
    return chemin_piege


def put(folder, name, text, encoding="utf-8"):
    (folder / "ressorts" / name).write_text(text, encoding=encoding)


def names_of(found):
    return found["unites"].set_index("unite_id")["unite_nom"].to_dict()


def test_a_list_with_its_own_titles_and_labels_beside(communes, lists, folder):
    put(folder, "pat_communes.csv", "code_insee,code_pat\n63047,3\n63047,12\n63236,3\n43157,3\n99999,3\n")
    put(folder, "pat_libelles.csv", "code_pat,nom_du_pat,niveau\n3,PAT du Sancy,1\n12,PAT Clermont,2\n")
    found, problems, counts = read(communes, lists, folder, "couche;fichier_couche;exclusive;complete\nPAT;pat_communes.csv;non;non")
    assert units_of(found, "PAT") == {"12": 1, "3": 2}
    assert names_of(found) == {"3": "PAT du Sancy", "12": "PAT Clermont"}
    assert found["affectation"].query("code_insee == '63047'")["part"].tolist() == [1.0, 1.0]
    assert counts.values.tolist() == [["ressorts/pat_communes.csv", "pat_communes", 5]]
    assert found["ressorts"]["ligne"].tolist() == [2, 3, 4, 5]
    errors = problems[problems["gravite"] == "erreur"]
    assert errors[["fichier", "ligne", "valeur"]].values.tolist() == [["ressorts/pat_communes.csv", 6, "99999"]]


def test_a_wide_table_holds_a_layer_a_column(communes, lists, folder):
    text = "CODGEO;LIBGEO;DEP;EPT;ZE2020;BV2022\n63047;La Bourboule;63;ZZZZZZZZZ;8301;63047\n63236;Mont-Doré;63;T1;8301;\n"
    put(folder, "zonages.csv", text, "cp1252")
    put(folder, "zonages_libelles.csv", "NIVGEO,CODGEO,LIBGEO\nZE2020,8301,Clermont\nBV2022,63047,Bassin\n")
    declared = "couche;fichier_couche;colonne_unite;complete\nZE2020;zonages.csv;;non\nBassin de vie;zonages.csv;BV2022;non\n"
    declared += "EPT;zonages.csv;;non"
    found, problems, counts = read(communes, lists, folder, declared)
    assert found["affectation"].groupby("couche")["unite_id"].agg(list).to_dict() == {
        "ZE2020": ["8301", "8301"], "Bassin de vie": ["63047"], "EPT": ["T1"],
    }  # fmt: skip
    assert names_of(found)["8301"] == "Clermont"
    assert counts["lues"].tolist() == [2] and len(found["ressorts"]) == 2
    left = problems[problems["probleme"].str.contains("sans unité dans cette couche")]
    assert sorted(left["valeur"]) == ["Bassin de vie", "EPT"] and set(left["gravite"]) == {"information"}


def test_departements_and_epci(communes, lists, folder):
    put(folder, "msa.csv", "caisse,dep\nMSA Auvergne,63\nMSA Auvergne,15\nMSA Lorraine,57\nMSA X,99\n")
    put(folder, "contrats.csv", f"epci;contrat\n{SANCY};Contrat A\n200073419;Contrat B\n")
    found, problems, counts = read(communes, lists, folder, "couche;fichier_couche\nCaisses;msa.csv\nContrats;contrats.csv")
    assert units_of(found, "Caisses") == {"MSA Auvergne": len(communes)}
    assert units_of(found, "Contrats") == {"Contrat A": len(communes)}
    assert found["affectation"].groupby("couche")["methode"].unique().str[0].to_dict() == {"Caisses": "departement", "Contrats": "siren"}
    assert counts["lues"].tolist() == [4, 2]
    assert len(found["ressorts"]) == 5  # one row a row of the file: 99 is set aside, the others are here or elsewhere
    assert problems.loc[problems["gravite"] == "erreur", "valeur"].tolist() == ["99"]


def test_codes_of_communes_and_siren_mixed_with_a_filter(communes, lists, folder):
    text = f"programme;id_territoire;lib_territoire;code\npvd;pvd-1;La Bourboule;63047\nva;va-1;Autre;63236\ncde;cde-1;Sancy;{SANCY}\n"
    put(folder, "programmes.csv", text)
    declared = "couche;fichier_couche;filtre;complete\nPVD;programmes.csv;programme=PVD;non"
    found, problems, counts = read(communes, lists, folder, declared)
    assert units_of(found, "PVD") == {"pvd-1": 1} and names_of(found) == {"pvd-1": "La Bourboule"}
    assert counts["lues"].tolist() == [3]
    assert "2 ligne(s) laissée(s) (hors du filtre programme=PVD)" in " ".join(problems["probleme"])
    with pytest.raises(DiagnosticError, match="Filtre incompris"):
        read(communes, lists, folder, "couche;fichier_couche;filtre\nPVD;programmes.csv;pvd")
    with pytest.raises(DiagnosticError, match="« programe » introuvable"):
        read(communes, lists, folder, "couche;fichier_couche;filtre\nPVD;programmes.csv;programe=pvd")


def test_outlines(communes, lists, folder):
    whole = communes.to_crs(2154).geometry
    shapes = [whole.loc[["63047", "63236"]].union_all(), whole.loc["63038"].buffer(-1500), whole.translate(400_000).loc["63047"]]
    drawn = gpd.GeoDataFrame({"Statut": ["Actif", "Actif", None], "Nom_CLS": ["Sancy", "Besse", "Ailleurs"]}, geometry=shapes, crs=2154)
    drawn.to_file(folder / "ressorts" / "cls.gpkg")
    found, problems, counts = read(communes, lists, folder, "couche;fichier_couche;complete\nCLS;cls.gpkg;non")
    parts = found["affectation"].set_index(["code_insee", "unite_id"])
    assert parts.loc[("63047", "Sancy"), ["part", "methode"]].tolist() == [1.0, "polygone"]
    assert parts.loc[("63236", "Sancy"), ["part", "methode"]].tolist() == [1.0, "polygone"]
    assert pd.isna(parts.at[("63038", "Besse"), "part"]) and parts.at[("63038", "Besse"), "methode"] == "surface"
    assert counts.values.tolist() == [["ressorts/cls.gpkg", "cls", 3]]
    assert found["ressorts"][["ligne", "unite_id"]].values.tolist() == [[1, "Sancy"], [2, "Besse"], [3, "Ailleurs"]]
    assert (problems["gravite"] != "erreur").all()
    assert found["unites"].set_index("unite_id")["nb_communes_hors"].to_dict() == {"Sancy": 0, "Besse": 0}
    table = communes.drop(columns="geometry")  # without outlines, those of the software serve
    again, _, _ = read(table, lists, folder, "couche;fichier_couche;complete\nCLS;cls.gpkg;non")
    assert again["affectation"].equals(found["affectation"])


def test_outlines_that_also_list_their_commune_are_read_as_a_list(communes, lists, folder):
    columns = {"insee_com": ["63047", "63236"], "code_qp": ["QN1, QN2", "QN3"], "lib_qp": ["Un, Deux", "Trois"]}
    drawn = communes.loc[["63047", "63236"], ["geometry"]].assign(**columns)
    drawn.to_file(folder / "ressorts" / "qpv.geojson")
    declared = "couche;fichier_couche;infra_communale;complete;nature\nQPV;qpv.geojson;oui;non;"
    found, problems, counts = read(communes, lists, folder, declared)
    assert found["affectation"][["code_insee", "unite_id", "methode"]].values.tolist() == [
        ["63047", "QN1", "liste"], ["63047", "QN2", "liste"], ["63236", "QN3", "liste"],
    ]  # fmt: skip
    # The file says where the quarters are, not that one holds all of its commune.
    assert found["affectation"]["part"].isna().all()
    told = problems[problems["colonne"] == "part_population"]
    assert told["gravite"].tolist() == ["information"] and "(2 communes) : part inconnue" in told["probleme"].iloc[0]
    assert names_of(found) == {"QN1": "Un", "QN2": "Deux", "QN3": "Trois"}
    assert counts["lues"].tolist() == [2] and len(found["ressorts"]) == 2
    drawn_ones, problems, _ = read(communes, lists, folder, declared + "polygones")
    assert drawn_ones["affectation"][["code_insee", "unite_id"]].equals(found["affectation"][["code_insee", "unite_id"]])
    assert set(drawn_ones["affectation"]["methode"]) == {"surface"} and drawn_ones["affectation"]["part"].isna().all()
    told = problems[problems["gravite"] == "attention"]["probleme"]
    assert len(told) == 2 and told.str.contains("le contour de l'unité est celui de la commune entière : sa vraie part est inconnue").all()
    sector = drawn.assign(code_qp=["S1", "S1"], lib_qp="Secteur")  # of two communes, a unit is no smaller than they are
    sector.to_file(folder / "ressorts" / "qpv.geojson")
    for nature in ("", "polygones"):
        wide, problems, _ = read(communes, lists, folder, declared + nature)
        assert wide["affectation"]["part"].eq(1).all() and problems.empty


def test_former_communes_of_two_units_joined_since(communes, lists, folder):
    around = read_communes(["63109"])
    put(folder, "cias.csv", "insee;cias\n63330;A\n63109;B\n")
    found, problems, _ = read(around, lists, folder, "couche;fichier_couche;complete\nCIAS;cias.csv;non")
    assert found["affectation"][["code_insee", "unite_id"]].values.tolist() == [["63109", "A"], ["63109", "B"]]
    assert found["affectation"]["part"].isna().all()
    told = problems[problems["gravite"] == "attention"]
    assert told["probleme"].tolist() == [
        "63109 réunit d'anciennes communes de plusieurs unités de la couche CIAS (A, B) : toutes gardées, parts inconnues."
    ]
    put(folder, "cias.csv", "insee;cias\n63330;A\n63109;A\n")
    found, problems, counts = read(around, lists, folder, "couche;fichier_couche;complete\nCIAS;cias.csv;non")
    assert found["affectation"][["unite_id", "part"]].values.tolist() == [["A", 1.0]]
    assert any("par un ancien code" in text for text in problems["probleme"])
    assert not problems["probleme"].str.contains("répétée").any()
    put(folder, "cias.csv", "insee;cias\n63330;A\n63330;A\n")  # the same former code twice is a repetition
    _, problems, _ = read(around, lists, folder, "couche;fichier_couche;complete\nCIAS;cias.csv;non")
    assert problems.loc[problems["ligne"] == 3, "probleme"].str.contains("Ligne répétée").any()


def test_a_threshold_that_is_a_majority_is_refused(communes, lists, folder):
    with pytest.raises(DiagnosticError, match="Seuil de surface refusé : 0,5"):
        read(communes, lists, folder, "couche;fichier_couche;seuil_surface\nCLS;cls.gpkg;0,5")


def test_every_row_read_has_one_reason_or_none():
    lues = pd.DataFrame(
        {"couche": ["A", "B", "A"], "fichier": "f", "feuille": "s", "ligne": [2, 2, 3], "raison": ["", "hors du filtre x=1", ""]}
    )
    assert layer_files.count_read(lues).values.tolist() == [["f", "s", 2]]
    assert layer_files.count_read(lues.iloc[:0]).empty


def test_what_is_wrong_on_a_row_says_which_row_it_is(communes, lists, folder):
    put(folder, "msa.csv", "code_insee,couche,unite_id,part_population\n63047,MSA,1,beaucoup\n63236,MSA,1,\n")
    _, problems, _ = read(communes, lists, folder, "couche;fichier_couche;complete\nMSA;msa.csv;non")
    told = problems[problems["valeur"] == "beaucoup"]
    assert told["nom"].tolist() == ["63047 / MSA / 1"] and told["ligne"].tolist() == [2]
