"""What the comparison says, in sentences: each figure beside like territories, never a rank."""

import numpy as np
import pandas as pd

from diagnostic.measure.comparaison.differences import LESS, MORE, say_differences
from diagnostic.measure.comparaison.funnel import ABOVE_95, ABOVE_998, BELOW_95, BELOW_998, PART, is_settled
from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words

MOST_NAMED = 6
SPREAD = 2  # overdispersion from which it is told
DEPENDENT = (
    "Les limites tirent chaque commune séparément ; or des communes voisines vont ensemble (un ressort est d'un seul tenant) : elles sont "
    "trop étroites. En dedans, rien n'est à expliquer ; en dehors, l'écart peut ne tenir qu'à des communes voisines qui vont ensemble."
)
OUT_95, OUT_998 = (BELOW_95, BELOW_998, ABOVE_95, ABOVE_998), (BELOW_998, ABOVE_998)


def write_value(value, unit):
    """Return a figure as a reader reads it: shares in per cent, whole numbers whole.

    >>> write_value(0.25, "0 à 1").replace("\\u202f", " "), write_value(3.0, "unités"), write_value(1.234, "km")
    ('25 %', '3', '1,2 km')
    """
    if unit == "0 à 1":
        return format_share(value)
    told = format_number(value, 0 if value == value and float(value).is_integer() else 1)
    return f"{told} km" if unit == "km" else told


def tell_beside(reperes, noms, mesures, libelles):
    """Return a sentence for each territory and figure that stands out of the middle half of its peers by more than a trifle.

    Parameters
    ----------
    reperes : DataFrame of `peers.summarise_beside` on the peers, with mesure, couche, groupe, seuil and `differences.bound_values`
    noms : Series territoire_id -> name
    mesures : DataFrame indexed by mesure, with libelle, unite
    libelles : dict {code of a layer or category: label}

    Returns
    -------
    DataFrame territoire, mesure, couche, groupe, seuil, phrase
    """
    said = say_differences(reperes)
    rows = reperes[said.isin([MORE, LESS])]
    told, shown = [], []
    for row in rows.itertuples():
        unit, name = mesures.at[row.mesure, "unite"], name_figure(row, mesures, libelles)
        value, low, high, middle = (write_value(number, unit) for number in (row.valeur, row.q25, row.q75, row.mediane))
        shown.append(value.removesuffix(",0") not in (low.removesuffix(",0"), high.removesuffix(",0")))  # else nothing that a reader sees
        told.append(
            f"{noms[row.territoire]} : {name}, {value} ; {said[row.Index]} que la plupart de ses {row.nb} semblables (moitié centrale "
            f"de {low} à {high}, médiane {middle})."
        )
    keys = ["territoire", "mesure", "couche", "groupe", "seuil"]
    return rows[keys].assign(phrase=told)[np.array(shown, dtype=bool)].reset_index(drop=True)


def capitalise(text):
    """Return `text` with a capital letter first, the others as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def name_figure(row, mesures, libelles):
    """Return the words of a figure: its measure, its layer or category, its threshold."""
    label = mesures.at[row.mesure, "libelle"]
    parts = [f"{label[:1].lower()}{label[1:]}"]
    for cell in (row.couche, row.groupe):
        if isinstance(cell, str):
            parts.append(f"« {libelles.get(cell, cell)} »")
    if isinstance(row.seuil, str):
        parts.append(f"à {format_number(float(row.seuil), 0)} km")
    return " ".join(parts)


def tell_layers(longue, tailles, libelles, quoi):
    """Return a sentence for each layer that says who steps in: how many territories meet one of its units, how many several."""
    told, rows = [], longue[(longue["mesure"] == "nb_unites") & longue["valeur"].gt(0)]
    for couche, held in rows.groupby("couche", sort=False):
        several = held[held["valeur"] > 1]
        people = tailles["population"].reindex(several["territoire"]).sum() / tailles["population"].reindex(held["territoire"]).sum()
        told.append(
            f"« {libelles.get(couche, couche)} » : {format_number(len(several))} {quoi} sur {format_number(len(held))} en rencontrent "
            f"plusieurs unités ({format_share(people)} de leurs habitants), {format_number(len(held) - len(several))} une seule."
        )
    return told


def tell_astride(tailles, quoi):
    """Return the sentence that names the territories of several regions: each is taken whole, in one row."""
    astride = tailles[tailles["regions"].astype("str").str.contains(";").fillna(False)]
    if not len(astride):
        return []
    shown = join_words(astride["nom"], MOST_NAMED)
    return [f"{count_words(len(astride), quoi[0], quoi[1])} à cheval sur plusieurs régions, en entier dans la comparaison : {shown}."]


def tell_inventories(longue, tailles, quoi):
    """Return the sentences that say which territories have lists or a dossier, and what the others lack."""
    links = longue[longue["mesure"].eq("nb_liens")]
    held, known = links["territoire"].nunique(), links.loc[links["valeur"].notna(), "territoire"].nunique()
    told = []
    if not longue["mesure"].eq("nb_acteurs_categorie").any():
        told.append("Aucune liste de lieux : les présences sont non renseignées, l'accès n'est pas mesuré.")
    if not held:
        told.append("Aucun dossier avec des liens : ils ne sont mesurés nulle part, ce qui ne dit pas qu'il n'y en a pas.")
    else:
        few = f", dont {format_number(held - known)} sans chiffre montré (moins de trois acteurs, ou rien d'écrit)" if held > known else ""
        told.append(
            f"Liens : {count_words(held, quoi[0], quoi[1])} sur {format_number(len(tailles))} avec un dossier{few} ; ailleurs, ils ne sont "
            "pas mesurés."
        )
    return told


def tell_spread(placed):
    """Return what being outside the limits means where territories differ more than chance makes them, and where they do not.

    In the first case one sentence says both things: chance is no explanation, and being outside is no exception.
    """
    phi = placed["surdispersion"].iloc[0]
    if phi > SPREAD:
        return (
            f"Tous ensemble, les territoires diffèrent plus que par ce hasard (variance {format_number(phi, 1)} fois la sienne) : un "
            "point hors des limites n'est ni son seul effet, ni une exception."
        )
    return "Par le seul hasard, un point hors des limites est rare : 5 fois sur 100 au plus à 95 %, 2 fois sur 1 000 à 99,8 %."


def tell_funnel(placed, name, quoi, *, accord=("aucun nulle part", "tous, partout")):
    """Return the sentence of a funnel plot: the common rate, how many territories chance does not explain, how much more they differ.

    Parameters
    ----------
    placed : DataFrame of `funnel.place_territories`, with genre
    name : str, the words of the figure
    quoi : (str, str), what one territory, and several, are called
    accord : (str, str), what is said where the common rate is 0, and 1: there is no funnel then
    """
    known = placed.dropna(subset="situation")
    if known.empty:
        return f"{name} : aucun territoire n'a de valeur."
    rate, genre = float(known["taux"].iloc[0]), known["genre"].iloc[0]
    if is_settled(rate, genre=genre):
        total = f" sur {format_number(known['taille'].sum())}" if genre == PART else ""
        count = format_number(known["numerateur"].sum())
        return f"{name} : {accord[int(rate > 0)]} ({count}{total}, {count_words(len(known), *quoi)})."
    beyond, far = known["situation"].isin(OUT_95).sum(), known["situation"].isin(OUT_998).sum()
    common = format_share(rate, 1) if genre == PART else format_number(rate, 1)
    more = f" {tell_spread(known)}" if known["surdispersion"].iloc[0] > SPREAD else ""
    return (
        f"{name} : {count_words(int(beyond), f'{quoi[0]} est', f'{quoi[1]} sont')} hors des limites à 95 % du taux commun ({common}), sur "
        f"{format_number(len(known))} (le hasard seul en donnerait {format_number(known['hasard_hors_95'].sum(), 1)}), dont "
        f"{format_number(far)} hors de celles à 99,8 %.{more}"
    )


def tell_moran(row, name):
    """Return the sentence of Moran's I of one figure."""
    if row["raison_absence"]:
        return f"{name} : autocorrélation non calculée ({row['raison_absence']})."
    like = row["moran"] > row["moran_attendu"]
    sure = row["p_permutations"] <= 0.05
    words = "se ressemblent plus que par hasard" if like else "diffèrent plus que par hasard"
    words = words if sure else "ne se ressemblent ni ne diffèrent plus que par hasard"
    return (
        f"{name} : les territoires voisins {words} (I de Moran {format_number(row['moran'], 2)}, attendu "
        f"{format_number(row['moran_attendu'], 3)}, p = {format_number(row['p_permutations'], 3)} sur "
        f"{format_number(row['permutations'])} permutations) ; "
        f"{count_words(int(row['nb_amas']), 'territoire est', 'territoires sont')} dans un amas local, "
        f"{count_words(int(row['nb_sans_voisin']), 'est sans voisin', 'sont sans voisin')}."
    )


def list_readings(parts):
    """Return the national sentences, one a row: sujet, phrase."""
    rows = [{"sujet": subject, "phrase": text} for subject, texts in parts.items() for text in texts]
    return pd.DataFrame(rows, columns=["sujet", "phrase"])
