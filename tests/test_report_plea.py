"""The plea: counts and plain words, the publique edition only, levers to tick."""

import re

import pandas as pd
from passage import find_canaries
from rapports import show_small

from diagnostic.draw.report_plea import plan_plea, tell_meetings, tell_plainly, tell_seats
from diagnostic.measure.meetings import count_meetings, count_seats

JARGON = re.compile(
    r"\bVI\b|\bNMI\b|E-I|entropie|modularité|assortativité|indice|densité|\bQ2\b|rapport 0", re.IGNORECASE
)


def words(plan):
    return "\n".join(str(value) for blocks in plan.values() for block in blocks for value in block.values())


def test_no_word_of_measure_nor_canary():
    told = words(plan_plea(show_small()))
    assert not JARGON.search(told) and find_canaries(told) == []


def test_a_statement_of_another_edition_is_left_out():
    shown = show_small("interne")
    secret = (
        shown["constats"]
        .iloc[[0]]
        .assign(constat="silos_champs", etat="constate", phrase="SECRET 1 sur 2.", edition="interne")
    )
    assert "SECRET" not in words(plan_plea(shown | {"constats": secret}))
    assert "SECRET" in words(plan_plea(shown | {"constats": secret.assign(edition="publique")}))


def test_meetings_are_told_with_what_would_be_enough():
    # 2+1+0 + 3+1+1 = 8 meetings; one a layer that is there: 2 + 3 = 5.
    told = tell_meetings(count_meetings(pd.DataFrame({"nb_unites A": [2, 1, 0], "nb_unites B": [3, 1, 1]})))[0]
    assert (
        "8 réunions" in told
        and " 5 suffiraient" in told
        and "3 réunions de moins" in told
        and "3 intercommunalités" in told
    )
    assert "c'est le moins possible" in tell_meetings(count_meetings(pd.DataFrame({"nb_unites A": [1, 1]})))[0]
    assert tell_meetings(count_meetings(pd.DataFrame({"nb_unites A": [0, 0]}))) == []


def test_seats_agree_in_number():
    seats = lambda *members: tell_seats(count_seats(pd.DataFrame({"membres": list(members)})))  # noqa: E731
    alone = "1 instance (comités de pilotage, comités techniques...) demande 2 sièges à 2 structures ; 0 siège dans plusieurs"
    assert seats(("a", "b")) == [f"{alone} (membres montrés dans cette édition)."]
    assert "2 instances" in seats(("a", "b"), ("a", "b"))[0] and "2 siègent dans plusieurs" in seats(("a", "b"), ("a", "b"))[0]
    assert seats(()) == []


def test_levers_are_boxes():
    shown = show_small()
    held = (
        shown["constats"]
        .iloc[[0]]
        .assign(constat="silos_champs", etat="constate", phrase="1 sur 2.", edition="publique", leviers="L2-2;L6-10")
    )
    assert plan_plea(shown | {"constats": held})["leviers"] == [
        {
            "genre": "cases",
            "textes": ["Créer des rencontres, s’inviter", "Multiplier les occasions de travailler ensemble"],
        }
    ]


def test_plain_words():
    assert (
        tell_plainly("Sur 25 EPCI couverts, 1 (4 %) est partagé.") == "Sur 25 intercommunalités, 1 (4 %) est partagée."
    )
    assert tell_plainly("1 EPCI (rapport 0,43 ; de 0,4 à 0,6)") == "1 intercommunalité."
