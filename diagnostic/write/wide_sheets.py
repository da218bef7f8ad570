"""Wide sheets to type in, the rows already there: actors x dispositifs, actors x actors, communes x layers."""

from typing import NamedTuple

import pandas as pd


class WideSheet(NamedTuple):
    """What a wide sheet offers: in its cells, in the headings left to fill, and what its headings say."""

    offre: str  # list offered in the cells, "" for none
    titres: str  # list offered in the empty headings, "" for none
    vides: int  # columns left to name
    commentaire: str


FIXED = 2  # columns filled by the software: the code, then the name
FREE_ROWS = 200  # rows left to add below
MOST_LINKED = 40  # beyond, a square table is harder to fill than a list
WIDE_SHEETS = {
    "saisie_participations": WideSheet(
        "roles", "ref:dispositifs", 20,
        "Nom du dispositif. Dans la case : le rôle de l'acteur, son stade entre parenthèses si vous le savez, plusieurs séparés par ; "
        "par exemple « Pilotage (Émergence) ; Financement ». Vide : rien à dire.",
    ),
    "saisie_liens": WideSheet(
        "types_lien", "ref:acteurs", 0, "Nom de l'acteur. Dans la case : le type de lien ; vide : aucun lien déclaré."
    ),
    "saisie_ressorts": WideSheet(
        "", "", 6, "Nom du découpage. Dans la case : l'unité dont relève la commune, par exemple « CIAS du Haut Pays » ; vide : inconnue."
    ),
}  # fmt: skip
# Layers that no national list brings, as a dossier usually names them.
LOCAL_LAYERS = ["CIAS", "CAS", "CENTRE_SOCIAL", "MSA_TERRITOIRE"]
PROTECTION = {
    "format_cells": True, "format_columns": True, "format_rows": True, "insert_columns": True, "insert_rows": True, "sort": True,
    "autofilter": True,
}  # fmt: skip


def lay_out_sheets(tables):
    """Return {sheet: table} of the wide sheets that the tables of a new inventory call for, their cells empty.

    Parameters
    ----------
    tables : dict of DataFrame; acteurs, dispositifs, communes and couches are looked at, any may be missing

    Returns
    -------
    dict of DataFrame
        Two filled columns (code, name), then one empty column a dispositif, an actor or a layer. Communes are no row of the
        sheets of actors: they are hundreds, and the list remains for them. `saisie_liens` is left out beyond 40 actors.
    """
    actors = _select_rows(tables, "acteurs", ["acteur_id", "nom", "categorie"])
    actors = actors.loc[actors["categorie"] != "commune", ["acteur_id", "nom"]].reset_index(drop=True)
    devices = _select_rows(tables, "dispositifs", ["dispositif_id", "nom"])
    communes = _select_rows(tables, "communes", ["code_insee", "nom"]).set_axis(["code_insee", "commune"], axis=1)
    couches = _select_rows(tables, "couches", ["couche", "nature"])
    own = couches.loc[couches["nature"] == "communes", "couche"].tolist()
    layers = list(dict.fromkeys([*own, *LOCAL_LAYERS]))
    sheets = {"saisie_participations": _add_columns(actors, _spell_names(devices))}
    if 1 < len(actors) <= MOST_LINKED:
        sheets["saisie_liens"] = _add_columns(actors, _spell_names(actors))
    return sheets | {"saisie_ressorts": _add_columns(communes, layers)}


def _select_rows(tables, name, columns):
    rows = tables.get(name)
    return (pd.DataFrame(columns=columns) if rows is None else rows.reset_index(drop=True)).reindex(columns=columns)


def _spell_names(rows):
    """Return the names of rows as headings; a name that several rows bear gives way to their identifiers."""
    key = rows.columns[0]
    shared = rows["nom"].duplicated(keep=False) | rows["nom"].isna()
    return rows["nom"].mask(shared, rows[key]).tolist()


def _add_columns(rows, headings):
    return rows.assign(**dict.fromkeys([name for name in headings if name not in rows], ""))


def write_wide_sheet(book, styles, name, table, offers):
    """Write a wide sheet: codes and names locked without a password, the rest open, its drop-down lists in place.

    Parameters
    ----------
    table : DataFrame, as `lay_out_sheets` returns it
    offers : dict of str -> what a drop-down list offers, as `write.template` names them
    """
    sheet, described = book.add_worksheet(name), WIDE_SHEETS[name]
    last_column = len(table.columns) + described.vides - 1
    sheet.set_column(0, 0, 22, styles["cellule"])
    sheet.set_column(1, 1, 40, styles["cellule"])
    sheet.set_column(FIXED, max(last_column, FIXED), 24, styles["cellule"])
    sheet.set_row(0, 45)
    for place, heading in enumerate(table.columns):
        sheet.write_string(0, place, heading, styles["R" if place < FIXED else "entete_libre"])
    for place in range(len(table.columns), last_column + 1):
        sheet.write_blank(0, place, None, styles["entete_libre"])
    for place in range(FIXED):
        sheet.write_column(1, place, table.iloc[:, place].fillna("").tolist(), styles["verrou"])
    sheet.write_comment(0, FIXED, described.commentaire, {"x_scale": 3, "y_scale": 2})
    _add_offers(sheet, described, len(table.columns), last_column, len(table) + FREE_ROWS, offers)
    sheet.protect("", PROTECTION)
    sheet.freeze_panes(1, FIXED)
    sheet.autofilter(0, 0, len(table) + FREE_ROWS, max(last_column, FIXED))
    return sheet


def _add_offers(sheet, described, filled, last_column, last_row, offers):
    """Offer values in the cells, names in the empty headings and below the last actor; everything else typed is kept."""
    free = {"ignore_blank": True, "show_error": False}
    if described.offre in offers and last_column >= FIXED:
        sheet.data_validation(1, FIXED, last_row, last_column, {"validate": "list", "source": offers[described.offre]} | free)
    if described.titres in offers and described.vides:
        sheet.data_validation(0, filled, 0, last_column, {"validate": "list", "source": offers[described.titres]} | free)
    if described.offre and "ref:acteurs" in offers:
        rule = {"validate": "list", "source": offers["ref:acteurs"]} | free
        sheet.data_validation(last_row - FREE_ROWS + 1, 1, last_row, 1, rule)
