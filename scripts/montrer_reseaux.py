"""Recompute published figures of published networks (Knoke, Davis, Lazega) with the measures of the software, and show the difference.

    python scripts/montrer_reseaux.py DOSSIER_DATA

DOSSIER_DATA holds reseaux/ with the edge and node lists. Exits with 1 when a figure is further from the published one than its last digit.
"""

import argparse
import sys
from pathlib import Path

import networkx as nx
import pandas as pd

from diagnostic.measure.liens.density import measure_directed_density, measure_two_mode_density
from diagnostic.measure.liens.graph_links import measure_arc_ei
from diagnostic.measure.liens.positions import measure_positions

PERIMETER = pd.DataFrame({"nom": ["tout"], "type": ["perimetre"]}, index=pd.Index(["perimetre"], name="territoire_id"))
LAZEGA = {"advice": (0.1795, -0.5695), "friends": (0.1157, -0.7148), "cowork": (0.2221, -0.5417)}  # density, E-I by office
LAWYERS = {"advice": "conseil", "friends": "amitié", "cowork": "travail"}


def read_links(path):
    """Return the links of an edge list as a user types them: source_id, cible_id, all one-way."""
    rows = pd.read_csv(path, dtype=str).set_axis(["source_id", "cible_id"], axis=1)
    return rows.assign(type="information", oriente=pd.array([True] * len(rows), dtype="boolean"))


def list_ends(links):
    return pd.DataFrame({"acteur_id": sorted({*links["source_id"], *links["cible_id"]})})


def make_graph(actors, links):
    graph = nx.DiGraph()
    graph.add_nodes_from(actors["acteur_id"])
    graph.add_edges_from(zip(links["source_id"], links["cible_id"], strict=True))
    return graph


def measure_knoke(folder):
    """Return [(what, published, measured)] of the ten agencies of Knoke."""
    links = read_links(folder / "knoki_edges.csv")
    actors = list_ends(links)
    measured = measure_directed_density(actors, links).iloc[0]
    n = len(actors)
    raw = measure_positions(make_graph(actors, links))["intermediarite"] * (n - 1) * (n - 2)
    return [
        ("Knoke, densité", 0.544, measured["densite_orientee"]),
        ("Knoke, réciprocité des paires", 0.531, measured["reciprocite_dyades"]),
        ("Knoke, intermédiarité la plus haute", 17.833, raw.max()),
        ("Knoke, intermédiarité moyenne", 4.800, raw.mean()),
    ]


def measure_davis(folder):
    """Return the counts of the women of Davis and the events they went to."""
    nodes = pd.read_csv(folder / "southern_women_nodes.csv", dtype=str)
    event = nodes["type"].str.lower() == "true"
    women = pd.DataFrame({"acteur_id": nodes.loc[~event, "id"]})
    events = pd.DataFrame({"dispositif_id": nodes.loc[event, "id"]})
    parts = pd.read_csv(folder / "southern_women_edges.csv", dtype=str).set_axis(["acteur_id", "dispositif_id"], axis=1)
    places = women.assign(territoire_id="perimetre")
    row = measure_two_mode_density(women, events, parts, places, PERIMETER).iloc[0]
    return [
        ("Davis, femmes", 18, row["nb_acteurs"]), ("Davis, événements", 14, row["nb_dispositifs"]),
        ("Davis, participations", 89, row["nb_participations"]), ("Davis, densité (89 sur 252)", 0.3532, row["densite"]),
    ]  # fmt: skip


def measure_lazega(folder):
    """Return density and E-I by office of the three networks of Lazega's lawyers."""
    found = []
    for name, (density, ei) in LAZEGA.items():
        nodes = pd.read_csv(folder / f"law_{name}_nodes.csv", dtype=str).rename(columns={"id": "acteur_id"})
        links = read_links(folder / f"law_{name}_edges.csv")
        graph = make_graph(nodes, links)
        measured = measure_directed_density(nodes, links).iloc[0]["densite_orientee"]
        crossing = measure_arc_ei(graph, nodes.set_index("acteur_id")["office"])
        found += [
            (f"Lazega, {LAWYERS[name]}, densité", density, measured),
            (f"Lazega, {LAWYERS[name]}, E-I par bureau", ei, crossing["ei"].iloc[0]),
        ]
    return found


def main():
    """Print the table of published and measured figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="dossier qui contient reseaux/")
    folder = parser.parse_args().data / "reseaux"
    rows = [*measure_knoke(folder), *measure_davis(folder), *measure_lazega(folder)]
    print(f"{'chiffre':42}{'publié':>10}{'mesuré':>14}{'différence':>14}")
    wrong = 0
    for what, published, measured in rows:
        digits = len(str(published).split(".")[1]) if isinstance(published, float) else 0
        far = abs(measured - published) > 0.5 * 10**-max(digits, 3) + 1e-9
        wrong += far
        print(f"{what:42}{published:10}{measured:14.6f}{measured - published:+14.6f}{'  <-- écart' if far else ''}")
    print(f"\n{len(rows) - wrong} chiffres sur {len(rows)} égaux au publié, à son dernier chiffre près.")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
