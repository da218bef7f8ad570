"""Dossiers carried the whole way, once a process: a small one full of canaries, and the example."""

import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pandas as pd

DATE = "15/11/2026"
EPCI = "244301099"  # Auzon Communauté, twelve communes of the Haute-Loire
# Whatever holds one of these words may not leave the edition interne.
CANARIES = ["CANARI", "canari", "exemple.test", "04 71 11 22 33", "0471112233"]
ACTEURS = """\
acteur_id,nom,categorie,code_insee,adresse,lat,lon,themes,entreprise_individuelle,lieu_domicile,diffusion,source,remarques,a_repondu
A1,CCAS,ccas,43016,1 rue CANARIADRESSE,45.39,3.37,logement;canari.theme@exemple.test,,,public,FICTIF,Mme CANARI REMARQUE,oui
CANARIID,CANARI interne,association_autre,43016,,,,logement,,,interne,FICTIF,,oui
CANARIID2,CANARI partenaires,centre_social,43016,,45.3911,3.3711,logement,,,partenaires,FICTIF,,non
A4,Association silencieuse,evs,43016,,45.3987,3.3987,CANARITHEME,,,,FICTIF,,
A5,CANARI Jeanne maraîchère,amap,43016,,45.3955,3.3955,,oui,,public,FICTIF,,
A6,Collectif du salon,association_autre,43016,3 impasse CANARIDOMICILE,45.3944,3.3944,,,oui,public,FICTIF,,
A7,Accueil M. Canari-Person au 04 71 11 22 33,tiers_lieu,43016,,,,,,,public,FICTIF ; 0471112233,,
A8,Tiers-lieu,tiers_lieu,43185,,,,logement,,,public,FICTIF,,oui
"""
TABLES = {
    "parametres": f"cle,valeur\nepci,{EPCI}\ndate_edition,{DATE}\ntitre,Essai du pays d'Auzon\n"
    "finalite,Écrire à canari@exemple.test\npersonnes,oui\n",
    "acteurs": ACTEURS,
    "dispositifs": "dispositif_id,nom,type,territoires,porteur_id,source,diffusion,remarques\n"
    f"D1,Contrat du pays,ctg,{EPCI},CANARIID,FICTIF,public,CANARI\nD2,CANARI dispositif,pat,{EPCI},A1,FICTIF,interne,\n",
    "participations": "acteur_id,dispositif_id,role,stade,declarant_id,source\n"
    "A1,D1,pilotage,emergence,CANARIID,FICTIF\nCANARIID,D1,financement,diagnostic,,FICTIF\nA1,D2,pilotage,emergence,,FICTIF\n"
    "A8,D1,participation,emergence,,FICTIF\n",
    "liens": "source_id,cible_id,type,dispositif_id,declarant_id,source\nA1,CANARIID,information,,A1,FICTIF\n"
    "A1,CANARIID2,information,,A1,FICTIF\nA1,A4,information,,CANARIID,FICTIF\nA1,A8,information,,A1,FICTIF\n",
    "instances": "instance_id,nom,membres,source\nI1,Comité du pays,A1;CANARIID;A8,FICTIF\n",
    "postes": "poste_id,acteur_id,fonction,source\nCANARIPOSTE,A1,animateur,FICTIF\n",
    "personnes": "personne_id,acteur_id,fonction,nom,courriel\nP1,A1,animateur,CANARIPERSONNE,canari@exemple.test\n",
    "couverture_inventaire": f"territoire_id,categorie,statut\n{EPCI},ccas,complet\n{EPCI},mediatheque,complet\n",
}

# The same place with travel times, capacities and an indicator of communes.
TIMED = {
    "parametres": f"cle,valeur\nepci,{EPCI}\ndate_edition,15/11/2026\ncategories_acces,mediatheque;eaje;epicerie_sociale\n",
    "acteurs": "acteur_id,nom,categorie,code_insee,capacite,diffusion,source\n"
    "M1,Médiathèque,mediatheque,43016,,public,FICTIF\nM2,Bibliothèque,mediatheque,43185,,public,FICTIF\n"
    "C1,Crèche,eaje,43016,20,public,FICTIF\nC2,Micro-crèche,eaje,43185,0,public,FICTIF\nE1,Épicerie,epicerie_sociale,43016,,public,FICTIF\n",
    "couverture_inventaire": f"territoire_id,categorie,statut\n{EPCI},mediatheque,complet\n{EPCI},eaje,complet\n",
    "temps_trajet": "code_insee,destination,minutes,mode\n43016,M2,25,voiture\n43185,M1,30,voiture\n43052,M1,12,voiture\n43052,M1,3,car\n",
    "indicateurs": "indicateur,libelle,fichier_indicateur,colonne_valeur,genre,sens,millesime,source\n"
    "pauvrete,Taux de pauvreté,pauvreté.csv,taux,part,haut,2021,FICTIF\n"
    "densite,Densité,pauvreté.csv,classe,classe,,2021,FICTIF\n",
}
RATES = "codgeo;taux;classe\n43016;18,5;bourg\n43185;s;dispersé\n43052;nd;dispersé\n"


def write_dossier(folder, tables=TABLES):
    """Write the tables of a dossier as CSV files, as a French office would save them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    return folder


@cache
def run_small():
    """Run the small dossier in the three editions; return its folder of outputs and what `run` returned."""
    from diagnostic.run import run

    folder = write_dossier(Path(tempfile.mkdtemp()) / "pays d'Auzon élargi")
    return folder / "sorties", run(folder, editions=["interne", "publique", "partenaires"])


@cache
def measure_small():
    """Return the tables and the measures of the small dossier."""
    from diagnostic.measure.diagnosis import measure_dossier
    from diagnostic.run import load

    tables = load(write_dossier(Path(tempfile.mkdtemp()) / "auzon"))
    return tables, measure_dossier(tables)


@cache
def measure_timed():
    """Return the tables and the measures, together, of a dossier with travel times, capacities and an indicator."""
    from diagnostic.run import load, measure_tables

    folder = write_dossier(Path(tempfile.mkdtemp()) / "été à Auzon", TIMED)
    (folder / "indicateurs").mkdir()
    (folder / "indicateurs" / "pauvreté.csv").write_text(RATES, encoding="utf-8-sig")
    return measure_tables(load(folder))


@cache
def measure_example():
    """Return the tables and the measures of the example dossier."""
    from diagnostic.measure.diagnosis import measure_dossier
    from diagnostic.read.draft import locate_example
    from diagnostic.run import load

    tables = load(locate_example("exemple"))
    return tables, measure_dossier(tables)


def list_texts(folder):
    """Return {name: everything a curious reader finds in it} for the files of a folder, workbooks unzipped."""
    found = {}
    for path in sorted(p for p in Path(folder).rglob("*") if p.is_file()):
        content = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                content = b"\n".join(book.read(name) for name in book.namelist())
        found[path.relative_to(folder).as_posix()] = content.decode("utf-8", errors="replace")
    return found


def find_canaries(text):
    return [canary for canary in CANARIES if canary in text]


def read_book(path):
    """Return every sheet of a workbook as text, by the reader that offices' files are read with."""
    return pd.read_excel(path, sheet_name=None, header=None, engine="calamine", dtype=str)
