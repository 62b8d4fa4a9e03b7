"""The steps of a recovery in one database: its generation begins and ends, and consumers read or forget.

The generation rises in one transaction that keeps relays out; then every aggregate is emitted again, a few in a
transaction. Until the last of them the database is marked as recovering, and its relay refuses to publish: killed in
between, a recovery is started anew, and its generation is one more. ``chassis.recovery`` takes these steps in order.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from chassis.audit import record_change
from chassis.bus.port import Bus, TopicPartition
from chassis.events import inbox, outbox
from chassis.events.outbox import GENERATION, GENERATION_SINCE, RECOVERING, FeedState
from chassis.events.store_checks import DEEP_TAIL, Published, find_topic_fault, get_published
from chassis.events.subscription import Subscription
from chassis.storage.bulk import upsert
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.topics import events_topic


@dataclass(frozen=True, slots=True)
class Republication:
    """How a service emits the present state of its aggregates once more.

    ``list_subjects`` gives every aggregate that has an event. ``emit_states`` locks those named, and emits each with
    its next version and all that its events ever told and is so still; the last event of an aggregate says that it is.
    """

    list_subjects: Callable[[Tx], Awaitable[Sequence[str]]]
    emit_states: Callable[[Tx, Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Generation:
    """One that was begun.

    ``requeued`` counts published events that the bus had lost, ``outdated`` those of them that were no longer kept: of
    these consumers get the state they led to, and not the way there.
    """

    number: int
    requeued: int
    outdated: int


async def begin_generation(
    database: Database, bus: Bus, service: str, *, actor: str = "system", subject: str | None = None
) -> Generation:
    """Begin a generation above every one on the bus, and have what that lost published again.

    ``subject`` names the one aggregate that is recovered, for the audit entry.

    Raises:
        BusError: the bus does not answer; nothing was changed.
    """
    published = await get_published(bus, events_topic(service), DEEP_TAIL)

    async def begin(tx: Tx) -> Generation:
        await outbox.lock_publishing(tx, service)
        feed = await outbox.get_feed_state(await tx.session.connection())
        requeued, outdated = await _save_lost_as_unpublished(tx, feed, published)
        generation = await _save_new_generation(tx, feed, published.generation)
        before, after = {"generation": feed.generation}, {"generation": generation, "requeued": requeued}
        record_change(tx, subject=subject or service, action="recovery.begun", before=before, after=after)
        return Generation(generation, requeued, outdated)

    return await database.write(begin, actor=actor)


async def end_recovery(database: Database, generation: int) -> None:
    """Let the relay publish what was emitted in this generation."""
    await database.write(lambda tx: outbox.delete_recovering(tx, generation))
    database.committed.set()


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
            rewound |= await _rewind(database, subscription.consumer, topic, await bus.begin_offsets(topic))
    return rewound


async def _rewind(
    database: Database, consumer: str, topic: str, begins: Mapping[TopicPartition, int]
) -> Mapping[TopicPartition, int]:
    async def work(tx: Tx) -> None:
        await inbox.lock_offsets(tx, consumer, list(begins))
        await inbox.save_offsets(tx, consumer, begins)
        await inbox.save_offsets_unknown(tx, consumer, topic)

    await database.write(work)
    return begins


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
