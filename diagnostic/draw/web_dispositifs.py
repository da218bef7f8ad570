"""The dispositifs of the web map: who takes part in which, at what stage, and in which communes they are."""

import numpy as np
import pandas as pd

from diagnostic.draw.web_text import fill_text, take_column

UNSAID_STAGE = "Stade non précisé"
UNSAID_ROLE = "rôle non précisé"
# What a dispositif may name as its territory: a commune, or what it belongs to. A region is told by its prefix only: 84 is a
# departement as well.
TERRITORIES = {"commune": None, "epci": "epci", "departement": "departement", "region": "region"}


def list_dispositifs(communes, acteur_ids, dispositifs, participations, *, stades=()):
    """Return the dispositifs as columns, the participations of the actors of the map, and the dispositifs of each commune.

    Parameters
    ----------
    communes : DataFrame, index code_insee; epci, departement, region when known
    acteur_ids : sequence of acteur_id, in the order of `list_actors`
    dispositifs : DataFrame with dispositif_id, nom; type_libelle, stade_libelle, territoires (tuples of codes) when known
    participations : DataFrame with acteur_id, dispositif_id; stade_libelle, role_libelle when known
    stades : sequence of str, labels of the stages in their order

    Returns
    -------
    dict: `nom`, `type`, `stade`; `stades` and `roles`, labels; `participations`, lists [actor, dispositif, stage, role] by
    position; `nb_sans_acteur`, rows whose actor or dispositif is not on the map; `presents` (`groupes`, lists of dispositifs,
    and `index`, the group of each commune); `nb_sans_territoire`, dispositifs that name no place of the map.
    """
    dispositifs = dispositifs.drop_duplicates("dispositif_id").reset_index(drop=True)
    ids = pd.Index(dispositifs["dispositif_id"])
    rows = pd.DataFrame({
        "acteur": pd.Index(acteur_ids).get_indexer(participations["acteur_id"]),
        "dispositif": ids.get_indexer(participations["dispositif_id"]),
        "stade": fill_text(take_column(participations, "stade_libelle"), UNSAID_STAGE).to_numpy(),
        "role": fill_text(take_column(participations, "role_libelle"), UNSAID_ROLE).to_numpy(),
    })  # fmt: skip
    kept = rows[(rows["acteur"] >= 0) & (rows["dispositif"] >= 0)]
    found = kept["stade"].drop_duplicates()
    names = [name for name in [*stades, UNSAID_STAGE] if (found == name).any()]
    names += sorted(set(found) - set(names))
    roles = sorted(kept["role"].unique())
    coded = kept.assign(stade=pd.Index(names).get_indexer(kept["stade"]), role=pd.Index(roles).get_indexer(kept["role"]))
    coded = coded.drop_duplicates().sort_values(["acteur", "dispositif", "stade", "role"])
    presents, placed = _place(communes, dispositifs)
    return {
        "nom": fill_text(take_column(dispositifs, "nom"), ids.to_series(index=dispositifs.index)).tolist(),
        "type": fill_text(take_column(dispositifs, "type_libelle"), "").tolist(),
        "stade": fill_text(take_column(dispositifs, "stade_libelle"), "").tolist(),
        "stades": names, "roles": roles, "participations": coded.to_numpy().tolist(), "nb_sans_acteur": len(rows) - len(kept),
        "presents": presents, "nb_sans_territoire": len(dispositifs) - placed,
    }  # fmt: skip


def _place(communes, dispositifs):
    """Return the dispositifs of each commune, written once a group of communes that has the same, and how many have a place."""
    positions = np.arange(len(communes))
    columns = {kind: communes.index.to_series() if name is None else take_column(communes, name) for kind, name in TERRITORIES.items()}
    belongs = pd.concat([
        pd.DataFrame({"code": prefix + column.astype("object"), "commune": positions}).dropna()
        for kind, column in columns.items() for prefix in (["region:"] if kind == "region" else ["", f"{kind}:"])
    ])  # fmt: skip
    named = take_column(dispositifs, "territoires").explode().dropna().astype(str).rename("code").rename_axis("dispositif").reset_index()
    pairs = named.merge(belongs, on="code")[["commune", "dispositif"]].drop_duplicates().sort_values(["commune", "dispositif"])
    lists = pairs.groupby("commune")["dispositif"].agg(tuple).reindex(positions)
    lists = lists.map(lambda cell: cell if isinstance(cell, tuple) else ())
    groups, names = pd.factorize(lists)
    return {"groupes": [list(each) for each in names], "index": groups.tolist()}, pairs["dispositif"].nunique()
