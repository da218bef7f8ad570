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


def test_only_bodies_are_counted_and_asked_what_a_move_would_change():
    tables, results = measure_example()
    divisions = tables["couches"].index[~tables["couches"]["interlocuteur"]]
    assert not results["rattachements"]["couche"].isin(divisions).any() and len(results["rattachements"])
    bodies = tables["affectation"][~tables["affectation"]["couche"].isin(divisions)]
    counted = bodies.groupby("code_insee").size().reindex(tables["communes"].index, fill_value=0)
    assert (results["millefeuille"]["nb_unites"] == counted).all()
    assert (results["qui_intervient"]["nb_interlocuteurs"].to_numpy() == counted.to_numpy()).all()


def test_no_operator_is_an_actor_that_an_edition_hides():
    tables, results = measure_example()
    assert set(results["zones_blanches"]["repli"].dropna()) <= {"CCAS"}
    named = results["zones_blanches"].loc[results["zones_blanches"]["operateur_origine"] == "acteur_recense", "operateur"]
    hidden = tables["acteurs"].loc[tables["acteurs"]["diffusion"].isin(["interne", "partenaires"]), "nom"]
    assert not named.isin(hidden).any()
