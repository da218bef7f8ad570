"""All territories with one yardstick: read once, measured in one pass, written for whoever compares them."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from diagnostic import run as way
from diagnostic.errors import DiagnosticError
from diagnostic.run.comparison_dossiers import (
    keep_public,
    list_dossier_files,
    list_whole,
    mask_typologies,
    measure_dossiers,
    name_dossier,
    refuse_named_layers,
)
from diagnostic.run.comparison_drawing import EDITION, NO_SCORE, draw_funnels, draw_map, make_layers  # noqa: F401 (EDITION: the only one)

DEFAULT_TARGET = "comparaison"
INTERNAL = "interne"
PROBLEMS_READING = [
    "Ce que la lecture des communes, des couches et des listes n'a pas pu prendre, ou qu'il faut vérifier.",
    "Vos fichiers ne sont pas modifiés. Pour corriger : changez le fichier de la colonne « fichier », puis relancez la comparaison.",
    "Pour un dossier donné par --sources : diagnostic verifier suivi de son nom écrit un classeur où les corrections se saisissent.",
    "Ce classeur peut nommer des personnes : il est dans le dossier interne, jamais dans publique.",
]


def compare(asked, *, sortie=None, moran=True, progress=None):
    """Compare territories and write everything.

    Parameters
    ----------
    asked : dict, see `gather`
    sortie : path-like, optional; by default the folder `comparaison` of the current one
    moran : bool, whether to measure spatial autocorrelation (needs PySAL)
    progress : callable(str), optional, told the French name of each step as it starts

    Returns
    -------
    dict: `fichiers` (list of Path), `problemes_ecrits` (Path, the last of them), `resultats` (dict of DataFrame), `problemes`, `comptes`,
        `territoires` (DataFrame of `batch.list_jobs`)

    Raises
    ------
    DiagnosticError
        What is asked cannot be read; nothing is written then.
    """
    from diagnostic.run.batch import list_jobs
    from diagnostic.run.deposit import open_outputs, place_outputs

    tell, target = progress or (lambda step: None), Path(sortie or DEFAULT_TARGET)
    tell("Lecture des communes, des couches et des listes")
    gathered = gather(asked)
    with open_outputs(target) as stage:
        tell("Mesure de tous les territoires")
        results = measure(gathered, moran=moran)
        tell("Écriture des tables, des cartes et des graphiques")
        written = write(results, gathered, stage / EDITION)
        shown = gathered["tables"]
        written.append(write_problem_book(shown, stage / INTERNAL))
        view = {"sources": results["sources"], "date": gathered["date"]}
        views = {EDITION: view | {"reglages": tell_settings(gathered)}, INTERNAL: view | {"reglages": shown["reglages"]}}
        written = place_outputs(target, views, written, inputs=gathered["entrees"], command="comparer")
    return {
        "fichiers": written, "problemes_ecrits": written[-1], "resultats": results, "problemes": shown["problemes"],
        "comptes": shown["comptes"], "territoires": list_jobs(shown, gathered["maille"]),
    }  # fmt: skip


def gather(asked):
    """Read what is to be compared.

    Parameters
    ----------
    asked : dict, each key optional but the territory: france (bool), regions, departements (lists of codes), maille (epci,
        departement or the name of a layer), couches, inventaires, typologies (lists of texts, as on the command line), sources
        (folder of a dossier, in the place of all these but the maille, the dossiers and the typologies), graine

    Returns
    -------
    dict: tables (of the dossier read, its territories those compared), maille, typologies, dossiers (list of folders), date, entrees, asked
    """
    from diagnostic.measure.constats.statement_facts import date_edition
    from diagnostic.read import national

    maille, (lists, folders) = _spell_scale(asked.get("maille") or "epci"), _sort_inventories(asked)
    typologies = mask_typologies(dict(national.read_typology(text) for text in asked.get("typologies") or ()))
    files = [Path(text.partition("=")[2] or text) for text in asked.get("typologies") or ()]
    if asked.get("sources"):
        tables, inputs = _read_sources(asked, lists)
        tables["inventaire"] = name_dossier(asked["sources"])
        refuse_named_layers(tables["couches"].index, "feuille couches du dossier")
    else:
        tables, inputs = _read_national(asked, lists, maille)
    inputs = pd.concat([inputs, _list_files(files), list_dossier_files([path for _, path in folders])], ignore_index=True)
    tables = _narrow(tables, maille)
    return {
        "tables": tables, "maille": maille, "typologies": typologies, "dossiers": [path for _, path in folders],
        "date": date_edition(tables), "entrees": inputs, "asked": asked,
    }  # fmt: skip


def _sort_inventories(asked):
    """Return ([(source, file of a national list)], [(None, folder of a dossier)])."""
    from diagnostic.read import national

    lists, folders = [], []
    for text in asked.get("inventaires") or ():
        source, path = national.split_inventory(text)
        (lists if source else folders).append((source, path))
    return lists, folders


def _spell_scale(text):
    word = text.strip()
    return word.lower() if word.lower() in ("epci", "departement") else word.upper()


def _read_sources(asked, lists):
    """Read an ordinary dossier: its perimeter, layers, imports and inventory are those compared."""
    if lists or asked.get("couches"):
        raise DiagnosticError(
            "--sources apporte déjà ses couches et ses listes.", "options --couche et --inventaire SOURCE=FICHIER",
            "ajoutez-les à ce dossier (feuille couches, commande importer), ou retirez --sources",
        )  # fmt: skip
    tables = way.load(asked["sources"])
    return tables, way.list_inputs(asked["sources"], tables["reglages"])


def _read_national(asked, lists, maille):
    """Read a dossier made for the time of the run: the perimeter asked, the layers of the software and those given, the lists."""
    with open_sources(asked, lists, maille) as (folder, files):
        return way.load(folder), _list_files(files)


@contextmanager
def open_sources(asked, lists=None, maille=None):
    """Yield the dossier that all the territories are read from, and the files it was made of; what is made goes when the block ends.

    The dossier of `asked` (key sources) is yielded as it is, without files. See `gather` for the rest of `asked`.
    """
    from diagnostic.read import national
    from diagnostic.write.national import freeze_dates, write_sources

    if asked.get("sources"):
        yield Path(asked["sources"]), []
        return
    lists = _sort_inventories(asked)[0] if lists is None else lists
    maille = maille or _spell_scale(asked.get("maille") or "epci")
    layers = [national.parse_layer(text) for text in asked.get("couches") or ()]
    refuse_named_layers([row["couche"] for _, row in layers], "option --couche")
    files = [path for path, _ in layers]
    national.check_files(list(dict.fromkeys([*files, *(path for _, path in lists)])))
    settings = national.find_perimeter(
        france=asked.get("france", False), regions=asked.get("regions") or (), departements=asked.get("departements") or (), maille=maille
    )
    settings |= {"titre": "Diagnostic partagé"} | ({"graine": asked["graine"]} if asked.get("graine") is not None else {})
    with tempfile.TemporaryDirectory(prefix="diagnostic-comparer-") as place:
        folder = write_sources(Path(place) / "sources", settings, national.list_layer_rows([row for _, row in layers]), files)
        for source, path in lists:
            way.import_source(source, path, folder)
        given = [*files, *(path for _, path in lists)]
        freeze_dates(folder, given)
        yield folder, given


def _list_files(paths):
    """Return the fingerprints of the files given, as `read.fingerprints.list_inputs` does for a dossier."""
    from diagnostic.read.fingerprints import COLUMNS, fingerprint

    rows = []
    for path in sorted(dict.fromkeys(paths)):
        told = path.stat()
        moment = pd.Timestamp(told.st_mtime, unit="s").floor("s")
        rows.append({"fichier": path.name, "taille": told.st_size, "sha256": fingerprint(path), "modifie": moment})
    return pd.DataFrame(rows, columns=COLUMNS)


def _narrow(tables, maille):
    """Return the tables with the territories to compare: whole ones, of the scale asked; only what everyone may see of the actors.

    Raises
    ------
    DiagnosticError
        No territory of that scale.
    """
    from diagnostic.read.places.neighbours import list_neighbours

    tables = keep_public(tables)
    if maille not in ("epci", "departement"):
        tables = _add_units(tables, maille)
    kinds = tables["territoires"]
    held = kinds.index.isin(list_whole(tables, maille))
    if not held.any():
        raise DiagnosticError(
            f"Aucun territoire entier à la maille « {maille} ».", "option --maille", "epci, departement ou le nom d'une couche du dossier"
        )
    keep = held | kinds["type"].ne(maille)
    near = tables["voisinages"] if len(tables["voisinages"]) else list_neighbours(tables["communes"])
    return tables | {"territoires": kinds[keep], "voisinages": near}


def _add_units(tables, couche):
    """Return the tables with the units of a layer as territories, of type the name of the layer, and who works there."""
    from diagnostic.measure.ressorts.weights import list_unit_territories
    from diagnostic.read.actors.actors import assign_territories

    rows = tables["affectation"][tables["affectation"]["couche"] == couche]
    if not len(rows):
        fix = f"choisissez epci, departement ou parmi : {', '.join(tables['couches'].index)}"
        raise DiagnosticError(f"Couche « {couche} » inconnue ou vide.", "option --maille", fix)
    units = list_unit_territories(rows)
    names = tables["unites"].query("couche == @couche").drop_duplicates("unite_id").set_index("unite_id")["unite_nom"]
    named = units.drop_duplicates("territoire_id").set_index("territoire_id").sort_index()
    more = pd.DataFrame({"nom": named["unite_id"].map(names).fillna(named["unite_id"]), "type": couche})
    territories = pd.concat([tables["territoires"], more])
    membership = pd.concat([tables["appartenance"].assign(part=1.0), units[["code_insee", "territoire_id", "part"]]], ignore_index=True)
    places, _ = assign_territories(
        tables["acteurs"], "acteur_id", territories, tables["communes"], appartenance=membership[["code_insee", "territoire_id"]]
    )
    return tables | {"territoires": territories, "appartenance": membership, "acteurs_territoires": places}


def measure(gathered, *, moran=True):
    """Measure what was gathered; return the tables of `side_by_side.compare_side_by_side`, with couches and sources."""
    from diagnostic.measure.across import build_long, measure_across
    from diagnostic.measure.side_by_side import compare_side_by_side

    tables, maille = gathered["tables"], gathered["maille"]
    results = measure_across(tables, maille=maille)
    compared = tables["territoires"].index[tables["territoires"]["type"].eq(maille)]
    results, links = measure_dossiers(gathered["dossiers"], results, maille=maille, compared=compared)
    long = pd.concat([build_long(results, tables), *links], ignore_index=True)
    compared = compare_side_by_side(
        long, tables, maille=maille, typologies=gathered["typologies"], graine=int(tables["reglages"]["graine"]), avec_moran=moran
    )
    return compared | {"couches": tables["couches"], "sources": tables["sources"], "discordance": results["discordance"]}


def tell_settings(gathered):
    """Return the settings of the run, what was asked first of all, for the manifest."""
    from diagnostic.edition.personal import mask_settings

    asked = {f"comparer_{key}": value for key, value in gathered["asked"].items() if value not in (None, (), [], False)}
    # The names of files, not where they are on one's computer.
    named = {key: [_name_only(text) for text in value] if isinstance(value, list | tuple) else value for key, value in asked.items()}
    named = {key: Path(value).name if key == "comparer_sources" else value for key, value in named.items()}
    return gathered["tables"]["reglages_publics"] | mask_settings(named)


def _name_only(text):
    name, equal, rest = str(text).partition("=")
    return f"{name}={Path(rest).name}" if equal else Path(name).name


def tell_lines(results, gathered):
    """Return the lines of the reading sheet."""
    tables, loose = gathered["tables"], results["comparaison_sans_territoire"]
    known = tables["couches"]
    dated = known["libelle"] + " (" + known["millesime"].astype("str").fillna("millésime non dit") + ")"
    lines = [
        NO_SCORE,
        f"{len(results['comparaison_territoires'])} territoires comparés ; {len(loose)} communes hors comparaison"
        + (f" : {', '.join(loose['nom'].head(8))}." if 0 < len(loose) <= 8 else "."),
        f"Couches : {' ; '.join(dated)}.",
        f"Graine des tirages : {int(tables['reglages']['graine'])}. Même entrée, même graine, mêmes chiffres (manifeste.json).",
        "Chaque chiffre avec ses deux nombres, sa couverture et son millésime : donnees/comparaison_longue.parquet.",
    ]
    return lines + results["comparaison_lectures"]["phrase"].tolist()


def write_problem_book(tables, folder):
    """Write what could not be read, or is to be looked at, line by line, in `folder`; return the path."""
    from diagnostic.run.way_back import PROBLEM_FILE
    from diagnostic.write.problems import LINES, write_problems

    return write_problems(
        folder / PROBLEM_FILE, problemes=tables["problemes"], comptes=tables["comptes"], ecartees={}, lists=tables["listes"],
        lecture=[*PROBLEMS_READING, LINES[1]],
    )  # fmt: skip


def write(results, gathered, folder):
    """Draw and write the comparison in `folder`; return the list of paths."""
    from diagnostic.write.comparison import write_comparison

    reading = {"titre": "Comparaison de territoires", "lignes": tell_lines(results, gathered), "date": gathered["date"]}
    compared = gathered["tables"]["territoires"].query("type == @maille", local_dict={"maille": gathered["maille"]})
    shown = {name: table for name, table in results.items() if name != "discordance"} | {"territoires": compared}
    return write_comparison(
        shown, folder, reading=reading, layers=make_layers(results, gathered), figures=draw_funnels(results, gathered),
        carte=draw_map(results, gathered),
    )  # fmt: skip
