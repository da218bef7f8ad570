"""A territory of two EPCI made from the small dossier: the first as it is, the second with a nasty name and nothing known of it."""

from functools import cache

from rapports import NASTY, show_small

SECOND = "999999999"
WORDS = "Maison commune des solidarités du Haut Allier, "
NAME = f"CC {NASTY[0]} {NASTY[2]} {NASTY[5]}"


@cache
def show_two():
    """Return the tables of an edition with two EPCI; the second has three communes, no actor, no state, no layer."""
    shown = show_small()
    communes = shown["communes"].copy()
    moved = communes.index[-3:]
    communes.loc[moved, "epci"], communes.loc[moved, "epci_nom"] = SECOND, NAME
    places, sizes = shown["territoires"].copy(), shown["territoires_resume"].copy()
    first = next(key for key in places.index if key.startswith("epci:"))
    places.loc[f"epci:{SECOND}"] = places.loc[first]
    places.loc[f"epci:{SECOND}", "nom"] = NAME
    sizes.loc[f"epci:{SECOND}"] = sizes.loc[first]
    sizes.loc[f"epci:{SECOND}", ["nom", "nb_communes", "nb_interlocuteurs"]] = [NAME, 3, 0]
    return shown | {"communes": communes, "territoires": places, "territoires_resume": sizes}


def fill_page(page):
    """Return a page of the plan whose tables are as full as they may be, of names as long as they may be."""
    from diagnostic.draw.epci_plan import fit_blocks, measure_room

    full = []
    for block in page["blocs"]:
        if block["genre"] == "titre":
            full.append(block)
            continue
        lines = [[(WORDS * 9)[:140], (WORDS * 9)[:138], "Non renseigné", (WORDS * 9)[:90]]] * 7
        full.append({
            "genre": "tableau", "legende": "Pleine", "entetes": ["Un", "Deux", "Trois", "Quatre"], "lignes": lines, "total": 40,
            "largeurs": [5.0, 5.0, 2.0, 5.0], "droites": [False, False, True, False], "feuille": "Acteurs", "source": "", "numero": False,
        })  # fmt: skip
    long = [("mot " * 40).strip() + "."] * 5
    page = page | {"titre": "T" * 40 + " mot" * 20, "resume": long[:3], "prudence": long}
    return page | {"blocs": fit_blocks(full, measure_room(page))}
