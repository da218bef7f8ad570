"""What would change: communes put in another unit, each hypothesis alone on the present situation, measured before and after."""

import numpy as np
import pandas as pd

from diagnostic.measure.ressorts.cells import TOLERANCE
from diagnostic.measure.ressorts.discordance import measure_discordance
from diagnostic.measure.ressorts.overlap import compare_layers
from diagnostic.measure.ressorts.weights import POPULATION
from diagnostic.vocabulary import read_vocabulary

KEYS = ["hypothese", "territoire_id", "couche_a", "couche_b", "mesure"]
COLUMNS = [*KEYS, "avant", "apres", "ecart", "ponderation", "raison_absence"]
PLUS_DE_COMMUNE = "le territoire n'aurait plus de commune"
TERRITOIRES = {"EPCI": "epci"}
_SEPARATOR = "\x1f"  # no file of ours holds it: the readers strip control characters


def measure_change(affectation, appartenance, communes, couches, hypotheses, *, couches_territoires=None, ponderation=POPULATION):
    """Return every figure that each hypothesis would change, and the moves that cannot be made.

    Parameters
    ----------
    affectation, appartenance, communes, couches : as `discordance.measure_discordance`
    hypotheses : DataFrame with hypothese, code_insee, couche, unite_id, on a unique index
        One row a move: the whole commune goes to `unite_id` and leaves its unit of that layer, or all those that share it out;
        in a layer that is not exclusive, a commune of several units does not say which it would leave: refused. The rows of one name make
        one hypothesis; each is applied alone. A refused row is left out of its hypothesis, the others are applied.
    couches_territoires : dict of couche -> prefix of territoire_id; {"EPCI": "epci"} by default
        Layers that territories are made of: a commune that changes unit changes territory.

    Returns
    -------
    changes : DataFrame
        Only the figures of `measure_discordance` (couche_b missing) and `compare_layers` that differ, in the territories that
        hold a moved commune, before or after. `mesure` as in mesures.csv. `ecart` = apres - avant, NaN where one of them is
        (`raison_absence`).
    refused : DataFrame
        The rows of `hypotheses` that were not applied, on their index, with `raison` (in French).
    """
    prefixes = TERRITOIRES if couches_territoires is None else couches_territoires
    reasons = check_moves(affectation, communes, couches, hypotheses)
    refused = hypotheses[reasons != ""].assign(raison=reasons[reasons != ""])
    moves = hypotheses.loc[reasons == "", ["hypothese", "code_insee", "couche", "unite_id"]].astype("str")
    if moves.empty:
        return pd.DataFrame(columns=COLUMNS), refused
    before, after = _place_communes(appartenance, moves, prefixes)
    touched = pd.concat([before, after]).merge(moves[["hypothese", "code_insee"]])
    touched = touched[["hypothese", "territoire_id"]].drop_duplicates()
    places = after.merge(touched)
    held = _assign_communes(affectation, moves, places)
    # One commune and one territory a hypothesis: all hypotheses are measured in one pass.
    known = _key(places, "code_insee").drop_duplicates()
    copies = communes.loc[known.str.split(_SEPARATOR).str[1]].set_axis(known.to_numpy())
    stacked = pd.DataFrame({"code_insee": _key(places, "code_insee"), "territoire_id": _key(places, "territoire_id")})
    if "part" in places:
        stacked["part"] = places["part"]
    new = _measure(held.assign(code_insee=_key(held, "code_insee")), stacked, copies, couches, ponderation)
    new[["hypothese", "territoire_id"]] = new["territoire_id"].str.split(_SEPARATOR, expand=True).to_numpy()
    here = appartenance[appartenance["territoire_id"].isin(touched["territoire_id"])]
    old = _measure(affectation, here, communes, couches, ponderation).merge(touched, on="territoire_id")
    return _compare(old, new), refused


def check_moves(affectation, communes, couches, hypotheses):
    """Return why each move cannot be made, "" when it can, on the index of `hypotheses`."""
    rows = hypotheses[["hypothese", "code_insee", "couche", "unite_id"]].astype("str")
    filled = rows.notna() & rows.ne("")
    units = pd.MultiIndex.from_frame(affectation[["couche", "unite_id"]].drop_duplicates())
    whole = affectation[affectation["part"] >= 1 - TOLERANCE]
    several = affectation.duplicated(["code_insee", "couche"], keep=False).reindex(whole.index)
    there = pd.MultiIndex.from_frame(whole.loc[~several, ["code_insee", "couche", "unite_id"]])
    infra = couches.index[couches["infra_communale"].astype("boolean").fillna(False).to_numpy(dtype=bool)]
    loose = couches.index[~couches["exclusive"].astype("boolean").fillna(True).to_numpy(dtype=bool)]
    held = affectation[affectation["couche"].isin(loose)]
    shared = pd.MultiIndex.from_frame(held.loc[held.duplicated(["code_insee", "couche"]), ["code_insee", "couche"]])
    one = ["hypothese", "code_insee", "couche"]
    repeated = rows.duplicated(keep="first")
    first = rows[~repeated]
    conflict = first.duplicated(one, keep=False).reindex(rows.index).eq(True)
    cases = {
        "case vide : hypothèse, commune, couche et unité sont nécessaires": ~filled.all(axis=1),
        "commune inconnue du dossier": ~rows["code_insee"].isin(communes.index),
        "couche inconnue du dossier": ~rows["couche"].isin(couches.index),
        "unité inconnue dans cette couche": ~pd.MultiIndex.from_frame(rows[["couche", "unite_id"]]).isin(units),
        "couche infra-communale : une commune entière n'y change pas d'unité": rows["couche"].isin(infra),
        "ligne déjà écrite dans la même hypothèse": repeated,
        "commune envoyée dans deux unités de la même couche par la même hypothèse": conflict,
        "commune dans plusieurs unités de cette couche à la fois : rien ne dit laquelle elle quitterait": pd.MultiIndex.from_frame(
            rows[["code_insee", "couche"]]
        ).isin(shared),
        "commune déjà dans cette unité": pd.MultiIndex.from_frame(rows[["code_insee", "couche", "unite_id"]]).isin(there),
    }
    told = np.select([np.asarray(case) for case in cases.values()], list(cases), "")
    return pd.Series(told, index=hypotheses.index, dtype="str")


def _place_communes(appartenance, moves, prefixes):
    """Return the territories of every commune in each hypothesis, before and after: the layers of territories carry them along."""
    names = moves[["hypothese"]].drop_duplicates()
    before = names.merge(appartenance, how="cross").astype({"hypothese": "str"})
    carried = moves.assign(prefixe=moves["couche"].map(prefixes).astype("str")).dropna(subset="prefixe")
    carried["territoire_id"] = carried["prefixe"] + ":" + carried["unite_id"]
    kind = before["territoire_id"].str.split(":").str[0]
    left = pd.MultiIndex.from_arrays([before["hypothese"], before["code_insee"], kind])
    gone = left.isin(pd.MultiIndex.from_frame(carried[["hypothese", "code_insee", "prefixe"]]))
    # A unit that is no territory of the dossier has no sheet to be measured.
    come = carried[carried["territoire_id"].isin(appartenance["territoire_id"])]
    return before, pd.concat([before[~gone], come[["hypothese", "code_insee", "territoire_id"]]], ignore_index=True)


def _assign_communes(affectation, moves, places):
    """Return the affectation of every hypothesis: the moved communes are wholly in their new unit."""
    present = places[["hypothese", "code_insee"]].drop_duplicates()
    held = present.merge(affectation, on="code_insee")
    keys = ["hypothese", "code_insee", "couche"]
    moved = pd.MultiIndex.from_frame(held[keys]).isin(pd.MultiIndex.from_frame(moves[keys]))
    come = moves.merge(present, on=["hypothese", "code_insee"]).assign(part=1.0, methode="hypothese")
    return pd.concat([held[~moved], come], ignore_index=True)


def _key(rows, column):
    return rows["hypothese"] + _SEPARATOR + rows[column].astype("str")


def _measure(affectation, appartenance, communes, couches, ponderation):
    """Return every figure of the territories as one long table: territoire_id, couche_a, couche_b, mesure, valeur, raison."""
    one = measure_discordance(affectation, appartenance, communes, couches, ponderation=ponderation)
    two = compare_layers(affectation, appartenance, communes, couches, ponderation=ponderation)
    one = one.rename(columns={"couche": "couche_a"}).assign(couche_b=pd.Series(np.nan, one.index, dtype="str"))
    tables = {"discordance": one, "paires": two}
    return pd.concat([_melt(table, name) for name, table in tables.items() if len(table)], ignore_index=True)


def _melt(table, name):
    """Return the figures of a table of results, one a row, under the names of mesures.csv."""
    keys = ["territoire_id", "couche_a", "couche_b", "ponderation", "raison_absence"]
    figures = table.drop(columns=keys).select_dtypes("number")
    listed = read_vocabulary("mesures")
    listed = listed[listed["table"] == name].drop_duplicates("colonne").set_index("colonne")["mesure"]
    long = table[keys].join(figures.astype("float64")).melt(keys, var_name="colonne", value_name="valeur")
    return long.assign(mesure=long["colonne"].map(listed).fillna(long["colonne"])).drop(columns="colonne")


def _compare(old, new):
    """Return the figures that differ, with those of a territory that would have no commune left."""
    both = old.merge(new, on=KEYS, how="outer", suffixes=("_avant", "_apres"), indicator=True)
    before, after = both["valeur_avant"], both["valeur_apres"]
    same = (before - after).abs() <= TOLERANCE * np.maximum(1.0, before.abs())
    changed = both[~(same | (before.isna() & after.isna()))]
    reason = changed["raison_absence_apres"].fillna(PLUS_DE_COMMUNE).where(changed["valeur_apres"].isna(), "")
    reason = reason.mask(changed["valeur_avant"].isna(), "avant : " + changed["raison_absence_avant"].fillna("territoire sans commune"))
    table = changed[KEYS].assign(
        avant=changed["valeur_avant"], apres=changed["valeur_apres"], ecart=changed["valeur_apres"] - changed["valeur_avant"],
        ponderation=changed["ponderation_apres"].fillna(changed["ponderation_avant"]), raison_absence=reason,
    )  # fmt: skip
    return table.astype({"raison_absence": "str"}).sort_values(KEYS, ignore_index=True)[COLUMNS]
