"""The four lists of dependencies say the same thing, name no registry, and the wheel carries its data."""

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
# What an address or an option naming a registry looks like; no registry needs to be named to find one.
ADDRESS = re.compile(r"(?:https?|ftp|file)://|--(?:extra-)?index-url|--find-links|--trusted-host", re.IGNORECASE)
# Absolute folders of somebody's machine.
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:work|root|home|Users)/", re.IGNORECASE)
PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[(?P<extras>[a-z0-9,-]+)\])?"
    r"==(?P<version>[0-9][^\s;]*)(?: ; (?P<marker>[^\\]+?))? \\$"
)


def read_text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def read_project():
    return tomllib.loads(read_text("pyproject.toml"))["project"]


def index_requirements(lines):
    """Return {canonical name: set of version conditions}, and fail when a package is listed twice."""
    requirements = [Requirement(line) for line in lines]
    indexed = {canonicalize_name(requirement.name): str(requirement.specifier) for requirement in requirements}
    assert len(indexed) == len(requirements), "a package is listed twice"
    return indexed


def list_declared():
    """Return the direct dependencies of pyproject.toml, extras included."""
    project = read_project()
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    return index_requirements([*project["dependencies"], *extras])


def list_conda():
    """Return the dependencies of environment.yml, those taken by pip included."""
    lines = []
    for entry in yaml.safe_load(read_text("environment.yml"))["dependencies"]:
        lines += entry["pip"] if isinstance(entry, dict) else [entry]
    return index_requirements(lines)


def read_pins(text):
    """Return {name: (version, marker, hashes, extras)} of a hashed requirements file, failing on any line of another form."""
    pins, name = {}, None
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("    --hash=sha256:"):
            digest = line.removeprefix("    --hash=sha256:").removesuffix(" \\")
            assert re.fullmatch(r"[0-9a-f]{64}", digest), line
            pins[name][2].append(digest)
            continue
        pin = PIN.match(line)
        assert pin, f"neither a pin nor a hash: {line}"
        name = pin["name"]
        assert name not in pins, f"pinned twice: {name}"
        pins[name] = (pin["version"], pin["marker"] or "", [], set((pin["extras"] or "").split(",")) - {""})
    return pins


def list_project_files():
    """Return the text files that git would commit, or every file when git is not there."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode("utf-8").split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        tops = [path for path in ROOT.iterdir() if path.name == ".ci" or not path.name.startswith(".")]
        paths = [path for top in tops if top.name not in {"exemple", "donnees", "dist"} for path in [top, *top.rglob("*")]]
    binary = {".parquet", ".png", ".xlsx", ".xls", ".ods", ".gpkg", ".woff2", ".pyc", ".whl", ".gz", ".zip"}
    return [path for path in paths if path.is_file() and path.suffix not in binary]


def test_conda_lists_the_same_dependencies_with_the_same_conditions():
    conda = list_conda()
    assert conda.pop("python") == read_project()["requires-python"] == ">=3.11"
    conda.pop("pip")
    assert conda == list_declared()


def test_every_direct_dependency_is_pinned_within_its_condition():
    pins = read_pins(read_text("requirements.txt"))
    project = read_project()
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    for requirement in map(Requirement, [*project["dependencies"], *extras]):
        version, marker, hashes, _ = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement
        assert not marker, f"{requirement.name} is not pinned everywhere: {marker}"
        assert hashes, requirement


def test_every_pin_has_hashes_and_a_public_version():
    pins = read_pins(read_text("requirements.txt"))
    assert len(pins) > 100
    assert not [name for name, (_, _, hashes, _) in pins.items() if not hashes]
    assert not [name for name, (version, *_) in pins.items() if "+" in version], "a version of one machine only"
    assert "torch" not in pins


def test_a_package_asked_with_an_extra_is_pinned_with_it():
    """Without the extra an older pip looks at the newest release, and refuses it for want of a hash, the day there is one."""
    pins = read_pins(read_text("requirements.txt"))
    asked = []
    for name in pins:
        try:
            needed = map(Requirement, distribution(name).requires or [])
        except PackageNotFoundError:  # a package of another system
            continue
        asked += [(name, need) for need in needed if need.extras and (need.marker is None or need.marker.evaluate({"extra": ""}))]
    assert asked, "nothing to check: no installed package asks for an extra"
    missing = [(name, str(need)) for name, need in asked if not need.extras <= pins[canonicalize_name(need.name)][3]]
    assert not missing


@pytest.mark.parametrize("line", ["six", "six>=1.16 \\", "six @ file:" + "///tmp/six.whl", "--no-index", "    # via pandas"])
def test_a_line_that_is_no_pin_is_refused(line):
    with pytest.raises(AssertionError, match="neither a pin"):
        read_pins(line)


@pytest.mark.parametrize(
    "name",
    ["requirements.txt", "environment.yml", "pyproject.toml", "Makefile", ".ci/run", "scripts/refresh_requirements.py"],
)
def test_no_address_is_recorded_where_packages_are_named(name):
    lines = read_text(name).splitlines()
    # The refreshing script names the options only to refuse them.
    lines = [line for line in lines if "--no-emit" not in line and "if any(word in line" not in line]
    assert not [line for line in lines if ADDRESS.search(line)]


def test_no_path_of_a_machine_is_committed():
    found = []
    for path in list_project_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in MACHINE_PATH.finditer(text)]
    assert not found


def test_the_patterns_find_what_they_look_for():
    assert ADDRESS.search("-r x --extra-index" + "-url y")
    assert ADDRESS.search("six @ FILE" + ":///six.whl")
    assert MACHINE_PATH.search('open("/' + 'home/nom/acteurs.csv")')
    assert not MACHINE_PATH.search("sorties/publique/network/root/carte.html")


def test_version_is_the_same_everywhere():
    version = read_project()["version"]
    assert yaml.safe_load(read_text("CITATION.cff"))["version"] == version
    assert f"\n## {version}" in read_text("CHANGELOG.md")


def test_wheel_carries_package_shapes_examples_and_notebooks(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True)
    assert built.returncode == 0, built.stderr.decode("utf-8", errors="replace")
    (wheel,) = tmp_path.glob("diagnostic_maillage-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    folders = {"shapes": "_shapes", "data/exemple": "_exemple", "data/guide": "_guide", "notebooks": "_notebooks"}
    for folder, packed in folders.items():
        committed = [path for path in list_project_files_of(folder) if "sorties" not in path.parts]
        assert committed, f"nothing to pack in {folder}"
        missing = {f"diagnostic/{packed}/{path.as_posix()}" for path in committed} - names
        assert not missing
    missing = {f"diagnostic/{path.as_posix()}" for path in list_project_files_of("diagnostic")} - names
    assert not missing
    strangers = [name for name in names if not name.startswith(("diagnostic/", "diagnostic_maillage-"))]
    assert not strangers, "folders of the repository would land beside the package"


def list_project_files_of(folder):
    """Return the files of `folder` that belong to the project, relative to it."""
    ignored = {"__pycache__", ".ipynb_checkpoints"}
    paths = [path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [path for path in paths if not ignored & set(path.parts) and not path.name.startswith((".", "~$"))]
