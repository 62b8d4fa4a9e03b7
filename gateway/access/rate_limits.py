"""How many calls each caller may make: a bucket that fills evenly, counted at this gateway."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.access.errors import TooManyCalls

WINDOW: Final = 60
"""Seconds in which a bucket fills."""
MOST_CALLERS: Final = 10_000
"""So many are remembered, the latest."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a caller, and in how many seconds all of it will be there again."""

    most: int
    left: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers-10."""
        return {
            "ratelimit-policy": f'"caller";q={self.most};w={WINDOW}',
            "ratelimit": f'"caller";r={self.left};t={self.seconds}',
        }


class RateLimits:
    """``most`` calls at once for each caller, and as many again in the course of a minute."""

    def __init__(self, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """By caller, what is left, and when that was counted."""

    def take(self, caller: str) -> Allowance:
        """Count a call.

        Raises:
            TooManyCalls: nothing is left; it says when there will be.
        """
        left, now = self._left(caller), self._monotonic()
        if left < 1:
            raise TooManyCalls(math.ceil((1 - left) * WINDOW / self._most), self._allowance(left).headers())
        self._buckets[caller] = left - 1, now
        self._buckets.move_to_end(caller)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        return self._allowance(left - 1)

    def _left(self, caller: str) -> float:
        left, at = self._buckets.get(caller, (float(self._most), self._monotonic()))
        return min(left + (self._monotonic() - at) * self._most / WINDOW, float(self._most))

    def _allowance(self, left: float) -> Allowance:
        return Allowance(self._most, int(left), math.ceil((self._most - left) * WINDOW / self._most))
