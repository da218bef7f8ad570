"""A territory becomes the first tables of its inventory: its communes and its public bodies, facts only."""

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.draft import draft_inventory, find_epci, locate_example, read_commune_list
from diagnostic.vocabulary import read_list


def draft(folder, **asked):
    return draft_inventory(folder / "nouveau", **asked)


@pytest.fixture
def pilot(tmp_path):
    return draft(tmp_path, departements=["43", "63"])


def test_the_pilot(pilot):
    assert {name: len(table) for name, table in pilot.items() if name != "parametres"} == {
        "communes": 720, "acteurs": 720 + 25 + 2 + 2 + 1 + 2 + 1, "couches": 5, "questions": 6,
    }  # fmt: skip
    bodies = pilot["acteurs"]
    counts = bodies["categorie"].value_counts()
    assert counts[["commune", "cc", "ca", "metropole"]].tolist() == [720, 21, 3, 1]
    assert counts[["departement", "prefecture", "region", "caf", "msa"]].tolist() == [2, 2, 1, 2, 1]
    assert "CC du Massif du Sancy" in set(bodies["nom"])
    assert bodies.set_index("acteur_id").loc["MSA-auvergne", "territoires"] == "43;63"
    assert bodies.set_index("acteur_id").loc["REG-84", ["nom", "territoires"]].tolist() == ["Région Auvergne-Rhône-Alpes", "43;63"]


@pytest.mark.parametrize(
    "asked", [{"departements": ["43", "63"]}, {"regions": ["94", "02", "06"]}, {"departements": ["67", "68", "75", "69"]}]
)
def test_bodies_are_well_formed(tmp_path, asked):
    bodies = draft(tmp_path, **asked)["acteurs"]
    assert bodies["acteur_id"].is_unique
    assert bodies["categorie"].isin(read_list("categories").index).all()
    assert bodies["categories_secondaires"].dropna().isin(read_list("categories").index).all()
    assert bodies["source"].str.contains("INSEE").all() and bodies["diffusion"].eq("public").all()
    assert bodies[["nom", "territoires"]].ne("").all().all() and bodies[["nom", "territoires"]].notna().all().all()
    assert bodies["code_insee"].dropna().str.len().eq(5).all()


def test_an_epci_across_two_departements(tmp_path):
    tables = draft(tmp_path, epci=["246300966"])
    assert len(tables["communes"]) == 20 and "15132" in set(tables["communes"]["code_insee"])
    bodies = tables["acteurs"]["categorie"].value_counts()
    assert bodies[["commune", "cc", "departement", "caf", "msa"]].tolist() == [20, 1, 2, 2, 1]


def test_a_region(tmp_path):
    tables = draft(tmp_path, regions=["94"])
    names = set(tables["acteurs"]["nom"])
    assert len(tables["communes"]) == 360
    # Corsica has one assembly, and no council of a departement.
    assert "Collectivité de Corse" in names
    assert not any(name.startswith(("Département", "Région")) for name in names)


def test_councils_that_are_not_those_of_one_departement(tmp_path):
    bodies = draft(tmp_path, departements=["67", "68", "75", "972", "976"])["acteurs"].set_index("acteur_id")
    assert bodies.loc["DEP-67", ["nom", "territoires"]].tolist() == ["Collectivité européenne d'Alsace", "67;68"]
    assert not {"DEP-68", "DEP-75", "DEP-972", "REG-06"} & set(bodies.index)
    assert bodies.loc["REG-02", ["nom", "categories_secondaires"]].tolist() == ["Collectivité territoriale de Martinique", "departement"]
    assert bodies.loc["DEP-976", "categories_secondaires"] == "region"


def test_pyrenees_atlantiques_and_landes_have_no_caf(tmp_path):
    bodies = draft(tmp_path, departements=["64", "40"])["acteurs"]
    assert not (bodies["categorie"] == "caf").any()
    assert bodies.loc[bodies["categorie"] == "msa", "nom"].tolist() == ["MSA Sud Aquitaine"]


def test_no_msa_overseas(tmp_path):
    bodies = draft(tmp_path, departements=["974"])["acteurs"]
    assert not (bodies["categorie"] == "msa").any()
    assert (bodies["categorie"] == "caf").sum() == 1


def test_an_inventory_is_never_overwritten(tmp_path):
    folder = tmp_path / "nouveau"
    folder.mkdir()
    (folder / "inventaire.ods").write_text("à moi", encoding="utf-8")
    with pytest.raises(DiagnosticError, match="déjà un inventaire"):
        draft(tmp_path, departements=["43"])
    assert (folder / "inventaire.ods").read_text(encoding="utf-8") == "à moi"


def test_a_territory_must_be_said(tmp_path):
    with pytest.raises(DiagnosticError, match="n'est pas dit") as caught:
        draft(tmp_path)
    assert "--departement 43" in caught.value.a_faire


def test_unknown_codes_are_all_told(tmp_path):
    with pytest.raises(DiagnosticError) as caught:
        draft(tmp_path, departements=["43", "20"], epci=["1"], regions=["99"])
    assert all(word in str(caught.value) for word in ["départements 20", "EPCI 1", "régions 99"])
    assert "--epci" in caught.value.a_faire and "liste des EPCI" in caught.value.a_faire
    with pytest.raises(DiagnosticError) as caught:
        draft(tmp_path, departements=["20"])
    assert "--epci" not in caught.value.a_faire


@pytest.mark.parametrize("word", ["244301099", "244 301 099", "CC Auzon Communauté", "auzon", "AUZON  communaute"])
def test_an_epci_is_found_by_its_siren_its_name_or_a_part_of_it(word):
    assert find_epci([word]) == {"244301099": "CC Auzon Communauté"}


def test_a_name_of_several_epci_or_of_none_lists_candidates_with_their_siren(tmp_path):
    with pytest.raises(DiagnosticError) as caught:
        draft(tmp_path, epci=["Velay"])
    assert "200073419 CA du Puy-en-Velay" in caught.value.quoi and "dans le nom de 3 EPCI" in caught.value.quoi
    assert "le SIREN ou un nom plus précis" in caught.value.a_faire
    with pytest.raises(DiagnosticError) as caught:
        find_epci(["pays"])
    assert len(caught.value.quoi.splitlines()) == 12 and "autres" in caught.value.quoi.splitlines()[-1]
    with pytest.raises(DiagnosticError) as caught:
        find_epci(["Ozon Communauté"])
    assert "Aucun EPCI" in caught.value.quoi and "244301099 CC Auzon Communauté" in caught.value.quoi
    near = {"Brioudde": "CC Brioude Sud Auvergne", "Clermont Métropole": "Clermont Auvergne Métropole", "Aydat": "Mond'Arverne"}
    for typed, meant in near.items():
        with pytest.raises(DiagnosticError) as caught:
            find_epci([typed])
        told = caught.value.quoi.splitlines()
        assert meant in told[1] and len(told) <= 6 and "une de ses communes" in caught.value.a_faire
    for nothing in ("", "?!", "xqzwkjx", "Agglo du Lac"):  # unrelated names are worse than none
        with pytest.raises(DiagnosticError, match="Aucun EPCI") as caught:
            find_epci([nothing])
        assert "Mond'Arverne" in caught.value.a_faire


def test_communes_are_named_in_french(tmp_path):
    names = set(draft(tmp_path, departements=["43"])["acteurs"]["nom"])
    assert {"Commune d'Arsac-en-Velay", "Commune du Brignon", "Commune des Estables", "Commune de La Chaise-Dieu"} <= names
    assert {"Commune d'Yssingeaux", "Commune de Brioude"} <= names and not any(" de Le " in name or " de Les " in name for name in names)


def listing(folder, *rows, heading="code_insee;nom"):
    path = folder / "mes communes.csv"
    path.write_text("\n".join([heading, *rows]), encoding="utf-8")
    return path


def test_a_file_of_communes(chemin_piege):
    path = listing(chemin_piege, "43157;Le Puy-en-Velay", "63330;Saint-Cirgues-sur-Couze", "63109;Les Deux-Rives", "63003;Ambert")
    assert read_commune_list(path) == ["43157", "63109", "63003"]
    tables = draft(chemin_piege, communes=path)
    assert tables["communes"]["code_insee"].tolist() == ["43157", "63003", "63109"]


def test_a_file_of_communes_with_faults(chemin_piege):
    path = listing(chemin_piege, "43157;", "3001;", "43100;Brioude", "99999;", "97801;Saint-Martin", ";Ambert")
    with pytest.raises(DiagnosticError) as caught:
        read_commune_list(path)
    told = str(caught.value)
    assert "5 lignes" in told
    for words in ["ligne 3", "« 03001 » (Abrest)", "ligne 4", "« 43040 »", "ligne 5", "99999", "ligne 6", "outre-mer", "ligne 7"]:
        assert words in told
    assert "ligne 2" not in told


def test_a_file_of_postcodes(chemin_piege):
    path = listing(chemin_piege, "43100", "43200", "63600", "63120", heading="code_insee")
    with pytest.raises(DiagnosticError, match="code postal"):
        read_commune_list(path)


def test_a_file_without_commune(chemin_piege):
    with pytest.raises(DiagnosticError, match="aucune commune"):
        read_commune_list(listing(chemin_piege))
    with pytest.raises(DiagnosticError, match="code_insee"):
        read_commune_list(listing(chemin_piege, "A;B", heading="ville;taille"))


def test_the_examples_are_found():
    assert locate_example("exemple").is_dir()
    with pytest.raises(DiagnosticError, match="manque"):
        locate_example("absent")


def test_the_order_of_what_is_asked_changes_nothing(tmp_path, pilot):
    other = draft(tmp_path, departements=["63", "43", "63"])
    for name, table in pilot.items():
        pd.testing.assert_frame_equal(other[name], table)


def test_the_purpose_of_the_map_is_asked_first(pilot):
    assert pilot["parametres"]["cle"].iat[0] == "finalite"
    first = pilot["questions"].iloc[0]
    assert first.tolist() == ["Q0", "Quelle est la finalité de la carte ?", ""]
