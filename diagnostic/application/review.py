"""The panel of what was saved: disagreements to settle, proposals to accept or set aside, and the copy of the inventory."""

from html import escape

import ipywidgets as widgets
import pandas as pd

from diagnostic.application.parts import guard, make_box, make_button, make_message, mark_field, show_rows, tell
from diagnostic.run import edited_copy, edits
from diagnostic.run.edit_forms import name_column
from diagnostic.schema import EDIT_STATES
from diagnostic.vocabulary.formats import count_words

JOURNAL = {
    "date": "Date", "auteur": "Auteur", "statut": "Statut", "nom": "Ligne", "colonne": "Colonne", "avant": "Avant", "apres": "Après",
}  # fmt: skip
PROBLEMS = {"feuille": "Feuille", "colonne": "Colonne", "valeur": "Valeur", "probleme": "Problème", "a_faire": "À faire"}
MOST_WAITING = 40


def build_review(opened):
    """Return (panel, refresh) of a dossier opened by `run.edits.open_edits`; `refresh()` reads the saves of everyone again."""
    auteur = mark_field(widgets.Text(description="Auteur de la décision (obligatoire pour décider)", placeholder="initiales ou structure"))
    message, waiting, told, after = make_message(), widgets.VBox([]), widgets.HTML(), widgets.HTML()

    def refresh():
        states, unread = edits.list_states(opened)
        saved, _ = edits.list_edits(opened["dossier"])
        asked = states[states["etat"].isin(["conflit", "propose"])].sort_values("etat", kind="stable")
        shown = [_show_waiting(row, saved, decide) for _, row in asked.head(MOST_WAITING).iterrows()]
        waiting.children = [widgets.HTML(_tell_counts(states, saved, unread)), *shown]
        told.value = show_rows("Saisies enregistrées, les dernières d'abord", _list_journal(saved), JOURNAL, lines=30)

    def decide(state, value):
        edits.decide_cell(opened, state, value, auteur=auteur.value)
        refresh()
        tell(message, f"Décision enregistrée : {state['nom']}, {_name(state)} = « {value or 'vide'} ».")

    def copy():
        tell(message, "Écriture de la copie, puis relecture…", "attente")
        done = edited_copy.save_copy(opened["dossier"])
        written = int(done["journal"]["effet"].eq(edits.WRITTEN).sum())
        exact = "" if done["exact"] else "\nLes formats et les formules de l'inventaire n'ont pas pu être gardés : cases en texte."
        name = f"inventaire{done['fichier'].suffix}"
        tell(message, (
            f"Copie écrite : {done['fichier'].name} ({count_words(written, 'case corrigée', 'cases corrigées')}, journal à la fin). "
            f"L'inventaire n'a pas changé : pour que la copie le remplace, renommez-la {name} à sa place.{exact}"
        ))  # fmt: skip
        after.value = show_rows("Ce que la copie apporte à vérifier", done["problemes"], PROBLEMS) if len(done["problemes"]) else ""

    decide, copy = guard(message, decide), guard(message, copy)
    buttons = make_box([
        make_button("Enregistrer une copie de l'inventaire", copy, principal=True),
        make_button("Relire les saisies de tous", guard(message, refresh)),
    ], "boutons")  # fmt: skip
    refresh()
    return widgets.VBox([buttons, message, after, make_box([auteur], "choix"), waiting, told]), refresh


def _tell_counts(states, saved, unread):
    counts = states["etat"].value_counts()
    lines = [(
        f"{count_words(saved['saisie'].nunique(), 'saisie enregistrée', 'saisies enregistrées')} : "
        f"{count_words(int(counts.get('accepte', 0)), 'case acceptée', 'cases acceptées')}, "
        f"{count_words(int(counts.get('propose', 0)), 'proposition', 'propositions')} à décider, "
        f"{count_words(int(counts.get('conflit', 0)), 'désaccord', 'désaccords')} à régler."
    )]  # fmt: skip
    if unread:
        lines.append(f"Fichiers de saisies illisibles, gardés tels quels : {', '.join(unread)}.")
    return "<h3>À décider</h3>" + "".join(f"<p>{escape(line)}</p>" for line in lines)


def _name(state):
    return name_column(state["table"], state["colonne"])[0]


def _show_waiting(state, saved, decide):
    """Return one cell that waits for a person: what each said, and a button a value. Nothing is settled without a click."""
    own = saved[(saved["table"] == state["table"]) & (saved["colonne"] == state["colonne"])].drop_duplicates("saisie")
    events = own[own["saisie"].isin(state["tetes"])].set_index("saisie")
    against = saved[saved["saisie"].isin(state["contre"]) & (saved["colonne"] != state["colonne"])]
    says = "".join(
        f"<li>« {escape(event.apres or 'vide')} » : {escape(event.auteur)}, {EDIT_STATES[event.statut]}, "
        f"{escape(event.date[:16].replace('T', ' à '))}</li>" for event in events.itertuples()
    )  # fmt: skip
    says += "".join(
        f"<li>corrige cette ligne, {escape(_name(edit._asdict()))} : « {escape(edit.apres or 'vide')} » : {escape(edit.auteur)}</li>"
        for edit in against.itertuples()
    )
    kind = "Désaccord : deux saisies de la même case" if state["etat"] == "conflit" else "Proposition"
    before = state["valeur"] if isinstance(state["valeur"], str) else state["avant"]
    head = f"<p><strong>{kind}</strong>, {escape(state['nom'])}, {escape(_name(state))}. Avant : « {escape(before or 'vide')} ».</p>"
    buttons = [
        make_button(f"Garder « {_shorten(value)} »", lambda value=value: decide(state, value)) for value in dict.fromkeys(events["apres"])
    ]
    if state["geste"] != "ajout" and before not in set(events["apres"]):
        buttons.append(make_button(f"Revenir à « {_shorten(before)} »", lambda: decide(state, before)))
    return make_box([widgets.VBox([widgets.HTML(f"{head}<ul>{says}</ul>"), make_box(buttons, "boutons")])], "fiche")


def _shorten(text):
    return (text if len(text) <= 40 else f"{text[:39]}…") or "vide"


def _list_journal(saved):
    rows = saved.iloc[::-1].assign(
        date=pd.to_datetime(saved["date"].str[:19]).dt.strftime("%d/%m/%Y %H:%M"), statut=saved["statut"].map(EDIT_STATES)
    )
    return rows.assign(colonne=[name_column(table, column)[0] for table, column in zip(rows["table"], rows["colonne"], strict=True)])
