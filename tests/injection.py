"""Texts that would run, or break a page, if a cell of an inventory were ever read as code; and a dossier full of them.

A payload names itself when it runs: it calls `__run(mark)`, which the browser of the tests gathers in every frame
(`navigateur.open_offline`). The mark tells which payload ran, and the cell it came from.
"""

import json
import re
from pathlib import Path

import pandas as pd

from diagnostic import run

# RUN stands for the call; MARK for the number alone. A cell that holds a list is cut at « ; »: only one payload has any.
PAYLOADS = {
    "image": "<img src=x onerror=RUN>",
    "script": "<script>RUN</script>",
    "sortie de script": "</script><script>RUN</script>",
    "gabarit JS": "${RUN}",
    "accents graves": "`+RUN+`",
    "attribut double": '"><svg onload=RUN>',
    "attribut simple": "'><svg onload=RUN>",
    "gestionnaire": '" onmouseover="RUN" onfocus="RUN" autofocus x="',
    "gestionnaire simple": "' onmouseover='RUN' onfocus='RUN' autofocus x='",
    "adresse javascript": "javascript:RUN",
    "adresse data": "data:text/html,<script>RUN</script>",
    "jinja, valeur": "{{MARK*7}}",
    "jinja, bloc": "{% if MARK %}lu{% endif %}",
    "cadre srcdoc": '<iframe srcdoc="<script>RUN</script>"></iframe>',
    "entités": "&lt;img src=x onerror=RUN&gt;",
    "ligne U+2028": '"\u2028+RUN//',
    "JSON": '\\"}]-RUN//',
    "échappement": "\\u003cimg src=x onerror=RUN\\u003e",
    "style": "</style><img src=x onerror=RUN><style>*{background:url(javascript:RUN)}</style>",
    "titre": "</title></textarea><img src=x onerror=RUN>",
    "lien markdown": "[lien](javascript:RUN)",
    "formule": "=cmd|' /C calc'!A1&RUN",
    "formule mathtext": "$\\frac{RUN$",
    "commentaire": "--><img src=x onerror=RUN><!--<script>",
}  # fmt: skip
NAMES = list(PAYLOADS)
# The cells that are poisoned, and the hundreds of their marks.
CELLS = [
    "titre", "acteur.nom", "acteur.source", "acteur.theme", "acteur.commune", "acteur.sigle", "dispositif.nom", "couche.libelle",
    "couche.source", "unite.nom", "territoire.nom", "categorie.libelle", "lien.type", "decision.constat", "decision.levier",
    "decision.texte", "saisie", "instance.nom", "reseau.nom", "question.reponse", "couverture.source",
]  # fmt: skip
LISTS = ["acteur.theme"]
EPCI = ["200073419", "200085728"]  # Le Puy-en-Velay, Brioude: small enough to be measured and drawn in a few seconds
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"  # reference data, beside the repository or absent
HINAURA = "inventaires/hinaura_2022-11.json"


def write_payload(name, cell):
    """Return the payload `name` as it is planted in the cells `cell`."""
    mark = 100 * (CELLS.index(cell) + 1) + NAMES.index(name)
    return PAYLOADS[name].replace("RUN", f"__run({mark})").replace("MARK", str(mark))


def read_mark(mark):
    """Return (payload, cell) of the mark that a payload called."""
    return NAMES[mark % 100], CELLS[mark // 100 - 1]


def list_payloads(cell):
    return {name: write_payload(name, cell) for name in NAMES}


def squeeze(text):
    """Return a text as it can be compared: a page folds spaces, and its style may put words in capitals."""
    # U+2028 is taken out as the file is read, and said in `problemes`; a soft hyphen is only a place to cut a word.
    return " ".join(text.replace("\xad", "").replace("\u2028", "").split()).casefold()


def find_shown(text, cell):
    """Return the names of the payloads of `cell` that a reader sees in `text`, whole and as they were typed."""
    seen = squeeze(text)
    # A cell that holds a list is cut where a list is, and the quotes around a word are not part of it.
    cut = (lambda payload: [part.strip('" ') for part in re.split(r"[;|]", payload)]) if cell in LISTS else lambda payload: [payload]
    return {name for name, payload in list_payloads(cell).items() if all(squeeze(part) in seen for part in cut(payload))}


def plant(rows, column, cell, *, where=None, keep=False):
    """Return the table with the payloads in `column`, one a row; several a row when there are too few rows for all."""
    index = rows.index if where is None else rows.index[where]
    payloads = list(list_payloads(cell).values())
    index = index[: len(payloads)]
    texts = pd.Series([" ".join(payloads[first :: len(index)]) for first in range(len(index))], index=index)
    rows = rows.assign(**{column: rows.get(column, "")})
    rows.loc[index, column] = rows.loc[index, column] + ";" + texts if keep else texts
    return rows


def read_example():
    """Return the sheets of the example, as text."""
    paths = sorted((run.find_example() / "inventaire").glob("*.csv"))
    return {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths}


def narrow_example(tables):
    """Return the sheets of the example on two EPCI; its actors and links outside stay, as those of a real neighbour do."""
    from diagnostic.read.places.territories import read_communes

    communes = read_communes(departements=["43"])
    kept = communes.index[communes["epci"].isin(EPCI)]
    return tables | {"communes": tables["communes"][tables["communes"]["code_insee"].isin(kept)]}


def poison_example(tables):
    """Return the sheets of the narrowed example with every payload in every cell of `CELLS`."""
    inside = tables["acteurs"]["code_insee"].isin(tables["communes"]["code_insee"])
    named = inside & (inside.cumsum() <= len(NAMES))
    acteurs = tables["acteurs"]
    for column in ("nom", "source", "sigle", "commune"):
        acteurs = plant(acteurs, column, f"acteur.{column}", where=named)
    acteurs = plant(acteurs, "themes", "acteur.theme", where=named, keep=True)
    # Each at a point of its own, far enough from the others to be one mark on the map.
    rank = named.cumsum() - 1
    acteurs = acteurs.assign(
        lat=acteurs["lat"].mask(named, (45.11 + 0.02 * (rank // 6)).map("{:.4f}".format)),
        lon=acteurs["lon"].mask(named, (3.68 + 0.03 * (rank % 6)).map("{:.4f}".format)),
        diffusion=acteurs["diffusion"].mask(named, "public"),
    )
    acteurs, words = _add_words(acteurs, "categorie", "categories", "categorie.libelle", where=inside & ~named)
    liens = tables["liens"]
    ends = set(acteurs.loc[inside & (acteurs["lat"] != ""), "acteur_id"])
    among = liens["source_id"].isin(ends) & liens["cible_id"].isin(ends)
    liens, types = _add_words(liens, "type", "types_lien", "lien.type", where=among)
    ressorts = tables["ressorts"][tables["ressorts"]["code_insee"].isin(tables["communes"]["code_insee"])]
    units = plant(ressorts.drop_duplicates(["couche", "unite_id"]), "unite_nom", "unite.nom").set_index(["couche", "unite_id"])["unite_nom"]
    keys = pd.MultiIndex.from_frame(ressorts[["couche", "unite_id"]])
    # On no statement of ours: the words of the group are then shown as they are.
    decisions = tables["constats_decisions"].assign(constat_id="")
    for column, cell in {"constat": "constat", "levier": "levier", "decision": "texte"}.items():
        decisions = plant(decisions, column, f"decision.{cell}")
    settings = tables["parametres"]
    settings.loc[settings["cle"] == "titre", "valeur"] = " ".join(list_payloads("titre").values())
    # Fewer draws: what is tested is what is written, not the figures.
    fast = pd.DataFrame({"cle": ["tirages_hasard", "tirages_liens"], "valeur": ["9", "99"]})
    return tables | {
        "acteurs": acteurs, "liens": liens, "ressorts": ressorts.assign(unite_nom=units.reindex(keys).to_numpy()),
        "parametres": pd.concat([settings, fast]), "constats_decisions": decisions, "vocabulaire": pd.concat([words, types]),
        "couches": plant(plant(tables["couches"], "source", "couche.source"), "libelle", "couche.libelle"),
        "dispositifs": plant(tables["dispositifs"], "nom", "dispositif.nom"),
        "territoires": plant(tables["territoires"].assign(communes=EPCI), "nom", "territoire.nom"),
        "instances": plant(tables["instances"], "nom", "instance.nom"),
        "reseaux": plant(tables["reseaux"], "nom", "reseau.nom"),
        "questions": plant(tables["questions"], "reponse", "question.reponse"),
        "couverture_inventaire": plant(tables["couverture_inventaire"], "source", "couverture.source"),
    }  # fmt: skip


def _add_words(rows, column, listed, cell, *, where):
    """Return the rows with codes of their own in `column`, and the sheet `vocabulaire` whose labels are payloads."""
    codes = [f"essai_{listed}_{number}" for number in range(min(len(NAMES), where.sum()))]
    rows = rows.copy()
    rows.loc[rows.index[where][: len(codes)], column] = codes
    words = pd.DataFrame({"liste": listed, "code": codes, "champ": "social" if listed == "categories" else ""})
    return rows, plant(words, "libelle", cell)


def write_dossier(tables, folder):
    """Write sheets as the CSV inventory of a dossier and return its path."""
    inventory = Path(folder) / "inventaire"
    inventory.mkdir(parents=True)
    for name, rows in tables.items():
        rows.to_csv(inventory / f"{name}.csv", index=False)
    return inventory.parent


def write_live_rows(path):
    """Write two rows of the hub Hinaura as its export does, and return the text they carry; None without the reference data.

    The row is the one in which a real visitor counter was pasted, with its live `<script>`; brought to Brioude, once as it
    is, once with that text as the name of the place.
    """
    source = SHARED / HINAURA
    if not source.exists():
        return None
    rows = json.loads(source.read_text(encoding="utf-8"))
    row, heading = next((row, heading) for row in rows for heading, cell in row.items() if "<script" in str(cell))
    moved = row | {"Code postal": 43100, "Ville *": "Brioude", "bf_latitude": 45.3021, "bf_longitude": 3.4102}
    named = moved | {"Nom du lieu ou de la structure *": row[heading], "bf_latitude": 45.3121}
    path.write_text(json.dumps([moved, named], ensure_ascii=False), encoding="utf-8")
    return row[heading]
