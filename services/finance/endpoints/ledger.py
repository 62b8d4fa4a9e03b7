"""The ledgers of funds: entries, the trial balance, reversal, verification."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from chassis.web.moments import Moment
from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.render.routes import add_table_routes
from chassis.web.render.table import Table
from chassis.web.units import Read, Write
from services.finance.domain.transfers import Layer, TrialBalance
from services.finance.schemas.ledger import (
    LedgerCheckOut,
    LedgerEntryOut,
    ReversalBody,
    TrialBalanceOut,
    trial_balance_table,
)
from services.finance.service import ledger, reversing

router = APIRouter(tags=["ledger"])

EntryId = Annotated[str, Path(max_length=80, description="Id of the entry", examples=["integrated-fund.17"])]
_TRIAL_BALANCE = (
    "What was debited and credited to every account, by layer, year and account: budgets, virements, outturn, "
    "contributions, plans, and savings in each state. Layers never mix, and each balances. `at` counts what takes "
    "effect up to a day, `known_at` what was recorded up to a moment; both together are both. It is read from balances "
    "that each entry moves, whatever the length of the ledger."
)


@router.get("/funds/{code}/entries", summary="The ledger of a fund", responses=problems(400, 401, 404, 422, 503))
async def list_ledger_entries(
    read: Read,
    code: str,
    paging: Paging,
    layer: Annotated[Layer | None, Query(description="Only entries of this layer")] = None,
    account: Annotated[
        str | None, Query(max_length=60, description="Only entries that debit or credit this account")
    ] = None,
) -> PageBody[LedgerEntryOut]:
    """Entries in the order in which they were recorded, each chained to the one before. None is ever changed."""
    page = await read(lambda tx: ledger.list_transfers(tx, code, paging.request, layer, account))
    return paging.body(page, LedgerEntryOut.of)


async def _trial_balance(
    read: Read,
    code: str,
    at: Annotated[date | None, Query(description="Count what takes effect up to this day")] = None,
    known_at: Annotated[
        Moment | None,
        Query(
            description="Count what was recorded up to this moment, with its zone", examples=["2018-02-28T12:00:00Z"]
        ),
    ] = None,
) -> TrialBalance:
    return await read(lambda tx: ledger.get_trial_balance(tx, code, at, known_at))


@router.get(
    "/funds/{code}/trial-balance",
    summary="The trial balance of a fund",
    description=_TRIAL_BALANCE,
    responses=problems(401, 404, 422, 503),
)
async def get_trial_balance(found: Annotated[TrialBalance, Depends(_trial_balance)]) -> TrialBalanceOut:
    return TrialBalanceOut.of(found)


async def _table(request: Request, found: Annotated[TrialBalance, Depends(_trial_balance)]) -> Table:
    return trial_balance_table(found, request.app.state.resources.clock())


add_table_routes(
    router,
    "/funds/{code}/trial-balance",
    _table,
    name="get_trial_balance",
    title="The trial balance of a fund",
    description=_TRIAL_BALANCE,
)


@router.get("/entries/{id}", summary="An entry of a ledger", responses=problems(401, 404, 422, 503))
async def get_ledger_entry(read: Read, id: EntryId) -> LedgerEntryOut:  # noqa: A002  the name of the parameter is part of the path
    """Who moved what between which accounts, why, and what it follows from."""
    return LedgerEntryOut.of(await read(lambda tx: reversing.get_entry(tx, id)))


@router.post(
    "/entries/{id}/reverse",
    status_code=201,
    summary="Reverse an entry",
    responses=problems(401, 404, 409, 413, 415, 422, 503)
    | {200: {"model": LedgerEntryOut, "description": "It was reversed so before"}},
)
async def reverse_entry(
    write: Write,
    id: EntryId,  # noqa: A002  the name of the parameter is part of the path
    body: ReversalBody,
    response: Response,
) -> LedgerEntryOut:
    """Take an entry of outturn back, by the opposite entry with effect on a day of an open quarter.

    An entry is reversed once (409), and a reversal is not reversed: enter anew what it took back. Entries that follow
    from something else (a budget, a virement, an observation, a posting to a scheme) are refused here (409), which says
    what to change instead.
    """
    entry, new = await write(lambda tx: reversing.reverse_entry(tx, id, body.effective_on, body.reason))
    response.status_code = 201 if new else 200
    if new:
        response.headers["location"] = f"/finance/v1/entries/{entry.id}"
    return LedgerEntryOut.of(entry)


@router.get("/ledger-verification", summary="Verify the ledgers", responses=problems(401, 503))
async def verify_ledger(read: Read) -> LedgerCheckOut:
    """Read every ledger from its beginning: the chain of its entries, its balances, and the schemes' entries behind it.

    A row that was changed, added or deleted by anything but the suite is named. It reads everything, and takes as long.
    """
    return LedgerCheckOut.of(await read(ledger.verify_ledger))
