"""Dispositifs, stages and roles: who comes late, nothing lost."""

import pandas as pd
import pytest
from jouets_reseau import shuffle
from toy_map import MENTIONS, find_gid, plain, read_texts, save_png

from diagnostic.draw import stage_chart
from diagnostic.measure.liens import facets

DISPOSITIFS = pd.DataFrame({"dispositif_id": ["CTG", "PAT", "VIDE"], "nom": ["CTG du pays (FICTIF)", "PAT du pays", "Sans personne"]})
# CTG: four funders, one from the emergence, one of unknown stage besides (autre), one pilot at the emergence that funds later.
ROWS = pd.DataFrame(
    [
        ("f1", "CTG", "financement", "emergence"), ("f2", "CTG", "financement", "mise_en_oeuvre"),
        ("f3", "CTG", "financement", "diagnostic"),
        ("f3", "CTG", "financement", "evaluation"), ("f4", "CTG", "financement", "autre"), ("p1", "CTG", "pilotage", "emergence"),
        ("p1", "CTG", "financement", "mise_en_oeuvre"), ("p2", "PAT", "coordination", None), ("p3", "PAT", "animation", "conception"),
        ("p4", "PAT", None, "conception"), ("p5", "AILLEURS", "pilotage", "emergence"),
    ],
    columns=["acteur_id", "dispositif_id", "role", "stade"],
)  # fmt: skip


@pytest.fixture(scope="module")
def frise():
    return stage_chart.draw_stages(DISPOSITIFS, ROWS, mentions=MENTIONS, tardifs=True)


@pytest.fixture(scope="module")
def neutre():
    return stage_chart.draw_stages(DISPOSITIFS, ROWS, mentions=MENTIONS)


def test_without_late_funders_nothing_says_who_came_late(neutre):
    (title,) = find_gid(neutre, "titre")
    assert plain(title.get_text()) == (
        "2 dispositifs : 2 des 9 présences d'acteurs à un stade connu sont au stade « émergence »"
    )
    words = plain(read_texts(neutre))
    assert "F : Financement — 6" in words and not find_gid(neutre, "role F_tardif") and not find_gid(neutre, "role F_inconnu")
    for absent in ("entré", "tardif", "dès l'émergence", "Losange", "Stade d'entrée inconnu", "un financeur"):
        assert absent not in words
    (funders,) = find_gid(neutre, "role F")
    assert len({tuple(colour) for colour in funders.get_facecolor()}) == 1


def test_what_the_reader_sees(frise):
    (title,) = find_gid(frise, "titre")
    assert plain(title.get_text()) == "3 dispositifs : 2 des 4 financements dont le stade est connu sont entrés après l'émergence"
    words = plain(read_texts(frise))
    for expected in [
        "Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "Inventaire non exhaustif",
        "F : Financement, présent dès l'émergence — 2", "F : Financement, entré après l'émergence — 3",
        "F? : Financement, stade d'entrée inconnu — 1",
        "Losange plein après l'émergence : financeur déjà là à l'émergence, sous un autre rôle ou déjà en financement.",
        "P : Pilotage — 1", "C : Coordination — 1", "A : Accompagnement ou animation — 1",
        "? : Autre rôle, ou rôle non renseigné — 1", "Sans participation renseignée, et hors du tableau : 1 dispositif.",
        "Hors du tableau : 1 ligne de participation", "Stade d'entrée inconnu : 1 financement.", "* : FICTIF",
    ]:  # fmt: skip
        assert expected in words
    axes = frise.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["CTG du pays *", "PAT du pays"]
    assert [label.get_text().replace("\n", " ") for label in axes.get_xticklabels()] == [
        "Émergence", "Diagnostic", "Conception", "Mise en œuvre", "Évaluation", "Autre stade", "Stade non renseigné"
    ]  # fmt: skip
    assert save_png(frise)[1].shape[:2] == (2480, 3508)
    box = axes.get_tightbbox(frise.canvas.get_renderer())
    assert box.x0 >= 0 and box.x1 <= frise.bbox.x1


def test_late_funders_are_those_that_are_measured():
    rows = stage_chart.list_funders(stage_chart.read_roles(DISPOSITIFS, ROWS)).sort_values(["dispositif_id", "acteur_id"])
    measured = facets.list_funders(ROWS)
    assert rows[["dispositif_id", "acteur_id"]].values.tolist() == measured[["dispositif_id", "acteur_id"]].values.tolist()
    assert rows["tardif"].tolist() == measured["tardif"].fillna(False).tolist()
    assert rows["connu"].tolist() == measured["tardif"].notna().tolist()


def test_marks_stand_in_their_cell_and_are_all_there(frise):
    columns = ["emergence", "diagnostic", "conception", "mise_en_oeuvre", "evaluation", "autre", "inconnu"]
    found = {
        (role, int(y), columns[int(x)])
        for role in stage_chart.ROLES
        for artist in find_gid(frise, f"role {role}")
        for x, y in artist.get_offsets()
    }
    assert found == {
        ("F", 0, "emergence"), ("F", 0, "mise_en_oeuvre"), ("F_inconnu", 0, "autre"), ("F_tardif", 0, "mise_en_oeuvre"),
        ("F_tardif", 0, "diagnostic"),
        ("F_tardif", 0, "evaluation"), ("P", 0, "emergence"), ("C", 1, "inconnu"), ("A", 1, "conception"), ("?", 1, "conception"),
    }  # fmt: skip
    assert [text.get_text() for text in find_gid(frise, "nombre")] == ["1"] * 10


def test_a_late_funder_is_seen_without_colour(frise):
    (early,), (late,), (unknown,) = (find_gid(frise, f"role {role}") for role in ("F", "F_tardif", "F_inconnu"))
    assert unknown.get_facecolor()[0].tolist() != early.get_facecolor()[0].tolist()
    assert [text.get_text() for text in find_gid(frise, "lettre")].count("F?") == 1
    assert late.get_facecolor()[0][:3].tolist() == [1, 1, 1] and late.get_linewidth()[0] > 2 * early.get_linewidth()[0]
    shapes = {role: (marker, colour) for role, (_, marker, colour) in stage_chart.ROLES.items()}
    assert len(set(shapes.values())) == len(shapes)
    letters = [stage_chart.SIGNS.get(role, role).lower() for role in stage_chart.ROLES if role != "F_tardif"]
    assert len(set(letters)) == len(letters)


def test_an_actor_counts_once_in_a_cell_and_row_order(frise):
    twice = pd.concat([ROWS, ROWS])
    doubled = stage_chart.draw_stages(DISPOSITIFS, twice, mentions={}, tardifs=True)
    assert [text.get_text() for text in find_gid(doubled, "nombre")] == ["1"] * 10
    turned = stage_chart.draw_stages(shuffle(DISPOSITIFS), shuffle(ROWS), mentions=MENTIONS, tardifs=True)
    assert (save_png(turned)[1] == save_png(frise)[1]).all()


def test_more_dispositifs_than_a_page_holds():
    number = 45
    dispositifs = pd.DataFrame({"dispositif_id": [f"d{k:02d}" for k in range(number)], "nom": [f"Contrat {k:02d}" for k in range(number)]})
    rows = pd.DataFrame({"acteur_id": "a", "dispositif_id": dispositifs["dispositif_id"], "role": "pilotage", "stade": "emergence"})
    rows = pd.concat([rows, rows.iloc[[44]].assign(acteur_id="b")])
    figure = stage_chart.draw_stages(dispositifs, rows, mentions={})
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == [f"Contrat {k:02d}" for k in range(29)] + ["Contrat 44"]
    assert "Lignes : les 30 dispositifs qui ont le plus d'acteurs ; 15 autres hors de cette page." in plain(read_texts(figure))


@pytest.mark.parametrize(
    ("dispositifs", "rows", "told"),
    [(DISPOSITIFS, ROWS.iloc[:0], "3 dispositifs : aucun financeur renseigné"), (DISPOSITIFS.iloc[:0], ROWS, "0 dispositif"),
     (DISPOSITIFS, ROWS.iloc[[1]], "le seul financement dont le stade est connu est entré après l'émergence"),
     (DISPOSITIFS, ROWS.iloc[[0]], "le seul financement dont le stade est connu est entré dès l'émergence"),
     (DISPOSITIFS, ROWS.iloc[[4]], "stade d'entrée non renseigné pour 1 financement")],
    ids=["rien", "aucun dispositif", "tardif", "à temps", "inconnu"],
)  # fmt: skip
def test_little_or_nothing_still_makes_a_page(dispositifs, rows, told):
    figure = stage_chart.draw_stages(dispositifs, rows, mentions={}, tardifs=True)
    assert told in plain(read_texts(figure))
    figure.set_dpi(50)
    assert save_png(figure)[1].std() > 0
