"""The report of a quarter to the board: its pledges, priorities, exceptions and decisions.

Pledges, priorities and actions are as they were at the quarter's end, on the business date where it is not over yet.
Returns are written after the quarter that they are of, so they are as they are now, and so are decisions that nobody
has taken yet. As it was known at a moment all of it is of what was recorded by then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.colours import Colour
from contracts.period import Period
from services.pledges.domain.actions import Action
from services.pledges.domain.board_decisions import BoardDecision, DecisionView, Taken, waits_for
from services.pledges.domain.dependencies import Dependency
from services.pledges.domain.past import PledgeLine
from services.pledges.domain.priorities import Priority, RollUp, roll_up_on
from services.pledges.domain.readiness import ActionGraph
from services.pledges.domain.returns import QuarterlyReturn
from services.pledges.domain.sign_offs import DecisionTaken
from services.pledges.domain.status import Delivery, Progress, Schedule


class ExceptionKind(StrEnum):
    PLEDGE = "pledge"
    RETURN = "return"
    ACTION = "action"


class Reason(StrEnum):
    """Why something is an exception. ``red`` is the author's own judgement in a return."""

    OVERDUE = "overdue"
    OUT_OF_REACH = "out_of_reach"
    BLOCKED = "blocked"
    MISSING = "missing"
    LATE = "late"
    RED = "red"


@dataclass(frozen=True, slots=True)
class ReportedPledge:
    """A pledge with the returns of its assignments for the quarter, which were opened when that was over."""

    line: PledgeLine
    returns: tuple[QuarterlyReturn, ...]


@dataclass(frozen=True, slots=True)
class ReportedException:
    kind: ExceptionKind
    code: str
    title: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class DecidedByBoard:
    """A decision, and how it was taken within the quarter."""

    decision: BoardDecision
    taken: Taken


@dataclass(frozen=True, slots=True)
class DecidedOnPledge:
    pledge: str
    taken: DecisionTaken


@dataclass(frozen=True, slots=True)
class QuarterReport:
    """``day`` is the business date that pledges, priorities and actions are of; ``today`` that of the returns."""

    quarter: Period
    day: date
    today: date
    pledges: tuple[ReportedPledge, ...]
    priorities: tuple[tuple[Priority, RollUp], ...]
    exceptions: tuple[ReportedException, ...]
    board_decisions: tuple[DecidedByBoard, ...]
    pledge_decisions: tuple[DecidedOnPledge, ...]
    open_decisions: tuple[DecisionView, ...]

    @property
    def by_delivery(self) -> Mapping[Delivery, int]:
        """How many pledges are in each state of delivery."""
        states = [one.line.state.progress.delivery for one in self.pledges]
        return {each: states.count(each) for each in Delivery}


def reported_pledges(lines: Iterable[PledgeLine], returns: Iterable[QuarterlyReturn]) -> tuple[ReportedPledge, ...]:
    """With their returns, those that somebody answers for, or did: of former sets none may be printed."""
    given, answered = list(returns), [one for one in lines if one.state.assignments]
    return tuple(ReportedPledge(one, tuple(each for each in given if each.pledge == one.state.id)) for one in answered)


def reported_priorities(
    priorities: Iterable[Priority], actions: Sequence[Action], day: date
) -> tuple[tuple[Priority, RollUp], ...]:
    """Each with the roll-up of its actions on the day."""
    return tuple(
        (each, roll_up_on([one for one in actions if one.definition.priority == each.code], day)) for each in priorities
    )


def exceptions(
    pledges: Iterable[ReportedPledge],
    actions: Sequence[Action],
    dependencies: Collection[Dependency],
    day: date,
    today: date,
) -> tuple[ReportedException, ...]:
    """Pledges, then their returns, then actions, each in its order."""
    given = list(pledges)
    graph = ActionGraph(actions, dependencies, day)
    found = [_of_pledge(one) for one in given]
    found += [_of_return(each, one.line, today) for one in given for each in one.returns]
    found += [_of_action(one, graph) for one in actions]
    return tuple(one for one in found if one.reasons)


def _of_pledge(pledge: ReportedPledge) -> ReportedException:
    state = pledge.line.state
    reasons = _of_progress(state.progress, pledge.line.schedule)
    return ReportedException(ExceptionKind.PLEDGE, state.id, state.wording, tuple(reasons))


def _of_return(found: QuarterlyReturn, line: PledgeLine, today: date) -> ReportedException:
    reasons = {
        Reason.MISSING: found.is_missing(today),
        Reason.LATE: found.is_late,
        Reason.RED: found.colour is Colour.RED,
    }
    named = tuple(reason for reason, holds in reasons.items() if holds)
    return ReportedException(ExceptionKind.RETURN, found.id, line.state.wording, named)


def _of_action(action: Action, graph: ActionGraph) -> ReportedException:
    reasons = _of_progress(action.progress, action.schedule(graph.today))
    if graph.readiness(action.code).is_blocked:
        reasons.append(Reason.BLOCKED)
    return ReportedException(ExceptionKind.ACTION, action.code, action.definition.title, tuple(reasons))


def _of_progress(progress: Progress, schedule: Schedule) -> list[Reason]:
    """What was delivered late is no exception any more."""
    if progress.delivery is Delivery.UNDELIVERABLE_EXTERNAL:
        return [Reason.OUT_OF_REACH]
    is_late = schedule is Schedule.OVERDUE and not progress.delivery.is_closed
    return [Reason.OVERDUE] if is_late else []


def decided_by_boards(decisions: Iterable[BoardDecision], quarter: Period) -> tuple[DecidedByBoard, ...]:
    """In the order of the days on which they were taken."""
    found = [
        DecidedByBoard(decision, taken)
        for decision in decisions
        for taken in decision.taken
        if quarter.start <= taken.taking.taken_on <= quarter.end
    ]
    return tuple(sorted(found, key=lambda one: (one.taken.taking.taken_on, one.decision.code)))


def not_taken(decisions: Sequence[BoardDecision]) -> tuple[DecisionView, ...]:
    """Those that no board has taken, in their order."""
    by_code = {one.code: one for one in decisions}
    return tuple(DecisionView(one, waits_for(one, by_code)) for one in decisions if one.outcome is None)
