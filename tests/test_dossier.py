"""A whole dossier: its perimeter, its counts, its imports, and that nothing in it is ever modified."""

import hashlib
import shutil
import time

import pandas as pd
import pytest
from dossier_csv import ACTEURS, check_counts, counts_of, import_into, read

from diagnostic.read.dossier import mask_persons, read_dossier
from diagnostic.read.draft import draft_inventory, locate_example
from diagnostic.schema import list_problems, list_tables
from diagnostic.write.template import write_inventory


def hash_folder(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def example():
    return read_dossier(locate_example("exemple"))


def test_the_example_is_whole(example):
    check_counts(example)
    assert (example["comptes"]["ecartees"] == 0).all() and (example["comptes"]["hors_territoire"] == 0).all()
    assert set(example["problemes"]["gravite"]) <= {"information"}
    assert len(example["communes"]) == 720 and example["communes"].crs == 4326
    assert set(list_tables()) <= set(example)
    assert example["unites_coupees"]["communes_hors"].tolist() == ["15132 Montgreleix"]


def test_what_the_contract_promises(example):
    actors, layers = example["acteurs"], example["affectation"]
    assert {"champ", "champ_origine", "hors_territoire", "methode_commune", "x_m", "y_m"} <= set(actors)
    assert actors["champ"].notna().all() and actors["hors_territoire"].dtype == bool
    assert set(example["acteurs_territoires"]["acteur_id"]) <= set(actors["acteur_id"])
    assert set(example["acteurs_territoires"]["territoire_id"]) <= set(example["territoires"].index)
    assert set(example["dispositifs_territoires"]["territoire_id"]) <= set(example["territoires"].index)
    assert set(layers["code_insee"]) <= set(example["communes"].index)
    assert set(layers["couche"]) == set(example["couches"].index)
    assert not layers.duplicated(["code_insee", "couche", "unite_id"]).any()
    assert set(zip(layers["couche"], layers["unite_id"], strict=True)) == set(
        zip(example["unites"]["couche"], example["unites"]["unite_id"], strict=True)
    )
    assert layers["part"].dropna().between(0, 1).all()


def test_nothing_is_modified(chemin_piege):
    folder = chemin_piege / "exemple"
    shutil.copytree(locate_example("exemple"), folder)
    before = hash_folder(folder)
    read_dossier(folder)
    assert hash_folder(folder) == before


def test_a_broken_example_still_adds_up(chemin_piege):
    folder = chemin_piege / "exemple"
    shutil.copytree(locate_example("exemple"), folder)
    added = {
        "acteurs": (["acteur_id", "nom", "categorie", "code_insee"], ["faux-1,Nom,ccas,3001", "faux-2,,ccas,43157",
                    "faux-1,Nom,ccas,43157", "loin,Nom,ccas,69123", "mer,Nom,ccas,98818"]),
        "liens": (["source_id", "cible_id", "type"], ["personne,caf-43,co_pilote", "caf-43,caf-43,co_pilote", "caf-43,ca-puy,"]),
        "communes": (["code_insee"], ["43157", "63330", "99999", "75056"]),
        "ressorts": (["code_insee", "couche", "unite_id"], ["99999,FICTIF_CIAS,X", "01004,FICTIF_CIAS,X", "43157,INCONNUE,X"]),
    }  # fmt: skip
    for name, (columns, rows) in added.items():
        path = folder / "inventaire" / f"{name}.csv"
        table = pd.DataFrame([row.split(",") for row in rows], columns=columns)
        table = table.reindex(columns=pd.read_csv(path, nrows=0).columns)
        with path.open("a", encoding="utf-8", newline="") as file:
            table.to_csv(file, header=False, index=False)
    found = read_dossier(folder)
    check_counts(found)
    counts = counts_of(found)[["lues", "dans_territoire", "hors_territoire", "ecartees"]]
    # One doubtful code kept, one without name and one repeated identifier set aside, two elsewhere.
    assert counts.loc["acteurs.csv"].values.tolist() == [[275, 271, 2, 2]]
    assert counts.loc["liens.csv"].values.tolist() == [[399, 396, 0, 3]]
    # Repeated or unknown: aside. Paris is now in the perimeter.
    assert counts.loc["communes.csv"].values.tolist() == [[724, 721, 0, 3]]
    assert counts.loc["ressorts.csv"].values.tolist() == [[1581, 1579, 1, 1]]


def test_actors_and_their_territories(chemin_piege):
    rows = [ACTEURS, "a;A;ccas;43157;", "b;B;ccas;75056;43", "c;C;ccas;;autre:P", "d;D;ccas;3001;", "e;E;ccas;75056;"]
    own = "territoire_id;nom;communes\nP;Pays;43157|200085728|99999"
    found = read(chemin_piege, acteurs="\n".join(rows), territoires=own, parametres="cle;valeur\ndepartements;43")
    places = found["acteurs_territoires"].groupby("acteur_id")["territoire_id"].agg(set)
    assert places["a"] == {"perimetre", "departement:43", "epci:200073419", "autre:P"}
    assert len(places["b"]) == 1 + 1 + 11 + 1
    assert places["c"] == {"perimetre", "departement:43", "epci:200073419", "epci:200085728", "autre:P"}
    assert places["d"] == {"perimetre"}
    assert "e" not in places
    assert counts_of(found).loc[("acteurs.csv", "acteurs")].tolist() == [5, 4, 1, 0, 0]
    told = found["problemes"]
    assert told.loc[told["feuille"] == "territoires", "valeur"].dropna().tolist()[-1] == "99999"


def test_a_link_or_a_coverage_of_no_territory_is_told(chemin_piege):
    found = read(
        chemin_piege, acteurs=f"{ACTEURS}\na;A;ccas;43157;\nb;B;ccas;43040;", parametres="cle;valeur\ndepartements;43\nfinalite;Essai",
        liens="source_id;cible_id;type;territoire\na;b;information;Nulle part\na;b;co_pilote;43\na;b;autre;",
        couverture_inventaire="territoire_id;categorie;statut\nHaute-Loire;*;complet\nLa Lune;*;complet",
    )  # fmt: skip
    told = found["problemes"][found["problemes"]["gravite"] == "attention"]
    assert told[["feuille", "ligne", "colonne", "valeur"]].values.tolist() == [
        ["liens", 2, "territoire", "Nulle part"], ["couverture_inventaire", 3, "territoire_id", "La Lune"],
    ]  # fmt: skip
    assert len(found["liens"]) == 3


@pytest.fixture(scope="module")
def real(partage, tmp_path_factory):
    """The dossier of 43 and 63 with the four published files, built once."""
    folder = tmp_path_factory.mktemp("réel") / "Haute-Loire et Puy-de-Dôme"
    tables = draft_inventory(folder, departements=["43", "63"])
    write_inventory(tables, folder / "inventaire.xlsx", titre="Réel", lignes=[])
    for source, name in {
        "france-services": "inventaires/france_services_2024-08.csv", "data-inclusion": "inventaires/data_inclusion_2023-02.json",
        "hinaura": "inventaires/hinaura_2022-11.json", "programmes-anct": "ressorts/programmes_anct_2024.csv",
    }.items():  # fmt: skip
        import_into(folder, source, partage / name)
    return folder


def test_the_real_dossier(real):
    before = hash_folder(real)
    started = time.process_time()
    found = read_dossier(real)
    spent = time.process_time() - started
    assert hash_folder(real) == before
    check_counts(found)
    counts = counts_of(found)
    assert counts.loc[("imports/france-services.xlsx", "acteurs")].tolist() == [2845, 59, 2786, 0, 0]
    assert counts.loc[("imports/data-inclusion.xlsx", "acteurs")].tolist() == [3810, 101, 3709, 0, 0]
    assert counts.loc[("imports/data-inclusion.xlsx", "ecartees")].tolist() == [1, 0, 0, 0, 1]
    assert counts.loc[("imports/hinaura.xlsx", "acteurs")].tolist() == [1171, 189, 980, 0, 2]
    assert counts.loc[("imports/programmes-anct.xlsx", "affiliations")].tolist() == [11_270, 357, 10_900, 0, 13]
    assert counts.loc[("inventaire.xlsx", "communes")].tolist() == [720, 720, 0, 0, 0]
    assert (found["problemes"]["gravite"] == "erreur").sum() == 1 + 13
    assert found["problemes"]["probleme"].str.startswith("Répétition exacte").sum() == 2
    assert found["acteurs"]["remarques"].astype("str").str.contains("<script", regex=False).sum() == 1
    # About 4 s on two cores; the margin is for a busy machine.
    assert spent < 15


def test_actors_merged_are_not_told_as_unknown(chemin_piege):
    rows = f"{ACTEURS}\na;Café des Bruyères;cafe_associatif;43040;\nb;Café des Bruyères;cafe_associatif;43040;"
    decided = "acteur_id_1;acteur_id_2;decision\na;b;fusionner\na;nulle-part;distincts"
    found = read(chemin_piege, acteurs=rows, parametres="cle;valeur\ndepartements;43\nfinalite;Essai", doublons=decided)
    assert found["acteurs"]["acteur_id"].tolist() == ["a"]
    told = found["problemes"].query("feuille == 'doublons' and gravite == 'attention'")
    assert told[["ligne", "valeur"]].values.tolist() == [[3, "nulle-part"]], "once, and nothing of b, merged into a"


def test_the_value_told_of_an_actor_without_commune_is_that_of_its_cell(chemin_piege):
    """The way back looks for this value in the cell: with another, a correction written there would never be applied."""
    rows = f"{ACTEURS}\na;A;ccas;3001;\nb;B;ccas;;"
    told = read(chemin_piege, acteurs=rows, parametres="cle;valeur\ndepartements;43\nfinalite;Essai")["problemes"]
    told = told[told["gravite"].eq("attention") & told["colonne"].eq("code_insee")].sort_values("ligne")
    assert told[["colonne", "valeur"]].values.tolist() == [["code_insee", "3001"], ["code_insee", ""]]


def test_no_cell_of_a_sheet_of_persons_is_shown_whatever_follows_its_name():
    rows = pd.DataFrame({"fichier": "i.xlsx", "feuille": ["personnes (suite)", "Personnes 2026", "acteurs"], "ligne": [2, 3, 4]})
    told = list_problems("attention", rows, "« Zoé » inconnu.", "corrigez", colonne="fonction", valeur="Zoé", proposition="Zoé")
    masked = mask_persons(told.assign(nom="Zoé"))
    assert masked["valeur"].tolist() == masked["nom"].tolist() == masked["proposition"].tolist() == ["", "", "Zoé"]
    assert masked["probleme"].tolist() == ["« … » inconnu."] * 2 + ["« Zoé » inconnu."]


def test_the_problems_of_the_example_bear_the_name_of_their_row(tmp_path):
    from diagnostic import run  # what the command reads, the checks of the charter and of the names after it

    problems = run.load(locate_example("exemple"))["problemes"]
    placed = problems[problems["ligne"].notna()]
    assert len(placed) and (placed["nom"] != "").all() and list(problems.columns)[4] == "nom"
