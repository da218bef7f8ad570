"""Every measure in one call, on the real communes of 43 and 63: the values of the method are records."""

import pandas as pd
import pytest
from passage import measure_example, measure_small, measure_timed, write_dossier

from diagnostic.measure.diagnosis import measure_dossier
from diagnostic.run import load
from diagnostic.vocabulary import read_vocabulary


@pytest.fixture(scope="module")
def records():
    return measure_example()[1]["resultats"]


@pytest.mark.parametrize(
    ("mesure", "territoire", "expected"),
    [
        ("vi", "departement:43", 1.091157),
        ("nmi", "departement:43", 0.647700),
        ("entropie_a", "departement:43", 2.046091),
        ("entropie_b", "departement:43", 1.051149),
        ("information_mutuelle", "departement:43", 1.003041),
        ("part_de_b_expliquee_par_a", "departement:43", 0.954233),
        ("nb_a_dans_b", "departement:43", 8),
        ("nb_unites_a", "departement:43", 11),
        ("part_population_a_dans_b", "departement:43", 0.543634),
        ("purete_a_dans_b", "departement:43", 0.989635),
        ("nb_a_dans_b", "departement:63", 14),
        ("nb_unites_a", "departement:63", 14),
        ("nmi", "departement:63", 0.765776),
        ("part_de_b_expliquee_par_a", "departement:63", 1.0),
    ],
)
def test_values_of_the_method_on_pairs_of_layers(records, mesure, territoire, expected):
    found = records.query(
        "mesure == @mesure and territoire == @territoire and couche_a == 'EPCI' and couche_b == 'ARRONDISSEMENT'"
    )
    assert found["valeur"].tolist() == [pytest.approx(expected, abs=1e-6)]


@pytest.mark.parametrize(
    ("epci", "expected"), [("200073419", 1.054539), ("244301123", 1.058703), ("200073393", 1.003157)]
)
def test_values_of_the_method_on_epci(records, epci, expected):
    asked = {"mesure": "interlocuteurs_effectifs_q2", "territoire": f"epci:{epci}", "couche_a": "ARRONDISSEMENT"}
    found = records[(records[list(asked)] == pd.Series(asked)).all(axis=1)]
    assert found["valeur"].tolist() == [pytest.approx(expected, abs=1e-6)]


def test_every_result_is_named_and_every_measured_table_is_there():
    tables, results = measure_small()
    assert set(read_vocabulary("mesures")["table"]) <= set(results) | set(measure_timed())
    resume = results["territoires_resume"]
    assert resume.index.tolist() == tables["territoires"].index.tolist()
    whole = resume.loc["perimetre"]
    assert whole["nb_communes"] == 12 and whole["population"] == tables["communes"]["population"].sum()
    per_layer = [c for c in resume.columns if c.startswith("nb_unites ")]
    assert whole["nb_interlocuteurs"] == whole[per_layer].sum() == 5
    epci = resume.loc["epci:244301099"]
    states = epci[["categories_present", "categories_absent_verifie", "categories_non_renseigne"]]
    assert states.sum() == epci["nb_categories"] > 100


def test_the_order_of_actors_and_links_does_not_matter():
    tables, results = measure_small()
    mixed = tables | {
        name: tables[name].iloc[::-1].reset_index(drop=True) for name in ("acteurs", "liens", "participations")
    }
    again = measure_dossier(mixed)
    keys = ["mesure", "territoire", "couche_a", "couche_b", "groupe_a", "groupe_b"]
    first, second = (r["resultats"].sort_values(keys, ignore_index=True) for r in (results, again))
    pd.testing.assert_frame_equal(first, second)


def test_a_dossier_without_actors_still_measures_jurisdictions(tmp_path):
    tables = load(write_dossier(tmp_path / "vide", {"parametres": "cle,valeur\nepci,244301099\n"}))
    results = measure_dossier(tables)
    assert results["discordance"]["n_unites"].sum() > 0
    told = " ".join(results["lectures"]["phrase"])
    assert "feuille acteurs" in told and "feuille participations" in told
    assert not results["resultats"].query("valeur.isna() and raison_absence.isna()").size
