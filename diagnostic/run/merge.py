"""Corrections of all kinds merged into a dossier: read, linked, kept in saisies/, and a copy of the inventory that holds them."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.run.edited_copy import prepare_copy, save_copy
from diagnostic.run.edited_journal import check_journal
from diagnostic.run.edits import WRITTEN, list_written, open_edits, read_states
from diagnostic.run.lock import lock_outputs
from diagnostic.schema import MERGED_TABLES, join_problems, list_problems

MERGE_FILE = "fusion.xlsx"
FORM_FILE = "corrections_a_remplir.xlsx"
LAST = "dernier"


def merge(folder, paths, *, qui="", quand="", statut="propose"):
    """Merge files of corrections into a dossier.

    Parameters
    ----------
    folder : path-like, the dossier
    paths : sequence of path-like: the small workbook, the form of a partner, a map, a copy of the inventory, fusion.xlsx decided
    qui, quand, statut : str, for the files that do not say it themselves (maps, copies, forms)

    Returns
    -------
    dict: `fusion` (name, "" when nothing is new), `comptes_lus` (dict nouvelles, deja_fusionnees, sans_effet, decisions: int), `comptes`
        (dict conflits, en_attente: int), `lignes` (DataFrame table, avant, retirees, ajoutees, apres), `retraits` (DataFrame, what a
        removal takes along),
        `copie` (`edited_copy.save_copy`, or None when the inventory needs no change), `problemes`, `fichiers` (list of Path),
        `journal` (the lines of this merge), `attente` (`conflicts.list_waiting`), `nouveau` (bool)

    Raises
    ------
    DiagnosticError
        A file that is none of those, an author missing, decisions of fusion.xlsx not taken yet; nothing is written then.
    """
    from diagnostic.read.back.conflicts import make_decision
    from diagnostic.read.back.edits import read_names
    from diagnostic.read.back.linking import link_corrections
    from diagnostic.read.fingerprints import fingerprint
    from diagnostic.run.merge_places import tell_towns
    from diagnostic.run.merge_sources import read_sources
    from diagnostic.write.edits import write_merge, write_undoing

    folder, paths = Path(folder), [Path(path) for path in paths]
    opened = open_edits(folder)
    with lock_outputs(folder / "saisies"):
        protect_decisions(folder, paths)
        edits, states, unread = read_states(opened)
        moment = datetime.now().astimezone().isoformat(timespec="seconds")
        prints = {path.name: fingerprint(path) for path in paths}
        known = {
            "lues": opened["lues"], "nettes": opened["nettes"], "listes": opened["listes"], "edits": edits, "states": states,
            "ecrites": list_written(opened), "empreintes": prints, "vues": read_names(folder),
        }  # fmt: skip
        read = read_sources(opened, paths, known, qui=qui, quand=quand, statut=statut)
        saves, counts, problems = link_corrections(read["lignes"], known | read["connues"], moment=moment)
        problems = join_problems(problems, tell_towns(opened, saves, read["lignes"]))
        decided = [state | {"fichier": name} for name, states_ in read["decisions"] for state in states_]
        saves = read["saisies"] + saves
        saves += [
            make_decision(state, moment=moment, origine=state["fichier"], empreinte=prints[state["fichier"]])
            for state in decided if state["valeur"] is not None
        ]  # fmt: skip
        author = qui or ", ".join(dict.fromkeys(save["auteur"] for save in saves))
        real = [save for save in saves if save["cases"]]
        name = write_merge(folder, saves, auteur=author).stem if saves else ""
        for given_up in {save for state in decided if state["valeur"] is None for save in state["suit"]}:
            write_undoing(folder, given_up, auteur=next(state["auteur"] for state in decided if given_up in state["suit"]))
        problems = join_problems(read["problemes"], problems, check_journal(opened, edits), _tell_unread(unread))
        counts |= {"nouvelles": counts["nouvelles"] + len(read["saisies"]), "decisions": len(decided)}
        return finish(opened, name if real else "", problems, new=bool(real or decided)) | {"comptes_lus": counts}


def undo(folder, name=LAST, *, qui):
    """Undo a merge, a save or an undoing; what it had written stays in saisies/, and the undoing is in the journal too.

    Parameters
    ----------
    folder : path-like
    name : str, what `list_merges` calls it, or « dernier »: the latest merge that is not undone
    qui : str

    Returns
    -------
    dict, as `merge`; `annule` is the name of what is undone

    Raises
    ------
    DiagnosticError
        Nobody by that name, undone already, or nobody says who undoes.
    """
    from diagnostic.write.edits import write_undoing

    opened = open_edits(folder)
    with lock_outputs(Path(folder) / "saisies"):
        target = _find_merge(folder, name)
        if not qui.strip():
            raise DiagnosticError("Il manque qui annule.", f"annulation de {target}", "ajoutez --qui et vos initiales ou votre structure")
        protect_decisions(Path(folder), [])
        write_undoing(folder, target, auteur=qui.strip())
        return finish(opened, "", join_problems(), new=True) | {"annule": target}


def list_merges(folder):
    """Return the merges of a dossier and its undoings, oldest first; see `read.back.edits.read_merges`."""
    from diagnostic.read.back.edits import read_merges, read_undoings

    return read_merges(folder), read_undoings(folder)


def _find_merge(folder, name):
    """Return what is to be undone."""
    from diagnostic.read.back.edits import find_undone, read_edits

    merges, undoings = list_merges(folder)
    force = find_undone(undoings)
    standing = merges.loc[merges["annulee"] == "", "fusion"].tolist()
    where, listed = f"dossier {Path(folder).name}", "diagnostic fusionner DOSSIER --liste montre les fusions"
    if name == LAST:
        if not standing:
            raise DiagnosticError("Aucune fusion à annuler.", where, listed)
        return standing[-1]
    known = [*merges["fusion"], *undoings["annulation"], *read_edits(folder)[0]["saisie"].unique()]
    found = [one for one in known if one == name] or [one for one in known if name and (one.endswith(name) or one.startswith(name))]
    if len(found) != 1:
        what = "Plusieurs fusions portent ce nom." if found else "Fusion inconnue."
        raise DiagnosticError(f"« {name} » : {what[0].lower()}{what[1:]}", where, listed)
    if found[0] in force:
        fix = f"pour la reprendre, annulez l'annulation : --annuler {force[found[0]]}"
        raise DiagnosticError(f"« {found[0]} » est déjà annulée.", where, fix)
    return found[0]


def finish(opened, name, problems, *, new):
    """Write the copy of the inventory when there is something to write in it, and fusion.xlsx; say what changed."""
    from diagnostic.read.back.conflicts import list_waiting

    made = prepare_copy(opened)
    waiting = list_waiting(made["etats"], made["saisies"], opened["lues"], list_written(opened))
    conflict = waiting["genre"].isin(["valeurs", "ligne", "case"])
    differs = any(len(made[part]) for part in ("changees", "retirees", "ajoutees"))
    # A copy cut short, or thrown away, is made again even where nothing is new.
    copy = save_copy(opened["dossier"], opened=opened) if differs and (new or not _is_copied(opened, made)) else None
    journal = copy["journal"] if copy else _tell_alone(opened, made)
    own = journal[journal["fusion"] == name] if name else journal.iloc[:0]
    target = opened["dossier"] / "sorties" / "interne" / MERGE_FILE
    written = [copy["fichier"]] if copy else []
    if new or (len(waiting) and not target.exists()):
        written.append(_write_book(target, waiting, conflict, own, problems))
    counts = {"conflits": int(conflict.sum()), "en_attente": int((~conflict).sum())}
    return {
        "fusion": name, "comptes": counts, "lignes": _count_rows(opened, made), "retraits": _list_taken(made), "copie": copy,
        "problemes": problems, "fichiers": written, "journal": own, "attente": waiting, "nouveau": new,
    }  # fmt: skip


def _is_copied(opened, made):
    """Return whether a copy beside the inventory holds already what the next one would."""
    from diagnostic.read.inventory.edited_places import read_all_sheets, read_journal

    def list_saves(journal):
        return set(journal.loc[journal["effet"] == WRITTEN, "saisie"])

    wanted = list_saves(_tell_alone(opened, made))
    copies = sorted(opened["dossier"].glob("inventaire_*.xls[xm]"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in copies:
        with suppress(DiagnosticError):
            if list_saves(read_journal(read_all_sheets([path]))[0]) == wanted:
                return True
    return False


def _tell_alone(opened, made):
    from diagnostic.run.edited_journal import tell_journal

    return tell_journal(opened, made, {})


def _write_book(target, waiting, conflict, journal, problems):
    from diagnostic.read.back.conflicts import lay_out_waiting
    from diagnostic.write.merge_book import write_merge_book

    shown = lay_out_waiting(waiting).assign(conflit=conflict.to_numpy(bool))
    return write_merge_book(target, waiting=shown, journal=journal, problemes=problems)


def _count_rows(opened, made):
    """Return how many rows each table has, how many go and come: rows before - removed + added = rows after."""
    counts = pd.DataFrame({"table": list(MERGED_TABLES), "avant": [len(opened["lues"][name]) for name in MERGED_TABLES]})
    for column, part in (("retirees", made["retirees"]), ("ajoutees", made["ajoutees"])):
        number = part.drop_duplicates(["table", "identifiant"])["table"].value_counts()
        counts[column] = counts["table"].map(number).fillna(0).astype(int)
    return counts.assign(apres=counts["avant"] - counts["retirees"] + counts["ajoutees"])


def _list_taken(made):
    """Return the rows that go with a removed one: what removes them (`parent`), table, identifiant, nom."""
    gone = made["retirees"].drop_duplicates(["table", "identifiant"])[["table", "identifiant"]]
    edits = made["saisies"]
    named = edits[edits["parent"] != ""].drop_duplicates(["table", "identifiant"])[["table", "identifiant", "nom", "parent"]]
    return gone.merge(named, on=["table", "identifiant"])


def protect_decisions(folder, paths):
    """Refuse to write fusion.xlsx again where it holds decisions that nobody has merged yet.

    Raises
    ------
    DiagnosticError
    """
    from diagnostic.run.merge_sources import read_decided

    own = Path(folder) / "sorties" / "interne" / MERGE_FILE
    if not own.exists() or any(path.resolve() == own.resolve() for path in paths):
        return
    filled = read_decided(own)
    number = 0 if filled is None else int(((filled["decision"] != "") | (filled["autre_valeur"] != "")).sum())
    if number:
        what = "1 décision n'est pas encore reprise" if number == 1 else f"{number} décisions ne sont pas encore reprises"
        raise DiagnosticError(
            f"Quelqu'un a décidé dans {MERGE_FILE} : {what}. Il n'est pas remplacé.", str(own),
            "donnez aussi ce fichier à « diagnostic fusionner », ou déplacez-le, puis relancez",
        )  # fmt: skip


def _tell_unread(unread):
    if not unread:
        return None
    rows = pd.DataFrame({"fichier": [f"saisies/{name}" for name in unread], "feuille": "", "ligne": pd.NA})
    message = "Fichier de corrections abîmé, ou changé à la main : il est gardé tel quel, et rien n'en est repris."
    fix = "remettez-le depuis une sauvegarde, ou refaites ces corrections"
    return list_problems("erreur", rows, message, fix)


def write_form(folder, path=None):
    """Write the small workbook of corrections to fill, with the identifiers of the dossier; return its path.

    Raises
    ------
    DiagnosticError
        A file of that name is there already: it may be filled.
    """
    from diagnostic.draw.correction_examples import list_examples
    from diagnostic.write.merge_book import write_merge_form

    path = Path(path or Path(folder) / "sorties" / "interne" / FORM_FILE)
    if path.exists():
        raise DiagnosticError("Ce fichier existe déjà.", str(path), "donnez un autre nom : il n'est pas remplacé")
    opened = open_edits(folder)
    rows, links = opened["lues"], opened["nettes"]["liens"]
    parts = [
        pd.DataFrame({"table": name, "identifiant": read.index, "nom": read["appel"].to_numpy()})
        for name, read in rows.items() if name != "ressorts"
    ]  # fmt: skip
    known = pd.concat(parts, ignore_index=True).assign(numero="")
    members = opened["nettes"]["participations"]
    return write_merge_form(path, known, examples=list_examples(known, links, opened["listes"], members=members))
