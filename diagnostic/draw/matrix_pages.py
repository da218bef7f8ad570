"""Which matrices a diagnosis has: categories in three states, links between champs and between headings of the guide."""

from functools import partial

import pandas as pd

from diagnostic.draw import block_chart, states_chart
from diagnostic.draw.charts import shorten_part

MAX_CATEGORIES_CHART = 30
MAX_TERRITORIES = 60
LONGEST_LABEL = 40  # one line beside the chart


def list_matrix_pages(tables, common):
    """List the matrices without drawing them; what nobody recorded has no page.

    Parameters
    ----------
    tables : dict of DataFrame, those the edition may hold, measures included
    common : callable(subject) -> mentions of a page that every edition shows alike

    Returns
    -------
    list of (name, shared, draw), as `atlas.list_figures`
    """
    figures = []
    if len(tables["categories_territoires"]):
        states, notes, figured = _pivot_states(tables)
        if len(states):
            told = common("acteurs") | {"remarques": notes}
            figures.append(
                ("categories", True, partial(states_chart.draw_categories, states, mentions=told, **figured))
            )
    for group, kind, name in [("champ", "groupe", "champs"), ("rubrique", "rubrique", "rubriques")]:
        blocs = tables["blocs"][tables["blocs"]["groupe"] == group]
        if blocs["nb_liens"].sum():
            notes = []
            if group == "rubrique":
                blocs, notes = _name_headings(blocs)
            told = common("acteurs") | {"remarques": notes}
            # A small heading is told in the edition interne only: the pages differ.
            shared = group == "champ"
            figures.append(
                (f"liens_entre_{name}", shared, partial(block_chart.draw_blocks, blocs, mentions=told, groupe=kind))
            )
    return figures


def name_layers(labels):
    """Return the label of each layer, its code where it has none or where two layers have the same.

    >>> name_layers(pd.Series({"MSA": "Caisses", "CAF": "Caisses", "EPCI": "Intercommunalités"}))
    ['MSA', 'CAF', 'Intercommunalités']
    """
    return labels.where(labels.notna() & ~labels.duplicated(keep=False), labels.index.to_series()).tolist()


def _name_headings(blocs):
    """Return the blocks with the headings on one line, and the note that gives whole those that were shortened."""
    whole = pd.Series(pd.unique(blocs[["groupe_a", "groupe_b"]].to_numpy().ravel()))
    short = dict(zip(whole, _shorten(whole), strict=True))
    return blocs.assign(**{end: blocs[end].map(short) for end in ("groupe_a", "groupe_b")}), _tell_short(
        short.values(), short
    )


def _pivot_states(tables):
    """Return categories x EPCI, cut to a page; the notes that say how; the figures beside them: ages, bilans.

    Categories with a verified absence come first; those present everywhere, or known nowhere, are left out. Territories are the
    EPCI by departement and name; where they are too many for a page, the departements.
    """
    states, kinds = tables["categories_territoires"], tables["territoires"]["type"]
    kind = "epci" if kinds.eq("epci").sum() <= MAX_TERRITORIES or not kinds.eq("departement").any() else "departement"
    states = states[states["territoire_id"].map(kinds).eq(kind)]
    counts = states.groupby(["categorie", "statut"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["present", "absent_verifie"], fill_value=0)
    telling = counts[(counts.sum(axis=1) > 0) & (counts["present"] < states["territoire_id"].nunique())]
    shown = telling.sort_values(["absent_verifie", "present"], ascending=False, kind="stable").index[
        :MAX_CATEGORIES_CHART
    ]
    table = (
        states[states["categorie"].isin(shown)]
        .pivot(index="categorie", columns="territoire_id", values="statut")
        .reindex(shown)
    )
    order = _sort_territories(tables, table.columns)
    told = [_tell_chosen(len(shown), len(telling), len(order))]
    if kind == "departement":
        told.append(f"Colonnes : départements, car les {kinds.eq('epci').sum()} EPCI ne tiennent pas sur une page.")
    elif len(order) > MAX_TERRITORIES:
        told.append(f"Colonnes : {MAX_TERRITORIES} EPCI sur {len(order)}, les premiers par département et par nom.")
    table = table[order.index[:MAX_TERRITORIES]]
    words, cut = _name_categories(tables["listes"]["categories"], table.index)
    ages = tables["ages_categories"]
    ages = (
        ages[ages["type"].eq(kind)].set_index("categorie")["age_median_mois"].reindex(table.index)
        if len(ages)
        else None
    )
    shares = tables["etats_territoires"].set_index("territoire_id")["part_non_renseigne"].reindex(table.columns)
    names = order[: table.shape[1]].tolist()
    figured = {"ages": None if ages is None else ages.set_axis(words), "bilans": shares.set_axis(names)}
    return table.set_axis(words).set_axis(names, axis=1), [*told, *cut], figured


def _sort_territories(tables, ids):
    """Return the short name of each territory, those of one departement together, then by name; unique."""
    names = tables["territoires"]["nom"].reindex(ids)
    names = names.map(shorten_part)
    names = names.str.replace(r"^(?:CC|CA|CU)\s+(?:d[ue]s?\s+|de la\s+|d['’])?", "", regex=True)
    names = names.where(~names.duplicated(keep=False), tables["territoires"]["nom"].reindex(ids))
    communes = tables["communes"]
    home = communes.dropna(subset="epci").groupby("epci")["departement"].agg(lambda codes: codes.mode().iat[0])
    table = pd.DataFrame({"nom": names, "departement": names.index.str.split(":").str[-1].map(home)}, index=ids)
    return table.sort_values(["departement", "nom"], kind="stable")["nom"]


def _name_categories(lists, codes):
    """Return the label of each category on one line (its acronym when it is long), and the note that gives whole what was shortened."""
    whole = lists["libelle"].reindex(codes).fillna(pd.Series(codes, index=codes))
    signs = lists["sigle"].reindex(codes).fillna("")
    words = whole.where((whole.str.len() <= LONGEST_LABEL) | (signs == ""), signs)
    words = _shorten(words)
    words = words.where(~words.duplicated(keep=False), words + " (" + codes + ")")
    return words.tolist(), _tell_short(words, whole)


def _tell_short(words, whole):
    """Return the note that gives whole the names that were shortened, or nothing."""
    cut = [f"{word} = {label}" for word, label in zip(words, whole, strict=True) if word != label]
    return [f"Noms abrégés : {' ; '.join(cut)}."] if cut else []


def _shorten(words):
    """Return labels cut at the end of a word so that they stand on one line, with an ellipsis."""
    return words.map(
        lambda text: text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL].rsplit(' ', 1)[0].rstrip(' ,')}…"
    )


def _tell_chosen(shown, telling, territories):
    count = f"les {shown} premières des {telling} catégories" if shown < telling else f"les {shown} catégories"
    what = (
        "qui distinguent les territoires, absences vérifiées d'abord"
        if territories > 1
        else "dont l'absence est vérifiée"
    )
    return f"Lignes : {count} {what} ; celles présentes partout, ou renseignées nulle part, ne sont pas montrées."
