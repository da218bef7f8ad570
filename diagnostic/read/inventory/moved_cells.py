"""The cells of an inventory that hold the code of a commune of another year -> what each one becomes, and what is left to a person."""

import re

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import SPREADSHEETS, TEXT_TABLES, is_leftover, read_sheets
from diagnostic.read.inventory.made_places import CELL_COLUMNS, find_column
from diagnostic.read.inventory.moved_groups import key_rows, settle_groups
from diagnostic.read.places.codes import resolve_communes
from diagnostic.read.places.names import fold_name
from diagnostic.schema import ORIGIN_COLUMNS, describe_table

CHANGE_COLUMNS = [*ORIGIN_COLUMNS, "table", "colonne", "avant", "apres", "raison"]
LEFT_COLUMNS = [*ORIGIN_COLUMNS, "table", "colonne", "valeur", "constat", "a_faire"]
# Cells where the code of a commune stands alone, or among other territories: names, SIREN, identifiers.
AMONG = {
    "acteurs": ["territoires"], "dispositifs": ["territoires"], "territoires": ["communes"], "liens": ["territoire"],
    "affiliations": ["territoire_code"], "couverture_inventaire": ["territoire_id"], "couverture_dispositifs": ["territoire_id"],
    "temps_trajet": ["destination"], "hypotheses": ["commune"],
}  # fmt: skip
_CODE = re.compile(r"(?<!\w)\d[\dAB]\d{3}(?!\w)")
BESIDE = ("imports", "ressorts", "indicateurs", "trajets")


def find_moves(lues, cog, *, members, parted, before, after, year):
    """Say which cells take the code of today, which rows have nothing more to say, and which are left to a person.

    Parameters
    ----------
    lues : dict of str -> DataFrame of str, the rows of each table as they were read (`read_inventory`), grids under their own name
    cog : dict, `read.places.cog.extend_former`
    members : dict of str -> list of str, a commune of today -> the communes it is made of (`list_members`)
    parted : DataFrame code_insee, nom, separee_de, separee_nom, the communes that came back since the former year
    before, after : DataFrame, index code_insee: nom, population, the communes of both years
    year : int, the former one

    Returns
    -------
    changes : DataFrame of CHANGE_COLUMNS, a row a cell; `apres` is "" and `colonne` "*" for a whole row that another one says already
    left : DataFrame of LEFT_COLUMNS, cells as they are: nothing doubtful is settled
    """
    changes, left = [], []
    for table, rows in lues.items():
        cells, doubts = _move_codes(rows, table, cog)
        moved, told = _part_restored(cells, parted)
        moved, kept, unsettled = settle_groups(rows, moved, table, members=members, both=(before, after), year=year)
        changes += [moved, kept, _rename(rows, table, before, after)]
        left += [doubts, told, unsettled]
    # A whole row that goes is no longer changed cell by cell.
    found = _join(changes, CHANGE_COLUMNS)
    whole = found["colonne"] == "*"
    aside = key_rows(found).isin(key_rows(found[whole])) & ~whole
    return found[~aside].reset_index(drop=True), _join(left, LEFT_COLUMNS)


def _join(parts, columns):
    parts = [part[columns] for part in parts if part is not None and len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def list_code_columns(table):
    """Return the columns of `table` that hold the code of one commune; a grid of jurisdictions has one too."""
    if table == "saisie_ressorts":
        return ["code_insee"]
    described = describe_table(table)
    return described.index[described["genre"] == "code_insee"].to_list() if len(described) else []


def _move_codes(rows, table, cog):
    """Return the cells whose code has another one today, and those that nobody can place."""
    cells, doubts = [], []
    for column in [name for name in list_code_columns(table) if name in rows]:
        given = rows[ORIGIN_COLUMNS].assign(code_insee=rows[column], commune=_list_names(rows, table))
        found, _ = resolve_communes(given, cog)
        past = (found["methode_commune"] == "ancien_code").to_numpy()
        unsure = past & found["douteux"].to_numpy(bool)
        # Six communes were shared out between several: no heir is chosen.
        lost = (found["code_insee"].isna() & rows[column].ne("") & found["methode_commune"].eq("")).to_numpy()
        cells.append(_tell_cells(rows[past & ~unsure], table, column, found["code_insee"][past & ~unsure]))
        doubts.append(_leave(rows[unsure], table, column, "Ce code est aussi un code postal : laissé tel quel.", "écrivez le code INSEE"))
        fix = "corrigez le code : diagnostic verifier propose une lecture quand il le peut"
        doubts.append(_leave(rows[lost], table, column, "Code qui ne mène à aucune commune d'aujourd'hui : laissé tel quel.", fix))
    heirs = cog["anciens"]["nouveau_code"]
    for column in [name for name in AMONG.get(table, ()) if name in rows]:
        written = rows[column].astype("str")
        moved = written.map({text: move_text(text, heirs) for text in written.unique()})
        changed = (moved != written).to_numpy()
        cells.append(_tell_cells(rows[changed], table, column, moved[changed]))
        # A cell that already says the code of today among others may mean a commune that parted.
        cells.append(_tell_cells(rows[~changed], table, column, written[~changed]))
    codes = [_tell_cells(rows, table, name, rows[name]) for name in list_code_columns(table) if name in rows]
    cells = _join([*cells, *codes], CHANGE_COLUMNS).drop_duplicates([*ORIGIN_COLUMNS, "colonne"])
    return cells, _join(doubts, LEFT_COLUMNS)


def move_text(text, heirs):
    """Return a cell with every former code in it replaced; a code that comes twice in a list is said once.

    >>> move_text("63330 ; 200070407 ; 63109", pd.Series({"63330": "63109"}))
    '63109 ; 200070407'
    """
    moved = _CODE.sub(lambda found: heirs.get(found[0], found[0]), text)
    if moved == text or ";" not in moved:
        return moved
    parts = [part.strip() for part in moved.split(";")]
    return moved if len(set(parts)) == len(parts) else " ; ".join(dict.fromkeys(parts))


def _list_names(rows, table):
    name = "nom" if table in ("communes", "saisie_ressorts") else "commune"
    return rows.get(name, "")


def _tell_cells(rows, table, column, after):
    told = rows[ORIGIN_COLUMNS].assign(table=table, colonne=column, avant=rows[column].astype("str"), apres=after.astype("str"))
    return told.assign(raison="code de la commune d'aujourd'hui")


def _leave(rows, table, column, constat, fix):
    return rows[ORIGIN_COLUMNS].assign(table=table, colonne=column, valeur=rows[column].astype("str"), constat=constat, a_faire=fix)


def _part_restored(cells, parted):
    """Return the cells that change, and what is told of those that hold a commune from which others parted."""
    changed = cells[cells["avant"] != cells["apres"]]
    if not len(parted) or not len(cells):
        return changed, None
    said = {code: _tell_parted(rows) for code, rows in parted.groupby("separee_de")}
    held = cells["apres"].map(lambda text: next((code for code in _CODE.findall(text) if code in said), ""))
    rows = cells[held != ""]
    fix = rows["table"].eq("communes").map({
        True: "ajoutez à cette feuille celles de ces communes qui sont du territoire",
        False: "si cette ligne concerne une commune rétablie, écrivez son code ; sinon, rien",
    })  # fmt: skip
    told = rows.assign(valeur=rows["avant"], constat=held[held != ""].map(said), a_faire=fix)
    return changed, told[LEFT_COLUMNS]


def _tell_parted(rows):
    names = ", ".join(f"{name} ({code}, {year})" for name, code, year in zip(rows["nom"], rows["code_insee"], rows["annee"], strict=True))
    return f"{rows['separee_nom'].iloc[0]} ({rows['separee_de'].iloc[0]}) s'est séparée de : {names}."


def _rename(rows, table, before, after):
    """Return the names of the sheet communes that are those of the former year, under a code that is still in use."""
    if table != "communes" or "nom" not in rows:
        return None
    old, new = (rows["code_insee"].map(held["nom"]).astype("str").fillna("") for held in (before, after))
    same = rows["nom"].map(fold_name) == old.map(fold_name)
    kept = rows[(same & (new != "") & (new != old) & rows["nom"].ne("")).to_numpy()]
    return _tell_cells(kept, table, "nom", new[kept.index]).assign(raison="nom de la commune d'aujourd'hui")


def place_moves(sheets, changes, aliases=None):
    """Say which cells of the sheets hold the changes.

    Parameters
    ----------
    sheets : dict of str -> DataFrame of str, `read.inventory.edited_places.read_all_sheets`
    changes : DataFrame of CHANGE_COLUMNS
    aliases : dict of str -> dict, optional, the dossier's own headings by table

    Returns
    -------
    DataFrame feuille, ligne, rang (from 0), texte; a whole row that goes is one cell a filled column
    """
    parts = []
    whole = changes["colonne"] == "*"
    for row in changes[whole].itertuples():
        filled = sheets[row.feuille].loc[row.ligne]
        parts.append(pd.DataFrame({"feuille": row.feuille, "ligne": row.ligne, "rang": filled.index[filled != ""], "texte": ""}))
    for (sheet, table, column), rows in changes[~whole].groupby(["feuille", "table", "colonne"], sort=False):
        named = "communes" if table == "saisie_ressorts" else table
        _, rank, _ = find_column(sheets[sheet], named, column, (aliases or {}).get(named))
        texts = [_spell(text, column) for text in rows["apres"]]
        parts.append(pd.DataFrame({"feuille": sheet, "ligne": rows["ligne"].astype("int64"), "rang": rank, "texte": texts}))
    cells = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=CELL_COLUMNS)
    return cells[CELL_COLUMNS].astype({"texte": object})


def _spell(text, column):
    """Return the number that a cell of numbers holds; else the text."""
    return float(text) if column in ("population", "ressortissants_msa", "poids") else text


def count_beside(folder, codes):
    """Return fichier, nombre: the cells that hold one of `codes` in the files beside the inventory, which are left as they are.

    A file that cannot be read is not counted: reading the dossier tells it.
    """
    told = []
    for name in BESIDE:
        paths = sorted((folder / name).iterdir()) if (folder / name).is_dir() else []
        for path in paths:
            if path.suffix.lower() not in {*SPREADSHEETS, *TEXT_TABLES} or is_leftover(path):
                continue
            try:
                sheets, _ = read_sheets(path)
            except DiagnosticError:
                continue
            number = sum(int(raw.isin(list(codes)).to_numpy().sum()) for raw in sheets.values())
            told += [[f"{name}/{path.name}", number]] if number else []
    return pd.DataFrame(told, columns=["fichier", "nombre"])
