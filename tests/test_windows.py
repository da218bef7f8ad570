"""What a Windows computer asks: the folder that is unzipped there, and no call that exists elsewhere only.

Nothing here runs under Windows; what could not be tried is said in docs/windows.md and in LISEZMOI.txt.
"""

import ast
import doctest
import importlib.metadata
import importlib.util
import os
import re
import signal
import socket
import sys
import zipfile
from pathlib import Path

import pytest

from diagnostic.application import serve

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


def test_the_same_files_make_the_same_zip_with_names_that_windows_reads(tmp_path):
    zips = []
    for turn, place in enumerate(("a", "d'été")):
        folder = tmp_path / place / "diagnostic-windows"
        (folder / "paquets").mkdir(parents=True)
        for name in ("installer.bat", "paquets/aa-1.0-py3-none-any.whl", "à lire.txt"):
            (folder / name).write_bytes(name.encode())
            os.utime(folder / name, (1e9 + turn * 1e6, 1e9 + turn * 1e6))
        zips.append(paquet.write_zip(folder))
    assert zips[0].read_bytes() == zips[1].read_bytes()
    with zipfile.ZipFile(zips[0]) as archive:
        assert archive.testzip() is None
        entries = {entry.filename: entry for entry in archive.infolist()}
    assert list(entries) == [f"diagnostic-windows/{name}" for name in ("installer.bat", "paquets/aa-1.0-py3-none-any.whl", "à lire.txt")]
    assert entries["diagnostic-windows/à lire.txt"].flag_bits & 0x800  # UTF-8, which Explorer believes


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


def read_batch(name):
    """Return the lines of a batch file that do something."""
    lines = (SOURCES / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("rem ")]


# Where a value stands outside quotation marks: loops, a version of Python, an exit code; and the line that takes marks away.
BARE = re.compile(r"for (/f )?%%[VRPE] in|(call :essayer_py|py) -?%%?[V1]|exit (/b )?%CODE%")
UNQUOTING = 'if defined DIAGNOSTIC_ENV set "DIAGNOSTIC_ENV=%DIAGNOSTIC_ENV:"=%"'


@pytest.mark.parametrize("name", BATCHES)
def test_every_value_is_between_quotation_marks_and_every_label_stands(name):
    text = "\n".join(read_batch(name))
    assert UNQUOTING in text
    for line in text.replace(UNQUOTING, "").splitlines():
        outside = BARE.sub("", re.sub(r'"[^"]*"', "", line).replace("/f  ", "/f "))
        assert "%" not in outside, line
        # A sign of cmd in a message would cut it, write a file, or start a program; a parenthesis would close a block.
        if "echo " in outside and not line.startswith(">"):
            assert not re.search(r"[&|<>^]" if line.startswith("echo ") else r"[&|<>^()]", outside), line
    asked = set(re.findall(r"goto :(\w+)|call :(\w+)", text))
    labels = set(re.findall(r"^:(\w+)", text, re.MULTILINE))
    assert {one or other for one, other in asked} == labels
    # « if errorlevel 1 » takes a program that crashed (a negative code) for one that succeeded.
    assert not re.search(r"if (not )?errorlevel", text)


@pytest.mark.parametrize("name", BATCHES)
def test_every_message_has_three_lines_and_every_end_a_code(name):
    blocks = re.split(r"^:", "\n".join(read_batch(name)), flags=re.MULTILINE)[1:]
    faults = [block for block in blocks if re.match(r"(sans_|pas_|place_|occupe)", block)]
    assert len(faults) >= 3
    for block in faults:
        told = [line.removeprefix("echo ") for line in block.splitlines() if line.startswith("echo ")]
        assert len(told) == 3 and told[1].startswith("Où : ") and told[2].startswith("À faire : "), block
        assert name == "lancer.bat" or 'set "CODE=1"' in block


@pytest.mark.parametrize("name", BATCHES)
def test_what_another_python_or_qgis_has_set_does_not_act_here(name):
    emptied = next(line for line in read_batch(name) if line.startswith("for %%V in (PYTHONHOME"))
    assert {"PYTHONPATH", "PYTHONWARNINGS", "PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH"} <= set(re.findall(r"\w+", emptied))


def test_an_installation_takes_nothing_away_that_it_did_not_make_and_counts_when_it_is_whole():
    lines = read_batch("installer.bat")
    # venv --clear would empty a folder of the person's, and half empty that of an application that is open.
    assert not any("--clear" in line for line in lines)
    removed = [line for line in lines if "rmdir /s" in line]
    assert all('rmdir /s /q "%DIAGNOSTIC_ENV%-ancien"' in line for line in removed[:-1]) and removed[-1] == (
        'rmdir /s /q "%DIAGNOSTIC_ENV%" 2>nul'
    )
    held = lines.index('if not exist "%DIAGNOSTIC_ENV%-ancien\\paquets.txt" exit /b 0')
    assert lines[held + 1] == removed[-1]
    asked = lines.index('if not exist "%DIAGNOSTIC_ENV%\\pyvenv.cfg" goto :place_prise')
    assert asked < lines.index('move "%DIAGNOSTIC_ENV%" "%DIAGNOSTIC_ENV%-ancien" >nul 2>nul')
    written = lines.index('copy /y paquets.txt "%DIAGNOSTIC_ENV%\\paquets.txt" >nul')
    assert written > max(n for n, line in enumerate(lines) if " -m " in line or " -c " in line and not line.startswith("for"))
    assert 'if not exist "%DIAGNOSTIC_ENV%\\paquets.txt" goto :pas_installe' in read_batch("lancer.bat")


def test_every_python_of_the_package_is_looked_for():
    text = (SOURCES / "installer.bat").read_text(encoding="utf-8")
    known = (*paquet.VERSIONS, *paquet.ON_REQUEST)
    for asked in (known, tuple(version.replace(".", "") for version in known)):
        found = re.search(r"for %%V in \((3[\d. ]+)\) do " + ("call" if "." in asked[0] else "for"), text)
        assert set(found[1].split()) == set(asked)


def test_names_with_an_exclamation_mark_are_read_where_it_means_nothing():
    lines = read_batch("lancer.bat")
    first = next(n for n, line in enumerate(lines) if line == "setlocal DisableDelayedExpansion")
    assert all("%~" not in line for line in lines[:first])
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


@pytest.mark.parametrize(
    ("place", "store"),
    [
        (r"C:\Users\é\AppData\Local\Microsoft\WindowsApps\PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0\python.exe", True),
        (r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.12_3.12.2800.0_x64__qbz5n2kfra8p0", True),
        (r"C:\Users\é\AppData\Local\Programs\Python\Python312\python.exe", False), (r"C:\MesWindowsApps\python.exe", False),
    ],
)  # fmt: skip
def test_the_python_of_the_store_is_known_by_where_it_stands(place, store):
    assert verifier.is_store(r"C:\x\python.exe", place) is store


def test_the_answers_of_a_python_are_those_that_the_batch_file_waits_for(monkeypatch, tmp_path):
    lines = read_batch("installer.bat")
    assert {f'if "%REPONSE%"=="{code}"' for code in (verifier.FITS, verifier.STORE, verifier.REFUSED)} == {
        line.partition(" set ")[0] for line in lines if line.startswith('if "%REPONSE%"')
    }
    (tmp_path / "paquets").mkdir()
    monkeypatch.setattr(verifier, "HERE", str(tmp_path))
    monkeypatch.setattr(verifier.sysconfig, "get_platform", lambda: "win-amd64")
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    assert verifier.answer() == verifier.REFUSED
    (tmp_path / "paquets" / f"numpy-2-cp{version}-cp{version}-win_amd64.whl").touch()
    assert verifier.answer() == verifier.FITS
    monkeypatch.setattr(verifier.sys, "executable", r"C:\Users\a\AppData\Local\Microsoft\WindowsApps\python.exe")
    assert verifier.answer() == verifier.STORE
    # The build without a global lock has the same version and the same platform, and other wheels.
    monkeypatch.setattr(verifier.sysconfig, "get_config_var", lambda name: 1)
    assert verifier.answer() == verifier.REFUSED


# --- what lancer.bat runs -----------------------------------------------------------------------------------------
@pytest.fixture
def runs(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(ouvrir, "run_diagnostic", lambda *words: calls.append(words) or 0)
    monkeypatch.setattr(ouvrir.webbrowser, "open", lambda address: calls.append(("ouvrir", address)))
    monkeypatch.setattr(ouvrir, "find_port", lambda: 8870)
    for name in ("DIAGNOSTIC_LIGNE", "DIAGNOSTIC_DONNE", "DIAGNOSTIC_FICHIER"):
        monkeypatch.delenv(name, raising=False)
    return calls


def drop(monkeypatch, *paths, batch="lancer.bat"):
    """What Windows makes of paths dropped on the batch file: those with a space, and those only, between quotation marks."""
    names = " ".join(f'"{path}"' if " " in str(path) else str(path) for path in paths)
    monkeypatch.setenv("DIAGNOSTIC_LIGNE", f'C:\\Windows\\system32\\cmd.exe /c ""C:\\mes outils\\{batch}" {names}"')
    monkeypatch.setenv("DIAGNOSTIC_FICHIER", batch)


def test_a_dossier_dropped_is_run_and_its_map_opened(runs, monkeypatch, chemin_piege):
    page = chemin_piege / "sorties" / "publique" / "carte.html"
    page.parent.mkdir(parents=True)
    page.write_text("", encoding="utf-8")
    (chemin_piege / "inventaire.xlsx").write_bytes(b"")
    drop(monkeypatch, chemin_piege / "inventaire.xlsx")
    assert ouvrir.main() == 0
    assert runs == [("lancer", str(chemin_piege)), ("ouvrir", page.resolve().as_uri())]


def test_several_dossiers_dropped_are_run_one_after_the_other_and_each_once(runs, monkeypatch, tmp_path):
    here, there = tmp_path / "Sancy&Cezallier%PATH%!", tmp_path / "d'été à Brioude"
    here.mkdir()
    (here / "inventaire.xlsx").write_bytes(b"")
    drop(monkeypatch, here / "inventaire.xlsx", there, here)
    assert ouvrir.main() == 0
    assert runs == [("lancer", str(here)), ("lancer", str(there))]


def test_a_batch_file_that_was_given_another_name_knows_what_is_dropped(runs, monkeypatch, tmp_path):
    drop(monkeypatch, tmp_path, batch="lancer - Copie (2).bat")
    assert ouvrir.main() == 0 and runs == [("lancer", str(tmp_path))]


def test_given_in_an_open_window_the_first_word_is_the_dossier(runs, monkeypatch, tmp_path):
    monkeypatch.setenv("DIAGNOSTIC_LIGNE", '"C:\\Windows\\system32\\cmd.exe"')
    monkeypatch.setenv("DIAGNOSTIC_DONNE", str(tmp_path))
    assert ouvrir.main() == 0 and runs == [("lancer", str(tmp_path))]


@pytest.mark.parametrize(("typed", "command"), [("", "application"), ("2", "lancer"), ("3", "verifier"), ("autre", "application")])
def test_nothing_dropped_asks_for_a_dossier_then_for_what_to_do(runs, monkeypatch, capsys, tmp_path, typed, command):
    monkeypatch.setattr(ouvrir, "ask_dossier", lambda: str(tmp_path))
    monkeypatch.setattr("builtins.input", lambda _: typed)
    port = ("--port", "8870") if command == "application" else ()
    assert ouvrir.main() == 0 and runs == [(command, str(tmp_path), *port)]
    assert ("Fermer cette fenêtre arrête l'application" in capsys.readouterr().out) == bool(port)


@pytest.mark.parametrize(("answer", "made"), [("", False), ("n", False), ("o", True), (EOFError, False)])
def test_no_dossier_chosen_copies_nothing_before_it_is_asked(runs, monkeypatch, answer, made):
    def say(_):
        if answer is EOFError:
            raise EOFError
        return answer

    monkeypatch.setattr(ouvrir, "ask_dossier", lambda: "")
    monkeypatch.setattr("builtins.input", say)
    assert ouvrir.main() == 0
    assert [words[0] for words in runs] == (["exemple", "application"] if made else [])


def test_a_dossier_too_deep_is_told_and_not_run_and_the_next_one_is(runs, monkeypatch, capsys):
    drop(monkeypatch, "/d/" + "x" * 200, "/d/court")
    monkeypatch.setattr(ouvrir, "read_long_paths", lambda: False)
    assert ouvrir.main() == 1 and runs == [("lancer", str(Path("/d/court")))]
    assert "trop profond pour Windows" in capsys.readouterr().out


def test_a_port_that_is_taken_leaves_the_next_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        former, ouvrir.PORT = ouvrir.PORT, port
        try:
            assert ouvrir.find_port() != port
        finally:
            ouvrir.PORT = former


def test_the_ports_are_those_of_the_application():
    assert ouvrir.PORT == serve.PORT and ouvrir.PORT + ouvrir.PORTS < 65536


def test_what_was_installed_from_another_folder_is_told(tmp_path):
    here, installed = tmp_path / "ici", tmp_path / "env"
    for folder in (here, installed):
        folder.mkdir()
        assert ouvrir.tell_other(here, installed) == ""
        (folder / "paquets.txt").write_bytes(b"aa==1\r\n")
    assert ouvrir.tell_other(here, installed) == ""
    (here / "paquets.txt").write_bytes(b"aa==2\r\n")
    assert "installer.bat le remplace" in ouvrir.tell_other(here, installed)


def test_a_file_of_the_folder_of_the_window_is_not_taken_for_a_library(tmp_path, monkeypatch):
    (tmp_path / "diagnostic.py").write_text("raise SystemExit(7)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert ouvrir.run_diagnostic("--inconnu") == 2  # the answer of our command line to a wrong call


def test_ctrl_c_stops_what_was_started_and_not_what_started_it(tmp_path, monkeypatch):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests started in the background are deaf to it
    held = []
    monkeypatch.setattr(ouvrir.subprocess, "run", lambda *_, **__: held.append(signal.raise_signal(signal.SIGINT)) or ended)
    ended = type("Ended", (), {"returncode": 0})
    assert ouvrir.run_diagnostic("application") == 0 and len(held) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# --- no call of one system only (beside what test_layout.py refuses) -----------------------------------------------
# What there is under Windows too: any other name of these modules is refused, those that nobody thought of included.
ALLOWED = {
    "os": """PathLike access close cpu_count curdir devnull environ error extsep fdopen fsdecode fsencode fspath fstat fsync getcwd getenv
        getpid get_terminal_size linesep listdir lstat makedirs mkdir name open path pathsep read remove removedirs replace rmdir scandir
        sep stat strerror unlink urandom utime walk write O_CREAT O_EXCL O_RDONLY O_RDWR O_WRONLY""",
    "signal": "SIGINT SIGTERM SIG_DFL SIG_IGN Signals default_int_handler getsignal raise_signal signal",
    "time": """gmtime localtime mktime monotonic monotonic_ns perf_counter perf_counter_ns process_time sleep strftime strptime
        struct_time time time_ns timezone""",
    "subprocess": """CalledProcessError CompletedProcess DEVNULL PIPE Popen STDOUT SubprocessError TimeoutExpired check_call check_output
        run""",
}
MODULES = """_posixsubprocess _winapi crypt curses fcntl grp locale msvcrt nis nt ossaudiodev pipes posix pty pwd readline resource select
    spwd syslog termios tty uvloop winreg winsound"""
ASKED = "depends on the computer unless it is told a language"
FORBIDDEN = {
    "pathlib.PosixPath": "POSIX only", "pathlib.WindowsPath": "Windows only", "shutil.chown": "POSIX only", "socket.AF_UNIX": "POSIX only",
    "socket.SO_REUSEPORT": "POSIX only", "multiprocessing.get_context": "no fork under Windows", "tempfile.mktemp": "not safe anywhere",
    "multiprocessing.set_start_method": "no fork under Windows", "asyncio.get_child_watcher": "POSIX only",
    "tempfile.NamedTemporaryFile": "cannot be opened again under Windows", "calendar.month_name": ASKED, "calendar.day_name": ASKED,
}  # fmt: skip
METHODS = {
    "symlink_to": "needs a right under Windows", "hardlink_to": "not on every disk", "link_to": "not on every disk", "owner": "POSIX only",
    "chmod": "means little under Windows", "lchmod": "POSIX only", "readlink": "not on every disk", "is_mount": "not the same thing",
    "add_signal_handler": "POSIX only", "add_reader": "not with the loop of Windows", "add_writer": "not with the loop of Windows",
    "month_name": ASKED, "day_name": ASKED,
}  # fmt: skip
# Dates without their zero are written in two ways, and names of days and months, dates and times « of the place » depend on the computer.
DIRECTIVE = re.compile(r"%(?:[-#_^]\w|[aAbBcpxXklPsRTDFehCGgnrtuV+EO])")
PATH_CALLS = """open Path PurePath joinpath with_name with_stem read_csv read_excel read_file read_parquet copy copyfile copytree exists
    write_atomic"""
NO_FILE = re.compile(r'[<>:"|?*]')  # what Windows refuses in a name; « : » would even write elsewhere
ONE_PLACE = re.compile(r"^(?:/(?:tmp|dev|usr|etc|var|home|opt|proc|root|mnt|media|run|bin)(?:/|$)|~/)")
COMMANDS = "bash cat chmod cp file grep kill ls mkdir mv open pdftoppm ps python python3 rm sh soffice which xdg-open zip"


def find_faults(path):
    """Return what in a module works on one system only, each with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {name: full for node in ast.walk(tree) for name, full in _list_imports(node)}
    faults = [(node.lineno, told) for node in ast.walk(tree) if hasattr(node, "lineno") for told in _judge(node, known) if told]
    return [f"{path.name}, line {line}: {told}" for line, told in sorted(set(faults))]


def _list_imports(node):
    """Yield (name in the module, full name) of what a statement imports."""
    if isinstance(node, ast.Import):
        yield from ((alias.asname or alias.name, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _judge(node, known):
    """Yield what is wrong with one node of a module."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for _, full in _list_imports(node):
            yield full.split(".")[0] in MODULES.split() and f"{full}: not on every system"
            yield _refuse(full)
    elif isinstance(node, ast.Attribute):
        written = ast.unparse(node)
        first, dot, rest = written.partition(".")
        yield _refuse(known.get(first, first) + dot + rest)
    elif isinstance(node, ast.Call):
        yield from _judge_call(node, getattr(node.func, "attr", "") or getattr(node.func, "id", ""))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield _find_bad_name(node.right)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value and ONE_PLACE.match(node.value):
        yield f"{node.value!r}: not on every system"
    elif isinstance(node, ast.FormattedValue) and node.format_spec and DIRECTIVE.search(ast.unparse(node.format_spec)):
        yield f"{ast.unparse(node)}: a date that every system writes in its own way"


def _refuse(full):
    """Return why a full name is refused, or None."""
    module, _, name = full.partition(".")
    if module in ALLOWED and name and name.partition(".")[0] not in ALLOWED[module].split():
        return f"{full}: not on every system"
    return f"{full}: {FORBIDDEN[full]}" if full in FORBIDDEN else None


def _judge_call(node, name):
    constants = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
    keywords = {keyword.arg: keyword.value for keyword in node.keywords}
    if name in METHODS and isinstance(node.func, ast.Attribute) and "locale" not in keywords:
        yield f"{name}: {METHODS[name]}"
    if name in ("strftime", "strptime", "to_datetime", "format"):
        texts = [*constants, getattr(keywords.get("format"), "value", "")]
        yield next((f"{name}({text!r})" for text in texts if isinstance(text, str) and DIRECTIVE.search(text)), None)
    if name in PATH_CALLS.split():
        yield next((f"{ast.unparse(arg)}: a path joined by hand" for arg in node.args if _is_joined(arg)), None)
        yield from map(_find_bad_name, node.args[:1]) if name in ("joinpath", "with_name", "with_stem", "Path") else ()
    if name == "rename" and len(node.args) == 1 and _is_path(node.args[0]):
        yield "rename: fails under Windows, and crushes elsewhere, when the file exists (replace says what it does)"
    if name == "to_csv" and not {None, "lineterminator"} & set(keywords):
        yield "to_csv: without lineterminator, other bytes under Windows"
    if "shell" in keywords and not (isinstance(keywords["shell"], ast.Constant) and not keywords["shell"].value):
        yield "shell: another language on each system"
    if name in ("run", "Popen", "check_call", "check_output") and node.args and isinstance(node.args[0], (ast.List, ast.Tuple)):
        first = next((one.value for one in node.args[0].elts[:1] if isinstance(one, ast.Constant)), "")
        yield first in COMMANDS.split() and f"{first}: a program that not every system has under this name"


def _is_joined(node):
    """Return whether a text is made of a variable, then « / » or « \\ »: f"{folder}/name", folder + "/name"."""
    if isinstance(node, ast.JoinedStr):
        parts = list(zip(node.values, node.values[1:], strict=False))
        return any(isinstance(a, ast.FormattedValue) and isinstance(b, ast.Constant) and b.value[:1] in "/\\" for a, b in parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return isinstance(node.right, ast.Constant) and str(node.right.value)[:1] in ("/", "\\")
    return False


def _is_path(node):
    """Return whether an expression makes a path, and not the name of a column: `folder / name`, `path.with_suffix(...)`, `Path(...)`."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
        return name in ("Path", "with_suffix", "with_name", "with_stem", "joinpath")
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def _find_bad_name(node):
    """Return what Windows refuses in the name of a file: a sign, an hour, a space or a dot at the end."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        drive = re.sub(r"^[A-Za-z]:(?=[\\/])", "", node.value)
        return f"{node.value!r}: no name of a file" if NO_FILE.search(drive) or (drive[-1:] in (" ", ".") and drive.strip(".")) else None
    if isinstance(node, ast.JoinedStr):
        texts = [part.value for part in node.values if isinstance(part, ast.Constant)]
        texts += [ast.unparse(part.format_spec)[2:-1] for part in node.values if isinstance(part, ast.FormattedValue) and part.format_spec]
        timed = any(".isoformat(" in ast.unparse(part) for part in node.values)
        return f"{ast.unparse(node)}: no name of a file" if timed or any(map(NO_FILE.search, texts)) else None
    return None


def test_no_module_works_on_one_system_only():
    faults = [fault for path in sorted((ROOT / "diagnostic").rglob("*.py")) for fault in find_faults(path)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "line",
    ["os.symlink(a, b)", "p.symlink_to(q)", "d.strftime('%-d %B')", "open(f'{folder}/a.csv', encoding='utf-8')", "Path(folder + '/a')",
     "os.kill(pid, signal.SIGKILL)", "import locale\nlocale.setlocale(locale.LC_ALL, 'fr_FR')", "os.rename(a, b)", "os.fork()",
     "os.getuid()", "import fcntl", "import resource", "from signal import SIGKILL", "x = signal.SIGKILL", "Path('/tmp')",
     "x = '/tmp/a'", "x = '~/a'", "os.chmod(p, 0o600)", "p.chmod(0o600)", "time.tzset()", "import time as t\nt.tzset()",
     "from time import tzset", "import select", "from select import poll", "import os as o\no.fork()", "from os import fork as f",
     "os.sched_getaffinity(0)", "p.rename(folder / 'a')", "p.rename(p.with_suffix('.xlsx'))", "subprocess.run(c, shell=True)",
     "subprocess.run(c, shell=oui)", "subprocess.run(['rm', p])", "os.system('ls')", "subprocess.getoutput(c)",
     "folder / 'carte : Brioude.html'", "folder / f'{d:%H:%M}.html'", "folder / f'{d.isoformat()}.html'", "p.with_name('a?.csv')",
     "folder / 'fin. '", "f'{d:%-d}'", "f'{d:%B}'", "f'{d:%#d}'", "dates.dt.strftime('%A')", "dates.dt.month_name()",
     "tempfile.NamedTemporaryFile()", "loop.add_signal_handler(s, f)", "import winreg", "multiprocessing.get_context('fork')",
     "table.to_csv(p)", "pd.to_datetime(x, format='%d %b %Y')", "signal.alarm(3)", "os.getpgid(0)", "socket.socket(socket.AF_UNIX)",
     "os.mkfifo(p)", "os.nice(5)", "os.link(a, b)", "os.startfile(p)", "import pwd"],
)  # fmt: skip
def test_the_rule_sees_what_it_forbids(tmp_path, line):
    path = tmp_path / "mauvais.py"
    path.write_text(f"{line}\n", encoding="utf-8")
    assert find_faults(path)


def test_the_rule_lets_what_is_shown_be_joined(tmp_path):
    path = tmp_path / "bon.py"
    lines = [
        "d.strftime('%d/%m/%Y')", "name = f'ressorts/{p.name}'", "Path(folder) / 'a'", "open(p, encoding='utf-8')", "table.rename(name)",
        "folder / f'{d:%Y-%m-%d}.html'", "a / b", "os.replace(a, b)", "f'{x:.1f} %'", "f'{d:%d/%m/%Y %H:%M}'", "subprocess.run([office])",
        "table.to_csv(p, lineterminator='\\n')", "Path(r'C:\\Program Files')", "folder / '..'", "names.dt.month_name(locale=l)",
        "'%s : %d'", "import posixpath", "import os.path",
    ]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    assert find_faults(path) == []
