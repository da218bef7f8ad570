"""No distance leads to a place that an edition hides."""

import pandas as pd
import pytest
from passage import measure_small

from diagnostic.edition import filter_edition
from diagnostic.edition.closed import CATEGORY_TABLES, drop_distances, list_distance_measures


@pytest.fixture(scope="module")
def small():
    tables, results = measure_small()
    return tables | results


def test_no_distance_leads_to_a_hidden_site(small):
    """Three distances to a point find it: a category one of whose sites is hidden has none in the public edition."""
    actors = small["acteurs"]
    hidden = actors[actors["diffusion"].isin(["interne", "partenaires"]) | actors["lieu_domicile"].eq(True).fillna(False)]
    category = hidden["categorie"].dropna().iloc[0]
    distances = pd.DataFrame({"code_insee": ["43157"], "categorie": category, "distance_km": 1.5, "site_id": hidden["acteur_id"].iloc[0]})
    other = distances.assign(categorie="mairie_annexe", site_id=None)
    tables = small | {"acces_communes": pd.concat([distances, other], ignore_index=True)}
    public, removed = filter_edition(tables, "publique")
    assert public["acces_communes"]["categorie"].tolist() == ["mairie_annexe"]
    assert removed["raison"].str.startswith("distances à une catégorie").any()
    assert len(filter_edition(tables, "interne")[0]["acces_communes"]) == 2


@pytest.mark.parametrize("name", CATEGORY_TABLES)
def test_every_table_that_leads_to_a_place_is_thinned(name):
    rows = pd.DataFrame({"categorie": ["evs", "ccas", None], "acteur_id": ["a", "b", "c"]})
    kept, told = drop_distances(rows, name, {"evs"}, {})
    assert kept["acteur_id"].tolist() == ["b", "c"] and told[0][:3] == [name, "lignes", 1]
    assert drop_distances(rows, name, set(), {})[0].equals(rows)


def test_an_expectation_goes_when_one_of_its_categories_is_hidden():
    rows = pd.DataFrame({"objet": ["categorie", "categorie", "dispositif"], "code": ["ccas;evs", "ccas", "evs"]})
    kept, _ = drop_distances(rows, "attendus_territoires", {"evs"}, {})
    assert kept["code"].tolist() == ["ccas", "evs"]


def test_records_of_distances_are_those_of_the_tables_that_lead_to_a_place():
    measures = list_distance_measures()
    assert {"part_population_au_dela", "distance_moyenne_km"} <= measures and "densite" not in measures
    records = pd.DataFrame({"mesure": ["distance_moyenne_km", "densite"], "groupe_a": "evs"})
    assert drop_distances(records, "resultats", {"evs"}, {})[0]["mesure"].tolist() == ["densite"]
