"""What the command line shows: the step under way, counts, problems, faults; in French, on any console."""

import re
import traceback
from pathlib import Path

from pandas import NA
from rich.console import Console
from rich.table import Table

from diagnostic import run as way

ERROR_DATA = 1  # the code of the house: no output because of the data
console = Console(highlight=False, soft_wrap=True, emoji=False)  # « :x: » in a cell is no picture
errors = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


class Progress:
    """The step under way: a moving mark in a terminal, a line a step elsewhere."""

    step = ""  # the last one told: where a fault that names no file is said to be

    def __init__(self, first):
        self.status = errors.status(first) if errors.is_terminal else None
        self.last = Progress.step = first

    def __enter__(self):
        if self.status:
            self.status.start()
        else:
            errors.print(f"… {self.last}", markup=False)
        return self

    def tell(self, step):
        if self.status:
            self.status.update(step)
        elif step != self.last:
            errors.print(f"… {step}", markup=False)
        self.last = Progress.step = step

    def __exit__(self, *_):
        if self.status:
            self.status.stop()


def show_counts(counts):
    counts = counts[counts["lues"] > 0]
    columns = {"Lues": "lues", "Dans": "dans_territoire", "Hors": "hors_territoire", "Fusionnées": "fusionnees", "Écartées": "ecartees"}
    if not counts["fusionnees"].any():
        columns.pop("Fusionnées")
    parts = "dans le territoire + hors du territoire + " + ("fusionnées + " if "Fusionnées" in columns else "") + "écartées"
    table = Table(title=f"Lignes lues = {parts}", title_justify="left")
    for heading in ("Fichier, feuille", *columns):
        table.add_column(heading, justify="left" if heading not in columns else "right", overflow="fold")
    for row in counts.itertuples():
        table.add_row(f"{row.fichier}, {row.feuille}", *(str(getattr(row, name)) for name in columns.values()))
    console.print(table)


def show_examined(examined):
    """Show how many layers were examined, and what stops or is to be seen in them; the rest is in the workbook."""
    told = examined[examined["resultat"].isin(["bloquant", "a_voir"])]
    told = told.sort_values("resultat", key=lambda codes: codes.ne("bloquant"), kind="stable")
    stopped = told.loc[told["resultat"] == "bloquant", "couche"].nunique()
    number = f"{examined['couche'].nunique()}, dont {stopped} illisibles ou vides" if stopped else f"{examined['couche'].nunique()}"
    console.print(f"Découpages examinés : {number} ; points à voir : {len(told)} (examen_des_couches.xlsx).")
    for row in told.drop_duplicates(["couche", "resultat"]).head(5).itertuples():
        word = "BLOQUANT, " if row.resultat == "bloquant" else ""
        console.print(f"  {word}{row.couche}, {row.libelle} : {row.message}", markup=False)


def show_problems(problems, heading="Problèmes"):
    if heading != "Problèmes" and not len(problems):
        return
    console.print(f"{heading} : {way.count_problems(problems)}")
    # What stops a row, then what is told of a whole sheet: a sheet that is missing or not read is seen without opening a file.
    grave = problems["gravite"].isin(["bloquant", "erreur"])
    whole = (problems["gravite"] == "attention") & problems["ligne"].isna()
    shown = problems.assign(second=~grave)[grave | whole].sort_values("second", kind="stable").head(5)
    for row in shown.astype({"ligne": "Int64"}).itertuples():
        line = f"ligne {row.ligne}" if row.ligne is not NA else ""
        place = ", ".join(filter(None, [row.fichier, row.feuille, line]))
        what = row.probleme[:1].upper() + row.probleme[1:]
        console.print(f"  {place} : {what.removesuffix('.')}. À faire : {row.a_faire.removesuffix('.')}.", markup=False)


def show_replaced(replaced):
    for row in replaced.itertuples():
        message = f"{row.fichier}, {row.feuille}, ligne {row.ligne}, {row.colonne} : « {row.avant} » remplacé par « {row.correction} »"
        console.print(f"  {message}", markup=False)


def quote_path(path):
    """Return a path as it is typed in a terminal, between quotation marks where it needs them."""
    return f'"{path}"' if re.search(r"[^\w./\\:-]", str(path)) else str(path)


def describe_fault(error):
    """Return the three lines of a fault of the program itself."""
    trace = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"Erreur imprévue : {type(error).__name__} : {error}\nOù : {Path(trace.filename).name}, ligne {trace.lineno} (programme)\n"
        "À faire : signalez-la avec ces trois lignes ; vos fichiers n'ont pas été modifiés."
    )
