"""Why nothing is read of how far the inhabitants are from a site: the reason that the measure gave, in a sentence."""

from diagnostic.vocabulary.formats import count_words, join_words

NONE = "Aucune catégorie d'acteurs n'a de lieu fixe recensé : aucune distance n'a pu être calculée."
SHEET = "Les distances de chaque commune sont sur la carte et dans le classeur, feuilles « Accès »."


def tell_unread(acces, territory=None):
    """Return why the access of a territory is not read, reason by reason, with the categories counted.

    Parameters
    ----------
    acces : DataFrame of an edition (territoire_id, categorie, raison_absence), or None where it does not show it
    territory : str, optional; by default all of them

    Returns
    -------
    str, "" when `acces` is None, or when a category at least is read

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"territoire_id": "t", "categorie": ["a", "b"], "raison_absence": "inventaire non dit complet"})
    >>> tell_unread(rows, "t").split(". ")[0].replace(" ", " ")
    'Éloignement non lu pour 2 catégories : inventaire non dit complet'
    >>> tell_unread(rows.iloc[:0]) == NONE, tell_unread(None)
    (True, '')
    """
    if acces is None:
        return ""
    rows = acces if territory is None else acces[acces["territoire_id"] == territory]
    if not len(rows):
        return NONE
    reasons = rows["raison_absence"].astype("object").where(rows["raison_absence"].notna(), "")
    if (reasons == "").any():
        return ""
    counts = rows.assign(raison=reasons).drop_duplicates(["categorie", "raison"])["raison"].value_counts()
    told = [f"{count_words(number, 'catégorie')} : {reason}" for reason, number in counts.items()]
    return f"Éloignement non lu pour {join_words(told, len(told))}. {SHEET}"
