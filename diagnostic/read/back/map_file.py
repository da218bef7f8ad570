"""A uMap or a GeoJSON that the group edited -> corrections: points moved, properties changed, points added; all else is told."""

from pathlib import Path

import numpy as np
import pandas as pd

from diagnostic.read.back.merge_book import make_rows
from diagnostic.read.formats.geo_tables import list_layers, read_json, read_records
from diagnostic.schema import join_problems, list_problems
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words, join_words

MOVED = 2e-5  # degrees: 2 m, twice what the rounding of a map takes away
KEPT = ["nom", "sigle", "categorie", "champ", "statut", "code_insee", "commune", "themes", "publics", "mobile"]  # what a map may correct
DESCRIPTION = {"description": "remarques"}  # what uMap itself asks for
OURS = {"epci", "unite_id", "nb_communes", "nb_unites", "atome_id"}  # the keys of the contours that the software writes
LINKS = {"source_id", "cible_id"}


def read_map(path, base, *, qui, quand, statut):
    """Read what a map says otherwise than the dossier.

    Parameters
    ----------
    path : path-like, GeoJSON or uMap, with the identifiers that the software wrote (`acteur_id`)
    base : DataFrame, index = acteur_id: the properties of KEPT as a map holds them, `lon`, `lat` of the actor (degrees, missing
        without a point of its own) and `lon_mairie`, `lat_mairie` of its commune
    qui, quand, statut : str, what the file does not say: who hands it in, on which day (may be empty), proposed or accepted

    Returns
    -------
    rows : DataFrame, READ_COLUMNS of `merge_book`
    problemes : DataFrame: shapes of other kinds, points that cannot be placed, features without a name or a category

    Notes
    -----
    A feature that is not there any more says nothing: a map may hold a part only. An emptied property says nothing either. A point
    at the mairie of its commune is where a map puts an actor without a point: it has not moved.
    """
    path = Path(path)
    shapes = [record.get("geometry") for _, records, _ in list_layers(read_json(path), path) for record in records]
    sheets, notice = read_records(path)
    notice = notice[notice["gravite"] != "information"]
    parts = [_name_features(raw, name) for name, raw in sheets.items()]
    features = pd.concat(parts, ignore_index=True).fillna("") if parts else pd.DataFrame(columns=["feuille", "ligne"])
    features["forme"] = [str(shape.get("type", "")) if isinstance(shape, dict) else "" for shape in shapes[: len(features)]]
    features = features.assign(fichier=path.name)
    points = features["forme"] == "Point"
    needed = [*features.columns, "acteur_id", "name", "longitude", "latitude", *KEPT, *DESCRIPTION]
    features = features.reindex(columns=list(dict.fromkeys(needed)), fill_value="")
    for column in ("lon", "lat"):
        features[column] = pd.to_numeric(features["longitude" if column == "lon" else "latitude"], errors="coerce")
    placed = points & features["lon"].between(-180, 180) & features["lat"].between(-90, 90)
    known = features["acteur_id"].isin(base.index)
    shared = {"qui": qui, "quand": quand, "statut": statut, "fichier": path.name, "genre": "copie"}
    rows = [*_list_moved(features[known & placed], base), *_list_changed(features[known], base)]
    added, told = _list_added(features[~known & placed])
    rows = make_rows([row | shared | ({"genre": ""} if row["action"] == "ajouter" else {}) for row in [*rows, *added]])
    lost = points & ~placed
    message = "Point sans coordonnées en degrés : il n'est pas repris."
    wrong = list_problems("erreur", features[lost], message, "exportez la carte en GeoJSON ou en uMap, en longitude et latitude")
    return rows, join_problems(notice, told, wrong, _tell_shapes(features[~points & (features["forme"] != "")]))


def _name_features(raw, sheet):
    """Return the features of one layer under the names of their properties."""
    if not len(raw):
        return pd.DataFrame(columns=["feuille", "ligne"])
    body = raw.iloc[1:].set_axis(list(raw.iloc[0]), axis=1)
    body = body.loc[:, ~body.columns.duplicated()]
    return body.assign(feuille=sheet, ligne=pd.array(body.index, dtype="Int64"))


def _list_moved(features, base):
    """Return the corrections of the points that are neither where the actor is, nor at its mairie."""
    held = base.loc[features["acteur_id"]]
    at_home = _is_near(features, held["lon"], held["lat"])
    at_town = _is_near(features, held["lon_mairie"], held["lat_mairie"]) & held["lon"].isna().to_numpy()
    if "place" in features:
        at_town |= _is_near(features, held["lon_mairie"], held["lat_mairie"]) & (features["place"] == "mairie").to_numpy()
    for row in features[~(at_home | at_town)].to_dict("records"):
        for column in ("lat", "lon"):
            yield {
                "action": "changer", "table": "acteurs", "identifiant": row["acteur_id"], "colonne": column,
                "valeur": f"{row[column]:.6f}", "feuille": row["feuille"], "ligne": row["ligne"],
                "groupe": f"point|{row['acteur_id']}|{row['feuille']}|{row['ligne']}",
            }  # fmt: skip


def _is_near(features, lon, lat):
    away = np.hypot(features["lon"].to_numpy() - lon.to_numpy(dtype=float), features["lat"].to_numpy() - lat.to_numpy(dtype=float))
    return away <= MOVED


def _list_changed(features, base):
    """Return the corrections of the properties that hold something else than the dossier; uMap shows `name`, the file keeps `nom`."""
    held = base.loc[features["acteur_id"]].set_axis(features.index)
    renamed = (features["name"] != "") & (features["name"] != features["nom"]) & features["nom"].isin(["", *held["nom"]])
    features = features.assign(nom=features["nom"].where(~renamed, features["name"]))
    for column in [*KEPT, *DESCRIPTION]:
        texts, now = features[column], held[DESCRIPTION.get(column, column)].fillna("").astype(str)
        differ = (texts != "") & (texts.map(_fold) != now.map(_fold))
        for row in features[differ].to_dict("records"):
            yield {
                "action": "changer", "table": "acteurs", "identifiant": row["acteur_id"], "colonne": DESCRIPTION.get(column, column),
                "valeur": row[column], "feuille": row["feuille"], "ligne": row["ligne"],
            }  # fmt: skip


def _fold(text):
    """Return a list or a label as it is compared: `; ` and `;` are one, the order counts for nothing."""
    return "\x1f".join(sorted(normalize_label(part) for part in str(text).split(";") if part.strip()))


def _list_added(features):
    """Return (corrections that add the points of no actor, problemes of those that lack a name or a category)."""
    features = features.assign(nom=features["nom"].where(features["nom"] != "", features["name"]))
    whole = (features["nom"] != "") & (features["categorie"] != "")
    rows = []
    for row in features[whole].to_dict("records"):
        cells = {name: row[name] for name in KEPT if row[name]} | {"lat": f"{row['lat']:.6f}", "lon": f"{row['lon']:.6f}"}
        cells |= {"remarques": row["description"]} if row["description"] else {}
        cells |= {"source": row.get("source") or f"Carte du groupe ({row['fichier']})"}
        place = {"feuille": row["feuille"], "ligne": row["ligne"], "groupe": f"ajout|{row['feuille']}|{row['ligne']}"}
        place |= {"action": "ajouter", "table": "acteurs", "identifiant": row["acteur_id"] or row["nom"]}
        rows += [place | {"colonne": name, "valeur": text} for name, text in cells.items()]
    names = features.loc[~whole, "nom"].where(features.loc[~whole, "nom"] != "", "sans nom")
    message = ("Point ajouté « " + names + " » : sans nom ou sans catégorie, il n'est pas repris.").to_list()
    fix = "donnez-lui les propriétés nom et categorie dans la carte, ou ajoutez la structure dans le classeur de corrections"
    return rows, list_problems("attention", features[~whole], message, fix, colonne="categorie")


def _tell_shapes(features):
    """Tell once a layer the lines and surfaces that are not read; the contours that the software wrote itself are not told."""
    drawn = ~(features[[name for name in OURS | LINKS if name in features]] != "").any(axis=1)
    told = []
    for sheet, part in features[drawn].groupby("feuille", sort=False):
        names = [name for name in part["name"] if name]
        which = f" ({join_words(names, 4)})" if names else ""
        lines, total = int(part["forme"].str.contains("Line").sum()), len(part)
        kinds = " et ".join(filter(None, [count_words(lines, "ligne") if lines else "", count_words(total - lines, "surface ou groupe",
                                          "surfaces ou groupes") if total > lines else ""]))  # fmt: skip
        message = f"Calque « {sheet} » : {kinds} de formes{which} : seuls les points d'acteurs se corrigent sur une carte."
        fix = "un ressort se corrige dans la feuille ressorts, un lien dans le classeur de corrections"
        told.append(list_problems("information", part.head(1), message, fix, colonne="geometry"))
    return join_problems(*told)
