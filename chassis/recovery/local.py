"""The stores of a service, by its own database and the bus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chassis.bus.port import Bus, Record
from chassis.events import inbox, outbox, recovery
from chassis.events.digest_checks import find_digest_fault
from chassis.events.envelope import Delivery, delivery, message
from chassis.events.inbox import NewestApplied
from chassis.events.outbox import NewestEvent
from chassis.events.recovery import Generation, Republication
from chassis.events.store_checks import find_feed_fault, find_offset_fault
from chassis.events.subscription import Subscription
from chassis.recovery.port import ConsumerInfo, PublishedEvent
from chassis.runtime import lag
from chassis.storage.database import Database
from contracts.topics import events_topic, source_of

PAGE = 5000
"""Aggregates whose newest event is looked up at once."""
EVENTS = 100
BODY_BYTES = 256 * 1024
"""Of whole events so many at once, and no more bytes, unless one alone has more: they travel in a request's body."""


@dataclass(frozen=True, slots=True)
class LocalStores:
    """A service's database, and the bus; ``actor`` is whom its audit entries name.

    A service that does not publish has no log of its own to compare with.
    """

    service: str
    republication: Republication | None
    subscriptions: Sequence[Subscription]
    database: Database
    bus: Bus
    actor: str = "suite"
    publishes: bool = True

    async def list_consumers(self) -> Sequence[ConsumerInfo]:
        return [ConsumerInfo(each.consumer, _producers(each), each.types) for each in self.subscriptions]

    async def has_events(self) -> bool:
        return self.publishes

    async def has_aggregate(self, subject: str) -> bool:
        return subject in await self._list_subjects()

    async def _list_subjects(self) -> Sequence[str]:
        return await self.database.read(self.republication.list_subjects) if self.republication else []

    async def begin_generation(self, subject: str | None) -> Generation:
        return await recovery.begin_generation(self.database, self.bus, self.service, actor=self.actor, subject=subject)

    async def list_aggregates(self, after: str) -> Sequence[str]:
        return [subject for subject in sorted(await self._list_subjects()) if subject > after][:PAGE]

    async def emit_states(self, subjects: Sequence[str]) -> None:
        emitting = self.republication
        if emitting is not None:
            await self.database.write(lambda tx: emitting.emit_states(tx, subjects), actor=self.actor)

    async def end_recovery(self, generation: int) -> None:
        await recovery.end_recovery(self.database, generation)

    async def recover_consumers(self) -> Mapping[str, int]:
        return {
            each.consumer: len(await recovery.recover_consumer(self.database, self.bus, each))
            for each in self.subscriptions
        }

    async def list_waiting(self) -> Sequence[str]:
        async with self.database.connect() as connection:
            count, _ = await outbox.count_unpublished(connection)
        found = [f"{count} events of {self.service} are not published"] if count else []
        behind = {each.consumer: await lag(self.database, self.bus, each) for each in self.subscriptions}
        return found + [f"{consumer} is {events} events behind" for consumer, events in behind.items() if events]

    async def list_faults(self) -> Sequence[str]:
        async with self.database.connect() as connection:
            faults = [await find_feed_fault(connection, self.bus, self.service)] if self.publishes else []
        faults += [await find_offset_fault(self.database, self.bus, each) for each in self.subscriptions]
        faults += [await find_digest_fault(self.database, self.bus, each) for each in self.subscriptions]
        return [fault for fault in faults if fault]

    async def list_published(self, types: Sequence[str], after: str) -> Mapping[str, NewestEvent]:
        return await self.database.read(lambda tx: outbox.list_newest(tx, types, after, PAGE))

    async def list_applied(self, consumer: str, producer: str, after: str) -> Mapping[str, NewestApplied]:
        source = source_of(events_topic(producer))
        return await self.database.read(lambda tx: inbox.list_newest(tx, consumer, source, after, PAGE))

    async def list_events(self, types: Sequence[str], after: str) -> Sequence[PublishedEvent]:
        rows = await self.database.read(lambda tx: outbox.list_newest_bodies(tx, types, after, EVENTS))
        messages = [message(row, source_of(events_topic(self.service)), 0) for row in rows]
        return _bounded([PublishedEvent(each.key, each.value, each.headers) for each in messages])

    async def list_contradicted(self, consumer: str, producer: str, events: Sequence[PublishedEvent]) -> Sequence[str]:
        contradicted = self._subscription(consumer).projection.list_contradicted
        if contradicted is None:
            return []
        deliveries = [_delivery(events_topic(producer), each) for each in events]
        return await self.database.read(lambda tx: contradicted(tx, deliveries))

    async def list_evaluated(self, consumer: str, after: str) -> Mapping[str, bool]:
        listing = self._subscription(consumer).projection.list_evaluated
        return await self.database.read(lambda tx: listing(tx, after)) if listing else {}

    async def forget_aggregates(self, consumer: str, producer: str, subjects: Sequence[str]) -> int:
        return await recovery.forget_aggregates(self.database, self._subscription(consumer), producer, subjects)

    def _subscription(self, consumer: str) -> Subscription:
        return next(each for each in self.subscriptions if each.consumer == consumer)


def _producers(subscription: Subscription) -> tuple[str, ...]:
    return tuple(topic.split(".")[1] for topic in subscription.topics)


def _bounded(events: Sequence[PublishedEvent]) -> Sequence[PublishedEvent]:
    """As many of the first as fit, at least one where there is any."""
    size = 0
    for number, each in enumerate(events):
        size += len(each.value)
        if size > BODY_BYTES and number:
            return events[:number]
    return events


def _delivery(topic: str, event: PublishedEvent) -> Delivery:
    return delivery(Record(topic, 0, 0, event.subject, event.value, event.headers, 0))
