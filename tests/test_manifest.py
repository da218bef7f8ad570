"""The manifest of an edition: what it came from and what it holds, file by file, command by command."""

import hashlib
import json

import pandas as pd

from diagnostic import __version__
from diagnostic.write import manifest as way

INPUTS = pd.DataFrame({"fichier": ["inventaire.xlsx"], "taille": [3], "sha256": ["ab"], "modifie": [pd.Timestamp("2026-01-02 03:04:05")]})


def make_tables(**settings):
    sources = pd.DataFrame({"objet": ["acteurs", "couche CAF"], "source": ["Saisie", None], "millesime": [None, "2026"], "nombre": [3, 1]})
    day, nothing = pd.Timestamp("2026-11-15"), float("nan")
    known = {"titre": "Été", "seuils_km": (5.0, 10.0), "date_edition": day, "vide": nothing, "personnes": False, "logo_octets": b"PNG"}
    return {"sources": sources, "reglages": known | settings}


def describe(inputs=INPUTS, *, edition="publique", **settings):
    return way.describe_run(inputs, make_tables(**settings), edition=edition, date="2026-11-15")


def hash_file(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_files(folder, **contents):
    for name, text in contents.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [folder / f"{name}.csv" for name in contents]


def renew(folder, described, paths, *, command, filled=()):
    """Write the manifest of a folder as a command does, and return it as read."""
    former = way.look_again(way.read_manifest(folder), folder, hashed=hash_file)
    rows = way.describe_outputs(paths, folder, hashed=hash_file, filled=filled)
    way.write_manifest(way.renew_manifest(former, described, rows, command=command), folder / way.NAME)
    return json.loads((folder / way.NAME).read_text(encoding="utf-8"))


def test_a_run_says_inputs_settings_sources_versions():
    told = describe(graine=2026)
    assert told["entrees"] == [{"fichier": "inventaire.xlsx", "taille": 3, "sha256": "ab", "modifie": "2026-01-02 03:04:05"}]
    settings = {"date_edition": "2026-11-15", "graine": 2026, "personnes": False, "seuils_km": [5.0, 10.0], "titre": "Été", "vide": None}
    assert told["reglages"] == settings and told["graine"] == 2026 and told["date_edition"] == "2026-11-15"
    assert told["sources"][1] == {"objet": "couche CAF", "source": None, "millesime": "2026"}
    assert told["logiciel"]["version"] == __version__
    assert told["logiciel"]["bibliotheques"]["pandas"] == pd.__version__
    assert way.describe_run(INPUTS, {"reglages": {}}, edition="interne", date="2026-11-15")["sources"] == []


def test_a_run_is_named_after_all_that_it_depends_on_and_not_after_the_day_of_a_copy():
    name = way.name_run(describe())
    assert name == way.name_run(describe(INPUTS.assign(modifie=pd.Timestamp("2020-01-01"))))
    others = [describe(titre="autre"), describe(INPUTS.assign(sha256="ac")), describe(edition="interne")]
    assert len({name, *map(way.name_run, others)}) == 4


def test_the_line_of_an_output_leads_to_its_inputs_whatever_their_names():
    told = describe()
    line = way.tell_provenance(told)
    short = way.shorten_inputs(INPUTS.assign(fichier="autre nom.xlsx"))
    assert f"données {short}" in line and "édition publique du 15/11/2026" in line and __version__ in line
    assert short != way.shorten_inputs(INPUTS.assign(sha256="ac"))


def test_outputs_have_size_fingerprint_command_and_run(tmp_path):
    (tmp_path / "cartes").mkdir()
    paths = [tmp_path / "cartes" / "01_é.png", tmp_path / "a.csv"]
    for path in paths:
        path.write_bytes(path.name.encode())
    told = renew(tmp_path, describe(), paths, command="lancer")
    assert [row["fichier"] for row in told["sorties"]] == ["a.csv", "cartes/01_é.png"]
    run = way.name_run(describe())
    assert told["sorties"][0] == {
        "fichier": "a.csv", "taille": 5, "sha256": hashlib.sha256(b"a.csv").hexdigest(), "commande": "lancer", "calcul": run,
    }  # fmt: skip
    assert told["calculs"] == {run: describe()} and told["edition"] == "publique"
    assert str(tmp_path) not in (tmp_path / way.NAME).read_text(encoding="utf-8")


def test_files_of_other_commands_stay_with_their_own_run(tmp_path):
    first, second = describe(titre="avant"), describe(titre="après")
    renew(tmp_path, first, write_files(tmp_path, a="a", b="b"), command="lancer")
    told = renew(tmp_path, second, write_files(tmp_path, c="c"), command="exporter")
    runs = {row["fichier"]: (row["commande"], told["calculs"][row["calcul"]]["reglages"]["titre"]) for row in told["sorties"]}
    assert runs == {"a.csv": ("lancer", "avant"), "b.csv": ("lancer", "avant"), "c.csv": ("exporter", "après")}
    told = renew(tmp_path, second, write_files(tmp_path, a="A", b="B"), command="lancer")
    assert list(told["calculs"]) == [way.name_run(second)]  # no file is of the first run any more


def test_a_file_changed_or_removed_by_somebody_is_told(tmp_path):
    renew(tmp_path, describe(), write_files(tmp_path, a="a", b="b"), command="lancer")
    write_files(tmp_path, a="changé")
    (tmp_path / "b.csv").unlink()
    told = renew(tmp_path, describe(), write_files(tmp_path, c="c"), command="exporter")
    assert [(row["fichier"], row["calcul"] is None) for row in told["sorties"]] == [("a.csv", True), ("c.csv", False)]
    assert told["sorties"][0]["sha256"] == hash_file(tmp_path / "a.csv")


def test_a_workbook_to_fill_has_no_fingerprint(tmp_path):
    paths = write_files(tmp_path, problemes="a")
    renew(tmp_path, describe(), paths, command="verifier", filled=["problemes.csv"])
    write_files(tmp_path, problemes="rempli")
    row = renew(tmp_path, describe(), [], command="exporter")["sorties"][0]
    assert row["a_remplir"] and "sha256" not in row and row["calcul"] == way.name_run(describe())


def test_a_manifest_that_cannot_be_read_is_no_manifest(tmp_path):
    for text in ("", "[]", "{}", '{"sorties": [1], "calculs": {}}', '{"sorties": null, "calculs": 3}'):
        (tmp_path / way.NAME).write_text(text, encoding="utf-8")
        assert way.read_manifest(tmp_path) == {"calculs": {}, "sorties": []}
