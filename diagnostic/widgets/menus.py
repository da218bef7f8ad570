"""Menus over panels: a choice redraws the panels that depend on it and no other, and what was drawn once is kept."""

import os

from diagnostic.errors import DiagnosticError
from diagnostic.widgets.tables import show_sentences

MENU = {"width": "min(100%, 34rem)"}  # a menu is as wide as the page lets it be: its label and its choices are not cut
# An exported page has no kernel and, without a network, no menus: it shows what the menus had shown. Where menus live, they hide it.
STILL = "<style>body:has(.widget-vbox, .widget-html) .diagnostic-fige{display:none}</style><div class='diagnostic-fige'>%s</div>"
MOST_STILL = 2_000_000  # letters; a server of notebooks cuts what comes faster than 3 MB in 3 s
TOO_LARGE = "Trop lourd pour une page exportée : ouvrez le fichier écrit dans sorties."


def build_widget(html):
    """Return a piece of HTML as a widget: a large page then travels as its state, which no server of notebooks cuts."""
    shown = load_widgets().HTML(html)
    return _keep_still(shown, lambda: shown.value)


def build_menus(choices, panels, *, start=None):
    """Return menus over panels.

    Parameters
    ----------
    choices : dict of title -> Series of labels indexed by code; a title without any choice gives a sentence and no menu
    panels : list of (titles, tell): `tell` takes the codes chosen under these titles, in order, and returns HTML as text
        or as an object with `data`
    start : dict of title -> code the menu opens on, where it is one of its choices

    Returns
    -------
    VBox of a row of menus, then one HTML widget a panel; a sentence (HTML widget) when there is nothing to choose from
    """
    widgets = load_widgets()
    empty = [title for title, labels in choices.items() if not len(labels)]
    if empty:
        told = f"Ce dossier ne donne rien à choisir ici ({', '.join(empty).lower()}) : rien ne peut être montré."
        return build_widget(show_sentences([told]).data)
    menus = {title: _build_menu(title, labels, (start or {}).get(title)) for title, labels in choices.items()}
    shown = [widgets.HTML() for _ in panels]
    for view, (titles, tell) in zip(shown, panels, strict=True):
        _bind(view, [menus[title] for title in titles], tell)
    row = widgets.HBox(list(menus.values()), layout={"flex_flow": "row wrap", "grid_gap": "4px 20px"})
    return _keep_still(widgets.VBox([row, *shown]), lambda: _tell_choices(menus) + "".join(view.value for view in shown))


def load_widgets():
    """Return the library of widgets.

    Raises
    ------
    DiagnosticError
        It is not installed.
    """
    try:
        import ipywidgets
    except ImportError:
        raise DiagnosticError(
            "Il manque ce qui affiche la carte et les menus (ipywidgets).", "installation du logiciel",
            "installez l'option notebooks : pip install \"diagnostic-maillage[notebooks]\"",
        ) from None  # fmt: skip
    return ipywidgets


def _build_menu(title, labels, start):
    codes = labels.index.tolist()
    return load_widgets().Dropdown(
        options=list(zip(labels.astype(str), codes, strict=True)), value=start if start in codes else codes[0],
        description=f"{title} :", style={"description_width": "initial"}, layout=MENU,
    )  # fmt: skip


def _bind(view, menus, tell):
    """Fill `view` now and whenever one of `menus` changes; what was told once for these choices is not told again."""
    told = {}

    def refresh(_change=None):
        codes = tuple(menu.value for menu in menus)
        if codes not in told:
            told[codes] = _tell(tell, codes)
        view.value = told[codes]

    for menu in menus:
        menu.observe(refresh, "value")
    refresh()


def _tell(tell, codes):
    # Raised in a callback, an error would only reach a log: the reader would look at the panel of the choice before.
    try:
        piece = tell(*codes)
    except DiagnosticError as error:
        return show_sentences([str(error)]).data
    return piece if isinstance(piece, str) else getattr(piece, "data", None) or piece.value


def _tell_choices(menus):
    return show_sentences([f"{menu.description} {menu.label}" for menu in menus.values()]).data


def _keep_still(box, tell):
    """Return `box`, which displays itself and, for a page exported without a kernel, what `tell` says when it is displayed."""

    def show():
        from IPython.display import HTML, display

        display(box._repr_mimebundle_(), raw=True)
        if "voila" not in os.environ.get("SERVER_SOFTWARE", ""):  # Voila always has its menus
            html = tell()
            display(HTML(STILL % (html if len(html) <= MOST_STILL else show_sentences([TOO_LARGE]).data)))

    box._ipython_display_ = show
    return box
