"""Names from data never become paths: layers, categories, territories and sources named after folders, devices, or without end."""

import re

import pytest
from passage import EPCI, write_dossier

from diagnostic import run as way
from diagnostic.draw.atlas import list_figures
from diagnostic.write.atomic import check_name

TRAPS = ["../../etc/passwd", "CON", "NUL.", "a\\b", "..", "x" * 300, "🥕", "C:\\Windows", "fin. "]
LETTERS = re.compile(r"[a-z0-9_-]+(_A[0-4])?")
COMMUNES = ["43016", "43185", "43052", "43226", "43258", "43261"]


@pytest.fixture(scope="module")
def dossier(tmp_path_factory):
    rows = [f'"{layer}",partition,oui' for layer in TRAPS]
    units = [f'{code},"{layer}",u{rank % 2},"{layer}"' for layer in TRAPS for rank, code in enumerate(COMMUNES)]
    codes = [f'categories,"{name}","{name} rangée"' for name in TRAPS]
    actors = [f'a{rank},"{name}","{name}",43016,public,FICTIF' for rank, name in enumerate(TRAPS)]
    cover = [f'{EPCI},"{name}",complet' for name in TRAPS]
    tables = {
        "parametres": f'cle,valeur\nepci,{EPCI}\ndate_edition,15/11/2026\ntirages_hasard,2\ntirages_liens,2\ntitre,../../titre\n'
        f'categories_acces,{";".join(TRAPS)}\n',
        "couches": "couche,genre,exclusive\n" + "\n".join(rows),
        "ressorts": "code_insee,couche,unite_id,unite_nom\n" + "\n".join(units),
        "vocabulaire": "liste,code,libelle\n" + "\n".join(codes),
        "acteurs": "acteur_id,nom,categorie,code_insee,diffusion,source\n" + "\n".join(actors),
        "couverture_inventaire": "territoire_id,categorie,statut\n" + "\n".join(cover),
        "colonnes_import": "source,colonne,titre\n" + "\n".join(f'"{name}",nom,Nom' for name in TRAPS),
    }  # fmt: skip
    return write_dossier(tmp_path_factory.mktemp("noms") / "dossier", tables)


def test_pages_are_named_in_plain_letters_whatever_the_data(dossier, tmp_path):
    shown = way.select_edition(way.measure(dossier), "interne")
    names = list(way.list_pages(shown))
    figures = list_figures(shown, mentions=shown["mentions"], edition="interne")
    assert len(names) == len(figures) > 8 and len({name for name, *_ in figures}) == len(figures)
    assert [name for name in names if not LETTERS.fullmatch(name) or len(name) > 90] == []
    for name in names:
        assert check_name(tmp_path / f"{name}.png").parent == tmp_path
    assert {"acces", "ressort", "acteurs"} <= {name.split("_")[0] for name in names}, names


@pytest.mark.parametrize("source", TRAPS)
def test_an_import_is_never_written_elsewhere(dossier, tmp_path, source):
    path = tmp_path / "apporté.csv"
    path.write_text("Nom,code_insee\nUn,43016\n", encoding="utf-8")
    before = {file for file in dossier.parent.rglob("*") if file.is_file()}
    try:
        target = way.import_source(source, path, dossier)[0]
    except way.DiagnosticError:
        target = None
    added = {file for file in dossier.parent.rglob("*") if file.is_file()} - before
    assert added <= {target} and all(file.parent == dossier / "imports" for file in added)
    for file in added:
        file.unlink()
