"""The manifest of an edition: what it came from and what it holds."""

import hashlib
import json

import pandas as pd

from diagnostic import __version__
from diagnostic.write.manifest import describe_run, write_manifest

INPUTS = pd.DataFrame({"fichier": ["inventaire.xlsx"], "taille": [3], "sha256": ["ab"], "modifie": [pd.Timestamp("2026-01-02 03:04:05")]})


def make_tables():
    sources = pd.DataFrame({"objet": ["acteurs", "couche CAF"], "source": ["Saisie", None], "millesime": [None, "2026"], "nombre": [3, 1]})
    day, nothing = pd.Timestamp("2026-11-15"), float("nan")
    settings = {"titre": "Été", "seuils_km": (5.0, 10.0), "date_edition": day, "vide": nothing, "personnes": False}
    return {"sources": sources, "reglages": settings}


def test_it_says_inputs_settings_sources_versions_and_outputs(tmp_path):
    (tmp_path / "cartes").mkdir()
    files = [tmp_path / "cartes" / "01_é.png", tmp_path / "a.csv"]
    for path in files:
        path.write_bytes(path.name.encode())
    described = describe_run(INPUTS, make_tables(), edition="publique", date="2026-11-15")
    path = write_manifest(described, files, tmp_path, hashed=lambda p: hashlib.sha256(p.read_bytes()).hexdigest())
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["entrees"] == [{"fichier": "inventaire.xlsx", "taille": 3, "sha256": "ab", "modifie": "2026-01-02 03:04:05"}]
    assert told["reglages"] == {"date_edition": "2026-11-15", "personnes": False, "seuils_km": [5.0, 10.0], "titre": "Été", "vide": None}
    assert told["sources"][1] == {"objet": "couche CAF", "source": None, "millesime": "2026"}
    assert told["logiciel"]["version"] == __version__
    assert told["logiciel"]["bibliotheques"]["pandas"] == pd.__version__
    assert [row["fichier"] for row in told["sorties"]] == ["a.csv", "cartes/01_é.png"]
    assert told["sorties"][0]["sha256"] == hashlib.sha256(b"a.csv").hexdigest()


def test_no_path_of_the_machine_is_told(tmp_path):
    path = write_manifest(describe_run(INPUTS, make_tables(), edition="interne", date="2026-11-15"), [], tmp_path, hashed=str)
    assert str(tmp_path) not in path.read_text(encoding="utf-8")
