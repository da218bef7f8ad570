"""The files of a comparison: a named index becomes columns, an empty table has no file."""

import pandas as pd
from test_run_comparison import compare_here

from diagnostic.write.comparison import write_parquet


def test_a_named_index_becomes_columns(tmp_path):
    table = pd.DataFrame({"a": [1.0]}, index=pd.Index(["x"], name="cle"))
    path = write_parquet(table, tmp_path / "sous" / "t.parquet")
    assert pd.read_parquet(path).to_dict("list") == {"cle": ["x"], "a": [1.0]}


def test_the_workbook_opens_on_what_to_know_and_holds_no_sheet_of_the_long_table():
    folder, _, _ = compare_here()
    book = pd.read_excel(folder / "sortie" / "publique" / "comparaison.xlsx", sheet_name=None, header=None, engine="calamine")
    assert list(book)[0] == "Lisez-moi" and "Comparaison" in book and "Dictionnaire" in book
    assert len(book["Comparaison"]) == 12
    told = " ".join(book["Lisez-moi"][0].dropna().astype(str))
    assert "Ni classement ni note" in told and "Graine" in told


def test_columns_of_the_sheets_are_all_explained():
    folder, _, _ = compare_here()
    reading = pd.read_excel(folder / "sortie" / "publique" / "comparaison.xlsx", sheet_name="Lisez-moi", header=None, engine="calamine")
    told = reading.iloc[reading.index[reading[0] == "Colonne"][0] + 1 :]
    assert told[2].notna().all(), told[told[2].isna()].to_string()
    same = told[told[1].ne("Couches") & told[1].ne("Liste des territoires") & (told[0].str.lower() == told[2].str.strip(" .").str.lower())]
    assert not len(same), f"a definition that only says its heading again: {same.to_string()}"


def test_no_code_is_left_in_the_sheets_where_a_word_is_read():
    folder, _, _ = compare_here()
    book = pd.read_excel(folder / "sortie" / "publique" / "comparaison.xlsx", sheet_name=None, engine="calamine")
    funnels = book["Entonnoirs"]
    assert set(funnels["Place entre les limites"].dropna()) <= {
        "sous la limite à 99,8 %", "sous la limite à 95 %", "dans les limites", "au-dessus de la limite à 95 %",
        "au-dessus de la limite à 99,8 %",
    }  # fmt: skip
    assert funnels["Chiffre"].str.contains("Arrondissements préfectoraux").any() and "champ ou categorie" not in funnels
    assert not book["Repères"]["Face aux voisins"].dropna().str.contains("_").any()
    assert book["Territoires voisins"]["Voisin"].notna().all()
    wide = book["Comparaison"]
    assert wide["Pourquoi une case est vide"].notna().any() and list(wide)[1] == "Nom"
