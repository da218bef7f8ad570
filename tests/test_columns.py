"""One column of text -> its values; what was understood is told once, what was not is told with what to write."""

import pandas as pd
import pytest

from diagnostic.read.cells.columns import clean_column, suggest_entries
from diagnostic.schema import list_vocabularies
from diagnostic.vocabulary import find_labels, normalize_label, read_list

LISTS = {name: read_list(name) for name in list_vocabularies()}
CATEGORIES = LISTS["categories"]
LABELS = find_labels(CATEGORIES, "categories")


def clean(kind, *texts, listed="", heading="Colonne"):
    cells = pd.Series(list(texts), index=range(2, 2 + len(texts)), dtype=str, name=heading)
    rows = pd.DataFrame({"fichier": "f", "feuille": "s", "ligne": cells.index}, index=cells.index)
    copy = cells.copy()
    values, problemes = clean_column(cells, kind, listed, LISTS, rows)
    pd.testing.assert_series_equal(cells, copy)
    assert list(values.index) == list(cells.index)
    told = [] if problemes is None else problemes[["gravite", "ligne", "valeur", "proposition"]].to_numpy().tolist()
    assert problemes is None or set(problemes["colonne"]) <= {heading}
    return values.tolist(), told, [] if problemes is None else problemes["probleme"].tolist()


@pytest.mark.parametrize(
    "cell, first",
    [("EPHAD", "EHPAD"), ("ccass", "CCAS"), ("maison france service", "FS"), ("mison de santé", "Maisons de santé")],
)
def test_nearest_entries(cell, first):
    sentence, _ = suggest_entries([cell], CATEGORIES, LABELS)[cell]
    nearest = sentence.split(" : « ")[1].split(" ?")[0].split(", « ")[0]
    assert first in nearest
    # What is suggested can be typed as it is, and no code is shown.
    assert LABELS[normalize_label(nearest.split(" »")[0])] in CATEGORIES.index and "_" not in sentence
    assert sentence.count(" (") <= 3


def test_what_is_very_near_is_proposed():
    proposal = suggest_entries(["centre communal d'action social"], CATEGORIES, LABELS)[
        "centre communal d'action social"
    ][1]
    assert clean("choix", proposal, listed="categories")[0] == ["ccas"]
    sentence, proposal = suggest_entries(["Ruchers"], CATEGORIES, LABELS)["Ruchers"]
    assert "CHRS" in sentence and proposal == "", "near, not very near"


def test_nothing_near_suggests_nothing():
    assert suggest_entries(["zzzz", "@@"], CATEGORIES, LABELS) == {
        "zzzz": ("« zzzz » inconnu.", ""),
        "@@": ("« @@ » inconnu.", ""),
    }
    assert suggest_entries([], CATEGORIES, LABELS) == {}


def test_thousands_of_unknown_words_end_soon():
    words = [f"mot inconnu n° {rank}" for rank in range(8000)]
    assert len(suggest_entries(words, CATEGORIES, LABELS)) == 8000


def test_decimal_commas_are_told_once():
    values, told, messages = clean("nombre", "1,5", "2", "3,25", "12 345,5")
    assert values == [1.5, 2, 3.25, 12345.5]
    assert told == [["information", 2, "1,5", ""]]
    assert "3 case(s)" in messages[0]


@pytest.mark.parametrize(
    "cell, proposal",
    [
        ("environ 12", "12"),
        ("12 places", "12"),
        ("~ 12,5", "12,5"),
        ("1.234,5", "1234,5"),
        ("12 à 15", ""),
        ("douze", ""),
        ("0x1A", ""),
    ],
)
def test_the_one_number_of_a_text_is_proposed(cell, proposal):
    values, told, _ = clean("nombre", cell)
    assert pd.isna(values[0])
    assert told == [["attention", 2, cell, proposal]]


@pytest.mark.parametrize(
    "kind, cell",
    [("nombre", "s"), ("nombre", "n.c."), ("date", "nd"), ("siret", "N.R."), ("oui_non", "?"), ("latitude", "-")],
)
def test_words_for_nothing_are_told_once(kind, cell):
    values, told, messages = clean(kind, cell, "", cell)
    assert all(pd.isna(value) for value in values)
    assert told == [["information", 2, cell, ""]]
    assert f"« {cell} »" in messages[0] and messages[0].endswith(": 2.")


def test_a_word_for_nothing_that_the_list_knows_is_a_word():
    values, told, _ = clean("choix", "n.c.", "locale", listed="echelles")
    assert pd.isna(values[0]) and values[1] == "locale"
    assert [row[0] for row in told] == ["information"]
    assert clean("choix", "*", listed="categories+")[0] == ["*"]


def test_percentages_are_shares_where_a_share_is_expected():
    values, told, messages = clean("part", "45 %", "0,3", "1", "20%")
    assert values == [0.45, 0.3, 1, 0.2]
    assert [row[0] for row in told] == ["information"] and "2 case(s)" in messages[0]


def test_days_counted_by_a_spreadsheet_are_read_when_the_column_is_dates():
    values, told, messages = clean("date", "45691", "03/02/2025", "", "45692.0")
    assert [None if pd.isna(v) else f"{v:%Y-%m-%d}" for v in values] == ["2025-02-03", "2025-02-03", None, "2025-02-04"]
    assert told == [["information", 2, "45691", ""]]
    assert "45691 est le 03/02/2025" in messages[0]


def test_days_counted_by_a_spreadsheet_are_only_proposed_among_other_things():
    values, told, _ = clean("date", "45691", "bientôt")
    assert all(pd.isna(value) for value in values)
    assert told == [["attention", 2, "45691", "03/02/2025"], ["attention", 3, "bientôt", ""]]


def test_years_of_two_figures_are_told_once_with_the_whole_date():
    values, told, _ = clean("date", "03/02/25", "4/3/24")
    assert [f"{v:%Y-%m-%d}" for v in values] == ["2025-02-03", "2024-03-04"]
    assert told == [["information", 2, "03/02/25", "03/02/2025"]]


def test_identifiers_are_told_with_what_was_meant():
    values, told, _ = clean("siren", "12002701600563", "2,00073E+08", "200 073 419")
    assert pd.isna(values[0]) and pd.isna(values[1]) and values[2] == "200073419"
    assert told == [["attention", 2, "12002701600563", "120027016"], ["attention", 3, "2,00073E+08", ""]]


@pytest.mark.parametrize(
    "cell, codes",
    [("CCAS, EHPAD", ("ccas", "ehpad")), ("CCAS / EHPAD", ("ccas", "ehpad")), ('"CCAS","EHPAD"', ("ccas",
    "ehpad")), ('CCAS","EHPAD', ("ccas", "ehpad")),
     ("CCAS, autre chose", ()), ("CCAS;EHPAD|CCAS\nEHPAD", ("ccas", "ehpad"))],
)  # fmt: skip
def test_commas_part_what_is_known_on_both_sides(cell, codes):
    assert clean("liste", cell, listed="categories")[0] == [codes]


def test_a_list_with_one_word_misspelt_is_proposed_whole():
    _, told, _ = clean("liste", "EHPAD ; centre communal d'action social", listed="categories")
    assert told[0][0] == "attention"
    assert clean("liste", told[0][3], listed="categories")[0] == [("ehpad", "ccas")]


def test_no_cell():
    for kind in ("nombre", "part", "date", "oui_non", "siren", "siret", "texte"):
        assert clean(kind) == ([], [], [])
    assert clean("liste", listed="themes") == clean("choix", listed="categories") == ([], [], [])


def test_an_unknown_kind_of_column_is_our_fault():
    with pytest.raises(ValueError, match="unknown kind"):
        clean("mystere")


def test_a_diffusion_that_is_not_understood_closes_the_row():
    values, told, _ = clean("choix", "public", "n'importe quoi", listed="diffusions")
    assert values == ["public", "interne"] and told[0][:3] == ["attention", 3, "n'importe quoi"]
