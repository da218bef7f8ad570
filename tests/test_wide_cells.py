"""What one cell of a grid says, by hand."""

import pandas as pd
import pytest

from diagnostic.read.inventory.wide_cells import MOST_TOLD, read_links, read_roles, read_units
from diagnostic.schema import list_vocabularies
from diagnostic.vocabulary import extend_list, read_list

LISTS = {name: read_list(name) for name in list_vocabularies()}


def cells(*texts, entete="CTG"):
    return pd.DataFrame({"entete": entete, "texte": list(texts)}, dtype=str)


def roles(text, lists=LISTS):
    said, strangers = read_roles(cells(text), lists, {})
    found = ["/".join(row).rstrip("/") for row in said[["role", "stade", "qualification"]].fillna("").to_numpy()]
    return sorted(found), strangers["gravite"].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", ["participation"]),
        ("✓", ["participation"]),
        ("Oui", ["participation"]),
        ("X (bilan)", ["participation/evaluation"]),
        ("x (pilotage)", ["pilotage"]),
        ("FINANCEMENT", ["financement"]),
        ("pilote", ["pilotage"]),
        ("mise en œuvre", ["participation/mise_en_oeuvre"]),
        ("financement ; émergence", ["financement/emergence"]),
        ("émergence\nfinancement", ["financement/emergence"]),
        ("pilotage (mise en oeuvre), animation", ["animation", "pilotage/mise_en_oeuvre"]),
        ("pilotage (émergence, bilan)", ["pilotage/emergence", "pilotage/evaluation"]),
        ("pilotage (émergence) ; animation ; bilan", ["animation/evaluation", "pilotage/emergence"]),
        ("financement et animation", ["animation", "financement"]),
        ("animation + coordination / financement", ["animation", "coordination", "financement"]),
        ("financeur (partenaire financier)", ["financement//partenaire_financier"]),
        ("technique, conception", ["participation/conception/partenaire_technique"]),
        ("pilotage, pilotage", ["pilotage"]),
        ("pilotage (bilan", ["pilotage/evaluation"]),
    ],
)
def test_roles(text, expected):
    assert roles(text) == (expected, [])


def test_several_roles_and_several_stages_are_crossed_and_told():
    assert roles("pilotage, animation ; émergence, bilan") == (
        ["animation/emergence", "animation/evaluation", "pilotage/emergence", "pilotage/evaluation"],
        ["information"],
    )


@pytest.mark.parametrize(
    ("text", "gravite"),
    [("zzzz", "erreur"), (";", "erreur"), ("pilotage, zzzz", "attention"), ("pilotage (zzzz)", "attention")],
)
def test_strangers(text, gravite):
    found, told = roles(text)
    assert told == [gravite]
    assert bool(found) == (gravite == "attention")


def test_the_words_of_the_dossier_are_understood():
    entries = pd.DataFrame({"code": ["essaimage"], "libelle": ["Essaimage et transfert"]})
    lists = LISTS | {"roles": extend_list(LISTS["roles"], entries)}
    assert roles("Essaimage et transfert, pilotage", lists) == (["essaimage", "pilotage"], [])


def test_the_nearest_word_is_proposed_in_its_cell():
    _, strangers = read_roles(cells("pilotage ; financemant"), LISTS, {})
    assert strangers["proposition"].tolist() == ["pilotage ; Financement"]
    _, strangers = read_roles(cells("zzzz ; financemant"), LISTS, {})
    assert strangers["proposition"].tolist() == [""]


def test_a_long_text_is_told_shortly():
    _, strangers = read_roles(cells(" ; ".join(f"mot{n}" for n in range(2_000))), LISTS, {})
    assert f"Et {2_000 - MOST_TOLD} autres mots inconnus." in strangers["probleme"][0]
    assert len(strangers["probleme"][0]) < 1_000


def links(*texts):
    said, strangers = read_links(cells(*texts), LISTS, {})
    return sorted("/".join(row) for row in said[["texte", "type", "intensite"]].fillna("").to_numpy()), strangers[
        "gravite"
    ].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", ["x//"]),
        ("3", ["3//3"]),
        ("technique", ["technique/partenaire_technique/"]),
        ("technique 3", ["technique 3/partenaire_technique/3"]),
        ("co-pilote (4)", ["co-pilote (4)/co_pilote/4"]),
        ("intensité 2", ["intensité 2//2"]),
        (
            "information ; technique",
            ["information ; technique/information/", "information ; technique/partenaire_technique/"],
        ),
    ],
)
def test_links(text, expected):
    assert links(text) == (expected, [])


def test_an_intensity_is_from_one_to_four():
    assert links("5") == ([], ["erreur"])
    assert links("1", "4") == (["1//1", "4//4"], [])
    assert links("1") == (["1//"], [])


def units(*texts, entete="MDS", known=None):
    said, strangers = read_units(cells(*texts, entete=entete), LISTS, known or {})
    return said[["unite_id", "unite_nom", "infra"]].to_numpy().tolist(), strangers["gravite"].tolist()


def test_units():
    assert units("MDS du Puy") == ([["mds-du-puy", "MDS du Puy", ""]], [])
    assert units("244301099") == ([["244301099", "", ""]], [])
    assert units("infra") == ([["INFRA", "", ""]], [])
    assert units("Haut ; Bas") == ([["haut", "Haut", "oui"], ["bas", "Bas", "oui"]], [])
    assert units("Haut ; Haut") == ([["haut", "Haut", ""]], [])
    assert units("x", entete="ZRR") == ([["zrr", "ZRR", ""]], [])
    assert units(";") == ([], ["erreur"])


def test_units_of_one_slug_are_told_apart_whatever_their_order():
    long = "Maison départementale des solidarités de "
    both = [f"{long}Brioude", f"{long}Issoire"]
    first, second = dict(row[1::-1] for row in units(*both)[0]), dict(row[1::-1] for row in units(*both[::-1])[0])
    assert first == second
    assert len(set(first.values())) == 2


def test_a_unit_of_another_layer_is_not_this_one():
    known = {"caf": {"haut": "CAF-1"}, "mds": {"bas": "MDS-1"}}
    assert [row[0] for row in units("Haut", "Bas", known=known)[0]] == ["haut", "MDS-1"]
