"""Actors that a person marked as one structure -> one row, every source kept, every reference redirected, every value traced."""

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from diagnostic.read.actors.duplicates import tell_unknown
from diagnostic.schema import ORIGIN_COLUMNS, describe_table, is_imported, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

PROVENANCE_COLUMNS = ["acteur_id", "nom", "colonne", "valeur", "origine_id", "source", *ORIGIN_COLUMNS, "valeurs_non_gardees"]
COUNT_COLUMNS = ["fichier", "feuille", "fusionnees"]
PAIR = ["acteur_id_1", "acteur_id_2"]
# Columns that only make sense together: taken from the first row that gives the first of them.
TOGETHER = {
    "lat": ["lat", "lon", "x_m", "y_m"],
    "code_insee": ["code_insee", "methode_commune", "confiance_commune", "hors_territoire"],
    "champ": ["champ", "champ_origine"],
}  # fmt: skip
PLACE = ["commune", "code_postal", "adresse"]  # of another row, taken only where its commune is the one kept
MIXED_REFERENCES = {"temps_trajet": ["destination"]}  # columns that name an actor, or something else
YES_WINS = ["entreprise_individuelle", "lieu_domicile", "mobile"]
# From the most open: an empty cell shows the name, the category and the commune only, less than `public` does.
DIFFUSIONS = ["public", "", "partenaires", "interne"]
SEPARATOR = " ; "


def merge_duplicates(tables, decisions):
    """Merge the actors that a person marked `fusionner`.

    Pairs add up (A with B, B with C: one structure), unless a pair of the group is marked `distincts`: nothing of that group is
    merged then, and it is told. The row kept is that of the inventory before that of an import, then the most recent date_maj,
    then the first acteur_id in alphabetical order. It keeps its values, and takes where it has none the first value of the others,
    in that order. Lists are united, the other principal categories join categories_secondaires, every source is kept, the most
    restrictive diffusion wins (an empty cell is stricter than `public`), and so do the most recent date_maj and the « oui » of
    entreprise_individuelle, lieu_domicile and mobile. A SIRET of another SIREN than the row's is not taken, nor the place of a row of
    another commune (address, point): they are told, or traced as values not kept.

    Parameters
    ----------
    tables : dict of DataFrame, cleaned; references may be identifiers or still names
    decisions : DataFrame acteur_id_1, acteur_id_2, decision (`fusionner` or `distincts`), and ORIGIN_COLUMNS when read from a file

    Returns
    -------
    tables : dict of DataFrame; the same tables when nothing is merged. Rows made identical by the merging are merged too, and a
        link that has become one of an actor with itself is set aside.
    provenance : DataFrame of PROVENANCE_COLUMNS, one row a value of a merged actor and the row it came from; valeur is empty
        where nothing was taken, and the row is then the one whose value was not
    problemes : DataFrame
    comptes : DataFrame fichier, feuille, fusionnees: read = kept + merged + set aside
    """
    acteurs = tables["acteurs"]
    nothing = pd.DataFrame(columns=PROVENANCE_COLUMNS), pd.DataFrame(columns=COUNT_COLUMNS)
    if decisions is None or not len(decisions):
        return dict(tables), nothing[0], join_problems(), nothing[1]
    decisions = decisions.dropna(subset=PAIR)
    unknown = tell_unknown(decisions, acteurs["acteur_id"])
    groups, refused = _group_actors(acteurs, decisions)
    if not len(groups):
        return dict(tables), nothing[0], join_problems(unknown, refused), nothing[1]
    members = _rank_members(acteurs, groups)
    merged, strange = _merge_values(members)
    provenance = _trace_values(members, merged)
    redirected, gone, told = _redirect_tables(tables, members)
    gone.append(members.loc[members["rang"] > 0, ["fichier", "feuille"]])
    rows = merged.drop(columns=["groupe", "rang"])
    redirected["acteurs"] = pd.concat([acteurs.drop(index=members.index), rows]).sort_index().reset_index(drop=True)
    counts = pd.concat(gone).value_counts(sort=False).rename("fusionnees").reset_index()
    return redirected, provenance, join_problems(unknown, refused, strange, *told), counts[COUNT_COLUMNS]


def _group_actors(acteurs, decisions):
    """Return the group of each actor to merge (Series indexed by acteur_id), and the problems: groups that contradict themselves."""
    known = decisions[PAIR].isin(set(acteurs["acteur_id"])).all(axis=1) & (decisions[PAIR[0]] != decisions[PAIR[1]])
    decisions = decisions[known]
    same, apart = decisions[decisions["decision"] == "fusionner"], decisions[decisions["decision"] == "distincts"]
    ids = pd.Index(np.unique(same[PAIR].to_numpy(dtype=object).astype(str)))
    edges = [ids.get_indexer(same[column]) for column in PAIR]
    graph = sparse.coo_matrix((np.ones(len(same)), edges), shape=(len(ids), len(ids)))
    groups = pd.Series(connected_components(graph, directed=False)[1] if len(ids) else [], index=ids, dtype="int64")
    ends = [apart[column].map(groups) for column in PAIR]
    against = apart[(ends[0] == ends[1]) & ends[0].notna()]
    broken = against[PAIR[0]].map(groups).astype("int64")
    listed = {group: ", ".join(groups.index[groups == group]) for group in broken.unique()}
    messages = [
        f"« {one} » et « {other} » sont dits distincts, et d'autres lignes les réunissent : rien n'est fusionné parmi {listed[group]}."
        for one, other, group in zip(against[PAIR[0]], against[PAIR[1]], broken, strict=True)
    ]
    told = list_problems("erreur", against, messages, "corrigez l'une des décisions", colonne="decision", valeur="distincts")
    return groups[~groups.isin(broken)], told


def _rank_members(acteurs, groups):
    """Return the rows to merge, with groupe and rang (0 for the row kept), those of a group together."""
    members = acteurs[acteurs["acteur_id"].isin(groups.index)]
    order = pd.DataFrame({
        "groupe": members["acteur_id"].map(groups), "importe": is_imported(members),
        "date_maj": pd.to_datetime(members.reindex(columns=["date_maj"])["date_maj"]), "acteur_id": members["acteur_id"],
    })  # fmt: skip
    order = order.sort_values(["groupe", "importe", "date_maj", "acteur_id"], ascending=[True, True, False, True])
    members = members.loc[order.index].assign(groupe=order["groupe"])
    return members.assign(rang=members.groupby("groupe").cumcount())


def _merge_values(members):
    """Return the rows kept, with the values of their group, on their own index; and the problems."""
    lists = _list_columns(members)
    texts = [c for c in members if members[c].dtype in ("object", "str") and c not in lists]
    given = members.assign(**{c: members[c].mask(members[c].eq("").fillna(False).astype(bool)) for c in texts})
    given, told = _refuse_strange_siret(_hide_elsewhere(given))
    by_group = given.groupby("groupe")
    kept = members[members["rang"] == 0].set_index("groupe", drop=False)
    values = {}
    for column in [c for c in members if c not in [*lists, *ORIGIN_COLUMNS, "acteur_id", "groupe", "rang"]]:
        values[column] = by_group[column].first()
    for lead, columns in TOGETHER.items():
        values |= _take_together(given, lead, [column for column in columns if column in members])
    for column in lists:
        parts = members[column]
        if column == "categories_secondaires":
            # The principal categories of the group follow its secondary ones; that of the row kept is left out below.
            main = given["categorie"].astype("object")
            parts = pd.concat([parts, main.map(lambda category: (category,)).where(main.notna(), None)])
        values[column] = _unite(parts, members["groupe"].reindex(parts.index.unique()))
    if "categories_secondaires" in lists:
        secondary, main = values["categories_secondaires"], values["categorie"].reindex(values["categories_secondaires"].index)
        without = [tuple(item for item in items if item != said) for items, said in zip(secondary, main, strict=True)]
        values["categories_secondaires"] = pd.Series(without, index=secondary.index, dtype=object)
    values |= _choose_strictest(members, given)
    typed = {column: cells.reindex(kept.index).astype(members[column].dtype) for column, cells in values.items()}
    rows = kept.assign(**typed)
    return rows.set_axis(members.index[members["rang"] == 0]), told


def _list_columns(members):
    described = describe_table("acteurs")
    return [column for column in described.index[described["genre"] == "liste"] if column in members]


def _refuse_strange_siret(given):
    """Empty the SIRET of another SIREN than the one that the row kept gives, and tell them."""
    if not {"siren", "siret"} <= set(given):
        return given, None
    siren = given["siren"].astype("object").where(given["siren"].notna(), given["siret"].astype("object").str[:9])
    first = siren.where(given["rang"] == 0).groupby(given["groupe"]).transform("first")
    strange = first.notna() & given["siret"].notna() & (given["siret"].astype("object").str[:9] != first)
    strange &= given["rang"] > 0
    rows = given[strange]
    messages = [
        f"Le SIRET {siret} n'est pas d'un établissement du SIREN {own} de la ligne avec laquelle celle-ci est fusionnée : non repris."
        for siret, own in zip(rows["siret"], first[strange], strict=True)
    ]
    fix = "vérifiez que c'est bien la même structure ; sinon marquez la paire « distincts »"
    told = list_problems("attention", rows, messages, fix, colonne="siret", valeur=rows["siret"])
    return given.assign(siret=given["siret"].mask(strange)), told


def _hide_elsewhere(given):
    """Empty the place of the rows of another commune than the group's: a point and a commune come from one place."""
    if "code_insee" not in given:
        return given
    codes = given["code_insee"].astype("object")
    first = codes.groupby(given["groupe"]).transform("first")
    elsewhere = first.notna() & (codes != first)
    hidden = {column: given[column].mask(elsewhere) for column in ("lat", "lon") if column in given}
    hidden |= {column: given[column].mask(elsewhere & codes.notna()) for column in PLACE if column in given}
    return given.assign(**hidden, ailleurs=elsewhere)


def _take_together(given, lead, columns):
    """Return the columns of the first row of each group that gives `lead`, else of the row kept."""
    if lead not in given:
        return {}
    best = given.reindex(columns=[*dict.fromkeys([*given, "ailleurs"])], fill_value=False).assign(lacks=given[lead].isna())
    best = best.sort_values(["groupe", "lacks", "ailleurs", "rang"]).drop_duplicates("groupe").set_index("groupe")
    return {column: best[column] for column in columns}


def _unite(cells, groups):
    """Return one tuple a group: the items of its tuples, each once, in order."""
    items = cells.explode().dropna()
    items = pd.DataFrame({"groupe": items.index.map(groups), "item": items.to_numpy(dtype=object)}).drop_duplicates()
    held = {group: tuple(rows) for group, rows in items.groupby("groupe")["item"]}
    index = pd.Index(groups.unique())
    return pd.Series([held.get(group, ()) for group in index], index=index, dtype=object)


def _choose_strictest(members, given):
    """Return the columns where one value wins whoever gives it: source, diffusion, date_maj, the flags of privacy."""
    by_group, values = given.groupby("groupe"), {}
    if "source" in members:
        said = _unite(given["source"].astype("object").str.split(SEPARATOR), members["groupe"])
        values["source"] = said.map(lambda items: SEPARATOR.join(items) or None)
    if "date_maj" in members:
        values["date_maj"] = by_group["date_maj"].max()
    if "diffusion" in members:
        ranks = members["diffusion"].astype("object").where(members["diffusion"].notna(), "").map(DIFFUSIONS.index)
        values["diffusion"] = ranks.groupby(members["groupe"]).max().map(lambda rank: DIFFUSIONS[rank] or None)
    for column in set(YES_WINS) & set(members):
        values[column] = by_group[column].max()
    return values


def _trace_values(members, merged):
    """Return one row a value of a merged actor: the row it came from, and what the other rows said."""
    united = {*_list_columns(members), "source"}
    columns = [column for column in describe_table("acteurs").index if column in members]
    final, parts = merged.set_index("groupe"), []
    for column in columns:
        cells = pd.DataFrame({"groupe": members["groupe"], "rang": members["rang"], "valeur": write_cells(members[column])})
        cells["colonne"], cells["final"] = column, cells["groupe"].map(write_cells(final[column]))
        cells = cells[cells["valeur"] != ""]
        right = pd.Series(column in united, index=cells.index) | (cells["valeur"] == cells["final"])
        source = cells[right] if column in united else cells[right].drop_duplicates("groupe")
        # A column that the row kept leaves empty, on purpose, still says what it was not given.
        bare = cells[~cells["groupe"].isin(source["groupe"])].drop_duplicates("groupe").assign(valeur="")
        others = cells[~right].drop_duplicates(["groupe", "valeur"]).groupby("groupe")["valeur"].agg(SEPARATOR.join)
        source = pd.concat([source, bare]) if len(bare) else source
        parts.append(source.assign(valeurs_non_gardees=source["groupe"].map(others).astype("object").fillna("")))
    trace = pd.concat(parts)
    rows = members.loc[trace.index, ["source", *ORIGIN_COLUMNS]]
    trace = trace.assign(
        acteur_id=trace["groupe"].map(final["acteur_id"]), nom=trace["groupe"].map(final["nom"]),
        origine_id=members.loc[trace.index, "acteur_id"], **{column: rows[column] for column in rows},
    )  # fmt: skip
    trace["place"] = trace["colonne"].map(columns.index)
    return trace.sort_values(["acteur_id", "place", "rang"])[PROVENANCE_COLUMNS].reset_index(drop=True)


def write_cells(cells):
    """Return a column as text, as it would be written in a sheet: lists with ;, days, oui and non; '' when missing."""
    if pd.api.types.is_datetime64_any_dtype(cells):
        return cells.dt.strftime("%Y-%m-%d").astype("object").fillna("")
    if pd.api.types.is_bool_dtype(cells):
        return cells.astype("object").map({True: "oui", False: "non"}).astype("object").fillna("")
    texts = cells.astype("object")
    texts = texts.map(";".join, na_action="ignore") if _holds_lists(texts) else texts.map(str, na_action="ignore")
    return texts.astype("object").where(cells.notna(), "")


def _holds_lists(cells):
    filled = cells.dropna()
    return len(filled) > 0 and isinstance(filled.iloc[0], tuple)


def _redirect_tables(tables, members):
    """Return the tables with every reference redirected, the rows merged because made identical (a list), the problems (a list)."""
    leads = _map_references(tables["acteurs"], members)
    redirected, gone, told = dict(tables), [], []
    for name, table in tables.items():
        columns = _reference_columns(name, table)
        if not columns or not len(table):
            continue
        after = table.assign(**{column: _redirect(table[column], leads) for column in columns})
        changed = pd.concat([write_cells(table[column]) != write_cells(after[column]) for column in columns], axis=1).any(axis=1)
        if not changed.any():
            continue
        after, loops = _part_loops(name, after, changed)
        kept, repeated = _part_identical(name, after, changed.loc[after.index])
        redirected[name] = kept.reset_index(drop=True)
        gone.append(repeated.reindex(columns=["fichier", "feuille"]))
        message = "Ligne devenue identique à une autre par la fusion de deux acteurs : comptée une fois."
        told += [loops, list_problems("information", repeated, message, "rien ; supprimez l'une des deux lignes si vous voulez")]
    return redirected, gone, told


def _reference_columns(name, table):
    if not isinstance(table, pd.DataFrame):
        return []
    described = describe_table(name)
    refers = (described["genre"] == "ref:acteurs") | ((described["genre"] == "liste") & (described["liste"] == "ref:acteurs"))
    return [column for column in [*described.index[refers], *MIXED_REFERENCES.get(name, [])] if column in table]


def _map_references(acteurs, members):
    """Return {identifier merged, or name that only one group bears: identifier kept}; an identifier of the table is never a name."""
    kept = members["groupe"].map(members[members["rang"] == 0].set_index("groupe")["acteur_id"])
    names = acteurs.reindex(columns=["nom", "sigle"]).melt(ignore_index=False)["value"].dropna()
    labels = pd.DataFrame({"label": names.map(normalize_label), "vers": kept.reindex(names.index).astype("object")})
    labels = labels[labels["label"] != ""]
    ends = labels.drop_duplicates().groupby("label")["vers"].agg(["size", "count"])
    labels = labels[labels["label"].isin(ends.index[(ends["size"] == 1) & (ends["count"] == 1)])].drop_duplicates()
    known = set(acteurs["acteur_id"])
    return {
        "identifiants": dict(zip(members["acteur_id"], kept, strict=True)), "connus": known,
        "noms": dict(zip(labels["label"], labels["vers"], strict=True)),
    }  # fmt: skip


def _redirect(cells, leads):
    def follow(cell):
        if cell in leads["connus"]:
            return leads["identifiants"].get(cell, cell)
        return leads["noms"].get(normalize_label(cell), cell)

    if _holds_lists(cells):
        return cells.map(lambda items: tuple(dict.fromkeys(map(follow, items))))
    return cells.map({cell: follow(cell) for cell in cells.dropna().unique()}).astype(cells.dtype)


def _part_loops(name, table, changed):
    """Part the links that the merging has made links of an actor with itself."""
    if name != "liens":
        return table, None
    loops = changed & table["source_id"].eq(table["cible_id"]).fillna(False).astype(bool)
    message = "Les deux acteurs de ce lien ont été fusionnés : ligne écartée."
    fix = "supprimez ce lien, ou marquez les deux acteurs « distincts » dans la feuille doublons"
    told = list_problems("erreur", table[loops], message, fix, colonne="cible_id", valeur=table.loc[loops, "cible_id"])
    return table[~loops], told


def _part_identical(name, table, changed):
    """Part the rows that a redirection made identical to another, wherever the two were read.

    The first read is kept, with the sources of all.
    """
    compared = [column for column in describe_table(name).index if column in table and column != "source"]
    text = pd.DataFrame({column: write_cells(table[column]) for column in compared})
    key = text.groupby(compared, sort=False).ngroup()
    order = table.reindex(columns=["fichier", "ligne"]).assign(cle=key).sort_values(["fichier", "ligne"])
    repeated = order["cle"].duplicated().reindex(table.index) & changed.groupby(key).transform("any")
    kept = table[~repeated]
    if "source" in table and repeated.any():
        sources = table["source"].astype("object").loc[order.index].str.split(SEPARATOR)
        said = _unite(sources, key).map(lambda items: SEPARATOR.join(items) or None)
        again = key[kept.index].isin(key[repeated])
        kept = kept.assign(source=kept["source"].mask(again, key[kept.index].map(said)).astype(table["source"].dtype))
    return kept, table[repeated]
