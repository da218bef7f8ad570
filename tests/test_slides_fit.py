"""Letters that fit: sizes go down as texts grow, never below the last; what is left is told, never cut in silence."""

import pytest

from diagnostic.write.slides_fit import count_lines, fit_lines, fit_size, fit_table

ROOM = (11.0, 6.0)


def test_letters_get_smaller_as_the_text_grows():
    sizes = [fit_size(["mot " * number], ROOM, (20, 18, 16, 14)) for number in (5, 60, 75, 90, 500)]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] == 20 and sizes[-1] == 14


def test_sentences_that_fit_are_all_kept_and_others_leave_room_for_the_line_that_says_so():
    short, long = ["un", "deux"], ["mot " * 40] * 6
    assert fit_lines(short, ROOM, 14) == short
    kept = fit_lines(long, ROOM, 14)
    assert 0 < len(kept) < len(long) and fit_size([*kept, "suite"], ROOM, (14, 1)) == 14


def test_one_sentence_longer_than_the_room_is_kept():
    assert fit_lines(["mot " * 900], ROOM, 14) == ["mot " * 900]


@pytest.mark.parametrize(("text", "lines"), [("", 1), ("x" * 1000, 63), ("a b", 1)])
def test_lines_are_counted_as_words_are_cut(text, lines):
    assert count_lines(text, 4.0, 14) == lines


def test_a_table_shrinks_until_it_fits():
    rows = [["Un", "Deux"], *[["mot " * 8, "1"]] * 8]
    assert fit_table(rows, [9, 3], 30, (18, 14)) == 18 and fit_table(rows, [9, 3], 9, (18, 14)) == 14
