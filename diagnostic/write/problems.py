"""Problems -> problemes.xlsx: what is wrong, cell by cell, with room for the corrections; `diagnostic corriger` takes it back."""

import re

import pandas as pd
import xlsxwriter

from diagnostic.schema import (
    EMPTY_WORD,
    GRAVITES,
    ORIGIN_COLUMNS,
    ORIGINAL_SHEET,
    PROBLEM_HEADINGS,
    TO_CORRECT_SHEET,
    describe_table,
    list_tables,
    map_aliases,
)
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words, format_number
from diagnostic.write.atomic import write_atomic
from diagnostic.write.cells import find_safe_labels, flatten_table
from diagnostic.write.forms import (
    NOT_TEXT,
    finish_sheet,
    fit_heights,
    make_styles,
    write_cells,
    write_headings,
    write_reading,
)
from diagnostic.write.workbook import OPTIONS

MOST_ROWS = 100_000  # beyond, the file is too slow to open; the gravest problems come first
MOST_COMMENTS = 2_000  # a sheet
PAIR_ORDER = ["score", "nom_1", "nom_2", "decision", "motif", "commune", "distance_km", "source_1", "source_2", "note", "decision_prise"]
LISTS_SHEET = "listes"
LINES = [
    ("Ce classeur dit ce que le logiciel n'a pas pu lire ou qu'il faut vérifier. Vos fichiers ne sont pas modifiés : vos corrections "
    "sont gardées à part et remises en place à chaque lecture."),
    ("erreur : la ligne est écartée ; attention : la ligne est gardée, à vérifier ; information : rien d'obligatoire, la colonne « à "
    "faire » dit ce que vous pouvez compléter."),
    ("1. Corrigez dans les cases jaunes : feuille problemes, choisissez oui dans « accepter » pour prendre la correction proposée, ou "
    "écrivez la vôtre dans « votre correction » (elle l'emporte) ; feuilles a_corriger, corrigez directement les lignes écartées."),
    "2. Enregistrez (XLSX ou ODS, sous le nom que vous voulez).",
    "3. Lancez : diagnostic corriger suivi du nom du dossier (et du nom de ce fichier, s'il a été renommé ou reçu d'un collègue).",
    (f"Pour vider une case : écrivez {EMPTY_WORD} dans « votre correction », ou effacez-la dans une feuille a_corriger. Une case jaune "
    "laissée vide dans « votre correction » ne change rien."),
    ("Vous pouvez filtrer, colorier, supprimer des lignes, déplacer des colonnes. Ne changez ni les titres, ni les colonnes fichier, "
    "feuille et ligne : elles disent quelle case est corrigée."),
    ("Les feuilles sont protégées sans mot de passe, pour qu'une ligne ne glisse pas par accident. Pour trier : Révision, Ôter la "
    "protection ; triez toujours le tableau entier."),
    ("Une correction n'est appliquée que si la case contient encore la valeur lue. Pour annuler une correction, supprimez sa ligne dans "
    "corrections/corrections.xlsx."),
    ("Plusieurs personnes peuvent corriger chacune sa copie : lancez la commande pour chaque copie. Sur une même case, la dernière reprise "
    "l'emporte."),
]  # fmt: skip


def write_problems(path, *, problemes, comptes, ecartees, lists, doublons=None, lecture=None):
    """Write problemes.xlsx.

    Parameters
    ----------
    path : path-like
    problemes : DataFrame of PROBLEM_COLUMNS, and `nom` (`read.back.called_rows.name_problems`) where it is known
    comptes : DataFrame
    ecartees : dict of str -> DataFrame of text, the rows set aside of each table: house columns and ORIGIN_COLUMNS
    lists : dict of str -> DataFrame, the vocabularies of the dossier
    doublons : DataFrame with acteur_id_1, acteur_id_2 and what to show of each pair, optional
    lecture : list of str, optional, what the first sheet says where nothing is corrected in this workbook: it is then to be read only

    Returns
    -------
    Path
    """
    problems = sort_problems(problemes)
    aside = {table: _drop_asides(ecartees[table], problems) for table in list_tables() if table in ecartees and table != "personnes"}
    aside = {table: rows for table, rows in aside.items() if len(rows)}
    with write_atomic(path) as temporary:
        book = xlsxwriter.Workbook(temporary, OPTIONS)
        # A date of its own, always the same: the same problems give the same bytes.
        created = pd.Timestamp("2026-01-01").to_pydatetime()
        book.set_properties({"title": "Ce qui est à corriger", "created": created, "author": "", "comments": "diagnostic-maillage"})
        styles = make_styles(book)
        told = _tell_counts(problems, aside)
        write_reading(book, styles, "Ce qui est à corriger", [*told[:1], *lecture] if lecture else [*told, *LINES])
        _write_problem_sheet(book, styles, problems.head(MOST_ROWS), filled=not lecture)
        places = _write_lists(book, styles, aside, lists)
        for table, rows in aside.items():
            _write_aside(book, styles, table, rows.head(MOST_ROWS), problems, places)
        if doublons is not None and len(doublons):
            _write_doublons(book, styles, doublons)
        _write_plain(book, styles, "resume", summarize_problems(problems))
        _write_plain(book, styles, "comptes", comptes)
        for table, rows in aside.items():
            _write_original(book, styles, table, rows.head(MOST_ROWS))
        book.close()
    return path


def _drop_asides(rows, problems):
    """Return the rows set aside without those that only an `information` is told of: totals, notes, headings once more."""
    graves = problems.assign(grave=problems["gravite"] != "information").groupby(ORIGIN_COLUMNS)["grave"].any()
    places = pd.MultiIndex.from_frame(rows[ORIGIN_COLUMNS].astype({"ligne": "Int64"}))
    return rows[graves.reindex(places).astype("boolean").fillna(True).to_numpy(dtype=bool)]


def sort_problems(problemes):
    """Return the problems by gravity, then file, sheet and line; every column of the sheet is there."""
    ranks = problemes["gravite"].map({name: rank for rank, name in enumerate(GRAVITES)})
    lines = pd.to_numeric(problemes["ligne"], errors="coerce").astype("Int64")
    ordered = problemes.assign(rang=ranks, ligne=lines).sort_values(["rang", "fichier", "feuille", "ligne"], kind="stable")
    columns = [column for column in PROBLEM_HEADINGS if column not in ("accepter", "correction")]
    texts = [column for column in columns if column != "ligne"]
    ordered = ordered.reindex(columns=columns).astype(dict.fromkeys(texts, "object"))
    return ordered.fillna(dict.fromkeys(texts, "")).reset_index(drop=True)


def summarize_problems(problems):
    """Return how many rows have each kind of problem: gravite, fichier, feuille, colonne, probleme, nb_lignes, premiere_ligne.

    What a message says of one row (the words between « », the numbers) does not make a kind.
    """
    kinds = {text: re.sub(r"\d+(?:[\s.,]\d+)*", "…", re.sub(r"«[^»]*»", "« … »", text)) for text in problems["probleme"].unique()}
    keys = ["gravite", "fichier", "feuille", "colonne", "probleme"]
    counted = problems.assign(probleme=problems["probleme"].map(kinds)).groupby(keys, sort=False, dropna=False)["ligne"]
    return counted.agg(nb_lignes="size", premiere_ligne="min").reset_index()


def _tell_counts(problems, aside):
    counts = problems["gravite"].value_counts()
    words = {"bloquant": "bloquant", "erreur": "erreur", "attention": "point d'attention", "information": "information"}
    plurals = {"attention": "points d'attention"}
    told = ", ".join(count_words(counts[g], words[g], plurals.get(g)) for g in GRAVITES[:-1] if g in counts) or "aucun"
    told += f" ; {count_words(counts['information'], 'information')} (rien d'obligatoire)" if "information" in counts else ""
    rows = sum(map(len, aside.values()))
    lines = [f"Problèmes : {told}.", f"Lignes écartées à corriger : {count_words(rows, 'ligne') if rows else 'aucune'}."]
    if len(problems) > MOST_ROWS or any(len(part) > MOST_ROWS for part in aside.values()):
        most = format_number(MOST_ROWS)
        lines.append(f"Plus de {most} lignes : les plus graves sont ici, les autres viendront ensuite (feuille resume : toutes).")
    return lines


def find_correctable(problems):
    """Return the mask of the problems that are on cells a correction can reach: a line, a column, one value for each column.

    A column told by its letter (a formula in error) is none: no heading says which it is. Persons are corrected in the inventory.
    """
    placed = problems["ligne"].notna() & (problems[["fichier", "feuille", "colonne"]] != "").all(axis=1)
    split = problems["colonne"].str.split(r"\s*,\s*").str.len()
    one_each = (split == 1) | (split == problems["valeur"].str.split(";").str.len())
    letter = problems["colonne"].str.fullmatch("[A-Z]{1,2}").astype(bool)
    return placed & one_each & ~letter & (problems["feuille"].map(normalize_label) != "personnes")


def _write_problem_sheet(book, styles, problems, *, filled=True):
    sheet = book.add_worksheet("problemes")
    columns = [column for column in PROBLEM_HEADINGS if filled or column not in ("accepter", "correction")]
    write_headings(sheet, styles, columns, PROBLEM_HEADINGS)
    open_, offered = find_correctable(problems), problems["proposition"] != ""
    shown = flatten_table(problems.assign(accepter="", correction=""))
    formats = {
        "gravite": [styles.get(name, styles["texte"]) for name in shown["gravite"]],
        "accepter": [styles["libre" if ready else "absent"] for ready in open_ & offered],
        "correction": [styles["libre" if ready else "absent"] for ready in open_],
    }
    for place, column in enumerate(columns):
        write_cells(sheet, place, shown[column], formats.get(column, styles["texte"]), styles["nombre"])
    fit_heights(sheet, shown.drop(columns="ligne"))
    if filled and len(problems):
        rule = {"validate": "list", "source": ["oui"], "error_type": "warning", "ignore_blank": True}
        sheet.data_validation(1, columns.index("accepter"), len(problems), columns.index("accepter"), rule)
    finish_sheet(sheet, len(problems), len(columns), frozen=columns.index("colonne"), locked=filled)


def _list_house_columns(table):
    """Return the declared columns of a table that any edition may show: a person's name goes in no file."""
    described = describe_table(table)
    return list(described.index[described["edition"] != "jamais"])


def _name_sheet(prefix, table):
    return f"{prefix}{table}"[:31]


def _write_aside(book, styles, table, rows, problems, places):
    """Write the rows set aside of one table: where they are and what is wrong, locked; their cells, to correct."""
    sheet = book.add_worksheet(_name_sheet(TO_CORRECT_SHEET, table))
    house, faults = _list_house_columns(table), _find_faults(table, rows, problems)
    shown = flatten_table(rows.reindex(columns=[*ORIGIN_COLUMNS, *house]).reset_index(drop=True))
    whole = faults.groupby("rang")["probleme"].agg(lambda texts: "\n".join(dict.fromkeys(texts)))
    shown.insert(len(ORIGIN_COLUMNS), "problemes", whole.reindex(shown.index).fillna(""))
    write_headings(sheet, styles, shown.columns, {"problemes": "problèmes"})
    described = describe_table(table)
    commented = 0
    for place, column in enumerate(shown.columns):
        if column not in house:
            write_cells(sheet, place, shown[column], styles["texte"], styles["nombre"])
            continue
        wrong = faults[faults["colonne"] == column].groupby("rang")["probleme"].agg("\n".join)
        formats = [styles["faute" if bad else "libre"] for bad in shown.index.isin(wrong.index)]
        write_cells(sheet, place, shown[column].astype("object"), formats)
        for row, text in wrong.head(max(MOST_COMMENTS - commented, 0)).items():
            sheet.write_comment(row + 1, place, NOT_TEXT.sub("", text)[:1000], {"x_scale": 2, "author": ""})
        commented += len(wrong)
        _add_choices(sheet, place, len(shown), described.loc[column], places)
    finish_sheet(sheet, len(shown), len(shown.columns), frozen=len(ORIGIN_COLUMNS))


def _find_faults(table, rows, problems):
    """Return one row a faulty cell: rang (place of the row in `rows`), colonne, probleme."""
    ranks = rows[ORIGIN_COLUMNS].assign(rang=range(len(rows)), ligne=pd.to_numeric(rows["ligne"]).astype("Int64"))
    told = problems.merge(ranks.drop_duplicates(ORIGIN_COLUMNS), on=ORIGIN_COLUMNS)
    told = told[told["gravite"] != "information"]
    told = told.assign(colonne=told["colonne"].str.split(r"\s*,\s*")).explode("colonne")[["rang", "colonne", "probleme"]]
    known = map_aliases(table)
    return told.assign(colonne=[known.get(normalize_label(heading), heading) for heading in told["colonne"]])


def _write_lists(book, styles, aside, lists):
    """Write the vocabularies that the rows set aside draw from in a hidden sheet; return {list: reference of its cells}."""
    described = [describe_table(table) for table in aside]
    names = sorted({name for part in described for name in part.loc[part["genre"] == "choix", "liste"]})
    if not names:
        return {}
    sheet = book.add_worksheet(LISTS_SHEET)
    sheet.hide()
    places = {}
    for column, name in enumerate(names):
        entries = lists[name.removesuffix("+")]
        safe = find_safe_labels(entries, name.removesuffix("+"))
        labels = [*(safe.get(code, code) for code in entries.index), *(["*"] if name.endswith("+") else [])]
        sheet.write_string(0, column, name, styles["entete"])
        write_cells(sheet, column, pd.Series(labels, dtype="object"), styles["texte"])
        letter = xlsxwriter.utility.xl_col_to_name(column)
        places[name] = f"={LISTS_SHEET}!${letter}$2:${letter}${len(labels) + 1}"
    return places


def _add_choices(sheet, place, nb_rows, described, places):
    source = ["oui", "non"] if described["genre"] == "oui_non" else places.get(described["liste"])
    if described["genre"] in ("choix", "oui_non") and source:
        rule = {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True}
        sheet.data_validation(1, place, nb_rows, place, rule)


def _write_original(book, styles, table, rows):
    """Write the rows set aside as they were read, hidden: what is corrected is what differs from them."""
    sheet = book.add_worksheet(_name_sheet(ORIGINAL_SHEET, table))
    shown = flatten_table(rows.reindex(columns=[*ORIGIN_COLUMNS, *_list_house_columns(table)]))
    write_headings(sheet, styles, shown.columns)
    for place, column in enumerate(shown.columns):
        cells = shown[column] if column == "ligne" else shown[column].astype("object")
        write_cells(sheet, place, cells, styles["texte"], styles["nombre"])
    sheet.protect("", {})
    sheet.very_hidden()


def _write_doublons(book, styles, doublons):
    """Write the pairs proposed; a decision already taken is shown beside, and the new one is a choice."""
    sheet = book.add_worksheet("doublons")
    taken = doublons.reindex(columns=["decision"])["decision"].fillna("").astype("str").to_numpy()
    shown = doublons.reset_index(drop=True).assign(decision_prise=taken, decision="", note="")
    # What is read first stands first; the identifiers, which only the software needs, last.
    first = [column for column in PAIR_ORDER if column in shown]
    last = [column for column in shown if column.startswith("acteur_id_")]
    shown = flatten_table(shown[[*first, *shown.columns.difference([*first, *last], sort=False), *last]])
    headings = {"decision": "décision", "decision_prise": "décision déjà prise", "distance_km": "km"}
    write_headings(sheet, styles, shown.columns, headings)
    for place, column in enumerate(shown.columns):
        style = styles["libre" if column in ("decision", "note") else "texte"]
        write_cells(sheet, place, shown[column], style, styles["nombre"])
    fit_heights(sheet, shown)
    rule = {"validate": "list", "source": ["fusionner", "distincts"], "error_type": "warning", "ignore_blank": True}
    chosen = shown.columns.get_loc("decision")
    sheet.data_validation(1, chosen, len(shown), chosen, rule)
    finish_sheet(sheet, len(shown), len(shown.columns), frozen=2)


def _write_plain(book, styles, name, table):
    sheet = book.add_worksheet(name)
    flat = flatten_table(table.reset_index(drop=True))
    if not len(flat.columns):
        return
    headings = {"gravite": "gravité", "probleme": "problème", "nb_lignes": "lignes", "premiere_ligne": "première ligne"}
    write_headings(sheet, styles, flat.columns, headings)
    for place, column in enumerate(flat.columns):
        gravity = [styles.get(value, styles["texte"]) for value in flat[column]] if column == "gravite" else styles["texte"]
        write_cells(sheet, place, flat[column], gravity, styles["nombre"])
    finish_sheet(sheet, len(flat), len(flat.columns), locked=False)
