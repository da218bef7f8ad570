"""The inventory as a workbook, an ODS or a folder of CSV: the same tables, and all its faults in one error."""

import hashlib

import openpyxl
import pandas as pd
import pytest
from classeurs import make_ods, make_xlsx

from diagnostic.errors import DiagnosticError
from diagnostic.read.inventory.inventory import COUNT_COLUMNS, extend_lists, find_beside, find_inventory, read_inventory
from diagnostic.read.inventory.named_ids import list_made
from diagnostic.read.inventory.references import resolve_references
from diagnostic.read.inventory.sheets import find_prefix
from diagnostic.schema import PROBLEM_COLUMNS, list_tables, list_vocabularies
from diagnostic.vocabulary import read_list

SHEETS = {
    "parametres": [["cle", "valeur"], ["titre", "Essai"], ["alias.acteurs.nom", "Dénomination usuelle"], ["finalite", "Se rencontrer"]],
    "acteurs": [
        ["acteur_id", "Dénomination usuelle", "categorie", "code_insee"],
        ["A", "CCAS d'été", "CCAS", "01004"],
        ["B", "b", "EHPAD", "2A004"],
    ],
    "liens": [["source_id", "cible_id", "type"], ["A", "B", "information"]],
    "vocabulaire": [["liste", "code", "libelle"], ["categories", "ruche", "La Ruche"]],
}


def make_csv(folder, **sheets):
    """Write each sheet as a CSV of the folder `inventaire`."""
    (folder / "inventaire").mkdir()
    for name, rows in sheets.items():
        text = "\n".join(";".join(row) for row in rows)
        (folder / "inventaire" / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def read_xlsx(folder, **sheets):
    make_xlsx(folder / "inventaire.xlsx", **sheets)
    return read_inventory(find_inventory(folder))


def test_workbook_ods_and_csv_give_the_same_tables(chemin_piege):
    folders = {name: chemin_piege / name for name in ("xlsx", "ods", "csv")}
    for folder in folders.values():
        folder.mkdir()
    make_xlsx(folders["xlsx"] / "inventaire.xlsx", **SHEETS)
    make_ods(folders["ods"] / "Inventaire.ODS", **SHEETS)
    make_csv(folders["csv"], **SHEETS)
    read = {name: read_inventory(find_inventory(folder)) for name, folder in folders.items()}
    for name in ("ods", "csv"):
        assert read[name][1] == {**read["xlsx"][1], "date_edition": read[name][1]["date_edition"]}
        for table in list_tables():
            left, right = (read[which][0][table].drop(columns=["fichier", "feuille"]) for which in ("xlsx", name))
            pd.testing.assert_frame_equal(left, right)
    tables, settings, lists, problemes, comptes, lues = read["xlsx"]
    assert tables["acteurs"]["nom"].tolist() == ["CCAS d'été", "b"]
    assert tables["acteurs"]["code_insee"].tolist() == ["01004", "2A004"]
    assert settings["titre"] == "Essai"
    assert lists["categories"].at["ruche", "libelle"] == "La Ruche"
    assert list(problemes) == PROBLEM_COLUMNS
    assert not len(problemes)
    assert dict(zip(comptes["feuille"], comptes["lues"], strict=True)) == {
        "parametres": 3,
        "acteurs": 2,
        "liens": 1,
        "vocabulaire": 1,
    }
    assert list(comptes) == COUNT_COLUMNS
    assert {name: len(rows) for name, rows in lues.items()} == dict(zip(comptes["feuille"], comptes["lues"], strict=True))
    assert lues["acteurs"]["categorie"].tolist() == ["CCAS", "EHPAD"], "as it was read"


def test_every_table_is_there_even_absent(tmp_path):
    tables, *_ = read_xlsx(tmp_path, acteurs=SHEETS["acteurs"][:1] + [["x"] * 4], parametres=SHEETS["parametres"])
    assert list(tables) == list_tables()
    assert not len(tables["liens"])


def test_sheet_names_count_neither_case_nor_accents(tmp_path):
    tables, *_ = read_xlsx(tmp_path, Paramètres=SHEETS["parametres"], ACTEURS=SHEETS["acteurs"])
    assert len(tables["acteurs"]) == 2


# --- finding it ---------------------------------------------------------------------------------------------------
def test_no_folder(tmp_path):
    with pytest.raises(DiagnosticError, match="Dossier introuvable"):
        find_inventory(tmp_path / "absent")


def test_no_inventory(tmp_path):
    (tmp_path / "notes.csv").write_text("a;b", encoding="utf-8")
    with pytest.raises(DiagnosticError, match="Aucun inventaire") as error:
        find_inventory(tmp_path)
    assert "inventaire.xlsx" in error.value.a_faire


def test_several_inventories(tmp_path):
    for name in ("inventaire.xlsx", "inventaire.ods", "~$inventaire.xlsx", "inventaire.bak"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(DiagnosticError, match=r"Plusieurs inventaires : inventaire\.ods, inventaire\.xlsx\."):
        find_inventory(tmp_path)


def test_a_workbook_and_a_folder_of_csv(tmp_path):
    make_csv(tmp_path, acteurs=SHEETS["acteurs"])
    make_xlsx(tmp_path / "inventaire.xlsx", acteurs=SHEETS["acteurs"])
    with pytest.raises(DiagnosticError, match=r"inventaire\.xlsx, dossier inventaire"):
        find_inventory(tmp_path)


def test_csv_at_the_top_of_the_dossier(tmp_path):
    for name in ("Acteurs.CSV", "liens.csv", "notes.csv"):
        (tmp_path / name).write_text("a;b", encoding="utf-8")
    assert [path.name for path in find_inventory(tmp_path)] == ["Acteurs.CSV", "liens.csv"]
    (tmp_path / "inventaire.xlsx").write_bytes(b"x")
    assert [path.name for path in find_inventory(tmp_path)] == ["inventaire.xlsx"], (
        "the workbook wins over stray exports"
    )


# --- sheets -------------------------------------------------------------------------------------------------------
def test_unknown_sheets_are_told_with_the_nearest_name(tmp_path):
    sheets = {"acteurs": SHEETS["acteurs"], "parametres": SHEETS["parametres"]}
    strange = {
        "Acteur": [["x"]],
        "Brouillon": [["x"]],
        "Feuil3": [],
        "Lisez-moi": [["x"]],
        "Mode d'emploi": [["x"]],
        "listes": [["x"]],
    }
    *_, problemes, comptes, _ = read_xlsx(tmp_path, **sheets, **strange)
    assert problemes[["gravite", "feuille"]].to_numpy().tolist() == [
        ["attention", "Acteur"], ["information", "Brouillon"], ["information", "Mode d'emploi"],
    ]  # fmt: skip
    assert "Vouliez-vous dire « acteurs » ?" in problemes["probleme"][0]
    assert set(comptes["feuille"]) == {"acteurs", "parametres"}


def test_two_sheets_for_one_table(tmp_path):
    with pytest.raises(DiagnosticError, match="Deux feuilles pour la table acteurs") as error:
        read_xlsx(
            tmp_path, acteurs=SHEETS["acteurs"], **{"Acteurs ": SHEETS["acteurs"]}, parametres=SHEETS["parametres"]
        )
    assert error.value.ou == "inventaire.xlsx, feuilles acteurs et Acteurs "


def test_no_known_sheet(tmp_path):
    with pytest.raises(DiagnosticError, match="feuilles lues : Feuil1, Feuil2") as error:
        read_xlsx(tmp_path, Feuil1=[["x"]], Feuil2=[["y"]])
    assert "parametres" in error.value.a_faire or "acteurs" in error.value.a_faire


def test_faults_of_several_sheets_are_one_error(tmp_path):
    with pytest.raises(DiagnosticError) as error:
        read_xlsx(
            tmp_path,
            parametres=[["cle", "valeur"], ["inconnu", "x"]],
            acteurs=[["acteur_id", "nom"], ["A", "a"]],
            liens=[["de", "source_id", "cible_id"], ["A", "A", "B"]],
        )
    told = str(error.value)
    for part in (
        "« inconnu »",
        "Colonnes absentes : categorie.",
        "Deux colonnes pour « source_id »",
        "Colonnes absentes : type.",
    ):
        assert part in told
    assert told.count("À faire :") == 4
    assert "inventaire.xlsx, feuille parametres" in told


def test_a_damaged_csv_joins_the_other_faults(tmp_path):
    make_csv(tmp_path, acteurs=[["acteur_id", "nom"], ["A", "a"]])
    (tmp_path / "inventaire" / "liens.csv").write_bytes(b"")
    with pytest.raises(DiagnosticError) as error:
        read_inventory(find_inventory(tmp_path))
    assert "liens.csv" in str(error.value)
    assert "Colonnes absentes : categorie." in str(error.value)


# --- vocabulary and persons ---------------------------------------------------------------------------------------
def test_the_vocabulary_of_the_dossier_adds_and_overrides(tmp_path):
    added, changed = ["Catégories", "ruche", "La Ruche", "mixte"], ["categories", "ccas", "Action sociale", "mixte"]
    rows = [["liste", "code", "libelle", "champ"], added, changed]
    actors = [
        ["acteur_id", "nom", "categorie"],
        ["A", "a", "la ruche"],
        ["B", "b", "Action sociale"],
        ["C", "c", "CCAS"],
    ]
    purpose = SHEETS["parametres"][::3]
    tables, _, lists, problemes, *_ = read_xlsx(tmp_path, vocabulaire=rows, acteurs=actors, parametres=purpose)
    assert tables["acteurs"]["categorie"].tolist() == ["ruche", "ccas", "ccas"]
    assert lists["categories"].loc[["ruche", "ccas"], "champ"].tolist() == ["mixte", "mixte"]
    assert not len(problemes)
    assert read_list("categories").at["ccas", "libelle"] != "Action sociale", "the shipped list is untouched"


def test_entries_of_no_known_list_are_set_aside():
    entries = pd.DataFrame(
        {"liste": ["couleurs", "themes"], "code": ["bleu", "eau"], "libelle": ["Bleu", "L'eau"], "alias": [(), ()]}
    )
    entries = entries.assign(fichier="inventaire.xlsx", feuille="vocabulaire", ligne=[2, 3])
    shipped = {name: read_list(name) for name in list_vocabularies()}
    lists, kept, problemes = extend_lists(shipped, entries)
    assert kept["code"].tolist() == ["eau"]
    assert "eau" in lists["themes"].index
    assert problemes[["gravite", "ligne", "valeur"]].to_numpy().tolist() == [["erreur", 2, "couleurs"]]
    assert "categories" in problemes["a_faire"][0]
    assert lists["categories"] is shipped["categories"], "an untouched list is the shipped one"


PERSONS = [["personne_id", "acteur_id", "fonction"], ["P", "A", "animateur"]]


def test_persons_are_not_read_unless_asked(tmp_path):
    tables, _, _, problemes, comptes, _ = read_xlsx(
        tmp_path, acteurs=SHEETS["acteurs"], parametres=SHEETS["parametres"], personnes=PERSONS
    )
    assert not len(tables["personnes"])
    assert "personnes" not in set(comptes["feuille"])
    assert problemes["probleme"].tolist() == ["Feuille personnes non lue : le réglage personnes ne le demande pas."]


def test_persons_are_read_when_asked(tmp_path):
    parametres = [*SHEETS["parametres"], ["personnes", "oui"]]
    tables, *_ = read_xlsx(tmp_path, acteurs=SHEETS["acteurs"], parametres=parametres, personnes=PERSONS)
    assert tables["personnes"]["personne_id"].tolist() == ["P"]


def test_the_empty_sheet_of_persons_says_nothing(tmp_path):
    *_, problemes, _, _ = read_xlsx(
        tmp_path, acteurs=SHEETS["acteurs"], parametres=SHEETS["parametres"], personnes=PERSONS[:1]
    )
    assert not len(problemes)


def test_the_workbook_is_never_modified(tmp_path):
    path = make_xlsx(tmp_path / "inventaire.xlsx", **SHEETS)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    read_inventory(find_inventory(tmp_path))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert openpyxl.load_workbook(path).sheetnames == list(SHEETS)
    assert [p.name for p in tmp_path.iterdir()] == ["inventaire.xlsx"]


# --- grids --------------------------------------------------------------------------------------------------------
PURPOSE = [["cle", "valeur"], ["finalite", "Se rencontrer"]]
ACTORS = [["acteur_id", "nom", "categorie"], ["A", "Mairie", "commune"], ["B", "MJC", "mjc"], ["C", "MSA", "msa"]]
DEVICES = [["dispositif_id", "nom", "type", "territoires"], ["d1", "CTG du pays", "CTG", "43"], ["d2", "PAT", "PAT", "43"]]


def test_a_grid_and_a_long_sheet_are_one_table(tmp_path):
    long = [["acteur_id", "dispositif_id", "role"], ["A", "d1", "pilotage"]]
    grid = [["nom", "CTG du pays", "PAT"], ["MJC", "x", "financement ; zz"], ["Mairie", "", ""]]
    tables, *_, problemes, comptes, lues = read_xlsx(
        tmp_path, parametres=PURPOSE, acteurs=ACTORS, dispositifs=DEVICES, participations=long, **{"Saisie Participations": grid}
    )
    rows = tables["participations"][["acteur_id", "dispositif_id", "role", "feuille", "ligne"]].to_numpy().tolist()
    assert rows == [
        ["A", "d1", "pilotage", "participations", 2], ["MJC", "CTG du pays", "participation", "Saisie Participations", 2],
        ["MJC", "PAT", "financement", "Saisie Participations", 2],
    ]  # fmt: skip
    assert problemes[["gravite", "feuille", "ligne", "colonne"]].to_numpy().tolist() == [["attention", "Saisie Participations", 2, "PAT"]]
    counted = dict(zip(comptes["feuille"], comptes["lues"], strict=True))
    assert (counted["participations"], counted["Saisie Participations"]) == (1, 2)
    assert lues["saisie_participations"]["CTG du pays"].tolist() == ["x"]


def test_a_sheet_named_as_the_long_table_is_read_as_a_grid(tmp_path):
    tables, *_, problemes, _, lues = read_xlsx(
        tmp_path, parametres=PURPOSE, acteurs=ACTORS, dispositifs=DEVICES, participations=[["nom", "PAT"], ["MJC", "x"]],
        liens=[["", "Mairie", "MJC"], ["MSA", "x", "technique"]], ressorts=[["code_insee", "EPCI"], ["43013", "244301099"]],
    )  # fmt: skip
    assert [len(tables[name]) for name in ("participations", "liens", "ressorts")] == [1, 2, 1]
    assert problemes["feuille"].tolist() == ["participations", "ressorts", "liens"]
    assert problemes["probleme"].str.contains("lue comme une saisie en tableau").all()
    assert {"saisie_participations", "saisie_liens", "saisie_ressorts"} <= set(lues)


def test_a_grid_s_name_on_a_long_sheet(tmp_path):
    long = [["acteur_id", "dispositif_id", "role"], ["A", "d1", "pilotage"]]
    tables, *_, lues = read_xlsx(tmp_path, parametres=PURPOSE, acteurs=ACTORS, dispositifs=DEVICES, saisie_participations=long)
    assert tables["participations"]["role"].tolist() == ["pilotage"]
    assert len(lues["participations"]) == 1


def test_a_unit_listed_in_the_long_sheet_keeps_its_identifier_in_the_grid(tmp_path):
    long = [["code_insee", "couche", "unite_id", "unite_nom"], ["43013", "MDS", "M1", "MDS du haut"]]
    grid = [["code_insee", "commune", "mds"], ["43040", "Brioude", "Mds du Haut"]]
    tables, *_ = read_xlsx(tmp_path, parametres=PURPOSE, saisie_ressorts=grid, ressorts=long)
    assert tables["ressorts"]["unite_id"].tolist() == ["M1", "M1"]


# --- identifiers, several sheets, purpose ---------------------------------------------------------------------------
def test_actors_without_identifiers_are_given_one(tmp_path):
    rows = [["nom", "categorie", "commune"], ["Mairie", "commune", "Auzon"], ["Mairie", "commune", "Brioude"], ["", "mjc", ""]]
    tables, *_, problemes, comptes, lues = read_xlsx(tmp_path, parametres=PURPOSE, acteurs=rows)
    assert tables["acteurs"]["acteur_id"].tolist() == ["mairie-auzon", "mairie-brioude"]
    assert "2 identifiants fabriqués d'après le nom" in problemes["probleme"].str.cat(sep=" ")
    assert comptes.set_index("feuille")["lues"]["acteurs"] == len(lues["acteurs"]) == 3
    made = list_made(lues, tables)
    assert made[["ligne", "identifiant"]].to_numpy().tolist() == [[2, "mairie-auzon"], [3, "mairie-brioude"]]


def test_a_table_in_several_sheets(tmp_path):
    more = [["identifiant", "structure", "type"], ["D", "Caf", "caf"], ["A", "Encore", "mjc"]]
    tables, *_, problemes, comptes, lues = read_xlsx(tmp_path, parametres=PURPOSE, acteurs=ACTORS, **{"Acteurs (suite)": more})
    assert tables["acteurs"]["acteur_id"].tolist() == ["A", "B", "C", "D"]
    assert problemes[["gravite", "feuille", "ligne"]].fillna(0).to_numpy().tolist() == [
        ["information", "Acteurs (suite)", 0], ["erreur", "Acteurs (suite)", 3],
    ]  # fmt: skip
    assert problemes["probleme"][1] == "Identifiant déjà donné feuille acteurs, ligne 2 ; ligne écartée."
    assert comptes["lues"].tolist() == [1, 3, 2]
    assert len(lues["acteurs"]) == 5


def test_the_purpose_is_asked_for_and_may_be_the_answer_to_the_first_question(tmp_path):
    questions = [["question_id", "question", "reponse"], ["Q1", "Où ?", "ici"], ["Q0", "Pourquoi ?", "Se parler"]]
    _, settings, _, problemes, *_ = read_xlsx(tmp_path, questions=questions)
    assert settings["finalite"] == "Se parler"
    assert not len(problemes)
    _, settings, _, problemes, *_ = read_xlsx(tmp_path, questions=questions[:2])
    assert settings["finalite"] == ""
    assert problemes[["gravite", "feuille"]].to_numpy().tolist() == [["attention", "parametres"]]
    assert problemes["probleme"][0].startswith("La finalité de la carte n'est pas dite")
    _, settings, _, problemes, *_ = read_xlsx(tmp_path, questions=questions, parametres=PURPOSE)
    assert settings["finalite"] == "Se rencontrer"
    assert problemes["gravite"].tolist() == ["information"]


def test_the_tables_of_decisions_and_mappings_are_read(tmp_path):
    tables, *_, problemes, _, _ = read_xlsx(
        tmp_path, parametres=PURPOSE,
        doublons=[["acteur_1", "acteur_2", "decision"], ["A", "B", "Fusionner"], ["A", "C", "pas un doublon"]],
        colonnes_import=[["source", "colonne", "origine"], ["maison", "nom", "Intitulé;Nom"]],
        questions=[["question_id", "question", "reponse"], ["Q0", "Pourquoi ?", ""]],
    )  # fmt: skip
    assert tables["doublons"]["decision"].tolist() == ["fusionner", "distincts"]
    assert tables["colonnes_import"]["origine"].tolist() == ["Intitulé;Nom"]
    assert tables["questions"]["question_id"].tolist() == ["Q0"]
    assert not len(problemes)


def test_names_are_keys_of_networks_instances_posts_and_survey(tmp_path):
    tables, *_ = read_xlsx(
        tmp_path, parametres=PURPOSE, acteurs=ACTORS, dispositifs=DEVICES,
        reseaux=[["nom", "echelle"], ["Réseau des tiers-lieux", "locale"]],
        adhesions=[["acteur", "reseau"], ["mjc", "réseau des tiers lieux"]],
        instances=[["nom", "dispositif", "membres"], ["Copil", "ctg du pays", "Mairie ; msa"]],
        postes=[["structure", "fonction", "dispositifs"], ["MJC", "animateur", "PAT"]],
        enquete=[["structure", "mode_collecte"], ["Mairie", "liste_ouverte"]],
    )  # fmt: skip
    tables, problemes = resolve_references(tables)
    assert not len(problemes)
    assert tables["reseaux"]["reseau_id"].tolist() == ["reseau-des-tiers-lieux"]
    assert tables["adhesions"][["acteur_id", "reseau_id"]].to_numpy().tolist() == [["B", "reseau-des-tiers-lieux"]]
    assert tables["instances"][["instance_id", "dispositif_id", "membres"]].to_numpy().tolist() == [["copil", "d1", ("A", "C")]]
    assert tables["postes"][["poste_id", "acteur_id", "dispositifs"]].to_numpy().tolist() == [["mjc-animateur", "B", ("d2",)]]
    assert tables["enquete"]["acteur_id"].tolist() == ["A"]


def test_other_text_tables_are_an_inventory_too(tmp_path):
    (tmp_path / "acteurs.tsv").write_text("acteur_id\tnom\tcategorie\nA\tMairie\tcommune\n", encoding="utf-8")
    (tmp_path / "acteurs-suite.txt").write_text("acteur_id;nom;categorie\nB;MJC;mjc\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("à faire", encoding="utf-8")
    files = find_inventory(tmp_path)
    assert [path.name for path in files] == ["acteurs-suite.txt", "acteurs.tsv"]
    assert sorted(read_inventory(files)[0]["acteurs"]["acteur_id"]) == ["A", "B"]


def test_corrections_are_put_in_place_at_reading(tmp_path):
    corrections = pd.DataFrame(
        [["inventaire.xlsx", "acteurs", 3, "MJC", "categorie", "mjc", "Médiathèque"]],
        columns=["fichier", "feuille", "ligne", "nom", "colonne", "valeur", "correction"],
    ).astype({"ligne": "Int64"})
    make_xlsx(tmp_path / "inventaire.xlsx", parametres=PURPOSE, acteurs=ACTORS)
    tables, *_, problemes, _, _ = read_inventory(find_inventory(tmp_path), corrections=corrections)
    assert tables["acteurs"]["categorie"].tolist() == ["commune", "mediatheque", "msa"]
    assert problemes["gravite"].tolist() == ["information"]


def test_what_a_computer_leaves_beside_a_file_is_not_the_inventory(tmp_path):
    for name in ("acteurs.csv", "._acteurs.csv", "~$acteurs.csv", ".~lock.acteurs.csv#", "._inventaire.xlsx", "~$inventaire.xlsx"):
        (tmp_path / name).write_bytes(b"\0\5\x16\x07")
    assert [path.name for path in find_inventory(tmp_path)] == ["acteurs.csv"]


def test_travel_times_stand_beside_any_inventory_and_are_never_it(tmp_path):
    (tmp_path / "trajets").mkdir()
    for name in ("r-acteurs.csv", "r-parametres.csv", "temps_trajet.csv", "trajets/Temps trajet 2.csv", "trajets/notes.txt"):
        (tmp_path / name).write_text("a;b\n1;2\n", encoding="utf-8")
    files = find_inventory(tmp_path)
    assert [path.name for path in files] == ["r-acteurs.csv", "r-parametres.csv"]
    beside = find_beside(tmp_path, files)
    assert [path.name for path in beside] == ["temps_trajet.csv", "Temps trajet 2.csv"]
    assert find_beside(tmp_path, [*files, *beside]) == []
    assert find_prefix([*files, *beside]) == "r-"
    for path in files:
        path.unlink()
    with pytest.raises(DiagnosticError, match="Aucun inventaire"):
        find_inventory(tmp_path)
