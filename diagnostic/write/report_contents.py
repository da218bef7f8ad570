"""The table of contents of a DOCX: a field that Word counts again, already filled with the headings."""

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from diagnostic.write.report_blocks import add_paragraph

LEVELS = 2
INSTRUCTION = f' TOC \\o "1-{LEVELS}" \\h \\z \\u '
STYLE = "TOC"


def add_contents(document, marker):
    """Put the table of contents in the place of the paragraph `marker`: an entry a heading, its page a field."""
    entries = _mark_headings(document)
    paragraphs = [add_paragraph(document, marker, "", f"{STYLE} {level}") for _, level, _ in entries]
    if entries:
        for paragraph, (text, _, anchor) in zip(paragraphs, entries, strict=True):
            _write_entry(paragraph._p, text, anchor)
        _wrap_field(paragraphs[0]._p, paragraphs[-1]._p, INSTRUCTION)
    marker._p.getparent().remove(marker._p)


def _mark_headings(document):
    """Bookmark the headings of the body; return (text, level, name of the bookmark) of each."""
    names = {
        document.styles[f"Heading {level}"].style_id: level
        for level in range(1, LEVELS + 1)
        if f"Heading {level}" in document.styles
    }
    entries = []
    for paragraph in document.element.body.iter(qn("w:p")):
        style = paragraph.find(f"./{qn('w:pPr')}/{qn('w:pStyle')}")
        level = None if style is None else names.get(style.get(qn("w:val")))
        text = "".join(node.text or "" for node in paragraph.iter(qn("w:t"))).strip()
        if level and text:
            anchor = f"_Toc{len(entries) + 1:08d}"
            _bookmark(paragraph, anchor, len(entries) + 1000)
            entries.append((text, level, anchor))
    return entries


def _bookmark(paragraph, anchor, number):
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    start.set(qn("w:name"), anchor)
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    properties = paragraph.find(qn("w:pPr"))
    paragraph.insert(0 if properties is None else 1, start)
    paragraph.append(end)


def _write_entry(paragraph, text, anchor):
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), anchor)
    link.set(qn("w:history"), "1")
    link.append(_make_run(text))
    tab = OxmlElement("w:r")
    tab.append(OxmlElement("w:tab"))
    link.append(tab)
    for run in (
        _make_mark("begin"),
        _make_run(f" PAGEREF {anchor} \\h ", "w:instrText"),
        _make_mark("separate"),
        _make_run("…"),
        _make_mark("end"),
    ):
        link.append(run)
    paragraph.append(link)


def _wrap_field(first, last, instruction):
    """Put the field around the paragraphs from `first` to `last`."""
    place = 0 if first.find(qn("w:pPr")) is None else 1
    for run in (_make_mark("separate"), _make_run(instruction, "w:instrText"), _make_mark("begin", dirty=True)):
        first.insert(place, run)
    last.append(_make_mark("end"))


def _make_run(text, tag="w:t"):
    run, words = OxmlElement("w:r"), OxmlElement(tag)
    words.text = text
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    return run


def _make_mark(kind, *, dirty=False):
    run, mark = OxmlElement("w:r"), OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    if dirty:
        mark.set(qn("w:dirty"), "true")
    run.append(mark)
    return run
