"""The house holds: imports go one way, measures are pure, files stay small, nothing works on one system only.

Each rule is a function from a folder to a list of faults, so that it can be tried on a small bad example as well.
"""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "diagnostic"

# --- the rooms, and which rooms each may import -------------------------------------------------------------------
WORDS = {"schema", "errors", "vocabulary"}
ROOMS = {
    **dict.fromkeys(WORDS, WORDS),
    "read": WORDS | {"read"},
    "measure": WORDS | {"measure"},
    "edition": WORDS | {"edition"},
    "draw": WORDS | {"draw"},
    "write": WORDS | {"draw", "write"},
    "run": WORDS | {"read", "measure", "edition", "draw", "write", "run"},
    "cli": WORDS | {"run", "cli", "application"},
    "widgets": WORDS | {"run", "widgets"},
    # The page served to a browser: it shows what the widgets of the notebooks show, and what `run` reads and saves.
    "application": WORDS | {"run", "widgets", "application"},
    # The front page of the package may show the words and the whole way; __main__ is the command line.
    "__init__": WORDS | {"run"},
    "__main__": {"cli"},
}

# --- what a room never does ---------------------------------------------------------------------------------------
READ_CALL = re.compile(
    r"^(open|read_(csv|excel|file|parquet|feather|json|table|fwf|html|xml|sql|pickle|ods|text|bytes|graphml|gexf|gml))$"
)
WRITE_CALL = re.compile(
    r"^(write_(text|bytes|graphml|gexf|gml|html|image)"
    r"|to_(csv|excel|file|parquet|feather|json|pickle|html|xml|sql|latex|markdown)|savefig|mkdir|touch|unlink)$"
)
# From the bytes of a file to the tables of a dossier: what a part of read/ uses stands before it.
# What the parts of measure/ may use of each other: each those before it, and the sentences come last.
MEASURING_ORDER = ["ressorts", "liens", "manques", "comparaison", "constats"]
READING_ORDER = ["formats", "cells", "back", "places", "inventory", "actors", "layers", "imports", "gaps"]
DRAW_CALL = re.compile(r"^(plot|explore|imshow|savefig|subplots|draw_networkx\w*)$")
DRAWING = {"folium", "branca", "matplotlib", "ipywidgets", "IPython", "matplotlib_scalebar", "PIL"}
FILE_LIBRARIES = {"openpyxl", "xlsxwriter", "python_calamine", "pyogrio", "csv", "sqlite3", "zipfile", "shutil"}
NETWORK_LIBRARIES = {"requests", "urllib3", "httpx", "aiohttp", "socket", "ftplib"}
POSIX_MODULES = {"fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "posix", "syslog", "crypt"}
POSIX_CALLS = {
    "os": {"fork", "forkpty", "getuid", "geteuid", "getgid", "getpgid", "setsid", "killpg", "chown", "uname", "mkfifo",
           "getloadavg", "sched_getaffinity", "nice", "wait"},
    "signal": {"SIGKILL", "SIGALRM", "SIGHUP", "SIGUSR1", "SIGUSR2", "alarm", "setitimer", "pause"},
    "time": {"tzset"},
}  # fmt: skip
POSIX_PATH = re.compile(r"^/(tmp|dev|usr|etc)/")
CDN = re.compile(
    r"(?:https?:)?//[\w.-]*(?:cdn|unpkg|jsdelivr|googleapis|gstatic|fontawesome|bootstrapcdn|code\.jquery|tile\.)[\w./-]*",
    re.IGNORECASE,
)

MODULE_LINES = 350
FUNCTION_LINES = 55
CELL_LINES = 8
SHAPES_BYTES = 10_000_000

# Modules without a test file of their name, and why.
NO_TEST_FILE = {
    "__init__": "the front page: its cost and its names are tested in test_run.py and by every other test",
    "__main__": "one line that calls the command line",
}


# --- reading the tree ---------------------------------------------------------------------------------------------
def list_modules(package):
    """Return {dotted name below the package: path}; a room's own page is named after the room."""
    modules = {}
    for path in sorted(package.rglob("*.py")):
        parts = list(path.relative_to(package).with_suffix("").parts)
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
        modules[".".join(parts)] = path
    return modules


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def list_imports(path, package, name):
    """Return (line, full dotted name) of everything that `path` imports, at any depth of the code.

    Relative imports are resolved; `from diagnostic import read` counts as `diagnostic.read`; so does a call
    `import_module("diagnostic.read")` with a constant.
    """
    here = [package.name, *name.split(".")] if name != "__init__" else [package.name]
    parent = here if path.name == "__init__.py" else here[:-1]
    imports = []
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            imports += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = parent[: len(parent) - node.level + 1] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            # `from package import room` and `from package.room import name` both lead to the room.
            imports += [(node.lineno, f"{source}.{alias.name}") for alias in node.names]
        elif isinstance(node, ast.Call) and name_call(node) in {"import_module", "__import__", "import_optional"}:
            constants = [arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)]
            imports += [(node.lineno, value) for value in constants if isinstance(value, str)]
    return imports


def name_call(node):
    """Return the last word of what is called: `open` for both `open(x)` and `path.open()`."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def list_calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def list_own_names(path, package):
    """Return what `path` defines or takes from our package: functions and modules of ours are judged where they are."""
    tree = parse(path)
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.level or node.module.split(".")[0] == package.name):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


# --- the rules ----------------------------------------------------------------------------------------------------
def find_turned_parts(package, room, order):
    """Return the imports of a room that turn back: a part of it may only use those before it; what stands beside them, all."""
    faults = []
    for name, path in list_modules(package / room).items():
        part = name.split(".")[0]
        for line, imported in list_imports(path, package, f"{room}.{name}"):
            words = imported.split(".")
            used = words[2] if words[:2] == [package.name, room] and len(words) > 2 else ""
            if part in order and used not in ("", *order[: order.index(part) + 1]):
                faults.append(f"{room}.{name}, line {line}: {imported}")
    return faults


def find_backward_imports(package):
    """Return the imports that go from a room to one it may not know."""
    faults = []
    for name, path in list_modules(package).items():
        room = name.split(".")[0]
        if room not in ROOMS:
            faults.append(f"{name}: a room that maison.md does not know; give it a line in ROOMS or another place")
            continue
        for line, imported in list_imports(path, package, name):
            parts = imported.split(".")
            if parts[0] != package.name or len(parts) == 1:
                continue
            target = parts[1]
            # `from diagnostic import __version__` and the like: a name of the front page, not a room.
            if target in ROOMS and target not in ROOMS[room]:
                faults.append(f"{name}, line {line}: {room} imports {imported}")
    return faults


def find_forbidden_calls(package):
    """Return what a room does that is another room's work: reading, writing, drawing, printing, the network."""
    faults = []
    for name, path in list_modules(package).items():
        room = name.split(".")[0]
        libraries = NETWORK_LIBRARIES | {
            "measure": DRAWING | FILE_LIBRARIES,
            "edition": DRAWING | FILE_LIBRARIES,
            "schema": DRAWING | FILE_LIBRARIES,
            "read": DRAWING,
        }.get(room, set())
        patterns = {
            "measure": [READ_CALL, WRITE_CALL, DRAW_CALL],
            "edition": [READ_CALL, WRITE_CALL, DRAW_CALL],
            "draw": [WRITE_CALL],
        }.get(room, [])
        for line, imported in list_imports(path, package, name):
            if imported.split(".")[0] in libraries:
                faults.append(f"{name}, line {line}: {room} imports {imported}")
        ours = list_own_names(path, package)
        for call in list_calls(parse(path)):
            called = name_call(call)
            own = ast.unparse(call.func).split(".")[0] in ours
            if not own and any(pattern.match(called) for pattern in patterns):
                faults.append(f"{name}, line {call.lineno}: {room} calls {called}()")
            if called == "print" and isinstance(call.func, ast.Name) and room != "cli":
                faults.append(f"{name}, line {call.lineno}: print() outside the command line")
    return faults


def count_code_lines(node, source_lines):
    """Return the lines of a function that hold code: no docstring, no comment alone, no blank line."""
    body = node.body
    first = body[0]
    documented = ast.get_docstring(node, clean=False) is not None
    docstring = range(first.lineno, first.end_lineno + 1) if documented else ()
    lines = [n for n in range(node.lineno, node.end_lineno + 1) if n not in docstring]
    return sum(1 for n in lines if source_lines[n - 1].strip() and not source_lines[n - 1].strip().startswith("#"))


def find_long_pieces(package):
    """Return the modules and functions over budget."""
    faults = []
    for name, path in list_modules(package).items():
        source_lines = path.read_text(encoding="utf-8").splitlines()
        if len(source_lines) > MODULE_LINES:
            faults.append(f"{name}: {len(source_lines)} lines ({MODULE_LINES} at most)")
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = count_code_lines(node, source_lines)
                if length > FUNCTION_LINES:
                    faults.append(f"{name}.{node.name}: {length} lines of code ({FUNCTION_LINES} at most)")
    return faults


def find_untested_modules(package, tests):
    """Return the modules that hold code and have neither `test_<module>.py` nor `test_<room>_<module>.py`."""
    files = {path.name for path in tests.rglob("test_*.py")}
    faults = []
    for name, path in list_modules(package).items():
        if name in NO_TEST_FILE or not [node for node in parse(path).body if not isinstance(node, ast.Expr)]:
            continue
        accepted = {f"test_{name.split('.')[-1]}.py", f"test_{name.replace('.', '_')}.py"}
        if not accepted & files:
            faults.append(f"{name}: no {' or '.join(sorted(accepted))}")
    return faults


def find_one_system_calls(folder):
    """Return what works on one operating system only: POSIX modules and calls, a shell, text without an encoding."""
    faults = []
    for path in sorted(folder.rglob("*.py")):
        tree = parse(path)
        name = path.relative_to(folder).as_posix()
        for line, imported in list_imports(path, folder, name.removesuffix(".py").replace("/", ".")):
            if imported.split(".")[0] in POSIX_MODULES or is_posix_name(imported):
                faults.append(f"{name}, line {line}: {imported} is not on every system")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and is_posix_name(ast.unparse(node)):
                faults.append(f"{name}, line {node.lineno}: {ast.unparse(node)} is not on every system")
            if isinstance(node, ast.Constant) and POSIX_PATH.match(str(node.value)):
                faults.append(f"{name}, line {node.lineno}: {node.value} is not on every system")
        for call in list_calls(tree):
            fault = describe_text_call(call)
            if fault:
                faults.append(f"{name}, line {call.lineno}: {fault}")
    return faults


def is_posix_name(imported):
    module, _, attribute = imported.rpartition(".")
    return attribute in POSIX_CALLS.get(module, ())


def describe_text_call(call):
    """Return what is wrong with a call that opens text, or None."""
    called = name_call(call)
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    constants = [arg.value if isinstance(arg, ast.Constant) else None for arg in call.args]
    if isinstance(given.get("shell"), ast.Constant) and given["shell"].value is True:
        return "shell=True is another language on each system"
    if None in given or "encoding" in given:
        return None
    if called == "open" and isinstance(call.func, ast.Name):
        mode = constants[1] if len(constants) > 1 else getattr(given.get("mode"), "value", "r")
        return None if "b" in str(mode) else "open() without encoding"
    if called == "open":
        # path.open(mode): another library's open(name) is told apart by its first argument, which is no mode.
        mode = constants[0] if constants else getattr(given.get("mode"), "value", "r")
        is_text = (not call.args or isinstance(mode, str)) and re.fullmatch(r"[rwax]t?\+?", str(mode))
        return "open() without encoding" if is_text else None
    if called == "read_text" and not call.args or called == "write_text" and len(call.args) < 2:
        return f"{called}() without encoding"
    if isinstance(given.get("text"), ast.Constant) and given["text"].value is True:
        return "text=True without encoding"
    return None


def find_far_addresses(folder):
    """Return the addresses of a content network in the files of the package: every page must work offline."""
    faults = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".html", ".css", ".js", ".csv", ".ipynb", ".j2"}:
            text = path.read_text(encoding="utf-8")
            faults += [f"{path.relative_to(folder).as_posix()}: {found.group()}" for found in CDN.finditer(text)]
    return faults


def find_notebook_faults(folder):
    """Return the cells that are committed with outputs, too long, or that hold logic."""
    logic = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.Lambda)
    faults = []
    for path in sorted(folder.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for number, cell in enumerate(cells, start=1):
            if cell["cell_type"] != "code":
                continue
            source = "".join(cell["source"])
            if cell.get("outputs") or cell.get("execution_count"):
                faults.append(f"{path.name}, cell {number}: committed with outputs")
            if len(source.splitlines()) > CELL_LINES:
                faults.append(f"{path.name}, cell {number}: {len(source.splitlines())} lines ({CELL_LINES} at most)")
            code = re.sub(r"^\s*[%!].*$", "", source, flags=re.MULTILINE)
            if any(isinstance(node, logic) for node in ast.walk(ast.parse(code))):
                faults.append(f"{path.name}, cell {number}: def, class, lambda, for, while, try belong elsewhere")
    return faults


# --- the house ----------------------------------------------------------------------------------------------------
def tell(faults, advice):
    """Return the message of a failed rule: what to do, then each fault on its line."""
    return advice + "\n  " + "\n  ".join(faults)


def test_no_import_goes_back():
    faults = find_backward_imports(PACKAGE)
    assert not faults, tell(faults, "files come in on the left, go out on the right, nothing turns back:")


def test_the_parts_of_a_room_go_one_way():
    for room, order in {"read": READING_ORDER, "measure": MEASURING_ORDER}.items():
        faults = find_turned_parts(PACKAGE, room, order)
        assert not faults, tell(faults, f"in {room}/, {' -> '.join(order)}:")
        assert {path.name for path in (PACKAGE / room).iterdir() if path.is_dir() and path.name != "__pycache__"} == set(order)


def test_a_reading_that_turns_back_is_caught(tmp_path):
    package = build_package(tmp_path, read__formats__files="from diagnostic.read.places import codes\n")
    assert len(find_turned_parts(package, "read", READING_ORDER)) == 1
    package = build_package(tmp_path / "b", read__places__codes="from diagnostic.read.formats import files\n")
    assert find_turned_parts(package, "read", READING_ORDER) == []


def test_each_room_does_its_own_work():
    faults = find_forbidden_calls(PACKAGE)
    assert not faults, tell(faults, "move the call to the room whose work it is:")


def test_modules_and_functions_stay_small():
    faults = find_long_pieces(PACKAGE)
    assert not faults, tell(faults, "stop and think: is there a better cut?")


def test_every_module_has_its_test_file():
    faults = find_untested_modules(PACKAGE, ROOT / "tests")
    assert not faults, tell(faults, "one test file per module, same name:")


@pytest.mark.parametrize("folder", ["diagnostic", "scripts"])
def test_nothing_works_on_one_system_only(folder):
    faults = find_one_system_calls(ROOT / folder)
    assert not faults, tell(faults, "Windows, macOS and Linux:")


def test_no_page_needs_the_network():
    faults = find_far_addresses(PACKAGE)
    assert not faults, tell(faults, "ship the file, do not link to it:")


def test_notebooks_are_thin_and_without_outputs():
    faults = find_notebook_faults(ROOT / "notebooks")
    assert not faults, tell(faults, "one sentence, one call, one result:")


def test_shapes_stay_light():
    sizes = {path.name: path.stat().st_size for path in (ROOT / "shapes").rglob("*") if path.is_file()}
    assert sum(sizes.values()) < SHAPES_BYTES, sizes


def test_folders_the_user_asked_for_are_there():
    for name in ["notebooks", "diagnostic", "data", "shapes", "environment.yml", "tests", "README.md"]:
        assert (ROOT / name).exists(), name


# --- the rules themselves, on small bad examples ------------------------------------------------------------------
def build_package(folder, **modules):
    """Write a package `diagnostic` of the given modules (`measure__overlap="code"`) in `folder` and return it."""
    package = folder / "diagnostic"
    for name, code in modules.items():
        path = package.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
    return package


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("measure__overlap", "from diagnostic.read.formats.files import read_sheet\n"),
        ("measure__overlap", "from diagnostic import read\n"),
        ("measure__overlap", "import diagnostic.draw.style as style\n"),
        ("measure__overlap", "from ..write import workbook\n"),
        ("measure__overlap", "from .. import write\n"),
        ("measure__overlap", "def late():\n    from diagnostic.edition import choose\n"),
        ("measure__overlap", "import importlib\nimportlib.import_module('diagnostic.draw.charts')\n"),
        ("draw__charts", "from diagnostic.measure import overlap\n"),
        ("write__workbook", "from diagnostic.read import tables\n"),
        ("edition", "from diagnostic.draw import style\n"),
        ("schema", "from diagnostic.read import tables\n"),
        ("errors", "import diagnostic.run\n"),
        ("cli", "from diagnostic.measure.ressorts.overlap import overlap_ressorts\n"),
        ("widgets", "from diagnostic import cli\n"),
        ("run", "from diagnostic.cli import main\n"),
        ("helpers", "import pandas\n"),
    ],
)
def test_a_backward_import_is_caught(tmp_path, module, code):
    assert len(find_backward_imports(build_package(tmp_path, **{module: code}))) == 1


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("measure__overlap", "import pandas as pd\nfrom diagnostic.schema import make_table\nfrom . import atoms\n"),
        ("write__workbook", "from diagnostic.draw import style\nfrom diagnostic.draw.style import format_number\n"),
        ("read__tables", "from .files import read_sheet\nfrom ..errors import DiagnosticError\n"),
        ("run", "from diagnostic import read, measure, edition, draw, write\n"),
        ("cli", "from diagnostic import run\nfrom diagnostic.errors import DiagnosticError\n"),
        ("schema", "from diagnostic.vocabulary import read_vocabulary\n"),
    ],
)
def test_a_forward_import_passes(tmp_path, module, code):
    assert find_backward_imports(build_package(tmp_path, **{module: code})) == []


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("measure__gaps", "lines = open('a.csv', encoding='utf-8')\n"),
        ("measure__gaps", "import pandas as pd\npd.read_csv('a.csv')\n"),
        ("measure__gaps", "table.to_csv('a.csv')\n"),
        ("measure__gaps", "communes.plot()\n"),
        ("measure__gaps", "import matplotlib.pyplot as plt\n"),
        ("measure__gaps", "from openpyxl import Workbook\n"),
        ("measure__gaps", "print(1)\n"),
        ("run", "print('fini')\n"),
        ("draw__charts", "figure.savefig('carte.png')\n"),
        ("edition", "import folium\n"),
        ("read__files", "import requests\n"),
    ],
)
def test_the_work_of_another_room_is_caught(tmp_path, module, code):
    assert len(find_forbidden_calls(build_package(tmp_path, **{module: code}))) == 1


def test_reading_the_vocabulary_is_no_file_of_the_user(tmp_path):
    code = "from diagnostic.vocabulary import read_vocabulary\ncategories = read_vocabulary('categories')\n"
    assert find_forbidden_calls(build_package(tmp_path, measure__gaps=code, cli="print('Bonjour')\n")) == []


def test_a_helper_of_ours_may_be_named_like_a_method_that_writes(tmp_path):
    code = "from diagnostic.draw.page import write_text\nfrom diagnostic.draw import page\n"
    code += "write_text(axes, 'Brioude')\npage.write_text(axes, 'Brioude')\n"
    assert find_forbidden_calls(build_package(tmp_path, draw__labels=code)) == []
    code = "from pandas import read_csv\nread_csv('a.csv')\n"
    assert len(find_forbidden_calls(build_package(tmp_path, measure__gaps=code))) == 1


def test_a_long_function_is_caught_and_its_docstring_is_not_counted(tmp_path):
    body = "    x = 1\n" * (FUNCTION_LINES - 1)
    docstring = '    """One.\n\n' + "    line\n" * 40 + '    """\n\n    # a comment\n'
    package = build_package(tmp_path, run=f"def short():\n{docstring}{body}")
    assert find_long_pieces(package) == []
    package = build_package(tmp_path, run=f"def long():\n{docstring}{body}    x = 2\n")
    assert find_long_pieces(package) == [f"run.long: {FUNCTION_LINES + 1} lines of code ({FUNCTION_LINES} at most)"]
    package = build_package(tmp_path, run="x = 1\n" * (MODULE_LINES + 1))
    assert len(find_long_pieces(package)) == 1


def test_a_module_without_tests_is_caught(tmp_path):
    package = build_package(tmp_path, read__files="x = 1\n", draw__style="y = 1\n", measure__gaps="z = 1\n")
    (package / "read" / "__init__.py").write_text('"""A room."""\n', encoding="utf-8")
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_files.py").touch()
    (tests / "test_draw_style.py").touch()
    assert find_untested_modules(package, tests) == ["measure.gaps: no test_gaps.py or test_measure_gaps.py"]


@pytest.mark.parametrize(
    "code",
    [
        "import fcntl\n",
        "import os\nos.fork()\n",
        "from signal import SIGKILL\n",
        "open('a')\n",
        "open('a', 'w')\n",
        "path.open()\n",
        "path.open('w')\n",
        "path.read_text()\n",
        "path.write_text('a')\n",
        "subprocess.run(['a'], text=True)\n",
        "subprocess.run('a b', shell=True)\n",
        "folder = '/tmp/sorties'\n",
    ],
)
def test_what_works_on_one_system_only_is_caught(tmp_path, code):
    assert len(find_one_system_calls(build_package(tmp_path, read__files=code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "open('a', 'rb')\n",
        "open('a', encoding='utf-8')\n",
        "path.open('rb')\n",
        "archive.open('xl/workbook.xml')\n",
        "path.read_text('utf-8')\n",
        "path.write_text('a', encoding='utf-8')\n",
        "import os\nos.replace('a', 'b')\n",
    ],
)
def test_what_works_everywhere_passes(tmp_path, code):
    assert find_one_system_calls(build_package(tmp_path, read__files=code)) == []


def test_an_address_of_a_content_network_is_caught(tmp_path):
    hosts = ["cdn.jsdelivr" + ".net/npm/leaflet", "unpkg" + ".com/leaflet", "a.tile." + "openstreetmap.org/1"]
    code = "".join(f'A{i} = "https://{host}"\n' for i, host in enumerate(hosts))
    assert len(find_far_addresses(build_package(tmp_path, draw__web=code))) == 3
    assert find_far_addresses(build_package(tmp_path, draw__web='SOURCE = "https://www.insee.fr/fr"\n')) == []


@pytest.mark.parametrize(
    ("source", "outputs"),
    [
        ("x = 1\n" * 9, []),
        ("for x in y:\n    x\n", []),
        ("def f():\n    pass\n", []),
        ("x\n", [{"output_type": "stream"}]),
    ],
)
def test_a_thick_notebook_is_caught(tmp_path, source, outputs):
    cell = {"cell_type": "code", "source": [source], "outputs": outputs, "execution_count": None}
    (tmp_path / "01_a.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    assert len(find_notebook_faults(tmp_path)) == 1


def test_a_thin_notebook_passes(tmp_path):
    code = {"cell_type": "code", "source": ["%matplotlib inline\n", "x = 1\n"], "outputs": [], "execution_count": None}
    text = {"cell_type": "markdown", "source": ["Une question ?"]}
    (tmp_path / "01_a.ipynb").write_text(json.dumps({"cells": [text, code]}), encoding="utf-8")
    assert find_notebook_faults(tmp_path) == []
