"""The journal of a copy of the inventory: every edit, and what became of it; what somebody changed in it by hand."""

import pandas as pd

from diagnostic.run.edits import WRITTEN, list_written
from diagnostic.schema import (
    EDIT_STATES,
    JOURNAL_COLUMNS,
    ROW_COLUMN,
    ROW_GONE,
    join_problems,
    list_problems,
    locate_sheet,
    sign_content,
)

UNDONE = "annulé"
ALREADY = "non écrit : la case a changé depuis, ou contient déjà cette valeur"


def tell_journal(opened, made, places):
    """Return the journal of a copy: what former copies wrote and that still stands, every other edit, and the undoings.

    Parameters
    ----------
    opened : dict, `edits.open_edits`
    made : dict, `edited_copy.prepare_copy`
    places : dict of identifiant -> (feuille, ligne) of the rows added
    """
    from diagnostic.read.back.edits import read_undoings

    edits, states = made["saisies"], made["etats"]
    undone = set(edits.loc[edits["annulee"] != "", "saisie"])
    former = opened["journal"][opened["journal"]["effet"] == WRITTEN]
    former = former[~former["saisie"].isin(undone)]
    written = {
        (row.table, row.identifiant, row.colonne) for name in ("changees", "retirees", "ajoutees") for row in made[name].itertuples()
    }
    lines = _tell_edits(edits[~edits["saisie"].isin(set(former["saisie"]))], states, written, made["places"] | places)
    undoings = [
        {"saisie": row.annulation, "date": row.date[:19].replace("T", " "), "auteur": row.auteur, "statut": EDIT_STATES["accepte"],
         "effet": UNDONE, "geste": "annulation", "avant": row.annule}
        for row in read_undoings(opened["dossier"]).itertuples()
    ]  # fmt: skip
    told = pd.DataFrame([*lines, *undoings], columns=list(JOURNAL_COLUMNS))
    return pd.concat([former, told], ignore_index=True).drop(columns="controle").fillna("").pipe(sign_lines)


def sign_lines(journal):
    """Return the journal with, in `controle`, what shows that a line was changed by hand: as it will be read again."""
    from diagnostic.read.formats.files import clean_cells

    texts = journal.astype(str)
    read = clean_cells(texts)
    return texts.assign(controle=[sign_content(line)[:12] for line in read.to_dict("records")])


def _tell_edits(edits, states, written, seats):
    """Return one line an edit, with what became of it in this copy."""
    by_cell = states.set_index(["table", "identifiant", "colonne"])
    lines = []
    for edit in edits.to_dict("records"):
        row, cell = (edit["table"], edit["identifiant"]), (edit["table"], edit["identifiant"], edit["colonne"])
        whole = edit["geste"] == "retrait"
        state = by_cell.loc[(*row, ROW_COLUMN) if whole else cell]
        sheet, line = seats.get(row) or seats.get(edit["identifiant"]) or (edit["feuille"], edit["ligne"])
        lines.append({
            **{name: edit[name] for name in JOURNAL_COLUMNS if name in edit},
            "date": edit["date"][:19].replace("T", " ").removesuffix(" 00:00:00"), "statut": EDIT_STATES[edit["statut"]],
            "effet": _tell_effect(edit, state, cell in written or (whole and any(part[:2] == row for part in written))),
            "feuille": sheet, "ligne": "" if pd.isna(line) else str(line),
        })  # fmt: skip
    return lines


def _tell_effect(edit, state, written):
    if edit["annulee"]:
        return UNDONE
    if edit["geste"] == "retrait" and state["valeur"] == ROW_GONE:
        return WRITTEN  # the row is gone: now, or from the inventory already
    if edit["colonne"] == ROW_COLUMN and edit["geste"] in ("confirmation", "decision") and edit["apres"] == state["valeur"]:
        return WRITTEN
    accepted = edit["statut"] == "accepte" or written
    if state["valeur"] is not None and edit["apres"] == state["valeur"] and edit["geste"] != "retrait" and accepted:
        return WRITTEN if written else ALREADY
    if state["etat"] == "conflit" and edit["saisie"] in (*state["tetes"], *state["contre"]):
        return "non écrit : une autre saisie dit autre chose"
    if edit["saisie"] in state["tetes"] and edit["statut"] == "propose":
        return "non écrit : proposé seulement"
    if state["etat"] == "suit":
        return "non écrit : attend le retrait dont il dépend"
    return "remplacé par une saisie plus récente"


def check_journal(opened, edits):
    """Return the `problemes` of a journal that does not say any more what was written: a line changed, added or taken out by hand.

    The saves of the dossier are what counts; a line that is wrong is told and nothing is drawn from it.

    Parameters
    ----------
    opened : dict, `edits.open_edits`
    edits : DataFrame, `read.back.edits.read_edits`
    """
    journal, file = opened["journal"], opened["fichiers"][0].name
    if not len(journal):
        return join_problems()
    signed = journal[journal["controle"] != ""]
    right = sign_lines(signed.drop(columns="controle"))["controle"] if len(signed) else signed["controle"]
    said = edits.drop_duplicates(["saisie", "colonne"]).set_index(["saisie", "colonne"])
    told = []
    for place, line in signed[signed["controle"] != right].iterrows():
        where = locate_sheet(file, opened["feuille_journal"], place + 2)
        key = (line["saisie"], line["colonne"])
        kept = said.loc[key] if key in said.index else None
        real = f" : la saisie dit « {kept['avant']} » puis « {kept['apres']} »" if kept is not None else ""
        message = f"Cette ligne du journal a été changée à la main{real}. Le dossier saisies fait foi, rien n'est perdu."
        told.append(list_problems("attention", where, message, "rien : la prochaine copie la récrit", colonne="contrôle",
                                  valeur=f"{line['avant']} → {line['apres']}"))  # fmt: skip
    lost = sorted(list_written(opened) - set(edits["saisie"]) - set(journal.loc[journal["geste"] == "annulation", "saisie"]))
    if lost:
        where = locate_sheet(file, opened["feuille_journal"])
        message = f"Le journal cite {len(lost)} saisies qui ne sont plus dans le dossier saisies : {', '.join(lost[:3])}."
        fix = "remettez le dossier saisies à côté de l'inventaire ; sans lui, ces corrections restent mais ne s'annulent plus"
        told.append(list_problems("attention", where, message, fix, colonne="saisie"))
    return join_problems(*told)
