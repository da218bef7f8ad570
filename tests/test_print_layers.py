"""Maps of jurisdictions: counts, minority communes, hatches, legends."""

import numpy as np
import pandas as pd
import pytest
import shapely
from toy_map import (
    MENTIONS,
    draw_toy,
    find_gid,
    make_communes,
    make_ressort,
    make_unites,
    plain,
    prepare_toy,
    read_legends,
    read_texts,
)

from diagnostic.draw import base_map, print_layers


@pytest.fixture(scope="module")
def communes():
    return make_communes()


@pytest.fixture(scope="module")
def base():
    return prepare_toy()


@pytest.fixture(scope="module")
def ressort():
    return make_ressort(make_communes())


@pytest.fixture(scope="module")
def unites():
    return make_unites()


@pytest.fixture(scope="module")
def cartes():
    return draw_toy()


def outline(collection):
    """Return the bounds of what a collection draws, in metres."""
    (path,) = collection.get_paths()
    return tuple(round(x) for x in path.get_extents().extents)


def test_millefeuille_counts(cartes, base):
    # Ranks 0 to 23 modulo 4: six communes each; 43005 (rank 4, value 2) is not known, nor is Sansterre.
    (title,) = find_gid(cartes["C1"], "titre")
    assert plain(title.get_text()) == "De 2 à 5 interlocuteurs par commune ; 6 communes sur 23 en ont 5"
    assert [plain(entry) for entry in read_legends(cartes["C1"])["Nombre d'interlocuteurs par commune"]] == [
        "2 — 5 communes", "3 — 6 communes", "4 — 6 communes", "5 — 6 communes", "Non renseigné — 2 communes"
    ]  # fmt: skip
    (hatched,) = find_gid(cartes["C1"], "hachures xxxx")
    assert (
        outline(hatched) == tuple(round(x) for x in shapely.bounds(base.shapes["43005"]))
        and hatched.get_hatch() == "xxxx"
    )


def test_nothing_missing_nothing_hatched(communes):
    whole = base_map.prepare_base(communes.iloc[:24])
    figure = print_layers.draw_millefeuille(whole, pd.Series(3.0, index=whole.communes.index), mentions=MENTIONS)
    assert not find_gid(figure, "hachures xxxx")
    assert [plain(entry) for entry in read_legends(figure)["Nombre d'interlocuteurs par commune"]] == [
        "3 — 24 communes"
    ]
    assert "Sans contour" not in read_texts(figure)


def test_millefeuille_of_nothing_is_all_missing(base):
    figure = print_layers.draw_millefeuille(base, pd.Series(dtype=float), mentions=MENTIONS)
    assert [plain(entry) for entry in read_legends(figure)["Nombre d'interlocuteurs par commune"]] == [
        "Non renseigné — 25 communes"
    ]


def test_cut_counts_wide():
    classes = print_layers.cut_counts(pd.Series([3.0, 7, 8, 27, np.nan, 12, 13, 20]))
    assert classes.cat.categories.tolist() == ["3 à 7", "8 à 12", "13 à 17", "18 à 22", "23 à 27"]
    assert classes.astype("object").tolist()[:4] == ["3 à 7", "3 à 7", "8 à 12", "23 à 27"] and pd.isna(classes.iloc[4])


def test_zero_is_a_value():
    classes = print_layers.cut_counts(pd.Series([0.0, 1.0, np.nan]))
    assert classes.cat.categories.tolist() == ["0", "1"] and classes.isna().tolist() == [False, False, True]


def test_ressort_legend(cartes):
    legends = read_legends(cartes["C2"])
    # 24 communes, 43024 nowhere: columns 0-3 make 16 (43010 stays in S1, its larger part), columns 4-5 make 7.
    units = [plain(entry) for entry in legends["CAS : 2\u00a0unités, nombre de communes"]]
    assert units == ["1. Secteur $ouest$ — 16", "2. Secteur est — 7"]
    assert [plain(entry) for entry in legends["Communes"]] == [
        "Partagées entre plusieurs unités — 1 commune", "Sans unité dans cette couche — 2 communes"
    ]  # fmt: skip
    assert find_gid(cartes["C2"], "hachures ....") and not find_gid(cartes["C2"], "hachures /////")


def test_ressort_names_its_minority(base, ressort, unites):
    moved = ressort.assign(
        unite_id=ressort["unite_id"].mask(ressort["code_insee"].eq("43001") & ressort["couche"].eq("CAS"), "S2")
    )
    figure = print_layers.draw_ressort(base, moved, unites, "CAS", ["43001", "99999"], mentions=MENTIONS)
    words = plain(read_texts(figure))
    # The second EPCI is crossed too: 43010 is partly in S2; its main unit is that of all its communes.
    assert "CAS : 2 EPCI sur 3 sont partagés entre plusieurs unités, 1 commune hors de l'unité principale" in words
    assert "Communes hors de l'unité principale de leur EPCI : Commune 0-0." in words
    assert outline(find_gid(figure, "hachures /////")[0]) == tuple(
        round(x) for x in shapely.bounds(base.shapes["43001"])
    )


def test_layer_absent_is_all_hatched(base, ressort, unites):
    figure = print_layers.draw_ressort(base, ressort, unites, "CIAS", [], mentions=MENTIONS)
    assert [plain(entry) for entry in read_legends(figure)["Communes"]] == [
        "Sans unité dans cette couche — 25 communes"
    ]
    assert "CIAS : aucune commune n'a d'unité dans cette couche" in plain(read_texts(figure))


def test_many_units_neighbours_differ_and_legend_fits(communes):
    big = base_map.prepare_base(make_communes(9, 6))
    codes = big.communes.index[:54]
    members = pd.DataFrame({"code_insee": codes, "couche": "X", "unite_id": codes, "part": 1.0})
    names = pd.DataFrame(
        {
            "couche": "X",
            "unite_id": codes,
            "unite_nom": [f"Circonscription d'action sociale au nom vraiment très long {c}" for c in codes],
        }
    )
    figure = print_layers.draw_ressort(big, members, names, "X", [], mentions=MENTIONS)
    units = print_layers.describe_units(
        big, members.set_index("code_insee")["unite_id"], names.set_index("unite_id")["unite_nom"]
    )
    shapes, fills = big.shapes.loc[codes], units["couleur"].reindex(codes)
    left, right = shapely.STRtree(shapes.to_numpy()).query(shapes.to_numpy(), predicate="touches")
    assert len(left) and (fills.to_numpy()[left] != fills.to_numpy()[right]).all()
    lowest = min(legend.get_window_extent(figure.canvas.get_renderer()).y0 for legend in figure.legends)
    assert lowest > find_gid(figure, "notes")[0].get_window_extent(figure.canvas.get_renderer()).y1
    entries = next(iter(read_legends(figure).values()))
    assert plain(entries[-1]) == "et 14 autres unités — 14" and entries[0].endswith("… — 1")


@pytest.mark.parametrize(
    ("minority", "words"),
    [(["43001"], "CC Seule : 2 unités de la couche CAS, 1 commune hors de l'unité principale"),
     ([], "CC Seule : 2 unités de la couche CAS")],
)  # fmt: skip
def test_a_single_epci_is_named(minority, words):
    communes = pd.DataFrame({"epci": ["1", "1", None], "epci_nom": ["CC Seule", "CC Seule", None]}, ["43001", "43002", "43003"])
    members = pd.DataFrame({"code_insee": communes.index, "unite_id": ["S1", "S2", "S3"]})
    assert plain(print_layers.tell_ressort(communes, members, "CAS", pd.Index(minority))) == words
    alone = print_layers.tell_ressort(communes.assign(epci=None, epci_nom=None), members, "CAS", pd.Index([]))
    assert plain(alone) == "3 unités de la couche CAS"


def test_units_that_overlap_share_an_epci_without_a_main_one():
    communes = pd.DataFrame({"epci": ["1", "2"], "epci_nom": ["Un", "Deux"]}, ["43001", "43002"])
    members = pd.DataFrame({"code_insee": ["43001", "43001", "43002"], "unite_id": ["P1", "P2", "P1"]})
    words = plain(print_layers.tell_ressort(communes, members, "PAT", pd.Index([])))
    assert words == "PAT : 1 EPCI sur 2 est partagé entre plusieurs unités"


def test_few_groups_have_a_number_and_their_largest_commune(base):
    # Columns 0-2 then 3-5; 43024 meets nobody. The most populated of each half is on the last row.
    groups = pd.Series(np.where(np.arange(24) % 6 < 3, "A1", "A2"), base.communes.index[:24]).drop("43024")
    figure = print_layers.draw_atoms(base, groups, mentions=MENTIONS)
    entries = [plain(entry) for entry in next(iter(read_legends(figure).values()))]
    assert entries == ["1. Commune 2-3 — 12", "2. Commune 4-3 — 11", "Sans unité connue — 2 communes"]
    assert sorted(text.get_text() for text in find_gid(figure, "numero")) == ["1", "2"]
    assert "2 groupes de communes ont exactement les mêmes interlocuteurs" in plain(read_texts(figure))


def test_many_groups_are_shaded_by_their_size(communes):
    big = base_map.prepare_base(make_communes(9, 6))
    codes = big.communes.index[:54]
    groups = pd.Series([f"A{min(rank, 42)}" for rank in range(54)], codes)
    figure = print_layers.draw_atoms(big, groups, mentions=MENTIONS)
    assert not find_gid(figure, "numero")
    entries = [plain(entry) for entry in read_legends(figure)["Nombre de communes du groupe"]]
    assert entries == ["1, seule de son cas — 42 communes", "10 à 19 — 12 communes", "Sans unité connue — 1 commune"]
    words = plain(read_texts(figure))
    assert "43 groupes de communes ont exactement les mêmes interlocuteurs ; 42 communes sur 54 sont seules de leur cas" in words


def test_groups_of_nobody_are_all_hatched(base):
    figure = print_layers.draw_atoms(base, pd.Series(dtype="object"), mentions=MENTIONS)
    assert "Aucune commune n'a d'interlocuteur connu" in plain(read_texts(figure))
    assert plain(next(iter(read_legends(figure).values()))[0]) == "Sans unité connue — 25 communes"
