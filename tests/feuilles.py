"""Raw material of the reading tests: a raw sheet, a small text file, a call of the command."""

import pandas as pd

from diagnostic import cli


def sheet(*rows, lines=None):
    """A raw sheet: short rows are filled with empty cells, lines are numbered from 1."""
    longest = max(map(len, rows), default=0)
    filled = [[*row, *[""] * (longest - len(row))] for row in rows]
    return pd.DataFrame(filled, index=pd.Index(lines or range(1, len(rows) + 1), dtype="int64"), dtype=str)


def write_csv(folder, name, heading, *rows):
    path = folder / name
    path.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    return path


def call(*arguments):
    """Return the exit code of a call."""
    try:
        cli.main([str(argument) for argument in arguments])
    except SystemExit as left:
        return left.code or 0
    return 0
