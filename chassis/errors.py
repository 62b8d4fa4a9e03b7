"""Errors as nouns with a status, rendered once as ``application/problem+json`` (RFC 9457)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field (``observations.3.value``) or row (``line 12``)."""

    field: str
    message: str


class Problem(Exception):  # noqa: N818  a problem is named for what it is
    """An answer that is not what was asked for. Subclasses are nouns: ``class PledgeLocked(Conflict)``."""

    status: ClassVar[int] = 500
    type_: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something went wrong here"
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str = "", errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = list(errors)
        self.answer_headers = dict(self.headers)
        """Headers of this one answer."""
        self.members: dict[str, Any] = {}
        """What its document says besides, such as where to start anew."""


class BadRequest(Problem):
    status, type_, title = 400, "bad-request", "The request cannot be read"


class Unauthorized(Problem):
    status, type_, title = 401, "unauthorized", "A valid key is needed"
    headers: ClassVar[dict[str, str]] = {"www-authenticate": "Bearer"}


class Forbidden(Problem):
    status, type_, title = 403, "forbidden", "This is not allowed"


class InsufficientScope(Forbidden):
    """The key or token is good, and not for this: `detail` names the scope that is asked for."""

    type_, title = "insufficient-scope", "This key may not do that"

    def __init__(self, scopes: Sequence[str]) -> None:
        super().__init__(f"This needs the scope {' or '.join(scopes)}.")
        wanted = " ".join(scopes)
        self.answer_headers["www-authenticate"] = f'Bearer error="insufficient_scope", scope="{wanted}"'


class DirectorateForbidden(Forbidden):
    """The key writes for some directorates only, and this is of another, or of none."""

    type_, title = "directorate-forbidden", "This key does not write for that directorate"


class AreaForbidden(Forbidden):
    """The key writes for some areas only, and this is of another, or of none."""

    type_, title = "area-forbidden", "This key does not write for that area"


class NotFound(Problem):
    status, type_, title = 404, "not-found", "There is no such thing"


class MethodNotAllowed(Problem):
    status, type_, title = 405, "method-not-allowed", "That cannot be done here"

    def __init__(self, allow: str) -> None:
        super().__init__(f"What can be done here: {allow}.")
        self.answer_headers["allow"] = allow


class RequestTimeout(Problem):
    status, type_, title = 408, "request-timeout", "The request did not arrive in time"


class Conflict(Problem):
    status, type_, title = 409, "conflict", "This conflicts with what is there"


class SamePerson(Conflict):
    """Duties are kept apart by person, whatever key is shown, and for administrators too."""

    type_, title = "same-person", "Somebody else has to do this"


class CodeInOtherCase(Conflict):
    type_, title = "code-in-other-case", "A code that differs from this one in case only is taken"


class PreconditionFailed(Problem):
    status, type_, title = 412, "precondition-failed", "What is there has changed"


class PayloadTooLarge(Problem):
    status, type_, title = 413, "payload-too-large", "The body is too large"


class Unsupported(Problem):
    status, type_, title = 415, "unsupported-media-type", "The body is of a type that is not read here"


class Invalid(Problem):
    status, type_, title = 422, "invalid", "Some of what was sent is not valid"


class ReasonNeeded(Invalid):
    """What moves money, a rating, a polarity, a target or what was approved is changed only with a reason."""

    type_, title = "reason-needed", "A change says why"

    def __init__(self) -> None:
        super().__init__("The change does not say why.", [FieldError("reason", "say why it changes")])


class PreconditionRequired(Problem):
    status, type_, title = 428, "precondition-required", "Say what you have read, by If-Match"


class HeadTooLarge(Problem):
    status, type_, title = 431, "head-too-large", "The address and headers are too large"


class MethodUnknown(Problem):
    status, type_, title = 501, "method-unknown", "That is no method that is known here"


class Unavailable(Problem):
    status, type_, title = 503, "unavailable", "This cannot be answered right now"
    headers: ClassVar[dict[str, str]] = {"retry-after": "5"}
