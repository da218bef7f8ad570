"""The document of a commune: what it says of each need, in the three states, without a word of measure."""

import re

import pytest
from jouets_besoins import make_tables, measure_toy
from test_report_plea import JARGON

from diagnostic.draw.commune_plan import name_commune, plan_commune
from diagnostic.draw.commune_rows import NOTHING, describe_communes
from diagnostic.vocabulary import read_vocabulary

SHOP = {"categorie": "epicerie_sociale"}


@pytest.fixture(scope="module")
def told():
    tables = make_tables(
        SHOP | {"nom": "L'Épicerie"}, {"categorie": "ccas", "code_insee": "43002", "territoires": ("1",), "nom": "CCAS du Bé"},
        couverture=[("epci:1", "epicerie_sociale", "complet")], dispositifs=[
            {"dispositif_id": "p", "nom": "Le PAT", "type": "PAT", "territoires": ("1",), "porteur_id": "a0"}],
    )  # fmt: skip
    return describe_communes(*measure_toy(tables))


def read_need(plan, label):
    blocks = plan["contenu"]
    start = next(rank for rank, block in enumerate(blocks) if block.get("texte") == label)
    stop = next((rank for rank in range(start + 1, len(blocks)) if blocks[rank]["genre"] == "titre"), len(blocks))
    texts = [text for block in blocks[start + 1 : stop] for text in block.get("textes", [block.get("texte")])]
    return [text.replace("\u202f", " ").replace("\xa0", " ") for text in texts]


def test_each_need_says_who_where_and_what_is_not_known(told):
    lines = read_need(plan_commune(told, 1), "Manger")
    assert lines[:2] == ["Dans la commune : CCAS du Bé.", "Les plus proches : L’Épicerie (Aa, à 10 km)."]
    assert lines[2] == "Le relevé est complet et n’en connaît aucun dans la commune : libellé epicerie_sociale."
    assert lines[3].startswith("Non renseigné, nous ne savons pas : ") and lines[4] == "Dispositif : Le PAT (porté par L’Épicerie)."
    assert read_need(plan_commune(told, 0), "Manger")[:2] == [
        "Dans la commune : L’Épicerie.", "Ailleurs, pour la commune : CCAS du Bé (Le Bé, à 10 km)."]  # fmt: skip


def test_a_need_without_answer_is_not_said_absent(told):
    assert read_need(plan_commune(told, 3), "Se déplacer") == [NOTHING.replace("'", "’")]


def test_counts_carry_their_denominator_and_no_word_of_measure_is_there(told):
    plan = plan_commune(told, 0)
    words = "\n".join(str(value) for block in plan["contenu"] for value in block.values())
    assert re.search(rf"Sur {len(read_vocabulary('besoins'))} besoins, 3 ont au moins une réponse, dont 1 dans la commune", words)
    assert not JARGON.search(words) and "à vol d’oiseau" in words
    assert len([block for block in plan["contenu"] if block["genre"] == "titre"]) == len(read_vocabulary("besoins"))
    assert name_commune(told, 1) == "Le Bé : qui s'occupe de quoi ? (CC Une)"
