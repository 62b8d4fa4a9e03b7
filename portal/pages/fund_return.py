"""A quarterly return of a pooled fund: filled in by the suite and by people, checked cell by cell, and signed."""

from collections.abc import Iterator, Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from httpx import codes

from portal.api import Json, part, together
from portal.calendar import business_date, latest_quarter, quarters
from portal.errors import Refused
from portal.files import file_response
from portal.forms import read_form
from portal.parameters import Text
from portal.routes import PageRoute
from portal.showing import path_label
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_CELL: Final = "cell."
"""Before the code of a cell, as the name of its field."""
_SIGNED: Final = ("organisation", "name", "signed_on", "delegated_by", "ratified_on")
_MOST_FIELDS: Final = 1_000
_MOST_BYTES: Final = 1_048_576
_CHANGED: Final = {
    "title": "Somebody else has changed it meanwhile",
    "detail": "Below is what you wrote. Look at what they have saved before you save yours in its place.",
}


@router.get("/fund/{fund}/returns")
async def newest_return(looker: SignedIn, fund: str, quarter: Text = None) -> Response:
    """That of the quarter that was chosen, else of the latest one that has ended."""
    label = quarter or latest_quarter(await business_date(looker.api)).label
    return RedirectResponse(f"/fund/{part(fund)}/returns/{part(path_label(label))}", status_code=303)


@router.get("/fund/{fund}/returns/{quarter}")
async def return_page(request: Request, looker: SignedIn, fund: str, quarter: str, done: Text = None) -> Response:
    return await _return(request, looker, fund, quarter, done="The return is saved." if done else None)


@router.get("/fund/{fund}/returns/{quarter}/file.{ending}")
async def return_file(looker: SignedIn, fund: str, quarter: str, ending: str) -> Response:
    return await file_response(looker.api, f"{_path(fund, quarter)}.{part(ending)}")


@router.post("/fund/{fund}/returns/{quarter}")
async def save_return(request: Request, looker: SignedIn, fund: str, quarter: str) -> Response:
    """All that is said of the quarter, in the place of the revision that the form was made of."""
    fields = await read_form(request, most_fields=_MOST_FIELDS, most_bytes=_MOST_BYTES)
    try:
        await _save(looker, _path(fund, quarter), fields)
    except Refused as refused:
        return await _return(request, looker, fund, quarter, refused=refused, written=fields)
    return RedirectResponse(f"/fund/{part(fund)}/returns/{part(quarter)}?done=yes", status_code=303)


async def _save(looker: Looker, path: str, fields: Mapping[str, str]) -> None:
    there = await looker.api.get(path)
    if str(there["revision"] or "") != fields.get("revision", ""):
        raise Refused(codes.PRECONDITION_FAILED, _CHANGED)
    body = {
        "answers": {name.removeprefix(_CELL): value for name, value in fields.items() if _is_answer(name, value)},
        "sign_offs": list(_signatures(_roles(there), fields)),
        "reason": fields.get("reason") or None,
    }
    await looker.api.change("PUT", path, body)


def _is_answer(name: str, value: str) -> bool:
    return name.startswith(_CELL) and bool(value)


def _roles(found: Json) -> list[str]:
    """The roles that a return is signed in, those that nobody has signed in last."""
    return list(dict.fromkeys([*(each["role"] for each in found["sign_offs"]), *found["missing_roles"]]))


def _signatures(roles: list[str], fields: Mapping[str, str]) -> Iterator[Json]:
    """What is said of each role in which somebody is named."""
    for number, role in enumerate(roles):
        said = {name: fields.get(f"{name}-{number}") or None for name in _SIGNED}
        if any(said.values()):
            yield {"role": role, **{name: value for name, value in said.items() if value}}


def _path(fund: str, quarter: str) -> str:
    return f"/finance/v1/funds/{part(fund)}/returns/{part(quarter)}"


async def _return(
    request: Request,
    looker: Looker,
    fund: str,
    quarter: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    found, today = await together(looker.api.get(_path(fund, quarter)), business_date(looker.api))
    return page(
        request,
        "fund-return.html",
        status=refused.status if refused else 200,
        found=found,
        roles=_roles(found),
        shown=written or _there(found),
        quarters=quarters(today),
        quarter=quarter,
        unsourced=sum(not cell["rules"] for sheet in found["sheets"] for cell in sheet["cells"]),
        done=done,
        problem=refused,
    )


def _there(found: Json) -> dict[str, str]:
    """What stands in the fields of the form before anybody writes in it."""
    cells = (cell for sheet in found["sheets"] for cell in sheet["cells"])
    answers = {f"{_CELL}{cell['cell']}": cell["value"] or "" for cell in cells}
    signed = {each["role"]: each for each in found["sign_offs"]}
    return answers | {
        f"{name}-{number}": signed[role][name] or ""
        for number, role in enumerate(_roles(found))
        if role in signed
        for name in _SIGNED
    }
