"""Go-betweens: declared against observed, three states of each, vacant posts and where they stand."""

import networkx as nx
import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import J2, J2_LIENS, make_actors, make_links, shuffle

from diagnostic.measure.liens.brokerage import measure_brokerage
from diagnostic.measure.liens.fragility import measure_fragility
from diagnostic.measure.liens.network import build_link_graph
from diagnostic.measure.liens.positions import measure_positions
from diagnostic.measure.liens.relays import CASES, compare_relays, match_vacant_posts
from diagnostic.schema import make_table

S, D = "social", "developpement_local"


def measure(acteurs, liens):
    graph = build_link_graph(acteurs, liens)[0]
    return measure_positions(graph), measure_brokerage(graph, acteurs.set_index("acteur_id")["champ"])


def say(*values):
    return pd.array(values, dtype="boolean")


def make_posts(*rows):
    posts = pd.DataFrame(rows, columns=["poste_id", "acteur_id", "metier_passerelle", "statut"])
    return posts.assign(fonction="coordinateur", etp=1.0)


def count_cases(counts):
    return {case: n for case, n in zip(counts["cas"], counts["nb_acteurs"], strict=True) if n}


def test_four_cells_of_j2():
    acteurs = J2.assign(fait_lien=say(True, False, False, True, None, None), a_repondu="oui")
    table, counts = compare_relays(acteurs, *measure(acteurs, J2_LIENS))
    # c and d stand between the champs; e holds f to the others but inside its champ.
    assert table["observe"].tolist() == [False, False, True, True, False, False]
    assert table["declare"].tolist() == ["oui", "non", "non", "oui", "non_renseigne", "non_renseigne"]
    assert table["cas"].tolist() == [
        "declare_non_observe", "ni_l_un_ni_l_autre", "non_declare_observe", "declare_observe",
        "non_renseigne_non_observe", "non_renseigne_non_observe",
    ]  # fmt: skip
    assert table.loc["c", "motif"] == "entre les deux champs, et sans lui d'autres ne sont plus reliés"
    assert table.loc["e", "motif"] == "sans lui d'autres ne sont plus reliés, mais il n'est pas entre les deux champs"
    assert table.loc["a", "motif"] == "pas entre les deux champs"
    assert len(counts) == 9
    assert counts["nb_acteurs"].sum() == 6
    assert count_cases(counts)["non_renseigne_non_observe"] == 2


def test_a_blank_is_never_a_no():
    acteurs = J2.assign(fait_lien=say(*[None] * 6))
    table, _ = compare_relays(acteurs, *measure(acteurs, J2_LIENS))
    assert (table["declare"] == "non_renseigne").all()
    without = compare_relays(J2, *measure(J2, J2_LIENS))[0]
    pdt.assert_frame_equal(without, table)


def test_a_filled_passerelle_post_declares_and_a_vacant_one_does_not():
    postes = make_posts(
        ("p1", "a", "agent_dl", "pourvu"), ("p2", "b", "agent_dl", "vacant"), ("p3", "c", None, "pourvu"),
        ("p4", "d", "cesf", None), ("p5", "e", "cesf", "a_creer"), ("p6", "f", "cesf", "pourvu"),
    )  # fmt: skip
    acteurs = J2.assign(fait_lien=say(None, None, None, True, None, False))
    table, _ = compare_relays(acteurs, *measure(acteurs, J2_LIENS), postes=postes)
    assert table["declare"].tolist() == ["oui", "non_renseigne", "non_renseigne", "oui", "non_renseigne", "oui"]
    assert table["declare_par"].tolist() == ["poste", "", "", "fait_lien et poste", "", "poste (fait_lien dit non)"]
    same = compare_relays(acteurs, *measure(acteurs, J2_LIENS), postes=make_table("postes"))[0]
    assert same["declare"].tolist() == [*["non_renseigne"] * 3, "oui", "non_renseigne", "non"]


def test_silence_is_not_the_absence_of_links():
    answers = ["oui", "oui", "non", "oui", "non", None]
    acteurs = J2.assign(fait_lien=say(True, *[None] * 5), a_repondu=answers)
    table, counts = compare_relays(acteurs, *measure(acteurs, make_links("bc cd")))
    # a answered and has no link; e did not, f is not said to have: their links are unknown.
    assert table["observe"].tolist() == [False, False, True, False, pd.NA, pd.NA]
    assert table["repond"].tolist() == [True, True, False, True, False, pd.NA]
    assert table.loc["e", "motif"] == "aucun lien connu, ni réponse de sa part"
    assert table.loc["e", "cas"] == "non_renseigne_observation_inconnue"
    assert table.loc["c", "cas"] == "non_renseigne_observe"  # seen through what the others cited
    by_case = counts.set_index("cas")["nb_sans_reponse"]
    assert by_case["non_renseigne_observe"] == 1
    assert by_case["non_renseigne_observation_inconnue"] == 1


def test_the_threshold_of_betweenness():
    """Nobody cuts a square off: betweenness alone decides, and equals are not above their own median."""
    acteurs = make_actors({"a": S, "b": S, "c": D, "d": D, "e": S}, a_repondu="oui")
    four = acteurs.head(4)
    positions, brokerage = measure(four, make_links("ab bc cd da"))
    assert (brokerage["frontiere"] > 0).all()
    assert not compare_relays(four, positions, brokerage)[0]["observe"].any()
    positions, brokerage = measure(four, make_links("ab bc cd da ac"))  # a and c stand between b and d
    assert not positions["articulation"].any()
    assert compare_relays(four, positions, brokerage)[0]["observe"].tolist() == [True, False, True, False]
    assert not compare_relays(four, positions, brokerage, seuil=1)[0]["observe"].any()
    table = compare_relays(acteurs, *measure(acteurs, make_links("ab bc cd da ae")), seuil=1)[0]
    assert table["observe"].tolist() == [True, *[False] * 4]  # without a, e is alone


def test_inside_a_single_champ_nobody_is_observed():
    acteurs = make_actors(dict.fromkeys("abc", S), a_repondu="oui")
    table = compare_relays(acteurs, *measure(acteurs, make_links("ab bc")))[0]
    assert not table["observe"].any()
    assert table.loc["b", "motif"] == "sans lui d'autres ne sont plus reliés, mais il n'est pas entre les deux champs"


def test_between_the_champs_is_said_of_two_opposed_ends_only():
    """Open paths towards mixed actors or inside one champ are none; a mixed actor between the two champs is one that links them."""
    acteurs = make_actors({"a": S, "b": S, "m": "mixte", "n": "mixte", "d": D, "e": D}, a_repondu="oui")
    table = compare_relays(acteurs, *measure(acteurs, make_links("am bm md be")), seuil=0.5)[0]
    assert table["observe"].to_dict() == {"a": False, "b": False, "d": False, "e": False, "m": True, "n": False}
    assert table.loc["b", "motif"] == "sans lui d'autres ne sont plus reliés, mais il n'est pas entre les deux champs"
    closed = compare_relays(acteurs, *measure(acteurs, make_links("am md ad mn")))[0]
    assert not closed["observe"].any()  # a and d know each other: m is between a or d and n, a mixed actor


def test_an_actor_outside_the_network_is_unknown():
    more = make_actors(dict.fromkeys("abcdef", S) | {"z": D}, a_repondu="oui")
    table, counts = compare_relays(more, *measure(J2, J2_LIENS))
    assert table.loc["z", ["observe", "cas"]].tolist() == [pd.NA, "non_renseigne_observation_inconnue"]
    assert table.loc["z", "motif"] == "hors du réseau étudié"
    assert counts["nb_acteurs"].sum() == 7


def test_cases_are_nine_and_told_in_french():
    names, words = zip(*CASES.values(), strict=True)
    assert len(set(names)) == len(set(words)) == 9
    counts = compare_relays(J2, *measure(J2, J2_LIENS))[1]
    assert counts["cas"].tolist() == list(names)
    assert list(counts.columns) == ["cas", "libelle", "declare", "observe", "nb_acteurs", "nb_sans_reponse"]


def test_order_of_rows_and_empty_tables():
    acteurs = J2.assign(fait_lien=say(True, False, False, True, None, None), a_repondu="oui")
    table, counts = compare_relays(acteurs, *measure(acteurs, J2_LIENS))
    again, same = compare_relays(shuffle(acteurs), *measure(shuffle(acteurs), shuffle(J2_LIENS)))
    pdt.assert_frame_equal(again, table)
    pdt.assert_frame_equal(same, counts)
    nobody = measure_positions(nx.Graph()), measure_brokerage(nx.Graph(), pd.Series(dtype="object"))
    table, counts = compare_relays(make_table("acteurs"), *nobody)
    assert table.empty
    assert counts["nb_acteurs"].tolist() == [0] * 9


def test_vacant_posts_and_where_they_stand():
    positions, _ = measure(J2, J2_LIENS)
    fragility = measure_fragility(build_link_graph(J2, J2_LIENS)[0], J2.set_index("acteur_id")["champ"])
    postes = make_posts(
        ("p4", "z", None, "vacant"), ("p3", "a", None, "vacant"), ("p2", "e", "cesf", "a_creer"), ("p1", "d", "agent_dl", "vacant"),
        ("p0", "c", "agent_dl", "pourvu"),
    )  # fmt: skip
    table = match_vacant_posts(postes, positions, fragility)
    assert table["poste_id"].tolist() == ["p1", "p2", "p3", "p4"]
    assert table["rang_intermediarite"].tolist() == [1, 3, 4, pd.NA]  # c and d share the first rank
    assert table["articulation"].tolist() == [True, True, False, pd.NA]
    assert table["perte_paires_inter"].tolist() == pytest.approx([1, 0.5, 0, np.nan], nan_ok=True)
    assert table["nb_acteurs_classes"].tolist() == [6] * 4
    assert table["raison_absence"].tolist() == ["", "", "", "structure hors du réseau étudié"]
    pdt.assert_frame_equal(match_vacant_posts(shuffle(postes), positions, fragility), table)


def test_vacant_posts_of_an_isolate_without_fragility_and_without_posts():
    positions, _ = measure(J2, make_links("ab bc"))
    table = match_vacant_posts(make_posts(("p1", "f", None, "vacant")), positions)
    assert table.loc[0, "raison_absence"] == "aucun lien déclaré : pas de rang"
    assert table.loc[0, ["rang_intermediarite", "perte_paires"]].isna().all()
    assert table.loc[0, "nb_acteurs_classes"] == 3
    empty = match_vacant_posts(make_table("postes"), positions)
    assert empty.empty
    assert list(empty.columns) == list(table.columns)
