"""Jurisdictions, however given, become one table: parts, exclusive layers, INFRA, layers by departement."""

import pandas as pd
import pytest

from diagnostic.read.layers import ressorts
from diagnostic.read.places.territories import read_communes


@pytest.fixture(scope="module")
def pilot():
    return read_communes(departements=["43", "63"], geometry=False)


def couches_of(**layers):
    """Return `couches` from couche=(exclusive, complete, infra_communale)."""
    return pd.DataFrame.from_dict(layers, orient="index", columns=["exclusive", "complete", "infra_communale"]).rename_axis("couche")


def rows_of(*rows):
    """Return `ressorts` from (code_insee, couche, unite_id, part, infra)."""
    table = pd.DataFrame(rows, columns=["code_insee", "couche", "unite_id", "part_population", "infra"])
    table = table.astype({"code_insee": "str", "couche": "str", "unite_id": "str", "part_population": float, "infra": "boolean"})
    table = table.assign(unite_nom=None, organisme_id=None, fichier="ressorts.csv", feuille="ressorts")
    return table.assign(ligne=range(2, 2 + len(table)))


EXCLUSIVE, OVERLAPPING = couches_of(L=(True, False, False)), couches_of(L=(False, False, False))


def assign(rows, couches=EXCLUSIVE):
    affectation, unites, problems = ressorts.assign_listed_layers(rows, couches)
    parts = {(row.code_insee, row.unite_id): None if pd.isna(row.part) else row.part for row in affectation.itertuples()}
    return parts, unites, problems


def test_one_unit_holds_the_whole_commune():
    parts, unites, problems = assign(rows_of(("43157", "L", "U", None, None)))
    assert parts == {("43157", "U"): 1.0}
    assert unites.drop(columns="nb_communes_hors").values.tolist() == [["L", "U", "U", "U"]] and unites["nb_communes_hors"].isna().all()
    assert problems.empty


def test_a_given_part_leaves_the_rest_uncovered():
    parts, _, problems = assign(rows_of(("43157", "L", "U", 0.4, None)))
    assert parts == {("43157", "U"): 0.4}
    assert problems.empty


def test_a_commune_twice_in_an_exclusive_layer_keeps_the_first():
    rows = rows_of(("43157", "L", "U", None, None), ("43157", "L", "V", None, None), ("43040", "L", "V", None, None))
    parts, _, problems = assign(rows)
    assert parts == {("43157", "U"): 1.0, ("43040", "V"): 1.0}
    assert problems[["gravite", "ligne"]].values.tolist() == [["erreur", 3]]
    assert problems["probleme"].iloc[0] == "43157 rattachée à plusieurs unités de la couche exclusive L (U, V) ; ligne écartée."
    assert "infra" in problems["a_faire"].iloc[0]


def test_a_repeated_row_counts_once():
    parts, _, problems = assign(rows_of(("43157", "L", "U", None, None), ("43157", "L", "U", None, None)))
    assert parts == {("43157", "U"): 1.0}
    assert problems[["gravite", "ligne"]].values.tolist() == [["information", 3]]


def test_a_subdivided_commune_has_the_given_parts_or_unknown_ones():
    rows = rows_of(("43157", "L", "U", 0.25, True), ("43157", "L", "V", None, True))
    parts, _, problems = assign(rows)
    assert parts == {("43157", "U"): 0.25, ("43157", "V"): None}
    assert problems.empty


def test_a_commune_said_subdivided_with_one_unit_known():
    assert assign(rows_of(("43157", "L", "U", None, True)))[0] == {("43157", "U"): None}
    # A layer that may go below the commune does not say that this one is cut.
    assert assign(rows_of(("43157", "L", "U", None, None)), couches_of(L=(True, False, True)))[0] == {("43157", "U"): 1.0}


def test_infra_is_one_unit_of_unknown_number():
    parts, _, problems = assign(rows_of(("38185", "L", "INFRA", None, None), ("38001", "L", "U", None, None)))
    assert parts == {("38185", "INFRA"): None, ("38001", "U"): 1.0}
    assert problems["gravite"].tolist() == ["attention"]
    assert "INFRA" in problems["probleme"].iloc[0]


@pytest.mark.parametrize("layer", [EXCLUSIVE, couches_of(L=(True, False, True))])
def test_parts_that_sum_over_one_are_told_and_unknown(layer):
    rows = rows_of(
        ("59512", "L", "U", 0.7, True), ("59512", "L", "V", 0.5, True), ("59512", "L", "W", None, True),
        ("43157", "L", "U", 0.5, True), ("43157", "L", "V", 0.5, True),
    )  # fmt: skip
    parts, _, problems = assign(rows, layer)
    assert parts == {
        ("59512", "U"): None, ("59512", "V"): None, ("59512", "W"): None, ("43157", "U"): 0.5, ("43157", "V"): 0.5,
    }  # fmt: skip
    assert problems["gravite"].tolist() == ["attention"]
    assert problems["probleme"].iloc[0] == "59512 : somme des parts = 1,20 pour la couche L. Parts comptées comme inconnues."


def test_shares_over_one_name_the_commune():
    rows = rows_of(("59512", "centres_sociaux", "U", 0.7, True), ("59512", "centres_sociaux", "V", 0.5, True))
    couches = couches_of(centres_sociaux=(True, False, True))
    _, _, problems = ressorts.assign_listed_layers(rows, couches, pd.Series({"59512": "Roubaix"}))
    assert problems["probleme"].iloc[0].startswith("Roubaix : somme des parts = 1,20 pour la couche centres_sociaux.")


def test_a_unit_with_two_names_keeps_the_first_and_is_told_once():
    rows = rows_of(*[(f"{code}", "L", unit, None, None) for code, unit in zip(range(7), "UUUUVVW", strict=True)])
    rows["unite_nom"] = ["CIAS A", "Cias  A", "CIAS B", "CIAS B", "V", None, "W"]
    _, unites, problems = assign(rows)
    assert unites.set_index("unite_id")["unite_nom"].to_dict() == {"U": "CIAS A", "V": "V", "W": "W"}
    assert problems[["gravite", "ligne", "colonne", "valeur"]].values.tolist() == [["attention", 4, "unite_nom", "CIAS B"]]
    assert problems["probleme"].iloc[0] == "Couche L, unité U : plusieurs noms (« CIAS A » et « CIAS B ») ; le premier est gardé."


@pytest.mark.parametrize("part", [50.0, -0.1, 1.01])
def test_a_part_out_of_bounds_is_told_and_unknown(part):
    parts, _, problems = assign(rows_of(("43157", "L", "U", part, None), ("43040", "L", "U", 1.0, None), ("43001", "L", "U", 0.0, None)))
    assert parts == {("43157", "U"): None, ("43040", "U"): 1.0, ("43001", "U"): 0.0}
    assert problems["ligne"].tolist() == [2]


def test_units_of_an_overlapping_layer_hold_the_commune_whole_each():
    rows = rows_of(("43157", "L", "U", None, None), ("43157", "L", "V", None, None), ("43157", "L", "W", 0.3, None))
    parts, _, problems = assign(rows, OVERLAPPING)
    assert parts == {("43157", "U"): 1.0, ("43157", "V"): 1.0, ("43157", "W"): 0.3}
    assert problems.empty


def test_former_communes_joined_since_keep_all_their_units():
    rows = rows_of(("63109", "L", "U", None, None), ("63109", "L", "V", None, None), ("43157", "L", "U", None, None))
    parts, _, problems = assign(rows.assign(methode_commune=["ancien_code", "code", "code"]))
    assert parts == {("63109", "U"): None, ("63109", "V"): None, ("43157", "U"): 1.0}
    assert problems[["gravite", "ligne"]].values.tolist() == [["attention", 2]]
    assert "réunit d'anciennes communes de plusieurs unités de la couche L (U, V)" in problems["probleme"].iloc[0]
    given = rows.assign(methode_commune="ancien_code", part_population=[0.3, 0.7, None])
    assert assign(given)[0] == {("63109", "U"): 0.3, ("63109", "V"): 0.7, ("43157", "U"): 1.0}
    # A layer that overlaps: each unit holds the commune whole, as for any other.
    assert assign(rows.assign(methode_commune="ancien_code"), OVERLAPPING)[0]["63109", "U"] == 1.0


def test_a_former_commune_of_the_same_unit_is_counted_once_and_told_as_such():
    rows = rows_of(("63109", "L", "U", None, None), ("63109", "L", "U", None, None)).assign(methode_commune=["ancien_code", "code"])
    rows = rows.assign(code_lu=["63330", "63109"])
    parts, _, problems = assign(rows)
    assert parts == {("63109", "U"): 1.0}
    assert problems[["ligne", "a_faire"]].values.tolist() == [[3, "rien"]]


def test_a_line_that_brings_several_communes_is_repeated_only_when_nothing_of_it_is_left():
    rows = rows_of(("43157", "L", "U", None, None), ("43157", "L", "U", None, None), ("43040", "L", "U", None, None))
    rows = rows.assign(ligne=[2, 3, 3])
    assert assign(rows)[2].empty
    assert assign(rows.iloc[:2])[2]["ligne"].tolist() == [3]


def test_shares_of_surface_may_overlap_in_a_layer_that_does():
    rows = rows_of(("43157", "L", "U", 0.6, True), ("43157", "L", "V", 0.6, True)).assign(methode="surface")
    assert assign(rows, OVERLAPPING)[0] == {("43157", "U"): 0.6, ("43157", "V"): 0.6}
    parts, _, problems = assign(rows)
    assert parts == {("43157", "U"): None, ("43157", "V"): None} and "1,20" in problems["probleme"].iloc[0]
    assert ressorts.assign_listed_layers(rows, OVERLAPPING)[0]["methode"].tolist() == ["surface", "surface"]


def test_rows_without_commune_are_left_and_the_index_tells_which_are_kept():
    rows = rows_of((None, "L", "U", None, None), ("43157", "L", "U", None, None), ("43157", "L", "V", None, None))
    affectation, _, _ = ressorts.assign_listed_layers(rows, EXCLUSIVE)
    assert affectation.index.tolist() == [1]


def test_names_and_bodies_of_units():
    rows = rows_of(("43157", "L", "U", None, None), ("43040", "L", "U", None, None), ("43001", "L", "V", None, None))
    rows["unite_nom"] = pd.Series([None, "Unité U", None], dtype="str")
    rows["organisme_id"] = pd.Series(["CAF-43", None, None], dtype="str")
    _, unites, _ = ressorts.assign_listed_layers(rows, EXCLUSIVE)
    assert unites.drop(columns="nb_communes_hors").values.tolist() == [["L", "U", "Unité U", "CAF-43"], ["L", "V", "V", "V"]]


def test_the_order_of_rows_changes_no_part():
    rows = rows_of(
        ("1", "L", "U", 0.7, True), ("1", "L", "V", 0.5, True), ("2", "L", "U", None, None), ("3", "L", "INFRA", None, None),
        ("4", "L", "U", 0.2, None), ("5", "L", "U", 2.0, None),
    )  # fmt: skip
    parts, _, problems = assign(rows)
    mixed, _, told = assign(rows.sample(frac=1, random_state=5))
    assert mixed == parts
    assert sorted(told["probleme"]) == sorted(problems["probleme"])


def test_no_row():
    affectation, unites, problems = ressorts.assign_listed_layers(rows_of(), EXCLUSIVE)
    assert affectation.empty and unites.empty and problems.empty
    assert list(affectation.columns) == ressorts.AFFECTATION_COLUMNS
    assert list(unites.columns) == ressorts.UNITE_COLUMNS


@pytest.mark.parametrize(("couche", "number"), [("EPCI", 25), ("ARRONDISSEMENT", 8), ("DEPARTEMENT", 2), ("REGION", 1)])
def test_layers_of_the_shapes(pilot, couche, number):
    affectation, unites = ressorts.assign_shape_layer(pilot, couche)
    assert len(unites) == affectation["unite_id"].nunique() == number
    assert affectation["code_insee"].tolist() == pilot.index.tolist()
    assert affectation["part"].eq(1.0).all()
    assert unites["organisme_id"].equals(unites["unite_id"])


def test_cantons_and_the_two_towns_they_share_out(pilot):
    affectation, unites, problems = ressorts.assign_divided_layer(pilot, "CANTON")
    assert len(unites) == 50 and affectation["code_insee"].nunique() == 720
    assert unites.set_index("unite_id").loc["4312"].tolist() == ["CANTON", "Le Puy-en-Velay-1", "4312", 0]
    several = affectation[affectation["code_insee"].duplicated(keep=False)]
    assert several.groupby("code_insee").size().to_dict() == {"43157": 4, "63113": 6}
    assert several["part"].isna().all() and affectation.drop(several.index)["part"].eq(1).all()
    assert problems["gravite"].tolist() == ["information"]
    assert "Le Puy-en-Velay (43157) : 4312 ; 4313 ; 4314 ; 4315, Clermont-Ferrand (63113)" in problems["probleme"].iloc[0]
    mixed, _, told = ressorts.assign_divided_layer(pilot.sample(frac=1, random_state=3), "CANTON")
    assert mixed.equals(affectation) and told["probleme"].equals(problems["probleme"])


def test_constituencies_share_out_what_the_law_shares_out(pilot):
    affectation, unites, problems = ressorts.assign_divided_layer(pilot, "CIRCONSCRIPTION")
    names = unites.set_index("unite_id")["unite_nom"]
    assert names.to_dict() == {f"43-0{n}": f"Haute-Loire, {'1re' if n == 1 else '2e'} circonscription" for n in (1, 2)} | {
        f"63-0{n}": f"Puy-de-Dôme, {'1re' if n == 1 else f'{n}e'} circonscription" for n in range(1, 6)
    }
    shared = affectation[affectation["methode"] == "surface"]
    # INSEE (composition communale des circonscriptions, 2022) has the same three communes « partielles », and the same seven units.
    assert shared.groupby("code_insee")["unite_id"].agg(list).to_dict() == {
        "43157": ["43-01", "43-02"], "63113": ["63-01", "63-03", "63-04"], "63226": ["63-04", "63-05"],
    }  # fmt: skip
    assert shared.groupby("code_insee")["part"].sum().round(3).eq(1).all()
    unsure = affectation[affectation["part"].isna()]
    assert unsure["code_insee"].nunique() == 5 and set(unsure["methode"]) == {"contour_simplifie"}
    assert len(problems) == 2 and "Sayat (63417)" in problems["probleme"].iloc[1]


def test_no_canton_where_there_is_none():
    communes = read_communes(["75056", "97209"], geometry=False)
    affectation, unites, problems = ressorts.assign_divided_layer(communes, "CANTON")
    assert affectation.empty and unites.empty and not len(problems)


def test_a_commune_without_epci_has_no_row():
    affectation, unites = ressorts.assign_shape_layer(read_communes(["29155", "29232"], geometry=False), "EPCI")
    assert affectation["code_insee"].tolist() == ["29232"] and len(unites) == 1


def test_one_msa_and_two_caf_in_the_pilot(pilot):
    affectation, unites, problems = ressorts.assign_departement_layer(pilot, "MSA")
    assert unites["unite_nom"].tolist() == ["MSA Auvergne"] and len(affectation) == 720
    assert problems is None
    affectation, unites, problems = ressorts.assign_departement_layer(pilot, "CAF")
    assert unites["unite_nom"].tolist() == ["Caf Haute-Loire", "Caf Puy-de-Dôme"]
    assert affectation["unite_id"].value_counts().to_dict() == {"CAF-63": 463, "CAF-43": 257}
    assert problems is None


def test_caf_of_the_pyrenees_atlantiques_and_the_landes_are_not_guessed():
    communes = read_communes(departements=["40", "64", "32"], geometry=False)
    affectation, unites, problems = ressorts.assign_departement_layer(communes, "CAF")
    assert unites["unite_id"].tolist() == ["CAF-32"]
    assert affectation["code_insee"].str[:2].unique().tolist() == ["32"]
    assert problems["valeur"].tolist() == ["40", "64"]
    assert problems["probleme"].str.contains("deux caisses").all()


def test_no_msa_overseas():
    communes = read_communes(departements=["974"], geometry=False)
    affectation, unites, problems = ressorts.assign_departement_layer(communes, "MSA")
    assert affectation.empty and unites.empty
    assert "974" in problems["probleme"].iloc[0] and "ressorts" in problems["a_faire"].iloc[0]


def test_every_departement_of_the_metropole_has_one_msa():
    communes = read_communes(geometry=False)
    communes = communes[communes["zone"] == "metropole"]
    affectation, _, problems = ressorts.assign_departement_layer(communes, "MSA")
    assert problems is None
    assert affectation["code_insee"].tolist() == communes.index.tolist()


def test_a_complete_layer_tells_its_missing_communes(pilot):
    affectation, _ = ressorts.assign_shape_layer(pilot, "EPCI")
    couches = couches_of(EPCI=(True, True, False), AUTRE=(True, False, False))
    assert ressorts.check_complete(affectation, couches, pilot).empty
    three = pilot.index[[5, 100, 300]]
    problems = ressorts.check_complete(affectation[~affectation["code_insee"].isin(three)], couches, pilot)
    assert problems["gravite"].tolist() == ["attention"]
    assert "3 communes sans unité" in problems["probleme"].iloc[0]
    assert all(code in problems["probleme"].iloc[0] for code in three)
    one = ressorts.check_complete(affectation[affectation["code_insee"] != three[0]], couches, pilot)
    assert "1 commune sans unité" in one["probleme"].iloc[0]
    none = ressorts.check_complete(affectation.iloc[:0], couches, pilot)
    assert "720 communes" in none["probleme"].iloc[0] and "712 autres" in none["probleme"].iloc[0]


# --- communes of a unit out of the perimeter ------------------------------------------------------------------------


def count_by_hand(column, codes):
    """Return {unit: communes of France that are not in `codes`}, by a naive loop."""
    counts = {}
    for code, unit in read_communes(geometry=False)[column].dropna().items():
        counts[unit] = counts.get(unit, 0) + (code not in codes)
    return counts


@pytest.mark.parametrize(("couche", "column"), [("EPCI", "epci"), ("ARRONDISSEMENT", "arrondissement"), ("DEPARTEMENT", "departement"),
                                                ("REGION", "region")])  # fmt: skip
def test_communes_outside_of_the_layers_of_the_shapes(pilot, couche, column):
    _, unites = ressorts.assign_shape_layer(pilot, couche)
    expected = count_by_hand(column, set(pilot.index))
    assert unites.set_index("unite_id")["nb_communes_hors"].to_dict() == {unit: expected[unit] for unit in unites["unite_id"]}
    assert list(unites.columns) == ressorts.UNITE_COLUMNS
    if couche == "EPCI":
        assert unites["nb_communes_hors"].sum() > 0
    if couche == "DEPARTEMENT":
        assert unites["nb_communes_hors"].eq(0).all()


def test_communes_outside_of_the_divided_layers(pilot):
    for couche in ("CANTON", "CIRCONSCRIPTION"):
        assert ressorts.assign_divided_layer(pilot, couche)[1]["nb_communes_hors"].eq(0).all()  # none leaves its departement
    town = pilot.loc[["43157", "63113"]]
    cantons = ressorts.assign_divided_layer(town, "CANTON")[1].set_index("unite_id")["nb_communes_hors"]
    held = ressorts.assign_divided_layer(pilot, "CANTON")[0]
    around = held[~held["code_insee"].isin(town.index)].groupby("unite_id").size()
    assert cantons.to_dict() == around.reindex(cantons.index).fillna(0).to_dict() and cantons.sum() > 0


def test_communes_outside_of_the_caisses(pilot):
    france = read_communes(geometry=False)["departement"]
    msa = ressorts.assign_departement_layer(pilot, "MSA")[1].set_index("unite_nom")["nb_communes_hors"]
    assert msa.to_dict() == {"MSA Auvergne": france.isin(["03", "15"]).sum()}
    part = pilot[pilot["epci"] == "200073419"]
    caf = ressorts.assign_departement_layer(part, "CAF")[1].set_index("unite_id")["nb_communes_hors"]
    assert caf.to_dict() == {"CAF-43": 257 - len(part)}


def fill(rows, codes, couches=EXCLUSIVE):
    listed, unites, _ = ressorts.assign_listed_layers(rows, couches)
    return ressorts.fill_outside(unites, rows, listed, pd.Index(codes, dtype="str")).set_index("unite_id")["nb_communes_hors"].to_dict()


def test_communes_outside_of_a_list():
    rows = rows_of(
        ("1", "L", "U", None, None), ("8", "L", "U", None, None), ("9", "L", "U", None, None), ("9", "L", "U", None, None),
        ("2", "L", "V", None, None), ("3", "L", "INFRA", None, None), (None, "L", "V", None, None),
    ).assign(methode="liste")  # fmt: skip
    for order in (rows, rows.iloc[::-1]):
        found = fill(order, ["1", "2", "3"])
        assert pd.isna(found.pop("INFRA")) and found == {"U": 2, "V": 0}


def test_communes_outside_of_outlines():
    rows = rows_of(*[(code, "L", unit, None, None) for code, unit in zip("1234567", "UVWXYYZ", strict=True)], (None, "L", "U", None, None))
    rows["methode"] = ["polygone", "polygone", "surface", "polygone", "polygone", "liste", "polygone", ressorts.AWAY]
    rows["nb_communes_hors"] = [0, 0, 1, None, 1, None, 0, 1]
    rows = pd.concat([rows, rows.iloc[[6]].assign(code_insee="8", nb_communes_hors=None)], ignore_index=True)
    found = fill(rows, list("1234578"))
    # U: another outline of it is elsewhere; X: not known; Y: an outline that leaves, and a row outside; Z: one inside, one not known.
    assert pd.isna(found.pop("X")) and pd.isna(found.pop("Z")) and found == {"U": 1, "V": 0, "W": 1, "Y": 1}
    assert fill(rows_of().assign(methode=""), ["1"]) == {}
