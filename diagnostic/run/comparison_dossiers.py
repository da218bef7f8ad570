"""What a dossier brings to a comparison: links and presences of the territories it holds whole; only what everyone may see."""

from pathlib import Path

import pandas as pd

from diagnostic import run as way
from diagnostic.errors import DiagnosticError

EDITION = "publique"
PART = "(partie dans le périmètre"  # what the reading adds to the name of a territory that the perimeter cuts
LINKS = [
    "nb_acteurs_reseau", "nb_liens", "densite_liens", "degre_moyen", "part_liens_externes", "erreur_part_externes",
    "ratio_externes_territoire", "erreur_densite", "diversite_rarefiee", "couverture_good", "couverture_chao_jost",
]  # fmt: skip
LAYER_WORDS = ["libelle", "source", "fichier_couche", "colonne_commune", "colonne_unite", "colonne_nom", "fichier_libelles", "filtre",
               "colonne_rayon", "colonne_zone"]  # fmt: skip
FEW = "moins de trois acteurs dans le réseau : chiffre de l'édition interne"
NO_ANSWER = "aucune réponse d'enquête connue"
FILTERED = ["acteurs", "dispositifs", "participations", "liens", "personnes", "communes", "couches", "unites", "territoires", "reglages",
            "listes"]  # fmt: skip


def refuse_named_layers(names, where):
    """Raise when the name of a layer holds that of a person: it heads columns, names files and sheets, in an edition that all may see.

    Parameters
    ----------
    names : sequence of str
    where : str, where they were written

    Raises
    ------
    DiagnosticError
    """
    from diagnostic.edition.personal import MASK
    from diagnostic.run.deposit import is_personal

    number = sum(is_personal(str(name)) for name in names)
    if number:
        what = "Le nom d'une couche contient celui d'une personne" if number == 1 else "Des noms de couches contiennent ceux de personnes"
        raise DiagnosticError(
            f"{what} ({MASK}) : il serait publié.", where, "donnez-lui le nom du découpage, sans celui de la personne qui le tient"
        )


def keep_public(tables):
    """Return the tables with only what everyone may see: actors by their `diffusion`, names without persons.

    `acteurs_tus` holds the actors left out: a category whose only actor is one of them is not said absent. No distance is measured to
    a category one of whose places the public edition hides or moves. `sources` are those that a public row still has.
    """
    from diagnostic.edition import filter_edition
    from diagnostic.edition.closed import list_closed_categories
    from diagnostic.edition.hidden import find_hidden
    from diagnostic.measure.mentions import list_sources

    given = {name: tables[name] for name in FILTERED if name in tables} | {"sources": list_sources(tables)}
    kept, _ = filter_edition(given, EDITION)
    actors, settings = tables["acteurs"], tables["reglages"]
    hidden, closed = find_hidden(actors, EDITION), list_closed_categories(actors, kept["acteurs"])
    return tables | {
        "acteurs": actors[~hidden], "acteurs_tus": actors[hidden], "sources": kept["sources"], "reglages_publics": kept["reglages"],
        "reglages": settings | {"categories_acces": [code for code in settings["categories_acces"] if code not in closed]},
        "couches": _take_words(tables["couches"], kept["couches"], LAYER_WORDS),
        **_rename_units(tables, kept["unites"]),
        "territoires": _take_words(tables["territoires"], kept["territoires"], ["nom"]),
    }  # fmt: skip


def _take_words(table, shown, columns):
    """Return the table with its words as the edition shows them, on the same rows."""
    return table.assign(**{name: shown[name].reindex(table.index) for name in columns if name in shown})


def _rename_units(tables, shown):
    """Return unites, affectation and unites_coupees with the names and codes of units that the edition shows: a code may name somebody."""
    units = tables["unites"]
    codes = units["unite_id"].astype("object")
    seen = shown["unite_id"].reindex(units.index).astype("object")
    changed = dict(zip(codes[codes.ne(seen)], seen[codes.ne(seen)], strict=True))
    named = _take_words(units, shown, ["unite_nom"])
    given = {"unites": named} | {name: tables[name] for name in ("affectation", "unites_coupees") if name in tables}
    if not changed:
        return given
    return {
        name: rows.assign(unite_id=rows["unite_id"].map(lambda code: changed.get(code, code))) if "unite_id" in rows else rows
        for name, rows in given.items()
    }


def mask_typologies(typologies):
    """Return the typologies, their names and classes without those of persons."""
    from diagnostic.edition.personal import mask_settings

    masked = {name: {word: mask_settings(word) for word in classes.unique()} for name, classes in typologies.items()}
    return {mask_settings(name): classes.map(masked[name]) for name, classes in typologies.items()}


def list_whole(tables, maille):
    """Return the territories of a kind that the perimeter of a dossier holds whole."""
    kinds = tables["territoires"]
    return kinds.index[kinds["type"].eq(maille) & ~kinds["nom"].astype("str").str.contains(PART, regex=False)]


def measure_dossiers(folders, results, *, maille, compared):
    """Return the results with the presences that the dossiers know, and the long rows of their links.

    A dossier is one pass, whatever the number of its territories. The figures of a territory that two dossiers hold are those of the
    first.

    Parameters
    ----------
    folders : list of path-like
    results : dict of `measure.across.measure_across`
    maille : str
    compared : Index of the territories compared

    Returns
    -------
    results : dict, see `measure.comparaison.presence.add_presence`
    links : list of DataFrame `across.LONG_COLUMNS`
    """
    from diagnostic.measure.comparaison.presence import add_presence

    links, presences, done = [], [], set()
    for folder in folders:
        tables = way.load(folder)
        wanted = list_whole(tables, maille).intersection(compared).difference(list(done))
        done |= set(wanted)
        if len(wanted):
            name, vintage = name_dossier(folder), _date_inventory(tables)
            links.append(_list_links(tables, wanted).assign(inventaire=name, millesime=vintage))
            presences.append(_list_presence(keep_public(tables), wanted, maille).assign(inventaire=name, millesime=vintage))
    return add_presence(results, presences), [_complete_links(part) for part in links if len(part)]


def name_dossier(folder):
    """Return what a dossier is called in the tables: the name of its folder, without that of a person."""
    from diagnostic.edition.personal import mask_settings

    name = mask_settings(Path(folder).resolve().name)
    return name if name.lower().startswith("dossier") else f"dossier {name}"


def _date_inventory(tables):
    """Return the vintage of an inventory: the day of its newest row, None where none has one."""
    dates = pd.concat([pd.to_datetime(tables["acteurs"]["date_maj"]), pd.to_datetime(tables["liens"]["date"])]).dropna()
    return f"{dates.max():%Y-%m-%d}" if len(dates) else None


def _list_links(tables, wanted):
    from diagnostic.measure.across import NAMES
    from diagnostic.measure.networks import LEAST_ACTORS, measure_links
    from diagnostic.measure.records import build_records
    from diagnostic.vocabulary.editions import list_ruled_values

    measured = measure_links(tables)
    rules = list_ruled_values("resultats")["mesure"]
    asked = [name for name in LINKS if rules.get(name) == EDITION]
    records = build_records(measured, tables["couches"], mesures=asked).rename(columns=NAMES)
    records = records[records["territoire"].isin(wanted)]
    # A row of very few actors is for the edition interne: it says so, and nothing else.
    size = records["territoire"].map(records[records["mesure"].eq("nb_acteurs_reseau")].set_index("territoire")["valeur"])
    few = records["edition"].ne(EDITION) | size.lt(LEAST_ACTORS)
    numbers = {name: records[name].mask(few) for name in ("valeur", "numerateur", "denominateur")}
    reason = records["raison_absence"].astype("object").mask(few, FEW)
    answers = records["territoire"].map(measured["comparaison"].set_index("territoire_id")["taux_reponse"]).mask(few)
    return records.assign(**numbers, raison_absence=reason, couverture=answers)


def _complete_links(records):
    from diagnostic.measure.across import LONG_COLUMNS, date_ground
    from diagnostic.measure.coverage import tell_empty

    told = tell_empty(records.reset_index(drop=True), pd.Series(NO_ANSWER, index=range(len(records))))
    return date_ground(told).reindex(columns=LONG_COLUMNS)


def _list_presence(tables, wanted, maille):
    from diagnostic.measure import site_lists
    from diagnostic.measure.across import PERIMETER, measure_presence
    from diagnostic.measure.manques.states import mark_covered

    territories = tables["territoires"].loc[[PERIMETER, *wanted]]
    rows = measure_presence(tables, territories, maille)["categories_territoires"]
    return rows.assign(complet=mark_covered(rows, site_lists.extend_coverage(tables), tables["territoires"]))


def list_dossier_files(folders):
    """Return the fingerprints of the files of each dossier, its name before theirs."""
    from diagnostic.read.fingerprints import COLUMNS, list_inputs

    parts = [(name_dossier(folder), list_inputs(folder)) for folder in folders]
    parts = [rows.assign(fichier=f"{name}/" + rows["fichier"].astype("str")) for name, rows in parts]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
