"""What is expected somewhere, by law, by practice or by choice, and in which state it is: not everything is expected everywhere."""

import numpy as np
import pandas as pd

from diagnostic.measure.manques import expected_evidence as evidence
from diagnostic.measure.manques.states import read_coverage
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import count_words, format_number

STATES = ("present", "absent_verifie", "non_renseigne", "a_verifier", "a_venir")
PRESENT, ABSENT, UNKNOWN, TO_CHECK, TO_COME = STATES
REACHED, UNDER, UNSURE, NO_THRESHOLD = "atteint", "sous_le_seuil", "inconnu", "sans_seuil"
NEAR = 0.05  # share of a threshold within which another count of the population may cross it
OPTIONAL = ("sauf_couche", "population_reference", "base", "source", "verification")
RULE_COLUMNS = [
    "attendu_id", "libelle", "objet", "echelle", "force", *OPTIONAL, "categories_requises", "population_min", "seuil_compris",
    "minutes_max", "depuis", "echeance_annee", "retenu",
]  # fmt: skip
COLUMNS = {
    "attendu_id": "str", "libelle": "str", "objet": "str", "code": "str", "echelle": "str", "territoire_id": "str",
    "territoire": "str", "population": "float64", "population_min": "float64", "seuil": "str", "proche_du_seuil": "bool",
    "force": "str", "etat": "str", "raison": "str", "nb_acteurs": "Int64", "minutes": "float64", "base": "str",
    "population_reference": "str", "source": "str", "edition": "str",
}  # fmt: skip
AWKWARD = (ABSENT, UNKNOWN, TO_CHECK)
STATE_COLUMNS = {
    PRESENT: "presents", ABSENT: "absents_verifies", UNKNOWN: "non_renseignes", TO_CHECK: "a_verifier", TO_COME: "a_venir",
}  # fmt: skip


def find_expected(attendus, tables, *, date, acces=None, listes_completes=()):
    """List every expectation in every place that it concerns, with its state and why.

    Parameters
    ----------
    attendus : DataFrame, the vocabulary `attendus` (text), with the rows of the group; `retenu` = non sets a row aside
    tables : dict of a dossier: communes, territoires, appartenance, acteurs, acteurs_territoires, dispositifs, affectation,
        unites, unites_coupees, couverture_inventaire; affiliations and couverture_dispositifs (territoire_id, type or "*",
        statut) when it has them
    date : Timestamp, the date of the edition
    acces : DataFrame (code_insee, categorie, minutes), optional: without it, access is not recorded
    listes_completes : categories of which a published list holds every site, for access only

    Returns
    -------
    DataFrame with COLUMNS, expectations in their order, then places in theirs. `etat`, the first that holds:
        present: an actor of one of the codes reaches the commune, or is active in the territory; a dispositif under way, or a
        unit of the layer of the same code, covers all its communes; a site lies within minutes_max.
        a_venir: not due at `date` (depuis, or the end of echeance_annee).
        non_renseigne: whether the threshold is reached is not known (departement cut by the perimeter, population missing). An
        EPCI cut by the perimeter is counted whole where the table `voisines` is there.
        a_verifier: just under the threshold; an exception may lift it (`sauf_couche`); a part only is covered.
        absent_verifie: nothing, and the inventory is said complete for every code. non_renseigne: nothing, and nobody said so.
        A place under the threshold has no row, but within 5 % of it when the text may count another population than the one
        held (municipale, never above the totale): `seuil` is then sous_le_seuil. A dispositif with an echeance_annee counts when
        dated from the year before it. `nb_acteurs` counts actors, or dispositifs; missing for access. edition: see
        `mark_awkward`.
        A scale that the dossier lacks (BASSIN_DE_VIE) gives one row without territory, whose reason says so.

    Notes
    -----
    Threshold: population >= population_min when seuil_compris is oui, > otherwise.
    """
    rules = read_rules(attendus)
    codes = sorted({code for rule in rules for code in [*rule["codes"], *rule["categories_requises"], rule["sauf_couche"].lower()]})
    known = evidence.gather_evidence(tables, codes, [code for rule in rules for code in rule["codes"]])
    scales = {echelle: evidence.list_places(echelle, tables) for echelle in dict.fromkeys(rule["echelle"] for rule in rules)}
    known |= {"date": pd.Timestamp(date), "acces": acces, "listes": set(listes_completes)}
    parts = [_list_rule(rule, known, scales[rule["echelle"]]) for rule in rules]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()})
    return pd.concat(parts, ignore_index=True)


def read_rules(attendus):
    """Return the expectations kept, one dict each, their cells read: numbers, dates, lists of codes.

    Cells may be text, as in the vocabulary, or typed, as a dossier reads them (tuples, numbers, dates, booleans).
    """
    codes = attendus["codes"] if "codes" in attendus else attendus["code"]
    rows = attendus.assign(codes=codes).reindex(columns=[*RULE_COLUMNS, "codes"]).astype(object)
    rows = rows[~rows["retenu"].map(_is_no).to_numpy(dtype=bool)]
    lists, texts = ["codes", "categories_requises"], ["libelle", "objet", "echelle", "force", *OPTIONAL]
    read = pd.DataFrame({name: rows[name].map(_read_words) for name in lists} | {name: rows[name].map(_read_text) for name in texts})
    read["code"] = read["codes"].map(";".join)
    numbers = {"minimum": "population_min", "minutes": "minutes_max", "annee": "echeance_annee"}
    for name, column in numbers.items():
        read[name] = pd.to_numeric(rows[column].replace("", None)).astype("float64")
    read["debut"] = pd.to_datetime(rows["depuis"].replace("", None))
    read["compris"] = ~rows["seuil_compris"].map(_is_no).astype(bool)
    return read.assign(attendu_id=rows["attendu_id"].astype("str")).to_dict("records")


def _is_no(cell):
    return cell == "non" if isinstance(cell, str) else isinstance(cell, (bool, np.bool_)) and not cell


def _read_words(cell):
    words = cell.split(";") if isinstance(cell, str) else cell if isinstance(cell, (tuple, list)) else ()
    return tuple(word for word in words if word)


def _read_text(cell):
    return cell if isinstance(cell, str) else ""


def _list_rule(rule, known, scale):
    """Return the rows of one expectation."""
    places = scale[0]
    if not len(places):
        return _build_rows(rule, pd.DataFrame([dict.fromkeys(("territoire_id", "territoire"), "") | {"population": np.nan}]), {
            "seuil": UNSURE, "proche": False, "etat": UNKNOWN, "nb": pd.NA, "minutes": np.nan,
            "raison": "cette échelle n'est pas dans le dossier (feuille couches)",
        })  # fmt: skip
    threshold, near = _place_threshold(rule, places)
    found = _find_access(rule, known, scale) if rule["objet"] == "acces" else _find_recorded(rule, known, scale)
    held = (threshold != "") & ~((threshold == UNDER) & found["present"])
    if rule["categories_requises"]:
        nb, part = evidence.count_answers(known, scale, "categorie", rule["categories_requises"])
        held &= (nb > 0) | (part > 0)
    state, reason = _settle(rule, known["date"], threshold, found)
    cells = {
        "seuil": threshold, "proche": near, "etat": state, "raison": reason, "nb": found["nb"], "minutes": found["minutes"],
    }  # fmt: skip
    return _build_rows(rule, places[held], {name: values[held] for name, values in cells.items()})


def _place_threshold(rule, places):
    """Return where each place lies to the threshold ("" well under it), and whether it is within 5 % of it."""
    if pd.isna(rule["minimum"]):
        return np.full(len(places), NO_THRESHOLD, dtype=object), np.zeros(len(places), dtype=bool)
    people, least = places["population_seuil"].to_numpy(), rule["minimum"]
    over = people >= least if rule["compris"] else people > least
    near = np.abs(people - least) <= NEAR * least
    under = near & (rule["population_reference"] != "municipale")
    # A part alone may be enough to tell that the threshold is reached.
    part = places["population"].to_numpy()
    over |= part >= least if rule["compris"] else part > least
    return np.select([over, np.isnan(people), under], [REACHED, UNSURE, UNDER], default="").astype(object), near


def _find_recorded(rule, known, scale):
    """Return what is recorded of a category or a dispositif in each place."""
    kind, codes = rule["objet"], rule["codes"]
    lasting, undated = (None, set()) if kind == "categorie" else _find_lasting(rule, known)
    nb, part = evidence.count_answers(known, scale, kind, codes, lasting=lasting)
    present = (nb > 0) | (part >= 1) if kind == "categorie" else part >= 1
    doubtful = evidence.count_answers(known, scale, kind, codes, lasting=undated)[0] > 0 if undated else np.zeros(len(nb), dtype=bool)
    lifted = np.zeros(len(nb), dtype=bool)
    if rule["sauf_couche"]:
        lifted = evidence.find_exceptions(known, scale, rule["sauf_couche"], codes)
    complete = evidence.find_complete(known, rule["echelle"], scale, kind, codes)
    return {
        "present": present, "partial": ~present & (part > 0), "lifted": lifted, "undated": doubtful, "complete": complete,
        "nb": pd.array(nb, dtype="Int64"), "minutes": np.full(len(nb), np.nan),
        "unknown": "aucun recensé ; inventaire non dit complet", "absent": "aucun recensé ; inventaire dit complet",
    }  # fmt: skip


def _find_lasting(rule, known):
    """Return the dispositifs that answer at the date, and those whose year would tell, but is not written."""
    rows = known["devices"].reindex(columns=["dispositif_id", "date_debut", "date_fin", "annee_diagnostic"])
    if pd.isna(rule["annee"]):
        ended = pd.to_datetime(rows["date_fin"]) < known["date"]
        return set(rows.loc[~ended, "dispositif_id"]), set()
    years = pd.concat([pd.to_datetime(rows["date_debut"]).dt.year, rows["annee_diagnostic"].astype(float)], axis=1).max(axis=1)
    return set(rows.loc[years >= rule["annee"] - 1, "dispositif_id"]), set(rows.loc[years.isna(), "dispositif_id"])


def _find_access(rule, known, scale):
    """Return how far the nearest site of a category is from each commune, in minutes."""
    communes = known["communes"]
    size, unknown = len(scale[0]), np.zeros(len(scale[0]), dtype=bool)
    minutes, complete = np.full(size, np.nan), unknown
    if known["acces"] is not None and rule["echelle"] == "commune":
        rows = known["acces"][known["acces"]["categorie"].isin(rule["codes"])]
        minutes = rows.groupby("code_insee")["minutes"].min().reindex(communes.index).to_numpy(dtype="float64")
        complete = (read_coverage(known["said"], known["chain"], rule["codes"])[0] == 1).all(axis=1)
        complete = complete | set(rule["codes"]).issubset(known["listes"])
    told = "temps de trajet inconnu" if np.isnan(minutes).all() else "au-delà, ou temps inconnu, dans une liste de sites non dite complète"
    return {
        "present": minutes <= rule["minutes"], "partial": unknown, "lifted": unknown, "undated": unknown,
        "complete": complete & (minutes > rule["minutes"]), "nb": pd.array([pd.NA] * size, dtype="Int64"), "minutes": minutes,
        "unknown": told, "absent": "plus loin que le temps attendu, et la liste des sites est complète",
    }  # fmt: skip


def _settle(rule, date, threshold, found):
    """Return the state of each place and the reason, the first that holds."""
    early = f"attendu à partir du {rule['debut']:%d/%m/%Y}" if pd.notna(rule["debut"]) and rule["debut"] > date else ""
    early = f"attendu dans l'année {rule['annee']:.0f}" if rule["annee"] >= date.year else early
    layer = _name_layer(rule["sauf_couche"])
    cases = [
        (found["present"], PRESENT, ""),
        (np.full(len(threshold), early != ""), TO_COME, early),
        (threshold == UNSURE, UNKNOWN, "population incomplète ici : on ne sait pas si le seuil est atteint"),
        (threshold == UNDER, TO_CHECK, "juste sous le seuil en population municipale : la population totale, plus haute, peut l'atteindre"),
        (found["lifted"], TO_CHECK, f"exception possible ({layer})"),
        (found["partial"], TO_CHECK, "une partie seulement du territoire est couverte"),
        (found["undated"], UNKNOWN, "recensé sans année : on ne sait pas si c'est celui qui est attendu"),
        (found["complete"], ABSENT, found["absent"]),
    ]  # fmt: skip
    conditions = [condition for condition, _, _ in cases]
    state = np.select(conditions, [state for _, state, _ in cases], default=UNKNOWN).astype(object)
    return state, np.select(conditions, [reason for _, _, reason in cases], default=found["unknown"]).astype(object)


def _name_layer(couche):
    names = read_vocabulary("noms_couches").set_index("couche")["singulier"]
    return names.get(couche, couche)


def _build_rows(rule, places, cells):
    """Return the rows of an expectation with COLUMNS, from its places and what was found there."""
    table = places[["territoire_id", "territoire", "population"]].reset_index(drop=True).assign(
        seuil=cells["seuil"], proche_du_seuil=cells["proche"], etat=cells["etat"], raison=cells["raison"], nb_acteurs=cells["nb"],
        minutes=cells["minutes"], population_min=float("nan") if pd.isna(rule["minimum"]) else float(rule["minimum"]),
        **{name: rule[name] for name in COLUMNS if name in rule and name not in ("minutes", "population_min")},
    )  # fmt: skip
    return mark_awkward(table)[list(COLUMNS)].astype(COLUMNS)


def mark_awkward(rows):
    """Return the rows with their `edition`: interne where an obligation is not known to be met, publique elsewhere.

    Which body does not do, or is not known to do, what a text asks of it is for the group alone.
    """
    awkward = rows["force"].eq("obligation") & rows["etat"].isin(AWKWARD)
    return rows.assign(edition=np.where(awkward, "interne", "publique"))


def summarise_expected(rows):
    """Count the places and the inhabitants of each expectation, by state: no place is named.

    Parameters
    ----------
    rows : DataFrame of `find_expected`

    Returns
    -------
    DataFrame attendu_id, libelle, echelle, force, base, nb_concernes (places that the expectation binds: threshold reached, or
    none) = nb_presents + nb_absents_verifies + nb_non_renseignes + nb_a_verifier + nb_a_venir; nb_seuil_incertain (just under
    the threshold, or population not known: not in nb_concernes); population_concernee and population_ of each state (municipale,
    known inhabitants). An expectation whose scale is not in the dossier counts 0 everywhere.

    Examples
    --------
    >>> rows = pd.DataFrame({"attendu_id": "ccas", "libelle": "CCAS", "echelle": "commune", "force": "obligation", "base": "",
    ...     "seuil": ["atteint", "atteint", "sous_le_seuil"], "etat": ["present", "non_renseigne", "a_verifier"],
    ...     "population": [2000.0, 1600.0, 1450.0], "territoire_id": ["commune:1", "commune:2", "commune:3"]})
    >>> summarise_expected(rows)[["nb_concernes", "nb_presents", "nb_seuil_incertain", "population_concernee"]].values.tolist()
    [[2.0, 1.0, 1.0, 3600.0]]
    """
    keys = ["attendu_id", "libelle", "echelle", "force", "base"]
    bound = rows["seuil"].isin([REACHED, NO_THRESHOLD])
    marks = {f"nb_{name}": (bound & rows["etat"].eq(state)).astype("int64") for state, name in STATE_COLUMNS.items()}
    people = rows["population"].astype(float).fillna(0)
    weights = {f"population_{name}": people.where(bound & rows["etat"].eq(state), 0.0) for state, name in STATE_COLUMNS.items()}
    unsure = ~bound & rows["territoire_id"].ne("")
    marked = rows[keys].assign(
        nb_concernes=bound.astype("int64"), **marks, nb_seuil_incertain=unsure.astype("int64"),
        population_concernee=people.where(bound, 0.0), **weights,
    )  # fmt: skip
    return marked.groupby(keys, sort=False).sum().reset_index()


def list_expected_rules(attendus):
    """Return the expectations in words, set aside or not: attendu_id, libelle, condition, force, base, source, verification, retenu."""
    kept = read_rules(attendus.assign(retenu=None))
    rows = pd.DataFrame(kept, columns=["attendu_id", "libelle", "force", "base", "source", "verification"])
    out = attendus["retenu"].map(_is_no).astype(bool).to_numpy() if "retenu" in attendus else False
    rows = rows.assign(condition=[_tell_condition(rule) for rule in kept], retenu=np.where(out, "non", "oui"))
    return rows[["attendu_id", "libelle", "condition", "force", "base", "source", "verification", "retenu"]]


def _tell_condition(rule):
    """Return « commune de 1 500 habitants et plus, sauf exception (CIAS) »."""
    words = {"commune": "commune", "epci": "EPCI", "bassin_vie": "bassin de vie", "departement": "département"}
    told = words.get(rule["echelle"], rule["echelle"])
    if pd.notna(rule["minimum"]):
        least = format_number(rule["minimum"])
        told += f" de {least} habitants et plus" if rule["compris"] else f" de plus de {least} habitants"
    told += f" qui a : {' ou '.join(rule['categories_requises'])}" if rule["categories_requises"] else ""
    told += f", à {count_words(rule['minutes'], 'minute')} au plus" if pd.notna(rule["minutes"]) else ""
    told += f", depuis le {rule['debut']:%d/%m/%Y}" if pd.notna(rule["debut"]) else ""
    told += f", dans l'année {rule['annee']:.0f}" if pd.notna(rule["annee"]) else ""
    return told + (f", sauf exception ({_name_layer(rule['sauf_couche'])})" if rule["sauf_couche"] else "")
