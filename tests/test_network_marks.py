"""What drawings of networks are made of: one line a pair, names without overlap, nothing lost."""

import numpy as np
import pandas as pd
import pytest
from jouets_reseau import J2, J2_LIENS, J3, J3_LIENS, shuffle
from toy_map import find_gid, list_boxes, plain, read_texts

from diagnostic.draw import network_marks as marks
from diagnostic.draw import page
from diagnostic.measure.liens.network import simplify_links


def test_one_row_a_pair_whatever_the_rows():
    pairs, left = marks.group_links(J2, J2_LIENS)
    assert (pairs["acteur_a"] + pairs["acteur_b"]).tolist() == ["ab", "ac", "bc", "cd", "de", "ef"] and left == 0
    assert pairs["entre"].tolist() == ["meme", "meme", "meme", "entre", "meme", "meme"]
    twice = pd.concat([J2_LIENS, J2_LIENS.rename(columns={"source_id": "cible_id", "cible_id": "source_id"}).assign(type="co_pilote")])
    again, _ = marks.group_links(J2, shuffle(twice))
    assert again["types"].tolist() == [("co_pilote", "information")] * 6
    pd.testing.assert_frame_equal(again.drop(columns="types"), pairs.drop(columns="types"))


def test_pairs_are_those_that_are_measured():
    rng = np.random.default_rng(5)
    ids = [f"a{k}" for k in range(25)]
    acteurs = pd.DataFrame({"acteur_id": ids[:22], "nom": ids[:22], "champ": "social"})
    liens = pd.DataFrame({"source_id": rng.choice(ids, 90), "cible_id": rng.choice(ids, 90), "type": rng.choice(["x", "y"], 90)})
    liens["oriente"] = rng.random(90) < 0.5
    pairs, _ = marks.group_links(acteurs, liens)
    measured, _ = simplify_links(acteurs, liens)
    assert pairs[["acteur_a", "acteur_b"]].values.tolist() == measured[["acteur_a", "acteur_b"]].values.tolist()
    assert pairs["types"].tolist() == measured["types"].tolist()


def test_one_way_only_when_every_row_goes_that_way():
    pairs, _ = marks.group_links(J3, J3_LIENS)
    assert pairs.set_index(pairs["acteur_a"] + pairs["acteur_b"])["sens"].to_dict() == {
        "ab": "deux", "bc": "a_b", "cd": "deux", "de": "a_b"
    }  # fmt: skip


def test_self_links_and_unknown_actors_are_counted():
    bad = pd.DataFrame({"source_id": ["a", "a", "a"], "cible_id": ["a", "zzz", "b"], "type": "information"})
    pairs, left = marks.group_links(J2, bad)
    assert len(pairs) == 1 and left == 2
    none, left = marks.group_links(J2.iloc[:0], bad)
    assert none.empty and left == 3 and list(none) == list(pairs)


def test_a_missing_champ_is_no_champ():
    acteurs = J2.assign(champ=["social", None, "social", "developpement_local", "xxx", "autre"])
    pairs, _ = marks.group_links(acteurs, J2_LIENS)
    assert pairs["entre"].tolist() == ["autre", "meme", "autre", "entre", "autre", "autre"]


def test_only_the_two_champs_have_an_inside():
    acteurs = J2.assign(champ=["mixte", "mixte", "mixte", "autre", "autre", "social"])
    pairs, _ = marks.group_links(acteurs, J2_LIENS)
    assert set(pairs["entre"]) == {"autre"}
    inside, _ = marks.group_links(J2.assign(champ="developpement_local"), J2_LIENS)
    assert set(inside["entre"]) == {"meme"}


def test_the_marks_of_champs_differ():
    acteurs = J2.assign(champ=["social", None, "social", "developpement_local", "xxx", "autre"])
    labels = [entry.get_label().replace("\u00a0", " ") for entry in marks.list_champ_marks(marks.read_champs(acteurs))]
    assert labels == ["Champ social — 2 acteurs", "Développement local — 1 acteur", "Autre — 1 acteur", "Champ non renseigné — 2 acteurs"]
    shapes = {entry.get_marker() for entry in marks.list_champ_marks(marks.read_champs(acteurs))}
    assert len(shapes) == 4


def test_names():
    long = "Structure au nom vraiment très long, des Sucs et du Mézenc (FICTIF)"
    names, acronyms = ["Caf du Puy-de-Dôme", "Caf de Haute-Loire", None, long], ["Caf", "Caf", " DRAAF ", ""]
    table = pd.DataFrame({"acteur_id": list("abcd"), "nom": names, "sigle": acronyms})
    assert marks.name_nodes(table, "acteur_id").tolist() == [
        "Caf du Puy-de-Dôme", "Caf de Haute-Loire", "DRAAF", "Structure au nom\nvraiment très long, des… *"
    ]  # fmt: skip
    assert marks.shorten_name("Communauté d'agglomération du Puy", 40) == "CA du Puy"


def test_surface_grows_with_the_number_of_links():
    sizes = marks.size_nodes([0, 1, 2, 3, 4])
    assert np.allclose(np.diff(sizes**2), np.diff(sizes**2)[0]) and sizes[-1] == pytest.approx(marks.LARGEST)
    assert marks.size_nodes([]).size == 0


def open_axes():
    figure = page.open_page()
    axes = figure.add_axes([0.05, 0.05, 0.9, 0.9])
    axes.set(xlim=(0, 10), ylim=(0, 7))
    return figure, axes


def test_names_cover_no_mark_and_no_other_name():
    rng = np.random.default_rng(4)
    figure, axes = open_axes()
    table = pd.DataFrame({"x": rng.uniform(0, 10, 150), "y": rng.uniform(0, 7, 150), "diametre": 6.0})
    table = table.assign(texte=[f"Structure {k}\nlongue" for k in range(150)]).set_axis([f"n{k}" for k in range(150)])
    written = marks.write_names(axes, table, view=(0, 0, 10, 7))
    boxes = list_boxes(figure, "etiquette")
    assert 20 < len(written) == len(boxes) < 150
    for k, box in enumerate(boxes):
        assert axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1
        assert not any(box.overlaps(other) for other in boxes[:k])
    centres = axes.transData.transform(table[["x", "y"]].to_numpy())
    assert not any(box.contains(*centre) for box in boxes for centre in centres)


def test_an_arrow_points_to_the_target():
    _, axes = open_axes()
    spots = pd.DataFrame({"x": [0.0, 4.0], "y": [0.0, 0.0]}, index=["a", "b"])
    for sens, forward in [("a_b", True), ("b_a", False)]:
        assert marks.draw_arrows(axes, spots, pd.DataFrame({"acteur_a": ["a"], "acteur_b": ["b"], "sens": [sens]}))
        (head,) = axes.collections[-1].get_paths()
        assert (head.vertices[0, 0] > head.vertices[1, 0]) == forward
    assert not marks.draw_arrows(axes, spots, pd.DataFrame({"acteur_a": ["a"], "acteur_b": ["b"], "sens": ["deux"]}))


def test_the_strip_counts_when_marks_have_no_room():
    figure, axes = open_axes()
    champs = pd.Series(["social"] * 900 + ["autre"] * 2, index=[f"a{k}" for k in range(902)])
    marks.draw_strip(axes, champs, "902 acteurs sans lien", left=0, top=1, width=8, high=0.6)
    assert "Par champ : champ social 900, autre 2." in read_texts(figure) and not find_gid(figure, "acteurs social")
    marks.draw_strip(axes, champs[-3:], "3 acteurs sans lien", left=0, top=1, width=8, high=0.6)
    assert sum(len(artist.get_offsets()) for champ in ("social", "autre") for artist in find_gid(figure, f"acteurs {champ}")) == 3


def test_links_of_mixed_actors_are_told_apart_and_other_groups_are_groups():
    ends = [("social", "social", 5), ("developpement_local", "social", 2), ("mixte", "mixte", 3), ("autre", "social", 1)]
    blocs = pd.DataFrame(ends, columns=["groupe_a", "groupe_b", "nb_liens"]).assign(nb_paires=9, densite=0.1)
    named = blocs.replace({"social": "Champ social", "developpement_local": "Développement local", "mixte": "Mixte", "autre": "Autre"})
    told = "11 liens déclarés : 5 à l'intérieur du champ social ou du développement local, 2 entre les deux ; "
    for table in (blocs, named):
        assert plain(marks.tell_blocks(table)) == told + "4 autres avec au moins un acteur mixte ou autre"
    other = blocs.replace("mixte", "ccas")
    assert plain(marks.tell_blocks(other)) == "11 liens déclarés : 8 à l'intérieur d'un même groupe, 3 entre groupes"
    headed = plain(marks.tell_blocks(other, "rubrique"))
    assert headed == "11 liens déclarés : 8 à l'intérieur d'une même rubrique, 3 d'une rubrique à l'autre"
