"""What prevents two layers of outlines from being crossed: projection, empty or crossed outlines, units drawn twice."""

import numpy as np
import shapely

from diagnostic.errors import DiagnosticError

_REPROJECT = "reprojetez-les dans une projection en mètres (Lambert-93 : EPSG:2154)"


def check_layers(a, b, territoires):
    """Raise everything that prevents two layers of outlines from being crossed, at once."""
    layers = {"contours de la couche a": a, "contours de la couche b": b, "contours des territoires": territoires}
    layers = {name: drawn for name, drawn in layers.items() if drawn is not None}
    common = _find_common_box(list(layers.values()))
    errors = [error for name, drawn in layers.items() for error in (_check_projection(drawn, name), *_check_outlines(drawn, name, common))]
    errors = [error for error in errors if error is not None]
    if not errors and any(drawn.crs != a.crs for drawn in layers.values()):
        told = " ; ".join(f"{name} : {drawn.crs.name}" for name, drawn in layers.items())
        errors.append(DiagnosticError("Les contours ne sont pas dans la même projection.", told, _REPROJECT))
    if errors:
        raise DiagnosticError.gather(errors)


def _check_projection(drawn, name):
    """Return the error of a projection in which surfaces cannot be measured, or None."""
    if drawn.crs is None:
        fix = "indiquez la projection du fichier d'origine (Lambert-93 : EPSG:2154)"
        return DiagnosticError("Projection inconnue.", name, fix)
    where = f"{name} (projection écrite : {drawn.crs.name})"
    if drawn.crs.is_geographic:
        return DiagnosticError("Ces contours sont en degrés : une surface ne s'y mesure pas.", where, _REPROJECT)
    if drawn.crs.to_epsg() == 3857:
        return DiagnosticError("Cette projection de fond de carte agrandit les surfaces.", where, _REPROJECT)
    bounds = shapely.bounds(drawn.geometry.to_numpy())
    if len(bounds) and 0 < np.abs(bounds[np.isfinite(bounds)]).max(initial=0) <= 180:
        fix = "réexportez le fichier en indiquant la vraie projection"
        return DiagnosticError("Les coordonnées ressemblent à des degrés, et la projection écrite est en mètres.", where, fix)
    return None


def _find_common_box(layers):
    """Return the box (west, south, east, north) in which every layer has something: nothing is crossed out of it.

    The whole plane where the layers are not in one projection, or one of them is empty.
    """
    boxes = np.array([drawn.total_bounds for drawn in layers])
    if len({drawn.crs for drawn in layers}) > 1 or np.isnan(boxes).any():
        return np.array([-np.inf, -np.inf, np.inf, np.inf])
    return np.concatenate([boxes[:, :2].max(axis=0), boxes[:, 2:].min(axis=0)])


def _check_outlines(drawn, name, common):
    """Return the errors of outlines that are no surface, or not one a unit; the units are named.

    Whether an outline crosses itself takes long to know, and only matters in the box `common` to the layers.
    """
    shapes = drawn.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    mixed = ~empty & (shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    surface = np.isin(shapely.get_type_id(shapes), [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    faults = [
        (empty, "Contours vides", "dessinez ces unités, ou retirez leurs lignes"),
        (mixed, "Contours mêlés de lignes ou de points", "gardez les seules surfaces de ces contours"),
        (~empty & ~mixed & ~surface, "Contours sans surface (points ou lignes)", "dessinez ces unités par des surfaces"),
        (_find_crossed(shapes, surface, common), "Contours qui se croisent", "réparez ces contours dans votre logiciel de cartes"),
        (drawn.index.duplicated(), "Unités dessinées plusieurs fois", "fusionnez les contours de chaque unité en un seul"),
    ]
    return [_name_units(quoi, drawn.index[wrong], name, fix) for wrong, quoi, fix in faults if wrong.any()]


def _find_crossed(shapes, surface, common):
    """Return which surfaces that reach the box `common` cross themselves."""
    boxes = shapely.bounds(shapes)
    crossed = surface & (boxes[:, :2] <= common[2:]).all(axis=1) & (boxes[:, 2:] >= common[:2]).all(axis=1)
    crossed[crossed] = ~shapely.is_valid(shapes[crossed])
    return crossed


def _name_units(quoi, units, name, fix):
    named = ", ".join(sorted({str(unit) for unit in units})[:10]) + (", ..." if units.nunique() > 10 else "")
    return DiagnosticError(f"{quoi} ({len(units)}) : {named}.", name, fix)
