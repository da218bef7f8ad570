"""The professions in sentences: how many posts do each verb of the guide, how many of them are filled, and the time they make."""

from diagnostic.measure.liens.professions import LEAST_POSTS, NOT_SAID, VERBES, WHOLE
from diagnostic.vocabulary import read_list
from diagnostic.vocabulary.formats import count_words, format_number


def describe_professions(tables, results, names):
    """Of all posts, those that do each verb and are filled (public when three posts or more); the full-time equivalents known."""
    rows = results["postes_croises"]
    rows = rows[rows["territoire_id"].eq("perimetre") & rows["champ"].eq(WHOLE)].set_index("verbe")
    if not len(rows):
        return
    whole = rows.loc[WHOLE]
    words = read_list("verbes")["libelle"].str.split(" / ").str[0]
    told = [verb for verb in VERBES if verb in rows.index and rows.at[verb, "nb_postes"] >= LEAST_POSTS]
    parts = [
        f"{format_number(rows.at[verb, 'nb_postes'])} pour {words[verb].lower()} ({count_words(rows.at[verb, 'nb_pourvus'], 'pourvu')})"
        for verb in told
    ]
    if parts:
        silent = int(rows["nb_postes"].get(NOT_SAID, 0))
        last = f" ; {count_words(silent, 'poste')} dont on ne sait pas" if silent >= LEAST_POSTS else ""
        yield "perimetre", (
            f"Sur {count_words(whole['nb_postes'], 'poste recensé', 'postes recensés')} : {', '.join(parts)}{last} ; "
            "un poste compte dans chacun de ses verbes."
        ), "publique"  # fmt: skip
    known = int(whole["nb_postes"] - whole["nb_etp_inconnus"])
    if known:
        yield "perimetre", (
            f"{format_number(whole['etp'], 1)} équivalents temps plein pour {count_words(known, 'poste')} dont le temps est dit, "
            f"sur {format_number(whole['nb_postes'])} postes."
        ), "partenaires"  # fmt: skip
