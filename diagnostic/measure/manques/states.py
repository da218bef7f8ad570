"""What is present, what is absent for sure, what nobody recorded: three states, never two.

Nothing is called absent unless someone said the list was complete.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.manques.reach import list_actor_communes, resolve_places
from diagnostic.measure.ressorts.cells import divide, match_codes

STATES = ("present", "absent_verifie", "non_renseigne")
PRESENT, ABSENT, UNKNOWN = STATES
LEVELS = ("commune", "epci", "departement", "perimetre")
EVERYTHING = "*"


def list_categories(
    acteurs, acteurs_territoires, territoires, couverture, categories, *, types=("epci", "departement")
):
    """List every category in every territory, in three states.

    `present`: an actor active there has it as main or secondary category. `absent_verifie`: none has, and
    `couverture` (couverture_inventaire) says the list is complete. `non_renseigne`: none has, and nobody said so. A
    row of `couverture` for the category wins over its "*" row, and the territory wins over the perimetre, whose
    coverage holds everywhere; two contrary rows count as the less complete.

    Parameters
    ----------
    couverture : DataFrame (territoire_id as an id, a code or a name; categorie or "*"; statut), may be empty
    categories : DataFrame with a column `code`; categories met among the actors are added
    types : kinds of territory listed

    Returns
    -------
    DataFrame territoire_id, categorie, statut, nb_acteurs, nb_acteurs_principale; territories in
    their order, then categories in theirs.
    """
    held = list_held_categories(acteurs)
    codes = list(dict.fromkeys([*categories["code"], *sorted(held["categorie"].unique())]))
    listed = territoires.index[territoires["type"].isin(types)]
    grid = pd.MultiIndex.from_product([listed, codes], names=["territoire_id", "categorie"])
    located = held.merge(acteurs_territoires[["acteur_id", "territoire_id"]].drop_duplicates(), on="acteur_id")
    counts = (
        located.groupby(["territoire_id", "categorie"])["principale"]
        .agg(["size", "sum"])
        .reindex(grid, fill_value=0)
        .astype(int)
    )
    table = counts.set_axis(["nb_acteurs", "nb_acteurs_principale"], axis=1).reset_index()
    complete = mark_covered(table, couverture, territoires)
    table["statut"] = np.select([table["nb_acteurs"] > 0, complete], [PRESENT, ABSENT], default=UNKNOWN)
    return table[["territoire_id", "categorie", "statut", "nb_acteurs", "nb_acteurs_principale"]]


def list_held_categories(acteurs):
    """Return acteur_id, categorie, principale: one row a distinct category of an actor."""
    rows = acteurs.reindex(columns=["acteur_id", "categorie", "categories_secondaires"])
    main = rows[["acteur_id", "categorie"]].assign(principale=True)
    others = rows[["acteur_id", "categories_secondaires"]].explode("categories_secondaires").assign(principale=False)
    both = pd.concat([main, others.rename(columns={"categories_secondaires": "categorie"})]).dropna(subset="categorie")
    return both.drop_duplicates(["acteur_id", "categorie"]).astype({"principale": bool})


def mark_covered(table, couverture, territoires):
    """Say, for each row of `table`, whether the most precise statement of coverage is "complet"."""
    said = list_said(couverture, territoires)
    answer = pd.Series(pd.NA, index=table.index, dtype="boolean")
    wide = territoires.index[territoires["type"] == "perimetre"]
    for place in [table["territoire_id"], *[pd.Series(w, index=table.index) for w in wide]]:
        for category in [table["categorie"], pd.Series(EVERYTHING, index=table.index)]:
            keys = pd.MultiIndex.from_arrays([place, category])
            answer = answer.fillna(pd.Series(said.reindex(keys).to_numpy(), index=table.index).astype("boolean"))
    return answer.fillna(False).astype(bool)


def list_said(couverture, territoires, communes=None, *, colonne="categorie"):
    """Return what is said of each place and code: a Series of booleans (complete or not), index (place, code).

    Two contrary rows count as the less complete. `colonne` names the code: categorie, or type for dispositifs; `communes` lets a
    row speak of a commune.
    """
    rows = couverture.reindex(columns=["territoire_id", colonne, "statut"])
    place = resolve_places(rows["territoire_id"].astype("object"), territoires, communes)
    rows = rows.assign(territoire_id=place, complet=rows["statut"] == "complet").dropna(subset=["territoire_id", colonne])
    return rows.groupby(["territoire_id", colonne])["complet"].min()


def chain_communes(communes):
    """Return the places whose coverage holds in each commune, the most precise first: columns LEVELS, the index of `communes`."""
    codes = communes.index.to_series().astype("str")
    return pd.DataFrame(
        {
            "commune": "commune:" + codes, "epci": "epci:" + communes["epci"].astype("str"),
            "departement": "departement:" + communes["departement"].astype("str"), "perimetre": "perimetre",
        }, index=communes.index,
    )  # fmt: skip


def read_coverage(said, chain, codes):
    """Return what the most precise statement says of each row of `chain` and each code, and at which level.

    Parameters
    ----------
    said : Series of `list_said`
    chain : DataFrame, a column a level, the most precise first; at one level the row of a code wins over "*"
    codes : list of str

    Returns
    -------
    complete : array (rows, codes): 1 complete, 0 said to be less, NaN nobody said anything
    level : array of the same shape, the position of the level that spoke, -1 when none did
    """
    shape = (len(chain), len(codes))
    complete, level = np.full(shape, np.nan), np.full(shape, -1)
    if said.empty:
        return complete, level
    wide = said.astype(float).unstack()
    wide = wide.reindex(columns=pd.Index([*codes, EVERYTHING], name=wide.columns.name))
    for rank, name in enumerate(chain):
        rows = wide.to_numpy()[wide.index.get_indexer(chain[name])]
        rows = np.where((wide.index.get_indexer(chain[name]) < 0)[:, None], np.nan, rows)
        block = np.where(np.isnan(rows[:, :-1]), rows[:, -1:], rows[:, :-1])
        new = np.isnan(complete) & ~np.isnan(block)
        complete[new], level[new] = block[new], rank
    return complete, level


def list_states_communes(communes, acteurs, territoires, appartenance, couverture, *, categories):
    """List categories commune by commune, in three states: for a map of a category recorded in a part of the territory.

    `present`: an actor that has the category, main or secondary, sits in the commune or states a territory that holds it.
    `absent_verifie`: none does, and the most precise statement (commune, then EPCI, departement, perimetre; at each level the
    category, then "*") says the list is complete. `non_renseigne` otherwise. An actor that is there is present whatever was said.

    Parameters
    ----------
    communes : DataFrame, index code_insee, with nom, epci, departement
    couverture : DataFrame (territoire_id, which may be a commune; categorie or "*"; statut), may be empty
    categories : list of codes

    Returns
    -------
    DataFrame code_insee, categorie, statut, nb_acteurs (distinct), niveau (of LEVELS, the level whose statement holds in the
    commune, "" when nobody said anything); communes in their order, then categories in theirs.
    """
    codes = pd.Index(dict.fromkeys(categories), dtype="object")
    counts = count_in_communes(communes, acteurs, territoires, appartenance, categories=codes)
    complete, level = read_coverage(list_said(couverture, territoires, communes), chain_communes(communes), list(codes))
    status = np.where(counts > 0, PRESENT, np.where(complete == 1, ABSENT, UNKNOWN))
    return pd.DataFrame(
        {
            "code_insee": np.repeat(communes.index.to_numpy(), len(codes)), "categorie": np.tile(codes.to_numpy(), len(communes)),
            "statut": status.ravel(), "nb_acteurs": counts.ravel(), "niveau": np.array([*LEVELS, ""])[level].ravel(),
        }
    ).astype(dict.fromkeys(["code_insee", "categorie", "statut", "niveau"], "str"))  # fmt: skip


def count_in_communes(communes, acteurs, territoires, appartenance, *, categories):
    """Return the number of distinct actors of each category that reach each commune: an array (communes, categories)."""
    held = list_held_categories(acteurs)
    held = held[held["categorie"].isin(categories)]
    pairs = list_actor_communes(acteurs[acteurs["acteur_id"].isin(held["acteur_id"])], territoires, communes, appartenance)
    who = pd.Index(pairs["acteur_id"].unique())
    mine = who.get_indexer(held["acteur_id"])
    i, j = match_codes(mine[mine >= 0], who.get_indexer(pairs["acteur_id"]))
    category = pd.Index(categories).get_indexer(held["categorie"])[mine >= 0]
    cell = communes.index.get_indexer(pairs["code_insee"])[j] * len(categories) + category[i]
    return np.bincount(cell, minlength=len(communes) * len(categories)).reshape(len(communes), len(categories))


def summarise_states(table):
    """Count the states of each territory of `table` (`list_categories`): its share of what is known, to print beside every map.

    Returns
    -------
    DataFrame territoire_id, nb_cases, then for each state nb_ and part_ (nb_ / nb_cases); territories in their order.

    Examples
    --------
    >>> table = pd.DataFrame({"territoire_id": ["a"] * 4, "statut": ["present", "non_renseigne", "non_renseigne", "absent_verifie"]})
    >>> summarise_states(table)[["nb_cases", "nb_present", "part_non_renseigne"]].values.tolist()
    [[4.0, 1.0, 0.5]]
    """
    return _count_states(table, ["territoire_id"])


def summarise_states_categories(table, territoires):
    """Count the states of each category over the territories of each type: type, categorie, nb_cases (territories), nb_, part_."""
    return _count_states(table.assign(type=table["territoire_id"].map(territoires["type"])), ["type", "categorie"])


def summarise_states_communes(table, communes):
    """Count the communes and the inhabitants of each state, by category (`list_states_communes`).

    Returns
    -------
    DataFrame categorie, nb_cases (communes), nb_, part_, then for each state population_ (a commune without known population
    counts for none, and is counted in nb_sans_population) and part_population_ (over the inhabitants known).
    """
    people = table["code_insee"].map(communes["population"]).astype(float)
    counts = _count_states(table, ["categorie"])
    weights = people.fillna(0).groupby([table["categorie"], table["statut"]]).sum().unstack()
    weights = weights.reindex(index=counts["categorie"], columns=list(STATES)).fillna(0).to_numpy()
    missing = people.isna().groupby(table["categorie"]).sum().reindex(counts["categorie"])
    totals = weights.sum(axis=1, keepdims=True)
    shares = divide(weights, np.broadcast_to(totals, weights.shape))
    columns = {f"population_{state}": weights[:, k] for k, state in enumerate(STATES)}
    columns |= {f"part_population_{state}": shares[:, k] for k, state in enumerate(STATES)}
    return counts.assign(**columns, nb_sans_population=missing.to_numpy(dtype="int64"))


def _count_states(table, keys):
    """Return one row a group of `keys`, in the order met: nb_cases, nb_<state>, part_<state>."""
    marks = {f"nb_{state}": (table["statut"] == state).astype("int64") for state in STATES}
    grouped = table[keys].assign(nb_cases=1, **marks).groupby(keys, sort=False, dropna=False)
    counts = grouped[["nb_cases", *marks]].sum().astype("int64").reset_index()
    return counts.assign(**{f"part_{state}": divide(counts[f"nb_{state}"], counts["nb_cases"]) for state in STATES})
