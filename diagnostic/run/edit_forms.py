"""The forms of the application: a row as it is typed, what each cell may hold, and what the inventory's reader says of it."""

import re
from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.schema import NEW_ROW, ORIGIN_COLUMNS, ROW_COLUMN, describe_table, join_problems, make_table
from diagnostic.schema import name_column as name_label

# Columns that the software fills, or that no form may ask for.
UNASKED = {"acteurs": ["methode_commune", "confiance_commune"], "liens": ["personne_id"]}
NEW = NEW_ROW


def open_form(opened, table, identifiant, states):
    """Return one row as a form shows it.

    Parameters
    ----------
    opened : dict, `open_edits`
    table : {"acteurs", "liens"}
    identifiant : str, "" for a new row
    states : DataFrame, `list_states`: what the page sees now; an edit saved later by another does not count as seen

    Returns
    -------
    dict: `geste`, `table`, `identifiant`, `nom`, `fichier`, `feuille`, `ligne`, `etats` (`states`), and `cases` (DataFrame, index =
        colonne: `lu` (in the inventory), `valeur` (after the edits that agree), `suit`, `etat`, `auteur`, `date`)

    Raises
    ------
    DiagnosticError
        The row is not there any more.
    """
    rows = opened["lues"][table]
    if identifiant and identifiant not in rows.index and not states["identifiant"].eq(identifiant).any():
        fix = "choisissez-la de nouveau dans la liste"
        raise DiagnosticError("Cette ligne n'est plus dans l'inventaire.", f"{table}, {identifiant}", fix)
    described = describe_table(table)
    columns = [column for column in described.index if column not in UNASKED[table]]
    here = states[(states["table"] == table) & (states["identifiant"] == identifiant)].set_index("colonne")
    held = rows.loc[identifiant] if identifiant in rows.index else pd.Series("", index=rows.columns)
    cells = pd.DataFrame({"lu": [str(held.get(column, "") or "") for column in columns]}, index=pd.Index(columns, name="colonne"))
    told = here.reindex(columns)
    shown = told["apres"].where(told["etat"].isin(["propose", "accepte"]), told["valeur"])
    cells = cells.assign(
        valeur=shown.where(shown.notna(), cells["lu"]).astype("str"), etat=told["etat"].astype("str").fillna(""),
        auteur=told["auteur"].astype("str").fillna(""), date=told["date"].astype("str").fillna(""),
        suit=[value if isinstance(value, tuple) else () for value in told["tetes"]],
    )  # fmt: skip
    is_new = not identifiant or identifiant.startswith(NEW)
    place = {"fichier": "", "feuille": "", "ligne": None} if is_new else {
        "fichier": str(held["fichier"]), "feuille": str(held["feuille"]), "ligne": int(held["ligne"])
    }  # fmt: skip
    name = str(held.get("appel", "")) or (str(here["nom"].iat[-1]) if len(here) else "")
    act = "ajout" if is_new else "modification"
    return {"geste": act, "table": table, "identifiant": identifiant, "nom": name, **place, "etats": states, "cases": cells}


def list_choices(opened, form, column):
    """Return what a cell may hold, as (label, text) pairs: the terms of its list, yes and no, or the names that it may bear.

    None where anything may be written. What the cell holds already keeps its own spelling, known or not.
    """
    from diagnostic.vocabulary import find_labels, normalize_label
    from diagnostic.write.cells import find_safe_labels

    kind, listed = describe_table(form["table"]).loc[column, ["genre", "liste"]]
    held = form["cases"].at[column, "valeur"]
    if kind == "oui_non":
        known = {"oui": "oui", "non": "non"}
        texts = {known.get(normalize_label(held), held): held, "oui": "oui", "non": "non"} if held else known
        return [(label, held if label == known.get(normalize_label(held)) else text) for label, text in texts.items()]
    if kind.startswith("ref:"):
        return [(name, name) for name in _list_names(opened, kind.removeprefix("ref:"), form["etats"])]
    if not listed or kind not in ("choix", "liste") or listed.startswith("ref:"):
        return None
    entries = opened["listes"][listed.removesuffix("+")]
    codes, labels = find_labels(entries, listed.removesuffix("+")), find_safe_labels(entries, listed.removesuffix("+"))
    parts = split_list(held) if kind == "liste" else [held] if held else []
    spelled = {codes.get(normalize_label(part), part): part for part in parts}
    strangers = [(part, part) for code, part in spelled.items() if code not in labels]
    return strangers + [(label, spelled.get(code, label)) for code, label in labels.items()]


def split_list(text):
    """Return the items of a cell that holds several, as they are written."""
    return [part.strip() for part in re.split(r"[;|\n]", text) if part.strip()]


def _list_names(opened, target, states):
    """Return the names that a cell may bear: those of actors with their commune where two share one, those that edits add."""
    rows = opened["tables"][target]
    named = rows["nom"].astype("str")
    if target == "acteurs":
        place = rows["commune"].astype("str").fillna("")
        named = named.where(~named.duplicated(keep=False) | (place == ""), named + " (" + place + ")")
        return sorted({*named.dropna(), *_list_added(states)["nom"]})
    return sorted(set(named.dropna()))


def name_column(table, column):
    """Return (what a form calls a column, the whole of what the schema says of it).

    >>> name_column("acteurs", "siren")
    ('SIREN', 'SIREN (9 chiffres)')
    """
    told = name_label(table, column)
    return told, told if column == ROW_COLUMN else describe_table(table).at[column, "description"]


def check_edit(opened, form, cells):
    """Read a row as the inventory's own reader does, and return the `problemes` that the edit would bring.

    Parameters
    ----------
    opened, form : `open_edits`, `open_form`
    cells : dict of colonne -> text

    Returns
    -------
    DataFrame, problemes; those that the row had already, untouched, are not told again
    """
    found = _read_row(opened, form, cells)
    if form["geste"] == "ajout":
        return found
    key = ["colonne", "valeur", "probleme"]
    known = _read_row(opened, form, form["cases"]["lu"].to_dict())
    same = pd.MultiIndex.from_frame(found[key].astype("str")).isin(pd.MultiIndex.from_frame(known[key].astype("str")))
    return found[~same].reset_index(drop=True)


def _read_row(opened, form, cells):
    from diagnostic.read.inventory.inventory import join_sheets
    from diagnostic.read.inventory.tables import clean_table

    table, columns = form["table"], list(form["cases"].index)
    raw = pd.DataFrame([columns, [cells.get(column, "") for column in columns]], index=[1, 2])
    clean = opened["nettes"][table]
    key = "acteur_id" if table == "acteurs" else None
    others = clean[clean[key] != form["identifiant"]] if key else clean.iloc[:0]
    taken = others[key].dropna() if key else ()
    kept, found, read = clean_table(raw, table, Path("saisie"), table, lists=opened["listes"], taken=taken)
    told = [found, join_sheets([others, kept], table)[1] if len(others) and len(kept) else None]
    told += _check_actor(opened, kept, read) if table == "acteurs" else _check_link(opened, kept, form)
    problems = join_problems(*told)
    return problems[problems["gravite"] != "information"].drop_duplicates(["colonne", "probleme"]).reset_index(drop=True)


def _check_actor(opened, kept, read):
    """Return the problems of the commune, the point and the territories of one actor."""
    from diagnostic.read.actors.actors import assign_territories, complete_actors
    from diagnostic.read.dossier import find_written
    from diagnostic.read.places.cog import read_cog

    tables, settings = opened["tables"], opened["tables"]["reglages"]
    if not len(kept):
        return []
    acteurs, doubts = complete_actors(
        kept, read_cog(), opened["listes"]["categories"], communes=tables["communes"], distance_max_km=settings["distance_max_km"],
        written=find_written(kept, "acteurs", {"acteurs": read}), crs=settings["crs"],
    )  # fmt: skip
    _, unknown = assign_territories(acteurs, "acteur_id", tables["territoires"], tables["communes"], appartenance=tables["appartenance"])
    return [doubts, unknown]


def _check_link(opened, kept, form):
    """Return the problems of the actors, the dispositif and the territory that one link names, and whether another says the same."""
    from diagnostic.read.actors.actors import tell_unmatched
    from diagnostic.read.inventory.references import LABELS, REFERRING_TABLES, resolve_references

    tables = opened["tables"]
    alone = {name: make_table(name) for name in REFERRING_TABLES} | {name: tables[name] for name in LABELS}
    alone["acteurs"] = pd.concat([tables["acteurs"], _list_added(form["etats"])], ignore_index=True)
    own = tables["liens"][ORIGIN_COLUMNS].astype("str").eq([form["fichier"], form["feuille"], str(form["ligne"])]).all(axis=1)
    alone["liens"] = pd.concat([part for part in (tables["liens"][~own], kept) if len(part)] or [kept], ignore_index=True)
    _, problems = resolve_references(alone)
    problems = problems[problems["fichier"].astype("str") == "saisie"]
    unknown = tell_unmatched(kept, "territoire", tables["territoires"], "Territoire « {} » inconnu.")
    return [problems, unknown]


def _list_added(states):
    """Return the actors that the edits add, as far as a link can name them: acteur_id, nom."""
    added = states[(states["table"] == "acteurs") & states["identifiant"].str.startswith(NEW) & states["colonne"].eq("nom")]
    return pd.DataFrame({"acteur_id": added["identifiant"], "nom": added["apres"]}).reset_index(drop=True)
