"""What the text of a cell says: a number, marks, fields that no source prints, contradictions.

Whatever it holds it is read, or refused in words. Bounds are those of an observation that is sent by itself.
"""

import json
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Final

from contracts.indicators import Mark
from contracts.notes import SourcedFigure, SourceNote
from services.indicators.domain.numbers import plain

LONGEST_FIGURE: Final = 200
"""Characters of a cell with a number, and its marks: more are none, and are not looked through."""
MOST_COUNTED: Final = Decimal(10_000_000_000)
"""The most that a count or a denominator may be."""
FINEST_SENT: Final = 8
"""Decimals of counts, denominators and limits."""
FINEST: Final = 14
"""Decimals of values: of those we compute ourselves, which have six more than an indicator shows."""

_DIGITS: Final = 80
"""Enough for the largest number with the finest decimals."""
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_GROUPED: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_MARKED: Final = re.compile(r"(.*?)\s*((?:\[[^\[\]\s]+\]\s*)+)", re.ASCII)
_MARK: Final = re.compile(r"\[[^\[\]]*\]|[^\s,;\[\]]+|[\[\]]")
_PROVISIONAL, _REVISED = "[p]", "[r]"
_MARKS: Final = (*sorted(Mark), _PROVISIONAL, _REVISED)
_MOST_INFERRED, _LONGEST_INFERRED = 20, 60
_MOST_NOTES, _MOST_FIGURES, _LONGEST_PHRASE, _LONGEST_WHY = 20, 10, 300, 1000


class NotAccepted(ValueError):  # noqa: N818  named for what the cell is
    """What a cell says is not accepted; the message says why, and what would be."""


def number_of(text: str) -> Decimal | None:
    """The number that a cell says: digits, with a point, an exponent, or commas between thousands."""
    if len(text) > LONGEST_FIGURE:
        return None
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def rounded(number: Decimal, decimals: int) -> Decimal:
    """``number`` with all its digits, half up to ``decimals`` where it has more. Up to a million million or so."""
    exponent = number.as_tuple().exponent
    with localcontext(prec=_DIGITS):
        if isinstance(exponent, int) and -exponent > decimals:
            number = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        return plain(number)


def without_marks(text: str) -> tuple[str, str]:
    """The figure of a cell, and the marks that stand behind it."""
    marked = _MARKED.fullmatch(text) if len(text) <= LONGEST_FIGURE else None
    return (marked[1], marked[2]) if marked else (text, "")


def marks_in(text: str) -> str:
    """The marks that a text names, as ``[e][b]``; ``[p]``, which is a status, and ``[r]``, which is none, among them.

    Raises:
        NotAccepted: names what is no mark.
    """
    named = _MARK.findall(text[: LONGEST_FIGURE + 1])
    unknown = next((mark for mark in named if mark not in _MARKS), None)
    if unknown is not None:
        raise NotAccepted(f"{unknown} is no mark: {', '.join(_MARKS)} are accepted")
    if len(text) > LONGEST_FIGURE:
        raise NotAccepted(f"is longer than {LONGEST_FIGURE} characters")
    return "".join(named)


def marks_of(text: str) -> tuple[Mark, ...]:
    """The marks of a value in what :func:`marks_in` found."""
    return () if not text else tuple(mark for mark in sorted(Mark) if mark.value in text)


def is_provisional(marks: str) -> bool:
    return _PROVISIONAL in marks


def inferred_in(text: str) -> tuple[str, ...]:
    """Names of fields joined with bars; a list in JSON where a bar is in one of them.

    Raises:
        NotAccepted: it is neither, or beyond the bounds.
    """
    words = _json(text) if text.startswith("[") else list(filter(None, text.split("|")))
    if not isinstance(words, list) or not all(_is_text(word, _LONGEST_INFERRED) for word in words):
        raise NotAccepted(f"says names of fields, at most {_LONGEST_INFERRED} characters each, joined with bars")
    if len(words) > _MOST_INFERRED:
        raise NotAccepted(f"has {len(words)} names, at most {_MOST_INFERRED} are accepted")
    return tuple(words)


def notes_in(text: str) -> tuple[SourceNote, ...]:
    """Contradictions, as an export writes them.

    Raises:
        NotAccepted: it is no list of them, or beyond the bounds.
    """
    notes = _json(text)
    if not isinstance(notes, list):
        raise NotAccepted("is no JSON list of contradictions, as an export writes it")
    if len(notes) > _MOST_NOTES:
        raise NotAccepted(f"has {len(notes)} contradictions, at most {_MOST_NOTES} are accepted")
    return tuple(map(_note, notes))


def _note(content: object) -> SourceNote:
    note = _fields(content, {"topic": _LONGEST_PHRASE, "used": _LONGEST_PHRASE, "why": _LONGEST_WHY}, "figures")
    figures = note["figures"]
    if not isinstance(figures, list) or not 1 <= len(figures) <= _MOST_FIGURES:
        raise NotAccepted(f"has a contradiction without a list of 1 to {_MOST_FIGURES} figures")
    named = [_fields(each, {"figure": _LONGEST_PHRASE, "source": _LONGEST_PHRASE}) for each in figures]
    sourced = tuple(SourcedFigure(each["figure"], each["source"]) for each in named)
    return SourceNote(note["topic"], sourced, note["used"], note["why"])


def _fields(content: object, texts: Mapping[str, int], *others: str) -> Mapping[str, Any]:
    """An object that has exactly these fields, the texts among them of bounded length."""
    names = [*texts, *others]
    if not isinstance(content, dict) or set(content) != set(names):
        raise NotAccepted(f"has a contradiction of which a part does not have exactly the fields {', '.join(names)}")
    for name, longest in texts.items():
        if not _is_text(content[name], longest):
            raise NotAccepted(f"has a contradiction whose {name} is no text of 1 to {longest} characters")
    return content


def _is_text(value: object, longest: int) -> bool:
    """Whether it is text that any database stores: JSON can say NUL, and halves of characters."""
    if not isinstance(value, str) or not 1 <= len(value) <= longest or "\x00" in value:
        return False
    return value.encode("utf-8", "ignore").decode() == value


def _json(text: str) -> Any:
    """What a text says in JSON; None where it is none that can be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
