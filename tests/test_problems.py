"""problemes.xlsx as a person sees it: sorted, coloured and worded, locked where it must be, text that stays text."""

import openpyxl
import pandas as pd
import pytest
from retouches import LISTS, find_columns, read_book, write_book, write_problem_file

from diagnostic.schema import PROBLEM_COLUMNS, PROBLEM_HEADINGS, describe_table, list_tables
from diagnostic.write.forms import COLOURS
from diagnostic.write.problems import find_correctable, sort_problems, summarize_problems, write_problems

COUNTS = pd.DataFrame({"fichier": ["f.xlsx"], "feuille": ["acteurs"], "lues": [3]})


def problem(gravite, ligne, colonne="nom", valeur="x", probleme="Faux.", proposition="", fichier="f.xlsx", feuille="acteurs"):
    return [gravite, fichier, feuille, ligne, colonne, valeur, probleme, proposition, "corrigez"]


def problems(*rows):
    return pd.DataFrame(list(rows), columns=PROBLEM_COLUMNS).astype({"ligne": "Int64"})


def write(path, table, ecartees=None, **more):
    return write_problems(path, problemes=table, comptes=COUNTS, ecartees=ecartees or {}, lists=LISTS, **more)


def list_rows(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("retour") / "été à Brioude"
    read = read_book(write_book(folder / "inventaire.xlsx"))
    pairs = pd.DataFrame({
        "acteur_id_1": ["A1", "A2"], "acteur_id_2": ["A5", "A3"], "score": [0.95, 0.6], "motif": ["même SIRET", "noms proches"],
        "nom_1": ["Un", "Deux"], "nom_2": ["Cinq", "Trois"], "decision": ["", "distincts"],
    })  # fmt: skip
    return write_problem_file(folder / "problemes.xlsx", read, doublons=pairs)


def test_the_sheets_and_what_is_hidden(example):
    book = openpyxl.load_workbook(example)
    assert {sheet.title: sheet.sheet_state for sheet in book} == {
        "Lisez-moi": "visible", "problemes": "visible", "listes": "hidden", "a_corriger_acteurs": "visible",
        "doublons": "visible", "resume": "visible", "comptes": "visible", "origine_acteurs": "veryHidden",
    }  # fmt: skip


def test_the_reading_sheet_says_how_to_correct_and_how_to_empty_a_cell(example):
    text = "\n".join(str(row[0]) for row in list_rows(openpyxl.load_workbook(example)["Lisez-moi"]))
    for words in ("diagnostic corriger", "votre correction", "(vide)", "1. ", "2. ", "3. ", "protection", "corrections.xlsx"):
        assert words in text
    assert "Lignes écartées à corriger : 1 ligne." in text


def test_problems_are_sorted_and_their_gravity_is_a_word_and_a_colour(example):
    sheet = openpyxl.load_workbook(example)["problemes"]
    assert [cell.value for cell in sheet[1]] == list(PROBLEM_HEADINGS.values())
    gravities = [sheet.cell(row, 1) for row in range(2, sheet.max_row + 1)]
    assert [cell.value for cell in gravities] == sorted(
        (cell.value for cell in gravities), key=list(COLOURS).index
    )
    assert all(cell.fill.fgColor.rgb == "FF" + COLOURS[cell.value][1:] for cell in gravities)
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_the_order_of_the_problems_given_changes_nothing():
    table = problems(
        problem("information", 1), problem("erreur", 10), problem("erreur", 9), problem("bloquant", pd.NA),
        problem("erreur", 3, fichier="a.xlsx"), problem("attention", pd.NA), problem("attention", 2),
    )  # fmt: skip
    first = sort_problems(table)
    assert first[["gravite", "fichier", "ligne"]].fillna(0).values.tolist() == [
        ["bloquant", "f.xlsx", 0], ["erreur", "a.xlsx", 3], ["erreur", "f.xlsx", 9], ["erreur", "f.xlsx", 10],
        ["attention", "f.xlsx", 2], ["attention", "f.xlsx", 0], ["information", "f.xlsx", 1],
    ]  # fmt: skip
    pd.testing.assert_frame_equal(sort_problems(table.iloc[::-1]), first)


def test_only_the_cells_to_fill_are_open(example):
    sheet = openpyxl.load_workbook(example)["problemes"]
    places = find_columns(sheet)
    assert sheet.protection.sheet and not sheet.protection.password
    assert not sheet.protection.autoFilter and not sheet.protection.sort and sheet.protection.insertRows
    offered = 0
    for row in range(2, sheet.max_row + 1):
        cells = {name: sheet.cell(row, column) for name, column in places.items()}
        offered += bool(cells["correction proposée"].value)
        assert cells["accepter"].protection.locked == (not cells["correction proposée"].value)
        assert not cells["votre correction"].protection.locked
        assert cells["votre correction"].number_format == "@"
        assert all(cells[name].protection.locked for name in ("fichier", "feuille", "ligne", "colonne", "valeur lue"))
    assert offered == 1
    rule = sheet.data_validations.dataValidation[0]
    assert rule.formula1 == '"oui"' and sheet.freeze_panes and sheet.auto_filter.ref


def test_what_no_correction_can_reach_is_not_open():
    table = sort_problems(problems(
        problem("erreur", 2), problem("erreur", pd.NA), problem("erreur", 3, colonne=""), problem("erreur", 4, colonne="C"),
        problem("erreur", 5, colonne="lat, lon", valeur="1,5 ; 2,5"), problem("erreur", 6, colonne="lat, lon", valeur=""),
        problem("erreur", 7, colonne="nom", feuille="personnes"), problem("erreur", 8, colonne="Type de structure"),
    ))  # fmt: skip
    assert table.loc[find_correctable(table), "ligne"].tolist() == [2, 5, 8]


def test_rows_set_aside_are_all_there_with_their_faults_shown(example):
    sheet = openpyxl.load_workbook(example)["a_corriger_acteurs"]
    heading, row = list_rows(sheet)
    assert heading == ["fichier", "feuille", "ligne", "problèmes", *describe_table("acteurs").index]
    assert row[:4] == ["inventaire.xlsx", "acteurs", 4, "Case vide : nom ; ligne écartée."]
    cells = {name: sheet.cell(2, column) for name, column in find_columns(sheet).items()}
    assert "Case vide" in cells["nom"].comment.text and cells["categorie"].comment is None
    assert cells["nom"].fill.fgColor.rgb != cells["categorie"].fill.fgColor.rgb
    assert cells["ligne"].protection.locked and not cells["nom"].protection.locked
    offers = {rule.sqref.ranges[0].min_col if hasattr(rule.sqref, "ranges") and isinstance(rule.sqref.ranges, list)
              else next(iter(rule.sqref.ranges)).min_col for rule in sheet.data_validations.dataValidation}  # fmt: skip
    assert {find_columns(sheet)[name] for name in ("categorie", "champ", "mobile")} <= offers


def test_a_decision_on_doublons_is_a_choice_and_a_former_one_is_only_shown(example):
    sheet = openpyxl.load_workbook(example)["doublons"]
    heading, *rows = list_rows(sheet)
    places = {name: place for place, name in enumerate(heading)}
    assert heading[-2:] == ["acteur_id_1", "acteur_id_2"] and places["décision"] < places["motif"]
    shown = [[row[places[name]] for name in ("décision déjà prise", "décision", "note")] for row in rows]
    assert shown == [[None, None, None], ["distincts", None, None]]
    assert sheet.data_validations.dataValidation[0].formula1 == '"fusionner,distincts"'
    assert not sheet.cell(2, places["décision"] + 1).protection.locked and sheet.cell(2, 1).protection.locked


def test_two_writings_have_the_same_bytes(example, tmp_path):
    read = read_book(write_book(tmp_path / "inventaire.xlsx"))
    one = write_problem_file(tmp_path / "a.xlsx", read)
    assert write_problem_file(tmp_path / "b.xlsx", read).read_bytes() == one.read_bytes()


def test_text_stays_text_whatever_it_holds(tmp_path):
    wild = ["=1+1", "+33", "@a", "\x0bvu\x00", "x" * 40_000, "a\r\nb", "http://exemple.fr", "0123", "\ufffe", "_x0041_", "نص\u200f"]
    table = problems(*[problem("erreur", line, valeur=text) for line, text in enumerate(wild, start=2)])
    rows = pd.DataFrame({"nom": wild, "acteur_id": wild}).assign(fichier="f.xlsx", feuille="acteurs", ligne=range(2, 13))
    book = openpyxl.load_workbook(write(tmp_path / "p.xlsx", table, {"acteurs": rows}))
    for name in ("problemes", "a_corriger_acteurs", "origine_acteurs"):
        cells = [cell for row in book[name].iter_rows(min_row=2) for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n"} and not any(cell.hyperlink for cell in cells)
        assert {cell.value for cell in cells if cell.data_type == "n"} <= set(range(2, 13))
    shown = [book["problemes"].cell(row, 7).value for row in range(2, 13)]
    assert shown[:4] == ["=1+1", "+33", "@a", "vu"] and shown[5] == "a\nb" and shown[7] == "0123"
    assert len(shown[4]) < 32_767 and shown[4].endswith("[texte coupé]")


def test_nothing_to_tell_gives_a_file_that_opens(tmp_path):
    book = openpyxl.load_workbook(write(tmp_path / "p.xlsx", problems()))
    assert book["problemes"].max_row == 1 and "aucun" in book["Lisez-moi"]["A3"].value


def test_the_summary_counts_kinds_not_values():
    table = sort_problems(problems(
        *[problem("erreur", line, probleme=f"Ligne {line} : « v{line} » inconnu, à 1 2{line},5 km.") for line in (4, 2, 3)],
        problem("erreur", 5, probleme="Autre."), problem("attention", pd.NA, probleme="Autre."),
    ))  # fmt: skip
    found = summarize_problems(table)
    assert found["nb_lignes"].tolist() == [3, 1, 1] and found["premiere_ligne"].fillna(0).tolist() == [2, 5, 0]
    assert found["probleme"].iloc[0] == "Ligne … : « … » inconnu, à … km."
    assert found["nb_lignes"].sum() == len(table) and not len(summarize_problems(sort_problems(problems())))


def test_persons_are_written_nowhere(tmp_path):
    rows = pd.DataFrame({"nom": ["Un nom"], "fonction": ["x"]}).assign(fichier="f.xlsx", feuille="personnes", ligne=[2])
    links = pd.DataFrame({"source_id": ["a"], "personne_id": ["P-secret"]}).assign(fichier="f.xlsx", feuille="liens", ligne=[2])
    path = write(tmp_path / "p.xlsx", problems(), {"personnes": rows, "liens": links})
    book = openpyxl.load_workbook(path)
    text = str([list_rows(sheet) for sheet in book])
    assert "a_corriger_liens" in book.sheetnames and "Un nom" not in text and "P-secret" not in text


def test_totals_and_notes_are_not_rows_to_correct(tmp_path):
    rows = pd.DataFrame({"nom": ["Total", "Un", "Deux"]}).assign(fichier="f.xlsx", feuille="acteurs", ligne=[9, 3, 4])
    table = problems(problem("information", 9), problem("erreur", 3), problem("information", 3))
    book = openpyxl.load_workbook(write(tmp_path / "p.xlsx", table, {"acteurs": rows}))
    for sheet in ("a_corriger_acteurs", "origine_acteurs"):
        assert [row[2] for row in list_rows(book[sheet])[1:]] == [3, 4]
    book = openpyxl.load_workbook(write(tmp_path / "p.xlsx", table, {"acteurs": rows.iloc[:1]}))
    assert "a_corriger_acteurs" not in book.sheetnames


def test_every_table_has_a_sheet_name_of_its_own(tmp_path):
    aside = {
        table: pd.DataFrame({"fichier": ["f"], "feuille": [table], "ligne": [2]}) for table in list_tables() if table != "personnes"
    }
    book = openpyxl.load_workbook(write(tmp_path / "p.xlsx", problems(), aside))
    assert sum(name.startswith("a_corriger_") for name in book.sheetnames) == len(aside)
