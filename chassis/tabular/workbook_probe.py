"""Whether a workbook can be loaded: run by itself, as what makes the reader of workbooks give up ends its process.

A few bytes may say that two cells lie a million rows and sixteen thousand columns apart, or that one is repeated a
thousand million times. Reads the file from its standard input; ends by a signal where it needs too much memory.
"""

import io
import resource
import sys

import python_calamine

MOST_MEMORY = 4 * 1024 * 1_048_576
"""Bytes of addresses, those of the interpreter among them."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    for name in book.sheet_names:
        book.get_sheet_by_name(name)


if __name__ == "__main__":
    main()
