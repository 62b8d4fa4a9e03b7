"""What the gateway answers itself: the front page, the documents, health and measures."""

import json
from importlib.resources import files
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.staticfiles import StaticFiles

from chassis.identity import require_scope
from chassis.web.identity import Calling
from gateway.documents import problem_catalogue
from gateway.documents.asyncapi import asyncapi
from gateway.documents.joined_document import JoinedDocument
from gateway.readiness import suite_readiness

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGES: Final = files("gateway") / "static"
_PAGE_HEADERS: Final = {"content-security-policy": PAGE_POLICY, "cache-control": "no-cache"}

router = APIRouter()


def _document(request: Request) -> JoinedDocument:
    found: JoinedDocument = request.app.state.document
    return found


def assets() -> StaticFiles:
    """Our own styles and scripts, and Swagger UI's from the package that brings them: nothing comes from a CDN."""
    return StaticFiles(packages=[("gateway", "static"), ("fastapi_offline", "static")])


@router.get("/docs", include_in_schema=False)
@router.get("/docs/", include_in_schema=False)
async def docs_page() -> HTMLResponse:
    return HTMLResponse((_PAGES / "docs.html").read_text(encoding="utf-8"), headers=_PAGE_HEADERS)


@router.get("/robots.txt", include_in_schema=False)
async def robots() -> PlainTextResponse:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


@router.get("/problems", include_in_schema=False)
async def list_problem_types(request: Request, document: Annotated[JoinedDocument, Depends(_document)]) -> Response:
    types = problem_catalogue.list_types(json.loads(await document.get()))
    return _negotiated(request, {"items": types}, problem_catalogue.page_of_all(types))


@router.get("/problems/{name}", include_in_schema=False)
async def get_problem_type(
    request: Request, name: str, document: Annotated[JoinedDocument, Depends(_document)]
) -> Response:
    found = problem_catalogue.get_type(json.loads(await document.get()), name)
    return _negotiated(request, dict(found), problem_catalogue.page_of(found))


def _negotiated(request: Request, body: object, page: str) -> Response:
    """The page to who asks for HTML, as browsers do, and JSON to everybody else."""
    vary = {"vary": "accept", "cache-control": "no-cache"}
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(page, headers=_PAGE_HEADERS | vary)
    return JSONResponse(body, headers=vary)


@router.get("/favicon.ico", include_in_schema=False)
async def favicon() -> Response:
    icon = (_PAGES / "icon.svg").read_bytes()
    return Response(icon, media_type="image/svg+xml", headers={"cache-control": "max-age=86400"})


@router.get("/openapi.json", include_in_schema=False)
async def openapi_document(document: Annotated[JoinedDocument, Depends(_document)]) -> Response:
    return Response(await document.get(), media_type="application/json", headers={"cache-control": "no-cache"})


_LIVE: Final = {"status": "live", "service": "gateway"}
_READY: Final = {
    "service": "gateway",
    "ready": True,
    "gateway": {"database": "ok", "ready": True},
    "services": {"risks": {"service": "risks", "ready": True, "status": "ok", "database": "ok", "bus": "ok"}},
}


def _example(value: object) -> dict[str, Any]:
    return {"content": {"application/json": {"example": value}}}


@router.get("/asyncapi.json", include_in_schema=False)
async def asyncapi_document() -> JSONResponse:
    return JSONResponse(asyncapi(), headers={"cache-control": "no-cache"})


@router.get("/health/live", tags=["health"], summary="Whether this process answers", responses={200: _example(_LIVE)})
async def live() -> dict[str, str]:
    """Answers as long as this process does, whatever stands behind it."""
    return dict(_LIVE)


@router.get(
    "/health/ready",
    tags=["health"],
    summary="Whether every service is ready",
    responses={
        200: _example(_READY),
        503: {"description": "Not ready: the same body says which service is not"} | _example({"ready": False}),
    },
)
async def ready(request: Request, response: Response) -> dict[str, Any]:
    """Asks the own database and every service at once; ready only when all of them are."""
    state = request.app.state
    detail = await suite_readiness(state.resources, state.upstreams, state.settings.ready_timeout)
    response.status_code = 200 if detail["ready"] else 503
    return {"service": "gateway", **detail}


@router.get("/metrics", include_in_schema=False)
async def metrics(caller: Calling) -> Response:
    require_scope(caller, "operations:read")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
