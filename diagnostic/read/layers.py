"""The layers a dossier declares -> `couches`, `unites` and the one `affectation` table."""

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read import ressorts
from diagnostic.read.codes import resolve_communes
from diagnostic.read.files import read_sheets
from diagnostic.read.tables import clean_table
from diagnostic.schema import join_problems, list_problems, make_table

COG_SOURCE = "IGN Admin Express et INSEE COG, Licence Ouverte 2.0"
NATIONAL_LAYERS = [*ressorts.SHAPE_LAYERS, *ressorts.DEPARTEMENT_LAYERS]
NATIONAL_SOURCES = {
    "MSA": ("Caisses de MSA par département (faits publics, non datés)", "non daté"),
    "CAF": ("Une Caf par département (règle générale, exceptions signalées)", "non daté"),
}


def read_layers(tables, communes, cog, *, folder, lists):
    """Assemble every layer of a dossier on the communes of its perimeter.

    Parameters
    ----------
    tables : dict, with `couches` and `ressorts`
    communes : DataFrame of the perimeter
    cog : dict, `read.cog.read_cog`
    folder : Path of the dossier (files of layers are in ressorts/)
    lists : dict of vocabularies

    Returns
    -------
    dict of DataFrame: `couches` (index couche), `unites`, `affectation`
    problemes, comptes : DataFrame; the counts of the layer files read
    """
    couches = complete_layers(tables["couches"], tables["ressorts"])
    rows, problems, counts = read_layer_files(couches, folder, lists)
    rows = pd.concat([part for part in [tables["ressorts"], *rows] if len(part)] or [make_table("ressorts")], ignore_index=True)
    resolved, found = resolve_communes(rows, cog)
    rows["code_insee"] = resolved["code_insee"]
    couches = declare_strays(couches, rows)
    listed, units, told = ressorts.assign_listed_layers(rows, couches)
    parts, names, problems = [listed], [units], [*problems, found, told]
    for couche in couches.index[couches["nature"].isin(["shapes", "departements"])]:
        if couche in ressorts.SHAPE_LAYERS:
            affectation, unites = ressorts.assign_shape_layer(communes, couche)
        elif couche in ressorts.DEPARTEMENT_LAYERS:
            affectation, unites, told = ressorts.assign_departement_layer(communes, couche)
            problems.append(told)
        else:
            continue
        parts.append(affectation)
        names.append(unites)
    affectation = pd.concat(parts, ignore_index=True)
    affectation = affectation[affectation["code_insee"].isin(communes.index)].reset_index(drop=True)
    unites = pd.concat(names, ignore_index=True).merge(affectation[["couche", "unite_id"]].drop_duplicates())
    problems.append(ressorts.check_complete(affectation, couches, communes))
    return {"couches": couches, "unites": unites, "affectation": affectation}, join_problems(*problems), counts


def complete_layers(declared, listed):
    """Return `couches` indexed by name with every property filled; without a sheet, the five national layers.

    Raises
    ------
    DiagnosticError
        A layer declared as brought by the software that it does not bring.
    """
    if len(declared):
        couches = declared.drop_duplicates("couche").set_index("couche")
    else:
        couches = make_table("couches").set_index("couche").reindex(pd.Index(NATIONAL_LAYERS, name="couche"))
    national = couches.index.isin(NATIONAL_LAYERS) & ~couches.index.isin(listed["couche"])
    nature = couches["nature"].fillna(pd.Series("communes", index=couches.index).mask(national, "shapes"))
    wrong = couches.index[nature.isin(["shapes", "departements"]) & ~couches.index.isin(NATIONAL_LAYERS)]
    if len(wrong):
        raise DiagnosticError(
            f"Couches que le logiciel n'apporte pas : {', '.join(wrong)}.", "feuille couches, colonne nature",
            f"écrivez « communes » et listez-les dans la feuille ressorts ; sont fournies : {', '.join(NATIONAL_LAYERS)}",
        )  # fmt: skip
    labels = {name: label for name, (_, _, label) in ressorts.SHAPE_LAYERS.items()} | ressorts.DEPARTEMENT_LAYERS
    sources = {name: (COG_SOURCE, "COG 2026") for name in ressorts.SHAPE_LAYERS} | NATIONAL_SOURCES
    known = pd.DataFrame.from_dict(sources, orient="index", columns=["source", "millesime"]).reindex(couches.index)
    return couches.assign(
        nature=nature, libelle=[labels.get(name, name.replace("_", " ")) for name in couches.index],
        exclusive=couches["exclusive"].fillna(True).astype(bool),
        complete=couches["complete"].fillna(pd.Series(False, index=couches.index).mask(national, True)).astype(bool),
        infra_communale=couches["infra_communale"].fillna(False).astype(bool),
        source=couches["source"].fillna(known["source"]), millesime=couches["millesime"].fillna(known["millesime"]),
    )  # fmt: skip


def read_layer_files(couches, folder, lists):
    """Read the layers that come as files of ressorts/; return (list of tables, list of problemes, comptes)."""
    rows, problems, counts, errors = [], [], [], []
    for couche, name in couches["fichier_couche"].dropna().items():
        path = folder / "ressorts" / name
        try:
            sheets, notice = read_sheets(path)
            sheet, raw = next(iter(sheets.items()))
            table, found, read = clean_table(raw, "ressorts", path, sheet, lists=lists, defaults={"couche": couche})
        except DiagnosticError as error:
            errors.append(error)
            continue
        rows.append(table[table["couche"] == couche])
        counts.append([f"ressorts/{path.name}", sheet, read, len(table)])
        problems += [notice, found]
    if errors:
        raise DiagnosticError.gather(errors)
    return rows, problems, pd.DataFrame(counts, columns=["fichier", "feuille", "lues", "gardees"])


def declare_strays(couches, rows):
    """Return `couches` with the layers met in `ressorts` that nobody declared: exclusive, not complete."""
    strays = [name for name in rows["couche"].dropna().unique() if name not in couches.index]
    if not strays:
        return couches
    added = pd.DataFrame(
        {"nature": "communes", "libelle": [name.replace("_", " ") for name in strays], "exclusive": True, "complete": False,
         "infra_communale": False}, index=pd.Index(strays, name="couche"),
    )  # fmt: skip
    first = rows.drop_duplicates("couche").set_index("couche")[["source", "millesime"]]
    return pd.concat([couches, added.join(first)])


def list_vintages(couches):
    """Return a problem row when the layers are of several vintages."""
    vintages = couches["millesime"].dropna().unique()
    if len(vintages) < 2:
        return None
    rows = pd.DataFrame({"fichier": ["inventaire"], "feuille": ["couches"], "ligne": pd.array([pd.NA], dtype="Int64")})
    shown = " ; ".join(f"{name} : {v}" for name, v in couches["millesime"].dropna().items())
    return list_problems("information", rows, f"Couches de millésimes différents ({shown}).", "rien, si vous le savez ; sinon prenez des couches de la même année", colonne="millesime")  # fmt: skip
