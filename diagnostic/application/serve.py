"""The server of the application: Voila, on this computer only, behind a key that changes at each start."""

import asyncio
import os
import secrets
import webbrowser
from importlib.resources import files
from pathlib import Path

from diagnostic.errors import DiagnosticError
from diagnostic.run import edits
from diagnostic.widgets.opening import VARIABLE

HOST = "127.0.0.1"
PORT = 8866
# Nothing of the page may leave this computer, whatever a cell of an inventory holds. Voila builds its script with eval.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' ws://{host}:{port}; frame-src 'self' data: blob:; frame-ancestors 'self'; "
    "form-action 'self'; object-src 'none'; base-uri 'self'"
)


def serve(folder, *, port=PORT, navigateur=True, tell=print):
    """Serve the application of a dossier until it is stopped (Ctrl+C).

    Parameters
    ----------
    folder : path-like, the dossier
    port : int
    navigateur : bool, open the page in the browser
    tell : callable(str), told the address and how to stop, once the port is known to be free

    Raises
    ------
    DiagnosticError
        No inventory in the folder, Voila not installed, or the port taken: nothing is started.
    """
    folder = Path(folder).resolve()
    edits.check_dossier(folder)
    server = _load_server()
    _check_port(port)
    key = secrets.token_urlsafe(16)
    address = f"http://{HOST}:{port}/?token={key}"
    os.environ[VARIABLE] = str(folder)
    _prepare_environment()
    for line in tell_start(folder, address):
        tell(line)
    application = server(config=configure(port, key))
    application.initialize(argv=[])
    if navigateur:
        _open_later(address)
    application.start()


def tell_start(folder, address):
    """Return the lines that say where the page is and how to stop."""
    return [
        f"Application ouverte pour : {folder}", f"Adresse : {address}",
        "Elle n'est visible que sur cet ordinateur, sans réseau ; l'adresse contient une clé, nouvelle à chaque démarrage.",
        "Chaque saisie est écrite aussitôt dans le dossier saisies ; votre inventaire n'est jamais modifié.",
        "Pour arrêter : Ctrl+C dans cette fenêtre.",
    ]  # fmt: skip


def configure(port, key):
    """Return the settings of Voila (dict): one notebook, this computer, one key, nothing from its own configuration files."""
    import zmq
    from traitlets.config import Config

    notebook = locate_notebook()
    web = {"headers": {"Content-Security-Policy": POLICY.format(host=HOST, port=port)}, "ws_ping_timeout": 30_000}
    return Config({
        "Voila": {
            "ip": HOST, "port": port, "port_retries": 0, "open_browser": False, "token": key, "notebook_path": str(notebook),
            "root_dir": str(notebook.parent), "config_file_paths": [], "tornado_settings": web, "log_level": "ERROR",
        },
        "VoilaConfiguration": {"template": "diagnostic", "strip_sources": True, "file_allowlist": [], "show_tracebacks": False,
            "extension_denylist": ["@voila-dashboards/jupyterlab-preview", "jupyterlab_pygments"],
        },
        "KernelManager": {"transport_encryption": "auto" if zmq.has("curve") else "disabled"},
        "VoilaExporter": {"language_code": "fr"},
        "VoilaExecutor": {"timeout": 600},
    })  # fmt: skip


def locate_notebook():
    """Return the path of the notebook that the application shows, inside the installed package."""
    return Path(str(files("diagnostic.application").joinpath("application.ipynb")))


def _prepare_environment():
    """Let Voila find our page, and the Python it runs in before any other of the same name in the user's own settings."""
    own = str(locate_notebook().parent / "gabarits")
    known = [path for path in os.environ.get("JUPYTER_PATH", "").split(os.pathsep) if path and path != own]
    os.environ["JUPYTER_PATH"] = os.pathsep.join([own, *known])
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"


def _load_server():
    try:
        import ipywidgets  # noqa: F401
        from voila.app import Voila
    except ImportError:
        raise DiagnosticError(
            "Il manque ce qui sert l'application (voila, ipywidgets).", "installation du logiciel",
            "installez l'option notebooks : pip install \"diagnostic-maillage[notebooks]\"",
        ) from None  # fmt: skip
    return Voila


def _check_port(port):
    # Out of these a number is refused, or silently becomes another port.
    if port not in range(1024, 65536):
        raise DiagnosticError(
            f"{port} n'est pas un numéro de port.", "option --port", f"donnez un nombre entre 1024 et 65535, par exemple --port {PORT}",
        )  # fmt: skip
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(_listen_once(loop, port))
    except OSError:
        raise DiagnosticError(
            f"Le port {port} n'est pas libre sur cet ordinateur.", "démarrage de l'application (elle est peut-être déjà ouverte)",
            f"fermez l'autre fenêtre, ou donnez un autre numéro : --port {port + 1 if port < 65535 else PORT}",
        ) from None  # fmt: skip
    finally:
        loop.close()


async def _listen_once(loop, port):
    server = await loop.create_server(asyncio.Protocol, HOST, port)
    server.close()
    await server.wait_closed()


def _open_later(address):
    """Open the browser once the server answers; the loop starts in `start`."""
    from tornado.ioloop import IOLoop

    IOLoop.current().call_later(0.5, webbrowser.open, address)
