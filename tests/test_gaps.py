"""Everything that is missing, assembled."""

import pandas as pd
from passage import measure_small

from diagnostic.measure.gaps import mark_inventory


def test_an_inventory_is_complete_by_declaration_or_by_its_source():
    tables, _ = measure_small()
    rows = pd.DataFrame({"territoire_id": "epci:244301099", "categorie": ["ccas", "france_services", "tiers_lieu"]})
    assert mark_inventory(rows, tables).tolist() == ["complet", "non_renseigne", "non_renseigne"]
    brought = tables["acteurs"].assign(fichier="imports/france-services.xlsx")
    assert mark_inventory(rows, tables | {"acteurs": brought}).tolist() == ["complet", "complet", "non_renseigne"]
