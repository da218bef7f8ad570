"""A layer examined before any figure is drawn from it: what is missing, twice, unknown, badly drawn, with the rows."""

from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.correction_files import read_corrections
from diagnostic.read.formats.files import locate_inside
from diagnostic.read.inventory.inventory import find_inventory, read_inventory
from diagnostic.read.layers.doctor_lists import (
    SEE,
    STOP,
    check_list,
    check_missing,
    check_names,
    check_reading,
    check_territory,
    make_checks,
    write_check,
)
from diagnostic.read.layers.doctor_outlines import check_drawing, check_outlines, guess_swapped
from diagnostic.read.layers.layer_columns import choose_unit
from diagnostic.read.layers.layer_files import has_layer_column, open_layer_file, read_source_layers
from diagnostic.read.layers.layer_places import place_rows
from diagnostic.read.layers.layers import assign_national_layers, complete_layers, declare_strays
from diagnostic.read.layers.polygons import (
    POLYGON_FILES,
    clean_outlines,
    join_outlines,
    load_outlines,
    measure_shares,
)
from diagnostic.read.layers.ressorts import spell_layers
from diagnostic.read.places.boundaries import find_projection_fault
from diagnostic.read.places.cog import extend_former, is_in, read_cog
from diagnostic.read.places.perimeter import read_perimeter
from diagnostic.read.places.territories import read_communes
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_vocabularies, make_table
from diagnostic.vocabulary import normalize_label, read_list
from diagnostic.vocabulary.formats import count_words

_MANY_ITEMS = 5


def examine_dossier(folder):
    """Return `examen_couches` for every layer of a dossier, from its files as they are now.

    Raises
    ------
    DiagnosticError
        The inventory or the perimeter cannot be read. A layer that cannot is a line `bloquant` of the table.
    """
    folder = Path(folder)
    corrections = read_corrections(folder)["corrections"]
    wanted = ("couches", "ressorts", "communes", "correspondance_cog")
    tables, settings, lists, *_ = read_inventory(find_inventory(folder), corrections=corrections, only=wanted)
    cog, _ = extend_former(read_cog(), tables["correspondance_cog"])
    communes, _, _ = read_perimeter(tables["communes"], settings, cog, folder)
    return examine_layers(
        tables["couches"], folder, communes, ressorts=tables["ressorts"], cog=cog, lists=lists, corrections=corrections,
        crs=settings["crs"],
    )  # fmt: skip


def examine_layers(couches, folder, communes, *, ressorts=None, cog=None, lists=None, corrections=None, crs=""):
    """Return `examen_couches`: one line a layer and check, those that find nothing included.

    Parameters
    ----------
    couches : DataFrame, the sheet `couches` as read, or completed (index couche)
    folder : Path of the dossier (files of layers are in ressorts/)
    communes : GeoDataFrame of the perimeter
    ressorts : DataFrame, optional, the sheet `ressorts` as read, before any row of it is set aside
    cog : dict, optional, `read.places.cog.read_cog`
    lists : dict of vocabularies, optional
    corrections : DataFrame, optional, those of the whole dossier
    crs : str, optional, the projection that the dossier declares, for the points in metres

    Returns
    -------
    DataFrame couche, controle, libelle, resultat (ok, a_voir, bloquant, sans_objet), nombre, sur, lignes (what is found,
        separated by « ; »), message, a_faire. The layer is read again from its file, whatever was made of it elsewhere.
    """
    ressorts = make_table("ressorts") if ressorts is None else ressorts
    couches = couches if couches.index.name == "couche" else complete_layers(couches, ressorts)
    shared = {
        "communes": communes, "cog": cog or read_cog(), "lists": lists or _read_lists(), "corrections": corrections, "crs": crs,
    }  # fmt: skip
    own = ressorts.assign(couche=spell_layers(ressorts["couche"], couches.index))
    couches, _ = declare_strays(couches, own)
    tables = []
    for name, group in couches.dropna(subset="fichier_couche").groupby("fichier_couche", sort=False):
        try:
            path = locate_inside(Path(folder) / "ressorts", name, "feuille couches, colonne fichier_couche")
        except DiagnosticError as error:
            tables += [make_checks(couche, [_refuse(error)]) for couche in group.index]
            continue
        tables += _examine_path(path, group, shared, own=own)
    for couche in couches.index[couches["fichier_couche"].isna()]:
        lines = _examine_rows(own[own["couche"] == couche], couches.loc[couche], shared)
        tables.append(make_checks(couche, lines))
    if not tables:
        return make_checks("", [])
    order = pd.Index(couches.index)
    return pd.concat(tables, ignore_index=True).sort_values("couche", key=order.get_indexer, kind="stable", ignore_index=True)


def examine_file(path, communes=None, *, declared=None, cog=None, lists=None):
    """Return `examen_couches` for one file of a layer, wherever it is.

    Parameters
    ----------
    path : path-like
    communes : GeoDataFrame, optional, the territory; without it, the departements that the file touches
    declared : dict, optional, what the sheet `couches` would say: exclusive, complete, infra_communale, colonne_commune,
        colonne_unite, colonne_nom, filtre, millesime...; the name of the file is that of the layer unless `couche` is given
    """
    path = Path(path)
    said = {"couche": path.stem, "complete": False, "fichier_couche": path.name} | (declared or {})
    rows = make_table("couches").reindex([0]).assign(**said)
    if "couche" not in (declared or {}):
        names = _list_named(path, complete_layers(rows, make_table("ressorts")))
        rows = rows.loc[[0] * max(len(names), 1)].assign(couche=names or path.stem).reset_index(drop=True)
    couches = complete_layers(rows, make_table("ressorts"))
    shared = {
        "communes": communes, "cog": cog or read_cog(), "lists": lists or _read_lists(), "corrections": None, "crs": "",
    }  # fmt: skip
    if communes is None:
        shared["communes"] = _find_territory(path, couches, shared)
    return pd.concat(_examine_path(path, couches, shared), ignore_index=True)


def _list_named(path, group):
    """Return the names of the layers that the rows of a file say, in a column `couche`; none when it has no such column."""
    try:
        source, _ = open_layer_file(path, group)
    except DiagnosticError:
        return []
    if not has_layer_column(source, group):
        return []
    head = source["raw"].head(15).map(normalize_label).eq("couche").to_numpy()
    line, place = (int(found[0]) for found in head.nonzero())
    cells = source["raw"].iloc[line + 1 :, place].str.strip()
    return list(cells[cells != ""].unique())


def _find_territory(path, couches, shared):
    """Return the communes of the departements that a file touches: of France when it touches none, or cannot be read."""
    france = read_communes()
    read, _ = _read_path(path, couches, shared | {"communes": france})
    codes = [place_rows(part["rows"], shared["cog"])[0]["code_insee"].dropna() for part in read.values() if part["error"] is None]
    touched = france.loc[france.index.isin(pd.concat(codes))] if codes else france.iloc[:0]
    # A commune or two beyond a border, for a drawing that runs over, do not make a departement.
    counts = touched["departement"].value_counts()
    kept = counts.index[counts >= max(1, 0.02 * counts.sum())]
    return france[france["departement"].isin(kept)] if len(kept) else france


def _read_lists():
    return {name: read_list(name) for name in list_vocabularies()}


def _refuse(error):
    """Return the line of a layer that cannot be read."""
    return write_check("lecture", f"{error.quoi} {error.ou}".strip(), nombre=0, resultat=STOP, a_faire=error.a_faire)


def _read_path(path, group, shared):
    """Return ({couche: rows, problems, lues, error}, the outlines as drawn or None) of a file; nothing is raised."""
    failed = {"rows": make_table("ressorts"), "problems": join_problems(), "lues": None, "raw": None}
    drawn, read = None, {}
    try:
        is_drawn = path.suffix.lower() in POLYGON_FILES and not group["nature"].eq("points").any()
        drawn = load_outlines(path, group.index[0]) if is_drawn else None
        source, notice = open_layer_file(path, group)
    except DiagnosticError as error:
        return {couche: failed | {"error": error} for couche in group.index}, drawn
    source = source | {name: shared[name] for name in ("communes", "lists", "corrections", "crs")}
    for chosen in [group] if has_layer_column(source, group) else [group.loc[[couche]] for couche in group.index]:
        try:
            rows, problems, lues = read_source_layers(source, chosen)
        except DiagnosticError as error:
            read |= {couche: failed | {"error": error} for couche in chosen.index}
            continue
        for couche in chosen.index:
            mine = lues[lues["couche"].eq(couche) & lues["raison"].eq("")]
            part = {"rows": rows[rows["couche"].eq(couche)], "problems": join_problems(notice, problems), "lues": mine}
            read[couche] = part | {"raw": source["raw"], "error": None}
    return read, drawn


def _examine_path(path, group, shared, *, own=None):
    """Return one table of checks a layer of a file; `own` are the rows that the sheet ressorts may add to it."""
    read, drawn = _read_path(path, group, shared)
    tables = []
    for couche, part in read.items():
        declared = group.loc[couche]
        drawing = [] if drawn is None else check_drawing(drawn)
        if part["error"] is not None:
            stopped = drawn is not None and find_projection_fault(drawn) is not None
            tables.append(make_checks(couche, drawing if stopped else [_refuse(part["error"]), *drawing]))
            continue
        sheet = "" if not len(part["lues"]) else f", feuille {part['lues']['feuille'].iloc[0]}"
        lines = check_reading(len(part["lues"]), part["problems"], f"{path.name}{sheet}") + drawing
        added = part["rows"] if own is None else pd.concat([own[own["couche"] == couche], part["rows"]], ignore_index=True)
        placed = _place(added, shared["cog"])
        if drawn is not None:
            lines += _examine_units(drawn, part, placed, declared, shared)
        if drawn is None or not _is_by_surface(part["rows"]):
            lines += check_list(placed, shared["communes"], shared["cog"], declared)
        tables.append(make_checks(couche, lines))
    return tables


def _is_by_surface(rows):
    """Return whether the communes of a layer were found by their surface, and not by a code."""
    return not len(rows) or bool(rows["genre"].eq("contour").all())


def _place(rows, cog):
    """Return the rows of a layer with their communes, and beside each what is wrong with its code (column probleme)."""
    rows = rows if len(rows) else make_table("ressorts").assign(methode=None)
    placed, problems = place_rows(rows, cog)
    told = problems[problems["gravite"].eq("erreur")].drop_duplicates(ORIGIN_COLUMNS)
    keys = [placed[column].astype("str") for column in ORIGIN_COLUMNS]
    reasons = dict(zip(zip(*(told[column].astype("str") for column in ORIGIN_COLUMNS), strict=True), told["probleme"], strict=True))
    reason = [reasons.get(key) for key in zip(*keys, strict=True)]
    return placed.assign(probleme=pd.Series(reason, index=placed.index, dtype="str"))


def _examine_units(drawn, part, placed, couche, shared):
    """Return the checks of the units of a file of outlines: without identifier, overlapping, gaping, by share of commune."""
    headings = part["raw"].iloc[0]
    unit, name = choose_unit(headings, couche, "")
    asked = drawn[drawn["ligne"].isin(part["lues"]["ligne"].astype("int64"))]
    asked = asked.assign(unite_id=asked[headings[unit]], unite_nom=asked[headings[unit if name is None else name]])
    unnamed = asked[asked["unite_id"] == ""]
    message = f"{count_words(len(unnamed), 'contour')} sans identifiant d'unité."
    where = "ligne " + unnamed["ligne"].astype("str")
    lines = [write_check("sans_identifiant", message, items=where, sur=len(asked), a_faire="remplissez la case")]
    units = clean_outlines(asked[asked["unite_id"] != ""])[0].reset_index(drop=True)
    named = units.assign(repere="ligne " + units["ligne"].astype("str"))
    if not _is_by_surface(part["rows"]):
        return lines + check_outlines(units, None, shared["communes"], couche)
    joined = join_outlines(units)
    pairs = measure_shares(joined.geometry, shared["communes"])
    inside = placed[placed["code_insee"].notna() & is_in(placed["code_insee"].astype("str"), shared["communes"].index)]
    reached = check_territory(inside, shared["communes"])
    if not len(inside) and guess_swapped(units, shared["communes"]):
        reached |= {"a_faire": "latitude et longitude semblent inversées dans ce fichier : réexportez-le"}
    lines += [reached, check_missing(inside["code_insee"], shared["communes"], couche)]
    return lines + check_names(named, inside["unite_id"]) + check_outlines(joined, pairs, shared["communes"], couche)


def _examine_rows(rows, couche, shared):
    """Return the checks of a layer listed in the sheet ressorts, else brought by the software, else given nowhere."""
    communes, cog = shared["communes"], shared["cog"]
    if len(rows):
        sheets = rows["fichier"].astype("str") + ", feuille " + rows["feuille"].astype("str")
        placed = _place(rows, cog)
        return check_reading(len(rows), join_problems(), " et ".join(sheets.unique())) + check_list(placed, communes, cog, couche)
    if couche["nature"] in ("shapes", "departements"):
        parts, names, _ = assign_national_layers(communes, couche.to_frame().T.rename_axis("couche"), [])
        placed = pd.concat(parts, ignore_index=True)
        told = f"couche apportée par le logiciel, {count_words(placed['unite_id'].nunique(), 'unité')}"
        units = pd.concat(names, ignore_index=True).assign(repere="couche du logiciel")
        lines = check_reading(len(placed), join_problems(), told)[:1]
        reached = [check_territory(placed, communes), check_missing(placed["code_insee"], communes, couche)]
        return [*lines, *reached, *check_names(units, units["unite_id"])]
    return check_reading(0, join_problems(), "ni fichier, ni ligne dans la feuille ressorts")[:1]


def tell_checks(examen):
    """Return the lines of text that tell `examen_couches`: for each layer its count, then what stops, then what is to be seen."""
    lines = []
    for couche, checks in examen.groupby("couche", sort=False):
        counts = checks["resultat"].value_counts()
        said = [
            count_words(int(counts.get(code, 0)), one, many)
            for code, one, many in ((STOP, "point bloquant", "points bloquants"), (SEE, "point à voir", "points à voir"))
        ]
        fine = len(checks) - int(counts.get(STOP, 0)) - int(counts.get(SEE, 0))
        lines.append(f"{couche} : {', '.join(said)}, {count_words(fine, 'contrôle')} sans remarque.")
        for resultat, word in ((STOP, "BLOQUANT"), (SEE, "À VOIR")):
            for check in checks[checks["resultat"] == resultat].itertuples():
                items = check.lignes.split(" ; ") if check.lignes else []
                more = f" ; et {count_words(len(items) - _MANY_ITEMS, 'autre')}" if len(items) > _MANY_ITEMS else ""
                lines += [f"  {word} - {check.libelle} : {check.message}"]
                lines += [f"    {' ; '.join(items[:_MANY_ITEMS])}{more}"] if items else []
                lines += [f"    À faire : {check.a_faire}"]
    return lines
