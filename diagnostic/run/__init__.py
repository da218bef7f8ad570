"""The whole way in one function: a dossier comes in, the files of each edition go out."""

from pathlib import Path

import pandas as pd

from diagnostic.edition import filter_edition, keep_local, show_same_actors
from diagnostic.errors import DiagnosticError
from diagnostic.run.drawing import (  # noqa: F401 (run lends them)
    draw_actor,
    draw_gaps,
    draw_map,
    draw_plans,
    draw_sheets,
    draw_statements,
    list_pages,
    render_map,
)
from diagnostic.run.way_back import BACK_FILES, deposit_back, protect_problems, write_back
from diagnostic.schema import EDITIONS, GRAVITES, join_problems, list_problems
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import count_words

EXAMINED_FILE = "examen_des_couches.xlsx"
DEFAULT_EDITIONS = ("publique", "interne")
GRAVITE_WORDS = {
    "bloquant": ("bloquant", "bloquants"), "erreur": ("erreur", "erreurs"),
    "attention": ("point d'attention", "points d'attention"), "information": ("information", "informations"),
}  # fmt: skip


def run(folder, *, sortie=None, editions=DEFAULT_EDITIONS, progress=None, part=None, documents=()):
    """Read a dossier, measure it, draw and write each edition.

    Parameters
    ----------
    folder : path-like
    sortie : path-like, optional; by default the folder `sorties` of the dossier
    editions : sequence of {"publique", "partenaires", "interne"}
    progress : callable(str), optional, told the French name of each step as it starts
    part : dict, optional, one territory of the dossier in the place of the whole (see `load`)
    documents : sequence of `run.reports.DOCUMENTS`, written besides, in DOCX

    Returns
    -------
    dict: `fichiers` (list of Path), `comptes`, `problemes`, `lectures` (DataFrame)

    Raises
    ------
    DiagnosticError
        Structural faults of the dossier; nothing is written then.
    """
    from diagnostic.run import reports
    from diagnostic.run.deposit import open_outputs, place_outputs, tell_inputs

    tell = progress or (lambda step: None)
    target = Path(sortie or Path(folder) / "sorties")
    if "interne" in editions:
        protect_problems(folder, target / "interne")
    tell("Lecture du dossier")
    tables = load(folder, part=part)
    inputs = list_inputs(folder, tables["reglages"])
    back = tables["retour"]
    # Held before the long part, read before that: a dossier that cannot be read leaves no trace.
    with open_outputs(target) as stage:
        tell("Calcul des mesures")
        tables = measure_tables(tables)
        chosen = sorted(set(editions), key=EDITIONS.index)
        tell("Tri des données par édition")
        views = tell_inputs({edition: select_edition(tables, edition) for edition in chosen}, inputs)
        # Written alone, an edition says its name on its pages as it does beside another that shows more.
        # A page may go without the name of its edition only where the public one holds it as it is.
        same = "publique" in chosen and len(chosen) > 1 and show_same_actors(list(views.values()))
        written = write_editions(views, stage, same=same, colour=tables["reglages"]["couleur_principale"], tell=tell)
        for edition, shown in views.items() if documents else ():
            written += reports.write_reports(shown, stage / edition, what=documents, tell=tell)["fichiers"]
        if "interne" in editions:
            written += write_back(tables | {"retour": back}, stage / "interne")
        tell("Mise en place des fichiers")
        written = place_outputs(target, views, written, inputs=inputs, command="lancer", formers=BACK_FILES)
    return {"fichiers": written, "comptes": tables["comptes"], "problemes": tables["problemes"], "lectures": tables["lectures"]}


def list_inputs(folder, reglages):
    """Return the files that a dossier was read from, with their fingerprints; see `read.fingerprints.list_inputs`."""
    from diagnostic.read import fingerprints

    return fingerprints.list_inputs(folder, others=[reglages["logo"]])


def write_editions(views, target, *, same, colour, tell):
    """Draw and write each edition in its folder; what every edition shows alike is drawn once; return the paths."""
    from diagnostic.draw.atlas import list_figures
    from diagnostic.write.outputs import write_edition
    from diagnostic.write.removed import write_removed

    written, cache, plans = [], {}, None
    for edition, shown in views.items():
        tell(f"Édition {edition} : cartes, fiches et classeur")
        plans = plans or draw_plans(shown)
        reading = {"titre": shown["titre"], "lignes": shown["notices"], "date": shown["date"], "couleur": colour}
        reading["mention"] = shown["mentions"]["couverture"]
        figures = list_figures(shown, mentions=shown["mentions"], edition=None if same else edition)
        written += write_edition(
            keep_local(shown), target / edition, carte=draw_map(shown), figures=figures, cache=cache, reading=reading,
            pages={
                "fiches_ressorts.html": draw_sheets(shown, plans), "fiches_manques.html": draw_gaps(shown),
                "constats.html": draw_statements(shown),
            },
        )  # fmt: skip
        written.append(write_removed(shown["retraits"], target / edition))
    return written


def load(folder, *, inventaire=None, part=None):
    """Read a dossier; see `read.dossier.read_dossier`. Without a title, it bears the name of its folder.

    `part` reads one territory of it as if it were the whole: dict communes (their codes), nom (added to the title), date (ISO text, the
    date of edition where the dossier says none).
    """
    from diagnostic.draw.charter import check_charter
    from diagnostic.edition.reached import tell_reached
    from diagnostic.read.dossier import read_dossier

    tables = read_dossier(folder, inventaire=inventaire, only=part and part["communes"])
    tables["problemes"] = join_problems(tables["problemes"], *tell_reached(tables), check_charter(tables["reglages"]))
    named = {"titre": tables["reglages"]["titre"] or f"Diagnostic partagé : {Path(folder).resolve().name}"}
    if part:
        dated = tables["reglages"]["date_edition"]
        named = {
            "titre": f"{tables['reglages']['titre'] or 'Diagnostic partagé'} : {part['nom']}",
            "date_edition": pd.Timestamp(part["date"]) if pd.isna(dated) else dated,
        }
    return tables | {"reglages": tables["reglages"] | named}


def check(folder, *, sortie=None):
    """Read a dossier without measuring it and write what is to be corrected, and its layers examined, in sorties/interne.

    Returns
    -------
    dict: `comptes`, `problemes`, `examen` (every layer examined: `read.layers.doctor`) (DataFrame), `fichiers` (list of Path)
    """
    from diagnostic.read.layers.doctor import examine_dossier
    from diagnostic.write.examined import write_examined

    target = Path(sortie or Path(folder) / "sorties")
    protect_problems(folder, target / "interne")
    # Before the layers are read: one that cannot be is told here with the others.
    examined = examine_dossier(folder)
    tables = load(folder)
    written = deposit_back(
        folder, tables, target, command="verifier", more=lambda place: write_examined(place / EXAMINED_FILE, examined)
    )  # fmt: skip
    return {"comptes": tables["comptes"], "problemes": tables["problemes"], "examen": examined, "fichiers": written}


def count_problems(problemes):
    """Return « 2 erreurs, 1 point d'attention ; 3 informations » for a table of problems, « aucun » where there is none.

    An information is no problem: nothing has to be done about it.
    """
    counts = problemes["gravite"].value_counts()
    told = ", ".join(count_words(counts[name], *GRAVITE_WORDS[name]) for name in GRAVITES[:-1] if name in counts) or "aucun"
    more = count_words(counts.get("information", 0), *GRAVITE_WORDS["information"])
    return f"{told} ; {more} (rien d'obligatoire)" if "information" in counts else told


def create_example(folder, *, example="exemple"):
    """Copy a dossier that the software brings (`exemple` or `guide`) to `folder`, its inventory as a workbook; return its path."""
    from diagnostic.read.draft import locate_example
    from diagnostic.read.inventory.inventory import find_inventory, read_inventory
    from diagnostic.write.template import write_inventory

    tables, *_ = read_inventory(find_inventory(locate_example(example)))
    tables["parametres"] = list_settings(tables["parametres"])
    lines = ["Exemple livré avec le logiciel : les organismes publics sont réels, tout le reste est FICTIF."]
    path = write_inventory(tables, Path(folder) / "inventaire.xlsx", titre="Inventaire de l'exemple", lignes=lines)
    return path.parent


def list_settings(given):
    """Return every setting with its value, `given` ones first of all: a sheet in which each can be found and changed."""
    known = read_vocabulary("parametres")[["cle", "valeur", "effet"]].set_index("cle")
    values = given.drop_duplicates("cle").set_index("cle")["valeur"]
    known["valeur"] = values.reindex(known.index).fillna(known["valeur"])
    others = given[~given["cle"].isin(known.index)]
    return pd.concat([known.reset_index(), others], ignore_index=True)


def create_dossier(folder, *, departements=(), epci=(), regions=(), communes=None):
    """Make a new dossier whose inventory already holds the communes, public bodies, settings and layers; return (path, tables).

    An EPCI is said by its SIREN, its name or a part of its name (see `find_epci`).

    Raises
    ------
    DiagnosticError
        The folder already holds an inventory; the territory is unknown or not said.
    """
    from diagnostic.read.draft import draft_inventory
    from diagnostic.write.template import write_inventory

    folder = Path(folder)
    tables = draft_inventory(folder, departements=departements, epci=epci, regions=regions, communes=communes)
    for name in ("imports", "ressorts"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    titre = f"Inventaire : {folder.resolve().name}"
    return write_inventory(tables, folder / "inventaire.xlsx", titre=titre, modele=True), tables


def create_template(path):
    """Write an empty inventory of actors for a partner to fill: one sheet, its lists, an example row; return its path."""
    from diagnostic.write.template import write_template

    path = Path(path)
    if path.exists():
        raise DiagnosticError("Ce fichier existe déjà.", str(path), "donnez un autre nom : il n'est pas remplacé")
    return write_template(path)


def find_epci(words):
    """Return {SIREN: name} of the EPCI that SIREN, names or parts of names lead to; see `read.draft.find_epci`."""
    from diagnostic.read.draft import find_epci

    return find_epci(words)


def list_import_sources():
    """Return the names of the open-data sources that can be imported."""
    return list(read_vocabulary("sources")["source"])


def import_source(source, path, folder):
    """Bring an open-data file into imports/; return (path written, counts, problemes).

    counts : dict lues = dans_territoire + hors_territoire + ecartees; `remplace` says whether an earlier import of the same
    source was there
    """
    from diagnostic.read.imports.imports import find_source, read_import
    from diagnostic.read.inventory.inventory import find_inventory, read_inventory
    from diagnostic.read.places.cog import read_cog
    from diagnostic.read.places.perimeter import read_perimeter
    from diagnostic.write.imports import write_import

    folder = Path(folder)
    # Only the inventory is read: an earlier import that is damaged must not prevent its own replacement.
    listed, settings, *_ = read_inventory(find_inventory(folder), only=("communes", "colonnes_import"))
    communes, *_ = read_perimeter(listed["communes"], settings, read_cog(), folder)
    source = find_source(source, listed["colonnes_import"])
    tables, problemes, nb_lues = read_import(source, path, read_cog(), columns=listed["colonnes_import"])
    target = folder / "imports" / f"{source}.xlsx"
    replaced = target.exists()
    write_import(tables, problemes, nb_lues, target, origine=Path(path).name)
    rows = tables.get("affiliations", tables.get("acteurs"))
    codes = rows["territoire_code" if "affiliations" in tables else "code_insee"]
    inside = int(codes.isin({*communes.index, *communes["epci"].dropna()}).sum())
    counts = {"lues": nb_lues, "dans_territoire": inside, "hors_territoire": len(rows) - inside, "ecartees": nb_lues - len(rows)}
    methods = rows["methode_commune"].replace("", "non trouvée").value_counts().to_dict() if "methode_commune" in rows else {}
    return target, counts | {"remplace": replaced, "methodes": methods}, problemes


def find_example(example="exemple"):
    """Return the folder of a dossier that the software brings, to be read where it is and never written in."""
    from diagnostic.read.draft import locate_example

    return locate_example(example)


def measure(folder, *, inventaire=None):
    """Read a dossier and measure it; return every table, sources included. Nothing is hidden yet: see `select_edition`."""
    return measure_tables(load(folder, inventaire=inventaire))


def measure_tables(tables):
    """Return the tables of a dossier with every measure and the list of sources."""
    from diagnostic.measure.diagnosis import measure_dossier
    from diagnostic.measure.mentions import list_sources

    # What goes back to who keeps the files is no table of the diagnosis: no edition may show it.
    tables = {name: table for name, table in tables.items() if name != "retour"}
    tables |= measure_dossier(tables)
    refused = tables.pop("hypotheses_refusees", None)
    if refused is not None and len(refused):
        reasons, fix = list(refused["raison"] + "."), "corrigez la ligne de la feuille hypotheses, ou supprimez-la"
        told = list_problems("erreur", refused, reasons, fix, colonne="unite", valeur=refused["unite_id"])
        tables["problemes"] = join_problems(tables["problemes"], told)
        tables["comptes"] = set_aside(tables["comptes"], refused)
    return tables | {"sources": list_sources(tables)}


def set_aside(counts, refused):
    """Return the counts of rows with those of `refused` among the rows set aside: they had been read, and are not used."""
    where = ["fichier", "feuille"]
    number = counts[where].merge(refused.groupby(where).size().rename("nombre").reset_index(), on=where, how="left")["nombre"]
    number = number.fillna(0).astype(int).to_numpy()
    return counts.assign(dans_territoire=counts["dans_territoire"] - number, ecartees=counts["ecartees"] + number)


def select_edition(tables, edition="publique"):
    """Return what an edition may show of measured tables, ready to be drawn.

    Besides the tables: `retraits` (what was removed), `edition`, `titre`, `date`, `mentions` (what every page says of itself),
    `notices` (the same in sentences) and `couts` (what interlocutors and instances ask: `measure.meetings`).
    """
    from diagnostic.measure.constats.statement_facts import date_edition
    from diagnostic.measure.meetings import measure_costs
    from diagnostic.measure.mentions import tell_mentions, tell_notices

    date = date_edition(tables)
    shown, removed = filter_edition(tables, edition)
    shown["retraits"] = removed
    told = tell_mentions(shown, date)
    return shown | {
        "edition": edition, "titre": shown["reglages"]["titre"], "date": date, "mentions": told,
        "notices": tell_notices(shown, told, edition, tables),
        "couts": measure_costs(shown["territoires_resume"], shown["couches"], shown["instances"]),
    }  # fmt: skip


def judge_crossing(compared):
    """Say how the links between champs of each territory stand beside those expected; see `measure.liens.crossing`."""
    from diagnostic.measure.liens.crossing import judge_crossing

    return judge_crossing(compared)
