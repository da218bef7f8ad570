"""What waits for a person: disagreements and proposals, each choice beside the others; and what the person decided of each."""

import hashlib

import pandas as pd

from diagnostic.read.back.called_rows import fold_values
from diagnostic.schema import EDIT_STATES, EMPTY_WORD, NEW_ROW, ROW, ROW_COLUMN, ROW_GONE, ROW_THERE

KINDS = {
    "valeurs": "deux personnes, deux valeurs", "ligne": "une ligne retirée par l'un, corrigée par l'autre",
    "case": "la case de l'inventaire a changé depuis la correction", "propose": "correction proposée", "ajout": "ligne proposée",
    "retrait": "retrait proposé",
}  # fmt: skip
PLACE = ["cle", "genre", "table", "identifiant", "nom", "colonne", "inventaire"]
DECISION = ["decision", "autre_valeur", "decide_par"]
LETTERS = "ABCDEFGH"
KEEP, OTHER = "garder", "autre"
TELL_ROW = {ROW_GONE: "retirer la ligne", ROW_THERE: "garder la ligne"}


def list_waiting(states, edits, rows, written=()):
    """Return what waits for a decision, one row a cell (or a whole row), every choice on it.

    Parameters
    ----------
    states, edits : DataFrame, `row_states.settle_rows` and its edits
    rows : dict of table -> DataFrame of text, index = identifiant: the inventory
    written : collection of str, the saves that the inventory holds already: what is typed over them since is no disagreement

    Returns
    -------
    DataFrame: PLACE (`cle` changes as soon as another correction arrives, `inventaire` is the cell now), `choix` (list of
        (text shown, text written)), `dits` (list of who says each), `suit` (what a decision has seen), `cases` ({colonne: text}: those of
        a row to add, or those that the inventory holds where a removal and a correction meet)
    """
    found = []
    # The cells of a row to add, or of one whose removal is disputed, are told with the row.
    apart = {tuple(row) for row in states.loc[(states["colonne"] == ROW_COLUMN) & (states["etat"] == "conflit"), ROW].to_numpy()}
    added = states["identifiant"].str.startswith(NEW_ROW)
    for state in states[~(added & (states["colonne"] == ROW_COLUMN))].to_dict("records"):
        read = rows.get(state["table"])
        there = read is not None and state["identifiant"] in read.index
        held = str(read.at[state["identifiant"], state["colonne"]] or "") if there and state["colonne"] in read else ""
        if state["colonne"] == ROW_COLUMN:
            held = ROW_THERE if there else ROW_GONE
        kind = _judge(state, held, there, tuple(state[name] for name in ROW) in apart)
        if kind == "case" and state["saisie"] in written:
            continue
        if kind and not (state["identifiant"].startswith(NEW_ROW) and kind == "propose"):
            against = edits[edits["saisie"].isin(state["contre"]) & edits[ROW].eq([state[name] for name in ROW]).all(axis=1)]
            columns = [column for column in against["colonne"].unique() if column != ROW_COLUMN and there and column in read]
            cells = {column: str(read.at[state["identifiant"], column] or "") for column in columns}
            found.append(_show_choices(state, kind, held, edits) | {"cases": cells})
    found += _list_added(states, edits)
    return pd.DataFrame(found, columns=[*PLACE, "choix", "dits", "suit", "cases"])


def _judge(state, held, there, disputed):
    """Return which kind of decision a cell waits for, "" for none."""
    whole = state["colonne"] == ROW_COLUMN
    if state["etat"] == "conflit":
        return "ligne" if whole else "" if disputed and len(state["tetes"]) == 1 else "valeurs"
    if state["etat"] in ("annule", "suit"):
        return ""
    known = set(fold_values(pd.Series(state["chaine"])))
    if there and not whole and fold_values(pd.Series([held]))[0] not in known:
        return "case"
    if state["etat"] == "propose":
        return "retrait" if whole and state["apres"] == ROW_GONE else "propose" if state["apres"] != state["avant"] else ""
    return ""


def _show_choices(state, kind, held, edits):
    """Return the row of one cell that waits: a choice a value, with who says it."""
    said = edits[edits["saisie"].isin([*state["tetes"], *state["contre"]]) & (edits["table"] == state["table"])]
    said = said[said["identifiant"] == state["identifiant"]]
    own = said[(said["colonne"] == state["colonne"]) & said["saisie"].isin(state["tetes"])]
    choices, who = [], []
    for value, part in own.sort_values(["date", "auteur"], kind="stable").groupby("apres", sort=False):
        shown = TELL_ROW.get(value, value) if state["colonne"] == ROW_COLUMN else value or EMPTY_WORD
        choices.append((shown, value))
        who.append(" ; ".join(tell_author(edit) for edit in part.to_dict("records")))
    against = said[said["saisie"].isin(state["contre"]) & (said["colonne"] != ROW_COLUMN)]
    if len(against):
        told = " ; ".join(f"{edit['colonne']} : « {edit['apres'] or EMPTY_WORD} »" for edit in against.to_dict("records"))
        choices.append((f"garder la ligne, {told}", ROW_THERE))
        who.append(" ; ".join(dict.fromkeys(tell_author(edit) for edit in against.to_dict("records"))))
    seen = [*state["tetes"], *state["contre"]]
    digest = "\x1f".join([state["table"], state["identifiant"], state["colonne"], held, *sorted(seen)])
    return {
        "cle": hashlib.sha256(digest.encode()).hexdigest()[:16], "genre": kind, **{name: state[name] for name in ROW}, "nom": state["nom"],
        "colonne": state["colonne"], "inventaire": held, "choix": choices, "dits": who, "suit": seen, "cases": {},
    }  # fmt: skip


def _list_added(states, edits):
    """Return the rows of the inventory-to-be that are proposed, one a row, all their cells in one choice."""
    rows = []
    kept = states[states["identifiant"].str.startswith(NEW_ROW) & (states["colonne"] != ROW_COLUMN) & (states["etat"] == "propose")]
    for (table, name), cells in kept.groupby(ROW, sort=False):
        held = dict(zip(cells["colonne"], cells["apres"], strict=True))
        told = " ; ".join(f"{column} : {text}" for column, text in held.items())
        seen = list(dict.fromkeys(head for heads in cells["tetes"] for head in heads))
        said = edits[edits["saisie"].isin(seen)].drop_duplicates("saisie")
        digest = "\x1f".join([table, name, *sorted(seen)])
        rows.append({
            "cle": hashlib.sha256(digest.encode()).hexdigest()[:16], "genre": "ajout", "table": table, "identifiant": name,
            "nom": cells["nom"].iat[-1], "colonne": ROW_COLUMN, "inventaire": ROW_GONE, "choix": [(told, "")],
            "dits": [" ; ".join(tell_author(edit) for edit in said.to_dict("records"))], "suit": seen, "cases": held,
        })  # fmt: skip
    return rows


def tell_author(edit):
    """Return « CD43, 20/11/2026, accepté, corrections.xlsx »."""
    day = pd.Timestamp(edit["date"][:10]).strftime("%d/%m/%Y")
    return ", ".join(filter(None, [edit["auteur"], day, EDIT_STATES[edit["statut"]], edit["origine"]]))


def lay_out_waiting(waiting):
    """Return `list_waiting` as a person reads and fills it: PLACE, `A` and `dit A` and so on, then the empty cells of DECISION."""
    most = max([2, *(len(choices) for choices in waiting["choix"])]) if len(waiting) else 2
    shown = waiting[PLACE].assign(genre=waiting["genre"].map(KINDS))
    for rank, letter in enumerate(LETTERS[:most]):
        shown[letter] = [choices[rank][0] if rank < len(choices) else "" for choices in waiting["choix"]]
        shown[f"dit_{letter}"] = [who[rank] if rank < len(who) else "" for who in waiting["dits"]]
    return shown.assign(**dict.fromkeys(DECISION, "")).reset_index(drop=True)


def read_decisions(filled, waiting):
    """Return what a person decided, checked against what waits now.

    Parameters
    ----------
    filled : DataFrame of str, `cle` and DECISION, with ORIGIN_COLUMNS
    waiting : DataFrame, `list_waiting`

    Returns
    -------
    decided : list of dict: the row of `waiting`, with `valeur` (text to write; None to give up a row to add), `auteur`, `garde`
        (the inventory is left as it is)
    refused : list of (row of `filled`, message, what to do)
    """
    held = waiting.set_index("cle")
    decided, refused = [], []
    for row in filled[(filled["decision"] != "") | (filled["autre_valeur"] != "")].to_dict("records"):
        if row["cle"] not in held.index:
            refused.append((row, "Déjà décidé, ou une nouvelle correction est arrivée depuis : cette décision n'est pas reprise.",
                            "décidez de nouveau dans le dernier fichier fusion.xlsx"))  # fmt: skip
            continue
        state = held.loc[row["cle"]].to_dict() | {"cle": row["cle"]}
        value, wrong = _read_decision(row, state)
        if not row["decide_par"] and not wrong:
            wrong = "Il manque qui décide."
        if wrong:
            refused.append((row, wrong, f"écrivez {KEEP}, une lettre, ou une valeur dans « autre valeur », et qui décide"))
        else:
            kept = row["decision"].strip().casefold() == KEEP
            decided.append(state | {"valeur": value, "auteur": row["decide_par"], "garde": kept})
    return decided, refused


def _read_decision(row, state):
    """Return (text that the cell will hold, or None to leave all as it is; what is wrong with the decision)."""
    word = row["decision"].strip().casefold()
    if row["autre_valeur"] and word in ("", OTHER, "autre valeur"):
        required = state["colonne"] == ROW_COLUMN
        return row["autre_valeur"].replace(EMPTY_WORD, ""), "Une ligne entière n'a pas d'autre valeur." if required else ""
    if word in (KEEP, "refuser"):
        return (None if state["genre"] == "ajout" else state["inventaire"]), ""
    letter = "A" if word in ("accepter", "oui") and len(state["choix"]) == 1 else word.upper()
    if letter in LETTERS[: len(state["choix"])] and len(letter) == 1:
        return state["choix"][LETTERS.index(letter)][1], ""
    return None, f"« {row['decision']} » n'est pas une décision possible ici."


def make_decision(state, *, moment, origine, empreinte):
    """Return the save of a decision (`read_decisions`): the value kept, after all that was shown.

    The cells that a removal disputed go back to what the inventory holds when the whole row is left as it is.
    """
    digest = hashlib.sha256(f"{state['cle']}\x1f{state['valeur']}\x1f{state['auteur']}".encode()).hexdigest()[:16]
    added = state["genre"] == "ajout"
    cells = state["cases"] if added else {state["colonne"]: state["valeur"]} | (state["cases"] if state["garde"] else {})
    before = dict.fromkeys(cells, "") if added else {state["colonne"]: state["inventaire"]} | state["cases"]
    cases = [{"colonne": column, "avant": before[column], "apres": text, "suit": list(state["suit"])} for column, text in cells.items()]
    return {
        "saisie": f"decision_{digest}", "date": moment, "auteur": state["auteur"], "statut": "accepte",
        "geste": "ajout" if added else "decision", "table": state["table"], "identifiant": state["identifiant"], "nom": state["nom"],
        "fichier": "", "feuille": "", "ligne": None, "origine": origine, "empreinte": empreinte, "parent": "", "cases": cases,
    }  # fmt: skip

