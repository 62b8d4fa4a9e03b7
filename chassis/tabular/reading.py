"""Rows of a CSV, XLSX or ODS file as texts, with the line each stands in; never the whole file in memory but a sheet.

CSV is read by the standard library: it streams, knows its lines, and takes a ragged row for what it is. Workbooks are
read by calamine. A number of a workbook is a double: it is written with the fewest digits that are the same double.
"""

import csv
import io
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final

import python_calamine

from chassis.tabular.guard import unguarded

MOST_UNPACKED: Final = 1024 * 1_048_576
"""Bytes of a workbook once it is unpacked: a small file may hold much more than it shows."""
LONGEST_CELL: Final = 131_072
_ZIP: Final = b"PK\x03\x04"
_DELIMITERS: Final = ",;\t"
_PROBE: Final = str(Path(__file__).with_name("workbook_probe.py"))
_PANIC: Final = "pyo3_runtime"
"""Module of what calamine raises where it gives up: no Exception, and of no class that could be named."""


class Unreadable(Exception):  # noqa: N818  named for what the file is
    """The file cannot be read as a table; ``line`` is where, 0 where it is the whole of it."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class FileRow:
    """The cells of a row, with the spaces that they have, and the line that it begins in, from 1."""

    line: int
    cells: list[str]


def sheets(file: BinaryIO) -> Iterator[Iterator[FileRow]]:
    """Every sheet of a workbook, or the one that a CSV is; rows that are empty throughout are left out.

    Raises:
        Unreadable: it is neither, or holds too much.
    """
    head = file.read(4)
    file.seek(0)
    if head == _ZIP:
        yield from _sheets_of_workbook(file)
    else:
        yield _rows_of_csv(file)


def _rows_of_csv(file: BinaryIO) -> Iterator[FileRow]:
    """Rows of UTF-8, separated by comma, semicolon or tab: whichever the first line has most of."""
    csv.field_size_limit(LONGEST_CELL)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    line = 0
    try:
        first = text.readline()
        delimiter = max(_DELIMITERS, key=lambda each: (first.count(each), each == ","))
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter)
        for cells in reader:
            begins, line = line + 1, reader.line_num
            if any(map(str.strip, cells)):
                yield FileRow(begins, [unguarded(cell) if cell[:1] == "'" else cell for cell in cells])
    except UnicodeDecodeError as error:
        raise Unreadable("The file is not UTF-8; save it as CSV UTF-8, or send the workbook.", line + 1) from error
    except csv.Error as error:
        raise Unreadable(f"The line cannot be read: {error}.", line + 1) from error
    finally:
        text.detach()


def _sheets_of_workbook(file: BinaryIO) -> Iterator[Iterator[FileRow]]:
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
        if unpacked > MOST_UNPACKED:
            raise Unreadable(f"The workbook holds {unpacked} bytes; at most {MOST_UNPACKED} are read.")
        file.seek(0)
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        for name in book.sheet_names:
            yield _rows_of_sheet(book.get_sheet_by_name(name))
    except (zipfile.BadZipFile, python_calamine.CalamineError) as error:
        raise Unreadable(f"The file is no workbook that can be read: {error}.") from error


def refuse_unloadable(file: BinaryIO) -> None:
    """Load a workbook in a process of its own, which ends by one that would end ours. A CSV is none.

    Raises:
        Unreadable: it did.
    """
    head = file.read(4)
    file.seek(0)
    if head != _ZIP:
        return
    with subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-I", _PROBE], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as probe:
        assert probe.stdin is not None  # noqa: S101  it was asked for
        with suppress(BrokenPipeError):
            shutil.copyfileobj(file, probe.stdin)
            probe.stdin.close()
    file.seek(0)
    if probe.returncode < 0:
        raise Unreadable("The workbook is too large to be read: cells lie too far apart, or are repeated too often.")


def _rows_of_sheet(sheet: Any) -> Iterator[FileRow]:
    line, rows = (sheet.start or (0, 0))[0], sheet.iter_rows()
    while (cells := _next(rows, line + 1)) is not None:
        line += 1
        texts = [_text(cell) for cell in cells]
        if any(map(str.strip, texts)):
            yield FileRow(line, texts)


def _next(rows: Iterator[list[Any]], line: int) -> list[Any] | None:
    """The cells of the next row; None after the last. A date or a length of time may be beyond those that there are."""
    try:
        return next(rows, None)
    except BaseException as error:
        if not isinstance(error, OverflowError) and type(error).__module__ != _PANIC:
            raise
        raise Unreadable(f"The line has a date or a length of time that cannot be read: {error}.", line) from error


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date | datetime | time) else str(cell)
