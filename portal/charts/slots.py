"""The periods of a chart: one after the other, those without an observation too."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.period import Period, PeriodKind

MOST: Final = 240
AHEAD: Final = 8
"""Periods after the latest observation that a chart shows of what is expected."""

Point = Mapping[str, Any]
Labelled = tuple[str, Point | None]
"""A period's label, with its point or None where there is no observation."""


def slots_of(points: Sequence[Point], kind: str) -> list[Point | None]:
    """Each period from the first point's to the last's in order, with its point or None where there is no observation.

    Periods that overlap have nothing between them: then the points themselves. Of more than 240 the latest.
    """
    return [point for _, point in labelled_slots(points, kind)]


def labelled_slots(points: Sequence[Point], kind: str, expected: Sequence[str] = ()) -> list[Labelled]:
    """The same with the labels of the periods, and after them the first of the ``expected`` ones that are later."""
    if not points:
        return []
    found = [(Period.parse(point["period"], PeriodKind(kind)), point) for point in points]
    last = found[-1][0]
    if last.overlaps:
        return [(point["period"], point) for point in points[-MOST:]]
    parsed = [Period.parse(label, PeriodKind(kind)) for label in expected]
    later = [each.label for each in parsed if last < each]
    ahead: list[Labelled] = [(label, None) for label in later[:AHEAD]]
    by_period = dict(found)
    slots: list[Labelled] = []
    first, period = found[0][0], last
    while not period < first and len(slots) < MOST:
        slots.append((period.label, by_period.get(period)))
        period = period.previous()
    return slots[::-1] + ahead
