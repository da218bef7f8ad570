"""The cells of another year: moved, emptied where another row says the same, left where nothing can be settled."""

import pandas as pd
import pytest
from communes_reunies import write_dossier

from diagnostic.read.inventory.inventory import find_inventory, read_inventory
from diagnostic.read.inventory.moved_cells import (
    CHANGE_COLUMNS,
    LEFT_COLUMNS,
    count_beside,
    find_moves,
    move_text,
    place_moves,
)
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.cog_years import read_restored, read_year


def find(folder, members=None):
    *_, lues = read_inventory(find_inventory(folder))
    restored = read_restored().query("annee > 2024")
    return find_moves(
        lues, read_cog(), members={"63109": ["63109", "63330"]} if members is None else members, parted=restored,
        before=read_year(2024), after=read_year(2026), year=2024,
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = write_dossier(tmp_path_factory.mktemp("d'été à Brioude") / "essai")
    return find(folder)


def test_codes_alone_and_among_others_are_moved(found):
    changes = found[0].set_index(["feuille", "ligne", "colonne"])["apres"]
    assert changes["acteurs", 2, "code_insee"] == "63109"
    assert changes["acteurs", 2, "territoires"] == "63109"
    assert changes["acteurs", 4, "territoires"] == "200070407 ; 63109"
    assert changes["territoires", 2, "communes"] == "63109;63178"
    assert ("acteurs", 3, "code_insee") not in changes.index
    assert list(found[0].columns) == CHANGE_COLUMNS and list(found[1].columns) == LEFT_COLUMNS


def test_the_commune_that_stays_takes_the_name_and_the_sum_and_the_other_row_goes(found):
    changes = found[0].set_index(["feuille", "ligne", "colonne"])["apres"]
    assert changes["communes", 2, "nom"] == "Les Deux-Rives" and changes["communes", 2, "population"] == "842"
    assert changes["communes", 3, "*"] == "" and changes["ressorts", 3, "*"] == "" and changes["couverture_inventaire", 3, "*"] == ""


def test_what_does_not_say_the_same_of_the_whole_commune_is_left_with_what_to_decide(found):
    left = found[1].set_index(["feuille", "ligne"])
    assert set(left.index) == {
        ("acteurs", 5), ("communes", 5), ("couverture_inventaire", 5), ("couverture_inventaire", 6), ("ressorts", 5), ("ressorts", 6),
    }  # fmt: skip
    assert "ne sont pas dans la même unité de la couche MSAT" in left.at[("ressorts", 5), "constat"]
    assert "0,59 (M1), 0,41 (M2)" in left.at[("ressorts", 5), "a_faire"]
    assert "rien n'est dit ici de Chidrac (63109)" in left.at[("ressorts", 6), "constat"]
    assert "Celles (15031, 2025)" in left.at[("acteurs", 5), "constat"]
    changed = found[0].set_index(["feuille", "ligne"]).index
    assert not changed.isin([("ressorts", 5), ("ressorts", 6), ("acteurs", 5)]).any()


def test_a_list_of_today_is_taken_at_its_word(tmp_path):
    """A layer whose vintage comes after the merger says the whole commune by its code."""
    folder = write_dossier(tmp_path / "a")
    path = folder / "inventaire" / "ressorts.csv"
    path.write_text("code_insee,couche,unite_id,millesime\n63109,CAS,C1,2026\n", encoding="utf-8")
    assert "ressorts" not in set(find(folder)[1]["feuille"])
    path.write_text("code_insee,couche,unite_id,millesime\n63109,CAS,C1,2024\n", encoding="utf-8")
    told = find(folder)[1].query("feuille == 'ressorts'")
    assert told["a_faire"].tolist() == ["rien si la ligne vaut pour toute la commune d'aujourd'hui ; sinon, dites-en la part"]


def test_a_grid_of_jurisdictions_is_settled_a_commune_at_a_time(tmp_path):
    folder = write_dossier(tmp_path / "a")
    (folder / "inventaire" / "ressorts.csv").unlink()
    grid = folder / "inventaire" / "saisie_ressorts.csv"
    grid.write_text("code_insee,commune,CAS,MSAT\n63109,Chidrac,C1,M1\n63330,Saint-Cirgues-sur-Couze,C1,M1\n", encoding="utf-8")
    changes, left = find(folder)
    assert changes.query("feuille == 'saisie_ressorts'")["colonne"].tolist() == ["*"]
    grid.write_text("code_insee,commune,CAS,MSAT\n63109,Chidrac,C1,M1\n63330,Saint-Cirgues-sur-Couze,C1,M2\n", encoding="utf-8")
    changes, left = find(folder)
    assert not len(changes.query("feuille == 'saisie_ressorts'"))
    assert left.query("feuille == 'saisie_ressorts'")["constat"].str.contains("ont des unités différentes").tolist() == [True]


@pytest.mark.parametrize("code", ["63330", "43100"])
def test_a_postcode_is_never_moved_as_a_code(tmp_path, code):
    """63330 is the postcode of Pionsat too: beside other postcodes it is no commune that merged."""
    folder = write_dossier(tmp_path / "a")
    rows = "".join(f"x{n},Acteur {n},ccas,{post},{town}\n" for n, (post, town) in enumerate(
        [("63330", "Pionsat"), ("63600", "Ambert"), ("63300", "Thiers"), ("63500", "Issoire"), (code, "Pionsat")]
    ))  # fmt: skip
    (folder / "inventaire" / "acteurs.csv").write_text(f"acteur_id,nom,categorie,code_insee,commune\n{rows}", encoding="utf-8")
    assert not len(find(folder)[0].query("feuille == 'acteurs'"))


def test_a_code_in_a_longer_number_or_word_is_left_as_it_is():
    heirs = pd.Series({"63330": "63109"})
    for text in ("633300", "A63330", "200063330", "63330b", "", "Saint-Avit"):
        assert move_text(text, heirs) == text
    assert move_text("63330", heirs) == "63109" and move_text("63330/63178", heirs) == "63109/63178"


def test_cells_are_placed_whatever_the_headings_and_a_row_that_goes_is_emptied_whole():
    raw = pd.DataFrame(
        [["Communes", "", "", ""], ["", "INSEE", "Libellé", "note"], ["", "63330", "Saint-Cirgues", "à moi"]], index=[1, 2, 3], dtype=str
    )
    base = {"fichier": "i.csv", "feuille": "communes", "ligne": 3, "table": "communes", "avant": "63330", "raison": ""}
    one = place_moves({"communes": raw}, pd.DataFrame([base | {"colonne": "code_insee", "apres": "63109"}]))
    assert one.to_numpy().tolist() == [["communes", 3, 1, "63109"]]
    whole = place_moves({"communes": raw}, pd.DataFrame([base | {"colonne": "*", "apres": ""}]))
    assert whole[["rang", "texte"]].to_numpy().tolist() == [[1, ""], [2, ""], [3, ""]]
    assert not len(place_moves({"communes": raw}, pd.DataFrame(columns=CHANGE_COLUMNS)))


def test_files_beside_are_counted_and_a_damaged_one_is_not(tmp_path):
    folder = write_dossier(tmp_path / "a")
    (folder / "imports").mkdir()
    (folder / "imports" / "abime.xlsx").write_bytes(b"rien")
    assert count_beside(folder, {"63330"}).to_numpy().tolist() == [["ressorts/liste.csv", 1]]
