"""What territories are read beside: the tables hold together, sentences never rank; and the menus of the notebook."""

import re

import numpy as np
import pytest
from test_across import measure_here

from diagnostic import widgets
from diagnostic.measure.side_by_side import (
    choose_variables,
    compare_side_by_side,
    complete_dictionary,
    describe_measures,
)

RANKING = re.compile(r"\b(meilleur|pire|premier rang|classement|dernier|score|note globale)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def compared():
    gathered, results, long, _ = measure_here()
    found = compare_side_by_side(long, gathered["tables"], graine=3, avec_moran=False)
    return found | {"lecture": gathered, "sources": gathered["tables"]["couches"].assign(objet="couche").reset_index()[["objet", "source"]]}


def test_one_row_a_territory_and_the_sizes_add_up(compared):
    wide, communes = compared["comparaison_territoires"], measure_here()[0]["tables"]["communes"]
    assert wide["nb_communes"].sum() + len(compared["comparaison_sans_territoire"]) == len(communes)
    assert wide.index.is_unique and wide["population"].sum() == communes.loc[communes["epci"].notna(), "population"].sum()
    assert np.allclose(wide["habitants_km2"], wide["population"] / wide["surface_km2"])


def test_the_wide_table_holds_the_long_one_and_its_dictionary_says_each_column(compared):
    wide, told = compared["comparaison_territoires"], compared["comparaison_dictionnaire"].set_index("colonne")
    long = compared["comparaison_longue"]
    assert set(told.index) <= set(wide.columns) and (told[["titre", "definition", "forme"]] != "").all(axis=None)
    for column in ("nb_unites MSA", "interlocuteurs_effectifs_q2 ARRONDISSEMENT", "nb_interlocuteurs"):
        row = told.loc[column]
        rows = long[long["mesure"].eq(row["mesure"]) & long["couche_b"].isna()]
        rows = rows if row["couche"] is None or row["couche"] != row["couche"] else rows[rows["couche"].eq(row["couche"])]
        assert np.allclose(rows.set_index("territoire")["valeur"].reindex(wide.index), wide[column], equal_nan=True)


def test_funnels_count_communes_never_inhabitants(compared):
    placed = compared["comparaison_entonnoirs"]
    apart = placed[placed["mesure"].eq("part_communes_a_part")]
    most = compared["comparaison_territoires"]["nb_communes"].reindex(apart["territoire"]).to_numpy()
    assert len(apart) and (apart["taille"] <= most).all()
    assert np.allclose(apart["numerateur"] / apart["taille"], apart["valeur"], equal_nan=True)


def test_too_few_territories_have_no_peers_and_every_output_says_why(compared):
    assert len(compared["comparaison_territoires"]) == 11 and not len(compared["comparaison_semblables"])
    assert not len(compared["comparaison_phrases"])
    told = compared["comparaison_lectures"].query("sujet == 'semblables'")["phrase"].tolist()
    assert len(told) == 1 and "30 territoires" in told[0]
    beside = compared["comparaison_reperes"]
    assert beside["semblables_mediane"].isna().all()
    assert beside["raison"].str.contains("30 territoires").sum() == beside["valeur"].notna().sum()
    known = beside["ecart_voisins"].notna()
    assert (beside.loc[~known & beside["valeur"].notna(), "raison"].str.contains("voisins")).all()


def test_names_stand_beside_identifiers_and_figures_have_their_words(compared):
    wide, near = compared["comparaison_territoires"], compared["comparaison_voisins"]
    assert near["nom"].equals(near["territoire_id"].map(wide["nom"])) and near["voisin"].equals(near["voisin_id"].map(wide["nom"]))
    placed = compared["comparaison_entonnoirs"]
    apart = placed[placed["mesure"].eq("part_communes_a_part")]
    assert apart["couche"].notna().all() and apart["groupe"].isna().all(), "a layer is no category"
    assert compared["comparaison_reperes"]["titre"].notna().all()


def test_an_empty_cell_of_the_wide_table_has_its_reason_beside(compared):
    wide, told = compared["comparaison_territoires"], compared["comparaison_dictionnaire"]
    empty = wide[told["colonne"]].isna()
    assert empty.any(axis=None) and (empty.any(axis=1) == wide["pourquoi_vide"].notna()).all()
    titles = told.set_index("colonne")["titre"]
    for code, row in empty.iterrows():
        assert all(titles[name] in wide.at[code, "pourquoi_vide"] for name in row.index[row])
    assert not wide["pourquoi_vide"].dropna().str.contains("nan|None").any()


def test_a_layer_where_nobody_is_apart_is_one_sentence_and_no_plot(compared):
    from diagnostic.run.comparison_drawing import draw_funnels

    told = compared["comparaison_lectures"].query("sujet == 'hasard'")["phrase"]
    (msa,) = told[told.str.contains("« Caisses de MSA »")]
    assert msa.endswith("aucune commune à part, nulle part (0 sur 257, 11 EPCI).") and "limites" not in msa
    figures = draw_funnels(compared, compared["lecture"])
    assert "part_communes_a_part ARRONDISSEMENT" in figures and "part_communes_a_part MSA" not in figures
    assert told.iloc[-1].startswith("Les limites tirent chaque commune séparément")


def test_no_sentence_ranks(compared):
    told = [*compared["comparaison_phrases"]["phrase"], *compared["comparaison_lectures"]["phrase"]]
    assert told and not [text for text in told if RANKING.search(text)]
    assert not [text for text in told if re.search(r"\b(nan|None)\b", text)]


def test_likeness_leaves_out_what_the_other_shares_already_say():
    wide = measure_here()[1]["interlocuteurs"].set_index("territoire_id").assign(
        population=1.0, habitants_km2=1.0, **{"part r : a": 0.5, "part r : b": 0.5, "part d : a": 1.0}
    )
    assert list(choose_variables(wide)) == ["population", "habitants_km2", "part r : a"]


def test_measures_all_have_words_and_a_form():
    measures = describe_measures()
    assert measures.notna().all(axis=None) and (measures != "").all(axis=None)
    assert complete_dictionary is not None


def test_the_menus_of_the_notebook_tell_each_territory(compared):
    pytest.importorskip("ipywidgets")
    name = compared["comparaison_territoires"].index[3]
    box = widgets.explore_beside(compared, name)
    assert box.children[0].children[0].value == name and "Aucun semblable : il faut 30" in box.children[1].value
    assert "territoires comparés" in widgets.count_compared(compared).data
    drawn = widgets.explore_funnels(compared)
    assert "data:image/png" in drawn.children[1].value
