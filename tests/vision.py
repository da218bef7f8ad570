"""What a page looks like with other eyes and on a grey printer: distances between colours, and pictures to look at.

    python tests/vision.py PAGE.png        writes PAGE_deuteranopie.png, PAGE_protanopie.png, PAGE_tritanopie.png, PAGE_gris.png
"""

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
from daltonlens import convert, simulate
from PIL import Image

# Machado et al. (2009) for red and green; for blue, whose model it is not made for, Brettel et al. (1997). Full severity.
VISIONS = {
    "normale": None,
    "protanopie": (simulate.Simulator_Machado2009, simulate.Deficiency.PROTAN),
    "deuteranopie": (simulate.Simulator_Machado2009, simulate.Deficiency.DEUTAN),
    "tritanopie": (simulate.Simulator_Brettel1997, simulate.Deficiency.TRITAN),
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def see_pixels(pixels, vision):
    """Return pixels (height, width, 3; 8 bits) as a person with this vision sees them; "gris": as a grey printer gives them."""
    if vision == "gris":
        grey = convert.sRGB_from_linearRGB(convert.linearRGB_from_sRGB(pixels / 255.0) @ TO_XYZ[1])
        return np.repeat(np.round(grey * 255).astype(np.uint8)[:, :, None], 3, axis=2)
    if VISIONS[vision] is None:
        return pixels
    simulator, deficiency = VISIONS[vision]
    return simulator().simulate_cvd(np.ascontiguousarray(pixels), deficiency, severity=1.0)


def see_lab(colours, vision):
    """Return L*a*b* (CIE 1976, D65), a row a hexadecimal colour, as seen with this vision."""
    rgb = np.array([[[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]], dtype=np.uint8)
    xyz = convert.linearRGB_from_sRGB(see_pixels(rgb, vision)[0] / 255.0) @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.column_stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])])


def list_distances(palette, vision):
    """Return [(distance, name, name)] of every pair of a {name: colour}, the nearest first."""
    lab = dict(zip(palette, see_lab(palette.values(), vision), strict=True))
    return sorted((float(np.linalg.norm(lab[a] - lab[b])), a, b) for a, b in combinations(palette, 2))


def write_pictures(path):
    """Write the page of `path` (PNG) beside it, as each vision sees it and in grey; return the paths."""
    path, written = Path(path), []
    pixels = np.asarray(Image.open(path).convert("RGB"))
    for vision in [*list(VISIONS)[1:], "gris"]:
        written.append(path.with_name(f"{path.stem}_{vision}.png"))
        Image.fromarray(see_pixels(pixels, vision)).save(written[-1])
    return written


if __name__ == "__main__":
    print("\n".join(str(path) for page in sys.argv[1:] for path in write_pictures(page)))
