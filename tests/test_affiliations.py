"""Territories and contracts: counted by hand and by a naive loop; communes and EPCI apart; no actor, no silo."""

import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest
from jouets_reseau import shuffle

from diagnostic.measure.liens.affiliations import count_contracts, list_affiliations, measure_affiliations

EPCI = "200000001"
OTHER = "200000002"
COMMUNES = pd.DataFrame(
    {"nom": ["A", "B", "C"], "epci": [EPCI, EPCI, OTHER], "epci_nom": ["CC Un", "CC Un", "CC Deux"]},
    index=pd.Index(["43001", "43002", "43003"], name="code_insee", dtype="str"),
)
DISPOSITIFS = pd.DataFrame(
    {"dispositif_id": ["p1", "p2", "t1", "v1"], "nom": ["P un", "P deux", "T", "V"], "type": ["PVD", "PVD", "TI", "VA"]}
)


def make_affiliations(text):
    rows = [cell.split(":") for cell in text.split()]
    return pd.DataFrame(rows, columns=["dispositif_id", "territoire_code"], dtype="str")


# 43001 holds two PVD contracts and a VA; 43002 one PVD; the EPCI a TI; a row is repeated, one is out of the perimeter, one has no contract.
ROWS = make_affiliations(f"p1:43001 p2:43001 v1:43001 p1:43002 p1:43002 t1:{EPCI} v1:63001 zz:43001")


def test_by_hand():
    pairs = list_affiliations(ROWS, DISPOSITIFS, COMMUNES)
    assert len(pairs) == 5 and pairs["genre"].value_counts().to_dict() == {"commune": 4, "epci": 1}
    table = measure_affiliations(pairs, COMMUNES).set_index("genre")
    counts = ["nb_territoires", "nb_avec_contrat", "nb_contrats", "nb_programmes", "nb_affiliations"]
    assert table.loc["commune", counts].tolist() == [3, 2, 3, 2, 4]
    assert table.loc["commune", "densite"] == pytest.approx(4 / 9)
    assert table.loc["commune", "nb_affiliations_programmes"] == 3
    assert table.loc["commune", "densite_programmes"] == pytest.approx(3 / 6)
    assert table.loc["epci", ["nb_territoires", "nb_avec_contrat", "densite"]].tolist() == [2, 1, 0.5]
    counts = count_contracts(pairs, COMMUNES).set_index("territoire_code")
    assert counts.index.tolist() == ["43001", "43002", EPCI]
    assert counts.loc["43001", ["nb_contrats", "nb_programmes", "programmes"]].tolist() == [3, 2, ("PVD", "VA")]
    told = counts.loc[EPCI, ["nb_contrats", "nb_contrats_communes", "nb_communes", "nb_communes_avec_contrat"]]
    assert told.tolist() == [1, 3, 2, 2]


def test_an_epci_without_contract_of_its_own_is_there_for_those_of_its_communes():
    counts = count_contracts(list_affiliations(make_affiliations("p1:43003"), DISPOSITIFS, COMMUNES), COMMUNES)
    row = counts.set_index("territoire_code").loc[OTHER]
    assert row[["territoire", "nb_contrats", "nb_contrats_communes", "nb_communes"]].tolist() == ["CC Deux", 0, 1, 1]


def test_no_affiliation_gives_a_reason_and_no_zero():
    pairs = list_affiliations(ROWS.iloc[:0], DISPOSITIFS, COMMUNES)
    table = measure_affiliations(pairs, COMMUNES)
    assert table["densite"].isna().all() and table["part_avec_contrat"].isna().all()
    assert table["raison_absence"].str.contains("aucun contrat").all()
    assert count_contracts(pairs, COMMUNES).empty


def test_order_of_rows_is_nothing():
    pdt.assert_frame_equal(
        list_affiliations(shuffle(ROWS), shuffle(DISPOSITIFS), COMMUNES), list_affiliations(ROWS, DISPOSITIFS, COMMUNES)
    )


def test_a_naive_loop_gives_the_same_density():
    rng = np.random.default_rng(3)
    places = [*COMMUNES.index, EPCI, OTHER, "63001"]
    cells = [(str(rng.choice(DISPOSITIFS["dispositif_id"])), str(rng.choice(places))) for _ in range(12)]
    table = measure_affiliations(list_affiliations(pd.DataFrame(cells, columns=ROWS.columns), DISPOSITIFS, COMMUNES), COMMUNES)
    inside = {cell for cell in cells if cell[1] in COMMUNES.index}
    assert table.set_index("genre").loc["commune", "densite"] == pytest.approx(len(inside) / (3 * len({c for c, _ in inside})))
