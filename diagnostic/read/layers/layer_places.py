"""What a row of a layer names (commune, EPCI, departement) -> the present communes it stands for, one row each."""

import pandas as pd

from diagnostic.read.places.codes import read_siren_digits, resolve_communes
from diagnostic.read.places.cog import is_in
from diagnostic.schema import join_problems, list_problems
from diagnostic.vocabulary import normalize_label

FOUND_BY_SIREN, FOUND_BY_DEPARTEMENT = "siren", "departement"


def place_rows(rows, cog):
    """Resolve the places of rows of layers.

    Parameters
    ----------
    rows : DataFrame, table `ressorts`; `genre` (commune, departement, contour), commune where it is missing
    cog : dict, `read.places.cog.read_cog`

    Returns
    -------
    placed : DataFrame, on a new index: code_insee (present, missing when not found), methode_commune (how it was found:
        code, ancien_code..., siren, departement, surface), methode. The SIREN of an EPCI and a departement are as many
        rows as they have communes; each keeps the origin of its row, and its code as it was written (code_lu).
    problemes : DataFrame
    """
    genre = rows["genre"].astype("str").fillna("commune") if "genre" in rows else pd.Series("commune", index=rows.index)
    rows = rows.assign(methode=rows["methode"].astype("str").fillna("liste") if "methode" in rows else "liste", rang=range(len(rows)))
    codes = rows["code_insee"].astype("str").fillna("").str.replace(r"\s", "", regex=True)
    rows = rows.assign(code_lu=codes)
    siren = genre.eq("commune") & codes.str.fullmatch(r"\d{9}")
    plain = genre.eq("commune") & ~siren
    resolved, problems = resolve_communes(rows[plain], cog)
    by_siren, lost = _spread_siren(rows[siren].assign(code_insee=codes[siren]), cog)
    by_departement, unknown = _spread_departements(rows[genre.eq("departement")], cog)
    drawn = rows[genre.eq("contour")]
    parts = [
        rows[plain].assign(**resolved[["code_insee", "methode_commune"]]), by_siren, by_departement,
        drawn.assign(methode_commune=drawn["methode"]),
    ]  # fmt: skip
    placed = pd.concat([part for part in parts if len(part)] or [parts[0]], ignore_index=True)
    # The order of the file again: in an exclusive layer the first line wins.
    placed = placed.sort_values("rang", kind="stable", ignore_index=True)
    return placed.drop(columns=["genre", "rang"], errors="ignore"), join_problems(problems, lost, unknown)


def _spread_siren(rows, cog):
    """Return a row a commune for the SIREN of EPCI and of communes, and the problems of the unknown ones."""
    if not len(rows):
        return rows.assign(methode_commune=""), None
    communes = cog["communes"].reset_index()
    members = pd.concat([
        communes[["epci", "code_insee"]].set_axis(["siren", "membre"], axis=1),
        communes[["siren", "code_insee"]].set_axis(["siren", "membre"], axis=1),
    ]).dropna()  # fmt: skip
    codes = rows["code_insee"].where(is_in(rows["code_insee"], pd.Index(members["siren"].unique())))
    former = read_siren_digits(rows["code_insee"].where(codes.isna()), cog)
    unknown = rows[codes.isna() & former.isna()]
    message = "Ce SIREN n'est ni celui d'une intercommunalité à fiscalité propre ni celui d'une commune de 2026 : ligne écartée."
    fix = "rien, si l'établissement a disparu ou n'a pas de fiscalité propre ; sinon corrigez le code"
    told = list_problems("erreur", unknown, message, fix, colonne="code_insee", valeur=unknown["code_insee"])
    present = former.map(cog["anciens"]["nouveau_code"]).astype("str").fillna(former)
    single = rows[former.notna()].assign(membre=present[former.notna()])
    spread = pd.concat([rows[codes.notna()].merge(members, left_on="code_insee", right_on="siren", suffixes=("", "_membre")), single])
    spread = spread.assign(code_insee=spread["membre"], methode_commune=FOUND_BY_SIREN, methode=FOUND_BY_SIREN)
    lost = unknown.assign(code_insee=None, methode_commune="")
    return pd.concat([spread[[*rows.columns, "methode_commune"]], lost]), told


def _spread_departements(rows, cog):
    """Return a row a commune for the departements, by code or by name, and the problems of the unknown ones."""
    if not len(rows):
        return rows.assign(methode_commune=""), None
    communes = cog["communes"].reset_index()
    known = communes.drop_duplicates("departement").set_index("departement")["departement_nom"]
    names = dict(zip(known.map(normalize_label), known.index, strict=True)) | {normalize_label(code): code for code in known.index}
    written = rows["code_insee"].astype("str").fillna("")
    found = written.map({cell: names.get(normalize_label(cell)) for cell in written.unique()}).astype("str")
    members = communes[["departement", "code_insee"]].set_axis(["departement", "membre"], axis=1)
    spread = rows.assign(departement=found).dropna(subset="departement").merge(members, on="departement")
    spread = spread.assign(code_insee=spread["membre"], methode_commune=FOUND_BY_DEPARTEMENT, methode=FOUND_BY_DEPARTEMENT)
    unknown = rows[found.isna()]
    zero = unknown["code_insee"].astype("str").fillna("").str.zfill(2)
    zero = zero.where(zero.isin(known.index), "")
    messages = [f"Département « {cell} » inconnu." + (f" Lecture proposée : « {code} » ({known[code]})." if code else "")
                for cell, code in zip(unknown["code_insee"], zero, strict=True)]  # fmt: skip
    fix = "écrivez le numéro sur deux caractères (01, 2A, 974) ; mettez la colonne au format Texte"
    told = list_problems("erreur", unknown, messages, fix, colonne="code_insee", valeur=unknown["code_insee"], proposition=zero)
    lost = unknown.assign(code_insee=None, methode_commune="")
    return pd.concat([spread[[*rows.columns, "methode_commune"]], lost]), told
