"""Controls of risks: entered, changed and tested here."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Api, Json, part, together
from portal.errors import Refused, UnknownStep
from portal.forms import read_form, whole_number_of
from portal.parameters import Text
from portal.routes import PageRoute
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

STATES: Final = ("planned", "in_place", "retired")
ASPECTS: Final = ("design", "operation")
RESULTS: Final = ("effective", "partly_effective", "ineffective")
Fields = Mapping[str, str]
_AT: Final = "/risks/v1/controls"
_DONE: Final = {
    "enter": "The control is entered.",
    "change": "The control is changed.",
    "test": "The test is recorded.",
}


def _content(sent: Fields) -> Json:
    """What a control is, as its form says it: references of risks are parted by spaces or commas."""
    return {
        "title": sent.get("title", ""),
        "owner": sent.get("owner") or None,
        "design": sent.get("design") or None,
        "state": sent.get("state", ""),
        "test_every": whole_number_of(sent.get("test_every", "")),
        "risks": sent.get("risks", "").replace(",", " ").split(),
    }


@router.get("/register/new-control")
async def new_control_page(request: Request, _looker: SignedIn, risk: Text = None) -> Response:
    """``risk``: the reference of one that it is for."""
    return _new(request, written={"risks": risk or "", "test_every": "12", "state": "in_place"})


@router.post("/register/new-control")
async def enter_control(request: Request, looker: SignedIn) -> Response:
    fields = await read_form(request)
    ref = fields.get("ref", "")
    try:
        await looker.api.change("POST", _AT, _content(fields) | {"ref": ref})
    except Refused as refused:
        return _new(request, written=fields, refused=refused)
    return RedirectResponse(f"/register/controls/{part(ref)}?done=enter", status_code=303)


def _new(request: Request, *, written: Fields, refused: Refused | None = None) -> Response:
    status = refused.status if refused else 200
    return page(request, "new-control.html", status=status, shown=written, states=STATES, problem=refused)


@router.get("/register/controls/{ref}")
async def control_page(request: Request, looker: SignedIn, ref: str, done: Text = None) -> Response:
    return await _control(request, looker, ref, done=_DONE.get(done or ""))


@router.post("/register/controls/{ref}")
async def change_control(request: Request, looker: SignedIn, ref: str) -> Response:
    """Change it, if it is still as its form showed it, or record a test of it."""
    fields = await read_form(request)
    step = fields.get("step", "")
    if step not in {"change", "test"}:
        raise UnknownStep(step, ("change", "test"))
    try:
        await _take(looker.api, f"{_AT}/{part(ref)}", step, fields)
    except Refused as refused:
        return await _control(request, looker, ref, refused=refused, written=fields)
    return RedirectResponse(f"/register/controls/{part(ref)}?done={step}", status_code=303)


async def _take(api: Api, path: str, step: str, sent: Fields) -> None:
    if step == "change":
        await api.change(
            "PATCH", path, _content(sent) | {"reason": sent.get("reason") or None}, sent.get("tag") or None
        )
        return
    names = ("aspect", "result", "tested_on", "tested_by")
    body = {name: sent.get(name, "") for name in names} | {"finding": sent.get("finding") or None}
    await api.change("POST", f"{path}/tests", body)


async def _control(
    request: Request,
    looker: Looker,
    ref: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Fields | None = None,
) -> Response:
    api, at, sent = looker.api, f"{_AT}/{part(ref)}", written or {}
    (found, tag), tests = await together(api.get_with_tag(at), api.list_items(f"{at}/tests"))
    return page(
        request,
        "control.html",
        status=refused.status if refused else 200,
        live=[f"risks/control/{found['ref']}"],
        found=found,
        tag=tag,
        tests=tests,
        shown=sent if sent.get("step") == "change" else found | {"risks": " ".join(found["risks"])},
        test=sent if sent.get("step") == "test" else {},
        states=STATES,
        aspects=ASPECTS,
        results=RESULTS,
        done=done,
        problem=refused,
    )
