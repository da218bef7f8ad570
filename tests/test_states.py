"""Three states of the categories: present, absence verified, not recorded."""

import numpy as np
import pandas as pd
from jouets_reseau import (
    make_actors,
    make_places,
    make_territories,
    shuffle,
)  # fmt: skip

from diagnostic.measure.manques.states import (
    list_categories,
    list_states_communes,
    summarise_states,
    summarise_states_categories,
    summarise_states_communes,
)
from diagnostic.schema import make_table

S, D = "social", "developpement_local"


TERRITOIRES = make_territories("perimetre", "departement:43", "epci:T1", "epci:T2")
ACTEURS = make_actors(dict.fromkeys("abc", S)).assign(
    categorie=["ccas", "ccas", "mjc"], categories_secondaires=[("evs",), (), ("ccas", "mjc")]
)
LIEUX = pd.concat(
    [make_places("a:T1 b:T1 c:T2"), pd.DataFrame({"acteur_id": ["a"], "territoire_id": "departement:43"})]
)
CATEGORIES = pd.DataFrame({"code": ["ccas", "evs", "mjc", "amap"]})


def list_states(couverture, acteurs=ACTEURS):
    rows = pd.DataFrame(couverture, columns=["territoire_id", "categorie", "statut"], dtype="str")
    table = list_categories(acteurs, LIEUX, TERRITOIRES, rows, CATEGORIES)
    return table.set_index(["territoire_id", "categorie"])


def test_main_and_secondary_categories_are_present():
    table = list_states([])
    assert list(table.index.get_level_values(0).unique()) == ["departement:43", "epci:T1", "epci:T2"]
    counts = table[["nb_acteurs", "nb_acteurs_principale"]]
    assert counts.loc["epci:T1"].values.tolist() == [[2, 2], [1, 0], [0, 0], [0, 0]]
    assert counts.loc["epci:T2"].values.tolist() == [[1, 0], [0, 0], [1, 1], [0, 0]]
    assert table.loc["epci:T2", "statut"].tolist() == ["present", "non_renseigne", "present", "non_renseigne"]


def test_nothing_is_absent_unless_the_list_is_said_complete():
    table = list_states([("T1", "amap", "complet"), ("epci:T2", "*", "complet"), ("T2", "evs", "partiel")])
    assert table.loc["epci:T1", "statut"].tolist() == ["present", "present", "non_renseigne", "absent_verifie"]
    assert table.loc["epci:T2", "statut"].tolist() == ["present", "non_renseigne", "present", "absent_verifie"]
    assert set(table.loc["departement:43", "statut"]) == {"present", "non_renseigne"}


def test_coverage_of_the_perimetre_holds_everywhere_unless_contradicted():
    table = list_states([("perimetre", "*", "complet"), ("T1", "*", "partiel"), ("perimetre", "mjc", "non_renseigne")])
    assert table.loc["epci:T2", "statut"].tolist() == ["present", "absent_verifie", "present", "absent_verifie"]
    assert table.loc["epci:T1", "statut"].tolist() == ["present", "present", "non_renseigne", "non_renseigne"]
    assert table.loc[("departement:43", "mjc"), "statut"] == "non_renseigne"


def test_two_contrary_statements_count_as_the_less_complete():
    rows = [("T1", "amap", "complet"), ("T1", "amap", "partiel")]
    assert list_states(rows).loc[("epci:T1", "amap"), "statut"] == "non_renseigne"
    assert list_states(rows[::-1]).loc[("epci:T1", "amap"), "statut"] == "non_renseigne"


def test_a_category_outside_the_list_is_still_shown_and_no_actor_is_no_absence():
    own = list_states([], ACTEURS.assign(categorie=["ccas", "ccas", "a_nous"]))
    assert own.loc[("epci:T2", "a_nous"), "statut"] == "present"
    nobody = list_categories(
        make_table("acteurs"), LIEUX.head(0), TERRITOIRES, make_table("couverture_inventaire"), CATEGORIES
    )
    assert set(nobody["statut"]) == {"non_renseigne"}
    assert len(nobody) == 12


# --- commune by commune -------------------------------------------------------------------------------------------
COMMUNES = pd.DataFrame(
    {
        "nom": ["A", "B", "C", "D"], "epci": ["T1", "T1", "T2", None], "departement": ["43", "43", "43", "63"],
        "population": [100.0, 200.0, np.nan, 50.0],
    }, index=pd.Index(["43001", "43002", "43003", "63001"], name="code_insee"),
)  # fmt: skip
PAR_COMMUNE = make_territories("perimetre", "departement:43", "departement:63", "epci:T1", "epci:T2")
MEMBRES = pd.DataFrame(
    [(c, "perimetre") for c in COMMUNES.index]
    + [(c, f"departement:{c[:2]}") for c in COMMUNES.index]
    + [("43001", "epci:T1"), ("43002", "epci:T1"), ("43003", "epci:T2")],
    columns=["code_insee", "territoire_id"],
)
SIEGES = make_actors(dict.fromkeys("abc", S)).assign(
    categorie=["ccas", "mjc", "ccas"], categories_secondaires=[("evs",), (), ()],
    code_insee=["43001", None, "43001"], territoires=[(), ("T1",), ("43003",)],
)  # fmt: skip


def list_by_commune(couverture, acteurs=SIEGES, categories=("ccas", "evs", "mjc")):
    rows = pd.DataFrame(couverture, columns=["territoire_id", "categorie", "statut"], dtype="str")
    return list_states_communes(COMMUNES, acteurs, PAR_COMMUNE, MEMBRES, rows, categories=categories)


def test_an_actor_is_present_where_it_sits_and_where_it_says_it_works():
    table = list_by_commune([])
    counts = table.pivot(index="code_insee", columns="categorie", values="nb_acteurs")
    assert counts.loc[COMMUNES.index, ["ccas", "evs", "mjc"]].values.tolist() == [[2, 1, 1], [0, 0, 1], [1, 0, 0], [0, 0, 0]]
    assert (table["statut"].eq("present") == table["nb_acteurs"].gt(0)).all()
    assert set(table.loc[table["nb_acteurs"] == 0, "statut"]) == {"non_renseigne"}
    assert set(table["niveau"]) == {""}


def test_the_most_precise_statement_wins_commune_epci_departement_perimetre():
    table = list_by_commune(
        [
            ("perimetre", "*", "complet"), ("43", "mjc", "partiel"), ("T2", "mjc", "complet"), ("T1", "*", "partiel"),
            ("43002", "evs", "complet"), ("B", "ccas", "non_renseigne"),
        ]
    ).set_index(["code_insee", "categorie"])  # fmt: skip
    assert table.loc[("43002", "evs"), ["statut", "niveau"]].tolist() == ["absent_verifie", "commune"]
    assert table.loc[("43002", "ccas"), ["statut", "niveau"]].tolist() == ["non_renseigne", "commune"]
    assert table.loc[("43003", "mjc"), ["statut", "niveau"]].tolist() == ["absent_verifie", "epci"]
    assert table.loc[("43003", "evs"), ["statut", "niveau"]].tolist() == ["absent_verifie", "perimetre"]
    assert table.loc[("63001", "ccas"), ["statut", "niveau"]].tolist() == ["absent_verifie", "perimetre"]
    # What is there is there, whatever was said of the list.
    assert table.loc[("43001", "ccas"), ["statut", "niveau"]].tolist() == ["present", "epci"]


def test_contrary_statements_of_one_place_count_as_the_less_complete_in_a_commune_too():
    rows = [("43003", "evs", "complet"), ("C", "evs", "partiel")]
    for said in (rows, rows[::-1]):
        table = list_by_commune(said).set_index(["code_insee", "categorie"])
        assert table.loc[("43003", "evs"), "statut"] == "non_renseigne"


def test_states_by_commune_against_a_naive_loop():
    rng = np.random.default_rng(5)
    categories, places = ["ccas", "evs", "mjc", "amap"], ["perimetre", "43", "63", "T1", "T2", *COMMUNES.index]
    acteurs = make_actors(dict.fromkeys([f"x{i}" for i in range(12)], S)).assign(
        categorie=rng.choice(categories, 12), categories_secondaires=[tuple(rng.choice(categories, 1)) for _ in range(12)],
        code_insee=rng.choice([*COMMUNES.index, None], 12), territoires=[tuple(rng.choice(places, rng.integers(0, 2))) for _ in range(12)],
    )  # fmt: skip
    said = [(str(rng.choice(places)), str(rng.choice([*categories, "*"])), str(rng.choice(["complet", "partiel"]))) for _ in range(14)]
    found = list_by_commune(said, acteurs.iloc[:4], categories).set_index(["code_insee", "categorie"])["statut"]
    again = list_by_commune(shuffle(pd.DataFrame(said)).to_numpy().tolist(), shuffle(acteurs.iloc[:4]), categories)
    assert again.set_index(["code_insee", "categorie"])["statut"].equals(found)
    short = {"perimetre": "perimetre"} | {i.split(":")[-1]: i for i in PAR_COMMUNE.index}
    for (code, category), status in found.items():
        town, reach = COMMUNES.loc[code], set()
        for row in acteurs.iloc[:4].itertuples():
            if category in (row.categorie, *row.categories_secondaires):
                for place in [row.code_insee, *row.territoires]:
                    inside = MEMBRES.loc[MEMBRES["territoire_id"] == short.get(place), "code_insee"]
                    reach |= {row.acteur_id} if place == code or code in set(inside) else set()
        answer = None
        for place in [code, town["epci"], town["departement"], "perimetre"]:
            for word in [category, "*"]:
                statements = [s for p, c, s in said if p == place and c == word]
                if answer is None and statements:
                    answer = all(s == "complet" for s in statements)
        assert status == ("present" if reach else "absent_verifie" if answer else "non_renseigne"), (code, category)


def test_no_commune_and_no_actor():
    empty = list_states_communes(
        COMMUNES, make_table("acteurs"), PAR_COMMUNE, MEMBRES, make_table("couverture_inventaire"), categories=["ccas"]
    )
    assert empty["statut"].tolist() == ["non_renseigne"] * 4
    nowhere = list_states_communes(
        COMMUNES.head(0), SIEGES, PAR_COMMUNE, MEMBRES, make_table("couverture_inventaire"), categories=["ccas"]
    )
    assert nowhere.empty


# --- shares, beside every map -------------------------------------------------------------------------------------
def test_shares_of_states_by_territory_and_by_category_of_a_type():
    table = list_states([("T1", "amap", "complet"), ("epci:T2", "*", "complet")]).reset_index()
    shares = summarise_states(table).set_index("territoire_id")
    assert shares.loc["epci:T1"].tolist() == [4, 2, 1, 1, 0.5, 0.25, 0.25]
    assert shares.loc["epci:T2"].tolist() == [4, 2, 2, 0, 0.5, 0.5, 0.0]
    assert shares["nb_cases"].sum() == len(table)
    by_category = summarise_states_categories(table, TERRITOIRES).set_index(["type", "categorie"])
    assert by_category.loc[("epci", "amap"), ["nb_cases", "nb_present", "nb_absent_verifie"]].tolist() == [2, 0, 2]
    assert by_category.loc[("departement", "amap"), ["nb_cases", "nb_non_renseigne"]].tolist() == [1, 1]
    assert by_category["nb_cases"].sum() == len(table)
    assert summarise_states(table.head(0)).empty


def test_communes_and_inhabitants_of_each_state():
    table = list_by_commune([("63", "*", "complet")], categories=["ccas"])
    row = summarise_states_communes(table, COMMUNES).iloc[0]
    assert row[["nb_cases", "nb_present", "nb_absent_verifie", "nb_non_renseigne"]].tolist() == [4, 2, 1, 1]
    # 43003 has a CCAS but no known population: it counts for no inhabitant, and is counted apart.
    assert row[["population_present", "population_absent_verifie", "population_non_renseigne"]].tolist() == [100, 50, 200]
    assert row["part_population_present"] == 100 / 350
    assert row["nb_sans_population"] == 1
    nobody = summarise_states_communes(table, COMMUNES.assign(population=np.nan)).iloc[0]
    assert np.isnan(nobody["part_population_present"])
