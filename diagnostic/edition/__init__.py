"""Who may see what: the tables of a diagnosis -> those an audience may see, and the list of what was removed.

Applied once, before anything is drawn or written. The rules are in one table of the vocabulary, `editions.csv`: tables, columns,
kinds of results; the rows follow the `diffusion` of each actor; what names or reaches a person is taken out of every text.
"""

import pandas as pd

from diagnostic.edition.closed import drop_distances, list_closed_categories
from diagnostic.edition.coarse import coarsen_actors, list_telling_ids, list_words, mark_persons
from diagnostic.edition.hidden import KEYS, drop_references, find_hidden, hide_rows, keep_told_sources
from diagnostic.edition.personal import MASK, make_masker, mask_personal, mask_settings, mask_text, number_identifiers
from diagnostic.edition.reached import rename_reached
from diagnostic.edition.ruled import close_settings, drop_columns, drop_marked, keep_tables
from diagnostic.schema import is_imported
from diagnostic.vocabulary import normalize_label

REMOVED_COLUMNS = ["table", "objet", "nombre", "raison"]
# Results that count words typed in an open list: {table: (column of kinds, {kind: its list}, column of words)}.
TYPED_WORDS = {
    "facettes": ("facette", {"theme": "themes"}, "valeur"),
    "constats_details": ("objet", {"theme": "themes", "public": "publics"}, "identifiant"),
}  # fmt: skip
# Cells where a known word alone may be read: {table: (column, known words)}.
TYPED_CELLS = {
    "modes_acces": (
        "transport",
        {"voiture", "car", "autocar", "bus", "autobus", "train", "tram", "tramway", "métro", "vélo", "velo", "marche", "pied", "à pied",
         "moto", "covoiturage", "transport en commun", "transports en commun", "transports collectifs"},
    )
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
    kept : dict; a table or a column that `editions.csv` does not name is kept in the edition interne only
    retraits : DataFrame (table, objet, nombre, raison); it never says what was removed

    Notes
    -----
    Aggregates were computed on every actor, hidden ones included; only names, rows and cells are removed here.
    """
    kept, removed = keep_tables(tables, edition)
    hidden = {name: find_hidden(tables[name], edition) for name in KEYS}
    for name in KEYS:
        kept[name], told = hide_rows(kept[name], name, hidden[name], edition)
        removed += told
    masker = None
    if edition != "interne":
        marks = mark_persons(tables["acteurs"], effectif=_read_smallest(tables))
        kept["acteurs"], told = coarsen_actors(kept["acteurs"], marks, tables["communes"], _list_labels(tables), edition)
        devices, words, renamed = _rename_dispositifs(kept["dispositifs"], tables, edition)
        kept["dispositifs"], removed = devices, removed + told + renamed
        masker = _prepare_masker(tables, kept, marks, edition, words)
    closed = list_closed_categories(tables["acteurs"], kept["acteurs"])
    for name, value in kept.items():
        if isinstance(value, pd.DataFrame):
            value, told = drop_distances(value, name, closed, tables)
            removed += told
            kept[name], told = _filter_table(value, name, tables, hidden, edition)
            removed += told
        elif isinstance(value, dict) and name == "reglages":
            kept[name] = close_settings(value, edition)
    if masker:
        removed += _mask_all(kept, tables, masker)
        removed = [[name, mask_text(what, masker), *others] for name, what, *others in removed]  # a heading may name somebody
    return kept, pd.DataFrame(removed, columns=REMOVED_COLUMNS)


def _filter_table(rows, name, tables, hidden, edition):
    """Apply to one table the rules that follow from other rows, from its own columns, and from the lists of words."""
    rows, removed = drop_references(rows, name, tables, hidden)
    for rule in (drop_marked, drop_columns):
        rows, told = rule(rows, name, edition)
        removed += told
    if edition != "interne":
        rows, told = _drop_typed_words(rows, name, tables)
        removed += told
    return rows, removed


def _read_smallest(tables):
    return float(tables.get("reglages", {}).get("effectif_petite_structure") or 0)


def _list_labels(tables):
    """Return {category: label}, those of the dossier."""
    listed = tables.get("listes", {}).get("categories")
    return {} if listed is None else listed["libelle"].to_dict()


def _rename_dispositifs(rows, tables, edition):
    """Return the dispositifs, {name: what is written instead} and what was removed; partners read their names."""
    listed = tables.get("listes", {}).get("dispositifs")
    labels = {} if listed is None else listed["libelle"].to_dict()
    return rename_reached(rows, labels) if edition == "publique" else (rows, {}, [])


def _prepare_masker(tables, kept, marks, edition, words):
    """Return what masks the texts of an edition (`personal.make_masker`): persons, and what leads to the sole traders."""
    actors, communes = tables["acteurs"], tables["communes"]
    names = communes["nom"].dropna() if "nom" in communes else []
    known = {normalize_label(word) for word in [*_list_labels(tables).values(), *names]}
    words = words | list_words(actors, kept["acteurs"], marks, known)
    if edition == "partenaires":  # they read the names of those whose home they may not find
        words = {text: shown for text, shown in words.items() if text not in set(actors["nom"].dropna())}
    telling = list_telling_ids(actors[marks["entrepreneur"] | marks["joint"]]) if edition == "publique" else []
    return make_masker(edition, people=tables.get("personnes"), words=words, identifiers=number_identifiers(tables, telling))


def _mask_all(kept, tables, masker):
    """Mask the texts of every table left, in `kept` itself; return what was removed."""
    removed = []
    if "sources" in kept:
        kept["sources"], told = keep_told_sources(kept["sources"], tables, kept)
        removed += told
    for name, value in kept.items():
        if isinstance(value, pd.DataFrame):
            kept[name], told = mask_personal(value, name, masker)
            removed += told
        else:
            kept[name] = mask_settings(value, masker)
    return removed


def _drop_typed_words(rows, name, tables):
    """Drop the counts of a theme or a public that is in no list: somebody typed it, and it may say more than a theme."""
    if name in TYPED_CELLS:
        column, known = TYPED_CELLS[name]
        free = rows[column].notna() & ~rows[column].isin({*known, ""}) if column in rows else pd.Series(dtype=bool)
        told = [[name, f"colonne {column}", int(free.sum()), "mot hors des listes"]] if free.any() else []
        return (rows.assign(**{column: rows[column].mask(free, MASK)}) if free.any() else rows), told
    if name not in TYPED_WORDS:
        return rows, []
    column, lists, words = TYPED_WORDS[name]
    known = {kind: {*tables["listes"][listed].index, "non_precise"} for kind, listed in lists.items()}
    gone = pd.Series([kind in known and word not in known[kind] for kind, word in zip(rows[column], rows[words], strict=True)], rows.index)
    told = [[name, "lignes", int(gone.sum()), "thème ou public hors des listes"]] if gone.any() else []
    return rows[~gone.astype(bool)], told


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
