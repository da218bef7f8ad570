"""Show how far inhabitants live from the France services of August 2024, over 43 + 63 and over Auvergne-Rhône-Alpes.

    python scripts/montrer_acces.py DOSSIER_DATA

DOSSIER_DATA holds inventaires/france_services_2024-08.csv. A dossier is made by the public way in a temporary folder; nothing is left
behind. On Haute-Loire every figure is compared with a plain double loop. Everything is as the crow flies, from the mairie.
"""

import argparse
import math
import sys
import tempfile
from pathlib import Path

import pandas as pd

from diagnostic import run
from diagnostic.measure.manques.access import list_sites, measure_access, summarise_access
from diagnostic.measure.manques.access_curves import list_farthest, list_unreached, measure_quantiles
from diagnostic.measure.manques.closures import count_newly_beyond, measure_closures
from diagnostic.vocabulary.formats import count_words, format_number, format_share

FILE = Path("inventaires") / "france_services_2024-08.csv"
CATEGORY = "france_services"
SEUILS = (5, 10, 20)
CHECKED = "43"
CASES = {
    "Haute-Loire et Puy-de-Dôme": {"departements": ["43", "63"]},
    "Auvergne-Rhône-Alpes": {"regions": ["84"]},
}
READINGS = {"": "", "_moins_25": "seuil - 25 %", "_plus_25": "seuil + 25 %", "_sans_voisins": "sans les sites d'à côté"}
_PLACE = ["x_m", "y_m"]


def read_case(source, **places):
    """Return communes, the France services and appartenance of a dossier made for the territory asked for."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "accès"
        run.create_dossier(folder, **places)
        run.import_source("france-services", source, folder)
        tables = run.load(folder)
    sites = tables["acteurs"][tables["acteurs"]["categorie"] == CATEGORY]
    # The adapter keeps whether a service moves, not which of the two kinds of moving it is, nor that it has several places.
    forms = pd.read_csv(source, dtype=str).assign(acteur_id=lambda rows: "FS-" + rows["id_fs"]).set_index("acteur_id")["format_fs"]
    return tables["communes"], sites.assign(forme=sites["acteur_id"].map(forms)), tables["appartenance"]


def measure_case(communes, sites, appartenance):
    """Return the tables shown: distances, beyond (of the whole perimetre), quantiles, farthest, unreached, closures, newly."""
    whole = appartenance[appartenance["territoire_id"] == "perimetre"]
    distances = measure_access(communes, sites, categories=[CATEGORY])
    return {
        "distances": distances,
        "beyond": summarise_access(distances, communes, whole, sites, seuils_km=SEUILS),
        "quantiles": measure_quantiles(distances, communes, whole),
        "farthest": list_farthest(distances, communes),
        "unreached": list_unreached(distances, communes),
        "closures": measure_closures(distances, communes, list_sites(communes, sites)),
        "newly": count_newly_beyond(distances, communes, seuils=SEUILS),
    }


def show_case(title, communes, sites, tables):
    """Print what the issue asks for, in French."""
    names, beyond = sites.set_index("acteur_id")["nom"], tables["beyond"]
    first, middle = beyond.iloc[0], tables["quantiles"].iloc[0]
    print(f"\n=== {title} : {count_words(len(communes), 'commune')}, {format_number(communes['population'].sum())} habitants")
    print(f"{first['nb_sites']} sites fixes dedans, {first['nb_sites_hors_territoire']} dehors sont le plus proche d'une commune.")
    inside = sites[~sites["hors_territoire"]]
    for form, kept in inside.groupby("forme"):
        apart = kept["mobile"].fillna(False).astype(bool).all()
        listed = " : " + " ; ".join(sorted(kept["nom"])) if apart else ""
        print(f"  {form:16}{len(kept):4} {'à part, jamais un point fixe' if apart else 'comptés à leur seul point connu'}{listed}")
    print(
        f"Distance des habitants : moyenne {format_number(first['distance_moyenne_km'], 2)} km, médiane "
        f"{format_number(middle['distance_mediane_km'], 2)} km, neuf sur dix à moins de {format_number(middle['distance_p90_km'], 2)} km, "
        f"commune la plus loin {format_number(middle['distance_max_km'], 2)} km."
    )
    for row in beyond.to_dict("records"):
        for suffix, words in READINGS.items():
            people, towns = row["population_au_dela" + suffix], row["nb_communes_au_dela" + suffix]
            share = format_share(row["part_population_au_dela" + suffix], 2)
            print(f"  au-delà de {row['seuil_km']:2} km {words:24}{format_number(people):>10} habitants ({share:>7}) "
                  f"{format_number(towns):>6} communes")  # fmt: skip
    lost = tables["unreached"]
    told = [f"{row.nom} ({row.code_insee}, {format_number(row.population)} hab., {row.raison})" for row in lost.itertuples()]
    print(f"Sans distance connue, non classées : {' ; '.join(told) or 'aucune commune'}. Les dix communes les plus loin :")
    for row in tables["farthest"].itertuples():
        side = "hors du territoire" if row.site_hors_territoire else "dedans"
        print(f"  {row.rang:2} {row.code_insee} {row.nom:28}{format_number(row.population):>7} hab. "
              f"{format_number(row.distance_km, 2):>6} km -> {names[row.site_id]} ({side})")  # fmt: skip
    show_closures(tables, names)


def show_closures(tables, names):
    """Print the three sites whose closing would add most inhabitant-kilometres."""
    print("Les trois fermetures qui coûteraient le plus (habitants x kilomètres de plus, les autres sites restant ouverts) :")
    newly = tables["newly"].set_index(["site_id", "seuil_km"])["population_nouvelle_au_dela"]
    for row in tables["closures"].head(3).itertuples():
        told = ", ".join(f"{format_number(newly[row.site_id, seuil])} au-delà de {seuil} km" for seuil in SEUILS)
        print(f"  {names[row.site_id]} : {format_number(row.habitants_km)} habitants-km ; {count_words(row.nb_communes, 'commune')}, "
              f"{format_number(row.population)} habitants, de {format_number(row.distance_avant_km, 2)} à "
              f"{format_number(row.distance_apres_km, 2)} km ; nouveaux {told} ; repli : {names[row.site_repli_id]}")  # fmt: skip


def loop_distances(communes, sites, closed=()):
    """Return {code: [(km, acteur_id), (km, acteur_id)]}, the two nearest fixed sites, by a plain double loop."""
    fixed = sites[~sites["mobile"].fillna(False).astype(bool) & sites[_PLACE].notna().all(axis=1)]
    # Overseas metres are of another projection.
    fixed = fixed[~fixed["code_insee"].fillna("97").str.startswith("97") & ~fixed["acteur_id"].isin(closed)]
    spots = list(zip(fixed["acteur_id"], fixed["x_m"], fixed["y_m"], strict=True))
    found = {}
    for code, x, y in zip(communes.index, communes["x_m"], communes["y_m"], strict=True):
        best, second = (math.inf, ""), (math.inf, "")
        for site, site_x, site_y in spots:
            pair = (round(math.sqrt((site_x - x) ** 2 + (site_y - y) ** 2), 3) / 1000, site)
            if pair < best:
                best, second = pair, best
            elif pair < second:
                second = pair
        found[code] = [best, second]
    return found


def compare_loop(communes, sites):
    """Return {what: (measured, by loop)} on the communes of one departement, every site of France serving."""
    here = communes[communes["departement"] == CHECKED]
    belongs = pd.DataFrame({"code_insee": here.index, "territoire_id": "perimetre"})
    tables = measure_case(here, sites, belongs)
    rows, people = tables["distances"], here["population"]
    looped = loop_distances(here, sites)
    inside = loop_distances(here, sites[~sites["hors_territoire"]])
    gap = max(max(abs(row.distance_km - looped[row.code_insee][0][0]), abs(row.distance_second_km - looped[row.code_insee][1][0]))
              for row in rows.itertuples())  # fmt: skip
    same = sum([row.site_id, row.site_second_id] == [site for _, site in looped[row.code_insee]] for row in rows.itertuples())
    told = {"plus grand écart de distance (km)": (gap, 0.0), "communes avec les deux mêmes sites": (same, len(here))}
    for row in tables["beyond"].to_dict("records"):
        seuil = row["seuil_km"]
        for suffix, words in READINGS.items():
            factor = {"_moins_25": 0.75, "_plus_25": 1.25}.get(suffix, 1)
            found = inside if suffix == "_sans_voisins" else looped
            far = [code for code in here.index if found[code][0][0] > seuil * factor]
            told[f"habitants au-delà de {seuil} km {words}"] = (row["population_au_dela" + suffix], sum(people[far]))
            told[f"communes au-delà de {seuil} km {words}"] = (row["nb_communes_au_dela" + suffix], len(far))
    worst = sorted(here.index, key=lambda code: (-looped[code][0][0], code))[:10]
    told["dix communes les plus loin"] = (" ".join(tables["farthest"]["code_insee"]), " ".join(worst))
    for row in tables["closures"].head(3).itertuples():
        after = loop_distances(here, sites, closed=[row.site_id])
        cost = sum(people[code] * (after[code][0][0] - looped[code][0][0]) for code in here.index)
        told[f"habitants-km sans {row.site_id}"] = (row.habitants_km, round(cost, 6))
    return told


def main():
    """Print each case, then the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="dossier qui contient inventaires/")
    source = parser.parse_args().data / FILE
    # A Windows console may not know the narrow space of French numbers.
    sys.stdout.reconfigure(encoding="utf-8")
    print("France services, liste du 1er août 2024 ; à vol d'oiseau depuis la mairie (Lambert-93) : la route est plus longue.")
    for number, (title, places) in enumerate(CASES.items()):
        communes, sites, appartenance = read_case(source, **places)
        show_case(title, communes, sites, measure_case(communes, sites, appartenance))
        if number == 0:
            told = compare_loop(communes, sites)
    print(f"\n=== Contre une double boucle, {CHECKED} : mesuré, boucle, différence")
    for words, (measured, looped) in told.items():
        if isinstance(measured, str):
            print(f"  {words} : {measured} ; boucle : {'les mêmes' if measured == looped else looped}")
        else:
            print(f"  {words:54}{measured:>18.10g}{looped:>18.10g}   {measured - looped:g}")


if __name__ == "__main__":
    main()
