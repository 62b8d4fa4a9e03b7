"""Parameters that several paths and queries share."""

from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import AwareDatetime

from chassis.errors import FieldError
from contracts.period import Period, UnknownPeriodError
from services.indicators.errors import ObservationInvalid
from services.indicators.schemas.values import SLUG

IndicatorCode = Annotated[str, Path(description="Code of the indicator", examples=["ae-four-hour-wait"])]
NewCode = Annotated[str, Path(max_length=80, pattern=rf"^{SLUG.pattern}$", description="Lower-case words and hyphens")]

_AREA = {"pattern": r"^[A-Z0-9]{2,20}$", "description": "ONS or provider code", "examples": ["E06000026"]}
AreaFilter = Annotated[str | None, Query(**_AREA)]
AreaWanted = Annotated[str, Query(**_AREA)]
PeriodFilter = Annotated[
    str | None, Query(max_length=40, description="A period, such as 2017-12 or 2017/18 Q3", examples=["2017-12"])
]
AsOf = Annotated[
    AwareDatetime | None,
    Query(description="Read what was known at this moment, with its zone", examples=["2018-02-28T12:00:00Z"]),
]


def parse_period(text: str | None) -> Period | None:
    """A period from a query; refused as a field where it is none."""
    if text is None:
        return None
    try:
        return Period.parse(text)
    except UnknownPeriodError as error:
        raise ObservationInvalid(str(error), [FieldError("period", str(error))]) from error


def say_whether_new(response: Response, *, new: bool) -> None:
    """201 for what is new, 200 for what was there."""
    response.status_code = 201 if new else 200
