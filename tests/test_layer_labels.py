"""Names of units in a file of their own, and cells that hold several units."""

import time

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.layers import layer_labels


def layer(name="PAT", **declared):
    cells = {"colonne_commune": None, "colonne_unite": None, "colonne_nom": None, "fichier_libelles": None} | declared
    return pd.Series(cells, name=name, dtype="object")


def rows_of(*pairs):
    table = pd.DataFrame(pairs, columns=["unite_id", "unite_nom"], dtype="str")
    return table.assign(code_insee="43157", fichier="f", feuille="f", ligne=range(2, 2 + len(table)))


def write(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_labels_found_beside(chemin_piege):
    path = write(chemin_piege, "pat_communes.csv", "code_insee,code_pat\n43157,1\n")
    assert layer_labels.find_labels_file(path, None) is None
    labels = write(chemin_piege, "pat_libelles.csv", "code_pat,nom_du_pat,niveau\n1,PAT du Puy,2\n3,PAT du Velay,1\n")
    assert layer_labels.find_labels_file(path, None) == labels
    assert layer_labels.find_labels_file(write(chemin_piege, "zones.csv", "x"), None) is None
    rows = rows_of(("1", None), ("2", None), ("2", None), ("3", "Nom du fichier"))
    rows, problems = layer_labels.name_units(rows, layer(), path, "code_pat")
    assert rows["unite_nom"].fillna("").tolist() == ["PAT du Puy", "", "", "Nom du fichier"]
    assert problems[["gravite", "valeur"]].values.tolist() == [["information", "2"]]


def test_labels_of_several_layers(chemin_piege):
    path = write(chemin_piege, "lib.csv", "NIVGEO,CODGEO,LIBGEO\nARR,001,Arrondissement\nEPCI,001,Communauté\nEPCI,002,Métropole\n")
    names, number = layer_labels.read_labels(path, "EPCI", layer("EPCI"))
    assert names.to_dict() == {"001": "Communauté", "002": "Métropole"} and number == 3
    assert layer_labels.read_labels(path, "ARR", layer("Arrondissements"))[0].to_dict() == {"001": "Arrondissement"}


def test_declared_names_and_columns_not_understood(chemin_piege):
    path = write(chemin_piege, "noms.csv", "clef,appellation\n1,PAT du Puy\n")
    with pytest.raises(DiagnosticError, match="aucune colonne des identifiants") as caught:
        layer_labels.read_labels(path, "code_pat", layer())
    assert "clef, appellation" in str(caught.value)
    path = write(chemin_piege, "noms.csv", "code_pat,appellation\n1,PAT du Puy\n")
    with pytest.raises(DiagnosticError, match="aucune colonne des noms"):
        layer_labels.read_labels(path, "code_pat", layer())
    assert layer_labels.read_labels(path, "code_pat", layer(colonne_nom="Appellation"))[0].to_dict() == {"1": "PAT du Puy"}
    with pytest.raises(DiagnosticError, match="Nom de fichier refusé"):
        layer_labels.find_labels_file(path, "../noms.csv")


def test_several_units_in_a_cell():
    cells = [("QN1, QN2", "Les Prés, Le Lac"), ("QN3;QN4", "Trois"), ("CLS Puy, Velay", None), ("7", "Sept, huit")]
    rows = layer_labels.split_units(rows_of(*cells))
    assert rows[["unite_id", "unite_nom", "ligne"]].fillna("").values.tolist() == [
        ["QN1", "Les Prés", 2], ["QN2", "Le Lac", 2], ["QN3", "QN3", 3], ["QN4", "QN4", 3],
        ["CLS Puy, Velay", "", 4], ["7", "Sept, huit", 5],
    ]  # fmt: skip
    same = rows_of(("1", "Un"), ("2", None))
    assert layer_labels.split_units(same) is same
    assert layer_labels.split_units(rows_of()).empty


@pytest.mark.parametrize(
    ("cell", "units"),
    [
        ("QN1 ;\n QN2", ["QN1", "QN2"]), ("QN1\n\n  QN2", ["QN1", "QN2"]), ("QN1\t|  QN2 , QN3", ["QN1", "QN2", "QN3"]),
        (";".join(f"QN{rank}" for rank in range(99)), [f"QN{rank}" for rank in range(99)]),
    ],
)  # fmt: skip
def test_breaks_between_units(cell, units):
    assert layer_labels.split_units(rows_of((cell, None)))["unite_id"].tolist() == units


@pytest.mark.parametrize("cell", ["a" + " " * 32_000 + "b", "a" + "," * 32_000 + "b", "x" * 32_000 + ",1", " \n" * 16_000 + ";"])
def test_a_text_in_the_cell_of_a_unit_is_left_whole_at_once(cell):
    started = time.process_time()
    same = rows_of((cell, None))
    assert layer_labels.split_units(same) is same
    assert time.process_time() - started < 2


def test_labels_beside_that_lead_out_of_the_folder(chemin_piege):
    outside = write(chemin_piege, "ailleurs.csv", "code_pat,nom\n1,Secret\n")
    (chemin_piege / "ressorts").mkdir()
    path = write(chemin_piege / "ressorts", "pat_communes.csv", "code_insee,code_pat\n43157,1\n")
    (chemin_piege / "ressorts" / "pat_libelles.csv").symlink_to(outside)
    with pytest.raises(DiagnosticError, match="Nom de fichier refusé"):
        layer_labels.find_labels_file(path, None)
