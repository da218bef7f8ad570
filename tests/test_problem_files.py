"""problemes.xlsx as it comes back: sorted, moved, re-saved, cut, mailed; and the round trip from three bad rows to none."""

import shutil

import openpyxl
import pandas as pd
import pytest
from openpyxl.styles import PatternFill
from retouches import (
    LISTS,
    ROWS,
    correct_three,
    fill_cell,
    find_columns,
    read_book,
    save_with_office,
    write_book,
    write_problem_file,
)

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.correction_files import make_corrections, merge_corrections, read_corrections
from diagnostic.read.back.problem_files import count_pending, read_problem_file, refuse_overwrite, refuse_strangers
from diagnostic.schema import PROBLEM_COLUMNS, list_problems
from diagnostic.write.corrections import write_corrections
from diagnostic.write.problems import write_problems

THREE = [
    ["inventaire.xlsx", "acteurs", 3, "Club de l'essai", "code_insee", "3001", "03001"],
    ["inventaire.xlsx", "acteurs", 4, "A3 / ccas", "nom", "", "CCAS de l'essai"],
    ["inventaire.xlsx", "acteurs", 5, "Amap de l'essai", "categorie", "zzz", "epicerie_sociale"],
]


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A dossier's inventory and its problemes.xlsx, written once."""
    folder = tmp_path_factory.mktemp("retour")
    write_problem_file(folder / "problemes.xlsx", read_book(write_book(folder / "inventaire.xlsx")))
    return folder


@pytest.fixture
def folder(once, chemin_piege):
    return shutil.copytree(once, chemin_piege, dirs_exist_ok=True)


def list_cells(returned):
    return returned["corrections"].sort_values(["ligne", "colonne"]).values.tolist()


def edit(path, change, saved=None):
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(saved or path)
    return saved or path


# --- Show 8: the round trip ----------------------------------------------------------------------------------------
def take(folder, path):
    """What `diagnostic corriger` does: read the file, join, write."""
    merged, counts, _ = merge_corrections(read_corrections(folder), read_problem_file(path))
    write_corrections(folder, merged)
    return counts


def read_again(folder):
    return read_book(folder / "inventaire.xlsx", read_corrections(folder))


def list_faults(read):
    return read.problemes.loc[read.problemes["gravite"].isin(["erreur", "attention"]), "valeur"].tolist()


def test_three_rows_corrected_come_back_once_and_in_place(folder):
    inventory = (folder / "inventaire.xlsx").read_bytes()
    before = read_again(folder)
    assert before.comptes == {"lues": 5, "gardees": 4, "ecartees": 1} and sorted(list_faults(before)) == ["", "3001", "zzz"]
    counts = take(folder, correct_three(folder / "problemes.xlsx", folder / "corrigé.xlsx"))
    assert counts == {"nouvelles": 3, "remplacees": 0, "identiques": 0, "annulees": 0}
    after = read_again(folder)
    assert after.comptes == {"lues": 5, "gardees": 5, "ecartees": 0} and list_faults(after) == []
    assert after.acteurs["acteur_id"].tolist() == ["A1", "A2", "A3", "A4", "A5"] and after.acteurs["ligne"].tolist() == [2, 3, 4, 5, 6]
    assert after.acteurs["code_insee"].iloc[1] == "03001" and after.acteurs["categorie"].iloc[3] == "epicerie_sociale"
    assert after.acteurs["nom"].iloc[2] == "CCAS de l'essai"
    told = after.problemes[after.problemes["probleme"].str.startswith("Corrigé")]
    assert sorted(told["ligne"]) == [3, 4, 5]
    assert (folder / "inventaire.xlsx").read_bytes() == inventory
    # Reading the same file again, or the same corrections twice, adds nothing.
    assert take(folder, folder / "corrigé.xlsx")["identiques"] == 3
    pd.testing.assert_frame_equal(read_again(folder).acteurs, after.acteurs)


def test_a_wrong_correction_comes_back_with_its_value_and_is_corrected(folder):
    take(folder, correct_three(folder / "problemes.xlsx", folder / "a.xlsx", category="yyy"))
    wrong = read_again(folder)
    assert list_faults(wrong) == ["yyy"]
    write_problem_file(folder / "problemes.xlsx", wrong)
    edit(folder / "problemes.xlsx", lambda book: fill_cell(book, "problemes", {"valeur lue": "yyy"}, "votre correction", "evs"))
    assert take(folder, folder / "problemes.xlsx")["remplacees"] == 1
    kept = read_corrections(folder)["corrections"]
    assert len(kept) == 3 and kept.loc[kept["colonne"] == "categorie", ["valeur", "correction"]].values.tolist() == [["zzz", "evs"]]
    right = read_again(folder)
    assert list_faults(right) == [] and right.acteurs["categorie"].iloc[3] == "evs" and right.comptes["lues"] == 5


def test_corrections_follow_their_rows_when_the_inventory_goes_on_living(folder):
    take(folder, correct_three(folder / "problemes.xlsx", folder / "a.xlsx"))
    new = ["A0", "Nouveau de l'essai", "ccas", "43016", "FICTIF"]
    write_book(folder / "inventaire.xlsx", [ROWS[0], new, *ROWS[:0:-1]])
    after = read_again(folder)
    assert after.comptes == {"lues": 6, "gardees": 6, "ecartees": 0} and list_faults(after) == []
    assert after.acteurs.set_index("acteur_id")["categorie"]["A4"] == "epicerie_sociale"


@pytest.mark.parametrize("kind", ["ods", "xlsx"])
def test_libreoffice_saves_it_and_nothing_is_lost(folder, tmp_path, kind):
    corrected = correct_three(folder / "problemes.xlsx", folder / "corrigé.xlsx")
    saved = save_with_office(corrected, tmp_path / "office", kind)
    assert list_cells(read_problem_file(saved)) == THREE
    untouched = save_with_office(folder / "problemes.xlsx", tmp_path / "office", kind)
    assert count_pending(untouched, make_corrections()) == 0
    take(folder, saved)
    assert read_again(folder).comptes == {"lues": 5, "gardees": 5, "ecartees": 0}


# --- what a person does to the file --------------------------------------------------------------------------------
def test_a_file_in_which_nothing_was_written_says_so(folder):
    with pytest.raises(DiagnosticError, match="Rien n'est corrigé"):
        read_problem_file(folder / "problemes.xlsx")


def test_the_three_corrections_are_read(folder):
    returned = read_problem_file(correct_three(folder / "problemes.xlsx", folder / "a.xlsx"))
    assert list_cells(returned) == THREE and not len(returned["problemes"]) and not len(returned["doublons"])


def sort_backwards(sheet):
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for line, row in enumerate(rows[::-1], start=2):
        for place, value in enumerate(row, start=1):
            sheet.cell(line, place).value = value


def move_first_column_last(sheet):
    values = [cell.value for cell in sheet["A"]]
    sheet.delete_cols(1)
    for line, value in enumerate(values, start=1):
        sheet.cell(line, sheet.max_column + (line == 1)).value = value


def colour_everything(sheet):
    for row in sheet.iter_rows():
        for cell in row:
            cell.fill = PatternFill("solid", fgColor="FF00FF")
            cell.number_format = "0.00"


@pytest.mark.parametrize(
    "change",
    [
        sort_backwards,
        move_first_column_last,
        colour_everything,
        lambda sheet: sheet.insert_rows(1, 2),
        lambda sheet: sheet.insert_rows(3, 2),
        lambda sheet: sheet.insert_cols(2),
        lambda sheet: sheet.delete_cols(find_columns(sheet)["nom"]) if sheet.title == "problemes" else None,
        lambda sheet: setattr(sheet, "sheet_state", "hidden"),
        lambda sheet: sheet.row_dimensions.__getitem__(2).__setattr__("hidden", True),
    ],
)
def test_sorting_moving_inserting_and_colouring_change_nothing(folder, change):
    path = correct_three(folder / "problemes.xlsx", folder / "reçu d'un collègue.xlsx")
    edit(path, lambda book: [change(book[name]) for name in ("problemes", "a_corriger_acteurs")])
    assert [row[:3] + row[4:] for row in list_cells(read_problem_file(path))] == [row[:3] + row[4:] for row in THREE]


def test_rows_deleted_are_not_corrected(folder):
    path = correct_three(folder / "problemes.xlsx", folder / "a.xlsx")
    edit(path, lambda book: (book["problemes"].delete_rows(2, 99), book["origine_acteurs"].delete_rows(9)))
    assert list_cells(read_problem_file(path)) == THREE[1:2]
    edit(path, lambda book: book["a_corriger_acteurs"].delete_rows(2, 99))
    with pytest.raises(DiagnosticError, match="Rien n'est corrigé"):
        read_problem_file(path)


def test_the_sheet_of_problems_alone_as_csv(folder, tmp_path):
    book = openpyxl.load_workbook(correct_three(folder / "problemes.xlsx", folder / "a.xlsx"))
    lines = [";".join(str(cell or "") for cell in row) for row in book["problemes"].values]
    path = tmp_path / "problemes.csv"
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    assert list_cells(read_problem_file(path)) == [THREE[0], THREE[2]]


def test_another_file_is_refused(tmp_path):
    path = write_book(tmp_path / "autre.xlsx")
    with pytest.raises(DiagnosticError, match="pas un fichier de problèmes"):
        read_problem_file(path)
    (tmp_path / "image.xlsx").write_bytes(b"\x89PNG")
    with pytest.raises(DiagnosticError):
        read_problem_file(tmp_path / "image.xlsx")


def test_a_typed_correction_wins_over_the_accepted_one(folder):
    def change(book):
        fill_cell(book, "problemes", {"valeur lue": "3001"}, "accepter", "x")
        fill_cell(book, "problemes", {"valeur lue": "3001"}, "votre correction", "43157")

    returned = read_problem_file(edit(folder / "problemes.xlsx", change))
    assert list_cells(returned)[0][-1] == "43157" and len(returned["corrections"]) == 1


def test_two_different_corrections_of_a_cell_are_both_left_out(folder):
    def change(book):
        fill_cell(book, "problemes", {"colonne": "nom"}, "votre correction", "Un nom")
        fill_cell(book, "a_corriger_acteurs", {"ligne": 4}, "nom", "Un autre")

    returned = read_problem_file(edit(folder / "problemes.xlsx", change))
    assert not len(returned["corrections"]) and returned["problemes"]["gravite"].tolist() == ["erreur"] * 2
    assert set(returned["problemes"]["valeur"]) == {"Un nom", "Un autre"}
    edit(folder / "problemes.xlsx", lambda book: fill_cell(book, "a_corriger_acteurs", {"ligne": 4}, "nom", "Un nom"))
    returned = read_problem_file(folder / "problemes.xlsx")
    assert [row[-1] for row in list_cells(returned)] == ["Un nom"] and not len(returned["problemes"])


def test_emptying_a_cell(folder):
    def change(book):
        fill_cell(book, "problemes", {"valeur lue": "zzz"}, "votre correction", "(vide)")
        fill_cell(book, "a_corriger_acteurs", {"ligne": 4}, "source", None)
        fill_cell(book, "a_corriger_acteurs", {"ligne": 4}, "sigle", "(vide)")  # it is empty already

    returned = read_problem_file(edit(folder / "problemes.xlsx", change))
    assert [row[4:] for row in list_cells(returned)] == [["source", "FICTIF", "(vide)"], ["categorie", "zzz", "(vide)"]]


def test_a_column_removed_does_not_empty_its_cells(folder):
    def change(book):
        fill_cell(book, "a_corriger_acteurs", {"ligne": 4}, "nom", "Un nom")
        sheet = book["a_corriger_acteurs"]
        sheet.delete_cols(find_columns(sheet)["categorie"])

    assert [row[4] for row in list_cells(read_problem_file(edit(folder / "problemes.xlsx", change)))] == ["nom"]


def test_a_row_that_slid_against_its_number_is_not_taken(folder):
    def change(book):
        for heading in ("acteur_id", "nom", "categorie", "code_insee", "source"):
            fill_cell(book, "a_corriger_acteurs", {"ligne": 4}, heading, f"autre {heading}")

    returned = read_problem_file(edit(folder / "problemes.xlsx", change))
    assert not len(returned["corrections"]) and "glissé" in returned["problemes"]["probleme"].iloc[0]


def test_what_cannot_be_placed_is_told_with_its_line(folder):
    def change(book):
        sheet = book["problemes"]
        row = fill_cell(book, "problemes", {"valeur lue": "zzz"}, "votre correction", "evs")
        sheet.cell(row, find_columns(sheet)["ligne"]).value = None
        fill_cell(book, "problemes", {"valeur lue": "3001"}, "accepter", "peut-être")
        fill_cell(book, "problemes", {"colonne": "nom"}, "accepter", "oui")  # nothing is proposed there
        book["a_corriger_acteurs"].append([None, None, None, None, "A9", "Une structure de plus"])

    returned = read_problem_file(edit(folder / "problemes.xlsx", change))
    told = returned["problemes"]
    assert not len(returned["corrections"]) and len(told) == 4 and set(told["fichier"]) == {"problemes.xlsx"}
    assert told["ligne"].between(2, 5).all() and told["valeur"].tolist().count("peut-être") == 1
    assert told["probleme"].str.contains("n'est pas une de celles à corriger").sum() == 1


def test_without_its_hidden_original_a_sheet_is_not_guessed(folder):
    path = correct_three(folder / "problemes.xlsx", folder / "a.xlsx")
    edit(path, lambda book: book.remove(book["origine_acteurs"]))
    returned = read_problem_file(path)
    assert [row[4] for row in list_cells(returned)] == ["code_insee", "categorie"]
    assert "original caché" in returned["problemes"]["probleme"].iloc[0]


def test_two_cells_corrected_at_once(tmp_path):
    rows = pd.DataFrame({"fichier": "f.xlsx", "feuille": "acteurs", "ligne": [2, 3]})
    problems = list_problems(
        "attention", rows, "Inversées ?", "échangez", colonne="lat, lon", valeur=["2,9 ; 45,1", "3 ; 45"],
        proposition=["45,1 ; 2,9", ""],
    )  # fmt: skip
    path = write_problems(
        tmp_path / "problemes.xlsx", problemes=problems, comptes=pd.DataFrame({"lues": [2]}), ecartees={}, lists=LISTS
    )

    def change(book):
        fill_cell(book, "problemes", {"ligne": 2}, "accepter", "oui")
        fill_cell(book, "problemes", {"ligne": 3}, "votre correction", "45")

    returned = read_problem_file(edit(path, change))
    assert [row[2:3] + row[4:] for row in list_cells(returned)] == [[2, "lat", "2,9", "45,1"], [2, "lon", "45,1", "2,9"]]
    assert returned["problemes"]["ligne"].tolist() == [3]


def test_decisions_on_doublons(tmp_path):
    pairs = pd.DataFrame({"acteur_id_1": ["a", "c", "e"], "acteur_id_2": ["b", "d", "f"], "score": [0.9, 0.8, 0.7]})
    path = write_problems(
        tmp_path / "p.xlsx", problemes=pd.DataFrame(columns=PROBLEM_COLUMNS), comptes=pd.DataFrame({"lues": [2]}), ecartees={},
        lists=LISTS, doublons=pairs.assign(decision=["", "", "distincts"]),
    )  # fmt: skip
    assert count_pending(path, make_corrections()) == 0  # a decision taken before is only shown

    def change(book):
        fill_cell(book, "doublons", {"acteur_id_1": "a"}, "décision", "Fusionner")
        fill_cell(book, "doublons", {"acteur_id_1": "a"}, "note", "vu")
        fill_cell(book, "doublons", {"acteur_id_1": "c"}, "décision", "peut-être")

    returned = read_problem_file(edit(path, change))
    assert returned["doublons"].values.tolist() == [["a", "b", "fusionner", "vu"]]
    assert returned["problemes"]["valeur"].tolist() == ["peut-être"]
    assert count_pending(path, make_corrections()) == 2
    assert count_pending(path, returned) == 1  # the word that is not understood


def test_long_and_odd_texts_are_not_taken_for_corrections(tmp_path):
    wild = ["=1+1", "a\r\nb", "a\n\nb", " x ", "y" * 40_000, "_x000D_", "_x0041_", "vu\x0b", "é", "نص\u200f", "0123"]
    rows = pd.DataFrame({"acteur_id": [f"A{i}" for i in range(11)], "remarques": wild}, dtype=str)
    rows = rows.assign(fichier="f.xlsx", feuille="acteurs", ligne=range(2, 13))
    path = write_problems(
        tmp_path / "p.xlsx", problemes=pd.DataFrame(columns=PROBLEM_COLUMNS), comptes=pd.DataFrame({"lues": [2]}),
        ecartees={"acteurs": rows}, lists=LISTS,
    )  # fmt: skip
    for saved in (path, edit(path, lambda book: None, tmp_path / "q.xlsx")):
        assert count_pending(saved, make_corrections()) == 0
    edit(path, lambda book: fill_cell(book, "a_corriger_acteurs", {"ligne": 6}, "remarques", "court"))
    returned = read_problem_file(path)
    assert not len(returned["corrections"]) and "trop long" in returned["problemes"]["probleme"].iloc[0]


# --- a file in which somebody worked is not written over ------------------------------------------------------------
def test_pending_corrections_forbid_to_write_the_file_again(folder):
    path = folder / "problemes.xlsx"
    assert count_pending(folder / "absent.xlsx", make_corrections()) == 0
    assert count_pending(path, read_corrections(folder)) == 0
    refuse_overwrite(path, read_corrections(folder))
    correct_three(path, path)
    assert count_pending(path, read_corrections(folder)) == 3
    with pytest.raises(DiagnosticError, match="3 corrections ne sont pas encore reprises"):
        refuse_overwrite(path, read_corrections(folder))
    take(folder, path)
    refuse_overwrite(path, read_corrections(folder))


def test_a_file_of_another_kind_or_damaged(tmp_path):
    former = write_book(tmp_path / "problemes.xlsx", [["gravite", "fichier", "valeur"], ["erreur", "f", "x"]], sheet="problemes")
    assert count_pending(former, make_corrections()) == 0
    former.write_bytes(b"PK damaged")
    with pytest.raises(DiagnosticError):
        count_pending(former, make_corrections())


def forge(once, folder, *, sheet="problemes", **written):
    """Return a problemes.xlsx whose row of « zzz » is corrected, with what `written` puts in its other cells."""
    path = folder / "forge.xlsx"
    book = openpyxl.load_workbook(correct_three(once / "problemes.xlsx", path))
    for heading, text in written.items():
        fill_cell(book, sheet, {"valeur lue": "zzz"}, heading, text)
    book.save(path)
    return path


@pytest.mark.parametrize("line", ["inf", 5.5, 1e30, "99999999999999999999", "trois", -4, 0])
def test_a_line_that_is_no_number_is_refused_and_told(once, tmp_path, line):
    found = read_problem_file(forge(once, tmp_path, ligne=line))
    assert found["corrections"]["correction"].tolist() == ["03001", "CCAS de l'essai"]
    assert found["problemes"]["probleme"].str.contains("sur aucune case").sum() == 1


def test_an_accepted_proposal_on_no_cell_is_told(once, tmp_path):
    path = correct_three(once / "problemes.xlsx", tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(path)
    fill_cell(book, "problemes", {"valeur lue": "3001"}, "ligne", "trois")
    book.save(path)
    found = read_problem_file(path)
    assert "03001" not in found["corrections"]["correction"].tolist()
    assert found["problemes"]["probleme"].str.contains("sur aucune case").sum() == 1


def test_a_file_that_the_dossier_does_not_read_is_refused_and_told(once, tmp_path):
    path = forge(once, tmp_path, fichier="../../x.csv")
    found = refuse_strangers(read_problem_file(path), ["Inventaire.ODS"], path)
    assert found["corrections"]["fichier"].unique().tolist() == ["inventaire.xlsx"]
    told = found["problemes"].iloc[-1]
    assert told["probleme"].startswith("« ../../x.csv » n'est pas un fichier de ce dossier") and told["valeur"] == "epicerie_sociale"


def test_forged_decisions_are_refused_and_told(once, tmp_path):
    path = forge(once, tmp_path)
    book = openpyxl.load_workbook(path)
    page = book["doublons"] if "doublons" in book.sheetnames else book.create_sheet("doublons")
    page.delete_rows(1, page.max_row)
    rows = [
        ["acteur_id_1", "acteur_id_2", "decision"], ["A1", "A1", "fusionner"], ["A1", "A2", "fusionner"], ["A2", "A1", "distincts"],
        ["A3", "A4", "distincts"], ["A4", "A3", "distincts"],
    ]  # fmt: skip
    for row in rows:
        page.append(row)
    book.save(path)
    found = read_problem_file(path)
    assert found["doublons"][["acteur_id_1", "acteur_id_2"]].values.tolist() == [["A3", "A4"], ["A4", "A3"]]
    told = found["problemes"]["probleme"].value_counts()
    assert told["Deux décisions contraires pour la même paire : aucune n'est reprise."] == 2
    assert told["« A1 » est donné deux fois : une décision porte sur deux acteurs."] == 1
