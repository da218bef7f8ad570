"""Which column of a published layer holds the territories, the units and their names: declared, else told by the titles."""

import re

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.headings import find_heading
from diagnostic.read.places.boundaries import CODE_ALIASES
from diagnostic.schema import map_aliases
from diagnostic.vocabulary import normalize_label

EPCI_ALIASES = ["siren_epci", "code_epci", "epci", "siren_groupement", "siren"]
DEPARTEMENT_ALIASES = ["code_departement", "departement", "code_dep", "dep", "dept"]
CANTON_ALIASES = ["code_canton", "canton", "canton_id", "canov", "num_canton"]
UNIT_ALIASES = ["unite_id", "code_unite", "id_unite", "unite"]
UNIT_NAME_ALIASES = ["unite_nom", "nom_unite", "lib_unite", "libelle_unite"]
COMMUNE_NAMES = ["commune", "nom_commune", "nom_com", "lib_com", "libgeo", "libcom", "libelle_commune"]
EXTRA_COLUMNS = ["organisme_id", "part_population", "infra", "millesime", "source"]
CODE_WORD = re.compile(r"(?i)^(?:code|id|identifiant|num|numero|numéro)[\W_]+")
NAME_WORD = re.compile(r"(?i)^(?:nom|lib|libelle|libellé|intitule|intitulé)(?:[\W_]+(?:d[eu]s?[\W_]+)?|$)")


def find_layer_heading(raw, couche):
    """Return the line of the headings: the one of the first fifteen with the most known titles, then the most cells."""
    known = [*CODE_ALIASES, *EPCI_ALIASES, *CANTON_ALIASES, *DEPARTEMENT_ALIASES, *UNIT_ALIASES, couche.name]
    declared = [couche[name] for name in ("colonne_commune", "colonne_unite", "colonne_nom") if pd.notna(couche[name])]
    return find_heading(raw, [*known, *declared])


def find_heading_named(headings, title, colonne, where):
    """Return the place of the column that the cell `colonne` of the sheet couches names.

    Raises
    ------
    DiagnosticError
    """
    found = find_alias(headings, [title])
    if found is None:
        fix = f"corrigez la case {colonne} de la feuille couches : elle porte le titre de la colonne tel qu'il est dans ce fichier"
        raise DiagnosticError(f"Colonne « {title} » introuvable.", show_headings(headings, where), fix)
    return found


def has_commune_column(headings):
    """Return whether a file of outlines also holds the code of the commune of each (a bare `code` says nothing)."""
    return find_alias(headings, [alias for alias in CODE_ALIASES if alias != "code"]) is not None


def choose_columns(headings, couche, where):
    """Return the columns of a list.

    Parameters
    ----------
    headings : Series of str, index = places of the columns
    couche : Series, the row of `couches` (its name is the layer's)
    where : str, for the messages

    Returns
    -------
    columns : dict column of `ressorts` -> place
    genre : "commune" (codes of communes, SIREN of EPCI), "canton" or "departement"
    wide : bool, the file holds other columns of units: an empty cell is no mistake there

    Raises
    ------
    DiagnosticError
        No column for the communes or for the units, or several: the columns read are listed.
    """
    place, genre = _choose_place(headings, couche, where)
    unit, name = choose_unit(headings.drop(place), couche, where)
    columns = {"code_insee": place, "unite_id": unit} | ({} if name is None else {"unite_nom": name})
    left = headings.drop(list(columns.values()))
    known = map_aliases("ressorts")
    for other, heading in left.items():
        column = known.get(normalize_label(heading)) if heading else None
        if column in EXTRA_COLUMNS and column not in columns:
            columns[column] = other
    wide = pd.notna(couche["colonne_unite"]) or normalize_label(headings[unit]) == normalize_label(couche.name)
    return columns, genre, bool(wide) and len(_list_others(headings.drop(place))) > 2


def _choose_place(headings, couche, where):
    """Return the place of the column of communes, EPCI, cantons or departements, and its genre."""
    by_departement = couche["nature"] == "departements"
    if pd.notna(couche["colonne_commune"]):
        found = find_heading_named(headings, couche["colonne_commune"], "colonne_commune", where)
        dep = by_departement or find_alias(headings.loc[[found]], DEPARTEMENT_ALIASES) is not None
        canton = find_alias(headings.loc[[found]], CANTON_ALIASES) is not None
        return found, "departement" if dep else "canton" if canton else "commune"
    # The column of the units may bear the name of a territory: it is not the one sought.
    taken = {normalize_label(title) for title in (couche["colonne_unite"], couche.name) if pd.notna(title)}
    seen = headings[[normalize_label(heading) not in taken for heading in headings]]
    exact = [alias for alias in CODE_ALIASES if alias != "code"]
    # Beside the names of communes, the canton is where they are, not what the row stands for.
    cantons = CANTON_ALIASES if find_alias(seen, COMMUNE_NAMES) is None else []
    for aliases, genre in [
        *([(DEPARTEMENT_ALIASES, "departement")] if by_departement else []),
        (exact, "commune"), (EPCI_ALIASES, "commune"), (cantons, "canton"), (DEPARTEMENT_ALIASES, "departement"),
        (["code"], "commune"),
    ]:  # fmt: skip
        found = find_alias(seen, aliases)
        if found is not None:
            return found, genre
    fix = "écrivez son titre dans colonne_commune (feuille couches) : codes INSEE, SIREN d'EPCI, cantons ou départements"
    raise DiagnosticError(f"Couche {couche.name} : aucune colonne de communes.", show_headings(headings, where), fix)


def choose_unit(headings, couche, where):
    """Return the places of the column of the units and of the column of their names (None when the file has none)."""
    unit = _guess_unit(headings, couche, where)
    rest = headings.drop(unit)
    if pd.notna(couche["colonne_nom"]):
        return unit, find_alias(rest, [couche["colonne_nom"]])  # else it is the one of the file of labels
    named = find_alias(rest, UNIT_NAME_ALIASES)
    stem = normalize_label(CODE_WORD.sub("", headings[unit]))
    twins = [place for place, heading in rest.items() if NAME_WORD.match(heading) and normalize_label(NAME_WORD.sub("", heading)) == stem]
    return unit, named if named is not None else twins[0] if twins else None


def _guess_unit(headings, couche, where):
    if pd.notna(couche["colonne_unite"]):
        return find_heading_named(headings, couche["colonne_unite"], "colonne_unite", where)
    found = find_alias(headings, [*UNIT_ALIASES, couche.name, f"code_{couche.name}"])
    if found is not None:
        return found
    others = _list_others(headings)
    coded = others[[bool(CODE_WORD.match(heading)) for heading in others]]
    titled = others[[bool(NAME_WORD.match(heading)) for heading in others]]
    for chosen in (others, coded, titled):
        if len(chosen) == 1:
            return chosen.index[0]
    fix = "écrivez son titre dans colonne_unite (feuille couches)"
    raise DiagnosticError(f"Couche {couche.name} : quelle est la colonne des unités ?", show_headings(headings, where), fix)


def _list_others(headings):
    """Return the headings that may be those of units: neither commune, nor name of commune, nor note on the layer."""
    known = map_aliases("ressorts")
    taken = {*map(normalize_label, [*CODE_ALIASES, *COMMUNE_NAMES, *UNIT_NAME_ALIASES])}
    keep = [bool(h) and normalize_label(h) not in taken and known.get(normalize_label(h)) not in EXTRA_COLUMNS for h in headings]
    return headings[keep]


def find_alias(headings, aliases):
    """Return the place of the first alias that is a heading, or None."""
    places = {normalize_label(heading): place for place, heading in reversed(list(headings.items())) if heading}
    return next((places[normalize_label(alias)] for alias in aliases if normalize_label(alias) in places), None)


def show_headings(headings, where):
    return f"{where} (colonnes lues : {', '.join(heading for heading in headings if heading) or 'aucune'})"
