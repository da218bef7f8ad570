"""Check every link of the built documentation: pages, anchors and pictures; list those that lead outside, and never follow them.

    python scripts/verifier_liens.py [docs/_site]

A page may load nothing from a network: a style, a script or a picture of another host is a fault.
"""

import argparse
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}


class Page(HTMLParser):
    """What a page names (ids), links to, and loads."""

    def __init__(self):
        super().__init__()
        self.names, self.links, self.loads = set(), [], []

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.names |= {held[name] for name in ("id", "name") if held.get(name)}
        if tag == "a" and held.get("href"):
            self.links.append(held["href"])
        if tag in LOADED and held.get(LOADED[tag]) and held.get("rel") not in ("index", "search", "next", "prev", "canonical"):
            self.loads.append(held[LOADED[tag]])


def read_page(path):
    """Return what a page names, links to and loads."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def check_site(folder):
    """Return (faults, links to the outside) of the pages of a folder, both sorted."""
    pages = {path.resolve(): read_page(path) for path in sorted(Path(folder).rglob("*.html"))}
    faults, outside = set(), set()
    for path, page in pages.items():
        where = path.relative_to(Path(folder).resolve()).as_posix()
        for address in page.loads:
            if urlsplit(address).scheme not in ("", "data") or address.startswith("//"):
                faults.add(f"{where}: loads {address}")
        for address in [*page.links, *page.loads]:
            parts = urlsplit(address)
            if parts.scheme or address.startswith("//"):
                outside |= {address} if parts.scheme != "data" else set()
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                faults.add(f"{where}: {address} leads nowhere")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
                faults.add(f"{where}: no place of that name in {address}")
    return sorted(faults), sorted(outside)


def main():
    """Check the site and leave with 1 when a link is dead."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dossier", type=Path, nargs="?", default=ROOT / "docs" / "_site")
    folder = parser.parse_args().dossier
    faults, outside = check_site(folder)
    number = len(list(folder.rglob("*.html")))
    print(f"{number} pages ; liens morts : {len(faults)} ; liens vers l'extérieur, non suivis : {len(outside)}")
    for line in [*faults, *outside]:
        print(f"  {line}")
    sys.exit(bool(faults) or not number)


if __name__ == "__main__":
    main()
