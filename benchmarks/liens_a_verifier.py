"""Links to check and proximities at 500 to 10,000 actors, against dense blocks and a pandas self-merge, in one run.

    python benchmarks/liens_a_verifier.py [--sans-memoire] [--acteurs 500 2000 5000 10000]

Inventories are made here, in two forms: spread (forty actors an EPCI, one in ten active in three), and crowded (all in one EPCI, on
one theme besides their own: the worst case, where all n(n-1)/2 pairs are expected). Thirty themes, eighteen publics, one dispositif
for ten actors, four links an actor. The two alternatives rank by the same keys: the counts and the first 500 pairs of all three are
compared. Seconds are of processor, so that other work on the machine weighs little; memory is what a forked process adds at its peak.
"""

import argparse
import time
from functools import partial

import numpy as np
import pandas as pd
from liens import make_network
from recouvrement import measure_peak, time_best
from scipy import sparse

from diagnostic.measure.liens.network import simplify_links
from diagnostic.measure.manques.links_to_check import list_links_to_check
from diagnostic.measure.manques.proximities import list_proximities

SIZES = (500, 2_000, 5_000, 10_000)
CAP = 500
BLOCK = 500
MERGE_LIMIT = 3_000_000  # pairs on a common ground above which the self-merge is not tried: it holds them all in memory
KEYS = ["inter_champ", "nb_dispositifs_communs", "jaccard_themes", "nb_publics_communs"]


def make_inventory(nb_actors, crowded, seed=2026):
    """Return acteurs, acteurs_territoires, liens, participations, communes, appartenance of a made inventory."""
    rng = np.random.default_rng(seed)
    acteurs, liens, _, _, _, parts = make_network(nb_actors, seed)
    for name, size in [("themes", 30), ("publics", 18)]:
        held = rng.integers(size, size=(nb_actors, 3))
        many = rng.integers(0, 4, size=nb_actors)
        acteurs[name] = [tuple(sorted({f"{name[0]}{k}" for k in row[:m]})) for row, m in zip(held, many, strict=True)]
    if crowded:
        acteurs["themes"] = acteurs["themes"].map(lambda themes: (*themes, "tous"))
    nb_places = 1 if crowded else max(2, nb_actors // 40)
    home = rng.integers(nb_places, size=nb_actors)
    wide = np.flatnonzero(rng.random(nb_actors) < 0.1)
    who, where = np.r_[np.arange(nb_actors), wide, wide], np.r_[home, home[wide] + 1, home[wide] + 2] % nb_places
    ids = acteurs["acteur_id"].to_numpy()
    places = pd.DataFrame({"acteur_id": ids[who], "territoire_id": [f"epci:{k}" for k in where]}).drop_duplicates()
    towns = [f"{k:05d}" for k in range(20 * nb_places)]
    communes = pd.DataFrame({"population": rng.integers(50, 5_000, len(towns)).astype(float)}, index=towns)
    held = pd.DataFrame({"code_insee": towns, "territoire_id": [f"epci:{k // 20}" for k in range(len(towns))]})
    return acteurs, places, liens, parts, communes, held


def list_sets(acteurs, places, parts):
    """Return the actors sorted and {trait: distinct rows (acteur_id, valeur)}, as both alternatives need them."""
    actors = acteurs.sort_values("acteur_id", ignore_index=True)
    traits = {name: actors[["acteur_id", name]].explode(name).dropna() for name in ("themes", "publics")}
    traits |= {"territoires": places, "dispositifs": parts[["acteur_id", "dispositif_id"]]}
    return actors, {name: rows.set_axis(["acteur_id", "valeur"], axis=1) for name, rows in traits.items()}


def rank(pairs, counts):
    """Return the counts and the first pairs, by the keys of the method."""
    ordered = pairs.sort_values([*KEYS, "acteur_a", "acteur_b"], ascending=[False] * 4 + [True] * 2, ignore_index=True)
    return counts, ordered.head(CAP)


def list_densely(acteurs, places, liens, parts):
    """The way before: 500 actors against all the others at once, every product turned into a full table."""
    actors, traits = list_sets(acteurs, places, parts)
    ids, n = actors["acteur_id"].to_numpy(dtype=object), len(actors)
    position = pd.Series(actors.index, index=actors["acteur_id"])
    incidence = {}
    for name, rows in traits.items():
        values, column = np.unique(rows["valeur"].to_numpy(dtype=object), return_inverse=True)
        cells = (np.ones(len(rows), dtype=np.int32), (rows["acteur_id"].map(position), column))
        incidence[name] = sparse.csr_array(cells, shape=(n, len(values)))
    a, b = (simplify_links(actors, liens)[0][f"acteur_{side}"].map(position).to_numpy() for side in "ab")
    linked = sparse.csr_array((np.ones(2 * len(a), dtype=np.int8), (np.r_[a, b], np.r_[b, a])), shape=(n, n))
    nb_themes = np.asarray(incidence["themes"].sum(axis=1)).ravel()
    champ = actors["champ"].map({"social": 1, "developpement_local": -1}).fillna(0).to_numpy(dtype=int)
    kept, expected, realised = [], 0, 0
    for start in range(0, n, BLOCK):
        rows = slice(start, start + BLOCK)
        common = {name: (m[rows] @ m.T).toarray() for name, m in incidence.items()}
        shares = (common["territoires"] > 0) & ((common["themes"] > 0) | (common["dispositifs"] > 0))
        shares &= np.arange(n)[None, :] > np.arange(n)[rows][:, None]
        done = linked[rows].toarray() > 0
        expected, realised = expected + int(shares.sum()), realised + int((shares & done).sum())
        i, j = np.nonzero(shares & ~done)
        both, union = common["themes"][i, j], nb_themes[i + start] + nb_themes[j] - common["themes"][i, j]
        pairs = pd.DataFrame(
            {"acteur_a": i + start, "acteur_b": j, "inter_champ": champ[i + start] * champ[j] < 0,
             "jaccard_themes": np.divide(both, union, out=np.full(len(i), np.nan), where=union > 0),
             "nb_dispositifs_communs": common["dispositifs"][i, j], "nb_publics_communs": common["publics"][i, j]}
        )  # fmt: skip
        kept.append(rank(pairs, ())[1])
    counts, first = rank(pd.concat(kept), (expected, realised))
    return counts, first.assign(acteur_a=ids[first["acteur_a"]], acteur_b=ids[first["acteur_b"]])


def list_by_merge(acteurs, places, liens, parts):
    """The table joined with itself: pairs of a common place, then what each pair has in common, one merge a trait."""
    actors, traits = list_sets(acteurs, places, parts)

    def pair(rows):
        both = rows.merge(rows, on="valeur", suffixes=("_a", "_b"))
        return both[both["acteur_id_a"] < both["acteur_id_b"]].groupby(["acteur_id_a", "acteur_id_b"]).size()

    pairs = pair(traits["territoires"]).rename("territoires").reset_index()
    for name in ["themes", "dispositifs", "publics"]:
        pairs = pairs.merge(pair(traits[name]).rename(name).reset_index(), how="left", on=["acteur_id_a", "acteur_id_b"])
    pairs = pairs.fillna(0).rename(columns={"acteur_id_a": "acteur_a", "acteur_id_b": "acteur_b"})
    pairs = pairs[(pairs["themes"] > 0) | (pairs["dispositifs"] > 0)]
    done = pairs.merge(simplify_links(actors, liens)[0], how="left", on=["acteur_a", "acteur_b"])["nb_types"].notna().to_numpy()
    expected, pairs = len(pairs), pairs[~done]
    size = actors.set_index("acteur_id")["themes"].map(len)
    union = pairs["acteur_a"].map(size) + pairs["acteur_b"].map(size) - pairs["themes"]
    champ = actors.set_index("acteur_id")["champ"].map({"social": 1, "developpement_local": -1}).fillna(0)
    pairs = pairs.assign(
        inter_champ=pairs["acteur_a"].map(champ) * pairs["acteur_b"].map(champ) < 0,
        jaccard_themes=(pairs["themes"] / union).where(union > 0), nb_dispositifs_communs=pairs["dispositifs"],
        nb_publics_communs=pairs["publics"],
    )  # fmt: skip
    return rank(pairs, (expected, int(done.sum())))


def list_ours(tables):
    table, summary = list_links_to_check(*tables, plafond=CAP)
    return tuple(int(summary.loc[0, f"nb_paires_{name}"]) for name in ("attendues", "realisees")), table


def is_same(ours, other):
    """Say whether the counts and the first pairs, with their four keys, are the same."""
    columns = ["acteur_a", "acteur_b", *KEYS]
    first, second = (table[columns].astype({"inter_champ": float}).reset_index(drop=True) for _, table in (ours, other))
    numbers = np.array_equal(first[KEYS].to_numpy(dtype=float), second[KEYS].to_numpy(dtype=float), equal_nan=True)
    return ours[0] == other[0] and numbers and first[columns[:2]].values.tolist() == second[columns[:2]].values.tolist()


def print_size(nb_actors, crowded, remember):
    acteurs, places, liens, parts, communes, held = make_inventory(nb_actors, crowded)
    tables = (acteurs, places, liens, parts)
    shared = places.groupby("territoire_id").size()
    towns = places.drop_duplicates("acteur_id").rename(columns={"territoire_id": "code_insee"})
    calls = {
        "ici": partial(list_ours, tables),
        "ici, avec les habitants": partial(list_links_to_check, *tables, plafond=CAP, communes=communes, appartenance=held),
        "proximités": partial(list_proximities, acteurs, towns, liens, plafond=CAP),
        "blocs denses": partial(list_densely, *tables),
    }
    if (shared * (shared - 1) / 2).sum() < MERGE_LIMIT:
        calls["jointure pandas"] = partial(list_by_merge, *tables)
    # Memory first: what a timed call leaves free in this process would be used again by the forked one.
    memory = {name: measure_peak(call) if remember else float("nan") for name, call in calls.items()}
    ours, form = None, "un territoire, un thème" if crowded else "réparti"
    for name, call in calls.items():
        seconds, result = time_best(call, 2 if nb_actors <= 2_000 else 1, clock=time.process_time)
        ours = ours or result
        told = "" if name not in ("blocs denses", "jointure pandas") else "identique" if is_same(ours, result) else "DIFFÉRENT"
        print(f"{nb_actors:>8}  {form:24}{ours[0][0]:>12}  {name:26}{seconds:>10.2f}{memory[name]:>10.0f}   {told}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--acteurs", type=int, nargs="+", default=SIZES)
    parser.add_argument("--sans-memoire", action="store_true")
    asked = parser.parse_args()
    print(f"{'acteurs':>8}  {'forme':24}{'attendues':>12}  {'façon':26}{'secondes':>10}{'Mo':>10}")
    for crowded in (False, True):
        for size in asked.acteurs:
            print_size(size, crowded, not asked.sans_memoire)


if __name__ == "__main__":
    main()
