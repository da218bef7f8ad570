"""No row and no earlier value is lost by any sequence of merges, copies put in place and undoings; undoing all gives the start back."""

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jouets_fusion import correct, list_cells, merge, open_model, take

from diagnostic.read.back.edits import read_edits, read_merges
from diagnostic.run.edited_copy import prepare_copy
from diagnostic.run.edited_rows import empty_rows
from diagnostic.schema import ROW_COLUMN
from diagnostic.write.edits import write_undoing

ROWS = [("acteurs", name) for name in "abcd"] + [
    ("liens", "a / b / partenaire_technique"), ("liens", "a / d / partenaire_technique"), ("participations", "b / p / participation"),
]  # fmt: skip
CELLS = {"acteurs": ["nom", "effectif", "remarques"], "liens": ["intensite", "type"], "participations": ["theme"]}
TEXTS = {"nom": ["Un", "Deux"], "effectif": ["3", "4"], "remarques": ["r", "(vide)"], "intensite": ["1", "2"],
         "type": ["Co-pilote", "Financeur"], "theme": ["Alimentation"]}  # fmt: skip


@st.composite
def corrections(draw):
    table, name = draw(st.sampled_from(ROWS))
    action = draw(st.sampled_from(["changer", "changer", "changer", "retirer", "confirmer", "ajouter"]))
    who, state = draw(st.sampled_from("AB")), draw(st.sampled_from(["accepte", "accepte", "propose"]))
    day = draw(st.sampled_from(["20/11/2026", "25/11/2026"]))
    if action == "ajouter":
        new = draw(st.sampled_from(["n1", "n2"]))
        cells = (("nom", f"Neuf {new}"), ("categorie", "ccas"))
        return [correct("ajouter", "acteurs", new, column, value, qui=who, statut=state) for column, value in cells]
    column = draw(st.sampled_from(CELLS[table])) if action == "changer" else ""
    value = draw(st.sampled_from(TEXTS[column])) if column else ""
    return [correct(action, table, name, column, value, qui=who, quand=day, statut=state)]


STEPS = st.lists(
    st.one_of(st.lists(corrections(), min_size=1, max_size=4), st.just("en place"), st.just("annuler")), min_size=1, max_size=6
)


def undo_last(opened):
    standing = read_merges(opened["dossier"]).query("annulee == ''")["fusion"]
    if len(standing):
        write_undoing(opened["dossier"], standing.iat[-1], auteur="Z")
    return len(standing)


def assert_kept(start, opened):
    """Each row and each value of the start is in the tables now, or in what the journal keeps."""
    edits = read_edits(opened["dossier"])[0]
    told = set(zip(edits["colonne"], edits["avant"], strict=True))
    now = {table: {pair for row in rows for pair in row} for table, rows in list_cells(opened).items()}
    for table, rows in start.items():
        for row in rows:
            lost = [pair for pair in row if pair not in now[table] and pair not in told]
            assert not lost, (table, lost)
    assert len(edits) == 0 or set(edits["saisie"]) >= set(opened["journal"]["saisie"]) - set(
        opened["journal"].loc[opened["journal"]["geste"] == "annulation", "saisie"]
    )


@settings(max_examples=8)
@given(STEPS)
def test_any_sequence_of_merges_loses_nothing_and_undoing_all_gives_the_start_back(steps):
    with tempfile.TemporaryDirectory() as folder:
        opened = open_model(Path(folder))
        start, rows = list_cells(opened), {table: len(opened["lues"][table]) for table in CELLS}
        for step in steps:
            if step == "en place":
                made = prepare_copy(opened)
                after = take(opened)
                for table in CELLS:
                    gone, come = (made[part].groupby("table")["identifiant"].nunique().get(table, 0) for part in ("retirees", "ajoutees"))
                    assert len(after["lues"][table]) == len(opened["lues"][table]) - gone + come  # rows before = rows kept + rows told
                opened = after
            elif step == "annuler":
                undo_last(opened)
            else:
                flat = [row for part in step for row in part]
                merge(opened, *flat)
                again, counts, _ = merge(opened, *flat)
                assert again == [] and counts["nouvelles"] == 0
            assert_kept(start, opened)
        opened = take(opened)
        assert_kept(start, opened)
        while undo_last(opened):
            assert_kept(start, opened)
        opened = take(opened)
        assert list_cells(opened) == start
        assert {table: len(opened["lues"][table]) for table in CELLS} == rows
        nothing = prepare_copy(opened)
        assert not any(len(nothing[part]) for part in ("changees", "retirees", "ajoutees"))


@pytest.mark.parametrize(
    ("removed", "changed"),
    [
        (("acteurs", "d"), ("acteurs", "d", "nom", "Un")),
        (("acteurs", "d"), ("liens", "a / d / partenaire_technique", "type", "Co-pilote")),
        (("liens", "a / d / partenaire_technique"), ("liens", "a / d / partenaire_technique", "type", "Co-pilote")),
    ],
)  # fmt: skip
def test_a_correction_of_a_row_removed_meanwhile_says_what_it_replaces_and_undoing_all_gives_it_back(tmp_path, removed, changed):
    opened = open_model(tmp_path)
    start = list_cells(opened)
    merge(opened, correct("retirer", *removed, quand="25/11/2026"))
    opened = take(opened)
    (save,), *_ = merge(opened, correct("changer", *changed))
    assert save["cases"][0]["avant"] in ("Lieu tenu secret", "partenaire_technique")
    opened = take(opened)
    while undo_last(opened):
        pass
    assert list_cells(take(opened)) == start


@pytest.mark.parametrize("values", ["12", "21"])
def test_two_corrections_of_one_day_undone_give_back_what_the_first_replaced(tmp_path, values):
    """Whatever the order of their names, which come from what they say."""
    opened = open_model(tmp_path)
    start = list_cells(opened)
    for value in values:
        merge(opened, correct("changer", "liens", "a / b / partenaire_technique", "intensite", value))
    opened = take(opened)
    while undo_last(opened):
        pass
    assert list_cells(take(opened)) == start


def test_a_row_that_goes_has_its_cells_emptied_and_its_line_kept(tmp_path):
    opened = open_model(tmp_path)
    cells = empty_rows({("acteurs", "d")}, opened["lues"])
    assert set(cells["texte"]) == {""} and set(cells["ligne"]) == {5} and "diffusion" in set(cells["colonne"])
    assert len(empty_rows(set(), opened["lues"])) == 0


def test_a_row_to_add_of_which_a_required_cell_waits_waits_whole(tmp_path):
    opened = open_model(tmp_path)
    (save,), *_ = merge(opened, *[correct("ajouter", "acteurs", "n", c, v) for c, v in (("nom", "N"), ("categorie", "ccas"))])
    name = save["identifiant"]
    assert set(prepare_copy(opened)["ajoutees"]["identifiant"]) == {name}
    rows = [correct("changer", "acteurs", "n", "categorie", "evs", qui="B"), correct("changer", "acteurs", "n", "effectif", "3", qui="B")]
    merge(opened, *rows)
    made = prepare_copy(opened)
    assert len(made["ajoutees"]) == 0 and made["etats"].query("colonne == 'categorie'")["etat"].tolist() == ["conflit"]


def test_what_is_typed_over_a_merged_value_is_not_undone_by_the_next_copy(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "acteurs", "b", "effectif", "12"), correct("retirer", "acteurs", "d"))
    opened = take(opened)
    opened["lues"]["acteurs"] = opened["lues"]["acteurs"].copy()
    opened["lues"]["acteurs"].loc["b", "effectif"] = ""  # back to what it was, by hand
    row = open_model(tmp_path)["lues"]["acteurs"].loc[["d"]]
    opened["lues"]["acteurs"] = pd.concat([opened["lues"]["acteurs"], row])
    made = prepare_copy(opened)
    assert not any(len(made[part]) for part in ("changees", "retirees", "ajoutees"))


def test_a_journal_line_says_what_became_of_each_cell(tmp_path):
    opened = open_model(tmp_path)
    merge(opened, correct("changer", "acteurs", "b", "effectif", "12"), correct("retirer", "acteurs", "d", statut="propose"))
    journal = take(opened)["journal"]
    told = journal.drop_duplicates(["identifiant", "colonne"]).set_index(["identifiant", "colonne"])["effet"]
    assert told["b", "effectif"] == "écrit" and told["d", ROW_COLUMN].startswith("non écrit")
