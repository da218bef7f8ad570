"""The whole deck, read back: eight slides, native things, letters of 14 points, nothing empty, nobody named, the same bytes."""

import io
import time
import zipfile

import pandas as pd
import pytest
from openpyxl import load_workbook
from passage import find_canaries
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from rapports import NASTY, show_small

from diagnostic.draw.base_map import prepare_base
from diagnostic.draw.charter import Charter
from diagnostic.draw.slides_maps import list_slide_maps
from diagnostic.draw.slides_pieces import chart, table
from diagnostic.draw.slides_plan import plan_slides
from diagnostic.errors import DiagnosticError
from diagnostic.write.slides import render_slide_map, write_slides

DATE = pd.Timestamp("2026-11-15")


@pytest.fixture(scope="module")
def made():
    """Return the plan of the small dossier and its pictures."""
    shown = show_small()
    maps = list_slide_maps(shown, prepare_base(shown["communes"]))
    pictures = {name: render_slide_map(draw()) | {"alternative": told} for name, (draw, told) in maps.items()}
    return plan_slides(shown, maps), pictures


def write(path, plan, pictures, **options):
    return write_slides(path, plan, pictures=pictures, titre="Essai & <suite>", date=DATE, charter=Charter(), **options)


@pytest.fixture(scope="module")
def deck(made, tmp_path_factory):
    return write(tmp_path_factory.mktemp("été & co") / "presentation.pptx", *made)


def list_sizes(shape):
    """Return (size, text) of each run of a shape, table cells included."""
    frames = [shape.text_frame] if shape.has_text_frame else []
    if getattr(shape, "has_table", False) and shape.has_table:
        frames += [cell.text_frame for row in shape.table.rows for cell in row.cells]
    return [(run.font.size.pt, run.text) for frame in frames for paragraph in frame.paragraphs for run in paragraph.runs]


def test_eight_slides_in_sixteen_ninths_with_notes(deck):
    read = Presentation(deck)
    assert len(read.slides) == 8 and read.slide_width * 9 == pytest.approx(read.slide_height * 16, rel=1e-3)
    notes = [slide.notes_slide.notes_text_frame.text for slide in read.slides]
    assert all(notes) and sum("docs/mesures.md" in text for text in notes) >= 5


def test_nothing_is_empty_and_all_is_in_its_place(deck):
    for slide in Presentation(deck).slides:
        assert slide.shapes.title.text_frame.text
        for place in slide.placeholders:
            if place.has_text_frame and place.placeholder_format.type != PP_PLACEHOLDER.SLIDE_NUMBER:
                assert place.text_frame.text.strip()


def test_pictures_tables_and_charts_have_words_for_who_does_not_see_them(deck):
    kinds = set()
    for slide in Presentation(deck).slides:
        for shape in slide.shapes:
            picture = shape.shape_type == MSO_SHAPE_TYPE.PICTURE or shape._element.tag.endswith("}pic")
            table, chart = getattr(shape, "has_table", False), getattr(shape, "has_chart", False)
            if picture or table or chart:
                kinds.add("image" if picture else "table" if table else "graphique")
                assert shape._element._nvXxPr.cNvPr.get("descr")
    assert kinds == {"image", "table", "graphique"}


def test_letters_are_never_under_14_points_but_at_the_foot(deck):
    for slide in Presentation(deck).slides:
        for shape in slide.shapes:
            foot = shape.is_placeholder and shape.placeholder_format.type == PP_PLACEHOLDER.FOOTER
            assert [(size, text) for size, text in list_sizes(shape) if size < (12 if foot else 14)] == []


def test_shapes_stay_on_the_slide_and_apart(deck):
    read = Presentation(deck)
    for slide in read.slides:
        boxes = [(shape.left, shape.top, shape.left + shape.width, shape.top + shape.height) for shape in slide.shapes]
        for x0, y0, x1, y1 in boxes:
            assert x0 >= 0 and y0 >= 0 and x1 <= read.slide_width and y1 <= read.slide_height
        for rank, one in enumerate(boxes):
            for other in boxes[rank + 1 :]:
                assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_properties_name_the_software_and_the_date_of_the_edition(deck):
    told = Presentation(deck).core_properties
    assert told.author == told.last_modified_by == "diagnostic-maillage" and told.title == "Essai & <suite>"
    assert told.created == told.modified == DATE.to_pydatetime()
    with zipfile.ZipFile(deck) as held:
        assert {entry.date_time[:3] for entry in held.infolist()} == {(2026, 11, 15)}
        assert find_canaries("\n".join(held.read(name).decode("latin-1") for name in held.namelist())) == []


def test_the_same_inputs_give_the_same_bytes(deck, made, tmp_path):
    time.sleep(1.1)  # a date of now would differ
    assert write(tmp_path / "b.pptx", *made).read_bytes() == deck.read_bytes()


def make_nasty():
    """Return a slide whose every text is a name that a careless writer loses, runs or takes for a path."""
    drawn = chart(NASTY, {"=1+1": [1.0] * len(NASTY)}, "Noms")
    held = table(["Nom"], [[name] for name in NASTY], [1], "Noms")
    texts = {"titre": "x" * 150, "textes": ["Dupont & fils <SARL>", "🎉 =1+1"], "source": "../../etc/passwd", "notes": ["=1+1"]}
    base = texts | {"genre": "deux"}
    return [base | {"objet": drawn}, base | {"objet": held}]


def test_nasty_names_are_kept_and_never_a_formula(tmp_path):
    path = write(tmp_path / "n.pptx", make_nasty(), {})
    first, second = Presentation(path).slides
    assert "Dupont & fils <SARL>" in first.placeholders[2].text_frame.text
    (drawn,) = [shape for shape in first.shapes if getattr(shape, "has_chart", False)]
    sheet = load_workbook(io.BytesIO(drawn.chart.part.chart_workbook.xlsx_part.blob)).active
    assert sheet["B1"].value == "=1+1" and sheet["B1"].data_type == "s"
    assert [cell.data_type for cell in sheet["A"][1:]] == ["s"] * len(NASTY)
    assert [path.name for path in tmp_path.iterdir()] == ["n.pptx"]


def test_a_template_of_the_group_keeps_its_own_charter(made, tmp_path):
    Presentation().save(tmp_path / "charte.pptx")
    read = Presentation(write(tmp_path / "a.pptx", *made, modele=tmp_path / "charte.pptx"))
    assert len(read.slides) == 8 and read.slide_width == Presentation().slide_width
    assert all(slide.shapes.title.text_frame.text for slide in read.slides)


def test_what_stood_there_is_untouched_when_the_template_is_wrong(made, tmp_path):
    (tmp_path / "a.pptx").write_bytes(b"avant")
    with pytest.raises(DiagnosticError):
        write(tmp_path / "a.pptx", *made, modele=tmp_path / "rien.pptx")
    assert (tmp_path / "a.pptx").read_bytes() == b"avant"
