"""Sheets by their names: which are read together, which are left out, and what is told of each."""

from pathlib import Path

import pandas as pd
import pytest

from diagnostic.read.inventory.sheets import choose_sheets, gather_sheets, split_name

HEAD = [["acteur_id", "nom", "categorie"], ["A", "a", "mjc"]]
OTHER = [["lien", "adresse"], ["x", "y"]]


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("acteurs", ("acteurs", "")),
        ("Acteurs ", ("acteurs", "")),
        ("Acteurs (suite)", ("acteurs", "suite")),
        ("acteurs 2", ("acteurs", "2")),
        ("acteurs2", ("acteurs", "2")),
        ("ACTEURS - santé", ("acteurs", "sante")),
        ("acteurs_2024", ("acteurs", "2024")),
        ("Saisie participations", ("saisie_participations", "")),
        ("saisie-liens 2", ("saisie_liens", "2")),
        ("Couverture inventaire suite", ("couverture_inventaire", "suite")),
        ("acteur", (None, "")),
        ("acteursx", (None, "")),
        ("nos acteurs", (None, "")),
        ("Feuil1", (None, "")),
    ],
)
def test_names(sheet, expected):
    assert split_name(sheet) == expected


def choose(aliases=None, **sheets):
    listed = []
    for feuille, rows in sheets.items():
        name, after = split_name(feuille)
        table = (name or "").removeprefix("saisie_")
        raw = pd.DataFrame(rows, index=range(1, len(rows) + 1), dtype=str)
        listed.append(
            {
                "nom": name,
                "table": table,
                "suite": after,
                "path": Path("inventaire.xlsx"),
                "feuille": feuille,
                "raw": raw,
            }
        )
    chosen, problems, errors = choose_sheets(listed, aliases or {})
    told = [part.iloc[0] for part in problems if part is not None and len(part)]
    read = {table: [sheet["feuille"] for sheet in kept] for table, kept in chosen.items() if kept}
    return read, [(row["gravite"], row["feuille"]) for row in told], [error.quoi for error in errors]


def test_one_sheet_says_nothing():
    assert choose(acteurs=HEAD) == ({"acteurs": ["acteurs"]}, [], [])


def test_a_table_goes_on_in_another_sheet():
    read, told, errors = choose(acteurs=HEAD, **{"acteurs (suite)": HEAD, "acteurs santé": HEAD})
    assert read == {"acteurs": ["acteurs", "acteurs (suite)", "acteurs santé"]}
    assert told == [("information", "acteurs santé")]
    assert not errors


def test_two_sheets_of_one_name_are_an_error():
    read, _, errors = choose(acteurs=HEAD, **{"Acteurs ": HEAD})
    assert read == {}
    assert errors == ["Deux feuilles pour la table acteurs."]


def test_a_sheet_without_the_columns_is_a_stranger():
    assert choose(acteurs=HEAD, **{"acteurs utiles": OTHER}) == (
        {"acteurs": ["acteurs"]},
        [("information", "acteurs utiles")],
        [],
    )
    assert choose(**{"acteurs utiles": OTHER}) == ({}, [("information", "acteurs utiles")], [])


def test_the_headings_of_the_dossier_count():
    rows = [["acteur_id", "Dénomination", "Genre"], ["A", "a", "mjc"]]
    aliases = {"acteurs": {"Genre": "categorie"}}
    assert choose(**{"acteurs suite": rows})[0] == {}
    assert choose(aliases, **{"acteurs suite": rows})[0] == {"acteurs": ["acteurs suite"]}


def test_of_several_years_the_latest_is_read():
    read, told, _ = choose(**{"acteurs 2023": HEAD, "acteurs 2024": HEAD, "acteurs 2024 santé": HEAD})
    assert read == {"acteurs": ["acteurs 2024", "acteurs 2024 santé"]}
    assert told == [("attention", "acteurs 2023"), ("information", "acteurs 2024 santé")]
    read, told, _ = choose(acteurs=HEAD, **{"acteurs 2024": HEAD})
    assert read == {"acteurs": ["acteurs"]}
    assert told == [("attention", "acteurs 2024")]


@pytest.mark.parametrize(
    "name", ["acteurs archive", "acteurs (old)", "Acteurs - copie", "acteurs à supprimer", "acteurs ne pas utiliser"]
)
def test_what_was_put_away_is_not_read(name):
    assert choose(acteurs=HEAD, **{name: HEAD}) == ({"acteurs": ["acteurs"]}, [("attention", name)], [])


def test_the_settings_have_one_sheet():
    rows = [["cle", "valeur"], ["titre", "x"]]
    assert choose(parametres=rows, **{"parametres suite": rows})[0] == {"parametres": ["parametres"]}


def test_grids_and_long_sheets_are_one_table():
    read, told, _ = choose(liens=[["source_id", "cible_id", "type"]], saisie_liens=OTHER, **{"saisie_liens 2": OTHER})
    assert read == {"liens": ["liens", "saisie_liens", "saisie_liens 2"]}
    assert told == [("information", "saisie_liens 2")]


def test_an_empty_sheet_leaves_its_place_to_the_one_of_the_same_name():
    heads, rows = ["code_insee", "destination", "minutes"], ["43157", "a", "5"]
    named = {"nom": "temps_trajet", "table": "temps_trajet", "suite": "", "feuille": "temps_trajet"}
    sheets = [
        named | {"path": Path(name), "raw": pd.DataFrame(raw)}
        for name, raw in (("inventaire.xlsx", [heads]), ("temps_trajet.csv", [heads, rows]))
    ]
    for order in (sheets, sheets[::-1]):
        chosen, _, errors = choose_sheets(order, {})
        assert [sheet["path"].name for sheet in chosen["temps_trajet"]] == ["temps_trajet.csv"] and not errors
    # Two that are filled are one too many; two that are empty are one empty.
    _, _, errors = choose_sheets([sheets[1], sheets[1]], {})
    assert len(errors) == 1 and "Deux feuilles" in errors[0].quoi
    chosen, _, errors = choose_sheets([sheets[0], sheets[0]], {})
    assert len(chosen["temps_trajet"]) == 1 and not errors


def test_an_unreadable_file_joins_the_errors(tmp_path):
    (tmp_path / "liens.csv").write_bytes(b"")
    (tmp_path / "acteurs.csv").write_text("acteur_id;nom\nA;a", encoding="utf-8")
    found, _, errors = gather_sheets([tmp_path / "acteurs.csv", tmp_path / "liens.csv"])
    assert [sheet["nom"] for sheet in found] == ["acteurs"]
    assert len(errors) == 1


def test_the_csv_files_of_an_office_share_a_prefix(tmp_path):
    from diagnostic.errors import DiagnosticError
    from diagnostic.read.inventory.inventory import find_inventory, read_inventory
    from diagnostic.read.inventory.sheets import find_prefix

    (tmp_path / "r-acteurs.csv").write_text("nom,categorie,code_insee\nCCAS,ccas,43016\n", encoding="utf-8")
    (tmp_path / "r-parametres.csv").write_text("cle,valeur\nfinalite,Essai\n", encoding="utf-8")
    files = find_inventory(tmp_path)
    assert find_prefix(files) == "r-" and find_prefix(files[:1]) == "" and len(files) == 2
    tables, settings, *_ = read_inventory(files)
    assert tables["acteurs"]["nom"].tolist() == ["CCAS"] and settings["finalite"] == "Essai"
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DiagnosticError) as caught:
        find_inventory(tmp_path)
    assert "notes.csv, r-acteurs.csv" in caught.value.ou and "acteurs.csv, liens.csv" in caught.value.a_faire
