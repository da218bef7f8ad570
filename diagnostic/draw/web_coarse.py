"""Polygons larger than communes: a country of too many communes redrawn by EPCI, or the territories that are compared."""

import geopandas as gpd
import pandas as pd

from diagnostic.draw.escape import dump_json
from diagnostic.draw.web_layers import SIMPLIFY_TOLERANCE_M, encode_shapes
from diagnostic.draw.web_text import fill_text, take_column
from diagnostic.draw.web_view import OWN_LAYER
from diagnostic.vocabulary.formats import count_words

MOST_COMMUNES = 10_000
LEFT = (
    "Carte dessinée par intercommunalité : ce qui se lit commune par commune (groupes de mêmes interlocuteurs, accès, présences) "
    "n'y est pas."
)
# What a polygon is: one, several, the title of a column, the head of a legend, with each article.
WORDS = {
    "commune": ("commune", "communes", "Commune", "Communes", "une commune", "la commune"),
    "epci": ("intercommunalité", "intercommunalités", "Intercommunalité", "EPCI", "une intercommunalité", "l'intercommunalité"),
    "departement": ("département", "départements", "Département", "Dép.", "un département", "le département"),
    "couche": ("territoire", "territoires", "Territoire", "Territoires", "un territoire", "le territoire"),
}
# Metres: what a screen shows of a country; coarser while the page would be too heavy.
TOLERANCES_M = (300, 600, 1200, 2400)
# The page without its data (Leaflet, our scripts and style) takes another 0.3 MB: 3 MB in all.
MOST_DATA_BYTES = 2_600_000


def is_too_many(communes):
    """Return whether a territory has more communes than a web page can draw at once."""
    return len(communes) > MOST_COMMUNES


def pick_tolerance(communes, plan):
    """Return the tolerance of the outlines, metres: that of communes for the few territories of a region."""
    return SIMPLIFY_TOLERANCE_M if plan and not is_too_many(communes) else TOLERANCES_M[0]


def coarsen(communes, vue):
    """Return the EPCI, or the territories compared, in the place of the communes, and the view that goes with them.

    A commune without EPCI stands for itself; one of no territory compared is not drawn. What is told commune by commune (atoms,
    access, states, communes out of the main unit) is left out, and so are the actors of a category that stands in most communes;
    the mentions say so.

    Parameters
    ----------
    communes : GeoDataFrame, index code_insee; nom, population, epci, epci_nom, mairie_lon, mairie_lat
    vue : dict, as for `web.draw_web_map`; also `parts` (epci, couche, unite_id, part of the inhabitants of the polygon in the unit)
        and `interlocuteurs` (Series, index the code of the polygon); `decoupage`, optional, when polygons are not the EPCI of the
        country: dict maille (key of WORDS), cle (Series of code by code_insee), noms (Series by code). Its code is then what the
        columns `epci` of the view hold.
    """
    plan = vue.get("decoupage")
    if plan:
        key = plan["cle"].reindex(communes.index).rename("code_insee")
        communes = communes[key.notna()].assign(epci=key, epci_nom=key.map(plan["noms"]))
    key = communes["epci"].where(communes["epci"].notna(), communes.index.to_series()).rename("code_insee")
    acteurs, left = _leave_crowds(vue["acteurs"], len(communes))
    loose = communes.index[communes["epci"].isna()]
    affectation = vue["affectation"]
    parts = vue["parts"].rename(columns={"epci": "code_insee"})
    counts = vue["interlocuteurs"].rename("nb_unites").rename_axis("code_insee").to_frame()
    told = [*vue.get("mentions", []), *([] if plan else [LEFT]), *left]
    return _join_shapes(communes, key), vue | {
        "couches": vue["couches"].drop(index=[] if plan else OWN_LAYER, errors="ignore"),
        "affectation": pd.concat([parts, affectation[affectation["code_insee"].isin(loose)]], ignore_index=True),
        "millefeuille": counts, "mairies": communes[["mairie_lon", "mairie_lat"]],
        "acteurs": acteurs.assign(lieu_id=take_column(acteurs, "code_insee").map(key)),
        "atomes": None, "acces": None, "etats": None, "minoritaires": None, "mentions": told,
    }  # fmt: skip


def _join_shapes(communes, key):
    """Return one row an EPCI: shapes joined, inhabitants added up, the mairie of its largest commune."""
    people = communes["population"].groupby(key).sum(min_count=1)
    largest = communes.assign(cle=key).sort_values("population", ascending=False, kind="stable").drop_duplicates("cle").set_index("cle")
    drawn = communes.geometry.notna()
    shapes = gpd.GeoDataFrame({"cle": key[drawn]}, geometry=communes.geometry[drawn], crs=communes.crs).dissolve("cle", method="coverage")
    table = pd.DataFrame({
        "nom": fill_text(largest["epci_nom"], largest["nom"]), "population": people.reindex(largest.index), "epci": largest["epci"],
        "epci_nom": largest["epci_nom"], "mairie_lon": largest["mairie_lon"], "mairie_lat": largest["mairie_lat"],
        "zone": take_column(largest, "zone"),
    }).sort_index().rename_axis("code_insee")  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=shapes.geometry.reindex(table.index), crs=communes.crs)


def _leave_crowds(acteurs, nb_communes):
    """Return the actors without those of a category that stands in half of the communes, and the sentence that says so."""
    labels = take_column(acteurs, "categorie_libelle")
    crowded = labels.map(labels.value_counts()).ge(nb_communes / 2)
    counts = labels[crowded].value_counts()
    told = [f"Non dessinés à cette échelle : {count_words(number, 'acteur')}, « {name} »." for name, number in counts.items()]
    return acteurs[~crowded], told


def lighten(communes, data):
    """Return the data of a page with coarser outlines where they would make it pass MOST_DATA_BYTES; the coarsest at worst."""
    for tolerance in TOLERANCES_M[1:]:
        if len(dump_json(data).encode()) <= MOST_DATA_BYTES:
            break
        data = data | {"communes": data["communes"] | {"formes": encode_shapes(communes, tolerance)}}
    return data
