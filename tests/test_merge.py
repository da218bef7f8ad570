"""Merging: only what a person marked, every value traced, every reference redirected, every row counted."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.read.actors.merge import PROVENANCE_COLUMNS, merge_duplicates
from diagnostic.schema import list_tables, make_table

COLUMNS = [
    "acteur_id", "nom", "sigle", "categorie", "categories_secondaires", "siren", "siret", "code_insee", "commune", "adresse", "lat", "lon",
    "themes", "mobile", "entreprise_individuelle", "lieu_domicile", "source", "date_maj", "diffusion", "fichier", "feuille", "ligne",
]  # fmt: skip


def make_actors(*rows):
    """Return a table `acteurs` of the given rows (dicts); what a row does not say is missing."""
    table = pd.DataFrame([{"acteur_id": f"a{place}", "nom": "Centre", **row} for place, row in enumerate(rows, start=1)], columns=COLUMNS)
    for column in ("categories_secondaires", "themes"):
        table[column] = table[column].map(lambda cell: cell if isinstance(cell, tuple) else ()).astype(object)
    for column in ("mobile", "entreprise_individuelle", "lieu_domicile"):
        table[column] = table[column].astype("boolean")
    texts = [c for c in COLUMNS if c not in ("categories_secondaires", "themes", "mobile", "entreprise_individuelle", "lieu_domicile",
                                             "lat", "lon", "date_maj", "ligne")]  # fmt: skip
    table[texts] = table[texts].astype("str")
    table["date_maj"] = pd.to_datetime(table["date_maj"]).astype("datetime64[us]")
    table[["lat", "lon"]] = table[["lat", "lon"]].astype(float)
    table["fichier"], table["feuille"] = table["fichier"].fillna("inventaire.xlsx"), "acteurs"
    table["ligne"] = range(2, len(table) + 2)
    return table


def make_tables(acteurs, **others):
    tables = {name: make_table(name) for name in list_tables()} | {"acteurs": acteurs}
    for name, rows in others.items():
        table = pd.DataFrame(rows)
        tables[name] = table.assign(fichier="inventaire.xlsx", feuille=name, ligne=range(2, len(table) + 2))
    return tables


def decide(*rows):
    table = pd.DataFrame(rows, columns=["acteur_id_1", "acteur_id_2", "decision"])
    return table.assign(fichier="inventaire.xlsx", feuille="doublons", ligne=range(2, len(table) + 2))


IMPORT = "imports/hinaura.xlsx"


def test_the_row_of_the_inventory_is_kept_and_takes_what_it_lacks():
    acteurs = make_actors(
        {"acteur_id": "HIN-1", "fichier": IMPORT, "nom": "CS de Brioude", "adresse": "26 avenue", "lat": 45.3, "lon": 3.4,
         "themes": ("numerique",), "categorie": "centre_social", "source": "Hinaura", "date_maj": "2024-05-01", "diffusion": "public"},
        {"acteur_id": "mon-1", "nom": "Centre social", "themes": ("parentalite", "numerique"), "categorie": "evs", "source": "enquête",
         "date_maj": "2023-01-01", "diffusion": "partenaires"},
    )  # fmt: skip
    tables, provenance, problems, counts = merge_duplicates(make_tables(acteurs), decide(("HIN-1", "mon-1", "fusionner")))
    row = tables["acteurs"].iloc[0]
    assert len(tables["acteurs"]) == 1 and not len(problems)
    assert (row["acteur_id"], row["nom"], row["adresse"], row["lat"], row["lon"]) == ("mon-1", "Centre social", "26 avenue", 45.3, 3.4)
    assert row["themes"] == ("parentalite", "numerique")
    assert (row["categorie"], row["categories_secondaires"]) == ("evs", ("centre_social",))
    assert (row["source"], row["diffusion"], row["date_maj"]) == ("enquête ; Hinaura", "partenaires", pd.Timestamp("2024-05-01"))
    assert (row["fichier"], row["ligne"]) == ("inventaire.xlsx", 3)
    assert counts.to_dict("records") == [{"fichier": IMPORT, "feuille": "acteurs", "fusionnees": 1}]
    assert list(provenance.columns) == PROVENANCE_COLUMNS
    told = provenance.set_index("colonne")
    assert told.loc["adresse", ["valeur", "origine_id", "fichier", "ligne"]].tolist() == ["26 avenue", "HIN-1", IMPORT, 2]
    assert told.loc["nom", ["valeur", "origine_id", "valeurs_non_gardees"]].tolist() == ["Centre social", "mon-1", "CS de Brioude"]
    assert told.loc["source", "valeur"].tolist() == ["enquête", "Hinaura"]
    assert told.at["acteur_id", "valeurs_non_gardees"] == "HIN-1"


def test_every_column_of_the_merged_row_is_traced():
    acteurs = make_actors({"adresse": "1 rue", "sigle": "CS"}, {"commune": "Brioude", "siren": "775672272"})
    tables, provenance, _, _ = merge_duplicates(make_tables(acteurs), decide(("a1", "a2", "fusionner")))
    row = tables["acteurs"].iloc[0]
    filled = {c for c in ("acteur_id", "nom", "sigle", "siren", "commune", "adresse") if pd.notna(row[c])}
    assert filled == set(provenance["colonne"])
    assert provenance["acteur_id"].eq("a1").all()


def test_between_imports_the_most_recent_row_then_the_first_identifier():
    acteurs = make_actors(
        {"acteur_id": "z", "fichier": IMPORT, "date_maj": "2020-01-01", "nom": "Ancien"},
        {"acteur_id": "y", "fichier": IMPORT, "date_maj": "2024-01-01", "nom": "Récent"},
        {"acteur_id": "x", "fichier": IMPORT, "nom": "Sans date"},
    )
    tables, *_ = merge_duplicates(make_tables(acteurs), decide(("x", "y", "fusionner"), ("y", "z", "fusionner")))
    assert tables["acteurs"]["nom"].tolist() == ["Récent"]
    undated = acteurs.assign(date_maj=pd.NaT)
    tables, *_ = merge_duplicates(make_tables(undated), decide(("x", "y", "fusionner"), ("y", "z", "fusionner")))
    assert tables["acteurs"]["acteur_id"].tolist() == ["x"]


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [("public", "interne", "interne"), ("public", None, None), ("public", "partenaires", "partenaires"), (None, "interne", "interne"),
     ("public", "public", "public")],
)  # fmt: skip
def test_the_most_restrictive_diffusion_wins(one, other, kept):
    for pair in ((one, other), (other, one)):
        acteurs = make_actors(*({"diffusion": said} for said in pair))
        tables, *_ = merge_duplicates(make_tables(acteurs), decide(("a1", "a2", "fusionner")))
        found = tables["acteurs"]["diffusion"].iloc[0]
        assert found == kept if kept else pd.isna(found)


def test_a_yes_about_privacy_wins_and_a_point_is_taken_whole():
    acteurs = make_actors(
        {"mobile": False, "lieu_domicile": False, "lat": float("nan"), "lon": 3.0},
        {"mobile": True, "lieu_domicile": None, "entreprise_individuelle": True, "lat": 45.0, "lon": 3.4},
    )
    tables, *_ = merge_duplicates(make_tables(acteurs), decide(("a1", "a2", "fusionner")))
    row = tables["acteurs"].iloc[0]
    assert row[["mobile", "lieu_domicile", "entreprise_individuelle", "lat", "lon"]].tolist() == [True, False, True, 45.0, 3.4]


def test_a_siret_of_another_siren_is_told_and_not_taken():
    acteurs = make_actors({"siren": "226300010"}, {"siret": "26630793300058"}, {"siret": "22630001000015"})
    tables, provenance, *_ = merge_duplicates(make_tables(acteurs), decide(("a1", "a2", "fusionner"), ("a1", "a3", "fusionner")))
    assert tables["acteurs"]["siret"].tolist() == ["22630001000015"]
    assert provenance.set_index("colonne").at["siret", "valeurs_non_gardees"] == "26630793300058"


def test_a_siret_refused_leaves_the_cell_empty_and_is_written_twice():
    acteurs = make_actors({"siren": "226300010"}, {"siret": "26630793300058"}, {"siret": "39966744300036"})
    decisions = decide(("a1", "a2", "fusionner"), ("a1", "a3", "fusionner"))
    tables, provenance, problems, _ = merge_duplicates(make_tables(acteurs), decisions)
    assert tables["acteurs"]["siret"].isna().all()
    told = provenance.set_index("colonne").loc["siret"]
    assert told[["valeur", "valeurs_non_gardees", "origine_id"]].tolist() == ["", "26630793300058 ; 39966744300036", "a2"]
    assert problems[["gravite", "colonne", "ligne"]].to_numpy().tolist() == [["attention", "siret", 3], ["attention", "siret", 4]]
    assert "26630793300058" in problems["probleme"].iloc[0] and "226300010" in problems["probleme"].iloc[0]


def test_the_point_and_the_commune_come_from_one_place():
    away = {"lat": 45.8, "lon": 3.1, "code_insee": "63113", "commune": "Clermont-Ferrand", "adresse": "1 rue"}
    acteurs = make_actors({"code_insee": "43040"}, away)
    tables, provenance, *_ = merge_duplicates(make_tables(acteurs), decide(("a1", "a2", "fusionner")))
    row, traced = tables["acteurs"].iloc[0], provenance.set_index("colonne")["valeurs_non_gardees"]
    assert row["code_insee"] == "43040" and row[["lat", "lon", "commune", "adresse"]].isna().all()
    assert traced[["lat", "lon", "commune", "adresse", "code_insee"]].tolist() == ["45.8", "3.1", "Clermont-Ferrand", "1 rue", "63113"]
    # A third row of the same commune gives its point; without any commune, the row that has one gives both.
    acteurs = make_actors({"code_insee": "43040"}, away, {"code_insee": "43040", "lat": 45.3, "lon": 3.4})
    tables, *_ = merge_duplicates(make_tables(acteurs), decide(("a1", "a2", "fusionner"), ("a1", "a3", "fusionner")))
    assert tables["acteurs"][["code_insee", "lat", "lon"]].to_numpy().tolist() == [["43040", 45.3, 3.4]]
    tables, *_ = merge_duplicates(make_tables(make_actors({"lat": 1.0, "lon": 2.0}, away)), decide(("a1", "a2", "fusionner")))
    assert tables["acteurs"][["code_insee", "lat", "lon", "adresse"]].to_numpy().tolist() == [["63113", 45.8, 3.1, "1 rue"]]


@settings(max_examples=25)
@given(rows=st.lists(st.tuples(*[st.sampled_from([None, "x", "y"])] * 4), min_size=2, max_size=4))
def test_every_value_of_a_merged_row_is_kept_or_traced(rows):
    columns = ["nom", "commune", "code_insee", "adresse"]
    acteurs = make_actors(*[dict(zip(columns, row, strict=True)) for row in rows])
    decisions = decide(*[("a1", f"a{place}", "fusionner") for place in range(2, len(rows) + 1)])
    _, provenance, *_ = merge_duplicates(make_tables(acteurs), decisions)
    for column in columns:
        written = provenance[provenance["colonne"] == column]
        said = {*written["valeur"], *" ; ".join(written["valeurs_non_gardees"]).split(" ; ")} - {""}
        assert said == set(acteurs[column].dropna()), column


def test_rows_made_identical_keep_the_source_of_each():
    acteurs = make_actors({}, {}, {})
    held = {"acteur_id": ["a1", "a2", "a3"], "dispositif_id": "d", "role": "pilotage", "source": ["src1", "src2 ; src1", "src3"]}
    merged, *_ = merge_duplicates(make_tables(acteurs, participations=held), decide(("a1", "a2", "fusionner")))
    assert merged["participations"][["acteur_id", "source"]].to_numpy().tolist() == [["a1", "src1 ; src2"], ["a3", "src3"]]


def test_references_are_redirected_identifiers_names_and_lists():
    acteurs = make_actors({"acteur_id": "cs", "nom": "Centre social"}, {"acteur_id": "HIN-1", "nom": "CS Brioude", "fichier": IMPORT},
                          {"acteur_id": "ml", "nom": "Mission locale"})  # fmt: skip
    tables = make_tables(
        acteurs,
        participations={"acteur_id": ["HIN-1", "cs", "CS BRIOUDE"], "dispositif_id": ["d1", "d1", "d2"], "role": ["pilotage"] * 3},
        liens={"source_id": ["HIN-1", "cs", "ml"], "cible_id": ["ml", "HIN-1", "HIN-1"], "type": ["autre"] * 3,
               "declarant_id": ["HIN-1", "cs", None]},
        instances={"instance_id": ["i1"], "nom": ["Copil"], "membres": [("cs", "HIN-1", "ml")]},
        dispositifs={"dispositif_id": ["d1"], "nom": ["CTG"], "porteur_id": ["HIN-1"]},
        postes={"poste_id": ["p1"], "acteur_id": ["HIN-1"]}, adhesions={"acteur_id": ["HIN-1"], "reseau_id": ["r1"]},
        enquete={"acteur_id": ["HIN-1"]}, personnes={"personne_id": ["x"], "acteur_id": ["HIN-1"]},
    )  # fmt: skip
    merged, _, problems, counts = merge_duplicates(tables, decide(("cs", "HIN-1", "fusionner")))
    assert merged["participations"][["acteur_id", "dispositif_id"]].to_numpy().tolist() == [["cs", "d1"], ["cs", "d2"]]
    assert merged["liens"][["source_id", "cible_id"]].to_numpy().tolist() == [["cs", "ml"], ["ml", "cs"]]
    assert merged["liens"]["declarant_id"].iloc[0] == "cs"
    assert merged["instances"]["membres"].tolist() == [("cs", "ml")]
    assert merged["dispositifs"]["porteur_id"].tolist() == ["cs"]
    for name in ("postes", "adhesions", "enquete", "personnes"):
        assert merged[name]["acteur_id"].tolist() == ["cs"], name
    assert problems["gravite"].tolist() == ["information", "erreur"] and problems["ligne"].tolist() == [3, 3]
    gone = counts.set_index(["feuille", "fichier"])["fusionnees"].to_dict()
    assert gone == {("acteurs", IMPORT): 1, ("participations", "inventaire.xlsx"): 1}
    # read = kept + merged + set aside (the loop, told as an error).
    assert len(tables["participations"]) == len(merged["participations"]) + 1
    assert len(tables["liens"]) == len(merged["liens"]) + 1


def test_a_name_borne_by_an_actor_outside_the_group_leads_nowhere():
    acteurs = make_actors({"acteur_id": "a", "nom": "ADMR"}, {"acteur_id": "b", "nom": "ADMR"}, {"acteur_id": "c", "nom": "ADMR"})
    tables = make_tables(acteurs, postes={"poste_id": ["p"], "acteur_id": ["ADMR"]})
    merged, *_ = merge_duplicates(tables, decide(("a", "b", "fusionner")))
    assert merged["postes"]["acteur_id"].tolist() == ["ADMR"]
    merged, *_ = merge_duplicates(tables, decide(("a", "b", "fusionner"), ("c", "b", "fusionner")))
    assert merged["postes"]["acteur_id"].tolist() == ["a"]


def test_a_group_that_contradicts_itself_is_told_and_left():
    acteurs = make_actors({}, {}, {}, {}, {})
    decisions = decide(("a1", "a2", "fusionner"), ("a2", "a3", "fusionner"), ("a3", "a1", "distincts"), ("a4", "a5", "fusionner"))
    tables, _, problems, _ = merge_duplicates(make_tables(acteurs), decisions)
    assert tables["acteurs"]["acteur_id"].tolist() == ["a1", "a2", "a3", "a4"]
    assert problems["gravite"].tolist() == ["erreur"] and "a1, a2, a3" in problems["probleme"].iloc[0]
    assert problems["ligne"].tolist() == [4]


def test_unknown_identifiers_are_told_and_nothing_is_merged():
    acteurs = make_actors({}, {})
    tables = make_tables(acteurs)
    merged, provenance, problems, counts = merge_duplicates(tables, decide(("a1", "parti", "fusionner"), ("a1", "a1", "fusionner")))
    assert problems["valeur"].tolist() == ["parti"]
    assert not len(provenance) and not len(counts)
    pd.testing.assert_frame_equal(merged["acteurs"], acteurs)


@pytest.mark.parametrize("decisions", [None, decide(), decide(("a1", "a2", "distincts"))])
def test_merging_nothing_changes_nothing(decisions):
    tables = make_tables(make_actors({}, {}))
    merged, provenance, problems, counts = merge_duplicates(tables, decisions)
    assert set(merged) == set(tables) and all(merged[name] is tables[name] for name in tables)
    assert not len(provenance) and not len(problems) and not len(counts)


def test_merging_twice_is_merging_once():
    acteurs = make_actors({"adresse": "1 rue"}, {"fichier": IMPORT, "themes": ("numerique",)}, {})
    decisions = decide(("a1", "a2", "fusionner"))
    once, *_ = merge_duplicates(make_tables(acteurs), decisions)
    twice, _, problems, counts = merge_duplicates(once, decisions)
    pd.testing.assert_frame_equal(once["acteurs"], twice["acteurs"])
    assert problems["valeur"].tolist() == ["a2"] and not len(counts)


def test_the_arguments_are_left_alone():
    acteurs = make_actors({"themes": ("a",)}, {"themes": ("b",)})
    tables = make_tables(acteurs, postes={"poste_id": ["p"], "acteur_id": ["a2"]})
    before = {name: table.copy(deep=True) for name, table in tables.items()}
    merge_duplicates(tables, decide(("a1", "a2", "fusionner")))
    for name, table in before.items():
        pd.testing.assert_frame_equal(tables[name], table)


@settings(max_examples=12)
@given(
    pairs=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(["fusionner", "fusionner", "distincts"])), max_size=8),
    order=st.permutations(range(8)), data=st.data(),
)  # fmt: skip
def test_any_decisions_keep_the_count_and_do_not_depend_on_the_order(pairs, order, data):
    rows = [
        {"acteur_id": f"id{i}", "nom": f"N{i}", "fichier": data.draw(st.sampled_from(["inventaire.xlsx", IMPORT])),
         "adresse": data.draw(st.sampled_from([None, "1 rue", "2 rue"])), "date_maj": data.draw(st.sampled_from([None, "2024-01-01"]))}
        for i in range(8)
    ]  # fmt: skip
    acteurs = make_actors(*rows)
    decisions = decide(*[(f"id{a}", f"id{b}", said) for a, b, said in pairs])
    merged, provenance, _, counts = merge_duplicates(make_tables(acteurs), decisions)
    assert len(acteurs) == len(merged["acteurs"]) + counts["fusionnees"].sum()
    assert list(merged["acteurs"].columns) == list(acteurs.columns)
    assert merged["acteurs"].dtypes.astype(str).tolist() == acteurs.dtypes.astype(str).tolist()
    # An independent oracle: union by repeated sweeps over the pairs.
    group = list(range(8))
    for _ in range(8):
        for a, b, said in pairs:
            if said == "fusionner":
                group = [min(group[a], group[b]) if g in (group[a], group[b]) else g for g in group]
    broken = {group[a] for a, b, said in pairs if said == "distincts" and a != b and group[a] == group[b]}
    assert len(merged["acteurs"]) == len({(g, i if g in broken else -1) for i, g in enumerate(group)})
    shuffled, traced, _, _ = merge_duplicates(make_tables(acteurs.iloc[list(order)].reset_index(drop=True)), decisions.iloc[::-1])
    key = ["acteur_id"]
    pd.testing.assert_frame_equal(
        shuffled["acteurs"].sort_values(key, ignore_index=True), merged["acteurs"].sort_values(key, ignore_index=True)
    )
    pd.testing.assert_frame_equal(traced, provenance)
