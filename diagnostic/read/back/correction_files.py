"""corrections/corrections.xlsx of a dossier: what persons corrected and decided so far, read, and joined with what is new."""

from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.called_rows import fold_cells
from diagnostic.read.back.corrections import name_columns_alike, read_lines, spell_corrections
from diagnostic.read.formats.files import SPREADSHEETS, read_sheets
from diagnostic.schema import CORRECTION_COLUMNS, DECISION_COLUMNS, ORIGIN_COLUMNS
from diagnostic.vocabulary import normalize_label

CELL_KEY = [*ORIGIN_COLUMNS, "colonne"]


def make_corrections():
    """Return corrections without rows: {"corrections": cells, "doublons": decisions}."""
    cells = pd.DataFrame(columns=CORRECTION_COLUMNS, dtype=str).astype({"ligne": "Int64"})
    return {"corrections": cells, "doublons": pd.DataFrame(columns=DECISION_COLUMNS, dtype=str)}


def locate_corrections(folder):
    """Return the path of the corrections of a dossier, there or not."""
    return Path(folder) / "corrections" / "corrections.xlsx"


def read_corrections(folder):
    """Return the corrections of a dossier: {"corrections": one row a cell, "doublons": one row a decision}.

    Columns added by hand are kept. Of two rows for one cell the last wins; a row without a correction is none.

    Raises
    ------
    DiagnosticError
        Saved under another format, no longer a table of corrections, or a line number that is none: nothing a person
        decided is dropped in silence.
    """
    path = locate_corrections(folder)
    others = sorted(p.name for p in path.parent.glob("corrections.*") if p.suffix.lower() in SPREADSHEETS and p.name != path.name)
    if others:
        fix = "enregistrez-le sous le nom corrections.xlsx (classeur Excel), et ne gardez que lui"
        raise DiagnosticError(f"Les corrections sont aussi dans {', '.join(others)}.", str(path.parent), fix)
    if not path.exists():
        return make_corrections()
    sheets, _ = read_sheets(path)
    read = {}
    for sheet, empty in make_corrections().items():
        read[sheet] = _read_own_sheet(sheets.get(sheet, pd.DataFrame()), list(empty.columns), path, sheet)
    cells = read["corrections"]
    cells = cells[cells["correction"] != ""]
    lines = read_lines(cells["ligne"])
    if lines.isna().any():
        _refuse_lines(cells.loc[lines.isna(), "ligne"], path)
    cells = cells.assign(ligne=lines).drop_duplicates(CELL_KEY, keep="last")
    return {"corrections": cells.reset_index(drop=True), "doublons": read["doublons"].reset_index(drop=True)}


def _refuse_lines(cells, path):
    """Raise for the cells of the column ligne that hold no line number; the index of `cells` is where they are."""
    told = " ; ".join(f"ligne {line} : « {cell} »" for line, cell in cells.head(10).items())
    more = f" ; et {len(cells) - 10} autres" if len(cells) > 10 else ""
    raise DiagnosticError(
        "Corrections dont le numéro de ligne ne se lit pas.", f"corrections/{path.name}, feuille corrections, {told}{more}",
        "remettez dans la colonne ligne un nombre entier, ou supprimez ces lignes",
    )  # fmt: skip


def _read_own_sheet(raw, columns, path, sheet):
    """Return a sheet that `write_corrections` wrote, its columns found by their headings."""
    if not len(raw):
        return pd.DataFrame(columns=columns, dtype=str)
    known = {normalize_label(column): column for column in columns}
    headings = [known.get(normalize_label(heading), heading) for heading in raw.iloc[0]]
    missing = [column for column in columns if column not in headings and column not in ("nom", "note")]
    if missing:
        raise DiagnosticError(
            f"Colonnes absentes : {', '.join(missing)}.", f"corrections/{path.name}, feuille {sheet}",
            "remettez les titres de la première ligne, ou déplacez ce fichier pour repartir sans corrections",
        )  # fmt: skip
    body = raw.iloc[1:].set_axis(headings, axis=1)
    body = body.loc[:, [bool(h) for h in headings] & ~body.columns.duplicated()]
    extra = [column for column in body.columns if column not in columns]
    return body.reindex(columns=[*columns, *extra], fill_value="")


def merge_corrections(former, new):
    """Add corrections to those of a dossier; return (merged, counts, replaced).

    Parameters
    ----------
    former, new : dict as `read_corrections` returns; the latest correction of a cell, or of a pair, replaces the former

    Returns
    -------
    merged : dict
    counts : dict nouvelles, remplacees, identiques, annulees (put back to what the file holds): int
    replaced : DataFrame, CELL_KEY, avant, correction: the corrections of another copy that these take the place of

    Notes
    -----
    A wrong correction comes back as a problem whose value is that correction, while the file still holds the first one:
    the row keeps the value and the name of the file.
    """
    before, after = (name_columns_alike(part["corrections"]) for part in (former, new))
    before, after = (part.drop_duplicates(CELL_KEY, keep="last").reset_index(drop=True) for part in (before, after))
    known = after[CELL_KEY].merge(before, on=CELL_KEY, how="left", validate="m:1").set_index(after.index)
    had = known["correction"].notna()
    chained = had & (fold_cells(spell_corrections(known["correction"])) == fold_cells(after["valeur"]))
    after = after.assign(
        valeur=known["valeur"].where(chained, after["valeur"]),
        nom=known["nom"].where(chained & (known["nom"].fillna("") != ""), after["nom"]),
    )
    undone = chained & (spell_corrections(after["correction"]) == after["valeur"])
    same = had & (known["correction"] == after["correction"])
    counts = {
        "nouvelles": int((~had).sum()), "remplacees": int((had & ~same & ~undone).sum()), "identiques": int((same & ~undone).sum()),
        "annulees": int(undone.sum()),
    }  # fmt: skip
    cells = pd.concat([before, after.sort_values(CELL_KEY)], ignore_index=True).drop_duplicates(CELL_KEY, keep="last")
    gone = pd.MultiIndex.from_frame(cells[CELL_KEY]).isin(pd.MultiIndex.from_frame(after.loc[undone, CELL_KEY]))
    decisions, told = _merge_decisions(former["doublons"], new["doublons"])
    over = had & ~same & ~chained
    replaced = after.loc[over, [*CELL_KEY, "correction"]].assign(avant=known["correction"][over])
    merged = {"corrections": cells[~gone].reset_index(drop=True), "doublons": decisions}
    return merged, {name: n + told.get(name, 0) for name, n in counts.items()}, replaced.reset_index(drop=True)


def _merge_decisions(former, new):
    """Return the decisions with the latest of each pair, whatever the order of its two actors, and their counts."""
    before = dict(zip(list_pairs(former), former["decision"], strict=True))
    had = [before.get(pair) for pair in list_pairs(new)]
    same = sum(old == decision for old, decision in zip(had, new["decision"], strict=True))
    counts = {"nouvelles": had.count(None), "identiques": same, "remplacees": len(had) - had.count(None) - same}
    joined = pd.concat([former, new], ignore_index=True)
    latest = ~pd.Series(list_pairs(joined), dtype=object).duplicated(keep="last")
    return joined[latest.to_numpy(dtype=bool)].reset_index(drop=True), counts


def list_pairs(decisions):
    """Return the pair of identifiers of each decision, in one order."""
    return [tuple(sorted(pair)) for pair in zip(decisions["acteur_id_1"], decisions["acteur_id_2"], strict=True)]
