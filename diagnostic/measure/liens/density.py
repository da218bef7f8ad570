"""Densities by territory: of declared links, of participations, and of one-way links."""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.network import (
    group_pairs,
    list_distinct_participations,
    match_territories,
    sort_out_links,
)
from diagnostic.schema import ORIGIN_COLUMNS

_TYPE_LABELS = {"perimetre": "périmètre", "departement": "département", "epci": "EPCI", "autre": "autre territoire"}
# A link placed in a territory counts there and in the larger kinds, never in a neighbour.
_TYPE_RANK = {"perimetre": 3, "departement": 2}
# The types of territory from the finest, where those present everywhere are looked for; other types come after.
_FINEST = ("commune", "epci", "departement")
NO_SUPRA = "un seul territoire de chaque type : acteurs présents partout non distingués"


def measure_density(acteurs, liens, acteurs_territoires, territoires):
    """Measure the density of declared links in each territory, and count the links that no territory holds.

    Density is m / C(n, 2) on distinct pairs: several types between two actors make one link, and so do two opposite
    one-way links. An actor active in several territories counts in each; a link counts where both ends are active,
    and a link that names its `territoire` counts in it and in the larger kinds only. Territorial densities therefore
    do not add up. `_sans_supra` columns leave out the actors active everywhere (a Region, a State service; see
    `find_everywhere`). Reciprocity is the share of one-way links returned.

    Parameters
    ----------
    acteurs : DataFrame, the actors of the network (see `network.list_network_actors`)
    acteurs_territoires : DataFrame (acteur_id, territoire_id); an actor without a row is active nowhere

    Returns
    -------
    DataFrame, one row a territory in the order of `territoires`, then one row a type of territory
    with `type` = "sans_territoire_commun": the links whose two ends share no territory of that type. Undefined
    figures are NaN and `raison_absence` says why.
    """
    retenus, _ = sort_out_links(acteurs, liens)
    members = list_members(acteurs, acteurs_territoires, territoires)
    pairs = locate_pairs(retenus, members, territoires)
    table = territoires[["nom", "type"]].copy()
    table["nb_acteurs"] = count_by(members["territoire_id"], table.index)
    answered = acteurs.reindex(columns=["acteur_id", "a_repondu"]).query("a_repondu == 'oui'")["acteur_id"]
    table["nb_repondants"] = count_by(members.loc[members["acteur_id"].isin(answered), "territoire_id"], table.index)
    table["nb_liens"] = count_by(pairs["territoire_id"], table.index)
    table["nb_paires"] = table["nb_acteurs"] * (table["nb_acteurs"] - 1) // 2
    table["densite"] = (table["nb_liens"] / table["nb_paires"]).where(table["nb_paires"] > 0)
    table["degre_moyen"] = (2 * table["nb_liens"] / table["nb_acteurs"]).where(table["nb_acteurs"] > 0)
    table["nb_isoles"] = table["nb_acteurs"] - _count_linked(pairs, table.index)
    table = table.join(_measure_direction_by_territory(pairs, table.index)).join(
        _measure_without_supra(members, pairs, territoires)
    )
    reasons = {
        "aucun acteur": table["nb_acteurs"] == 0,
        "un seul acteur : aucune paire possible": table["nb_acteurs"] == 1,
        NO_SUPRA: ~table.pop("connu"),
        "sans les acteurs présents partout : moins de deux acteurs": table["densite_sans_supra"].isna(),
    }
    table["raison_absence"] = np.select(list(reasons.values()), list(reasons), default="")
    outside = _count_links_outside(retenus, pairs, territoires)
    return pd.concat([table.rename_axis("territoire_id").reset_index(), outside], ignore_index=True)


def list_members(acteurs, acteurs_territoires, territoires):
    """Return the distinct (acteur_id, territoire_id) of known actors and territories: who is active where."""
    members = acteurs_territoires[["acteur_id", "territoire_id"]].drop_duplicates()
    known = members["acteur_id"].isin(set(acteurs["acteur_id"])) & members["territoire_id"].isin(territoires.index)
    return members[known]


def locate_pairs(retenus, members, territoires):
    """Return the linked pairs of every territory, each once a territory where it counts (see `measure_density`).

    Parameters
    ----------
    retenus : DataFrame, the links kept by `network.sort_out_links`
    members : DataFrame (`list_members`)

    Returns
    -------
    DataFrame territoire_id, acteur_a, acteur_b (acteur_a < acteur_b) and the other columns of `network.PAIR_COLUMNS`
    """
    return group_pairs(_locate_links(retenus, members, territoires), ["territoire_id", "acteur_a", "acteur_b"])


def _locate_links(retenus, members, territoires):
    """Repeat each link in every territory where it counts."""
    named = match_territories(retenus["territoire"], territoires)
    located = retenus.assign(territoire_lien=named.where(named.isin(territoires.index)))
    located = located.merge(members.rename(columns={"acteur_id": "acteur_a"}), on="acteur_a")
    located = located.merge(members.rename(columns={"acteur_id": "acteur_b"}), on=["acteur_b", "territoire_id"])
    rank = territoires["type"].map(_TYPE_RANK).fillna(1)
    here, there = located["territoire_id"].map(rank), located["territoire_lien"].map(rank)
    free = located["territoire_lien"].isna()
    return located[free | (located["territoire_lien"] == located["territoire_id"]) | (here > there)]


def list_unplaced_links(liens, territoires):
    """List the links whose `territoire` designates none of `territoires`: they count wherever both ends are active."""
    rows = liens.reindex(columns=["source_id", "cible_id", "type", "territoire", *ORIGIN_COLUMNS])
    unknown = rows["territoire"].notna() & ~match_territories(rows["territoire"], territoires).isin(territoires.index)
    return rows[unknown].reset_index(drop=True)


def count_by(values, index):
    """Return how many times each entry of `index` is among `values`: int Series on `index`."""
    return values.value_counts().reindex(index, fill_value=0).astype(int)


def _count_linked(pairs, index):
    ends = pd.concat(
        [
            pairs[["territoire_id", end]].set_axis(["territoire_id", "acteur_id"], axis=1)
            for end in ["acteur_a", "acteur_b"]
        ]
    )
    return count_by(ends.drop_duplicates()["territoire_id"], index)


def _measure_direction_by_territory(pairs, index):
    both = pairs["a_vers_b"].astype(bool) & pairs["b_vers_a"].astype(bool)
    arcs = pairs["a_vers_b"].astype(int) + pairs["b_vers_a"].astype(int)
    sums = (
        pd.DataFrame({"nb_liens_orientes": arcs, "retour": 2 * both.astype(int)}).groupby(pairs["territoire_id"]).sum()
    )
    sums = sums.reindex(index, fill_value=0).astype(int)
    sums["reciprocite"] = (sums["retour"] / sums["nb_liens_orientes"]).where(sums["nb_liens_orientes"] > 0)
    return sums.drop(columns="retour")


def find_everywhere(members, territoires):
    """Say which memberships are those of an actor active everywhere, and in which territories that can be told.

    Everywhere means in every territory of the same type. A type that has one territory only (the perimeter, as a rule) takes
    the actors active in every territory of the finest type that has two or more: communes, EPCI, departements, then the
    others in text order. When no type has two, nobody can be told from the others.

    Parameters
    ----------
    members : DataFrame (`list_members`)

    Returns
    -------
    everywhere : boolean Series on the index of `members`
    known : boolean Series on the index of `territoires`

    Examples
    --------
    >>> members = pd.DataFrame({"acteur_id": list("aab"), "territoire_id": ["epci:1", "epci:2", "epci:1"]})
    >>> territoires = pd.DataFrame({"type": "epci"}, index=["epci:1", "epci:2"])
    >>> find_everywhere(members, territoires)[0].tolist()
    [True, True, False]
    """
    sizes = territoires["type"].value_counts()
    several = sizes.index[sizes > 1]
    finest = [*(kind for kind in _FINEST if kind in several), *sorted(set(several) - set(_FINEST)), None][0]
    source = territoires["type"].astype("object").where(territoires["type"].isin(several), finest)
    located = members.assign(type=members["territoire_id"].map(territoires["type"]))
    presence = located.groupby(["acteur_id", "type"]).size()
    held = presence[presence == sizes.reindex(presence.index.get_level_values("type")).to_numpy()]
    keys = pd.MultiIndex.from_arrays([members["acteur_id"].astype("object"), members["territoire_id"].astype("object").map(source)])
    wanted = held.index[held.index.get_level_values("type").isin(several)]
    return pd.Series(keys.isin(wanted), index=members.index, dtype=bool), source.notna()


def leave_members_out(pairs, gone):
    """Return the pairs (`locate_pairs`) that stay once the memberships `gone` (acteur_id, territoire_id) have left."""
    keys = pd.MultiIndex.from_frame(gone[["acteur_id", "territoire_id"]])
    touched = np.zeros(len(pairs), dtype=bool)
    for end in ["acteur_a", "acteur_b"]:
        touched |= pd.MultiIndex.from_frame(pairs[[end, "territoire_id"]]).isin(keys)
    return pairs[~touched]


def _measure_without_supra(members, pairs, territoires):
    """Recompute the density without the actors present everywhere; `connu` says where they can be told."""
    everywhere, known = find_everywhere(members, territoires)
    left = count_by(leave_members_out(pairs, members[everywhere])["territoire_id"], territoires.index)
    nb_supra = count_by(members.loc[everywhere, "territoire_id"], territoires.index)
    remaining = count_by(members["territoire_id"], territoires.index) - nb_supra
    possible = remaining * (remaining - 1) / 2
    density = (left / possible).where((possible > 0) & known)
    return pd.DataFrame({"nb_acteurs_supra": nb_supra, "densite_sans_supra": density, "connu": known})


def _count_links_outside(retenus, pairs, territoires):
    whole = retenus[["acteur_a", "acteur_b"]].drop_duplicates()
    held = pairs.assign(type=pairs["territoire_id"].map(territoires["type"]))[
        ["type", "acteur_a", "acteur_b"]
    ].drop_duplicates()
    types = list(dict.fromkeys(territoires["type"]))
    held_by_type = held["type"].value_counts().reindex(types, fill_value=0)
    return pd.DataFrame(
        {
            "territoire_id": [f"sans_territoire_commun:{t}" for t in types],
            "nom": [f"Liens sans {_TYPE_LABELS.get(t, t)} commun" for t in types],
            "type": "sans_territoire_commun",
            "nb_liens": [len(whole) - int(n) for n in held_by_type],
            "raison_absence": "aucun territoire commun aux deux acteurs",
        }
    )


def measure_directed_density(acteurs, liens):
    """Measure the density and reciprocity of the one-way links (`oriente` = oui), leaving the others aside.

    With m arcs among n actors: density m / n(n-1); `reciprocite_liens` = arcs returned / m; `reciprocite_dyades` = M
    / (M + A) on pairs (M mutual, A one-way); the undirected density when one direction is enough (`densite_union`)
    and when both are required (`densite_intersection`).

    Returns
    -------
    DataFrame of one row; NaN with `raison_absence` when no link is one-way or fewer than two actors are given.
    """
    retenus, _ = sort_out_links(acteurs, liens)
    pairs = group_pairs(retenus[retenus["oriente"]], ["acteur_a", "acteur_b"])
    nb_acteurs, nb_pairs = len(acteurs), len(pairs)
    mutual = int((pairs["a_vers_b"].astype(bool) & pairs["b_vers_a"].astype(bool)).sum())
    arcs, possible = nb_pairs + mutual, nb_acteurs * (nb_acteurs - 1)
    reason = "moins de deux acteurs" if possible == 0 else "aucun lien orienté" if arcs == 0 else ""
    figures = {
        "densite_orientee": (arcs, possible),
        "reciprocite_liens": (2 * mutual, arcs),
        "reciprocite_dyades": (mutual, nb_pairs),
        "densite_union": (2 * nb_pairs, possible),
        "densite_intersection": (2 * mutual, possible),
    }
    ratios = {name: np.nan if reason else top / bottom for name, (top, bottom) in figures.items()}
    return pd.DataFrame(
        [
            {
                "nb_acteurs": nb_acteurs,
                "nb_liens_orientes": arcs,
                "nb_paires_mutuelles": mutual,
                **ratios,
                "raison_absence": reason,
            }
        ]
    )


def measure_two_mode_density(
    acteurs, dispositifs, participations, acteurs_territoires, territoires, *, dispositifs_territoires=None
):
    """Measure the density of participations in each territory: distinct pairs / (actors x dispositifs).

    Parameters
    ----------
    dispositifs_territoires : DataFrame (dispositif_id, territoire_id), optional
        Where each dispositif applies. Without it a dispositif counts in the territories where one of its actors is
        active; every dispositif counts in the territories of type "perimetre".

    Returns
    -------
    DataFrame, one row a territory: nb_acteurs, nb_dispositifs, nb_participations, densite (NaN and
    `raison_absence` when there is no actor or no dispositif). Not comparable with the density of declared links.
    """
    members = list_members(acteurs, acteurs_territoires, territoires)
    pairs = list_distinct_participations(acteurs, dispositifs, participations)
    located = pairs.merge(members, on="acteur_id")
    places = located[["dispositif_id", "territoire_id"]] if dispositifs_territoires is None else dispositifs_territoires
    whole = pd.DataFrame({"territoire_id": territoires.index[territoires["type"] == "perimetre"]})
    places = pd.concat(
        [places[["dispositif_id", "territoire_id"]], dispositifs[["dispositif_id"]].merge(whole, how="cross")]
    ).drop_duplicates()
    places = places[places["dispositif_id"].isin(set(dispositifs["dispositif_id"]))]
    table = territoires[["nom", "type"]].copy()
    table["nb_acteurs"] = count_by(members["territoire_id"], table.index)
    table["nb_dispositifs"] = count_by(places["territoire_id"], table.index)
    table["nb_participations"] = count_by(
        located.merge(places, on=["dispositif_id", "territoire_id"])["territoire_id"], table.index
    )
    possible = table["nb_acteurs"] * table["nb_dispositifs"]
    table["densite"] = (table["nb_participations"] / possible).where(possible > 0)
    table["raison_absence"] = np.select(
        [table["nb_acteurs"] == 0, table["nb_dispositifs"] == 0], ["aucun acteur", "aucun dispositif"], default=""
    )
    return table.rename_axis("territoire_id").reset_index()
