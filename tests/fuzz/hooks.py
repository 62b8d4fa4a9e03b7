"""What schemathesis cannot make up: keys that nobody used before, and tags and cursors that the suite gave out."""

import re
from itertools import count
from typing import Any

import schemathesis

KEY = re.compile(r"[!-~]{1,200}")
CURSOR_AT_MOST = 600
_numbers = count(1)


@schemathesis.hook
def before_call(_context: Any, case: Any, _options: Any) -> None:
    """Leave what the document forbids as it is; of what it allows make what leads into the operation."""
    _renew_key(case.headers)
    _drop_made_up_tag(case.headers)
    _drop_made_up_cursor(case.query)


def _renew_key(headers: Any) -> None:
    """A key that was used is answered as before, or refused: the operation would not be reached."""
    key = headers.get("Idempotency-Key") if headers else None
    if isinstance(key, str) and KEY.fullmatch(key):
        headers["Idempotency-Key"] = f"{key[:150]}-{next(_numbers)}"


def _drop_made_up_tag(headers: Any) -> None:
    """Every tag that was not given out is a 412; ``*`` is for whatever is there."""
    tag = headers.get("If-Match") if headers else None
    if isinstance(tag, str) and tag.startswith(('"', "W/")) and tag.endswith('"'):
        del headers["If-Match"]


def _drop_made_up_cursor(query: Any) -> None:
    """Every cursor that was not given out is a 400 (the contract tests ask that of each collection)."""
    cursor = query.get("cursor") if query else None
    if isinstance(cursor, str) and len(cursor) <= CURSOR_AT_MOST and not cursor.startswith("Wy"):
        del query["cursor"]
