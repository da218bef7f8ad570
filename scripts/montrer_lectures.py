"""Read back what `exporter` writes for other tools, with those tools' own readers, and compare it with the tables.

    python scripts/montrer_lectures.py [--dossier DOSSIER] [--garder DOSSIER]

GeoPackage by pyogrio, its styles and its metadata by SQL; GraphML and GEXF by networkx, attributes and counts against the tables; the
workbook and the French CSV through LibreOffice, looking for live formulas. By default a small dossier whose names are formulas,
marks and paths. LibreOffice is left out where it is not.
"""

import argparse
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pandas as pd
import pyogrio

ROOT = Path(__file__).resolve().parent.parent
EPCI = "244301099"
TRAPS = [
    "=1+1", "+33", "@SUM(A1:A9)", "-2+3", '=HYPERLINK("a";"b")', "\t=1", "Société <b>A & B</b>", "../../etc/passwd", "CON", "Épicerie 🥕",
    "x" * 300, "]]>", "=cmd|' /C calc'!A0",
]  # fmt: skip
# « ; », quotation marks, UTF-8, from line 1, formulas evaluated: what a spreadsheet does of a double click at its worst.
CSV_FILTER = "Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,0,true"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def write_dossier(folder):
    """Write a dossier whose texts are traps for whoever reads its exports."""
    folder.mkdir(parents=True)
    actors = pd.DataFrame({"nom": TRAPS})
    actors.insert(0, "acteur_id", [f"a{rank}" for rank in actors.index])
    actors = actors.assign(
        sigle=[name[:20] for name in TRAPS], categorie="ccas", code_insee=["43016", "43185"] * 6 + ["43052"], diffusion="public",
        source="FICTIF ; =1+1", remarques=TRAPS,
    )  # fmt: skip
    links = pd.DataFrame({"source_id": actors["acteur_id"][:-1], "cible_id": actors["acteur_id"][1:].to_numpy()})
    devices = {"dispositif_id": ["d"], "nom": ["=2+2"], "type": ["CTG"], "territoires": [EPCI], "diffusion": ["public"]}
    tables = {
        "parametres": pd.DataFrame({"cle": ["epci", "date_edition", "titre"], "valeur": [EPCI, "15/11/2026", "=1+1"]}), "acteurs": actors,
        "liens": links.assign(type="information", source="FICTIF"), "dispositifs": pd.DataFrame(devices).assign(source="FICTIF"),
        "participations": pd.DataFrame({"acteur_id": ["a0", "a6"], "dispositif_id": "d", "role": "participation", "source": "FICTIF"}),
    }  # fmt: skip
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
    return folder


def compare_geopackage(path, layers):
    """Return {figure: (read, expected)} of a GeoPackage against the layers it was written from (`write.gis.build_layers`)."""
    told, names = {}, [name for name in pyogrio.list_layers(path)[:, 0] if name != "layer_styles"]
    told["couches"] = (sorted(names), sorted(layers))
    for name, layer in layers.items():
        read = pyogrio.read_dataframe(path, layer=name)
        told[f"{name} : entités"] = (len(read), len(layer))
        told[f"{name} : projection"] = (read.crs.to_epsg(), 2154)
        told[f"{name} : colonnes"] = (sorted(read.columns), sorted(layer.columns))
        told[f"{name} : sans lieu"] = (int(read.geometry.isna().sum()), int(layer.geometry.isna().sum()))
        told[f"{name} : formes fausses"] = (int((~read.geometry.dropna().is_valid).sum()), 0)
    if "acteurs" in layers:
        told["acteurs : noms"] = (pyogrio.read_dataframe(path, layer="acteurs")["nom"].tolist(), layers["acteurs"]["nom"].tolist())
    with closing(sqlite3.connect(path)) as base:
        styles = base.execute("SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles").fetchall()
        told["styles : une ligne par couche"] = (sorted(row[0] for row in styles), sorted(layers))
        told["styles : par défaut, lisibles"] = (sum(_is_style(row) for row in styles), len(layers))
        columns = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
        told["styles : colonne de la géométrie"] = ({row[0]: row[1] for row in styles}, columns)
        told["provenance"] = (base.execute("SELECT count(*) FROM gpkg_metadata").fetchone()[0], 1)
        told["intégrité"] = (base.execute("PRAGMA integrity_check").fetchone()[0], "ok")
    return told


def _is_style(row):
    root = ElementTree.fromstring(row[2].split("\n", 1)[1])
    renderer = root.find("renderer-v2")
    symbols = {symbol.get("name") for symbol in renderer.iter("symbol")}
    used = {category.get("symbol") for category in renderer.iter("category")} or {"0"}
    return row[3] == 1 and root.tag == "qgis" and used <= symbols


def compare_graphs(folder, graphs):
    """Return {figure: (read, expected)} of GraphML and GEXF files against the graphs they were written from."""
    told = {}
    for name, graph in graphs.items():
        for kind, reader in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
            read = reader(folder / f"{name}.{kind}")
            label = f"{name}.{kind}"
            told[f"{label} : nœuds"] = (len(read.nodes), len(graph.nodes))
            told[f"{label} : liens"] = (len(read.edges), len(graph.edges))
            told[f"{label} : attributs des nœuds"] = (_list_nodes(read), _list_nodes(graph))
            told[f"{label} : attributs des liens"] = (_list_edges(read), _list_edges(graph))
            values = [value for _, held in read.nodes(data=True) for key, value in held.items() if key != "viz"]
            told[f"{label} : None ou listes"] = (sum(value is None or isinstance(value, list | dict) for value in values), 0)
    return told


def _list_nodes(graph):
    return {name: {key: value for key, value in held.items() if key != "viz"} for name, held in graph.nodes(data=True)}


def _list_edges(graph):
    own = "id", "networkx_key"  # what the readers of networkx add
    return sorted((a, b, tuple(sorted((k, v) for k, v in held.items() if k not in own))) for a, b, held in graph.edges(data=True))


def count_formulas(path, office):
    """Return (formulas, cells, texts) of a spreadsheet as LibreOffice reads it: converted to ODS, then read cell by cell."""
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        command = [office, f"-env:UserInstallation={(work / 'profil').as_uri()}", "--headless", "--convert-to", "ods"]
        command += ["--infilter=" + CSV_FILTER] if path.suffix == ".csv" else []
        subprocess.run([*command, "--outdir", str(work), str(path)], check=True, capture_output=True, timeout=300)
        with zipfile.ZipFile(work / f"{path.stem}.ods") as book:
            root = ElementTree.fromstring(book.read("content.xml"))
    cells = [cell for cell in root.iter(f"{TABLE}table-cell") if cell.get(f"{OFFICE}value-type")]
    formulas = sum(cell.get(f"{TABLE}formula") is not None for cell in cells)
    return formulas, len(cells), {"".join(cell.itertext()) for cell in cells if cell.get(f"{OFFICE}value-type") == "string"}


def compare_workbooks(folder, office):
    """Return {figure: (read, expected)} of the workbook and the French CSV set of an edition, through LibreOffice."""
    told = {}
    formulas, cells, texts = count_formulas(folder / "diagnostic.xlsx", office)
    told[f"diagnostic.xlsx : formules ({cells} cases)"] = (formulas, 0)
    told["diagnostic.xlsx : pièges gardés en texte"] = (sum(name.strip() in {text.strip() for text in texts} for name in TRAPS), len(TRAPS))
    formulas, cells, _ = count_formulas(folder / "csv" / "acteurs.csv", office)
    told[f"csv/acteurs.csv : formules ({cells} cases)"] = (formulas, 0)
    return told


def write_all(dossier):
    """Run a dossier and its data exports in the public edition; return the folder of the edition and the tables it shows."""
    from diagnostic import run
    from diagnostic.edition import keep_local
    from diagnostic.run.reports import export

    run.run(dossier, editions=["publique"])
    export(dossier, ["sig", "graphe", "csv"])
    return dossier / "sorties" / "publique", keep_local(run.select_edition(run.measure(dossier), "publique"))


def show(dossier):
    """Print every comparison; return the names of those that differ."""
    from diagnostic.write import documents, gis, graph

    folder, shown = write_all(dossier)
    told = compare_geopackage(folder / "sig" / "diagnostic.gpkg", gis.build_layers(shown))
    graphs = {"liens": graph.build_links_graph(shown), "participations": graph.build_participations_graph(shown)}
    told |= compare_graphs(folder / "graphes", graphs)
    office = documents.find_office()
    told |= compare_workbooks(folder, office) if office else {}
    for name, (read, expected) in told.items():
        value, same = read if isinstance(read, int | str) else f"{len(read)} valeurs", read == expected
        print(f"{'égal     ' if same else 'DIFFÉRENT'}  {name} : {value if same else f'{read} | {expected}'}")
    wrong = [name for name, (read, expected) in told.items() if read != expected]
    print(f"\n{len(told)} comparaisons, {len(wrong)} différences" + ("" if office else " ; LibreOffice absent : classeurs non relus"))
    return wrong


def main():
    """Print what was read back."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dossier", type=Path)
    parser.add_argument("--garder", type=Path)
    choices = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (choices.garder or Path(temporary)) / "dossier d'été"
        if choices.dossier:
            shutil.copytree(choices.dossier, folder, ignore=shutil.ignore_patterns("sorties"))
        else:
            write_dossier(folder)
        wrong = show(folder)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
