"""The long table of all territories -> what they are read beside: sizes, peers, neighbours, limits of chance, space, sentences."""

import pandas as pd

from diagnostic.measure.across import choose_places
from diagnostic.measure.comparaison import differences, funnel, moran, peers, readings, sizes
from diagnostic.measure.manques.nearest import pick_middle
from diagnostic.measure.site_lists import list_complete
from diagnostic.vocabulary import read_vocabulary

WORDS = {"epci": "EPCI", "departement": "départements"}
# What spatial statistics and sentences are asked of: figures that do not grow with the size of a territory.
DISCORDANCE, ACCESS, DISTANCE = "interlocuteurs_effectifs_q2", "part_population_au_dela", "distance_moyenne_km"
APART = "part_communes_a_part"
TOLD = [DISCORDANCE, APART, ACCESS, DISTANCE, "part_communes_avec_contrat", "diversite_rarefiee_lieux", "densite_liens"]
PER = 10_000  # inhabitants of a rate
KEYS = ["mesure", "couche", "groupe", "seuil"]
# What is said where a common rate is 0, or 1: there is no funnel.
SETTLED = {
    "part_communes_au_dela": ("aucune commune au-delà, nulle part", "toutes les communes au-delà, partout"),
    APART: ("aucune commune à part, nulle part", "toutes les communes à part, partout"),
    "part_communes_avec_contrat": ("aucune commune sous contrat, nulle part", "toutes les communes sous contrat, partout"),
    "lieux_pour_10000_habitants": ("aucun site, nulle part", ""),
}
NO_VALUE = "valeur inconnue ici (sa raison : feuille Comparaison, même colonne)"
FEW_PEERS = "moins de cinq ont ce chiffre"
FEW_NEIGHBOURS = "voisins : moins de cinq ont ce chiffre, leurs quartiles ne sont pas comparés"


def compare_side_by_side(longue, tables, *, maille="epci", typologies=None, graine=moran.SEED, avec_moran=True):
    """Return everything that a territory is read beside.

    Parameters
    ----------
    longue : DataFrame of `across.build_long`, the figures of dossiers below those of all territories
    tables : dict of `read.dossier.read_dossier`
    typologies : dict of name -> Series of class by code_insee, optional
    avec_moran : bool, whether to compute Moran's I (needs PySAL)

    Returns
    -------
    dict of str -> DataFrame, named as in `vocabulary/tables.csv` (`comparaison_...`)
    """
    places, territories = choose_places(tables, maille)
    whole = sizes.measure_sizes(tables["communes"], places, territories.iloc[1:], typologies=typologies)
    labels, measures = name_codes(tables), describe_measures()
    kept = read_vocabulary("mesures_comparees").query("large == 'oui'")["mesure"].tolist()
    wide, dictionary = sizes.spread_wide(longue, kept, whole)
    dictionary = complete_dictionary(dictionary, measures, labels)
    near = peers.find_touching(tables["voisinages"], places)
    alike = peers.find_peers(choose_variables(whole))
    bodies = tables["couches"].index[tables["couches"]["interlocuteur"]]
    told = longue[longue["mesure"].isin(TOLD) & longue["couche_b"].isna() & (longue["couche"].isna() | longue["couche"].isin(bodies))]
    told = differences.bound_values(told)
    beside = peers.summarise_beside(told, alike, "semblable_id")
    around = peers.summarise_beside(told, near, "voisin_id")
    placed = draw_funnels(longue, whole, tables)
    results = {
        "comparaison_territoires": wide.assign(pourquoi_vide=sizes.explain_empty(wide, longue, dictionary)), "comparaison_longue": longue,
        "comparaison_dictionnaire": dictionary, "comparaison_semblables": name_both(alike, whole["nom"], "semblable_id"),
        "comparaison_voisins": name_both(near, whole["nom"], "voisin_id"),
        "comparaison_reperes": title_rows(join_beside(beside, around, len(whole)), measures, labels), "comparaison_entonnoirs": placed,
    }  # fmt: skip
    spatial = measure_space(longue if avec_moran else longue.iloc[:0], tables, near, graine)
    results |= {
        "comparaison_moran": title_rows(spatial[0], measures, labels),
        "comparaison_amas_locaux": title_rows(spatial[1], measures, labels),
    }
    loose = tables["communes"].index[~tables["communes"].index.isin(places["code_insee"])]
    return results | {
        "comparaison_sans_territoire": tables["communes"].loc[loose, ["nom", "departement_nom", "population"]].reset_index(),
        "comparaison_phrases": readings.tell_beside(beside, whole["nom"], measures, labels),
        "comparaison_lectures": tell_whole(longue, whole, placed, spatial[0], (labels, measures, WORDS.get(maille, "territoires"), bodies)),
    }  # fmt: skip


def name_both(pairs, names, other):
    """Return pairs of territories with the name of each beside its identifier: nom, and that of the second without its « _id »."""
    named = pairs.copy()
    named.insert(1, "nom", pairs["territoire_id"].map(names))
    named.insert(named.columns.get_loc(other) + 1, other.removesuffix("_id"), pairs[other].map(names))
    return named


def title_rows(rows, measures, labels):
    """Return rows of figures with `titre`, what each figure says in plain words, before the columns that name it."""
    titled, figure = rows.copy(), rows.groupby(KEYS, dropna=False, sort=False).ngroup()
    words = [readings.capitalise(readings.name_figure(row, measures, labels)) for row in rows[~figure.duplicated()].itertuples()]
    titled.insert(titled.columns.get_loc("mesure"), "titre", figure.map(pd.Series(words, dtype="str")).astype("str"))
    return titled


def name_codes(tables):
    """Return {code of a layer or category: label}."""
    return tables["couches"]["libelle"].to_dict() | tables["listes"]["categories"]["libelle"].to_dict()


def describe_measures():
    """Return libelle, unite, definition, forme (whether a figure grows with the size of a territory) of the measures compared."""
    names = ["libelle", "unite", "definition"]
    own = read_vocabulary("mesures_comparees").set_index("mesure")
    known = read_vocabulary("mesures").set_index("mesure")[names].reindex(own.index)
    return own[names].where(own["libelle"] != "", known).join(own["forme"])


def complete_dictionary(dictionary, measures, labels):
    """Return the dictionary of the wide table with the French heading of each column and what its measure says."""
    named = dictionary.join(measures, on="mesure")
    titles = [readings.capitalise(readings.name_figure(row, measures, labels)) for row in named.itertuples()]
    return named.assign(titre=titles)[["colonne", "titre", *dictionary.columns[1:], *measures.columns]]


def choose_variables(tailles):
    """Return the variables of likeness: inhabitants, density, and the share of each class of the typologies but the last one."""
    shares = [name for name in tailles if name.startswith("part ")]
    kinds = pd.Series(shares, dtype="str").str.partition(" : ")[0] if shares else pd.Series(dtype="str")
    # The shares of a typology add up to 1: the last says nothing more.
    held = [name for name, last in zip(shares, ~kinds.duplicated(keep="last"), strict=True) if not last]
    return tailles[["population", "habitants_km2"]].join(tailles[held].fillna(0.0))


def join_beside(beside, around, nb_territoires):
    """Return the figures of each territory with the quartiles of its peers and those of its neighbours.

    `ecart_semblables`, `ecart_voisins`: `differences.say_differences`; `raison`: why there is no quartile, or no difference.
    """
    keys = ["territoire", "mesure", "couche", "couche_b", "groupe", "seuil", "valeur", *differences.BOUNDS]
    names = {"q25": "semblables_q25", "mediane": "semblables_mediane", "q75": "semblables_q75", "nb": "nb_semblables"}
    others = {"q25": "voisins_q25", "mediane": "voisins_mediane", "q75": "voisins_q75", "nb": "nb_voisins_compares"}
    # Both come from the same rows, in the same order.
    table = beside.rename(columns=names).join(around.drop(columns=keys, errors="ignore").rename(columns=others))
    table = table.assign(ecart_semblables=differences.say_differences(beside), ecart_voisins=differences.say_differences(around))
    few = peers.explain_no_peer(nb_territoires) or FEW_PEERS
    reasons = [
        (table["valeur"].isna(), NO_VALUE), (table["ecart_semblables"].isna(), f"semblables : {few}"),
        (table["ecart_voisins"].isna(), FEW_NEIGHBOURS),
    ]  # fmt: skip
    text = pd.Series("", index=table.index)
    for missing, reason in reasons:
        missing &= text.ne(NO_VALUE)
        text = text.mask(missing, text.where(text.eq(""), text + " ; ") + reason)
    return table.assign(raison=text.where(text.ne(""))).drop(columns="couche_b")


def draw_funnels(longue, tailles, tables):
    """Return the territories between the limits of chance, for what is counted: communes far from a site, with a contract, sites.

    Communes are counted, not inhabitants: those of one commune are near or far together, and limits made for people who move
    one by one would be far too narrow.
    """
    parts, settings = [], tables["reglages"]
    step = str(float(pick_middle(sorted(settings["seuils_km"])))) if len(settings["seuils_km"]) else None
    far = longue[(longue["mesure"] == "nb_communes_au_dela") & longue["seuil"].astype("object").eq(step)]
    for code, rows in far.groupby("groupe", sort=False):
        held = rows.set_index("territoire")
        named = ("part_communes_au_dela", None, code, step)
        parts.append(_place(held["valeur"], held["denominateur"], funnel.PART, named))
    apart = longue[longue["mesure"].eq(APART) & longue["couche"].isin(tables["couches"].index[tables["couches"]["interlocuteur"]])]
    for couche, rows in apart.groupby("couche", sort=False):
        held = rows.set_index("territoire")
        parts.append(_place(held["numerateur"], held["denominateur"], funnel.PART, (APART, couche, None, None)))
    held = longue[longue["mesure"] == "part_communes_avec_contrat"].set_index("territoire")
    if len(held):
        parts.append(_place(held["numerateur"], held["denominateur"], funnel.PART, ("part_communes_avec_contrat", None, None, None)))
    sites = longue[(longue["mesure"] == "nb_acteurs_categorie") & longue["groupe"].isin(list_complete(tables))]
    for code, rows in sites.groupby("groupe", sort=False):
        held = rows.set_index("territoire")["valeur"].reindex(tailles.index)
        parts.append(_place(held, tailles["population"] / PER, funnel.TAUX, ("lieux_pour_10000_habitants", None, code, None)))
    if not parts:
        return pd.DataFrame()
    table, labels = pd.concat(parts, ignore_index=True), name_codes(tables)
    table.insert(1, "titre", [name_funnel(row[:3], row[3], labels) for row in table[KEYS].itertuples(index=False, name=None)])
    return table


def _place(count, size, genre, named):
    placed = funnel.place_territories(count, size, genre=genre).rename_axis("territoire").reset_index()
    mesure, couche, groupe, seuil = named
    return placed.assign(mesure=mesure, couche=couche, groupe=groupe, seuil=seuil, genre=genre).astype(
        {"couche": "object", "groupe": "object", "seuil": "object"}
    )


def measure_space(longue, tables, near, graine):
    """Return Moran's I and the local clusters of the discordance of each body, and of access."""
    bodies = tables["couches"].index[tables["couches"]["interlocuteur"]]
    asked = longue["mesure"].eq(DISCORDANCE) & longue["couche"].isin(bodies) | longue["mesure"].eq(DISTANCE)
    return moran.measure_autocorrelation(longue[asked][["territoire", *KEYS, "valeur"]], near, graine=graine)


def tell_whole(longue, tailles, placed, spatial, named):
    """Return the sentences about all territories together: layers, access, limits of chance, space."""
    labels, measures, words, bodies = named
    one = words.rstrip("s") if words != "EPCI" else words
    both = one, words
    told = {"territoires": readings.tell_astride(tailles, both), "inventaires": readings.tell_inventories(longue, tailles, both)}
    told |= {"ressorts": readings.tell_layers(longue[longue["couche"].isin(bodies)], tailles, labels, words)}
    few = peers.explain_no_peer(len(tailles))
    told["semblables"] = [f"Aucun semblable : {few}."] if few else []
    funnels = placed.groupby("titre", sort=False) if len(placed) else ()
    told["hasard"] = [
        readings.tell_funnel(rows, title, both, accord=SETTLED[rows["mesure"].iloc[0]]) for title, rows in funnels
    ]  # fmt: skip
    if any(rows["genre"].eq(funnel.PART).all() and rows["z"].notna().any() for _, rows in funnels):
        told["hasard"].append(readings.DEPENDENT)
    told["espace"] = [
        readings.tell_moran(row, readings.capitalise(readings.name_figure(row, measures, labels))) for _, row in spatial.iterrows()
    ]
    return readings.list_readings(told)


def name_funnel(keys, seuil, labels):
    """Return the words of a funnel plot; `keys`: its measure, its layer or None, its category or None."""
    mesure, couche, groupe = keys
    site, layer = labels.get(groupe, groupe), labels.get(couche, couche)
    return {
        "part_communes_au_dela": f"Communes à plus de {seuil and float(seuil):g} km d'un site « {site} »" if seuil else "",
        APART: f"Communes hors de l'unité principale de leur territoire, « {layer} »",
        "part_communes_avec_contrat": "Communes qui tiennent un contrat d'un programme national",
        "lieux_pour_10000_habitants": f"Sites « {site} » pour 10 000 habitants",
    }[mesure]
