"""The communes of each earlier year, rebuilt, against the official list of changes; and the year that a list is of."""

import pandas as pd
import pytest

from diagnostic.errors import DiagnosticError
from diagnostic.read.places import cog_years


def test_each_year_has_the_number_of_communes_that_insee_published():
    counts = {year: len(cog_years.read_year(year)) for year in cog_years.list_years()}
    # INSEE, COG at 1 January: 34 965, 34 955, 34 945, 34 935, 34 875, 34 875.
    assert counts == {2021: 34965, 2022: 34955, 2023: 34945, 2024: 34935, 2025: 34875, 2026: 34875}


def test_a_merger_of_2025_is_two_communes_before_and_one_after():
    before, after = cog_years.read_year(2024), cog_years.read_year(2025)
    assert before.loc[["63109", "63330"], "nom"].tolist() == ["Chidrac", "Saint-Cirgues-sur-Couze"]
    assert before.loc[["63109", "63330"], "population"].tolist() == [494, 348]
    assert "63330" not in after.index and after.at["63109", "nom"] == "Les Deux-Rives"
    assert "15031" not in before.index and "15031" in after.index
    assert before.index.is_monotonic_increasing and before.index.is_unique


def test_the_codes_of_each_year_are_those_of_the_official_list_of_changes(partage):
    """Undo the changes of INSEE from 2026 back: the codes that a year loses and gains are ours."""
    changes = pd.read_csv(partage / "cog" / "mouvements_communes_2026.csv", dtype=str)
    changes = changes[changes["TYPECOM_AV"].eq("COM") | changes["TYPECOM_AP"].eq("COM")]
    for year in (2021, 2022, 2023, 2024, 2025):
        later = changes[changes["DATE_EFF"] > f"{year}-01-01"]
        had, has = (set(later.loc[later[f"TYPECOM_{side}"].eq("COM"), f"COM_{side}"]) for side in ("AV", "AP"))
        ours, today = set(cog_years.read_year(year).index), set(cog_years.read_year(2026).index)
        assert ours - today == had - today
        assert today - ours == has & today - ours and has - ours <= today


@pytest.mark.parametrize(
    ("codes", "names", "year"),
    [
        (["63109", "63330"], ["Chidrac", "Saint-Cirgues-sur-Couze"], 2024),
        (["63109", "63320"], ["Les Deux-Rives", "Saint-Avit"], 2025),
        (["63109", "63320"], ["Les Deux-Rives", "Saint-Avit-d'Auvergne"], 2026),
        (["63330"], [""], 2024), (["63178"], ["Issoire"], 2026),
    ],
)  # fmt: skip
def test_the_year_of_a_list_is_the_latest_that_its_codes_and_names_fit(codes, names, year):
    assert cog_years.guess_year(pd.Series(codes), pd.Series(names)) == year


@pytest.mark.parametrize("year", ["2019", "demain", "2027", ""])
def test_a_year_that_the_software_has_not_is_refused_with_those_it_has(year):
    with pytest.raises(DiagnosticError, match="de 2021 à 2026"):
        cog_years.check_year(year)
