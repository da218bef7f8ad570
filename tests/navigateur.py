"""A headless Chromium with the network cut, and what a page asked of it."""

import os
import shutil
from contextlib import contextmanager

import pytest

PROGRAM = shutil.which("chromium") or "/usr/bin/chromium"


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
def open_offline(chromium, path, *, width=1280, height=900):
    """Yield (page, trace) for the file `path`, network cut; trace gathers requests, console and page errors."""
    # A map that slides under the mouse on a slow machine makes a click miss its target.
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    context.set_offline(True)
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
