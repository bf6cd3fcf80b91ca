"""A document for Word: headings that its outline knows, tables whose heading row is repeated, page numbers.

Equal documents make equal bytes: the times in the file and in its zip container are fixed.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from harmonizer.reports.archive import zipped
from harmonizer.reports.documents.document import Block, Document, Items, Paragraph, Picture, Table, grouped

FIXED = datetime(1980, 1, 1)
PAGE_MM, MARGIN_MM = (210, 297), 20
TEXT_MM = PAGE_MM[0] - 2 * MARGIN_MM
INK, QUIET, HEAD_FILL = "1D2733", "4A5560", "E9EEF4"


def docx(document: Document) -> bytes:
    """The bytes of the file."""
    import docx as word
    from docx.shared import Mm, Pt, RGBColor

    made = word.Document()
    page = made.sections[0]
    page.page_width, page.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(MARGIN_MM)
    for name, size in (("Normal", 10), ("Title", 20), ("Heading 1", 14), ("Heading 2", 11.5), ("Caption", 9)):
        style: Any = made.styles[name]
        style.font.name, style.font.size = "Arial", Pt(size)
        style.font.color.rgb = RGBColor.from_string(INK)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()  # the theme's fonts would win
        for attribute in [one for one in fonts.attrib if one.endswith(("Theme", "eastAsia", "cs", "hAnsi"))]:
            del fonts.attrib[attribute]
        fonts.set(_w("hAnsi"), "Arial")
    made.styles["Normal"].paragraph_format.space_after = Pt(6)
    made.add_paragraph(document.title, style="Title")
    _quiet(made.add_paragraph().add_run(document.subtitle))
    for section in document.sections:
        made.add_heading(section.title, section.level)
        for block in section.blocks:
            _block(made, block)
    _footer(page.footer.paragraphs[0], f"{document.title}, version {document.version}")
    about = made.core_properties
    about.title, about.subject, about.author, about.comments = document.title, document.subtitle, "harmonizer", ""
    about.last_modified_by, about.revision, about.created, about.modified = "harmonizer", 1, FIXED, FIXED
    out = io.BytesIO()
    made.save(out)
    return _fixed(out.getvalue())


def _block(made: Any, block: Block) -> None:
    match block:
        case Paragraph():
            _text(made.add_paragraph(), block)
        case Items():
            for number, item in enumerate(block.items, 1):
                if block.numbered:  # Word would count on from one list to the next
                    paragraph = made.add_paragraph()
                    _hang(paragraph)
                    paragraph.add_run(f"{number}.\t")
                else:
                    paragraph = made.add_paragraph(style="List Bullet")
                _text(paragraph, item)
        case Table():
            _table(made, block)
        case Picture():
            from docx.shared import Mm

            png = block.drawing.png()
            made.add_picture(io.BytesIO(png), **_fit(png))
            paragraph = made.add_paragraph(block.caption, style="Caption")
            paragraph.paragraph_format.space_after = Mm(3)


def _fit(png: bytes) -> dict[str, Any]:
    """The size of a picture so that it fills the width of the page, or what its height leaves."""
    from docx.shared import Mm

    width, height = (int.from_bytes(png[start : start + 4], "big") for start in (16, 20))
    tallest = 215
    return {"height": Mm(tallest)} if height / width * TEXT_MM > tallest else {"width": Mm(TEXT_MM)}


def _table(made: Any, table: Table) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    grid = made.add_table(rows=1 + len(table.rows), cols=len(table.headings), style="Table Grid")
    grid.autofit = False
    widths = [Mm(TEXT_MM * width / sum(table.widths)) for width in table.widths]
    cells = list(grid._cells)  # once: each row's own look-up walks the whole table
    per_row = len(table.headings)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width

    def fill(cell: Any, width: Any, text: str, *, bold: bool = False) -> None:
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(1)
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(8), bold or None

    for cell, width, heading in zip(cells, widths, table.headings, strict=False):
        fill(cell, width, heading, bold=True)
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", HEAD_FILL)):
            shade.set(_w(name), value)
        cell._tc.get_or_add_tcPr().append(shade)
    for number, (rows, row) in enumerate(grouped(table.rows), 1):
        own = cells[number * per_row : (number + 1) * per_row]
        for place, (cell, width, text) in enumerate(zip(own, widths, row, strict=True)):
            fill(cell, width, "" if place == 0 and not rows else text, bold=place == 0)
        if rows != 1:
            merge = OxmlElement("w:vMerge")
            merge.set(_w("val"), "restart" if rows else "continue")
            own[0]._tc.get_or_add_tcPr().append(merge)
    for number, row in enumerate(grid.rows):
        marks = ["w:cantSplit"] if number else ["w:cantSplit", "w:tblHeader"]
        for mark in marks:
            row._tr.get_or_add_trPr().append(OxmlElement(mark))
    made.add_paragraph().paragraph_format.space_after = Pt(2)


def _text(paragraph: Any, content: Paragraph) -> None:
    paragraph.add_run(content.text)
    if content.citation:
        _quiet(paragraph.add_run(f" [{content.citation}]"))


def _quiet(run: Any) -> None:
    from docx.shared import Pt, RGBColor

    run.font.size, run.font.color.rgb = Pt(8.5), RGBColor.from_string(QUIET)


def _hang(paragraph: Any) -> None:
    from docx.shared import Mm

    form = paragraph.paragraph_format
    form.left_indent, form.first_line_indent = Mm(8), Mm(-8)
    form.tab_stops.add_tab_stop(Mm(8))


def _footer(paragraph: Any, text: str) -> None:
    """What the document is, and the page of how many: fields that Word computes."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    form = paragraph.paragraph_format
    for stop in list(paragraph.style.paragraph_format.tab_stops):
        form.tab_stops.add_tab_stop(stop.position, WD_TAB_ALIGNMENT.CLEAR)
    form.tab_stops.add_tab_stop(Mm(TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
    _quiet(paragraph.add_run(f"{text}\tPage "))
    for word, name in (("", "PAGE"), (" of ", "NUMPAGES")):
        if word:
            _quiet(paragraph.add_run(word))
        for kind in ("begin", name, "end"):
            run = paragraph.add_run()
            _quiet(run)
            if kind == name:
                part = OxmlElement("w:instrText")
                part.text = name
            else:
                part = OxmlElement("w:fldChar")
                part.set(_w("fldCharType"), kind)
            run._r.append(part)


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{name}"))


def _fixed(data: bytes) -> bytes:
    """The same zip file with fixed times, its parts in the order in which they were written."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return zipped({part.filename: source.read(part) for part in source.infolist()})
