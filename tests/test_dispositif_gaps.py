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
        ["SEUL", "sans_pilote"],
        ["SANS_S", "un_seul_acteur"],
        ["SANS_S", "sans_social"],
    ]
    assert table.loc[0, "phrase"] == "Aucun acteur n'est recensé dans ce dispositif."


def test_no_dispositif_no_finding():
    assert find_dispositif_gaps(make_table("dispositifs"), make_table("participations"), VERIF).empty
