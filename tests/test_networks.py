"""Every measure of networks in one call, on a small dossier and on the example: nothing mixed, nothing invented."""

import pandas as pd
import pytest
from passage import measure_example, measure_small

from diagnostic.measure.networks import measure_links
from diagnostic.vocabulary import read_vocabulary


@pytest.fixture(scope="module")
def example():
    return measure_example()


def test_every_table_is_named_for_the_workbook(example):
    tables, _ = example
    named = set(read_vocabulary("tables")["table"])
    assert set(measure_links(tables)) <= named


def test_the_networks_are_apart(example):
    _, results = example
    facets = results["facettes"].set_index(["reseau", "facette", "valeur"])
    whole = results["densites"].set_index("territoire_id").loc["perimetre"]
    assert facets.loc[("liens", "ensemble", "ensemble"), "nb_liens"] == whole["nb_liens"]
    parts = results["densites_dispositifs"].set_index("territoire_id").loc["perimetre"]
    assert facets.loc[("participations", "ensemble", "ensemble"), "nb_liens"] == parts["nb_participations"]
    assert results["projection"]["nb_paires"].iloc[0] != whole["nb_liens"]


def test_figures_of_one_network_agree_wherever_they_stand(example):
    _, results = example
    whole = results["densites"].set_index("territoire_id").loc["perimetre"]
    assert results["positions"]["degre"].sum() == 2 * whole["nb_liens"]
    assert (results["positions"]["degre"] == 0).sum() == whole["nb_isoles"]
    assert len(results["confirmations"]) == whole["nb_liens"]
    silo = results["silos"].set_index("mixte")
    chance = results["references"].set_index(["mixte", "hypothese"])
    for scenario in silo.index:
        for hypothese in ("etiquettes", "liens"):
            row = chance.loc[(scenario, hypothese)]
            assert row["observe"] == silo.loc[scenario, "nb_externes"]
            assert row["moyenne"] == pytest.approx(silo.loc[scenario, "nb_externes_attendu"])
    side_by_side = results["comparaison"].set_index("territoire_id").loc["perimetre"]
    assert side_by_side["ratio_externes"] == pytest.approx(silo.loc["exclu", "ratio_externes"])
    assert results["communautes"]["nb_acteurs"].sum() == whole["nb_acteurs"]


def test_the_summary_tells_every_figure_with_its_name(example):
    _, results = example
    rows = results["reseau_resume"].set_index(["mesure", "hypothese"])
    assert rows.index.is_unique and rows["libelle"].notna().all()
    density = rows.loc[("densite_liens", pd.NA)] if ("densite_liens", pd.NA) in rows.index else rows.xs("densite_liens").iloc[0]
    assert density["numerateur"] / density["denominateur"] == pytest.approx(density["valeur"])
    assert {"etiquettes", "liens", "degres"} <= set(results["reseau_resume"]["hypothese"].dropna())


def test_an_empty_sheet_of_links_is_no_network_without_link():
    tables, _ = measure_small()
    results = measure_links(tables | {"liens": tables["liens"].iloc[:0], "participations": tables["participations"].iloc[:0]})
    for name, columns in {"densites": ["densite", "nb_liens"], "silos": ["ei", "nb_externes"], "silos_groupes": ["nb_externes"]}.items():
        assert results[name][columns].isna().all(axis=None), name
        assert results[name]["raison_absence"].str.contains("feuille liens").all(), name
    assert results["conventions_resume"]["valeur"].isna().all()
    assert results["references"]["p_moins"].isna().all() and (results["references"]["raison_absence"] != "").all()
    assert results["positions"].empty and results["communautes"].empty and results["ponts"].empty


def test_imported_contracts_enter_no_network(example):
    tables, _ = example
    contract = tables["dispositifs"].iloc[:1].assign(dispositif_id="ANCT-x", fichier="imports/programmes-anct.xlsx")
    more = tables | {"dispositifs": pd.concat([tables["dispositifs"], contract], ignore_index=True)}
    here, there = (measure_links(given)["densites_dispositifs"]["nb_dispositifs"].tolist() for given in (tables, more))
    assert here == there
