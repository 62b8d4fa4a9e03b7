"""What partners resolved about variances of a fund, and how it stands."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from chassis.storage.transaction import Tx
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from contracts.period import Period
from services.finance.domain.action_plans import ActionPlan
from services.finance.schemas.action_plans import ActionPlanBody, ActionPlanOut, action_plans_table
from services.finance.schemas.fields import Code, YearLabel
from services.finance.service import action_plans

router = APIRouter(prefix="/funds/{code}/action-plans", tags=["action plans"])

Reference = Annotated[Code, Path(description="Reference of the plan", examples=["overspend-2017-18"])]
_ABOUT = (
    "Plans of a fund in the order of their references, each with its actions: what is to be done, by whom and by when, "
    "and whether it is overdue on the business date."
)


def _of_year(
    financial_year: Annotated[YearLabel | None, Query(description="Only plans of this financial year")] = None,
) -> Period | None:
    return None if financial_year is None else Period.parse(financial_year)


OfYear = Annotated[Period | None, Depends(_of_year)]


@router.get("", summary="List action plans", description=_ABOUT, responses=problems(400, 401, 404, 422, 503))
async def list_action_plans(read: Read, code: str, paging: Paging, year: OfYear) -> PageBody[ActionPlanOut]:
    async def found(tx: Tx) -> PageBody[ActionPlanOut]:
        today = await tx.business_date()
        page = await action_plans.list_plans(tx, code, year, paging.request)
        return paging.body(page, lambda plan: ActionPlanOut.of(plan, today))

    return await read(found)


async def _file(request: Request, read: Read, code: str, year: OfYear) -> Table:
    async def found(tx: Tx) -> tuple[list[ActionPlan], date]:
        return await action_plans.list_all(tx, code, year), await tx.business_date()

    plans, today = await read(found)
    return action_plans_table(code, plans, today, request.app.state.resources.clock())


add_table_routes(router, "", _file, name="list_action_plans", title="Action plans", description=_ABOUT)


@router.get("/{reference}", summary="Read an action plan", responses=problems(401, 404, 422, 503))
async def get_action_plan(read: Read, code: str, reference: Reference) -> ActionPlanOut:
    """What partners resolved about the variance of a year, and how each action stands on the business date."""

    async def found(tx: Tx) -> ActionPlanOut:
        return ActionPlanOut.of(await action_plans.get_plan(tx, code, reference), await tx.business_date())

    return await read(found)


@router.put(
    "/{reference}",
    summary="Record an action plan",
    responses=problems(401, 404, 409, 413, 415, 422, 503)
    | {201: {"model": ActionPlanOut, "description": "It is a new plan"}},
)
async def put_action_plan(
    write: Write, code: Code, reference: Reference, body: ActionPlanBody, response: Response
) -> ActionPlanOut:
    """Record what partners resolved, and how its actions stand: the whole plan, each time.

    A new plan keeps the variance that is expected of its year then, and what that obliges partners to. An action is
    `open`, or `done` or `abandoned` on a day (`ended_on`), the latter with a `remark` that says why; one that was
    resolved is never left out. A plan that changes needs a `reason`; the same again changes nothing.
    """

    async def recorded(tx: Tx) -> tuple[ActionPlanOut, bool]:
        plan, new = await action_plans.record_plan(tx, code, reference, body.to_domain(), body.reason)
        return ActionPlanOut.of(plan, await tx.business_date()), new

    shown, new = await write(recorded)
    response.status_code = 201 if new else 200
    return shown
