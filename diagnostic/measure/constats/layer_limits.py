"""What a sentence on layers may not take for granted: units that go beyond, unknown parts, parts by surface, overlaps."""

import numpy as np
import pandas as pd

from diagnostic.measure.constats.layer_names import agree, count_units, tell_share
from diagnostic.vocabulary.formats import format_number, join_words

WHOLE = 1 - 1e-9
TELLING = 0.05  # a unit that holds less than this of each of its communes may be a matter of how outlines are drawn
NOTHING = 0.0005  # rounded, a lower bound of nothing
_KEYS = ["territoire_id", "couche"]
_UNIT = ["couche", "unite_id"]


def count_beyond(tables):
    """Return, for every territory and layer, how many of the units met there have communes elsewhere.

    Parameters
    ----------
    tables : dict with affectation, appartenance, unites (nb_communes_hors, optional: communes of the unit outside all that
        was read; without the column, only the units of unites_coupees are known to go beyond)

    Returns
    -------
    DataFrame indexed by (territoire_id, couche)
        nb_unites, nb_debordent (communes outside the perimeter, or in the perimeter and outside the territory), nb_inconnus
        (nobody knows).
    """
    held = tables["affectation"][["code_insee", *_UNIT]].drop_duplicates()
    places = tables["appartenance"][["code_insee", "territoire_id"]].drop_duplicates()
    inside = held.merge(places).groupby([*_KEYS, "unite_id"], observed=True).size().rename("nb").reset_index()
    whole = held.groupby(_UNIT, observed=True).size().rename("total").reset_index()
    rows = inside.merge(whole, on=_UNIT).merge(_read_outside(tables), on=_UNIT, how="left")
    rows["beyond"] = (rows["nb"] < rows["total"]) | rows["hors"].gt(0)
    rows["unknown"] = ~rows["beyond"] & rows["hors"].isna()
    return rows.groupby(_KEYS).agg(nb_unites=("nb", "size"), nb_debordent=("beyond", "sum"), nb_inconnus=("unknown", "sum"))


def _read_outside(tables):
    """Return couche, unite_id, hors: communes outside the perimeter, NaN where not known."""
    units = tables["unites"].drop_duplicates(_UNIT)
    cut = tables["unites_coupees"].reindex(columns=_UNIT).drop_duplicates()
    is_cut = pd.MultiIndex.from_frame(units[_UNIT]).isin(pd.MultiIndex.from_frame(cut))
    told = units["nb_communes_hors"].astype("float64") if "nb_communes_hors" in units else pd.Series(0.0, index=units.index)
    return units[_UNIT].assign(hors=told.mask(is_cut & ~told.gt(0), 1.0))


def tell_beyond(rows):
    """Return the caveat on units that a territory holds in part only, or nothing.

    Parameters
    ----------
    rows : list of (noun, counts): counts is a row of `count_beyond`

    Examples
    --------
    >>> from diagnostic.measure.constats.layer_names import name_layers
    >>> noun = next(name_layers(pd.DataFrame({"libelle": ["Zones d'emploi"]}, index=["ZE"])).itertuples())
    >>> tell_beyond([(noun, {"nb_unites": 9, "nb_debordent": 8, "nb_inconnus": 0})])
    "8 des 9 zones d'emploi débordent du territoire : elles sont jugées sur leur seule part"
    """
    told = []
    beyond = [(noun, int(counts["nb_debordent"]), int(counts["nb_unites"])) for noun, counts in rows if counts["nb_debordent"]]
    if beyond:
        number, female = sum(one for _, one, _ in beyond), all(noun.genre == "f" for noun, _, _ in beyond)
        who = join_words(_count_part(*one) for one in beyond)
        said = "elle" if female else "il"
        if number > 1:
            judged = f"{said}s sont jugé{'es' if female else 's'} sur leur seule part"
        else:
            judged = f"{said} est jugé{'e' if female else ''} sur sa seule part"
        told.append(f"{who} {'débordent' if number > 1 else 'déborde'} du territoire : {judged}")
    unknown = [(noun, int(counts["nb_inconnus"]), int(counts["nb_unites"])) for noun, counts in rows if counts["nb_inconnus"]]
    if unknown:
        said = "si elle" if all(noun.genre == "f" for noun, _, _ in unknown) else "s'il"
        verb = f"{said}s débordent" if sum(one for _, one, _ in unknown) > 1 else f"{said} déborde"
        told.append(f"pour {join_words(_count_part(*one) for one in unknown)}, on ne sait pas {verb} du territoire")
    return " ; ".join(told)


def _count_part(noun, number, total):
    """Return « 8 des 9 zones d'emploi », « les 4 zones d'emploi », « la seule zone d'emploi »."""
    if number < total:
        return f"{format_number(number)} des {count_units(noun, total)}"
    if number > 1:
        return f"les {count_units(noun, number)}"
    return f"{'la' if noun.genre == 'f' else 'le'} {agree('seul', noun)} {noun.singulier}"


def list_overlapping(tables):
    """Return the communes that are in several units at once: parts that add up to more than one, or a layer that overlaps.

    A commune shared out between cantons is no overlap: its parts are shares of a whole, known or not.

    Returns
    -------
    DataFrame code_insee, couche.
    """
    couches = tables["couches"]
    rows = tables["affectation"][["code_insee", "couche", "part"]].groupby(["code_insee", "couche"], as_index=False)["part"].agg(
        nb="size", somme="sum"
    )
    loose = couches.index[~_read_flag(couches, "exclusive", True) & ~_read_flag(couches, "infra_communale", False)]
    overlaps = (rows["nb"] > 1) & ((rows["somme"] > 2 - WHOLE) | rows["couche"].isin(loose))
    return rows.loc[overlaps, ["code_insee", "couche"]].reset_index(drop=True)


def count_shared(tables):
    """Return how many communes of each territory are in several units at once, by (territoire_id, couche)."""
    places = tables["appartenance"][["territoire_id", "code_insee"]]
    return places.merge(list_overlapping(tables))[_KEYS].value_counts()


def list_loose(tables):
    """Return the layers where some commune is in several units at once: nesting is not told of them."""
    return set(list_overlapping(tables)["couche"])


def bound_coverage(profiles, couches):
    """Return the least coverage of each territory and layer, by (territoire_id, couche).

    An unknown part counts for nothing (`couverture_min`), but in a layer said to be complete, where it is a share of a whole.
    """
    known = profiles.set_index(_KEYS)
    if "couverture_min" not in known:
        return known["couverture"]
    complete = known.index.get_level_values("couche").isin(couches.index[_read_flag(couches, "complete", True)])
    return known["couverture_min"].fillna(0.0).where(~complete, known["couverture"])


def tell_bounds(low, high):
    """Return a share known between two bounds: « 10 % », « au plus 10 % », « de 2 % à 10 % ».

    >>> [tell_bounds(low, 0.1).replace(chr(0x202f), " ") for low in (0.1, 0.0, 0.02)]
    ['10 %', 'au plus 10 %', 'de 2 % à 10 %']
    """
    low_told, high_told = tell_share(low), tell_share(high)
    if not low < high or low_told == high_told or high_told.startswith("moins"):
        return high_told
    return f"au plus {high_told}" if low < NOTHING else f"de {low_told} à {high_told}"


def tell_cover(low, high):
    """Return what a layer covers: « ne couvre que 56 % », « couvre au plus 56 % », « couvre de 10 % à 56 % »."""
    told = tell_bounds(low, high)
    return f"ne couvre que {told}" if told[0].isdigit() else f"couvre {told}"


def list_solid(tables):
    """Return the units that hold more than slivers of a territory, by (territoire_id, couche, unite_id).

    A unit that has there only parts measured on surfaces, or parts under 5 %, is not in it: no sentence builds on those.
    """
    rows = tables["affectation"]
    part = rows["part"].to_numpy(dtype="float64", na_value=np.nan)
    surface = rows["methode"].eq("surface").to_numpy() if "methode" in rows else np.zeros(len(rows), dtype=bool)
    solid = ~(part < TELLING) & ~(surface & ~(part >= WHOLE))
    kept = rows.loc[solid, ["code_insee", *_UNIT]].merge(tables["appartenance"][["code_insee", "territoire_id"]])
    return pd.MultiIndex.from_frame(kept[[*_KEYS, "unite_id"]].drop_duplicates())


def find_estimated(profiles):
    """Return the share of what each layer covers that is known by surface only, by (territoire_id, couche); 0 when not said."""
    known = profiles.set_index(_KEYS)
    return known["part_estimee"].fillna(0.0) if "part_estimee" in known else pd.Series(0.0, index=known.index)


def tell_estimated(part):
    """Return the words that go with shares measured on surfaces, or nothing."""
    return "parts estimées à la surface" if part > 0 else ""


def _read_flag(couches, column, default):
    """Return a yes/no column as booleans, `default` where it is empty or absent."""
    if column not in couches:
        return np.full(len(couches), default)
    return couches[column].astype("boolean").fillna(default).to_numpy(dtype=bool)
