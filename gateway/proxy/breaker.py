"""Whether a service is asked at all: after failures in a row it is left alone for a moment, then tried by one call."""

import time
from collections.abc import Callable


class Breaker:
    """Opens after ``failures`` in a row, for ``seconds``; then lets one call through, whose outcome decides."""

    def __init__(self, failures: int, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = failures
        self._seconds = seconds
        self._monotonic = monotonic
        self._failures = 0
        self._closed_again_at = 0.0

    def lets_through(self) -> bool:
        """Whether to make a call now. Where it is the one that tries, others wait for another turn."""
        if self._failures < self._most:
            return True
        if self._monotonic() < self._closed_again_at:
            return False
        self._closed_again_at = self._monotonic() + self._seconds
        return True

    def record_answer(self) -> None:
        """The service has answered."""
        self._failures = 0

    def record_failure(self) -> None:
        """The service could not be reached, broke off or was late."""
        self._failures += 1
        self._closed_again_at = self._monotonic() + self._seconds
