"""The sheets of a cartopartie: a dossier comes in, the printed sheets of the format asked go out."""

from pathlib import Path

from diagnostic import run as way
from diagnostic.errors import DiagnosticError

FORMATS = ("A3", "A0")


def write_sheets(folder, *, formats=FORMATS, edition="publique", kit=True, sortie=None, progress=None):
    """Read a dossier and write its workshop sheets in sorties/<edition>/atelier: a ground to fill, a numbered map, the kit.

    The workbook of corrections, where who said what is written, is in sorties/interne/atelier.

    Parameters
    ----------
    folder : path-like
    formats : sequence of {"A3", "A0"}
    edition : {"publique", "partenaires", "interne"}
    kit : bool, the cards, the sheets, the forms and the workbook of corrections too (`run.workshop_kit`)
    sortie : path-like, optional; by default the folder `sorties` of the dossier
    progress : callable(str), optional, told the French name of each step as it starts

    Returns
    -------
    dict: `fichiers` (list of Path), `comptes` (dict of str -> int: carte, mairie, sans_commune, dehors, communes, imports;
        with the kit cartes_acteurs, cartes_dispositifs, formulaires, gardes)

    Raises
    ------
    DiagnosticError
        Structural faults of the dossier, or a territory without outline; nothing is written then.
    """
    from diagnostic.run.deposit import open_outputs, place_outputs
    from diagnostic.run.workshop_kit import CORRECTIONS, FOLDER, HELD, list_filled, place_corrections, write_kit
    from diagnostic.write.removed import write_removed
    from diagnostic.write.workshop import write_workshop

    tell = progress or (lambda step: None)
    tell("Lecture du dossier")
    tables, target, written, counts = way.load(folder), Path(sortie or Path(folder) / "sorties"), [], {}
    inputs = way.list_inputs(folder, tables["reglages"])
    with open_outputs(target) as stage:
        shown = way.select_edition(way.measure_tables(tables), edition)
        for format_page in formats:
            tell(f"Feuilles {format_page}")
            blank, pages, counts = draw_sheets(shown, format_page=format_page)
            written += write_workshop(blank, pages, stage / edition, format_page)
        if kit:
            done = write_kit(shown, stage / edition, kept=list_filled(target / edition), tell=tell)
            book = place_corrections(shown, target, stage)
            written, counts = written + done["fichiers"] + book["fichiers"], counts | done["comptes"]
            counts["gardes"] += book["garde"] is not None
        written.append(write_removed(shown["retraits"], stage / edition))
        views, former = {edition: shown, HELD: shown}, f"{FOLDER}/{CORRECTIONS}"
        # Where an earlier version put the workbook: gone unless somebody wrote in it.
        formers = [] if edition == HELD or former in list_filled(target / edition) else [f"{edition}/{former}"]
        written = place_outputs(target, views, written, inputs=inputs, command="atelier", formers=formers)
    return {"fichiers": written, "comptes": counts}


def draw_sheets(shown, *, format_page="A3"):
    """Return (blank, pages, counts) of `select_edition`: ground (Figure), numbered maps and their index (list), who is where.

    Raises
    ------
    DiagnosticError
        No commune has an outline.
    """
    from diagnostic.draw.base_map import prepare_base
    from diagnostic.draw.workshop_actors import number_actors
    from diagnostic.draw.workshop_closer import draw_closer
    from diagnostic.draw.workshop_index import draw_index
    from diagnostic.draw.workshop_map import draw_blank, draw_numbered

    if format_page not in FORMATS:
        raise DiagnosticError(f"Format inconnu : {format_page}.", "feuilles d'atelier", f"choisissez : {', '.join(FORMATS)}")
    base = prepare_base(shown["communes"])
    numbered, left = number_actors(base, shown["acteurs"], shown["listes"]["categories"])
    finalite = shown["reglages"].get("finalite", "")
    options = {"finalite": finalite, "format_page": format_page}
    blank = draw_blank(base, mentions=_mention(shown, "EPCI"), **options)
    told = _mention(shown, "acteurs")
    pages = []
    if len(numbered):
        pages = [draw_numbered(base, numbered, left, mentions=told, **options)]
        pages += draw_closer(base, numbered, pages[0], mentions=told, **options)
        pages += draw_index(numbered, left, mentions=told, format_page=format_page)
    placed = numbered["lieu"].value_counts()
    counts = {name: int(placed.get(name, 0)) for name in ("mairie", "sans_commune", "dehors")}
    return blank, pages, {"carte": int(placed.get("point", 0)) + counts["mairie"], **counts, **left}


def _mention(shown, subject):
    told = shown["mentions"]
    return {
        "sources": told["sources"].get(subject, []), "date": told["date"], "edition": shown["edition"],
        "couverture": told["couverture"] if subject == "acteurs" else None, "fictif": told["fictif"].get(subject, False),
    }  # fmt: skip
