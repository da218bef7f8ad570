"""The server: this computer only, one key, a page inside the package that asks nothing of the network, clear refusals."""

import builtins
import json
import re

import pytest
from tornado.netutil import bind_sockets

from diagnostic.application import serve
from diagnostic.errors import DiagnosticError


def test_it_listens_on_this_computer_behind_a_key():
    settings = serve.configure(8123, "cle")["Voila"]
    assert (settings["ip"], settings["port"], settings["port_retries"], settings["token"]) == ("127.0.0.1", 8123, 0, "cle")
    assert settings["config_file_paths"] == [] and not settings["open_browser"]
    policy = settings["tornado_settings"]["headers"]["Content-Security-Policy"]
    assert "connect-src 'self' ws://127.0.0.1:8123" in policy and "http" not in policy


def test_the_notebook_is_in_the_package_and_thin():
    path = serve.locate_notebook()
    (cell,) = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert len("".join(cell["source"]).splitlines()) <= 8 and cell["outputs"] == []
    templates = path.parent / "gabarits" / "voila" / "templates" / "diagnostic"
    assert {"conf.json", "index.html.j2", "application.css"} <= {file.name for file in templates.iterdir()}
    assert not any(re.search("https?:|//cdn", file.read_text(encoding="utf-8")) for file in templates.iterdir())


def test_a_folder_without_inventory_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(DiagnosticError, match="Aucun inventaire"):
        serve.serve(tmp_path)


def test_a_taken_port_is_told(tmp_path):
    (tmp_path / "acteurs.csv").write_text("nom\nA\n", encoding="utf-8")
    (held,) = bind_sockets(0, "127.0.0.1")
    port = held.getsockname()[1]
    with pytest.raises(DiagnosticError, match=f"port {port} n'est pas libre"):
        serve.serve(tmp_path, port=port, navigateur=False)
    held.close()
    with pytest.raises(DiagnosticError, match="entre 1024 et 65535"):
        serve.serve(tmp_path, port=99999, navigateur=False)


def test_a_missing_voila_is_told(tmp_path, monkeypatch):
    (tmp_path / "acteurs.csv").write_text("nom\nA\n", encoding="utf-8")
    known = builtins.__import__

    def refuse(name, *arguments, **options):
        if name.startswith("voila"):
            raise ImportError(name)
        return known(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(DiagnosticError, match="notebooks"):
        serve.serve(tmp_path)


def test_the_words_of_the_start_say_how_to_stop(tmp_path):
    lines = serve.tell_start(tmp_path, "http://127.0.0.1:1/?token=x")
    assert any("Ctrl+C" in line for line in lines) and any("?token=x" in line for line in lines)
