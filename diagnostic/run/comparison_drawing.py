"""What a comparison draws: layers for a GIS, funnel plots, the web map."""

import pandas as pd

from diagnostic.vocabulary.formats import count_words, join_words

EDITION = "publique"
OF_COMMUNES = ("epci", "departement")  # territories made of whole communes, each in one
MOST_NAMED, MOST_BODIES = 6, 8
ONE_POLYGON = "Un contour est {} : sa couleur dit le chiffre du territoire entier"
CONTRACTS, MOST_SOURCES, MOST_MAP_SOURCES = "part_communes_avec_contrat", 6, 20
FUNNEL_AXES = {
    "part_communes_au_dela": ("Communes du territoire (échelle logarithmique)", "Part des communes"),
    "part_communes_a_part": ("Communes du territoire que la couche couvre (échelle logarithmique)", "Part des communes"),
    CONTRACTS: ("Communes du territoire (échelle logarithmique)", "Part des communes"),
    "lieux_pour_10000_habitants": (
        "Habitants, en dizaines de milliers (échelle logarithmique)", "Sites pour 10 000 habitants (échelle en racine carrée)",
    ),
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
    """Return {measure and layer or category: Figure} of the funnel plots; none where the common rate leaves nothing to chance."""
    from diagnostic.draw.funnel_chart import draw_funnel
    from diagnostic.measure.comparaison.funnel import PART, list_curve
    from diagnostic.measure.comparaison.readings import DEPENDENT, tell_spread

    figures, placed = {}, results["comparaison_entonnoirs"]
    if not len(placed):
        return figures
    names = results["comparaison_territoires"]["nom"]
    for title, rows in placed.groupby("titre", sort=False):
        first = rows.iloc[0]
        curve = list_curve(rows, genre=first["genre"])
        if curve.empty:
            continue
        size, value = FUNNEL_AXES[first["mesure"]]
        notes = [tell_spread(rows), *([DEPENDENT] if first["genre"] == PART else [])]
        keys = [part for part in (first["mesure"], first["couche"], first["groupe"]) if isinstance(part, str)]
        figures[" ".join(keys)] = draw_funnel(
            rows, curve, titre=title, axe_taille=size, axe_valeur=value, noms=names, notes=notes,
            mentions=mention(results, gathered, subjects=_choose_subjects(first["mesure"], first["couche"])),
        )  # fmt: skip
    return figures


def _choose_subjects(mesure, couche):
    """Return what the sources of a funnel plot are of, as `mentions.list_sources` names it."""
    return {"part_communes_a_part": [f"couche {couche}"], CONTRACTS: ["dispositifs"]}.get(mesure, ["acteurs"])


def mention(results, gathered, *, subjects=(), most=MOST_SOURCES):
    """Return what every page says of itself; `subjects`: what its sources are of, besides the communes; `most` of them."""
    sources = results["sources"].dropna(subset="source")
    held = sources["objet"].isin(subjects) if subjects else sources["objet"].str.startswith("couche ")
    sources = sources[held | sources["objet"].str.startswith("communes")]
    return {
        "sources": sources["source"].drop_duplicates().head(most).tolist(),
        "date": f"{gathered['date']:%d/%m/%Y}", "edition": EDITION,
        "couverture": None, "fictif": bool(sources["source"].str.contains("FICTIF", regex=False).any()),
    }  # fmt: skip


def draw_map(results, gathered):
    """Return the web map of the territories compared (folium), one polygon each: layers, interlocutors, discordance, access."""
    from diagnostic.draw.web import draw_web_map
    from diagnostic.draw.web_coarse import WORDS
    from diagnostic.measure.across import OWN_LAYER

    tables, wide, maille = gathered["tables"], results["comparaison_territoires"], gathered["maille"]
    plan, shared = make_plan(tables, wide, maille)
    profiles, (access, beyond, unfinished) = results["discordance"], list_access(results, tables)
    shown = pd.DataFrame({
        "epci": strip_kind(profiles["territoire_id"]), "couche": profiles["couche"], "n_unites": profiles["n_unites"],
        "valeur": profiles["interlocuteurs_effectifs_q2"],
    })  # fmt: skip
    layers = tables["couches"].drop(index=OWN_LAYER.get(maille, maille), errors="ignore")
    word, (known, untold) = WORDS[plan["maille"]], take_known(results)
    vue = {
        "couches": layers, "unites": tables["unites"], "affectation": tables["affectation"].iloc[:0], "discordance": shown,
        "interlocuteurs": known.set_axis(strip_kind(wide.index)), "parts": list_parts(tables, wide.index),
        "acteurs": tables["acteurs"].iloc[:0].assign(categorie_libelle="", rubrique_libelle="", themes=""), "decoupage": plan,
        "minoritaires": pd.DataFrame(columns=["couche", "code_insee"]), "acces_territoires": access, "parts_au_dela": beyond,
        "mentions": [
            NO_SCORE, ONE_POLYGON.format(word[4]), *tell_bodies(layers), *tell_drawn(results, shared), *untold, *unfinished,
        ],
    }  # fmt: skip
    told = mention(results, gathered, subjects=[*("couche " + layers.index), "acteurs"], most=MOST_MAP_SOURCES)
    far = ", et à quelle distance sont les services" if access is not None else ""
    return draw_web_map(
        tables["communes"], vue, titre=f"Combien d'interlocuteurs rencontre chaque {word[0]}{far}", sources=told["sources"],
        date=told["date"], edition=EDITION,
    )  # fmt: skip


def take_known(results):
    """Return the interlocutors of each territory, missing where not known (`across.blank_unknown`), and the sentence that says so."""
    known = results["comparaison_territoires"]["nb_interlocuteurs"]
    gaps = int(known.isna().sum())
    where = count_words(gaps, "territoire", "territoires")
    told = [f"{where} sans nombre d'interlocuteurs : une couche dite complète n'y a aucune unité connue"] if gaps else []
    return known, told


def tell_bodies(layers):
    """Return the sentence that names the layers whose units are counted as interlocutors; the others are divisions, no bodies."""
    bodies = layers.loc[layers["interlocuteur"], "libelle"]
    return [f"Interlocuteurs comptés : {join_words(bodies, MOST_BODIES)}"] if 0 < len(bodies) < len(layers) else []


def strip_kind(names):
    """Return the codes of territories without their kind: « epci:244301099 » is 244301099."""
    return names.str.replace(r"^[^:]*:", "", regex=True)


def make_plan(tables, wide, maille):
    """Return which territory each commune is drawn in (`web_coarse.coarsen`), and the number of communes of several territories.

    A commune of several units of a layer is drawn in that of its largest part, the smallest code where parts are equal.
    """
    held = tables["appartenance"][tables["appartenance"]["territoire_id"].isin(wide.index)]
    held = held.assign(part=held["part"].astype(float) if "part" in held else 1.0)
    held = held.sort_values(["code_insee", "part", "territoire_id"], ascending=[True, False, True])
    held = held.drop_duplicates(["code_insee", "territoire_id"])
    twice = held["code_insee"].duplicated()
    kept = held[~twice].set_index("code_insee")["territoire_id"]
    names = wide["nom"].set_axis(strip_kind(wide.index))
    plan = {"maille": maille if maille in OF_COMMUNES else "couche", "cle": strip_kind(kept), "noms": names}
    return plan, held.loc[twice, "code_insee"].nunique()


def tell_drawn(results, shared):
    """Return the sentences that say what the map does not draw."""
    loose = results["comparaison_sans_territoire"]
    named = f" : {', '.join(loose['nom'])}" if len(loose) <= MOST_NAMED else ""
    told = [f"{count_words(len(loose), 'commune')} d'aucun territoire comparé, hors du dessin{named}"] if len(loose) else []
    if shared:
        told.append(
            f"{count_words(shared, 'commune')} de plusieurs territoires : dessin dans celui qui en tient la plus grande part, accès "
            "compté en entier dans chacun"
        )
    return told


def list_access(results, tables):
    """Return the mean distances and the shares beyond each threshold, as the web map reads them, and what is left out.

    Returns
    -------
    access, beyond : DataFrame, see `web_themes.list_access_themes` and `list_beyond_themes`; None where nothing is known
    told : list of str, the categories whose list is not said to be whole
    """
    from diagnostic.measure.site_lists import list_sites

    long, settings = results["comparaison_longue"], tables["reglages"]
    labels = tables["listes"]["categories"]["libelle"]
    rows = long[long["mesure"].isin(["distance_moyenne_km", "part_population_au_dela"])]
    rows = rows.assign(code_insee=strip_kind(rows["territoire"].astype("str")), categorie=rows["groupe"].astype("object"))
    rows = rows.assign(libelle=rows["categorie"].map(labels).fillna(rows["categorie"]))
    known = rows.groupby("categorie")["valeur"].transform("count") > 0
    left = rows.loc[~known, "libelle"].drop_duplicates().tolist()
    rows, told = rows[known], [f"Accès non mesuré, liste non dite complète : {join_words(left, MOST_NAMED)}"] if left else []
    if not len(rows):
        return None, None, told
    means = rows[rows["mesure"].eq("distance_moyenne_km")]
    sites = list_sites(tables["acteurs"])["categorie"].value_counts()
    access = means.assign(
        unite="km", seuils=[tuple(settings["seuils_km"])] * len(means), complet=True, nb_sites=means["categorie"].map(sites),
        titre="Distance moyenne", mesure="distance moyenne des habitants, km à vol d'oiseau",
    )  # fmt: skip
    beyond = rows[rows["mesure"].eq("part_population_au_dela")]
    return access, beyond.assign(seuil=beyond["seuil"].astype(float)), told


def list_parts(tables, names):
    """Return the share of the inhabitants of each territory in each unit of each layer: epci (its code), couche, unite_id, part."""
    from diagnostic.measure.ressorts.territory_sheets import list_territory_units

    held = tables["appartenance"][tables["appartenance"]["territoire_id"].isin(names)]
    rows = list_territory_units(tables["affectation"], held, tables["communes"], tables["couches"], unites=tables["unites"])
    rows = rows[rows["unite_id"].fillna("").ne("")]
    return rows.assign(epci=strip_kind(rows["territoire_id"]))[["epci", "couche", "unite_id", "part"]]
