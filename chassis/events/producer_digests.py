"""Digests as those read them who follow a service: what it has published, and which versions that explains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from chassis.bus.port import Bus
from chassis.events.envelope import FIRST_GENERATION, Delivery, UnreadableEventError
from chassis.events.store_checks import get_published
from contracts.digests import DIGEST_PUBLISHED, DigestPublished, RangeDigest, range_of
from contracts.topics import digest_topic


@dataclass(frozen=True, slots=True)
class ProducerDigest:
    """What a service has said last of what it has published; without arguments, that it has said nothing yet.

    ``ends`` is by partition of its log. One that is not ``is_settled`` only bounds versions.
    """

    event_id: str | None = None
    generation: int = FIRST_GENERATION
    position: int = 0
    ends: Sequence[int] = ()
    is_settled: bool = False
    types: frozenset[str] = frozenset()
    ranges: Mapping[int, RangeDigest] = field(default_factory=dict)

    def explains(self, event: Delivery) -> bool:
        """Whether a record of the service's log can have its version.

        No genuine one is refused. Versions rise by one with each event, and an event is a record of its aggregate's
        partition. So a version of this generation is at most the highest that its range had, and one more for each
        record between the digest's end and it. One of a lower generation may be of a time that was lost since: each of
        those events is a record before it, on top of a version that the database still has. A generation is announced
        by a digest before its first event.
        """
        if event.generation > self.generation:
            return False
        since = self._end(event.record.partition) if event.generation == self.generation else 0
        return event.version <= self.highest(event.subject) + max(0, event.record.offset + 1 - since)

    def _end(self, partition: int) -> int:
        return self.ends[partition] if partition < len(self.ends) else 0

    def highest(self, subject: str) -> int:
        """The highest version in the range of a subject; 0 where it has no aggregate."""
        found = self.ranges.get(range_of(subject))
        return found.highest if found else 0


NOTHING_TOLD = ProducerDigest()


async def get_newest_digest(bus: Bus, service: str) -> ProducerDigest:
    """What a service has said last.

    Raises:
        TopicMissing: there is nowhere to say it.
        BusError: the bus does not answer.
    """
    published = await get_published(bus, digest_topic(service))
    told = (_read(event) for event in reversed(published.tail) if event.subject == service)
    return next(filter(None, told), NOTHING_TOLD)


def _read(event: Delivery) -> ProducerDigest | None:
    """None where it is no digest, or none that can be read."""
    if event.type != DIGEST_PUBLISHED:
        return None
    try:
        data = event.data(DigestPublished)
    except (ValidationError, UnreadableEventError):
        return None
    return ProducerDigest(
        event_id=event.id,
        generation=event.generation,
        position=data.position,
        ends=data.ends,
        is_settled=data.settled,
        types=frozenset(data.types),
        ranges={each.range: each for each in data.ranges},
    )
