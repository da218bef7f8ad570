"""Where one layer cuts another: each unit of a in a territory, the units of b it meets, and the communes out of its main one."""

import numpy as np
import pandas as pd

from diagnostic.measure.ressorts.territory_sheets import hold_units, join_members, name_units
from diagnostic.measure.ressorts.weights import POPULATION

COLUMNS = [
    "territoire_id", "couche_a", "unite_a", "unite_a_nom", "couche_b", "n_unites", "n_unites_min", "unite_principale",
    "unite_principale_nom", "egalite", "entiere", "nb_communes", "nb_communes_couvertes", "nb_communes_hors", "poids", "part_hors",
    "communes_hors", "ponderation", "raison_absence",
]  # fmt: skip
POIDS_INCONNU = "part inconnue dans une commune de l'unité : son poids est inconnu"
_SEPARATOR = "\x1f"  # no file of ours holds it: the readers strip control characters


def list_cuts(affectation, appartenance, communes, couches, *, unites=None, territoires=None, ponderation=POPULATION):
    """Return, for every territory and ordered pair of layers, how each unit of a is cut by the units of b.

    Parameters
    ----------
    affectation, appartenance, communes, couches, unites : as `territory_sheets.list_territory_units`
    territoires : list of str, optional
        Only these territories; all those of `appartenance` by default.

    Returns
    -------
    DataFrame
        One row per territory, unit of a (what the territory holds of it) and layer b. n_unites: units of b by membership, 0 where b
        has none there: an upper bound, for the unit of a may have another piece of a commune than they have. n_unites_min:
        those it meets for sure, one of the two having the whole of a commune. entiere: all its communes are wholly in one
        unit of b, even if others overlap it; missing where nobody knows, as `overlap.compare_layers` says (`nb_a_inconnus`).
        Out of the main unit of b: nb_communes_hors, part_hors of the weight that b covers, communes_hors (« nom (code) ; ...
        », heaviest first); missing, with `raison_absence`, where the main unit is not known. `poids` is the weight of the
        unit of a in the territory, NaN where a part of it is unknown.
    """
    if territoires is not None:
        appartenance = appartenance[appartenance["territoire_id"].isin(list(territoires))]
    kept = affectation[affectation["couche"].isin(couches.index)]
    whole = appartenance[["territoire_id", "code_insee"]].drop_duplicates()
    base = whole.merge(kept[["code_insee", "couche", "unite_id", "part"]], on="code_insee")
    keys = ["territoire_id", "couche", "unite_id"]
    base["cle"] = base[keys[0]].astype("str") + _SEPARATOR + base[keys[1]].astype("str") + _SEPARATOR + base[keys[2]].astype("str")
    inner = base[["code_insee", "part"]].assign(territoire_id=base["cle"])
    held = hold_units(kept, inner, communes, couches, ponderation=ponderation)
    known = held["territoires"]
    named = base.drop_duplicates("cle").set_index("cle").loc[known.index, keys]
    rows = _describe_groups(held)
    territoire, couche = np.divmod(rows.index.to_numpy(), max(len(couches), 1))
    rows["territoire_id"], rows["couche_a"], rows["unite_a"] = (named[name].to_numpy()[territoire] for name in keys)
    rows["couche_b"] = couches.index.to_numpy()[couche]
    for name in ("nb_communes", "poids", "ponderation"):
        rows[name] = known[name].to_numpy()[territoire]
    # An unknown part of nobody is nobody.
    nobody = communes.index[communes[ponderation].eq(0)] if ponderation in communes else communes.index[:0]
    unknown = known.index.isin(base.loc[base["part"].isna() & ~base["code_insee"].isin(nobody), "cle"])[territoire]
    rows["poids"] = rows["poids"].mask(unknown)
    rows["raison_absence"] = rows["raison_absence"].mask(unknown & rows["raison_absence"].eq(""), POIDS_INCONNU)
    nested = (rows["entieres"] == rows["nb_communes"]).astype("boolean")
    rows["entiere"] = nested.mask((rows["possibles"] == rows["nb_communes"]) & ~nested, pd.NA)
    rows = rows[rows["couche_a"] != rows["couche_b"]].reset_index(drop=True)
    a = rows[["couche_a", "unite_a"]].set_axis(["couche", "unite_id"], axis=1)
    b = rows[["couche_b", "unite_principale"]].set_axis(["couche", "unite_id"], axis=1)
    rows["unite_a_nom"], rows["unite_principale_nom"] = (name_units(side, unites)["unite_nom"] for side in (a, b))
    texts = dict.fromkeys(("territoire_id", "couche_a", "couche_b", "unite_a", "ponderation", "communes_hors"), "str")
    return rows.astype(texts)[COLUMNS]


def _describe_groups(held):
    """Return, for every group of `hold_units`, its number of units, its main one and the communes out of it."""
    cells, members, groups = held["cells"], held["members"], held["groups"]
    group = cells["groupe"].to_numpy()[members["cellule"]]
    size = len(groups)
    main = cells[cells["principale"]].set_index("groupe").reindex(range(size))
    out = ~cells["principale"].to_numpy()[members["cellule"]] & main["unite"].notna().to_numpy()[group]
    rows = groups[["n_unites", "raison_absence"]].copy()
    known = main["unite"].notna().to_numpy()
    rows["unite_principale"] = pd.Series(np.nan, index=rows.index, dtype="str")
    rows.loc[known, "unite_principale"] = held["unites"][main["unite"][known].astype("int64")]
    rows["egalite"] = main["egalite"].eq(True)
    rows["part_hors"] = np.where(main["part"] == 1, 0.0, 1 - main["part"])
    sure = np.bincount(members["cellule"], members["entiere"] | members["dedans"], minlength=len(cells)) > 0
    rows["n_unites_min"] = np.bincount(cells["groupe"], sure, minlength=size).astype("int64")
    for name, column in {"entieres": "entiere", "possibles": "possible"}.items():
        most = np.zeros(size)
        np.maximum.at(most, cells["groupe"].to_numpy(), np.bincount(members["cellule"], members[column], minlength=len(cells)))
        rows[name] = most
    rows["nb_communes_couvertes"] = _count_distinct(group, members["commune"].to_numpy(), size)
    rows["nb_communes_hors"] = np.where(known, _count_distinct(group[out], members["commune"].to_numpy()[out], size), np.nan)
    rows["communes_hors"] = join_members(held, members[out], group[out]).reindex(rows.index)
    return rows


def _count_distinct(group, commune, size):
    """Return how many distinct communes each group has."""
    distinct = pd.DataFrame({"groupe": group, "commune": commune}).drop_duplicates()
    return np.bincount(distinct["groupe"], minlength=size)
