"""The one-page form of a partner, filled in Word or LibreOffice -> its corrections; what is free text is told, to be typed by a person."""

import re
import zipfile
from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.merge_book import make_rows
from diagnostic.schema import join_problems, list_problems
from diagnostic.vocabulary import normalize_label

REFERENCE = re.compile(r"Réf\.\s*(\S+?)\s*,\s*n°")
SIGNED = re.compile(r"Rempli par[^:]*:(.*?)Le\s*:(.*)$", re.DOTALL)
TICKED = re.compile(r"^\s*(?:[☒☑✓✔✗☐]?\s*[xX✓✔]\s|[☒☑✓✔])")
KNOWN, ASKED = "cequenousavons", "votrecorrection"
COLUMNS = {"mis a jour le": "date_maj"}  # the one label that is neither a column nor what the schema calls it
EMPTY = {"", "—", "-"}
LARGEST = 20_000_000  # bytes


def read_form(path, *, qui, quand, statut):
    """Read a form that a partner gave back.

    Parameters
    ----------
    path : path-like, DOCX; its reference (« Réf. ») says which actor it speaks of
    qui, quand, statut : str, where the form does not say: the structure itself fills its own form

    Returns
    -------
    rows : DataFrame, READ_COLUMNS of `merge_book`: a cell corrected is a change, « Tout est juste » ticked a confirmation
    problemes : DataFrame: new links, structures that are missing, lines added by hand: no cell of the inventory is their place

    Raises
    ------
    DiagnosticError
        Not a DOCX, or a form without its reference.
    """
    path = Path(path)
    document = _open(path)
    texts = [paragraph.text.replace("\u00a0", " ").strip() for paragraph in document.paragraphs]
    found = next((match[1] for match in map(REFERENCE.search, texts) if match), "")
    if not found:
        fix = "donnez un formulaire écrit par « diagnostic atelier », rendu en DOCX, avec sa dernière ligne (Réf.)"
        raise DiagnosticError("Ce document n'est pas un formulaire : sa référence n'y est pas.", path.name, fix)
    signed = next((match for match in map(SIGNED.search, texts) if match), None)
    who, when = (re.sub(r"[.…_\s]+", " ", part).strip() for part in (signed.groups() if signed else ("", "")))
    shared = {
        "table": "acteurs", "identifiant": found, "qui": who or qui or found, "quand": when or quand, "statut": statut,
        "fichier": path.name, "feuille": "formulaire",
    }  # fmt: skip
    rows, told = [], []
    for table in document.tables:
        lines = [[cell.text.replace("\u00a0", " ").strip() for cell in line.cells] for line in table.rows]
        heads = [normalize_label(cell) for cell in lines[0]] if lines else []
        if KNOWN in heads and ASKED in heads:
            found_rows, found_told = _read_facts(lines[1:], heads.index(ASKED))
            rows += found_rows
            told += found_told
        else:
            told += [(line, " ; ".join(filter(None, cells))) for line, cells in enumerate(lines[1:], start=2) if any(cells)]
    if any(TICKED.match(text) and "toutestjuste" in normalize_label(text) for text in texts) and not rows:
        rows = [{"action": "confirmer", "ligne": 1}]
    return make_rows([shared | row for row in rows]), _tell(told, shared)


def _open(path):
    import docx

    if path.stat().st_size > LARGEST:
        raise DiagnosticError("Ce document est trop gros pour un formulaire.", path.name, "enlevez ses images, ou vérifiez le fichier")
    try:
        return docx.Document(str(path))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, docx.opc.exceptions.PackageNotFoundError) as error:
        raise DiagnosticError("Ce document est abîmé, ou n'est pas un DOCX.", path.name, "enregistrez-le de nouveau en DOCX") from error


def _read_facts(lines, asked):
    """Return (changes, lines whose label the form did not have) of the table « Ce que nous savons »."""
    rows, told = [], []
    for line, cells in enumerate(lines, start=2):
        label, text = cells[0], cells[asked] if asked < len(cells) else ""
        if text in EMPTY:
            continue
        if label in EMPTY:
            told.append((line, text))
            continue
        column = COLUMNS.get(" ".join(label.casefold().replace("à", "a").split()), label)
        rows.append({"action": "changer", "colonne": column, "valeur": text, "ligne": line})
    return rows, told


def _tell(told, shared):
    rows = pd.DataFrame({"fichier": shared["fichier"], "feuille": shared["feuille"], "ligne": [line for line, _ in told]})
    message = "Écrit à la main dans le formulaire, hors des cases de correction : ce texte n'est pas repris."
    fix = "recopiez-le dans le classeur de corrections (ajouter un lien, une structure)"
    return join_problems(list_problems("attention", rows, message, fix, valeur=[text for _, text in told]) if told else None)
