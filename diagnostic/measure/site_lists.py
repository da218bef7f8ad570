"""Which actors count as sites of a category, and where their list is known to be whole."""

import pandas as pd

from diagnostic.measure.manques import states
from diagnostic.schema import is_imported
from diagnostic.vocabulary import read_vocabulary


def list_published(actors):
    """Return the imports meant to hold every site of a category, and those categories: fichier, categorie."""
    sources = read_vocabulary("sources")
    published = sources.assign(
        fichier="imports/" + sources["source"] + ".xlsx", categorie=sources["categories_exhaustives"].str.split(";")
    ).explode("categorie")
    return published[(published["categorie"] != "") & published["fichier"].isin(actors["fichier"])][["fichier", "categorie"]]


def list_sites(actors):
    """Return the actors that count as sites: all, but where a published list holds every site of a category, the other
    imports' rows of that category are left out (an older list names places that have closed, or the same ones again)."""
    published = list_published(actors)
    whole = actors["categorie"].isin(published["categorie"])
    listed = actors["fichier"].isin(published["fichier"]) | ~is_imported(actors)
    return actors[~actors["methode_commune"].eq("outre_mer") & (~whole | listed)]


def list_local_sites(tables):
    """Return the sites of the territory itself."""
    sites = list_sites(tables["acteurs"])
    return sites[~sites["hors_territoire"].astype(bool)]


def list_complete(tables):
    """Return the categories of which a published list holds every site."""
    return tuple(sorted(set(list_published(tables["acteurs"])["categorie"])))


def extend_coverage(tables):
    """Return what is said of the inventory: the rows of `couverture_inventaire`, and a published list meant to hold every site.

    The published list speaks of the whole perimetre, at the date of its newest row; a row of the group on a smaller territory is
    more precise, and one that says otherwise of the perimetre makes it the less complete of both.
    """
    published = list_published(tables["acteurs"])
    dates = tables["acteurs"].groupby("fichier")["date_maj"].max()
    told = pd.DataFrame({
        "territoire_id": "perimetre", "categorie": published["categorie"].to_numpy(), "statut": "complet",
        "date": pd.to_datetime(published["fichier"].map(dates)).to_numpy(), "source": published["fichier"].to_numpy(),
    })  # fmt: skip
    parts = [part for part in (tables["couverture_inventaire"], told) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else tables["couverture_inventaire"]


def mark_inventory(rows, tables):
    """Say whether the sites of each row are all known: a distance to an unfinished list measures the list.

    `complet` where `couverture_inventaire` says so (the perimetre too where each of its EPCI is), or where the published list of
    a source meant to hold them all is in the dossier; `non_renseigne` elsewhere.
    """
    complete = states.mark_covered(rows, tables["couverture_inventaire"], tables["territoires"]) | _mark_parts(rows, tables)
    return pd.Series("non_renseigne", index=rows.index).mask(complete | rows["categorie"].isin(list_complete(tables)), "complet")


def _mark_parts(rows, tables):
    """Say which rows of the whole perimetre are of a category said complete in each of its EPCI, no commune being out of one."""
    territories = tables["territoires"]
    epci = territories.index[territories["type"] == "epci"]
    if not len(epci) or tables["communes"]["epci"].isna().any():
        return pd.Series(False, index=rows.index)
    parts = pd.MultiIndex.from_product([epci, rows["categorie"].unique()], names=["territoire_id", "categorie"]).to_frame(index=False)
    said = states.mark_covered(parts, tables["couverture_inventaire"], territories)
    everywhere = said.groupby(parts["categorie"]).all()
    return rows["territoire_id"].eq("perimetre") & rows["categorie"].map(everywhere).fillna(False).astype(bool)
