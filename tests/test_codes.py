"""Commune codes as people write them: what is found, what is proposed and never applied, what is only told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostic.read.places.codes import resolve_communes
from diagnostic.read.places.cog import read_cog


@pytest.fixture(scope="module")
def cog():
    return read_cog()


def rows_of(codes, names=None):
    rows = pd.DataFrame({"code_insee": pd.Series(codes, dtype="str"), "fichier": "f.csv", "feuille": "acteurs"})
    rows["ligne"] = range(2, 2 + len(rows))
    return rows if names is None else rows.assign(commune=pd.Series(names, dtype="str"))


def resolve_one(code, cog, name=None):
    resolved, problems = resolve_communes(rows_of([code], None if name is None else [name]), cog)
    row = resolved.iloc[0]
    return (None if pd.isna(row["code_insee"]) else row["code_insee"]), row["methode_commune"], problems


def test_a_present_code_is_taken_as_it_is(cog):
    code, method, problems = resolve_one("43157", cog, "Le Puy-en-Velay")
    assert (code, method) == ("43157", "code")
    assert problems.empty


def test_corsican_codes_in_lower_case(cog):
    assert resolve_one("2a004", cog)[:2] == ("2A004", "code")


def test_a_lost_zero_is_proposed_and_not_applied(cog):
    code, method, problems = resolve_one("3001", cog)
    assert (code, method) == (None, "")
    assert problems["gravite"].tolist() == ["erreur"]
    assert "« 03001 » (Abrest)" in problems["probleme"].iloc[0]
    assert problems[["fichier", "feuille", "ligne", "valeur"]].values.tolist() == [["f.csv", "acteurs", 2, "3001"]]


def test_a_lost_zero_of_a_former_commune(cog):
    assert "« 01015 » (Arboys en Bugey)" in resolve_one("1015", cog)[2]["probleme"].iloc[0]


def test_a_former_commune_is_attached_and_told(cog):
    code, method, problems = resolve_one("63330", cog, "Saint-Cirgues-sur-Couze")
    assert (code, method) == ("63109", "ancien_code")
    assert problems["gravite"].tolist() == ["information"]
    assert problems["probleme"].iloc[0] == "63330 n'existe plus : commune déléguée de 63109 (Les Deux-Rives)."


@pytest.mark.parametrize(("code", "town"), [("69383", "69123"), ("75118", "75056"), ("13201", "13055")])
def test_municipal_arrondissements(cog, code, town):
    found, method, problems = resolve_one(code, cog, "Lyon 3e Arrondissement")
    assert (found, method) == (town, "ancien_code")
    assert "est un arrondissement de" in problems["probleme"].iloc[0]


@pytest.mark.parametrize(("code", "name"), [("97801", "Saint-Martin"), ("98818", "Nouméa"), ("97502", "Saint-Pierre")])
def test_overseas_collectivities_are_out_of_scope(cog, code, name):
    found, method, problems = resolve_one(code, cog)
    assert (found, method) == (None, "outre_mer")
    assert problems["gravite"].tolist() == ["information"]
    assert name in problems["probleme"].iloc[0]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("4.3157E+04", "notation scientifique"),
        ("4,3157e+4", "notation scientifique"),
        ("2E004", "notation scientifique"),
        ("43157.0", "« 43157 » (Le Puy-en-Velay)"),
        ("3001.0", "« 03001 » (Abrest)"),
        ("99999", "inconnu au COG 2026"),
        ("Brioude", "inconnu au COG 2026"),
    ],
)
def test_what_is_no_code_is_told(cog, code, said):
    found, method, problems = resolve_one(code, cog)
    assert (found, method) == (None, "")
    assert problems["gravite"].tolist() == ["erreur"]
    assert said in problems["probleme"].iloc[0]


def test_an_empty_cell_is_no_problem(cog):
    resolved, problems = resolve_communes(rows_of(["", None, "43157"]), cog)
    assert resolved["code_insee"].isna().tolist() == [True, True, False]
    assert problems.empty


def test_no_row(cog):
    resolved, problems = resolve_communes(rows_of([], []), cog)
    assert resolved.empty and problems.empty
    assert list(resolved.columns) == ["code_insee", "methode_commune", "douteux"]


def test_43100_alone_is_read_as_a_code_and_doubted(cog):
    code, method, problems = resolve_one("43100", cog)
    assert (code, method) == ("43100", "code")
    assert problems["gravite"].tolist() == ["attention"]
    assert "Frugières-le-Pin" in problems["probleme"].iloc[0] and "Brioude (43040)" in problems["probleme"].iloc[0]


@pytest.mark.parametrize("name", ["Frugières-le-Pin", "FRUGIERES LE PIN", "Frugieres le Pin (43)"])
def test_43100_with_the_name_of_the_code(cog, name):
    code, _, problems = resolve_one("43100", cog, name)
    assert code == "43100"
    assert problems.empty


def test_43100_with_the_name_of_the_postcode(cog):
    code, method, problems = resolve_one("43100", cog, "BRIOUDE CEDEX")
    assert (code, method) == (None, "")
    assert problems["gravite"].tolist() == ["erreur"]
    assert "Lecture proposée : « 43040 »" in problems["probleme"].iloc[0]
    assert "Frugières-le-Pin" in problems["probleme"].iloc[0]


def test_43100_with_another_name(cog):
    code, _, problems = resolve_one("43100", cog, "Le Puy-en-Velay")
    assert code == "43100"
    assert problems["probleme"].tolist() == ["Le code 43100 est celui de Frugières-le-Pin, et la case commune dit « Le Puy-en-Velay »."]


def test_43100_among_codes_is_a_code(cog):
    resolved, problems = resolve_communes(rows_of(["43100", "43157", "43040", "63003"]), cog)
    assert resolved["methode_commune"].eq("code").all()
    assert problems.empty


@pytest.fixture(scope="module")
def hundred(cog):
    pilot = cog["communes"]
    return pilot[pilot["departement"].isin(["43", "63"])].sample(100, random_state=7)


@pytest.mark.parametrize("named", [True, False])
def test_a_column_of_postcodes(cog, hundred, named):
    postcodes = hundred["codes_postaux"].str.split(";").str[0].tolist()
    assert 20 < sum(code in cog["communes"].index for code in postcodes) < 80  # many exist as commune codes too
    resolved, problems = resolve_communes(rows_of(postcodes, hundred["nom"].tolist() if named else None), cog)
    # Nothing is taken for a code, save where the name says that the code is right.
    agree = [named and code == right for code, right in zip(postcodes, hundred.index, strict=True)]
    assert resolved["code_insee"].notna().tolist() == agree
    told = problems[problems["gravite"] == "erreur"]
    assert len(told) == 100 - sum(agree)
    assert told["a_faire"].str.contains("sur 100 valeurs").all()
    if named:
        proposed = told["probleme"].str.extract(r"Lecture proposée : « (.{5}) »")[0]
        right = [right for right, fine in zip(hundred.index, agree, strict=True) if not fine]
        assert (proposed.array == right).mean() > 0.95


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["alone", "named", "half_named", "mixed"])
def test_no_postcode_of_a_real_column_is_accepted_in_silence(cog, seed, kind):
    """A hundred real rows of 43 and 63: all postcodes, with and without names, or half of them among true codes."""
    pilot = cog["communes"][cog["communes"]["departement"].isin(["43", "63"])].sample(100, random_state=seed)
    posts = pilot["codes_postaux"].str.split(";").str[0].astype("str")
    rng = np.random.default_rng(seed)
    right = pd.Series(rng.random(100) < (0.5 if kind == "mixed" else 0), index=pilot.index)
    codes = posts.mask(right, pilot.index.to_series())
    named = {"named": right | True, "half_named": pd.Series(rng.random(100) < 0.5, index=pilot.index)}.get(kind)
    names = None if named is None else pilot["nom"].where(named, "").tolist()
    rows = rows_of(codes.tolist(), names)
    resolved, problems = resolve_communes(rows, cog)
    wrong = resolved["code_insee"].notna() & (resolved["code_insee"].to_numpy() != pilot.index)
    if kind != "mixed":
        assert not wrong.any()
    # Each postcode read as the code of another commune is told, and so is each one set aside.
    doubtful = wrong | resolved["code_insee"].isna()
    assert set(rows.loc[doubtful, "ligne"]) <= set(problems.loc[problems["gravite"].isin(["erreur", "attention"]), "ligne"])


def test_sheets_are_judged_apart(cog, hundred):
    posts = hundred["codes_postaux"].str.split(";").str[0].tolist()
    rows = rows_of([*posts, *hundred.index]).assign(feuille=["a"] * 100 + ["b"] * 100)
    resolved, _ = resolve_communes(rows, cog)
    assert resolved["code_insee"].iloc[:100].isna().all()
    assert resolved["code_insee"].iloc[100:].tolist() == hundred.index.tolist()


def test_what_to_write_instead_is_proposed(cog):
    rows = rows_of(["3001", "43157.0", "43100", "99999", "1015"], ["", "", "Brioude", "", ""])
    problems = resolve_communes(rows, cog)[1].set_index("ligne")["proposition"]
    assert problems.to_dict() == {2: "03001", 3: "43157", 4: "43040", 5: "", 6: "01015"}


def test_a_commune_from_which_others_parted_is_told(cog):
    code, method, problems = resolve_one("15141", cog)
    assert (code, method) == ("15141", "code")
    assert "s'est séparée depuis 2021 de : Celles (15031, 2025)" in problems["probleme"].iloc[0]
    assert resolve_one("15031", cog)[2].empty


def test_five_postcodes_that_are_all_codes_too(cog):
    codes = ["43100", "43200", "43130", "43170", "43230"]
    assert all(code in cog["communes"].index for code in codes)
    resolved, problems = resolve_communes(rows_of(codes), cog)
    assert resolved["code_insee"].isna().all()
    assert (problems["gravite"] == "erreur").sum() == 5


@pytest.mark.parametrize("departement", ["43", "63", "13", "59", "972"])
def test_a_column_of_codes_is_never_taken_for_postcodes(cog, departement):
    communes = cog["communes"]
    communes = communes[communes["departement"] == departement]
    resolved, problems = resolve_communes(rows_of(communes.index.tolist(), communes["nom"].tolist()), cog)
    assert resolved["code_insee"].tolist() == communes.index.tolist()
    assert problems.empty
    unnamed, _ = resolve_communes(rows_of(communes.index.tolist()), cog)
    assert unnamed["code_insee"].tolist() == communes.index.tolist()


@pytest.mark.parametrize("name", ["Puy-en-Velay (Le)", "PUY EN VELAY", "le puy en velay cedex 2", "Le Puy-en-Velay BP 20"])
def test_spellings_of_one_name(cog, name):
    assert resolve_one("43157", cog, name)[2].empty


def test_the_name_of_a_delegated_commune_is_no_contradiction(cog):
    assert resolve_one("69149", cog, "Oullins")[2].empty
    assert resolve_one("63109", cog, "Saint-Cirgues-sur-Couze")[2].empty


def test_a_name_beside_a_past_code_is_checked_too(cog):
    for name in ("Saint-Cirgues-sur-Couze", "Les Deux-Rives", "St Cirgues s/ Couze", "Nom que nul ne porte"):
        assert resolve_one("63330", cog, name)[2]["gravite"].tolist() == ["information"], name
    _, _, problems = resolve_one("63330", cog, "Brioude")
    told = problems[problems["gravite"] == "attention"]
    assert told["probleme"].tolist() == ["Le code 63330 mène à Les Deux-Rives, et la case commune dit « Brioude »."]


def test_a_code_that_may_be_a_postcode_is_doubtful(cog):
    resolved, problems = resolve_communes(rows_of(["43100", "43157", "43000", "43040"]), cog)
    assert resolved["douteux"].tolist() == [True, False, False, False]
    assert (problems["gravite"] == "attention").sum() == 1
    assert resolve_communes(rows_of(["43100"], ["Frugières-le-Pin"]), cog)[0]["douteux"].tolist() == [False]


def test_a_commune_shared_out_between_several_has_no_heir(cog):
    heirs = {"51385": ["51440", "51487", "51503"], "08227": ["08203", "08454"], "77362": ["77066", "77444"]}
    for code, own in heirs.items():
        found, method, problems = resolve_one(code, cog)
        assert (found, method, problems["proposition"].tolist()) == (None, "", [""])
        assert "s'est séparée en" in problems["probleme"].iloc[0]
        assert all(heir in problems["probleme"].iloc[0] for heir in own)


def test_a_change_of_code_is_no_merger(cog):
    assert resolve_one("20004", cog)[2]["probleme"].tolist() == ["20004 a changé de code : 2A004 (Ajaccio)."]
    told = resolve_one("78001", cog, "Abbéville-la-Rivière")[2]["probleme"]
    assert told.tolist() == ["78001 a changé de code : 91001 (Abbéville-la-Rivière)."]
    assert "territoire réuni" in resolve_one("01003", cog)[2]["probleme"].iloc[0]


def test_a_name_that_contradicts_the_code_is_told_and_the_code_stays(cog):
    code, method, problems = resolve_one("43157", cog, "Brioude")
    assert (code, method) == ("43157", "code")
    assert problems["gravite"].tolist() == ["attention"]
    assert "Le Puy-en-Velay" in problems["probleme"].iloc[0] and "« Brioude »" in problems["probleme"].iloc[0]


def test_the_order_of_rows_changes_nothing(cog, hundred):
    rows = rows_of([*hundred.index[:20], "3001", "63330", "43100"], [*hundred["nom"][:20], "", "", "Brioude"])
    resolved, problems = resolve_communes(rows, cog)
    mixed, told = resolve_communes(rows.sample(frac=1, random_state=3), cog)
    pd.testing.assert_frame_equal(mixed.sort_index(), resolved)
    assert sorted(told["probleme"]) == sorted(problems["probleme"])


def test_the_argument_is_not_changed(cog):
    rows = rows_of(["3001", "43157"], ["Abrest", "Brioude"])
    before = rows.copy()
    resolve_communes(rows, cog)
    pd.testing.assert_frame_equal(rows, before)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=12)), max_size=6))
def test_nothing_wild_breaks_it_nor_passes(pairs):
    cog = read_cog()
    rows = rows_of([code for code, _ in pairs], [name for _, name in pairs])
    resolved, problems = resolve_communes(rows, cog)
    found = resolved["code_insee"].dropna()
    assert found.isin(cog["communes"].index).all()
    # Every filled cell is found, or told, or both.
    filled = rows["code_insee"].fillna("").str.strip() != ""
    assert set(rows.loc[filled & resolved["code_insee"].isna(), "ligne"]) <= set(problems["ligne"])
