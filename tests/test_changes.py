"""What changed between two states: counts that add up, every cell and unit that differs, nothing where nothing differs."""

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from jouets_fusion import copy_model, correct, write_book
from shapely.geometry import box

from diagnostic import run
from diagnostic.cli import main
from diagnostic.errors import DiagnosticError
from diagnostic.measure.changes import (
    KEYS,
    compare_dossiers,
    compare_figures,
    compare_ressorts,
    compare_rows,
    count_changes,
    spell_cells,
)
from diagnostic.measure.constats.dossier_changes import describe_changes
from diagnostic.run import changes as way
from diagnostic.run import merge


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """The small dossier, a merge put in place, compared with what its journal says it was: (folder, former inventory, comparison)."""
    folder = copy_model(tmp_path_factory.mktemp("d'été à Brioude") / "essai")
    former = folder.parent / "avant.xlsx"
    former.write_bytes((folder / "inventaire.xlsx").read_bytes())
    added = (("nom", "Neuf"), ("categorie", "ccas"), ("code_insee", "43016"), ("diffusion", "public"))
    rows = [
        correct("changer", "acteurs", "b", "nom", "Épicerie neuve"), correct("retirer", "acteurs", "d"),
        *[correct("ajouter", "acteurs", "n", *cell) for cell in added],
    ]  # fmt: skip
    done = merge.merge(folder, [write_book(folder.parent / "c.xlsx", *rows)])
    done["copie"]["fichier"].replace(folder / "inventaire.xlsx")
    return folder, former, way.compare(folder, depuis="1/1/2020", edition="interne")


def test_what_came_went_and_changed_adds_up(loop):
    counts = loop[2]["changements"]["bilan"].set_index("rubrique")
    assert counts.loc["acteurs", ["avant", "disparus", "apparus", "apres", "changes"]].tolist() == [4, 1, 1, 4, 1]
    assert counts.loc["liens", ["avant", "disparus", "apparus", "apres"]].tolist() == [2, 1, 0, 1]
    assert (counts["avant"] - counts["disparus"] + counts["apparus"] == counts["apres"]).all()
    assert (counts["avant"] - counts["disparus"] == counts["changes"] + counts["inchanges"]).drop(["chiffres"]).all()
    lines = loop[2]["changements"]["lignes"].query("table == 'acteurs'")
    assert dict(zip(lines["nom"], lines["changement"], strict=True)) == {
        "Neuf": "apparu", "Lieu tenu secret": "disparu", "Épicerie neuve": "changé",
    }  # fmt: skip


def test_the_sentences_and_the_files_say_it(loop):
    text = "\n".join(loop[2]["phrases"]["phrase"])
    assert "4 acteurs avant, 4 après : 1 apparu, 1 disparu sur 4, 1 changé sur 3 présents aux deux dates." in text
    assert "« Épicerie de l'essai » devient « Épicerie neuve »" in text
    names = [path.name for path in loop[2]["fichiers"]]
    assert names == ["carte_des_changements.png", "changements.html", "changements.xlsx"]
    assert {path.parent.name for path in loop[2]["fichiers"]} == {"changements"}
    book = openpyxl.load_workbook(loop[2]["fichiers"][2])
    assert book.sheetnames[1:] == ["bilan", "phrases", "lignes", "cases", "ressorts", "chiffres"]
    page = loop[2]["fichiers"][1].read_text(encoding="utf-8")
    assert "<script>alert" not in page and "data:image/png" in page and "Content-Security-Policy" in page


def test_the_states_are_told_and_nothing_is_left_in_the_dossier(loop):
    assert loop[2]["compares"] == ["Avant : essai, au soir du 01/01/2020.", "Après : essai, toutes les corrections acceptées comprises."]
    assert not list(loop[0].glob("inventaire_2*"))


def test_a_public_comparison_says_nothing_secret_and_a_state_against_itself_nothing(loop):
    shown = run.select_edition(run.measure(loop[0]), "publique")
    changes = compare_dossiers(shown, shown)
    assert "Rien n'a changé" in describe_changes(changes)["phrase"].iat[0]
    assert not any(len(changes[name]) for name in ("lignes", "cases", "ressorts", "chiffres"))
    fewer = shown | {"acteurs": shown["acteurs"].iloc[1:]}
    assert "secret" not in "".join(describe_changes(compare_dossiers(shown, fewer))["phrase"])


def test_a_workbook_alone_is_read_with_the_files_of_the_dossier(loop, tmp_path):
    former, latter, told = way.find_states(loop[1], loop[0], "", tmp_path)
    assert former["dossier"] == latter["dossier"] == loop[0] and latter["inventaire"] is None
    assert former["inventaire"].name == "inventaire.xlsx" and former["inventaire"].read_bytes() == loop[1].read_bytes()
    assert told == ["Avant : avant.xlsx.", "Après : essai."]


def test_the_command_says_the_sentences(loop, monkeypatch, capsys):
    monkeypatch.setattr(way, "compare", lambda *_, **given: loop[2] | {"donne": given})
    main(["changements", str(loop[0]), "--depuis", "1/1/2020"])
    told = capsys.readouterr().out
    assert "4 acteurs avant, 4 après" in told and "Écrit : " in told and "au soir du" in told


@pytest.mark.parametrize(("arguments", "words"), [(({}), "deux états"), ({"depuis": "hier"}, "n'est pas un jour"),
                                                  ({"apres": "nulle-part.xlsx"}, "introuvable")])  # fmt: skip
def test_what_cannot_be_compared_is_said(tmp_path, arguments, words):
    with pytest.raises(DiagnosticError, match=words):
        way.compare(tmp_path, **arguments)


def make_communes(*codes):
    shapes = [box(n, 0, n + 1, 1) for n in range(len(codes))]
    return gpd.GeoDataFrame({"nom": [f"C{code}" for code in codes]}, index=pd.Index(codes, name="code_insee"), geometry=shapes, crs=2154)


def make_layers(units, *codes):
    rows = pd.DataFrame(units, columns=["code_insee", "couche", "unite_id"])
    named = rows.drop_duplicates(["couche", "unite_id"])[["couche", "unite_id"]].assign(unite_nom=lambda t: "Unité " + t["unite_id"])
    couches = pd.DataFrame({"libelle": ["Caf", None]}, index=pd.Index(["CAF", "MSA"], name="couche"))
    return {"communes": make_communes(*codes), "affectation": rows, "unites": named, "couches": couches}


def test_communes_that_change_unit_come_or_leave():
    before = make_layers([("1", "CAF", "x"), ("2", "CAF", "x"), ("3", "CAF", "y"), ("1", "MSA", "m")], "1", "2", "3")
    after = make_layers([("1", "CAF", "x"), ("2", "CAF", "y"), ("4", "CAF", "y"), ("2", "MSA", "m")], "1", "2", "4")
    rows, (communes, pairs) = compare_ressorts(before, after)
    told = {(row.code_insee, row.couche): (row.changement, row.avant, row.apres) for row in rows.itertuples()}
    assert told == {
        ("2", "CAF"): ("change d'unité", "Unité x", "Unité y"), ("3", "CAF"): ("commune sortie", "Unité y", ""),
        ("4", "CAF"): ("commune entrée", "", "Unité y"), ("1", "MSA"): ("détachée", "Unité m", ""),
        ("2", "MSA"): ("rattachée", "", "Unité m"),
    }  # fmt: skip
    assert [communes[name] for name in ("avant", "disparus", "apparus", "apres", "changes", "inchanges")] == [3, 1, 1, 3, 2, 0]
    assert [pairs[name] for name in ("avant", "disparus", "apparus", "apres", "changes")] == [3, 1, 1, 3, 1]
    assert rows.query("couche == 'CAF'")["decoupage"].unique().tolist() == ["Caf"]


def test_the_order_of_the_units_of_a_commune_counts_for_nothing():
    one = make_layers([("1", "CAF", "x"), ("1", "CAF", "y")], "1")
    two = make_layers([("1", "CAF", "y"), ("1", "CAF", "x")], "1")
    assert len(compare_ressorts(one, two)[0]) == 0


def make_records(*values):
    rows = pd.DataFrame({"mesure": ["nb_unites", "densite", "autre"][: len(values)], "valeur": values, "territoire": "perimetre"})
    columns = ["couche_a", "couche_b", "groupe_a", "groupe_b", "ponderation", "numerateur", "denominateur", "raison_absence"]
    return {"resultats": rows.assign(**dict.fromkeys(columns, None)), "territoires": pd.DataFrame({"nom": ["P"]}, index=["perimetre"])}


def test_a_figure_that_cannot_be_computed_is_no_zero():
    rows, count = compare_figures(make_records(1.0, np.nan, 3.0), make_records(1.0 + 1e-12, 0.0, np.nan))
    assert rows["mesure"].tolist() == ["autre", "densite"] and rows["ecart"].isna().all() and (rows["raison"] != "").all()
    assert [count[name] for name in ("avant", "disparus", "apparus", "apres", "changes", "inchanges")] == [2, 1, 1, 2, 0, 1]
    assert len(compare_figures(make_records(np.nan), make_records(np.nan))[0]) == 0


def test_rows_that_share_their_key_are_all_compared():
    one = pd.DataFrame({"source_id": ["a", "a"], "cible_id": ["b", "b"], "type": ["t", "t"], "intensite": [1.0, 2.0]})
    rows, cells, count = compare_rows(one, one.assign(intensite=[1.0, 3.0]), "liens", keys=KEYS["liens"], names={"a": "A", "b": "B"})
    assert rows[["cle", "nom", "cases"]].to_numpy().tolist() == [["a / b / t (2)", "A / B / t (2)", 1]]
    assert cells[["colonne", "avant", "apres"]].to_numpy().tolist() == [["intensite", "2", "3"]]
    assert count["inchanges"] == 1
    empty = compare_rows(one.iloc[:0], one.iloc[:0], "liens", keys=KEYS["liens"])
    assert len(empty[0]) == len(empty[1]) == 0 and empty[2]["avant"] == 0


@pytest.mark.parametrize(("values", "texts"), [
    ([1.0, 2.5, None], ["1", "2.5", ""]), ([("b", "a"), None], ["b; a", ""]), (pd.array([True, None], dtype="boolean"), ["oui", ""]),
    (pd.to_datetime(["2026-02-03", None]), ["03/02/2026", ""]), (["x", np.nan], ["x", ""]),
])  # fmt: skip
def test_cells_are_compared_as_a_reader_sees_them(values, texts):
    assert spell_cells(pd.Series(values)).tolist() == texts


def test_what_an_edition_does_not_hold_is_counted_by_difference():
    before = {"acteurs": pd.DataFrame({"acteur_id": ["a", "b"], "nom": ["A", "B"], "effectif": [1, 2]})}
    after = {"acteurs": pd.DataFrame({"acteur_id": ["a", "c"], "nom": ["A", "C"], "effectif": [9, 3]})}
    assert count_changes(before, after) == 3  # b went, c came, one cell of a
    shown = [{"acteurs": tables["acteurs"].drop(columns="effectif")} for tables in (before, after)]
    assert count_changes(*shown) == 2 and count_changes(before, before) == 0 == count_changes({}, after)


def test_the_command_finds_an_earlier_inventory_beside_the_one_of_today(chemin_piege, tmp_path, monkeypatch):
    (chemin_piege / "anciens").mkdir()
    for path in (chemin_piege / "ancien_2026-11-28.xlsx", chemin_piege / "anciens" / "inventaire_2026-11-28_1.xlsx"):
        path.touch()
    asked = []
    nothing = {"compares": [], "phrases": pd.DataFrame({"phrase": []}), "fichiers": []}
    monkeypatch.setattr(way, "compare", lambda *states, **_: asked.append(states) or nothing)
    monkeypatch.chdir(tmp_path)
    for name in ("ancien_2026-11-28.xlsx", "inventaire_2026-11-28_1.xlsx"):
        main(["changements", name, str(chemin_piege)])
    main(["changements", str(chemin_piege), "--depuis", "01/11/2026"])
    first, second, alone = asked
    assert first == (chemin_piege / "ancien_2026-11-28.xlsx", chemin_piege) and second[0].parent.name == "anciens"
    assert alone == (chemin_piege,)
