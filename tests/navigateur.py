"""A headless Chromium with the network cut: what a page asked of it, what ran in it, where the keyboard goes."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAM = shutil.which("chromium") or "/usr/bin/chromium"
CAPTURES = "DIAGNOSTIC_CAPTURES"  # the folder where continuous integration keeps screenshots and reports
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


GRAVE = ["serious", "critical"]
# What would act in a page without a script of ours: handlers written in attributes, addresses that hold code, frames.
ACTIVE_ATTRIBUTES = """() => [...document.querySelectorAll('*')].flatMap((node) => [...node.attributes].filter(({ name, value }) =>
  /^on/i.test(name)
  || (/^(href|src|action|formaction|xlink:href|srcdoc)$/i.test(name) && /^\\s*(javascript|vbscript|data:text)/i.test(value)),
).map(({ name, value }) => `${node.tagName} ${name}=${value.slice(0, 80)}`))"""


@contextmanager
def launch_chromium():
    """Yield one headless Chromium; skip, saying so, where there is none (fail when CI=true)."""
    if not os.path.exists(PROGRAM):
        reason = "Chromium est absent : rien n'est vérifié dans un navigateur"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def open_offline(chromium, path, *, width=1280, height=900, prepare=None, motion="reduce"):
    """Yield (page, trace) for the file `path`, network cut; trace gathers requests, console and page errors.

    `prepare(context)` is called before anything is opened.
    """
    # A map that slides under the mouse on a slow machine makes a click miss its target.
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion=motion)
    context.set_offline(True)
    if prepare:
        prepare(context)
    address = path.resolve().as_uri()
    context.route("**/*", lambda route: route.continue_() if route.request.url == address else route.abort())
    trace = {"requests": [], "errors": []}
    page = context.new_page()
    # data: images are inside the file; anything else is a way out.
    page.on(
        "request",
        lambda asked: (
            None if asked.url == address or asked.url.startswith("data:") else trace["requests"].append(asked.url)
        ),
    )
    page.on("console", lambda said: trace["errors"].append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: trace["errors"].append(str(error)))
    page.on("dialog", lambda dialog: (trace["errors"].append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.goto(address)
    yield page, trace
    context.close()


@contextmanager
def open_watched(chromium, path, *, width=1280, height=900):
    """Yield (page, trace) as `open_offline`, with what should stay empty: `ran` (marks that code called) and `left` (addresses).

    `__run(mark)` is offered in every frame, sandboxed or not; `left` gathers the addresses that the page or a frame went to,
    other than its own and `srcdoc`, and the windows it opened.
    """
    ran, left, address = [], [], path.resolve().as_uri()
    known = (address, "about:blank", "about:srcdoc")
    with open_offline(
        chromium, path, width=width, height=height,
        prepare=lambda context: (
            context.expose_binding("__run", lambda _, mark=0: ran.append(mark)),
            context.on("page", lambda opened: (
                opened.on("framenavigated", lambda frame: left.append(frame.url) if frame.url.split("#")[0] not in known else None),
                opened.on("popup", lambda window: left.append(window.url)),
            )),
        ),
    ) as (page, trace):  # fmt: skip
        trace |= {"ran": ran, "left": left}
        yield page, trace


def open_details(page):
    """Open every fold of the page, as a reader who looks for everything would."""
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")


def walk_keyboard(page, *, most=900):
    """Press Tab from the top of the page until it leaves it; return (controls, stops).

    controls : list of dict (rank, who): what Tab must reach, see LIST_CONTROLS
    stops : list of dict, one a stop: rank (-1 for what came during the walk), who, named, outlined, inside (in view)
    """
    controls = page.evaluate(LIST_CONTROLS)
    # The browser goes on from where the focus was last: a first stop of ours sets it at the top.
    page.evaluate("""() => {
      const start = document.createElement('a');
      start.id = 'depart'; start.tabIndex = 0; document.body.prepend(start); start.focus(); scrollTo(0, 0); window.__seen = new Set();
    }""")
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(TELL_FOCUS)
        if stop is None:
            break
        stops.append(stop)
    page.evaluate("document.getElementById('depart').remove()")
    return controls, stops


# Nodes are kept as they are, not by their place: a map that moves under the focus changes places.
TELL_FOCUS = """() => {
  const node = document.activeElement;
  if (!node || node === document.body || node === document.documentElement || node.id === 'depart' || window.__seen.has(node)) return null;
  window.__seen.add(node);
  const style = getComputedStyle(node), box = node.getBoundingClientRect();
  return {
    rank: window.__controls.indexOf(node),
    who: [node.tagName.toLowerCase() + (node.id && '#' + node.id), ...node.classList].join('.'),
    named: (node.getAttribute('aria-label') || node.innerText || node.title || node.labels?.[0]?.innerText || '').trim().slice(0, 60),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0 && box.height > 0,
  };
}"""
# Every control that is shown and not switched off (one radio a group is enough: arrows do the rest).
LIST_CONTROLS = """() => {
  window.__controls = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter((node) =>
    !node.matches('[tabindex="-1"], :disabled, [type=hidden]') && node.checkVisibility({ visibilityProperty: true })
    && (node.type !== 'radio' || node.checked));
  return window.__controls.map((node, rank) => ({
    rank, who: [node.tagName.toLowerCase() + (node.id && '#' + node.id), ...node.classList].join('.'),
  }));
}"""


def list_too_wide(page):
    """Return what makes the page scroll sideways: elements past its right edge that no scroller of their own holds."""
    return page.evaluate("""() => {
      const width = document.documentElement.clientWidth;
      const held = (node) => { for (let up = node.parentElement; up && up !== document.body; up = up.parentElement) {
        if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return true; } return false; };
      if (document.documentElement.scrollWidth <= width) return [];
      return [...document.body.querySelectorAll('*')].filter((node) => node.getBoundingClientRect().right > width + 1 && !held(node))
        .slice(0, 8).map((node) => `${node.tagName.toLowerCase()}.${node.className} ${Math.round(node.getBoundingClientRect().right)}px`);
    }""")


def audit(page):
    """Return what axe-core finds, one line a rule, and the lines that are grave."""
    if os.environ.get("CI") == "true":
        from axe_playwright_python import sync_playwright as axe
    else:
        axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": AXE_TAGS}}
    rules = axe.Axe().run(page, options=options).response["violations"]
    told = {rule["id"]: f"{rule['impact']} {rule['id']} x{len(rule['nodes'])} : {rule['help']} | "
            + " ; ".join(str(node["target"][0]) for node in rule["nodes"][:4]) for rule in rules}  # fmt: skip
    return list(told.values()), [told[rule["id"]] for rule in rules if rule["impact"] in GRAVE and not _is_pin(rule)]


def _is_pin(rule):
    """Say whether a rule finds nothing but the size of points on a map.

    WCAG 2.5.8 leaves out a point whose place is the information; the search and the lists reach the same actors. It stays in
    what is printed.
    """
    return rule["id"] == "target-size" and all(".marque" in str(node["target"]) for node in rule["nodes"])


def keep_capture(page, name, *, whole=False):
    """Keep a screenshot in the folder that DIAGNOSTIC_CAPTURES names; nothing when it names none."""
    folder = os.environ.get(CAPTURES)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)


def keep_text(text, name):
    """Print a report, and keep it beside the screenshots when DIAGNOSTIC_CAPTURES names a folder."""
    print(text)
    folder = os.environ.get(CAPTURES)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}.txt").write_text(text, encoding="utf-8")
