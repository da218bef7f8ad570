"""Which communes an actor or a dispositif reaches: where it sits, and every territory it states."""

import numpy as np
import pandas as pd

from diagnostic.measure.liens.network import match_territories
from diagnostic.measure.ressorts.cells import match_codes
from diagnostic.vocabulary import normalize_label

# What the reading adds to the name of a territory that the edge of the perimeter cuts: nobody writes it in a cell.
_CUT = r" \(partie dans le périmètre.*\)$"
_TOWN = "commune:"


def resolve_places(cells, territoires, communes=None):
    """Return the place each text designates, on the index of `cells`: a territoire_id, else "commune:" and a code.

    Parameters
    ----------
    cells : Series of text: an identifier, a code, a SIREN or a name
    territoires : DataFrame, index territoire_id, with nom
    communes : DataFrame, index code_insee, with nom; without it no commune is looked for

    Returns
    -------
    Series, missing where the text designates nothing, or two places. Codes of communes come first, then territories, then
    the names that one commune only bears.

    Examples
    --------
    >>> territoires = pd.DataFrame({"nom": ["CC des Sucs"]}, index=["epci:244301016"])
    >>> communes = pd.DataFrame({"nom": ["Brives"]}, index=["43041"])
    >>> resolve_places(pd.Series(["244301016", "CC des Sucs", "43041", "brives", "ailleurs"]), territoires, communes).tolist()
    ['epci:244301016', 'epci:244301016', 'commune:43041', 'commune:43041', nan]
    """
    known = {} if communes is None else dict.fromkeys(communes.index)
    texts = pd.Series(cells.dropna().unique(), dtype="object").astype("str")
    codes = texts.str.removeprefix(_TOWN)
    found = (_TOWN + codes).where(codes.isin(known))
    whole = territoires.assign(nom=territoires["nom"].astype("str").str.replace(_CUT, "", regex=True))
    if found.isna().any():
        found = found.fillna(match_territories(texts[found.isna()], whole))
    if found.isna().any() and known:
        names = communes["nom"].map(normalize_label)
        named = pd.Series(_TOWN + names.index, index=names.to_numpy())[lambda s: ~s.index.duplicated(keep=False)]
        found = found.fillna(texts[found.isna()].map(normalize_label).map(named.to_dict()).astype("str"))
    return cells.map(dict(zip(texts, found, strict=True))).astype("str")


def spread_places(stated, cle, territoires, communes, appartenance):
    """Return the communes reached by each row of `stated`: `cle`, code_insee, each pair once.

    Parameters
    ----------
    stated : DataFrame with `cle` (an identifier) and lieu (text, see `resolve_places`); a text that leads nowhere reaches nothing
    territoires, communes : DataFrames, index territoire_id and code_insee, with nom
    appartenance : DataFrame (code_insee, territoire_id)
    """
    rows = stated[[cle]].assign(lieu=resolve_places(stated["lieu"], territoires, communes)).dropna()
    keys, names = pd.Index(rows[cle].unique()), pd.Index(appartenance["territoire_id"].unique())
    key, place = keys.get_indexer(rows[cle]), names.get_indexer(rows["lieu"])
    town = communes.index.get_indexer(rows["lieu"].str.removeprefix(_TOWN))
    member, held = communes.index.get_indexer(appartenance["code_insee"]), names.get_indexer(appartenance["territoire_id"])
    wide = (place >= 0) & (town < 0)
    i, j = match_codes(place[wide], held[member >= 0])
    who = np.concatenate([key[town >= 0], key[wide][i]])
    where = np.concatenate([town[town >= 0], member[member >= 0][j]])
    who, where = np.divmod(np.unique(who.astype("int64") * len(communes) + where), max(len(communes), 1))
    return pd.DataFrame({cle: keys.to_numpy()[who], "code_insee": communes.index.to_numpy()[where]}, dtype="str")


def list_actor_communes(acteurs, territoires, communes, appartenance):
    """Return acteur_id, code_insee: the commune of the seat, and those of every territory that the actor states.

    An actor that states nothing reaches its commune only; one without commune nor territory reaches none: where it works is
    not known.

    Parameters
    ----------
    acteurs : DataFrame with acteur_id, code_insee, territoires (tuple of texts, may be empty)

    Examples
    --------
    >>> territoires = pd.DataFrame({"nom": ["CC"]}, index=["epci:1"])
    >>> communes = pd.DataFrame({"nom": ["A", "B"]}, index=["43001", "43002"])
    >>> membres = pd.DataFrame({"code_insee": ["43001", "43002"], "territoire_id": "epci:1"})
    >>> acteurs = pd.DataFrame({"acteur_id": ["x", "y"], "code_insee": ["43001", None], "territoires": [(), ("CC",)]})
    >>> list_actor_communes(acteurs, territoires, communes, membres).values.tolist()
    [['x', '43001'], ['y', '43001'], ['y', '43002']]
    """
    rows = acteurs.reindex(columns=["acteur_id", "code_insee", "territoires"])
    seats = rows[["acteur_id", "code_insee"]].set_axis(["acteur_id", "lieu"], axis=1).astype("object")
    stated = rows[["acteur_id", "territoires"]].explode("territoires").set_axis(["acteur_id", "lieu"], axis=1).astype("object")
    both = pd.concat([seats, stated]).dropna()
    return spread_places(both, "acteur_id", territoires, communes, appartenance)


def list_device_communes(dispositifs, affiliations, territoires, communes, appartenance):
    """Return dispositif_id, code_insee: the communes of the territories that a dispositif states, and those affiliated to it.

    Parameters
    ----------
    dispositifs : DataFrame with dispositif_id, territoires (tuple of texts)
    affiliations : DataFrame with dispositif_id, territoire_code (commune or SIREN of an EPCI), may be empty
    """
    names = ["dispositif_id", "lieu"]
    stated = dispositifs.reindex(columns=["dispositif_id", "territoires"]).explode("territoires").set_axis(names, axis=1)
    joined = affiliations.reindex(columns=["dispositif_id", "territoire_code"]).set_axis(names, axis=1)
    both = pd.concat([stated.astype("object"), joined.astype("object")]).dropna()
    both = both[both["dispositif_id"].isin(dispositifs["dispositif_id"])]
    return spread_places(both, "dispositif_id", territoires, communes, appartenance)
