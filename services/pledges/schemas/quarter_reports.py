"""Bodies of the report of a quarter."""

from datetime import date
from typing import Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.colours import Colour
from contracts.period import Period
from services.pledges.domain import quarter_reports as domain
from services.pledges.domain.board_decisions import Outcome
from services.pledges.domain.priorities import Priority, RollUp
from services.pledges.domain.quarter_reports import ExceptionKind, QuarterReport, Reason
from services.pledges.domain.returns import QuarterlyReturn, ReturnState
from services.pledges.domain.sign_offs import Decision
from services.pledges.domain.status import Delivery, Evidence, Schedule
from services.pledges.schemas.board_decisions import BoardDecisionOut, ConditionOut
from services.pledges.schemas.priorities import RollUpOut


class ReportedReturnOut(OutBody):
    """What an assignment's people reported of the quarter, as it is now, or was at the moment that is asked for."""

    id: str = Field(description="Pledge, quarter and number of the assignment", examples=["2018-46.2017-18-Q3.1"])
    portfolio_holder: str
    state: ReturnState
    late: bool = Field(description="First submitted after it was due")
    missing: bool = Field(description="Never submitted, or not again, though it was due")
    colour: Colour | None
    narrative: str | None
    next_steps: str | None

    @classmethod
    def of(cls, found: QuarterlyReturn, today: date) -> Self:
        return cls(
            id=found.id,
            portfolio_holder=found.assignment.portfolio_holder,
            state=found.state,
            late=found.is_late,
            missing=found.is_missing(today),
            colour=found.colour,
            narrative=found.narrative,
            next_steps=found.next_steps,
        )


class ReportedPledgeOut(OutBody):
    """A pledge at the quarter's end, with what was reported of it."""

    id: str = Field(description="Set and number", examples=["2018-46"])
    theme: str
    wording: str
    portfolio_holders: list[str] = Field(description="Who answered for it on the day", examples=[["A. Holder"]])
    due: date | None
    delivery: Delivery
    evidence: Evidence
    schedule: Schedule
    closed_on: date | None
    last_evidence_on: date | None = Field(description="Day of the last evidence; null where there never was any")
    returns: list[ReportedReturnOut] = Field(description="Of its assignments, for the quarter")

    @classmethod
    def of(cls, found: domain.ReportedPledge, today: date) -> Self:
        line, state = found.line, found.line.state
        return cls(
            id=state.id,
            theme=state.theme,
            wording=state.wording,
            portfolio_holders=list(dict.fromkeys(one.portfolio_holder for one in line.assignments)),
            due=state.due,
            delivery=state.progress.delivery,
            evidence=state.evidence,
            schedule=line.schedule,
            closed_on=state.progress.closed_on,
            last_evidence_on=line.last_evidence_on,
            returns=[ReportedReturnOut.of(one, today) for one in found.returns],
        )


class ReportedPriorityOut(OutBody):
    """A priority, rolled up from its actions as they were at the quarter's end."""

    code: str = Field(examples=["mental-health"])
    title: str
    leads: list[str]
    roll_up: RollUpOut

    @classmethod
    def of(cls, priority: Priority, roll_up: RollUp) -> Self:
        return cls(code=priority.code, title=priority.title, leads=list(priority.leads), roll_up=RollUpOut.of(roll_up))


class ExceptionOut(OutBody):
    """Something that a board has to look at, and why."""

    kind: ExceptionKind = Field(description="What it is")
    code: str = Field(examples=["hubs-phase-1"])
    title: str
    reasons: list[Reason] = Field(description="Why it is an exception: `red` is the author's own judgement")

    @classmethod
    def of(cls, found: domain.ReportedException) -> Self:
        return cls(kind=found.kind, code=found.code, title=found.title, reasons=list(found.reasons))


class DecidedByBoardOut(OutBody):
    """A decision of a board within the quarter."""

    code: str = Field(examples=["2018-1"])
    title: str = Field(description="What was asked then")
    board: str | None
    outcome: Outcome
    taken_on: date = Field(description="Day on which it was taken")
    conditions: list[ConditionOut]

    @classmethod
    def of(cls, found: domain.DecidedByBoard) -> Self:
        asked, taking = found.taken.asked, found.taken.taking
        return cls(
            code=found.decision.code,
            title=asked.title,
            board=asked.board,
            outcome=taking.outcome,
            taken_on=taking.taken_on,
            conditions=[ConditionOut.of(one) for one in taking.conditions],
        )


class DecidedOnPledgeOut(OutBody):
    """A pledge that was signed off or reopened within the quarter."""

    pledge: str = Field(examples=["2018-46"])
    decision: Decision
    portfolio_holder: str | None = Field(description="Who signed; null where it was reopened")
    decided_on: date = Field(description="Business date of the decision", examples=["2018-02-20"])
    reason: str | None

    @classmethod
    def of(cls, found: domain.DecidedOnPledge) -> Self:
        taken = found.taken
        return cls(
            pledge=found.pledge,
            decision=taken.decision,
            portfolio_holder=taken.portfolio_holder,
            decided_on=taken.business_date,
            reason=taken.reason,
        )


class QuarterReportOut(OutBody):
    """The report of a quarter to the board: pledges, priorities, exceptions and decisions."""

    quarter: Period
    state_on: date = Field(
        description="Business date that pledges, priorities and actions are of: the quarter's last day once it is over",
        examples=["2017-12-31"],
    )
    pledges_by_delivery: dict[Delivery, int] = Field(
        description="How many pledges are in each state of delivery", examples=[{"in_progress": 7, "delivered": 3}]
    )
    pledges: list[ReportedPledgeOut] = Field(description="All that there were, by set and number")
    priorities: list[ReportedPriorityOut] = Field(description="All that there were, by code")
    exceptions: list[ExceptionOut] = Field(description="What a board has to look at: pledges, returns, then actions")
    board_decisions: list[DecidedByBoardOut] = Field(description="Taken by boards within the quarter, by day")
    pledge_decisions: list[DecidedOnPledgeOut] = Field(description="On pledges, within the quarter")
    open_decisions: list[BoardDecisionOut] = Field(description="That no board has taken yet, whenever due, by code")

    @classmethod
    def of(cls, found: QuarterReport) -> Self:
        return cls(
            quarter=found.quarter,
            state_on=found.day,
            pledges_by_delivery=dict(found.by_delivery),
            pledges=[ReportedPledgeOut.of(one, found.today) for one in found.pledges],
            priorities=[ReportedPriorityOut.of(*one) for one in found.priorities],
            exceptions=[ExceptionOut.of(one) for one in found.exceptions],
            board_decisions=[DecidedByBoardOut.of(one) for one in found.board_decisions],
            pledge_decisions=[DecidedOnPledgeOut.of(one) for one in found.pledge_decisions],
            open_decisions=[BoardDecisionOut.of(one) for one in found.open_decisions],
        )
