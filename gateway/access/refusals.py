"""How often keys were refused of late, by the address that showed them: guessing gets slow, and the database rest."""

import time
from collections.abc import Callable

from gateway.access.buckets import Buckets


class Refusals:
    """``most`` refusals at once for each address, and as many again in the course of a minute."""

    def __init__(self, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._buckets = Buckets(most, monotonic)

    def seconds_to_wait(self, address: str) -> float:
        """How long until a key that is not known from this address is looked up again; 0 for at once."""
        return self._buckets.seconds_until(1, self._buckets.left(address))

    def add(self, address: str) -> None:
        """Count a refusal."""
        self._buckets.take(address)
