"""What moved between two years: by hand on toy communes, then 43 and 63 for real, then against the official list."""

import pandas as pd
import pytest

from diagnostic.measure import moved_communes as moved
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.cog_years import read_restored, read_year
from diagnostic.read.places.territories import read_divisions


def make(*rows):
    table = pd.DataFrame(rows, columns=["code_insee", "nom", "epci", "population"]).astype({"population": float})
    return table.set_index("code_insee")


BEFORE = make(["1", "Un", "E", 10], ["2", "Deux", "E", 5], ["3", "Trois", "E", 7], ["4", "Quatre", "F", 20], ["6", "Six", "F", None])
AFTER = make(["1", "Un-Deux", "E", 16], ["33", "Trois", "E", 8], ["4", "Quatre", "E", 12], ["5", "Cinq", "E", 9], ["6", "Sixe", "F", 1])
PASSAGE = pd.Series({"2": "1", "3": "33"})
RESTORED = pd.DataFrame([["5", "Cinq", "4", "Quatre"]], columns=["code_insee", "nom", "separee_de", "separee_nom"])


def test_each_kind_of_change_by_hand():
    moves = moved.compare_communes(BEFORE, AFTER, PASSAGE, restored=RESTORED)
    assert moves[["nature", "code_avant", "code_apres"]].to_numpy().tolist() == [
        ["fusion", "1", "1"], ["fusion", "2", "1"], ["changement_de_code", "3", "33"], ["retablissement", "4", "5"],
        ["changement_de_nom", "6", "6"], ["changement_epci", "4", "4"],
    ]  # fmt: skip
    assert list(moves.columns) == moved.MOVE_COLUMNS


def test_the_order_of_the_rows_changes_nothing_and_the_arguments_are_untouched():
    held = BEFORE.copy(), AFTER.copy()
    straight = moved.compare_communes(BEFORE, AFTER, PASSAGE, restored=RESTORED)
    pd.testing.assert_frame_equal(moved.compare_communes(BEFORE[::-1], AFTER[::-1], PASSAGE[::-1], restored=RESTORED), straight)
    pd.testing.assert_frame_equal(BEFORE, held[0])
    pd.testing.assert_frame_equal(AFTER, held[1])


def test_populations_are_summed_where_communes_joined_and_missing_where_ground_was_shared_out_or_unknown():
    people = moved.compare_populations(BEFORE, AFTER, PASSAGE, restored=RESTORED)
    assert people["population_avant"].fillna(-1).to_dict() == {"1": 15, "33": 7, "4": -1, "5": -1, "6": -1}
    assert people.at["1", "ecart"] == 1 and people["population_apres"].sum() == AFTER["population"].sum()


def test_a_code_that_leads_nowhere_is_listed_and_never_dropped():
    assert list(moved.find_lost(BEFORE, AFTER, PASSAGE.drop("2"))) == ["2"]
    assert list(moved.find_lost(BEFORE, AFTER, PASSAGE)) == []


def test_nothing_moved():
    moves, people = moved.compare_communes(BEFORE, BEFORE, PASSAGE), moved.compare_populations(BEFORE, BEFORE, PASSAGE)
    assert not len(moves) and list(moves.columns) == moved.MOVE_COLUMNS
    told = moved.tell_moves(moves, people, before=2025, after=2026)
    assert told[0] == "Du COG 2025 au COG 2026, aucune des 5 communes du territoire n'a changé de code, de nom ni d'intercommunalité."
    assert moved.compare_communes(BEFORE.iloc[:0], AFTER.iloc[:0], PASSAGE).empty


@pytest.fixture(scope="module")
def pilot():
    cog = read_cog()
    codes = cog["communes"].index[cog["communes"]["departement"].isin(["43", "63"])]

    def compare(year):
        restored = read_restored().query("annee > @year")
        options = {"restored": restored, "codes": codes}
        given = read_year(year), read_year(2026), cog["anciens"]["nouveau_code"]
        moves, people = moved.compare_communes(*given, **options), moved.compare_populations(*given, **options)
        return moved.tell_moves(moves, people, before=year, after=2026, epci=read_divisions("epci")["nom"]), moves

    return compare


def test_43_and_63_since_2024_and_since_2025(pilot):
    """Saint-Cirgues-sur-Couze joined Chidrac on 1 January 2025 (INSEE): it is a move of 2024-2025, not of 2025-2026."""
    told, moves = pilot(2024)
    assert told[0] == "Du COG 2024 au COG 2026, dans un territoire qui compte aujourd'hui 720 communes :"
    merged = "Chidrac (63109, 494 habitants) et Saint-Cirgues-sur-Couze (63330, 348 habitants) ne font plus qu'une commune"
    assert told[1] == f"{merged} : Les Deux-Rives (63109, 825 habitants)."
    assert moves["nature"].value_counts().to_dict() == {"changement_de_nom": 3, "fusion": 2}
    assert told[-1].replace("\u202f", " ").startswith(
        "Population municipale, des fichiers du COG 2024 à ceux du COG 2026 : 892 546, puis 893 107 (+561)"
    )
    told, moves = pilot(2025)
    assert told[1] == "Saint-Avit (63320) s'appelle Saint-Avit-d'Auvergne." and len(moves) == 1


def test_mergers_of_france_are_those_of_the_official_list(partage):
    changes = pd.read_csv(partage / "cog" / "mouvements_communes_2026.csv", dtype=str)
    merged = changes[changes["TYPECOM_AV"].eq("COM") & changes["TYPECOM_AP"].eq("COM") & changes["DATE_EFF"].eq("2025-01-01")]
    gone = merged[merged["MOD"].isin(["31", "32", "33"]) & (merged["COM_AV"] != merged["COM_AP"])]
    cog = read_cog()
    moves = moved.compare_communes(read_year(2024), read_year(2025), cog["anciens"]["nouveau_code"], restored=read_restored())
    ours = moves[moves["nature"].eq("fusion") & (moves["code_avant"] != moves["code_apres"])]
    assert set(gone["COM_AV"]) - set(ours["code_avant"]) == set()
    back = moves[moves["nature"] == "retablissement"]
    assert back["code_apres"].tolist() == ["15031", "15035", "15047", "15171"] and set(back["code_avant"]) == {"15141"}


def test_a_long_list_is_cut_and_counted():
    many = pd.concat([make([str(k), f"Nom {k}", "E", 1]) for k in range(20)])
    other = many.assign(nom=many["nom"] + " bis")
    moves = moved.compare_communes(many, other, pd.Series(dtype=str))
    told = moved.tell_moves(moves, moved.compare_populations(many, other, pd.Series(dtype=str)), before=2024, after=2026)
    assert "Et 8 autres cas semblables (liste dans le classeur)." in told
