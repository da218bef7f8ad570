"""Gather a folder that a colleague under Windows unzips and uses: wheels, installer.bat, lancer.bat, LISEZMOI.txt.

    python scripts/construire_paquet_windows.py [--sortie dist/diagnostic-windows] [--python 3.12] [--sans-zip]

The wheels are those that requirements.txt pins, for what the software and its application need (not the tests), each with its
hash, for 64-bit Windows and the Pythons of VERSIONS (one of ON_REQUEST when asked). pip reads the conditions of a requirement for
the machine it runs on: they are read here for Windows, and what each wheel asks for is looked up in the wheel itself until nothing
is missing. Fails, with the list, when a package has no wheel for Windows.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
SOURCES = Path(__file__).resolve().parent / "windows"
VERSIONS = ("3.11", "3.12", "3.13")
ON_REQUEST = ("3.14",)  # its wheels exist; what it does with them was tried nowhere
EXTRAS = ("notebooks", "calcul")
WHEELS, LIST = "paquets", "paquets.txt"
# What the person unzips, and how each text ends its lines; LISEZMOI has the mark that an old Notepad asks for.
TEXTS = {"installer.bat": "utf-8", "lancer.bat": "utf-8", "LISEZMOI.txt": "utf-8-sig", "ouvrir.py": "utf-8", "verifier_python.py": "utf-8"}
PREFIX = r"C:\Users\un-prenom.un-nom-long\AppData\Local\diagnostic-maillage\env\Lib\site-packages"
LONGEST = 259
DATE, MODE, UNIX = (2020, 2, 2, 0, 0, 0), 0o100644, 3  # of every file of the zip; the date is that of the files in our own wheel
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[^\]]*\])?==([^\s;]+)\s*(?:;\s*(.*?))?\s*\\?$")


def describe_windows(version):
    """Return what a condition of a requirement is tried on: a 64-bit Windows with Python `version` (3.11, 3.12...)."""
    return {
        "implementation_name": "cpython", "implementation_version": f"{version}.0", "os_name": "nt", "platform_machine": "AMD64",
        "platform_python_implementation": "CPython", "platform_release": "10", "platform_system": "Windows", "platform_version": "10",
        "python_full_version": f"{version}.0", "python_version": version, "sys_platform": "win32", "extra": "",
    }  # fmt: skip


def read_pins(text):
    """Return {name: {version, marker, lines}} of a hashed requirements file; `lines` are its own, the hashes among them."""
    pins, name = {}, None
    for line in text.splitlines():
        found = _PIN.match(line)
        if found:
            name = canonicalize_name(found[1])
            pins[name] = {"version": found[3], "marker": found[4] or "", "lines": [line]}
        elif name and line.startswith("    --hash="):
            pins[name]["lines"].append(line)
    return pins


def keep_asked(requirements, version, extras=("",)):
    """Return the names, with their own extras, that `requirements` (texts) ask for under Windows.

    >>> keep_asked(["pexpect ; sys_platform != 'win32'", "pywinpty ; os_name == 'nt'", "tinycss2 ; extra == 'css'"], "3.12")
    [('pywinpty', ())]
    """
    kept = []
    for requirement in map(Requirement, requirements):
        tried = [requirement.marker is None or requirement.marker.evaluate(describe_windows(version) | {"extra": one}) for one in extras]
        if any(tried):
            kept.append((canonicalize_name(requirement.name), tuple(sorted(requirement.extras))))
    return kept


def list_roots():
    """Return the requirements of the software itself, as written in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *[line for extra in EXTRAS for line in project["optional-dependencies"][extra]]]


def read_wheel(path):
    """Return (name, version, requirements) of a wheel."""
    with zipfile.ZipFile(path) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        told = HeaderParser().parsestr(wheel.read(name).decode("utf-8"))
    return canonicalize_name(told["Name"]), told["Version"], told.get_all("Requires-Dist") or []


def fits(filename, version):
    """Return whether a wheel can be installed under 64-bit Windows with Python `version`.

    >>> fits("a-1-py3-none-any.whl", "3.12"), fits("a-1-cp311-abi3-win_amd64.whl", "3.13"), fits("a-1-cp312-cp312-win_amd64.whl", "3.13")
    (True, True, False)
    >>> fits("a-1-cp312-cp312-manylinux_2_28_x86_64.whl", "3.12")
    False
    """
    minor = int(version.split(".")[1])
    for tag in parse_wheel_filename(filename)[3]:
        if tag.platform not in ("any", "win_amd64"):
            continue
        own = re.fullmatch(r"cp3(\d+)", tag.interpreter)
        if own and (int(own[1]) == minor or (tag.abi in ("abi3", "none") and int(own[1]) <= minor)):
            return True
        if re.fullmatch(r"py3(\d*)|py2\.py3", tag.interpreter):
            return True
    return False


def find_wheel(folder, name, pinned, version):
    """Return the wheel of a package in `folder` that fits, or None."""
    for path in sorted(folder.glob("*.whl")):
        held = parse_wheel_filename(path.name)
        if canonicalize_name(held[0]) == name and str(held[1]) == pinned and fits(path.name, version):
            return path
    return None


def download(names, pins, folder, version):
    """Bring the wheels of `names` that `folder` has not yet; return the names that have none."""
    wanted = [name for name in names if not find_wheel(folder, name, pins[name]["version"], version)]
    if not wanted:
        return []
    asked = folder.with_name(f".{folder.name}.txt")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
        "--platform", "win_amd64", "--python-version", version, "--implementation", "cp", "--require-hashes", "--dest", str(folder),
        "--requirement", str(asked),
    ]  # fmt: skip
    try:
        asked.write_text("\n".join(_spell_pin(pins[name]) for name in wanted), encoding="utf-8")
        if not subprocess.run(command, check=False, capture_output=len(wanted) > 1).returncode:
            return []
    finally:
        asked.unlink(missing_ok=True)
    # One by one: the first package without a wheel must not hide the others.
    return wanted if len(wanted) == 1 else [name for one in wanted for name in download([one], pins, folder, version)]


def _spell_pin(pin):
    """Return the lines of a pin without its condition, which is tried here and not by pip."""
    first = pin["lines"][0].split(";")[0].rstrip(" \\") + " \\"
    return "\n".join([first, *pin["lines"][1:]])


def gather_wheels(pins, folder, version):
    """Bring every wheel that Python `version` needs under Windows.

    Returns
    -------
    held : dict of name -> Path
    missing : dict of name -> why
    """
    todo, seen, held, missing = keep_asked(list_roots(), version), set(), {}, {}
    while todo:
        fresh = sorted(set(todo) - seen)
        seen |= set(fresh)
        unknown = {name for name, _ in fresh if name not in pins}
        missing |= dict.fromkeys(unknown, "asked for, and not pinned in requirements.txt")
        names = sorted({name for name, _ in fresh} - unknown)
        missing |= dict.fromkeys(download(names, pins, folder, version), f"no wheel for Windows and Python {version}")
        todo = []
        for name, extras in fresh:
            path = find_wheel(folder, name, pins[name]["version"], version) if name in pins else None
            if path is None:
                missing.setdefault(name, f"no wheel for Windows and Python {version}")
                continue
            held[name] = path
            todo += keep_asked(read_wheel(path)[2], version, ("", *extras))
    return held, missing


def build_own_wheel(folder):
    """Build the wheel of the software and put it in `folder`; return its path."""
    for path in folder.glob("diagnostic_maillage-*.whl"):
        path.unlink()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("diagnostic_maillage-*.whl"))


def write_list(paths, pins, target):
    """Write the list that pip installs from: each package, its version, and the hash of the very files that are there."""
    lines = []
    by_name = {}
    for path in sorted(paths):
        name, version, *_ = parse_wheel_filename(path.name)
        by_name.setdefault((canonicalize_name(name), str(version)), []).append(path)
    for (name, version), files in sorted(by_name.items()):
        hashes = " ".join(f"--hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files)
        marker = pins[name]["marker"] if name in pins else ""
        lines.append(f"{name}=={version}{f' ; {marker}' if marker else ''} {hashes}")
    target.write_bytes(("\r\n".join(lines) + "\r\n").encode())
    return target


def write_texts(folder):
    """Write the texts of the folder with the line ends of Windows."""
    for name, encoding in TEXTS.items():
        text = (SOURCES / name).read_text(encoding="utf-8")
        (folder / name).write_bytes("\r\n".join(text.split("\n")).encode(encoding))
    for name in ("environment.yml", "LICENSE"):
        shutil.copyfile(ROOT / name, folder / name)


def find_longest(paths):
    """Return (length, path) of the longest file once installed for a person with a long name."""
    names = [name for path in paths for name in zipfile.ZipFile(path).namelist()]
    # `share/` of a wheel goes to the top of the environment, not below site-packages.
    inside = [re.sub(r"^[^/]+\.data/(?:data|purelib|platlib|scripts)/", "", name) for name in names]
    return max((len(PREFIX) + 1 + len(name), name) for name in inside)


def write_zip(folder):
    """Write `folder` as a zip beside it; wheels are already compressed. The same files make the same zip, whenever and wherever."""
    target = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", DATE)
            entry.external_attr, entry.create_system = MODE << 16, UNIX
            with path.open("rb") as source, archive.open(entry, "w") as copy:
                shutil.copyfileobj(source, copy)
    return target


def main():
    """Gather the folder and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sortie", type=Path, default=ROOT / "dist" / "diagnostic-windows")
    parser.add_argument("--python", metavar="3.x", choices=VERSIONS + ON_REQUEST, action="append", help="one Python only; may be repeated")
    parser.add_argument("--sans-zip", action="store_true")
    options = parser.parse_args()
    folder = options.sortie / WHEELS
    folder.mkdir(parents=True, exist_ok=True)
    pins, kept, missing = read_pins((ROOT / "requirements.txt").read_text(encoding="utf-8")), {}, {}
    for version in options.python or VERSIONS:
        held, lost = gather_wheels(pins, folder, version)
        missing |= lost
        kept |= {path.name: path for path in held.values()}
        print(f"Python {version} : {len(held)} paquets, sans paquet pour Windows : {', '.join(sorted(lost)) or 'aucun'}")
    own = build_own_wheel(folder)
    for path in set(folder.iterdir()) - {*kept.values(), own}:
        path.unlink()
    paths = [*kept.values(), own]
    write_list(paths, pins, options.sortie / LIST)
    write_texts(options.sortie)
    size = sum(path.stat().st_size for path in paths)
    longest = find_longest(paths)
    print(f"{len(paths)} fichiers, {size / 1e6:.0f} Mo ; le plus long chemin installé : {longest[0]} caractères ({longest[1]})")
    if missing:
        sys.exit("\n".join(f"{name} : {why}" for name, why in sorted(missing.items())))
    if longest[0] > LONGEST:
        print(f"Attention : plus de {LONGEST} caractères pour une personne au nom long.")
    print(f"Écrit : {options.sortie}" if options.sans_zip else f"Écrit : {write_zip(options.sortie)}")


if __name__ == "__main__":
    main()
