"""Menus over the tables and pictures of a dossier: choose a territory, a layer, a category, a threshold, and look."""

import pandas as pd

from diagnostic import run as way
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words, format_number, format_share
from diagnostic.widgets.comparison import tell_crossing
from diagnostic.widgets.menus import build_menus, build_widget
from diagnostic.widgets.opening import WHOLE, choose_rows, choose_start, list_choices
from diagnostic.widgets.pictures import find_page, list_shown, show_actor, show_file, show_page
from diagnostic.widgets.tables import INTERNAL, STATES, show_sentences, show_table

PROFILE = {
    "couche_nom": "Découpage", "n_unites": "Unités", "interlocuteurs_effectifs_q2": "Interlocuteurs effectifs",
    "unite_principale_nom": "Unité principale", "part_principale": "Sa part d'habitants", "couverture": "Habitants couverts",
}  # fmt: skip
CATEGORIES = {"categorie_nom": "Catégorie", "nb_acteurs": "Acteurs recensés"}
ACTORS = {"nom": "Acteur", "categorie_nom": "Catégorie", "champ": "Champ", "commune": "Commune", "date_maj": "Mise à jour"}
DENSITY = {
    "nb_acteurs": "Acteurs", "nb_repondants": "Ont répondu", "nb_liens": "Liens déclarés", "nb_paires": "Paires possibles",
    "densite": "Densité", "degre_moyen": "Partenaires par acteur", "nb_isoles": "Sans lien",
}  # fmt: skip
ALL = "toutes"


def explore_actors(tables, territoire="", categorie=ALL):
    """Return two menus, territory and category, and under them who has its seat there, then where the category is."""
    choices = list_choices(tables)
    rows = choose_rows(tables, "acteurs")
    seats = tables["appartenance"]
    others = rows["categories_secondaires"].map(lambda codes: set(codes) if isinstance(codes, tuple | list) else set())

    def choose(category):
        if category == ALL:
            return rows
        return rows[(rows["categorie"] == category) | others.map(lambda codes: category in codes).astype(bool)]

    def tell(territory, category):
        found = choose(category)
        found = found[~found["hors_territoire"].astype(bool)]
        if territory != WHOLE:
            found = found[found["code_insee"].isin(seats.loc[seats["territoire_id"] == territory, "code_insee"])]
        number = count_words(len(found), "acteur recensé", "acteurs recensés")
        where = "" if territory == WHOLE else " dont la commune y est ; ceux qui y agissent d'ailleurs n'y sont pas"
        words = show_sentences([f"{choices['TERRITOIRE'][territory]} : {number}{where}."])
        return words.data + show_table(found.sort_values("nom", key=lambda names: names.map(normalize_label)), ACTORS, lines=10).data

    def draw(category):
        found = choose(category)
        return show_page(tables, "acteurs", pages=way.list_pages(tables | {"acteurs": tables["acteurs"].loc[found.index]}))

    categories = pd.concat([pd.Series({ALL: "Toutes les catégories"}), choices["CATEGORIE"]])
    return build_menus(
        {"Territoire": choices["TERRITOIRE"], "Catégorie": categories},
        [(["Territoire", "Catégorie"], tell), (["Catégorie"], draw)],
        start={"Territoire": choose_start(tables, "TERRITOIRE", territoire), "Catégorie": categorie},
    )  # fmt: skip


def explore_ressorts(tables, territoire="", couche=""):
    """Return two menus, territory and layer: under them the profile of each layer in the territory, the layer on the map."""
    choices, pages = list_choices(tables), way.list_pages(tables)
    profile = choose_rows(tables, "discordance")
    profile = profile[profile["n_unites"] > 0]
    said = choose_rows(tables, "phrases_ressorts").query("genre == 'paire' and couche_a == 'EPCI'")

    def tell(territory):
        return show_table(profile[profile["territoire_id"] == territory], PROFILE, lines=20)

    def compare(territory, layer):
        found = said[(said["territoire_id"] == territory) & (said["couche_b"] == layer)]["phrase"].tolist()
        return show_sentences(found or ["Une seule intercommunalité ici, ou un découpage qui ne la couvre pas : rien à comparer."])

    panels = [(["Territoire"], tell)]
    menus = {"Territoire": choices["TERRITOIRE"]}
    if len(choices["COUCHE"]):
        menus["Découpage"] = choices["COUCHE"]
        panels += [
            (["Territoire", "Découpage"], compare),
            (["Découpage"], lambda layer: show_page(tables, f"ressort_{layer}", pages=pages)),
        ]
    start = {"Territoire": choose_start(tables, "TERRITOIRE", territoire), "Découpage": choose_start(tables, "COUCHE", couche)}
    return build_menus(menus, panels, start=start)


def explore_neighbours(tables):
    """Return a menu of intercommunalités and under it the sheet of the one chosen: who it deals with, which communes stand apart."""
    said = tables["phrases_ressorts"].query("genre == 'fiche'")
    held = tables["territoires"]["nom"]
    held = held[held.index.isin(said["territoire_id"])]
    return build_menus(
        {"Intercommunalité": held},
        [(["Intercommunalité"], lambda code: show_sentences(said.loc[said["territoire_id"] == code, "phrase"]))],
    )  # fmt: skip


def explore_links(tables, territoire=""):
    """Return a menu of territories: under it the links declared there, what they say of the two champs, and what answers allow."""
    densities = choose_rows(tables, "densites").set_index("territoire_id")
    compared = tables["comparaison"].set_index("territoire_id")
    crossing, names = tell_crossing(compared), list_choices(tables)["TERRITOIRE"]
    names = names[names.index.isin(densities.index)]

    def tell(territory):
        here = densities.loc[[territory]]
        if here["raison_absence"].iat[0] and here["densite"].isna().all():
            return show_sentences([f"{names[territory]} : {here['raison_absence'].iat[0]}."])
        return show_table(here, DENSITY).data + show_sentences([f"Entre les deux champs. {crossing.get(territory, '—')}."]).data

    start = {"Territoire": choose_start(tables, "TERRITOIRE", territoire)}
    return build_menus({"Territoire": names}, [(["Territoire"], tell)], start=start)


def explore_pages(tables, title, names):
    """Return a menu of pages of the atlas and under it the page: those whose name starts with one of `names`, with `title` before it."""
    pages = way.list_pages(tables)
    kept = [page for page in pages if page.startswith(tuple(names))]
    known = [tables["territoires"]["nom"], tables["couches"]["libelle"], tables["listes"]["categories"]["libelle"]]
    words = {normalize_label(code): label for labels in known for code, label in [*labels.items(), *zip(labels, labels, strict=True)]}
    ends = {page: page.split("_", 1)[-1] for page in kept}
    labels = pd.Series({page: words.get(end, page.replace("_", " ").capitalize()) for page, end in ends.items()}, dtype=str)
    return build_menus({title: labels}, [([title], lambda page: show_page(tables, page, pages=pages))])


def explore_categories(tables, territoire=""):
    """Return two menus, territory and state, and under them the categories in this state.

    They open on the verified absences of `territoire`; where states are not said for it, of the territory that has most.
    """
    states = choose_rows(tables, "categories_territoires")
    held = tables["territoires"]["nom"]
    held = held[held.index.isin(states["territoire_id"])]
    absent = states["statut"].eq("absent_verifie").groupby(states["territoire_id"]).sum()
    kinds = pd.Series({code: STATES[code] for code in ("absent_verifie", "present", "non_renseigne")})

    def tell(territory, kind):
        return show_table(states.query("territoire_id == @territory and statut == @kind"), CATEGORIES, lines=15)

    return build_menus(
        {"Territoire": held, "État": kinds},
        [(["Territoire", "État"], tell)],
        start={"Territoire": territoire if territoire in held.index or absent.empty else absent.idxmax()},
    )  # fmt: skip


def explore_gaps(tables, territoire="", categorie="", seuil_km=""):
    """Return three menus, territory, category and threshold: the state, how many live far, then the map and the curve."""
    choices, pages = list_choices(tables), way.list_pages(tables)
    names, words = choices["TERRITOIRE"], choices["CATEGORIE"]

    def draw(category):
        drawn = [page for page in (find_page(pages, f"{kind}_{category}") for kind in ("etats", "courbe", "acces")) if page in pages]
        if not drawn:
            return show_sentences([f"{words[category]} : ni carte ni courbe, le groupe n'a pas dit avoir recensé cette catégorie."])
        return "".join(show_page(tables, page, pages=pages).data for page in drawn)

    def tell(territory, category, step):
        state = f"{words[category]}, {names[territory]} : {tell_state(tables, territory, category)}"
        return show_sentences([state, f"Éloignement : {tell_distance(tables, territory, category, step)}"])

    asked = {"Territoire": ("TERRITOIRE", territoire), "Catégorie": ("CATEGORIE", categorie), "Seuil": ("SEUIL_KM", seuil_km)}
    return build_menus(
        {title: choices[name] for title, (name, _) in asked.items()},
        [(list(asked), tell), (["Catégorie"], draw)],
        start={title: choose_start(tables, name, code) for title, (name, code) in asked.items()},
    )  # fmt: skip


def tell_state(tables, territoire, categorie):
    """Return the state of a category in a territory in words; in the whole, how many intercommunalités are in each state."""
    if territoire == WHOLE:
        rows = tables["etats_categories"].query("type == 'epci' and categorie == @categorie")
        if rows.empty:
            return "aucun état n'est connu."
        row = rows.iloc[0]
        told = [f"{STATES[kind].lower()} dans {row[f'nb_{kind}']}" for kind in ("present", "absent_verifie", "non_renseigne")]
        return f"{', '.join(told)}, sur {count_words(row['nb_cases'], 'intercommunalité')}."
    rows = tables["categories_territoires"].query("territoire_id == @territoire and categorie == @categorie")
    if rows.empty:
        return "l'état d'une catégorie se lit par intercommunalité ou par département."
    row = rows.iloc[0]
    return f"{STATES[row['statut']].lower()} ({count_words(row['nb_acteurs'], 'acteur recensé', 'acteurs recensés')})."


def tell_distance(tables, territoire, categorie, seuil_km):
    """Return how many inhabitants live beyond a distance of the nearest listed site, where its list is said to be complete."""
    rows = tables["acces"].query("territoire_id == @territoire and categorie == @categorie and seuil_km == @seuil_km")
    if rows.empty:
        return "aucune distance mesurée : aucun site recensé, ou catégorie que cette édition ne montre pas."
    row = rows.iloc[0]
    if row["inventaire"] != "complet":
        return "la liste des sites n'est pas dite complète : une distance mesurerait l'inventaire, pas le territoire."
    share = format_share(row["part_population_au_dela"], 1)
    return (
        f"{format_number(row['population_au_dela'])} habitants sur {format_number(row['population'])} ({share}) à plus de "
        f"{format_number(seuil_km, 0 if seuil_km == int(seuil_km) else 1)} km, à vol d'oiseau, du site le plus proche."
    )


def explore_statements(tables):
    """Return a menu of the statements of the guide, and under it the one chosen: sentence, threshold, leviers, what it rests on."""
    rows = tables["constats"].set_index("constat")
    details = tables.get("constats_details", pd.DataFrame(columns=["constat", "nom", "detail"]))
    states = rows["etat"].map({"constate": "constaté", "non_constate": "non constaté", "non_mesurable": "non mesurable"})
    labels = rows["titre"] + " (" + states + ")"

    def tell(code):
        row = rows.loc[code]
        told = [row["phrase"] or row["raison_absence"], f"Ce qu'on compte : {row['indicateur']}.", f"Seuil : {row['seuil_libelle']}."]
        leviers = [f"Levier à discuter : {text}." for text in row["leviers_libelles"].split(" ; ") if text]
        found = details[details["constat"] == code]
        shown = show_table(found, {"nom": "Sur quoi il porte", "detail": "Détail"}, lines=8).data if len(found) else ""
        return show_sentences([*told, *leviers]).data + shown

    return build_menus({"Constat": labels}, [(["Constat"], tell)])


def explore_written(written, page=""):
    """Return a menu of the pages and maps that `run` wrote, opened on `page`, and under it the one chosen."""
    shown = list_shown(written)
    kinds = {".png": "image", ".html": "page interactive"}
    labels = {name: f"{name.replace('_', ' ').capitalize()} ({kinds[path.suffix]})" for name, path in shown.items()}
    labels = pd.Series(labels, dtype=str)
    return build_menus({"Page": labels}, [(["Page"], lambda name: show_file(written, name))], start={"Page": page})


def explore_network(tables):
    """Return a menu of actors and under it the one chosen, its partners and its dispositifs; internal edition only."""
    if tables["edition"] != "interne":
        return build_widget(show_sentences([INTERNAL]).data)
    degrees = tables["positions"]["degre"]
    names = tables["acteurs"].set_index("acteur_id")["nom"]
    names = names[names.index.isin(degrees.index[degrees > 0])].sort_values(key=lambda labels: labels.map(normalize_label))
    start = {"Acteur": degrees.idxmax() if len(names) else ""}
    return build_menus({"Acteur": names}, [(["Acteur"], lambda code: show_actor(tables, code))], start=start)
