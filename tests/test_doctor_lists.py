"""Each check of a listed layer: what it finds by hand, the rows it names, its words, and what it says where there is nothing."""

import pandas as pd
import pytest

from diagnostic.read.layers import doctor_lists
from diagnostic.read.layers.layer_places import place_rows
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.territories import read_communes
from diagnostic.schema import make_table

COLUMNS = ["code_insee", "unite_id", "unite_nom", "part_population", "infra", "millesime"]


@pytest.fixture(scope="module")
def communes():
    return read_communes(["43157", "43040", "43268", "63109"], geometry=False)


def make_couche(*, exclusive=True, complete=False, infra=False, vintage="2026"):
    said = {"exclusive": exclusive, "complete": complete, "infra_communale": infra, "millesime": vintage}
    return pd.Series(said, name="CAS")


def check(communes, rows, **kind):
    """Return {controle: line} for rows written (code, unite, nom, part, infra, millesime), the end left out."""
    table = pd.DataFrame([[*row, *[None] * (len(COLUMNS) - len(row))] for row in rows], columns=COLUMNS)
    table = table.assign(couche="CAS", fichier="ressorts/cas.csv", feuille="cas", ligne=range(2, len(table) + 2), genre="commune")
    table = table.reindex(columns=[*make_table("ressorts").columns, "genre"]).astype({"code_insee": "str", "unite_id": "str"})
    table["part_population"] = table["part_population"].astype(float)
    placed, problems = place_rows(table, read_cog())
    reasons = problems[problems["gravite"] == "erreur"].drop_duplicates("ligne").set_index("ligne")["probleme"]
    placed = placed.assign(probleme=placed["ligne"].map(reasons))
    return {line["controle"]: line for line in doctor_lists.check_list(placed, communes, read_cog(), make_couche(**kind))}


CLEAN = [("43157", "N", "Nord"), ("43040", "N", "Nord"), ("43268", "S", "Sud"), ("63109", "S", "Sud")]


def test_a_clean_layer_has_a_line_for_every_check(communes):
    lines = check(communes, CLEAN, complete=True)
    assert {line["resultat"] for line in lines.values()} == {"ok", "sans_objet"}
    assert set(lines) == {
        "territoire", "communes_absentes", "lignes_repetees", "communes_en_double", "codes_inconnus", "codes_anciens",
        "hors_territoire", "parts", "somme_des_parts", "infra", "noms_doubles", "noms_partages", "millesimes", "unites_vides",
    }  # fmt: skip
    assert all(line["a_faire"] == "rien" for line in lines.values())
    assert lines["territoire"]["nombre"] == 4 and lines["communes_absentes"]["nombre"] == 0


def test_missing_communes_are_named_and_matter_in_a_complete_layer(communes):
    lines = check(communes, CLEAN[:2], complete=True)
    missing = lines["communes_absentes"]
    assert (missing["resultat"], missing["nombre"], missing["sur"]) == ("a_voir", 2, 4)
    assert "(43268)" in missing["lignes"] and "(63109)" in missing["lignes"] and "2 sur 4" in missing["message"]
    assert check(communes, CLEAN[:2])["communes_absentes"]["resultat"] == "ok"


def test_twice_in_the_same_unit_or_in_two(communes):
    lines = check(communes, [*CLEAN, ("43157", "N", "Nord"), ("43040", "S", "Sud")])
    again, several = lines["lignes_repetees"], lines["communes_en_double"]
    assert (again["resultat"], again["nombre"]) == ("a_voir", 1) and "ligne 6" in again["lignes"] and "déjà ligne 2" in again["lignes"]
    assert (several["resultat"], several["nombre"]) == ("a_voir", 1)
    assert "(43040)" in several["lignes"] and "ligne 3, unité N et ligne 7, unité S" in several["lignes"]
    free = check(communes, [*CLEAN, ("43040", "S", "Sud")], exclusive=False)["communes_en_double"]
    assert (free["resultat"], free["nombre"]) == ("sans_objet", 1)


def test_a_commune_said_subdivided_is_no_double(communes):
    rows = [("43157", "N", "Nord", 0.5, True), ("43157", "S", "Sud", 0.5, True)]
    assert check(communes, rows)["communes_en_double"]["resultat"] == "ok"


def test_unknown_codes_say_the_line_and_why(communes):
    line = check(communes, [*CLEAN, ("99999", "S", "Sud"), ("1001", "S", "Sud")])["codes_inconnus"]
    assert (line["resultat"], line["nombre"], line["sur"]) == ("a_voir", 2, 6)
    assert "ligne 6 : « 99999 »" in line["lignes"] and "mangé le zéro" in line["lignes"]


def test_old_codes_say_what_they_became_and_vintages_mixed(communes):
    line = check(communes, [*CLEAN[:3], ("63330", "S", "Sud")])["codes_anciens"]
    assert (line["resultat"], line["nombre"]) == ("a_voir", 1)
    assert "63330 → Les Deux-Rives (63109)" in line["lignes"] and "deux années" not in line["message"]
    both = check(communes, [*CLEAN, ("63330", "S", "Sud")])
    assert "deux années sont peut-être mélangées" in both["codes_anciens"]["message"]
    assert both["lignes_repetees"]["resultat"] == "ok" and "1 de plus" in both["lignes_repetees"]["message"]


def test_outside_the_territory_is_counted_and_a_layer_that_misses_it_stops(communes):
    lines = check(communes, [*CLEAN, ("75056", "P", "Paris")])
    assert (lines["hors_territoire"]["resultat"], lines["hors_territoire"]["nombre"]) == ("ok", 1)
    assert lines["territoire"]["resultat"] == "ok"
    missed = check(communes, [("75056", "P", "Paris")])["territoire"]
    assert (missed["resultat"], missed["nombre"]) == ("bloquant", 0) and "Aucune commune du territoire" in missed["message"]


def test_what_is_twice_or_old_elsewhere_is_counted_and_changes_nothing_here(communes):
    far = [("75056", "P"), ("75056", "P"), ("75056", "Q"), ("01033", "Q"), ("01091", "Q")]
    rows = [*CLEAN, *far]
    lines = check(communes, rows)
    for controle in ("lignes_repetees", "communes_en_double", "codes_anciens"):
        assert (lines[controle]["resultat"], lines[controle]["nombre"]) == ("ok", 1), controle
        assert "Dans le territoire : 0." in lines[controle]["message"]
    here = check(communes, [*rows, ("43157", "N", "Nord")])["lignes_repetees"]
    assert here["resultat"] == "a_voir" and here["lignes"].startswith("ligne 11") and "Dans le territoire : 1." in here["message"]


def test_parts_out_of_bounds_and_over_one(communes):
    rows = [("43157", "N", "Nord", 0.7, True), ("43157", "S", "Sud", 0.5, True), ("43040", "N", "Nord", 1.5, True)]
    lines = check(communes, rows)
    assert (lines["parts"]["nombre"], lines["parts"]["sur"]) == (1, 3) and "(43040), part 1,50" in lines["parts"]["lignes"]
    assert lines["somme_des_parts"]["nombre"] == 1 and "(43157) : 1,20" in lines["somme_des_parts"]["lignes"]
    assert check(communes, rows[:1])["somme_des_parts"]["resultat"] == "ok"


def test_a_unit_with_two_names_and_a_name_of_two_units(communes):
    rows = [("43157", "N", "Nord"), ("43040", "N", "Le Nord"), ("43268", "S", "Sud"), ("63109", "T", "Sud")]
    lines = check(communes, rows)
    assert lines["noms_doubles"]["nombre"] == 1 and "« Nord » (ligne 2) et « Le Nord » (ligne 3)" in lines["noms_doubles"]["lignes"]
    assert lines["noms_partages"]["nombre"] == 1 and lines["noms_partages"]["lignes"] == "« Sud » : S et T"
    far = [("43157", "N", "Nord"), ("75056", "P", "Nord")]  # a unit elsewhere may well bear the name
    assert check(communes, far)["noms_partages"]["resultat"] == "ok"
    assert check(communes, [("43157", "N")])["noms_doubles"]["resultat"] == "sans_objet"


def test_vintages_mixed_or_unknown(communes):
    dated = zip(["43157", "43040", "43268"], "NNS", ["2024", "2024", "2026"], strict=True)
    rows = [(code, unit, unit, None, None, year) for code, unit, year in dated]
    line = check(communes, rows)["millesimes"]
    assert (line["resultat"], line["lignes"]) == ("a_voir", "ligne 4 : 2026") and "2024 (2 lignes)" in line["message"]
    assert check(communes, CLEAN)["millesimes"]["resultat"] == "ok"
    undated = check(communes, CLEAN, vintage=None)["millesimes"]
    assert undated["resultat"] == "a_voir" and "pas datée" in undated["message"]


def test_empty_units_and_infra(communes):
    lines = check(communes, [*CLEAN, ("99999", "V", "Vide"), ("43040", "INFRA", None)])
    assert (lines["unites_vides"]["nombre"], lines["unites_vides"]["lignes"]) == (1, "V (ligne 6)")
    assert (lines["infra"]["nombre"], lines["infra"]["resultat"]) == (1, "a_voir")


def test_the_order_of_the_rows_changes_no_number(communes):
    rows = [*CLEAN, ("43157", "N", "Nord"), ("43040", "S", "Sud"), ("99999", "V", "Vide"), ("63330", "S", "Sud")]
    one, other = check(communes, rows), check(communes, rows[::-1])
    assert {name: line["nombre"] for name, line in one.items()} == {name: line["nombre"] for name, line in other.items()}


def test_an_empty_layer_stops(communes):
    lines = check(communes, [])
    assert lines["territoire"]["resultat"] == "bloquant" and lines["communes_absentes"]["nombre"] == 4


def test_rows_of_two_sheets_name_the_sheet():
    rows = pd.DataFrame({"fichier": ["a.csv", "b.csv"], "feuille": ["a", "b"], "ligne": pd.array([2, 3], dtype="Int64")})
    assert doctor_lists.locate_rows(rows).tolist() == ["a.csv, feuille a, ligne 2", "b.csv, feuille b, ligne 3"]
    assert doctor_lists.locate_rows(rows.head(1)).tolist() == ["ligne 2"]


def test_a_long_list_is_cut_and_its_number_is_whole():
    line = doctor_lists.write_check("codes_inconnus", "m", items=[str(n) for n in range(250)])
    assert line["nombre"] == 250 and line["lignes"].endswith("199 ; et 50 autres")


def test_every_check_has_a_label_and_the_table_its_columns():
    table = doctor_lists.make_checks("CAS", [doctor_lists.write_check("parts", "m"), doctor_lists.write_check("infra", "m", items=["a"])])
    assert table.columns.tolist() == doctor_lists.CHECK_COLUMNS
    assert table["resultat"].tolist() == ["ok", "a_voir"] and table["libelle"].ne("").all()
    assert doctor_lists.make_checks("CAS", []).columns.tolist() == doctor_lists.CHECK_COLUMNS
