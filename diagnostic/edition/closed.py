"""Categories one of whose places an edition hides: no distance may lead to it."""

import pandas as pd

from diagnostic.vocabulary import read_vocabulary

# Tables with a row a category, from which one could find where its sites are.
CATEGORY_TABLES = [
    "acces", "acces_communes", "acces_temps", "acces_temps_communes", "sites_acces", "courbes_acces", "communes_eloignees", "fermetures",
    "accessibilite_communes", "accessibilite_territoires", "sites_capacite", "sites_supplementaires", "etats_communes",
    "acces_indicateurs", "acces_classes", "communes_fragiles", "manques_acces",
]  # fmt: skip


def list_closed_categories(actors, shown):
    """Return the categories one of whose actors is hidden, or moved to the mairie, in this edition.

    Distances to a category tell where its sites are: three of them are enough to find a hidden one on a map.
    """
    places = actors.set_index("acteur_id").reindex(columns=["x_m", "y_m"])
    seen = shown.set_index("acteur_id").reindex(index=places.index, columns=["x_m", "y_m"])
    changed = ~((seen == places) | (seen.isna() & places.isna())).all(axis=1) | ~places.index.isin(shown["acteur_id"])
    rows = actors[changed.to_numpy()]
    return {*rows["categorie"].dropna(), *(code for cell in rows["categories_secondaires"] for code in cell)}


def list_distance_measures():
    """Return the measures that a table of CATEGORY_TABLES holds."""
    measures = read_vocabulary("mesures")
    return set(measures.loc[measures["table"].isin(CATEGORY_TABLES), "mesure"])


def drop_distances(rows, name, closed, tables):
    """Drop the distances, their sums, records and sentences for the categories of `closed`."""
    if name in CATEGORY_TABLES:
        gone = rows["categorie"].isin(closed)
    elif name == "attendus_territoires":
        codes = rows["code"].astype("object").map(lambda cell: not closed.isdisjoint(str(cell).split(";")))
        gone = rows["objet"].ne("dispositif") & codes.astype(bool)
    elif name == "resultats":
        gone = rows["mesure"].isin(list_distance_measures()) & rows["groupe_a"].isin(closed)
    elif name == "lectures":
        labels = tables["listes"]["categories"]["libelle"].reindex(sorted(closed)).dropna()
        naming = [any(label in sentence for label in labels) for sentence in rows["phrase"]]
        gone = rows["theme"].eq("Accès") & pd.Series(naming, index=rows.index, dtype=bool)
    else:
        return rows, []
    if not gone.any():
        return rows, []
    reason = "distances à une catégorie dont un acteur est masqué : elles diraient où il est"
    return rows[~gone], [[name, "lignes", int(gone.sum()), reason]]
