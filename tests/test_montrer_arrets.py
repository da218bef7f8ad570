"""Killed for real: a command that writes every kind of file, stopped at moments of its work; and the whole `lancer`, on demand.

DIAGNOSTIC_TEST_ARRETS=1 runs `scripts/montrer_arrets.py`, fifty kills of the real command (ten minutes).
"""

import os
import runpy
import subprocess
import sys

import pytest
from conftest import ROOT

# The real stage, lock, stamps and manifest; files of every kind in the place of maps that would take ten seconds to draw.
CHILD = """
import os, signal, sys
from pathlib import Path
last, real, done = int(sys.argv[2]), os.replace, []
def replace(source, place):
    done.append(place)
    if len(done) == last:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    real(source, place)
os.replace = replace
import pandas as pd
import xlsxwriter
from PIL import Image
from diagnostic.run.deposit import open_outputs, place_outputs
from diagnostic.write.figures import write_bytes
from diagnostic.write.offline import write_html
target, title = Path(sys.argv[1]) / "sorties", (Path(sys.argv[1]) / "inventaire.csv").read_text(encoding="utf-8")
inputs = pd.DataFrame({"fichier": ["inventaire.csv"], "taille": [1], "sha256": [title], "modifie": [pd.Timestamp("2026-01-01")]})
shown = {"reglages": {"titre": title}, "date": pd.Timestamp("2026-11-15")}
with open_outputs(target) as stage:
    written = []
    for edition in ("publique", "interne"):
        folder = stage / edition
        written.append(write_html(f"<html><head></head><body>{title}</body></html>", folder / "carte.html"))
        written += [write_bytes(f"{title};{rank}".encode(), folder / "csv" / f"{rank}.csv") for rank in range(3)]
        book = xlsxwriter.Workbook(folder / "diagnostic.xlsx")
        book.set_properties({"title": title, "created": shown["date"].to_pydatetime()})
        book.add_worksheet().write_string(0, 0, title)
        book.close()
        Image.new("RGB", (40, 40), len(title) * 9).save(folder / "carte.png")
        written += [folder / "diagnostic.xlsx", folder / "carte.png"]
    place_outputs(target, {name: shown for name in ("publique", "interne")}, written, inputs=inputs, command="lancer")
print(len(done))
"""
TITLES = "avant", "apres"


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(ROOT / "scripts" / "montrer_arrets.py"))


def run_child(script, folder, title, last=0):
    (folder / "inventaire.csv").write_text(title, encoding="utf-8")
    code, told, errors = script["run_child"](folder, renames=last, code=CHILD)
    assert code == 0 or last, errors
    return int(told.split()[-1]) if not last else code


def read_outputs(script, folder):
    outputs = script["read_folder"](folder / "sorties")
    return {name: content for name, content in outputs.items() if not name.endswith("manifeste.json")}


def test_killed_at_any_moment_the_outputs_are_whole_and_the_next_command_works(script, tmp_path):
    folder = tmp_path / "dossier d'été"
    folder.mkdir()
    references = []
    for title in TITLES:
        renames = run_child(script, folder, title)
        references.append(read_outputs(script, folder))
    assert references[0].keys() == references[1].keys() and len(references[0]) == 12
    run_child(script, folder, TITLES[0])
    # While it writes, before anything moves, as the first file moves, in the middle, before the last manifest.
    for last in (4, renames - 17, renames - 14, renames - 8, renames):
        assert run_child(script, folder, TITLES[1], last) != 0
        inventory = {"inventaire.csv": TITLES[1].encode()}
        state, faults = script["look"](folder, inventory, references)
        assert faults == [], (last, state)
    run_child(script, folder, TITLES[1])
    assert read_outputs(script, folder) == references[1]
    assert sorted(path.name for path in (folder / "sorties").iterdir()) == [".verrou", "interne", "publique"]


def test_a_broken_file_and_a_lie_are_seen(script):
    contents = {"p/a.json": b"{", "p/b.png": b"x", "p/c.xlsx": b"", "p/d.html": b"<html>", "p/e.csv": b"\xff"}
    assert sorted(script["find_broken"](contents)) == sorted(contents)
    told = {"calculs": {}, "sorties": [{"fichier": "a.csv", "sha256": "0", "calcul": "1"}, {"fichier": "b.csv", "sha256": "0"}]}
    contents = {"publique/manifeste.json": str(told).replace("'", '"').encode(), "publique/a.csv": b"a", "publique/c.csv": b"c"}
    lies = [fault.split(": ")[1] for fault in script["find_lies"](contents)]
    assert lies == ["unknown run", "other content", "missing", "not in the manifest"]


@pytest.mark.skipif(not os.environ.get("DIAGNOSTIC_TEST_ARRETS"), reason="ten minutes: DIAGNOSTIC_TEST_ARRETS=1 runs it")
def test_the_whole_command_killed_at_fifty_moments():
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "montrer_arrets.py")], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
