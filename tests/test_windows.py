"""What a Windows computer asks: the folder that is unzipped there, and no call that exists elsewhere only.

Nothing here runs under Windows; what could not be tried is said in docs/windows.md and in LISEZMOI.txt.
"""

import ast
import doctest
import importlib.metadata
import importlib.util
import re
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "scripts" / "windows"
BATCHES = ["installer.bat", "lancer.bat"]


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


paquet = load(ROOT / "scripts" / "construire_paquet_windows.py")
ouvrir = load(SOURCES / "ouvrir.py")
verifier = load(SOURCES / "verifier_python.py")


@pytest.fixture(scope="module")
def pins():
    return paquet.read_pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))


# --- the wheels ---------------------------------------------------------------------------------------------------
def test_examples_of_the_scripts_hold():
    for module in (paquet, ouvrir):
        assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("version", paquet.VERSIONS)
def test_what_the_software_asks_for_under_windows_is_pinned_with_its_hashes(pins, version):
    """From what the installed packages say they need, conditions tried for Windows: nothing may be left to a network there."""
    todo, seen = paquet.keep_asked(paquet.list_roots(), version), set()
    while todo:
        name, extras = todo.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        assert name in pins, f"{name} is asked for under Windows and not pinned"
        marker = pins[name]["marker"]
        assert not marker or paquet.keep_asked([f"{name} ; {marker}"], version), f"{name}: its pin is not for Windows ({marker})"
        assert any("--hash=sha256:" in line for line in pins[name]["lines"])
        try:
            asked = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            assert name in {"colorama", "pywinpty"}  # asked for under Windows only
            asked = []
        todo += paquet.keep_asked(asked, version, ("", *extras))
    names = {name for name, _ in seen}
    assert {"colorama", "pandas", "voila", "pywinpty"} <= names
    assert not names & {"pexpect", "ptyprocess", "appnope", "pytest", "playwright"}


def make_wheel(folder, filename, requires=()):
    name, version = filename.split("-")[:2]
    with zipfile.ZipFile(folder / filename, "w") as wheel:
        told = "".join(f"Requires-Dist: {line}\n" for line in requires)
        wheel.writestr(f"{name}-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{told}\n")
    return folder / filename


def test_the_wheel_of_another_system_or_python_is_no_wheel(tmp_path):
    for filename in ("aa-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", "aa-1.0-cp311-cp311-win_amd64.whl", "aa-2.0-py3-none-any.whl"):
        make_wheel(tmp_path, filename)
    assert paquet.find_wheel(tmp_path, "aa", "1.0", "3.12") is None
    assert paquet.find_wheel(tmp_path, "aa", "1.0", "3.11").name == "aa-1.0-cp311-cp311-win_amd64.whl"
    assert paquet.find_wheel(tmp_path, "aa", "2.0", "3.13").name == "aa-2.0-py3-none-any.whl"


def test_what_a_wheel_asks_for_is_gathered_and_what_has_none_is_named(tmp_path, monkeypatch):
    make_wheel(tmp_path, "aa-1.0-py3-none-any.whl", ["bb[net]", "zz ; sys_platform == 'linux'"])
    make_wheel(tmp_path, "bb-1.0-py3-none-any.whl", ["cc ; extra == 'net'", "ee ; extra == 'autre'", "dd"])
    make_wheel(tmp_path, "cc-1.0-py3-none-any.whl")
    monkeypatch.setattr(paquet, "list_roots", lambda: ["aa"])
    monkeypatch.setattr(paquet, "download", lambda names, pins, folder, version: [name for name in names if name == "dd"])
    known = {name: {"version": "1.0", "marker": "", "lines": []} for name in ("aa", "bb", "cc", "dd")}
    held, missing = paquet.gather_wheels(known, tmp_path, "3.12")
    assert sorted(held) == ["aa", "bb", "cc"] and missing == {"dd": "no wheel for Windows and Python 3.12"}
    held, missing = paquet.gather_wheels({"aa": known["aa"]}, tmp_path, "3.12")
    assert missing["bb"].startswith("asked for, and not pinned")


def test_the_list_holds_the_hashes_of_the_files_that_are_there(tmp_path):
    names = ("aa-1.0-cp311-cp311-win_amd64.whl", "aa-1.0-cp312-cp312-win_amd64.whl", "bb-2-py3-none-any.whl")
    paths = [make_wheel(tmp_path, name) for name in names]
    text = paquet.write_list(paths, {"bb": {"version": "2", "marker": "os_name == 'nt'", "lines": []}}, tmp_path / "l.txt").read_bytes()
    lines = text.decode().split("\r\n")
    assert lines[0].startswith("aa==1.0 --hash=sha256:") and lines[0].count("--hash") == 2
    assert lines[1].startswith("bb==2 ; os_name == 'nt' --hash=sha256:") and "://" not in text.decode()


def test_the_longest_path_counts_where_a_file_is_installed(tmp_path):
    path = make_wheel(tmp_path, "aa-1.0-py3-none-any.whl")
    with zipfile.ZipFile(path, "a") as wheel:
        wheel.writestr("aa-1.0.data/purelib/aa/" + "x" * 80, "")
    length, name = paquet.find_longest([path])
    assert name == "aa/" + "x" * 80 and length == len(paquet.PREFIX) + 1 + len(name)


# --- the batch files ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def unzipped(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paquet")
    paquet.write_texts(folder)
    return folder


def test_every_text_has_the_line_ends_of_windows(unzipped):
    assert {path.name for path in unzipped.iterdir()} == {*paquet.TEXTS, "environment.yml", "LICENSE"}
    for name in paquet.TEXTS:
        content = (unzipped / name).read_bytes()
        assert content.count(b"\n") == content.count(b"\r\n") > 10, name
        assert content.startswith(b"\xef\xbb\xbf") == (name == "LISEZMOI.txt"), name


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_file_says_nothing_accented_before_its_page_of_codes(unzipped, name):
    before, _, after = (unzipped / name).read_bytes().partition(b"chcp 65001")
    assert before.isascii() and after and before.startswith(b"@echo off\r\n")


@pytest.mark.parametrize("name", BATCHES)
def test_every_path_is_between_quotation_marks_and_every_label_stands(name):
    text = (SOURCES / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("rem ")]
    for line in lines:
        for found in re.finditer(r"%(?:~dp0|~1|PY|DIAGNOSTIC_ENV|LOCALAPPDATA|USERPROFILE|CONDA_PREFIX|ProgramFiles)%?", line):
            assert line[: found.start()].count('"') % 2 == 1, line
    asked = set(re.findall(r"goto :(\w+)|call :(\w+)", text))
    labels = set(re.findall(r"^:(\w+)", text, re.MULTILINE))
    assert {one or other for one, other in asked} <= labels
    # « if errorlevel 1 » takes a program that crashed (a negative code) for one that succeeded.
    assert not re.search(r"if (not )?errorlevel", text)


def test_names_with_an_exclamation_mark_are_read_where_it_means_nothing():
    lines = (SOURCES / "lancer.bat").read_text(encoding="utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if line == "setlocal DisableDelayedExpansion")
    assert all("%~" not in line for line in lines[:first] if not line.startswith("rem "))
    assert "EnableDelayedExpansion" not in (SOURCES / "installer.bat").read_text(encoding="utf-8")


def test_the_installation_asks_no_network_and_no_right():
    text = (SOURCES / "installer.bat").read_text(encoding="utf-8")
    install = next(line for line in text.splitlines() if " install " in line)
    for word in ("--isolated", "--no-index", "--find-links paquets", "--require-hashes", "-r paquets.txt"):
        assert word in install
    assert not re.search(r"https?:|setx|\breg\b|runas|powershell", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("version", "platform", "accepted"),
    [
        ((3, 12), "win-amd64", True), ((3, 11), "win-amd64", True), ((3, 13), "win-amd64", False), ((3, 12), "win32", False),
        ((3, 12), "win-arm64", False), ((3, 10), "win-amd64", False), ((2, 7), "win-amd64", False),
    ],
)  # fmt: skip
def test_a_python_is_taken_when_wheels_are_made_for_it(version, platform, accepted):
    wheels = [f"numpy-2-cp{v}-cp{v}-win_amd64.whl" for v in ("310", "311", "312")] + ["a-1-cp313-cp313-manylinux_x86_64.whl"]
    assert verifier.accepts(version, platform, wheels) is accepted


# --- what lancer.bat runs -----------------------------------------------------------------------------------------
@pytest.fixture
def runs(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(ouvrir, "run_diagnostic", lambda *words: calls.append(words) or 0)
    monkeypatch.setattr(ouvrir.webbrowser, "open", lambda address: calls.append(("ouvrir", address)))
    for name in ("DIAGNOSTIC_LIGNE", "DIAGNOSTIC_DONNE"):
        monkeypatch.delenv(name, raising=False)
    return calls


def test_a_dossier_dropped_is_run_and_its_map_opened(runs, monkeypatch, chemin_piege):
    page = chemin_piege / "sorties" / "publique" / "carte.html"
    page.parent.mkdir(parents=True)
    page.write_text("", encoding="utf-8")
    (chemin_piege / "inventaire.xlsx").write_bytes(b"")
    monkeypatch.setenv("DIAGNOSTIC_LIGNE", f'cmd.exe /c ""C:\\outil\\lancer.bat" "{chemin_piege / "inventaire.xlsx"}""')
    assert ouvrir.main() == 0
    assert runs == [("lancer", str(chemin_piege)), ("ouvrir", page.resolve().as_uri())]


def test_given_in_an_open_window_the_first_word_is_the_dossier(runs, monkeypatch, tmp_path):
    monkeypatch.setenv("DIAGNOSTIC_LIGNE", '"C:\\Windows\\system32\\cmd.exe"')
    monkeypatch.setenv("DIAGNOSTIC_DONNE", str(tmp_path))
    assert ouvrir.main() == 0 and runs == [("lancer", str(tmp_path))]


@pytest.mark.parametrize(("typed", "command"), [("", "application"), ("2", "lancer"), ("3", "verifier"), ("autre", "application")])
def test_nothing_dropped_asks_for_a_dossier_then_for_what_to_do(runs, monkeypatch, tmp_path, typed, command):
    monkeypatch.setattr(ouvrir, "ask_dossier", lambda: str(tmp_path))
    monkeypatch.setattr("builtins.input", lambda _: typed)
    assert ouvrir.main() == 0 and runs[0] == (command, str(tmp_path))


def test_a_dossier_too_deep_is_told_and_not_run(runs, monkeypatch, capsys):
    monkeypatch.setenv("DIAGNOSTIC_DONNE", "/d/" + "x" * 200)
    monkeypatch.setattr(ouvrir, "read_long_paths", lambda: False)
    assert ouvrir.main() == 1 and runs == []
    assert "trop profond pour Windows" in capsys.readouterr().out


# --- no call of one system only (beside what test_layout.py refuses) -----------------------------------------------
FORBIDDEN = {
    "os.symlink": "needs a right under Windows", "os.link": "not on every disk", "os.rename": "os.replace replaces on every system",
    "os.startfile": "Windows only", "os.kill": "kills at once under Windows", "os.getuid": "POSIX only", "os.mkfifo": "POSIX only",
    "locale.setlocale": "depends on the computer", "locale.getpreferredencoding": "depends on the computer", "time.tzset": "POSIX only",
    "signal.SIGKILL": "POSIX only", "os.fork": "POSIX only", "signal.SIGALRM": "POSIX only", "os.sysconf": "POSIX only",
}  # fmt: skip
METHODS = {"symlink_to": "needs a right under Windows", "hardlink_to": "not on every disk", "owner": "POSIX only", "group_by_gid": ""}
DIRECTIVE = re.compile(r"%-[dHIjmMSUwWyY]|%[sklPR](?![a-z])")
PATH_CALLS = {"open", "Path", "joinpath", "read_csv", "read_excel", "read_file", "read_parquet", "copyfile", "copytree", "exists"}


def find_faults(path):
    """Return what in a module works on one system only: calls, dates without zeros, paths joined by hand."""
    faults = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        told = None
        if isinstance(node, ast.Attribute) and ast.unparse(node) in FORBIDDEN:
            told = f"{ast.unparse(node)}: {FORBIDDEN[ast.unparse(node)]}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            told = f"{node.func.attr}: {METHODS[node.func.attr]}"
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "strftime":
            given = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            told = next((f"strftime({text!r})" for text in given if DIRECTIVE.search(str(text))), None)
        elif isinstance(node, ast.Call) and (getattr(node.func, "attr", "") or getattr(node.func, "id", "")) in PATH_CALLS:
            told = next((f"{ast.unparse(arg)}: a path joined by hand" for arg in node.args if _is_joined(arg)), None)
        if told:
            faults.append(f"{path.name}, line {node.lineno}: {told}")
    return faults


def _is_joined(node):
    """Return whether a text is made of a variable, then « / » or « \\ »: f"{folder}/name", folder + "/name"."""
    if isinstance(node, ast.JoinedStr):
        parts = list(zip(node.values, node.values[1:], strict=False))
        return any(isinstance(a, ast.FormattedValue) and isinstance(b, ast.Constant) and b.value[:1] in "/\\" for a, b in parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return isinstance(node.right, ast.Constant) and str(node.right.value)[:1] in ("/", "\\")
    return False


def test_no_module_works_on_one_system_only():
    faults = [fault for path in sorted((ROOT / "diagnostic").rglob("*.py")) for fault in find_faults(path)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "line",
    ["os.symlink(a, b)", "p.symlink_to(q)", "d.strftime('%-d %B')", "open(f'{folder}/a.csv', encoding='utf-8')", "Path(folder + '/a')",
     "os.kill(pid, signal.SIGKILL)", "locale.setlocale(locale.LC_ALL, 'fr_FR')", "os.rename(a, b)"],
)  # fmt: skip
def test_the_rule_sees_what_it_forbids(tmp_path, line):
    path = tmp_path / "mauvais.py"
    path.write_text(f"{line}\n", encoding="utf-8")
    assert find_faults(path)


def test_the_rule_lets_what_is_shown_be_joined(tmp_path):
    path = tmp_path / "bon.py"
    lines = ["d.strftime('%d/%m/%Y')", "name = f'ressorts/{p.name}'", "Path(folder) / 'a'", "open(p, encoding='utf-8')"]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert find_faults(path) == []
