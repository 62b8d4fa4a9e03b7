"""What was spent on budget lines, one by one or as a file, and the forecast outturn."""

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response

from chassis.web.operation_call import Uploaded
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from contracts.large_bodies import LARGE_BODIES
from contracts.period import Period
from services.finance.schemas.fields import Code, YearLabel
from services.finance.schemas.outturn import ForecastOut, OutturnBody, OutturnOut
from services.finance.schemas.outturn_files import read_outturn_file
from services.finance.service import outturn
from services.finance.service.outturn import OutturnCall

router = APIRouter(tags=["outturn"])

_FILES: Final[dict[str, Any]] = {
    "required": True,
    "description": "CSV in UTF-8, XLSX or ODS with the columns reference, line, period, amount, and reason if wanted",
    "content": {
        kind: {"schema": {"type": "string", "format": "binary", "minLength": 1}, "example": "…"}
        for kind in LARGE_BODIES["/finance/v1/outturn-files"].types
    },
}


@router.post(
    "/funds/{code}/outturn",
    status_code=201,
    summary="Post outturn",
    responses=problems(401, 404, 409, 413, 415, 422, 503)
    | {200: {"model": OutturnOut, "description": "Nothing of it is new, or it is a dry run"}},
)
async def post_outturn(write: Write, code: Code, body: OutturnBody, response: Response) -> OutturnOut:
    """What was spent on lines in months or quarters: all of it is entered, or nothing and each fault is named.

    The reference of a posting makes it safe to send again: the same content is left as it is, another is refused. What
    belongs to a closed quarter is refused (409 `period-closed`) unless `post_in` is `open`. It changes `spent` and
    the forecast; the outturn of the position is the budget less what is banked, as before.
    """
    call = OutturnCall(body.to_domain(), _place, into_open=body.post_in is not None, dry_run=body.dry_run)
    found = await write(lambda tx: outturn.post_outturn(tx, code, call))
    response.status_code = 201 if found.entries else 200
    return OutturnOut.of(found, dry_run=body.dry_run)


def _place(place: int, field: str) -> str:
    return f"postings.{place}.{field}"


@router.post(
    "/outturn-files",
    status_code=201,
    summary="Post a file of outturn",
    openapi_extra={"requestBody": _FILES},
    responses=problems(400, 401, 404, 409, 413, 415, 422, 503)
    | {200: {"model": OutturnOut, "description": "Nothing of it is new, or it is a dry run"}},
)
async def post_outturn_file(
    write: Write,
    upload: Uploaded,
    fund: Annotated[Code, Query(description="Code of the fund")],
    response: Response,
    post_in: Annotated[
        Literal["open"] | None,
        Query(description="`open` has what belongs to a closed quarter entered in the first open one after it"),
    ] = None,
    dry_run: Annotated[bool, Query(description="Only say what would be entered")] = False,
) -> OutturnOut:
    """A row for each posting, as the general ledger exports it: all rows are entered, or none.

    Every cell that is wrong is named with its line and column. The same file again changes nothing.
    """
    file = await asyncio.to_thread(read_outturn_file, upload.file)
    call = OutturnCall(file.postings, file.place_of, into_open=post_in is not None, dry_run=dry_run)
    found = await write(lambda tx: outturn.post_outturn(tx, fund, call))
    response.status_code = 201 if found.entries else 200
    if found.entries:
        response.headers["location"] = f"/finance/v1/funds/{fund}/entries"
    return OutturnOut.of(found, dry_run=dry_run, listed=False)


@router.get("/funds/{code}/forecast", summary="The forecast outturn", responses=problems(401, 404, 422, 503))
async def get_forecast(
    read: Read,
    code: str,
    financial_year: Annotated[YearLabel | None, Query(description="Default: the latest with budget lines")] = None,
) -> ForecastOut:
    """What each line is expected to come to: what was spent, and the budget of the months without a posting.

    Of each such month that is a twelfth of the budget in force less what is banked. Beside it stands the run rate: what
    was spent, spread over the year.
    """
    year = None if financial_year is None else Period.parse(financial_year)
    return ForecastOut.of(await read(lambda tx: outturn.get_forecast(tx, code, year)))
