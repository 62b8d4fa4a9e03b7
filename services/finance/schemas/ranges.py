"""The savings range calculator."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import ConfigDict, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Money, pounds
from services.finance.domain.ranges import RangeInput, ReadFigure, SavingsRange
from services.finance.schemas.fields import Cost, Percent, Unit, refused


class SavingsRangeBody(StrictBody):
    """A base and two rates; ``unit`` is what the printed table counts in, such as 1000 for thousands."""

    base: Cost
    low_percent: Percent
    high_percent: Percent
    unit: Unit = Decimal("0.01")
    printed_low: Cost | None = None
    printed_high: Cost | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "base": {"amount": "1629000.00"},
                    "low_percent": "2",
                    "high_percent": "5",
                    "unit": "1000",
                    "printed_low": {"amount": "32000.00"},
                    "printed_high": {"amount": "81000.00"},
                }
            ]
        }
    )

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.low_percent > self.high_percent:
            raise refused((("low_percent",), "must not be above high_percent"))
        return self

    def to_domain(self) -> RangeInput:
        return RangeInput(
            base=self.base.amount,
            low_percent=self.low_percent,
            high_percent=self.high_percent,
            unit=self.unit,
            printed_low=None if self.printed_low is None else self.printed_low.amount,
            printed_high=None if self.printed_high is None else self.printed_high.amount,
        )


class FigureOut(OutBody):
    """To the penny, rounded half up to the unit, and how a printed figure stands to that."""

    exact: Money
    rounded: Money
    printed: Money | None
    reading: Literal["as_computed", "truncated", "differs"] | None

    @classmethod
    def of(cls, read: ReadFigure) -> Self:
        return cls(
            exact=pounds(read.figure.exact),
            rounded=pounds(read.figure.rounded),
            printed=None if read.printed is None else pounds(read.printed),
            reading=read.reading,
        )


class SavingsRangeOut(OutBody):
    low: FigureOut
    high: FigureOut

    @classmethod
    def of(cls, found: SavingsRange) -> Self:
        return cls(low=FigureOut.of(found.low), high=FigureOut.of(found.high))
