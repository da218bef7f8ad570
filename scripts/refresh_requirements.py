"""Write requirements.txt again from pyproject.toml: every package pinned, with the hashes of its public files.

Needs `uv` (only to refresh the pins; nobody needs it to install). One version of each package for Linux, macOS and
Windows and for every Python from 3.11 on; no address of a registry and no path is recorded, so that plain
`pip install --require-hashes -r requirements.txt` works wherever a registry is set up.

    python scripts/refresh_requirements.py            # keep the pins that still fit
    python scripts/refresh_requirements.py --upgrade  # take the newest versions
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "requirements.txt"
HEADER = """\
# Versions exactes et empreintes de tout ce que l'installation demande (paquet, carnets, tests).
# Écrit par scripts/refresh_requirements.py à partir de pyproject.toml ; ne pas modifier à la main.
# Installer : pip install --require-hashes -r requirements.txt
"""


def compile_pins(folder, arguments):
    """Return the lines of a hashed requirements file for the package, all its extras and the tests."""
    compiled = Path(folder) / "requirements.txt"
    if PINS.exists():
        shutil.copyfile(PINS, compiled)
    command = [
        "uv", "pip", "compile", "pyproject.toml", "--extra", "notebooks", "--extra", "comparaison", "--extra", "calcul",
        "--extra", "docs", "--extra", "tests", "--universal",
        "--python-version", "3.11", "--fork-strategy", "fewest", "--generate-hashes", "--no-header", "--no-annotate",
        "--no-strip-extras", "--no-emit-index-url", "--no-emit-find-links", "--no-config", "--quiet",
        "--output-file", str(compiled), *arguments,
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    lines = compiled.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.lstrip().startswith("#")]


def main():
    with tempfile.TemporaryDirectory() as folder:
        lines = compile_pins(folder, sys.argv[1:])
    if any(word in line for line in lines for word in ("://", "--index", "--extra-index", "--find-links")):
        sys.exit("A registry or a path is named among the pins: requirements.txt was left as it was.")
    PINS.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"requirements.txt: {sum('==' in line for line in lines)} packages")


if __name__ == "__main__":
    main()
