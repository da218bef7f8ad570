"""Indicators of communes: a secret, a missing word, an empty cell, an absent commune are told apart, and none is ever a zero."""

import numpy as np
import pandas as pd
import pytest
from dossier_csv import check_counts, counts_of, read

from diagnostic.errors import DiagnosticError
from diagnostic.read.gaps.indicators import read_cells, read_indicators
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.territories import read_communes
from diagnostic.schema import make_table

COG = read_cog()
STATES = ["publie", "secret", "non_disponible", "vide", "absente", "autre_millesime"]
FLAT = ["63160", "63448", "43157", "43040", "43200", "75056"]


@pytest.fixture
def dossier(chemin_piege):
    (chemin_piege / "indicateurs").mkdir()
    return chemin_piege


def write(folder, name, text):
    (folder / "indicateurs" / name).write_text(text, encoding="utf-8")


def declare(*rows):
    columns = ["indicateur", "fichier_indicateur", "colonne_valeur", "genre", "colonne_commune"]
    table = pd.DataFrame([[*row, *[None] * (5 - len(row))] for row in rows], columns=columns)
    return table.assign(fichier="indicateurs.csv", feuille="indicateurs", ligne=range(2, 2 + len(table)))


def read_all(folder, *rows, codes=FLAT):
    declared, values, lines, told = read_indicators(declare(*rows), folder, read_communes(codes, geometry=False), COG)
    return values.set_index(["indicateur", "code_insee"]), lines, told


def test_the_states_are_told_apart_and_none_is_zero(dossier):
    write(dossier, "revenus.csv", "CODGEO;MED;N\n43157;21 540,5;0\n43040;s;s\n43200;nd;-3\n63448;;douze\n")
    values, _, told = read_all(dossier, ["med", "revenus.csv", "MED", "valeur"], ["n", "revenus.csv", "n", "nombre"])
    assert values.loc["med", "etat"].to_dict() == {
        "43157": "publie", "43040": "secret", "43200": "non_disponible", "63160": "absente", "63448": "vide", "75056": "absente",
    }  # fmt: skip
    assert values.loc["med", "valeur"].dropna().to_dict() == {"43157": 21540.5}
    assert values.loc["n", "etat"].reindex(["43157", "43040", "43200", "63448"]).tolist() == ["publie", "secret", *["non_disponible"] * 2]
    assert values.loc["n", "valeur"].dropna().to_dict() == {"43157": 0}
    said = told["probleme"].str.cat(sep="\n")
    assert "Indicateur med, sur 6 communes : publiée 1, secrète 1, non disponible 1, vide 1, absente du fichier 2." in said
    assert "Indicateur n : 2 valeurs illisibles dans le territoire ; la première, ligne 4 : « -3 »." in said
    assert set(told["fichier"]) == {"indicateurs/revenus.csv"} and told["ligne"].isna().all()


@pytest.mark.parametrize(
    ("cells", "genre", "states"),
    [
        (["12", "14,5 %", "S", "n.d.", "-", "-14,8"], "part", ["publie", "publie", "secret", "non_disponible", "non_disponible", "publie"]),
        (["Rural", "s", "S", "nd", ""], "classe", ["publie", "secret", "publie", "non_disponible", "vide"]),
        (["1e400", "12 à 15"], "valeur", ["non_disponible", "non_disponible"]), ([], "part", []),
    ],
)  # fmt: skip
def test_cells_by_genre(cells, genre, states):
    found = read_cells(pd.Series(cells, dtype="str"), genre)
    assert found["etat"].tolist() == states
    assert (found["valeur"].isna() | (found["etat"] == "publie")).all()
    assert (found["classe"].notna() == ((found["etat"] == "publie") & (genre == "classe"))).all()


# Aulhat (63018) joined Flat (63160): two rows of an older file for one commune. Chaméane (63078) alone, without Le Vernet (63448).
OLD = "code;n;t;c\n63018;100;12;rural\n63160;50;14;rural\n63078;9;9;bourg\n43157;7;7;ville\n"


def test_another_vintage_adds_counts_only(dossier):
    write(dossier, "vieux.csv", OLD)
    asked = {"n": ("n", "nombre"), "t": ("t", "part"), "v": ("t", "valeur"), "c": ("c", "classe")}
    rows = [[name, "vieux.csv", *how] for name, how in asked.items()]
    values, _, told = read_all(dossier, *rows)
    assert values.loc[("n", "63160"), ["valeur", "etat"]].tolist() == [150, "publie"]
    assert set(values.xs("63160", level=1)["etat"].drop("n")) == {"autre_millesime"}
    # A part of a commune is not the commune.
    assert set(values.xs("63448", level=1)["etat"]) == {"autre_millesime"}
    assert values["valeur"].loc[:, ["63160", "63448"]].dropna().index.tolist() == [("n", "63160")]
    assert values.loc[("c", "43157"), "classe"] == "ville" and values.loc[("t", "43157"), "valeur"] == 7
    merged = told[told["probleme"].str.startswith("Fichier d'un autre millésime")]
    assert len(merged) == 1 and "2 communes" in merged["probleme"].iloc[0] and "Aulhat-Flat (63160, 2 lignes)" in merged["probleme"].iloc[0]


@pytest.mark.parametrize(("cell", "state"), [("s", "secret"), ("nd", "non_disponible"), ("", "vide"), ("x", "non_disponible")])
def test_nothing_secret_is_rebuilt(dossier, cell, state):
    write(dossier, "vieux.csv", f"code;n\n63018;{cell}\n63160;50\n")
    values, _, _ = read_all(dossier, ["n", "vieux.csv", "n", "nombre"])
    assert values.at[("n", "63160"), "etat"] == state and np.isnan(values.at[("n", "63160"), "valeur"])


def test_arrondissements_are_not_added_to_their_commune(dossier):
    parts = [f"{75100 + n};{n}" for n in range(1, 21)]
    for name, rows, expected in [
        ("tout.csv", ["75056;1000", *parts], (1000, "publie", 20)), ("parties.csv", parts, (210, "publie", 0)),
        ("manque.csv", parts[1:], (-1, "autre_millesime", 0)),
    ]:  # fmt: skip
        write(dossier, name, "code;n\n" + "\n".join(rows) + "\n")
        values, lines, _ = read_all(dossier, ["n", name, "n", "nombre"])
        found = values.loc[("n", "75056")]
        assert (np.nan_to_num(found["valeur"], nan=-1), found["etat"], int(lines["code_insee"].isna().sum())) == expected
        if name == "parties.csv":
            assert read_all(dossier, ["n", name, "n", "part"])[0].at[("n", "75056"), "etat"] == "autre_millesime"


def test_lines_that_are_no_commune_are_set_aside_and_counted(dossier):
    write(dossier, "f.csv", "code;n\n43157;1\n43157;2\n99999;3\n1004;4\n69123;5\n98818;6\nTotal;21\nSource : INSEE;\n")
    found = read(
        dossier, parametres="cle;valeur\ndepartements;43\nfinalite;Essai",
        indicateurs="indicateur;libelle;fichier_indicateur;colonne_valeur;genre\nn;Nombre;f.csv;n;Nombre\nm;Mal;f.csv;n;couleur",
    )  # fmt: skip
    check_counts(found)
    counts = counts_of(found)
    assert counts.loc[("indicateurs/f.csv", "f")].tolist() == [8, 1, 2, 0, 5]
    assert counts.loc[("indicateurs.csv", "indicateurs")].tolist() == [2, 1, 0, 0, 1]
    values = found["indicateurs_communes"].set_index("code_insee")
    assert values.at["43157", "valeur"] == 1 and len(values) == len(found["communes"])
    assert found["indicateurs"]["indicateur"].tolist() == ["n"]
    told = found["problemes"][found["problemes"]["fichier"] == "indicateurs/f.csv"]["probleme"].str.cat(sep="\n")
    said = ["2 lignes écartées (commune inconnue) ; la première, ligne 4", "1 ligne écartée (commune répétée)"]
    for words in [*said, "2 lignes écartées (ligne de total"]:
        assert words in told


def test_every_fault_of_structure_is_told_at_once(dossier):
    write(dossier, "a.csv", "code;n\n43157;1\n")
    write(dossier, "b.csv", "lieu;n\n43157;1\n")
    rows = [["x", "absent.csv", "n", "nombre"], ["y", "a.csv", "revenu", "valeur"], ["z", "b.csv", "n", "nombre"]]
    rows += [["w", "../a.csv", "n", "part"]]
    with pytest.raises(DiagnosticError) as caught:
        read_all(dossier, *rows)
    text = str(caught.value)
    for words in (
        "Fichier introuvable", "« revenu » introuvable", "colonnes lues : code, n", "Colonne des communes introuvable",
        "colonnes lues : lieu, n", "dossier indicateurs et donnez son seul nom",
    ):  # fmt: skip
        assert words in text, words
    values, _, _ = read_all(dossier, ["z", "b.csv", "n", "nombre", "Lieu"])
    assert values.at[("z", "43157"), "valeur"] == 1


def test_no_commune_of_the_territory(dossier):
    write(dossier, "a.csv", "code;n\n01004;1\n")
    values, _, told = read_all(dossier, ["x", "a.csv", "n", "nombre"])
    assert set(values["etat"]) == {"absente"} and told["probleme"].str.startswith("Aucune commune du territoire").sum() == 1


def test_the_order_of_the_lines_counts_for_nothing(dossier):
    lines = OLD.strip().split("\n")
    write(dossier, "a.csv", "\n".join(lines))
    write(dossier, "b.csv", "\n".join([lines[0], *lines[:0:-1]]))
    first, second = (read_all(dossier, ["n", name, "n", "nombre"], ["c", name, "c", "classe"])[0] for name in ("a.csv", "b.csv"))
    pd.testing.assert_frame_equal(first, second)


def test_none_declared(dossier):
    declared, values, rows, told = read_indicators(make_table("indicateurs"), dossier, read_communes(FLAT, geometry=False), COG)
    assert declared.empty and values.empty and rows.empty and told.empty
    assert values.columns.tolist() == ["code_insee", "indicateur", "valeur", "classe", "etat"] and values["valeur"].dtype == float


def test_a_workbook_takes_the_sheet_of_the_indicator(dossier):
    with pd.ExcelWriter(dossier / "indicateurs" / "été.xlsx") as book:
        pd.DataFrame({"code": ["43157"], "n": ["1"]}).to_excel(book, sheet_name="autre", index=False)
        pd.DataFrame({"code": ["43157"], "n": ["2"]}).to_excel(book, sheet_name="N", index=False)
    values, _, _ = read_all(dossier, ["n", "été.xlsx", "n", "nombre"])
    assert values.at[("n", "43157"), "valeur"] == 2


def test_the_published_files(partage):
    folder = partage / "indicateurs"
    communes = read_communes(departements=["43", "63"], geometry=False)
    declared = declare(
        ["med", "filosofi_2021_communes.csv", "MED21", "valeur"], ["tp60", "filosofi_2021_communes.csv", "TP6021", "part"],
        ["menages", "filosofi_2021_communes.csv", "NBMENFISC21", "nombre"], ["densite", "densite_2026.csv", "niveau_densite", "classe"],
        ["ruralite", "ruralite_2026.csv", "niveau_ruralite", "classe"],
    )  # fmt: skip
    _, values, rows, told = read_indicators(declared, folder.parent, communes, COG)
    counts = values.groupby(["indicateur", "etat"]).size()
    raw = pd.read_csv(folder / "filosofi_2021_communes.csv", sep=";", dtype=str, keep_default_na=False).set_index("CODGEO")
    for name, column in (("med", "MED21"), ("tp60", "TP6021")):
        here = values[values["indicateur"] == name].set_index("code_insee")
        same = here[(here["etat"] != "autre_millesime") & here.index.isin(raw.index)]
        cells = raw.loc[same.index, column]
        assert (same["etat"] == cells.map({"s": "secret", "nd": "non_disponible"}).fillna("publie")).all()
        assert same["valeur"].dropna().to_dict() == cells[~cells.isin(["s", "nd"])].str.replace(",", ".").astype(float).to_dict()
    assert counts.groupby(level=0).sum().eq(720).all()
    assert counts["tp60"].to_dict() == {"autre_millesime": 1, "publie": 58, "secret": 661} and set(values["etat"]) <= set(STATES)
    # Les Deux-Rives was Chidrac (63109) and Saint-Cirgues (63330) in 2021: households add up, incomes do not.
    households = raw.loc[["63109", "63330"], "NBMENFISC21"].astype(float).sum()
    merged = values[values["code_insee"] == "63109"].set_index("indicateur")
    assert merged.loc["menages", ["valeur", "etat"]].tolist() == [households, "publie"] and merged.at["med", "etat"] == "autre_millesime"
    assert told["probleme"].str.contains("Les Deux-Rives (63109, 2 lignes)", regex=False).sum() == 1
    classes = values[values["indicateur"].isin(["densite", "ruralite"])]
    assert classes["etat"].eq("publie").all() and not classes["classe"].str.startswith(" ").any()
    assert len(rows) == sum(len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in folder.glob("*.csv"))
