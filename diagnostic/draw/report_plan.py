"""The plan of a report: which sentences, tables and figures each part holds, in order, from the tables of an edition.

A part is a list of blocks, dicts with a `genre`: titre (texte, niveau), phrase, note, puces (textes), cases (textes, boxes to tick),
tableau (see `report_tables.make_table`), figures (titre, noms). No figure is computed here: sentences are those of `lectures`, `constats`,
`phrases_ressorts` and `notices`.
"""

from diagnostic.draw.access_words import tell_unread
from diagnostic.draw.report_annexes import plan_annexes
from diagnostic.draw.report_figures import sort_figures
from diagnostic.draw.report_pieces import bullets, cite_sources, list_phrases, note, phrase, title
from diagnostic.draw.report_statements import plan_statements
from diagnostic.draw.report_tables import label_column, make_table, name_sheet
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words, join_words

TITLES = {
    "contexte": "Le contexte",
    "methode": "La méthode et ses limites",
    "acteurs": "Les acteurs",
    "ressorts": "Les ressorts",
    "liens": "Les liens",
    "manques": "Les manques",
    "constats": "Les constats",
    "annexes": "Annexes",
}
NOTHING = "Les données du dossier ne permettent de rien dire ici, dans cette édition."
UNREAD = "Aucun éloignement n'est lu dans cette édition : on ne sait pas."
MOST_SENTENCES = 16
MOST_LAYERS = 6
STATES = [
    "« Présent » : un acteur au moins de cette catégorie est recensé sur le territoire.",
    "« Absence vérifiée » : aucun acteur n'est recensé et le groupe a dit l'inventaire complet pour cette catégorie.",
    "« Non renseigné » : aucun acteur n'est recensé, et personne n'a dit que la liste était complète. On ne sait pas.",
]


def plan_report(shown, pages):
    """Return {part: blocks} of the long report.

    Parameters
    ----------
    shown : dict, tables of an edition as `run.select_edition` returns them
    pages : sequence of str, the names of its maps and charts (`run.list_pages`)
    """
    figures, left = sort_figures(pages, _list_shared(shown))
    parts = {
        "contexte": _plan_context(shown), "methode": _plan_method(shown), "acteurs": _plan_actors(shown),
        "ressorts": _plan_ressorts(shown, left), "liens": _plan_links(shown), "manques": _plan_gaps(shown),
        "constats": plan_statements(shown), "annexes": plan_annexes(shown),
    }  # fmt: skip
    for part, names in figures.items():
        if names:
            heading = "Autres cartes et graphiques" if part == "annexes" else "Cartes et graphiques"
            parts[part].append({"genre": "figures", "titre": heading, "noms": names})
    return {part: [block for block in blocks if block] or [note(NOTHING)] for part, blocks in parts.items()}


def _list_shared(shown):
    odd = shown["communes_minoritaires"]
    return {
        normalize_label(name)[:40] for name in odd.loc[odd["territoire_id"].str.startswith("epci:"), "couche"].unique()
    }


def _read_sentences(shown, themes):
    """Return the sentences of `lectures` on some themes, those on the whole territory first; then departements and others."""
    rows = shown["lectures"]
    rows = rows[rows["theme"].isin(themes)]
    rank = rows["territoire_id"].map(
        lambda key: 0 if key == "perimetre" else 1 if key.startswith("departement:") else 2
    )
    return rows.iloc[rank.to_numpy().argsort(kind="stable")]


def _say_sentences(shown, themes):
    return list_phrases(_read_sentences(shown, themes), "lectures", MOST_SENTENCES)


def _plan_context(shown):
    summary = shown["territoires_resume"]
    blocks = [
        title("À quoi sert ce diagnostic", 2),
        phrase(shown["reglages"].get("finalite") or "Finalité non dite (feuille questions, Q0)."),
    ]
    answers = shown.get("questions")
    if answers is not None and len(answers):
        answers = answers[(answers["question_id"] != "Q0") & answers["reponse"].notna()]
        for row in answers.itertuples():
            blocks += [title(row.question, 3), phrase(row.reponse)]
    blocks += [title("Le territoire", 2), phrase(tell_territory(summary))]
    rows = summary[summary["type"].isin(["departement", "epci"])]
    columns = [
        ("nom", "Territoire", "texte", 5),
        ("nb_communes", "Communes", "nombre", 1.6),
        ("population", "Habitants", "nombre", 1.8),
        ("nb_interlocuteurs", "Interlocuteurs", "nombre", 2),
        ("nb_acteurs", "Acteurs du réseau", "nombre", 1.8),
    ]
    blocks.append(
        make_table(
            rows,
            columns,
            legende="Les territoires du diagnostic",
            feuille="territoires_resume",
            source=cite_sources(shown, "ressorts"),
        )
    )
    return blocks


def tell_territory(summary):
    """Return the sentence that counts the communes, intercommunalités, départements and inhabitants; "" when nothing says them."""
    if "perimetre" not in summary.index:
        return ""
    whole, kinds = summary.loc["perimetre"], summary["type"].value_counts()
    parts = [count_words(whole["nb_communes"], "commune"), count_words(kinds.get("epci", 0), "intercommunalité"),
             count_words(kinds.get("departement", 0), "département")]  # fmt: skip
    return f"Le territoire étudié compte {', '.join(parts)} et {count_words(whole['population'], 'habitant')}."


def _plan_method(shown):
    layers = shown["couches"].reset_index()
    columns = [
        ("libelle", "Découpage", "texte", 4),
        ("millesime", "Millésime", "texte", 1.6),
        ("source", "Source", "texte", 5),
    ]
    states = shown["etats_territoires"].assign(
        nom=shown["etats_territoires"]["territoire_id"].map(shown["territoires"]["nom"])
    )
    kinds = states["territoire_id"].str.startswith(("departement:", "epci:"))
    known = [
        ("nom", "Territoire", "texte", 5),
        ("nb_present", "Présentes", "nombre", 1.6),
        ("nb_absent_verifie", "Absences vérifiées", "nombre", 1.8),
        ("nb_non_renseigne", "Non renseignées", "nombre", 1.9),
        ("nb_cases", "Catégories", "nombre", 1.8),
    ]
    return [
        title("Ce que ce document contient", 2),
        bullets(shown["notices"]),
        title("Trois états, et ce que veut dire un blanc", 2),
        bullets(STATES),
        phrase(
            "Une case vide, un blanc sur une carte ou l'absence d'un acteur dans une liste ne prouvent pas une absence sur le terrain."
        ),
        make_table(
            states[kinds],
            known,
            legende="Ce que l'inventaire sait de chaque territoire, en nombre de catégories d'acteurs",
            feuille="etats_territoires",
            source=f"Inventaire : {shown['mentions']['couverture']}.",
        ),
        title("Les découpages comparés", 2),
        make_table(layers, columns, legende="Les découpages et leurs sources", feuille="couches"),
        title("Ce qui n'est pas montré ici", 2),
        *_tell_removed(shown),
    ]


def _tell_removed(shown):
    removed = shown["retraits"]
    if not len(removed):
        return [phrase("Rien n'a été retiré de cette édition.")]
    told = f"Cette édition laisse de côté des lignes, des colonnes ou des tables ({count_words(len(removed), 'retrait')}) :"
    reasons = removed["raison"].value_counts()
    listed = [f"{reason} : {count_words(number, 'retrait')}" for reason, number in reasons.items()]
    return [
        phrase(told),
        bullets(listed),
        note(f"La liste entière est dans le classeur, feuille « {name_sheet('retraits')} »."),
    ]


def _plan_actors(shown):
    themes = shown["facettes"]
    themes = themes[
        (themes["reseau"] == "liens") & (themes["facette"] == "theme") & (themes["valeur"] != "non_precise")
    ].sort_values(["nb_acteurs", "valeur"], ascending=[False, True])
    themes = label_column(themes, "valeur", shown["listes"], "themes")
    columns = [
        ("valeur", "Thème", "texte", 5),
        ("nb_acteurs", "Acteurs", "nombre", 1.6),
        ("nb_liens", "Liens déclarés entre eux", "nombre", 2),
        ("nb_paires", "Paires possibles", "nombre", 2),
    ]
    counted = [line for line in shown["notices"] if line.startswith(("Acteurs :", "Les chiffres d'ensemble"))]
    return [
        title("Qui est recensé", 2),
        *map(phrase, counted),
        *_say_sentences(shown, ["Postes"]),
        make_table(
            themes, columns, legende="Les acteurs par thème", feuille="facettes", source=cite_sources(shown, "acteurs")
        ),
    ]


def _plan_ressorts(shown, left):
    rows = shown["territoires_resume"]
    layers = [column for column in rows.columns if column.startswith("nb_unites ")]
    # What has one unit everywhere teaches nothing; beyond a few columns the headings would not be read.
    varied = [column for column in layers if rows.loc[rows["type"] == "epci", column].nunique() > 1][:MOST_LAYERS]
    labels = shown["couches"]["libelle"]
    columns = [("nom", "Intercommunalité", "texte", 5), ("nb_interlocuteurs", "Interlocuteurs", "nombre", 1.9)]
    columns += [(column, labels.get(column.removeprefix("nb_unites "), column), "nombre", 2) for column in varied]
    deeper = shown["phrases_ressorts"]
    deeper = deeper[
        (deeper["territoire_id"] == "perimetre") & deeper["genre"].isin(["amas", "vis_a_vis", "zone_blanche"])
    ]
    odd = shown["communes_minoritaires"]
    odd = odd[odd["territoire_id"].str.startswith("epci:")].sort_values(["couche", "nom"])
    odd = odd.assign(couche=odd["couche"].map(labels), epci=odd["territoire_id"].map(shown["territoires"]["nom"]))
    apart = [
        ("nom", "Commune", "texte", 3),
        ("epci", "Intercommunalité", "texte", 4),
        ("couche", "Découpage", "texte", 3),
        ("unite_nom", "Son unité", "texte", 3.5),
        ("unite_principale_nom", "L'unité principale de l'intercommunalité", "texte", 3.5),
    ]
    return [
        title("Où les limites ne coïncident pas", 2),
        *_say_sentences(shown, ["Ressorts"]),
        *_tell_whole(shown, left),
        *_tell_chance(shown),
        make_table(
            rows[rows["type"] == "epci"],
            columns,
            legende="Nombre d'interlocuteurs de chaque intercommunalité" + (", et d'unités par découpage" if varied else ""),
            feuille="territoires_resume",
            source=cite_sources(shown, "ressorts"),
        ),
        make_table(
            odd,
            apart,
            legende="Les communes qui n'ont pas le même interlocuteur que le reste de leur intercommunalité",
            feuille="communes_minoritaires",
            source=cite_sources(shown, "ressorts"),
        ),
        title("Pour aller plus loin", 2) if len(deeper) else None,
        *list_phrases(deeper, "phrases_ressorts", MOST_SENTENCES),
    ]


def _tell_whole(shown, left):
    """Return the note that names the layers without a map, because none of their limits crosses an EPCI."""
    names = {normalize_label(couche)[:40]: label for couche, label in shown["couches"]["libelle"].items()}
    named = [names.get(name.removeprefix("ressort_").split("_")[0], name) for name in left]
    if not named:
        return []
    told = f"Sans carte ici, parce qu'aucune intercommunalité n'y est partagée : {join_words(dict.fromkeys(named), len(named))}."
    return [note(told)]


def _tell_chance(shown):
    """Return the note of the territories whose limits were compared with none drawn at random, and why: they have no chart."""
    rows = shown.get("hasard")
    if rows is None or not len(rows):
        return []
    known = rows.loc[rows["moyenne_hasard"].notna(), "territoire_id"]
    rows = rows[~rows["territoire_id"].isin(known)].drop_duplicates("territoire_id")
    names = rows["territoire_id"].map(shown["territoires"]["nom"])
    told = [f"{name} ({reason or 'données insuffisantes'})" for name, reason in zip(names, rows["raison_absence"].fillna(""), strict=True)]
    return [note(f"Comparaison des limites à un découpage tiré au hasard non calculée : {join_words(told, MOST_LAYERS)}.")] if told else []


def _plan_links(shown):
    mixed = shown["dispositifs_mixtes"].sort_values("nom")
    columns = [
        ("nom", "Dispositif ou action", "texte", 6),
        ("nb_acteurs", "Acteurs", "nombre", 1.5),
        ("nb_social", "Champ social", "nombre", 1.5),
        ("nb_developpement_local", "Développe\u00adment local", "nombre", 1.9),
        ("nb_mixte", "Mixtes", "nombre", 1.5),
        ("nb_autre", "Autres", "nombre", 1.5),
    ]
    blocks = [
        title("Qui travaille avec qui", 2),
        *_say_sentences(shown, ["Liens"]),
        title("Les dispositifs", 2),
        *_say_sentences(shown, ["Dispositifs"]),
        make_table(
            mixed,
            columns,
            legende="Les acteurs de chaque dispositif, par champ",
            feuille="dispositifs_mixtes",
            source=cite_sources(shown, "acteurs"),
        ),
    ]
    check = shown.get("liens_a_verifier")
    if check is not None and len(check):
        names = shown["acteurs"].set_index("acteur_id")["nom"]
        check = check.assign(acteur_a=check["acteur_a"].map(names), acteur_b=check["acteur_b"].map(names))
        told = [
            ("acteur_a", "Acteur", "texte", 3),
            ("acteur_b", "Acteur", "texte", 3),
            ("motif", "Pourquoi vérifier", "texte", 8),
        ]
        blocks += [title("Liens à vérifier", 2), phrase("Des questions à poser, jamais des liens à créer sans débat."),
                   make_table(check, told, legende="Liens à vérifier", feuille="liens_a_verifier")]  # fmt: skip
    return blocks


def _plan_gaps(shown):
    expected = shown["attendus_resume"]
    columns = [
        ("libelle", "Ce qui est attendu", "texte", 5),
        ("force", "Force", "texte", 2),
        ("nb_concernes", "Territoires concernés", "nombre", 1.9),
        ("nb_presents", "Présents", "nombre", 1.6),
        ("nb_absents_verifies", "Absences vérifiées", "nombre", 1.7),
        ("nb_non_renseignes", "Non renseignés", "nombre", 1.8),
        ("nb_a_verifier", "À vérifier", "nombre", 1.5),
        ("nb_a_venir", "À venir", "nombre", 1.4),
    ]
    far = shown["manques_acces"].assign(nom=lambda rows: rows["territoire_id"].map(shown["territoires"]["nom"]))
    distances = [
        ("nom", "Territoire", "texte", 4),
        ("categorie_libelle", "Catégorie", "texte", 4),
        ("phrase", "Éloignement", "texte", 7),
    ]
    said = [block for block in _say_sentences(shown, ["Accès"]) if block]
    unread = "" if said or len(far) else tell_unread(shown.get("acces"))
    return [
        title("Ce qui manque, ce qu'on ne sait pas", 2),
        *_say_sentences(shown, ["Manques"]),
        make_table(
            label_column(expected, "force", shown["listes"], "forces_attendu"),
            columns,
            legende="Ce qui est attendu, et ce que l'inventaire en sait",
            feuille="attendus_resume",
            source=cite_sources(shown, "acteurs"),
        ),
        title("L'éloignement", 2),
        *said,
        None if said or len(far) else phrase(unread or UNREAD),
        make_table(
            far,
            distances,
            legende="Habitants éloignés, là où l'inventaire est dit complet",
            feuille="acces",
            source=cite_sources(shown, "acteurs"),
        ),
    ]
