"""A bare name is found where one stands, then where the software put the file; a path is taken as it is."""

from pathlib import Path

import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.run.nearby import find_near, list_inventory_folders, list_workshop_folders


def test_a_bare_name_is_looked_for_here_first(chemin_piege, monkeypatch):
    folder = chemin_piege / "mon territoire"
    inner = folder / "sorties" / "interne" / "atelier"
    inner.mkdir(parents=True)
    (inner / "corrections.xlsx").touch()
    monkeypatch.chdir(chemin_piege)
    assert find_near("corrections.xlsx", list_workshop_folders(folder)) == inner / "corrections.xlsx"
    (chemin_piege / "corrections.xlsx").touch()
    assert find_near("corrections.xlsx", list_workshop_folders(folder)) == Path("corrections.xlsx")


def test_a_path_is_taken_as_it_is_and_a_name_found_nowhere_says_where_it_was_looked_for(chemin_piege, monkeypatch):
    monkeypatch.chdir(chemin_piege)
    assert find_near("ailleurs/x.xlsx", [chemin_piege]) == Path("ailleurs/x.xlsx")
    with pytest.raises(DiagnosticError) as caught:
        find_near("x.xlsx", [chemin_piege, chemin_piege / "rien"])
    assert "x.xlsx" in caught.value.quoi and str(chemin_piege) in str(caught.value) and "rien" not in str(caught.value)


def test_an_earlier_inventory_is_beside_the_one_that_took_its_place():
    assert [path.as_posix() for path in list_inventory_folders("d")] == ["d", "d/anciens"]


def test_what_is_filled_is_looked_for_before_what_was_sent_out():
    folders = [path.as_posix() for path in list_workshop_folders("d")]
    assert folders[:3] == ["d", "d/sorties/interne/atelier", "d/sorties/interne"] and "d/sorties/publique/atelier" in folders
    assert "d/sorties/publique/atelier/formulaires" in folders
