"""What a dossier brings to a comparison, and what it must never let out: names, hidden actors, distances that lead to them."""

import errno
import shutil
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from petit_dossier import FILES, write_dossier

from diagnostic.errors import DiagnosticError
from diagnostic.run import comparison, comparison_dossiers

AUZON = "epci:244301099"
CANARY = "Canarival"
# Words that no file everyone may see can hold: a hidden actor, its source, its remark; persons in names, titles and sources.
SECRETS = [CANARY, "Lieu tenu secret", "ferme-cachee", "chut-partenaire", "0612345678", "06 12 34 56 78", "remarque-secrete"]
MORE = {
    "acteurs": f"""e,Mme {CANARY},agriculteur,43016,alimentation,oui,public,FICTIF
f,chut-partenaire,maison_sante,43016,alimentation,oui,partenaires,FICTIF de Mme {CANARY} 06 12 34 56 78
g,Centre d'essai,centre_social,43016,alimentation,oui,public,FICTIF vu avec Mme {CANARY}
h,ferme-cachee,evs,43016,alimentation,non,interne,FICTIF remarque-secrete
""",
    "parametres": f"finalite,Pour Mme {CANARY}\n",
    "couverture_inventaire": "244301099,agriculteur,complet\n244301099,maison_sante,complet\n",
    "couches": "couche,libelle,nature,complete,interlocuteur,source\nEPCI,,,,,\n"
    f"SECTEUR,Secteurs de Mme {CANARY},communes,non,oui,dit par Mme {CANARY}\n",
    "ressorts": f"couche,unite_id,unite_nom,code_insee\nSECTEUR,Mme {CANARY},Secteur de Mme {CANARY},43016\nSECTEUR,S2,Nord,43013\n",
    "personnes": f"personne_id,acteur_id,nom,prenom\np1,a,{CANARY},Perrine\n",
}  # fmt: skip


NOTHING = {
    "categories_territoires": pd.DataFrame({
        "territoire_id": [AUZON], "categorie": "evs", "statut": "non_renseigne", "nb_acteurs": 0, "nb_acteurs_principale": 0,
    }),
    "etats_territoires": pd.DataFrame({"territoire_id": [AUZON], "nb_present": 0}),
}  # fmt: skip


def write_canary(folder):
    """Write a dossier that holds a secret in every place a text can stand; return its path."""
    write_dossier(folder)
    for name, text in MORE.items():
        path = folder / "inventaire" / f"{name}.csv"
        path.write_text((FILES.get(name, "")) + text, encoding="utf-8")
    return folder


@cache
def compare_canary():
    place = Path(tempfile.mkdtemp(prefix="canari d'été "))
    folder = write_canary(place / f"dossier de Mme {CANARY}")
    asked = {"sources": str(folder), "inventaires": [str(folder)]}
    return place / "sortie", comparison.compare(asked, sortie=place / "sortie", moran=False)


def read_texts(path):
    """Return what a file says, as text, whatever its kind."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    return path.read_bytes().decode("utf-8", "replace")


def test_no_file_lets_a_secret_out():
    target, done = compare_canary()
    files = [path for path in (target / "publique").rglob("*") if path.is_file()]
    assert len(files) > 20 and {path.suffix for path in files} >= {".xlsx", ".csv", ".json", ".parquet", ".gpkg", ".html"}
    assert [path.name for path in target.iterdir() if path.is_dir() and path.name != "publique"] == ["interne"]
    leaks = [f"{path.relative_to(target)} : {word}" for path in files for word in SECRETS if word in read_texts(path)]
    assert not leaks, leaks


def test_what_only_a_hidden_actor_holds_is_neither_present_nor_absent():
    long = compare_canary()[1]["resultats"]["comparaison_longue"]
    # evs is said complete and its only actor is for the edition interne: an absence would be false. The same for maison_sante.
    assert long.loc[long["mesure"].eq("part_cases_absentes"), "numerateur"].tolist() == [0]
    assert not long["groupe"].isin(["evs", "maison_sante"]).any()


def test_no_distance_leads_to_a_category_one_of_whose_places_is_hidden_or_moved():
    long = compare_canary()[1]["resultats"]["comparaison_longue"]
    reached = set(long.loc[long["mesure"].eq("part_population_au_dela"), "groupe"])
    assert reached == {"centre_social", "epicerie_sociale"}, "ccas, evs, maison_sante: hidden; agriculteur: a sole trader"


def test_neither_the_code_of_a_unit_nor_a_class_names_a_person(tmp_path):
    folder = write_canary(tmp_path / "dossier")
    classes = tmp_path / "classes.csv"
    classes.write_text(f"code_insee;classe\n43016;chez Mme {CANARY}\n", encoding="utf-8")
    asked = {"sources": str(folder), "maille": "secteur", "typologies": [f"genre={classes}"]}
    wide = comparison.measure(comparison.gather(asked), moran=False)["comparaison_territoires"]
    assert len(wide) == 1 and set(wide["genre"].dropna()) == {"chez [retiré]"}
    told = wide.reset_index().to_csv()
    assert CANARY not in told and "SECTEUR:[retiré 1]" in told


def test_a_dossier_says_where_its_figures_come_from_without_the_name_of_a_person():
    long = compare_canary()[1]["resultats"]["comparaison_longue"]
    assert set(long["inventaire"]) == {"dossier de [retiré]"}


@pytest.mark.parametrize(("actors", "told"), [("abc", True), ("ab", False)])
def test_three_actors_have_figures_two_have_a_reason(tmp_path, actors, told):
    folder = write_dossier(tmp_path / "petit réseau")
    path = folder / "inventaire" / "acteurs.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *(row for row in rows if row[0] in actors)]) + "\n", encoding="utf-8")
    (folder / "inventaire" / "liens.csv").write_text("source_id,cible_id,type\na,b,partenaire_technique\n", encoding="utf-8")
    _, (rows,) = comparison_dossiers.measure_dossiers([folder], NOTHING, maille="epci", compared=pd.Index([AUZON]))
    held = rows.set_index("mesure")
    row = held.loc["densite_liens"]
    if told:
        assert (row["valeur"], row["denominateur"], row["couverture"]) == (pytest.approx(1 / 3), 3, 1.0)
    else:
        assert pd.isna(held["valeur"]).all() and held["raison_absence"].eq(comparison_dossiers.FEW).all()
        assert row[["numerateur", "denominateur", "couverture"]].isna().all() and "couverture" in row["raison"]


def test_an_epci_of_two_regions_is_taken_whole_and_named():
    asked = {"departements": ["05"]}
    gathered = comparison.gather(asked)
    results = comparison.measure(gathered, moran=False)
    wide = results["comparaison_territoires"]
    astride = wide[wide["regions"].str.contains(";")]
    assert astride["nom"].tolist() == ["CC du Sisteronais-Buëch"] and astride["departements"].tolist() == ["04;05;26"]
    (told,) = results["comparaison_lectures"].query("sujet == 'territoires'")["phrase"]
    assert told == "1 EPCI à cheval sur plusieurs régions, en entier dans la comparaison : CC du Sisteronais-Buëch."
    assert results["comparaison_lectures"]["phrase"].str.contains("Aucune liste de lieux").any()


def test_a_disk_that_fills_in_the_middle_keeps_the_outputs_of_before(monkeypatch, tmp_path):
    from diagnostic.write import comparison as writer

    folder, target = write_dossier(tmp_path / "dossier d'été"), tmp_path / "sortie"
    shutil.copytree(compare_canary()[0], target)
    before = {path.relative_to(target): path.read_bytes() for path in target.rglob("*") if path.is_file()}

    def fill(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer, "write_geopackage", fill)
    monkeypatch.setattr(comparison, "draw_funnels", lambda *given: {})
    with pytest.raises((OSError, DiagnosticError)):
        comparison.compare({"sources": str(folder), "graine": 5}, sortie=target, moran=False)
    after = {path.relative_to(target): path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert before == after and before, "tables written before the disk was full must not be left"
