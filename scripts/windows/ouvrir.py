"""What lancer.bat runs: find the dossier that was dropped (or ask for one), then open the application or make the diagnosis.

Everything that must not depend on how cmd reads a line is here: the dropped name is found in the whole command line.
"""

import os
import re
import subprocess
import sys
import webbrowser
from pathlib import Path

LONGEST = 259  # characters of a path, where Windows was not told to allow more
OUTPUT = 75  # of the longest of our outputs below a dossier, temporary names included
MENU = """
  1  regarder et corriger dans le navigateur
  2  faire le diagnostic (cartes, classeur, fiches)
  3  vérifier l'inventaire
"""
COMMANDS = {"1": "application", "2": "lancer", "3": "verifier"}


def find_dropped(line, batch="lancer.bat"):
    """Return what was dropped on the batch file, from the command line that cmd was started with; "" when nothing was.

    >>> find_dropped('C:\\\\Windows\\\\system32\\\\cmd.exe /c ""D:\\\\outil\\\\lancer.bat" "D:\\\\d\\'été à Brioude""')
    "D:\\\\d'été à Brioude"
    >>> find_dropped('cmd.exe /c ""D:\\\\outil\\\\lancer.bat" D:\\\\Sancy&Cezallier"')
    'D:\\\\Sancy&Cezallier'
    >>> find_dropped('cmd.exe /c ""D:\\\\outil\\\\lancer.bat" "'), find_dropped('"C:\\\\Windows\\\\system32\\\\cmd.exe"')
    ('', '')
    """
    found = re.search(re.escape(batch) + r'"?\s*(.*)$', line, re.IGNORECASE | re.DOTALL)
    if not found:
        return ""
    rest = found[1].strip()
    # cmd /c closes with a quotation mark of its own.
    rest = rest[:-1].strip() if rest.count('"') % 2 else rest
    several = re.findall(r'"([^"]+)"', rest)
    return several[0] if several else rest.strip('" ')


def choose_dossier(path):
    """Return the folder of a dossier: the one given, or the one that holds the file given."""
    path = Path(path)
    return path.parent if path.is_file() else path


def tell_length(path, *, allowed=False):
    """Return what to do where the outputs of a dossier would have paths too long for Windows; "" where they fit.

    >>> tell_length("C:/d"), tell_length("C:/" + "x" * 250, allowed=True)
    ('', '')
    >>> tell_length("C:/" + "x" * 250).splitlines()[0]
    'Ce dossier est trop profond pour Windows : ses sorties auraient des noms de plus de 259 caractères.'
    """
    length = len(str(path))
    if allowed or length + OUTPUT <= LONGEST:
        return ""
    return (
        f"Ce dossier est trop profond pour Windows : ses sorties auraient des noms de plus de {LONGEST} caractères.\n"
        f"Où : {path} ({length} caractères)\n"
        f"À faire : copiez-le plus près de la racine du disque, sous {LONGEST - OUTPUT} caractères (C:\\diagnostic, par exemple)."
    )


def read_long_paths():
    """Return whether Windows was told to allow long paths; True on any other system."""
    if sys.platform != "win32":
        return True
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return bool(winreg.QueryValueEx(key, "LongPathsEnabled")[0])
    except OSError:
        return False


def ask_dossier():
    """Ask for a dossier in a window, else in the terminal; return its path, "" when nobody chose."""
    try:
        from tkinter import Tk, filedialog

        window = Tk()
        window.withdraw()
        window.attributes("-topmost", True)
        chosen = filedialog.askdirectory(title="Le dossier du territoire (celui qui contient inventaire.xlsx)")
        window.destroy()
        return chosen
    except Exception:  # no tkinter in this Python, or no screen: the terminal asks
        print("Glissez ici le dossier du territoire, puis Entrée (Entrée seule : l'exemple livré) :")
        return input("> ").strip().strip('"')


def run_diagnostic(*words):
    """Run a command of the software and return its exit code."""
    return subprocess.run([sys.executable, "-m", "diagnostic", *words], check=False).returncode


def make_example():
    """Copy and run the example in the Documents of the person; return its folder."""
    folder = Path.home() / "Documents" / "diagnostic-exemple"
    run_diagnostic("exemple", "--sortie", str(folder))
    return folder


def show_map(folder):
    """Open the map of the publique edition in the browser, where there is one."""
    page = Path(folder) / "sorties" / "publique" / "carte.html"
    if page.exists():
        webbrowser.open(page.resolve().as_uri())


def main():
    """Find the dossier, then do what was asked; return the exit code."""
    dropped = find_dropped(os.environ.get("DIAGNOSTIC_LIGNE", "")) or os.environ.get("DIAGNOSTIC_DONNE", "")
    given = dropped or ask_dossier()
    folder = choose_dossier(given) if given else make_example()
    print(f"Dossier : {folder}")
    if told := tell_length(folder.absolute(), allowed=read_long_paths()):
        print(told)
        return 1
    if dropped:
        choice = "2"
    else:
        print(MENU)
        choice = input("Votre choix (1) : ").strip() or "1"
    code = run_diagnostic(COMMANDS.get(choice, "application"), str(folder))
    if choice == "2" and not code:
        show_map(folder)
    return code


if __name__ == "__main__":
    sys.exit(main())
