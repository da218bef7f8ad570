"""A dossier (folder of tables) -> every table the measures need, the problems met, and the count of every row."""

from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read import territories
from diagnostic.read.actors import assign_territories, complete_actors, index_territories, tell_unmatched
from diagnostic.read.boundaries import read_boundaries, replace_geometry
from diagnostic.read.codes import resolve_communes
from diagnostic.read.cog import is_in, read_cog
from diagnostic.read.files import locate_inside, read_sheets
from diagnostic.read.inventory import COUNT_COLUMNS, find_inventory, read_inventory
from diagnostic.read.layers import list_vintages, read_layers
from diagnostic.read.references import resolve_references
from diagnostic.read.tables import clean_table
from diagnostic.schema import PROBLEM_COLUMNS, join_problems, list_problems, list_tables, make_table
from diagnostic.vocabulary import normalize_label

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
    told = [problems, found]
    for name in ACTOR_TABLES:
        tables[name], repeated = _append(tables[name], imported[name], name)
        told.append(repeated)
    cog = read_cog()
    communes, tables["communes"], found = read_perimeter(tables["communes"], settings, cog, folder)
    territoires, appartenance, strangers = read_territories(tables["territoires"], communes)
    tables["acteurs"], doubts = complete_actors(
        tables["acteurs"], cog, lists["categories"], communes=communes, distance_max_km=settings["distance_max_km"]
    )
    tables, orphans = resolve_references(tables)
    layers, layer_doubts, layer_counts = read_layers(tables, communes, cog, folder=folder, lists=lists)
    tables = tables | layers
    places, lost = assign_all_territories(tables, territoires, communes, appartenance)
    tables = name_places(tables, territoires)
    territoires = territories.name_partial(territoires, communes, cog["communes"])
    # Who states a territory of the perimeter works in it, wherever the seat is.
    working = tables["acteurs"]["acteur_id"].isin(places["acteurs_territoires"]["acteur_id"])
    tables["acteurs"] = tables["acteurs"].assign(hors_territoire=tables["acteurs"]["hors_territoire"].astype(bool) & ~working)
    cut = territories.list_cut_units(communes, cog["communes"])
    told += [found, strangers, doubts, orphans, layer_doubts, lost, list_vintages(layers["couches"]), _tell_cut(cut)]
    counts = pd.concat([counts, import_counts, layer_counts], ignore_index=True)
    return tables | places | {
        "communes": communes, "territoires": territoires, "appartenance": appartenance, "unites_coupees": cut,
        "problemes": join_problems(*told), "comptes": count_rows(counts, tables, communes),
        "reglages": settings, "listes": lists,
    }  # fmt: skip


def assign_all_territories(tables, territoires, communes, appartenance):
    """Return the tables acteurs_territoires and dispositifs_territoires, and every territory written that leads nowhere."""
    places, problems = {}, []
    for name in ("acteurs", "dispositifs"):
        key = f"{name[:-1]}_id"
        places[f"{name}_territoires"], unknown = assign_territories(tables[name], key, territoires, communes, appartenance=appartenance)
        problems.append(unknown)
    link = "Territoire « {} » inconnu : ce lien compte partout où ses deux acteurs agissent."
    cover = "Territoire « {} » inconnu : cette couverture n'est pas comptée."
    problems.append(tell_unmatched(tables["liens"], "territoire", territoires, link))
    problems.append(tell_unmatched(tables["couverture_inventaire"], "territoire_id", territoires, cover))
    return places, join_problems(*problems)


def name_places(tables, territoires):
    """Return the tables with the territory of each link and coverage row as its identifier, where it is known."""
    index = index_territories(territoires)
    named = dict(tables)
    for name, column in (("liens", "territoire"), ("couverture_inventaire", "territoire_id")):
        cells = tables[name][column].astype("str")
        known = cells.map({cell: index.get(cell) or index.get(normalize_label(cell)) for cell in cells.dropna().unique()})
        named[name] = tables[name].assign(**{column: known.astype("str").fillna(cells)})
    return named


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
        problems.append(_read_set_aside(sheets))
    problems.append(_tell_strangers(folder / "imports"))
    tables = {name: pd.concat(found, ignore_index=True) if found else make_table(name) for name, found in parts.items()}
    return tables, join_problems(*problems), pd.DataFrame(counts, columns=COUNT_COLUMNS)


def _tell_strangers(folder):
    """Tell the files of imports/ that are not read: only the workbooks written by `importer` are."""
    strangers = sorted(p.name for p in folder.glob("*") if p.is_file() and p.suffix != ".xlsx" and not p.name.startswith((".", "~$")))
    rows = pd.DataFrame({"fichier": [f"imports/{name}" for name in strangers], "feuille": "", "ligne": pd.NA})
    fix = "passez par la commande importer, qui en fait un classeur"
    return list_problems("attention", rows, "Fichier non lu : seuls les classeurs faits par « diagnostic importer » le sont.", fix)


def _read_count(sheets, path):
    """Return the number of rows of the published file, kept by `importer` in the sheet comptes."""
    raw = sheets.get("comptes", pd.DataFrame())
    told = dict(zip(raw[0], raw[1], strict=True)) if raw.shape[1] == 2 else {}
    if not told.get("lues", "").isdecimal():
        raise DiagnosticError("Import abîmé : la feuille comptes manque.", f"imports/{path.name}", "refaites l'import")
    sheet = "affiliations" if "affiliations" in sheets else "acteurs"
    return [f"imports/{path.name}", sheet, int(told["lues"])]


def _read_set_aside(sheets):
    """Return the problems kept by `importer` for the rows of the published file that it set aside."""
    raw = sheets.get("problemes", pd.DataFrame())
    if not len(raw) or list(raw.iloc[0]) != PROBLEM_COLUMNS:
        return None
    told = raw.iloc[1:].set_axis(PROBLEM_COLUMNS, axis=1)
    told = told[told["gravite"] == "erreur"]
    return told.assign(ligne=pd.to_numeric(told["ligne"], errors="coerce").astype("Int64"))


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
    message = "Identifiant déjà pris par une autre ligne du dossier : ligne écartée."
    told = list_problems("erreur", rows, message, "donnez un autre identifiant", colonne=key, valeur=rows[key])
    return joined[~repeated].reset_index(drop=True), told


def read_perimeter(listed, settings, cog, folder):
    """Read the perimeter: the communes listed, else those that the settings say.

    Returns
    -------
    communes : GeoDataFrame, with the populations of the dossier where it gives them under a present code
    listed : DataFrame, the rows of the sheet communes that were kept, with their present code
    problemes : DataFrame
    """
    listed, problems = _resolve_listed(listed, cog) if len(listed) else (listed, None)
    asked = {key: settings[key] or None for key in ("departements", "epci", "regions")}
    if problems is not None:
        communes = territories.read_communes(listed["code_insee"])
    elif any(asked.values()):
        communes = territories.read_communes(**asked)
    else:
        raise DiagnosticError(
            "Le territoire n'est pas dit.", "feuille communes (vide) et feuille parametres",
            "listez les communes, ou remplissez departements (43;63), epci ou regions dans la feuille parametres",
        )  # fmt: skip
    if not len(communes):
        first = "".join(f"\n  ligne {row.ligne} : {row.probleme}" for row in problems.head(5).itertuples())
        raise DiagnosticError(f"Aucune commune connue dans ce territoire.{first}", "feuille communes", "corrigez les codes")
    if len(listed):
        given = listed[listed["methode_commune"] == "code"].set_index("code_insee")["population"].astype(float)
        communes = communes.assign(population=given.reindex(communes.index).fillna(communes["population"]))
        listed = listed.drop(columns="methode_commune")
    if settings["contours"]:
        path = locate_inside(folder / "ressorts", settings["contours"], "feuille parametres, contours")
        communes, found = replace_geometry(communes, read_boundaries(path))
        problems = join_problems(problems, found)
    return communes, listed, problems


def _resolve_listed(listed, cog):
    """Return the rows of the sheet communes that lead to a commune, one a commune, and the problems of the others."""
    resolved, problems = resolve_communes(listed.assign(commune=listed["nom"]), cog)
    found = listed.assign(**resolved).dropna(subset="code_insee")
    # A present code comes before the former ones that lead to it: its population is the whole commune's.
    found = found.sort_values("methode_commune", key=lambda method: method.ne("code"), kind="stable")
    repeated = found["code_insee"].duplicated()
    rows = found[repeated].sort_index()
    message = "Commune déjà listée : comptée une fois."
    told = list_problems("information", rows, message, "supprimez la répétition", colonne="code_insee", valeur=rows["code_insee"])
    return found[~repeated].sort_index(), join_problems(problems, told)


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
    lost = members[~members["communes"].isin(held["communes"])]
    fix = "corrigez le code, ou élargissez la feuille communes"
    told = list_problems(
        "attention", rows.loc[lost["row"]], "Commune ou EPCI hors du périmètre.", fix, colonne="communes", valeur=lost["communes"]
    )
    territoires = pd.concat([territoires, rows.set_index("territoire_id")[["nom", "type"]]])
    appartenance = pd.concat([appartenance, held[["code_insee", "territoire_id"]].drop_duplicates()], ignore_index=True)
    return territoires, appartenance, told


def count_rows(read, tables, communes):
    """Return one row a file and sheet: lues = dans_territoire + hors_territoire + ecartees.

    Kept rows are counted in the final tables, so that what is set aside late (a link to nobody, an identifier already
    taken) is counted too. A table without place (links, settings) counts as inside.
    """
    where = ["fichier", "feuille"]
    kept = pd.concat([tables[name][where] for name in list_tables() if len(tables[name]) and set(where) <= set(tables[name])])
    outside = _find_outside(tables, communes)
    counts = read.copy()
    for name, rows in {"gardees": kept, "hors_territoire": outside}.items():
        counts = counts.merge(rows.value_counts().rename(name).reset_index(), on=where, how="left")
    counts = counts.fillna({"gardees": 0, "hors_territoire": 0}).astype({"lues": int, "gardees": int, "hors_territoire": int})
    counts["dans_territoire"] = counts["gardees"] - counts["hors_territoire"]
    counts["ecartees"] = counts["lues"] - counts["gardees"]
    return counts[[*where, "lues", "dans_territoire", "hors_territoire", "ecartees"]]


def _find_outside(tables, communes):
    """Return fichier and feuille of the actors, affiliations and rows of layers that lie out of the perimeter."""
    actors, affiliations, layers = tables["acteurs"], tables["affiliations"], tables["ressorts"]
    places = communes.index.append(pd.Index(communes["epci"].dropna().unique()))
    out = [
        actors[actors["hors_territoire"].astype(bool)],
        affiliations[~is_in(affiliations["territoire_code"], places)],
        layers[~is_in(layers["code_insee"], communes.index)],
    ]
    return pd.concat([rows[["fichier", "feuille"]] for rows in out])


def _tell_cut(cut):
    rows = pd.DataFrame({"fichier": "logiciel", "feuille": "périmètre", "ligne": pd.array([pd.NA] * len(cut), dtype="Int64")})
    words = {1: "1 commune hors du périmètre, laissée de côté"}
    messages = [
        f"{row.unite_nom} : {words.get(row.nb_communes_hors, f'{row.nb_communes_hors} communes hors du périmètre, laissées de côté')} "
        f"({row.communes_hors})."
        for row in cut.itertuples()
    ]
    fix = "si cet EPCI doit être entier, ajoutez ces communes à la feuille communes ; sinon, rien"
    return list_problems("information", rows, messages, fix, valeur=cut["unite_id"])
