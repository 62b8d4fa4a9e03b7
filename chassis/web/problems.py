"""Every error as ``application/problem+json`` (RFC 9457), and what the documents say of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from chassis.errors import BadRequest, FieldError, Invalid, MethodNotAllowed, NotFound, Problem, Unavailable
from chassis.logging import get_logger
from chassis.storage.outages import is_outage, is_unstorable
from chassis.web.bodies import UNSTORABLE

log = get_logger()


class FieldErrorBody(BaseModel):
    """What is wrong with one field."""

    model_config = ConfigDict(title="FieldError")

    field: str = Field(description="The field, by its path in the body, or the parameter", examples=["links.0.area"])
    message: str = Field(description="What is wrong with it", examples=["is no area"])


class ProblemBody(BaseModel):
    """The body of every error (RFC 9457)."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="Which problem it is; the address tells more", examples=["/problems/invalid"])
    title: str = Field(description="The problem in words, alike wherever it occurs")
    status: int = Field(description="The status of the answer", examples=[422])
    detail: str = Field(default="", description="What went wrong this time")
    instance: str = Field(default="", description="The path that was asked")
    errors: list[FieldErrorBody] = Field(default=[], description="Every offending field, where fields offend")


def problem_body(problem: Problem, instance: str) -> dict[str, Any]:
    """The members of the problem document; ``errors`` and its own only where there are any."""
    body: dict[str, Any] = {
        "type": f"/problems/{problem.type_}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
    }
    if problem.errors:
        body["errors"] = [{"field": e.field, "message": e.message} for e in problem.errors]
    return body | problem.members


def problem_response(problem: Problem, path: str) -> JSONResponse:
    return JSONResponse(
        problem_body(problem, path),
        status_code=problem.status,
        headers=problem.answer_headers,
        media_type=PROBLEM_TYPE,
    )


PROBLEM_TYPE: Final = "application/problem+json"
PROBLEM_SCHEMA: Final = {"$ref": "#/components/schemas/Problem"}
DESCRIPTIONS: Final[Mapping[int, str]] = {
    400: "The request cannot be read",
    401: "No key, or one that is not in use",
    403: "This key may not do that",
    404: "There is no such thing",
    405: "The path is there, and has no such method; `Allow` lists those that it has",
    408: "The body did not arrive in time",
    409: "Conflict with what is there",
    410: "What is asked for was here, and is not kept any more",
    412: "What is there is not what `If-Match` names",
    413: "The body is too large",
    415: "The body is not plain JSON",
    422: "Not valid, with every offending field named",
    428: "This deployment asks for `If-Match`",
    429: "Too many calls with this key, or too many refused keys from there; `Retry-After` says when to try again",
    500: "Something went wrong here; nothing was saved",
    502: "A service broke off its answer",
    503: "Storage or a service cannot be reached; `Retry-After` says when to try again",
    504: "A service did not answer in time",
}
"""What each status means, wherever it is answered."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Documented problem responses, for ``responses=`` of an endpoint: those of its own, the rest is added for all."""
    return {
        status: {"description": DESCRIPTIONS[status], "content": {PROBLEM_TYPE: {"schema": dict(PROBLEM_SCHEMA)}}}
        for status in statuses
    }


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
    errors = [FieldError(_field(_location(e)), str(e["msg"]).removeprefix("Value error, ")) for e in found]
    several = f"{len(errors)} fields are" if len(errors) > 1 else "One field is"
    return problem_response(Invalid(f"{several} not valid.", errors), request.url.path)


def _location(error: Any) -> Sequence[Any]:
    """Where the error is: a text that cannot be kept is found by its body, which names the field."""
    location: Sequence[Any] = error["loc"]
    return (*location, error["ctx"]["field"]) if error["type"] == UNSTORABLE else location


def _field(location: Sequence[Any]) -> str:
    names = [str(part) for part in location]
    if len(names) > 1 and names[0] in {"body", "query", "path", "header"}:
        names = names[1:]
    return ".".join(names)[:200]


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this type
    if error.status_code == MethodNotAllowed.status:
        return problem_response(MethodNotAllowed((error.headers or {}).get("Allow", "")), request.url.path)
    noun = NotFound if error.status_code == NotFound.status else BadRequest
    return problem_response(noun(str(error.detail)), request.url.path)


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
