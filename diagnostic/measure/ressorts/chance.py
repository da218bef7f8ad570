"""What two layers would share if the units of one were drawn at random: a reference beside every figure of a pair."""

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.measure.ressorts.cells import TOLERANCE, encode_tables
from diagnostic.measure.ressorts.chance_draws import draw_groupings, link_pieces
from diagnostic.measure.ressorts.overlap import compare_coded, split_layers, take_columns
from diagnostic.measure.ressorts.weights import POPULATION

GRAINE = 2026
UNE_UNITE = "une seule unité dans ce territoire : rien à redécouper"
IMMOBILE = "aucun autre regroupement d'un seul tenant et de mêmes tailles n'a été trouvé"
PARTAGEES = "aucune commune n'est entière dans une unité de la couche à redécouper"
BLOCK = 2_000_000  # communes of all the draws compared at once
MEASURES = [
    "nb_a_dans_b", "purete_a_dans_b", "part_population_a_dans_b", "coincidence_mutuelle_population", "nmi", "vi", "ami",
]  # fmt: skip
COLUMNS = [
    "territoire_id", "couche_a", "couche_b", "mesure", "observe", "moyenne_hasard", "q05", "q95", "p_superieur", "p_inferieur",
    "tirages", "graine", "part_deplacee", "nb_liens_ajoutes", "nb_communes_laissees", "ponderation", "raison_absence",
]  # fmt: skip
_CHANCE = ["moyenne_hasard", "q05", "q95", "p_superieur", "p_inferieur"]


def measure_chance(
    affectation, appartenance, communes, couches, voisinages, *,
    couche_melangee="EPCI", territoire="perimetre", tirages=199, graine=GRAINE, ponderation=POPULATION,
):  # fmt: skip
    """Return what one layer shares with each other layer, beside what random groupings of the same sizes share with it.

    The communes of the territory are grouped anew at random: as many units, each of the same number of communes and in one
    piece (see `chance_draws.draw_groupings`); the other layers stay. Every grouping is measured as `compare_layers` does.

    Parameters
    ----------
    affectation, appartenance, communes, couches : as `overlap.compare_layers`
    voisinages : DataFrame with code_insee, voisin (`read.places.neighbours.list_neighbours`)
    couche_melangee : str
        Only its communes that are wholly in one unit are grouped anew and measured (`nb_communes_laissees` are not).
    territoire : str
        One territory of `appartenance`; a unit that crosses its border is there for the communes inside.
    tirages, graine : int
        The same seed gives the same figures, whatever the order of the rows.

    Returns
    -------
    DataFrame
        One row per other layer (declared order) and measure. `q05`, `q95`: 90 % of the draws lie between, bounds included.
        `p_superieur` = (1 + draws at least as great as `observe`) / (1 + draws), `p_inferieur` the reverse (Phipson and Smyth
        2010): never 0, and no verdict. `part_deplacee`: mean share of the communes that are no longer with the bulk of their
        unit; near 0, the draws are no more than the real units and say nothing. `nb_liens_ajoutes`: links made between the
        pieces of units that are not in one piece, by the nearest mairies. One unit, or units that no cut can change: the
        figures of chance are NaN, with the reason. Units drawn have as many communes as the real ones, not as many people.

    Raises
    ------
    DiagnosticError
        Layer or territory unknown, no draw asked; and as `encode_tables`.
    """
    _check_choices(couches, appartenance, couche_melangee, territoire, tirages)
    here = appartenance[appartenance["territoire_id"] == territoire].sort_values("code_insee")
    held = affectation[affectation["code_insee"].isin(here["code_insee"])].sort_values(["code_insee", "couche", "unite_id"])
    known, places, rows, _ = encode_tables(held, here, communes, couches, ponderation=ponderation)
    codes = pd.Index(here["code_insee"].unique())
    mixed = couches.index.get_loc(couche_melangee)
    places, layers = _keep_whole(take_columns(places), split_layers(rows, len(couches)), mixed)
    codes = codes[places["commune"]]
    places, layers = _renumber(places, layers)
    units, edges = layers[mixed]["unite"], _locate_edges(voisinages, codes)
    draws, links = _draw_units(units, edges, _locate_mairies(communes, codes), tirages=tirages, graine=graine)
    others = [code for code in range(len(couches)) if code != mixed]
    measured, moved = _measure_draws(known, places, layers, draws, (mixed, others, list(couches.index)))
    reason = UNE_UNITE if len(draws) == 1 else IMMOBILE if moved == 0 else ""
    table = _summarise_draws(measured, len(others), reason)
    if not len(codes):
        present = (held["couche"] == couche_melangee).any()
        table["raison_absence"] = PARTAGEES if present else f"couche {couche_melangee} absente de ce territoire"
    told = {
        "territoire_id": territoire, "couche_a": couche_melangee, "tirages": len(draws) - 1, "graine": graine,
        "part_deplacee": moved, "nb_liens_ajoutes": links, "nb_communes_laissees": known["nb_communes"].iloc[0] - len(codes),
        "ponderation": known["ponderation"].iloc[0],
    }  # fmt: skip
    texts = dict.fromkeys(["territoire_id", "couche_a", "ponderation", "raison_absence"], "str")
    return table.assign(**told)[COLUMNS].astype(texts)


def _check_choices(couches, appartenance, couche, territoire, tirages):
    """Raise when what is asked cannot be drawn."""
    if couche not in couches.index:
        known = ", ".join(couches.index)
        raise DiagnosticError(f"Couche inconnue : {couche}.", "feuille couches", f"choisissez l'une de celles-ci : {known}")
    if not appartenance["territoire_id"].eq(territoire).any():
        raise DiagnosticError(
            f"Territoire sans commune : {territoire}.", "table des territoires", "donnez l'identifiant d'un territoire du dossier"
        )
    if tirages < 1:
        raise DiagnosticError("Aucun tirage demandé.", f"tirages = {tirages}", "demandez au moins 1 tirage ; 199 suffisent")


def _keep_whole(places, layers, mixed):
    """Return the places and the rows of the communes that are wholly in one unit of the layer to be mixed."""
    layer = layers[mixed]
    whole = layer["commune"][layer["entiere"] & ~layer["recouvre"]]
    places = _pick(places, np.isin(places["commune"], whole))
    return places, [_pick(rows, np.isin(rows["commune"], whole)) for rows in layers]


def _renumber(places, layers):
    """Return the tables with communes numbered from 0 in the order of `places` (that of the codes), rows in that order."""
    known = places["commune"]
    places = places | {"commune": np.arange(len(known))}
    layers = [rows | {"commune": np.searchsorted(known, rows["commune"])} for rows in layers]
    return places, [_pick(rows, np.argsort(rows["commune"], kind="stable")) for rows in layers]


def _pick(table, rows):
    return {name: values[rows] for name, values in table.items()}


def _locate_edges(voisinages, codes):
    """Return the neighbours as positions in `codes`, in their order; those outside are left out."""
    ends = np.column_stack([codes.get_indexer(voisinages[name]) for name in ["code_insee", "voisin"]])
    return np.unique(np.sort(ends[(ends >= 0).all(axis=1)], axis=1), axis=0)


def _locate_mairies(communes, codes):
    """Return the mairies of the communes in metres; NaN where not known."""
    if not {"x_m", "y_m"} <= set(communes.columns):
        return np.full((len(codes), 2), np.nan)
    return communes[["x_m", "y_m"]].reindex(codes).to_numpy(dtype="float64")


def _draw_units(units, edges, points, *, tirages, graine):
    """Return the real units, then those drawn (one row each; none from a single unit), and the number of links added."""
    names, place = np.unique(units, return_inverse=True)
    links = link_pieces(place, edges, points)
    if len(names) < 2:
        return units[None, :], len(links)
    drawn = draw_groupings(place, np.concatenate([edges, links]), tirages=tirages, graine=graine)
    return np.concatenate([units[None, :], names[drawn]]), len(links)


def _measure_draws(known, places, layers, draws, named):
    """Return `compare_layers` for every grouping (one territory each) against every other layer, and the share that moved."""
    mixed, others, names = named
    step = max(1, BLOCK // max(1, draws.shape[1]))
    measured, kept = [], []
    for start in range(0, len(draws), step):
        block = draws[start : start + step]
        # The real units are one more layer: what a grouping shares with them, in communes, says how far it has moved.
        copied, tables = _copy_tables(places, [*layers, layers[mixed]], block, mixed)
        for poids, found, compared in [(copied["poids"], measured, others), (np.ones(block.size), kept, [len(names)])]:
            copied = copied | {"poids": poids}
            territoires = _weigh_copies(known, copied, len(block))
            found.append(compare_coded(territoires, copied, tables, [*names, "ORIGINE"], [(mixed, code) for code in compared]))
    stayed = pd.concat(kept)["coincidence_mutuelle_communes"].to_numpy()[1:]
    return pd.concat(measured, ignore_index=True), 1 - stayed.mean() if len(stayed) else np.nan


def _copy_tables(places, layers, block, mixed):
    """Return the places and the layers once per grouping of `block`, its units in the layer `mixed`."""
    times, size = len(block), block.shape[1]

    def copy(table):
        shift = np.repeat(np.arange(times), len(table["commune"])) * size
        tiled = {name: np.tile(values, times) for name, values in table.items()}
        return tiled | {"commune": tiled["commune"] + shift}

    tiled = [copy(layer) for layer in layers]
    tiled[mixed] = tiled[mixed] | {"unite": block.ravel()}
    return copy(places) | {"territoire": np.repeat(np.arange(times), size)}, tiled


def _weigh_copies(known, places, times):
    """Return the territories of the copies: each has the weight of the communes that are grouped."""
    return pd.DataFrame(
        {"poids": places["poids"].sum() / times, "ponderation": known["ponderation"].iloc[0]},
        index=pd.RangeIndex(times).astype("str"),
    )


def _summarise_draws(compared, nb_others, reason):
    """Return one row per other layer and measure: the real value (first grouping) beside those of the draws."""
    times = len(compared) // nb_others if nb_others else 1
    values = compared[MEASURES].to_numpy(dtype="float64").reshape(times, nb_others * len(MEASURES))
    (real, drawn), first = (values[0], values[1:]), compared.iloc[:nb_others]
    table = pd.DataFrame(
        {
            "couche_b": first["couche_b"].repeat(len(MEASURES)).to_numpy(),
            "mesure": pd.Series(MEASURES * nb_others, dtype="str"),
            "observe": real,
            "raison_absence": first["raison_absence"].repeat(len(MEASURES)).to_numpy(),
        }
    ).astype({"couche_b": "str", "raison_absence": "str"})
    # Where the real value is missing, its own reason is told.
    table["raison_absence"] = table["raison_absence"].mask(table["observe"].notna(), reason)
    if reason or not nb_others:
        return table.assign(**dict.fromkeys(_CHANCE, np.nan))
    at_least, at_most = (drawn >= real - TOLERANCE).sum(axis=0), (drawn <= real + TOLERANCE).sum(axis=0)
    known = table["observe"].notna()
    # The value of a draw, never between two: a number of units is whole.
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0, method="inverted_cdf")
    return table.assign(
        moyenne_hasard=drawn.mean(axis=0), q05=low, q95=high,
        p_superieur=pd.Series((1 + at_least) / (1 + len(drawn))).where(known),
        p_inferieur=pd.Series((1 + at_most) / (1 + len(drawn))).where(known),
    )  # fmt: skip
