"""Ages and shares of an inventory: hand values, and a naive loop for the rest."""

import calendar
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.measure.quality import QUALITY_COLUMNS, SHARES, measure_freshness, measure_quality
from diagnostic.schema import make_table

TODAY = pd.Timestamp("2026-11-21")


@pytest.fixture
def actors():
    """Return six rows of two files: two categories, one row without any."""
    return pd.DataFrame({
        "acteur_id": ["a", "b", "c", "d", "e", "f"],
        "nom": ["FICTIF " + letter for letter in "ABCDEF"],
        "categorie": ["ccas", "ccas", "mjc", "mjc", "mjc", None],
        "siret": ["11111111111111", None, "", None, None, None],
        "code_insee": ["43040", "43040", "43112", "63003", None, ""],
        "confiance_commune": ["sure", "forte", "a_verifier", None, None, "sure"],
        "lat": [45.0, None, 45.1, 45.2, None, None],
        "lon": [3.0, 3.1, 3.2, 3.3, None, None],
        "source": ["enquête", None, "site", None, None, None],
        "date_maj": pd.to_datetime(["2026-11-21", "2025-11-21", "2024-11-21", "2024-11-22", "2026-11-22", None]),
        "fichier": ["inventaire.xlsx"] * 4 + ["imports/x.xlsx"] * 2,
    })  # fmt: skip


def test_ages_by_hand(actors):
    fresh = measure_freshness(actors, TODAY)
    assert fresh["age_mois"].tolist() == [0, 12, 24, 23, pd.NA, pd.NA]
    assert fresh["age_ans"].tolist() == [0, 1, 2, 1.9, pd.NA, pd.NA]
    assert fresh["etat"].tolist() == ["à jour", "à revoir", "ancien", "à revoir", "date future", "sans date"]
    assert fresh.index.equals(actors.index) and "age_mois" not in actors


@pytest.mark.parametrize(
    ("updated", "months"),
    [("2026-11-20", 0), ("2026-10-22", 0), ("2026-10-21", 1), ("2025-11-22", 11), ("2024-02-29", 32), ("1726-11-21", 3600)],
)
def test_a_month_counts_when_it_is_over(updated, months):
    rows = pd.DataFrame({"date_maj": pd.to_datetime([updated]).astype("datetime64[us]")})
    assert measure_freshness(rows, TODAY)["age_mois"].tolist() == [months]


def count_months_naively(then, now):
    """Count how many whole months can be added to `then` without passing `now`, one by one."""
    count = 0
    while True:
        year, month = divmod(then.year * 12 + then.month - 1 + count + 1, 12)
        last = calendar.monthrange(year, month + 1)[1]
        # The 31st has no anniversary in a month of 30 days: that month is over on the first day of the next.
        reached = date(year, month + 1, then.day) if then.day <= last else date(year, month + 1, last) + timedelta(days=1)
        if reached > now:
            return count
        count += 1


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.dates(date(1990, 1, 1), date(2030, 12, 31)))
def test_months_are_those_of_a_calendar(then, now):
    fresh = measure_freshness(pd.DataFrame({"date_maj": pd.to_datetime([then])}), pd.Timestamp(now))
    if then > now:
        assert fresh["etat"].tolist() == ["date future"] and fresh["age_mois"].isna().all()
    else:
        assert fresh["age_mois"].tolist() == [count_months_naively(then, now)]


def test_thresholds_are_those_asked(actors):
    assert measure_freshness(actors, TODAY, seuils=(24, 36))["etat"].tolist()[:4] == ["à jour", "à jour", "à revoir", "à jour"]
    assert measure_freshness(actors, TODAY, seuils=(12,))["etat"].tolist()[:4] == ["à jour", "ancien", "ancien", "ancien"]
    assert measure_freshness(actors, TODAY, seuils=(36, 24)).equals(measure_freshness(actors, TODAY, seuils=(24, 36)))


def test_a_table_without_dates_has_no_age():
    fresh = measure_freshness(pd.DataFrame({"acteur_id": ["a"], "nom": ["FICTIF A"]}), TODAY)
    assert fresh["etat"].tolist() == ["sans date"] and fresh["age_mois"].isna().all()
    assert len(measure_freshness(make_table("acteurs"), TODAY)) == 0


def test_quality_by_hand(actors):
    pairs = pd.DataFrame({"acteur_id_1": ["a", "a"], "acteur_id_2": ["b", "c"], "score": [1.0, 0.9]})
    table = measure_quality(actors, pairs, TODAY)
    assert list(table.columns) == QUALITY_COLUMNS
    assert table["groupe"].tolist() == ["ensemble", "fichier", "fichier", "categorie", "categorie", "categorie"]
    assert table["groupe_a"].tolist()[1:] == ["imports/x.xlsx", "inventaire.xlsx", "ccas", "mjc", "sans catégorie"]
    assert pd.isna(table["groupe_a"].iat[0])
    whole = table.iloc[0]
    expected = {
        "nb_lignes": 6, "nb_datees": 4, "part_datees": 4 / 6, "nb_sans_date": 1, "nb_dates_futures": 1,
        "age_median_mois": 17.5, "nb_a_revoir": 2, "part_a_revoir": 0.5, "nb_anciennes": 1, "part_anciennes": 0.25,
        "nb_avec_commune": 4, "part_avec_commune": 4 / 6, "nb_commune_sure": 1, "nb_commune_forte": 1,
        "nb_commune_a_verifier": 1, "nb_commune_sans_confiance": 1, "nb_sans_commune": 2, "nb_avec_coordonnees": 3,
        "part_avec_coordonnees": 0.5, "nb_avec_categorie": 5, "nb_avec_siret": 1, "part_avec_siret": 1 / 6,
        "nb_doublons_proposes": 2,
    }  # fmt: skip
    assert {name: whole[name] for name in expected} == pytest.approx(expected)
    assert table["nb_doublons_proposes"].tolist() == [2, 0, 2, 2, 1, 0]
    assert table["age_median_mois"].tolist()[3:5] == [6, 23.5]


def test_what_has_no_denominator_is_missing_with_its_reason(actors):
    table = measure_quality(actors, None, TODAY).set_index("groupe_a")
    undated = table.loc["imports/x.xlsx"]
    assert pd.isna(undated[["part_anciennes", "part_a_revoir", "age_median_mois"]]).all()
    assert undated["part_datees"] == 0 and undated["raison_absence"] == "aucune ligne datée"
    assert table["nb_doublons_proposes"].isna().all()
    assert pd.isna(table.loc["ccas", "raison_absence"])


def test_counts_add_up_in_every_group(actors):
    table = measure_quality(actors, None, TODAY)
    assert (table["nb_lignes"] == table[["nb_datees", "nb_sans_date", "nb_dates_futures"]].sum(axis=1)).all()
    assert (table["nb_lignes"] == table["nb_avec_commune"] + table["nb_sans_commune"]).all()
    trust = ["nb_commune_sure", "nb_commune_forte", "nb_commune_a_verifier", "nb_commune_sans_confiance"]
    assert (table["nb_avec_commune"] == table[trust].sum(axis=1)).all()
    for group, rows in table.groupby("groupe"):
        assert rows["nb_lignes"].sum() == len(actors), group
    for share, (above, below) in SHARES.items():
        told = table[table[share].notna()]
        assert told[share].tolist() == pytest.approx([a / b for a, b in zip(told[above], told[below], strict=True)])


def test_row_order_changes_nothing_and_arguments_stay(actors):
    pairs = pd.DataFrame({"acteur_id_1": ["c"], "acteur_id_2": ["e"]})
    before, shuffled = actors.copy(), actors.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(measure_quality(actors, pairs, TODAY), measure_quality(shuffled, pairs, TODAY))
    again = measure_freshness(shuffled, TODAY).sort_index()
    pd.testing.assert_frame_equal(measure_freshness(actors, TODAY), again)
    pd.testing.assert_frame_equal(actors, before)


def test_an_inventory_without_rows():
    table = measure_quality(make_table("acteurs"), pd.DataFrame(columns=["acteur_id_1", "acteur_id_2"]), TODAY)
    assert list(table.columns) == QUALITY_COLUMNS and len(table) == 0


def test_a_pair_that_names_a_stranger_counts_on_its_known_side(actors):
    pairs = pd.DataFrame({"acteur_id_1": ["a", "?"], "acteur_id_2": ["?", "!"]})
    table = measure_quality(actors, pairs, TODAY)
    assert table["nb_doublons_proposes"].tolist() == [1, 0, 1, 1, 0, 0]


def test_the_example_is_measured():
    from diagnostic.read.draft import locate_example
    from diagnostic.read.inventory.inventory import find_inventory, read_inventory

    rows = read_inventory(find_inventory(locate_example("exemple")))[0]["acteurs"]
    whole = measure_quality(rows, None, TODAY).iloc[0]
    assert whole["nb_lignes"] == len(rows) and 0 < whole["part_datees"] <= 1
    assert whole["nb_avec_siret"] == sum(isinstance(cell, str) for cell in rows["siret"])
