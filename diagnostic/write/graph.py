"""The two networks of a dossier -> GraphML and GEXF, for Gephi, yEd or a researcher: links and participations are never mixed."""

import re
from pathlib import Path

import networkx as nx
import pandas as pd

from diagnostic.draw.charter import find_charter
from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import flatten_table

NODE_COLUMNS = {
    "acteurs": ["nom", "sigle", "categorie", "champ", "statut", "code_insee", "commune", "themes", "publics", "hors_territoire", "source"],
    "dispositifs": ["nom", "type", "nature", "themes", "publics", "stade", "date_debut", "date_fin", "source"],
}  # fmt: skip
EDGE_COLUMNS = {
    "liens": ["type", "oriente", "dispositif_id", "territoire", "source"],
    "participations": ["role", "qualification", "stade", "theme", "source"],
}  # fmt: skip
# In GEXF the `type` of an edge says whether it has a direction: ours would be lost.
RENAMED = {"liens": {"type": "type_lien"}, "dispositifs": {"type": "type_dispositif"}}
DEVICE_COLOUR = "#F0E442"
# Characters that XML 1.0 forbids: both formats would be unreadable.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DAY = re.compile(r'lastmodifieddate="[^"]*"')


def build_links_graph(tables):
    """Return the declared links between actors, an edge a row: MultiDiGraph, isolated actors kept.

    A link that has no direction is one edge from `source_id` to `cible_id` with `oriente` « non »: nothing is doubled.
    Missing values are left out: neither format has a word for them.

    Parameters
    ----------
    tables : dict with acteurs, liens, as the edition shows them
    """
    graph = nx.MultiDiGraph(name="Liens déclarés entre acteurs")
    _add_nodes(graph, tables["acteurs"], "acteurs", "acteur_id", "acteur")
    _add_edges(graph, tables["liens"], "liens", ("source_id", "cible_id"))
    return graph


def build_participations_graph(tables):
    """Return who takes part in what: actors and dispositifs (`genre`), an edge a participation, from the actor: MultiDiGraph."""
    graph = nx.MultiDiGraph(name="Participations des acteurs aux dispositifs")
    rows = tables["participations"]
    held = tables["acteurs"][tables["acteurs"]["acteur_id"].isin(rows["acteur_id"])]
    _add_nodes(graph, held, "acteurs", "acteur_id", "acteur")
    _add_nodes(graph, tables["dispositifs"], "dispositifs", "dispositif_id", "dispositif")
    _add_edges(graph, rows, "participations", ("acteur_id", "dispositif_id"))
    return graph


def _add_nodes(graph, table, name, key, genre):
    for values in _list_attributes(table, [key, *NODE_COLUMNS[name]], RENAMED.get(name, {})):
        identifier = f"{genre}:{values.pop(key)}"
        values = {"label": values.get("nom", identifier), "genre": genre} | values
        graph.add_node(identifier, **values, viz=_describe_colour(values))


def _add_edges(graph, table, name, ends):
    genres = [end.split("_")[0].replace("source", "acteur").replace("cible", "acteur") for end in ends]
    for rank, values in enumerate(_list_attributes(table, [*ends, *EDGE_COLUMNS[name]], RENAMED.get(name, {}))):
        places = [f"{genre}:{values.pop(end)}" for genre, end in zip(genres, ends, strict=True)]
        # An end that this edition does not show has no node, and the link no place.
        if all(place in graph for place in places):
            graph.add_edge(*places, key=rank, **values)


def _list_attributes(table, columns, renamed):
    """Return the rows of a table as dicts of plain values; what is missing is left out."""
    flat = flatten_table(table.reindex(columns=columns)).rename(columns=renamed)
    flat = flat.assign(**{name: flat[name].dt.strftime("%Y-%m-%d") for name in flat if pd.api.types.is_datetime64_any_dtype(flat[name])})
    rows = flat.astype(object).where(flat.notna(), None).to_dict("records")
    return [{name: _clean(value) for name, value in row.items() if value is not None and value != ""} for row in rows]


def _clean(value):
    return _FORBIDDEN.sub(" ", value) if isinstance(value, str) else float(value)


def _describe_colour(values):
    champs = find_charter().champs
    colour = champs.get(values.get("champ"), champs["autre"]) if values["genre"] == "acteur" else DEVICE_COLOUR
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return {"color": {"r": red, "g": green, "b": blue, "a": 1.0}, "shape": "disc" if values["genre"] == "acteur" else "square"}


def write_graphml(graph, path):
    """Write a graph as GraphML and return `path`; colours are left to GEXF, which has words for them."""
    plain = graph.copy()
    for _, values in plain.nodes(data=True):
        values.pop("viz", None)
    with write_atomic(path) as temporary:
        nx.write_graphml(plain, temporary, encoding="utf-8", named_key_ids=True)
    return path


def write_gexf(graph, path, *, date):
    """Write a graph as GEXF 1.2 dated `date` (the library would write the day it is run) and return `path`."""
    lines = "\n".join(nx.generate_gexf(graph, encoding="utf-8"))
    with write_atomic(path) as temporary:
        text = _DAY.sub(f'lastmodifieddate="{pd.Timestamp(date):%Y-%m-%d}"', lines)
        Path(temporary).write_text(f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n", encoding="utf-8", newline="\n")
    return path


def list_legend(graphs):
    """Return what each attribute of each graph says: DataFrame graphe, objet (nœud, lien), attribut, valeurs, nombre.

    Parameters
    ----------
    graphs : dict of file name -> graph
    """
    rows = []
    for name, graph in graphs.items():
        for kind, values in (("nœud", [d for _, d in graph.nodes(data=True)]), ("lien", [d for *_, d in graph.edges(data=True)])):
            table = pd.DataFrame([{key: cell for key, cell in row.items() if key != "viz"} for row in values])
            for column in table.columns:
                cells = table[column].dropna().astype(str)
                known = sorted(cells.unique())
                told = " ; ".join(known) if len(known) <= 12 else f"{len(known)} valeurs"
                rows.append({"graphe": name, "objet": kind, "attribut": column, "valeurs": told, "nombre": len(cells)})
    return pd.DataFrame(rows, columns=["graphe", "objet", "attribut", "valeurs", "nombre"])
