"""Tables as ODS (OpenDocument 1.3), written row by row: numbers keep all their digits, and memory stays as it is."""

import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import BinaryIO, Final
from xml.sax.saxutils import escape, quoteattr

from chassis.web.render.table import Cell, Table, TableSet, as_text
from chassis.web.render.workbook import AUTHOR, LANGUAGE, Sheet, Workbook, workbook_of
from contracts.large_bodies import ODS

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACES: Final = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
        ("meta", "meta"),
    )
)
_LINKS: Final = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
_MANIFEST: Final = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    f'manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}.xml" manifest:media-type="text/xml"/>'
        for name in ("content", "styles", "meta")
    )
    + "</manifest:manifest>"
)
_STYLES: Final = (
    f'{_HEAD}<office:document-styles {_NAMESPACES} office:version="1.3"><office:styles>'
    '<style:default-style style:family="table-cell"><style:text-properties fo:language="en" fo:country="GB"/>'
    "</style:default-style></office:styles></office:document-styles>"
)
_LOOKS: Final = (
    '<style:style style:name="title" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold" fo:font-size="14pt"/></style:style>'
    '<style:style style:name="heading" style:family="table-cell">'
    '<style:table-cell-properties fo:wrap-option="wrap"/><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="text" style:family="table-cell">'
    '<style:table-cell-properties fo:wrap-option="wrap"/></style:style>'
    '<style:style style:name="number" style:family="table-cell">'
    '<style:paragraph-properties fo:text-align="end"/></style:style>'
)


def write_ods(content: Table | TableSet, file: BinaryIO) -> None:
    """Write the workbook of a table, or of several, into ``file``: of the same content the same bytes."""
    found = workbook_of(content)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(_part("mimetype", zipfile.ZIP_STORED), ODS)
        archive.writestr(_part("META-INF/manifest.xml"), _MANIFEST)
        archive.writestr(_part("styles.xml"), _STYLES)
        archive.writestr(_part("meta.xml"), _meta(found))
        with archive.open(_part("content.xml"), "w", force_zip64=True) as into:
            for text in _content(found.sheets):
                into.write(text.encode())


def _part(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """A part of the file, which has no time of its own: when it was made is said inside."""
    part = zipfile.ZipInfo(name)
    part.compress_type = compression
    return part


def _meta(book: Workbook) -> str:
    made = as_text(book.made_at)
    return (
        f'{_HEAD}<office:document-meta {_NAMESPACES} {_LINKS} office:version="1.3"><office:meta>'
        f"<dc:title>{_escaped(book.title)}</dc:title><meta:initial-creator>{AUTHOR}</meta:initial-creator>"
        f"<dc:creator>{AUTHOR}</dc:creator><dc:language>{LANGUAGE}</dc:language>"
        f"<meta:creation-date>{made}</meta:creation-date></office:meta></office:document-meta>"
    )


def _content(sheets: Sequence[Sheet]) -> Iterator[str]:
    widths = sorted({width for sheet in sheets for width in sheet.widths})
    yield f'{_HEAD}<office:document-content {_NAMESPACES} {_LINKS} office:version="1.3"><office:automatic-styles>'
    for width in widths:
        yield (
            f'<style:style style:name="w{width}" style:family="table-column">'
            f'<style:table-column-properties style:column-width="{width * 0.2:.1f}cm"/></style:style>'
        )
    yield f"{_LOOKS}</office:automatic-styles><office:body><office:spreadsheet>"
    ranges: list[str] = []
    for sheet in sheets:
        yield from _sheet(sheet, ranges)
    yield f"<table:database-ranges>{''.join(ranges)}</table:database-ranges>"
    yield "</office:spreadsheet></office:body></office:document-content>"


def _sheet(sheet: Sheet, ranges: list[str]) -> Iterator[str]:
    """A sheet; the range of its table is added to ``ranges``, which is how a table is marked up here."""
    yield f"<table:table table:name={quoteattr(sheet.name)}>"
    yield "".join(f'<table:table-column table:style-name="w{width}"/>' for width in sheet.widths)
    for n, line in enumerate(sheet.lines):
        yield _row([_cell(line, "title" if n == 0 else "" if sheet.headings else "text")])
    if sheet.headings:
        heads = _row([_cell(each, "heading") for each in sheet.headings])
        yield f"<table:table-header-rows>{heads}</table:table-header-rows>"
        top, count = len(sheet.lines) + 1, 0
        for row in sheet.rows:
            count += 1
            yield _row([_table_cell(sheet, n, cell) for n, cell in enumerate(row)])
        last = f"{_letters(len(sheet.headings))}{top + count}"
        ranges.append(
            f'<table:database-range table:name="{sheet.name}_table" table:contains-header="true" '
            f'table:target-range-address="{sheet.name}.A{top}:{sheet.name}.{last}"/>'
        )
    yield "</table:table>"


def _row(cells: list[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _table_cell(sheet: Sheet, column: int, cell: Cell) -> str:
    if column == 0 and sheet.is_contents:
        name = _escaped(str(cell))
        link = f'<text:a xlink:type="simple" xlink:href="#{name}.A1">{name}</text:a>'
        return f'<table:table-cell office:value-type="string"><text:p>{link}</text:p></table:table-cell>'
    return _cell(cell, "number" if column in sheet.numbers else "text")


def _cell(cell: Cell, look: str) -> str:
    if cell is None:
        return "<table:table-cell/>"
    text, styled = as_text(cell), f' table:style-name="{look}"' if look else ""
    kind = f'"float" office:value="{text}"' if isinstance(cell, Decimal | int) else '"string"'
    paragraphs = "".join(f"<text:p>{_escaped(line)}</text:p>" for line in text.split("\n"))
    return f"<table:table-cell{styled} office:value-type={kind}>{paragraphs}</table:table-cell>"


def _escaped(text: str) -> str:
    """Without the control characters that XML has no way to write; runs of spaces as the format wants them."""
    shown = escape("".join(each for each in text if each >= " " or each == "\t"))
    return shown.replace("\t", "<text:tab/>").replace("  ", ' <text:s text:c="1"/>')


def _letters(column: int) -> str:
    """1 is A, 27 is AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
