"""Saved edits: one file a save, nothing written over, two persons side by side, and the chain of a cell."""

import json
import threading

import pandas as pd
import pytest
from dossier_saisies import open_dossier, save, write_workbook_dossier

from diagnostic.errors import DiagnosticError
from diagnostic.read.back.edits import (
    find_undone,
    list_drafts,
    read_edits,
    read_merges,
    read_names,
    read_undoings,
    settle_edits,
)
from diagnostic.run import edit_forms, edits
from diagnostic.schema import EDIT_COLUMNS
from diagnostic.write.edits import locate_draft, remove_draft, write_draft, write_edit, write_merge, write_undoing

ROW = {
    "geste": "modification", "table": "acteurs", "identifiant": "a", "nom": "A", "fichier": "inventaire.xlsx", "feuille": "acteurs",
    "ligne": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    return open_dossier(write_workbook_dossier(tmp_path_factory.mktemp("d'été à Brioude") / "essai"))


@pytest.fixture
def fresh(opened, tmp_path):
    """The same dossier, its edits kept in another folder: it is read once for all the tests."""
    return opened | {"dossier": tmp_path}


def write(folder, after, *, suit=(), statut="propose", auteur="A", before="x"):
    cells = [{"colonne": "nom", "avant": before, "apres": after, "suit": list(suit)}]
    return write_edit(folder, ROW, cells, auteur=auteur, statut=statut).stem


def settle(folder):
    (row,) = settle_edits(read_edits(folder)[0]).to_dict("records")
    return row


def test_a_save_is_read_as_it_was_written(chemin_piege):
    text = "=1+1 « é » <b>\n01004"
    name = write(chemin_piege, text)
    edits_read, unread = read_edits(chemin_piege)
    assert list(edits_read.columns) == EDIT_COLUMNS
    assert unread == []
    assert edits_read[["saisie", "apres", "ligne", "statut"]].values.tolist() == [[name, text, 2, "propose"]]


def test_a_folder_without_edits_has_none(tmp_path):
    edits_read, unread = read_edits(tmp_path)
    assert len(edits_read) == len(settle_edits(edits_read)) == len(unread) == 0


def test_fifty_saves_at_once_are_fifty_files(tmp_path):
    threads = [threading.Thread(target=write, args=(tmp_path, f"v{n}")) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(read_edits(tmp_path)[0]["apres"]) == sorted(f"v{n}" for n in range(50))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"date": 1}', '{"statut": "autre"}'])
def test_a_file_that_is_no_save_is_told_and_stops_nothing(tmp_path, content):
    kept = write(tmp_path, "v")
    (tmp_path / "saisies" / "saisie_abimee.json").write_text(content, encoding="utf-8")
    edits_read, unread = read_edits(tmp_path)
    assert edits_read["saisie"].tolist() == [kept]
    assert unread == ["saisie_abimee.json"]


def test_two_that_do_not_know_of_each_other_are_a_conflict_whoever_came_last(tmp_path):
    first, second = write(tmp_path, "v", statut="accepte"), write(tmp_path, "w", auteur="B")
    row = settle(tmp_path)
    assert (row["etat"], row["valeur"], set(row["tetes"])) == ("conflit", None, {first, second})


def test_the_same_value_from_two_is_an_agreement(tmp_path):
    write(tmp_path, "v")
    write(tmp_path, "v", auteur="B", statut="accepte")
    assert (settle(tmp_path)["etat"], settle(tmp_path)["valeur"]) == ("accepte", "v")


def test_one_that_follows_another_takes_its_place(tmp_path):
    first = write(tmp_path, "v", statut="accepte")
    write(tmp_path, "w", suit=[first], before="v")
    row = settle(tmp_path)
    # Proposed after an accepted one: the accepted value stands until somebody accepts the other.
    assert (row["etat"], row["apres"], row["valeur"], row["avant"], row["chaine"]) == ("propose", "w", "v", "x", ("x", "v", "w"))


def test_a_proposal_alone_gives_no_value(tmp_path):
    write(tmp_path, "v")
    assert settle(tmp_path)["valeur"] is None


def test_two_proposals_after_an_accepted_value_leave_it_standing(tmp_path):
    first = write(tmp_path, "v", statut="accepte")
    write(tmp_path, "w", suit=[first])
    write(tmp_path, "z", suit=[first], auteur="B")
    assert (settle(tmp_path)["etat"], settle(tmp_path)["valeur"]) == ("conflit", "v")


def test_a_decision_that_saw_both_settles(tmp_path):
    heads = [write(tmp_path, "v"), write(tmp_path, "w", auteur="B")]
    write(tmp_path, "w", suit=heads, auteur="C", statut="accepte")
    assert (settle(tmp_path)["etat"], settle(tmp_path)["valeur"]) == ("accepte", "w")


def test_back_and_forth_is_no_conflict(tmp_path):
    first = write(tmp_path, "v", statut="accepte")
    second = write(tmp_path, "x", suit=[first], before="v", statut="accepte")
    write(tmp_path, "u", suit=[second], statut="accepte")
    assert (settle(tmp_path)["etat"], settle(tmp_path)["valeur"]) == ("accepte", "u")


def test_the_order_of_the_rows_counts_for_nothing(tmp_path):
    first = write(tmp_path, "v", statut="accepte")
    write(tmp_path, "w", suit=[first])
    write(tmp_path, "z", auteur="B")
    read = read_edits(tmp_path)[0]
    one, other = settle_edits(read), settle_edits(read.iloc[::-1])
    assert one["etat"].tolist() == other["etat"].tolist() == ["conflit"]
    assert set(one["tetes"][0]) == set(other["tetes"][0])


def test_a_file_that_turns_in_circles_does_not_hang(tmp_path):
    name = write(tmp_path, "v")
    path = tmp_path / "saisies" / f"{name}.json"
    save_read = json.loads(path.read_text(encoding="utf-8"))
    save_read["cases"][0]["suit"] = [name]
    save_read.pop("controle")  # as a save of before
    path.write_text(json.dumps(save_read), encoding="utf-8")
    assert settle(tmp_path)["apres"] == "v"


def test_an_unknown_status_is_refused(tmp_path):
    with pytest.raises(ValueError, match="statut"):
        write(tmp_path, "v", statut="valide")


def test_drafts_are_kept_listed_and_removed(tmp_path):
    write_draft(tmp_path, "p1", {"table": "acteurs", "cases": {"nom": "é"}})
    (tmp_path / "saisies" / "brouillons" / "brouillon_p2.json").write_text("{", encoding="utf-8")
    assert [draft["cases"]["nom"] for draft in list_drafts(tmp_path).values()] == ["é"]
    remove_draft(tmp_path, "p1")
    remove_draft(tmp_path, "p1")
    assert not locate_draft(tmp_path, "p1").exists()
    assert read_edits(tmp_path)[1] == []  # a draft is no save


# --- the forms, through run -----------------------------------------------------------------------------------------
def test_a_form_saved_is_what_the_next_form_shows(fresh):
    saved = save(fresh, "acteurs", "b", {"nom": "Épicerie neuve", "effectif": "12"})
    assert saved["cases"] == 2
    form = edit_forms.open_form(fresh, "acteurs", "b", edits.list_states(fresh)[0])
    assert form["cases"].loc["nom", ["lu", "valeur", "etat"]].tolist() == ["Épicerie de l'essai", "Épicerie neuve", "accepte"]
    assert form["cases"].at["effectif", "valeur"] == "12"


def test_two_forms_open_at_once_both_save_and_neither_wins(fresh):
    states = edits.list_states(fresh)[0]
    forms = [edit_forms.open_form(fresh, "acteurs", "b", states) for _ in range(2)]
    for form, name, auteur in zip(forms, ["Un", "Deux"], ["A", "B"], strict=True):
        save(fresh, "acteurs", "b", {"nom": name}, auteur=auteur, form=form)
    (state,) = [row for _, row in edits.list_states(fresh)[0].iterrows()]
    assert (state["etat"], state["valeur"], len(state["tetes"])) == ("conflit", None, 2)
    edits.decide_cell(fresh, state, "Deux", auteur="C")
    assert edits.list_states(fresh)[0][["etat", "valeur"]].values.tolist() == [["accepte", "Deux"]]
    assert edits.list_edits(fresh["dossier"])[0]["auteur"].tolist() == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("cells", "auteur", "told"),
    [
        ({"nom": "Autre"}, "  ", "auteur"),
        ({}, "A", "Rien n'a changé"),
        ({"nom": "Épicerie de l'essai "}, "A", "Rien n'a changé"),
        ({"nom": ""}, "A", "ne serait pas lue"),
        ({"categorie": ""}, "A", "ne serait pas lue"),
    ],
)
def test_what_cannot_be_saved_is_told_and_nothing_is_written(fresh, cells, auteur, told):
    with pytest.raises(DiagnosticError, match=told):
        save(fresh, "acteurs", "b", cells, auteur=auteur)
    assert not (fresh["dossier"] / "saisies").exists()


def test_a_row_that_repeats_an_identifier_is_refused(fresh):
    cells = {"acteur_id": "a", "nom": "Copie", "categorie": "ccas"}
    with pytest.raises(DiagnosticError, match="déjà donné"):
        save(fresh, "acteurs", "", cells)


@pytest.mark.parametrize("cells", [{"code_insee": "99999"}, {"siret": "123"}, {"categorie": "zzz"}, {"date_maj": "32/13/2025"}])
def test_a_doubt_waits_for_a_confirmation(fresh, cells):
    form = edit_forms.open_form(fresh, "acteurs", "b", edits.list_states(fresh)[0])
    done = edits.save_edit(fresh, form, cells, auteur="A", statut="propose")
    assert done["fichier"] is None
    assert done["problemes"]["colonne"].tolist()[0] == next(iter(cells))
    assert edits.save_edit(fresh, form, cells, auteur="A", statut="propose", confirme=True)["fichier"].exists()


def test_a_link_may_name_an_actor_just_added(fresh):
    save(fresh, "acteurs", "", {"nom": "Café neuf", "categorie": "cafe_associatif", "code_insee": "43016"})
    link = {"source_id": "Café neuf", "cible_id": "b", "type": "partenaire_technique"}
    assert save(fresh, "liens", "", link)["fichier"].exists()
    with pytest.raises(DiagnosticError, match="absent"):
        save(fresh, "liens", "", link | {"source_id": "Personne de connu"})
    rows = edits.list_rows(fresh, "acteurs", edits.list_states(fresh)[0])
    assert "Café neuf (ajout)" in rows.values()


def test_links_are_called_by_the_names_of_their_actors(fresh):
    labels = edits.list_rows(fresh, "liens", edits.list_states(fresh)[0]).values()
    assert any("Épicerie de l'essai" in label and "→" in label for label in labels)


def test_a_draft_names_its_row(fresh):
    form = edit_forms.open_form(fresh, "acteurs", "b", edits.list_states(fresh)[0])
    path = edits.save_draft(fresh["dossier"], "p", form, {"nom": "En cours"}, auteur="A")
    assert edits.list_drafts(fresh["dossier"])[path.name]["identifiant"] == "b"
    edits.drop_draft(fresh["dossier"], "p")
    assert edits.list_drafts(fresh["dossier"]) == {}


def test_a_folder_without_inventory_is_refused(tmp_path):
    with pytest.raises(DiagnosticError, match="Aucun inventaire"):
        edits.check_dossier(tmp_path)


def test_a_missing_number_of_line_is_missing():
    assert settle_edits(pd.DataFrame(columns=EDIT_COLUMNS))["ligne"].dtype == "Int64"


def make_save(name, after, *, suit=()):
    return {
        **ROW, "saisie": name, "date": "2026-11-20T00:00:00", "auteur": "A", "statut": "accepte", "origine": "c.xlsx", "empreinte": "e",
        "parent": "", "cases": [{"colonne": "nom", "avant": "x", "apres": after, "suit": list(suit)}] if after else [],
    }  # fmt: skip


def test_a_merge_is_one_file_and_each_of_its_saves_is_read(tmp_path):
    path = write_merge(tmp_path, [make_save("c1", "v"), make_save("c2", "w", suit=["c1"]), make_save("c3", "")], auteur="G")
    edits_read, unread = read_edits(tmp_path)
    assert unread == [] and edits_read["fusion"].tolist() == [path.stem] * 2 and edits_read["origine"].tolist() == ["c.xlsx"] * 2
    assert settle(tmp_path)["valeur"] == "w" and read_names(tmp_path) == {"c1", "c2", "c3"}
    assert read_merges(tmp_path)[["fusion", "auteur", "cases", "annulee"]].to_numpy().tolist() == [[path.stem, "G", 2, ""]]


def test_what_is_undone_counts_for_nothing_until_the_undoing_is_undone(tmp_path):
    first = write_merge(tmp_path, [make_save("c1", "v")], auteur="G").stem
    write_merge(tmp_path, [make_save("c2", "w", suit=["c1"])], auteur="G")
    undoing = write_undoing(tmp_path, first, auteur="Z").stem
    assert (settle(tmp_path)["valeur"], settle(tmp_path)["defaites"]) == ("w", ("v",))
    other = write_undoing(tmp_path, "c2", auteur="Z").stem  # a save alone is undone too
    row = settle(tmp_path)
    assert (row["etat"], row["valeur"], row["tetes"]) == ("annule", "x", ())
    write_undoing(tmp_path, other, auteur="Z")
    assert settle(tmp_path)["valeur"] == "w" and read_undoings(tmp_path)["annule"].tolist() == [first, "c2", other]
    assert find_undone(read_undoings(tmp_path)) == {first: undoing, other: read_undoings(tmp_path)["annulation"].iat[-1]}


def test_a_file_changed_by_hand_is_told_and_left(tmp_path):
    path = write_merge(tmp_path, [make_save("c1", "v")], auteur="G")
    path.write_text(path.read_text(encoding="utf-8").replace('"v"', '"faux"'), encoding="utf-8")
    edits_read, unread = read_edits(tmp_path)
    assert len(edits_read) == 0 and unread == [path.name] and read_names(tmp_path) == set()


def test_a_file_of_a_later_version_is_refused_with_what_to_do(tmp_path):
    path = write_merge(tmp_path, [make_save("c1", "v")], auteur="G")
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"format": 2}), encoding="utf-8")
    with pytest.raises(DiagnosticError, match="version plus récente") as told:
        read_edits(tmp_path)
    assert path.name in str(told.value) and "mettez le logiciel à jour" in told.value.a_faire
