"""Every error as ``application/problem+json`` (RFC 9457), and what the documents say of them."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from chassis.errors import BadRequest, FieldError, Invalid, NotFound, PayloadTooLarge, Problem, Unavailable
from chassis.logging import get_logger
from chassis.storage.outages import is_outage, is_unstorable
from chassis.web.bodies import UNSTORABLE

log = get_logger()


class FieldErrorBody(BaseModel):
    field: str
    message: str


class ProblemBody(BaseModel):
    """The body of every error."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: list[FieldErrorBody] = []


def problem_body(problem: Problem, instance: str) -> dict[str, Any]:
    """The members of the problem document; ``errors`` only where there are any."""
    body: dict[str, Any] = {
        "type": f"/problems/{problem.type_}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
    }
    if problem.errors:
        body["errors"] = [{"field": e.field, "message": e.message} for e in problem.errors]
    return body


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
        400: "Query or cursor that cannot be read",
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
