"""Two layers in one sentence: how many units of one hold in one unit of the other, and where the others are cut."""

import pandas as pd

from diagnostic.measure.constats.layer_limits import (
    WHOLE,
    bound_coverage,
    count_beyond,
    count_shared,
    find_estimated,
    tell_beyond,
    tell_bounds,
    tell_estimated,
)
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
    tell_the,
    tell_weight,
    type_territories,
)
from diagnostic.measure.ressorts.cells import leave_out
from diagnostic.measure.ressorts.overlap import RECOUVREMENT, SANS_COMMUNE
from diagnostic.vocabulary.formats import count_words, format_number, join_words

COLUMNS = ["territoire_id", "couche_a", "couche_b", "phrase"]
COMPARED = ("perimetre", "departement", "autre")
MOST_UNITS, MOST_COMMUNES = 3, 4  # named in one sentence; the rest is counted
INCONNUES = "parts inconnues dans une commune partagée"


def describe_pairs(tables, results):
    """Return one sentence for each territory (perimeter, departements, others) and pair of layers.

    Parameters
    ----------
    tables : dict with territoires, couches, communes, unites, unites_coupees, reglages, affectation, appartenance
    results : dict with paires (`overlap.compare_layers`, with couverture_a and couverture_b), coupures (`cuts.list_cuts`) and
        discordance

    Returns
    -------
    DataFrame
        territoire_id, couche_a, couche_b, phrase. Both directions are told where both tell something. The layers that have one
        unit over a whole territory share one sentence there, without layer: there is nothing to compare with them.
    """
    pairs = type_territories(results["paires"], tables)
    pairs = pairs[pairs["type"].isin(COMPARED)]
    context, names, told = _gather(tables, results), tables["territoires"]["nom"], []
    nouns = context["nouns"]
    for territoire_id, rows in pairs.groupby("territoire_id", sort=False):
        alone = context["single"].get(territoire_id, [])
        held = rows[["nb_unites_a", "nb_unites_b"]].gt(0).all(axis=1)
        merged = held & (rows["couche_a"].isin(alone) | rows["couche_b"].isin(alone))
        if merged.any():
            layers = join_words((tell_single(nouns[couche]) for couche in alone), len(alone))
            phrase = f"{names[territoire_id]} : {layers} pour tout le territoire : rien à comparer."
            told.append((territoire_id, None, None, phrase))
        for row in rows[~merged].itertuples():
            sentence = _tell_unknown(row, nouns[row.couche_a], nouns[row.couche_b], context["shared"]) or _tell_known(row, context)
            told.append((territoire_id, row.couche_a, row.couche_b, f"{names[territoire_id]} : {sentence}."))
    return pd.DataFrame(told, columns=COLUMNS, dtype="str")


def _gather(tables, results):
    """Return what the sentences read beside the pairs, as a dict."""
    profiles, couches, rows = results["discordance"], tables["couches"], tables["affectation"]
    low = bound_coverage(profiles, couches)
    units = profiles.set_index(low.index.names)["n_unites"]
    single = units.index[(units == 1) & (low >= COVERED)].to_frame(index=False)
    split = rows.loc[~(rows["part"] >= WHOLE), ["couche", "unite_id"]]
    return {
        "nouns": {row.Index: row for row in name_layers(couches).itertuples()},
        "cuts": dict(list(results["coupures"].groupby(["territoire_id", "couche_a", "couche_b"], sort=False))),
        "shared": count_shared(tables), "beyond": count_beyond(tables), "estimated": find_estimated(profiles), "low": low,
        "single": single.groupby("territoire_id")["couche"].agg(list).to_dict(), "split": pd.MultiIndex.from_frame(split),
        "complete": ~leave_out(couches), "weighting": tables["reglages"]["ponderation"],
    }  # fmt: skip


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


def _tell_known(row, context):
    """Return the sentence of a pair that is compared: what is nested and what is cut, then what bounds it."""
    told, inner = _tell_nesting(row, context)
    beyond = [(context["nouns"][couche], context["beyond"].loc[(row.territoire_id, couche)]) for couche in inner]
    estimated = {couche: context["estimated"].get((row.territoire_id, couche), 0) for couche in (row.couche_a, row.couche_b)}
    layers = join_words(f"« {context['nouns'][couche].libelle} »" for couche, part in estimated.items() if part > 0)
    surface = f"{tell_estimated(1)} ({layers})" if layers else ""
    return " ; ".join(filter(None, [told, _tell_common(row, context), surface, tell_beyond(beyond)]))


def _tell_common(row, context):
    """Return what share is in both layers, where it is not everyone, between the bounds that are known."""
    low, weight = context["low"], tell_weight(context["weighting"])
    a, b = low[(row.territoire_id, row.couche_a)], low[(row.territoire_id, row.couche_b)]
    most = row.couverture_commune
    if most >= COVERED and min(a, b) >= COVERED:
        return ""
    least = most
    if a < row.couverture_a or b < row.couverture_b:
        # Where both layers are partial, nothing says that the people each covers for sure are the same.
        least = min(a, b, most) if max(a, b) >= COVERED else 0.0
    told, verb = tell_bounds(least, most), "sont" if weight.startswith("des") else "est"
    return f"{told} {weight}{' seulement' if told[0].isdigit() else ''} {verb} dans les deux couches"


def _tell_nesting(row, context):
    """Return how two layers stand, and the layers of which the sentence says whether their units are nested."""
    a, b = context["nouns"][row.couche_a], context["nouns"][row.couche_b]
    sides = [context["cuts"].get((row.territoire_id, *keys)) for keys in ((a.Index, b.Index), (b.Index, a.Index))]
    numbers = {"a": row.nb_unites_a, "b": row.nb_unites_b}
    nested = {"a": row.nb_a_dans_b == numbers["a"], "b": row.nb_b_dans_a == numbers["b"]}
    bounded = [one.Index for one in (a, b) if context["beyond"].loc[(row.territoire_id, one.Index), ["nb_debordent", "nb_inconnus"]].any()]
    if nested["a"] and nested["b"]:
        if numbers["a"] == 1:
            return f"{tell_single(a)} et {tell_single(b)}, sur les mêmes communes{' du territoire' if bounded else ''}", [a.Index, b.Index]
        have = "ont, dans le territoire," if bounded else "ont"
        same = f"les {count_units(a, numbers['a'])} et les {count_units(b, numbers['b'])} {have} exactement les mêmes limites"
        return same, [a.Index, b.Index]
    if nested["a"] or nested["b"]:
        inner, outer = (a, b) if nested["a"] else (b, a)
        rows, back = sides if nested["a"] else sides[::-1]
        return _tell_nested((inner, outer), rows, back, inner.Index in bounded), [inner.Index]
    return _tell_ways(row, {"a": a, "b": b}, dict(zip("ab", sides, strict=True)), context)


def _tell_ways(row, nouns, sides, context):
    """Return the two directions of a pair where neither layer holds the other, the layer that has more units first."""
    told, inner, weighting = [], [], context["weighting"]
    numbers = {"a": row.nb_unites_a, "b": row.nb_unites_b}
    for one, other in sorted(("ab", "ba"), key=lambda way: -numbers[way[0]]):
        number, rows = getattr(row, f"nb_{one}_dans_{other}"), sides[one]
        # A few large units are hardly ever inside many small ones: in that direction, only those that are tell something.
        small = numbers[one] >= numbers[other]
        if not small and not number:
            continue
        rows = rows if small else rows[rows["entiere"]]
        share, held = getattr(row, f"part_population_{one}_dans_{other}"), getattr(row, f"couverture_{one}")
        share = "" if share != share else f" ({tell_share(share)} {tell_weight(weighting, couverture=held)})"
        unknown = _count_unknown(row, one, rows, context["split"])
        told.append(_tell_way((nouns[one], nouns[other]), rows, (number, numbers[one], share, unknown), context))
        if not inner:
            weight = tell_weight(weighting, couverture=row.couverture_commune)
            told[0] += _tell_purity(getattr(row, f"purete_{one}_dans_{other}"), nouns[one], nouns[other], weight)
        inner.append(nouns[one].Index)
    return " ; dans l'autre sens, ".join(told), inner


def _tell_purity(purity, a, b, weight):
    """Return the share of the weight that is in the main unit of b of its unit of a: closer to the whole than nesting is."""
    verb = "sont" if weight.startswith("des") else "est"
    told = f" ; {tell_share(purity)} {weight} {verb} dans {tell_the(b)} {agree('principal', b)} de leur {a.singulier}"
    return told if purity == purity else ""


def _mark_blurred(rows, split):
    """Return which units may be in one unit of b or in several: they hold a piece of a commune that b shares out."""
    keys = pd.MultiIndex.from_frame(rows[["couche_a", "unite_a"]])
    return (rows["n_unites"] > 1) & rows["part_hors"].isna() & keys.isin(split)


def _count_unknown(row, one, rows, split):
    """Return of how many units nobody knows whether they are nested."""
    told = getattr(row, f"nb_{one}_inconnus", float("nan"))
    return int(told) if told == told else int(_mark_blurred(rows, split).sum())


def _tell_nested(nouns, rows, back, bounded):
    """Return the words for a layer whose units all hold in one unit of the other, or what the territory has of them does."""
    (inner, outer), number, mains = nouns, len(rows), rows["unite_principale_nom"].dropna().unique()
    one, the = ("une", "la") if outer.genre == "f" else ("un", "le")
    only = f" ({mains[0]})" if len(mains) == 1 else ""
    if number == 1:
        alone = "la seule" if inner.genre == "f" else "le seul"
        held = ", pour sa part dans le territoire," if bounded else " entièrement"
        return f"{alone} {inner.singulier} ({rows['unite_a_nom'].iat[0]}) est{held} dans {one} {outer.singulier}{only}"
    if len(mains) == 1:
        held = ", pour leur part dans le territoire," if bounded else " entièrement"
        return f"les {count_units(inner, number)} sont{held} dans {the} même {outer.singulier}{only}"
    low, high, without = back["n_unites"].min(), back["n_unites"].max(), int((back["n_unites"] == 0).sum())
    each = f"{one} {outer.singulier} en compte {format_number(low) if low == high else f'de {format_number(low)} à {format_number(high)}'}"
    if without:
        verb = "n'en ont" if without > 1 else "n'en a"
        each = f"{count_units(outer, without)} sur {format_number(len(back))} {verb} {agree('aucun', inner)}"
    held = ", pour sa part dans le territoire," if bounded else " entièrement"
    return f"{agree('chacun', inner)} des {count_units(inner, number)} est{held} dans {tell_single(outer)} ; {each}"


def _tell_way(nouns, rows, nested, context):
    """Return how the units of a stand in those of b: nested, then those of `rows` that are cut, partly covered, without any."""
    (a, b), (number, total, _, unknown) = nouns, nested
    told = _tell_number(a, b, nested)
    if len(rows) < total:  # only those that are nested: they are few, and named
        return f"{told} : {join_words(rows['unite_a_nom'], MOST_UNITS)}"
    blurred = _mark_blurred(rows, context["split"])
    cut = rows[(rows["n_unites"] > 1) & ~blurred]
    cut = cut.sort_values(["part_hors", "nb_communes_hors", "unite_a"], ascending=[False, False, True])
    partial, without = int(((rows["n_unites"] == 1) & ~rows["entiere"]).sum()), int((rows["n_unites"] == 0).sum())
    # Of the units counted as unknown, those that meet one unit of b may be covered in part only, or wholly in it.
    partial -= max(unknown - int(blurred.sum()), 0)
    told, number, doubtful = [told], len(cut), max(int(blurred.sum()) - unknown, 0)
    if number:
        verb = "sont" if number > 1 else "est"
        told.append(f"{format_number(number)} {verb} {agree('coupé', a, number)} : {_list_cut(cut, b, context['weighting'])}")
    if partial > 0:
        verb = "ne sont" if partial > 1 else "n'est"
        told.append(f"{format_number(partial)} {verb} {agree('couvert', a, partial)} qu'en partie")
    if doubtful:
        first, second = ("ne sont", "sont") if doubtful > 1 else ("n'est", "est")
        either = f"{first} {agree('couvert', a, doubtful)} qu'en partie ou {second} {agree('coupé', a, doubtful)}"
        told.append(f"{format_number(doubtful)} {either}, on ne sait pas ({INCONNUES})")
    if without:
        verb = "n'ont" if without > 1 else "n'a"
        known = f" {agree('connu', b)}" if context["complete"][b.Index] else ""
        told.append(f"{format_number(without)} {verb} {tell_none(b)}{known}")
    if 0 < unknown < total:
        them = "elles" if a.genre == "f" else "eux"
        told.append(f"pour {format_number(unknown)} d'entre {them} on ne peut pas le dire ({INCONNUES})")
    return " ; ".join(told)


def _tell_number(a, b, nested):
    """Return how many units of a are wholly in one unit of b, as far as is known."""
    number, total, share, unknown = nested
    if unknown and unknown == total:
        whom = f"{'la' if a.genre == 'f' else 'le'} {agree('seul', a)} {a.singulier}" if total == 1 else f"les {count_units(a, total)}"
        verb = "sont" if total > 1 else "est"
        return f"on ne peut pas dire si {whom} {verb} entièrement dans {tell_single(b)} ({INCONNUES})"
    if not number:
        alone = f"{'la seule' if a.genre == 'f' else 'le seul'} {a.singulier} n'est pas"
        whom = f"{agree('aucun', a)} des {count_units(a, total)} n'est" if total > 1 else alone
        return f"{whom}{' à coup sûr' if unknown else ''} entièrement dans {tell_single(b)}"
    verb = "sont" if number > 1 else "est"
    return f"{count_units(a, number)} sur {format_number(total)}{share} {verb} entièrement dans {tell_single(b)}"


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
