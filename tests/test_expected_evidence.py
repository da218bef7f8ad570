"""What is recorded of an expectation in each place."""

import numpy as np
import pandas as pd
from jouets_attendus import make_dossier

from diagnostic.measure.manques import expected_evidence as evidence


def gather(tables, codes=("ccas", "cias", "evs"), types=("CTG",)):
    return evidence.gather_evidence(tables, list(codes), list(types))


def test_places_of_each_scale_with_their_known_inhabitants():
    tables = make_dossier(couches="BASSIN_DE_VIE:43001,63002=b")
    towns = evidence.list_places("commune", tables)[0]
    assert towns["territoire_id"].iloc[0] == "commune:43001"
    assert towns["entiere"].tolist() == [True] * 5 + [False]
    assert np.isnan(towns["population"].iloc[5])
    epci = evidence.list_places("epci", tables)[0]
    columns = ["territoire", "population", "entiere", "nb_communes"]
    assert epci[columns].values.tolist() == [["CC A", 4423, True, 3], ["CC B", 13575, False, 3]]
    basin = evidence.list_places("bassin_vie", tables)[0]
    assert basin[["territoire_id", "population", "entiere", "nb_communes"]].values.tolist() == [["bassin_vie:b", 1500, False, 2]]
    assert evidence.list_places("bassin_vie", make_dossier())[0].empty


def test_a_unit_that_reaches_outside_is_not_whole():
    tables = make_dossier(couches="BASSIN_DE_VIE:43001=b")
    tables["unites"]["nb_communes_hors"] = 2.0
    assert not evidence.list_places("bassin_vie", tables)[0]["entiere"].any()
    cut = tables | {"unites_coupees": pd.DataFrame({"unite_id": ["A"]})}
    assert evidence.list_places("epci", cut)[0]["entiere"].tolist() == [False, False]
    named = tables["territoires"].assign(nom=tables["territoires"]["nom"] + " (partie dans le périmètre : 4 communes sur 257)")
    assert not evidence.list_places("departement", tables | {"territoires": named})[0]["entiere"].any()


def test_an_actor_of_two_codes_or_two_communes_counts_once():
    tables = make_dossier("ccas@A evs@43001")
    tables["acteurs"]["categories_secondaires"] = [("evs",), ()]
    tables["affectation"] = pd.DataFrame({"code_insee": ["43001", "43002"], "couche": "BASSIN_DE_VIE", "unite_id": "b"})
    known = gather(tables)
    for scale, wanted in {"commune": [2, 1, 1, 0, 0, 0], "epci": [2, 0], "departement": [2, 0], "bassin_vie": [2]}.items():
        tables["unites"] = pd.DataFrame({"couche": ["BASSIN_DE_VIE"], "unite_id": ["b"], "unite_nom": ["B"], "nb_communes_hors": [0.0]})
        nb, part = evidence.count_answers(known, evidence.list_places(scale, tables), "categorie", ["ccas", "evs"])
        assert nb.tolist() == wanted, scale
        assert not part.any()


def test_dispositifs_count_once_and_say_which_share_they_cover():
    tables = make_dossier("", "CTG@A CTG@43001+43004 PAT@B")
    nb, part = evidence.count_answers(gather(tables), evidence.list_places("epci", tables), "dispositif", ["CTG"])
    assert nb.tolist() == [2, 1]
    assert part.tolist() == [1.0, 1 / 3]
    nb, part = evidence.count_answers(gather(tables), evidence.list_places("epci", tables), "dispositif", ["CTG"], lasting={"CTG1"})
    assert nb.tolist() == [1, 1]
    assert part.tolist() == [1 / 3, 1 / 3]


def test_complete_for_every_code_by_the_most_precise_statement():
    said = [("A", "ccas", "complet"), ("perimetre", "evs", "complet"), ("43002", "*", "partiel")]
    tables = make_dossier(couches="BASSIN_DE_VIE:43001,43002=b", couverture=said)
    known = gather(tables)
    complete = {
        (scale, codes): evidence.find_complete(known, scale, evidence.list_places(scale, tables), "categorie", list(codes)).tolist()
        for scale in ("commune", "epci", "bassin_vie") for codes in (("ccas",), ("ccas", "evs"))
    }  # fmt: skip
    assert complete[("commune", ("ccas",))] == [True, False, True, False, False, False]
    assert complete[("epci", ("ccas", "evs"))] == [True, False]
    assert complete[("bassin_vie", ("ccas",))] == [False]  # one of its communes said otherwise


def test_exceptions_come_from_the_layer_the_actor_or_the_unit_that_holds_it():
    tables = make_dossier("cias@43001 evs@63001", couches="PETR:43004=p")
    known, towns = gather(tables, ("ccas", "cias", "evs", "petr")), evidence.list_places("commune", tables)
    assert evidence.find_exceptions(known, towns, "CIAS", ["ccas"]).tolist() == [True, True, True, False, False, False]
    assert evidence.find_exceptions(known, towns, "EPCI", ["evs"]).tolist() == [False, False, False, True, True, True]
    assert evidence.find_exceptions(known, evidence.list_places("epci", tables), "PETR", ["ccas"]).tolist() == [False, True]
    assert not evidence.find_exceptions(known, towns, "INCONNUE", ["ccas"]).any()
