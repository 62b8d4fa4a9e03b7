"""Lists of a risk as one cell of a table: an item a line, its parts between bars, as people write them by hand.

A backslash before a bar, before another backslash, or before ``n`` or ``r`` (line breaks) makes it part of the text.
"""

import re
from collections.abc import Sequence
from typing import Final

BAR: Final = " | "
_ESCAPES: Final = {"\\": "\\\\", "|": "\\|", "\n": "\\n", "\r": "\\r"}
_ESCAPED: Final = {written[1]: text for text, written in _ESCAPES.items()}
_SPECIAL: Final = re.compile(r"[\\|\n\r]")
_PAIR: Final = re.compile(r"\\([\\|nr])")
_PART: Final = re.compile(r"(?:\\.|[^\\|]|\\$)*")


def write_items(items: Sequence[Sequence[str | None]]) -> str | None:
    """Items by their parts, the first of which is never empty; parts that are empty at the end are left out."""
    return "\n".join(_write_item(item) for item in items) or None


def _write_item(parts: Sequence[str | None]) -> str:
    texts = [_SPECIAL.sub(lambda found: _ESCAPES[found[0]], part or "") for part in parts]
    while len(texts) > 1 and not texts[-1]:
        texts.pop()
    return BAR.join(texts)


def read_items(cell: str) -> list[list[str]]:
    """Items by their parts, without the spaces around each; lines that are empty are left out."""
    return [_read_item(line) for line in re.split(r"\r\n|\n|\r", cell) if line.strip()]


def _read_item(line: str) -> list[str]:
    parts, begin = [], 0
    while True:
        end = _end_of_part(line, begin)
        parts.append(_PAIR.sub(lambda found: _ESCAPED[found[1]], line[begin:end].strip()))
        if end >= len(line):
            return parts
        begin = end + 1


def _end_of_part(line: str, begin: int) -> int:
    found = _PART.match(line, begin)
    return found.end() if found else len(line)
