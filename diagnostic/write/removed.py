"""What an edition does not show, as a file beside its outputs: tables, columns and rows counted, with why; never what was removed."""

from pathlib import Path

import pandas as pd

from diagnostic.vocabulary import read_vocabulary
from diagnostic.write.atomic import write_atomic

NAME = "retraits.csv"
HEADINGS = {"table": "feuille", "objet": "ce qui a été retiré", "nombre": "combien", "raison": "pourquoi"}
NOTHING = ["", "rien", 0, "cette édition montre tout ce que le dossier contient, hors noms de personnes"]


def write_removed(retraits, folder):
    """Write the list of what was removed from an edition in its folder; one line says it when nothing was.

    Parameters
    ----------
    retraits : DataFrame table, objet, nombre, raison (`edition.filter_edition`)
    folder : path-like

    Returns
    -------
    Path
    """
    sheets = read_vocabulary("tables").set_index("table")["feuille"]
    rows = retraits.assign(table=[sheets.get(name, "") or name for name in retraits["table"]]).rename(columns=HEADINGS)
    if not len(rows):
        rows = pd.DataFrame([NOTHING], columns=list(HEADINGS.values()))
    path = Path(folder) / NAME
    with write_atomic(path) as temporary:
        rows.to_csv(temporary, sep=";", index=False, encoding="utf-8-sig", lineterminator="\n")
    return path
