"""The panel to correct: pick a row or a new one, fill its form, save; what is being typed is kept as a draft at each change."""

from functools import partial
from html import escape
from uuid import uuid4

import ipywidgets as widgets

from diagnostic.application.fields import build_field, fill_field, read_field
from diagnostic.application.parts import guard, make_box, make_button, make_menu, make_message, mark_field, tell
from diagnostic.run import edit_forms, edits
from diagnostic.schema import EDIT_STATES, describe_table
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words

TABLES = [("Acteurs", "acteurs"), ("Liens entre acteurs", "liens")]
NEW_ROW = {"acteurs": "Nouvel acteur", "liens": "Nouveau lien"}
MOST_FOUND = 200
ROWS = 8


def build_correct(opened, changed):
    """Return the panel of a dossier opened by `run.edits.open_edits`.

    Parameters
    ----------
    opened : dict
    changed : callable(), told after each save
    """
    panel = _make_fields() | {
        "opened": opened, "changed": changed, "message": make_message(), "place": widgets.VBox([]), "drafts": widgets.VBox([]),
        # The form that is open, its fields, the name of its draft; whether its doubts were read; whether it is being filled by us.
        "form": None, "fields": {}, "session": uuid4().hex, "confirm": False, "filling": False,
    }  # fmt: skip
    panel["table"].observe(_react(panel, _list_found), "value")
    panel["wanted"].observe(_react(panel, _list_found), "value")
    panel["auteur"].observe(_react(panel, _keep_draft), "value")
    _list_found(panel)
    _list_drafts(panel)
    picks = [make_button("Ouvrir la fiche", _react(panel, _open_found), principal=True)]
    picks += [make_button(label, _react(panel, partial(_open_new, table=name))) for name, label in NEW_ROW.items()]
    return widgets.VBox([
        make_box([panel["auteur"], panel["statut"]], "choix"), panel["drafts"],
        make_box([widgets.VBox([panel["table"], panel["wanted"]]), panel["found"]], "deux"),
        make_box(picks, "boutons"), panel["message"], panel["place"],
    ])  # fmt: skip


def _make_fields():
    statuses = [
        (f"{EDIT_STATES['propose']} : à faire valider", "propose"), (f"{EDIT_STATES['accepte']} : ira dans la copie", "accepte"),
    ]  # fmt: skip
    return {
        "auteur": mark_field(widgets.Text(description="Auteur de la saisie (obligatoire)", placeholder="initiales ou structure")),
        "statut": make_menu("Statut de la saisie", statuses), "table": make_menu("Corriger", TABLES),
        "wanted": mark_field(widgets.Text(description="Chercher (nom, commune)", placeholder="par exemple : mission locale")),
        "found": mark_field(widgets.Select(description="Lignes de l'inventaire", rows=ROWS)),
    }  # fmt: skip


def _react(panel, action):
    """Return `action(panel)` as a callback, its errors told on the panel."""
    return guard(panel["message"], lambda *_: action(panel))


def _list_found(panel):
    known = edits.list_rows(panel["opened"], panel["table"].value, edits.list_states(panel["opened"])[0])
    asked = normalize_label(panel["wanted"].value)
    rows = [(label, name) for name, label in known.items() if asked in normalize_label(label)]
    rows = sorted(rows, key=lambda pair: normalize_label(pair[0]))
    panel["found"].options = rows[:MOST_FOUND]
    shown = f", {MOST_FOUND} montrées)" if len(rows) > MOST_FOUND else ")"
    panel["found"].description = f"Lignes de l'inventaire ({len(rows)}{shown}"


def _open_found(panel):
    name = panel["found"].value
    if name:
        _open_row(panel, name)
    else:
        tell(panel["message"], "Choisissez une ligne.", "doute")


def _open_new(panel, *, table):
    panel["table"].value = table
    _open_row(panel, "")


def _open_row(panel, name, cells=None):
    """Open the form of a row, with the `cells` of a draft when there is one."""
    opened = panel["opened"]
    form = edit_forms.open_form(opened, panel["table"].value, name, edits.list_states(opened)[0])
    panel.update(form=form, fields={}, filling=True, confirm=False)
    boxes = {}
    for column in form["cases"].index:
        panel["fields"][column], boxes[column] = build_field(opened, form, column)
    for column, text in (cells or {}).items():
        if column in panel["fields"]:
            fill_field(panel["fields"][column], text)
    for field in panel["fields"].values():
        field.observe(_react(panel, _keep_draft), "value")
    panel["filling"] = False
    panel["place"].children = [_lay_out(form, boxes, _react(panel, _save), _react(panel, _close))]
    told = form["nom"] or NEW_ROW[form["table"]].lower()
    tell(panel["message"], f"Fiche ouverte : {told}. Ce que vous tapez est gardé en brouillon.")


def _read_cells(panel):
    held = panel["form"]["cases"]["valeur"]
    return {column: read_field(field, held[column]) for column, field in panel["fields"].items()}


def _keep_draft(panel):
    panel["confirm"] = False
    if panel["form"] is not None and not panel["filling"]:
        folder, auteur = panel["opened"]["dossier"], panel["auteur"].value
        edits.save_draft(folder, panel["session"], panel["form"], _read_cells(panel), auteur=auteur)


def _save(panel):
    if panel["form"] is None:
        return
    message, form, sent = panel["message"], panel["form"], _read_cells(panel)
    tell(message, "Vérification de la saisie, comme à la lecture de l'inventaire…", "attente")
    auteur, statut = panel["auteur"].value, panel["statut"].value
    saved = edits.save_edit(panel["opened"], form, sent, auteur=auteur, statut=statut, confirme=panel["confirm"])
    if saved["fichier"] is None:
        panel["confirm"] = True
        told = "\n".join(f"{row.colonne} : {row.probleme} {row.a_faire}." for row in saved["problemes"].itertuples())
        again = "Corrigez, ou cliquez encore sur Enregistrer la saisie pour garder tel quel."
        tell(message, f"À vérifier avant d'enregistrer :\n{told}\n{again}", "doute")
        return
    _close(panel)
    _list_found(panel)
    name, cells = form["nom"] or sent.get("nom") or "nouvelle ligne", count_words(saved["cases"], "case")
    who = f"{EDIT_STATES[statut]} par {auteur}"
    tell(message, f"Saisie enregistrée : {name}, {cells}, {who}.\nFichier : saisies/{saved['fichier'].name}")
    panel["changed"]()


def _close(panel):
    """Close the form; its draft goes with it."""
    edits.drop_draft(panel["opened"]["dossier"], panel["session"])
    panel.update(form=None, fields={}, session=uuid4().hex)
    panel["place"].children = []
    _list_drafts(panel)


def _list_drafts(panel):
    held = edits.list_drafts(panel["opened"]["dossier"])
    panel["drafts"].children = [
        _show_draft(draft, _react(panel, partial(_take_draft, name=name, draft=draft)), _react(panel, partial(_leave_draft, name=name)))
        for name, draft in held.items() if panel["session"] not in name
    ]  # fmt: skip


def _take_draft(panel, *, name, draft):
    panel["table"].value = draft.get("table", "acteurs")
    panel["auteur"].value = panel["auteur"].value or str(draft.get("auteur", ""))
    _open_row(panel, str(draft.get("identifiant", "")), {str(key): str(text) for key, text in draft["cases"].items()})
    _keep_draft(panel)
    _leave_draft(panel, name=name)


def _leave_draft(panel, *, name):
    edits.drop_draft(panel["opened"]["dossier"], name.removeprefix("brouillon_").removesuffix(".json"))
    _list_drafts(panel)


def _lay_out(form, boxes, save, close):
    """Return the form: what is required or recommended first, the rest folded under it."""
    rank = describe_table(form["table"])["statut"]
    first = [box for column, box in boxes.items() if rank[column] in ("R", "r")]
    rest = [box for column, box in boxes.items() if rank[column] not in ("R", "r")]
    title = form["nom"] or NEW_ROW[form["table"]]
    where = f"{form['fichier']}, feuille {form['feuille']}, ligne {form['ligne']}" if form["ligne"] else "ligne à ajouter"
    more = widgets.Accordion([make_box(rest, "grille")], titles=[f"Autres colonnes ({len(rest)})"], selected_index=None)
    buttons = make_box([make_button("Enregistrer la saisie", save, principal=True), make_button("Abandonner", close)], "boutons")
    head = widgets.HTML(f'<h3>{escape(title)}</h3><p class="note">{escape(where)}</p>')
    return make_box([widgets.VBox([head, make_box(first, "grille"), more, buttons])], "fiche")


def _show_draft(draft, take, leave):
    what = draft.get("nom") or NEW_ROW.get(draft.get("table"), "ligne")
    told = f"Brouillon non enregistré du {str(draft.get('date', ''))[:16].replace('T', ' à ')} : {what}"
    told += f", par {draft['auteur']}" if draft.get("auteur") else ""
    line = make_message(f"{told}. Il est peut-être encore ouvert dans une autre page.", "doute")
    buttons = [make_button("Reprendre ce brouillon", take), make_button("Jeter ce brouillon", leave)]
    return widgets.VBox([line, make_box(buttons, "boutons")])
