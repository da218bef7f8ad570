"""The communes of two years -> what moved between them: mergers, communes restored, codes, names, EPCI, populations, in sentences."""

import pandas as pd

from diagnostic.vocabulary.formats import count_words, format_number, join_words

MERGED, RECODED, RESTORED, RENAMED, EPCI = "fusion", "changement_de_code", "retablissement", "changement_de_nom", "changement_epci"
MOVE_COLUMNS = [
    "nature", "code_avant", "nom_avant", "code_apres", "nom_apres", "population_avant", "population_apres", "epci_avant", "epci_apres",
]  # fmt: skip
SHOWN = 12


def compare_communes(before, after, passage, *, restored=None, codes=None):
    """Say what became of the communes of one year in another.

    Parameters
    ----------
    before, after : DataFrame, index code_insee: nom, epci, population
    passage : Series, former code -> code of `after`
    restored : DataFrame, optional: code_insee, separee_de, the communes that came back between the two years
    codes : Index of str, optional, the communes of `after` that are looked at; by default all

    Returns
    -------
    DataFrame of MOVE_COLUMNS, one row a commune of `before` for each thing that became of it
        fusion: several communes of `before` are one now, the one that kept its code included; changement_de_code: one commune, another
        code; retablissement: a commune of `after` that is of none of `before` (code_avant: the one it left); changement_de_nom and
        changement_epci: same code. A population that the source does not give is missing. A code of `before` that leads nowhere in
        `after` has no row: `find_lost` lists them.

    Examples
    --------
    >>> before = pd.DataFrame({"nom": ["Un", "Deux"], "epci": ["E", "E"], "population": [10.0, 5.0]}, index=["1", "2"])
    >>> after = pd.DataFrame({"nom": ["Un-Deux"], "epci": ["E"], "population": [16.0]}, index=["1"])
    >>> compare_communes(before, after, pd.Series({"2": "1"}))[["nature", "code_avant", "code_apres"]].values.tolist()
    [['fusion', '1', '1'], ['fusion', '2', '1']]
    """
    rows = lead_codes(before, after, passage, codes=codes).dropna(subset="code_apres")
    same = rows["code_avant"] == rows["code_apres"]
    several = rows.groupby("code_apres")["code_avant"].transform("size") > 1
    renamed, moved = (rows[f"{name}_avant"].fillna("") != rows[f"{name}_apres"].fillna("") for name in ("nom", "epci"))
    parts = [
        rows[several].assign(nature=MERGED),
        rows[~several & ~same].assign(nature=RECODED),
        _list_restored(before, after, rows, restored, codes),
        rows[~several & same & renamed].assign(nature=RENAMED),
        rows[moved].assign(nature=EPCI),
    ]
    parts = [part[MOVE_COLUMNS] for part in parts if part is not None and len(part)]
    moves = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=MOVE_COLUMNS)
    order = moves["nature"].map({name: rank for rank, name in enumerate([MERGED, RECODED, RESTORED, RENAMED, EPCI])})
    return moves.assign(rang=order).sort_values(["rang", "code_apres", "code_avant"], ignore_index=True).drop(columns="rang")


def lead_codes(before, after, passage, *, codes=None):
    """Return each commune of `before` with the one of `after` it leads to: the columns of MOVE_COLUMNS but nature.

    code_apres is missing where the code leads nowhere, and, with `codes` (Index of str, communes of `after`), where it leads elsewhere.
    """
    looked = after if codes is None else after.loc[after.index.intersection(codes)]
    own = before.index.to_series()
    kept = after.index.get_indexer(before.index) >= 0
    heirs = own.where(kept, own.map(passage)).astype("str")
    place = looked.index.get_indexer(heirs)
    rows = pd.DataFrame({"code_avant": own, "code_apres": heirs.where(place >= 0)})
    for name in ("nom", "epci", "population"):
        rows[f"{name}_avant"] = before[name]
        rows[f"{name}_apres"] = looked[name].array.take(place, allow_fill=True)
    return rows.reset_index(drop=True)


def find_lost(before, after, passage):
    """Return the codes of `before` (Index) that lead to no commune of `after`."""
    rows = lead_codes(before, after, passage)
    return pd.Index(rows.loc[rows["code_apres"].isna(), "code_avant"])


def _list_restored(before, after, rows, restored, codes):
    if restored is None or not len(restored):
        return None
    looked = after.index if codes is None else codes
    known = restored["code_insee"].isin(after.index.intersection(looked)) & ~restored["code_insee"].isin(before.index)
    back = restored[known]
    parent, own = back["separee_de"].to_numpy(), back["code_insee"].to_numpy()
    held = {f"{name}_avant": before[name].reindex(parent).to_numpy() for name in ("nom", "epci", "population")}
    held |= {f"{name}_apres": after[name].reindex(own).to_numpy() for name in ("nom", "epci", "population")}
    return pd.DataFrame({"nature": RESTORED, "code_avant": parent, "code_apres": own, **held})


def compare_populations(before, after, passage, *, restored=None, codes=None):
    """Return, a commune of `after`: nom, population_avant (sum of the communes it is made of), population_apres, ecart.

    Missing where a part has no population, and for the communes that shared out their ground since (`restored`): nothing is rebuilt.
    """
    looked = after if codes is None else after.loc[after.index.intersection(codes)]
    rows = lead_codes(before, looked, passage).dropna(subset="code_apres")
    parts = rows.groupby("code_apres")["population_avant"].agg(["sum", "count", "size"]).reindex(looked.index)
    people = parts["sum"].where(parts["count"] == parts["size"])
    if restored is not None and len(restored):
        people = people.mask(people.index.isin([*restored["code_insee"], *restored["separee_de"]]))
    table = looked[["nom"]].assign(population_avant=people.astype(float), population_apres=looked["population"].astype(float))
    return table.assign(ecart=table["population_apres"] - table["population_avant"])


def tell_moves(moves, populations, *, before, after, epci=None):
    """Return what moved, in sentences (list of str).

    Parameters
    ----------
    moves, populations : DataFrame, `compare_communes`, `compare_populations`
    before, after : int, the years
    epci : Series, optional, SIREN -> name
    """
    number = count_words(len(populations), "commune")
    if not len(moves):
        first = f"Du COG {before} au COG {after}, aucune des {number} du territoire n'a changé de code, de nom ni d'intercommunalité."
        return [first, *_tell_people(populations, before, after)]
    told = [f"Du COG {before} au COG {after}, dans un territoire qui compte aujourd'hui {number} :"]
    told += [_tell_merged(rows) for _, rows in moves[moves["nature"] == MERGED].groupby("code_apres", sort=False)]
    told += _tell_each(moves, RECODED, "{nom_apres} passe du code {code_avant} au code {code_apres}")
    told += _tell_each(moves, RESTORED, "{nom_apres} ({code_apres}) redevient une commune : elle était dans {nom_avant} ({code_avant})")
    told += _tell_each(moves, RENAMED, "{nom_avant} ({code_apres}) s'appelle {nom_apres}")
    names = {} if epci is None else epci.to_dict()
    sides = ("epci_avant", "epci_apres")
    named = moves.assign(**{side: moves[side].map(lambda siren: names.get(siren, siren)).fillna("aucune") for side in sides})
    told += _tell_each(named, EPCI, "{nom_apres} ({code_apres}) change d'intercommunalité : {epci_avant}, puis {epci_apres}")
    return [*told, *_tell_people(populations, before, after)]


def _tell_merged(rows):
    """Tell the communes that are one now."""
    parts = [f"{row.nom_avant} ({row.code_avant}{_count_people(row.population_avant)})" for row in rows.itertuples()]
    first = rows.iloc[0]
    whole = f"{first['nom_apres']} ({first['code_apres']}{_count_people(first['population_apres'])})"
    return f"{join_words(parts)} ne font plus qu'une commune : {whole}."


def _count_people(people):
    return "" if people != people else f", {count_words(people, 'habitant')}"


def _tell_each(moves, nature, sentence):
    rows = moves[moves["nature"] == nature]
    told = [sentence.format(**row) + "." for row in rows.head(SHOWN).to_dict("records")]
    left = len(rows) - SHOWN
    if left > 0:
        told.append(f"Et {count_words(left, 'autre cas semblable', 'autres cas semblables')} (liste dans le classeur).")
    return told


def _tell_people(populations, before, after):
    known = populations.dropna(subset="ecart")
    if not len(known):
        return [f"Aucune population du COG {before} ne se compare à celle du COG {after}."]
    old, new, gap = known["population_avant"].sum(), known["population_apres"].sum(), known["ecart"].sum()
    if not known["ecart"].any():
        return [f"Population : les fichiers des COG {before} et {after} donnent les mêmes chiffres ({count_words(new, 'habitant')})."]
    signed = f"{'+' if gap > 0 else '−' if gap < 0 else ''}{format_number(abs(gap))}"
    up, down = int((known["ecart"] > 0).sum()), int((known["ecart"] < 0).sum())
    told = (
        f"Population municipale, des fichiers du COG {before} à ceux du COG {after} : {format_number(old)}, puis {format_number(new)} "
        f"({signed}) ; {count_words(up, 'commune')} en hausse, {format_number(down)} en baisse, sur {format_number(len(known))} comparées."
    )
    return [told]
