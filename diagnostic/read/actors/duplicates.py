"""Rows of `acteurs` that may be one structure: pairs proposed with a score and its reasons, never merged here."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from diagnostic.read.actors import likeness
from diagnostic.schema import ORIGIN_COLUMNS, is_imported, join_problems, list_problems

DUPLICATE_COLUMNS = [
    "acteur_id_1", "acteur_id_2", "score", "motif", "nom_1", "nom_2", "source_1", "source_2", "commune", "distance_km", "decision",
]  # fmt: skip
PROPOSED = 0.3  # a pair is proposed from this score on: few of those between 0.3 and 0.5 are right
NEARLY_SURE = 0.9  # from this score on, nearly every pair is one structure (36 of 37 read)
NEAR_M = 200  # two points closer than this are compared whatever their names
MOST_NEIGHBOURS = 12  # points compared with one point
MOST_COMPANIONS = 25  # rows compared with one row inside a block, nearest names first
SLICE = 200_000  # pairs compared at once, so that memory is bounded
# Natural logarithms of odds, added up; their sum s gives the score 1 / (1 + exp(-s)).
POINTS = {
    "base": -4.0, "nom": 8.0, "rare": 1.0, "siret": 4.2, "siret_partage": 1.0, "siren": 1.0, "siren_different": -1.5, "commune": 1.0,
    "commune_differente": -3.0, "anciennes_communes": -2.0, "telephone": 1.5, "site_web": 1.0, "numeros": -3.0, "natures": -3.0,
    "itinerant": -3.0, "categories": -4.0,
}  # fmt: skip
DISTANCES = [(0.05, 1.5), (0.2, 1.0), (1.0, 0.0), (3.0, -1.0), (np.inf, -2.5)]
ADDRESSES = {1.0: 2.0, 0.5: 1.0, 0.0: -1.0, -1.0: -1.5}
PLACE_BOUNDS = (-3.5, 3.0)
SAME_TOWN = 50  # out of 100: two names of communes less alike, for one code, are two former communes
SAME_ACRONYM = 0.85  # likeness of two names, at least, when both rows give one acronym
# Bodies of which no two kinds can be one structure.
INSTITUTIONS = frozenset([
    "commune", "cc", "ca", "cu", "epci", "metropole", "metropole_lyon", "departement", "region", "prefecture", "ccas", "cias", "petr",
    "pnr", "caf", "msa", "cpam", "carsat", "mdph", "france_travail", "mission_locale", "cap_emploi", "mediatheque", "bailleur_social",
    "eaje", "esat", "chrs", "cada", "fjt",
])  # fmt: skip
_TEXTS = ["acteur_id", "nom", "sigle", "categorie", "siren", "siret", "code_insee", "commune", "adresse", "telephone", "site_web", "source"]


def find_duplicates(acteurs, *, decisions=None):
    """Propose the pairs of actors that may be one structure.

    Parameters
    ----------
    acteurs : DataFrame, table `acteurs`, completed (x_m, y_m in metres); telephone and site_web count when it has them
    decisions : DataFrame acteur_id_1, acteur_id_2, decision, optional
        What a person has already said of a pair, in either order.

    Returns
    -------
    doublons : DataFrame of DUPLICATE_COLUMNS, the highest score first; acteur_id_1 is the row of the inventory before
        that of an import, then the first in alphabetical order; distance_km is missing unless both rows have a point
    problemes : DataFrame, the blocks too large to be compared in full, and decisions about unknown actors

    Notes
    -----
    Compared are the rows that share a SIRET, a SIREN, a telephone, a website, an acronym, or in one commune an address or the
    first five letters of a word of their names; and each point with its twelve nearest within 200 m. Of a block, each row meets
    the twenty-five next in the order of names.

    score = 1 / (1 + exp(-s)), s the sum of:

    - base -4;
    - names 8 x (likeness - 0.5), likeness from 0 to 1 (`likeness.compare_names`: words weigh by their rarity in this table; the
      town's name, articles and legal forms do not count; at least 0.85 when both rows give one acronym in the column sigle), plus
      from 0 to 1 for the rarity of the words shared;
    - same SIRET +4.2, or +1 when the place below is negative or the communes differ (one SIRET for several places of one body); else
      same SIREN +1 when the place below is not negative; SIREN that differ -1.5;
    - same commune +1; two communes -3 (0 for points at 200 m or less); two former communes under one code -2;
    - place, from -3.5 to +3: points at 50 m +1.5, 200 m +1, 1 km 0, 3 km -1, beyond -2.5 (-0.5 at one address, where a geocoding
      went wrong); plus address: same street and number +2, same street and a number missing +1, two numbers -1, two streets -1.5;
    - same telephone +1.5; same website +1;
    - numbers or letters that differ in the names (Lycée 1, EHPAD A) -3; two kinds of bodies that cannot be one -4; kinds that
      differ in the names (a commune and its library) -3; only one of the two itinerant -3.

    The weights were chosen on 33 pairs read one by one and some 200 read beside, then measured on 46 others drawn in every range
    of score (`tests/paires_doublons.csv`, columns usage and meme; 26 of them are one structure). Recall on these 46: 77 % (20 of 26,
    95 % Wilson interval 58-89 %) at 0.5, the threshold chosen before they were read; 92 % (24 of 26, 76-98 %) at 0.3, chosen once
    they had been, so that this figure is no independent measure. Precision: 77 % at both (20 of 26, 58-89 %; 24 of 31, 60-89 %).
    60 proposals were drawn and read after that: right 25 times in 25 from 0.9 on, 14 in 20 from 0.5, 3 in 15 below.

    Not proposed on purpose: one SIRET in one commune at another address (185 pairs of the 575 of one SIRET and commune in the
    published files), or one name in one commune at another address (35 of 963): a body that has several places open to the public is
    several rows, and to merge them would lose a place.
    """
    rows = _prepare(acteurs)
    first, second, capped = _pair_rows(rows)
    weights, parts = likeness.weigh_names(rows), []
    for start in range(0, max(len(first), 1), SLICE):
        parts.append(_propose(rows, weights, first[start : start + SLICE], second[start : start + SLICE]))
    found, told = _recall_decisions(pd.concat(parts, ignore_index=True), decisions, rows["acteur_id"])
    found = found.sort_values(["exact", "acteur_id_1", "acteur_id_2"], ascending=[False, True, True], ignore_index=True)
    return found.assign(score=found["exact"].round(2))[DUPLICATE_COLUMNS], join_problems(capped, told)


def _propose(rows, weights, first, second):
    """Return the pairs whose score reaches the threshold, described."""
    clues = _compare_pairs(rows, weights, first, second)
    score = _score(clues)
    kept = np.flatnonzero(score >= PROPOSED)
    first, second, clues = first[kept], second[kept], clues.iloc[kept].reset_index(drop=True)
    found = pd.DataFrame({"exact": score[kept], "motif": _explain(clues), "distance_km": clues["distance_km"].round(3)})
    for column in ("acteur_id", "nom", "source"):
        cells = rows[column].to_numpy()
        found[f"{column}_1"], found[f"{column}_2"] = cells[first], cells[second]
    return found.assign(commune=rows["commune"].to_numpy()[first])


def _prepare(acteurs):
    """Return the rows in an order of their own, as text ('' when missing), with folded names and places."""
    texts = acteurs.reindex(columns=_TEXTS).astype("object")
    rows = texts.where(texts.notna(), "").astype("str")
    rows["importe"] = is_imported(acteurs)
    own = acteurs.reindex(columns=["lat", "lon", "x_m", "y_m"]).astype(float).notna().all(axis=1)
    for axis in ("x_m", "y_m"):
        rows[axis] = acteurs.reindex(columns=[axis])[axis].astype(float).where(own)
    rows["place"] = np.arange(len(rows))
    rows = rows.sort_values(["importe", "acteur_id"]).reset_index(drop=True)
    rows["siren"] = rows["siren"].where(rows["siren"] != "", rows["siret"].str[:9])
    rows["sigle"] = rows["sigle"].map({cell: likeness.fold_text(cell) for cell in rows["sigle"].unique()})
    rows["telephone"] = rows["telephone"].str.replace(r"\D", "", regex=True).str[-9:]
    rows["site_web"] = rows["site_web"].str.casefold().str.replace(r"^https?:/*(www\.)?|/+$", "", regex=True)
    rows["lieu"] = rows["commune"].map({cell: likeness.fold_text(cell) for cell in rows["commune"].unique()})
    rows["organisme"] = rows["categorie"].isin(INSTITUTIONS)
    names = likeness.fold_names(rows["nom"], rows["commune"])
    mobile = acteurs.reindex(columns=["mobile"])["mobile"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    names["itinerant"] |= mobile[rows.pop("place")]
    return rows.join(names).join(likeness.fold_addresses(rows["adresse"], rows["commune"]))


def _pair_rows(rows):
    """Return the positions of the rows to compare (two arrays, each pair once) and the problems: blocks met in part."""
    order = rows["mots"].map(" ".join).rank(method="dense").astype(int).to_numpy()
    place = rows["code_insee"].where(rows["code_insee"] != "", rows["commune"])
    starts = rows["mots"].explode().dropna().str[:5]
    acronyms = pd.concat([rows["sigle"], rows["nom"].map({n: likeness.fold_text(n) for n in rows["nom"].unique()})])
    blocks = {
        "SIRET": rows["siret"], "SIREN": rows["siren"], "téléphone": rows["telephone"], "site": rows["site_web"],
        "sigle": acronyms[acronyms.isin(set(rows["sigle"]))],
        "adresse": (place + "|" + rows["voie"] + "|" + rows["numero"]).where((place != "") & (rows["voie"] != ""), ""),
        "nom": place.reindex(starts.index) + "|" + starts,
    }  # fmt: skip
    parts, told = [_pair_points(rows)], []
    for label, keys in blocks.items():
        pairs, capped = _pair_block(keys[keys != ""], order)
        parts.append(pairs)
        told.append(_tell_capped(rows, label, capped))
    codes = np.unique(np.concatenate(parts))
    return codes // len(rows) if len(rows) else codes, codes % len(rows) if len(rows) else codes, join_problems(*told)


def _pair_block(keys, order):
    """Return the coded pairs of rows that share a key, and the keys of more rows than are compared with one row."""
    size = len(order)
    block = pd.DataFrame({"cle": pd.factorize(keys, sort=True)[0], "rang": order[keys.index], "ligne": keys.index})
    block = block.drop_duplicates(["cle", "ligne"])
    counts = block["cle"].map(block["cle"].value_counts())
    block = block[counts > 1].sort_values(["cle", "rang", "ligne"])
    key, line = block["cle"].to_numpy(), block["ligne"].to_numpy()
    pairs = [np.zeros(0, dtype=np.int64)]
    for step in range(1, min(MOST_COMPANIONS, int(counts.max() if len(counts) else 1) - 1) + 1):
        same = key[step:] == key[:-step]
        one, other = line[:-step][same], line[step:][same]
        pairs.append(np.minimum(one, other).astype(np.int64) * size + np.maximum(one, other))
    return np.unique(np.concatenate(pairs)), keys.loc[keys.index.isin(block.loc[counts > MOST_COMPANIONS + 1, "ligne"])]


def _pair_points(rows):
    """Return the coded pairs of points near one another."""
    points = rows[["x_m", "y_m"]].dropna()
    if len(points) < 2:
        return np.zeros(0, dtype=np.int64)
    near = min(MOST_NEIGHBOURS + 1, len(points))
    _, places = cKDTree(points.to_numpy()).query(points.to_numpy(), k=near, distance_upper_bound=NEAR_M)
    one, other = np.repeat(points.index, near), places.ravel()
    found = other < len(points)  # what is not found is given the place after the last
    one, other = one[found], points.index.to_numpy()[other[found]]
    distinct = one != other
    one, other = one[distinct].astype(np.int64), other[distinct]
    return np.minimum(one, other) * len(rows) + np.maximum(one, other)


def _tell_capped(rows, label, keys):
    if not len(keys):
        return None
    counts = keys.value_counts()
    counts = counts[counts > MOST_COMPANIONS + 1]
    where = pd.DataFrame({"fichier": "logiciel", "feuille": "doublons", "ligne": pd.array([pd.NA] * len(counts), dtype="Int64")})
    messages = [
        f"{count} lignes ont en commun : {label} « {key} ». Chacune n'a été comparée qu'aux {MOST_COMPANIONS} de nom le plus proche."
        for key, count in counts.items()
    ]
    return list_problems("information", where, messages, "rien, si ce sont bien des lieux différents", colonne=label)


def _compare_pairs(rows, weights, first, second):
    """Return one row a pair: every clue of the score."""
    clues = likeness.compare_names(rows, weights, first, second)
    for column in ("siret", "siren", "telephone", "site_web", "numeros", "code_insee", "categorie", "sigle"):
        codes = pd.factorize(rows[column].where(rows[column] != ""))[0]  # -1 where the cell is empty
        one, other = codes[first], codes[second]
        clues[column], clues[f"{column}_different"] = (one >= 0) & (one == other), (one >= 0) & (other >= 0) & (one != other)
    bodies, kinds, itinerant = (rows[column].to_numpy() for column in ("organisme", "natures", "itinerant"))
    clues["categories"] = bodies[first] & bodies[second] & clues["categorie_different"]
    clues["natures"] = ((kinds[first] & kinds[second]) == 0) & (kinds[first] > 0) & (kinds[second] > 0)
    clues["itinerant"] = itinerant[first] != itinerant[second]
    clues["anciennes_communes"] = clues["code_insee"] & (likeness.compare_texts(rows["lieu"], first, second) < SAME_TOWN)
    clues["nom"] = clues["nom"].where(~clues["sigle"], np.maximum(clues["nom"], SAME_ACRONYM))
    x, y = rows["x_m"].to_numpy(), rows["y_m"].to_numpy()
    clues["distance_km"] = np.hypot(x[first] - x[second], y[first] - y[second]) / 1000
    clues["adresse"] = likeness.compare_addresses(rows, first, second)
    return clues


def _score(clues):
    """Return the score of each pair; the formula is that of `find_duplicates`."""
    near, far = [limit for limit, _ in DISTANCES], [points for _, points in DISTANCES]
    distance = clues["distance_km"]
    by_point = np.where(distance.isna(), 0.0, np.array(far)[np.searchsorted(near, distance.fillna(0))])
    # One address and far points: a geocoding went wrong, the address is believed.
    by_point = np.where((clues["adresse"] == 1) & clues["code_insee"], np.maximum(by_point, -0.5), by_point)
    place = np.clip(by_point + clues["adresse"].map(ADDRESSES).fillna(0).to_numpy(), *PLACE_BOUNDS)
    elsewhere = clues["code_insee_different"] & ~(distance <= NEAR_M / 1000)
    shared = clues["siret"] & ((place < 0) | elsewhere)
    total = POINTS["base"] + POINTS["nom"] * (clues["nom"].to_numpy() - 0.5) + POINTS["rare"] * clues["rare"].to_numpy() + place
    for clue, mask in {
        "siret": clues["siret"] & ~shared, "siret_partage": shared, "siren": clues["siren"] & ~clues["siret"] & (place >= 0),
        "siren_different": clues["siren_different"], "commune": clues["code_insee"], "commune_differente": elsewhere,
        "telephone": clues["telephone"], "site_web": clues["site_web"], "numeros": clues["numeros_different"],
        "categories": clues["categories"], "natures": clues["natures"], "itinerant": clues["itinerant"],
        "anciennes_communes": clues["anciennes_communes"],
    }.items():  # fmt: skip
        total = total + POINTS[clue] * mask.to_numpy(dtype=float)
    return 1 / (1 + np.exp(-total))


def _explain(clues):
    """Return the reasons of each pair in a few French words: what brings it together, then what speaks against it."""
    metres = (clues["distance_km"] * 1000).fillna(0).round(-1).astype(int).astype("str")
    said = [
        (clues["siret"], "même SIRET"), (clues["siren"] & ~clues["siret"], "même SIREN"),
        (clues["nom"] >= 0.995, "même nom"), (clues["nom"].between(0.6, 0.995, inclusive="left"), "noms proches"),
        (clues["code_insee"], "même commune"), (clues["adresse"] == 1, "même adresse"), (clues["adresse"] == 0.5, "même rue"),
        (clues["distance_km"] <= NEAR_M / 1000, "à " + metres + " m"), (clues["telephone"], "même téléphone"),
        (clues["site_web"], "même site"), (clues["siren_different"], "SIREN différents"),
        (clues["code_insee_different"], "communes différentes"), (clues["adresse"] <= 0, "adresses différentes"),
        (clues["distance_km"] > 1, "points éloignés"), (clues["numeros_different"], "numéros différents"),
        (clues["categories"] | clues["natures"], "natures différentes"), (clues["itinerant"], "l'un est itinérant"),
        (clues["anciennes_communes"], "lieux différents de la commune"),
    ]  # fmt: skip
    told = pd.Series("", index=clues.index, dtype="str")
    for mask, words in said:
        told = told.where(~mask, told + ", " + words)
    return told.str.removeprefix(", ")


def _recall_decisions(found, decisions, known):
    """Return the pairs with the decision already taken, and the decisions that name an actor who is not there."""
    if decisions is None or not len(decisions):
        return found.assign(decision=""), None
    pairs = ["acteur_id_1", "acteur_id_2"]
    turned = decisions.rename(columns={"acteur_id_1": "acteur_id_2", "acteur_id_2": "acteur_id_1"})
    both = pd.concat([decisions, turned])[[*pairs, "decision"]].dropna().drop_duplicates(pairs, keep="last")
    found = found.merge(both, on=pairs, how="left")
    found["decision"] = found["decision"].astype("object").where(found["decision"].notna(), "").astype("str")
    return found, tell_unknown(decisions, known)


def tell_unknown(decisions, known):
    """Return the `problemes` of the decisions of which an actor is not in `known`: one row a decision."""
    pairs = ["acteur_id_1", "acteur_id_2"]
    strange = ~decisions[pairs].isin(set(known))
    rows = decisions[strange.any(axis=1)].drop_duplicates([*pairs, "decision"])
    if not len(rows):
        return None
    # A decision taken in problemes.xlsx is kept in the corrections of the dossier, where its line is not counted.
    rows = rows.reindex(columns=list(dict.fromkeys([*rows.columns, *ORIGIN_COLUMNS])))
    kept = rows["fichier"].isna()
    rows = rows.assign(
        fichier=rows["fichier"].astype("object").mask(kept, "corrections/corrections.xlsx"),
        feuille=rows["feuille"].astype("object").mask(kept, "doublons"), ligne=rows["ligne"].astype("Int64"),
    )  # fmt: skip
    first = strange.loc[rows.index, pairs[0]]
    absent = rows[pairs[0]].where(first, rows[pairs[1]])
    both = strange.loc[rows.index].all(axis=1) & (rows[pairs[0]] != rows[pairs[1]])
    one, other = (("« " + rows[name].astype("str") + " »") for name in pairs)
    said = one.where(first, other).mask(both, one + " et " + other)
    messages = said + both.map({True: " absents", False: " absent"}) + " de la feuille acteurs : cette décision ne change rien."
    fix = "décidez de nouveau dans la feuille doublons de problemes.xlsx, ou supprimez la ligne"
    told = list_problems("attention", rows, messages, fix, valeur=absent)
    return told.assign(colonne=first.map({True: pairs[0], False: pairs[1]}).to_list())
