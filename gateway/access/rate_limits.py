"""How many calls each caller may make: a bucket that fills evenly, counted at this gateway."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from gateway.access.buckets import SECONDS, Buckets
from gateway.access.errors import TooManyCalls


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a caller, and in how many seconds all of it will be there again."""

    most: int
    left: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers-10."""
        return {
            "ratelimit-policy": f'"caller";q={self.most};w={SECONDS:.0f}',
            "ratelimit": f'"caller";r={self.left};t={self.seconds}',
        }


class RateLimits:
    """``most`` calls at once for each caller, and as many again in the course of a minute."""

    def __init__(self, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._buckets = Buckets(most, monotonic)

    def take(self, caller: str) -> Allowance:
        """Count a call.

        Raises:
            TooManyCalls: nothing is left; it says when there will be.
        """
        left = self._buckets.left(caller)
        if left < 1:
            raise TooManyCalls(math.ceil(self._buckets.seconds_until(1, left)), self._allowance(left).headers())
        return self._allowance(self._buckets.take(caller))

    def _allowance(self, left: float) -> Allowance:
        most = self._buckets.size
        return Allowance(most, int(left), math.ceil(self._buckets.seconds_until(most, left)))
