"""The table of a fund's budget as it is printed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read
from services.finance.domain.budget_table import BudgetTable
from services.finance.endpoints.parameters import OfYear, Wanted
from services.finance.schemas.budget_table import BudgetTableOut, budget_file
from services.finance.service import positions

router = APIRouter(tags=["funds"])

_TABLE = (
    "Opening budget, cost increases, savings, other savings and net budget by line, with what the row adds up to, what "
    "was moved since, the totals and the printed ones. What does not add up is listed and never mended. `quarter` "
    "reads it as at the end of a past quarter, `as_of` as it was known at a moment."
)


async def _budget(read: Read, code: str, as_at: Wanted, year: OfYear) -> BudgetTable:
    return await read(lambda tx: positions.get_budget_table(tx, code, year, as_at))


@router.get(
    "/funds/{code}/budget", summary="The budget table", description=_TABLE, responses=problems(401, 404, 422, 503)
)
async def get_budget(found: Annotated[BudgetTable, Depends(_budget)]) -> BudgetTableOut:
    return BudgetTableOut.of(found)


async def _file(request: Request, found: Annotated[BudgetTable, Depends(_budget)]) -> Table:
    return budget_file(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/funds/{code}/budget",
    _file,
    name="get_budget",
    title="The budget table",
    description=_TABLE,
)
