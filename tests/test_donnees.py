"""The two shipped dossiers: what the issue asks for, what is real, what says FICTIF, and references that resolve.

The CSV files are read here without the house's reader, so that a fault of one does not hide a fault of the other.
"""

import re

import pandas as pd
import pytest
from conftest import ROOT

from diagnostic.schema import describe_table, list_columns
from diagnostic.vocabulary import read_list, read_vocabulary

DATA = ROOT / "data"
DOSSIERS = ["exemple", "guide"]
PUBLIC = ("Public, COG 2026", "Organisme public", "Organisme chargé d'un service public", "Guide Cap Rural 2023")
# Rubriques the guide names without developing them, and the project's own heading.
NOT_DEVELOPED = {"politique_ville", "habitants"}
FICTIF_LAYERS = ["FICTIF_CAS", "FICTIF_CIAS", "FICTIF_MSA_TERRITOIRES"]


def read_dossier(name):
    tables = {
        p.stem: pd.read_csv(p, dtype=str, keep_default_na=False)
        for p in sorted((DATA / name / "inventaire").glob("*.csv"))
    }
    assert {"acteurs", "dispositifs", "participations", "liens", "communes", "parametres"} <= set(tables)
    return tables


@pytest.fixture(scope="module", params=DOSSIERS)
def dossier(request):
    return read_dossier(request.param)


@pytest.fixture(scope="module")
def exemple():
    return read_dossier("exemple")


@pytest.fixture(scope="module")
def guide():
    return read_dossier("guide")


@pytest.fixture(scope="module")
def communes():
    path = ROOT / "shapes" / "communes.parquet"
    if not path.exists():
        pytest.skip("no shapes/communes.parquet: commune codes not checked")
    return pd.read_parquet(
        path, columns=["code_insee", "nom", "epci", "departement", "mairie_lon", "mairie_lat"]
    ).set_index("code_insee")


def split_cells(cells):
    items = cells.str.split(";").explode().str.strip()
    return items[items != ""]


def list_codes(dossier, liste):
    added = dossier.get("vocabulaire", pd.DataFrame(columns=["liste", "code"]))
    return set(read_list(liste).index) | set(added.loc[added["liste"] == liste, "code"])


def join_text(dossier):
    return "\n".join(table.to_csv(index=False) for table in dossier.values())


# --- both dossiers -------------------------------------------------------------------------------------------------


def test_files_are_tables_and_headings_are_columns_of_the_schema(dossier):
    for name, table in dossier.items():
        assert list(table.columns) == [c for c in table.columns if c in describe_table(name).index], name
        required = describe_table(name).query("statut == 'R'").index
        for column in required:
            assert (table[column] != "").all(), (name, column)


def test_identifiers_are_unique_and_without_space(dossier):
    for name, table in dossier.items():
        for column in describe_table(name).query("genre == 'id'").index.intersection(table.columns):
            assert not table[column].str.contains(r"\s").any(), (name, column)
            if column not in ("liste", "code"):
                assert table[column].is_unique, (name, column)


def test_references_resolve(dossier):
    keys = {"acteurs": "acteur_id", "dispositifs": "dispositif_id", "reseaux": "reseau_id"}
    checked = 0
    for row in list_columns().itertuples():
        kind = row.genre if row.genre.startswith("ref:") else row.liste
        target = kind.removeprefix("ref:")
        # `type` of a dispositif draws on a vocabulary that bears the name of its table: no reference.
        if (
            not kind.startswith("ref:")
            or target not in keys
            or row.table not in dossier
            or row.colonne not in dossier[row.table]
        ):
            continue
        written = split_cells(dossier[row.table][row.colonne])
        assert set(written) <= set(dossier[target][keys[target]]), (row.table, row.colonne)
        checked += len(written)
    assert checked > 50


def test_choices_are_codes_of_the_vocabulary(dossier):
    checked = 0
    for row in list_columns().itertuples():
        if (
            not row.liste
            or row.liste.startswith("ref:")
            or row.table not in dossier
            or row.colonne not in dossier[row.table]
        ):
            continue
        codes = list_codes(dossier, row.liste.removesuffix("+")) | ({"*"} if row.liste.endswith("+") else set())
        written = set(split_cells(dossier[row.table][row.colonne]))
        assert written <= codes, (row.table, row.colonne, written - codes)
        checked += len(written)
    assert checked > 20


def test_settings_are_known(dossier):
    assert set(dossier["parametres"]["cle"]) <= set(read_vocabulary("parametres")["cle"])


def test_yes_no_and_numbers_are_plain(dossier):
    for name, table in dossier.items():
        described = describe_table(name)
        for column in table.columns:
            kind = described.at[column, "genre"]
            cells = table[column][table[column] != ""]
            if kind == "oui_non":
                assert set(cells) <= {"oui", "non"}, (name, column)
            if kind in ("nombre", "latitude", "longitude"):
                assert cells.astype(float).notna().all(), (name, column)
            if kind == "date":
                assert cells.str.fullmatch(r"\d{4}-\d{2}-\d{2}").all() and pd.to_datetime(cells).notna().all(), (
                    name,
                    column,
                )


def test_no_personal_data(dossier):
    text = join_text(dossier)
    assert "personnes" not in dossier
    assert "@" not in text
    assert not re.search(r"(?<!\d)0[1-9](?:[ .-]?\d{2}){4}(?!\d)", text)
    assert not re.search(r"\+33", text)
    # A civility, or a title before a capital: the way a name slips into free text.
    assert not re.search(r"\b(?:M\.|Mme|Mlle|Monsieur|Madame|Dr)\s+[A-ZÉ]", text)


def test_communes_exist_in_the_cog_of_2026(dossier, communes):
    assert set(dossier["communes"]["code_insee"]) <= set(communes.index)
    assert (
        dossier["communes"].set_index("code_insee")["nom"] == communes["nom"].reindex(dossier["communes"]["code_insee"])
    ).all()
    located = dossier["acteurs"][dossier["acteurs"]["code_insee"] != ""]
    assert set(located["code_insee"]) <= set(dossier["communes"]["code_insee"])
    assert (located["commune"].to_numpy() == communes.loc[located["code_insee"], "nom"].to_numpy()).all()


def test_territories_are_known(dossier, communes):
    named = dossier.get("territoires", pd.DataFrame({"territoire_id": []}))["territoire_id"]
    known = set(communes["epci"].dropna()) | set(communes["departement"]) | set(named)
    for table in ("acteurs", "dispositifs"):
        assert set(split_cells(dossier[table]["territoires"])) <= known
    if "couverture_inventaire" in dossier:
        assert set(dossier["couverture_inventaire"]["territoire_id"]) <= known


# --- the example ---------------------------------------------------------------------------------------------------


def test_the_example_holds_what_the_issue_asks_for(exemple):
    acteurs = exemple["acteurs"]
    territorial = acteurs["categorie"].isin(["commune", "cc", "ca", "metropole"])
    assert (~territorial).sum() >= 90
    assert (acteurs["categorie"].isin(["cc", "ca", "metropole"])).sum() == 25
    assert 40 <= (acteurs["categorie"] == "commune").sum() <= 60
    assert len(exemple["dispositifs"]) >= 12
    assert len(exemple["postes"]) >= 20
    assert len(exemple["participations"]) >= 200
    links = exemple["liens"]
    pairs = {frozenset(pair) for pair in zip(links["source_id"], links["cible_id"], strict=True)}
    assert len(pairs) >= 120 and all(len(pair) == 2 for pair in pairs)
    assert len(exemple["instances"]) >= 6
    assert len(exemple["reseaux"]) >= 6
    assert len(exemple["communes"]) == 720


def test_rows_that_are_not_public_say_so(exemple):
    for name, table in exemple.items():
        if "source" not in table or name == "couches":
            continue
        fictif = table["source"].str.startswith("FICTIF")
        if name != "acteurs":
            assert fictif.all(), name
            continue
        assert (fictif | table["source"].str.startswith(PUBLIC)).all()
        # Nobody takes an invented structure for a real one, nor the reverse.
        assert (table["nom"].str.endswith("(FICTIF)") == fictif).all()
        assert table.loc[fictif, "siren"].eq("").all()
        assert set(table.loc[~fictif, "diffusion"]) == {"public"}
    for name in ("dispositifs", "instances", "reseaux", "territoires"):
        assert exemple[name]["nom"].str.endswith("(FICTIF)").all(), name
    layers = exemple["couches"].set_index("couche")["source"]
    assert layers[layers.index.isin(FICTIF_LAYERS)].str.startswith("FICTIF").all()


def test_public_actors_have_no_address_and_only_communes_have_a_point(exemple):
    acteurs = exemple["acteurs"]
    public = ~acteurs["source"].str.startswith("FICTIF")
    pointed = acteurs[public & (acteurs["lat"] != "")]
    assert set(pointed["categorie"]) == {"commune"}
    assert not {"adresse", "siret"} & set(acteurs.columns)


def test_every_developed_rubrique_is_covered(exemple):
    categories = read_vocabulary("categories").set_index("code")
    developed = set(categories.loc[categories["origine"] == "guide", "rubrique"]) - NOT_DEVELOPED
    covered = set(categories.loc[exemple["acteurs"]["categorie"], "rubrique"])
    assert developed <= covered
    parts = categories[(categories["origine"] == "guide") & (categories["rubrique"] == "associations")]["sous_rubrique"]
    assert set(parts) <= set(categories.loc[exemple["acteurs"]["categorie"], "sous_rubrique"])


def test_dispositifs_cover_the_list_of_the_guide(exemple):
    listed = read_vocabulary("dispositifs").query("origine == 'guide'")["code"]
    assert len(set(exemple["dispositifs"]["type"]) & set(listed)) >= 12


def test_postes_cover_the_functions_and_some_are_vacant(exemple):
    postes = exemple["postes"]
    functions = set(read_vocabulary("personnes").query("origine == 'guide' and code != 'autres'")["code"])
    assert functions <= set(postes["fonction"])
    passerelle = set(read_vocabulary("metiers_passerelles").query("origine == 'guide'")["code"])
    assert passerelle <= set(postes["metier_passerelle"])
    assert {"vacant", "a_creer", "pourvu"} <= set(postes["statut"])


def test_the_story_of_the_participations(exemple):
    parts = exemple["participations"]
    assert not parts.duplicated(["acteur_id", "dispositif_id", "role", "stade"]).any()
    money = parts[parts["role"] == "financement"]
    late = (money["stade"] != "emergence").mean()
    assert 0.6 < late < 0.95
    members = parts.groupby("dispositif_id")["acteur_id"].nunique()
    assert (members == 1).sum() == 1
    assert set(parts["dispositif_id"]) == set(exemple["dispositifs"]["dispositif_id"])
    led = parts[parts["role"].isin(["pilotage", "coordination"]) | (parts["qualification"] == "co_pilote")]
    assert set(parts["dispositif_id"]) - set(led["dispositif_id"]) == {"cper-numerique"}
    inhabitants = parts[parts["acteur_id"].str.startswith("hab-")]
    assert inhabitants["dispositif_id"].nunique() == 2


def test_links_are_declared_by_actors_who_answered(exemple):
    answered = set(exemple["acteurs"].query("a_repondu == 'oui'")["acteur_id"])
    links = exemple["liens"]
    assert set(links["declarant_id"]) <= answered
    assert ((links["declarant_id"] == links["source_id"]) | (links["declarant_id"] == links["cible_id"])).all()
    assert set(links["intensite"]) == {"1", "2", "3", "4"}
    pair = links.apply(lambda row: frozenset((row["source_id"], row["cible_id"])), axis=1)
    declarations = links.groupby(pair)["declarant_id"].agg(["size", "nunique"])
    assert (declarations["size"] == declarations["nunique"]).all()
    assert (declarations["size"] == 2).sum() > 50 and (declarations["size"] == 1).sum() > 50
    assert 0.6 < (exemple["acteurs"]["a_repondu"] == "oui").mean() < 0.8
    asked = exemple["acteurs"].query("a_repondu != 'non_sollicite'")["acteur_id"]
    assert set(exemple["enquete"]["acteur_id"]) == set(asked)
    assert links.groupby("declarant_id").size().max() <= 15


def test_the_silo_is_visible_and_crossed(exemple):
    champ = read_vocabulary("categories").set_index("code")["champ"]
    acteurs = exemple["acteurs"].set_index("acteur_id")
    champs = acteurs["champ"].where(acteurs["champ"] != "", acteurs["categorie"].map(champ))
    ends = exemple["liens"][["source_id", "cible_id"]].drop_duplicates()
    source, target = ends["source_id"].map(champs), ends["cible_id"].map(champs)
    plain = source.isin(["social", "developpement_local"]) & target.isin(["social", "developpement_local"])
    crossing = (source != target)[plain].mean()
    assert 0.05 < crossing < 0.4
    linked = set(exemple["liens"]["source_id"]) | set(exemple["liens"]["cible_id"])
    assert 10 < len(set(acteurs.index) - linked) < 100


def test_two_instances_are_nearly_the_same(exemple):
    members = exemple["instances"].set_index("instance_id")["membres"].str.split(";").map(set)
    pairs = [(a, b) for i, a in enumerate(members.index) for b in members.index[i + 1 :]]
    close = [p for p in pairs if len(members[p[0]] & members[p[1]]) / len(members[p[0]] | members[p[1]]) >= 0.7]
    assert close == [("copil-ctg-brivadois", "cotech-ctg-brivadois")]


def test_networks_span_the_scales(exemple):
    assert set(exemple["reseaux"]["echelle"]) == set(read_list("echelles").index)
    assert set(exemple["adhesions"]["reseau_id"]) == set(exemple["reseaux"]["reseau_id"])


def test_coverage_has_its_three_states_and_silence(exemple):
    coverage = exemple["couverture_inventaire"]
    assert set(coverage["statut"]) == {"complet", "partiel", "non_renseigne"}
    assert not coverage.duplicated(["territoire_id", "categorie"]).any()
    epci = set(exemple["acteurs"].loc[exemple["acteurs"]["categorie"].isin(["cc", "ca", "metropole"]), "siren"])
    assert epci - set(coverage["territoire_id"])


def test_privacy_has_something_to_do(exemple):
    acteurs = exemple["acteurs"]
    assert (acteurs["lieu_domicile"] == "oui").sum() == 3
    assert (acteurs.loc[acteurs["lieu_domicile"] == "oui", "entreprise_individuelle"] == "oui").all()
    assert (acteurs.loc[acteurs["lieu_domicile"] == "oui", "lat"] != "").all()
    assert (acteurs["mobile"] == "oui").sum() == 2
    assert (acteurs.loc[acteurs["mobile"] == "oui", "lat"] == "").all()
    assert {"public", "partenaires", "interne", ""} == set(acteurs["diffusion"])
    assert (acteurs["remarques"] != "").sum() >= 5
    assert (acteurs["lieu_pivot"] == "oui").sum() >= 5


def test_points_are_in_their_commune_or_near(exemple, communes):
    acteurs = exemple["acteurs"]
    pointed = acteurs[acteurs["lat"] != ""]
    mairies = communes.loc[pointed["code_insee"]]
    away_lat = (pointed["lat"].astype(float).to_numpy() - mairies["mairie_lat"].to_numpy()) * 110.6
    away_lon = (pointed["lon"].astype(float).to_numpy() - mairies["mairie_lon"].to_numpy()) * 78.0
    assert ((away_lat**2 + away_lon**2) < 2**2).all()
    assert 0.3 < len(pointed) / len(acteurs) < 0.8


def test_both_departements_are_covered(exemple):
    codes = exemple["acteurs"]["code_insee"].str[:2]
    assert (codes == "43").sum() > 60 and (codes == "63").sum() > 60


def test_epci_are_those_of_the_cog(exemple, communes):
    here = communes[communes["departement"].isin(["43", "63"])]
    acteurs = exemple["acteurs"]
    assert set(acteurs.loc[acteurs["categorie"].isin(["cc", "ca", "metropole"]), "siren"]) == set(here["epci"].dropna())


# --- the invented layers ---------------------------------------------------------------------------------------------


def test_invented_layers(exemple, communes):
    ressorts = exemple["ressorts"]
    assert sorted(ressorts["couche"].unique()) == FICTIF_LAYERS
    declared = exemple["couches"].set_index("couche")
    assert set(FICTIF_LAYERS) <= set(declared.index)
    perimeter = set(exemple["communes"]["code_insee"])
    covered = ressorts.groupby("couche")["code_insee"].agg(set)
    for layer in FICTIF_LAYERS:
        assert (covered[layer] == perimeter) == (declared.at[layer, "complete"] == "oui"), layer
        assert covered[layer] <= perimeter
    assert declared.loc[FICTIF_LAYERS, "complete"].tolist() == ["oui", "non", "oui"]

    placed = ressorts.join(communes[["epci", "departement"]], on="code_insee")
    crossed = placed.groupby(["couche", "epci"])["unite_id"].nunique().gt(1).groupby("couche").sum()
    assert crossed["FICTIF_CAS"] >= 5 and crossed["FICTIF_MSA_TERRITOIRES"] >= 5
    spread = placed.groupby(["couche", "unite_id"])["departement"].nunique().groupby("couche").max()
    assert spread["FICTIF_CAS"] == 1 and spread["FICTIF_MSA_TERRITOIRES"] == 2


def test_two_communes_are_shared_one_with_its_shares(exemple):
    ressorts = exemple["ressorts"]
    several = ressorts[ressorts.duplicated(["couche", "code_insee"], keep=False)]
    assert set(several["couche"]) == {"FICTIF_CAS"}
    assert set(several["infra"]) == {"oui"}
    assert (ressorts.drop(several.index)["infra"] == "").all()
    shares = several.groupby("code_insee")["part_population"].agg(list)
    assert sorted(map(float, shares["63113"])) == [0.45, 0.55]
    assert sorted(map(float, shares["43157"])) == [0.3, 0.7]
    assert set(shares.index) == {"63113", "43157"}
    infra = exemple["couches"].set_index("couche")["infra_communale"]
    assert infra["FICTIF_CAS"] == "oui" and infra["FICTIF_CIAS"] == "non"


# --- the cases of the guide --------------------------------------------------------------------------------------------


def test_every_row_of_the_guide_says_where_it_comes_from(guide):
    for name in ("acteurs", "dispositifs", "participations", "liens", "postes", "instances", "reseaux"):
        assert guide[name]["source"].str.contains("Guide Cap Rural 2023, (?:avant-propos|partie)").all(), name
    assert "FICTIF" not in join_text(guide)


def test_the_guide_stays_silent_where_it_is(guide):
    acteurs = guide["acteurs"].set_index("acteur_id")
    unnamed = acteurs.loc[["departement-non-nomme", "fs-non-nommees", "mdph-non-nommee"]]
    assert (unnamed[["code_insee", "territoires"]] == "").all(axis=None)
    assert set(acteurs["code_insee"]) == {"", "26281", "43048"}
    assert set(guide["participations"]["stade"]) == {""}
    assert set(guide["liens"]["type"]) == {"autre"}
    assert acteurs.at["breche", "categorie"] == "non_precise"


def test_the_cases_are_those_of_the_issue(guide, communes):
    joined = guide["participations"].groupby("dispositif_id")["acteur_id"].agg(set)
    for joint in ("ctg-bocage", "gmr-bocage"):
        assert joined[joint] == {"cc-bocage", "msa-allier", "caf-allier", "etat-allier", "cs-adequat"}
    assert len(joined["3-lieux"]) == 3
    bocage = guide["acteurs"].set_index("acteur_id").at["cc-bocage", "siren"]
    perimeter = set(guide["communes"]["code_insee"])
    expected = set(communes.index[(communes["epci"] == bocage) | (communes["departement"] == "07")]) | {
        "26281",
        "43048",
    }
    assert perimeter == expected


def test_the_words_of_the_guide(guide):
    text = ROOT.parent / "shared" / "guide" / "guide_cap_rural_2023.txt"
    if not text.exists():
        pytest.skip("no ../shared/guide beside the repository: names not checked against the guide")
    written = text.read_text(encoding="utf-8")
    for name in ("ADEQUAT", "Maison de quartier Saint-Nicolas", "Maison citoyenne Noël Guichard", "La Brèche", "RADAR"):
        assert name in written
        assert name in join_text(guide)
