"""The sheet of a territory: which interlocutors for which communes, which are the odd ones out, what moving them changes."""

import numpy as np
import pandas as pd

from diagnostic.measure.ressorts.cells import (
    TOLERANCE,
    cross_codes,
    divide,
    encode_tables,
    join_texts,
    leave_out,
    mark_modes,
    match_codes,
)
from diagnostic.measure.ressorts.discordance import ABSENTE, SANS_POIDS
from diagnostic.measure.ressorts.millefeuille import measure_millefeuille
from diagnostic.measure.ressorts.overlap import may_hold
from diagnostic.measure.ressorts.weights import POPULATION
from diagnostic.vocabulary.formats import format_share

RECOUVREMENT = "des communes sont dans plusieurs unités à la fois : pas d'unité principale"
PARTS_INCONNUES = "parts de population inconnues dans une commune partagée : pas d'unité principale"
AUCUNE, INCONNUE = "aucune unité", "non renseigné"  # a partial layer does not cover everyone; a complete one should

SHEET_COLUMNS = [
    "territoire_id", "couche", "rang", "unite_id", "unite_nom", "principale", "nb_communes", "poids", "part", "communes",
    "emboitee", "ponderation", "raison_absence", "egalite",
]  # fmt: skip
MINORITY_COLUMNS = [
    "territoire_id", "couche", "code_insee", "nom", "unite_id", "unite_nom", "unite_principale", "unite_principale_nom",
    "poids", "part", "egalite",
]  # fmt: skip
MOVE_COLUMNS = [
    "territoire_id", "couche", "unite_id", "unite_nom", "vers_unite", "vers_unite_nom", "nb_communes", "poids", "communes",
    "n_unites_avant", "n_unites_apres", "q2_avant", "q2_apres", "ponderation", "raison_absence",
]  # fmt: skip


def list_territory_units(affectation, appartenance, communes, couches, *, unites=None, unites_coupees=None, ponderation=POPULATION):
    """Return, for every territory and layer, the units it deals with, heaviest first, and the communes of each.

    Parameters
    ----------
    affectation, appartenance, communes, couches : as `discordance.measure_discordance`; `communes` has a column nom
    unites : DataFrame with couche, unite_id, unite_nom and, when it is known, nb_communes_hors, optional
        A unit without a name goes by its code. nb_communes_hors: its communes outside those of `affectation`, NaN: not known.
    unites_coupees : DataFrame with couche, unite_id, optional
        Units that go beyond the communes of `affectation`: they are nested in no territory.

    Returns
    -------
    DataFrame
        One row per territory (sorted), layer (declared order) and unit (`rang` from 1: the heaviest, then the smallest code);
        `part` is a share of the weight the layer covers in the territory, `communes` names its communes, heaviest first, with
        the share of a commune that is split. `principale` on one unit a layer (`egalite` when another weighs as much), on none
        where `raison_absence` says why: the parts, and the weights that need them, are then missing, and the units are
        ranked by number of communes; so it is for a single unit when a part of it is not known. `emboitee`: the whole unit
        is inside the territory; missing where its communes here are, and nobody knows whether it has others. A layer absent from the
        territory has one row without unit.
    """
    held = hold_units(affectation, appartenance, communes, couches, ponderation=ponderation)
    cells = held["cells"].assign(communes=_list_communes(held), emboitee=_mark_nested(held, affectation, unites_coupees, unites))
    absent = held["groups"].index[held["groups"]["n_unites"] == 0]
    rows = pd.concat([cells, pd.DataFrame({"groupe": absent, "principale": False, "egalite": False, "emboitee": False, "nb_communes": 0})])
    rows["raison_absence"] = held["groups"]["raison_absence"].reindex(rows["groupe"]).array
    rows = rows.sort_values(["groupe", "rang"], kind="stable", ignore_index=True)
    named = name_units(_name_groups(rows, held), unites)
    kinds = {"principale": "bool", "egalite": "bool", "emboitee": "boolean", "nb_communes": "int64", "rang": "Int64", "communes": "str"}
    return named.astype(kinds)[SHEET_COLUMNS]


def list_minority(affectation, appartenance, communes, couches, *, unites=None, ponderation=POPULATION):
    """Return the communes of every territory whose unit is not the main one there: the odd ones out, layer by layer.

    A split commune goes by its largest part. Two equal parts, or two equal main units: the smallest code, and `egalite`.

    Returns
    -------
    DataFrame
        One row per territory, layer and commune; `poids` is what the commune has in `unite_id`, `part` its share of the weight
        the layer covers in the territory. A territory whose main unit is not known has no row: see `list_territory_units`.
    """
    held = hold_units(affectation, appartenance, communes, couches, ponderation=ponderation)
    cells, members = held["cells"], held["members"]
    cell = cells.loc[members["cellule"]].reset_index(drop=True)
    (_, _), owner = cross_codes(cell["groupe"].to_numpy(), members["commune"].to_numpy())
    own, tied = mark_modes(owner, np.nan_to_num(members["part"].to_numpy()))
    main = cells[cells["principale"]].set_index("groupe")
    kept = own & ~cell["principale"].to_numpy() & cell["groupe"].isin(main.index).to_numpy()
    rows = cell.loc[kept, ["groupe", "couche", "unite"]].reset_index(drop=True)
    rows["code_insee"] = held["codes"][members["commune"][kept]]
    rows["nom"] = communes["nom"].reindex(rows["code_insee"]).array
    rows["poids"] = members["poids"].to_numpy()[kept]
    rows["part"] = divide(rows["poids"], held["groups"]["poids"].reindex(rows["groupe"]))
    rows["egalite"] = tied[kept] | main["egalite"].reindex(rows["groupe"]).to_numpy(dtype=bool)
    rows["principale"] = main["unite"].reindex(rows["groupe"]).array
    rows = rows.sort_values(["groupe", "code_insee"], kind="stable", ignore_index=True)
    named = name_units(_name_groups(rows, held), unites)
    named["unite_principale"] = held["unites"][rows["principale"]].astype("str")
    other = named[["couche"]].assign(unite_id=named["unite_principale"])
    named["unite_principale_nom"] = name_units(other, unites)["unite_nom"]
    return named[MINORITY_COLUMNS]


def measure_moves(affectation, appartenance, communes, couches, *, unites=None, ponderation=POPULATION):
    """Return, for every territory and every unit that is not its main one, what joining the main one would change.

    What the unit holds in the territory goes to the main unit (of a split commune, its part only). With p_u and p_m the shares
    of the unit and of the main one: n falls by one, and 1 / q2 = sum p^2 grows by 2 p_u p_m.

    Returns
    -------
    DataFrame
        One row per territory, layer and unit, for territories of two units and more; nothing is moved on the map, and
        nothing says it should be. Where the main unit is not known, `vers_unite` and what follows are missing and
        `raison_absence` says why.
    """
    held = hold_units(affectation, appartenance, communes, couches, ponderation=ponderation)
    cells, groups = held["cells"], held["groups"]
    kept = (~cells["principale"] & (groups["n_unites"].to_numpy()[cells["groupe"]] > 1)).to_numpy()
    members = held["members"][kept[held["members"]["cellule"]]]
    rows = cells[kept].assign(communes=join_members(held, members, members["cellule"].to_numpy()))
    group = groups.loc[rows["groupe"]].set_axis(rows.index)
    main = cells[cells["principale"]].set_index("groupe")[["unite", "part"]].reindex(rows["groupe"]).set_axis(rows.index)
    rows["n_unites_avant"] = group["n_unites"]
    rows["n_unites_apres"] = (group["n_unites"] - 1.0).where(main["unite"].notna())
    rows["q2_avant"] = divide(1.0, group["simpson"])
    rows["q2_apres"] = divide(1.0, group["simpson"] + 2 * rows["part"] * main["part"])
    rows["raison_absence"], rows["vers"] = group["raison_absence"], main["unite"]
    rows = rows.sort_values(["groupe", "rang"], kind="stable", ignore_index=True)
    named = name_units(_name_groups(rows, held), unites)
    known = rows["vers"].notna().to_numpy()
    target = pd.Series(np.nan, index=named.index, dtype="str")
    target[known] = held["unites"][rows.loc[known, "vers"].astype("int64")]
    other = name_units(named[["couche"]].assign(unite_id=target), unites)["unite_nom"]
    return named.assign(vers_unite=target, vers_unite_nom=other)[MOVE_COLUMNS]


def list_interveners(affectation, communes, couches, *, unites=None):
    """Return who intervenes in each commune: one row a commune, one column a layer (its label) with the names of its units.

    Returns
    -------
    DataFrame
        code_insee, nom, epci_nom, nb_interlocuteurs (distinct units of the layers of bodies to turn to), then one column a layer:
        names separated by
        « ; », largest part first, with the share of a split commune. Without unit: « aucune unité » in a layer that says it
        does not cover everyone and has units elsewhere, « non renseigné » in any other.
    """
    kept = affectation[affectation["couche"].isin(couches.index) & affectation["code_insee"].isin(communes.index)]
    rows = name_units(kept[["code_insee", "couche", "unite_id", "part"]], unites)
    rows = rows.sort_values(["code_insee", "couche", "part", "unite_id"], ascending=[True, True, False, True])
    rows["texte"] = rows["unite_nom"] + tell_parts(rows["part"])
    table = communes.reindex(columns=["nom", "epci_nom"]).rename_axis("code_insee")
    counted = couches.index[couches["interlocuteur"].astype(bool)] if "interlocuteur" in couches else couches.index
    table["nb_interlocuteurs"] = measure_millefeuille(kept[kept["couche"].isin(counted)], communes)["nb_unites"]
    partial = leave_out(couches)
    labels = couches.get("libelle", pd.Series(couches.index, couches.index)).fillna(pd.Series(couches.index, couches.index))
    doubtful = labels.duplicated(keep=False) | labels.isin([*table.columns, "code_insee"])
    # Joining texts is slow, and nearly every commune has one unit a layer.
    several = rows.duplicated(["couche", "code_insee"], keep=False)
    alone = rows[~several].set_index(["couche", "code_insee"])["texte"]
    told = pd.concat([alone, rows[several].groupby(["couche", "code_insee"])["texte"].agg(" ; ".join).astype("str")])
    for couche in couches.index:
        cell = told.xs(couche) if couche in told.index.get_level_values(0) else pd.Series(dtype="str")
        without = AUCUNE if len(cell) and partial[couche] else INCONNUE
        name = f"{labels[couche]} ({couche})" if doubtful[couche] else labels[couche]
        table[name] = cell.reindex(table.index).fillna(without).astype("str")
    return table.reset_index()


def hold_units(affectation, appartenance, communes, couches, *, ponderation=POPULATION):
    """Return what every territory holds of every unit of every layer, as coded tables, in one pass.

    Returns
    -------
    dict
        cells : groupe (territory x layer), couche, unite, nb_communes, poids and part (NaN where not known), principale, egalite,
        rang; sorted by groupe and unite. members : cellule (row of cells), commune, poids, part, entiere (in the unit), dedans
        (wholly in the territory), possible (the unit may hold all that the territory has of the commune, see
        `overlap.may_hold`). groups (all of them) : n_unites, poids, simpson (sum of squared shares), raison_absence.
        territoires : as `encode_tables`. codes, unites, couches : what the codes mean.
    """
    territoires, places, rows, unites = encode_tables(affectation, appartenance, communes, couches, ponderation=ponderation)
    i, j = match_codes(places["commune"].to_numpy(), rows["commune"].to_numpy())
    place = {name: places[name].to_numpy()[i] for name in places.columns}
    row = {name: rows[name].to_numpy()[j] for name in rows.columns}
    groupe = place["territoire"] * len(couches) + row["couche"]
    # Split by the territory and by the layer: who lives in both pieces is not known. An unknown share of nobody is nobody.
    blurred = place["inconnue"] | ~(place["entiere"] | row["entiere"])
    poids = np.where(place["poids"] == 0, 0.0, np.where(blurred, np.nan, place["poids"] * row["part"]))
    (group, unite), cell = cross_codes(groupe, row["unite"])
    cells = pd.DataFrame({"groupe": group, "couche": group % max(len(couches), 1), "unite": unite})
    cells["nb_communes"] = np.bincount(cell, minlength=len(group))
    cells["poids"] = np.bincount(cell, poids, minlength=len(group))
    partial = np.bincount(cell, np.isnan(poids) & ~row["entiere"], minlength=len(group)) > 0
    covered = np.bincount(groupe, place["poids"] * row["couverte"] * row["premiere"], minlength=len(territoires) * len(couches))
    overlaps = np.bincount(groupe, row["recouvre"], minlength=len(covered)) > 0
    cells, groups = _share_cells(cells, partial, covered, overlaps)
    members = pd.DataFrame({"cellule": cell, "commune": place["commune"], "poids": poids, "part": row["part"]})
    members["entiere"], members["dedans"], members["possible"] = row["entiere"], place["entiere"], may_hold(place["entiere"], row)
    # The smallest codes first: they settle ties.
    members = members.sort_values(["cellule", "commune"], kind="stable", ignore_index=True)
    return {
        "cells": cells, "members": members, "groups": groups, "territoires": territoires, "couches": couches.index,
        "codes": appartenance["code_insee"].unique(), "unites": unites.to_numpy(), "noms": communes["nom"],
    }  # fmt: skip


def _share_cells(cells, partial, covered, overlaps):
    """Return the cells with their parts, rank and main unit, and the groups with the reason why a main unit is not known."""
    group, size = cells["groupe"].to_numpy(), len(covered)
    groups = pd.DataFrame({"n_unites": np.bincount(group, minlength=size)})
    # A single unit that has its communes whole holds everything there is, even where the territory has an unknown part of them.
    alone = cells["poids"].isna().to_numpy() & (groups["n_unites"].to_numpy()[group] == 1) & ~partial
    weight = np.where(alone, covered[group], cells["poids"])
    groups["poids"] = np.bincount(group, weight, minlength=size)
    conditions = [groups["n_unites"] == 0, overlaps, groups["poids"].isna(), groups["poids"] == 0]
    reason = np.select(conditions, [ABSENTE, RECOUVREMENT, PARTS_INCONNUES, SANS_POIDS], "")
    groups["raison_absence"] = pd.Series(reason, dtype="str")
    known = (reason == "")[group]
    part = np.where(known, divide(weight, groups["poids"].to_numpy()[group]), np.nan)
    main, tied = mark_modes(group, np.nan_to_num(weight))
    cells = cells.assign(part=part, principale=main & known, egalite=tied & main & known)
    ranked = cells.assign(cle=-np.where(known, weight, cells["nb_communes"])).sort_values(["groupe", "cle", "unite"], kind="stable")
    cells["rang"] = (ranked.groupby("groupe").cumcount() + 1).reindex(cells.index)
    groups["simpson"] = np.bincount(group, part**2, minlength=size)
    return cells, groups


def join_members(held, members, key):
    """Return the communes of `members` as text by `key`, heaviest first: « nom (code) ; ... », with the share of a split commune.

    Parameters
    ----------
    held : dict, from `hold_units`
    members : DataFrame, rows of its members
    key : array, one value a row
    """
    code = pd.Series(held["codes"][members["commune"]], index=members.index, dtype="str")
    name = held["noms"].reindex(code).set_axis(members.index).fillna("commune").astype("str")
    text = name + " (" + code + ")" + tell_parts(members["part"])
    rows = pd.DataFrame({"cle": key, "poids": members["poids"], "texte": text})
    rank = pd.Index(held["codes"]).argsort().argsort()[members["commune"]]  # numbers sort faster than texts
    rows = rows.iloc[np.lexsort([rank, -rows["poids"].fillna(0).to_numpy(), key])]
    keys, group = np.unique(rows["cle"], return_inverse=True)
    return pd.Series(join_texts(group, rows["texte"], len(keys)), index=pd.Index(keys, name="cle"), name="texte", dtype="str")


def name_units(rows, unites):
    """Return `rows` (couche, unite_id) with unite_nom: the name of the unit, its code when it has none."""
    if unites is None:
        return rows.assign(unite_nom=rows["unite_id"])
    names = unites.drop_duplicates(["couche", "unite_id"]).set_index(["couche", "unite_id"])["unite_nom"]
    found = names.reindex(pd.MultiIndex.from_frame(rows[["couche", "unite_id"]])).set_axis(rows.index)
    return rows.assign(unite_nom=found.fillna(rows["unite_id"]).astype("str"))


def _list_communes(held):
    """Return the communes of every cell as text."""
    return join_members(held, held["members"], held["members"]["cellule"].to_numpy()).reindex(held["cells"].index)


def tell_parts(part):
    """Return « pour 40 % » behind each part that is not the whole, nothing behind the others."""
    split = ~(part >= 1 - TOLERANCE)
    told = pd.Series("", index=part.index, dtype="str")
    told[split] = part[split].map(lambda one: " pour une part inconnue" if one != one else f" pour {format_share(one)}").astype("str")
    return told


def _name_groups(rows, held):
    """Return coded rows with territoire_id, couche, unite_id and ponderation in words; a row without unit has no unite_id."""
    territoire, couche = np.divmod(rows["groupe"].to_numpy(dtype="int64"), max(len(held["couches"]), 1))
    known = rows["unite"].notna().to_numpy()
    units = pd.Series(np.nan, index=rows.index, dtype="str")
    units[known] = held["unites"][rows.loc[known, "unite"].to_numpy(dtype="int64")]
    territoires = held["territoires"]
    return rows.assign(
        territoire_id=territoires.index.to_numpy()[territoire].astype("str"), couche=held["couches"].to_numpy()[couche].astype("str"),
        unite_id=units, ponderation=territoires["ponderation"].to_numpy()[territoire].astype("str"),
    )  # fmt: skip


def _mark_nested(held, affectation, unites_coupees, unites):
    """Return which cells hold the whole of their unit: all its communes, entire; missing where nobody knows if it has others."""
    cells, members = held["cells"], held["members"]
    couche, unite = held["couches"].to_numpy()[cells["couche"]], held["unites"][cells["unite"]]
    keys = pd.MultiIndex.from_arrays([couche, unite])
    whole = affectation.groupby(["couche", "unite_id"]).size().reindex(keys).to_numpy()
    nested = np.bincount(members["cellule"], members["dedans"], minlength=len(cells)) == whole
    if unites_coupees is not None and len(unites_coupees):
        nested &= ~keys.isin(pd.MultiIndex.from_frame(unites_coupees[["couche", "unite_id"]]))
    nested = pd.Series(nested, index=cells.index, dtype="boolean")
    if unites is None or "nb_communes_hors" not in unites:
        return nested
    outside = unites.drop_duplicates(["couche", "unite_id"]).set_index(["couche", "unite_id"])["nb_communes_hors"]
    outside = pd.Series(outside.reindex(keys).to_numpy(dtype="float64", na_value=np.nan), index=cells.index)
    return nested.mask(outside > 0, False).mask(outside.isna() & nested, pd.NA)

