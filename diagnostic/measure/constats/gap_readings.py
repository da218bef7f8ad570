"""Sentences on what is missing and how far the sites are: each says its denominator and how it is known."""

from diagnostic.measure.constats.layer_names import MAIN_SCALE, type_territories
from diagnostic.measure.liens.network import match_territories
from diagnostic.measure.manques.expected import STATE_COLUMNS
from diagnostic.measure.manques.nearest import pick_middle
from diagnostic.measure.manques.territory_gaps import SCALE_WORDS
from diagnostic.measure.manques.territory_gaps import STATE_WORDS as WORDS_OF_STATES
from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words

STATE_WORDS = {STATE_COLUMNS[state]: words for state, words in WORDS_OF_STATES.items()}  # as the columns of `attendus_resume` name them
WHOLE_STATES = {
    "presents": ("Attendus recensés partout", ""), "a_venir": ("Attendus qui ne sont pas encore dus", ""),
    "non_renseignes": ("Attendus dont rien n'est renseigné", " On ne sait pas s'ils manquent."),
}  # fmt: skip
FORCES = {"obligation": "obligation", "pratique": "pratique, non une règle", "choix": "choix du groupe"}


def describe_gaps(tables, results, names):
    """Three states of the categories: a sentence a departement, one for the EPCI, one for each EPCI with checked absences."""
    if not len(tables["acteurs"]):
        return
    if not len(tables["couverture_inventaire"]):
        told = "Aucune absence n'est établie : rien ne dit ce qui est recensé complètement (feuille couverture_inventaire)."
        yield "perimetre", told, "publique"
    table = type_territories(results["categories_territoires"], tables)
    states = ["present", "absent_verifie", "non_renseigne"]
    counts = (
        table.groupby(["territoire_id", "statut"]).size().unstack(fill_value=0).reindex(columns=states, fill_value=0)
    )
    kinds = tables["territoires"]["type"].reindex(counts.index)
    epci, invented = counts[kinds == "epci"], find_invented(tables)
    for territoire_id, row in (counts if len(epci) == 1 else counts[kinds != "epci"]).iterrows():
        mark = "FICTIF : " if territoire_id in invented and row["absent_verifie"] else ""
        yield territoire_id, f"{mark}{names[territoire_id]} : {_tell_states(row)}.", "publique"
    if len(epci) > 1:
        yield "perimetre", f"Par EPCI ({format_number(len(epci))}), {_tell_range(epci)}.", "publique"
    labels = tables["listes"]["categories"]["libelle"]
    absent = table[(table["type"] == "epci") & (table["statut"] == "absent_verifie")]
    for territoire_id, rows in absent.groupby("territoire_id"):
        shown = join_words(f"« {labels.get(code, code)} »" for code in rows["categorie"])
        number, whole = count_words(len(rows), "catégorie"), format_number(epci.loc[territoire_id].sum())
        mark = "FICTIF : " if territoire_id in invented else ""
        told = f"{mark}{names[territoire_id]} : absence vérifiée pour {number} sur {whole} : {shown}."
        yield territoire_id, told, "publique"


def find_invented(tables):
    """Return the territories whose verified absences rest on rows of coverage marked FICTIF; the perimeter's reach them all."""
    coverage, territories = tables["couverture_inventaire"].reindex(columns=["territoire_id", "source"]), tables["territoires"]
    marked = coverage.loc[coverage["source"].astype(str).str.contains("FICTIF"), "territoire_id"]
    held = set(match_territories(marked, territories).dropna()) if len(marked) else set()
    return set(territories.index) if "perimetre" in held else held


def _tell_states(row):
    absences = count_words(row["absent_verifie"], "absence vérifiée", "absences vérifiées")
    unknown = count_words(row["non_renseigne"], "non renseignée", "non renseignées")
    return (
        f"sur {count_words(row.sum(), 'catégorie')}, {count_words(row['present'], 'présente')}, {absences}, {unknown}"
    )


def _tell_range(epci):
    present = _tell_between(epci["present"], "présente", "présentes")
    unknown = _tell_between(epci["non_renseigne"], "non renseignée", "non renseignées")
    return f"sur {count_words(epci.iloc[0].sum(), 'catégorie')} : {present}, {unknown}"


def _tell_between(counts, singular, plural):
    low, high = counts.min(), counts.max()
    told = count_words(high, singular, plural)
    return f"de {format_number(low)} à {told}" if low < high else f"{told} partout"


def describe_links_to_check(tables, results, names):
    """How many pairs of actors could be linked, and how many are."""
    summary = results["bilan_liens"].iloc[0]
    if not summary["nb_paires_attendues"]:
        return
    several = f"les {format_number(summary['nb_affichees'])} premiers sont listés"
    listed = "le premier est listé" if summary["nb_affichees"] == 1 else several
    cut = f" ; {listed}" if summary["nb_ecartees"] else ""
    verb = "ont" if summary["nb_paires_realisees"] > 1 else "a"
    told = (
        f"Sur {count_words(summary['nb_paires_attendues'], 'paire')} d'acteurs qui partagent un territoire et un thème ou un "
        f"dispositif, {format_number(summary['nb_paires_realisees'])} {verb} un lien déclaré ; "
        f"{count_words(summary['nb_a_verifier'], 'lien')} à vérifier{cut}."
    )
    yield "perimetre", told, "interne"


def describe_expected(tables, results, names):
    """What is expected, by law or by practice, in how many places, and what is known of it: no place is named.

    The expectations that are in one state everywhere (not recorded, present, not due yet) share a sentence.
    """
    alike = {state: [] for state in WHOLE_STATES}
    for row in results["attendus_resume"].to_dict("records"):
        if not row["nb_concernes"]:
            continue
        where = count_words(row["nb_concernes"], *SCALE_WORDS[row["echelle"]])
        whole = [state for state in WHOLE_STATES if row[f"nb_{state}"] == row["nb_concernes"]]
        if whole:
            alike[whole[0]].append(f"« {row['libelle']} » ({where.rsplit(' ', 1)[0]})")
            continue
        states = [f"{STATE_WORDS[state]} : {format_number(row[f'nb_{state}'])}" for state in STATE_WORDS if row[f"nb_{state}"]]
        unsure = row["nb_seuil_incertain"]
        aside = f" ; seuil incertain pour {count_words(unsure, 'autre')}" if unsure else ""
        told = f"Attendu, « {row['libelle']} » ({FORCES.get(row['force'], row['force'])}) : {where} ; {', '.join(states)}{aside}."
        yield "perimetre", told, "publique"
    for state, (head, tail) in WHOLE_STATES.items():
        if alike[state]:
            yield "perimetre", f"{head} : {join_words(alike[state])}.{tail}", "publique"


def describe_proximities(tables, results, names):
    """How many pairs of actors of one commune could talk: for the group alone."""
    summary = results["bilan_proximites"].iloc[0]
    if not summary["nb_paires"]:
        return
    told = (
        f"Proximités à discuter : {count_words(summary['nb_paires'], 'paire')} d'acteurs d'une même commune, au même thème et pour "
        "le même public, sans lien déclaré ; se ressembler n'est pas faire double emploi"
    )
    unknown = summary["nb_acteurs_sans_theme_ou_public"]
    aside = f" ; {count_words(unknown, 'acteur sans thème ou sans public', 'acteurs sans thème ou sans public')} non comparés"
    yield "perimetre", f"{told}{aside if unknown else ''}.", "interne"


def describe_access(tables, results, names):
    """Who is far, by the travel times given or as the crow flies, for the categories whose sites are all known; the others are named."""
    yield from _describe_minutes(tables, results, names)
    table = type_territories(results["acces"], tables)
    table = table[table["type"].isin(MAIN_SCALE)]
    thresholds = sorted(table["seuil_km"].unique())
    labels = tables["listes"]["categories"]["libelle"]
    if not thresholds:
        told = "Aucune catégorie à localiser : l'éloignement n'est pas mesuré (feuille acteurs ; réglage categories_acces)."
        yield "perimetre", told, "publique"
        return
    rows = table[table["seuil_km"] == pick_middle(thresholds)]
    rows = rows[~rows["categorie"].isin(results["acces_temps"]["categorie"])]
    for row in rows[(rows["inventaire"] == "complet") & rows["part_population_au_dela"].notna()].itertuples():
        label = labels.get(row.categorie, row.categorie)
        yield row.territoire_id, f"{names[row.territoire_id]}, « {label} » : {_tell_access(row)}.", "publique"
    unknown = rows[(rows["territoire_id"] == "perimetre") & (rows["inventaire"] != "complet")]["categorie"]
    if len(unknown):
        shown = join_words(f"« {labels.get(code, code)} »" for code in unknown)
        told = (
            f"L'éloignement n'est pas lu pour {count_words(len(unknown), 'catégorie')} dont l'inventaire n'est pas dit complet (feuille "
            f"couverture_inventaire) : {shown}. Une distance y mesurerait l'inventaire."
        )
        yield "perimetre", told, "publique"


def _describe_minutes(tables, results, names):
    """Inhabitants beyond the middle duration, where travel times were given; what they leave unknown stands beside."""
    table = type_territories(results["acces_temps"], tables)
    table = table[table["type"].isin(MAIN_SCALE) & (table["inventaire"] == "complet") & table["part_population_au_dela"].notna()]
    steps, labels = sorted(table["seuil_minutes"].unique()), tables["listes"]["categories"]["libelle"]
    for row in table[table["seuil_minutes"] == pick_middle(steps)].itertuples() if steps else ():
        late = count_words(row.nb_communes_au_dela, "commune")
        missing = f" ; {count_words(row.population_sans_temps, 'habitant')} sans temps connu" if row.population_sans_temps else ""
        told = (
            f"{names[row.territoire_id]}, « {labels.get(row.categorie, row.categorie)} » : {late} sur {format_number(row.nb_communes)} à "
            f"plus de {format_number(row.seuil_minutes)} minutes, selon les temps de trajet fournis, soit "
            f"{count_words(row.population_au_dela, 'habitant')} sur {format_number(row.population)} "
            f"({format_share(row.part_population_au_dela, 1)}){missing}."
        )
        yield row.territoire_id, told, "publique"


def _tell_access(row):
    whose = "ont leur" if row.nb_communes_au_dela > 1 else "a sa"
    mobile = (
        f" ; {count_words(row.nb_mobiles, 'service itinérant', 'services itinérants')} à part" if row.nb_mobiles else ""
    )
    return (
        f"{count_words(row.nb_communes_au_dela, 'commune')} sur {format_number(row.nb_communes)} {whose} mairie à plus de "
        f"{format_number(row.seuil_km)} km, à vol d'oiseau, du site le plus proche, soit "
        f"{count_words(row.population_au_dela, 'habitant')} sur {format_number(row.population)} "
        f"({format_share(row.part_population_au_dela, 1)}) ; {count_words(row.nb_sites, 'site fixe', 'sites fixes')} dans le territoire, "
        f"ceux d'à côté comptés{_tell_border(row)}{mobile}"
    )


def _tell_border(row):
    """Return what the sites outside the perimetre change, where they do."""
    alone = row.population_au_dela_sans_voisins
    if alone != alone or alone == row.population_au_dela:
        return ""
    return f" (sans ceux hors du périmètre : {count_words(alone, 'habitant')})"
