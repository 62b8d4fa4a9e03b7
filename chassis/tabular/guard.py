"""Text that a spreadsheet would take for a formula, and how it is written so that it is none.

A program that opens a CSV runs cells that begin so; an apostrophe before them makes them text. Text that has such an
apostrophe by itself gets one more, so that reading gives back exactly what was written.
"""

import re
from typing import Final

_WOULD_RUN: Final = re.compile(r"'*[=+\-@\t\r]")
_GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)


def guarded(text: str) -> str:
    """``text`` as it goes into a cell of a CSV; a plain number stays as it is."""
    return f"'{text}" if _WOULD_RUN.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What was written as ``text`` by :func:`guarded`."""
    return text[1:] if _GUARDED.match(text) else text
