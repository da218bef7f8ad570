"""What a comparison draws: layers for a GIS, funnel plots, the web map."""

import pandas as pd

EDITION = "publique"
CONTRACTS, MOST_SOURCES = "part_communes_avec_contrat", 6
FUNNEL_AXES = {
    "part_communes_au_dela": ("Communes du territoire (échelle logarithmique)", "Part des communes"),
    "part_communes_a_part": ("Communes du territoire que la couche couvre (échelle logarithmique)", "Part des communes"),
    CONTRACTS: ("Communes du territoire (échelle logarithmique)", "Part des communes"),
    "lieux_pour_10000_habitants": ("Habitants, en dizaines de milliers (échelle logarithmique)", "Sites pour 10 000 habitants"),
}  # fmt: skip
NO_SCORE = "Ni classement ni note : chaque territoire se lit à côté de ses semblables, de ses voisins et de ce que le hasard permet."


def make_layers(results, gathered):
    """Return {layer: GeoDataFrame in EPSG:2154}: the territories with the figures of the wide table."""
    import geopandas as gpd

    from diagnostic.write.gis import METRES, dissolve_units

    tables, wide = gathered["tables"], results["comparaison_territoires"]
    held = tables["appartenance"][tables["appartenance"]["territoire_id"].isin(wide.index)].rename(columns={"territoire_id": "unite_id"})
    held = held.assign(couche=gathered["maille"], part=held.get("part", 1.0))
    names = wide["nom"].rename_axis("unite_id").rename("unite_nom").reset_index().assign(couche=gathered["maille"])
    shapes = dissolve_units(tables["communes"].to_crs(METRES), held, names).set_index("unite_id").geometry
    flat = wide.drop(columns="a_cheval").reset_index()
    return {"comparaison": gpd.GeoDataFrame(flat, geometry=shapes.reindex(wide.index).to_numpy(), crs=METRES)}


def draw_funnels(results, gathered):
    """Return {measure and layer or category: Figure} of the funnel plots."""
    from diagnostic.draw.funnel_chart import draw_funnel
    from diagnostic.measure.comparaison.funnel import list_curve
    from diagnostic.measure.side_by_side import name_codes, name_funnel

    figures, placed = {}, results["comparaison_entonnoirs"]
    if not len(placed):
        return figures
    labels = name_codes(gathered["tables"])
    for keys, rows in placed.groupby(["mesure", "groupe"], dropna=False, sort=False):
        size, value = FUNNEL_AXES[keys[0]]
        title = name_funnel(keys, rows["seuil"].iloc[0], labels)
        figures[" ".join(part for part in keys if isinstance(part, str))] = draw_funnel(
            rows, list_curve(rows, genre=rows["genre"].iloc[0]), titre=title, axe_taille=size,
            axe_valeur=value, mentions=mention(results, gathered, subjects=_choose_subjects(*keys)),
        )  # fmt: skip
    return figures


def _choose_subjects(mesure, groupe):
    """Return what the sources of a funnel plot are of, as `mentions.list_sources` names it."""
    return {"part_communes_a_part": [f"couche {groupe}"], CONTRACTS: ["dispositifs"]}.get(mesure, ["acteurs"])


def mention(results, gathered, *, subjects=()):
    """Return what every page says of itself; `subjects`: what its sources are of, besides the communes."""
    sources = results["sources"].dropna(subset="source")
    held = sources["objet"].isin(subjects) if subjects else sources["objet"].str.startswith("couche ")
    sources = sources[held | sources["objet"].str.startswith("communes")]
    return {
        "sources": sources["source"].drop_duplicates().head(MOST_SOURCES).tolist(),
        "date": f"{gathered['date']:%d/%m/%Y}", "edition": EDITION,
        "couverture": None, "fictif": bool(sources["source"].str.contains("FICTIF", regex=False).any()),
    }  # fmt: skip


def draw_map(results, gathered):
    """Return the web map of the layers by EPCI (folium): over ten thousand communes, drawn by EPCI."""
    from diagnostic.draw.web import draw_web_map

    tables, profiles = gathered["tables"], results["discordance"]
    code = profiles["territoire_id"].str.removeprefix("epci:")
    shown = pd.DataFrame({
        "epci": code, "couche": profiles["couche"], "n_unites": profiles["n_unites"], "valeur": profiles["interlocuteurs_effectifs_q2"],
    })  # fmt: skip
    wide = results["comparaison_territoires"]
    bodies = wide["nb_interlocuteurs"].set_axis(wide.index.str.removeprefix("epci:"))
    actors = tables["acteurs"].iloc[:0].assign(categorie_libelle="", rubrique_libelle="", themes="")
    vue = {
        "couches": tables["couches"], "unites": tables["unites"], "affectation": tables["affectation"], "discordance": shown,
        "interlocuteurs": bodies, "parts": list_parts(tables), "acteurs": actors, "mentions": [NO_SCORE],
        "minoritaires": pd.DataFrame(columns=["couche", "code_insee"]),
    }  # fmt: skip
    told = mention(results, gathered)
    return draw_web_map(
        tables["communes"], vue, titre="Combien d'interlocuteurs chaque intercommunalité rencontre", sources=told["sources"],
        date=told["date"], edition=EDITION,
    )  # fmt: skip


def list_parts(tables):
    """Return the share of the inhabitants of each EPCI in each unit of each layer: epci, couche, unite_id, part."""
    from diagnostic.measure.ressorts.territory_sheets import list_territory_units

    held = tables["appartenance"][tables["appartenance"]["territoire_id"].str.startswith("epci:")]
    rows = list_territory_units(tables["affectation"], held, tables["communes"], tables["couches"], unites=tables["unites"])
    rows = rows[rows["unite_id"].fillna("").ne("")]
    return rows.assign(epci=rows["territoire_id"].str.removeprefix("epci:"))[["epci", "couche", "unite_id", "part"]]
