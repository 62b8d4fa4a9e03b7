"""Bodies of decisions of boards."""

from datetime import date, datetime
from typing import Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.reasons import Reason
from services.pledges.domain import board_decisions as domain
from services.pledges.domain.board_decisions import DecisionAsked, DecisionView, Outcome, Taken, Taking
from services.pledges.domain.status import Delivery, Schedule
from services.pledges.schemas.fields import Code, Name, Names, Wording
from services.pledges.schemas.records import CodedBody


class DecisionAskedIn(StrictBody):
    """What is asked of a board."""

    title: Wording = Field(examples=["Pool budgets under Section 75"])
    report: Code | None = Field(None, examples=["cabinet-2014-07-15"])
    board: Code | None = Field(None, examples=["cabinet"])
    number: Name | None = Field(None, description="Number in its report", examples=["3a"])
    due: date | None = Field(None, examples=["2015-03-31"])
    printed_due: Name | None = Field(None, examples=["end of March 2015"])
    asked_of: Names = Field(default_factory=list, examples=[["NEW Devon CCG"]])
    depends_on: list[Code] = Field(default_factory=list, max_length=50, examples=[["2014-5"]])
    actions: list[Code] = Field(default_factory=list, max_length=50, examples=[["integrated-fund-review"]])
    source: Name | None = Field(None, examples=["2014 business case"])

    def to_domain(self) -> DecisionAsked:
        return DecisionAsked(
            title=self.title,
            report=self.report,
            board=self.board,
            number=self.number,
            due=self.due,
            printed_due=self.printed_due,
            asked_of=tuple(self.asked_of),
            depends_on=tuple(self.depends_on),
            actions=tuple(self.actions),
            source=self.source,
        )


class DecisionPut(DecisionAskedIn, CodedBody):
    """What is asked with the code of its decision."""


class ConditionIn(StrictBody):
    """What a decision hangs on."""

    text: Wording = Field(description="What has to be done", examples=["Agree the risk share"])
    due: date | None = Field(None, description="Last day for it; null for none", examples=["2018-09-30"])


class TakingIn(StrictBody):
    """How a decision was taken."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"outcome": "agreed", "taken_on": "2018-02-20", "conditions": []}]}
    )

    outcome: Outcome
    taken_on: date = Field(description="Day on which it was taken", examples=["2018-02-20"])
    meeting: Code | None = Field(None, description="The meeting that took it", examples=["cabinet-2018-02-20"])
    conditions: list[ConditionIn] = Field(default_factory=list, max_length=50)
    reason: Reason | None = Field(None, examples=["As recommended"])

    def to_domain(self) -> Taking:
        conditions = tuple(domain.Condition(one.text, one.due) for one in self.conditions)
        return Taking(self.outcome, self.taken_on, self.meeting, conditions, self.reason)


class ConditionOut(OutBody):
    """What a decision hangs on, and when it was met."""

    text: str = Field(description="What has to be done")
    due: date | None = Field(description="Last day for it; null for none")
    met_on: date | None

    @classmethod
    def of(cls, found: domain.Condition) -> Self:
        return cls(text=found.text, due=found.due, met_on=found.met_on)


class ActionWhenDecidedOut(OutBody):
    """An action as it was when the decision was taken."""

    code: str
    delivery: Delivery
    schedule: Schedule
    due: date | None
    blocked: bool

    @classmethod
    def of(cls, found: domain.ActionWhenDecided) -> Self:
        return cls(
            code=found.code,
            delivery=found.delivery,
            schedule=found.schedule,
            due=found.due,
            blocked=found.blocked,
        )


class TakenOut(OutBody):
    """A decision as it was taken, with what was asked then and how its actions were."""

    outcome: Outcome
    taken_on: date = Field(description="Day on which it was taken")
    meeting: str | None = Field(description="The meeting that took it")
    conditions: list[ConditionOut]
    reason: str | None
    by: str
    at: datetime
    business_date: date
    title: str
    actions: list[ActionWhenDecidedOut] = Field(description="Its actions as they were on that day")

    @classmethod
    def of(cls, found: Taken) -> Self:
        return cls(
            outcome=found.taking.outcome,
            taken_on=found.taking.taken_on,
            meeting=found.taking.meeting,
            conditions=[ConditionOut.of(one) for one in found.taking.conditions],
            reason=found.taking.reason,
            by=found.by,
            at=found.at,
            business_date=found.business_date,
            title=found.asked.title,
            actions=[ActionWhenDecidedOut.of(one) for one in found.actions],
        )


class BoardDecisionOut(OutBody):
    """What is asked of a board, and each time it was decided, the latest last."""

    code: str = Field(examples=["2018-1"])
    title: str
    report: str | None
    board: str | None
    number: str | None = Field(description="Number in its report")
    due: date | None
    printed_due: str | None
    asked_of: list[str]
    depends_on: list[str]
    actions: list[str] = Field(description="Codes of the actions that hang on it")
    source: str | None
    outcome: Outcome | None
    in_force: bool
    waits_for: list[str]
    taken: list[TakenOut]
    version: int = Field(description="How many events it had")

    @classmethod
    def of(cls, view: DecisionView) -> Self:
        found, asked = view.decision, view.decision.asked
        return cls(
            code=found.code,
            title=asked.title,
            report=asked.report,
            board=asked.board,
            number=asked.number,
            due=asked.due,
            printed_due=asked.printed_due,
            asked_of=list(asked.asked_of),
            depends_on=list(asked.depends_on),
            actions=list(asked.actions),
            source=asked.source,
            outcome=found.outcome,
            in_force=found.is_in_force,
            waits_for=list(view.waits_for),
            taken=[TakenOut.of(one) for one in found.taken],
            version=found.version,
        )
