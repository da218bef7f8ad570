"""What the clues of a row leave in doubt, told with the communes that it may mean; a proposition is never applied by itself."""

from bisect import bisect_left

import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.read.places.cog import is_in
from diagnostic.read.places.names import (
    find_departement,
    find_departements,
    fold_name,
    list_bearers,
    list_keys,
    list_words,
)
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems

MOST_CANDIDATES = 5
ALIKE = 80  # likeness of two keys, out of 100, under which a name is not suggested
ALIKE_ANYWHERE = 85  # the same, in all France: « inconnue » is at 80 of Diconne
MOST_WIDE_SEARCHES = 200  # names sought in all France: without a departement, each is compared with 40,000
_SHORTEST_START = 4
ANSWER_COLUMNS = ["gravite", "colonne", "message", "proposition"]


def propose_codes(problems, rows, resolved, others):
    """Return the `problemes` of codes, with the commune that the other clues lead to as the code to write.

    Parameters
    ----------
    problems : DataFrame, those of `resolve_communes`
    rows, resolved : the rows and what was found for them
    others : DataFrame, `disagreements.weigh_others`: for the rows whose name contradicts the commune found, the commune to write
    """
    mended = resolved["code_insee"].where(resolved["confiance_commune"].isin(["sure", "forte"]))
    mended = mended.mask(resolved["methode_commune"].isin(["code", "ancien_code", "outre_mer"])).fillna(
        others["code_insee"].reindex(rows.index)
    )
    told = others["indices"].reindex(rows.index).fillna("")
    found = rows[ORIGIN_COLUMNS].assign(trouve=mended, indices=told)[mended.notna()]
    silent = (problems["proposition"] == "") & (problems["gravite"] == "attention")
    if not silent.any() or not len(found):
        return problems
    found = found.drop_duplicates(ORIGIN_COLUMNS).astype({"ligne": "Int64"})
    known = (
        problems[ORIGIN_COLUMNS]
        .astype({"ligne": "Int64"})
        .merge(found, on=ORIGIN_COLUMNS, how="left")[["trouve", "indices"]]
        .set_axis(problems.index)
    )
    mended = silent & known["trouve"].notna()
    texts = problems["probleme"].mask(mended, problems["probleme"] + known["indices"].fillna(""))
    return problems.assign(probleme=texts, proposition=problems["proposition"].mask(mended, known["trouve"]))


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
    {key: codes}; `label`, `place`: {code: name, departement}; `overseas`: {postcode: (code, key)}; `perimeter`: set of codes;
    `wide`: the keys sought in all France, for the first ones only.
    """
    names = list_bearers()
    inside = names[is_in(names["code_insee"], pd.Index(perimeter, dtype="str"))]
    around = pd.Index(cases["autour"].unique())
    parts = dict(list(names[is_in(names["departement"], around)].groupby("departement")))
    if (~is_in(cases["autour"], pd.Index(list(parts), dtype="str"))).any():
        parts["perimetre"] = inside if len(inside) else names
    overseas = cog["outre_mer"][["nom", "codes_postaux"]].dropna()
    posts = overseas["codes_postaux"].str.split(";").explode()
    post = cog["codes_postaux"]
    post = post[pd.Index(cases["code_postal"].unique()).get_indexer(post.index) >= 0]
    sought = names[is_in(names["cle"], pd.Index(cases["cle"].unique()))]
    lists = {
        "places": {place: _index_keys(part) for place, part in parts.items()},
        "served": _gather(post.index.tolist(), [code for code, _ in post.tolist()]),
        "bearers": _gather(sought["cle"].tolist(), sought["code_insee"].tolist()),
        "label": {**cog["communes"]["nom"].to_dict(), **overseas["nom"].to_dict()},
        "place": cog["communes"]["departement"].to_dict(),
        "overseas": _gather(posts.tolist(), [(code, fold_name(overseas.at[code, "nom"])) for code in posts.index]),
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
    overseas = [code for code, key in lists["overseas"].get(case.code_postal, []) if key.startswith(case.cle)]
    if overseas:
        text = f"« {case.nom} » (code postal {case.code_postal}) : collectivité d'outre-mer, hors du champ : "
        one = overseas[0] if len(overseas) == 1 and not case.code else ""
        return "attention", "commune" if case.code else "code_insee", text + _list_communes(overseas, lists) + ".", one
    starts = _find_longer(case, codes, keys, lists) if narrow and not near else []
    if starts:
        one = lists["label"][starts[0]] if len(starts) == 1 and not _deny(case, starts[0], lists) else ""
        return "attention", "commune", f"« {case.nom} » : nom incomplet ? {_list_communes(starts, lists)}.", one
    if bearers:
        return _explain_shared(case, near or bearers, lists)
    return _explain_misspelt(case, place, narrow, lists)


def _find_longer(case, codes, keys, lists):
    """Return the communes around whose name begins with the one written, those that the postcode serves first; else contains it."""
    longer = []
    if len(case.cle) >= _SHORTEST_START:
        longer = keys[bisect_left(keys, case.cle) : bisect_left(keys, case.cle + "~")]  # ~ comes after every letter
    starts = list(dict.fromkeys(code for key in longer for code in codes[key]))
    words = " ".join(list_words(case.nom))
    if not starts and len(words) > 2 and (case.cle in lists["bearers"]):
        spelled = {code: " ".join(list_words(lists["label"][code])) for code in dict.fromkeys(c for own in codes.values() for c in own)}
        starts = [code for code, label in spelled.items() if f"{label} ".startswith(f"{words} ")]
        starts = starts or [code for code, label in spelled.items() if f" {words} " in f" {label} "]
    served = lists["served"].get(case.code_postal, [])
    return sorted(starts, key=lambda code: code not in served)


def _deny(case, code, lists):
    """Return the cell that says that the commune is not the one: « le code postal 63000 », « le département 63 », or ''."""
    if case.code_postal:
        served = lists["served"].get(case.code_postal, [])
        if (code not in served) if served else find_departement(case.code_postal) != lists["place"].get(code):
            return f"le code postal {case.code_postal}"
    return f"le département {case.autour}" if case.autour and case.autour != lists["place"].get(code) else ""


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
    denied = _deny(case, inside[0], lists) if len(inside) == 1 else ""
    one = inside[0] if len(inside) == 1 and not case.code and not denied else ""
    beside = f" (code postal {case.code_postal})" if case.code_postal else ""
    several = (
        f"{len(bearers)} communes possibles"
        if len(bearers) > 1
        else "une commune possible" + ("" if denied else ", que rien d'autre sur la ligne ne confirme")
    )
    text = f"« {case.nom} »{beside} : {several} : {_list_communes(bearers, lists)}"
    text += f", contredit par {denied}." if denied else "."
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
        known = served if part is not keys else codes
        found = _find_alike(case, part, codes, known=known, least=ALIKE if narrow else ALIKE_ANYWHERE)
        if found:
            one = lists["label"][found[0]] if len(found) == 1 and narrow else ""
            return "attention", "commune", f"{text} : vouliez-vous dire {_list_communes(found, lists)} ?", one
    return plain


def _find_alike(case, keys, codes, *, known, least):
    """Return the codes of the names that the words go on from (« Sciez-sur-Léman » for Sciez), else of the nearest of `keys`.

    `known` holds the same keys, to be looked up.
    """
    words = list_words(case.nom)
    for number in range(len(words) - 1, 0, -1):
        start = "".join(words[:number])
        if len(start) >= _SHORTEST_START and start in known:
            return codes[start]
    near = process.extract(case.cle, keys, scorer=fuzz.ratio, limit=MOST_CANDIDATES, score_cutoff=least)
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
