"""What is not recorded in a dispositif."""

from jouets_reseau import (
    VERIF,
    make_actors,
    make_dispositifs,
    make_participations,
)  # fmt: skip

from diagnostic.measure.manques.dispositif_gaps import find_dispositif_gaps
from diagnostic.schema import make_table

S, D = "social", "developpement_local"


def test_findings_on_dispositifs():
    acteurs = make_actors({"a": S, "b": D, "m": "mixte"})
    dispositifs = make_dispositifs("VIDE", "SEUL", "COMPLET", "SANS_S", "PORTE").assign(porteur_id=[None] * 4 + ["b"])
    participations = make_participations(
        "a:SEUL a:COMPLET b:COMPLET b:SANS_S b:SANS_S m:PORTE",
        role=["financement", "coordination", "participation", "pilotage", "animation", "participation"],
    )
    table = find_dispositif_gaps(dispositifs, participations, acteurs)
    assert table[["dispositif_id", "constat"]].values.tolist() == [
        ["VIDE", "sans_acteur"],
        ["SEUL", "un_seul_acteur"],
        ["SEUL", "sans_developpement_local"],
        ["SEUL", "sans_habitants"],
        ["SEUL", "sans_pilote"],
        ["COMPLET", "sans_habitants"],
        ["SANS_S", "un_seul_acteur"],
        ["SANS_S", "sans_social"],
        ["SANS_S", "sans_habitants"],
        ["PORTE", "sans_habitants"],
    ]
    assert table.loc[0, "phrase"] == "Aucun acteur n'est recensé dans ce dispositif."


def test_no_dispositif_no_finding():
    assert find_dispositif_gaps(make_table("dispositifs"), make_table("participations"), VERIF).empty


def test_inhabitants_are_found_by_either_category_or_as_the_bearer():
    categories = ["habitants", "benevoles", "collectif_habitants", "conseil_developpement", "ccas", "mjc"]
    acteurs = make_actors(dict.fromkeys("abcdef", S)).assign(
        categorie=categories, categories_secondaires=[(), (), (), (), ("evs",), ("evs", "habitants")]
    )
    dispositifs = make_dispositifs("A", "B", "C", "D", "E", "F", "G").assign(porteur_id=[None] * 6 + ["a"])
    participations = make_participations("a:A b:B c:C d:D e:E f:F e:G")
    table = find_dispositif_gaps(dispositifs, participations, acteurs)
    assert table.loc[table["constat"] == "sans_habitants", "dispositif_id"].tolist() == ["E"]
    assert "recensés" in table.loc[table["constat"] == "sans_habitants", "phrase"].item()
    shuffled = find_dispositif_gaps(dispositifs, participations.iloc[::-1], acteurs.iloc[::-1])
    assert shuffled.equals(table)


def test_a_dispositif_without_actor_lacks_nothing_else():
    table = find_dispositif_gaps(make_dispositifs("VIDE"), make_participations("z:VIDE"), make_actors({"a": S}))
    assert table["constat"].tolist() == ["sans_acteur"]
