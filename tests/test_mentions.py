"""What every page says of itself."""

import pandas as pd
from passage import measure_example, measure_small

from diagnostic.edition import filter_edition
from diagnostic.measure.mentions import EDITION_LABELS, list_sources, tell_mentions, tell_notices, tell_states
from diagnostic.schema import EDITIONS
from diagnostic.vocabulary.formats import format_share

DATE = pd.Timestamp("2026-11-15")


def gather(measured):
    tables = measured[0] | measured[1]
    return tables | {"sources": list_sources(tables)}


def test_sources_name_every_layer_and_count_rows():
    sources = gather(measure_small())["sources"]
    assert {"couche EPCI", "couche MSA", "communes, population", "acteurs", "liens"} <= set(sources["objet"])
    assert sources.query("objet == 'acteurs'")["nombre"].sum() == 8
    assert sources.query("objet == 'communes, population'")["nombre"].tolist() == [12]


def test_a_page_says_its_own_layer_and_what_is_invented():
    told = tell_mentions(gather(measure_example()), DATE)
    assert told["date"] == "15/11/2026"
    assert told["fictif"]["FICTIF_CIAS"] and told["fictif"]["acteurs"] and told["fictif"]["ressorts"]
    assert not told["fictif"]["ARRONDISSEMENT"] and not told["fictif"]["MSA"]
    assert any("MSA" in word for word in told["sources"]["MSA"]) and not any(
        "FICTIF" in word for word in told["sources"]["MSA"]
    )
    assert all(len(words) == len(set(words)) for words in told["sources"].values())
    states = measure_example()[1]["categories_territoires"]["statut"].value_counts(normalize=True)
    for state, words in (("present", "présentes"), ("absent_verifie", "absences vérifiées"), ("non_renseigne", "non renseignées")):
        assert f"{format_share(states[state])} {words}" in told["couverture"]
    assert "information la plus ancienne de 03/2024" in told["couverture"]


def test_the_states_of_an_empty_or_undated_inventory_are_told_without_a_zero_age():
    none = pd.DataFrame(columns=["nb_cases", "nb_present", "nb_absent_verifie", "nb_non_renseigne"])
    assert tell_states(none) == "aucune case catégorie × territoire"
    row = {"nb_cases": 4, "nb_present": 1, "nb_absent_verifie": 0, "nb_non_renseigne": 3}
    undated = pd.DataFrame([row | {"nb_informations": 2, "nb_sans_date": 2, "date_plus_ancienne": pd.NaT, "date_mediane": pd.NaT}])
    assert tell_states(undated).endswith("(cases catégorie × territoire) ; informations sans date")
    dates = {"date_plus_ancienne": pd.Timestamp("2024-03-01"), "date_mediane": pd.Timestamp("2025-01-01")}
    half = pd.DataFrame([row | {"nb_informations": 2, "nb_sans_date": 1} | dates])
    assert tell_states(half).endswith(f"la plus ancienne de 03/2024, médiane de 01/2025, {format_share(0.5)} sans date")


def test_notices_say_purpose_edition_date_counts_and_masks_reach_them():
    tables = gather(measure_small())
    for edition in EDITIONS:
        shown, _ = filter_edition(tables, edition)
        lines = tell_notices(shown, tell_mentions(shown, DATE), edition)
        assert EDITION_LABELS[edition] in lines and "Date d'édition : 15/11/2026." in lines
        assert ("canari@exemple.test" in lines[0]) == (edition == "interne")
        assert any(line.startswith("FICTIF") for line in lines)
        counts = tables["comptes"][["lues", "dans_territoire", "hors_territoire", "ecartees"]].sum()
        told = "Lignes lues : {lues} = {dans_territoire} dans le territoire + {hors_territoire} hors du territoire + {ecartees} écartées."
        assert told.format(**counts) in lines


def test_the_rows_merged_are_in_the_sum():
    tables = gather(measure_small())
    counts = tables["comptes"].head(1).assign(lues=10, dans_territoire=4, hors_territoire=2, fusionnees=3, ecartees=1)
    lines = tell_notices(tables | {"comptes": counts}, tell_mentions(tables, DATE), "interne")
    told = "Lignes lues : 10 = 4 dans le territoire + 2 hors du territoire + 3 réunies à une autre (doublons) + 1 écartées."
    assert told in lines


def test_notices_reconcile_the_counts_of_actors_and_links():
    whole = gather(measure_small())
    shown, _ = filter_edition(whole, "publique")
    lines = tell_notices(shown, tell_mentions(shown, DATE), "publique", whole)
    counted = whole["densites"].set_index("territoire_id").at["perimetre", "nb_acteurs"]
    assert counted == 8  # eight actors typed by hand, two of them hidden from the public
    assert "Acteurs : 8 dans l'inventaire, 6 montrés dans cette édition, 8 comptés dans les réseaux." in lines
    assert "Les chiffres d'ensemble portent sur tout l'inventaire, lignes non montrées comprises." in lines
    # A1-CANARIID and A1-CANARIID2 name hidden actors; A1-A4 is declared by one, a cell that is only emptied.
    assert "Liens : 4 lignes, 2 montrées dans cette édition, 4 paires distinctes." in lines
    outside = whole["acteurs"].assign(hors_territoire=[True, *[False] * 7])
    lines = tell_notices(whole | {"acteurs": outside}, tell_mentions(whole, DATE), "interne")
    assert "Acteurs : 7 dans l'inventaire, 7 montrés dans cette édition, 8 comptés dans les réseaux." in lines
    nobody = whole | {"acteurs": whole["acteurs"].iloc[:0]}
    assert not [line for line in tell_notices(nobody, tell_mentions(whole, DATE), "interne") if line.startswith(("Acteurs", "Liens"))]


def test_actors_out_of_the_networks_are_explained():
    tables = gather(measure_example())
    lines = tell_notices(tables, tell_mentions(tables, DATE), "interne")
    told = next(line for line in lines if line.startswith("Acteurs : "))
    assert "270 dans l'inventaire" in told and "245 comptés dans les réseaux (les communes sans lien" in told
    assert "Liens : 396 lignes, 278 paires distinctes." in lines


def test_a_dossier_without_purpose_says_so_and_a_cut_unit_is_told():
    tables = gather(measure_example())
    tables = tables | {"reglages": tables["reglages"] | {"finalite": ""}}
    lines = tell_notices(tables, tell_mentions(tables, DATE), "publique")
    assert "non dit (feuille questions, Q0)" in lines[0]
    assert "Débordent du périmètre : CC du Massif du Sancy (15132 Montgreleix)." in lines
