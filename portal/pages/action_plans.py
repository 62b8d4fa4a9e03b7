"""Action plans of a fund: what partners resolved about a variance, action by action, and how each stands."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Api, Json, part, together
from portal.calendar import business_date, financial_year
from portal.errors import Refused, UnknownStep
from portal.files import file_response
from portal.forms import pounds_of, read_form
from portal.parameters import Text
from portal.routes import PageRoute
from portal.showing import query
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Fields = Mapping[str, str]
_DONE: Final = {
    "record": "The plan is recorded.",
    "add": "The action is added.",
    "stand": "How the action stands is recorded.",
}
_RESOLVED: Final = ("financial_year", "decision", "resolved_on")
_ACTION: Final = ("action", "what", "owner", "due")
_STANDS: Final = ("state", "ended_on", "remark")
STATES: Final = ("open", "done", "abandoned")


@router.get("/fund/{fund}/action-plans")
async def action_plans_page(
    request: Request, looker: SignedIn, fund: str, year: Text = None, done: Text = None
) -> Response:
    return await _plans(request, looker, fund, year, done=_DONE.get(done or ""))


@router.get("/fund/{fund}/action-plans/file.{ending}")
async def action_plans_file(looker: SignedIn, fund: str, ending: str, year: Text = None) -> Response:
    path = f"/finance/v1/funds/{part(fund)}/action-plans.{part(ending)}"
    return await file_response(looker.api, path, financial_year=year)


@router.post("/fund/{fund}/action-plans")
async def change_plans(request: Request, looker: SignedIn, fund: str) -> Response:
    """Record a plan with its first action, add another one to a plan, or say how one stands."""
    fields = await read_form(request)
    step, year = fields.get("step", ""), fields.get("year") or None
    if step not in _DONE:
        raise UnknownStep(step, _DONE)
    path = f"/finance/v1/funds/{part(fund)}/action-plans/{part(fields.get('plan', '') or '-')}"
    try:
        await _take(looker.api, path, step, fields)
    except Refused as refused:
        return await _plans(request, looker, fund, year, refused=refused, written=fields)
    return RedirectResponse(f"/fund/{part(fund)}/action-plans?{query({'year': year, 'done': step})}", status_code=303)


async def _take(api: Api, path: str, step: str, sent: Fields) -> None:
    if step == "record":
        body: Json = {name: sent.get(name, "") for name in _RESOLVED}
        await api.change("PUT", path, body | {"actions": [_action(sent)], "reason": sent.get("reason") or None})
        return
    there, tag = await api.get_with_tag(path)
    actions = [_kept(each) for each in there["actions"]]
    changed = [*actions, _action(sent)] if step == "add" else [_standing(each, sent) for each in actions]
    body = {name: there[name] for name in _RESOLVED}
    await api.change("PUT", path, body | {"actions": changed, "reason": sent.get("reason") or None}, tag)


def _action(sent: Fields) -> Json:
    recovers = pounds_of(sent.get("recovers", "")) or "0"
    return {name: sent.get(name, "") for name in _ACTION} | {"recovers": {"amount": recovers}}


def _kept(action: Json) -> Json:
    return {name: action[name] for name in (*_ACTION, *_STANDS, "recovers")}


def _standing(action: Json, sent: Fields) -> Json:
    if action["action"] != sent.get("action"):
        return action
    return action | {name: sent.get(name) or None for name in _STANDS}


async def _plans(
    request: Request,
    looker: Looker,
    fund: str,
    year: str | None,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Fields | None = None,
) -> Response:
    api, at = looker.api, f"/finance/v1/funds/{part(fund)}"
    today = await business_date(api)
    chosen = year or financial_year(today)
    found, plans, position = await together(
        api.get(at),
        api.list_items(f"{at}/action-plans", financial_year=chosen),
        api.get_part(f"{at}/position", financial_year=chosen),
    )
    return page(
        request,
        "action-plans.html",
        status=refused.status if refused else 200,
        live=[f"finance/action-plan/{found['code']}/*", f"finance/fund/{found['code']}"],
        fund=found,
        year=chosen,
        years=sorted({each["financial_year"] for each in found["budget_lines"]} | {chosen}),
        plans=plans,
        share=position["risk_share"] if position else None,
        states=STATES,
        today=today.isoformat(),
        written=written or {},
        done=done,
        problem=refused,
    )
