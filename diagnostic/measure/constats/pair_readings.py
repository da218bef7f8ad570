"""Two layers in one sentence: how many units of one hold in one unit of the other, and where the others are cut."""

import pandas as pd

from diagnostic.measure.constats.layer_findings import tell_part
from diagnostic.measure.constats.layer_names import (
    COVERED,
    agree,
    count_units,
    name_layers,
    shorten_communes,
    tell_none,
    tell_own_weight,
    tell_share,
    tell_single,
    tell_weight,
    type_territories,
)
from diagnostic.measure.ressorts.overlap import RECOUVREMENT, SANS_COMMUNE
from diagnostic.vocabulary.formats import count_words, format_number, join_words

COMPARED = ("perimetre", "departement", "autre")
MOST_UNITS, MOST_COMMUNES = 3, 4  # named in one sentence; the rest is counted


def describe_pairs(tables, results):
    """Return one sentence for each territory (perimeter, departements, others) and pair of layers.

    Parameters
    ----------
    tables : dict with territoires, couches, communes, unites_coupees, reglages, affectation, appartenance
    results : dict with paires (`overlap.compare_layers`, with couverture_a and couverture_b) and coupures (`cuts.list_cuts`)

    Returns
    -------
    DataFrame territoire_id, couche_a, couche_b, phrase. Both directions are told where both tell something.
    """
    pairs = type_territories(results["paires"], tables)
    pairs = pairs[pairs["type"].isin(COMPARED)]
    nouns = {row.Index: row for row in name_layers(tables["couches"]).itertuples()}
    cuts = dict(list(results["coupures"].groupby(["territoire_id", "couche_a", "couche_b"], sort=False)))
    shared, complete = count_shared(tables), tables["couches"]["complete"].astype("boolean").fillna(True)
    names, weighting = tables["territoires"]["nom"], tables["reglages"]["ponderation"]
    told = []
    for row in pairs.itertuples():
        a, b = nouns[row.couche_a], nouns[row.couche_b]
        sides = [cuts.get((row.territoire_id, *keys)) for keys in ((a.Index, b.Index), (b.Index, a.Index))]
        sentence = _tell_unknown(row, a, b, shared) or _tell_known(row, (a, b), sides, (complete, weighting))
        cut = "EPCI" in (a.Index, b.Index) and tell_part(row.territoire_id, tables)
        part = " ; un EPCI que la limite du territoire coupe est jugé sur sa seule part" if cut else ""
        told.append((row.territoire_id, a.Index, b.Index, f"{names[row.territoire_id]} : {sentence}{part}."))
    return pd.DataFrame(told, columns=["territoire_id", "couche_a", "couche_b", "phrase"], dtype="str")


def count_shared(tables):
    """Return how many communes of each territory are in several units of each layer, by (territoire_id, couche)."""
    several = tables["affectation"][["code_insee", "couche"]].value_counts().loc[lambda counts: counts > 1].reset_index()
    return tables["appartenance"][["territoire_id", "code_insee"]].merge(several)[["territoire_id", "couche"]].value_counts()


def _tell_unknown(row, a, b, shared):
    """Return the sentence of a pair that cannot be compared, or nothing."""
    absent = [noun for noun, number in ((a, row.nb_unites_a), (b, row.nb_unites_b)) if not number]
    if absent:
        which = join_words(f"« {noun.libelle} »" for noun in absent)
        told = f"« {a.libelle} » et « {b.libelle} » ne sont pas comparés"
        return f"{told}, faute d'unité connue ici pour {which} ; ce n'est pas la preuve d'une absence"
    counts = f"{count_units(a, row.nb_unites_a)} et {count_units(b, row.nb_unites_b)}"
    if row.raison_absence == SANS_COMMUNE:
        return f"{counts}, mais aucune commune ne relève des deux couches à la fois"
    if row.raison_absence != RECOUVREMENT:
        return ""
    layers = [(noun, shared.get((row.territoire_id, noun.Index), 0)) for noun in (a, b)]
    several = [f"{count_words(number, 'commune')} dans plusieurs {noun.pluriel} à la fois" for noun, number in layers if number]
    return f"{counts} ; {join_words(several)} : les découpages se recouvrent, l'emboîtement n'est pas mesuré"


def _tell_known(row, nouns, sides, context):
    """Return the sentence of a pair that is compared."""
    (a, b), (_, weighting) = nouns, context
    numbers = {"a": row.nb_unites_a, "b": row.nb_unites_b}
    nested = {"a": row.nb_a_dans_b == numbers["a"], "b": row.nb_b_dans_a == numbers["b"]}
    covered = ""
    if row.couverture_commune < COVERED:
        weight = tell_weight(weighting)
        verb = "sont" if weight.startswith("des") else "est"
        covered = f" ; {tell_share(row.couverture_commune)} {weight} seulement {verb} dans les deux couches"
    if nested["a"] and nested["b"]:
        same = f"les {count_units(a, numbers['a'])} et les {count_units(b, numbers['b'])} ont exactement les mêmes limites"
        if numbers["a"] == 1:
            same = f"{tell_single(a)} et {tell_single(b)}, sur les mêmes communes"
        return same + covered
    if nested["a"] or nested["b"]:
        inner, outer = (a, b) if nested["a"] else (b, a)
        rows, back = sides if nested["a"] else sides[::-1]
        return _tell_nested(inner, outer, rows, back) + covered
    ways = [
        ("a", "b", sides[0], row.nb_a_dans_b, row.part_population_a_dans_b, row.couverture_a),
        ("b", "a", sides[1], row.nb_b_dans_a, row.part_population_b_dans_a, row.couverture_b),
    ]
    known, told = {"a": a, "b": b}, []
    for one, other, rows, number, share, held in sorted(ways, key=lambda way: -numbers[way[0]]):
        # A few large units are hardly ever inside many small ones: in that direction, only those that are tell something.
        small = numbers[one] >= numbers[other]
        if small or number:
            rows = rows if small else rows[rows["entiere"]]
            share = "" if share != share else f" ({tell_share(share)} {tell_weight(weighting, couverture=held)})"
            told.append(_tell_way(known[one], known[other], rows, (number, numbers[one], share), context))
    return " ; dans l'autre sens, ".join(told) + covered


def _tell_nested(inner, outer, rows, back):
    """Return the words for a layer whose units all hold in one unit of the other."""
    number, mains = len(rows), rows["unite_principale_nom"].dropna().unique()
    one, the = ("une", "la") if outer.genre == "f" else ("un", "le")
    only = f" ({mains[0]})" if len(mains) == 1 else ""
    if number == 1:
        alone = "la seule" if inner.genre == "f" else "le seul"
        return f"{alone} {inner.singulier} ({rows['unite_a_nom'].iat[0]}) est entièrement dans {one} {outer.singulier}{only}"
    if len(mains) == 1:
        return f"les {count_units(inner, number)} sont entièrement dans {the} même {outer.singulier}{only}"
    low, high, without = back["n_unites"].min(), back["n_unites"].max(), int((back["n_unites"] == 0).sum())
    each = f"{one} {outer.singulier} en compte {format_number(low) if low == high else f'de {format_number(low)} à {format_number(high)}'}"
    if without:
        verb = "n'en ont" if without > 1 else "n'en a"
        each = f"{format_number(without)} {outer.pluriel} sur {format_number(len(back))} {verb} {agree('aucun', inner)}"
    return f"{agree('chacun', inner)} des {count_units(inner, number)} est entièrement dans {tell_single(outer)} ; {each}"


def _tell_way(a, b, rows, nested, context):
    """Return how the units of a stand in those of b: nested, then those of `rows` that are cut, partly covered, without any."""
    (number, total, share), (complete, weighting) = nested, context
    verb = "sont" if number > 1 else "est"
    told = f"{count_units(a, number)} sur {format_number(total)}{share} {verb} entièrement dans {tell_single(b)}"
    if not number:
        alone = f"{'la seule' if a.genre == 'f' else 'le seul'} {a.singulier} n'est pas"
        whom = f"{agree('aucun', a)} des {count_units(a, total)} n'est" if total > 1 else alone
        told = f"{whom} entièrement dans {tell_single(b)}"
    if len(rows) < total:  # only those that are nested: they are few, and named
        return f"{told} : {join_words(rows['unite_a_nom'], MOST_UNITS)}"
    told = [told]
    cut = rows[rows["n_unites"] > 1].sort_values(["part_hors", "nb_communes_hors", "unite_a"], ascending=[False, False, True])
    if len(cut):
        verb = "sont" if len(cut) > 1 else "est"
        told.append(f"{format_number(len(cut))} {verb} {agree('coupé', a, len(cut))} : {_list_cut(cut, b, weighting)}")
    partial, without = int(((rows["n_unites"] == 1) & ~rows["entiere"]).sum()), int((rows["n_unites"] == 0).sum())
    if partial:
        verb = "ne sont" if partial > 1 else "n'est"
        told.append(f"{format_number(partial)} {verb} {agree('couvert', a, partial)} qu'en partie")
    if without:
        verb = "n'ont" if without > 1 else "n'a"
        known = f" {agree('connu', b)}" if complete[b.Index] else ""
        told.append(f"{format_number(without)} {verb} {tell_none(b)}{known}")
    return " ; ".join(told)


def _list_cut(cut, b, weighting):
    """Return the first cut units, and how many more there are."""
    shown = [_tell_cut(row, b, weighting) for row in cut.head(MOST_UNITS).itertuples()]
    rest = len(cut) - len(shown)
    return f"{', '.join(shown)} et {count_words(rest, 'autre')}" if rest else join_words(shown, MOST_UNITS)


def _tell_cut(row, b, weighting):
    """Return one cut unit, in how many it is cut, and which of its communes are out of its main one."""
    if row.part_hors != row.part_hors:
        return f"{row.unite_a_nom} ({count_units(b, row.n_unites)})"
    one, main = ("une", "de la principale") if b.genre == "f" else ("un", "du principal")
    tied = f", à égalité avec {one} autre" if row.egalite else ""
    part = f"{tell_share(row.part_hors)} {tell_own_weight(weighting)}"
    where = f"{count_words(row.nb_communes_hors, 'commune')}, {part}, hors {main}{tied}"
    return f"{row.unite_a_nom} ({count_units(b, row.n_unites)} ; {where} : {shorten_communes(row.communes_hors, MOST_COMMUNES)})"
