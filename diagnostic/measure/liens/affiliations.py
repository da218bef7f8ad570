"""Which territory holds which contract of a national programme: a two-mode network of territories, without any actor.

Nothing here says who works with whom: a town with three contracts may have one person on all of them, or nobody. No silo, no
share of mixed dispositifs is read in it.
"""

import pandas as pd

KINDS = {5: "commune", 9: "epci"}  # by the length of the code


def list_affiliations(affiliations, dispositifs, communes):
    """Return the distinct (territory, contract) pairs of the perimeter.

    Parameters
    ----------
    affiliations : DataFrame with dispositif_id, territoire_code (INSEE code of a commune or SIREN of an EPCI)
    dispositifs : DataFrame with dispositif_id, nom, type (its programme)
    communes : DataFrame, index code_insee, with nom, epci, epci_nom

    Returns
    -------
    DataFrame sorted by genre, territoire_code, dispositif_id: genre ("commune" or "epci"), territoire_code, territoire (its name),
    epci, dispositif_id, contrat (its name), programme. Rows of other territories, or without dispositif, are left out.
    """
    rows = affiliations.drop_duplicates(["dispositif_id", "territoire_code"])
    contracts = dispositifs.drop_duplicates("dispositif_id").set_index("dispositif_id")[["nom", "type"]]
    rows = rows[rows["dispositif_id"].isin(contracts.index)].reset_index(drop=True)
    epci = communes.dropna(subset="epci").drop_duplicates("epci").set_index("epci")["epci_nom"]
    code = rows["territoire_code"].astype("object")
    table = pd.DataFrame(
        {
            "genre": code.str.len().map(KINDS), "territoire_code": code,
            "territoire": code.map(communes["nom"]).fillna(code.map(epci)),
            "epci": code.map(communes["epci"]).fillna(code.where(code.isin(epci.index))),
            "dispositif_id": rows["dispositif_id"], "contrat": rows["dispositif_id"].map(contracts["nom"]),
            "programme": rows["dispositif_id"].map(contracts["type"]),
        }
    )  # fmt: skip
    inside = code.isin(communes.index) | code.isin(epci.index)
    return table[inside].sort_values(["genre", "territoire_code", "dispositif_id"], ignore_index=True)


def measure_affiliations(pairs, communes):
    """Measure the density of the affiliations, communes and EPCI apart: a contract of an EPCI is none of its communes'.

    Density = distinct pairs / (territories x contracts), all territories of the perimeter counted, those without contract
    included; `densite_programmes` is the same for programmes (several contracts of a programme in a territory count once). With
    contracts of one territory each it is close to 1 / territories: the share of territories that hold one says more.

    Parameters
    ----------
    pairs : DataFrame, see `list_affiliations`
    communes : DataFrame, index code_insee, with epci

    Returns
    -------
    DataFrame, one row a kind: genre, nb_territoires, nb_avec_contrat, part_avec_contrat, nb_contrats, nb_programmes,
    nb_affiliations, densite, nb_affiliations_programmes, densite_programmes, nb_contrats_max, raison_absence
    """
    sizes = {"commune": len(communes), "epci": communes["epci"].nunique()}
    held = pairs.groupby("genre")
    counts = pd.DataFrame(
        {
            "nb_territoires": pd.Series(sizes),
            "nb_avec_contrat": held["territoire_code"].nunique(), "nb_contrats": held["dispositif_id"].nunique(),
            "nb_programmes": held["programme"].nunique(), "nb_affiliations": held.size(),
            "nb_affiliations_programmes": pairs.drop_duplicates(["territoire_code", "programme"]).groupby("genre").size(),
            "nb_contrats_max": pairs.groupby(["genre", "territoire_code"]).size().groupby("genre").max(),
        }
    ).reindex(list(sizes)).fillna(0).astype(int)  # fmt: skip
    known = counts["nb_contrats"] > 0
    total, programmes = counts["nb_territoires"] * counts["nb_contrats"], counts["nb_territoires"] * counts["nb_programmes"]
    counts = counts.assign(
        part_avec_contrat=(counts["nb_avec_contrat"] / counts["nb_territoires"]).where(known),
        densite=(counts["nb_affiliations"] / total).where(known),
        densite_programmes=(counts["nb_affiliations_programmes"] / programmes).where(known),
    )
    reason = "aucun contrat pour ces territoires (feuille affiliations, imports)"
    counts["raison_absence"] = pd.Series("", index=counts.index).mask(~known, reason)
    order = [
        "nb_territoires", "nb_avec_contrat", "part_avec_contrat", "nb_contrats", "nb_programmes", "nb_affiliations", "densite",
        "nb_affiliations_programmes", "densite_programmes", "nb_contrats_max", "raison_absence",
    ]  # fmt: skip
    return counts[order].rename_axis("genre").reset_index()


def count_contracts(pairs, communes):
    """Count the contracts and programmes of each territory that holds one.

    An EPCI also tells the contracts of its communes, apart: `nb_contrats_communes` counts distinct contracts held by at least one of
    them, `nb_communes_avec_contrat` those communes.

    Returns
    -------
    DataFrame sorted by genre, then most contracts, then code: genre, territoire_code, territoire, epci, nb_contrats, nb_programmes,
    programmes (tuple), nb_contrats_communes, nb_communes, nb_communes_avec_contrat (missing for a commune)
    """
    columns = ["genre", "territoire_code", "territoire", "epci"]
    counts = pairs.groupby(columns, dropna=False).agg(
        nb_contrats=("dispositif_id", "nunique"),
        nb_programmes=("programme", "nunique"),
        programmes=("programme", lambda cells: tuple(sorted(set(cells.dropna())))),
    )
    counts = counts.reset_index() if len(pairs) else pd.DataFrame(columns=[*columns, "nb_contrats", "nb_programmes", "programmes"])
    own = pairs[pairs["genre"] == "commune"].groupby("epci")
    held = {"nb_contrats_communes": own["dispositif_id"].nunique(), "nb_communes_avec_contrat": own["territoire_code"].nunique()}
    inside = pd.DataFrame({"nb_communes": communes.groupby("epci").size()} | held).fillna(0).astype("Int64")
    # An EPCI without a contract of its own, but with communes that have one, is there too.
    names = communes.dropna(subset="epci").drop_duplicates("epci").set_index("epci")["epci_nom"]
    seen = set(counts.loc[counts["genre"] == "epci", "territoire_code"])
    others = [code for code in inside.index[inside["nb_contrats_communes"] > 0] if code not in seen]
    added = pd.DataFrame({"genre": "epci", "territoire_code": others, "territoire": [names[c] for c in others], "epci": others})
    if others:
        added = added.assign(nb_contrats=0, nb_programmes=0, programmes=[()] * len(others))
        counts = pd.concat([counts, added], ignore_index=True)
    here = counts["epci"].where(counts["genre"] == "epci")
    table = counts.assign(**{name: here.map(inside[name]).astype("Int64") for name in inside.columns})
    table = table.astype({"nb_contrats": int, "nb_programmes": int})
    order = ["genre", "nb_contrats", "nb_contrats_communes", "territoire_code"]
    return table.sort_values(order, ascending=[True, False, False, True], ignore_index=True)
