"""What a recovery asks of each service, in this process or over the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chassis.errors import Unavailable
from chassis.events.inbox import NewestApplied
from chassis.events.outbox import NewestEvent
from chassis.events.recovery import Generation


class StoresUnreachable(Unavailable):
    type_, title = "stores-unreachable", "A service does not answer what a recovery asks"


@dataclass(frozen=True, slots=True)
class ConsumerInfo:
    """A consumer of a service: by whose events, of which types, it makes its projection."""

    name: str
    producers: tuple[str, ...]
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """The newest event of an aggregate, with its body as it was published."""

    subject: str
    value: bytes
    headers: Mapping[str, str]


class ServiceStores(Protocol):
    """One service's database, and the bus as it sees it.

    Every step is bounded and may be repeated. Lists by subject come in pages, in an order of the database's own:
    ``after`` is the last subject of the page before, and a page that is empty is the end.

    Raises:
        StoresUnreachable: the service, its database or the bus does not answer.
    """

    async def list_consumers(self) -> Sequence[ConsumerInfo]: ...

    async def has_events(self) -> bool:
        """Whether the service publishes events of its own."""

    async def has_aggregate(self, subject: str) -> bool: ...

    async def begin_generation(self, subject: str | None) -> Generation:
        """Begin a generation above every one on the bus, in which the aggregate, or all, will be emitted again."""

    async def list_aggregates(self, after: str) -> Sequence[str]: ...

    async def emit_states(self, subjects: Sequence[str]) -> None: ...

    async def end_recovery(self, generation: int) -> None:
        """Let the relay publish again, unless another recovery has begun a later generation meanwhile."""

    async def recover_consumers(self) -> Mapping[str, int]:
        """Have consumers read from its begin a log that is not the one they have read; partitions, by consumer."""

    async def list_waiting(self) -> Sequence[str]:
        """What is still on its way out of this service or into it, one sentence each."""

    async def list_faults(self) -> Sequence[str]:
        """Which stores went back in time relative to each other, one sentence each."""

    async def list_published(self, types: Sequence[str], after: str) -> Mapping[str, NewestEvent]:
        """The newest event of these types of every aggregate."""

    async def list_applied(self, consumer: str, producer: str, after: str) -> Mapping[str, NewestApplied]:
        """The newest event that the consumer applied of every aggregate of the producer."""

    async def list_events(self, types: Sequence[str], after: str) -> Sequence[PublishedEvent]:
        """The newest event of these types of every aggregate, with its body."""

    async def list_contradicted(self, consumer: str, producer: str, events: Sequence[PublishedEvent]) -> Sequence[str]:
        """Subjects of those newest events that the consumer's stored state does not agree with."""

    async def list_evaluated(self, consumer: str, after: str) -> Mapping[str, bool]:
        """A page of what the consumer evaluated, such as ratings, and whether each is what its state asks for."""

    async def forget_aggregates(self, consumer: str, producer: str, subjects: Sequence[str]) -> int:
        """Have a consumer forget aggregates that their producer no longer has. Returns how many it could."""
