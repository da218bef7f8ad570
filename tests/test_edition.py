"""Who may see what: rows, cells, names, and what is told of what was removed."""

import re

import pandas as pd
import pytest
from passage import find_canaries, list_texts, measure_small, run_small
from PIL import Image

from diagnostic.edition import filter_edition, keep_local, show_same_actors
from diagnostic.edition.personal import MASK
from diagnostic.schema import make_table


@pytest.fixture(scope="module")
def small():
    tables, results = measure_small()
    return tables | results


@pytest.mark.long
@pytest.mark.parametrize("edition", ["publique", "partenaires"])
def test_no_canary_in_any_file(edition):
    folder, _ = run_small()
    found = {name: find_canaries(text) for name, text in list_texts(folder / edition).items()}
    # The partners may see the rows marked for them; nothing personal, no row marked interne.
    allowed = {"CANARI", "canari"} if edition == "partenaires" else set()
    assert not {name: words for name, words in found.items() if set(words) - allowed}
    assert len(found) >= 8


@pytest.mark.long
def test_partners_see_their_rows_and_not_the_internal_ones():
    folder, _ = run_small()
    text = "".join(list_texts(folder / "partenaires").values())
    assert "CANARI partenaires" in text
    assert "CANARIID<" not in text and "CANARI interne" not in text and "CANARI dispositif" not in text
    assert "CANARI REMARQUE" not in text and "CANARIPERSONNE" not in text and "Canari-Person" not in text


@pytest.mark.long
def test_canaries_are_in_the_internal_edition_and_persons_nowhere():
    folder, _ = run_small()
    text = "".join(list_texts(folder / "interne").values())
    assert "CANARI REMARQUE" in text and "CANARI interne" in text
    assert "CANARIPERSONNE" not in text


@pytest.mark.long
def test_pictures_say_where_they_come_from_and_nothing_else():
    folder, _ = run_small()
    pictures = sorted((folder / "publique" / "cartes").glob("*.png"))
    assert pictures
    for path in pictures:
        with Image.open(path) as picture:
            told = {key: value for key, value in picture.info.items() if isinstance(value, str)}
        assert set(told) == {"Description"} and told["Description"].startswith("diagnostic-maillage "), path
        assert not re.findall(rb"(iTXt|zTXt|eXIf|tIME)", path.read_bytes()[:600])


def test_rows_of_hidden_actors_go_with_everything_that_names_them(small):
    shown, removed = filter_edition(small, "publique")
    assert set(shown["acteurs"]["acteur_id"]) == {"A1", "A4", "A5", "A6", "A7", "A8"}
    assert set(shown["participations"]["acteur_id"]) == {"A1", "A8"}
    assert set(shown["liens"]["cible_id"]) == {"A4", "A8"}
    assert shown["instances"]["membres"].tolist() == [("A1", "A8")]
    assert shown["dispositifs"]["porteur_id"].isna().all()
    # D2 is hidden; D1, where a champ is missing, is named inside only.
    assert shown["dispositifs_mixtes"].index.tolist() == []
    opened = small | {"dispositifs_mixtes": small["dispositifs_mixtes"].assign(edition="publique")}
    assert filter_edition(opened, "publique")[0]["dispositifs_mixtes"].index.tolist() == ["D1"]
    assert "positions" not in shown and "personnes" not in shown and "problemes" not in shown
    counts = removed.set_index(["table", "objet"])["nombre"]
    assert counts["acteurs", "lignes"] == 2 and counts["dispositifs", "lignes"] == 1
    assert counts["instances", "colonne membres"] == 1
    assert removed["nombre"].gt(0).all()


def test_empty_diffusion_opens_name_category_and_commune_only(small):
    shown, _ = filter_edition(small, "publique")
    row = shown["acteurs"].set_index("acteur_id").loc["A4"]
    assert (row["nom"], row["categorie"], row["code_insee"]) == ("Association silencieuse", "evs", "43016")
    assert row["themes"] == () and pd.isna(row["lat"]) and pd.isna(row["lon"])
    mairie = small["communes"].loc["43016"]
    assert (row["x_m"], row["y_m"]) == (mairie["x_m"], mairie["y_m"])
    exact = small["acteurs"].set_index("acteur_id").loc["A4"]
    assert exact["x_m"] != mairie["x_m"]


@pytest.mark.parametrize(
    ("edition", "name"),
    [
        ("publique", "Association pour le maintien d'une agriculture paysanne, Auzon (nom non publié)"),
        ("partenaires", "CANARI Jeanne maraîchère"),
    ],
)
def test_homes_and_sole_traders_are_brought_back_to_the_commune(small, edition, name):
    shown, removed = filter_edition(small, edition)
    rows = shown["acteurs"].set_index("acteur_id")
    mairie = small["communes"].loc["43016"]
    for actor in ("A5", "A6"):
        assert rows.loc[actor, ["lat", "lon"]].isna().all()
        assert (rows.at[actor, "x_m"], rows.at[actor, "y_m"]) == (mairie["x_m"], mairie["y_m"])
    if edition == "partenaires":
        assert pd.isna(rows.at["A6", "adresse"]) and rows.at["A1", "adresse"] == "1 rue CANARIADRESSE"
    assert rows.at["A5", "nom"] == name
    assert ((removed["table"] == "acteurs") & (removed["objet"] == "adresse et point")).sum() == 1


def test_records_and_sentences_that_name_structures_stay_inside(small):
    inside = small["resultats"].query("edition == 'interne'")
    of_actors = {"degre", "intermediarite", "contrainte", "taille_effective", "perte_paires", "perte_paires_inter", "frontiere"}
    few = inside["mesure"].eq("densite_bloc") & inside["groupe_a"].ne("social")  # groups of one or two actors
    counted = {"taux_realisation", "nb_proximites", "gain_habitants", "gain_distance_km"}  # links to check, sites to add
    assert set(inside.loc[~few, "mesure"]) == of_actors | counted and few.any()
    shown, _ = filter_edition(small, "publique")
    assert set(shown["resultats"]["edition"]) == {"publique"}
    assert not shown["resultats"]["groupe_a"].isin(small["acteurs"]["acteur_id"]).any()
    assert set(shown["lectures"]["edition"]) == {"publique"}
    every, removed = filter_edition(small, "interne")
    assert len(every["resultats"]) == len(small["resultats"])
    assert set(removed["table"]) <= {"personnes"}


def test_arguments_are_untouched_and_the_order_of_rows_does_not_matter(small):
    before = small["acteurs"].copy()
    first, told = filter_edition(small, "publique")
    pd.testing.assert_frame_equal(small["acteurs"], before)
    mixed = small | {"acteurs": small["acteurs"].iloc[::-1], "liens": small["liens"].iloc[::-1]}
    second, told_again = filter_edition(mixed, "publique")
    pd.testing.assert_frame_equal(first["acteurs"], second["acteurs"].sort_index())
    assert sorted(told["nombre"]) == sorted(told_again["nombre"])


def test_empty_tables_go_through():
    tables = {name: make_table(name) for name in ("acteurs", "dispositifs", "liens", "instances")}
    tables["communes"] = pd.DataFrame(columns=["x_m", "y_m"])
    shown, removed = filter_edition(tables, "publique")
    assert all(shown[name].empty for name in tables) and removed.empty


def test_masking_reaches_the_index_the_settings_and_the_vocabulary(small):
    told = small["couches"].rename(index={"EPCI": "voir a@b.fr"})
    shown, _ = filter_edition(small | {"couches": told}, "publique")
    assert shown["couches"].index[0] == f"voir {MASK}"
    assert shown["reglages"]["finalite"] == f"Écrire à {MASK}"
    assert small["reglages"]["finalite"].endswith("canari@exemple.test")


def test_outside_rows_of_imports_leave_the_outputs(small):
    far = small["acteurs"].assign(hors_territoire=small["acteurs"]["acteur_id"].eq("A8"))
    contracts = small["dispositifs"].assign(fichier=["imports/programmes-anct.xlsx", "inventaire.xlsx"])
    kept = keep_local(small | {"acteurs": far, "dispositifs": contracts})
    assert "A8" not in set(kept["acteurs"]["acteur_id"]) and len(kept["acteurs"]) == len(far) - 1
    assert kept["dispositifs"]["dispositif_id"].tolist() == ["D2"]


def test_same_actors_or_not(small):
    public, internal = (filter_edition(small, edition)[0] for edition in ("publique", "interne"))
    assert show_same_actors([internal, internal])
    assert not show_same_actors([public, internal])
    moved = internal | {"acteurs": internal["acteurs"].assign(x_m=0.0)}
    assert not show_same_actors([internal, moved])


def test_a_sole_trader_is_one_even_where_diffusion_is_empty(small):
    actors = small["acteurs"]
    assert actors.set_index("acteur_id")["diffusion"].isna()["A4"]
    traders = actors["entreprise_individuelle"].where(actors["acteur_id"] != "A4", True)
    shown, _ = filter_edition(small | {"acteurs": actors.assign(entreprise_individuelle=traders)}, "publique")
    assert shown["acteurs"].set_index("acteur_id").at["A4", "nom"] == "Espaces de vie sociale, Auzon (nom non publié)"


def test_the_body_of_a_unit_is_not_named_where_it_is_hidden(small):
    units = small["unites"].assign(organisme_id="CANARIID")
    assert filter_edition(small | {"unites": units}, "publique")[0]["unites"]["organisme_id"].isna().all()
    assert filter_edition(small | {"unites": units}, "interne")[0]["unites"]["organisme_id"].eq("CANARIID").all()


def test_a_theme_typed_out_of_the_lists_stays_inside(small):
    for name, column, words in (("facettes", "facette", "valeur"), ("constats_details", "objet", "identifiant")):
        opened = {"edition": "publique", "acteur_id": None, "dispositif_id": None, "constat": "silos_themes"}
        opened = opened if name == "constats_details" else {}
        rows = small[name].iloc[:1].assign(**{column: "theme", words: "CANARITHEME"}, **opened)
        listed = rows.assign(**{words: "logement"})
        given = small | {name: pd.concat([rows, listed], ignore_index=True)}
        shown, removed = filter_edition(given, "publique")
        assert shown[name][words].tolist() == ["logement"], name
        assert ((removed["table"] == name) & removed["raison"].str.contains("hors des listes")).any()
        assert filter_edition(given, "interne")[0][name][words].tolist() == ["CANARITHEME", "logement"]
