"""What the long report holds: every part, sentences with their denominators, nothing of another edition."""

import pandas as pd
import pytest
from passage import find_canaries
from rapports import show_small

from diagnostic.draw.report_plan import TITLES, plan_report, tell_territory

PAGES = ["mille-feuille", "acteurs", "liens_entre_champs", "etats_ccas", "inconnue"]


def texts_of(plan):
    return "\n".join(str(value) for blocks in plan.values() for block in blocks for value in block.values())


@pytest.mark.parametrize("edition", ["publique", "partenaires", "interne"])
def test_every_part_says_something(edition):
    plan = plan_report(show_small(edition), PAGES)
    assert list(plan) == list(TITLES) and all(plan.values())
    drawn = [
        name for blocks in plan.values() for block in blocks if block["genre"] == "figures" for name in block["noms"]
    ]
    assert sorted(drawn) == sorted(PAGES)


def test_the_publique_report_names_no_canary():
    assert find_canaries(texts_of(plan_report(show_small(), PAGES))) == []


def test_a_blank_is_no_absence():
    told = texts_of({"methode": plan_report(show_small(), [])["methode"]})
    assert "On ne sait pas" in told and "ne prouvent pas une absence" in told and "Non renseigné" in told


def test_the_tables_are_left_as_they_were():
    shown = show_small()
    before = {name: table.copy() for name, table in shown.items() if hasattr(table, "equals")}
    plan_report(shown, PAGES)
    assert all(shown[name].equals(table) for name, table in before.items())


def test_the_questions_of_the_guide_are_answered_in_the_interne_edition_only():
    shown = show_small("interne")
    asked = pd.DataFrame({"question_id": ["Q1"], "question": ["Quel périmètre ?"], "reponse": ["Le pays"]})
    told = texts_of({"contexte": plan_report(shown | {"questions": asked}, [])["contexte"]})
    assert "Le pays" in told and "Quel périmètre" in told
    assert "questions" not in show_small("publique")


def test_the_territory_is_counted():
    assert (
        tell_territory(show_small()["territoires_resume"])
        .replace("\u202f", " ")
        .startswith("Le territoire étudié compte 12 communes, 1 intercomm")
    )


def test_no_heading_stands_without_a_word_under_it():
    shown = show_small()
    silent = shown | {"lectures": shown["lectures"].iloc[:0], "manques_acces": shown["manques_acces"].iloc[:0]}
    for acces in (shown["acces"].iloc[:0], shown["acces"].assign(raison_absence="inventaire non dit complet")):
        blocks = plan_report(silent | {"acces": acces}, [])["manques"]
        place = next(rank for rank, block in enumerate(blocks) if block.get("texte") == "L’éloignement")
        told = blocks[place + 1]["texte"]
        assert "aucune distance" in told or "inventaire non dit complet" in told


def test_a_title_promises_no_column_that_is_not_there():
    shown = show_small()
    legends = [block["legende"] for block in plan_report(shown, [])["ressorts"] if block["genre"] == "tableau"]
    assert "Nombre d’interlocuteurs de chaque intercommunalité" in legends  # one EPCI: no column of units varies


def test_what_chance_could_not_say_is_told_once_without_a_page():
    shown = show_small()
    rows = pd.DataFrame({"territoire_id": ["perimetre"] * 2, "moyenne_hasard": [None, None], "raison_absence": ["une seule unité"] * 2})
    told = texts_of({"ressorts": plan_report(shown | {"hasard": rows}, [])["ressorts"]})
    assert told.count("tiré au hasard non calculée") == 1 and "une seule unité" in told
    done = plan_report(shown | {"hasard": rows.assign(moyenne_hasard=1.0)}, [])["ressorts"]
    assert "tiré au hasard non calculée" not in texts_of({"ressorts": done})
