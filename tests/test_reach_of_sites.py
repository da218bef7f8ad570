"""Access assembled: one dossier with travel times, capacities and indicators, carried to its tables."""

import pandas as pd
import pytest
from passage import EPCI, measure_timed

from diagnostic.errors import DiagnosticError
from diagnostic.measure.reach_of_sites import UNFINISHED, blank_unfinished, list_steps, pick_mode
from diagnostic.run import select_edition


def test_minutes_are_of_one_means_of_transport_and_replace_straight_lines():
    tables = measure_timed()
    trips = tables["acces_temps_communes"].set_index(["categorie", "code_insee"])["minutes"]
    assert set(trips.index.get_level_values(0)) == {"mediatheque"}  # no time leads to the others
    assert trips["mediatheque", "43052"] == 12  # the bus is not mixed with the cars
    assert trips["mediatheque"].notna().sum() == 3
    modes = tables["modes_acces"].set_index("categorie")
    assert modes["mode"].to_dict() == {"mediatheque": "temps de trajet", "eaje": "vol d'oiseau", "epicerie_sociale": "vol d'oiseau"}
    assert modes["transport"].unique().tolist() == ["voiture"]
    lines = tables["manques_acces"]
    assert set(lines.loc[lines["categorie"] == "mediatheque", "mode"]) == {"temps de trajet"}
    assert set(tables["courbes_acces"].groupby("categorie")["unite"].first().items()) == {("mediatheque", "min"), ("eaje", "km")}


def test_an_unfinished_list_has_sites_but_no_figure():
    acces = measure_timed()["acces"].set_index(["territoire_id", "categorie", "seuil_km"])
    far = acces.loc[(f"epci:{EPCI}", "epicerie_sociale")]
    assert far["part_population_au_dela"].isna().all() and far["population_au_dela_sans_voisins"].isna().all()
    assert set(far["raison_absence"]) == {UNFINISHED} and (far["nb_sites"] == 1).all()
    whole = acces.loc[(f"epci:{EPCI}", "mediatheque")]
    assert whole["part_population_au_dela"].notna().all() and set(whole["raison_absence"]) == {""}
    for name in ("fermetures", "accessibilite_communes", "sites_supplementaires", "communes_eloignees"):
        assert "epicerie_sociale" not in set(measure_timed()[name]["categorie"]), name


def test_a_capacity_of_zero_is_left_out_with_its_reason_and_nothing_is_lost():
    tables = measure_timed()
    sites = tables["sites_capacite"].set_index(["categorie", "acteur_id"])
    assert sites.loc[("eaje", "C2"), "raison_exclusion"] != "" and sites.loc[("eaje", "C1"), "raison_exclusion"] == ""
    told = tables["controle_capacite"].set_index("categorie")
    assert told.at["eaje", "capacite_distribuee"] == pytest.approx(20) and told.at["eaje", "mesure"] == "accessibilite"
    assert told.at["mediatheque", "mesure"] == "densite_de_sites"


def test_closing_a_site_sends_its_people_to_the_other_one():
    closed = measure_timed()["fermetures"].query("categorie == 'eaje'").set_index("site_id")
    assert closed.at["C1", "site_repli_id"] == "C2" and closed["nb_communes"].sum() == 12
    assert closed[["nb_communes_nouvelles_au_dela", "population_nouvelle_au_dela"]].notna().all().all()


def test_a_secret_rate_is_neither_zero_nor_forgotten():
    row = measure_timed()["indicateurs_territoires"].set_index(["territoire_id", "indicateur"]).loc[(f"epci:{EPCI}", "pauvrete")]
    assert row["nb_communes"] == 12 and row["nb_communes_secret"] == 1 and row["nb_communes_non_disponible"] == 1
    assert pd.isna(row["moyenne"]) and row["raison_absence"]


def test_the_public_edition_keeps_closings_and_siting_for_the_group():
    shown = select_edition(measure_timed(), "publique")
    assert "fermetures" not in shown and "sites_supplementaires" not in shown and len(shown["acces"])


def test_one_mode_is_picked_by_its_rows_then_by_its_name():
    times = pd.DataFrame({"mode": ["car", "voiture", None], "minutes": [1, 2, 3]})
    assert pick_mode(times)[1] == "car"
    assert pick_mode(times.iloc[[1, 2]].assign(mode=None))[1] == "non dit"
    assert pick_mode(times.iloc[:0])[1] == ""


def test_each_zone_has_its_weight():
    assert list_steps([10, 20], [1.0, 0.5]) == ((10, 1.0), (20, 0.5))
    with pytest.raises(DiagnosticError, match="3 bornes et 2 poids"):
        list_steps([10, 20, 30], [1.0, 0.5])


def test_blanking_touches_figures_only():
    row = {"inventaire": "non_renseigne", "raison_absence": "", "population_au_dela": 3, "nb_sites": 2}
    row["part_population_au_dela_plus_25"] = 0.1
    shown = blank_unfinished(pd.DataFrame([row, row | {"inventaire": "complet"}]))
    assert shown["population_au_dela"].isna().tolist() == [True, False] and shown["nb_sites"].tolist() == [2, 2]
    assert shown["part_population_au_dela_plus_25"].isna().tolist() == [True, False]
