"""Map of one category commune by commune, in three states: present, absence verified, not recorded."""

import pandas as pd

from diagnostic.draw import page
from diagnostic.draw.charts import STATES
from diagnostic.draw.print_map import draw_borders, fill_communes, hatch_communes, name_epci, open_map, to_pixels
from diagnostic.draw.print_points import draw_sites, in_view, sort_places, tell_unshown
from diagnostic.draw.style import (
    NO_BREAK_SPACE,
    STATE_COLOURS,
    STATE_HATCHES,
    STATE_LABELS,
    agree,
    format_number,
    format_share,
)

# Dark, light with lines, white with dots: told apart in grey as well as in colour, where two full colours would not be.
STATE_FILLS = {"present": STATE_COLOURS["present"], "absent_verifie": "#FCE8DA", "non_renseigne": "#FFFFFF"}
STATE_INKS = {"present": None, "absent_verifie": STATE_COLOURS["absent_verifie"], "non_renseigne": "#8F8F8F"}
NOT_ABSENT = "« Non renseigné » ne veut pas dire absent : personne n'a dit que la liste y était complète."
SHARED = {"present": "présence", "absent_verifie": "absence vérifiée", "non_renseigne": "non renseigné"}


def draw_states(base, etats, sites, categorie, bilan, *, mentions, format_page="A4"):
    """Draw in which communes a category is present, absent for sure, or not recorded (map C7).

    Nothing is counted here but what the map shows: the figures of the title, legend and note are those of `bilan`.

    Parameters
    ----------
    base : Base
    etats : Series of states, index code_insee; or DataFrame with code_insee and one column of states
        present, absent_verifie or non_renseigne. A commune absent from it, an empty cell or any other word is not recorded.
    sites : DataFrame with x_m, y_m; mobile and hors_territoire when known
        Drawn as on the map of access, hollow out of the territory; None: the places of the sites are not drawn.
    categorie : str, as the reader reads it
    bilan : dict or row: nb_present, nb_absent_verifie, nb_non_renseigne (communes); population_ and the same three names
        (inhabitants, NaN or absent: not known); age_text, optional, a sentence on the age of the information
    mentions : dict, as for `draw_millefeuille`

    Raises
    ------
    KeyError
        When `bilan` lacks one of the three numbers of communes.
    """
    states = _read_states(etats, base.shapes.index)
    sites = sort_places(pd.DataFrame({"x_m": [], "y_m": []}, dtype=float) if sites is None else sites)
    shown = sites[sites["place"].isin(["dedans", "dehors"]) & in_view(sites, base)]
    title = mentions.get("titre") or tell_states(categorie, bilan)
    notes = [*tell_inhabitants(bilan), *_tell_age(bilan), *tell_unshown(sites, len(sites) - len(shown), "site")]
    figure, axes, room = open_map(base, title, mentions, notes=notes, format_page=format_page)
    fill_communes(axes, base, states.map(STATE_FILLS))
    for state in STATES:
        if STATE_INKS[state]:
            hatch_communes(axes, base, states.index[states.eq(state)], STATE_HATCHES[state], STATE_INKS[state])
    lines = draw_borders(axes, base)
    legends = [
        ("La catégorie dans la commune", _list_states(bilan), NOT_ABSENT), (categorie, draw_sites(axes, shown), None),
        ("Limites", lines, None),
    ]  # fmt: skip
    page.stack_legends(figure, legends, room, name_epci(axes, base, points=to_pixels(axes, shown["x_m"], shown["y_m"])))
    return figure


def _read_states(etats, codes):
    """Return the state of each commune of `codes`; what is not one of the three words is not recorded."""
    column = etats.set_index("code_insee").iloc[:, 0] if isinstance(etats, pd.DataFrame) else etats
    column = column.astype("object").reindex(codes)
    return column.where(column.isin(STATES), "non_renseigne")


def tell_states(categorie, bilan):
    """Return the title of the map: in how many communes each state, of how many.

    >>> bilan = {"nb_present": 12, "nb_absent_verifie": 96, "nb_non_renseigne": 149}
    >>> tell_states("Café associatif", bilan).replace(NO_BREAK_SPACE, " ")
    'Café associatif : présence dans 12 communes sur 257 ; absence vérifiée dans 96 ; non renseigné dans 149'
    """
    present, absent, unknown = (int(bilan[f"nb_{state}"]) for state in STATES)
    total = present + absent + unknown
    if total and total in (absent, unknown):
        word = "absence vérifiée" if absent else "non renseigné"
        return f"{categorie} : {word} dans {_tell_all(total)}"
    first = f"présence dans {agree(present, 'commune')} sur {format_number(total)}" if present else f"présence dans aucune {_of(total)}"
    others = [f"{SHARED[state]} dans {format_number(n) if n else 'aucune'}" for state, n in zip(STATES[1:], (absent, unknown), strict=True)]
    return f"{categorie} : {' ; '.join([first, *others])}"


def _of(total):
    return f"des {format_number(total)} communes" if total > 1 else "commune"


def _tell_all(total):
    return f"les {format_number(total)} communes" if total > 1 else "la seule commune"


def tell_inhabitants(bilan):
    """Return the note that shares the inhabitants between the three states, with their number; nothing when one is not known.

    >>> (told,) = tell_inhabitants({"population_present": 1, "population_absent_verifie": 1, "population_non_renseigne": 2})
    >>> " ".join(told.split())
    'Habitants des communes : 25 % présence, 25 % absence vérifiée, 50 % non renseigné (sur 4 habitants).'
    """
    people = pd.Series({state: bilan.get(f"population_{state}") for state in STATES}, dtype=float)
    if people.isna().any() or not people.sum():
        return []
    shares = ", ".join(f"{format_share(people[state] / people.sum())} {SHARED[state]}" for state in STATES)
    return [f"Habitants des communes : {shares} (sur {format_number(people.sum())}{NO_BREAK_SPACE}habitants)."]


def _tell_age(bilan):
    text = bilan.get("age_text")
    return [f"{text[:1].upper()}{text[1:].rstrip('. ')}."] if isinstance(text, str) and text.strip() else []


def _list_states(bilan):
    """Return the three legend entries, with communes and inhabitants; a state met nowhere is kept, with 0 commune."""
    handles = []
    for state in STATES:
        people = bilan.get(f"population_{state}")
        known = people is not None and people == people
        inhabitants = f", {format_number(people)}{NO_BREAK_SPACE}hab." if known else ""
        label = f"{STATE_LABELS[state]} — {agree(int(bilan[f'nb_{state}']), 'commune')}{inhabitants}"
        hatch, ink = STATE_HATCHES[state] or None, STATE_INKS[state] or "#333333"
        handles.append(page.make_patch(STATE_FILLS[state], label, hatch=hatch, hatch_colour=ink))
    return handles
