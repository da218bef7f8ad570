"""The names of the units of a layer, from its own file or from one of labels, and cells that hold several units."""

import re

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import locate_inside, read_sheets
from diagnostic.read.layers.layer_columns import CODE_WORD, NAME_WORD, find_layer_heading
from diagnostic.schema import list_problems
from diagnostic.vocabulary import normalize_label

_LEVELS = {"nivgeo", "niveau", "couche", "zonage"}  # the column of a file of labels that says which layer each is of
_SPACES = re.compile(r"\s+")
_BREAK = re.compile(r"\s?[;,|\n]\s?")  # once runs of spaces are one: a cell may be long
_CODE = re.compile(r"[^\s;,|\d]*\d[^\s;,|]*")


def name_units(rows, couche, path, heading):
    """Return `rows` with the names of the file of labels where they have none, and the problems.

    The file is the one the sheet couches gives, else the one beside that ends in `_libelles`.
    """
    labels_path = find_labels_file(path, couche["fichier_libelles"])
    if labels_path is None:
        return rows, None
    labels, _ = read_labels(labels_path, heading, couche)
    rows = rows.assign(unite_nom=rows["unite_nom"].astype("str").fillna(rows["unite_id"].map(labels)))
    unnamed = rows[rows["unite_nom"].isna()].drop_duplicates("unite_id")
    message = f"Couche {couche.name} : unité sans nom dans {labels_path.name}."
    fix = "ajoutez-la au fichier des libellés ; sinon son code est montré"
    return rows, list_problems("information", unnamed, message, fix, colonne="unite_id", valeur=unnamed["unite_id"])


def find_labels_file(path, declared):
    """Return the path of the file of labels of the layer file `path`, or None."""
    if isinstance(declared, str) and declared:
        return locate_inside(path.parent, declared, "feuille couches, colonne fichier_libelles")
    stems = [f"{path.stem}_libelles", re.sub(r"_[^_]*$", "_libelles", path.stem)]
    beside = [path.with_name(stem + path.suffix) for stem in stems if stem != path.stem]
    found = next((file for file in beside if file.is_file()), None)
    return found and locate_inside(path.parent, found.name, "dossier ressorts")


def read_labels(path, heading, couche):
    """Return the names of units (Series unite_id -> name) and the number of rows of the file.

    Parameters
    ----------
    path : Path
    heading : str, the title of the column of units in the file of the layer: the key has the same, else a title of code
    couche : Series, the row of `couches`

    Raises
    ------
    DiagnosticError
    """
    sheets, _ = read_sheets(path)
    sheet, raw = next(iter(sheets.items()))
    line = find_layer_heading(raw, couche.rename(heading))
    titles, body = raw.loc[line], raw.loc[raw.index > line]
    nb_rows = len(body)
    keys = titles.map(normalize_label)
    level = keys.index[keys.isin(_LEVELS)]
    if len(level):
        asked = {normalize_label(heading), normalize_label(couche.name)}
        mine = body[[normalize_label(cell) in asked for cell in body[level[0]]]]
        body = mine if len(mine) else body  # a column of another kind of level (niveau 1 or 2 of a label) parts nothing
    code = _first(titles, lambda title: normalize_label(title) == normalize_label(heading))
    code = code if code is not None else _first(titles, lambda title: CODE_WORD.match(title + "_") or normalize_label(title) == "codgeo")
    declared = couche["colonne_nom"]
    if isinstance(declared, str):
        name = _first(titles, lambda title: normalize_label(title) == normalize_label(declared))
    else:
        name = _first(titles, lambda title: NAME_WORD.match(title) or normalize_label(title).startswith("lib"))
    if code is None or name is None:
        read = ", ".join(title for title in titles if title)
        what = "identifiants" if code is None else "noms"
        fix = f"donnez à la colonne des unités le titre « {heading} », et le titre de celle des noms dans colonne_nom (feuille couches)"
        raise DiagnosticError(f"Libellés : aucune colonne des {what}.", f"{path.name}, feuille {sheet} (colonnes lues : {read})", fix)
    named = body[(body[code] != "") & (body[name] != "")].drop_duplicates(code)
    return named.set_index(code)[name], nb_rows


def _first(titles, test):
    return next((place for place, title in titles.items() if title and test(title)), None)


def split_units(rows):
    """Return `rows` with one row a unit where a cell holds several codes (QN00101M, QN00102M), their names beside.

    Only codes are parted (a figure, no space): a name may hold a comma.
    """
    parts = {cell: _part(cell) for cell in rows["unite_id"].dropna().unique()}
    parts = {cell: items for cell, items in parts.items() if len(items) > 1 and all(_CODE.fullmatch(item) for item in items)}
    if not parts:
        return rows
    distinct = rows[["unite_id", "unite_nom"]].drop_duplicates().astype("object")
    distinct = distinct.assign(paires=[_pair(cell, name, parts) for cell, name in distinct.itertuples(index=False)])
    pairs = distinct.explode("paires")
    pairs = pairs.assign(nouvel_id=pairs["paires"].str[0], nouveau_nom=pairs["paires"].str[1]).drop(columns="paires")
    long = rows.astype({"unite_id": "object", "unite_nom": "object"}).merge(pairs, on=["unite_id", "unite_nom"], how="left")
    long = long.assign(unite_id=long["nouvel_id"].astype("str"), unite_nom=long["nouveau_nom"].astype("str"))
    return long[rows.columns]


def _part(cell):
    return _BREAK.split(_SPACES.sub(lambda spaces: "\n" if "\n" in spaces[0] else " ", cell))


def _pair(cell, name, parts):
    """Return the units of a cell with their names; names that are not as many as the codes are those of none of them."""
    if cell not in parts:
        return [(cell, name)]
    names = _part(name) if isinstance(name, str) else []
    return list(zip(parts[cell], names if len(names) == len(parts[cell]) else parts[cell], strict=True))
