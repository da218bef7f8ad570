"""Pairs of actors that share a territory and a theme or a dispositif, and declare no link: questions, never orders."""

import numpy as np
import pandas as pd
from scipy import sparse

from diagnostic.measure.liens.network import simplify_links
from diagnostic.measure.liens.silos import CHAMPS_OPPOSES

WIDE_TERRITORIES = ("perimetre", "departement")
TO_CHECK_COLUMNS = [
    "acteur_a", "acteur_b", "territoires_communs", "themes_communs", "dispositifs_communs", "jaccard_themes",
    "nb_dispositifs_communs", "inter_champ", "statut", "motif",
]  # fmt: skip
_BLOCK = 500  # actors compared at once with all the others: bounds memory at 5,000 actors


def list_links_to_check(acteurs, acteurs_territoires, liens, participations, *, plafond=500, libelles=None):
    """List the pairs of actors that share a territory and a theme or a dispositif, and declare no link.

    Every pair of a dossier shares its perimetre and most share a departement: only the narrower territories count.
    Order: pairs with a common dispositif first, then `social` with `developpement_local`, then the closest themes,
    then identifiers.

    Parameters
    ----------
    acteurs : DataFrame, the actors of the network; `themes` are tuples
    plafond : greatest number of pairs listed, None for all of them
    libelles : mapping from codes (territories, themes, dispositifs) to the words of the sentence, optional

    Returns
    -------
    a_verifier : DataFrame with TO_CHECK_COLUMNS (acteur_a < acteur_b). `jaccard_themes` is NaN when neither has a
        theme. `statut`: `absent_declare` (both answered the survey), `non_confirme` (one did), `non_observe` (none)
    bilan : DataFrame of one row: nb_paires_attendues, nb_paires_realisees, taux_realisation (NaN without any expected
        pair), nb_a_verifier, nb_affichees, nb_ecartees (beyond `plafond`)
    """
    actors = acteurs.drop_duplicates("acteur_id").sort_values("acteur_id", ignore_index=True)
    traits = _list_traits(actors, acteurs_territoires, participations)
    pairs, expected, realised = _find_candidates(actors, traits, simplify_links(actors, liens)[0], plafond)
    found = _describe_pairs(pairs, actors, traits, {} if libelles is None else libelles)
    waiting = expected - realised
    rate = realised / expected if expected else np.nan
    figures = [expected, realised, rate, waiting, len(found), waiting - len(found)]
    names = [
        "nb_paires_attendues",
        "nb_paires_realisees",
        "taux_realisation",
        "nb_a_verifier",
        "nb_affichees",
        "nb_ecartees",
    ]
    return found, pd.DataFrame([dict(zip(names, figures, strict=True))])


def _list_traits(actors, acteurs_territoires, participations):
    """Return {trait: DataFrame (acteur_id, valeur)} for the territories, themes and dispositifs of the actors."""
    places = acteurs_territoires[["acteur_id", "territoire_id"]].set_axis(["acteur_id", "valeur"], axis=1)
    wide = places["valeur"].astype("object").map(lambda t: str(t).split(":", 1)[0] in WIDE_TERRITORIES).astype(bool)
    themes = actors.reindex(columns=["acteur_id", "themes"]).explode("themes").set_axis(["acteur_id", "valeur"], axis=1)
    shared = participations.reindex(columns=["acteur_id", "dispositif_id"]).set_axis(["acteur_id", "valeur"], axis=1)
    traits = {"territoires": places[~wide], "themes": themes, "dispositifs": shared}
    known = set(actors["acteur_id"])
    return {name: rows[rows["acteur_id"].isin(known)].dropna().drop_duplicates() for name, rows in traits.items()}


def _find_candidates(actors, traits, links, plafond):
    """Compare actors block by block; return the first pairs to check, the expected and the realised counts."""
    position = pd.Series(actors.index, index=actors["acteur_id"])
    incidence = {name: _make_incidence(rows, position) for name, rows in traits.items()}
    linked = _make_adjacency(links, position)
    nb_themes = np.asarray(incidence["themes"].sum(axis=1)).ravel()
    champs = (
        actors.reindex(columns=["champ"])["champ"]
        .astype("object")
        .map(dict(zip(CHAMPS_OPPOSES, (1, -1), strict=True)))
        .fillna(0)
        .to_numpy(dtype=int)
    )
    kept, expected, realised = [], 0, 0
    for start in range(0, len(actors), _BLOCK):
        rows = slice(start, start + _BLOCK)
        common = {name: (m[rows] @ m.T).toarray() for name, m in incidence.items()}
        shares = (common["territoires"] > 0) & ((common["themes"] > 0) | (common["dispositifs"] > 0))
        shares &= np.arange(len(actors))[None, :] > np.arange(len(actors))[rows][:, None]
        done = linked[rows].toarray() > 0
        expected, realised = expected + int(shares.sum()), realised + int((shares & done).sum())
        i, j = np.nonzero(shares & ~done)
        both = common["themes"][i, j]
        union = nb_themes[i + start] + nb_themes[j] - both
        jaccard = np.divide(both, union, out=np.full(len(i), np.nan), where=union > 0)
        pairs = pd.DataFrame(
            {"i": i + start, "j": j, "jaccard_themes": jaccard, "nb_dispositifs_communs": common["dispositifs"][i, j]}
        )
        pairs["inter_champ"] = champs[pairs["i"]] * champs[pairs["j"]] < 0
        kept.append(_sort_pairs(pairs).head(plafond if plafond is not None else len(pairs)))
    columns = ["i", "j", "jaccard_themes", "nb_dispositifs_communs", "inter_champ"]
    pairs = (
        _sort_pairs(pd.concat(kept))
        if kept
        else pd.DataFrame(columns=columns).astype({"i": int, "j": int, "inter_champ": bool})
    )
    return pairs.head(plafond if plafond is not None else len(pairs)), expected, realised


def _sort_pairs(pairs):
    keys = pd.DataFrame(
        {
            "d": pairs["nb_dispositifs_communs"] == 0,
            "c": ~pairs["inter_champ"],
            "t": -pairs["jaccard_themes"].fillna(-1),
        }
    )
    return pairs.assign(**keys).sort_values(["d", "c", "t", "i", "j"], ignore_index=True).drop(columns=["d", "c", "t"])


def _make_incidence(rows, position):
    values, columns = np.unique(rows["valeur"].to_numpy(dtype=object), return_inverse=True)
    cells = (np.ones(len(rows), dtype=np.int32), (rows["acteur_id"].map(position).to_numpy(dtype=int), columns))
    return sparse.csr_array(cells, shape=(len(position), max(len(values), 1)))


def _make_adjacency(links, position):
    a, b = (links[f"acteur_{side}"].map(position).to_numpy(dtype=int) for side in "ab")
    ones = np.ones(2 * len(links), dtype=np.int8)
    return sparse.csr_array((ones, (np.r_[a, b], np.r_[b, a])), shape=(len(position), len(position)))


def _describe_pairs(pairs, actors, traits, libelles):
    """Add to the pairs kept what they share, the state of their declarations and the reason in words."""
    ids = actors["acteur_id"].to_numpy(dtype=object)
    a, b = ids[pairs["i"]], ids[pairs["j"]]
    owned = {name: rows.groupby("acteur_id")["valeur"].agg(set).to_dict() for name, rows in traits.items()}
    common = {
        name: [tuple(sorted(sets.get(x, set()) & sets.get(y, set()))) for x, y in zip(a, b, strict=True)]
        for name, sets in owned.items()
    }
    answered = actors.reindex(columns=["a_repondu"])["a_repondu"].eq("oui").to_numpy(dtype=int)
    answers = answered[pairs["i"]] + answered[pairs["j"]]
    table = pairs.drop(columns=["i", "j"]).assign(
        acteur_a=a,
        acteur_b=b,
        statut=np.array(["non_observe", "non_confirme", "absent_declare"], dtype=object)[answers],
    )
    for name, cells in common.items():
        table[f"{name}_communs"] = pd.Series(cells, index=table.index, dtype="object")
    shared = zip(common["territoires"], common["themes"], common["dispositifs"], strict=True)
    table["motif"] = pd.Series([_write_reason(*cells, libelles) for cells in shared], index=table.index, dtype="str")
    return table[TO_CHECK_COLUMNS].reset_index(drop=True)


def _write_reason(territories, themes, dispositifs, libelles):
    shared = [
        _enumerate_in_words(words, codes, libelles)
        for words, codes in [(("le dispositif", "les dispositifs"), dispositifs), (("le thème", "les thèmes"), themes)]
        if codes
    ]
    place = _enumerate_in_words(("le territoire", "les territoires"), territories, libelles)
    return f"Présents tous deux sur {place}, ils partagent {' et '.join(shared)}, sans lien déclaré entre eux."


def _enumerate_in_words(words, codes, libelles, most=3):
    names = [f"« {libelles.get(code, code)} »" for code in codes]
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} autre{'s' if len(names) > most + 1 else ''}"]
    return f"{words[len(codes) > 1]} {' et '.join(filter(None, [', '.join(names[:-1]), names[-1]]))}"
