"""Every measure of networks at 200, 2,000 and 20,000 actors, against networkx and plain loops, in one run.

    python benchmarks/liens.py [--sans-memoire] [--acteurs 200 2000 20000]

Networks are made here: four links an actor, a third of them across the two champs, twenty categories, ten communes an EPCI. Printed:
time of each measure (best of several runs) at each size, peak memory, how time grows from one size to the next; then ratios at 2,000
actors against networkx (betweenness, constraint, effective size, brokerage by a loop, blocks by a loop over links), results compared.
"""

import argparse
import itertools
import time
from functools import partial

import networkx as nx
import numpy as np
import pandas as pd
from recouvrement import measure_peak, time_best

from diagnostic.measure.liens import (
    brokerage,
    coded,
    comparison,
    conventions,
    facets,
    fragility,
    network,
    positions,
    references,
    silos,
    structure,
    survey,
)

SIZES = (200, 2_000, 20_000)
LINKS_AN_ACTOR = 4
REFERENCE = 2_000
AIMS = {"intermédiarité": 20, "contrainte": 4, "blocs": 40}
PERMUTATIONS, PERMUTATIONS_AIM, WHOLE_AIM = 9_999, 2.0, 10.0


def make_network(nb_actors, seed=2026):
    """Return acteurs, liens, acteurs_territoires, territoires, dispositifs, participations of a made inventory."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"a{rank:06d}" for rank in range(nb_actors)])
    champs = rng.choice(["social", "developpement_local", "mixte", "autre"], nb_actors, p=[0.42, 0.4, 0.15, 0.03])
    nb_places = max(2, nb_actors // 40)
    home = rng.integers(nb_places, size=nb_actors)
    acteurs = pd.DataFrame(
        {"acteur_id": ids, "nom": ids, "categorie": [f"c{k}" for k in rng.integers(20, size=nb_actors)], "champ": champs,
         "champ_origine": "defaut", "a_repondu": rng.choice(["oui", "non", "non_sollicite"], nb_actors, p=[0.6, 0.25, 0.15]),
         "themes": [("sante",)] * nb_actors}
    )  # fmt: skip
    source = rng.integers(nb_actors, size=LINKS_AN_ACTOR * nb_actors)
    near = rng.random(len(source)) < 0.7
    cible = np.where(near, (source + rng.integers(1, 12, size=len(source))) % nb_actors, rng.integers(nb_actors, size=len(source)))
    liens = pd.DataFrame(
        {"source_id": ids[source], "cible_id": ids[cible], "type": rng.choice(["information", "co_pilote"], len(source)),
         "oriente": pd.array(rng.random(len(source)) < 0.2, dtype="boolean"), "declarant_id": ids[source],
         "intensite": rng.integers(1, 5, size=len(source)).astype(float)}
    )  # fmt: skip
    names = [f"epci:{k}" for k in range(nb_places)]
    places = pd.DataFrame({"acteur_id": np.r_[ids, ids], "territoire_id": np.r_[np.array(names)[home], np.repeat("perimetre", nb_actors)]})
    territories = pd.DataFrame(
        {"nom": ["tout", *names], "type": ["perimetre", *["epci"] * nb_places]},
        index=pd.Index(["perimetre", *names], name="territoire_id", dtype="str"),
    )
    names = [f"d{k}" for k in range(nb_actors // 10)]
    devices = pd.DataFrame({"dispositif_id": names, "nom": "d", "type": "CTG", "themes": [("sante",)] * len(names)})
    parts = pd.DataFrame(
        {"acteur_id": ids[rng.integers(nb_actors, size=2 * nb_actors)], "role": "participation", "stade": "emergence",
         "dispositif_id": [f"d{k}" for k in rng.integers(nb_actors // 10, size=2 * nb_actors)]}
    ).drop_duplicates(["acteur_id", "dispositif_id"])  # fmt: skip
    return acteurs, liens, places, territories, devices, parts


def list_measures(acteurs, liens, places, territories, devices, parts):
    """Return {name: call without argument}, in the order of the table."""
    graph, _ = network.build_link_graph(acteurs, liens)
    champs = acteurs.set_index("acteur_id")["champ"]
    empty = pd.DataFrame(columns=["acteur_id", "reseau_id", "echelle", "nom"])
    return {
        "graphe (networkx) des liens": partial(network.build_link_graph, acteurs, liens),
        "blocs par champ": partial(silos.measure_blocks, acteurs, liens),
        "E-I, silo, trois scénarios": partial(silos.measure_ei, acteurs, liens),
        "références : 999 tirages, 3 hypothèses": partial(references.compare_references, acteurs, liens, mixte="exclu"),
        "convention : chaque catégorie": partial(conventions.flip_categories, acteurs, liens),
        "positions (intermédiarité, contrainte...)": partial(positions.measure_positions, graph),
        "médiation (Gould et Fernandez)": partial(brokerage.measure_brokerage, graph, champs),
        "ponts": partial(positions.find_bridges, graph),
        "fragilité": partial(fragility.measure_fragility, graph, champs),
        "cœur et périphérie": partial(structure.summarise_core, graph),
        "groupes (10 essais)": partial(structure.find_communities, graph),
        "réponses et bornes": partial(survey.measure_survey, acteurs, liens, places, territories),
        "liens confirmés": partial(survey.measure_reliability, acteurs, liens),
        "facettes": partial(facets.measure_facets, acteurs, liens, devices, parts, empty, empty),
        "territoires côte à côte": partial(comparison.compare_territories, acteurs, liens, places, territories),
    }


def print_growth(sizes, remember):
    """Print time of each measure at each size, its growth, and the peak memory at the largest; return {size: {name: seconds}}."""
    timed, memory = {}, {}
    for size in sizes:
        measures = list_measures(*make_network(size))
        if remember and size == sizes[-1]:
            memory = {name: measure_peak(call) for name, call in measures.items()}
        timed[size] = {name: time_best(call, 3 if size <= REFERENCE else 1)[0] for name, call in measures.items()}
    heads = "".join(f"{f'{size:,} acteurs'.replace(',', ' '):>18}" for size in sizes)
    print(f"{'secondes':44}{heads}{'croissance':>14}{'Mo en plus':>12}")
    for name in timed[sizes[0]]:
        seconds = [timed[size][name] for size in sizes]
        exponent = np.log(seconds[-1] / seconds[0]) / np.log(sizes[-1] / sizes[0]) if len(sizes) > 1 else float("nan")
        print(f"{name:44}{''.join(f'{value:18.3f}' for value in seconds)}{f'n^{exponent:.2f}':>14}{memory.get(name, float('nan')):12.0f}")
    totals = [sum(timed[size].values()) for size in sizes]
    print(f"{'ensemble':44}{''.join(f'{value:18.3f}' for value in totals)}\n")
    return timed


def loop_blocks(acteurs, liens):
    """Return {pair of champs: distinct linked pairs}, one link after the other."""
    champ = dict(zip(acteurs["acteur_id"], acteurs["champ"], strict=True))
    seen, counts = set(), {}
    for _, row in liens.iterrows():
        pair = tuple(sorted((row["source_id"], row["cible_id"])))
        if pair[0] != pair[1] and pair not in seen:
            seen.add(pair)
            key = tuple(sorted((champ[pair[0]], champ[pair[1]])))
            counts[key] = counts.get(key, 0) + 1
    return counts


def loop_brokerage(graph, champs):
    """Return the number of open two-paths by each actor, both ways, one pair of partners after the other."""
    return {v: 2 * sum(not graph.has_edge(u, w) for u, w in itertools.combinations(graph[v], 2)) for v in graph}


def print_ratios(size):
    """Print the ratios against networkx and loops at `size`, results compared."""
    acteurs, liens, *_ = make_network(size)
    graph, _ = network.build_link_graph(acteurs, liens)
    champs = acteurs.set_index("acteur_id")["champ"]
    head = f"à {size} acteurs, {graph.number_of_edges()} liens"
    print(f"{head:36}{'autre (s)':>12}{'ici (s)':>10}{'rapport':>10}   écart le plus grand")
    actors, ends, _ = positions.code_graph(graph)
    slow, other = time_best(partial(nx.betweenness_centrality, graph), 1)
    fast, found = time_best(partial(positions.measure_betweenness, len(actors), ends, False), 3)
    print_ratio("intermédiarité", slow, fast, np.abs(pd.Series(other).reindex(actors).to_numpy() - found).max())
    slow, other = time_best(partial(nx.constraint, graph), 1)
    pairs, ways = positions.pair_arcs(len(actors), ends, np.ones(len(ends)), directed=False)
    fast, holes = time_best(partial(positions.measure_holes, len(actors), pairs, ways.sum(axis=1)), 3)
    print_ratio("contrainte", slow, fast, np.nanmax(np.abs(pd.Series(other).reindex(actors).to_numpy() - holes[0])))
    slow, other = time_best(partial(nx.effective_size, graph), 1)
    gap = np.nanmax(np.abs(pd.Series(other).reindex(actors).to_numpy() - holes[1]))
    print_ratio("taille effective (même calcul)", slow, fast, gap)
    slow, other = time_best(partial(loop_brokerage, graph, champs), 1)
    fast, found = time_best(partial(brokerage.measure_brokerage, graph, champs), 3)
    print_ratio("médiation (boucle, total seul)", slow, fast, np.abs(pd.Series(other).reindex(actors) - found["total"]).max())
    slow, other = time_best(partial(loop_blocks, acteurs, liens), 1)
    fast, found = time_best(partial(silos.measure_blocks, acteurs, liens), 3)
    got = found.set_index(["groupe_a", "groupe_b"])["nb_liens"]
    print_ratio("blocs, depuis la feuille de liens", slow, fast, max(abs(got[key] - value) for key, value in other.items()))
    print_coded_blocks(acteurs, liens, graph)
    print_permutations(acteurs, liens)


def print_coded_blocks(acteurs, liens, graph):
    """Print the ratio of the counts between champs alone: networkx on its graph, the arrays that every null draws on."""
    pairs, _ = network.simplify_links(acteurs, liens)
    ends = coded.code_pairs(acteurs, pairs)
    codes, names = pd.factorize(acteurs["champ"])
    slow, other = time_best(partial(nx.attribute_mixing_dict, graph, "champ"), 5)
    fast, found = time_best(lambda: coded.count_between(codes[ends[:, 0]], codes[ends[:, 1]], len(names)), 50)
    rank = {name: k for k, name in enumerate(names)}
    # networkx counts a link inside a group from both ends.
    told = {(rank[a], rank[b]): other[a].get(b, 0) / (2 if a == b else 1) for a in other for b in other}
    gap = max(abs(value - found[min(a, b), max(a, b)]) for (a, b), value in told.items())
    print_ratio("blocs, réseau déjà codé", slow, fast, gap, aim="blocs")


def print_permutations(acteurs, liens):
    """Print the time of 9,999 label permutations."""
    began = time.perf_counter()
    rows = references.compare_references(acteurs, liens, mixte="exclu", hypotheses=["etiquettes"], tirages=PERMUTATIONS)
    seconds = time.perf_counter() - began
    aim = f"but : moins de {PERMUTATIONS_AIM:g} s, {'atteint' if seconds < PERMUTATIONS_AIM else 'manqué'}"
    print(f"{PERMUTATIONS} permutations d'étiquettes : {seconds:.2f} s ({aim}) ; p = {rows['p_moins'].iloc[0]:.4f}")


def print_ratio(label, slow, fast, gap, aim=None):
    """Print one line of the table of ratios."""
    wanted = AIMS.get(aim or label)
    reached = "" if wanted is None else f"  (but {wanted} : {'atteint' if slow / fast >= wanted else 'manqué'})"
    print(f"{label:36}{slow:12.3f}{fast:10.4f}{slow / fast:10.1f}   {gap:.1e}{reached}")


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sans-memoire", action="store_true", help="skip the measure of memory")
    parser.add_argument("--acteurs", type=int, nargs="+", default=SIZES, help="sizes of the networks")
    asked = parser.parse_args()
    timed = print_growth(sorted(asked.acteurs), not asked.sans_memoire)
    print_ratios(REFERENCE)
    if REFERENCE in timed:
        whole = sum(timed[REFERENCE].values())
        aim = f"but : moins de {WHOLE_AIM:g} s, {'atteint' if whole < WHOLE_AIM else 'manqué'}"
        print(f"tout ensemble à {REFERENCE} acteurs : {whole:.1f} s ({aim})")


if __name__ == "__main__":
    main()
