"""Places with a radius or a stated area: what each serves, circles against a naive count, and every refusal with its message."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from test_layers import read, units_of

from diagnostic.errors import DiagnosticError
from diagnostic.read.layers import points
from diagnostic.read.places.territories import find_transformer, read_communes
from diagnostic.schema import list_vocabularies
from diagnostic.vocabulary import read_list

SANCY = "246300966"
BOURBOULE = (45.5897, 2.7389)


@pytest.fixture(scope="module")
def communes():
    return read_communes(epci=[SANCY])


@pytest.fixture(scope="module")
def lists():
    return {name: read_list(name) for name in list_vocabularies()}


@pytest.fixture
def folder(chemin_piege):
    (chemin_piege / "ressorts").mkdir()
    return chemin_piege


def put(folder, name, text):
    (folder / "ressorts" / name).write_text(text, encoding="utf-8")


def layer(**cells):
    names = ["colonne_unite", "colonne_nom", "colonne_zone", "colonne_rayon", "rayon_km"]
    return pd.Series(dict.fromkeys(names) | cells, name="POINTS", dtype=object)


def test_a_circle_has_its_surface_in_every_zone():
    places = pd.DataFrame({"lat": [45.6, -21.1, 16.2], "lon": [2.7, 55.5, -61.5]}, index=["a", "b", "c"])
    circles = points.draw_circles(places, pd.Series([5.0, 2.0, 10.0], index=places.index))
    for code, epsg, radius in [("a", 2154, 5), ("b", 2975, 2), ("c", 5490, 10)]:
        drawn = circles.to_crs(epsg)[code]
        assert drawn.area / 1e6 == pytest.approx(np.pi * radius**2, rel=2e-4)
        centre = find_transformer(4326, epsg).transform(places.at[code, "lon"], places.at[code, "lat"])
        assert (drawn.centroid.x, drawn.centroid.y) == pytest.approx(centre, abs=0.5)


def test_a_radius_for_the_whole_layer_against_a_naive_overlay(communes, lists, folder):
    rows = f"1;Relais A;{BOURBOULE[0]};{BOURBOULE[1]}\n2;Relais B;45.52;2.93\n9;Loin;48,85;2,35\n"
    put(folder, "lieux.csv", f"id;nom;latitude;longitude\n{rows}")
    declared = "couche;fichier_couche;nature;rayon_km;complete\nRELAIS;lieux.csv;points;8;non"
    found, problems, counts = read(communes, lists, folder, declared)
    assert not found["couches"].at["RELAIS", "exclusive"] and not problems["probleme"].str.contains("suivent des communes").any()
    assert found["unites"].set_index("unite_id")["nb_communes_hors"].to_dict() == {"1": 1, "2": 0}
    parts = found["affectation"].set_index(["code_insee", "unite_id"])["part"]
    assert found["unites"].set_index("unite_id")["unite_nom"].to_dict() == {"1": "Relais A", "2": "Relais B"}
    metres, to_metres = communes.to_crs(2154).geometry, find_transformer(4326, 2154)
    naive = {}
    for unit, (lat, lon) in {"1": BOURBOULE, "2": (45.52, 2.93)}.items():
        circle = shapely.Point(*to_metres.transform(lon, lat)).buffer(8000, quad_segs=64)
        for code, shape in metres.items():
            share = circle.intersection(shape).area / shape.area
            if share >= 0.01:
                naive[code, unit] = 1.0 if share >= 0.95 else share
    assert set(parts.index) == set(naive) and len(naive) > 12
    assert max(abs(parts[key] - naive[key]) for key in naive) < 1e-3
    assert any(value == 1 for value in naive.values()) and any(value < 0.9 for value in naive.values())
    assert counts["lues"].tolist() == [3] and found["ressorts"]["unite_id"].tolist() == ["1", "2", "9"]
    told = problems[problems["probleme"].str.contains("part est celle de la surface", regex=False)]
    assert set(told["gravite"]) == {"information"} and told["a_faire"].str.contains("colonne_zone").all()


def test_a_radius_of_each_place_and_those_refused(communes, lists, folder):
    rows = ["id;lat;lon;km", "a;45,5897;2,7389;3", "b;45,5897;2,7389;-2", "c;45,5897;2,7389;0", "d;45,5897;2,7389;201", "e;45,5897;2,7389;",
            "f;45,5897;2,7389;loin", "g;;;5", "h;2,7389;45,5897;5"]  # fmt: skip
    put(folder, "lieux.csv", "\n".join(rows))
    declared = "couche;fichier_couche;nature;colonne_rayon;complete\nP;lieux.csv;points;km;non"
    found, problems, counts = read(communes, lists, folder, declared)
    assert set(found["affectation"]["unite_id"]) == {"a"}
    errors = problems[problems["gravite"] == "erreur"].sort_values("ligne")
    assert errors[["ligne", "probleme"]].values.tolist() == [
        [3, "Rayon refusé (-2) : lieu écarté."], [4, "Rayon refusé (0) : lieu écarté."], [5, "Rayon refusé (201) : lieu écarté."],
        [6, "Lieu sans rayon ni zone desservie : écarté."],
        [7, "Rayon refusé (loin) : lieu écarté."], [8, "Lieu sans coordonnées : écarté."],
    ]  # fmt: skip
    assert errors["a_faire"].iloc[0] == "écrivez un nombre de kilomètres, au-dessus de 0 et d'au plus 200"
    assert problems.loc[problems["ligne"] == 9, "probleme"].str.contains("inversées").all()
    assert counts["lues"].tolist() == [8]
    # The radius of the layer serves the place that has none.
    found, _, _ = read(communes, lists, folder, "couche;fichier_couche;nature;colonne_rayon;rayon_km\nP;lieux.csv;points;km;4")
    assert set(found["affectation"]["unite_id"]) == {"a", "e"}


@pytest.mark.parametrize("radius", ["-3", "0", "250"])
def test_a_radius_of_the_layer_that_is_refused(communes, lists, folder, radius):
    put(folder, "lieux.csv", "id;lat;lon\na;45,5897;2,7389\n")
    found, problems, _ = read(communes, lists, folder, f"couche;fichier_couche;nature;rayon_km\nP;lieux.csv;points;{radius}")
    assert found["affectation"].empty
    told = problems[problems["colonne"] == "rayon_km"]
    assert told["probleme"].tolist() == [f"Couche P : rayon refusé ({radius} km)."] and told["feuille"].tolist() == ["couches"]


def test_neither_radius_nor_area(communes, lists, folder):
    put(folder, "lieux.csv", "id;lat;lon\na;45,5897;2,7389\nb;45,6;2,8\n")
    found, problems, _ = read(communes, lists, folder, "couche;fichier_couche;nature\nP;lieux.csv;points")
    assert found["affectation"].empty and found["couches"].at["P", "exclusive"]
    errors = problems[problems["gravite"] == "erreur"]
    assert errors["probleme"].tolist() == ["Couche P : aucun lieu n'a de rayon ni de zone desservie (2 lieux écartés)."]
    assert "rayon_km" in errors["a_faire"].iloc[0] and "colonne_zone" in errors["a_faire"].iloc[0]


def test_areas_stated_by_code_or_by_name(communes, lists, folder):
    rows = [
        "code;structure;sert", "A;Relais A;\"63047 ; 63236\"", "B;Relais B;CC du Massif du Sancy",
        "C;Relais C;Cantal | La Bourboule",
        "D;Relais D;63047,63236 63038", f"E;Relais E;{SANCY}", "F;Relais F;canton 6329", "G;Relais G;\"Narnia ; Murol\"", "H;Relais H;43",
    ]  # fmt: skip
    put(folder, "lieux.csv", "\n".join(rows))
    declared = "couche;fichier_couche;nature;colonne_unite;colonne_zone;exclusive;complete\nP;lieux.csv;points;code;sert;non;non"
    found, problems, counts = read(communes, lists, folder, declared)
    held = found["affectation"].groupby("unite_id")["code_insee"].agg(set)
    assert held["A"] == {"63047", "63236"} and held["D"] == {"63047", "63236", "63038"} and held["C"] == {"15132", "63047"}
    assert held["B"] == held["E"] == set(communes.index)
    assert held["F"] and held["F"] < set(communes.index)
    assert held["G"] == {"63247"}
    assert "H" not in held.index  # all of it is elsewhere
    assert found["affectation"]["part"].eq(1).all()
    assert found["unites"].set_index("unite_id").at["A", "unite_nom"] == "Relais A"
    hors = found["unites"].set_index("unite_id")["nb_communes_hors"]
    cantal = read_communes(departements=["15"], geometry=False)
    assert pd.isna(hors["G"])  # Narnia may be elsewhere
    assert hors[["A", "B", "C", "D", "E"]].tolist() == [0, 0, len(cantal) - 1, 0, 0]
    assert "zone_perdue" not in found["ressorts"]
    assert problems.loc[problems["valeur"] == "Narnia", "probleme"].tolist() == ["« Narnia » n'est pas dans le territoire : zone laissée."]
    assert (problems["gravite"] != "erreur").all() and counts["lues"].tolist() == [8]


def test_a_stated_area_wins_over_the_radius(communes, lists, folder):
    put(folder, "lieux.csv", "id;lat;lon;zone\na;45,5897;2,7389;63038\nb;45,5897;2,7389;\n")
    declared = "couche;fichier_couche;nature;rayon_km;colonne_zone\nP;lieux.csv;points;3;zone"
    found, _, _ = read(communes, lists, folder, declared)
    rows = found["affectation"].set_index("unite_id")
    assert rows.loc[["a"], ["code_insee", "methode"]].values.tolist() == [["63038", "liste"]]
    assert "63047" in set(rows.loc[["b"], "code_insee"]) and set(rows.loc[["b"], "methode"]) <= {"surface", "polygone"}


@pytest.mark.parametrize("name", ["lieux.geojson", "lieux.gpkg", "lieux.xlsx"])
def test_every_kind_of_file(communes, lists, folder, name):
    path = folder / "ressorts" / name
    drawn = gpd.GeoDataFrame({"id": ["a"], "nom": ["Relais"]}, geometry=gpd.points_from_xy([BOURBOULE[1]], [BOURBOULE[0]]), crs=4326)
    if name.endswith("xlsx"):
        pd.DataFrame({"id": ["a"], "nom": ["Relais"], "Latitude": [BOURBOULE[0]], "Longitude": [BOURBOULE[1]]}).to_excel(path, index=False)
    else:
        (drawn.to_crs(2154) if name.endswith("gpkg") else drawn).to_file(path)
    found, _, _ = read(communes, lists, folder, f"couche;fichier_couche;nature;rayon_km\nP;{name};points;8")
    put(folder, "lieux.csv", f"id;nom;lat;lon\na;Relais;{BOURBOULE[0]};{BOURBOULE[1]}\n")
    told, _, _ = read(communes, lists, folder, "couche;fichier_couche;nature;rayon_km\nP;lieux.csv;points;8")
    pd.testing.assert_frame_equal(found["affectation"], told["affectation"], atol=1e-5)
    assert units_of(found, "P")["a"] == 4


def test_metres_in_the_projection_of_the_dossier():
    x, y = find_transformer(4326, 2154).transform(BOURBOULE[1], BOURBOULE[0])
    rows = pd.DataFrame({"fichier": ["f"], "feuille": ["s"], "ligne": [2]})
    found, problems = points.read_points(pd.Series([f"{y:.0f}"]), pd.Series([f"{x:.0f}"]), rows, "EPSG:2154")
    assert found.iloc[0].tolist() == pytest.approx(BOURBOULE, abs=1e-4) and set(problems["gravite"]) == {"information"}
    lost, told = points.read_points(pd.Series([f"{y:.0f}"]), pd.Series([f"{x:.0f}"]), rows)
    assert lost.isna().all().all() and "projetées" in told["probleme"].iloc[0]


def test_which_columns():
    def choose(titles, **cells):
        return points.choose_point_columns(pd.Series(titles.split(";")), layer(**cells), "ici")

    assert choose("id;nom;adresse;lat;lon") == {"unite_id": 0, "unite_nom": 1, "lat": 3, "lon": 4}
    assert choose("nom;adresse;x;y") == {"unite_id": 0, "lat": 3, "lon": 2}
    assert choose("points;type;lat;lng;r", colonne_rayon="r") == {"unite_id": 0, "rayon": 4, "lat": 2, "lon": 3}
    assert choose("a;b;zone", colonne_unite="b", colonne_zone="zone") == {"unite_id": 1, "zone": 2}
    with pytest.raises(DiagnosticError, match="aucune colonne de coordonnées"):
        choose("id;nom;adresse")
    with pytest.raises(DiagnosticError, match="« rayon » introuvable"):
        choose("id;lat;lon", colonne_rayon="rayon")
    with pytest.raises(DiagnosticError, match="quelle est la colonne des unités"):
        choose("type;adresse;lat;lon")


def test_nothing_to_draw():
    empty = pd.DataFrame({"lat": pd.Series(dtype=float), "lon": pd.Series(dtype=float)})
    assert points.draw_circles(empty, pd.Series(dtype=float)).empty
    rows = pd.DataFrame({"code_insee": pd.Series(dtype="str"), "unite_id": [], "fichier": [], "feuille": [], "ligne": []})
    zones, told = points.split_zones(rows, read_communes(["43157"], geometry=False))
    assert zones.empty and not len(told)
