"""Tables as a reader reads them: French headings and numbers, codes in words, what is internal kept inside."""

from functools import cache
from html import escape

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary import read_list, read_vocabulary
from diagnostic.vocabulary.formats import format_number, format_share

INTERNAL = 'Réservé à l\'usage interne : écrivez EDITION = "interne" dans les réglages pour l\'afficher.'
SHARES = {
    "part", "densite", "couverture", "taux_realisation", "densite_intra", "densite_inter", "taux_reponse", "densite_basse",
    "densite_haute", "densite_observable", "fiabilite", "perte_paires", "perte_paires_inter", "p_moins",
}  # fmt: skip
STATES = {"present": "Présente", "absent_verifie": "Absence vérifiée", "non_renseigne": "Non renseignée"}
ANSWERS = {
    "absent_declare": "Non déclaré (tous deux ont répondu)", "non_confirme": "Un seul a répondu", "non_observe": "Aucun n'a répondu",
}  # fmt: skip
# Lists of the vocabulary that the codes of a column are in; a code means nothing without its column.
LISTED = {
    "champ": ["champs"], "role": ["roles"], "statut": ["couvertures"], "valeur": ["types_lien", "echelles", "roles"],
    "echelle": ["echelles", "echelles_attendu"], "force": ["forces_attendu"],
}  # fmt: skip
OTHERS = {
    "statut": STATES | ANSWERS, "sens": {"frein": "frein"},
    "genre": {"ensemble": "tous", "non_oriente": "dans les deux sens", "oriente": "à sens unique"},
}  # fmt: skip


def show_table(table, columns=None, *, lines=10):
    """Return the first lines of a table as a reader reads them: French headings and numbers, codes in words.

    Parameters
    ----------
    table : DataFrame
    columns : dict of column -> heading, the columns kept, in this order; all of them when not given
    lines : int, the rest is counted under the table

    Returns
    -------
    IPython.display.HTML, every cell escaped
    """
    from IPython.display import HTML

    return HTML(_tell_table(table, columns, lines))


def show_sentences(sentences):
    """Return sentences as a list."""
    from IPython.display import HTML

    return HTML("<ul>" + "".join(f"<li>{escape(str(line))}</li>" for line in sentences) + "</ul>")


def show_statements(tables, *, etat="constate", lines=40):
    """Return the sentences of the guide's statements in one state, each after its title."""
    rows = tables["constats"][tables["constats"]["etat"] == etat]
    told = [f"{row.titre} : {row.phrase or row.raison_absence}" for row in rows.head(lines).itertuples()]
    return show_sentences(told or ["Aucun constat dans cet état."])


def _tell_table(table, columns, lines):
    """Return a table as HTML, escaped; empty, a sentence."""
    if not len(table):
        return "<p><em>Aucune ligne.</em></p>"
    columns = columns or {name: name.replace("_", " ").capitalize() for name in table.columns}
    absent = [name for name in columns if name not in table.columns]
    if absent:
        known = ", ".join(str(name) for name in table.columns)
        raise DiagnosticError(f"Colonnes absentes : {', '.join(absent)}.", "tableau à afficher", f"choisissez parmi : {known}")
    head = table.head(lines).infer_objects()
    words = _tell_cells(head, list(columns))
    numbers = [columns[name] for name in columns if _is_number(head[name])]
    texts = [title for title in columns.values() if title not in numbers]
    styled = (
        words.rename(columns=columns).reset_index(drop=True).style.hide(axis="index")
        .format(escape="html").format_index(escape="html", axis=1)
        .set_properties(subset=texts, **{"text-align": "left", "max-width": "36em", "white-space": "normal", "line-height": "1.35"})
        .set_properties(subset=numbers, **{"text-align": "right"})
        .set_table_styles([
            {"selector": "th", "props": [("text-align", "left"), ("white-space", "normal")]},
            {"selector": "th, td", "props": [("padding", "4px 10px")]},  # under a menu, no style of the page spaces them
        ])
        .set_table_styles({name: [{"selector": "th", "props": [("text-align", "right")]}] for name in numbers}, overwrite=False)
    )  # fmt: skip
    rest = len(table) - len(head)
    return styled.to_html() + (f"<p>{len(head)} lignes sur {format_number(len(table))}.</p>" if rest else "")


def _tell_cells(head, names):
    """Return the cells as words; where each row is a measure of its own, a count keeps no decimals for the shares beside it."""
    words = pd.DataFrame({name: tell_column(head[name]) for name in names}, index=head.index)
    if "mesure" in names:
        numbers = [name for name in names if _is_number(head[name])]
        counts = head[numbers].astype(float).mod(1).fillna(0).eq(0).all(axis=1)
        words.loc[counts, numbers] = pd.DataFrame({name: tell_column(head.loc[counts, name]) for name in numbers})
    return words


def _is_number(column):
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


@cache
def _list_words():
    """Return {column: {code: label}}, labels with a capital: what the results say in codes, a reader reads in words."""
    words = {}
    for row in read_vocabulary("mots_mesures").itertuples():
        words.setdefault(row.colonne, {})[row.code] = row.libelle
    for column, names in LISTED.items():
        for name in names:
            words[column] = words.get(column, {}) | read_list(name)["libelle"].to_dict()
    for column, labels in OTHERS.items():
        words[column] = words.get(column, {}) | labels
    return {column: {code: label[:1].upper() + label[1:] for code, label in labels.items()} for column, labels in words.items()}


def tell_column(column):
    """Return the cells of a column as words: shares in per cent, whole numbers without decimals, codes by their label.

    A column that starts with `part_` is a share; missing reads "—", never 0.

    >>> tell_column(pd.Series([0.5, None], name="part_principale")).tolist()
    ['50\\u202f%', '—']
    """
    name = str(column.name)
    if _is_number(column):
        numbers = column.astype(float)
        if name.startswith("part_") or name in SHARES:
            return numbers.map(lambda value: format_share(value, 1 if value < 0.1 else 0)).astype(str)
        whole = numbers.dropna().mod(1).eq(0).all()
        return numbers.map(lambda value: format_number(value, 0 if whole else 2).replace("-", "−")).astype(str)
    words = _list_words().get(name, {})
    return column.astype(object).map(lambda cell: _tell_cell(cell, words)).astype(str)


def _tell_cell(cell, words):
    if isinstance(cell, tuple | list):
        return ", ".join(str(words.get(part, part)) for part in cell) or "—"
    if pd.isna(cell) or cell == "":
        return "—"
    if cell is True or cell is False or type(cell).__name__ == "bool":
        return "oui" if cell else "non"
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%d/%m/%Y}"
    return str(words.get(cell, cell))
