"""Open-data files -> tables of the house, by mappings declared in `vocabulary/adaptateurs.csv`.

Every row of the file is accounted for: kept (with the commune it falls in, wherever that is) or set aside with a reason.
"""

import re

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read import codes, coordinates
from diagnostic.read.cog import is_in, locate_points
from diagnostic.read.files import read_sheets, write_origin
from diagnostic.read.values import read_dates, read_numbers
from diagnostic.schema import ORIGIN_COLUMNS, describe_table, join_problems, list_problems
from diagnostic.vocabulary import normalize_label, read_vocabulary

# Items of a list may be joined by commas with quotes left over, as `A","B` or `A,"B`: the quotes tell the breaks.
_BROKEN_LIST = re.compile(r'"?[,;]"|",|;|,(?=[A-ZÉÈÀÂÎÔ"])')


def list_sources():
    """Return the sources that can be imported (index source; libelle, editeur, licence, prefixe, table)."""
    return read_vocabulary("sources").set_index("source")


def read_import(source, path, cog):
    """Read one open-data file.

    Parameters
    ----------
    source : str, an index value of `list_sources`
    path : path-like
    cog : dict, `read.cog.read_cog`

    Returns
    -------
    tables : dict of DataFrame, text ready to be written to a sheet and read back by `clean_table`:
        `acteurs`, or `dispositifs` and `affiliations`
    problemes : DataFrame
    nb_lues : int, rows of the file

    Raises
    ------
    DiagnosticError
        Unknown source; file that is not this source's (columns missing, all listed).
    """
    known = list_sources()
    if source not in known.index:
        fix = f"choisissez parmi : {', '.join(known.index)}"
        raise DiagnosticError(f"Source « {source} » inconnue.", "commande importer", fix)
    sheets, notice = read_sheets(path)
    sheet, raw = next(iter(sheets.items()))
    body = raw.iloc[1:].set_axis(list(raw.iloc[0]) if len(raw) else [], axis=1)
    body = body[(body != "").any(axis=1)]
    rows, problems = _map_columns(body, source, path, sheet)
    if not len(body):
        raise DiagnosticError("Ce fichier n'a aucune ligne.", str(path), "téléchargez-le de nouveau à sa source")
    about = known.loc[source]
    named = f"{about['editeur']}, {about['libelle'].lower()}, fichier {_file_date(path)[1]}, {about['licence']}"
    rows = write_origin(rows.assign(source=named), path, sheet)
    if known.at[source, "table"] == "dispositifs":
        tables, found = _split_programmes(rows, known.at[source, "prefixe"], cog)
    else:
        rows["date_maj"] = _iso_dates(rows, path)
        rows["acteur_id"] = known.at[source, "prefixe"] + "-" + rows["cle"]
        tables, found = _place_actors(rows, cog)
    return tables, join_problems(notice, problems, found), len(body)


def _map_columns(body, source, path, sheet):
    rules = read_vocabulary("adaptateurs")
    rules = rules[rules["source"] == source]
    wanted = {name for cell in rules["origine"] for name in cell.split(";") if name}
    missing = sorted(wanted - set(body.columns))
    if missing:
        raise DiagnosticError(
            f"Ce fichier n'est pas celui de « {source} » : colonnes absentes : {', '.join(missing)}.",
            f"{path} (colonnes lues : {', '.join([name for name in body.columns if name][:8]) or 'aucune'})",
            "donnez le fichier publié par la source, sans en renommer les colonnes",
        )  # fmt: skip
    body = body.loc[:, ~body.columns.duplicated()]
    mapped, problems = pd.DataFrame(index=body.index), []
    located = write_origin(pd.DataFrame(index=body.index), path, sheet)
    for rule in rules.itertuples():
        mapped[rule.colonne], found = _apply(rule, body, source, located)
        problems.append(found)
    return mapped, join_problems(*problems)


def _apply(rule, body, source, located):
    columns = [name for name in rule.origine.split(";") if name]
    if rule.regle == "copie":
        return body[columns[0]], None
    if rule.regle == "constante":
        return pd.Series(rule.argument, index=body.index), None
    if rule.regle == "rang":
        return pd.Series([f"{rank:05d}" for rank in range(1, len(body) + 1)], index=body.index), None
    if rule.regle == "joindre":
        return body[columns].agg(rule.argument.join, axis=1), None
    if rule.regle == "oui_si":
        return body[columns[0]].isin(rule.argument.split(";")).map({True: "oui", False: "non"}), None
    if rule.regle in ("correspondance", "correspondances"):
        return _translate(rule, body[columns], source, located)
    raise ValueError(f"unknown rule {rule.regle!r}")


def _translate(rule, cells, source, located):
    """Translate by `correspondances.csv`: the first known item wins for one value, all are kept for a list."""
    table = read_vocabulary("correspondances")
    table = table[(table["source"] == source) & (table["colonne"] == rule.colonne)]
    codes_ = {normalize_label(value): code for value, code in zip(table["valeur"], table["code"], strict=True)}
    order = {normalize_label(value): rank for rank, value in enumerate(table["valeur"])}
    joined = cells.agg(";".join, axis=1) if cells.shape[1] > 1 else cells.iloc[:, 0]

    def translate(cell):
        items = [normalize_label(item) for item in _BROKEN_LIST.split(cell) if item]
        found = [item for item in items if item in codes_]
        if rule.regle == "correspondance":
            return codes_[min(found, key=order.get)] if found else ""
        return ";".join(dict.fromkeys(codes_[item] for item in found))

    distinct = {cell: translate(cell) for cell in joined.unique()}
    translated = joined.map(distinct)
    if rule.regle == "correspondances":
        return translated, None
    default = list_sources().at[source, "categorie_defaut"]
    unknown = translated == ""
    untold = unknown & (joined.str.strip("; ") != "")
    fix = "corrigez la catégorie dans le fichier importé s'il le faut"
    message = f"Type sans équivalent dans notre liste : classé « {default} »."
    problems = list_problems("information", located[untold], message, fix, colonne=rule.origine, valeur=joined[untold])
    return translated.mask(unknown, default), problems


def _file_date(path):
    """Return (ISO date or '', how to name the file): the year and month written in the file's name."""
    name = re.sub(r".*[\\/]", "", str(path))
    found = re.search(r"(20\d\d)[-_]?(0[1-9]|1[0-2])?", name)
    if not found:
        return "", f"« {name} » (date inconnue)"
    return f"{found[1]}-{found[2] or '01'}-01", f"de {found[1]}" + (f"-{found[2]}" if found[2] else "")


def _iso_dates(rows, path):
    fallback = _file_date(path)[0]
    if "date_maj" not in rows:
        return fallback
    return read_dates(rows["date_maj"])[0].dt.strftime("%Y-%m-%d").fillna(fallback)


def _place_actors(rows, cog):
    """Give each row its commune (by code, else by coordinates); a row with neither is set aside and told."""
    problems = []
    points = pd.DataFrame({axis: read_numbers(rows[axis])[0] for axis in ("lat", "lon")})
    checked, found = coordinates.check_coordinates(rows.assign(**points))
    problems.append(found)
    coded = rows if "code_insee" in rows else rows.assign(code_insee="")
    resolved, found = codes.resolve_communes(coded, cog)
    problems.append(codes.keep_rows(found))
    lost = resolved["code_insee"].isna() & (resolved["methode_commune"] != "outre_mer")
    held = locate_points(checked["lon"].where(lost), checked["lat"].where(lost))
    by_point = lost & held.notna()
    resolved = resolved.mask(by_point, pd.DataFrame({"code_insee": held, "methode_commune": "coordonnees"}))
    aside = (lost & ~by_point) | (rows["nom"] == "")
    problems.append(_tell_aside(rows[aside], coded, cog))
    kept = rows.assign(
        code_insee=resolved["code_insee"].fillna(coded["code_insee"]), methode_commune=resolved["methode_commune"],
        lat=checked["lat"].map("{:.6f}".format).where(checked["lat"].notna(), ""),
        lon=checked["lon"].map("{:.6f}".format).where(checked["lon"].notna(), ""),
    ).loc[~aside]  # fmt: skip
    columns = [c for c in describe_table("acteurs").index if c in kept]
    return {"acteurs": kept[[*columns, *ORIGIN_COLUMNS]]}, join_problems(*problems)


def _tell_aside(rows, coded, cog):
    """Tell the rows set aside, with the commune that the postcode and the name lead to: proposed, never applied."""
    told = pd.DataFrame({"nom": rows["nom"], "code": coded.loc[rows.index, "code_insee"]})
    told = told.join(rows.reindex(columns=["code_postal", "commune"], fill_value=""))
    messages = []
    for name, code, postcode, town in told.itertuples(index=False, name=None):
        served = cog["codes_postaux"].loc[[postcode]].tolist() if postcode in cog["postaux"] else []
        found = [f"« {there} » ({label})" for there, label in served if normalize_label(label) == normalize_label(town)]
        proposal = f" Lecture proposée : {found[0]}." if len(found) == 1 else ""
        place = f"Code commune « {code} » inconnu et aucun point en France" if code else "Ni code commune, ni point en France"
        messages.append(f"{place} : ligne écartée.{proposal}" if name else "Ligne sans nom : écartée.")
    fix = "complétez la ligne dans le fichier d'origine, puis réimportez"
    return list_problems("erreur", rows, messages, fix, colonne="nom, code, coordonnées", valeur=rows["nom"])


def _split_programmes(rows, prefix, cog):
    """Part the affiliations of territories: one dispositif an `id_territoire`, one affiliation a row of the file."""
    codes_ = _read_commune_siren(rows["territoire_code"], cog)
    rows = rows.assign(dispositif_id=prefix + "-" + rows["cle"], territoire_code=codes_)
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
    """Replace the SIREN of a commune by its INSEE code.

    A commune that changed its SIREN keeps its former one in old files: the code is read in its digits (21,
    departement, 0, number, key).
    """
    by_siren = cog["communes"].reset_index().dropna(subset="siren").set_index("siren")["code_insee"]
    parts = codes_.str.extract(r"^21(\d[\dAB])0(\d{3})\d$")
    digits = (parts[0] + parts[1]).astype("str")
    known = is_in(digits, cog["communes"].index) | is_in(digits, cog["anciens"].index)
    return codes_.map(by_siren).astype("str").fillna(digits.where(known)).fillna(codes_)
