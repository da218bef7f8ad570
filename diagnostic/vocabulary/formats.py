"""Numbers, shares and enumerations as a French reader writes them: shared by sentences, maps and workbooks."""

import unicodedata

NARROW_SPACE = "\u202f"
# « Le » and « Les » of a place name melt into « de »; « La » and « L' » stay.
CONTRACTIONS = {"Le ": "du ", "Les ": "des "}


def format_number(value, decimals=0):
    """Return `value` as a French reader writes it: narrow space for thousands, comma for decimals, — when missing.

    >>> format_number(1234.5, 1).replace(NARROW_SPACE, " ")
    '1 234,5'
    """
    if value is None or value != value:
        return "—"
    return f"{value:,.{decimals}f}".replace(",", NARROW_SPACE).replace(".", ",")


def format_share(value, decimals=0):
    """Return a share between 0 and 1 as a French percentage.

    >>> format_share(0.5436, 1).replace(NARROW_SPACE, " ")
    '54,4 %'
    """
    if value is None or value != value:
        return "—"
    return f"{format_number(100 * value, decimals)}{NARROW_SPACE}%"


def count_words(number, singular, plural=None):
    """Return a number and its noun, in the singular up to one as French has it; `plural` is the singular with an s by default.

    >>> count_words(1, "lien"), count_words(0, "lien"), count_words(3, "lien déclaré", "liens déclarés")
    ('1 lien', '0 lien', '3 liens déclarés')
    """
    return f"{format_number(number)} {singular if number < 2 else plural or singular + 's'}"


def join_words(words, most=6):
    """Return words as a French enumeration, cut after `most` with what is left counted.

    >>> join_words(["Ambert", "Issoire", "Thiers"])
    'Ambert, Issoire et Thiers'
    """
    words = list(words)
    if len(words) > most + 1:  # « et 1 autre » would take the room of its name
        return f"{', '.join(words[:most])} et {len(words) - most} autres"
    return " et ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def shorten_list(text, most=3):
    """Return a list written with « ; » as an enumeration of its first items, the rest counted.

    >>> shorten_list("15132 Montgreleix"), shorten_list("a ; b ; c ; d ; e")
    ('15132 Montgreleix', 'a, b, c et 2 autres')
    """
    return join_words(text.split(" ; "), most)


def join_of(words, name):
    """Return « words de name » for a place, its « de » elided or melted with the article as French has it.

    An h is taken as mute, except in « Haut » and its family.

    >>> [join_of("Commune", name) for name in ("Arsac", "Le Brignon", "Les Estables", "La Chaise-Dieu", "Brioude")]
    ["Commune d'Arsac", 'Commune du Brignon', 'Commune des Estables', 'Commune de La Chaise-Dieu', 'Commune de Brioude']
    >>> join_of("Commune", "Yssingeaux"), join_of("Commune", "L'Épine"), join_of("Commune", "Œting"), join_of("Commune", "Haut-Lignon")
    ("Commune d'Yssingeaux", "Commune de L'Épine", "Commune d'Œting", 'Commune de Haut-Lignon')
    """
    for article, melted in CONTRACTIONS.items():
        if name.startswith(article):
            return f"{words} {melted}{name.removeprefix(article)}"
    first = unicodedata.normalize("NFKD", name[:1]).upper()[:1]
    mute = first in set("AEIOUYŒÆ") or first == "H" and not name.startswith("Haut")
    return f"{words} d'{name}" if mute else f"{words} de {name}"
