"""The tables attendus, temps_trajet and indicateurs of a dossier -> what the measures of gaps are given, in one call."""

from diagnostic.read.gaps.expectations import read_expectations
from diagnostic.read.gaps.indicators import read_indicators
from diagnostic.read.gaps.travel_times import resolve_travel_times
from diagnostic.schema import join_problems


def read_gap_inputs(tables, communes, cog, *, folder, lists, written=None):
    """Resolve what a dossier says of its expectations, its travel times and the indicators of its communes.

    Parameters
    ----------
    tables : dict with attendus, temps_trajet, indicateurs as cleaned, acteurs (completed) and couches (index couche)
    communes : DataFrame of the perimeter
    cog : dict, `read.places.cog.read_cog`
    folder : Path of the dossier (files of indicators are in indicateurs/)
    lists : dict of vocabularies
    written : DataFrame, optional, categories_requises of `attendus` as read, on its index

    Returns
    -------
    found : dict of DataFrame: `attendus` (`merge_expectations`), `temps_trajet`, `indicateurs` (the declarations kept) and
        `indicateurs_communes`
    rows : DataFrame fichier, feuille, code_insee: the rows kept of the files of indicators, for the counts
    counts : DataFrame fichier, feuille, lues of these files
    problemes : DataFrame

    Raises
    ------
    DiagnosticError
        A file of indicators, or a column of it, that cannot be found.
    """
    expected, unknown = read_expectations(tables["attendus"], lists, tables["couches"].index, written=written)
    times, lost = resolve_travel_times(tables["temps_trajet"], tables["acteurs"], communes, cog)
    declared, values, rows, told = read_indicators(tables["indicateurs"], folder, communes, cog)
    counts = rows.groupby(["fichier", "feuille"], sort=False).size().rename("lues").reset_index()
    found = {"attendus": expected, "temps_trajet": times, "indicateurs": declared, "indicateurs_communes": values}
    return found, rows.dropna(subset="code_insee")[["fichier", "feuille", "code_insee"]], counts, join_problems(unknown, lost, told)
