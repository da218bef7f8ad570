"""Who may see what: the tables of a diagnosis -> those an audience may see, and the list of what was removed.

Applied once, before anything is drawn or written. The rules are in two tables of the vocabulary: the column `edition`
of `colonnes.csv` (columns) and of `tables.csv` (whole tables); the rows follow the `diffusion` of each actor.
"""

import pandas as pd

from diagnostic.edition.closed import drop_distances, list_closed_categories
from diagnostic.edition.personal import LIST_REFERENCES, mask_personal, mask_settings
from diagnostic.schema import EDITIONS, describe_table, is_imported, list_tables
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
OPTIONAL_REFERENCES = {"acteurs": ["site_id", "porteur_id", "declarant_id", "organisme_id"], "dispositifs": ["dispositif_parent_id"]}
LOCATING = ["lat", "lon", "adresse", "siret", "siren"]  # what leads to the door of a home
# Results that count words typed in an open list: {table: (column of kinds, {kind: its list}, column of words)}.
TYPED_WORDS = {
    "facettes": ("facette", {"theme": "themes"}, "valeur"),
    "constats_details": ("objet", {"theme": "themes", "public": "publics"}, "identifiant"),
}  # fmt: skip
DRAWN_COLUMNS = {
    "acteurs": ["acteur_id", "nom", "sigle", "categorie", "champ", "mobile", "hors_territoire", "x_m", "y_m"],
    "dispositifs": ["dispositif_id", "nom"], "liens": ["source_id", "cible_id"], "participations": ["acteur_id", "dispositif_id"],
}  # fmt: skip


def filter_edition(tables, edition):
    """Return the tables that `edition` may hold, and the list of what was removed.

    Parameters
    ----------
    tables : dict of str -> DataFrame, of dicts of settings (`reglages`) and of vocabularies (`listes`)
    edition : {"publique", "partenaires", "interne"}

    Returns
    -------
    kept : dict; a table that `tables.csv` does not name is kept in the edition interne only
    retraits : DataFrame (table, objet, nombre, raison)

    Notes
    -----
    Aggregates were computed on every actor, hidden ones included; only names, rows and cells are removed here.
    """
    kept, removed = _keep_tables(tables, edition)
    hidden = {name: _find_hidden(tables[name], edition) for name in KEYS}
    for name in KEYS:
        kept[name], told = _filter_rows(kept[name], name, hidden[name], edition)
        removed += told
    kept["acteurs"], told = _coarsen(kept["acteurs"], tables["acteurs"], tables["communes"], edition)
    removed += told
    closed = list_closed_categories(tables["acteurs"], kept["acteurs"])
    for name, value in kept.items():
        if isinstance(value, pd.DataFrame):
            value, told = drop_distances(value, name, closed, tables)
            removed += told
            kept[name], told = _filter_table(value, name, tables, hidden, edition)
            removed += told
        elif edition != "interne":
            kept[name] = mask_settings(value)
    return kept, pd.DataFrame(removed, columns=REMOVED_COLUMNS)


def _filter_table(rows, name, tables, hidden, edition):
    """Apply to one table the rules that follow from other rows, from its own columns, and from what its texts say."""
    removed = []
    if name not in KEYS:
        rows, removed = _drop_rows_of_hidden(rows, name, tables, hidden)
    rows, told = _empty_references(rows, name, tables, hidden)
    removed += told
    for rule in (_drop_marked, _drop_columns):
        rows, told = rule(rows, name, edition)
        removed += told
    if edition != "interne":
        rows, told = _drop_typed_words(rows, name, tables)
        rows, masked = mask_personal(rows, name)
        removed += told + masked
    return rows, removed


def _rank(edition):
    return pd.Series(edition).map({name: rank for rank, name in enumerate([*EDITIONS, "jamais"])}).to_numpy()


def _keep_tables(tables, edition):
    rules = read_vocabulary("tables").set_index("table")["edition"]
    kept, removed = {}, []
    for name, value in tables.items():
        if not isinstance(value, pd.DataFrame) or _rank(rules.get(name, "interne"))[0] <= _rank(edition)[0]:
            kept[name] = value
        elif name in rules.index and len(value):
            removed.append([name, "table entière", len(value), "réservée à une autre édition"])
    return kept, removed


def _find_hidden(rows, edition):
    """Return the mask of the rows whose `diffusion` keeps them out of the edition."""
    closed = {"interne": [], "partenaires": ["interne"], "publique": ["interne", "partenaires"]}[edition]
    return rows["diffusion"].isin(closed)


def _filter_rows(rows, name, hidden, edition):
    """Hide rows by their `diffusion`; blank what an empty `diffusion` does not open."""
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


def _coarsen(rows, written, communes, edition):
    """Bring homes and sole traders back to the mairie of their commune; an empty `diffusion` opens no exact point either.

    Who is one is read in the rows as they were `written`: an empty `diffusion` has blanked it in those left.
    """
    if edition == "interne" or not len(rows):
        return rows, []
    said = written.loc[rows.index]
    trader = said["entreprise_individuelle"].eq(True).fillna(False).astype(bool)
    home = trader | said["lieu_domicile"].eq(True).fillna(False).astype(bool)
    told = []
    if home.any():
        rows = rows.assign(**{column: rows[column].mask(home) for column in LOCATING})
        told.append(["acteurs", "adresse et point", int(home.sum()), "domicile ou entreprise individuelle : ramené à la commune"])
    moved = home | rows["diffusion"].isna() if edition == "publique" else home
    mairies = pd.DataFrame(communes).reindex(columns=["x_m", "y_m"]).reindex(rows["code_insee"]).set_axis(rows.index)
    rows = rows.assign(**{column: rows[column].mask(moved, mairies[column]) for column in ("x_m", "y_m")})
    if edition == "publique" and trader.any():
        rows = rows.assign(
            nom=rows["nom"].mask(trader, "Entreprise individuelle (nom non publié)"), sigle=rows["sigle"].mask(trader)
        )
        told.append(["acteurs", "nom", int(trader.sum()), "entreprise individuelle : donnée personnelle"])
    return rows, told


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
    counts = {c: int(_is_filled(rows[c]).sum()) for c in closed if c in rows.columns}
    told = [[name, f"colonne {c}", count, "réservée à une autre édition"] for c, count in counts.items() if count]
    return rows.drop(columns=list(counts)), told


def _drop_typed_words(rows, name, tables):
    """Drop the counts of a theme or a public that is in no list: somebody typed it, and it may say more than a theme."""
    if name not in TYPED_WORDS:
        return rows, []
    column, lists, words = TYPED_WORDS[name]
    known = {kind: {*tables["listes"][listed].index, "non_precise"} for kind, listed in lists.items()}
    gone = pd.Series([kind in known and word not in known[kind] for kind, word in zip(rows[column], rows[words], strict=True)], rows.index)
    told = [[name, "lignes", int(gone.sum()), "thème ou public hors des listes"]] if gone.any() else []
    return rows[~gone.astype(bool)], told


def _is_filled(cells):
    return cells.notna() & cells.map(lambda cell: cell != ()).astype(bool) if cells.dtype == object else cells.notna()


def keep_local(tables):
    """Return the tables without the rows of imports that lie out of the territory: they served the distances."""
    inside = set(tables["communes"].index) | set(tables["communes"]["epci"].dropna())
    affiliations = tables["affiliations"][tables["affiliations"]["territoire_code"].isin(inside)]
    devices = tables["dispositifs"]
    imported = is_imported(devices)
    return tables | {
        "acteurs": tables["acteurs"][~tables["acteurs"]["hors_territoire"].astype(bool)],
        "affiliations": affiliations,
        "dispositifs": devices[~imported | devices["dispositif_id"].isin(affiliations["dispositif_id"])],
    }


def show_same_actors(editions):
    """Say whether several filtered editions draw the same actors at the same places, and the same dispositifs: so are their pages.

    Parameters
    ----------
    editions : list of dict of tables, as `filter_edition` returns them
    """
    drawn = [
        {name: tables[name].reindex(columns=columns).reset_index(drop=True) for name, columns in DRAWN_COLUMNS.items()}
        for tables in editions
    ]
    return all(shown[name].equals(drawn[0][name]) for shown in drawn for name in DRAWN_COLUMNS)
