"""From an inventory of local actors to a shared territorial diagnosis.

`run` is the whole way. The names below load when they are used: importing the package costs next to nothing.
"""

from importlib import import_module

__version__ = "0.1.0"

# name -> module that defines it
_PUBLIC = {
    "run": "diagnostic.run",
    "check": "diagnostic.run",
    "create_dossier": "diagnostic.run",
    "create_example": "diagnostic.run",
    "import_source": "diagnostic.run",
    "load": "diagnostic.run",
    "DiagnosticError": "diagnostic.errors",
}


def __getattr__(name):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'diagnostic' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__():
    return sorted([*globals(), *_PUBLIC])
