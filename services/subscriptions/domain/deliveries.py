"""How deliveries end, what waits behind one that failed, and what becomes of a subscription that fails.

Order holds per aggregate: where an event fails, what follows of its aggregate waits, and every other aggregate goes on.
An aggregate that waits is one row with the position to go on from; its events stay in the feed. Where nothing at all
gets through, nothing more is read: then one event is tried now and then, until one gets through or three days are past.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from services.subscriptions.domain import retries

BREAKER_FAILURES: Final = 5
"""After so many failures in a row without a success one event at a time is tried."""
LONGEST_PROBE: Final = timedelta(minutes=15)
PROBED: Final = 2
"""How many aggregates are tried of a receiver that takes nothing: the longest that waits, and one that does not yet."""
Aggregate = tuple[str, str]
"""(service, subject)"""

OK_STATUSES: Final = range(200, 300)
REDIRECT_STATUSES: Final = range(300, 400)
GONE_STATUS: Final = 410


class Outcome(StrEnum):
    """How an attempt ended. Whether nobody listens or a network drops what is sent is one: ``unreachable``.

    ``undelivered`` is no attempt: a message to a mailbox that was accepted, and that nobody is known to have collected.
    """

    DELIVERED = "delivered"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    GONE = "gone"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    ADDRESS_REFUSED = "address_refused"
    UNDELIVERED = "undelivered"


class WaitingState(StrEnum):
    WAITING = "waiting"
    DEAD = "dead"


def outcome_of(status: int) -> Outcome:
    """What a receiver's answer means: only 2xx is success, and redirects are not followed."""
    if status in OK_STATUSES:
        return Outcome.DELIVERED
    if status == GONE_STATUS:
        return Outcome.GONE
    return Outcome.REDIRECTED if status in REDIRECT_STATUSES else Outcome.REFUSED


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to a receiver, and what came of it. ``answer`` holds its first headers and text, cut."""

    outcome: Outcome
    started_at: datetime
    milliseconds: int
    status: int | None = None
    retry_after: timedelta | None = None
    request: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None

    @property
    def is_delivered(self) -> bool:
        return self.outcome is Outcome.DELIVERED


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line of the delivery log. ``position`` is None for tests and heartbeats, which are not in the feed."""

    id: int
    subscription: str
    event_id: str
    type: str
    service: str | None
    subject: str
    position: int | None
    attempts: int
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which lines of the log are wanted."""

    outcome: Outcome | None = None
    subject: str | None = None
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An aggregate whose events wait: from ``position`` on, which is tried again when it is due.

    ``attempts`` counts those that failed at this position, ``first_failed_at`` is when the first of them did; an
    aggregate that nothing was tried of has none.
    """

    service: str
    subject: str
    position: int
    due_at: datetime
    attempts: int = 0
    first_failed_at: datetime | None = None
    state: WaitingState = WaitingState.WAITING
    outcome: Outcome | None = None
    status: int | None = None
    dead_at: datetime | None = None

    @property
    def aggregate(self) -> Aggregate:
        return self.service, self.subject

    def failed(self, attempt: Attempt, now: datetime, chance: float, *, may_die: bool) -> "Waiting":
        """The same after another failed attempt: tried again later, or dead once it has been tried for three days.

        ``may_die`` is false while nothing at all gets through: then it is the subscription that ends, not each event.
        """
        first, attempts = self.first_failed_at or now, self.attempts + 1
        due_at = retries.next_attempt(first, now, attempts, chance, attempt.retry_after)
        is_dead = due_at is None and may_die
        return replace(
            self,
            due_at=due_at or now + retries.pause_after(attempts, chance),
            attempts=attempts,
            first_failed_at=first,
            state=WaitingState.DEAD if is_dead else WaitingState.WAITING,
            outcome=attempt.outcome,
            status=attempt.status,
            dead_at=now if is_dead else None,
        )


@dataclass(frozen=True, slots=True)
class Fitness:
    """Whether a receiver takes anything. ``failures`` counts attempts in a row that failed; ``due_at``: not before."""

    due_at: datetime
    failures: int = 0
    failing_since: datetime | None = None
    last_success_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether one event at a time is tried."""
        return self.failures >= BREAKER_FAILURES

    def is_spent(self, now: datetime) -> bool:
        """Whether nothing has got through for three days."""
        return self.is_open and self.failing_since is not None and now >= self.failing_since + retries.LASTS

    def after(self, tally: "Tally", now: datetime, chance: float) -> "Fitness":
        """The same after a batch."""
        pause = tally.retry_after or timedelta()
        if tally.delivered:
            return Fitness(now + pause, 0, None, now)
        if not tally.failed:
            return self
        failures = self.failures + tally.failed
        since = self.failing_since or now
        if failures >= BREAKER_FAILURES:
            probes = failures - BREAKER_FAILURES + 1
            pause = max(pause, min(retries.pause_after(probes, chance), LONGEST_PROBE))
        return Fitness(now + pause, failures, since, self.last_success_at)


@dataclass(slots=True)
class Tally:
    """What came of a batch so far: aggregates that failed are counted once."""

    delivered: int = 0
    failed: int = 0
    is_gone: bool = False
    retry_after: timedelta | None = None

    def count(self, attempt: Attempt) -> None:
        if attempt.is_delivered:
            self.delivered += 1
            return
        self.failed += 1
        self.is_gone |= attempt.outcome is Outcome.GONE
        if attempt.retry_after:
            self.retry_after = max(self.retry_after or timedelta(), attempt.retry_after)

    def is_over(self, before: Fitness) -> bool:
        """Whether nothing more is to be sent in this batch: the receiver says so, or takes nothing."""
        if self.is_gone or self.retry_after:
            return True
        allowed = PROBED if before.is_open else BREAKER_FAILURES - before.failures
        return not self.delivered and self.failed >= allowed
