"""Open-data files -> tables of the house, by mappings declared in `vocabulary/adaptateurs.csv`.

Every row of the file is accounted for: kept (with the commune it falls in, wherever that is) or set aside with a reason.
"""

import re

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read import codes, coordinates
from diagnostic.read.cog import locate_points
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
        raise DiagnosticError(f"Source « {source} » inconnue.", "commande importer", f"choisissez parmi : {', '.join(known.index)}")  # fmt: skip
    sheets, notice = read_sheets(path)
    raw = next(iter(sheets.values()))
    body = raw.iloc[1:].set_axis(raw.iloc[0], axis=1)
    body = body[(body != "").any(axis=1)]
    origin = f"{known.at[source, 'editeur']}, {known.at[source, 'libelle'].lower()}, fichier {_file_date(path)[1]}, {known.at[source, 'licence']}"  # fmt: skip
    rows, problems = _map_columns(body, source, path)
    rows["source"] = origin
    rows = write_origin(rows, path, next(iter(sheets)))
    if known.at[source, "table"] == "dispositifs":
        tables, found = _split_programmes(rows, known.at[source, "prefixe"], cog)
    else:
        rows["date_maj"] = _iso_dates(rows, path)
        rows["acteur_id"] = known.at[source, "prefixe"] + "-" + rows["cle"]
        tables, found = _place_actors(rows, cog)
    return tables, join_problems(notice, problems, found), len(body)


def _map_columns(body, source, path):
    rules = read_vocabulary("adaptateurs")
    rules = rules[rules["source"] == source]
    wanted = {name for cell in rules["origine"] for name in cell.split(";") if name}
    missing = sorted(wanted - set(body.columns))
    if missing:
        raise DiagnosticError(
            f"Ce fichier n'est pas celui de « {source} » : colonnes absentes : {', '.join(missing)}.",
            f"{path} (colonnes lues : {', '.join(list(body.columns)[:8])}...)",
            "donnez le fichier publié par la source, sans en renommer les colonnes",
        )  # fmt: skip
    body = body.loc[:, ~body.columns.duplicated()]
    mapped, problems = pd.DataFrame(index=body.index), []
    located = write_origin(pd.DataFrame(index=body.index), path, "")
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
    problems = list_problems("information", located[untold], f"Type sans équivalent dans notre liste : classé « {default} ».", fix, colonne=rule.origine, valeur=joined[untold])  # fmt: skip
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
    problems.append(found)
    lost = resolved["code_insee"].isna() & (resolved["methode_commune"] != "outre_mer")
    held = locate_points(checked["lon"].where(lost), checked["lat"].where(lost))
    by_point = lost & held.notna()
    resolved = resolved.mask(by_point, pd.DataFrame({"code_insee": held, "methode_commune": "coordonnees"}))
    nameless = rows["nom"] == ""
    aside = (lost & ~by_point) | nameless
    problems.append(_tell_aside(rows[aside], nameless[aside]))
    kept = rows.assign(
        code_insee=resolved["code_insee"].fillna(coded["code_insee"]), methode_commune=resolved["methode_commune"],
        lat=checked["lat"].map("{:.6f}".format).where(checked["lat"].notna(), ""),
        lon=checked["lon"].map("{:.6f}".format).where(checked["lon"].notna(), ""),
    ).loc[~aside]  # fmt: skip
    columns = [c for c in describe_table("acteurs").index if c in kept]
    return {"acteurs": kept[[*columns, *ORIGIN_COLUMNS]]}, join_problems(*problems)


def _tell_aside(rows, nameless):
    messages = ["Ligne sans nom : écartée." if no else "Ni code commune connu, ni point en France : ligne écartée." for no in nameless]  # fmt: skip
    return list_problems("erreur", rows, messages, "complétez la ligne dans le fichier d'origine, puis réimportez", colonne="nom, code, coordonnées", valeur=rows["nom"])  # fmt: skip


def _split_programmes(rows, prefix, cog):
    """Part the affiliations of territories: one dispositif an `id_territoire`, one affiliation a row of the file."""
    rows = rows.assign(dispositif_id=prefix + "-" + rows["cle"], territoire_code=_read_commune_siren(rows["territoire_code"], cog))
    is_epci = rows["territoire_code"].isin(cog["communes"]["epci"].dropna().unique())
    resolved, problems = codes.resolve_communes(rows[~is_epci], cog, colonne="territoire_code")
    territory = rows["territoire_code"].mask(~is_epci, resolved["code_insee"])
    overseas = resolved["methode_commune"].reindex(rows.index) == "outre_mer"
    territory = territory.mask(overseas, rows["territoire_code"])
    aside = territory.isna()
    kept = rows[~aside].assign(territoire_code=territory[~aside])
    listed = kept.groupby("dispositif_id")["territoire_code"].agg(lambda codes_: ";".join(dict.fromkeys(codes_)))
    contracts = kept.drop_duplicates("dispositif_id").assign(territoires=lambda t: t["dispositif_id"].map(listed), nature="dispositif")  # fmt: skip
    columns = [c for c in describe_table("dispositifs").index if c in contracts]
    tables = {
        "dispositifs": contracts[[*columns, *ORIGIN_COLUMNS]],
        "affiliations": kept[["dispositif_id", "territoire_code", "source", *ORIGIN_COLUMNS]],
    }
    return tables, problems


def _read_commune_siren(codes_, cog):
    """Replace the SIREN of a commune by its INSEE code; a past commune's is read from its digits (21, departement, 0, number, key)."""
    by_siren = cog["communes"].reset_index().dropna(subset="siren").set_index("siren")["code_insee"]
    parts = codes_.str.extract(r"^21(\d[\dAB])0(\d{3})\d$")
    digits = parts[0] + parts[1]
    past = digits.where(digits.isin(cog["anciens"].index))
    return codes_.map(by_siren).fillna(past).fillna(codes_)
