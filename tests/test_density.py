"""Densities by territory: by hand, against networkx on induced subgraphs, and where nothing can be said."""

import networkx as nx
import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import (
    BI,
    BI_DISPOSITIFS,
    BI_PARTICIPATIONS,
    J2,
    J2_LIENS,
    J3,
    J3_LIENS,
    TERR,
    TERR_LIENS,
    TERR_LIEUX,
    make_actors,
    make_links,
    make_participations,
    make_places,
    make_territories,
    read_expected,
    shuffle,
)  # fmt: skip

from diagnostic.measure.liens.density import (
    NO_SUPRA,
    count_by,
    find_everywhere,
    list_members,
    list_unplaced_links,
    locate_pairs,
    measure_density,
    measure_directed_density,
    measure_two_mode_density,
)  # fmt: skip
from diagnostic.measure.liens.network import build_link_graph, sort_out_links
from diagnostic.schema import make_table

T1_T2 = make_territories("epci:T1", "epci:T2")


def measure_by_id(*args):
    return measure_density(*args).set_index("territoire_id")


def put_everywhere(acteurs, territoire_id="perimetre"):
    return acteurs[["acteur_id"]].assign(territoire_id=territoire_id)


def test_j2():
    row = measure_by_id(J2, J2_LIENS, put_everywhere(J2), make_territories("perimetre")).loc["perimetre"]
    assert row[["nb_acteurs", "nb_liens", "nb_paires", "nb_isoles"]].tolist() == [6, 6, 15, 0]
    assert [row["densite"], row["degre_moyen"]] == pytest.approx([0.4, 2.0])
    expected = read_expected()
    assert [row["densite"], row["degre_moyen"]] == pytest.approx([expected["densite"], expected["degre_moyen"]])


def test_actors_of_two_territories_count_in_each():
    table = measure_by_id(TERR, TERR_LIENS, TERR_LIEUX, T1_T2)
    figures = table.loc[["epci:T1", "epci:T2"], ["nb_acteurs", "nb_liens", "densite"]]
    assert figures.to_numpy() == pytest.approx(np.array([[3, 2, 2 / 3], [3, 2, 2 / 3]]))
    assert table.loc["sans_territoire_commun:epci", ["nom", "nb_liens"]].tolist() == ["Liens sans EPCI commun", 1]
    expected = read_expected()
    assert figures.loc["epci:T1"].tolist() == pytest.approx(expected["densite_terr[T1]"])
    assert figures.loc["epci:T2"].tolist() == pytest.approx(expected["densite_terr[T2]"])
    assert len(expected["liens_sans_territoire_commun"]) == 1


def test_density_agrees_with_networkx_on_induced_subgraphs():
    rng = np.random.default_rng(3)
    acteurs = make_actors(dict.fromkeys("abcdefghijkl", "social"))
    liens = make_links(" ".join("".join(rng.choice(list("abcdefghijkl"), 2)) for _ in range(60)))
    lieux = pd.DataFrame([(a, f"epci:T{k}") for a in "abcdefghijkl" for k in range(4) if rng.random() < 0.5])
    lieux = lieux.set_axis(["acteur_id", "territoire_id"], axis=1)
    territoires = make_territories(*(f"epci:T{k}" for k in range(4)))
    table = measure_by_id(acteurs, liens, lieux, territoires)
    graph, _ = build_link_graph(acteurs, liens)
    for territoire, rows in lieux.groupby("territoire_id"):
        induced = graph.subgraph(rows["acteur_id"])
        assert table.loc[territoire, "densite"] == pytest.approx(nx.density(induced))
        assert table.loc[territoire, "nb_isoles"] == nx.number_of_isolates(induced)
    pdt.assert_frame_equal(measure_by_id(shuffle(acteurs), shuffle(liens), shuffle(lieux), territoires), table)


def test_pairs_and_members_are_those_the_densities_count():
    lieux = pd.concat([TERR_LIEUX, TERR_LIEUX, make_places("z:T1 a:T9")])
    members = list_members(TERR, lieux, T1_T2)
    pairs = locate_pairs(sort_out_links(TERR, TERR_LIENS)[0], members, T1_T2)
    assert pairs[["territoire_id", "acteur_a", "acteur_b"]].values.tolist() == [
        ["epci:T1", "a", "b"], ["epci:T1", "b", "d"], ["epci:T2", "b", "d"], ["epci:T2", "c", "d"],
    ]  # fmt: skip
    table = measure_by_id(TERR, TERR_LIENS, lieux, T1_T2)
    for column, rows in [("nb_acteurs", members), ("nb_liens", pairs)]:
        assert count_by(rows["territoire_id"], T1_T2.index).tolist() == table.loc[T1_T2.index, column].tolist()


def test_a_link_placed_in_a_territory_counts_there_and_wider_only():
    territoires = make_territories("perimetre", "departement:43", "epci:T1", "epci:T2")
    lieux = pd.concat([put_everywhere(TERR, t) for t in territoires.index])
    liens = make_links("ab cd bc ad", territoire=["T1", "43", None, "Lune"])
    table = measure_by_id(TERR, liens, lieux, territoires)
    assert table.loc[list(territoires.index), "nb_liens"].tolist() == [4, 4, 3, 2]
    assert table.loc["sans_territoire_commun:epci", "nb_liens"] == 1
    assert list_unplaced_links(liens, territoires)["territoire"].tolist() == ["Lune"]


def test_the_same_pair_placed_in_two_territories_is_one_link_in_each():
    liens = make_links("bd db bd", territoire=["T1", "T2", "T2"])
    table = measure_by_id(TERR, liens, TERR_LIEUX, T1_T2)
    assert table["nb_liens"].tolist() == [1, 1, 0]


def test_density_without_the_actors_present_everywhere():
    lieux = make_places("a:T1,T2 b:T1 c:T1 d:T2")
    table = measure_by_id(TERR, make_links("ab ac ad bc"), lieux, T1_T2)
    assert table.loc["epci:T1", ["nb_acteurs_supra", "densite", "densite_sans_supra"]].tolist() == [1, 1.0, 1.0]
    assert np.isnan(table.loc["epci:T2", "densite_sans_supra"])
    alone = measure_by_id(TERR, make_links("ab"), lieux, make_territories("epci:T1"))
    assert alone.loc["epci:T1", "nb_acteurs_supra"] == 0  # one territory: nobody is above it
    assert np.isnan(alone.loc["epci:T1", "densite_sans_supra"])  # never the full density in silence
    assert alone.loc["epci:T1", "raison_absence"] == NO_SUPRA


def test_a_type_of_one_territory_leaves_out_the_actors_present_in_all_of_the_finest_type():
    """The perimeter leaves out those active in every EPCI, not those of every pays; b is in every pays and stays."""
    lieux = pd.concat([make_places("a:T1,T2 b:T1 c:T1 d:T2"), put_everywhere(TERR, "perimetre"), put_everywhere(TERR, "departement:1")])
    pays = pd.DataFrame({"acteur_id": ["b", "b", "a"], "territoire_id": ["autre:P1", "autre:P2", "autre:P1"]})
    territoires = make_territories("perimetre", "departement:1", "autre:P1", "autre:P2", "epci:T1", "epci:T2")
    table = measure_by_id(TERR, make_links("ab ac ad bc"), pd.concat([lieux, pays]), territoires)
    assert table.loc[territoires.index, "nb_acteurs_supra"].tolist() == [1, 1, 1, 1, 1, 1]
    assert table.loc[["perimetre", "departement:1"], "densite_sans_supra"].tolist() == pytest.approx([1 / 3, 1 / 3])  # bc of b, c, d
    assert table.loc["perimetre", ["densite", "raison_absence"]].tolist() == [pytest.approx(4 / 6), ""]
    assert table.loc["autre:P1", "raison_absence"] == "sans les acteurs présents partout : moins de deux acteurs"
    members = list_members(TERR, pd.concat([lieux, pays]), territoires)
    everywhere, known = find_everywhere(members, territoires)
    told = members[everywhere]
    assert set(told["acteur_id"] + " " + told["territoire_id"]) == {
        "a perimetre", "a departement:1", "a epci:T1", "a epci:T2", "b autre:P1", "b autre:P2"
    }  # fmt: skip
    assert known.all()


def test_one_actor_or_none_has_no_density():
    table = measure_by_id(TERR, TERR_LIENS, make_places("a:T1"), T1_T2).loc[["epci:T1", "epci:T2"]]
    assert table["densite"].isna().all()
    assert table["raison_absence"].tolist() == ["un seul acteur : aucune paire possible", "aucun acteur"]
    assert table["degre_moyen"].tolist()[0] == 0.0
    assert np.isnan(table["degre_moyen"].iloc[1])


def test_no_link_is_a_density_of_zero_and_everyone_isolated():
    table = measure_by_id(TERR, make_table("liens"), TERR_LIEUX, T1_T2).loc["epci:T1"]
    assert table[["densite", "nb_isoles"]].tolist() == [0.0, 3]
    # b and d are in both territories: a alone is left.
    assert table["raison_absence"] == "sans les acteurs présents partout : moins de deux acteurs"
    assert np.isnan(table["reciprocite"])


def test_respondents_and_reciprocity_by_territory():
    acteurs = J3.assign(a_repondu=["oui", "oui", "non", None, "non_sollicite"])
    row = measure_by_id(acteurs, J3_LIENS, put_everywhere(J3), make_territories("perimetre")).loc["perimetre"]
    assert row[["nb_repondants", "nb_liens", "nb_liens_orientes"]].tolist() == [2, 4, 6]
    assert row["reciprocite"] == pytest.approx(2 / 3)
    assert row["densite"] == pytest.approx(0.4)


def test_directed_density_of_j3():
    row = measure_directed_density(J3, shuffle(J3_LIENS)).iloc[0]
    figures = ["densite_orientee", "reciprocite_liens", "reciprocite_dyades", "densite_union", "densite_intersection"]
    assert row[figures].tolist() == pytest.approx([0.3, 2 / 3, 0.5, 0.4, 0.2])
    expected = read_expected()
    names = ["densite_orientee", "reciprocite_liens", "reciprocite_dyades", "sym_union", "sym_inter"]
    assert row[figures].tolist() == pytest.approx([expected[name] for name in names])
    oracle = nx.DiGraph(list(zip(J3_LIENS["source_id"], J3_LIENS["cible_id"], strict=True)))
    assert row["densite_orientee"] == pytest.approx(nx.density(oracle))
    assert row["reciprocite_liens"] == pytest.approx(nx.reciprocity(oracle))


def test_directed_density_leaves_undirected_links_aside():
    row = measure_directed_density(J2, J2_LIENS).iloc[0]
    assert row["raison_absence"] == "aucun lien orienté"
    assert np.isnan(row["reciprocite_liens"])
    assert measure_directed_density(J3.head(1), J3_LIENS).loc[0, "raison_absence"] == "moins de deux acteurs"


def test_two_mode_density():
    territoires = make_territories("perimetre", "epci:T1", "epci:T2")
    lieux = pd.concat([put_everywhere(BI), make_places("CAF:T1 CC:T1")])
    again = pd.concat([BI_PARTICIPATIONS, BI_PARTICIPATIONS.head(2)])
    table = measure_two_mode_density(BI, BI_DISPOSITIFS, again, lieux, territoires).set_index("territoire_id")
    columns = ["nb_acteurs", "nb_dispositifs", "nb_participations", "densite"]
    assert table.loc["perimetre", columns].tolist() == pytest.approx([4, 3, 5, 5 / 12])
    assert table.loc["epci:T1", columns].tolist() == pytest.approx([2, 2, 3, 3 / 4])
    assert table.loc["epci:T2", "raison_absence"] == "aucun acteur"
    assert np.isnan(table.loc["epci:T2", "densite"])
    assert table.loc["perimetre", "densite"] == pytest.approx(read_expected()["densite_bipartie"])


def test_two_mode_density_where_dispositifs_have_their_territories():
    places = pd.DataFrame({"dispositif_id": ["CTG", "LEADER"], "territoire_id": "epci:T1"})
    table = measure_two_mode_density(
        BI, BI_DISPOSITIFS, BI_PARTICIPATIONS, make_places("CAF:T1 CC:T1"), make_territories("epci:T1"),
        dispositifs_territoires=places,
    )  # fmt: skip
    assert table.loc[0, ["nb_acteurs", "nb_dispositifs", "nb_participations", "densite"]].tolist() == [2, 2, 2, 0.5]


def test_empty_tables():
    nothing = measure_density(make_table("acteurs"), make_table("liens"), TERR_LIEUX.head(0), T1_T2.head(0))
    assert nothing.empty
    participations = make_participations("a:X").head(0)
    table = measure_two_mode_density(BI, make_table("dispositifs"), participations, make_places("CAF:T1"), T1_T2)
    assert table["raison_absence"].tolist() == ["aucun dispositif", "aucun acteur"]
