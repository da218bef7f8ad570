"""Numbers of the printed map -> identifiers, by the table of the workbook that they were written in: no later map can shift them."""

import re

import pandas as pd

from diagnostic.read.formats.headings import HEADING_SEARCH
from diagnostic.schema import MERGED_TABLES, describe_table, map_aliases
from diagnostic.vocabulary import normalize_label

COLUMNS = ("numero", "table", "identifiant")
TABLES = {normalize_label(name): name for name in MERGED_TABLES}
# The sheet of the workbook that explains: what stands in it is no correction.
GUIDES = {"lisezmoi"}
_NUMBER = re.compile(r"(?:(?:n\s*[°ºo]?|num[ée]ro|#)\s*\.?\s*)?0*(\d+)(?:[.,]0+)?", re.IGNORECASE)
_LETTERED = re.compile(r"(?:carte\s+)?([A-Z])\s*0*(\d+)", re.IGNORECASE)
_ENDS = re.compile(r"\s(?:/|→|->)\s")
_TIGHT_ENDS = re.compile(r"\s*(?:/|→|->)\s*")  # as a hand writes numbers: 84/12


def read_numbers(sheets):
    """Return {table: {number as printed: identifiant}} of the sheet of a workbook that tells them; {} where there is none.

    Parameters
    ----------
    sheets : dict of str -> DataFrame of str (`read.formats.files.read_sheets`)

    Notes
    -----
    A number that is also the identifier of a row of its table names that row: what the inventory says comes first.
    """
    numbers = {}
    for raw in sheets.values():
        for line in raw.head(HEADING_SEARCH).index:
            places = {normalize_label(cell): place for place, cell in raw.loc[line].items() if cell}
            if set(COLUMNS) <= set(places):
                rows = raw[raw.index > line][[places[name] for name in COLUMNS]].set_axis(list(COLUMNS), axis=1)
                for table, part in rows.groupby("table", sort=False):
                    names, held = set(part["identifiant"]), part[part["numero"] != ""]
                    told = {spell_number(row.numero): row.identifiant for row in held.itertuples()}
                    numbers[table] = {number: name for number, name in told.items() if number not in names}
                break
    return numbers


def spell_number(text):
    """Return one spelling of a number of the map, "" for what is none.

    >>> [spell_number(text) for text in ("84", "n° 84", "N°084", "84.0", "d 3", "CCAS 84", "84 rue")]
    ['84', '84', '84', '84', 'D3', '', '']
    """
    plain = str(text).replace("\u00a0", " ").replace("\u202f", " ").strip()
    if found := _NUMBER.fullmatch(plain):
        return found.group(1)
    found = _LETTERED.fullmatch(plain)
    return f"{found.group(1).upper()}{found.group(2)}" if found else ""


def find_column(table, heading):
    """Return the column of a table that a person calls `heading` (its name, its label or an alias), None when there is none."""
    described = describe_table(table)["description"].items()
    labels = {normalize_label(text.split(" (")[0].split(" : ")[0]): name for name, text in described}
    return (labels | map_aliases(table)).get(normalize_label(heading))


def name_numbers(rows, numbers):
    """Return corrections with the numbers of the map replaced by identifiers, in what names a row and in what names another.

    Parameters
    ----------
    rows : DataFrame, READ_COLUMNS of `merge_book`, as they were read
    numbers : dict (`read_numbers`)
    """
    if not numbers or not len(rows):
        return rows
    held = rows.to_dict("records")
    named = [_name_row(row, numbers) for row in held]
    return rows.assign(**{column: [row[column] for row in named] for column in ("identifiant", "avant", "valeur")})


def _name_row(row, numbers):
    table = TABLES.get(normalize_label(row["table"]), "")
    described = describe_table(table)
    keys = described[described["statut"] == "R"]["genre"]
    if (keys == "id").any():
        row = row | {"identifiant": _name_part(row["identifiant"], table, numbers)}
    elif len(parts := split_ends(row["identifiant"], len(keys))) == len(keys):
        told = [_name_part(part, kind.removeprefix("ref:"), numbers) for part, kind in zip(parts, keys, strict=True)]
        row = row | ({"identifiant": " / ".join(told)} if told != parts else {})
    column = find_column(table, row["colonne"])
    if column in described.index:
        kind, listed = described.loc[column, ["genre", "liste"]]
        to = next((text.removeprefix("ref:") for text in (kind, listed) if str(text).startswith("ref:")), "")
        for cell in ("avant", "valeur"):
            parts = row[cell].split(";") if kind == "liste" else [row[cell]]
            row = row | ({cell: ";".join(_name_part(part, to, numbers) for part in parts)} if to else {})
    return row


def _name_part(text, table, numbers):
    return numbers.get(table, {}).get(spell_number(text), text)


def split_ends(text, number):
    """Return what an identifier of `number` parts names, parted as « un / deux / type », or tight where it begins by a number."""
    parts = [part.strip() for part in _ENDS.split(str(text))]
    if len(parts) == number or not spell_number(_TIGHT_ENDS.split(str(text))[0]):
        return parts
    return [part.strip() for part in _TIGHT_ENDS.split(str(text), maxsplit=number - 1)]


def spell_added(rows):
    """Return corrections where a row to add that its identifier says whole (« 84 / 12 / Co-pilote ») has a row a part of it.

    Parts that have rows of their own, as any other cell, are left as they are.

    Parameters
    ----------
    rows : DataFrame, READ_COLUMNS of `merge_book`, checked (`merge_book.check_rows`)
    """
    parts, label = [rows], ["fichier", "table", "identifiant", "qui"]
    for (_, table, name, _), group in rows[(rows["action"] == "ajouter") & (rows["genre"] == "")].groupby(label, sort=False):
        described = describe_table(table)
        keys = described[described["statut"] == "R"]
        ends = split_ends(name, len(keys))
        said = {find_column(table, heading) for heading in group["colonne"]}
        if len(ends) == len(keys) > 1 and not (keys["genre"] == "id").any() and not said & set(keys.index):
            first = group.iloc[0].to_dict()
            parts.append(pd.DataFrame([first | {"colonne": one, "valeur": text} for one, text in zip(keys.index, ends, strict=True)]))
    return pd.concat(parts, ignore_index=True).astype({"ligne": "Int64"}) if len(parts) > 1 else rows
