"""Fields that several bodies have in common."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, field_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.colours import Colour
from contracts.period import Period
from services.pledges.domain.indicators import LinkedIndicator, SeriesKey

WHOLE_TEXT = r"^[^\x00]+$"  # PostgreSQL keeps no NUL in text
CODE_FORM = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"

Number = Annotated[str, StringConstraints(max_length=20, pattern=CODE_FORM), Field(examples=["55"])]
Code = Annotated[str, StringConstraints(max_length=80, pattern=CODE_FORM)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=WHOLE_TEXT)]
Wording = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=WHOLE_TEXT)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=WHOLE_TEXT)]
Names = Annotated[list[Name], Field(max_length=20)]
Weight = Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=4, examples=["2.5"])]
PerCent = Annotated[Decimal, Field(description="Per cent of the weight, two decimals", examples=["25.00"])]
ClosedOn = Annotated[
    date | None,
    Field(description="Day of delivery, or the day it was found out of reach; today where none is given"),
]


class Link(StrictBody):
    """An indicator in an area."""

    indicator: Code = Field(examples=["ae-four-hour-wait"])
    area: Code = Field(examples=["E06000026"])

    def to_domain(self) -> SeriesKey:
        return SeriesKey(self.indicator, self.area)


Links = Annotated[list[Link], Field(max_length=100)]


class LinkedIndicatorOut(OutBody):
    """An indicator that is linked, with its latest colours; null until an event told of it."""

    indicator: str
    area: str
    period: Period | None
    benchmark: Colour | None
    trend: Colour | None
    target: Colour | None

    @classmethod
    def of(cls, linked: LinkedIndicator) -> Self:
        colours = linked.colours
        return cls(
            indicator=linked.key.indicator,
            area=linked.key.area,
            period=colours.period,
            benchmark=colours.benchmark,
            trend=colours.trend,
            target=colours.target,
        )


class Changes(StrictBody):
    """A change names what it changes. Null clears a date or an unknown; it is refused for a status."""

    @field_validator("delivery", "evidence", "amendment", "title", mode="before", check_fields=False)
    @classmethod
    def _a_status_is_never_null(cls, sent: Any) -> Any:
        if sent is None:
            raise ValueError("cannot be null; leave it out to keep it")
        return sent

    def named(self) -> dict[str, Any]:
        """The fields that were sent, with their values."""
        return {name: getattr(self, name) for name in self.model_fields_set}
