"""A better point than the mairie: taken when it is near, refused and told when it is not."""

import numpy as np
import pytest
from dossier_csv import ACTEURS, check_counts, read

from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.commune_points import list_moved, move_points
from diagnostic.read.places.territories import read_communes

FRANCE = read_cog()["communes"]
SETTINGS = "cle;valeur\nfinalite;Essai"


def read_points(folder, *rows, **others):
    found = read(folder, parametres=SETTINGS, communes="code_insee;nom;lat;lon\n" + "\n".join(rows), **others)
    told = found["problemes"][(found["problemes"]["feuille"] == "communes") & (found["problemes"]["gravite"] == "attention")]
    return found, found["communes"], told


def test_a_near_point_replaces_the_mairie(chemin_piege):
    found, communes, told = read_points(chemin_piege, "43157;;45,0500;3,9000", "43040;;;")
    assert communes["point"].to_dict() == {"43157": "dossier", "43040": "mairie"} and told.empty
    here, mairie = communes.loc["43157"], FRANCE.loc["43157"]
    # About 111.2 km a degree of latitude and 78.6 a degree of longitude at 45 degrees.
    away = np.hypot((45.05 - mairie["mairie_lat"]) * 111.2, (3.9 - mairie["mairie_lon"]) * 111.2 * np.cos(np.radians(45.05)))
    assert np.hypot(here["x_m"] - mairie["x_m"], here["y_m"] - mairie["y_m"]) / 1000 == pytest.approx(away, rel=0.01)
    assert communes.loc["43040", ["x_m", "y_m"]].tolist() == FRANCE.loc["43040", ["x_m", "y_m"]].tolist()
    check_counts(found)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("43157;;48,8566;2,3522", "km de la mairie de Le Puy-en-Velay"), ("43157;;45,05;", "Une seule des deux"),
        ("43157;;3,9;45,05", "inversées"), ("43157;;0;0", "Afrique"), ("43157;;10;120", "hors de la métropole"),
    ],
)  # fmt: skip
def test_a_false_point_is_told_and_the_mairie_stays(chemin_piege, row, word):
    _, communes, told = read_points(chemin_piege, row)
    assert communes["point"].tolist() == ["mairie"] and communes["x_m"].tolist() == [FRANCE.at["43157", "x_m"]]
    assert told["probleme"].str.contains(word).any() and set(told["ligne"]) == {2}


def test_the_point_of_a_former_commune_is_not_the_whole_s(chemin_piege):
    _, communes, told = read_points(chemin_piege, "63018;;45,46;3,32")
    assert communes["point"].to_dict() == {"63160": "mairie"} and "ancienne commune" in told["probleme"].iloc[0]


def test_an_actor_without_a_point_is_where_its_commune_is(chemin_piege):
    actors = f"{ACTEURS}\na;A;ccas;43157;\nb;B;ccas;43040;"
    found, communes, _ = read_points(chemin_piege, "43157;;45,0500;3,9000", "43040;;;", acteurs=actors)
    placed = found["acteurs"].set_index("code_insee")[["x_m", "y_m"]]
    assert (placed == communes.loc[placed.index, ["x_m", "y_m"]]).all().all()


def test_nothing_given_nothing_moved():
    communes = read_communes(["43157"], geometry=False)
    moved, told = move_points(communes, communes.head(0))
    assert moved["point"].tolist() == ["mairie"] and told is None and list_moved(moved).empty and list_moved(communes).empty
