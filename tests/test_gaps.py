"""Everything that is missing, assembled: the tables of the example, and who may see them."""

import pandas as pd
import pytest
from passage import measure_example, measure_small

from diagnostic.edition import filter_edition
from diagnostic.measure.gaps import choose_mapped, measure_states
from diagnostic.vocabulary import read_vocabulary


@pytest.fixture(scope="module")
def example():
    tables, results = measure_example()
    return tables | results


def test_the_states_of_the_sheets_are_those_of_the_categories(example):
    heads, states = example["fiche_manques"].set_index("territoire_id"), example["categories_territoires"]
    counts = states.groupby(["territoire_id", "statut"]).size().unstack(fill_value=0)
    for state in ("present", "absent_verifie", "non_renseigne"):
        assert (heads[f"nb_{state}"] == counts[state].reindex(heads.index)).all()
        by_heading = example["manques_rubriques"].groupby("territoire_id")[f"nb_{state}"].sum()
        assert (by_heading.reindex(heads.index) == heads[f"nb_{state}"]).all()
    assert heads["age_text"].str.contains("2024|2025|2026").all()


def test_every_kind_of_state_is_drawn_and_the_dossier_may_choose(example):
    mapped = choose_mapped(example, example["categories_territoires"])
    assert 0 < len(mapped) <= 6 and set(example["etats_communes"]["categorie"]) == set(mapped)
    counts = example["etats_communes_resume"].set_index("categorie")
    assert (counts[["nb_present", "nb_absent_verifie", "nb_non_renseigne"]] > 0).all().all()
    assert (counts["nb_cases"] == len(example["communes"])).all()
    chosen = example | {"reglages": example["reglages"] | {"categories_carte": ["ccas", "inconnue"]}}
    assert choose_mapped(chosen, example["categories_territoires"]) == ["ccas"]


def test_no_public_page_says_who_does_not_do_what_a_text_asks(example):
    public, _ = filter_edition(example, "publique")
    internal, _ = filter_edition(example, "interne")
    for name in ("attendus_territoires", "manques_attendus"):
        bound = internal[name][internal[name]["force"] == "obligation"]
        assert {"non_renseigne", "a_verifier"} <= set(bound["etat"])
        assert set(public[name].loc[public[name]["force"] == "obligation", "etat"]) <= {"present", "a_venir"}
    # practices and choices bind nobody: what is not recorded of them is told
    assert (public["attendus_territoires"]["etat"] == "non_renseigne").any()
    assert public["attendus_resume"].equals(internal["attendus_resume"])
    for name in ("liens_a_verifier", "proximites", "dispositifs_a_ouvrir", "bilan_proximites"):
        assert name not in public and len(internal[name])
    assert set(public["manques_listes"]["genre"]) <= {"themes", "publics"}
    assert {"liens", "dispositifs"} <= set(internal["manques_listes"]["genre"])


def test_a_category_that_a_text_asks_of_towns_has_no_public_map(example):
    asked = example | {"reglages": example["reglages"] | {"categories_carte": ["ccas", "mediatheque"]}}
    towns = measure_states(asked)["etats_communes"]
    assert towns.groupby("categorie")["edition"].unique().map(list).to_dict() == {"ccas": ["interne"], "mediatheque": ["publique"]}


def test_expectations_are_counted_once_in_the_sheets_that_hold_them(example):
    rows, lines = example["attendus_territoires"], example["manques_attendus"]
    whole = lines[lines["territoire_id"] == "perimetre"].set_index("attendu_id")["nb_concernes"]
    named = rows[rows["territoire_id"] != ""].groupby("attendu_id").size()
    assert whole.to_dict() == named.reindex(whole.index).to_dict()
    assert len(whole) > 10


def test_every_table_of_gaps_has_its_rule_of_edition():
    tables, results = measure_small()
    known = set(read_vocabulary("tables")["table"])
    unknown = {name for name, table in (tables | results).items() if isinstance(table, pd.DataFrame)} - known
    assert unknown == {"ressorts", "vocabulaire", "correspondance_cog"}  # what was typed of them is in other tables
