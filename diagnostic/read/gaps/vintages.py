"""Several rows of an older file for one commune of today -> what may be said of it: a sum of counts, or a state."""

import pandas as pd

SECRET = "secret"
# What stands for a sum one of whose parts is not published: the gravest.
GRAVITY = [SECRET, "non_disponible", "vide", "publie"]
ANOTHER = "autre_millesime"


def sum_rows(read, genre):
    """Return one row a commune of today.

    Parameters
    ----------
    read : DataFrame code_insee (present code), entiere (bool: the row is of the whole commune, or of the former one that had its
        code; False for another former commune or a part), valeur (float), classe (text), etat (among GRAVITY)
    genre : {"nombre", "part", "valeur", "classe"}

    Returns
    -------
    DataFrame, index code_insee (sorted): valeur, classe, etat. One whole row is taken as it is. Of several, a count is their sum when
        every one is published, else the gravest state: nothing is rebuilt; anything but a count is `autre_millesime`, as is a
        commune of which parts alone have a row.

    Examples
    --------
    >>> rows = pd.DataFrame({"code_insee": ["A", "A", "B", "B"], "entiere": [True, False] * 2, "valeur": [10.0, 5.0, 8.0, None]})
    >>> rows = rows.assign(classe=None, etat=["publie", "publie", "publie", "secret"])
    >>> sum_rows(rows, "nombre")[["valeur", "etat"]].values.tolist()
    [[15.0, 'publie'], [nan, 'secret']]
    """
    rank = read["etat"].map({name: place for place, name in enumerate(GRAVITY)}).astype(float)
    groups = read.assign(rang=rank).groupby("code_insee")
    joined = groups.agg(
        valeur=("valeur", "sum"), classe=("classe", "first"), rang=("rang", "min"), n=("rang", "size"), whole=("entiere", "any")
    )  # fmt: skip
    lone = (joined["n"] == 1) & joined["whole"]
    etat = joined["rang"].astype("Int64").map(dict(enumerate(GRAVITY))).astype("str")
    etat = etat.mask(~joined["whole"], ANOTHER) if genre == "nombre" else etat.where(lone, ANOTHER)
    known = etat == "publie"
    valeur = joined["valeur"].where(known) if genre != "classe" else joined["valeur"] * float("nan")
    return pd.DataFrame({"valeur": valeur, "classe": joined["classe"].where(known).astype("str"), "etat": etat})


def list_states(masks, index, *, other="non_disponible"):
    """Return the first state whose mask holds, on `index`; `other` where none does.

    Parameters
    ----------
    masks : dict of state -> Series of bool
    index : Index
    """
    states = pd.Series(other, index=index, dtype="str")
    for name, mask in reversed(masks.items()):
        states = states.mask(mask, name)
    return states
