"""The look a group chose: read from the settings, given to one drawing at a time, never a crash."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from matplotlib.font_manager import get_font_names
from matplotlib.text import Text
from PIL import Image
from toy_map import MENTIONS, find_gid, make_acteurs, prepare_toy

from diagnostic.draw import print_points, style
from diagnostic.draw.charter import (
    LOGO_PIXELS,
    Charter,
    check_charter,
    decode_logo,
    dress_pages,
    find_charter,
    make_charter,
    use_charter,
)

OTHER_FONT = next(name for name in sorted(get_font_names()) if name not in style.FONT_FAMILY)


def make_picture(size=(60, 20), kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", size, "#1A4D8F").save(buffer, kind)
    return buffer.getvalue()


def draw(reglages, **options):
    with use_charter(make_charter(reglages)):
        return print_points.draw_actors(prepare_toy(), make_acteurs(), mentions=MENTIONS, **options)


def read_colours(figure):
    points = [artist for artist in figure.findobj() if str(artist.get_gid() or "").startswith("acteurs dedans social")]
    return {"#" + "".join(f"{round(255 * part):02X}" for part in artist.get_facecolor()[0][:3]) for artist in points}


def test_without_settings_the_defaults():
    assert make_charter({}) == Charter() == find_charter()
    assert dict(Charter().champs) == style.CHAMP_COLOURS and not len(check_charter({}))


def test_the_defaults_are_those_of_the_settings():
    from diagnostic.vocabulary import read_vocabulary

    values = read_vocabulary("parametres").set_index("cle")["valeur"]
    assert {champ: values[f"couleur_champ_{champ}"] for champ in style.CHAMP_COLOURS} == style.CHAMP_COLOURS
    assert values["couleur_principale"] == style.MAIN_COLOUR
    formats = read_vocabulary("parametres").set_index("cle").at["formats_cartes", "genre"]
    assert formats.removeprefix("liste_choix:").split(";") == list(style.PAGE_FORMATS)
    assert set(style.PAGE_FORMATS.values()) == set(style.PAGE_SIZES) == set(style.PAGE_SCALES)


def test_a_page_takes_colours_font_and_logo():
    figure = draw({
        "couleur_champ_social": "#B00020", "couleur_principale": "#1A4D8F", "police": OTHER_FONT, "logo_octets": make_picture(),
    })  # fmt: skip
    assert read_colours(figure) == {"#B00020"}
    (title,) = find_gid(figure, "titre")
    assert title.get_color() == "#1A4D8F" and find_gid(figure, "logo")
    assert {text.get_fontfamily()[0] for text in figure.findobj(Text) if text.get_text()} == {OTHER_FONT}
    plain = draw({})
    assert read_colours(plain) == {style.CHAMP_COLOURS["social"]} and not find_gid(plain, "logo")


def test_the_title_goes_round_the_logo():
    figure = draw({"logo_octets": make_picture((400, 100))})
    renderer = figure.canvas.get_renderer()
    (logo,) = find_gid(figure, "logo")
    box = logo.get_window_extent(renderer)
    assert box.width > box.height > 50 and box.x1 < figure.bbox.x1 and box.y1 < figure.bbox.y1
    for text in [*figure.texts, *(legend for legend in figure.legends)]:
        assert not text.get_window_extent(renderer).overlaps(box)


def test_a_main_colour_too_light_for_words_is_left_to_the_other_places():
    (title,) = find_gid(draw({"couleur_principale": "#FFEE88"}), "titre")
    assert title.get_color() == style.TEXT_COLOUR


def test_a_font_that_is_not_installed_is_told_and_replaced():
    reglages = {"police": "Police $imaginaire"}
    assert make_charter(reglages).polices == tuple(style.FONT_FAMILY)
    (told,) = check_charter(reglages).to_dict("records")
    assert told["gravite"] == "attention" and "Police $imaginaire" in told["probleme"] and told["colonne"] == "police"
    assert not len(check_charter({"police": OTHER_FONT.upper()}))


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n", make_picture()[:60], b"\xff\xd8\xff" + b"x" * 50, b"<svg/>", make_picture((9000, 1))]
)
def test_a_damaged_logo_is_told_and_left_out(content):
    reglages = {"logo_octets": content, "logo": "logo.png"}
    assert decode_logo(content) is None and make_charter(reglages).logo == b""
    (told,) = check_charter(reglages).to_dict("records")
    assert told["gravite"] == "attention" and "logo" in told["probleme"] and told["valeur"] == "logo.png"
    assert not find_gid(draw(reglages), "logo")


def test_a_large_logo_is_made_smaller():
    pixels = decode_logo(make_picture((3000, 1500), "JPEG"))
    assert pixels.shape == (LOGO_PIXELS // 2, LOGO_PIXELS, 4) and pixels.dtype == np.uint8


def test_two_dossiers_drawn_at_once_keep_their_look():
    looks = [{"couleur_champ_social": colour} for colour in ("#B00020", "#004D40")] * 4
    with ThreadPoolExecutor(4) as pool:
        colours = list(pool.map(lambda look: read_colours(draw(look)), looks))
    assert colours == [{look["couleur_champ_social"]} for look in looks]
    assert find_charter() == Charter()


def test_pages_are_numbered_dressed_and_sized():
    seen = []

    def note(format_page):
        seen.append((format_page, find_charter().principale))

    reglages = {"formats_cartes": ("A4", "A4 portrait", "diaporama"), "couleur_principale": "#1A4D8F"}
    pages = dress_pages([("acteurs", True, note), ("silos", False, note)], reglages)
    names = ["acteurs", "acteurs_A4-portrait", "acteurs_diaporama", "silos", "silos_A4-portrait", "silos_diaporama"]
    assert [name for name, *_ in pages] == [f"{1 + rank // 3:02d}_{name}" for rank, name in enumerate(names)]
    assert [shared for _, shared, _ in pages] == [True] * 3 + [False] * 3
    for *_, page in pages:
        page()
    assert seen == [(size, "#1A4D8F") for size in ("A4", "A4 portrait", "16:9")] * 2
    assert [name for name, *_ in dress_pages([("acteurs", True, note)], {})] == ["01_acteurs"]
