"""The page: first the forms, as soon as the dossier is read, then what is looked at, once it is measured."""

import os
from pathlib import Path

import ipywidgets as widgets

from diagnostic import run as way
from diagnostic.application.correct import build_correct
from diagnostic.application.look import build_look
from diagnostic.application.parts import describe, do_later, make_message, tell
from diagnostic.application.review import build_review
from diagnostic.run import edits
from diagnostic.widgets.opening import VARIABLE

TITLES = ["Regarder", "Corriger", "Saisies et copie"]
WAITING = ["Calcul des mesures", "Lecture du dossier", "Lecture du dossier"]


def open_page(folder=None):
    """Return the page of a dossier, by default the one that the command line was given.

    It shows at once, and says what it waits for: reading takes some seconds, measuring some more.
    """
    folder = Path(folder or os.environ.get(VARIABLE, "."))
    message = make_message("Lecture du dossier…", "attente")
    panels = [widgets.VBox([make_message(f"{words}…", "attente")]) for words in WAITING]
    tabs = widgets.Tab(panels, titles=TITLES, selected_index=0)
    tabs.add_class("onglets")

    def fail(error):
        tell(message, f"{describe(error)}\nCorrigez, puis rechargez cette page.", "faute")

    def read():
        tables = way.load(folder)
        return tables, edits.open_edits(folder, tables)

    def show_forms(read):
        tables, opened = read
        review, refresh = build_review(opened)
        panels[1].children = [build_correct(opened, refresh)]
        panels[2].children = [review]
        tell(message, "Dossier lu : vous pouvez corriger. Calcul des mesures pour la partie Regarder…", "attente")
        do_later(lambda: way.measure_tables(tables), show_measures, fail)

    def show_measures(tables):
        look, wake = build_look(tables)
        panels[0].children = [look]
        tell(message, "")

        def wake_seen(_=None):
            if tabs.selected_index == 0:
                wake()

        tabs.observe(wake_seen, "selected_index")
        wake_seen()

    do_later(read, show_forms, fail)
    head = widgets.HTML("<h1>Diagnostic : regarder et corriger</h1>")
    return widgets.VBox([head, message, tabs])
