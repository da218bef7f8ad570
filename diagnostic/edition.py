"""Who may see what: the tables of a diagnosis -> those an audience may see, and the list of what was removed.

Applied once, before anything is drawn or written. The rules are in two tables of the vocabulary: the column `edition`
of `colonnes.csv` (columns) and of `tables.csv` (whole tables); the rows follow the `diffusion` of each actor.
"""

import re

import pandas as pd

from diagnostic.schema import EDITIONS, describe_table, list_tables
from diagnostic.vocabulary import read_vocabulary

REMOVED_COLUMNS = ["table", "objet", "nombre", "raison"]
# What a structure shows when its `diffusion` is empty: its name, its category, its commune (and what they imply).
PUBLIC_BY_RIGHT = {
    "acteurs": [
        "acteur_id", "nom", "sigle", "categorie", "categories_secondaires", "champ", "champ_origine", "statut", "code_insee",
        "methode_commune", "commune", "mobile", "source", "date_maj", "hors_territoire", "x_m", "y_m", "fichier", "feuille", "ligne",
    ],
    "dispositifs": ["dispositif_id", "nom", "type", "nature", "territoires", "source", "date_maj", "fichier", "feuille", "ligne"],
}  # fmt: skip
KEYS = {"acteurs": "acteur_id", "dispositifs": "dispositif_id"}
# Cells that name a row of acteurs or dispositifs: the row goes with what it names; in OPTIONAL_REFERENCES the cell does.
ACTOR_REFERENCES = ["acteur_id", "source_id", "cible_id", "acteur_a", "acteur_b"]
OPTIONAL_REFERENCES = {"acteurs": ["site_id", "porteur_id", "declarant_id"], "dispositifs": ["dispositif_parent_id"]}
_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|(?:(?:\+|00)33|\b0)\s*[1-9](?:[\s.\-]*\d{2}){4}\b")
MASK = "[masqué]"


def filter_edition(tables, edition):
    """Return the tables that `edition` may hold, and the list of what was removed.

    Parameters
    ----------
    tables : dict of str -> DataFrame; other values (settings, vocabularies) go through as they are
    edition : {"publique", "partenaires", "interne"}

    Returns
    -------
    kept : dict
    retraits : DataFrame (table, objet, nombre, raison)

    Notes
    -----
    Aggregates were computed on every actor, hidden ones included; only names, rows and cells are removed here.
    """
    removed = []
    kept = {name: value for name, value in tables.items() if _may_hold(name, edition)}
    for name in sorted(set(tables) - set(kept)):
        if isinstance(tables[name], pd.DataFrame) and len(tables[name]):
            removed.append([name, "table entière", len(tables[name]), "réservée à une autre édition"])
    hidden = {name: _find_hidden(tables[name], edition) for name in KEYS}
    for name in KEYS:
        kept[name], told = _filter_rows(kept[name], name, hidden[name], edition)
        removed += told
    for name, value in kept.items():
        if not isinstance(value, pd.DataFrame):
            continue
        if name not in KEYS:
            value, told = _drop_references(value, name, tables, hidden)
            removed += told
        value, told = _drop_marked(value, name, edition)
        removed += told
        value, told = _drop_columns(value, name, edition)
        removed += told
        if edition != "interne":
            value, told = mask_personal(value, name)
            removed += told
        kept[name] = value
    return kept, pd.DataFrame(removed, columns=REMOVED_COLUMNS)


def _rank(edition):
    return pd.Series(edition).map({name: rank for rank, name in enumerate([*EDITIONS, "jamais"])}).to_numpy()


def _may_hold(name, edition):
    rules = read_vocabulary("tables").set_index("table")["edition"]
    return _rank(rules.get(name, "publique"))[0] <= _rank(edition)[0]


def _find_hidden(rows, edition):
    """Return the mask of the rows whose `diffusion` keeps them out of the edition."""
    if edition == "interne":
        return pd.Series(False, index=rows.index)
    closed = ["interne"] if edition == "partenaires" else ["interne", "partenaires"]
    return rows["diffusion"].isin(closed)


def _filter_rows(rows, name, hidden, edition):
    """Hide rows by their `diffusion`; blank what an empty `diffusion` does not open; coarsen homes and sole traders."""
    told = []
    if hidden.any():
        told.append([name, "lignes", int(hidden.sum()), "diffusion restreinte (colonne diffusion)"])
    rows = rows[~hidden].copy()
    if edition == "interne":
        return rows, told
    silent = rows["diffusion"].isna()
    if edition == "publique" and silent.any():
        for column in [c for c in rows.columns if c not in PUBLIC_BY_RIGHT[name]]:
            empty = () if describe_table(name)["genre"].get(column) == "liste" else None
            rows[column] = rows[column].where(~silent, pd.Series([empty] * len(rows), index=rows.index, dtype=object) if empty == () else pd.NA)  # fmt: skip
        told.append([name, "cellules hors nom, catégorie et commune", int(silent.sum()), "diffusion non remplie"])
    if name == "acteurs":
        rows, coarse = _coarsen(rows, edition)
        told += coarse
    return rows, told


def _coarsen(rows, edition):
    home = rows["lieu_domicile"].eq(True).fillna(False) | rows["entreprise_individuelle"].eq(True).fillna(False)
    trader = rows["entreprise_individuelle"].eq(True).fillna(False)
    told = []
    if home.any():
        for column in ("lat", "lon", "adresse", "x_m", "y_m", "siret", "siren"):
            rows[column] = rows[column].mask(home)
        told.append(["acteurs", "adresse et point", int(home.sum()), "domicile ou entreprise individuelle : ramené à la commune"])
    if edition == "publique" and trader.any():
        rows["nom"] = rows["nom"].mask(trader, "Entreprise individuelle (nom non publié)")
        rows["sigle"] = rows["sigle"].mask(trader)
        told.append(["acteurs", "nom", int(trader.sum()), "entreprise individuelle : donnée personnelle"])
    return rows, told


def _drop_references(rows, name, tables, hidden):
    """Drop the rows that name a hidden actor or dispositif; empty the optional cells, shorten the lists."""
    told = []
    for target, key in KEYS.items():
        gone = set(tables[target].loc[hidden[target], key])
        if not gone:
            continue
        columns = [c for c in (ACTOR_REFERENCES if target == "acteurs" else ["dispositif_id"]) if c in rows.columns]
        naming = rows[columns].isin(gone).any(axis=1) if columns else pd.Series(False, index=rows.index)
        if naming.any():
            told.append([name, "lignes", int(naming.sum()), f"citent des {target} à diffusion restreinte"])
            rows = rows[~naming]
        for column in [c for c in OPTIONAL_REFERENCES[target] if c in rows.columns]:
            rows = rows.assign(**{column: rows[column].mask(rows[column].isin(gone))})
        for column in [c for c in ("membres", "acteurs", "dispositifs") if c in rows.columns]:
            is_list = rows[column].map(lambda cell: isinstance(cell, tuple)).all()
            if is_list and len(rows):
                rows = rows.assign(**{column: rows[column].map(lambda cell: tuple(i for i in cell if i not in gone))})
    return rows, told


def _drop_marked(rows, name, edition):
    """Drop the rows that say themselves, in a column `edition`, which audience they are for."""
    if "edition" not in rows.columns or not len(rows):
        return rows, []
    closed = _rank(rows["edition"]) > _rank(edition)[0]
    told = [[name, "lignes", int(closed.sum()), "résultats réservés à une autre édition"]] if closed.any() else []
    return rows[~closed], told


def _drop_columns(rows, name, edition):
    if name not in list_tables():
        return rows, []
    described = describe_table(name)
    closed = described.index[_rank(described["edition"]) > _rank(edition)[0]]
    closed = [c for c in closed if c in rows.columns]
    filled = [c for c in closed if rows[c].notna().any() and len(rows)]
    told = [[name, f"colonne {c}", int(rows[c].notna().sum()), "réservée à une autre édition"] for c in filled]
    return rows.drop(columns=closed), told


def mask_personal(rows, name):
    """Return `rows` with e-mails and phone numbers of every text cell replaced, and how many cells were."""
    told = []
    texts = [c for c in rows.columns if pd.api.types.is_string_dtype(rows[c].dtype) or rows[c].dtype == object]
    for column in texts:
        cells = rows[column]
        found = cells.map(lambda cell: isinstance(cell, str) and bool(_PERSONAL.search(cell))).astype(bool)
        if found.any():
            rows = rows.assign(**{column: cells.mask(found, cells[found].map(lambda cell: _PERSONAL.sub(MASK, cell)))})
            told.append([name, f"colonne {column}", int(found.sum()), "courriel ou téléphone dans un texte"])
    return rows, told


def keep_local(tables):
    """Return the tables without the rows of imports that lie out of the territory: they served the distances."""
    inside = set(tables["communes"].index) | set(tables["communes"]["epci"].dropna())
    affiliations = tables["affiliations"][tables["affiliations"]["territoire_code"].isin(inside)]
    devices = tables["dispositifs"]
    imported = devices["fichier"].astype(str).str.startswith("imports/")
    return tables | {
        "acteurs": tables["acteurs"][~tables["acteurs"]["hors_territoire"].astype(bool)],
        "affiliations": affiliations,
        "dispositifs": devices[~imported | devices["dispositif_id"].isin(affiliations["dispositif_id"])],
    }
