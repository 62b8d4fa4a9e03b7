"""A recovery: the producing database begins a new generation and tells its whole present state in it.

The generation rises in one transaction that keeps relays out; then every aggregate is emitted again, a few in a
transaction. Until the last of them the database is marked as recovering, and its relay refuses to publish: killed in
between, a recovery is started anew, and its generation is one more.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from chassis.bus.port import Bus, TopicPartition
from chassis.errors import NotFound
from chassis.events import inbox, outbox
from chassis.events.envelope import Order
from chassis.events.inbox import NewestApplied
from chassis.events.outbox import GENERATION, GENERATION_SINCE, RECOVERING, FeedState, NewestEvent
from chassis.events.store_checks import Published, find_topic_fault, get_published
from chassis.events.subscription import Subscription
from chassis.storage.bulk import upsert
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.topics import events_topic

AGGREGATES = 200
"""How many aggregates one transaction emits."""


class SubjectUnknown(NotFound):
    type_, title = "subject-unknown", "No such aggregate"


@dataclass(frozen=True, slots=True)
class Republication:
    """How a service emits the present state of its aggregates once more.

    ``list_subjects`` gives every aggregate that has an event. ``emit_states`` locks those named, and emits each with
    its next version and all that its events ever told and is so still; the last event of an aggregate says that it is.
    """

    list_subjects: Callable[[Tx], Awaitable[Sequence[str]]]
    emit_states: Callable[[Tx, Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a recovery did in a producing database.

    ``requeued`` counts published events that the bus had lost, ``outdated`` those of them that were no longer kept: of
    these consumers get the state they led to, and not the way there.
    """

    generation: int
    aggregates: int
    requeued: int
    outdated: int = 0


async def recover_producer(
    database: Database, bus: Bus, service: str, republication: Republication | None, subject: str | None = None
) -> Recovered:
    """Begin a generation above every one on the bus, and emit the present state of all aggregates, or of one, in it.

    Raises:
        SubjectUnknown: the service has no such aggregate.
        BusError: the bus does not answer; nothing was changed.
    """
    subjects = await list_subjects(database, republication, subject)
    published = await get_published(bus, events_topic(service))

    async def begin(tx: Tx) -> Recovered:
        await outbox.lock_publishing(tx, service)
        feed = await outbox.get_feed_state(await tx.session.connection())
        requeued, outdated = await _save_lost_as_unpublished(tx, feed, published)
        generation = await _save_new_generation(tx, feed, published.generation)
        return Recovered(generation, len(subjects), requeued, outdated)

    recovered = await database.write(begin)
    for first in range(0, len(subjects), AGGREGATES):
        if republication:
            await _emit(database, republication, subjects[first : first + AGGREGATES])
    await database.write(lambda tx: outbox.delete_setting(tx, RECOVERING))
    database.committed.set()
    return recovered


async def list_subjects(
    database: Database, republication: Republication | None, subject: str | None = None
) -> Sequence[str]:
    """Every aggregate, or the one of this name.

    Raises:
        SubjectUnknown: there is no such aggregate.
    """
    subjects = await database.read(republication.list_subjects) if republication else []
    if subject is None:
        return subjects
    if subject not in subjects:
        raise SubjectUnknown(f"There is no aggregate {subject!r} here.")
    return [subject]


async def _emit(database: Database, republication: Republication, subjects: Sequence[str]) -> None:
    await database.write(lambda tx: republication.emit_states(tx, subjects))


async def _save_new_generation(tx: Tx, feed: FeedState, on_bus: int) -> int:
    generation = max(feed.generation, on_bus) + 1
    values = {GENERATION: generation, GENERATION_SINCE: feed.last_position, RECOVERING: generation}
    rows = [{"name": name, "value": str(value), "set_at": tx.now} for name, value in sorted(values.items())]
    await upsert(tx, tx.table("setting"), rows, ["name"], ["value", "set_at"])
    return generation


async def _save_lost_as_unpublished(tx: Tx, feed: FeedState, published: Published) -> tuple[int, int]:
    """Have what the bus acknowledged and lost published again, as history: the present state comes after it.

    Returns how many events that is, and of how many the feed has no position any more.
    """
    newest = published.newest_position(feed.generation)
    if newest is None or newest >= feed.last_position:
        return 0, 0
    return await outbox.save_as_unpublished(tx, after=newest), max(feed.first_position - 1 - newest, 0)


async def recover_consumer(database: Database, bus: Bus, subscription: Subscription) -> Mapping[TopicPartition, int]:
    """Have a consumer read a log from its begin where that is not the log it has read. Returns where it does.

    What it applied stays applied, and is not applied again: the inbox knows it.
    """
    rewound: dict[TopicPartition, int] = {}
    for topic in subscription.topics:
        if await find_topic_fault(database, bus, subscription, topic):
            rewound |= await _rewind(database, subscription.consumer, await bus.begin_offsets(topic))
    return rewound


async def _rewind(
    database: Database, consumer: str, begins: Mapping[TopicPartition, int]
) -> Mapping[TopicPartition, int]:
    async def work(tx: Tx) -> None:
        await inbox.lock_offsets(tx, consumer, list(begins))
        await inbox.save_offsets(tx, consumer, begins)

    await database.write(work)
    return begins


# ---- verifying


@dataclass(frozen=True, slots=True)
class Difference:
    """An aggregate whose newest event at a consumer is not its producer's; None where one has no event of it."""

    consumer: str
    subject: str
    published: int | None
    applied: Order | None

    def __str__(self) -> str:
        applied = f"version {self.applied[1]} of generation {self.applied[0]}" if self.applied else "nothing"
        published = f"version {self.published}" if self.published else "none"
        return f"{self.consumer} has applied {applied} of {self.subject}, and its producer's newest is {published}."


async def list_differences(
    producer: Database, consumer: Database, subscription: Subscription, service: str, subject: str | None = None
) -> Sequence[Difference]:
    """Which of a service's aggregates are not at a consumer as they were published last; or whether one is."""
    source = f"/{service}"
    newest = await producer.read(lambda tx: outbox.list_newest(tx, subscription.types))
    applied = await consumer.read(lambda tx: inbox.list_newest(tx, subscription.consumer, source))
    return [
        Difference(subscription.consumer, each, newest[each].version if each in newest else None, _order(applied, each))
        for each in sorted({*newest, *applied} if subject is None else {subject})
        if _event_id(newest, each) != _event_id(applied, each)
    ]


def _event_id(events: Mapping[str, NewestEvent] | Mapping[str, NewestApplied], subject: str) -> str | None:
    return events[subject].event_id if subject in events else None


def _order(applied: Mapping[str, NewestApplied], subject: str) -> Order | None:
    return applied[subject].order if subject in applied else None


async def forget_aggregates(database: Database, subscription: Subscription, service: str, gone: Sequence[str]) -> int:
    """Have a consumer forget aggregates that their producer no longer has. Returns how many it could."""
    forget = subscription.projection.forget
    if forget is None or not gone:
        return 0

    async def work(tx: Tx) -> None:
        await forget(tx, gone)
        await inbox.delete_subjects(tx, subscription.consumer, f"/{service}", gone)

    await database.write(work)
    return len(gone)
