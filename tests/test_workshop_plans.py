"""The sheets of a workshop that are text: the words of the guide, what is known, room to write, nothing that a cell did not say."""

import pandas as pd
import pytest

from diagnostic.draw import workshop_plans as plans
from diagnostic.vocabulary import read_list, read_vocabulary

NUMBERED = pd.DataFrame({"numero": [1, 2, 3], "acteur_id": ["a", "b", "c"], "nom": ["Un", "Deux", "Trois"]})


def read(blocks):
    """Return every text of blocks."""
    texts = [[block.get("texte", ""), *block.get("textes", []), *sum(block.get("lignes", []), [])] for block in blocks]
    return [text for held in texts for text in held if text]


def tables(blocks):
    return [block for block in blocks if block["genre"] == "tableau"]


def test_links_are_told_by_numbers_and_a_link_of_nobody_on_the_map_is_not():
    links = pd.DataFrame({"source_id": ["b", "a", "a"], "cible_id": ["c", "b", "absent"], "type": ["partenaire_technique"] * 2 + [None]})
    blocks = plans.plan_links(NUMBERED, links, read_list("types_lien"))
    known, blank = tables(blocks)
    assert [line[:2] for line in known["lignes"]] == [["1 Un", "2 Deux"], ["2 Deux", "3 Trois"]]
    assert "Ce que l’inventaire dit déjà (2 liens, 2 paires d’acteurs)" in [text.replace("\u00a0", " ") for text in read(blocks)]
    assert len(blank["lignes"]) == plans.BLANK_LINES and blank["hauteur"] == plans.HAND
    assert any("n’est pas un lien qui n’existe pas" in text for text in read(blocks))


def test_a_pair_is_told_once_with_all_its_links_and_their_way():
    links = pd.DataFrame({
        "source_id": ["b", "a", "c", "a"], "cible_id": ["a", "b", "a", "b"], "oriente": [True, False, None, False],
        "type": ["partenaire_financier", "information", "information", "information"],
    })  # fmt: skip
    pairs = plans.list_pairs(NUMBERED, links, read_list("types_lien"))
    assert pairs[["a", "b", "nombre"]].to_numpy().tolist() == [[1, 2, 3], [1, 3, 1]]
    assert pairs["lien"].tolist() == ["Partenaire financier ← ; Information", "Information"]


def test_every_link_is_there_under_the_intercommunalite_of_its_lower_number():
    many = pd.concat([NUMBERED] * 40, ignore_index=True).assign(numero=range(1, 121), acteur_id=[f"n{rank}" for rank in range(120)])
    many = many.assign(epci=["Ouest"] * 60 + ["Est"] * 59 + [""])
    ends = many["acteur_id"].to_numpy()
    links = pd.DataFrame({"source_id": ends[:-1], "cible_id": ends[1:], "type": "information"})
    blocks = plans.plan_links(many, links, read_list("types_lien"))
    *known, _ = tables(blocks)
    assert [len(table["lignes"]) for table in known] == [60, 59]  # the last pair is with that of number 119
    assert [block["texte"].split()[0] for block in blocks if block.get("niveau") == 3] == ["Ouest", "Est"]
    assert len(tables(plans.plan_links(many, links.iloc[:0], read_list("types_lien")))) == 1


def test_facilitation_asks_the_questions_of_the_guide_in_its_words():
    answers = pd.DataFrame({"question_id": ["Q1", "Q2"], "reponse": ["Le Brivadois", None]})
    blocks = plans.plan_facilitation("Décider des rencontres", answers)
    titles = [block["texte"] for block in blocks if block["genre"] == "titre"]
    questions = read_vocabulary("questions")
    assert [text[:2] for text in titles[:6]] == questions["code"].tolist()
    told = " ".join(read(blocks))
    assert "Décider des rencontres" in told and "Le Brivadois" in told and told.count("rien d’écrit") == 4
    assert set(plans.MINUTES) == set(plans.MATERIAL) == set(questions["code"])
    assert plans.plan_facilitation("", pd.DataFrame())
    told = " ".join(read(plans.plan_facilitation("", answers, {"Q1": "3 communes.", "Q2": "24 dispositifs."})))
    assert "Le Brivadois Dans l’inventaire" in told.replace("\u00a0", " ") and told.count("rien d’écrit") == 4


@pytest.fixture
def shown():
    acteurs = pd.DataFrame({
        "acteur_id": ["a", "b", "c", "i"], "nom": ["Un", "Deux", "Trois", "Importé"], "categorie": ["centre_social", None, "ccas", "ccas"],
        "commune": ["Auzon", None, "Auzon", "Auzon"], "themes": [("alimentation",), (), (), ()],
        "date_maj": [pd.Timestamp("2026-03-02"), pd.NaT, pd.NaT, pd.NaT],
        "capacite": [12.0, None, None, None], "territoires": [("43016",), (), (), ()],
        "fichier": ["inventaire.xlsx"] * 3 + ["imports/x.xlsx"],
    })  # fmt: skip
    return {
        "acteurs": acteurs, "liens": pd.DataFrame({"source_id": ["a", "i"], "cible_id": ["b", "a"], "type": ["information"] * 2}),
        "participations": pd.DataFrame({"acteur_id": ["a", "a"], "dispositif_id": ["p", "p"]}),
        "dispositifs": pd.DataFrame({"dispositif_id": ["p"], "nom": ["PAT d'essai"]}),
        "territoires": pd.DataFrame({"nom": ["Auzon"]}, index=["43016"]), "listes": {n: read_list(n) for n in ("themes", "categories")},
    }  # fmt: skip


def test_a_form_says_what_the_edition_knows_and_leaves_the_rest_to_be_said(shown):
    numbered = pd.concat([NUMBERED, pd.DataFrame({"numero": [4], "acteur_id": ["i"], "nom": ["Importé"]})])
    partners = plans.list_partners(numbered, shown)
    assert [partner["actor"]["acteur_id"] for partner in partners] == ["a", "b"]  # c has no link; i is of an import
    first, second = partners
    assert dict(first["facts"])["Catégorie"] == read_list("categories").at["centre_social", "libelle"]
    assert dict(first["facts"])["Mis à jour le"] == "02/03/2026" and dict(first["facts"])["Territoires"] == "Auzon"
    assert first["devices"] == ["PAT d'essai"] and set(first["links"]) == {"Deux", "Importé"}
    assert set(dict(second["facts"]).values()) == {""}
    blocks = plans.plan_form(**second)
    assert [line[1] for line in tables(blocks)[0]["lignes"]] == ["—"] * len(second["facts"])
    assert any("Vos dispositifs : rien d’écrit." in text.replace("\u00a0", " ") for text in read(blocks))
    assert any("Réf. b, n° 2" in text for text in read(blocks))


def test_a_cell_is_cut_and_a_table_may_go_on_to_the_next_page():
    grid = plans.make_grid(["a"], [["x" * 900]], [5], "essai")
    assert len(grid["lignes"][0][0]) == 700 and grid["coupe"] and "hauteur" not in grid
