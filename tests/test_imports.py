"""Open-data files: every row accounted for, in files made here and in the published ones."""

import json
from pathlib import Path

import pandas as pd
import pytest
from feuilles import write_csv

from diagnostic.errors import DiagnosticError
from diagnostic.read.imports.adapters import list_sources
from diagnostic.read.imports.imports import read_import
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.territories import read_communes
from diagnostic.vocabulary import read_list

ECHANTILLONS = Path(__file__).parent / "echantillons"
FS = "id_fs,lib_fs,insee_com,lib_com,code_postal,adresse,latitude,longitude,format_fs,commentaire"


@pytest.fixture(scope="module")
def cog():
    return read_cog()


@pytest.fixture(scope="module")
def pilot():
    return read_communes(departements=["43", "63"], geometry=False)


def test_a_row_is_kept_by_code_by_name_by_point_or_out_of_scope_else_set_aside(cog, chemin_piege):
    path = write_csv(
        chemin_piege, "france_services_2024-08.csv", FS,
        "1,Maison A,43040,Brioude,43100,rue,45.29,3.38,Site fixe,",
        "2,Maison B,63330,Saint-Cirgues-sur-Couze,63320,rue,,,Itinérante,passe le lundi",
        "3,Maison C,99999,Ville inventée,,rue,45.2946,3.3846,Site fixe,",
        "4,Maison D,97801,Saint-Martin,97150,rue,18.07,-63.08,Site fixe,",
        "5,Maison E,,Brioude,43100,rue,,,Site fixe,",
        "6,,43157,Le Puy-en-Velay,43000,rue,45.04,3.88,Site fixe,",
        "7,Maison G,,Ville inventée,,rue,,,Site fixe,",
    )  # fmt: skip
    tables, problems, read = read_import("france-services", path, cog)
    actors, aside = tables["acteurs"], tables["ecartees"]
    assert read == 7 == len(actors) + len(aside)
    assert actors["acteur_id"].tolist() == ["FS-1", "FS-2", "FS-3", "FS-4", "FS-5"]
    assert actors["code_insee"].tolist() == ["43040", "63109", "43040", "97801", "43040"]
    assert actors["methode_commune"].tolist() == ["code", "ancien_code", "coordonnees", "outre_mer", "nom_code_postal"]
    assert actors["confiance_commune"].ne("").all()
    assert actors["mobile"].tolist() == ["non", "oui", "non", "non", "non"]
    assert actors["date_maj"].unique().tolist() == ["2024-08-01"]
    assert "Licence Ouverte" in actors["source"].iloc[0] and "2024-08" in actors["source"].iloc[0]
    told = problems[problems["gravite"] == "erreur"]
    assert told[["ligne", "colonne"]].values.tolist() == [[7, "nom"], [8, "code_insee"]]
    assert aside["ligne_origine"].tolist() == ["7", "8"] and aside["fichier_origine"].eq(path.name).all()
    assert aside["raison"].tolist() == told["probleme"].tolist()
    assert aside["acteur_id"].tolist() == ["FS-6", "FS-7"]


SAMPLES = {
    "finess_fictif.csv": ("finess", 6, 4, 1, 1), "bpe_fictif.csv": ("bpe", 6, 3, 1, 2),
    "annuaire_fictif.json": ("annuaire-administration", 3, 2, 1, 0), "annuaire_export_fictif.json": ("annuaire-administration", 1, 1, 0, 0),
    "siae_fictif.json": ("siae", 2, 2, 0, 0), "siae_marche_fictif.csv": ("siae", 1, 1, 0, 0), "umap_fictif.umap": ("umap", 4, 2, 2, 0),
    "umap_fictif.geojson": ("umap", 1, 1, 0, 0), "gogocarto_fictif.json": ("gogocarto", 2, 2, 0, 0),
    "mediation_numerique_fictif.csv": ("mediation-numerique", 3, 3, 0, 0), "data_inclusion_v1_fictif.json": ("data-inclusion", 2, 2, 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_every_row_of_a_made_sample_is_kept_set_aside_or_out_of_the_list(cog, name):
    source, read, kept, aside, out = SAMPLES[name]
    tables, problems, count = read_import(source, ECHANTILLONS / name, cog)
    assert (count, len(tables["acteurs"]), len(tables.get("ecartees", ()))) == (read, kept, aside)
    left = problems["probleme"].str.extract(r"hors de l'OUTIL 1 : (\d+)", expand=False).dropna().astype(int).sum()
    assert (left, kept + aside + out) == (out, read)
    assert tables["acteurs"]["acteur_id"].is_unique
    assert tables["acteurs"]["source"].str.contains("2026-05-12" if source == "finess" else name, regex=False).all()


def test_samples_are_all_said_to_be_made():
    for name in SAMPLES:
        assert "FICTI" in (ECHANTILLONS / name).read_text(encoding="utf-8"), name


def read_sample(cog, source, name):
    tables, _, _ = read_import(source, ECHANTILLONS / name, cog)
    return tables["acteurs"].set_index("acteur_id")


def test_finess_joins_its_two_kinds_of_lines(cog):
    actors = read_sample(cog, "finess", "finess_fictif.csv")
    home = actors.loc["FIN-430000901"]
    assert home[["nom", "categorie", "code_insee", "date_maj"]].tolist() == ["EHPAD FICTIF DES EXEMPLES", "ehpad", "43040", "2024-04-22"]
    assert home[["lat", "lon"]].astype(float).round(3).tolist() == [45.295, 3.385]
    assert actors.at["FIN-430000902", "nom"] == 'MAISON "FICTIVE" DE SANTE'  # no long name: the short one
    overseas = actors.loc["FIN-970200903"]
    assert overseas["code_insee"] == "97209" and overseas[["lat", "lon"]].astype(float).round(3).tolist() == [14.604, -61.059]
    unknown = actors.loc["FIN-430000905"]  # a category that our list has not: by default, and its projection is not guessed
    assert unknown[["categorie", "lat"]].tolist() == ["essms", ""]


def test_an_equipment_without_a_name_is_named_by_its_type_and_commune(cog):
    names = read_sample(cog, "bpe", "bpe_fictif.csv")["nom"].tolist()
    assert names == ["Établissement d'accueil du jeune enfant (Brioude)", "CRECHE FICTIVE", "Centre de santé (Fort-de-France)"]


def test_two_writings_of_the_directory_give_the_same_row(cog):
    base = read_sample(cog, "annuaire-administration", "annuaire_fictif.json").loc["ADM-fictif-a"]
    export = read_sample(cog, "annuaire-administration", "annuaire_export_fictif.json").loc["ADM-fictif-a"]
    columns = ["nom", "categorie", "code_insee", "commune", "code_postal", "adresse", "lat", "lon", "date_maj"]
    assert base[columns].tolist() == export[columns].tolist()
    assert base[["categorie", "code_postal", "date_maj"]].tolist() == ["mission_locale", "43100", "2024-12-18"]


def test_the_layers_of_a_umap_are_its_categories(cog):
    actors = read_sample(cog, "umap", "umap_fictif.umap").set_index("nom")
    # A layer that our list does not know keeps its own words: reading the dossier tells them, with suggestions.
    assert actors["categorie"].to_dict() == {"Tiers-lieu FICTIF": "tiers_lieu", "Lieu FICTIF": "Nos lieux à nous"}
    assert actors.at["Tiers-lieu FICTIF", "remarques"] == "FICTIF <b>texte</b>"


def test_one_siret_of_two_kinds_is_two_actors(cog):
    actors = read_sample(cog, "siae", "siae_fictif.json")
    assert actors["categorie"].tolist() == ["aci", "entreprise_insertion"]
    assert actors["nom"].tolist() == ["Le Chantier FICTIF", "CHANTIER FICTIF"]


def test_a_typology_wins_over_a_label_and_a_label_over_the_producer(cog):
    actors = read_sample(cog, "mediation-numerique", "mediation_numerique_fictif.csv")
    assert actors["categorie"].tolist() == ["tiers_lieu", "point_numerique", "point_numerique"]
    assert actors["mobile"].tolist() == ["oui", "non", "non"] and actors["publics"].tolist() == ["jeunes;seniors", "", ""]
    networks = read_sample(cog, "data-inclusion", "data_inclusion_v1_fictif.json")
    assert networks["categorie"].tolist() == ["mission_locale", "association_autre"]


def test_one_identifier_for_two_different_rows_makes_two_that_do_not_depend_on_their_order(cog, chemin_piege):
    rows = [f"{name},43040,Brioude,43100,rue,,,Fixe," for name in ("1,Maison A", "1,Maison B", "1,Maison A", "2,Maison C")]
    found = {}
    for name, order in {"a.csv": rows, "b.csv": rows[::-1]}.items():
        tables, problems, read = read_import("france-services", write_csv(chemin_piege, name, FS, *order), cog)
        assert (read, len(tables["acteurs"])) == (4, 3)
        assert problems["probleme"].str.contains("Répétition exacte").sum() == 1
        assert problems["probleme"].str.contains("plusieurs lignes différentes").sum() == 2
        found[name] = tables["acteurs"].set_index("nom")["acteur_id"].to_dict()
    assert found["a.csv"] == found["b.csv"] and found["a.csv"]["Maison C"] == "FS-2"
    assert len(set(found["a.csv"].values())) == 3


def test_a_row_without_identifier_is_named_by_what_it_says(cog, chemin_piege):
    first = write_csv(chemin_piege, "a.csv", FS, ",Maison A,43040,Brioude,43100,rue,,,Fixe,", ",Maison B,43040,Brioude,43100,rue,,,Fixe,")
    second = write_csv(chemin_piege, "b.csv", FS, ",Maison Z,43040,Brioude,43100,rue,,,Fixe,", ",MAISON B,43040,Brioude,43100,rue,,,Fixe,")
    ids = [read_import("france-services", path, cog)[0]["acteurs"]["acteur_id"].tolist() for path in (first, second)]
    assert ids[0][1] == ids[1][1] and len({*ids[0], *ids[1]}) == 3


def make_columns(*rows):
    return pd.DataFrame(rows, columns=["source", "colonne", "origine", "valeur"])


def test_a_table_of_ours_or_one_declared_in_the_dossier(cog, chemin_piege):
    path = write_csv(chemin_piege, "nos acteurs.csv", "id;structure;type;ville;cp", "A;Ressourcerie FICTIVE;Ressourcerie;Brioude;43100")
    actors = read_import("tableau", path, cog)[0]["acteurs"]
    shown = actors[["acteur_id", "nom", "categorie", "code_insee"]].values.tolist()
    assert shown == [["TAB-A", "Ressourcerie FICTIVE", "Ressourcerie", "43040"]]
    columns = make_columns(["pays-43", "categorie", "Nature", None], ["pays-43", "themes", None, "culture"], ["autre", "nom", "x", None])
    tables, problems, read = read_import("pays-43", ECHANTILLONS / "tableau_fictif.csv", cog, columns=columns)
    actors = tables["acteurs"]
    assert (read, len(actors), len(tables["ecartees"])) == (3, 2, 1)
    assert actors["categorie"].tolist() == ["Ressourcerie", "Café associatif"] and actors["themes"].eq("culture").all()
    assert actors["acteur_id"].str.startswith("PAYS-43-").all() and actors["ligne"].tolist() == [3, 4]  # a title line above
    with pytest.raises(DiagnosticError, match="colonnes absentes : categorie"):
        read_import("tableau", ECHANTILLONS / "tableau_fictif.csv", cog)


def test_a_declared_column_that_the_file_lacks(cog):
    columns = make_columns(["pays-43", "categorie", "Genre", None])
    with pytest.raises(DiagnosticError, match="colonnes absentes : Genre"):
        read_import("pays-43", ECHANTILLONS / "tableau_fictif.csv", cog, columns=columns)


def test_the_file_of_another_source(cog, chemin_piege):
    path = write_csv(chemin_piege, "x.csv", "nom,ville", "A,B")
    with pytest.raises(DiagnosticError) as caught:
        read_import("france-services", path, cog)
    told = str(caught.value)
    assert "n'est pas celui de « france-services »" in told
    assert "id_fs" in told and "longitude" in told and "nom, ville" in told


@pytest.mark.parametrize("source", ["france-services", "data-inclusion", "hinaura", "programmes-anct"])
def test_wrong_files(cog, chemin_piege, source):
    with pytest.raises(DiagnosticError, match="introuvable"):
        read_import(source, chemin_piege / "absent.csv", cog)
    with pytest.raises(DiagnosticError, match="dossier"):
        read_import(source, chemin_piege, cog)
    (chemin_piege / "vide.csv").write_bytes(b"")
    with pytest.raises(DiagnosticError, match="vide"):
        read_import(source, chemin_piege / "vide.csv", cog)
    (chemin_piege / "vide.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DiagnosticError, match="aucune case|colonnes absentes"):
        read_import(source, chemin_piege / "vide.json", cog)


def test_a_heading_without_rows(cog, chemin_piege):
    with pytest.raises(DiagnosticError, match="aucune ligne"):
        read_import("france-services", write_csv(chemin_piege, "f.csv", FS), cog)


def test_an_unknown_source(cog, chemin_piege):
    with pytest.raises(DiagnosticError, match="choisissez parmi : france-services, data-inclusion, hinaura, programmes-anct"):
        read_import("insee", chemin_piege / "f.csv", cog)


def count(rows, codes, pilot):
    """Return the rows in the pilot's departements, elsewhere, and in each departement."""
    departements = codes.map(pilot["departement"])
    return int(departements.notna().sum()), int(departements.isna().sum()), departements.value_counts().to_dict()


def test_france_services_of_2024(partage, cog, pilot):
    tables, problems, read = read_import("france-services", partage / "inventaires" / "france_services_2024-08.csv", cog)
    actors = tables["acteurs"]
    assert (read, len(actors)) == (2845, 2845)
    assert count(actors, actors["code_insee"], pilot) == (59, 2786, {"43": 22, "63": 37})
    assert (problems["gravite"] == "erreur").sum() == 0
    assert actors["methode_commune"].value_counts()["ancien_code"] == 32 and (actors["methode_commune"] == "outre_mer").sum() == 2


def test_data_inclusion_of_2023(partage, cog, pilot):
    tables, problems, read = read_import("data-inclusion", partage / "inventaires" / "data_inclusion_2023-02.json", cog)
    actors = tables["acteurs"]
    assert (read, len(actors), (problems["gravite"] == "erreur").sum()) == (3811, 3810, 1)
    assert count(actors, actors["code_insee"], pilot)[2] == {"63": 66, "43": 35}
    coded = actors[actors["methode_commune"].isin(["code", "ancien_code"])]
    assert count(coded, coded["code_insee"], pilot)[2] == {"63": 65, "43": 31}
    assert actors["acteur_id"].is_unique
    assert actors["categorie"].isin(read_list("categories").index).all()


def test_types_of_data_inclusion_lead_to_the_categories_of_the_guide(partage, cog):
    path = partage / "inventaires" / "data_inclusion_2023-02.json"
    tables, problems, _ = read_import("data-inclusion", path, cog)
    types = pd.Series([record.get("typologie") for record in json.loads(path.read_text(encoding="utf-8"))]).fillna("")
    actors = tables["acteurs"]
    actors = actors.assign(typologie=types.to_numpy()[actors["ligne"] - 2])
    for kind, category in {"CCAS": "ccas", "ML": "mission_locale"}.items():
        held = actors.loc[actors["typologie"] == kind, "categorie"]
        assert len(held) and held.eq(category).all(), kind
    # A type that our list does not know is told, one row each, and put in the category said by default.
    told = problems[problems["probleme"].str.contains("sans équivalent")]
    default = list_sources().at["data-inclusion", "categorie_defaut"]
    assert actors.loc[actors["ligne"].isin(told["ligne"]), "categorie"].eq(default).all()


def test_hinaura_of_2022(partage, cog, pilot):
    tables, problems, read = read_import("hinaura", partage / "inventaires" / "hinaura_2022-11.json", cog)
    actors = tables["acteurs"]
    # Two rows of the file are other rows written twice.
    assert (read, len(actors), problems["probleme"].str.contains("Répétition exacte").sum()) == (1171, 1169, 2)
    assert not (problems["gravite"] == "erreur").any()
    assert actors["acteur_id"].is_unique
    assert count(actors, actors["code_insee"], pilot) == (189, 980, {"63": 169, "43": 20})
    assert (actors["confiance_commune"] == "sure").mean() > 0.95
    # The licence is each record's own where it says one.
    assert actors["source"].str.endswith("ODbL").sum() == 623
    # Text is kept as it is: it is escaped where it is drawn.
    assert actors["remarques"].str.contains("<script", regex=False).sum() == 1


def test_identifiers_do_not_depend_on_the_rest_of_the_file(partage, cog, chemin_piege):
    records = json.loads((partage / "inventaires" / "hinaura_2022-11.json").read_text(encoding="utf-8"))
    part = chemin_piege / "hinaura_2023-05.json"
    part.write_text(json.dumps(records[300:0:-1]), encoding="utf-8")
    whole = read_import("hinaura", partage / "inventaires" / "hinaura_2022-11.json", cog)[0]["acteurs"]
    later = read_import("hinaura", part, cog)[0]["acteurs"]
    # All but the rows whose twin, of the same name and address, is only in the whole file.
    assert later["acteur_id"].isin(whole["acteur_id"]).sum() >= len(later) - 2


def test_a_file_of_too_many_rows_is_refused_before_its_communes_are_looked_for(cog, chemin_piege, monkeypatch):
    path = write_csv(chemin_piege, "f.csv", FS, *[f"{rank},Maison {rank},43040,Brioude,43100,rue,,,Site fixe," for rank in range(3)])
    monkeypatch.setattr("diagnostic.read.imports.imports.MOST_ROWS", 2)
    monkeypatch.setattr("diagnostic.read.imports.imports.resolve_places", None)
    with pytest.raises(DiagnosticError, match="garderait 3 lignes : une feuille en tient 2"):
        read_import("france-services", path, cog)


def test_a_source_is_found_whatever_its_case_and_its_spaces():
    from diagnostic.read.imports.imports import find_source

    columns = pd.DataFrame({"source": ["Assos Brivadois"], "colonne": ["nom"], "origine": ["Asso"], "valeur": [""]})
    assert [find_source(name) for name in ("France-Services", "FRANCE SERVICES", "autre")] == ["france-services"] * 2 + ["autre"]
    assert {find_source(name, columns) for name in ("Assos Brivadois", "assos-brivadois", "assosbrivadois")} == {"assos-brivadois"}


def test_the_lines_to_add_are_told_with_the_headings_read(cog, tmp_path):
    path = write_csv(tmp_path, "liste.csv", "Nom de l'association;Ville;Genre", "Club;Brioude;sport")
    columns = pd.DataFrame({"source": ["Assos Brivadois"], "colonne": ["commune"], "origine": ["Ville"], "valeur": [""]})
    with pytest.raises(DiagnosticError) as caught:
        read_import("Assos Brivadois", path, cog, columns=columns)
    told = caught.value.a_faire
    assert "assos-brivadois | nom | Nom de l'association |" in told and "assos-brivadois | categorie |" in told and "« Genre »" in told
