"""What is known of the places that answer a need, commune by commune: there, absent for sure, or not recorded."""

import numpy as np
import pandas as pd

from diagnostic.measure.bodies import name_kinds
from diagnostic.measure.manques.states import ABSENT, PRESENT, UNKNOWN, count_in_communes, list_states_communes
from diagnostic.measure.needs import read_answers
from diagnostic.measure.site_lists import extend_coverage, list_local_sites
from diagnostic.vocabulary import read_vocabulary


def measure_need_states(tables, inventaire=None):
    """Return the state of each category of places that one may go to for a need, in each commune: code_insee, besoin, categorie, statut.

    `present`: an actor shown, or a unit of the layer of the same code, is there (`states.list_states_communes`). `absent_verifie`
    is claimed where the whole inventory says so, and `non_renseigne` stands everywhere else: also, in every commune, for a
    category one of whose actors this edition hides (an absence would be false, and a silence in one commune would tell where the
    actor is), and for one that a text asks of the communes (who does not do what a text asks is not for the public).

    Parameters
    ----------
    tables : dict, as an edition shows them
    inventaire : dict, the same tables before anything was removed; `tables` by default
    """
    whole, communes = inventaire or tables, tables["communes"]
    known = read_answers("categorie")
    known = known.loc[known["proche"], ["besoin", "categorie"]]
    codes = list(dict.fromkeys(known["categorie"]))
    places = (communes, tables["territoires"], tables["appartenance"])
    said = list_states_communes(
        communes, list_local_sites(whole), *places[1:], extend_coverage(whole), categories=codes
    )
    counts = [_count(held, places, codes) for held in (whole, tables)]
    shown = (counts[1] | _mark_units(tables, codes)).ravel()
    hidden = (counts[0] != counts[1]).any(axis=0) | np.isin(codes, list_bound())
    absent = said["statut"].eq(ABSENT).to_numpy() & ~np.tile(hidden, len(communes))
    states = said[["code_insee", "categorie"]].assign(statut=np.select([shown, absent], [PRESENT, ABSENT], UNKNOWN))
    return states.merge(known, on="categorie").sort_values(["code_insee", "besoin", "categorie"], ignore_index=True)


def list_bound():
    """Return the categories that a text asks of every commune of a size (`attendus.csv`)."""
    rules = read_vocabulary("attendus").query("objet == 'categorie' and force == 'obligation' and echelle == 'commune'")
    return sorted({code for cell in rules["code"] for code in cell.split(";")})


def _count(tables, places, codes):
    """Return where some actor of each category is: an array of booleans (communes, categories)."""
    communes, territories, belongs = places
    return count_in_communes(communes, list_local_sites(tables), territories, belongs, categories=pd.Index(codes)) > 0


def _mark_units(tables, codes):
    """Return where a layer of the same code as a category has a unit: an array of booleans (communes, categories)."""
    kinds = name_kinds(tables["couches"]).dropna().str.lower()
    held = tables["affectation"].assign(categorie=tables["affectation"]["couche"].map(kinds).astype(object)).dropna(subset="categorie")
    row, column = tables["communes"].index.get_indexer(held["code_insee"]), pd.Index(codes).get_indexer(held["categorie"])
    marked = np.zeros((len(tables["communes"]), len(codes)), dtype=bool)
    here = (row >= 0) & (column >= 0)
    marked[row[here], column[here]] = True
    return marked
