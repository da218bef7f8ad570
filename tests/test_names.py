"""Names of communes: the spellings that lead to one key, and what else one cell says."""

import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.read.places import names
from diagnostic.read.places.cog import read_shape_table
from diagnostic.read.places.territories import locate_shapes, read_communes, read_former_codes


@pytest.mark.parametrize(
    ("official", "written"),
    [
        ("Le Puy-en-Velay", "PUY EN VELAY"),
        ("Le Puy-en-Velay", "Puy-en-Velay (Le)"),
        ("Le Puy-en-Velay", "Puy-en-Velay, Le"),
        ("Le Puy-en-Velay", "le puy en velay cedex 2"),
        ("Le Puy-en-Velay", "Le Puy-en-Velay BP 20"),
        ("Saint-Germain-Lembron", "ST GERMAIN LEMBRON"),
        ("Sainte-Florine", "Ste. Florine"),
        ("Saintes-Maries-de-la-Mer", "Stes Maries de la Mer"),
        ("Villeneuve-lès-Avignon", "villeneuve lez avignon"),
        ("L'Abergement-Clémenciat", "L’ABERGEMENT CLEMENCIAT"),
        ("L'Abergement-Clémenciat", "L ABERGEMENT-CLEMENCIAT"),
        ("Œuilly", "OEUILLY"),
        ("Paris", "Paris 12e"),
        ("Paris", "PARIS 12EME ARRONDISSEMENT"),
        ("Lyon", "Lyon 3ème arrondissement"),
        ("Lyon", "LYON CEDEX 03"),
        ("Marseille", "MARSEILLE 08"),
        ("Brioude", "43100 Brioude"),
        ("Brioude", "F-43100 BRIOUDE CEDEX"),
        ("Brioude", "Brioude - Haute-Loire"),
        ("Brioude", "  brioude\u00a0"),
    ],
)
def test_spellings_of_one_name(official, written):
    assert names.fold_name(written) == names.fold_name(official) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Saint-Germain", "Saint-Germain-Laprade"),
        ("Bar-sur-Aube", "Bar-sous-Aube"),
        ("Sainte-Eulalie", "Saint-Eulalie"),
    ],
)
def test_names_that_stay_apart(one, other):
    assert names.fold_name(one) != names.fold_name(other)


@pytest.mark.parametrize(
    ("cell", "postcode", "departement"),
    [
        ("43100 Brioude", "43100", ""),
        ("BRIOUDE 43 100", "43100", ""),
        ("Brioude (43)", "", "43"),
        ("Brioude (Haute-Loire)", "", "43"),
        ("Brioude, Haute-Loire", "", "43"),
        ("Ajaccio (2a)", "", "2A"),
        ("Beaumont (Ville basse)", "", ""),
        ("Cosne-Cours-s/ Loire", "", ""),  # the river, not the departement
        ("Marseille (08)", "", ""),  # the arrondissement, not the Ardennes
    ],
)
def test_what_stands_beside_the_name(cell, postcode, departement):
    assert names.split_name(cell)[3:] == (postcode, departement)


def test_postcodes_and_departements_of_cells():
    cells = pd.Series(["1000", "43100.0", "43 100", "63033 CEDEX", "F-43100", "x", "", "123"], dtype="str")
    assert names.read_postcodes(cells).tolist() == ["01000", "43100", "43100", "63033", "43100", "", "", ""]
    cells = pd.Series(
        ["43", "1", "1.0", "2a", "Haute-Loire", "HAUTE LOIRE", "43 - Haute-Loire", "43 - Rhône", "971", "99", ""],
        dtype="str",
    )
    assert names.read_departements(cells).tolist() == ["43", "01", "01", "2A", "43", "43", "43", "", "971", "", ""]
    codes = pd.Series(["43100", "20000", "20137", "20200", "20600", "97139", ""], dtype="str")
    assert names.find_departements(codes).tolist() == ["43", "2A", "2A", "2B", "2B", "971", ""]


def test_the_departement_of_a_postcode_is_almost_always_that_of_its_communes():
    communes = read_communes(geometry=False)
    served = (
        communes.assign(code_postal=communes["codes_postaux"].str.split(";"))
        .explode("code_postal")
        .dropna(subset="code_postal")
    )
    found = names.find_departements(served["code_postal"].astype("str"))
    assert (found == served["departement"]).mean() > 0.998


def test_the_stored_index_of_names_is_what_is_made_of_the_communes():
    communes, renamed = read_communes(geometry=False), read_shape_table("anciens_noms.csv")
    made = names.make_names(communes, read_former_codes(), renamed)
    pd.testing.assert_frame_equal(names.list_names(), made)
    shuffled = [table.sample(frac=1, random_state=1) for table in (communes, read_former_codes(), renamed)]
    pd.testing.assert_frame_equal(names.make_names(*shuffled), made)
    assert (locate_shapes() / "noms.parquet").stat().st_size < 1_000_000


def test_the_keys_and_pairs_are_those_of_the_names():
    listed = names.list_names()
    assert set(names.list_keys()) == set(listed["cle"])
    assert names.list_keys().is_unique
    assert set(names.list_pairs()) == set(listed["cle"] + "|" + listed["code_insee"])
    assert names.list_pairs().is_unique


def test_the_index_of_names_holds_every_commune_and_the_former_ones():
    listed, communes = names.list_names(), read_communes(geometry=False)
    assert set(communes.index) == set(listed["code_insee"])
    keys = listed.groupby("cle")["code_insee"].agg(set)
    assert "63109" in keys["saintcirguessurcouze"]  # delegated commune
    assert "16198" in keys["magnaclavalettevillars"]  # renamed since 2021
    assert keys["cosnecourssloire"] == {"58086"}  # « s/ »
    # Les Hauts-Talican was the name of 60054 until 2024, and is that of 60694.
    assert keys[names.fold_name("Les Hauts-Talican")] == {"60694"}


def test_within_a_departement_present_names_are_almost_all_different():
    present = names.list_names().query("not ancien").drop_duplicates(["cle", "code_insee"])
    shared = present[present.duplicated(["cle", "departement"], keep=False)]
    assert sorted(shared["code_insee"]) == ["16052", "16053", "17464", "17465", "58062", "58063", "64181", "64182"]


def test_cells_keep_their_index():
    cells = pd.Series(["Brioude", "", "Brioude"], index=[7, 3, 9], dtype="str")
    read = names.read_names(cells)
    assert read.index.tolist() == [7, 3, 9]
    assert read["cle"].tolist() == ["brioude", "", "brioude"]
    assert names.read_names(cells.iloc[:0]).empty


@given(st.text(max_size=40))
def test_anything_may_be_written(cell):
    name, key, article, postcode, departement = names.split_name(cell)
    assert key.isalnum() or key == ""
    assert key.isascii()
    assert len(postcode) in (0, 5)
    assert names.fold_name(cell) == names.fold_name(cell.upper().lower()) or not cell.isascii()


@pytest.mark.parametrize("cell", ["a" + "," * 32_000 + "b", "a" + ";" * 32_000 + "b", "a" + " -" * 16_000 + " b", "Brioude " * 100])
def test_a_text_in_the_cell_of_a_name_has_no_key(cell):
    started = time.process_time()
    name, *clues = names.split_name(cell)
    assert name and cell.startswith(name) and clues == ["", "", "", ""]
    assert time.process_time() - started < 1
