"""What each figure of the comparison rests on: its coverage, its vintage, its denominator, or why it has none."""

import pandas as pd

from diagnostic.measure import site_lists
from diagnostic.measure.manques.states import mark_covered
from diagnostic.measure.ressorts.cells import divide
from diagnostic.vocabulary import read_vocabulary

UNDATED, UNLISTED = "liste sans date", "liste non dite complète"
NO_SITE = "aucun lieu recensé"
NO_LAYER = "aucune couche d'interlocuteurs dite complète"
OWN = "le chiffre est lui-même une couverture"
UNSAID = "non dit"
WORDS = {"denominateur": "dénominateur", "couverture": "couverture", "millesime": "millésime"}
# Measures whose coverage is known in one way.
ACCESS = (
    "part_population_au_dela", "part_population_au_dela_moins_25", "part_population_au_dela_plus_25", "population_au_dela",
    "nb_communes_au_dela", "distance_moyenne_km",
)  # fmt: skip
SITES, VARIETY = ("nb_acteurs_categorie",), ("diversite_rarefiee_lieux",)
CELLS = ("part_cases_presentes", "part_cases_absentes", "part_cases_non_renseignees")
TOGETHER = ("nb_atomes", "nb_atomes_effectifs", "nb_interlocuteurs")
CONTRACTS = ("nb_contrats_epci", "nb_programmes_epci", "nb_contrats_communes", "part_communes_avec_contrat")
YEAR = r"fichier d[eu] ([^,;]+)"  # in the words of a source


def complete_long(longue, results, tables):
    """Return the long table with the coverage and vintage that the measures of a dossier leave empty, and why some stay so.

    Coverage of an access: inhabitants whose distance is known; of a count of sites: 1 where their list is said complete; of the cells
    present, absent, not recorded: cells where something is known; of the interlocutors and atoms: the smallest of the layers said
    complete (a layer that is not whole by nature hides nothing); of a diversity: that of Chao and Jost; of a list of
    contracts: 1, it is national. Vintages: the newest row of a list of sites, the year of a list of contracts, the layers together.

    Parameters
    ----------
    longue : DataFrame of `across.build_long` before its reasons, with couverture, millesime, denominateur
    results : dict of `across.measure_across`
    tables : dict, as `read.dossier.read_dossier` returns them

    Returns
    -------
    DataFrame, the same rows in the same order; `raison` says, cell by cell, why denominateur, couverture or millesime is empty (missing
        where none is)
    """
    table = longue.reset_index(drop=True)
    coverage, why = _find_coverage(table, results, tables)
    vintage = _find_vintage(table, results, tables)
    table["couverture"] = table["couverture"].astype(float).fillna(coverage)
    table["millesime"] = table["millesime"].astype("object").where(table["millesime"].notna(), vintage)
    if "presence_dossiers" in results:
        table = _mark_dossiers(table, results["presence_dossiers"])
    return tell_empty(table, why)


def tell_empty(longue, raison_couverture):
    """Return the long table with `raison`: why the denominator, the coverage or the vintage of each row is empty.

    Parameters
    ----------
    raison_couverture : Series on the index of `longue`, why the coverage of a row is not known
    """
    reasons = read_vocabulary("mesures_comparees").set_index("mesure")["sans_denominateur"]
    told = {"denominateur": longue["mesure"].map(reasons), "couverture": raison_couverture, "millesime": pd.Series(UNDATED, longue.index)}
    text = pd.Series("", index=longue.index, dtype="object")
    for name, reason in told.items():
        empty = longue[name].isna()
        more = (f"{WORDS[name]} : " + reason.astype("object").fillna(UNSAID)).where(empty, "")
        text = text + (" ; " + more).where(text.ne("") & empty, more)
    return longue.assign(raison=text.where(text.ne("")))


def _find_coverage(longue, results, tables):
    """Return the coverage of each row that a dossier leaves empty, and why there is none (a Series each)."""
    place, group = longue["territoire"].astype("object"), longue["groupe"].astype("object")
    known = {
        ACCESS: _look_up(_cover_access(results.get("acces")), place, group),
        SITES: pd.Series(1.0, index=longue.index).where(_mark_whole(longue, tables)),
        CELLS: place.map(_cover_cells(results["etats_territoires"])),
        TOGETHER: place.map(_cover_bodies(results["discordance"], tables["couches"])),
        VARIETY: place.map(_take_variety(results.get("diversite"))),
        CONTRACTS: pd.Series(1.0, index=longue.index),
    }  # fmt: skip
    reasons = {ACCESS: UNLISTED, SITES: f"{UNLISTED}, le compte est un minimum", TOGETHER: NO_LAYER, VARIETY: NO_SITE}
    found, why = pd.Series(float("nan"), index=longue.index), pd.Series(OWN, index=longue.index, dtype="object")
    for family, values in known.items():
        held = longue["mesure"].isin(family)
        found, why = found.mask(held, values.astype(float)), why.mask(held, reasons.get(family, UNSAID))
    return found, why


def _mark_dossiers(longue, presence):
    """Return the long table with the name, vintage and coverage of the dossiers that some of its presences come from."""
    cells = presence.set_index(["territoire_id", "categorie"])
    keys = pd.MultiIndex.from_arrays([longue["territoire"].astype("object"), longue["groupe"].astype("object")])
    own = longue["mesure"].isin(SITES).to_numpy() & keys.isin(cells.index)
    found = cells.reindex(keys).set_axis(longue.index)
    whole = pd.Series(1.0, index=longue.index).where(found["complet"].astype("boolean").fillna(False).astype(bool))
    both = presence.drop_duplicates("territoire_id").set_index("territoire_id")
    mixed = longue["mesure"].isin(CELLS) & longue["territoire"].isin(both.index)
    said = longue["inventaire"].astype("object")
    names, dates = (longue["territoire"].map(both[name]).astype("object") for name in ("inventaire", "millesime"))
    former = longue["millesime"].astype("object")
    dated = former.mask(former.isna(), dates).mask(former.notna() & dates.notna(), former.astype("str") + " ; " + dates.astype("str"))
    return longue.assign(
        couverture=longue["couverture"].mask(own, whole),
        millesime=former.mask(own, found["millesime"].astype("object")).mask(mixed, dated),
        inventaire=said.mask(own, found["inventaire"]).mask(mixed, said + " ; " + names),
    )


def _look_up(values, place, group):
    keys = pd.MultiIndex.from_arrays([place, group])
    return pd.Series(values.reindex(keys).to_numpy(dtype=float), index=place.index)


def _cover_access(access):
    """Return the share of the inhabitants whose distance is known, by territory and category."""
    if access is None or not len(access):
        return pd.Series(dtype=float, index=pd.MultiIndex.from_arrays([[], []]))
    table = access.drop_duplicates(["territoire_id", "categorie"]).set_index(["territoire_id", "categorie"])
    whole = table[["population", "population_sans_point", "population_sans_site"]].sum(axis=1)
    share = pd.Series(divide(table["population"].to_numpy(dtype=float), whole.to_numpy(dtype=float)), index=table.index)
    return share.where(table["inventaire"].eq("complet"))


def _mark_whole(longue, tables):
    """Say which rows are of a category whose list is said complete in their territory."""
    rows = pd.DataFrame({"territoire_id": longue["territoire"].astype("object"), "categorie": longue["groupe"].astype("object")})
    pairs = rows[longue["mesure"].isin(SITES)].drop_duplicates()
    whole = pairs[mark_covered(pairs, site_lists.extend_coverage(tables), tables["territoires"])] if len(pairs) else pairs
    return pd.MultiIndex.from_frame(rows).isin(pd.MultiIndex.from_frame(whole))


def _cover_cells(states):
    return 1 - states.set_index("territoire_id")["part_non_renseigne"]


def _cover_bodies(profiles, couches):
    """Return the smallest coverage, by territory, of the layers of interlocutors that are said complete."""
    bodies = couches.index[couches["interlocuteur"] & couches["complete"].astype("boolean").fillna(False).astype(bool)]
    return profiles[profiles["couche"].isin(bodies)].groupby("territoire_id")["couverture"].min()


def _take_variety(variety):
    return pd.Series(dtype=float) if variety is None else variety.set_index("territoire_id")["couverture_chao_jost"]


def _find_vintage(longue, results, tables):
    """Return the vintage of each row that a dossier leaves empty."""
    dates = date_lists(tables)
    found = longue["groupe"].astype("object").map(dates)
    several = _join(sorted(dates.values()))
    found = found.mask(longue["mesure"].isin((*CELLS, *VARIETY)), several)
    layers = tables["couches"].loc[tables["couches"]["interlocuteur"], "millesime"].astype("object").fillna(UNSAID)
    found = found.mask(longue["mesure"].isin(TOGETHER), _join(layers.drop_duplicates()))
    years = tables["affiliations"]["source"].drop_duplicates().astype("str").str.extract(YEAR)[0].dropna().drop_duplicates()
    return found.mask(longue["mesure"].isin(CONTRACTS), _join(sorted(years)))


def _join(words):
    words = list(dict.fromkeys(words))
    return " ; ".join(words) if words else None


def date_lists(tables):
    """Return {category: vintage} of the lists the sites come from: the day of their newest row."""
    rows = tables["acteurs"].dropna(subset=["categorie"])
    dates = pd.to_datetime(rows["date_maj"]).groupby(rows["categorie"]).max().dropna()
    return {code: f"{day:%Y-%m-%d}" for code, day in dates.items()}
