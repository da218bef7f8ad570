"""Say, by the exit code, whether this Python can hold the packages of the folder: 0 when it can. Read by Python 2 as well."""

import os
import sys
import sysconfig

PLATFORM = "win-amd64"
OLDEST = (3, 11)
HERE = os.path.dirname(os.path.abspath(__file__))


def accepts(version, platform, wheels):
    """Return whether some of the wheels gathered are made for just this version (major, minor) and platform of Python."""
    made = ["-cp{}{}-".format(*version[:2]) in name and name.endswith("-win_amd64.whl") for name in wheels]
    return tuple(version[:2]) >= OLDEST and platform == PLATFORM and any(made)


if __name__ == "__main__":
    sys.exit(0 if accepts(sys.version_info, sysconfig.get_platform(), os.listdir(os.path.join(HERE, "paquets"))) else 1)
