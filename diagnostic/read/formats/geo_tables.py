"""JSON lists of records, GeoJSON, uMap and GPKG -> raw sheets of text: what is nested becomes columns, a shape becomes a point."""

import json
import warnings
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.shape_layers import MOST_SHAPES, is_shape_file, list_shape_layers
from diagnostic.read.formats.text_tables import decode_text, frame_columns
from diagnostic.schema import join_problems, list_problems, locate_sheet

POINT_COLUMNS = ["longitude", "latitude"]
_DEEPEST = 5  # below, what is nested stays as it is written
_MOST_CELLS = 20_000_000
_MOST_RECORDS = 2_000_000
_MOST_SIGNS = 20_000_000  # "{", "[" and ",": each is a value that takes a hundred times its place in the file
_EMPTIEST = 0.05  # share of filled cells below which records in a list are no table of their own
_UNREADABLE = (
    pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError, OSError, ValueError, RuntimeError,
    shapely.errors.GEOSException,
)  # fmt: skip
_NO_TABLE = "Ce fichier JSON n'est pas une liste de fiches."


def read_records(path):
    """Read a JSON list of records, a GeoJSON or a uMap as raw sheets, the keys as first row.

    Numbers keep the writing of the file; lists are joined by ";"; what is nested becomes columns (geo.lat). A geometry gives
    longitude and latitude: those of a point, or of one point inside a line or a polygon. The line is the record's rank + 1.

    Returns
    -------
    sheets : dict of str -> DataFrame of str, one a layer of a uMap, else one named after the file
    problemes : DataFrame

    Raises
    ------
    DiagnosticError
        Damaged, or not a list of records.
    """
    path = Path(path)
    content = read_json(path)
    try:
        return _lay_out_records(content, path)
    except RecursionError as error:
        fix = "donnez un fichier plus simple, ou l'export en CSV"
        raise DiagnosticError("Des fiches de ce fichier ont trop de niveaux imbriqués.", path.name, fix) from error


def read_json(path):
    """Return what a JSON file holds, its numbers as they are written; raise DiagnosticError when it is damaged."""
    text, _ = decode_text(Path(path).read_bytes(), Path(path))
    return _parse(text, Path(path))


def _lay_out_records(content, path):
    sheets, told = {}, []
    for name, records, crs in list_layers(content, path):
        if len(records) > _MOST_RECORDS:
            raise _refuse_size(f"Plus de {_MOST_RECORDS // 1_000_000} millions de fiches", path)
        name = name if name not in sheets else f"{name} ({len(sheets) + 1})"
        shapes = [record.get("geometry") if _is_feature(record) else None for record in records]
        flat = [_flatten_record(record) for record in records]
        points, found = _find_points(shapes, crs, path, name)
        sheets[name] = _lay_out(flat, points, path)
        told.append(found)
    return sheets, join_problems(*told)


def _refuse_size(what, path):
    fix = "gardez les seules lignes de votre territoire, enregistrez une copie"
    return DiagnosticError(f"{what} : trop pour en faire un tableau.", path.name, fix)


def _parse(text, path):
    if sum(map(text.count, "{[,")) > _MOST_SIGNS:
        raise _refuse_size(f"Ce fichier JSON a plus de {_MOST_SIGNS // 1_000_000} millions de valeurs", path)
    try:
        # Numbers as text: a postcode stays what the file says. NaN, which is no JSON, is an empty cell.
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise DiagnosticError(
            "Ce fichier JSON est abîmé.", f"{path.name}, ligne {error.lineno}", "téléchargez-le de nouveau à sa source"
        ) from error
    except RecursionError as error:
        raise DiagnosticError(_NO_TABLE, path.name, "donnez le fichier d'origine") from error


def list_layers(content, path):
    """Return [(name, records, name of the projection)]: the layers of a uMap, or the one list of the file."""
    layers = content.get("layers") if isinstance(content, dict) else None
    if isinstance(layers, list) and all(isinstance(layer, dict) for layer in layers):
        return [(_name_layer(layer, rank), _find_list(layer, path), "") for rank, layer in enumerate(layers, start=1)]
    crs = content.get("crs") if isinstance(content, dict) else None
    named = crs.get("properties") if isinstance(crs, dict) else None
    name = named.get("name") if isinstance(named, dict) else ""
    return [(path.stem, _find_list(content, path), name if isinstance(name, str) else "")]


def _name_layer(layer, rank):
    options = layer.get("_umap_options") or layer.get("properties")
    name = options.get("name") if isinstance(options, dict) else None
    return _flatten_value(name).strip() or f"calque {rank}"


def _find_list(content, path):
    """Return the records: the list itself, else the value `features` or `data`, else the only list of records there is."""
    if isinstance(content, dict):
        lists = [
            value for value in content.values() if isinstance(value, list) and any(isinstance(r, dict) for r in value)
        ]
        content = content.get("features", content.get("data", lists[0] if len(lists) == 1 else None))
    if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
        raise DiagnosticError(_NO_TABLE, path.name, "donnez le fichier d'origine")
    return content


def _is_feature(record):
    return record.get("type") == "Feature" and "geometry" in record


def _flatten_record(record):
    if _is_feature(record):
        properties = record.get("properties")
        record = properties if isinstance(properties, dict) else {}
    # The point of the geometry takes the names longitude and latitude; the file's own columns stay beside it.
    return dict(chain.from_iterable(_flatten_item(_flatten_value(key), value, 1) for key, value in record.items()))


def _flatten_item(name, value, depth):
    """Return [(column, text)] for a key and its value; records in a list are joined column by column."""
    if isinstance(value, dict) and value and depth < _DEEPEST:
        return chain.from_iterable(
            _flatten_item(f"{name}.{_flatten_value(key)}", part, depth + 1) for key, part in value.items()
        )
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value) and depth < _DEEPEST:
        flat = [dict(_flatten_item(name, part, depth)) for part in value]
        columns = dict.fromkeys(chain.from_iterable(flat))
        if len(columns) * len(flat) * _EMPTIEST > sum(map(len, flat)) + _DEEPEST:
            return [(name, _flatten_value(value))]
        return [(column, ";".join(part.get(column, "") for part in flat)) for column in columns]
    return [(name, _flatten_value(value))]


def _flatten_value(value):
    if isinstance(value, list):
        return ";".join(map(_flatten_value, value))
    if isinstance(value, bool):
        return "oui" if value else "non"
    if value is None or value == {}:
        return ""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return text.encode("utf-8", "ignore").decode("utf-8")  # half a character (a lone surrogate) cannot be written


def _find_points(shapes, crs, path, sheet):
    """Return (one (longitude, latitude) of text a record, or None when there is no shape; problemes)."""
    if not any(isinstance(shape, dict) for shape in shapes):
        return None, None
    kinds = [shape.get("type") if isinstance(shape, dict) else None for shape in shapes]
    kinds = [kind if kind is None or isinstance(kind, str) else "" for kind in kinds]
    degrees = not crs or "CRS84" in crs or "4326" in crs
    if degrees and set(kinds) <= {"Point", None}:
        return [_read_point(shape) for shape in shapes], None
    drawn = np.array([_draw(shape) for shape in shapes], dtype=object)
    points, found = _represent(drawn, None if degrees else crs, path, sheet)
    written = [
        _read_point(shape) if degrees and kind == "Point" else None for shape, kind in zip(shapes, kinds, strict=True)
    ]
    return [own or point for own, point in zip(written, points, strict=True)], found


def _read_point(shape):
    """Return the two coordinates of a point as the file writes them."""
    place = shape.get("coordinates") if isinstance(shape, dict) else None
    pair = place[:2] if isinstance(place, list) else []
    return (pair[0], pair[1]) if len(pair) == 2 and all(isinstance(x, str) for x in pair) else ("", "")


def _draw(shape):
    """Return the shapely geometry of a GeoJSON geometry, None when it is not one."""
    if not isinstance(shape, dict):
        return None
    try:
        drawn = shapely.from_geojson(json.dumps(_read_figures(shape)))
        return drawn if not drawn.is_empty else None
    except (shapely.errors.GEOSException, ValueError, TypeError, AttributeError, RecursionError):
        return None


def _read_figures(shape):
    """Return the geometry with its coordinates as numbers again."""
    if isinstance(shape, dict):
        return {key: value if key == "type" else _read_figures(value) for key, value in shape.items()}
    return [_read_figures(part) for part in shape] if isinstance(shape, list) else float(shape)


def _represent(drawn, crs, path, sheet):
    """Return (one (longitude, latitude) of text a geometry, problemes): the point, or one inside the line or the polygon."""
    none = shapely.is_missing(drawn) | shapely.is_empty(drawn)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        points = shapely.point_on_surface(np.where(none, None, drawn))
    places = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    messages = []
    if crs is not None:
        try:
            transform = Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4326", always_xy=True)
            places = np.column_stack(transform.transform(places[:, 0], places[:, 1], errcheck=False))
            messages.append(
                f"Coordonnées converties de {transform.source_crs.name if transform.source_crs else crs} en degrés."
            )
        except ProjError:
            messages.append(f"Projection « {crs} » inconnue : coordonnées laissées telles quelles.")
    shaped = int((~none & (shapely.get_type_id(drawn) != 0)).sum())
    if shaped:
        messages.append(
            f"Lignes ou polygones : {shaped} ; un point à l'intérieur de chacun donne longitude et latitude."
        )
    lost = int((none | ~np.isfinite(places).all(axis=1)).sum())
    if lost:
        messages.append(f"Fiches sans géométrie lisible : {lost} ; longitude et latitude vides.")
    written = [(f"{x:.7f}", f"{y:.7f}") if np.isfinite([x, y]).all() else ("", "") for x, y in places.tolist()]
    return written, join_problems(*[_tell(path, sheet, message) for message in messages])


def _tell(path, sheet, message, gravite="information", fix="rien"):
    rows = locate_sheet(path.name, sheet)
    return list_problems(gravite, rows, message, fix)


def _lay_out(flat, points, path):
    """Return the records as a raw sheet, one column a key in the order met, the keys on line 1."""
    columns = list(dict.fromkeys(chain.from_iterable(flat)))
    if max(len(columns), 1) * len(flat) > _MOST_CELLS:
        raise DiagnosticError(
            f"Ces fiches ont {len(columns)} rubriques différentes : trop pour en faire un tableau.", path.name,
            "donnez un fichier dont les fiches ont les mêmes rubriques",
        )  # fmt: skip
    cells = {column: [record.get(column, "") for record in flat] for column in columns}
    if points is not None:
        cells = {
            f"{column} (attribut)" if column in POINT_COLUMNS else column: values for column, values in cells.items()
        }
        cells |= dict(zip(POINT_COLUMNS, zip(*points, strict=True) if points else ((), ()), strict=True))
    return _number_lines(cells, len(flat))


def _number_lines(cells, count):
    return frame_columns([[name, *values] for name, values in cells.items()], range(1, count + 2 if cells else 1))


def read_geopackage(path):
    """Read each layer of a GPKG as a raw sheet: its attributes as text, and longitude and latitude in degrees (WGS84).

    Views and layers that cannot be read are left out and told.

    Raises
    ------
    DiagnosticError
        Not a GPKG, damaged, without any layer that can be read, or with more shapes than a sheet holds.
    """
    path, fix = Path(path), "réexportez la couche en GPKG depuis QGIS"
    if not is_shape_file(path):
        raise DiagnosticError("Ce fichier n'est pas un GPKG.", path.name, fix)
    try:
        layers, computed = list_shape_layers(path)
    except _UNREADABLE as error:
        raise DiagnosticError("Ce GPKG est illisible.", path.name, fix) from error
    told = [_tell(path, name, "Vue non lue : seules les tables le sont.", "attention", fix) for name in computed]
    sheets = {}
    for name, kind in layers:
        try:
            sheets[name], found = _read_layer(path, name, kind)
        except _UNREADABLE:
            found = _tell(path, name, "Couche illisible : elle n'est pas lue.", "attention", fix)
        told.append(found)
    if not sheets:
        raise DiagnosticError("Ce GPKG est illisible.", path.name, fix)
    return sheets, join_problems(*told)


def _read_layer(path, name, kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = pyogrio.read_dataframe(path, layer=name, read_geometry=kind is not None, max_features=MOST_SHAPES + 1)
    if len(table) > MOST_SHAPES:
        raise _refuse_size(f"La couche {name} a plus de {MOST_SHAPES // 1_000_000} million de lignes", path)
    return _lay_out_layer(table, path, name)


def _lay_out_layer(table, path, name):
    shape = table.geometry if hasattr(table, "geom_type") else None
    cells = {
        column: _spell_attribute(values) for column, values in table.items() if shape is None or column != shape.name
    }
    found = None
    if shape is not None:
        points, found = _represent(shape.to_numpy(), shape.crs, path, name)
        cells = {
            f"{column} (attribut)" if column in POINT_COLUMNS else column: values for column, values in cells.items()
        }
        cells |= dict(zip(POINT_COLUMNS, zip(*points, strict=True) if points else ((), ()), strict=True))
    return _number_lines(cells, len(table)), found


def _spell_attribute(values):
    """Return the cells of a column of a layer as text: whole numbers without decimals, dates as 2025-02-03."""
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: "oui", False: "non"}).astype("object").fillna("").tolist()
    if pd.api.types.is_datetime64_any_dtype(values):
        text = values.dt.strftime("%Y-%m-%d %H:%M:%S").str.removesuffix(" 00:00:00")
    elif pd.api.types.is_float_dtype(values):
        whole = (values.dropna() % 1 == 0).all()
        text = values.astype("Int64").astype("str") if whole and values.abs().max() < 2**53 else values.map(repr)
        text = text.where(values.notna())
    else:
        text = values.map(
            lambda value: _flatten_value(value.tolist() if isinstance(value, np.ndarray) else value), na_action="ignore"
        )
        text = text.astype("object").where(values.notna())
    return text.astype("object").fillna("").astype(str).tolist()
