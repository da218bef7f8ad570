"""What the page and the document of a commune say of its needs: the words of each body, each line, each state."""

import numpy as np
import pandas as pd

from diagnostic.draw.style import format_number
from diagnostic.vocabulary import normalize_label, read_vocabulary
from diagnostic.vocabulary.formats import join_words

LINKS = ("ici", "ressort", "proche")
LINK_WORDS = {"ici": "Ici", "ressort": "Pour ici", "proche": "Plus proche"}
TIMED = len(LINKS)  # the code of a nearest body whose distance is told in minutes
UNPLACED, MOBILE = "lieu non renseigné", "service itinérant"
OUTSIDE = "hors du territoire étudié"
PARTLY = "une partie de la commune"
BY_THEME = " (dit y travailler)"  # it names the theme, and is of another category
MOST_TERRITORIES, MOST_ABSENT, MOST_UNKNOWN = 2, 6, 4
NOTHING = "Cette page n'en connaît aucune réponse : nous ne savons pas s'il y en a."


def describe_communes(tables, measured):
    """Return the words of a page of communes, each written once, and for each commune and need the numbers that lead to them.

    Parameters
    ----------
    tables : dict, as an edition shows them: communes, acteurs, couches, unites, dispositifs, participations, listes
    measured : dict: qui (`measure.needs.measure_needs`), etats (`measure.need_states.measure_need_states`), dispositifs
        (`measure.needs.list_devices`), comptes (`measure.needs.count_answers`), ressorts (`measure.bodies.name_jurisdictions`)

    Returns
    -------
    dict of plain lists, ready for JSON: besoins (libelle, en_clair), liens; communes (code, nom, population, epci: a rank in epcis,
        -1 for none, epcis), comptes (a list a commune: nb_ici, nb_ressort, nb_proche, nb_besoins, nb_besoins_ici); qui: nom,
        genre, lieu, ressort (ranks in genres, lieux, ressorts), dispositifs (ranks in dispositifs); lignes: for each commune, for
        each need, a flat list of triples (rank in qui; rank in liens, or TIMED; hectometres, minutes when TIMED, -1 not known);
        etats: for each commune two ranks in textes a need (absent for sure, not recorded; 0: nothing); dispositifs (nom, porteur);
        actions: for each commune, for each need, ranks in dispositifs.
    """
    needs = read_vocabulary("besoins")
    devices = tables["dispositifs"].drop_duplicates("dispositif_id")
    lines, bodies = _write_bodies(tables, measured, pd.Index(devices["dispositif_id"]))
    cells = _list_cells(tables["communes"], needs["besoin"])
    return {
        "besoins": needs[["libelle", "en_clair"]].to_numpy().tolist(),
        "liens": list(LINK_WORDS.values()),
        **_describe_places(tables["communes"]),
        "comptes": measured["comptes"].reindex(tables["communes"].index).to_numpy().tolist(),
        "qui": bodies,
        "dispositifs": _name_devices(devices, tables["acteurs"]),
        "lignes": _split(lines, cells, ["qui", "code", "loin"], len(needs)),
        "actions": _split(
            measured["dispositifs"].assign(rang=pd.Index(devices["dispositif_id"]).get_indexer(measured["dispositifs"]["dispositif_id"])),
            cells, ["rang"], len(needs),
        ),
        **_write_states(measured["etats"], cells, tables["listes"]["categories"]["libelle"], len(needs)),
    }  # fmt: skip


def _describe_places(communes):
    named = communes["epci_nom"].astype("object").where(communes["epci_nom"].notna(), None)
    ranks, names = pd.factorize(named, sort=True)
    people = communes["population"].astype(float)
    return {
        "code": communes.index.astype(str).tolist(), "nom": communes["nom"].astype(str).tolist(), "epci": ranks.tolist(),
        "epcis": names.tolist(), "population": [None if np.isnan(number) else int(number) for number in people],
    }  # fmt: skip


def _list_cells(communes, needs):
    """Return the place of each commune and need in a flat list of cells."""
    return pd.Series(np.arange(len(communes)) * len(needs), index=communes.index), pd.Series(range(len(needs)), index=needs)


def _split(rows, cells, columns, size):
    """Return, for each commune, for each need, the values of `columns` of its rows one after the other."""
    place = rows["code_insee"].map(cells[0]).to_numpy(dtype=int) + rows["besoin"].map(cells[1]).to_numpy(dtype=int)
    order = np.argsort(place, kind="stable")
    values = rows[columns].to_numpy(dtype=int)[order].ravel().tolist()
    total = len(cells[0]) * size
    bounds = (np.searchsorted(place[order], np.arange(total + 1)) * len(columns)).tolist()
    flat = [values[start:stop] for start, stop in zip(bounds[:-1], bounds[1:], strict=True)]
    return [flat[start : start + size] for start in range(0, total, size)]


def _write_bodies(tables, measured, devices):
    """Return the lines with the rank of their body, and the words of the bodies, those that read alike once."""
    rows = measured["qui"]
    keys = ["acteur_id", "couche", "unite_id", "part", "categorie", "motif"]
    who, distinct = pd.factorize(pd.MultiIndex.from_frame(rows[keys].astype({"part": object}).fillna("")))
    words = _tell_bodies(distinct.to_frame(index=False, name=keys), tables, measured["ressorts"])
    held = tables["participations"][["acteur_id", "dispositif_id"]].drop_duplicates()
    held = held.assign(rang=devices.get_indexer(held["dispositif_id"])).query("rang >= 0").groupby("acteur_id")["rang"].agg(tuple)
    words["dispositifs"] = [held.get(key, ()) for key in distinct.get_level_values(0)]
    texts = ["nom", "genre", "lieu", "ressort", "dispositifs"]
    alike, _ = pd.factorize(pd.MultiIndex.from_frame(words[texts]))
    lines = rows[["code_insee", "besoin"]].assign(**_code_distances(rows), corps=alike[who], modele=who)
    # Structures whose name is not published read alike: one line says how many they are.
    groups = lines.groupby(["code_insee", "besoin", "corps", "code"], sort=False)
    number = groups["corps"].transform("size").to_numpy()
    first = ~lines.duplicated(["code_insee", "besoin", "corps", "code"])
    lines, number = lines[first], number[first.to_numpy()]
    rank, kinds = pd.factorize(pd.MultiIndex.from_arrays([lines["corps"], number]))
    model = lines.groupby("corps")["modele"].first()
    told = words.loc[model.loc[kinds.get_level_values(0)].to_numpy()].reset_index(drop=True)
    times = kinds.get_level_values(1).to_numpy()
    told["nom"] = [f"{name} ({format_number(n)} fois)" if n > 1 else name for name, n in zip(told["nom"], times, strict=True)]
    bodies = {"nom": told["nom"].tolist(), "dispositifs": [list(map(int, cell)) for cell in told["dispositifs"]]}
    for column, plural in (("genre", "genres"), ("lieu", "lieux"), ("ressort", "ressorts")):
        ranks, values = pd.factorize(told[column])
        bodies |= {column: ranks.tolist(), plural: values.tolist()}
    return lines.assign(qui=rank), bodies


def _code_distances(rows):
    """Return the codes of links and the distances as whole numbers: hectometres, minutes where they are known, -1 for neither."""
    timed = rows["minutes"].notna().to_numpy()
    link = pd.Categorical(rows["lien"], LINKS).codes
    far = rows["distance_km"].to_numpy(dtype=float) * 10
    far = np.where(np.isnan(far) | (link == 0), -1, np.round(np.nan_to_num(far)))
    return {"code": np.where(timed, TIMED, link), "loin": np.where(timed, rows["minutes"].fillna(0).round(), far).astype(int)}


def _tell_bodies(keys, tables, stated):
    """Return nom, genre, lieu, ressort of each body: an actor, a unit, or both."""
    actors = tables["acteurs"].drop_duplicates("acteur_id").set_index("acteur_id").reindex(keys["acteur_id"])
    actors = actors.reset_index(drop=True)
    units = tables["unites"].drop_duplicates(["couche", "unite_id"]).set_index(["couche", "unite_id"])["unite_nom"]
    unit = pd.Series(units.reindex(pd.MultiIndex.from_frame(keys[["couche", "unite_id"]])).to_numpy(), dtype=object)
    unit = unit.where(unit.notna(), keys["unite_id"])
    layer = _label(keys["couche"], tables["couches"]["libelle"])
    alone = keys["acteur_id"] == ""
    # An actor that is there only as the unit of a layer is told by its own category.
    code = keys["categorie"].where(keys["categorie"] != "", actors["categorie"].astype(object).fillna(""))
    labels = _label(code, tables["listes"]["categories"]["libelle"])
    own = keys["acteur_id"].map(stated).map(lambda names: join_words(names, MOST_TERRITORIES) if isinstance(names, tuple) else "")
    same = actors["nom"].fillna("").map(normalize_label) == unit.map(normalize_label)
    merged = ~alone & (keys["unite_id"] != "")
    part = pd.to_numeric(keys["part"], errors="coerce")
    partly = (keys["unite_id"] != "") & ~(part >= 1)
    return pd.DataFrame({
        "nom": actors["nom"].astype(object).where(~alone, unit),
        "genre": labels.where(~alone, layer) + np.where(keys["motif"] == "theme", BY_THEME, ""),
        "lieu": _tell_places(actors, tables["communes"]).where(~alone, UNPLACED),
        "ressort": own.where(~merged | same, layer + " : " + unit).where(own != actors["nom"].fillna(""), "").mask(partly, PARTLY),
    })  # fmt: skip


def _label(codes, labels):
    """Return the words of codes, the code itself where there is none."""
    words = codes.map(labels).astype(object)
    return words.where(words.notna(), codes)


def _tell_places(actors, communes):
    """Return where each actor is: the name of its commune, and what must be said of it."""
    name = actors["code_insee"].map(communes["nom"]).astype(object)
    name = name.where(name.notna(), actors["commune"].astype(object)).where(lambda cells: cells.notna(), UNPLACED)
    outside = actors["hors_territoire"].astype("boolean").fillna(False).astype(bool)
    name = name.where(~outside, name + f" ({OUTSIDE})")
    mobile = actors["mobile"].astype("boolean").fillna(False).astype(bool)
    return name.mask(mobile, MOBILE)


def _name_devices(devices, actors):
    """Return (name, who carries it: "" where the edition does not say) of the dispositifs."""
    names = actors.drop_duplicates("acteur_id").set_index("acteur_id")["nom"]
    bearers = devices.reindex(columns=["porteur_id"])["porteur_id"].map(names).astype(object)
    return [list(pair) for pair in zip(devices["nom"].astype(str), bearers.where(bearers.notna(), ""), strict=True)]


def _write_states(states, cells, labels, size):
    """Return textes and etats: for each commune, a need after the other, the absent categories and those not recorded."""
    rows = states[states["statut"] != "present"]
    words = _label(rows["categorie"], labels).map(lower_first)
    place = rows["code_insee"].map(cells[0]).to_numpy(dtype=int) + rows["besoin"].map(cells[1]).to_numpy(dtype=int)
    found, texts = np.zeros((len(cells[0]) * size, 2), dtype=int), [""]
    for column, (state, most) in enumerate({"absent_verifie": MOST_ABSENT, "non_renseigne": MOST_UNKNOWN}.items()):
        held = rows["statut"].eq(state).to_numpy()
        lists = words[held].groupby(place[held], sort=True).agg(tuple)
        ranks, distinct = pd.factorize(lists)
        found[lists.index, column] = ranks + len(texts)
        texts += [join_words(names, most) for names in distinct]
    return {"textes": texts, "etats": found.reshape(len(cells[0]), -1).tolist()}


def lower_first(label):
    """Return a label as it is written inside a sentence: its first letter small, unless it begins a word of capitals.

    >>> lower_first("Épiceries sociales"), lower_first("FabLabs"), lower_first("France travail")
    ('épiceries sociales', 'FabLabs', 'France travail')
    """
    word = label.split(" ")[0]
    kept = word[1:] != word[1:].lower() or word in ("France", "Cap", "Gérontopôle", "Caf")
    return label if kept else label[:1].lower() + label[1:]


def tell_distance(code, far):
    """Return how far a body is, "" when not known; that it is a straight line, or a time given, is said beside.

    >>> tell_distance(1, 123), tell_distance(TIMED, 25), tell_distance(2, 4), tell_distance(1, 32), tell_distance(1, -1)
    ('à 12 km', 'à 25 min', 'à moins de 1 km', 'à 3,2 km', '')
    """
    if far < 0:
        return ""
    if code == TIMED:
        return f"à {format_number(far)} min"
    if far < 10:
        return "à moins de 1 km"
    return f"à {format_number(far / 10, 1 if far < 100 else 0)} km"
