"""The professions page: its figures are those of a plain loop, nothing small in public, no structure nor person."""

import numpy as np
import pandas as pd
import pytest
from jouets_reseau import make_actors, make_places, make_territories
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from toy_map import MENTIONS, plain, read_texts

from diagnostic.draw import page
from diagnostic.draw.professions_chart import draw_professions, list_columns, list_places, shorten, tell_professions
from diagnostic.measure.liens.professions import cross_territory_posts, group_small_crossings

ACTEURS = make_actors({"Structure Une": "social", "Structure Deux": "developpement_local", "Structure Trois": "mixte"})
PLACES = make_places("a:T1").assign(acteur_id="Structure Une")
TERRITOIRES = make_territories("perimetre:tout", "departement:43", "epci:T1").rename(index={"perimetre:tout": "perimetre"})
TERRITOIRES.loc["perimetre", "type"] = "perimetre"


def make_posts(number=40, seed=5):
    draw = np.random.default_rng(seed)
    verbs = ["animer", "coordonner", "cooperer", "accompagner", "apprendre"]
    return pd.DataFrame({
        "acteur_id": draw.choice(ACTEURS["acteur_id"].to_numpy(dtype=object), number, p=[0.5, 0.45, 0.05]),
        "verbes": [tuple(draw.choice(verbs, draw.integers(0, 3), replace=False)) for _ in range(number)],
        "statut": draw.choice(np.array(["pourvu", "vacant", "a_creer", None], dtype=object), number),
        "etp": np.where(draw.random(number) < 0.3, np.nan, 0.5), "fonction": "agents_dl", "metier_passerelle": None,
    })  # fmt: skip


@pytest.fixture(scope="module")
def table():
    return cross_territory_posts(make_posts(), ACTEURS, PLACES, TERRITOIRES)


@pytest.fixture(scope="module")
def figure(table):
    return draw_professions(table, TERRITOIRES, mentions=MENTIONS)


def list_texts(figure, gid):
    return [text.get_text() for text in figure.findobj(Text) if text.get_gid() == gid]


def test_cells_are_those_of_a_plain_loop(table, figure):
    posts, champs = make_posts(), ACTEURS.set_index("acteur_id")["champ"]
    columns = list_columns(table[table["territoire_id"] == "perimetre"])
    expected = []
    for place in ["perimetre", "epci:T1"]:
        for verb, champ in columns:
            total = filled = 0
            for post in posts.itertuples():
                does = verb in post.verbes if post.verbes else verb == "non_precise"
                there = place == "perimetre" or post.acteur_id == "Structure Une"
                if does and there and champs[post.acteur_id] == champ:
                    total, filled = total + 1, filled + (post.statut == "pourvu")
            expected.append(f"{filled}/{total}" if total else "·")
    assert list_texts(figure, "case") == expected
    assert list_texts(figure, "territoire") == ["Ensemble du territoire", "T1"]


def test_bars_are_as_high_as_the_counts(table, figure):
    columns = list_columns(table[table["territoire_id"] == "perimetre"])
    whole = table[table["territoire_id"] == "perimetre"].set_index(["verbe", "champ"])
    for name in ("nb_pourvus", "nb_vacants", "nb_a_creer", "nb_statut_inconnu"):
        heights = [bar.get_height() for bar in figure.findobj(Rectangle) if bar.get_gid() == name]
        assert sum(heights) == whole.loc[columns, name].sum()
    assert [int(word) for word in list_texts(figure, "total")] == whole.loc[columns, "nb_postes"].tolist()


def test_sums_by_status_and_time(table, figure):
    posts = make_posts()
    sums = list_texts(figure, "somme")
    counts = posts["statut"].value_counts()
    assert sums[::2][:5] == [str(n) for n in (40, counts["pourvu"], counts["vacant"], counts["a_creer"], posts["statut"].isna().sum())]
    known, unknown = posts["etp"].sum(), int(posts["etp"].isna().sum())
    assert plain(sums[10]) == f"{str(known).replace('.', ',')} ({unknown} non dits)"


def test_title_and_notes(table, figure):
    words = plain(read_texts(figure))
    posts = make_posts()
    held = sum("coordonner" in verbs for verbs in posts["verbes"])
    assert f"Sur 40 postes recensés : " in words and f"{held} pour coordonner" in words  # noqa: F541
    silent = sum(not verbs for verbs in posts["verbes"])
    assert f"{silent} postes dont on ne sait pas ce qu'il fait" in words
    assert "n'est pas une absence" in words and "ne pas additionner" in words
    assert tell_professions(table.iloc[:0]).endswith("aucun dont on sait ce qu'il fait")


def test_no_structure_is_named(figure):
    assert "Structure" not in read_texts(figure).replace("Champ : celui de la structure", "")


def test_public_page_shows_no_small_cell(table):
    public = group_small_crossings(table)
    figure = draw_professions(public, TERRITOIRES, mentions=MENTIONS)
    words = plain(read_texts(figure))
    assert min(int(word) for word in list_texts(figure, "total")) >= 3
    assert "ETP" not in words and not list_texts(figure, "territoire") and "aucun poste n'est reconnu" in words
    assert list_places(public, TERRITOIRES) == {}


def test_words_stay_on_the_page_and_apart(figure):
    width, height = figure.get_size_inches()
    for text in figure.findobj(Text):
        if text.get_gid() in ("titre", "notes", "champ", "verbe", "total", "case", "somme", "entete", "territoire"):
            x0, y0, x1, y1 = page.measure_box(text)
            assert x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height, text.get_text()
    notes = page.measure_box(next(text for text in figure.findobj(Text) if text.get_gid() == "notes"))
    cells = [page.measure_box(text) for text in figure.findobj(Text) if text.get_gid() == "case"]
    assert min(box[1] for box in cells) > notes[3]


def test_nothing_said_of_what_posts_do():
    posts = make_posts(4).assign(verbes=[()] * 4)
    table = cross_territory_posts(posts, ACTEURS, PLACES, TERRITOIRES)
    words = plain(read_texts(draw_professions(table, TERRITOIRES, mentions=MENTIONS)))
    assert "Sur 4 postes recensés, aucun dont on sait ce qu'il fait" in words and "Non précisé" in words


def test_a_long_name_is_cut():
    assert shorten("x" * 200, 2.0, 7.0).endswith("…") and shorten("court", 2.0, 7.0) == "court"
