"""Dates in the cells of an XLSX workbook: which styles show one, and the number of days that such a cell holds."""

import re
from datetime import date

_BUILT_IN = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # formats of dates that every workbook knows
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*>")
_XFS = re.compile(rb"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", re.DOTALL)
_XF = re.compile(rb"<(?:\w+:)?xf[\s/>][^>]*>")
# What is no part of a date in a format: text between quotation marks, a colour or a language, a sign that follows a backslash.
_ASIDE = re.compile(rb'&quot;.*?&quot;|"[^"]*"|\[[^\]]*\]|\\.|_.')
_DATE = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4}))(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_EPOCH, _FIRST_SURE = date(1899, 12, 30), 61  # days are counted from here, but for those before March 1900
_MAC_DAYS = 1462  # between the two calendars of spreadsheets


def list_date_styles(archive):
    """Return the numbers of the cell styles that show a date (set of int), from the styles of a workbook (ZipFile).

    A cell that holds a time of day only is none.
    """
    if "xl/styles.xml" not in archive.namelist():
        return set()
    styles = archive.read("xl/styles.xml")
    formats = {_read(found[0], b"numFmtId"): _read_text(found[0], b"formatCode") for found in _FORMAT.finditer(styles)}
    dated = _BUILT_IN - {18, 19, 20, 21, 45, 46, 47} | {number for number, code in formats.items() if _shows_day(code)}
    dated -= {number for number, code in formats.items() if not _shows_day(code)}
    listed = _XFS.search(styles)
    return {rank for rank, found in enumerate(_XF.finditer(listed[0])) if _read(found[0], b"numFmtId") in dated} if listed else set()


def uses_mac_calendar(archive):
    """Return whether the days of a workbook are counted from 1904."""
    return bool(re.search(rb'<(?:\w+:)?workbookPr\s[^>]*date1904="(?:1|true)"', archive.read("xl/workbook.xml")))


def count_days(text, *, mac=False):
    """Return the number that a spreadsheet holds for a date written 2026-11-02 or 02/11/2026; None for any other text.

    >>> count_days("2026-11-02"), count_days("02/11/2026", mac=True), count_days("novembre 2026"), count_days("31/02/2026")
    (46328, 44866, None, None)
    """
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    year, month, day = (int(part) for part in (found.groups()[:3] if found[1] else found.groups()[:2:-1]))
    try:
        days = (date(year, month, day) - _EPOCH).days
    except ValueError:
        return None
    return None if days < _FIRST_SURE else days - _MAC_DAYS * mac


def _shows_day(code):
    return bool(re.search(rb"[dDyYjJaA]", _ASIDE.sub(b"", re.sub(rb"(?i)general|am/pm|a/p", b"", code))))


def _read(tag, name):
    found = re.search(rb'\s%s="(\d+)"' % name, tag)
    return int(found[1]) if found else 0


def _read_text(tag, name):
    found = re.search(rb'\s%s="([^"]*)"' % name, tag)
    return found[1] if found else b""
