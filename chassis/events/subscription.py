"""What a service hears, and records sorted by whether it is for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chassis.bus.port import Record, TopicPartition
from chassis.events.dead_letters import Reason
from chassis.events.envelope import Delivery, UnreadableEventError, delivery
from chassis.events.projection import AnyProjection


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a service listens to, and the projection it makes of that.

    ``supersedes``: a newer event of an aggregate makes an older parked one needless.
    """

    consumer: str
    topics: tuple[str, ...]
    types: tuple[str, ...]
    projection: AnyProjection
    supersedes: bool = False


@dataclass(slots=True)
class Sorted:
    """A batch, sorted into what is applied and what is parked unread."""

    apply: list[Delivery] = field(default_factory=list)
    park: list[tuple[Record, Reason, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Share:
    """One partition's part of a transaction: its records, and where the consumer must stand for them."""

    source: TopicPartition
    expected: int
    records: Sequence[Record]

    @property
    def following(self) -> int:
        return self.records[-1].offset + 1


def sort(records: Sequence[Record], types: Sequence[str]) -> Sorted:
    """Events to apply; unknown versions of their types and unreadable records to park; other types are not ours."""
    found, bases = Sorted(), {_base(name) for name in types}
    for record in records:
        try:
            event = delivery(record)
        except UnreadableEventError as error:
            found.park.append((record, Reason.UNREADABLE, str(error)))
            continue
        if event.type in types:
            found.apply.append(event)
        elif _base(event.type) in bases:
            found.park.append(
                (record, Reason.UNKNOWN_VERSION, f"{event.type} is not known here; known: {', '.join(types)}")
            )
    return found


def _base(type_: str) -> str:
    return type_.rpartition(".v")[0]
