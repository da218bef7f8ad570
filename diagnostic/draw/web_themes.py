"""What fills the communes of the web map beside the units of a layer: classes with a legend that counts communes and inhabitants.

A theme is a dict: `famille`, `libelle`, `mesure` (what the numbers are), `notes` (sentences under the legend), `classes`
([label, colour, pattern, ink, communes, inhabitants or None] and, when there is one, a detail of the label), `index` (the
class of each commune, -1 for none known), `nb_sans`, `pop_sans` (communes and inhabitants without one) and, when there are
figures, `valeurs`, `decimales`, `unite`.
"""

import numpy as np
import pandas as pd

from diagnostic.draw.states_map import NOT_ABSENT, STATE_FILLS, STATE_INKS
from diagnostic.draw.style import SEQUENTIAL, STATE_LABELS, format_number, pick_sequential
from diagnostic.draw.web_text import list_numbers, sum_population
from diagnostic.vocabulary.formats import count_words, join_words

FAMILIES = {
    "millefeuille": "Mille-feuille", "couches": "Découpages", "discordance": "Discordance avec l'intercommunalité",
    "atomes": "Mêmes interlocuteurs", "acces": "Accès", "etats": "Présence, absence, non renseigné",
}  # fmt: skip
COUNTS = {
    "nb_unites": ("Mille-feuille : interlocuteurs", "nombre d'unités distinctes"),
    "nb_couches": ("Mille-feuille : couches présentes", "nombre de couches présentes"),
}
# The same for every layer, so that two maps can be compared.
DISCORDANCE_STEPS = (1 + 1e-6, 1.25, 1.5, 2.0)
DISCORDANCE_LABELS = ("1 : un seul pour tous", "plus de 1 à 1,25", "plus de 1,25 à 1,5", "plus de 1,5 à 2", "plus de 2")
# Shares of inhabitants beyond a threshold: the same classes everywhere too.
BEYOND_STEPS = (0.0, 0.1, 0.25, 0.5)
BEYOND_LABELS = ("personne", "jusqu'à 10 % des habitants", "plus de 10 à 25 %", "plus de 25 à 50 %", "plus de 50 %")
# What may be nearer than known is no figure to alarm anyone: greys, as what is not recorded.
UNCERTAIN = ("#EDEDED", "#D6D6D6", "#BDBDBD")
UNCERTAIN_INK = "#6B6B6B"
PATTERNS = {"present": "", "absent_verifie": "hachures", "non_renseigne": "points"}
UNITS = {"km": ("Distance", "km à vol d'oiseau"), "min": ("Temps de trajet", "minutes")}


def list_count_themes(communes, millefeuille):
    """Return the mille-feuille as themes: one class a value up to six values, else six classes of rank."""
    millefeuille = millefeuille.reindex(communes.index)
    columns = [name for name in COUNTS if name in millefeuille and millefeuille[name].notna().any()]
    told = [dict(zip(("libelle", "mesure"), COUNTS[name], strict=True), valeurs=millefeuille[name]) for name in columns]
    return [make_theme(communes, *_rank(theme["valeurs"]), famille="millefeuille", **theme) for theme in told]


def make_theme(communes, index, classes, *, valeurs=None, decimales=0, **told):
    """Return a theme from the class of each commune (array, -1: none known) and its classes (label, colour, pattern, ink[, detail])."""
    index = np.asarray(index)
    nb, people = count_classes(communes, index, len(classes))
    theme = {
        "unite": "", "notes": [], **told, "index": index.tolist(), "nb_sans": int((index < 0).sum()), "pop_sans": people[-1],
        "classes": [[*each[:4], nb[k], people[k], *each[4:]] for k, each in enumerate(classes)],
    }  # fmt: skip
    if valeurs is not None:
        theme |= {"valeurs": list_numbers(valeurs, decimales), "decimales": decimales}
    return theme


def count_classes(communes, index, size):
    """Return the communes of each class, and its inhabitants (None when one commune's are not known); the last are of class -1."""
    nb = np.bincount(np.where(index < 0, size, index), minlength=size + 1).tolist()
    return nb, sum_population(communes, np.arange(len(communes)), np.where(index < 0, size, index), size + 1)


def _rank(values):
    distinct = np.sort(values.dropna().unique())
    groups = np.array_split(distinct, min(len(SEQUENTIAL), len(distinct)))
    upper = np.array([group[-1] for group in groups])
    index = np.where(values.isna(), -1, np.searchsorted(upper, values.fillna(upper[0])))
    last = min(len(groups), len(SEQUENTIAL) - 1)
    shades = np.linspace(0, last, len(groups)).round().astype(int)
    return index, [(_label_class(group), SEQUENTIAL[shade], "", "") for group, shade in zip(groups, shades, strict=True)]


def _label_class(group):
    low, high = format_number(group[0]), format_number(group[-1])
    return low if low == high else f"{low} à {high}"


def list_discordance_themes(communes, discordance, minoritaires, couches, *, mots=("intercommunalité", "intercommunalités")):
    """Return one theme a layer that splits an EPCI at least, and the sentence that names the layers that split none.

    The figure is that of the commune's EPCI; `hachures` are the communes out of the main unit of their EPCI, hatched. `mots`:
    what the territory of a figure is called, one and several.
    """
    table = discordance.pivot_table(index="epci", columns="couche", values="valeur", aggfunc="first")
    shown = [layer for layer in couches.index if layer in table and (table[layer] > DISCORDANCE_STEPS[0]).any()]
    alike = [couches.at[layer, "libelle"] for layer in couches.index if layer in table and layer not in shown]
    themes = [
        _tell_discordance(communes, table[layer], couches.at[layer, "libelle"], minoritaires[minoritaires["couche"] == layer], mots)
        for layer in shown
    ]
    left = f"Un seul interlocuteur par {mots[0]}, rien à colorer : {join_words(alike, 9)}." if alike else ""
    return themes, left


def _tell_discordance(communes, values, label, minority, mots):
    by_commune = communes["epci"].map(values).astype(float)
    index = np.where(by_commune.isna(), -1, np.searchsorted(DISCORDANCE_STEPS, by_commune.fillna(1), side="left"))
    of_epci = np.searchsorted(DISCORDANCE_STEPS, values[values.index.isin(communes["epci"])].dropna(), side="left")
    counted = np.bincount(of_epci, minlength=len(DISCORDANCE_LABELS))
    classes = [
        (name, colour, "", "", count_words(number, *mots[:2]))
        for name, colour, number in zip(DISCORDANCE_LABELS, pick_sequential(len(DISCORDANCE_LABELS)), counted, strict=True)
    ]
    outside = np.sort(communes.index.get_indexer(minority["code_insee"].drop_duplicates()))
    outside = outside[outside >= 0]
    theme = make_theme(
        communes, index, classes, libelle=f"Discordance : {label}", famille="discordance", valeurs=by_commune, decimales=2,
        mesure=f"nombre effectif d'interlocuteurs par {mots[0]}, pondéré par les habitants",
        notes=["Hachuré : commune hors de l'unité principale de son intercommunalité."] if len(outside) else [],
    )  # fmt: skip
    (people,) = sum_population(communes, outside, np.zeros(len(outside), dtype=int), 1)
    return theme | {"hachures": outside.tolist(), "pop_hachures": people, "maille": "epci"}


def list_access_themes(communes, access):
    """Return one theme a category and unit: classes at the thresholds of the settings.

    Where the inventory of the category is not known to be complete, a nearer site may exist: every figure is a maximum, and
    the classes beyond the first threshold are grey and dotted. `access` may say what its figures are in columns `titre` and `mesure`.
    """
    return [_tell_access(communes, rows) for _, rows in access.groupby(["unite", "categorie"], sort=False)]


def _tell_access(communes, rows):
    first = rows.iloc[0]
    unit, complete, steps = first["unite"], bool(first["complet"]), sorted(first["seuils"])
    values = rows.drop_duplicates("code_insee").set_index("code_insee")["valeur"].reindex(communes.index)
    index = np.where(values.isna(), -1, np.searchsorted(steps, values.fillna(0), side="left"))
    known = "" if complete else " d'un site connu"
    names = [f"{'' if complete else 'au plus '}{format_number(steps[0])} {unit}{' ou moins' if complete else ''}"]
    names += [f"plus de {format_number(a)} à {format_number(b)} {unit}{known}" for a, b in zip(steps[:-1], steps[1:], strict=True)]
    names.append(f"plus de {format_number(steps[-1])} {unit}{known}")
    classes = [(name, colour, "", "") for name, colour in zip(names, pick_sequential(len(names)), strict=True)]
    if not complete:
        greys = [UNCERTAIN[min(rank, len(UNCERTAIN) - 1)] for rank in range(len(steps))]
        classes[1:] = [(name, grey, "points", UNCERTAIN_INK) for name, grey in zip(names[1:], greys, strict=True)]
    what, measured = UNITS[unit]
    what, measured = first.get("titre", what), first.get("mesure", measured)
    notes = [] if complete else ["Inventaire non dit complet : un site plus proche peut exister, ces chiffres sont des maximums (points)."]
    return make_theme(
        communes, index, classes, libelle=f"{what} : {first['libelle']}", famille="acces", valeurs=values, decimales=1,
        notes=notes,
        mesure=f"{measured} jusqu'au site le plus proche, sur {count_words(int(first['nb_sites']), 'site connu', 'sites connus')}",
    ) | {"unite": unit, "complet": complete, "categorie": str(first["libelle"])} | _name_detail(first)  # fmt: skip


def _name_detail(first):
    """Return what the popup calls a figure that is no plain distance, nothing for one that is."""
    return {"dit": f"{first['libelle']}, {first['titre'][:1].lower()}{first['titre'][1:]}"} if "titre" in first else {}


def list_beyond_themes(communes, shares, *, mot):
    """Return one theme a category and threshold: the share of the inhabitants of each territory farther than it from a site.

    Parameters
    ----------
    communes : GeoDataFrame, a row a territory drawn
    shares : DataFrame code_insee (that of the territory), categorie, libelle, seuil (km), valeur (0 to 1), numerateur,
        denominateur (inhabitants)
    mot : what a territory is called
    """
    return [_tell_beyond(communes, rows, mot) for _, rows in shares.groupby(["categorie", "seuil"], sort=False)]


def _tell_beyond(communes, rows, mot):
    label, step = str(rows["libelle"].iat[0]), format_number(rows["seuil"].iat[0])
    table = rows.drop_duplicates("code_insee").set_index("code_insee").reindex(communes.index)
    values = table["valeur"].astype(float)
    index = np.where(values.isna(), -1, np.searchsorted(BEYOND_STEPS, values.fillna(0), side="left"))
    classes = [(name, colour, "", "") for name, colour in zip(BEYOND_LABELS, pick_sequential(len(BEYOND_LABELS)), strict=True)]
    known = table["valeur"].notna()
    far, people = (int(table[name].where(known).sum()) for name in ("numerateur", "denominateur"))
    # A commune of several territories is in each: their sum would count its inhabitants twice.
    once = people <= communes["population"].sum()
    notes = [f"Tous ensemble, {format_number(far)} habitants sur {format_number(people)} sont à plus de {step} km."] if once else []
    return make_theme(
        communes, index, classes, libelle=f"À plus de {step} km : {label}", famille="acces", valeurs=100 * values, decimales=0, notes=notes,
        mesure=f"part des habitants à plus de {step} km à vol d'oiseau du site le plus proche, par {mot}",
    ) | {"unite": "%", "complet": True, "categorie": label, "dit": f"{label}, habitants à plus de {step} km"}  # fmt: skip


def list_state_themes(communes, states):
    """Return one theme a category read commune by commune: present, absence verified, not recorded."""
    return [_tell_states(communes, rows) for _, rows in states.groupby("categorie", sort=False)]


def _tell_states(communes, rows):
    status = rows.drop_duplicates("code_insee").set_index("code_insee")["statut"].reindex(communes.index)
    index = pd.Index(list(STATE_FILLS)).get_indexer(status)
    # What nobody said is not recorded.
    index = np.where(index < 0, list(STATE_FILLS).index("non_renseigne"), index)
    classes = [(STATE_LABELS[name], fill, PATTERNS[name], STATE_INKS[name] or "") for name, fill in STATE_FILLS.items()]
    label, age = str(rows["libelle"].iat[0]), str(rows["age_text"].iat[0]).strip().rstrip(".")
    notes = [NOT_ABSENT] + ([f"Âge de l'information : {age}."] if age else [])
    told = {"libelle": f"Présence : {label}", "famille": "etats", "mesure": "ce que l'inventaire dit de chaque commune", "notes": notes}
    return make_theme(communes, index, classes, **told) | {"categorie": label, "parts": True}


def list_atoms(communes, atomes):
    """Return the communes with the same unit in every layer: `groupes` ([id, communes, inhabitants], largest first) and `index`."""
    groups = atomes.drop_duplicates("code_insee").set_index("code_insee")["atome_id"].reindex(communes.index)
    numbers, names = pd.factorize(groups, sort=True)
    nb, people = count_classes(communes, numbers, len(names))
    order = np.lexsort([np.arange(len(names)), -np.array(nb[:-1], dtype=int)])
    place = np.append(np.argsort(order), -1)
    return {
        "groupes": [[str(names[k]), nb[k], people[k]] for k in order], "index": place[numbers].tolist(),
        "nb_sans": nb[-1], "pop_sans": people[-1],
    }  # fmt: skip
