"""What a commune weighs in a measure (its population, one, its surface, any column of numbers), and which make a territory."""

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError

POPULATION = "population"
COMMUNES = "communes"
# Shares come from files and sums of floats: what differs by less is the same.
TOLERANCE = 1e-9


def weigh_communes(communes, ponderation=POPULATION):
    """Return the weight of every commune, on the index of `communes`.

    Parameters
    ----------
    communes : DataFrame indexed by code_insee
    ponderation : str
        "population", "communes" (one each), "surface_km2", or any other column of numbers (people covered by the MSA...).

    Raises
    ------
    DiagnosticError
        When a commune is listed twice, the column is absent or holds no numbers, or a weight is missing or negative:
        a missing population is never read as nobody. The first ten communes are named, all are counted.

    Examples
    --------
    >>> communes = pd.DataFrame({"population": [860.0, 270.0]}, index=["01001", "01002"])
    >>> weigh_communes(communes, "communes").tolist()
    [1.0, 1.0]
    """
    _check_index(communes)
    if ponderation == COMMUNES:
        return pd.Series(1.0, index=communes.index, name="poids")
    _check_column(communes, ponderation)
    poids = communes[ponderation].astype("float64").rename("poids")
    unusable = poids.index[~(poids >= 0)]
    if len(unusable):
        raise _refuse(f"Communes sans {ponderation} utilisable", unusable, ponderation)
    return poids


def weigh_territoires(appartenance, communes, ponderation=POPULATION):
    """Return the weight of every commune in every territory it belongs to.

    Parameters
    ----------
    appartenance : DataFrame with code_insee, territoire_id; a row repeated counts once. Optional column `part`: the share of
        the commune's population that the territory holds, for a territory that splits communes (a unit of a layer, see
        `list_unit_territories`); a missing part counts as the whole commune.
    communes : DataFrame indexed by code_insee; only those of `appartenance` need a weight

    Returns
    -------
    DataFrame
        territoire_id, code_insee, poids (the commune's weight x part), part (1 without the column, NaN where it is not
        known), ponderation; the index of `appartenance`. A territory whose communes all weigh zero (the dead villages of the
        Meuse) falls back to one per commune, and `ponderation` says so: "communes (population nulle)".

    Raises
    ------
    DiagnosticError
        As `weigh_communes`; when a territory names a commune that `communes` does not hold, holds one twice with different
        parts, or a part is not between 0 and 1.
    """
    places = _list_places(appartenance)
    _check_index(communes)
    # Positions, not isin: on 35,000 text codes pandas 3 takes 3 ms for one and 250 ms for the other.
    position = communes.index.get_indexer(places["code_insee"])
    if (position < 0).any():
        unknown = places["code_insee"][position < 0].unique()
        raise _refuse("Communes d'un territoire absentes de la table des communes", unknown, ponderation)
    used, place = np.unique(position, return_inverse=True)
    columns = [ponderation] if ponderation in communes.columns else []
    poids = weigh_communes(pd.DataFrame(communes[columns].iloc[used]), ponderation).to_numpy()[place]
    territoire = pd.factorize(places["territoire_id"])[0]
    empty = (np.bincount(territoire, poids) == 0)[territoire]
    places["poids"] = np.where(empty, 1.0, poids) * np.nan_to_num(places["part"], nan=1.0)
    told = pd.Categorical.from_codes(empty.astype("int8"), [ponderation, f"communes ({ponderation} nulle)"])
    places["ponderation"] = pd.Series(told, index=places.index).astype("str")
    return places[["territoire_id", "code_insee", "poids", "part", "ponderation"]]


def list_unit_territories(affectation):
    """Return every unit of every layer as a territory, to be measured like any other.

    Parameters
    ----------
    affectation : DataFrame with code_insee, couche, unite_id, part

    Returns
    -------
    DataFrame
        code_insee, territoire_id ("CAS:S1"), part, couche, unite_id; on the index of `affectation`. Concatenated with an
        `appartenance` whose `part` is 1, it lets one pass measure EPCI, departements and units of layers together. On its own
        layer a unit meets itself, and its neighbours where it shares a commune.

    Examples
    --------
    >>> affectation = pd.DataFrame({"code_insee": ["01001"], "couche": ["CAS"], "unite_id": ["S1"], "part": [1.0]})
    >>> list_unit_territories(affectation)["territoire_id"].tolist()
    ['CAS:S1']
    """
    named = affectation["couche"].astype("str") + ":" + affectation["unite_id"].astype("str")
    return affectation[["code_insee"]].assign(
        territoire_id=named.astype("str"), **affectation[["part", "couche", "unite_id"]]
    )


def _list_places(appartenance):
    """Return territoire_id, code_insee and part, one row a commune of a territory."""
    places = appartenance[["territoire_id", "code_insee"]]
    given = appartenance["part"].astype("float64") if "part" in appartenance else pd.Series(1.0, index=places.index)
    out = ~(given.between(0, 1 + TOLERANCE) | given.isna())
    if out.any():
        raise _refuse_part("Parts de communes qui ne sont pas entre 0 et 1", places["code_insee"][out].unique())
    territoire, commune = (pd.factorize(places[name])[0].astype("int64") for name in places)
    _, first, row = np.unique(territoire * (commune.max(initial=0) + 1) + commune, return_index=True, return_inverse=True)
    part = given.to_numpy()
    differs = ~((part == part[first][row]) | (np.isnan(part) & np.isnan(part[first][row])))
    if differs.any():
        raise _refuse_part("Communes deux fois dans un territoire avec des parts différentes", places["code_insee"][differs].unique())
    first.sort()
    return places.assign(part=given).iloc[first]


def _check_index(communes):
    """Raise when a commune is listed twice: it would weigh twice."""
    if communes.index.has_duplicates:
        raise _refuse("Communes en double", communes.index[communes.index.duplicated()].unique(), POPULATION)


def _check_column(communes, ponderation):
    """Raise when `ponderation` is not a column of numbers."""
    numbers = [str(name) for name in communes.select_dtypes("number").columns]
    if ponderation not in numbers:
        raise DiagnosticError(
            f"Pondération impossible : « {ponderation} » n'est pas une colonne de nombres.",
            "table des communes",
            f"choisissez l'une de celles-ci : {', '.join([COMMUNES, *numbers])}",
        )


def _refuse(quoi, codes, ponderation):
    """Return the error of communes that cannot be weighed."""
    return DiagnosticError(
        _name_communes(quoi, codes),
        f"table des communes, colonne {ponderation}",
        "complétez la feuille communes, ou choisissez la pondération « communes » dans la feuille parametres",
    )


def _refuse_part(quoi, codes):
    """Return the error of communes whose part in a territory cannot be used."""
    return DiagnosticError(
        _name_communes(quoi, codes),
        "table des appartenances, colonne part",
        "donnez une ligne par commune et par territoire, avec la part de sa population (0,5 pour la moitié)",
    )


def _name_communes(quoi, codes):
    """Return `quoi` with the first ten communes of `codes` named, and all counted."""
    named = ", ".join(sorted(map(str, codes))[:10]) + (", ..." if len(codes) > 10 else "")
    return f"{quoi} ({len(codes)}) : {named}."
