"""Common language, experiences, professions: the words of the group beside those of the guide; nothing is made up."""

import pandas as pd

from diagnostic.draw import language_plans as plans
from diagnostic.vocabulary import read_vocabulary


def read(blocks):
    texts = [[block.get("texte", ""), *block.get("textes", []), *sum(block.get("lignes", []), [])] for block in blocks]
    return " | ".join(text for held in texts for text in held if text).replace("\u00a0", " ").replace("\u202f", " ")


def test_each_word_has_what_each_sphere_hears_the_guide_beside_and_the_sense_kept():
    rows = pd.DataFrame({
        "terme": ["Silo", "Silo", "Projet"], "sphere": ["social", "developpement_local", "mixte"],
        "entend": ["un service", "un budget", "tout"],
        "sens_retenu": [None, "un financement à part", None],
    })  # fmt: skip
    told = read(plans.plan_language(rows))
    assert "un service" in told and "un budget" in told and "Sens retenu : un financement à part" in told
    assert "Le guide : Par publics, par thématiques" in told and "Sens retenu : à remplir ensemble." in told
    # A word of the group is no longer among the words of the guide to begin with.
    left = next(block for block in reversed(plans.plan_language(rows)) if block["genre"] == "tableau")
    assert "Silo" not in [line[0] for line in left["lignes"]] and len(left["lignes"]) == len(read_vocabulary("glossaire")) - 1


def test_without_a_word_of_the_group_the_guide_opens_the_sheet():
    table = plans.plan_language(pd.DataFrame())[2]
    assert len(table["lignes"]) == len(read_vocabulary("glossaire")) and table["lignes"][0][2:] == ["", ""]


def test_an_experience_is_told_by_what_it_says_and_one_without_agreement_says_so():
    rows = pd.DataFrame({
        "titre": ["Les trois lieux", "Autre"], "type": ["temoignage", "fiche_experience"],
        "acteurs": [("a",), ()], "dispositifs": [(), ("p",)],
        "contexte": ["Un départ", None], "demarche": [None, None], "resultats": [None, "Un effet"], "difficultes": [None, None],
        "conseils": [None, None], "citation": ["On se parle", None], "source": ["FICTIF", None],
        "accord": pd.array([True, None], dtype="boolean"),
    })  # fmt: skip
    told = read(plans.plan_experiences(rows, {"a": "Café", "p": "PAT"}))
    assert "Témoignage : Les trois lieux" in told and "Avec : Café." in told and "« On se parle »" in told
    assert "D’où l’on est parti : Un départ" in told
    assert "Fiche expérience : Autre" in told and "Avec : PAT." in told and told.count("n’a pas dit son accord") == 1
    assert told.count("Ce qui a été fait") == 1  # in the blank sheet only: no cell said it
    assert "Fiche vierge" in read(plans.plan_experiences(pd.DataFrame(), {}))


def test_professions_are_all_those_of_the_guide_and_known_posts_are_counted():
    professions = read_vocabulary("metiers_passerelles")
    posts = pd.DataFrame({"metier_passerelle": ["cesf", "cesf", None], "statut": ["pourvu", "vacant", "pourvu"]})
    told = read(plans.plan_professions(posts))
    assert all(label.replace("'", "’") in told for label in professions["libelle"])
    assert "Conseiller en économie sociale et familiale — 2 postes recensés" in told
    assert "recensé" not in read(plans.plan_professions(None))
