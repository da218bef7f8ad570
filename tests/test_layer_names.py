"""Words for the units of a layer: known ones, unknown ones, agreement, elision, shares that are never rounded away."""

import pandas as pd
import pytest

from diagnostic.measure.constats.layer_names import (
    agree,
    capitalise,
    count_units,
    name_layers,
    shorten_communes,
    tell_none,
    tell_own_weight,
    tell_place,
    tell_share,
    tell_single,
    tell_the,
    tell_the_unit,
    tell_unit,
    tell_weight,
)
from diagnostic.vocabulary import normalize_label, read_vocabulary
from diagnostic.vocabulary.formats import NARROW_SPACE


def name(code, label=None):
    table = name_layers(pd.DataFrame({"libelle": [label or code]}, index=[code], dtype="str"))
    return next(table.itertuples())


def test_the_shipped_names_are_whole_and_lead_to_one_layer_each():
    table = read_vocabulary("noms_couches")
    assert table.columns.tolist() == ["couche", "singulier", "pluriel", "genre", "liaison", "interlocuteur", "alias"]
    assert table["couche"].is_unique and table[["singulier", "pluriel"]].ne("").all(axis=None)
    assert set(table["genre"]) == {"m", "f"} and set(table["liaison"]) == {"de", "nom", "parentheses"}
    spelled = [(normalize_label(one), row.couche) for row in table.itertuples()
               for one in [row.couche, row.singulier, row.pluriel, *row.alias.split(";")] if one]  # fmt: skip
    assert len(dict(spelled)) == len(set(spelled))


@pytest.mark.parametrize(
    ("code", "label", "singular"),
    [
        ("EPCI", "Intercommunalités (EPCI à fiscalité propre)", "EPCI"),
        ("arr", "Arrondissements préfectoraux", "arrondissement"),
        ("BV2022", "Bassins de vie 2022", "bassin de vie"),
        ("Z", "Zones d'emploi 2020", "zone d'emploi"),
        ("X1", "Caisses d'allocations familiales", "Caf"),
        ("X1", "Périmètres de l'eau", "unité de la couche « Périmètres de l'eau »"),
    ],
)
def test_a_layer_is_known_by_its_code_or_its_label(code, label, singular):
    assert name(code, label).singulier == singular


def test_two_layers_never_share_a_noun():
    couches = pd.DataFrame({"libelle": ["Bassins de vie 2012", "Bassins de vie 2022", None]}, index=["BV12", "BV22", "Q"])
    named = name_layers(couches)
    assert named["singulier"].tolist() == [
        "unité de la couche « Bassins de vie 2012 »", "unité de la couche « Bassins de vie 2022 »", "unité de la couche « Q »",
    ]  # fmt: skip
    assert name_layers(couches.iloc[:0]).empty


def test_nouns_agree():
    arr, zone, cias, other = name("ARRONDISSEMENT"), name("ZONE_EMPLOI"), name("CIAS"), name("X", "Secteurs")
    assert [count_units(zone, n) for n in (0, 1, 2)] == ["0 zone d'emploi", "1 zone d'emploi", "2 zones d'emploi"]
    assert [tell_single(one) for one in (arr, zone)] == ["un seul arrondissement", "une seule zone d'emploi"]
    assert tell_single(other) == "une seule unité de la couche « Secteurs »"
    assert [tell_none(one) for one in (cias, zone)] == ["aucun CIAS", "aucune zone d'emploi"]
    assert [agree("coupé", one, n) for one, n in ((arr, 1), (arr, 2), (zone, 2))] == ["coupé", "coupés", "coupées"]
    assert [tell_the(one) for one in (arr, zone, cias, other, name("EPCI"))] == [
        "l'arrondissement", "la zone d'emploi", "le CIAS", "l'unité de la couche « Secteurs »", "l'EPCI",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "unit", "told", "with_article"),
    [
        ("ARRONDISSEMENT", "Ambert", "arrondissement d'Ambert", "l'arrondissement d'Ambert"),
        ("ARRONDISSEMENT", "Arrondissement d'Ambert", "Arrondissement d'Ambert", "Arrondissement d'Ambert"),
        ("ZONE_EMPLOI", "Le Puy-en-Velay", "zone d'emploi du Puy-en-Velay", "la zone d'emploi du Puy-en-Velay"),
        ("CAS", "Velay", "circonscription d'action sociale « Velay »", "la circonscription d'action sociale « Velay »"),
        ("EPCI", "CC des Sucs", "CC des Sucs", "la CC des Sucs"),
        ("X", "U1", "« U1 » (X)", "« U1 » (X)"),
    ],
)
def test_a_unit_is_named_as_its_layer_asks(code, unit, told, with_article):
    assert (tell_unit(name(code), unit), tell_the_unit(name(code), unit)) == (told, with_article)


def test_shares_are_never_rounded_to_nothing_nor_to_all():
    told = [tell_share(one).replace(NARROW_SPACE, " ") for one in (0, 0.0004, 0.004, 0.5, 0.994, 0.9996, 1, float("nan"))]
    assert told == ["0 %", "moins de 0,1 %", "0,4 %", "50 %", "99,4 %", "plus de 99,9 %", "100 %", "—"]


def test_small_words():
    assert [tell_place(one) for one in ("CA du Puy", "Clermont Métropole")] == ["la CA du Puy", "Clermont Métropole"]
    assert capitalise("la CC des Sucs") == "La CC des Sucs"
    assert shorten_communes("Ajaccio (2A004) pour 40 % ; Blesle (43033)") == "Ajaccio pour 40 % et Blesle"
    assert (tell_weight("population"), tell_own_weight("communes"), tell_weight("msa", couverture=0.5)) == (
        "des habitants", "de ses communes", "du poids couvert",
    )  # fmt: skip
