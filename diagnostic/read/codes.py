"""Commune codes as people write them -> present codes, each with how it was found; nothing doubtful is accepted."""

import pandas as pd

from diagnostic.read.cog import is_in
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

METHODS = {
    "code": "code de la commune",
    "ancien_code": "ancien code, rattaché à la commune actuelle",
    "coordonnees": "coordonnées dans la commune",
    "outre_mer": "collectivité d'outre-mer, hors du champ",
    "": "commune non trouvée",
}


def resolve_communes(rows, cog, *, colonne="code_insee"):
    """Resolve the commune codes of a table.

    Parameters
    ----------
    rows : DataFrame with `colonne` (text), ORIGIN_COLUMNS, and maybe `commune` and `code_postal`
    cog : dict of tables: `communes` (all France, index code_insee), `anciens`, `outre_mer` (`read_cog`)

    Returns
    -------
    resolved : DataFrame on the index of `rows`: code_insee (missing when not found), methode_commune
    problemes : DataFrame

    Notes
    -----
    3,056 postcodes are also commune codes, so a code that exists proves little: where most of a column are
    postcodes, none of its values is accepted as a code; alone, a value that is both is checked against the name.
    """
    codes = rows[colonne].fillna("").astype(str).str.upper()
    communes, former = cog["communes"], cog["anciens"]
    exact = is_in(codes, communes.index)
    past = codes.map(former["nouveau_code"]).where(~exact)
    resolved = pd.DataFrame({"code_insee": codes.where(exact).fillna(past), "methode_commune": ""}, index=rows.index)
    resolved["methode_commune"] = (
        resolved["methode_commune"].mask(exact, "code").mask(past.notna(), "ancien_code")
    )
    overseas = is_in(codes, cog["outre_mer"].index)
    resolved["methode_commune"] = resolved["methode_commune"].mask(overseas & ~exact, "outre_mer")
    rows = rows[ORIGIN_COLUMNS].assign(code=codes, nom=_names(rows))
    postcodes = find_postcodes(rows, cog)
    resolved = resolved.mask(postcodes, {"code_insee": pd.NA, "methode_commune": ""})
    problems = [
        _tell_former(rows[past.notna() & ~postcodes], former, communes, colonne),
        _tell_postcodes(rows, postcodes, cog, colonne),
        _tell_overseas(rows[overseas & ~exact], cog, colonne),
        _tell_unknown(rows[resolved["code_insee"].isna() & (codes != "") & ~postcodes & ~overseas], cog, colonne),
        _tell_names(rows, resolved, communes, colonne),
    ]
    return resolved, join_problems(*problems)


def _names(rows):
    return rows["commune"].fillna("").astype(str) if "commune" in rows else ""


def find_postcodes(rows, cog):
    """Return the mask of the values that are postcodes put in place of commune codes.

    A whole column is judged by its look: more of its values are postcodes than commune codes. Where both are equal
    (one row, or a few), the commune's name decides; without a name nothing is said here.
    """
    filled = rows["code"] != ""
    is_postcode = is_in(rows["code"], cog["postaux"])
    is_commune = is_in(rows["code"], cog["communes"].index)
    if is_postcode.sum() > is_commune.sum() and is_postcode.sum() > 0.5 * filled.sum():
        return filled & is_postcode
    both = is_postcode & is_commune & (rows["nom"] != "")
    mask = pd.Series(False, index=rows.index)
    if not both.any():
        return mask
    told = rows.loc[both, "nom"].map(normalize_label)
    by_code = rows.loc[both, "code"].map(cog["communes"]["nom"]).map(normalize_label)
    served = cog["codes_postaux"][cog["codes_postaux"].index.isin(rows.loc[both, "code"])]
    pairs = set(zip(served.index, served.str[1].map(normalize_label), strict=True))
    in_served = [pair in pairs for pair in zip(rows.loc[both, "code"], told, strict=True)]
    mask.loc[told.index] = (told != by_code) & pd.Series(in_served, index=told.index, dtype=bool)
    return mask


def _tell_former(rows, former, communes, colonne):
    told = {"deleguee": "n'existe plus : commune déléguée", "associee": "n'existe plus : commune associée", "arrondissement_municipal": "est un arrondissement", "fusionnee": "n'existe plus : commune réunie dans celle"}  # fmt: skip
    messages = [
        f"{code} {told[former.at[code, 'nature']]} de {new} ({communes.at[new, 'nom']})."
        for code, new in zip(rows["code"], rows["code"].map(former["nouveau_code"]), strict=True)
    ]
    fix = "rattachement proposé et appliqué ; s'il est faux, écrivez le bon code"
    return list_problems("information", rows, messages, fix, colonne=colonne, valeur=rows["code"])


def _tell_postcodes(rows, postcodes, cog, colonne):
    found, filled = rows[postcodes], int((rows["code"] != "").sum())
    messages = []
    for code, name in zip(found["code"], found["nom"], strict=True):
        served = cog["codes_postaux"].loc[[code]].tolist()
        there = ", ".join(f"{n} ({c})" for c, n in served[:4]) + (", …" if len(served) > 4 else "")
        other = cog["communes"]["nom"].get(code)
        confusion = f" (le code INSEE {code} est {other})" if other else ""
        named = [c for c, n in served if normalize_label(n) == normalize_label(name)] if name else []
        proposal = f" Lecture proposée : {named[0]}." if len(named) == 1 else ""
        messages.append(f"« {code} » est un code postal : {there}{confusion}.{proposal}")
    fix = f"le code INSEE est attendu ({len(found)} codes postaux sur {filled} valeurs de la colonne)"
    return list_problems("erreur", found, messages, fix, colonne=colonne, valeur=found["code"])


def _tell_overseas(rows, cog, colonne):
    messages = [f"{code} ({cog['outre_mer'].at[code, 'nom']}) : collectivité d'outre-mer, hors du champ." for code in rows["code"]]  # fmt: skip
    return list_problems("information", rows, messages, "rien", colonne=colonne, valeur=rows["code"])


def _tell_unknown(rows, cog, colonne):
    messages = []
    for code in rows["code"]:
        zero = "0" + code
        if len(code) == 4 and zero in cog["communes"].index:
            name = cog["communes"].at[zero, "nom"]
            messages.append(f"Code « {code} » à 4 caractères : un tableur a mangé le zéro. Lecture proposée : « {zero} » ({name}).")  # fmt: skip
        elif code.endswith(".0") and code[:-2].zfill(5) in cog["communes"].index:
            messages.append(f"Code « {code} » lu comme un nombre. Lecture proposée : « {code[:-2].zfill(5)} ».")
        elif "E" in code[1:] and code.replace("E", "").replace("+", "").replace(".", "").isdigit():
            messages.append(f"Code « {code} » en notation scientifique : la valeur exacte est perdue.")
        else:
            messages.append(f"Code commune « {code} » inconnu au COG 2026.")
    fix = "corrigez le code ; mettez la colonne au format Texte pour garder les zéros"
    return list_problems("erreur", rows, messages, fix, colonne=colonne, valeur=rows["code"])


def _tell_names(rows, resolved, communes, colonne):
    """A name that is not the one of the code: told, the code stays."""
    checked = (rows["nom"] != "") & (resolved["methode_commune"] == "code")
    rows, codes = rows[checked], resolved.loc[checked, "code_insee"]
    if not len(rows):
        return None
    official = codes.map(communes["nom"])
    told = rows["nom"].map(_compare_name)
    different = told != official.map(_compare_name)
    rows, official = rows[different], official[different]
    messages = [
        f"Le code {code} est celui de {name}, et la case commune dit « {said} »."
        for code, name, said in zip(rows["code"], official, rows["nom"], strict=True)
    ]
    return list_problems("attention", rows, messages, "vérifiez le code ou le nom", colonne=colonne, valeur=rows["code"])


def _compare_name(name):
    words = normalize_label(str(name).split(" CEDEX")[0].split(" Cedex")[0].split("(")[0])
    return words.removeprefix("le").removeprefix("la").removeprefix("l").replace("sainte", "ste").replace("saint", "st")

