"""A dossier (folder of tables) -> every table the measures need, the problems met, and the count of every row."""

from pathlib import Path

import pandas as pd

from diagnostic.read.actors.actors import (
    assign_territories,
    complete_actors,
    index_territories,
    tell_outside,
    tell_unmatched,
)
from diagnostic.read.actors.duplicates import find_duplicates
from diagnostic.read.actors.merge import merge_duplicates
from diagnostic.read.back.called_rows import name_problems
from diagnostic.read.back.correction_files import read_corrections
from diagnostic.read.back.corrections import list_unread
from diagnostic.read.counts import count_rows, list_set_aside
from diagnostic.read.gaps.inputs import read_gap_inputs
from diagnostic.read.imports.imported import ACTOR_TABLES, append_imported, read_imports
from diagnostic.read.inventory.appearance import read_appearance
from diagnostic.read.inventory.inventory import find_beside, find_inventory, read_inventory
from diagnostic.read.inventory.named_ids import list_made
from diagnostic.read.inventory.needed import refuse_missing, tell_no_actor
from diagnostic.read.inventory.references import resolve_references
from diagnostic.read.inventory.sheets import split_name
from diagnostic.read.layers.hypotheses import resolve_hypotheses
from diagnostic.read.layers.layers import list_vintages, read_layers
from diagnostic.read.places import territories
from diagnostic.read.places.cog import extend_former, read_cog
from diagnostic.read.places.neighbours import list_neighbours
from diagnostic.read.places.perimeter import read_perimeter, read_territories, tell_cut
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems, locate_sheet, make_table
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words

NEIGHBOUR_COLUMNS = ["population", "x_m", "y_m", "zone", "epci"]  # of every commune of the country


def read_dossier(folder, *, inventaire=None, only=None):
    """Read a whole dossier.

    Parameters
    ----------
    folder : path-like, the folder that holds inventaire.xlsx (or CSV files), imports/, ressorts/, indicateurs/, trajets/ and corrections/
    inventaire : path-like, optional, another workbook read in the place of the inventory of the folder
    only : sequence of str, optional, the codes of the communes of one of its territories, read as if it were the whole perimeter

    Returns
    -------
    dict
        The tables of the schema, cleaned, corrected, the actors that a person merged in one row, references resolved; `communes`
        (GeoDataFrame of the perimeter), `territoires`, `appartenance`, `acteurs_territoires`, `dispositifs_territoires`, `couches`,
        `unites`, `affectation`, `unites_coupees`, `doublons_proposes`, `provenance` (where each value of a merged actor comes from),
        `attendus` (those of the software, changed by the dossier), `indicateurs_communes`, `voisines` (all communes of the country),
        `problemes`, `comptes`; `reglages` (dict) and `listes` (vocabularies); `retour` (dict), what the way back to the user needs:
        `ecartees` (the rows set aside, as read, by table), `fabriques` (the identifiers made), `inventaire` (its
        files), `alias`.

    Raises
    ------
    DiagnosticError
        Structural faults, all at once. Nothing in the folder is ever modified.
    """
    folder = Path(folder)
    kept, files = read_corrections(folder), [Path(inventaire)] if inventaire else find_inventory(folder)
    sheets = [*files, *find_beside(folder, files)]
    given, settings, lists, problems, counts, read = read_inventory(sheets, corrections=kept["corrections"])
    cog, former = extend_former(read_cog(), given["correspondance_cog"])
    imported, found, import_counts, import_read = read_imports(folder, lists, cog, corrections=kept["corrections"])
    tables, repeated = append_all(given, imported)
    refuse_missing(tables, read, counts, problems)
    told = [problems, former, found, *repeated, tell_no_actor(tables["acteurs"], read, files[0].name)]
    written = find_written(tables["communes"], "communes", read)
    communes, tables["communes"], found = read_perimeter(tables["communes"], settings, cog, folder, written=written, only=only)
    territoires, appartenance, strangers = read_territories(tables["territoires"], communes)
    tables["acteurs"], doubts = complete_actors(
        tables["acteurs"], cog, lists["categories"], communes=communes, distance_max_km=settings["distance_max_km"],
        written=find_written(tables["acteurs"], "acteurs", read, import_read), crs=settings["crs"],
    )  # fmt: skip
    decisions = pd.concat([part for part in (tables["doublons"], kept["doublons"]) if len(part)] or [tables["doublons"]])
    # Before the references are resolved: two rows of one name are one actor once merged, and the name then leads to it.
    tables, provenance, merging, merged = merge_duplicates(tables, decisions)
    tables, orphans = resolve_references(tables, read)
    layers, layer_doubts, layer_counts = read_layers(
        tables, communes, cog, folder=folder, lists=lists, corrections=kept["corrections"], crs=settings["crs"]
    )
    tables = tables | layers
    settings, unseen = read_appearance(folder, settings, layers["couches"])
    tables["hypotheses"], untold = resolve_hypotheses(tables["hypotheses"], communes, layers["couches"], layers["unites"])
    written = find_written(tables["attendus"], "attendus", read, columns=["categories_requises"])
    inputs, rows, input_counts, unsaid = read_gap_inputs(tables, communes, cog, folder=folder, lists=lists, written=written)
    tables = tables | inputs
    tables, places, lost = place_tables(tables, territoires, communes, appartenance)
    territoires = territories.name_partial(territoires, communes, cog["communes"])
    pairs, capped = find_standing_pairs(tables["acteurs"], decisions)
    cut = territories.list_cut_units(communes, cog["communes"])
    counts = pd.concat([counts, import_counts, layer_counts, input_counts], ignore_index=True)
    told += [found, strangers, doubts, merging, orphans, layer_doubts, untold, unsaid, lost]
    told += [list_vintages(layers["couches"]), tell_cut(cut), capped]
    told += [tell_outside(tables["acteurs"]), tell_pairs(pairs), *unseen]
    told += [list_unread(kept["corrections"], zip(counts["fichier"], counts["feuille"], strict=True))]
    read = {name: pd.concat([part[name] for part in (read, import_read) if name in part]) for name in {**read, **import_read}}
    problems = mask_persons(name_problems(join_problems(*told), read))
    return tables | places | {
        "communes": communes, "voisines": cog["communes"][NEIGHBOUR_COLUMNS], "territoires": territoires,
        "appartenance": appartenance, "unites_coupees": cut, "doublons_proposes": pairs, "provenance": provenance, "problemes": problems,
        "voisinages": list_neighbours(communes) if settings["tirages_hasard"] else list_neighbours(communes.iloc[:0]),
        "comptes": count_rows(counts, tables, communes, merged=merged, others=rows), "reglages": settings, "listes": lists,
        "retour": {
            "ecartees": list_set_aside(read, problems), "fabriques": list_made(read, given),
            "inventaire": files, "alias": settings["alias"],
        },
    }  # fmt: skip


def append_all(given, imported):
    """Return the tables of the inventory with the imported rows after theirs, and the problems of each."""
    joined = {name: append_imported(given[name], imported[name], name) for name in ACTOR_TABLES}
    return given | {name: rows for name, (rows, _) in joined.items()}, [told for _, told in joined.values()]


def place_tables(tables, territoires, communes, appartenance):
    """Return the tables with their territories named, where each actor and dispositif is active, and the problems met."""
    places, lost = assign_all_territories(tables, territoires, communes, appartenance)
    named = name_places(tables, territoires)
    return named | {"acteurs": bring_inside(named["acteurs"], places["acteurs_territoires"])}, places, lost


def bring_inside(acteurs, acteurs_territoires):
    """Return the actors, inside the perimeter those who state a territory of it: they work there, wherever the seat is."""
    working = acteurs["acteur_id"].isin(acteurs_territoires["acteur_id"])
    return acteurs.assign(hors_territoire=acteurs["hors_territoire"].astype(bool) & ~working)


def find_standing_pairs(acteurs, decisions):
    """Return the pairs of actors of the perimeter that look alike, with the decisions that still bear on two of them, and the cap told."""
    near = acteurs[~acteurs["hors_territoire"]]
    # A decision on actors merged by now, or that are elsewhere, has been told by `merge_duplicates` when it is of nobody.
    standing = decisions[decisions[["acteur_id_1", "acteur_id_2"]].isin(set(near["acteur_id"])).all(axis=1)]
    return find_duplicates(near, decisions=standing)


def find_written(rows, table, *read, columns=("lat", "lon", "code_insee")):
    """Return `columns` of `table` as they were written, on the index of `rows`: what the way back looks for."""
    columns = list(columns)
    texts = pd.concat([part[table][[*ORIGIN_COLUMNS, *columns]] for part in read if table in part] or [make_table(table)])
    texts = texts.astype({"ligne": "Int64"}).drop_duplicates(ORIGIN_COLUMNS)
    located = rows[ORIGIN_COLUMNS].astype({"ligne": "Int64"}).merge(texts, on=ORIGIN_COLUMNS, how="left")
    return located[columns].astype("str").fillna("").set_axis(rows.index)


def mask_persons(problems):
    """Return the problems without what the cells of the sheet personnes hold: no file shows it, not even this one."""
    persons = problems["feuille"].map({name: split_name(str(name))[0] == "personnes" for name in problems["feuille"].unique()}).astype(bool)
    masked = problems[["nom", "valeur", "proposition"]].mask(persons, "")
    told = problems["probleme"].mask(persons, problems["probleme"].astype("str").str.replace(r"« .*? »", "« … »", regex=True))
    return problems.assign(**masked, probleme=told, ligne=pd.to_numeric(problems["ligne"]).astype("Int64"))


def tell_pairs(pairs):
    """Return one problem that says how many pairs of actors are still to be decided; none when there is no pair."""
    waiting = int((pairs["decision"].fillna("") == "").sum())
    if not waiting:
        return None
    rows = locate_sheet("logiciel", "doublons")
    words = count_words(waiting, "paire d'acteurs se ressemble", "paires d'acteurs se ressemblent")
    message = f"{words} : la même structure, peut-être. Aucune n'est fusionnée sans votre accord."
    fix = "rien ; ou décidez dans la feuille doublons de problemes.xlsx : fusionner ou distincts"
    return list_problems("information", rows, message, fix)


def assign_all_territories(tables, territoires, communes, appartenance):
    """Return the tables acteurs_territoires and dispositifs_territoires, and every territory written that leads nowhere."""
    places, problems = {}, []
    for name in ("acteurs", "dispositifs"):
        key = f"{name[:-1]}_id"
        places[f"{name}_territoires"], unknown = assign_territories(tables[name], key, territoires, communes, appartenance=appartenance)
        problems.append(unknown)
    link = "Territoire « {} » inconnu : ce lien compte partout où ses deux acteurs agissent."
    cover = "Territoire « {} » inconnu : cette couverture n'est pas comptée."
    problems.append(tell_unmatched(tables["liens"], "territoire", territoires, link))
    for name in ("couverture_inventaire", "couverture_dispositifs"):
        problems.append(tell_unmatched(tables[name], "territoire_id", territoires, cover))
    return places, join_problems(*problems)


def name_places(tables, territoires):
    """Return the tables with the territory of each link and coverage row as its identifier, where it is known."""
    index = index_territories(territoires)
    named = dict(tables)
    covers = [(f"couverture_{what}", "territoire_id") for what in ("inventaire", "dispositifs")]
    for name, column in (("liens", "territoire"), *covers):
        cells = tables[name][column].astype("str")
        known = cells.map({cell: index.get(cell) or index.get(normalize_label(cell)) for cell in cells.dropna().unique()})
        named[name] = tables[name].assign(**{column: known.astype("str").fillna(cells)})
    return named
