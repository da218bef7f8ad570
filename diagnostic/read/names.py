"""Names of communes as people write them -> a key that every spelling shares, and the postcode or departement beside it."""

import re
import unicodedata
from functools import cache, lru_cache

import pandas as pd

from diagnostic.read.cog import read_shape_table
from diagnostic.read.territories import read_communes, read_divisions, read_former_codes
from diagnostic.vocabulary import normalize_label

CLUE_COLUMNS = ["nom", "cle", "article", "code_postal", "departement"]
_ABBREVIATED = {
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
    "lez": "les",
    "mt": "mont",
    "nd": "notredame",
}
_ARTICLES = {"le", "la", "les", "l"}
_WORDS = re.compile(r"[a-z0-9]+")
_SHORT_ON = re.compile(r"(?i)\bs/\s*(?!\s*s\b)")
_SHORT_UNDER = re.compile(r"(?i)\bs/s\b")
# What follows the name in an address: a bracket, a box or CEDEX number, an arrondissement.
_TAIL = re.compile(r"(?i)\s*(?:\(.*|\b(?:cedex|cidex|bp|cs|tsa)\b.*|[-–,;/ ]*\b\d.*)$")
_LAST_ARTICLE = re.compile(r"(?i)[\s,]+\(?\s*(les?|la|l['’])\s*\)?\s*$")
_POSTCODE = re.compile(r"(?i)(?:\bf\s*-\s*)?(?<!\d)(\d{2} ?\d{3})(?!\d)")
_BESIDE = re.compile(r"\(([^()]{1,30})\)\s*$|[,–]\s*([^,–]{1,30})$|\s-\s+((?:(?!\s-\s).){1,30})$")
_CITIES = {"paris", "lyon", "marseille"}  # a number after them is an arrondissement


@lru_cache(maxsize=200_000)
def split_name(cell):
    """Return (nom, cle, article, code_postal, departement) read in one cell; '' for what it does not say.

    The key has no case, accent, hyphen, apostrophe, leading article, box, CEDEX or arrondissement; St is Saint, lez is
    lès. « s/ » stays s: it may be sur or sous (`list_names` holds both spellings).

    Examples
    --------
    >>> split_name("43100 BRIOUDE CEDEX")
    ('BRIOUDE', 'brioude', '', '43100', '')
    >>> split_name("Puy-en-Velay (Le)")[1:3], split_name("Brioude (Haute-Loire)")[4]
    (('puyenvelay', 'le'), '43')
    """
    text = " ".join(cell.split())
    found = _POSTCODE.search(text)
    postcode = found[1].replace(" ", "") if found else ""
    if found:
        text = text[: found.start()].rstrip(" -–,(") or text[found.end() :].lstrip(" -–,)")
    last = _LAST_ARTICLE.search(text)
    article = last[1] if last else ""
    text = text[: last.start()] if last else text
    beside = _BESIDE.search(text)
    departement = _spell_departement(next(filter(None, beside.groups()))) if beside else ""
    bare = text[: beside.start()] if departement else text
    name = _TAIL.sub("", bare).strip(" -–,;")
    key, first = _fold(name)
    if key in _CITIES:
        departement = ""
    return name, key, normalize_label(article) or first, postcode, departement


def fold_name(cell):
    """Return the key of a name: equal for two spellings of one commune."""
    return split_name(cell)[1]


def _fold(name):
    """Return (key, leading article) of a bare name."""
    spelled = name.casefold().replace("œ", "oe").replace("æ", "ae")
    spelled = _SHORT_ON.sub(" s ", _SHORT_UNDER.sub(" sous ", spelled))
    # Accents part from their letter and drop out; hyphens and apostrophes of any keyboard break words.
    plain = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
    words = [_ABBREVIATED.get(word, word) for word in _WORDS.findall(plain)]
    article = words[0] if len(words) > 1 and words[0] in _ARTICLES else ""
    return "".join(words[1:] if article else words), article


def read_names(cells):
    """Return CLUE_COLUMNS on the index of `cells` (text, '' when empty); each distinct cell is read once."""
    distinct = cells.unique()
    parts = pd.DataFrame([split_name(cell) for cell in distinct], columns=CLUE_COLUMNS, index=distinct, dtype="str")
    return parts.reindex(cells).set_axis(cells.index)


def read_postcodes(cells):
    """Return cells as postcodes of five digits, '' when there is none: spaces, a word and a lost zero are understood."""

    def read(cell):
        found = _POSTCODE.search(cell)
        if found:
            return found[1].replace(" ", "")
        short = re.fullmatch(r"\s*(\d{4,5})(?:[.,]0+)?\s*", cell)
        return short[1].zfill(5) if short else ""

    return cells.map({cell: read(cell) for cell in cells.unique()}).astype("str")


def read_departements(cells):
    """Return cells as departement codes ("43", "43 - Haute-Loire", "Haute-Loire", "1"), '' when there is none."""
    return cells.map({cell: _spell_departement(cell) for cell in cells.unique()}).astype("str")


def find_departements(codes):
    """Return the departement that the first digits of postcodes or commune codes say; '' for none."""
    island = codes.str.startswith("20")
    south = codes.str.slice(0, 3).isin(["200", "201"])
    found = codes.str.slice(0, 2).mask(codes.str.startswith(("97", "98")), codes.str.slice(0, 3))
    return found.mask(island & south, "2A").mask(island & ~south, "2B")


@lru_cache(maxsize=10_000)
def _spell_departement(cell):
    known = _index_departements()
    text = cell.strip().removesuffix(".0")
    first = re.match(r"(?i)(97\d|2[ab]|\d{1,2})(?![\d])", text)
    code = known.get(normalize_label(text), "")
    if code or not first:
        return code
    rest = normalize_label(text[first.end() :])
    code = known.get(normalize_label(first[1]), "")
    return code if not rest or known.get(rest) == code else ""


@cache
def _index_departements():
    names = read_divisions("departement")["nom"]
    codes = {normalize_label(code): code for code in names.index}
    short = {code.removeprefix("0"): code for code in names.index if code.startswith("0")}
    return {normalize_label(name): code for code, name in names.items()} | short | codes


@cache
def list_names():
    """Return every name that leads to a present commune: cle, article, code_insee, departement, ancien (bool).

    The present names, those of the communes joined to another, and those that a commune bore since 2021; « sur » and
    « sous » also as s. A name that has passed to another present commune of the departement leads to that one only.
    """
    communes = read_communes(geometry=False)
    former = read_former_codes().dropna(subset="ancien_nom")
    renamed = read_shape_table("anciens_noms.csv")
    written = pd.concat(
        [
            pd.DataFrame({"nom": communes["nom"], "code_insee": communes.index, "ancien": False}),
            pd.DataFrame({"nom": former["ancien_nom"], "code_insee": former["nouveau_code"], "ancien": True}),
            pd.DataFrame(
                {"nom": renamed["ancien_nom"], "code_insee": renamed["code_insee"], "ancien": True, "passe": True}
            ),
        ],
        ignore_index=True,
    )
    names = written.assign(**read_names(written["nom"].astype("str"))[["cle", "article"]])
    loose = names[names["nom"].str.contains(r"(?i)[\s-](?:sur|sous)[\s-]")]
    short = loose["nom"].str.replace(r"(?i)[\s-](?:sur|sous)[\s-]", " s/ ", regex=True)
    names = pd.concat([names, loose.assign(**read_names(short)[["cle", "article"]])], ignore_index=True)
    names["departement"] = names["code_insee"].map(communes["departement"]).astype("str")
    borne = names.loc[~names["ancien"], "cle"] + "|" + names.loc[~names["ancien"], "departement"]
    names = names[names["passe"].isna() | ~(names["cle"] + "|" + names["departement"]).isin(borne)]
    names = names.sort_values(["cle", "code_insee", "ancien"], kind="stable").drop_duplicates(
        ["cle", "code_insee", "article"]
    )
    return names[["cle", "article", "code_insee", "departement", "ancien"]].reset_index(drop=True)
