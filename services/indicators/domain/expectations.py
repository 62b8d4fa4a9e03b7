"""What a target expects, period by period: its way, which is drawn beside what was observed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.period import Period
from services.indicators.domain.target_colour import in_force
from services.indicators.domain.targets import Target, TargetKind
from services.indicators.domain.trajectory import expected_value

AHEAD: Final = 120
"""Periods after the latest observed one that a trajectory reaches at most, on the way to the due period."""
MOST: Final = 1_200
"""Periods of a trajectory, the newest ones: a hundred years of months."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected in a period, by the version of the target in force: a value, or the ends of a range.

    ``expected`` is None of a range, and where the comparator that the target follows has no value.
    """

    period: Period
    target: Target
    expected: Decimal | None


def trajectory(
    targets: Sequence[Target], observed: Collection[Period], comparator: Mapping[Period, Decimal | None]
) -> list[Expectation]:
    """What is expected in each period from the first that was observed to the due one, oldest first.

    Left out are periods in which no target is in force, and all of a series that was never observed. Periods of a kind
    that overlap their neighbours have none between them, so of those only the observed ones are there.
    """
    periods = _from_first_to_due(sorted(observed), targets)[-MOST:]
    found = ((period, in_force(targets, period)) for period in periods)
    return [Expectation(period, target, _expected(target, period, comparator)) for period, target in found if target]


def _expected(target: Target, period: Period, comparator: Mapping[Period, Decimal | None]) -> Decimal | None:
    return None if target.kind is TargetKind.RANGE else expected_value(target, period, comparator.get(period))


def _from_first_to_due(observed: Sequence[Period], targets: Sequence[Target]) -> list[Period]:
    if not observed or observed[-1].overlaps:
        return [*observed]
    found = [observed[0]]
    while found[-1] < observed[-1]:
        found.append(found[-1].next())
    newest = in_force(targets, observed[-1])
    for _ in range(AHEAD if newest and newest.due else 0):
        following = found[-1].next()
        if newest is None or newest.due is None or following.end > newest.due.end:
            break
        found.append(following)
    return found
