"""The notebooks hold to the house: one question each, one cell of settings, no outputs; and they work on another dossier."""

import html
import json
import os
import re
from pathlib import Path

import pytest
from petit_dossier import write_dossier

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [
    "01_inventaire", "02_ressorts", "03_liens", "04_manques", "05_constats", "06_comparaison", "07_exports", "08_comparaison",
]  # fmt: skip
# What each notebook asks, by its number in the guide's OUTIL 4.
QUESTIONS = ["question 3", "question 1", "questions 4", "question 3", "question 2", "question 1", "préalable", "question 1"]
SETTINGS = "# Réglages : la seule cellule à changer."
INTERNAL_TABLES = [
    "liens_a_verifier", "bilan_liens", "dispositifs_a_ouvrir", "positions", "croisements", "problemes", "doublons_proposes", "ponts",
    "fraicheur_lignes", "confirmations", "constats_a_decider", "postes_ouverts", "proximites",
]
TIMEOUT = 240  # seconds a cell may take before the test fails rather than hangs
HIDDEN = "Lieu tenu secret"

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read_notebook(path):
    return json.loads(path.read_text(encoding="utf-8"))


def list_sources(path, kind="code"):
    return ["".join(cell["source"]) for cell in read_notebook(path)["cells"] if cell["cell_type"] == kind]


def test_the_eight_notebooks_are_there():
    assert [path.stem for path in NOTEBOOKS] == NAMES


@each_notebook
def test_it_opens_on_a_title_and_one_question(path):
    first = list_sources(path, "markdown")[0]
    assert read_notebook(path)["cells"][0]["cell_type"] == "markdown"
    assert re.match(rf"# {int(path.stem[:2])}\. \w", first)
    assert len(re.findall(r"\*\*Question : [^*]+ \?\*\*", first)) == 1
    assert f"\n\nOUTIL 4, {QUESTIONS[NAMES.index(path.stem)]} (" in first


@each_notebook
def test_it_keeps_its_words_at_hand_and_leads_to_the_next(path):
    assert sum("widgets.show_glossary([" in source for source in list_sources(path)) == 1
    following = [*NAMES, None][NAMES.index(path.stem) + 1]
    assert following is None or f"La suite : `{following}`" in list_sources(path, "markdown")[-1]


@each_notebook
def test_something_can_be_chosen_and_looked_at(path):
    code = "\n".join(list_sources(path))
    assert "widgets.explore_" in code
    assert re.search(r"widgets\.(show_page|show_map|show_file|explore_)", code)

@each_notebook
def test_it_ends_with_what_may_and_may_not_be_concluded(path):
    last = read_notebook(path)["cells"][-1]
    assert last["cell_type"] == "markdown"
    assert re.match(r"## Ce qu'on (peut conclure, et ce qu'on ne peut pas|remet, et ce qu'on garde)\n", "".join(last["source"]))


@each_notebook
def test_settings_are_in_one_cell_after_the_imports(path):
    imports, settings, *rest = list_sources(path)
    assert re.fullmatch(r"from diagnostic import [\w, ]+", imports)
    assert settings.startswith(SETTINGS)
    assert 'DOSSIER = ""' in settings
    assert all(re.match(r"[A-Z_]+ = .+  # .+", line) for line in settings.splitlines()[1:]), "a setting says what it does"
    assert not [source for source in rest if re.search(r"^[A-Z_]+ *=", source, re.M)]
    # Each setting serves, and only names of settings are written in capitals.
    for name in re.findall(r"^([A-Z_]+) =", settings, re.M):
        assert re.search(rf"\b{name}\b", "\n".join(rest)), name


@each_notebook
def test_each_result_has_a_sentence_before_it(path):
    """After the settings, no two pictures or tables follow each other without words, or with one alone between."""
    kinds = [cell["cell_type"] for cell in read_notebook(path)["cells"]][3:]
    assert "code,code,code" not in ",".join(kinds)


@each_notebook
def test_it_is_committed_as_anyone_could_have_written_it(path):
    text, notebook = path.read_text(encoding="utf-8"), read_notebook(path)
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"},
    }  # fmt: skip
    assert not re.search(r"[\"' ](?:/\w|[A-Z]:\\)", text), "an absolute path"
    assert all(cell["metadata"] == {} for cell in notebook["cells"])
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in notebook["cells"] if cell["cell_type"] == "code")


@each_notebook
def test_lines_fit_the_page(path):
    long = [line for source in list_sources(path) for line in source.splitlines() if len(line) > 125]
    assert not long


@each_notebook
def test_internal_tables_go_through_the_one_door_that_checks_the_edition(path):
    for source in list_sources(path):
        for name in INTERNAL_TABLES:
            assert f'"{name}"' not in source or f'show_internal(tables, "{name}"' in source
    cells = read_notebook(path)["cells"]
    shown = [rank for rank, cell in enumerate(cells) if "show_internal" in "".join(cell["source"])]
    words = ["".join(cell["source"]) if cell["cell_type"] == "markdown" else "" for cell in cells]
    assert all("usage interne" in " ".join(words[max(0, rank - 2) : rank]) for rank in shown)


# --- run on another dossier: only the cell of settings changes, or the variable ---------------------------------------
def execute(path, folder, monkeypatch, *, then="", **settings):
    """Run a notebook with other settings in `folder`, and `then` after it; return what it shows, as one text."""
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.source.startswith(SETTINGS))
    for name, value in settings.items():
        cell.source, count = re.subn(rf"^{name} = .*$", lambda _, line=f"{name} = {value!r}": line, cell.source, flags=re.M)
        assert count == 1, name
    if then:
        notebook.cells.append(nbformat.v4.new_code_cell(then))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    nbclient.NotebookClient(notebook, timeout=TIMEOUT, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error"] == []
    widgets = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    values = [state["state"]["value"] for state in widgets.values() if isinstance(state["state"].get("value"), str)]
    shown = [output["text"] if "text" in output else output.get("data", {}).get("text/html", "") for output in outputs]
    return "\n".join([*shown, *values])


def test_gaps_of_another_dossier_for_the_public(chemin_piege, monkeypatch):
    dossier = write_dossier(chemin_piege / "essai")
    shown = execute(
        ROOT / "notebooks" / "04_manques.ipynb", chemin_piege, monkeypatch,
        DOSSIER=str(dossier), TERRITOIRE="epci:244301099", CATEGORIE="evs", SEUIL_KM=15,
    )  # fmt: skip
    assert "CC Auzon Communauté ; Espaces de vie sociale ; 15 km" in shown
    assert "CC Auzon Communauté : absence vérifiée (0 acteur recensé)." in shown
    assert "Réservé à l&#x27;usage interne" in shown
    assert HIDDEN not in shown
    assert not (dossier / "sorties").exists(), "reading writes nothing"


@pytest.mark.long
def test_links_of_another_dossier_for_internal_use(chemin_piege, monkeypatch):
    write_dossier(chemin_piege / "essai")
    shown = execute(
        ROOT / "notebooks" / "03_liens.ipynb", chemin_piege, monkeypatch, DOSSIER="essai", EDITION="interne",
    )  # fmt: skip
    assert HIDDEN in shown
    assert "Réservé à l&#x27;usage interne" not in shown
    assert "<iframe" in shown
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_a_choice_made_in_a_running_notebook_changes_what_it_shows(chemin_piege, monkeypatch):
    """The kernel answers a menu as it does in JupyterLab and in the application: by the value of the menu."""
    monkeypatch.setenv("DIAGNOSTIC_DOSSIER", str(write_dossier(chemin_piege / "essai")))
    choice = (
        "box = widgets.explore_gaps(tables, 'epci:244301099', 'epicerie_sociale')\nbefore = box.children[1].value\n"
        "box.children[0].children[1].value = 'evs'\nprint('AVANT', before, 'APRÈS', box.children[1].value)"
    )
    shown = execute(ROOT / "notebooks" / "04_manques.ipynb", chemin_piege, monkeypatch, then=choice)
    before, after = shown.split("AVANT")[1].split("APRÈS")
    assert "Épiceries sociales et solidaires, CC Auzon Communauté : présente (1 acteur recensé)." in before
    assert "Espaces de vie sociale, CC Auzon Communauté : absence vérifiée (0 acteur recensé)." in after


@pytest.mark.long
@pytest.mark.parametrize("name", ["01_inventaire", "02_ressorts", "03_liens", "04_manques", "05_constats", "06_comparaison"])
def test_a_dossier_with_nothing_in_it_runs_and_says_what_cannot_be_shown(name, chemin_piege, monkeypatch):
    """One EPCI, no actor but public bodies, no link, no coverage said: every cell runs, and none invents."""
    inventory = chemin_piege / "vide" / "inventaire"
    inventory.mkdir(parents=True)
    (inventory / "parametres.csv").write_text("cle,valeur\nepci,244301099\ndate_edition,2026-11-21\n", encoding="utf-8")
    monkeypatch.setenv("DIAGNOSTIC_DOSSIER", str(chemin_piege / "vide"))
    shown = execute(ROOT / "notebooks" / f"{name}.ipynb", chemin_piege, monkeypatch)
    told = {
        "01_inventaire": "0 acteur recensé", "02_ressorts": "CC Auzon Communauté", "03_liens": "ne permet pas de dessiner",
        "04_manques": "ne donne rien à choisir ici (catégorie)", "05_constats": "non mesurable",
        "06_comparaison": "ne donne rien à choisir ici (territoires)",
    }  # fmt: skip
    assert told[name] in html.unescape(shown)
    assert not re.search(r"\b(nan|None|NaT|inf)\b", re.sub(r"<[^>]*>", " ", shown))


def test_exports_of_another_dossier(chemin_piege, monkeypatch):
    dossier = write_dossier(chemin_piege / "essai")
    shown = execute(
        ROOT / "notebooks" / "07_exports.ipynb", chemin_piege, monkeypatch, DOSSIER="essai", PAGE="discordance",
    )  # fmt: skip
    assert 'alt="Page « discordance »"' in shown
    assert "<iframe" in shown
    assert [path.name for path in (dossier / "sorties").iterdir() if path.is_dir()] == ["publique"]
    assert HIDDEN not in shown
