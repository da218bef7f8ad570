"""Statements on money: late funders, short funding, running costs, contracts about to end, joint investments."""

import pytest
from jouets_constats import check_case, devices, parts, read_case

FUNDERS = "a:P:financement:emergence b:P:financement:mise_en_oeuvre d:P:financement:diagnostic e:P:financement:evaluation"
CASES = {
    "financeurs_absents_emergence": [
        # Four funders, one there from the emergence: the 0.75 of the method (3.4.6).
        {"etat": "constate", "compte": (3, 4), "objets": ["P"],
         "dit": "Sur 4 financements (un financeur dans un dispositif) dont le stade est connu, 3 (75 %) ont commencé",
         "tables": {"participations": parts(FUNDERS)}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %) a commencé après l'émergence ; stade inconnu pour 1",
         "tables": {"participations": parts("a:P:financement:mise_en_oeuvre a:P:participation:emergence b:P:financement")}},
        {"etat": "non_mesurable", "dit": "aucun financeur n'est saisi (feuille participations, role = financement)"},
        {"etat": "non_mesurable", "dit": "le stade d'aucun financeur n'est rempli", "tables": {"participations": parts("a:P:financement")}},
    ],
    "financements_courts": [
        # Q, S, T have one cell of two, U none: none of them is a no, and Q, already short, does not weigh on the share.
        {"etat": "constate", "compte": (1, 2), "objets": ["P", "Q"], "tables": {"dispositifs": devices(
            "P:CTG Q:PAT R:CLS S:ABS T:GMR U:PVD", nature_financement={"P": "projet", "R": "fonctionnement", "S": "fonctionnement"},
            duree_financement_mois={"P": 60, "Q": 35, "R": 36, "T": 60})},
         "dit": "Sur 2 dispositifs dont nature et durée du financement sont connues, 1 (50 %) est financé sur projet ou pour moins de "
                "36 mois ; 4 autres à compléter, dont 1 déjà dans ce cas"},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)",
         "tables": {"dispositifs": devices(nature_financement={"P": "fonctionnement"}, duree_financement_mois={"P": 36})}},
        {"etat": "non_mesurable", "dit": "(feuille dispositifs, colonnes nature_financement et duree_financement_mois)"},
        {"etat": "non_mesurable", "dit": "soient remplies",
         "tables": {"dispositifs": devices(nature_financement={"P": "fonctionnement"}, duree_financement_mois={"Q": 60})}},
    ],
    "fonctionnement_rare": [
        {"etat": "constate", "compte": (0, 2), "objets": ["P", "Q"],
         "dit": "Sur 2 dispositifs dont la nature du financement est connue, 0 (0 %)",
         "tables": {"dispositifs": devices(nature_financement={"P": "projet", "Q": "investissement"})}},
        {"etat": "non_constate", "compte": (1, 2), "objets": ["Q"], "dit": "1 (50 %) est financé en fonctionnement",
         "tables": {"dispositifs": devices(nature_financement={"P": "fonctionnement", "Q": "projet"})}},
        {"etat": "non_mesurable", "dit": "(feuille dispositifs, colonne nature_financement)"},
    ],
    "financements_bientot_finis": [
        {"etat": "constate", "compte": (1, 2), "objets": ["P"],
         "dit": "Sur 2 dispositifs des deux champs dont la fin est connue, 1 (50 %) finit dans les 12",
         "tables": {"dispositifs": devices(date_fin={"P": "2027-11-27", "Q": "2027-11-28"})}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)", "tables": {"dispositifs": devices(date_fin={"P": "2026-11-26"})}},
        {"etat": "non_mesurable", "dit": "(feuille dispositifs, colonne date_fin)"},
        {"etat": "non_mesurable", "dit": "aucun dispositif ne réunit les deux champs", "tables": {"participations": parts("a:P")}},
    ],
    "investissements_a_plusieurs": [
        {"etat": "constate", "compte": (1, 2), "objets": ["P"],
         "dit": "Sur 2 dispositifs d'investissement, 1 (50 %) a deux financeurs ou plus", "tables": {
            "dispositifs": devices(nature_financement={"P": "investissement", "Q": "investissement"}),
            "participations": parts("a:P:financement b:P:financement a:Q:financement a:Q:financement:emergence")}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)", "tables": {
            "dispositifs": devices(nature_financement={"P": "investissement"}), "participations": parts("a:P:financement")}},
        {"etat": "non_mesurable", "dit": "aucun financeur n'est saisi (feuille participations",
         "tables": {"dispositifs": devices(nature_financement={"P": "investissement"})}},
        {"etat": "non_mesurable", "dit": "nature du financement jamais remplie (feuille dispositifs"},
        {"etat": "non_mesurable", "dit": "aucun dispositif d'investissement (feuille dispositifs",
         "tables": {"dispositifs": devices(nature_financement={"P": "projet"})}},
    ],
}  # fmt: skip


@pytest.mark.parametrize(("constat", "case"), [(name, case) for name, cases in CASES.items() for case in cases])
def test_each_statement_holds_or_not_or_lacks_its_data(constat, case):
    check_case(constat, case)


def test_a_funder_counts_once_a_dispositif_and_is_late_after_its_first_stage():
    rows = parts("a:P:financement:mise_en_oeuvre a:P:financement:evaluation a:Q:financement:emergence b:Q:financement:autre")
    row, items = read_case("financeurs_absents_emergence", {"participations": rows})
    assert (row["numerateur"], row["denominateur"]) == (1, 2)
    assert items["detail"].tolist() == ["1 financeur entré après l'émergence, sur 1"]


def test_the_details_say_why_a_funding_is_short():
    rows = devices("P:CTG Q:PAT R:CLS", nature_financement={"P": "projet", "R": "projet"}, duree_financement_mois={"P": 18, "Q": 12})
    _, items = read_case("financements_courts", {"dispositifs": rows})
    assert items["detail"].tolist() == ["financement sur projet, pour 18 mois", "financé pour 12 mois", "financement sur projet"]
    assert set(items["edition"]) == {"interne"}


def test_a_partner_that_funds_counts_and_partners_alone_read_the_nature_of_the_money():
    rows = parts("a:P b:P").assign(qualification="partenaire_financier")
    changes = {"dispositifs": devices(nature_financement={"P": "investissement"}), "participations": rows}
    row, items = read_case("investissements_a_plusieurs", changes)
    assert row["etat"] == "constate" and items["edition"].tolist() == ["partenaires"] and items["detail"].tolist() == ["2 financeurs"]
