"""Jurisdictions, however given -> the one `affectation` table (commune, couche, unite, part) and the list of units."""

import numpy as np
import pandas as pd

from diagnostic.read.places.cog import is_in, read_cog
from diagnostic.read.places.territories import ASKED_LAYERS, DIVIDED_LAYERS, SHAPE_LAYERS, read_divided, read_divisions
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems
from diagnostic.vocabulary import normalize_label, read_vocabulary

AFFECTATION_COLUMNS = ["code_insee", "couche", "unite_id", "part", "methode"]
UNITE_COLUMNS = ["couche", "unite_id", "unite_nom", "organisme_id", "nb_communes_hors"]
DRAWN = ["polygone", "surface"]  # methodes of the rows that an outline gives
AWAY = "hors_territoire"  # methode of an outline that meets no commune of the perimeter
_UNKNOWN = 0.5
UNKNOWN_PART = "INFRA"  # a published value: the commune is subdivided, the units are not given


def spell_layers(names, known):
    """Return the names of layers with the spelling of `known` where only case, accents, spaces or hyphens differ.

    An exact name wins; a loose spelling that two known names share leads to neither.
    """
    keys = pd.Series([normalize_label(name) for name in known], index=list(known), dtype=str)
    alone = keys[~keys.duplicated(keep=False) & (keys != "")]
    spelled = dict(zip(alone, alone.index, strict=True))
    exact = set(known)
    distinct = {name: name if name in exact else spelled.get(normalize_label(name), name) for name in names.dropna().unique()}
    return names.map(distinct)


def assign_shape_layer(communes, couche):
    """Return (affectation, unites) of a layer of `shapes/`; a commune without unit has no row."""
    code, name, _ = (SHAPE_LAYERS | ASKED_LAYERS)[couche]
    held = communes[communes[code].notna()]
    units = held[[code, name]].drop_duplicates(code).set_axis(["unite_id", "unite_nom"], axis=1)
    hors = count_outside(_list_members(code), communes.index)
    return _assign(held.index, held[code], couche, "shapes"), _list_units(units, couche, hors)


def _list_members(column):
    """Return code_insee, unite_id of the communes of France by a column of theirs."""
    return read_cog()["communes"][column].dropna().rename("unite_id").rename_axis("code_insee").reset_index()


def count_outside(members, codes):
    """Return the number of communes of each unit that are not in `codes` (Series on unite_id; a unit with none is not in it)."""
    return members.loc[~is_in(members["code_insee"], codes)].groupby("unite_id")["code_insee"].nunique()


def assign_divided_layer(communes, couche):
    """Return (affectation, unites, problemes) of the cantons or the constituencies; the communes shared out are told in one row."""
    division, label = DIVIDED_LAYERS[couche]
    rows = read_divided(couche)
    hors = count_outside(rows, communes.index)
    rows = rows[is_in(rows["code_insee"], communes.index)].assign(couche=couche)
    units = rows[["unite_id"]].drop_duplicates()
    units = units.assign(unite_nom=units["unite_id"].map(read_divisions(division)["nom"]).astype("str").fillna(units["unite_id"]))
    affectation = rows[AFFECTATION_COLUMNS].reset_index(drop=True)
    return affectation, _list_units(units, couche, hors), _tell_divided(affectation, communes, couche, label)


def _tell_divided(affectation, communes, couche, label):
    """Tell the communes shared out between several units, and those that the drawing of the units does not place."""
    several = affectation[affectation["code_insee"].duplicated(keep=False)]
    unsure = several["methode"].eq("contour_simplifie")
    why = "part de la surface, qui n'est pas celle des habitants" if couche != "CANTON" else "part des habitants inconnue"
    found = []
    for chosen, message in [
        (several[~unsure], f"partagées entre plusieurs unités ({why})"),
        (several[unsure], "trop près d'une limite dessinée à grands traits pour dire leur unité (toutes gardées, part inconnue)"),
    ]:
        units = chosen.groupby("code_insee", sort=False)["unite_id"].agg(" ; ".join)
        named = [f"{communes.at[code, 'nom']} ({code}) : {cells}" for code, cells in units.items()]
        if named:
            found.append(f"Couche {couche} ({label}), communes {message} : {', '.join(named)}.")
    rows = pd.DataFrame({"fichier": "logiciel", "feuille": f"couche {couche}", "ligne": pd.NA}, index=range(len(found)))
    fix = "rien ; si vous savez les parts d'habitants, listez ces communes dans la feuille ressorts"
    return list_problems("information", rows, found, fix, valeur=couche)


def assign_departement_layer(communes, couche):
    """Return (affectation, unites, problemes) of the MSA or CAF layer, known by departement (metropole only for MSA)."""
    if couche == "MSA":
        caisses = read_vocabulary("msa_caisses").set_index("departement")
        excluded = pd.DataFrame(columns=["departement", "raison"])
    else:
        excluded = read_vocabulary("caf_exceptions")
        names = communes.drop_duplicates("departement").set_index("departement")["departement_nom"]
        caisses = pd.DataFrame({"unite_id": "CAF-" + names.index, "unite_nom": "Caf " + names}, index=names.index)
        caisses = caisses.drop(excluded["departement"], errors="ignore")
    held = communes[communes["departement"].isin(caisses.index)]
    affectation = _assign(held.index, held["departement"].map(caisses["unite_id"]), couche, "departement")
    units = caisses[caisses["unite_id"].isin(affectation["unite_id"])].drop_duplicates("unite_id")
    members = _list_members("departement")
    hors = count_outside(members.assign(unite_id=members["unite_id"].map(caisses["unite_id"])), communes.index)
    return affectation, _list_units(units, couche, hors), _tell_unassigned(communes, held, couche, excluded)


def _tell_unassigned(communes, held, couche, excluded):
    left = communes.drop(held.index)
    if not len(left):
        return None
    departements = sorted(left["departement"].unique())
    reasons = excluded.set_index("departement")["raison"] if len(excluded) else pd.Series(dtype=str)
    why = {d: reasons.get(d, "caisse non connue du logiciel") for d in departements}
    rows = pd.DataFrame({"fichier": "logiciel", "feuille": f"couche {couche}", "ligne": pd.NA}, index=departements)
    messages = [f"Couche {couche} : le département {d} n'est rattaché à aucune caisse ({why[d]})." for d in departements]
    return list_problems(
        "attention", rows, messages, "donnez la couche commune par commune dans la feuille ressorts", valeur=departements
    )


def _assign(codes, units, couche, method):
    return pd.DataFrame(
        {"code_insee": list(codes), "couche": couche, "unite_id": list(units), "part": 1.0, "methode": method}
    )[AFFECTATION_COLUMNS]


def _list_units(units, couche, hors):
    nb = units["unite_id"].map(hors).fillna(0).astype(float).mask(units["unite_id"] == UNKNOWN_PART)
    units = units.assign(couche=couche, nb_communes_hors=nb)
    if "organisme_id" not in units:
        units["organisme_id"] = units["unite_id"]
    return units[UNITE_COLUMNS].reset_index(drop=True)


def assign_listed_layers(ressorts, couches, names=None):
    """Turn rows (commune, couche, unite) of users into affectation and units.

    Parameters
    ----------
    ressorts : DataFrame, table `ressorts` with resolved communes; methode and methode_commune where they are known
    couches : DataFrame, index couche, with exclusive and infra_communale (booleans)
    names : Series code_insee -> nom, optional, for the messages

    Returns
    -------
    affectation : DataFrame, on the index of the rows of `ressorts` that were kept
    unites, problemes : DataFrame; nb_communes_hors is missing, for it takes the perimeter (`fill_outside`)

    Notes
    -----
    One row a commune and unit: a repeated row counts once. A commune with one unit has part 1, or the part given
    (the rest is not covered); with several, the given parts or missing. `INFRA` is a unit of unknown number: it
    stays, its part missing, and is told. In an exclusive layer a commune with two units, not marked infra, is told
    and keeps the first by line; when the two come from former communes joined since, both stay, their part unknown.
    Parts out of 0-1, or that sum to more than 1, are told and count as unknown.
    """
    rows = ressorts[ressorts["code_insee"].notna()]
    rows = rows.assign(methode=rows.get("methode", "liste"))
    repeated = rows.duplicated(["couche", "code_insee", "unite_id"])
    problems = [_tell_repeated(rows[repeated], rows[~repeated], rows.duplicated(["couche", *_written(rows), "unite_id"]))]
    rows = rows[~repeated]
    exclusive = rows["couche"].map(couches["exclusive"]).ne(False)
    stated = rows["infra"].astype("boolean").fillna(False).astype(bool)
    joined = _find_joined(rows) & exclusive & ~stated
    problems.append(_tell_joined(rows[joined]))
    stated |= joined
    rows = rows.assign(infra=stated | rows["couche"].map(couches["infra_communale"]).eq(True))
    clash = _find_several(rows) & exclusive & ~rows["infra"]
    problems.append(_tell_clash(rows[clash]))
    rows = rows[~(clash & rows.duplicated(["couche", "code_insee"]))]
    # Outlines that overlap in a layer that may are no mistake: their shares of surface may sum to more than the commune.
    apart = exclusive.reindex(rows.index) | rows["methode"].ne("surface")
    part, told = _share_parts(rows, stated.reindex(rows.index), apart, pd.Series(dtype="str") if names is None else names)
    affectation = rows.assign(part=part)[AFFECTATION_COLUMNS]
    units = rows.astype({"unite_nom": "str", "organisme_id": "str"})
    units = units.groupby(["couche", "unite_id"])[["unite_nom", "organisme_id"]].first().reset_index()
    named = {column: units[column].fillna(units["unite_id"]) for column in ("unite_nom", "organisme_id")}
    units = units.assign(**named, nb_communes_hors=np.nan)
    return affectation, units[UNITE_COLUMNS], join_problems(*problems, told, _tell_names(rows))


def fill_outside(unites, rows, listed, codes):
    """Return the `unites` of lists and outlines with nb_communes_hors, the number of their communes out of the perimeter.

    Parameters
    ----------
    unites : DataFrame, those of `assign_listed_layers`
    rows : DataFrame, the placed rows; nb_communes_hors where an outline says 0, 1 (one at least) or nothing; zone_perdue where
        a place also serves what could not be found
    listed : DataFrame, the affectation of the rows, those out of the perimeter included
    codes : Index, the communes of the perimeter

    Notes
    -----
    A list tells all its communes; one that was cut to the territory beforehand tells none outside. What an outline says and what
    rows add to it: the larger. The unit INFRA stands for an unknown number of units: missing.
    """
    keys = pd.MultiIndex.from_frame(unites[["couche", "unite_id"]])
    outside = listed[~is_in(listed["code_insee"], codes)]
    nb = outside.groupby(["couche", "unite_id"])["code_insee"].nunique().reindex(keys).fillna(0).astype(float)
    lost = rows["zone_perdue"].eq(True) if "zone_perdue" in rows else False
    drawn = rows[rows["methode"].isin([*DRAWN, AWAY]) | lost].reindex(columns=["couche", "unite_id", "nb_communes_hors"])
    # Of two outlines of a unit, one inside and one that nobody can place: not known, which is between 0 and 1.
    said = drawn["nb_communes_hors"].astype(float).fillna(_UNKNOWN).groupby([drawn["couche"], drawn["unite_id"]]).max()
    nb = np.fmax(nb.to_numpy(), said.reindex(keys).to_numpy())
    unknown = (nb == _UNKNOWN) | (unites["unite_id"].str.upper() == UNKNOWN_PART).to_numpy()
    return unites.assign(nb_communes_hors=np.where(unknown, np.nan, nb))


def _find_several(rows):
    """Return the mask of the rows whose commune has several units in the layer."""
    return rows.groupby(["couche", "code_insee"])["unite_id"].transform("size") > 1


def _find_joined(rows):
    """Return the mask of the rows of a commune that has several units because former communes of it were joined since."""
    return _find_several(rows) & _find_past(rows, ["couche", "code_insee"])


def _find_past(rows, keys):
    """Return the mask of the rows of a group of `keys` where one at least was found by a former code."""
    if "methode_commune" not in rows:
        return pd.Series(False, index=rows.index)
    return rows["methode_commune"].eq("ancien_code").groupby([rows[key] for key in keys]).transform("any")


def _share_parts(rows, stated, apart, names):
    """Return the part of each row, and what is wrong in the given ones.

    `stated`: the commune is said to be subdivided; `apart`: its units cannot overlap.
    """
    several, given = _find_several(rows), rows["part_population"].astype(float)
    unknown = rows["unite_id"].str.upper() == UNKNOWN_PART
    out = given.notna() & ~given.between(0, 1)
    # One unit holds the whole commune, unless the row says subdivided; units of a layer that overlaps hold it whole each.
    whole = (~several & ~stated) | (several & ~rows["infra"])
    part = given.mask(out).mask(given.isna() & whole, 1.0).mask(unknown)
    total = part.where(rows["infra"] & apart).groupby([rows["couche"], rows["code_insee"]]).transform("sum")
    over = total > 1 + 1e-9
    told = _tell_infra(rows[unknown]), _tell_out(rows[out], given[out]), _tell_over(rows[over], total[over], names)
    return part.mask(over), join_problems(*told)


def _tell_joined(rows):
    """Tell, one row a commune, the former communes of different units that are one commune now."""
    units = rows.groupby(["couche", "code_insee"])["unite_id"].agg(", ".join)
    told = rows.drop_duplicates(["couche", "code_insee"])
    messages = [
        f"{code} réunit d'anciennes communes de plusieurs unités de la couche {couche} ({units[couche, code]}) : "
        "toutes gardées, parts inconnues."
        for couche, code in zip(told["couche"], told["code_insee"], strict=True)
    ]
    fix = "donnez à la commune son unité d'aujourd'hui, ou les parts de population de chacune"
    return list_problems("attention", told, messages, fix, colonne="unite_id", valeur=told["unite_id"])


def _written(rows):
    """Return the column of the code as the file writes it."""
    return ["code_lu"] if "code_lu" in rows else ["code_insee"]


def _tell_repeated(rows, kept, same):
    """Tell the rows whose commune already has the unit: `same` where an earlier row writes the same code."""
    # An EPCI or a departement brings many communes: its line is told when nothing of it is left.
    lines = pd.MultiIndex.from_frame(rows[ORIGIN_COLUMNS].astype("object"))
    rows = rows[~lines.isin(pd.MultiIndex.from_frame(kept[ORIGIN_COLUMNS].astype("object")))].drop_duplicates(ORIGIN_COLUMNS)
    same = same.reindex(rows.index)
    messages = same.map({
        True: "Ligne répétée (même code, même unité) : comptée une fois.",
        False: "Même commune par un ancien code, un SIREN ou un département, pour la même unité : comptée une fois.",
    })  # fmt: skip
    fix = same.map({True: "supprimez la répétition", False: "rien"})
    told = list_problems("information", rows, messages, "", colonne="code_insee", valeur=rows["code_insee"])
    return told.assign(a_faire=fix.to_list()) if len(rows) else told


def _tell_clash(rows):
    first = rows.duplicated(["couche", "code_insee"], keep="first")
    units = rows.groupby(["couche", "code_insee"])["unite_id"].agg(", ".join)
    told = rows[first]
    messages = [
        f"{code} rattachée à plusieurs unités de la couche exclusive {couche} ({units[couche, code]}) ; ligne écartée."
        for couche, code in zip(told["couche"], told["code_insee"], strict=True)
    ]
    fix = "si la commune est subdivisée, écrivez oui dans infra ; sinon corrigez"
    return list_problems("erreur", told, messages, fix, colonne="unite_id", valeur=told["unite_id"])


def _tell_infra(rows):
    message = "Valeur INFRA (commune subdivisée) : comptée comme une unité de nombre inconnu."
    fix = "renseignez les unités de cette commune"
    return list_problems("attention", rows, message, fix, colonne="unite_id", valeur=rows["unite_id"])


def _tell_out(rows, given):
    message = "Une part est comprise entre 0 et 1 ; part ignorée."
    fix = "écrivez 0,5 pour la moitié des habitants"
    return list_problems("attention", rows, message, fix, colonne="part_population", valeur=given.map(_write_number))


def _tell_names(rows):
    """Tell, one row a unit, the units that bear several names: the first is kept. Case, accents and spaces make no other name."""
    named = rows[["couche", "unite_id", "unite_nom", *ORIGIN_COLUMNS]].dropna(subset="unite_nom")
    named = named.drop_duplicates(["couche", "unite_id", "unite_nom"])
    named = named.assign(cle=named["unite_nom"].map(normalize_label)).drop_duplicates(["couche", "unite_id", "cle"])
    named = named[named.duplicated(["couche", "unite_id"], keep=False)]
    shown = ("« " + named["unite_nom"].astype("str") + " »").groupby([named["couche"], named["unite_id"]]).agg(" et ".join)
    second = named[named.duplicated(["couche", "unite_id"])].drop_duplicates(["couche", "unite_id"])
    messages = [f"Couche {couche}, unité {unit} : plusieurs noms ({shown[couche, unit]}) ; le premier est gardé."
                for couche, unit in zip(second["couche"], second["unite_id"], strict=True)]  # fmt: skip
    fix = "écrivez le même nom partout ; si ce sont deux unités, donnez-leur deux identifiants"
    return list_problems("attention", second, messages, fix, colonne="unite_nom", valeur=second["unite_nom"])


def _tell_over(rows, total, names):
    rows = rows.assign(total=total).drop_duplicates(["couche", "code_insee"])
    messages = [
        f"{names.get(code, code)} : somme des parts = {_write_number(value)} pour la couche {couche}. Parts comptées comme inconnues."
        for code, couche, value in zip(rows["code_insee"], rows["couche"], rows["total"], strict=True)
    ]
    return list_problems("attention", rows, messages, "ramenez la somme à 1", colonne="part_population", valeur=rows["code_insee"])


def _write_number(value):
    return f"{value:.2f}".replace(".", ",")


def check_complete(affectation, couches, communes):
    """Tell, for each layer declared complete, the communes of the perimeter that have no unit."""
    found = []
    for couche in couches.index[couches["complete"].eq(True)]:
        held = affectation.loc[affectation["couche"] == couche, "code_insee"]
        missing = communes.loc[~communes.index.isin(held), "nom"]
        if len(missing):
            shown = ", ".join(f"{name} ({code})" for code, name in missing.head(8).items())
            shown += f" et {len(missing) - 8} autre{'s' if len(missing) > 9 else ''}" if len(missing) > 8 else ""
            plural = "s" if len(missing) > 1 else ""
            found.append((couche, f"Couche {couche} annoncée complète mais {len(missing)} commune{plural} sans unité : {shown}."))
    rows = pd.DataFrame({"fichier": "inventaire", "feuille": "couches", "ligne": pd.NA}, index=range(len(found)))
    fix = "écrivez « non » dans complete (feuille couches) ou complétez la couche"
    return list_problems("attention", rows, [m for _, m in found], fix, colonne="complete", valeur=[c for c, _ in found])
