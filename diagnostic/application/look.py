"""The panel to look at a dossier: what is chosen, the page drawn, the map, what is missing, the links to check."""

from functools import partial
from html import escape

import ipywidgets as widgets

from diagnostic import run as way
from diagnostic.application.parts import describe, do_later, guard, make_box, make_menu, make_message, show_rows, tell
from diagnostic.vocabulary import normalize_label
from diagnostic.widgets.explorers import tell_distance, tell_state
from diagnostic.widgets.opening import choose_rows, choose_start, list_choices
from diagnostic.widgets.pictures import find_page, show_page

EDITIONS = [
    ("interne (pour corriger)", "interne"), ("partenaires", "partenaires"), ("publique (pour tous)", "publique"),
]  # fmt: skip
MISSING = {"categorie_nom": "Catégorie", "statut": "État", "nb_acteurs": "Acteurs recensés"}
EXPECTED = {"libelle": "Ce qui est attendu", "etat": "État", "detail": "Détail", "base": "Sur quelle base"}
EXPECTED_STATES = {
    "a_verifier": "À vérifier", "a_venir": "À venir", "non_renseigne": "Non renseigné", "absent_verifie": "Absence vérifiée",
}  # fmt: skip
PAGES = {"etats": "États par commune", "acces": "Accès", "courbe": "Courbe d'accès", "ressort": "Découpage"}
LINKS = {"acteur_a_nom": "Acteur", "acteur_b_nom": "Autre acteur", "statut": "Ce qu'on en sait", "motif": "Pourquoi vérifier"}
LAYERS = {
    "couche_nom": "Découpage", "n_unites": "Unités", "interlocuteurs_effectifs_q2": "Interlocuteurs effectifs",
    "couverture": "Habitants couverts",
}  # fmt: skip
VIEWS = ["titre", "phrases", "page", "territoire", "listes", "carte"]
MENUS = {"TERRITOIRE": "Territoire", "CATEGORIE": "Catégorie d'acteurs", "SEUIL_KM": "Seuil de distance"}
MAP_HEIGHT = 640


def build_look(tables):
    """Return (panel, wake) of a measured dossier (`run.measure`), opened on the internal edition.

    Each choice redraws what depends on it and nothing else. The map waits for `wake()`, called once the panel is seen: in a
    hidden panel its frame has no size, and a map cannot find its scale.
    """
    look = {"mesures": tables, "awake": False, "message": make_message(), "views": {name: widgets.HTML() for name in VIEWS}}
    look["views"]["page"].add_class("page")
    _select(look, "interne")
    shown = look["tables"]
    choices = list_choices(shown)
    look["edition"] = make_menu("Édition montrée", EDITIONS, "interne")
    look["menus"] = {title: make_menu(label, _pair(choices[title]), choose_start(shown, title)) for title, label in MENUS.items()}
    look["page"] = make_menu("Carte ou graphique", _pair_pages(look["pages"], shown))
    _show_edition(look)
    _bind(look)
    views = look["views"]
    panel = widgets.VBox([
        views["titre"], make_box([look["edition"], *look["menus"].values(), look["page"]], "choix"), look["message"], views["phrases"],
        make_box([widgets.VBox([views["page"]]), views["territoire"]], "deux"), views["listes"],
        widgets.HTML("<h2>Carte interactive de tout le périmètre</h2>"), views["carte"],
    ])  # fmt: skip
    return panel, partial(_wake, look)


def _bind(look):
    """Tie each menu to what it changes."""
    for menu, actions in (
        (look["edition"], [_change_edition]), (look["menus"]["TERRITOIRE"], [_show_territory, _show_sentences]),
        (look["menus"]["CATEGORIE"], [_follow_category, _show_sentences]), (look["menus"]["SEUIL_KM"], [_show_sentences]),
        (look["page"], [_show_drawn]),
    ):  # fmt: skip
        for action in actions:
            menu.observe(guard(look["message"], lambda _, action=action: action(look)), "value")


def _select(look, edition):
    look["tables"] = way.select_edition(look["mesures"], edition)
    look["pages"] = way.list_pages(look["tables"])


def _show(look, name, words, draw):
    """Fill one view, saying what is being done meanwhile."""
    message = look["message"]
    tell(message, f"{words}…", "attente")
    drawn = guard(message, draw)()
    look["views"][name].value = drawn or ""
    if drawn is not None:
        tell(message, "")


def _show_sentences(look):
    chosen = [menu.value for menu in look["menus"].values()]
    if None not in chosen:
        _show(look, "phrases", "Lecture des mesures", lambda: _tell_chosen(look["tables"], *chosen, look["menus"]))


def _show_territory(look):
    place = look["menus"]["TERRITOIRE"].value
    _show(look, "territoire", "Lecture du territoire", lambda: _tell_territory(look["tables"], place))
    _show(look, "listes", "Lecture des liens", lambda: _tell_lists(look["tables"], place))


def _show_drawn(look):
    _show(look, "page", "Dessin de la page", lambda: show_page(look["tables"], look["page"].value, pages=look["pages"]).data)


def _follow_category(look):
    """Open the map of the states of a category where there is one: the page follows what is being looked at."""
    found = find_page(look["pages"], f"etats_{look['menus']['CATEGORIE'].value}")
    if found in look["pages"]:
        look["page"].value = found


def _change_edition(look):
    tell(look["message"], "Tri des données de l'édition…", "attente")
    _select(look, look["edition"].value)
    _offer(look["menus"]["CATEGORIE"], _pair(list_choices(look["tables"])["CATEGORIE"]))
    _offer(look["page"], _pair_pages(look["pages"], look["tables"]))
    _show_edition(look)


def _show_edition(look):
    look["views"]["titre"].value = _tell_title(look["tables"])
    for show in (_show_sentences, _show_territory, _show_drawn, _show_map):
        show(look)


def _show_map(look):
    if not look["awake"]:
        return
    message, seen = look["message"], look["tables"]
    tell(message, "Dessin de la carte interactive…", "attente")

    def place(html):
        if look["tables"] is seen:  # another edition may have been asked for meanwhile
            look["views"]["carte"].value = _frame(html)
            tell(message, "")

    do_later(lambda: way.render_map(seen), place, lambda error: tell(message, describe(error), "faute"))


def _wake(look):
    if not look["awake"]:
        look["awake"] = True
        _show_map(look)


def _pair(labels):
    return list(zip(labels.astype(str), labels.index.tolist(), strict=True))


def _pair_pages(pages, shown):
    """Return (label, name) of the pages that can be drawn; a page of one category or layer bears its label."""
    lists = {**shown["listes"]["categories"]["libelle"], **shown["couches"]["libelle"]}
    known = {normalize_label(code): label for code, label in lists.items()}
    pairs = []
    for name in pages:
        kind, _, code = name.partition("_")
        words = f"{PAGES[kind]} : {known[code]}" if kind in PAGES and code in known else name.replace("_", " ").capitalize()
        pairs.append((words, name))
    return pairs


def _offer(menu, options):
    """Give other options to a menu; it stays on its choice where that is still one."""
    held = menu.value
    menu.options = options
    if held in [code for _, code in options]:
        menu.value = held


def _tell_title(shown):
    lines = "".join(f"<li>{escape(str(line))}</li>" for line in shown["notices"])
    date = escape(str(shown["mentions"]["date"]))
    return (
        f'<h2>{escape(str(shown["titre"]))}</h2><p class="note">Édition {escape(shown["edition"])}, au {date}. '
        f"L'inventaire est montré tel qu'il est dans son fichier : les saisies n'y sont pas encore.</p>"
        f'<details><summary>Ce qu\'il faut savoir avant de lire</summary><ul class="note">{lines}</ul></details>'
    )


def _tell_chosen(shown, territoire, categorie, seuil, menus):
    where = f"{menus['CATEGORIE'].label}, {menus['TERRITOIRE'].label}"
    told = [tell_state(shown, territoire, categorie), tell_distance(shown, territoire, categorie, seuil)]
    lines = "".join(f"<li>{escape(text[:1].upper() + text[1:])}</li>" for text in told)
    return f"<h3>{escape(where)}</h3><ul>{lines}</ul>"


def _tell_territory(shown, territoire):
    """Return the tables of one territory that stand beside the page drawn: what is missing, the jurisdictions."""
    name = shown["territoires"]["nom"].get(territoire, territoire)
    states = choose_rows(shown, "categories_territoires", territoire=territoire)
    missing = states[states["statut"] == "absent_verifie"]
    parts = [f"<h3>{escape(str(name))}</h3>"]
    if len(states):
        unknown, present = int((states["statut"] == "non_renseigne").sum()), int((states["statut"] == "present").sum())
        parts.append(
            f"<p>{present} catégories présentes, {len(missing)} absences vérifiées, {unknown} non renseignées, sur {len(states)}.</p>"
        )
    parts.append(show_rows("Ce qui manque : absences vérifiées", missing, MISSING))
    profile = choose_rows(shown, "discordance", territoire=territoire)
    parts.append(show_rows("Découpages", profile[profile["n_unites"] > 0], LAYERS))
    return "".join(parts)


def _tell_lists(shown, territoire):
    """Return the longer tables of one territory: what is expected there, the links to check."""
    parts = []
    if "manques_attendus" in shown:
        expected = choose_rows(shown, "manques_attendus", territoire=territoire)
        expected = expected[expected["etat"] != "present"].replace({"etat": EXPECTED_STATES})
        parts.append(show_rows("Ce qui est attendu et n'est pas établi", expected, EXPECTED, lines=8))
    return "".join([*parts, _tell_links(shown, territoire)])


def _tell_links(shown, territoire):
    if "liens_a_verifier" not in shown:
        return "<h3>Liens à vérifier</h3><p>Montrés dans l'édition interne seulement.</p>"
    rows = choose_rows(shown, "liens_a_verifier")
    whole = territoire == "perimetre"
    held = rows if whole else rows[[territoire in places for places in rows["territoires_communs"]]]
    return show_rows("Liens à vérifier, non déclarés", held, LINKS, lines=6)


def _frame(html):
    """Return the map in a frame that can reach neither the page nor the network."""
    return f'<iframe title="Carte interactive" sandbox="allow-scripts" style="height:{MAP_HEIGHT}px" srcdoc="{escape(html)}"></iframe>'
