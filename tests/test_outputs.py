"""Everything an edition gives, in its folder; pages that editions share are drawn once."""

from concurrent.futures import ThreadPoolExecutor

import folium
import pandas as pd
import pytest
from matplotlib.figure import Figure
from passage import read_book

from diagnostic.schema import RECORD_COLUMNS
from diagnostic.write.outputs import start_figures, write_edition, write_figures


def list_counted(drawn):
    def draw(name):
        drawn.append(name)
        return Figure(figsize=(1, 1))

    return [("01_commune", True, lambda: draw("commune")), ("02_propre", False, lambda: draw("propre"))]


def test_shared_pages_are_drawn_once(tmp_path):
    drawn, cache = [], {}
    with ThreadPoolExecutor(1) as pool:
        first, second = (
            write_figures(start_figures(list_counted(drawn), cache, pool), list_counted(drawn), tmp_path / edition, cache)
            for edition in ("publique", "interne")
        )
    assert drawn == ["commune", "propre", "propre"]
    assert [p.name for p in first] == [p.name for p in second] == ["01_commune.png", "02_propre.png"]
    assert first[0].read_bytes() == second[0].read_bytes()
    assert sorted(p.name for p in (tmp_path / "publique").iterdir()) == ["01_commune.png", "02_propre.png"]


def test_an_edition_is_a_folder_of_five_things(chemin_piege):
    tables = {"resultats": pd.DataFrame(columns=RECORD_COLUMNS), "liens": pd.DataFrame({"source_id": ["A1"]})}
    reading = {"titre": "Essai", "lignes": [], "date": pd.Timestamp("2026-11-15")}
    written = write_edition(
        tables,
        chemin_piege / "publique",
        carte=folium.Map(tiles=None),
        pages={"fiches_ressorts.html": "<html><head></head><body>Fiches</body></html>"},
        figures=list_counted([]),
        cache={},
        reading=reading,
    )
    names = [path.relative_to(chemin_piege / "publique").as_posix() for path in written]
    pages = ["cartes/01_commune.png", "cartes/02_propre.png"]
    assert names == ["carte.html", "fiches_ressorts.html", "diagnostic.xlsx", "resultats.json", *pages]
    assert all(path.stat().st_size for path in written)
    page = written[1].read_text(encoding="utf-8")
    assert "Fiches" in page and "Content-Security-Policy" in page and "default-src 'none'" in page
    assert list(read_book(written[2])) == ["Lisez-moi", "Liens déclarés"]


def test_a_page_that_cannot_be_drawn_stops_the_edition(tmp_path):
    def fail():
        raise ZeroDivisionError("no page")

    tables = {"resultats": pd.DataFrame(columns=RECORD_COLUMNS), "liens": pd.DataFrame({"source_id": ["A1"]})}
    reading = {"titre": "Essai", "lignes": [], "date": pd.Timestamp("2026-11-15")}
    with pytest.raises(ZeroDivisionError):
        write_edition(
            tables, tmp_path, carte=folium.Map(tiles=None), pages={}, figures=[("01_x", False, fail)], cache={}, reading=reading
        )  # fmt: skip


def test_the_settings_choose_the_types_of_the_pages(tmp_path):
    tables = {
        "resultats": pd.DataFrame(columns=RECORD_COLUMNS), "liens": pd.DataFrame({"source_id": ["A1"]}),
        "reglages": {"types_fichiers_cartes": ("pdf", "svg")},
    }  # fmt: skip
    reading = {"titre": "Essai", "lignes": [], "date": pd.Timestamp("2026-11-15")}
    drawn, cache = [], {}
    for _ in range(2):
        write_edition(
            tables, tmp_path, carte=folium.Map(tiles=None), pages={}, figures=list_counted(drawn), cache=cache, reading=reading
        )  # fmt: skip
    assert drawn == ["commune", "propre", "propre"]
    names = ["01_commune.pdf", "01_commune.svg", "02_propre.pdf", "02_propre.svg"]
    assert sorted(p.name for p in (tmp_path / "cartes").iterdir()) == names
