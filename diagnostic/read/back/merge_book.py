"""The small workbook of corrections -> one row a correction; what is half filled or stands in the margin is told, never guessed."""

from pathlib import Path

import pandas as pd

from diagnostic.read.cells.dates import read_dates, read_serials
from diagnostic.read.formats.headings import HEADING_SEARCH
from diagnostic.schema import ACTIONS, EDIT_STATES, MERGE_COLUMNS, MERGED_TABLES, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

# Other headings that people give to the columns of the workbook.
OTHER_HEADINGS = {
    "action": ["que faire", "geste", "type de correction"], "table": ["feuille", "tableau"],
    "identifiant": ["id", "ligne", "acteur_id", "code", "identifiant ou nom"], "colonne": ["case", "champ", "rubrique", "information"],
    "avant": ["avant", "valeur lue", "ancienne valeur", "valeur_actuelle"],
    "valeur": ["valeur", "apres", "correction", "nouvelle_valeur", "votre correction"], "qui": ["auteur", "par", "qui le dit"],
    "quand": ["date", "le", "quand le"], "statut": ["etat"], "note": ["remarque", "remarques", "commentaire"],
}  # fmt: skip
OTHER_ACTIONS = {
    "ajout": "ajouter", "nouveau": "ajouter", "modifier": "changer", "modification": "changer", "changement": "changer",
    "corriger": "changer", "supprimer": "retirer", "suppression": "retirer", "retrait": "retirer", "enlever": "retirer",
    "confirmation": "confirmer", "exact": "confirmer", "ok": "confirmer",
}  # fmt: skip
OTHER_STATES = {"accepter": "accepte", "valide": "accepte", "oui": "accepte", "proposer": "propose", "": "propose"}
NEEDED = ("action", "table", "identifiant", "qui")
# `groupe`: the rows that make one save; `genre`: "" for a correction that somebody wrote, "copie" for what differs in a map or a copy.
READ_COLUMNS = [*MERGE_COLUMNS, "groupe", "genre", "fichier", "feuille", "ligne"]


def make_rows(rows=()):
    """Return corrections as one table, every column there, as text; `ligne` is where each is in its file."""
    table = pd.DataFrame(rows, columns=READ_COLUMNS).astype(object)
    return table.where(table.notna(), "").astype(str).assign(ligne=pd.to_numeric(table["ligne"]).astype("Int64"))


def read_merge_sheet(raw, path, sheet):
    """Read one sheet of corrections.

    Parameters
    ----------
    raw : DataFrame of str (`read.formats.files.read_sheets`)
    path, sheet : where it is, for the messages

    Returns
    -------
    rows : DataFrame, READ_COLUMNS; None when the sheet is no table of corrections
    problemes : DataFrame
    """
    known = {normalize_label(name): column for column, names in OTHER_HEADINGS.items() for name in names}
    known |= {normalize_label(heading): column for column, heading in MERGE_COLUMNS.items()}
    top = raw.head(HEADING_SEARCH).map(lambda cell: known.get(normalize_label(cell), "") if cell else "")
    lines = [line for line in top.index if {"action", "table", "identifiant"} <= set(top.loc[line])]
    if not lines:
        return None, None
    named = top.loc[lines[0]]
    ours = named[(named != "") & ~named.duplicated()]
    below = raw[raw.index > lines[0]]
    body = below[list(ours.index)].set_axis(list(ours), axis=1).reindex(columns=list(MERGE_COLUMNS), fill_value="")
    body = body.apply(lambda cells: cells.str.strip())
    titles = raw.loc[lines[0]]
    margin = below[[place for place in raw.columns if place not in ours.index and normalize_label(titles[place]) != "nom"]]
    rows = body.assign(groupe="", genre="", fichier=Path(path).name, feuille=sheet, ligne=pd.array(body.index, dtype="Int64"))
    empty = (body == "").all(axis=1)
    told = _tell_margin(rows, margin)
    return rows[~empty].reset_index(drop=True), told


def _tell_margin(rows, margin):
    """Tell what is written outside the columns of the table, on a line of its own or beside it."""
    written = margin.apply(lambda cells: " ".join(filter(None, cells)), axis=1) if margin.shape[1] else pd.Series(dtype=str)
    written = written[written != ""]
    message = "Écrit en dehors du tableau : ce texte n'est pas repris."
    fix = "si c'est une correction, écrivez-la sur une ligne du tableau (action, table, identifiant...)"
    return list_problems("attention", rows.loc[written.index], message, fix, colonne="(marge)", valeur=written)


def check_rows(rows):
    """Part the corrections that can be followed from those that cannot.

    Parameters
    ----------
    rows : DataFrame, READ_COLUMNS, as they were read

    Returns
    -------
    rows : DataFrame, the same with `action`, `table`, `statut` spelled as ours and `quand` as a date (ISO, "" when not said)
    problemes : DataFrame, one row or more a correction left out, and those of which something was supplied
    """
    actions = {normalize_label(name): name for name in ACTIONS} | {normalize_label(k): v for k, v in OTHER_ACTIONS.items()}
    tables = {normalize_label(name): name for name in MERGED_TABLES}
    states = {normalize_label(name): name for name in EDIT_STATES} | {normalize_label(k): v for k, v in OTHER_STATES.items()}
    read = rows.assign(
        action=rows["action"].map(lambda cell: actions.get(normalize_label(cell), "")),
        table=rows["table"].map(lambda cell: tables.get(normalize_label(cell), "")),
        statut=rows["statut"].map(lambda cell: states.get(normalize_label(cell), "")),
    )
    dates, wrong = read_dates(rows["quand"])
    serials = read_serials(rows["quand"].where(wrong, ""))
    dates, wrong = dates.fillna(serials), wrong & serials.isna()
    read["quand"] = dates.dt.strftime("%Y-%m-%d").astype(object).where(dates.notna(), "").astype(str)
    lacking = [[MERGE_COLUMNS[name] for name in NEEDED if not row[name]] for row in rows.to_dict("records")]
    half = pd.Series([bool(names) for names in lacking], index=rows.index)
    silent = ~half & read["action"].isin(["changer"]) & (rows["colonne"] == "")
    silent |= ~half & read["action"].isin(["ajouter", "changer"]) & (rows["colonne"] != "") & (rows["valeur"] == "")
    faults = [
        (half, "action", [f"Correction à moitié remplie : il manque {', '.join(names)}." for names in lacking],
         "remplissez ces cases, puis relancez : le reste du fichier est repris"),
        (~half & (read["action"] == ""), "action", "Action inconnue.", f"écrivez {', '.join(ACTIONS)}"),
        (~half & (read["table"] == ""), "table", "Table inconnue, ou qui ne se corrige pas ainsi.",
         f"écrivez {', '.join(MERGED_TABLES)}"),
        (silent, "valeur", "Il manque la colonne ou la nouvelle valeur.",
         "écrivez la colonne et la valeur ; pour vider une case, écrivez (vide)"),
        (~half & (read["statut"] == ""), "statut", "Statut inconnu.", f"écrivez {' ou '.join(EDIT_STATES.values())}"),
        (~half & wrong, "quand", "Date illisible.", "écrivez jour/mois/année (03/02/2026)"),
    ]  # fmt: skip
    bad, problems = pd.Series(False, index=rows.index), []
    for mask, column, message, fix in faults:
        mask &= ~bad
        words = message if isinstance(message, str) else [text for text, kept in zip(message, mask, strict=True) if kept]
        problems.append(list_problems("erreur", rows[mask], words, fix, colonne=MERGE_COLUMNS[column], valeur=rows.loc[mask, column]))
        bad |= mask
    return read[~bad].reset_index(drop=True), join_problems(*problems)
