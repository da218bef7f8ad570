"""Pairs of actors that share a territory and a theme or a dispositif, and declare no link: questions, never orders."""

from functools import partial

import numpy as np
import pandas as pd
from scipy import sparse

from diagnostic.measure.liens.network import simplify_links
from diagnostic.measure.manques.pair_candidates import (
    compare_values,
    count_values,
    describe_pairs,
    find_pairs,
    list_traits,
    name_codes,
    sort_actors,
    write_pair,
)
from diagnostic.vocabulary.formats import count_words

WIDE_TERRITORIES = ("perimetre", "departement")
TO_CHECK_COLUMNS = [
    "rang", "acteur_a", "acteur_b", "territoires_communs", "population_commune", "themes_communs", "dispositifs_communs",
    "publics_communs", "jaccard_themes", "nb_dispositifs_communs", "nb_publics_communs", "inter_champ", "statut", "motif",
]  # fmt: skip
_SETS = 100_000  # pairs of sets of territories measured together: this bounds memory


def list_links_to_check(
    acteurs, acteurs_territoires, liens, participations, *, plafond=500, libelles=None, communes=None, appartenance=None
):
    """List the pairs of actors that share a territory and a theme or a dispositif, and declare no link.

    Every pair of a dossier shares its perimetre and most share a departement: only the narrower territories count.
    Order: `social` with `developpement_local` first, then the most dispositifs in common, the closest themes, the most
    publics in common, the most inhabitants on the common ground (unknown last), then identifiers. A theme, a public or a
    dispositif that nobody wrote is unknown: it brings no pair and lowers no rank by itself. `tout_public` is shared with
    `tout_public` only.

    Parameters
    ----------
    acteurs : DataFrame, the actors of the network; `themes` and `publics` are tuples
    plafond : greatest number of pairs listed, None for all of them; all are counted
    libelles : mapping from codes (territories, themes, dispositifs, publics) to the words of the sentence, optional
    communes : DataFrame indexed by code_insee with `population`, optional
    appartenance : DataFrame (code_insee, territoire_id), optional

    Returns
    -------
    a_verifier : DataFrame with TO_CHECK_COLUMNS (acteur_a < acteur_b). `jaccard_themes` is NaN when neither has a
        theme. `population_commune`: inhabitants of the communes of the territories in common, each commune once; NaN when
        one of these populations is not known, or without `communes` and `appartenance`. `statut`: `absent_declare` (both
        answered the survey), `non_confirme` (one did), `non_observe` (none)
    bilan : DataFrame of one row: nb_paires_attendues, nb_paires_realisees, taux_realisation (NaN without any expected
        pair), nb_a_verifier, nb_affichees, nb_ecartees (beyond `plafond`)

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b"], "champ": "social", "themes": [("sante",)] * 2})
    >>> places = pd.DataFrame({"acteur_id": ["a", "b"], "territoire_id": "epci:1"})
    >>> none = pd.DataFrame(columns=["source_id", "cible_id", "acteur_id", "dispositif_id"], dtype="str")
    >>> list_links_to_check(acteurs, places, none, none)[0][["acteur_a", "acteur_b", "statut"]].values.tolist()
    [['a', 'b', 'non_observe']]
    """
    actors = sort_actors(acteurs)
    traits = list_traits(
        actors, territoires=_list_narrow(acteurs_territoires), themes="themes",
        dispositifs=participations.reindex(columns=["acteur_id", "dispositif_id"]), publics="publics",
    )  # fmt: skip
    themes = count_values(actors, traits["themes"])
    ground = _prepare_ground(actors, traits["territoires"], communes, appartenance)
    pairs, counts = find_pairs(
        actors,
        traits,
        {"realisees": simplify_links(actors, liens)[0][["acteur_a", "acteur_b"]]},
        shares=lambda found: (found["themes"] > 0) | (found["dispositifs"] > 0),
        order=[
            lambda found: found["inter_champ"],
            lambda found: found["dispositifs"],
            lambda found: compare_values(found["themes"], themes, found),
            lambda found: found["publics"],
            ground,
        ],
        plafond=plafond,
    )
    table = describe_pairs(pairs, actors, traits).assign(
        jaccard_themes=compare_values(pairs["themes"], themes, pairs), nb_dispositifs_communs=pairs["dispositifs"],
        nb_publics_communs=pairs["publics"], population_commune=ground(pairs),
    )  # fmt: skip
    words = {} if libelles is None else libelles
    reasons = [_write_reason(row, words) for row in table.to_dict("records")]
    table["motif"] = pd.Series(reasons, index=table.index, dtype="str")
    return table[TO_CHECK_COLUMNS], _sum_up(counts, len(table))


def _list_narrow(acteurs_territoires):
    places = acteurs_territoires[["acteur_id", "territoire_id"]]
    kinds = places["territoire_id"].astype("object").map(lambda t: str(t).split(":", 1)[0])
    return places[~kinds.isin(WIDE_TERRITORIES).to_numpy(dtype=bool)]


def _sum_up(counts, listed):
    expected, realised = counts["trouvees"], counts["realisees"]
    row = {
        "nb_paires_attendues": expected,
        "nb_paires_realisees": realised,
        "taux_realisation": realised / expected if expected else np.nan,
        "nb_a_verifier": expected - realised,
        "nb_affichees": listed,
        "nb_ecartees": expected - realised - listed,
    }
    return pd.DataFrame([row])


def _prepare_ground(actors, places, communes, appartenance):
    """Return the function that measures, for pairs of actors, the inhabitants of the territories they share.

    Communes that are in the same territories count as one, and so do actors active in the same ones: what is measured is a
    pair of sets of territories, once.
    """
    if communes is None or appartenance is None:
        return lambda pairs: np.full(len(pairs["i"]), np.nan)
    names = pd.Index(sorted(places["valeur"].unique()), dtype="object")
    active = _cross(places["acteur_id"], pd.Index(actors["acteur_id"], dtype="object"), places["valeur"], names)
    held = appartenance[["code_insee", "territoire_id"]].drop_duplicates()
    held = held[held["territoire_id"].isin(names)].sort_values(["code_insee", "territoire_id"])
    towns = pd.Index(held["code_insee"].unique(), dtype="object")
    alike, first = _group_rows(member := _cross(held["code_insee"], towns, held["territoire_id"], names))
    people = np.bincount(alike, communes["population"].reindex(towns).to_numpy(dtype=float), minlength=len(first))
    # A territory whose communes nobody gave has an unknown number of inhabitants, not none.
    empty = np.flatnonzero(np.bincount(member.indices, minlength=len(names)) == 0)
    pieces = sparse.vstack([member[first], sparse.eye_array(len(names), dtype=np.int32, format="csr")[empty]])
    of_actor, first = _group_rows(active)
    return partial(
        _sum_people, of_actor=of_actor, sets=active[first], pieces=sparse.csr_array(pieces.T),
        people=np.r_[people, np.full(len(empty), np.nan)],
    )  # fmt: skip


def _cross(rows, row_names, columns, column_names):
    cells = (np.ones(len(rows), dtype=np.int32), (row_names.get_indexer(rows), column_names.get_indexer(columns)))
    return sparse.csr_array(cells, shape=(len(row_names), len(column_names)))


def _group_rows(matrix):
    """Return the number of the set that each row of `matrix` is, and the first row of each set."""
    matrix.sort_indices()
    ends = zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)
    codes, _ = pd.factorize(np.array([matrix.indices[a:b].tobytes() for a, b in ends], dtype=object))
    return codes, np.unique(codes, return_index=True)[1]


def _sum_people(pairs, *, of_actor, sets, pieces, people):
    """Return the inhabitants of the territories common to each pair, NaN when one piece of them is not known."""
    a, b = of_actor[pairs["i"]].astype(np.int64), of_actor[pairs["j"]].astype(np.int64)
    distinct, inverse = np.unique(np.minimum(a, b) * sets.shape[0] + np.maximum(a, b), return_inverse=True)
    sums = [np.empty(0)]
    for first, second in (np.divmod(distinct[k : k + _SETS], sets.shape[0]) for k in range(0, len(distinct), _SETS)):
        held = sparse.csr_array(sets[first].multiply(sets[second])) @ pieces
        held.sort_indices()
        held.data[:] = 1
        sums.append(held @ people)
    return np.concatenate(sums)[inverse]


def _write_reason(row, libelles):
    place = name_codes("le territoire", "les territoires", row["territoires_communs"], libelles)
    people = row["population_commune"]
    lived = "" if np.isnan(people) else f" ({count_words(people, 'habitant')})"
    return write_pair(row, f"Présents tous deux sur {place}{lived}", libelles)
