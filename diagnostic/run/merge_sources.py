"""What is handed to a merge, each file by what it holds: a workbook of corrections, a map, a copy, a form, decisions."""

import pandas as pd

from diagnostic.errors import DiagnosticError
from diagnostic.run.edits import open_inventory
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems
from diagnostic.vocabulary import normalize_label

MAPS = {".json", ".geojson", ".umap"}


def read_sources(opened, paths, known, *, qui, quand, statut):
    """Read every file of corrections.

    Parameters
    ----------
    opened : dict, `edits.open_edits`
    paths : list of Path
    known : dict, as `read.back.linking.link_corrections` takes it
    qui, quand, statut : str, for what does not say it itself

    Returns
    -------
    dict: `lignes` (DataFrame, READ_COLUMNS of `merge_book`), `saisies` (list of dict: saves made on another computer), `decisions`
        (list of (file name, list of dict)), `problemes`, `connues` (`edits` and `states` with those saves)

    Raises
    ------
    DiagnosticError
        Every file that cannot be read, together.
    """
    from diagnostic.read.back.form_file import read_form
    from diagnostic.read.back.merge_book import make_rows

    rows, saves, decisions, problems, errors = [], [], [], [], []
    given = {"qui": qui.strip(), "quand": quand, "statut": statut}
    for path in paths:
        try:
            if path.suffix.lower() in MAPS:
                found, told = (None, _tell_merged(path)) if _is_merged(path, known) else _read_map(opened, path, given)
            elif path.suffix.lower() == ".docx":
                found, told = (None, _tell_merged(path)) if _is_merged(path, known) else read_form(path, **given)
            elif path.suffix.lower() in (".odt", ".pdf"):
                fix = "enregistrez le formulaire en DOCX, ou recopiez ses réponses dans le classeur de corrections (--classeur)"
                raise DiagnosticError("Ce format de document n'est pas lu.", path.name, fix)
            else:
                found, told, foreign, decided = _read_book(opened, path, known, given)
                saves += foreign
                decisions += decided
            rows.append(found)
            problems.append(told)
        except DiagnosticError as error:
            errors.append(error)
    if errors:
        raise DiagnosticError.gather(errors)
    kept = [part for part in rows if part is not None and len(part)]
    lines = pd.concat(kept, ignore_index=True) if kept else make_rows()
    return {
        "lignes": lines, "saisies": saves, "decisions": decisions, "problemes": join_problems(*problems),
        "connues": _add_saves(opened, known, saves),
    }  # fmt: skip


def _is_merged(path, known):
    """Return whether this very file, to the byte, was merged already: what a map or a copy does not change says nothing new."""
    return known["empreintes"].get(path.name) in set(known["edits"]["empreinte"])


def _tell_merged(path):
    rows = pd.DataFrame({"fichier": [path.name], "feuille": [""], "ligne": [pd.NA]})
    message = "Ce fichier a déjà été fusionné : il n'est pas relu."
    return list_problems("information", rows, message, "rien ; pour le reprendre après une annulation, annulez l'annulation (--liste)")


def _add_saves(opened, known, saves):
    """Return the edits and the states with the saves of another computer among them."""
    from diagnostic.read.back.edits import list_cells
    from diagnostic.read.back.row_states import follow_rows, settle_rows
    from diagnostic.schema import EDIT_COLUMNS

    if not saves:
        return {}
    cells = pd.DataFrame([cell for save in saves for cell in list_cells(save, save["saisie"], "")], columns=EDIT_COLUMNS)
    edits = pd.concat([known["edits"], cells.astype({"ligne": "Int64"})], ignore_index=True)
    edits = follow_rows(edits, opened["lues"], known["ecrites"])
    return {"edits": edits, "states": settle_rows(edits)}


def _ask_author(given, path):
    if not given["qui"]:
        fix = "ajoutez --qui et le nom de la structure ou du groupe"
        raise DiagnosticError("Ce fichier ne dit pas qui corrige.", path.name, fix)


def _read_map(opened, path, given):
    from diagnostic.read.back.map_file import read_map

    _ask_author(given, path)
    return read_map(path, list_places(opened["dossier"]), **given)


def list_places(folder):
    """Return what a map holds of each actor: its properties as text, its own point, that of its mairie (degrees), index = acteur_id."""
    from diagnostic.read.back.map_file import KEPT
    from diagnostic.read.dossier import read_dossier
    from diagnostic.write.cells import flatten_table

    tables = read_dossier(folder)
    actors, communes = tables["acteurs"], tables["communes"]
    flat = flatten_table(actors[[*KEPT, "remarques", "lat", "lon"]])
    town = communes.reindex(actors["code_insee"]).reindex(columns=["mairie_lon", "mairie_lat"]).set_axis(flat.index)
    texts = flat.drop(columns=["lat", "lon"]).astype(object).where(flat.drop(columns=["lat", "lon"]).notna(), "").astype(str)
    points = {"lon": actors["lon"], "lat": actors["lat"], "lon_mairie": town["mairie_lon"], "lat_mairie": town["mairie_lat"]}
    base = texts.assign(**{name: pd.to_numeric(values).astype(float) for name, values in points.items()})
    return base.set_axis(actors["acteur_id"].to_numpy())


def _read_book(opened, path, known, given):
    """Return (corrections, problemes, saves of another computer, decisions) of a workbook."""
    from diagnostic.read.back.conflicts import list_waiting, read_decisions
    from diagnostic.read.back.map_numbers import GUIDES, name_numbers, read_numbers
    from diagnostic.read.back.merge_book import read_merge_sheet
    from diagnostic.read.formats.files import read_sheets

    filled = read_decided(path)
    if filled is not None:
        waiting = list_waiting(known["states"], known["edits"], opened["lues"], known["ecrites"])
        signed = filled.assign(decide_par=filled["decide_par"].where(filled["decide_par"] != "", given["qui"]))
        decided, refused = read_decisions(signed, waiting)
        told = [
            list_problems("erreur", pd.DataFrame([row])[ORIGIN_COLUMNS], message, fix, colonne="décision", valeur=row["decision"])
            for row, message, fix in refused
        ]  # fmt: skip
        return None, join_problems(*told), [], [(path.name, decided)]
    sheets, _ = read_sheets(path)
    # The guide of the workbook holds examples, which are no corrections.
    parts = [read_merge_sheet(raw, path, name) for name, raw in sheets.items() if len(raw) and normalize_label(name) not in GUIDES]
    if any(rows is not None for rows, _ in parts):
        rows = pd.concat([rows for rows, _ in parts if rows is not None], ignore_index=True)
        rows = name_numbers(rows, read_numbers(sheets))
        return _fill_silent(rows, given), join_problems(*[told for _, told in parts]), [], []
    _refuse_problem_file(path, sheets)
    if _is_merged(path, known):
        return None, _tell_merged(path), [], []
    return *_read_copy(opened, path, known, given), []


def _fill_silent(rows, given):
    """Return the corrections with what the command says where a row says nothing, but for its status: silence accepts nothing."""
    return rows.assign(**{name: rows[name].where(rows[name] != "", given[name]) for name in ("qui", "quand")})


def _refuse_problem_file(path, sheets):
    from diagnostic.schema import PROBLEM_HEADINGS

    titles = {normalize_label(cell) for raw in sheets.values() if len(raw) for cell in raw.head(5).to_numpy().ravel() if cell}
    if {normalize_label(PROBLEM_HEADINGS[name]) for name in ("correction", "valeur", "probleme")} <= titles:
        raise DiagnosticError("Ce fichier est un problemes.xlsx.", path.name, "reprenez-le avec « diagnostic corriger »")


def _read_copy(opened, path, known, given):
    """Return (corrections, problemes, saves of another computer) of a copy of the inventory, or of the form of a partner."""
    from diagnostic.read.back.copies import compare_copies, list_foreign

    try:
        theirs = open_inventory([path])
    except DiagnosticError as error:
        fix = "donnez un classeur de corrections, un formulaire, une carte (uMap, GeoJSON) ou une copie de l'inventaire"
        raise DiagnosticError(f"Ce fichier n'est pas un fichier de corrections. {error.quoi}", path.name, fix) from error
    _ask_author(given, path)
    journal = theirs["journal"]
    foreign = list_foreign(journal, known["edits"], origine=path.name, empreinte=known["empreintes"].get(path.name, ""))
    told = theirs["problemes"]
    told = told[told["gravite"].isin(["bloquant", "erreur"])].assign(fichier=path.name)
    whole = {"parametres", "communes"} <= {normalize_label(name) for name in theirs["feuilles"]}
    extended = known | _add_saves(opened, known, foreign)
    added = extended["edits"][extended["edits"]["geste"] == "ajout"]
    later = set(zip(added["table"], added["identifiant"], strict=True))
    rows = compare_copies(opened["lues"], theirs["lues"], whole=whole, given=given, later=later)
    return _drop_journaled(rows, theirs, extended).assign(fichier=path.name), told, foreign


def _drop_journaled(rows, theirs, known):
    """Return the corrections without the rows that the journal of the copy says were added or removed: those are saves already."""
    from diagnostic.read.back.row_states import follow_rows
    from diagnostic.schema import NEW_ROW

    edits = known["edits"]
    moved = follow_rows(edits, theirs["lues"], set(theirs["journal"]["saisie"]))
    added = moved[edits["identifiant"].str.startswith(NEW_ROW) & (moved["identifiant"] != edits["identifiant"])]
    removed = edits[edits["geste"] == "retrait"]
    said = {*zip(added["table"], added["identifiant"], strict=True), *zip(removed["table"], removed["identifiant"], strict=True)}
    pairs = [pair in said for pair in zip(rows["table"], rows["identifiant"], strict=True)]
    return rows[~(pd.Series(pairs, index=rows.index, dtype=bool) & rows["action"].isin(["ajouter", "retirer"]))]


def read_decided(path):
    """Return what a fusion.xlsx holds: cle, decision, autre_valeur, decide_par and where each is; None for any other file."""
    from diagnostic.read.formats.files import SPREADSHEETS, read_sheets

    if path.suffix.lower() not in SPREADSHEETS:
        return None
    wanted = {normalize_label(name): column for column, name in
              {"cle": "clé", "decision": "décision", "autre_valeur": "autre valeur", "decide_par": "décidé par"}.items()}  # fmt: skip
    parts = []
    for name, raw in read_sheets(path)[0].items():
        if not len(raw):
            continue
        named = raw.iloc[0].map(lambda cell: wanted.get(normalize_label(cell), "") if cell else "")
        if set(wanted.values()) <= set(named):
            body = raw.iloc[1:, [place for place, column in enumerate(named) if column]].set_axis([c for c in named if c], axis=1)
            parts.append(body.assign(fichier=path.name, feuille=name, ligne=pd.array(body.index, dtype="Int64")))
    return pd.concat(parts, ignore_index=True) if parts else None
