"""Act out the loop of a workshop on the example: thirty corrections of every kind, disagreements, a merge, decisions, the undoing.

    python scripts/montrer_atelier.py

The example is copied in a temporary folder; nothing is left behind. The files that come back are made as a group would: two
small workbooks, a map on which points were moved, a copy of the inventory that somebody corrected.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import openpyxl

from diagnostic import run
from diagnostic.run import changes, edits
from diagnostic.run import merge as way
from diagnostic.schema import MERGE_COLUMNS, MERGED_TABLES
from diagnostic.write.gis import place_actors, write_geojson

ORIGINS = ["fichier", "feuille", "ligne", "appel"]


def write_book(path, rows):
    """Write a workbook of corrections: rows of action, table, identifiant, colonne, valeur, qui, quand, statut."""
    book = openpyxl.Workbook()
    book.active.title = "corrections"
    book.active.append(list(MERGE_COLUMNS.values()))
    for action, table, name, column, value, who, day, state in rows:
        book.active.append([action, table, name, column, "", value, who, day, state, ""])
    book.save(path)
    return path


def list_first(actors, links, parts):
    """Return the corrections of a first office: seventeen, all kinds."""
    shared = ("CD43", "20/11/2026", "accepté")
    rows = [("changer", "acteurs", name, "effectif", str(n + 3), *shared) for n, name in enumerate(actors[:6])]
    rows += [("confirmer", "acteurs", name, "", "", *shared) for name in actors[6:9]]
    rows += [("changer", "acteurs", actors[9], "remarques", "Horaires à vérifier", "CD43", "20/11/2026", "proposé")]
    rows += [("retirer", "acteurs", actors[10], "", "", *shared), ("retirer", "liens", links[0], "", "", *shared)]
    rows += [("retirer", "participations", parts[0], "", "", *shared), ("changer", "liens", links[1], "intensite", "2", *shared)]
    added = {"nom": "Café de l'atelier", "categorie": "Café associatif", "code_insee": "43020", "source": "FICTIF, atelier"}
    rows += [("ajouter", "acteurs", "cafe-atelier", column, value, *shared) for column, value in added.items()]
    tie = {"source_id": actors[0], "cible_id": actors[7], "type": "Partenaire technique"}
    rows += [("ajouter", "liens", "lien de l'atelier", column, value, *shared) for column, value in tie.items()]
    return [*rows, ("changer", "dispositifs", parts[1], "remarques", "Bilan attendu", *shared)]


def list_second(actors):
    """Return the corrections of a second office, who has not seen the first ones: eight, of which five disagree."""
    shared = ("Caf 43", "21/11/2026", "accepté")
    rows = [("changer", "acteurs", name, "effectif", str(n + 30), *shared) for n, name in enumerate(actors[:4])]
    rows += [("changer", "acteurs", actors[10], "capacite", "12", *shared)]  # the first office removes that one
    rows += [("changer", "acteurs", actors[4], "capacite", "8", *shared), ("confirmer", "acteurs", actors[6], "", "", *shared)]
    return [*rows, ("changer", "acteurs", actors[11], "capacite", "20", *shared)]


def edit_map(folder, path, actors):
    """Write the map of the actors as the group gives it back: two points moved, a name changed, one added, a line drawn."""
    tables = run.load(folder)
    write_geojson(place_actors(tables["acteurs"], tables["communes"]), path)
    content = json.loads(path.read_text(encoding="utf-8"))
    by_name = {feature["properties"]["acteur_id"]: feature for feature in content["features"]}
    for name in actors[12:14]:
        by_name[name]["geometry"] = {"type": "Point", "coordinates": [3.5 + 0.01 * actors.index(name), 45.3]}
    by_name[actors[14]]["properties"]["nom"] += " (nouvelle enseigne)"
    new = {"nom": "Jardin du groupe", "categorie": "tiers_lieu", "source": "FICTIF, carte du groupe"}
    line = {"type": "LineString", "coordinates": [[3, 45], [3.1, 45.1]]}
    content["features"] += [
        {"type": "Feature", "properties": new, "geometry": {"type": "Point", "coordinates": [3.39, 45.29]}},
        {"type": "Feature", "properties": {"name": "trajet du car"}, "geometry": line},
    ]
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def edit_copy(folder, path, actors):
    """Write a copy of the inventory in which somebody corrected one cell by hand."""
    shutil.copy(folder / "inventaire.xlsx", path)
    book = openpyxl.load_workbook(path)
    sheet = book["acteurs"]
    places = {cell.value: cell.column for cell in sheet[1]}
    for row in sheet.iter_rows(min_row=2):
        if row[places["acteur_id"] - 1].value == actors[15]:
            row[places["capacite"] - 1].value = 77
    book.save(path)
    return path


def read_rows(folder):
    """Return every row of every table of the inventory as text, sorted: what a merge may neither lose nor change in silence."""
    rows = edits.open_edits(folder)["lues"]
    return {name: sorted(map(tuple, rows[name].drop(columns=ORIGINS).astype(str).to_numpy().tolist())) for name in MERGED_TABLES}


def take(folder, done):
    """Put the copy in the place of the inventory, as the user does by hand."""
    if done["copie"]:
        done["copie"]["fichier"].replace(folder / "inventaire.xlsx")


def decide(folder):
    """Fill every decision of fusion.xlsx, each in another way, and return its path."""
    path = folder / "sorties" / "interne" / way.MERGE_FILE
    book = openpyxl.load_workbook(path)
    for name, words in (("conflits", ["A", "B", "garder", "autre", "B"]), ("en_attente", ["A"])):
        sheet = book[name]
        places = {cell.value: cell.column for cell in sheet[1]}
        for row in range(2, sheet.max_row + 1):
            whole = sheet.cell(row, places["colonne"]).value == "(ligne)"
            word = words[(row - 2) % len(words)]
            sheet.cell(row, places["décision"]).value = "B" if whole and word == "autre" else word
            if word == "autre" and not whole:
                sheet.cell(row, places["autre valeur"]).value = "99"
            sheet.cell(row, places["décidé par"]).value = "Groupe du 25 novembre"
    book.save(path)
    return path


def tell(title, done):
    """Print what a merge did."""
    read, counts = done.get("comptes_lus"), done["comptes"]
    print(f"\n{title}")
    if read:
        print("  " + ", ".join(f"{word} {number}" for word, number in read.items()))
    for row in done["lignes"][done["lignes"][["retirees", "ajoutees"]].any(axis=1) & done["nouveau"]].itertuples():
        print(f"  {row.table} : {row.avant} lignes - {row.retirees} + {row.ajoutees} = {row.apres}")
    print(f"  désaccords {counts['conflits']}, propositions {counts['en_attente']}, fichiers {[path.name for path in done['fichiers']]}")
    for row in done["problemes"].itertuples():
        print(f"  [{row.gravite}] {row.fichier} : {row.probleme}")


def main():
    """Act the loop and print it."""
    sys.stdout.reconfigure(encoding="utf-8")
    with tempfile.TemporaryDirectory() as temporary:
        folder = run.create_example(Path(temporary) / "exemple")
        rows = edits.open_edits(folder)["lues"]
        linked = set(rows["liens"]["source_id"]) | set(rows["liens"]["cible_id"])
        actors = [name for name in rows["acteurs"].index if name in linked and "FICTIF" in rows["acteurs"].at[name, "source"]]
        links = [name for name in rows["liens"].index if not set(name.split(" / ")[:2]) & {actors[10]}]
        parts = [rows["participations"].index[0], rows["dispositifs"].index[0]]
        first, second = list_first(actors, links, parts), list_second(actors)
        here = Path(temporary)
        files = [
            write_book(here / "corrections_CD43.xlsx", first), write_book(here / "corrections_Caf.xlsx", second),
            edit_map(folder, here / "carte.geojson", actors), edit_copy(folder, here / "copie.xlsx", actors),
        ]  # fmt: skip
        former = shutil.copytree(folder, here / "avant")
        start, given = read_rows(folder), {"qui": "Groupe", "quand": "22/11/2026", "statut": "accepte"}
        done = way.merge(folder, files, **given)
        tell("Fusion des quatre fichiers", done)
        print(done["journal"]["geste"].value_counts().to_string())
        for row in done["attente"].itertuples():
            print(f"  {row.genre} : {row.nom}, {row.colonne} : " + " | ".join(text for text, _ in row.choix))
        tell("Les mêmes fichiers, une deuxième fois", way.merge(folder, files, **given))
        take(folder, done)
        done = way.merge(folder, [decide(folder)])
        tell("Décisions du groupe", done)
        take(folder, done)
        tell("Les mêmes fichiers encore, l'inventaire remplacé", way.merge(folder, files, **given))
        print("\nCe qui a changé (édition interne)")
        for sentence in changes.compare(former, folder, edition="interne", sortie=here / "sorties")["phrases"]["phrase"]:
            print(f"  {sentence}")
        while len(way.list_merges(folder)[0].query("annulee == ''")):
            done = way.undo(folder, qui="Groupe")
            tell(f"Annulation de {done['annule'][:24]}...", done)
            take(folder, done)
        same = {name: rows == start[name] for name, rows in read_rows(folder).items()}
        print(f"\nTables revenues à l'état de départ : {sum(same.values())} sur {len(same)}")
        print(f"Journal : {len(edits.open_edits(folder)['journal'])} lignes")


if __name__ == "__main__":
    main()
