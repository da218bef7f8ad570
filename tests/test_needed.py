"""The sheets that others refer to: one that is missing stops the reading in three lines, and a dossier without actors says so."""

import pandas as pd
import pytest
from classeurs import make_xlsx
from petit_dossier import FILES

from diagnostic.errors import DiagnosticError
from diagnostic.read.dossier import read_dossier
from diagnostic.read.inventory.needed import refuse_missing, tell_no_actor
from diagnostic.schema import join_problems, list_tables, make_table


def write_book(folder, renamed=None, without=(), **texts):
    """A workbook of the small dossier, some sheets under another name, or away, or of other content."""
    sheets = {name: text for name, text in (FILES | texts).items() if name not in without}
    rows = {(renamed or {}).get(name, name): [[cell or None for cell in line.split(",")] for line in text.strip().splitlines()]
            for name, text in sheets.items()}  # fmt: skip
    folder.mkdir(parents=True)
    make_xlsx(folder / "inventaire.xlsx", **rows)
    return folder


NAMED = "source_id,cible_id,type\nClub d'Auzon,Épicerie de l'essai,partenaire_technique\n"


def test_a_missing_sheet_of_actors_is_refused_in_three_lines(chemin_piege):
    with pytest.raises(DiagnosticError) as refused:
        read_dossier(write_book(chemin_piege / "d", without=["acteurs"], liens=NAMED))
    what, where, do = str(refused.value).splitlines()
    assert what == "Feuille acteurs introuvable : les feuilles participations et liens (3 lignes) en ont besoin."
    assert where.startswith("Où : inventaire.xlsx (feuilles lues : parametres, dispositifs") and "remettez la feuille acteurs" in do


def test_the_nearest_sheet_that_is_not_read_is_proposed(tmp_path):
    with pytest.raises(DiagnosticError) as refused:
        read_dossier(write_book(tmp_path / "d", {"acteurs": "Les acteurs"}))
    assert "non reconnues : Les acteurs" in str(refused.value) and "renommez « acteurs » la feuille « Les acteurs »" in str(refused.value)


def test_the_singular_of_a_name_is_read_and_told(tmp_path):
    tables = read_dossier(write_book(tmp_path / "d", {"acteurs": "Acteur", "dispositifs": "Dispositif"}))
    assert len(tables["acteurs"]) == 4 and len(tables["liens"]) == 2 and len(tables["participations"]) == 2
    told = tables["problemes"].loc[tables["problemes"]["probleme"].str.contains("lue comme la feuille"), ["gravite", "feuille"]]
    assert told.values.tolist() == [["information", "Acteur"], ["information", "Dispositif"]]


def test_an_empty_sheet_of_actors_stops_nothing_and_is_told(tmp_path):
    tables = read_dossier(write_book(tmp_path / "d", acteurs="acteur_id,nom,categorie", liens=NAMED))
    problems = tables["problemes"].set_index("probleme")["gravite"]
    assert problems["Aucun acteur n'est lu : la feuille acteurs est vide."] == "attention"
    assert not len(tables["liens"]) and (problems == "erreur").sum() == 4  # both ends of the link, and two participations


def test_a_dossier_without_actors_says_so(tmp_path):
    problems = read_dossier(write_book(tmp_path / "d", without=set(FILES) - {"parametres"}))["problemes"]
    told = problems[problems["probleme"].str.startswith("Aucun acteur")]
    assert told[["gravite", "fichier", "feuille"]].values.tolist() == [["attention", "inventaire.xlsx", "acteurs"]]
    assert tell_no_actor(pd.DataFrame({"acteur_id": ["a"]}), {}, "f.xlsx") is None


def test_every_missing_sheet_is_told_at_once_and_optional_references_ask_for_nothing():
    tables = {name: make_table(name) for name in list_tables()}
    tables["adhesions"] = pd.DataFrame({"acteur_id": ["a"], "reseau_id": ["r"]})
    counts = pd.DataFrame({"fichier": ["i.xlsx"], "feuille": ["adhesions"], "lues": [1]})
    with pytest.raises(DiagnosticError) as refused:
        refuse_missing(tables, {"adhesions"}, counts, join_problems())
    assert "Feuille acteurs introuvable" in str(refused.value) and "Feuille reseaux introuvable" in str(refused.value)
    refuse_missing(tables, {"adhesions", "acteurs", "reseaux"}, counts, join_problems())
    carried = pd.DataFrame({"dispositif_id": ["d"], "porteur_id": ["a"]})
    alone = {name: make_table(name) for name in list_tables()} | {"dispositifs": carried}
    refuse_missing(alone, {"dispositifs"}, counts, join_problems())
