"""Statements on instances: the same members twice, one champ alone."""

import pytest
from jouets_constats import actors, check_case, instances, read_case

CASES = {
    "instances_memes_membres": [
        {"etat": "constate", "compte": (1, 3), "objets": ["I"],
         "dit": "Sur 3 paires d'instances, 1 (33 %) a presque les mêmes membres",
         "tables": {"instances": instances(I="a b d", J="a b d e", K="c e"), "acteurs": actors("a:s b:s c:s d:l e:l")}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)", "tables": {"instances": instances(I="a b d", J="d e")}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)", "tables": {"instances": instances(I="a b", J="d e")}},
        {"etat": "non_mesurable", "dit": "moins de deux instances ont deux membres connus (feuille instances, colonne membres)"},
        {"etat": "non_mesurable", "dit": "moins de deux instances", "tables": {"instances": instances(I="a b", J="a inconnu")}},
    ],
    "instances_un_seul_champ": [
        {"etat": "constate", "compte": (1, 2), "objets": ["I"], "dit": "Sur 2 instances, 1 (50 %) n'a de membres que d'un champ",
         "tables": {"instances": instances(I="a b", J="a d")}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "Sur 1 instance, 0 (0 %)", "tables": {"instances": instances(I="a d", J="a")}},
        {"etat": "non_mesurable", "dit": "aucune instance n'a deux membres de champ connu (feuille instances, colonne membres)"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(("constat", "case"), [(name, case) for name, cases in CASES.items() for case in cases])
def test_each_statement_holds_or_not_or_lacks_its_data(constat, case):
    check_case(constat, case)


def test_the_share_of_common_members_reaches_the_threshold_or_not():
    # Two in common of four in all: a half exactly.
    rows = instances(I="a b d", J="a b e")
    for limit, state in ((0.5, "constate"), (0.51, "non_constate")):
        row, _ = read_case("instances_memes_membres", {"instances": rows, "reglages": {"seuil_membres_communs": limit}})
        assert row["etat"] == state and row["seuil"] == 1
    assert "51" in row["seuil_libelle"]


def test_what_brings_two_instances_together_is_said():
    rows = instances(I="a b d", J="a b d", K="a b d").assign(dispositif_id=["P", "P", "Q"])
    _, items = read_case("instances_memes_membres", {"instances": rows})
    assert items["dispositif_id"].tolist() == ["P", "P", "P"] and set(items["edition"]) == {"interne"}
    shared = "3 membres communs sur 3"
    assert items[["nom", "detail"]].values.tolist() == [
        ["I et J", f"{shared}, même dispositif"], ["I et K", f"{shared}, commune en partage"], ["J et K", f"{shared}, commune en partage"],
    ]  # fmt: skip
    assert set(items["objet"]) == {"paire d'instances"}


def test_a_pair_is_listed_once_under_both_names_in_order():
    rows = instances(I="a b d", J="a b d").assign(nom=["Zonage", "Accueil"])
    _, items = read_case("instances_memes_membres", {"instances": rows})
    assert items[["identifiant", "nom", "detail"]].values.tolist() == [["J", "Accueil et Zonage", "3 membres communs sur 3"]]


def test_a_mixed_member_speaks_for_both_champs():
    rows, members = instances(I="a m", J="l m", K="x a"), actors("a:s m:m l:l x:a")
    row, items = read_case("instances_un_seul_champ", {"instances": rows, "acteurs": members})
    assert (row["numerateur"], items["detail"].tolist()) == (1, ["aucun membre du développement local"])
