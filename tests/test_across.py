"""All territories in one pass say what the dossier of each says; nothing depends on the order of rows; what is missing is said."""

import os
from functools import cache

import numpy as np
import pandas as pd
import pytest

from diagnostic import run as way
from diagnostic.measure import across
from diagnostic.measure.records import build_records
from diagnostic.run.comparison import gather
from diagnostic.vocabulary import read_vocabulary

NUMBERS = ["valeur", "numerateur", "denominateur", "couverture"]
HERE = ["43"]  # Haute-Loire: eleven EPCI
FRANCE = "DIAGNOSTIC_FRANCE"  # where set: ten EPCI of the whole country, with the reference data


def write_layer(folder):
    """Write a made-up partial layer, that leaves some EPCI of the departement out; return the text of the option."""
    from diagnostic.read.places.territories import read_communes

    held = read_communes(departements=HERE, geometry=False)
    codes = held.index[held["epci"].isin(sorted(held["epci"].unique())[:7])][:120]
    rows = pd.DataFrame({"code_insee": codes, "unite": [f"U{place % 7}" for place in range(len(codes))]})
    path = folder / "découpage d'essai.csv"
    rows.to_csv(path, index=False)
    return f"FICTIF_ESSAI={path},unite"


def write_sites(folder):
    """Write a made-up list of places, some of them out of the departement; return the text of the option."""
    from diagnostic.read.places.territories import read_communes

    held = read_communes(departements=[*HERE, "63"], geometry=False)
    rows = held.iloc[::17].reset_index()[["code_insee", "nom"]]
    kinds = np.array(["ccas", "centre_social", "mediatheque"])[np.arange(len(rows)) % 3]
    rows = rows.assign(nom="FICTIF " + rows["nom"], categorie=kinds)
    path = folder / "lieux.csv"
    rows.to_csv(path, index=False)
    return f"tableau={path}"


@cache
def measure_here():
    import tempfile
    from pathlib import Path

    folder = Path(tempfile.mkdtemp(prefix="essai à comparer "))
    asked = {"couches": [write_layer(folder)], "inventaires": [write_sites(folder)]}
    gathered = gather({"departements": HERE} | asked)
    results = across.measure_across(gathered["tables"])
    return gathered, results, across.build_long(results, gathered["tables"]), asked


def measure_own(asked, siren):
    """Return the records of the dossier of one EPCI alone, by the whole way of a dossier."""
    from diagnostic.read import national
    from diagnostic.run import comparison
    from diagnostic.write import national as writer

    layers = [national.parse_layer(text) for text in asked["couches"]]
    lists = [national.split_inventory(text) for text in asked["inventaires"]]
    with comparison.tempfile.TemporaryDirectory() as place:
        settings = {"epci": [siren]}
        folder = writer.write_sources(place, settings, national.list_layer_rows([row for _, row in layers]), [path for path, _ in layers])
        for source, path in lists:
            way.import_source(source, path, folder)
        tables = way.load(folder)
        return way.measure_tables(tables)


def compare_with_own(long, own, siren):
    """Return the rows of a territory that its own dossier does not say the same: empty when all are equal."""
    known = read_vocabulary("mesures_comparees")
    names = known.loc[(known["table"] == "") | (known["mesure"] == "nb_interlocuteurs"), "mesure"]
    records = own["resultats"].rename(columns=across.NAMES)
    # In the dossier of one EPCI, the pairs of layers are those of the perimeter, which is the EPCI.
    pairs = records["couche_b"].notna() & records["territoire"].eq("perimetre")
    records = records[pairs | (records["couche_b"].isna() & records["territoire"].eq(f"epci:{siren}"))]
    records = records[records["mesure"].isin(names)]
    keys = ["mesure", "couche", "couche_b", "groupe", "seuil"]
    # What a dossier says too small, the comparison leaves blank.
    here = long[long["territoire"].eq(f"epci:{siren}") & long["raison_absence"].astype("object").ne(across.NOBODY)]
    here = here[here["mesure"].isin(names)]
    both, theirs = (
        rows[[*keys, *NUMBERS]].astype(dict.fromkeys(keys, "object")).fillna(dict.fromkeys(keys, "")) for rows in (here, records)
    )
    joined = both.merge(theirs, on=keys, how="left", suffixes=("", "_propre"), indicator=True)
    same = joined["_merge"].eq("both")
    for name in NUMBERS:
        one, other = joined[name].to_numpy(dtype=float), joined[f"{name}_propre"].to_numpy(dtype=float)
        # The comparison tells the coverage of figures that a dossier leaves without one.
        own = np.isnan(other) if name == "couverture" else False
        same &= own | np.isclose(one, other, rtol=1e-12, atol=1e-12, equal_nan=True)
    return joined[~same], len(joined)


def test_every_figure_of_two_epci_equals_that_of_their_own_dossier():
    gathered, _, long, asked = measure_here()
    sirens = gathered["tables"]["territoires"].query("type == 'epci'").index.str.removeprefix("epci:")
    for siren in np.random.default_rng(11).choice(sirens, 2, replace=False):
        different, number = compare_with_own(long, measure_own(asked, siren), siren)
        assert number > 150 and not len(different), different.head(20).to_string()


@pytest.mark.skipif(not os.environ.get(FRANCE), reason=f"dix EPCI de France : plusieurs minutes, avec {FRANCE}=1")
def test_every_figure_of_ten_epci_of_france_equals_that_of_their_own_dossier(partage):
    zones = partage / "ressorts" / "zonages_insee_2024.csv"
    asked = {
        "couches": [f"BASSIN_DE_VIE={zones},BV2022", f"PAT={partage / 'ressorts' / 'pat_aura_2025_communes.csv'},code_pat,recouvre"],
        "inventaires": [
            f"france-services={partage / 'inventaires' / 'france_services_2024-08.csv'}",
            f"programmes-anct={partage / 'ressorts' / 'programmes_anct_2024.csv'}",
        ],
    }
    gathered = gather({"france": True} | asked)
    long = across.build_long(across.measure_across(gathered["tables"]), gathered["tables"])
    sirens = gathered["tables"]["territoires"].query("type == 'epci'").index.str.removeprefix("epci:")
    assert len(sirens) == 1255
    for siren in np.random.default_rng(2026).choice(sirens, 10, replace=False):
        own = measure_own(asked, siren)
        different, number = compare_with_own(long, own, siren)
        assert number > 150 and not len(different), f"{siren}\n{different.head(20).to_string()}"
        held = own["affiliations_territoires"].query("genre == 'epci'")
        count = float(held["nb_contrats"].iloc[0]) if len(held) else 0.0
        mine = long[(long["territoire"] == f"epci:{siren}") & (long["mesure"] == "nb_contrats_epci")]
        assert mine["valeur"].tolist() == [count]


def test_a_figure_carries_its_two_numbers_its_coverage_its_vintage_or_a_reason():
    _, _, long, _ = measure_here()
    assert list(long.columns) == across.LONG_COLUMNS
    assert (long["valeur"].isna() == long["raison_absence"].notna()).all()
    for name, word in (("denominateur", "dénominateur"), ("couverture", "couverture"), ("millesime", "millésime")):
        told = long["raison"].astype("object").fillna("").str.contains(f"{word} : ", regex=False)
        assert (long[name].isna() == told).all(), long[long[name].isna() != told].head().to_string()
    assert not long["raison"].astype("object").fillna("").str.contains("non dit$", regex=True).any(), "a reason nobody wrote"
    assert long[["millesime_communes", "millesime_population"]].notna().all(axis=None)
    assert long["couverture"].dropna().between(0, 1).all()
    assert not long.duplicated(["territoire", *across.KEYS]).any()
    shares = long[long["mesure"].eq("part_population_au_dela") & long["valeur"].notna()]
    assert np.allclose(shares["numerateur"] / shares["denominateur"], shares["valeur"])
    profiles = long[long["mesure"].eq("interlocuteurs_effectifs_q2")]
    assert profiles["couverture"].notna().all() and profiles["millesime"].notna().any()


def test_the_layer_of_the_territories_themselves_is_no_interlocutor():
    _, results, long, _ = measure_here()
    assert "EPCI" not in set(long["couche"].dropna()) | set(long["couche_b"].dropna())
    layers = long[long["mesure"].eq("nb_unites")].pivot(index="territoire", columns="couche", values="valeur")
    bodies = ["ARRONDISSEMENT", "DEPARTEMENT", "MSA", "CAF", "FICTIF_ESSAI"]
    assert layers[bodies].sum(axis=1).tolist() == long[long["mesure"].eq("nb_interlocuteurs")].set_index("territoire")["valeur"].tolist()


def test_the_order_of_rows_does_not_count():
    gathered, results, long, _ = measure_here()
    mixed = {name: table.sample(frac=1, random_state=1) for name, table in gathered["tables"].items() if name in ("affectation", "acteurs")}
    tables = gathered["tables"] | {name: table.reset_index(drop=True) for name, table in mixed.items()}
    again = across.build_long(across.measure_across(tables), tables)
    pd.testing.assert_frame_equal(long, again)


def test_an_argument_is_never_touched():
    gathered, *_ = measure_here()
    before = {name: table.copy() for name, table in gathered["tables"].items() if isinstance(table, pd.DataFrame)}
    across.measure_across(gathered["tables"])
    for name, table in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(gathered["tables"][name]))


def test_margins_stand_beside_the_figures_they_are_of():
    _, results, long, _ = measure_here()
    held = long[long["mesure"].isin(["distance_moyenne_km", "part_population_au_dela"]) & long["valeur"].notna()]
    if len(held):
        assert held["erreur"].notna().any() and (held["borne_basse"].fillna(0) <= held["valeur"] + 1e-9).all()
        assert (held["borne_haute"].fillna(1e9) >= held["valeur"] - 1e-9).all()
    units = long["mesure"].eq("interlocuteurs_effectifs_q2")
    assert long.loc[~units & ~long["mesure"].isin(["distance_moyenne_km", "part_population_au_dela"]), "erreur"].isna().all()
    held = long[units & long["valeur"].notna()]
    # A territory of two communes in the made-up layer has no margin; one unit alone has a margin of nothing.
    assert held["erreur"].notna().mean() > 0.9 and held.loc[held["valeur"].eq(1), "erreur"].dropna().eq(0).all()
    assert held["borne_basse"].fillna(0).le(held["valeur"] + 1e-9).all()
    assert long.loc[units & long["valeur"].isna(), "erreur"].isna().all()


def test_a_layer_that_reaches_no_commune_of_a_territory_has_no_figure_and_says_so():
    _, _, long, _ = measure_here()
    rows = long[long["couche"].eq("FICTIF_ESSAI") & long["mesure"].eq("interlocuteurs_effectifs_q2") & long["couche_b"].isna()]
    absent = rows[rows["couverture"] == 0]
    assert len(absent) and absent["valeur"].isna().all() and absent["raison_absence"].notna().all()


def test_interlocutors_and_atoms_are_blank_where_a_whole_layer_knows_nobody():
    gathered, _, long, _ = measure_here()
    tables = gathered["tables"]
    siren = sorted(tables["territoires"].query("type == 'epci'").index)[0]
    codes = tables["appartenance"].query("territoire_id == @siren")["code_insee"]
    rows = tables["affectation"]
    less = tables | {"affectation": rows[~(rows["couche"].eq("MSA") & rows["code_insee"].isin(codes))]}
    found = across.build_long(across.measure_across(less), less)
    for mesure in ("nb_interlocuteurs", "nb_atomes", "nb_atomes_effectifs"):
        held = found[found["mesure"] == mesure].set_index("territoire")
        assert np.isnan(held.at[siren, "valeur"]) and held.at[siren, "couverture"] == 0
        assert held.at[siren, "raison_absence"] == across.NOBODY
        before = long[long["mesure"] == mesure].set_index("territoire")["valeur"]
        assert before.notna().all() and held["valeur"].drop(siren).equals(before.drop(siren))


def test_every_measure_compared_is_known_and_says_whether_it_grows_with_size():
    own, known = read_vocabulary("mesures_comparees"), set(read_vocabulary("mesures")["mesure"])
    assert own["mesure"].is_unique and set(own["forme"]) == {"independante", "croit_avec_taille"}
    fresh = own[~own["mesure"].isin(known)]
    assert (fresh[["table", "colonne", "libelle", "unite", "definition"]] != "").all(axis=None)


def test_records_of_some_measures_are_those_of_all():
    _, results, _, _ = measure_here()
    gathered = measure_here()[0]
    table = {"atomes_territoires": results["atomes_territoires"]}
    whole = build_records(table, gathered["tables"]["couches"])
    some = build_records(table, gathered["tables"]["couches"], mesures=["nb_atomes"])
    pd.testing.assert_frame_equal(whole[whole["mesure"] == "nb_atomes"].reset_index(drop=True), some.reset_index(drop=True))
