"""What is wrong in a layer given as a list, told before any figure: one line a check, those that find nothing included."""

import pandas as pd

from diagnostic.read.layers.ressorts import UNKNOWN_PART
from diagnostic.read.places.cog import is_in, look_up
from diagnostic.schema import ORIGIN_COLUMNS
from diagnostic.vocabulary.formats import count_words, format_number, format_share

CHECK_COLUMNS = ["couche", "controle", "libelle", "resultat", "nombre", "sur", "lignes", "message", "a_faire"]
OK, SEE, STOP, VOID = "ok", "a_voir", "bloquant", "sans_objet"
MOST_ITEMS = 200  # a cell stays readable; the number is always the whole one
NOTHING = "rien"
LABELS = {
    "lecture": "Fichier lu",
    "lignes_ecartees": "Lignes incomplètes",
    "territoire": "La couche touche le territoire",
    "communes_absentes": "Communes sans unité",
    "lignes_repetees": "Lignes répétées",
    "communes_en_double": "Communes dans plusieurs unités",
    "codes_inconnus": "Codes inconnus",
    "codes_anciens": "Codes d'anciennes communes",
    "hors_territoire": "Communes hors du territoire",
    "parts": "Parts de population hors de 0 à 1",
    "somme_des_parts": "Somme des parts au-dessus de 1",
    "infra": "Communes subdivisées sans leurs unités",
    "noms_doubles": "Unités à plusieurs noms",
    "noms_partages": "Noms portés par plusieurs unités",
    "millesimes": "Millésimes mélangés",
    "unites_vides": "Unités sans aucune commune",
    "projection": "Projection du fichier",
    "coordonnees": "Coordonnées et projection d'accord",
    "contours_vides": "Contours vides",
    "contours_croises": "Contours qui se croisent",
    "types_de_contours": "Points ou lignes au lieu de surfaces",
    "contours_melanges": "Contours mêlés de lignes ou de points",
    "sans_identifiant": "Contours sans identifiant d'unité",
    "contours_ailleurs": "Contours hors du territoire",
    "superpositions": "Unités qui se recouvrent",
    "trous": "Trous dans la couche",
    "part_entiere": "Communes à 95 % ou plus dans une unité",
    "part_forte": "Communes entre 50 % et 95 %",
    "part_moyenne": "Communes entre 5 % et 50 %",
    "part_faible": "Communes entre 1 % et 5 %",
    "eclats": "Éclats de moins de 1 %",
    "partages_par_le_trace": "Communes partagées par le seul tracé",
}


def write_check(controle, message, *, items=(), sur=None, a_faire=NOTHING, resultat=None, nombre=None):
    """Return one line of `examen_couches` (a dict): `a_voir` where something is found, unless `resultat` says otherwise."""
    items = list(items)
    nombre = len(items) if nombre is None else nombre
    shown = items[:MOST_ITEMS] + ([f"et {format_number(len(items) - MOST_ITEMS)} autres"] if len(items) > MOST_ITEMS else [])
    resultat = resultat or (SEE if nombre else OK)
    return {
        "controle": controle, "libelle": LABELS[controle], "resultat": resultat, "nombre": nombre, "sur": sur,
        "lignes": " ; ".join(shown), "message": message, "a_faire": NOTHING if resultat in (OK, VOID) else a_faire,
    }  # fmt: skip


def make_checks(couche, lines):
    """Return the lines of one layer as the table `examen_couches`."""
    table = pd.DataFrame([{"couche": couche, **line} for line in lines], columns=CHECK_COLUMNS)
    return table.astype({"nombre": "Int64", "sur": "Int64"})


def check_list(rows, communes, cog, couche):
    """Return the checks of the rows of a layer.

    Parameters
    ----------
    rows : DataFrame, the rows of the layer as `place_rows` gives them (code_lu, code_insee, methode_commune), before anything
        is set aside: unite_id, unite_nom, part_population, infra, millesime, ORIGIN_COLUMNS
    communes : DataFrame of the perimeter, index code_insee, with nom
    cog : dict, `read.places.cog.read_cog`
    couche : Series, the row of `couches`: exclusive, complete, millesime
    """
    rows = rows.assign(repere=locate_rows(rows), nom=look_up(rows["code_insee"].astype("str"), cog["communes"]["nom"]))
    found = rows[rows["code_insee"].notna()]
    found = found.assign(dedans=is_in(found["code_insee"].astype("str"), communes.index))
    inside = found[found["dedans"]]
    return [
        check_territory(inside, communes), check_missing(inside["code_insee"], communes, couche),
        _check_repeated(found), _check_several(found, couche), _check_unknown(rows), _check_former(found, cog),
        _check_outside(found.drop(inside.index), rows), *_check_parts(found, couche), _check_infra(found),
        *check_names(rows, inside["unite_id"]), _check_vintages(rows, couche), _check_empty_units(rows),
    ]  # fmt: skip


def write_numbers(numbers, decimals):
    """Return the numbers of a Series as a French reader writes them, text even where there is none."""
    return pd.Series([format_number(number, decimals) for number in numbers], index=numbers.index, dtype="str")


def locate_rows(rows):
    """Return where each row is, as its reader sees it: « ligne 12 », with its sheet or file where the layer has several."""
    lines = "ligne " + rows["ligne"].astype("str").fillna("?").str.removesuffix(".0")
    places = rows["fichier"].astype("str").fillna("") + ", feuille " + rows["feuille"].astype("str").fillna("")
    return lines if places.nunique() < 2 else places + ", " + lines


def _weigh(inside, message):
    """Return the result and the words of what is found in a list wider than the territory: elsewhere it changes no figure."""
    number = int(inside.sum())
    if not len(inside):
        return OK, message
    return SEE if number else OK, f"{message} Dans le territoire : {format_number(number)}."


def _name(rows):
    return rows["nom"].astype("str").fillna("?") + " (" + rows["code_insee"].astype("str") + ")"


def check_territory(inside, communes):
    if len(inside):
        reached = inside["code_insee"].nunique()
        message = f"{count_words(reached, 'commune')} du territoire sur {format_number(len(communes))} dans cette couche."
        return write_check("territoire", message, nombre=reached, sur=len(communes), resultat=OK)
    message = "Aucune commune du territoire n'est dans cette couche : aucun chiffre n'en sera tiré."
    fix = "vérifiez le fichier (département, année, colonne des codes), ou le territoire de la feuille parametres"
    return write_check("territoire", message, a_faire=fix, nombre=0, sur=len(communes), resultat=STOP)


def check_missing(codes, communes, couche):
    """Return the communes of the perimeter that have no unit: to see in a layer declared complete, a fact in a partial one."""
    missing = communes[~communes.index.isin(set(codes))]
    items = missing["nom"] + " (" + missing.index + ")"
    number = f"{format_number(len(missing))} sur {format_number(len(communes))}"
    fix = "complétez la couche, ou écrivez « non » dans complete (feuille couches)"
    if couche["complete"]:
        message = f"Couche annoncée complète ; communes sans unité : {number}."
        return write_check("communes_absentes", message, items=items, sur=len(communes), a_faire=fix)
    message = f"Couche annoncée partielle ; communes sans unité : {number}."
    return write_check("communes_absentes", message, items=items, sur=len(communes), resultat=OK)


def _check_repeated(found):
    """The same code with the same unit twice; a commune that a former code or an EPCI brings once more is counted apart."""
    keys = ["code_lu", "code_insee", "unite_id"]
    again = found[found.duplicated(keys)].sort_values("dedans", ascending=False, kind="stable")
    first = found.drop_duplicates(keys).set_index(keys)["repere"]
    before = first.reindex(pd.MultiIndex.from_frame(again[keys])).to_numpy()
    items = again["repere"] + " : " + _name(again) + ", unité " + again["unite_id"].astype("str") + ", déjà " + before
    other = int(found.duplicated(["code_insee", "unite_id"]).sum()) - len(again)
    message = f"{count_words(len(again), 'ligne répétée', 'lignes répétées')} (même code, même unité), sur {format_number(len(found))}."
    message += f" {format_number(other)} de plus par un ancien code, un EPCI ou un département, comptées une fois." if other else ""
    resultat, message = _weigh(again["dedans"], message)
    fix = "supprimez les répétitions ; elles comptent une fois"
    return write_check("lignes_repetees", message, items=items, sur=len(found), a_faire=fix, resultat=resultat)


def _check_several(found, couche):
    known = found.drop_duplicates(["code_insee", "unite_id"])
    several = known[known["code_insee"].duplicated(keep=False)]
    stated = several["infra"].astype("boolean").fillna(False).groupby(several["code_insee"]).transform("any").astype(bool)
    total = found["code_insee"].nunique()
    if not couche["exclusive"] or couche["infra_communale"]:
        message = f"{count_words(several['code_insee'].nunique(), 'commune')} dans plusieurs unités : la couche le permet."
        return write_check("communes_en_double", message, nombre=several["code_insee"].nunique(), sur=total, resultat=VOID)
    several = several[~stated].sort_values("dedans", ascending=False, kind="stable")
    said = several["repere"] + ", unité " + several["unite_id"].astype("str")
    items = said.groupby([_name(several)], sort=False).agg(" et ".join) if len(several) else said
    message = f"{count_words(len(items), 'commune')} dans plusieurs unités d'une couche exclusive, sur {format_number(total)}."
    joined = several.loc[several["methode_commune"].eq("ancien_code"), "code_insee"].nunique()
    message += f" Pour {format_number(joined)}, d'anciennes communes réunies depuis : toutes leurs unités sont gardées." if joined else ""
    fix = "gardez la bonne ligne ; si la commune est subdivisée, écrivez oui dans infra ; si la couche se recouvre, non dans exclusive"
    items = [f"{name} : {lines}" for name, lines in items.items()]
    resultat, message = _weigh(several.drop_duplicates("code_insee")["dedans"], message)
    return write_check("communes_en_double", message, items=items, sur=total, a_faire=fix, resultat=resultat)


def _check_unknown(rows):
    unknown = rows[rows["code_insee"].isna() & rows["methode_commune"].ne("outre_mer") & rows["code_lu"].astype("str").ne("")]
    unknown = unknown[unknown["methode"].ne("hors_territoire")]
    said = unknown["probleme"].astype("str").fillna("").str.replace(" ; ", ", ")
    items = unknown["repere"] + " : « " + unknown["code_lu"].astype("str") + " ». " + said
    message = f"{count_words(len(unknown), 'ligne')} dont le code ne mène à aucune commune, sur {format_number(len(rows))}."
    fix = "corrigez ces codes (code INSEE sur cinq caractères, colonne au format Texte)"
    return write_check("codes_inconnus", message, items=items, sur=len(rows), a_faire=fix)


def _check_former(found, cog):
    """An old code is read; with its present commune listed as well, two vintages are mixed."""
    former = found[found["methode_commune"].eq("ancien_code")].sort_values("dedans", ascending=False, kind="stable")
    if not len(former):
        return write_check("codes_anciens", "Tous les codes trouvés sont ceux d'aujourd'hui.", sur=len(found))
    kind = look_up(former["code_lu"].astype("str"), cog["anciens"]["nature"]).astype("str").fillna("ancien code")
    kind = kind.str.replace("deleguee", "commune déléguée").str.replace("associee", "commune associée")
    kind = kind.str.replace("fusionnee", "commune réunie").str.replace("_", " ")
    items = former["repere"] + " : " + former["code_lu"].astype("str") + " → " + _name(former) + ", " + kind
    both = set(former["code_insee"]) & set(found.loc[found["methode_commune"].eq("code"), "code_insee"])
    number = f"{count_words(len(former), 'ligne')} au code d'une ancienne commune, sur {format_number(len(found))}"
    message = f"{number} : la commune d'aujourd'hui est prise."
    if both:
        message += f" Pour {format_number(len(both))}, elle est listée aussi : deux années sont peut-être mélangées."
    fix = "rien, si les rattachements sont justes ; sinon prenez le fichier de l'année"
    resultat, message = _weigh(former["dedans"], message)
    return write_check("codes_anciens", message, items=items, sur=len(found), a_faire=fix, resultat=resultat)


def _check_outside(outside, rows):
    overseas = rows[rows["methode_commune"].eq("outre_mer")]
    number = outside["code_insee"].nunique() + overseas["code_lu"].nunique()
    names = _name(outside.drop_duplicates("code_insee"))
    total = rows["code_insee"].nunique() + overseas["code_lu"].nunique()
    message = f"{count_words(number, 'commune')} hors du territoire étudié, sur {format_number(total)} : sans effet sur les chiffres."
    return write_check("hors_territoire", message, items=names, nombre=number, sur=total, resultat=OK)


def _check_parts(found, couche):
    given = found[found["part_population"].notna()]
    if not len(given):
        message = "Aucune part de population n'est donnée."
        return [write_check(name, message, nombre=0, resultat=VOID) for name in ("parts", "somme_des_parts")]
    parts = given["part_population"].astype(float)
    out = given[~parts.between(0, 1)]
    items = out["repere"] + " : " + _name(out) + ", part " + write_numbers(out["part_population"].astype(float), 2)
    message = f"{count_words(len(out), 'part')} hors de 0 à 1, sur {format_number(len(given))}."
    fix = "écrivez 0,5 pour la moitié des habitants ; sans cela la part compte comme inconnue"
    lines = [write_check("parts", message, items=items, sur=len(given), a_faire=fix)]
    listed = given[parts.between(0, 1)].drop_duplicates(["code_insee", "unite_id"])
    total = listed["part_population"].astype(float).groupby(_name(listed)).sum()
    over = total[total > 1 + 1e-9]
    items = [f"{name} : {format_number(value, 2)}" for name, value in over.items()]
    message = f"{count_words(len(over), 'commune')} dont les parts dépassent 1, sur {format_number(len(total))}."
    fix = "ramenez la somme à 1 ; sans cela les parts de ces communes comptent comme inconnues"
    resultat = None if couche["exclusive"] else VOID
    return [*lines, write_check("somme_des_parts", message, items=items, sur=len(total), a_faire=fix, resultat=resultat)]


def _check_infra(found):
    marked = found[found["unite_id"].astype("str").str.upper().eq(UNKNOWN_PART)]
    number = count_words(len(marked), "commune subdivisée", "communes subdivisées")
    message = f"{number} dont les unités ne sont pas données (valeur INFRA)."
    items = marked["repere"] + " : " + _name(marked)
    fix = "donnez les unités de ces communes ; sans cela leur nombre reste inconnu"
    return write_check("infra", message, items=items, sur=found["code_insee"].nunique(), a_faire=fix)


def check_names(rows, within):
    """Return the checks of units under two names, and of names that two units bear among those of `within` (units of the territory).

    Far from each other two units may well bear one name.
    """
    named = rows[rows["unite_nom"].notna() & rows["unite_id"].notna()].astype({"unite_id": "str", "unite_nom": "str"})
    pairs = named.drop_duplicates(["unite_id", "unite_nom"])
    total = rows["unite_id"].nunique()
    if not len(pairs):
        message = "La couche ne donne pas de noms d'unités."
        return [write_check(name, message, nombre=0, sur=total, resultat=VOID) for name in ("noms_doubles", "noms_partages")]
    double = pairs[pairs["unite_id"].duplicated(keep=False)]
    said = ("« " + double["unite_nom"] + " » (" + double["repere"] + ")").groupby(double["unite_id"]).agg(" et ".join)
    message = f"{count_words(len(said), 'unité')} sous plusieurs noms, sur {format_number(total)}."
    fix = "écrivez un seul nom par unité ; le premier est pris"
    first = write_check("noms_doubles", message, items=[f"{unit} : {names}" for unit, names in said.items()], sur=total, a_faire=fix)
    near = pairs[pairs["unite_id"].isin(set(within))]
    shared = near[near["unite_nom"].duplicated(keep=False)]
    units = shared.groupby("unite_nom")["unite_id"].agg(" et ".join)
    message = f"{count_words(len(units), 'nom porté', 'noms portés')} par plusieurs unités du territoire."
    items = [f"« {name} » : {ids}" for name, ids in units.items()]
    fix = "si c'est la même unité, donnez-lui un seul identifiant"
    return [first, write_check("noms_partages", message, items=items, sur=total, a_faire=fix)]


def _check_vintages(rows, couche):
    dated = rows[rows["millesime"].notna()] if "millesime" in rows else rows.iloc[:0]
    said = dated["millesime"].astype("str")
    declared = couche["millesime"] if isinstance(couche["millesime"], str) else None
    counts = said.value_counts()
    shown = ", ".join(f"{vintage} ({count_words(count, 'ligne')})" for vintage, count in counts.items())
    years = {*said.str.extract(r"(\d{4})")[0].fillna(said)}
    if len(years) > 1:
        message = f"Plusieurs millésimes dans la même couche : {shown}."
        items = dated["repere"] + " : " + said
        items = items[said != counts.index[0]]
        return write_check("millesimes", message, items=items, sur=len(rows), a_faire="gardez les lignes d'une seule année")
    message = f"Un seul millésime : {shown or declared}." if shown or declared else "La couche n'est pas datée."
    fix = "écrivez l'année dans la colonne millesime de la feuille couches"
    return write_check("millesimes", message, nombre=0, sur=len(rows), resultat=OK if shown or declared else SEE, a_faire=fix)


def _check_empty_units(rows):
    listed = rows[rows["unite_id"].notna()].astype({"unite_id": "str"})
    held = listed["code_insee"].notna() | listed["methode_commune"].eq("outre_mer") | listed["methode"].eq("hors_territoire")
    empty = listed[~held.groupby(listed["unite_id"]).transform("any")]
    where = empty.groupby("unite_id")["repere"].agg(lambda lines: ", ".join(lines.head(3)))
    message = f"{count_words(len(where), 'unité')} sans aucune commune reconnue, sur {format_number(listed['unite_id'].nunique())}."
    items = [f"{unit} ({lines})" for unit, lines in where.items()]
    fix = "corrigez les codes de ces lignes, ou retirez l'unité"
    return write_check("unites_vides", message, items=items, sur=listed["unite_id"].nunique(), a_faire=fix)


def check_reading(lues, problems, where):
    """Return the checks of what was read, and of the rows left out while reading.

    Parameters
    ----------
    lues : int, the rows that the layer asks for
    problems : DataFrame, `problemes` met while reading
    where : str, the file and sheet
    """
    message = f"{count_words(lues, 'ligne lue', 'lignes lues')} : {where}." if lues else f"Aucune ligne : {where}."
    fix = "remplissez la feuille ressorts, ou donnez le fichier dans fichier_couche (feuille couches)"
    first = write_check("lecture", message, nombre=lues, sur=lues, resultat=OK if lues else STOP, a_faire=fix)
    lost = problems[problems["gravite"].eq("erreur") & problems["ligne"].notna()]
    items = locate_rows(lost[ORIGIN_COLUMNS]) + " : " + lost["probleme"].astype("str")
    share = f" ({format_share(len(lost) / lues)})" if lues and len(lost) else ""
    message = f"{count_words(len(lost), 'ligne écartée', 'lignes écartées')} à la lecture{share}."
    return [first, write_check("lignes_ecartees", message, items=items, sur=lues, a_faire="complétez ou corrigez ces lignes")]
