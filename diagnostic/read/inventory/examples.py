"""The example row that the template shows at the top of a sheet -> left out of the rows, and told."""

import pandas as pd

from diagnostic.schema import EXAMPLE_PREFIX, describe_table, list_problems

FICTITIOUS = "FICTIF"


def part_examples(body, table, path, sheet):
    """Part the example rows of the template from the rows that somebody wrote.

    Parameters
    ----------
    body : DataFrame of str, house columns, index = line numbers
    table : str, a name of `schema.list_tables`
    path, sheet : where it was read, for the message

    Returns
    -------
    body : DataFrame without the example rows
    problemes : DataFrame or None, one `information` a row left out

    Notes
    -----
    Both first columns of the table must bear the mark: an identifier in `exemple-`, then another one or a name that says
    FICTIF. Whoever writes over either cell has a row of their own, and it is read.
    """
    first, second = describe_table(table).index[:2]
    if first not in body or second not in body or not len(body):
        return body, None
    maybe = body[first].str.lower().str.contains(EXAMPLE_PREFIX, regex=False).astype(bool)
    if not maybe.any():
        return body, None
    folded = {column: body[column].str.strip().str.casefold() for column in (first, second)}
    marked = {column: cells.str.startswith(EXAMPLE_PREFIX) for column, cells in folded.items()}
    shown = marked[first] & (marked[second] | folded[second].str.contains(FICTITIOUS.casefold(), regex=False))
    if not shown.any():
        return body, None
    lines = pd.array(body.index[shown], dtype="Int64")
    rows = pd.DataFrame({"fichier": path.name, "feuille": sheet, "ligne": lines})
    told = list_problems(
        "information", rows, "Ligne d'exemple du modèle : elle n'est pas lue.", "rien ; ou supprimez-la", colonne=first,
        valeur=body.loc[shown, first],
    )  # fmt: skip
    return body[~shown], told
