"""The territories of a dossier side by side, each beside those of its kind, in the order of the alphabet: no rank, no score."""

import pandas as pd

from diagnostic.run import judge_crossing
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import format_number
from diagnostic.widgets.menus import build_menus
from diagnostic.widgets.tables import show_table

KINDS = {"epci": "Intercommunalités", "departement": "Départements", "autre": "Autres territoires du dossier"}
CROSSINGS = {"moins": "Moins qu'attendu", "autant": "À peu près autant qu'attendu", "plus": "Plus qu'attendu"}
SUBJECTS = {
    "Interlocuteurs": {"nb_communes": "Communes", "population": "Habitants", "nb_interlocuteurs": "Interlocuteurs, tous découpages"},
    "Liens": {"nb_acteurs": "Acteurs", "reponses": "Ont répondu", "liens": "Liens déclarés", "degre_moyen": "Partenaires par acteur"},
    "Entre les champs": {"reponses": "Ont répondu", "entre_champs": "Liens entre champ social et développement local"},
    "Manques": {
        "presentes": "Catégories présentes", "absences": "Absences vérifiées", "inconnues": "Non renseignées", "age_text": "Fraîcheur",
    },
}  # fmt: skip
FACTS = {column: title for columns in SUBJECTS.values() for column, title in columns.items()}


def compare_territories(tables, genre="epci"):
    """Return what can be set side by side of the territories of one kind, in the order of the alphabet.

    Every share is told with its two numbers ("17 sur 990"), and no percentage is made of a few; "—" is what is not known.

    Parameters
    ----------
    tables : dict of an edition (`open_dossier`)
    genre : {"epci", "departement", "autre"}

    Returns
    -------
    DataFrame indexed by territoire_id: nom, nb_communes, population, nb_interlocuteurs, nb_acteurs, degre_moyen, and in words:
    reponses, liens (declared, over possible pairs), entre_champs (`tell_crossing`), presentes, absences, inconnues (categories,
    over those of the guide), age_text
    """
    summary = tables["territoires_resume"].query("type == @genre")[["nom", "nb_communes", "population", "nb_interlocuteurs"]]
    compared = tables["comparaison"].set_index("territoire_id")
    states = tables["etats_territoires"].set_index("territoire_id").reindex(summary.index)
    table = summary.join(compared[["nb_acteurs", "degre_moyen"]])
    table = table.assign(
        reponses=_count(compared, "nb_repondants", "nb_acteurs"), liens=_count(compared, "nb_liens", "nb_paires"),
        entre_champs=tell_crossing(compared), presentes=_count(states, "nb_present", "nb_cases"),
        absences=_count(states, "nb_absent_verifie", "nb_cases"), inconnues=_count(states, "nb_non_renseigne", "nb_cases"),
        age_text=states["age_text"],
    )  # fmt: skip
    return table.iloc[table["nom"].map(normalize_label).argsort(kind="stable")]


def tell_crossing(compared):
    """Return, for each row of `comparaison`, whether its links cross the champs as often as links that ignore them would.

    The E-I index in words: it says less, and is not read alone. Where nothing is concluded, and within which margin, is said by
    `measure.liens.crossing`.

    >>> compared = pd.DataFrame({
    ...     "nb_liens_champs": [25, 8, 40], "nb_externes": [4, 1, 18], "nb_externes_attendu": [12.6, 4.0, 20.0],
    ...     "part_externes": [0.16, 0.125, 0.45], "erreur_part_externes": [0.08, 0.13, 0.05], "ratio_externes": [0.32, None, 0.9]})
    >>> print(*tell_crossing(compared), sep="\\n")
    Moins qu'attendu (4 sur 25 ; 12,6 attendus)
    Trop peu de liens pour conclure (1 sur 8)
    À peu près autant qu'attendu (18 sur 40 ; 20,0 attendus)
    """
    count = _count(compared, "nb_externes", "nb_liens_champs")
    awaited = compared["nb_externes_attendu"].map(lambda number: format_number(number, 1)).astype(str)
    judged = judge_crossing(compared)
    told = judged.map(CROSSINGS) + " (" + count + " ; " + awaited + " attendus)"
    told = told.mask(judged == "trop_peu", "Trop peu de liens pour conclure (" + count + ")")
    return told.mask(judged == "aucun_lien", "Aucun lien déclaré entre acteurs des deux champs")


def explore_comparison(tables, genre=""):
    """Return two menus, the kind of territories and what is compared, opened on `genre`, and under them one line a territory."""

    def tell(genre, subject):
        table = compare_territories(tables, genre)
        return show_table(table, {"nom": KINDS[genre], **SUBJECTS[subject]}, lines=len(table))

    subjects = pd.Series({name: name for name in SUBJECTS})
    menus = {"Territoires": list_kinds(tables), "Comparer": subjects}
    return build_menus(menus, [(["Territoires", "Comparer"], tell)], start={"Territoires": genre})


def explore_pair(tables, territoire="", autre=""):
    """Return two menus of territories and under them all that is known of both, a line a fact; they open on two of one kind."""
    held = tables["territoires"]
    held = held[held["type"].isin(KINDS)]["nom"]

    def tell(one, other):
        chosen = [compare_territories(tables, types[code]).loc[code] for code in (one, other)]
        rows = pd.DataFrame({"fait": list(FACTS.values()), **{f"t{i}": _tell_facts(row) for i, row in enumerate(chosen)}})
        return show_table(rows, {"fait": "", "t0": held[one], "t1": held[other] if other != one else f"{held[other]} "}, lines=len(rows))

    types = tables["territoires"]["type"]
    first = territoire if territoire in held.index else next(iter(held.index), "")
    likes = [code for code in held.index if code != first and types[code] == types[first]]
    start = {"Un territoire": first, "Un autre": autre or next(iter(likes), first)}
    return build_menus({"Un territoire": held, "Un autre": held}, [(["Un territoire", "Un autre"], tell)], start=start)


def list_kinds(tables):
    """Return the kinds of which the dossier has two territories or more: one alone is beside nothing."""
    numbers = tables["territoires"]["type"].value_counts()
    return pd.Series({code: words for code, words in KINDS.items() if numbers.get(code, 0) > 1}, dtype=str)


def _tell_facts(row):
    decimals = {"degre_moyen": 2}
    return [row[name] if isinstance(row[name], str) else format_number(row[name], decimals.get(name, 0)) for name in FACTS]


def _count(table, part, whole):
    """Return « 17 sur 990 » a row; — where either is not known."""
    # Without a row, map keeps the type of numbers.
    told = table[part].map(format_number).astype(str) + " sur " + table[whole].map(format_number).astype(str)
    return told.where(table[part].notna() & table[whole].notna(), "—")
