"""A document as DOCX, for a committee clerk to go on with: headings, header rows and pictures are marked as such."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from gateway.reports.printing.as_pdf import picture_of
from portal.charts.paints import PAINTS

_FONT: Final = "Arial"
_SMALL: Final = Pt(8)
_PICTURE: Final = Mm(150)
_DOTS: Final = 200
_LISTS: Final = {"paragraphs": None, "numbered": "List Number", "items": "List Bullet"}
_HEIGHT, _WIDTH, _MARGIN = Mm(210), Mm(297), Mm(14)


def docx_of(document: Mapping[str, Any]) -> bytes:
    """The bytes of the file: the same of the same document.

    Args:
        document: a ``Document`` as JSON has it.
    """
    made = Document()
    _set_up(made, document)
    made.add_heading(document["title"], level=0)
    made.add_paragraph(f"{document['about']} {document['state']}")
    if document["front"]:
        _add_front(made, document["front"])
    for part in document["parts"]:
        made.add_heading(part["title"], level=1)
        for each in part["texts"]:
            made.add_paragraph(each, style=_LISTS[part["kind"]])
    for table in document["tables"]:
        _add_table(made, table)
    made.add_paragraph(document["key"])
    return _bytes(made)


def _set_up(made: Any, document: Mapping[str, Any]) -> None:
    """Language, title, A4 and what stands on each page."""
    when = datetime.fromisoformat(document["made_at"]).replace(tzinfo=None)
    about = made.core_properties
    about.title, about.author, about.language = document["title"], document["council"], document["language"]
    about.created = about.modified = when
    about.last_modified_by, about.comments, about.subject = document["council"], "", document["about"]
    for spoken in made.styles.element.iter(qn("w:lang")):
        spoken.set(qn("w:val"), document["language"])
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(10)
    [section] = made.sections
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, _WIDTH, _HEIGHT
    section.left_margin = section.right_margin = _MARGIN
    section.header.paragraphs[0].text = f"{document['council']}: {document['title']}"
    _number_pages(section.footer.paragraphs[0], document["state"])


def _number_pages(footer: Any, state: str) -> None:
    footer.add_run(f"{state} Page ")
    _add_field(footer, "PAGE")
    footer.add_run(" of ")
    _add_field(footer, "NUMPAGES")


def _add_field(paragraph: Any, name: str) -> None:
    """A field that whoever opens the file fills in; until then 1 stands there."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001  the library has no fields


def _add_front(made: Any, front: list[list[str]]) -> None:
    """What the front sheet says, a line each: no table, for there is nothing to compare."""
    for name, words in front:
        line = made.add_paragraph()
        line.add_run(f"{name}: ").bold = True
        line.add_run(words)


def _add_table(made: Any, printed: Mapping[str, Any]) -> None:
    made.add_heading(printed["title"], level=1)
    if figure := printed["figure"]:
        _add_picture(made, figure)
    if not printed["rows"]:
        made.add_paragraph("None.")
        return
    table = made.add_table(rows=1, cols=len(printed["columns"]), style="Table Grid")
    _describe(table, printed["title"])
    for cell, column in zip(table.rows[0].cells, printed["columns"], strict=True):
        _write(cell, column["title"], is_number=column["is_number"], bold=True)
    _mark(table.rows[0], "w:tblHeader")
    for row in printed["rows"]:
        _add_row(table, row, printed)


def _add_row(table: Any, row: Mapping[str, Any], printed: Mapping[str, Any]) -> None:
    added = table.add_row()
    if not row["may_break"]:
        _mark(added, "w:cantSplit")
    for n, (cell, shown) in enumerate(zip(added.cells, row["cells"], strict=True)):
        is_number = printed["columns"][n]["is_number"]
        if isinstance(shown, str):
            _write(cell, shown, is_number=is_number, bold=n < printed["keys"])
        else:
            _write(cell, f"{shown['symbol']} {shown['word']}", is_number=False, bold=True, style=shown["style"])


def _write(cell: Any, words: str, *, is_number: bool, bold: bool, style: str | None = None) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if is_number else WD_ALIGN_PARAGRAPH.LEFT
    run = paragraph.add_run(words)
    run.font.size, run.bold = _SMALL, bold
    if style:
        run.font.color.rgb = RGBColor.from_string(PAINTS[style].ink[1:])
        _shade(cell, PAINTS[style].fill[1:])


def _shade(cell: Any, fill: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", fill)):
        shade.set(qn(name), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001  the library has no shades


def _mark(row: Any, what: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(what))  # noqa: SLF001  the library has no such marks


def _describe(table: Any, title: str) -> None:
    for name, words in (("w:tblCaption", title), ("w:tblDescription", f"{title}. The first row has the headings.")):
        said = OxmlElement(name)
        said.set(qn("w:val"), words)
        table._tbl.tblPr.append(said)  # noqa: SLF001  the library has no alternative texts


def _add_picture(made: Any, figure: Mapping[str, Any]) -> None:
    shown = made.add_picture(io.BytesIO(picture_of(figure["svg"], _DOTS)), width=_PICTURE)
    properties = shown._inline.docPr  # noqa: SLF001  the library has no alternative texts
    properties.set("descr", figure["alternative"])
    properties.set("title", figure["title"])
    made.add_paragraph(figure["title"], style="Caption")


def _bytes(made: Any) -> bytes:
    """The file, whose parts have no times of their own: when it was made is said inside."""
    written, same = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(same, "w", zipfile.ZIP_DEFLATED) as into:
        for name in parts.namelist():
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_DEFLATED
            into.writestr(part, parts.read(name))
    return same.getvalue()
