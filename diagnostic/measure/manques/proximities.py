"""Actors of one commune that work on the same theme for the same public and declare no link: proximities to discuss.

Two structures that look alike are no mistake: one may take over from the other, or the need may be great. The table asks them
to talk; it never says that one of them is too many. It stays in the edition interne.
"""

from functools import partial

import numpy as np
import pandas as pd

from diagnostic.measure.liens.network import match_territories, simplify_links
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

PROXIMITY_COLUMNS = [
    "rang", "acteur_a", "acteur_b", "code_insee", "nb_communes_partagees", "themes_communs", "publics_communs",
    "meme_categorie", "inter_champ", "jaccard", "statut", "phrase",
]  # fmt: skip
_DISTINCT = "distincts"  # a person said that the two rows are two structures


def place_actors(acteurs, communes, territoires):
    """List the communes each actor is located in (`code_insee`) or states in its cell `territoires`, by code or by name.

    A name that a territory bears is that territory (a bassin de vie is named after its centre); one that two communes bear
    leads nowhere. Communes outside `communes` are left out.

    Parameters
    ----------
    acteurs : DataFrame with acteur_id, code_insee, territoires (tuples of codes or names)
    communes : DataFrame indexed by code_insee, with nom
    territoires : DataFrame indexed by territoire_id, with nom

    Returns
    -------
    DataFrame acteur_id, code_insee (distinct, sorted).

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a"], "code_insee": "63003", "territoires": [("Thiers", "EPCI du Puy")]})
    >>> communes = pd.DataFrame({"nom": ["Ambert", "Thiers"]}, index=["63003", "63430"])
    >>> territoires = pd.DataFrame({"nom": ["EPCI du Puy"]}, index=["epci:1"])
    >>> place_actors(acteurs, communes, territoires)["code_insee"].tolist()
    ['63003', '63430']
    """
    rows = acteurs.reindex(columns=["acteur_id", "code_insee", "territoires"])
    stated = rows[["acteur_id", "territoires"]].explode("territoires").dropna().reset_index(drop=True)
    stated = stated[match_territories(stated["territoires"], territoires).isna().to_numpy()]
    named = communes[["nom"]].set_axis("commune:" + communes.index.astype("str"))
    codes = match_territories(stated["territoires"], named).astype("object").str.removeprefix("commune:")
    parts = [rows[["acteur_id", "code_insee"]], stated[["acteur_id"]].assign(code_insee=codes)]
    both = pd.concat([part.astype("str") for part in parts]).dropna().drop_duplicates()
    return both[both["code_insee"].isin(communes.index)].sort_values(["acteur_id", "code_insee"], ignore_index=True)


def list_proximities(acteurs, lieux, liens, *, doublons=None, plafond=500, libelles=None):
    """List the pairs of actors of one commune that share a theme and a public, and declare no link.

    An actor without theme, without public or without commune is unknown, never alike: it is counted in the bilan.
    `tout_public` is one public among others: shared with `tout_public` only, since one who serves everybody and one who
    serves the young may well be partners. Pairs proposed as one structure written twice are left out and counted, except
    those a person has decided are two. Order: the closest themes and publics, then the same category first, the most
    themes and publics in common, then identifiers.

    Parameters
    ----------
    acteurs : DataFrame, the actors of the network; `themes` and `publics` are tuples
    lieux : DataFrame (acteur_id, code_insee), see `place_actors`
    doublons : DataFrame acteur_id_1, acteur_id_2 and maybe decision (table `doublons_proposes`), optional
    plafond : greatest number of pairs listed, None for all of them; all are counted
    libelles : mapping from codes (themes, publics, communes) to the words of the sentence, optional

    Returns
    -------
    proximites : DataFrame with PROXIMITY_COLUMNS (acteur_a < acteur_b). `code_insee` is the first commune in text order of
        the nb_communes_partagees they share. `jaccard`: (themes + publics in common) / (themes + publics that one or the
        other has). `meme_categorie` is NA when a category is missing. `statut` as in `list_links_to_check`
    bilan : DataFrame of one row: nb_acteurs, nb_acteurs_sans_theme_ou_public, nb_acteurs_sans_commune (unknown, compared
        with nobody); nb_paires_proches = nb_paires_liees + nb_doublons_proposes (without link) + nb_paires; nb_paires =
        nb_affichees + nb_ecartees (beyond `plafond`)

    Examples
    --------
    >>> alike = {"champ": "social", "categorie": "association", "themes": [("sante",)] * 2, "publics": [("jeunes",)] * 2}
    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b"], **alike})
    >>> lieux = pd.DataFrame({"acteur_id": ["a", "b"], "code_insee": "63003"})
    >>> table, bilan = list_proximities(acteurs, lieux, pd.DataFrame(columns=["source_id", "cible_id"], dtype="str"))
    >>> table[["acteur_a", "acteur_b", "jaccard"]].values.tolist()
    [['a', 'b', 1.0]]
    """
    actors = sort_actors(acteurs)
    traits = list_traits(actors, communes=lieux[["acteur_id", "code_insee"]], themes="themes", publics="publics")
    sizes = count_values(actors, traits["themes"]) + count_values(actors, traits["publics"])
    alike = partial(_compare_categories, pd.factorize(actors.reindex(columns=["categorie"])["categorie"])[0])
    twice = _list_doubles(doublons)
    pairs, counts = find_pairs(
        actors,
        traits,
        {"liees": simplify_links(actors, liens)[0][["acteur_a", "acteur_b"]], "doublons": twice},
        shares=lambda found: (found["themes"] > 0) & (found["publics"] > 0),
        order=[
            lambda found: _compare(found, sizes),
            alike,
            lambda found: found["themes"] + found["publics"],
        ],
        plafond=plafond,
    )
    table = describe_pairs(pairs, actors, traits).assign(
        jaccard=_compare(pairs, sizes),
        nb_communes_partagees=pairs["communes"],
        meme_categorie=pd.array(alike(pairs), dtype="Float64").astype("boolean"),
    )
    table["code_insee"] = table["communes_communs"].str[0].astype("str")
    words = {} if libelles is None else libelles
    sentences = [_write_sentence(row, words) for row in table.to_dict("records")]
    table["phrase"] = pd.Series(sentences, index=table.index, dtype="str")
    return table[PROXIMITY_COLUMNS], _sum_up(actors, traits, counts, len(table))


def _list_doubles(doublons):
    """Return the pairs proposed as one structure, but those that a person has said to be two."""
    rows = pd.DataFrame(columns=["acteur_id_1", "acteur_id_2"], dtype="str") if doublons is None else doublons
    return rows[~rows.reindex(columns=["decision"])["decision"].eq(_DISTINCT).fillna(False)][["acteur_id_1", "acteur_id_2"]]


def _compare(pairs, sizes):
    return compare_values(pairs["themes"] + pairs["publics"], sizes, pairs)


def _compare_categories(codes, pairs):
    """Return 1 for pairs of one category, 0 for two, NaN when one of them is missing (-1)."""
    first, second = codes[pairs["i"]], codes[pairs["j"]]
    return np.where((first < 0) | (second < 0), np.nan, first == second)


def _sum_up(actors, traits, counts, listed):
    has = {name: actors["acteur_id"].isin(rows["acteur_id"]) for name, rows in traits.items()}
    waiting = counts["trouvees"] - counts["liees"] - counts["doublons"]
    row = {
        "nb_acteurs": len(actors),
        "nb_acteurs_sans_theme_ou_public": int((~has["themes"] | ~has["publics"]).sum()),
        "nb_acteurs_sans_commune": int((~has["communes"]).sum()),
        "nb_paires_proches": counts["trouvees"],
        "nb_paires_liees": counts["liees"],
        "nb_doublons_proposes": counts["doublons"],
        "nb_paires": waiting,
        "nb_affichees": listed,
        "nb_ecartees": waiting - listed,
    }
    return pd.DataFrame([row])


def _write_sentence(row, libelles):
    towns = name_codes("la commune", "les communes", row["communes_communs"], libelles)
    told = write_pair(row, f"Proximité à discuter : présents tous deux dans {towns}", libelles)
    return f"{told} À eux de dire s'ils se complètent."
