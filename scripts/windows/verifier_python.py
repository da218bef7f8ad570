"""Say, by the exit code, whether this Python can hold the packages of the folder. Read by Python 2 as well.

0: it can. 3: it can, and it is that of the Microsoft Store (what it writes in AppData goes elsewhere). 4: it cannot.
"""

import os
import sys
import sysconfig

PLATFORM = "win-amd64"
OLDEST = (3, 11)
FITS, STORE, REFUSED = 0, 3, 4
HERE = os.path.dirname(os.path.abspath(__file__))


def accepts(version, platform, wheels):
    """Return whether some of the wheels gathered are made for just this version (major, minor) and platform of Python."""
    made = ["-cp{}{}-".format(*version[:2]) in name and name.endswith("-win_amd64.whl") for name in wheels]
    return tuple(version[:2]) >= OLDEST and platform == PLATFORM and any(made)


def is_usual():
    """Return whether this is the usual Python: PyPy and the build without a global lock have wheels of their own."""
    named = getattr(getattr(sys, "implementation", None), "name", "")
    return named == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")


def is_store(*places):
    """Return whether a Python is that of the Microsoft Store, from where it stands."""
    return any("\\windowsapps\\" in place.lower().replace("/", "\\") for place in places)


def answer():
    """Return the exit code."""
    wheels = os.listdir(os.path.join(HERE, "paquets"))
    if not (is_usual() and accepts(sys.version_info, sysconfig.get_platform(), wheels)):
        return REFUSED
    return STORE if is_store(sys.executable or "", getattr(sys, "base_prefix", sys.prefix)) else FITS


if __name__ == "__main__":
    sys.exit(answer())
