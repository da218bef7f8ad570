"""Jurisdictions, however given -> the one `affectation` table (commune, couche, unite, part) and the list of units."""

import pandas as pd

from diagnostic.schema import join_problems, list_problems
from diagnostic.vocabulary import read_vocabulary

AFFECTATION_COLUMNS = ["code_insee", "couche", "unite_id", "part", "methode"]
UNITE_COLUMNS = ["couche", "unite_id", "unite_nom", "organisme_id"]
# Layers the software brings: column of the communes table, name column, label.
SHAPE_LAYERS = {
    "EPCI": ("epci", "epci_nom", "Intercommunalités (EPCI à fiscalité propre)"),
    "ARRONDISSEMENT": ("arrondissement", "arrondissement_nom", "Arrondissements préfectoraux"),
    "DEPARTEMENT": ("departement", "departement_nom", "Départements"),
}
DEPARTEMENT_LAYERS = {"MSA": "Caisses de MSA", "CAF": "Caisses d'allocations familiales"}
UNKNOWN_PART = "INFRA"  # a published value: the commune is subdivided, the units are not given


def assign_shape_layer(communes, couche):
    """Return (affectation, unites) of a layer of `shapes/`; a commune without unit has no row."""
    code, name, _ = SHAPE_LAYERS[couche]
    held = communes[communes[code].notna()]
    units = held[[code, name]].drop_duplicates(code).set_axis(["unite_id", "unite_nom"], axis=1)
    return _assign(held.index, held[code], couche, "shapes"), _list_units(units, couche)


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
    return affectation, _list_units(units, couche), _tell_unassigned(communes, held, couche, excluded)


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


def _list_units(units, couche):
    units = units.assign(couche=couche)
    if "organisme_id" not in units:
        units["organisme_id"] = units["unite_id"]
    return units[UNITE_COLUMNS].reset_index(drop=True)


def assign_listed_layers(ressorts, couches):
    """Turn rows (commune, couche, unite) of users into affectation and units.

    Parameters
    ----------
    ressorts : DataFrame, table `ressorts` with resolved communes
    couches : DataFrame, index couche, with exclusive and infra_communale (booleans)

    Returns
    -------
    affectation, unites, problemes

    Notes
    -----
    One row a commune and unit: a repeated row counts once. A commune with one unit has part 1; with several, the
    given parts or missing. `INFRA` is a unit of unknown number: it stays, its part missing, and is told.
    In an exclusive layer a commune with two units, not marked infra, is told and keeps the first by line.
    """
    rows = ressorts[ressorts["code_insee"].notna()].copy()
    repeated = rows.duplicated(["couche", "code_insee", "unite_id"])
    problems = [_tell_repeated(rows[repeated])]
    rows = rows[~repeated]
    rows["infra"] = rows["infra"].fillna(False).astype(bool) | rows["couche"].map(couches["infra_communale"]).eq(True)
    several = rows.groupby(["couche", "code_insee"])["unite_id"].transform("size") > 1
    exclusive = rows["couche"].map(couches["exclusive"]).fillna(True).astype(bool)
    clash = several & exclusive & ~rows["infra"]
    problems.append(_tell_clash(rows[clash]))
    rows = rows[~(clash & rows.duplicated(["couche", "code_insee"]))]
    several = rows.groupby(["couche", "code_insee"])["unite_id"].transform("size") > 1
    unknown = rows["unite_id"].str.upper() == UNKNOWN_PART
    part = rows["part_population"].astype(float).where(several | rows["part_population"].notna(), 1.0)
    overlapping = several & ~rows["infra"]  # a non-exclusive layer: each unit holds the whole commune
    part = part.mask(overlapping & part.isna(), 1.0).mask(unknown)
    problems += [_tell_infra(rows[unknown]), *_check_parts(rows.assign(part=part))]
    part = part.where(part.between(0, 1))
    affectation = rows.assign(part=part, methode="liste")[AFFECTATION_COLUMNS].reset_index(drop=True)
    names = rows.groupby(["couche", "unite_id"])[["unite_nom", "organisme_id"]].first().reset_index()
    names["unite_nom"] = names["unite_nom"].fillna(names["unite_id"])
    names["organisme_id"] = names["organisme_id"].fillna(names["unite_id"])
    return affectation, names[UNITE_COLUMNS], join_problems(*problems)


def _tell_repeated(rows):
    return list_problems("information", rows, "Ligne répétée (même commune, même unité) : comptée une fois.", "supprimez la répétition", colonne="code_insee", valeur=rows["code_insee"])  # fmt: skip


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
    return list_problems("attention", rows, message, "renseignez les unités de cette commune", colonne="unite_id", valeur=rows["unite_id"])  # fmt: skip


def _check_parts(rows):
    out = rows[(rows["part"] < 0) | (rows["part"] > 1)]
    message = "Une part est comprise entre 0 et 1 ; part ignorée."
    yield list_problems("attention", out, message, "corrigez part_population", colonne="part_population", valeur=out["part"].astype(str))  # fmt: skip
    shared = rows[rows["infra"]]
    total = shared.groupby(["couche", "code_insee"])["part"].transform("sum")
    over = shared[total > 1 + 1e-9].drop_duplicates(["couche", "code_insee"])
    messages = [
        f"{code} : la somme des parts vaut {total[i]:.2f} dans la couche {couche}.".replace(".", ",", 1)
        for i, (code, couche) in over[["code_insee", "couche"]].iterrows()
    ]
    yield list_problems("erreur", over, messages, "ramenez la somme à 1", colonne="part_population", valeur=over["code_insee"])  # fmt: skip


def check_complete(affectation, couches, communes):
    """Tell, for each layer declared complete, the communes of the perimeter that have no unit."""
    found = []
    for couche in couches.index[couches["complete"].eq(True)]:
        held = affectation.loc[affectation["couche"] == couche, "code_insee"]
        missing = communes.loc[~communes.index.isin(held), "nom"]
        if len(missing):
            shown = ", ".join(f"{name} ({code})" for code, name in missing.head(8).items())
            shown += f" et {len(missing) - 8} autres" if len(missing) > 8 else ""
            found.append((couche, f"Couche {couche} annoncée complète mais {len(missing)} communes sans unité : {shown}."))
    rows = pd.DataFrame({"fichier": "inventaire", "feuille": "couches", "ligne": pd.NA}, index=range(len(found)))
    fix = "écrivez « non » dans complete (feuille couches) ou complétez la couche"
    return list_problems("attention", rows, [m for _, m in found], fix, colonne="complete", valeur=[c for c, _ in found])
