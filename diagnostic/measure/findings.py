"""Figures -> sentences in French: each says its number, its denominator, its territory, and what it does not prove."""

import pandas as pd

from diagnostic.vocabulary.formats import format_number, format_share, join_words

COLUMNS = ["theme", "territoire_id", "territoire", "phrase", "edition"]
WEIGHT_WORDS = {"population": "des habitants", "communes": "des communes", "surface_km2": "de la surface"}
MAIN_SCALE = ("perimetre", "departement")


def write_readings(tables, results):
    """Return the sentences of a diagnosis.

    Parameters
    ----------
    tables, results : dict of DataFrame (`read.dossier.read_dossier`, `measure.diagnosis.measure_dossier`)

    Returns
    -------
    DataFrame theme, territoire_id, territoire, phrase, edition. What could not be computed has its sentence too.
    """
    names = tables["territoires"]["nom"]
    parts = [
        ("Ressorts", *row) for row in [*read_layers(tables, results, names), *read_nesting(tables, results, names)]
    ] + [("Liens", *row) for row in read_links(tables, results)]
    parts += [("Dispositifs", *row) for row in read_dispositifs(tables, results)]
    parts += [("Manques", *row) for row in read_gaps(tables, results, names)]
    parts += [("Accès", *row) for row in read_access(tables, results, names)]
    readings = pd.DataFrame(parts, columns=["theme", "territoire_id", "phrase", "edition"])
    return readings.assign(territoire=readings["territoire_id"].map(names))[COLUMNS]


def read_layers(tables, results, names):
    """How many units each territory deals with, and which EPCI deal with the most."""
    table = results["discordance"].join(tables["territoires"]["type"], on="territoire_id")
    for row in table[table["type"].isin(MAIN_SCALE)].itertuples():
        if row.n_unites:
            covered = "" if row.couverture > 0.9995 else f" ; la couche couvre {format_share(row.couverture, 1)} du poids"
            yield row.territoire_id, f"{names[row.territoire_id]} : {_count_units(row.n_unites, row.couche)}{covered}.", "publique"
        else:
            yield row.territoire_id, f"{names[row.territoire_id]} : la couche {row.couche} n'y a aucune unité connue ; ce n'est pas la preuve d'une absence.", "publique"  # fmt: skip
    epci = table[(table["type"] == "epci") & (table["couche"] != "EPCI")]
    for couche, rows in epci.groupby("couche", sort=False):
        split = rows[rows["n_unites"] > 1]
        if len(split):
            shown = join_words(
                f"{names[r.territoire_id]} ({format_number(r.n_unites)} unités"
                + (f", {format_share(r.part_principale, 1)} dans la principale)" if r.part_principale == r.part_principale else ")")
                for r in split.sort_values(["part_principale", "territoire_id"]).itertuples()
            )
            yield "perimetre", f"{format_number(len(split))} EPCI sur {format_number(len(rows))} ont plus d'un interlocuteur dans la couche {couche} : {shown}.", "publique"  # fmt: skip


def _count_units(number, couche):
    return f"{format_number(number)} unité{'s' if number > 1 else ''} de la couche {couche}"


def read_nesting(tables, results, names):
    """For each pair with the EPCI: how many EPCI hold wholly in one unit, and the share of weight."""
    table = results["paires"]
    table = table[(table["couche_a"] == "EPCI") & (table["nb_unites_a"] > 0) & (table["nb_unites_b"] > 0)]
    weight = WEIGHT_WORDS.get(tables["reglages"]["ponderation"], "du poids")
    for row in table.itertuples():
        verb = "sont" if row.nb_a_dans_b > 1 else "est"
        yield (
            row.territoire_id,
            f"{names[row.territoire_id]} : {format_number(row.nb_a_dans_b)} EPCI sur {format_number(row.nb_unites_a)} {verb} entièrement dans une seule unité de la "
            f"couche {row.couche_b} ({format_share(row.part_population_a_dans_b, 1)} {weight} ; {format_share(row.purete_a_dans_b, 1)} "
            "dans l'unité principale de leur EPCI).",
            "publique",
        )


def read_links(tables, results):
    """Density, links between champs against what chance would give, and the caution that goes with them."""
    whole = results["densites"].set_index("territoire_id").loc["perimetre"]
    if not whole["nb_liens"]:
        yield "perimetre", "Aucun lien déclaré : la densité et les silos ne sont pas mesurés (feuille liens).", "publique"
        return
    yield "perimetre", f"{format_number(whole['nb_liens'])} liens déclarés sur {format_number(whole['nb_paires'])} paires possibles entre {format_number(whole['nb_acteurs'])} acteurs ({format_share(whole['densite'], 1)}) ; {format_number(whole['degre_moyen'], 1)} partenaires en moyenne ; {format_number(whole['nb_isoles'])} acteurs sans lien déclaré.", "publique"  # fmt: skip
    answered = format_number(whole["nb_repondants"])
    yield "perimetre", f"{answered} acteurs sur {format_number(whole['nb_acteurs'])} ont répondu à l'enquête : un lien non déclaré n'est pas un lien absent.", "publique"  # fmt: skip
    scenarios = results["silos"].set_index("mixte")
    row = scenarios.loc["exclu"]
    if row["ei"] == row["ei"]:
        spread = scenarios["ratio_externes"].dropna()
        yield "perimetre", f"{format_number(row['nb_externes'])} liens sur {format_number(row['nb_liens'])} relient le champ social et le développement local ; {format_number(row['nb_externes_attendu'], 1)} attendus si les liens étaient répartis au hasard entre les paires (rapport {format_number(row['ratio_externes'], 2)} ; de {format_number(spread.min(), 2)} à {format_number(spread.max(), 2)} selon le champ donné aux acteurs mixtes).", "publique"  # fmt: skip
    else:
        yield "perimetre", f"Silos non mesurés : {row['raison_absence']}.", "publique"


def read_dispositifs(tables, results):
    """How many dispositifs mix both champs, and which findings open a discussion."""
    share = results["dispositifs_mixtes_part"].set_index("mixte").loc["exclu"]
    if not share["denominateur"]:
        yield "perimetre", "Aucune participation recensée : les dispositifs mixtes ne sont pas mesurés (feuille participations).", "publique"  # fmt: skip
        return
    yield "perimetre", f"{format_number(share['numerateur'])} dispositifs sur {format_number(share['denominateur'])} réunissent au moins un acteur social et un acteur du développement local.", "publique"  # fmt: skip
    for finding, rows in results["dispositifs_a_ouvrir"].groupby("constat", sort=False):
        yield "perimetre", f"{rows['phrase'].iat[0].removesuffix('.')} : {join_words(rows['nom'])}.", "interne"


def read_gaps(tables, results, names):
    """Three states of the categories, and the links to check."""
    table = results["categories_territoires"]
    counts = table.groupby(["territoire_id", "statut"]).size().unstack(fill_value=0)
    for territoire_id, row in counts.iterrows():
        present, absent, unknown = (int(row.get(k, 0)) for k in ("present", "absent_verifie", "non_renseigne"))
        yield territoire_id, f"{names[territoire_id]} : sur {format_number(present + absent + unknown)} catégories, {format_number(present)} présentes, {format_number(absent)} absences vérifiées, {format_number(unknown)} non renseignées.", "publique"  # fmt: skip
    summary = results["bilan_liens"].iloc[0]
    if summary["nb_paires_attendues"]:
        cut = f" ; les {format_number(summary['nb_affichees'])} premiers sont listés" if summary["nb_ecartees"] else ""
        yield "perimetre", f"{format_number(summary['nb_paires_realisees'])} paires d'acteurs sur {format_number(summary['nb_paires_attendues'])} qui partagent un territoire et un thème ou un dispositif ont un lien déclaré ; {format_number(summary['nb_a_verifier'])} liens à vérifier{cut}.", "interne"  # fmt: skip


def read_access(tables, results, names):
    """Inhabitants beyond the middle threshold, for the categories whose sites are all known; the others are named."""
    table = results["acces"].join(tables["territoires"]["type"], on="territoire_id")
    table = table[table["type"].isin(MAIN_SCALE)]
    thresholds = sorted(table["seuil_km"].unique())
    labels = tables["listes"]["categories"]["libelle"]
    if not thresholds:
        yield "perimetre", "Aucune catégorie à localiser : l'éloignement n'est pas mesuré.", "publique"
        return
    middle = thresholds[len(thresholds) // 2]
    rows = table[table["seuil_km"] == middle]
    for row in rows[(rows["inventaire"] == "complet") & rows["part_population_au_dela"].notna()].itertuples():
        mobile = f", et {format_number(row.nb_mobiles)} service(s) itinérant(s), comptés à part" if row.nb_mobiles else ""
        yield row.territoire_id, f"{names[row.territoire_id]} : {format_number(row.population_au_dela)} habitants ({format_share(row.part_population_au_dela, 1)}) et {format_number(row.nb_communes_au_dela)} communes ont leur mairie à plus de {format_number(middle)} km, à vol d'oiseau, du site le plus proche : {labels.get(row.categorie, row.categorie)} ({format_number(row.nb_sites)} sites fixes dans le territoire, ceux d'à côté comptés{mobile}).", "publique"  # fmt: skip
    unknown = rows[(rows["territoire_id"] == "perimetre") & (rows["inventaire"] != "complet")]["categorie"]
    if len(unknown):
        shown = join_words(labels.get(code, code) for code in unknown)
        yield "perimetre", f"L'éloignement n'est pas lu pour {format_number(len(unknown))} catégories dont l'inventaire n'est pas dit complet (feuille couverture_inventaire) : {shown}. Une distance y mesurerait l'inventaire.", "publique"  # fmt: skip
