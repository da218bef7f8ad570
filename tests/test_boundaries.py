"""A user's own boundaries: the files read, what is refused, and what is put in place of ours."""

import os
import sqlite3
from contextlib import closing

import geopandas as gpd
import pytest
from shapely.geometry import box

from diagnostic.errors import DiagnosticError
from diagnostic.read.places import boundaries, territories


@pytest.fixture(scope="module")
def haute_loire():
    return territories.read_communes(departements=["43"])


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "mes contours éà"
    path.mkdir()
    return path


def export(communes, path, heading, **options):
    drawn = gpd.GeoDataFrame(
        {heading: communes.index, "toponyme": communes["nom"].array}, geometry=communes.geometry.array, crs=4326
    )
    drawn.to_crs(options.pop("crs", 2154)).to_file(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "heading", "crs"),
    [
        ("c.gpkg", "code_insee", 2154),
        ("c.shp", "INSEE_COM", 2154),
        ("c.geojson", "code", 4326),
        ("c.gpkg", "CODGEO", 3857),
    ],
)
def test_reading_the_usual_files(haute_loire, folder, name, heading, crs):
    drawn = boundaries.read_boundaries(export(haute_loire, folder / name, heading, crs=crs))
    assert drawn.crs == 4326
    assert drawn["code_insee"].tolist() == haute_loire.index.tolist()
    changed, problems = boundaries.replace_geometry(haute_loire, drawn)
    assert problems.empty
    assert changed["surface_km2"].to_numpy() == pytest.approx(haute_loire["surface_km2"].to_numpy(), abs=1e-3)


def test_the_layer_of_communes_is_chosen_among_several(haute_loire, folder):
    path = folder / "admin express.gpkg"
    export(haute_loire.iloc[:2], path, "code_insee", layer="departement")
    export(haute_loire.iloc[:5], path, "code_insee", layer="commune")
    assert len(boundaries.read_boundaries(path)) == 5


def test_no_layer_of_communes(haute_loire, folder):
    path = folder / "a.gpkg"
    export(haute_loire.iloc[:2], path, "code_insee", layer="departement")
    export(haute_loire.iloc[:2], path, "code_insee", layer="region")
    with pytest.raises(DiagnosticError, match="departement, region"):
        boundaries.read_boundaries(path)


def test_a_number_is_not_padded(haute_loire, folder):
    ain = territories.read_communes(["01004", "43157"])
    drawn = gpd.GeoDataFrame({"insee": [1004, 43157]}, geometry=ain.geometry.array, crs=4326)
    drawn.to_file(folder / "n.gpkg")
    lost = boundaries.read_boundaries(folder / "n.gpkg")
    assert lost["code_insee"].tolist() == ["1004", "43157"]
    _, problems = boundaries.replace_geometry(ain, lost)
    lost = problems[problems["valeur"] == "1004"]
    assert lost["gravite"].tolist() == ["erreur"]
    assert "zéro" in lost["a_faire"].iloc[0]


def test_replacing_tells_what_is_missing_and_what_is_too_much(haute_loire):
    kept = haute_loire.iloc[:3]
    square = kept.geometry.iloc[0].envelope
    drawn = gpd.GeoDataFrame(
        {"code_insee": [kept.index[0], "99999", "63113", "63114"], "fichier": "f.gpkg", "feuille": "c", "ligne": [1, 2, 3, 4]},
        geometry=[square] * 4, crs=4326,
    )  # fmt: skip
    before = kept.copy()
    changed, problems = boundaries.replace_geometry(kept, drawn)
    assert changed.geometry.iloc[0].equals(square)
    assert changed.geometry.iloc[1].equals(kept.geometry.iloc[1])
    assert changed["surface_km2"].iloc[0] > kept["surface_km2"].iloc[0]
    assert problems["gravite"].tolist() == ["erreur", "information", "attention", "attention"]
    assert problems["valeur"].iloc[0] == "99999" and problems["ligne"].iloc[0] == 2
    assert "2 contours hors du territoire" in problems["probleme"].iloc[1]
    assert kept.equals(before)


def test_rows_of_one_commune_are_joined(haute_loire):
    one = haute_loire.iloc[:1]
    west, east = one.geometry.iloc[0], one.geometry.iloc[0].envelope
    drawn = gpd.GeoDataFrame({"code_insee": [one.index[0]] * 2}, geometry=[west, east], crs=4326)
    changed, problems = boundaries.replace_geometry(one, drawn)
    assert changed.geometry.iloc[0].area == pytest.approx(east.area)
    assert problems.empty


def test_refusals(haute_loire, folder):
    with pytest.raises(DiagnosticError, match="introuvable"):
        boundaries.read_boundaries(folder / "absent.gpkg")
    (folder / "texte.gpkg").write_text("bonjour", encoding="utf-8")
    with pytest.raises(DiagnosticError, match="pas un fichier de contours"):
        boundaries.read_boundaries(folder / "texte.gpkg")
    (folder / "coupe.gpkg").write_bytes(b"SQLite format 3\x00 and nothing more")
    with pytest.raises(DiagnosticError, match="illisible"):
        boundaries.read_boundaries(folder / "coupe.gpkg")
    with pytest.raises(DiagnosticError, match="colonnes lues : zone, toponyme"):
        boundaries.read_boundaries(export(haute_loire.iloc[:2], folder / "z.gpkg", "zone"))
    shape = export(haute_loire.iloc[:2], folder / "p.shp", "insee")
    shape.with_suffix(".prj").unlink()
    with pytest.raises(DiagnosticError, match="Projection inconnue"):
        boundaries.read_boundaries(shape)
    lambert = haute_loire.iloc[:2].to_crs(2154).set_crs(4326, allow_override=True)
    lambert[["geometry"]].reset_index().to_file(folder / "faux.gpkg")
    with pytest.raises(DiagnosticError, match="pas des degrés"):
        boundaries.read_boundaries(folder / "faux.gpkg")


def test_a_file_that_fetches_another_is_never_opened(folder):
    source = "/vsicurl/http://127.0.0.1:9/contours.geojson"
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="communes"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    for name in ("a.gpkg", "a.geojson", "a.vrt"):
        (folder / name).write_text(vrt, encoding="utf-8")
        with pytest.raises(DiagnosticError, match="pas un fichier de contours"):
            boundaries.read_boundaries(folder / name)


def test_former_communes_are_joined_to_the_present_one():
    present = territories.read_communes(["63109"])
    outline = present.geometry.iloc[0]
    west, south, east, north = outline.bounds
    middle = (west + east) / 2
    halves = [outline.intersection(box(west, south, middle, north)), outline.intersection(box(middle, south, east, north))]
    drawn = gpd.GeoDataFrame({"code_insee": ["63109", "63330"]}, geometry=halves, crs=4326)
    changed, problems = boundaries.replace_geometry(present, drawn)
    assert changed["surface_km2"].iloc[0] == pytest.approx(present["surface_km2"].iloc[0], rel=1e-3)
    assert problems[["gravite", "valeur"]].values.tolist() == [["information", "63330"]]
    assert "63109" in problems["probleme"].iloc[0]


def test_a_former_commune_elsewhere_is_no_error(haute_loire):
    square = haute_loire.geometry.iloc[0]
    drawn = gpd.GeoDataFrame({"code_insee": ["63330", "63113"]}, geometry=[square, square], crs=4326)
    _, problems = boundaries.replace_geometry(haute_loire, drawn)
    assert set(problems["gravite"]) == {"information", "attention"}
    assert "2 contours hors du territoire" in problems["probleme"].iloc[0]


def test_an_empty_file(haute_loire, folder):
    export(haute_loire.iloc[:0], folder / "vide.gpkg", "code_insee")
    with pytest.raises(DiagnosticError, match="aucun contour"):
        boundaries.read_boundaries(folder / "vide.gpkg")


def test_what_is_no_plain_file_and_what_is_too_large(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "c.geojson")
    with pytest.raises(DiagnosticError, match="introuvable"):
        boundaries.read_boundaries(tmp_path / "c.geojson")
    monkeypatch.setattr(boundaries, "LARGEST_FILE", 1)
    (tmp_path / "grand.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(DiagnosticError, match="dépasse"):
        boundaries.read_boundaries(tmp_path / "grand.geojson")


def test_too_many_outlines(folder, haute_loire, monkeypatch):
    path = export(haute_loire.head(3), folder / "c.gpkg", "code_insee")
    monkeypatch.setattr(boundaries, "MOST_SHAPES", 2)
    with pytest.raises(DiagnosticError, match="trop de contours"):
        boundaries.read_boundaries(path)


def test_degrees_under_a_projection_in_metres_and_a_gpkg_that_says_undefined(tmp_path):
    path = tmp_path / "communes.gpkg"
    gpd.GeoDataFrame({"code_insee": ["43157"]}, geometry=[box(3, 45, 4, 46)], crs=2154).to_file(path)
    with pytest.raises(DiagnosticError, match="ressemblent à des degrés"):
        boundaries.read_boundaries(path)
    with closing(sqlite3.connect(path)) as base:
        base.execute("update gpkg_contents set srs_id = -1")
        base.execute("update gpkg_geometry_columns set srs_id = -1")
        base.commit()
    with pytest.raises(DiagnosticError, match="Projection inconnue"):
        boundaries.read_boundaries(path)
