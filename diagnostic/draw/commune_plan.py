"""The plan of the document of one commune, to be pasted in its bulletin: who answers each need, in words."""

from diagnostic.draw.commune_rows import LINKS, NOTHING, PARTLY, UNPLACED, tell_distance
from diagnostic.draw.report_pieces import bullets, note, phrase, title
from diagnostic.vocabulary.formats import count_words, format_number

WORDS = {"ici": "Dans la commune", "ressort": "Ailleurs, pour la commune", "proche": "Les plus proches"}
READING = (
    "Liste non exhaustive : une structure absente d'ici peut exister. « Ailleurs, pour la commune » : son ressort comprend la commune. "
    "« Les plus proches » : de chaque sorte, la structure recensée la plus proche, quand aucune n'est dans la commune ni pour elle."
)
FAR = (
    "Distances en kilomètres : à vol d'oiseau, depuis la mairie ; la route est plus longue. "
    "Distances en minutes : durées fournies par le groupe."
)


def plan_commune(described, rank):
    """Return {"contenu": blocks} of the document of one commune: short, as a bulletin is; what each structure is stays on the page.

    Parameters
    ----------
    described : dict (`commune_rows.describe_communes`)
    rank : int, the place of the commune in `described`
    """
    blocks = [phrase(tell_counts(described, rank))]
    for need, (label, _) in enumerate(described["besoins"]):
        blocks += [title(label, 3), *_plan_need(described, rank, need)]
    return {"contenu": [block for block in [*blocks, note(READING), note(FAR)] if block]}


def name_commune(described, rank):
    """Return the heading of a commune: what it is called, and where it is."""
    epci = described["epci"][rank]
    return f"{described['nom'][rank]} : qui s'occupe de quoi ?" + (f" ({described['epcis'][epci]})" if epci >= 0 else "")


def tell_counts(described, rank):
    """Return how many structures answer, and how many needs have an answer, with their denominator."""
    here, bound, near, needs, own = described["comptes"][rank]
    installed = count_words(here, "structure installée", "structures installées")
    answered = f"{format_number(needs)} {'a' if needs < 2 else 'ont'} au moins une réponse, dont {format_number(own)} dans la commune"
    return (
        f"Sont recensées {installed} dans la commune, {count_words(bound, 'autre')} dont c'est le ressort, et "
        f"{format_number(near)} parmi les plus proches. Sur {count_words(len(described['besoins']), 'besoin')}, {answered}."
    )


def _plan_need(described, rank, need):
    flat, held = described["lignes"][rank][need], described["actions"][rank][need]
    lines = {link: [] for link in LINKS}
    for body, code, far in zip(flat[::3], flat[1::3], flat[2::3], strict=True):
        lines[LINKS[min(code, len(LINKS) - 1)]].append(_tell_body(described["qui"], body, code, far))
    absent, unknown = (described["textes"][text] for text in described["etats"][rank][2 * need : 2 * need + 2])
    devices = [f"{name} (porté par {bearer})" if bearer else name for name, bearer in (described["dispositifs"][d] for d in held)]
    return [
        bullets(f"{WORDS[link]} : {' ; '.join(told)}." for link, told in lines.items() if told) or phrase(NOTHING),
        note(f"Le relevé est complet et n'en connaît aucun dans la commune : {absent}.") if absent else None,
        note(f"Non renseigné, nous ne savons pas : {unknown}.") if unknown else None,
        note(f"{'Dispositifs' if len(devices) > 1 else 'Dispositif'} : {' ; '.join(devices)}.") if devices else None,
    ]


def _tell_body(qui, body, code, far):
    """Return the name of one structure, where it is and how far, in brackets."""
    place, partly = qui["lieux"][qui["lieu"][body]], qui["ressorts"][qui["ressort"][body]] == PARTLY
    told = [*([place, tell_distance(code, far)] if code else []), PARTLY if partly else ""]
    inside = ", ".join(word for word in told if word and word != UNPLACED)
    return f"{qui['nom'][body]} ({inside})" if inside else qui["nom"][body]
