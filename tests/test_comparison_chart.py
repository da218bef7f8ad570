"""Territories side by side: each figure with its denominator, three states, nothing where nothing is known."""

import numpy as np
import pandas as pd
import pytest
from pages import find_faults
from toy_map import MENTIONS, find_gid, plain, read_texts, save_png

from diagnostic.draw import comparison_chart


def make_rows(number):
    """The whole, one departement, `number` EPCI of which the last has no link possible."""
    kinds = ["perimetre", "departement", *["epci"] * number]
    rows = pd.DataFrame({"territoire_id": [f"t{rank}" for rank in range(number + 2)], "type": kinds})
    rows["nom"] = ["Ensemble du territoire (720 communes)", "Haute-Loire", *[f"CC du pays à trente lettres {k:03d}" for k in range(number)]]
    rows = rows.assign(
        nb_acteurs=[1234, 600, *range(20, 20 + number)], nb_liens=6, nb_paires=100, densite=0.06, nb_externes=3, nb_liens_champs=4
    )
    rows = rows.assign(part_externes=0.75, nb_repondants=10, taux_reponse=0.5)
    rows.loc[number + 1, ["densite", "part_externes", "nb_externes"]] = [np.nan, np.nan, 0]
    return rows


def make_states(rows):
    return pd.DataFrame({"territoire_id": rows["territoire_id"][1:], "nb_cases": 171, "part_present": 0.3, "part_absent_verifie": 0.1,
                         "part_non_renseigne": 0.6})  # fmt: skip


@pytest.fixture(scope="module")
def figure():
    rows = make_rows(3)
    return comparison_chart.draw_comparison(rows, make_states(rows), mentions=MENTIONS)


def test_what_the_reader_sees(figure):
    told = "3 territoires : densité des liens 6,0 % ; au moins un lien entre champ social et développement local dans 2 d'entre eux"
    assert plain(find_gid(figure, "titre")[0].get_text()) == told
    words = plain(read_texts(figure))
    for expected in [
        "Sources : IGN Admin Express 2026 ; Insee COG 2026.", "Date : 21 novembre 2026.", "Inventaire non exhaustif", "6,0 % (6 / 100)",
        "75 % (3 / 4)", "50 % (10 / 20)", "1 234", "ne veut pas dire absent", "les territoires ne sont pas classés", "sur 171",
    ]:  # fmt: skip
        assert expected in words
    assert not find_faults(figure) and save_png(figure)[1].shape[:2] == (2480, 3508)


def test_states_are_written_and_what_is_not_measured_reads_so(figure):
    assert [plain(text.get_text()).replace("\xa0", " ") for text in find_gid(figure, "parts")] == ["—"] + ["30 % · 10 % · 60 %"] * 4
    bars = [[round(bar.get_width(), 3) for bar in find_gid(figure, f"etat {state}")] for state in comparison_chart.STATES]
    assert all(widths[0] == 0 for widths in bars) and [widths[1] for widths in bars] == [0.12, 0.04, 0.24]
    density = next(axes for axes in figure.axes if axes.get_gid() == "mesure densite")
    assert [plain(text.get_text()) for text in density.texts][-1] == "—"
    assert len([bar for bar in density.patches if bar.get_hatch()]) == 1


def test_the_whole_and_departements_come_first_in_bold(figure):
    names = find_gid(figure, "nom")
    assert [text.get_text() for text in names][:2] == ["Ensemble du territoire (720 communes)", "Haute-Loire"]
    assert [text.get_fontweight() for text in names] == ["bold", "bold", "normal", "normal", "normal"]


@pytest.mark.parametrize("number", [1, 60])
def test_one_territory_or_sixty(number):
    rows = make_rows(number)
    figure = comparison_chart.draw_comparison(rows, make_states(rows), mentions=MENTIONS)
    assert not find_faults(figure)
    assert ("Lignes : 17 territoires de moins d'acteurs hors de cette page." in plain(read_texts(figure))) == (number == 60)
    assert "CC du pays à trente lettres 059" in read_texts(figure) or number == 1


def test_no_density_is_said():
    rows = make_rows(2).assign(densite=np.nan)
    assert plain(comparison_chart.tell_comparison(rows)) == "2 territoires côte à côte : aucune densité calculée"
