"""The documentation: no dead link in the repository nor in the site, which is built without a warning and loads nothing from a network."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "data" / "README.md", *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


links = load("verifier_liens")


def name_anchor(heading):
    """Return the name that a heading bears once it is a page, as GitHub and MyST make it."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", lambda found: found[1] or "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def list_anchors(path):
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    return {name_anchor(found[1]) for found in re.finditer(r"^#+\s+(.*)$", text, re.MULTILINE)}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_of_the_repository_leads_somewhere(path):
    faults = []
    for address in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", address):
            continue
        name, _, anchor = address.partition("#")
        target = (path.parent / unquote(name)).resolve() if name else path
        lost = anchor and target.suffix == ".md" and unquote(anchor) not in list_anchors(target)
        faults += [address] if not target.exists() or lost else []
    assert not faults


def test_every_page_is_in_the_contents_of_the_site():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = {line.strip() for block in re.findall(r"```\{toctree\}(.*?)```", index, re.DOTALL) for line in block.splitlines()}
    missing = [path.stem for path in (ROOT / "docs").glob("*.md") if path.stem not in {*listed, "index"}]
    assert not missing, f"not in docs/index.md: {missing}"


def test_the_configuration_of_the_site_names_no_host():
    assert not re.search(r"https?:|//\w", (ROOT / "docs" / "conf.py").read_text(encoding="utf-8"))


def test_dead_links_missing_places_and_things_loaded_from_outside_are_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<h1 id="été">A</h1><a href="b.html#la">b</a><a href="b.html#ici">b</a><a href="#%C3%A9t%C3%A9">ici</a>'
        '<a href="perdu.html">x</a>'
        '<a href="https://exemple.invalid/">dehors</a><script src="https://exemple.invalid/s.js"></script><img src="data:,">',
        encoding="utf-8",
    )
    (tmp_path / "b.html").write_text('<p id="ici"></p><img src="absente.png">', encoding="utf-8")
    faults, outside = links.check_site(tmp_path)
    assert faults == [
        "a.html: loads https://exemple.invalid/s.js", "a.html: no place of that name in b.html#la", "a.html: perdu.html leads nowhere",
        "b.html: absente.png leads nowhere",
    ]  # fmt: skip
    assert outside == ["https://exemple.invalid/", "https://exemple.invalid/s.js"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if importlib.util.find_spec("sphinx") is None:
        pytest.skip("no Sphinx (extra docs): the site is not built")
    folder = tmp_path_factory.mktemp("site d'été")
    options = ["-b", "html", "-W", "--keep-going", "-q", "-d", str(folder / "etat")]
    command = [sys.executable, "-m", "sphinx", *options, "docs", str(folder / "site")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"} | {"PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return folder / "site"


def test_the_site_is_built_without_a_warning_and_without_a_dead_link(site):
    faults, _ = links.check_site(site)
    assert faults == []
    assert {path.stem for path in (ROOT / "docs").glob("*.md")} <= {path.stem for path in site.glob("*.html")}


def test_the_site_speaks_french_down_to_its_foot(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"Made with|Back to top|Skip to content|Toggle ", text) and "le thème Furo" in text


def test_no_page_is_wider_than_a_small_screen(site):
    from navigateur import launch_chromium

    with launch_chromium() as chromium:
        page = chromium.new_page(viewport={"width": 400, "height": 900})
        wide = []
        for name in ("premier_atelier", "premiere_carte", "comparer", "mesures", "glossaire"):
            page.goto((site / f"{name}.html").resolve().as_uri())
            wide += [name] if page.evaluate("document.documentElement.scrollWidth > innerWidth") else []
        assert wide == []
        # A narrow table is read without moving it; a wide one moves in its own frame.
        page.goto((site / "premier_atelier.html").resolve().as_uri())
        assert page.evaluate("(() => { const t = document.querySelector('.table-wrapper'); return t.scrollWidth <= t.clientWidth; })()")
        page.goto((site / "mesures.html").resolve().as_uri())
        assert page.evaluate("(() => { const t = document.querySelector('.table-wrapper'); return t.scrollWidth > t.clientWidth; })()")


def test_the_site_is_read_and_searched_from_a_disk(site):
    from navigateur import launch_chromium

    with launch_chromium() as chromium:
        context = chromium.new_context()
        context.set_offline(True)
        page, asked, errors = context.new_page(), [], []
        page.on("request", lambda request: asked.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{(site / 'search.html').resolve().as_uri()}?q=millesime")
        page.wait_for_selector("#search-results li")
        assert page.locator("#search-results li").count() >= 2
        assert page.locator("html").get_attribute("lang") == "fr"
        assert asked == [] and errors == []
        context.close()
