"""What partners resolve to do about a variance: dated actions, each somebody's, until every one of them has ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from contracts.period import Period

NOTHING = Decimal(0)


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """Something that is to be done by a day. ``recovers`` is what it is expected to make up for, in pounds."""

    code: str
    what: str
    owner: str
    due: date
    state: ActionState = ActionState.OPEN
    ended_on: date | None = None
    remark: str | None = None
    recovers: Decimal = NOTHING

    def is_overdue(self, today: date) -> bool:
        return self.state is ActionState.OPEN and self.due < today


@dataclass(frozen=True, slots=True)
class Resolved:
    """What partners resolved of a financial year: by which decision, on which day, and what is to be done."""

    financial_year: Period
    decision: str
    resolved_on: date
    actions: Sequence[PlannedAction]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why there is a plan: the variance that was expected of the year, in pounds, and what it obliged partners to."""

    variance: Decimal
    obliges: str | None


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """A plan as it was recorded last. The occasion stays what it was when the plan was recorded first."""

    fund: str
    reference: str
    resolved: Resolved
    occasion: Occasion
    recorded_by: str
    recorded_at: datetime
    business_date: date

    @property
    def is_open(self) -> bool:
        return any(one.state is ActionState.OPEN for one in self.resolved.actions)

    @property
    def recovers(self) -> Decimal:
        """What its actions are expected to make up for together, but for those that are abandoned."""
        kept = (one.recovers for one in self.resolved.actions if one.state is not ActionState.ABANDONED)
        return sum(kept, NOTHING)

    @property
    def uncovered(self) -> Decimal:
        """What of an overspend no action makes up for."""
        return max(self.occasion.variance - self.recovers, NOTHING)

    def overdue(self, today: date) -> int:
        return sum(one.is_overdue(today) for one in self.resolved.actions)


def plan_faults(wanted: Resolved, before: Resolved | None, today: date) -> list[tuple[str, str]]:
    """Fields, and what is wrong with them: of each action, of the plan, and of what it was before."""
    found = [("resolved_on", f"is after the business date, {today}")] if wanted.resolved_on > today else []
    for place, one in enumerate(wanted.actions):
        found += [(f"actions.{place}.{field}", why) for field, why in _action_faults(one, wanted.resolved_on, today)]
    found += [(f"actions.{place}.action", "is named twice") for place in _repeated(wanted.actions)]
    return found + ([] if before is None else list(_changes_refused(wanted, before)))


def _action_faults(one: PlannedAction, resolved_on: date, today: date) -> Iterator[tuple[str, str]]:
    if one.due < resolved_on:
        yield "due", "is before the day on which it was resolved"
    if (one.ended_on is None) is not (one.state is ActionState.OPEN):
        yield "ended_on", "is said of an action that is done or abandoned, and of no other"
    if one.ended_on is not None and not resolved_on <= one.ended_on <= today:
        yield "ended_on", f"is not between the day on which it was resolved and the business date, {today}"
    if one.state is ActionState.ABANDONED and not one.remark:
        yield "remark", "says why it is abandoned"


def _repeated(actions: Sequence[PlannedAction]) -> Iterator[int]:
    codes = [one.code for one in actions]
    yield from (place for place, code in enumerate(codes) if code in codes[:place])


def _changes_refused(wanted: Resolved, before: Resolved) -> Iterator[tuple[str, str]]:
    """What was resolved is not left out, and a plan stays one of its year."""
    if wanted.financial_year != before.financial_year:
        yield "financial_year", f"is that of {before.financial_year} for good"
    kept = {one.code for one in wanted.actions}
    if gone := [one.code for one in before.actions if one.code not in kept]:
        yield "actions", f"{', '.join(gone)}: what was resolved is abandoned, not left out"
