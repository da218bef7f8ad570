"""A territory -> the first tables of its inventory: communes, public bodies, settings, layers. Facts only."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from diagnostic.errors import DiagnosticError
from diagnostic.read.formats.files import read_sheets
from diagnostic.read.inventory.tables import clean_table
from diagnostic.read.layers.layers import complete_layers
from diagnostic.read.layers.ressorts import assign_departement_layer
from diagnostic.read.places.codes import resolve_communes
from diagnostic.read.places.cog import read_cog
from diagnostic.read.places.territories import read_communes, read_divisions
from diagnostic.schema import join_problems, make_table
from diagnostic.vocabulary import normalize_label, read_vocabulary
from diagnostic.vocabulary.formats import join_of

SOURCE = "Public, INSEE COG 2026"
# Where a departement or a region has no council of its own: the one in its place, "" when another row is that council already.
COUNCILS = {
    "DEP-67": "Collectivité européenne d'Alsace", "DEP-68": "Collectivité européenne d'Alsace", "DEP-75": "", "DEP-2A": "",
    "DEP-2B": "", "DEP-972": "", "DEP-973": "", "REG-94": "Collectivité de Corse", "REG-06": "",
    "REG-02": "Collectivité territoriale de Martinique", "REG-03": "Collectivité territoriale de Guyane",
}  # fmt: skip
OTHER_COMPETENCES = {"REG-94": "departement", "REG-02": "departement", "REG-03": "departement", "DEP-976": "region"}
MOST_CANDIDATES, MOST_NEAR = 10, 5
EPCI_ADVICE = (
    'un nom ou une partie du nom suffit, par exemple --epci "Mond\'Arverne" ; le nom d\'une de ses communes met sur la voie ; '
    "les SIREN sont dans la liste des EPCI de l'INSEE"
)
COMMUNE_ADVICE = (
    "copiez un de ces noms ou son SIREN ; si aucun n'est le vôtre, donnez le nom d'une de ses communes : son EPCI sera dans la liste"
)
EPCI_CATEGORIES = {"CC": "cc", "CA": "ca", "CU": "cu", "METRO": "metropole", "METLYON": "metropole_lyon", "MET69": "metropole_lyon"}


def locate_example(name):
    """Return the folder of an example dossier: inside the installed package, or in the repository's data/."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / f"_{name}", package.parent / "data" / name):
        if folder.is_dir():
            return folder
    raise DiagnosticError(f"L'exemple « {name} » manque dans cette installation.", str(package), "réinstallez le logiciel")


def draft_inventory(folder, *, departements=(), epci=(), regions=(), communes=None):
    """Return the tables of a new inventory for a territory.

    Parameters
    ----------
    folder : Path, checked to hold no inventory yet
    departements, epci, regions : sequences of codes (an EPCI may be said by its name, see `find_epci`)
    communes : path of a file that lists commune codes; any of the four may be given

    Returns
    -------
    dict of DataFrame: communes, acteurs, couches, parametres, questions

    Raises
    ------
    DiagnosticError
        The folder already holds an inventory; codes unknown; no territory said.
    """
    if any(Path(folder).glob("inventaire*")):
        raise DiagnosticError("Ce dossier a déjà un inventaire.", str(folder), "donnez un autre nom de dossier : rien n'est jamais écrasé")
    codes = read_commune_list(communes) if communes else None
    asked = {"departements": departements, "epci": find_epci(epci), "regions": regions}
    asked = {name: list(values) or None for name, values in asked.items()}
    if codes is None and not any(asked.values()):
        raise DiagnosticError(
            "Le territoire n'est pas dit.", "commande nouveau",
            "ajoutez --departement 43, --epci \"Mond'Arverne\", --region 84 ou --communes fichier.csv",
        )  # fmt: skip
    try:
        chosen = read_communes(codes, geometry=False, **asked)
    except DiagnosticError as error:
        if set(asked["epci"] or ()) <= set(read_divisions("epci").index):
            raise
        raise DiagnosticError(error.quoi, error.ou, f"{error.a_faire} ; pour un EPCI, {EPCI_ADVICE}") from None
    return {
        "communes": chosen.reset_index()[["code_insee", "nom"]],
        "acteurs": list_public_bodies(chosen),
        "couches": complete_layers(make_table("couches"), make_table("ressorts")).reset_index(),
        "parametres": read_vocabulary("parametres")[["cle", "valeur", "effet"]],
        "questions": list_questions(),
    }


def list_questions():
    """Return the questions of OUTIL 4 to answer, the purpose of the map first: question_id, question, reponse (empty)."""
    asked = read_vocabulary("questions").rename(columns={"code": "question_id"})
    return asked[["question_id", "question"]].assign(reponse="")


def find_epci(words):
    """Return {SIREN: name} of the EPCI that each of `words` leads to: a SIREN, a name, or a part of a name.

    Case, accents, spaces and hyphens do not count. A number that is no known SIREN is kept, with an empty name: the reading
    of the communes tells every unknown code at once.

    Raises
    ------
    DiagnosticError
        A name leads to several EPCI (up to ten are listed with their SIREN), or to none (the five nearest).
    """
    names = read_divisions("epci")["nom"]
    spelled = names.map(normalize_label)
    found = {}
    for word in words:
        key = normalize_label(word)
        if key.isdigit():
            found[key] = names.get(key, "")
            continue
        same = names[spelled == key] if (spelled == key).any() else names[spelled.str.contains(key, regex=False)]
        if len(same) != 1 or not key:
            raise _refuse_epci(word, same if key else same[:0], names, spelled)
        found |= same.to_dict()
    return found


def _refuse_epci(word, same, names, spelled):
    """Return the error of a name that leads to several EPCI, or to none: the nearest names are listed then."""
    what = f"« {word} » est dans le nom de {len(same)} EPCI" if len(same) else f"Aucun EPCI ne porte le nom « {word} »"
    listed = same
    if not len(same):
        listed = _find_near_epci(word, names)
        what += " ; les plus proches" if len(listed) else ""
    lines = "".join(f"\n  {siren} {name}" for siren, name in listed.head(MOST_CANDIDATES).items())
    rest = len(listed) - MOST_CANDIDATES
    more = f"\n  et {rest} autre{'s' if rest > 1 else ''}" if rest > 0 else ""
    advice = "donnez le SIREN ou un nom plus précis" if len(same) else COMMUNE_ADVICE if len(listed) else EPCI_ADVICE
    return DiagnosticError(f"{what} :{lines}{more}" if len(listed) else f"{what}.", "option --epci", advice)


def _find_near_epci(word, names):
    """Return the names of at most five EPCI: those of a near name, or that hold a commune of this name or of a near one.

    Words that many EPCI bear (pays, vallée, agglo) make no name near: a list of strangers would be worse than none.
    """
    key, communes = normalize_label(word), read_cog()["communes"].dropna(subset="epci")
    if not key:
        return names[:0]
    spelled = names.str.replace(r"^C[ACU] (?:d[eu]s? )?(?:la )?", "", regex=True).map(_spell_words).tolist()
    scored = [process.cdist([_spell_words(word)], spelled, scorer=one, score_cutoff=75) for one in (fuzz.ratio, fuzz.token_sort_ratio)]
    whole = np.maximum(*scored)[0] / 100
    words = names.str.split(r"[\s'’/-]+", regex=True).explode().map(normalize_label)
    words = words[(words.str.len() > 3) & (words.map(words.value_counts()) <= MOST_NEAR)]
    parts = pd.concat([words, communes.set_index("epci")["nom"].map(normalize_label)])
    near = process.cdist([key], parts.tolist(), scorer=fuzz.ratio, score_cutoff=80)[0] / 100
    scores = pd.concat([pd.Series(whole, index=names.index), pd.Series(near, index=parts.index)]).groupby(level=0).max()
    scores = scores[(scores > 0) & scores.index.isin(names.index)]
    return names[scores.sort_index().sort_values(ascending=False, kind="stable").index[:MOST_NEAR]]


def _spell_words(text):
    return " ".join(filter(None, map(normalize_label, re.split(r"[\s'’/-]+", text))))


def read_commune_list(path):
    """Return the present codes of the communes that a file lists; every row must lead to one, or the error tells those that do not."""
    path = Path(path)
    sheets, _ = read_sheets(path)
    sheet, raw = next(iter(sheets.items()))
    table, left_out, _ = clean_table(raw, "communes", path, sheet, lists={})
    resolved, found = resolve_communes(table.rename(columns={"nom": "commune"}), read_cog())
    lost = table.loc[resolved["code_insee"].isna(), "ligne"]
    told = join_problems(left_out[left_out["gravite"] == "erreur"], found[found["ligne"].isin(lost)])
    if len(told):
        lines = "".join(f"\n  ligne {line} : {problem}" for line, problem in zip(told["ligne"].head(10), told["probleme"], strict=False))
        more = f"\n  et {len(told) - 10} autres" if len(told) > 10 else ""
        count = "1 ligne de la liste ne mène" if len(told) == 1 else f"{len(told)} lignes de la liste ne mènent"
        raise DiagnosticError(
            f"{count} à aucune commune :{lines}{more}", f"{path.name}, feuille {sheet}", "corrigez ces codes, puis relancez"
        )
    if not len(table):
        raise DiagnosticError("Cette liste ne contient aucune commune.", f"{path.name}, feuille {sheet}", "écrivez un code INSEE par ligne")
    return resolved["code_insee"].unique().tolist()


def list_public_bodies(communes):
    """Return the public bodies that follow from the list of communes: communes, EPCI, departements, region, prefectures, Caf, MSA.

    No address, no contact: only what the official lists say. A Caf or an MSA caisse that cannot be deduced from the
    departement is left out.
    """
    towns = pd.DataFrame({
        "acteur_id": "COM-" + communes.index, "nom": communes["nom"].map(lambda name: join_of("Commune", name)), "categorie": "commune",
        "code_insee": communes.index, "siren": communes["siren"].to_numpy(), "territoires": communes.index,
    })  # fmt: skip
    groups = communes.dropna(subset="epci").drop_duplicates("epci")
    kinds = read_divisions("epci")["type"].reindex(groups["epci"])
    joint = pd.DataFrame({
        "acteur_id": ("EPCI-" + groups["epci"]).to_numpy(), "nom": groups["epci_nom"].to_numpy(),
        "categorie": kinds.map(EPCI_CATEGORIES).fillna("epci").to_numpy(), "siren": groups["epci"].to_numpy(),
        "territoires": groups["epci"].to_numpy(),
    })  # fmt: skip
    wide = [_list_divisions(communes, "departement", "DEP", "Département : ", "departement")]
    wide.append(_list_divisions(communes, "departement", "PREF", "Préfecture : ", "prefecture"))
    regions = _list_divisions(communes, "region", "REG", "Région ", "region")
    held = communes.groupby("region")["departement"].agg(lambda codes: ";".join(sorted(set(codes))))
    wide.append(regions.assign(territoires=regions["territoires"].map(held)))
    wide += [_list_caisses(communes, couche) for couche in ("CAF", "MSA")]
    bodies = pd.concat([joint, *wide, towns], ignore_index=True)
    return bodies.assign(source=SOURCE, diffusion="public", statut="public")


def _list_divisions(communes, division, prefix, words, category):
    """Return one actor a division, at its chef-lieu; a council of two divisions is listed once, with both."""
    known = read_divisions(division).loc[communes[division].unique()]
    ids = pd.Series(prefix + "-" + known.index)
    bodies = pd.DataFrame({
        "acteur_id": ids, "nom": ids.map(COUNCILS).astype("str").fillna(words + known["nom"].reset_index(drop=True)),
        "categorie": category, "categories_secondaires": ids.map(OTHER_COMPETENCES).astype("str"),
        "code_insee": known["chef_lieu"].to_numpy(), "territoires": known.index,
    })  # fmt: skip
    grounds = bodies.groupby("nom")["territoires"].agg(";".join)
    bodies = bodies[bodies["nom"] != ""].drop_duplicates("nom")
    return bodies.assign(territoires=bodies["nom"].map(grounds))


def _list_caisses(communes, couche):
    held, units, _ = assign_departement_layer(communes, couche)
    places = held.assign(departement=held["code_insee"].map(communes["departement"])).groupby("unite_id")["departement"]
    grounds = places.agg(lambda codes: ";".join(sorted(set(codes))))
    return pd.DataFrame({
        "acteur_id": units["unite_id"], "nom": units["unite_nom"], "categorie": couche.lower(),
        "territoires": units["unite_id"].map(grounds),
    })  # fmt: skip
