"""Which maps and charts a diagnosis has, in order: each a name, whether every edition shows the same, and how to draw it."""

from functools import partial

import pandas as pd

from diagnostic.draw import access_chart, base_map, chance_chart, charts, print_layers, print_points, states_map
from diagnostic.draw.actor_pages import list_actor_pages
from diagnostic.draw.charter import dress_pages
from diagnostic.draw.matrix_pages import list_matrix_pages, name_layers
from diagnostic.draw.network_pages import list_network_pages
from diagnostic.draw.style import agree
from diagnostic.draw.web_view import name_headings
from diagnostic.vocabulary import normalize_label, read_vocabulary
from diagnostic.vocabulary.formats import join_words

LONGEST_NAME = 40  # letters of a layer or a category in a file name


def list_figures(tables, *, mentions, edition):
    """List the print maps and charts of an edition without drawing them.

    Parameters
    ----------
    tables : dict of DataFrame, those the edition may hold (`edition.filter_edition`), measures included
    mentions : dict: sources (dict of str -> list of str, by subject), date, couverture, fictif (dict of str -> bool)
    edition : str printed on the pages that show actors, or None when every edition written shows the same ones

    Returns
    -------
    list of (name, shared, draw): `name` is a file name without extension, made of our own letters; `shared` says that the
    page is the same in every edition; `draw()` returns a matplotlib Figure.
    """
    common = partial(_mention, mentions, edition=None)
    own = partial(_mention, mentions, edition=edition)
    # Four communes of France have no outline: a territory of those alone has charts and no map.
    base = base_map.prepare_base(tables["communes"]) if tables["communes"].geometry.notna().any() else None
    actors, left = leave_communes(tables["acteurs"])
    told = own("acteurs") | {"remarques": left}
    figures = _list_layers(tables, base, common) if base else []
    figures.append(("discordance", True, partial(charts.draw_discordance, _pivot_pairs(tables), mentions=common("ressorts"))))
    figures += _list_chance(tables, common)
    if len(actors) and base:
        figures += [(name, edition is None, draw) for name, draw in list_actor_pages(tables, base, actors, told)]
    if len(actors):
        counts = _count_headings(actors)
        bars = partial(charts.draw_bars, counts, mentions=told | {"remarques": [*left, *_tell_empty_headings(counts)]})
        figures.append(("acteurs_par_rubrique", edition is None, bars))
    figures += list_matrix_pages(tables, common)
    figures += list_network_pages(tables, base, own, common, shared=edition is None)
    if base:
        figures += [(name, edition is None, draw) for name, draw in [*_list_states(tables, base, own), *_list_access(tables, base, own)]]
    figures += [(name, edition is None, draw) for name, draw in _list_curves(tables, own)]
    return dress_pages(figures, tables.get("reglages", {}))


def _list_layers(tables, base, common):
    """List the maps of jurisdictions; what would be one flat colour is left to the sentences."""
    counts = tables["millefeuille"]["nb_unites"]
    figures = []
    if counts.reindex(base.communes.index).nunique(dropna=False) > 1:
        figures = [("mille-feuille", True, partial(print_layers.draw_millefeuille, base, counts, mentions=common("ressorts")))]
    groups = tables["atomes_communes"].set_index("code_insee")["atome_id"].reindex(base.communes.index)
    if groups.nunique() > 1:
        figures.append(("communes_de_meme_cas", True, partial(print_layers.draw_atoms, base, groups, mentions=common("ressorts"))))
    odd = tables["communes_minoritaires"]
    odd = odd[odd["territoire_id"].str.startswith("epci:")]
    for couche in tables["couches"].index:
        held = tables["affectation"]["couche"].eq(couche)
        if couche != "EPCI" and tables["affectation"].loc[held, "unite_id"].nunique() > 1:
            told = common(couche) | {"libelle": tables["couches"].at[couche, "libelle"]}
            minority = pd.Index(odd.loc[odd["couche"] == couche, "code_insee"].unique())
            draw = partial(print_layers.draw_ressort, base, tables["affectation"], tables["unites"], couche, minority, mentions=told)
            # The rank before it keeps the name unique; a long one would be refused by the system.
            figures.append((f"ressort_{normalize_label(couche)[:LONGEST_NAME]}", True, draw))
    return figures


def _list_chance(tables, common):
    """List the charts of chance, one a territory where it was drawn: a page that says « non calculé » says one thing, told in words."""
    rows = tables["hasard"] if "hasard" in tables else pd.DataFrame(columns=["territoire_id", "mesure", "observe", "moyenne_hasard"])
    rows = rows[(rows["mesure"] == "nb_a_dans_b") & rows["observe"].notna()]
    rows = rows[rows["moyenne_hasard"].notna().groupby(rows["territoire_id"]).transform("any").astype(bool)]
    names, labels, told = tables["territoires"]["nom"], tables["couches"]["libelle"], common("ressorts")
    figures = []
    for key, held in rows.groupby("territoire_id", sort=False):
        draw = partial(chance_chart.draw_chance, held, labels, names[key], mentions=told)
        figures.append((f"hasard_{normalize_label(names[key])[:LONGEST_NAME]}", True, draw))
    return figures


def _mention(mentions, subject, *, edition):
    return {
        "sources": mentions["sources"].get(subject, []), "date": mentions["date"],
        # How well the inventory is known says nothing of boundaries.
        "couverture": mentions["couverture"] if subject == "acteurs" else None,
        "fictif": mentions["fictif"].get(subject, False), "edition": edition,
    }  # fmt: skip


def _list_access(tables, base, own):
    """One map a category whose inventory is known to be complete: elsewhere a distance would tell of the inventory."""
    summary = tables["acces"]
    known = summary[(summary["territoire_id"] == "perimetre") & (summary["inventaire"] == "complet")]["categorie"].unique()
    labels = tables["listes"]["categories"]["libelle"]
    thresholds = sorted(summary["seuil_km"].unique())
    middle = thresholds[len(thresholds) // 2] if thresholds else None
    whole = summary[(summary["territoire_id"] == "perimetre") & (summary["seuil_km"] == middle)].set_index("categorie")
    figures = []
    for code in known:
        distances = tables["acces_communes"].query("categorie == @code").set_index("code_insee")["distance_km"]
        counted = tables["sites_acces"].query("categorie == @code")["acteur_id"]
        sites = tables["acteurs"][tables["acteurs"]["acteur_id"].isin(counted)]
        draw = partial(
            print_points.draw_access, base, distances, sites, labels.get(code, code), whole.loc[code],
            mentions=own("acteurs"),
        )  # fmt: skip
        figures.append((f"acces_{normalize_label(code)[:LONGEST_NAME]}", draw))
    return figures


def _list_states(tables, base, own):
    """One map a category drawn commune by commune: present, absent for sure, not recorded."""
    labels, ages = tables["listes"]["categories"]["libelle"], tables["ages_categories"]
    ages = ages[ages["type"] == "epci"].set_index("categorie")["age_text"] if len(ages) else pd.Series(dtype="object")
    counts = tables["etats_communes_resume"].set_index("categorie")
    figures = []
    for code, rows in tables["etats_communes"].groupby("categorie", sort=False):
        actors = tables["acteurs"]
        held = actors["categorie"].eq(code) | actors["categories_secondaires"].map(lambda cell: code in cell).astype(bool)  # noqa: B023
        told = counts.loc[code].to_dict() | {"age_text": ages.get(code, "")}
        states = rows.set_index("code_insee")["statut"]
        draw = partial(states_map.draw_states, base, states, actors[held], labels.get(code, code), told, mentions=own("acteurs"))
        figures.append((f"etats_{normalize_label(code)[:LONGEST_NAME]}", draw))
    return figures


def _list_curves(tables, own):
    """One chart a category whose sites are all known: how many inhabitants within each distance, or time."""
    curves, labels = tables.get("courbes_acces"), tables["listes"]["categories"]["libelle"]
    if curves is None or not len(curves):
        return []
    steps = {"km": tables["reglages"]["seuils_km"], "min": tables["reglages"]["seuils_min"]}
    kinds = tables["territoires"]["type"].isin(["perimetre", "departement", "epci"])
    drawn = curves[curves["territoire_id"].isin(tables["territoires"].index[kinds])]
    drawn = drawn.assign(population=drawn["population_totale"])  # the chart tells the denominator of its shares
    return [
        (f"courbe_{normalize_label(code)[:LONGEST_NAME]}", partial(
            access_chart.draw_access_curve, rows, tables["territoires"], labels.get(code, code), mentions=own("acteurs"),
            seuils=steps[rows["unite"].iat[0]],
        ))
        for code, rows in drawn.groupby("categorie", sort=False)
    ]  # fmt: skip


def _pivot_pairs(tables):
    """Return the layer x layer table of what `purete` leaves: who is not, in the column's layer, with most of their unit of the row.

    Unlike VI or NMI it is 0 when the column has a single unit: one interlocutor is no discordance.
    """
    whole = tables["paires"][tables["paires"]["territoire_id"] == "perimetre"]
    names = tables["couches"].index.intersection(tables["affectation"]["couche"].unique())
    table = pd.DataFrame(index=names, columns=names, dtype=float)
    for row in whole[whole["couche_a"].isin(names) & whole["couche_b"].isin(names)].itertuples():
        table.loc[row.couche_a, row.couche_b] = 1 - row.purete_a_dans_b
        table.loc[row.couche_b, row.couche_a] = 1 - row.purete_b_dans_a
    for name in names:
        table.loc[name, name] = 0.0
    words = name_layers(tables["couches"]["libelle"].reindex(names))
    return table.set_axis(words).set_axis(words, axis=1)


def leave_communes(actors):
    """Return the actors without the communes that are in no network, which would drown the others, and the note that says it."""
    linked = actors.get("dans_reseau")
    if linked is None:
        return actors, []
    left = actors["categorie"].eq("commune") & ~linked.astype("boolean").fillna(False).astype(bool)
    if not left.any():
        return actors, []
    inside = int((left & ~actors["hors_territoire"].astype(bool)).sum())
    verb = "n'est pas dessinée ni comptée" if inside < 2 else "ne sont ni dessinées ni comptées"
    return actors[~left], [f"{agree(inside, 'commune')} sans lien ni participation {verb}."] if inside else []


def _count_headings(actors):
    return name_headings(actors.loc[~actors["hors_territoire"].astype(bool), "categorie"]).value_counts()


def _tell_empty_headings(counts):
    """Return the note that names the headings of the guide with no actor recorded: a bar of nothing would read as an absence."""
    empty = [name for name in pd.unique(read_vocabulary("categories")["rubrique_libelle"]) if name not in counts.index]
    return [f"Sans acteur recensé, ce qui ne prouve pas une absence : {join_words(empty, len(empty))}."] if empty else []
