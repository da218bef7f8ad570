"""Made-up actors for the workshop sheets: some with a point, some at a mairie, some with no place, on the toy perimeter."""

from functools import cache

import numpy as np
import pandas as pd
from toy_map import MENTIONS, ORIGIN, SIDE, prepare_toy

CATEGORIES = pd.DataFrame(
    {"libelle": ["Centre social", "Commune", "Organisme dont le nom est bien trop long pour tenir"], "sigle": ["", "", "ODN"]},
    index=["centre_social", "commune", "long"],
)


def make_workshop_actors():
    """Return eleven actors: two in one commune, one alone with its point, a mobile one, one out of every case."""
    x, y = ORIGIN[0] + SIDE / 2, ORIGIN[1] + SIDE / 2
    rows = [
        ("a", "Zèbre", "social", "centre_social", "43001", x + 900, y, False, False, "inventaire.xlsx"),
        ("b", "Abeille", "developpement_local", "centre_social", "43001", x, y, False, False, "inventaire.xlsx"),
        ("c", "Ours", "mixte", "long", "43014", x + SIDE + 700, y + 2 * SIDE, False, False, "inventaire.xlsx"),
        ("d", "Bus", "social", "centre_social", "43006", x + 5 * SIDE + 500, y, True, False, "inventaire.xlsx"),
        ("e", "Sans lieu", "autre", "centre_social", None, np.nan, np.nan, False, False, "inventaire.xlsx"),
        ("f", "Voisin", "social", "centre_social", "07001", x - 90_000, y, False, True, "inventaire.xlsx"),
        ("g", "Lointain", "social", "centre_social", "07002", x - 90_000, y, False, True, "imports/hinaura.xlsx"),
        ("h", "Commune 2-0", "developpement_local", "commune", "43003", x + 2 * SIDE, y, False, False, "inventaire.xlsx"),
        ("i", "Commune 1-0", "developpement_local", "commune", "43002", x + SIDE, y, False, False, "inventaire.xlsx"),
        ("j", "Sans contour", "social", "centre_social", "15031", np.nan, np.nan, False, False, "inventaire.xlsx"),
        ("k", "Au loin par erreur", "social", None, "43024", x - 90_000, y, False, False, "imports/hinaura.xlsx"),
    ]
    names = ["acteur_id", "nom", "champ", "categorie", "code_insee", "x_m", "y_m", "mobile", "hors_territoire", "fichier"]
    table = pd.DataFrame(rows, columns=names)
    linked = [*[True] * 7, True, False, True, True]
    return table.assign(commune="écrite à la main", dans_reseau=pd.array(linked, dtype="boolean"))


def make_many(number=1000, seed=3):
    """Return `number` actors spread at random over the toy communes, half of them at the mairie."""
    draw = np.random.default_rng(seed)
    communes = prepare_toy().communes.loc[prepare_toy().shapes.index]
    codes = draw.choice(communes.index.to_numpy(dtype=object), number)
    mairies = communes.loc[codes, ["x_m", "y_m"]].to_numpy()
    points = mairies + draw.uniform(-1900, 1900, (number, 2)) * (draw.random(number) < 0.5)[:, None]
    return pd.DataFrame({
        "acteur_id": [f"n{rank}" for rank in range(number)], "nom": [f"Acteur {rank}" for rank in range(number)],
        "champ": draw.choice(["social", "developpement_local", "mixte", "autre"], number), "categorie": "centre_social",
        "code_insee": codes, "commune": "", "x_m": points[:, 0], "y_m": points[:, 1], "mobile": False, "hors_territoire": False,
        "fichier": "inventaire.xlsx",
    })  # fmt: skip


@cache
def number_toy():
    """Return the answer of `number_actors` for `make_workshop_actors`."""
    from diagnostic.draw.workshop_actors import number_actors

    return number_actors(prepare_toy(), make_workshop_actors(), CATEGORIES)


@cache
def draw_toy_sheets(format_page="A3"):
    """Return the blank sheet, the numbered one, and the pages of the index, of the toy actors."""
    from diagnostic.draw.workshop_index import draw_index
    from diagnostic.draw.workshop_map import draw_blank, draw_numbered

    base, (numbered, left) = prepare_toy(), number_toy()
    options = {"mentions": MENTIONS, "format_page": format_page}
    return (
        draw_blank(base, finalite="", **options), draw_numbered(base, numbered, left, finalite="Décider des rencontres", **options),
        draw_index(numbered, left, **options),
    )  # fmt: skip


def read_numbers(figure):
    """Return the sorted numbers written on a figure: "12–15" is four of them."""
    from matplotlib.text import Text

    words = [text.get_text() for text in figure.findobj(Text) if text.get_gid() == "numero"]
    ends = [[int(end) for end in word.split("–")] for word in words]
    return sorted(number for first, *last in ends for number in range(first, (last or [first])[0] + 1))
