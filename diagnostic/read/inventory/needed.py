"""The sheets that others refer to: refused when one is missing, told when the dossier has no actor at all."""

from rapidfuzz import fuzz, process

from diagnostic.errors import DiagnosticError
from diagnostic.read.inventory.sheets import STRANGER
from diagnostic.schema import describe_table, list_problems, list_tables, locate_sheet
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words, join_words

_NEAR = 60  # of 100: a name of sheet that may stand for the one that is missing


def refuse_missing(tables, read, counts, problems):
    """Raise when a table that filled rows must refer to has no sheet: each of these rows would be set aside.

    Parameters
    ----------
    tables : dict of DataFrame, cleaned, the rows of the imports included; references not resolved yet
    read : collection of str, the tables that a sheet was read for
    counts : DataFrame fichier, feuille, lues of the inventory
    problems : DataFrame, those of the inventory: what they say of the sheets that are not recognised

    Raises
    ------
    DiagnosticError
        Every missing sheet at once, with the sheets that were read and the name that is the nearest.
    """
    asking = {}
    for table, rows in tables.items():
        for target in _list_targets(table) if len(rows) else ():
            asking.setdefault(target, []).append(table)
    strangers = problems.loc[problems["probleme"].str.contains(STRANGER, regex=False), "feuille"].unique()
    where, errors = _list_read(counts, strangers), []
    for target in [name for name in asking if name not in read and not len(tables[name])]:
        lines = count_words(sum(len(tables[name]) for name in asking[target]), "ligne")
        several = len(asking[target]) > 1
        names = ("les feuilles " if several else "la feuille ") + join_words(asking[target])
        message = f"Feuille {target} introuvable : {names} ({lines}) en {'ont' if several else 'a'} besoin."
        errors.append(DiagnosticError(message, where, _propose(target, strangers)))
    if errors:
        raise DiagnosticError.gather(errors)


def _list_targets(table):
    """Return the tables that every row of `table` must refer to."""
    described = describe_table(table)
    required = described[described["statut"] == "R"]
    named = [*required["genre"], *required["liste"]]
    return {name.removeprefix("ref:") for name in named if name.startswith("ref:")} & set(list_tables())


def _list_read(counts, strangers):
    """Return the files of the inventory, with the sheets read and those that were not recognised."""
    files = ", ".join(counts["fichier"].unique()[:3])
    read = f"feuilles lues : {', '.join(counts['feuille'].unique()) or 'aucune'}"
    unread = f" ; non reconnues : {', '.join(strangers)}" if len(strangers) else ""
    return f"{files or 'inventaire'} ({read}{unread})"


def _propose(target, strangers):
    spelled = {normalize_label(name): name for name in strangers}
    near = process.extractOne(target, list(spelled), scorer=fuzz.ratio, score_cutoff=_NEAR)
    if near:
        return f"renommez « {target} » la feuille « {spelled[near[0]]} »"
    return f"remettez la feuille {target}, ou renommez « {target} » celle qui en tient lieu"


def tell_no_actor(acteurs, read, fichier):
    """Return one problem (`attention`) when the dossier has no actor, imports included; None when it has some."""
    if len(acteurs):
        return None
    there = "acteurs" in read
    state = "est vide" if there else "est introuvable"
    fix = "remplissez-la, une ligne par structure" if there else "remettez-la, ou importez une source"
    return list_problems("attention", locate_sheet(fichier, "acteurs"), f"Aucun acteur n'est lu : la feuille acteurs {state}.", fix)
