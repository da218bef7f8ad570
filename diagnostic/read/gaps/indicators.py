"""The files of indicateurs/ that a dossier declares -> one value a commune of today; what is secret or missing is never a number."""

import numpy as np
import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.read.cells.values import find_missing, read_numbers
from diagnostic.read.formats.files import locate_inside, read_sheets
from diagnostic.read.formats.headings import find_asides, find_heading
from diagnostic.read.gaps.vintages import list_states, sum_rows
from diagnostic.read.layers.layer_columns import find_alias, show_headings
from diagnostic.read.places.boundaries import CODE_ALIASES
from diagnostic.read.places.codes import resolve_communes
from diagnostic.read.places.cog import is_in, look_up
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems, locate_sheet
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words, format_number, join_words

COLUMNS = ["code_insee", "indicateur", "valeur", "classe", "etat"]
ROW_COLUMNS = [*ORIGIN_COLUMNS, "code_insee"]
SECRET_WORDS = {"s", "secret", "secretstatistique"}  # INSEE writes s
WHOLE_BESIDE = ["arrondissement_municipal", "associee"]  # parts of a commune that a file may list beside it
PARTS = ["deleguee", *WHOLE_BESIDE]
STATE_WORDS = {
    "publie": "publiée", "secret": "secrète", "non_disponible": "non disponible", "vide": "vide", "absente": "absente du fichier",
    "autre_millesime": "d'un autre millésime",
}  # fmt: skip


def read_indicators(declared, folder, communes, cog):
    """Read the indicators that a dossier declares; a file is opened once, whatever the number of indicators it holds.

    Parameters
    ----------
    declared : DataFrame, table `indicateurs`: indicateur, fichier_indicateur, colonne_commune, colonne_valeur, genre, ORIGIN_COLUMNS
    folder : Path of the dossier (the files are in indicateurs/)
    communes : DataFrame of the perimeter, index code_insee, column nom
    cog : dict, `read.places.cog.read_cog`

    Returns
    -------
    declared : DataFrame, without the rows whose genre was not understood
    values : DataFrame code_insee, indicateur, valeur (float, as the file writes it: a part in % stays in %), classe (text), etat; one
        row a commune of the perimeter and indicator, valeur and classe missing unless etat is publie
    rows : DataFrame ORIGIN_COLUMNS, code_insee: every row of the files once, its commune of today, missing where it is set aside
    problemes : DataFrame, the same for a file or an indicator told once, with counts

    Raises
    ------
    DiagnosticError
        Every file and every column that cannot be found, together.

    Notes
    -----
    etat: publie; secret (s); non_disponible (nd, n.c., -, and what is told as unread: no number, or a negative count); vide (an empty
    cell); absente (the file has not the commune); autre_millesime (the commune held several rows of the file, or only a part of it
    has one, and such a value cannot be added).

    A count (nombre) is the sum of its former communes when all are published; else the gravest state of
    them stands, secret first: nothing is rebuilt.
    """
    odd = declared["genre"].isna()
    message = "Genre inconnu : indicateur non lu, ligne écartée."
    told = [list_problems("erreur", declared[odd], message, "écrivez nombre, part, valeur ou classe", colonne="genre")]
    declared, values, rows, errors = declared[~odd].reset_index(drop=True), [], [], []
    for name, group in declared.groupby("fichier_indicateur", sort=False):
        try:
            source, notice = open_indicator_file(folder, name, group)
        except DiagnosticError as error:
            errors.append(error)
            continue
        lines, found = place_lines(source, communes, cog)
        rows.append(lines[ROW_COLUMNS])
        read, states = _read_values(source, lines, group, communes)
        values.append(read)
        told += [notice, found, states]
    if errors:
        raise DiagnosticError.gather(errors)
    values = pd.concat(values, ignore_index=True) if values else _make_values()
    order = {name: rank for rank, name in enumerate(declared["indicateur"])}
    values = values.sort_values("indicateur", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)
    rows = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=ROW_COLUMNS)
    return declared, values, rows, join_problems(*told)


def _make_values():
    return pd.DataFrame({name: pd.Series(dtype=float if name == "valeur" else "str") for name in COLUMNS})


def open_indicator_file(folder, name, group):
    """Return {fichier, feuille, codes, cells, asides} of a declared file, and the problems of the file itself.

    Returns
    -------
    source : dict; `codes` Series of text and `cells` DataFrame (one column an indicator), index = line numbers, below the heading;
        `asides` Series, why a line is no data ('' when it is)

    Raises
    ------
    DiagnosticError
        File missing or unreadable, column missing: the headings read are listed.
    """
    where = "feuille indicateurs, colonne fichier_indicateur"
    path = locate_inside(folder / "indicateurs", name, where)
    sheets, notice = read_sheets(path)
    keys = {normalize_label(sheet): sheet for sheet in sheets}
    sheet = next((keys[key] for key in map(normalize_label, group["indicateur"]) if key in keys), next(iter(sheets)))
    raw = sheets[sheet]
    declared = [*group["colonne_valeur"], *group["colonne_commune"].dropna()]
    line = find_heading(raw, [*CODE_ALIASES, *declared])
    where = f"indicateurs/{path.name}, feuille {sheet}, ligne {line}"
    columns = _choose_columns(raw.loc[line], group, where)
    body = raw.loc[raw.index > line, list(dict.fromkeys(columns.values()))]
    cells = pd.DataFrame({indicator: body[place] for indicator, place in columns.items() if indicator}, index=body.index)
    source = {
        "fichier": f"indicateurs/{path.name}", "feuille": sheet, "codes": body[columns[""]], "cells": cells,
        "asides": find_asides(body, raw.loc[line]),
    }  # fmt: skip
    return source, notice.assign(fichier=source["fichier"])


def _choose_columns(headings, group, where):
    """Return {indicator: place of its column}, that of the communes under ''."""
    errors, columns = [], {}
    titles = group["colonne_commune"].dropna()
    asked = {"": titles.head(1).tolist() or CODE_ALIASES}
    asked |= {row.indicateur: [row.colonne_valeur] for row in group.itertuples()}
    for indicator, aliases in asked.items():
        columns[indicator] = find_alias(headings, aliases)
        if columns[indicator] is None:
            sheet = "colonne_valeur" if indicator else "colonne_commune"
            what = f"Indicateur {indicator} : colonne « {aliases[0]} » introuvable." if indicator else "Colonne des communes introuvable."
            fix = f"écrivez dans {sheet} (feuille indicateurs) le titre de la colonne tel qu'il est dans ce fichier"
            errors.append(DiagnosticError(what, show_headings(headings, where), fix))
    if errors:
        raise DiagnosticError.gather(errors)
    return columns


def place_lines(source, communes, cog):
    """Return the lines of a file with their commune of today, and what is told of them, once a file.

    Returns
    -------
    lines : DataFrame, index = line numbers: ORIGIN_COLUMNS, code_insee (missing where set aside), entiere (bool: the row is that of the
        whole commune, not of a former one)
    problemes : DataFrame
    """
    codes = source["codes"].str.upper()
    lines = pd.DataFrame({"fichier": source["fichier"], "feuille": source["feuille"], "ligne": codes.index}, index=codes.index)
    resolved, found = resolve_communes(lines.assign(code_insee=codes), cog)
    present = resolved["code_insee"].mask(source["asides"] != "")
    nature = look_up(codes, cog["anciens"]["nature"]).where(resolved["methode_commune"] == "ancien_code")
    # The number kept and the departement changed: the commune is the same under another code.
    same = nature.eq("dossier") | (nature.eq("fusionnee") & codes.str[2:].eq(present.str[2:]))
    lines = lines.assign(code_insee=present, entiere=nature.isna() | same, nature=nature, code=codes)
    aside = {
        "commune inconnue": present.isna() & ~resolved["methode_commune"].eq("outre_mer") & (source["asides"] == ""),
        "ligne de total, de note ou de titre": source["asides"] != "",
    }
    placed = lines[present.notna()]
    aside["commune répétée"] = _spread(placed["code"].duplicated(), lines)
    whole = placed.loc[placed["nature"].isna(), "code_insee"]
    beside = placed["nature"].isin(WHOLE_BESIDE) & placed["code_insee"].isin(set(whole))
    aside["partie d'une commune que le fichier donne aussi en entier"] = _spread(beside, lines)
    lines["entiere"] |= _find_complete(lines, cog, whole)
    gone = pd.concat(aside.values(), axis=1).any(axis=1)
    told = [_tell_aside(source, lines, aside, found), _tell_merged(source, lines[~gone], communes)]
    code = lines["code_insee"].where(resolved["methode_commune"] != "outre_mer", codes).mask(gone)
    return lines.assign(code_insee=code), join_problems(*told)


def _find_complete(lines, cog, whole):
    """Return the mask of the arrondissements of a commune that the file gives all, and not the commune itself: together they are it."""
    anciens = cog["anciens"]
    needed = anciens.loc[anciens["nature"] == "arrondissement_municipal", "nouveau_code"].value_counts()
    parts = lines["nature"].eq("arrondissement_municipal") & ~lines["code_insee"].isin(set(whole))
    counts = lines[parts].drop_duplicates("code").groupby("code_insee").size()
    full = counts.index[counts == needed.reindex(counts.index)]
    return parts & lines["code_insee"].isin(full)


def _spread(mask, lines):
    return mask.reindex(lines.index, fill_value=False)


def _tell_aside(source, lines, aside, found):
    """Tell, one row a reason, how many lines of the file are set aside, with the first of them."""
    told, errors = [], found[found["gravite"] == "erreur"].set_index("ligne")["probleme"]
    for reason, mask in aside.items():
        if mask.any():
            first = lines.index[mask][0]
            example = errors.get(first, f"« {lines.at[first, 'code']} »")
            words = count_words(int(mask.sum()), "ligne écartée", "lignes écartées")
            message = f"{words} ({reason}) ; la première, ligne {first} : {example}"
            grave = "attention" if reason in ("commune inconnue", "commune répétée") else "information"
            told.append(list_problems(grave, _locate(source), message, "rien, si c'est voulu ; sinon corrigez le fichier"))
    return join_problems(*told)


def _tell_merged(source, lines, communes):
    """Tell the communes of the perimeter that the file knows in several parts, or in part only: another vintage."""
    here = lines[is_in(lines["code_insee"].astype("str"), communes.index)]
    counts = here.groupby("code_insee")["entiere"].agg(["size", "all"])
    merged = counts.index[(counts["size"] > 1) | ~counts["all"]]
    if not len(merged):
        return None
    names = join_words([f"{communes.at[code, 'nom']} ({code}, {count_words(counts.at[code, 'size'], 'ligne')})" for code in merged])
    message = (
        f"Fichier d'un autre millésime : {count_words(len(merged), 'commune')} du territoire y {'est' if len(merged) < 2 else 'sont'} "
        f"en plusieurs anciennes communes, ou en partie : {names}. Un nombre est additionné quand toutes sont publiées ; "
        "une part, une valeur, une classe ne peut pas l'être."
    )
    return list_problems("attention", _locate(source), message, "prenez un fichier du millésime actuel, s'il existe")


def _read_values(source, lines, group, communes):
    """Return the values of each indicator of a file on the communes of the perimeter, and what is told of them."""
    here = lines[is_in(lines["code_insee"].astype("str"), communes.index)]
    if not len(here) and len(communes):
        message = "Aucune commune du territoire dans ce fichier."
        told = [list_problems("attention", _locate(source), message, "vérifiez le fichier et sa colonne des communes")]
    else:
        told = []
    parts = []
    for row in group.itertuples():
        read = read_cells(source["cells"].loc[here.index, row.indicateur], row.genre)
        joined = sum_rows(read.assign(code_insee=here["code_insee"], entiere=here["entiere"]), row.genre)
        joined = joined.reindex(communes.index)
        joined["etat"] = joined["etat"].fillna("absente")
        parts.append(joined.rename_axis("code_insee").reset_index().assign(indicateur=row.indicateur)[COLUMNS])
        told += [_tell_unread(source, read, row.indicateur), _tell_states(source, joined["etat"], row.indicateur)]
    return pd.concat(parts, ignore_index=True), join_problems(*told)


def read_cells(cells, genre):
    """Return the cells of an indicator read by its genre: valeur, classe, etat, illisible (bool), lu (the text), on the same index.

    A secret, a missing word and an empty cell are no numbers; a text that is no number, or a count below 0, is `illisible` and
    counts as not available.

    Examples
    --------
    >>> read_cells(pd.Series(["14,5", "s", "nd", "", "douze"]), "part")["etat"].tolist()
    ['publie', 'secret', 'non_disponible', 'vide', 'non_disponible']
    """
    words = cells.map({cell: normalize_label(cell) for cell in cells.unique() if not any(map(str.isdigit, cell))})
    secret = cells.eq("s") if genre == "classe" else words.isin(SECRET_WORDS)
    said = ~secret & (cells != "") & ~find_missing(cells)
    numbers = pd.Series(np.nan, index=cells.index)
    wrong = pd.Series(False, index=cells.index)
    if genre != "classe":
        numbers, wrong = read_numbers(cells.where(said, ""))
        wrong |= (numbers < 0) & (genre == "nombre")
    etat = list_states({"vide": cells == "", "secret": secret, "publie": said & ~wrong}, cells.index)
    known = etat == "publie"
    words = cells.where(known & (genre == "classe")).astype("str")
    return pd.DataFrame({"valeur": numbers.where(known), "classe": words, "etat": etat, "illisible": wrong, "lu": cells})


def _tell_unread(source, read, indicator):
    wrong = read[read["illisible"]]
    if not len(wrong):
        return None
    number = count_words(len(wrong), "valeur illisible", "valeurs illisibles")
    message = f"Indicateur {indicator} : {number} dans le territoire ; la première, ligne {wrong.index[0]} : « {wrong['lu'].iloc[0]} »."
    fix = "corrigez le fichier, ou le genre de l'indicateur"
    return list_problems("attention", _locate(source), message, fix, valeur=wrong["lu"].iloc[0])


def _tell_states(source, states, indicator):
    """Tell how many communes have each state: a figure carries its denominator."""
    counts = states.value_counts()
    shown = [f"{STATE_WORDS[name]} {format_number(counts[name])}" for name in STATE_WORDS if name in counts]
    message = f"Indicateur {indicator}, sur {count_words(len(states), 'commune')} : {', '.join(shown)}."
    return list_problems("information", _locate(source), message, "rien ; une valeur secrète ou absente n'est jamais lue comme un zéro")


def _locate(source):
    return locate_sheet(source["fichier"], source["feuille"])
