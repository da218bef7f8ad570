"""The words of a notebook at hand: those of the guide, and those of the measures, each where it is already defined."""

from html import escape

from diagnostic.errors import DiagnosticError
from diagnostic.vocabulary import normalize_label, read_vocabulary


def show_glossary(words):
    """Return the definitions of `words`, folded under a title that opens with a click or a key.

    Parameters
    ----------
    words : list of str: terms of the guide (`glossaire.csv`), measures (`mesures.csv`) or columns of results
        (`colonnes_mesures.csv`: "column", or "table.column"); told in this order

    Raises
    ------
    DiagnosticError
        Words that are defined nowhere; the message names them all.
    """
    from IPython.display import HTML

    known = _list_definitions()
    unknown = [word for word in words if normalize_label(word) not in known]
    if unknown:
        raise DiagnosticError(
            f"Mots sans définition : {', '.join(unknown)}.", "glossaire du carnet",
            "choisissez un terme du guide, une mesure de docs/mesures.md ou une colonne du classeur",
        )  # fmt: skip
    told = "".join(
        f"<dt><b>{escape(title)}</b></dt><dd>{escape(text)}</dd>" for title, text in (known[normalize_label(word)] for word in words)
    )
    return HTML(f"<details><summary>Les mots de ce carnet ({len(words)})</summary><dl style='max-width:60em'>{told}</dl></details>")


def _list_definitions():
    """Return {key: (title, definition)}; a term of the guide stands before a measure, a measure before a column."""
    columns, measures, guide = (read_vocabulary(name) for name in ("colonnes_mesures", "mesures", "glossaire"))
    known = {
        normalize_label(row.colonne): (row.colonne.split(".")[-1].replace("_", " ").capitalize(), f"{row.definition}.")
        for row in columns.itertuples()
    }
    sentences = measures["definition"].str[:1].str.upper() + measures["definition"].str[1:] + "."
    known |= {normalize_label(name): told for name, *told in zip(measures["mesure"], measures["libelle"], sentences, strict=True)}
    return known | {
        normalize_label(row.terme): (row.terme, f"{row.definition} ({row.auteur} ; {row.place}).") for row in guide.itertuples()
    }
