"""The whole way of `comparer`: files, manifest, same bytes, links of dossiers, scales, what is refused."""

import json
import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from petit_dossier import FILES, write_dossier
from test_across import write_layer, write_sites

from diagnostic.errors import DiagnosticError
from diagnostic.run import comparison

AUZON = "epci:244301099"


@cache
def compare_here():
    folder = Path(tempfile.mkdtemp(prefix="comparaison d'été "))
    asked = {
        "departements": ["43"], "couches": [write_layer(folder)], "graine": 7,
        "inventaires": [write_sites(folder), str(write_dossier(folder / "Auzon"))],
    }  # fmt: skip
    return folder, asked, comparison.compare(asked, sortie=folder / "sortie", moran=False)


def test_every_kind_of_file_is_written_and_the_manifest_lists_them():
    folder, _, done = compare_here()
    place = folder / "sortie" / "publique"
    inside = folder / "sortie" / "interne"
    names = {path.relative_to(place).as_posix() for path in done["fichiers"] if path.parent != inside}
    assert {"comparaison.xlsx", "donnees/comparaison_longue.parquet", "donnees/comparaison_territoires.parquet", "donnees/datapackage.json",
            "csv/comparaison_territoires.csv", "sig/comparaison.gpkg", "carte.html"} <= names  # fmt: skip
    assert any(name.startswith("cartes/entonnoir_") for name in names)
    told = json.loads((place / "manifeste.json").read_text(encoding="utf-8"))
    assert {row["fichier"] for row in told["sorties"]} == names
    (run,) = told["calculs"].values()
    assert run["graine"] == 7 and [row["fichier"] for row in run["entrees"]] == [
        "découpage d'essai.csv", "lieux.csv", *(f"dossier Auzon/inventaire/{name}.csv" for name in sorted(FILES)),
    ]  # fmt: skip
    assert all(len(row["sha256"]) == 64 for row in run["entrees"])
    assert str(folder) not in json.dumps(told, ensure_ascii=False), "where files are on one's computer is nobody's business"


def test_problems_are_written_line_by_line_inside_and_never_in_what_is_published():
    folder, _, done = compare_here()
    path = folder / "sortie" / "interne" / "problemes.xlsx"
    assert done["problemes_ecrits"] == path and path.is_file() and not list((folder / "sortie" / "publique").rglob("problemes*"))
    book = pd.read_excel(path, sheet_name=None, engine="calamine")
    assert len(done["problemes"]) and len(book["problemes"]) == len(done["problemes"])
    assert not {"accepter", "votre correction"} & set(book["problemes"]), "no dossier takes these corrections back"
    told = json.loads((path.parent / "manifeste.json").read_text(encoding="utf-8"))
    assert [row["fichier"] for row in told["sorties"]] == ["problemes.xlsx"]
    words = " ".join(pd.read_excel(path, header=None, engine="calamine")[0].dropna().astype(str))
    assert "diagnostic corriger" not in words and "relancez la comparaison" in words


def test_the_name_of_a_layer_that_holds_a_person_s_is_refused(tmp_path):
    path = tmp_path / "secteurs.csv"
    path.write_text("code_insee,unite\n43001,U1\n", encoding="utf-8")
    for name in ("Secteur de Mme Martin=", "SECTEUR_MME_MARTIN="):
        with pytest.raises(DiagnosticError, match="celui d'une personne") as refused:
            comparison.gather({"departements": ["43"], "couches": [f"{name}{path},unite"]})
        assert "MARTIN" not in str(refused.value).upper(), "not even in the message"


def test_no_column_of_the_layers_published_names_a_person(tmp_path):
    path = tmp_path / "secteurs de Mme Martin.csv"
    path.write_text("code_insee;secteur de Mme Martin\n43001;U1\n43002;U2\n", encoding="utf-8")
    results = comparison.measure(comparison.gather({"departements": ["43"], "couches": [f"FICTIF={path}"]}), moran=False)
    assert not results["couches"].map(lambda cell: "Martin" in str(cell)).any(axis=None)


def test_the_tables_written_are_the_results():
    folder, _, done = compare_here()
    long = done["resultats"]["comparaison_longue"]
    read = pd.read_parquet(folder / "sortie" / "publique" / "donnees" / "comparaison_longue.parquet")
    assert len(read) == len(long) and read["valeur"].equals(long["valeur"])
    wide = pd.read_parquet(folder / "sortie" / "publique" / "donnees" / "comparaison_territoires.parquet")
    assert len(wide) == 11 and wide["territoire_id"].is_unique


def test_the_geopackage_has_a_shape_a_territory_in_lambert_and_a_style():
    import geopandas as gpd

    folder, _, _ = compare_here()
    layer = gpd.read_file(folder / "sortie" / "publique" / "sig" / "comparaison.gpkg", layer="comparaison")
    assert len(layer) == 11 and layer.crs.to_epsg() == 2154 and layer.geometry.notna().all()
    assert (layer.area / 1e6 - layer["surface_km2"]).abs().max() < 0.02 * layer["surface_km2"].max()


def test_links_come_from_the_dossier_of_a_territory_that_it_holds_whole():
    _, _, done = compare_here()
    long = done["resultats"]["comparaison_longue"]
    held = long[long["inventaire"] == "dossier Auzon"]
    assert set(held["territoire"]) == {AUZON}
    assert held.set_index("mesure").at["nb_liens", "valeur"] == 2


def find(long, mesure, groupe=None, territoire=AUZON):
    """Return the only row of a figure of a territory."""
    rows = long[long["territoire"].eq(territoire) & long["mesure"].eq(mesure)]
    rows = rows if groupe is None else rows[rows["groupe"].eq(groupe)]
    assert len(rows) == 1, rows.to_string()
    return rows.iloc[0]


def test_presences_of_a_dossier_stand_beside_those_of_the_lists_of_all_territories():
    long = compare_here()[2]["resultats"]["comparaison_longue"]
    row = find(long, "nb_acteurs_categorie", "epicerie_sociale")
    assert (row["valeur"], row["couverture"], row["inventaire"]) == (1.0, 1.0, "dossier Auzon")
    cells = find(long, "part_cases_absentes")
    assert cells["numerateur"] == 1 and cells["inventaire"] == "listes nationales ; dossier Auzon", "evs, said complete and empty"
    known = find(long, "part_cases_non_renseignees")
    assert cells["couverture"] == pytest.approx(1 - known["valeur"])
    others = long[long["mesure"].eq("part_cases_absentes") & long["territoire"].ne(AUZON)]
    assert len(others) == 10 and others["numerateur"].eq(0).all() and others["inventaire"].eq("listes nationales").all()


def test_a_territory_without_inventory_has_no_link_and_the_readings_say_so():
    done = compare_here()[2]["resultats"]
    long, told = done["comparaison_longue"], " ".join(done["comparaison_lectures"]["phrase"])
    assert set(long.loc[long["mesure"].eq("nb_liens"), "territoire"]) == {AUZON}
    assert "Liens : 1 EPCI sur 11 avec un dossier ; ailleurs, ils ne sont pas mesurés." in told


def test_same_inputs_and_seed_same_tables():
    _, asked, done = compare_here()
    again = comparison.measure(comparison.gather(asked), moran=False)
    for name in ("comparaison_longue", "comparaison_territoires", "comparaison_semblables", "comparaison_entonnoirs"):
        pd.testing.assert_frame_equal(done["resultats"][name], again[name])


def test_departements_and_the_units_of_a_layer_are_compared_too():
    _, asked, _ = compare_here()
    layers = {"departements": ["43"], "couches": asked["couches"], "maille": "fictif_essai"}
    results = comparison.measure(comparison.gather(layers), moran=False)
    wide = results["comparaison_territoires"]
    assert len(wide) == 7 and wide["nb_communes"].sum() == 120
    assert "nb_unites EPCI" in wide and "nb_unites FICTIF_ESSAI" not in wide
    whole = comparison.measure(comparison.gather({"departements": ["43", "15"], "maille": "departement"}), moran=False)
    assert whole["comparaison_territoires"].index.tolist() == ["departement:15", "departement:43"]


def test_a_dossier_stands_for_everything_and_only_its_whole_territories_are_compared(chemin_piege):
    folder = write_dossier(chemin_piege / "dossier")
    results = comparison.measure(comparison.gather({"sources": str(folder)}), moran=False)
    assert results["comparaison_territoires"].index.tolist() == [AUZON]
    states = results["comparaison_longue"].query("mesure == 'nb_acteurs_categorie' and groupe == 'ccas'")
    assert states["valeur"].tolist() == [1.0], "the actor that only the internal edition shows is not counted"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "Aucun territoire"), ({"departements": ["43"], "maille": "RIEN"}, "inconnue ou vide"),
        ({"sources": "x", "couches": ["f.csv"]}, "apporte déjà"),
        ({"departements": ["43"], "inventaires": ["nimporte=absent.csv"]}, "introuvables"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said(asked, words):
    with pytest.raises(DiagnosticError, match=words):
        comparison.gather(asked)
