"""A text cut into lines as French typography asks: nothing that leaves its width, no sign left alone at an end of a line."""

import re
import textwrap

# Mean width of a DejaVu Sans character, as a share of its size: enough to wrap lines.
CHARACTER_WIDTH = 0.58
LEAST_CHARACTERS = 12
TIE = "\u2060"
# A sign that closes never starts a line, one that opens never ends it; a dash stays with the count it brings.
TIED = re.compile(r" (?=[:;?!»])|(?<=«) |(?<=—) (?=\d)")
# A word that is longer than its line is cut after one of these first: an address, a name of a file, names in one word.
SOFT = re.compile(r"(?<=[-_/.@])")
# The mean width counts wide letters: a word this much longer than its line still fits in most.
SLACK = 1.1


def wrap_text(text, width_in, size):
    """Return `text` cut into lines that fit `width_in` inches at `size` points; a longer word is cut too.

    >>> wrap_text("Il a dit « oui » : tout va bien", 1.2, 9)
    'Il a dit\\n« oui » : tout\\nva bien'
    """
    characters = max(LEAST_CHARACTERS, int(width_in * 72 / (size * CHARACTER_WIDTH)))
    lines = [fill_lines(line, characters) for line in TIED.sub(TIE, str(text)).split("\n")]
    return "\n".join(lines).replace(TIE, " ")


def fill_lines(text, characters):
    """Return one paragraph cut into lines of so many characters."""
    words = [piece for word in text.split(" ") for piece in cut_word(word, characters)]
    return textwrap.fill(" ".join(words), characters, break_long_words=False, break_on_hyphens=False)


def cut_word(word, characters):
    """Return a word in pieces that fit a line, cut after a hyphen, a slash, a dot where it can be.

    >>> cut_word("prefecture/direction-departementale", 12), cut_word("court", 12)
    (['prefecture/', 'direction-', 'departementa', 'le'], ['court'])
    """
    most = int(characters * SLACK)
    # A word that fits is not cut for the sign tied to it.
    if max(map(len, word.split(TIE))) <= most:
        return [word]
    pieces, line = [], ""
    for part in SOFT.split(word):
        if line and len(line) + len(part) > characters:
            pieces, line = [*pieces, line], ""
        line += part
        while len(line) > most:
            pieces, line = [*pieces, line[:characters]], line[characters:]
    return [*pieces, *([line] if line else [])]
