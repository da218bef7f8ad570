"""What every page says of itself: sources and vintages, date, coverage, purpose, what is FICTIF."""

import pandas as pd

from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words, shorten_list

EDITION_LABELS = {
    "publique": "Édition publique : structures seulement, sans contact, sans texte libre, sans lien à vérifier.",
    "partenaires": "Édition partenaires : à ne pas diffuser au-delà du groupe.",
    "interne": "Édition interne : problèmes, liens à vérifier et positions compris ; à ne pas diffuser.",
}
MAX_SOURCES = 4
COMMUNES_VINTAGE, POPULATION_VINTAGE = "COG 2026", "etalab 6.0.0, année du recensement non dite par la source"
BACKGROUND = (f"Communes : IGN Admin Express et INSEE COG ; population municipale INSEE ({POPULATION_VINTAGE})", COMMUNES_VINTAGE)


def list_sources(tables):
    """Return every source of the dossier: what it documents, its words, its vintage, how many rows."""
    layers = tables["couches"].reset_index()[["couche", "source", "millesime"]]
    layers = layers.assign(objet="couche " + layers["couche"], nombre=1)
    rows = [layers]
    for name in ("acteurs", "dispositifs", "participations", "liens"):
        table = tables[name]
        if name == "acteurs":
            table = table[~table["hors_territoire"].astype(bool)]
        counts = table["source"].fillna("source non dite").value_counts().rename_axis("source").reset_index(name="nombre")
        rows.append(counts.assign(objet=name, millesime=None))
    columns = ["objet", "source", "millesime", "nombre"]
    background = pd.DataFrame([["communes, population", *BACKGROUND, len(tables["communes"])]], columns=columns)
    return pd.concat([background, *rows], ignore_index=True)[columns]


def tell_mentions(tables, date):
    """Return what every page says of itself: sources by subject, date, coverage, and what is FICTIF."""
    sources = tables["sources"].dropna(subset="source")
    words = sources["source"].where(sources["millesime"].isna(), sources["source"] + " (" + sources["millesime"].astype("str") + ")")
    grouped = words.groupby(sources["objet"]).agg(lambda cells: list(dict.fromkeys(cells)))
    ground = grouped["communes, population"]
    layers = {name: grouped.get(f"couche {name}", []) for name in tables["couches"].index}
    every = list(dict.fromkeys(word for words_ in layers.values() for word in words_))
    people = grouped.get("acteurs", [])
    if len(people) > MAX_SOURCES:
        people = [*people[:MAX_SOURCES], f"et {count_words(len(people) - MAX_SOURCES, 'autre')} (classeur, feuille Sources)"]
    by_subject = {name: [*dict.fromkeys([*ground, *own])] for name, own in layers.items()}
    by_subject |= {"ressorts": [*dict.fromkeys([*ground, *every])], "acteurs": [*ground, *people]}
    by_subject["carte"] = [*dict.fromkeys([*by_subject["ressorts"], *people])]
    fictif = {subject: any("FICTIF" in word for word in told) for subject, told in by_subject.items()}
    fictif["acteurs"] = bool(tables["acteurs"]["source"].astype(str).str.contains("FICTIF").any())
    fictif |= {name: fictif[name] or "FICTIF" in name for name in layers}
    fictif["ressorts"] = any(fictif[name] for name in layers)
    return {
        "sources": by_subject, "date": date.strftime("%d/%m/%Y"), "fictif": fictif,
        "couverture": tell_states(tables["etats_territoires"]),
    }  # fmt: skip


def tell_states(states):
    """Return the share of each of the three states, and the age of the information behind them.

    Parameters
    ----------
    states : DataFrame, `etats_territoires`: nb_cases, nb_ by state, nb_informations, nb_sans_date, date_plus_ancienne, date_mediane
    """
    cases = states["nb_cases"].sum()
    if not cases:
        return "aucune case catégorie × territoire"
    shares = [format_share(states[f"nb_{state}"].sum() / cases) for state in ("present", "absent_verifie", "non_renseigne")]
    told = "{} présentes, {} absences vérifiées, {} non renseignées (cases catégorie × territoire)".format(*shares)
    number, dated = states["nb_informations"].sum(), states.dropna(subset="date_plus_ancienne")
    if not number or dated.empty:
        return f"{told} ; informations sans date" if number else told
    oldest = dated["date_plus_ancienne"].min().strftime("%m/%Y")
    low, high = (dated["date_mediane"].agg(which).strftime("%m/%Y") for which in ("min", "max"))
    medians = f"médianes des territoires de {low} à {high}" if low != high else f"médiane de {low}"
    without = states["nb_sans_date"].sum() / number
    missing = f", {format_share(without)} sans date" if without else ""
    return f"{told} ; information la plus ancienne de {oldest}, {medians}{missing}"


def tell_notices(tables, told, edition, inventaire=None):
    """Return the lines of the reading sheet: purpose, edition, date, coverage, counts, what is FICTIF.

    Parameters
    ----------
    tables : dict, as the edition shows them
    told : dict (`tell_mentions`)
    inventaire : dict, the same tables before anything was removed; `tables` by default
    """
    counts, settings = tables["comptes"], tables["reglages"]
    lines = [f"À quoi sert ce diagnostic : {settings['finalite'] or 'non dit (feuille questions, Q0)'}", EDITION_LABELS[edition]]
    lines += [f"Date d'édition : {told['date']}.", f"Inventaire non exhaustif : {told['couverture']}. Une case vide n'est pas une absence."]
    names = ["lues", "dans_territoire", "hors_territoire", "fusionnees", "ecartees"]
    read, inside, outside, merged, aside = (format_number(counts.get(name, pd.Series(0)).sum()) for name in names)
    merged = f" + {merged} réunies à une autre (doublons)" if merged != "0" else ""
    lines.append(f"Lignes lues : {read} = {inside} dans le territoire + {outside} hors du territoire{merged} + {aside} écartées.")
    lines += _reconcile(inventaire or tables, tables)
    if any(told["fictif"].values()):
        lines.append("FICTIF : une partie des données est inventée pour l'exemple (colonne source).")
    cut = tables["unites_coupees"]
    if len(cut):
        shown = join_words(f"{row.unite_nom} ({shorten_list(row.communes_hors)})" for row in cut.itertuples())
        lines.append(f"Débordent du périmètre : {shown}.")
    return lines


def _reconcile(whole, shown):
    """Return why the counts of actors and links differ from one page to another: inventory, edition, networks."""
    inside, seen = (tables["acteurs"].loc[~tables["acteurs"]["hors_territoire"].astype(bool), "acteur_id"] for tables in (whole, shown))
    counted = whole["densites"].set_index("territoire_id").loc["perimetre"]
    if not len(inside):
        return []
    told = (
        f"Acteurs : {format_number(len(inside))} dans l'inventaire, {count_words(len(seen), 'montré', 'montrés')} dans cette édition, "
        f"{count_words(counted['nb_acteurs'], 'compté', 'comptés')} dans les réseaux"
    )
    if counted["nb_acteurs"] < len(inside):
        told += " (les communes sans lien et les lignes importées que personne ne cite n'y sont pas)"
    lines = [f"{told}.", "Les chiffres d'ensemble portent sur tout l'inventaire, lignes non montrées comprises."]
    links, kept = whole["liens"], shown["liens"]
    if not len(links):
        return lines
    ends = links[["source_id", "cible_id"]].astype(str)
    pairs = len(pd.DataFrame({"a": ends.min(axis=1), "b": ends.max(axis=1)}).drop_duplicates())
    seen = f", {count_words(len(kept), 'montrée', 'montrées')} dans cette édition" if len(kept) < len(links) else ""
    inner = f", dont {format_number(counted['nb_liens'])} dans le périmètre" if counted["nb_liens"] < pairs else ""
    distinct = count_words(pairs, "paire distincte", "paires distinctes")
    return [*lines, f"Liens : {count_words(len(links), 'ligne')}{seen}, {distinct}{inner}."]
