"""Statements on themes and publics: silos, single publics, themes that join, dispositifs that hold everything."""

import pytest
from jouets_constats import actors, check_case, devices, make_tables, parts, read_case
from jouets_reseau import make_links

MIXED = {"liens": make_links("ab ad")}


def hold(column, **codes):
    return actors(**{column: {key: tuple(text.split()) for key, text in codes.items()}})


def silo(column, apart, joined):
    """Return the cases of a silo by `column`: codes `apart` (a and d hold it, unlinked) and `joined` (b and e)."""
    noun = {"themes": "thème", "publics": "public"}[column]
    both = hold(column, a=apart, d=f"{apart} {joined}", b=joined, e=joined)
    links = {"liens": make_links("be")}
    return [
        {"etat": "constate", "compte": (1, 2), "objets": [apart],
         "dit": f"Sur 2 {noun}s que portent les deux champs, 1 (50 %) est sans lien déclaré ni dispositif commun entre eux ; 1 n'a aucun",
         "tables": links | {"acteurs": both}},
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 (0 %)", "tables": {"acteurs": both, "liens": make_links("be ad")}},
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 (0 %)",
         "tables": links | {"acteurs": both, "dispositifs": devices(**{column: {"P": (apart,)}})}},
        # A dispositif joins both: no link crosses on either all the same, and that is said.
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 (0 %) est sans lien déclaré ni dispositif commun entre eux ; 2 n'ont aucun",
         "tables": {"acteurs": both, "liens": make_links("ab"), "dispositifs": devices(**{column: {"P": (apart, joined)}})}},
        {"etat": "non_mesurable", "dit": f"(feuille acteurs, colonne {column})", "tables": links},
        {"etat": "non_mesurable", "dit": "aucun lien déclaré (feuille liens)", "tables": {"acteurs": both}},
        {"etat": "non_mesurable", "dit": "aucun dispositif n'a d'acteur connu (feuilles",
         "tables": links | {"acteurs": both, "participations": parts("")}},
        {"etat": "non_mesurable", "dit": "n'est porté par des acteurs des deux champs (feuille acteurs",
         "tables": links | {"acteurs": hold(column, a=apart, b=joined)}},
    ]  # fmt: skip


CASES = {
    "silos_themes": silo("themes", "mobilite", "sante"),
    "silos_publics": silo("publics", "jeunes", "familles"),
    "publics_uniques": [
        {"etat": "constate", "compte": (2, 3), "objets": ["jeunes"],
         "dit": "Sur 3 acteurs dont les publics sont connus, 2 (67 %) ne déclarent",
         "tables": {"acteurs": hold("publics", a="jeunes", b="jeunes", d="jeunes familles")}},
        {"etat": "non_constate", "compte": (0, 2), "dit": "0 (0 %)",
         "tables": {"acteurs": hold("publics", a="tout_public", b="habitants")}},
        {"etat": "non_mesurable", "dit": "publics jamais remplis (feuille acteurs, colonne publics)"},
    ],
    "themes_facilitateurs": [
        {"etat": "constate", "compte": (1, 2), "objets": ["sante"],
         "dit": "Sur 2 thèmes de dispositifs dont un acteur est connu, 1 (50 %) se retrouve dans 2",
         "tables": {"dispositifs": devices(themes={"P": ("sante", "logement"), "Q": ("sante",)})}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "0 (0 %)",
         "tables": {"dispositifs": devices(themes={"P": ("sante",), "Q": ("sante",)}), "participations": parts("a:P d:P a:Q")}},
        {"etat": "non_mesurable", "dit": "(feuille dispositifs, colonne themes)"},
    ],
    "dispositifs_larges": [
        {"etat": "constate", "compte": (1, 2), "objets": ["P"],
         "dit": "Sur 2 dispositifs dont les thèmes sont connus, 1 (50 %) porte 4 thèmes ou plus",
         "tables": {"dispositifs": devices(themes={"P": ("sante", "sport", "emploi", "logement"), "Q": ("sante", "sport", "emploi")})}},
        {"etat": "non_constate", "compte": (0, 1), "dit": "Sur 1 dispositif",
         "tables": {"dispositifs": devices(themes={"P": ("sante", "sante", "sport", "sport")})}},
        {"etat": "non_mesurable", "dit": "thèmes jamais remplis (feuille dispositifs, colonne themes)"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(("constat", "case"), [(name, case) for name, cases in CASES.items() for case in cases])
def test_each_statement_holds_or_not_or_lacks_its_data(constat, case):
    check_case(constat, case)


def test_a_silo_by_theme_agrees_with_a_naive_double_loop():
    members = hold("themes", a="sante sport", b="sante emploi", d="sport emploi", e="sante emploi")
    links = make_links("ad be ab")
    row, items = read_case("silos_themes", {"acteurs": members, "liens": links, "participations": parts("a:P b:P d:Q")})
    champ, themes = (members.set_index("acteur_id")[name].to_dict() for name in ("champ", "themes"))
    across = [(x, y) for x, y in zip(links["source_id"], links["cible_id"], strict=True) if champ[x] != champ[y]]
    held = {code for codes in themes.values() for code in codes}
    both = [code for code in held if len({champ[key] for key, codes in themes.items() if code in codes}) == 2]
    apart = [code for code in both if not any(code in themes[x] and code in themes[y] for x, y in across)]
    assert (row["numerateur"], row["denominateur"]) == (len(apart), len(both)) == (0, 3)
    alone, items = read_case("silos_themes", {"acteurs": members, "liens": make_links("ab"), "participations": parts("a:P b:P d:Q")})
    assert alone["numerateur"] == 3 and items["nom"].tolist() == ["Emploi", "Santé", "Sport"] and set(items["objet"]) == {"theme"}


def test_everyone_is_no_public_and_a_word_out_of_the_list_stays_inside():
    members = hold("publics", a="tout_public marins", d="tout_public marins")
    row, items = read_case("silos_publics", {"acteurs": members, "liens": make_links("ab"), "participations": parts("a:P b:P d:Q")})
    assert row["denominateur"] == 1 and items[["nom", "edition", "objet"]].values.tolist() == [["marins", "interne", "public"]]


def test_joining_themes_come_with_the_most_dispositifs_first_and_those_of_the_guide_are_marked():
    rows = devices("P:CTG Q:PAT R:CLS", themes={"P": ("sante", "emploi"), "Q": ("sante", "emploi"), "R": ("sante",)})
    _, items = read_case("themes_facilitateurs", {"dispositifs": rows, "participations": parts("a:P d:P a:Q d:Q a:R d:R")})
    assert items[["identifiant", "detail", "edition"]].values.tolist() == [
        ["sante", "3 dispositifs des deux champs sur 3 ; cité par le guide", "publique"],
        ["emploi", "2 dispositifs des deux champs sur 2", "publique"],
    ]


def test_arguments_are_untouched():
    tables = make_tables(acteurs=hold("themes", a="sante", d="sante"), **MIXED)
    before = {name: tables[name].copy() for name in ("acteurs", "dispositifs", "liens", "participations")}
    read_case("silos_themes", tables)
    assert all(tables[name].equals(table) for name, table in before.items())
