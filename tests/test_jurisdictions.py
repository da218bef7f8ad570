"""Every measure of jurisdictions in one call, on the real communes of 43 and 63."""

from passage import measure_example


def test_layers_cross_over_the_whole_perimeter():
    tables, results = measure_example()
    crossed = results["contingences"]
    arrondissements = crossed[(crossed["couche_a"] == "EPCI") & (crossed["couche_b"] == "ARRONDISSEMENT")]
    puy = arrondissements[arrondissements["unite_a"] == "200073419"].set_index("unite_b")["poids"]
    assert puy.to_dict() == {"432": 80469, "431": 2196}  # methode.md 3.7
    assert arrondissements["poids"].sum() == tables["communes"]["population"].sum()
    assert arrondissements["nb_communes"].sum() == len(tables["communes"])
