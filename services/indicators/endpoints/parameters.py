"""Parameters that several paths and queries share."""

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from chassis.errors import FieldError, Invalid
from contracts.areas import AREA_CODE_PATTERN
from contracts.breakdown import BreakdownText
from contracts.period import Period, UnknownPeriodError
from services.indicators.domain.definitions import CODE, LONGEST_CODE

IndicatorCode = Annotated[str, Path(description="Code of the indicator", examples=["ae-four-hour-wait"])]
NewCode = Annotated[
    str, Path(max_length=LONGEST_CODE, pattern=rf"^{CODE.pattern}$", description="Lower-case words and hyphens")
]

_AREA = {"pattern": AREA_CODE_PATTERN, "description": "ONS or provider code", "examples": ["E06000026"]}
AreaCodeInPath = Annotated[str, Path(**_AREA)]
AreaFilter = Annotated[str | None, Query(**_AREA)]
AreaWanted = Annotated[str, Query(**_AREA)]
_BROKEN_DOWN = "A breakdown by its canonical text, such as sex=male"
BreakdownFilter = Annotated[
    BreakdownText | None, Query(description=f"{_BROKEN_DOWN}; empty is the total, left out all of them")
]
BreakdownWanted = Annotated[BreakdownText | None, Query(description=f"{_BROKEN_DOWN}; left out the total")]
PeriodFilter = Annotated[
    str | None, Query(max_length=40, description="A period, such as 2017-12 or 2017/18 Q3", examples=["2017-12"])
]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)
_EARLIEST, _TOO_LATE = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def _written_out(value: object) -> object:
    """Refuse what would be read as seconds since 1970."""
    if not (isinstance(value, str) and _MOMENT.match(value)):
        raise PydanticCustomError("moment", "is no moment; write one with its zone, such as 2018-02-28T12:00:00Z")
    return value


def _in_reach(moment: datetime) -> datetime:
    """Refuse what falls off the calendar in another zone. In UTC."""
    if not _EARLIEST <= moment < _TOO_LATE:
        raise PydanticCustomError("moment", "is between the years 1900 and 9998")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_reach)]
AsOf = Annotated[
    Moment | None,
    Query(description="Read what was known at this moment, with its zone", examples=["2018-02-28T12:00:00Z"]),
]


def parse_period(text: str | None) -> Period | None:
    """A period from a query; refused as a field where it is none."""
    if text is None:
        return None
    try:
        return Period.parse(text)
    except UnknownPeriodError as error:
        raise Invalid(str(error), [FieldError("period", str(error))]) from error


def answer_whether_new(response: Response, *, new: bool) -> None:
    """201 for what is new, 200 for what was there."""
    response.status_code = 201 if new else 200
