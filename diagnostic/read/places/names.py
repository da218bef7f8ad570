"""Names of communes as people write them -> a key that every spelling shares, and the postcode or departement beside it."""

import re
import unicodedata
from functools import cache, lru_cache

import pandas as pd

from diagnostic.read.places.territories import locate_shapes, read_divisions
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
_LONGEST_NAME = 300  # characters: what is longer is a text, not the name of a commune, and slow to look through
_POSTCODE = re.compile(r"(?i)(?:\bf\s*-\s*)?(?<!\d)(\d{2} ?\d{3})(?!\d)")
_BESIDE = re.compile(r"\(([^()]{1,30})\)\s*$|[,–]\s*([^,–]{1,30})$|\s-\s+((?:(?!\s-\s).){1,30})$")
# Most cells are a name and nothing else: letters, spaces, hyphens and apostrophes, no word that begins a tail.
_PLAIN = re.compile(r"(?:[^\W\d_]|[ '’-])*")
_TAIL_WORDS = {"cedex", "cidex", "bp", "cs", "tsa"}
_FIRST_MARK = "\u0300"  # the first of the combining characters
_CITIES = {"paris", "lyon", "marseille"}  # a number after them is an arrondissement


@lru_cache(maxsize=200_000)
def split_name(cell):
    """Return (nom, cle, article, code_postal, departement) read in one cell; '' for what it does not say.

    The key has no case, accent, hyphen, apostrophe, leading article, box, CEDEX or arrondissement; St is Saint, lez is
    lès. « s/ » stays s: it may be sur or sous (`list_names` holds both spellings). A text without end has no key.

    Examples
    --------
    >>> split_name("43100 BRIOUDE CEDEX")
    ('BRIOUDE', 'brioude', '', '43100', '')
    >>> split_name("Puy-en-Velay (Le)")[1:3], split_name("Brioude (Haute-Loire)")[4]
    (('puyenvelay', 'le'), '43')
    """
    text = " ".join(cell.split())
    if len(text) > _LONGEST_NAME:
        return text[:_LONGEST_NAME], "", "", "", ""
    if _PLAIN.fullmatch(text) and " - " not in text:
        words = _part_words(text)
        if not (words and words[-1] in _ARTICLES) and _TAIL_WORDS.isdisjoint(words):
            return text.strip(" -"), *_join_words(words), "", ""
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
    key, first = _join_words(_part_words(name))
    if key in _CITIES:
        departement = ""
    return name, key, normalize_label(article) or first, postcode, departement


def list_words(name):
    """Return the words of a bare name as its key joins them, without the leading article.

    >>> list_words("Le Puy-en-Velay")
    ['puy', 'en', 'velay']
    """
    words = _part_words(name)
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def fold_name(cell):
    """Return the key of a name: equal for two spellings of one commune."""
    return split_name(cell)[1]


def _part_words(name):
    """Return the words of a bare name, without case nor accents, abbreviations spelled out."""
    spelled = name.casefold()
    if "/" in spelled:
        spelled = _SHORT_ON.sub(" s ", _SHORT_UNDER.sub(" sous ", spelled))
    if not spelled.isascii():
        # Accents part from their letter and drop out; hyphens and apostrophes of any keyboard break words.
        parted = unicodedata.normalize("NFKD", spelled.replace("œ", "oe").replace("æ", "ae"))
        spelled = "".join([c for c in parted if c < _FIRST_MARK or not unicodedata.combining(c)])
    return [_ABBREVIATED.get(word, word) for word in _WORDS.findall(spelled)]


def _join_words(words):
    """Return (key, leading article) of the words of a name."""
    article = words[0] if len(words) > 1 and words[0] in _ARTICLES else ""
    return "".join(words[1:] if article else words), article


def read_names(cells):
    """Return CLUE_COLUMNS on the index of `cells` (text, '' when empty); each distinct cell is read once."""
    codes, distinct = pd.factorize(cells)
    parts = pd.DataFrame([split_name(cell) for cell in distinct.tolist()], columns=CLUE_COLUMNS, dtype="str")
    return parts.take(codes).set_axis(cells.index)


def map_distinct(cells, function):
    """Return `function` of each cell as text, on the index of `cells` (text, none missing); each distinct cell is read once."""
    codes, distinct = pd.factorize(cells)
    read = pd.array([function(cell) for cell in distinct.tolist()], dtype="str")
    return pd.Series(read.take(codes), index=cells.index)


def read_postcodes(cells):
    """Return cells as postcodes of five digits, '' when there is none: spaces, a word and a lost zero are understood."""

    def read(cell):
        found = _POSTCODE.search(cell)
        if found:
            return found[1].replace(" ", "")
        short = re.fullmatch(r"\s*(\d{4,5})(?:[.,]0+)?\s*", cell)
        return short[1].zfill(5) if short else ""

    return map_distinct(cells, read)


def read_departements(cells):
    """Return cells as departement codes ("43", "43 - Haute-Loire", "Haute-Loire", "1"), '' when there is none."""
    return map_distinct(cells, _spell_departement)


def find_departements(codes):
    """Return the departement that the first digits of postcodes or commune codes say; '' for none."""
    return map_distinct(codes, find_departement)


def find_departement(code):
    """Return the departement that the first digits of one postcode or commune code say."""
    if code.startswith("20"):
        return "2A" if code.startswith(("200", "201")) else "2B"
    return code[:3] if code.startswith(("97", "98")) else code[:2]


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
    """Return the names of communes in the order of their keys (read only): what `make_names` makes, stored in `shapes/`."""
    return pd.read_parquet(locate_shapes() / "noms.parquet")


@cache
def list_keys():
    """Return the keys that a commune of France bears, each once, in their order."""
    return pd.Index(list_names()["cle"].unique())


@cache
def list_bearers():
    """Return the names without their articles: one row a key and commune."""
    return list_names().drop_duplicates(["cle", "code_insee"])


@cache
def list_pairs():
    """Return the "key|commune" pairs of all names."""
    names = list_bearers()
    return pd.Index(names["cle"] + "|" + names["code_insee"])


def make_names(communes, former, renamed):
    """Return every name that leads to a present commune: cle, article, code_insee, departement, ancien (bool).

    The present names, those of the communes joined to another, and those that a commune bore since 2021; « sur » and
    « sous » also as s. A name that has passed to another present commune of the departement leads to that one only.

    Parameters
    ----------
    communes : DataFrame of all France, index code_insee, columns nom, departement
    former : DataFrame, the table communes_anciennes.csv
    renamed : DataFrame, the table anciens_noms.csv
    """
    former = former.dropna(subset="ancien_nom")
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
