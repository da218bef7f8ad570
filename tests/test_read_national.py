"""What `comparer` is told: perimeters, layers, lists, typologies; and every way to say it wrong."""

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read import national


def test_france_is_all_its_regions_and_an_epci_astride_comes_whole():
    assert len(national.find_perimeter(france=True)["regions"]) == 18
    asked = national.find_perimeter(departements=["15"])
    assert "200069177" not in asked["regions"] and len(asked["epci"]) >= 8
    # CC du Massif du Sancy: one commune in the Cantal, nineteen in the Puy-de-Dôme.
    from diagnostic.read.places.territories import read_communes

    sancy = read_communes(["15132"], geometry=False)["epci"].iloc[0]
    assert sancy in asked["epci"]
    assert national.find_perimeter(departements=["15"], maille="departement")["epci"] == []


def test_nothing_asked_and_unknown_codes_are_refused():
    with pytest.raises(DiagnosticError, match="Aucun territoire"):
        national.find_perimeter()
    with pytest.raises(DiagnosticError, match="inconnus"):
        national.find_perimeter(departements=["999"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("caf.csv", {"couche": "CAF", "fichier_couche": "caf.csv", "source": "caf.csv"}),
        ("GAL-x=d/liste d'été.csv, code_gal ,recouvre,2023", {
            "couche": "GAL_X", "fichier_couche": "liste d'été.csv", "source": "liste d'été.csv", "colonne_unite": "code_gal",
            "exclusive": "non", "millesime": "2023",
        }),
        ("Q=q.geojson,infra,complète", {
            "couche": "Q", "fichier_couche": "q.geojson", "source": "q.geojson", "infra_communale": "oui", "complete": "oui",
        }),
    ],
)  # fmt: skip
def test_layers_are_said_in_one_text(text, expected):
    path, row = national.parse_layer(text)
    assert row == expected and path.name == expected["fichier_couche"]


def test_a_name_with_a_comma_is_a_file_where_it_exists(chemin_piege):
    path = chemin_piege / "une, deux.csv"
    path.write_text("code_insee,unite\n", encoding="utf-8")
    assert national.parse_layer(f"X={path}")[0] == path


def test_layers_that_cannot_be_are_refused(tmp_path):
    with pytest.raises(DiagnosticError, match="Couche incomprise"):
        national.parse_layer("X=f.csv,un_titre,un_autre")
    with pytest.raises(DiagnosticError, match="déjà pris"):
        national.list_layer_rows([{"couche": "MSA", "fichier_couche": "m.csv"}])
    with pytest.raises(DiagnosticError, match="introuvables"):
        national.check_files([tmp_path / "absent.csv"])
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f.csv").write_text("x", encoding="utf-8")
    with pytest.raises(DiagnosticError, match="même nom"):
        national.check_files([tmp_path / "a" / "f.csv", tmp_path / "b" / "f.csv"])
    national.check_files([tmp_path / "a" / "f.csv", tmp_path / "a" / "f.csv"])


def test_an_inventory_is_a_list_with_its_source_or_a_folder(tmp_path):
    assert national.split_inventory("france-services=l.csv") == ("france-services", national.Path("l.csv"))
    assert national.split_inventory(str(tmp_path)) == (None, tmp_path)
    with pytest.raises(DiagnosticError, match="Inventaire incompris"):
        national.split_inventory("liste.csv")


def test_a_typology_is_read_with_former_codes_marks_and_empty_classes(chemin_piege):
    path = chemin_piege / "densité.csv"
    rows = ["insee_com,lib_com,niveau", "01001,x, Rural", "63330,y,Ancienne", "63109,z,Urbain", "99999,q,Rien", "01002,v,", ""]
    path.write_text("\ufeff" + "\n".join(rows), encoding="utf-8")
    name, classes = national.read_typology(f"densite={path}")
    assert name == "densite" and classes.to_dict() == {"01001": "Rural", "63109": "Urbain"}
    pd.DataFrame({"a": ["x"]}).to_csv(path, index=False)
    with pytest.raises(DiagnosticError, match="sans colonne de codes"):
        national.read_typology(str(path))
