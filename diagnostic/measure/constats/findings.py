"""Figures -> sentences in French: each says its number, its denominator, its territory, and what it does not prove."""

import pandas as pd

from diagnostic.measure.constats.affiliation_readings import describe_affiliations
from diagnostic.measure.constats.layer_findings import describe_cut, describe_layers, describe_nesting, describe_split
from diagnostic.measure.constats.layer_names import MAIN_SCALE, type_territories
from diagnostic.measure.constats.link_readings import describe_dispositifs, describe_links, describe_silos
from diagnostic.measure.constats.position_readings import describe_positions, describe_posts, describe_relays
from diagnostic.measure.liens.network import match_territories
from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words

COLUMNS = ["theme", "territoire_id", "territoire", "phrase", "edition"]


def list_findings(tables, results):
    """Return the sentences of a diagnosis.

    Parameters
    ----------
    tables, results : dict of DataFrame (`read.dossier.read_dossier`, `measure.diagnosis.measure_dossier`)

    Returns
    -------
    DataFrame theme, territoire_id, territoire, phrase, edition. What could not be computed has its sentence too. Facts
    that follow from a layer having a single unit are merged or left out: they would drown the others.
    """
    names = tables["territoires"]["nom"]
    themes = {
        "Ressorts": [describe_layers, describe_split, describe_nesting, describe_cut],
        "Liens": [describe_links, describe_silos, describe_positions, describe_relays],
        "Postes": [describe_posts],
        "Dispositifs": [describe_dispositifs, describe_affiliations],
        "Manques": [describe_gaps, describe_links_to_check],
        "Accès": [describe_access],
    }
    parts = [
        (theme, *row) for theme, readers in themes.items() for read in readers for row in read(tables, results, names)
    ]
    readings = pd.DataFrame(parts, columns=["theme", "territoire_id", "phrase", "edition"])
    return readings.assign(territoire=readings["territoire_id"].map(names))[COLUMNS]


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


def describe_access(tables, results, names):
    """Inhabitants beyond the middle threshold, for the categories whose sites are all known; the others are named."""
    table = type_territories(results["acces"], tables)
    table = table[table["type"].isin(MAIN_SCALE)]
    thresholds = sorted(table["seuil_km"].unique())
    labels = tables["listes"]["categories"]["libelle"]
    if not thresholds:
        told = "Aucune catégorie à localiser : l'éloignement n'est pas mesuré (feuille acteurs ; réglage categories_acces)."
        yield "perimetre", told, "publique"
        return
    rows = table[table["seuil_km"] == thresholds[len(thresholds) // 2]]
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
        f"ceux d'à côté comptés{mobile}"
    )
