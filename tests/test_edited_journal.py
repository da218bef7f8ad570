"""The journal says what became of every edit, who, when, from which file; a line changed by hand is told and nothing is lost."""

import pytest
from jouets_fusion import correct, merge, open_model, take

from diagnostic.read.back.edits import read_edits, read_merges
from diagnostic.run.edited_journal import check_journal, sign_lines
from diagnostic.schema import JOURNAL_COLUMNS
from diagnostic.write.edits import write_undoing


def make_journal(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "acteurs", "b", "effectif", "12"), correct("changer", "acteurs", "b", "nom", "Un", statut="propose"))
    return take(opened)


def test_each_line_says_who_when_from_which_file_before_and_after(tmp_path):
    journal = make_journal(tmp_path)["journal"]
    assert list(journal.columns) == list(JOURNAL_COLUMNS)
    line = journal.query("colonne == 'effectif'").iloc[0]
    told = line[["date", "auteur", "statut", "effet", "table", "identifiant", "avant", "apres", "geste", "origine", "empreinte"]].tolist()
    assert told == ["2026-11-20", "A", "accepté", "écrit", "acteurs", "b", "", "12", "modification", "c.xlsx", "0" * 64]
    assert line["fusion"].startswith("fusion_") and len(line["controle"]) == 12
    assert journal.query("colonne == 'nom'")["effet"].tolist() == ["non écrit : proposé seulement"]


def test_an_undoing_is_in_the_journal_and_the_lines_it_undoes_stay(tmp_path):
    opened = make_journal(tmp_path)
    write_undoing(tmp_path, read_merges(tmp_path)["fusion"].iat[0], auteur="Z")
    journal = take(opened)["journal"]
    assert journal["effet"].tolist() == ["annulé"] * 3 and journal["geste"].tolist()[-1] == "annulation"
    assert {"12", "Un"} <= set(journal["apres"])


def test_a_journal_as_it_was_written_is_right(tmp_path):
    opened = make_journal(tmp_path)
    assert len(check_journal(opened, read_edits(tmp_path)[0])) == 0
    assert len(check_journal(open_model(tmp_path), read_edits(tmp_path)[0])) == 0  # no journal yet


@pytest.mark.parametrize("column", ["auteur", "avant", "apres", "effet", "date"])
def test_a_line_changed_by_hand_is_told_with_what_the_save_says(tmp_path, column):
    opened = make_journal(tmp_path)
    opened["journal"].loc[0, column] = "autre"
    (told,) = check_journal(opened, read_edits(tmp_path)[0]).to_dict("records")
    assert told["ligne"] == 2 and "changée à la main" in told["probleme"] and "fait foi" in told["probleme"]


def test_saves_that_are_gone_are_told(tmp_path):
    opened = make_journal(tmp_path)
    for path in (tmp_path / "saisies").glob("*.json"):
        path.unlink()
    (told,) = check_journal(opened, read_edits(tmp_path)[0]).to_dict("records")
    assert "qui ne sont plus dans le dossier saisies" in told["probleme"] and "remettez" in told["a_faire"]


def test_what_a_reader_cleans_is_no_change_by_hand(tmp_path):
    journal = make_journal(tmp_path)["journal"].drop(columns="controle")
    odd = journal.assign(nom="L\u00a0Épicerie\r\n  ")
    assert sign_lines(odd)["controle"].tolist() == sign_lines(journal.assign(nom="L Épicerie"))["controle"].tolist()
