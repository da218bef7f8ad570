"""What a sheet holds, told by its tags alone, against a naive count."""

from types import SimpleNamespace
from xml.parsers.expat import ParserCreate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.read.formats.archive_cells import rank_column, watch_cells, watch_ods, watch_shared
from diagnostic.read.formats.archives import spell_column


def watch(watcher, text, found):
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, finish = watcher(parser, found)
    parser.Parse(text.encode(), True)
    finish()
    return found


@given(st.integers(1, 18_278))
def test_ranks_and_letters_go_both_ways(rank):
    assert rank_column(spell_column(rank)) == rank == rank_column(spell_column(rank).lower())


@given(st.dictionaries(st.tuples(st.integers(1, 300), st.integers(1, 200)), st.booleans(), max_size=30))
def test_the_last_filled_cell(cells):
    tags = "".join(
        f'<row r="{line}"><c r="{spell_column(column)}{line}">{"<v>1</v>" if filled else ""}</c></row>'
        for (line, column), filled in cells.items()
    )
    (part,) = watch(watch_cells, f"<a>{tags}</a>", [])
    filled = [place for place, is_filled in cells.items() if is_filled]
    assert part.filled == len(filled)
    assert part.last_line == max((line for line, _ in filled), default=0)
    assert part.last_column == max((column for _, column in filled), default=0)


def test_formulas_and_errors_of_a_sheet():
    row = (
        '<row r="7"><c r="B7"><f>1</f><v/></c><c r="C7"><f>1</f></c><c r="D7"><f>1</f><v>2</v></c>'
        '<c r="E7" t="str"><f>1</f><v></v></c><c r="F7" t="e"><v>#N/A</v></c><c><f>1</f></c></row>'
    )
    (part,) = watch(watch_cells, f"<a>{row}<x>texte</x></a>", [])
    assert part.uncomputed == {2: [7, 1], 3: [7, 1], 7: [7, 1]}, "a cell without a place follows the one before it"
    assert part.failed == {6: [7, 1]}


@pytest.mark.parametrize("place", ["1A", "A", "7", "ABCD1", "A-1"])
def test_a_place_written_otherwise_is_damage(place):
    with pytest.raises(ValueError):
        watch(watch_cells, f'<a><row r="9"><c r="{place}"><v>1</v></c></row></a>', [])


def test_shared_texts_and_the_cells_that_take_them():
    kept = watch(
        watch_shared,
        '<a><si>x</si><si>yy</si><c t="s"><v>1</v></c><c t="n"><v>5</v></c><c t="s"><v>0</v></c></a>',
        SimpleNamespace(marks=[], ranks=[]),
    )
    assert kept.ranks == [1, 0]
    assert kept.marks[0] == len("<si>x</si>")


def test_repetitions_of_an_ods():
    value = 'office:value-type="string"'
    rows = (
        '<table-row table:number-rows-repeated="3"><table-cell table:number-columns-repeated="4"/>'
        f'<table-cell {value} table:number-columns-repeated="2"><p>abc<s text:c="5"/></p></table-cell>'
        '<table-cell table:number-columns-repeated="999"/></table-row>'
        f'<table-row><table-cell {value} table:number-rows-spanned="2"><p>x</p></table-cell></table-row>'
        '<table-row table:number-rows-repeated="9999"><table-cell/></table-row>'
    )
    (table,) = watch(watch_ods, f'<a><table table:name="t">{rows}</table></a>', [])
    assert (table.name, table.last_line, table.last_column) == ("t", 4, 6)
    assert (table.text, table.spaces, table.filled) == (3 * 2 * 3, 5 * 2 * 3, 7)
    assert table.ranges == [((3, 0), (4, 0))]
