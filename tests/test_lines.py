"""Lines of text: signs where French typography wants them, no word that leaves its width, nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostic.draw import page
from diagnostic.draw.lines import SLACK, cut_word, wrap_text


def test_a_sign_that_closes_never_starts_a_line_nor_one_that_opens_ends_it():
    text = "Un point est placé ; plusieurs champs : écartés ? oui ! « Non renseigné » ne veut pas dire « absent » : jamais. " * 8
    for width in (1.2, 1.6, 2.1, 3.3):
        lines = wrap_text(text, width, 7).split("\n")
        assert len(lines) > 10 and not [line for line in lines if line[0] in ":;?!»" or line[-1] == "«"]
        assert " ".join(lines).split() == text.split()


def test_a_dash_stays_with_its_count():
    assert wrap_text("Entre champ social et local — 37 liens", 2.0, 8).split("\n") == ["Entre champ social et local", "— 37 liens"]


@pytest.mark.parametrize(
    "word", ["https://exemple.test/dossier/" + "a" * 90, "Saint-" * 20 + "Bonnet", "x" * 200, "_".join(["champ"] * 30)],
    ids=["adresse", "traits", "bloc", "souligné"],
)  # fmt: skip
def test_a_long_word_is_cut(word):
    lines = wrap_text(f"avant {word} après", 2.0, 7).split("\n")
    assert max(map(len, lines)) <= SLACK * 2.0 * 72 / (7 * 0.58) and "".join(lines).replace(" ", "") == f"avant{word}après"
    figure = page.open_page("colonne")
    written = page.write_paragraph(figure, 1, 7, f"avant {word} après", 2.0, va="top")
    box = page.measure_box(written)
    assert box[2] - box[0] <= 2.0


def test_a_word_is_cut_after_a_hyphen_first_and_not_for_its_sign():
    assert cut_word("Saint-Germain-Lembron-sur-Allier", 14) == ["Saint-Germain-", "Lembron-sur-", "Allier"]
    assert "intercommunal :" in wrap_text("Un projet intercommunal : oui", 0.1, 7)


@given(st.text(alphabet="ab «»:;?!—1-/é\n", max_size=80), st.floats(0.2, 4))
def test_nothing_is_lost(text, width):
    assert "".join(wrap_text(text, width, 7).split()) == "".join(text.split())
