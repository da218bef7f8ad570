"""A map that the group edited: points moved, properties changed, points added; other shapes and stray points are told."""

import json

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.map_file import KEPT, MOVED, read_map

GIVEN = {"qui": "Groupe", "quand": "", "statut": "propose"}


def make_base():
    base = pd.DataFrame("", index=["a", "b"], columns=[*KEPT, "remarques"])
    base.loc["a", ["nom", "categorie", "themes"]] = ["Un", "ccas", "alimentation; sante"]
    base.loc["b", "nom"] = "Deux"
    return base.assign(lon=[3.4, None], lat=[45.3, None], lon_mairie=[3.39, 3.5], lat_mairie=[45.29, 45.1])


def feature(shape="Point", point=(3.4, 45.3), **properties):
    return {"type": "Feature", "properties": properties, "geometry": {"type": shape, "coordinates": point}}


def read(folder, *features, umap=False):
    content = {"type": "FeatureCollection", "features": list(features)}
    if umap:
        layers = [content | {"_umap_options": {"name": "Acteurs"}}, {"type": "FeatureCollection", "features": []}]
        content = {"type": "umap", "layers": layers}
    path = folder / ("carte.umap" if umap else "carte.geojson")
    path.write_text(json.dumps(content), encoding="utf-8")
    return read_map(path, make_base(), **GIVEN)


@pytest.mark.parametrize("umap", [False, True])
def test_a_map_that_nobody_touched_says_nothing(chemin_piege, umap):
    held = {"acteur_id": "a", "nom": "Un", "categorie": "ccas", "themes": "sante;alimentation", "sigle": None}
    rows, problems = read(chemin_piege, feature(**held), feature(point=(3.5, 45.1), acteur_id="b", nom="Deux"), umap=umap)
    assert len(rows) == 0 and len(problems) == 0


def test_a_point_moved_is_two_cells_of_one_save(chemin_piege):
    rows, _ = read(chemin_piege, feature(point=(3.41, 45.3), acteur_id="a"))
    assert rows[["colonne", "valeur"]].to_numpy().tolist() == [["lat", "45.300000"], ["lon", "3.410000"]]
    assert rows["groupe"].nunique() == 1 and set(rows["qui"]) == {"Groupe"} and set(rows["genre"]) == {"copie"}


def test_rounding_moves_nothing_and_a_mairie_is_no_place(chemin_piege):
    near = feature(point=(3.4 + MOVED / 2, 45.3), acteur_id="a")
    assert len(read(chemin_piege, near, feature(point=(3.5, 45.1), acteur_id="b"))[0]) == 0
    # The public edition puts at the mairie an actor that has a place of its own: it has not moved either.
    assert len(read(chemin_piege, feature(point=(3.39, 45.29), acteur_id="a", place="mairie"))[0]) == 0
    assert len(read(chemin_piege, feature(point=(3.39, 45.29), acteur_id="a"))[0]) == 2


def test_properties_changed_are_read_and_emptied_ones_say_nothing(chemin_piege):
    changed = {"nom": "", "name": "Un bis", "categorie": "ccas", "themes": "alimentation", "description": "Ouvert le lundi"}
    rows, _ = read(chemin_piege, feature(acteur_id="a", **changed))
    assert dict(zip(rows["colonne"], rows["valeur"], strict=True)) == {
        "nom": "Un bis", "themes": "alimentation", "remarques": "Ouvert le lundi",
    }  # fmt: skip


def test_a_new_point_is_added_with_its_place(chemin_piege):
    rows, problems = read(chemin_piege, feature(name="Jardin", categorie="tiers_lieu"))
    cells = dict(zip(rows["colonne"], rows["valeur"], strict=True))
    assert (cells["nom"], cells["categorie"], cells["lat"]) == ("Jardin", "tiers_lieu", "45.300000") and "carte.geojson" in cells["source"]
    assert set(rows["action"]) == {"ajouter"} and not len(problems)


def test_a_new_point_without_category_is_told_by_its_name(chemin_piege):
    rows, problems = read(chemin_piege, feature(name="Jardin"), feature())
    assert len(rows) == 0
    assert "« Jardin »" in problems["probleme"].iat[0] and "« sans nom »" in problems["probleme"].iat[1]


def test_other_shapes_are_told_and_our_contours_are_not(chemin_piege):
    line, area = [[3, 45], [3.1, 45.1]], [[[3, 45], [3.1, 45], [3.1, 45.1], [3, 45]]]
    rows, problems = read(
        chemin_piege, feature("LineString", line, name="Trajet"), feature("Polygon", area, name="Zone"),
        feature("Polygon", area, epci="200073419", nom="CC"),
    )  # fmt: skip
    assert len(rows) == 0 and len(problems) == 1
    assert "1 ligne et 1 surface ou groupe" in problems["probleme"].iat[0] and "Trajet et Zone" in problems["probleme"].iat[0]


@pytest.mark.parametrize("point", [(700000, 6500000), (None, 45), ()])
def test_a_point_that_is_not_in_degrees_is_told(chemin_piege, point):
    rows, problems = read(chemin_piege, feature(point=point, acteur_id="a"))
    assert len(rows) == 0 and "sans coordonnées en degrés" in problems["probleme"].iat[0]


def test_a_feature_without_shape_corrects_its_properties(chemin_piege):
    rows, problems = read(chemin_piege, {"type": "Feature", "properties": {"acteur_id": "a", "nom": "Autre"}, "geometry": None})
    assert rows["valeur"].tolist() == ["Autre"] and not len(problems)


@pytest.mark.parametrize("text", ["{", '{"type": "FeatureCollection"}'])
def test_a_file_that_is_no_map_is_refused(tmp_path, text):
    path = tmp_path / "carte.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DiagnosticError, match="carte.geojson"):
        read_map(path, make_base(), **GIVEN)
