"""Make the pictures of docs/premier_atelier.md from the kit of the example: the same commands as a user's, then pages as pictures.

    python scripts/illustrer_atelier.py [--sortie docs/images]

The form of a partner is a Word document: its picture takes LibreOffice and pdftoppm.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from diagnostic import run as way
from diagnostic.draw.base_map import prepare_base
from diagnostic.draw.workshop_actors import number_actors
from diagnostic.run.workshop import draw_sheets
from diagnostic.run.workshop_kit import draw_card_books, plan_sheets, write_sheet
from diagnostic.write.documents import convert_document

WIDTH = 1400  # pixels
PORTRAIT = 900
FORM = "centre_social"  # the first form whose name holds this word


def save_page(figure, path, width=WIDTH):
    """Write a page as a picture of `width` pixels in 256 colours."""
    figure.savefig(path, dpi=width / figure.get_size_inches()[0], metadata={"Software": None})
    lighten(path)


def lighten(path):
    """Reduce a picture to 256 colours, without dither: the documentation goes with the software."""
    with Image.open(path) as picture:
        reduced = picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)


def draw_form(shown, sheets, path):
    """Write the form of a partner, as Word then as a picture."""
    name = next(name for name in sheets if FORM in name)
    with tempfile.TemporaryDirectory() as work:
        document = write_sheet(shown, *sheets[name], Path(work) / "formulaire.docx")
        pdf = convert_document(document, Path(work) / "formulaire.pdf")
        size = ["-scale-to-x", str(PORTRAIT), "-scale-to-y", "-1"]
        command = ["pdftoppm", "-png", "-singlefile", *size, str(pdf), str(path.with_suffix(""))]
        subprocess.run(command, check=True)
    lighten(path)


def main(shown=None):
    """Make the four pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sortie", type=Path, default=Path(__file__).resolve().parents[1] / "docs" / "images")
    folder = parser.parse_args().sortie
    shown = shown or way.select_edition(way.measure(way.find_example()), "publique")
    blank, pages, _ = draw_sheets(shown, format_page="A3")
    save_page(blank, folder / "atelier_fond.png")
    save_page(pages[0], folder / "atelier_acteurs.png")
    numbered, _ = number_actors(prepare_base(shown["communes"]), shown["acteurs"], shown["listes"]["categories"])
    save_page(draw_card_books(shown, numbered)["acteur"][1]["pages"][0], folder / "atelier_cartes.png", PORTRAIT)
    draw_form(shown, plan_sheets(shown, numbered), folder / "atelier_formulaire.png")


if __name__ == "__main__":
    main()
