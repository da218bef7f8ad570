"""What is present, what is absent for sure, what nobody recorded: three states, never two.

Nothing is called absent unless someone said the list was complete.
"""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.network import match_territories


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
    held = _list_held_categories(acteurs)
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
    table["statut"] = np.select(
        [table["nb_acteurs"] > 0, complete], ["present", "absent_verifie"], default="non_renseigne"
    )
    return table[["territoire_id", "categorie", "statut", "nb_acteurs", "nb_acteurs_principale"]]


def _list_held_categories(acteurs):
    """Return acteur_id, categorie, principale: one row a distinct category of an actor."""
    rows = acteurs.reindex(columns=["acteur_id", "categorie", "categories_secondaires"])
    main = rows[["acteur_id", "categorie"]].assign(principale=True)
    others = rows[["acteur_id", "categories_secondaires"]].explode("categories_secondaires").assign(principale=False)
    both = pd.concat([main, others.rename(columns={"categories_secondaires": "categorie"})]).dropna(subset="categorie")
    return both.drop_duplicates(["acteur_id", "categorie"]).astype({"principale": bool})


def mark_covered(table, couverture, territoires):
    """Say, for each row of `table`, whether the most precise statement of coverage is "complet"."""
    said = couverture.reindex(columns=["territoire_id", "categorie", "statut"])
    said = said.assign(
        territoire_id=match_territories(said["territoire_id"], territoires), complet=said["statut"] == "complet"
    )
    said = said.dropna(subset=["territoire_id", "categorie"]).groupby(["territoire_id", "categorie"])["complet"].min()
    answer = pd.Series(pd.NA, index=table.index, dtype="boolean")
    wide = territoires.index[territoires["type"] == "perimetre"]
    for place in [table["territoire_id"], *[pd.Series(w, index=table.index) for w in wide]]:
        for category in [table["categorie"], pd.Series("*", index=table.index)]:
            keys = pd.MultiIndex.from_arrays([place, category])
            answer = answer.fillna(pd.Series(said.reindex(keys).to_numpy(), index=table.index).astype("boolean"))
    return answer.fillna(False).astype(bool)
