"""The first sentences on jurisdictions: how many units, which EPCI deal with several, how many hold in one."""

from diagnostic.measure.constats.layer_limits import bound_coverage
from diagnostic.measure.constats.layer_names import COVERED, MAIN_SCALE, tell_weight, type_territories
from diagnostic.measure.ressorts.overlap import RECOUVREMENT
from diagnostic.vocabulary.formats import count_words, format_number, format_share, join_words, shorten_list


def describe_layers(tables, results, names):
    """How many units of each layer the main territories deal with: one sentence a territory."""
    table, weight = type_territories(results["discordance"], tables), tell_weight(tables["reglages"]["ponderation"])
    labels, low = tables["couches"]["libelle"], bound_coverage(table, tables["couches"])
    for territoire_id, rows in table[table["type"].isin(MAIN_SCALE)].groupby("territoire_id", sort=False):
        told = []
        for row in rows[rows["n_unites"] > 0].itertuples():
            least = low[(territoire_id, row.couche)]
            most = "au plus " if least < row.couverture else ""
            partial = "" if least > COVERED else f" (la couche couvre {most}{format_share(row.couverture, 1)} {weight})"
            told.append(f"{labels[row.couche]} {format_number(row.n_unites)}{partial}")
        if told:
            yield territoire_id, f"{names[territoire_id]}, nombre d'unités par couche : {' ; '.join(told)}.", "publique"
        absent = [f"« {labels[couche]} »" for couche in rows.loc[rows["n_unites"] == 0, "couche"]]
        if absent:
            told = f"{names[territoire_id]} : aucune unité connue pour {join_words(absent)} ; ce n'est pas la preuve d'une absence."
            yield territoire_id, told, "publique"


def describe_split(tables, results, names):
    """Which EPCI deal with more than one unit of a layer; the layers where none does share one sentence. A single EPCI is named."""
    table, weight = type_territories(results["discordance"], tables), tell_weight(tables["reglages"]["ponderation"])
    epci = table[(table["type"] == "epci") & (table["couche"] != "EPCI")]
    unknown = epci[epci["n_unites"] == 0].groupby("couche").size()
    epci = epci[epci["n_unites"] > 0]
    labels = tables["couches"]["libelle"]
    whole, alone = [], epci["territoire_id"].unique() if epci["territoire_id"].nunique() == 1 else []
    for couche, rows in epci.groupby("couche", sort=False):
        split = rows[rows["n_unites"] > 1].sort_values(["part_principale", "territoire_id"])
        if not len(split):
            untold = f" ({format_number(unknown[couche])} EPCI sans unité connue)" if couche in unknown else ""
            whole.append(f"« {labels[couche]} »{untold}")
            continue
        if len(alone):
            row = next(split.itertuples())
            told = f"{names[row.territoire_id]} a plus d'un interlocuteur dans la couche « {labels[couche]} » : {_tell_units(row, weight)}."
            yield row.territoire_id, told, "publique"
            continue
        shown = join_words(f"{names[row.territoire_id]} ({_tell_units(row, weight)})" for row in split.itertuples())
        verb = "ont" if len(split) > 1 else "a"
        told = (
            f"{format_number(len(split))} EPCI sur {format_number(len(rows))} {verb} plus d'un interlocuteur dans la couche "
            f"« {labels[couche]} »{_tell_unknown(unknown.get(couche, 0))} : {shown}."
        )
        yield "perimetre", told, "publique"
    if whole and len(alone):
        yield alone[0], f"{names[alone[0]]} n'a qu'un interlocuteur dans : {join_words(whole)}.", "publique"
    elif whole:
        part = tell_part("perimetre", tables)
        yield "perimetre", f"Aucun EPCI n'a plus d'un interlocuteur dans : {join_words(whole)}{part}.", "publique"


def _tell_unknown(number):
    return f", là où elle est connue ({format_number(number)} EPCI non renseignés)" if number else ""


def tell_part(territoire_id, tables):
    """A territory may cut an EPCI: what is said of it is then said of its part only."""
    towns = tables["communes"]
    cut = towns["epci"].isin(tables["unites_coupees"]["unite_id"])
    places = {"perimetre"} | set("departement:" + towns.loc[cut, "departement"]) if cut.any() else set()
    told = " (un EPCI coupé est jugé sur sa seule part dans le territoire)"
    return told if territoire_id in places or territoire_id.startswith("autre:") else ""


def _tell_units(row, weight):
    known = row.part_principale == row.part_principale
    main = f", {format_share(row.part_principale, 1)} {weight} dans la principale" if known else ""
    return f"{format_number(row.n_unites)} unités{main}"


def describe_nesting(tables, results, names):
    """How many EPCI hold wholly in one unit of each layer, and their weight. A layer of a single unit says nothing here."""
    table = results["paires"]
    table = table[(table["couche_a"] == "EPCI") & (table["nb_unites_a"] > 1) & (table["nb_unites_b"] > 1)]
    # A commune in several units at once: nothing is said to be nested there.
    table = table[table["raison_absence"] != RECOUVREMENT]
    known = results.get("discordance")
    low = bound_coverage(known, tables["couches"]) if known is not None else {}
    labels, weight = tables["couches"]["libelle"], tell_weight(tables["reglages"]["ponderation"])
    for territoire_id, rows in table.groupby("territoire_id", sort=False):
        all_in = rows["nb_a_dans_b"] == rows["nb_unites_a"]
        name, number, part = names[territoire_id], format_number(rows["nb_unites_a"].iat[0]), tell_part(territoire_id, tables)
        if all_in.any():
            layers = join_words(f"« {labels[couche]} »" for couche in rows.loc[all_in, "couche_b"])
            yield (
                territoire_id,
                f"{name} : {number} EPCI sur {number} sont entièrement dans une seule unité pour {layers}{part}.",
                "publique",
            )
        for row in rows[~all_in].itertuples():
            least = low.get((territoire_id, row.couche_b), row.couverture_commune)
            yield territoire_id, f"{name} : {_tell_nested(row, labels[row.couche_b], weight, least)}{part}.", "publique"


def _tell_nested(row, label, weight, least):
    share, verb = row.part_population_a_dans_b, "sont" if row.nb_a_dans_b > 1 else "est"
    held = f" ({format_share(share, 1)} {weight})" if share == share else ""
    whom = f"{format_number(row.nb_a_dans_b)} EPCI sur {format_number(row.nb_unites_a)}{held} {verb}"
    if not row.nb_a_dans_b:
        whom = f"aucun des {format_number(row.nb_unites_a)} EPCI n'est"
    told = f"{whom} entièrement dans une seule unité de la couche « {label} »"
    unknown = getattr(row, "nb_a_inconnus", 0)
    if unknown > 0:
        told = f"{told} ; pour {format_number(unknown)} on ne peut pas le dire (parts inconnues dans une commune partagée)"
    if min(row.couverture_commune, least) <= COVERED:
        covers = "couvre au plus" if least < row.couverture_commune else "ne couvre que"
        return f"{told} ; la couche {covers} {format_share(row.couverture_commune, 1)} {weight}"
    if row.purete_a_dans_b == row.purete_a_dans_b:
        verb = "sont" if weight.startswith("des") else "est"
        return f"{told} ; {format_share(row.purete_a_dans_b, 1)} {weight} {verb} dans l'unité principale de leur EPCI"
    return told


def describe_cut(tables, results, names):
    """The units that go beyond the perimeter, and what was left out."""
    for row in tables["unites_coupees"].itertuples():
        left = "laissée de côté" if row.nb_communes_hors == 1 else "laissées de côté"
        number, which = count_words(row.nb_communes_hors, "commune"), shorten_list(row.communes_hors)
        yield "perimetre", f"{row.unite_nom} : {number} hors du périmètre, {left} ({which}).", "publique"
