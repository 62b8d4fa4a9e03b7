"""The board's reports: drafted, edited and published here, and read as they were."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from httpx import codes

from portal.api import Api, Json, part
from portal.calendar import business_date, end_of_day, quarters
from portal.errors import Refused, UnknownStep
from portal.files import file_response
from portal.forms import read_form
from portal.parameters import Text
from portal.routes import PageRoute
from portal.showing import path_label
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_DONE: Final = {
    "edit": "The front sheet is saved.",
    "draft": "The draft has the numbers of now.",
    "draft-then": "The draft has the numbers that were known then.",
    "publish": "The report is published.",
    "add": "The addendum is added.",
}
_STEPS: Final = ("edit", "draft", "publish", "add")
_WORDS: Final = ("board", "meeting", "cabinet_member", "author", "contact", "reference", "part", "purpose", "summary")
_LINES: Final = ("recommendations", "alternatives")
_KEY_DECISION: Final = {"yes": True, "no": False}


@router.get("/reports")
async def reports_page(request: Request, looker: SignedIn) -> Response:
    return await _reports(request, looker)


@router.post("/reports")
async def draft_report(request: Request, looker: SignedIn) -> Response:
    fields = await read_form(request)
    quarter, as_of = fields.get("quarter", ""), end_of_day(fields.get("as_of") or None)
    try:
        await looker.api.change("POST", _path(path_label(quarter)), {"as_of": as_of} if as_of else None)
    except Refused as refused:
        return await _reports(request, looker, refused=refused, written=fields)
    step = "draft-then" if as_of else "draft"
    return RedirectResponse(f"/reports/{path_label(quarter)}?done={step}", status_code=303)


async def _reports(
    request: Request, looker: Looker, *, refused: Refused | None = None, written: Mapping[str, str] | None = None
) -> Response:
    reports = await looker.api.list_items("/reports/v1/quarters")
    return page(
        request,
        "reports.html",
        status=refused.status if refused else 200,
        reports=reports,
        quarters=quarters(await business_date(looker.api)),
        written=written or {},
        problem=refused,
    )


@router.get("/reports/{quarter}/report.{ending}")
async def whole_report(looker: SignedIn, quarter: str, ending: str) -> Response:
    return await file_response(looker.api, f"{_path(quarter)}.{part(ending)}")


@router.get("/reports/{quarter}/tables/{table}/file.{ending}")
async def table_file(looker: SignedIn, quarter: str, table: str, ending: str) -> Response:
    return await file_response(looker.api, f"{_path(quarter)}/tables/{part(table)}.{part(ending)}")


@router.get("/reports/{quarter}")
async def report_page(request: Request, looker: SignedIn, quarter: str, done: Text = None) -> Response:
    return await _report(request, looker, quarter, done=_DONE.get(done or ""))


@router.post("/reports/{quarter}")
async def change_report(request: Request, looker: SignedIn, quarter: str) -> Response:
    fields = await read_form(request)
    step = fields.get("step", "")
    if step not in _STEPS:
        raise UnknownStep(step, _STEPS)
    try:
        await _take(looker.api, _path(quarter), step, fields)
    except Refused as refused:
        return await _report(request, looker, quarter, refused=refused, written=fields)
    return RedirectResponse(f"/reports/{part(quarter)}?done={step}", status_code=303)


async def _take(api: Api, path: str, step: str, fields: Mapping[str, str]) -> None:
    """Save the front sheet or publish, if the draft is still as the form showed it, or take another step with it."""
    if step == "edit":
        await api.change("PATCH", path, _front_sheet(fields), fields.get("tag"))
    elif step == "add":
        await api.change("POST", f"{path}/addenda", {"reason": fields.get("reason", "")})
    elif step == "publish":
        await api.change("POST", f"{path}/publish", {"version": fields.get("version", "")})
    else:
        await api.change("POST", path)


def _front_sheet(fields: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {name: fields.get(name) or None for name in _WORDS}
    lines = {name: [each.strip() for each in fields.get(name, "").splitlines() if each.strip()] for name in _LINES}
    decision = {"key_decision": _KEY_DECISION.get(fields.get("key_decision", ""))}
    return said | lines | decision | {"title": fields.get("title", "")}


def _written(sheet: Json) -> dict[str, Any]:
    """A front sheet as its form shows it."""
    decision = {None: "", True: "yes", False: "no"}[sheet["key_decision"]]
    return sheet | {name: "\n".join(sheet[name]) for name in _LINES} | {"key_decision": decision}


async def _report(
    request: Request,
    looker: Looker,
    quarter: str,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    """The report; what was written and could not be saved stands in its form.

    Where somebody else has changed the front sheet meanwhile, the page shows theirs, and saving once more is on that.
    """
    found, tag = await looker.api.get_with_tag(_path(quarter))
    is_written = written is not None and written.get("step") == "edit"
    is_stale = refused is not None and refused.status == codes.PRECONDITION_FAILED
    return page(
        request,
        "quarter-report.html",
        status=refused.status if refused else 200,
        report=found,
        tag=tag,
        shown=written if is_written else _written(found["front_sheet"]),
        theirs=found["front_sheet"] if is_written and is_stale else None,
        reason=(written or {}).get("reason"),
        done=done,
        problem=refused,
    )


def _path(quarter: str) -> str:
    return f"/reports/v1/quarters/{part(quarter)}"
