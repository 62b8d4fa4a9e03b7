"""Priorities, and how one is rolled up from its actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.money import allocate, to_penny
from services.pledges.domain.actions import Action, ActionView
from services.pledges.domain.status import Delivery, Schedule

WHOLE = Decimal(100)
EQUAL_WEIGHT = Decimal(1)


@dataclass(frozen=True, slots=True)
class Priority:
    code: str
    title: str
    gap: str | None = None
    leads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionStatus:
    """What a roll-up reads of an action. ``weight`` None counts as 1, so no weights means equal ones."""

    delivery: Delivery
    schedule: Schedule
    weight: Decimal | None = None

    @classmethod
    def of(cls, action: Action, today: date) -> "ActionStatus":
        return cls(action.progress.delivery, action.schedule(today), action.definition.weight)


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


@dataclass(frozen=True, slots=True)
class PriorityView:
    """A priority with its roll-up, and its actions where they are asked for."""

    priority: Priority
    roll_up: RollUp
    actions: tuple[ActionView, ...] = ()


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
