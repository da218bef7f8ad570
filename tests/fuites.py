"""A dossier full of canaries, and where they come out: every file of a folder unpacked to its last part, searched in every writing.

A canary is a name with a title, an e-mail, a telephone, an address, or a person of the sheet personnes. Each holds a word that no
other text holds (« zykan », « zykem »... and two letters), or a telephone of the series 04 71 98.
"""

import base64
import csv
import gzip
import html
import io
import re
import shutil
import sqlite3
import string
import subprocess
import unicodedata
import zipfile
import zlib
from functools import cache
from itertools import count, product
from pathlib import Path
from urllib.parse import unquote

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from diagnostic.schema import describe_table, list_tables

EPCI = "244301099"  # Auzon Communauté, twelve communes of the Haute-Loire
CODES = ["".join(pair) for pair in product("bcdfghjklm", "bcdfghjklm")]
TITLES = [
    "Mme Claire ZYKAN{}",
    "M. Zykan{}",
    "M.\u00a0Zykan{}",
    "Mlle Zykan{}",
    "Dr Zykan{}",
    "Dr. Paul Zykan{}",
    "Me Zykan{}",
    "Maître Zykan{}",
    "Docteur Zykan{}",
    "Docteure Anne Zykan{}",
    "Monsieur Zykan{}",
    "Madame de Zykan{}",
    "MME ZYKAN{}",
    "mme zykan{}",
    "Mme. Zykan{}",
    "M ZYKAN{}",
    "Mr Zykan{}",
    "M. d'Zykan{}",
    "Professeur Zykan{}",
    "M. Jean-Pierre Zykan{}",
    "madame claire zykan{}",
    "M. et Mme Zykan{}",
    "Mademoiselle Zykan{}",
    "Pr Zykan{}",
    "Claire ZYKAN{}",
]
MAILS = [
    "zykem{}@exemple.fr",
    "Zykem{}.durand@mairie.exemple.fr",
    "zykem{} (at) exemple.fr",
    "zykem{}[at]exemple.fr",
    "zykem{} arobase exemple point fr",
    "zykem{} (arobase) exemple (point) fr",
    "zykem{}(a)exemple.org",
    "zykem{} @ exemple.fr",
    "zykem{}\uff20exemple.fr",
    "zykem{} {{at}} exemple [dot] com",
    "claire.zykem{}+cc@exemple.fr",
    "mailto:zykem{}@exemple.asso.fr",
    "<zykem{}@exemple.fr>",
    "ZYKEM{}@EXEMPLE.FR",
    "zykem{} at exemple dot org",
    "zykem{}_at_exemple.fr",
    "zykem{}-1@ex-emple.fr",
    "zykem{} [@] exemple.net",
    "claire point zykem{} arobase exemple point fr",
    "zykem{}@exemple.fr;",
    "zykem{}@exemple.museum",
    "« zykem{}@exemple.fr »",
    "zykem{}@exemple . fr",
    "zykem{} (at) exemple dot fr",
    "linkedin.com/in/zykem{}",
]
PHONES = [
    "04 71 98 {} {}",
    "04.71.98.{}.{}",
    "04-71-98-{}-{}",
    "047198{}{}",
    "04\u00a071\u00a098\u00a0{}\u00a0{}",
    "04\u202f71\u202f98\u202f{}\u202f{}",
    "+33 4 71 98 {} {}",
    "+33471 98{}{}",
    "+33 (0)4 71 98 {} {}",
    "0033 4 71 98 {} {}",
    "0033471 98{}{}",
    "(0)4 71 98 {} {}",
    "(04) 71 98 {} {}",
    "04/71/98/{}/{}",
    "04_71_98_{}_{}",
    "tél. 4 71 98 {} {}",
    "Tél : 04 71 98 {} {}",
    "04 - 71 - 98 - {} - {}",
    "04  71  98  {}  {}",
    "04–71–98–{}–{}",
    "+33.4.71.98.{}.{}",
    "+33-4-71-98-{}-{}",
    "+334 7198 {}{}",
    "04·71·98·{}·{}",
    "04. 71. 98. {}. {}",
]
ADDRESSES = [
    "12 rue des Zykru{}",
    "3 bis, avenue Zykru{}",
    "1 impasse du Zykru{}",
    "45 chemin de Zykru{}",
    "7, place de la Zykru{}",
    "8 lotissement Zykru{}",
    "lieu-dit Zykru{}",
    "2 ter boulevard Zykru{}",
    "9 allée des Zykru{}",
    "10 RUE ZYKRU{}",
    "11 rue Claire Zykru{}",
    "6 quai Zykru{}",
    "5 route de Zykru{}",
    "4 square Zykru{}",
    "13 av. Zykru{}",
]
PEOPLE = [
    "Jeanne Zykper{}",
    "Zykper{} Jeanne",
    "JEANNE ZYKPER{}",
    "jeanne zykper{}",
    "J. Zykper{}",
    "Jéanne Zykpér{}",
    "Jeanne-Zykper{}",
    "Zykper{}\u00a0Jeanne",
    "J.Zykper{}",
    "Jeanne  Zykper{}",
]
STEMS = {
    "nom": "zykan",
    "courriel": "zykem",
    "adresse": "zykru",
    "personne": "zykper",
    "entrepreneur": "zyktra",
    "cache": "zykcac",
}


@cache
def list_canaries():
    """Return {kind: [(code, text)]}: a hundred canaries of five kinds."""
    numbers = [f"{n:02d}" for n in range(100)]
    found = {
        kind: [
            (code, form.format(code.upper() if "ZY" in form else code))
            for code, form in zip(CODES, forms, strict=False)
        ]
        for kind, forms in (("nom", TITLES), ("courriel", MAILS), ("adresse", ADDRESSES), ("personne", PEOPLE))
    }
    found["telephone"] = [
        (f"00{number}", form.format("00", number)) for number, form in zip(numbers, PHONES, strict=False)
    ]
    return found


# --- planting -----------------------------------------------------------------------------------------------------
FREE_KINDS = ("texte", "texte_libre", "id")
# Cells that must name something for the row to be read: the canary stands in what they name, or in a row more that is set aside.
NAMED_CELLS = {
    ("acteurs", "commune"): "Auzon",
    ("acteurs", "code_postal"): "43390",
    ("affiliations", "territoire_code"): EPCI,
    ("liens", "territoire"): EPCI,
    ("couverture_inventaire", "territoire_id"): EPCI,
    ("couverture_dispositifs", "territoire_id"): EPCI,
    ("temps_trajet", "destination"): "A1",
    ("parametres", "cle"): "",
    ("communes", "nom"): "",
    ("vocabulaire", "liste"): "themes",
    ("constats_decisions", "constat_id"): "acteurs_isoles",
    ("correspondance_cog", "ancien_code"): "43016",
    ("correspondance_cog", "nouveau_code"): "43016",
    ("doublons", "acteur_id_1"): "A1",
    ("doublons", "acteur_id_2"): "A3",
    ("colonnes_import", "colonne"): "nom",
    ("questions", "question_id"): "Q1",
    ("hypotheses", "commune"): "43016",
    ("acteurs", "methode_commune"): "",
    ("acteurs", "confiance_commune"): "",
    ("liens", "personne_id"): "P1",
}
# What names one thing in several sheets: it is planted once, the same everywhere.
SHARED = {
    ("couches", "couche"): "secteurs",
    ("ressorts", "couche"): "secteurs",
    ("hypotheses", "couche"): "secteurs",
    ("attendus", "sauf_couche"): "secteurs",
    ("ressorts", "unite_id"): "unite",
    ("hypotheses", "unite"): "unite",
    ("couches", "fichier_couche"): "fichier",
    ("couches", "colonne_commune"): "insee",
    ("couches", "colonne_unite"): "zone",
    ("couches", "colonne_nom"): "zone_nom",
    ("couches", "fichier_libelles"): "libelles",
    ("couches", "filtre"): "filtre",
    ("couches", "colonne_rayon"): "",
    ("couches", "colonne_zone"): "",
    ("indicateurs", "fichier_indicateur"): "mesures",
    ("indicateurs", "colonne_commune"): "insee",
    ("indicateurs", "colonne_valeur"): "taux",
}


class Planter:
    """Writes canaries in cells, five kinds a cell, and a harmless word of its own that says which cell it was."""

    def __init__(self):
        self.turn, self.marks = count(), {}

    def plant(self, table, column, text=""):
        rank, canaries = next(self.turn), list_canaries()
        mark = "repere" + "".join(string.ascii_lowercase[int(digit)] for digit in f"{rank:03d}")
        self.marks[mark] = (table, column)
        held = [canaries[kind][rank % len(canaries[kind])][1] for kind in canaries]
        return " ; ".join([part for part in (text, mark) if part] + held)


FILES = {"fichier": "liste de {}.csv", "mesures": "taux de {}.csv", "libelles": "noms de {}.csv"}


def name_shared(planter):
    """Return {key: text} of what several cells name: layers, units, files and headings, each with a person's name in it."""
    shared = {"secteurs": planter.plant("couches", "couche"), "unite": planter.plant("ressorts", "unite_id")}
    titles = list_canaries()["nom"]
    shared |= {key: form.format(titles[rank + 3][1]) for rank, (key, form) in enumerate(FILES.items())}
    shared |= {
        key: f"{key} de {titles[rank + 8][1]}" for rank, key in enumerate(("zone", "zone_nom", "taux", "statut"))
    }
    return shared | {"insee": "codgeo", "filtre": f"{shared['statut']}=oui", "": ""}


def list_rows(shared):
    """Return {table: rows} of an inventory that can be read, every table of the schema in it; the canaries come after."""
    two = "zykemid@exemple.fr"  # identifiers that are e-mails
    actors = [
        {"acteur_id": "A1", "categorie": "centre_social", "fait_lien": "oui", "themes": "logement", "effectif": "12"},
        {"acteur_id": two, "categorie": "evs", "themes": "logement;mobilite", "lieu_pivot": "oui"},
        {
            "acteur_id": "A3",
            "categorie": "tiers_lieu",
            "themes": "alimentation",
            "effectif": "2",
            "lat": "45.3901",
            "lon": "3.3702",
        },
        {"acteur_id": "A4", "categorie": "amap", "themes": "alimentation"},
        {"acteur_id": "A5", "categorie": "ccas", "diffusion": ""},
        {
            "acteur_id": "A6",
            "categorie": "association_autre",
            "lieu_domicile": "oui",
            "lat": "45.3911",
            "lon": "3.3711",
        },
        {
            "acteur_id": "ferme-zyktraaa",
            "categorie": "agriculteur",
            "nom": "Ferme Zyktraaa",
            "entreprise_individuelle": "oui",
            "siret": "38347481400048",
        },
        {"acteur_id": "A8", "categorie": "agriculteur", "nom": "Jean Zyktraab", "lieu_pivot": "oui"},
        {"acteur_id": "A9", "categorie": "rpe", "nom": "Zyktraac, assistante maternelle"},
        {
            "acteur_id": "A10",
            "categorie": "commerce_local",
            "nom": "Zyktraad micro-entrepreneur",
            "lat": "45.3922",
            "lon": "3.3722",
        },
        {
            "acteur_id": "zykcacea",
            "categorie": "mjc",
            "nom": "Club zykcacaa",
            "diffusion": "interne",
            "source": "vu par zykcacab",
        },
        {"acteur_id": "C2", "categorie": "mjc", "nom": "Club zykcacba", "diffusion": "partenaires"},
    ]
    ids = [row["acteur_id"] for row in actors]
    return {
        "acteurs": [
            {"diffusion": "public", "code_insee": "43016", "date_maj": "01/09/2026", "a_repondu": "oui"} | row
            for row in actors
        ],
        "personnes": [
            {
                "personne_id": f"P{rank + 1}",
                "acteur_id": "A1",
                "fonction": "benevoles",
                "prenom": "Jeanne",
                "nom": f"Zykper{code}",
            }
            for rank, code in enumerate(CODES[: len(PEOPLE)])
        ],
        "dispositifs": [
            {
                "dispositif_id": "D1",
                "type": "ctg",
                "territoires": EPCI,
                "themes": "logement",
                "porteur_id": "A1",
                "diffusion": "public",
            },
            {
                "dispositif_id": "zykemdd@exemple.fr",
                "type": "pat",
                "territoires": EPCI,
                "porteur_id": two,
                "diffusion": "public",
            },
            {
                "dispositif_id": "D3",
                "type": "pat",
                "territoires": EPCI,
                "diffusion": "interne",
                "nom": "Pacte zykcacca",
            },
        ],
        "participations": [
            {"acteur_id": actor, "dispositif_id": device, "role": "pilotage", "stade": "emergence"}
            for actor, device in (
                ("A1", "D1"),
                (two, "D1"),
                ("A3", "zykemdd@exemple.fr"),
                ("A4", "D1"),
                ("zykcacea", "D1"),
                ("A8", "D1"),
            )
        ],
        "liens": [
            {"source_id": first, "cible_id": second, "type": "information", "declarant_id": first, "personne_id": "P1"}
            for first, second in (
                ("A1", two),
                ("A1", "A3"),
                (two, "A4"),
                ("A3", "A4"),
                ("A1", "zykcacea"),
                ("A1", ids[6]),
                ("A4", "A8"),
            )
        ],
        "postes": [
            {"acteur_id": actor, "fonction": "benevoles", "statut": "pourvu", "verbes": "animer"} for actor in ids[:4]
        ],
        "instances": [{"membres": f"A1;{two};zykcacea;A8", "dispositif_id": "D1"}],
        "reseaux": [{"reseau_id": "R1"}],
        "adhesions": [{"acteur_id": "A1", "reseau_id": "R1"}, {"acteur_id": "A3", "reseau_id": "R1"}],
        "affiliations": [{"dispositif_id": "D1"}],
        "enquete": [{"acteur_id": "A1", "mode_collecte": "liste_ouverte"}],
        "couverture_inventaire": [{"categorie": name, "statut": "complet"} for name in ("ccas", "mediatheque", "evs")],
        "couverture_dispositifs": [{"type": "ctg", "statut": "complet"}],
        "attendus": [{"objet": "categorie", "codes": "ccas", "echelle": "epci", "force": "choix"}],
        "temps_trajet": [{"code_insee": "43016", "minutes": "12"}],
        "indicateurs": [{"genre": "part", "sens": "haut"}],
        "ressorts": [{"code_insee": code} for code in ("43016", "43185")],
        "couches": [
            {
                "nature": "communes",
                "fichier_couche": "",
                "filtre": "",
                "colonne_commune": "",
                "colonne_unite": "",
                "colonne_nom": "",
                "fichier_libelles": "",
            },
            {"couche": "ZONES", "nature": "communes"},
        ],
        "parametres": [],
        "communes": [],
        "territoires": [{"territoire_id": "bassin", "communes": "43016;43185"}],
        "vocabulaire": [{}],
        "constats_decisions": [{"quand": "01/12/2026"}],
        "correspondance_cog": [{}],
        "doublons": [{"decision": "distincts"}],
        "colonnes_import": [{}],
        "questions": [{}],
        "hypotheses": [{}],
        "glossaire_local": [{"sphere": "social"}],
        "experiences": [
            {"type": "temoignage", "acteurs": "A1", "accord": "oui"},
            {"type": "temoignage", "acteurs": "A1", "accord": "non", "titre": "Récit zykcacda"},
        ],
    }


SETTINGS = {
    "epci": EPCI,
    "date_edition": "15/11/2026",
    "personnes": "oui",
    "tirages_hasard": "0",
    "tirages_liens": "9",
    "types_fichiers_cartes": "svg",
    "categories_acces": "mediatheque;evs",
    "logo": "logo.png",
}


def write_dossier(folder, settings=()):
    """Write a dossier with canaries in every free-text column of every table of the schema; return (folder, {mark: (table, column)})."""
    planter = Planter()
    shared = name_shared(planter)
    for table, rows in list_rows(shared).items():
        rows = [_plant_row(planter, table, row, shared) for row in rows]
        if table == "parametres":
            chosen = SETTINGS | dict(settings) | {key: planter.plant("reglages", key) for key in ("titre", "finalite")}
            rows = [
                {"cle": key, "valeur": value, "effet": planter.plant("parametres", "effet")}
                for key, value in chosen.items()
            ]
        if rows:
            _write_table(folder / "inventaire" / f"{table}.csv", rows)
    _write_files(folder, planter, shared)
    return folder, planter.marks


def _plant_row(planter, table, row, shared):
    """Return a row with canaries after what its free cells say; what must name something names it, and an address is told of a home."""
    told, described = dict(row), describe_table(table)
    for column, kind in described["genre"].items():
        key = (table, column)
        if key in SHARED:
            told.setdefault(column, shared[SHARED[key]])
        elif key in NAMED_CELLS:
            told.setdefault(column, NAMED_CELLS[key])
        elif (
            kind in FREE_KINDS
            and not (kind == "id" and column in row)
            and not (table == "personnes" and column in ("prenom", "nom"))
        ):
            told[column] = planter.plant(table, column, row.get(column, ""))
        elif described.at[column, "liste"] in ("themes", "publics"):  # open lists: a word that is in none is kept
            told[column] = ";".join(filter(None, [row.get(column, ""), planter.plant(table, column).replace(";", ",")]))
    return told


def _write_table(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with open(path, "w", encoding="utf-8-sig", newline="") as written:
        table = csv.DictWriter(written, columns, delimiter=";")
        table.writeheader()
        table.writerows(rows)


def _write_files(folder, planter, shared):
    """Write the files that the inventory names, persons in their names, their headings and their cells."""
    (folder / "ressorts").mkdir(parents=True, exist_ok=True)
    (folder / "indicateurs").mkdir(exist_ok=True)
    zones = [{"codgeo": code, shared["zone"]: "Z1", shared["statut"]: "oui"} for code in ("43016", "43185")]
    _write_table(folder / "ressorts" / shared["fichier"], zones)
    _write_table(
        folder / "ressorts" / shared["libelles"],
        [{shared["zone"]: "Z1", shared["zone_nom"]: planter.plant("unites", "unite_nom")}],
    )
    told = PngInfo()
    told.add_text("Author", TITLES[0].format(CODES[0]))
    Image.new("RGB", (40, 20), "white").save(folder / "logo.png", pnginfo=told)
    rates = [{"codgeo": code, shared["taux"]: value} for code, value in (("43016", "18,5"), ("43185", "12"))]
    _write_table(folder / "indicateurs" / shared["mesures"], rates)


def list_unplanted(marks):
    """Return the (table, column) in which nothing was planted though a person may write there freely."""
    free = [
        (table, column)
        for table in list_tables()
        for column, row in describe_table(table).iterrows()
        if row["genre"] in FREE_KINDS or row["liste"] in ("themes", "publics")
    ]
    return [key for key in free if key not in set(marks.values())]


def plant_dossier(folder, settings=()):
    """Plant canaries in every free-text cell of a dossier whose inventory is CSV files, changed in place; return its marks."""
    planter = Planter()
    for path in sorted((folder / "inventaire").glob("*.csv")):
        with open(path, encoding="utf-8-sig", newline="") as read:
            text = read.read()
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";" if text.split("\n")[0].count(";") else ","))
        table = path.stem
        if table not in ("parametres", "communes", "ressorts"):
            rows = [row | _plant_more(planter, table, row) for row in rows]
        if table == "parametres":
            given = {
                "personnes": "oui",
                "titre": planter.plant("reglages", "titre"),
                "types_fichiers_cartes": "png;svg;pdf",
            } | dict(settings)
            rows = [row for row in rows if row["cle"] not in given] + [
                {"cle": key, "valeur": value} for key, value in given.items()
            ]
        if rows:
            _write_table(path, rows)
    with open(folder / "inventaire" / "acteurs.csv", encoding="utf-8-sig", newline="") as read:
        known = next(csv.DictReader(read, delimiter=";"))[
            "acteur_id"
        ]  # a person of no actor is set aside, and nobody's name
    people = [
        row | {"acteur_id": known} for row in list_rows(dict.fromkeys([*SHARED.values(), "statut"], ""))["personnes"]
    ]
    _write_table(folder / "inventaire" / "personnes.csv", [_plant_row(planter, "personnes", row, {}) for row in people])
    return planter.marks


def _plant_more(planter, table, row):
    """Return the cells of a row with canaries after what they say, names and references left as they were."""
    described, told = describe_table(table), {}
    for column in described.index.intersection(list(row)):
        key, kind = (table, column), described.at[column, "genre"]
        if kind in ("texte", "texte_libre") and key not in SHARED and key not in NAMED_CELLS:
            told[column] = planter.plant(table, column, row[column])
    return told


# --- unpacking ----------------------------------------------------------------------------------------------------
_DATA = re.compile(rb"base64,\s*([A-Za-z0-9+/=\s%]{16,})")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
DEEPEST = 6


def list_parts(name, content, depth=0):
    """Yield (name, bytes) of a file and of everything inside it: archives, streams of a PDF, chunks of a PNG, data in a page."""
    yield name, _drop_packed(content)
    if depth == DEEPEST:
        return
    for inner, held in _open_parts(name, content):
        yield from list_parts(f"{name} > {inner}", held, depth + 1)


def _drop_packed(content):
    """Return bytes without what is packed in them, which is read unpacked: in so much noise any word comes by chance."""
    if content[:4] == b"PK\x03\x04":
        return b""
    if content[:5] == b"%PDF-":
        return _STREAM.sub(b"", content)
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        return content
    kept, place = [], 8
    while place + 8 <= len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        kept += [content[place : place + 12 + size]] if content[place + 4 : place + 8] != b"IDAT" else []
        place += 12 + size
    return b"".join([*kept, content[place:]])


def _open_parts(name, content):
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                yield f"{entry.filename} {entry.comment.decode('latin-1')}", archive.read(entry)
            yield "comment", archive.comment
    elif content[:2] == b"\x1f\x8b":
        yield "gzip", gzip.decompress(content)
    elif content[:5] == b"%PDF-":
        yield from _open_pdf(content)
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _open_png(content)
    elif content[:6] == b"SQLite":
        yield "rows", _dump_base(content)
    if b"base64," in content:
        for rank, found in enumerate(_DATA.finditer(content)):
            encoded = re.sub(rb"[^A-Za-z0-9+/]", b"", unquote(found[1].decode("ascii")).encode())
            yield f"data {rank}", base64.b64decode(encoded + b"=" * (-len(encoded) % 4))


def _open_pdf(content):
    """Yield the streams of a PDF, unpacked where they are packed, and its text as a reader copies it."""
    for rank, found in enumerate(_STREAM.finditer(content)):
        try:
            yield f"stream {rank}", zlib.decompressobj().decompress(found[1])
        except zlib.error:
            yield f"stream {rank}", found[1]
    strings = [bytes.fromhex(found.decode()) for found in re.findall(rb"<((?:[0-9A-Fa-f]{2}){2,})>", content)]
    yield "strings", b"\n".join(strings)
    if shutil.which("pdftotext"):
        for options in ([], ["-layout"]):
            told = subprocess.run(
                ["pdftotext", *options, "-", "-"], input=content, capture_output=True, timeout=60, check=False
            )
            yield "text", told.stdout


def _open_png(content):
    """Yield the chunks of a picture that hold no pixel; packed texts unpacked."""
    place = 8
    while place + 8 <= len(content):
        size, kind = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        body = content[place + 8 : place + 8 + size]
        if kind not in (b"IDAT", b"PLTE", b"tRNS"):
            yield kind.decode("latin-1"), body
            for start in (
                [rank for rank, byte in enumerate(body[:200]) if byte == 0x78]
                if kind in (b"zTXt", b"iTXt", b"iCCP")
                else []
            ):
                try:
                    yield "packed", zlib.decompressobj().decompress(body[start:])
                except zlib.error:
                    continue
        place += 12 + size


def _dump_base(content):
    base = sqlite3.connect(":memory:")
    try:
        base.deserialize(content)
        tables = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        lines = [str(row) for row in base.execute("SELECT sql FROM sqlite_master")]
        return "\n".join(
            lines + [str(row) for table in tables for row in base.execute(f'SELECT * FROM "{table}"')]
        ).encode()
    finally:
        base.close()


# --- searching ----------------------------------------------------------------------------------------------------
_GAP = r"[^0-9A-Za-z,;<>]{0,4}"
_WORD = re.compile(rf"(?:{'|'.join(STEMS.values())})[a-z]{{0,2}}")
_CALL = re.compile(
    rf"(?<!\d)(?:0|(?:00|\+)?33{_GAP}(?:0{_GAP})?){_GAP}4{_GAP}7{_GAP}1{_GAP}9{_GAP}8((?:{_GAP}\d){{4}})(?!\d)"
)
_BARE_CALL = re.compile(r"(?<![\d.])4 71 98 (00 \d\d)(?!\d)")
_MARK = re.compile(r"repere[a-j]{3}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def search_part(content):
    """Return (canaries, marks) found in bytes, whatever they are written in."""
    found, marks = set(), set()
    whole = _is_text(content)
    for text in _list_writings(content):
        # A stem without its code may be a word that was cut; in bytes that are no text, it came by chance.
        found |= {
            word for word in _WORD.findall(text) if whole or word[-2:] in CODES or "zyktra" in word or "zykcac" in word
        }
        calls = _CALL.findall(text) + _BARE_CALL.findall(text)
        found |= {"tel" + re.sub(r"\D", "", match) for match in calls}
        marks |= set(_MARK.findall(text))
    return found, marks


def _is_text(content):
    try:
        return b"\0" not in content and bool(content.decode("utf-8") or True)
    except UnicodeDecodeError:
        return False


def _list_writings(content):
    """Return the texts that bytes may be, in small letters without accents: encodings, then what pages, JSON and addresses escape."""
    texts = [content.decode("utf-8", errors="ignore"), content.decode("latin-1")]
    if b"\0" in content[:4000]:
        texts += [
            content[start:].decode(code, errors="ignore") for code in ("utf-16-le", "utf-16-be") for start in (0, 1)
        ]
    opened = []
    for text in texts[:1]:
        if "&" in text:
            opened += [html.unescape(text), html.unescape(html.unescape(html.unescape(text)))]
        if "\\u" in text:
            opened.append(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))
        if "%" in text:
            opened.append(unquote(text))
        if "<" in text:  # a word that marks of style cut
            opened.append(re.sub(r"<[^<>]*>", "", html.unescape(text)))
    return [_fold(text) for text in dict.fromkeys([*texts, *opened])]


def _fold(text):
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join([letter for letter in plain if not unicodedata.combining(letter)]).lower()


def search_folder(folder):
    """Return ({canary: files}, {mark: files}, number of parts searched) of every file under a folder, names of files included."""
    canaries, marks, searched = {}, {}, 0
    for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        for part, content in [*list_parts(name, path.read_bytes()), (f"{name} (nom)", name.encode())]:
            searched += 1
            for found, kept in zip(search_part(content), (canaries, marks), strict=True):
                for word in found:
                    kept.setdefault(word, []).append(part)
    return canaries, marks, searched


def search_tables(tables):
    """Return (canaries, marks) found in tables in memory: cells, headings, indexes, settings."""
    texts = []
    for value in tables.values():
        if hasattr(value, "columns"):
            rows = value.drop(columns=[name for name in ("geometry", "point") if name in value])
            texts += [str(rows.reset_index().to_dict("list"))]
        else:
            texts.append(str(value))
    return search_part("\n".join(texts).encode())
