"""Sole traders, homes, very small structures: at their commune, under a name that is nobody's."""

import pandas as pd
import pytest

from diagnostic.edition.coarse import coarsen_actors, list_telling_ids, list_words, mark_persons

MAIRIES = pd.DataFrame({"x_m": [10.0], "y_m": [20.0]}, index=pd.Index(["43016"], name="code_insee"))
FARM, PLACE = "Agriculteurs, Auzon (nom non publié)", "Tiers-lieux, Auzon (nom non publié)"
LABELS = {"agriculteur": "Agriculteurs", "tiers_lieu": "Tiers-lieux"}


def make_actors(*rows):
    common = {
        "nom": "Club", "sigle": None, "categorie": "tiers_lieu", "statut": "association", "code_insee": "43016", "commune": "Auzon",
        "adresse": "3 rue des Lilas", "siret": "21430016400012", "siren": "214300164", "lat": 45.0, "lon": 3.0, "x_m": 1.0, "y_m": 2.0,
        "effectif": float("nan"), "entreprise_individuelle": None, "lieu_domicile": None, "diffusion": "public", "source": "FICTIF",
    }  # fmt: skip
    return pd.DataFrame([common | {"acteur_id": f"A{rank}"} | row for rank, row in enumerate(rows)])


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"entreprise_individuelle": True}, "entrepreneur"),
        ({"nom": "Bois et fils, micro-entrepreneur"}, "entrepreneur"),
        ({"nom": "Martine, assistante maternelle"}, "entrepreneur"),
        ({"nom": "Jean Durand", "categorie": "agriculteur"}, "entrepreneur"),
        ({"nom": "Cabinet du Dr Blanc", "categorie": "professionnel_sante"}, "entrepreneur"),
        ({"nom": "Menuiserie EI"}, "entrepreneur"),
        ({"lieu_domicile": True}, "domicile"),
        ({"effectif": 2}, "petite"),
        ({"nom": "Maison d'assistantes maternelles", "categorie": "mam"}, None),
        ({"nom": "Relais assistante maternelle", "categorie": "rpe"}, None),
        ({"nom": "Ferme des Narces", "categorie": "agriculteur"}, None),
        ({"nom": "Lycée Simone Weil"}, None),
        ({"effectif": 2, "statut": "public"}, None),
        ({"nom": "Jean Durand EI", "statut": "public"}, None),
        ({"effectif": 3}, None),
        ({"effectif": 0}, None),
    ],
)
def test_who_is_somebody(row, kind):
    marks = mark_persons(make_actors(row), effectif=2).iloc[0]
    assert {name for name in ("entrepreneur", "domicile", "petite") if marks[name]} == ({kind} if kind else set())


def test_the_setting_zero_coarsens_no_small_structure():
    assert not mark_persons(make_actors({"effectif": 1}), effectif=0)["petite"].any()


@pytest.mark.parametrize(
    ("edition", "names", "places"),
    [
        ("publique", [FARM, PLACE, "Salon", "Club", "Grand"], [10, 10, 10, 10, 1]),
        ("partenaires", ["Jean Durand", "Chez M. Blanc", "Salon", "Club", "Grand"], [10, 10, 10, 1, 1]),
    ],
)  # fmt: skip
def test_names_and_places_by_edition(edition, names, places):
    actors = make_actors(
        {"nom": "Jean Durand", "categorie": "agriculteur"}, {"nom": "Chez M. Blanc", "lieu_domicile": True},
        {"nom": "Salon", "lieu_domicile": True, "source": "vu au 3 rue des Lilas"}, {"effectif": 2}, {"nom": "Grand", "effectif": 40},
    )  # fmt: skip
    marks = mark_persons(actors, effectif=2)
    shown, told = coarsen_actors(actors, marks, MAIRIES, LABELS, edition)
    assert shown["nom"].tolist() == names and shown["x_m"].tolist() == places
    coarse = shown["x_m"] == 10
    assert shown.loc[coarse, ["lat", "lon", "adresse", "siret", "siren"]].isna().all(axis=None)
    assert shown.loc[~coarse, "siret"].notna().all()
    assert shown["source"].tolist()[2] == "vu au [retiré]"
    assert sum(row[2] for row in told if row[1] == "adresse et point") == int(coarse.sum())
    assert actors["x_m"].eq(1).all() and coarsen_actors(actors.iloc[:0], marks, MAIRIES, LABELS, edition)[0].empty


def test_an_empty_diffusion_opens_no_exact_point_to_the_public():
    actors = make_actors({"diffusion": None})
    marks = mark_persons(actors)
    assert coarsen_actors(actors, marks, MAIRIES, LABELS, "publique")[0]["x_m"].tolist() == [10.0]
    assert coarsen_actors(actors, marks, MAIRIES, LABELS, "partenaires")[0]["x_m"].tolist() == [1.0]


def test_what_leads_to_them_is_looked_for_everywhere_but_common_words():
    actors = make_actors({"nom": "Jean Durand", "categorie": "agriculteur"}, {"nom": "Brioude", "entreprise_individuelle": True})
    marks = mark_persons(actors)
    shown, _ = coarsen_actors(actors, marks, MAIRIES, LABELS, "publique")
    words = list_words(actors, shown, marks, {"brioude"})
    assert words["Jean Durand"] == FARM and words["21430016400012"] == words["3 rue des Lilas"] == "[retiré]"
    assert "Brioude" not in words


def test_a_missing_identifier_tells_nothing():
    assert list_telling_ids(pd.DataFrame({"acteur_id": ["x"], "nom": [None]})) == []
