"""What the web map is given: labels instead of codes, and of each table the rows that the map can show."""

import pandas as pd
from pages import gather
from passage import measure_small

from diagnostic.draw.web_view import prepare_view


def test_the_view_speaks_with_labels():
    tables, told = gather(measure_small())
    view = prepare_view(tables, told)
    rows = view["acteurs"].set_index("acteur_id")
    assert rows.at["A1", "categorie_libelle"] == "Centres communaux d'action sociale"
    assert rows.at["A1", "rubrique_libelle"] == "Autres organismes publics"
    other = tables | {"acteurs": tables["acteurs"].assign(categorie="ajoutee_par_le_dossier")}
    assert set(prepare_view(other, told)["acteurs"]["rubrique_libelle"]) == {"Hors des rubriques du guide"}
    assert set(rows.index) == {"A1", "A4", "A5", "A6", "A7", "A8"}
    assert view["liens"]["type_libelle"].notna().all() and view["mentions"] == [told["couverture"]]


def test_discordance_is_that_of_the_epci_with_the_other_layers():
    tables, told = gather(measure_small())
    rows = prepare_view(tables, told)["discordance"]
    measured = tables["discordance"].set_index(["territoire_id", "couche"])["interlocuteurs_effectifs_q2"]
    assert len(rows) and "EPCI" not in set(rows["couche"])
    assert all(row.valeur == measured[f"epci:{row.epci}", row.couche] or row.valeur != row.valeur for row in rows.itertuples())


def test_a_distance_says_whether_its_inventory_is_complete():
    tables, told = gather(measure_small())
    codes = tables["acces_communes"]["categorie"].unique()
    summary = tables["acces"].assign(inventaire=tables["acces"]["categorie"].map({codes[0]: "complet"}).fillna("non_renseigne"))
    rows = prepare_view(tables | {"acces": summary}, told)["acces"].drop_duplicates("categorie").set_index("categorie")
    assert rows["complet"].to_dict() == {code: code == codes[0] for code in rows.index}
    assert set(rows["seuils"]) == {tuple(tables["reglages"]["seuils_km"])} and set(rows["unite"]) == {"km"}
    none = {name: tables[name].iloc[:0] for name in ("acces_communes", "acces_temps_communes") if name in tables}
    assert prepare_view(tables | none, told)["acces"] is None


def test_states_and_dispositifs_have_their_words():
    tables, told = gather(measure_small())
    view = prepare_view(tables, told)
    assert len(view["etats"]) == len(tables["etats_communes"]) and view["etats"]["libelle"].notna().all()
    assert len(view["participations"]) == len(tables["participations"])
    assert not view["participations"]["role_libelle"].isin(["pilotage", "animation"]).any()
    assert view["stades"][0] == "Émergence"
    assert pd.Series(view["dispositifs"]["type_libelle"]).notna().all()


def test_shares_of_the_epci_leave_out_what_has_no_unit():
    tables, told = gather(measure_small())
    rows = prepare_view(tables, told)["parts"]
    assert len(rows) and rows["unite_id"].ne("").all() and not rows["epci"].str.startswith("epci:").any()
