"""The map of what changed: its title counts, three shapes as well as three colours, and those that cannot be placed told."""

import pandas as pd
import toy_map

from diagnostic.draw.changes_map import MARKS, draw_changes, tell_changes


def read_all(figure):
    """Return every text of the map and of its legends, its spaces made plain."""
    return " ".join(f"{toy_map.read_texts(figure)} {toy_map.read_legends(figure)}".split())


def make_changes():
    rows = [("apparu", 742000, 6482000), ("disparu", 743000, 6483000), ("changé", 747000, 6487000), ("apparu", None, None)]
    actors = pd.DataFrame(rows, columns=["changement", "x_m", "y_m"]).assign(table="acteurs")
    moved = pd.DataFrame({"code_insee": ["43001", "99999"], "changement": ["change d'unité", "commune entrée"]})
    return {"lignes": actors, "ressorts": moved}


def test_the_map_shows_each_kind_by_shape_and_colour():
    figure = draw_changes(toy_map.prepare_toy(), make_changes(), mentions=toy_map.MENTIONS)
    told = read_all(figure)
    assert "2 acteurs apparus, 1 acteur disparu, 1 acteur changé ; 1 commune sur 24 a changé" in told
    assert "Sans lieu connu, ou hors de la vue : 1 acteur sur 4." in told and "IGN Admin Express" in told
    assert len({mark for mark, *_ in MARKS.values()}) == len({colour for _, colour, _ in MARKS.values()}) == 3
    points = [len(held.get_offsets()) for held in figure.axes[0].collections if held.get_zorder() == 6]
    assert points == [1, 1, 1]


def test_a_map_where_nothing_changed_says_so():
    changes = {name: table.iloc[:0] for name, table in make_changes().items()}
    told = read_all(draw_changes(toy_map.prepare_toy(), changes, mentions=toy_map.MENTIONS))
    assert "aucun acteur ; aucune commune sur 24 n’a changé d’unité" in told


def test_the_title_agrees():
    assert "2 communes sur 1\u202f000 ont changé" in tell_changes(pd.DataFrame({"changement": []}), 2, 1000).replace("\u00a0", " ")
