"""The way back, from the door: bad rows told, corrected in problemes.xlsx, taken once, counted before and after.

Everything is done here as a person does it: the commands, openpyxl in place of the spreadsheet, and nothing of ours between.
"""

import re
import shutil

import openpyxl
import pandas as pd
import pytest
from feuilles import call
from passage import EPCI, read_book
from retouches import fill_cell, find_columns

from diagnostic import run as way
from diagnostic.errors import DiagnosticError
from diagnostic.run import way_back
from diagnostic.schema import EDITIONS
from diagnostic.write.workbook import write_workbook

SECRET = "CANARI"
SHEETS = {
    "parametres": ["cle,valeur", f"epci,{EPCI}", "date_edition,15/11/2026", "titre,Essai", "finalite,Essai", "personnes,oui"],
    "acteurs": [
        "acteur_id,nom,categorie,code_insee,commune,siret,lat,date_maj,source",
        "A1,CCAS de l'essai,ccas,43016,,,,12/03/2026,FICTIF",
        "A2,Club de l'essai,centre_social,3001,,,,,FICTIF",  # a spreadsheet ate the zero: 03001 is proposed
        "A3,,ccas,43185,,,,04/05/2026,FICTIF",  # a required cell is empty: set aside
        "A4,Association des Amis de l'essai,association_autre,43185,,,,,FICTIF",
        "A5,Épicerie solidaire de l'essai,epicerie_sociale,43016,,13002526500013,,,FICTIF",
        "A6,Epicerie solidaire essai,epicerie_sociale,43016,,13002526500013,,,FICTIF bis",  # the same structure, typed twice
        ",Maison du lac,tiers_lieu,43016,,,,,FICTIF",  # an identifier is made
    ],
    "dispositifs": ["dispositif_id,nom,type,territoires,porteur_id,source", f"D1,Contrat de l'essai,ctg,{EPCI},A6,FICTIF"],
    "participations": ["acteur_id,dispositif_id,role,source", "A6,D1,pilotage,FICTIF", "Maison du lac,D1,participation,FICTIF"],
    "liens": [
        "source_id,cible_id,type,source",
        "A1,Asociation des Amis de l'essai,information,FICTIF",  # leads to nobody; a near name is proposed
        "A6,A1,information,FICTIF",
    ],
    "personnes": ["personne_id,acteur_id,fonction,nom", f"P1,A1,animatrice,{SECRET} Jeanne", f"P2,{SECRET} Zoé,trésorière,{SECRET} Zoé"],
    "colonnes_import": [
        "source,colonne,origine,valeur", "pays,nom,Nom usuel,", "pays,categorie,,mediatheque", "pays,commune,Ville,",
        "pays,code_postal,CP,",
    ],
}  # fmt: skip
# One row kept here, one elsewhere, one that no clue places, one twice the same.
FRANCE_SERVICES = """\
id_fs,lib_fs,insee_com,lib_com,code_postal,adresse,latitude,longitude,format_fs,commentaire
1,Maison de l'essai,43016,Auzon,43390,rue,,,Site fixe,
2,Maison lointaine,69123,Lyon,69001,rue,,,Site fixe,
3,Maison sans lieu,,Ville inventée,,rue,,,Site fixe,
1,Maison de l'essai,43016,Auzon,43390,rue,,,Site fixe,
"""


def take_checked(folder):
    """Return what `check` counts, finds and writes."""
    done = way.check(folder)
    return done["comptes"], done["problemes"], done["fichiers"]


def write_inventory_book(path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in SHEETS.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append([cell or None for cell in line.split(",")])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def count(counts):
    """Return {(file, sheet): [lues, dans, hors, fusionnees, ecartees]}, every row accounted for."""
    figures = counts.set_index(["fichier", "feuille"])[["lues", "dans_territoire", "hors_territoire", "fusionnees", "ecartees"]]
    assert (figures["lues"] == figures.drop(columns="lues").sum(axis=1)).all() and (figures >= 0).all(axis=None)
    return {place: row.tolist() for place, row in figures.iterrows() if row["lues"]}


def correct_by_hand(path):
    """Correct the four faulty rows and decide the pair of doublons, as a person would."""
    book = openpyxl.load_workbook(path)
    fill_cell(book, "problemes", {"valeur lue": "3001", "correction proposée": "03001"}, "accepter", "oui")
    fill_cell(book, "problemes", {"valeur lue": "Asociation des Amis de l'essai"}, "accepter", "oui")
    fill_cell(book, "a_corriger_acteurs", {"feuille": "acteurs", "ligne": 4}, "nom", "CCAS retrouvé")
    fill_cell(book, "a_corriger_acteurs", {"feuille": "ecartees", "acteur_id": "FS-3"}, "code_insee", "43016")
    sheet = book["doublons"]
    places = find_columns(sheet)
    pairs = [{sheet.cell(row, places[f"acteur_id_{n}"]).value for n in (1, 2)} for row in range(2, sheet.max_row + 1)]
    assert pairs.count({"A5", "A6"}) == 1
    sheet.cell(2 + pairs.index({"A5", "A6"}), places["décision"]).value = "fusionner"
    book.save(path)


@pytest.fixture(scope="module")
def trip(tmp_path_factory):
    """Check a dossier, correct its problemes.xlsx, take the corrections; keep what was seen on the way."""
    root = tmp_path_factory.mktemp("retour") / "été à Brioude"
    folder = root / "pays d'Auzon"
    inventory = write_inventory_book(folder / "inventaire.xlsx")
    original = inventory.read_bytes()
    published = root / "france_services_2026-01.csv"
    published.write_text(FRANCE_SERVICES, encoding="utf-8")
    _, imported, _ = way.import_source("france-services", published, folder)
    before, problems, written = take_checked(folder)
    kept = shutil.copytree(folder, root / "avant")
    path = folder / "sorties" / "interne" / "problemes.xlsx"
    correct_by_hand(path)
    worked = path.read_bytes()
    refused = [pytest.raises(DiagnosticError, ask, folder) for ask in (way.check, way.run)]
    untouched = path.read_bytes() == worked
    done = way_back.correct(folder)
    return {
        "folder": folder, "imported": imported, "before": before, "problems": problems, "written": written, "refused": refused,
        "untouched": untouched, "done": done, "first": kept, "inventory": (original, inventory), "tables": way.load(folder),
    }  # fmt: skip


@pytest.mark.long
def test_what_is_wrong_is_told_with_what_to_write(trip):
    assert {name: trip["imported"][name] for name in ("lues", "dans_territoire", "hors_territoire", "ecartees")} == {
        "lues": 4, "dans_territoire": 1, "hors_territoire": 1, "ecartees": 2,
    }  # fmt: skip
    assert count(trip["before"]) == {
        ("inventaire.xlsx", "parametres"): [5, 5, 0, 0, 0], ("inventaire.xlsx", "acteurs"): [7, 6, 0, 0, 1],
        ("inventaire.xlsx", "dispositifs"): [1, 1, 0, 0, 0], ("inventaire.xlsx", "participations"): [2, 2, 0, 0, 0],
        ("inventaire.xlsx", "liens"): [2, 1, 0, 0, 1], ("inventaire.xlsx", "personnes"): [2, 1, 0, 0, 1],
        ("inventaire.xlsx", "colonnes_import"): [4, 4, 0, 0, 0],
        ("imports/france-services.xlsx", "acteurs"): [3, 1, 1, 0, 1], ("imports/france-services.xlsx", "ecartees"): [1, 0, 0, 0, 1],
    }  # fmt: skip
    told = trip["problems"].drop_duplicates("valeur").set_index("valeur")["proposition"]
    assert told["3001"] == "03001" and told["Asociation des Amis de l'essai"] == "A4"
    # Every row set aside has its reason, the one that the published file held twice included.
    aside = trip["problems"][trip["problems"]["gravite"] == "erreur"].dropna(subset="ligne")
    assert set(zip(aside["feuille"], aside["ligne"], strict=True)) == {("acteurs", 4), ("liens", 2), ("personnes", 3), ("ecartees", 2)}
    assert trip["problems"]["probleme"].str.startswith("Répétition exacte").sum() == 1


def test_pending_work_is_never_written_over(trip):
    assert trip["untouched"] and len(trip["refused"]) == 2
    for refused in trip["refused"]:
        assert "5 corrections ne sont pas encore reprises" in str(refused.value)


def test_corrected_rows_come_back_in_place_and_once(trip):
    done, counts = trip["done"], count(trip["done"]["apres"])
    assert done["reprises"] == {"nouvelles": 5, "remplacees": 0, "identiques": 0, "annulees": 0} and not len(done["refusees"])
    before = count(done["avant"])
    assert before == count(trip["before"]) and {place: row[0] for place, row in before.items()} == {p: row[0] for p, row in counts.items()}
    moved = {place: counts[place] for place in counts if counts[place] != before[place]}
    assert moved == {
        ("inventaire.xlsx", "acteurs"): [7, 5, 1, 1, 0], ("inventaire.xlsx", "liens"): [2, 2, 0, 0, 0],
        ("imports/france-services.xlsx", "ecartees"): [1, 1, 0, 0, 0],
    }  # fmt: skip
    actors = trip["tables"]["acteurs"].set_index("acteur_id")
    assert actors.index.is_unique and set(actors.index) == {"A1", "A2", "A3", "A4", "A5", "maison-du-lac", "FS-1", "FS-2", "FS-3"}
    assert actors.at["A2", "code_insee"] == "03001" and actors.at["FS-3", "code_insee"] == "43016"
    assert actors.at["A3", "nom"] == "CCAS retrouvé"
    assert actors.at["FS-3", "feuille"] == "ecartees" and bool(actors.at["A2", "hors_territoire"])
    original, inventory = trip["inventory"]
    assert inventory.read_bytes() == original


def test_doublons_marked_are_merged_and_every_reference_follows(trip):
    tables = trip["tables"]
    assert sorted(zip(tables["liens"]["source_id"], tables["liens"]["cible_id"], strict=True)) == [("A1", "A4"), ("A5", "A1")]
    assert tables["participations"]["acteur_id"].tolist() == ["A5", "maison-du-lac"]
    assert tables["dispositifs"]["porteur_id"].tolist() == ["A5"]
    merged = tables["provenance"]
    assert set(merged["acteur_id"]) == {"A5"} and set(merged["origine_id"]) <= {"A5", "A6"}
    assert "FICTIF bis" in tables["acteurs"].set_index("acteur_id").at["A5", "source"]
    pairs = tables["doublons_proposes"]
    assert not (pairs[["acteur_id_1", "acteur_id_2"]] == "A6").any(axis=None)


def test_a_second_command_finds_nothing_and_a_copy_given_again_adds_nothing(trip, capsys):
    assert call("corriger", trip["folder"]) == 1
    assert "Rien n'est corrigé" in capsys.readouterr().err
    counts, problems, written = take_checked(trip["folder"])
    assert count(counts) == count(trip["done"]["apres"])
    pd.testing.assert_frame_equal(problems.reset_index(drop=True), trip["done"]["problemes"].reset_index(drop=True))


def test_the_command_tells_what_it_took_from_the_copy_of_a_colleague(trip, tmp_path, capsys):
    folder = shutil.copytree(trip["first"], tmp_path / "d")
    copy = shutil.move(folder / "sorties" / "interne" / "problemes.xlsx", tmp_path / "corrigé par Zoé.xlsx")
    correct_by_hand(copy)
    assert call("corriger", folder, copy) == 0
    out = capsys.readouterr().out
    assert "Corrections : 5 nouvelles, 0 remplacées, 0 déjà connues, 0 annulées" in out
    told = re.findall(r"(\S+), (\S+) : (\d+) lignes? lues?, écartées (\d+) → (\d+)", out)
    assert sorted(told) == [
        ("imports/france-services.xlsx", "ecartees", "1", "1", "0"), ("inventaire.xlsx", "acteurs", "7", "1", "0"),
        ("inventaire.xlsx", "liens", "2", "1", "0"),
    ]  # fmt: skip
    assert (folder / "corrections" / "corrections.xlsx").exists() and (folder / "sorties" / "interne" / "problemes.xlsx").exists()
    assert call("corriger", folder, copy) == 0
    assert "0 nouvelles, 0 remplacées, 5 déjà connues" in capsys.readouterr().out


def test_persons_are_in_no_file_that_goes_back(trip):
    for folder in (trip["folder"], trip["first"]):
        assert SECRET not in (folder / "sorties" / "interne" / "manifeste.json").read_text(encoding="utf-8")
        for path in (folder / "sorties" / "interne").glob("*.xls[xm]"):
            cells = {name: sheet.to_numpy().tolist() for name, sheet in read_book(path).items()}
            assert "a_corriger_personnes" not in cells and SECRET not in str(cells)
    assert "personnes" in read_book(folder / "sorties" / "interne" / way_back.PROBLEM_FILE)["comptes"].to_numpy()


def test_made_identifiers_are_listed_where_a_copy_would_show_persons(trip):
    path = trip["folder"] / "sorties" / "interne" / way_back.MADE_FILE
    assert path in trip["done"]["fichiers"] and path in trip["written"] and not list(path.parent.glob("inventaire_avec*"))
    told = read_book(path)["identifiants"]
    assert told.iloc[1].tolist() == ["acteurs", "8", "acteur_id", "Maison du lac", "maison-du-lac"]


def test_the_way_back_is_in_no_edition_and_provenance_in_one(trip, tmp_path):
    measured = way.measure_tables(trip["tables"])
    for edition in EDITIONS:
        shown = way.select_edition(measured, edition)
        assert "retour" not in shown
        path = write_workbook(shown, tmp_path / f"{edition}.xlsx", titre="Essai", lignes=[], date=shown["date"])
        book = read_book(path)
        assert ("Provenance des fusions" in book) == (edition == "interne")
        if edition != "interne":
            assert "Asociation" not in str([sheet.to_numpy().tolist() for sheet in book.values()])


def test_a_template_filled_by_a_partner_is_imported_without_its_example(tmp_path, capsys):
    path = tmp_path / "à remplir.xlsx"
    assert call("modele", path) == 0 and "Écrit : " in capsys.readouterr().out
    written = path.read_bytes()
    assert call("modele", path) == 1 and "existe déjà" in capsys.readouterr().err and path.read_bytes() == written
    folder = write_inventory_book(tmp_path / "d" / "inventaire.xlsx").parent
    book = openpyxl.load_workbook(path)
    sheet = book["acteurs"]
    places = find_columns(sheet)
    for name, text in {"nom": "Ludothèque de l'essai", "categorie": "Médiathèque", "commune": "Auzon", "code_postal": "43390"}.items():
        sheet.cell(3, places[name]).value = text
    book.save(path)
    assert call("importer", "tableau", path, folder) == 0
    out = capsys.readouterr().out
    assert "1 ligne lue = 1 dans le territoire" in out and "Problèmes : aucun ; 1 information (rien d'obligatoire)" in out
    imported = read_book(folder / "imports" / "tableau.xlsx")["acteurs"]
    assert len(imported) == 2 and {"Ludothèque de l'essai", "Médiathèque", "43016"} <= set(imported.iloc[1])
    actors = way.load(folder)["acteurs"]
    assert actors.loc[actors["nom"] == "Ludothèque de l'essai", "categorie"].tolist() == ["mediatheque"]


def test_a_partners_table_declared_in_the_dossier_is_imported_and_read(trip, tmp_path, capsys):
    folder = tmp_path / "d"
    write_inventory_book(folder / "inventaire.xlsx")
    table = tmp_path / "pays.csv"
    table.write_text("Nom usuel;Ville;CP\nMédiathèque de l'essai;Auzon;43390\nLudothèque de l'essai;Nulle part;\n", encoding="utf-8")
    assert call("importer", "pays", table, folder) == 0
    assert "2 lignes lues = 1 dans le territoire + 0 hors du territoire + 1 écartées" in capsys.readouterr().out
    tables = way.load(folder)
    read = tables["acteurs"][tables["acteurs"]["fichier"] == "imports/pays.xlsx"]
    assert read[["nom", "categorie", "code_insee"]].values.tolist() == [["Médiathèque de l'essai", "mediatheque", "43016"]]
    assert count(tables["comptes"])["imports/pays.xlsx", "ecartees"] == [1, 0, 0, 0, 1]
    assert call("importer", "sirene", table, folder) == 1
    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("…")]
    assert len(told) == 3 and "« sirene » inconnue" in told[0] and "pays" in told[2]


def test_a_row_pushed_down_keeps_its_corrections_and_no_other_row_is_offered_them(tmp_path):
    folder = tmp_path / "d"
    inventory = write_inventory_book(folder / "inventaire.xlsx")
    _, problems, written = take_checked(folder)
    path = next(path for path in written if path.name == way_back.PROBLEM_FILE)
    shown = read_book(path)["problemes"]
    shown = shown.iloc[1:].set_axis(shown.iloc[0].to_list(), axis=1).astype("str").fillna("")
    persons = shown["feuille"] == "personnes"
    assert (shown.loc[(shown["ligne"] != "") & ~persons, "nom"] != "").all() and (shown.loc[persons, "nom"] == "").all()
    assert shown.set_index("valeur lue").at["3001", "nom"] == "Club de l'essai"
    correct_by_hand_name(path)
    done = way_back.correct(folder)
    assert done["reprises"]["nouvelles"] == 2
    book = openpyxl.load_workbook(inventory)
    book["acteurs"].insert_rows(2)
    for place, text in enumerate(["A0", "Nouveau venu de l'essai", "ccas", "43016"], start=1):
        book["acteurs"].cell(2, place).value = text
    book.save(inventory)
    tables = way.load(folder)
    actors = tables["acteurs"].set_index("acteur_id")
    assert actors["code_insee"].reindex(["A0", "A1", "A2", "A3"]).tolist() == ["43016", "43016", "03001", "43185"]
    assert actors.at["A3", "nom"] == "CCAS retrouvé"
    told = tables["problemes"][tables["problemes"]["probleme"].str.startswith("Corrigé")]
    assert sorted(told["nom"]) == ["CCAS retrouvé", "Club de l'essai"]


def correct_by_hand_name(path):
    book = openpyxl.load_workbook(path)
    fill_cell(book, "problemes", {"valeur lue": "3001", "correction proposée": "03001"}, "accepter", "oui")
    fill_cell(book, "a_corriger_acteurs", {"feuille": "acteurs", "ligne": 4}, "nom", "CCAS retrouvé")
    book.save(path)
