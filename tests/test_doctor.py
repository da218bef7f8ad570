"""A whole layer examined: every kind of file and every bad input has its line, nothing is raised, real files say what is known of them."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import box

from diagnostic.read.layers import doctor
from diagnostic.read.layers.doctor_lists import CHECK_COLUMNS
from diagnostic.read.places.territories import read_communes
from diagnostic.schema import make_table

X, Y, KM = 750_000, 6_450_000, 1000


def square(x0, y0, x1, y1):
    return box(X + x0 * KM, Y + y0 * KM, X + x1 * KM, Y + y1 * KM)


@pytest.fixture(scope="module")
def communes():
    return read_communes(epci=["200073419"])


def write_list(path, rows):
    path.write_text("code_insee,unite_id,unite_nom\n" + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def draw(path, shapes, crs=2154, names=None):
    names = names or [f"U{rank}" for rank in range(len(shapes))]
    gpd.GeoDataFrame({"unite_id": names, "unite_nom": names}, geometry=list(shapes), crs=crs).to_file(path)
    return path


def declare(**couches):
    rows = [{"couche": name} | said for name, said in couches.items()]
    return pd.concat([make_table("couches"), pd.DataFrame(rows)], ignore_index=True).reindex(columns=make_table("couches").columns)


def read_lines(examen, couche=None):
    chosen = examen if couche is None else examen[examen["couche"] == couche]
    return chosen.set_index("controle")["resultat"].to_dict()


def test_a_list_alone(chemin_piege, communes):
    codes = list(communes.index)
    rows = [(code, "N", "Nord") for code in codes[:-2]] + [(codes[0], "S", "Sud"), ("99999", "S", "Sud"), ("75056", "S", "Sud")]
    path = write_list(chemin_piege / "cas.csv", rows)
    examen = doctor.examine_file(path, communes, declared={"complete": True, "millesime": "2026"})
    assert examen.columns.tolist() == CHECK_COLUMNS and examen["couche"].unique().tolist() == ["cas"]
    found = examen.set_index("controle")["nombre"]
    assert found[["communes_absentes", "communes_en_double", "codes_inconnus", "hors_territoire"]].tolist() == [2, 1, 1, 1]
    assert examen.set_index("controle").at["codes_inconnus", "lignes"].startswith(f"ligne {len(rows)} : « 99999 »")


def test_the_file_of_a_user_is_left_as_it_was(tmp_path, communes):
    path = write_list(tmp_path / "cas.csv", [(communes.index[0], "N", "Nord")])
    before = path.read_bytes()
    doctor.examine_file(path, communes)
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["cas.csv"]


@pytest.mark.parametrize(
    ("shapes", "crs", "controle"),
    [
        ([square(0, 0, 1, 1)], None, "projection"),
        ([box(3, 45, 4, 46)], 2154, "coordonnees"),
        ([square(0, 0, 1, 1)], 4326, "coordonnees"),
    ],
)
def test_a_false_projection_stops_the_layer_and_the_drawing_is_judged_all_the_same(tmp_path, communes, shapes, crs, controle):
    path = tmp_path / "zone.shp"
    draw(path, shapes, crs=crs or 2154)
    if crs is None:
        path.with_suffix(".prj").unlink()
    lines = read_lines(doctor.examine_file(path, communes))
    assert lines[controle] == "bloquant" and lines["contours_croises"] == "ok" and "superpositions" not in lines


def test_every_bad_drawing_at_once(tmp_path, communes):
    shapes = communes.to_crs(2154).geometry.iloc[:4].tolist()
    bow = shapely.Polygon([(X, Y), (X + KM, Y + KM), (X + KM, Y), (X, Y + KM)])
    mixed = shapely.GeometryCollection([square(2, 2, 3, 3), shapely.Point(X, Y)])
    path = draw(tmp_path / "zone.gpkg", [*shapes, bow, None, shapely.Point(X, Y), mixed, shapes[0].buffer(500)])
    lines = read_lines(doctor.examine_file(path, communes))
    seen = {name for name, resultat in lines.items() if resultat == "a_voir"}
    assert {"contours_croises", "contours_vides", "types_de_contours", "contours_melanges", "superpositions", "lignes_ecartees"} <= seen
    assert not {name for name, resultat in lines.items() if resultat == "bloquant"}
    assert lines["part_entiere"] == "ok"


def test_outlines_that_miss_the_territory_stop_and_exchanged_axes_are_guessed(tmp_path, communes):
    far = doctor.examine_file(draw(tmp_path / "loin.gpkg", [box(2.3, 48.8, 2.4, 48.9)], crs=4326), communes).set_index("controle")
    assert far.at["territoire", "resultat"] == "bloquant" and "inversées" not in far.at["territoire", "a_faire"]
    turned = shapely.transform(communes.geometry.iloc[0], lambda points: points[:, ::-1])
    swapped = doctor.examine_file(draw(tmp_path / "tourne.gpkg", [turned], crs=4326), communes).set_index("controle")
    assert swapped.at["territoire", "resultat"] == "bloquant" and "inversées" in swapped.at["territoire", "a_faire"]


def test_an_outline_without_identifier(tmp_path, communes):
    shapes = communes.to_crs(2154).geometry.iloc[:2].tolist()
    lines = doctor.examine_file(draw(tmp_path / "zone.gpkg", shapes, names=["A", ""]), communes).set_index("controle")
    assert (lines.at["sans_identifiant", "resultat"], lines.at["sans_identifiant", "lignes"]) == ("a_voir", "ligne 2")


def test_the_doctor_and_the_attribution_agree_on_whole_communes(tmp_path, communes):
    shapes = communes.to_crs(2154).geometry
    path = draw(tmp_path / "zone.gpkg", [shapely.union_all(shapes.iloc[:10].to_numpy()), shapely.union_all(shapes.iloc[10:].to_numpy())])
    examen = doctor.examine_file(path, communes, declared={"complete": True}).set_index("controle")
    assert examen.at["part_entiere", "nombre"] == len(communes) and examen.at["communes_absentes", "nombre"] == 0
    assert examen.loc[["superpositions", "trous", "part_forte", "part_moyenne"], "nombre"].eq(0).all()


@pytest.mark.parametrize("name", ["absent.csv", "image.gpkg", "note.pdf"])
def test_what_cannot_be_read_is_a_line_and_no_error(tmp_path, communes, name):
    if name != "absent.csv":
        (tmp_path / name).write_bytes(b"\x89PNG\r\n" + b"\x00" * 64)
    examen = doctor.examine_file(tmp_path / name, communes)
    assert examen["controle"].tolist() == ["lecture"] and examen["resultat"].tolist() == ["bloquant"]
    assert examen["a_faire"].ne("rien").all()


def test_every_layer_of_a_dossier_in_its_order(tmp_path, communes):
    folder = tmp_path / "ressorts"
    folder.mkdir()
    codes = list(communes.index)
    write_list(folder / "cas.csv", [(code, "N", "Nord") for code in codes])
    whole = {"fichier_couche": "cas.csv", "complete": True}
    couches = declare(ABSENTE={"fichier_couche": "rien.csv"}, EPCI={}, CAS=whole, VIDE={}, DEHORS={"fichier_couche": "../x.csv"})
    ressorts = pd.DataFrame({"couche": ["LIBRE"] * 2, "code_insee": [codes[0], codes[0]], "unite_id": ["A", "B"]}).assign(
        fichier="inventaire.xlsx", feuille="ressorts", ligne=[2, 3]
    )
    ressorts = pd.concat([make_table("ressorts"), ressorts], ignore_index=True)
    examen = doctor.examine_layers(couches, tmp_path, communes, ressorts=ressorts)
    assert examen["couche"].unique().tolist() == ["ABSENTE", "EPCI", "CAS", "VIDE", "DEHORS", "LIBRE"]
    for name in ("ABSENTE", "VIDE", "DEHORS"):
        assert read_lines(examen, name) == {"lecture": "bloquant"}
    assert set(read_lines(examen, "EPCI").values()) <= {"ok", "sans_objet"}
    assert read_lines(examen, "CAS")["communes_absentes"] == "ok"
    assert read_lines(examen, "LIBRE")["communes_en_double"] == "a_voir"  # a layer that nobody declared is exclusive


def test_rows_of_the_sheet_ressorts_add_to_the_file(tmp_path, communes):
    folder = tmp_path / "ressorts"
    folder.mkdir()
    first, last = communes.index[0], communes.index[-1]
    write_list(folder / "cas.csv", [(first, "N", "Nord")])
    own = pd.DataFrame({"couche": ["CAS"], "code_insee": [last], "unite_id": ["N"]})
    own = own.assign(fichier="inventaire.xlsx", feuille="ressorts", ligne=2)
    own = pd.concat([make_table("ressorts"), own], ignore_index=True)
    examen = doctor.examine_layers(declare(CAS={"fichier_couche": "cas.csv"}), tmp_path, communes, ressorts=own)
    assert examen.set_index("controle").at["territoire", "nombre"] == 2


def test_several_layers_of_one_file(tmp_path, communes):
    folder = tmp_path / "ressorts"
    folder.mkdir()
    lines = [f"{code},A,{'' if rank else 'B'}\n" for rank, code in enumerate(communes.index)]
    (folder / "zones.csv").write_text("CODGEO,BV,ZE\n" + "".join(lines), encoding="utf-8")
    couches = declare(**{name: {"fichier_couche": "zones.csv", "colonne_unite": name} for name in ("BV", "ZE")})
    examen = doctor.examine_layers(couches, tmp_path, communes)
    found = examen[examen["controle"] == "territoire"].set_index("couche")["nombre"]
    assert found.to_dict() == {"BV": len(communes), "ZE": 1}


def test_the_layers_brought_on_demand(tmp_path, communes):
    examen = doctor.examine_layers(declare(CANTON={}, CIRCONSCRIPTION={}, REGION={}), tmp_path, communes)
    assert set(examen["resultat"]) <= {"ok", "sans_objet"}
    assert examen[examen["controle"] == "territoire"].set_index("couche")["nombre"].eq(len(communes)).all()


def test_no_layer_at_all(tmp_path, communes):
    examen = doctor.examine_layers(make_table("couches").set_index("couche"), tmp_path, communes)
    assert examen.columns.tolist() == CHECK_COLUMNS and not len(examen)


def test_without_territory_the_departements_that_the_file_touches(tmp_path):
    path = write_list(tmp_path / "cas.csv", [("43157", "N", "Nord"), ("43040", "N", "Nord")])
    examen = doctor.examine_file(path).set_index("controle")
    assert examen.at["territoire", "sur"] == 257 and examen.at["communes_absentes", "resultat"] == "ok"


def test_a_whole_dossier(tmp_path):
    inventory = tmp_path / "inventaire"
    inventory.mkdir()
    (inventory / "parametres.csv").write_text("cle,valeur\nepci,244301099\n", encoding="utf-8")
    (inventory / "couches.csv").write_text("couche,complete\nEPCI,oui\nCAS,oui\n", encoding="utf-8")
    (inventory / "ressorts.csv").write_text("couche,code_insee,unite_id\nCAS,43016,S1\nCAS,99999,S1\n", encoding="utf-8")
    examen = doctor.examine_dossier(tmp_path)
    assert read_lines(examen, "CAS")["codes_inconnus"] == "a_voir" and read_lines(examen, "CAS")["communes_absentes"] == "a_voir"
    told = "\n".join(doctor.tell_checks(examen))
    assert "À VOIR - Codes inconnus" in told and "EPCI : 0 point bloquant, 0 point à voir" in told and "À faire : " in told


def test_points_have_their_checks(tmp_path, communes):
    point = communes.iloc[0]
    path = tmp_path / "lieux.csv"
    path.write_text(f"unite_id,lat,lon\nL1,{point['mairie_lat']},{point['mairie_lon']}\n", encoding="utf-8")
    declared = {"nature": "points", "rayon_km": 5, "exclusive": False}
    lines = read_lines(doctor.examine_file(path, communes, declared=declared))
    assert lines["territoire"] == "ok" and lines["communes_en_double"] == "sans_objet"


# --- real files ----------------------------------------------------------------------------------------------------


def test_the_contrats_locaux_de_sante(partage):
    around = read_communes(regions=["84"])
    path = partage / "ressorts" / "cls_aura_2025.gpkg"
    examen = doctor.examine_file(path, around, declared={"exclusive": False}).set_index("controle")
    assert examen.at["lecture", "nombre"] == 57 and not examen["resultat"].eq("bloquant").any()
    classes = ["part_entiere", "part_forte", "part_moyenne", "part_faible", "eclats"]
    assert examen.loc[classes, "nombre"].tolist() == [1702, 29, 30, 389, 753]
    assert examen.at["superpositions", "nombre"] == 6 and examen.at["superpositions", "resultat"] == "ok"


def test_the_zonages_of_2024_say_their_age(partage):
    path = partage / "ressorts" / "zonages_insee_2024.csv"
    declared = {"colonne_unite": "BV2022", "complete": True}
    examen = doctor.examine_file(path, read_communes(departements=["43", "63"]), declared=declared).set_index("controle")
    assert examen.at["communes_absentes", "nombre"] == 0 and examen.at["codes_anciens", "nombre"] == 68
    assert "deux années sont peut-être mélangées" in examen.at["codes_anciens", "message"]
    # Of the 68, one is here, and comes first; of the ten communes in two bassins, none.
    assert "Dans le territoire : 1." in examen.at["codes_anciens", "message"] and examen.at["codes_anciens", "resultat"] == "a_voir"
    assert "63330 → Les Deux-Rives (63109)" in examen.at["codes_anciens", "lignes"].split(" ; ")[0]
    assert examen.at["communes_en_double", "nombre"] == 10 and examen.at["communes_en_double", "resultat"] == "ok"
    refused = doctor.examine_file(path, read_communes(departements=["43"]))
    assert refused["resultat"].tolist() == ["bloquant"] and "BV2022" in refused["message"].iloc[0]


def test_the_quartiers_are_a_list_and_a_drawing(partage):
    path = partage / "ressorts" / "qpv_2024.geojson"
    declared = {"infra_communale": True, "colonne_unite": "code_qp"}
    examen = doctor.examine_file(path, read_communes(departements=["43", "63"]), declared=declared).set_index("controle")
    assert examen.at["lecture", "nombre"] == 692 and examen.at["superpositions", "nombre"] == 0
    assert examen.at["communes_en_double", "resultat"] == "sans_objet" and "part_entiere" not in examen.index
