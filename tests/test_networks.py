"""Every measure of networks in one call, on a small dossier and on the example: nothing mixed, nothing invented."""

import pandas as pd
import pytest
from passage import measure_example, measure_small

from diagnostic.measure import networks
from diagnostic.measure.networks import measure_links
from diagnostic.vocabulary import read_vocabulary


@pytest.fixture(scope="module")
def example():
    return measure_example()


def test_every_table_is_named_for_the_workbook(example):
    tables, _ = example
    named = set(read_vocabulary("tables")["table"])
    assert set(measure_links(tables)) <= named


def test_the_networks_are_apart(example):
    tables, results = example
    facets = results["facettes"].set_index(["reseau", "facette", "valeur"])
    whole = results["densites"].set_index("territoire_id").loc["perimetre"]
    assert facets.loc[("liens", "ensemble", "ensemble"), "nb_liens"] == whole["nb_liens"]
    parts = results["densites_dispositifs"].set_index("territoire_id").loc["perimetre"]
    assert facets.loc[("participations", "ensemble", "ensemble"), "nb_liens"] == parts["nb_participations"]
    members = facets.loc[("adhesions", "ensemble", "ensemble"), "nb_liens"]
    assert members == len(tables["adhesions"].drop_duplicates(["acteur_id", "reseau_id"]))


def test_figures_of_one_network_agree_wherever_they_stand(example):
    _, results = example
    whole = results["densites"].set_index("territoire_id").loc["perimetre"]
    assert results["positions"]["degre"].sum() == 2 * whole["nb_liens"]
    assert (results["positions"]["degre"] == 0).sum() == whole["nb_isoles"]
    assert len(results["confirmations"]) == whole["nb_liens"]
    silo = results["silos"].set_index("mixte")
    chance = results["references"].set_index(["mixte", "hypothese"])
    for scenario in silo.index:
        for hypothese in ("etiquettes", "liens"):
            row = chance.loc[(scenario, hypothese)]
            assert row["observe"] == silo.loc[scenario, "nb_externes"]
            assert row["moyenne"] == pytest.approx(silo.loc[scenario, "nb_externes_attendu"])
    side_by_side = results["comparaison"].set_index("territoire_id").loc["perimetre"]
    assert side_by_side["ratio_externes"] == pytest.approx(silo.loc["exclu", "ratio_externes"])
    assert results["communautes"]["nb_acteurs"].sum() == whole["nb_acteurs"]


def test_the_summary_tells_every_figure_with_its_name(example):
    _, results = example
    rows = results["reseau_resume"].set_index(["mesure", "precision"])
    assert rows.index.is_unique and rows["libelle"].notna().all()
    density = rows.xs("densite_liens").iloc[0]
    assert density["lecture"] == "0,9\u202f%" and density["numerateur"] / density["denominateur"] == pytest.approx(density["valeur"])
    assert {"etiquettes", "liens", "degres"} <= set(results["reseau_resume"]["precision"].dropna())


def test_an_empty_sheet_of_links_is_no_network_without_link():
    tables, _ = measure_small()
    results = measure_links(tables | {"liens": tables["liens"].iloc[:0], "participations": tables["participations"].iloc[:0]})
    for name, columns in {"densites": ["densite", "nb_liens"], "silos": ["ei", "nb_externes"], "silos_groupes": ["nb_externes"]}.items():
        assert results[name][columns].isna().all(axis=None), name
        assert results[name]["raison_absence"].str.contains("feuille liens").all(), name
    assert results["conventions_resume"]["valeur"].isna().all()
    assert results["references"]["p_moins"].isna().all() and (results["references"]["raison_absence"] != "").all()
    for name in ("positions", "communautes", "ponts", "relais", "citations", "confirmations"):
        assert results[name].empty, name
    assert results["structure"]["nb_communautes"].isna().all() and results["structure"]["raison_absence"].str.contains("liens").all()
    assert results["croisements"]["nb_voisins"].isna().all()


def test_a_row_of_one_or_two_actors_is_not_public(example):
    _, results = example
    for name in ("silos_groupes", "blocs", "conventions"):
        table = results[name]
        sizes = table[[column for column in table if column.startswith("nb_acteurs")]].min(axis=1)
        small = (sizes < 3) & (table["groupe"].ne("champ") if "groupe" in table else True)
        assert small.any() and (table["edition"] == small.map({True: "interne", False: "publique"})).all(), name


def test_a_contract_typed_by_hand_is_not_told_with_those_of_the_programmes(example):
    tables, _ = example
    code = tables["communes"].index[0]
    rows = pd.DataFrame({"dispositif_id": [tables["dispositifs"]["dispositif_id"].iloc[0]], "territoire_code": [code]})
    assert measure_links(tables | {"affiliations": rows})["affiliations_territoires"].empty


def test_every_measure_counts_the_same_participations():
    tables, _ = measure_small()
    stranger = tables["participations"].iloc[:1].assign(acteur_id="inconnu", role="financement", stade="mise_en_oeuvre")
    more = tables | {"participations": pd.concat([tables["participations"], stranger], ignore_index=True)}
    before, after = (measure_links(given)["entree_tardive_ensemble"] for given in (tables, more))
    pd.testing.assert_frame_equal(before, after)


def test_links_all_set_aside_are_told_apart_from_an_empty_sheet():
    tables, _ = measure_small()
    ids = tables["acteurs"]["acteur_id"].iloc[:2].to_numpy()
    links = tables["liens"].iloc[:2].assign(source_id=ids, cible_id=ids)
    results = measure_links(tables | {"liens": links})
    for name in ("densites", "silos", "conventions_resume"):
        assert results[name]["raison_absence"].eq("aucun lien retenu : 2 lignes écartées (feuille liens)").all(), name
    for name in ("enquete_reseau", "comparaison"):
        told = results[name].set_index("territoire_id").at["perimetre", "raison_absence"]
        assert "aucun lien retenu : 2 lignes écartées (feuille liens)" in told, name
    facets = results["facettes"].set_index("reseau")
    assert facets.loc["liens", "raison_absence"] == "aucun lien retenu : 2 lignes écartées (feuille liens)"


def test_who_is_seen_to_make_the_link_is_between_the_two_champs(example):
    """Recounted on the links: at least one pair of a social and a local actor, both linked to it and not to each other."""
    tables, results = example
    placed, champs = results["positions"], tables["acteurs"].set_index("acteur_id")["champ"]
    pairs = results["confirmations"][["acteur_a", "acteur_b"]].to_numpy().tolist()
    linked = {frozenset(pair) for pair in pairs}
    near = {actor: [(set(pair) - {actor}).pop() for pair in pairs if actor in pair] for actor in placed.index}
    for actor, row in placed.iterrows():
        ends = {side: [x for x in near[actor] if champs[x] == side] for side in ("social", "developpement_local")}
        opened = sum(frozenset((s, d)) not in linked for s in ends["social"] for d in ends["developpement_local"])
        assert row["nb_mediations_champs"] == 2 * opened, actor
    seen = placed["observe"].fillna(False).astype(bool)
    assert seen.any() and (placed.loc[seen, "nb_mediations_champs"] > 0).all()


def test_groups_are_searched_fewer_times_in_a_large_network(monkeypatch):
    tables, _ = measure_small()
    assert measure_links(tables)["structure"]["essais"].tolist() == [networks.TRIES] == [10]
    monkeypatch.setattr(networks, "MANY_ACTORS", 3)
    assert measure_links(tables)["structure"]["essais"].tolist() == [networks.FEW_TRIES] == [2]


def test_imported_contracts_enter_no_network():
    tables, _ = measure_small()
    contract = tables["dispositifs"].iloc[:1].assign(dispositif_id="ANCT-x", fichier="imports/programmes-anct.xlsx")
    more = tables | {"dispositifs": pd.concat([tables["dispositifs"], contract], ignore_index=True)}
    here, there = (measure_links(given)["densites_dispositifs"]["nb_dispositifs"].tolist() for given in (tables, more))
    assert here == there
