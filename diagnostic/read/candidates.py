"""What the clues of a row leave in doubt, told with the communes that it may mean; a proposition is never applied by itself."""

from bisect import bisect_left

import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.read.cog import is_in
from diagnostic.read.names import find_departements, fold_name, list_bearers, list_keys
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems

MOST_CANDIDATES = 5
ALIKE = 80  # likeness of two keys, out of 100, under which a name is not suggested
MOST_WIDE_SEARCHES = 200  # names sought in all France: without a departement, each is compared with 40,000
_SHORTEST_START = 4
ANSWER_COLUMNS = ["gravite", "colonne", "message", "proposition"]


def propose_codes(problems, rows, resolved, other):
    """Return the `problemes` of codes, with the commune that the other clues lead to as the code to write.

    Parameters
    ----------
    problems : DataFrame, those of `resolve_communes`
    rows, resolved : the rows and what was found for them
    other : Series, for the rows whose name contradicts the commune found: the commune that name and postcode lead to
    """
    mended = resolved["code_insee"].where(resolved["confiance_commune"].isin(["sure", "forte"]))
    mended = mended.mask(resolved["methode_commune"].isin(["code", "ancien_code", "outre_mer"])).fillna(
        other.reindex(rows.index)
    )
    found = rows[ORIGIN_COLUMNS].assign(trouve=mended)[mended.notna()]
    silent = (problems["proposition"] == "") & (problems["gravite"] == "attention")
    if not silent.any() or not len(found):
        return problems
    found = found.drop_duplicates(ORIGIN_COLUMNS).astype({"ligne": "Int64"})
    known = (
        problems[ORIGIN_COLUMNS]
        .astype({"ligne": "Int64"})
        .merge(found, on=ORIGIN_COLUMNS, how="left")["trouve"]
        .set_axis(problems.index)
    )
    return problems.assign(proposition=problems["proposition"].mask(silent & known.notna(), known))


def tell_names(clues, resolved, cog, perimeter):
    """Tell the names that leave a doubt: those that lead nowhere, those that nobody bears, those believed on little."""
    found, method = resolved["code_insee"], resolved["methode_commune"]
    named = clues["nom"] != ""
    unknown = named & ~is_in(clues["cle"], list_keys()) & ~method.isin(["code", "outre_mer"])
    open_ = (
        (named | (clues["code_postal"] != "") | (clues["departement"] != "")) & found.isna() & (method != "outre_mer")
    )
    doubts = clues[unknown | open_]
    told = [_tell_doubts(doubts, found.reindex(doubts.index), cog, perimeter)]
    told.append(_tell_believed(clues[method == "nom_perimetre"], resolved, cog))
    joined = clues[method.isin(["nom_code_postal", "nom_departement"])]
    told.append(_tell_joined(joined, found.reindex(joined.index), cog))
    return join_problems(*told)


def _tell_doubts(rows, found, cog, perimeter):
    """Tell names and postcodes that lead to no commune, or to several; each distinct case is looked into once."""
    if not len(rows):
        return None
    around = rows["departement"].where(rows["departement"] != "", find_departements(rows["code_postal"]))
    keys = ["nom", "cle", "code_postal", "autour", "code", "ouvert"]
    cases = rows.assign(autour=around, code=rows["code_insee"] != "", ouvert=found.isna())[keys]
    distinct = cases.drop_duplicates().reset_index(drop=True)
    lists = _cut_names(cog, perimeter, distinct)
    answers = pd.DataFrame([_explain(case, lists) for case in distinct.itertuples(index=False)], columns=ANSWER_COLUMNS)
    told = cases.merge(pd.concat([distinct, answers], axis=1), on=keys, how="left").set_axis(rows.index)
    read = {
        "commune": rows["commune"].where(rows["commune"] != "", rows["nom"]),
        "code_postal": rows["code_postal"],
        "code_insee": rows["code_insee"],
    }
    fix = "écrivez le code INSEE dans code_insee, ou corrigez le nom et le code postal"
    parts = [
        list_problems(
            gravite, rows.loc[part.index], part["message"], fix, colonne=colonne, valeur=read[colonne][part.index],
            proposition=part["proposition"],
        )
        for (gravite, colonne), part in told.groupby(["gravite", "colonne"], sort=False)
    ]  # fmt: skip
    return join_problems(*parts)


def _cut_names(cog, perimeter, cases):
    """Return the lists that the cases are compared with, as plain lists: a case is looked up in microseconds.

    `places`: {departement, "perimetre": ({key: codes}, sorted keys, {code: keys})}; `served`: {postcode: codes}; `bearers`:
    {key: codes}; `label`: {code: name}; `perimeter`: set of codes; `wide`: the keys sought in all France, for the first ones only.
    """
    names = list_bearers()
    inside = names[is_in(names["code_insee"], pd.Index(perimeter, dtype="str"))]
    around = pd.Index(cases["autour"].unique())
    parts = dict(list(names[is_in(names["departement"], around)].groupby("departement")))
    if (~is_in(cases["autour"], pd.Index(list(parts), dtype="str"))).any():
        parts["perimetre"] = inside if len(inside) else names
    post = cog["codes_postaux"]
    post = post[pd.Index(cases["code_postal"].unique()).get_indexer(post.index) >= 0]
    sought = names[is_in(names["cle"], pd.Index(cases["cle"].unique()))]
    lists = {
        "places": {place: _index_keys(part) for place, part in parts.items()},
        "served": _gather(post.index.tolist(), [code for code, _ in post.tolist()]),
        "bearers": _gather(sought["cle"].tolist(), sought["code_insee"].tolist()),
        "label": dict(zip(cog["communes"].index.tolist(), cog["communes"]["nom"].tolist(), strict=True)),
        "perimeter": set(perimeter),
    }
    # Without a departement a name is compared with the 40,000 of France: once each, and not for a column of anything.
    wide = cases.loc[
        (cases["autour"] == "") & (cases["cle"] != "") & ~cases["cle"].isin(lists["bearers"]), "cle"
    ].drop_duplicates()
    return lists | {"wide": set() if len(inside) else set(wide.head(MOST_WIDE_SEARCHES))}


def _index_keys(names):
    """Return ({key: codes}, the same keys in order, {code: keys}) of a part of the names, which come in the order of the keys."""
    keys, codes = names["cle"].tolist(), names["code_insee"].tolist()
    bearers = _gather(keys, codes)
    return bearers, list(bearers), _gather(codes, keys)


def _gather(keys, values):
    """Return {key: its values}, both in the order given."""
    gathered = {}
    for key, value in zip(keys, values, strict=True):
        gathered.setdefault(key, []).append(value)
    return gathered


def _explain(case, lists):
    """Return (gravite, colonne, message, proposition) for one distinct case of name, postcode and departement."""
    if not case.cle:
        return _explain_post(case, lists)
    place = case.autour if case.autour in lists["places"] else "perimetre"
    codes, keys, _ = lists["places"][place]
    near, bearers = codes.get(case.cle, []), lists["bearers"].get(case.cle, [])
    narrow = place != "perimetre" or bool(lists["perimeter"])
    starts = []
    if narrow and not near and len(case.cle) >= _SHORTEST_START:
        longer = keys[bisect_left(keys, case.cle) : bisect_left(keys, case.cle + "~")]  # ~ comes after every letter
        starts = list(dict.fromkeys(code for key in longer for code in codes[key]))
    if starts:
        one = lists["label"][starts[0]] if len(starts) == 1 else ""
        return "attention", "commune", f"« {case.nom} » : nom incomplet ? {_list_communes(starts, lists)}.", one
    if bearers:
        return _explain_shared(case, near or bearers, lists)
    return _explain_misspelt(case, place, narrow, lists)


def _explain_post(case, lists):
    served = lists["served"].get(case.code_postal, [])
    inside = [code for code in served if code in lists["perimeter"]]
    if not served:
        if case.nom:
            return "attention", "commune", f"« {case.nom} » n'est le nom d'aucune commune.", ""
        text = f"Code postal {case.code_postal} inconnu" if case.code_postal else "Un département seul"
        return "attention", "code_postal", f"{text} : la commune n'est pas trouvée.", ""
    text = f"Le code postal {case.code_postal} dessert {len(served)} communes : {_list_communes(served, lists)}."
    return (
        "attention",
        "commune" if case.code else "code_insee",
        text,
        inside[0] if len(inside) == 1 and not case.code else "",
    )


def _explain_shared(case, bearers, lists):
    inside = [code for code in bearers if code in lists["perimeter"]] or bearers
    one = inside[0] if len(inside) == 1 and not case.code else ""
    beside = f" (code postal {case.code_postal})" if case.code_postal else ""
    several = (
        f"{len(bearers)} communes possibles"
        if len(bearers) > 1
        else "une commune possible, que rien d'autre sur la ligne ne confirme"
    )
    text = f"« {case.nom} »{beside} : {several} : {_list_communes(bearers, lists)}."
    return "attention", "commune" if case.code else "code_insee", text, one


def _explain_misspelt(case, place, narrow, lists):
    """A name that nobody bears: the nearest ones around are suggested, those that the postcode serves first."""
    text = f"« {case.nom} » n'est le nom d'aucune commune" + ("" if place == "perimetre" else f" (département {place})")
    plain = "attention" if case.ouvert else "information", "commune", text + ".", ""
    if not narrow and case.cle not in lists["wide"]:
        return plain
    codes, keys, borne = lists["places"][place]
    served = {key for code in lists["served"].get(case.code_postal, []) for key in borne.get(code, [])}
    for part in filter(None, (sorted(served), keys)):
        found = _find_alike(case.cle, part, codes, served if part is not keys else codes)
        if found:
            one = lists["label"][found[0]] if len(found) == 1 and narrow else ""
            return "attention", "commune", f"{text} : vouliez-vous dire {_list_communes(found, lists)} ?", one
    return plain


def _find_alike(key, keys, codes, known):
    """Return the codes of the names that `key` goes on from (« Sciez-sur-Léman » for Sciez), else of the nearest of `keys`.

    `known` holds the same keys, to be looked up.
    """
    for length in range(len(key) - 1, _SHORTEST_START - 1, -1):
        if key[:length] in known:
            return codes[key[:length]]
    near = process.extract(key, keys, scorer=fuzz.ratio, limit=MOST_CANDIDATES, score_cutoff=ALIKE)
    return list(dict.fromkeys(code for other, *_ in near for code in codes[other]))


def _list_communes(codes, lists):
    """Return "Brioude (43040), ..." for the first five, and how many there are."""
    shown = ", ".join(f"{lists['label'][code]} ({code})" for code in codes[:MOST_CANDIDATES])
    return shown + (f"… ({len(codes)} en tout)" if len(codes) > MOST_CANDIDATES else "")


def _tell_believed(rows, resolved, cog):
    """A name alone, believed because one commune of the perimeter bears it."""
    codes = resolved.loc[rows.index, "code_insee"]
    if not len(rows):
        return None
    borne = list_bearers()["cle"]
    others = borne[is_in(borne, pd.Index(rows["cle"].unique()))].value_counts()
    counts = rows["cle"].map(others).fillna(1).astype(int) - 1
    messages = [
        f"Commune « {name} » trouvée par son nom : {code}"
        + (f" ({count} autre(s) en France porte(nt) ce nom)." if count else ".")
        for name, code, count in zip(rows["nom"], codes, counts, strict=True)
    ]
    fix = "rien ; ou écrivez le code dans code_insee"
    return list_problems("information", rows, messages, fix, colonne="commune", valeur=rows["commune"])


def _tell_joined(rows, codes, cog):
    """A name that is a former one, or that of a commune joined to another."""
    official = codes.map(cog["communes"]["nom"])
    short = dict.fromkeys(official.dropna().unique())
    short = {name: fold_name(name) for name in short}
    other = rows["cle"].to_numpy() != official.map(short).to_numpy()
    other &= ~rows["nom"].str.contains(r"(?i)\bs/", regex=True).to_numpy()
    rows, codes, official = rows[other], codes[other], official[other]
    messages = [
        f"« {name} » : ancien nom, ou commune réunie à {new} ({code})."
        for name, new, code in zip(rows["nom"], official, codes, strict=True)
    ]
    return list_problems(
        "information",
        rows,
        messages,
        "rattachement appliqué ; s'il est faux, écrivez le bon code",
        colonne="commune",
        valeur=rows["commune"],
    )


def tell_postcodes(clues, resolved, checks, cog):
    """Tell the postcodes that do not serve the commune found, with the one to write when there is only one."""
    rows = clues[(checks["code_postal"] == -1) & (resolved["methode_commune"] != "outre_mer")]
    codes = resolved.loc[rows.index, "code_insee"]
    posts = codes.map(cog["communes"]["codes_postaux"]).astype("str").fillna("")
    names = codes.map(cog["communes"]["nom"])
    messages = [
        f"Le code postal {post} ne dessert pas {name} ({code}) : {own.replace(';', ', ')}."
        for post, name, code, own in zip(rows["code_postal"], names, codes, posts, strict=True)
    ]
    fix = "vérifiez la commune et le code postal"
    return list_problems(
        "attention", rows, messages, fix, colonne="code_postal", valeur=rows["code_postal"],
        proposition=posts.mask(posts.str.contains(";"), ""),
    )  # fmt: skip


def tell_points(clues, resolved, distance_km, cog, *, near_km, far_km):
    """Tell the points that fall outside the commune the row states, with their distance; over `far_km`, others do."""
    rows = clues[(distance_km > near_km) & (distance_km <= far_km)]
    names = resolved.loc[rows.index, "code_insee"].map(cog["communes"]["nom"])
    messages = [
        f"Ce point est hors de la commune ({name}), à {f'{km:.1f}'.replace('.', ',')} km de sa limite."
        for name, km in zip(names, distance_km[rows.index], strict=True)
    ]
    fix = "vérifiez la commune et les coordonnées (les deux sont gardées)"
    return list_problems("information", rows, messages, fix, colonne="lat, lon")
