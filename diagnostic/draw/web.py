"""The web map: one folium page whose drawing code, style and data are ours, ready to be written offline."""

import datetime

import branca.element
import folium
import pandas as pd
from folium.template import Template

from diagnostic.draw import web_layers, web_themes
from diagnostic.draw.escape import dump_json, escape_html
from diagnostic.draw.templates import read_template
from diagnostic.draw.web_coarse import WORDS, coarsen, is_too_many, lighten, pick_tolerance
from diagnostic.draw.web_dispositifs import list_dispositifs

SCRIPTS = ["fond.js", "themes.js", "acteurs.js", "fiche.js", "panneau.js", "legende.js", "filtres.js", "tableau.js", "carte.js"]
EDITION_LABELS = {"publique": "Édition publique", "partenaires": "Édition partenaires", "interne": "Édition interne"}
NOT_EXHAUSTIVE = "Inventaire non exhaustif : un blanc sur la carte n'est pas une absence vérifiée."
EMPTY_TABLES = {
    "couches": ["libelle", "millesime", "source"],
    "unites": ["couche", "unite_id", "unite_nom"],
    "affectation": ["code_insee", "couche", "unite_id", "part"],
    "millefeuille": [],
    "acteurs": ["acteur_id", "nom", "categorie", "champ"],
    "liens": ["source_id", "cible_id", "type"],
    "atomes": ["code_insee", "atome_id"],
    "discordance": ["epci", "couche", "valeur"],
    "minoritaires": ["couche", "code_insee"],
    "paires": ["territoire_id", "couche_a", "couche_b"],
    "acces": ["code_insee", "categorie", "libelle", "valeur", "unite", "seuils", "complet", "nb_sites"],
    "parts_au_dela": ["code_insee", "categorie", "libelle", "seuil", "valeur", "numerateur", "denominateur"],
    "etats": ["code_insee", "categorie", "libelle", "statut", "age_text"],
    "dispositifs": ["dispositif_id", "nom", "territoires"],
    "participations": ["acteur_id", "dispositif_id"],
}


class MapScene(folium.MacroElement):
    """Our drawing code, bound to the folium map that carries it."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.code }}{% endmacro %}")

    def __init__(self, code):
        super().__init__()
        self._name, self._id, self.code = "MapScene", "scene", code


def draw_web_map(communes, vue, *, titre, sources, date, edition):
    """Return the interactive map of a territory as a folium map without tiles.

    Write it with `diagnostic.write.offline.write_web_map`; folium's own `save` would leave links to a network.
    Same tables, same bytes.

    Parameters
    ----------
    communes : GeoDataFrame
        The perimeter, index `code_insee`. A commune without polygon is listed beside the map. More than
        `web_coarse.MOST_COMMUNES` are drawn by EPCI; with `decoupage` in the view, its territories are (`web_coarse.coarsen`).
    vue : dict
        Tables of the edition, each of which may be missing: `couches`, `unites`, `affectation`, `millefeuille`
        (index `code_insee`, columns `nb_unites`, `nb_couches`), `acteurs`, `liens`, `atomes`, `discordance`, `minoritaires`,
        `paires`, `acces`, `etats`, `dispositifs`, `participations` (see `web_view.prepare_view`), `parts_au_dela` and
        `acces_territoires` (in the place of `acces`) where territories are drawn; `stades`, labels of the
        stages in order; `mentions`, a list of sentences printed under the title (coverage of the inventory); and `tuiles`
        (`web_view.find_tiles`), a ground that the reader may ask of a network, which nothing else does.
    titre : str
        A sentence.
    sources : list of str
        Source and vintage, one a line.
    date : date or str
        The date printed.
    edition : {"publique", "partenaires", "interne"}
    """
    plan, mairies, tolerance = vue.get("decoupage"), None, web_layers.SIMPLIFY_TOLERANCE_M
    maille = plan["maille"] if plan else "epci" if is_too_many(communes) else "commune"
    if maille != "commune":
        tolerance = pick_tolerance(communes, plan)
        communes, vue = coarsen(communes, vue)
        mairies = vue["mairies"]
        vue["acces"] = vue.get("acces_territoires")
    tables = {name: _take_table(vue, name) for name in EMPTY_TABLES}
    # Without any actor nor state drawn there is no inventory: nothing to be warned of.
    warned = (NOT_EXHAUSTIVE,) if len(tables["acteurs"]) or len(tables["etats"]) else ()
    if tables["acteurs"].index.name == "acteur_id":
        tables["acteurs"] = tables["acteurs"].reset_index()
    page = {
        "titre": titre,
        "edition": EDITION_LABELS.get(edition, edition),
        "date": date.strftime("%d/%m/%Y") if isinstance(date, datetime.date) else date,
        "mentions": [mention.rstrip(". ") + "." for mention in (*warned, *vue.get("mentions", []))],
        "sources": list(sources),
        "fictif": _say_fictif(tables, sources),
    }
    data = _gather(communes, tables, stages=vue.get("stades", ()), mairies=mairies, maille=maille, tolerance=tolerance)
    data |= {"tuiles": vue.get("tuiles")}
    return _assemble(page, data if maille == "commune" else lighten(communes, data))


def _take_table(vue, name):
    table = vue.get(name)
    return pd.DataFrame(columns=EMPTY_TABLES[name]) if table is None else table


def _gather(communes, tables, *, stages, mairies, maille, tolerance):
    """Return everything the page's script reads, as plain lists and dicts; `mairies` when the rows of `communes` are territories."""
    acteurs, mots = web_layers.list_actors(communes, tables["acteurs"], mairies), WORDS[maille]
    ids, owner = tables["acteurs"]["acteur_id"].tolist(), WORDS["epci"] if maille == "commune" else mots
    discordance, alike = web_themes.list_discordance_themes(
        communes, tables["discordance"], tables["minoritaires"], tables["couches"], mots=owner
    )
    return {
        "maille": maille, "mots": mots[:-1], "ouverture": "millefeuille" if mairies is not None and not len(acteurs["nom"]) else "couches",
        "communes": web_layers.list_communes(communes, tolerance),
        "couches": web_layers.list_unit_layers(communes, tables["couches"], tables["unites"], tables["affectation"]),
        "familles": web_themes.FAMILIES | {"discordance": f"Discordance avec {owner[-1]}"},
        "themes": [
            *web_themes.list_count_themes(communes, tables["millefeuille"]), *discordance,
            *web_themes.list_access_themes(communes, tables["acces"]),
            *web_themes.list_beyond_themes(communes, tables["parts_au_dela"], mot=mots[0]),
            *web_themes.list_state_themes(communes, tables["etats"]),
        ],
        "remarques": {"discordance": alike},
        "atomes": web_themes.list_atoms(communes, tables["atomes"]),
        "paires": web_layers.list_pairs(tables["couches"], tables["paires"]),
        "acteurs": acteurs,
        "liens": web_layers.list_links(acteurs | {"id": ids}, tables["liens"]),
        "dispositifs": list_dispositifs(communes, ids, tables["dispositifs"], tables["participations"], stades=stages),
        "style": web_layers.describe_style(),
    }  # fmt: skip


def _say_fictif(tables, sources):
    """Return the sentence that says what is invented, or "" when nothing is."""
    # A layer may say FICTIF in its name only.
    layers = tables["couches"]
    layers = layers.assign(source=layers["source"].astype(str) + " " + layers.index.astype(str))
    counts = {
        "acteur": web_layers.count_fictif(tables["acteurs"]),
        "lien": web_layers.count_fictif(tables["liens"]),
        "couche": web_layers.count_fictif(layers),
    }
    told = ", ".join(f"{count} {what}{'s' if count > 1 else ''}" for what, count in counts.items() if count)
    if told:
        return f"Contient des données FICTIVES, inventées pour l'exemple : {told}."
    return "Contient des données FICTIVES." if any("FICTIF" in source for source in sources) else ""


def _assemble(page, data):
    """Return the folium map whose figure is our page; every identifier is fixed, so that the bytes are."""
    # The opening view is the script's: it fits the communes to the size of the screen.
    carte = folium.Map(
        tiles=None, location=[46.5, 2.5], zoom_start=6, zoom_control=False,
        max_zoom=15, zoomSnap=0.25, attributionControl=False,
    )  # fmt: skip
    # Only what the page uses: the rest of folium's libraries would be ten more files.
    carte.default_js = [asset for asset in carte.default_js if asset[0] == "leaflet"]
    carte.default_css = [asset for asset in carte.default_css if asset[0] == "leaflet_css"]
    carte._id = carte.global_switches._id = "carte"
    scripts = "\n".join(read_template(name) for name in SCRIPTS)
    scene = MapScene(f'(function (carte) {{\n"use strict";\n{scripts}\n}})({carte.get_name()});')
    figure = branca.element.Figure()
    figure._id = "page"
    figure._template = Template(read_template("page.html"))
    figure.page = {key: _escape(value) for key, value in page.items()}
    figure.style, figure.data = read_template("carte.css"), dump_json(data)
    carte.add_child(scene, name="scene")
    # Where images may come from: `write.offline` closes the page to anything else.
    carte.image_origins = [data["tuiles"]["origine"]] if data["tuiles"] else []
    figure.add_child(carte, name="carte")
    return carte


def _escape(value):
    return [escape_html(line) for line in value] if isinstance(value, list) else escape_html(value)
