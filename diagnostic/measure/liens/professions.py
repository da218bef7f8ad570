"""The posts of engineering, counted by what they do: never by structure, never one by one.

The guide speaks of missions and skills, not of persons: these tables hold neither a structure nor the identifier of a post.
"""

import numpy as np
import pandas as pd

STATUSES = {"pourvu": "nb_pourvus", "vacant": "nb_vacants", "a_creer": "nb_a_creer"}
VERBES = ("animer", "coordonner", "cooperer", "accompagner", "apprendre")  # the guide's chapter 05
COORDINATE = "coordonner"
CHAMPS = ("social", "developpement_local", "mixte", "autre")
NOT_SAID, WHOLE, PERIMETER = "non_precise", "ensemble", "perimetre"
FEW_POSTS, LEAST_POSTS = "moins_de_3", 3  # what is counted together where a single post could be one person
COUNT_COLUMNS = ["nb_postes", *STATUSES.values(), "nb_statut_inconnu", "etp", "nb_etp_inconnus"]
GROUPS = {"fonction": "fonction", "metier_passerelle": "metier_passerelle", "verbe": "verbes", "champ": "champ", "statut": "statut"}
DISPOSITIF_STATES = ("pourvue", "vacante", "a_creer", "statut_inconnu", "aucune", "non_renseigne")


def summarise_posts(postes, acteurs):
    """Count the posts by function, bridging profession, verb, champ of the employer and status.

    A post counts in each of its verbs: the rows of `verbe` add up to more than the posts. A post whose employer is unknown, or
    any cell is empty, counts under "non_precise"; nothing is dropped.

    Parameters
    ----------
    postes : DataFrame acteur_id, fonction, metier_passerelle, verbes (tuple), etp, statut (pourvu, vacant, a_creer)
    acteurs : DataFrame acteur_id, champ

    Returns
    -------
    DataFrame groupe ("ensemble", then the names of GROUPS), code (text order, "non_precise" last), nb_postes, nb_pourvus,
    nb_vacants, nb_a_creer, nb_statut_inconnu, etp (sum of those known, NaN when none is), nb_etp_inconnus. No row without post.

    Examples
    --------
    >>> postes = pd.DataFrame({"acteur_id": ["a"], "verbes": [("animer", "coordonner")], "statut": ["vacant"]})
    >>> table = summarise_posts(postes, pd.DataFrame({"acteur_id": ["a"], "champ": ["social"]}))
    >>> table.query("groupe == 'verbe'")[["code", "nb_vacants"]].values.tolist()
    [['animer', 1], ['coordonner', 1]]
    """
    rows = _describe_posts(postes, acteurs)
    parts = [_count_posts(_list_codes(rows, group), ["groupe", "code"]) for group in (WHOLE, *GROUPS)]
    return _order_codes(pd.concat(parts, ignore_index=True), ["groupe"])


def group_small_posts(resume, *, least=LEAST_POSTS):
    """Return `summarise_posts` for those who do not know the posts: functions and professions of few posts are put together.

    One post of a rare function may be one person: in each group but the whole, the rows of less than `least` posts become one, of
    code "moins_de_3", left out when it has less than `least` itself; no row keeps its full-time equivalents.

    Examples
    --------
    >>> postes = pd.DataFrame({"acteur_id": list("aaaabb"), "fonction": ["x"] * 3 + ["y", "z", "z"], "statut": "pourvu"})
    >>> table = group_small_posts(summarise_posts(postes, pd.DataFrame({"acteur_id": ["a"], "champ": ["social"]})))
    >>> table.query("groupe in ['fonction', 'champ']")[["code", "nb_postes"]].values.tolist()
    [['x', 3], ['moins_de_3', 3], ['social', 4]]
    """
    small = resume["groupe"].ne(WHOLE) & (resume["nb_postes"] < least)
    counts = [column for column in COUNT_COLUMNS if column not in ("etp", "nb_etp_inconnus")]
    together = resume[small].groupby("groupe", sort=False)[counts].sum().reset_index().assign(code=FEW_POSTS)
    together = together[together["nb_postes"] >= least]
    kept = pd.concat([resume.loc[~small, ["groupe", "code", *counts]], together[["groupe", "code", *counts]]])
    order = {group: rank for rank, group in enumerate((WHOLE, *GROUPS))}
    return kept.sort_values("groupe", key=lambda column: column.map(order), kind="stable", ignore_index=True)


def summarise_territory_posts(postes, acteurs, acteurs_territoires, territoires):
    """Count the posts of `summarise_posts` in each territory where their employer is active.

    Returns
    -------
    DataFrame territoire_id, groupe, code and COUNT_COLUMNS, in the order of `territoires`; a territory without post has no
    row. A post counts in every territory of its employer: territories do not add up. Posts of an employer active nowhere are
    in `summarise_posts` only.
    """
    places = acteurs_territoires[["acteur_id", "territoire_id"]].drop_duplicates()
    places = places[places["territoire_id"].isin(territoires.index)].astype("object")
    rows = _describe_posts(postes, acteurs).merge(places, on="acteur_id")
    keys = ["territoire_id", "groupe", "code"]
    parts = [_count_posts(_list_codes(rows, group), keys) for group in (WHOLE, *GROUPS)]
    table = _order_codes(pd.concat(parts, ignore_index=True), ["territoire_id", "groupe"])
    rank = table["territoire_id"].map({place: k for k, place in enumerate(territoires.index)})
    return table.iloc[np.argsort(rank.to_numpy(), kind="stable")].reset_index(drop=True)


def cross_posts(postes, acteurs):
    """Count the posts by verb and champ of the employer: who animates, coordinates, accompanies, and on which side.

    Returns
    -------
    DataFrame verbe (the five of the guide in their order, others in text order, "non_precise" last if any), champ (social,
    developpement_local, mixte, autre, "non_precise" if any) and COUNT_COLUMNS. Every cell of the five verbs and four champs
    is there, with 0 post where none was entered: an empty cell of an inventory, not a proof. A post counts in each of its
    verbs. No row when there is no post.
    """
    rows = _describe_posts(postes, acteurs)
    if rows.empty:
        return pd.DataFrame(columns=["verbe", "champ", *COUNT_COLUMNS])
    cells = _list_codes(rows, "verbe").drop(columns="groupe").rename(columns={"code": "verbe"})
    counts = _count_posts(cells, ["verbe", "champ"]).set_index(["verbe", "champ"])
    verbs = _list_order(VERBES, cells["verbe"])
    champs = _list_order(CHAMPS, cells["champ"])
    grid = counts.reindex(pd.MultiIndex.from_product([verbs, champs], names=["verbe", "champ"]))
    whole = [column for column in COUNT_COLUMNS if column != "etp"]
    return grid.fillna(dict.fromkeys(whole, 0)).astype(dict.fromkeys(whole, int)).reset_index()


def cross_territory_posts(postes, acteurs, acteurs_territoires, territoires):
    """Count the posts by territory, verb and champ of the employer: who animates, coordinates, cooperates, accompanies, where.

    Returns
    -------
    DataFrame territoire_id (in the order of `territoires`), verbe, champ (codes as in `cross_posts`, each with a row "ensemble"
        in which a post counts once) and COUNT_COLUMNS; no row without post. "perimetre" holds every post, the others those of
        an employer active there: a post counts in each of them, and in each of its verbs.
    """
    rows = _describe_posts(postes, acteurs)
    places = acteurs_territoires[["acteur_id", "territoire_id"]].drop_duplicates()
    known = places["territoire_id"].isin(territoires.index) & places["territoire_id"].ne(PERIMETER)
    there = [rows.assign(territoire_id=PERIMETER)] if PERIMETER in territoires.index else []
    rows = pd.concat([*there, rows.merge(places[known].astype("object"), on="acteur_id")], ignore_index=True)
    keys = ["territoire_id", "verbe", "champ"]
    if rows.empty:
        return pd.DataFrame(columns=[*keys, *COUNT_COLUMNS])
    told = [_list_codes(rows, group).rename(columns={"code": "verbe"}) for group in (WHOLE, "verbe")]
    parts = [_count_posts(cells, keys) for part in told for cells in (part, part.assign(champ=WHOLE))]
    table = pd.concat(parts, ignore_index=True)
    orders = [list(territoires.index), [WHOLE, *_list_order(VERBES, table["verbe"])], [WHOLE, *_list_order(CHAMPS, table["champ"])]]
    places = [{code: rank for rank, code in enumerate(dict.fromkeys(order))} for order in orders]
    ranks = pd.DataFrame({key: table[key].map(place) for key, place in zip(keys, places, strict=True)})
    return table.loc[ranks.sort_values(keys).index].reset_index(drop=True)


def group_small_crossings(table, *, least=LEAST_POSTS):
    """Return the rows of the perimeter of `cross_territory_posts` for those who do not know the posts, as `group_small_posts` does.

    In each verb the champs of less than `least` posts become one row, of champ "moins_de_3", left out when it has less than `least`
    itself; so is a verb of less than `least` posts. No territory but the whole, no full-time equivalent.

    Examples
    --------
    >>> rows = pd.DataFrame({"territoire_id": "perimetre", "verbe": "animer", "champ": ["ensemble", "social", "mixte", "autre"]})
    >>> told = group_small_crossings(rows.assign(**dict.fromkeys(COUNT_COLUMNS, 0)).assign(nb_postes=[8, 5, 2, 1]))
    >>> told[["champ", "nb_postes"]].values.tolist()
    [['ensemble', 8], ['social', 5], ['moins_de_3', 3]]
    """
    counts = [column for column in COUNT_COLUMNS if column not in ("etp", "nb_etp_inconnus")]
    rows = table.loc[table["territoire_id"] == PERIMETER, ["territoire_id", "verbe", "champ", *counts]]
    whole = rows["champ"].eq(WHOLE)
    small = (rows["nb_postes"] < least) & ~(whole & rows["verbe"].eq(WHOLE))
    together = rows[small & ~whole].groupby(["territoire_id", "verbe"], sort=False)[counts].sum().reset_index().assign(champ=FEW_POSTS)
    kept = pd.concat([rows[~small], together[together["nb_postes"] >= least]], ignore_index=True)[rows.columns]
    order = kept["verbe"].map({verb: k for k, verb in enumerate(rows["verbe"].unique())})
    return kept.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def list_dispositif_posts(dispositifs, postes):
    """Say, for each dispositif, whether a post that follows it and coordinates is filled.

    A post coordinates when "coordonner" is among its verbs. `coordination`: "pourvue" (one such post is filled); else "vacante";
    else "a_creer"; else "statut_inconnu" (one exists, its status is not said); "aucune" (posts follow the dispositif, the verbs
    of all are known, none coordinates); "non_renseigne" (no post names it, or verbs are missing): nobody said so, which is not
    an absence.

    Parameters
    ----------
    postes : DataFrame with dispositifs, verbes (tuples) and statut

    Returns
    -------
    DataFrame in the order of `dispositifs`: dispositif_id, nom, nb_postes, nb_pourvus, nb_vacants, nb_a_creer, nb_coordination,
    nb_coordination_pourvus, nb_verbes_inconnus, coordination
    """
    rows = postes.reindex(columns=["dispositifs", "verbes", "statut"]).reset_index(drop=True)
    coordinates = rows["verbes"].map(lambda verbs: isinstance(verbs, tuple) and COORDINATE in verbs).astype(bool)
    silent = ~rows["verbes"].map(lambda verbs: isinstance(verbs, tuple) and len(verbs) > 0).astype(bool)
    rows = rows.assign(coordonne=coordinates, muet=silent, rang=rows.index).explode("dispositifs")
    rows = rows.drop_duplicates(["rang", "dispositifs"])
    ids = pd.Index(dispositifs["dispositif_id"].astype("object"))
    status = {name: rows["statut"].eq(name).to_numpy(dtype=bool) for name in STATUSES}
    leads = rows["coordonne"].to_numpy(dtype=bool)

    def count(mask):
        return rows.loc[mask, "dispositifs"].value_counts().reindex(ids, fill_value=0).to_numpy(dtype=int)

    names = dispositifs.reindex(columns=["nom"])["nom"].to_numpy(dtype=object)
    table = pd.DataFrame({"dispositif_id": ids, "nom": names, "nb_postes": count(np.full(len(rows), True))})
    table = table.assign(**{column: count(status[name]) for name, column in STATUSES.items()})
    table["nb_coordination"] = count(leads)
    filled, vacant, planned = (count(leads & status[name]) for name in STATUSES)
    table["nb_coordination_pourvus"] = filled
    table["nb_verbes_inconnus"] = count(rows["muet"].to_numpy(dtype=bool))
    known = (table["nb_postes"] > 0) & (table["nb_verbes_inconnus"] == 0)
    conditions = [filled > 0, vacant > 0, planned > 0, table["nb_coordination"] > 0, known]
    table["coordination"] = np.select(conditions, DISPOSITIF_STATES[:5], default=DISPOSITIF_STATES[5])
    return table


def _describe_posts(postes, acteurs):
    rows = postes.reindex(columns=["acteur_id", "fonction", "metier_passerelle", "verbes", "etp", "statut"]).reset_index(drop=True)
    champs = acteurs.drop_duplicates("acteur_id").set_index("acteur_id")["champ"].astype("object")
    rows = rows.astype(dict.fromkeys(["acteur_id", "fonction", "metier_passerelle", "verbes", "statut"], "object"))
    champ = rows["acteur_id"].map(champs).astype("object").fillna(NOT_SAID)
    return rows.assign(champ=champ, etp=rows["etp"].astype(float), rang=rows.index)


def _list_codes(rows, group):
    """Return the rows with `groupe` and `code`, one a distinct code of a post."""
    if group == WHOLE:
        return rows.assign(groupe=WHOLE, code=WHOLE)
    told = rows.assign(code=rows[GROUPS[group]], groupe=group).explode("code")
    told = told.assign(code=told["code"].fillna(NOT_SAID))
    return told.drop_duplicates([c for c in ("rang", "code", "territoire_id") if c in told])


def _count_posts(rows, by):
    status = {column: rows["statut"].eq(name).astype(int) for name, column in STATUSES.items()}
    unknown = {"nb_statut_inconnu": 1 - sum(status.values()), "nb_etp_inconnus": rows["etp"].isna().astype(int)}
    grouped = rows.assign(nb_postes=1, **status, **unknown).groupby(by, sort=True)
    counts = grouped[["nb_postes", *STATUSES.values(), *unknown]].sum()
    return counts.assign(etp=grouped["etp"].sum(min_count=1)).reset_index()[[*by, *COUNT_COLUMNS]]


def _order_codes(table, by):
    rank = table["groupe"].map({group: k for k, group in enumerate((WHOLE, *GROUPS))})
    ordered = table.assign(_rank=rank, _vague=table["code"] == NOT_SAID)
    places = [column for column in by if column != "groupe"]
    return ordered.sort_values([*places, "_rank", "_vague", "code"], ignore_index=True).drop(columns=["_rank", "_vague"])


def _list_order(first, met):
    last = [NOT_SAID] if met.eq(NOT_SAID).any() else []
    return [*first, *sorted(set(met) - {*first, NOT_SAID}), *last]
