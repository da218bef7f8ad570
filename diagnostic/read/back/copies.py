"""A copy of the inventory, or the form of a partner, that came back -> corrections: what it says otherwise than the dossier."""

import pandas as pd

from diagnostic.read.back.called_rows import fold_values
from diagnostic.read.back.merge_book import make_rows
from diagnostic.schema import EDIT_STATES, EMPTY_WORD, MERGED_TABLES, ORIGIN_COLUMNS, ROW_COLUMN, describe_table
from diagnostic.vocabulary import normalize_label

FILLED_BY_US = {"methode_commune", "confiance_commune"}


def compare_copies(mine, theirs, *, whole, given, later=()):
    """Return the corrections that bring the rows of the dossier to those of a copy.

    A row that a whole copy has not is proposed for removal, never more: it may have been made before the row was.

    Parameters
    ----------
    mine, theirs : dict of table -> DataFrame of text, index = identifiant (`run.edits.open_inventory`)
    whole : bool, the file is a copy of the whole inventory: an emptied cell and a row that is not there count; in the form of a
        partner they say nothing
    given : dict of str, qui, quand, statut
    later : collection of (table, identifiant), the rows that edits of the dossier added: one that a copy has not says nothing

    Returns
    -------
    DataFrame, READ_COLUMNS of `merge_book`
    """
    shared, rows = given | {"genre": "copie"}, []
    for table in MERGED_TABLES:
        ours, read = mine[table], theirs[table]
        if not len(read):
            continue
        columns = [name for name in describe_table(table).index if name in read and name not in FILLED_BY_US]
        found = _match_rows(ours, read)
        here = read[found.notna().to_numpy()].set_axis(found.dropna().to_numpy())
        rows += _list_changed(ours.loc[here.index], here, table, columns, whole)
        rows += _list_added(read[found.isna().to_numpy()], table, columns)
        if whole:
            lost = ours[~ours.index.isin(found.dropna())]
            where = read.iloc[0]
            rows += [
                {"action": "retirer", "table": table, "identifiant": name, "statut": "propose", "fichier": where["fichier"],
                 "feuille": where["feuille"]}
                for name in lost.index if (table, name) not in later
            ]  # fmt: skip
    return make_rows([shared | row for row in rows])


def _match_rows(ours, read):
    """Return the identifier in the dossier of each row of a copy: the same one, else that of the one row of that name."""
    names = ours["appel"].map(normalize_label)
    alone = names[~names.duplicated(keep=False) & (names != "")]
    by_name = pd.Series(alone.index, index=alone.to_numpy())
    found = read.index.to_series().where(read.index.isin(ours.index))
    named = read["appel"].map(normalize_label).map(by_name)
    return found.where(found.notna(), named.where(~named.isin(found.dropna()) & ~named.duplicated(keep=False)).to_numpy())


def _list_changed(ours, read, table, columns, whole):
    """Return the cells that differ, each as it is in the dossier and as it is in the copy."""
    for column in columns:
        if column not in ours or describe_table(table).at[column, "edition"] == "jamais":
            continue
        before, after = ours[column].astype(str), read[column].astype(str)
        differ = fold_values(before) != fold_values(after)
        differ &= (after != "") if not whole or describe_table(table).at[column, "statut"] == "R" else True
        for name in differ.index[differ.to_numpy()]:
            place = {part: read.at[name, part] for part in ORIGIN_COLUMNS}
            yield {
                "action": "changer", "table": table, "identifiant": name, "colonne": column, "valeur": after[name] or EMPTY_WORD,
                **place,
            }  # fmt: skip


def _list_added(read, table, columns):
    for name, row in read.iterrows():
        place = {part: row[part] for part in ORIGIN_COLUMNS} | {"groupe": f"ajout|{table}|{name}"}
        for column in columns:
            if str(row[column]):
                yield {"action": "ajouter", "table": table, "identifiant": name, "colonne": column, "valeur": str(row[column]), **place}


def list_foreign(journal, edits, *, origine, empreinte):
    """Return the saves that the journal of a copy tells and the dossier does not know: those of another computer.

    Parameters
    ----------
    journal : DataFrame of text, JOURNAL_COLUMNS, its lines changed by hand left out
    edits : DataFrame, those of the dossier
    """
    states = {label: code for code, label in EDIT_STATES.items()}
    foreign = journal[~journal["saisie"].isin(edits["saisie"]) & (journal["geste"] != "annulation") & journal["statut"].isin(states)]
    saves = []
    for (name, table, row), cells in foreign.groupby(["saisie", "table", "identifiant"], sort=False):
        first = cells.iloc[0]
        act = first["geste"] or ("ajout" if row.startswith("nouveau:") else "modification")
        cases = [cell | {"suit": []} for cell in cells[["colonne", "avant", "apres"]].to_dict("records")]
        ordered = sorted(cases, key=lambda cell: cell["colonne"] != ROW_COLUMN)
        saves.append({
            "saisie": name, "date": first["date"].replace(" ", "T"), "auteur": first["auteur"], "statut": states[first["statut"]],
            "geste": act, "table": table, "identifiant": row, "nom": first["nom"], "fichier": "", "feuille": "", "ligne": None,
            "origine": first["origine"] or origine, "empreinte": first["empreinte"] or empreinte, "parent": "", "cases": ordered,
        })  # fmt: skip
    return saves
