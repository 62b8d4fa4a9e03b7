"""Small numbers that are not published, and what else is hidden so that nobody can work them out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from contracts.breakdown import Breakdown
from contracts.indicators import Missing
from services.indicators.domain.definitions import MULTIPLIER, Indicator, Unit
from services.indicators.domain.observations import Observation, Revision
from services.indicators.domain.provenance import PRINTED


def count_of(seen: Observation, indicator: Indicator) -> Decimal | None:
    """How many people or events a value stands for; None where that is not known.

    Not rounded where it follows from value and denominator.
    """
    if seen.count is not None:
        return seen.count
    if indicator.unit is Unit.COUNT:
        return seen.value
    multiplier = MULTIPLIER.get(indicator.unit)
    if not indicator.is_crude or multiplier is None or seen.value is None or seen.denominator is None:
        return None
    return seen.value * seen.denominator / multiplier


def is_small(seen: Observation, indicator: Indicator, below: int) -> bool:
    """Whether few are counted, or counted out of: none of three says of each of the three."""
    counts = (count_of(seen, indicator), seen.denominator)
    return any(count is not None and 0 < count < below for count in counts)


@dataclass(frozen=True, slots=True)
class Cells:
    """One state of an indicator in an area and period: ``counts`` of its breakdowns, where they are known.

    Where it is not known how many are counted it is how many they are out of: those add up as well.
    ``small`` are those that are not to be published, ``already`` those that carry ``[c]``.
    """

    counts: Mapping[Breakdown, Decimal]
    small: frozenset[Breakdown] = frozenset()
    already: frozenset[Breakdown] = frozenset()

    @classmethod
    def of(cls, seen: Mapping[Breakdown, Observation], indicator: Indicator, below: int) -> "Cells":
        counted = {breakdown: (count_of(each, indicator), each.denominator) for breakdown, each in seen.items()}
        known = {breakdown: [each for each in counts if each is not None] for breakdown, counts in counted.items()}
        return cls(
            {breakdown: counts[0] for breakdown, counts in known.items() if counts},
            frozenset(breakdown for breakdown, each in seen.items() if is_small(each, indicator, below)),
            frozenset(breakdown for breakdown, each in seen.items() if each.missing is Missing.SUPPRESSED),
        )

    @property
    def breakdowns(self) -> frozenset[Breakdown]:
        return self.small | self.already | self.counts.keys()

    def with_(self, newer: "Cells") -> "Cells":
        """What is in either, as it is in the newer; a symbol only where there never was a count."""
        counts = {**self.counts, **newer.counts}
        return Cells(counts, self.small | newer.small, (self.already | newer.already) - counts.keys())


def states(revisions: Collection[Revision], indicator: Indicator, below: int) -> Iterator[Cells]:
    """Every state that the revisions of an indicator in one area and period were in, oldest first.

    What was recorded at one moment is one state, but for a breakdown that changed twice in it.
    """
    seen: dict[Breakdown, Observation] = {}
    for _, step in groupby(_numbered(revisions), key=lambda each: each[:2]):
        seen |= {revision.series.breakdown: revision.observation for *_, revision in step}
        yield Cells.of(seen, indicator, below)


def _numbered(revisions: Collection[Revision]) -> list[tuple[object, int, Revision]]:
    """In order by their moment and, within it, by how often their breakdown had changed in it before."""
    times: dict[tuple[Breakdown, object], int] = {}
    found = []
    for each in sorted(revisions, key=lambda each: (each.recorded_at, each.number)):
        where = each.series.breakdown, each.recorded_at
        times[where] = times.get(where, 0) + 1
        found.append((each.recorded_at, times[where], each))
    return sorted(found, key=lambda each: (each[2].recorded_at, each[1]))


def suppressed(recorded: Sequence[Cells]) -> frozenset[Breakdown]:
    """Which breakdowns of one indicator, area and period are published in none of its states, oldest first.

    First those that are small in any. Then, wherever a total is published and only one of its parts by a dimension is
    hidden, it could be worked out: so the smallest other part is hidden too, a zero only where there is nothing else,
    the total itself where it never has another part. Again, until nothing can be worked out in any state, nor of all
    that there was in any. So what is hidden of one state is hidden of those before and after it, and two of them say
    no more than each.
    """
    ever = frozenset(breakdown for each in recorded for breakdown in each.breakdowns)
    together, hidden = Cells({}), set[Breakdown]()
    for n, state in enumerate(recorded, start=1):
        together = together.with_(state)
        new = state.small - hidden
        hidden |= new
        if new or _hide_in(state, hidden, ever) or _hide_in(together, hidden, ever):
            while any(_hide_in(each, hidden, ever) for each in (*recorded[:n], together)):
                pass
    return frozenset(hidden)


def _hide_in(state: Cells, hidden: set[Breakdown], ever: Collection[Breakdown]) -> bool:
    """Add to ``hidden`` until nothing of a state can be worked out; whether anything was added."""
    lines, size = list(_lines(state.breakdowns)), len(hidden)
    while True:
        more = next((each for each in (_second(line, hidden, state, ever) for line in lines) if each is not None), None)
        if more is None:
            return len(hidden) > size
        hidden.add(more)


Line = tuple[Breakdown, tuple[Breakdown, ...], str]
"""A total, its parts, and the dimension by which they are its parts."""


def _lines(cells: Collection[Breakdown]) -> Iterator[Line]:
    parts: dict[tuple[Breakdown, str], list[Breakdown]] = {}
    for cell in cells:
        for dimension in cell.dimensions:
            parts.setdefault((cell.without(dimension), dimension), []).append(cell)
    for (total, dimension), found in sorted(parts.items(), key=lambda each: (each[0][0].text, each[0][1])):
        if total in cells:
            yield total, tuple(sorted(found)), dimension


def _second(line: Line, hidden: Collection[Breakdown], state: Cells, ever: Collection[Breakdown]) -> Breakdown | None:
    """What else to hide of a line of which only one is hidden."""
    total, parts, dimension = line
    if sum(each in hidden or each in state.already for each in (total, *parts)) != 1:
        return None
    others = [each for each in parts if each not in hidden and each not in state.already]
    if others:
        return min(others, key=lambda each: _rank(each, state.counts))
    elsewhere = (each for each in ever if dimension in each.dimensions and each.without(dimension) == total)
    return None if any(each not in parts for each in elsewhere) else total


def _rank(cell: Breakdown, counts: Mapping[Breakdown, Decimal]) -> tuple[bool, Decimal, str]:
    """A hidden zero would leave the total less all that is shown equal to the very number it is to cover."""
    return counts[cell] == 0, counts[cell], cell.text


def as_suppressed(seen: Observation) -> Observation:
    """The observation as it is published: its symbol, and nothing that its value could be worked out from.

    One that is withdrawn has no symbol either.
    """
    return replace(
        seen,
        value=None,
        missing=None if seen.is_withdrawn else Missing.SUPPRESSED,
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
