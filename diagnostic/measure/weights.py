"""What a commune weighs in a measure: its population, one, its surface, or any column of numbers."""

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError

POPULATION = "population"
COMMUNES = "communes"


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
    appartenance : DataFrame with code_insee, territoire_id; a row repeated counts once
    communes : DataFrame indexed by code_insee; only those of `appartenance` need a weight

    Returns
    -------
    DataFrame
        territoire_id, code_insee, poids, ponderation; the index of `appartenance`. A territory whose weights are all zero
        (the dead villages of the Meuse) falls back to one per commune, and `ponderation` says so:
        "communes (population nulle)".

    Raises
    ------
    DiagnosticError
        As `weigh_communes`; and when a territory names a commune that `communes` does not hold.
    """
    places = appartenance[["territoire_id", "code_insee"]].drop_duplicates()
    _check_index(communes)
    # Positions, not isin: on 35,000 text codes pandas 3 takes 3 ms for one and 250 ms for the other.
    position = communes.index.get_indexer(places["code_insee"])
    if (position < 0).any():
        unknown = places["code_insee"][position < 0].unique()
        raise _refuse("Communes d'un territoire absentes de la table des communes", unknown, ponderation)
    used, place = np.unique(position, return_inverse=True)
    columns = [ponderation] if ponderation in communes.columns else []
    places["poids"] = weigh_communes(pd.DataFrame(communes[columns].iloc[used]), ponderation).to_numpy()[place]
    empty = places.groupby("territoire_id")["poids"].transform("sum").eq(0)
    places["poids"] = places["poids"].mask(empty, 1.0)
    fallback = f"communes ({ponderation} nulle)"
    return places.assign(ponderation=pd.Series(ponderation, index=places.index, dtype="str").mask(empty, fallback))


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
    """Return the error that names the first ten communes of `codes` and counts them all."""
    named = ", ".join(sorted(map(str, codes))[:10]) + (", ..." if len(codes) > 10 else "")
    return DiagnosticError(
        f"{quoi} ({len(codes)}) : {named}.",
        f"table des communes, colonne {ponderation}",
        "complétez la feuille communes, ou choisissez la pondération « communes » dans la feuille parametres",
    )
