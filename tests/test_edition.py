"""Who may see what: rows, cells, names, and what is told of what was removed."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from passage import find_canaries, list_texts, measure_small, run_small

from diagnostic.edition import MASK, filter_edition, keep_local, mask_personal, show_same_actors
from diagnostic.schema import make_table


@pytest.fixture(scope="module")
def small():
    tables, results = measure_small()
    return tables | results


@pytest.mark.parametrize("edition", ["publique", "partenaires"])
def test_no_canary_in_any_file(edition):
    folder, _ = run_small()
    found = {name: find_canaries(text) for name, text in list_texts(folder / edition).items()}
    # The partners may see the rows marked for them; nothing personal, no row marked interne.
    allowed = {"CANARI", "canari"} if edition == "partenaires" else set()
    assert not {name: words for name, words in found.items() if set(words) - allowed}
    assert len(found) >= 8


def test_partners_see_their_rows_and_not_the_internal_ones():
    folder, _ = run_small()
    text = "".join(list_texts(folder / "partenaires").values())
    assert "CANARI partenaires" in text
    assert "CANARIID<" not in text and "CANARI interne" not in text and "CANARI dispositif" not in text
    assert "CANARI REMARQUE" not in text and "CANARIPERSONNE" not in text and "Canari-Person" not in text


def test_canaries_are_in_the_internal_edition_and_persons_nowhere():
    folder, _ = run_small()
    text = "".join(list_texts(folder / "interne").values())
    assert "CANARI REMARQUE" in text and "CANARI interne" in text
    assert "CANARIPERSONNE" not in text


def test_pictures_hold_no_metadata():
    folder, _ = run_small()
    pictures = sorted((folder / "publique" / "cartes").glob("*.png"))
    assert pictures
    kinds = [re.findall(rb"(tEXt|iTXt|zTXt|eXIf|tIME)", path.read_bytes()[:200]) for path in pictures]
    assert not any(kinds)


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
    [("publique", "Entreprise individuelle (nom non publié)"), ("partenaires", "CANARI Jeanne maraîchère")],
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
    assert set(inside.loc[~few, "mesure"]) == {*of_actors, "taux_realisation"} and few.any()
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


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("écrire à jean.dupont+cc@mairie-auzon.fr", f"écrire à {MASK}"),
        ("tél. 04.71.00.00.01 ou +33 (0)4 71 00 00 02", f"tél. {MASK} ou {MASK}"),
        ("0033471000000", MASK),
        ("voir Mme Claire DURAND, présidente", f"voir {MASK}, présidente"),
        ("Cyber-b@se, 3 place de la Mairie", "Cyber-b@se, 3 place de la Mairie"),
        ("SIRET 21430016400012, 43016", "SIRET 21430016400012, 43016"),
        ("Maison des dames, 2e étage", "Maison des dames, 2e étage"),
    ],
)
def test_personal_words_are_masked_and_others_kept(text, kept):
    rows = pd.DataFrame({"nom": [text, None], "themes": [(text, "logement"), ()], "n": [1.0, 2.0]})
    masked, told = mask_personal(rows, "acteurs")
    assert masked["nom"].iat[0] == kept and pd.isna(masked["nom"].iat[1])
    assert masked["themes"].tolist() == [(kept, "logement"), ()]
    assert len(told) == (0 if text == kept else 2)


@given(st.text(max_size=30), st.text(max_size=30))
def test_an_email_never_survives(before, after):
    rows = pd.DataFrame({"nom": [f"{before} a.b@exemple.fr {after}"]})
    assert "a.b@exemple.fr" not in mask_personal(rows, "acteurs")[0]["nom"].iat[0]


def test_identifiers_are_never_masked_into_one_another():
    ids = ["HIN-0471112233", "HIN-0471112234", "a@exemple.fr", "b@exemple.fr", "M. Durand"]
    rows = pd.DataFrame({"acteur_id": ids, "nom": ids, "site_id": ids[::-1]})
    masked, _ = mask_personal(rows, "acteurs")
    assert masked["acteur_id"].tolist()[:2] == ids[:2] and masked["acteur_id"].nunique() == 5
    assert masked["site_id"].tolist() == masked["acteur_id"].tolist()[::-1]  # the same in every column
    assert "exemple.fr" not in str(masked.to_dict()) and "Durand" not in str(masked.to_dict())
    assert masked["nom"].tolist()[0] == f"HIN-{MASK}"
    measure = pd.DataFrame({"cible_id": ids, "acteurs": [tuple(ids)] * 5}, index=pd.Index(ids, name="acteur_id"))
    shown, _ = mask_personal(measure, "liens_reseau")
    assert shown.index.tolist() == shown["cible_id"].tolist() == list(shown["acteurs"].iat[0]) == masked["acteur_id"].tolist()


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


def test_no_distance_leads_to_a_hidden_site(small):
    """Three distances to a point find it: a category one of whose sites is hidden has none in the public edition."""
    actors = small["acteurs"]
    hidden = actors[actors["diffusion"].isin(["interne", "partenaires"]) | actors["lieu_domicile"].eq(True).fillna(False)]
    category = hidden["categorie"].dropna().iloc[0]
    distances = pd.DataFrame({"code_insee": ["43157"], "categorie": category, "distance_km": 1.5, "site_id": hidden["acteur_id"].iloc[0]})
    other = distances.assign(categorie="mairie_annexe", site_id=None)
    tables = small | {"acces_communes": pd.concat([distances, other], ignore_index=True)}
    public, removed = filter_edition(tables, "publique")
    assert public["acces_communes"]["categorie"].tolist() == ["mairie_annexe"]
    assert removed["raison"].str.startswith("distances à une catégorie").any()
    assert len(filter_edition(tables, "interne")[0]["acces_communes"]) == 2


def test_a_sole_trader_is_one_even_where_diffusion_is_empty(small):
    actors = small["acteurs"]
    assert actors.set_index("acteur_id")["diffusion"].isna()["A4"]
    traders = actors["entreprise_individuelle"].where(actors["acteur_id"] != "A4", True)
    shown, _ = filter_edition(small | {"acteurs": actors.assign(entreprise_individuelle=traders)}, "publique")
    assert shown["acteurs"].set_index("acteur_id").at["A4", "nom"] == "Entreprise individuelle (nom non publié)"


def test_the_body_of_a_unit_is_not_named_where_it_is_hidden(small):
    units = small["unites"].assign(organisme_id="CANARIID")
    assert filter_edition(small | {"unites": units}, "publique")[0]["unites"]["organisme_id"].isna().all()
    assert filter_edition(small | {"unites": units}, "interne")[0]["unites"]["organisme_id"].eq("CANARIID").all()


def test_a_theme_typed_out_of_the_lists_stays_inside(small):
    for name, column, words in (("facettes", "facette", "valeur"), ("constats_details", "objet", "identifiant")):
        opened = {"edition": "publique", "acteur_id": None, "dispositif_id": None} if name == "constats_details" else {}
        rows = small[name].iloc[:1].assign(**{column: "theme", words: "CANARITHEME"}, **opened)
        listed = rows.assign(**{words: "logement"})
        given = small | {name: pd.concat([rows, listed], ignore_index=True)}
        shown, removed = filter_edition(given, "publique")
        assert shown[name][words].tolist() == ["logement"], name
        assert ((removed["table"] == name) & removed["raison"].str.contains("hors des listes")).any()
        assert filter_edition(given, "interne")[0][name][words].tolist() == ["CANARITHEME", "logement"]
