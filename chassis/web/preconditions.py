"""Conditional requests (RFC 9110): entity tags of what is read, and writes that go on only if nothing has changed."""

import hashlib
import re
from typing import Final

from starlette.types import Scope

from chassis.errors import BadRequest, FieldError, PreconditionFailed, PreconditionRequired
from chassis.web.answers import Answer

GUARDED: Final = frozenset({"PUT", "PATCH", "DELETE"})
_CONDITIONS: Final = {"GET": (b"if-none-match",)} | dict.fromkeys(GUARDED, (b"if-match", b"if-none-match"))
ANY: Final = "*"
_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS: Final = re.compile(rf"\s*{_TAG}(?:\s*,\s*{_TAG})*\s*")
TAGS_PATTERN: Final = r'^(\*|(W/)?"[!#-~]{0,200}"(, (W/)?"[!#-~]{0,200}"){0,20})$'
"""What documents show of a list of entity tags: a little less than is taken."""
_OK: Final = 200
_NOT_FOUND: Final = 404


def tag_of(answer: Answer) -> bytes:
    """The strong tag of a representation: the one that its endpoint set, else one of its bytes."""
    return answer.header(b"etag") or b'"' + hashlib.sha256(answer.body).hexdigest()[:32].encode() + b'"'


def add_tag(answer: Answer) -> None:
    """Give a representation its tag; it may be stored by nobody but its caller, and asked after every time."""
    answer.set_header(b"etag", tag_of(answer))
    if answer.header(b"cache-control") is None:
        answer.set_header(b"cache-control", b"private, no-cache")


def unchanged(scope: Scope, answer: Answer) -> Answer | None:
    """The 304 to a caller that has this representation already, by ``If-None-Match``; None to others."""
    tags = _tags(scope, b"if-none-match")
    shown = (answer.header(b"etag") or b"").decode("latin-1")
    if tags is None or not (tags == ANY or shown in {tag.removeprefix("W/") for tag in tags}):
        return None
    passed = [pair for pair in answer.headers if pair[0] not in {b"content-type", b"content-length"}]
    return Answer(304, passed)


def require_condition(scope: Scope) -> None:
    """Refuse a write that says nothing of what it was decided by.

    Raises:
        PreconditionRequired: neither ``If-Match`` nor ``If-None-Match`` was sent.
    """
    if not is_conditional(scope):
        raise PreconditionRequired("Send If-Match with the ETag of what you have read, or * for whatever is there.")


def require_readable(scope: Scope) -> None:
    """Refuse conditions that cannot be read before anything else is looked at, whatever the answer would be.

    Raises:
        BadRequest: ``If-Match`` or ``If-None-Match`` is not a list of entity tags.
    """
    for name in _CONDITIONS.get(scope["method"], ()):
        _tags(scope, name)


def is_conditional(scope: Scope) -> bool:
    """Whether a write has to look at what is there first; an empty header is one that says something wrong."""
    return any(name in {b"if-match", b"if-none-match"} for name, _ in scope["headers"])


def require_match(scope: Scope, current: Answer | None) -> None:
    """Go on only if ``current``, what the path reads as in this transaction, is what the caller has seen.

    Args:
        scope: of the write.
        current: None where nothing can be read at that path.

    Raises:
        PreconditionFailed: it has changed, is not there, or is there although it must not be.
        BadRequest: the header is not a list of entity tags.
    """
    exists = current is not None and current.status == _OK
    shown = tag_of(current).decode("latin-1") if current is not None and exists else None
    match, none_match = _tags(scope, b"if-match"), _tags(scope, b"if-none-match")
    if match is not None and not _matches(match, shown, exists=exists or current is None):
        raise PreconditionFailed("What is there is not what If-Match names: read it again.")
    if none_match is not None and _matches(none_match, shown, exists=exists):
        raise PreconditionFailed("If-None-Match names what is there.")


def _matches(tags: str | list[str], shown: str | None, *, exists: bool) -> bool:
    return exists if tags == ANY else shown in tags


def _tags(scope: Scope, name: bytes) -> str | list[str] | None:
    values = [value for found, value in scope["headers"] if found == name]
    text = b", ".join(values).decode("latin-1").strip()
    if not values:
        return None
    if text == ANY:
        return ANY
    if not _TAGS.fullmatch(text):
        shown = name.decode().title()
        raise BadRequest(f"{shown} is no list of entity tags.", [FieldError(shown, 'write "tag", or *')])
    return re.findall(_TAG, text)
