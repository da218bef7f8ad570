"""The look-up tables of France's communes, and who holds a point."""

import pandas as pd
import pytest

from diagnostic.read.places.cog import (
    extend_former,
    find_places,
    is_in,
    locate_points,
    look_up,
    read_cog,
    read_shape_table,
)


@pytest.fixture(scope="module")
def cog():
    return read_cog()


def test_present_and_past_codes_do_not_meet(cog):
    assert len(cog["communes"]) == 34_875
    assert not cog["anciens"].index.isin(cog["communes"].index).any()
    assert cog["anciens"].index.is_unique
    assert cog["anciens"]["nouveau_code"].isin(cog["communes"].index).all()
    assert not cog["outre_mer"].index.isin(cog["communes"].index).any()


def test_postcodes(cog):
    assert cog["postaux"].is_unique
    assert ("43040", "Brioude") in cog["codes_postaux"].loc[["43100"]].tolist()
    served = set(zip(cog["codes_postaux"].index, cog["codes_postaux"].str[0], strict=True))
    brioude = cog["communes"].loc["43040", "codes_postaux"].split(";")
    assert {(code, "43040") for code in brioude} == {pair for pair in served if pair[1] == "43040"}


def test_the_trap_of_codes_that_are_both(cog):
    # The figure that makes a code that exists prove nothing: almost one postcode in two.
    assert 0.45 < len(cog["postaux"].intersection(cog["communes"].index)) / len(cog["postaux"]) < 0.5


def test_names_of_communes_joined_to_another(cog):
    assert "Oullins" in cog["anciens_noms"].loc[["69149"]].tolist()


def test_is_in_says_what_isin_says(cog):
    codes = pd.Series(["43157", "", None, "63330", "43157"], index=[4, 1, 7, 2, 9], dtype="str")
    pd.testing.assert_series_equal(is_in(codes, cog["communes"].index), codes.isin(cog["communes"].index))
    assert is_in(codes.iloc[:0], cog["communes"].index).empty


def test_points_are_held_by_their_commune(cog):
    pilot = cog["communes"][cog["communes"]["departement"] == "43"]
    found = locate_points(pilot["mairie_lon"], pilot["mairie_lat"])
    # A mairie may stand just over the border of a simplified outline.
    assert (found == pilot.index).mean() > 0.98
    assert found.index.equals(pilot.index)


def test_a_point_at_sea_or_without_coordinates_is_in_no_commune():
    lon = pd.Series([-4.9, None, 3.88, 55.45], index=["mer", "rien", "puy", "reunion"])
    lat = pd.Series([47.0, None, 45.04, -20.88], index=["mer", "rien", "puy", "reunion"])
    found = locate_points(lon, lat)
    assert found.isna().tolist() == [True, True, False, False]
    assert found[["puy", "reunion"]].tolist() == ["43157", "97411"]


def test_no_point():
    nothing = pd.Series([None, None], dtype=float)
    assert locate_points(nothing, nothing).isna().all()


# --- past codes ----------------------------------------------------------------------------------------------------
def test_every_code_since_2021_leads_to_a_present_commune_and_is_counted(cog):
    counts = read_shape_table("codes_par_annee.csv").set_index("annee").drop(columns="version").astype(int)
    assert counts.index.tolist() == ["2021", "2022", "2023", "2024", "2025"]
    assert (counts["nb_codes"] == counts.drop(columns="nb_codes").sum(axis=1)).all()
    assert (counts["non_resolus"] == 0).all() and (counts["outre_mer"] == len(cog["outre_mer"])).all()
    assert counts["par_ancien_code"].tolist() == [2248, 2152, 2118, 2096, 2074]
    assert counts["inchanges"].max() <= len(cog["communes"])


def test_every_change_since_1943_leads_to_a_present_commune(cog, partage):
    """Against the official list of changes, which our table is not made from."""
    changes = pd.read_csv(partage / "cog" / "mouvements_communes_2026.csv", dtype=str)
    codes = pd.Series(pd.concat([changes["COM_AV"], changes["COM_AP"]]).dropna().unique(), dtype="str")
    present, past, out = (is_in(codes, cog[name].index) for name in ("communes", "anciens", "outre_mer"))
    assert len(codes) == 8717
    # Saint-Martin and Saint-Barthélemy left Guadeloupe in 2007.
    lost = codes[~(present | past | out)]
    # Six communes shared out between several have no heir of ours: the official list says the same.
    ends = changes[changes["MOD"].eq("30") & changes["TYPECOM_AP"].eq("COM") & (changes["COM_AV"] != changes["COM_AP"])]
    ends = ends.groupby("COM_AV")["COM_AP"].agg(set)
    shared = read_shape_table("non_resolus.csv").query("sujet == 'ancien_code_partage'").set_index("code_insee")["constat"]
    assert {code: set(pd.Series([said]).str.findall(r"\((.{5})\)")[0]) for code, said in shared.items()} == ends.to_dict()
    assert sorted(lost) == sorted([*shared.index, "97123", "97127"])
    assert past.sum() == 4254
    # Where the code's last event is one merger into a code of today, it is the one we give.
    merged = changes[changes["TYPECOM_AV"].eq("COM") & changes["TYPECOM_AP"].eq("COM") & (changes["COM_AV"] != changes["COM_AP"])]
    last = merged[merged["DATE_EFF"] == merged.groupby("COM_AV")["DATE_EFF"].transform("max")]
    last = last[~last["COM_AV"].duplicated(keep=False) & ~last["MOD"].isin(["20", "21"])]
    last = last[is_in(last["COM_AV"], cog["anciens"].index) & is_in(last["COM_AP"], cog["communes"].index)]
    same = last["COM_AV"].map(cog["anciens"]["nouveau_code"]).to_numpy() == last["COM_AP"].to_numpy()
    # 55273 and 60455 are told in non_resolus.csv: the commune they joined has split since.
    assert len(last) > 3000
    assert set(last.loc[~same, "COM_AV"]) <= {"55273", "60455"}


def test_communes_that_came_back(cog):
    parted = read_shape_table("communes_retablies.csv")
    assert parted["code_insee"].tolist() == ["15031", "15035", "15047", "15171", "60694", "85165", "85212"]
    assert is_in(parted["separee_de"], cog["communes"].index).all()


def correspondances(*pairs):
    table = pd.DataFrame(pairs, columns=["ancien_code", "nouveau_code"], dtype="str")
    return table.assign(fichier="f.csv", feuille="correspondance_cog", ligne=range(2, 2 + len(table)))


def test_correspondances_of_a_dossier_are_followed(cog):
    extended, problems = extend_former(cog, correspondances(("43901", "43902"), ("43902", "63330"), ("63330", "43040")))
    assert problems.empty
    # A chain, and our own past code overruled.
    assert extended["anciens"].loc[["43901", "43902", "63330"], "nouveau_code"].tolist() == ["43040"] * 3
    assert extended["anciens"].index.is_unique
    assert cog["anciens"].at["63330", "nouveau_code"] == "63109"
    extended, _ = extend_former(cog, correspondances(("43901", "63330")))
    assert extended["anciens"].at["43901", "nouveau_code"] == "63109"


def test_correspondances_that_lead_nowhere_are_refused(cog):
    circle, ours = [("43901", "43902"), ("43902", "43901")], [("43157", "43040"), ("43903", "99999")]
    listed = correspondances(*circle, *ours, ("43904", "43040"), ("43904", "43157"))
    extended, problems = extend_former(cog, listed)
    assert not extended["anciens"].index.isin(["43901", "43902", "43157", "43903"]).any()
    assert extended["anciens"].at["43904", "nouveau_code"] == "43040"
    assert sorted(problems["ligne"]) == [2, 3, 4, 5, 7]
    assert problems.set_index("ligne").at[2, "probleme"].endswith("(ou tourne en rond) : refusée.")
    assert extend_former(cog, listed.iloc[:0]) == (cog, None)


@pytest.mark.parametrize("times", [1, 3_000])
def test_looking_up_few_codes_or_many_says_the_same(times):
    index = pd.Index(["01001", "2A004", "43040"], dtype="str")
    codes = pd.Series(["43040", None, "", "01001", "99999"] * times, dtype="str")
    codes.index = codes.index[::-1]
    assert find_places(codes, index).tolist() == [2, -1, -1, 0, -1] * times
    assert is_in(codes, index).tolist() == [True, False, False, True, False] * times
    named = look_up(codes, pd.Series(["Un", "Deux", "Trois"], index=index, dtype="str"))
    assert named.index.equals(codes.index)
    assert named.fillna("-").tolist() == ["Trois", "-", "-", "Un", "-"] * times
    assert look_up(codes, pd.Series([1.0, 2.0, float("nan")], index=index)).fillna(0).tolist() == [0, 0, 0, 1, 0] * times
