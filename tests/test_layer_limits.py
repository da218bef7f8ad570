"""What is not taken for granted: units that go beyond, bounds of coverage, overlaps, slivers; small tables read by hand."""

import numpy as np
import pandas as pd
from jouets import make_affectation, make_appartenance, make_couches

from diagnostic.measure.constats.layer_limits import (
    bound_coverage,
    count_beyond,
    count_shared,
    find_estimated,
    list_loose,
    list_solid,
    tell_beyond,
    tell_bounds,
    tell_cover,
    tell_estimated,
)
from diagnostic.measure.constats.layer_names import name_layers
from diagnostic.vocabulary.formats import NARROW_SPACE

NAN = float("nan")
LAYERS = {"ZONE_EMPLOI": {"A": "Z1", "B": "Z1", "C": "Z2", "D": "Z3"}, "CAF": dict.fromkeys("ABCD", "F1")}


def make_tables(layers=None, *, hors=None, coupees=(), **flags):
    affectation = make_affectation(layers or LAYERS)
    unites = affectation[["couche", "unite_id"]].drop_duplicates(ignore_index=True)
    if hors is not None:
        unites["nb_communes_hors"] = [float(hors.get(unite, 0)) for unite in unites["unite_id"]]
    return {
        "affectation": affectation, "unites": unites, "couches": make_couches(layers or LAYERS, **flags),
        "appartenance": make_appartenance({"perimetre": "ABCD", "departement:1": "AC"}),
        "unites_coupees": pd.DataFrame(list(coupees), columns=["couche", "unite_id"], dtype="str"),
    }  # fmt: skip


def count(tables):
    return {row[0]: row[1:] for row in count_beyond(tables).itertuples(name=None)}


def test_a_unit_goes_beyond_by_its_communes_outside_or_by_another_territory():
    told = count(make_tables(hors={"Z2": 4, "F1": NAN}))
    assert told["perimetre", "ZONE_EMPLOI"] == (3, 1, 0) and told["perimetre", "CAF"] == (1, 0, 1)
    # Z1 has B elsewhere, Z2 its communes outside; what is known to go beyond is not unknown.
    assert told["departement:1", "ZONE_EMPLOI"] == (2, 2, 0) and told["departement:1", "CAF"] == (1, 1, 0)


def test_without_the_column_only_the_units_that_were_cut_are_known():
    assert count(make_tables())["perimetre", "ZONE_EMPLOI"] == (3, 0, 0)
    assert count(make_tables(coupees=[("ZONE_EMPLOI", "Z3")]))["perimetre", "ZONE_EMPLOI"] == (3, 1, 0)
    assert count(make_tables(hors={}, coupees=[("ZONE_EMPLOI", "Z3")]))["perimetre", "ZONE_EMPLOI"] == (3, 1, 0)


def test_the_caveat_agrees():
    zone, epci = name_layers(pd.DataFrame({"libelle": ["Zones d'emploi", "EPCI"]}, index=["ZE", "EPCI"])).itertuples()

    def tell(*rows):
        return tell_beyond([(noun, dict(zip(("nb_unites", "nb_debordent", "nb_inconnus"), counts, strict=True))) for noun, counts in rows])

    assert tell((zone, (9, 1, 0))) == "1 des 9 zones d'emploi déborde du territoire : elle est jugée sur sa seule part"
    assert tell((zone, (4, 4, 0))) == "les 4 zones d'emploi débordent du territoire : elles sont jugées sur leur seule part"
    assert tell((zone, (1, 1, 0)), (epci, (3, 0, 2))) == (
        "la seule zone d'emploi déborde du territoire : elle est jugée sur sa seule part ; "
        "pour 2 des 3 EPCI, on ne sait pas s'ils débordent du territoire"
    )
    assert tell((epci, (3, 1, 0)), (zone, (9, 2, 0))).endswith("débordent du territoire : ils sont jugés sur leur seule part")
    assert tell((zone, (4, 0, 0))) == ""


def test_a_share_of_a_whole_is_no_overlap():
    layers = {"CANTON": {"A": {"C1": NAN, "C2": NAN}, "B": {"C1": 0.4, "C2": 0.6}}, "PAT": {"A": ["P1", "P2"]}, "X": {"C": ["X1", "X2"]}}
    tables = make_tables(layers, infra=["CANTON"], non_exclusives=["PAT"])
    assert list_loose(tables) == {"PAT", "X"}  # the parts of X add up to two
    assert count_shared(tables).to_dict() == {("departement:1", "PAT"): 1, ("departement:1", "X"): 1, ("perimetre", "PAT"): 1,
                                              ("perimetre", "X"): 1}  # fmt: skip


def test_bounds_of_coverage():
    profiles = pd.DataFrame({"territoire_id": "perimetre", "couche": ["CANTON", "QPV"], "couverture": [1.0, 0.5]})
    profiles["couverture_min"] = [0.4, 0.1]
    low = bound_coverage(profiles, make_couches(["CANTON", "QPV"], incompletes=["QPV"]))
    assert low.to_dict() == {("perimetre", "CANTON"): 1.0, ("perimetre", "QPV"): 0.1}
    assert bound_coverage(profiles.drop(columns="couverture_min"), make_couches(["CANTON", "QPV"])).tolist() == [1.0, 0.5]
    told = [tell_cover(*bounds).replace(NARROW_SPACE, " ") for bounds in ((0.5, 0.5), (0, 0.5), (0.1, 0.5), (0.0004, 0.0004), (0, 0.0004))]
    assert told == ["ne couvre que 50 %", "couvre au plus 50 %", "couvre de 10 % à 50 %", "couvre moins de 0,1 %", "couvre moins de 0,1 %"]
    assert tell_bounds(NAN, 0.5).replace(NARROW_SPACE, " ") == "50 %"


def test_what_rests_on_surfaces_or_slivers():
    layers = {"CLS": {"A": {"L1": 0.5}, "B": {"L2": 0.04}, "C": "L3", "D": {"L4": NAN}}}
    tables = make_tables(layers)
    here = [unit for territory, _, unit in list_solid(tables) if territory == "perimetre"]
    assert sorted(here) == ["L1", "L3", "L4"]
    tables["affectation"] = tables["affectation"].assign(methode="surface")
    assert [unit for territory, _, unit in list_solid(tables) if territory == "perimetre"] == ["L3"]
    tables["affectation"] = tables["affectation"].drop(columns="methode")
    assert len(list_solid(tables)) == 5  # L1, L3, L4 in the perimeter, L1 and L3 in the departement
    profiles = pd.DataFrame({"territoire_id": ["t"], "couche": ["CLS"], "part_estimee": [np.nan]})
    assert find_estimated(profiles).tolist() == find_estimated(profiles.drop(columns="part_estimee")).tolist() == [0.0]
    assert (tell_estimated(0.0), tell_estimated(0.2)) == ("", "parts estimées à la surface")
