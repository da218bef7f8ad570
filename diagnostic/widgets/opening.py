"""Open a dossier in a notebook, say what is chosen in it, take rows of its tables with names beside the codes."""

import os

import pandas as pd

from diagnostic import run as way
from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import format_number
from diagnostic.widgets.tables import INTERNAL, show_sentences, show_table

VARIABLE = "DIAGNOSTIC_DOSSIER"  # the dossier of a notebook that names none: the same notebooks, another territory, no edit
WHOLE = "perimetre"


def open_dossier(dossier="", edition="publique"):
    """Read and measure a dossier; return the tables that an edition may show.

    Without a dossier: that of the environment variable DIAGNOSTIC_DOSSIER, else the example.
    """
    return way.select_edition(way.measure(_find_folder(dossier) or way.find_example()), edition)


def run_dossier(dossier="", *, editions=("publique",)):
    """Do the whole way on a dossier; see `run.run`. The outputs of the example go to `sorties` in the current folder."""
    folder = _find_folder(dossier)
    return way.run(folder or way.find_example(), sortie=None if folder else "sorties", editions=editions)


def _find_folder(dossier):
    return dossier or os.environ.get(VARIABLE, "")


def list_choices(tables):
    """Return what a reader can choose in a dossier, as {name: Series of labels indexed by code}, in the order of the menus."""
    steps = [float(step) for step in tables["reglages"]["seuils_km"]]
    return {
        "TERRITOIRE": tables["territoires"]["nom"], "COUCHE": _list_layers(tables), "CATEGORIE": _list_categories(tables),
        "SEUIL_KM": pd.Series([f"{format_number(step, 0 if step == int(step) else 1)} km" for step in steps], index=steps, dtype=str),
    }  # fmt: skip


def _list_layers(tables):
    """Return the layers that are not of one piece in the dossier, EPCI left out: it is what the others are compared to."""
    pieces = tables["affectation"].groupby("couche")["unite_id"].nunique()
    labels = tables["couches"]["libelle"]
    return labels[(labels.index != "EPCI") & (pieces.reindex(labels.index).fillna(0) > 1)]


def _list_categories(tables):
    """Return the categories of which something is known: an actor, or what the group said of its inventory."""
    actors, said = tables["acteurs"], tables["couverture_inventaire"]["categorie"]
    others = actors["categories_secondaires"].dropna().explode() if "categories_secondaires" in actors else pd.Series(dtype=str)
    known = set(actors["categorie"].dropna()) | set(others.dropna()) | set(said.dropna())
    labels = tables["listes"]["categories"]["libelle"]
    labels = labels[labels.index.isin(known)]
    return labels.iloc[labels.map(normalize_label).argsort(kind="stable")]


def choose_start(tables, name, code=""):
    """Return `code`, or where it is empty what a menu opens on: the whole territory, the first layer or category, the middle step.

    None when the dossier has nothing to choose from.

    Raises
    ------
    DiagnosticError
        The dossier has no such code; the message lists those it has.
    """
    known = list_choices(tables)[name]
    if code in ("", None):
        return _find_first(tables, name, known.index)
    if code in known.index:
        return code
    raise DiagnosticError(
        f"{name} inconnu dans ce dossier : « {code} ».", "cellule des réglages du carnet",
        "choisissez parmi : " + (" ; ".join(f"{key} ({words})" for key, words in known.items()) or "rien, laissez vide"),
    )  # fmt: skip


def _find_first(tables, name, codes):
    """Return where a menu opens: the whole, the middle step, the first category of which there is most to show, the first layer."""
    if name == "SEUIL_KM" and len(codes):
        return codes[len(codes) // 2]
    access = tables["acces"]
    measured = access[(access["territoire_id"] == WHOLE) & (access["inventaire"] == "complet")]["categorie"]
    drawn = tables["etats_communes_resume"]["categorie"]
    first = {"TERRITOIRE": [codes.isin([WHOLE])], "CATEGORIE": [codes.isin(measured), codes.isin(drawn)]}
    for wanted in [codes[held] for held in first.get(name, [])]:
        if len(wanted):
            return wanted[0]
    return codes[0] if len(codes) else None


def show_choice(tables, *, territoire=None, couche=None, categorie=None, seuil_km=None):
    """Return a sentence that names what is chosen; an empty choice is what `choose_start` gives, None is not told.

    Raises
    ------
    DiagnosticError
        A choice is not in the dossier; the message tells every one of these, and lists those that are.
    """
    asked = {"TERRITOIRE": territoire, "COUCHE": couche, "CATEGORIE": categorie, "SEUIL_KM": seuil_km}
    known, told, errors = list_choices(tables), [], []
    for name, code in asked.items():
        if code is not None:
            try:
                start = choose_start(tables, name, code)
                told += [str(known[name][start])] if start is not None else []
            except DiagnosticError as error:
                errors.append(error)
    if errors:
        raise DiagnosticError.gather(errors)
    return show_sentences([" ; ".join(told) or "Rien à choisir dans ce dossier."])


def choose_rows(tables, name, *, territoire=None):
    """Return one table, its rows in `territoire` when given ("": the whole), with a column of names beside each column of codes.

    `territoire_id` gives `territoire_nom`, and so on for couche, couche_a, couche_b, categorie, acteur_id, acteur_a, acteur_b.
    """
    actors = tables["acteurs"].set_index("acteur_id")["nom"]
    known = {"territoire_id": tables["territoires"]["nom"], "categorie": tables["listes"]["categories"]["libelle"]}
    known |= dict.fromkeys(["couche", "couche_a", "couche_b"], tables["couches"]["libelle"])
    known |= dict.fromkeys(["acteur_id", "acteur_a", "acteur_b"], actors)
    rows = tables[name]
    rows = rows.reset_index() if rows.index.name in known else rows
    rows = rows if territoire is None else rows[rows["territoire_id"] == (territoire or WHOLE)]
    names = {f"{column.removesuffix('_id')}_nom": rows[column].map(words) for column, words in known.items() if column in rows}
    return rows.assign(**names)


def show_internal(tables, name, columns, *, order=None, lines=10):
    """Return a table of the internal edition, largest `order` first; in another edition, a sentence in its place."""
    if tables["edition"] != "interne":
        return show_sentences([INTERNAL])
    rows = choose_rows(tables, name)
    return show_table(rows if order is None else rows.sort_values(order, ascending=False), columns, lines=lines)
