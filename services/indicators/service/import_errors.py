"""The file of errors: the rows that were not right, as they were sent, each with what is wrong."""

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from chassis.tabular.guard import guarded
from chassis.tabular.reading import FileRow, Unreadable, sheets
from services.indicators.domain.importing.row_reader import ERROR, LINE
from services.indicators.domain.importing.tally import Faults
from services.indicators.service.survey import Header


def write_errors(file: BinaryIO, faults: Faults, header: Header | None, into: BinaryIO) -> None:
    """Write the rows of ``faults`` under their header, out of the file that was sent; line 0 is of all of it."""
    text = io.TextIOWrapper(into, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([ERROR, LINE, *map(guarded, header.row.cells if header else ())])
    writer.writerows([guarded(fault.message), str(fault.line)] for fault in faults.shown if not fault.is_of_a_row)
    if header is not None and faults.by_line:
        for row in _rows(file, header):
            if row.line in faults.by_line:
                writer.writerow([guarded(faults.by_line[row.line]), str(row.line), *map(guarded, row.cells)])
    text.detach()


def _rows(file: BinaryIO, header: Header) -> Iterator[FileRow]:
    """The rows of the sheet that was read, up to where it can be read no further."""
    file.seek(0)
    with suppress(Unreadable):
        yield from next(islice(sheets(file), header.sheet, None))
