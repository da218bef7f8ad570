"""Make the pictures of README.md and docs/: the web map, print maps and charts of the example, two sheets as LibreOffice shows them.

    python scripts/illustrer.py            # needs the tests extra, the system's Chromium, LibreOffice and pdftoppm (poppler)
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
from PIL import Image, ImageChops, ImageOps
from playwright.sync_api import sync_playwright

from diagnostic.run import check, create_dossier, create_example, find_example, run

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
WIDTH = 1100
SHEET_WIDTH = 1500  # a sheet is read at its full size
MISTAKES = [
    {"acteur_id": "essai-1", "nom": "Ressourcerie du Pont (FICTIF)", "categorie": "ressourcerie", "code_insee": "3001"},
    {"acteur_id": "essai-2", "nom": "Café des Bruyères (FICTIF)", "categorie": "cafe_associatif", "code_insee": "43100",
     "commune": "Brioude"},
    {"acteur_id": "essai-3", "nom": "", "categorie": "evs", "code_insee": "43112", "commune": "Langeac"},
    {"acteur_id": "essai-4", "nom": "Épicerie du Mézenc (FICTIF)", "categorie": "epicerie_sociale", "code_insee": "43157", "lat": "3,88",
     "lon": "45,04"},
    {"acteur_id": "essai-5", "nom": "Régie du Haut Allier (FICTIF)", "categorie": "siae", "code_insee": "43112", "siret": "2,00073E+13"},
    {"acteur_id": "essai-6", "nom": "Relais du Velay (FICTIF)", "categorie": "rpe", "code_insee": "43157", "date_maj": "31/02/2026"},
    {"acteur_id": "essai-7", "nom": "Ludothèque des Papetiers (FICTIF)", "categorie": "ludotheque", "commune": "Ambret",
     "code_postal": "63600"},
]  # fmt: skip


def shoot(page_path, picture):
    """Save a screenshot of a local page, the network cut."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1280, "height": 860}, offline=True).new_page()
        page.goto(page_path.resolve().as_uri())
        page.wait_for_timeout(1500)
        page.screenshot(path=picture)
        browser.close()


def picture_sheet_of_gaps(page_path, folder):
    """Return the picture (Path) of the first sheet of gaps, as a printer gives it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(offline=True).new_page()
        page.goto(page_path.resolve().as_uri())
        page.pdf(path=folder / "manques.pdf", prefer_css_page_size=True)
        browser.close()
    command = ["pdftoppm", "-png", "-singlefile", "-f", "2", "-l", "2", "-r", "130", "manques.pdf", "manques"]
    subprocess.run(command, cwd=folder, check=True)
    return crop(folder / "manques.png")


def shrink(source, target, width=WIDTH):
    """Save a picture at the width of a README, in 256 colours picked so that small marks keep theirs."""
    picture = Image.open(source).convert("RGB")
    picture.thumbnail((width, width), Image.Resampling.LANCZOS)
    picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE).save(target, optimize=True)


def picture_sheet(source, folder, *, sheet, area, without=(), written=None):
    """Return the picture (Path) of a part of a sheet, its rows and columns named, as LibreOffice prints it.

    Parameters
    ----------
    source : Path of a workbook, left as it is
    folder : Path, for what is made on the way
    sheet, area : str, "acteurs", "A1:M12"
    without : sequence of str, headings of the columns left out of the picture
    written : dict of str -> str, {cell: text} that somebody would have typed
    """
    book = openpyxl.load_workbook(source)
    for other in book.worksheets:
        other.sheet_state = "visible" if other.title == sheet else "hidden"
    shown = book[sheet]
    book.active = shown
    for cell in shown[1]:
        shown.column_dimensions[cell.column_letter].hidden = cell.value in without
    for place, text in (written or {}).items():
        shown[place] = text
    shown.print_area, shown.print_title_rows = area, None
    shown.print_options.headings = shown.print_options.gridLines = True
    shown.page_setup.orientation, shown.page_setup.paperSize = "landscape", shown.PAPERSIZE_A3
    shown.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    shown.page_setup.fitToWidth, shown.page_setup.fitToHeight = 1, 1
    shown.oddFooter.center.text = shown.oddHeader.center.text = ""
    book.save(folder / f"{sheet}.xlsx")
    subprocess.run([OFFICE, "--headless", "--convert-to", "pdf", f"{sheet}.xlsx"], cwd=folder, check=True, capture_output=True)
    subprocess.run(["pdftoppm", "-png", "-singlefile", "-r", "150", f"{sheet}.pdf", sheet], cwd=folder, check=True)
    return crop(folder / f"{sheet}.png")


def crop(path, margin=12):
    """Cut the white edges of a picture, in place; return its path."""
    picture = Image.open(path).convert("RGB")
    inked = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).getbbox()
    ImageOps.expand(picture.crop(inked), border=margin, fill="white").save(path)
    return path


def write_mistakes(folder):
    """Return the problemes.xlsx of the example with rows as people write them, each with one mistake."""
    target = folder / "fautes" / "inventaire"
    shutil.copytree(find_example() / "inventaire", target)
    actors = pd.read_csv(target / "acteurs.csv", dtype=str, keep_default_na=False)
    rows = pd.DataFrame(MISTAKES, dtype=str).fillna("").assign(source="FICTIF, ligne fautive pour l'image")
    pd.concat([actors, rows]).fillna("").to_csv(target / "acteurs.csv", index=False)
    written = check(target.parent)["fichiers"]
    return next(path for path in written if path.name == "problemes.xlsx")


def picture_sheets(folder):
    """Make the pictures of the two workbooks a person fills: problemes.xlsx and the inventory of a new dossier."""
    problems = write_mistakes(folder)
    rows = openpyxl.load_workbook(problems)["problemes"]
    headings = {cell.value: cell.column_letter for cell in rows[1]}
    lines = [row for row in range(2, rows.max_row + 1) if rows.cell(row, 1).value != "information"]
    offered = [row for row in lines if rows[f"{headings['correction proposée']}{row}"].value]
    written = {f"{headings['accepter']}{row}": "oui" for row in offered[:2]}
    area = f"A1:{headings['votre correction']}{lines[-1]}"
    picture = picture_sheet(problems, folder, sheet="problemes", area=area, without=("fichier", "feuille"), written=written)
    shrink(picture, IMAGES / "problemes.png", SHEET_WIDTH)
    inventory, _ = create_dossier(folder / "brivadois", epci=["200085728"])
    picture = picture_sheet(inventory, folder, sheet="acteurs", area="A1:J13")
    shrink(picture, IMAGES / "modele.png", SHEET_WIDTH)


def main():
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        picture_sheets(folder)
        dossier = create_example(folder / "exemple")
        run(dossier, editions=["publique"])
        public = dossier / "sorties" / "publique"
        shoot(public / "carte.html", folder / "carte.png")
        shrink(folder / "carte.png", IMAGES / "carte.png")
        shrink(next((public / "cartes").glob("*ressort_fictifcas.png")), IMAGES / "ressort.png")
        shrink(next((public / "cartes").glob("*reseau_dispositifs.png")), IMAGES / "reseau.png")
        shrink(next((public / "cartes").glob("*etats_cafeassociatif.png")), IMAGES / "etats.png")
        shrink(picture_sheet_of_gaps(public / "fiches_manques.html", folder), IMAGES / "manques.png")
        shoot(public / "constats.html", folder / "constats.png")
        shrink(folder / "constats.png", IMAGES / "constats.png")


if __name__ == "__main__":
    main()
