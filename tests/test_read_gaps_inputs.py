"""The three sheets of the measures of gaps, read in one call, and the coverage of dispositifs beside them."""

import pandas as pd
from dossier_csv import ACTEURS, check_counts, counts_of, read

from diagnostic.read.gaps.inputs import read_gap_inputs
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.territories import read_communes
from diagnostic.schema import list_vocabularies, make_table
from diagnostic.vocabulary import read_list

PERIMETER = "cle;valeur\ndepartements;43\nfinalite;Essai"


def test_a_dossier_that_says_nothing(tmp_path):
    tables = {name: make_table(name) for name in ("attendus", "temps_trajet", "indicateurs", "acteurs")}
    tables["couches"] = make_table("couches").set_index("couche")
    lists = {name: read_list(name) for name in list_vocabularies()}
    communes = read_communes(["43157"], geometry=False)
    found, rows, counts, told = read_gap_inputs(tables, communes, read_cog(), folder=tmp_path, lists=lists)
    assert set(found) == {"attendus", "temps_trajet", "indicateurs", "indicateurs_communes"}
    assert len(found["attendus"]) > 10 and all(found[name].empty for name in set(found) - {"attendus"})
    assert rows.empty and counts.empty and told.empty


def test_all_of_it_in_a_dossier(chemin_piege):
    (chemin_piege / "indicateurs").mkdir()
    (chemin_piege / "indicateurs" / "r.csv").write_text("code;t\n43157;s\n43040;12\n", encoding="utf-8")
    found = read(
        chemin_piege, parametres=PERIMETER, acteurs=f"{ACTEURS}\na;A;ccas;43157;", attendus="attendu_id;retenu\nccas;non\nlune;non",
        temps_trajet="code_insee;destination;minutes\n43040;a;30\n43040;x;3",
        indicateurs="indicateur;libelle;fichier_indicateur;colonne_valeur;genre;millesime;source\nt;Taux;r.csv;t;part;2021;INSEE",
    )  # fmt: skip
    check_counts(found)
    counts = counts_of(found)["ecartees"]
    assert counts[[("attendus.csv", "attendus"), ("temps_trajet.csv", "temps_trajet"), ("indicateurs/r.csv", "r")]].tolist() == [2, 1, 0]
    assert "ccas" not in set(found["attendus"]["attendu_id"]) and found["temps_trajet"]["minutes"].tolist() == [30]
    values = found["indicateurs_communes"].set_index("code_insee")
    assert values.loc[["43157", "43040"], "etat"].tolist() == ["secret", "publie"] and len(values) == len(found["communes"])


def test_the_coverage_of_dispositifs_names_its_territory(chemin_piege):
    rows = "territoire_id;type;statut;date\nHaute-Loire;CTG;complet;01/02/2026\n200073419;*;partiel;\nLa Lune;PAT;complet;"
    found = read(chemin_piege, parametres=PERIMETER, couverture_dispositifs=rows + "\n43;licorne;complet;")
    covered = found["couverture_dispositifs"]
    assert covered["territoire_id"].tolist() == ["departement:43", "epci:200073419", "La Lune", "departement:43"]
    assert covered["type"].tolist()[:3] == ["CTG", "*", "PAT"] and covered["statut"].tolist()[:2] == ["complet", "partiel"]
    assert covered["date"].iloc[0] == pd.Timestamp("2026-02-01")
    told = found["problemes"][found["problemes"]["feuille"] == "couverture_dispositifs"]
    told = told[told["gravite"] == "attention"]
    found_at = set(zip(told["ligne"], told["colonne"], told["valeur"], strict=True))
    assert found_at == {(4, "territoire_id", "La Lune"), (5, "type", "licorne")}
    check_counts(found)
