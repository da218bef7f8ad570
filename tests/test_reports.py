"""From a dossier to its documents: which files, in which edition, what is told when something is left out."""

import pandas as pd
import pytest
from passage import find_canaries, write_dossier
from rapports import make_template, read_text, show_small

from diagnostic.errors import DiagnosticError
from diagnostic.run import commune_pages, reports
from diagnostic.write import documents


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = write_dossier(tmp_path_factory.mktemp("pays d'Auzon é"))
    return folder, reports.export(folder, ["liens", "plaidoyer", "graphe", "csv"], edition="publique")


def test_each_document_is_in_the_folder_of_its_edition(written):
    folder, done = written
    names = {path.relative_to(folder / "sorties").as_posix() for path in done["fichiers"]}
    assert {
        "publique/partie_liens.docx",
        "publique/plaidoyer.docx",
        "publique/graphes/liens.graphml",
        "publique/graphes/legende.csv",
    } <= names
    assert any(name.startswith("publique/csv/") for name in names) and all(path.is_file() for path in done["fichiers"])


def test_a_part_has_its_figures_and_no_canary(written):
    told = read_text(written[0] / "sorties" / "publique" / "partie_liens.docx")
    assert "Les liens" in told and "Figure" in told and find_canaries(told) == []


def test_the_plea_is_never_that_of_another_edition(tmp_path):
    with pytest.raises(DiagnosticError, match="édition publique"):
        reports.write_reports(show_small("interne"), tmp_path, what=["plaidoyer"])
    assert list(tmp_path.iterdir()) == []


def test_without_libreoffice_the_docx_is_written_and_the_rest_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "find_office", lambda: None)
    done = reports.write_reports(show_small(), tmp_path, what=["plaidoyer"], formats=["docx", "pdf"])
    assert [path.name for path in done["fichiers"]] == ["plaidoyer.docx"] and "LibreOffice n'est pas installé" in done[
        "remarques"
    ][0]


def test_what_a_template_leaves_is_told(tmp_path):
    modele = make_template(tmp_path / "m.docx", "{{ titre }}", "{{ date }}", "{{ prudence }}")
    done = reports.write_reports(show_small(), tmp_path, what=["plaidoyer"], modele=modele)
    assert done["remarques"] == [
        "plaidoyer.docx : le modèle ne reprend pas interlocuteurs, separations, appuis et leviers."
    ]


def test_a_wrong_template_stops_before_anything_is_read(tmp_path):
    modele = make_template(tmp_path / "m.docx", "{{ titr }}")
    with pytest.raises(DiagnosticError, match="{{ titre }}"):
        reports.export(tmp_path / "absent", ["rapport"], modele=modele)
    with pytest.raises(DiagnosticError, match="un seul document"):
        reports.export(tmp_path / "absent", ["rapport", "plaidoyer"], modele=modele)


def test_templates_are_copied_and_never_replaced(tmp_path):
    first = reports.export(tmp_path, ["modeles"])["fichiers"]
    names = ["modele_rapport.docx", "modele_plaidoyer.docx", "modele_encart.docx", "modele_atlas.docx", "modele_presentation.pptx"]
    assert [path.name for path in first] == names
    first[0].write_bytes(b"le mien")
    assert reports.write_templates(tmp_path / "sorties")[0].read_bytes() == b"le mien"


def test_everything_of_an_edition_can_be_asked_at_once(tmp_path, monkeypatch):
    asked = {}
    monkeypatch.setattr(reports, "load", lambda folder: {"reglages": {}})
    monkeypatch.setattr(reports, "list_inputs", lambda folder, reglages: pd.DataFrame({"sha256": []}))
    monkeypatch.setattr(reports, "measure_tables", lambda tables: tables)
    monkeypatch.setattr(reports, "select_edition", lambda tables, name: {"edition": name, "retraits": pd.DataFrame()})
    monkeypatch.setattr("diagnostic.write.removed.write_removed", lambda removed, folder: folder)
    monkeypatch.setattr(reports, "write_data", lambda shown, folder, what, tell: [])
    monkeypatch.setattr(
        reports,
        "write_reports",
        lambda shown, folder, **kept: (
            asked.update({shown["edition"]: kept["what"]}) or {"fichiers": [], "remarques": []}
        ),
    )
    monkeypatch.setattr(
        reports,
        "write_books",
        lambda shown, folder, **kept: asked.setdefault("livres", []).append(shown["edition"]) or {"fichiers": [], "remarques": []},
    )
    monkeypatch.setattr(
        commune_pages,
        "write_communes",
        lambda shown, tables, folder, **kept: asked.update(communes=shown["edition"]) or {"fichiers": [], "remarques": []},
    )
    reports.export(tmp_path, ["tout"], edition="interne")
    assert asked["publique"] == ["plaidoyer", "communes"] and asked["communes"] == "publique"
    assert set(asked["interne"]) == {*reports.DOCUMENTS, *reports.BOOKS, *reports.DATA} - {"plaidoyer"}
    assert asked["livres"] == ["interne", "publique"]


def test_sets_of_data_have_the_colours_of_the_group(tmp_path):
    shown = show_small()
    written = reports.write_data(shown | {"reglages": shown["reglages"] | {"couleur_champ_social": "#123456"}}, tmp_path, ["sig", "graphe"])
    told = {path.name: path.read_bytes() for path in written}
    assert b"#123456" in told["diagnostic.umap"] and b'"#D55E00"' not in told["diagnostic.umap"]
    assert b"18,52,86,255" in told["diagnostic.gpkg"] and b"213,94,0,255" not in told["diagnostic.gpkg"]
    assert b'r="18" g="52" b="86"' in told["liens.gexf"] and b'r="213" g="94" b="0"' not in told["liens.gexf"]


def test_sets_of_data_are_written(tmp_path):
    names = {
        path.relative_to(tmp_path).as_posix() for path in reports.write_data(show_small(), tmp_path, ["sig", "donnees"])
    }
    assert {"sig/diagnostic.gpkg", "sig/acteurs.geojson", "sig/diagnostic.umap", "donnees/datapackage.json"} <= names
