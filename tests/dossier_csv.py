"""Small dossiers of CSV files, and what must hold of the counts of any dossier."""

from diagnostic.read.dossier import read_dossier
from diagnostic.read.imports.imports import read_import
from diagnostic.read.places.cog import read_cog
from diagnostic.write.imports import write_import

ACTEURS = "acteur_id;nom;categorie;code_insee;territoires"


def write(folder, **tables):
    """Write a dossier of CSV files: one text a table, rows separated by line breaks."""
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def read(folder, **tables):
    return read_dossier(write(folder, **tables))


def counts_of(found):
    return found["comptes"].set_index(["fichier", "feuille"])


def check_counts(found):
    """The property of every dossier: what is read is inside, outside, merged or set aside, and what is set aside is told."""
    counts = found["comptes"]
    figures = counts[["lues", "dans_territoire", "hors_territoire", "fusionnees", "ecartees"]]
    assert (figures >= 0).all().all()
    assert (figures["lues"] == figures.drop(columns="lues").sum(axis=1)).all()
    set_aside = counts["ecartees"].sum()
    told = found["problemes"]["gravite"].isin(["erreur", "information"]).sum()
    assert set_aside == 0 or told >= set_aside


def import_into(folder, source, path):
    tables, problems, read = read_import(source, path, read_cog())
    (folder / "imports").mkdir(exist_ok=True)
    write_import(tables, problems, read, folder / "imports" / f"{source}.xlsx", origine=path.name)
