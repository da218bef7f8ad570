"""The application in a real browser, served as the command line serves it: network cut but for this computer."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager

import openpyxl
import pytest
from dossier_saisies import HOSTILE, write_workbook_dossier
from navigateur import audit, keep_capture, keep_text, launch_chromium

from diagnostic.cli import build_parser, french_words
from diagnostic.run import edits

LONG = 90_000  # ms: reading and measuring on a machine that does other things
# What the parts of JupyterLab inside Voila say to each other of their versions: warnings, and of no page of ours.
KNOWN = re.compile("Unsatisfied version|No satisfying version")


@pytest.fixture(scope="module")
def chromium():
    with launch_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Yield (folder, address) of the application, started by the command line on a dossier whose path has all that breaks one."""
    folder = write_workbook_dossier(tmp_path_factory.mktemp("appli") / "l'été « à » Brioude", name=HOSTILE)
    port = str(20000 + os.getpid() % 20000)
    command = [sys.executable, "-m", "diagnostic", "application", str(folder), "--sans-navigateur", "--port", port]
    # An interpreter that writes at once: the address is read while the server runs.
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", env=os.environ | {"PYTHONUNBUFFERED": "1"}
    )
    lines = []
    for line in server.stdout:
        lines.append(line)
        if "Pour arrêter" in line:
            break
    address = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", "".join(lines))
    assert address, "".join(lines)
    yield folder, address[0]
    server.terminate()
    server.wait(timeout=30)
    server.stdout.close()


@contextmanager
def open_page(chromium, address, *, width=1280, measured=False):
    """Yield (page, trace) once the dossier is read (or measured); what leaves this computer is refused and kept in trace."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    trace = {"requests": [], "errors": []}

    def route(asked):
        if asked.request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            asked.continue_()
        else:
            trace["requests"].append(asked.request.url)
            asked.abort()

    context.route("**/*", route)
    page = context.new_page()
    page.set_default_timeout(LONG)
    page.on("console", lambda said: trace["errors"].append(said.text) if said.type == "error" and not KNOWN.search(said.text) else None)
    page.on("pageerror", lambda error: trace["errors"].append(str(error)))
    page.on("dialog", lambda dialog: (trace["errors"].append(dialog.message), dialog.dismiss()))
    for _ in range(30):
        try:
            page.goto(address)
            break
        except Exception:  # the server is not listening yet
            page.wait_for_timeout(500)
    page.get_by_role("tab", name="Corriger").wait_for()
    if measured:
        page.frame_locator("iframe").locator("path.commune").first.wait_for(state="attached")
    else:
        page.get_by_role("tab", name="Corriger").click()
        page.get_by_role("button", name="Nouvel acteur").wait_for()
    yield page, trace
    context.close()


def open_row(page, words):
    page.get_by_label("Chercher").fill(words)
    page.wait_for_function("words => [...document.querySelectorAll('select[size] option')].length === 1", arg=words)
    page.get_by_label("Lignes de l'inventaire").select_option(index=0)
    page.get_by_role("button", name="Ouvrir la fiche").click()
    page.get_by_text("Fiche ouverte").wait_for()


def type_name(page, name, auteur, statut="accepte"):
    page.get_by_label("Auteur de la saisie").fill(auteur)
    page.get_by_label("Statut de la saisie").select_option(index=0 if statut == "propose" else 1)
    page.get_by_label("Nom de la structure").fill(name)


def save_form(page):
    page.get_by_role("button", name="Enregistrer la saisie").click()
    page.get_by_text("Saisie enregistrée").first.wait_for()


def test_a_choice_changes_what_is_shown_and_nothing_leaves(chromium, served):
    with open_page(chromium, served[1], measured=True) as (page, trace):
        picture, told = page.locator(".page img"), page.get_by_role("region", name="Découpages")
        before, rows = picture.get_attribute("src"), told.inner_text()
        keep_capture(page, "application_avant", whole=True)
        names = page.get_by_label("Carte ou graphique")
        names.select_option(index=names.locator("option").count() - 1)
        page.wait_for_function("before => document.querySelector('.page img').src !== before", arg=before)
        places = page.get_by_label("Territoire", exact=True)
        places.select_option(index=places.locator("option").count() - 1)
        page.wait_for_function(
            "name => [...document.querySelectorAll('h3')].some(node => node.textContent === name)",
            arg=places.evaluate("node => node.selectedOptions[0].text").replace("\N{NO-BREAK SPACE}", " "),  # menus write spaces so
        )
        keep_capture(page, "application_apres", whole=True)
        page.locator("iframe").scroll_into_view_if_needed()
        page.wait_for_timeout(1500)  # a frame out of sight is not painted
        keep_capture(page, "application_carte")
        page.get_by_label("Édition montrée").select_option(label="publique (pour tous)")
        page.get_by_text("Édition publique, au").wait_for()
        page.get_by_text("Montrés dans l'édition interne seulement").wait_for()
        assert page.locator("th:not([scope])").count() == 0 and rows
        assert page.evaluate("typeof window.__pwned") == "undefined"
        assert trace == {"requests": [], "errors": []}


def test_what_is_typed_is_saved_copied_and_shown_as_text(chromium, served):
    folder, address = served
    with open_page(chromium, address) as (page, trace):
        open_row(page, "onerror")
        assert page.get_by_label("Nom de la structure").input_value() == HOSTILE
        keep_capture(page, "application_fiche", whole=True)
        type_name(page, "Épicerie corrigée & <b>", "J.D.")
        save_form(page)
        keep_capture(page, "application_enregistree")
        saved = edits.list_edits(folder)[0]
        assert saved[["auteur", "statut", "colonne", "avant", "apres"]].values.tolist()[-1] == [
            "J.D.", "accepte", "nom", HOSTILE, "Épicerie corrigée & <b>",
        ]  # fmt: skip
        page.get_by_role("tab", name="Saisies et copie").click()
        page.get_by_role("button", name="Enregistrer une copie").click()
        page.get_by_text("Copie écrite").wait_for()
        keep_capture(page, "application_copie", whole=True)
        copy = max(folder.glob("inventaire_*.xlsx"))
        assert openpyxl.load_workbook(copy)["acteurs"]["B3"].value == "Épicerie corrigée & <b>"
        assert page.evaluate("typeof window.__pwned") == "undefined"
        assert page.locator("img[onerror]").count() == 0
        assert trace == {"requests": [], "errors": []}


@pytest.mark.long
def test_two_pages_save_and_a_page_closed_loses_nothing(chromium, served):
    folder, address = served
    with open_page(chromium, address) as (one, trace), open_page(chromium, address, width=640) as (two, _):
        for page, name, auteur in ((one, "Amap Un", "A"), (two, "Amap Deux", "B")):
            open_row(page, "amap")
            type_name(page, name, auteur)
        save_form(one)
        save_form(two)
        two.get_by_role("button", name="Nouvel acteur").click()
        two.get_by_text("Fiche ouverte").wait_for()
        two.get_by_label("Nom de la structure").fill("Jamais enregistré")
        two.wait_for_timeout(1500)
        assert two.evaluate("document.documentElement.scrollWidth") <= 640
        keep_capture(two, "application_640", whole=True)
        assert trace == {"requests": [], "errors": []}
    said = edits.list_edits(folder)[0]
    assert {"Amap Un", "Amap Deux"} <= set(said["apres"])
    assert [draft["cases"]["nom"] for draft in edits.list_drafts(folder).values()] == ["Jamais enregistré"]
    with open_page(chromium, address) as (page, trace):
        page.get_by_text("Brouillon non enregistré").wait_for()
        page.get_by_role("button", name="Reprendre ce brouillon").click()
        page.get_by_text("Fiche ouverte").wait_for()
        assert page.get_by_label("Nom de la structure").input_value() == "Jamais enregistré"
        page.get_by_role("tab", name="Saisies et copie").click()
        page.get_by_text("Désaccord : deux saisies de la même case").wait_for()
        keep_capture(page, "application_desaccord", whole=True)
        page.get_by_label("Auteur de la décision").fill("C")
        page.get_by_role("button", name="Garder « Amap Deux »").click()
        page.get_by_text("Décision enregistrée").wait_for()
        assert trace == {"requests": [], "errors": []}


def test_the_address_without_its_key_shows_nothing(chromium, served):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(served[1].split("?")[0])
    assert page.get_by_role("tab", name="Corriger").count() == 0
    context.close()


@pytest.mark.long
def test_a_taken_port_is_told_in_three_lines(served):
    port = re.search(r":(\d+)/", served[1])[1]
    command = [sys.executable, "-m", "diagnostic", "application", str(served[0]), "--sans-navigateur", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 1
    assert [line.split(" ")[0] for line in done.stderr.strip().splitlines()[:1]] == ["Le"]
    assert f"--port {int(port) + 1}" in done.stderr and "Traceback" not in done.stderr


def test_the_command_is_read():
    with french_words():
        choices = build_parser().parse_args(["application", "mon dossier", "--port", "9000", "--sans-navigateur"])
    assert (str(choices.dossier), choices.port, choices.sans_navigateur) == ("mon dossier", 9000, True)


def test_nothing_grave_is_found_by_axe(chromium, served):
    with open_page(chromium, served[1]) as (page, _):
        told = {"corriger": audit(page)}
        open_row(page, "onerror")
        told["fiche"] = audit(page)
        page.get_by_role("tab", name="Saisies et copie").click()
        told["saisies"] = audit(page)
        page.get_by_role("tab", name="Regarder").click()
        page.get_by_role("region", name="Découpages").wait_for()
        told["regarder"] = audit(page)
    keep_text("\n".join(f"{state} : {line}" for state, (lines, _) in told.items() for line in lines) + "\n", "application_axe")
    assert {state: grave for state, (_, grave) in told.items() if grave} == {}
