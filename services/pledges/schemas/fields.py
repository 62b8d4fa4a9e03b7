"""Fields that several bodies have in common."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.money import Number
from contracts.notes import SourceNote
from contracts.period import Period
from services.pledges.domain.indicators import LinkedIndicator, SeriesKey

WHOLE_TEXT = r"^[^\x00]+$"  # PostgreSQL keeps no NUL in text
CODE_FORM = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"

STATE_ON = "Day that a past state is looked at; null where it is the present one"

PLEDGE_NUMBER = r"^0*[1-9][0-9]{0,5}$"

PledgeNumber = Annotated[
    str,
    StringConstraints(max_length=20, pattern=PLEDGE_NUMBER),
    Field(description="Digits; leading zeros do not count: 55 and 055 are one", examples=["55"]),
]
SetCode = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{4}$"), Field(description="Year of the set", examples=["2018"])
]
Code = Annotated[str, StringConstraints(max_length=80, pattern=CODE_FORM)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=WHOLE_TEXT)]
Wording = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=WHOLE_TEXT)]
Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=WHOLE_TEXT)]
Figure = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=WHOLE_TEXT)]
Names = Annotated[list[Name], Field(max_length=20)]
Weight = Annotated[Number, Field(ge=0, max_digits=9, decimal_places=4, examples=["2.5"])]
Notes = Annotated[
    tuple[SourceNote, ...], Field(max_length=20, description="Where its sources contradict each other: every figure")
]
PerCent = Annotated[Decimal, Field(description="Per cent of the weight, two decimals", examples=["25.00"])]
ClosedOn = Annotated[
    date | None,
    Field(description="Day of delivery, or the day it was found out of reach; today where none is given"),
]


class SeriesLink(StrictBody):
    """A series: an indicator in an area, in total or of one breakdown. One that no event told of yet is pending."""

    indicator: Code = Field(examples=["ae-four-hour-wait"])
    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL

    @classmethod
    def of(cls, key: SeriesKey) -> Self:
        return cls(indicator=key.indicator, area=key.area, breakdown=key.breakdown)

    def to_domain(self) -> SeriesKey:
        return SeriesKey(self.indicator, self.area, self.breakdown)


SeriesLinks = Annotated[list[SeriesLink], Field(max_length=100)]


class LinkedIndicatorOut(OutBody):
    """A series that is linked, with its latest value and colours; null, and ``pending``, until an event told of it."""

    indicator: str
    area: str
    breakdown: Breakdown = Field(description="Empty for the total")
    pending: bool
    period: Period | None
    value: Number | None = Field(description="Value in that period; null where a symbol stands instead of one")
    unit: str | None = Field(description="Unit of the value")
    benchmark: Colour | None
    trend: Colour | None
    target: Colour | None
    benchmark_provisional: bool
    trend_provisional: bool
    target_provisional: bool

    @classmethod
    def of(cls, linked: LinkedIndicator) -> Self:
        return cls(**linked.said)
