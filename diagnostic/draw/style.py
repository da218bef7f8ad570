"""Colours, hatches, marks and French number formats: the one place where style lives."""

from diagnostic.vocabulary.formats import NARROW_SPACE, format_number, format_share  # noqa: F401 (style lends them)

# Okabe & Ito (2008), a palette told apart with the three common colour-vision deficiencies.
COLOURS = {
    "orange": "#E69F00", "bleu_ciel": "#56B4E9", "vert": "#009E73", "jaune": "#F0E442",
    "bleu": "#0072B2", "vermillon": "#D55E00", "rose": "#CC79A7", "noir": "#1A1A1A",
}  # fmt: skip
CHAMP_COLOURS = {
    "social": COLOURS["vermillon"],
    "developpement_local": COLOURS["bleu"],
    "mixte": "#C46D9C",  # the rose of the palette, darker: a mark needs a contrast of 3 with its ground
    "autre": "#595959",
}
CHAMP_LABELS = {
    "social": "Champ social",
    "developpement_local": "Développement local",
    "mixte": "Mixte",
    "autre": "Autre",
}
# Colour never alone: each champ has its mark, in print (matplotlib) and on screen (SVG path in a 20 x 20 box).
CHAMP_MARKERS = {"social": "o", "developpement_local": "s", "mixte": "D", "autre": "^"}
# Ink and width of a matplotlib marker of size 1, so that equal numbers have equal ink whatever the shape.
MARKER_AREAS = {"o": 0.7854, "s": 1.0, "D": 1.0, "^": 0.5}
MARKER_WIDTHS = {"o": 1.0, "s": 1.0, "D": 1.4142, "^": 1.0}
STATE_COLOURS = {"present": "#009E73", "absent_verifie": "#D55E00", "non_renseigne": "#D9D9D9"}
STATE_LABELS = {"present": "Présent", "absent_verifie": "Absence vérifiée", "non_renseigne": "Non renseigné"}
STATE_HATCHES = {"present": "", "absent_verifie": "///", "non_renseigne": ".."}
# One light-to-dark scale, readable in grey: counts of units, of layers.
SEQUENTIAL = ["#FFF7DC", "#FDE0A0", "#F9B860", "#E8833A", "#BC4B1C", "#7A2A10"]
MISSING_COLOUR = "#EDEDED"
# Communes under points: they say nothing by themselves.
GROUND_COLOUR = "#F7F5F0"
# Soft fills to tell neighbouring units apart, names or numbers written on them: chosen one after the other as far as can be
# (CIE Lab) from those before, with each of four colour visions; none is the grey of what is not known.
UNIT_FILLS = [
    "#A6CEE3", "#FDBF6F", "#F6F6DA", "#AF95E4", "#C695A5", "#DE8D7C", "#DBC7BD", "#C6F1F1", "#89ADD2", "#BDDB9F",
    "#DEBE7C", "#FFED6F",
]  # fmt: skip
LINE_COLOURS = {"commune": "#B0B0B0", "epci": "#333333", "departement": "#000000"}
FONT_FAMILY = ["DejaVu Sans"]
# Words that must be read (FICTIF): the vermillon, dark enough for text.
WARNING_COLOUR = "#B54A00"
MAIN_COLOUR = "#7A2A10"
# Print only: sizes in points on an A4 page, page sizes in inches (whole pixels at PRINT_DPI).
FONT_SIZES = {"titre": 14, "legende": 8, "etiquette": 7, "note": 7}
LINE_WIDTHS = {"commune": 0.25, "epci": 1.1, "departement": 2.2}
LINE_LABELS = {"commune": "Limite de commune", "epci": "Limite d'EPCI", "departement": "Limite de département"}
PRINT_DPI = 300
PAGE_SIZES = {
    "A4": (3508 / PRINT_DPI, 2480 / PRINT_DPI),
    "A4 portrait": (2480 / PRINT_DPI, 3508 / PRINT_DPI),
    "A3": (4961 / PRINT_DPI, 3508 / PRINT_DPI),
    "A0": (14043 / PRINT_DPI, 9933 / PRINT_DPI),
    "16:9": (4000 / PRINT_DPI, 2250 / PRINT_DPI),
    "colonne": (1890 / PRINT_DPI, 2363 / PRINT_DPI),
}
# How many times larger than on A4 letters, lines and margins are: an A4 page is read at 40 cm, A3 at 50 cm, A0 by people
# who stand at 1.2 m; the names of a slide keep 5 minutes of arc, what an eye needs, at 3 times its width.
PAGE_SCALES = {"A4": 1.0, "A4 portrait": 1.0, "A3": 1.25, "A0": 3.0, "16:9": 1.25, "colonne": 0.86}
# What `parametres` calls them: a spreadsheet would turn 16:9 into a time of day.
PAGE_FORMATS = {"A4": "A4", "A4 portrait": "A4 portrait", "A3": "A3", "A0": "A0", "diaporama": "16:9", "colonne": "colonne"}
# Missing, out of the main unit, in several units: a hatch each, so that grey prints tell them apart.
MISSING_HATCH = "xxxx"
MISSING_HATCH_COLOUR = "#9A9A9A"
MINORITY_HATCH = "/////"
SHARED_HATCH = "...."
TEXT_COLOUR = "#1A1A1A"
NO_BREAK_SPACE = "\u00a0"


def pick_sequential(n):
    """Return `n` colours of SEQUENTIAL (1 to 6), light to dark, as far apart as they can be."""
    if n == 1:
        return [SEQUENTIAL[2]]
    last = len(SEQUENTIAL) - 1
    return [SEQUENTIAL[round(rank * last / (n - 1))] for rank in range(n)]


def pick_text_colour(colour):
    """Return black or white, whichever reads better on `colour` (hexadecimal, WCAG relative luminance)."""
    return TEXT_COLOUR if measure_luminance(colour) > 0.18 else "#FFFFFF"


def measure_luminance(colour):
    """Return the relative luminance of a hexadecimal colour (WCAG 2), 0 for black and 1 for white."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def measure_contrast(first, second):
    """Return the contrast of two colours, 1 to 21 (WCAG 2: 4.5 at least for text, 3 for marks).

    >>> measure_contrast("#000000", "#FFFFFF")
    21.0
    """
    dark, light = sorted([measure_luminance(first), measure_luminance(second)])
    return (light + 0.05) / (dark + 0.05)


def agree(n, singular, plural=None):
    """Return the count and its noun, agreed as in French (0 and 1 are singular), never cut between lines.

    >>> [agree(n, "site").replace(NO_BREAK_SPACE, " ") for n in (1, 2)]
    ['1 site', '2 sites']
    """
    return f"{format_number(n)}{NO_BREAK_SPACE}{singular if n < 2 else plural or singular + 's'}"
