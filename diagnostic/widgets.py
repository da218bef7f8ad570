"""What the notebooks show: tables with French headings, printed pages, the map, two menus. A thin door on `run`."""

import io
from base64 import b64encode
from html import escape
from pathlib import Path

import pandas as pd

from diagnostic import run as way
from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary import normalize_label, read_list
from diagnostic.vocabulary.formats import format_number, format_share

DPI = 144  # a printed page on a screen (the files of `run` have 300); at other sizes the letters widen and lines leave the page
SHARES = {
    "part", "densite", "couverture", "taux_realisation", "densite_intra", "densite_inter", "taux_reponse", "densite_basse",
    "densite_haute", "densite_observable", "fiabilite", "perte_paires", "perte_paires_inter", "p_moins",
}  # fmt: skip
WORDS = {
    "present": "Présente", "absent_verifie": "Absence vérifiée", "non_renseigne": "Non renseignée", "exclu": "Laissés à part",
    "absent_declare": "Non déclaré (tous deux ont répondu)", "non_confirme": "Un seul a répondu", "non_observe": "Aucun n'a répondu",
    "etiquettes": "Champs redistribués entre les mêmes acteurs", "liens": "Liens redistribués entre toutes les paires",
    "degres": "Chacun garde son nombre de liens", "nb_externes": "Liens entre champs", "densite_inter": "Densité entre champs",
    "densite_intra": "Densité dans les champs", "ratio_externes": "Liens entre champs, observé / attendu", "ei": "Indice E-I",
    "indice_silo": "Indice de silo", "ensemble": "Tous", "non_oriente": "Dans les deux sens", "oriente": "À sens unique",
    **read_list("champs")["libelle"], **read_list("roles")["libelle"], "complet": "Complet", "partiel": "Partiel",
}  # fmt: skip
PROFILE = {
    "couche_nom": "Découpage", "n_unites": "Unités", "interlocuteurs_effectifs_q2": "Interlocuteurs effectifs",
    "unite_principale_nom": "Unité principale", "part_principale": "Sa part d'habitants", "couverture": "Habitants couverts",
}  # fmt: skip
STATES = {"categorie_nom": "Catégorie", "nb_acteurs": "Acteurs recensés"}


def open_dossier(dossier="", edition="publique"):
    """Read and measure a dossier (the example when none is given); return the tables that an edition may show."""
    return way.select_edition(way.measure(dossier or way.find_example()), edition)


def run_dossier(dossier="", *, editions=("publique",)):
    """Do the whole way on a dossier; see `run.run`. The outputs of the example go to `sorties` in the current folder."""
    return way.run(dossier or way.find_example(), sortie=None if dossier else "sorties", editions=editions)


def show_choice(tables, *, territoire=None, couche=None, seuil_km=None):
    """Return a sentence that names what is chosen.

    Raises
    ------
    DiagnosticError
        The territory, the layer or the threshold is not in the dossier; the message lists those that are.
    """
    steps = pd.Series({float(step): f"{format_number(step)} km" for step in tables["reglages"]["seuils_km"]})
    asked = {
        "TERRITOIRE": (territoire, tables["territoires"]["nom"]), "COUCHE": (couche, tables["couches"]["libelle"]),
        "SEUIL_KM": (seuil_km, steps),
    }  # fmt: skip
    asked = {name: (code, known) for name, (code, known) in asked.items() if code is not None}
    errors = [
        DiagnosticError(
            f"{name} inconnu dans ce dossier : « {code} ».", "cellule des réglages du carnet",
            "choisissez parmi : " + " ; ".join(f"{key} ({words})" for key, words in known.items()),
        )
        for name, (code, known) in asked.items() if code not in known.index
    ]  # fmt: skip
    if errors:
        raise DiagnosticError.gather(errors)
    return show_sentences([" ; ".join(str(known[code]) for code, known in asked.values())])


def choose_rows(tables, name, *, territoire=None):
    """Return one table, its rows in `territoire` when given, with a column of names beside each column of codes.

    `territoire_id` gives `territoire_nom`, and so on for couche, couche_a, couche_b, categorie, acteur_id, acteur_a, acteur_b.
    """
    actors = tables["acteurs"].set_index("acteur_id")["nom"]
    known = {"territoire_id": tables["territoires"]["nom"], "categorie": tables["listes"]["categories"]["libelle"]}
    known |= dict.fromkeys(["couche", "couche_a", "couche_b"], tables["couches"]["libelle"])
    known |= dict.fromkeys(["acteur_id", "acteur_a", "acteur_b"], actors)
    rows = tables[name]
    rows = rows.reset_index() if rows.index.name in known else rows
    rows = rows if territoire is None else rows[rows["territoire_id"] == territoire]
    names = {f"{column.removesuffix('_id')}_nom": rows[column].map(words) for column, words in known.items() if column in rows}
    return rows.assign(**names)


def show_table(table, columns=None, *, lines=10):
    """Return the first lines of a table as a reader reads them: French headings and numbers, codes in words.

    Parameters
    ----------
    table : DataFrame
    columns : dict of column -> heading, the columns kept, in this order; all of them when not given
    lines : int, the rest is counted under the table

    Returns
    -------
    IPython.display.HTML, every cell escaped
    """
    from IPython.display import HTML

    return HTML(_tell_table(table, columns, lines))


def show_internal(tables, name, columns, *, order=None, lines=10):
    """Return a table of the internal edition, largest `order` first; in another edition, a sentence in its place."""
    if tables["edition"] != "interne":
        return show_sentences(['Réservé à l\'usage interne : écrivez EDITION = "interne" dans les réglages pour l\'afficher.'])
    rows = choose_rows(tables, name)
    return show_table(rows if order is None else rows.sort_values(order, ascending=False), columns, lines=lines)


def show_sentences(sentences):
    """Return sentences as a list."""
    from IPython.display import HTML

    return HTML("<ul>" + "".join(f"<li>{escape(str(line))}</li>" for line in sentences) + "</ul>")


def show_page(tables, name):
    """Return a map or a chart of the atlas as a picture; a sentence that lists what can be drawn when this one cannot."""
    pages = way.list_pages(tables)
    name = "_".join(["ressort", normalize_label(name.split("_", 1)[1])]) if name.startswith("ressort_") else name
    if name not in pages:
        return show_sentences([f"Ce dossier ne permet pas de dessiner « {name} ». Pages possibles : {', '.join(pages)}."])
    buffer = io.BytesIO()
    pages[name]().savefig(buffer, format="png", dpi=DPI)
    return _make_picture(buffer.getvalue(), name)


def show_actor(tables, acteur_id=""):
    """Return one actor as a picture: its partners by champ, its dispositifs; the one with most partners when none is named.

    Raises
    ------
    DiagnosticError
        The edition holds no such actor.
    """
    if tables["edition"] != "interne":
        return show_sentences(['Réservé à l\'usage interne : écrivez EDITION = "interne" dans les réglages pour l\'afficher.'])
    if not acteur_id and not len(tables["positions"]):
        return show_sentences(["Aucun lien déclaré : rien à dessiner autour d'un acteur."])
    acteur_id = acteur_id or tables["positions"]["degre"].idxmax()
    buffer = io.BytesIO()
    way.draw_actor(tables, acteur_id).savefig(buffer, format="png", dpi=DPI)
    return _make_picture(buffer.getvalue(), f"acteur {acteur_id}")


def show_statements(tables, *, etat="constate", lines=40):
    """Return the sentences of the guide's statements in one state, each after its title."""
    rows = tables["constats"][tables["constats"]["etat"] == etat]
    told = [f"{row.titre} : {row.phrase or row.raison_absence}" for row in rows.head(lines).itertuples()]
    return show_sentences(told or ["Aucun constat dans cet état."])


def show_map(tables, *, height=640):
    """Return the web map of an edition, in a frame that can reach neither the notebook nor the network."""
    return _frame(way.render_map(tables), height)


def show_file(written, name, *, height=640):
    """Return what `run` wrote under this name in its first edition: the map in a frame (`carte`), or a page as a picture."""
    paths = [Path(path) for path in written["fichiers"]]
    shown = {path.stem.split("_", 1)[-1]: path for path in reversed(paths) if path.suffix in {".png", ".html"}}
    if name not in shown:
        return show_sentences([f"Rien d'écrit sous le nom « {name} ». Noms possibles : {', '.join(reversed(shown))}."])
    if shown[name].suffix == ".png":
        return _make_picture(shown[name].read_bytes(), name)
    return _frame(shown[name].read_text(encoding="utf-8"), height)


def list_files(written):
    """Return the table of the files that `run` wrote: edition, file, size in kB."""
    paths = [Path(path) for path in written["fichiers"]]
    return pd.DataFrame({
        "edition": [path.parent.parent.name if path.parent.name == "cartes" else path.parent.name for path in paths],
        "fichier": [path.name for path in paths],
        "taille_ko": [round(path.stat().st_size / 1000) for path in paths],
    })  # fmt: skip


def explore_ressorts(tables, territoire="perimetre"):
    """Return a menu of territories, opened on `territoire`, and under it the profile of each layer there."""
    profile = choose_rows(tables, "discordance")
    profile = profile[profile["n_unites"] > 0]
    return _make_menus(
        {"Territoire": tables["territoires"]["nom"]},
        lambda territory: _tell_table(profile[profile["territoire_id"] == territory], PROFILE, 20),
        start=territoire,
    )


def explore_categories(tables, territoire="perimetre"):
    """Return two menus, territory and state, and under them the categories in this state.

    They open on the verified absences of `territoire`; where states are not said for it, of the territory that has most.
    """
    states = choose_rows(tables, "categories_territoires")
    held = tables["territoires"]["nom"]
    held = held[held.index.isin(states["territoire_id"])]
    absent = states["statut"].eq("absent_verifie").groupby(states["territoire_id"]).sum()
    kinds = pd.Series({code: WORDS[code] for code in ("absent_verifie", "present", "non_renseigne")})
    return _make_menus(
        {"Territoire": held, "État": kinds},
        lambda territory, kind: _tell_table(states.query("territoire_id == @territory and statut == @kind"), STATES, 15),
        start=territoire if territoire in held.index or absent.empty else absent.idxmax(),
    )


def _make_menus(choices, tell, *, start):
    """Return menus over a frame of HTML that `tell` fills; no captured output, which can hang a run without a screen.

    The first menu opens on `start` when it is one of its choices.
    """
    widgets = _load_widgets()
    menus = [
        widgets.Dropdown(options=list(zip(names, names.index, strict=True)), description=f"{title} :", layout={"width": "460px"})
        for title, names in choices.items()
    ]
    result = widgets.HTML()
    if menus and start in [value for _, value in menus[0].options]:
        menus[0].value = start

    def refresh(_change=None):
        result.value = tell(*(menu.value for menu in menus))

    for menu in menus:
        menu.observe(refresh, "value")
    refresh()
    return widgets.VBox([widgets.HBox(menus), result])


def _make_picture(content, name):
    """Return PNG bytes as a picture that a screen reader can name, in the notebook and in what is exported of it."""
    from IPython.display import HTML

    words = escape(f"Page « {name.replace('_', ' ')} »")
    return HTML(f'<img alt="{words}" style="width:100%;max-width:900px" src="data:image/png;base64,{b64encode(content).decode()}">')


def _frame(page, height):
    widgets = _load_widgets()
    return widgets.HTML(
        f'<iframe title="Carte interactive" sandbox="allow-scripts" style="width:100%;height:{height}px;border:1px solid #999" '
        f'srcdoc="{escape(page)}"></iframe>'
    )


def _load_widgets():
    try:
        import ipywidgets
    except ImportError:
        raise DiagnosticError(
            "Il manque ce qui affiche la carte et les menus (ipywidgets).", "installation du logiciel",
            "installez l'option notebooks : pip install \"diagnostic-maillage[notebooks]\"",
        ) from None  # fmt: skip
    return ipywidgets


def _tell_table(table, columns, lines):
    """Return a table as HTML, escaped; empty, a sentence."""
    if not len(table):
        return "<p><em>Aucune ligne.</em></p>"
    columns = columns or {name: name.replace("_", " ").capitalize() for name in table.columns}
    absent = [name for name in columns if name not in table.columns]
    if absent:
        known = ", ".join(str(name) for name in table.columns)
        raise DiagnosticError(f"Colonnes absentes : {', '.join(absent)}.", "tableau à afficher", f"choisissez parmi : {known}")
    head = table.head(lines).infer_objects()
    words = pd.DataFrame({name: tell_column(head[name]) for name in columns}, index=head.index)
    numbers = [columns[name] for name in columns if _is_number(head[name])]
    texts = [title for title in columns.values() if title not in numbers]
    styled = (
        words.rename(columns=columns).reset_index(drop=True).style.hide(axis="index")
        .format(escape="html").format_index(escape="html", axis=1)
        .set_properties(subset=texts, **{"text-align": "left", "max-width": "36em", "white-space": "normal", "line-height": "1.35"})
        .set_properties(subset=numbers, **{"text-align": "right"})
        .set_table_styles([{"selector": "th", "props": [("text-align", "left"), ("white-space", "normal")]}])
        .set_table_styles({name: [{"selector": "th", "props": [("text-align", "right")]}] for name in numbers}, overwrite=False)
    )  # fmt: skip
    rest = len(table) - len(head)
    return styled.to_html() + (f"<p>{len(head)} lignes sur {format_number(len(table))}.</p>" if rest else "")


def _is_number(column):
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def tell_column(column):
    """Return the cells of a column as words: shares in per cent, whole numbers without decimals, codes by their label.

    A column that starts with `part_` is a share; missing reads "—", never 0.

    >>> tell_column(pd.Series([0.5, None], name="part_principale")).tolist()
    ['50\\u202f%', '—']
    """
    name = str(column.name)
    if _is_number(column):
        numbers = column.astype(float)
        if name.startswith("part_") or name in SHARES:
            return numbers.map(lambda value: format_share(value, 1 if value < 0.1 else 0)).astype(str)
        whole = numbers.dropna().mod(1).eq(0).all()
        return numbers.map(lambda value: format_number(value, 0 if whole else 2).replace("-", "−")).astype(str)
    return column.astype(object).map(_tell_cell).astype(str)


def _tell_cell(cell):
    if isinstance(cell, tuple | list):
        return ", ".join(str(WORDS.get(part, part)) for part in cell) or "—"
    if pd.isna(cell) or cell == "":
        return "—"
    if cell is True or cell is False or type(cell).__name__ == "bool":
        return "oui" if cell else "non"
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%d/%m/%Y}"
    return str(WORDS.get(cell, cell))
