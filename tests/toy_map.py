"""A made-up perimeter for the tests of drawing: squares of 4 km, three EPCI, two departements, one commune without polygon."""

import re
from functools import cache
from html import unescape

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

MENTIONS = {
    "sources": ["IGN Admin Express 2026", "Insee COG 2026"],
    "date": "21 novembre 2026",
    "edition": "publique",
    "couverture": "12 territoires renseignés sur 25",
    "fictif": True,
}
EPCI_NAMES = {"200000000": "CC des Rives du Haut Allier", "200000001": "CA Agglo", "200000002": "CC Pays d'Issoire"}
ORIGIN, SIDE = (740_000, 6_480_000), 4_000


def make_communes(columns=6, rows=4):
    """Return columns x rows square communes (codes 43001...), plus one without polygon; the first has a hole."""
    cells = [(column, row) for row in range(rows) for column in range(columns)]
    lefts = [ORIGIN[0] + SIDE * column for column, _ in cells]
    lows = [ORIGIN[1] + SIDE * row for _, row in cells]
    squares = [shapely.box(x, y, x + SIDE, y + SIDE) for x, y in zip(lefts, lows, strict=True)]
    squares[0] = squares[0].difference(shapely.box(lefts[0] + 1000, lows[0] + 1000, lefts[0] + 3000, lows[0] + 3000))
    third = columns // 3
    epci = [f"20000000{min(2, column // third)}" for column, _ in cells]
    departement = ["43" if column < columns // 2 else "63" for column, _ in cells]
    table = pd.DataFrame(
        {
            "nom": [f"Commune {column}-{row}" for column, row in cells],
            "population": [100.0 * (rank + 1) for rank in range(len(cells))],
            "epci": epci,
            "epci_nom": [EPCI_NAMES[code] for code in epci],
            "departement": departement,
            "departement_nom": [{"43": "Haute-Loire", "63": "Puy-de-Dôme"}[code] for code in departement],
            "zone": "metropole",
            "x_m": [x + SIDE / 2 for x in lefts],
            "y_m": [y + SIDE / 2 for y in lows],
        },
        index=pd.Index([f"{43001 + rank}" for rank in range(len(cells))], name="code_insee"),
    )
    located = gpd.GeoDataFrame(table, geometry=squares, crs=2154).to_crs(4326)
    lost = table.iloc[[-1]].assign(nom="Sansterre").set_axis(["15031"]).rename_axis("code_insee")
    return pd.concat([located, gpd.GeoDataFrame(lost, geometry=[None], crs=4326)])


def read_texts(figure):
    """Return every word a reader sees on the figure, joined by line breaks."""
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text())


def read_legends(figure):
    """Return {title: [entries]} of the legends, line breaks removed."""
    return {
        legend.get_title().get_text().replace("\n", " "): [
            text.get_text().replace("\n", " ") for text in legend.get_texts()
        ]
        for legend in figure.legends
    }


def list_boxes(figure, gid):
    """Return the boxes (pixels) of the texts that carry this gid."""
    from matplotlib.text import Text

    renderer = figure.canvas.get_renderer()
    return [text.get_window_extent(renderer) for text in figure.findobj(Text) if text.get_gid() == gid]


def find_gid(figure, gid):
    """Return the artists that carry this gid."""
    return figure.findobj(lambda artist: artist.get_gid() == gid)


def save_png(figure):
    """Return the figure as the bytes of a PNG, and its pixels (height, width, 4)."""
    import io

    from PIL import Image

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue(), np.asarray(Image.open(io.BytesIO(buffer.getvalue())))


def make_millefeuille(communes):
    """Two to five interlocutors; 43005 and the commune without polygon are not known."""
    return pd.Series(np.arange(24) % 4 + 2.0, index=communes.index[:24]).drop("43005")


def make_ressort(communes):
    """By column (0-3 in S1, else S2) with 43010 half in S2 and 43024 nowhere."""
    codes = communes.index[:24]
    column = np.arange(24) % 6
    table = pd.DataFrame(
        {"code_insee": codes, "couche": "CAS", "unite_id": np.where(column < 4, "S1", "S2"), "part": 1.0}
    )
    table.loc[9, "part"] = 0.6
    extra = pd.DataFrame({"code_insee": ["43010"], "couche": ["CAS"], "unite_id": ["S2"], "part": [0.4]})
    other = pd.DataFrame({"code_insee": ["43001"], "couche": ["MSA"], "unite_id": ["M1"], "part": [1.0]})
    return pd.concat([table[table["code_insee"] != "43024"], extra, other], ignore_index=True)


def make_unites():
    return pd.DataFrame({"couche": "CAS", "unite_id": ["S1", "S2"], "unite_nom": ["Secteur $ouest$", "Secteur est"]})


def make_acteurs():
    """Three social and one local actor at one place, one mixed alone, one mobile, one lost, one outside in the view, one far."""
    x, y = ORIGIN[0] + 6_000, ORIGIN[1] + 6_000
    return pd.DataFrame(
        {
            "champ": [
                "social",
                "social",
                "social",
                "developpement_local",
                "mixte",
                "social",
                "autre",
                "autre",
                "autre",
            ],
            "x_m": [x, x, x, x, x + 8_000, x, np.nan, ORIGIN[0] - 300, ORIGIN[0] - 90_000],
            "y_m": [y, y, y, y, y, y, np.nan, y, y],
            "mobile": pd.array([pd.NA] * 5 + [True] + [pd.NA] * 3, dtype="boolean"),
            "hors_territoire": [False] * 7 + [True, True],
        }
    )


def make_distances(communes):
    gap = np.hypot(communes["x_m"] - ORIGIN[0] - 2_000, communes["y_m"] - ORIGIN[1] - 2_000) / 1000
    return gap.iloc[:24].drop("43003")


def make_beyond(communes, seuil_km):
    """Return the row of `acces` of `make_distances`."""
    far = communes["population"].reindex(make_distances(communes).loc[lambda km: km > seuil_km].index)
    return {"seuil_km": seuil_km, "nb_communes_au_dela": len(far), "population_au_dela": far.sum()}


def plain(text):
    """Return text with ordinary spaces only."""
    return " ".join(text.split())


def strip_tags(html):
    """Return the words of a piece of page, spaces made ordinary."""
    return plain(unescape(re.sub(r"<[^>]*>", " ", html)))


@cache
def prepare_toy():
    """Return the base of the toy perimeter."""
    from diagnostic.draw.base_map import prepare_base

    return prepare_base(make_communes())


@cache
def draw_toy():
    """Return every kind of map of the toy perimeter, drawn once."""
    from diagnostic.draw import print_layers, print_points

    base, communes = prepare_toy(), make_communes()
    acteurs = make_acteurs()
    return {
        "C1": print_layers.draw_millefeuille(base, make_millefeuille(communes), mentions=MENTIONS),
        "C2": print_layers.draw_ressort(base, make_ressort(communes), make_unites(), "CAS", [], mentions=MENTIONS),
        "C5": print_points.draw_actors(base, acteurs, mentions=MENTIONS),
        "C6": print_points.draw_access(
            base, make_distances(communes), acteurs, "France services", make_beyond(communes, 5), mentions=MENTIONS
        ),
    }
