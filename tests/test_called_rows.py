"""What a row is called: its name, what tells it from its namesakes, and the rows that a correction may speak of."""

import pandas as pd

from diagnostic.read.back.called_rows import (
    find_called,
    fold_values,
    is_same,
    name_problems,
    name_rows,
    name_rows_apart,
)
from diagnostic.schema import join_problems, list_problems


def make_body(lines=(2, 3, 4), **columns):
    cells = {"acteur_id": ["A1", "A2", "A3"], "nom": ["Un", "Deux", "Trois"], "categorie": ["ccas", "zzz", ""]}
    return pd.DataFrame(cells | columns, index=list(lines), dtype=str)


def test_a_row_is_called_by_its_name_or_by_its_required_cells():
    body = make_body(nom=["Un", "", ""], categorie=["ccas", "zzz", ""])
    assert name_rows(body, "acteurs").tolist() == ["Un", "A2 / zzz", "A3"]
    links = pd.DataFrame({"source_id": ["a"], "cible_id": ["b"], "type": [""]}, dtype=str)
    assert name_rows(links, "liens").tolist() == ["a / b"]
    assert len(name_rows(make_body(nom=["x" * 500] * 3), "acteurs").iloc[0]) == 120


def test_problems_bear_the_name_of_their_row():
    rows = make_body().assign(fichier="f.xlsx", feuille="acteurs", ligne=[2, 3, 4])
    persons = rows.assign(feuille="personnes")
    problems = pd.concat([
        list_problems("erreur", rows.iloc[[1]], "Faux.", "corrigez", colonne="nom"),
        list_problems("erreur", rows.iloc[[0]].assign(ligne=99), "Faux.", "corrigez"),
        list_problems("erreur", persons.iloc[[0]], "Faux.", "corrigez"),
        list_problems("information", rows.iloc[[0]].assign(ligne=pd.NA), "Lu.", "rien"),
    ])  # fmt: skip
    named = name_problems(problems, {"acteurs": rows, "personnes": persons})
    assert named["nom"].tolist() == ["Deux", "", "", ""] and list(named.columns)[4] == "nom"
    assert name_problems(problems, {})["nom"].tolist() == [""] * 4


def test_rows_of_one_name_are_called_with_their_identifier_or_their_place():
    body = make_body(acteur_id=["A1", "", "A3"], nom=["Mairie", "Mairie", ""], commune=["Auzon", "Brioude", ""])
    assert name_rows_apart(body, "acteurs").tolist() == ["Mairie / A1", "Mairie / Brioude", "A3"]
    assert name_rows_apart(make_body(nom=["x" * 500] * 3), "acteurs").tolist() == [f"{'x' * 60} / A{n}" for n in (1, 2, 3)]
    links = pd.DataFrame({"source_id": ["a"] * 2, "cible_id": ["b"] * 2, "type": ["t"] * 2, "declarant_id": ["a", ""]}, dtype=str)
    assert name_rows_apart(links, "liens").tolist() == ["a / b / t / a", "a / b / t"]


def test_the_rows_of_a_grid_are_called_by_their_key():
    grid = pd.DataFrame({"source_id": ["a", "b"], "Café": ["x", ""]}, dtype=str)
    assert name_rows(grid, "saisie_liens").tolist() == ["a", "b"]


def test_problems_on_namesakes_say_which_row_it_is():
    rows = make_body(nom=["Mairie", "Mairie", "Trois"]).assign(fichier="f.xlsx", feuille="acteurs", ligne=[2, 3, 4])
    told = list_problems("erreur", rows, "Faux.", "corrigez", colonne="nom")
    assert name_problems(told, {"acteurs": rows})["nom"].tolist() == ["Mairie / A1", "Mairie / A2", "Trois"]


def test_a_name_told_before_stays_and_joining_problems_keeps_it():
    rows = make_body().assign(fichier="f.xlsx", feuille="acteurs", ligne=[2, 3, 4])
    other = list_problems("erreur", rows.iloc[[0]].assign(feuille="ressorts"), "Faux.", "corrigez").assign(nom="43016 / MSA")
    named = name_problems(join_problems(other, list_problems("erreur", rows.iloc[[1]], "Faux.", "corrigez")), {"acteurs": rows})
    assert named["nom"].tolist() == ["43016 / MSA", "Deux"]
    joined = join_problems(named, list_problems("erreur", rows.iloc[[2]], "Faux.", "corrigez"))
    assert joined["nom"].tolist() == ["43016 / MSA", "Deux", ""] and list(joined.columns)[4] == "nom"


def test_the_rows_meant_are_counted_as_a_loop_would():
    body = make_body(nom=["Mairie", "Mairie", "Trois"], categorie=["zzz", "", "zzz"])
    asked = pd.DataFrame(
        [("Mairie", "categorie", "zzz", 3), ("Mairie / A2", "categorie", "", 2), ("Trois", "categorie", "x", 9),
         ("", "categorie", "zzz", 2), ("Parti", "categorie", "zzz", 2), ("Mairie", "", "", 2)],
        columns=["nom", "maison", "valeur", "ligne_lue"],
    )  # fmt: skip
    found = find_called(asked, body, "acteurs")
    assert found["appelees"].tolist() == [2, 1, 1, 3, 0, 2] and found["pareilles"].tolist() == [1, 1, 0, 2, 0, 2]
    assert found["ici"].tolist() == [True, False, False, True, False, True]
    assert found["ailleurs"].astype("object").where(found["ailleurs"].notna(), None).tolist() == [2, 3, 4, None, None, None]


def test_a_sheet_without_rows_answers_nothing():
    asked = pd.DataFrame([("Un", "categorie", "", 2), ("", "categorie", "", 2)], columns=["nom", "maison", "valeur", "ligne_lue"])
    found = find_called(asked, make_body().iloc[:0], "acteurs")
    assert found["appelees"].tolist() == [0, 0] and found["ailleurs"].isna().all()


def test_values_are_the_same_whatever_their_writing():
    assert fold_values(pd.Series(["1,50", "01004"])).tolist() == ["1.5", "01004"]
    values = pd.Series(["2,87654", "le puy", "(vide)", "4"])
    assert is_same(pd.Series(["2.8765432", "Le  Puy", "", "3"]), values).tolist() == [True] * 3 + [False]
