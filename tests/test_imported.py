"""The folder imports/: what it brings, what it set aside, what is damaged."""

import pandas as pd
import pytest
from dossier_csv import ACTEURS, check_counts, counts_of, import_into, write

from diagnostic.errors import DiagnosticError
from diagnostic.read.dossier import read_dossier
from diagnostic.read.imports import imported
from diagnostic.schema import PROBLEM_COLUMNS
from diagnostic.write.template import write_inventory


def test_an_import_is_read_with_what_it_set_aside(chemin_piege):
    published = chemin_piege / "programmes 2024.csv"
    rows = ["pvd,pvd-1,Brioude,43040", "pvd,pvd-2,Lyon,69123", "ti,ti-1,Gone,200057990", "va,va-1,Ancien,63330"]
    published.write_text("\n".join(["programme,id_territoire,lib_territoire,code", *rows]), encoding="utf-8")
    folder = chemin_piege / "dossier"
    folder.mkdir()
    write(folder, parametres="cle;valeur\ndepartements;43")
    import_into(folder, "programmes-anct", published)
    found = read_dossier(folder)
    check_counts(found)
    assert counts_of(found).loc[("imports/programmes-anct.xlsx", "affiliations")].tolist() == [4, 1, 2, 0, 1]
    told = found["problemes"][found["problemes"]["gravite"] == "erreur"]
    assert told[["fichier", "ligne", "valeur"]].values.tolist() == [["programmes 2024.csv", 4, "200057990"]]
    # The same file again takes the place of the first.
    import_into(folder, "programmes-anct", published)
    assert len(read_dossier(folder)["dispositifs"]) == 3


def test_an_identifier_already_taken(chemin_piege):
    published = chemin_piege / "france_services_2024.csv"
    heading = "id_fs,lib_fs,insee_com,lib_com,code_postal,adresse,latitude,longitude,format_fs,commentaire"
    published.write_text(f"{heading}\n1,Maison,43040,Brioude,43100,rue,45.29,3.38,Site fixe,\n", encoding="utf-8")
    write(chemin_piege, parametres="cle;valeur\ndepartements;43", acteurs=f"{ACTEURS}\nFS-1;La mienne;ccas;43157;")
    import_into(chemin_piege, "france-services", published)
    found = read_dossier(chemin_piege)
    check_counts(found)
    assert found["acteurs"]["nom"].tolist() == ["La mienne"]
    assert counts_of(found).loc[("imports/france-services.xlsx", "acteurs")].tolist() == [1, 0, 0, 0, 1]
    assert "déjà pris" in found["problemes"].loc[found["problemes"]["gravite"] == "erreur", "probleme"].iloc[0]


def test_a_damaged_import(chemin_piege):
    write(chemin_piege, parametres="cle;valeur\ndepartements;43")
    (chemin_piege / "imports").mkdir()
    write_inventory({"acteurs": pd.DataFrame({"acteur_id": ["a"]})}, chemin_piege / "imports" / "x.xlsx", titre="x", lignes=[])
    with pytest.raises(DiagnosticError, match="comptes|Colonnes absentes"):
        read_dossier(chemin_piege)


def test_what_a_computer_leaves_beside_an_import_is_neither_read_nor_told(chemin_piege):
    folder = write(chemin_piege, acteurs=f"{ACTEURS}\nA1;Mairie;commune;43157;", parametres="cle;valeur\ndepartements;43")
    (folder / "imports").mkdir()
    for name in ("._a.xlsx", "~$a.xlsx", ".~lock.a.xlsx#"):
        (folder / "imports" / name).write_bytes(b"\0\5\x16\x07")
    found = read_dossier(folder)
    assert not found["problemes"]["fichier"].str.contains("imports").any()


@pytest.mark.parametrize("line", ["inf", "1e30", "99999999999999999999", "trois"])
def test_a_damaged_line_number_of_an_import_is_left_empty_and_its_reason_told(line):
    row = {"gravite": "erreur", "fichier": "f.csv", "ligne": line, "probleme": "Ligne sans nom : écartée."}
    raw = pd.DataFrame([PROBLEM_COLUMNS, [row.get(column, "") for column in PROBLEM_COLUMNS]], dtype="str")
    told = imported._read_reasons({"problemes": raw}, [])
    assert told["ligne"].isna().all() and told["probleme"].tolist() == ["Ligne sans nom : écartée."]
