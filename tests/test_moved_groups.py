"""Rows of communes that are one now: said once where they agree, untouched where they do not."""

import pandas as pd

from diagnostic.read.inventory.moved_groups import settle_groups

BEFORE = pd.DataFrame({"nom": ["Un", "Deux"], "population": [30.0, 10.0]}, index=["1", "2"])
AFTER = pd.DataFrame({"nom": ["Un-Deux"], "population": [41.0]}, index=["9"])


def settle(rows, table, *, members=("1", "2"), **heirs):
    rows = pd.DataFrame(rows).assign(fichier="i.csv", feuille=table)
    rows["ligne"] = range(2, 2 + len(rows))
    code = "territoire_id" if "territoire_id" in rows else "code_insee"
    after = rows[code].map(heirs or {"1": "9", "2": "9"})
    moved = rows[["fichier", "feuille", "ligne"]].assign(table=table, colonne=code, avant=rows[code], apres=after).dropna(subset="apres")
    return settle_groups(rows, moved, table, members={"9": list(members)}, both=(BEFORE, AFTER), year=2024)


def test_both_codes_are_new_the_first_row_takes_it_and_the_others_go():
    moved, others, left = settle({"code_insee": ["1", "2"], "couche": ["A", "A"], "unite_id": ["U", "U"]}, "ressorts")
    assert left is None and moved["ligne"].tolist() == [2, 3] and others[["ligne", "colonne"]].to_numpy().tolist() == [[3, "*"]]


def test_the_units_differ_nothing_moves_and_the_parts_by_inhabitants_are_proposed():
    moved, others, left = settle({"code_insee": ["1", "2"], "couche": ["A", "A"], "unite_id": ["U", "V"]}, "ressorts")
    assert not len(moved) and others is None
    assert left["ligne"].tolist() == [2, 3] and "0,75 (U), 0,25 (V)" in left["a_faire"].iloc[0]


def test_layers_are_settled_one_by_one():
    rows = {"code_insee": ["1", "2", "1", "2"], "couche": ["A", "A", "B", "B"], "unite_id": ["U", "V", "W", "W"]}
    moved, others, left = settle(rows, "ressorts")
    assert moved["ligne"].tolist() == [4, 5] and others["ligne"].tolist() == [5] and left["ligne"].tolist() == [2, 3]


def test_one_commune_of_two_says_nothing_of_the_whole():
    _, _, left = settle({"territoire_id": ["1"], "categorie": ["ccas"], "statut": ["complet"]}, "couverture_inventaire")
    assert "rien n'est dit ici de Deux (2)" in left["constat"].iloc[0]
    moved, _, left = settle({"territoire_id": ["1"], "categorie": ["ccas"], "statut": ["complet"]}, "couverture_inventaire", members=["1"])
    assert left is None and len(moved) == 1


def test_counts_are_summed_and_a_missing_one_is_told_never_taken_for_zero():
    rows = {"code_insee": ["1", "2"], "nom": ["Un", "Deux"], "population": ["1 000,5", "10"], "poids": ["3", ""]}
    _, others, left = settle(rows, "communes")
    assert others.query("colonne == 'population'")["apres"].tolist() == ["1010.5"]
    assert left["colonne"].tolist() == ["poids"] and "la somme ne peut pas être faite" in left["constat"].iloc[0]


def test_a_table_of_several_rows_a_commune_comes_back_as_it_is():
    moved, others, left = settle({"code_insee": ["1", "2"], "nom": ["a", "b"]}, "acteurs")
    assert len(moved) == 2 and others is None and left is None


def test_travel_times_of_two_communes_are_not_settled_and_an_empty_table_is():
    rows = {"code_insee": ["1", "2"], "destination": ["s", "s"], "mode": ["", ""], "minutes": ["5", "12"]}
    moved, _, left = settle(rows, "temps_trajet")
    assert not len(moved) and len(left) == 2
    assert settle({"code_insee": [], "couche": [], "unite_id": []}, "ressorts")[2] is None
