"""Why access is not read: the reason of the measure, its categories counted once, nothing where a category is read."""

import pandas as pd

from diagnostic.draw.access_words import NONE, tell_unread

REASON = "inventaire non dit complet (feuille couverture_inventaire)"


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_each_reason_counts_its_categories_once_whatever_the_thresholds():
    rows = pd.DataFrame({"territoire_id": "t", "categorie": ["a", "a", "b", "c"], "raison_absence": [REASON] * 3 + ["aucun site"]})
    told = plain(tell_unread(rows, "t"))
    assert told.startswith(f"Éloignement non lu pour 2 catégories : {REASON} et 1 catégorie : aucun site.") and "« Accès »" in told


def test_nothing_is_told_where_a_category_is_read_or_where_the_edition_shows_none():
    rows = pd.DataFrame({"territoire_id": ["t", "t", "u"], "categorie": ["a", "b", "a"], "raison_absence": [REASON, None, REASON]})
    assert tell_unread(rows, "t") == "" == tell_unread(None) and tell_unread(rows, "u") and tell_unread(rows) == ""
    assert tell_unread(rows, "absent") == NONE
