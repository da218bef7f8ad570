"""The networks in sentences: links and their bounds, silos beside chance and beside the convention, relays, posts, dispositifs."""

from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words

EMPTY_INVENTORY = "Aucun acteur recensé (feuille acteurs) : liens, catégories et accès ne sont pas mesurés."
NO_LINK = "Aucun lien déclaré : la densité et les silos ne sont pas mesurés (feuille liens)."

FEWEST_LINKS = 6  # under it, no reference can say more than its own caution


def describe_links(tables, results, names):
    """Density between its bounds, links between champs against what chance would give, and the caution that goes with them."""
    if not len(tables["acteurs"]):
        yield "perimetre", EMPTY_INVENTORY, "publique"
        return
    whole = results["densites"].set_index("territoire_id").loc["perimetre"]
    if not whole["nb_liens"] > 0:  # none, or missing where no link was typed
        yield "perimetre", NO_LINK, "publique"
        return
    told = (
        f"{count_words(whole['nb_liens'], 'lien déclaré', 'liens déclarés')} sur "
        f"{count_words(whole['nb_paires'], 'paire possible', 'paires possibles')} entre {format_number(whole['nb_acteurs'])} acteurs "
        f"({format_share(whole['densite'], 1)}) ; {format_number(whole['degre_moyen'], 1)} "
        f"{'partenaire' if whole['degre_moyen'] < 2 else 'partenaires'} en moyenne ; "
        f"{count_words(whole['nb_isoles'], 'acteur')} sans lien déclaré."
    )
    yield "perimetre", told, "publique"
    yield "perimetre", _tell_survey(results["enquete_reseau"].set_index("territoire_id").loc["perimetre"]), "publique"
    reliability = results["fiabilite"].iloc[0]
    if reliability["nb_confirmes"]:
        yield "perimetre", _tell_reliability(reliability), "publique"


def _tell_survey(row):
    actors = format_number(row["nb_acteurs"])
    verb = "ont" if row["nb_repondants"] > 1 else "a"
    answered = f"{count_words(row['nb_repondants'], 'acteur')} sur {actors} {verb} répondu à l'enquête"
    told = f"{answered} : un lien non déclaré n'est pas un lien absent"
    hidden = row["nb_paires"] - row["nb_paires_observables"]
    if row["densite_haute"] == row["densite_haute"] and hidden:
        low, high = format_share(row["densite_basse"], 1), format_share(row["densite_haute"], 1)
        pairs = count_words(hidden, "paire")
        told += (
            f". Rien ne pouvait être dit de {pairs} entre acteurs sans réponse : si les autres ont cité tous leurs liens, la densité "
            f"est entre {low} (aucune de ces paires n'est liée) et {high} (toutes le sont)"
        )
    return f"{told}."


def _tell_reliability(row):
    both, one = row["nb_confirmes"], row["nb_un_seul_cote"]
    verb = "sont dits" if both > 1 else "est dit"
    told = f"Sur {count_words(both + one, 'lien')} entre deux répondants, {format_number(both)} {verb} par les deux"
    told += f" et {format_number(one)} par un seul" if one else ""
    unsaid = f" ({format_number(row['nb_sans_declarant'])} autres, sans déclarant parmi les deux)" if row["nb_sans_declarant"] > 1 else ""
    return f"{told}{unsaid} : chaque acteur cite environ {format_share(row['fiabilite'])} de ses liens ; il en manque donc."


def describe_silos(tables, results, names):
    """Links between champs beside chance, under three ideas of it, and beside other ways to sort the categories."""
    if not len(tables["acteurs"]) or not results["densites"].set_index("territoire_id").at["perimetre", "nb_liens"] > 0:
        return
    scenarios = results["silos"].set_index("mixte")
    yield "perimetre", _tell_silos(scenarios), "publique"
    rows = results["references"]
    rows = rows[(rows["mixte"] == "exclu") & (rows["phrase"] != "")]
    if len(rows) and rows["nb_liens"].max() < FEWEST_LINKS:
        yield "perimetre", _tell_few(rows), "publique"
        return
    for row in rows.itertuples():
        caution = f" Prudence : {row.avertissement}." if row.avertissement else ""
        yield "perimetre", f"{row.phrase}{caution}", "publique"
    spread = results["conventions_resume"].set_index("mesure").loc["ratio_externes"]
    if spread["min_categories"] == spread["min_categories"] and spread["valeur"] == spread["valeur"]:
        yield "perimetre", _tell_convention(spread, tables["listes"]["categories"]["libelle"]), "publique"


def _tell_few(rows):
    """Return one sentence for all the references where there are too few links for any to teach something."""
    low, high = (format_number(value, 1) for value in (rows["moyenne"].min(), rows["moyenne"].max()))
    means = low if low == high else f"de {low} à {high}"
    number = count_words(rows["nb_liens"].max(), "lien")
    return (
        f"Trop peu de liens ({number} entre acteurs de champ connu, moins de {FEWEST_LINKS}) pour qu'un écart au hasard apprenne quelque "
        f"chose : les comparaisons en attendent {means} entre champs. Détail : feuilles « Silos et hasard » et « Convention des champs »."
    )


def _tell_silos(scenarios):
    """Links between champs against what chance would give, mixed actors left out; the spread says what they would change."""
    row = scenarios.loc["exclu"]
    if row["ei"] != row["ei"]:
        return f"Silos non mesurés : {row['raison_absence']}."
    spread = scenarios["ratio_externes"].dropna()
    verb = "relient" if row["nb_externes"] > 1 else "relie"
    low, high = (format_number(bound, 2) for bound in (spread.min(), spread.max()))
    range_ = f"de {low} à {high} selon le" if low != high else "le même quel que soit le"
    expected = "attendu" if row["nb_externes_attendu"] < 2 else "attendus"
    return (
        f"{count_words(row['nb_externes'], 'lien')} sur {format_number(row['nb_liens'])} {verb} le champ social et le développement "
        f"local ; {format_number(row['nb_externes_attendu'], 1)} {expected} si les liens étaient répartis au hasard entre les paires "
        f"(rapport {format_number(row['ratio_externes'], 2)} ; {range_} champ donné aux acteurs mixtes)."
    )


def _tell_convention(row, labels):
    low, high = (f"« {labels.get(row[f'categorie_{end}'], row[f'categorie_{end}'])} »" for end in ("min", "max"))
    if row["min_categories"] == row["max_categories"]:
        return (
            f"Ranger une catégorie dans l'autre champ, l'une après l'autre, ne change pas ce rapport ({format_number(row['valeur'], 2)}) : "
            "la convention du projet n'y pèse pas."
        )
    return (
        f"Le rapport ({format_number(row['valeur'], 2)}) dépend de notre convention : en rangeant une catégorie dans l'autre champ, l'une "
        f"après l'autre ({format_number(row['nb_essais'])} essais), il va de {format_number(row['min_categories'], 2)} ({low}) à "
        f"{format_number(row['max_categories'], 2)} ({high})."
    )


def describe_dispositifs(tables, results, names):
    """How many dispositifs mix both champs, and which findings open a discussion."""
    scenarios = results["dispositifs_mixtes_part"].set_index("mixte")
    share = scenarios.loc["exclu"]
    if not len(tables["participations"]) or not share["denominateur"]:
        told = "Aucune participation recensée : les dispositifs mixtes ne sont pas mesurés (feuille participations)."
        yield "perimetre", told, "publique"
        return
    verb = "réunissent" if share["numerateur"] > 1 else "réunit"
    told = (
        f"{count_words(share['numerateur'], 'dispositif')} sur {format_number(share['denominateur'])} {verb} au moins un acteur social "
        "et un acteur du développement local"
    )
    least, most = scenarios["numerateur"].min(), scenarios["numerateur"].max()
    spread = f" (de {format_number(least)} à {format_number(most)} selon le champ donné aux acteurs mixtes)" if least < most else ""
    yield "perimetre", f"{told}{spread}.", "publique"
    for _, rows in results["dispositifs_a_ouvrir"].groupby("constat", sort=False):
        yield "perimetre", f"{rows['phrase'].iat[0].removesuffix('.')} : {join_words(rows['nom'])}.", "interne"


