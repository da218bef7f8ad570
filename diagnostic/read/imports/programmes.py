"""Affiliations of territories to national programmes -> one dispositif a contract, one affiliation a row of the file."""

from diagnostic.read.places import codes
from diagnostic.schema import ORIGIN_COLUMNS, describe_table, join_problems, list_problems


def split_programmes(rows, prefix, cog):
    """Part the affiliations of territories: one dispositif a contract, one affiliation a row of the file.

    A contract is an `id_territoire`; where several programmes carry one, it is one contract in each, and the
    programme comes before it in the key.

    Parameters
    ----------
    rows : DataFrame of text with cle, nom, type, territoire_code, source and ORIGIN_COLUMNS
    prefix : str, put before the keys
    cog : dict, `read.places.cog.read_cog`

    Returns
    -------
    tables : dict of DataFrame: `dispositifs`, `affiliations`
    problemes : DataFrame, `erreur` for each row set aside
    """
    codes_ = _read_commune_siren(rows["territoire_code"], cog)
    shared = rows.groupby("cle")["type"].transform("nunique") > 1
    keys = rows["cle"].mask(shared, rows["type"] + "-" + rows["cle"])
    rows = rows.assign(dispositif_id=prefix + "-" + keys, territoire_code=codes_)
    is_siren = codes_.str.fullmatch(r"\d{9}")
    gone = is_siren & ~codes_.isin(cog["communes"]["epci"].dropna().unique())
    resolved, problems = codes.resolve_communes(rows[~is_siren], cog, colonne="territoire_code")
    overseas = resolved["methode_commune"].reindex(rows.index) == "outre_mer"
    found = codes_.where(is_siren | overseas, resolved["code_insee"].reindex(rows.index))
    aside = gone | found.isna()
    kept = rows[~aside].assign(territoire_code=found[~aside])
    contracts = kept.drop_duplicates("dispositif_id").set_index("dispositif_id")
    members = kept.drop_duplicates(["dispositif_id", "territoire_code"]).groupby("dispositif_id")["territoire_code"]
    contracts = contracts.assign(territoires=members.agg(";".join), nature="dispositif").reset_index()
    columns = [c for c in describe_table("dispositifs").index if c in contracts]
    tables = {
        "dispositifs": contracts[[*columns, *ORIGIN_COLUMNS]],
        "affiliations": kept[["dispositif_id", "territoire_code", "source", *ORIGIN_COLUMNS]],
    }
    return tables, join_problems(problems, _tell_gone(rows[gone]), _tell_empty(rows[codes_ == ""]))


def _tell_gone(rows):
    message = "Ce SIREN n'est ni celui d'une intercommunalité à fiscalité propre ni celui d'une commune de 2026 : ligne écartée."
    fix = "rien, si l'établissement a disparu ou n'a pas de fiscalité propre ; sinon corrigez le code"
    return list_problems("erreur", rows, message, fix, colonne="territoire_code", valeur=rows["territoire_code"])


def _tell_empty(rows):
    return list_problems("erreur", rows, "Ligne sans code de territoire : écartée.", "complétez le code", colonne="territoire_code")


def _read_commune_siren(codes_, cog):
    """Replace the SIREN of a commune by its INSEE code; a former SIREN is read in its digits."""
    by_siren = cog["communes"].reset_index().dropna(subset="siren").set_index("siren")["code_insee"]
    return codes_.map(by_siren).astype("str").fillna(codes.read_siren_digits(codes_, cog)).fillna(codes_)
