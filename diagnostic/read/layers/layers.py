"""The layers a dossier declares -> `couches`, `unites` and the one `affectation` table."""

import re
from itertools import combinations

import pandas as pd
from rapidfuzz import fuzz

from diagnostic.errors import DiagnosticError
from diagnostic.read.actors.likeness import fold_text
from diagnostic.read.layers import ressorts
from diagnostic.read.layers.layer_files import count_read, read_layer_files
from diagnostic.read.layers.layer_places import place_rows
from diagnostic.read.layers.polygons import POLYGON_FILES
from diagnostic.read.layers.ressorts import spell_layers
from diagnostic.read.places.cog import is_in
from diagnostic.read.places.names import find_departements
from diagnostic.read.places.territories import (
    ASKED_LAYERS,
    DEPARTEMENT_LAYERS,
    DIVIDED_LAYERS,
    SHAPE_LAYERS,
    read_communes,
)
from diagnostic.schema import ORIGIN_COLUMNS, join_problems, list_problems, locate_sheet, make_table
from diagnostic.vocabulary import normalize_label, read_vocabulary
from diagnostic.vocabulary.formats import count_words, join_words
from diagnostic.vocabulary.layers import match_layers

COG_SOURCE = "IGN Admin Express et INSEE COG, Licence Ouverte 2.0"
NATIONAL_LAYERS = [*SHAPE_LAYERS, *DEPARTEMENT_LAYERS]  # those of a dossier that declares none
BROUGHT_LAYERS = [*NATIONAL_LAYERS, *ASKED_LAYERS, *DIVIDED_LAYERS]
FALLBACKS = {"CIAS": "CCAS"}  # who is in charge where a layer has no unit: without a CIAS, the CCAS of the commune
# Column: its bounds (the lower one left out), what is wrong, what to do.
THRESHOLDS = {
    "seuil_surface": (
        0.5, 1, "Seuil de surface refusé", "écrivez une part au-dessus de 0,5 et d'au plus 1 (0,95 pour 95 %), ou videz la case",
    ),
    "seuil_eclat": (-1e-12, 0.2, "Seuil d'éclat refusé", "écrivez une part de 0 à 0,2 (0,05 pour 5 %), ou videz la case"),
}  # fmt: skip
UNDATED = "non daté"
_MOST_COMPARED = 300  # units of one layer written by hand that are compared two by two
_NEAR_WORD, _FEWEST_LETTERS = 80, 5  # two words this alike, and as long, are one misspelt
_INVENTED = re.compile(r"^FICTIF[ _]+")
_SMALL_WORDS = re.compile(r"\b(?:de|du|des|d|la|le|les|l|et|a|au|aux|en|sur|pour|association|assoc|asso|syndicat|societe)\b")
NATIONAL_SOURCES = {
    "MSA": ("Caisses de MSA par département (faits publics, non datés)", UNDATED),
    "CIRCONSCRIPTION": (f"{COG_SOURCE} ; contours simplifiés", "COG 2026"),
    "CAF": ("Une Caf par département (règle générale, exceptions signalées)", UNDATED),
}


def read_layers(tables, communes, cog, *, folder, lists, corrections=None, crs=""):
    """Assemble every layer of a dossier on the communes of its perimeter.

    Parameters
    ----------
    tables : dict, with `couches` and `ressorts`
    communes : DataFrame of the perimeter; without geometry, the outlines of `shapes/` serve where a layer needs them
    cog : dict, `read.places.cog.read_cog`
    folder : Path of the dossier (files of layers are in ressorts/)
    lists : dict of vocabularies
    corrections : DataFrame, optional, those of the whole dossier, for the files of layers
    crs : str, optional, the projection that the dossier declares for its x and y ("EPSG:2154"), for the files of points

    Returns
    -------
    dict of DataFrame: `couches` (index couche), `unites` (nb_communes_hors: their communes out of the perimeter, at least 1 for an
        outline that leaves it, missing when not known), `affectation`, and `ressorts`, the rows kept, once each, those
        of the layer files included; one that stands for several communes has the code of the first in the perimeter
    problemes : DataFrame
    comptes : DataFrame fichier, feuille, lues of the layer files
    """
    own = tables["ressorts"]
    couches = complete_layers(tables["couches"], own)
    files, problems, lues = read_layer_files(couches, folder, _draw(communes, couches), lists, corrections=corrections, crs=crs)
    rows = pd.concat([part for part in [own, *files] if len(part)] or [make_table("ressorts")], ignore_index=True)
    rows["couche"] = spell_layers(rows["couche"], couches.index)
    couches, strays = declare_strays(couches, rows)
    rows, found = place_rows(rows, cog)
    listed, units, told = ressorts.assign_listed_layers(rows, couches, cog["communes"]["nom"])
    units = ressorts.fill_outside(units, rows, listed, communes.index)
    parts, names, brought = assign_national_layers(communes, couches, listed["couche"].unique())
    affectation = pd.concat([listed, *parts], ignore_index=True)
    affectation = affectation[is_in(affectation["code_insee"], communes.index)].reset_index(drop=True)
    unites = pd.concat([units, *names], ignore_index=True).merge(affectation[["couche", "unite_id"]].drop_duplicates())
    doubts = [
        ressorts.check_complete(affectation, couches, communes), _tell_empty(couches, affectation, rows, communes), tell_near_units(own),
        tell_row_vintages(rows),
    ]  # fmt: skip
    kept = list_kept(rows, listed, communes)
    layers = {"couches": couches, "unites": unites, "affectation": affectation, "ressorts": kept}
    return layers, join_problems(*problems, strays, found, told, *brought, *doubts), count_read(lues)


def _draw(communes, couches):
    """Return `communes` with outlines, read only where a layer comes as a file of outlines."""
    suffixes = couches["fichier_couche"].dropna().str.extract(r"(\.[^.]*)$")[0].str.lower()
    drawn = suffixes.isin(POLYGON_FILES).any() or couches["nature"].eq("points").any()
    if "geometry" in communes or not drawn:
        return communes
    return read_communes(communes.index)


def list_kept(rows, listed, communes):
    """Return the rows of `ressorts` that were kept, once each layer and unit: `listed` is on the index of those that lead to a commune.

    An outline that meets no commune of the perimeter is kept too: it is elsewhere.
    """
    kept = rows[rows.index.isin(listed.index) | rows["methode"].eq(ressorts.AWAY)]
    inside = is_in(kept["code_insee"].astype("str"), communes.index)
    first = kept.assign(dehors=~inside).sort_values("dehors", kind="stable")
    # A row of a file is one row for all its layers; a row of a grid says one thing a layer and unit.
    in_file = first["fichier"].astype("str").str.startswith("ressorts/").fillna(False).astype(bool)
    said = first[["couche", "unite_id"]].astype("object").mask(in_file, "")
    shown = first[~pd.concat([first[ORIGIN_COLUMNS], said], axis=1).duplicated()].sort_index()
    return shown.drop(columns=["dehors", "methode", "methode_commune", "code_lu", "nb_communes_hors", "zone_perdue"], errors="ignore")


def assign_national_layers(communes, couches, listed):
    """Return (affectations, unites, problemes) of the layers the software brings; one that the dossier lists stays the dossier's."""
    parts, names, problems = [], [], []
    brought = couches.index[couches["nature"].isin(["shapes", "departements"]) & couches["fichier_couche"].isna()]
    for couche in brought[~brought.isin(listed)]:
        if couche in SHAPE_LAYERS | ASKED_LAYERS:
            affectation, unites = ressorts.assign_shape_layer(communes, couche)
        elif couche in DIVIDED_LAYERS:
            affectation, unites, told = ressorts.assign_divided_layer(communes, couche)
            problems.append(told)
        else:
            affectation, unites, told = ressorts.assign_departement_layer(communes, couche)
            problems.append(told)
        parts.append(affectation)
        names.append(unites)
    for couche in brought[brought.isin(listed)]:
        message = f"Couche {couche} : donnée par le dossier et fournie par le logiciel ; celle du dossier est prise."
        problems.append(_tell_layers([couche], [message], "écrivez « communes » dans la colonne nature", "information"))
    return parts, names, problems


def _tell_empty(couches, affectation, rows, communes):
    """Tell the layers without any commune of the perimeter: those whose units are all elsewhere, and those without rows.

    One without rows that is said complete is told by `check_complete`.
    """
    empty = couches.index[~couches.index.isin(affectation["couche"].unique())]
    away = rows[rows["couche"].isin(empty)]
    counts = away.groupby("couche")["unite_id"].nunique()
    codes = away.dropna(subset="code_insee").groupby("couche")["code_insee"].agg(lambda cells: sorted(set(find_departements(cells))))
    here = ", ".join(sorted(communes["departement"].unique()))
    missed, messages = empty[empty.isin(counts.index)], []
    for name in missed:
        where = f" (départements de la couche : {join_words(codes[name])} ; du territoire : {here})" if name in codes.index else ""
        size = count_words(counts[name], "unité lue", "unités lues")
        messages.append(f"Couche {name} : {size}, aucune dans le territoire{where}.")
    fix = "vérifiez que c'est le bon fichier, et le bon territoire ; sinon retirez la couche"
    elsewhere = _tell_layers(missed, messages, fix, "attention")
    silent = [name for name in empty if name not in counts.index and not couches.at[name, "complete"]]
    told = [f"Couche {name} : aucune commune du périmètre n'y a d'unité." for name in silent]
    fix = "listez ses communes dans la feuille ressorts, ou retirez-la de la feuille couches"
    return join_problems(elsewhere, _tell_layers(silent, told, fix, "attention"))


def tell_row_vintages(rows):
    """Tell, one row a layer, the layers whose own rows are of several vintages."""
    dated = rows.dropna(subset=["couche", "millesime"])
    dated = dated.assign(annee=dated["millesime"].astype("str").str.extract(r"((?:19|20)\d\d)")[0].fillna(dated["millesime"].astype("str")))
    dated = dated[dated.groupby("couche")["annee"].transform("nunique") > 1]
    counts = dated.drop_duplicates([*ORIGIN_COLUMNS, "couche", "annee"]).groupby(["couche", "annee"]).size()
    second = dated[dated["annee"] != dated.groupby("couche")["annee"].transform("first")].drop_duplicates("couche")
    messages = [
        f"Couche {couche} : lignes de millésimes différents ({', '.join(f'{year} : {size}' for year, size in counts[couche].items())})."
        for couche in second["couche"]
    ]
    fix = "prenez la liste d'une seule année ; deux années mêlées donnent une carte qui n'a jamais existé"
    return list_problems("attention", second, messages, fix, colonne="millesime", valeur=second["millesime"])


def tell_near_units(rows):
    """Tell the units of a layer of the inventory whose names are nearly one: « CIAS de Brioude » and « C.I.A.S. Brioude ».

    The name that the fewest rows bear is the one told, the other is proposed.
    """
    named = rows.assign(ecrit=rows["unite_nom"].astype("str").fillna(rows["unite_id"].astype("str"))).dropna(subset=["couche", "ecrit"])
    problems = []
    for couche, part in named.groupby("couche", sort=False):
        counts = part.groupby("ecrit")["unite_id"].agg(["size", "first"]).sort_values("size", ascending=False, kind="stable")
        near = find_near_names(counts.index[:_MOST_COMPARED])
        near = {rare: kept for rare, kept in near.items() if counts.at[rare, "first"] != counts.at[kept, "first"]}
        told = part[part["ecrit"].isin(near)]
        other = told["ecrit"].map(near)
        messages = [
            f"« {cell} » et « {kept} » : deux unités de la couche {couche}, ou une seule ?"
            for cell, kept in zip(told["ecrit"], other, strict=True)
        ]
        gridded = told["feuille"].astype("str").map(normalize_label).str.startswith("saisie").any()
        fix = "si c'est la même unité, écrivez-la partout de la même façon ; sinon rien"
        problems.append(list_problems(
            "attention", told, messages, fix, colonne=couche if gridded else "unite_nom", valeur=told["ecrit"], proposition=other,
        ))  # fmt: skip
    return join_problems(*problems)


def find_near_names(names):
    """Return {name: the earlier name it nearly is}: the same words, spaces and dots apart, or one word misspelt.

    Examples
    --------
    >>> find_near_names(["CIAS de Brioude", "C.I.A.S. Brioude", "CIAS du Haut", "CAS 1", "CAS 2"])
    {'C.I.A.S. Brioude': 'CIAS de Brioude'}
    """
    words = {name: _SMALL_WORDS.sub(" ", fold_text(name.replace(".", ""))).split() for name in names}
    near = {}
    for kept, name in combinations(words, 2):
        if name not in near and kept not in near and _is_near(words[kept], words[name]):
            near[name] = kept
    return near


def _is_near(one, other):
    if not one or not other:
        return False
    left, right = sorted(set(one) - set(other)), sorted(set(other) - set(one))
    if not left and not right or "".join(one) == "".join(other):
        return True
    if len(left) != 1 or len(right) != 1 or any(letter.isdigit() for letter in left[0] + right[0]):
        return False
    return min(len(left[0]), len(right[0])) >= _FEWEST_LETTERS and fuzz.ratio(left[0], right[0]) >= _NEAR_WORD


def _tell_layers(couches, messages, fix, gravite):
    rows = pd.DataFrame({"fichier": "inventaire", "feuille": "couches", "ligne": pd.NA}, index=range(len(couches)))
    return list_problems(gravite, rows, messages, fix, colonne="couche", valeur=couches)


def complete_layers(declared, listed):
    """Return `couches` indexed by name with every property filled; without a sheet, the five national layers.

    Raises
    ------
    DiagnosticError
        A layer declared as brought by the software that it does not bring.
    """
    if len(declared):
        couches = declared.assign(couche=spell_layers(declared["couche"], BROUGHT_LAYERS))
        couches = couches.drop_duplicates("couche").set_index("couche")
    else:
        couches = make_table("couches").set_index("couche").reindex(pd.Index(NATIONAL_LAYERS, name="couche"))
    given = set(spell_layers(listed["couche"], couches.index)) | set(couches.index[couches["fichier_couche"].notna()])
    national = couches.index.isin(BROUGHT_LAYERS) & ~couches.index.isin(given)
    by_file = couches["fichier_couche"].notna()
    nature = couches["nature"].astype("str").mask(by_file & couches["nature"].eq("shapes"))
    nature = nature.fillna(pd.Series("communes", index=couches.index).mask(national, "shapes"))
    _refuse_thresholds(couches)
    provided = nature.isin(["shapes", "departements"]) & ~by_file
    wrong = couches.index[provided & ~couches.index.isin(BROUGHT_LAYERS)]
    if len(wrong):
        raise DiagnosticError(
            f"Couches que le logiciel n'apporte pas : {', '.join(wrong)}.", "feuille couches, colonne nature",
            f"écrivez « communes » et listez-les dans la feuille ressorts ; sont fournies : {', '.join(BROUGHT_LAYERS)}",
        )  # fmt: skip
    labels = {name: label for name, (*_, label) in (SHAPE_LAYERS | ASKED_LAYERS | DIVIDED_LAYERS).items()} | DEPARTEMENT_LAYERS
    sources = dict.fromkeys(BROUGHT_LAYERS, (COG_SOURCE, "COG 2026")) | NATIONAL_SOURCES
    known = pd.DataFrame.from_dict(sources, orient="index", columns=["source", "millesime"]).reindex(couches.index)
    known = known.where(provided)  # a layer the dossier lists is not ours to date
    flags = couches[["exclusive", "complete", "infra_communale"]].astype("boolean")
    # Two circles overlap: that one commune is in both is no mistake.
    rounded = nature.eq("points") & (couches["rayon_km"].notna() | couches["colonne_rayon"].notna())
    couches = couches.assign(
        nature=nature, libelle=name_for_readers(couches, labels),
        exclusive=flags["exclusive"].fillna(~rounded).astype(bool),
        complete=flags["complete"].fillna(pd.Series(national, index=couches.index)).astype(bool),
        infra_communale=flags["infra_communale"].fillna(False).astype(bool),
        # Where nobody says that the layer leaves communes out, an empty cell is not known: it is no absence.
        partielle=flags["complete"].eq(False).fillna(False).astype(bool),
        **{name: couches[name].astype("str").fillna(known[name]) for name in ("source", "millesime")},
    )  # fmt: skip
    return fill_fallbacks(couches)


def name_for_readers(couches, labels):
    """Return how a reader reads each layer: what its row says, its usual name, else its code; circles say how far they go."""
    usual = pd.Series([labels.get(name, name.replace("_", " ")) for name in couches.index], index=couches.index, dtype="str")
    said = couches["libelle"].astype("str").fillna(usual) if "libelle" in couches else usual
    radius = couches["rayon_km"].astype(float)
    circles = couches["nature"].eq("points").fillna(False).astype(bool) & radius.notna()
    far = " (à " + radius.map("{:g}".format).astype("str").str.replace(".", ",") + " km à vol d'oiseau)"
    return said.mask(circles, said + far).tolist()


def fill_fallbacks(couches):
    """Return `couches` with what their names say and their rows do not: who steps in where the layer has no unit (`repli`), and
    whether its units are bodies to turn to (`interlocuteur`) or a mere division, as a bassin de vie is."""
    # An invented layer keeps its mark in every sentence; what it imitates says the rest.
    names = [_INVENTED.sub("", name) for name in couches.index]
    kinds = match_layers(pd.Index(names), couches["libelle"].set_axis(names)).set_axis(couches.index)
    given = couches["repli"] if "repli" in couches else pd.Series(index=couches.index, dtype="str")
    said = couches["interlocuteur"] if "interlocuteur" in couches else pd.Series(index=couches.index, dtype="object")
    bodies = kinds.map(read_vocabulary("noms_couches").set_index("couche")["interlocuteur"]).ne("non")
    return couches.assign(
        repli=given.astype("str").fillna(kinds.map(FALLBACKS)), interlocuteur=said.astype("boolean").fillna(bodies).astype(bool)
    )


def _refuse_thresholds(couches):
    """Raise when a threshold is out of its bounds: a share of the surface, above a half, and a floor far below."""
    errors = []
    for column, (low, high, what, fix) in THRESHOLDS.items():
        given = couches[column].dropna().astype(float)
        wrong = given[~((given > low) & (given <= high))]
        if len(wrong):
            shown = ", ".join(f"{value:g} ({couche})".replace(".", ",") for couche, value in wrong.items())
            errors.append(DiagnosticError(f"{what} : {shown}.", f"feuille couches, colonne {column}", fix))
    if errors:
        raise DiagnosticError.gather(errors)


def declare_strays(couches, rows):
    """Return `couches` with the layers met in `ressorts` that nobody declared (exclusive, not complete), and the problems."""
    strays = [name for name in rows["couche"].dropna().unique() if name not in couches.index]
    if not strays:
        return couches, None
    added = pd.DataFrame(
        {"nature": "communes", "libelle": [name.replace("_", " ") for name in strays], "exclusive": True, "complete": False,
         "infra_communale": False, "fichier_couche": None, "interlocuteur": True,
         "partielle": False}, index=pd.Index(strays, name="couche"),
    )  # fmt: skip
    first = rows.drop_duplicates("couche").set_index("couche")
    told = list_problems(
        "information", first.loc[strays],
        [f"Couche « {name} » : une commune n'y a qu'une unité, et toutes les communes n'en ont pas forcément." for name in strays],
        "rien ; si ce n'est pas le cas, décrivez-la dans la feuille couches", colonne="couche", valeur=strays,
    )  # fmt: skip
    return fill_fallbacks(pd.concat([couches, added.join(first[["source", "millesime"]])])), told


def list_vintages(couches):
    """Return a problem row when the layers are of several vintages; one that is not dated is not compared."""
    dated = couches["millesime"].dropna()
    dated = dated[dated != UNDATED]
    if dated.str.extract(r"(\d{4})")[0].fillna(dated).nunique() < 2:
        return None
    shown = " ; ".join(f"{name} : {vintage}" for name, vintage in dated.items())
    message = f"Couches de millésimes différents ({shown})."
    fix = "rien, si vous le savez ; sinon prenez des couches de la même année"
    rows = locate_sheet("inventaire", "couches")
    return list_problems("information", rows, message, fix, colonne="millesime")
