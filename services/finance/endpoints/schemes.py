"""Savings schemes, their ledgers and positions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from chassis.web.paging import CollectionPaging, PageBody, Paging, sortable
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from contracts.breakdown import BreakdownText
from services.finance.domain.ledger import State
from services.finance.domain.scheme import SchemeOrder, Workstream
from services.finance.endpoints.parameters import Wanted
from services.finance.schemas.entries import EntryBody, EntryOut
from services.finance.schemas.fields import YearLabel
from services.finance.schemas.scheme_positions import SchemePositionOut
from services.finance.schemas.schemes import SchemeBody, SchemeOut, SchemePatch
from services.finance.service import positions, postings, schemes

router = APIRouter(tags=["schemes"])

Text = Annotated[str | None, Query(max_length=100)]


@router.get("/schemes", summary="List savings schemes", responses=problems(401, 422, 503))
async def list_schemes(
    read: Read,
    paging: Annotated[CollectionPaging, Depends(sortable(SchemeOrder))],
    fund: Text = None,
    financial_year: Annotated[YearLabel | None, Query()] = None,
    workstream: Annotated[Workstream | None, Query()] = None,
    indicator: Text = None,
    area: Text = None,
    breakdown: Annotated[BreakdownText | None, Query(description="Of a link; empty is the total")] = None,
    partner: Annotated[str | None, Query(max_length=100, description="Whose scheme it is")] = None,
) -> PageBody[SchemeOut]:
    """Schemes in the order of their codes, or of their names; filters narrow the list together."""
    filters = {
        "fund": fund,
        "financial_year": financial_year,
        "workstream": workstream,
        "indicator": indicator,
        "area": area,
        "partner": partner,
        "breakdown": None if breakdown is None else breakdown.text,
    }
    page = await read(lambda tx: schemes.list_schemes(tx, filters, paging.request))
    return paging.body(page, SchemeOut.of)


@router.post(
    "/schemes",
    status_code=201,
    summary="Define a savings scheme",
    responses=problems(401, 409, 413, 415, 422, 503) | {200: {"model": SchemeOut, "description": "It was there"}},
)
async def add_scheme(write: Write, body: SchemeBody, response: Response) -> SchemeOut:
    """With a `link` the scheme is moved by an indicator in an area, in total or of one breakdown.

    For each period of its year that has a baseline: (baseline - actual, or the reverse where high is good) x volume
    x unit cost x marginal rate x attribution. Attributions of a year's schemes to one indicator in one area sum to
    at most 1 over all breakdowns together: what goes beyond is refused (409) and the other schemes are named. A
    provisional value counts, and the final one restates it; a withdrawn value takes its period back to nothing, and a
    symbol (suppressed, not available, not applicable, rounds to zero) is no value. Values known before the scheme was
    defined count. A link to an indicator of which nothing is known is accepted and `pending`. The same definition
    again is answered with 200 and changes nothing.
    """
    scheme, new = await write(lambda tx: schemes.define_scheme(tx, body.to_domain()))
    response.status_code = 201 if new else 200
    return SchemeOut.of(scheme)


@router.get("/schemes/{code}", summary="Read a savings scheme", responses=problems(401, 404, 503))
async def get_scheme(read: Read, code: str) -> SchemeOut:
    """The scheme as it was defined."""
    return SchemeOut.of(await read(lambda tx: schemes.get_scheme(tx, code)))


@router.patch(
    "/schemes/{code}", summary="Withdraw a savings scheme", responses=problems(401, 404, 409, 413, 415, 422, 503)
)
async def withdraw_scheme(write: Write, code: str, body: SchemePatch) -> SchemeOut:
    """End a scheme that was mistyped or given up. It cannot be undone, and its code stays taken.

    Its attribution is free again, its plan no longer counts, and what it indicated is taken back by entries in open
    quarters: closed ones never change. Money that finance validated or banked on it has to be taken back first (409).
    Withdrawing it again changes nothing.
    """
    if "state" not in body.changes():
        return SchemeOut.of(await write(lambda tx: schemes.get_scheme(tx, code)))
    return SchemeOut.of(await write(lambda tx: schemes.withdraw_scheme(tx, code, body.reason)))


@router.get("/schemes/{code}/entries", summary="A scheme's ledger", responses=problems(401, 404, 422, 503))
async def list_entries(
    read: Read, code: str, paging: Paging, state: Annotated[State | None, Query()] = None
) -> PageBody[EntryOut]:
    """Entries in the order they were posted. None is ever changed: a restatement is a further entry."""
    page = await read(lambda tx: postings.list_entries(tx, code, state, paging.request))
    return paging.body(page, EntryOut.of)


@router.post(
    "/schemes/{code}/entries",
    status_code=201,
    summary="Post validated or banked money",
    responses=problems(401, 404, 409, 413, 415, 422, 503)
    | {200: {"model": EntryOut, "description": "It was posted before"}},
)
async def post_entry(write: Write, code: str, body: EntryBody, response: Response) -> EntryOut:
    """What finance has validated, or taken out of the budget. Negative takes back.

    The reference makes it safe to repeat: the same posting again is answered with the first (200), another with the
    same reference is refused (409), and so is one into a closed quarter. Left out, `posted_in` is the first open
    quarter from that of the period's last day on.

    No two postings of a state cover the same month (409): a correction names the posting that it `corrects`, and is for
    the same period. What is banked lies between nought and what is validated, whichever sign that has: a posting after
    which it would not is refused (409), where it validates with the amount to un-bank first.

    Validated money, even 0.00, counts as the result of the months it is for: the forecast takes it in place of their
    plan.
    """
    entry, new = await write(lambda tx: postings.post_entry(tx, code, body.to_domain()))
    response.status_code = 201 if new else 200
    return EntryOut.of(entry)


@router.get("/schemes/{code}/position", summary="A scheme's position", responses=problems(401, 404, 422, 503))
async def get_scheme_position(read: Read, code: str, as_at: Wanted) -> SchemePositionOut:
    """Plan, indicated, validated and banked money, forecast and colour, year to date, and how indicated was made.

    What the schemes of a line bank together is counted up to its budget. The excess is shared back over those that
    banked, in proportion: the scheme's part of it is under `held`, and flagged `held_at_budget`. What a period shows as
    banked is what was posted.

    `quarter` reads it as at the end of a past quarter, `as_of` as it was known at a moment, from what had been posted:
    no flag tells of observations then, and `version` is null.
    """
    return SchemePositionOut.of(await read(lambda tx: positions.get_scheme_position(tx, code, as_at)))
