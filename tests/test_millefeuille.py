"""Layers piled on communes and atoms: values of methode.md, conservation of the population, limits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets import make_affectation, make_appartenance, make_communes, make_j1, read_expected

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts.millefeuille import (
    find_atoms,
    measure_atoms,
    measure_atoms_territoires,
    measure_millefeuille,
    measure_millefeuille_territoires,
)

OTHERS = ["CAS", "MSA", "CAF", "CIAS"]
ATOMES = {"E1 S1 M1": 1500, "E1 S2 M1": 300, "E1 S2 M2": 200, "E2 S2 M2": 800, "E2 S3 M2": 200}


def find_j1_atoms():
    """Return the atoms of EPCI x CAS x MSA on J1."""
    j1 = make_j1()
    return find_atoms(j1.affectation, j1.communes, couches_retenues=["EPCI", "CAS", "MSA"])


def test_layers_of_each_commune_on_the_index_of_the_communes():
    j1 = make_j1()
    communes = j1.communes.sort_index(ascending=False)
    counted = measure_millefeuille(j1.affectation, communes)
    assert counted.index.equals(communes.index)
    assert counted["nb_couches"].to_dict() == {"A": 5, "B": 5, "C": 5, "D": 5, "E": 4, "F": 4}
    assert counted["nb_unites"].equals(counted["nb_couches"].rename("nb_unites"))
    assert counted["nb_organismes"].isna().all()


def test_units_of_each_territory_without_its_own_layer():
    j1 = make_j1()
    counted = measure_millefeuille_territoires(j1.affectation, j1.appartenance, couches_retenues=OTHERS)
    counted = counted.set_index(["territoire_id", "couche"])
    assert counted.loc["epci:E1", "n_unites"].to_dict() == {"CAS": 2, "MSA": 2, "CAF": 1, "CIAS": 1}
    assert counted.loc["epci:E2", "n_unites"].to_dict() == {"CAS": 2, "MSA": 1, "CAF": 1, "CIAS": 0}
    assert counted.loc["epci:E1", "n_unites_total"].tolist() == [6] * 4
    assert counted.loc["epci:E2", "n_unites_total"].tolist() == [4] * 4


def test_values_of_the_shared_file():
    shared, j1 = read_expected(), make_j1()
    assert measure_millefeuille(j1.affectation, j1.communes)["nb_couches"].to_dict() == shared["millefeuille_commune"]
    counted = measure_millefeuille_territoires(j1.affectation, j1.appartenance, couches_retenues=OTHERS)
    for territoire, expected in shared["millefeuille_territoire"].items():
        found = counted[counted["territoire_id"] == f"epci:{territoire}"]
        assert found.set_index("couche")["n_unites"].to_dict() == expected
    atoms, _ = find_j1_atoms()
    assert sorted(atoms["poids"]) == sorted(shared["atomes"].values())
    assert measure_atoms(atoms)["nb_atomes"] == shared["atomes_n"]
    assert measure_atoms(atoms)["nb_atomes_effectifs"] == pytest.approx(shared["atomes_eff"])


def test_atoms_of_j1():
    atoms, communes_atomes = find_j1_atoms()
    expected = {" ; ".join(f"{c}={u}" for c, u in zip(["EPCI", "CAS", "MSA"], key.split(), strict=True)): poids
                for key, poids in ATOMES.items()}  # fmt: skip
    assert atoms.set_index("portefeuille")["poids"].to_dict() == expected
    assert atoms["nb_communes"].tolist() == [2, 1, 1, 1, 1]
    assert communes_atomes.to_dict() == {"A": "A1", "B": "A1", "C": "A2", "D": "A3", "E": "A4", "F": "A5"}
    assert measure_atoms(atoms).to_dict() == pytest.approx(
        {"nb_atomes": 5, "nb_atomes_effectifs": 2.9411764705882355, "poids_total": 3000}
    )


def test_atoms_of_each_territory():
    j1 = make_j1()
    measured = measure_atoms_territoires(find_j1_atoms()[1], j1.appartenance, j1.communes).set_index("territoire_id")
    assert measured["nb_atomes"].to_dict() == {"epci:E1": 3, "epci:E2": 2, "perimetre": 5}
    # 2000^2 / (1500^2 + 300^2 + 200^2), 1000^2 / (800^2 + 200^2)
    assert measured["nb_atomes_effectifs"].tolist() == pytest.approx([4 / 2.38, 1 / 0.68, 2.9411764705882355])


def test_all_that_coincides_is_one_atom():
    affectation = make_affectation({"L": dict.fromkeys("AB", "u"), "M": dict.fromkeys("AB", "v")})
    atoms, _ = find_atoms(affectation, make_communes({"A": 3, "B": 4}))
    assert atoms["portefeuille"].tolist() == ["L=u ; M=v"]
    assert measure_atoms(atoms)["nb_atomes_effectifs"] == 1


def test_a_commune_without_unit_has_no_atom_and_a_shared_one_has_both_units():
    affectation = make_affectation({"CS": {"A": {"c1": np.nan, "c2": np.nan}, "B": "c1"}, "L": {"B": "u"}})
    communes = make_communes({"A": 3, "B": 4, "C": 9})
    atoms, communes_atomes = find_atoms(affectation, communes)
    assert atoms["portefeuille"].tolist() == ["CS=c1 ; CS=c2", "CS=c1 ; L=u"]
    assert pd.isna(communes_atomes["C"])
    counted = measure_millefeuille(affectation, communes)
    assert counted["nb_couches"].tolist() == [1, 2, 0]
    assert counted["nb_unites"].tolist() == [2, 2, 0]


def test_the_caf_and_its_branch_are_one_organism_but_equal_codes_are_not():
    affectation = make_affectation(
        {
            "CAF": {"A": "caf43"},
            "ANTENNE": {"A": "brioude"},
            "DEPARTEMENT": {"A": "43"},
            "MSA": {"A": "43"},
            "LIBRE": {"A": "x"},
        }
    )
    unites = pd.DataFrame(
        [
            ("CAF", "caf43", "caf43"),
            ("ANTENNE", "brioude", "caf43"),
            ("DEPARTEMENT", "43", "43"),
            ("MSA", "43", np.nan),
        ],
        columns=["couche", "unite_id", "organisme_id"],
    )
    counted = measure_millefeuille(affectation, make_communes({"A": 1}), unites=unites)
    assert counted.loc["A"].to_dict() == {"nb_couches": 5, "nb_unites": 5, "nb_organismes": 4}


def test_missing_population_stops_the_atoms_but_not_the_counts():
    j1 = make_j1()
    communes = j1.communes.assign(population=np.nan)
    with pytest.raises(DiagnosticError, match=r"\(6\)"):
        find_atoms(j1.affectation, communes)
    assert measure_millefeuille(j1.affectation, communes)["nb_couches"].sum() == 28
    assert measure_atoms(find_atoms(j1.affectation, communes, ponderation="communes")[0])["poids_total"] == 6


def test_a_territory_without_inhabitant_counts_its_communes():
    affectation, communes = make_affectation({"L": {"A": "u", "B": "v"}}), make_communes({"A": 0, "B": 0})
    atoms, communes_atomes = find_atoms(affectation, communes)
    assert np.isnan(measure_atoms(atoms)["nb_atomes_effectifs"])
    measured = measure_atoms_territoires(communes_atomes, make_appartenance({"t": "AB"}), communes).iloc[0]
    assert measured["nb_atomes_effectifs"] == 2 and measured["ponderation"] == "communes (population nulle)"


def test_empty_tables_and_absent_layers():
    j1 = make_j1()
    nothing = j1.affectation.iloc[:0]
    assert measure_millefeuille(nothing, j1.communes, unites=j1.unites)["nb_organismes"].eq(0).all()
    assert measure_millefeuille_territoires(nothing, j1.appartenance).empty
    absent = measure_millefeuille_territoires(j1.affectation, j1.appartenance, couches_retenues=["VIDE"])
    assert absent["n_unites"].tolist() == [0, 0, 0]
    atoms, communes_atomes = find_atoms(nothing, j1.communes)
    assert atoms.empty and communes_atomes.isna().all() and len(communes_atomes) == 6
    assert np.isnan(measure_atoms(atoms)["nb_atomes_effectifs"])
    measured = measure_atoms_territoires(communes_atomes, j1.appartenance, j1.communes)
    assert measured["nb_atomes"].eq(0).all() and measured["nb_atomes_effectifs"].isna().all()


def test_order_of_rows_does_not_matter():
    j1 = make_j1()
    affectation = j1.affectation.sample(frac=1, random_state=5)
    communes = j1.communes.sample(frac=1, random_state=5)
    atoms, communes_atomes = find_atoms(affectation, communes, couches_retenues=["EPCI", "CAS", "MSA"])
    expected, expected_communes = find_j1_atoms()
    pd.testing.assert_frame_equal(atoms, expected)
    pd.testing.assert_series_equal(communes_atomes.sort_index(), expected_communes)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 99), *[st.sampled_from(["", "u", "v"])] * 3), min_size=1, max_size=12))
def test_random_layers_conserve_population_and_portfolios(rows):
    codes = [f"{rank:05d}" for rank in range(len(rows))]
    communes = make_communes({code: row[0] for code, row in zip(codes, rows, strict=True)})
    layers = {
        name: {code: row[k] for code, row in zip(codes, rows, strict=True) if row[k]} for k, name in enumerate("LMN", 1)
    }
    atoms, communes_atomes = find_atoms(make_affectation(layers), communes)
    uncovered = communes.loc[communes_atomes.isna(), "population"].sum()
    assert atoms["poids"].sum() + uncovered == communes["population"].sum()
    assert atoms["nb_communes"].sum() == communes_atomes.notna().sum()
    assert len(atoms) == len({row[1:] for row in rows} - {("", "", "")})
    text = atoms.set_index("atome_id")["portefeuille"]
    for code, row in zip(codes, rows, strict=True):
        expected = " ; ".join(f"{name}={unit}" for name, unit in zip("LMN", row[1:], strict=True) if unit)
        assert (text[communes_atomes[code]] if expected else "") == expected
