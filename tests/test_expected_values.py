"""Every value of `valeurs_attendues.json` on jurisdictions is measured and compared, leaf by leaf; none can be forgotten."""

import pandas as pd
import pytest
from jouets import J1, make_affectation, make_appartenance, make_communes, make_couches, make_j1, read_expected

from diagnostic.measure.ressorts.clusters import find_clusters
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.millefeuille import (
    find_atoms,
    measure_atoms,
    measure_millefeuille,
    measure_millefeuille_territoires,
)
from diagnostic.measure.ressorts.overlap import compare_layers, measure_contingency

LAYERS = ("EPCI", "CAS", "MSA", "CAF", "CIAS", "X")
# The gaps and access (methode.md 3.5) are other measures, other tests; the networks are in test_expected_networks.py.
GAPS = ["liens_attendus", "liens_manquants", "taux_realisation", "dist_site1", "part_sup10", "dist_moy", "2SFCA"]


@pytest.fixture(scope="module")
def shared():
    return read_expected()


@pytest.fixture(scope="module")
def found():
    """Return the measured values in the shape of the shared file: {key: value}."""
    return find_profiles() | find_pairs() | find_coincidences() | find_mixtures() | find_real_values() | find_roubaix()


def test_every_value_on_jurisdictions_is_compared_or_told_elsewhere(shared, found):
    from test_expected_networks import NETWORK_KEYS  # it compares the way this file does

    elsewhere = {*GAPS, *NETWORK_KEYS}
    assert not set(found) & elsewhere
    assert set(found) | elsewhere == set(shared)


def test_every_value_on_jurisdictions_is_what_was_computed_apart(shared, found):
    for key, value in found.items():
        check_same(value, shared[key], key, precision=1e-6 if key.startswith("reel_") else 1e-12)


def check_same(found, expected, where, *, precision):
    """Assert that two nested values are the same, every key and every leaf of them."""
    if isinstance(expected, dict):
        assert set(found) == set(expected), where
        for key in expected:
            check_same(found[key], expected[key], f"{where} / {key}", precision=precision)
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for rank, (one, other) in enumerate(zip(found, expected, strict=True)):
            check_same(one, other, f"{where} / {rank}", precision=precision)
    elif isinstance(expected, str):
        assert found == expected, where
    else:
        assert found == pytest.approx(expected, abs=precision), where


def test_a_forgotten_leaf_a_wrong_leaf_and_a_forgotten_key_are_seen():
    for wrong in ({"n": 2}, {"n": 2, "w": [1, 2.1]}, {"n": 2, "w": [1]}, {"n": 2, "w": [1, 2], "z": 0}):
        with pytest.raises(AssertionError):
            check_same(wrong, {"n": 2, "w": [1, 2]}, "essai", precision=1e-12)
    check_same({"n": 2, "w": [1, 2]}, {"n": 2, "w": [1, 2]}, "essai", precision=1e-12)


# --- J1 -----------------------------------------------------------------------------------------------------------
def compare_j1(couche_a, couche_b, ponderation="population"):
    j1 = make_j1(LAYERS)
    tables = j1.affectation, j1.appartenance, j1.communes, j1.couches.loc[[couche_a, couche_b]]
    return compare_layers(*tables, territoires=["perimetre"], ponderation=ponderation).iloc[0]


def cross_j1(couche_a, couche_b, territoire="perimetre"):
    """Return {(unite_a, unite_b): poids} of two layers of J1."""
    j1 = make_j1(LAYERS)
    cells = measure_contingency(j1.affectation, j1.appartenance, j1.communes, couche_a, couche_b)
    return cells[cells["territoire_id"] == territoire].set_index(["unite_a", "unite_b"])["poids"].to_dict()


def find_profiles():
    j1 = make_j1(LAYERS)
    measured = measure_discordance(j1.affectation, j1.appartenance, j1.communes, j1.couches)
    measured = measured.set_index(["territoire_id", "couche"])
    found = {"couverture_CIAS": measured.loc[("perimetre", "CIAS"), "couverture"]}
    for epci, couche in [(e, c) for e in ("E1", "E2") for c in ("CAS", "MSA", "CAF")]:
        row = measured.loc[(f"epci:{epci}", couche)]
        found[f"profil[{epci},{couche}]"] = {
            "n": row["n_unites"], "inv_simpson": row["interlocuteurs_effectifs_q2"],
            "exp_shannon": row["interlocuteurs_effectifs_q1"], "part_principale": row["part_principale"],
            "split": row["indice_eclatement"],
            "w": {unit: poids for (_, unit), poids in cross_j1("EPCI", couche, f"epci:{epci}").items()},
        }  # fmt: skip
    return found


def tell_information(row):
    """Return one comparison in the words of the shared file; NMI by the maximum and V are read from its columns."""
    return {
        "Ha": row["entropie_a"], "Hb": row["entropie_b"], "Hab": row["entropie_ab"], "I": row["information_mutuelle"],
        "VI": row["vi"], "VI_norm": row["vi_norm"], "NMI_arith": row["nmi"],
        "NMI_max": row["information_mutuelle"] / max(row["entropie_a"], row["entropie_b"]),
        "homogeneite_a": row["part_de_a_expliquee_par_b"], "completude_b": row["part_de_b_expliquee_par_a"], "V": row["nmi"],
    }  # fmt: skip


def find_pairs():
    pop = compare_j1("EPCI", "CAS")
    found = {
        "cont_EPCI_CAS": {str(cell): poids for cell, poids in cross_j1("EPCI", "CAS").items()},
        "info_com_EPCI_CAS": tell_information(compare_j1("EPCI", "CAS", "communes")),
        "info_EPCI_X": tell_information(compare_j1("EPCI", "X")),
        "sklearn_check_pop": pop[["part_de_a_expliquee_par_b", "part_de_b_expliquee_par_a", "nmi", "nmi"]].tolist(),
    }
    for couche in ("CAS", "MSA", "CAF"):
        found[f"info_pop_EPCI_{couche}"] = tell_information(compare_j1("EPCI", couche))
    for inner, outer in [("CAS", "EPCI"), ("EPCI", "CAS"), ("EPCI", "CAF"), ("CIAS", "EPCI")]:
        row = compare_j1(inner, outer)
        columns = {"unites": "part_a_dans_b", "pop": "part_population_a_dans_b", "purete": "purete_a_dans_b"}
        found[f"emboitement_{inner}_dans_{outer}"] = {name: row[column] for name, column in columns.items()}
    return found


def find_coincidences():
    cells = pd.Series(cross_j1("EPCI", "CAS"))
    best = {"a": set(cells.groupby(level=0).idxmax()), "b": set(cells.groupby(level=1).idxmax())}
    chosen = {"mutuelle": best["a"] & best["b"], "vue_a": best["a"], "vue_b": best["b"]}
    row, found = compare_j1("EPCI", "CAS"), {}
    for view, key in {"mutuelle": "coincidence_mutuelle", "vue_a": "coinc_vue_EPCI", "vue_b": "coinc_vue_CAS"}.items():
        communes = [code for code in "ABCDEF" if (J1["EPCI"][code], J1["CAS"][code]) in chosen[view]]
        found[key] = [communes, row[f"coincidence_{view}_communes"], row[f"coincidence_{view}_population"]]
    return found


def find_mixtures():
    j1 = make_j1()
    counted = measure_millefeuille_territoires(
        j1.affectation, j1.appartenance, couches_retenues=["CAS", "MSA", "CAF", "CIAS"]
    )
    by_epci = {
        epci: counted[counted["territoire_id"] == f"epci:{epci}"].set_index("couche")["n_unites"].to_dict()
        for epci in ("E1", "E2")
    }
    atoms, _ = find_atoms(j1.affectation, j1.communes, couches_retenues=["EPCI", "CAS", "MSA"])
    units = [
        str(tuple(cell.split("=")[1] for cell in portfolio.split(" ; "))) for portfolio in atoms["portefeuille"]
    ]
    return {
        "millefeuille_commune": measure_millefeuille(j1.affectation, j1.communes)["nb_couches"].to_dict(),
        "millefeuille_territoire": by_epci, "atomes": dict(zip(units, atoms["poids"], strict=True)),
        "atomes_n": measure_atoms(atoms)["nb_atomes"], "atomes_eff": measure_atoms(atoms)["nb_atomes_effectifs"],
        "amas_EPCI_CAS": list_clusters("CAS"), "amas_EPCI_X": list_clusters("X"),
    }  # fmt: skip


def list_clusters(couche):
    """Return the clusters of EPCI and another layer as lists of "('layer', 'unit')", sorted."""
    j1 = make_j1(LAYERS)
    amas, _ = find_clusters(
        j1.affectation, j1.appartenance, j1.communes, j1.couches.loc[["EPCI", couche]], territoires=["perimetre"]
    )
    sides = [("EPCI", "unites_a"), (couche, "unites_b")]
    return sorted(
        sorted(str((name, unit)) for name, column in sides for unit in row[column].split(" ; ")) for _, row in amas.iterrows()
    )


# --- 43 and 63, communes of 2026; Roubaix -------------------------------------------------------------------------
def find_real_values():
    from diagnostic.read.places.territories import read_communes

    found, couches = {}, make_couches(["EPCI", "ARRONDISSEMENT"])
    for departement in ("43", "63"):
        communes = read_communes(departements=[departement], geometry=False)
        affectation = make_affectation({name: communes[name.lower()].to_dict() for name in couches.index})
        whole = make_appartenance({"d": communes.index})
        for suffix, ponderation in {"pop": "population", "com": "communes"}.items():
            row = compare_layers(affectation, whole, communes, couches, ponderation=ponderation).iloc[0]
            found[f"reel_{departement}_{suffix}"] = tell_information(row)
        row = compare_layers(affectation, whole, communes, couches).iloc[0]
        columns = ["nb_a_dans_b", "nb_unites_a", "part_population_a_dans_b", "purete_a_dans_b"]
        found[f"reel_{departement}_emboitement"] = row[columns].tolist()
        found[f"reel_{departement}_split"] = find_split(affectation, communes, couches)
    return found


def find_split(affectation, communes, couches):
    """Return {epci: [{arrondissement: population}, q2]} of the EPCI in several arrondissements."""
    inside = make_appartenance({epci: rows.index for epci, rows in communes.groupby("epci")})
    measured = measure_discordance(affectation, inside, communes, couches).set_index(["territoire_id", "couche"])
    cells = measure_contingency(affectation, inside, communes, "EPCI", "ARRONDISSEMENT").set_index("territoire_id")
    several = cells[cells.index.duplicated(keep=False)]
    return {
        epci: [
            rows.set_index("unite_b")["poids"].to_dict(),
            measured.loc[(epci, "ARRONDISSEMENT"), "interlocuteurs_effectifs_q2"],
        ]
        for epci, rows in several.groupby(level=0)
    }


def find_roubaix():
    """Twelve centres sociaux of the 180 of the departement are in one commune, which they split."""
    centres = [f"c{rank:03d}" for rank in range(180)]
    layers = {"CS": {"59512": centres[:12], "59350": centres[12:]}}
    affectation = make_affectation(layers, part=float("nan"))
    communes, inside = make_communes({"59512": 98000, "59350": 236000}), {"roubaix": ["59512"], "nord": ["59512", "59350"]}
    measured = measure_discordance(affectation, make_appartenance(inside), communes, make_couches(["CS"], infra=["CS"]))
    measured = measured.set_index("territoire_id")["n_unites"]
    return {"roubaix": measured["roubaix"] / measured["nord"]}
