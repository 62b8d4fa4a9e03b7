"""The end of a fund's year."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.web.problems import problems
from chassis.web.units import Read, Write
from contracts.period import Period
from services.finance.schemas.fields import Code, YearLabel
from services.finance.schemas.year_ends import YearEndBody, YearEndOut
from services.finance.service import year_ends

router = APIRouter(prefix="/funds/{code}/year-end", tags=["funds"])


@router.get("", summary="Read the end of a year", responses=problems(401, 404, 422, 503))
async def get_year_end(
    read: Read,
    code: str,
    financial_year: Annotated[YearLabel | None, Query(description="Default: the latest that is signed off")] = None,
) -> YearEndOut:
    """Who bears the variance of a year as it was signed off, whatever changed since; not found until it is."""
    year = None if financial_year is None else Period.parse(financial_year)
    return YearEndOut.of(await read(lambda tx: year_ends.get_year_end(tx, code, year)))


@router.post(
    "",
    status_code=201,
    summary="Sign off the end of a year",
    responses=problems(401, 404, 409, 413, 415, 422, 503)
    | {200: {"model": YearEndOut, "description": "It was signed off so before, or it is a dry run"}},
)
async def sign_off_year(write: Write, code: Code, body: YearEndBody, response: Response) -> YearEndOut:
    """Share the variance of a year by the agreement in force, for good, by a decision of the partners.

    All four quarters are closed by then (409 `year-open`), and the agreement says who bears all of it (409). Each
    partner's part is entered into the ledger, in the layer `share`, on the first open day. What is posted later, or
    agreed otherwise, changes positions, not what was signed off. Where the agreement says what the variance obliges
    partners to, `plan` is what they resolved of it, or `action_plan` names the plan of the year that has it (422). The
    same again changes nothing; anything else is refused (409 `year-signed`).
    """
    end, new = await write(
        lambda tx: year_ends.sign_off_year(tx, code, body.financial_year, body.to_signing(), dry_run=body.dry_run)
    )
    response.status_code = 201 if new else 200
    if new:
        year = end.financial_year.label.replace("/", "-")
        response.headers["location"] = f"/finance/v1/funds/{code}/year-end?financial_year={year}"
    return YearEndOut.of(end, dry_run=body.dry_run)
