"""What lancer.bat runs: find what was dropped (or ask for a dossier), then open the application or make the diagnosis.

Everything that must not depend on how cmd reads a line is here: the dropped names are found in the whole command line.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import webbrowser
from contextlib import contextmanager
from pathlib import Path

LONGEST = 259  # characters of a path, where Windows was not told to allow more
OUTPUT = 100  # of the longest of our outputs below a dossier, the folder where they wait included
PORT, PORTS = 8866, 20  # of the application, and how many are tried: one window a dossier
LIST = "paquets.txt"
MENU = """
  1  regarder et corriger dans le navigateur
  2  faire le diagnostic (cartes, classeur, fiches)
  3  vérifier l'inventaire
"""
COMMANDS = {"1": "application", "2": "lancer", "3": "verifier"}


def find_dropped(line, batch="lancer.bat"):
    """Return what was dropped on the batch file (list of str), from the command line that cmd was started with.

    Windows puts between quotation marks the names that hold a space, and those only.

    >>> find_dropped('C:\\\\Windows\\\\system32\\\\cmd.exe /c ""D:\\\\outil\\\\lancer.bat" "D:\\\\d\\'été à Brioude""')
    ["D:\\\\d'été à Brioude"]
    >>> find_dropped('cmd.exe /c ""D:\\\\outil\\\\lancer.bat" D:\\\\Sancy&Cezallier "D:\\\\un autre""')
    ['D:\\\\Sancy&Cezallier', 'D:\\\\un autre']
    >>> find_dropped('cmd.exe /c ""D:\\\\outil\\\\lancer.bat" "'), find_dropped('"C:\\\\Windows\\\\system32\\\\cmd.exe"')
    ([], [])
    """
    found = re.search(re.escape(batch) + r'"?(?=[\s"]|$)\s*(.*)$', line, re.IGNORECASE | re.DOTALL)
    if not found:
        return []
    rest = found[1].strip()
    # cmd /c closes with a quotation mark of its own.
    rest = rest[:-1].strip() if rest.count('"') % 2 else rest
    return [quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|([^\s"]+)', rest)]


def list_dossiers(paths):
    """Return the folders of dossiers, each once: those given, or those that hold the files given.

    >>> list_dossiers([]), list_dossiers(["/nulle/part", "/nulle/part"]) == [Path("/nulle/part")]
    ([], True)
    """
    places = [Path(path) for path in paths]
    return list(dict.fromkeys(path.parent if path.is_file() else path for path in places))


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
        f"À faire : copiez-le plus près de la racine du disque, sous {LONGEST - OUTPUT} caractères (C:\\territoires, par exemple)."
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


def tell_other(here, installed):
    """Return what to say when what is installed was not installed from the folder `here`; "" when it was, or when nobody can tell."""
    try:
        same = (Path(here) / LIST).read_bytes() == (Path(installed) / LIST).read_bytes()
    except OSError:
        return ""
    if same:
        return ""
    return "À savoir : ce qui est installé vient d'un autre dossier (plus ancien ?) ; installer.bat le remplace par celui-ci.\n"


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
        return ask("Glissez ici le dossier du territoire, puis Entrée (Entrée seule : aucun) : ").strip('"')


def ask(question):
    """Ask in the terminal; return the answer, "" when there is nobody to answer."""
    try:
        return input(question).strip()
    except EOFError:
        return ""


@contextmanager
def _leave_interrupts():
    """Let Ctrl+C stop what we started, and not us: it says good-bye, and we go on to the end."""
    former = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def run_diagnostic(*words):
    """Run a command of the software and return its exit code."""
    # -P: a file named pandas.py in the folder where the window was opened is not pandas.
    with _leave_interrupts():
        return subprocess.run([sys.executable, "-P", "-m", "diagnostic", *words], check=False).returncode


def find_port():
    """Return the first port of the application that is free on this computer; the usual one when none is."""
    for port in range(PORT, PORT + PORTS):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return PORT


def run_command(choice, folder):
    """Run what was chosen (a key of COMMANDS, or anything: the application) on a dossier; return the exit code."""
    command = COMMANDS.get(choice, "application")
    if command == "application":
        print("Fermer cette fenêtre arrête l'application ; chaque saisie est déjà enregistrée.")
        return run_diagnostic(command, str(folder), "--port", str(find_port()))
    code = run_diagnostic(command, str(folder))
    if command == "lancer" and not code:
        show_map(folder)
    return code


def make_example():
    """Copy and run the example in the Documents of the person; return its folder, None when it could not be made."""
    folder = Path.home() / "Documents" / "diagnostic-exemple"
    return None if run_diagnostic("exemple", "--sortie", str(folder)) else folder


def show_map(folder):
    """Open the map of the publique edition in the browser, where there is one."""
    page = Path(folder) / "sorties" / "publique" / "carte.html"
    if page.exists():
        webbrowser.open(page.resolve().as_uri())


def choose():
    """Ask for a dossier, or for the example; return its folder, None when nothing is to be done."""
    chosen = ask_dossier()
    if chosen:
        return list_dossiers([chosen])[0]
    wanted = ask("Aucun dossier choisi. Copier l'exemple livré dans Documents et l'ouvrir ? (o/N) : ").lower().startswith("o")
    return make_example() if wanted else None


def main():
    """Find the dossiers, then do what was asked; return the exit code."""
    print(tell_other(Path(__file__).resolve().parent, sys.prefix), end="")
    line, batch = os.environ.get("DIAGNOSTIC_LIGNE", ""), os.environ.get("DIAGNOSTIC_FICHIER") or "lancer.bat"
    given = find_dropped(line, batch) or [path for path in [os.environ.get("DIAGNOSTIC_DONNE", "")] if path]
    folders = list_dossiers(given) or [folder for folder in [choose()] if folder]
    code, choice = 0, "2" if given else ""
    for folder in folders:
        print(f"Dossier : {folder}")
        if told := tell_length(folder.absolute(), allowed=read_long_paths()):
            print(told)
            code = 1
            continue
        if not given:
            print(MENU)
            choice = ask("Votre choix (1) : ") or "1"
        code = run_command(choice, folder) or code
    return code


if __name__ == "__main__":
    sys.exit(main())
