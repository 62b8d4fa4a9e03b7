"""A document as a tagged PDF (PDF/UA-1), by Typst: the same bytes of the same document."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

from gateway.reports.printing.fonts import FOLDER, without_rare
from portal.charts.paints import PAINTS

_TEMPLATE: Final = Path(__file__).with_name("report.typ")
_PICTURE: Final = Path(__file__).with_name("picture.typ")
_NO_LETTER: Final = "could not be displayed"


def pdf_of(document: Mapping[str, Any]) -> bytes:
    """The bytes of the PDF. Characters that there are no letters for are told by a sign.

    Args:
        document: a ``Document`` as JSON has it.
    """
    text = json.dumps(document, ensure_ascii=False)
    made = datetime.fromisoformat(document["made_at"])
    try:
        return _set(text, made)
    except typst.TypstError as error:
        if _NO_LETTER not in str(error):
            raise
        return _set(without_rare(text), made)


def _set(text: str, made: datetime) -> bytes:
    inputs = {
        "report": text,
        "paints": json.dumps({name: asdict(paint) for name, paint in PAINTS.items()}),
        "made": json.dumps([made.year, made.month, made.day, made.hour, made.minute, made.second]),
    }
    found: bytes = typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        font_paths=[FOLDER],
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=["ua-1"],
        timestamp=made.replace(microsecond=0),
    )
    return found


def picture_of(svg: str, pixels_an_inch: int) -> bytes:
    """A picture as PNG."""
    found: bytes = typst.compile(
        _PICTURE,
        font_paths=[FOLDER],
        ignore_system_fonts=True,
        sys_inputs={"svg": svg},
        format="png",
        ppi=pixels_an_inch,
    )
    return found
