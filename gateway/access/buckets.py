"""Buckets that are taken from and fill evenly, one for each name, counted in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

SECONDS: Final = 60.0
"""In which an empty bucket fills."""
MOST_NAMES: Final = 10_000
"""So many are remembered, the latest; who has more of them is not stopped by this."""


class Buckets:
    """``size`` at once for each name, and as many again in the course of a minute."""

    def __init__(self, size: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.size = size
        self._monotonic = monotonic
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """By name, what is left, and when that was counted."""

    def left(self, name: str) -> float:
        left, at = self._filled.get(name, (float(self.size), self._monotonic()))
        return min(left + (self._monotonic() - at) * self.size / SECONDS, float(self.size))

    def take(self, name: str) -> float:
        """Take one, or what is there of it; returns what is left."""
        left = max(self.left(name) - 1.0, 0.0)
        self._filled[name] = left, self._monotonic()
        self._filled.move_to_end(name)
        if len(self._filled) > MOST_NAMES:
            self._filled.popitem(last=False)
        return left

    def seconds_until(self, wanted: float, left: float) -> float:
        """How long until a bucket with so much left has as much as is wanted; 0 where it has."""
        return max(wanted - left, 0.0) * SECONDS / self.size
