"""Open-data files -> tables of the house, by the mappings of `vocabulary/adaptateurs.csv` (see `adapters`).

Every row of the file is accounted for: kept (with the commune it falls in, wherever that is) or set aside with a reason.
"""

from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz

from diagnostic.errors import DiagnosticError
from diagnostic.read.cells.angles import read_angles
from diagnostic.read.cells.values import read_dates
from diagnostic.read.formats.files import read_sheets
from diagnostic.read.formats.headings import find_asides
from diagnostic.read.imports.adapters import (
    FILLED_BY_US,
    OUT_OF_LIST,
    apply_rules,
    find_columns,
    list_sources,
    make_fingerprint,
    read_column_rules,
    read_links,
    read_rules,
)  # fmt: skip
from diagnostic.read.imports.layouts import arrange, find_file_date
from diagnostic.read.imports.programmes import split_programmes
from diagnostic.read.inventory.examples import part_examples
from diagnostic.read.inventory.named_ids import make_slug
from diagnostic.read.places.coordinates import check_coordinates
from diagnostic.read.places.places import resolve_places
from diagnostic.schema import ORIGIN_COLUMNS, describe_table, join_problems, list_problems, map_aliases
from diagnostic.vocabulary import normalize_label

MOST_ROWS = 1_000_000  # what a sheet can hold, and a little less
_CLUES = ["code_insee", "commune", "code_postal"]
_NAMING = ["nom", "code_postal", "commune", "code_insee", "adresse"]


def read_import(source, path, cog, *, columns=None):
    """Read one open-data file.

    Parameters
    ----------
    source : str, an index value of `list_sources`, or a name declared in the sheet colonnes_import
    path : path-like
    cog : dict, `read.places.cog.read_cog`
    columns : DataFrame, table `colonnes_import` of the dossier, optional

    Returns
    -------
    tables : dict of DataFrame, text ready to be written to a sheet and read back by `clean_table`:
        `acteurs`, or `dispositifs` and `affiliations`; `ecartees` when rows were set aside
    problemes : DataFrame
    nb_lues : int, rows of the file

    Raises
    ------
    DiagnosticError
        Unknown source; file that is not this source's (columns missing, all listed).
    """
    source = find_source(source, columns)
    about = _describe_source(source, columns)
    declared = read_column_rules(columns, source, path) if about["lecture"] == "generique" and columns is not None else None
    rules = declared if declared is not None else read_rules(source)
    sheets, notice = read_sheets(path)
    wanted = [name for cell in rules["origine"] for part in cell.split(";") for name in part.split("|") if name]
    wanted += list(map_aliases("acteurs")) if about["lecture"] == "generique" else []
    body, origin, date, told = arrange(about["lecture"], sheets, wanted, path)
    if about["lecture"] == "generique":
        rules = add_known_headings(rules, body.columns)
        body, origin, example = _leave_example(body, origin, path)
        told = join_problems(told, example)
    _check_file(body, origin, rules, source, path, about)
    rows = apply_rules(body, rules, source)
    rows = rows.assign(**origin, date_maj=_iso_dates(rows, path, date))
    rows = rows.assign(source=_name_source(rows, about, path, date)).drop(columns="licence", errors="ignore")
    if about["table"] == "dispositifs":
        tables, found = split_programmes(rows, about["prefixe"], cog)
    else:
        rows, sorting = _sort_categories(rows, body, rules, about, source)
        if about["lecture"] == "generique":
            rows, lines = _leave_asides(rows, body)
            sorting = join_problems(sorting, lines)
        tables, found = _keep_actors(rows, body, about["prefixe"], cog)
        found = join_problems(sorting, found)
    return tables, join_problems(notice, told, found), len(body)


def find_source(source, columns=None):
    """Return the name of a source whatever its case, accents, spaces and hyphens; as it was typed when none bears it.

    A source that the dossier declares is named in plain letters and hyphens: « Assos Brivadois » is assos-brivadois.
    """
    names = {normalize_label(name): name for name in [*_list_declared(columns), *list_sources().index]}
    return names.get(normalize_label(source), source)


def _list_declared(columns):
    return [] if columns is None else [make_slug(name) for name in columns["source"].dropna().unique()]


def _describe_source(source, columns):
    """Return what `sources.csv` says of a source; one declared in colonnes_import is a table like any other."""
    known = list_sources()
    declared = [name for name in dict.fromkeys(_list_declared(columns)) if name not in known.index]
    if source in known.index:
        return known.loc[source]
    if source in declared:
        return pd.Series({**known.loc["tableau"], "prefixe": source.upper(), "editeur": source, "libelle": "tableau importé"})
    fix = f"choisissez parmi : {', '.join([*known.index, *declared])} ; ou déclarez la vôtre dans la feuille colonnes_import"
    raise DiagnosticError(f"Source « {source} » inconnue.", "commande importer", fix)


def add_known_headings(rules, headings):
    """Return the rules of a table, with one more for each heading that is a name of our own columns or an alias of one."""
    aliases, given = map_aliases("acteurs"), set(rules["colonne"])
    more = {}
    for heading in headings:
        column = aliases.get(normalize_label(heading))
        column = "cle" if column == "acteur_id" else column
        if column and column not in given and column not in FILLED_BY_US:
            more.setdefault(column, heading)
    added = pd.DataFrame(list(more.items()), columns=["colonne", "origine"], dtype=str)
    return pd.concat([rules, added.assign(regle="copie", argument="", presence="requise")], ignore_index=True)


def _leave_example(body, origin, path):
    """Return a table without the example row of our template, where each row was, and the problem that tells it."""
    aliases, lines = map_aliases("acteurs"), origin["ligne"].to_numpy()
    named = body.set_axis([aliases.get(normalize_label(heading), heading) for heading in body.columns], axis=1).set_axis(lines)
    sheet = origin["feuille"].iloc[0] if len(body) else ""
    kept, told = part_examples(named.loc[:, ~named.columns.duplicated()], "acteurs", Path(path), sheet)
    stays = pd.Index(lines).isin(kept.index)
    return body[stays].reset_index(drop=True), origin[stays].reset_index(drop=True), told


def _leave_asides(rows, body):
    """Return the rows with those that are no data (totals, notes, headings once more) marked to be left out, and told."""
    reasons = find_asides(body, pd.Series(body.columns, index=body.columns)).set_axis(rows.index)
    aside = reasons != ""
    told = list_problems(
        "information", rows[aside], [f"{reason[:1].upper()}{reason[1:]} : comptée, non gardée." for reason in reasons[aside]], "rien",
        colonne="nom", valeur=rows.loc[aside, "nom"],
    )  # fmt: skip
    return rows.assign(raison=rows["raison"].mask(aside, OUT_OF_LIST)), told


def _check_file(body, origin, rules, source, path, about):
    """Raise when the file is not this source's, has no row, or has more than a sheet can hold."""
    _, missing = find_columns(rules, body.columns)
    if about["lecture"] == "generique":
        missing += [name for name in ("nom", "categorie") if name not in set(rules["colonne"])]
    if missing:
        fix = "donnez le fichier publié par la source, sans en renommer les colonnes"
        own = tell_missing(missing, [name for name in body.columns if name], source) if about["lecture"] == "generique" else ""
        raise DiagnosticError(
            f"Ce fichier n'est pas celui de « {source} » : colonnes absentes : {', '.join(missing)}.",
            f"{path} (colonnes lues : {', '.join([name for name in body.columns if name][:8]) or 'aucune'})",
            own or fix,
        )  # fmt: skip
    if not len(body):
        raise DiagnosticError("Ce fichier n'a aucune ligne.", str(path), "téléchargez-le de nouveau à sa source")


def tell_missing(missing, headings, source):
    """Return the lines to write in the sheet colonnes_import, with the heading of the file nearest to each column missing."""
    aliases, asked = map_aliases("acteurs"), describe_table("acteurs").index
    lines = []
    for column in [name for name in missing if name in asked]:
        words = [alias for alias, meant in aliases.items() if meant == column]
        scores = {heading: max(fuzz.partial_ratio(normalize_label(heading), word) for word in words) for heading in headings}
        nearest = max(scores, key=scores.get, default="")
        origin = nearest if scores.get(nearest, 0) >= 75 else "(le titre de la colonne du fichier)"
        lines.append(f"\n  {source} | {column} | {origin} |")
    lines = "".join(lines) or f"\n  {source} | (colonne) | (titre tel qu'il est dans le fichier) |"
    told = "dans la feuille colonnes_import, écrivez une ligne par colonne absente (source | colonne | origine | valeur) :"
    read = ", ".join(f"« {heading} »" for heading in headings[:30])
    fix = "sans colonne, laissez-la vide et écrivez une valeur pour toutes les lignes"
    return f"{told}{lines}\n  origine est un des titres lus ({read}) ; {fix}"


def _name_source(rows, about, path, date):
    """Return what is said of each row: who publishes, what, of which date, under which licence; the file's own words win."""
    found, named = find_file_date(path)
    latest = rows["date_maj"].max()
    if date:
        named = f"de {date}"
    elif not found and latest and named.endswith(")"):
        named = f"{named.removesuffix(')')}, fiche la plus récente du {latest})"
    licence = rows["licence"].where(rows["licence"] != "", about["licence"]) if "licence" in rows else about["licence"]
    text = f"{about['editeur']}, {about['libelle'].lower()}, fichier {named}, " + licence
    text = pd.Series(text, index=rows.index, dtype=str)
    return rows["source"].where(rows["source"] != "", text) if "source" in rows else text


def _iso_dates(rows, path, date):
    """Return date_maj as ISO text; a row without one has the file's date."""
    fallback = date or find_file_date(path)[0]
    if "date_maj" not in rows:
        return pd.Series(fallback, index=rows.index, dtype=str)
    return read_dates(rows["date_maj"])[0].dt.strftime("%Y-%m-%d").astype("str").fillna(fallback)


def _sort_categories(rows, body, rules, about, source):
    """Put the rows without a category in the one of the source; part those whose type is no actor of OUTIL 1.

    Returns
    -------
    rows : DataFrame, with `raison` filled for the rows to leave out
    problemes : DataFrame, one row a type left out, one a row put in the default category
    """
    translated = rules[(rules["colonne"] == "categorie") & rules["regle"].str.startswith("correspondance")]
    default, categories = about["categorie_defaut"], rows["categorie"]
    reason = pd.Series("", index=rows.index, dtype=str).mask(categories == "", "Ligne sans catégorie : écartée.")
    if not len(translated):
        return rows.assign(raison=reason), None
    found, _ = find_columns(translated, body.columns)
    columns = list(dict.fromkeys(name for names in found.values() for name in names if name))
    cells = apply_rules(body, translated.iloc[:1].assign(origine=";".join(columns), regle="joindre", argument=";"), source)["categorie"]
    out = (categories == OUT_OF_LIST) | ((categories == "") & (default == OUT_OF_LIST))
    told = (categories == "") & ~out & (cells.str.strip("; ") != "")
    located, colonne = rows[ORIGIN_COLUMNS], ";".join(columns)
    message = f"Type sans équivalent dans notre liste : classé « {default} »."
    fix = "corrigez la catégorie dans le fichier importé s'il le faut"
    defaults = list_problems("information", located[told], message, fix, colonne=colonne, valeur=cells[told])
    rows = rows.assign(categorie=categories.mask((categories == "") & ~out, default), raison="")
    rows["raison"] = rows["raison"].mask(out, OUT_OF_LIST)
    return rows, join_problems(defaults, _tell_out(cells[out], located[out], read_links(source), colonne))


def _tell_out(cells, located, links, colonne):
    """Tell the types that are no actor of OUTIL 1: one row a type, with how many rows of the file it left out."""
    counts = cells.value_counts()
    labels = dict(zip(links["valeur"], links["libelle"], strict=True))
    first = located.loc[cells.drop_duplicates().index].set_index(cells.drop_duplicates())
    shown = [f"{code} ({labels[code]})" if labels.get(code) else code for code in counts.index]
    messages = [f"Type hors de l'OUTIL 1 : {n} ligne(s) comptée(s), non gardée(s)." for n in counts]
    fix = "rien ; ou demandez l'ajout du type aux correspondances"
    return list_problems("information", first.loc[counts.index], messages, fix, colonne=colonne, valeur=shown)


def _keep_actors(rows, body, prefix, cog):
    """Give each row its key and its commune; return the tables `acteurs` and `ecartees`, and the problems."""
    kept_key, repeated, told = _make_keys(rows, body)
    nameless = (rows["raison"] == "") & (rows["nom"] == "") & (rows.get("type_libelle", "") == "")
    reason = rows["raison"].mask(nameless, "Ligne sans nom : écartée.")
    # Before the communes are looked for, which is the long part.
    _refuse_rows(int(((reason == "") & ~repeated).sum()), rows)
    placed, problems = _place(rows, cog)
    reason = reason.mask((reason == "") & placed["lost"], placed["raison"])
    out, repeated = reason == OUT_OF_LIST, repeated & (reason != OUT_OF_LIST)
    aside = (reason != "") & ~out & ~repeated
    rows = rows.assign(**placed.drop(columns=["lost", "raison"]), acteur_id=prefix + "-" + kept_key, nom=_name_rows(rows, placed, cog))
    problems = join_problems(problems, told, _tell_aside(rows[aside], reason[aside]))
    kept = rows[~aside & ~out & ~repeated]
    columns = [c for c in describe_table("acteurs").index if c in kept]
    columns = [c for c in columns if c in ("acteur_id", "nom", "categorie", "code_insee") or (kept[c] != "").any()]
    tables = {"acteurs": kept[[*columns, *ORIGIN_COLUMNS]]}
    if aside.any():
        tables["ecartees"] = list_set_aside(rows[aside], reason[aside])
    return tables, problems


def _refuse_rows(number, rows):
    if number > MOST_ROWS:
        fix = "donnez l'extrait de votre région ou de votre département"
        raise DiagnosticError(f"Ce fichier garderait {number} lignes : une feuille en tient {MOST_ROWS}.", rows["fichier"].iloc[0], fix)


def list_set_aside(rows, reason):
    """Return the rows set aside as a sheet to correct: every column of the house, then where they were and why they were left."""
    columns = [c for c in describe_table("acteurs").index if c not in FILLED_BY_US or c == "acteur_id"]
    described = rows.reindex(columns=columns, fill_value="")
    located = {"fichier_origine": rows["fichier"], "ligne_origine": rows["ligne"].astype("str")}
    return described.assign(**located, raison=reason).reset_index(drop=True)


def _name_rows(rows, placed, cog):
    """Return the names; an equipment without one is named by its type and its commune."""
    if "type_libelle" not in rows:
        return rows["nom"]
    towns = placed["code_insee"].map(cog["communes"]["nom"]).astype("str")
    made = (rows["type_libelle"] + " (" + towns + ")").fillna(rows["type_libelle"])
    return rows["nom"].where(rows["nom"] != "", made)


def _make_keys(rows, body):
    """Return (the key of each row, the mask of the exact repeats, problemes).

    The key is the source's own; a row without one is named by what it says. Two rows of one key that say different things
    are two: each bears a mark made of what it says, so that the order of the file does not count.
    """
    naming = [rows[name] for name in _NAMING if name in rows]
    key = rows["cle"].str.replace(r"\s+", "-", regex=True) if "cle" in rows else pd.Series("", index=rows.index, dtype=str)
    nameless = key.str.strip("-|") == ""
    key = key.mask(nameless, make_fingerprint([cells[nameless] for cells in naming])) if nameless.any() else key
    repeated = body.duplicated()
    shared = key.where(~repeated).duplicated(keep=False) & ~repeated
    if shared.any():
        key = key.mask(shared, key[shared] + "-" + make_fingerprint([body.loc[shared, name] for name in body.columns], 6))
    twice, named = rows[repeated], rows[shared]
    message = "Répétition exacte d'une ligne du fichier : comptée, non gardée."
    same = list_problems("information", twice, message, "rien : une seule est gardée", colonne="nom", valeur=twice["nom"])
    message = "Identifiant porté par plusieurs lignes différentes : toutes gardées, chacune le sien."
    fix = "rien ; ou écrivez au producteur : deux structures ont un seul identifiant"
    two = list_problems("information", named, message, fix, colonne="identifiant", valeur=named["nom"])
    return key, repeated, join_problems(same, two)


def _place(rows, cog):
    """Give each row its commune by every clue it has; return what was found and why some are lost, and the problems."""
    written = rows.reindex(columns=["lat", "lon"], fill_value="")
    points = pd.DataFrame({axis: read_angles(written[axis])[0] for axis in ("lat", "lon")})
    clues = rows.reindex(columns=[*ORIGIN_COLUMNS, *_CLUES], fill_value="").assign(**points)
    checked, told = check_coordinates(clues, written=written)
    resolved, found = resolve_places(clues.assign(**checked), cog)
    lost = resolved["code_insee"].isna() & (resolved["methode_commune"] != "outre_mer")
    given = clues["code_insee"]
    reason = pd.Series("Ni code commune, ni nom, ni point qui mène à une commune : ligne écartée.", index=rows.index, dtype=str)
    reason = reason.mask(given != "", "Code commune « " + given + " » inconnu, et aucun autre indice : ligne écartée.")
    spelled = {axis: checked[axis].map("{:.6f}".format).where(checked[axis].notna(), "") for axis in ("lat", "lon")}
    return resolved.assign(code_insee=resolved["code_insee"].fillna(given), **spelled, lost=lost, raison=reason), join_problems(told, found)


def _tell_aside(rows, reason):
    fix = "complétez la ligne dans la feuille ecartees du fichier importé, ou dans problemes.xlsx"
    colonne = pd.Series("code_insee", index=rows.index, dtype=str).mask(rows["categorie"] == "", "categorie").mask(rows["nom"] == "", "nom")
    told = list_problems("erreur", rows, reason, fix, valeur=rows["nom"])
    return told.assign(colonne=colonne.tolist()) if len(told) else told
