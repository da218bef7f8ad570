"""A territory of too many communes for a screen, redrawn by EPCI: the web map of a whole country."""

import geopandas as gpd
import pandas as pd

from diagnostic.draw.web_text import fill_text, take_column
from diagnostic.draw.web_view import OWN_LAYER
from diagnostic.vocabulary.formats import count_words

MOST_COMMUNES = 10_000
LEFT = (
    "Carte dessinée par intercommunalité : ce qui se lit commune par commune (groupes de mêmes interlocuteurs, accès, présences) "
    "n'y est pas."
)
# Metres: what a screen shows of a country.
COARSE_TOLERANCE_M = 300


def is_too_many(communes):
    """Return whether a territory has more communes than a web page can draw at once."""
    return len(communes) > MOST_COMMUNES


def coarsen(communes, vue):
    """Return the EPCI in the place of the communes, and the view that goes with them.

    A commune without EPCI stands for itself. What is told commune by commune (atoms, access, states, communes out of the main
    unit) is left out, and so are the actors of a category that stands in most communes; the mentions say so.

    Parameters
    ----------
    communes : GeoDataFrame, index code_insee; nom, population, epci, epci_nom, mairie_lon, mairie_lat
    vue : dict, as for `web.draw_web_map`; also `parts` (epci, couche, unite_id, part of the EPCI's inhabitants in the unit)
        and `interlocuteurs` (Series, index SIREN)
    """
    key = communes["epci"].where(communes["epci"].notna(), communes.index.to_series()).rename("code_insee")
    acteurs, left = _leave_crowds(vue["acteurs"], len(communes))
    loose = communes.index[communes["epci"].isna()]
    affectation = vue["affectation"]
    parts = vue["parts"].rename(columns={"epci": "code_insee"})
    counts = vue["interlocuteurs"].rename("nb_unites").rename_axis("code_insee").to_frame()
    return _join_shapes(communes, key), vue | {
        "couches": vue["couches"].drop(index=OWN_LAYER, errors="ignore"),
        "affectation": pd.concat([parts, affectation[affectation["code_insee"].isin(loose)]], ignore_index=True),
        "millefeuille": counts, "mairies": communes[["mairie_lon", "mairie_lat"]],
        "acteurs": acteurs.assign(lieu_id=take_column(acteurs, "code_insee").map(key)),
        "atomes": None, "acces": None, "etats": None, "minoritaires": None, "mentions": [*vue.get("mentions", []), LEFT, *left],
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
