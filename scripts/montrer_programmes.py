"""Show which communes and EPCI of Haute-Loire and Puy-de-Dôme hold contracts of national programmes, read in sentences.

    python scripts/montrer_programmes.py DOSSIER_DATA

DOSSIER_DATA holds ressorts/programmes_anct_2024.csv. A dossier is made by the public way in a temporary folder; nothing is left behind.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from diagnostic import run
from diagnostic.measure.constats.affiliation_readings import describe_affiliations
from diagnostic.measure.networks import measure_links
from diagnostic.vocabulary.formats import format_number, format_share

FILE = "programmes_anct_2024.csv"
KINDS = {"commune": "communes", "epci": "EPCI"}
SILO_TABLES = ["silos", "references", "dispositifs_mixtes_part"]


def main():
    """Print counts, densities and sentences."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="dossier qui contient ressorts/")
    source = parser.parse_args().data / "ressorts" / FILE
    # A Windows console may not know the narrow space of French numbers.
    sys.stdout.reconfigure(encoding="utf-8")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "programmes"
        run.create_dossier(folder, departements=["43", "63"])
        _, counts, _ = run.import_source("programmes-anct", source, folder)
        tables = run.load(folder)
    results = measure_links(tables)
    read = {name: format_number(counts[name]) for name in ("lues", "dans_territoire", "hors_territoire", "ecartees")}
    print(f"{read['lues']} lignes lues = {read['dans_territoire']} dans le territoire + {read['hors_territoire']} ailleurs + "
          f"{read['ecartees']} écartées\n")  # fmt: skip
    for row in results["affiliations_resume"].itertuples():
        densities = f"densité {format_share(row.densite, 2)}, par programme {format_share(row.densite_programmes, 1)}"
        print(
            f"{KINDS[row.genre]:10}{row.nb_territoires:6} territoires, {row.nb_avec_contrat} avec un contrat, {row.nb_contrats} contrats, "
            f"{row.nb_affiliations} rattachements, {densities}"
        )
    print()
    for _, phrase, _ in describe_affiliations(tables, results, None):
        print(phrase)
    print()
    for name in SILO_TABLES:
        table = results[name]
        figure = table["part"] if "part" in table else table["p_moins"] if "p_moins" in table else table["ei"]
        reason = table["raison_absence"].iloc[0] if "raison_absence" in table else "aucun acteur dans un dispositif"
        print(f"{name:26}{'aucun chiffre' if figure.isna().all() else 'UN CHIFFRE : ERREUR'} ({reason})")


if __name__ == "__main__":
    main()
