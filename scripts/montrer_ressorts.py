"""Show a real stack of jurisdictions on Haute-Loire and Puy-de-Dôme: discordance of every EPCI, communes with most interlocutors.

    python scripts/montrer_ressorts.py DOSSIER_DATA [--sortie DOSSIER]

DOSSIER_DATA holds ressorts/ with the published files (zonages of INSEE, MSA, PAT, CLS, QPV). A dossier is made by the public way
in a temporary folder, its sheet `couches` filled as a person would, the files put in its ressorts/; nothing is left behind.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import openpyxl
import pandas as pd

from diagnostic import run
from diagnostic.vocabulary.formats import NARROW_SPACE, format_number, format_share, join_words

INSEE = {"millesime": "2024", "source": "INSEE, COG 2024 (COGugaison)", "fichier_couche": "zonages_insee_2024.csv"}
DRAAF = "DRAAF Auvergne-Rhône-Alpes"
COUCHES = [
    {"couche": "EPCI", "nature": "shapes", "complete": "oui"},
    {"couche": "ARRONDISSEMENT", "nature": "shapes", "complete": "oui"},
    {"couche": "BASSIN DE VIE", "colonne_unite": "BV2022", "complete": "oui", **INSEE},
    {"couche": "ZONE D'EMPLOI", "colonne_unite": "ZE2020", "complete": "oui", **INSEE},
    {"couche": "MSA", "nature": "departements", "complete": "oui", "fichier_couche": "msa_caisses_departements.csv",
     "source": "Caisses de MSA par département", "millesime": "non daté"},
    {"couche": "PAT", "exclusive": "non", "fichier_couche": "pat_aura_2025_communes.csv", "source": DRAAF, "millesime": "2025"},
    {"couche": "CLS", "nature": "polygones", "colonne_unite": "Nom_CLS", "fichier_couche": "cls_aura_2025.gpkg", "source": DRAAF,
     "millesime": "2025", "seuil_surface": 0.8, "seuil_eclat": 0.2},  # what the software advises for outlines that follow communes
    {"couche": "QPV", "infra_communale": "oui", "colonne_commune": "insee_com", "colonne_unite": "code_qp", "colonne_nom": "lib_qp",
     "fichier_couche": "qpv_2024.geojson", "source": "ANCT", "millesime": "2024"},
]  # fmt: skip
DEFAULTS = {"nature": "communes", "exclusive": "oui", "complete": "non", "infra_communale": "non"}
BESIDE = ["pat_aura_2025_libelles.csv", "zonages_insee_2024_libelles.csv"]
NAME_WIDTH, CELL_WIDTH, MOST = 40, 19, 5
ALL, NEARLY_NONE = 0.995, 0.005  # shares that rounding would show as 100 % and 0 %
OWN_LAYER = "EPCI"  # one unit in every row, the row itself


def make_dossier(folder, data):
    """Make the dossier of 43 and 63 in `folder` and declare its layers."""
    path, _ = run.create_dossier(folder, departements=["43", "63"])
    for name in sorted({row["fichier_couche"] for row in COUCHES if "fichier_couche" in row} | set(BESIDE)):
        shutil.copy(data / "ressorts" / name, folder / "ressorts" / name)
    book = openpyxl.load_workbook(path)
    sheet = book["couches"]
    headings = [cell.value for cell in sheet[1]]
    sheet.delete_rows(2, sheet.max_row)
    for row in COUCHES:
        sheet.append([(DEFAULTS | row).get(heading) for heading in headings])
    book.save(path)


def tell_cell(row):
    """Return « 3 · 1,52 (90 %) »: the units, their effective number, its bounds or « refusé », the share covered if not all."""
    if not row.n_unites:
        return "—"
    told = "refusé"
    if pd.notna(row.interlocuteurs_effectifs_q2):
        told = format_number(row.interlocuteurs_effectifs_q2, 2)
    elif pd.notna(row.q_min):
        told = f"{format_number(row.q_min)} à {format_number(row.q_max)}"
    share = "< 1 %" if row.couverture < NEARLY_NONE else format_share(row.couverture)
    return f"{format_number(row.n_unites)} · {told}" + ("" if row.couverture >= ALL else f" ({share})")


def spread_discordance(tables):
    """Return one row an EPCI (its name), one column a layer, cells as text; in the order of the names."""
    profiles, places = tables["discordance"], tables["territoires"]
    profiles = profiles[profiles["territoire_id"].map(places["type"]).eq("epci")]
    cells = profiles.assign(texte=[tell_cell(row) for row in profiles.itertuples()], nom=profiles["territoire_id"].map(places["nom"]))
    return cells.pivot(index="nom", columns="couche", values="texte")[list(tables["couches"].index.drop(OWN_LAYER))].sort_index()


def list_interlocutors(tables):
    """Return the communes with most interlocutors, then most units of all layers, then most people, and the names by layer."""
    communes, names = tables["communes"], tables["unites"].drop_duplicates(["couche", "unite_id"])
    counted = tables["millefeuille"]["nb_unites"].rename("nombre").to_frame().assign(nom=communes["nom"], population=communes["population"])
    counted["unites"] = tables["affectation"].groupby("code_insee").size().reindex(counted.index, fill_value=0)
    chosen = counted.sort_values(["nombre", "unites", "population"], ascending=False).head(MOST)
    chosen.attrs["egales"] = int((counted["nombre"] == chosen["nombre"].iat[-1]).sum())
    rows = tables["affectation"].merge(names, on=["couche", "unite_id"])
    rows = rows[rows["code_insee"].isin(chosen.index)].sort_values("unite_nom")
    shares = rows["part"].map(lambda part: f" ({format_share(part)} de la commune)" if part < ALL else "")
    return chosen, rows.assign(texte=rows["unite_nom"] + shares).groupby(["code_insee", "couche"])["texte"].agg(list)


def print_discordance(table):
    """Print the table in columns of one width."""
    print(f"{'':{NAME_WIDTH}}" + "".join(f"{name:>{CELL_WIDTH}}" for name in table.columns))
    for name, cells in table.iterrows():
        short = name if len(name) < NAME_WIDTH else f"{name[: NAME_WIDTH - 2]}…"
        print(f"{short:{NAME_WIDTH}}" + "".join(f"{cell.replace(NARROW_SPACE, ' '):>{CELL_WIDTH}}" for cell in cells))


def print_interlocutors(chosen, listed, couches):
    """Print each commune, then its units layer by layer."""
    for code, commune in chosen.iterrows():
        number = f"{commune['nombre']} interlocuteurs, {commune['unites']} unités en tout"
        print(f"\n{commune['nom']} ({code}) : {number}, {format_number(commune['population'])} habitants")
        for couche in couches:
            named = listed.get((code, couche), [])
            print(f"  {couche:15} {join_words(named, most=30) or '—'}")


def main():
    """Make the dossier, measure it, print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DOSSIER_DATA", help="the folder that holds ressorts/")
    parser.add_argument("--sortie", type=Path, metavar="DOSSIER", help="where to write the two tables as CSV")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "haute-loire-puy-de-dome"
        make_dossier(folder, given.data)
        began = time.perf_counter()
        tables = run.load(folder)
        read = time.perf_counter()
        tables = run.measure_tables(tables)
        print(f"Lecture {read - began:.1f} s, mesures {time.perf_counter() - read:.1f} s ; {len(tables['communes'])} communes, ", end="")
        print(f"{len(tables['couches'])} couches, {len(tables['affectation'])} affectations.")
        print(f"Problèmes : {run.count_problems(tables['problemes'])}.\n")
    table = spread_discordance(tables)
    print("Par EPCI : unités de chaque couche · leur nombre effectif, ses bornes (parts inconnues) ou « refusé » (périmètres superposés)")
    print("(part des habitants que la couche couvre, quand ce n'est pas tous) ; — : aucune unité. Couche EPCI : 1 unité partout.\n")
    print_discordance(table)
    chosen, listed = list_interlocutors(tables)
    print(f"\nLes {MOST} communes qui ont le plus d'interlocuteurs (bassins de vie, zones d'emploi et QPV n'en sont pas ; à égalité,")
    print(f"le plus d'unités, puis d'habitants ; {chosen.attrs['egales']} communes en ont autant que la dernière)")
    print_interlocutors(chosen, listed, tables["couches"].index)
    if given.sortie:
        given.sortie.mkdir(parents=True, exist_ok=True)
        table.to_csv(given.sortie / "discordance_epci.csv", encoding="utf-8-sig", sep=";")
        chosen.join(listed.map(" ; ".join).unstack()).to_csv(given.sortie / "communes.csv", encoding="utf-8-sig", sep=";")


if __name__ == "__main__":
    main()
