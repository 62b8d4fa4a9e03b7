"""The rules of pledges, priorities and actions: three axes of status, and the roll-up of a priority."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from contracts.colours import Colour
from contracts.money import allocate, to_penny
from contracts.period import Period

WHOLE = Decimal(100)
EQUAL_WEIGHT = Decimal(1)


class Delivery(StrEnum):
    """How far the work is. Moved by people only."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    UNDELIVERABLE_EXTERNAL = "undeliverable_external"

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is awaited: done, or put out of reach by something outside."""
        return self in {Delivery.DELIVERED, Delivery.UNDELIVERABLE_EXTERNAL}


class Evidence(StrEnum):
    """How much of what is claimed can be shown. Apart from delivery: done without proof is possible."""

    NONE = "none"
    PARTIAL = "partial"
    COMPLETE = "complete"


class Schedule(StrEnum):
    """Where the due date stands. Computed, never stored; ``overdue`` says late, never broken."""

    UNSCHEDULED = "unscheduled"
    ON_TIME = "on_time"
    DUE = "due"
    OVERDUE = "overdue"


class ActionKind(StrEnum):
    MUST_DO = "must_do"
    HUB = "hub"
    WORKFORCE_STEP = "workforce_step"
    STAGE = "stage"


@dataclass(frozen=True, slots=True, order=True)
class IndicatorKey:
    """An indicator in an area."""

    indicator: str
    area: str


@dataclass(frozen=True, slots=True)
class Colours:
    """What an indicator last said of itself in an area; all None until anything was heard."""

    period: Period | None = None
    benchmark: Colour | None = None
    trend: Colour | None = None
    target: Colour | None = None


@dataclass(frozen=True, slots=True)
class ActionStatus:
    """What a roll-up needs to know of an action. ``weight`` None counts as 1, so no weights means equal ones."""

    delivery: Delivery
    schedule: Schedule
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RollUp:
    """A priority from its actions: per cent of the weight in each state of delivery, exactly 100.00 together.

    ``progress`` is the delivered per cent of what can still be delivered, that is without
    ``undeliverable_external``; None where nothing can be, or nothing weighs anything.
    """

    actions: int
    overdue: int
    shares: Mapping[Delivery, Decimal]
    progress: Decimal | None


def schedule(due: date | None, today: date, closed_on: date | None = None) -> Schedule:
    """Where a due date stands on the business date ``today``.

    ``due`` means: falls due within the financial quarter that holds ``today``, the quarter whose return has to
    speak of it. The due day itself is still in time. Closed work is judged on the day it was closed, for good:
    a delivery after the due date stays visible as late.
    """
    if due is None:
        return Schedule.UNSCHEDULED
    if (closed_on or today) > due:
        return Schedule.OVERDUE
    if closed_on is None and due <= Period.quarter_of(today).end:
        return Schedule.DUE
    return Schedule.ON_TIME


def closing_day(delivery: Delivery, before: date | None, given: date | None, today: date) -> date | None:
    """The day work counts as closed: None while open, else the day given, the day known already, or today."""
    if not delivery.is_closed:
        return None
    return given or before or today


def roll_up(actions: Sequence[ActionStatus]) -> RollUp:
    """The weighted state of a priority. Without any weight at all the shares are all zero."""
    weights = dict.fromkeys(Delivery, Decimal(0))
    for action in actions:
        weights[action.delivery] += EQUAL_WEIGHT if action.weight is None else action.weight
    overdue = sum(action.schedule is Schedule.OVERDUE for action in actions)
    return RollUp(len(actions), overdue, _shares(weights), _progress(weights))


def _shares(weights: Mapping[Delivery, Decimal]) -> dict[Delivery, Decimal]:
    if not sum(weights.values()):
        return dict.fromkeys(weights, Decimal("0.00"))
    return dict(zip(weights, allocate(WHOLE, list(weights.values())), strict=True))


def _progress(weights: Mapping[Delivery, Decimal]) -> Decimal | None:
    reachable = sum(weights.values()) - weights[Delivery.UNDELIVERABLE_EXTERNAL]
    return to_penny(WHOLE * weights[Delivery.DELIVERED] / reachable) if reachable else None


def circular(depends_on: Mapping[str, Iterable[str]], start: str) -> list[str]:
    """The way from ``start`` through its dependencies back to itself, both ends named; empty where there is none."""
    ways, seen = [[start]], set[str]()
    for way in ways:  # grows while it is walked: breadth first
        for needed in depends_on.get(way[-1], ()):
            if needed == start:
                return [*way, start]
            if needed not in seen:
                seen.add(needed)
                ways.append([*way, needed])
    return []


def closing_fault(delivery: Delivery, closed_on: date | None, today: date) -> str | None:
    """Why a closing day that was sent does not fit, or None."""
    if closed_on is None:
        return None
    if not delivery.is_closed:
        return f"work that is {delivery} has no closing day"
    return f"is after the business date {today}" if closed_on > today else None
