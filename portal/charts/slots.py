"""The periods of a chart: one after the other, those without an observation too."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.period import Period, PeriodKind

MOST: Final = 240


def slots_of(points: Sequence[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any] | None]:
    """Each period from the first point's to the last's in order, with its point or None where there is no observation.

    Periods that overlap have nothing between them: then the points themselves.
    """
    if not points:
        return []
    found = [(Period.parse(point["period"], PeriodKind(kind)), point) for point in points]
    if found[0][0].overlaps:
        return [point for _, point in found]
    by_period = dict(found)
    slots: list[Mapping[str, Any] | None] = []
    period, last = found[0][0], found[-1][0]
    while not last < period and len(slots) < MOST:
        slots.append(by_period.get(period))
        period = period.next()
    return slots
