"""100,000 rows of mixed quality read, resolved and checked: our columns against a loop over the rows, in one run.

Run: python benchmarks/lecture.py [rows] [rows of the loop]. Needs shapes/. The rows are made, always the same.

The loop reads the same file with csv.DictReader and follows the same rules cell by cell, with dictionaries, a tree of the
outlines, python-stdnum, and our functions of one cell (`split_name`, `normalize_label`). It runs on the first rows, its time
is brought to the whole. What it leaves out is to its advantage: corrections to propose, near names and words, confidence,
points in metres, the look of a whole column. Each way runs twice in a process of its own and the best run counts; imports
and look-up tables are timed apart, for both.
"""

import csv
import multiprocessing
import re
import sys
import tempfile
import time
from datetime import datetime
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from stdnum import luhn
from stdnum.fr import siret

from diagnostic.read.actors.actors import complete_actors
from diagnostic.read.dossier import find_written
from diagnostic.read.formats.files import read_sheets
from diagnostic.read.inventory.tables import clean_table
from diagnostic.read.places.cog import read_cog, read_polygons
from diagnostic.read.places.coordinates import BOXES, KM_A_DEGREE
from diagnostic.read.places.names import list_bearers, list_names, split_name
from diagnostic.read.places.places import NEAR_KM
from diagnostic.read.places.territories import read_communes, read_former_codes
from diagnostic.schema import list_vocabularies
from diagnostic.vocabulary import index_labels, normalize_label, read_list

ROWS, SAMPLE, RUNS, AIM_SPEED, AIM_MEMORY = 100_000, 5_000, 2, 20_000, 1_000
KINDS = {  # share of the rows
    "code": 0.32, "code_point": 0.12, "point_loin": 0.01, "zero_mange": 0.03, "ancien": 0.04, "nom_postal": 0.18, "nom_departement": 0.05,
    "faute": 0.03, "autre_nom": 0.01, "point": 0.10, "point_virgule": 0.04, "point_inverse": 0.01, "lambert": 0.01, "rien": 0.05,
}  # fmt: skip
CELLS = {
    "categorie": [*read_list("categories")["libelle"].iloc[:40], "Misson locale", "FTJ", "tiers lieux culturel"],
    "themes": ["Culture;Santé", "culture|santé", '"culture";"sport', "mobilite\nlogement", "numérique", "chose inconnue;emploi", ""],
    "fait_lien": ["oui", "non", "x", "", "peut-être"], "a_repondu": ["Oui", "non", "", "ne sait pas"],
    "effectif": ["12", "1 234", "3,5", "n.c.", "une dizaine", ""],
}  # fmt: skip
TYPED = ("siret", "lat", "lon", "date_maj", *CELLS)
_DATES = ["{d:02d}/{m:02d}/{y}", "{y}-{m:02d}-{d:02d}", "{d}/{m}/{y}", "{m:02d}/{y}", "{y}", "{d:02d}.{m:02d}.{y}", "bientôt", ""]
_SHAPES = [  # of a date, with the place of year, month and day
    (re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4})"), (4, 3, 1)), (re.compile(r"(\d{4})([/-])(\d{1,2})\2(\d{1,2})"), (1, 3, 4)),
    (re.compile(r"(\d{1,2})/(\d{4})"), (2, 1)), (re.compile(r"(\d{4})-(\d{1,2})"), (1, 2)), (re.compile(r"(\d{4})"), (1,)),
]  # fmt: skip
_NOTHING = {"nc", "nd", "nr", "na", "ns", "so", "inconnu", "neant", "nonrenseigne", "noncommunique", "sansobjet"}
_YES_NO = dict.fromkeys(("oui", "o", "vrai", "true", "1", "x"), True) | dict.fromkeys(("non", "n", "faux", "false", "0"), False)


def make_rows(number):
    """Return `number` rows of `acteurs` as text, the same at each call."""
    chance = np.random.default_rng(20_260_101)
    communes, former = read_communes(geometry=False), read_former_codes()
    town = communes.dropna(subset=["mairie_lon", "codes_postaux", "x_m"])
    town = town.iloc[chance.integers(0, len(town), number)].reset_index()
    kind = chance.choice(list(KINDS), number, p=list(KINDS.values()))
    past = former[(former["ancien_code"] != former["nouveau_code"]) & former["nature"].isin(["deleguee", "associee"])]
    past = past.iloc[chance.integers(0, len(past), number)].reset_index(drop=True)
    code = town["code_insee"].where(kind != "ancien", past["ancien_code"])
    code = code.mask(kind == "zero_mange", code.str.lstrip("0"))
    name = town["nom"].where(kind != "ancien", past["ancien_nom"]).mask(kind == "autre_nom", town["nom"].shift().fillna(""))
    name = name.mask(kind == "faute", name.str[:2] + name.str[3:] + "e").where(chance.random(number) < 0.7, name.str.upper())
    name = name.mask(kind == "nom_departement", name + " (" + town["departement"] + ")")
    coded = np.isin(kind, ["code", "code_point", "point_loin", "zero_mange", "ancien", "autre_nom"])
    named = np.isin(kind, ["code", "code_point", "ancien", "nom_postal", "nom_departement", "faute", "autre_nom"])
    post = town["codes_postaux"].str.split(";").str[0].where(np.isin(kind, ["nom_postal", "faute", "code_point"]), "")
    parts = chance.integers([1, 1, 2015, 0], [29, 13, 2026, len(_DATES)], (number, 4)).tolist()
    return pd.DataFrame({
        "acteur_id": [f"B{i:06d}" for i in range(number)], "nom": "Structure " + town["nom"], "siret": _make_siret(town["siren"], chance),
        "code_insee": code.where(coded, ""), "commune": name.where(named, ""), "code_postal": post, **_make_points(town, kind),
        "date_maj": [_DATES[form].format(d=d, m=m, y=y) for d, m, y, form in parts],
        **{name: np.array(cells, dtype=object)[chance.integers(0, len(cells), number)] for name, cells in CELLS.items()},
    }).astype("str")  # fmt: skip


def _make_points(town, kind):
    lat = (town["mairie_lat"] + 0.4 * (kind == "point_loin")).map("{:.6f}".format)
    lon, comma, metres = town["mairie_lon"].map("{:.6f}".format), kind == "point_virgule", kind == "lambert"
    lat, lon = lat.mask(kind == "point_inverse", lon), lon.mask(kind == "point_inverse", lat)
    lat, lon = lat.mask(comma, lat.str.replace(".", ",")), lon.mask(comma, lon.str.replace(".", ","))
    lat, lon = lat.mask(metres, town["y_m"].map("{:.1f}".format)), lon.mask(metres, town["x_m"].map("{:.1f}".format))
    pointed = np.isin(kind, ["code_point", "point_loin", "point", "point_virgule", "point_inverse", "lambert"])
    return {"lat": lat.where(pointed, ""), "lon": lon.where(pointed, "")}


def _make_siret(siren, chance):
    """Return SIRET of which one in ten is false, one in ten has spaces, and a third are missing."""
    body = siren.fillna("000000000") + pd.Series(chance.integers(0, 99, len(siren))).map("{:04d}".format)
    draw = chance.random(len(siren))
    key = body.map(luhn.calc_check_digit).astype(int)
    full = body + key.mask(draw < 0.1, (key + 1) % 10).astype("str")
    full = full.mask(draw > 0.9, full.str.replace(r"(...)(...)(...)(.*)", r"\1 \2 \3 \4", regex=True))
    return full.mask((draw > 0.4) & (draw < 0.75), "")


def read_columns(path, lists, cog, communes, *, sample):
    """Read, resolve and check as `read_dossier` does; return (seconds a step, counts, answers of the sample, share of each method)."""
    clocks = [(time.perf_counter(), time.process_time())]
    sheets, _ = read_sheets(path)
    clocks.append((time.perf_counter(), time.process_time()))
    table, problems, rows = clean_table(sheets[path.stem], "acteurs", path, path.stem, lists=lists)
    clocks.append((time.perf_counter(), time.process_time()))
    written = find_written(table, {"acteurs": rows})
    actors, doubts = complete_actors(table, cog, lists["categories"], communes=communes, distance_max_km=10, written=written)
    clocks.append((time.perf_counter(), time.process_time()))
    counts = {"lues": len(rows), "gardees": len(actors), "problemes": len(problems) + len(doubts)}
    answers, methods = actors.head(sample).set_index("acteur_id"), actors["methode_commune"].value_counts(normalize=True)
    return np.diff(clocks, axis=0), counts, answers, methods


def make_indexes(lists, cog):
    """Return what the loop looks things up in: dictionaries, sets, and a tree of the outlines."""
    outlines, bearers, towns, names, served = read_polygons(), list_bearers(), cog["communes"], {}, {}
    for key, article, code, place in list_names()[["cle", "article", "code_insee", "departement"]].itertuples(index=False):
        names.setdefault(key, []).append((code, article, place))
    for postcode, (code, _) in cog["codes_postaux"].items():
        served.setdefault(postcode, set()).add(code)
    return {
        "towns": {code: split_name(name)[1] for code, name in towns["nom"].items()}, "names": names, "served": served,
        "past": cog["anciens"]["nouveau_code"].to_dict(), "pairs": set(zip(bearers["cle"], bearers["code_insee"], strict=True)),
        "labels": {name: index_labels(lists[name]) for name in ("categories", "themes", "reponses")},
        "tree": shapely.STRtree(outlines.geometry.to_numpy()), "codes": outlines.index.tolist(), "shapes": outlines.geometry.to_dict(),
    }  # fmt: skip


def read_rows(path, known, *, sample):
    """Do the same for the first rows of the file, each by itself: the loop; return (seconds, number of faults, answers)."""
    clocks, answers, faults, labels = [(time.perf_counter(), time.process_time())], {}, [], known["labels"]
    with path.open(newline="", encoding="utf-8") as lines:
        for line, row in enumerate(islice(csv.DictReader(lines, delimiter=";"), sample), 2):
            row = {name: cell.strip() for name, cell in row.items()}
            if not row["acteur_id"] or not row["nom"] or row["acteur_id"] in answers:
                faults.append((path.name, line, "acteur_id", row["acteur_id"], "Sans identifiant ou sans nom, ou répétée : ligne écartée."))
                continue
            told, row = [], row | {name: "" for name in TYPED if row[name][:1].isalpha() and normalize_label(row[name]) in _NOTHING}
            point = _read_point(row, told)
            code, method = _find_commune(row, point, known, told)
            answers[row["acteur_id"]] = {
                "nom": row["nom"], "code_insee": code, "methode_commune": method, "lat": point and point[0], "lon": point and point[1],
                "categorie": _read_choice(row, "categorie", labels["categories"], told), "siret": _read_siret(row, told),
                "themes": _read_themes(row, labels["themes"], told), "fait_lien": _read_choice(row, "fait_lien", _YES_NO, told),
                "a_repondu": _read_choice(row, "a_repondu", labels["reponses"], told),
                "effectif": _read_number(row, "effectif", told), "date_maj": _read_date(row, told),
            }  # fmt: skip
            faults += [(path.name, line, column, row[column], message) for column, message in told]
    clocks.append((time.perf_counter(), time.process_time()))
    return np.diff(clocks, axis=0), len(faults), pd.DataFrame.from_dict(answers, orient="index")


def _read_choice(row, column, labels, told):
    value = labels.get(normalize_label(row[column])) if row[column] else None
    if row[column] and value is None:
        told.append((column, f"« {row[column]} » inconnu."))
    return value


def _read_themes(row, labels, told):
    items = [item.strip().strip('"').strip() for item in re.split(r"\"\s*,\s*\"|[;|\n\r]+", row["themes"])]
    codes = {item: labels.get(normalize_label(item)) for item in items if item}
    if None in codes.values():
        told.append(("themes", "Mot absent de notre liste : gardé tel quel."))
    return tuple(dict.fromkeys(code or item for item, code in codes.items()))


def _read_siret(row, told):
    number = re.sub(r"[\s.\-'’]", "", row["siret"])
    if len(number) == 14 and number.strip("0") and siret.is_valid(number):
        return number
    if number:
        told.append(("siret", "SIRET dont la clé de contrôle est fausse." if len(number) == 14 else "SIRET qui n'a pas 14 chiffres."))
    return None


def _read_date(row, told):
    for shape, places in _SHAPES if row["date_maj"] else ():
        found = shape.fullmatch(row["date_maj"])
        if found:
            try:
                return datetime(*[int(found[place]) for place in places], *[1] * (3 - len(places)))
            except ValueError:
                break
    if row["date_maj"]:
        told.append(("date_maj", f"« {row['date_maj']} » n'est pas une date."))
    return None


def _read_number(row, column, told):
    try:
        return float(re.sub(r"\s", "", row[column]).replace(",", ".")) if row[column] else None
    except ValueError:
        told.append((column, f"« {row[column]} » n'est pas un nombre."))
        return None


def _read_point(row, told):
    lat, lon = _read_number(row, "lat", told), _read_number(row, "lon", told)
    if lat is None or lon is None:
        message = "" if lat is lon else "Une seule des deux coordonnées est donnée."
    elif abs(lat) > 180 or abs(lon) > 180:
        message = "Coordonnées projetées (Lambert-93 ?) dans lat et lon."
    elif _is_in_france(lon, lat):
        return lat, lon
    else:
        message = "lat et lon sont inversées ?" if _is_in_france(lat, lon) else "Ce point est hors de France."
    told += [("lat", message)] if message else []
    return None


def _is_in_france(lon, lat):
    return any(west <= lon <= east and south <= lat <= north for west, south, east, north in BOXES.values())


def _find_commune(row, point, known, told):
    """Return (code, method) by code, former code, name and postcode, name and departement, name alone, postcode, point."""
    _, key, article, beside, place = split_name(row["commune"])
    post = row["code_postal"] or beside
    found, method = _follow_code(row["code_insee"].upper(), key, known, told)
    if found is None:
        found, method, weak = _follow_name(key, article, post, place, known)
        held = known["tree"].query(shapely.Point(point[::-1]), predicate="within") if point and (found is None or weak) else ()
        if len(held) and (found is None or (key, known["codes"][held[0]]) in known["pairs"]):
            found, method = known["codes"][held[0]], "coordonnees"
    if key and key not in known["names"]:
        told.append(("commune", f"« {row['commune']} » n'est le nom d'aucune commune."))
    if found is None:
        told.append(("code_insee", "Acteur sans commune reconnue."))
    else:
        _check_clues(found, key, post, point, known, told)
    return found, method


def _follow_code(code, key, known, told):
    new, own = code if code in known["towns"] else known["past"].get(code), known["towns"].get(code)
    if new and key and key != own and any(key == known["towns"][other] for other in known["served"].get(code, ())):
        told.append(("code_insee", f"« {code} » est un code postal."))
        return None, ""
    if new != code and code:
        eaten = len(code) == 4 and "0" + code in known["towns"]
        message = f"réuni à {new}" if new else "à 4 caractères, un tableur a mangé le zéro" if eaten else "inconnu"
        told.append(("code_insee", f"Code « {code} » {message}."))
    return new, ("code" if new == code else "ancien_code") if new else ""


def _follow_name(key, article, post, place, known):
    """Return (code, method, weak) of the one commune that name, postcode and departement lead to."""
    bearers, served = known["names"].get(key, ()), known["served"].get(post, ())
    around = place or (("2A" if post < "202" else "2B") if post[:2] == "20" else post[:3] if post[:2] in ("97", "98") else post[:2])
    for method, found in [
        ("nom_code_postal", [b for b in bearers if b[0] in served]), ("nom_departement", [b for b in bearers if b[2] == around]),
        ("nom_perimetre", () if around else bearers),
    ]:  # fmt: skip
        codes = {b[0] for b in found}
        codes = codes if len(codes) < 2 else {b[0] for b in found if b[1] == article}
        if len(codes) == 1:
            return codes.pop(), method, method == "nom_perimetre" and len({b[0] for b in bearers}) > 1
    return (next(iter(served)), "code_postal", bool(key)) if not bearers and len(served) == 1 else (None, "", False)


def _check_clues(found, key, post, point, known, told):
    """Tell the name, the postcode and the point that do not go with the commune found."""
    if key in known["names"] and (key, found) not in known["pairs"] and not known["towns"][found].startswith(key):
        told.append(("commune", f"Ce nom n'est pas celui de la commune {found}."))
    if post and found not in known["served"].get(post, ()) and (post in known["served"] or post[:2] != found[:2]):
        told.append(("code_postal", f"Le code postal {post} ne dessert pas {found}."))
    outline = known["shapes"].get(found) if point else None
    if outline is not None and not shapely.contains_xy(outline, point[1], point[0]):
        away = shapely.distance(outline, shapely.Point(point[::-1])) * KM_A_DEGREE
        if away > NEAR_KM:
            told.append(("lat", f"Ce point est à {away:.1f} km de la commune {found}."))


def time_way(way, path, sample):
    """Return fixed costs (imports, look-up tables), steps of the best run by each clock, what the way returns, peak memory (MB)."""
    imports, start, runs = time.process_time(), time.perf_counter(), []
    tables = {name: read_list(name) for name in list_vocabularies()}, read_cog(), read_communes(geometry=False)
    if way is read_rows:
        tables = (make_indexes(*tables[:2]),)
    way(path.with_name("essai.csv"), *tables, sample=sample)  # what is loaded at first use, for both
    loading = time.perf_counter() - start
    for _ in range(RUNS):
        split_name.cache_clear()
        spent, *found = way(path, *tables, sample=sample)
        runs.append(spent)
    best = np.sum(runs, axis=1).argmin(axis=0)
    steps = np.column_stack([runs[run][:, clock] for clock, run in enumerate(best)])
    return (imports, loading), steps, found, _measure_peak()


def _measure_peak():
    if sys.platform == "win32":  # memory is not measured there
        return float("nan")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def run_alone(function, *arguments):
    """Return what `function` returns in a process of its own, so that its memory and its caches are its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def print_answers(ours, theirs, raw):
    """Print the share of equal answers, the differences of each column, and five of the communes."""
    texts = [table.astype(object).where(table.notna(), "").astype(str) for table in (ours[theirs.columns], theirs)]
    different = texts[0] != texts[1]
    print(f"Réponses égales sur l'échantillon : {100 - 100 * different.to_numpy().mean():.3f} % de {different.size} cases. ", end="")
    print("Différences : " + ", ".join(f"{name} {count}" for name, count in different.sum().items()) + ".")
    clues = raw.set_index("acteur_id")[["code_insee", "commune", "code_postal", "lat", "lon"]]
    for i in theirs.index[different["code_insee"]][:5]:
        said = [f"{table.at[i, 'code_insee']} ({table.at[i, 'methode_commune']})" for table in texts]
        print(f"  {' | '.join(clues.loc[i])} -> colonnes {said[0]}, boucle {said[1]}")


def main():
    """Make the file, run both ways, print the table of figures and ratios."""
    number, sample = (int(a) if a else default for a, default in zip([*sys.argv[1:3], "", ""], (ROWS, SAMPLE), strict=False))
    sample, raw = min(sample, number), make_rows(number)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "acteurs.csv"
        raw.to_csv(path, sep=";", index=False, encoding="utf-8")
        raw.head(500).to_csv(path.with_name("essai.csv"), sep=";", index=False, encoding="utf-8")
        fixed, steps, (counts, ours, methods), peak = run_alone(time_way, read_columns, path, sample)
        loop_fixed, loop, (faults, theirs), loop_peak = run_alone(time_way, read_rows, path, sample)
    print(f"{counts['lues']} lignes lues, {counts['gardees']} gardées ; meilleur de {RUNS} passages ; boucle sur {sample} lignes, ramenée.")
    print("Communes : " + " ; ".join(f"{name or 'sans commune'} {100 * share:.1f} %" for name, share in methods.items()))
    print(f"{'':48}{'horloge':^30}{'processeur':^30}\n{'':48}" + 2 * f"{'s':>9}{'lignes/s':>11}{'rapport':>10}")
    loop = loop * number / sample
    for label, spent in [
        ("boucle sur les lignes", loop[0]), ("  lire le fichier (read_sheets)", steps[0]), ("  nettoyer (clean_table)", steps[1]),
        ("  communes et points (complete_actors)", steps[2]), ("colonnes, en tout", steps.sum(axis=0)),
    ]:  # fmt: skip
        print(f"{label:48}" + "".join(f"{s:9.2f}{number / s:11.0f}{slow / s:10.1f}" for s, slow in zip(spent, loop[0], strict=True)))
    for label, (imports, loading), memory in [("colonnes", fixed, peak), ("boucle", loop_fixed, loop_peak)]:
        print(f"Hors mesure, {label} : imports {imports:.1f} s, tables {loading:.1f} s. Mémoire du processus, au plus : {memory:.0f} Mo.")
    print(f"Problèmes dits, pour 1 000 lignes : colonnes {1000 * counts['problemes'] / number:.0f}, boucle {1000 * faults / sample:.0f}.")
    print_answers(ours, theirs, raw)
    wall, busy = number / steps.sum(axis=0)
    told = "atteint" if wall >= AIM_SPEED else "atteint au processeur seul" if busy >= AIM_SPEED else "manqué"
    print(f"But de {AIM_SPEED} lignes/s : {told} ({wall:.0f} à l'horloge, {busy:.0f} au processeur). ", end="")
    print(f"But de moins de {AIM_MEMORY} Mo : {'atteint' if peak < AIM_MEMORY else 'manqué'} ({peak:.0f}).")


if __name__ == "__main__":
    main()
