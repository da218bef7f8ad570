"""Clues of all kinds -> communes: the order of the clues, what confirms and what contradicts, and what is never guessed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.read.cells.values import read_numbers
from diagnostic.read.places.cog import extend_former, read_cog
from diagnostic.read.places.coordinates import check_coordinates, measure_outside
from diagnostic.read.places.places import resolve_places
from diagnostic.schema import GRAVITES

BRIOUDE = {"lat": 45.2946, "lon": 3.3846}


@pytest.fixture(scope="module")
def cog():
    return read_cog()


@pytest.fixture(scope="module")
def pilot(cog):
    communes = cog["communes"]
    return communes[communes["departement"].isin(["43", "63"])]


def rows_of(*rows):
    blank = {"code_insee": "", "commune": "", "code_postal": "", "departement": "", "lat": np.nan, "lon": np.nan}
    table = pd.DataFrame([blank | row for row in rows], columns=list(blank))
    text = ["code_insee", "commune", "code_postal", "departement"]
    return table.astype(dict.fromkeys(text, "str")).assign(
        fichier="f.csv", feuille="acteurs", ligne=range(2, 2 + len(table))
    )


def resolve_one(cog, pilot, **clues):
    resolved, problems = resolve_places(rows_of(clues), cog, perimeter=pilot.index)
    code, method, trust = resolved.iloc[0]
    return ("" if pd.isna(code) else code), method, trust, problems


@pytest.mark.parametrize(
    ("clues", "expected"),
    [
        ({"code_insee": "43157"}, ("43157", "code", "forte")),
        ({"code_insee": "43157", "commune": "LE PUY EN VELAY"}, ("43157", "code", "sure")),
        ({"code_insee": "43157", "code_postal": "43000"}, ("43157", "code", "sure")),
        ({"code_insee": "43157", "commune": "Brioude"}, ("43157", "code", "a_verifier")),
        ({"code_insee": "43157"} | BRIOUDE, ("43157", "code", "a_verifier")),
        ({"code_insee": "63330", "commune": "Saint-Cirgues-sur-Couze"}, ("63109", "ancien_code", "sure")),
        ({"code_insee": "75112"}, ("75056", "ancien_code", "forte")),
        ({"code_insee": "98818"}, ("", "outre_mer", "forte")),
        ({"commune": "Brioude", "code_postal": "43100"}, ("43040", "nom_code_postal", "forte")),
        ({"commune": "Brioude", "code_postal": "43100"} | BRIOUDE, ("43040", "nom_code_postal", "sure")),
        ({"commune": "43100 BRIOUDE"}, ("43040", "nom_code_postal", "forte")),
        ({"code_postal": "43100 Brioude"}, ("43040", "nom_code_postal", "forte")),
        ({"code_insee": "43100", "commune": "Brioude"}, ("43040", "nom_code_postal", "forte")),
        ({"commune": "Saint-Cirgues-sur-Couze", "code_postal": "63320"}, ("63109", "nom_code_postal", "forte")),
        ({"commune": "Abrest", "code_postal": "3200"}, ("03001", "nom_code_postal", "forte")),
        ({"commune": "Paris 12e", "code_postal": "75012"}, ("75056", "nom_code_postal", "forte")),
        ({"commune": "CLERMONT-FERRAND CEDEX 1", "code_postal": "63033"}, ("63113", "nom_departement", "forte")),
        ({"commune": "Brioude", "departement": "Haute-Loire"}, ("43040", "nom_departement", "forte")),
        ({"commune": "Brioude (43)"}, ("43040", "nom_departement", "forte")),
        ({"commune": "Le Puy-en-Velay", "code_postal": "43100"}, ("43157", "nom_departement", "a_verifier")),
        ({"commune": "Brioude"}, ("43040", "nom_perimetre", "forte")),
        ({"commune": "Beaumont", "departement": "43"}, ("43022", "nom_departement", "forte")),
        ({"code_postal": "63000"}, ("63113", "code_postal", "forte")),
        ({"code_postal": "63000", "commune": "Quartier nord"}, ("63113", "code_postal", "a_verifier")),
        (BRIOUDE, ("43040", "coordonnees", "forte")),
        (BRIOUDE | {"commune": "Quartier nord", "code_postal": "43100"}, ("43040", "coordonnees", "sure")),
        (BRIOUDE | {"code_insee": "99999"}, ("43040", "coordonnees", "forte")),
        ({}, ("", "", "")),
    ],
)
def test_the_order_of_clues_and_what_they_are_worth(cog, pilot, clues, expected):
    assert resolve_one(cog, pilot, **clues)[:3] == expected


@pytest.mark.parametrize(
    ("clues", "said", "proposition", "colonne"),
    [
        (
            {"commune": "Saint-Germain", "departement": "43"},
            "Saint-Germain-Laprade (43190)",
            "Saint-Germain-Laprade",
            "commune",
        ),
        ({"commune": "Saint-Germain"}, "Saint-Germain-Lembron (63352)", "", "commune"),
        ({"commune": "Beaumont"}, "Beaumont (43022), Beaumont (63032)", "", "code_insee"),
        ({"commune": "Vichy"}, "Vichy (03310)", "03310", "code_insee"),
        (
            {"commune": "Brioude", "code_postal": "75001"},
            "Brioude (43040), contredit par le code postal 75001.",
            "",
            "code_insee",
        ),
        ({"commune": "Brioudde", "code_postal": "43100"}, "vouliez-vous dire Brioude (43040)", "Brioude", "commune"),
        ({"commune": "Vorey sur Arzon", "code_postal": "43800"}, "vouliez-vous dire Vorey (43267)", "Vorey", "commune"),
        ({"code_postal": "43000"}, "dessert 5 communes", "", "code_insee"),
        ({"code_postal": "99999"}, "inconnu", "", "code_postal"),
        ({"commune": "Zzzzzz"}, "n'est le nom d'aucune commune", "", "commune"),
        ({"commune": "東京"}, "n'est le nom d'aucune commune", "", "commune"),
    ],
)
def test_what_is_doubtful_is_told_and_never_guessed(cog, pilot, clues, said, proposition, colonne):
    code, method, trust, problems = resolve_one(cog, pilot, **clues)
    assert (code, method, trust) == ("", "", "")
    assert problems[["gravite", "colonne", "proposition"]].values.tolist() == [["attention", colonne, proposition]]
    assert said in problems["probleme"].iloc[0]


def test_candidates_are_five_at_most_and_counted(cog, pilot):
    _, _, _, problems = resolve_one(cog, pilot, commune="Saint-Martin")
    assert problems["probleme"].iloc[0].count("(") <= 7
    _, _, _, problems = resolve_one(cog, pilot, code_postal="43100")
    assert "16 en tout" in problems["probleme"].iloc[0]


def test_without_perimeter_a_name_alone_leads_nowhere(cog):
    resolved, problems = resolve_places(rows_of({"commune": "Brioude"}), cog)
    assert resolved["code_insee"].isna().all()
    assert problems["proposition"].tolist() == ["43040"]


def test_a_shared_name_is_settled_by_a_point(cog, pilot):
    beaumont = cog["communes"].loc["63032"]
    code, method, trust, _ = resolve_one(
        cog, pilot, commune="Beaumont", lat=beaumont["mairie_lat"], lon=beaumont["mairie_lon"]
    )
    assert (code, method, trust) == ("63032", "coordonnees", "sure")


def test_a_name_of_the_perimeter_gives_way_to_a_point_in_its_namesake(cog, pilot):
    names = cog["communes"].groupby("nom").groups
    name = next(n for n, codes in names.items() if len(codes) == 2 and sum(c in pilot.index for c in codes) == 1)
    here, there = sorted(names[name], key=lambda code: code not in pilot.index)
    assert resolve_one(cog, pilot, commune=name)[:3] == (here, "nom_perimetre", "a_verifier")
    away = cog["communes"].loc[there]
    assert resolve_one(cog, pilot, commune=name, lat=away["mairie_lat"], lon=away["mairie_lon"])[:3] == (
        there,
        "coordonnees",
        "sure",
    )


def test_a_wrong_code_is_proposed_what_the_other_clues_say(cog, pilot):
    for code in ("99999", "43157", "4.3E+04"):
        _, _, _, problems = resolve_one(cog, pilot, code_insee=code, commune="Brioude", code_postal="43100")
        told = problems[problems["colonne"] == "code_insee"]
        assert told[["valeur", "proposition"]].values.tolist() == [[code, "43040"]]


def test_a_point_outside_its_commune_is_told_with_the_distance(cog, pilot):
    # The mairie of Espaly-Saint-Marcel, 1.5 km west of that of Le Puy.
    espaly = cog["communes"].loc["43089"]
    _, _, trust, problems = resolve_one(
        cog, pilot, code_insee="43157", lat=espaly["mairie_lat"], lon=espaly["mairie_lon"]
    )
    assert trust == "a_verifier"
    assert (
        problems["probleme"]
        .str.fullmatch(r"Ce point est hors de la commune \(Le Puy-en-Velay\), à \d,\d km de sa limite\.")
        .all()
    )
    # Further than the threshold, another check tells it.
    assert resolve_one(cog, pilot, code_insee="43157", **BRIOUDE)[3].empty


def test_a_point_next_to_its_commune_confirms_nothing(cog, pilot):
    from diagnostic.read.places.cog import locate_points, read_polygons

    # A vertex of the border, moved towards the neighbour: the point is in Brioude's neighbour, a few metres away.
    border = read_polygons().geometry.loc["43040"].exterior.coords[:]
    for lon, lat in border[:40]:
        moved = pd.Series([lon + 1e-4]), pd.Series([lat])
        if locate_points(*moved)[0] not in ("43040", None) and pd.notna(locate_points(*moved)[0]):
            break
    trust, problems = resolve_one(cog, pilot, code_insee="43040", lat=lat, lon=lon + 1e-4)[2:]
    assert trust == "forte" and problems.empty


def test_a_code_that_may_be_a_postcode_is_to_check_until_something_confirms_it(cog, pilot):
    assert resolve_one(cog, pilot, code_insee="43100")[:3] == ("43100", "code", "a_verifier")
    town = cog["communes"].loc["43100"]
    own = {"lat": town["mairie_lat"], "lon": town["mairie_lon"]}
    assert resolve_one(cog, pilot, code_insee="43100", **own)[:3] == ("43100", "code", "sure")
    rows = rows_of({"code_insee": "43100"}, {"code_insee": "43157"}, {"code_insee": "43000"}, {"code_insee": "43040"})
    assert resolve_places(rows, cog)[0]["confiance_commune"].tolist() == ["a_verifier", "forte", "", "forte"]


def test_a_point_on_the_border_is_to_check(cog, pilot):
    from diagnostic.read.places.cog import read_polygons

    lon, lat = read_polygons().geometry.loc["43040"].exterior.coords[0]
    code, method, trust, _ = resolve_one(cog, pilot, lat=lat, lon=lon + 1e-5)
    assert (method, trust) == ("coordonnees", "a_verifier")


def test_a_dossier_brings_its_own_correspondances(cog, pilot):
    listed = pd.DataFrame({"ancien_code": ["43999", "43998"], "nouveau_code": ["43998", "43040"]}).assign(
        fichier="f", feuille="c", ligne=[2, 3]
    )
    extended, _ = extend_former(cog, listed)
    assert resolve_one(extended, pilot, code_insee="43999")[:2] == ("43040", "ancien_code")


def test_the_order_of_rows_changes_nothing_nor_the_argument(cog, pilot):
    rows = rows_of(
        {"commune": "Brioude"}, {"code_postal": "43100 Brioude"}, {"commune": "Beaumont"}, BRIOUDE, {"code_insee": "43157"},
        {"commune": "Brioudde", "code_postal": "43100"}, {"code_insee": "99999", "commune": "Vichy (03)"}, {},
    )  # fmt: skip
    before = rows.copy()
    resolved, problems = resolve_places(rows, cog, perimeter=pilot.index)
    pd.testing.assert_frame_equal(rows, before)
    mixed, told = resolve_places(rows.sample(frac=1, random_state=5), cog, perimeter=pilot.index)
    pd.testing.assert_frame_equal(mixed.sort_index(), resolved)
    assert sorted(told["probleme"]) == sorted(problems["probleme"])


def test_no_row_and_missing_columns(cog):
    resolved, problems = resolve_places(rows_of(), cog)
    assert resolved.empty and problems.empty
    assert list(resolved.columns) == ["code_insee", "methode_commune", "confiance_commune"]
    resolved, _ = resolve_places(rows_of({"code_insee": "43157"})[["code_insee", "fichier", "feuille", "ligne"]], cog)
    assert resolved["confiance_commune"].tolist() == ["forte"]
    missing = rows_of({"commune": None, "code_postal": None}).astype({"commune": "str"})
    assert resolve_places(missing, cog)[0]["code_insee"].isna().all()


def test_every_name_with_its_postcode_leads_to_its_commune(cog):
    """All France, against the table itself: nothing wrong, and what is not found is told."""
    communes = cog["communes"].dropna(subset="codes_postaux")
    rows = pd.DataFrame(
        {"commune": communes["nom"].str.upper(), "code_postal": communes["codes_postaux"].str.split(";").str[0]}
    )
    rows = rows.assign(fichier="f", feuille="s", ligne=range(len(rows)))
    resolved, problems = resolve_places(rows, cog)
    found = resolved["code_insee"].notna()
    assert (resolved.loc[found, "code_insee"] == rows.index[found]).all()
    assert found.mean() > 0.9995
    assert set(rows.loc[~found, "ligne"]) <= set(problems["ligne"])


@settings(max_examples=15)
@given(st.lists(st.tuples(*[st.text(max_size=10)] * 4, st.floats(-200, 200), st.floats(-200, 200)), max_size=5))
def test_nothing_wild_breaks_it_nor_passes(cells):
    cog = read_cog()
    keys = ["code_insee", "commune", "code_postal", "departement", "lat", "lon"]
    rows = rows_of(*[dict(zip(keys, row, strict=True)) for row in cells])
    resolved, problems = resolve_places(rows, cog, perimeter=["43040"])
    found = resolved["code_insee"].dropna()
    assert found.isin(cog["communes"].index).all()
    assert set(resolved["confiance_commune"]) <= {"sure", "forte", "a_verifier", ""}
    assert (resolved["methode_commune"] == "")[resolved["code_insee"].notna()].sum() == 0
    assert set(problems["gravite"]) <= set(GRAVITES[2:])


# --- the places of digital inclusion, which give no commune code ---------------------------------------------------
@pytest.fixture(scope="module")
def hinaura(partage):
    raw = pd.read_json(partage / "inventaires" / "hinaura_2022-11.json", dtype=False).fillna("").astype("str")
    rows = pd.DataFrame({"commune": raw["Ville *"], "code_postal": raw["Code postal"]})
    rows = rows.assign(lat=read_numbers(raw["bf_latitude"])[0], lon=read_numbers(raw["bf_longitude"])[0])
    rows = rows.assign(fichier="hinaura", feuille="lieux", ligne=range(2, 2 + len(rows)))
    return rows.assign(**check_coordinates(rows)[0])


def test_hinaura_by_point_by_name_and_by_both(hinaura, cog):
    by_point, _ = resolve_places(hinaura.drop(columns=["commune", "code_postal"]), cog)
    by_name, told = resolve_places(hinaura.drop(columns=["lat", "lon"]), cog)
    both, _ = resolve_places(hinaura, cog)
    assert len(hinaura) == 1171
    assert by_point["code_insee"].notna().mean() >= 0.999
    assert by_name["code_insee"].notna().mean() >= 0.98
    assert both["code_insee"].notna().all()
    assert (both["confiance_commune"] == "sure").mean() > 0.97
    # Each row that the name leaves without commune is told.
    assert set(hinaura.loc[by_name["code_insee"].isna(), "ligne"]) <= set(told["ligne"])
    found = by_point["code_insee"].notna() & by_name["code_insee"].notna()
    differ = found & (by_point["code_insee"] != by_name["code_insee"])
    assert 1 - differ.sum() / found.sum() > 0.99
    # Looked at one by one: four on a border, and six points or addresses that are wrong; none is called sure, save on the border.
    away = measure_outside(hinaura["lon"], hinaura["lat"], by_name["code_insee"])[differ]
    assert (away < 0.1).sum() == 4 and differ.sum() == 10
    assert (both.loc[away.index[away > 0.1], "confiance_commune"] == "a_verifier").all()
