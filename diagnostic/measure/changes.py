"""What changed between two states of a dossier: rows that came, went or changed, communes that changed unit, figures that moved."""

import numpy as np
import pandas as pd

from diagnostic.schema import CAME, CHANGED, WENT, describe_table
from diagnostic.vocabulary import read_vocabulary

# Tables compared row by row: {table: what identifies a row}.
KEYS = {
    "acteurs": ["acteur_id"], "liens": ["source_id", "cible_id", "type"], "dispositifs": ["dispositif_id"],
    "participations": ["acteur_id", "dispositif_id", "role"], "postes": ["poste_id"], "instances": ["instance_id"],
    "reseaux": ["reseau_id"], "adhesions": ["acteur_id", "reseau_id"],
    "couverture_inventaire": ["territoire_id", "categorie"], "couverture_dispositifs": ["territoire_id", "type"],
}  # fmt: skip
ROW_COLUMNS = ["table", "cle", "nom", "code_insee", "changement", "cases", "x_m", "y_m"]
CELL_COLUMNS = ["table", "cle", "nom", "colonne", "avant", "apres"]
RESSORT_COLUMNS = ["code_insee", "nom", "couche", "decoupage", "avant", "apres", "changement"]
FIGURE_KEYS = ["mesure", "territoire", "couche_a", "couche_b", "groupe_a", "groupe_b", "ponderation"]
FIGURE_COLUMNS = [
    *FIGURE_KEYS, "libelle", "territoire_nom", "unite", "avant", "apres", "ecart", "numerateur_avant", "denominateur_avant",
    "numerateur_apres", "denominateur_apres", "raison",
]  # fmt: skip
TOLERANCE = 1e-9
# What the software fills itself, and what says only when a row was looked at.
UNTOLD = {"methode_commune", "confiance_commune"}
_SEPARATOR = " / "


def compare_dossiers(before, after):
    """Return everything that differs between two states of a dossier.

    Parameters
    ----------
    before, after : dict, measured tables that an edition may show (`run.select_edition`): the tables of KEYS, `communes`, `affectation`,
        `couches`, `unites`, `territoires`, `resultats`

    Returns
    -------
    dict of DataFrame
        `lignes` (ROW_COLUMNS): one row a row that came, went or changed; `cases` counts its cells that differ;
        `cases` (CELL_COLUMNS): one row a cell of a changed row;
        `ressorts` (RESSORT_COLUMNS): one row a commune and layer whose units differ, the communes that came or left told as such;
        `chiffres` (FIGURE_COLUMNS): one row a record that came, went or moved, `raison` where one side has no value;
        `bilan`: rubrique, avant, disparus, apparus, apres, changes, inchanges: avant - disparus + apparus = apres.
    """
    names = pd.concat([before["acteurs"], after["acteurs"]]).drop_duplicates("acteur_id", keep="last").set_index("acteur_id")["nom"]
    labels = {name: entries["libelle"].to_dict() for name, entries in after["listes"].items()}
    names = {**labels["types_lien"], **labels["roles"], **labels["categories"], **labels["dispositifs"]} | names.to_dict()
    names |= _name_dispositifs(before, after)
    rows, cells, counts = [], [], []
    for table, keys in KEYS.items():
        if table not in before or table not in after:  # an edition may show it neither before nor after
            continue
        found, told, count = compare_rows(before[table], after[table], table, keys=keys, names=names)
        rows.append(found)
        cells.append(_label_cells(told, table, labels))
        counts.append(count)
    ressorts, count = compare_ressorts(before, after)
    figures, moved = compare_figures(before, after)
    return {
        "lignes": _join(rows, ROW_COLUMNS), "cases": _join(cells, CELL_COLUMNS), "ressorts": ressorts, "chiffres": figures,
        "bilan": pd.DataFrame([*counts, *count, moved]),
    }  # fmt: skip


def count_changes(before, after):
    """Return how many rows came or went, and how many cells changed, in the tables compared row by row (KEYS)."""
    number = 0
    for table, keys in KEYS.items():
        if table in before and table in after:
            rows, cells, _ = compare_rows(before[table], after[table], table, keys=keys)
            number += int((rows["changement"] != CHANGED).sum()) + len(cells)
    return number


def _label_cells(cells, table, labels):
    """Return the cells with the codes of vocabularies as their labels."""
    listed = describe_table(table)["liste"].str.removesuffix("+")
    for column in cells["colonne"].unique():
        known, mine = labels.get(listed[column], {}), cells["colonne"] == column
        for side in ("avant", "apres"):
            spelled = cells.loc[mine, side].map(lambda text, known=known: "; ".join(known.get(part, part) for part in text.split("; ")))
            cells = cells.assign(**{side: cells[side].mask(mine, spelled)})
    return cells


def _name_dispositifs(before, after):
    both = pd.concat([before["dispositifs"], after["dispositifs"]]).drop_duplicates("dispositif_id", keep="last")
    return dict(zip(both["dispositif_id"], both["nom"], strict=True))


def _join(parts, columns):
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def compare_rows(before, after, table, *, keys, names=None):
    """Compare two states of one table, row by row.

    Parameters
    ----------
    before, after : DataFrame
    table : str, its name in the schema: the columns declared there are compared
    keys : list of str, the columns that identify a row; of rows that share them, the order counts (a second one is « (2) »)
    names : dict of identifier -> name, optional

    Returns
    -------
    rows : DataFrame, ROW_COLUMNS; x_m, y_m (metres) where the table has them, missing elsewhere
    cells : DataFrame, CELL_COLUMNS; texts, lists joined by « ; », an empty cell is ""
    count : dict, a row of `bilan`

    Examples
    --------
    >>> one = pd.DataFrame({"reseau_id": ["r", "s"], "nom": ["Un", "Deux"]})
    >>> two = pd.DataFrame({"reseau_id": ["s", "t"], "nom": ["2", "Trois"]})
    >>> rows, cells, count = compare_rows(one, two, "reseaux", keys=["reseau_id"])
    >>> rows[["cle", "changement"]].to_numpy().tolist(), cells[["avant", "apres"]].to_numpy().tolist()
    ([['t', 'apparu'], ['r', 'disparu'], ['s', 'changé']], [['Deux', '2']])
    """
    described = describe_table(table)
    columns = [name for name in described.index[described["edition"] != "jamais"] if name not in UNTOLD]
    old, new = (_spell(part, columns, keys) for part in (before, after))
    came, went = new.index.difference(old.index, sort=False), old.index.difference(new.index, sort=False)
    both = old.index.intersection(new.index, sort=False)
    differ = old.loc[both] != new.loc[both]
    changed = both[differ.any(axis=1).to_numpy()]
    parts = [_list_rows(after, new, came, CAME), _list_rows(before, old, went, WENT), _list_rows(after, new, changed, CHANGED)]
    rows = pd.concat(parts, ignore_index=True)
    called = {key: _call(key, name, names or {}) for part in (old, new) for key, name in zip(part.index, _names(part), strict=True)}
    numbers = differ.loc[changed].sum(axis=1)
    rows = rows.assign(table=table, nom=rows["cle"].map(called), cases=rows["cle"].map(numbers).fillna(0).astype(int))
    line, column = differ.loc[changed].to_numpy().nonzero()
    where = changed.to_numpy()[line] if len(line) else np.array([], dtype=object)
    cells = pd.DataFrame({
        "table": table, "cle": where, "nom": pd.Series(where, dtype=object).map(called).to_numpy(), "colonne": np.array(columns)[column],
        "avant": old.loc[changed].to_numpy()[line, column], "apres": new.loc[changed].to_numpy()[line, column],
    })  # fmt: skip
    count = {
        "rubrique": table, "avant": len(old), "disparus": len(went), "apparus": len(came), "apres": len(new), "changes": len(changed),
        "inchanges": len(both) - len(changed),
    }  # fmt: skip
    return rows.reindex(columns=ROW_COLUMNS), cells.reindex(columns=CELL_COLUMNS), count


def _names(part):
    return part["nom"] if "nom" in part else [""] * len(part)


def _call(key, name, names):
    """Return what a reader calls a row: its name, or those of the rows that it ties."""
    return name or _SEPARATOR.join(str(names.get(part, part)) for part in key.split(_SEPARATOR))


def _spell(table, columns, keys):
    """Return the columns as text, indexed by what identifies each row."""
    texts = pd.DataFrame({name: spell_cells(table[name]) if name in table else "" for name in columns}, index=table.index)
    joined = texts[keys].agg(_SEPARATOR.join, axis=1) if len(texts) else pd.Series(dtype="str")
    rank = joined.groupby(joined).cumcount() + 1
    return texts.set_axis(pd.Index(joined + (" (" + rank.astype("str") + ")").where(rank > 1, ""), name="cle", dtype=object))


def spell_cells(cells):
    """Return cells as text: lists joined, yes and no in French, dates as day/month/year, whole numbers without decimals, "" if missing."""
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return cells.dt.strftime("%d/%m/%Y").astype(object).where(cells.notna(), "").astype(str)
    if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
        return cells.map("{:.10g}".format, na_action="ignore").astype(object).where(cells.notna(), "").astype(str)
    return cells.astype(object).map(_spell_cell).astype(str)


def _spell_cell(cell):
    if isinstance(cell, list | tuple | set):
        return "; ".join(map(str, cell))
    if isinstance(cell, bool | np.bool_):
        return "oui" if cell else "non"
    return "" if cell is None or cell is pd.NA or cell != cell else str(cell)


def _list_rows(table, spelled, names, change):
    """Return the rows of `names` with where they are."""
    place = pd.Series(range(len(spelled)), index=spelled.index).reindex(names)
    held = table.iloc[place.to_numpy(dtype=int)] if len(names) else table.iloc[:0]
    columns = {name: held[name].to_numpy() if name in held else None for name in ("code_insee", "x_m", "y_m")}
    return pd.DataFrame({"cle": list(names), "changement": change, **columns})


def compare_ressorts(before, after):
    """Return (communes whose units of a layer differ, rows of `bilan`: communes of the perimeter, commune-layer pairs).

    A commune of several units in a layer is compared whole: the units joined, in order.
    """
    old, new = _list_units(before), _list_units(after)
    both = old.to_frame("avant").join(new.to_frame("apres"), how="outer").fillna("")
    held = [set(tables["communes"].index) for tables in (before, after)]
    names = pd.concat([before["communes"]["nom"], after["communes"]["nom"]])
    names = names[~names.index.duplicated(keep="last")]
    rows = both[both["avant"] != both["apres"]].reset_index()
    kind = np.select(
        [~rows["code_insee"].isin(held[0]), ~rows["code_insee"].isin(held[1]), rows["avant"] == "", rows["apres"] == ""],
        ["commune entrée", "commune sortie", "rattachée", "détachée"], "change d'unité",
    )  # fmt: skip
    layers = {name: label for tables in (before, after) for name, label in tables["couches"]["libelle"].dropna().items() if label}
    named = {"nom": rows["code_insee"].map(names), "decoupage": rows["couche"].map(lambda name: layers.get(name, name))}
    rows = rows.assign(**named, changement=kind)[RESSORT_COLUMNS]
    came, went = len(held[1] - held[0]), len(held[0] - held[1])
    shared = both[[code in held[0] & held[1] for code in both.index.get_level_values("code_insee")]]
    moved = int((shared["avant"] != shared["apres"]).sum())
    counts = [
        {"rubrique": "communes", "avant": len(held[0]), "disparus": went, "apparus": came, "apres": len(held[1]),
         "changes": int(rows.loc[rows["changement"].isin(["change d'unité", "rattachée", "détachée"]), "code_insee"].nunique()),
         "inchanges": 0},
        {"rubrique": "rattachements", "avant": int((shared["avant"] != "").sum()),
         "disparus": int(((shared["apres"] == "") & (shared["avant"] != "")).sum()),
         "apparus": int(((shared["avant"] == "") & (shared["apres"] != "")).sum()), "apres": int((shared["apres"] != "").sum()),
         "changes": moved - int(((shared["apres"] == "") != (shared["avant"] == "")).sum()), "inchanges": len(shared) - moved},
    ]  # fmt: skip
    counts[0]["inchanges"] = len(held[0] & held[1]) - counts[0]["changes"]
    return rows, counts


def _list_units(tables):
    """Return the units of each commune in each layer, by name, as one text (index code_insee, couche)."""
    units = tables["unites"].drop_duplicates(["couche", "unite_id"]).set_index(["couche", "unite_id"])["unite_nom"]
    rows = tables["affectation"][["code_insee", "couche", "unite_id"]].drop_duplicates()
    named = rows.join(units, on=["couche", "unite_id"])
    named = named.assign(unite_nom=named["unite_nom"].fillna(named["unite_id"]).astype(str))
    named = named.sort_values(["code_insee", "couche", "unite_nom"])
    return named.groupby(["code_insee", "couche"])["unite_nom"].agg("; ".join)


def compare_figures(before, after):
    """Return (records that came, went or moved, the row of `bilan`); a record without value on both sides is no difference."""
    columns = ["valeur", "numerateur", "denominateur", "raison_absence"]
    old, new = (_index_records(tables["resultats"], columns) for tables in (before, after))
    both = old.add_suffix("_avant").join(new.add_suffix("_apres"), how="outer")
    values = both[["valeur_avant", "valeur_apres"]].astype(float)
    first, second = values["valeur_avant"], values["valeur_apres"]
    same = (first - second).abs() <= TOLERANCE * np.maximum(1.0, first.abs())
    differ = ~(same | (first.isna() & second.isna()))
    rows = both[differ].reset_index()
    described = read_vocabulary("mesures").drop_duplicates("mesure").set_index("mesure")
    places = pd.concat([before["territoires"]["nom"], after["territoires"]["nom"]])
    places = places[~places.index.duplicated(keep="last")]
    rows = rows.rename(columns={"valeur_avant": "avant", "valeur_apres": "apres"})
    reason = rows["raison_absence_apres"].astype(object).where(rows["apres"].isna(), rows["raison_absence_avant"].astype(object))
    rows = rows.assign(
        libelle=rows["mesure"].map(described["libelle"]), unite=rows["mesure"].map(described["unite"]),
        territoire_nom=rows["territoire"].map(places), ecart=rows["apres"].astype(float) - rows["avant"].astype(float),
        raison=reason.where(rows["avant"].isna() | rows["apres"].isna(), "").fillna("non calculé de l'autre côté"),
    )  # fmt: skip
    came, went = int((first.isna() & second.notna()).sum()), int((first.notna() & second.isna()).sum())
    count = {
        "rubrique": "chiffres", "avant": int(first.notna().sum()), "disparus": went, "apparus": came, "apres": int(second.notna().sum()),
        "changes": int(differ.sum()) - came - went, "inchanges": int(same.sum()),
    }  # fmt: skip
    return rows.reindex(columns=FIGURE_COLUMNS), count


def _index_records(records, columns):
    keyed = records.assign(**{name: records[name].astype(object).where(records[name].notna(), "").astype(str) for name in FIGURE_KEYS})
    return keyed.drop_duplicates(FIGURE_KEYS).set_index(FIGURE_KEYS)[columns]

