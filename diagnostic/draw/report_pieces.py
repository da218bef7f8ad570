"""The blocks that the plan of a document is made of: dicts that `write.report_blocks` turns into paragraphs, lists and tables."""

from diagnostic.draw.report_tables import tell_rest, typeset


def title(text, level):
    """Return a heading block."""
    return {"genre": "titre", "texte": typeset(text), "niveau": level}


def phrase(text):
    """Return a paragraph block."""
    return {"genre": "phrase", "texte": typeset(text)}


def note(text):
    """Return a small paragraph: what a reader must know of what comes before."""
    return {"genre": "note", "texte": typeset(text)}


def bullets(texts, genre="puces"):
    """Return a list block (`genre` "cases": boxes to tick), None for no text."""
    texts = [typeset(text) for text in texts]
    return {"genre": genre, "textes": texts} if texts else None


def list_phrases(rows, table, most):
    """Return the first sentences of a table as a list block, and the note that counts the others; both may be None."""
    left = len(rows) - most
    return [bullets(rows["phrase"].head(most)), note(tell_rest(left, table, "phrase", "phrases")) if left > 0 else None]


def cite_sources(shown, subject):
    """Return the sentence of sources of a subject (`mentions` of an edition)."""
    return f"Sources : {' ; '.join(shown['mentions']['sources'].get(subject, [])) or 'non renseignées'}."
