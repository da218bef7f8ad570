"""The small parts of the page: a message, a button, a table that a screen reader can name. Text stays text everywhere."""

import asyncio
import re
from html import escape

import ipywidgets as widgets

from diagnostic.errors import DiagnosticError, describe_refusal
from diagnostic.widgets.tables import show_table

ROLES = {"faute": "alert"}


def make_message(text="", kind="fait"):
    """Return a line of state that `tell` changes; a screen reader says what it becomes."""
    message = widgets.HTML()
    tell(message, text, kind)
    return message


def tell(message, text, kind="fait"):
    """Show `text` in a message; `kind` is fait, attente, doute or faute, and is said in the text as well as by the colour."""
    message.value = f'<div class="etat {kind}" role="{ROLES.get(kind, "status")}">{escape(str(text))}</div>' if text else ""


def make_button(label, action, *, principal=False, disabled=False):
    """Return a button that does `action()`."""
    button = widgets.Button(description=label, disabled=disabled, tooltip=label)
    for name in ["bouton", *(["principal"] if principal else [])]:
        button.add_class(name)
    button.on_click(lambda _: action())
    return button


def make_box(children, kind):
    """Return a box of the kind that the style of the page knows: choix, grille, deux, boutons, fiche."""
    box = widgets.Box(list(children))
    box.add_class(kind)
    return box


def make_menu(label, options, value=None):
    """Return a menu whose label is above it."""
    held = [code for _, code in options]
    menu = widgets.Dropdown(options=options, description=label, value=value if value in held else held[0] if held else None)
    return mark_field(menu)


def mark_field(field):
    """Return a field with its label above it, and the label never read as HTML."""
    field.description_allow_html = False
    field.add_class("champ")
    return field


def show_rows(title, table, columns, *, lines=15):
    """Return a table as HTML under its title, with headings that a screen reader ties to their cells."""
    html = show_table(table, columns, lines=lines).data
    if "<table" not in html:
        return f"<h3>{escape(title)}</h3>{html}"
    html = re.sub(r"<th (?![^>]*scope=)", '<th scope="col" ', html)
    html = re.sub(r"(<table[^>]*>)", lambda found: f"{found[1]}<caption>{escape(title)}</caption>", html, count=1)
    return f'<div class="tableau" tabindex="0" role="region" aria-label="{escape(title)}">{html}</div>'


def guard(message, action):
    """Return `action` as a callback that tells its error in `message`: raised in a callback it would only reach a log."""

    def act(*arguments):
        try:
            return action(*arguments)
        except Exception as error:
            tell(message, describe(error), "faute")
        return None

    return act


def describe(error):
    """Return what a person reads of an error, ours or not."""
    if isinstance(error, DiagnosticError):
        return str(error)
    if isinstance(error, OSError):
        return str(describe_refusal(error))
    return f"Défaut du logiciel ({type(error).__name__}) : {error}. Rien de ce qui est enregistré n'est perdu."


def do_later(work, done, failed):
    """Do `work()` beside the page, which stays alive, then `done(result)` or `failed(error)`; at once where no page is served."""

    def settle(finish):
        try:
            done(finish())
        except Exception as error:  # else it would only reach a log, and the page would wait for ever
            failed(error)

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        settle(work)
        return
    loop.run_in_executor(None, work).add_done_callback(lambda future: settle(future.result))
