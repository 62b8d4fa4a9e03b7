"""Funds, their quarters, and the savings range calculator."""

from fastapi import APIRouter, Response

from chassis.web.paging import PageBody, Paging
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from contracts.period import Period
from services.finance.endpoints.parameters import OfYear, Wanted
from services.finance.schemas.fields import Code, QuarterLabel
from services.finance.schemas.fund_positions import FundPositionOut
from services.finance.schemas.funds import ClosedQuarterOut, FundBody, FundOut, FundSummaryOut
from services.finance.schemas.ranges import SavingsRangeBody, SavingsRangeOut
from services.finance.service import calculators, closing, funds, positions

router = APIRouter()


@router.get("/funds", tags=["funds"], summary="List funds", responses=problems(401, 422, 503))
async def list_funds(read: Read, paging: Paging) -> PageBody[FundSummaryOut]:
    """Pooled funds in the order of their codes."""
    page = await read(lambda tx: funds.list_funds(tx, paging.request))
    return paging.body(page, FundSummaryOut.of)


@router.get("/funds/{code}", tags=["funds"], summary="Read a fund", responses=problems(401, 404, 422, 503))
async def get_fund(read: Read, code: str, as_at: Wanted) -> FundOut:
    """Partners, every version of the agreement, budget lines as printed and as added up, closed quarters.

    `quarter` reads it as at the end of a past quarter, `as_of` as it was known at a moment; both together are both.
    """
    return FundOut.of(await read(lambda tx: funds.get_fund(tx, code, as_at)))


@router.put(
    "/funds/{code}",
    tags=["funds"],
    summary="Define a fund",
    responses=problems(401, 409, 413, 415, 422, 503) | {201: {"model": FundOut, "description": "It is new"}},
)
async def put_fund(write: Write, code: Code, body: FundBody, response: Response) -> FundOut:
    """Partners, agreement and budget lines as a whole: a line left out goes, unless a scheme stands on it (409).

    Sending the same again changes nothing. Another agreement than the last becomes a new version of it. Where a budget
    or the agreement changes, `reason` says why.
    """
    fund, new = await write(lambda tx: funds.define_fund(tx, code, body.to_domain(), body.reason))
    response.status_code = 201 if new else 200
    return FundOut.of(fund)


@router.get(
    "/funds/{code}/position", tags=["funds"], summary="A fund's position", responses=problems(401, 404, 422, 503)
)
async def get_fund_position(
    read: Read,
    code: str,
    as_at: Wanted,
    year: OfYear,
) -> FundPositionOut:
    """Budget, savings by certainty, outturn and variance by line, each quarter, and where print and sum differ.

    Only banked money changes the outturn. Printed figures that do not add up are listed, never mended: a printed net
    budget is in force for its line, and totals are added up from those. A year without budget lines is not found.

    What the schemes of a line bank together counts up to its budget, quarter by quarter in the order of time, so that
    schemes, lines, quarters and fund add up to one another; where more was banked it is flagged `held_at_budget`.
    What a quarter counted when it was closed stays: where the budget changed since, an open one has the difference.

    `risk_share` says who bears an overspend (after the waterfall, by rule and caps) or where an underspend goes, by the
    agreement in force in the year; null where there is none, or it names no rule.

    `quarter` reads it as at the end of a past quarter, by the business dates of what was defined, posted and closed;
    `as_of` as it was known at a moment. Both together are both. Of the past no flag tells what observations were.
    """
    return FundPositionOut.of(await read(lambda tx: positions.get_fund_position(tx, code, year, as_at)))


@router.get(
    "/funds/{code}/closed-quarters/{label:path}",
    tags=["funds"],
    summary="Read a closed quarter",
    responses=problems(401, 404, 422, 503),
)
async def get_closed_quarter(read: Read, code: str, label: QuarterLabel) -> ClosedQuarterOut:
    """When it was closed and by whom; not found while it is open."""
    return ClosedQuarterOut.of(await read(lambda tx: closing.get_closed_quarter(tx, code, Period.parse(label))))


@router.put(
    "/funds/{code}/closed-quarters/{label:path}",
    tags=["funds"],
    summary="Close a quarter",
    responses=problems(401, 404, 409, 422, 503),
)
async def close_quarter(write: Write, code: str, label: QuarterLabel) -> ClosedQuarterOut:
    """Close a quarter (`2017/18 Q3`, or `2017-18 Q3`) that has ended on the business date. It never changes again.

    Quarters close in any order. What an indicator revises later, or finance posts, falls in the first open quarter
    after the one it belongs to, even one of the next financial year. A year in which the fund has no budget lines has
    no quarters to close (404). While part of the year's variance is `unallocated` under the risk-share rule, nothing
    closes (409). Closing it again changes nothing.
    """
    closed = await write(lambda tx: closing.close_quarter(tx, code, Period.parse(label)))
    return ClosedQuarterOut.of(closed)


@router.post(
    "/calculators/savings-range",
    tags=["calculators"],
    summary="A base times a low and a high rate",
    responses=problems(401, 413, 415, 422),
)
async def savings_range(body: SavingsRangeBody) -> SavingsRangeOut:
    """The savings range model of 2014: exact to the penny, and rounded half up to the unit of a printed table.

    A printed figure is read as computed, as truncated (cut off instead of rounded), or as different. Nothing is stored.
    """
    return SavingsRangeOut.of(calculators.calculate_savings_range(body.to_domain()))
