"""The kit of a workshop beside its maps: cards to cut, sheets of text, a form a partner, the workbook of corrections."""

import re
import unicodedata
from pathlib import Path

import pandas as pd

FOLDER, FORMS = "atelier", "formulaires"
HELD = "interne"  # the folder of what is filled: who said what is not sent out with the sheets of an edition
CORRECTIONS = "corrections.xlsx"
FILLED = {".docx", ".xlsx"}  # what a person writes in
# Tables whose rows the workbook of corrections names: {table: (identifier, name)}.
NAMED = {
    "acteurs": ("acteur_id", "nom"), "dispositifs": ("dispositif_id", "nom"), "instances": ("instance_id", "nom"),
    "reseaux": ("reseau_id", "nom"),
}  # fmt: skip


def write_kit(shown, folder, *, kept=(), tell=None):
    """Write the kit of an edition in `folder`/atelier.

    Parameters
    ----------
    shown : dict, tables of an edition (`run.select_edition`)
    folder : path-like, that of the edition
    kept : collection of str, files under `folder` that a person filled or changed: they are not written again
    tell : callable(str), optional, told the French name of each step as it starts

    Returns
    -------
    dict: `fichiers` (list of Path), `comptes` (dict of str -> int: cartes_acteurs, cartes_dispositifs, formulaires, gardes)
    """
    from diagnostic.draw.base_map import prepare_base
    from diagnostic.draw.workshop_actors import number_actors
    from diagnostic.write.workshop import write_cards

    tell, folder = tell or (lambda step: None), Path(folder)
    numbered, _ = number_actors(prepare_base(shown["communes"]), shown["acteurs"], shown["listes"]["categories"])
    tell("Cartes à découper")
    written, counts = [], {}
    for kind, (name, cards) in draw_card_books(shown, numbered).items():
        counts[f"cartes_{kind}s"] = cards["nombre"]
        written += write_cards(cards["pages"], folder / FOLDER / f"{name}.pdf")
    tell("Fiches et formulaires")
    sheets = plan_sheets(shown, numbered)
    stay = {name for name in (f"{FOLDER}/{sheet}" for sheet in sheets) if name in kept}
    for name, (blocks, part) in sheets.items():
        if f"{FOLDER}/{name}" not in stay:
            written.append(write_sheet(shown, blocks, part, folder / FOLDER / name))
    forms = sum(name.startswith(f"{FORMS}/") for name in sheets)
    return {"fichiers": written, "comptes": counts | {"formulaires": forms, "gardes": len(stay)}}


def draw_card_books(shown, numbered):
    """Return {kind: (file name, dict nombre, pages)} of the cards of actors and of dispositifs."""
    from diagnostic.draw import workshop_cards as cards

    told, books = shown["mentions"], {}
    mention = {"sources": told["sources"].get("acteurs", []), "date": told["date"], "edition": shown["edition"],
               "fictif": told["fictif"].get("acteurs", False)}  # fmt: skip
    for kind, listed in (("acteur", cards.list_actor_cards), ("dispositif", cards.list_dispositif_cards)):
        rows = listed(numbered, shown)
        books[kind] = f"cartes_{kind}s", {"nombre": len(rows), "pages": cards.draw_cards(rows, kind, mentions=mention)}
    return books


def plan_sheets(shown, numbered):
    """Return {file name: (blocks, title of the part)} of every sheet of text of the kit, the forms of partners last."""
    from diagnostic.draw import language_plans as language
    from diagnostic.draw import workshop_plans as plans
    from diagnostic.draw.workshop_known import tell_known

    names = {}
    for table in ("dispositifs", "acteurs"):
        names |= dict(zip(shown[table][f"{table[:-1]}_id"], shown[table]["nom"], strict=True))
    questions = shown.get("questions", pd.DataFrame())
    lists, finalite = shown["listes"], shown["reglages"].get("finalite", "")
    facilitation = plans.plan_facilitation(finalite, questions, tell_known(numbered, shown))
    sheets = {
        "fiche_animation.docx": (facilitation, "Fiche d'animation de la cartopartie"),
        "fiche_liens.docx": (plans.plan_links(numbered, shown["liens"], lists["types_lien"]), "Fiche des liens"),
        "fiche_langage_commun.docx": (language.plan_language(shown.get("glossaire_local", pd.DataFrame())), "Fiche langage commun"),
        "fiches_experiences.docx": (language.plan_experiences(shown.get("experiences", pd.DataFrame()), names), "Fiches expériences"),
        "fiche_metiers_passerelles.docx": (language.plan_professions(shown.get("postes")), "Fiche technique : les métiers passerelles"),
    }
    for partner in plans.list_partners(numbered, shown):
        sheets[f"{FORMS}/{name_form(partner['actor'])}"] = (plans.plan_form(**partner), partner["actor"]["nom"])
    return sheets


def name_form(actor):
    """Return the file name of the form of a partner: its number, then its name in plain letters, short enough for any disk.

    >>> name_form({"numero": 7, "nom": "CCAS de l'Étang : « Les Prés »/annexe"})
    '007_ccas_de_l_etang_les_pres_annexe.docx'
    """
    plain = unicodedata.normalize("NFKD", actor["nom"]).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:40].strip("_")
    return f"{actor['numero']:03d}_{word or 'acteur'}.docx"


def write_sheet(shown, blocks, part, path):
    """Write one sheet from the template of the software; return its path."""
    from diagnostic.run.reports import tell_texts
    from diagnostic.write.report import write_report

    write_report(path, {"contenu": blocks}, kind="encart", texts=tell_texts(shown) | {"partie": part}, date=shown["date"])
    return Path(path)


def place_corrections(shown, target, stage):
    """Write the workbook of corrections in the folder `interne`, where nobody looks for what to send out.

    One that a person filled stays. Where the numbers of the map are no more those that it holds, the new map gets a workbook of its
    own beside it (corrections_2.xlsx): the printed map that each goes with is known by its date.

    Parameters
    ----------
    shown : dict, tables of an edition: the workbook names what its map shows
    target, stage : path-like, the folder of the outputs, and where they are written first

    Returns
    -------
    dict: `fichiers` (list of Path, empty when the one that is there stays), `garde` (Path or None, one that is filled and stays)
    """
    from diagnostic.draw.base_map import prepare_base
    from diagnostic.draw.workshop_actors import number_actors

    numbered, _ = number_actors(prepare_base(shown["communes"]), shown["acteurs"], shown["listes"]["categories"])
    known, kept = list_named(shown, numbered), None
    filled, rank = list_filled(Path(target) / HELD), 1
    while (name := f"{FOLDER}/{name_corrections(shown['edition'], rank)}") in filled:
        kept = Path(target) / HELD / name
        if _has_numbers(kept, known):
            return {"fichiers": [], "garde": kept}
        rank += 1
    return {"fichiers": [write_corrections(shown, known, Path(stage) / HELD / name)], "garde": kept}


def name_corrections(edition, rank=1):
    """Return the file name of the workbook that goes with the map of an edition.

    >>> name_corrections("publique"), name_corrections("interne", 2)
    ('corrections.xlsx', 'corrections_interne_2.xlsx')
    """
    parts = [Path(CORRECTIONS).stem, *([] if edition == "publique" else [edition]), *([str(rank)] if rank > 1 else [])]
    return "_".join(parts) + Path(CORRECTIONS).suffix


def _has_numbers(path, known):
    """Return whether a workbook tells the numbers of `known`, and no other."""
    from diagnostic.read.back.map_numbers import read_numbers
    from diagnostic.read.formats.files import read_sheets

    told = {(table, number, name) for table, held in read_numbers(read_sheets(path)[0]).items() for number, name in held.items() if number}
    rows = known[known["numero"] != ""]
    return told == set(zip(rows["table"], rows["numero"], rows["identifiant"], strict=True))


def list_named(shown, numbered):
    """Return what the workbook may name: numero (on the map or a card, "" elsewhere), table, identifiant, nom; by number."""
    from diagnostic.draw.workshop_cards import order_dispositifs

    numbers = {("acteurs", row.acteur_id): str(row.numero) for row in numbered.itertuples()}
    numbers |= {("dispositifs", name): f"D{rank}" for rank, name in enumerate(order_dispositifs(shown)["dispositif_id"], start=1)}
    parts = [
        pd.DataFrame({"table": name, "identifiant": shown[name][key], "nom": shown[name][label]})
        for name, (key, label) in NAMED.items() if name in shown and len(shown[name])
    ]  # fmt: skip
    known = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["table", "identifiant", "nom"])
    known = known.assign(numero=[numbers.get(pair, "") for pair in zip(known["table"], known["identifiant"], strict=True)])
    keys = pd.DataFrame({"table": known["table"].map(list(NAMED).index), "rang": pd.to_numeric(known["numero"].str.lstrip("D"))})
    order = keys.sort_values(["table", "rang"], kind="stable", na_position="last").index
    return known.loc[order, ["numero", "table", "identifiant", "nom"]].reset_index(drop=True)


def write_corrections(shown, known, path):
    """Write the workbook of corrections to fill, with the rows that this edition may show; return its path."""
    from diagnostic.draw.correction_examples import list_examples
    from diagnostic.write.merge_book import write_merge_form

    day = f"{pd.Timestamp(shown['date']):%d/%m/%Y}"
    communes = shown["communes"]["nom"].dropna()
    town = {"code_insee": communes.index[0], "commune": communes.iloc[0]} if len(communes) else {}
    links = shown["liens"].reindex(columns=["source_id", "cible_id", "type"])
    examples = list_examples(known, links, shown["listes"], members=shown["participations"], town=town, day=day)
    return write_merge_form(path, known, examples=examples, lines=[f"Va avec la carte de l'édition {shown['edition']} du {day}."])


def list_filled(place):
    """Return the files under the folder of an edition, in `atelier`, that a person filled or changed since they were written.

    Parameters
    ----------
    place : path-like, the folder of the edition
    """
    from diagnostic.read.fingerprints import fingerprint
    from diagnostic.write.manifest import look_again, read_manifest

    place = Path(place)
    paths = [path for path in (place / FOLDER).rglob("*") if path.suffix.lower() in FILLED and not path.name.startswith((".", "~$"))]
    if not paths:
        return set()
    known = look_again(read_manifest(place), place, hashed=fingerprint)
    ours = {row["fichier"] for row in known["sorties"] if row.get("calcul")}
    return {path.relative_to(place).as_posix() for path in paths} - ours
