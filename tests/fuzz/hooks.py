"""What schemathesis cannot make up: keys that nobody used before, and tags and cursors that were given out.

Where one part of a case is what the document forbids, that part is left as it was made.
"""

import re
from itertools import count
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation

KEY = re.compile(r"[!-~]{1,200}")
CURSOR_AT_MOST = 600
OWN_KEY, ANOTHER = "admin", "warehouse"
"""The name of the key that the run shows, as the suite calls the one of ``SUITE_ADMIN_KEY``."""
TAGS = "entity-tags"
_numbers = count(1)

# In headers the tool makes up letters and digits only, finds none that fit the pattern of entity tags, and counts what
# it sends instead (``If-Match: 0``) among what the document allows. A format of our own tells it what they look like.
schemathesis.openapi.format(TAGS, st.sampled_from(["*", '"made-up"', 'W/"made-up"', '"made-up", W/"another"']))


@schemathesis.serializer(
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
)
def file_bytes(_context: Any, value: Any) -> bytes:
    """The tool writes no spreadsheets, and nothing of a text that is to be CSV: what it makes up is sent as it is."""
    made_up = getattr(value, "data", value)
    return made_up if isinstance(made_up, bytes) else str(made_up).encode(errors="ignore")


@schemathesis.hook
def before_load_schema(_context: Any, raw_schema: dict[str, Any]) -> None:
    for name in ("IfMatch", "IfNoneMatch"):
        raw_schema["components"]["parameters"][name]["schema"]["format"] = TAGS


@schemathesis.hook
def before_call(_context: Any, case: Any, _options: Any) -> None:
    """Of what the document allows make what leads into the operation."""
    _spare_own_key(case)
    if _is_allowed(case, ParameterLocation.HEADER):
        _renew_key(case.headers)
        _drop_made_up_tag(case.headers)
    if _is_allowed(case, ParameterLocation.QUERY):
        _drop_made_up_cursor(case.query)


def _is_allowed(case: Any, location: ParameterLocation) -> bool:
    """Whether the document allows this part: once it is touched the tool judges it anew, and by its schema alone.

    A missing ``Authorization`` would be sent after all, and an unknown parameter be none.
    """
    if case.meta is None:
        return True
    part = case.meta.components.get(location)
    at_fault = case.meta.generation.mode.is_negative and case.meta.phase.data.parameter_location == location
    return not at_fault and (part is None or part.mode.is_positive)


def _spare_own_key(case: Any) -> None:
    """Lists give out the name of the run's own key: once that is revoked, all that follows is a 401."""
    name = case.path_parameters.get("name") if case.path_parameters else None
    if case.method != "GET" and case.path.startswith("/access/v1/keys/") and name == OWN_KEY:
        case.path_parameters["name"] = ANOTHER


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
