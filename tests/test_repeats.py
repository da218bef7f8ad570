"""Links and participations said twice: counted once, the row set aside told with the one that stays."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.read.inventory.repeats import part_repeats
from diagnostic.schema import PROBLEM_COLUMNS, describe_table, make_table

TABLES = ("participations", "liens", "adhesions")


def fill(table, feuille=None, **columns):
    count = len(next(iter(columns.values())))
    rows = pd.DataFrame({**{c: [None] * count for c in describe_table(table).index}, **columns}, dtype=object)
    return rows.assign(fichier="inventaire.xlsx", feuille=feuille or table, ligne=range(2, 2 + count))


def part(**tables):
    return part_repeats({name: make_table(name) for name in TABLES} | tables)


def test_a_row_repeated_is_counted_once():
    rows = fill(
        "participations",
        acteur_id=["A", "A", "A"],
        dispositif_id=["D", "D", "D"],
        role=["pilotage", "pilotage", "animation"],
    )
    tables, problemes = part(participations=rows)
    assert tables["participations"]["ligne"].tolist() == [2, 4]
    assert problemes[["gravite", "ligne"]].to_numpy().tolist() == [["information", 3]]
    assert problemes["probleme"][0] == "Répétition (ligne 2) : comptée une fois."


def test_a_link_written_in_the_other_direction():
    rows = fill(
        "liens", source_id=["A", "B", "B"], cible_id=["B", "A", "A"], type=["information", "information", "co_pilote"]
    )
    tables, problemes = part(liens=rows)
    assert tables["liens"]["ligne"].tolist() == [2, 4]
    assert problemes["probleme"].tolist() == [
        "Répétition d'un lien, écrit dans l'autre sens (ligne 2) : comptée une fois."
    ]


def test_one_way_links_are_not_their_opposite():
    rows = fill(
        "liens",
        source_id=["A", "B", "A"],
        cible_id=["B", "A", "B"],
        type=["information"] * 3,
        oriente=[True, True, True],
    )
    tables, problemes = part(liens=rows)
    assert tables["liens"]["ligne"].tolist() == [2, 3]
    assert problemes["ligne"].tolist() == [4]


def test_two_actors_who_declare_one_link_are_two_declarations():
    rows = fill("liens", source_id=["A", "B"], cible_id=["B", "A"], type=["information"] * 2, declarant_id=["A", "B"])
    tables, problemes = part(liens=rows)
    assert len(tables["liens"]) == 2
    assert not len(problemes)


def test_a_cross_says_no_more_than_the_long_row():
    long = fill(
        "participations",
        acteur_id=["A", "B"],
        dispositif_id=["D", "D"],
        role=["pilotage"] * 2,
        stade=["conception", None],
        source=["x", "x"],
    )
    grid = fill(
        "participations",
        "saisie_participations",
        acteur_id=["A", "A", "B"],
        dispositif_id=["D"] * 3,
        role=["pilotage"] * 3,
        stade=[None, "conception", "evaluation"],
    )
    for parts in ([long, grid], [grid, long]):
        tables, problemes = part(participations=pd.concat(parts, ignore_index=True))
        kept = tables["participations"]
        assert sorted(map(tuple, kept[["acteur_id", "feuille", "ligne"]].to_numpy())) == [
            ("A", "participations", 2),
            ("B", "participations", 3),
            ("B", "saisie_participations", 4),
        ]
        assert problemes["feuille"].tolist() == ["saisie_participations"] * 2
        assert (
            problemes["probleme"].tolist() == ["Répétition (feuille participations, ligne 2) : comptée une fois."] * 2
        )


def test_a_link_without_type_says_no_more_than_a_typed_one():
    rows = fill("liens", source_id=["A", "B", "A"], cible_id=["B", "A", "C"], type=[None, "information", None])
    tables, problemes = part(liens=rows)
    assert tables["liens"]["ligne"].tolist() == [3, 4]
    assert problemes["ligne"].tolist() == [2]


def test_memberships():
    rows = fill("adhesions", acteur_id=["A", "A"], reseau_id=["R", "R"])
    tables, problemes = part(adhesions=rows)
    assert len(tables["adhesions"]) == len(problemes) == 1


def test_no_row():
    tables, problemes = part()
    assert list(problemes) == PROBLEM_COLUMNS
    assert not len(problemes)
    assert set(tables) == set(TABLES)


ENDS, WORDS = st.sampled_from(["A", "B"]), st.sampled_from([None, "information", "co_pilote"])


@settings(max_examples=80)
@given(
    rows=st.lists(
        st.tuples(ENDS, ENDS, WORDS, st.sampled_from([None, False, True]), st.sampled_from([None, 3.0])),
        min_size=1,
        max_size=8,
    )
)
def test_a_naive_comparison_sets_as_many_aside(rows):
    links = fill(
        "liens",
        **dict(
            zip(
                ["source_id", "cible_id", "type", "oriente", "intensite"],
                map(list, zip(*rows, strict=True)),
                strict=True,
            )
        ),
    )
    tables, problemes = part(liens=links)
    assert len(tables["liens"]) + len(problemes) == len(rows)
    assert set(tables["liens"]["ligne"]).isdisjoint(problemes["ligne"])
    said = set()
    for source, target, kind, way, degree in rows:
        ends = (source, target) if way else tuple(sorted((source, target)))
        said.add((ends, kind, bool(way), degree))
    bare = {
        row
        for row in said
        if row[1:] == (None, False, None) and any(r[0] == row[0] and r != row and not r[2] for r in said)
    }
    typed = {row for row in said - bare if row[3] is None and any(r[:3] == row[:3] and r[3] for r in said)}
    assert len(tables["liens"]) <= len(said)
    assert len(tables["liens"]) >= len(said - bare - typed) - sum(row[2] for row in said)
    assert {frozenset(r[0]) for r in said} == {
        frozenset(pair) for pair in tables["liens"][["source_id", "cible_id"]].to_numpy()
    }
