"""A dossier of six communes, two EPCI and two departements, to try expectations on."""

import pandas as pd

CODES = ["43001", "43002", "43003", "43004", "63001", "63002"]
COMMUNES = pd.DataFrame(
    {
        "nom": ["Un", "Deux", "Trois", "Quatre", "Cinq", "Six"], "population": [1500.0, 1499.0, 1424.0, 12000.0, 1575.0, None],
        "epci": ["A", "A", "A", "B", "B", "B"], "departement": ["43"] * 4 + ["63"] * 2,
    }, index=pd.Index(CODES, name="code_insee"),
)  # fmt: skip
TERRITOIRES = pd.DataFrame(
    {
        "nom": ["Ensemble", "Haute-Loire", "Puy-de-Dôme", "CC A", "CC B"],
        "type": ["perimetre", "departement", "departement", "epci", "epci"],
    }, index=pd.Index(["perimetre", "departement:43", "departement:63", "epci:A", "epci:B"], name="territoire_id"),
)  # fmt: skip
APPARTENANCE = pd.DataFrame(
    [(c, "perimetre") for c in CODES]
    + [(c, f"departement:{c[:2]}") for c in CODES]
    + [(c, f"epci:{e}") for c, e in COMMUNES["epci"].items()],
    columns=["code_insee", "territoire_id"],
)
RULE = {
    "attendu_id": "x", "libelle": "X", "objet": "categorie", "code": "ccas", "echelle": "commune", "population_min": "",
    "seuil_compris": "", "sauf_couche": "", "categories_requises": "", "minutes_max": "", "depuis": "",
    "echeance_annee": "", "force": "obligation",
    "population_reference": "non dit", "base": "texte", "source": "code", "verification": "lu", "retenu": "",
}  # fmt: skip
DATE = pd.Timestamp("2026-11-21")


def make_rules(*rules):
    """Return attendus from dicts of the cells that differ from RULE."""
    return pd.DataFrame([RULE | rule for rule in rules], columns=list(RULE), dtype="str")


def make_dossier(acteurs="", dispositifs="", couches="", couverture=(), couverture_dispositifs=()):
    """Return the tables of a dossier.

    acteurs, dispositifs: "ccas@43001 cias@A" (category or type @ commune or EPCI stated); couches: "CIAS:43001,43002=u1".
    """
    cells = [cell.split("@") for cell in acteurs.split()]
    ids = [f"{kind}{rank}" for rank, (kind, _) in enumerate(cells)]
    devices = [cell.split("@") for cell in dispositifs.split()]
    layers = [cell.replace("=", ":").split(":") for cell in couches.split()]
    units = [(layer, unit, unit.upper(), 0.0) for layer, _, unit in layers]
    held = [(code, layer, unit) for layer, codes, unit in layers for code in codes.split(",")]
    said = ["territoire_id", "categorie", "statut"]
    return {
        "communes": COMMUNES, "territoires": TERRITOIRES, "appartenance": APPARTENANCE,
        "acteurs": pd.DataFrame(
            {
                "acteur_id": ids, "categorie": [kind for kind, _ in cells], "categories_secondaires": [()] * len(cells),
                "code_insee": [place if place in CODES else None for _, place in cells],
                "territoires": [() if place in CODES else (place,) for _, place in cells],
            }, columns=["acteur_id", "categorie", "categories_secondaires", "code_insee", "territoires"],
        ),
        "acteurs_territoires": pd.DataFrame(
            [(i, near) for i, (_, place) in zip(ids, cells, strict=True) for near in list_near(place)],
            columns=["acteur_id", "territoire_id"], dtype="str",
        ),
        "dispositifs": pd.DataFrame(
            {
                "dispositif_id": [f"{kind}{rank}" for rank, (kind, _) in enumerate(devices)], "type": [kind for kind, _ in devices],
                "territoires": [tuple(place.split("+")) for _, place in devices], "date_debut": pd.NaT, "date_fin": pd.NaT,
                "annee_diagnostic": float("nan"),
            }
        ),
        "affectation": pd.DataFrame(held, columns=["code_insee", "couche", "unite_id"], dtype="str").assign(part=1.0),
        "unites": pd.DataFrame(units, columns=["couche", "unite_id", "unite_nom", "nb_communes_hors"]),
        "unites_coupees": pd.DataFrame({"couche": [], "unite_id": []}, dtype="str"),
        "couverture_inventaire": pd.DataFrame(list(couverture), columns=said, dtype="str"),
        "couverture_dispositifs": pd.DataFrame(
            list(couverture_dispositifs), columns=["territoire_id", "type", "statut"], dtype="str"
        ),
    }  # fmt: skip


def list_near(place):
    """Return the territories that share a commune with a commune, an EPCI or a departement, as the reading does."""
    inside = APPARTENANCE["territoire_id"].str.split(":").str[-1]
    codes = [place] if place in CODES else APPARTENANCE.loc[inside == place, "code_insee"]
    return sorted(set(APPARTENANCE.loc[APPARTENANCE["code_insee"].isin(codes), "territoire_id"]))
