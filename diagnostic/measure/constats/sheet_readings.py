"""The sheet of a territory and of a commune in sentences: interlocutors, communes out of the rule, what moving them changes."""

import pandas as pd

from diagnostic.measure.constats.layer_limits import (
    bound_coverage,
    count_shared,
    find_estimated,
    list_solid,
    tell_cover,
    tell_estimated,
)
from diagnostic.measure.constats.layer_names import (
    COVERED,
    agree,
    capitalise,
    count_units,
    name_layers,
    shorten_communes,
    tell_none,
    tell_place,
    tell_share,
    tell_unit,
    tell_weight,
    type_territories,
)
from diagnostic.measure.ressorts.cells import leave_out
from diagnostic.measure.ressorts.territory_sheets import RECOUVREMENT, tell_parts
from diagnostic.vocabulary.formats import count_words, format_number, join_words

TOLD = ("epci", "autre")  # territories that have a sheet in sentences; departements and the perimeter have their own
OWN_LAYERS = {"epci": "EPCI"}  # a territory is no interlocutor of its own
MOST_UNITS, MOST_COMMUNES = 3, 5
FIXED = {"DEPARTEMENT", "REGION"}  # no commune is asked to change these
HALF = 0.5  # below, the main unit is no rule the others would be exceptions to


def describe_territory(tables, results, *, types=TOLD):
    """Return the sheet of each territory in sentences: one on all its layers, then those of each layer that divides it.

    Parameters
    ----------
    tables : dict with territoires, couches, reglages, affectation, appartenance
    results : dict with fiche_ressorts, rattachements (`territory_sheets`), discordance

    Returns
    -------
    DataFrame territoire_id, couche_a (missing: all layers), phrase.
    """
    sheets = type_territories(results["fiche_ressorts"], tables)
    sheets = sheets[sheets["type"].isin(types) & (sheets["couche"] != sheets["type"].map(OWN_LAYERS))]
    nouns = {row.Index: row for row in name_layers(tables["couches"]).itertuples()}
    profiles = results["discordance"].set_index(["territoire_id", "couche"])
    profiles["estimee"] = find_estimated(results["discordance"])
    profiles["plancher"] = bound_coverage(results["discordance"], tables["couches"])
    shared, weighting = count_shared(tables), tables["reglages"]["ponderation"]
    bodies = list_bodies(tables["couches"])
    moves = results["rattachements"].dropna(subset="vers_unite")
    last = moves.drop_duplicates(["territoire_id", "couche"], keep="last").set_index(["territoire_id", "couche"])
    last = last[_mark_movable(last, tables)]
    partial, told = list_partial(tables), []
    for territoire_id, rows in sheets.groupby("territoire_id", sort=False):
        place = tell_place(tables["territoires"].at[territoire_id, "nom"])
        told += [(territoire_id, None, phrase) for phrase in _tell_all(place, rows, nouns, (partial, bodies))]
        for couche, units in rows.groupby("couche", sort=False):
            key, noun = (territoire_id, couche), nouns[couche]
            if len(units) > 1:
                told.append((*key, _tell_units(place, units, noun, profiles.loc[key], weighting, shared.get(key, 0))))
            elif units["unite_id"].notna().all() and profiles.at[key, "plancher"] < COVERED:
                held = f"{_tell_here(profiles.loc[key])} {tell_weight(weighting)}{_tell_surface(profiles.loc[key])}"
                told.append((*key, f"{capitalise(place)} : la couche « {noun.libelle} » {held}."))
            if key in last.index and profiles.at[key, "part_principale"] >= HALF:
                told.append((*key, _tell_move(place, last.loc[key], noun)))
    return pd.DataFrame(told, columns=["territoire_id", "couche_a", "phrase"], dtype="str")


def _mark_movable(moves, tables):
    """Return which moves are worth a sentence: a layer that some body draws and whose units do not overlap, more than slivers."""
    exclusive = tables["couches"]["exclusive"].astype("boolean").fillna(True)
    couches = moves.index.get_level_values("couche")
    bodies = couches.isin(list_bodies(tables["couches"]))  # nobody moves a commune from one bassin de vie to another
    drawn = bodies & couches.isin(exclusive.index[exclusive]) & ~couches.isin(FIXED)
    return drawn & moves.set_index("unite_id", append=True).index.isin(list_solid(tables))


def _tell_here(profile):
    """Return what a layer covers here: « n'y couvre que 50 % », « y couvre au plus 50 % »."""
    told = tell_cover(profile["plancher"], profile["couverture"])
    return told.replace("ne couvre", "n'y couvre") if told.startswith("ne") else f"y {told}"


def _tell_surface(profile):
    """Return « (parts estimées à la surface) » where some are."""
    told = tell_estimated(profile["estimee"])
    return f" ({told})" if told else ""


def list_partial(tables):
    """Return the layers that do not cover everyone and are filled in: without unit there, a commune has none."""
    return set(tables["couches"].index[leave_out(tables["couches"])]) & set(tables["affectation"]["couche"])


def list_bodies(couches):
    """Return the layers whose units are bodies to turn to; a layer that does not say is one."""
    return set(couches.index[couches["interlocuteur"].astype(bool)] if "interlocuteur" in couches else couches.index)


def _tell_all(place, rows, nouns, kinds):
    """Return the sentence on all bodies, the one on mere divisions, and the one on the layers that are not known here.

    A partial layer may have nothing here.
    """
    partial, bodies = kinds
    known, without = rows[rows["unite_id"].notna()], rows.loc[rows["unite_id"].isna(), "couche"]
    told = {couche: _list_units(units, nouns[couche]) for couche, units in known.groupby("couche", sort=False)}
    layers = [words for couche, words in told.items() if couche in bodies]
    if layers:
        number = f"{count_words(known['couche'].isin(bodies).sum(), 'interlocuteur')} dans {count_words(len(layers), 'couche')}"
        layers += [tell_none(nouns[couche]) for couche in without if couche in partial]
        yield f"{capitalise(place)} a affaire à {number} : {' ; '.join(layers)}."
    divisions = [words for couche, words in told.items() if couche not in bodies]
    if divisions:
        yield f"{capitalise(place)}, découpages sans interlocuteur : {' ; '.join(divisions)}."
    unknown = [f"« {nouns[couche].libelle} »" for couche in without if couche not in partial or not layers]
    if unknown:
        yield f"{capitalise(place)} : aucune unité connue pour {join_words(unknown)} ; ce n'est pas la preuve d'une absence."


def _list_units(units, noun):
    """Return the units of one layer: « 2 arrondissements (Le Puy-en-Velay et Brioude) »."""
    if len(units) == 1:
        return tell_unit(noun, units["unite_nom"].iat[0])
    return f"{count_units(noun, len(units))} ({join_words(units['unite_nom'])})"


def _tell_units(place, units, noun, profile, weighting, shared):
    """Return which communes go where in a layer that divides the territory."""
    none, same = ("aucune", "la même") if noun.genre == "f" else ("aucun", "le même")
    low, covered, weight = profile["plancher"], profile["couverture"], tell_weight(weighting, couverture=profile["couverture"])
    notes = [] if low >= COVERED else [f"la couche {tell_cover(low, covered)} {tell_weight(weighting)}"]
    notes += [tell_estimated(profile["estimee"])] if profile["estimee"] > 0 else []
    partial = f" ({' ; '.join(notes)})" if notes else ""
    head, main, others = f"{capitalise(place)}{partial} :", units[units["principale"]], units[~units["principale"]]
    if main.empty:
        why = units["raison_absence"].iat[0].split(" : ")[0]
        if shared and why == RECOUVREMENT.split(" : ")[0]:
            why = f"{count_words(shared, 'commune')} {'sont' if shared > 1 else 'est'} dans plusieurs à la fois"
        return f"{head} {count_units(noun, len(units))} ; {why}, {none} n'est {agree('dit', noun)} {agree('principal', noun)}."
    main = main.iloc[0]
    if main["part"] < HALF:
        sizes = [f"{count_words(row.nb_communes, 'commune')}, {tell_share(row.part)} {weight}" for row in units.itertuples()]
        shown = [f"{name} ({size})" for name, size in zip(units["unite_nom"], sizes, strict=True)]
        return f"{head} {count_units(noun, len(units))} dont {none} ne réunit la moitié {weight} : {join_words(shown, 4)}."
    number, out = main["nb_communes"], others["nb_communes"].sum()
    tied = f", à égalité avec {'une' if noun.genre == 'f' else 'un'} autre" if main["egalite"] else ""
    held = f"{count_words(number, 'commune')} sur {format_number(profile['nb_communes_couvertes'])} ({tell_share(main['part'])} {weight})"
    rule = f"{held} {'sont' if number > 1 else 'est'} dans {same} {noun.singulier} ({main['unite_nom']}{tied})"
    shown = [f"{shorten_communes(row.communes, MOST_COMMUNES)} ({row.unite_nom})" for row in others.head(MOST_UNITS).itertuples()]
    rest = len(others) - MOST_UNITS
    more = f" ; et {count_units(noun, rest)} de plus" if rest > 0 else ""
    exceptions = f"{count_words(out, 'commune')} {'font' if out > 1 else 'fait'} exception : {' ; '.join(shown)}{more}"
    return f"{head} {rule} ; {exceptions}."


def _tell_move(place, move, noun):
    """Return what it would change that the communes of the smallest unit be in the main one."""
    number, before, after = move["nb_communes"], move["n_unites_avant"], move["n_unites_apres"]
    who = shorten_communes(move["communes"], MOST_COMMUNES)
    who = f"les {count_words(number, 'commune')} {who}" if number > 1 else who
    same, one = ("de la même", "une") if noun.genre == "f" else ("du même", "un")
    verb, others = "relevait" if number < 2 else "relevaient", "que les autres" if before == 2 else "que la plupart des autres"
    left = f"n'aurait plus qu'{one} {noun.singulier}" if after == 1 else f"aurait {count_units(noun, after)}"
    return f"Si {who} {verb} {same} {noun.singulier} {others}, {place.split(' (partie')[0]} {left} au lieu de {format_number(before)}."


def describe_commune(tables):
    """Return « qui intervient ici » in one sentence a commune.

    Returns
    -------
    DataFrame territoire_id ("commune:43157"), phrase; on every commune, in their order. A complete layer without unit is said
    not to be known; a partial one, to have none there.
    """
    communes, couches, layers = tables["communes"], tables["couches"], name_layers(tables["couches"])
    kept = tables["affectation"][lambda t: t["couche"].isin(couches.index) & t["code_insee"].isin(communes.index)]
    units = tables["unites"].drop_duplicates(["couche", "unite_id"])[["couche", "unite_id", "unite_nom"]]
    units = kept[["couche", "unite_id"]].drop_duplicates().merge(units, how="left")
    nouns = {row.Index: row for row in layers.itertuples()}
    names = units["unite_nom"].fillna(units["unite_id"])
    told = [tell_unit(nouns[couche], name) for couche, name in zip(units["couche"], names, strict=True)]
    units["texte"] = pd.Series(told, index=units.index, dtype="str")
    rows = kept.merge(units[["couche", "unite_id", "texte"]]).assign(rang=lambda t: couches.index.get_indexer(t["couche"]))
    rows["texte"] = rows["texte"] + tell_parts(rows["part"])
    rows = rows.sort_values(["code_insee", "rang", "part", "unite_id"], ascending=[True, True, False, True])
    bodies = rows["couche"].isin(list_bodies(couches))
    told, divisions = (rows[kind].groupby("code_insee")["texte"].agg(" ; ".join).reindex(communes.index) for kind in (bodies, ~bodies))
    counted = rows[bodies].drop_duplicates(["code_insee", "couche", "unite_id"])
    number = counted["code_insee"].value_counts().reindex(communes.index, fill_value=0)
    head = communes["nom"] + ", " + number.map(lambda one: count_words(one, "interlocuteur")).astype("str") + " : " + told
    head = head.where(number > 0, communes["nom"] + " : aucun interlocuteur connu")
    head += (" ; découpages sans interlocuteur : " + divisions).fillna("")
    phrases = head + _tell_missing(kept, communes.index, list_partial(tables), nouns) + "."
    return pd.DataFrame({"territoire_id": "commune:" + phrases.index.astype("str"), "phrase": phrases.to_numpy()}, dtype="str")


def _tell_missing(kept, index, partial, nouns):
    """Return what is said of the layers that have no unit in each commune."""
    told, unknown = pd.Series("", index=index, dtype="str"), pd.Series("", index=index, dtype="str")
    for couche, noun in nouns.items():
        without = ~index.isin(kept.loc[kept["couche"] == couche, "code_insee"])
        if couche in partial:
            told[without] = told[without] + f" ; {tell_none(noun)}"
        else:
            unknown[without] = unknown[without] + f", « {noun.libelle} »"
    return told + (" ; non renseigné : " + unknown.str.removeprefix(", ")).where(unknown != "", "")
