"""The layers a dossier declares -> `couches`, `unites` and the one `affectation` table."""

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read import ressorts
from diagnostic.read.codes import resolve_communes
from diagnostic.read.cog import is_in
from diagnostic.read.files import locate_inside, read_sheets
from diagnostic.read.tables import clean_table
from diagnostic.schema import join_problems, list_problems, make_table
from diagnostic.vocabulary import normalize_label

COG_SOURCE = "IGN Admin Express et INSEE COG, Licence Ouverte 2.0"
NATIONAL_LAYERS = [*ressorts.SHAPE_LAYERS, *ressorts.DEPARTEMENT_LAYERS]
UNDATED = "non daté"
NATIONAL_SOURCES = {
    "MSA": ("Caisses de MSA par département (faits publics, non datés)", UNDATED),
    "CAF": ("Une Caf par département (règle générale, exceptions signalées)", UNDATED),
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
    dict of DataFrame: `couches` (index couche), `unites`, `affectation`, and `ressorts`, the rows kept with their
        present commune code, those of the layer files included
    problemes : DataFrame
    comptes : DataFrame fichier, feuille, lues of the layer files
    """
    own = tables["ressorts"]
    couches = complete_layers(tables["couches"], own)
    files, problems, counts = read_layer_files(couches, folder, lists)
    rows = pd.concat([part for part in [own, *files] if len(part)] or [make_table("ressorts")], ignore_index=True)
    rows["couche"] = spell_layers(rows["couche"], couches.index)
    couches, strays = declare_strays(couches, rows)
    resolved, found = resolve_communes(rows, cog)
    rows = rows.assign(code_insee=resolved["code_insee"])
    listed, units, told = ressorts.assign_listed_layers(rows, couches)
    parts, names, brought = assign_national_layers(communes, couches, listed["couche"].unique())
    affectation = pd.concat([listed, *parts], ignore_index=True)
    affectation = affectation[is_in(affectation["code_insee"], communes.index)].reset_index(drop=True)
    unites = pd.concat([units, *names], ignore_index=True).merge(affectation[["couche", "unite_id"]].drop_duplicates())
    doubts = ressorts.check_complete(affectation, couches, communes), _tell_empty(couches, affectation)
    layers = {"couches": couches, "unites": unites, "affectation": affectation, "ressorts": rows.loc[listed.index]}
    return layers, join_problems(*problems, strays, found, told, *brought, *doubts), counts


def assign_national_layers(communes, couches, listed):
    """Return (affectations, unites, problemes) of the layers the software brings; one that the dossier lists stays the dossier's."""
    parts, names, problems = [], [], []
    brought = couches.index[couches["nature"].isin(["shapes", "departements"])]
    for couche in brought[~brought.isin(listed)]:
        if couche in ressorts.SHAPE_LAYERS:
            affectation, unites = ressorts.assign_shape_layer(communes, couche)
        else:
            affectation, unites, told = ressorts.assign_departement_layer(communes, couche)
            problems.append(told)
        parts.append(affectation)
        names.append(unites)
    for couche in brought[brought.isin(listed)]:
        message = f"Couche {couche} : donnée par le dossier et fournie par le logiciel ; celle du dossier est prise."
        problems.append(_tell_layers([couche], [message], "écrivez « communes » dans la colonne nature", "information"))
    return parts, names, problems


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


def _tell_empty(couches, affectation):
    """A layer without any commune of the perimeter: told, unless it is said complete, which `check_complete` tells."""
    empty = [name for name in couches.index[~couches["complete"]] if name not in set(affectation["couche"])]
    messages = [f"Couche {name} : aucune commune du périmètre n'y a d'unité." for name in empty]
    return _tell_layers(empty, messages, "listez ses communes dans la feuille ressorts, ou retirez-la de la feuille couches", "attention")


def _tell_layers(couches, messages, fix, gravite):
    rows = pd.DataFrame({"fichier": "inventaire", "feuille": "couches", "ligne": pd.NA}, index=range(len(couches)))
    return list_problems(gravite, rows, messages, fix, colonne="couche", valeur=couches)


def complete_layers(declared, listed):
    """Return `couches` indexed by name with every property filled; without a sheet, the five national layers.

    Raises
    ------
    DiagnosticError
        A layer declared as brought by the software that it does not bring.
    """
    if len(declared):
        couches = declared.assign(couche=spell_layers(declared["couche"], NATIONAL_LAYERS))
        couches = couches.drop_duplicates("couche").set_index("couche")
    else:
        couches = make_table("couches").set_index("couche").reindex(pd.Index(NATIONAL_LAYERS, name="couche"))
    given = set(spell_layers(listed["couche"], couches.index)) | set(couches.index[couches["fichier_couche"].notna()])
    national = couches.index.isin(NATIONAL_LAYERS) & ~couches.index.isin(given)
    nature = couches["nature"].astype("str").fillna(pd.Series("communes", index=couches.index).mask(national, "shapes"))
    wrong = couches.index[nature.isin(["shapes", "departements"]) & ~couches.index.isin(NATIONAL_LAYERS)]
    if len(wrong):
        raise DiagnosticError(
            f"Couches que le logiciel n'apporte pas : {', '.join(wrong)}.", "feuille couches, colonne nature",
            f"écrivez « communes » et listez-les dans la feuille ressorts ; sont fournies : {', '.join(NATIONAL_LAYERS)}",
        )  # fmt: skip
    labels = {name: label for name, (_, _, label) in ressorts.SHAPE_LAYERS.items()} | ressorts.DEPARTEMENT_LAYERS
    sources = dict.fromkeys(ressorts.SHAPE_LAYERS, (COG_SOURCE, "COG 2026")) | NATIONAL_SOURCES
    known = pd.DataFrame.from_dict(sources, orient="index", columns=["source", "millesime"]).reindex(couches.index)
    known = known.where(nature.isin(["shapes", "departements"]))  # a layer the dossier lists is not ours to date
    flags = couches[["exclusive", "complete", "infra_communale"]].astype("boolean")
    return couches.assign(
        nature=nature, libelle=[labels.get(name, name.replace("_", " ")) for name in couches.index],
        exclusive=flags["exclusive"].fillna(True).astype(bool),
        complete=flags["complete"].fillna(pd.Series(national, index=couches.index)).astype(bool),
        infra_communale=flags["infra_communale"].fillna(False).astype(bool),
        **{name: couches[name].astype("str").fillna(known[name]) for name in ("source", "millesime")},
    )  # fmt: skip


def read_layer_files(couches, folder, lists):
    """Read the layers that come as files of ressorts/; return (list of tables, list of problemes, comptes).

    A file is read once, whatever the number of layers it holds; without a column `couche` all of it is the one layer
    that names it. Rows of another layer are set aside and told.
    """
    rows, problems, counts, errors = [], [], [], []
    for name, group in couches["fichier_couche"].dropna().groupby(couches["fichier_couche"], sort=False):
        path = locate_inside(folder / "ressorts", name, "feuille couches, colonne fichier_couche")
        defaults = {"couche": group.index[0]} if len(group) == 1 else {}
        try:
            sheets, notice = read_sheets(path)
            sheet, raw = next(iter(sheets.items()))
            table, found, read = clean_table(raw, "ressorts", path, sheet, lists=lists, defaults=defaults)
        except DiagnosticError as error:
            errors.append(error)
            continue
        table = table.assign(fichier=f"ressorts/{path.name}", couche=spell_layers(table["couche"], group.index))
        mine = table["couche"].isin(group.index)
        rows.append(table[mine])
        counts.append([f"ressorts/{path.name}", sheet, read])
        problems += [notice, found, _tell_other_layers(table[~mine], name)]
    if errors:
        raise DiagnosticError.gather(errors)
    return rows, problems, pd.DataFrame(counts, columns=["fichier", "feuille", "lues"])


def _tell_other_layers(rows, name):
    messages = [f"Couche « {couche} » que la feuille couches n'attend pas du fichier {name} ; ligne écartée." for couche in rows["couche"]]
    fix = "ajoutez cette couche à la feuille couches, avec ce fichier"
    return list_problems("erreur", rows, messages, fix, colonne="couche", valeur=rows["couche"])


def declare_strays(couches, rows):
    """Return `couches` with the layers met in `ressorts` that nobody declared (exclusive, not complete), and the problems."""
    strays = [name for name in rows["couche"].dropna().unique() if name not in couches.index]
    if not strays:
        return couches, None
    added = pd.DataFrame(
        {"nature": "communes", "libelle": [name.replace("_", " ") for name in strays], "exclusive": True, "complete": False,
         "infra_communale": False}, index=pd.Index(strays, name="couche"),
    )  # fmt: skip
    first = rows.drop_duplicates("couche").set_index("couche")
    told = list_problems(
        "information", first.loc[strays],
        [f"Couche « {name} » absente de la feuille couches : lue comme exclusive et partielle." for name in strays],
        "ajoutez-la à la feuille couches", colonne="couche", valeur=strays,
    )  # fmt: skip
    return pd.concat([couches, added.join(first[["source", "millesime"]])]), told


def list_vintages(couches):
    """Return a problem row when the layers are of several vintages; one that is not dated is not compared."""
    dated = couches["millesime"].dropna()
    dated = dated[dated != UNDATED]
    if dated.str.extract(r"(\d{4})")[0].fillna(dated).nunique() < 2:
        return None
    shown = " ; ".join(f"{name} : {vintage}" for name, vintage in dated.items())
    message = f"Couches de millésimes différents ({shown})."
    fix = "rien, si vous le savez ; sinon prenez des couches de la même année"
    rows = pd.DataFrame({"fichier": ["inventaire"], "feuille": ["couches"], "ligne": pd.array([pd.NA], dtype="Int64")})
    return list_problems("information", rows, message, fix, colonne="millesime")
