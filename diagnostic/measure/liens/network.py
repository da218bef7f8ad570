"""The two networks of a dossier, kept apart: declared links (acteur x acteur) and participations (acteur x dispositif).

A density always belongs to one of the two. Pairs projected from participations are a third table, weighted, never
added to the declared links: one dispositif with k actors would create k(k-1)/2 links by itself.
"""

import numpy as np
import pandas as pd

from diagnostic.schema import ORIGIN_COLUMNS, is_imported, normalize_label

PAIR_COLUMNS = ["acteur_a", "acteur_b", "types", "nb_types", "nb_declarations", "a_vers_b", "b_vers_a"]
SET_ASIDE_COLUMNS = ["source_id", "cible_id", "type", "motif", "effet", *ORIGIN_COLUMNS]
_LINK_COLUMNS = ["source_id", "cible_id", "type", "oriente", "dispositif_id", "territoire", *ORIGIN_COLUMNS]


def list_network_actors(acteurs, participations, liens, *, hors_collecte=("commune",)):
    """Say which actors belong to the networks: those somebody spoke of, or was asked about.

    The 720 communes of a dossier and the rows of an open-data import are in the inventory without anyone having been
    asked who they work with; counted as isolates they would divide every density by ten. An actor is kept when it is
    named in a participation or in a link to another actor, when the survey reached it (`a_repondu` is "oui" or
    "non"), or when someone typed it into the inventory under a category outside `hors_collecte`. Rows whose `fichier`
    lies in a folder `imports` are not typed by hand.

    Returns
    -------
    boolean Series on the index of `acteurs`; see `count_network_actors` for the figures to print beside a density.
    """
    links = liens.reindex(columns=["source_id", "cible_id"])
    links = links[links["source_id"] != links["cible_id"]]
    named = pd.concat(
        [links["source_id"], links["cible_id"], participations.reindex(columns=["acteur_id"])["acteur_id"]]
    )
    kept = acteurs["acteur_id"].isin(set(named.dropna()))
    kept |= acteurs.reindex(columns=["a_repondu"])["a_repondu"].isin(["oui", "non"])
    kept |= ~_is_out_of_collection(acteurs, hors_collecte) & ~is_imported(acteurs)
    return kept.astype(bool).rename("dans_reseau")


def count_network_actors(acteurs, dans_reseau, *, hors_collecte=("commune",)):
    """Count the actors kept in the networks and those left out, by reason.

    Returns
    -------
    DataFrame with columns `motif`, `nb_acteurs`; the counts add up to the rows of `acteurs`.
    """
    motif = pd.Series("import sans lien déclaré", index=acteurs.index)
    motif = motif.mask(_is_out_of_collection(acteurs, hors_collecte), "commune sans lien déclaré")
    motif = motif.mask(dans_reseau, "dans le réseau")
    order = ["dans le réseau", "commune sans lien déclaré", "import sans lien déclaré"]
    return motif.value_counts().reindex(order, fill_value=0).rename_axis("motif").reset_index(name="nb_acteurs")


def _is_out_of_collection(acteurs, hors_collecte):
    return acteurs["categorie"].astype("object").map(normalize_label).isin([normalize_label(c) for c in hors_collecte])


def match_territories(names, territoires):
    """Return the territoire_id each text designates: an id, the code after its colon, or an unambiguous name."""
    ids = territoires.index.astype("str")
    keys = pd.concat(
        [
            pd.Series(ids, index=range(len(ids))).map(lambda i: (0, normalize_label(i), i)),
            pd.Series(ids).map(lambda i: (1, normalize_label(i.split(":", 1)[-1]), i)),
            pd.Series(territoires["nom"].to_list(), dtype="object").combine(
                pd.Series(ids), lambda n, i: (1, normalize_label(n), i)
            ),
        ]
    )
    known = pd.DataFrame(keys.to_list(), columns=["rang", "cle", "territoire_id"]).drop_duplicates()
    exact = known[known["rang"] == 0].set_index("cle")["territoire_id"]
    loose = known[known["rang"] == 1].drop_duplicates("cle", keep=False).set_index("cle")["territoire_id"]
    lookup = {**loose, **exact}
    return (
        names.astype("object")
        .map(lambda n: lookup.get(normalize_label(n)) if isinstance(n, str) else np.nan)
        .astype("str")
    )


def sort_out_links(acteurs, liens):
    """Separate the links that count from those set aside, and list the latter with the reason.

    Set aside: a link of an actor with itself, a link with an actor outside `acteurs`, a repeated row (same actors,
    type, dispositif and territory), and the same undirected link written in the other direction. Links of several
    types between the same actors all stay. Links given as one-way (`oriente`) are never the repetition of their
    opposite.

    Returns
    -------
    retenus : DataFrame of links with acteur_a < acteur_b (text order) besides the columns read
    ecartes : DataFrame with SET_ASIDE_COLUMNS; rows of `liens` = retenus + ecartes
    """
    rows = liens.reindex(columns=_LINK_COLUMNS).reset_index(drop=True)
    source, cible = rows["source_id"].astype("object"), rows["cible_id"].astype("object")
    forward = (source <= cible).astype(bool)
    rows["acteur_a"], rows["acteur_b"] = source.where(forward, cible), cible.where(forward, source)
    rows["oriente"] = rows["oriente"].astype("boolean").fillna(False).astype(bool)
    rows["type"] = rows["type"].astype("object").fillna("non_precise")
    rows["sens"] = np.where(forward, "a_b", "b_a")

    key = ["acteur_a", "acteur_b", "type", "oriente", "dispositif_id", "territoire"]
    known = set(acteurs["acteur_id"])
    again = rows.duplicated([*key, "sens"])
    conditions = {
        "lien d'un acteur avec lui-même": source == cible,
        "extrémité hors du réseau étudié": ~(source.isin(known) & cible.isin(known)),
        "doublon": again,
        "même lien écrit dans l'autre sens": ~rows["oriente"] & rows.mask(again).duplicated(key) & ~again,
    }
    motif = pd.Series(np.select(list(conditions.values()), list(conditions), default=""), index=rows.index)
    merged = motif.isin(["doublon", "même lien écrit dans l'autre sens"])
    rows["motif"], rows["effet"] = motif, np.where(merged, "réuni au premier", "écarté")
    ecartes = rows.loc[motif != "", SET_ASIDE_COLUMNS].reset_index(drop=True)
    return rows[motif == ""].drop(columns=["motif", "effet"]).reset_index(drop=True), ecartes


def list_declarations(acteurs, liens):
    """List every row that says two different known actors are linked, repetitions kept: each may have its own declarant.

    Where `sort_out_links` counts a link once, this keeps who said it, how strong they said it is, and in which dispositif.

    Returns
    -------
    DataFrame in the order of `liens`: acteur_a, acteur_b (acteur_a < acteur_b in text order), type, intensite,
    dispositif_id, declarant_id
    """
    rows = liens.reindex(columns=["source_id", "cible_id", "type", "intensite", "dispositif_id", "declarant_id"])
    # A column that the sheet does not have comes as numbers: it could not meet identifiers.
    rows = rows.astype(dict.fromkeys(["type", "dispositif_id", "declarant_id"], "object"))
    source, cible = rows["source_id"].astype("object"), rows["cible_id"].astype("object")
    known = set(acteurs["acteur_id"])
    kept = (source != cible) & source.isin(known) & cible.isin(known)
    rows, source, cible = rows[kept], source[kept], cible[kept]
    forward = (source < cible).astype(bool)
    ends = pd.DataFrame({"acteur_a": source.where(forward, cible), "acteur_b": cible.where(forward, source)})
    return ends.join(rows.drop(columns=["source_id", "cible_id"])).reset_index(drop=True)


def simplify_links(acteurs, liens):
    """Reduce declared links to one row per pair of actors, with the number of types kept.

    Returns
    -------
    paires : DataFrame sorted by `acteur_a`, `acteur_b` (acteur_a < acteur_b), with `types` (tuple), `nb_types`,
        `nb_declarations` (rows kept), `a_vers_b` and `b_vers_a` (a one-way link goes that way)
    ecartes : DataFrame, see `sort_out_links`

    Examples
    --------
    >>> acteurs = pd.DataFrame({"acteur_id": ["a", "b", "c"]})
    >>> liens = pd.DataFrame({"source_id": ["a", "b", "c"], "cible_id": ["b", "a", "c"], "type": "information"})
    >>> [len(table) for table in simplify_links(acteurs, liens)]
    [1, 2]
    """
    retenus, ecartes = sort_out_links(acteurs, liens)
    return group_pairs(retenus, ["acteur_a", "acteur_b"]), ecartes


def group_pairs(retenus, by):
    """Return one row a distinct value of `by` (the pair, with its territory if any), sorted, with PAIR_COLUMNS."""
    rows = retenus.assign(
        a_vers_b=retenus["oriente"] & (retenus["sens"] == "a_b"),
        b_vers_a=retenus["oriente"] & (retenus["sens"] == "b_a"),
    )
    grouped = rows.groupby(by, sort=True)
    pairs = grouped.agg(
        nb_types=("type", "nunique"),
        nb_declarations=("type", "size"),
        a_vers_b=("a_vers_b", "max"),
        b_vers_a=("b_vers_a", "max"),
    )
    types = rows.drop_duplicates([*by, "type"]).sort_values([*by, "type"])["type"].to_numpy(dtype=object)
    ends = np.cumsum(pairs["nb_types"].to_numpy(dtype=int))
    words = [tuple(cut) for cut in np.split(types, ends)[: len(pairs)]]
    pairs["types"] = pd.Series(words, index=pairs.index, dtype="object")
    return pairs.reset_index()[[*by, *[c for c in PAIR_COLUMNS if c not in by]]]


def build_link_graph(acteurs, liens):
    """Build the simple graph of declared links, isolates kept.

    Nodes are acteur_id with text attributes `nom`, `categorie`, `champ` ("" when unknown, so that every format can
    write them); edges carry `types` ("a;b"), `nb_types` and `nb_declarations`.

    Returns
    -------
    graph : networkx.Graph
    ecartes : DataFrame, see `sort_out_links`
    """
    import networkx as nx  # loaded when a graph is wanted, not when the package is imported

    paires, ecartes = simplify_links(acteurs, liens)
    graph = nx.Graph()
    described = acteurs.reindex(columns=["nom", "categorie", "champ"]).astype("object").fillna("")
    graph.add_nodes_from(zip(acteurs["acteur_id"], described.to_dict("records"), strict=True))
    edges = paires.assign(types=paires["types"].map(";".join))[["types", "nb_types", "nb_declarations"]].to_dict(
        "records"
    )
    graph.add_edges_from(zip(paires["acteur_a"], paires["acteur_b"], edges, strict=True))
    return graph, ecartes


def list_distinct_participations(acteurs, dispositifs, participations):
    """Return the distinct (acteur_id, dispositif_id) pairs among known actors and dispositifs, sorted."""
    pairs = participations.reindex(columns=["acteur_id", "dispositif_id"]).drop_duplicates()
    known = pairs["acteur_id"].isin(set(acteurs["acteur_id"])) & pairs["dispositif_id"].isin(
        set(dispositifs["dispositif_id"])
    )
    return pairs[known].sort_values(["acteur_id", "dispositif_id"], ignore_index=True)


def build_two_mode_graph(acteurs, dispositifs, participations):
    """Build the two-mode graph of participations, actors and dispositifs without any participation kept.

    Nodes are "acteur:ID" and "dispositif:ID", since the two lists may use the same identifiers, with attributes
    `bipartite` (0 actor, 1 dispositif), `identifiant`, `nom`, and `champ` or `type`. An edge carries `roles` and
    `stades` ("financement;pilotage"). Participations whose actor or dispositif is not in the tables given are left
    out: their number is `len(participations)` less the sum of the edges' `nb_lignes`.
    """
    import networkx as nx  # loaded when a graph is wanted

    graph = nx.Graph()
    for prefix, side, table, attributes in [
        ("acteur", 0, acteurs, ["nom", "champ"]),
        ("dispositif", 1, dispositifs, ["nom", "type"]),
    ]:
        ids = table[f"{prefix}_id"]
        described = (
            table.reindex(columns=attributes).astype("object").fillna("").assign(bipartite=side, identifiant=ids)
        )
        graph.add_nodes_from(zip(prefix + ":" + ids.astype("str"), described.to_dict("records"), strict=True))
    rows = participations.reindex(columns=["acteur_id", "dispositif_id", "role", "stade"])
    rows = rows.merge(list_distinct_participations(acteurs, dispositifs, participations))
    for (acteur, dispositif), cell in rows.groupby(["acteur_id", "dispositif_id"]):
        words = {f"{column}s": ";".join(sorted(set(cell[column].dropna()))) for column in ["role", "stade"]}
        graph.add_edge(f"acteur:{acteur}", f"dispositif:{dispositif}", nb_lignes=len(cell), **words)
    return graph


def project_participations(participations):
    """Project participations on pairs of actors that share a dispositif, weighted so that big dispositifs weigh less.

    A dispositif of k actors gives 1/(k-1) to each of its pairs (Newman 2001), so that it gives each actor 1 in all.
    Never to be compared with, or added to, the density of declared links.

    Returns
    -------
    DataFrame sorted by `acteur_a`, `acteur_b` (acteur_a < acteur_b): `nb_dispositifs_communs`, `poids_newman`
    """
    rows = participations.reindex(columns=["acteur_id", "dispositif_id"]).drop_duplicates()
    rows = rows.assign(
        poids_newman=1 / (rows.groupby("dispositif_id")["acteur_id"].transform("size") - 1).astype(float)
    )
    pairs = rows.merge(rows[["acteur_id", "dispositif_id"]], on="dispositif_id", suffixes=("_a", "_b"))
    pairs = pairs.rename(columns={"acteur_id_a": "acteur_a", "acteur_id_b": "acteur_b"})
    pairs = pairs[pairs["acteur_a"] < pairs["acteur_b"]]
    grouped = pairs.groupby(["acteur_a", "acteur_b"], sort=True)
    return grouped.agg(
        nb_dispositifs_communs=("dispositif_id", "size"), poids_newman=("poids_newman", "sum")
    ).reset_index()


def summarise_projection(participations):
    """Tell what the projection of participations is made of: how many pairs, and how many come from its largest dispositif.

    A projected density is never given: one dispositif of k actors makes C(k, 2) pairs. Compare nothing here with
    declared links.

    Returns
    -------
    DataFrame of one row: nb_acteurs (with a participation), nb_dispositifs, nb_dispositifs_partages (two actors or more),
    nb_paires (distinct), poids_total (sum of Newman weights: half the actors of every shared dispositif),
    dispositif_principal (most actors; ties: first in text order), nb_acteurs_principal, nb_paires_principal,
    part_paires_principal (of the distinct pairs, NaN without any), raison_absence

    Examples
    --------
    >>> rows = pd.DataFrame({"acteur_id": ["a", "b", "c", "a"], "dispositif_id": ["CTG", "CTG", "CTG", "PAT"]})
    >>> summarise_projection(rows)[["nb_paires", "poids_total", "part_paires_principal"]].values.tolist()
    [[3.0, 1.5, 1.0]]
    """
    rows = participations.reindex(columns=["acteur_id", "dispositif_id"]).dropna().drop_duplicates()
    sizes = rows.groupby("dispositif_id", sort=True).size()
    shared = sizes[sizes > 1]
    pairs = project_participations(rows)
    main = shared.idxmax() if len(shared) else np.nan
    largest = int(shared.max()) if len(shared) else 0
    figures = {
        "nb_acteurs": rows["acteur_id"].nunique(),
        "nb_dispositifs": len(sizes),
        "nb_dispositifs_partages": len(shared),
        "nb_paires": len(pairs),
        "poids_total": float(pairs["poids_newman"].sum()) if len(pairs) else np.nan,
        "dispositif_principal": main,
        "nb_acteurs_principal": largest,
        "nb_paires_principal": largest * (largest - 1) // 2,
        "part_paires_principal": largest * (largest - 1) / 2 / len(pairs) if len(pairs) else np.nan,
        "raison_absence": "" if len(pairs) else "aucun dispositif à deux acteurs ou plus",
    }
    return pd.DataFrame([figures])
