"""The periods of a chart: one after the other, those without an observation too."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.period import Period, PeriodKind

MOST: Final = 240


def slots_of(points: Sequence[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any] | None]:
    """Each period from the first point's to the last's in order, with its point or None where there is no observation.

    Periods that overlap have nothing between them: then the points themselves. Of more than 240 the latest.
    """
    if not points:
        return []
    found = [(Period.parse(point["period"], PeriodKind(kind)), point) for point in points]
    if found[0][0].overlaps:
        return [*points[-MOST:]]
    by_period = dict(found)
    slots: list[Mapping[str, Any] | None] = []
    first, period = found[0][0], found[-1][0]
    while not period < first and len(slots) < MOST:
        slots.append(by_period.get(period))
        period = period.previous()
    return slots[::-1]
