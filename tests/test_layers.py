"""The layers a dossier declares: those of the software, those of the sheet ressorts, those of files."""

import shutil

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.inventory.tables import clean_table
from diagnostic.read.layers import layers
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.territories import read_communes
from diagnostic.schema import list_vocabularies, make_table
from diagnostic.vocabulary import read_list


@pytest.fixture(scope="module")
def communes():
    return read_communes(epci=["246300966"], geometry=False)


@pytest.fixture(scope="module")
def lists():
    return {name: read_list(name) for name in list_vocabularies()}


def sheet(name, lists, text, path):
    rows = [line.split(";") for line in text.strip().splitlines()]
    raw = pd.DataFrame(rows, dtype="str").fillna("")
    raw.index = range(1, len(raw) + 1)
    return clean_table(raw, name, path, name, lists=lists)[0]


def read(communes, lists, folder, couches="", ressorts=""):
    tables = {
        "couches": sheet("couches", lists, couches, folder / "couches.csv") if couches else make_table("couches"),
        "ressorts": sheet("ressorts", lists, ressorts, folder / "ressorts.csv") if ressorts else make_table("ressorts"),
    }
    return layers.read_layers(tables, communes, read_cog(), folder=folder, lists=lists)


def units_of(found, couche):
    return found["affectation"].query("couche == @couche").groupby("unite_id").size().to_dict()


def test_without_a_sheet_the_five_layers_of_the_software(communes, lists, chemin_piege):
    found, problems, counts = read(communes, lists, chemin_piege)
    assert found["couches"].index.tolist() == ["EPCI", "ARRONDISSEMENT", "DEPARTEMENT", "MSA", "CAF"]
    assert found["couches"]["complete"].all() and found["couches"]["exclusive"].all()
    assert found["couches"]["source"].notna().all()
    assert units_of(found, "EPCI") == {"246300966": 20}
    assert units_of(found, "CAF") == {"CAF-63": 19, "CAF-15": 1}
    assert units_of(found, "MSA") == {"MSA-auvergne": 20}
    assert found["unites"]["nb_communes_hors"].notna().all()
    cantal = read_communes(departements=["15"], geometry=False).shape[0] - 1
    assert found["unites"].set_index("unite_id")["nb_communes_hors"][["246300966", "CAF-15"]].tolist() == [0, cantal]
    assert set(found["unites"]["unite_id"]) == set(found["affectation"]["unite_id"])
    assert problems.empty and counts.empty
    assert found["ressorts"].empty


def test_only_the_declared_layers_are_brought(communes, lists, chemin_piege):
    found, _, _ = read(communes, lists, chemin_piege, "couche;nature\nepci;\nMsa;shapes")
    assert found["couches"].index.tolist() == ["EPCI", "MSA"]
    assert found["affectation"]["couche"].unique().tolist() == ["EPCI", "MSA"]


def test_a_layer_that_the_software_does_not_bring(communes, lists, chemin_piege):
    with pytest.raises(DiagnosticError, match="CIAS") as caught:
        read(communes, lists, chemin_piege, "couche;nature\nCIAS;shapes\nEPCI;shapes")
    assert "EPCI, ARRONDISSEMENT, DEPARTEMENT, MSA, CAF, REGION, CANTON, CIRCONSCRIPTION" in caught.value.a_faire


def test_an_undeclared_layer_is_read_and_told(communes, lists, chemin_piege):
    found, problems, _ = read(communes, lists, chemin_piege, "couche\nEPCI", "code_insee;couche;unite_id\n63047;CIAS;Sancy")
    assert units_of(found, "CIAS") == {"Sancy": 1}
    assert found["couches"].loc["CIAS", ["exclusive", "complete", "infra_communale"]].tolist() == [True, False, False]
    assert problems[["gravite", "valeur"]].values.tolist() == [["information", "CIAS"]]


def test_spellings_of_one_layer(communes, lists, chemin_piege):
    rows = "code_insee;couche;unite_id\n63047;Circonscription d'action sociale;S1\n63236;CIRCONSCRIPTION D'ACTION SOCIALE;S1"
    found, problems, _ = read(communes, lists, chemin_piege, "couche\nCirconscription d’action sociale", rows)
    assert found["couches"].index.tolist() == ["Circonscription d’action sociale"]
    assert units_of(found, "Circonscription d’action sociale") == {"S1": 2}
    assert problems.empty


def test_a_layer_listed_by_the_dossier_is_the_dossiers(communes, lists, chemin_piege):
    rows = "code_insee;couche;unite_id\n63047;CAF;Caf A\n15132;caf;Caf B"
    found, problems, _ = read(communes, lists, chemin_piege, "couche;nature\nCAF;shapes", rows)
    assert units_of(found, "CAF") == {"Caf A": 1, "Caf B": 1}
    assert not found["couches"].loc["CAF", "complete"]
    assert "celle du dossier est prise" in problems["probleme"].iloc[0]
    silent, _, _ = read(communes, lists, chemin_piege, "couche\nCAF", rows)
    assert silent["couches"].loc["CAF", "nature"] == "communes"
    assert pd.isna(silent["couches"].loc["CAF", "source"])


def test_a_declared_layer_without_any_commune(communes, lists, chemin_piege):
    found, problems, _ = read(communes, lists, chemin_piege, "couche;nature;complete\nCIAS;communes;non\nCAS;communes;oui")
    assert found["affectation"].empty
    assert problems["gravite"].tolist() == ["attention", "attention"]
    assert any("CIAS" in told and "aucune commune" in told for told in problems["probleme"])
    assert any("CAS annoncée complète mais 20 communes" in told for told in problems["probleme"])


def test_codes_of_a_layer_are_resolved(communes, lists, chemin_piege):
    rows = "code_insee;couche;unite_id\n63047;CIAS;A\n3001;CIAS;A\n43157;CIAS;A\n63330;CIAS;A\n63047;CIAS;B"
    found, problems, _ = read(communes, lists, chemin_piege, "couche\nCIAS", rows)
    assert units_of(found, "CIAS") == {"A": 1}
    # Kept: one row inside, two outside; set aside: the lost zero and the second unit.
    assert found["ressorts"]["code_insee"].tolist() == ["63047", "43157", "63109"]
    assert found["unites"].set_index("unite_id")["nb_communes_hors"].to_dict() == {"A": 2}
    assert "nb_communes_hors" not in found["ressorts"]
    assert problems.loc[problems["gravite"] == "erreur", "ligne"].tolist() == [3, 6]


def write(folder, name, text):
    (folder / "ressorts").mkdir(exist_ok=True)
    (folder / "ressorts" / name).write_text(text, encoding="utf-8")


def test_a_layer_that_comes_as_a_file(communes, lists, chemin_piege):
    write(chemin_piege, "cias été.csv", "insee;unite_id;unite_nom\n63047;A;CIAS A\n15132;A;\n")
    found, problems, counts = read(communes, lists, chemin_piege, "couche;fichier_couche;exclusive\nCIAS;cias été.csv;oui")
    assert units_of(found, "CIAS") == {"A": 2}
    assert found["unites"]["unite_nom"].tolist() == ["CIAS A"]
    assert counts.values.tolist() == [["ressorts/cias été.csv", "cias été", 2]]
    assert set(problems["gravite"]) == {"information"}


def test_a_file_of_two_layers_is_read_once(communes, lists, chemin_piege):
    write(chemin_piege, "tout.csv", "insee;couche;unite_id\n63047;A;1\n63047;b;2\n63047;C;3\n")
    declared = "couche;fichier_couche\nA;tout.csv\nB;tout.csv"
    found, problems, counts = read(communes, lists, chemin_piege, declared)
    assert found["affectation"][["couche", "unite_id"]].values.tolist() == [["A", "1"], ["B", "2"]]
    assert counts["lues"].tolist() == [3]
    told = problems[problems["gravite"] == "erreur"]
    assert told[["ligne", "valeur"]].values.tolist() == [[4, "C"]]


def test_missing_files_are_all_told(communes, lists, chemin_piege):
    declared = "couche;fichier_couche\nA;absent.csv\nB;perdu.xlsx"
    with pytest.raises(DiagnosticError) as caught:
        read(communes, lists, chemin_piege, declared)
    assert "absent.csv" in str(caught.value) and "perdu.xlsx" in str(caught.value)
    assert "introuvable" in str(caught.value)


def test_vintages():
    couches = pd.DataFrame({"millesime": ["COG 2026", "2026", "non daté", None]}, index=list("ABCD"))
    assert layers.list_vintages(couches) is None
    told = layers.list_vintages(pd.DataFrame({"millesime": ["COG 2026", "2024"]}, index=["A", "B"]))
    assert told["probleme"].tolist() == ["Couches de millésimes différents (A : COG 2026 ; B : 2024)."]
    assert layers.list_vintages(pd.DataFrame({"millesime": pd.Series([], dtype="str")})) is None


@pytest.mark.parametrize("name", ["../ailleurs.csv", "/etc/ailleurs.csv", "..\\ailleurs.csv"])
def test_a_file_outside_the_dossier_is_refused(communes, lists, tmp_path, name):
    with pytest.raises(DiagnosticError, match="Nom de fichier refusé"):
        read(communes, lists, tmp_path, f"couche;nature;fichier\nZ;communes;{name}")


def test_two_layers_whose_names_differ_by_punctuation_stay_two():
    names = pd.Series(["Zone 1.1", "Zone 11", "ZONE 1.1", "zone 2"])
    assert layers.spell_layers(names, ["Zone 1.1", "Zone 11", "Zone 2"]).tolist() == ["Zone 1.1", "Zone 11", "ZONE 1.1", "Zone 2"]


def test_a_row_of_a_grid_counts_once_a_layer_and_unit(communes):
    codes = communes.index[:2].tolist()
    rows = pd.DataFrame({
        "code_insee": [codes[0], codes[0], codes[1], codes[1]], "couche": ["A", "B", "A", "A"], "unite_id": ["u", "v", "u", "u"],
        "methode": "liste", "methode_commune": "code", "fichier": "inventaire.xlsx", "feuille": "saisie_ressorts", "ligne": [2, 2, 3, 3],
    })  # fmt: skip
    assert layers.list_kept(rows, rows, communes)[["ligne", "couche"]].to_numpy().tolist() == [[2, "A"], [2, "B"], [3, "A"]]
    in_file = rows.assign(fichier="ressorts/x.csv")
    assert layers.list_kept(in_file, in_file, communes)["ligne"].tolist() == [2, 3], "a row of a file is read once for all its layers"


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("CIAS de Brioude", "C.I.A.S. Brioude", True), ("MDS Brivadois", "MDS Brivadoi", True), ("Secteur Auzon", "SECTEUR AUZON", True),
        ("CAS 1", "CAS 2", False), ("UTAS Nord", "UTAS Sud", False), ("CIAS du Haut", "CIAS du Bas", False), ("A", "B", False),
        ("Secteur 12 Auzon", "Secteur 13 Auzon", False),
    ],
)  # fmt: skip
def test_near_names_of_units(one, other, near):
    assert layers.find_near_names([one, other]) == ({other: one} if near else {})


def test_the_rarer_of_two_near_units_is_told_with_the_other(communes):
    rows = pd.DataFrame({
        "couche": "CIAS", "unite_id": ["a", "a", "b"], "unite_nom": ["CIAS de Brioude", "CIAS de Brioude", "C.I.A.S. Brioude"],
        "fichier": "inventaire.xlsx", "feuille": "saisie_ressorts", "ligne": [2, 3, 4],
    })  # fmt: skip
    told = layers.tell_near_units(rows)
    assert told[["gravite", "ligne", "colonne", "valeur", "proposition"]].to_numpy().tolist() == [
        ["attention", 4, "CIAS", "C.I.A.S. Brioude", "CIAS de Brioude"]
    ]
    assert not len(layers.tell_near_units(rows.assign(unite_id="a")))


def test_the_layers_brought_to_a_dossier_that_asks(lists, chemin_piege):
    pilot = read_communes(departements=["43", "63"], geometry=False)
    found, problems, _ = read(pilot, lists, chemin_piege, "couche;nature\nRégion;shapes\nCanton;\ncirconscription;shapes\nEPCI;")
    assert found["couches"].index.tolist() == ["REGION", "CANTON", "CIRCONSCRIPTION", "EPCI"]
    assert found["couches"]["libelle"].tolist()[:3] == ["Régions", "Cantons", "Circonscriptions législatives"]
    assert found["couches"]["complete"].all() and found["couches"]["millesime"].eq("COG 2026").all()
    assert "contours simplifiés" in found["couches"].at["CIRCONSCRIPTION", "source"]
    counts = found["affectation"].groupby("couche")["unite_id"].nunique().to_dict()
    assert counts == {"REGION": 1, "CANTON": 50, "CIRCONSCRIPTION": 7, "EPCI": 25}
    assert found["unites"].set_index(["couche", "unite_id"]).at[("CANTON", "4304"), "unite_nom"] == "Brioude"
    told = problems[problems["feuille"] == "couche CANTON"]
    assert len(told) == 1 and "Clermont-Ferrand (63113) : 6310 ; 6311" in told["probleme"].iloc[0]


def test_a_canton_layer_listed_by_the_dossier_is_the_dossiers(communes, lists, chemin_piege):
    rows = "code_insee;couche;unite_id;millesime\n63047;Canton;Rochefort;2010"
    found, problems, _ = read(communes, lists, chemin_piege, "couche;nature\nCanton;", rows)
    assert units_of(found, "CANTON") == {"Rochefort": 1} and found["couches"].at["CANTON", "nature"] == "communes"
    assert problems.empty


def test_unions_in_the_sheet_ressorts(communes, lists, chemin_piege):
    rows = "code_insee;couche;unite_id\n246300966;PETR;A\n15;CAF;C15\nDépartement 63;CAF;C63\n"
    rows += "canton 6329;SECTEUR;S1\n63047;SECTEUR;S1"
    found, problems, _ = read(communes, lists, chemin_piege, "couche\nEPCI", rows)
    assert units_of(found, "PETR") == {"A": 20} and units_of(found, "CAF") == {"C63": 19, "C15": 1}
    methods = found["affectation"].groupby("couche")["methode"].agg(set)
    assert methods["PETR"] == {"siren"} and methods["CAF"] == {"departement"} and methods["SECTEUR"] == {"canton"}
    assert found["affectation"]["part"].eq(1).all()
    # The commune that its canton holds already is counted once.
    assert found["ressorts"]["ligne"].tolist() == [2, 3, 4, 5]
    assert problems.loc[problems["ligne"] == 6, "gravite"].tolist() == ["information"]
    assert (problems["gravite"] != "erreur").all()


def test_a_file_of_cantons(lists, chemin_piege):
    pilot = read_communes(departements=["43"], geometry=False)
    write(chemin_piege, "utas.csv", "canton;uta\n4304;Brioude\n4312;Le Puy\n4313;Le Puy\n4314;Le Puy\n4315;Le Puy\n4301;Yssingeaux\n")
    found, problems, _ = read(pilot, lists, chemin_piege, "couche;fichier_couche;complete\nUTAS;utas.csv;non")
    cantons = found["affectation"].set_index("code_insee")
    assert cantons.at["43157", "unite_id"] == "Le Puy" and cantons.at["43157", "part"] == 1.0
    assert set(cantons["methode"]) == {"canton"} and (problems["gravite"] != "erreur").all()
    write(chemin_piege, "utas.csv", "canton;uta\n4312;A\n4313;B\n4314;B\n4315;B\n")
    found, problems, _ = read(pilot, lists, chemin_piege, "couche;fichier_couche;complete\nUTAS;utas.csv;non")
    town = found["affectation"].query("code_insee == '43157'")
    assert town["unite_id"].tolist() == ["A", "B"] and town["part"].isna().all()
    told = problems[problems["probleme"].str.contains("partagée entre plusieurs cantons")]
    assert len(told) == 2 and (problems["gravite"] != "erreur").all()


def test_who_is_in_charge_where_a_layer_has_no_unit(communes, lists, chemin_piege):
    rows = "code_insee;couche;unite_id\n63047;CIAS;A\n63047;PAT;P"
    found, _, _ = read(communes, lists, chemin_piege, "couche;repli\nEPCI;\nPAT;la Région", rows)
    assert found["couches"]["repli"].fillna("").to_dict() == {"EPCI": "", "PAT": "la Région", "CIAS": "CCAS"}
    found, _, _ = read(communes, lists, chemin_piege, "couche;repli\nC.I.A.S.;\nCIAS;le Département", rows.replace("PAT", "C.I.A.S."))
    assert found["couches"]["repli"].to_dict() == {"C.I.A.S.": "CCAS", "CIAS": "le Département"}


def test_a_layer_that_misses_the_territory(communes, lists, chemin_piege):
    rows = "code_insee;couche;unite_id\n69001;CTG;A\n01001;CTG;B\n69001;UN;U"
    found, problems, _ = read(communes, lists, chemin_piege, "couche;complete\nCTG;oui\nUN;non\nVIDE;non", rows)
    assert found["affectation"].empty
    told = problems[problems["gravite"] == "attention"].set_index("valeur")["probleme"]
    where = "aucune dans le territoire (départements de la couche : 01 et 69 ; du territoire : 15, 63)."
    assert f"Couche CTG : 2 unités lues, {where}" in set(told)
    assert told["UN"] == "Couche UN : 1 unité lue, aucune dans le territoire (départements de la couche : 69 ; du territoire : 15, 63)."
    assert told["VIDE"] == "Couche VIDE : aucune commune du périmètre n'y a d'unité."


def test_two_vintages_in_the_rows_of_one_layer(communes, lists, chemin_piege):
    rows = "code_insee;couche;unite_id;millesime\n63047;CIAS;A;COG 2024\n63236;CIAS;A;2024\n63038;CIAS;A;janvier 2026\n"
    rows += "63038;PAT;P;2025\n63047;PAT;P;"
    _, problems, _ = read(communes, lists, chemin_piege, "couche\nCIAS\nPAT", rows)
    told = problems[problems["colonne"] == "millesime"]
    assert told[["gravite", "ligne", "probleme"]].values.tolist() == [
        ["attention", 4, "Couche CIAS : lignes de millésimes différents (2024 : 2, 2026 : 1)."]
    ]


def test_twelve_social_centres_in_one_commune(lists, chemin_piege):
    """R07: Roubaix has twelve, and none of them is a repetition."""
    roubaix = read_communes(["59512", "59599"], geometry=False)
    rows = "code_insee;couche;unite_id\n" + "\n".join(f"59512;centres_sociaux;centre {n}" for n in range(1, 13))
    declared = "couche;infra_communale;complete;exclusive\ncentres_sociaux;oui;non;oui"
    found, problems, _ = read(roubaix, lists, chemin_piege, declared, rows)
    assert len(found["affectation"]) == len(found["unites"]) == len(found["ressorts"]) == 12
    assert found["affectation"]["part"].isna().all()
    assert (problems["gravite"] == "information").all()
    shares = "code_insee;couche;unite_id;part_population\n59512;centres_sociaux;a;0,7\n59512;centres_sociaux;b;0,5"
    found, problems, _ = read(roubaix, lists, chemin_piege, declared, shares)
    assert "Roubaix : somme des parts = 1,20 pour la couche centres_sociaux." in problems["probleme"].iloc[-1]
    infra = "code_insee;couche;unite_id\n59512;centres_sociaux;INFRA"
    found, problems, _ = read(roubaix, lists, chemin_piege, declared, infra)
    assert found["affectation"]["part"].isna().all() and "INFRA" in problems["probleme"].iloc[-1]


def test_a_dated_and_partial_layer_of_one_departement(lists, chemin_piege):
    """R01: the circonscriptions d'action sociale of one departement, in a perimeter of two."""
    pilot = read_communes(departements=["43", "63"], geometry=False)
    held = "".join(f"{code};Ambert\n" for code in pilot.index if code.startswith("630"))
    write(chemin_piege, "cas.csv", f"insee;circonscription\n{held}")
    declared = "couche;fichier_couche;complete;millesime;source\nCAS;cas.csv;non;2024;Département du Puy-de-Dôme (FICTIF)"
    found, problems, _ = read(pilot, lists, chemin_piege, declared)
    couche = found["couches"].loc["CAS"]
    assert couche[["exclusive", "complete", "millesime"]].tolist() == [True, False, "2024"] and "FICTIF" in couche["source"]
    assert found["affectation"]["code_insee"].str.startswith("630").all() and found["affectation"]["part"].eq(1).all()
    assert set(problems["gravite"]) == {"information"}


def test_real_overlapping_partial_and_infra_layers(partage, lists, chemin_piege):
    """PAT of several in one commune, CLS by outlines, QPV inside a commune, programmes by EPCI, MSA by departement, in one dossier."""
    pilot = read_communes(departements=["43", "63"], geometry=False)
    (chemin_piege / "ressorts").mkdir()
    for name in ("pat_aura_2025_communes.csv", "pat_aura_2025_libelles.csv", "qpv_2024.geojson", "programmes_anct_2024.csv",
                 "zonages_insee_2024.csv", "msa_caisses_departements.csv"):  # fmt: skip
        shutil.copy(partage / "ressorts" / name, chemin_piege / "ressorts" / name)
    declared = ["couche;fichier_couche;colonne_unite;filtre;exclusive;infra_communale;complete",
                "PAT;pat_aura_2025_communes.csv;;;non;non;non",
                "QPV;qpv_2024.geojson;code_qp;;oui;oui;non", "PVD;programmes_anct_2024.csv;id_territoire;programme=pvd;non;non;non",
                "BV;zonages_insee_2024.csv;BV2022;;oui;non;oui", "MSA;msa_caisses_departements.csv;;;oui;non;oui"]  # fmt: skip
    found, problems, _ = read(pilot, lists, chemin_piege, "\n".join(declared))
    rows = found["affectation"]
    several = rows.groupby(["couche", "code_insee"]).size().groupby("couche").max()
    assert several["PAT"] > 1 and several["QPV"] > 1 and several["BV"] == several["MSA"] == 1
    assert rows[rows["couche"] == "PAT"]["part"].eq(1).all()
    assert rows[rows["couche"] == "QPV"].duplicated(["code_insee", "unite_id"]).sum() == 0
    assert rows[rows["couche"] == "MSA"]["unite_id"].nunique() == 1
    assert not problems["probleme"].str.contains("rattachée à plusieurs").any()


def test_real_units_that_leave_the_perimeter(partage, lists, chemin_piege):
    """The employment zone of Saint-Etienne has 7 communes of the two departements; QPV are of the commune, by list or by outline."""
    pilot = read_communes(departements=["43", "63"])
    (chemin_piege / "ressorts").mkdir()
    for name in ("zonages_insee_2024.csv", "qpv_2024.geojson"):
        shutil.copy(partage / "ressorts" / name, chemin_piege / "ressorts" / name)
    declared = ["couche;fichier_couche;nature;colonne_unite;exclusive;infra_communale;complete",
                "BV;zonages_insee_2024.csv;;BV2022;oui;non;oui", "ZE;zonages_insee_2024.csv;;ZE2020;oui;non;oui",
                "QPV;qpv_2024.geojson;;code_qp;non;oui;non", "QUARTIERS;qpv_2024.geojson;polygones;code_qp;non;oui;non"]  # fmt: skip
    found, problems, _ = read(pilot, lists, chemin_piege, "\n".join(declared))
    raw = pd.read_csv(partage / "ressorts" / "zonages_insee_2024.csv", dtype=str)
    zone = found["affectation"].query("couche == 'ZE'").groupby("unite_id").size()
    hors = found["unites"].query("couche == 'ZE'").set_index("unite_id")["nb_communes_hors"]
    steel = raw.loc[raw["CODGEO"] == "42218", "ZE2020"].iloc[0]
    present = resolve_codes(raw.loc[raw["ZE2020"] == steel, "CODGEO"])
    assert zone[steel] == 7 and hors[steel] == len(present - set(pilot.index)) and hors[steel] + 7 == len(present)
    assert found["unites"].query("couche == 'BV'")["nb_communes_hors"].gt(0).any() and hors.eq(0).any()
    quarters = found["affectation"].query("couche in ['QPV', 'QUARTIERS']")
    assert quarters["part"].isna().all() and not quarters["code_insee"].eq("43205").any()
    pairs = [set(part[["code_insee", "unite_id"]].itertuples(index=False, name=None)) for _, part in quarters.groupby("couche")]
    assert pairs[0] == pairs[1] and len(pairs[0]) == 9 and sum(code.startswith("43") for code, _ in pairs[0]) == 2
    assert found["unites"].query("couche in ['QPV', 'QUARTIERS']")["nb_communes_hors"].eq(0).all()
    same = problems[problems["probleme"].str.contains("le contour de l'unité est celui de la commune entière")]
    assert len(same) == 4 and same["gravite"].eq("attention").all()


def resolve_codes(codes):
    cog = read_cog()
    return {cog["anciens"]["nouveau_code"].get(code, code) if code not in cog["communes"].index else code for code in codes}


def test_a_layer_says_who_steps_in_and_whether_one_turns_to_it_by_its_name():
    declared = make_table("couches").reindex(range(5)).assign(couche=["CIAS", "FICTIF_CIAS", "Bassins de vie 2022", "Secteurs", "CANTON"])
    declared.loc[4, "interlocuteur"] = True
    couches = layers.complete_layers(declared, make_table("ressorts"))
    assert couches["repli"].fillna("").tolist() == ["CCAS", "CCAS", "", "", ""]
    assert couches["interlocuteur"].tolist() == [True, True, False, True, True]


@pytest.mark.parametrize(("column", "value"), [("seuil_eclat", 0.3), ("seuil_eclat", -0.1), ("seuil_surface", 0.4)])
def test_a_threshold_out_of_bounds_is_refused(column, value):
    declared = make_table("couches").reindex([0]).assign(**{"couche": "CLS", column: value})
    with pytest.raises(DiagnosticError, match="refusé") as refused:
        layers.complete_layers(declared, make_table("ressorts"))
    assert column in refused.value.ou and "videz la case" in refused.value.a_faire


def test_a_layer_is_read_by_its_own_name_and_a_circle_says_how_far_it_goes():
    declared = make_table("couches").reindex(range(3)).assign(couche=["CAS", "FS", "MSA"])
    declared.loc[0, "libelle"] = "Circonscriptions d'action sociale"
    declared.loc[1, ["nature", "rayon_km"]] = ["points", 7.5]
    couches = layers.complete_layers(declared, make_table("ressorts"))
    assert couches["libelle"].tolist() == ["Circonscriptions d'action sociale", "FS (à 7,5 km à vol d'oiseau)", "Caisses de MSA"]


def test_only_a_layer_that_says_so_is_partial():
    declared = make_table("couches").reindex(range(3)).assign(couche=["CIAS", "CAS", "ZONE"])
    declared.loc[0, "complete"], declared.loc[1, "complete"] = False, True
    couches = layers.complete_layers(declared, make_table("ressorts"))
    assert couches["partielle"].tolist() == [True, False, False] and couches["complete"].tolist() == [False, True, False]
