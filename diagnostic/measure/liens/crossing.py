"""Whether the links of a territory cross the champs as often as links that ignore them would: within which margin."""

import pandas as pd

SENSITIVITY = 2  # times the error of one actor more or less: within it, a share is not told apart from what was expected
NO_LINK, TOO_FEW, LESS, ALIKE, MORE = "aucun_lien", "trop_peu", "moins", "autant", "plus"


def judge_crossing(compared):
    """Return, for each row of `comparaison`, how its share of links between champs stands beside the one expected.

    With p = part_externes, e = nb_externes_attendu / nb_liens_champs and m = SENSITIVITY × erreur_part_externes (the jackknife
    error of the share, 0 where it is not known): LESS when p + m < e, MORE when p − m > e, ALIKE between both. NO_LINK without
    any link between actors of the two champs; TOO_FEW where `comparaison` gives no ratio (fewer than 5 links expected).

    Returns
    -------
    Series of str on the index of `compared`

    Examples
    --------
    >>> compared = pd.DataFrame({
    ...     "nb_liens_champs": [25, 8, 40, 0], "nb_externes_attendu": [12.6, 4.0, 20.0, None], "part_externes": [0.16, 0.125, 0.45, None],
    ...     "erreur_part_externes": [0.08, 0.13, 0.05, None], "ratio_externes": [0.32, None, 0.9, None]})
    >>> judge_crossing(compared).tolist()
    ['moins', 'trop_peu', 'autant', 'aucun_lien']
    """
    links = compared["nb_liens_champs"].fillna(0)
    expected = compared["nb_externes_attendu"] / links.where(links > 0)
    margin = SENSITIVITY * compared["erreur_part_externes"].fillna(0)
    told = pd.Series(ALIKE, compared.index, dtype=str)
    told = told.mask(compared["part_externes"] + margin < expected, LESS)
    told = told.mask(compared["part_externes"] - margin > expected, MORE)
    return told.mask(compared["ratio_externes"].isna(), TOO_FEW).mask(links == 0, NO_LINK)
