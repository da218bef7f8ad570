"""Make the pictures of README.md from the example dossier: the web map in a headless browser, one print map, one chart.

    python scripts/illustrer.py            # needs the tests extra and the system's Chromium
"""

import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from diagnostic.run import create_example, run

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTH = 1100


def shoot(page_path, picture):
    """Save a screenshot of a local page, the network cut."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1280, "height": 860}, offline=True).new_page()
        page.goto(page_path.resolve().as_uri())
        page.wait_for_timeout(1500)
        page.screenshot(path=picture)
        browser.close()


def shrink(source, target):
    """Save a picture at the width of a README, in few colours."""
    picture = Image.open(source).convert("RGB")
    picture.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
    picture.quantize(128).save(target, optimize=True)


def main():
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        dossier = create_example(Path(folder) / "exemple")
        run(dossier, editions=["publique"])
        public = dossier / "sorties" / "publique"
        shoot(public / "carte.html", Path(folder) / "carte.png")
        shrink(Path(folder) / "carte.png", IMAGES / "carte.png")
        shrink(next((public / "cartes").glob("*ressort_fictifcas.png")), IMAGES / "ressort.png")
        shrink(next((public / "cartes").glob("*categories.png")), IMAGES / "categories.png")


if __name__ == "__main__":
    main()
