"""The access shown on real data: every figure on Haute-Loire equal to a plain double loop, and what moves kept apart."""

import runpy

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(ROOT / "scripts" / "montrer_acces.py"))


@pytest.fixture(scope="module")
def case(script, partage):
    return script["read_case"](partage / script["FILE"], departements=["43", "63"])


def test_haute_loire_is_what_a_double_loop_finds(script, case):
    communes, sites, _ = case
    told = script["compare_loop"](communes, sites)
    assert len(told) == 2 + 3 * 4 * 2 + 1 + 3
    assert {words: pair for words, pair in told.items() if pair[0] != pytest.approx(pair[1], abs=1e-6)} == {}
    assert told["communes avec les deux mêmes sites"] == (257, 257)


def test_what_moves_is_apart_and_figures_hold_together(script, case, capsys):
    communes, sites, appartenance = case
    inside = sites[~sites["hors_territoire"]]
    assert inside.loc[inside["mobile"].astype(bool), "forme"].value_counts().to_dict() == {"Bus_équivalent": 2, "Itinérante": 1}
    tables = script["measure_case"](communes, sites, appartenance)
    beyond = tables["beyond"].set_index("seuil_km")
    assert beyond["population"].unique().tolist() == [communes["population"].sum()]
    assert beyond["nb_mobiles"].unique().tolist() == [3] and beyond["nb_sites"].unique().tolist() == [56]
    assert beyond["population_au_dela"].is_monotonic_decreasing
    assert (beyond["population_au_dela_moins_25"] >= beyond["population_au_dela"]).all()
    assert (beyond["population_au_dela_sans_voisins"] >= beyond["population_au_dela"]).all()
    assert tables["closures"]["population"].sum() == communes["population"].sum()
    script["show_case"]("Essai", communes, sites, tables)
    shown = capsys.readouterr().out
    assert "Bus_équivalent     2 à part" in shown and "Sans distance connue, non classées : aucune commune" in shown
    assert shown.count(" habitants-km ; ") == shown.count(" ; repli : ") == 3
