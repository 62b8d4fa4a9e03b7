"""Service standards: by when what came in has to be answered, and how often that was so."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from chassis.clock import LONDON
from portal.api import Api, Json, part
from portal.errors import Refused
from portal.forms import read_form
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_AT: Final = "/indicators/v1/standards"
_RECEIPT: Final = ("received", "at", "paused_from", "paused_to")
_COUNTED: Final = ("area", "period", "met", "total", "status", "reason")
_DONE: Final = {"count": "How often it was met is recorded."}


@router.get("/scorecard/standards")
async def standards_page(request: Request, looker: SignedIn) -> Response:
    return page(request, "standards.html", standards=await looker.api.list_items(_AT))


@router.get("/scorecard/standards/{code}")
async def standard_page(
    request: Request,
    looker: SignedIn,
    code: str,
    received: Text = None,
    at: Text = None,
    paused_from: Text = None,
    paused_to: Text = None,
    done: Text = None,
) -> Response:
    receipt = dict(zip(_RECEIPT, (received, at, paused_from, paused_to), strict=True))
    return await _standard(request, looker, code, receipt=receipt, done=_DONE.get(done or ""))


@router.post("/scorecard/standards/{code}/counts")
async def record_count(request: Request, looker: SignedIn, code: str) -> Response:
    fields = await read_form(request)
    body = {name: fields[name] for name in _COUNTED if fields.get(name)}
    try:
        await looker.api.change("POST", f"{_AT}/{part(code)}/counts", body)
    except Refused as refused:
        return await _standard(request, looker, code, refused=refused, written=fields)
    return RedirectResponse(f"/scorecard/standards/{part(code)}?done=count", status_code=303)


async def _standard(
    request: Request,
    looker: Looker,
    code: str,
    *,
    receipt: Mapping[str, str | None] | None = None,
    refused: Refused | None = None,
    written: Mapping[str, str] | None = None,
    done: str | None = None,
) -> Response:
    """A standard, with the deadline of what was received where a day is named."""
    standard = await looker.api.get(f"{_AT}/{part(code)}")
    deadline = None
    if receipt and receipt["received"]:
        try:
            deadline = await _deadline(looker.api, code, receipt)
        except Refused as problem:
            refused = problem
    shown: Json = {"deadline": deadline, "receipt": receipt or {}, "written": written or {}, "done": done}
    status = refused.status if refused else 200
    return page(request, "standard.html", status=status, standard=standard, problem=refused, **shown)


async def _deadline(api: Api, code: str, receipt: Mapping[str, str | None]) -> Json:
    received = moment_of(receipt["received"] or "", receipt["at"])
    paused = {name: receipt[name] for name in ("paused_from", "paused_to")}
    return await api.get(f"{_AT}/{part(code)}/deadline", received=received, **paused)


def moment_of(day: str, at: str | None) -> str:
    """A day, or a moment of it on London's clocks; what is neither goes to the API as it is, which says so."""
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(at), LONDON).isoformat() if at else day
    except ValueError:
        return f"{day}T{at}"
