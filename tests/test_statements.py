"""The statements of the guide together: every code answered for, thresholds, sentences, decisions, order, editions."""

import runpy
from pathlib import Path

import pandas as pd
import pytest
from jouets_constats import actors, devices, make_results, make_tables, parts, plain, posts, read_case
from jouets_reseau import make_links, shuffle
from passage import find_canaries, measure_small
from test_statements_actors import CASES as ACTORS
from test_statements_dispositifs import CASES as DEVICES
from test_statements_funding import CASES as FUNDING
from test_statements_instances import CASES as INSTANCES
from test_statements_links import CASES as LINKS
from test_statements_places import CASES as PLACES
from test_statements_posts import CASES as POSTS
from test_statements_themes import CASES as THEMES

from diagnostic.edition import filter_edition
from diagnostic.measure.constats import statements
from diagnostic.measure.constats.statements import (
    list_statement_items,
    measure_statements,
    prepare_decisions,
    read_statements,
)
from diagnostic.schema import EDITIONS, describe_table, make_table
from diagnostic.vocabulary import read_vocabulary
from diagnostic.vocabulary.editions import list_ruled_values

CASES = DEVICES | INSTANCES | FUNDING | THEMES | LINKS | ACTORS | POSTS | PLACES
NOTHING = make_table("constats_decisions")


@pytest.fixture(scope="module")
def rich():
    """Return the tables of a dossier where most statements can be measured, and its results."""
    members = actors(themes={"a": ("sante",), "d": ("sante",)}, fait_lien={"a": True}, categorie={"b": "habitants"}, lieu_pivot={"a": True})
    tables = make_tables(
        acteurs=members, liens=make_links("ab de"), postes=posts(("p1", "a", "pourvu", "agent_dl", ("P", "Q"))),
        participations=parts("a:P:financement:diagnostic d:P b:Q:pilotage:emergence"),
        dispositifs=devices(themes={"P": ("sante",)}, stade={"P": "diagnostic"}),
    )  # fmt: skip
    return tables, make_results(tables)


# --- the table of statements ----------------------------------------------------------------------------------------
def test_every_statement_has_its_measure_and_three_toy_cases():
    codes = read_vocabulary("constats")["constat"]
    assert len(codes) == codes.nunique() == 36 and set(codes) == set(statements.READERS) == set(CASES)
    assert {constat: {case["etat"] for case in cases} for constat, cases in CASES.items()} == dict.fromkeys(
        codes, {"constate", "non_constate", "non_mesurable"}
    )


def test_every_frein_and_levier_of_the_guide_is_measured_or_said_not_to_be():
    table, guide = read_vocabulary("constats"), statements.list_codes()
    measured, offered = ({code for cell in table[name] for code in cell.split(";")} for name in ("enonces", "leviers"))
    unmeasured = set(read_vocabulary("enonces_non_mesures")["code"])
    assert measured | unmeasured == set(guide.index) and not measured & unmeasured
    assert offered <= set(guide.index[guide["genre"] == "levier"])
    assert guide["genre"].value_counts().to_dict() == {"levier": 60, "frein": 29}


def test_the_table_is_well_formed():
    table = read_vocabulary("constats")
    settings = read_vocabulary("parametres").set_index("cle")
    named = set(table["seuil"]) | {key for cell in table["seuils"] for key in cell.split(";")}
    named = {key for key in named if key.startswith("seuil_")}
    ours = set(settings.index[settings["effet"].str.startswith("Constats : ")])
    assert named == ours and set(table["seuil"]) - ours == {"1"}
    assert set(table["sens"]) == {"frein", "appui"} and set(table["comparaison"]) == {"au_moins", "moins_de"}
    assert set(table["unite"]) == {"part", "nombre", "rapport"} and set(list_ruled_values("constats")["constat"]) == set(table["constat"])
    for row in table.itertuples():
        cited = {word.rstrip("}") for word in row.seuil_libelle.split("{")[1:] for word in [word.split("}")[0]]}
        assert cited == {key for key in [row.seuil, *row.seuils.split(";")] if key.startswith("seuil_")}, row.constat
        assert all(getattr(row, name) for name in ("titre", "indicateur", "formule", "donnees", "prudence", "enonces", "leviers"))
    text = " ".join(table.to_numpy().ravel()) + " ".join(settings.loc[sorted(ours), "effet"])
    assert "significati" not in text


def test_sheets_and_columns_cited_exist():
    from diagnostic.schema import list_tables

    known = set(list_tables())
    for cell in read_vocabulary("constats")["donnees"]:
        for part in cell.split(" ; "):
            sheet, _, columns = part.partition(" (")
            assert sheet in known, sheet
            words = columns.rstrip(")").replace(" ou ", ", ").split(", ") if columns else []
            held = set(read_vocabulary("parametres")["cle"]) if sheet == "parametres" else set(describe_table(sheet).index)
            assert set(words) <= held, (sheet, words)


def test_the_column_by_which_a_decision_finds_its_statement_is_in_the_sheet():
    assert describe_table("constats_decisions").loc["constat_id", ["statut", "edition"]].tolist() == ["o", "interne"]


# --- measuring ------------------------------------------------------------------------------------------------------
def test_one_row_a_statement_with_sentence_threshold_and_leviers(rich):
    table = measure_statements(*rich)
    assert table["constat"].tolist() == read_vocabulary("constats")["constat"].tolist()
    assert table.columns.tolist() == statements.STATEMENT_COLUMNS
    assert set(table["etat"]) == {"constate", "non_constate", "non_mesurable"}
    known = table[table["etat"] != "non_mesurable"]
    assert known[["valeur", "numerateur", "denominateur"]].notna().all().all() and (known["denominateur"] > 0).all()
    assert known["phrase"].str.startswith("Sur ").all() and (known["raison_absence"] == "").all()
    unknown = table[table["etat"] == "non_mesurable"]
    assert unknown[["valeur", "numerateur", "denominateur"]].isna().all().all() and (unknown["raison_absence"] != "").all()
    assert not table["phrase"].str.contains(r"significati|\bnan\b|None|  |\(\)").any()
    assert table["phrase"].str.endswith(".").all()
    first = table.set_index("constat").loc["financeurs_absents_emergence"]
    assert first["leviers"] == "L2-3;L6-6;L2-2" and first["leviers_libelles"].endswith("L2-2 Créer des rencontres, s'inviter")


def test_the_order_of_rows_does_not_matter_and_arguments_are_untouched(rich):
    tables, results = rich
    before = {name: table.copy() for name, table in tables.items() if isinstance(table, pd.DataFrame)}
    mixed = {name: shuffle(table) if isinstance(table, pd.DataFrame) else table for name, table in tables.items()}
    for first, second in zip(read_statements(*rich), read_statements(mixed, {k: shuffle(t) for k, t in results.items()}), strict=True):
        pd.testing.assert_frame_equal(first, second)
    assert all(tables[name].equals(table) for name, table in before.items())


def test_items_belong_to_statements_that_could_be_measured(rich):
    table, items = measure_statements(*rich), list_statement_items(*rich)
    assert items.columns.tolist() == statements.DETAIL_COLUMNS
    unknown = table.loc[table["etat"] == "non_mesurable", "constat"]
    assert len(items) and not items["constat"].isin(unknown).any()
    assert set(items["objet"]) <= {"acteur", "dispositif", "instance", "paire d'instances", "territoire", "theme", "public", "couche"}
    assert items[["identifiant", "nom", "detail", "edition"]].notna().all().all() and set(items["edition"]) <= set(EDITIONS)
    unfavourable = table.loc[table["sens"] == "frein", "constat"]
    named = items[items["constat"].isin(unfavourable) & items["objet"].isin(["acteur", "dispositif", "instance", "paire d'instances"])]
    assert len(named) and set(named["edition"]) == {"interne"}


def test_an_empty_dossier_measures_nothing_and_breaks_nothing():
    tables = make_tables(acteurs=actors(""), dispositifs=devices(""), participations=parts(""))
    tables |= {name: tables[name].iloc[:0] for name in ("dispositifs_territoires", "acteurs_territoires", "couches", "territoires")}
    results = make_results(tables, {"acteurs", "positions", "fraicheur_lignes", "dispositifs_mixtes", "dispositifs_a_ouvrir"})
    table, items = read_statements(tables, results)
    assert set(table["etat"]) == {"non_mesurable"} and not len(items) and items.columns.tolist() == statements.DETAIL_COLUMNS
    assert not len(prepare_decisions(table, NOTHING))


def test_one_actor_alone():
    tables = make_tables(acteurs=actors("a:s"), participations=parts("a:P"))
    table, _ = read_statements(tables, make_results(tables))
    assert len(table) == 36 and table.set_index("constat").at["silos_champs", "etat"] == "non_mesurable"


def test_a_share_equal_to_its_threshold_is_a_statement_and_zero_never_is():
    changes = {"participations": parts("a:P b:P d:Q b:Q")}
    for limit, state in ((0.5, "constate"), (0.5000001, "non_constate")):
        row, _ = read_case("dispositifs_un_seul_champ", changes | {"reglages": {"seuil_dispositifs_un_seul_champ": limit}})
        assert row["etat"] == state
    row, _ = read_case("dispositifs_un_seul_champ", {"reglages": {"seuil_dispositifs_un_seul_champ": 0}})
    assert (row["valeur"], row["seuil"], row["etat"]) == (0, 0, "non_constate")
    # Under: the threshold itself is not under it.
    for limit, state in ((0.5, "non_constate"), (0.51, "constate")):
        rows = devices(nature_financement={"P": "fonctionnement", "Q": "projet"})
        row, _ = read_case("fonctionnement_rare", {"dispositifs": rows, "reglages": {"seuil_fonctionnement": limit}})
        assert row["etat"] == state


def test_thresholds_are_those_of_the_dossier_then_ours():
    ours = statements.read_thresholds({})
    assert ours["seuil_casquettes_acteur"] == 3 and all(isinstance(value, float) for value in ours.values())
    assert statements.read_thresholds({"seuil_casquettes_acteur": 5})["seuil_casquettes_acteur"] == 5


def test_unmeasured_codes_come_with_their_words_and_their_reason():
    table = statements.list_unmeasured()
    assert table.columns.tolist() == ["code", "genre", "famille", "libelle", "raison"]
    assert table.notna().all().all() and (table != "").all().all()
    assert table["code"].tolist() == [code for code in statements.list_codes().index if code in set(table["code"])]


def test_the_words_of_a_code_may_be_shortened_and_nothing_else():
    labels = statements.list_codes()["libelle"]
    assert labels["F4-1"].startswith("Pas de centre social") and labels["F4-1"] != "Pas de centre social"
    named = statements.name_codes("F4-1;L2-2", labels, "Pas de centre social")
    assert named == [("F4-1", "Pas de centre social"), ("L2-2", labels["L2-2"])]
    assert statements.name_codes("F4-1", labels) == [("F4-1", labels["F4-1"])]
    row, _ = read_case("sans_centre_social_ni_evs")
    assert row["enonces_libelles"] == "F4-1 Pas de centre social"
    short = read_vocabulary("constats").set_index("constat")["enonce_court"]
    assert short[short != ""].to_dict() == {"sans_centre_social_ni_evs": "Pas de centre social"}


# --- decisions ------------------------------------------------------------------------------------------------------
def make_statements():
    rows = [("silos_themes", "Des thèmes en silo", "constate", "L3-1;L2-2"), ("lieux_pivots", "Des lieux pivots", "non_constate", "L2-1")]
    return pd.DataFrame(rows, columns=["constat", "titre", "etat", "leviers"])


def decide(*rows):
    return pd.DataFrame(rows, columns=["constat", "levier", "decision", "qui", "quand", "constat_id"], dtype=object)


def test_decisions_of_the_group_come_first_as_they_are_then_the_leviers_offered():
    day = pd.Timestamp("2027-01-20")
    taken = decide(("Nos mots", "Nos moyens", "Se voir", "CC", day, None), ("Thèmes", "L2-2", "Inviter", None, None, "silos_themes"))
    table = prepare_decisions(make_statements(), taken)
    assert table.columns.tolist() == statements.DECISION_COLUMNS
    assert table["constat"].tolist() == ["Nos mots", "Thèmes", "Des thèmes en silo"]
    assert table["levier"].fillna("").tolist() == ["", "L2-2", "L3-1"]
    assert table["levier_libelle"].tolist()[:2] == ["Nos moyens", "Créer des rencontres, s'inviter"]
    assert table["etat"].fillna("").tolist() == ["", "constate", "constate"] and table["quand"].tolist()[0] == day
    assert table.loc[2, ["decision", "qui", "quand"]].isna().all()


def test_a_decision_is_found_by_the_title_of_its_statement_and_by_the_words_of_its_levier():
    taken = decide(("DES THEMES EN SILO", "Créer des rencontres, s'inviter", "Inviter", None, None, None))
    table = prepare_decisions(make_statements(), taken)
    assert table["constat_id"].tolist() == ["silos_themes"] * 2 and table["levier"].tolist() == ["L2-2", "L3-1"]
    assert table["constat"].iat[0] == "DES THEMES EN SILO"


def test_a_decision_on_a_statement_that_no_longer_holds_stays_and_nothing_is_lost():
    known = ("", "L2-1", "Ouvrir", "CC", None, "lieux_pivots"), (None, "L2-1", "Deux", None, None, "lieux_pivots")
    taken = decide(known[0], (None, None, "Libre", None, None, "inconnu"), known[1])
    table = prepare_decisions(make_statements(), taken)
    assert table["decision"].tolist()[:3] == ["Ouvrir", "Libre", "Deux"] and len(table) == 5
    assert table["etat"].fillna("").tolist()[:3] == ["non_constate", "", "non_constate"]
    assert table["constat"].fillna("").tolist()[2] == "Des lieux pivots" and table["constat_id"].iat[1] == "inconnu"


def test_the_sheet_without_its_new_column_and_an_empty_sheet_are_read():
    taken = decide(("Nos mots", None, "Se voir", None, None, None)).drop(columns="constat_id")
    assert prepare_decisions(make_statements(), taken)["decision"].notna().sum() == 1
    assert len(prepare_decisions(make_statements(), NOTHING)) == 2
    assert len(prepare_decisions(make_statements().iloc[:0], taken)) == 1


# --- editions -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("edition", ["publique", "partenaires"])
def test_nothing_hidden_comes_out_by_the_statements(edition):
    tables, results = measure_small()
    table, items = read_statements(tables, results)
    shown, _ = filter_edition(tables | results | {"constats": table, "constats_details": items}, edition)
    text = " ".join(str(cell) for name in ("constats", "constats_details") for cell in shown[name].to_numpy().ravel())
    canaries = set(find_canaries(text)) - ({"CANARI", "canari"} if edition == "partenaires" else set())
    assert not canaries, canaries
    editions = list_ruled_values("constats")["constat"]
    assert len(shown["constats"]) == sum(edition != "interne" for edition in editions.values()) == 31
    assert "CANARI" in " ".join(items["nom"])  # inside, they are named


def test_sentences_on_few_structures_stay_inside():
    editions = list_ruled_values("constats")["constat"]
    assert {constat for constat, edition in editions.items() if edition == "interne"} == {
        "instances_memes_membres", "fragilite_departs", "cias_sans_coordination", "coordinateurs_plusieurs_casquettes",
        "postes_plusieurs_casquettes",
    }  # fmt: skip


def test_thousands_read_with_a_narrow_space():
    assert plain("1\u202f234") == "1 234"


def test_the_page_of_statements_is_the_one_the_script_writes():
    root = Path(__file__).resolve().parent.parent
    script = runpy.run_path(str(root / "scripts" / "ecrire_constats.py"))
    page = (root / "docs" / "constats.md").read_text(encoding="utf-8")
    assert page == script["compose_page"](), "run python scripts/ecrire_constats.py"
    assert all(f'<a id="{name}">' in page for name in read_vocabulary("constats")["constat"])
