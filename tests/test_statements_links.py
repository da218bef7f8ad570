"""Statements on declared links: against chance, isolated actors, go-betweens, networks, departures."""

import pandas as pd
import pytest
from jouets_constats import actors, check_case, make_frame, read_case
from jouets_reseau import J2_LIENS, make_links

LINKED = {"liens": make_links("ab de")}
J2 = {"acteurs": actors("a:s b:s c:s d:l e:l f:l"), "liens": J2_LIENS}


INDEX = pd.Index(list("abde"), name="acteur_id", dtype="str")


def relay(**cases):
    """Return the positions for {actor: (declare, observe, cas)}, the others neither saying nor showing anything."""
    rows = [cases.get(key, ("non_renseigne", False, "non_renseigne_non_observe")) for key in INDEX]
    table = pd.DataFrame(rows, columns=["declare", "observe", "cas"], index=INDEX)
    return {"positions": table.astype({"observe": "boolean"}).assign(isole=False)}


def lose(**shares):
    return {"positions": pd.DataFrame({"perte_paires": [shares.get(key, 0.0) for key in INDEX], "isole": False}, index=INDEX)}


def join(text):
    return make_frame(["acteur_id", "reseau_id"], [cell.split(":") for cell in text.split()])


CASES = {
    "silos_champs": [
        # J2: one link across of six, 3.6 expected (methode 3.3), ratio 0.2777777778.
        {"etat": "constate", "compte": (1, 3.6), "tables": J2,
         "dit": "Sur 6 liens déclarés entre acteurs des deux champs, 1 relie un champ à l'autre ; 3,6"},
        {"etat": "non_constate", "compte": (2, 2 * 4 / 6), "tables": {"liens": make_links("ad be")},
         "dit": "2 relient un champ à l'autre ; 1,3"},
        {"etat": "non_mesurable", "dit": "aucun lien déclaré (feuilles acteurs"},
        {"etat": "non_mesurable", "dit": "un seul groupe", "tables": {"acteurs": actors("a:s b:s"), "liens": make_links("ab")}},
    ],
    "acteurs_isoles": [
        {"etat": "constate", "compte": (2, 4), "objets": ["d", "e"],
         "dit": "Sur 4 acteurs du réseau, 2 (50 %) n'ont aucun lien déclaré, dont 1 qui a répondu",
         "tables": {"liens": make_links("ab"), "acteurs": actors(a_repondu={"d": "oui", "a": "oui"})}},
        {"etat": "non_constate", "compte": (0, 4), "dit": "0 (0 %)", "tables": LINKED},
        {"etat": "non_mesurable", "dit": "aucun lien déclaré (feuille liens)"},
    ],
    "acteurs_passeurs": [
        {"etat": "constate", "compte": (1, 4), "objets": ["a", "b"], "tables": LINKED,
         "dit": "1 (25 %) est entre les deux champs ; 1 autre dit faire le lien",
         "results": relay(a=("oui", True, "declare_observe"), b=("oui", False, "declare_non_observe"))},
        {"etat": "non_constate", "compte": (0, 3), "dit": "0 (0 %)", "tables": LINKED, "objets": [],
         "results": relay(a=("oui", None, "declare_observation_inconnue"))},
        {"etat": "non_mesurable", "dit": "aucun lien déclaré (feuille liens)"},
    ],
    "relais_entre_reseaux": [
        {"etat": "constate", "compte": (1, 2), "objets": ["a"],
         "dit": "Sur 2 acteurs membres d'un réseau, 1 (50 %) est membre de deux réseaux",
         "tables": {"adhesions": join("a:R a:S d:R inconnu:R inconnu:S")}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "Sur 1 acteur", "tables": {"adhesions": join("a:R a:R")}},
        {"etat": "non_mesurable", "dit": "aucune adhésion saisie (feuille adhesions)"},
    ],
    "fragilite_departs": [
        {"etat": "constate", "compte": (1, 4), "objets": ["a"], "tables": LINKED, "results": lose(a=0.05, b=0.049),
         "dit": "Sur 4 acteurs qui ont un lien déclaré, 1 (25 %) séparerait, en partant, 5 % des paires d'acteurs au moins"},
        {"etat": "non_constate", "compte": (0, 4), "dit": "0 (0 %)", "tables": LINKED, "results": lose(a=float("nan"))},
        {"etat": "non_mesurable", "dit": "aucun lien déclaré (feuille liens)"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(("constat", "case"), [(name, case) for name, cases in CASES.items() for case in cases])
def test_each_statement_holds_or_not_or_lacks_its_data(constat, case):
    if case["etat"] != "non_mesurable" and constat == "silos_champs":
        row, items = read_case(constat, case["tables"])
        assert row["etat"] == case["etat"] and not len(items) and case["dit"] in row["phrase"]
        assert row[["numerateur", "denominateur"]].tolist() == pytest.approx(list(case["compte"]))
        assert row["valeur"] == pytest.approx(case["compte"][0] / case["compte"][1])
        assert "hasard" in row["phrase"]
        return
    check_case(constat, case)


def test_the_ratio_of_j2_is_that_of_the_method():
    row, _ = read_case("silos_champs", J2)
    assert row["valeur"] == pytest.approx(0.2777777778) and row["seuil_libelle"].startswith("constaté sous 80")


def test_a_chain_is_fragile_where_the_method_says():
    from diagnostic.measure.liens.fragility import measure_fragility
    from diagnostic.measure.liens.network import build_link_graph

    graph, _ = build_link_graph(J2["acteurs"], J2_LIENS)
    losses = measure_fragility(graph, J2["acteurs"].set_index("acteur_id")["champ"])
    row, items = read_case("fragilite_departs", J2, {"positions": losses.assign(isole=False)})
    assert (row["numerateur"], row["denominateur"]) == (3, 6)
    assert [detail.replace("\u202f", " ") for detail in items["detail"]] == [
        f"{share},0 % des paires d'acteurs ne se joindraient plus" for share in (60, 60, 40)
    ]  # fmt: skip


def test_a_measure_that_is_missing_is_told():
    from diagnostic.measure.constats.statements import read_statements

    table, _ = read_statements({"reglages": {}}, {}, constats=["silos_champs", "fragilite_departs"])
    assert table["etat"].tolist() == ["non_mesurable"] * 2
    assert set(table["raison_absence"]) == {"une mesure dont il dépend n'a pas pu être calculée"}


def test_favourable_positions_stay_inside_and_a_home_is_never_named_outside():
    _, items = read_case("acteurs_passeurs", LINKED, relay(a=("oui", True, "declare_observe")))
    assert items[["detail", "edition"]].values.tolist() == [["dit faire le lien, et le réseau le montre", "interne"]]
    members = actors(diffusion={"b": None}, entreprise_individuelle={"d": True})
    _, items = read_case("relais_entre_reseaux", {"acteurs": members, "adhesions": join("a:R a:S b:R b:S d:R d:S")})
    assert items[["identifiant", "edition"]].values.tolist() == [["a", "publique"], ["b", "partenaires"], ["d", "interne"]]
