"""What a row of a layer names (commune, EPCI, canton, departement) -> the present communes it stands for, one row each."""

import re

import pandas as pd

from diagnostic.read.places.codes import read_siren_digits, resolve_communes
from diagnostic.read.places.cog import is_in
from diagnostic.read.places.territories import read_divided, read_divisions
from diagnostic.schema import join_problems, list_problems
from diagnostic.vocabulary import normalize_label

FOUND_BY_SIREN, FOUND_BY_DEPARTEMENT, FOUND_BY_CANTON = "siren", "departement", "canton"
# In a column of communes: 43, 2A or « département 43 »; « canton 4301 » says its word, for 4301 is also 04301 without its zero.
_DEPARTEMENT = r"(?:d[eé]p(?:artement|t)?\.?:?)?(\d\d|2[ab]|97[1-6])"
_CANTON = r"cantons?:?(\d[\dab]\d{2,3})"


def place_rows(rows, cog):
    """Resolve the places of rows of layers.

    Parameters
    ----------
    rows : DataFrame, table `ressorts`; `genre` (commune, canton, departement, contour), commune where it is missing. A row of
        communes may hold the SIREN of an EPCI, the number of a departement, or « canton 4301 »
    cog : dict, `read.places.cog.read_cog`

    Returns
    -------
    placed : DataFrame, on a new index: code_insee (present, missing when not found), methode_commune (how it was found:
        code, ancien_code..., siren, canton, departement, surface), methode. An EPCI, a canton and a departement are as many
        rows as they have communes; each keeps the origin of its row, and its code as it was written (code_lu). A commune
        shared out between cantons of which the unit has some only is `infra`, its part missing.
    problemes : DataFrame
    """
    genre = rows["genre"].astype("str").fillna("commune") if "genre" in rows else pd.Series("commune", index=rows.index)
    rows = rows.assign(methode=rows["methode"].astype("str").fillna("liste") if "methode" in rows else "liste", rang=range(len(rows)))
    codes = rows["code_insee"].astype("str").fillna("").str.replace(r"\s", "", regex=True)
    rows = rows.assign(code_lu=codes)
    siren = genre.eq("commune") & codes.str.fullmatch(r"\d{9}")
    genre, written = _read_genre(genre, codes)
    rows = rows.assign(code_insee=rows["code_insee"].where(written.isna(), written))
    plain = genre.eq("commune") & ~siren
    resolved, problems = resolve_communes(rows[plain], cog)
    by_siren, lost = _spread_siren(rows[siren].assign(code_insee=codes[siren]), cog)
    by_departement, unknown = _spread_departements(rows[genre.eq("departement")], cog)
    by_canton, strange, shared = _spread_cantons(rows[genre.eq("canton")], cog)
    drawn = rows[genre.eq("contour")]
    parts = [
        rows[plain].assign(**resolved[["code_insee", "methode_commune"]]), by_siren, by_canton, by_departement,
        drawn.assign(methode_commune=drawn["methode"]),
    ]  # fmt: skip
    placed = pd.concat([part for part in parts if len(part)] or [parts[0]], ignore_index=True)
    # The order of the file again: in an exclusive layer the first line wins.
    placed = placed.sort_values("rang", kind="stable", ignore_index=True)
    return placed.drop(columns=["genre", "rang"], errors="ignore"), join_problems(problems, lost, strange, shared, unknown)


def _read_genre(genre, codes):
    """Return what each row holds, and the code of the cells of a column of communes that name a canton or a departement."""
    listed = genre.eq("commune")
    canton, departement = (codes.where(listed).str.extract(f"^{pattern}$", flags=re.I)[0] for pattern in (_CANTON, _DEPARTEMENT))
    departement = departement.str.upper()
    known = departement.isin(read_divisions("departement").index)
    genre = genre.mask(listed & canton.notna(), "canton").mask(listed & known, "departement")
    return genre, canton.str.upper().fillna(departement.where(known))


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


def _spread_cantons(rows, cog):
    """Return a row a commune for the cantons, by code or by name, the problems of the unknown ones, and of the communes shared out."""
    if not len(rows):
        return rows.assign(methode_commune=""), None, None
    members, shared = read_divided("CANTON"), read_divisions("commune_partagee")["chef_lieu"]
    number = members["code_insee"].map(members["code_insee"].value_counts()).to_numpy()
    members = members[["unite_id", "code_insee"]].set_axis(["canton", "membre"], axis=1).assign(nombre=number)
    # INSEE gives a code of its own to the commune that cantons share out (4399): all of it is meant.
    members = pd.concat([members, pd.DataFrame({"canton": shared.index, "membre": shared.array, "nombre": 1})])
    written = rows["code_insee"].astype("str").fillna("")
    names = read_divisions("canton")["nom"].map(normalize_label)
    names = names[~names.duplicated(keep=False)]
    known = dict(zip(names, names.index, strict=True)) | {normalize_label(code): code for code in members["canton"].unique()}
    found = written.map({cell: known.get(normalize_label(cell)) for cell in written.unique()}).astype("str")
    spread = rows.assign(canton=found).dropna(subset="canton").merge(members, on="canton")
    spread = spread[spread["canton"] != "INFRA"]
    spread = spread.assign(code_insee=spread["membre"], methode_commune=FOUND_BY_CANTON, methode=FOUND_BY_CANTON)
    held = spread.groupby(["couche", "unite_id", "code_insee"])["canton"].transform("nunique")
    partly = held < spread["nombre"]
    stated = spread["infra"].astype("boolean").fillna(False).astype(bool) if "infra" in spread else False
    spread = spread.assign(infra=partly | stated)
    told = _tell_shared(spread[partly], cog)
    unknown = rows[found.isna()]
    fix = "écrivez le code du canton : le département, puis deux chiffres (4301) ; mettez la colonne au format Texte"
    messages = [f"Canton « {cell} » inconnu : ligne écartée." for cell in unknown["code_insee"]]
    lost = list_problems("erreur", unknown, messages, fix, colonne="code_insee", valeur=unknown["code_insee"])
    columns = list(dict.fromkeys([*rows.columns, "infra", "methode_commune"]))
    return pd.concat([spread[columns], unknown.assign(code_insee=None, methode_commune="")]), lost, told


def _tell_shared(rows, cog):
    """Tell, one row a line, the communes that a unit has only a part of, by their cantons."""
    names = cog["communes"]["nom"]
    rows = rows.assign(commune=rows["code_insee"].map(names).astype("str") + " (" + rows["code_insee"] + ")")
    told = rows.drop_duplicates(["couche", "unite_id", "code_insee"])
    messages = [f"{commune} est partagée entre plusieurs cantons, et l'unité {unit} (couche {couche}) n'en a qu'une partie : part inconnue."
                for commune, unit, couche in zip(told["commune"], told["unite_id"], told["couche"], strict=True)]  # fmt: skip
    fix = "donnez la part de ses habitants dans la colonne part_population, ou listez cette commune à part"
    return list_problems("information", told, messages, fix, colonne="code_insee", valeur=told["code_lu"])


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
