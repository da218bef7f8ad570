"""What the command line shows: paths as they are typed, lines as whole numbers, cells as they are."""

import pandas as pd
import pytest

from diagnostic.cli import screen
from diagnostic.schema import list_problems


@pytest.mark.parametrize(
    ("path", "typed"), [("mon dossier", '"mon dossier"'), ("d'Auzon", '"d\'Auzon"'), ("pays/été-2026", "pays/été-2026")]
)
def test_a_path_is_shown_as_it_is_typed(path, typed):
    assert screen.quote_path(path) == typed


def test_a_line_is_told_as_a_whole_number(capsys):
    rows = pd.DataFrame({"fichier": ["inventaire.xlsx"] * 2, "feuille": ["acteurs"] * 2, "ligne": [50.0, float("nan")]})
    screen.show_problems(list_problems("erreur", rows, "Case vide.", "remplissez"))
    told = capsys.readouterr().out
    assert "acteurs, ligne 50 : Case vide" in told and "inventaire.xlsx, acteurs : Case vide" in told and "50.0" not in told


def test_a_word_between_colons_is_no_picture(capsys):
    for console in (screen.console, screen.errors):
        console.print("colonnes lues : root:x:0", markup=False)
    assert "root:x:0" in capsys.readouterr().out


def test_what_is_told_of_a_whole_sheet_is_seen_after_the_rows_in_error(capsys):
    rows = pd.DataFrame({"fichier": ["inventaire.xlsx"] * 2, "feuille": ["acteurs"] * 2, "ligne": [float("nan"), 3]})
    problems = list_problems("attention", rows, ["Feuille introuvable.", "À vérifier."], "remettez-la")
    screen.show_problems(pd.concat([problems, list_problems("erreur", rows.iloc[[1]], "Case vide.", "remplissez")], ignore_index=True))
    told = capsys.readouterr().out
    assert told.index("Case vide") < told.index("Feuille introuvable") and "À vérifier" not in told
