"""Tables as XLSX."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

from chassis.web.render.table import Cell, Table, TableSet, as_text
from chassis.web.render.workbook import AUTHOR, LANGUAGE, Sheet, workbook_of

_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_xlsx(content: Table | TableSet, file: BinaryIO) -> None:
    """Write the workbook of a table, or of several, into ``file``."""
    found = workbook_of(content)
    with xlsxwriter.Workbook(file, _AS_TEXT) as book:
        book.set_properties(
            {"title": found.title[:255], "author": AUTHOR, "created": found.made_at.replace(tzinfo=None)}
        )
        book.set_custom_property("Language", LANGUAGE)
        formats = {name: book.add_format(look) for name, look in _LOOKS.items()}
        for sheet in found.sheets:
            _write_sheet(book, sheet, formats)


_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "text": {"text_wrap": True, "valign": "top"},
    "number": {"align": "right", "valign": "top"},
    "heading": {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1},
}


def _write_sheet(book: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    page = book.add_worksheet(sheet.name)
    for n, width in enumerate(sheet.widths):
        page.set_column(n, n, width)
    for n, line in enumerate(sheet.lines):
        look = formats["title"] if n == 0 else formats["text"] if not sheet.headings else None
        page.write_string(n, 0, line, look)
    if sheet.headings:
        _write_table(page, sheet, formats)


def _write_table(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    top = last = len(sheet.lines)
    for last, row in enumerate(sheet.rows, top + 1):
        for n, cell in enumerate(row):
            if n == 0 and sheet.is_contents:
                page.write_url(last, n, f"internal:'{cell}'!A1", string=str(cell))
            else:
                _write_cell(page, (last, n), cell, formats["number" if n in sheet.numbers else "text"])
    headings = [{"header": each, "header_format": formats["heading"]} for each in sheet.headings]
    options = {"name": f"{sheet.name}_table", "columns": headings, "autofilter": False, "style": None}
    page.add_table(top, 0, max(last, top + 1), len(sheet.headings) - 1, options)


def _write_cell(page: Any, where: tuple[int, int], cell: Cell, look: Any) -> None:
    """Text is written as text whatever it looks like; a number that a double does not hold exactly, too."""
    if cell is None:
        return
    if isinstance(cell, Decimal | int) and _is_exact(cell):
        page.write_number(*where, float(cell), look)
    elif isinstance(cell, str | Decimal | int | date | datetime):
        page.write_string(*where, as_text(cell), look)


def _is_exact(number: Decimal | int) -> bool:
    return Decimal(f"{float(number):.15G}") == number
