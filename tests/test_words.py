"""Patterns of what names or reaches a person: what they find, and what they must leave."""

import re

import pytest

from diagnostic.edition.personal import MASK, make_masker, mask_text
from diagnostic.edition.words import RULED_KINDS, fold_pattern, is_first_name, is_person_name
from diagnostic.vocabulary import read_list, read_vocabulary

PUBLIC, PARTNERS = make_masker("publique"), make_masker("partenaires")


@pytest.mark.parametrize(
    "text",
    [
        "Maître d'ouvrage délégué", "rue du Docteur Devins", "Hôpital Docteur Blanc", "DRAAF Auvergne", "3 cours de français", "2 places",
        "20 % de 3 rues", "SIRET 21430016400012", "Maison des dames, 2e étage", "03000 04300 16400", "Cyber-b@se. Ouvert",
        "monsieur le maire", "madame la présidente", "Club de Brioude", "Lycée Simone Weil", "Saint-Jean CEDEX", "M3 par heure",
        "Dispositif au point mort", "look at this", "De 2019 à 2026 : 04 communes", "1 234 567 890", "Route des vins", "LE PUY EN VELAY",
    ],
)  # fmt: skip
def test_ordinary_words_stay(text):
    assert mask_text(text, PUBLIC) == mask_text(text, PARTNERS) == text


@pytest.mark.parametrize(
    ("text", "public", "partners"),
    [
        ("écrire à contact@mairie.fr", f"écrire à {MASK}", "écrire à contact@mairie.fr"),
        ("écrire à jean.dupont@mairie.fr", f"écrire à {MASK}", f"écrire à {MASK}"),
        ("au 12 bis, rue des lilas", f"au {MASK}", "au 12 bis, rue des lilas"),
        ("5 cours Gambetta, Auzon", f"{MASK}, Auzon", "5 cours Gambetta, Auzon"),
        ("1 70 01 43 016 012 34", MASK, MASK),
        ("FR76 3000 6000 0112 3456 7890 189", MASK, MASK),
        ("MM. Durand et Blanc", MASK, MASK),
        ("vu avec Claire DURAND.", f"vu avec {MASK}.", f"vu avec {MASK}."),
        ("www.linkedin.com/in/jean-dupont", MASK, MASK),
    ],
)
def test_what_each_edition_reads(text, public, partners):
    assert (mask_text(text, PUBLIC), mask_text(text, PARTNERS)) == (public, partners)


def test_no_word_of_ours_is_taken_for_a_person():
    """The labels of the guide, our tables and our definitions go through untouched."""
    lists = [label for name in ("categories", "dispositifs", "personnes", "verbes") for label in read_list(name)["libelle"]]
    told = [cell for name in ("tables", "mesures", "constats", "leviers", "freins") for cell in read_vocabulary(name).to_numpy().ravel()]
    changed = {text for text in [*lists, *told] if mask_text(text, PUBLIC) != text}
    assert not changed


def test_a_folded_pattern_finds_every_writing_and_no_part_of_a_word():
    pattern = re.compile(fold_pattern("Jean-Éric \uff20 Dùpont"), re.IGNORECASE)
    assert pattern.search("JEAN ERIC ; DUPONT") and pattern.search("jean_éric-dupont,")
    assert not pattern.search("jean eric duponty") and not pattern.search("xjean eric dupont")


def test_first_names_and_names():
    assert is_first_name("Jean-Pierre") and is_first_name("claire") and not is_first_name("Lycée")
    assert is_person_name("M. Durand") and is_person_name("Marie-Claire Durand") and not is_person_name("rue du Docteur Blanc")
    names = read_vocabulary("prenoms")["prenom"]
    assert names.is_unique and len(names) > 500


def test_every_kind_of_rule_has_what_must_be_there_for_it_to_be_tried():
    from diagnostic.edition.personal import RULES

    assert set(RULES) == RULED_KINDS
