"""The documents over HTTP, for tools and for people: of the calls, of the events, and of the problems."""

import json
import secrets
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.staticfiles import StaticFiles

from gateway.documents import data_contract, event_changes, event_pages, event_schemas, problem_catalogue
from gateway.documents.asyncapi import asyncapi
from gateway.documents.joined_document import JoinedDocument

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_READER_POLICY: Final = PAGE_POLICY.replace("style-src 'self'", "style-src 'self' 'nonce-{}'") + "; worker-src blob:"
"""The reader makes its styles as it goes, and searches beside the page; both are its own."""
_PAGES: Final = files("gateway") / "static"
_NO_CACHE: Final = {"cache-control": "no-cache"}
_PAGE_HEADERS: Final = {"content-security-policy": PAGE_POLICY, **_NO_CACHE}
_SCHEMA_TYPE: Final = "application/schema+json"

router: Final = APIRouter(include_in_schema=False)


def _document(request: Request) -> JoinedDocument:
    found: JoinedDocument = request.app.state.document
    return found


Document = Annotated[JoinedDocument, Depends(_document)]
Segment = Annotated[str, Path(max_length=100)]


def assets() -> StaticFiles:
    """Our own styles and scripts, and the readers' from the package that brings them: nothing comes from a CDN."""
    return StaticFiles(packages=[("gateway", "static"), ("fastapi_offline", "static")])


@router.get("/docs")
@router.get("/docs/")
async def docs_page() -> HTMLResponse:
    return HTMLResponse(_static("docs.html"), headers=_PAGE_HEADERS)


@router.get("/docs/reference")
async def reference_page() -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    headers = {"content-security-policy": _READER_POLICY.format(nonce), "cache-control": "no-store"}
    return HTMLResponse(_static("reference.html").replace("{nonce}", nonce), headers=headers)


def _static(name: str) -> str:
    return (_PAGES / name).read_text(encoding="utf-8")


@router.get("/openapi.json")
async def openapi_document(document: Document) -> Response:
    return Response(await document.get(), media_type="application/json", headers=_NO_CACHE)


@cache
def _events() -> tuple[bytes, str]:
    """The AsyncAPI document and its page, which are the same as long as the code is."""
    document = asyncapi()
    return json.dumps(document).encode(), event_pages.page_of_events(document)


@router.get("/asyncapi.json")
def asyncapi_document() -> Response:
    return Response(_events()[0], media_type="application/json", headers=_NO_CACHE)


@router.get("/docs/events")
def events_page() -> HTMLResponse:
    return HTMLResponse(_events()[1], headers=_PAGE_HEADERS)


@router.get("/schemas")
async def list_schemas(request: Request) -> Response:
    found = event_schemas.list_schemas()
    items = [{"type": each.type, "number": each.number, "address": each.address} for each in found]
    return _negotiated(request, {"items": items}, event_pages.page_of_schemas(found))


@router.get("/schemas/changelog")
async def list_schema_changes(request: Request) -> Response:
    changes = event_changes.list_changes(event_schemas.list_schemas())
    items = [asdict(each) for each in changes]
    return _negotiated(request, {"items": items}, event_changes.page_of_changes(changes))


@router.get("/data-contract.yaml")
def get_data_contract() -> Response:
    return Response(_contract(), media_type=data_contract.MEDIA_TYPE, headers=_NO_CACHE)


@cache
def _contract() -> str:
    """The data contract, which is the same as long as the code is."""
    import yaml  # noqa: PLC0415  only who asks for it pays for loading it

    return str(yaml.safe_dump(data_contract.data_contract(), sort_keys=False, allow_unicode=True, width=120))


@router.get("/schemas/{type_}")
async def get_newest_schema(type_: Segment) -> JSONResponse:
    found = event_schemas.get_schema(type_)
    return JSONResponse(found.schema, media_type=_SCHEMA_TYPE, headers=_NO_CACHE)


@router.get("/schemas/{type_}/{number}")
async def get_schema(type_: Segment, number: Segment) -> JSONResponse:
    found = event_schemas.get_schema(type_, number)
    return JSONResponse(found.schema, media_type=_SCHEMA_TYPE, headers={"cache-control": "max-age=86400"})


@router.get("/problems")
async def list_problem_types(request: Request, document: Document) -> Response:
    types = problem_catalogue.list_types(json.loads(await document.get()))
    return _negotiated(request, {"items": types}, problem_catalogue.page_of_all(types))


@router.get("/problems/{name}")
async def get_problem_type(request: Request, name: str, document: Document) -> Response:
    found = problem_catalogue.get_type(json.loads(await document.get()), name)
    return _negotiated(request, dict(found), problem_catalogue.page_of(found))


def _negotiated(request: Request, body: object, page: str) -> Response:
    """The page to who asks for HTML, as browsers do, and JSON to everybody else."""
    vary = {"vary": "accept", **_NO_CACHE}
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(page, headers=_PAGE_HEADERS | vary)
    return JSONResponse(body, headers=vary)
