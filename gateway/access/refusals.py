"""How often keys were refused of late, by the address that showed them: guessing gets slow, and the database rest."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_ADDRESSES = 10_000
"""So many are remembered, the latest; who has more of them is not stopped by this."""
SECONDS = 60.0


class Refusals:
    """A bucket for each address: ``most`` refusals at once, and as many again in the course of a minute."""

    def __init__(self, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """By address, what is left, and when that was counted."""

    def seconds_to_wait(self, address: str) -> float:
        """How long until a key that is not known from this address is looked up again; 0 for at once."""
        missing = 1.0 - self._left(address)
        return max(missing, 0.0) * SECONDS / self._most

    def add(self, address: str) -> None:
        """Count a refusal."""
        self._buckets[address] = max(self._left(address) - 1.0, 0.0), self._monotonic()
        self._buckets.move_to_end(address)
        if len(self._buckets) > MOST_ADDRESSES:
            self._buckets.popitem(last=False)

    def _left(self, address: str) -> float:
        left, at = self._buckets.get(address, (float(self._most), self._monotonic()))
        return min(left + (self._monotonic() - at) * self._most / SECONDS, float(self._most))
