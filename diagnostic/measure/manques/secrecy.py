"""What nobody may derive by difference: published cells left out so that a secret neighbour stays secret.

Every figure printed here is a function of published cells alone, so the figures say nothing of a secret cell by
themselves. A difference needs one figure more that covers the secret cell, and it may come from elsewhere:

- the total of a territory (printed by INSEE, typed by the user, said in a meeting) minus the published cells of its
  communes, when one commune alone is secret;
- nested territories: the perimetre minus its EPCI leaves one EPCI; a departement minus its EPCI leaves the piece of an
  EPCI that crosses the border, which may be one commune;
- classes of access: the mean of each class gives back, times its inhabitants, the sum of the territory.

So the totals of all territories are taken as known, and so is every value printed here. Communes that belong to the same
territories (an atom) are alike for such totals: an atom with two unknown cells gives neither away, since one may rise
while the other falls. Where an atom holds one secret cell alone, its least populated published commune is left out of
every figure, list and map (state `masquee`); the choice looks at no value. Where the atom holds no other commune, the least
populated communes are left out with which the cell may change and leave every total as it is.

Not defended: bounds (two parts whose mean is 0 are both 0), and what the totals give away without any value of ours (a
territory is a single commune, or is the exact remainder of others; a commune merged since, one part of which is secret).
A published cell stays public where its producer prints it: what is refused here is to hand over the subtraction ready made.
"""

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from diagnostic.measure.ressorts.cells import join_texts

PUBLISHED, SECRET, MASKED = "publie", "secret", "masquee"
_EXACT, _MOVED = 1e-9, 1e-6


def mask_by_difference(cells, communes, appartenance, *, nb_min=2):
    """Leave out the published cells that would give a secret one away to whoever knows the totals of the territories.

    Parameters
    ----------
    cells : DataFrame code_insee, indicateur, valeur, classe, etat (other columns are kept); one row a commune and indicator
    communes : DataFrame indexed by code_insee with population
    appartenance : DataFrame (code_insee, territoire_id): the territories whose total may be known
    nb_min : unknown cells that an atom with a secret cell must hold: 2 against a reader from outside, 3 against a commune
        that knows its own figure; 1 leaves nothing out. Where an atom has too few communes, exact solving alone is refused

    Returns
    -------
    DataFrame like `cells`, same rows and order: `etat` is `masquee`, `valeur` and `classe` are missing, for the published
    cells left out; `valeur` and `classe` are missing too in every cell that is not published, whatever they held.
    A commune `non_disponible` has no figure (12 in Filosofi 2021: uninhabited, or small islands): it hides nothing, and
    covers no neighbour; no more does a secret commune without inhabitant.

    Examples
    --------
    >>> cells = pd.DataFrame({"code_insee": ["a", "b", "c"], "indicateur": "tp", "valeur": [0.1, 0.2, np.nan],
    ...                       "classe": None, "etat": ["publie", "publie", "secret"]})
    >>> communes = pd.DataFrame({"population": [900, 200, 50]}, index=["a", "b", "c"])
    >>> here = pd.DataFrame({"code_insee": ["a", "b", "c"], "territoire_id": "perimetre"})
    >>> mask_by_difference(cells, communes, here)["etat"].tolist()
    ['publie', 'masquee', 'secret']
    """
    table = cells.assign(etat=cells["etat"].astype("str"))
    if nb_min > 1:
        atoms, incidence = find_atoms(appartenance)
        coded = _code_cells(table, communes, atoms)
        masked = _mask_inside(coded, nb_min)
        table.loc[_mask_across(coded, masked, incidence), "etat"] = MASKED
    hidden = table["etat"] != PUBLISHED
    return table.assign(
        valeur=table["valeur"].astype(float).mask(hidden), classe=table["classe"].astype("object").mask(hidden, None)
    )


def find_exposed_cells(cells, communes, appartenance):
    """Find the secret cells that the totals of the territories and the published cells give away.

    Returns
    -------
    DataFrame code_insee, indicateur, par_les_totaux (True when the totals alone give the cell away, whatever is printed),
    sorted. A cell is given away when its unit vector is in the row space of the totals restricted to the unknown cells.
    """
    atoms, incidence = find_atoms(appartenance)
    coded = _code_cells(cells, communes, atoms)
    hopeless = _find_hopeless(incidence, atoms)
    unknown = coded["secret"] | (coded["etat"] == MASKED)
    kept = [
        here & coded["atome"].isin(exposed) & coded["secret"]
        for here, exposed in _list_exposed(coded, unknown, incidence)
    ]
    found = coded[np.logical_or.reduce(kept)] if kept else coded[:0]
    told = found[["code_insee", "indicateur"]].assign(par_les_totaux=found["atome"].isin(hopeless))
    return told.sort_values(["indicateur", "code_insee"], ignore_index=True)


def find_atoms(appartenance):
    """Return the atom of each commune (those of the same territories), and which territory holds which atom.

    A territory of one commune is left out: its total is the cell itself, which its producer keeps secret too.

    Returns
    -------
    atoms : Series of codes, index code_insee
    incidence : array of 0 and 1, territories x atoms
    """
    located = (
        appartenance[["code_insee", "territoire_id"]].drop_duplicates().sort_values(["code_insee", "territoire_id"])
    )
    several = located.groupby("territoire_id")["code_insee"].transform("size") > 1
    codes, names = pd.factorize(located["code_insee"])
    patterns = join_texts(codes[several], located.loc[several, "territoire_id"], len(names))
    atoms = pd.Series(pd.factorize(patterns)[0], index=pd.Index(names, name="code_insee"))
    territory = pd.factorize(located.loc[several, "territoire_id"])[0]
    incidence = np.zeros((territory.max(initial=-1) + 1, int(atoms.max()) + 1 if len(atoms) else 0))
    incidence[territory, located.loc[several, "code_insee"].map(atoms)] = 1
    return atoms, incidence


def _code_cells(cells, communes, atoms):
    """Return the cells in territories with their atom, group (indicator and atom), population and flags."""
    coded = cells[["code_insee", "indicateur", "etat"]].assign(
        population=cells["code_insee"].map(communes["population"]).astype(float), atome=cells["code_insee"].map(atoms)
    )
    coded = coded[coded["atome"].notna()].astype({"atome": "int64"})
    coded["groupe"] = coded.groupby(["indicateur", "atome"]).ngroup()
    coded["secret"] = coded["etat"] == SECRET
    coded["couvre"] = coded["population"] > 0
    coded["libre"] = (coded["etat"] == PUBLISHED) & coded["couvre"]
    return coded


def _mask_inside(coded, nb_min):
    """Return which cells to leave out so that each atom with a secret cell holds `nb_min` unknown ones."""
    group = coded["groupe"].to_numpy()
    size = int(group.max(initial=-1)) + 1
    some = np.bincount(group[coded["secret"]], minlength=size) > 0
    covers = np.bincount(group[coded["secret"] & coded["couvre"]], minlength=size)
    needed = np.where(some, np.maximum(nb_min - covers, 0), 0)
    free = coded[coded["libre"]].sort_values(["population", "code_insee"])
    rank = free.groupby("groupe").cumcount()
    return pd.Series(coded.index.isin(free.index[rank < needed[free["groupe"]]]), index=coded.index)


def _mask_across(coded, masked, incidence):
    """Return the labels of all cells to leave out: `masked`, and others where an atom has no commune to spare.

    A lone secret cell is safe once it may change with others unknown to the reader and leave every total as it is. The
    least populated such exchange is sought (`_exchange`); where there is none, no value of ours gives the cell away.
    """
    masked = masked.copy()
    for here, exposed in _list_exposed(coded, coded["secret"] | masked, incidence):
        hidden = np.bincount(coded.loc[here & (coded["secret"] | masked), "atome"], minlength=incidence.shape[1]) > 0
        free = coded[here & coded["libre"]].sort_values(["population", "code_insee"]).drop_duplicates("atome")
        cheapest = np.full(len(hidden), np.inf)
        cheapest[free["atome"]] = free["population"]
        cheapest[hidden] = 0
        for atom in exposed:
            used = _exchange(incidence, cheapest, atom)
            masked.loc[free.index[free["atome"].isin(used[cheapest[used] > 0])]] = True
            cheapest[used] = 0
    return masked.index[masked]


def _exchange(incidence, costs, atom):
    """Return the atoms that change with `atom`, at the least cost, so that no total changes; none where that cannot be.

    The least sum of costs times changes (absolute) is a linear programme; atoms of infinite cost do not change.
    """
    columns = np.flatnonzero(np.isfinite(costs))
    change = sparse.csr_array(np.vstack([incidence[:, columns], columns == atom]))
    system = sparse.hstack([change, -change])
    target = np.append(np.zeros(len(incidence)), 1.0)
    found = linprog(np.tile(costs[columns], 2), A_eq=system, b_eq=target, method="highs")
    if found.status != 0:
        return columns[:0]
    size = len(columns)
    return columns[np.abs(found.x[:size] - found.x[size:]) > _MOVED]


def _list_exposed(coded, unknown, incidence):
    """Return, for each indicator with one, which rows are its own and the atoms whose one secret cell is given away."""
    found = []
    lone = unknown.groupby(coded["groupe"]).transform("sum") < 2
    covers = (unknown & coded["couvre"]).groupby(coded["groupe"]).transform("sum")
    risky = coded["secret"] & (lone | (covers < 2))
    for indicator in coded.loc[risky, "indicateur"].unique():
        here = coded["indicateur"] == indicator
        columns = np.unique(coded.loc[here & unknown, "atome"])
        solved = columns[_mark_solved(incidence[:, columns])]
        exposed = np.intersect1d(solved, coded.loc[here & risky, "atome"])
        if len(exposed):
            found.append((here, exposed))
    return found


def _find_hopeless(incidence, atoms):
    """Return the atoms of one commune that the totals alone give away."""
    alone = np.bincount(atoms, minlength=incidence.shape[1]) == 1
    return np.flatnonzero(_mark_solved(incidence) & alone)


def _mark_solved(matrix):
    """Return which unit vectors are in the row space of a matrix: the unknowns that a system of equations determines."""
    _, values, rows = np.linalg.svd(matrix, full_matrices=False)
    kept = rows[values > _EXACT * max(values.max(initial=0.0), 1.0)]
    return (kept**2).sum(axis=0) > 1 - _EXACT
