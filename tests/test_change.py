"""What would change: applied by hand on J1, nothing moved, conservation, territories that follow, moves that cannot be made."""

import pandas as pd
import pytest
from jouets import make_affectation, make_appartenance, make_communes, make_couches, make_j1

from diagnostic.measure.ressorts.change import COLUMNS, PLUS_DE_COMMUNE, check_moves, measure_change
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.overlap import compare_layers


def make_moves(*rows):
    return pd.DataFrame(rows, columns=["hypothese", "code_insee", "couche", "unite_id"], dtype="str")


def take(toy):
    return toy.affectation, toy.appartenance, toy.communes, toy.couches


def apply_by_hand(toy, moves):
    """Return the tables with the moves made one by one."""
    affectation, appartenance = toy.affectation.copy(), toy.appartenance.copy()
    for _, code, couche, unit in moves:
        affectation.loc[affectation["code_insee"].eq(code) & affectation["couche"].eq(couche), "unite_id"] = unit
        if couche == "EPCI":
            left = appartenance["code_insee"].eq(code) & appartenance["territoire_id"].str.startswith("epci:")
            appartenance.loc[left, "territoire_id"] = f"epci:{unit}"
    return affectation, appartenance, toy.communes, toy.couches


MOVES = {
    "un secteur": [("h", "C", "CAS", "S1"), ("h", "D", "CAS", "S1")],
    "un EPCI": [("h", "D", "EPCI", "E2")],
    "deux couches": [("h", "D", "EPCI", "E2"), ("h", "F", "CAS", "S2")],
}


@pytest.mark.parametrize("moves", MOVES.values(), ids=MOVES)
def test_equal_to_the_measures_of_the_tables_moved_by_hand(moves):
    j1 = make_j1()
    changes, refused = measure_change(*take(j1), make_moves(*moves))
    assert refused.empty and changes.columns.tolist() == COLUMNS and (changes["hypothese"] == "h").all()
    moved = apply_by_hand(j1, moves)
    old, new = (measure_discordance(*tables).set_index(["territoire_id", "couche"]) for tables in (take(j1), moved))
    told = changes[changes["couche_b"].isna()].set_index(["territoire_id", "couche_a", "mesure"])
    for key in old.index:
        for measure, column in {"nb_unites": "n_unites", "interlocuteurs_effectifs_q2": "interlocuteurs_effectifs_q2",
                                "part_principale": "part_principale", "poids_total": "poids_total"}.items():  # fmt: skip
            before, after = old.at[key, column], new.at[key, column]
            same = before == pytest.approx(after, nan_ok=True)
            assert ((*key, measure) in told.index) != same
            if not same:
                figures = told.loc[(*key, measure), ["avant", "apres", "ecart"]].tolist()
                assert figures == pytest.approx([before, after, after - before], nan_ok=True)
    old, new = (compare_layers(*tables).set_index(["territoire_id", "couche_a", "couche_b"]) for tables in (take(j1), moved))
    told = changes[changes["couche_b"].notna()].set_index(["territoire_id", "couche_a", "couche_b", "mesure"])
    for key in old.index:
        for measure in ("nb_a_dans_b", "nmi", "coincidence_mutuelle_population"):
            before, after = old.at[key, measure], new.at[key, measure]
            same = before == pytest.approx(after, nan_ok=True)
            assert ((*key, measure) in told.index) != same
            if not same:
                assert told.loc[(*key, measure), ["avant", "apres"]].tolist() == pytest.approx([before, after], nan_ok=True)


def test_the_population_is_conserved():
    changes, _ = measure_change(*take(make_j1()), make_moves(("h", "D", "EPCI", "E2")))
    weights = changes[(changes["mesure"] == "poids_total") & (changes["couche_a"] == "MSA")].set_index("territoire_id")["ecart"]
    assert weights.to_dict() == {"epci:E1": -200.0, "epci:E2": 200.0}


def test_each_hypothesis_is_alone_on_the_present_situation():
    j1 = make_j1()
    both = measure_change(*take(j1), make_moves(*[("un", *move[1:]) for move in MOVES["un secteur"]], ("deux", "D", "EPCI", "E2")))[0]
    for name, moves in {"un": MOVES["un secteur"], "deux": MOVES["un EPCI"]}.items():
        alone = measure_change(*take(j1), make_moves(*[(name, *move[1:]) for move in moves]))[0]
        pd.testing.assert_frame_equal(both[both["hypothese"] == name].reset_index(drop=True), alone)


def test_nothing_moved_changes_nothing():
    j1 = make_j1()
    changes, refused = measure_change(*take(j1), make_moves(("h", "A", "CAS", "S1")))
    assert changes.empty and changes.columns.tolist() == COLUMNS
    assert refused["raison"].tolist() == ["commune déjà dans cette unité"]
    assert measure_change(*take(j1), make_moves())[0].empty
    # There and in the same unit of another layer: the two moves cancel nothing, yet a swap of names leaves all figures.
    swap = measure_change(*take(j1), make_moves(*[("h", code, "CAF", "F1") for code in "AB"]))
    assert swap[0].empty and len(swap[1]) == 2


def test_a_commune_that_no_unit_covers_may_join_one():
    changes, _ = measure_change(*take(make_j1()), make_moves(("h", "E", "CIAS", "I1")))
    row = changes[(changes["territoire_id"] == "epci:E2") & (changes["mesure"] == "part_principale") & changes["couche_b"].isna()].iloc[0]
    assert row["apres"] == 1.0 and pd.isna(row["avant"]) and pd.isna(row["ecart"])
    assert row["raison_absence"].startswith("avant : couche absente")


def test_a_territory_without_commune_left_is_missing():
    tables = (
        make_affectation({"EPCI": {"A": "E1", "B": "E2"}, "CAS": {"A": "S1", "B": "S2"}}),
        make_appartenance({"perimetre": "AB", "epci:E1": "A", "epci:E2": "B"}), make_communes({"A": 1, "B": 2}),
        make_couches(["EPCI", "CAS"]),
    )  # fmt: skip
    changes, _ = measure_change(*tables, make_moves(("h", "A", "EPCI", "E2")))
    gone = changes[changes["territoire_id"] == "epci:E1"]
    assert len(gone) and gone["apres"].isna().all() and gone["raison_absence"].eq(PLUS_DE_COMMUNE).all()
    here = changes[(changes["territoire_id"] == "epci:E2") & (changes["couche_a"] == "CAS") & (changes["mesure"] == "nb_unites")]
    assert here[["avant", "apres"]].to_numpy().tolist() == [[1, 2]]


def test_a_layer_carries_territories_only_when_it_is_said_to():
    changes, _ = measure_change(*take(make_j1()), make_moves(("h", "D", "EPCI", "E2")), couches_territoires={})
    row = changes[(changes["territoire_id"] == "epci:E1") & (changes["couche_a"] == "EPCI") & (changes["mesure"] == "nb_unites")].iloc[0]
    assert (row["avant"], row["apres"]) == (1, 2) and not (changes["mesure"] == "nb_communes").any()


def test_moves_that_cannot_be_made_come_back_on_their_rows():
    j1 = make_j1()
    couches = j1.couches.assign(infra_communale=[couche == "MSA" for couche in j1.couches.index])
    moves = make_moves(
        ("h", "Z", "CAS", "S1"), ("h", "C", "PAT", "P1"), ("h", "C", "CAS", "S9"), ("h", "A", "MSA", "M2"), ("h", "F", "CAS", "S2"),
        ("h", "F", "CAS", "S2"), ("h", "D", "CAS", "S1"), ("h", "D", "CAS", "S3"), ("h", None, "CAS", "S1"), ("g", "D", "CAS", "S1"),
    ).set_index(pd.Index(range(10, 20)))  # fmt: skip
    changes, refused = measure_change(j1.affectation, j1.appartenance, j1.communes, couches, moves.assign(ligne=range(10)))
    assert refused["raison"].str.split(" :").str[0].to_dict() == {
        10: "commune inconnue du dossier", 11: "couche inconnue du dossier", 12: "unité inconnue dans cette couche",
        13: "couche infra-communale", 15: "ligne déjà écrite dans la même hypothèse",
        16: "commune envoyée dans deux unités de la même couche par la même hypothèse",
        17: "commune envoyée dans deux unités de la même couche par la même hypothèse", 18: "case vide",
    }  # fmt: skip
    assert refused["ligne"].tolist() == [0, 1, 2, 3, 5, 6, 7, 8] and set(changes["hypothese"]) == {"h", "g"}
    assert check_moves(j1.affectation, j1.communes, couches, moves).index.equals(moves.index)


def test_a_split_commune_may_join_one_of_its_units_whole():
    tables = (
        make_affectation({"L": {"A": {"U": 0.5, "V": 0.5}, "B": "U"}}), make_appartenance({"t": "AB"}), make_communes({"A": 2, "B": 2}),
        make_couches(["L"]),
    )  # fmt: skip
    changes, refused = measure_change(*tables, make_moves(("h", "A", "L", "U")))
    assert refused.empty and changes.set_index("mesure").loc["part_principale", ["avant", "apres"]].tolist() == [0.75, 1.0]


def test_row_order_and_arguments():
    j1 = make_j1()
    moves = make_moves(*MOVES["deux couches"])
    before = j1.affectation.copy(), j1.appartenance.copy(), moves.copy()
    first = measure_change(*take(j1), moves)[0]
    second = measure_change(j1.affectation.iloc[::-1], j1.appartenance.iloc[::-1], j1.communes.iloc[::-1], j1.couches, moves.iloc[::-1])[0]
    pd.testing.assert_frame_equal(first, second)
    for table, copy in zip((j1.affectation, j1.appartenance, moves), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_a_commune_of_several_overlapping_units_does_not_say_which_it_leaves():
    layers = {"GAL": {"A": ["g", "h"], "B": "g", "C": "k"}}
    tables = make_affectation(layers), make_appartenance({"t": "ABC"}), make_communes({"A": 5, "B": 3, "C": 1})
    moves = make_moves(("h", "A", "GAL", "k"), ("h", "A", "GAL", "g"), ("h", "B", "GAL", "k"))
    reasons = check_moves(tables[0], tables[2], make_couches(layers, non_exclusives=["GAL"]), moves.iloc[[0, 2]])
    assert "rien ne dit laquelle elle quitterait" in reasons.iat[0] and reasons.iat[1] == ""
    alone = check_moves(tables[0], tables[2], make_couches(layers, non_exclusives=["GAL"]), moves.iloc[[1]])
    assert "rien ne dit laquelle elle quitterait" in alone.iat[0]
    changes, refused = measure_change(*tables, make_couches(layers, non_exclusives=["GAL"]), moves.iloc[[0, 2]])
    assert refused["code_insee"].tolist() == ["A"]
    units = changes[changes["mesure"] == "nb_unites"]
    assert units.empty  # A keeps g and h: three units before, three after
