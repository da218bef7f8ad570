"""Four communes in two EPCI, ten kilometres apart on a line, and whoever answers a need there: the tables of an edition."""

import pandas as pd

ACTOR = {
    "categorie": "association_autre", "categories_secondaires": (), "themes": (), "territoires": (), "code_insee": "43001",
    "commune": "Aa", "x_m": None, "y_m": 0.0, "mobile": None, "hors_territoire": False, "methode_commune": "code",
    "fichier": "inventaire.xlsx", "siren": None, "champ": "social", "zone": None, "date_maj": pd.Timestamp("2026-10-01"),
}  # fmt: skip
CATEGORIES = ["epicerie_sociale", "ccas", "caf", "insee", "association_autre", "cc", "enseignement_superieur", "france_services", "cada"]
PLACES = {"43001": "Aa", "43002": "Le Bé", "63003": "Cé", "63004": "Dé"}


def make_communes():
    """Return A and B in the EPCI 1, C and D in the EPCI 2: mairies at 0, 10, 20 and 80 km."""
    return pd.DataFrame(
        {
            "nom": list(PLACES.values()), "population": [900.0, 500.0, 200.0, None], "epci": ["1", "1", "2", "2"],
            "epci_nom": ["CC Une", "CC Une", "CC Deux", "CC Deux"], "departement": ["43", "43", "63", "63"],
            "x_m": [0.0, 10e3, 20e3, 80e3], "y_m": 0.0, "zone": "metropole",
        }, index=pd.Index(PLACES, name="code_insee"),
    )  # fmt: skip


def make_actors(*rows):
    """Return actors with the usual columns; `x_m` is that of the mairie unless said."""
    communes = make_communes()
    told = [ACTOR | {"acteur_id": f"a{rank}", "nom": f"Structure {rank}"} | row for rank, row in enumerate(rows)]
    table = pd.DataFrame(told, columns=["acteur_id", "nom", *ACTOR])
    table["x_m"] = table["x_m"].astype(float).fillna(table["code_insee"].map(communes["x_m"]))
    table["y_m"] = table["y_m"].astype(float).mask(table["code_insee"].isna())
    table["mobile"] = table["mobile"].astype("boolean")
    return table


def make_tables(*actors, couches=(), affectation=(), dispositifs=(), couverture=()):
    """Return the tables of an edition.

    couches : rows (couche, libelle); affectation : rows (code_insee, couche, unite_id, part); couverture : rows
    (territoire_id, categorie, statut); dispositifs : dicts
    """
    communes = make_communes()
    territories = pd.DataFrame(
        {"nom": ["Tout", "Haute-Loire", "CC Une", "CC Deux"], "type": ["perimetre", "departement", "epci", "epci"]},
        index=pd.Index(["perimetre", "departement:43", "epci:1", "epci:2"], name="territoire_id"),
    )
    belongs = pd.concat([
        pd.DataFrame({"code_insee": communes.index, "territoire_id": "perimetre"}),
        pd.DataFrame({"code_insee": communes.index, "territoire_id": "epci:" + communes["epci"].to_numpy()}),
        pd.DataFrame({"code_insee": ["43001", "43002"], "territoire_id": "departement:43"}),
    ])  # fmt: skip
    held = pd.DataFrame(list(affectation), columns=["code_insee", "couche", "unite_id", "part"])
    units = held.drop_duplicates(["couche", "unite_id"])[["couche", "unite_id"]]
    blank = {"dispositif_id": "d", "nom": "D", "type": "AUTRES", "themes": (), "territoires": (), "date_fin": pd.NaT, "porteur_id": None}
    devices = pd.DataFrame([blank | row for row in dispositifs], columns=list(blank))
    return {
        "communes": communes, "territoires": territories, "appartenance": belongs, "acteurs": make_actors(*actors),
        "couches": pd.DataFrame(list(couches), columns=["couche", "libelle"]).set_index("couche"),
        "affectation": held, "unites": units.assign(unite_nom="Unité " + units["unite_id"], organisme_id=None),
        "dispositifs": devices, "participations": pd.DataFrame(columns=["acteur_id", "dispositif_id"]),
        "affiliations": pd.DataFrame(columns=["dispositif_id", "territoire_code"]),
        "couverture_inventaire": pd.DataFrame(list(couverture), columns=["territoire_id", "categorie", "statut"]),
        "acces_temps_communes": pd.DataFrame(columns=["code_insee", "categorie", "site_id", "minutes"]),
        "listes": {"categories": pd.DataFrame({"libelle": [f"Libellé {code}" for code in CATEGORIES]}, index=CATEGORIES)},
    }  # fmt: skip


def measure_toy(tables, day="2026-11-21"):
    """Return the tables with what every page says of itself, and what the page of the communes needs of them."""
    from diagnostic.run.commune_pages import measure_communes

    shown = tables | {"date": pd.Timestamp(day), "edition": "publique"}
    return shown, measure_communes(shown, tables)
