"""The whole way in one function: a dossier comes in, the files of each edition go out."""

from pathlib import Path

import pandas as pd

from diagnostic.edition import filter_edition, keep_local, show_same_actors
from diagnostic.schema import EDITIONS, GRAVITES, ORIGIN_COLUMNS
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.formats import count_words

DEFAULT_EDITIONS = ("publique", "interne")
GRAVITE_WORDS = {
    "bloquant": ("bloquant", "bloquants"), "erreur": ("erreur", "erreurs"),
    "attention": ("point d'attention", "points d'attention"), "information": ("information", "informations"),
}  # fmt: skip


def run(folder, *, sortie=None, editions=DEFAULT_EDITIONS, progress=None):
    """Read a dossier, measure it, draw and write each edition.

    Parameters
    ----------
    folder : path-like
    sortie : path-like, optional; by default the folder `sorties` of the dossier
    editions : sequence of {"publique", "partenaires", "interne"}
    progress : callable(str), optional, told the French name of each step as it starts

    Returns
    -------
    dict: `fichiers` (list of Path), `comptes`, `problemes`, `lectures` (DataFrame)

    Raises
    ------
    DiagnosticError
        Structural faults of the dossier; nothing is written then.
    """
    from diagnostic.draw.atlas import list_figures
    from diagnostic.write.outputs import write_edition

    tell = progress or (lambda step: None)
    tell("Lecture du dossier")
    tables = load(folder)
    tell("Calcul des mesures")
    tables = measure_tables(tables)
    target = Path(sortie or Path(folder) / "sorties")
    chosen = sorted(set(editions), key=EDITIONS.index)
    tell("Tri des données par édition")
    views = {edition: select_edition(tables, edition) for edition in chosen}
    # Written alone, an edition says its name on its pages as it does beside another that shows more.
    # A page may go without the name of its edition only where the public one holds it as it is.
    same = "publique" in chosen and len(chosen) > 1 and show_same_actors(list(views.values()))
    written, cache = [], {}
    for edition, shown in views.items():
        tell(f"Édition {edition} : cartes et classeur")
        reading = {
            "titre": shown["titre"], "lignes": shown["notices"], "date": shown["date"],
            "couleur": tables["reglages"]["couleur_principale"],
        }  # fmt: skip
        figures = list_figures(shown, mentions=shown["mentions"], edition=None if same else edition)
        written += write_edition(
            keep_local(shown), target / edition, carte=draw_map(shown), figures=figures, cache=cache, reading=reading
        )
    if "interne" in editions:
        written.append(write_problems(tables, target / "interne"))
    return {"fichiers": written, "comptes": tables["comptes"], "problemes": tables["problemes"], "lectures": tables["lectures"]}


def load(folder):
    """Read a dossier; see `read.dossier.read_dossier`. Without a title, it bears the name of its folder."""
    from diagnostic.read.dossier import read_dossier

    tables = read_dossier(folder)
    titre = tables["reglages"]["titre"] or f"Diagnostic partagé : {Path(folder).resolve().name}"
    return tables | {"reglages": tables["reglages"] | {"titre": titre}}


def check(folder, *, sortie=None):
    """Read a dossier without measuring it, write sorties/interne/problemes.xlsx; return (comptes, problemes, Path)."""
    tables = load(folder)
    path = write_problems(tables, Path(sortie or Path(folder) / "sorties") / "interne")
    return tables["comptes"], tables["problemes"], path


def write_problems(tables, folder):
    """Write problemes.xlsx: the counts of every file, then the problems by gravity, each with the name of its row."""
    from diagnostic.write.workbook import write_workbook

    order = tables["problemes"]["gravite"].map({name: rank for rank, name in enumerate(GRAVITES)})
    sorted_problems = tables["problemes"].assign(rang=order).sort_values("rang", kind="stable").drop(columns="rang")
    sorted_problems = name_rows(sorted_problems, tables)
    lines = [
        f"Problèmes : {count_problems(tables['problemes'])}.",
        "erreur : la ligne est écartée ; attention : la ligne est gardée, à vérifier ; information : rien à faire.",
    ]
    return write_workbook(
        {"problemes": sorted_problems, "comptes": tables["comptes"]}, folder / "problemes.xlsx",
        titre="Ce qui est à corriger", lignes=lines, date=pd.Timestamp("2026-01-01"),
    )  # fmt: skip


def count_problems(problemes):
    """Return « 2 erreurs, 1 point d'attention » for a table of problems, « aucun » for an empty one."""
    counts = problemes["gravite"].value_counts()
    return ", ".join(count_words(counts[name], *GRAVITE_WORDS[name]) for name in GRAVITES if name in counts) or "aucun"


def name_rows(problemes, tables):
    """Return the problems with a column `nom` after `ligne`: the name of the actor or dispositif of the row, where it was kept."""
    known = [tables[name][["nom", *ORIGIN_COLUMNS]] for name in ("acteurs", "dispositifs") if name in tables]
    known = pd.concat(known).drop_duplicates(ORIGIN_COLUMNS) if known else pd.DataFrame(columns=["nom", *ORIGIN_COLUMNS])
    names = dict(zip(_list_places(known), known["nom"], strict=True))
    named = problemes.copy()
    named.insert(problemes.columns.get_loc("ligne") + 1, "nom", [names.get(place) for place in _list_places(problemes)])
    return named


def _list_places(rows):
    return list(map(tuple, rows[ORIGIN_COLUMNS].astype(str).to_numpy()))


def create_example(folder, *, example="exemple"):
    """Copy a dossier that the software brings (`exemple` or `guide`) to `folder`, its inventory as a workbook; return its path."""
    from diagnostic.read.draft import locate_example
    from diagnostic.read.inventory import find_inventory, read_inventory
    from diagnostic.write.template import write_inventory

    tables, *_ = read_inventory(find_inventory(locate_example(example)))
    lines = ["Exemple livré avec le logiciel : les organismes publics sont réels, tout le reste est FICTIF."]
    path = write_inventory(tables, Path(folder) / "inventaire.xlsx", titre="Inventaire de l'exemple", lignes=lines)
    return path.parent


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
    lines = ["Commencez par la feuille parametres (finalité), puis acteurs. Tout est facultatif sauf les colonnes brunes."]
    return write_inventory(tables, folder / "inventaire.xlsx", titre=f"Inventaire : {folder.resolve().name}", lignes=lines), tables


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
    from diagnostic.read.cog import read_cog
    from diagnostic.read.dossier import read_perimeter
    from diagnostic.read.imports import read_import
    from diagnostic.read.inventory import find_inventory, read_inventory
    from diagnostic.write.imports import write_import

    folder = Path(folder)
    # Only the territory is read: an earlier import that is damaged must not prevent its own replacement.
    listed, settings, *_ = read_inventory(find_inventory(folder))
    communes, *_ = read_perimeter(listed["communes"], settings, read_cog(), folder)
    tables, problemes, nb_lues = read_import(source, path, read_cog())
    target = folder / "imports" / f"{source}.xlsx"
    replaced = target.exists()
    write_import(tables, problemes, nb_lues, target, origine=Path(path).name)
    rows = tables.get("affiliations", tables.get("acteurs"))
    codes = rows["territoire_code" if "affiliations" in tables else "code_insee"]
    inside = int(codes.isin({*communes.index, *communes["epci"].dropna()}).sum())
    counts = {"lues": nb_lues, "dans_territoire": inside, "hors_territoire": len(rows) - inside, "ecartees": nb_lues - len(rows)}
    return target, counts | {"remplace": replaced}, problemes


def find_example(example="exemple"):
    """Return the folder of a dossier that the software brings, to be read where it is and never written in."""
    from diagnostic.read.draft import locate_example

    return locate_example(example)


def measure(folder):
    """Read a dossier and measure it; return every table, sources included. Nothing is hidden yet: see `select_edition`."""
    return measure_tables(load(folder))


def measure_tables(tables):
    """Return the tables of a dossier with every measure and the list of sources."""
    from diagnostic.measure.diagnosis import measure_dossier
    from diagnostic.measure.mentions import list_sources

    tables = tables | measure_dossier(tables)
    return tables | {"sources": list_sources(tables)}


def select_edition(tables, edition="publique"):
    """Return what an edition may show of measured tables, ready to be drawn.

    Besides the tables: `retraits` (what was removed), `edition`, `titre`, `date`, `mentions` (what every page says of itself)
    and `notices` (the same in sentences).
    """
    from diagnostic.measure.mentions import tell_mentions, tell_notices

    date = tables["reglages"]["date_edition"]
    date = pd.Timestamp.today().normalize() if pd.isna(date) else date
    shown, removed = filter_edition(tables, edition)
    shown["retraits"] = removed
    told = tell_mentions(shown, date)
    return shown | {
        "edition": edition, "titre": shown["reglages"]["titre"], "date": date, "mentions": told,
        "notices": tell_notices(shown, told, edition, tables),
    }  # fmt: skip


def list_pages(shown):
    """Return {name: draw} of the maps and charts of `select_edition`, in order; `draw()` returns a matplotlib Figure."""
    from diagnostic.draw.atlas import list_figures

    figures = list_figures(shown, mentions=shown["mentions"], edition=shown["edition"])
    return {name.split("_", 1)[1]: draw for name, _, draw in figures}


def render_map(shown):
    """Return the web map of `select_edition` as one page that works without a network."""
    from diagnostic.write.offline import render_offline

    return render_offline(draw_map(shown))


def draw_map(shown):
    """Return the web map of `select_edition` (folium)."""
    from diagnostic.draw.atlas import prepare_view
    from diagnostic.draw.web import draw_web_map

    told = shown["mentions"]
    return draw_web_map(
        shown["communes"], prepare_view(shown, told), titre=shown["titre"], sources=told["sources"]["carte"], date=told["date"],
        edition=shown["edition"],
    )  # fmt: skip
