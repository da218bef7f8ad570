"""Show income, poverty, density and rurality beside access to France services, over Haute-Loire and Puy-de-Dôme.

    python scripts/montrer_vulnerabilite.py DOSSIER_DATA

DOSSIER_DATA holds indicateurs/ (Filosofi 2021, density and rurality 2026) and inventaires/ (France services). The dossier is
made by the public way in a temporary folder; nothing is left behind.
"""

import argparse
import tempfile
from pathlib import Path

import pandas as pd

from diagnostic import run
from diagnostic.measure.manques.access import measure_access
from diagnostic.measure.manques.secrecy import MASKED, find_exposed_cells, mask_by_difference
from diagnostic.measure.manques.vulnerability import place_indicators, summarise_classes, summarise_indicators
from diagnostic.measure.manques.vulnerability_access import cross_access, cross_access_classes, list_vulnerable_communes
from diagnostic.read.gaps.indicators import read_indicators
from diagnostic.read.places.cog import read_cog
from diagnostic.vocabulary.formats import NARROW_SPACE, count_words, format_number, format_share

FILES = {  # indicateur: file, column of the communes, column of the values, genre
    "niveau_vie_median": ("filosofi_2021_communes.csv", "CODGEO", "MED21", "valeur"),
    "taux_pauvrete": ("filosofi_2021_communes.csv", "CODGEO", "TP6021", "part"),
    "densite": ("densite_2026.csv", "insee_com", "niveau_densite", "classe"),
    "ruralite": ("ruralite_2026.csv", "insee_com", "niveau_ruralite", "classe"),
}
SENS = {"niveau_vie_median": "bas", "taux_pauvrete": "haut"}
MOST = 5


def declare_indicators():
    """Return the table `indicateurs` as a person would fill it."""
    rules = ["indicateur", "fichier_indicateur", "colonne_commune", "colonne_valeur", "genre"]
    table = pd.DataFrame([(name, *row) for name, row in FILES.items()], columns=rules)
    return table.assign(fichier="inventaire.xlsx", feuille="indicateurs", ligne=range(2, len(table) + 2))


def read_tables(folder):
    """Return the tables of a dossier of 43 and 63 with the France services brought in, and the distances to them."""
    with tempfile.TemporaryDirectory() as temporary:
        dossier = Path(temporary) / "haute-loire-puy-de-dome"
        run.create_dossier(dossier, departements=["43", "63"])
        run.import_source("france-services", folder / "inventaires" / "france_services_2024-08.csv", dossier)
        tables = run.load(dossier)
    return tables, measure_access(tables["communes"], tables["acteurs"], categories=["france_services"])


def show(title, table):
    print(f"\n{title}\n{table.to_string(index=False).replace(NARROW_SPACE, ' ')}")


def show_cells(cells, tables):
    """Print the states of the cells, what difference gives away, and what is left out for it."""
    communes, places = tables["communes"], tables["appartenance"]
    masked = mask_by_difference(cells, communes, places)
    states = masked.groupby(["indicateur", "etat"]).size().unstack(fill_value=0)
    people = (
        masked.assign(p=masked["code_insee"].map(communes["population"]))
        .groupby(["indicateur", "etat"])["p"]
        .sum()
        .unstack(fill_value=0)
    )
    show("Communes par état", states.reset_index())
    show("Habitants par état", people.reset_index())
    before, after = find_exposed_cells(cells, communes, places), find_exposed_cells(masked, communes, places)
    print(f"\nCases secrètes qu'une différence révèle : {len(before)} ; après avoir retenu des valeurs : {len(after)}")
    print(f"dont révélées par les seuls totaux : {int(after['par_les_totaux'].sum())}")
    left = masked[masked["etat"] == MASKED]
    names = communes["nom"].reindex(left["code_insee"]).array
    show("Valeurs publiées retenues", left.assign(nom=names, population=left["code_insee"].map(communes["population"]))[
        ["indicateur", "code_insee", "nom", "population"]
    ])  # fmt: skip


def show_territories(rows, tables):
    summary = summarise_indicators(rows)
    summary = summary[summary["genre"] != "classe"].assign(
        nom=summary["territoire_id"].map(tables["territoires"]["nom"])
    )
    told = summary.assign(
        part=summary["part_population_publiee"].map(format_share),
        moyenne=summary["moyenne"].map(lambda v: format_number(v, 1)),
    )
    columns = [
        "indicateur",
        "nom",
        "nb_communes",
        "nb_communes_publie",
        "nb_communes_secret",
        "nb_communes_masquee",
        "part",
        "moyenne",
    ]
    show("Par territoire", told[columns])
    without = summary[summary["moyenne"].isna()].groupby("indicateur").size()
    print(
        "\nTerritoires sans moyenne :",
        "; ".join(f"{name} {number} sur {len(tables['territoires'])}" for name, number in without.items()),
    )


def show_classes(rows, acces):
    classes = summarise_classes(rows)
    here = classes["territoire_id"] == "perimetre"
    show("Classes", classes[here][["indicateur", "classe", "nb_communes", "population", "part_population"]].round(3))
    crossed = cross_access_classes(rows, acces)
    crossed = crossed[(crossed["territoire_id"] == "perimetre") & (crossed["seuil"] == 10)]
    show("Au-delà de 10 km, par classe", crossed[["indicateur", "classe", "nb_communes", "population", "nb_communes_au_dela",
         "population_au_dela", "part_population_au_dela"]].round(3))  # fmt: skip


def show_access(rows, acces, tables):
    crossed = cross_access(rows, acces)
    crossed = crossed[crossed["territoire_id"].isin(["perimetre", "departement:43", "departement:63"])]
    columns = ["territoire_id", "indicateur", "classe_acces", "nb_communes", "nb_communes_publie", "population",
               "part_population_publiee", "part_population_secrete", "moyenne", "comparaison"]  # fmt: skip
    show("Par classe d'accès", crossed[columns].round(3))
    print(
        crossed.loc[crossed["raison_comparaison"] != "", ["indicateur", "territoire_id", "raison_comparaison"]]
        .drop_duplicates()
        .to_string()
    )
    listed = list_vulnerable_communes(rows, acces, sens=SENS, seuil=10)
    sizes = listed.groupby(["indicateur", "situation"]).agg(
        communes=("code_insee", "size"), habitants=("population", "sum")
    )
    show("Double difficulté, au-delà de 10 km", sizes.reset_index())
    both = listed[listed["situation"] == "double_difficulte"].groupby("indicateur").head(MOST)
    show("Les plus éloignées", both.assign(nom=both["code_insee"].map(tables["communes"]["nom"]))[
        ["indicateur", "nom", "population", "valeur", "limite", "distance_km"]
    ])  # fmt: skip


def main():
    """Read, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "data", type=Path, metavar="DOSSIER_DATA", help="the folder that holds indicateurs/ and inventaires/"
    )
    data = parser.parse_args().data
    tables, acces = read_tables(data)
    indicateurs, cells, _, _ = read_indicators(declare_indicators(), data, tables["communes"], read_cog())
    print(count_words(len(tables["communes"]), "commune"), "du périmètre")
    rows = place_indicators(indicateurs, cells, tables["communes"], tables["appartenance"])
    show_cells(cells, tables)
    show_territories(rows, tables)
    show_classes(rows, acces)
    show_access(rows, acces, tables)


if __name__ == "__main__":
    main()
