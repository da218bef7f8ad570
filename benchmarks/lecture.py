"""Reading, resolving and checking 100,000 rows of mixed quality: our columns against a loop over the rows, in one run.

Run: python benchmarks/lecture.py [rows]. Needs shapes/communes.parquet. The rows are made from it, always the same: good
codes, eaten zeros, former codes, names and postcodes, misspelt names, points, swapped points, false SIRET, dates of every
kind, lists with broken quotes, unknown categories. Each line of the table is timed and weighed in a process of its own.
The loop follows the same rules for codes, names with a postcode, points, numbers, dates and identifiers, cell by cell with
dictionaries, on a sample; its time is brought to 100,000 rows and its answers are compared with ours.
"""

import multiprocessing
import re
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from stdnum.fr import siret

from diagnostic.read.actors import complete_actors
from diagnostic.read.cog import read_cog
from diagnostic.read.coordinates import BOXES
from diagnostic.read.files import read_sheets
from diagnostic.read.names import split_name
from diagnostic.read.tables import clean_table
from diagnostic.read.territories import read_communes, read_former_codes
from diagnostic.schema import list_vocabularies
from diagnostic.vocabulary import index_labels, normalize_label, read_list

ROWS, SAMPLE = 100_000, 2_000
AIM_SPEED, AIM_MEMORY = 20_000, 1_000
SEED = 20_260_101
KINDS = {  # share of the rows
    "code": 0.42, "zero_mange": 0.03, "ancien": 0.04, "nom_postal": 0.20, "faute": 0.03, "point": 0.15, "point_inverse": 0.02,
    "point_virgule": 0.05, "lambert": 0.01, "rien": 0.05,
}  # fmt: skip
_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%Y/%m/%d", "%m/%Y", "%Y-%m", "%Y")
_DATES = ["{d:02d}/{m:02d}/{y}", "{y}-{m:02d}-{d:02d}", "{d}/{m}/{y}", "{m:02d}/{y}", "{y}", "{d:02d}.{m:02d}.{y}", "bientôt", ""]
_LISTS = ["culture;sante", "culture|santé", '"culture";"sport', "mobilite\nlogement", "numérique", "chose inconnue;emploi", ""]


def make_rows(number):
    """Return `number` rows of `acteurs` as text, the same at each call."""
    chance = np.random.default_rng(SEED)
    communes, former = read_communes(geometry=False), read_former_codes()
    known = communes[communes["mairie_lon"].notna() & communes["codes_postaux"].notna()]
    town = known.iloc[chance.integers(0, len(known), number)].reset_index()
    kind = chance.choice(list(KINDS), number, p=list(KINDS.values()))
    past = former[(former["ancien_code"] != former["nouveau_code"]) & former["nature"].isin(["deleguee", "associee"])]
    past = past.iloc[chance.integers(0, len(past), number)].reset_index(drop=True)
    has_code = np.isin(kind, ["code", "zero_mange", "ancien"])
    code = town["code_insee"].where(kind != "ancien", past["ancien_code"]).where(has_code, "")
    code = code.mask(kind == "zero_mange", code.str.lstrip("0"))
    name = town["nom"].where(kind != "ancien", past["ancien_nom"]).where(np.isin(kind, ["code", "ancien", "nom_postal", "faute"]), "")
    name = name.mask(kind == "faute", name.str[:2] + name.str[3:] + "e").where(chance.random(number) < 0.7, name.str.upper())
    post = town["codes_postaux"].str.split(";").str[0].where(np.isin(kind, ["nom_postal", "faute"]), "")
    identifiers = _make_siret(town["siren"].fillna("000000000"), chance, number)
    categories = [*read_list("categories")["libelle"].iloc[:40], "Misson locale", "FTJ", "tiers lieux culturel"]
    table = pd.DataFrame({
        "acteur_id": [f"B{i:06d}" for i in range(number)], "nom": "Structure " + town["nom"],
        "categorie": np.array(categories, dtype=object)[chance.integers(0, len(categories), number)],
        "siret": identifiers, "code_insee": code, "commune": name, "code_postal": post, **_make_points(town, kind),
        "themes": np.array(_LISTS, dtype=object)[chance.integers(0, len(_LISTS), number)], "date_maj": _make_dates(chance, number),
        "a_repondu": np.array(["oui", "non", "", "peut-être"], dtype=object)[chance.integers(0, 4, number)],
    })  # fmt: skip
    return table.astype("str")


def _make_points(town, kind):
    lat, lon = town["mairie_lat"].map("{:.6f}".format), town["mairie_lon"].map("{:.6f}".format)
    lat, lon = lat.where(kind != "point_inverse", lon), lon.where(kind != "point_inverse", lat)
    comma = kind == "point_virgule"
    lat, lon = lat.mask(comma, lat.str.replace(".", ",")), lon.mask(comma, lon.str.replace(".", ","))
    metres = kind == "lambert"
    lat, lon = lat.mask(metres, town["y_m"].map("{:.1f}".format)), lon.mask(metres, town["x_m"].map("{:.1f}".format))
    pointed = np.isin(kind, ["point", "point_inverse", "point_virgule", "lambert"])
    return {"lat": lat.where(pointed, ""), "lon": lon.where(pointed, "")}


def _make_siret(siren, chance, number):
    """Return SIRET of which one in ten is false, one in ten has spaces, and a third are missing."""
    body = siren + pd.Series(chance.integers(0, 99, number)).map("{:04d}".format)
    digits = np.array([list(map(int, text)) for text in body])
    double = digits.copy()
    double[:, ::-2] = digits[:, ::-2] * 2  # Luhn: every second figure from the right, the key left out
    key = (10 - (double // 10 + double % 10).sum(axis=1) % 10) % 10
    draw = chance.random(number)
    full = body + pd.Series(np.where(draw < 0.1, (key + 1) % 10, key)).astype("str")
    full = full.mask((draw > 0.9), full.str[:3] + " " + full.str[3:6] + " " + full.str[6:9] + " " + full.str[9:])
    return full.mask((draw > 0.4) & (draw < 0.75), "")


def _make_dates(chance, number):
    parts = chance.integers([1, 1, 2015, 0], [29, 13, 2026, len(_DATES)], (number, 4))
    return [_DATES[form].format(d=d, m=m, y=y) for d, m, y, form in parts.tolist()]


def read_columns(path, lists, cog, communes):
    """Read, resolve and check a file with the functions of the house; return (acteurs, seconds a step, rows told)."""
    marks = [time.perf_counter()]
    sheets, _ = read_sheets(path)
    marks.append(time.perf_counter())
    table, problems, rows = clean_table(sheets[path.stem], "acteurs", path, path.stem, lists=lists)
    marks.append(time.perf_counter())
    actors, doubts = complete_actors(table, cog, lists["categories"], communes=communes, distance_max_km=10)
    marks.append(time.perf_counter())
    return actors, np.diff(marks), {"lues": len(rows), "gardées": len(actors), "signalées": len(problems) + len(doubts)}


def make_indexes(lists, cog):
    """Return what the loop looks things up in: dictionaries of codes, names with postcode and labels, and a tree of polygons."""
    communes = read_communes()
    drawn = communes[communes.geometry.notna()]
    served = {}
    for postcode, (code, name) in cog["codes_postaux"].items():
        served.setdefault((postcode, split_name(name)[1]), set()).add(code)
    return {
        "present": set(cog["communes"].index), "past": cog["anciens"]["nouveau_code"].to_dict(), "served": served,
        "labels": index_labels(lists["categories"]), "tree": shapely.STRtree(drawn.geometry.to_numpy()), "codes": drawn.index.to_numpy(),
    }  # fmt: skip


def read_rows(rows, known):
    """Return code_insee, lat, lon, siret and date_maj of rows of text (dicts), each cell by itself: the loop we compare with."""
    answers = []
    for row in rows:
        lat, lon = _read_number(row["lat"]), _read_number(row["lon"])
        if lat is None or lon is None or not _is_in_france(lat, lon):
            lat = lon = None
        code = row["code_insee"]
        code = code if code in known["present"] else known["past"].get(code)
        if code is None and row["commune"] and row["code_postal"]:
            found = known["served"].get((row["code_postal"], split_name(row["commune"])[1]), ())
            code = next(iter(found)) if len(found) == 1 else None
        if code is None and lat is not None:
            held = known["tree"].query(shapely.Point(lon, lat), predicate="within")
            code = known["codes"][held[0]] if len(held) else None
        number = re.sub(r"[\s.\-]", "", row["siret"])
        right = len(number) == 14 and set(number) != {"0"} and siret.is_valid(number)
        known["labels"].get(normalize_label(row["categorie"]))
        date = _read_date(row["date_maj"])
        answers.append({"code_insee": code, "lat": lat, "lon": lon, "siret": number if right else None, "date_maj": date})
    return pd.DataFrame(answers)


def _is_in_france(lat, lon):
    return any(west < lon < east and south < lat < north for west, south, east, north in BOXES.values())


def _read_number(text):
    try:
        return float(re.sub(r"\s", "", text).replace(",", "."))
    except ValueError:
        return None


def _read_date(text):
    for form in _FORMS if text else ():
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def compare_answers(ours, theirs):
    """Return, for each column, the share of the rows of the sample where the loop and the columns say the same."""
    shares = {}
    for column in theirs:
        mine = ours[column].reset_index(drop=True)
        if column in ("lat", "lon"):
            same = np.isclose(mine.astype(float), theirs[column].astype(float), equal_nan=True)
        elif column == "date_maj":
            same = mine.astype("datetime64[us]").fillna(pd.Timestamp(0)) == theirs[column].astype("datetime64[us]").fillna(pd.Timestamp(0))
        else:
            same = mine.astype("str").fillna("") == theirs[column].astype("str").fillna("")
        shares[column] = same.mean()
    return shares


def run_columns(path):
    """Return what `main` prints of our way: steps, counts, peak memory of the process (MB), answers of the sample."""
    lists, cog, communes = prepare()
    read_columns(path.with_name("essai.csv"), lists, cog, communes)  # the indexes of names and outlines are made once a run
    start = time.process_time()
    actors, steps, counts = read_columns(path, lists, cog, communes)
    counts["calcul"] = time.process_time() - start
    wanted = actors.set_index("acteur_id").reindex([f"B{i:06d}" for i in range(SAMPLE)])
    shares = actors["methode_commune"].replace("", None).fillna("sans commune").value_counts(normalize=True)
    return steps, counts, _measure_peak(), wanted[["code_insee", "lat", "lon", "siret", "date_maj"]], shares


def run_rows(path):
    """Return the seconds that the loop takes over the sample (wall, processor), file read aside, and its answers."""
    lists, cog, _ = prepare()
    known = make_indexes(lists, cog)
    rows = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, nrows=SAMPLE).to_dict("records")
    start, busy = time.perf_counter(), time.process_time()
    answers = read_rows(rows, known)
    return time.perf_counter() - start, time.process_time() - busy, answers


def prepare():
    """Return the vocabularies, the tables of communes and the perimeter: all France."""
    return {name: read_list(name) for name in list_vocabularies()}, read_cog(), read_communes(geometry=False)


def _measure_peak():
    if sys.platform == "win32":  # memory is not measured there
        return float("nan")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def run_alone(function, *arguments):
    """Return what `function` returns in a process of its own, so that its memory and its caches are its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def main():
    """Make the file, run both ways, print the table and the comparison."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "acteurs.csv"
        table = make_rows(number)
        table.to_csv(path, sep=";", index=False, encoding="utf-8")
        table.head(500).to_csv(path.with_name("essai.csv"), sep=";", index=False, encoding="utf-8")
        steps, counts, peak, ours, shares = run_alone(run_columns, path)
        slow, busy, theirs = run_alone(run_rows, path)
    print(f"{counts['lues']} lignes lues, {counts['gardées']} gardées, {counts['signalées']} lignes de problèmes.")
    print("Communes : " + " ; ".join(f"{name} {100 * share:.1f} %" for name, share in shares.items()))
    per_row = slow / min(SAMPLE, number)
    print(f"{'':52}{'s':>8}{'lignes/s':>12}{'rapport':>10}")
    print(f"{'boucle sur les lignes (échantillon, ramené)':52}{per_row * number:8.1f}{1 / per_row:12.0f}{1:10.1f}")
    for label, seconds in [
        ("lire le fichier (read_sheets)", steps[0]), ("nettoyer les colonnes (clean_table)", steps[1]),
        ("trouver communes et points (complete_actors)", steps[2]), ("tout", sum(steps)),
    ]:  # fmt: skip
        print(f"{label:52}{seconds:8.2f}{number / seconds:12.0f}{per_row * number / seconds:10.1f}")
    busy *= number / min(SAMPLE, number)
    ours_busy = counts["calcul"]
    print(f"Temps du processeur (machine partagée) : {ours_busy:.1f} s ; boucle {busy:.1f} s ; rapport {busy / ours_busy:.1f}.")
    same = compare_answers(ours, theirs)
    print("Réponses égales sur l'échantillon : " + " ; ".join(f"{name} {100 * share:.2f} %" for name, share in same.items()))
    speed = number / sum(steps)
    print(f"But : {AIM_SPEED} lignes/s : {'atteint' if speed >= AIM_SPEED else 'manqué'} ({speed:.0f}). ", end="")
    print(f"Mémoire du processus, au plus : {peak:.0f} Mo ; but {AIM_MEMORY} Mo : {'atteint' if peak < AIM_MEMORY else 'manqué'}.")


if __name__ == "__main__":
    main()
