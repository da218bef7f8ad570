"""The inventory workbook: its lists, its headings, and what comes back when it is read."""

import os
import shutil
import subprocess

import openpyxl
import pandas as pd
import pytest

from diagnostic.read.draft import draft_inventory, locate_example
from diagnostic.read.inventory.inventory import find_inventory, read_inventory
from diagnostic.schema import describe_table, list_tables
from diagnostic.vocabulary import read_list, read_vocabulary
from diagnostic.write.cells import find_safe_labels, label_codes
from diagnostic.write.template import write_inventory, write_template
from diagnostic.write.wide_sheets import WIDE_SHEETS

ORIGIN = ["fichier", "feuille", "ligne"]


def read_example():
    return read_inventory(find_inventory(locate_example("exemple")))[0]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("modele") / "été à Brioude"
    return write_inventory(read_example(), folder / "inventaire.xlsx", titre="Essai", lignes=["Bonjour."])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return the workbook of a new dossier: a small EPCI, a dispositif already there."""
    return write_model(tmp_path_factory.mktemp("nouveau") / "pays d'Auzon")


def write_model(folder):
    devices = pd.DataFrame({"dispositif_id": ["d1"], "nom": ["FICTIF CTG d'Auzon"]})
    tables = draft_inventory(folder, epci=["244301099"]) | {"dispositifs": devices}
    return write_inventory(tables, folder / "inventaire.xlsx", titre="Inventaire", modele=True)


def list_drop_downs(path):
    """Return {(sheet, heading): what the list offers} of a workbook."""
    book = openpyxl.load_workbook(path)
    found = {}
    for sheet in book.worksheets:
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list":
                first = next(iter(rule.sqref.ranges))
                for column in range(first.min_col, first.max_col + 1):
                    heading = "(titre)" if first.min_row == 1 else sheet.cell(1, column).value
                    found[sheet.title, heading] = _read_offer(book, rule.formula1)
    return found


def _read_offer(book, formula):
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    if formula in book.defined_names:  # the names of another sheet, down to the last one
        formula = book.defined_names[formula].attr_text.partition(":INDEX(")[2].partition(",")[0]
    sheet, cells = formula.replace("'", "").lstrip("=").replace("$", "").split("!")
    return [cell.value for row in book[sheet.lstrip("$")][cells] for cell in row]


def test_every_table_and_column_has_its_heading(path):
    book = openpyxl.load_workbook(path)
    for table in [t for t in list_tables() if t != "personnes"]:
        assert [cell.value for cell in book[table][1]] == list(describe_table(table).index), table
        assert all(cell.comment for cell in book[table][1])
    assert "personnes" not in book.sheetnames and book.sheetnames[0] == "Lisez-moi"


def test_the_reading_sheet_prints_one_page_wide_and_its_rows_are_as_high_as_their_texts(path):
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.page_setup.fitToHeight == 0 and sheet.page_setup.orientation == "landscape"
    rows = [row for row in sheet.iter_rows(min_row=3) if isinstance(row[2].value, str) and len(row[2].value) > 90]
    assert rows and all((sheet.row_dimensions[row[0].row].height or 15) >= 30 for row in rows)


def test_choices_have_drop_down_lists_of_french_labels(path):
    offers = list_drop_downs(path)
    for table in [t for t in list_tables() if t != "personnes"]:
        described = describe_table(table)
        wanted = described.index[described["genre"].isin(["choix", "oui_non"])]
        assert {(table, column) for column in wanted} <= set(offers), table
    assert offers["acteurs", "mobile"] == ["oui", "non"]
    assert (
        "Centres communaux d'action sociale" in offers["acteurs", "categorie"]
        and "ccas" not in offers["acteurs", "categorie"]
    )
    assert len(offers["acteurs", "categorie"]) == len(read_list("categories"))
    assert offers["couverture_inventaire", "categorie"][-1] == "*"


def test_cells_show_labels_that_the_lists_offer(path):
    offers = list_drop_downs(path)["acteurs", "categorie"]
    sheet = openpyxl.load_workbook(path)["acteurs"]
    column = next(cell.column for cell in sheet[1] if cell.value == "categorie")
    shown = {sheet.cell(row, column).value for row in range(2, sheet.max_row + 1)} - {None}
    assert len(shown) > 50 and shown <= set(offers)


def test_reading_it_back_gives_the_same_tables(path):
    before = read_example()
    after = read_inventory(find_inventory(path.parent))[0]
    for name in list_tables():
        first, second = (tables[name].drop(columns=ORIGIN) for tables in (before, after))
        pd.testing.assert_frame_equal(first, second, check_names=False, check_dtype=len(first) > 0, obj=name)


def test_two_writings_have_the_same_bytes(path, tmp_path):
    again = write_inventory(read_example(), tmp_path / "inventaire.xlsx", titre="Essai", lignes=["Bonjour."])
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["categories", "themes", "statuts", "reponses", "dispositifs", "roles"])
def test_a_label_leads_back_to_its_code(name):
    labels = find_safe_labels(read_list(name), name)
    assert len(labels) > 0.9 * len(read_list(name))
    assert not any(";" in label for label in labels.values())


def test_codes_in_text_lists_and_strangers():
    rows = pd.DataFrame(
        {
            "categorie": ["ccas", "inconnu", None],
            "categories_secondaires": ["evs;mjc", ("ccas",), ""],
            "champ": ["social", None, "mixte"],
        }
    )
    labels = find_safe_labels(read_list("categories"), "categories")
    shown = label_codes(rows, "acteurs", {"categories": read_list("categories"), "champs": read_list("champs")})
    assert shown["categorie"].tolist()[:2] == [labels["ccas"], "inconnu"] and pd.isna(shown["categorie"].iat[2])
    assert shown["categories_secondaires"].tolist() == [(labels["evs"], labels["mjc"]), (labels["ccas"],), ""]
    assert rows["categorie"].iat[0] == "ccas"


def test_the_words_of_a_dossier_are_in_its_lists(tmp_path):
    own = pd.DataFrame(
        {
            "liste": ["categories"],
            "code": ["cafe_velo"],
            "libelle": ["Café-vélo du pays"],
            "sigle": [None],
            "alias": [()],
            "champ": [None],
        }
    )
    actors = pd.DataFrame({"acteur_id": ["A1"], "nom": ["=1+1"], "categorie": ["cafe_velo"]})
    path = write_inventory({"vocabulaire": own, "acteurs": actors}, tmp_path / "inventaire.xlsx", titre="Essai")
    assert "Café-vélo du pays" in list_drop_downs(path)["acteurs", "categorie"]
    row = openpyxl.load_workbook(path)["acteurs"][2]
    assert [cell.value for cell in row][:4] == ["A1", "=1+1", None, "Café-vélo du pays"] and row[1].data_type == "s"
    read = read_inventory(find_inventory(tmp_path))[0]["acteurs"]
    assert read["categorie"].tolist() == ["cafe_velo"] and read["nom"].tolist() == ["=1+1"]


def test_a_model_starts_with_the_first_steps_and_the_purpose(model):
    book = openpyxl.load_workbook(model)
    assert book.sheetnames[:4] == ["Lisez-moi", "parametres", "questions", "acteurs"]
    lines = [cell.value for cell in book["Lisez-moi"]["A"][:6]]
    assert lines[2].startswith("1. Feuille questions") and "finalité" in lines[2] and lines[4].startswith("3. ")
    assert [cell.value for cell in book["parametres"][2]][0] == "finalite"
    answer = book["questions"]["C2"]
    assert [cell.value for cell in book["questions"][2]] == ["Q0", "Quelle est la finalité de la carte ?", None]
    assert "format de carte" in answer.comment.text and not answer.protection.locked
    assert [cell.value for cell in book["questions"]["A"]] == ["question_id", *read_vocabulary("questions")["code"]]


def test_every_sheet_is_described_and_linked(model):
    book = openpyxl.load_workbook(model)
    linked = {cell.value: cell.hyperlink.location for cell in book["Lisez-moi"]["A"] if cell.hyperlink}
    assert list(linked) == book.sheetnames[1:-1]
    assert linked["acteurs"] == "'acteurs'!A1"
    assert set(list_tables()) - {"personnes"} | set(WIDE_SHEETS) == set(read_vocabulary("feuilles")["feuille"])
    described = read_vocabulary("feuilles").set_index("feuille")
    hidden = {sheet.title for sheet in book if sheet.sheet_state == "hidden"}
    assert hidden == set(described.index[described["rang"] == "rare"])


def test_a_hidden_sheet_shows_when_it_is_filled(tmp_path):
    own = pd.DataFrame({"acteur_id_1": ["a"], "acteur_id_2": ["b"], "decision": ["distincts"]})
    path = write_inventory({"doublons": own}, tmp_path / "inventaire.xlsx", titre="Essai")
    book = openpyxl.load_workbook(path)
    assert book["doublons"].sheet_state == "visible" and book["territoires"].sheet_state == "hidden"


def test_main_sheets_show_an_example_that_is_no_row(model):
    book = openpyxl.load_workbook(model)
    shown = read_vocabulary("exemples")
    assert list(shown["table"].unique()) == ["acteurs", "dispositifs", "participations", "liens", "postes"]
    for table in shown["table"].unique():
        row = book[table][2]
        assert row[0].value.startswith("exemple-") and all(cell.font.italic for cell in row), table
        assert any("FICTIF" in str(cell.value) for cell in row) and book[table].freeze_panes == "B3"
    assert book["acteurs"]["D2"].value in list_drop_downs(model)["acteurs", "categorie"]
    assert book["reseaux"].freeze_panes == "B2" and book["acteurs"]["A3"].value == "EPCI-244301099"


def test_examples_hold_columns_and_codes_that_exist():
    for table, rows in read_vocabulary("exemples").groupby("table"):
        described = describe_table(table)
        assert set(rows["colonne"]) <= set(described.index), table
        for column, cell in rows[["colonne", "valeur"]].itertuples(index=False):
            listed = described.at[column, "liste"]
            if listed and not listed.startswith("ref:"):
                assert set(cell.split(";")) <= set(read_list(listed).index), (table, column)


def test_a_new_model_is_read_as_if_it_had_no_example(model):
    tables, _, _, problems, counts, _ = read_inventory(find_inventory(model.parent))
    drafted = draft_inventory(model.parent / "autre", epci=["244301099"])
    read = counts.set_index("feuille")["lues"]
    assert read["acteurs"] == len(tables["acteurs"]) == len(drafted["acteurs"])
    assert read["dispositifs"] == 1 and all(len(tables[name]) == 0 for name in ("participations", "liens", "ressorts", "postes"))
    assert len(tables["questions"]) == 6 and tables["questions"]["reponse"].isna().all()
    examples = problems[problems["probleme"].str.startswith("Ligne d'exemple")]
    assert len(examples) == 5 and set(examples["gravite"]) == {"information"} and set(examples["ligne"]) == {2}


def test_references_offer_the_names_of_the_other_sheet(model):
    offers = list_drop_downs(model)
    names = [name for name in offers["participations", "acteur_id"] if name]
    assert "CC Auzon Communauté" in names and not any("FICTIF" in name for name in names)
    assert [name for name in offers["participations", "dispositif_id"] if name] == ["FICTIF CTG d'Auzon"]
    for key in [("liens", "source_id"), ("liens", "cible_id"), ("postes", "acteur_id"), ("saisie_liens", "CC Auzon Communauté")]:
        assert key in offers, key
    assert offers["saisie_participations", "FICTIF CTG d'Auzon"] == offers["participations", "role"]


def test_names_and_lists_of_several_values_are_offered_and_never_refused(model):
    rules = {str(rule.sqref): rule for rule in openpyxl.load_workbook(model)["acteurs"].data_validations.dataValidation}
    described = describe_table("acteurs")
    for place, (column, row) in enumerate(described.iterrows()):
        letter = openpyxl.utils.get_column_letter(place + 1)
        rule = rules.get(f"{letter}2:{letter}5000")
        if row["genre"] == "liste" and row["liste"]:
            assert not rule.showErrorMessage, column
        elif rule is not None:
            assert rule.errorStyle == "warning", column
    assert rules["J2:J5000"].type == "textLength" and "01004" in rules["J2:J5000"].error


def test_only_what_the_software_fills_is_locked(model):
    book = openpyxl.load_workbook(model)
    locked = {sheet.title for sheet in book if sheet.protection.sheet}
    assert locked == {"parametres", "questions", *WIDE_SHEETS, "listes"}
    assert not any(sheet.protection.password for sheet in book)
    for name in sorted(locked - {"listes"}):
        sheet = book[name]
        fixed = {"parametres": "AC", "questions": "AB"}.get(name, "AB")
        for cell in sheet[2]:
            assert cell.protection.locked == (cell.column_letter in fixed) or cell.value is None and name in WIDE_SHEETS, (name, cell)
        # Cells that hold nothing yet follow their column: rows may be typed below.
        assert not sheet.column_dimensions["A"].protection.locked and not sheet.column_dimensions["C"].protection.locked
        assert not sheet.protection.autoFilter and not sheet.protection.formatColumns
    assert book["saisie_ressorts"]["C1"].value == "CIAS" and not book["saisie_ressorts"]["C1"].protection.locked


def test_a_partner_s_template_holds_what_it_was_asked_for(tmp_path):
    path = write_template(tmp_path / "à remplir.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Lisez-moi", "acteurs", "listes"]
    assert book["acteurs"]["A2"].value == "exemple-acteur" and book["acteurs"].max_row == 2
    assert set(list_drop_downs(path)) >= {("acteurs", "categorie"), ("acteurs", "themes")}
    assert "participations" not in " ".join(str(cell.value) for row in book["Lisez-moi"] for cell in row)
    wider = write_template(tmp_path / "large.xlsx", tables=("acteurs", "liens"), titre="Partenaires")
    assert ("liens", "source_id") in list_drop_downs(wider)
    assert path.read_bytes() == write_template(tmp_path / "encore.xlsx").read_bytes()


def test_two_models_have_the_same_bytes(model, tmp_path):
    assert write_model(tmp_path).read_bytes() == model.read_bytes()


def convert(folder, *steps):
    """Convert a file from one format to the next with LibreOffice; return the last path."""
    office = shutil.which("soffice")
    if office is None:
        assert os.environ.get("CI") != "true", "LibreOffice is needed in continuous integration"
        pytest.skip("soffice is not installed: the round trips are not checked")
    source = steps[0]
    for place, kind in enumerate(steps[1:]):
        target = folder / f"{place}-{kind}"
        profile = f"-env:UserInstallation={(folder / 'profil').as_uri()}"
        command = [office, profile, "--headless", "--convert-to", kind, "--outdir", target, source]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
        source = target / f"{source.stem}.{kind}"
    return source


def list_guards(path):
    """Return what guides and guards whoever fills each sheet: state, protection, comments, number of rules, locked cells."""
    book = openpyxl.load_workbook(path)
    guards = {}
    for sheet in book:
        comments = {cell.coordinate: cell.comment.text for row in sheet.iter_rows(max_row=7) for cell in row if cell.comment}
        filled = {cell.coordinate: cell.protection.locked for row in sheet.iter_rows(max_row=4) for cell in row if cell.value}
        rules = sorted((r.type, r.formula1, bool(r.showErrorMessage)) for r in sheet.data_validations.dataValidation)
        guards[sheet.title] = sheet.sheet_state, bool(sheet.protection.sheet), comments, filled, rules
    return guards, {name: found.attr_text for name, found in book.defined_names.items()}


@pytest.mark.parametrize("steps", [("ods", "xlsx"), ("xlsx",)], ids=["by ODS", "to XLSX"])
def test_libreoffice_keeps_lists_comments_protection_and_hidden_sheets(model, tmp_path, steps):
    after = convert(tmp_path, model, *steps)
    (before, names), (kept, names_kept) = list_guards(model), list_guards(after)
    assert names_kept == names and len(names) == 3
    for sheet, guards in before.items():
        assert kept[sheet] == guards, sheet
    assert list_drop_downs(after) == list_drop_downs(model)


def test_libreoffice_keeps_the_tables(path, tmp_path):
    read = read_inventory(find_inventory(convert(tmp_path, path, "ods").parent))[0]
    pd.testing.assert_frame_equal(
        read["acteurs"].drop(columns=ORIGIN), read_example()["acteurs"].drop(columns=ORIGIN), check_names=False
    )


def test_what_the_software_fills_comes_last_and_a_made_identifier_is_no_duty(tmp_path):
    from diagnostic.read.inventory.named_ids import MADE_FROM
    from diagnostic.write.template import MADE_IDS, MADE_NOTE

    assert {table: key for table, (key, *_) in MADE_FROM.items()} == MADE_IDS
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx"))
    sheet = book["acteurs"]
    assert [cell.value for cell in sheet[1]][-2:] == ["methode_commune", "confiance_commune"]
    asked = {cell.value: cell for cell in sheet[1]}
    assert asked["acteur_id"].comment.text.startswith(MADE_NOTE)
    assert asked["acteur_id"].fill.fgColor.rgb == asked["themes"].fill.fgColor.rgb != asked["nom"].fill.fgColor.rgb


def test_the_sheets_named_in_messages_are_shown(tmp_path):
    book = openpyxl.load_workbook(write_inventory({}, tmp_path / "i.xlsx", titre="Essai"))
    assert {book[name].sheet_state for name in ("vocabulaire", "colonnes_import", "doublons")} == {"visible"}
