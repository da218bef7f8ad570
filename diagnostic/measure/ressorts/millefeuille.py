"""The layers piled on each commune, and the atoms: groups of communes that meet exactly the same units."""

import numpy as np
import pandas as pd

from diagnostic.measure.ressorts.cells import cross_codes, divide
from diagnostic.measure.ressorts.weights import POPULATION, weigh_communes, weigh_territoires


def measure_millefeuille(affectation, communes, *, unites=None):
    """Return, on the index of `communes`, how many layers, units and organisms each commune meets.

    Parameters
    ----------
    affectation : DataFrame with code_insee, couche, unite_id
    communes : DataFrame indexed by code_insee; a commune without any unit counts 0
    unites : DataFrame with couche, unite_id, organisme_id, optional

    Returns
    -------
    DataFrame
        nb_couches, nb_unites (more than nb_couches where a commune is shared out), nb_organismes (NaN without `unites`).
        An organism counts once over all layers: the Caf and its branch. A unit that is its own organism
        (organisme_id empty or equal to unite_id) is not merged with a unit of another layer that happens to have the same
        code, unless some unit names that code as its organism.
    """
    kept = affectation[communes.index.get_indexer(affectation["code_insee"]) >= 0]
    counted = pd.DataFrame(index=communes.index)
    counted["nb_couches"] = _count_distinct(kept, ["couche"], communes.index)
    counted["nb_unites"] = _count_distinct(kept, ["couche", "unite_id"], communes.index)
    if unites is None:
        return counted.assign(nb_organismes=np.nan)
    named = kept.merge(_name_organismes(unites), on=["couche", "unite_id"], how="left")
    named["groupe"] = named["groupe"].fillna(named["couche"])
    named["organisme"] = named["organisme"].fillna(named["unite_id"])
    return counted.assign(
        nb_organismes=_count_distinct(named, ["groupe", "organisme"], communes.index).astype("float64")
    )


def measure_millefeuille_territoires(affectation, appartenance, *, couches_retenues=None):
    """Return, for every territory and layer, how many units it meets, and the total over the layers.

    Parameters
    ----------
    couches_retenues : list of str, optional
        Only these layers, in this order; by default all those of `affectation`, sorted. Leave out the layer that the
        territories themselves are made of: an EPCI does not count itself.

    Returns
    -------
    DataFrame
        territoire_id, couche, n_unites (0 for a layer absent from the territory), n_unites_total.
    """
    couches = _list_layers(affectation, couches_retenues)
    met = appartenance[["territoire_id", "code_insee"]].merge(affectation[["code_insee", "couche", "unite_id"]])
    distinct = met[["territoire_id", "couche", "unite_id"]].drop_duplicates()
    territoires = sorted(appartenance["territoire_id"].unique())
    pairs = pd.MultiIndex.from_product([territoires, couches], names=["territoire_id", "couche"])
    counted = distinct.groupby(["territoire_id", "couche"]).size().reindex(pairs, fill_value=0)
    table = counted.rename("n_unites").reset_index().astype({"territoire_id": "str", "couche": "str"})
    return table.assign(n_unites_total=table.groupby("territoire_id")["n_unites"].transform("sum"))


def find_atoms(affectation, communes, *, couches_retenues=None, ponderation=POPULATION):
    """Return the atoms (groups of communes that meet the same units in every layer) and the atom of each commune.

    Parameters
    ----------
    affectation : DataFrame with code_insee, couche, unite_id; a shared commune meets all its units
    communes : DataFrame indexed by code_insee
    couches_retenues : list of str, optional
        Only these layers, in this order; by default all those of `affectation`, sorted.

    Returns
    -------
    atoms : DataFrame
        atome_id, portefeuille ("EPCI=E1 ; CAS=S2"), nb_communes, poids; in the order of the units.
    communes_atomes : Series
        atome_id on the index of `communes`; NaN for a commune that meets no unit at all: it belongs to no atom.
    """
    poids = weigh_communes(communes, ponderation).to_numpy()
    portfolio, labels = _list_portfolios(affectation, communes.index, _list_layers(affectation, couches_retenues))
    covered = (portfolio[:, :1] >= 0).any(axis=1)
    distinct, atom = np.unique(portfolio[covered], axis=0, return_inverse=True)
    atom, nb = atom.reshape(-1), len(distinct)
    names = pd.Series([f"A{number:0{len(str(nb))}d}" for number in range(1, nb + 1)], dtype="str")
    atoms = pd.DataFrame({"atome_id": names, "portefeuille": _write_portfolios(distinct, labels)})
    atoms["nb_communes"] = np.bincount(atom, minlength=nb)
    atoms["poids"] = np.bincount(atom, poids[covered], minlength=nb)
    communes_atomes = pd.Series(np.nan, index=communes.index, dtype="str", name="atome_id")
    communes_atomes[covered] = names.to_numpy()[atom]
    return atoms, communes_atomes


def measure_atoms(atoms):
    """Return the number of atoms, their effective number 1 / sum p^2 (p their share of the weight), and the weight.

    Returns
    -------
    Series
        nb_atomes, nb_atomes_effectifs (NaN without any weight), poids_total.
    """
    total = atoms["poids"].sum()
    effective = divide(total**2, (atoms["poids"] ** 2).sum())
    return pd.Series({"nb_atomes": len(atoms), "nb_atomes_effectifs": float(effective), "poids_total": total})


def measure_atoms_territoires(communes_atomes, appartenance, communes, *, ponderation=POPULATION):
    """Return the number of atoms and their effective number in every territory.

    Parameters
    ----------
    communes_atomes : Series of atome_id by code_insee, from `find_atoms`

    Returns
    -------
    DataFrame
        territoire_id (sorted), nb_atomes, nb_atomes_effectifs, poids_total (of the communes that have an atom), ponderation
        (a territory without any inhabitant counts its communes, as `weigh_territoires` says).
    """
    places = weigh_territoires(appartenance, communes, ponderation)
    places["atome_id"] = communes_atomes.reindex(places["code_insee"]).to_numpy()
    by_territoire = places.groupby("territoire_id")["ponderation"].first()
    cells = places.groupby(["territoire_id", "atome_id"], as_index=False)["poids"].sum()
    squares = cells.assign(carre=cells["poids"] ** 2).groupby("territoire_id")
    sums = squares.agg(nb_atomes=("atome_id", "size"), poids_total=("poids", "sum"), carre=("carre", "sum"))
    table = sums.reindex(by_territoire.index, fill_value=0)
    table["nb_atomes_effectifs"] = divide(table["poids_total"] ** 2, table["carre"])
    table["ponderation"] = by_territoire
    columns = ["territoire_id", "nb_atomes", "nb_atomes_effectifs", "poids_total", "ponderation"]
    return table.reset_index()[columns]


def _list_layers(affectation, couches_retenues):
    """Return the layers to pile, in order."""
    return sorted(affectation["couche"].unique()) if couches_retenues is None else list(couches_retenues)


def _count_distinct(rows, columns, index):
    """Return how many distinct values of `columns` each commune of `index` has in `rows`."""
    distinct = rows[["code_insee", *columns]].drop_duplicates()
    return distinct["code_insee"].value_counts().reindex(index, fill_value=0)


def _name_organismes(unites):
    """Return couche, unite_id, groupe, organisme: two units are one organism when groupe and organisme are equal."""
    named = unites[["couche", "unite_id"]].drop_duplicates()
    organisme = unites.loc[named.index, "organisme_id"].fillna(named["unite_id"])
    shared = organisme.isin(organisme[organisme != named["unite_id"]])
    return named.assign(groupe=named["couche"].mask(shared, ""), organisme=organisme)


def _list_portfolios(affectation, index, couches):
    """Return a matrix of unit codes (a row a commune, sorted, then -1), and the label of each code."""
    layer, place = pd.Index(couches).get_indexer(affectation["couche"]), index.get_indexer(affectation["code_insee"])
    kept = (layer >= 0) & (place >= 0)
    layer, text = layer[kept], pd.Categorical(affectation["unite_id"].array[kept])
    (layer_code, unit_code), unit = cross_codes(layer, text.codes.astype("int64"))
    names = (
        np.asarray(couches, dtype="object")[layer_code] + "=" + np.asarray(text.categories, dtype="object")[unit_code]
    )
    (commune, sorted_unit), _ = cross_codes(place[kept], unit)
    counts = np.bincount(commune, minlength=len(index))
    rank = np.arange(len(commune)) - np.repeat(np.cumsum(counts) - counts, counts)
    portfolio = np.full((len(index), max(1, int(counts.max(initial=0)))), -1)
    portfolio[commune, rank] = sorted_unit
    return portfolio, names


def _write_portfolios(distinct, labels):
    """Return each row of unit codes as readable text."""
    text = pd.Series("", index=range(len(distinct)), dtype="str")
    for column in distinct.T:
        words = pd.Series(np.append(labels, "")[column], dtype="str")
        text = text + words.mask((text != "") & (words != ""), " ; " + words)
    return text
