"""The look a group chose in its settings: colours of the champs, main colour, font, logo; the defaults are those of `style`."""

import io
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from matplotlib import font_manager
from PIL import Image, ImageOps

from diagnostic.draw.style import CHAMP_COLOURS, FONT_FAMILY, MAIN_COLOUR, PAGE_FORMATS
from diagnostic.schema import join_problems, list_problems, locate_sheet

# Sides of a logo, in pixels: beyond the first it is refused, beyond the second it is made smaller.
LARGEST_LOGO, LOGO_PIXELS = 8000, 1200


class Charter(NamedTuple):
    """What a group may change of the pages.

    Attributes
    ----------
    champs : mapping of str -> str
        Colour of each champ (hexadecimal).
    principale : str
        Colour of the titles.
    polices : list of str
        Font families, the first installed one is used.
    logo : bytes
        A PNG or JPEG picture, b"" for none.
    """

    champs: MappingProxyType = MappingProxyType(CHAMP_COLOURS)
    principale: str = MAIN_COLOUR
    polices: tuple = tuple(FONT_FAMILY)
    logo: bytes = b""


# A value of the thread, not of the process: pages of two dossiers may be drawn at the same time.
_CURRENT = ContextVar("charter")
_DEFAULT = Charter()


def make_charter(reglages):
    """Return the charter of the settings of a dossier (`reglages`); what they do not say, or say badly, is the default.

    Read are couleur_champ_<champ>, couleur_principale, police and logo_octets. A font that is not installed and a picture
    that cannot be read are left out: `check_charter` says so.
    """
    champs = {champ: reglages.get(f"couleur_champ_{champ}") or colour for champ, colour in CHAMP_COLOURS.items()}
    police, logo = reglages.get("police", ""), reglages.get("logo_octets", b"")
    return Charter(
        champs=MappingProxyType(champs),
        principale=reglages.get("couleur_principale") or MAIN_COLOUR,
        polices=((police,) if is_installed(police) else ()) + tuple(FONT_FAMILY),
        logo=logo if decode_logo(logo) is not None else b"",
    )


def check_charter(reglages):
    """Return the problems (`attention`) of a font that is not installed and of a logo that is no readable picture."""
    where, told = locate_sheet("inventaire", "parametres"), []
    police = reglages.get("police", "")
    if police and not is_installed(police):
        what = f"La police « {police} » n'est pas installée sur cet ordinateur : les pages sont écrites en {FONT_FAMILY[0]}."
        told.append(list_problems("attention", where, what, "installez-la, ou videz ce réglage", colonne="police", valeur=police))
    if reglages.get("logo_octets") and decode_logo(reglages["logo_octets"]) is None:
        what = "Le logo est abîmé ou trop grand : aucune image ne peut en être lue. Les pages sont dessinées sans lui."
        fix = f"enregistrez-le à nouveau en PNG ou en JPEG, de moins de {LARGEST_LOGO} points de côté"
        told.append(list_problems("attention", where, what, fix, colonne="logo", valeur=reglages.get("logo", "")))
    return join_problems(*told)


def find_charter():
    """Return the charter of what is being drawn."""
    return _CURRENT.get(_DEFAULT)


@contextmanager
def use_charter(charter):
    """Draw with `charter` inside the block; the one before comes back after it."""
    token = _CURRENT.set(charter)
    try:
        yield charter
    finally:
        _CURRENT.reset(token)


def draw_with(charter, draw, **options):
    """Return the Figure of `draw(**options)`, drawn with `charter`."""
    with use_charter(charter):
        return draw(**options)


def dress_pages(figures, reglages):
    """Return numbered pages, each with the look and in the sizes that the settings ask for (A4 alone when they ask for none).

    Parameters
    ----------
    figures : list of (name, shared, draw); `draw(format_page=...)` returns a Figure
    reglages : dict of settings, `formats_cartes` among them (names of PAGE_FORMATS)

    Returns
    -------
    list of the same, one a page and size: "01_name" on A4, "01_name_A3" on another paper; `draw()` may run in any thread.
    """
    charter, sizes = make_charter(reglages), reglages.get("formats_cartes") or ("A4",)
    return [
        (name_page(rank, name, size), shared, partial(draw_with, charter, draw, format_page=PAGE_FORMATS[size]))
        for rank, (name, shared, draw) in enumerate(figures, start=1)
        for size in sizes
    ]


def name_page(rank, name, size):
    """Return the name of the file of a page, without extension.

    >>> name_page(3, "acteurs", "A4"), name_page(3, "acteurs", "A4 portrait")
    ('03_acteurs', '03_acteurs_A4-portrait')
    """
    return f"{rank:02d}_{name}" + ("" if size == "A4" else f"_{size.replace(' ', '-')}")


@cache
def list_fonts():
    """Return the names of the fonts installed, in lower case."""
    return {name.lower() for name in font_manager.get_font_names()}


def is_installed(police):
    """Return whether a font of this name is installed (case set aside); False for an empty name."""
    return bool(police) and police.strip().lower() in list_fonts()


@cache
def decode_logo(content):
    """Return the pixels (height, width, 4) of a PNG or JPEG picture, made smaller when large; None when they cannot be read."""
    if not content:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as picture:
            # Sizes are known before any pixel is: a small file may unfold into gigabytes.
            if max(picture.size) > LARGEST_LOGO:
                return None
            pixels = ImageOps.exif_transpose(picture).convert("RGBA")
    except Exception:  # a damaged file raises whatever its decoder met
        return None
    pixels.thumbnail((LOGO_PIXELS, LOGO_PIXELS))
    return np.asarray(pixels)
