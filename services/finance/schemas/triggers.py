"""Triggers that partners agree on, and where a variance stands against one."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Money, pounds
from services.finance.domain.triggers import NO_TRIGGERS, Direction, Level, Trigger, TriggerReading, Triggers
from services.finance.schemas.fields import Code, Cost, Percent, refused


class TriggerBody(StrictBody):
    """By how much the year may be expected to differ from the budget before partners act; of two limits the smaller."""

    amount: Annotated[Cost | None, Field(description="Limit in pounds")] = None
    percent: Annotated[Percent | None, Field(description="Limit in per cent of the budget in force")] = None
    direction: Annotated[Direction, Field(description="Which variances it is for")] = Direction.OVERSPEND

    @model_validator(mode="after")
    def limited(self) -> Self:
        if self.amount is None and self.percent is None:
            raise refused((("amount",), "give amount, percent, or both"))
        return self

    def to_domain(self) -> Trigger:
        return Trigger(None if self.amount is None else self.amount.amount, self.percent, self.direction)

    @classmethod
    def of(cls, trigger: Trigger) -> Self:
        amount = None if trigger.amount is None else pounds(trigger.amount)
        return cls(amount=amount, percent=trigger.percent, direction=trigger.direction)


class TriggersBody(StrictBody):
    """Triggers of the whole fund and of its lines; where there is none, no variance is beyond it."""

    fund: Annotated[TriggerBody | None, Field(description="Of the whole fund")] = None
    line: Annotated[TriggerBody | None, Field(description="Of each budget line")] = None
    lines: Annotated[
        dict[Code, TriggerBody],
        Field(default_factory=dict, max_length=500, description="Of a budget line, in the place of `line`"),
    ]

    def to_domain(self) -> Triggers:
        fund, line = (None if one is None else one.to_domain() for one in (self.fund, self.line))
        return Triggers(fund, line, {code: one.to_domain() for code, one in self.lines.items()})

    @classmethod
    def of(cls, triggers: Triggers) -> Self | None:
        """Null where none is agreed."""
        if triggers == NO_TRIGGERS:
            return None
        fund, line = (None if one is None else TriggerBody.of(one) for one in (triggers.fund, triggers.line))
        return cls(fund=fund, line=line, lines={code: TriggerBody.of(one) for code, one in triggers.lines.items()})


class TriggerOut(OutBody):
    """The variance that is expected at the end of the year, against the trigger that is agreed."""

    variance: Annotated[Money, Field(description="Forecast less budget: an overspend is positive")]
    limit: Annotated[Money, Field(description="Limit in pounds")]
    direction: Annotated[Direction, Field(description="Which variances the trigger is for")]
    level: Annotated[Level, Field(description="Within the limit, beyond it, or at twice the limit and more")]

    @classmethod
    def of(cls, found: TriggerReading) -> Self:
        variance, limit = pounds(found.variance), pounds(found.limit)
        return cls(variance=variance, limit=limit, direction=found.direction, level=found.level)
