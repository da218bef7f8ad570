"""The sheets of jurisdictions: one page that works offline, one section a territory, and who intervenes in each commune."""

import datetime
import re
from itertools import groupby
from operator import itemgetter

import pandas as pd
from markupsafe import Markup

from diagnostic.draw.escape import dump_json
from diagnostic.draw.style import agree, format_number, format_share
from diagnostic.draw.templates import open_template, read_template
from diagnostic.draw.territory_maps import HATCHED_TYPES, KEYS, MARK_FILLS, MAX_MAPPED, MAX_UNITS
from diagnostic.draw.web import EDITION_LABELS
from diagnostic.vocabulary import normalize_label
from diagnostic.vocabulary.formats import count_words, join_words

# The reader's own territory first, the sums after it.
TYPES = {"epci": "Intercommunalité", "departement": "Département", "perimetre": "Ensemble du territoire", "autre": "Autre territoire"}
MAX_NAMED = 25  # communes of one unit, in a row
NOT_EXHAUSTIVE = (
    "Liste non exhaustive : seuls les découpages saisis dans le dossier sont montrés ; un interlocuteur absent d'ici peut exister."
)
MARKS = {"ecart": "Hors de l'unité principale", "partage": "Plusieurs unités", "sans": "Aucune unité connue"}
SHARES = {"population": "Part des habitants", "communes": "Part des communes", "surface_km2": "Part de la surface"}
WEIGHED = {"population": "des habitants", "communes": "des communes", "surface_km2": "de la surface"}
TOLERANCE = 1e-9
COMMUNE_CODE = re.compile(r" \((?:2[AB]|\d\d)\d{3}\)")
# Of one layer, of two, of the places without service: where each kind of sentence is read. Those of communes are in the search.
GENRES = {
    "fiche": "phrases", "hypothese": "phrases",
    **dict.fromkeys(["paire", "amas", "hasard", "vis_a_vis", "zone_blanche"], "comparaisons"),
}  # fmt: skip


def draw_territory_page(tables, plans, *, titre, sources, date, edition, fictif=False):
    """Return the HTML of the sheets of jurisdictions; write it with `diagnostic.write.offline`. Same tables, same bytes.

    Parameters
    ----------
    tables : dict: fiche_ressorts, communes_minoritaires, rattachements, qui_intervient, phrases_ressorts (see tables.csv), and
        appartenance, couches, territoires, territoires_resume
    plans : the answer of `draw_territory_maps`, the same for every edition
    titre : str, that of the dossier
    sources : list of str
    date : date or str
    edition : {"publique", "partenaires", "interne"}
    fictif : bool, whether a layer is invented
    """
    order = sort_territories(tables["territoires"])
    grounds, maps = plans
    sections = list_sections(tables, order, maps)
    page = {
        "titre": f"Fiches ressorts : {titre}",
        "edition": EDITION_LABELS.get(edition, edition),
        "date": date.strftime("%d/%m/%Y") if isinstance(date, datetime.date) else date,
        "part": tell_share(tables["fiche_ressorts"]),
        "mention": NOT_EXHAUSTIVE,
        "sources": list(sources),
        "fictif": "Contient des données FICTIVES, inventées pour l'exemple." if fictif else "",
        "sections": sections,
        "fonds": [Markup(f'<path id="fond{n}" d="{path}"/>') for n, path in enumerate(grounds)],
        "sans_cartes": "" if len(order) <= MAX_MAPPED else f"Sans carte : plus de {MAX_MAPPED} territoires.",
        "style": Markup(read_template("fiches.css")),
        "script": Markup(read_template("recherche.js") + read_template("fiches.js")),
        "donnees": Markup(dump_json(gather_interveners(tables, order))),
    }
    return open_template("fiches.html").render(page)


def tell_share(sheet):
    """Return the heading of the shares: of inhabitants, of communes, of surface, or of the column that weighs."""
    weightings = sheet["ponderation"].dropna().unique()
    return SHARES.get(weightings[0], f"Part ({weightings[0]})") if len(weightings) == 1 else "Part"


def sort_territories(territoires):
    """Return the territories in the order of the page: EPCI, departements, the whole, others; as a French index inside each."""
    rank = territoires["type"].map({kind: rank for rank, kind in enumerate(TYPES)}).fillna(len(TYPES))
    keys = pd.DataFrame({"rang": rank, "cle": territoires["nom"].map(normalize_label)})
    return territoires.loc[keys.sort_values(["rang", "cle"], kind="stable").index]


def list_sections(tables, order, maps):
    """Return one dict a territory, in order: what its section of the page says."""
    layers = list_layers(tables, maps)
    moves = list_moves(tables)
    sentences = gather_sentences(tables["phrases_ressorts"], order["nom"])
    sizes = tables["territoires_resume"][["nb_communes", "population"]].to_dict("index")
    sections = []
    for number, row in enumerate(order.itertuples()):
        held = layers.get(row.Index, [])
        split = row.type in HATCHED_TYPES
        sections.append({
            "ancre": f"t{number}", "nom": row.nom, "genre": TYPES.get(row.type, row.type), "couches": held,
            "nb_communes": format_number(sizes[row.Index]["nb_communes"]), "habitants": format_number(sizes[row.Index]["population"]),
            "interlocuteurs": format_number(sum(layer["nb"] for layer in held if layer["interlocuteur"])),
            "nb_couches": count_words(sum(layer["nb"] > 0 for layer in held if layer["interlocuteur"]), "découpage"),
            "partagees": format_number(sum(layer["nb"] > 1 for layer in held)),
            "ecarts": format_number(len({code for layer in held for code in layer["ecarts"]})) if split else "",
            "sources": tell_sources(held),
            "rattachements": moves.get(row.Index, []) if split else [],
            **sentences.get(row.Index, {"phrases": [], "comparaisons": []}),
        })  # fmt: skip
    return sections


def list_layers(tables, maps):
    """Return {territoire_id: [one dict a layer, in the order of `couches`]}: its units, its odd communes, its map."""
    couches = tables["couches"]
    labels = couches["libelle"].to_dict()
    told = couches.reindex(columns=["millesime", "source"]).astype("object").fillna("").astype(str)
    odd = {key: set(codes) for key, codes in tables["communes_minoritaires"].groupby(KEYS)["code_insee"]}
    ranks = {couche: rank for rank, couche in enumerate(couches.index)}
    bodies = couches["interlocuteur"].astype(bool) if "interlocuteur" in couches else pd.Series(True, index=couches.index)
    covered = tables["discordance"].set_index(KEYS)["couverture"].to_dict()
    sheet = leave_own(tables["fiche_ressorts"])
    sheet = sheet.assign(ordre=sheet["couche"].map(ranks)).sort_values(["territoire_id", "ordre", "rang"], kind="stable")
    found = {}
    for (territoire, couche), rows in groupby(sheet.to_dict("records"), key=itemgetter(*KEYS)):
        carte = maps.get((territoire, couche))
        rows = list(rows)
        layer = describe_layer(rows, carte, odd.get((territoire, couche), set()))
        if layer["nb"]:
            layer["notes"] = [*tell_covered(covered.get((territoire, couche)), rows[0]["ponderation"]), *layer["notes"]]
        named = f"{labels[couche]} : {count_words(layer['nb'], 'unité')}"
        named += f", {agree(len(layer['ecarts']), 'commune')} hors de l'unité principale" if layer["ecarts"] else ""
        dated = ", ".join(filter(None, [told.at[couche, "millesime"], "" if bodies[couche] else "découpage sans interlocuteur"]))
        layer |= {
            "libelle": labels[couche], "millesime": dated, "source": told.at[couche, "source"], "titre": named,
            "interlocuteur": bool(bodies[couche]),
        }  # fmt: skip
        found.setdefault(territoire, []).append(layer)
    return found


def leave_own(sheet):
    """Return the sheet without the layers of which a territory is itself a unit: it is no interlocutor of its own."""
    own = sheet["unite_id"].eq(sheet["territoire_id"].str.split(":", n=1).str[-1])
    alone = sheet.groupby(KEYS)["couche"].transform("size") == 1
    return sheet[~(own & alone)]


def gather_sentences(sentences, names):
    """Return {territoire_id: {phrases, comparaisons}}: sentences on one layer, sentences on several.

    The name of the territory at their head is left: it is the title of the section.
    """
    told = sentences.assign(place=sentences["genre"].map(GENRES)).dropna(subset=["place", "phrase"])
    heads = {key: re.compile(rf"^(?:Les? |La |L['’])?{re.escape(name)} : ") for key, name in names.items()}
    gathered = {}
    for row in told.drop_duplicates(["territoire_id", "place", "phrase"]).itertuples():
        phrase = heads[row.territoire_id].sub("", row.phrase) if row.territoire_id in heads else row.phrase
        held = gathered.setdefault(row.territoire_id, {"phrases": [], "comparaisons": []})
        held[row.place].append(f"{phrase[:1].upper()}{phrase[1:]}")
    return gathered


def describe_layer(rows, carte, odd):
    """Return what the page says of one layer in one territory; `rows` are those of `fiche_ressorts`, as dicts, in order."""
    known = [row for row in rows if isinstance(row["unite_id"], str)]
    fills, marks = (carte["fills"], carte["marks"]) if carte else ({}, set())
    reasons = dict.fromkeys(row["raison_absence"] for row in rows if isinstance(row["raison_absence"], str) and row["raison_absence"])
    return {
        "nb": len(known), "unites": [describe_unit(row, fills) for row in known[:MAX_UNITS]], "reste": tell_rest(known[MAX_UNITS:]),
        "notes": [f"{reason[0].upper()}{reason[1:]}." for reason in reasons],
        "ecarts": odd if "ecart" in marks else set(), "svg": Markup(carte["svg"]) if carte else None,
        "marques": [(MARK_FILLS[mark], words) for mark, words in MARKS.items() if mark in marks],
    }  # fmt: skip


def tell_covered(share, ponderation):
    """Return the note of a layer that covers a part of a territory, or nothing."""
    if share is None or share != share or share > 1 - TOLERANCE:
        return []
    words = "moins de 1 %" if share < 0.01 else format_share(share)
    whole = WEIGHED.get(ponderation, f"du total ({ponderation})")
    return [f"Ce découpage couvre {words} {whole} ; les parts sont calculées là où il existe."]


def describe_unit(row, fills):
    """Return what the page says of one unit: number, name, communes, share, and its colour on the map."""
    return {
        "rang": int(row["rang"]), "nom": row["unite_nom"] if isinstance(row["unite_nom"], str) else row["unite_id"],
        "communes": format_number(row["nb_communes"]), "part": format_share(row["part"], 1), "couleur": fills.get(int(row["rang"])),
    }  # fmt: skip


def tell_sources(held):
    """Return where the layers of a territory come from, those of one source together, on one line."""
    sources = {}
    for layer in held:
        sources.setdefault(layer["source"].rstrip(". ") or "source non dite", []).append(layer["libelle"])
    return " ; ".join(f"{', '.join(labels)} : {source}" for source, labels in sources.items())


def tell_rest(rest):
    """Return the line of the units beyond those listed, counted, or ""."""
    if not rest:
        return ""
    shares = [row["part"] for row in rest if row["part"] == row["part"]]
    shown = f" : {format_share(sum(shares), 1)} au total" if shares else ""
    return f"et {count_words(len(rest), 'autre unité', 'autres unités')}{shown}"


def list_moves(tables):
    """Return {territoire_id: one dict a layer}: its odd communes by name, their unit, the main one, before and after a move.

    A layer without main unit has no row: the notes of its units say why.
    """
    labels = tables["couches"]["libelle"].to_dict()
    moves = tables["rattachements"].dropna(subset="vers_unite")
    ordered = moves.assign(ordre=moves["couche"].map({name: rank for rank, name in enumerate(labels)}))
    ordered = ordered.sort_values(["territoire_id", "ordre", "nb_communes"], ascending=[True, True, False], kind="stable")
    found = {}
    for (territoire, couche), rows in groupby(ordered.to_dict("records"), key=itemgetter(*KEYS)):
        rows = list(rows)
        held = {"libelle": labels.get(couche, couche), "vers": rows[0]["vers_unite_nom"], "lignes": [describe_move(row) for row in rows]}
        found.setdefault(territoire, []).append(held)
    return found


def describe_move(row):
    """Return one row of `rattachements` as the reader reads it."""
    names = COMMUNE_CODE.sub("", row["communes"]).split(" ; ")
    before, after = format_number(row["q2_avant"], 1), format_number(row["q2_apres"], 1)
    return {
        "communes": join_words(names, MAX_NAMED), "unite": row["unite_nom"],
        "nombre": f"{format_number(row['n_unites_avant'])} → {format_number(row['n_unites_apres'])}",
        "egal": "—" if row["q2_avant"] != row["q2_avant"] else before if before == after else f"{before} → {after}",
    }  # fmt: skip


def gather_interveners(tables, order):
    """Return what the search reads: communes with, for each layer, the number of a text among the layer's distinct ones."""
    table = tables["qui_intervient"].sort_values("code_insee", ignore_index=True)
    layers = table.columns[table.columns.get_loc("nb_interlocuteurs") + 1 :]
    texts, columns = [], []
    for layer in layers:
        words = table[layer].astype("object").where(table[layer].notna(), "").astype(str)
        numbers, found = pd.factorize(words, sort=True)
        texts.append(found.tolist())
        columns.append(numbers.tolist())
    anchors = pd.Series([f"t{n}" for n in range(len(order))], index=order.index)
    homes = tables["appartenance"][tables["appartenance"]["territoire_id"].str.startswith("epci:")]
    homes = homes.drop_duplicates("code_insee").set_index("code_insee")["territoire_id"].map(anchors)
    numbers = pd.to_numeric(table["nb_interlocuteurs"]).astype(float)
    return {
        "code": table["code_insee"].tolist(), "nom": table["nom"].astype(str).tolist(),
        "epci": table["epci_nom"].astype("object").where(table["epci_nom"].notna(), "").tolist(),
        "fiche": homes.reindex(table["code_insee"]).astype("object").fillna("").tolist(),
        "nombre": [None if number != number else int(number) for number in numbers],
        "couches": layers.tolist(), "textes": texts, "unites": columns,
    }  # fmt: skip
