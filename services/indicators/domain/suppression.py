"""Small numbers that are not published, and what else is hidden so that nobody can work them out."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from contracts.breakdown import Breakdown
from contracts.indicators import Missing
from services.indicators.domain.definitions import Indicator, Unit
from services.indicators.domain.observations import Observation
from services.indicators.domain.provenance import PRINTED


def count_of(seen: Observation, indicator: Indicator) -> Decimal | None:
    """How many people or events a value stands for; None where that is not known."""
    if seen.count is not None:
        return seen.count
    return seen.value if indicator.unit is Unit.COUNT else None


def suppressed(
    counts: Mapping[Breakdown, Decimal], below: int, already: Collection[Breakdown] = ()
) -> frozenset[Breakdown]:
    """Which counts of one indicator, area and period are not published; ``already`` are those that carry ``[c]``.

    First those from 1 to ``below`` - 1. Then, wherever a total is published and only one of its parts by a dimension
    is hidden, it could be worked out: so the smallest other part is hidden too, a zero only where there is nothing
    else, the total itself where it has no other part. Again, until nothing can be worked out.
    """
    hidden = {breakdown for breakdown, count in counts.items() if 0 < count < below} | set(already)
    lines = list(_lines({*counts, *already}))
    while True:
        more = next((each for each in (_second(line, hidden, counts) for line in lines) if each is not None), None)
        if more is None:
            return frozenset(hidden - set(already))
        hidden.add(more)


Line = tuple[Breakdown, tuple[Breakdown, ...]]
"""A total, and its parts by one dimension."""


def _lines(cells: Collection[Breakdown]) -> Iterator[Line]:
    parts: dict[tuple[Breakdown, str], list[Breakdown]] = {}
    for cell in cells:
        for dimension in cell.dimensions:
            parts.setdefault((cell.without(dimension), dimension), []).append(cell)
    for (total, _), found in sorted(parts.items(), key=lambda each: (each[0][0].text, each[0][1])):
        if total in cells:
            yield total, tuple(sorted(found))


def _second(line: Line, hidden: Collection[Breakdown], counts: Mapping[Breakdown, Decimal]) -> Breakdown | None:
    """What else to hide of a line of which only one is hidden."""
    total, parts = line
    if sum(each in hidden for each in (total, *parts)) != 1:
        return None
    others = [each for each in parts if each not in hidden]
    if not others:
        return total
    return min(others, key=lambda each: (counts[each] == 0, counts[each], each.text))


def as_suppressed(seen: Observation) -> Observation:
    """The observation as it is published: its symbol, and nothing that its value could be worked out from."""
    return replace(
        seen,
        value=None,
        missing=Missing.SUPPRESSED,
        count=None,
        denominator=None,
        lower=None,
        upper=None,
        marks=(),
        note=None,
        basis=None,
        reason=None,
        provenance=PRINTED,
    )
