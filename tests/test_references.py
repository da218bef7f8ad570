"""Cells that name a row of another table: identifiers, names borne once, lists, loops; what names nobody is told."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.read.back.corrections import apply_corrections
from diagnostic.read.inventory.references import index_rows, name_rows, resolve_references
from diagnostic.schema import PROBLEM_COLUMNS, describe_table, list_tables, make_table


def fill(table, **columns):
    """A table of the schema with the columns given; the others are missing, lists are empty."""
    count = len(next(iter(columns.values())))
    described = describe_table(table)
    rest = {c: [()] * count if described.at[c, "genre"] == "liste" else [None] * count for c in described.index}
    filled = pd.DataFrame({**rest, **columns}, dtype=object)
    return filled.assign(fichier="inventaire.xlsx", feuille=table, ligne=range(2, 2 + count))


def resolve(**tables):
    return resolve_references({name: make_table(name) for name in list_tables()} | tables)


ACTEURS = fill(
    "acteurs",
    acteur_id=["CCBB", "MSA", "mairie", "M1", "M2"],
    nom=["CC du Bocage bourbonnais", "MSA Auvergne", "Maison pour tous", "Mairie", "Foyer rural"],
    sigle=["CC Bocage", None, None, None, None],
)


def make_links(*pairs):
    return fill(
        "liens", source_id=[a for a, _ in pairs], cible_id=[b for _, b in pairs], type=["information"] * len(pairs)
    )


@pytest.mark.parametrize("cell", ["CCBB", "CC du Bocage bourbonnais", "cc du bocage-Bourbonnais", "CC BOCAGE"])
def test_identifiers_names_and_acronyms(cell):
    tables, problemes = resolve(acteurs=ACTEURS, liens=make_links((cell, "MSA")))
    assert tables["liens"][["source_id", "cible_id"]].to_numpy().tolist() == [["CCBB", "MSA"]]
    assert not len(problemes)


def test_a_name_never_leads_to_the_identifier_of_another_row():
    tables, _ = resolve(acteurs=ACTEURS, liens=make_links(("Mairie", "mairie")))
    assert tables["liens"][["source_id", "cible_id"]].to_numpy().tolist() == [["M1", "mairie"]]


def test_an_identifier_is_taken_as_written():
    tables, problemes = resolve(acteurs=ACTEURS, liens=make_links(("ccbb", "MSA")))
    assert not len(tables["liens"])
    assert problemes["probleme"].tolist() == [
        "« ccbb » absent de la feuille acteurs. Plus proche : « CCBB ». Ligne écartée."
    ]


def test_a_name_borne_by_several_rows_is_refused():
    actors = fill("acteurs", acteur_id=["M1", "M2", "A"], nom=["Mairie", "mairie", "a"])
    tables, problemes = resolve(acteurs=actors, liens=make_links(("Mairie", "A"), ("M1", "A")))
    assert tables["liens"]["source_id"].tolist() == ["M1"]
    assert problemes["probleme"].tolist() == [
        "« Mairie » est le nom de plusieurs lignes de la feuille acteurs : Mairie, identifiant M1 ; mairie, identifiant M2. Ligne écartée."
    ]


def test_a_name_equal_to_the_row_s_own_acronym_is_borne_once():
    actors = fill("acteurs", acteur_id=["A", "B"], nom=["ADMR", "b"], sigle=["A.D.M.R.", None])
    tables, _ = resolve(acteurs=actors, liens=make_links(("admr", "B")))
    assert tables["liens"]["source_id"].tolist() == ["A"]


def test_a_link_to_nobody_is_set_aside_and_suggests_the_nearest():
    tables, problemes = resolve(acteurs=ACTEURS, liens=make_links(("MSA", "CC_BB"), ("MSA", "zzzzzz"), ("MSA", "CCBB")))
    assert tables["liens"]["cible_id"].tolist() == ["CCBB"]
    assert problemes[["gravite", "feuille", "ligne", "colonne", "valeur"]].to_numpy().tolist() == [
        ["erreur", "liens", 2, "cible_id", "CC_BB"], ["erreur", "liens", 3, "cible_id", "zzzzzz"],
    ]  # fmt: skip
    assert problemes["probleme"].tolist() == [
        "« CC_BB » absent de la feuille acteurs. Plus proche : « CCBB ». Ligne écartée.",
        "« zzzzzz » absent de la feuille acteurs. Ligne écartée.",
    ]  # fmt: skip
    assert "feuille acteurs" in problemes["a_faire"][0]


def test_an_optional_reference_is_emptied_and_told():
    links = make_links(("MSA", "CCBB")).assign(declarant_id="Inconnue", dispositif_id=None)
    tables, problemes = resolve(acteurs=ACTEURS, liens=links)
    assert len(tables["liens"]) == 1
    assert tables["liens"]["declarant_id"].isna().all()
    assert problemes[["gravite", "colonne"]].to_numpy().tolist() == [["attention", "declarant_id"]]
    assert "écartée" not in problemes["probleme"][0]


def test_lists_keep_what_is_known_once():
    instances = fill(
        "instances",
        instance_id=["I", "J"],
        nom=["Copil", "Vide"],
        membres=[("msa auvergne", "MSA", "X", "Y", "CCBB"), ()],
    )
    tables, problemes = resolve(acteurs=ACTEURS, instances=instances)
    assert tables["instances"]["membres"].tolist() == [("MSA", "CCBB"), ()]
    assert problemes[["gravite", "ligne", "valeur"]].to_numpy().tolist() == [
        ["attention", 2, "msa auvergne ; MSA ; X ; Y ; CCBB"],
    ]
    assert problemes["probleme"].tolist() == ["« X » absent de la feuille acteurs. « Y » absent de la feuille acteurs."]


def test_a_link_with_itself_is_set_aside_even_under_two_names():
    tables, problemes = resolve(acteurs=ACTEURS, liens=make_links(("MSA", "MSA Auvergne"), ("MSA", "CCBB")))
    assert tables["liens"]["cible_id"].tolist() == ["CCBB"]
    assert problemes[["gravite", "ligne", "probleme"]].to_numpy().tolist() == [
        ["erreur", 2, "Lien d'un acteur avec lui-même : ligne écartée."]
    ]


def test_dispositifs_and_networks_are_resolved_too():
    devices = fill("dispositifs", dispositif_id=["D", "E"], nom=["Projet alimentaire", "Une action"])
    devices = devices.assign(dispositif_parent_id=[None, "projet alimentaire"])
    networks = fill("reseaux", reseau_id=["R"], nom=["Réseau des tiers-lieux"])
    tables, problemes = resolve(
        acteurs=ACTEURS,
        dispositifs=devices.assign(porteur_id=["MSA Auvergne", None]),
        reseaux=networks,
        participations=fill(
            "participations", acteur_id=["MSA"], dispositif_id=["Projet Alimentaire"], role=["pilotage"]
        ),
        adhesions=fill("adhesions", acteur_id=["CCBB"], reseau_id=["reseau des tiers lieux"]),
        postes=fill("postes", poste_id=["P"], acteur_id=["MSA"], dispositifs=[("D", "une action")]),
    )
    assert not len(problemes)
    assert tables["dispositifs"]["dispositif_parent_id"].tolist()[1] == "D"
    assert tables["dispositifs"]["porteur_id"].tolist()[0] == "MSA"
    assert tables["participations"]["dispositif_id"].tolist() == ["D"]
    assert tables["adhesions"]["reseau_id"].tolist() == ["R"]
    assert tables["postes"]["dispositifs"].tolist() == [("D", "E")]


def test_no_actor_at_all():
    tables, problemes = resolve(liens=make_links(("A", "B")))
    assert not len(tables["liens"])
    assert problemes[["colonne", "valeur"]].values.tolist() == [["source_id", "A"], ["cible_id", "B"]], "both ends are told"
    names, told = resolve(liens=make_links(("Café du Lac de l'essai", "Mairie de l'essai")))
    assert not len(names["liens"]) and len(told) == 2, "names are looked for among no row without a fault"


def test_every_faulty_cell_of_a_row_is_told_and_the_row_is_set_aside_once():
    actors = fill("acteurs", acteur_id=["A", "B"], nom=["Un", "Deux"])
    links = make_links(("zz", "yy"), ("A", "yy"), ("A", "B"), ("xx", "B"))
    tables, problemes = resolve(acteurs=actors, liens=links)
    assert tables["liens"][["source_id", "cible_id"]].values.tolist() == [["A", "B"]] and tables["liens"].index.tolist() == [0]
    assert sorted(problemes["valeur"]) == ["xx", "yy", "yy", "zz"] and problemes["probleme"].str.contains("écartée").all()


def test_no_table_at_all():
    tables, problemes = resolve()
    assert list(problemes) == PROBLEM_COLUMNS
    assert not len(problemes)
    assert not len(tables["liens"])


def test_the_tables_given_are_not_touched():
    links = make_links(("MSA", "CC Bocage"), ("MSA", "zz"))
    copies = links.copy(), ACTEURS.copy()
    resolve(acteurs=ACTEURS, liens=links)
    pd.testing.assert_frame_equal(links, copies[0])
    pd.testing.assert_frame_equal(ACTEURS, copies[1])


def test_index_rows():
    actors = fill("acteurs", acteur_id=["A", "B"], nom=["L'Été", "***"], commune=["Auzon", None])
    identifiers, names, bearers = index_rows(actors, "acteurs")
    assert identifiers == {"A", "B"}
    assert names == {"lete": "A", "leteauzon": "A", "~ete": "A", "~eteauzon": "A"}
    assert bearers[["nom", "identifiant"]].to_numpy().tolist() == [["L'Été", "A"]]
    assert name_rows(actors, "acteurs") == {"a": "A", "b": "B", "lete": "A", "": "B"}


TOWNS = fill(
    "acteurs", acteur_id=["M1", "M2", "F1", "S1"], nom=["Mairie", "Mairie", "Foyer rural de la vallée", "CCAS de Saint-Flour"],
    commune=["Auzon", "Brioude", "Auzon", "Saint-Flour"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "identifier"),
    [("Mairie (Brioude)", "M2"), ("mairie - auzon", "M1"), ("Foyer rural, vallée", "F1"), ("Foyer rural de la vallée (Auzon)", "F1"),
     ("CCAS de St Flour", "S1"), ("ccas St-Flour", "S1"), ("Mairie d'Auzon", "M1")],
)  # fmt: skip
def test_a_name_with_its_commune_or_without_its_small_words(cell, identifier):
    tables, problemes = resolve(acteurs=TOWNS, liens=make_links((cell, "F1"), ("M1", "M2")))
    expected = [identifier, "M1"] if identifier != "F1" else ["M1"]
    assert tables["liens"]["source_id"].tolist() == expected
    assert len(problemes) == (identifier == "F1"), "only the link of F1 with itself is refused"


def test_an_ambiguous_name_lists_its_candidates_and_proposes_none():
    _, problemes = resolve(acteurs=TOWNS, liens=make_links(("Mairie", "F1")))
    candidates = "Mairie (Auzon), identifiant M1 ; Mairie (Brioude), identifiant M2"
    message = f"« Mairie » est le nom de plusieurs lignes de la feuille acteurs : {candidates}. Ligne écartée."
    assert problemes["probleme"].tolist() == [message]
    assert problemes["proposition"].tolist() == [""]


@pytest.mark.parametrize(("cell", "proposed"), [("CCAS de Saint-Flou", "S1"), ("Foyer", ""), ("M3", "")])
def test_the_nearest_is_proposed_only_when_it_is_very_near(cell, proposed):
    _, problemes = resolve(acteurs=TOWNS, liens=make_links((cell, "M1")))
    assert problemes["proposition"].tolist() == [proposed]


def test_links_repeated_or_reversed_are_told():
    tables, problemes = resolve(acteurs=ACTEURS, liens=make_links(("MSA", "CCBB"), ("CC Bocage", "MSA"), ("MSA", "CCBB"), ("M1", "M2")))
    assert tables["liens"]["ligne"].tolist() == [2, 5]
    assert problemes[["gravite", "ligne"]].to_numpy().tolist() == [["information", 3], ["information", 4]]


NAMES = st.sampled_from(["A", "B", "a", "Été", "ete", "CC", "C C", "zz", "***"])


@settings(max_examples=25)
@given(pairs=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=8))
def test_links_read_are_kept_or_set_aside(pairs):
    actors = fill("acteurs", acteur_id=["A", "B", "C", "D"], nom=["a", "Été", "CC", "c-c"])
    tables, problemes = resolve(acteurs=actors, liens=make_links(*pairs))
    kept = tables["liens"]
    lines = problemes["ligne"].nunique()
    assert len(pairs) == len(kept) + lines, "each row set aside has a message, and no other row has any"
    assert len(problemes) <= 2 * lines, "one an end at most"
    assert set(kept["source_id"]) | set(kept["cible_id"]) <= {"A", "B", "C", "D"}
    assert (kept["source_id"] != kept["cible_id"]).all()


def make_imported(**columns):
    rows = fill("acteurs", **columns)
    return rows.assign(fichier="imports/annuaire.xlsx")


def join_actors(*parts):
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(hors_territoire=rows["commune"].eq("Langeac").to_numpy(bool))


OWN = fill("acteurs", acteur_id=["centre", "mjc"], nom=["Centre social", "Maison des jeunes"], commune=["Brioude", "Auzon"])


@pytest.mark.parametrize("cell", ["Centre social", "centre SOCIAL", "Le centre social"])
def test_the_inventory_wins_over_an_import_of_the_same_name(cell):
    imported = make_imported(acteur_id=["I1", "I2"], nom=["Centre social", "Le centre social"], commune=["Brioude", "Brioude"])
    for actors in (join_actors(OWN, imported), join_actors(imported, OWN)):
        tables, problemes = resolve(acteurs=actors, liens=make_links((cell, "mjc")))
        assert tables["liens"]["source_id"].tolist() == ["centre"]
        assert not len(problemes)


def test_the_name_of_an_import_serves_where_the_inventory_has_none_in_the_perimeter_first():
    imported = make_imported(acteur_id=["I1", "I2", "I3"], nom=["Épicerie"] * 2 + ["Garage"], commune=["Brioude", "Langeac", "Langeac"])
    tables, problemes = resolve(acteurs=join_actors(OWN, imported), liens=make_links(("épicerie", "mjc"), ("garage", "mjc"), ("I3", "mjc")))
    assert tables["liens"]["source_id"].tolist() == ["I1", "I3"], "an identifier is taken wherever the actor is"
    assert problemes["probleme"].tolist() == [
        (
            "« garage » n'est dans l'inventaire que par l'import annuaire, hors du territoire (Langeac, identifiant I3) : "
            "ajoutez-le à la feuille acteurs. Ligne écartée."
        )
    ]
    assert problemes["proposition"].tolist() == [""]


def test_a_name_with_its_commune_leads_out_of_the_perimeter_to_nobody():
    imported = make_imported(acteur_id=["I1"], nom=["Centre social"], commune=["Langeac"])
    tables, problemes = resolve(acteurs=join_actors(OWN, imported), liens=make_links(("Centre social (Langeac)", "mjc")))
    assert not len(tables["liens"])
    assert "hors du territoire (Langeac, identifiant I1)" in problemes["probleme"][0]


def test_a_short_name_is_proposed_the_only_row_that_holds_its_words():
    actors = fill("acteurs", acteur_id=["PREF", "CAF", "SP"], nom=["Préfecture : Haute-Loire", "Caf Haute-Loire", "Sous-préfet"])
    _, problemes = resolve(acteurs=actors, liens=make_links(("Préfecture", "CAF"), ("Haute-Loire", "CAF"), ("Sous", "CAF")))
    assert problemes["proposition"].tolist() == ["PREF", "", ""]


def test_one_row_tells_a_cell_of_several_names_and_its_correction_applies():
    written = "Centre social ; Maison des jeune; Gendarmerie"
    instances = fill("instances", instance_id=["I"], nom=["Copil"], membres=[("Centre social", "Maison des jeune", "Gendarmerie")])
    read = {"instances": instances.assign(membres=written)}
    tables = {name: make_table(name) for name in list_tables()} | {"acteurs": OWN, "instances": instances}
    _, problemes = resolve_references(tables, read)
    assert problemes[["valeur", "proposition"]].to_numpy().tolist() == [[written, "Centre social ; mjc; Gendarmerie"]]
    body = read["instances"].set_index("ligne")[["nom", "membres"]].astype("str")
    correction = pd.DataFrame({
        "fichier": ["inventaire.xlsx"], "feuille": ["instances"], "ligne": pd.array([2], dtype="Int64"), "nom": ["Copil"],
        "colonne": problemes["colonne"].to_list(), "valeur": [written], "correction": problemes["proposition"].to_list(),
    })  # fmt: skip
    assert apply_corrections(body, correction, "instances")[0]["membres"].tolist() == ["Centre social ; mjc; Gendarmerie"]


def test_a_grid_is_told_once_a_row_and_once_a_column():
    devices = fill("dispositifs", dispositif_id=["ctg"], nom=["CTG"])
    who = ["inconnu", "inconnu", "mjc", "centre", "centre"]
    parts = fill("participations", acteur_id=who, dispositif_id=["ctg", "ctg", "Pacte", "Pacte", "ctg"], role=["a", "b", "c", "d", "e"])
    parts = parts.assign(feuille="saisie_participations", ligne=[5, 5, 6, 7, 7])
    tables = {name: make_table(name) for name in list_tables()} | {"acteurs": OWN, "dispositifs": devices, "participations": parts}
    tables, problemes = resolve_references(tables, {"saisie_participations": parts[["fichier", "feuille", "ligne"]]})
    assert tables["participations"][["acteur_id", "dispositif_id"]].to_numpy().tolist() == [["centre", "ctg"]]
    assert problemes["colonne"].tolist() == ["acteur_id", "Pacte"]
    assert problemes["probleme"].tolist() == [
        "« inconnu » absent de la feuille acteurs. Ligne écartée (2 cases).",
        "Colonne « Pacte » : « Pacte » absent de la feuille dispositifs. Colonne écartée (2 cases).",
    ]
    assert problemes["ligne"].isna().tolist() == [False, True], "a heading is no cell that a correction reaches"
    assert "changez le titre de la colonne « Pacte »" in problemes["a_faire"][1]
