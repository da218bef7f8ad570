"""A dossier (folder of tables) -> every table the measures need, the problems met, and the count of every row."""

from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read import territories
from diagnostic.read.actors import assign_territories, complete_actors
from diagnostic.read.cog import read_cog
from diagnostic.read.codes import resolve_communes
from diagnostic.read.files import read_sheets
from diagnostic.read.inventory import COUNT_COLUMNS, find_inventory, read_inventory
from diagnostic.read.layers import list_vintages, read_layers
from diagnostic.read.references import resolve_references
from diagnostic.read.tables import clean_table
from diagnostic.schema import join_problems, list_problems, list_tables, make_table

ACTOR_TABLES = ["acteurs", "dispositifs", "affiliations"]  # what an import may bring


def read_dossier(folder):
    """Read a whole dossier.

    Parameters
    ----------
    folder : path-like, the folder that holds inventaire.xlsx (or CSV files), imports/ and ressorts/

    Returns
    -------
    dict
        The tables of the schema, cleaned and with references resolved; `communes` (GeoDataFrame of the perimeter),
        `territoires`, `appartenance`, `acteurs_territoires`, `dispositifs_territoires`, `couches`, `unites`,
        `affectation`, `unites_coupees`, `problemes`, `comptes`; `reglages` (dict) and `listes` (vocabularies).

    Raises
    ------
    DiagnosticError
        Structural faults, all at once. Nothing in the folder is ever modified.
    """
    folder = Path(folder)
    tables, settings, lists, problems, counts = read_inventory(find_inventory(folder))
    imported, found, import_counts = read_imports(folder, lists)
    for name in ACTOR_TABLES:
        tables[name], repeated = _append(tables[name], imported[name], name)
        found = join_problems(found, repeated)
    cog = read_cog()
    communes, boundaries = read_perimeter(tables["communes"], settings, cog, folder)
    territoires, appartenance, told = read_territories(tables["territoires"], communes)
    acteurs, doubts = complete_actors(
        tables["acteurs"], cog, lists["categories"], communes=communes, distance_max_km=settings["distance_max_km"]
    )
    tables, orphans = resolve_references(tables | {"acteurs": acteurs})
    layers, layer_doubts, layer_counts = read_layers(tables, communes, cog, folder=folder, lists=lists)
    actors_on, unknown = assign_territories(acteurs, "acteur_id", territoires, communes)
    devices_on, unknown_too = assign_territories(tables["dispositifs"], "dispositif_id", territoires, communes)
    cut = territories.list_cut_units(communes, cog["communes"])
    return tables | layers | {
        "communes": communes, "territoires": territoires, "appartenance": appartenance,
        "acteurs_territoires": actors_on, "dispositifs_territoires": devices_on, "unites_coupees": cut,
        "problemes": join_problems(
            problems, found, boundaries, told, doubts, orphans, layer_doubts, unknown,
            _only_inventory(unknown_too), list_vintages(layers["couches"]), _tell_cut(cut),
        ),
        "comptes": count_rows(pd.concat([counts, import_counts], ignore_index=True), tables, layer_counts, communes),
        "reglages": settings, "listes": lists,
    }  # fmt: skip


def read_imports(folder, lists):
    """Read the workbooks of imports/ written by `importer`; return (tables, problemes, comptes)."""
    parts = {name: [] for name in ACTOR_TABLES}
    problems, counts = [], []
    for path in sorted((folder / "imports").glob("*.xlsx")):
        if path.name.startswith("~$"):  # the lock file that Excel leaves beside an open workbook
            continue
        sheets, notice = read_sheets(path)
        problems.append(notice)
        for name in ACTOR_TABLES:
            if name in sheets:
                table, found, _ = clean_table(sheets[name], name, path, name, lists=lists)
                parts[name].append(table.assign(fichier=f"imports/{path.name}"))
                problems.append(found)
        counts.append(_read_count(sheets, path))
    tables = {name: pd.concat(found, ignore_index=True) if found else make_table(name) for name, found in parts.items()}
    return tables, join_problems(*problems), pd.DataFrame(counts, columns=COUNT_COLUMNS)


def _read_count(sheets, path):
    """Return the number of rows of the published file, kept by `importer` in the sheet comptes."""
    raw = sheets.get("comptes", pd.DataFrame())
    told = dict(zip(raw[0], raw[1], strict=True)) if raw.shape[1] == 2 else {}
    if not told.get("lues", "").isdecimal():
        raise DiagnosticError("Import abîmé : la feuille comptes manque.", f"imports/{path.name}", "refaites l'import")
    sheet = "affiliations" if "affiliations" in sheets else "acteurs"
    return [f"imports/{path.name}", sheet, int(told["lues"])]


def _append(own, imported, name):
    """Return the dossier's rows then the imported ones; an identifier already taken is told and its row set aside."""
    if not len(imported):
        return own, None
    joined = pd.concat([part for part in (own, imported) if len(part)], ignore_index=True)
    if name == "affiliations":
        return joined, None
    key = f"{name[:-1]}_id"
    repeated = joined.duplicated(key)
    rows = joined[repeated]
    told = list_problems("erreur", rows, "Identifiant déjà pris par une autre ligne du dossier : ligne écartée.", "donnez un autre identifiant", colonne=key, valeur=rows[key])  # fmt: skip
    return joined[~repeated].reset_index(drop=True), told


def read_perimeter(listed, settings, cog, folder):
    """Return the communes of the dossier (listed, else by the settings) with their boundaries, and the problems met."""
    codes, problems = None, None
    if len(listed):
        resolved, problems = resolve_communes(listed, cog)
        codes = resolved["code_insee"].dropna().unique()
    asked = {key: settings[key] or None for key in ("departements", "epci", "regions")}
    if codes is None and not any(asked.values()):
        raise DiagnosticError(
            "Le territoire n'est pas dit.", "feuille communes (vide) et feuille parametres",
            "listez les communes, ou remplissez departements (43;63), epci ou regions dans la feuille parametres",
        )  # fmt: skip
    communes = territories.read_communes(codes) if codes is not None else territories.read_communes(**asked)
    if not len(communes):
        raise DiagnosticError("Aucune commune connue dans ce territoire.", "feuille communes", "corrigez les codes")
    given = listed.dropna(subset="population").set_index("code_insee")["population"] if len(listed) else pd.Series(dtype=float)
    communes = communes.assign(population=given.reindex(communes.index).fillna(communes["population"]))
    if settings["contours"]:
        boundaries = territories.read_boundaries(folder / "ressorts" / settings["contours"])
        communes, found = territories.replace_geometry(communes, boundaries)
        problems = join_problems(problems, found)
    return communes, problems


def read_territories(own, communes):
    """Return (territoires, appartenance, problemes): perimeter, departements, EPCI, and those of the sheet territoires."""
    territoires, appartenance = territories.list_territories(communes)
    if not len(own):
        return territoires, appartenance, None
    rows = own.assign(territoire_id="autre:" + own["territoire_id"], type="autre")
    members = rows[["territoire_id", "communes"]].explode("communes").reset_index(names="row")
    by_epci = communes.reset_index()[["code_insee", "epci"]].rename(columns={"epci": "communes"})
    direct = pd.DataFrame({"code_insee": communes.index, "communes": communes.index})
    held = members.merge(pd.concat([direct, by_epci]), on="communes")
    lost = rows.loc[members.loc[~members["communes"].isin(held["communes"]), "row"]]
    names = members.loc[~members["communes"].isin(held["communes"]), "communes"]
    told = list_problems("attention", lost, "Commune ou EPCI hors du périmètre.", "corrigez le code, ou élargissez la feuille communes", colonne="communes", valeur=names)  # fmt: skip
    territoires = pd.concat([territoires, rows.set_index("territoire_id")[["nom", "type"]]])
    appartenance = pd.concat([appartenance, held[["code_insee", "territoire_id"]].drop_duplicates()], ignore_index=True)
    return territoires, appartenance, told


def count_rows(read, tables, layer_counts, communes):
    """Return one row a file and sheet: lues = dans_territoire + hors_territoire + ecartees.

    Kept rows are counted in the final tables, so that what is set aside late (a link to nobody, an identifier already
    taken) is counted too. A table without place (links, settings) counts as inside.
    """
    where = ["fichier", "feuille"]
    kept = pd.concat([tables[name][where] for name in list_tables() if len(tables[name])])
    counts = read.merge(kept.value_counts().rename("gardees").reset_index(), on=where, how="left")
    counts = pd.concat([counts, layer_counts], ignore_index=True)
    outside = _find_outside(tables, communes).value_counts().rename("hors_territoire").reset_index()
    counts = counts.merge(outside, on=where, how="left").fillna({"gardees": 0, "hors_territoire": 0})
    counts = counts.astype({"gardees": int, "hors_territoire": int})
    counts["dans_territoire"] = counts["gardees"] - counts["hors_territoire"]
    counts["ecartees"] = counts["lues"] - counts["gardees"]
    return counts[[*where, "lues", "dans_territoire", "hors_territoire", "ecartees"]]


def _find_outside(tables, communes):
    """Return fichier and feuille of the actors and affiliations that lie out of the perimeter."""
    actors, affiliations = tables["acteurs"], tables["affiliations"]
    places = set(communes.index) | set(communes["epci"].dropna())
    out = [
        actors[actors["hors_territoire"] | actors["methode_commune"].eq("outre_mer")],
        affiliations[~affiliations["territoire_code"].isin(places)],
    ]
    return pd.concat([rows[["fichier", "feuille"]] for rows in out])


def _only_inventory(problems):
    """An imported contract elsewhere in France is no problem of this dossier."""
    if problems is None:
        return None
    return problems[~problems["fichier"].astype(str).str.startswith("imports/")]


def _tell_cut(cut):
    rows = pd.DataFrame({"fichier": "logiciel", "feuille": "périmètre", "ligne": pd.array([pd.NA] * len(cut), dtype="Int64")})
    messages = [
        f"{row.unite_nom} : {row.nb_communes_hors} commune(s) hors du périmètre, laissée(s) de côté ({row.communes_hors})."
        for row in cut.itertuples()
    ]
    return list_problems("information", rows, messages, "ajoutez ces communes à la feuille communes pour les compter", valeur=cut["unite_id"])  # fmt: skip
