"""Dates as French offices write them -> dates, day first; what cannot be one is pointed at with its reason."""

import pandas as pd

from diagnostic.vocabulary import normalize_label

_MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "mar": 3, "avril": 4, "avr": 4, "mai": 5,
    "juin": 6, "juillet": 7, "juil": 7, "juill": 7, "aout": 8, "aou": 8, "septembre": 9, "sept": 9, "sep": 9,
    "octobre": 10, "oct": 10, "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip
_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%Y/%m/%d", "%m/%Y", "%Y-%m", "%Y")
_TIME = r"[ T]\d{1,2}(?::|h)\d{2}(?::?\d{2})?.*$"
# What a spreadsheet shows for an empty cell or a nought that bears the format of a date.
_ZERO_DATES = (
    "1899-12-30",
    "1899-12-31",
    "1900-01-00",
    "1900-01-01",
    "00/01/1900",
    "30/12/1899",
    "31/12/1899",
    "01/01/1900",
)
_EARLIEST_YEAR = 1700
_FIRST_SERIAL, _LAST_SERIAL = 18_264, 73_050  # 1950 to 2099 as a spreadsheet counts days
_DAY_ZERO = pd.Timestamp("1899-12-30")


def read_dates(cells):
    """Return cells as dates, day first, and the mask of what is no date; a year or a month alone is its first day.

    Months may be words (3 février 2025, 1er mars 2024, févr. 2025); hours are left out. Dates that a spreadsheet makes of
    an empty cell (1900-01-00) and years before 1700 are no dates.

    Examples
    --------
    >>> read_dates(pd.Series(["03/02/2025", "3 févr. 2025", "31/02/2025"]))[0].dt.strftime("%Y-%m-%d").tolist()
    ['2025-02-03', '2025-02-03', nan]
    """
    # Microseconds hold every year; nanoseconds stop in 2262, before the 31/12/9999 that means "no end".
    ranks, distinct = pd.factorize(cells)
    distinct = pd.Series(distinct, dtype=str)
    text = _spell_figures(_drop_time(distinct))
    dates = pd.Series(pd.NaT, index=distinct.index, dtype="datetime64[us]")
    for form in _FORMS:
        left = dates.isna() & (text != "")
        if left.any():
            dates[left] = pd.to_datetime(text[left], format=form, errors="coerce").astype("datetime64[us]")
    dates = dates.mask(text.isin(_ZERO_DATES) | (dates.dt.year < _EARLIEST_YEAR))
    dates = dates.iloc[ranks].set_axis(cells.index)
    return dates, dates.isna() & (cells != "")


def read_serials(cells):
    """Return the days that a spreadsheet counts from 1900 (45691 is 03/02/2025) as dates, missing for any other cell."""
    days = pd.to_numeric(cells.where(cells.str.fullmatch(r"[0-9]{5}(?:[.,]0+)?")).str.slice(0, 5), errors="coerce")
    days = days.astype("float").where(days.between(_FIRST_SERIAL, _LAST_SERIAL))
    return (_DAY_ZERO + pd.to_timedelta(days, unit="D")).astype("datetime64[us]")


def explain_dates(cells):
    """Return why each cell is no date, and the date it surely stands for ('' when nothing is sure)."""
    ranks, distinct = pd.factorize(cells)
    reasons, proposals = _explain_distinct(pd.Series(distinct, dtype=str))
    return reasons.iloc[ranks].set_axis(cells.index), proposals.iloc[ranks].set_axis(cells.index)


def _explain_distinct(cells):
    text = _spell_figures(_drop_time(cells))
    serials = read_serials(cells)
    spelled = "« " + cells + " » "
    reasons = spelled + "n'est pas une date."
    year = pd.to_numeric(text.str.extract(r"(?:^|[/.\-])(\d{4})(?:$|[/.\-])", expand=False), errors="coerce")
    shaped = text.str.fullmatch(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{4}[/\-]\d{1,2}[/\-]\d{1,2}")
    reasons = reasons.mask(shaped, spelled + "n'existe pas dans le calendrier (jour/mois/année).")
    reasons = reasons.mask(shaped & (year < _EARLIEST_YEAR), spelled + "a une année impossible.")
    reasons = reasons.mask(text.isin(_ZERO_DATES), spelled + "est la date qu'un tableur montre pour une case vide.")
    reasons = reasons.mask(serials.notna(), spelled + "est peut-être une date du tableur vue comme un nombre.")
    swapped = pd.to_datetime(text.where(shaped), format="%m/%d/%Y", errors="coerce")
    swapped = swapped.astype("datetime64[us]").mask(year < _EARLIEST_YEAR)
    proposals = swapped.dt.strftime("%d/%m/%Y").fillna(serials.dt.strftime("%d/%m/%Y")).fillna("").astype(str)
    return reasons, proposals


def find_short_years(cells):
    """Return the mask of the dates whose year has two figures (03/02/25)."""
    ranks, distinct = pd.factorize(cells)
    short = pd.Series(distinct, dtype=str).str.fullmatch(r"\d{1,2}/\d{1,2}/\d{2}").astype(bool)
    return short.iloc[ranks].set_axis(cells.index)


def _drop_time(text):
    timed = text.str.contains("[:h]", regex=True).astype(bool)
    return text.mask(timed, text[timed].str.replace(_TIME, "", regex=True)) if timed.any() else text


def _spell_figures(text):
    """Return dates written with the name of a month as day/month/year; the others as they are."""
    lettered = text.str.contains(r"[^0-9/. \-]", regex=True).astype(bool)
    return text.mask(lettered, _spell_months(text[lettered])) if lettered.any() else text


def _spell_months(text):
    named = text.str.extract(r"^(?:[^\W\d]+\.? +)?(?:(\d{1,2})(?:er)?[ \-/.]+)?([^\W\d]{3,9})\.?[ \-/.]+(\d{4}|\d{2})$")
    words = named[1].dropna().unique()
    month = named[1].map({word: _MONTHS.get(normalize_label(word)) for word in words})
    spelled = named[0].fillna("1") + "/" + month.astype("Int64").astype("str") + "/" + named[2]
    return spelled.where(month.notna(), text)
