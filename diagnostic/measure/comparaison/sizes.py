"""How large, how dense and of which kind each territory is, and its figures one beside the other."""

import pandas as pd

from diagnostic.measure.ressorts.cells import divide

KEYS = ["mesure", "couche", "couche_b", "groupe", "seuil"]
UNMEASURED = "non mesuré dans ce territoire"


def measure_sizes(communes, appartenance, territoires, *, typologies=None):
    """Return how large each territory is, and the share of its inhabitants in each class of the typologies of communes.

    Parameters
    ----------
    communes : DataFrame indexed by code_insee: population, surface_km2, departement, region
    appartenance : DataFrame code_insee, territoire_id; a unit that holds a part of a commune counts it whole here
    territoires : DataFrame indexed by territoire_id, with nom
    typologies : dict of name -> Series of class by code_insee, optional

    Returns
    -------
    DataFrame indexed by territoire_id, in the order of `territoires`: nom, nb_communes, population, surface_km2, habitants_km2 (inhabitants
    a km²), departements, regions (codes joined), a_cheval (bool: several departements), then for each typology the class of most
    inhabitants, and the share of the inhabitants whose class is known in each (« part <typologie> : <classe> »)
    """
    rows = appartenance[["code_insee", "territoire_id"]].drop_duplicates().merge(communes, left_on="code_insee", right_index=True)
    grouped = rows.groupby("territoire_id")
    table = territoires[["nom"]].join(pd.DataFrame({
        "nb_communes": grouped.size(), "population": grouped["population"].sum(), "surface_km2": grouped["surface_km2"].sum(),
        "departements": grouped["departement"].agg(_join_codes), "regions": grouped["region"].agg(_join_codes),
    }))  # fmt: skip
    table["habitants_km2"] = divide(table["population"], table["surface_km2"])
    table["a_cheval"] = table["departements"].str.contains(";").fillna(False).astype(bool)
    for name, classes in (typologies or {}).items():
        table = table.join(_share_classes(rows.assign(classe=rows["code_insee"].map(classes)), name))
    return table.reindex(columns=["nom", "nb_communes", "population", "surface_km2", "habitants_km2", *table.columns.difference(
        ["nom", "nb_communes", "population", "surface_km2", "habitants_km2"], sort=False)])  # fmt: skip


def _join_codes(codes):
    return ";".join(sorted(set(codes)))


def _share_classes(rows, name):
    people = rows.dropna(subset="classe").pivot_table(
        index="territoire_id", columns="classe", values="population", aggfunc="sum", fill_value=0.0
    )
    shares = people.div(people.sum(axis=1).where(lambda total: total > 0), axis=0)
    main = shares.dropna(how="all").idxmax(axis=1)
    return pd.concat([main.rename(name), shares.add_prefix(f"part {name} : ")], axis=1)


def spread_wide(longue, retenues, tailles):
    """Return the wide table: the sizes of each territory, then a column a figure (« nb_unites MSA », « part_population_au_dela ccas 10 »).

    Parameters
    ----------
    longue : DataFrame of `across.build_long`
    retenues : sequence of str, the measures that have a column, in order; a pair of layers has none
    tailles : DataFrame of `measure_sizes`

    Returns
    -------
    wide : DataFrame indexed by territoire_id, in the order of `tailles`
    dictionnaire : DataFrame colonne, mesure, couche, groupe, seuil, nb_territoires (that have a value), one row a column
    """
    order = {name: rank for rank, name in enumerate(retenues)}
    rows = longue[longue["mesure"].isin(order) & longue["couche_b"].isna()]
    figures = rows.drop_duplicates(KEYS)[KEYS].copy()
    figures["rang"] = figures["mesure"].map(order)
    # A stable sort: layers and categories stay in the order in which they were declared.
    figures = figures.sort_values("rang", kind="stable").drop(columns=["rang", "couche_b"])
    named = figures.astype("object").where(figures.notna(), None)
    named["seuil"] = named["seuil"].map(lambda step: f"{float(step):g}" if isinstance(step, str) else None)
    figures["colonne"] = [" ".join(part for part in cells if isinstance(part, str)) for cells in named.itertuples(index=False, name=None)]
    keys = ["mesure", "couche", "groupe", "seuil"]
    placed = rows.astype(dict.fromkeys(keys, "object")).merge(figures.astype(dict.fromkeys(keys, "object")), on=keys)
    wide = placed.pivot(index="territoire", columns="colonne", values="valeur")[figures["colonne"].tolist()]
    counts = wide.notna().sum()
    dictionary = figures.assign(nb_territoires=figures["colonne"].map(counts)).reset_index(drop=True)
    wide = wide.rename_axis(columns=None)
    return tailles.join(wide), dictionary[["colonne", *keys, "nb_territoires"]]


def explain_empty(large, longue, dictionnaire):
    """Return why the figures of each territory are empty, in one text: the figures of each reason, then the reason; missing where none is.

    Parameters
    ----------
    large, longue : DataFrame, of `spread_wide`
    dictionnaire : DataFrame colonne, titre, mesure, couche, groupe, seuil

    Returns
    -------
    Series of str on the index of `large`
    """
    keys = ["mesure", "couche", "groupe", "seuil"]
    cells = large[dictionnaire["colonne"]].isna().rename_axis(index="territoire", columns="colonne").stack()
    empty = cells[cells].reset_index()[["territoire", "colonne"]]
    if empty.empty:
        return pd.Series(None, index=large.index, dtype="object")
    told = longue[longue["couche_b"].isna() & longue["raison_absence"].notna()][["territoire", *keys, "raison_absence"]]
    named = dictionnaire[["colonne", "titre", *keys]].astype(dict.fromkeys(keys, "object"))
    rows = empty.merge(named, on="colonne", how="left")
    rows = rows.merge(told.astype(dict.fromkeys(keys, "object")), on=["territoire", *keys], how="left")
    rows["raison_absence"] = rows["raison_absence"].astype("object").fillna(UNMEASURED)
    texts = rows.groupby(["territoire", "raison_absence"], sort=False)["titre"].agg(", ".join).reset_index()
    texts["texte"] = texts["titre"] + " : " + texts["raison_absence"]
    return texts.groupby("territoire", sort=False)["texte"].agg(" | ".join).reindex(large.index).astype("object")
