"""Commune codes as people write them -> present codes, each with how it was found; nothing doubtful is accepted."""

import re
from functools import cache

import pandas as pd

from diagnostic.read.places.cog import is_in, look_up, read_shape_table
from diagnostic.read.places.names import fold_name, list_keys, list_pairs, map_distinct
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems

_PAST = {
    "deleguee": "n'existe plus : commune déléguée",
    "associee": "n'existe plus : commune associée",
    "arrondissement_municipal": "est un arrondissement",
    "fusionnee": "n'existe plus : territoire réuni à celui",
    "dossier": "est remplacé, dans la feuille correspondance_cog, par celui",
}


def resolve_communes(rows, cog, *, colonne="code_insee"):
    """Resolve the commune codes of a table.

    Parameters
    ----------
    rows : DataFrame with `colonne` (text), ORIGIN_COLUMNS, and maybe `commune` (its name, which settles doubts)
    cog : dict of tables: `communes` (all France, index code_insee), `anciens`, `outre_mer` (`read_cog`)

    Returns
    -------
    resolved : DataFrame on the index of `rows`: code_insee (missing when not found), methode_commune, douteux (bool: a code
        that may be a postcode)
    problemes : DataFrame

    Notes
    -----
    Almost half of the postcodes are also commune codes, so a code that exists proves little: where most of a column are
    postcodes, none of its values is accepted as a code; alone, a value that is both is checked against the name. Each
    sheet is judged by itself.
    """
    codes = rows[colonne].astype("str").fillna("").str.strip().str.upper()
    communes, former = cog["communes"], cog["anciens"]
    exact = is_in(codes, communes.index)
    past = look_up(codes, former["nouveau_code"]).where(~exact)
    overseas = is_in(codes, cog["outre_mer"].index) & ~exact
    method = pd.Series("", index=rows.index, dtype="str").mask(exact, "code").mask(past.notna(), "ancien_code")
    rows = rows[ORIGIN_COLUMNS].assign(code=codes, nom=_list_names(rows))
    postcodes, unsure = _judge_sheets(rows, cog)
    resolved = pd.DataFrame(
        {
            "code_insee": codes.where(exact).fillna(past).mask(postcodes),
            "methode_commune": method.mask(overseas, "outre_mer").mask(postcodes, ""),
            "douteux": unsure & ~postcodes,
        }
    )
    unknown = resolved["code_insee"].isna() & (codes != "") & ~postcodes & ~overseas
    problems = [
        _tell_former(rows[past.notna() & ~postcodes], former, communes, colonne),
        _tell_postcodes(rows, postcodes, cog, colonne),
        _tell_unsure(rows[resolved["douteux"]], resolved, cog, colonne),
        _tell_overseas(rows[overseas & ~postcodes], cog, colonne),
        _tell_unknown(rows[unknown], cog, colonne),
        _tell_names(rows, resolved, cog, colonne),
        _tell_split(rows[resolved["methode_commune"] == "code"], cog, colonne),
    ]
    return resolved, join_problems(*problems)


def read_siren_digits(siren, cog):
    """Return the INSEE code written in the SIREN of a commune (21, departement, 0, number, key), old ones included.

    A commune that changed its SIREN keeps its former one in old files.
    """
    parts = siren.str.extract(r"^21(\d[\dAB])0(\d{3})\d$")
    codes = (parts[0] + parts[1]).astype("str")
    return codes.where(is_in(codes, cog["communes"].index) | is_in(codes, cog["anciens"].index))


def keep_rows(problems):
    """Return the `problemes` of codes for rows that stay without their commune: to check, not set aside."""
    return problems.assign(gravite=problems["gravite"].replace("erreur", "attention"))


def _list_names(rows):
    return rows["commune"].astype("str").fillna("") if "commune" in rows else ""


def _judge_sheets(rows, cog):
    """Return `find_postcodes` of each sheet: a column is judged by its own look."""
    parts = [find_postcodes(part, cog) for _, part in rows.groupby(["fichier", "feuille"], dropna=False, sort=False)]
    if len(parts) < 2:
        return parts[0] if parts else find_postcodes(rows, cog)
    return tuple(pd.concat(masks).reindex(rows.index) for masks in zip(*parts, strict=True))


def find_postcodes(rows, cog):
    """Return the mask of the values that are postcodes put in place of commune codes, and of those that may be.

    A whole column is judged by its look: more of its values are postcodes than commune codes, present or past, or
    all are both and most end in 0, as postcodes do. Elsewhere the commune's name decides; without a name, a value
    that is both is read as a code, and is unsure where the column holds postcodes, or nothing else to judge by.
    """
    filled, is_postcode = rows["code"] != "", is_in(rows["code"], cog["postaux"])
    is_code = is_in(rows["code"], cog["communes"].index) | is_in(rows["code"], cog["anciens"].index)
    both = is_postcode & is_code
    distinct = rows["code"][filled].unique().tolist()
    alone = filled.any() and both[filled].all()
    looks = alone and len(distinct) >= 4 and sum(code.endswith("0") for code in distinct) > len(distinct) / 2
    named = both & (rows["nom"] != "")
    agree = _follow_name(rows[named], cog["communes"]).reindex(rows.index, fill_value=False)
    if looks or (is_postcode.sum() > is_code.sum() and is_postcode.sum() > 0.5 * filled.sum()):
        return is_postcode & ~agree, agree & False
    served = _follow_post(rows[named], cog["codes_postaux"]).reindex(rows.index, fill_value=False)
    return served & ~agree, both & ~named & (alone | (is_postcode & ~is_code).any())


def _follow_name(rows, communes):
    """Return the mask of the rows whose name is the one of the commune of that code."""
    return _fold(rows["nom"]) == _fold(look_up(rows["code"], communes["nom"]).fillna(""))


def _fold(names):
    return map_distinct(names, fold_name)


def _follow_post(rows, served):
    """Return the mask of the rows whose name is one of the communes that postcode serves."""
    served = served[pd.Index(rows["code"].unique()).get_indexer(served.index) >= 0]
    pairs = {f"{code}|{fold_name(name)}" for code, (_, name) in zip(served.index.tolist(), served.tolist(), strict=True)}
    return is_in(rows["code"] + "|" + _fold(rows["nom"]), pd.Index(list(pairs), dtype="str"))


def _tell_former(rows, former, communes, colonne):
    known = former.loc[rows["code"].unique()]
    each = zip(known.index, known["nature"], known["nouveau_code"], communes.loc[known["nouveau_code"], "nom"], strict=True)
    messages = rows["code"].map({code: _explain_former(code, nature, new, name) for code, nature, new, name in each})
    fix = "rattachement proposé et appliqué ; s'il est faux, écrivez le bon code"
    return list_problems("information", rows, messages, fix, colonne=colonne, valeur=rows["code"])


def _explain_former(code, nature, new, name):
    # The number kept and the departement changed: the commune is the same (Corse in 1976, Seine-et-Oise and Seine in 1968).
    if nature == "fusionnee" and code[2:] == new[2:]:
        return f"{code} a changé de code : {new} ({name})."
    return f"{code} {_PAST[nature]} de {new} ({name})."


def _tell_postcodes(rows, postcodes, cog, colonne):
    found, filled = rows[postcodes], int((rows["code"] != "").sum())
    told = {code: _describe_post(code, cog) for code in found["code"].unique()}
    messages, proposals = [], []
    for code, name in zip(found["code"], found["nom"], strict=True):
        served = cog["codes_postaux"].loc[[code]].tolist()
        named = [c for c, n in served if fold_name(n) == fold_name(name)] if name else []
        only = named if len(named) == 1 else [c for c, _ in served] if len(served) == 1 and not name else []
        proposals.append(only[0] if only else "")
        proposal = f" Lecture proposée : « {only[0]} »." if only else ""
        other = cog["communes"]["nom"].get(code)
        confusion = f" (le code INSEE {code} est celui de {other})" if other else ""
        messages.append(f"« {code} » est un code postal : {told[code]}{confusion}.{proposal}")
    plural = "s" if len(found) > 1 else ""
    fix = f"écrivez le code INSEE ({len(found)} code{plural} posta{'ux' if plural else 'l'} sur {filled} valeurs dans la colonne)"
    return list_problems("erreur", found, messages, fix, colonne=colonne, valeur=found["code"], proposition=proposals)


def _describe_post(code, cog):
    served = cog["codes_postaux"].loc[[code]].tolist()
    return ", ".join(f"{n} ({c})" for c, n in served[:4]) + (", …" if len(served) > 4 else "")


def _tell_unsure(rows, resolved, cog, colonne):
    names = resolved["code_insee"].reindex(rows.index).map(cog["communes"]["nom"])
    messages = [
        f"« {code} » est à la fois un code INSEE ({name}) et un code postal ({_describe_post(code, cog)}) : lu comme un code INSEE."
        for code, name in zip(rows["code"], names, strict=True)
    ]
    fix = "si c'est un code postal, écrivez le code INSEE ; le nom de la commune lève le doute"
    return list_problems("attention", rows, messages, fix, colonne=colonne, valeur=rows["code"])


def _tell_overseas(rows, cog, colonne):
    names = rows["code"].map(cog["outre_mer"]["nom"])
    messages = [f"{code} ({name}) : collectivité d'outre-mer, hors du champ." for code, name in zip(rows["code"], names, strict=True)]
    return list_problems("information", rows, messages, "rien", colonne=colonne, valeur=rows["code"])


def _tell_unknown(rows, cog, colonne):
    told = {code: _explain_unknown(code, cog) for code in rows["code"].unique()}
    messages, proposals = ([told[code][place] for code in rows["code"]] for place in (0, 1))
    fix = "corrigez le code ; mettez la colonne au format Texte pour garder les zéros"
    return list_problems("erreur", rows, messages, fix, colonne=colonne, valeur=rows["code"], proposition=proposals)


def _explain_unknown(code, cog):
    """Return (what is wrong, the code to write instead or '')."""
    names = cog["communes"]["nom"]
    zero = code.removesuffix(".0").zfill(5)
    new = zero if zero in names.index else cog["anciens"]["nouveau_code"].get(zero)
    if new and code.endswith(".0"):
        return f"Code « {code} » lu comme un nombre. Lecture proposée : « {zero} » ({names[new]}).", zero
    if new and len(code) == 4:
        return f"Code « {code} » à 4 caractères : un tableur a mangé le zéro. Lecture proposée : « {zero} » ({names[new]}).", zero
    if re.fullmatch(r"\d+([.,]\d+)?E\+?\d+", code):
        return f"Code « {code} » en notation scientifique : la valeur exacte est perdue.", ""
    shared = _list_shared_out().get(code)
    if shared:
        return f"La commune de code {code} ({shared[0]}) {shared[1]}.", ""
    return f"Code commune « {code} » inconnu au COG 2026.", ""


@cache
def _list_shared_out():
    """Return {code of a commune shared out between several: (its name, what became of it)}."""
    told = read_shape_table("non_resolus.csv")
    told = told[told["sujet"] == "ancien_code_partage"]
    return {code: (name, said) for code, name, said in zip(told["code_insee"], told["nom"], told["constat"], strict=True)}


def _tell_split(rows, cog, colonne):
    """A commune from which others parted since 2021: an older table may mean one of them."""
    parted = read_shape_table("communes_retablies.csv")
    rows = rows[is_in(rows["code"], pd.Index(parted["separee_de"].unique()))]
    told = {}
    for code, apart in parted[parted["separee_de"].isin(rows["code"])].groupby("separee_de"):
        each = zip(apart["code_insee"], apart["nom"], apart["annee"], strict=True)
        names = ", ".join(f"{name} ({own}, {year})" for own, name, year in each)
        told[code] = f"{code} ({cog['communes'].at[code, 'nom']}) s'est séparée depuis 2021 de : {names}."
    fix = "rien si la donnée est récente ; si elle est plus ancienne, vérifiez la commune"
    return list_problems("information", rows, rows["code"].map(told), fix, colonne=colonne, valeur=rows["code"])


def _tell_names(rows, resolved, cog, colonne):
    """A name that is neither the one of the code nor of a commune joined to it: told, the code stays.

    Many past codes have no name in our tables: beside one, only the name of another commune of today is told.
    """
    checked = (rows["nom"] != "") & resolved["methode_commune"].isin(["code", "ancien_code"])
    rows, codes = rows[checked], resolved.loc[checked, "code_insee"]
    official = look_up(codes, cog["communes"]["nom"])
    different = _fold(rows["nom"]) != _fold(official)
    rows, codes, official = rows[different], codes[different], official[different]
    if not len(rows):
        return None
    keys = _fold(rows["nom"])
    past = rows["code"] != codes
    told = ~is_in(keys + "|" + codes, list_pairs()) & (~past | is_in(keys, list_keys()))
    rows, official, past = rows[told], official[told], past[told]
    messages = [
        f"Le code {code} {'mène à' if old else 'est celui de'} {name}, et la case commune dit « {said} »."
        for code, name, said, old in zip(rows["code"], official, rows["nom"], past, strict=True)
    ]
    return list_problems("attention", rows, messages, "vérifiez le code ou le nom", colonne=colonne, valeur=rows["code"])
