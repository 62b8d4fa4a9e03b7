"""The letters of what is set: Noto Sans out of its package, and what the typesetter itself brings for symbols."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import fontpkg_noto_sans

FOLDER: Final = Path(fontpkg_noto_sans.__file__).parent / "files"
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
SYMBOLS: Final = "▲◆▼■○"
"""Of colours; not among the letters of Noto Sans."""
CERTAIN: Final = ((0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x377), (0x384, 0x386), (0x388, 0x38A), (0x3A3, 0x3E1))
"""Ranges of characters, both ends included, that are there without doubt: Latin and Greek."""
MORE: Final = ((0x400, 0x52F), (0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x205E), (0x20A0, 0x20BF))
"""The same of Cyrillic, further Latin, punctuation and currencies."""


def certain() -> Iterator[str]:
    """Every character that can be set without doubt."""
    yield from SYMBOLS
    yield REPLACEMENT
    yield "\N{MINUS SIGN}"
    for first, last in (*CERTAIN, *MORE):
        yield from map(chr, range(first, last + 1))


def without_rare(text: str) -> str:
    """The text with a sign for each character that may not be there to be set."""
    known = {*certain(), "\n"}
    return "".join(each if each in known else REPLACEMENT for each in text)
