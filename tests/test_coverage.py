"""What a figure rests on: by hand for each family of measures, and a reason wherever something is empty."""

import numpy as np
import pandas as pd
import pytest

from diagnostic.measure import coverage
from diagnostic.vocabulary import read_vocabulary

EMPTY = dict.fromkeys(("couche", "groupe", "seuil", "millesime"))
NONE = EMPTY | {"denominateur": np.nan, "couverture": np.nan, "inventaire": "listes"}


def make_long(*rows):
    return pd.DataFrame([NONE | dict(zip(("territoire", "mesure", "groupe"), row, strict=False)) for row in rows])


def make_tables():
    couches = pd.DataFrame({
        "interlocuteur": [True, True, False], "complete": [True, False, True], "millesime": ["COG 2026", None, "2024"],
    }, index=pd.Index(["CAF", "CIAS", "BV"], name="couche"))  # fmt: skip
    actors = pd.DataFrame({
        "acteur_id": ["s", "t"], "categorie": ["france_services", "ccas"], "date_maj": pd.to_datetime(["2024-08-01", None]),
        "fichier": ["imports/france-services.xlsx", "acteurs.csv"],
    })  # fmt: skip
    source = pd.Series(["ANCT, programmes, fichier de 2024, Licence Ouverte 2.0", "ANCT, programmes, fichier de 2023"])
    return {
        "couches": couches, "acteurs": actors, "affiliations": pd.DataFrame({"source": source}),
        "couverture_inventaire": pd.DataFrame({"territoire_id": [], "categorie": [], "statut": []}),
        "territoires": pd.DataFrame({"type": ["perimetre", "epci"], "nom": ["", ""]}, index=["perimetre", "epci:1"]),
    }  # fmt: skip


def make_results():
    access = pd.DataFrame({
        "territoire_id": "epci:1", "categorie": ["france_services", "ccas"], "population": [80, 100], "population_sans_point": [15, 0],
        "population_sans_site": [5, 0], "inventaire": ["complet", "non_renseigne"],
    })  # fmt: skip
    profiles = pd.DataFrame({"territoire_id": "epci:1", "couche": ["CAF", "CIAS", "BV"], "couverture": [0.9, 0.1, 0.2]})
    return {
        "acces": access, "discordance": profiles,
        "etats_territoires": pd.DataFrame({"territoire_id": ["epci:1"], "part_non_renseigne": [0.75]}),
        "diversite": pd.DataFrame({"territoire_id": ["epci:1"], "couverture_chao_jost": [0.6]}),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "cover", "vintage"),
    [
        (("part_population_au_dela", "france_services"), 0.8, "2024-08-01"),
        (("distance_moyenne_km", "ccas"), None, None),
        (("nb_acteurs_categorie", "france_services"), 1.0, "2024-08-01"),
        (("nb_acteurs_categorie", "ccas"), None, None),
        (("part_cases_presentes", None), 0.25, "2024-08-01"),
        (("nb_interlocuteurs", None), 0.9, "COG 2026 ; non dit"),
        (("diversite_rarefiee_lieux", None), 0.6, "2024-08-01"),
        (("nb_contrats_epci", None), 1.0, "2023 ; 2024"),
    ],
)
def test_each_family_by_hand(row, cover, vintage):
    told = coverage.complete_long(make_long(("epci:1", *row)), make_results(), make_tables()).iloc[0]
    assert told["couverture"] == pytest.approx(np.nan if cover is None else cover, nan_ok=True)
    assert pd.isna(told["millesime"]) if vintage is None else told["millesime"] == vintage
    assert ("couverture : " in told["raison"]) == (cover is None) and ("millésime : " in told["raison"]) == (vintage is None)


def test_what_is_already_told_stays_and_a_row_without_gap_has_no_reason():
    long = make_long(("epci:1", "part_principale")).assign(denominateur=10.0, couverture=0.5, millesime="COG 2026")
    told = coverage.complete_long(long, make_results(), make_tables()).iloc[0]
    assert (told["couverture"], told["millesime"]) == (0.5, "COG 2026") and pd.isna(told["raison"])


def test_a_coverage_is_none_of_itself():
    long = make_long(("epci:1", "couverture_couche")).assign(denominateur=1.0, millesime="x")
    told = coverage.complete_long(long, make_results(), make_tables())
    assert told["raison"].tolist() == [f"couverture : {coverage.OWN}"]


def test_presences_of_a_dossier_say_their_own_coverage_and_vintage():
    given = pd.DataFrame({
        "territoire_id": ["epci:1", "epci:1"], "categorie": ["evs", "ccas"], "inventaire": "dossier A", "millesime": ["2025-01-02", None],
        "complet": [True, False],
    })  # fmt: skip
    long = make_long(
        ("epci:1", "nb_acteurs_categorie", "evs"), ("epci:1", "nb_acteurs_categorie", "ccas"), ("epci:1", "part_cases_absentes"),
        ("epci:2", "part_cases_absentes"),
    )  # fmt: skip
    told = coverage.complete_long(long, make_results() | {"presence_dossiers": given}, make_tables())
    assert told["inventaire"].tolist() == ["dossier A", "dossier A", "listes ; dossier A", "listes"]
    assert told["couverture"].tolist()[:3] == [1.0, pytest.approx(np.nan, nan_ok=True), 0.25]
    assert told["millesime"].fillna("?").tolist()[:3] == ["2025-01-02", "?", "2024-08-01 ; 2025-01-02"]


def test_every_measure_without_denominator_has_its_reason():
    own, known = (read_vocabulary(name).set_index("mesure") for name in ("mesures_comparees", "mesures"))
    given = own["denominateur"].where(own["table"] != "", known["denominateur"].reindex(own.index))
    assert (given.eq("") == own["sans_denominateur"].ne("")).all(), own[given.eq("") != own["sans_denominateur"].ne("")].index.tolist()
