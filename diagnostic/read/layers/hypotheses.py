"""« Et si cette commune changeait d'unité ? »: the sheet hypotheses -> communes, layers and units the measures know."""

import pandas as pd

from diagnostic.read.layers.ressorts import spell_layers
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

COLUMNS = ["hypothese", "code_insee", "couche", "unite_id"]


def resolve_hypotheses(rows, communes, couches, unites):
    """Return the moves that the sheet hypotheses asks for, and the problems of the rows that lead nowhere.

    Parameters
    ----------
    rows : DataFrame, table `hypotheses` (hypothese, commune, couche, unite as written, ORIGIN_COLUMNS)
    communes : DataFrame of the perimeter, index code_insee, column nom
    couches : DataFrame, index couche, column libelle
    unites : DataFrame couche, unite_id, unite_nom

    Returns
    -------
    moves : DataFrame hypothese, code_insee, couche, unite_id, ORIGIN_COLUMNS, on the index of the rows kept
    problemes : DataFrame; a name that several communes (or units of the layer) bear leads to none of them
    """
    if not len(rows):
        return pd.DataFrame(columns=[*COLUMNS, *ORIGIN_COLUMNS]), None
    names = pd.Series(communes.index, index=communes.index)
    code = _match(rows["commune"], [names, communes["nom"].set_axis(communes.index)], communes.index)
    labels = couches["libelle"].astype("str")
    couche = spell_layers(rows["couche"], couches.index)
    couche = couche.where(couche.isin(couches.index), _match(rows["couche"], [labels], couches.index))
    unit = pd.Series(pd.NA, index=rows.index, dtype="str")
    for name, group in unites.groupby("couche", sort=False):
        here = couche == name
        named = [group["unite_id"].astype("str"), group["unite_nom"].astype("str")]
        unit[here] = _match(rows.loc[here, "unite"], named, group["unite_id"].to_numpy())
    moves = pd.DataFrame({"hypothese": rows["hypothese"], "code_insee": code, "couche": couche, "unite_id": unit})
    moves = moves.join(rows[ORIGIN_COLUMNS])
    known = ", ".join(couches.index)
    unknown = [
        (code.isna(), "commune", "Commune inconnue dans le territoire, ou portée par plusieurs", "écrivez son code INSEE"),
        (couche.isna(), "couche", "Découpage inconnu", f"écrivez l'un de ceux-ci : {known}"),
        (unit.isna() & couche.notna(), "unite", "Unité inconnue dans ce découpage", "écrivez son identifiant (sorties, feuille Unités)"),
    ]
    problems = [
        list_problems(
            "erreur", rows[wrong], [f"{what} : « {cell} »." for cell in rows.loc[wrong, column]], fix, colonne=column,
            valeur=rows.loc[wrong, column],
        )
        for wrong, column, what, fix in unknown
    ]  # fmt: skip
    return moves[moves[COLUMNS].notna().all(axis=1)], join_problems(*problems)


def _match(cells, spellings, answers):
    """Return the answer whose spelling each cell is, the first list of spellings first; missing where none or several are."""
    found = pd.Series(pd.NA, index=cells.index, dtype="str")
    keys = cells.fillna("").map(normalize_label)
    for spelling in spellings:
        table = pd.DataFrame({"cle": spelling.fillna("").map(normalize_label).to_numpy(), "reponse": list(answers)}).drop_duplicates()
        table = table[(table["cle"] != "") & ~table["cle"].duplicated(keep=False)].set_index("cle")["reponse"]
        found = found.fillna(keys.map(table).astype("str"))
    return found
