"""« Ce qui a changé » in sentences: what came, went and changed between two states of a dossier, every count with its denominator."""

import pandas as pd

from diagnostic.schema import CAME, CHANGED, WENT, name_column
from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words

COLUMNS = ["rubrique", "phrase"]
# How a row of each table is called: singular, plural, feminine.
NOUNS = {
    "acteurs": ("acteur", "acteurs", False), "liens": ("lien déclaré", "liens déclarés", False),
    "dispositifs": ("dispositif", "dispositifs", False), "participations": ("participation", "participations", True),
    "postes": ("poste", "postes", False), "instances": ("instance", "instances", True), "reseaux": ("réseau", "réseaux", False),
    "adhesions": ("adhésion à un réseau", "adhésions à un réseau", True),
    "couverture_inventaire": ("ligne de couverture des catégories", "lignes de couverture des catégories", True),
    "couverture_dispositifs": ("ligne de couverture des dispositifs", "lignes de couverture des dispositifs", True),
}  # fmt: skip
VERBS = {CAME: ("apparu", "apparus", "apparue", "apparues"), WENT: ("disparu", "disparus", "disparue", "disparues"),
         CHANGED: ("changé", "changés", "changée", "changées")}  # fmt: skip
MOST_NAMES, MOST_FIGURES, MOST_CELLS = 6, 12, 6
# The figures told in sentences: on the whole perimeter, of no group and no single layer.
WHOLE = ("perimetre", "")
# Those that a group speaks of, in this order; the others follow, the largest moves first.
MATTER = (
    "nb_acteurs_reseau", "nb_liens", "densite_liens", "degre_moyen", "nb_isoles", "liens_externes", "part_liens_externes", "ei",
    "nb_dispositifs", "nb_participations", "part_dispositifs_mixtes", "nb_interlocuteurs", "nb_attendus_presents", "nb_attendus_absents",
    "nb_attendus_non_renseignes", "part_cases_presentes", "part_cases_absentes", "part_cases_non_renseignees",
)  # fmt: skip
KINDS = ("change d'unité", "rattachée", "détachée")


def describe_changes(changes):
    """Return the sentences of what changed: DataFrame rubrique, phrase, in the order in which they are read.

    Parameters
    ----------
    changes : dict, `measure.changes.compare_dossiers`; `non_montres` (int), where it is there, counts the rows and cells that changed
        in what the edition does not show
    """
    counts = changes["bilan"].set_index("rubrique")
    hidden, told = changes.get("non_montres", 0), []
    for table, noun in NOUNS.items():
        if table in counts.index:
            told += [(table, phrase) for phrase in _tell_rows(changes, counts.loc[table], table, noun)]
    told += [("ressorts", phrase) for phrase in _tell_ressorts(changes["ressorts"], counts)]
    told += [("chiffres", phrase) for phrase in _tell_figures(changes["chiffres"], counts.loc["chiffres"])]
    if not changes["bilan"][["disparus", "apparus", "changes"]].any(axis=None):
        where = " dans ce que cette édition montre" if hidden else ""
        told = [("bilan", f"Rien n'a changé{where} entre ces deux états : mêmes lignes, mêmes ressorts, mêmes chiffres.")]
    told = [("bilan", _tell_hidden(hidden)), *told] if hidden else told
    return pd.DataFrame(told, columns=COLUMNS, dtype="str")


def _tell_hidden(number):
    them = "le dit" if number == 1 else "les dit"
    told = f"Cette édition ne montre pas {count_words(number, 'changement')} (lignes ou cases)"
    return f"{told} : l'édition interne {them} (--edition interne)."


def _tell_rows(changes, count, table, noun):
    """Yield the count of one table, then what came, went and changed."""
    one, many, feminine = noun
    if not count[["disparus", "apparus", "changes"]].any():
        return
    kept = int(count["avant"] - count["disparus"])
    gone = f"{_count_verb(int(count['disparus']), WENT, feminine)} sur {format_number(count['avant'])}"
    there = f"{format_number(kept)} présent{'e' if feminine else ''}s aux deux dates"
    changed = f"{_count_verb(int(count['changes']), CHANGED, feminine)} sur {there}"
    parts = [_count_verb(int(count["apparus"]), CAME, feminine), gone, changed]
    yield f"{count_words(count['avant'], one, many)} avant, {format_number(count['apres'])} après : {', '.join(parts)}."
    rows = changes["lignes"][changes["lignes"]["table"] == table]
    for change in (CAME, WENT):
        names = rows.loc[rows["changement"] == change, "nom"]
        if len(names):
            verb = VERBS[change][(2 if feminine else 0) + (len(names) > 1)]
            yield f"{verb[:1].upper()}{verb[1:]} : {join_words(names, MOST_NAMES)}."
    cells = changes["cases"][changes["cases"]["table"] == table]
    if len(cells):
        number = cells["colonne"].value_counts()
        told = join_words((f"{_name_column(table, column)} ({n})" for column, n in number.items()), MOST_NAMES)
        yield f"{count_words(len(cells), 'case a changé', 'cases ont changé')} : {told}."
        for row in cells.head(MOST_CELLS).itertuples():
            yield f"{row.nom}, {_name_column(table, row.colonne)} : {_quote(row.avant)} devient {_quote(row.apres)}."
        if len(cells) > MOST_CELLS:
            rest = count_words(len(cells) - MOST_CELLS, "autre case", "autres cases")
            yield f"Et {rest} : feuille « cases » du classeur."


def _count_verb(number, change, feminine):
    words = VERBS[change][2:] if feminine else VERBS[change][:2]
    return f"{format_number(number)} {words[number > 1]}"


def _name_column(table, column):
    label = name_column(table, column)
    return f"{label[:1].lower()}{label[1:]}" if label[1:2].islower() or label[1:2] in ("'", " ") else label


def _quote(text):
    return f"« {text} »" if text else "case vide"


def _tell_ressorts(rows, counts):
    """Yield who changed unit, layer by layer, and which communes came into the perimeter or left it."""
    communes = counts.loc["communes"]
    for kind, words in (("commune entrée", "entrées dans le périmètre"), ("commune sortie", "sorties du périmètre")):
        names = rows.loc[rows["changement"] == kind].drop_duplicates("code_insee")["nom"].fillna("sans nom")
        if len(names):
            yield f"Communes {words} : {join_words(names, MOST_NAMES)} ({format_number(len(names))})."
    moved = rows[rows["changement"].isin(KINDS)]
    if not len(moved):
        return
    both = int(communes["avant"] - communes["disparus"])
    layers = moved["couche"].nunique()
    yield (
        f"{count_words(moved['code_insee'].nunique(), 'commune a changé', 'communes ont changé')} d'unité sur {format_number(both)}, dans "
        f"{count_words(layers, 'découpage')}."
    )
    for couche, part in moved.groupby("decoupage", sort=False):
        pairs = part.groupby(["avant", "apres"], sort=False)["nom"].agg(list)
        for (before, after), names in pairs.head(MOST_CELLS).items():
            yield f"{couche} : {join_words(names, MOST_NAMES)} : {_quote(before)} devient {_quote(after)}."
        if len(pairs) > MOST_CELLS:
            yield f"{couche} : et {count_words(len(pairs) - MOST_CELLS, 'autre passage', 'autres passages')} (feuille « ressorts »)."


def _tell_figures(rows, count):
    """Yield the figures of the whole territory that moved once rounded, those of a group first; then how many others there are."""
    moved = int(count[["disparus", "apparus", "changes"]].sum())
    if not moved:
        return
    plain = rows[rows["territoire"].isin(WHOLE) & (rows[["couche_a", "couche_b", "groupe_a", "groupe_b"]] == "").all(axis=1)]
    known = plain[plain["avant"].notna() & plain["apres"].notna() & plain["libelle"].notna()]
    size = known["ecart"].abs() / known["avant"].abs().clip(lower=1e-9)
    rank = known["mesure"].map({name: place for place, name in enumerate(MATTER)}).fillna(len(MATTER))
    order = pd.DataFrame({"rang": rank, "part": -size}).sort_values(["rang", "part"], kind="stable").index
    told = 0
    for row in known.loc[order].drop_duplicates("mesure").itertuples():
        before, after = _round_pair(row)
        if before != after and told < MOST_FIGURES:
            first, last = _tell_figure(row, "avant", before), _tell_figure(row, "apres", after)
            told += 1
            yield f"{row.libelle}, sur l'ensemble du territoire : {first} avant, {last} après."
    parts = [count_words(count["apparus"], "calculable depuis", "calculables depuis")] if count["apparus"] else []
    parts += [count_words(count["disparus"], "qui ne l'est plus", "qui ne le sont plus")] if count["disparus"] else []
    others = count_words(moved - told, "autre chiffre a bougé", "autres chiffres ont bougé")
    why = "par territoire, par découpage ou par groupe, ou trop peu pour se voir une fois arrondis"
    if moved > told:
        yield f"{others} ({'; '.join([why, *parts])}) : feuille « chiffres » du classeur."


def _round_pair(row):
    """Return a figure before and after, rounded as it is everywhere shown."""
    share = row.unite in ("part", "%") or row.mesure.startswith(("part_", "densite"))
    if share:
        return [format_share(value, 1) for value in (row.avant, row.apres)]
    decimals = 0 if float(row.avant).is_integer() and float(row.apres).is_integer() else 2
    return [format_number(value, decimals) for value in (row.avant, row.apres)]


def _tell_figure(row, side, shown):
    top, bottom = getattr(row, f"numerateur_{side}"), getattr(row, f"denominateur_{side}")
    if pd.isna(top) or pd.isna(bottom):
        return shown
    told = " sur ".join(format_number(number, 0 if abs(number - round(number)) < 1e-6 else 1) for number in (top, bottom))
    return told if getattr(row, side) == top else f"{shown} ({told})"
