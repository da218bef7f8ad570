"""Statements of the guide on money: funders who come late, short funding, running costs, contracts about to end."""

import pandas as pd

from diagnostic.measure.constats.statement_facts import (
    count_mixed,
    date_edition,
    find_editions,
    list_devices,
    list_dispositifs,
    list_parts,
    refuse,
    report,
    tell_among,
)
from diagnostic.measure.liens.facets import list_funders
from diagnostic.vocabulary.formats import count_words, format_number

PROJECT, RUNNING, INVESTMENT = "projet", "fonctionnement", "investissement"
NATURE = "nature du financement jamais remplie (feuille dispositifs, colonne nature_financement)"
FUNDER, FUNDING_PARTNER = "financement", "partenaire_financier"


def find_late_funders(tables, results, seuils):
    """Funders that were not in a dispositif from its emergence, whatever their role then (`facets.list_funders`)."""
    funders = list_funders(list_parts(tables, results))
    if not len(funders):
        return refuse("aucun financeur n'est saisi (feuille participations, role = financement)")
    known = funders[funders["tardif"].notna()]
    if not len(known):
        return refuse("le stade d'aucun financeur n'est rempli (feuille participations, colonne stade)")
    late = known[known["tardif"].astype(bool)]
    rows = list_dispositifs(tables).merge(late.groupby("dispositif_id").size().rename("tardifs").reset_index(), on="dispositif_id")
    whole = known.groupby("dispositif_id").size()
    details = [
        f"{count_words(row.tardifs, 'financeur entré', 'financeurs entrés')} après l'émergence, "
        f"sur {format_number(whole[row.dispositif_id])}"
        for row in rows.itertuples()
    ]
    nouns = tuple(f"{word} (un financeur dans un dispositif) dont le stade est connu" for word in ("financement", "financements"))
    phrase = tell_among(len(late), len(known), nouns, ("a commencé après l'émergence", "ont commencé après l'émergence"))
    unknown = len(funders) - len(known)
    phrase += f" ; stade inconnu pour {format_number(unknown)}" if unknown else ""
    return report(phrase, len(late), len(known), list_devices(rows, pd.Series(details, index=rows.index, dtype=object)))


def find_short_funding(tables, results, seuils):
    """Dispositifs funded as a project, or for a short time, among those whose nature and duration of funding are both known.

    One cell is enough to say yes, two are needed to say no: a share of those that can be decided would lean to yes. Those already
    known to be short by one cell are told, and named, beside the share.
    """
    rows, limit = list_dispositifs(tables), seuils["seuil_financement_court_mois"]
    months = pd.to_numeric(rows["duree_financement_mois"]).astype(float)
    nature = rows["nature_financement"].astype(object)
    project = nature.eq(PROJECT)
    brief = project | (months < limit)
    known = nature.notna() & months.notna()
    if not known.any():
        reason = "aucun dispositif dont la nature et la durée du financement soient remplies"
        return refuse(f"{reason} (feuille dispositifs, colonnes nature_financement et duree_financement_mois)")
    details = pd.Series("financement sur projet", index=rows.index, dtype=object)
    told = "financé pour " + months.map(lambda number: count_words(number, "mois", "mois"))
    details = details.where(project, told).where(~(project & months.notna()), details + ", " + told.str.removeprefix("financé "))
    number = int((brief & known).sum())
    nouns = ("dispositif dont nature et durée du financement sont connues", "dispositifs dont nature et durée du financement sont connues")
    verbs = tuple(f"{be} sur projet ou pour moins de {format_number(limit)} mois" for be in ("est financé", "sont financés"))
    phrase = tell_among(number, int(known.sum()), nouns, verbs)
    if (~known).any():
        half = format_number((brief & ~known).sum())
        phrase += f" ; {count_words((~known).sum(), 'autre', 'autres')} à compléter, dont {half} déjà dans ce cas"
    return report(phrase, number, int(known.sum()), list_devices(rows[brief], details))


def find_running_costs(tables, results, seuils):
    """Dispositifs funded for their running costs, among those whose kind of funding is known; names those that are not."""
    rows = list_dispositifs(tables)
    known = rows[rows["nature_financement"].notna()]
    if not len(known):
        return refuse(NATURE)
    held = known[known["nature_financement"] != RUNNING]
    number = len(known) - len(held)
    nouns = ("dispositif dont la nature du financement est connue", "dispositifs dont la nature du financement est connue")
    phrase = tell_among(number, len(known), nouns, ("est financé en fonctionnement", "sont financés en fonctionnement"))
    return report(phrase, number, len(known), list_devices(held, "financé en " + held["nature_financement"].astype(object)))


def find_ending(tables, results, seuils):
    """Dispositifs of both champs that end within some months of the date of the edition."""
    mixed = count_mixed(results)
    if not mixed["mixte"].any():
        return refuse("aucun dispositif ne réunit les deux champs parmi ceux dont un acteur est connu (feuille participations)")
    rows = list_dispositifs(tables)
    rows = rows[rows["dispositif_id"].isin(mixed.index[mixed["mixte"]]) & rows["date_fin"].notna()]
    if not len(rows):
        return refuse("date de fin jamais remplie pour un dispositif réunissant les deux champs (feuille dispositifs, colonne date_fin)")
    today, months = date_edition(tables), int(seuils["seuil_fin_proche_mois"])
    ending = rows[(rows["date_fin"] >= today) & (rows["date_fin"] <= today + pd.DateOffset(months=months))]
    nouns = ("dispositif des deux champs dont la fin est connue", "dispositifs des deux champs dont la fin est connue")
    verbs = tuple(f"{word} dans les {format_number(months)} mois" for word in ("finit", "finissent"))
    details = pd.Series([f"finit le {date:%d/%m/%Y}" for date in ending["date_fin"]], index=ending.index, dtype=object)
    return report(tell_among(len(ending), len(rows), nouns, verbs), len(ending), len(rows), list_devices(ending, details))


def find_joint_investments(tables, results, seuils):
    """Dispositifs of investment that have two funders and more."""
    rows = list_dispositifs(tables)
    if not rows["nature_financement"].notna().any():
        return refuse(NATURE)
    rows = rows[rows["nature_financement"] == INVESTMENT]
    if not len(rows):
        return refuse("aucun dispositif d'investissement (feuille dispositifs, colonne nature_financement)")
    parts = list_parts(tables, results)
    parts = parts[(parts["role"] == FUNDER) | (parts["qualification"] == FUNDING_PARTNER)]
    if not len(parts):
        return refuse("aucun financeur n'est saisi (feuille participations, role ou qualification)")
    funders = parts.groupby("dispositif_id")["acteur_id"].nunique().reindex(rows["dispositif_id"], fill_value=0).set_axis(rows.index)
    held = rows[funders >= 2]
    details = funders[held.index].map(lambda number: count_words(number, "financeur")).astype(object)
    nouns = ("dispositif d'investissement", "dispositifs d'investissement")
    phrase = tell_among(len(held), len(rows), nouns, ("a deux financeurs ou plus", "ont deux financeurs ou plus"))
    editions = find_editions(held).replace("publique", "partenaires")  # nature_financement is for the partners
    return report(phrase, len(held), len(rows), list_devices(held, details, edition=editions))
