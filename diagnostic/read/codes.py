"""Commune codes as people write them -> present codes, each with how it was found; nothing doubtful is accepted."""

import re

import pandas as pd

from diagnostic.read.cog import is_in
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

_PAST = {
    "deleguee": "n'existe plus : commune déléguée",
    "associee": "n'existe plus : commune associée",
    "arrondissement_municipal": "est un arrondissement",
    "fusionnee": "n'existe plus : territoire réuni à celui",
}


def resolve_communes(rows, cog, *, colonne="code_insee"):
    """Resolve the commune codes of a table.

    Parameters
    ----------
    rows : DataFrame with `colonne` (text), ORIGIN_COLUMNS, and maybe `commune` (its name, which settles doubts)
    cog : dict of tables: `communes` (all France, index code_insee), `anciens`, `outre_mer` (`read_cog`)

    Returns
    -------
    resolved : DataFrame on the index of `rows`: code_insee (missing when not found), methode_commune
    problemes : DataFrame

    Notes
    -----
    Almost half of the postcodes are also commune codes, so a code that exists proves little: where most of a column are
    postcodes, none of its values is accepted as a code; alone, a value that is both is checked against the name.
    """
    codes = rows[colonne].astype("str").fillna("").str.upper()
    communes, former = cog["communes"], cog["anciens"]
    exact = is_in(codes, communes.index)
    past = codes.map(former["nouveau_code"]).astype("str").where(~exact)
    overseas = is_in(codes, cog["outre_mer"].index) & ~exact
    method = pd.Series("", index=rows.index, dtype="str").mask(exact, "code").mask(past.notna(), "ancien_code")
    rows = rows[ORIGIN_COLUMNS].assign(code=codes, nom=_list_names(rows))
    postcodes, unsure = find_postcodes(rows, cog)
    resolved = pd.DataFrame(
        {
            "code_insee": codes.where(exact).fillna(past).mask(postcodes),
            "methode_commune": method.mask(overseas, "outre_mer").mask(postcodes, ""),
        }
    )
    unknown = resolved["code_insee"].isna() & (codes != "") & ~postcodes & ~overseas
    problems = [
        _tell_former(rows[past.notna() & ~postcodes], former, communes, colonne),
        _tell_postcodes(rows, postcodes, cog, colonne),
        _tell_unsure(rows[unsure & ~postcodes], resolved, cog, colonne),
        _tell_overseas(rows[overseas & ~postcodes], cog, colonne),
        _tell_unknown(rows[unknown], cog, colonne),
        _tell_names(rows, resolved, cog, colonne),
    ]
    return resolved, join_problems(*problems)


def keep_rows(problems):
    """Return the `problemes` of codes for rows that stay without their commune: to check, not set aside."""
    return problems.assign(gravite=problems["gravite"].replace("erreur", "attention"))


def _list_names(rows):
    return rows["commune"].astype("str").fillna("") if "commune" in rows else ""


def find_postcodes(rows, cog):
    """Return the mask of the values that are postcodes put in place of commune codes, and of those that may be.

    A whole column is judged by its look: more of its values are postcodes than commune codes, present or past, or
    all are both and most end in 0, as postcodes do. Elsewhere the commune's name decides; without a name, a value
    that is both is read as a code, and is unsure where the column holds nothing else to judge by.
    """
    filled, is_postcode = rows["code"] != "", is_in(rows["code"], cog["postaux"])
    is_code = is_in(rows["code"], cog["communes"].index) | is_in(rows["code"], cog["anciens"].index)
    both = is_postcode & is_code
    distinct = rows["code"][filled].unique()
    alone = filled.any() and both[filled].all()
    looks = alone and len(distinct) >= 4 and sum(code.endswith("0") for code in distinct) > len(distinct) / 2
    named = both & (rows["nom"] != "")
    agree = _follow_name(rows[named], cog["communes"]).reindex(rows.index, fill_value=False)
    if looks or (is_postcode.sum() > is_code.sum() and is_postcode.sum() > 0.5 * filled.sum()):
        return is_postcode & ~agree, agree & False
    served = _follow_post(rows[named], cog["codes_postaux"]).reindex(rows.index, fill_value=False)
    return served & ~agree, both & ~named & alone


def _follow_name(rows, communes):
    """Return the mask of the rows whose name is the one of the commune of that code."""
    return rows["nom"].map(compare_name) == rows["code"].map(communes["nom"]).fillna("").map(compare_name)


def _follow_post(rows, served):
    """Return the mask of the rows whose name is one of the communes that postcode serves."""
    served = served[served.index.isin(rows["code"])]
    pairs = set(zip(served.index, served.str[1].map(compare_name), strict=True))
    found = [pair in pairs for pair in zip(rows["code"], rows["nom"].map(compare_name), strict=True)]
    return pd.Series(found, index=rows.index, dtype=bool)


def _tell_former(rows, former, communes, colonne):
    messages = [
        f"{code} {_PAST[former.at[code, 'nature']]} de {new} ({communes.at[new, 'nom']})."
        for code, new in zip(rows["code"], rows["code"].map(former["nouveau_code"]), strict=True)
    ]
    fix = "rattachement proposé et appliqué ; s'il est faux, écrivez le bon code"
    return list_problems("information", rows, messages, fix, colonne=colonne, valeur=rows["code"])


def _tell_postcodes(rows, postcodes, cog, colonne):
    found, filled = rows[postcodes], int((rows["code"] != "").sum())
    told = {code: _describe_post(code, cog) for code in found["code"].unique()}
    messages = []
    for code, name in zip(found["code"], found["nom"], strict=True):
        served = cog["codes_postaux"].loc[[code]].tolist()
        named = [c for c, n in served if compare_name(n) == compare_name(name)] if name else []
        only = named if len(named) == 1 else [c for c, _ in served] if len(served) == 1 and not name else []
        proposal = f" Lecture proposée : « {only[0]} »." if only else ""
        other = cog["communes"]["nom"].get(code)
        confusion = f" (le code INSEE {code} est celui de {other})" if other else ""
        messages.append(f"« {code} » est un code postal : {told[code]}{confusion}.{proposal}")
    plural = "s" if len(found) > 1 else ""
    fix = f"écrivez le code INSEE ({len(found)} code{plural} posta{'ux' if plural else 'l'} sur {filled} valeurs dans la colonne)"
    return list_problems("erreur", found, messages, fix, colonne=colonne, valeur=found["code"])


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
    fix = "corrigez le code ; mettez la colonne au format Texte pour garder les zéros"
    return list_problems("erreur", rows, rows["code"].map(told), fix, colonne=colonne, valeur=rows["code"])


def _explain_unknown(code, cog):
    names = cog["communes"]["nom"]
    zero = code.removesuffix(".0").zfill(5)
    new = zero if zero in names.index else cog["anciens"]["nouveau_code"].get(zero)
    if new and code.endswith(".0"):
        return f"Code « {code} » lu comme un nombre. Lecture proposée : « {zero} » ({names[new]})."
    if new and len(code) == 4:
        return f"Code « {code} » à 4 caractères : un tableur a mangé le zéro. Lecture proposée : « {zero} » ({names[new]})."
    if re.fullmatch(r"\d+([.,]\d+)?E\+?\d+", code):
        return f"Code « {code} » en notation scientifique : la valeur exacte est perdue."
    return f"Code commune « {code} » inconnu au COG 2026."


def _tell_names(rows, resolved, cog, colonne):
    """A name that is neither the one of the code nor of a commune joined to it: told, the code stays."""
    checked = (rows["nom"] != "") & (resolved["methode_commune"] == "code")
    rows, codes = rows[checked], resolved.loc[checked, "code_insee"]
    official = codes.map(cog["communes"]["nom"])
    written = pd.DataFrame({"code": codes, "nom": rows["nom"], "officiel": official}).drop_duplicates()
    different = written[written["nom"].map(compare_name) != written["officiel"].map(compare_name)]
    joined = cog["anciens_noms"]
    joined = joined[joined.index.isin(different["code"])].map(compare_name)
    pairs = set(zip(joined.index, joined, strict=True))
    wrong = {
        (code, name) for code, name in zip(different["code"], different["nom"], strict=True) if (code, compare_name(name)) not in pairs
    }
    told = pd.Series([pair in wrong for pair in zip(codes, rows["nom"], strict=True)], index=rows.index, dtype=bool)
    rows, official = rows[told], official[told]
    messages = [
        f"Le code {code} est celui de {name}, et la case commune dit « {said} »."
        for code, name, said in zip(rows["code"], official, rows["nom"], strict=True)
    ]
    return list_problems("attention", rows, messages, "vérifiez le code ou le nom", colonne=colonne, valeur=rows["code"])


def compare_name(name):
    """Return what two spellings of one commune share: no article, Saint as St, no arrondissement, CEDEX or box number."""
    bare = re.sub(r"(?i)\s*(\(.*|\b(cedex|bp|cs)\b.*|\d.*)$", "", name.strip())
    words = normalize_label(re.sub(r"(?i)^(les?|la)\s+|^l['’]", "", bare))
    return words.replace("sainte", "ste").replace("saint", "st")
