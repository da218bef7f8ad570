"""Numbers that have a scale (an intensity from 1 to 4, a count that is never negative) -> those out of it emptied and told."""

import numpy as np

from diagnostic.schema import join_problems, list_problems

# {table: {column: (least, most, whole numbers only)}}; what layers and journeys are bounded by is judged where they are read.
BOUNDS = {
    "acteurs": {"capacite": (0, np.inf, False), "effectif": (0, np.inf, False)},
    "dispositifs": {"duree_financement_mois": (0, np.inf, False), "annee_diagnostic": (1900, 2100, True)},
    "liens": {"intensite": (1, 4, True)},
    "postes": {"etp": (0, np.inf, False)},
    "enquete": {"max_citations": (1, np.inf, True)},
    "attendus": {"population_min": (0, np.inf, False), "minutes_max": (0, np.inf, False), "echeance_annee": (1900, 2100, True)},
    "communes": {"population": (0, np.inf, False), "ressortissants_msa": (0, np.inf, False), "poids": (0, np.inf, False)},
}  # fmt: skip

EMPTIED = " ; la case est lue comme vide"  # what becomes of such a cell, where it is one of an inventory


def check_bounds(rows, table, headings=None):
    """Empty the numbers of `table` that are out of their scale.

    Parameters
    ----------
    rows : DataFrame, typed, house columns and ORIGIN_COLUMNS
    table : str
    headings : Series of str, optional, index = columns: what the user calls them

    Returns
    -------
    rows : DataFrame, the same with these cells missing; a missing number stays missing
    problemes : DataFrame or None, one `attention` a cell
    """
    told, emptied = [], {}
    for column, (least, most, whole) in BOUNDS.get(table, {}).items():
        if column not in rows:
            continue
        numbers = rows[column].astype("float64")
        out = numbers.notna() & ~(numbers.between(least, most) & (~np.array(whole) | (numbers % 1 == 0)))
        if not out.any():
            continue
        shown = numbers[out].map("{:.10g}".format).str.replace(".", ",", regex=False)
        scale = _tell_scale(least, most, whole)
        heading = column if headings is None else headings.get(column, column)
        messages = "« " + shown + f" » n'est pas {scale}{EMPTIED}."
        told.append(list_problems("attention", rows[out], messages, f"écrivez {scale}, ou videz", colonne=heading, valeur=shown))
        emptied[column] = rows[column].mask(out)
    return (rows.assign(**emptied) if emptied else rows), join_problems(*told) if told else None


def _tell_scale(least, most, whole):
    """Return what may be written: « un nombre entier de 1 à 4 », « un nombre positif ou nul »."""
    kind = "un nombre entier" if whole else "un nombre"
    if most < np.inf:
        return f"{kind} de {least} à {most}"
    return f"{kind} positif ou nul" if least == 0 else f"{kind} à partir de {least}"
