"""The networks in sentences: each figure with its denominator, the reference named, what is not known said."""

import pandas as pd
import pytest
from jouets_reseau import J2, J2_LIENS, make_actors, make_dispositifs, make_links, make_participations

from diagnostic.measure.constats.link_readings import (
    EMPTY_INVENTORY,
    NO_LINK,
    describe_dispositifs,
    describe_links,
    describe_silos,
)
from diagnostic.measure.liens import conventions, density, references, silos, survey
from diagnostic.vocabulary.formats import NARROW_SPACE

TERRITORIES = pd.DataFrame({"nom": ["Pays"], "type": ["perimetre"]}, index=pd.Index(["perimetre"], name="territoire_id"))
LABELS = {"categories": pd.DataFrame({"libelle": {"association": "Association"}})}


def measure(acteurs, liens):
    """Return the tables and results that the sentences read, of a network on one territory."""
    places = acteurs[["acteur_id"]].assign(territoire_id="perimetre")
    told = silos.measure_ei(acteurs, liens)
    flips = conventions.flip_categories(acteurs, liens)
    results = {
        "densites": density.measure_density(acteurs, liens, places, TERRITORIES),
        "enquete_reseau": survey.measure_survey(acteurs, liens, places, TERRITORIES),
        "fiabilite": survey.measure_reliability(acteurs, liens), "silos": told,
        "references": references.compare_references(acteurs, liens),
        "conventions_resume": conventions.summarise_conventions(flips, told),
    }  # fmt: skip
    return {"acteurs": acteurs, "listes": LABELS, "territoires": TERRITORIES}, results


def tell(describe, measured):
    rows = list(describe(*measured, None))
    assert all(row[0] == "perimetre" for row in rows)
    return [row[1].replace(NARROW_SPACE, " ") for row in rows]


def test_links_carry_their_denominator_and_bounds():
    answered = J2.assign(a_repondu=["oui", "oui", "oui", "oui", "non", "non"])
    links = pd.concat([J2_LIENS, make_links("ba")], ignore_index=True).assign(declarant_id=["a", "b", "a", "c", "d", "e", "b"])
    told = tell(describe_links, measure(answered, links))
    assert told[0] == (
        "6 liens déclarés sur 15 paires possibles entre 6 acteurs (40,0 %) ; 2,0 partenaires en moyenne ; 0 acteur sans lien déclaré."
    )
    # One pair (e, f) lies between two actors that did not answer; it is linked, through what a third said.
    assert told[1].startswith("4 acteurs sur 6 ont répondu à l'enquête : un lien non déclaré n'est pas un lien absent. Rien ne pouvait")
    assert "1 paires" not in told[1] and "la densité est entre 40,0 % (aucune de ces paires n'est liée) et" in told[1]
    # Among a, b, c, d: ab is said by both, bc, ac and cd by one end: q = 2 / (2 + 3).
    assert told[2].startswith("Sur 4 liens entre deux répondants, 1 est dit par les deux et 3 par un seul : chaque acteur cite environ 40")
    one_sided = J2_LIENS.assign(declarant_id=["a", "b", "a", "c", "d", "e"])
    assert len(tell(describe_links, measure(answered, one_sided))) == 2  # nothing confirmed: no share is told


def test_each_reference_is_named_and_the_smallest_chance_said():
    told = tell(describe_silos, measure(J2, J2_LIENS))
    assert told[0].startswith("1 lien sur 6 relie le champ social et le développement local ; 3,6 attendus")
    assert told[1].startswith("Si les étiquettes de champ étaient redistribuées au hasard entre les mêmes acteurs")
    assert "2 cas sur 20" in told[1] and "Prudence : avec si peu d'acteurs, même le cas le plus extrême donne p = 0,10." in told[1]
    assert told[2].startswith("Si le même nombre de liens") and told[3].startswith("Si chaque acteur gardait")
    assert not [phrase for phrase in told if "significatif" in phrase]


def test_too_few_links_are_told_in_one_sentence():
    told = tell(describe_silos, measure(J2, J2_LIENS.iloc[:5]))
    assert len(told) == 2 and told[1].startswith("Trop peu de liens (5 liens entre acteurs de champ connu, moins de 6)")
    assert "Si les étiquettes" not in " ".join(told) and "« Silos et hasard »" in told[1]


def test_the_convention_gives_its_range_or_says_that_it_weighs_nothing():
    acteurs = J2.assign(categorie=["caf", "ccas", "caf", "gal", "cc", "gal"])
    told = tell(describe_silos, measure(acteurs, J2_LIENS))
    assert told[-1].startswith("Le rapport (0,28) dépend de notre convention : en rangeant une catégorie dans l'autre champ")
    chosen = tell(describe_silos, measure(J2.assign(champ_origine="saisi"), J2_LIENS))
    assert not [phrase for phrase in chosen if "convention" in phrase]


def test_what_is_missing_is_said_and_nothing_else():
    nobody = J2.iloc[:0]
    assert tell(describe_links, ({"acteurs": nobody}, {})) == [EMPTY_INVENTORY]
    assert tell(describe_silos, ({"acteurs": nobody}, {})) == []
    silent = measure(J2, J2_LIENS.iloc[:0])
    assert tell(describe_links, silent) == [NO_LINK] and tell(describe_silos, silent) == []


def test_one_champ_only_says_why_silos_are_not_measured():
    acteurs = make_actors(dict.fromkeys("abc", "social"))
    assert tell(describe_silos, measure(acteurs, make_links("ab bc")))[0].startswith("Silos non mesurés : un seul groupe")


@pytest.mark.parametrize(
    ("parts", "expected"), [("a:CTG d:CTG", "1 dispositif sur 1 réunit"), ("a:CTG b:CTG", "0 dispositif sur 1 réunit")]
)
def test_mixed_dispositifs_have_their_denominator(parts, expected):
    devices, rows = make_dispositifs("CTG"), make_participations(parts)
    mixed, share = silos.measure_mixed_dispositifs(devices, rows, J2)
    results = {"dispositifs_mixtes": mixed, "dispositifs_mixtes_part": share}
    results["dispositifs_a_ouvrir"] = pd.DataFrame(columns=["constat", "phrase", "nom"])
    assert tell(describe_dispositifs, ({"participations": rows}, results))[0].startswith(expected)
