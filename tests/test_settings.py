"""The sheet parametres: every key known, every value of its kind, all faults at once."""

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.inventory.settings import read_settings
from diagnostic.vocabulary import read_vocabulary

WHERE = "inventaire.xlsx, feuille parametres"


def read(**given):
    pairs = {key.replace("__", "."): value for key, value in given.items()}
    return read_settings(pd.DataFrame({"cle": list(pairs), "valeur": list(pairs.values())}, dtype=object), WHERE)


def test_defaults_of_every_key():
    settings = read()
    assert set(settings) == {"alias", *read_vocabulary("parametres")["cle"]}
    assert settings["ponderation"] == "population"
    assert settings["seuils_km"] == (5, 10, 20)
    assert settings["distance_max_km"] == 20
    assert settings["personnes"] is False or not settings["personnes"]
    assert pd.isna(settings["date_edition"])
    assert settings["departements"] == ()
    assert settings["alias"] == {}


def test_empty_cell_is_the_default():
    assert read(ponderation=None)["ponderation"] == "population"
    assert read(distance_max_km="")["distance_max_km"] == 20


@pytest.mark.parametrize(
    "key, text, value",
    [
        ("ponderation", "communes", "communes"), ("ponderation", "Surface_km2", "surface_km2"), ("distance_max_km", "12,5", 12.5),
        ("seuils_km", "5;15", (5, 15)), ("departements", "43;63", ("43", "63")), ("departements", "01,2A", ("01", "2A")),
        ("date_edition", "03/02/2026", pd.Timestamp("2026-02-03")), ("personnes", "oui", True),
        ("titre", "Été, 2026 ; suite", "Été, 2026 ; suite"),
    ],
)  # fmt: skip
def test_values_of_each_kind(key, text, value):
    assert read(**{key: text})[key] == value


@pytest.mark.parametrize(
    "key, text, told",
    [
        ("distance_max_km", "loin", "n'est pas un nombre"), ("date_edition", "demain", "n'est pas une date"),
        ("personnes", "peut-être", "n'est ni oui ni non"), ("ponderation", "habitants", "n'est pas parmi population, communes"),
        ("seuils_km", "5;dix", "n'est pas une liste de nombres"), ("seuils_km", ";", "n'est pas une liste de nombres"),
    ],
)  # fmt: skip
def test_value_of_the_wrong_kind(key, text, told):
    with pytest.raises(DiagnosticError) as error:
        read(**{key: text})
    assert error.value.quoi.startswith(f"Réglage « {key} » : « {text} » {told}")
    assert error.value.ou == WHERE
    assert error.value.a_faire


def test_unknown_key_lists_the_known_ones():
    with pytest.raises(DiagnosticError, match="Réglage inconnu : « ponderations »") as error:
        read(ponderations="population")
    assert "finalite, titre, date_edition" in error.value.a_faire
    assert str(error.value).count("\n") == 2


def test_all_faults_at_once():
    with pytest.raises(DiagnosticError) as error:
        read(inconnu="x", distance_max_km="loin", alias__planetes__nom="y")
    for told in ("3 problèmes", "« inconnu »", "« loin »", "alias.planetes.nom"):
        assert told in str(error.value) + error.value.quoi


def test_aliases():
    settings = read(
        alias__acteurs__nom="Dénomination usuelle; Raison", alias__liens__type="Genre", alias__acteurs__sigle=""
    )
    assert settings["alias"] == {
        "acteurs": {"Dénomination usuelle": "nom", "Raison": "nom"},
        "liens": {"Genre": "type"},
    }


@pytest.mark.parametrize("key", ["alias.planetes.nom", "alias.acteurs.couleur", "alias.acteurs", "alias."])
def test_alias_of_what_does_not_exist(key):
    with pytest.raises(DiagnosticError, match="n'existe pas") as error:
        read(**{key: "x"})
    assert "alias.acteurs.nom" in error.value.a_faire


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("couleur_principale", "rouge", "couleur"),
        ("couleur_principale", "#12345", "couleur"),
        ("seuils_km", "5;-1", "positifs"),
        ("plafond_liens_a_verifier", "-1", "négatif"),
    ],
)
def test_values_out_of_bounds(key, value, told):
    rows = pd.DataFrame({"cle": [key], "valeur": [value]})
    with pytest.raises(DiagnosticError, match=told):
        read_settings(rows, "inventaire.xlsx, feuille parametres")


def test_thresholds_are_sorted_once_each():
    rows = pd.DataFrame({"cle": ["seuils_km"], "valeur": ["20;5;5"]})
    assert read_settings(rows, "parametres")["seuils_km"] == (5.0, 20.0)


@pytest.mark.parametrize(
    ("key", "value", "told"), [("seuil_amas", "2", "entre 0 et 0,5"), ("tirages_hasard", "1000000", "entre 0 et 9999")]
)
def test_a_number_out_of_its_bounds_is_refused(key, value, told):
    with pytest.raises(DiagnosticError, match=told):
        read(**{key: value})
    assert read(seuil_amas="0,1")["seuil_amas"] == 0.1


def test_a_list_of_choices_is_read_in_any_writing():
    settings = read(formats_cartes="a0 ; Diaporama;A4 Portrait;a0", types_fichiers_cartes="PDF, png")
    assert settings["formats_cartes"] == ("A0", "diaporama", "A4 portrait")
    assert settings["types_fichiers_cartes"] == ("pdf", "png") and read()["formats_cartes"] == ("A4",)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("formats_cartes", "A4;A5", "A4 portrait, A3, A0, diaporama"), ("formats_cartes", "16:09:00", "diaporama"),
        ("types_fichiers_cartes", ";", "png"),
    ],
)  # fmt: skip
def test_a_choice_that_is_not_listed_is_refused(key, value, told):
    with pytest.raises(DiagnosticError, match=told):
        read(**{key: value})
