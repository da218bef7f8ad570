"""What a row of `acteurs` leaves unsaid: commune, champ, place in the perimeter, territories of work."""

import numpy as np
import pandas as pd
import pytest

from diagnostic.read.actors import actors
from diagnostic.read.back.corrections import apply_corrections
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.perimeter import read_territories
from diagnostic.read.places.territories import list_territories, read_communes
from diagnostic.schema import make_table
from diagnostic.vocabulary import read_list

PUY, SANCY, BRIOUDE = "200073419", "246300966", "200085728"


@pytest.fixture(scope="module")
def communes():
    return read_communes(departements=["43", "63"], geometry=False)


def actors_of(*rows):
    blank = {"territoires": (), "categories_secondaires": (), "lat": np.nan, "lon": np.nan, "fichier": "acteurs.csv", "feuille": "acteurs"}
    table = pd.DataFrame([blank | {"ligne": rank, "acteur_id": f"a{rank}", "nom": f"Nom {rank}"} | row for rank, row in enumerate(rows, 2)])
    text = ["code_insee", "commune", "categorie", "champ", "methode_commune"]
    return table.reindex(columns=[*table.columns, *[name for name in text if name not in table]]).astype(dict.fromkeys(text, "str"))


def complete(table, communes):
    return actors.complete_actors(table, read_cog(), read_list("categories"), communes=communes, distance_max_km=20)


def places_of(table, communes, own=None):
    """Return {acteur_id: set of territories} and the problems, on actors already completed."""
    territoires, appartenance = list_territories(communes)
    if own is not None:
        territoires, appartenance, _ = read_territories(own, communes)
    long, problems = actors.assign_territories(table, "acteur_id", territoires, communes, appartenance=appartenance)
    return long.groupby("acteur_id")["territoire_id"].agg(set).to_dict(), problems


def test_the_commune_is_found_by_code_or_by_point(communes):
    table = actors_of(
        {"code_insee": "43157"}, {"code_insee": "63330"}, {"lat": 45.2946, "lon": 3.3846}, {"code_insee": "3001"}, {"code_insee": "69123"}
    )
    done, problems = complete(table, communes)
    assert done["code_insee"].fillna("").tolist() == ["43157", "63109", "43040", "", "69123"]
    assert done["methode_commune"].tolist() == ["code", "ancien_code", "coordonnees", "", "code"]
    assert done["commune"].fillna("").tolist() == ["Le Puy-en-Velay", "Les Deux-Rives", "Brioude", "", "Lyon"]
    assert done["hors_territoire"].tolist() == [False, False, False, False, True]
    assert done.loc[:2, ["x_m", "y_m"]].notna().all().all() and done.loc[3, ["x_m", "y_m"]].isna().all()
    # The row with a doubtful code is kept: nothing says that it is set aside.
    assert set(problems["gravite"]) == {"information", "attention"}
    assert problems.loc[problems["ligne"] == 5, "probleme"].str.contains("03001|sans commune").all()


def test_a_wrong_code_gives_way_to_the_point(communes):
    done, problems = complete(actors_of({"code_insee": "99999", "lat": 45.2946, "lon": 3.3846}), communes)
    assert done[["code_insee", "methode_commune"]].iloc[0].tolist() == ["43040", "coordonnees"]
    assert problems["gravite"].tolist() == ["attention"]


def test_what_the_inventory_says_of_the_method_is_not_believed(communes):
    # A table exported by the software and read again: the code is checked all the same.
    done, problems = complete(actors_of({"code_insee": "3001", "methode_commune": "code"}), communes)
    assert done["code_insee"].isna().all()
    assert "03001" in " ".join(problems["probleme"])


def test_what_importer_found_is_not_sought_again(communes):
    row = {"fichier": "imports/x.xlsx", "code_insee": "43100", "methode_commune": "coordonnees", "commune": "Brioude"}
    done, problems = complete(actors_of(row, row | {"code_insee": "97801", "methode_commune": "outre_mer", "commune": None}), communes)
    assert done["methode_commune"].tolist() == ["coordonnees", "outre_mer"]
    assert done["hors_territoire"].tolist() == [False, True]
    assert problems.empty


def test_an_overseas_actor_is_out_of_the_perimeter(communes):
    done, problems = complete(actors_of({"code_insee": "98818"}), communes)
    assert done["hors_territoire"].tolist() == [True]
    assert problems["gravite"].tolist() == ["information"]


def test_far_points_are_told_where_they_concern_the_perimeter(communes):
    far = {"lat": 43.6, "lon": 3.88, "code_insee": "43157"}
    elsewhere = {"lat": 43.6, "lon": 3.88, "code_insee": "69123", "methode_commune": "code"}
    _, problems = complete(actors_of(far, elsewhere, elsewhere | {"fichier": "imports/x.xlsx"}), communes)
    assert problems["ligne"].tolist() == [2, 3]


def test_the_champ_says_where_it_comes_from(communes):
    categories = read_list("categories")
    social = categories.index[categories["champ"] == "social"][0]
    table = actors_of({"categorie": social}, {"categorie": social, "champ": "mixte"}, {}, {"champ": "social"})
    filled = actors.fill_champ(table, categories)
    assert filled["champ"].tolist() == ["social", "mixte", "autre", "social"]
    assert filled["champ_origine"].tolist() == ["defaut", "saisi", "inconnu", "saisi"]
    assert actors.fill_champ(make_table("acteurs"), categories).empty


def test_a_seat_counts_in_its_territories(communes):
    done, _ = complete(actors_of({"code_insee": "43157"}, {"code_insee": "69123"}), communes)
    places, problems = places_of(done, communes)
    assert places == {"a2": {"perimetre", "departement:43", f"epci:{PUY}"}}
    assert problems.empty


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (PUY, {f"epci:{PUY}", "departement:43", "perimetre"}),
        ("CA du Puy-en-Velay", {f"epci:{PUY}", "departement:43", "perimetre"}),
        (f"epci:{PUY}", {f"epci:{PUY}", "departement:43", "perimetre"}),
        ("43157", {f"epci:{PUY}", "departement:43", "perimetre"}),
        ("le puy en velay", {f"epci:{PUY}", "departement:43", "perimetre"}),
    ],
)
def test_a_ground_may_be_said_in_several_ways(communes, cell, expected):
    done, _ = complete(actors_of({"territoires": (cell,), "code_insee": "63113"}), communes)
    places, problems = places_of(done, communes)
    assert places == {"a2": expected}
    assert problems.empty


@pytest.mark.parametrize("cell", ["43", "Haute-Loire", "departement:43", "HAUTE LOIRE"])
def test_a_departement_is_each_of_its_epci(communes, cell):
    done, _ = complete(actors_of({"territoires": (cell,)}), communes)
    places, _ = places_of(done, communes)
    inside = communes[communes["departement"] == "43"]
    assert places["a2"] == {"perimetre", "departement:43", *("epci:" + inside["epci"].unique())}
    assert len(places["a2"]) == 2 + 11


@pytest.mark.parametrize("cell", ["perimetre", "Périmètre"])
def test_an_actor_of_the_whole_perimeter_is_everywhere(communes, cell):
    done, _ = complete(actors_of({"territoires": (cell,), "code_insee": "69123"}), communes)
    places, _ = places_of(done, communes)
    assert len(places["a2"]) == 1 + 2 + 25


def test_a_seat_elsewhere_does_not_hide_a_ground_inside(communes):
    done, _ = complete(actors_of({"territoires": ("43040", "69123"), "code_insee": "69123"}), communes)
    places, problems = places_of(done, communes)
    assert places == {"a2": {"perimetre", "departement:43", f"epci:{BRIOUDE}"}}
    assert problems["gravite"].tolist() == ["information"]
    assert problems["valeur"].tolist() == ["69123"]


def test_unknown_grounds_fall_back_on_the_seat(communes):
    done, _ = complete(actors_of({"territoires": ("Pays de Nulle Part",), "code_insee": "43157"}), communes)
    places, problems = places_of(done, communes)
    assert places == {"a2": {"perimetre", "departement:43", f"epci:{PUY}"}}
    assert "« Pays de Nulle Part » inconnu" in problems["probleme"].iloc[0]


def test_an_actor_from_nowhere_counts_on_the_perimeter_only(communes):
    done, problems = complete(actors_of({}), communes)
    assert "territoire entier" in problems["probleme"].iloc[0]
    assert places_of(done, communes)[0] == {"a2": {"perimetre"}}


@pytest.fixture
def own():
    columns = {"fichier": "territoires.csv", "feuille": "territoires"}
    return pd.DataFrame(
        [
            {"territoire_id": "HA", "nom": "Pays du Haut Allier", "communes": (SANCY, "43040"), "ligne": 2, **columns},
            {"territoire_id": "V", "nom": "Vallée", "communes": ("43157",), "ligne": 3, **columns},
        ]
    )


@pytest.mark.parametrize("cell", ["HA", "autre:HA", "Pays du Haut Allier", "pays du haut-allier"])
def test_territories_of_the_dossier(communes, own, cell):
    done, _ = complete(actors_of({"territoires": (cell,)}), communes)
    places, problems = places_of(done, communes, own)
    assert places["a2"] == {"perimetre", "departement:43", "departement:63", f"epci:{SANCY}", f"epci:{BRIOUDE}", "autre:HA"}
    assert problems.empty


def test_a_seat_counts_in_the_territories_of_the_dossier(communes, own):
    done, _ = complete(actors_of({"code_insee": "43040"}, {"territoires": ("63",)}, {"code_insee": "43157"}), communes)
    places, _ = places_of(done, communes, own)
    assert "autre:HA" in places["a2"] and "autre:HA" in places["a3"]
    assert places["a4"] == {"perimetre", "departement:43", f"epci:{PUY}", "autre:V"}


def test_a_name_that_two_communes_share_leads_nowhere():
    communes = read_communes(departements=["43", "63"], geometry=False)
    names = communes["nom"].value_counts()
    shared = names.index[names > 1][0]
    assert actors.normalize_label(shared) not in actors.index_territories(list_territories(communes)[0], communes)


def test_spreading_agrees_with_a_double_loop(communes, own):
    _, appartenance, _ = read_territories(own, communes)
    members = appartenance.groupby("territoire_id")["code_insee"].agg(set).to_dict()
    stated = ["autre:HA", f"epci:{SANCY}", "commune:43040", "commune:63113"]
    known = pd.DataFrame({"acteur_id": ["x", "y", "z", "z"], "territoire_id": stated})
    spread = actors.spread_territories(known, "acteur_id", appartenance)
    naive = set()
    for actor, place in known.itertuples(index=False):
        mine = members.get(place, {place.removeprefix("commune:")})
        naive |= {(actor, other) for other, theirs in members.items() if mine & theirs}
    assert set(spread.itertuples(index=False, name=None)) == naive
    assert not spread.duplicated().any()


def test_imported_devices_of_all_france_are_not_problems(communes):
    rows = pd.DataFrame({"dispositif_id": ["d", "e"], "territoires": [("01004",), ("43157",)], "feuille": "dispositifs", "ligne": [2, 3]})
    rows = rows.assign(fichier=["imports/x.xlsx", "imports/x.xlsx"])
    territoires, _ = list_territories(communes)
    long, problems = actors.assign_territories(rows, "dispositif_id", territoires, communes)
    assert set(long["dispositif_id"]) == {"e"}
    assert problems.empty
    _, problems = actors.assign_territories(rows.assign(fichier="dispositifs.csv"), "dispositif_id", territoires, communes)
    assert problems["valeur"].tolist() == ["01004"]


def test_no_actor(communes):
    done, problems = complete(make_table("acteurs"), communes)
    assert done.empty and problems.empty
    territoires, appartenance = list_territories(communes)
    long, problems = actors.assign_territories(done, "acteur_id", territoires, communes, appartenance=appartenance)
    assert long.empty and problems.empty


def test_the_order_of_rows_changes_nothing(communes):
    table = actors_of({"code_insee": "43157"}, {"territoires": ("43",)}, {}, {"lat": 45.2946, "lon": 3.3846}, {"code_insee": "63330"})
    done, _ = complete(table, communes)
    mixed, _ = complete(table.sample(frac=1, random_state=4), communes)
    pd.testing.assert_frame_equal(mixed.sort_index(), done)
    assert places_of(mixed, communes)[0] == places_of(done, communes)[0]


def test_texts_that_designate_no_territory(communes):
    territoires, _ = list_territories(communes)
    rows = pd.DataFrame({"territoire": ["CA du Puy-en-Velay", None, "Nulle part", "63"], "fichier": "liens.csv", "feuille": "liens"})
    problems = actors.tell_unmatched(rows.assign(ligne=[2, 3, 4, 5]), "territoire", territoires, "Territoire « {} » inconnu.")
    assert problems[["gravite", "ligne", "valeur", "probleme"]].values.tolist() == [
        ["attention", 4, "Nulle part", "Territoire « Nulle part » inconnu."]
    ]
    assert actors.tell_unmatched(make_table("liens"), "territoire", territoires, "{}").empty


def test_a_commune_is_found_with_a_confidence(communes):
    table = actors_of(
        {"code_insee": "43157", "commune": "Le Puy-en-Velay"}, {"commune": "Brioude"}, {"commune": "Beaumont"},
        {"fichier": "imports/x.xlsx", "code_insee": "43040", "methode_commune": "coordonnees", "confiance_commune": "a_verifier"},
    )  # fmt: skip
    done, problems = complete(table, communes)
    assert done["code_insee"].fillna("").tolist() == ["43157", "43040", "", "43040"]
    assert done["methode_commune"].tolist() == ["code", "nom_perimetre", "", "coordonnees"]
    assert done["confiance_commune"].tolist() == ["sure", "forte", "", "a_verifier"]
    # Two communes of the perimeter are called Beaumont: both are listed, neither is taken.
    assert problems.loc[problems["ligne"] == 4, "probleme"].str.contains("43022.*63032|sans commune").all()


@pytest.mark.parametrize(("cell", "cleaned"), [("", None), ("4304", "4304"), ("43 9 99", "43999")])
def test_the_correction_of_an_actor_without_commune_applies(communes, cell, cleaned):
    """The value told is that of the cell: what a person answers finds it."""
    table = actors_of({"code_insee": cleaned})
    written = pd.DataFrame({"lat": "", "lon": "", "code_insee": [cell]}, index=table.index)
    _, problems = actors.complete_actors(
        table, read_cog(), read_list("categories"), communes=communes, distance_max_km=20, written=written
    )
    told = problems[problems["colonne"] == "code_insee"].head(1).reset_index(drop=True)
    if cell == "":
        assert told["probleme"].str.startswith("Acteur sans commune reconnue").all() and told["valeur"].tolist() == [cell]
    asked = told.assign(nom="Nom 2", correction="43040").astype({"ligne": "Int64"})
    body = pd.DataFrame({"nom": ["Nom 2"], "code_insee": [cell]}, index=[2], dtype="str")
    assert apply_corrections(body, asked, "acteurs")[0]["code_insee"].tolist() == ["43040"]


def test_a_row_without_commune_is_told_once(communes):
    _, problems = complete(actors_of({"commune": "Lavaudiu"}, {"commune": "???"}, {}), communes)
    assert problems.groupby("ligne").size().tolist() == [1, 1, 1]
    assert problems["colonne"].tolist() == ["commune", "commune", "code_insee"]


@pytest.mark.parametrize("cell", ["Brioude\nAuzon", "Brioude ; Auzon", "Brioude et Auzon", "Brioude / Auzon"])
def test_two_communes_in_one_cell_are_told(communes, cell):
    _, problems = complete(actors_of({"commune": cell}, {"commune": "Brioude, Haute-Lore"}), communes)
    assert problems["probleme"].str.startswith("Deux communes dans la case").tolist() == [True, False]
    assert problems["a_faire"][0] == "gardez-en une, ou mettez-les dans la colonne territoires"


def test_actors_out_of_the_perimeter_are_told_one_by_one_but_not_those_of_imports():
    lyon = {"code_insee": "69123", "commune": "Lyon"}
    rows = actors_of(lyon, {"code_insee": "43040"}, lyon | {"fichier": "imports/x.xlsx"})
    problems = actors.tell_outside(rows.assign(hors_territoire=[True, False, True]))
    assert problems[["gravite", "ligne"]].to_numpy().tolist() == [["information", 2]]
    assert problems["probleme"][0].startswith("Hors du territoire : Lyon (69123)")
