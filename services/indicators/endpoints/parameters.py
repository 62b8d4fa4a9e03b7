"""Parameters that several paths and queries share."""

from typing import Annotated, NamedTuple

from fastapi import Depends, Path, Query, Response

from chassis.errors import FieldError, Invalid
from contracts.areas import AREA_CODE_PATTERN
from contracts.breakdown import Breakdown, BreakdownText
from contracts.period import Period, UnknownPeriodError
from services.indicators.domain.definitions import CODE, LONGEST_CODE
from services.indicators.domain.observations import SeriesKey

IndicatorCode = Annotated[str, Path(description="Code of the indicator", examples=["ae-four-hour-wait"])]
NewCode = Annotated[
    str, Path(max_length=LONGEST_CODE, pattern=rf"^{CODE.pattern}$", description="Lower-case words and hyphens")
]
CodeInPath = Annotated[str, Path(max_length=LONGEST_CODE, description="Its code", examples=["delayed-transfers"])]

_AREA = {"pattern": AREA_CODE_PATTERN, "description": "ONS or provider code", "examples": ["E06000026"]}
AreaCodeInPath = Annotated[str, Path(**_AREA)]
AreaFilter = Annotated[str | None, Query(**_AREA)]
AreaWanted = Annotated[str, Query(**_AREA)]
_BROKEN_DOWN = "A breakdown by its canonical text, such as sex=male"
BreakdownFilter = Annotated[
    BreakdownText | None, Query(description=f"{_BROKEN_DOWN}; empty is the total, left out all of them")
]
BreakdownWanted = Annotated[BreakdownText | None, Query(description=f"{_BROKEN_DOWN}; left out the total")]


class InArea(NamedTuple):
    """An area, and the total or a part of it."""

    area: str
    breakdown: Breakdown

    def series(self, indicator: str) -> SeriesKey:
        return SeriesKey(indicator, *self)


def _in_area(area: AreaWanted, breakdown: BreakdownWanted = None) -> InArea:
    return InArea(area, breakdown or Breakdown.TOTAL)


InAreaWanted = Annotated[InArea, Depends(_in_area)]

PeriodFilter = Annotated[
    str | None, Query(max_length=40, description="A period, such as 2017-12 or 2017/18 Q3", examples=["2017-12"])
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
