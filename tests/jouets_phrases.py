"""The few tables that a sentence reads."""

import pandas as pd

NAMES = pd.Series({"perimetre": "Périmètre", "departement:43": "Haute-Loire", "epci:1": "CC Une"})


def make_tables(**changes):
    territoires = pd.DataFrame({"nom": NAMES, "type": ["perimetre", "departement", "epci"]})
    couches = pd.DataFrame(
        {"libelle": ["Intercommunalités", "Arrondissements", "Caisses"]}, index=["EPCI", "ARR", "CAF"]
    )
    cut = pd.DataFrame(columns=["unite_id", "unite_nom", "nb_communes_hors", "communes_hors"])
    return {
        "territoires": territoires,
        "couches": couches,
        "reglages": {"ponderation": "population"},
        "unites_coupees": cut,
        "communes": pd.DataFrame({"epci": ["200073419"], "departement": ["43"]}, index=["43157"]),
        "acteurs": pd.DataFrame({"acteur_id": ["A"]}),
        "listes": {"categories": pd.DataFrame({"libelle": {"ccas": "CCAS"}})},
    } | changes
