"""The series as shown and sent: the six periods that end at the latest with a value or a symbol."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from contracts.period import Period

WINDOW = 6
"""How many periods a trend reads, a graph shows and an event carries."""


def window_size(periods: Sequence[Period]) -> int:
    """How many of ``periods``, oldest first, lie in the six that end with the last; the six latest where they overlap.

    Periods without an observation are not listed, so it may be fewer than six.
    """
    latest = periods[-WINDOW:]
    if not latest or latest[-1].overlaps:
        return len(latest)
    first = _first_start(latest[-1])
    return sum(period.start >= first for period in latest)


@lru_cache(maxsize=4096)
def _first_start(latest: Period) -> date:
    """When the first of the six periods that end with ``latest`` begins."""
    first = latest
    for _ in range(WINDOW - 1):
        first = first.previous()
    return first.start
