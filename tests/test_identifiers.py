"""SIREN and SIRET: the key of each against the library of reference, what is refused and what is proposed."""

import random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.fr import siren, siret

from diagnostic.read.cells.identifiers import check_identifiers, find_mismatch


def cells(*texts):
    return pd.Series(list(texts), index=range(7, 7 + len(texts)), dtype=str)


# Siege of La Poste, one of its offices (its digits add up to 45), the INSEE and one of its offices, the CA du Puy-en-Velay.
RIGHT = [
    ("356000000", 9),
    ("35600000000048", 14),
    ("35600000049837", 14),
    ("120027016", 9),
    ("12002701600563", 14),
    ("200073419", 9),
]


@pytest.mark.parametrize("number, digits", RIGHT)
def test_right_identifiers(number, digits):
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
    found, reasons, _ = check_identifiers(cells(number, spaced), digits)
    assert found.tolist() == [number, number]
    assert reasons.tolist() == ["", ""]


@pytest.mark.parametrize(
    "text, digits, reason",
    [
        ("200073418", 9, "clé de contrôle"), ("12002701600564", 14, "clé de contrôle"), ("35600000049838", 14, "clé de contrôle"),
        ("000000000", 9, "zéros"), ("00000000000000", 14, "zéros"), ("20007341", 9, "n'a pas 9 chiffres"),
        ("200073419", 14, "n'a pas 14 chiffres"),
        ("en cours", 9, "n'a pas 9 chiffres"), ("２０００７３４１９", 9, "n'a pas 9 chiffres"), ("2.00073e+08", 9, "Notation scientifique"),
        ("2,00073E+08", 9, "Notation scientifique"), ("1,2E14", 14, "Notation scientifique"),
        ("7,7556E+13", 14, "un tableur a arrondi ce numéro, retapez-le en texte"),
        ("77556000000000", 14, "un tableur a arrondi ce numéro, retapez-le en texte"),
        ("200070000", 9, "un tableur a arrondi ce numéro, retapez-le en texte"),
    ],
)  # fmt: skip
def test_wrong_identifiers(text, digits, reason):
    found, reasons, _ = check_identifiers(cells(text, ""), digits)
    assert found.isna().all()
    assert reason in reasons.tolist()[0]
    assert reasons.tolist()[1] == ""


@given(st.lists(st.from_regex(r"[0-9]{9}", fullmatch=True), min_size=1, max_size=20))
def test_a_siren_is_taken_when_luhn_says_so(numbers):
    _, reasons, _ = check_identifiers(pd.Series(numbers, dtype=str), 9)
    assert (reasons == "").tolist() == [luhn.is_valid(number) and number != "0" * 9 for number in numbers]


@given(st.lists(st.from_regex(r"(?:356000000|[0-9]{9})[0-9]{5}", fullmatch=True), min_size=1, max_size=20))
def test_a_siret_is_taken_when_the_library_says_so(numbers):
    _, reasons, _ = check_identifiers(pd.Series(numbers, dtype=str), 14)
    assert (reasons == "").tolist() == [siret.is_valid(number) and set(number) != {"0"} for number in numbers]


@pytest.mark.parametrize("digits, library", [(9, siren), (14, siret)])
def test_keys_made_at_random_agree_with_the_library(digits, library):
    dice = random.Random(43)
    numbers = ["".join(dice.choices("0123456789", k=digits)) for _ in range(3000)]
    numbers += ["356000000" + "".join(dice.choices("0123456789", k=digits - 9)) for _ in range(300)]
    right = check_identifiers(pd.Series(numbers, dtype=str), digits)[1] == ""
    expected = [library.is_valid(number) for number in numbers]
    assert right.tolist() == expected
    assert 20 < sum(expected) < len(numbers)


@pytest.mark.parametrize("space", ["\u202f", "\u00a0", " ", ".", "-"])
def test_spaces_of_any_width(space):
    number = space.join(["120", "027", "016", "00563"])
    assert check_identifiers(cells(number), 14)[0].tolist() == ["12002701600563"]


@pytest.mark.parametrize(
    "text, digits, proposal",
    [
        ("5650047370012", 14, ""), ("5420120100015", 14, ""), ("200073419", 14, ""), ("12002701600563", 9, "120027016"),
        ("FR27200073419", 9, "200073419"), ("2.00073e+08", 9, ""), ("0", 9, ""), ("0000000000000", 14, ""), ("20007341", 9, ""),
        ("en cours", 14, ""), ("200073418", 9, ""),
    ],
)  # fmt: skip
def test_what_is_proposed(text, digits, proposal):
    number, reasons, proposals = check_identifiers(cells(text), digits)
    assert number.isna().all() and reasons.tolist() != [""]
    assert proposals.tolist() == [proposal]


@given(st.integers(1, 10**13 - 1))
def test_a_zero_eaten_is_put_back_when_the_key_agrees(number):
    eaten = f"{number:013d}"
    proposal = check_identifiers(cells(eaten), 14)[2].tolist()[0]
    assert proposal == ("0" + eaten if siret.is_valid("0" + eaten) else "")


def test_a_real_zero_eaten():
    # Made of a valid SIREN that starts with a zero: 005 680 075.
    whole = (
        next(f"005680075{n:05d}" for n in range(100_000) if siret.is_valid(f"005680075{n:05d}"))
        if siren.is_valid("005680075")
        else None
    )
    number = whole or next(
        f"0{n:013d}" for n in range(56800750000000 // 10, 56800750000000) if siret.is_valid(f"0{n:013d}")
    )
    assert check_identifiers(cells(number[1:]), 14)[2].tolist() == [number]


def test_a_decimal_left_by_a_spreadsheet():
    assert check_identifiers(cells("200073419.0"), 9)[0].tolist() == ["200073419"]


def test_siren_and_siret_of_two_structures():
    found = find_mismatch(
        pd.Series(["120027016", "200073419", None, "120027016"], dtype=str),
        pd.Series(["12002701600563", "12002701600563", "12002701600563", None], dtype=str),
    )
    assert found.tolist() == [False, True, False, False]


def test_no_cell_and_cells_untouched():
    assert [len(series) for series in check_identifiers(pd.Series([], dtype=str), 9)] == [0, 0, 0]
    column = cells("1,5", "x", "")
    copy = column.copy()
    check_identifiers(column, 14)
    pd.testing.assert_series_equal(column, copy)
