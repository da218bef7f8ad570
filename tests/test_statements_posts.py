"""Statements on posts and those who hold several roles."""

import pytest
from jouets_constats import actors, check_case, devices, parts, posts, read_case

LED = "a:P:coordination a:Q:pilotage a:R:coordination b:P:pilotage"
POSTS = posts(("p1", "a", "pourvu", "agent_dl", ("P", "Q")), ("p2", "a", "vacant", None, ("P",)), ("p3", "d", None, "agent_dl", ()))
CASES = {
    "coordinateurs_plusieurs_casquettes": [
        {"etat": "constate", "compte": (1, 2), "objets": ["a"],
         "dit": "Sur 2 structures qui coordonnent ou pilotent un dispositif, 1 (50 %) en a 3 ou plus",
         "tables": {"participations": parts(LED), "dispositifs": devices("P:CTG Q:PAT R:CLS")}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)",
         "tables": {"participations": parts("a:P:pilotage a:P:coordination a:Q:pilotage")}},
        {"etat": "non_mesurable", "dit": "(feuille participations, colonne role)"},
    ],
    "postes_plusieurs_casquettes": [
        {"etat": "constate", "compte": (1, 2), "objets": ["a"], "dit": "Sur 2 postes qui suivent un dispositif, 1 (50 %) en suit 2 ou plus",
         "tables": {"postes": POSTS}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "Sur 1 poste", "tables": {"postes": POSTS.iloc[1:]}},
        {"etat": "non_mesurable", "dit": "aucun poste saisi (feuille postes)"},
        {"etat": "non_mesurable", "dit": "(feuille postes, colonne dispositifs)", "tables": {"postes": POSTS.iloc[2:]}},
    ],
    "postes_non_pourvus": [
        {"etat": "constate", "compte": (1, 2), "objets": ["a"],
         "dit": "Sur 2 postes dont le statut est connu, 1 (50 %) est vacant ou à créer",
         "tables": {"postes": POSTS}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)", "tables": {"postes": POSTS.iloc[[0, 2]]}},
        {"etat": "non_mesurable", "dit": "aucun poste saisi (feuille postes)"},
        {"etat": "non_mesurable", "dit": "statut jamais rempli (feuille postes, colonne statut)", "tables": {"postes": POSTS.iloc[2:]}},
    ],
    "agents_passerelles": [
        {"etat": "constate", "compte": (1, 1), "objets": ["a"],
         "dit": "Sur 1 poste pourvu où la case métier passerelle est remplie, 1 (100 %) est un métier passerelle entre les deux champs",
         "tables": {"postes": POSTS}},
        # Inhabitants are not in a profession, an empty cell is unknown.
        {"etat": "constate", "compte": (1, 2), "objets": ["a"],
         "dit": "; 1 à part : habitants, bénévoles ou élus ; case vide, donc inconnu, pour 1",
         "tables": {"postes": posts(
             ("p1", "a", "pourvu", "agent_dl", ()), ("p2", "b", "pourvu", "benevoles", ()), ("p3", "d", "pourvu", None, ()))}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)", "tables": {"postes": posts(("p1", "a", "pourvu", "elus", ()))}},
        {"etat": "non_mesurable", "dit": "jamais rempli pour un poste pourvu (feuille postes",
         "tables": {"postes": posts(("p1", "a", "pourvu", None, ()), ("p2", "a", "vacant", "agent_dl", ()))}},
        {"etat": "non_mesurable", "dit": "aucun poste saisi (feuille postes)"},
        {"etat": "non_mesurable", "dit": "aucun poste dit pourvu (feuille postes", "tables": {"postes": POSTS.iloc[1:]}},
        {"etat": "non_mesurable", "dit": "(feuille postes, colonne metier_passerelle)",
         "tables": {"postes": posts(("p1", "a", "pourvu", None, ()))}},
    ],
}  # fmt: skip


@pytest.mark.parametrize(("constat", "case"), [(name, case) for name, cases in CASES.items() for case in cases])
def test_each_statement_holds_or_not_or_lacks_its_data(constat, case):
    check_case(constat, case)


def test_a_post_is_named_by_its_employer_and_its_function_inside_only():
    two = posts(("p2", "a", "pourvu", None, ("P", "Q")), ("p1", "a", "pourvu", None, ("Q", "P", "hors")))
    _, items = read_case("postes_plusieurs_casquettes", {"postes": two, "acteurs": actors()})
    assert items["detail"].tolist() == [f"Agents de développement local rural : {words}" for words in ("P, Q et hors", "P et Q")]
    assert set(items["edition"]) == {"interne"} and items["nom"].tolist() == ["a", "a"]


def test_the_threshold_of_the_dossier_is_the_one_that_counts():
    changes = {"participations": parts("a:P:pilotage a:Q:pilotage"), "reglages": {"seuil_casquettes_acteur": 2}}
    row, items = read_case("coordinateurs_plusieurs_casquettes", changes)
    assert row["etat"] == "constate" and row["seuil_libelle"] == "constaté dès 1 structure qui en coordonne 2 ou plus"
    assert items["detail"].tolist() == ["2 dispositifs coordonnés ou pilotés"]
