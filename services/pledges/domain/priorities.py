"""Priorities, and how one is rolled up from its actions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm

from contracts.money import allocate, to_penny
from contracts.notes import SourceNote
from services.pledges.domain.action_views import ActionView
from services.pledges.domain.actions import Action
from services.pledges.domain.status import Delivery, Schedule

WHOLE = Decimal(100)
EQUAL_WEIGHT = Decimal(1)


@dataclass(frozen=True, slots=True)
class Priority:
    code: str
    title: str
    gap: str | None = None
    leads: tuple[str, ...] = ()
    notes: tuple[SourceNote, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionStatus:
    """What a roll-up reads of an action. ``weight`` None counts as 1, so no weights means equal ones.

    Actions with the same ``whole`` are parts of one action: that of this ``code``, or one that stands nowhere else.
    """

    delivery: Delivery
    schedule: Schedule
    weight: Decimal | None = None
    code: str | None = None
    whole: str | None = None

    @classmethod
    def of(cls, action: Action, today: date) -> "ActionStatus":
        definition = action.definition
        return cls(action.progress.delivery, action.schedule(today), definition.weight, action.code, action.whole)

    @property
    def share(self) -> Fraction:
        return Fraction(EQUAL_WEIGHT if self.weight is None else self.weight)


@dataclass(frozen=True, slots=True)
class RollUp:
    """A priority from its actions: per cent of the weight in each state of delivery, exactly 100.00 together.

    An action with parts counts once, by its own weight, which its parts share by theirs. ``progress`` is the delivered
    per cent of what can still be delivered, that is without ``undeliverable_external``; None where nothing can be, or
    nothing weighs anything.
    """

    actions: int
    parts: int
    overdue: int
    shares: Mapping[Delivery, Decimal]
    progress: Decimal | None


@dataclass(frozen=True, slots=True)
class PriorityView:
    """A priority with its roll-up, and its actions where they are asked for; ``state_on`` as of an action."""

    priority: Priority
    roll_up: RollUp
    actions: tuple[ActionView, ...] = ()
    state_on: date | None = None


def roll_up_on(actions: Iterable[Action], day: date) -> RollUp:
    """The weighted state of a priority on a day, by its actions."""
    return roll_up([ActionStatus.of(one, day) for one in actions])


def roll_up(actions: Sequence[ActionStatus]) -> RollUp:
    """The weighted state of a priority. Without any weight at all the shares are all zero."""
    wholes = _wholes(actions)
    weights = dict.fromkeys(Delivery, Fraction(0))
    for whole, parts in wholes:
        for delivery, weight in _weights(whole, parts).items():
            weights[delivery] += weight
    overdue = sum(any(one.schedule is Schedule.OVERDUE for one in parts or [whole]) for whole, parts in wholes)
    return RollUp(len(wholes), sum(len(parts) for _, parts in wholes), overdue, _shares(weights), _progress(weights))


def _wholes(actions: Sequence[ActionStatus]) -> list[tuple[ActionStatus, list[ActionStatus]]]:
    """Each action that is no part, with its parts; one stands in where a whole is none of the actions."""
    parts: dict[str, list[ActionStatus]] = {}
    for one in actions:
        if one.whole is not None:
            parts.setdefault(one.whole, []).append(one)
    alone = [one for one in actions if one.whole is None]
    named = {one.code for one in alone}
    stand_ins = [replace(parts[whole][0], weight=None, code=whole) for whole in parts if whole not in named]
    return [(one, parts.get(one.code or "", [])) for one in [*alone, *stand_ins]]


def _weights(whole: ActionStatus, parts: Sequence[ActionStatus]) -> dict[Delivery, Fraction]:
    """The weight of an action by state of delivery, shared by its parts; those that weigh nothing share equally."""
    total = sum((one.share for one in parts), Fraction(0))
    found = dict.fromkeys(Delivery, Fraction(0))
    for one in parts or [whole]:
        part = one.share / total if total else Fraction(1, len(parts) or 1)
        found[one.delivery] += whole.share * part
    return found


def _shares(weights: Mapping[Delivery, Fraction]) -> dict[Delivery, Decimal]:
    if not sum(weights.values()):
        return dict.fromkeys(weights, Decimal("0.00"))
    common = lcm(*(weight.denominator for weight in weights.values()))
    whole = [Decimal(int(weight * common)) for weight in weights.values()]
    return dict(zip(weights, allocate(WHOLE, whole), strict=True))


def _progress(weights: Mapping[Delivery, Fraction]) -> Decimal | None:
    reachable = sum(weights.values()) - weights[Delivery.UNDELIVERABLE_EXTERNAL]
    if not reachable:
        return None
    delivered = 100 * weights[Delivery.DELIVERED] / reachable
    return to_penny(Decimal(delivered.numerator) / Decimal(delivered.denominator))
