"""Sheets in plain French: headings, codes in words, shares; a sheet of another chapter keeps its names."""

import openpyxl
import pandas as pd
from passage import measure_example

from diagnostic.vocabulary import read_vocabulary
from diagnostic.write.cells import flatten_table, label_codes
from diagnostic.write.plain_sheets import (
    PLAIN_CHAPTERS,
    count_lines,
    is_plain,
    is_share,
    label_words,
    name_columns,
    name_things,
    put_first,
)
from diagnostic.write.workbook import describe_columns, write_workbook

DATE = pd.Timestamp("2026-11-21")


def list_plain_tables():
    tables = read_vocabulary("tables")
    return tables.loc[tables["rubrique"].isin(PLAIN_CHAPTERS), "table"].tolist()


def test_headings_come_from_the_definitions_and_differ():
    meanings = {"a": "Taux de réponse : part des acteurs", "b": "Taux de réponse", "nb_c": "x" * 100, "d": "Équivalents (connus)"}
    named = name_columns("silos", ["a", "b", "nb_c", "d", "e_f"], meanings)
    assert named == {"a": "Taux de réponse", "b": "b", "nb_c": "nb c", "d": "Équivalents", "e_f": "e f"}
    assert name_columns("discordance", ["a"], meanings) == {}


def test_every_plain_sheet_of_the_example_has_headings_without_underscores_all_different():
    _, results = measure_example()
    for name in [name for name in list_plain_tables() if name in results]:
        flat = flatten_table(results[name])
        headings = list(name_columns(name, flat.columns, describe_columns(name)).values())
        assert len(set(headings)) == len(headings) == len(flat.columns), name
        assert not [heading for heading in headings if "_" in heading], name


def test_codes_of_results_are_told_in_words():
    rows = pd.DataFrame({"etat": ["constate", "non_mesurable", "autre"], "sens": ["frein", "appui", None]})
    told = label_words(rows, "constats")
    assert told["etat"].tolist() == ["constaté", "non mesurable avec ces données", "autre"]
    assert told["sens"].tolist()[:2] == ["frein", "point d'appui"]
    assert label_words(rows, "discordance").equals(rows)


def test_every_word_belongs_to_a_plain_sheet():
    words = read_vocabulary("mots_mesures")
    assert set(words["table"]) - {"*"} <= set(list_plain_tables()) | {"affiliations_resume", "citations"}
    assert not words.duplicated(["table", "colonne", "code"]).any() and (words["libelle"] != "").all()


def test_no_code_is_left_in_the_plain_sheets_of_the_example():
    tables, results = measure_example()
    for name, column in (("constats", "etat"), ("confirmations", "confirmation"), ("positions", "cas"), ("facettes", "valeur"),
                         ("postes_publics", "code"), ("conventions_resume", "mesure"), ("references", "hypothese")):  # fmt: skip
        told = label_words(flatten_table(label_codes(results[name], name, tables["listes"])), name)[column].dropna()
        assert not [cell for cell in told.unique() if "_" in str(cell)], name


def test_shares_are_percentages_and_long_texts_are_wrapped(tmp_path):
    assert is_share("densites", "densite") and not is_share("densites", "nb_liens") and not is_share("discordance", "part_principale")
    assert is_plain("lectures") and not is_plain("paires") and not is_plain("inconnue")
    tables = {
        "lectures": pd.DataFrame({"theme": ["Liens"], "phrase": ["Un lien. " * 30]}),
        "densites": pd.DataFrame({"territoire_id": ["perimetre"], "densite": [0.0093], "nb_liens": [278.0]}),
    }
    written = write_workbook(tables, tmp_path / "a.xlsx", titre="Essai", lignes=[], date=DATE)
    book = openpyxl.load_workbook(written)
    sheet = book["Lectures"]
    assert sheet["B2"].alignment.wrap_text and sheet.column_dimensions["B"].width > 80
    assert abs(sheet.row_dimensions[2].height - (4 * 15 + 2)) < 0.5  # 270 letters, in lines of 85
    sheet = book["Densités"]
    assert sheet["B2"].number_format == "0.0\u202f%" and sheet["B1"].value == "Densité des liens déclarés"
    assert sheet["C2"].number_format.startswith("[>=1000000]") and sheet.oddFooter.left.text == "&A"


def test_names_stand_beside_identifiers_where_the_edition_shows_them():
    rows = pd.DataFrame({"acteur_a": ["A", "B"], "acteur_b": ["B", "Z"], "nb_cote_a": [1, 2]})
    named = name_things(rows, "ponts", {"acteur_a": {"A": "CCAS", "B": "Caf"}, "acteur_b": {"B": "Caf"}})
    assert named.columns.tolist() == ["acteur_a", "nom_acteur_a", "acteur_b", "nom_acteur_b", "nb_cote_a"]
    assert named["nom_acteur_a"].tolist() == ["CCAS", "Caf"] and named["nom_acteur_b"].tolist()[0] == "Caf"
    assert pd.isna(named["nom_acteur_b"].iloc[1])  # hidden in this edition: no name
    assert name_things(rows, "paires", {"acteur_a": {"A": "CCAS"}}).equals(rows)
    assert rows.columns.tolist() == ["acteur_a", "acteur_b", "nb_cote_a"]


def test_what_is_read_comes_first_and_is_what_prints(tmp_path):
    columns = ["constat", "valeur", "titre", "etat", "phrase", "formule"]
    rows = pd.DataFrame([["c", 0.5, "Un titre", "constate", "Une phrase.", "a / b"]], columns=columns)
    flat, printed = put_first(rows, "constats")
    assert flat.columns.tolist() == ["titre", "etat", "phrase", "constat", "valeur", "formule"] and printed == 3
    assert put_first(rows, "silos")[1] == len(columns)
    written = write_workbook({"constats": rows}, tmp_path / "a.xlsx", titre="Essai", lignes=[], date=DATE)
    sheet = openpyxl.load_workbook(written)["Constats"]
    assert sheet.print_area == "'Constats'!$A$1:$C$2" and sheet["D2"].value == "c"


def test_lines_of_a_wrapped_text():
    assert count_lines(pd.Series(["", None, "x" * 85, "x" * 86, "x" * 400])).tolist() == [1, 1, 1, 2, 5]
