"""Numbers, shares and enumerations as a French reader writes them."""

import pytest

from diagnostic.vocabulary.formats import (
    NARROW_SPACE,
    count_words,
    format_number,
    format_share,
    join_words,
    shorten_list,
)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0, 0, "0"),
        (1234567.891, 2, "1 234 567,89"),
        (-1234.5, 1, "-1 234,5"),
        (float("nan"), 0, "—"),
        (None, 1, "—"),
        (0.5, 0, "0"),
        (999.6, 0, "1 000"),
    ],
)
def test_numbers(value, decimals, expected):
    assert format_number(value, decimals) == expected.replace(" ", NARROW_SPACE)


def test_shares():
    assert format_share(0.543634, 1) == f"54,4{NARROW_SPACE}%"
    assert format_share(1) == f"100{NARROW_SPACE}%" and format_share(float("nan")) == "—"


@pytest.mark.parametrize(("number", "expected"), [(0, "0 lien"), (1, "1 lien"), (1.5, "2 lien"), (2, "2 liens")])
def test_french_is_singular_below_two(number, expected):
    assert count_words(number, "lien") == expected


def test_enumerations():
    assert [join_words(words) for words in ([], ["a"], ["a", "b"], "abc")] == ["", "a", "a et b", "a, b et c"]
    assert join_words("abcdefg") == "a, b, c, d, e, f et g"
    assert join_words("abcdefgh") == "a, b, c, d, e, f et 2 autres"
    assert join_words(iter("abcde"), most=2) == "a, b et 3 autres"
    assert shorten_list("15132 Montgreleix") == "15132 Montgreleix"
