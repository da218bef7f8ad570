"""What interlocutors and instances cost, by hand and by a naive loop."""

import numpy as np
import pandas as pd

from diagnostic.measure.meetings import count_meetings, count_seats, measure_costs

COUCHES = pd.DataFrame({"interlocuteur": [True, True, False, True]}, index=["EPCI", "CAS", "BV", "MSA"])
RESUME = pd.DataFrame(
    {
        "type": ["perimetre", "epci", "epci", "departement"], "nb_unites EPCI": [2, 1, 1, 2], "nb_unites CAS": [3, 2, 2, 3],
        "nb_unites BV": [9, 9, 9, 9], "nb_unites MSA": [2, 2, np.nan, 2],
    }, index=["perimetre", "epci:1", "epci:2", "departement:43"],
)  # fmt: skip
NONE = pd.DataFrame({"membres": []}, dtype=object)


def test_costs_by_hand():
    costs = measure_costs(RESUME, COUCHES, pd.DataFrame({"membres": [("a", "b"), ("a", "b", "c")]}))
    assert costs["colonnes"] == ["nb_unites CAS", "nb_unites MSA"]
    assert costs["nb_interlocuteurs"] == 5 and costs["partages"].to_dict() == {"epci:1": 2, "epci:2": 1}
    # 2 + 2 and 2 + nobody known; at least one of each that is there.
    assert (costs["nb_epci"], costs["nb_reunions"], costs["nb_reunions_moins"], costs["nb_evitables"]) == (2, 6, 3, 3)
    assert (costs["nb_instances"], costs["nb_sieges"], costs["nb_membres"], costs["nb_membres_plusieurs"]) == (2, 5, 3, 2)


def test_meetings_are_those_of_a_double_loop_whatever_the_order():
    units = pd.DataFrame(np.random.default_rng(7).integers(0, 5, (12, 4)))
    most = sum(units.iat[t, c] for t in range(12) for c in range(4))
    fewest = sum(units.iat[t, c] > 0 for t in range(12) for c in range(4))
    told = count_meetings(units)
    assert (told["nb_reunions"], told["nb_reunions_moins"]) == (most, fewest)
    assert count_meetings(units.iloc[::-1, ::-1]) == told


def test_nothing_costs_nothing():
    assert measure_costs(RESUME.iloc[:0], COUCHES, NONE)["nb_reunions"] == 0
    assert count_seats(NONE) == {"nb_instances": 0, "nb_sieges": 0, "nb_membres": 0, "nb_membres_plusieurs": 0}
    assert count_seats(pd.DataFrame({"membres": [(), ()]}))["nb_sieges"] == 0


def test_arguments_are_left_alone():
    before = RESUME.copy()
    measure_costs(RESUME, COUCHES, NONE)
    pd.testing.assert_frame_equal(RESUME, before)
