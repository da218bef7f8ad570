"""How much two names, or two addresses, are alike: words weighted by their rarity in the table, compared pair by pair."""

import html
import re
import unicodedata

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from scipy import sparse

# One spelling for what is written in several ways; on folded text (no case, no accent, words parted by one space).
_PHRASES = {
    "comcom": r"communaute (?:de )?communes?|cc",
    "agglo": r"communaute (?:d )?agglomeration",
    "ccas": r"centre communal (?:d )?action sociale",
    "cias": r"centre intercommunal (?:d )?action sociale",
    # A maison de services au public became a France services, or closed: one word for both.
    "franceservices": r"(?:(?:maison|espace)s? )*(?:de |des )*(?:services? (?:au |aux )?publics?|france services?)|msap|mfs|efs",
    "mjc": r"maison (?:des |de |pour )?jeunes (?:et )?(?:de )?(?:la )?culture",
    "missionlocale": r"mission locale",
    "pij": r"point (?:d )?infos?(?:rmation)? (?:jeunesse|jeunes?)",
    "bij": r"bureau (?:d )?infos?(?:rmation)? (?:jeunesse|jeunes?)",
    "caf": r"caisse (?:d )?allocations familiales",
    "msa": r"mutualite sociale agricole",
    "ehpad": r"etablissement (?:d )?hebergement (?:pour )?personnes agees(?: dependantes)?",
    "departement": r"conseil (?:departemental|general)",
    "mairie": r"hotel de ville|mairie|commune|ville",
    "centresocial": r"centres? socio culturels?|centres? sociaux?|espaces? socio culturels?",
    "bibliotheque": r"bibliotheques?|mediatheques?",
    "ste": "sainte",
    "st": "saint",
}
_STOP_WORDS = frozenset([
    "a", "au", "aux", "avec", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "par", "pour", "s", "sous", "sur", "un", "une",
    "chez", "association", "asso", "ass", "sarl", "sas", "scop", "scic", "eurl", "sa", "gip", "loi", "1901", "cedex",
])  # fmt: skip
_STREETS = {
    "avenue": "av|ave", "boulevard": "bd|bld|boul|blvd", "place": "pl|plc", "rue": "r", "route": "rte", "chemin": "ch|che|chem",
    "impasse": "imp", "allee": "all", "faubourg": "fg|fbg", "square": "sq", "residence": "res",
    "za": r"zone artisanale|zone (?:d )?activites?",
    "gal": "general|gl", "dr": "docteur", "mal": "marechal", "ste": "sainte", "st": "saint", "": r"(?:cs|bp|b p) ?\d+|cedex.*",
}  # fmt: skip
# What a structure is: two names that say two of these are not of one structure; a name that says nothing else tells little.
# Written as `_choose_words` leaves them, without the last s.
KINDS = [
    "agglo", "aide", "bibliotheque", "bij", "bus", "caf", "cca", "centresocial", "chr", "cia", "cinema", "college", "comcom", "cpam",
    "creche", "departement", "ecole", "ehpad", "franceservice", "itinerante", "laep", "lycee", "mairie", "metropole", "missionlocale",
    "mjc", "msa", "pij", "poste", "prefecture", "ram", "solidarite", "syndicat", "tresorerie", "universite",
]  # fmt: skip
_ITINERANT = frozenset(("bus", "itinerant", "itinerante", "mobile", "ambulant"))
_NUMERALS = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
SMOOTHING = 2  # rows added to every count of words: in a short list, all words weigh about the same


def fold_text(text):
    """Return `text` in small letters without accents, its words parted by one space.

    Examples
    --------
    >>> fold_text("L'Étape d’Œuf - CCAS")
    'l etape d oeuf ccas'
    """
    spelled = html.unescape(str(text)).casefold()
    if not spelled.isascii():
        spelled = unicodedata.normalize("NFKD", spelled.replace("œ", "oe").replace("æ", "ae"))
        spelled = "".join(c for c in spelled if not unicodedata.combining(c))
    return _BREAKS.sub(" ", spelled).strip()


def _compile(spellings):
    """Return the pattern of all `spellings` (word -> pattern) and the word of each of its groups."""
    groups = {f"mot{place}": word for place, word in enumerate(spellings)}
    written = "|".join(rf"(?P<{group}>\b(?:{spellings[word]})\b)" for group, word in groups.items())
    return re.compile(written), groups


_BREAKS, _PHRASES, _STREETS = re.compile(r"[\W_]+"), _compile(_PHRASES), _compile(_STREETS)


def _fold(text, spellings):
    pattern, groups = spellings
    return pattern.sub(lambda found: groups[found.lastgroup], fold_text(text))


def fold_names(names, towns):
    """Return what each name says, one row a name.

    Columns: mots (tuple of words in alphabetical order), numeros (what tells one of a series: figures, single letters),
    natures (one bit a word of KINDS), nu (it says no more than its kind), itinerant. The town's own name, articles and legal
    forms are left out of mots, unless nothing else remains; plurals are made singular.

    Parameters
    ----------
    names, towns : Series of str on one index; missing is ''
    """
    said = [_map_distinct(cells.fillna("").astype("str"), _part_words) for cells in (names, towns)]
    pairs = pd.Series(list(zip(*said, strict=True)), index=names.index, dtype=object)
    words = _map_distinct(pairs, lambda pair: _choose_words(*pair))
    said = pd.DataFrame({"mots": words, "numeros": _map_distinct(words, _find_numbers)}, index=names.index, dtype=object)
    said["natures"] = _map_distinct(words, lambda held: sum(1 << place for place, kind in enumerate(KINDS) if kind in held)).astype("int64")
    said["nu"] = _map_distinct(words, lambda held: set(held) <= set(KINDS)).astype(bool)
    said["itinerant"] = _map_distinct(words, lambda held: not _ITINERANT.isdisjoint(held)).astype(bool)
    return said


def _map_distinct(cells, function):
    return cells.map({cell: function(cell) for cell in cells.unique()})


def _part_words(text):
    return tuple(re.sub(r"(?<=[a-z])(?=\d)", " ", _fold(text, _PHRASES)).split())


def _choose_words(name, town):
    left_out = _STOP_WORDS | {*town, "".join(town)}  # Châtel-Guyon is also written Châtelguyon
    last = [word for word in name[1:][-1:] if len(word) == 1]  # « EHPAD A »: the last letter is a number, not the word « à »
    kept = [word for word in name if word not in left_out] or [word for word in name if word not in _STOP_WORDS] or list(name)
    kept += last
    return tuple(sorted({word[:-1] if len(word) > 3 and word[-1] in "sx" else word for word in kept}))


def _find_numbers(words):
    bare = [re.sub(r"^(\d+)(?:er|e|eme|nd)$", r"\1", word) for word in words]
    return " ".join(sorted({_NUMERALS.get(word, word) for word in bare if word in _NUMERALS or len(word) == 1 or word.isdigit()}))


def weigh_words(items):
    """Return a sparse matrix rows x words: the weight of each word in each row.

    A word weighs 1 + ln((n + 2) / (k + 2)) where it is in k of the n rows: rare words tell structures apart.

    Parameters
    ----------
    items : Series of tuple of str
    """
    long = items.reset_index(drop=True).explode().dropna()
    codes, _ = pd.factorize(long, sort=True)
    counts = np.bincount(codes) if len(codes) else np.zeros(0)
    weights = 1 + np.log((len(items) + SMOOTHING) / (counts + SMOOTHING))
    return sparse.csr_matrix((weights[codes], (long.index, codes)), shape=(len(items), max(len(counts), 1)))


def weigh_names(names):
    """Return what `compare_names` needs of all the names: their weighted words, their weighted letters by three."""
    return weigh_words(names["mots"]), weigh_words(_map_distinct(names["mots"], _cut_letters))


def compare_names(names, weights, first, second):
    """Return nom, how alike the names of each pair are (0 to 1), and rare, how rare what they share is (0 to 1).

    nom is the highest of: the cosine of their weighted words; nine tenths of the cosine of their weighted letters by
    three (a slip of the pen); 0.85 of the part of the shorter name held by the other, times rare; 0.55 when one says
    nothing but its kind and the other is of that kind (« Médiathèque », « Médiathèque Victor Hugo »).

    Parameters
    ----------
    names : DataFrame as returned by `fold_names`
    weights : as returned by `weigh_names`
    first, second : arrays of int, positions of the two rows of each pair
    """
    words, letters = weights
    shared, cosine = _multiply(words, first, second)
    _, by_letters = _multiply(letters, first, second)
    norms = np.asarray(words.multiply(words).sum(axis=1)).ravel()
    shorter = np.minimum(norms[first], norms[second])
    rarest = (1 + np.log((len(names) + SMOOTHING) / (1 + SMOOTHING))) ** 2
    rare = np.minimum(1, shared / rarest)
    held = np.divide(shared, shorter, out=np.zeros_like(shared), where=shorter > 0) * rare
    kinds, bare = names["natures"].to_numpy(), names["nu"].to_numpy()
    one, other = kinds[first], kinds[second]
    silent = (bare[first] & (one & other == one) & (one > 0)) | (bare[second] & (one & other == other) & (other > 0))
    return pd.DataFrame({"nom": np.maximum.reduce([cosine, 0.9 * by_letters, 0.85 * held, 0.55 * silent]), "rare": rare})


def _cut_letters(words):
    text = f" {' '.join(words)} "
    return tuple({text[place : place + 3] for place in range(len(text) - 2)})


def _multiply(weights, first, second):
    """Return the products of the rows of each pair, and their cosines."""
    norms = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    shared = np.asarray(weights[first].multiply(weights[second]).sum(axis=1)).ravel()
    norm = norms[first] * norms[second]
    return shared, np.clip(np.divide(shared, norm, out=np.zeros_like(shared), where=norm > 0), 0, 1)


def fold_addresses(addresses, towns):
    """Return one row an address: voie (words of the street, the town left out) and numero (the house number, '' without)."""
    bare = addresses.fillna("").astype("str").str.replace(r"\b\d{5}\b.*", "", regex=True)
    folded = _map_distinct(bare, lambda text: _fold(text, _STREETS))
    numero = folded.str.extract(r"^\D{0,25}?\b(\d{1,4})(?:bis|ter|quater|b|t)?\b")[0].fillna("")
    town = _map_distinct(towns.fillna("").astype("str"), lambda text: _fold(text, _STREETS))
    streets = pd.Series(list(zip(folded, town, strict=True)), index=folded.index, dtype=object)
    return pd.DataFrame({"voie": _map_distinct(streets, _choose_street), "numero": numero}, index=folded.index).astype("str")


def _choose_street(pair):
    street, town = pair
    words = [w for w in street.split() if w not in _STOP_WORDS and not w[0].isdigit() and w not in ("bis", "ter", "b", "t")]
    return " ".join([w for w in words if w not in town.split()] or words)


def compare_addresses(places, first, second):
    """Return for each pair: 1 same street and number, 0.5 same street and a number missing, 0 same street and two numbers,
    -1 two streets, missing when an address is.

    Parameters
    ----------
    places : DataFrame as returned by `fold_addresses`
    first, second : arrays of int
    """
    streets, numbers = places["voie"].to_numpy(dtype=object), places["numero"].to_numpy(dtype=object)
    known = (streets[first] != "") & (streets[second] != "")
    alike = compare_texts(places["voie"], first, second)
    same, either = numbers[first] == numbers[second], (numbers[first] == "") | (numbers[second] == "")
    degree = np.select([alike < 85, same & (numbers[first] != ""), either], [-1.0, 1.0, 0.5], 0.0)
    return np.where(known, degree, np.nan)


def compare_texts(texts, first, second):
    """Return the token set ratio (rapidfuzz, 0 to 100) of each pair of texts, 100 where one is empty."""
    written = texts.to_numpy(dtype=object)
    one, other = written[first], written[second]
    ratios = np.full(len(first), 100.0)
    differ = (one != other) & (one != "") & (other != "")
    if differ.any():
        ratios[differ] = process.cpdist(list(one[differ]), list(other[differ]), scorer=fuzz.token_set_ratio)
    return ratios
