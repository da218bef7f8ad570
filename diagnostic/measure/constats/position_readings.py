"""Who holds the network together, who makes the link, which posts are open, in sentences; names of structures stay inside."""

from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words

FEW_ANSWERS = 0.5  # under this share of answers, a position says little


def describe_positions(tables, results, names):
    """How many actors hold the network together, who does, and which links depend on one person; names stay inside."""
    placed = results["positions"]
    if not len(placed):
        return
    actors, answered = len(placed), results["enquete_reseau"].set_index("territoire_id").at["perimetre", "taux_reponse"]
    cuts = placed[placed["articulation"].astype(bool)]
    links = f"{count_words(len(results['ponts']), 'lien')} sur {format_number(placed['degre'].sum() / 2)}"
    only = "est seul" if len(results["ponts"]) < 2 else "sont seuls"
    told = (
        f"Le départ de {count_words(len(cuts), 'acteur')} sur {format_number(actors)} couperait des chemins entre d'autres acteurs ; "
        f"{links} {only} à relier deux parties du réseau"
    )
    few = "" if answered >= FEW_ANSWERS else " La moitié des acteurs au moins n'ont pas répondu : ces positions sont fragiles."
    few = few if answered == answered else " On ne sait pas qui a répondu : ces positions sont fragiles."
    yield "perimetre", f"{told}.{few}", "publique"
    worst = cuts.sort_values(["perte_paires"], ascending=False, kind="stable").head(3)
    if len(worst):
        known = tables["acteurs"].set_index("acteur_id")["nom"]
        told = [f"{known.get(key, key)} ({_tell_loss(row)})" for key, row in worst.iterrows()]
        yield "perimetre", f"Départs qui couperaient le plus de chemins : {join_words(told)}.", "interne"
    carried = results["liens_personnes"].iloc[0]
    if carried["part_une_personne"] == carried["part_une_personne"]:
        said = carried["nb_liens_une_personne"] + carried["nb_liens_plusieurs_personnes"]
        told = (
            f"{count_words(carried['nb_liens_une_personne'], 'lien')} sur {format_number(said)} dont on sait qui les porte "
            f"({format_share(carried['part_une_personne'])}) ne tiennent qu'à une personne ; "
            f"{format_number(carried['nb_liens_sans_personne_dite'])} sans personne dite."
        )
        yield "perimetre", told, "interne"


def _tell_loss(row):
    lost = f"{format_share(row['perte_paires'])} des paires qui se rejoignent"
    inter = row["perte_paires_inter"]
    return f"{lost} ; {format_share(inter)} de celles entre champs" if inter == inter else lost


def describe_relays(tables, results, names):
    """Actors said to make the link beside those seen to make it: counts for all, names inside."""
    counts = results["relais"].set_index("cas")["nb_acteurs"]
    if not len(results["positions"]) or not counts.sum():
        return
    said = counts["declare_observe"] + counts["declare_non_observe"] + counts["declare_observation_inconnue"]
    unsaid = counts["non_renseigne_observe"]
    if not said and not counts["non_declare_observe"] and not unsaid:
        return
    told = (
        f"{count_words(said, 'acteur')} {'disent' if said > 1 else 'dit'} faire le lien (colonne fait_lien, ou poste passerelle) : "
        f"le réseau le montre pour {format_number(counts['declare_observe'])}. "
        if said
        else "Aucun acteur n'est dit faire le lien (colonne fait_lien). "
    )
    others = f"{count_words(unsaid, 'autre acteur', 'autres acteurs')} {'relient' if unsaid > 1 else 'relie'}"
    told += f"D'après les liens, {others} le champ social et le développement local, sans que rien n'en soit dit"
    denied = counts["non_declare_observe"]
    told += f", et {format_number(denied)} dont on a dit le contraire." if denied else "."
    yield "perimetre", told, "publique"


def describe_posts(tables, results, names):
    """Filled and open posts, who coordinates on each side, and the open posts of actors that hold the network together."""
    summary = results["postes_resume"]
    if not len(summary):
        return
    whole = summary[summary["groupe"] == "ensemble"].iloc[0]
    told = (
        f"{count_words(whole['nb_postes'], 'poste recensé', 'postes recensés')} : {count_words(whole['nb_pourvus'], 'pourvu')}, "
        f"{count_words(whole['nb_vacants'], 'vacant')}, {format_number(whole['nb_a_creer'])} à créer"
    )
    unknown = f", {format_number(whole['nb_statut_inconnu'])} dont on ne sait pas" if whole["nb_statut_inconnu"] else ""
    yield "perimetre", f"{told}{unknown} ; la feuille postes n'est pas exhaustive.", "publique"
    held = results["postes_ouverts"]
    held = held[held["articulation"].fillna(False).astype(bool)]
    if len(held):
        known = tables["acteurs"].set_index("acteur_id")["nom"]
        named = join_words(sorted({known.get(key, key) for key in held["acteur_id"]}))
        verb = "poste vacant ou à créer est" if len(held) < 2 else "postes vacants ou à créer sont"
        told = f"{format_number(len(held))} {verb} dans une structure dont le départ couperait le réseau : {named}."
        yield "perimetre", told, "interne"
