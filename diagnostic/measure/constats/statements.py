"""The freins and leviers of the guide as measurable statements: what holds, what does not, what the dossier cannot say.

`constats.csv` says what each statement measures, from which sheets, with which threshold (an editable setting), and which leviers
of the guide answer it; `enonces_non_mesures.csv`, what no table can measure. The software offers, the group decides.
"""

import pandas as pd

from diagnostic.measure.constats import (
    statements_actors,
    statements_dispositifs,
    statements_funding,
    statements_instances,
    statements_links,
    statements_places,
    statements_posts,
    statements_themes,
)
from diagnostic.measure.constats.statement_facts import ITEM_COLUMNS, refuse
from diagnostic.vocabulary import normalize_label, read_vocabulary
from diagnostic.vocabulary.editions import CLOSED, list_ruled_values
from diagnostic.vocabulary.formats import format_number, format_share

STATEMENT_COLUMNS = [
    "constat", "titre", "enonces", "enonces_libelles", "sens", "etat", "valeur", "numerateur", "denominateur", "unite", "seuil",
    "seuil_libelle", "phrase", "raison_absence", "leviers", "leviers_libelles", "indicateur", "formule", "donnees", "edition",
]  # fmt: skip
DETAIL_COLUMNS = ["constat", *ITEM_COLUMNS]
DECISION_COLUMNS = ["constat_id", "constat", "etat", "levier", "levier_libelle", "decision", "qui", "quand"]
HOLDS, HOLDS_NOT, UNMEASURED = "constate", "non_constate", "non_mesurable"
UNTOLD = "une mesure dont il dépend n'a pas pu être calculée"
# {statement: (what measures it, the results it reads)}
READERS = {
    "dispositifs_sans_acteur_commun": (statements_dispositifs.find_apart, {"acteurs"}),
    "dispositifs_mixtes": (statements_dispositifs.find_mixed, {"dispositifs_mixtes"}),
    "dispositifs_un_seul_champ": (statements_dispositifs.find_one_sided, {"dispositifs_mixtes", "dispositifs_a_ouvrir"}),
    "dispositifs_sans_habitants": (statements_dispositifs.find_without_inhabitants, {"acteurs"}),
    "diagnostics_a_partager": (statements_dispositifs.find_shared_diagnoses, set()),
    "diagnostics_sans_suite": (statements_dispositifs.find_stalled_diagnoses, set()),
    "instances_memes_membres": (statements_instances.find_same_members, {"acteurs"}),
    "instances_un_seul_champ": (statements_instances.find_one_sided_instances, {"acteurs"}),
    "financeurs_absents_emergence": (statements_funding.find_late_funders, {"acteurs"}),
    "financements_courts": (statements_funding.find_short_funding, set()),
    "fonctionnement_rare": (statements_funding.find_running_costs, set()),
    "financements_bientot_finis": (statements_funding.find_ending, {"dispositifs_mixtes"}),
    "investissements_a_plusieurs": (statements_funding.find_joint_investments, {"acteurs"}),
    "silos_themes": (statements_themes.find_theme_silos, {"acteurs", "dispositifs_mixtes"}),
    "silos_publics": (statements_themes.find_public_silos, {"acteurs", "dispositifs_mixtes"}),
    "publics_uniques": (statements_themes.find_single_publics, {"acteurs"}),
    "themes_facilitateurs": (statements_themes.find_joining_themes, {"dispositifs_mixtes"}),
    "dispositifs_larges": (statements_themes.find_wide_dispositifs, set()),
    "silos_champs": (statements_links.compare_with_chance, {"silos", "references", "conventions_resume"}),
    "acteurs_isoles": (statements_links.find_isolated, {"acteurs", "positions"}),
    "acteurs_passeurs": (statements_links.find_go_betweens, {"acteurs", "positions"}),
    "relais_entre_reseaux": (statements_links.find_network_relays, {"acteurs"}),
    "fragilite_departs": (statements_links.find_fragile, {"acteurs", "positions"}),
    "qui_fait_quoi_inconnu": (statements_actors.find_unknown_activity, {"acteurs"}),
    "role_ou_stade_inconnu": (statements_actors.find_unknown_parts, {"acteurs"}),
    "lisibilite_habitants": (statements_actors.find_legible, {"acteurs"}),
    "connaissance_a_actualiser": (statements_actors.find_stale, {"fraicheur_lignes"}),
    "lieux_pivots": (statements_actors.find_pivots, {"acteurs"}),
    "associations_engagees": (statements_actors.find_associations, {"acteurs"}),
    "cias_sans_coordination": (statements_actors.find_cias_without_lead, {"acteurs"}),
    "coordinateurs_plusieurs_casquettes": (statements_posts.find_many_hats, {"acteurs", "positions_dispositifs"}),
    "postes_plusieurs_casquettes": (statements_posts.find_many_hat_posts, set()),
    "postes_non_pourvus": (statements_posts.find_open_posts, set()),
    "agents_passerelles": (statements_posts.find_bridging_posts, set()),
    "sans_centre_social_ni_evs": (statements_places.find_without_social_place, {"categories_territoires"}),
    "ressorts_discordants": (statements_places.find_shared_counterparts, {"discordance"}),
}


def measure_statements(tables, results):
    """Measure every statement of the guide that a dossier can measure, on its whole perimeter.

    Parameters
    ----------
    tables, results : dict of DataFrame (`read.dossier.read_dossier`, `measure.diagnosis.measure_dossier`)

    Returns
    -------
    DataFrame with STATEMENT_COLUMNS, one row a statement, in the order of `constats.csv`. `etat`: "constate" (the figure reaches
    the threshold, or is under it where `comparaison` says so), "non_constate", "non_mesurable" (figures missing,
    `raison_absence` says what lacks and in which sheet). `valeur` is numerateur / denominateur for a share or a ratio, the
    numerator for a number. `edition` is the widest that may show the row; none names a structure.
    """
    return read_statements(tables, results)[0]


def list_statement_items(tables, results):
    """List what each statement is about: actors, dispositifs, instances, territories, themes, publics, layers.

    Returns
    -------
    DataFrame with DETAIL_COLUMNS, in the order of the statements: constat, objet, identifiant, acteur_id and dispositif_id (filled
    where the object is one), nom, detail (French), edition. What is unfavourable and names a structure, a dispositif or a post is
    `interne`. Nothing is listed for a statement that cannot be measured.
    """
    return read_statements(tables, results)[1]


def read_statements(tables, results, *, constats=None):
    """Return the statements and what they name, measured once: `measure_statements`, `list_statement_items`.

    `constats` : codes of the statements wanted, all of them by default.
    """
    thresholds = read_thresholds(tables.get("reglages", {}))
    rows, details, wanted = [], [], read_vocabulary("constats")
    for row in wanted[wanted["constat"].isin(READERS if constats is None else constats)].itertuples(index=False):
        read, needed = READERS[row.constat]
        figures, items = read(tables, results, thresholds) if needed <= set(results) else refuse(UNTOLD)
        rows.append(_judge(row, figures, thresholds))
        details.append(items.assign(constat=row.constat)[DETAIL_COLUMNS])
    table = pd.DataFrame(rows, columns=STATEMENT_COLUMNS)
    numbers = ["valeur", "numerateur", "denominateur", "seuil"]
    named = pd.concat([part for part in details if len(part)] or details[:1], ignore_index=True).astype("str")
    return table.astype({name: "float" if name in numbers else "str" for name in STATEMENT_COLUMNS}), named


def read_thresholds(reglages):
    """Return {key: number} for every threshold of `parametres.csv`, those of the dossier first.

    >>> read_thresholds({"seuil_casquettes_poste": 4})["seuil_casquettes_poste"]
    4.0
    """
    known = read_vocabulary("parametres")
    known = known[known["cle"].str.startswith("seuil_") & known["genre"].str.startswith("nombre")].set_index("cle")["valeur"]
    return {key: float(reglages.get(key, value)) for key, value in known.items()}


def _judge(row, figures, thresholds):
    """Return the row of a statement: its figures against its threshold, its sentence with its caution."""
    limit = thresholds[row.seuil] if row.seuil in thresholds else float(row.seuil)
    edition = list_ruled_values("constats")["constat"].get(row.constat, CLOSED)
    table = _describe(row, thresholds) | {"seuil": limit, "raison_absence": figures["raison_absence"], "edition": edition}
    if figures["raison_absence"]:
        empty = dict.fromkeys(("valeur", "numerateur", "denominateur"), float("nan"))
        return table | empty | {"etat": UNMEASURED, "phrase": f"Non mesurable avec ces données : {figures['raison_absence']}."}
    top, bottom = figures["numerateur"], figures["denominateur"]
    value = top if row.unite == "nombre" else top / bottom
    # A share such as 0.1 + 0.2 must reach 0.3.
    reached = value < limit - 1e-12 if row.comparaison == "moins_de" else value >= limit - 1e-12 and top > 0
    phrase = f"{figures['phrase']}. {row.prudence}"
    return table | {
        "valeur": value, "numerateur": top, "denominateur": bottom, "etat": HOLDS if reached else HOLDS_NOT, "phrase": phrase,
    }  # fmt: skip


def _describe(row, thresholds):
    """Return what `constats.csv` says of a statement, its codes in words and its thresholds in figures."""
    kinds = read_vocabulary("parametres").set_index("cle")["genre"]
    told = {key: format_share(value) if ":" in kinds[key] else format_number(value) for key, value in thresholds.items()}
    labels = list_codes()["libelle"]
    words = {"enonces": name_codes(row.enonces, labels, row.enonce_court), "leviers": name_codes(row.leviers, labels)}
    words = {name: " ; ".join(f"{code} {label}" for code, label in pairs) for name, pairs in words.items()}
    names = ("constat", "titre", "enonces", "sens", "unite", "leviers", "indicateur", "formule", "donnees")
    kept = {name: getattr(row, name) for name in names}
    return kept | {f"{name}_libelles": text for name, text in words.items()} | {"seuil_libelle": row.seuil_libelle.format(**told)}


def name_codes(codes, labels, short=""):
    """Return (code, words) for a cell of codes of the guide separated by « ; »; `short` stands for the words of the first.

    >>> name_codes("F4-1", list_codes()["libelle"], "Pas de centre social")
    [('F4-1', 'Pas de centre social')]
    """
    named = [(code, labels.get(code, code)) for code in codes.split(";")]
    return [(named[0][0], short), *named[1:]] if short else named


def list_codes():
    """Return the freins and leviers of the guide, index code: genre ("frein" or "levier"), famille_libelle, libelle."""
    parts = [read_vocabulary(f"{genre}s").assign(genre=genre) for genre in ("frein", "levier")]
    return pd.concat(parts).set_index("code")[["genre", "famille_libelle", "libelle"]]


def list_unmeasured():
    """List the freins and leviers of the guide that no table of a dossier can measure.

    Returns
    -------
    DataFrame in the order of the guide: code, genre, famille, libelle, raison.

    >>> list_unmeasured().query("code == 'F4-10'")["genre"].tolist()
    ['frein']
    """
    rows = read_vocabulary("enonces_non_mesures").join(list_codes(), on="code")
    return rows.rename(columns={"famille_libelle": "famille"})[["code", "genre", "famille", "libelle", "raison"]]


def prepare_decisions(constats, constats_decisions):
    """Return the table of decisions the group goes on filling: its own rows first, then one row a levier offered.

    Parameters
    ----------
    constats : DataFrame, see `measure_statements`
    constats_decisions : DataFrame (constat, levier, decision, qui, quand, and constat_id, which may be missing), the sheet as read

    Returns
    -------
    DataFrame with DECISION_COLUMNS. The rows of the group come first, all of them, in their order and their words; `constat_id`,
    written or found by the title of a statement, gives them their `etat` (missing where the statement is the group's own). A
    levier written as its code or its words has its code in `levier`. Then, for each statement that holds, one row for each levier
    of the guide that answers it and that the group has not taken for it yet, left to be filled.
    """
    taken = _read_taken(constats, constats_decisions)
    held = constats[constats["etat"] == HOLDS]
    offers = held.assign(levier=held["leviers"].str.split(";"))[["constat", "titre", "etat", "levier"]].explode("levier")
    offers = offers.rename(columns={"constat": "constat_id", "titre": "constat"})
    done = pd.MultiIndex.from_frame(taken[["constat_id", "levier"]].astype(object))
    offers = offers[~pd.MultiIndex.from_frame(offers[["constat_id", "levier"]].astype(object)).isin(done)]
    offers["levier_libelle"] = offers["levier"].map(list_codes()["libelle"])
    table = pd.concat([part for part in (taken, offers) if len(part)] or [taken], ignore_index=True).reindex(columns=DECISION_COLUMNS)
    texts = {name: "str" for name in DECISION_COLUMNS if name != "quand"}
    return table.astype(texts).assign(quand=pd.to_datetime(table["quand"]))


def _read_taken(constats, decisions):
    """Return the rows of the group with DECISION_COLUMNS, their statement and their levier recognised where they can be."""
    rows = decisions.reindex(columns=["constat_id", "constat", "levier", "decision", "qui", "quand"]).reset_index(drop=True).astype(object)
    titles = {normalize_label(title): code for code, title in zip(constats["constat"], constats["titre"], strict=True)}
    titles |= {normalize_label(code): code for code in constats["constat"]}
    found = rows["constat_id"].where(rows["constat_id"].notna(), rows["constat"]).map(_fold).map(titles)
    rows["constat_id"] = rows["constat_id"].where(found.isna(), found)
    known = constats.set_index("constat")
    rows["etat"] = found.map(known["etat"]) if len(constats) else None
    rows["constat"] = rows["constat"].where(rows["constat"].notna(), found.map(known["titre"]))
    labels = list_codes()["libelle"]
    spelled = {normalize_label(text): code for code, label in labels.items() for text in (label, code)}
    code = rows["levier"].map(_fold).map(spelled)
    rows["levier_libelle"] = code.map(labels).where(code.notna(), rows["levier"])
    rows["levier"] = code
    return rows[DECISION_COLUMNS]


def _fold(cell):
    return normalize_label(cell) if isinstance(cell, str) else cell
