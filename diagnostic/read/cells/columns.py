"""One column of text -> its values by the kind declared for it, every doubt told with what to write instead when it is known."""

import re
from functools import lru_cache

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.read.cells import dates, values
from diagnostic.read.cells.angles import read_angles
from diagnostic.read.cells.identifiers import check_identifiers
from diagnostic.schema import join_problems, list_problems
from diagnostic.vocabulary import find_labels, is_open, normalize_label

_NEAR, _LONE, _SURE = 65, 80, 90  # of 100: what is suggested, what is proposed when nothing else is near, or something is
_MOST_EXPLAINED = 3_000  # distinct unknown words compared with the vocabulary
# Who may see a row is no matter of guess: a word that is not understood closes it.
CLOSED = {"diffusions": "interne"}


def clean_column(cells, kind, listed, lists, rows):
    """Convert one column of text.

    Parameters
    ----------
    cells : Series of str, named by its heading as the user wrote it
    kind, listed : str, `genre` and `liste` of colonnes.csv; kind "part" is a share between 0 and 1
    lists : dict of DataFrame, the vocabulary
    rows : DataFrame with ORIGIN_COLUMNS, same index

    Returns
    -------
    values : Series
    problemes : DataFrame or None
    """
    if kind in ("texte", "texte_libre", "id", "code_insee") or kind.startswith("ref:"):
        return cells.where(cells != ""), None  # code_insee: resolved against the communes by read.places.codes
    if kind in ("siren", "siret"):
        return _clean_identifiers(cells, 9 if kind == "siren" else 14, rows)
    if kind in ("choix", "liste"):
        return (_clean_choices if kind == "choix" else _clean_lists)(cells, listed, lists, rows)
    reader = {"nombre": _clean_numbers, "latitude": _clean_angles, "longitude": _clean_angles, "part": _clean_shares,
              "date": _clean_dates, "oui_non": _clean_yes_no}.get(kind)  # fmt: skip
    if reader is None:
        raise ValueError(f"unknown kind {kind!r}")
    said, missing = _drop_missing(cells, rows, secret=kind in ("nombre", "part"))
    converted, found = reader(said, rows)
    return converted, join_problems(missing, found)


def _drop_missing(cells, rows, *, secret=False, known=()):
    """Return cells without the words that stand for an empty cell, which are told once."""
    none = values.find_missing(cells, secret=secret)
    none &= ~cells.isin([cell for cell in cells[none].unique() if cell == "*" or normalize_label(cell) in known])
    if not none.any():
        return cells, None
    words = ", ".join(f"« {word} »" for word in cells[none].unique()[:4])
    message = f"Mots pour une case sans valeur ({words}) lus comme des cases vides : {int(none.sum())}."
    return cells.mask(none, ""), _tell_once(cells, none, rows, message)


def _clean_numbers(cells, rows):
    numbers, wrong = values.read_numbers(cells)
    comma = cells.str.contains(",", regex=False).astype(bool) & ~wrong
    told = _tell_once(cells, comma, rows, f"Virgule décimale : {int(comma.sum())} case(s) lue(s) ainsi.")
    return numbers, join_problems(told, _tell_numbers(cells, wrong, rows))


def _clean_angles(cells, rows):
    """Read degrees, decimal or in minutes and seconds; what they mean is judged by read.places.coordinates."""
    numbers, wrong = read_angles(cells)
    comma = cells.str.contains(",", regex=False).astype(bool) & ~wrong
    told = _tell_once(cells, comma, rows, f"Virgule décimale : {int(comma.sum())} case(s) lue(s) ainsi.")
    messages = "« " + cells[wrong] + " » n'est pas une coordonnée."
    return numbers, join_problems(told, _tell(cells, wrong, rows, messages, "écrivez des degrés (45,04), ou videz"))


def _clean_shares(cells, rows):
    shares, wrong, percent = values.read_shares(cells)
    message = f"Pourcentages lus comme des parts entre 0 et 1 (45 % devient 0,45) : {int(percent.sum())} case(s)."
    return shares, join_problems(_tell_once(cells, percent, rows, message), _tell_numbers(cells, wrong, rows))


def _tell_numbers(cells, wrong, rows):
    messages = "« " + cells[wrong] + " » n'est pas un nombre."
    proposals = values.propose_numbers(cells[wrong]) if wrong.any() else ""
    return _tell(cells, wrong, rows, messages, "écrivez un nombre, ou videz", proposition=proposals)


def _clean_yes_no(cells, rows):
    said, wrong = values.read_yes_no(cells)
    return said, _tell(cells, wrong, rows, "« " + cells[wrong] + " » n'est ni oui ni non.", "écrivez oui ou non")


def _clean_dates(cells, rows):
    """Read dates; days counted by a spreadsheet are read when every other cell of the column is a date or one of them."""
    read, wrong = dates.read_dates(cells)
    serials = dates.read_serials(cells.where(wrong, ""))
    told = []
    if serials.notna().any() and (serials.notna() | ~wrong).all():
        found = serials.notna()
        read, wrong = read.fillna(serials), wrong & ~found
        shown = f"{cells[found].iloc[0]} est le {serials[found].iloc[0]:%d/%m/%Y}"
        message = f"Nombres lus comme des dates du tableur ({shown}) : {int(found.sum())} case(s)."
        told.append(_tell_once(cells, found, rows, message, "mettez la colonne au format Date"))
    short = dates.find_short_years(cells) & ~wrong
    if short.any():
        message = f"Années à deux chiffres complétées : {int(short.sum())} case(s)."
        fix = "rien, si le siècle est le bon ; mieux : quatre chiffres"
        told.append(_tell_once(cells, short, rows, message, fix, proposition=f"{read[short].iloc[0]:%d/%m/%Y}"))
    if wrong.any():
        reasons, proposals = dates.explain_dates(cells[wrong])
        told.append(_tell(cells, wrong, rows, reasons, "écrivez jour/mois/année (03/02/2025)", proposition=proposals))
    return read, join_problems(*told)


def _clean_identifiers(cells, digits, rows):
    said, missing = _drop_missing(cells, rows)
    numbers, reasons, proposals = check_identifiers(said, digits)
    wrong = reasons != ""
    fix = "vérifiez le numéro, et mettez la colonne au format Texte"
    return numbers, join_problems(missing, _tell(cells, wrong, rows, reasons[wrong], fix, proposition=proposals[wrong]))


def _tell(cells, wrong, rows, messages, fix, gravite="attention", proposition=""):
    if not wrong.any():
        return None
    return list_problems(
        gravite, rows[wrong], messages, fix, colonne=cells.name, valeur=cells[wrong], proposition=proposition
    )


def _tell_once(cells, mask, rows, message, fix="rien", proposition=""):
    """Tell what was understood of a column in one line, at its first cell."""
    if not mask.any():
        return None
    first = rows[mask].head(1)
    return list_problems(
        "information", first, message, fix, colonne=cells.name, valeur=cells[mask].iloc[0], proposition=proposition
    )


def _clean_choices(cells, listed, lists, rows):
    name = listed.removesuffix("+")
    entries, labels = lists[name], find_labels(lists[name], name)
    if listed.endswith("+"):
        labels = labels | {normalize_label("toutes"): "*"}
        cells = cells.mask(cells == "*", "toutes")
    said, missing = _drop_missing(cells, rows, known=labels)
    codes, unknown = values.read_choices(said, labels)
    near = suggest_entries(said[unknown].unique(), entries, labels)
    proposals = _look_up(said[unknown], lambda cell: near[cell][1])
    if is_open(listed):
        return codes.mask(unknown, said), join_problems(missing, _tell_open(said, unknown, rows, listed, proposals))
    fix = "choisissez dans la liste, ou ajoutez une ligne à la feuille vocabulaire"
    messages = _look_up(said[unknown], lambda cell: near[cell][0])
    if name in CLOSED:
        codes, fix = codes.mask(unknown, CLOSED[name]), f"{fix} ; en attendant, lu comme « {CLOSED[name]} »"
    return codes, join_problems(missing, _tell(said, unknown, rows, messages, fix, proposition=proposals))


def _clean_lists(cells, listed, lists, rows):
    if not listed or listed.startswith("ref:"):
        return values.split_lists(cells), None
    labels, entries = find_labels(lists[listed], listed), lists[listed]
    said, missing = _drop_missing(cells, rows, known=labels)
    distinct = pd.Series(said.unique(), dtype=str)
    written = dict(zip(distinct, values.split_lists(distinct, labels), strict=True))
    codes = {
        item: labels.get(normalize_label(item)) for item in sorted({item for cell in written.values() for item in cell})
    }
    strangers = {item for item, code in codes.items() if code is None}
    opened = is_open(listed)
    kept = {item: code or item for item, code in codes.items() if code or opened}
    coded = {
        cell: tuple(dict.fromkeys(kept[item] for item in parts if item in kept)) for cell, parts in written.items()
    }
    unknown = said.isin([cell for cell, parts in written.items() if not strangers.isdisjoint(parts)])
    near = suggest_entries(sorted(strangers), entries, labels)
    proposals = _look_up(said[unknown], lambda cell: _propose_list(written[cell], near))
    if opened:
        told = _tell_open(said, unknown, rows, listed, proposals)
    else:
        messages = _look_up(
            said[unknown], lambda cell: " ".join(near[item][0] for item in written[cell] if item in strangers)
        )
        fix = "choisissez dans la liste (feuille Lisez-moi), séparez par ;"
        told = _tell(said, unknown, rows, messages, fix, proposition=proposals)
    return said.map(coded), join_problems(missing, told)


def _look_up(cells, tell):
    """Return what `tell` says of each cell, asked once for each distinct cell."""
    ranks, distinct = pd.factorize(cells)
    return np.array([tell(cell) for cell in distinct], dtype=object)[ranks]


def _propose_list(items, near):
    """Return the whole cell as it should be written, when each stranger in it has a sure neighbour."""
    written = [near[item][1] if item in near else item for item in items]
    return " ; ".join(written) if all(written) else ""


def _tell_open(cells, unknown, rows, listed, proposals):
    """An open list (themes, publics) keeps the group's own words and says so."""
    messages = ["Mot absent de notre liste : gardé tel quel."] * int(unknown.sum())
    fix = f"rien ; ou ajoutez-le à la feuille vocabulaire (liste {listed}) pour qu'il soit reconnu"
    return _tell(cells, unknown, rows, messages, fix, gravite="information", proposition=proposals)


def suggest_entries(cells, entries, labels):
    """Return {cell: (French sentence, what to write or '')} for values outside a vocabulary.

    The sentence names the nearest entries, three at most; what to write is the nearest one when it is very near (over 90 of
    100) and alone to be, or near (over 80) when nothing else is. Suggestions only: nothing
    is replaced. Case and accents do not count in what is near.
    """
    sentences = {cell: (f"« {cell} » inconnu.", "") for cell in cells}
    cells = list(cells)[:_MOST_EXPLAINED]
    if not len(cells) or not len(entries):
        return sentences
    spelled = entries[["libelle", "sigle", "alias"]].agg(";".join, axis=1).str.split(";").explode()
    spelled = pd.concat([spelled, pd.Series(entries.index, index=entries.index)])
    spelled = spelled[spelled != ""].map(_fold).reset_index(name="label").set_axis(["code", "label"], axis=1)
    scores = process.cdist(
        [_fold(cell) for cell in cells], spelled["label"].tolist(), scorer=fuzz.ratio, score_cutoff=_NEAR
    )
    for cell, row in zip(cells, scores, strict=True):
        places = np.argsort(-row, kind="stable")[:12]
        found = pd.Series(row[places], index=spelled["code"].iloc[places].to_numpy())
        found = found[found > 0].groupby(level=0, sort=False).max()
        if len(found):
            shown = ", ".join(_name_entry(code, entries, labels) for code in found.index[:3])
            alone = found.iloc[0] > _SURE and (len(found) == 1 or found.iloc[1] <= _SURE)
            alone |= len(found) == 1 and found.iloc[0] > _LONE
            proposal = _spell_entry(found.index[0], entries, labels) if alone else ""
            sentences[cell] = (f"« {cell} » inconnu ; vouliez-vous dire : {shown} ?", proposal)
    return sentences


def _name_entry(code, entries, labels):
    """Return what a person can type for an entry, its acronym beside."""
    label, acronym = _spell_entry(code, entries, labels), entries.at[code, "sigle"]
    return f"« {label} » ({acronym})" if acronym and acronym != label else f"« {label} »"


def _spell_entry(code, entries, labels):
    """Return the label of an entry when it leads back to it, else its code."""
    label = entries.at[code, "libelle"]
    return label if labels.get(normalize_label(label)) == code else code


@lru_cache(20_000)
def _fold(text):
    """Return `text` without case, accents or order of words."""
    return " ".join(sorted(filter(None, map(normalize_label, re.split(r"[\s_'’-]+", text)))))
