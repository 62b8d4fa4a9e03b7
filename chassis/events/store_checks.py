"""Whether a database and the bus have gone back in time relative to each other, by what each has of the other.

A relay numbers what it publishes by its feed's positions: what the bus has last must be what the feed has last. A
consumer has an offset and the event before it: the log must reach the one and contain the other.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.bus.port import Bus, Record, TopicPartition
from chassis.events import inbox, outbox
from chassis.events.envelope import EVENT_POSITION, Delivery, UnreadableEventError, delivery
from chassis.events.outbox import FeedState
from chassis.events.subscription import Subscription
from chassis.paging import number_of
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from contracts.topics import events_topic, source_of

TAIL = 20
"""How many records of each partition are looked at: what is published twice may hide its newest event."""

DEEP_TAIL = 2000
"""As many before a bus is said to have gone back: a whole log may have been published again by whoever may write."""

CHECK_SECONDS = 60.0
REFUSED_SECONDS = 2.0
"""How often it is checked, and how often once it was found: a recovery need not wait for a minute."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a topic has last of its producer: the readable events at the end of every partition."""

    tail: Sequence[Delivery]
    """In the order of each partition."""

    @property
    def generation(self) -> int:
        """The highest; 0 where there is no event."""
        return max((event.generation for event in self.tail), default=0)

    def positions(self, generation: int) -> Mapping[str, int]:
        """Positions in the feed by event, of those of ``generation`` that have one."""
        return {
            event.id: place for event in self.tail if event.generation == generation and (place := _position(event))
        }

    def newest_position(self, generation: int) -> int | None:
        """None where it cannot be told: events are there, and none of them has a position."""
        positions = self.positions(generation)
        return None if self.tail and not positions else max(positions.values(), default=0)


def _position(event: Delivery) -> int | None:
    return number_of(event.record.headers.get(EVENT_POSITION, ""))


async def get_published(bus: Bus, topic: str, tail: int = TAIL) -> Published:
    return Published([event async for event in _list_tail(bus, topic, tail)])


async def find_feed_fault(connection: AsyncConnection, bus: Bus, service: str) -> str | None:
    """A sentence that says which store went back, this database or the bus, and by how much; none where they agree.

    The caller keeps other relays of the service from publishing meanwhile.

    Raises:
        BusError: the bus does not answer.
    """
    feed = await outbox.get_feed_state(connection)
    if feed.is_recovering:
        return f"The recovery of {service} to generation {feed.generation} was not finished: run `suite recover`."
    published = await _get_published(bus, service, feed)
    if published.generation > feed.generation:
        return (
            f"The database of {service} went back in time: it is of generation {feed.generation}, "
            f"and the bus has events of its generation {published.generation}."
        )
    in_database = await _find_database_fault(connection, service, feed, published)
    return in_database or _find_bus_fault(service, feed, published)


async def _get_published(bus: Bus, service: str, feed: FeedState) -> Published:
    """Looked for further back where the feed's last is not among the last."""
    published = await get_published(bus, events_topic(service))
    if _find_bus_fault(service, feed, published):
        return await get_published(bus, events_topic(service), DEEP_TAIL)
    return published


async def _find_database_fault(
    connection: AsyncConnection, service: str, feed: FeedState, published: Published
) -> str | None:
    """What was published and not marked has a position ahead of the feed's, but is in the outbox."""
    positions = published.positions(feed.generation)
    ahead = [event_id for event_id, position in positions.items() if position > feed.last_position]
    unknown = set(ahead) - await outbox.list_stored_ids(connection, ahead) if ahead else set()
    if not unknown:
        return None
    newest = max(positions[event_id] for event_id in unknown)
    return (
        f"The database of {service} went back in time: its feed ends at {feed.last_position}, "
        f"and the bus has {newest - feed.last_position} events more, up to {newest}."
    )


def _find_bus_fault(service: str, feed: FeedState, published: Published) -> str | None:
    newest = published.newest_position(feed.generation)
    if newest is None or newest >= feed.last_position or feed.last_position <= feed.since:
        return None  # as it should be, or not to be told, or nothing was published in this generation yet
    return (
        f"The bus went back in time: it acknowledged the events of {service} up to {feed.last_position} "
        f"and has them up to {newest}, which is {feed.last_position - newest} fewer."
    )


async def _list_tail(bus: Bus, topic: str, tail: int) -> AsyncIterator[Delivery]:
    """The readable events among the last records of every partition.

    The ends are asked for last: a compacted log that got a newer record meanwhile still has one between the two.
    """
    begins = await bus.begin_offsets(topic)
    ends = await bus.end_offsets(topic)
    starts = {at: max(begins[at], end - tail) for at, end in ends.items()}
    wanted = {at: end for at, end in ends.items() if starts[at] < end}
    async for batch in bus.read(topic, starts, wanted):
        for event in filter(None, map(_readable, batch.records)):
            yield event


def _readable(record: Record) -> Delivery | None:
    try:
        return delivery(record)
    except UnreadableEventError:
        return None


async def find_offset_fault(database: Database, bus: Bus, subscription: Subscription) -> str | None:
    """A sentence that says how a log is not the one that this consumer has read from; none where it is.

    Raises:
        BusError: the bus does not answer.
    """
    for topic in subscription.topics:
        if fault := await find_topic_fault(database, bus, subscription, topic):
            return fault
    return None


async def find_topic_fault(database: Database, bus: Bus, subscription: Subscription, topic: str) -> str | None:
    """As :func:`find_offset_fault`, for one topic."""
    begins = await bus.begin_offsets(topic)
    stored = await inbox.get_stored_offsets(database, subscription.consumer, list(begins))
    ends = await bus.end_offsets(topic)  # after the offsets, which others may move on meanwhile
    if beyond := {at: offset for at, offset in stored.items() if offset > ends[at]}:
        return _beyond_end(subscription.consumer, topic, beyond, ends)
    before = {at: offset - 1 for at, offset in stored.items() if offset - 1 >= begins[at]}
    return await _find_strangers(database, bus, subscription, topic, before)


def _beyond_end(
    consumer: str, topic: str, beyond: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> str:
    at, offset = max(beyond.items(), key=lambda each: each[1] - ends[each[0]])
    missing = sum(offset - ends[at] for at, offset in beyond.items())
    return (
        f"The bus went back in time: {consumer} has read {topic}, partition {at.partition}, up to {offset}, "
        f"and it ends at {ends[at]}; {missing} events are missing in {len(beyond)} partitions."
    )


async def _find_strangers(
    database: Database, bus: Bus, subscription: Subscription, topic: str, before: Mapping[TopicPartition, int]
) -> str | None:
    """Compare the last record that was read of each partition with what was applied, or parked, of it."""
    records: list[Record] = []
    async for batch in bus.read(topic, before, {at: offset + 1 for at, offset in before.items()}):
        records += batch.records
    ours = [event for record in records if (event := _readable(record)) and event.type in subscription.types]
    if not ours:
        return None
    strangers = await database.read(lambda tx: _list_strangers(tx, subscription.consumer, ours))
    if not strangers:
        return None
    record = strangers[0].record
    return (
        f"{topic} is not the log that {subscription.consumer} has read: in {len(strangers)} partitions the last event "
        f"it is to have read, such as {strangers[0].id} at {record.offset} of partition {record.partition}, is unknown "
        f"to it. The bus or its database went back in time."
    )


async def _list_strangers(tx: Tx, consumer: str, events: Sequence[Delivery]) -> Sequence[Delivery]:
    """Events that are neither in the inbox nor among the dead letters, at offsets where other events are.

    Where there is none either, inbox and dead letters were tidied up, and nothing can be told.
    """
    earlier = await _list_earlier(tx, consumer, events)
    return [event for event in events if event.id not in earlier and await _has_other_event(tx, consumer, event.record)]


async def _list_earlier(tx: Tx, consumer: str, events: Sequence[Delivery]) -> set[str]:
    ids, found = [event.id for event in events], set[str]()
    for name in ("inbox", "dead_letter"):
        table = tx.table(name)
        mine = (table.c.consumer == consumer) & table.c.event_id.in_(ids)
        found |= set(await tx.session.scalars(select(table.c.event_id).where(mine)))
    return found


async def _has_other_event(tx: Tx, consumer: str, record: Record) -> bool:
    applied, dead = tx.table("inbox"), tx.table("dead_letter")
    of_topic = {applied: applied.c.source == source_of(record.topic), dead: dead.c.topic == record.topic}
    for table, matches in of_topic.items():
        there = (table.c.partition == record.partition) & (table.c.offset == record.offset)
        query = select(table.c.event_id).where(table.c.consumer == consumer, matches, there).limit(1)
        if (await tx.session.execute(query)).first():
            return True
    return False
