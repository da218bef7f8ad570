import re
from pathlib import Path

import pandas as pd
import pytest

from diagnostic.vocabulary import (
    LISTS_WITH_FILE,
    extend_list,
    index_labels,
    inflect_label,
    is_open,
    list_ambiguities,
    normalize_label,
    read_list,
    read_vocabulary,
)

SHARED = Path(__file__).resolve().parents[2] / "shared"
GUIDE = SHARED / "guide" / "guide.yaml"
MSA = SHARED / "data" / "ressorts" / "msa_caisses_departements.csv"
PROGRAMMES = SHARED / "data" / "ressorts" / "programmes_anct_2024.csv"

# Headings of OUTIL 1: entries from the guide, from the CTG complement, from the project.
HEADINGS = {
    "etat": (9, 0, 6),
    "collectivites": (15, 0, 3),
    "organismes_publics": (11, 0, 6),
    "securite_sociale": (5, 0, 2),
    "associations": (23, 8, 15),
    "alimentation_agriculture": (20, 0, 0),
    "ess_tiers_lieux": (10, 0, 2),
    "chambres": (4, 0, 1),
    "enseignement_recherche": (6, 0, 1),
    "centres_ressources": (7, 0, 1),
    "politique_ville": (1, 0, 0),
    "sante": (12, 0, 0),
    "habitants": (0, 0, 3),
}
FREINS = {"F1": 9, "F2": 8, "F3": 2, "F4": 10}
LEVIERS = {"L1": 5, "L2": 7, "L3": 8, "L4": 3, "L5": 6, "L6": 19, "L7": 6, "L8": 2, "L9": 4}
ALL_LISTS = [*LISTS_WITH_FILE, *read_vocabulary("listes")["liste"].unique()]


@pytest.fixture(scope="module")
def guide():
    if not GUIDE.exists():
        pytest.skip("../shared/guide/guide.yaml is absent: the lists are not compared with the guide")
    yaml = pytest.importorskip("yaml", reason="PyYAML is absent: the lists are not compared with the guide")
    return yaml.safe_load(GUIDE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def categories():
    return index_labels(read_list("categories"))


# ---- the shipped lists, whatever is beside the repository


def test_headings_hold_the_stored_counts():
    counts = pd.crosstab(read_vocabulary("categories")["rubrique"], read_vocabulary("categories")["origine"])
    counted = {
        heading: tuple(row)
        for heading, row in zip(counts.index, counts[["guide", "ctg", "projet"]].to_numpy(), strict=True)
    }
    assert counted == HEADINGS


@pytest.mark.parametrize(("name", "expected"), [("freins", FREINS), ("leviers", LEVIERS)])
def test_families_hold_the_stored_counts_in_order(name, expected):
    table = read_vocabulary(name)
    assert table.groupby("famille", sort=False).size().to_dict() == expected
    assert table["code"].tolist() == [
        f"{family}-{rank}" for family, size in expected.items() for rank in range(1, size + 1)
    ]


def test_other_lists_hold_the_stored_counts():
    from_guide = {name: int((read_list(name)["origine"] == "guide").sum()) for name in LISTS_WITH_FILE}
    assert from_guide == {"categories": 123, "personnes": 15, "dispositifs": 21, "metiers_passerelles": 13, "verbes": 5}
    assert len(read_vocabulary("glossaire")) == 12
    assert len(read_vocabulary("alertes")) == 24
    assert read_vocabulary("questions")["code"].tolist() == ["Q0", "Q1", "Q2", "Q3", "Q4", "Q5"]


@pytest.mark.parametrize("name", ALL_LISTS)
def test_codes_are_unique_and_labels_filled(name):
    table = read_list(name)
    assert table.index.is_unique
    assert (table["libelle"] != "").all()
    assert table["origine"].isin(["guide", "ctg", "projet"]).all()
    assert table.index.map(normalize_label).is_unique


@pytest.mark.parametrize("name", ALL_LISTS)
def test_no_label_leads_to_two_codes(name):
    assert list_ambiguities(read_list(name)).empty


@pytest.mark.parametrize("name", ALL_LISTS)
def test_every_spelling_leads_to_its_entry(name):
    table = read_list(name)
    labels = index_labels(table)
    spellings = pd.concat([table["libelle"], table["sigle"], table["alias"].str.split(";").explode()])
    spellings = spellings[spellings != ""]
    assert [labels[normalize_label(text)] for text in spellings] == spellings.index.tolist()


def test_codes_of_categories_are_plain_snake_case():
    assert read_list("categories").index.str.fullmatch("[a-z][a-z0-9_]*").all()


def test_champs_are_known_and_every_heading_has_its_reason():
    known = set(read_list("champs").index)
    table, convention = read_vocabulary("categories"), read_vocabulary("champs_convention")
    assert set(table["champ"]) <= known
    assert set(convention["champ_dominant"]) <= known
    assert set(table["rubrique"]) == set(convention["rubrique"])
    assert convention["raison"].str.len().min() > 20
    assert set(read_list("dispositifs")["champ"]) == {""}
    assert set(read_vocabulary("dispositifs")["champ_dominant"]) <= known | {""}


def test_dominant_champ_is_the_commonest_of_its_heading():
    table = read_vocabulary("categories")
    guide_rows = table[(table["origine"] == "guide") | (table["rubrique"] == "habitants")]
    sizes = guide_rows.groupby(["rubrique", "champ"]).size().unstack(fill_value=0)
    dominant = read_vocabulary("champs_convention").set_index("rubrique")["champ_dominant"]
    beaten = [
        rubrique for rubrique, champ in dominant.items() if sizes.loc[rubrique, champ] < sizes.loc[rubrique].max()
    ]
    assert beaten == []


def test_every_list_named_by_a_column_can_be_read():
    named = read_vocabulary("colonnes")["liste"]
    named = named[(named != "") & ~named.str.startswith("ref:")].unique()
    assert len(named) >= 20
    assert all(len(read_list(name)) for name in named)
    assert read_list("categories+").equals(read_list("categories"))


def test_unknown_list_is_named():
    with pytest.raises(KeyError, match="couleurs"):
        read_list("couleurs")


def test_only_themes_and_publics_are_open():
    assert [name for name in ALL_LISTS if is_open(name)] == ["themes", "publics"]


def test_alerts_named_by_the_lists_exist():
    known = set(read_vocabulary("alertes")["code"])
    named = {
        alert
        for name in ["categories", "dispositifs", "freins", "leviers"]
        for alert in read_vocabulary(name)["alerte"]
    }
    assert named - {""} <= known
    assert {"A01", "A03", "A04", "A05", "A06", "A12", "A16", "A17", "A23"} <= named


def test_no_personal_data_is_copied():
    text = read_vocabulary("alertes").set_index("code").loc["A24"].str.cat(sep=" ")
    assert not re.search(r"@|\d{2}", text)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("FTJ", "fjt"),
        ("Foyer de jeunes travailleurs", "fjt"),
        ("foyers jeunes travailleurs", "fjt"),
        ("EPHAD", "ehpad"),
        ("DRJSCS", "drajes"),
        ("CNAMTS", "cnam"),
        ("CLSH", "alsh"),
        ("CLD", "conseil_developpement"),
        ("CODEV", "conseil_developpement"),
        ("Maison France Service", "france_services"),
        ("MSAP", "msap"),
        ("espaces de vie sociaux", "evs"),
        ("Espace de vie sociale", "evs"),
        ("centre social", "centre_social"),
        ("caf", "caf"),
        ("Caisse d'allocation familiale", "caf"),
        ("MDS", "mds"),
        ("CCAS", "ccas"),
        ("mairie", "commune"),
        ("croix rouge", "solidarite_alimentaire"),
        ("Chambre des métiers", "cma"),
        ("conseil local en travail social", "cltsds"),
        ("Pôle emploi", "france_travail"),
        ("parc naturel régional", "pnr"),
        ("tiers lieu", "tiers_lieu"),
        ("crèches", "eaje"),
        ("co-working", "coworking"),
        ("épicerie sociale", "epicerie_sociale"),
        ("Restos du coeur", "aide_alimentaire"),
    ],
)
def test_slips_and_usual_spellings_lead_to_the_right_category(categories, label, code):
    assert categories[normalize_label(label)] == code


def test_local_committee_is_also_a_type_of_instance():
    assert "instance" in read_list("categories").loc["cltsds", "libelle"]
    assert index_labels(read_list("types_instance"))[normalize_label("CLTSDS")] == "conseil"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Contrat de relance et de transition écologique", "CRTE"),
        ("SAT", "PAT"),
        ("ctg", "CTG"),
        ("Action coeur de ville", "ACV"),
        ("Petites Villes de Demain", "PVD"),
        ("FSE", "FSE_PLUS"),
        ("CPIER", "CPER"),
        ("acv2", "ACV2"),
        ("villages d’avenir", "VA"),
    ],
)
def test_spellings_lead_to_the_right_dispositif(label, code):
    assert index_labels(read_list("dispositifs"))[normalize_label(label)] == code


def test_words_outside_the_lists_lead_nowhere(categories):
    assert not {normalize_label(word) for word in ["Autres", "Centre", "", "Zorglub"]} & set(categories)


# ---- matching


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Espace de vie sociale", "espacesdeviesociale"),
        ("Hôpitaux", "hopital"),
        ("Bureau", "bureaux"),
        ("Cafés associatifs", "cafeassociatif"),
        ("Tiers-lieux", "tierslieu"),
        ("CCAS", "ccas"),
    ],
)
def test_other_number_is_found(written, found):
    assert found in inflect_label(written)


def test_acronyms_and_short_words_keep_their_last_letter():
    assert inflect_label("CCAS") == {"ccas"}
    assert inflect_label("Bus") == {"bus"}


def test_long_label_is_tried_in_one_number_at_a_time():
    label = "Autres structures portées par des porteurs de projets collectifs"
    assert len(inflect_label(label)) <= 3
    assert normalize_label(label) in inflect_label(label)


def make_table(rows):
    return pd.DataFrame(rows, columns=["code", "libelle", "sigle", "alias", "champ", "origine"]).set_index("code")


def test_label_of_two_codes_is_left_out_and_listed():
    table = make_table([["a", "Maison", "MX", "", "", "guide"], ["b", "Foyer", "", "MX;gîte", "", "guide"]])
    labels = index_labels(table)
    assert "mx" not in labels
    assert labels["gites"] == "b"
    assert labels["maisons"] == "a"
    assert list_ambiguities(table)[["key", "code"]].to_numpy().tolist() == [["mx", "a"], ["mx", "b"]]


def test_code_wins_over_alias_and_written_over_inflected():
    table = make_table(
        [
            ["gite", "Maison", "", "", "", "guide"],
            ["b", "Foyers", "", "gîte", "", "guide"],
            ["c", "Foyer", "", "", "", "guide"],
        ]
    )
    labels = index_labels(table)
    assert (labels["gite"], labels["foyers"], labels["foyer"]) == ("gite", "b", "c")


def test_row_order_changes_nothing():
    table = read_list("categories")
    assert index_labels(table.iloc[::-1]) == index_labels(table)


def test_empty_list_has_no_label():
    assert index_labels(make_table([])) == {}
    assert list_ambiguities(make_table([])).empty


# ---- a dossier's own words


def test_dossier_adds_an_entry():
    table = read_list("categories")
    entries = pd.DataFrame(
        {
            "code": ["repair_cafe"],
            "libelle": ["Repair café"],
            "alias": [("atelier de réparation", "RC")],
            "champ": ["mixte"],
        }
    )
    extended = extend_list(table, entries)
    assert len(extended) == len(table) + 1
    assert extended.loc["repair_cafe", ["champ", "sigle", "origine"]].tolist() == ["mixte", "", "dossier"]
    assert index_labels(extended)["atelierdereparation"] == "repair_cafe"
    assert extended.loc[table.index].equals(table)


def test_dossier_overrides_what_it_fills_and_only_that():
    table = read_list("categories")
    before = table.copy()
    entries = pd.DataFrame(
        {"code": ["CCAS"], "libelle": ["Action sociale de la ville"], "sigle": [None], "champ": ["mixte"]}
    )
    extended = extend_list(table, entries)
    assert len(extended) == len(table)
    assert list(extended.index) == list(table.index)
    assert extended.loc["ccas", ["libelle", "sigle", "champ"]].tolist() == [
        "Action sociale de la ville",
        "CCAS",
        "mixte",
    ]
    labels = index_labels(extended)
    assert {labels[key] for key in ["ccas", "actionsocialedelaville", "centrecommunaldactionsociale"]} == {"ccas"}
    assert table.equals(before)


def test_words_of_the_dossier_win_over_ours():
    entries = pd.DataFrame({"code": ["maison_commune"], "libelle": ["Maison commune"], "alias": ["Épicerie solidaire"]})
    labels = index_labels(extend_list(read_list("categories"), entries))
    assert labels["epiceriesolidaire"] == "maison_commune"
    assert labels["epiceriesociale"] == "epicerie_sociale"


def test_no_entry_leaves_the_list_as_it_is():
    table = read_list("themes")
    extended = extend_list(table, pd.DataFrame(columns=["code", "libelle", "sigle", "alias"]))
    assert extended.equals(table)


# ---- facts entered by the project


def test_msa_caisses_are_35_over_96_departements():
    caisses = read_vocabulary("msa_caisses")
    assert caisses["departement"].is_unique
    assert len(caisses) == 96
    assert caisses["unite_id"].nunique() == caisses["unite_nom"].nunique() == 35
    assert caisses.set_index("departement").loc[["43", "63"], "unite_id"].tolist() == ["MSA-auvergne"] * 2
    assert caisses["unite_id"].str.fullmatch("MSA-[a-z-]+").all()


def test_msa_caisses_equal_the_shared_facts():
    if not MSA.exists():
        pytest.skip("../shared/data/ressorts is absent: the MSA caisses are not compared")
    expected = pd.read_csv(MSA, dtype=str)
    ours = read_vocabulary("msa_caisses")
    assert set(zip(ours["unite_nom"], ours["departement"], strict=True)) == set(
        expected.itertuples(index=False, name=None)
    )


def test_caf_exceptions_are_said_with_their_reason():
    exceptions = read_vocabulary("caf_exceptions").set_index("departement")["raison"]
    assert exceptions.index.tolist() == ["40", "64", "976"]
    assert exceptions[["40", "64"]].str.contains("Landes").all()
    assert "sécurité sociale" in exceptions["976"]


def test_every_anct_programme_leads_to_a_dispositif():
    if not PROGRAMMES.exists():
        pytest.skip("../shared/data/ressorts is absent: the ANCT programmes are not compared")
    programmes = pd.read_csv(PROGRAMMES, dtype=str, usecols=["programme"])["programme"].unique()
    labels = index_labels(read_list("dispositifs"))
    assert len(programmes) == 15
    assert [code for code in programmes if normalize_label(code) not in labels] == []


# ---- nothing of the guide is missing


def list_leaves(node, keys=("nom", "sigle", "exemples", "types", "dont", "alias")):
    """Return the texts of a branch of the guide: plain strings of lists, and the named keys of mappings."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, list):
        return [leaf for item in node for leaf in list_leaves(item, keys)]
    if "nom" in node:
        return [leaf for key in keys if key in node for leaf in list_leaves(node[key], keys)]
    return [leaf for value in node.values() if not isinstance(value, str) for leaf in list_leaves(value, keys)]


def split_label(text):
    """Return a guide's label without its brackets, and what the square brackets hold."""
    bare = re.sub(r"\s*[\[(].*?[\])]", "", text)
    return [bare, *re.findall(r"\[(.*?)\]", text)]


def find_missing(texts, known):
    """Return the texts that are not in `known`, neither whole nor as label plus acronym."""
    whole = [text for text in texts if normalize_label(text) not in known]
    return [text for text in whole if not all(normalize_label(part) in known for part in split_label(text))]


def test_nothing_of_outil_1_is_missing(guide, categories):
    outil = {
        key: value
        for key, value in guide["outil_1_structures"].items()
        if key not in ["avertissement", "absents_a_prevoir_en_extension"]
    }
    # The project's remark on the source, not a structure of it.
    texts = [leaf for leaf in list_leaves(outil) if not leaf.startswith("(")]
    assert len(texts) > 150
    sources = read_vocabulary("categories")["texte_source"]
    assert find_missing(texts, set(categories) | set(sources.map(normalize_label))) == []


def test_what_the_guide_leaves_out_can_be_entered(categories):
    absent = [
        "DDT",
        "SGAR",
        "DDETSPP",
        "DDETS(PP)",
        "DDETS",
        "DSDEN",
        "rectorat",
        "CPAM",
        "CARSAT",
        "circonscription",
        "MDS",
        "PMI",
        "CU",
        "habitants",
        "collectif",
    ]
    assert [word for word in [*absent, "France services itinérantes"] if normalize_label(word) not in categories] == []


@pytest.mark.parametrize(
    ("branch", "name"), [("outil_2_personnes", "personnes"), ("outil_3_dispositifs", "dispositifs")]
)
def test_nothing_of_outils_2_and_3_is_missing(guide, branch, name):
    known = index_labels(read_list(name))
    entries = guide[branch]["liste"] if name == "dispositifs" else guide[branch]
    assert [entry["code"] for entry in entries if entry["code"] not in read_list(name).index] == []
    assert find_missing([entry["nom"] for entry in entries], known) == []
    assert find_missing([alias for entry in entries for alias in entry.get("alias", [])], known) == []


def test_examples_of_outil_2_are_kept(guide):
    ours = read_vocabulary("personnes").set_index("code")["exemples"]
    for entry in guide["outil_2_personnes"]:
        for example in [*entry.get("exemples", []), *entry.get("en_charge", [])]:
            assert example in ours[entry["code"]].split(";")


def test_dispositifs_cited_elsewhere_are_there(guide):
    assert (
        find_missing(guide["outil_3_dispositifs"]["cites_hors_outil_3"], index_labels(read_list("dispositifs"))) == []
    )


def test_questions_of_outil_4_are_there(guide):
    ours = read_vocabulary("questions").set_index("code")["question"]
    for key, question in guide["outil_4_questions"]["questions"].items():
        assert share_of_words(question, ours[key.split("_")[0]]) > 0.9
    for format_name in guide["outil_4_questions"]["formats_carte"]:
        assert share_of_words(format_name, read_vocabulary("questions")["reponse_attendue"].iloc[0]) > 0.6


@pytest.mark.parametrize(
    ("dimension", "liste"),
    [
        ("objets", "natures_dispositif"),
        ("role", "roles"),
        ("stade", "stades"),
        ("qualification_lien", "qualifications"),
        ("reseau_echelle", "echelles"),
    ],
)
def test_legend_of_outil_4_is_marked_as_the_guide_s(guide, dimension, liste):
    cited = [text for text in guide["outil_4_questions"]["dimensions_legende"][dimension] if text != "..."]
    labels, origins = index_labels(read_list(liste)), read_list(liste)["origine"]
    assert sorted(labels[normalize_label(text)] for text in cited) == sorted(origins.index[origins == "guide"])


def test_themes_marked_guide_are_those_the_guide_cites(guide):
    cited = re.search(r"cités : (.*)\)", guide["outil_4_questions"]["dimensions_legende"]["theme"])[1].split(", ")
    labels, origins = index_labels(read_list("themes")), read_list("themes")["origine"]
    assert {labels[normalize_label(text)] for text in cited} == set(origins.index[origins == "guide"])


def list_words(text):
    """Return the first five letters of the words of three letters and more, so that agreement does not count."""
    return {normalize_label(word)[:5] for word in re.findall(r"[^\W\d_]+\d*", text) if len(word) > 2}


def share_of_words(text, kept):
    """Return the share of the words of `text` found in `kept`."""
    words = list_words(text)
    return len(words & list_words(kept)) / max(len(words), 1)


@pytest.mark.parametrize("name", ["freins", "leviers"])
def test_freins_and_leviers_follow_the_guide_in_order(guide, name):
    expected = [(rank, text) for rank, family in enumerate(guide[name].values(), 1) for text in family]
    ours = read_vocabulary(name)
    assert len(ours) == len(expected)
    for (rank, text), family, libelle in zip(expected, ours["famille"], ours["libelle"], strict=True):
        assert int(family[1:]) == rank
        assert share_of_words(text, libelle) >= 0.5, (text, libelle)


def test_leviers_cited_by_the_method_have_their_number():
    ours = read_vocabulary("leviers").set_index("code")["libelle"]
    assert "mutualisation" in ours["L2-7"]
    assert "atlas" in ours["L6-7"]
    assert "instances" in ours["L6-19"]


def test_professions_and_verbs_are_there(guide):
    professions, ours = guide["metiers_passerelles"], read_vocabulary("metiers_passerelles")
    labels = index_labels(read_list("metiers_passerelles"))
    names = [
        *professions["metiers_du_social_levier"]["profils"],
        *professions["entre_les_deux"],
        *professions["autres"],
    ]
    assert find_missing(names, labels) == []
    agent = ours.set_index("code").loc["agent_dl"]
    assert agent["missions"].split(";") == professions["agents_developpement_local"]["missions"]
    assert agent["competences"].split(";") == professions["agents_developpement_local"]["competences"]
    social = ours.loc[ours["famille"] == "Métiers du social qui font levier", ["missions", "competences"]].agg(
        ";".join, axis=1
    )
    for competence in professions["metiers_du_social_levier"]["competences"]:
        assert all(share_of_words(competence, text) == 1 for text in social)
    assert find_missing(guide["que_font_ils"]["verbes"], index_labels(read_list("verbes"))) == []


def test_qualities_are_there(guide):
    ours = read_vocabulary("qualites")["libelle"]
    cited = guide["que_font_ils"]["qualites"]
    assert len(ours) == len(cited)
    assert all(share_of_words(text, libelle) >= 0.5 for text, libelle in zip(cited, ours, strict=True))


def test_glossary_is_there(guide):
    glossary = guide["glossaire"]
    terms = [term for term in glossary if term != "autres_termes"] + list(glossary["autres_termes"])
    ours = read_vocabulary("glossaire")
    text = ours["terme"] + " " + ours["definition"]
    assert len(terms) == len(ours)
    definitions = [*(d for t, d in glossary.items() if t != "autres_termes"), *glossary["autres_termes"].values()]
    for definition in definitions:
        plain = " ".join(definition) if isinstance(definition, list) else definition
        plain = plain if isinstance(plain, str) else plain.get("texte") or plain["resume"]
        assert max(share_of_words(plain, kept) for kept in text) > 0.7, definition


def test_alerts_are_there(guide):
    ours = read_vocabulary("alertes").set_index("code")
    assert list(ours.index) == list(guide["alertes_source"])
    for code, alert in guide["alertes_source"].items():
        if code != "A24":
            assert share_of_words(alert["texte"], ours.loc[code, "texte_source"]) > 0.6, code
            assert share_of_words(alert["lecture"], ours.loc[code, ["lecture", "confiance"]].str.cat(sep=" ")) >= 0.5, (
                code
            )
