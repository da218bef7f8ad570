"""Files of ressorts/ as their publishers make them -> rows of the table `ressorts`; the files stay as they are."""

import geopandas as gpd
import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.called_rows import name_problems
from diagnostic.read.back.corrections import select_corrections
from diagnostic.read.formats.files import locate_inside, read_sheets
from diagnostic.read.inventory.tables import clean_table
from diagnostic.read.layers import points
from diagnostic.read.layers.layer_columns import (
    choose_columns,
    choose_unit,
    find_heading_named,
    find_layer_heading,
    has_commune_column,
)
from diagnostic.read.layers.layer_labels import name_units, split_units
from diagnostic.read.layers.polygons import POLYGON_FILES, assign_polygons, read_polygons
from diagnostic.read.layers.ressorts import AWAY, spell_layers
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems, make_table
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words

READ_COLUMNS = ["couche", *ORIGIN_COLUMNS, "raison"]
_CIRCLE = "rien, si le rayon dit bien ce que le lieu dessert ; sinon listez les communes desservies (colonne_zone)"
NO_UNIT = r"Z{3,}"  # INSEE writes ZZZZZZZZZ for a commune that is in no unit


def read_layer_files(couches, folder, communes, lists, *, corrections=None, crs=""):
    """Read the layers that come as files; a file is opened once, whatever the number of layers it holds.

    Parameters
    ----------
    couches : DataFrame, index couche, every property filled (`read.layers.layers.complete_layers`)
    folder : Path of the dossier
    communes : GeoDataFrame of the perimeter, for the layers known by their outlines only
    lists : dict of vocabularies
    corrections : DataFrame, optional, those of the whole dossier (`read.back.corrections`)
    crs : str, optional, the projection that the dossier declares, for the points in metres

    Returns
    -------
    rows : list of DataFrame, table `ressorts` plus genre (what code_insee holds: commune, departement, or contour for a
        present commune found by its surface, empty where an outline meets none of the perimeter) and methode
    problemes : list
    lues : DataFrame couche, fichier, feuille, ligne, raison: every row of the file for every layer it holds; raison
        tells why the layer does not ask for the row (another layer, filter, commune without unit), else it is empty

    Raises
    ------
    DiagnosticError
        Every file and every layer that cannot be read, together.
    """
    rows, problems, read, errors = [], [], [], []
    for name, group in couches.dropna(subset="fichier_couche").groupby("fichier_couche", sort=False):
        try:
            path = locate_inside(folder / "ressorts", name, "feuille couches, colonne fichier_couche")
            source, notice = open_layer_file(path, group)
        except DiagnosticError as error:
            errors.append(error)
            continue
        problems.append(notice)
        source = source | {"communes": communes, "lists": lists, "corrections": corrections, "crs": crs}
        for chosen in [group] if has_layer_column(source, group) else [group.loc[[couche]] for couche in group.index]:
            try:
                found = read_source_layers(source, chosen)
            except DiagnosticError as error:
                errors.append(error)
                continue
            for target, part in zip((rows, problems, read), found, strict=True):
                target.append(part)
    if errors:
        raise DiagnosticError.gather(errors)
    return rows, problems, pd.concat([pd.DataFrame(columns=READ_COLUMNS), *read], ignore_index=True)


def count_read(lues):
    """Return fichier, feuille, lues: the rows of each file, counted once whatever the number of layers it holds."""
    once = lues.drop_duplicates(ORIGIN_COLUMNS)
    return once.groupby(["fichier", "feuille"], sort=False).size().rename("lues").reset_index()


def open_layer_file(path, group):
    """Return {path, sheet, raw, outlines} of a file, and the problems of the file itself."""
    if path.suffix.lower() not in POLYGON_FILES or group["nature"].eq("points").any():
        sheets, notice = read_sheets(path)
        sheet = next((name for name in sheets if normalize_label(name) == normalize_label(group.index[0])), next(iter(sheets)))
        raw = sheets[sheet]
        return {"path": path, "sheet": sheet, "raw": raw, "outlines": None}, _place(notice, path)
    outlines, notice = read_polygons(path, group.index[0])
    headings = [name for name in outlines.columns if name not in ("geometry", *ORIGIN_COLUMNS)]
    texts = pd.DataFrame(outlines[headings]).set_axis(range(len(headings)), axis=1).set_index(pd.Index(outlines["ligne"]))
    raw = pd.concat([pd.DataFrame([headings], index=[0], dtype="str"), texts])
    return {"path": path, "sheet": outlines["feuille"].iloc[0] if len(outlines) else "", "raw": raw, "outlines": outlines}, notice


def _place(problems, path):
    """Return `problems` with the file named from the folder of the dossier."""
    return None if problems is None else problems.assign(fichier=f"ressorts/{path.name}")


def has_layer_column(source, group):
    """Return whether each row of the file says its layer, in a column `couche` (unless a column of units is declared)."""
    headings = source["raw"].head(15).map(normalize_label).eq("couche").to_numpy().any()
    return bool(headings and group["colonne_unite"].isna().all() and source["outlines"] is None)


def read_source_layers(source, group):
    """Return (rows, problemes, lues) of the layers of `group`: several by the column `couche`, or one."""
    if has_layer_column(source, group):
        return _read_named(source, group)
    couche = group.iloc[0]
    if couche["nature"] == "points":
        return _read_points(source, couche)
    coded = has_commune_column(source["raw"].iloc[0]) if len(source["raw"]) else False
    # A list of commune codes is exact and an outline is not: where a file holds both, the list is read.
    drawn = source["outlines"] is not None and pd.isna(couche["colonne_commune"]) and (couche["nature"] == "polygones" or not coded)
    return _read_outlines(source, couche) if drawn else _read_list(source, couche)


def _clean(source, raw, defaults=None):
    """Return (table, problemes, rows read) of a sheet under the headings of the house."""
    path, sheet = source["path"], source["sheet"]
    corrections = select_corrections(source["corrections"], f"ressorts/{path.name}", sheet)
    table, found, read = clean_table(raw, "ressorts", path, sheet, lists=source["lists"], defaults=defaults, corrections=corrections)
    return table.assign(fichier=f"ressorts/{path.name}"), _place(name_problems(found, {"ressorts": read}), path), read


def _read_named(source, group):
    table, found, read = _clean(source, source["raw"])
    table = table.assign(couche=spell_layers(table["couche"], group.index), genre="commune", methode="liste")
    asked = table["couche"].isin(group.index)
    others = _tell_other_layers(table[~asked], source["path"].name)
    lues = _list_read(source, read.index, spell_layers(read["couche"], group.index))
    return table[asked], join_problems(found, others), lues


def _list_read(source, lines, couche, raison=""):
    origin = {"fichier": f"ressorts/{source['path'].name}", "feuille": source["sheet"], "ligne": lines.astype("int64")}
    return pd.DataFrame({"couche": couche, **origin, "raison": raison}, index=lines).reset_index(drop=True)


def _read_list(source, couche):
    """Read one layer of a list of communes, EPCI or departements: two columns among those of the file."""
    raw, path = source["raw"], source["path"]
    line = find_layer_heading(raw, couche)
    where = f"ressorts/{path.name}, feuille {source['sheet']}, ligne {line}"
    columns, genre, wide = choose_columns(raw.loc[line], couche, where)
    body = raw.loc[raw.index > line]
    unit = body[columns["unite_id"]]
    reasons = pd.Series("", index=body.index, dtype="str")
    reasons = reasons.mask(unit.str.fullmatch(NO_UNIT) | (wide & (unit == "")), "commune sans unité dans cette couche")
    reasons = reasons.mask((body[list(columns.values())] == "").all(axis=1), "ligne sans commune ni unité")
    reasons = reasons.mask(~_is_asked(body, raw.loc[line], couche, where), f"hors du filtre {couche['filtre']}")
    chosen = body.loc[reasons == "", list(columns.values())].set_axis(range(len(columns)), axis=1)
    chosen = pd.concat([pd.DataFrame([list(columns)], index=[line], dtype="str"), chosen])
    table, found, _ = _clean(source, chosen, {"couche": couche.name})
    table, unnamed = name_units(table, couche, path, raw.at[line, columns["unite_id"]])
    table = split_units(table.assign(genre=genre, methode="departement" if genre == "departement" else "liste"))
    table, placed = _doubt_parts(table, couche) if source["outlines"] is not None else (table, None)
    lues = _list_read(source, body.index, couche.name, reasons)
    return table, join_problems(found, unnamed, placed, _tell_unasked(lues, couche)), lues


def _doubt_parts(table, couche):
    """Return the rows of a file of outlines whose units may be smaller than a commune, and what is told: the commune of such an
    outline says where it is, not that it holds all of it. A unit of several communes is no smaller than they are."""
    single = table["unite_id"].notna() & ~table["unite_id"].duplicated(keep=False) & table["part_population"].isna()
    doubted = single & table["infra"].isna() & bool(couche["infra_communale"])
    number = table.loc[doubted, "code_insee"].nunique()
    held = count_words(number, "commune")
    message = f"Couche {couche.name} : le fichier dit la commune des unités, non leur part ({held}) : part inconnue."
    fix = "rien ; si une unité tient toute sa commune, écrivez 1 dans part_population (feuille ressorts)"
    told = list_problems("information", table[doubted].head(1).assign(ligne=pd.NA), message, fix, colonne="part_population")
    return table.assign(infra=table["infra"].mask(doubted, True)), told


def _is_asked(body, headings, couche, where):
    """Return the mask of the rows that the cell `filtre` keeps: `titre=valeur;valeur`."""
    if pd.isna(couche["filtre"]):
        return pd.Series(True, index=body.index)
    heading, equal, wanted = couche["filtre"].partition("=")
    wanted = {normalize_label(value) for value in wanted.split(";") if value.strip()}
    if not equal or not wanted:
        fix = "écrivez le titre d'une colonne, le signe =, puis la valeur à garder (programme=pvd)"
        raise DiagnosticError(f"Filtre incompris : « {couche['filtre']} ».", f"feuille couches, couche {couche.name}", fix)
    cells = body[find_heading_named(headings, heading, "filtre", where)]
    return cells.map({cell: normalize_label(cell) in wanted for cell in cells.unique()}).astype(bool)


def _tell_unasked(lues, couche):
    """Tell, one row a reason, how many rows of the file the layer leaves."""
    left = lues[lues["raison"] != ""]
    first = left.drop_duplicates("raison").assign(ligne=pd.NA)
    counts = left["raison"].value_counts()
    messages = [f"Couche {couche.name} : {counts[reason]} ligne(s) laissée(s) ({reason})." for reason in first["raison"]]
    return list_problems("information", first, messages, "rien, si c'est voulu", colonne="couche", valeur=couche.name)


def _tell_other_layers(rows, name):
    messages = [f"Couche « {couche} » que la feuille couches n'attend pas du fichier {name} ; ligne écartée." for couche in rows["couche"]]
    fix = "ajoutez cette couche à la feuille couches, avec ce fichier"
    return list_problems("erreur", rows, messages, fix, colonne="couche", valeur=rows["couche"])


def _read_outlines(source, couche):
    """Attribute the communes of the perimeter to the units that the file draws."""
    raw, path, outlines = source["raw"], source["path"], source["outlines"]
    where = f"ressorts/{path.name}, feuille {source['sheet']}"
    asked = _is_asked(raw.iloc[1:], raw.iloc[0], couche, where).to_numpy()
    unit, name = choose_unit(raw.iloc[0], couche, where)
    names = raw[unit if name is None else name].iloc[1:]
    units = outlines.assign(unite_id=raw[unit].iloc[1:].to_numpy(), unite_nom=names.to_numpy())
    unnamed = units["unite_id"] == ""
    fix = "remplissez la case"
    lost = list_problems("erreur", units[unnamed], "Contour sans identifiant d'unité : écarté.", fix, colonne=raw.at[0, unit])
    reasons = pd.Series(f"hors du filtre {couche['filtre']}", index=raw.index[1:]).where(~asked, "")
    lues = _list_read(source, raw.index[1:], couche.name, reasons)
    kept = units[asked & ~unnamed.to_numpy()][["unite_id", "unite_nom", *ORIGIN_COLUMNS, "geometry"]]
    table, found = _attribute(kept, source, couche, raw.at[0, unit])
    return split_units(table), join_problems(lost, found, _tell_unasked(lues, couche)), lues


def _attribute(kept, source, couche, heading):
    """Return the communes of the outlines `kept`, as rows of `ressorts`, and the problems; an outline elsewhere keeps its row."""
    rows, found = assign_polygons(kept, source["communes"], couche)
    table, untitled = name_units(pd.DataFrame(rows), couche, source["path"], heading)
    away = pd.DataFrame(kept[~kept["unite_id"].isin(rows["unite_id"])])
    away = away.assign(couche=couche.name, infra=False, methode=AWAY, nb_communes_hors=1.0)
    table = pd.concat([part for part in (table, away) if len(part)] or [table], ignore_index=True)
    table = table.reindex(columns=[*make_table("ressorts").columns, "methode", "nb_communes_hors"]).assign(genre="contour")
    table = table.assign(infra=table["infra"].astype("boolean"), part_population=table["part_population"].astype(float))
    return table, join_problems(found, untitled)


def _read_points(source, couche):
    """Read one layer of places: the territories that each one says it serves, else a circle around it."""
    raw = source["raw"]
    line = points.find_point_heading(raw, couche)
    where = f"ressorts/{source['path'].name}, feuille {source['sheet']}, ligne {line}"
    headings, body = raw.loc[line], raw.loc[raw.index > line]
    columns = points.choose_point_columns(headings, couche, where)
    asked = _is_asked(body, headings, couche, where)
    reasons = pd.Series(f"hors du filtre {couche['filtre']}", index=body.index, dtype="str").where(~asked, "")
    lues = _list_read(source, body.index, couche.name, reasons)
    zoned = asked & (body[columns["zone"]] != "") if "zone" in columns else asked & False
    heading = headings[columns["unite_id"]]
    parts = [
        _read_zones(source, couche, body[zoned], {"code_insee": columns.get("zone")} | columns, line),
        _read_circles(source, couche, body[asked & ~zoned], columns, headings),
    ]
    tables, told = zip(*parts, strict=True)
    table = pd.concat([part for part in tables if len(part)] or [tables[0]], ignore_index=True)
    table, untitled = name_units(table, couche, source["path"], heading)
    return table, join_problems(*told, untitled, _tell_unasked(lues, couche)), lues


def _read_zones(source, couche, body, columns, line):
    """Return the rows of the places that state what they serve, one a territory, and the problems."""
    if not len(body):
        return make_table("ressorts").assign(genre="", methode=""), None
    names = [name for name in ("code_insee", "unite_id", "unite_nom") if name in columns]
    chosen = body[[columns[name] for name in names]].set_axis(range(len(names)), axis=1)
    chosen = pd.concat([pd.DataFrame([names], index=[line], dtype="str"), chosen])
    table, found, _ = _clean(source, chosen, {"couche": couche.name})
    table, lost = points.split_zones(table, source["communes"])
    return table.assign(methode=table["genre"].replace("commune", "liste")), join_problems(found, lost)


def _read_circles(source, couche, body, columns, headings):
    """Return the rows of the places known by a radius, by the surface of each commune in the circle, and the problems."""
    empty = make_table("ressorts").assign(genre="", methode="")
    if not len(body):
        return empty, None
    lines = body.index.astype("int64")
    rows = pd.DataFrame({"fichier": f"ressorts/{source['path'].name}", "feuille": source["sheet"], "ligne": lines}, index=body.index)
    units = body[columns["unite_id"]].where(body[columns["unite_id"]] != "")
    names = body[columns["unite_nom"]] if "unite_nom" in columns else units
    rows = rows.assign(unite_id=units, unite_nom=names)
    cells = body[columns["rayon"]].rename(headings[columns["rayon"]]) if "rayon" in columns else None
    radii, refused = points.read_radii(cells, couche, rows)
    none = radii.isna() & (True if cells is None else cells == "")
    if none.all():
        rows_told = rows.head(1).assign(ligne=pd.NA)
        message = f"Couche {couche.name} : aucun lieu n'a de rayon ni de zone desservie ({len(rows)} lieux écartés)."
    else:
        rows_told, message = rows[none], "Lieu sans rayon ni zone desservie : écarté."
    fix = "écrivez un rayon dans rayon_km, ou le titre de sa colonne dans colonne_rayon ou colonne_zone (feuille couches)"
    lost = list_problems("erreur", rows_told, message, fix, colonne="rayon")
    unnamed = list_problems("erreur", rows[units.isna()], "Lieu sans identifiant d'unité : écarté.", "remplissez la case",
                            colonne=headings[columns["unite_id"]])  # fmt: skip
    right = radii.notna() & units.notna()
    if "lat" not in columns or not right.any():
        return empty, join_problems(refused, lost, unnamed)
    lat, lon = (body.loc[right, columns[name]] for name in ("lat", "lon"))
    places, found = points.read_points(lat, lon, rows[right], source["crs"])
    places = places.dropna()
    drawn = gpd.GeoDataFrame(rows.loc[places.index], geometry=points.draw_circles(places, radii[places.index]))
    table, told = _attribute(drawn, source, couche, headings[columns["unite_id"]])
    # A circle cuts communes by nature: it is no mistake to mend.
    cut = told["probleme"].str.contains("la part est celle de la surface", regex=False)
    words = told["probleme"].astype("str").str.replace("du contour écarté", "du cercle écarté", regex=False)
    told = told.assign(gravite=told["gravite"].mask(cut, "information"), a_faire=told["a_faire"].mask(cut, _CIRCLE), probleme=words)
    return table, join_problems(refused, lost, unnamed, found, told)
