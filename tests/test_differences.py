"""A difference needs a least size: more than one commune, more than its margin."""

import pandas as pd
import pytest

from diagnostic.measure.comparaison import differences

NONE = float("nan")


def bound(mesure, valeur, denominateur=NONE, borne_basse=NONE, borne_haute=NONE):
    rows = pd.DataFrame({
        "mesure": [mesure], "valeur": [valeur], "denominateur": [denominateur], "borne_basse": [borne_basse], "borne_haute": [borne_haute],
    })  # fmt: skip
    return differences.bound_values(rows)


def say(rows, q25, q75, nb=10):
    return differences.say_differences(rows.assign(q25=q25, q75=q75, nb=nb)).iloc[0]


@pytest.mark.parametrize(("count", "words"), [(0, "comme_la_plupart"), (1, "ecart_trop_petit"), (2, "plus")])
def test_one_commune_of_sixty_is_not_more_than_most_beside_quartiles_of_nothing(count, words):
    assert say(bound("part_communes_a_part", count / 60, 60.0), 0.0, 0.0) == words


def test_less_is_the_mirror_of_more():
    rows = bound("part_communes_avec_contrat", 58 / 60, 60.0)
    assert say(rows, 1.0, 1.0) == "moins" and say(rows, 59 / 60, 1.0) == "ecart_trop_petit"


def test_a_margin_counts_where_there_is_one_and_one_that_is_not_known_tells_nothing():
    assert say(bound("distance_moyenne_km", 5.0, borne_basse=4.2, borne_haute=5.8), 2.0, 4.0) == "plus"
    assert say(bound("distance_moyenne_km", 5.0, borne_basse=3.9, borne_haute=6.1), 2.0, 4.0) == "ecart_trop_petit"
    assert say(bound("distance_moyenne_km", 5.0), 2.0, 4.0) == "ecart_trop_petit"
    assert say(bound("diversite_rarefiee_lieux", 3.4), 2.0, 3.0) == "ecart_trop_petit"
    assert say(bound("diversite_rarefiee_lieux", 3.6), 2.0, 3.0) == "plus"


def test_nothing_is_said_beside_few_or_without_a_value():
    assert say(bound("part_communes_a_part", 0.5, 60.0), 0.0, 0.0, nb=4) is None
    assert say(bound("part_communes_a_part", NONE, 60.0), 0.0, 0.0) is None
