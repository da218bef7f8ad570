"""Count, for every real file beside the repository, the rows read, kept (by which method) and set aside (for which reason).

    python scripts/compter_lectures.py [folder]        # folder: ../shared/data by default

The files are read by the doors a user has: the imports for inventories, the files of layers for ressorts. Nothing is
written. The table printed says `lues = gardées + écartées` for each file, and stops with an error where it is not so.
"""

import re
import sys
from pathlib import Path

import pandas as pd

from diagnostic.read.imports.imports import read_import
from diagnostic.read.layers import ressorts
from diagnostic.read.layers.layer_files import read_layer_files
from diagnostic.read.layers.layer_labels import read_labels
from diagnostic.read.layers.layer_places import place_rows
from diagnostic.read.layers.layers import complete_layers
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.territories import read_communes
from diagnostic.schema import join_problems, list_vocabularies, make_table
from diagnostic.vocabulary import read_list

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
AIMS = {"france_services_2024-08.csv": 0.99}
AIM = 0.97
INVENTORIES = {
    "france_services_2024-08.csv": "france-services", "hinaura_2022-11.json": "hinaura", "data_inclusion_2023-02.json": "data-inclusion",
}  # fmt: skip
# The layers that the files of ressorts/ hold, as a user would declare them in the sheet couches.
_ZONAGES = {"fichier_couche": "zonages_insee_2024.csv", "complete": True}
LAYERS = {
    "PAT": {"fichier_couche": "pat_aura_2025_communes.csv", "exclusive": False},
    "CLS": {"fichier_couche": "cls_aura_2025.gpkg", "exclusive": False},
    "MSA 2024": {"fichier_couche": "msa_caisses_departements.csv", "nature": "departements"},
    "Programmes": {"fichier_couche": "programmes_anct_2024.csv", "exclusive": False},
    "QPV": {"fichier_couche": "qpv_2024.geojson", "infra_communale": True, "colonne_unite": "code_qp"},
    **{name: _ZONAGES | {"colonne_unite": name} for name in ("EPCI", "ARR", "CANOV", "ZE2020", "BV2022", "EPT")},
}
LABELS = {
    "pat_aura_2025_libelles.csv": ("PAT", "code_pat"),
    **{f"zonages_insee_2024_libelles.csv:{name}": (name, name) for name in ("EPCI", "ARR", "CANOV", "ZE2020", "BV2022", "EPT")},
}
COUNT_COLUMNS = ["fichier", "lecture", "issue", "comment", "lignes"]


def count_import(source, path, cog):
    """Return fichier, lecture, issue (gardée, écartée), comment (method or reason), lignes, for one open-data file."""
    tables, problems, nb_read = read_import(source, path, cog)
    kept = tables["acteurs"]
    counts = [(path.name, source, "gardée", method or "sans commune", n) for method, n in kept["methode_commune"].value_counts().items()]
    aside = _explain(problems, kept["ligne"])
    counts += [(path.name, source, _name_issue(reason), reason, n) for reason, n in aside.items()]
    return _check_sum(pd.DataFrame(counts, columns=COUNT_COLUMNS), nb_read)


def count_layer(name, folder, *, communes, cog, lists):
    """Return the same counts for one layer of `LAYERS`; folder holds ressorts/."""
    couches = complete_layers(declare_layer(name), make_table("ressorts"))
    files, problems, lues = read_layer_files(couches, folder, communes, lists)
    rows, found = place_rows(pd.concat(files, ignore_index=True), cog)
    listed, _, told = ressorts.assign_listed_layers(rows, couches)
    kept = rows[rows.index.isin(listed.index) | rows["methode"].eq(ressorts.AWAY)].drop_duplicates("ligne")
    drawn = kept["methode"].isin(["polygone", "surface"])
    method = kept["methode_commune"].mask(drawn, "surface").mask(kept["methode"].eq(ressorts.AWAY), "hors des communes lues")
    left = lues[~lues["ligne"].isin(kept["ligne"])]
    unasked = left.loc[left["raison"] != "", "raison"].value_counts()
    wrong = join_problems(*problems, found, told)
    lost = left.loc[left["raison"] == "", "ligne"]
    aside = _explain(wrong[wrong["ligne"].isin(lost)], kept["ligne"])
    file = LAYERS[name]["fichier_couche"]
    counts = [(file, name, "gardée", way, n) for way, n in method.value_counts().items()]
    counts += [(file, name, "sans objet", reason, n) for reason, n in unasked.items()]
    counts += [(file, name, _name_issue(reason), reason, n) for reason, n in aside.items()]
    return _check_sum(pd.DataFrame(counts, columns=COUNT_COLUMNS), len(lues))


def declare_layer(name):
    """Return the sheet `couches` of a dossier that holds one layer of `LAYERS`."""
    declared = make_table("couches").reindex([0]).assign(couche=name, **LAYERS[name])
    return declared.astype({"exclusive": "boolean", "complete": "boolean", "infra_communale": "boolean"})


def count_labels(key, folder):
    """Return the same counts for a file of labels, read for one layer."""
    name, heading = LABELS[key]
    file = key.partition(":")[0]
    declared = declare_layer(name).set_index("couche").loc[name]
    labels, nb_rows = read_labels(folder / "ressorts" / file, heading, declared)
    counts = [(file, f"libellés {name}", "gardée", "libellé", len(labels))]
    counts += [(file, f"libellés {name}", "sans objet", "libellé d'une autre couche", nb_rows - len(labels))]
    return pd.DataFrame(counts, columns=COUNT_COLUMNS)


def _explain(problems, kept):
    """Return the number of rows set aside for each reason: the last fault told on a line that is not kept, else the last notice."""
    told = problems[problems["ligne"].notna() & ~problems["ligne"].isin(kept)]
    told = told.sort_values("gravite", key=lambda g: g.eq("erreur"), kind="stable").drop_duplicates(["fichier", "ligne"], keep="last")
    reasons = told["probleme"].map({message: name_reason(message) for message in told["probleme"].unique()})
    return reasons.value_counts()


def _name_issue(reason):
    return "répétée" if re.search("comptée une fois|Répétition exacte", reason) else "écartée"


def name_reason(message):
    """Return a message without what is of one row: quoted cells, codes and the names beside them, proposals."""
    text = re.sub(r"\s*Lecture proposée.*", "", message)
    text = re.sub(r"« [^»]* »", "« … »", text)
    text = re.sub(r"\b\d[\dAB]\d{3}\b(?: \([^)]*\))?", "…", text)
    return re.sub(r" : [^:]*\(…[^:]*$", " : …", text).strip()


def _check_sum(counts, nb_read):
    found = int(counts["lignes"].sum())
    if found != nb_read:
        raise SystemExit(f"{counts['fichier'].iloc[0]} : {nb_read} lignes lues, {found} comptées.")
    return counts


def count_all(data):
    """Return the counts of every file of `data`, one below the other."""
    cog, lists = read_cog(), {name: read_list(name) for name in list_vocabularies()}
    communes = read_communes()
    parts = [count_import(source, data / "inventaires" / name, cog) for name, source in INVENTORIES.items()]
    parts += [count_layer(name, data, communes=communes, cog=cog, lists=lists) for name in LAYERS]
    return pd.concat([*parts, *[count_labels(key, data) for key in LABELS]], ignore_index=True)


def sum_files(counts):
    """Return one row a file and reading: lues = gardees + repetees + sans_objet + ecartees, the two shares, but.

    A repeated row says what another one says; one without object is not of this layer: part_gardee leaves both out,
    part_des_lues leaves nothing out.
    """
    table = counts.pivot_table(index=["fichier", "lecture"], columns="issue", values="lignes", aggfunc="sum", fill_value=0, sort=False)
    table = table.reindex(columns=["gardée", "répétée", "sans objet", "écartée"], fill_value=0)
    table = table.set_axis(["gardees", "repetees", "sans_objet", "ecartees"], axis=1)
    table.insert(0, "lues", table.sum(axis=1))
    aims = [AIMS.get(file, AIM) for file, _ in table.index]
    shares = {"part_gardee": table["gardees"] / (table["gardees"] + table["ecartees"]), "part_des_lues": table["gardees"] / table["lues"]}
    return table.assign(**shares, but=aims)


def main():
    """Print one line a file and reading, then how each row was found or why it was left."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    if not data.is_dir():
        raise SystemExit(f"Dossier introuvable : {data}. Donnez le dossier qui contient inventaires/ et ressorts/.")
    counts = count_all(data)
    files = sum_files(counts)
    reached = (files["part_gardee"] >= files["but"]).map({True: "atteint", False: "manqué"})
    written = {name: (100 * files[name]).map("{:.2f} %".format) for name in ("part_gardee", "part_des_lues")}
    shown = files.assign(**written, but=reached)
    print(shown.reset_index().to_string(index=False))
    print()
    print(counts.to_string(index=False, max_colwidth=110))


if __name__ == "__main__":
    main()
