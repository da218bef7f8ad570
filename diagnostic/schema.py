"""Tables of a dossier and their columns, read from `vocabulary/colonnes.csv`.

Every column is declared once: its status (R required, r recommended, o optional), its kind
(`texte`, `id`, `choix`, `liste`, `date`...), the vocabulary it draws from, and the French aliases
accepted in its place; `vocabulary/editions.csv` says the widest edition that may show it.
Reading, checking, the empty template and the editions all start here.
"""

import hashlib
import json
import re
from functools import cache

import pandas as pd

from diagnostic.vocabulary import normalize_label, read_vocabulary
from diagnostic.vocabulary.editions import EDITIONS, find_column_edition  # noqa: F401 (schema lends EDITIONS)

PROBLEM_COLUMNS = ["gravite", "fichier", "feuille", "ligne", "colonne", "valeur", "probleme", "proposition", "a_faire"]
GRAVITES = ["bloquant", "erreur", "attention", "information"]
# Where the schema says what a cell may hold rather than what it is.
COLUMN_LABELS = {"champ": "Champ", "diffusion": "Diffusion", "intensite": "Intensité", "remarques": "Remarques", "source": "Source"}
# What a person wrote in problemes.xlsx, one row a cell; `nom` is what the row was called, so that no other row is corrected.
CORRECTION_COLUMNS = ["fichier", "feuille", "ligne", "nom", "colonne", "valeur", "correction"]
DECISION_COLUMNS = ["acteur_id_1", "acteur_id_2", "decision", "note"]
# One row a cell that a person wrote, in the application or in a file that was merged: the one model of a correction.
# `suit` names the edits of the same cell that its author had seen; `fusion`, `origine` and `empreinte` the merge, the file and its
# SHA-256 where it comes from one; `parent` the removal that takes this row along; `annulee` the undoing in force, "" when there is none.
EDIT_COLUMNS = [
    "saisie", "date", "auteur", "statut", "geste", "table", "identifiant", "nom", "fichier", "feuille", "ligne", "colonne", "avant",
    "apres", "suit", "fusion", "origine", "empreinte", "parent", "annulee",
]  # fmt: skip
EDIT_STATES = {"propose": "proposé", "accepte": "accepté"}
NEW_ROW = "nouveau:"  # begins the identifier of a row that only the edits know
# What names a row of a dossier, in a table of edits.
ROW = ["table", "identifiant"]
ROW_COLUMN = "(ligne)"  # in place of a column: the whole row
ROW_THERE, ROW_GONE = "présente", "absente"  # what the cell ROW_COLUMN holds
# What a correction asks for, as written in the small workbook, and what the edit says it does.
ACTIONS = {"ajouter": "ajout", "changer": "modification", "retirer": "retrait", "confirmer": "confirmation"}
# The tables that a merge may correct: no person, no setting.
MERGED_TABLES = (
    "acteurs", "dispositifs", "participations", "liens", "postes", "instances", "reseaux", "adhesions", "affiliations", "enquete",
    "couverture_inventaire", "couverture_dispositifs", "ressorts", "territoires",
)  # fmt: skip
# One row a correction read in a file, before it becomes an edit: {column: heading}.
MERGE_COLUMNS = {
    "action": "action", "table": "table", "identifiant": "identifiant", "colonne": "colonne", "avant": "valeur actuelle",
    "valeur": "nouvelle valeur", "qui": "qui", "quand": "quand", "statut": "statut", "note": "note",
}  # fmt: skip
CAME, WENT, CHANGED = "apparu", "disparu", "changé"  # what became of a row between two states of a dossier
DOSSIER_VERSION = 1  # of the tables and of the saves; a dossier of a later one is refused
JOURNAL_SHEET = "journal"  # of a copy of the inventory: who wrote what
# Its columns: {column: heading}. « effet » says whether this copy holds the edit, or why not; « contrôle » shows a line changed by hand.
JOURNAL_COLUMNS = {
    "saisie": "saisie", "date": "date", "auteur": "auteur", "statut": "statut", "effet": "effet", "table": "table",
    "identifiant": "identifiant", "nom": "nom", "feuille": "feuille", "ligne": "ligne", "colonne": "colonne", "avant": "avant",
    "apres": "après", "geste": "geste", "fusion": "fusion", "origine": "fichier source", "empreinte": "empreinte du fichier",
    "controle": "contrôle",
}  # fmt: skip
EMPTY_WORD = "(vide)"  # written as a correction, it empties the cell
CUT_WORD = " [texte coupé]"  # ends a text longer than a spreadsheet's cell
ROW_NAME_LENGTH = 120
# The headings of the sheet problemes of problemes.xlsx, in order: {column: heading}.
PROBLEM_HEADINGS = {
    "gravite": "gravité", "fichier": "fichier", "feuille": "feuille", "ligne": "ligne", "nom": "nom", "colonne": "colonne",
    "valeur": "valeur lue", "probleme": "problème", "proposition": "correction proposée", "accepter": "accepter",
    "correction": "votre correction", "a_faire": "à faire",
}  # fmt: skip
# One sheet a table with rows set aside, and beside it, hidden, the same cells as they were read.
TO_CORRECT_SHEET, ORIGINAL_SHEET = "a_corriger_", "origine_"
EXAMPLE_PREFIX = "exemple-"  # begins the identifiers of the example rows of the template, never read
# Where a row was read: kept beside the data from the first byte to the last message.
ORIGIN_COLUMNS = ["fichier", "feuille", "ligne"]

RECORD_COLUMNS = [
    "mesure", "territoire", "couche_a", "couche_b", "groupe_a", "groupe_b", "valeur", "numerateur", "denominateur",
    "ponderation", "reference", "couverture", "raison_absence", "millesime", "edition",
]  # fmt: skip


def sign_content(content):
    """Return what shows that a save or a line of the journal was changed by hand: the SHA-256 of a dict, but for its key `controle`.

    Examples
    --------
    >>> sign_content({"a": 1}) == sign_content({"a": 1, "controle": "x"}), len(sign_content({}))
    (True, 64)
    """
    held = {name: value for name, value in content.items() if name != "controle"}
    return hashlib.sha256(json.dumps(held, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@cache
def list_columns():
    """Return the declared columns as a table (table, colonne, statut, genre, liste, edition, alias, description)."""
    columns = read_vocabulary("colonnes")
    return columns.assign(edition=[find_column_edition(*key) for key in zip(columns["table"], columns["colonne"], strict=True)])


def list_tables():
    """Return the names of the tables a dossier may hold, in the order of the workbook."""
    return list(list_columns()["table"].unique())


@cache
def list_vocabularies():
    """Return the names of the vocabularies that columns draw from."""
    names = list_columns()["liste"].str.removesuffix("+")
    return sorted(name for name in names.unique() if name and not name.startswith("ref:"))


@cache
def describe_table(table):
    """Return the columns declared for `table`, indexed by column name."""
    columns = list_columns()
    return columns[columns["table"] == table].set_index("colonne")


@cache
def map_aliases(table):
    """Return {normalised heading: column} for `table`, the column's own name included."""
    described = describe_table(table)
    aliases = {}
    for column, cell in described["alias"].items():
        for alias in [column, *filter(None, cell.split(";"))]:
            aliases[normalize_label(alias)] = column
    # A column's own name wins over another column's alias.
    aliases.update({normalize_label(column): column for column in described.index})
    return aliases


def name_column(table, column):
    """Return what a reader calls a column: the first words of what the schema says of it.

    Examples
    --------
    >>> name_column("acteurs", "siren"), name_column("liens", "intensite"), name_column("liens", "(ligne)")
    ('SIREN', 'Intensité', 'Ligne entière')
    """
    if column == ROW_COLUMN:
        return "Ligne entière"
    if column in COLUMN_LABELS:
        return COLUMN_LABELS[column]
    return re.split(r" \(| : |, ", describe_table(table).at[column, "description"])[0]


def make_table(table):
    """Return `table` without rows: every declared column, plus where a row was read."""
    columns = [*describe_table(table).index, *ORIGIN_COLUMNS]
    return pd.DataFrame({column: pd.Series(dtype="object" if column != "ligne" else "Int64") for column in columns})


def is_imported(rows):
    """Return the mask of the rows read in the folder imports/ of a dossier, by where they were read (`fichier`)."""
    origin = rows.reindex(columns=["fichier"])["fichier"].astype("object").fillna("").astype("str")
    return origin.str.contains(r"(?:^|[\\/])imports[\\/]", regex=True).astype(bool)


def locate_sheet(fichier, feuille, ligne=pd.NA):
    """Return where a problem of a whole sheet, or of one of its lines, is: one row of ORIGIN_COLUMNS, for `list_problems`."""
    return pd.DataFrame({"fichier": [fichier], "feuille": [feuille], "ligne": pd.array([ligne], dtype="Int64")})


def list_problems(gravite, rows, probleme, a_faire, *, colonne="", valeur="", proposition=""):
    """Return `problemes` rows for the rows of a table that carries ORIGIN_COLUMNS.

    Parameters
    ----------
    gravite : {"bloquant", "erreur", "attention", "information"}
    rows : DataFrame with ORIGIN_COLUMNS, one line a problem
    probleme, a_faire, valeur : str or sequence of str, one a row
    colonne : str, the heading as the user sees it
    proposition : str or sequence of str, what to write in the cell instead, when that is known: never applied by itself
    """
    if not len(rows):
        return join_problems()
    located = rows.reindex(columns=ORIGIN_COLUMNS).reset_index(drop=True)
    problems = located.assign(gravite=gravite, colonne=colonne)
    for name, values in {"valeur": valeur, "probleme": probleme, "proposition": proposition, "a_faire": a_faire}.items():
        if isinstance(values, pd.Series):  # a column of text gives its cells at once, an iteration one by one
            values = values.to_numpy(dtype=object)
        problems[name] = values if isinstance(values, str) else pd.Series(list(values), dtype="object")
    return problems[PROBLEM_COLUMNS]


def join_problems(*parts):
    """Return the parts that hold rows, one below the other, as one `problemes` table; `nom` (what a row is called) stays after `ligne`."""
    parts = [part for part in parts if part is not None and len(part)]
    if not parts:
        return pd.DataFrame(columns=PROBLEM_COLUMNS)
    joined = pd.concat(parts, ignore_index=True)
    if "nom" not in joined:
        return joined[PROBLEM_COLUMNS]
    after = PROBLEM_COLUMNS.index("ligne") + 1
    return joined.assign(nom=joined["nom"].fillna(""))[[*PROBLEM_COLUMNS[:after], "nom", *PROBLEM_COLUMNS[after:]]]
