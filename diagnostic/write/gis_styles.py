"""Styles that QGIS picks up by itself: one row a layer in the table `layer_styles` of a GeoPackage."""

import sqlite3
from xml.etree import ElementTree

from diagnostic.draw.charter import find_charter
from diagnostic.draw.style import CHAMP_LABELS, LINE_COLOURS, MISSING_COLOUR, SEQUENTIAL, UNIT_FILLS

# As QGIS writes it: with another name or another type it would not look for styles.
CREATE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30), update_time DATETIME
)"""
CONTENTS = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)
VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)"""
MARKERS = {"social": "circle", "developpement_local": "square", "mixte": "diamond", "autre": "triangle"}


def write_styles(path, styles, *, moment):
    """Put the styles in a GeoPackage that has none yet.

    Parameters
    ----------
    path : path of the GeoPackage, changed in place (a temporary file of its writer)
    styles : dict of layer -> QML text
    moment : str, date and time written in the table ("2026-11-15T00:00:00.000Z")
    """
    with sqlite3.connect(path) as base:
        base.execute(CREATE)
        base.execute(CONTENTS, [moment])
        base.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD,"
            " useAsDefault, description, owner, ui, update_time) VALUES ('', '', ?, 'geom', 'diagnostic', ?, '', 1, '', '', '', ?)",
            [(layer, qml, moment) for layer, qml in styles.items()],
        )
    base.close()


def style_single(fill, *, stroke=LINE_COLOURS["commune"], width=0.1, kind="fill"):
    """Return the QML of a layer drawn in one way; `fill` is a colour, or "" for the outline alone."""
    root, renderer = _open("singleSymbol")
    _add_symbol(ElementTree.SubElement(renderer, "symbols"), "0", _make_layer(kind, fill, stroke, width))
    return _close(root)


def style_categories(column, classes, *, kind="fill"):
    """Return the QML of a layer coloured by the values of `column`.

    Parameters
    ----------
    classes : list of (value, label, colour, marker); marker is a name of QGIS shapes, used when `kind` is "marker"
    """
    root, renderer = _open("categorizedSymbol", attr=column)
    categories, symbols = ElementTree.SubElement(renderer, "categories"), ElementTree.SubElement(renderer, "symbols")
    for rank, (value, label, colour, marker) in enumerate(classes):
        ElementTree.SubElement(categories, "category", value=str(value), label=str(label), symbol=str(rank), render="true")
        layer = _make_layer(kind, colour, "#FFFFFF" if kind == "marker" else LINE_COLOURS["commune"], 0.2, marker)
        _add_symbol(symbols, str(rank), layer)
    return _close(root)


def style_champs():
    """Return the QML of the actors: colour (that of the group's charter) and shape of each champ, as on every map of the diagnosis."""
    colours = find_charter().champs
    classes = [(code, CHAMP_LABELS[code], colours[code], MARKERS[code]) for code in CHAMP_LABELS]
    return style_categories("champ", classes, kind="marker")


def style_units(column, values):
    """Return the QML of the units of a layer, soft fills in turn; what has no unit comes last."""
    classes = [(value, value, UNIT_FILLS[rank % len(UNIT_FILLS)], "") for rank, value in enumerate(values)]
    return style_categories(column, [*classes, ("", "Sans unité connue", MISSING_COLOUR, "")])


def style_counts(column, values):
    """Return the QML of whole numbers, light to dark, one class a value; the six shades are spread over more values."""
    last, size = len(SEQUENTIAL) - 1, max(1, len(values) - 1)
    classes = [(value, value, SEQUENTIAL[round(rank * last / size)], "") for rank, value in enumerate(values)]
    return style_categories(column, [*classes, ("", "Sans donnée", MISSING_COLOUR, "")])


def style_steps(column, steps, labels):
    """Return the QML of a figure in classes: up to the first of `steps`, up to the next..., over the last; missing values in grey.

    Parameters
    ----------
    column : str, a column of numbers
    steps : sequence of float, rising
    labels : sequence of str, one more than `steps`
    """
    root, renderer = _open("RuleRenderer")
    rules, symbols = ElementTree.SubElement(renderer, "rules", key="{diagnostic}"), ElementTree.SubElement(renderer, "symbols")
    field, last = f'"{column}"', len(SEQUENTIAL) - 1
    filters = [f"{field} <= {steps[0]:.9g}"]
    filters += [f"{field} > {low:.9g} AND {field} <= {high:.9g}" for low, high in zip(steps[:-1], steps[1:], strict=True)]
    filters.append(f"{field} > {steps[-1]:.9g}")
    shades = [SEQUENTIAL[round(rank * last / len(steps))] for rank in range(len(labels))]
    classes = [*zip(filters, labels, shades, strict=True), ("ELSE", "Sans donnée", MISSING_COLOUR)]
    for rank, (rule, label, colour) in enumerate(classes):
        ElementTree.SubElement(rules, "rule", key=f"{{diagnostic-{rank}}}", symbol=str(rank), filter=rule, label=label)
        _add_symbol(symbols, str(rank), _make_layer("fill", colour, LINE_COLOURS["epci"], 0.3))
    return _close(root)


def _open(kind, **options):
    root = ElementTree.Element("qgis", version="3.28", styleCategories="Symbology")
    return root, ElementTree.SubElement(root, "renderer-v2", type=kind, forceraster="0", symbollevels="0", enableorderby="0", **options)


def _close(root):
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ElementTree.tostring(root, encoding="unicode")


def _add_symbol(symbols, name, layer):
    kind = {"SimpleFill": "fill", "SimpleMarker": "marker", "SimpleLine": "line"}[layer.get("class")]
    symbol = ElementTree.SubElement(symbols, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    symbol.append(layer)


def _make_layer(kind, colour, stroke, width, marker="circle"):
    options = {
        "fill": {
            "color": _paint(colour), "style": "solid" if colour else "no", "outline_color": _paint(stroke), "outline_style": "solid",
            "outline_width": width, "outline_width_unit": "MM",
        },
        "marker": {
            "color": _paint(colour), "name": marker, "outline_color": _paint(stroke), "outline_style": "solid", "outline_width": width,
            "size": 2.6, "size_unit": "MM",
        },
        "line": {"line_color": _paint(colour), "line_style": "solid", "line_width": width, "line_width_unit": "MM"},
    }[kind]  # fmt: skip
    names = {"fill": "SimpleFill", "marker": "SimpleMarker", "line": "SimpleLine"}
    layer = ElementTree.Element("layer", {"class": names[kind], "enabled": "1", "locked": "0", "pass": "0"})
    held = ElementTree.SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        ElementTree.SubElement(held, "Option", name=name, value=str(value), type="QString")
    return layer


def _paint(colour):
    return ",".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5)) + ",255" if colour else "0,0,0,0"
