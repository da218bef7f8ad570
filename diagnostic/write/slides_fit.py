"""How many letters a box of a slide holds: no office suite is there to measure, so widths are those of wide letters (Arial, bold)."""

import math
import re

# Mean width of a letter and height of a line, as shares of the size; what stands before a paragraph.
LETTER, BOLD_LETTER, LINE, BEFORE = 0.48, 0.53, 1.2, 0.2
POINT = 0.03528  # centimetres
BULLET = 0.6  # centimetres
CELL_MARGINS = (0.5, 0.26)  # centimetres, both sides


def fit_size(lines, room, sizes, *, bold=False):
    """Return the first of `sizes` (points, largest first) in which `lines` fit in `room` (width, height in cm), else the last.

    >>> fit_size(["un mot"], (10, 5), (20, 14)), fit_size(["mot " * 100], (10, 5), (20, 14))
    (20, 14)
    """
    return next((size for size in sizes if _measure_height(lines, room[0], size, bold=bold) <= room[1]), sizes[-1])


def fit_lines(lines, room, size, *, bold=False):
    """Return the first lines that fit in `room` at a size, one at least; when some are left, room is kept for a line that says so."""
    if _measure_height(lines, room[0], size, bold=bold) <= room[1]:
        return list(lines)
    kept = len(lines)
    while kept > 1 and _measure_height([*lines[:kept], "-"], room[0], size, bold=bold) > room[1]:
        kept -= 1
    return list(lines[:kept])


def fit_table(rows, widths, height, sizes):
    """Return the first size in which the rows of a table fit in a height; `widths` of its columns, all in cm."""
    for size in sizes:
        heights = [
            max(count_lines(cell, width - CELL_MARGINS[0], size, bold=rank == 0) for cell, width in zip(row, widths, strict=True))
            for rank, row in enumerate(rows)
        ]
        if sum(number * size * LINE * POINT + CELL_MARGINS[1] for number in heights) <= height:
            return size
    return sizes[-1]


def count_lines(text, width, size, *, bold=False):
    """Return how many lines a text takes in a width (cm) at a size (points); a word longer than a line is cut.

    >>> count_lines("", 10, 14), count_lines("deux mots", 100, 14), count_lines("x" * 100, 5, 14)
    (1, 1, 5)
    """
    letters = max(1, int(width / (size * (BOLD_LETTER if bold else LETTER) * POINT)))
    lines, left = 1, letters
    for word in re.split(r" +", text):
        needed = len(word) + (left < letters)
        if needed > left and left < letters:
            lines, left, needed = lines + 1, letters, len(word)
        if needed > letters:
            more = math.ceil(needed / letters) - 1
            lines, needed = lines + more, needed - more * letters
        left -= needed
    return lines


def _measure_height(lines, width, size, *, bold):
    """Return the height of paragraphs (cm); those that are not bold have bullets, and room before each."""
    number = sum(count_lines(line, width - (0 if bold else BULLET), size, bold=bold) for line in lines)
    return (number * LINE + (0 if bold else len(lines) * BEFORE)) * size * POINT
