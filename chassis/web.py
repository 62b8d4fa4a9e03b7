"""HTTP, the same in every service: units of work, pages, bodies, problems, limits and traces."""

import base64
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Protocol, Self, TypeVar

from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.clock import Clock, system_clock
from chassis.db import Database, Tx, is_outage, is_unstorable
from chassis.errors import (
    BadRequest,
    FieldError,
    Invalid,
    NotFound,
    PayloadTooLarge,
    Problem,
    ProblemBody,
    Unauthorized,
    Unavailable,
    Unsupported,
    problem_body,
)
from chassis.logging import get_logger
from chassis.settings import ServiceSettings

T = TypeVar("T")
Item = TypeVar("Item")
log = get_logger()

ACTOR_HEADER = "x-actor"
INTERNAL_KEY_HEADER = "x-internal-key"
NOT_ANSWERED = 0


UNSTORABLE = "text_not_storable"


def _storable(value: object) -> bool:
    """Whether every text in ``value`` is one that any database keeps."""
    if isinstance(value, str):
        return "\x00" not in value and (value.isascii() or value.encode("utf-8", "ignore").decode() == value)
    if isinstance(value, dict):
        return all(_storable(each) for pair in value.items() for each in pair)
    return all(map(_storable, value)) if isinstance(value, list | tuple) else True


class StrictBody(BaseModel):
    """What a caller sends: unknown fields are refused, text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    @model_validator(mode="after")
    def _text_can_be_kept(self) -> Self:
        for name, value in self:
            if not _storable(value):
                raise PydanticCustomError(UNSTORABLE, "This text holds a NUL or half a character", {"field": name})
        return self


class OutBody(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a service's app is built on, made by the composition root."""

    database: Database
    settings: ServiceSettings
    clock: Clock = system_clock
    health: Callable[[], Awaitable[dict[str, Any]]] | None = None
    """Detail on relay and consumers for readiness; its ``ready`` says whether they run."""


class Unit(Protocol):
    """Runs one unit of work for the request at hand."""

    def __call__(self, work: Callable[[Tx], Awaitable[T]], /) -> Awaitable[T]: ...


def _unit(request: Request, *, write: bool) -> Unit:
    database: Database = request.app.state.resources.database
    run = database.write if write else database.read
    actor = request.headers.get(ACTOR_HEADER, "anonymous")[:100]
    return lambda work: run(work, actor=actor)


async def _writing(request: Request) -> Unit:
    return _unit(request, write=True)


async def _reading(request: Request) -> Unit:
    return _unit(request, write=False)


Write = Annotated[Unit, Depends(_writing)]
Read = Annotated[Unit, Depends(_reading)]


class Page(BaseModel, Generic[Item]):
    """Part of a collection; ``next`` is the cursor of what follows, null at the end."""

    items: list[Item]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    limit: int
    after: str | None
    """Sort key of the last item the caller has seen."""


def _paging(
    limit: Annotated[int, Query(ge=1, le=200, description="Most items to return")] = 50,
    cursor: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
) -> PageRequest:
    return PageRequest(limit, None if cursor is None else _decode_cursor(cursor))


Paging = Annotated[PageRequest, Depends(_paging)]


def _decode_cursor(cursor: str) -> str:
    try:
        after = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=="))
    except ValueError:
        after = None
    if not isinstance(after, str) or not _storable(after):
        raise BadRequest("This cursor was not given out here.", [FieldError("cursor", "take it from `next`")])
    return after


def page(rows: Sequence[Item], limit: int, key: Callable[[Item], str]) -> Page[Item]:
    """The first ``limit`` of ``rows`` (fetched one more than that), with the cursor of the rest."""
    shown = list(rows[:limit])
    more = len(rows) > limit
    following = base64.urlsafe_b64encode(json.dumps(key(shown[-1])).encode()).decode().rstrip("=") if more else None
    return Page[Any](items=shown, next=following)


def problem_response(problem: Problem, path: str) -> JSONResponse:
    return JSONResponse(
        problem_body(problem, path),
        status_code=problem.status,
        headers=dict(problem.headers),
        media_type="application/problem+json",
    )


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemBody, "description": text, "content": {"application/problem+json": {}}}
    for status, text in {
        401: "No valid key",
        404: "Not found",
        409: "Conflict with what is there",
        413: "Body too large",
        415: "Body is not JSON",
        422: "Invalid, with every offending field named",
        503: "Storage or bus cannot be reached",
    }.items()
}
"""Documented problem responses; pick by status with :func:`problems`."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: PROBLEMS[status] for status in statuses}


def install_errors(app: FastAPI) -> None:
    """Render every error as a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_crash)


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101  registered for this type
    return problem_response(error, request.url.path)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for this type
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        where = found[0].get("ctx", {}).get("error", "")
        return problem_response(BadRequest(f"The body is not JSON: {where}"), request.url.path)
    errors = [FieldError(_field(_place(e)), str(e["msg"]).removeprefix("Value error, ")) for e in found]
    several = f"{len(errors)} fields are" if len(errors) > 1 else "One field is"
    return problem_response(Invalid(f"{several} not valid.", errors), request.url.path)


def _place(error: Any) -> Sequence[Any]:
    """Where the error is: a text that cannot be kept is found by its body, which names the field."""
    place: Sequence[Any] = error["loc"]
    return (*place, error["ctx"]["field"]) if error["type"] == UNSTORABLE else place


def _field(location: Sequence[Any]) -> str:
    names = [str(part) for part in location]
    if len(names) > 1 and names[0] in {"body", "query", "path", "header"}:
        names = names[1:]
    return ".".join(names)[:200]


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this type
    noun = _NOUNS.get(error.status_code, BadRequest)
    response = problem_response(noun(str(error.detail)), request.url.path)
    response.headers.update(error.headers or {})
    return response


class MethodNotAllowed(Problem):
    status, type_, title = 405, "method-not-allowed", "That cannot be done here"


_NOUNS: dict[int, type[Problem]] = {each.status: each for each in (NotFound, MethodNotAllowed, PayloadTooLarge)}
"""What the framework itself answers with, as nouns of ours."""


async def _on_crash(request: Request, error: Exception) -> JSONResponse:
    return crash_response(error, request.url.path)


def crash_response(error: Exception, path: str) -> JSONResponse:
    """The answer to an exception that nobody expected."""
    if is_outage(error):
        log.warning("storage.unavailable", error=type(error).__name__, detail=str(error)[:300])
        return problem_response(Unavailable("The storage cannot be reached or is full; nothing was saved."), path)
    if is_unstorable(error):
        return problem_response(Invalid("A text holds a character that cannot be stored, such as NUL."), path)
    log.error("request.crashed", path=path, exc_info=error)
    return problem_response(Problem("It was logged; nothing was saved."), path)


class Edge:
    """Outermost layer: trace, measure, and refuse what should not come further in.

    Bodies over the limit and bodies that are not JSON are refused before they are read whole; a service that has an
    internal key answers only callers that show it (health aside).
    """

    def __init__(self, app: ASGIApp, *, service: str, settings: ServiceSettings) -> None:
        self.app = app
        self.service = service
        self.limit = settings.max_body_bytes
        self.key = settings.internal_key.get_secret_value().encode() if settings.internal_key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value for name, value in scope["headers"]}  # noqa: C416  typed as bytes pairs
        telemetry.continue_trace(headers.get(b"traceparent", b"").decode("latin-1"))
        started, status = time.perf_counter(), [NOT_ANSWERED]

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            self._admit(scope, headers)
            await self.app(scope, _bounded(receive, self.limit), watched)
        except Problem as problem:
            await problem_response(problem, scope["path"])(scope, receive, watched)
        except Exception as error:
            if status[0] != NOT_ANSWERED:
                raise
            await crash_response(error, scope["path"])(scope, receive, watched)
        finally:
            elapsed = time.perf_counter() - started
            telemetry.REQUESTS.labels(self.service, scope["method"], str(status[0])).observe(elapsed)

    def _admit(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        if self.key and not scope["path"].startswith("/health/"):
            shown = headers.get(INTERNAL_KEY_HEADER.encode(), b"")
            if not hmac.compare_digest(shown, self.key):
                raise Unauthorized("This service answers the gateway only.")
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.limit:
            raise PayloadTooLarge(f"At most {self.limit} bytes are read.")
        has_body = length not in {b"", b"0"} or b"transfer-encoding" in headers
        kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        if has_body and not (kind == b"application/json" or kind.endswith(b"+json")):
            raise Unsupported("Send application/json.")


def _bounded(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(PayloadTooLarge.status, f"At most {limit} bytes are read.")  # others become a 400
        return message

    return bounded
