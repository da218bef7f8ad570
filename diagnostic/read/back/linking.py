"""Corrections read in files -> edits of the dossier: each finds its row and its cell, and says what its author had seen."""

import hashlib

import pandas as pd

from diagnostic.read.back.called_rows import fold_values, name_rows
from diagnostic.read.back.map_numbers import find_column, spell_added
from diagnostic.read.back.merge_book import check_rows
from diagnostic.read.back.row_names import find_row, follow_name, index_names, list_keys, tell_correction
from diagnostic.read.back.row_states import list_contents
from diagnostic.read.cells.bounds import EMPTIED, check_bounds
from diagnostic.read.cells.columns import clean_column
from diagnostic.read.cells.dates import read_dates
from diagnostic.schema import (
    ACTIONS,
    EMPTY_WORD,
    MERGE_COLUMNS,
    NEW_ROW,
    ORIGIN_COLUMNS,
    ROW_COLUMN,
    ROW_GONE,
    ROW_THERE,
    describe_table,
    join_problems,
)
from diagnostic.vocabulary import find_labels, normalize_label

# What a removed row takes along: {table: the tables whose rows name it in a required cell}.
REFERRED = {
    "acteurs": ("participations", "liens", "postes", "adhesions", "enquete"), "dispositifs": ("participations", "affiliations"),
    "reseaux": ("adhesions",),
}  # fmt: skip
CONFIRMED = ("date_maj", "date")  # the column that a confirmation dates, the first that the table has


def link_corrections(rows, known, *, moment):
    """Say what each correction does to the dossier.

    Parameters
    ----------
    rows : DataFrame, READ_COLUMNS of `merge_book`; rows of one `groupe` are one save
    known : dict
        `lues` ({table: rows as written, index = identifiant}), `nettes` (tables read), `states`, `edits` (`row_states.settle_rows`),
        `listes`, `ecrites` (saves that the inventory holds), `empreintes` ({file: SHA-256}), `vues` (`edits.read_names`)
    moment : str, date and time of the merge (ISO): that of a correction which says none

    Returns
    -------
    saves : list of dict, for `write.edits.write_merge`; one without cells for a correction that had nothing to change, so that it
        is known when it comes again
    counts : dict nouvelles, deja_fusionnees, sans_effet: int, corrections
    problemes : DataFrame
    """
    rows, told = check_rows(rows)
    rows = spell_added(rows)
    known = known | {"noms": index_names(known), "deja": {*known["edits"]["saisie"], *known["vues"]}, "neuves": {}}
    known["ajouts"] = list_added(known["edits"])
    saves, counts, problems = [], {"nouvelles": 0, "deja_fusionnees": 0, "sans_effet": 0}, [told]
    label = rows["table"] + "|" + rows["identifiant"].map(normalize_label) + "|" + rows["qui"] + "|" + rows["fichier"]
    group = rows["groupe"].where(rows["groupe"] != "", ("ajout|" + label).where(rows["action"] == "ajouter", rows.index.astype(str)))
    for _, part in rows.groupby(group.to_numpy(), sort=False):
        name = name_save(part)
        if name in known["deja"]:
            counts["deja_fusionnees"] += 1
            continue
        made, found = _link(part, name, known, moment)
        problems.append(found)
        known["deja"].add(name)
        if made:
            saves += made
            for save in made:
                for cell in save["cases"]:
                    place = (save["table"], save["identifiant"], cell["colonne"])
                    known["neuves"].setdefault(place, []).append((save["saisie"], normalize_label(save["auteur"])))
            counts["nouvelles"] += 1
        elif not len(found if found is not None else ()):
            counts["sans_effet"] += 1
            saves.append(_start_save(part.iloc[0], name, known, moment))
    return saves, counts, join_problems(*problems)


def name_save(part):
    """Return the name of the save of one correction: what it says, and nothing of where it is written, so that it is merged once."""
    said = [column for column in MERGE_COLUMNS if column != "note"]
    content = "\x1e".join("\x1f".join(normalize_spaces(row[column]) for column in said) for row in part.to_dict("records"))
    return f"correction_{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def normalize_spaces(text):
    return " ".join(str(text).split())


def _link(part, name, known, moment):
    """Return (saves, problemes) of one correction."""
    first = part.iloc[0]
    act = {"ajouter": _link_added, "changer": _link_changed, "retirer": _link_removed, "confirmer": _link_confirmed}[first["action"]]
    save = _start_save(first, name, known, moment)
    if first["action"] == "ajouter":
        return act(part, save, known)
    found, told = find_row(first, known)
    if found is None:
        return [], told
    read = known["lues"].get(first["table"])
    save |= {"identifiant": found, "nom": first["identifiant"]}
    if read is not None and found in read.index:
        row = read.loc[found]
        save |= {"nom": row["appel"], "fichier": row["fichier"], "feuille": row["feuille"], "ligne": int(row["ligne"])}
    else:
        named = known["edits"].loc[known["edits"]["identifiant"] == found, "nom"]
        save["nom"] = named.iat[-1] if len(named) else first["identifiant"]
    return act(part, save, known)


def _start_save(first, name, known, moment):
    """Return the save of one correction, without its row and its cells."""
    return {
        "saisie": name, "date": f"{first['quand']}T00:00:00" if first["quand"] else moment, "auteur": first["qui"],
        "statut": first["statut"], "geste": ACTIONS[first["action"]], "table": first["table"], "identifiant": "", "nom": "",
        "fichier": "", "feuille": "", "ligne": None, "origine": first["fichier"],
        "empreinte": known["empreintes"].get(first["fichier"], ""), "parent": "", "cases": [],
    }  # fmt: skip


def read_held(known, table, identifiant, column):
    """Return (text of the cell in the inventory, text that holds once the accepted edits are in, state of the cell or None).

    Of a row that was removed and is no longer in the inventory, the text is the one that the removal kept: it is what a later
    correction replaces, and what comes back when all is undone.
    """
    read, states = known["lues"].get(table), known["states"]
    held, gone = "", read is None or identifiant not in read.index
    if gone:
        held = list_contents(known["edits"], identifiant, table).get(column, "")
    elif column in read:
        held = str(read.at[identifiant, column] or "")
    state = states[(states["table"] == table) & (states["identifiant"] == identifiant) & (states["colonne"] == column)]
    state = state.iloc[0] if len(state) else None
    now = state["valeur"] if state is not None and isinstance(state["valeur"], str) else held
    return held, now or held if gone else now, state


def _link_changed(part, save, known):
    problems = []
    for row in part.to_dict("records"):
        column, value, told = read_cell(row, known)
        problems.append(told)
        if column is None:
            continue
        held, now, state = read_held(known, save["table"], save["identifiant"], column)
        before = "" if row["avant"] == EMPTY_WORD else row["avant"] or now
        same = fold_values(pd.Series([value, now, before]))
        if same[0] == same[1] and (state is None or state["etat"] not in ("conflit", "propose")):
            continue
        if row["genre"] and state is not None and same[0] in set(fold_values(pd.Series(state["chaine"]))):
            continue  # a map or a copy made before the cell was corrected still holds what it held
        seen = list_seen(state, row | {"trouve": save["identifiant"], "case": column}, known)
        if fold_values(pd.Series([held]))[0] == same[2] and same[0] != same[2]:
            before = held
        save["cases"].append({"colonne": column, "avant": before, "apres": value, "suit": seen})
    return ([save] if save["cases"] else []), join_problems(*problems)


def list_seen(state, row, known):
    """Return the edits of a cell that the author of a correction had before the eyes.

    One's own; those that wrote the value which the correction says it replaces; where it says none, those that the inventory
    holds already, when the correction is not older.
    """
    own = normalize_label(row["qui"])
    place = (row["table"], row["trouve"], row["case"])
    seen = [name for name, who in known["neuves"].get(place, []) if who == own]
    if state is None:
        return seen
    said = known["edits"]
    here = said[(said["identifiant"] == row["trouve"]) & (said["table"] == row["table"]) & said["saisie"].isin(state["tetes"])]
    # The whole row is said by any cell of what adds it.
    here = here.assign(autre=here["colonne"] != row["case"]).sort_values("autre", kind="stable").drop_duplicates("saisie")
    before = fold_values(pd.Series([row["avant"].replace(EMPTY_WORD, "")]))[0]
    for edit in here.itertuples():
        replaced = row["avant"] != "" and edit.statut == "accepte" and fold_values(pd.Series([edit.apres]))[0] == before
        read = row["avant"] == "" and edit.saisie in known["ecrites"] and (not row["quand"] or edit.date[:10] <= row["quand"])
        if normalize_label(edit.auteur) == own or replaced or read:
            seen.append(edit.saisie)
    return seen


def read_cell(row, known):
    """Return (column, text as the inventory writes it, problemes) of a correction; None for what cannot be taken."""
    table = row["table"]
    described = describe_table(table)
    column = find_column(table, row["colonne"])
    if column is None or described.at[column, "edition"] == "jamais":
        fix = f"écrivez le titre d'une colonne de la feuille {table}"
        return None, "", tell_correction("erreur", row, f"« {row['colonne']} » : cette colonne n'existe pas.", fix, "colonne")
    if column in list_keys(table) and row["action"] == "changer":
        fix = "retirez la ligne et ajoutez-la sous son nouvel identifiant : ses liens seraient perdus autrement"
        return None, "", tell_correction("erreur", row, "Un identifiant ne se change pas.", fix, "colonne")
    kind, listed = described.loc[column, ["genre", "liste"]]
    value = "" if row["valeur"] == EMPTY_WORD else row["valeur"]
    if value == "" and described.at[column, "statut"] == "R":
        return None, "", tell_correction("erreur", row, "Cette case est obligatoire : elle ne se vide pas.", "écrivez une valeur", "valeur")
    where = pd.DataFrame([{name: row[name] for name in ORIGIN_COLUMNS}])
    typed, found = clean_column(pd.Series([value], name=column), kind, listed, known["listes"], where)
    found = join_problems(found, check_bounds(where.assign(**{column: typed}), table)[1])
    found["probleme"] = found["probleme"].str.replace(EMPTIED, "", regex=False)  # here nothing is read at all
    wrong = found[found["gravite"] != "information"]
    if len(wrong):
        return None, "", wrong
    if kind == "choix" and listed and value and value != "*":
        entries = known["listes"][listed.removesuffix("+")]
        code = find_labels(entries, listed.removesuffix("+")).get(normalize_label(value))
        value = entries.at[code, "libelle"] if code in entries.index else value
    if kind in ("nombre", "latitude", "longitude") and value:  # as a spreadsheet gives it back
        number = pd.to_numeric(value.replace(",", "."), errors="coerce")
        value = value if pd.isna(number) else str(int(number)) if float(number).is_integer() else repr(float(number))
    if kind == "oui_non" and value:
        value = {"1": "oui", "vrai": "oui", "x": "oui", "o": "oui", "0": "non", "faux": "non", "n": "non"}.get(value.casefold(), value)
    return column, value, None


def _link_added(part, save, known):
    table, cells, problems = save["table"], {}, []
    for row in part[part["colonne"] != ""].to_dict("records"):
        column, value, told = read_cell(row, known)
        problems.append(told)
        if column is not None:
            cells[column] = value
    described, keys, asked = describe_table(table), list_keys(table), part["identifiant"].iat[0]
    if keys and not cells.get(keys[0]) and " " not in asked:
        cells[keys[0]] = asked
    lacking = [name for name in described.index[described["statut"] == "R"] if not cells.get(name) and name not in keys]
    if lacking:
        fix = "ajoutez une ligne par case obligatoire, avec le même identifiant"
        message = f"Ligne à ajouter incomplète : il manque {', '.join(lacking)}."
        problems.append(tell_correction("erreur", part.iloc[0], message, fix, "colonne"))
        return [], join_problems(*problems)
    called = name_rows(pd.DataFrame([cells]), table)[0]
    named = known["noms"].get(table, {})
    again = named.get(normalize_label(cells[keys[0]] if keys and cells.get(keys[0]) else called), [])
    if again:
        fix = "pour corriger cette ligne, écrivez changer ; si c'en est une autre, donnez-lui un autre identifiant"
        message = f"« {called} » est déjà dans l'inventaire ({again[0]})."
        problems.append(tell_correction("erreur", part.iloc[0], message, fix, "identifiant"))
        return [], join_problems(*problems)
    # The row that somebody else adds too, under the same identifier or name: one row, and what differs is a disagreement.
    label = (table, normalize_label(cells.get(keys[0], "") if keys else "") or normalize_label(called))
    save |= {"identifiant": known["ajouts"].setdefault(label, NEW_ROW + save["saisie"]), "nom": called}
    asked = part.iloc[0].to_dict() | {"trouve": save["identifiant"]}
    for column, value in cells.items():
        _, _, state = read_held(known, table, save["identifiant"], column)
        seen = list_seen(state, asked | {"case": column}, known)
        save["cases"] += [{"colonne": column, "avant": "", "apres": value, "suit": seen}] if value else []
    return [save], join_problems(*problems)


def list_added(edits):
    """Return {(table, normalised identifier, or name where the row has none): identifiant} of the rows that edits in force add."""
    added = edits[(edits["geste"] == "ajout") & (edits["annulee"] == "") & edits["identifiant"].str.startswith(NEW_ROW)]
    found = {}
    for (table, name), cells in added.groupby(["table", "identifiant"], sort=False):
        keys = list_keys(table)
        given = cells.loc[cells["colonne"].isin(keys), "apres"]
        found.setdefault((table, normalize_label(given.iat[0] if len(given) else cells["nom"].iat[0])), name)
    return found


def _link_removed(part, save, known):
    """Return the removal of a row, and of those that name it in a cell they cannot do without."""
    _, now, _ = read_held(known, save["table"], save["identifiant"], ROW_COLUMN)
    if save["ligne"] is None and now == ROW_GONE:
        return [], None
    states = known["states"]
    here = states[(states["table"] == save["table"]) & (states["identifiant"] == save["identifiant"])]
    asked = part.iloc[0].to_dict() | {"trouve": save["identifiant"]}
    # Whoever removes a row has seen all that the inventory holds of it.
    seen = [name for _, one in here.iterrows() for name in list_seen(one, asked | {"case": one["colonne"]}, known)]
    seen += [name for (table, row, _), names in known["neuves"].items() if (table, row) == (save["table"], save["identifiant"])
             for name, who in names if who == normalize_label(save["auteur"])]  # fmt: skip
    save["cases"] = keep_row(known["lues"].get(save["table"]), save["identifiant"], dict.fromkeys(seen))
    saves = [save]
    for table in REFERRED.get(save["table"], ()):
        read, described = known["lues"].get(table), describe_table(table)
        if read is None or not len(read):
            continue
        columns = described.index[(described["genre"] == f"ref:{save['table']}") & (described["statut"] == "R")]
        held = normalize_label(save["identifiant"])
        names = pd.concat([read[column].map(lambda cell: follow_name(cell, f"ref:{save['table']}", known)) for column in columns], axis=1)
        for name, row in read[(names == held).any(axis=1)].iterrows():
            place = {"fichier": row["fichier"], "feuille": row["feuille"], "ligne": int(row["ligne"])}
            digest = hashlib.sha256(f"{save['saisie']}\x1f{table}\x1f{name}".encode()).hexdigest()[:16]
            child = save | place | {"saisie": f"entraine_{digest}", "table": table, "identifiant": name, "nom": row["appel"]}
            saves.append(child | {"parent": save["saisie"], "cases": keep_row(read, name, [])})
    return saves, None


def keep_row(read, identifiant, seen):
    """Return the cells of a removal: the row itself, then all that it held."""
    cases = [{"colonne": ROW_COLUMN, "avant": ROW_THERE, "apres": ROW_GONE, "suit": list(seen)}]
    if read is None or identifiant not in read.index:
        return cases
    held = read.loc[identifiant].drop(labels=[*ORIGIN_COLUMNS, "appel"])
    return cases + [{"colonne": name, "avant": str(text), "apres": "", "suit": []} for name, text in held.items() if str(text or "")]


def _link_confirmed(part, save, known):
    row = part.iloc[0].to_dict() | {"trouve": save["identifiant"], "case": ROW_COLUMN}
    _, _, state = read_held(known, save["table"], save["identifiant"], ROW_COLUMN)
    save["cases"] = [{"colonne": ROW_COLUMN, "avant": ROW_THERE, "apres": ROW_THERE, "suit": list_seen(state, row, known)}]
    dated = [column for column in CONFIRMED if column in describe_table(save["table"]).index][:1]
    for column in dated:
        held, now, state = read_held(known, save["table"], save["identifiant"], column)
        if save["date"][:10] > _read_day(now):
            cell = {"colonne": column, "avant": held, "apres": save["date"][:10], "suit": list_seen(state, row | {"case": column}, known)}
            save["cases"].append(cell)
    return [save], None


def _read_day(text):
    day = read_dates(pd.Series([text], dtype=str))[0][0]
    return "" if pd.isna(day) else f"{day:%Y-%m-%d}"

