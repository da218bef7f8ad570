"""Posts by verb, champ, function and profession: counts, hatches, missing numbers, nothing that names a structure."""

import numpy as np
import pandas as pd
import pytest
from jouets_reseau import shuffle
from toy_map import MENTIONS, find_gid, plain, read_legends, read_texts, save_png

from diagnostic.draw import posts_chart
from diagnostic.measure.liens.professions import summarise_posts

NAMES = ["nb_pourvus", "nb_vacants", "nb_a_creer", "nb_statut_inconnu"]


def make_summary(*rows):
    return pd.DataFrame(rows, columns=["groupe", "code", *NAMES])


RESUME = make_summary(
    ("ensemble", "ensemble", 6, 2, 1, 1), ("verbe", "coordonner", 4, 1, 0, 1), ("verbe", "animer", 5, 2, 1, 0),
    ("champ", "mixte", 1, 0, 0, 1),
    ("champ", "social", 5, 2, 1, 0), ("fonction", "agents_dl", 2, 1, 0, 0), ("fonction", "non_precise", 4, 1, 1, 1),
    ("metier_passerelle", "cesf", 6, 2, 1, 1), ("statut", "pourvu", 6, 0, 0, 0),
)  # fmt: skip


@pytest.fixture(scope="module")
def postes():
    return posts_chart.draw_posts(RESUME, mentions=MENTIONS)


def list_labels(figure):
    return [label.get_text().replace("\n", " ") for axes in figure.axes for label in axes.get_yticklabels()]


def test_what_the_reader_sees(postes):
    (title,) = find_gid(postes, "titre")
    assert plain(title.get_text()) == "10 postes et fonctions recensés : 6 pourvus, 2 vacants, 1 à créer, 1 de statut non renseigné"
    words = plain(read_texts(postes))
    for expected in ["Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "Inventaire non exhaustif", "FICTIF",
                     "ne pas additionner les verbes", "Fonction", "Métier passerelle"]:  # fmt: skip
        assert expected in words
    (entries,) = read_legends(postes).values()
    told = ["Pourvu — 6 postes", "Vacant — 2 postes", "À créer — 1 poste", "Statut non renseigné — 1 poste"]
    assert [plain(entry) for entry in entries] == told
    assert list_labels(postes) == [
        "Animer", "Coordonner", "Champ social", "Mixte", "Agents de développement local rural", "Non précisé",
        "Conseiller en économie sociale et familiale",
    ]  # fmt: skip
    assert [text.get_text() for text in find_gid(postes, "total")] == ["8", "6", "8", "2", "3", "7", "10"]
    assert not any(label.endswith("…") for label in list_labels(postes))
    assert save_png(postes)[1].shape[:2] == (2480, 3508)


def test_bars_hold_the_counts_and_their_hatches(postes):
    for name in NAMES:
        bars = find_gid(postes, name)
        groups = RESUME["groupe"].isin(list(posts_chart.GROUPS))
        assert sum(bar.get_width() for bar in bars) == RESUME.loc[groups, name].sum()
    hatches = {name: find_gid(postes, name)[0].get_hatch() for name in NAMES}
    assert len(set(hatches.values())) == 4


def test_tables_as_measured():
    jobs = pd.DataFrame(
        {"acteur_id": ["a", "a", "b"], "fonction": ["agents_dl", None, "pro_social"], "metier_passerelle": [None, "cesf", "cesf"],
         "verbes": [("animer", "coordonner"), (), ("animer",)], "statut": ["pourvu", "vacant", None]}
    )  # fmt: skip
    employers = pd.DataFrame({"acteur_id": ["a", "b"], "champ": ["social", "developpement_local"]})
    figure = posts_chart.draw_posts(summarise_posts(jobs, employers), mentions=MENTIONS)
    assert "3 postes et fonctions recensés : 1 pourvu, 1 vacant, 1 de statut non renseigné" in plain(read_texts(figure))
    assert list_labels(figure)[:2] == ["Animer", "Coordonner"]


def test_own_labels_and_row_order(postes):
    assert list_labels(posts_chart.draw_posts(RESUME.assign(libelle="Mot $à nous$"), mentions={}))[0] == "Mot $à nous$"
    turned = posts_chart.draw_posts(shuffle(RESUME), mentions=MENTIONS)
    assert (save_png(turned)[1] == save_png(postes)[1]).all()


def test_bars_are_sorted_in_every_block_the_gathered_and_the_unknown_last():
    resume = make_summary(
        ("verbe", "coordonner", 4, 0, 0, 0), ("verbe", "animer", 2, 0, 0, 0), ("champ", "mixte", 5, 0, 0, 0),
        ("champ", "social", 4, 0, 0, 0),
        ("fonction", "moins_de_3", 6, 0, 0, 0), ("fonction", "non_precise", 9, 0, 0, 0), ("fonction", "agents_dl", 3, 0, 0, 0),
    )  # fmt: skip
    for group, codes in {"verbe": ["coordonner", "animer"], "champ": ["mixte", "social"],
                         "fonction": ["agents_dl", "moins_de_3", "non_precise"]}.items():  # fmt: skip
        assert posts_chart.order_rows(resume, group)["code"].tolist() == codes
    assert "Autres (moins de 3 postes chacun)" in list_labels(posts_chart.draw_posts(resume, mentions={}))


def test_long_labels_are_whole_and_do_not_touch():
    word = "Professionnels du social (aide à la personne, éducation, accompagnement social et management de l'intervention)"
    rows = make_summary(*[("fonction", f"f{k}", 2, 0, 0, 0) for k in range(14)], *[("verbe", f"v{k}", 1, 0, 0, 0) for k in range(5)])
    figure = posts_chart.draw_posts(rows.assign(libelle=[f"{k} {word}" for k in range(19)]), mentions={})
    assert sorted(list_labels(figure)) == sorted(f"{k} {word}" for k in range(19))
    renderer = figure.canvas.get_renderer()
    for axes in figure.axes:
        boxes = sorted((label.get_window_extent(renderer) for label in axes.get_yticklabels()), key=lambda box: -box.y0)
        assert all(above.y0 >= below.y1 for above, below in zip(boxes, boxes[1:], strict=False))
        assert min(box.x0 for box in boxes) >= 0 and min(box.y0 for box in boxes) > find_gid(figure, "notes")[0].get_window_extent().y1


def test_a_missing_number_is_not_zero():
    resume = make_summary(("champ", "social", np.nan, np.nan, np.nan, np.nan), ("champ", "mixte", 0, 0, 0, 0))
    figure = posts_chart.draw_posts(resume, mentions={})
    assert [text.get_text() for text in find_gid(figure, "total")] == ["—", "0"]


def test_a_long_group_is_cut_and_counted():
    rows = [("fonction", f"f{k:02d}", k, 0, 0, 0) for k in range(1, 21)]
    figure = posts_chart.draw_posts(make_summary(*rows), mentions={})
    assert list_labels(figure) == [f"f{k:02d}" for k in range(20, 4, -1)]
    assert "Fonction : 4 lignes de moindre effectif hors de la page." in plain(read_texts(figure))


@pytest.mark.parametrize(
    ("resume", "told"),
    [(RESUME.iloc[:0], "Aucun poste renseigné."), (RESUME[RESUME["groupe"].eq("verbe")], "Postes : nombre total non calculé"),
     (make_summary(("champ", "social", 1, 0, 0, 0)), "1 poste ou fonction recensé : 1 pourvu")],
    ids=["vide", "verbes seuls", "un poste"],
)  # fmt: skip
def test_little_or_nothing_still_makes_a_page(resume, told):
    figure = posts_chart.draw_posts(resume, mentions={})
    assert told in plain(read_texts(figure))
    figure.set_dpi(50)
    assert save_png(figure)[1].std() > 0
