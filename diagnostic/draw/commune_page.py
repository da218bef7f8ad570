"""The public page of the communes: who does what, need by need, one commune at a time, in one file that works offline."""

import datetime
import re

from markupsafe import Markup

from diagnostic.draw.commune_rows import LINK_WORDS, NOTHING, TIMED, describe_communes
from diagnostic.draw.escape import dump_json
from diagnostic.draw.page import pick_title_colour
from diagnostic.draw.templates import open_template, read_template
from diagnostic.draw.web import EDITION_LABELS

MENTION = "Liste non exhaustive : elle ne contient que les structures recensées par le groupe ; une structure absente d'ici peut exister."
LEGEND = [
    ("Ici", "la structure y est installée."),
    ("Pour ici", "elle est ailleurs, mais son ressort (le territoire dont elle s'occupe) comprend la commune."),
    ("Plus proche", "de cette sorte, la structure recensée la plus proche ; appelez avant de vous déplacer."),
    ("Le relevé est complet", "le groupe a recensé toutes les structures de cette sorte, et n'en connaît aucune dans la commune."),
    ("Non renseigné", "nous ne savons pas s'il y en a : personne n'a dit que la liste était complète."),
]
FAR = (
    "Les distances vont de la mairie à la structure, à vol d'oiseau : le trajet par la route est plus long, surtout en montagne. "
    "« Durée fournie » : un temps de trajet donné par le groupe."
)
KEY = (
    "« Ici » : dans la commune. « Pour ici » : ailleurs, mais son ressort comprend la commune. « Plus proche » : la structure recensée la "
    "plus proche de cette sorte."
)
ON_PAPER = f"{KEY} Non renseigné : nous ne savons pas s'il y en a. Distances à vol d'oiseau depuis la mairie, ou durées fournies."
COLOUR = re.compile("#[0-9A-Fa-f]{6}")


def draw_commune_page(tables, measured, *, titre, sources, date, fictif=False):
    """Return the HTML of the page of the communes; write it with `diagnostic.write.offline`. Same tables, same bytes.

    Each commune has an address of its own (`#43157`), and prints on one A4 page; the data are in the page, and every text of them
    enters it as a text node.

    Parameters
    ----------
    tables, measured : as in `commune_rows.describe_communes`, for the publique edition
    titre : str, that of the dossier
    sources : list of str
    date : date or str
    fictif : bool, whether the dossier holds invented data
    """
    day = date.strftime("%d/%m/%Y") if isinstance(date, datetime.date) else date
    warning = "Contient des données FICTIVES, inventées pour l'exemple." if fictif else ""
    told = f"{EDITION_LABELS['publique']}, {day}"
    words = {
        "rien": NOTHING, "minutes": TIMED, "liens": list(LINK_WORDS.values()), "cle": KEY,
        "pied": f"{titre}. {told}. {warning} {MENTION} {ON_PAPER}",
    }  # fmt: skip
    page = {
        "titre": "Dans votre commune, qui s'occupe de quoi ?",
        "dossier": titre,
        "edition": EDITION_LABELS["publique"],
        "date": day,
        "mention": MENTION,
        "fictif": warning,
        "legende": LEGEND,
        "loin": FAR,
        "sources": list(sources),
    }
    return open_template("communes.html").render(
        page,
        style=Markup(read_template("fiches.css") + read_template("communes.css") + _paint()),
        donnees=Markup(dump_json(describe_communes(tables, measured) | {"mots": words})),
        script=Markup(read_template("recherche.js") + read_template("communes.js")),
    )


def _paint():
    """Return the style of the main colour of the group's charter, where it reads on white."""
    colour = pick_title_colour()
    return f":root {{ --accent: {colour}; }}\n" if COLOUR.fullmatch(colour) else ""
