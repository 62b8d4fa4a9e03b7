"""Sort keys of collections as text, for the cursors of their pages."""

import json
from datetime import date
from typing import Any

from chassis.paging import cursor_made_up

HIGHEST_NUMBER = 2**31 - 1
"""The most a revision or version can be, by its column."""


def sort_key(*parts: str | int | date) -> str:
    return json.dumps([part.isoformat() if isinstance(part, date) else part for part in parts])


def parse_sort_key(text: str, *kinds: type[Any]) -> tuple[Any, ...]:
    """The parts of a sort key.

    Raises:
        BadRequest: it is none of ``kinds``.
    """
    try:
        parts = json.loads(text)
        return tuple(_parsed(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (ValueError, TypeError) as error:
        raise cursor_made_up() from error


def _parsed(part: Any, kind: type[Any]) -> Any:
    if kind is date:
        return date.fromisoformat(part)
    if type(part) is not kind or (kind is int and not 0 <= part <= HIGHEST_NUMBER):
        raise ValueError(part)
    return part
