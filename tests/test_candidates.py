"""What is told of a doubtful commune, apart from how it is found (tests/test_places.py)."""

import pandas as pd
import pytest

from diagnostic.read.places import candidates
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.names import fold_name
from diagnostic.schema import join_problems, list_problems


@pytest.fixture(scope="module")
def cog():
    return read_cog()


def cases_of(*rows):
    blank = {"nom": "", "cle": "", "code_postal": "", "autour": "", "code": False, "ouvert": True}
    return pd.DataFrame([blank | row for row in rows])


def explain(cog, perimeter=(), **case):
    cases = cases_of(case)
    lists = candidates._cut_names(cog, list(perimeter), cases)
    return candidates._explain(next(cases.itertuples(index=False)), lists)


def test_a_suggestion_comes_first_from_the_postcode(cog):
    # « Beaumon » is as near Beaumont (63032) as Beaumont elsewhere: the postcode narrows it.
    *_, said, one = explain(cog, nom="Beaumon", cle="beaumon", code_postal="43100", autour="43")
    assert one == "Beaumont" and "43022" in said


def test_no_suggestion_is_far_from_what_is_written(cog):
    gravite, _, said, one = explain(cog, nom="Xyzxyz", cle="xyzxyz", autour="43")
    assert (gravite, one) == ("attention", "")
    assert said == "« Xyzxyz » n'est le nom d'aucune commune (département 43)."


def test_a_row_found_otherwise_has_its_name_told_more_softly(cog):
    assert explain(cog, nom="Xyzxyz", cle="xyzxyz", autour="43", ouvert=False)[0] == "information"


def test_wide_searches_are_counted(cog):
    cases = cases_of(*[{"nom": f"qqq{n}", "cle": f"qqq{n}"} for n in range(candidates.MOST_WIDE_SEARCHES + 50)])
    assert len(candidates._cut_names(cog, [], cases)["wide"]) == candidates.MOST_WIDE_SEARCHES
    assert not candidates._cut_names(cog, ["43040"], cases)["wide"]  # the perimeter is enough


def test_a_code_is_proposed_only_where_the_row_was_found_by_other_means():
    rows = pd.DataFrame({"fichier": "f", "feuille": "s", "ligne": [2, 3, 4]})
    problems = list_problems("attention", rows, "Code inconnu.", "corrigez", colonne="code_insee", valeur="x")
    resolved = pd.DataFrame(
        {
            "code_insee": ["43040", "43157", None],
            "methode_commune": ["nom_code_postal", "coordonnees", ""],
            "confiance_commune": ["forte", "a_verifier", ""],
        }
    )
    nobody = pd.DataFrame({"code_insee": [], "indices": []}, dtype="str")
    told = candidates.propose_codes(problems, rows, resolved, nobody)
    assert told["proposition"].tolist() == ["43040", "", ""]
    assert candidates.propose_codes(join_problems(), rows, resolved, nobody).empty


@pytest.mark.parametrize(
    ("case", "first", "proposed"),
    [
        (("Le Puy", "43000", "43"), "Le Puy-en-Velay (43157)", "Le Puy-en-Velay"),
        (("Le Puy", "", "43"), "Le Puy-en-Velay (43157)", "Le Puy-en-Velay"),
        (("Saint-Martin", "97150", "971"), "Saint-Martin (97801)", "97801"),
        (("Saint-Barthélemy", "97133", "971"), "Saint-Barthélemy (97701)", "97701"),
        (("Le Mont-Dore", "98809", "988"), "Le Mont-Dore (98817)", "98817"),
    ],
)
def test_the_places_around_come_first(cog, case, first, proposed):
    nom, post, around = case
    _, _, said, one = explain(cog, nom=nom, cle=fold_name(nom), code_postal=post, autour=around)
    assert said.split(" : ")[-1].split(" ? ")[-1].startswith(first), said
    assert one == proposed
    assert "25474" not in said and "63236" not in said


@pytest.mark.parametrize(
    ("nom", "post", "by"), [("PARIS", "43000", "le code postal 43000"), ("Brioude", "63000", "le code postal 63000"),
                            ("Brioude", "", "le département 63")],
)  # fmt: skip
def test_what_another_cell_denies_is_not_proposed(cog, nom, post, by):
    _, _, said, one = explain(cog, nom=nom, cle=fold_name(nom), code_postal=post, autour=(post or "63")[:2])
    assert one == "" and said.endswith(f"contredit par {by}.")
    # An overseas name that no postcode supports is a name like any other.
    assert explain(cog, nom="Brioude", cle="brioude")[3] == "43040"


def test_a_name_goes_on_from_whole_words_only(cog):
    # Gené, a former commune of Erdre-en-Anjou, is no beginning of Genève; Vorey is one of Vorey sur Arzon.
    assert "Erdre-en-Anjou" not in explain(cog, nom="Genève", cle="geneve")[2]
    assert explain(cog, nom="Vorey sur Arzon", cle="voreysurarzon", autour="43")[3] == "Vorey"


@pytest.mark.parametrize("nom", ["inconnue", "Haute-Loire"])
def test_no_suggestion_in_all_france_for_a_loose_likeness(cog, nom):
    _, _, said, one = explain(cog, nom=nom, cle=fold_name(nom))
    assert said == f"« {nom} » n'est le nom d'aucune commune." and one == ""
