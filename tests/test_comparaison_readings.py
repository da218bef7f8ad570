"""Sentences of the comparison: their two sides, what is not told."""

import pandas as pd
import pytest

from diagnostic.measure.comparaison import funnel, readings

MEASURES = pd.DataFrame({"libelle": ["Interlocuteurs"], "unite": ["unités"]}, index=["q2"])
ROW = {"territoire": "a", "mesure": "q2", "couche": "MSA", "groupe": None, "seuil": None, "q25": 1.0, "mediane": 1.2, "q75": 1.5, "nb": 10}
WORDS = ("EPCI", "EPCI")
NAMES = pd.Series({"a": "CC d'essai"})


def place(count, size):
    return funnel.place_territories(count, size).assign(genre=funnel.PART)


def tell(**changes):
    rows = pd.DataFrame([ROW | {"au_moins": changes["valeur"] - 0.05, "au_plus": changes["valeur"] + 0.05} | changes])
    return readings.tell_beside(rows, NAMES, MEASURES, {"MSA": "Caisses de MSA"})["phrase"].tolist()


def test_a_sentence_names_the_figure_the_peers_and_the_middle_half():
    (told,) = tell(valeur=2.0)
    assert told == (
        "CC d'essai : interlocuteurs « Caisses de MSA », 2 ; plus que la plupart de ses 10 semblables "
        "(moitié centrale de 1 à 1,5, médiane 1,2)."
    )
    assert "moins que" in tell(valeur=0.5)[0]


def test_nothing_is_told_inside_the_middle_half_with_few_peers_or_of_a_difference_nobody_sees():
    assert tell(valeur=1.3) == [] and tell(valeur=2.0, nb=4) == [] and tell(valeur=float("nan")) == []
    assert tell(valeur=1.01, q25=1.0, q75=1.0, au_moins=1.01) == [], "a reader sees 1 beside 1"
    assert tell(valeur=2.0, au_moins=1.4) == [] and tell(valeur=0.5, au_plus=1.1) == [], "a difference that hangs on one commune"


def test_the_sentence_of_a_funnel_says_what_chance_would_give():
    count, size = pd.Series([50.0, 5.0, 5.0]), pd.Series([100.0, 10.0, 10.0])
    told = readings.tell_funnel(place(count, size), "Communes", WORDS)
    assert "0 EPCI est hors" in told and "sur 3" in told and "(50,0 %)" in told.replace("\u202f", " ")
    assert f"{funnel.expect_outside(size, 0.5).sum():.1f}".replace(".", ",") in told, "the exact chance, not 5 % of three"
    empty = place(pd.Series([float("nan")]), pd.Series([1.0]))
    assert readings.tell_funnel(empty, "Communes", WORDS) == "Communes : aucun territoire n'a de valeur."


@pytest.mark.parametrize(("share", "words"), [(0.0, "aucune, nulle part (0 sur 66, 2 EPCI)"), (1.0, "toutes, partout (66 sur 66, 2 EPCI)")])
def test_a_common_rate_of_nobody_or_everybody_is_one_sentence_without_limits(share, words):
    size = pd.Series([6.0, 60.0])
    told = readings.tell_funnel(place(size * share, size), "Communes", WORDS, accord=("aucune, nulle part", "toutes, partout"))
    assert told == f"Communes : {words}."


def test_overdispersion_is_one_sentence_that_does_not_contradict_itself():
    size = pd.Series([100.0] * 10)
    spread = place(pd.Series([10.0, 90.0] * 5), size)
    told = readings.tell_spread(spread)
    assert "ni son seul effet, ni une exception" in told and told in readings.tell_funnel(spread, "Communes", WORDS)
    assert "rare" in readings.tell_spread(place(pd.Series([50.0] * 10), size))


def test_the_sentence_of_moran_gives_its_reason_or_its_figures():
    row = {"raison_absence": "trop peu"}
    assert readings.tell_moran(row, "X") == "X : autocorrélation non calculée (trop peu)."
    row = {"raison_absence": "", "moran": 0.3, "moran_attendu": -0.01, "p_permutations": 0.2, "permutations": 999}
    row |= {"nb_amas": 0, "nb_sans_voisin": 1}
    assert "ne se ressemblent ni ne diffèrent" in readings.tell_moran(row, "X")
    assert "se ressemblent plus que par hasard" in readings.tell_moran(row | {"p_permutations": 0.001}, "X")
