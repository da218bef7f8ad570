"""Two sets of CSV: read back by plain tools, compared with the tables they come from."""

import csv
import hashlib
import json

import pandas as pd
import pytest
from passage import measure_example

from diagnostic.edition import filter_edition
from diagnostic.measure.mentions import list_sources
from diagnostic.write.csv_sets import list_exported, write_data_package, write_french_set

DATE = pd.Timestamp("2026-11-15")


@pytest.fixture(scope="module")
def tables():
    read, measured = measure_example()
    both = read | measured
    return filter_edition(both | {"sources": list_sources(both)}, "publique")[0]


@pytest.fixture(scope="module")
def package(tables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("données é")
    write_data_package(tables, folder, titre="Essai", date=DATE, edition="publique")
    return folder


def test_the_package_describes_every_file_and_every_column(package, tables):
    told = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    assert [resource["name"] for resource in told["resources"]] == list_exported(tables)
    assert told["created"] == "2026-11-15T00:00:00Z"
    for resource in told["resources"]:
        content = (package / resource["path"]).read_bytes()
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert resource["bytes"] == len(content)
        rows = list(csv.reader(content.decode("utf-8").splitlines(keepends=True)))
        assert rows[0] == [field["name"] for field in resource["schema"]["fields"]]
        assert len(rows) - 1 == resource["rows"] == len(tables[resource["name"]])
    silent = [f"{r['name']}.{f['name']}" for r in told["resources"] for f in r["schema"]["fields"] if not f["description"]]
    assert silent == []


def test_each_column_holds_the_type_said(package):
    told = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    flags, day = {"true": True, "false": False}, pd.Timestamp.fromisoformat
    readers = {"integer": int, "number": float, "boolean": flags.__getitem__, "date": day, "string": str}
    kinds = set()
    for resource in told["resources"]:
        with open(package / resource["path"], encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for field in resource["schema"]["fields"]:
                    kinds.add(field["type"])
                    if row[field["name"]] != "":
                        readers[field["type"]](row[field["name"]])
    assert kinds >= {"integer", "number", "boolean", "date", "string"}


def test_codes_and_figures_come_back_as_they_were(package, tables):
    back = pd.read_csv(package / "affectation.csv", dtype=str)
    assert back["code_insee"].tolist() == tables["affectation"]["code_insee"].tolist()
    shares = pd.read_csv(package / "etats_territoires.csv")["part_present"]
    assert shares.tolist() == pytest.approx(tables["etats_territoires"]["part_present"].tolist(), rel=1e-15)


def test_the_french_set_opens_in_a_spreadsheet(tables, tmp_path):
    written = write_french_set(tables, tmp_path)
    assert [path.stem for path in written] == list_exported(tables)
    content = (tmp_path / "etats_territoires.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(tmp_path / "etats_territoires.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert back["part_present"].tolist() == pytest.approx(tables["etats_territoires"]["part_present"].tolist())


def test_no_cell_of_the_french_set_is_a_formula(tables, tmp_path):
    actors = tables["acteurs"].head(6).assign(nom=["=1+1", "+33", "-1", "@x", "\t=2", "Café; thé"])
    write_french_set({"acteurs": actors, "listes": tables["listes"]}, tmp_path)
    with open(tmp_path / "acteurs.csv", encoding="utf-8-sig", newline="") as file:
        names = [row["nom"] for row in csv.DictReader(file, delimiter=";")]
    assert names == ["'=1+1", "'+33", "'-1", "'@x", "'\t=2", "Café; thé"]


def test_same_tables_same_bytes(package, tables, tmp_path):
    write_data_package(tables, tmp_path, titre="Essai", date=DATE, edition="publique")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {p.name: p.read_bytes() for p in package.iterdir()}
