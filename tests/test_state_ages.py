"""How old the information behind the three states is."""

import numpy as np
import pandas as pd
from jouets_reseau import make_actors, make_places, make_territories, shuffle

from diagnostic.measure.manques.states import list_categories
from diagnostic.measure.state_ages import list_state_dates, measure_category_age, measure_state_age

DATE = pd.Timestamp("2026-11-21")
TERRITOIRES = make_territories("perimetre", "epci:T1", "epci:T2")
ACTEURS = make_actors(dict.fromkeys("abcd", "social")).assign(
    categorie=["ccas", "ccas", "mjc", "mjc"], categories_secondaires=[("mjc",), (), (), ()],
    date_maj=pd.to_datetime(["2026-05-21", "2024-11-21", None, "2027-01-01"]),
)  # fmt: skip
LIEUX = make_places("a:T1 b:T1,T2 c:T1 d:T2")
CATEGORIES = pd.DataFrame({"code": ["ccas", "mjc", "evs", "amap"]})
COUVERTURE = pd.DataFrame(
    {
        "territoire_id": ["T1", "epci:T1", "perimetre", "perimetre"], "categorie": ["evs", "evs", "*", "amap"], "statut": "complet",
        "date": pd.to_datetime(["2025-11-21", "2025-01-21", "2020-01-01", None]),
    }
)  # fmt: skip


def list_dates(acteurs=ACTEURS, couverture=COUVERTURE):
    table = list_categories(acteurs, LIEUX, TERRITOIRES, couverture, CATEGORIES, types=("epci",))
    return list_state_dates(table, acteurs, LIEUX, couverture, TERRITOIRES)


def test_presence_rests_on_actors_and_absence_on_the_statement_that_decided_it():
    rows = list_dates()
    cells = rows.groupby(["territoire_id", "categorie"])["information"].apply(sorted).to_dict()
    assert cells[("epci:T1", "mjc")] == ["acteur a", "acteur c"]
    assert cells[("epci:T1", "evs")] == ["couverture epci:T1 evs"]
    assert cells[("epci:T2", "evs")] == ["couverture perimetre *"]
    assert cells[("epci:T2", "amap")] == ["couverture perimetre amap"]
    dates = rows.set_index("information")["date"]
    assert dates["couverture epci:T1 evs"] == pd.Timestamp("2025-01-21")  # the oldest of two that say the same
    assert dates[["couverture perimetre amap"]].isna().all()


def test_ages_by_hand_a_missing_date_is_missing_and_a_future_one_has_no_age():
    ages = measure_state_age(list_dates(), DATE).set_index("territoire_id")
    # T1: a (6 months), b (24), c (none), the statement on evs (22), the one on amap (none); a counts once for two categories.
    one = ages.loc["epci:T1"]
    assert one[["nb_informations", "nb_datees", "nb_sans_date", "nb_dates_futures"]].tolist() == [5, 3, 2, 0]
    assert one[["part_sans_date", "age_median_mois", "age_max_mois"]].tolist() == [0.4, 22, 24]
    assert one["date_plus_ancienne"] == pd.Timestamp("2024-11-21")
    assert one["date_mediane"] == pd.Timestamp("2025-01-21")
    # T2: b (24), d (future), the statement "*" (82 months), the one on amap (none).
    two = ages.loc["epci:T2"]
    assert two[["nb_informations", "nb_datees", "nb_sans_date", "nb_dates_futures"]].tolist() == [4, 2, 1, 1]
    assert two[["age_median_mois", "age_max_mois"]].tolist() == [53, 82]
    assert two["age_text"] == "2 sur 4 informations datées : 53 mois d'âge médian, la plus ancienne de 01/2020"


def test_ages_by_category_count_an_actor_once_over_the_territories():
    ages = measure_category_age(list_dates(), TERRITOIRES, DATE).set_index(["type", "categorie"])
    assert ages.loc[("epci", "ccas"), ["nb_informations", "age_median_mois", "age_max_mois"]].tolist() == [2, 15, 24]
    assert ages.loc[("epci", "amap"), ["nb_informations", "nb_sans_date", "part_sans_date"]].tolist() == [1, 1, 1.0]
    assert np.isnan(ages.loc[("epci", "amap"), "age_median_mois"])
    assert ages.loc[("epci", "amap"), "age_text"] == "aucune date écrite (1 information)"


def test_the_order_of_rows_changes_nothing():
    columns = ["territoire_id", "categorie", "information"]
    first = list_dates().sort_values(columns, ignore_index=True)
    again = list_dates(shuffle(ACTEURS), shuffle(COUVERTURE)).sort_values(columns, ignore_index=True)
    pd.testing.assert_frame_equal(first, again)


def test_nothing_known_has_no_age():
    nobody = list_dates(ACTEURS.head(0), COUVERTURE.head(0))
    assert nobody.empty
    assert measure_state_age(nobody, DATE).empty
    assert measure_category_age(nobody, TERRITOIRES, DATE).empty
