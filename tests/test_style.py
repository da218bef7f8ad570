"""Style: palettes that survive colour-vision deficiencies and grey prints, French numbers."""

from itertools import combinations

import numpy as np
import pytest

from diagnostic.draw import style

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB; each row sums to 1.
MACHADO = {
    "normale": np.eye(3),
    "protanopie": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutéranopie": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopie": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def to_linear(colour):
    """Return linear RGB of a hexadecimal colour."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def to_lab(linear):
    """Return CIE L*a*b* (D65) of linear RGB."""
    ratio = TO_XYZ @ linear / TO_XYZ.sum(axis=1)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def see(colour, vision):
    """Return the L*a*b* of a colour as seen with a colour vision."""
    return to_lab(np.clip(np.array(MACHADO[vision]) @ to_linear(colour), 0, 1))


def test_lab_oracle():
    # CIE values of sRGB white and red (Bruce Lindbloom's calculator, D65).
    assert to_lab(to_linear("#FFFFFF")) == pytest.approx([100, 0, 0], abs=0.05)
    assert to_lab(to_linear("#FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)


@pytest.mark.parametrize("vision", MACHADO)
@pytest.mark.parametrize("palette", [style.CHAMP_COLOURS, style.STATE_COLOURS], ids=["champs", "états"])
def test_colours_stay_apart(palette, vision):
    for first, second in combinations(palette, 2):
        distance = np.linalg.norm(see(palette[first], vision) - see(palette[second], vision))
        assert distance > 15, f"{first} et {second}, vision {vision} : {distance:.1f}"


@pytest.mark.parametrize("vision", MACHADO)
def test_sequential_darkens_step_by_step(vision):
    lightness = [see(colour, vision)[0] for colour in style.SEQUENTIAL]
    assert (np.diff(lightness) < -5).all()


def test_colour_never_alone():
    assert len(set(style.CHAMP_MARKERS.values())) == len(style.CHAMP_MARKERS) == len(style.CHAMP_COLOURS)
    assert len(set(style.STATE_HATCHES.values())) == len(style.STATE_HATCHES)
    assert len({style.MISSING_HATCH, style.MINORITY_HATCH, style.SHARED_HATCH}) == 3
    assert set(style.MARKER_AREAS) == set(style.MARKER_WIDTHS) == set(style.CHAMP_MARKERS.values())


def test_marker_areas_are_those_of_matplotlib():
    from matplotlib.markers import MarkerStyle

    for marker, area in style.MARKER_AREAS.items():
        drawn = MarkerStyle(marker)
        path = drawn.get_path().transformed(drawn.get_transform())
        x, y = path.to_polygons()[0].T
        assert abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2 == pytest.approx(area, abs=0.01), marker
        assert np.ptp(x) == pytest.approx(style.MARKER_WIDTHS[marker], abs=0.01), marker


@pytest.mark.parametrize("n", range(1, 7))
def test_pick_sequential(n):
    colours = style.pick_sequential(n)
    assert len(set(colours)) == n
    assert colours == [colour for colour in style.SEQUENTIAL if colour in colours]


@pytest.mark.parametrize("colour", [*style.SEQUENTIAL, *style.UNIT_FILLS, style.MISSING_COLOUR])
def test_text_reads_on_every_fill(colour):
    def luminance(one):
        return float([0.2126, 0.7152, 0.0722] @ to_linear(one))

    light, dark = sorted([luminance(colour), luminance(style.pick_text_colour(colour))], reverse=True)
    # WCAG 2: 4.5 for text.
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234567, 0, "1\u202f234\u202f567"),
        (1234.5, 1, "1\u202f234,5"),
        (0, 0, "0"),
        (None, 0, "—"),
        (float("nan"), 2, "—"),
    ],
)
def test_format_number(value, decimals, text):
    assert style.format_number(value, decimals) == text


def test_format_share():
    assert style.format_share(0.5436, 1) == "54,4\u202f%"
    assert style.format_share(float("nan")) == "—"


def test_agree():
    words = [
        style.agree(0, "commune"),
        style.agree(1, "autre unité", "autres unités"),
        style.agree(2, "autre unité", "autres unités"),
    ]
    assert [word.replace("\u00a0", " ") for word in words] == ["0 commune", "1 autre unité", "2 autres unités"]
