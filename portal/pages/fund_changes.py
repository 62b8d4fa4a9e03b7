"""What people change about a fund: virements, outturn that was spent, and the end of a year."""

from collections.abc import Callable, Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Json, part, together
from portal.calendar import business_date, financial_year
from portal.errors import Refused, UnknownStep
from portal.forms import pounds_of, read_form
from portal.parameters import Text
from portal.routes import PageRoute
from portal.showing import query
from portal.site import Looker, SignedIn, page
from portal.uploads import read_upload

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Fields = Mapping[str, str]
Step = Callable[[Fields], tuple[str, Json]]
"""From the fields of a form to the path below the fund, and the body that is posted there."""
_AT: Final = "/finance/v1/funds"


def _amount(sent: Fields) -> Json:
    return {"amount": pounds_of(sent.get("amount", ""))}


def _propose(sent: Fields) -> tuple[str, Json]:
    names = ("reference", "financial_year", "from_line", "to_line", "effective_on", "reason")
    return "/virements", {name: sent.get(name, "") for name in names} | {"amount": _amount(sent)}


def _decided(decision: str) -> Step:
    def step(sent: Fields) -> tuple[str, Json]:
        return f"/virements/{part(sent.get('virement', ''))}/{decision}", {"reason": sent.get("reason") or None}

    return step


def _post_outturn(sent: Fields) -> tuple[str, Json]:
    posting: Json = {name: sent.get(name, "") for name in ("reference", "line", "period")} | {"amount": _amount(sent)}
    if sent.get("reason"):
        posting["reason"] = sent["reason"]
    return "/outturn", {"postings": [posting], "post_in": sent.get("post_in") or None}


def _sign(sent: Fields) -> tuple[str, Json]:
    names = ("financial_year", "decision", "reason")
    plans = {name: sent.get(name) or None for name in ("plan", "action_plan")}
    return "/year-end", {name: sent.get(name, "") for name in names} | plans


_STEPS: Final[Mapping[str, tuple[str, Step]]] = {
    "propose": ("The virement is proposed; somebody else approves it.", _propose),
    "approve": ("The virement is approved: the budget has moved.", _decided("approve")),
    "reject": ("The virement is rejected.", _decided("reject")),
    "outturn": ("What was spent is posted.", _post_outturn),
    "sign": ("The end of the year is signed off.", _sign),
}

_DONE: Final = {step: words for step, (words, _) in _STEPS.items()} | {"file": "What was spent is posted, every row."}


@router.get("/fund/{fund}/changes")
async def changes_page(request: Request, looker: SignedIn, fund: str, year: Text = None, done: Text = None) -> Response:
    return await _changes(request, looker, fund, year, done=_DONE.get(done or ""))


@router.post("/fund/{fund}/changes")
async def change_fund(request: Request, looker: SignedIn, fund: str) -> Response:
    """Propose, approve or reject a virement, post outturn, or sign off the end of a year."""
    fields = await read_form(request)
    step = fields.get("step", "")
    if step not in _STEPS:
        raise UnknownStep(step, _STEPS)
    year = fields.get("year") or None
    below, body = _STEPS[step][1](fields)
    try:
        await looker.api.change("POST", f"{_AT}/{part(fund)}{below}", body)
    except Refused as refused:
        return await _changes(request, looker, fund, year, refused=refused, written=fields)
    return RedirectResponse(f"/fund/{part(fund)}/changes?{query({'year': year, 'done': step})}", status_code=303)


@router.post("/fund/outturn-file")
async def post_outturn_file(request: Request, looker: SignedIn, fund: str, year: Text = None) -> Response:
    """A file of what was spent, as the general ledger exports it: all of it is posted or nothing, or only checked."""
    try:
        upload = await read_upload(request)
        found = await looker.api.upload(
            "/finance/v1/outturn-files", upload.content, upload.media_type, fund=fund, **_how(upload.fields)
        )
    except Refused as refused:
        return await _changes(request, looker, fund, year, refused=refused, written={"step": "file"})
    if found["dry_run"]:
        return await _changes(request, looker, fund, year, checked=found)
    return RedirectResponse(f"/fund/{part(fund)}/changes?{query({'year': year, 'done': 'file'})}", status_code=303)


def _how(fields: Fields) -> dict[str, str | None]:
    """It is only checked unless something else was chosen."""
    return {
        "dry_run": "false" if fields.get("what") == "post" else "true",
        "post_in": "open" if fields.get("post_in") else None,
    }


async def _changes(
    request: Request,
    looker: Looker,
    fund: str,
    year: str | None,
    *,
    done: str | None = None,
    checked: Json | None = None,
    refused: Refused | None = None,
    written: Fields | None = None,
) -> Response:
    api, at = looker.api, f"{_AT}/{part(fund)}"
    today = await business_date(api)
    chosen = year or financial_year(today)
    found, virements, end = await together(
        api.get(at),
        api.list_items(f"{at}/virements"),
        api.get_part(f"{at}/year-end", financial_year=chosen),
    )
    lines = [each for each in found["budget_lines"] if each["financial_year"] == chosen]
    return page(
        request,
        "fund-changes.html",
        status=refused.status if refused else 200,
        fund=found,
        year=chosen,
        years=sorted({each["financial_year"] for each in found["budget_lines"]} | {chosen}),
        lines=[(each["code"], each["division"]) for each in lines],
        virements=virements,
        end=end,
        checked=checked,
        today=today.isoformat(),
        written=written or {},
        done=done,
        problem=refused,
    )
