"""Positions, go-betweens and posts in sentences: counts for all, names of structures inside only."""

import pandas as pd
from jouets_reseau import J2, J2_LIENS, make_territories

from diagnostic.measure.constats.position_readings import describe_positions, describe_posts, describe_relays
from diagnostic.measure.liens import brokerage, fragility, network, positions, professions, relays, survey
from diagnostic.vocabulary.formats import NARROW_SPACE

J2_DIT = J2.assign(nom=[f"Structure {x}" for x in "abcdef"], fait_lien=pd.array([True, None, None, None, False, None], dtype="boolean"))
POSTES = pd.DataFrame(
    {"poste_id": ["p1", "p2"], "acteur_id": ["c", "a"], "fonction": "agents_dl", "metier_passerelle": None,
     "verbes": [("animer",), ("animer",)], "etp": [1.0, 0.5], "statut": ["vacant", "pourvu"], "dispositifs": [(), ()]}
)  # fmt: skip


def measure(acteurs, liens, postes=POSTES):
    graph, _ = network.build_link_graph(acteurs, liens)
    champs = acteurs.set_index("acteur_id")["champ"]
    placed, roles = positions.measure_positions(graph), brokerage.measure_brokerage(graph, champs)
    losses = fragility.measure_fragility(graph, champs)[["perte_paires", "perte_paires_inter"]]
    places = acteurs[["acteur_id"]].assign(territoire_id="perimetre")
    placed = placed.join(losses)
    results = {
        "positions": placed, "ponts": positions.find_bridges(graph), "relais": relays.compare_relays(acteurs, placed, roles)[1],
        "liens_personnes": fragility.summarise_person_links(liens, acteurs),
        "enquete_reseau": survey.measure_survey(acteurs, liens, places, make_territories("perimetre")),
        "postes_resume": professions.summarise_posts(postes, acteurs), "postes_ouverts": relays.match_vacant_posts(postes, placed, placed),
    }  # fmt: skip
    return {"acteurs": acteurs}, results


def tell(describe, measured, edition):
    return [row[1].replace(NARROW_SPACE, " ") for row in describe(*measured, None) if row[2] == edition]


def test_who_holds_the_network_is_counted_for_all_and_named_inside():
    answered = J2_DIT.assign(a_repondu="oui")
    measured = measure(answered, J2_LIENS.assign(personne_id=["p", "p", None, "q", "q", None]))
    assert tell(describe_positions, measured, "publique") == [
        ("Le départ de 3 acteurs sur 6 couperait des chemins entre d'autres acteurs ; 3 liens sur 6 sont seuls à relier deux parties du "
        "réseau.")
    ]
    inside = tell(describe_positions, measured, "interne")
    assert inside[0] == (
        "Départs qui couperaient le plus de chemins : Structure c (60 % des paires qui se rejoignent ; 100 % de celles entre champs), "
        "Structure d (60 % des paires qui se rejoignent ; 100 % de celles entre champs) et Structure e (40 % des paires qui se "
        "rejoignent ; 50 % de celles entre champs)."
    )
    assert inside[1] == "4 liens sur 4 dont on sait qui les porte (100 %) ne tiennent qu'à une personne ; 2 sans personne dite."


def test_few_answers_call_for_caution():
    told = tell(describe_positions, measure(J2_DIT.assign(a_repondu=["oui"] + ["non"] * 5), J2_LIENS), "publique")
    assert told[0].endswith("La moitié des acteurs au moins n'ont pas répondu : ces positions sont fragiles.")


def test_declared_and_observed_go_betweens_are_counted():
    told = tell(describe_relays, measure(J2_DIT.assign(a_repondu="oui"), J2_LIENS), "publique")
    # a says so and has no open path across; c and d are between the champs and say nothing; e said no and is inside its own.
    assert told == [
        ("1 acteur dit faire le lien (colonne fait_lien, ou poste passerelle) : le réseau le montre pour 0. D'après les liens, 2 autres "
        "acteurs relient le champ social et le développement local, sans que rien n'en soit dit.")
    ]


def test_posts_are_counted_and_the_open_one_that_holds_the_network_is_named_inside():
    measured = measure(J2_DIT, J2_LIENS)
    assert tell(describe_posts, measured, "publique") == [
        "2 postes recensés : 1 pourvu, 1 vacant, 0 à créer ; la feuille postes n'est pas exhaustive."
    ]
    assert tell(describe_posts, measured, "interne") == [
        "1 poste vacant ou à créer est dans une structure dont le départ couperait le réseau : Structure c."
    ]


def test_nothing_recorded_nothing_said():
    measured = measure(J2_DIT, J2_LIENS, POSTES.iloc[:0])
    assert list(describe_posts(*measured, None)) == []
    empty = measured[1] | {"positions": measured[1]["positions"].iloc[:0]}
    assert list(describe_positions({"acteurs": J2_DIT}, empty, None)) == []
    assert list(describe_relays({"acteurs": J2_DIT}, empty, None)) == []
