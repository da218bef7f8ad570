"""A plan of slides and a template -> a PPTX that can be edited: native texts, tables and charts; the same inputs give the same bytes."""

import copy
import io
import re
from pathlib import Path

import pandas as pd
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_PATTERN, MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.shapes.placeholder import ChartPlaceholder, PicturePlaceholder, TablePlaceholder
from pptx.util import Cm, Emu, Pt
from xlsxwriter import Workbook

from diagnostic.draw.report_tables import shorten_text, typeset
from diagnostic.draw.style import STATE_COLOURS
from diagnostic.write.atomic import write_atomic
from diagnostic.write.report import freeze_archive, lighten_picture
from diagnostic.write.slides_fit import fit_lines, fit_size, fit_table
from diagnostic.write.slides_template import dress_deck, find_title, list_contents, open_deck

NUMBER = re.compile(r"[\d\s]+|—")
AUTHOR = "diagnostic-maillage"
TITLE_SIZES, COVER_SIZES, TEXT_SIZES, TABLE_SIZES = (26, 24, 22, 20, 18), (36, 32, 28, 24), (20, 18, 16, 14), (18, 16, 14)
CHART_SIZE, FOOT_SIZE = 14, 12  # the foot alone is smaller than 14 points
TALLEST_ROW = Cm(1.9)
REST = "… la suite dans les commentaires de la diapositive."


def render_slide_map(figure):
    """Return a map of `draw.slides_maps` as a picture for a slide: png (bytes), ratio (width / height)."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi, metadata={"Software": None})
    width, height = figure.get_size_inches()
    return {"png": lighten_picture(buffer.getvalue()), "ratio": width / height}


def write_slides(path, plan, *, pictures, titre, date, charter, modele=None):
    """Write slides; return `path`.

    Parameters
    ----------
    path : path-like, .pptx
    plan : list of dicts (`draw.slides_plan.plan_slides`)
    pictures : dict of str -> dict: png, ratio (`render_slide_map`), alternative
    titre : str, of the properties
    date : Timestamp, that of the edition: of the archive and of the properties too
    charter : draw.charter.Charter; its colour, font and logo dress our own template, never that of the group
    modele : path-like, optional

    Raises
    ------
    DiagnosticError
        The template cannot be read or lacks a layout; the file cannot be written. What stood at `path` is untouched then.
    """
    deck, layouts = open_deck(modele)
    if modele is None:
        dress_deck(deck, charter)
    for rank, planned in enumerate(plan, start=1):
        _add_slide(deck, layouts[planned["genre"]], planned, pictures, rank=rank, date=date)
    _sign(deck, titre, date)
    buffer = io.BytesIO()
    deck.save(buffer)
    with write_atomic(path) as temporary:
        Path(temporary).write_bytes(freeze_archive(buffer.getvalue(), date))
    return Path(path)


def _add_slide(deck, layout, planned, pictures, *, rank, date):
    slide = deck.slides.add_slide(layout)
    cover = planned["genre"] == "titre"
    _write_lines(find_title(slide), [planned["titre"]], COVER_SIZES if cover else TITLE_SIZES, bold=True)
    places, what = list_contents(slide), planned["objet"]
    if what is not None:
        _write_object(places.pop(0), what, pictures, date)
    if planned["textes"] and places:
        _write_lines(places.pop(0), planned["textes"], TEXT_SIZES)
    for place in places:
        # A place that nothing fills would show « click to add » on the screen of who edits.
        place._element.getparent().remove(place._element)
    _write_foot(deck, slide, layout, planned["source"], rank)
    slide.notes_slide.notes_text_frame.text = "\n".join(planned["notes"])


def _write_lines(place, lines, sizes, *, bold=False):
    """Write paragraphs in a place, in the largest letters that fit; what does not fit in the smallest is left to the notes."""
    frame = place.text_frame
    # Letters already fit: what a suite would do by itself differs from one to the other.
    frame.auto_size = MSO_AUTO_SIZE.NONE
    room = (Emu(place.width).cm - 0.6, Emu(place.height).cm - 0.3)
    size = fit_size(lines, room, sizes, bold=bold)
    kept = fit_lines(lines, room, size, bold=bold)
    kept = kept if len(kept) == len(lines) or bold else [*kept, REST]
    for rank, text in enumerate(kept):
        paragraph = frame.paragraphs[0] if rank == 0 else frame.add_paragraph()
        _write_run(paragraph, text, size)
        if text.startswith("☐"):
            properties = paragraph._p.get_or_add_pPr()
            properties.append(properties.makeelement(qn("a:buNone"), {}))


def _write_run(paragraph, text, size):
    run = paragraph.add_run()
    run.text, run.font.size = text, Pt(size)
    run.font.language_id = None
    run._r.get_or_add_rPr().set("lang", "fr-FR")


def _write_object(place, what, pictures, date):
    writers = {"image": _write_picture, "tableau": _write_table, "graphique": _write_chart}
    shape = writers[what["genre"]](place, what, pictures, date)
    properties = shape._element._nvXxPr.cNvPr
    properties.set("descr", what["legende"] if "legende" in what else pictures[what["nom"]]["alternative"])


def _write_picture(place, what, pictures, date):
    """Put a picture in a place, whole: its own ratio kept, in the middle."""
    picture, box = pictures[what["nom"]], (place.left, place.top, place.width, place.height)
    shape = PicturePlaceholder(place._element, place._parent).insert_picture(io.BytesIO(picture["png"]))
    shape.crop_left = shape.crop_right = shape.crop_top = shape.crop_bottom = 0
    width = min(box[2], int(box[3] * picture["ratio"]))
    height = int(width / picture["ratio"])
    shape.left, shape.top = box[0] + (box[2] - width) // 2, box[1] + (box[3] - height) // 2
    shape.width, shape.height = width, height
    return shape


def _write_table(place, what, pictures, date):
    lines = [what["entetes"], *what["lignes"]]
    left, top, width, height = place.left, place.top, place.width, place.height
    shape = TablePlaceholder(place._element, place._parent).insert_table(len(lines), len(what["entetes"]))
    shape.left, shape.top, shape.width = left, top, width
    table, shares = shape.table, [share / sum(what["largeurs"]) for share in what["largeurs"]]
    for column, share in zip(table.columns, shares, strict=True):
        column.width = int(width * share)
    size = fit_table(lines, [Emu(width).cm * share for share in shares], Emu(height).cm, TABLE_SIZES)
    figures = [all(NUMBER.fullmatch(line[rank]) for line in what["lignes"]) for rank in range(len(shares))]
    for row, cells in zip(table.rows, lines, strict=True):
        row.height = min(TALLEST_ROW, height // len(lines))
        for cell, text, right in zip(row.cells, cells, figures, strict=True):
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            # An empty cell keeps the size of the letters that will be typed in it.
            _write_run(cell.text_frame.paragraphs[0], text, size) if text else _leave_size(cell, size)
            if right:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
    shape.height = sum(row.height for row in table.rows)
    return shape


def _leave_size(cell, size):
    ending = cell.text_frame.paragraphs[0]._p.get_or_add_endParaRPr()
    ending.set("sz", str(size * 100))
    ending.set("lang", "fr-FR")


def _write_chart(place, what, pictures, date):
    data = CategoryChartData(number_format="#,##0")
    data.categories = what["categories"]
    for name, values in what["series"].items():
        data.add_series(name, values)
    kind = XL_CHART_TYPE.BAR_STACKED if what["etats"] else XL_CHART_TYPE.BAR_CLUSTERED
    shape = ChartPlaceholder(place._element, place._parent).insert_chart(kind, data)
    chart = shape.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_fill_workbook(what, date))
    chart.font.size, chart.has_title = Pt(CHART_SIZE), False
    chart.has_legend = len(what["series"]) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.category_axis.reverse_order, chart.category_axis.format.line.color.rgb = True, RGBColor(0x80, 0x80, 0x80)
    chart.value_axis.visible = chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale = 0
    plot = chart.plots[0]
    plot.gap_width, plot.has_data_labels = 50 if len(what["categories"]) > 2 else 120, True
    # The parts of a stacked bar that are nothing have no label: it would stand over that of their neighbour.
    plot.data_labels.number_format, plot.data_labels.number_format_is_linked = "#,##0;;" if what["etats"] else "#,##0", False
    plot.data_labels.font.size = Pt(CHART_SIZE)
    if not what["etats"]:
        plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
    for rank, series in enumerate(plot.series):
        _paint_series(series, rank, etats=what["etats"])
    return shape


def _paint_series(series, rank, *, etats):
    """Fill the bars of a series: states in their colours, the last dotted; else the main colour, then grey lines on white."""
    fill = series.format.fill
    if etats and rank < 2:
        fill.solid()
        fill.fore_color.rgb = RGBColor.from_string(list(STATE_COLOURS.values())[rank].lstrip("#"))
    elif rank == 0:
        fill.solid()
        fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_1
    else:
        fill.patterned()
        fill.pattern = MSO_PATTERN.PERCENT_10 if etats else MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        fill.fore_color.rgb, fill.back_color.rgb = RGBColor(0x70, 0x70, 0x70), RGBColor(0xFF, 0xFF, 0xFF)
        series.format.line.color.rgb = RGBColor(0x70, 0x70, 0x70)


def _fill_workbook(what, date):
    """Return the workbook behind a chart, which « edit data » opens: texts are texts, never formulas, and it is dated like the rest."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"author": AUTHOR, "created": pd.Timestamp(date).to_pydatetime()})
        sheet = book.add_worksheet("Sheet1")  # the name that the references of the chart hold
        for row, name in enumerate(what["categories"], start=1):
            sheet.write_string(row, 0, name)
        for column, (name, values) in enumerate(what["series"].items(), start=1):
            sheet.write_string(0, column, name)
            for row, value in enumerate(values, start=1):
                if value is not None:
                    sheet.write_number(row, column, value)
    return buffer.getvalue()


def _write_foot(deck, slide, layout, source, rank):
    """Write the sources and the number of the slide in the places that the layout keeps for them, or in a text box."""
    places = {place.placeholder_format.type: place for place in layout.placeholders}
    number = places.get(PP_PLACEHOLDER.SLIDE_NUMBER)
    if source:
        foot = places.get(PP_PLACEHOLDER.FOOTER)
        title = find_title(slide)
        right = number.left if number is not None and number.left > deck.slide_width // 2 else title.left + title.width
        shape = _copy_place(slide, foot) if foot is not None else None
        if shape is None:
            shape = slide.shapes.add_textbox(title.left, deck.slide_height - Cm(1.5), right - title.left, Cm(1.3))
            shape.text_frame.word_wrap = True
        elif foot.width < deck.slide_width * 0.6:
            shape.left, shape.top, shape.width, shape.height = title.left, foot.top, right - title.left, foot.height
        _write_run(shape.text_frame.paragraphs[0], source, FOOT_SIZE)
    if number is not None:
        _copy_place(slide, number)


def _copy_place(slide, place):
    """Copy the place of a foot or a number from the layout to a slide: the library leaves them out; return the shape."""
    element = copy.deepcopy(place._element)
    identifier = max(int(node.get("id")) for node in slide.shapes._spTree.iter(qn("p:cNvPr"))) + 1
    element._nvXxPr.cNvPr.set("id", str(identifier))
    slide.shapes._spTree.append(element)
    shape = slide.shapes[-1]
    if place.placeholder_format.type == PP_PLACEHOLDER.FOOTER:
        shape.text_frame.clear()
    return shape


def _sign(deck, titre, date):
    """Write the properties: the software as author, the date of the edition, no name of a person or a machine."""
    date, properties = pd.Timestamp(date).to_pydatetime(), deck.core_properties
    for name in ("comments", "keywords", "category", "subject", "content_status", "identifier", "version"):
        setattr(properties, name, "")
    properties.author = properties.last_modified_by = AUTHOR
    properties.title, properties.language, properties.revision = typeset(shorten_text(titre, 200)), "fr-FR", 1
    properties.created = properties.modified = properties.last_printed = date
