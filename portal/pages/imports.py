"""Figures out of a file: checked first, then saved."""

from pathlib import PurePath
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import together
from portal.errors import Refused
from portal.files import file_response
from portal.forms import read_form
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page
from portal.uploads import MOST_BYTES, Upload, read_upload

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_AT: Final = "/indicators/v1/imports"
_LATEST: Final = "50"
_LONGEST_NAME: Final = 200


@router.get("/import")
async def import_page(request: Request, looker: SignedIn) -> Response:
    return await _form(request, looker)


@router.post("/import")
async def start_import(request: Request, looker: SignedIn) -> Response:
    try:
        upload = await read_upload(request)
        started = await looker.api.upload(_AT, upload.content, upload.media_type, **_wanted(upload))
    except Refused as refused:
        return await _form(request, looker, refused=refused)
    return RedirectResponse(f"/import/{started['id']}", status_code=303)


def _wanted(upload: Upload) -> dict[str, str | None]:
    """How the file is read, and whether it is saved; it is only checked unless that was chosen."""
    fields = upload.fields
    return {
        "mapping": fields.get("mapping") or None,
        "filename": PurePath(upload.filename).name[:_LONGEST_NAME],
        "dry_run": "false" if fields.get("what") in {"save", "skip"} else "true",
        "skip_invalid": "true" if fields.get("what") == "skip" else None,
        "create_missing": "true" if fields.get("create_missing") else None,
        "reason": fields.get("reason") or None,
    }


@router.get("/import/{number}")
async def one_import_page(request: Request, looker: SignedIn, number: int) -> Response:
    return await _one(request, looker, number)


@router.post("/import/{number}/save")
async def save_checked(request: Request, looker: SignedIn, number: int) -> Response:
    """Save what was only checked, without its file being chosen again: all of it, or what of it is right."""
    skip = "true" if (await read_form(request)).get("what") == "skip" else "false"
    try:
        saving = await looker.api.change("POST", f"{_AT}/{number}/save?skip_invalid={skip}")
    except Refused as refused:
        return await _one(request, looker, number, refused)
    return RedirectResponse(f"/import/{saving['id']}", status_code=303)


async def _one(request: Request, looker: Looker, number: int, refused: Refused | None = None) -> Response:
    found = await looker.api.get(f"{_AT}/{number}")
    status = refused.status if refused else 200
    return page(request, "one-import.html", status=status, found=found, problem=refused)


@router.get("/import/{number}/errors.csv")
async def errors_file(looker: SignedIn, number: int) -> Response:
    return await file_response(looker.api, f"{_AT}/{number}/errors.csv")


async def _form(request: Request, looker: Looker, *, refused: Refused | None = None) -> Response:
    mappings, imports = await together(
        looker.api.list_items("/indicators/v1/mappings"), looker.api.list_items(_AT, limit=_LATEST)
    )
    return page(
        request,
        "import.html",
        status=refused.status if refused else 200,
        mappings=[(each["name"], f"{each['name']}: {each['title']}") for each in mappings],
        imports=imports,
        most=MOST_BYTES // 1_048_576,
        problem=refused,
    )
