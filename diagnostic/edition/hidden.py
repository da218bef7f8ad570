"""Rows that their `diffusion` keeps out of an edition, and everything that names them."""

import pandas as pd

from diagnostic.edition.personal import LIST_REFERENCES
from diagnostic.schema import describe_table

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
OPTIONAL_REFERENCES = {"acteurs": ["site_id", "porteur_id", "declarant_id", "organisme_id"], "dispositifs": ["dispositif_parent_id"]}


def find_hidden(rows, edition):
    """Return the mask of the rows whose `diffusion` keeps them out of the edition."""
    closed = {"interne": [], "partenaires": ["interne"], "publique": ["interne", "partenaires"]}[edition]
    return rows["diffusion"].isin(closed)


def hide_rows(rows, name, hidden, edition):
    """Return the rows without the hidden ones, what an empty `diffusion` does not open blanked, and what was removed."""
    told = []
    if hidden.any():
        told.append([name, "lignes", int(hidden.sum()), "diffusion restreinte (colonne diffusion)"])
    rows = rows[~hidden].copy()
    silent = rows["diffusion"].isna()
    if edition == "publique" and silent.any():
        lists = set(describe_table(name).query("genre == 'liste'").index)
        for column in rows.columns.difference(PUBLIC_BY_RIGHT[name]):
            if column in lists:
                rows[column] = [() if blank else cell for cell, blank in zip(rows[column], silent, strict=True)]
            else:
                rows[column] = rows[column].mask(silent)
        told.append([name, "cellules hors nom, catégorie et commune", int(silent.sum()), "diffusion non remplie"])
    return rows, told


def drop_references(rows, name, tables, hidden):
    """Return the rows of a table without what names a hidden actor or dispositif, and what was removed."""
    told = []
    if name not in KEYS:
        rows, told = _drop_rows_of_hidden(rows, name, tables, hidden)
    rows, emptied = _empty_references(rows, name, tables, hidden)
    return rows, told + emptied


def _list_gone(tables, hidden, target):
    return set(tables[target].loc[hidden[target], KEYS[target]])


def _drop_rows_of_hidden(rows, name, tables, hidden):
    """Drop the rows whose main references name a hidden actor or dispositif."""
    told = []
    for target, references in (("acteurs", ACTOR_REFERENCES), ("dispositifs", ["dispositif_id"])):
        gone = _list_gone(tables, hidden, target)
        columns = [c for c in references if c in rows.columns]
        # Measures of structures carry the identifier as their index.
        naming = rows.index.isin(gone) if rows.index.name == KEYS[target] else pd.Series(False, index=rows.index).to_numpy()
        naming = naming | rows[columns].isin(gone).any(axis=1).to_numpy()
        if naming.any():
            told.append([name, "lignes", int(naming.sum()), f"citent des {target} à diffusion restreinte"])
            rows = rows[~naming]
    return rows, told


def _empty_references(rows, name, tables, hidden):
    """Empty the optional cells that name a hidden actor or dispositif, and take it out of the lists."""
    told = []
    for target in KEYS:
        gone = _list_gone(tables, hidden, target)
        for column in [c for c in OPTIONAL_REFERENCES[target] if c in rows.columns]:
            naming = rows[column].isin(gone)
            if naming.any():
                rows = rows.assign(**{column: rows[column].mask(naming)})
                told.append([name, f"colonne {column}", int(naming.sum()), f"cite des {target} à diffusion restreinte"])
        for column in [c for c in LIST_REFERENCES[target] if c in rows.columns]:
            lists = rows[column].map(lambda cell: tuple(i for i in cell if i not in gone) if isinstance(cell, tuple) else cell)  # noqa: B023
            shorter = [len(a) != len(b) for a, b in zip(lists, rows[column], strict=True) if isinstance(a, tuple)]
            if any(shorter):
                rows = rows.assign(**{column: lists})
                told.append([name, f"colonne {column}", sum(shorter), f"cite des {target} à diffusion restreinte"])
    return rows, told


def keep_told_sources(sources, tables, shown):
    """Return the sources that a row shown still has, and what was removed: the source of a hidden row may say who it is.

    Parameters
    ----------
    sources : DataFrame objet, source, millesime, nombre (`measure.mentions.list_sources`)
    tables, shown : dict of tables, before and after the hidden rows went
    """
    gone = pd.Series(False, index=sources.index)
    for name in KEYS | {"participations": "", "liens": ""}:
        if name in shown and "source" in shown[name] and "source" in tables[name]:
            left = set(tables[name]["source"].dropna()) - set(shown[name]["source"].dropna())
            gone |= sources["objet"].eq(name) & sources["source"].isin(left)
    told = [["sources", "lignes", int(gone.sum()), "sources de lignes à diffusion restreinte"]] if gone.any() else []
    return sources[~gone], told
