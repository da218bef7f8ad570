"""Statements on dispositifs: each made to hold, not to hold, and to lack its data."""

import pandas as pd
import pytest
from jouets_constats import actors, check_case, devices, parts, read_case

APART = {"P": ("1",), "Q": ("2",)}
NONE, ALL = {"participations": parts("")}, "a:P d:P a:Q d:Q"
DATES = {"P": "2027-01-31", "Q": "2027-12-31"}
CASES = {
    "dispositifs_sans_acteur_commun": [
        {"etat": "constate", "compte": (1, 1), "objets": ["P", "Q"],
         "dit": "Sur 1 paire de dispositifs qui ont une commune au moins en partage, 1 (100 %) n'a aucun"},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %) n'a aucun acteur commun", "tables": {"participations": parts(ALL)}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "Sur 1 paire", "tables": {"dispositifs": devices(porteur_id={"P": "b"})}},
        {"etat": "non_mesurable", "dit": "aucun dispositif n'a d'acteur connu", "tables": NONE},
        {"etat": "non_mesurable", "dit": "n'a de commune partagée (feuille dispositifs",
         "tables": {"dispositifs": devices(territoires=APART)}},
        {"etat": "non_mesurable", "dit": "n'a de commune partagée", "tables": {"dispositifs": devices(territoires={"P": ("43",)})}},
    ],
    "dispositifs_mixtes": [
        {"etat": "constate", "compte": (2, 2), "objets": ["P", "Q"],
         "dit": "Sur 2 dispositifs dont un acteur est connu, 2 (100 %) réunissent"},
        {"etat": "constate", "compte": (1, 2), "objets": ["P"], "dit": "1 (50 %) réunit",
         "tables": {"participations": parts("a:P d:P b:Q")}},
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 (0 %)", "tables": {"participations": parts("a:P d:Q")}},
        {"etat": "non_mesurable", "dit": "feuilles dispositifs et participations", "tables": NONE},
    ],
    "dispositifs_un_seul_champ": [
        {"etat": "constate", "compte": (2, 2), "objets": ["P", "Q"], "tables": {"participations": parts("a:P b:P d:Q e:Q")},
         "dit": "2 (100 %) n'ont pas les deux champs : 1 sans acteur social, 1 sans acteur du développement local ; 0 autre n'a"},
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 sans acteur social, 0 sans acteur du développement local"},
        # One actor alone does not tell who is missing; a mixed one is on both sides, and that is said.
        {"etat": "non_constate", "compte": (0, 1), "dit": "1 autre n'a les deux champs que par un acteur mixte",
         "tables": {"participations": parts("a:P m:P d:Q"), "acteurs": actors("a:s m:m d:l")}},
        {"etat": "non_mesurable", "dit": "aucun dispositif n'a deux acteurs connus", "tables": {"participations": parts("a:P d:Q")}},
        {"etat": "non_mesurable", "dit": "aucun dispositif n'a deux acteurs connus", "tables": NONE},
    ],
    "dispositifs_sans_habitants": [
        {"etat": "constate", "compte": (1, 2), "objets": ["Q"],
         "dit": "1 (50 %) n'a ni habitants ni bénévoles parmi leurs participants ; 1 acteur",
         "tables": {"acteurs": actors(categorie={"a": "benevoles"})}},
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 (0 %)", "tables": {
            "acteurs": actors(categorie={"a": "habitants"}, categories_secondaires={"b": ("evs", "conseil_developpement")})}},
        {"etat": "non_mesurable", "dit": "aucun habitant, bénévole ni collectif d'habitants n'est recensé (feuille acteurs"},
        {"etat": "non_mesurable", "dit": "aucun dispositif n'a d'acteur connu", "tables": NONE},
    ],
    "diagnostics_a_partager": [
        {"etat": "constate", "compte": (2, 2), "objets": ["P", "Q", "epci:2", "epci:1"],
         "dit": "Sur 2 dispositifs à diagnostic dont l'échéance est à venir, 2",
         "tables": {"dispositifs": devices(echeance_diagnostic=DATES)}},
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 (0 %)",
         "tables": {"dispositifs": devices(echeance_diagnostic=DATES | {"Q": "2028-02-01"})}},
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 (0 %)",
         "tables": {"dispositifs": devices(echeance_diagnostic=DATES, territoires=APART)}},
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 (0 %)",
         "tables": {"dispositifs": devices(echeance_diagnostic=DATES, territoires={"P": ("43",)})}},
        {"etat": "non_mesurable", "dit": "ont une échéance à venir (feuille dispositifs",
         "tables": {"dispositifs": devices(echeance_diagnostic={"P": "2027-01-31", "Q": "2026-11-26"})}},
        {"etat": "non_mesurable", "dit": "moins de deux", "tables": {"dispositifs": devices("P:LEADER Q:PAT", echeance_diagnostic=DATES)}},
    ],
    "diagnostics_sans_suite": [
        {"etat": "constate", "compte": (1, 2), "objets": ["P"],
         "dit": "1 (50 %) est encore avant la mise en œuvre, avec un diagnostic d'au moins 2 ans",
         "tables": {"dispositifs": devices(annee_diagnostic={"P": 2024, "Q": 2020}, stade={"P": "conception", "Q": "mise_en_oeuvre"})}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "Sur 1 dispositif",
         "tables": {"dispositifs": devices(annee_diagnostic={"P": 2025, "Q": 2020}, stade={"P": "diagnostic"})}},
        {"etat": "non_mesurable", "dit": "(feuille dispositifs, colonnes annee_diagnostic et stade)"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(("constat", "case"), [(name, case) for name, cases in CASES.items() for case in cases])
def test_each_statement_holds_or_not_or_lacks_its_data(constat, case):
    check_case(constat, case)


def test_an_action_is_not_beside_its_own_dispositif():
    family = devices("P:CTG Q:PAT R:CLS", dispositif_parent_id={"Q": "P"})
    row, items = read_case("dispositifs_sans_acteur_commun", {"dispositifs": family, "participations": parts("a:P b:Q d:R")})
    assert (row["numerateur"], row["denominateur"]) == (2, 2)
    assert items.set_index("identifiant")["detail"].to_dict() == {
        "P": "aucun acteur commun avec R", "Q": "aucun acteur commun avec R", "R": "aucun acteur commun avec P et Q"
    }  # fmt: skip


def test_a_departement_in_common_and_an_imported_contract_make_no_pair():
    wide = devices(territoires={"P": ("43",), "Q": ("43", "1")})
    assert read_case("dispositifs_sans_acteur_commun", {"dispositifs": wide})[0]["etat"] == "non_mesurable"
    imported = devices(fichier={"Q": "imports/programmes-anct.xlsx"})
    assert read_case("dispositifs_sans_acteur_commun", {"dispositifs": imported})[0]["etat"] == "non_mesurable"


def test_the_end_of_a_contract_stands_for_the_date_of_its_diagnosis_and_a_social_project_counts():
    rows = devices("P:CTG Q:AUTRES", date_fin={"P": "2027-01-31"}, echeance_diagnostic={"Q": "2027-06-30"})
    rows["nom"] = ["La CTG", "Projet social du centre"]
    row, items = read_case("diagnostics_a_partager", {"dispositifs": rows})
    assert row["etat"] == "constate"
    assert items["detail"].tolist()[:2] == [
        "échéance le 31/01/2027 ; 1 autre sur une même commune au même moment",
        "échéance le 30/06/2027 ; 1 autre sur une même commune au même moment",
    ]  # fmt: skip
    assert set(items["edition"]) == {"partenaires"}


def test_pairs_agree_with_a_naive_double_loop():
    text = "a:P b:P a:Q d:R e:S b:S d:T"
    held, written = parts(text), {"P": ("1",), "Q": ("1", "2"), "R": ("2",), "S": ("43001",), "T": ("Allègre",)}
    rows = devices("P:CTG Q:PAT R:CLS S:ABS T:GMR", territoires=written)
    row, _ = read_case("dispositifs_sans_acteur_commun", {"dispositifs": rows, "participations": held})
    who = held.groupby("dispositif_id")["acteur_id"].agg(set)
    towns = {"1": {"43001", "43002"}, "2": {"43003", "43004"}, "43001": {"43001"}, "Allègre": {"43003"}}
    where = {key: set().union(*(towns[cell] for cell in cells)) for key, cells in written.items()}
    beside = [(x, y) for x in "PQRST" for y in "PQRST" if x < y and where[x] & where[y]]
    apart = [(x, y) for x, y in beside if not who[x] & who[y]]
    assert (row["numerateur"], row["denominateur"]) == (len(apart), len(beside)) == (3, 6)


def test_named_dispositifs_follow_their_diffusion():
    rows = devices("P:CTG Q:PAT R:CLS S:ABS", diffusion={"Q": None, "R": "interne", "S": "partenaires"})
    held = parts(" ".join(f"a:{key} d:{key}" for key in "PQRS"))
    _, items = read_case("dispositifs_mixtes", {"dispositifs": rows, "participations": held})
    assert items.set_index("identifiant")["edition"].to_dict() == {"P": "publique", "Q": "partenaires", "R": "interne", "S": "partenaires"}
    _, items = read_case("dispositifs_sans_acteur_commun")
    assert set(items["edition"]) == {"interne"}


def test_an_empty_dossier_is_not_measured():
    empty = {"acteurs": actors(""), "dispositifs": devices("")}
    for constat in CASES:
        row, items = read_case(constat, empty | NONE)
        assert row["etat"] == "non_mesurable" and pd.isna(row["valeur"]) and not len(items)
