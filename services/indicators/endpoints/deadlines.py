"""Deadlines of service standards, and counts of how often they were met."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.errors import FieldError, Invalid
from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.deadlines import Receipt
from services.indicators.endpoints.parameters import CodeInPath, answer_whether_new
from services.indicators.schemas.deadlines import DeadlineOut, StandardCountIn
from services.indicators.schemas.observations import RecordedOut
from services.indicators.service import standards

router = APIRouter(tags=["Service standards"])

_EARLIEST, _LATEST = date(1900, 1, 1), date(2999, 12, 31)


@router.get(
    "/standards/{code}/deadline",
    summary="When a service standard has to be met",
    description="For what was received on a day in London, or at a moment, by the limit in force then. Working days "
    "begin the day after receipt, without weekends and the bank holidays of the limit's calendar, out of a table that "
    "ships with the product (2005 to 2028). Months run to the same date; a last day on which no work is done moves to "
    "the next. Hours are elapsed hours. A qualitative standard has no deadline (422).",
    responses=problems(401, 404, 422),
)
async def get_deadline(
    read: Read,
    code: CodeInPath,
    received: Annotated[
        str,
        Query(max_length=40, description="A day, or a moment with its zone", examples=["2026-05-26T09:00Z"]),
    ],
    paused_from: Annotated[
        date | None,
        Query(
            description="First day of a pause, on which clarification was asked for; of what was received from "
            "5 February 2026 on"
        ),
    ] = None,
    paused_to: Annotated[date | None, Query(description="Last day of the pause, on which it was answered")] = None,
) -> DeadlineOut:
    receipt = _receipt(received, paused_from, paused_to)
    return DeadlineOut.of(await read(lambda tx: standards.get_deadline(tx, code, receipt)))


def _receipt(received: str, first: date | None, last: date | None) -> Receipt:
    found = _received(received)
    if first is None and last is None:
        return found
    if first is None or last is None:
        raise Invalid("A pause has two ends.", [FieldError("paused_to", "say both days of the pause, or none")])
    beyond = [name for name, day in (("paused_from", first), ("paused_to", last)) if not _EARLIEST <= day <= _LATEST]
    if beyond:
        message = f"is a day from {_EARLIEST} to {_LATEST}"
        raise Invalid("No pause is so far off.", [FieldError(name, message) for name in beyond])
    return replace(found, paused=(first, last))


def _received(text: str) -> Receipt:
    """A day, or a moment with its zone.

    Raises:
        Invalid: it is neither.
    """
    try:
        found = _read(text)
    except (ValueError, OverflowError):
        found = None
    if found is None or not _EARLIEST <= found.day <= _LATEST:
        message = "is a day such as 2026-05-26, or a moment with its zone such as 2026-05-26T09:00Z"
        raise Invalid(f"{text!r} is no receipt.", [FieldError("received", message)])
    return found


def _read(text: str) -> Receipt | None:
    if len(text) == len("2026-05-26"):
        return Receipt(date.fromisoformat(text))
    moment = datetime.fromisoformat(text)
    return None if moment.tzinfo is None else Receipt.at(moment.astimezone(UTC))


@router.post(
    "/standards/{code}/counts",
    status_code=201,
    summary="Record how often a service standard was met",
    description="An observation of the standard's indicator, with the cases that met it as numerator and all cases as "
    "denominator: by the same rules as every observation, with the same colours and events. The same content again is "
    "answered with 200.",
    responses={
        200: {"model": RecordedOut, "description": "The same content is current already"},
        **problems(401, 404, 409, 413, 415, 422, 503),
    },
)
async def record_count(write: Write, code: CodeInPath, body: StandardCountIn, response: Response) -> RecordedOut:
    recorded = await write(lambda tx: standards.record_count(tx, code, body.area, body.breakdown, body.read))
    answer_whether_new(response, new=recorded.new)
    return RecordedOut.of_recorded(recorded)
