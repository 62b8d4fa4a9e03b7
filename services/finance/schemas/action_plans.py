"""Action plans as they are recorded, shown and exported."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from chassis.web.render.table import Column, Row, Table
from contracts.money import Money, pounds
from contracts.reasons import Reason
from services.finance.domain.action_plans import ActionPlan, ActionState, PlannedAction, Resolved
from services.finance.schemas.fields import Code, Cost, FinancialYear

MOST_ACTIONS: Final = 40
"""Of a plan. Its event has all of them, however long their texts are, within the mebibyte that a broker takes."""
Words = Annotated[str, Field(min_length=1, max_length=200)]
LongWords = Annotated[str, Field(min_length=1, max_length=2_000)]


class PlannedActionBody(StrictBody):
    """Something that is to be done by a day."""

    action: Annotated[Code, Field(description="Names the action within its plan, for good")]
    what: Annotated[LongWords, Field(description="What is to be done")]
    owner: Annotated[Words, Field(description="Who answers for it")]
    due: Annotated[date, Field(description="Day by which it is to be done")]
    state: Annotated[ActionState, Field(description="Whether it is open, done or abandoned")] = ActionState.OPEN
    ended_on: Annotated[date | None, Field(description="Day on which it was done or abandoned; null while open")] = None
    remark: Annotated[LongWords | None, Field(description="How it goes; of an abandoned one why")] = None
    recovers: Annotated[Cost, Field(description="What it is expected to make up for")] = pounds(0)

    def to_domain(self) -> PlannedAction:
        return PlannedAction(
            code=self.action,
            what=self.what,
            owner=self.owner,
            due=self.due,
            state=self.state,
            ended_on=self.ended_on,
            remark=self.remark,
            recovers=self.recovers.amount,
        )


class ActionPlanBody(StrictBody):
    """All that partners resolved, and how it stands: the whole of it, each time."""

    financial_year: FinancialYear
    decision: Annotated[Words, Field(description="What resolved it: a meeting and its minute")]
    resolved_on: Annotated[date, Field(description="Day on which it was resolved")]
    actions: Annotated[
        list[PlannedActionBody],
        Field(min_length=1, max_length=MOST_ACTIONS, description="What is to be done, in order"),
    ]
    reason: Annotated[Reason | None, Field(description="Why it changes; needed where it is another than before")] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "financial_year": "2017/18",
                    "decision": "Integrated Commissioning Board, 25 January 2018, minute 9",
                    "resolved_on": "2018-01-25",
                    "actions": [
                        {
                            "action": "agency",
                            "what": "Fill the posts that agencies fill",
                            "owner": "Director of Integrated Commissioning",
                            "due": "2018-03-31",
                            "recovers": {"amount": "40000.00"},
                        }
                    ],
                }
            ]
        }
    )

    def to_domain(self) -> Resolved:
        actions = tuple(one.to_domain() for one in self.actions)
        return Resolved(self.financial_year, self.decision, self.resolved_on, actions)


class PlannedActionOut(OutBody):
    """An action, and whether its day has passed."""

    action: Annotated[str, Field(description="Names the action within its plan")]
    what: Annotated[str, Field(description="What is to be done")]
    owner: Annotated[str, Field(description="Who answers for it")]
    due: Annotated[date, Field(description="Day by which it is to be done")]
    state: Annotated[ActionState, Field(description="Whether it is open, done or abandoned")]
    ended_on: Annotated[date | None, Field(description="Day on which it was done or abandoned; null while open")]
    remark: Annotated[str | None, Field(description="How it goes; of an abandoned one why")]
    recovers: Annotated[Money, Field(description="What it is expected to make up for")]
    overdue: Annotated[bool, Field(description="Whether it is open and its day is before the business date")]

    @classmethod
    def of(cls, one: PlannedAction, today: date) -> Self:
        return cls(
            action=one.code,
            what=one.what,
            owner=one.owner,
            due=one.due,
            state=one.state,
            ended_on=one.ended_on,
            remark=one.remark,
            recovers=pounds(one.recovers),
            overdue=one.is_overdue(today),
        )


class ActionPlanOut(OutBody):
    """What partners resolved about the variance of a year, and how it stands."""

    fund: str
    reference: Annotated[str, Field(description="Names the plan within its fund, for good")]
    financial_year: str
    decision: Annotated[str, Field(description="What resolved it: a meeting and its minute")]
    resolved_on: Annotated[date, Field(description="Day on which it was resolved")]
    state: Annotated[Literal["open", "ended"], Field(description="Open while one of its actions is")]
    variance: Annotated[Money, Field(description="Variance that was expected of the year when it was recorded first")]
    obliges: Annotated[str | None, Field(description="What that obliged partners to; null where there was none")]
    recovers: Annotated[Money, Field(description="What its actions are to make up for, without those abandoned")]
    uncovered: Annotated[Money, Field(description="What of an overspend no action makes up for")]
    overdue: Annotated[int, Field(description="How many of its actions are overdue")]
    actions: Annotated[list[PlannedActionOut], Field(description="What is to be done, in order")]
    recorded_by: str
    recorded_at: datetime
    business_date: date

    @classmethod
    def of(cls, plan: ActionPlan, today: date) -> Self:
        resolved = plan.resolved
        return cls(
            fund=plan.fund,
            reference=plan.reference,
            financial_year=resolved.financial_year.label,
            decision=resolved.decision,
            resolved_on=resolved.resolved_on,
            state="open" if plan.is_open else "ended",
            variance=pounds(plan.occasion.variance),
            obliges=plan.occasion.obliges,
            recovers=pounds(plan.recovers),
            uncovered=pounds(plan.uncovered),
            overdue=plan.overdue(today),
            actions=[PlannedActionOut.of(one, today) for one in resolved.actions],
            recorded_by=plan.recorded_by,
            recorded_at=plan.recorded_at,
            business_date=plan.business_date,
        )


_COLUMNS: Final = (
    Column("plan", "Plan", "Reference of the plan"),
    Column("financial_year", "Year", "Financial year that it is of"),
    Column("decision", "Decided by", "What resolved it"),
    Column("resolved_on", "Resolved on", "Day on which it was resolved"),
    Column("action", "Action", "Names the action within its plan"),
    Column("what", "What is to be done", "What is to be done"),
    Column("owner", "Owner", "Who answers for it"),
    Column("due", "Due", "Day by which it is to be done"),
    Column("state", "State", "Open, done or abandoned"),
    Column("overdue", "Overdue", "Yes where it is open and its day has passed"),
    Column("ended_on", "Ended on", "Day on which it was done or abandoned"),
    Column("recovers", "Recovers", "What it is expected to make up for, in pounds"),
    Column("remark", "Remark", "How it goes; of an abandoned one why"),
)


def action_plans_table(fund: str, plans: Sequence[ActionPlan], today: date, made_at: datetime) -> Table:
    """A row for each action of each plan."""
    return Table(
        name=f"action-plans-{fund}",
        title=f"Action plans of {fund}, as of {today}",
        about="What partners resolved about variances of the fund: what is to be done, by whom and by when.",
        columns=_COLUMNS,
        rows=[row for plan in plans for row in _rows(plan, today)],
        made_at=made_at,
    )


def _rows(plan: ActionPlan, today: date) -> Iterator[Row]:
    resolved = plan.resolved
    for one in resolved.actions:
        yield (
            plan.reference,
            resolved.financial_year.label,
            resolved.decision,
            resolved.resolved_on,
            one.code,
            one.what,
            one.owner,
            one.due,
            one.state.value,
            "Yes" if one.is_overdue(today) else "No",
            one.ended_on,
            one.recovers,
            one.remark,
        )
