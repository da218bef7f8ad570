"""Which actors are sites, and where their list is whole."""

import pandas as pd
from passage import measure_small

from diagnostic.measure.site_lists import extend_coverage, list_complete, list_sites, mark_inventory

EPCI = "epci:244301099"


def test_an_inventory_is_complete_by_declaration_or_by_its_source():
    tables, _ = measure_small()
    rows = pd.DataFrame({"territoire_id": EPCI, "categorie": ["ccas", "france_services", "tiers_lieu"]})
    assert mark_inventory(rows, tables).tolist() == ["complet", "non_renseigne", "non_renseigne"]
    brought = tables["acteurs"].assign(fichier="imports/france-services.xlsx")
    assert mark_inventory(rows, tables | {"acteurs": brought}).tolist() == ["complet", "complet", "non_renseigne"]


def test_a_published_list_says_at_its_date_that_the_whole_perimetre_is_complete():
    tables, _ = measure_small()
    assert extend_coverage(tables).equals(tables["couverture_inventaire"]) and list_complete(tables) == ()
    dates = pd.to_datetime(["2024-08-01", "2024-07-01"] + [None] * (len(tables["acteurs"]) - 2))
    brought = tables | {"acteurs": tables["acteurs"].assign(fichier="imports/france-services.xlsx", date_maj=dates)}
    told = extend_coverage(brought)
    assert len(told) > len(tables["couverture_inventaire"])
    row = told[told["categorie"] == "france_services"].iloc[0]
    assert (row["territoire_id"], row["statut"], row["date"]) == ("perimetre", "complet", pd.Timestamp("2024-08-01"))
    assert "france_services" in list_complete(brought)


def test_the_whole_published_list_stands_for_the_rows_of_other_imports():
    tables, _ = measure_small()
    row = tables["acteurs"].iloc[[0]].assign(categorie="france_services")
    files = ("imports/france-services.xlsx", "imports/hinaura.xlsx", "inventaire.xlsx")
    rows = pd.concat([row.assign(acteur_id=name, fichier=name) for name in files])
    assert set(list_sites(rows)["acteur_id"]) == {"imports/france-services.xlsx", "inventaire.xlsx"}
    assert len(list_sites(rows[rows["fichier"] != "imports/france-services.xlsx"])) == 2
    assert list_sites(rows.assign(methode_commune="outre_mer")).empty


def test_the_perimetre_is_complete_where_each_of_its_epci_is():
    tables, _ = measure_small()
    rows = pd.DataFrame({"territoire_id": "perimetre", "categorie": ["ccas", "tiers_lieu"]})
    assert mark_inventory(rows, tables).tolist() == ["complet", "non_renseigne"]
    apart = tables | {"communes": tables["communes"].assign(epci=[None, *tables["communes"]["epci"].iloc[1:]])}
    assert mark_inventory(rows, apart).tolist() == ["non_renseigne", "non_renseigne"]
