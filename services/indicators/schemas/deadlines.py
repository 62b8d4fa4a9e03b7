"""Deadlines of service standards, and counts of how often they were met."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from contracts.indicators import ObservationStatus
from contracts.period import Period, PeriodKind
from contracts.reasons import Reason
from services.indicators.domain.bank_holidays import BankHoliday
from services.indicators.domain.deadlines import Deadline
from services.indicators.domain.observations import Observation
from services.indicators.schemas.standards import LimitBody
from services.indicators.schemas.values import Denominator, PeriodText, Tally, Text

COUNT_EXAMPLE: dict[str, Any] = {"area": "E06000026", "period": "2017-12", "met": "46", "total": "50"}


class BankHolidayOut(OutBody):
    day: Annotated[date, Field(description="The day that does not count")]
    name: Annotated[str, Field(description="Name of the bank holiday")]
    parts: Annotated[list[str], Field(description="Parts of the United Kingdom that have it")]

    @classmethod
    def of(cls, holiday: BankHoliday) -> Self:
        return cls(day=holiday.day, name=holiday.name, parts=sorted(holiday.parts))


class DeadlineOut(OutBody):
    """When a standard has to be met for what was received then."""

    standard: Annotated[str, Field(description="Code of the service standard")]
    title: str
    received_on: Annotated[date, Field(description="Day of receipt in London")]
    limit: Annotated[LimitBody, Field(description="The limit that was in force on the day of receipt")]
    due: Annotated[date, Field(description="Last day in London on which the standard is met")]
    due_at: Annotated[Timestamp | None, Field(description="The moment, of a limit in hours (UTC); else null")]
    last_day: Annotated[
        date, Field(description="Day that was counted to; before `due` where it is none that work is done on")
    ]
    days_paused: Annotated[int, Field(description="Days that did not count, both ends of the pause included")]
    holidays: Annotated[list[BankHolidayOut], Field(description="Bank holidays that did not count")]

    @classmethod
    def of(cls, found: Deadline) -> Self:
        return cls(
            standard=found.standard.code,
            title=found.standard.title,
            received_on=found.receipt.day,
            limit=LimitBody.of(found.limit),
            due=found.due,
            due_at=found.due_at,
            last_day=found.last_day,
            days_paused=found.receipt.days_paused,
            holidays=[BankHolidayOut.of(each) for each in found.holidays],
        )


class StandardCountIn(StrictBody):
    """How many cases met a standard in a period, out of all."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [COUNT_EXAMPLE]}}

    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    period: PeriodText
    met: Annotated[Tally, Field(description="Cases that met the standard: the numerator")]
    total: Annotated[Denominator, Field(description="All cases: the denominator")]
    status: ObservationStatus = ObservationStatus.PROVISIONAL
    note: Text | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _met_are_some_of_all(self) -> Self:
        if self.met > self.total:
            raise ValueError("no more cases met the standard than there were")
        return self

    def read(self, kind: PeriodKind) -> Observation:
        """The observation of them, whose value follows from both.

        Raises:
            UnknownPeriodError: its period is none of that kind.
        """
        return Observation(
            Period.parse(self.period, kind),
            None,
            self.status,
            count=self.met,
            denominator=self.total,
            note=self.note,
            reason=self.reason,
        )
