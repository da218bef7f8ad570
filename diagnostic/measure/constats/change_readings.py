"""Hypotheses in sentences: who would join what, and which territories would deal with fewer interlocutors, or more."""

import pandas as pd

from diagnostic.measure.constats.layer_limits import list_loose
from diagnostic.measure.constats.layer_names import (
    agree,
    count_units,
    name_layers,
    tell_place,
    tell_single,
    tell_the_unit,
)
from diagnostic.measure.ressorts.territory_sheets import name_units
from diagnostic.vocabulary.formats import count_words, format_number, join_of, join_words

COLUMNS = ["territoire_id", "couche_a", "couche_b", "phrase"]
MOST_COMMUNES, MOST_CHANGES = 5, 6
CARRIED = "EPCI"  # the layer whose units are territories: its own line says what moves, not how many units it meets
TYPES = ["epci", "autre", "departement", "perimetre"]  # from the nearest to the widest


def describe_change(tables, results):
    """Return one sentence a hypothesis: the moves made, then what they change in numbers of units, or that they change none.

    Parameters
    ----------
    tables : dict with hypotheses (the rows asked for), communes, unites, couches, territoires
    results : dict with que_changerait and hypotheses_refusees (`change.measure_change`), discordance
    """
    nouns = {row.Index: row for row in name_layers(tables["couches"]).itertuples()}
    made = tables["hypotheses"].drop(results["hypotheses_refusees"].index)
    made = name_units(made, tables["unites"]).assign(nom=lambda rows: rows["code_insee"].map(tables["communes"]["nom"]))
    # An empty table would take the index of the territories, named as its column is.
    changes = results["que_changerait"].merge(tables["territoires"].rename_axis(None), left_on="territoire_id", right_index=True)
    changes["ordre"] = changes["type"].map({kind: rank for rank, kind in enumerate(TYPES)})
    changes = changes.sort_values(["ordre", "territoire_id"], kind="stable")
    totals, loose = results["discordance"].set_index(["territoire_id", "couche"])["n_unites"], list_loose(tables)
    # A commune in several units at once: nothing is said to be nested there.
    changes = changes[~((changes["mesure"] == "nb_a_dans_b") & (changes["couche_a"].isin(loose) | changes["couche_b"].isin(loose)))]
    told = []
    for name, moves in made.groupby("hypothese", sort=False):
        rows = changes[changes["hypothese"] == name]
        effects = [*_tell_territories(rows, nouns), *_tell_counts(rows, nouns), *_tell_nesting(rows, nouns, totals)]
        if not effects:
            effects = ["aucun territoire n'aurait plus ni moins d'interlocuteurs"]
        rest = len(effects) - MOST_CHANGES
        more = f" ; et {count_words(rest, 'autre changement', 'autres changements')} (feuille « Que changerait »)" if rest > 0 else ""
        couche = moves["couche"].iat[0] if moves["couche"].nunique() == 1 else None
        phrase = f"Hypothèse « {name} » : si {_tell_moves(moves, nouns)}, {' ; '.join(effects[:MOST_CHANGES])}{more}."
        told.append(("perimetre", couche, None, phrase))
    return pd.DataFrame(told, columns=COLUMNS, dtype="str")


def _tell_moves(moves, nouns):
    """Return who would join what: « La Chaise-Dieu rejoignait la CC Brioude Sud Auvergne »."""
    told = []
    for (couche, _), rows in moves.groupby(["couche", "unite_id"], sort=False):
        who = join_words(rows["nom"], MOST_COMMUNES)
        who = f"les {count_words(len(rows), 'commune')} {who}" if len(rows) > 1 else who
        verb = "rejoignaient" if len(rows) > 1 else "rejoignait"
        told.append(f"{who} {verb} {tell_the_unit(nouns[couche], rows['unite_nom'].iat[0])}")
    return " et si ".join(told)


def _tell_territories(rows, nouns):
    """Return which territories would gain or lose communes."""
    for row in rows[(rows["mesure"] == "nb_communes") & (rows["couche_a"] == CARRIED)].itertuples():
        after = f"passerait de {format_number(row.avant)} à {count_words(row.apres, 'commune')}"
        gone = "n'aurait plus de commune"
        yield f"{tell_place(row.nom)} {gone if row.apres != row.apres else after}"


def _tell_counts(rows, nouns):
    """Return which territories would deal with fewer units of a layer, or more: one text a territory."""
    kept = rows[(rows["mesure"] == "nb_unites") & rows["couche_b"].isna() & rows["apres"].notna()]
    for _, here in kept.groupby("territoire_id", sort=False):
        told = [_tell_count(row, nouns[row.couche_a]) for row in here.itertuples()]
        more = [one for one in told if one.startswith("aurait ")]
        # « aurait 4 bassins de vie au lieu de 3 et 2 zones d'emploi au lieu de 1 »: the verb once.
        more = [f"aurait {join_words(one.removeprefix('aurait ') for one in more)}"] if more else []
        yield f"{tell_place(here['nom'].iat[0])} {join_words([*(one for one in told if not one.startswith('aurait ')), *more])}"


def _tell_count(row, noun):
    """Return how many units of a layer a territory would deal with."""
    one = "une" if noun.genre == "f" else "un"
    if row.apres == 0:
        return f"n'aurait plus {join_of('', noun.singulier).strip()}"
    after = f"n'aurait plus qu'{one} {noun.singulier}" if row.apres == 1 and row.avant > 1 else f"aurait {count_units(noun, row.apres)}"
    return f"{after} au lieu d'{agree('aucun', noun)}" if row.avant == 0 else f"{after} au lieu de {format_number(row.avant)}"


def _tell_nesting(rows, nouns, totals):
    """Return how many EPCI would hold in one unit of a layer, in the perimeter and the departements."""
    kept = rows[(rows["mesure"] == "nb_a_dans_b") & (rows["couche_a"] == CARRIED) & rows["type"].isin(["departement", "perimetre"])]
    for row in kept.itertuples():
        total, verb = format_number(totals[(row.territoire_id, CARRIED)]), "seraient" if row.apres > 1 else "serait"
        who = f"{count_units(nouns[CARRIED], row.apres)} sur {total} {verb}" if row.apres else f"aucun des {total} EPCI ne serait"
        held = f"{row.nom} : {who} entièrement dans {tell_single(nouns[row.couche_b])}"
        yield f"{held}, au lieu de {format_number(row.avant)}" if row.avant else f"{held}, au lieu d'aucun"
