"""Clusters, chance and units without counterpart in sentences: what holds together, what chance would give, who stands alone."""

import pandas as pd

from diagnostic.measure.constats.layer_limits import (
    WHOLE,
    count_beyond,
    find_estimated,
    list_loose,
    tell_beyond,
    tell_estimated,
)
from diagnostic.measure.constats.layer_names import (
    agree,
    count_units,
    name_layers,
    shorten_communes,
    tell_none,
    tell_share,
    tell_single,
    tell_the,
    tell_the_unit,
    tell_weight,
)
from diagnostic.measure.ressorts.cells import leave_out
from diagnostic.measure.ressorts.territory_sheets import name_units
from diagnostic.vocabulary.formats import count_words, format_number, join_words

COLUMNS = ["territoire_id", "couche_a", "couche_b", "phrase"]
MOST_UNITS, MOST_COMMUNES = 4, 4
HALF = 0.5
DRAWN = (
    "des regroupements de communes tirés au hasard, d'un seul tenant, de mêmes tailles (en nombre de communes) et plutôt compacts"
)  # fmt: skip


def describe_clusters(tables, results):
    """Return, for each territory and pair of layers, how many groups nothing crosses, and the communes that alone hold one together.

    Parameters
    ----------
    results : dict with amas and colles (`clusters.find_clusters`)

    Returns
    -------
    DataFrame territoire_id, couche_a, couche_b, phrase; a pair of which one layer has a single unit is not told.
    """
    nouns, names = _name_nouns(tables), tables["territoires"]["nom"]
    keys = COLUMNS[:3]
    links = results["colles"]
    # An overlap that is most of a unit is that unit, not what glues it.
    links = links[links["separe"] & (links["part_de_a"] < HALF) & (links["part_de_b"] < HALF)]
    # A part measured on surfaces may be nobody: no group is said to rest on it.
    links = links[~(links["part_estimee"] > 0)] if "part_estimee" in links else links
    glue = dict(list(links.groupby(keys, sort=False)))
    told = []
    for key, rows in results["amas"].groupby(keys, sort=False):
        a, b = nouns[key[1]], nouns[key[2]]
        counts = rows["nb_unites_a"].sum(), rows["nb_unites_b"].sum()
        met = rows[(rows["nb_unites_a"] > 0) & (rows["nb_unites_b"] > 0)]
        # One unit, or as many groups as the coarser layer has units: the pair sentence has said it.
        if min(counts) < 2 or len(met) in (0, min(counts)):
            continue
        seuil = rows["seuil"].iat[0]
        left = f", sans compter les recouvrements de moins de {tell_share(seuil)}" if seuil > 0 else ""
        whole = f"{names[key[0]]} : {count_units(a, counts[0])} et {count_units(b, counts[1])}"
        if len(met) == 1:
            group = f"tiennent tous ensemble{left} : on ne peut pas en faire deux groupes sans couper une unité"
        else:
            first = met.sort_values(["nb_communes", "amas_id"], ascending=[False, True]).iloc[0]
            most = f"{count_units(a, first['nb_unites_a'])} et {count_units(b, first['nb_unites_b'])}"
            group = f"forment {count_words(len(met), 'groupe')} qu'aucune limite ne coupe{left} ; le plus grand réunit {most}"
            group += f" ({count_words(first['nb_communes'], 'commune')})"
        told.append((*key, f"{whole} {group}{_tell_glue(glue.get(key), (a, b), tables)}."))
    return pd.DataFrame(told, columns=COLUMNS, dtype="str")


def _tell_glue(rows, nouns, tables):
    """Return the communes that alone hold a group together: the lightest link, the others counted."""
    if rows is None:
        return ""
    first = rows.sort_values(["poids", "unite_a", "unite_b"]).iloc[0]
    pair = pd.DataFrame({"couche": [first["couche_a"], first["couche_b"]], "unite_id": [first["unite_a"], first["unite_b"]]})
    sides = [tell_the_unit(noun, name) for noun, name in zip(nouns, name_units(pair, tables["unites"])["unite_nom"], strict=True)]
    who, number = shorten_communes(first["communes"], MOST_COMMUNES), first["nb_communes"]
    shared = f"que partagent {sides[0]} et {sides[1]}"
    who = f"les {count_words(number, 'commune')} {shared} ({who})" if number > 1 else f"{who}, {shared}"
    more = f" ; {count_words(len(rows) - 1, 'autre lien', 'autres liens')} de ce genre" if len(rows) > 1 else ""
    return f" ; sans {who}, un groupe se séparerait en deux{more}"


def describe_chance(tables, results):
    """Return, for each pair drawn, what is observed beside what random groupings of the same sizes give; no verdict.

    Parameters
    ----------
    results : dict with discordance and hasard (`chance.measure_chance`); the measures that have no plain word (NMI, VI, AMI) are not told
    """
    nouns, names, weighting = _name_nouns(tables), tables["territoires"]["nom"], tables["reglages"]["ponderation"]
    covered = results["discordance"].set_index(["territoire_id", "couche"])["couverture"]
    held = tables["affectation"].merge(tables["appartenance"][["code_insee", "territoire_id"]])
    totals, told = held.groupby(["territoire_id", "couche"])["unite_id"].nunique(), []
    loose, estimated, beyond = list_loose(tables), find_estimated(results["discordance"]), count_beyond(tables)
    drawn = results["hasard"]
    drawn = drawn[~(drawn["couche_a"].isin(loose) | drawn["couche_b"].isin(loose))]
    for row in drawn.itertuples():
        a, b = nouns[row.couche_a], nouns[row.couche_b]
        weight = tell_weight(weighting, couverture=covered.get((row.territoire_id, row.couche_b), 1.0))
        says = _tell_measure(row, a, b, (weight, totals.get((row.territoire_id, row.couche_a), 0)))
        # A layer that chance cannot cut otherwise (a single unit) has nothing to be compared with.
        if says is None or row.observe == row.q05 == row.q95:
            continue
        what, low, high = says
        surface = tell_estimated(max(estimated.get((row.territoire_id, couche), 0.0) for couche in (a.Index, b.Index)))
        start = f"{names[row.territoire_id]} : {what}{f' ({surface})' if surface else ''}"
        if row.q05 != row.q05:
            told.append((row.territoire_id, a.Index, b.Index, f"{start} ; comparaison au hasard non faite : {row.raison_absence}."))
            continue
        between = f"en donnent de {low} à {high}" if low != high else f"en donnent {low}"
        how = f"dans au moins 9 tirages sur 10 ({count_words(row.tirages, 'tirage')}, graine {row.graine})"
        cut = tell_beyond([(a, beyond.loc[(row.territoire_id, a.Index)])]) if row.mesure == "nb_a_dans_b" else ""
        how += f" ; {cut}" if cut else ""
        told.append((row.territoire_id, a.Index, b.Index, f"{start} ; {DRAWN}, {between} {how}."))
    return pd.DataFrame(told, columns=COLUMNS, dtype="str")


def _tell_measure(row, a, b, context):
    """Return the words of an observed figure and its bounds, or nothing: unknown, or a measure that has no plain words."""
    weight, total = context
    if row.observe != row.observe:
        return None
    if row.mesure == "nb_a_dans_b":
        verb = "sont" if row.observe > 1 else "est"
        who = f"{count_units(a, row.observe)} sur {format_number(total)} {verb}"
        if row.observe == total > 1:
            who = f"les {count_units(a, total)} sont"
        if not row.observe:
            who = f"{agree('aucun', a)} des {count_units(a, total)} n'est" if total > 1 else f"{tell_single(a)}, qui n'est pas"
        what = f"{who} entièrement dans {tell_single(b)}"
        return what, format_number(row.q05), format_number(row.q95)
    if row.mesure == "purete_a_dans_b":
        verb = "sont" if weight.startswith("des") else "est"
        what = f"{tell_share(row.observe)} {weight} {verb} dans {tell_the(b)} {agree('principal', b)} de leur {a.singulier}"
        return what, tell_share(row.q05), tell_share(row.q95)
    return None


def describe_counterparts(tables, results):
    """Return the units that meet nobody in another layer, and the communes a partial layer leaves out, with who steps in.

    Parameters
    ----------
    results : dict with vis_a_vis and zones_blanches (`counterparts`), either optional

    Returns
    -------
    DataFrame territoire_id, couche_a, couche_b, phrase, genre (vis_a_vis, zone_blanche).
    """
    parts = [_describe_alone(tables, results.get("vis_a_vis")), _describe_white(tables, results.get("zones_blanches"))]
    return pd.concat(parts, ignore_index=True)


def _describe_alone(tables, faced):
    """Return one sentence a pair of layers with the units that face nobody."""
    nouns, complete, told = _name_nouns(tables), tables["couches"]["complete"].astype("boolean").fillna(True), []
    partial = leave_out(tables["couches"])
    beyond = count_beyond(tables)[["nb_debordent", "nb_inconnus"]].any(axis=1)
    name = tables["territoires"]["nom"].get("perimetre", "Ensemble du territoire")
    for (one, other), rows in faced.groupby(["couche_a", "couche_b"], sort=False) if faced is not None else ():
        alone, a, b = rows[rows["sans_vis_a_vis"].astype(bool)], nouns[one], nouns[other]
        if alone.empty or len(alone) == len(rows):
            continue
        names = name_units(alone[["couche_a", "unite_a"]].set_axis(["couche", "unite_id"], axis=1), tables["unites"])["unite_nom"]
        verb, whose = ("n'ont", "leur") if len(alone) > 1 else ("n'a", "son")
        # What the unit has elsewhere is not seen from here.
        part = f"{'sa' if whose == 'son' else whose} part du territoire"
        where = part if beyond.get(("perimetre", one), False) else f"{whose} territoire"
        what = f"{count_units(a, len(alone))} sur {format_number(len(rows))} {verb} {tell_none(b)} sur {where}"
        doubt = "la couche est annoncée complète, à vérifier" if complete[other] else "couche non dite partielle : rien n'est prouvé"
        check = "" if partial[other] else f" ; {doubt}"
        told.append(("perimetre", one, other, f"{name} : {what} : {join_words(names, MOST_UNITS)}{check}."))
    return pd.DataFrame(told, columns=COLUMNS, dtype="str").assign(genre="vis_a_vis")


# How the operator that steps in is known.
ORIGINS = {
    "acteur_recense": "recensé", "obligation": "obligatoire à partir de 1\u202f500 habitants, non recensé : à confirmer,",
    "faculte": "facultatif (moins de 1\u202f500 habitants)", "population_inconnue": "de statut inconnu", "repli_declare": "déclaré",
}  # fmt: skip


def _describe_white(tables, zones):
    """Return one sentence a partial layer: how many communes it leaves out, their people, and who steps in."""
    nouns, communes, told = _name_nouns(tables), tables["communes"], []
    name = tables["territoires"]["nom"].get("perimetre", "Ensemble du territoire")
    for couche, rows in zones.groupby("couche", sort=False) if zones is not None else ():
        noun, here = nouns[couche], rows[rows["code_insee"].isin(communes.index)]
        if here.empty:
            continue
        people = (here["population"] * here["part_non_couverte"]).sum(skipna=False)
        share = people / communes["population"].sum(skipna=False)
        held = f" ({tell_share(share)} des habitants{_tell_surface(tables['affectation'], couche)})" if share == share else ""
        verb = "sont" if len(here) > 1 else "est"
        part = _tell_partly(here["part_non_couverte"])
        what = f"{count_words(len(here), 'commune')} sur {format_number(len(communes))}{held} {verb} hors de la couche « {noun.libelle} »"
        told.append(("perimetre", couche, None, f"{name} : {what}{part}{_tell_fallback(here)}."))
    return pd.DataFrame(told, columns=COLUMNS, dtype="str").assign(genre="zone_blanche")


def _tell_partly(left):
    """Return how many communes are left out in part only, and how many for a part that is not known."""
    partly, unknown = int((left < 1).sum()), int(left.isna().sum())
    if partly == len(left):
        return ", en partie seulement"
    told = [f"{format_number(partly)} en partie seulement"] if partly else []
    told += [f"{format_number(unknown)} pour une part inconnue"] if unknown else []
    return f", dont {join_words(told)}" if told else ""


def _tell_surface(affectation, couche):
    """Return that some parts of a layer are measured on surfaces, if they are."""
    rows = affectation[affectation["couche"] == couche].reindex(columns=["methode", "part"])
    told = tell_estimated((rows["methode"].eq("surface") & rows["part"].lt(WHOLE)).sum())
    return f" ; {told}" if told else ""


def _tell_fallback(rows):
    """Return who steps in, and how it is known."""
    counts = rows["operateur_origine"].value_counts()
    ways = [f"{told} dans {count_words(counts[origin], 'commune')}" for origin, told in ORIGINS.items() if origin in counts]
    without = f" ; sans opérateur de repli déclaré pour {format_number(counts['sans_repli'])}" if "sans_repli" in counts else ""
    who = join_words(sorted(rows["repli"].dropna().unique()))
    return (f" ; à défaut, {' ; '.join(f'{who} {way}' for way in ways)}" if ways else "") + without


def _name_nouns(tables):
    return {row.Index: row for row in name_layers(tables["couches"]).itertuples()}


