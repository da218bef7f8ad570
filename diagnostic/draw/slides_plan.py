"""The plan of the eight slides of a steering committee: titles that say a result, few sentences, one thing to look at.

A slide is a dict: genre (titre, un, deux), titre, textes, objet (what stands beside the sentences, or None), source, notes (what the
speaker says: figures, denominators, formulas, sources in full). An objet is a dict whose genre is image (nom), tableau (entetes, lignes,
largeurs, legende) or graphique (categories, series, legende). No figure is computed here but counts of rows shown.
"""

import re

from diagnostic.draw.atlas import leave_communes
from diagnostic.draw.print_points import CHAMP_WORDS, sort_places, tell_unshown
from diagnostic.draw.report_plan import tell_territory
from diagnostic.draw.report_plea import DIVIDED, choose_levers, list_layers, tell_meetings, tell_plainly
from diagnostic.draw.report_tables import name_sheet, shorten_text, typeset
from diagnostic.draw.slides_maps import rank_categories
from diagnostic.draw.slides_pieces import (
    chart,
    cite_briefly,
    empty,
    image,
    keep_sentences,
    pick_sentences,
    table,
    tell_coverage,
    tell_edition,
    tell_formulas,
    tell_speaker,
)
from diagnostic.draw.states_map import NOT_ABSENT, tell_states
from diagnostic.draw.web_view import name_headings
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words

NUMBER_OF_SLIDES = 8
MOST_LEVERS, MOST_STATEMENTS, LINES_TO_FILL, MOST_BARS = 6, 4, 5, 8
NOTHING = "Les données du dossier ne permettent de rien dire ici, dans cette édition. Ce qui n'est pas renseigné n'est pas absent."
UNSAID = "Un lien qui n'a pas été déclaré n'est pas un lien absent."
# etat of `constats` -> the heading of its column on the slide of statements.
HOLDS = {"constate": "Ce qui tient", "non_constate": "Ce qui ne tient pas", "non_mesurable": "Ce qu'on ne peut pas dire"}
WAYS = {"frein": "–", "appui": "+"}


def plan_slides(shown, maps):
    """Return the eight slides, in order.

    Parameters
    ----------
    shown : dict, tables of an edition (`run.select_edition`) without the rows out of the territory (`edition.keep_local`)
    maps : collection of str, the names of the maps that can be drawn (`slides_maps.list_slide_maps`)
    """
    plans = [_plan_title, _plan_method, _plan_actors, _plan_ressorts, _plan_links, _plan_gaps, _plan_statements, _plan_levers]
    return [_typeset(plan(shown, maps)) for plan in plans]


def _typeset(slide):
    slide["textes"] = [typeset(shorten_text(text, 400)) for text in slide["textes"]]
    slide["notes"] = [typeset(text) for text in slide["notes"]]
    return slide | {"titre": typeset(shorten_text(slide["titre"], 150)), "source": typeset(slide["source"])}


def _count_actors(shown):
    return next((line for line in shown["notices"] if line.startswith("Acteurs :")), "Aucun acteur n'est recensé.")


def _plan_title(shown, maps):
    told = shown["mentions"]
    edition = next((line for line in shown["notices"] if line.startswith("Édition")), f"Édition {shown['edition']}.")
    warned = "FICTIF : une partie des données est inventée pour l'exemple." if any(told["fictif"].values()) else ""
    # The first lines stay where the template of the group has little room.
    texts = [
        f"Comité de pilotage – {told['date']}", warned, tell_territory(shown["territoires_resume"]),
        f"Inventaire non exhaustif. {tell_coverage(told)}", edition,
    ]  # fmt: skip
    notes = ["Ces diapositives se modifient : textes, tableaux et graphiques sont ceux du logiciel de présentation.", *shown["notices"]]
    texts = [text for text in texts if text]
    return {"genre": "titre", "titre": shown["titre"], "textes": texts, "objet": None, "source": "", "notes": notes}


def _plan_method(shown, maps):
    local, places = shown["acteurs"], shown["territoires_resume"]
    whole, kinds = places.loc["perimetre"], places["type"].value_counts()
    bodies = shown["couches"]["interlocuteur"].astype(bool)
    rows = [
        ("Communes", whole["nb_communes"]), ("Intercommunalités", kinds.get("epci", 0)), ("Habitants", whole["population"]),
        ("Découpages comparés", int(bodies.sum())), ("Acteurs montrés", len(local)),
        ("Acteurs comptés dans les réseaux", whole["nb_acteurs"]), ("Liens déclarés", whole["nb_liens"]),
        ("Dispositifs et actions montrés", len(shown["dispositifs"])),
    ]  # fmt: skip
    purpose = shown["reglages"].get("finalite") or ""
    purpose = f"{purpose[:1].lower()}{purpose[1:].rstrip('. ')}" if purpose else "non dit (feuille questions, Q0)"
    texts = [
        f"À quoi sert ce diagnostic : {purpose}.",
        _count_actors(shown).split(" (")[0].rstrip(".") + ".",
        tell_coverage(shown["mentions"]),
        "Un blanc ou une case vide ne prouve pas une absence : « absence vérifiée » veut dire que quelqu'un a dit la liste complète.",
    ]  # fmt: skip
    number, places = count_words(len(local), "acteur montré", "acteurs montrés"), count_words(whole["nb_communes"], "commune")
    title = f"Qui a été recensé, et ce que cela ne dit pas : {number}, dans un territoire de {places}"
    formulas = ["nb_acteurs_reseau", "nb_categories_presentes", "nb_categories_absentes", "nb_categories_non_renseignees"]
    lines = [[name, format_number(number)] for name, number in rows]
    held = table(["Dans ce dossier", "Nombre"], lines, [2.6, 1], "Ce que contient le dossier")
    return {
        "genre": "deux", "titre": title, "objet": held, "textes": texts, "source": cite_briefly(shown, "carte"),
        "notes": tell_speaker(shown, "carte", shown["notices"], formulas),
    }  # fmt: skip


def _plan_actors(shown, maps):
    actors, left = leave_communes(shown["acteurs"])
    total = int(shown["territoires_resume"].at["perimetre", "nb_communes"])
    source, said = cite_briefly(shown, "acteurs"), keep_sentences(shown, ["Postes"])
    if not len(actors):
        notes = tell_speaker(shown, "acteurs", said, ["nb_acteurs_reseau"])
        return empty("Aucun acteur n'est recensé : ce n'est pas une absence", [NOTHING], source, notes)
    headings = name_headings(actors["categorie"]).value_counts().sort_index().sort_values(ascending=False, kind="stable")
    most = [f"{shorten_text(name, 60)} ({format_number(count)})" for name, count in headings.head(3).items()]
    places = actors["code_insee"].dropna()
    places = places[places.isin(shown["communes"].index)].nunique()
    number = count_words(len(actors), "acteur montré", "acteurs montrés")
    have = f"{count_words(places, 'commune')} sur {format_number(total)} {'ont' if places > 1 else 'a'}"
    apart = len(shown["acteurs"]) - len(actors)
    aside = f" ({count_words(apart, 'commune')} sans lien ni participation à part)" if apart else ""
    placed = sort_places(actors)
    unplaced = tell_unshown(placed, int(placed["place"].ne("dedans").sum()))
    texts = [
        f"Sur {number}{aside}, les rubriques les plus nombreuses : {join_words(most)}.",
        f"{have} au moins un acteur recensé ; pour les autres, on ne sait pas.", *unplaced, *said[:1],
    ]  # fmt: skip
    champs = actors["champ"].value_counts()
    counted = {champ: champs[champ] for champ in CHAMP_WORDS if champ in champs and champ != "autre"}
    named = [f"{format_number(count)} {CHAMP_WORDS[champ][int(count > 1)]}" for champ, count in counted.items()]
    first = headings.head(6)
    what = image("acteurs") if "acteurs" in maps else chart(list(first.index), {"Acteurs": first}, "Acteurs par rubrique")
    notes = tell_speaker(shown, "acteurs", [_count_actors(shown), *left, *said], ["nb_acteurs_reseau"])
    title = f"{number} : {join_words(named)}" if named else _count_actors(shown)
    return {"genre": "deux", "titre": title, "objet": what, "textes": texts, "source": source, "notes": notes}


def _plan_ressorts(shown, maps):
    rows, layers = shown["territoires_resume"], list_layers(shown)
    epci, labels = rows[rows["type"] == "epci"], shown["couches"]["libelle"]
    crossed = epci[layers] > 1
    divided = crossed.sum().sort_values(ascending=False, kind="stable")
    named = [f"« {labels[name.removeprefix('nb_unites ')]} » ({format_number(count)})" for name, count in divided[divided > 0].items()]
    number, whole = int(crossed.any(axis=1).sum()), count_words(len(epci), "intercommunalité")
    several = "sont partagées" if number > 1 else "est partagée"
    title = f"{count_words(number, 'intercommunalité')} sur {len(epci)} {several} par les limites d'au moins un découpage"
    title = title if number else "Aucune intercommunalité n'est partagée par les limites des découpages comparés"
    texts = [f"Sur {whole}, celles que partage chaque découpage : {join_words(named, 4)}."] if named else []
    if len(epci):
        most = epci["nb_interlocuteurs"].max()
        top = epci.loc[epci["nb_interlocuteurs"] == most, "nom"]
        named = f"{count_words(most, 'interlocuteur')} pour une même intercommunalité : {join_words(map(str, top), 3)}."
        same = f"{count_words(most, 'interlocuteur')} pour chacune des {format_number(len(epci))} intercommunalités."
        texts.append(f"Jusqu'à {named}" if len(top) < len(epci) or len(epci) == 1 else same)
    texts += tell_meetings(shown["couts"])
    statement = shown["constats"].set_index("constat")["phrase"].get(DIVIDED)
    said = [*([tell_plainly(statement)] if isinstance(statement, str) else []), *keep_sentences(shown, ["Ressorts"])]
    notes = tell_speaker(shown, "ressorts", said, ["nb_interlocuteurs", "nb_unites", "nb_unites_commune"])
    source = cite_briefly(shown, "ressorts")
    what = image("millefeuille") if "millefeuille" in maps else _chart_interlocutors(epci)
    if not texts:
        return empty("Les limites des découpages : rien à comparer dans ce dossier", [NOTHING], source, notes)
    return {"genre": "deux" if what else "un", "titre": title, "objet": what, "textes": texts, "source": source, "notes": notes}


def _chart_interlocutors(epci):
    """Return the interlocutors of the EPCI that have most as bars; None when no EPCI has any."""
    first = epci.sort_values(["nb_interlocuteurs", "nom"], ascending=[False, True]).head(MOST_BARS)
    first = first[first["nb_interlocuteurs"] > 0]
    legend = "Interlocuteurs des intercommunalités qui en ont le plus"
    return chart(list(first["nom"]), {"Interlocuteurs": first["nb_interlocuteurs"]}, legend) if len(first) else None


def _plan_links(shown, maps):
    said = keep_sentences(shown, ["Liens", "Dispositifs"])
    source = cite_briefly(shown, "acteurs")
    notes = tell_speaker(shown, "acteurs", said, ["nb_liens", "densite_liens", "liens_externes", "part_dispositifs_mixtes"])
    whole = shown["silos"]
    whole = whole[whole["mixte"].eq("exclu") & (whole["nb_liens"] > 0)]
    if not len(whole):
        title = "Aucun lien déclaré dans les deux champs : on ne sait pas encore qui travaille avec qui"
        return empty(title, [*said[:2], UNSAID], source, notes)
    told = whole.iloc[0]
    what = chart(
        ["D'un champ à l'autre", "À l'intérieur d'un champ"],
        {
            "Liens déclarés": [told["nb_externes"], told["nb_internes"]],
            "Attendus si les mêmes liens étaient répartis au hasard": [
                told["nb_externes_attendu"], told["nb_liens"] - told["nb_externes_attendu"],
            ],
        },
        "Liens déclarés entre acteurs du champ social et du développement local, et liens attendus au hasard",
    )  # fmt: skip
    counted = said[0].split(" ; ")[0].rstrip(".") if said else count_words(told["nb_liens"], "lien déclaré", "liens déclarés")
    between = pick_sentences(said, "relient le champ social et le développement local")
    mixed = pick_sentences(said, "réunissent au moins un acteur social")
    found = re.match(r"([\d\s]+) liens? sur ([\d\s]+) ", between[0]) if between else None
    title = f"{found[1].strip()} liens sur {found[2].strip()} relient le champ social et le développement local" if found else counted
    texts = [*([f"{counted}."] if said else []), *between[:1], *mixed[:1], UNSAID]
    return {"genre": "deux", "titre": title, "objet": what, "textes": texts, "source": source, "notes": notes}


def _plan_gaps(shown, maps):
    said = keep_sentences(shown, ["Manques"])
    states = shown["etats_territoires"]
    cases = states["nb_cases"].sum()
    unknown = states["nb_non_renseigne"].sum() / cases if cases else float("nan")
    labels = shown["listes"]["categories"]["libelle"]
    known = rank_categories(shown["etats_communes_resume"])
    pairs = [(labels.get(row["categorie"], row["categorie"]), row) for row in known.head(2).to_dict("records")]
    texts = [*said[:1], *(f"{tell_states(label, row)}." for label, row in pairs)]
    title = "Rien n'est encore suivi : compléter avant de conclure"
    if cases:
        title = f"{format_share(unknown)} de ce qu'on cherche n'est pas renseigné : compléter avant de conclure"
    formulas = ["nb_categories_presentes", "nb_categories_absentes", "nb_categories_non_renseignees"]
    notes = tell_speaker(shown, "acteurs", said, formulas)
    what = image("etats") if "etats" in maps else _chart_states(shown)
    source = cite_briefly(shown, "acteurs")
    return {
        "genre": "deux" if what else "un", "titre": title, "objet": what, "textes": [*texts, NOT_ABSENT] if texts else [NOTHING],
        "source": source, "notes": notes,
    }  # fmt: skip


def _chart_states(shown):
    """Return the three states of the departements, or of the first EPCI, as stacked bars; None when there is none."""
    rows = shown["fiche_manques"]
    rows = rows[rows["type"].eq("departement")] if rows["type"].eq("departement").any() else rows[rows["type"].eq("epci")].head(8)
    if not len(rows):
        return None
    series = {"Présentes": rows["nb_present"], "Absences vérifiées": rows["nb_absent_verifie"], "Non renseignées": rows["nb_non_renseigne"]}
    return chart(list(rows["nom"]), series, "Catégories d'acteurs en trois états, par territoire", etats=True)


def _plan_statements(shown, maps):
    found = shown["constats"]
    columns, heads = [], []
    for state, heading in HOLDS.items():
        rows = found[found["etat"].eq(state)]
        left = len(rows) - MOST_STATEMENTS
        lines = [f"{WAYS.get(row.sens, '')} {shorten_text(row.titre, 70)}".strip() for row in rows.head(MOST_STATEMENTS).itertuples()]
        if left > 0:
            lines.append(f"… et {count_words(left, 'autre')} : voir le classeur, feuille {name_sheet('constats')}")
        if state == "non_mesurable":
            number = count_words(len(read_vocabulary("enonces_non_mesures")), "énoncé")
            lines.append(f"{number} du guide qu'aucune donnée d'un inventaire ne mesure")
        heads.append(f"{heading} ({len(rows)})")
        columns.append(lines or ["Aucun"])
    lines = [[column[rank] if rank < len(column) else "" for column in columns] for rank in range(max(map(len, columns)))]
    numbers = found["etat"].value_counts()
    held, unknown = int(numbers.get("constate", 0)), int(numbers.get("non_mesurable", 0))
    title = f"{_tell_number(held, 'tient', 'tiennent')} avec ces données, sur {count_words(len(found), 'constat')} du guide"
    title += f" ; {format_number(unknown)} ne {'se mesurent' if unknown > 1 else 'se mesure'} pas" if unknown else ""
    told = [
        f"{row.titre} : {tell_plainly(row.phrase) if isinstance(row.phrase, str) and row.phrase else row.raison_absence}"
        for row in found[found["etat"].eq("constate")].itertuples()
    ]  # fmt: skip
    notes = ["« + » : un point d'appui ; « – » : un frein. Le logiciel propose, le groupe décide.", *told, *tell_formulas([])]
    return {
        "genre": "un", "titre": title, "textes": [], "objet": table(heads, lines, [1, 1, 1], "Constats du guide en trois colonnes"),
        "source": f"+ point d'appui ; – frein. Un constat est une question à poser, jamais un jugement. {tell_edition(shown)}",
        "notes": [*notes, "Seuils et chiffres : page constats.html et classeur."],
    }  # fmt: skip


def _tell_number(number, singular, plural):
    if not number:
        return f"Aucun constat ne {singular}"
    return f"{count_words(number, 'constat')} {singular if number < 2 else plural}"


def _plan_levers(shown, maps):
    found = shown["constats"]
    found = found[found["etat"].eq("constate")].set_index("constat")
    levers = choose_levers(found, list(found.index))[:MOST_LEVERS] if len(found) else []
    texts = [f"☐ {lever}" for lever in levers] or ["☐ Aucun constat ne tient avec ces données : compléter d'abord l'inventaire"]
    blank = table(["Décision", "Qui", "Quand"], [["", "", ""]] * LINES_TO_FILL, [3, 1.4, 1.2], "Décisions du comité, à remplir en séance")
    notes = ["Cocher en séance ce que le groupe retient ; écrire dans le tableau qui fait quoi, et quand.", "Leviers : ceux du guide."]
    return {
        "genre": "deux", "titre": "Quels leviers le groupe retient-il, et qui fait quoi ensuite ?", "objet": blank, "textes": texts,
        "source": f"Leviers du guide pour les constats qui tiennent ; le groupe décide. {tell_edition(shown)}", "notes": notes,
    }  # fmt: skip
