"""The inbox: which events have had their effect here, and what each consumer reads next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    delete,
    false,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.bus.port import TopicPartition
from chassis.events.envelope import Delivery, Order
from chassis.storage.bulk import Columns, insert_or_ignore, insert_or_ignore_count, upsert
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.storage.types import UtcDateTime
from contracts.topics import source_of

_KEY = ("consumer", "source", "event_id")
_OFFSET_KEY = ("consumer", "topic", "partition")


_MOVE = text(
    "UPDATE consumer_offset SET next_offset = :next_offset, moved_at = :now "
    "WHERE consumer = :consumer AND topic = :topic AND partition = :partition AND next_offset = :expected"
).bindparams(bindparam("now", type_=UtcDateTime))


_MOVE_AND_RECORD = text(
    """
    WITH moved AS (
        UPDATE consumer_offset SET next_offset = :next_offset, moved_at = :now
        WHERE consumer = :consumer AND topic = :topic AND partition = :partition AND next_offset = :expected
        RETURNING next_offset
    ),
    recorded AS (
        INSERT INTO inbox
            (consumer, source, generation, event_id, subject, version, partition, "offset", applied_at)
        SELECT :consumer, :source, :generation, unnest(:event_id), unnest(:subject), unnest(:version), :partition,
            unnest(:offset), :now
        FROM moved
        ON CONFLICT (consumer, source, event_id) DO NOTHING
        RETURNING event_id
    )
    SELECT (SELECT count(*) FROM moved) AS moved, (SELECT count(*) FROM recorded) AS recorded
    """
).bindparams(
    *(bindparam(name, type_=String) for name in ("consumer", "topic", "source")),
    *(bindparam(name, type_=BigInteger) for name in ("next_offset", "expected", "generation")),
    *(bindparam(name, type_=ARRAY(Text)) for name in ("event_id", "subject")),
    *(bindparam(name, type_=ARRAY(BigInteger)) for name in ("version", "offset")),
    bindparam("partition", type_=Integer),
    bindparam("now", type_=UtcDateTime),
)


@dataclass(frozen=True, slots=True)
class OffsetMove:
    """From which offset to which a consumer moves on in a partition."""

    source: TopicPartition
    expected: int
    next_offset: int


class StaleOffset(Exception):  # noqa: N818  named for what it is
    """Somebody else moved this partition on: what was read here must not be applied."""


class AlreadyApplied(Exception):  # noqa: N818  named for what it is
    """Some events of a batch are in the inbox already."""


async def list_offsets(tx: Tx, consumer: str, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    """The offset to read next, for the partitions that have one."""
    offsets = tx.table("consumer_offset")
    return await _fetch_offsets(tx, select(offsets).where(offsets.c.consumer == consumer), partitions)


async def lock_offsets(tx: Tx, consumer: str, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
    """As :func:`list_offsets`, and lock all of them: nothing of ``consumer`` commits before this transaction ends."""
    offsets = tx.table("consumer_offset")
    rows = [_offset_row(tx, consumer, partition, 0) for partition in sorted(partitions)]
    await insert_or_ignore(tx, offsets, rows, _OFFSET_KEY)
    all_of_it = select(offsets).where(offsets.c.consumer == consumer)
    return await _fetch_offsets(
        tx, all_of_it.order_by(offsets.c.topic, offsets.c.partition).with_for_update(), partitions
    )


async def _fetch_offsets(tx: Tx, query: Select[Any], partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    stored = {TopicPartition(row.topic, row.partition): row.next_offset for row in await tx.session.execute(query)}
    return {partition: stored[partition] for partition in partitions if partition in stored}


async def move_offset(tx: Tx, consumer: str, source: TopicPartition, expected: int, next_offset: int) -> None:
    """Move the offset from ``expected`` to ``next_offset``; also the lock that keeps a second reader out until commit.

    Raises:
        StaleOffset: it is not at ``expected`` any more.
    """
    at = {"consumer": consumer, "topic": source.topic, "partition": source.partition}
    connection = await tx.session.connection()
    moved = await connection.execute(_MOVE, at | {"expected": expected, "next_offset": next_offset, "now": tx.now})
    if moved.rowcount == 1:
        return
    inserted: list[Any] = []
    if expected == 0:
        first = at | {"next_offset": next_offset, "moved_at": tx.now}
        inserted = await insert_or_ignore(
            tx, tx.table("consumer_offset"), [first], _OFFSET_KEY, returning=["partition"]
        )
    if not inserted:
        raise StaleOffset(f"{consumer} is no longer at {expected} in {source.topic}/{source.partition}")


async def save_offsets(tx: Tx, consumer: str, offsets: Mapping[TopicPartition, int]) -> None:
    """Set what ``consumer`` reads next, whatever it was."""
    rows = [_offset_row(tx, consumer, partition, offset) for partition, offset in sorted(offsets.items())]
    await upsert(tx, tx.table("consumer_offset"), rows, _OFFSET_KEY, ["next_offset", "moved_at"])


def _offset_row(tx: Tx, consumer: str, at: TopicPartition, offset: int) -> dict[str, Any]:
    return {
        "consumer": consumer,
        "topic": at.topic,
        "partition": at.partition,
        "next_offset": offset,
        "moved_at": tx.now,
    }


async def move_and_record_all_new(
    tx: Tx, consumer: str, moves: Sequence[OffsetMove], deliveries: Sequence[Delivery]
) -> Sequence[Delivery]:
    """Move offsets (which keeps others out), then enter events none of which is in the inbox.

    What is of one partition, as nearly always, is one statement on PostgreSQL.

    Raises:
        StaleOffset: somebody else moved a partition on.
        AlreadyApplied: some events are there; roll back and go by :func:`move_and_record_new`.
    """
    if tx.dialect == "postgresql" and len(moves) == 1 and await _moved_and_recorded(tx, consumer, moves[0], deliveries):
        return deliveries
    await _move_offsets(tx, consumer, moves)
    return await record_all_new(tx, consumer, deliveries)


async def move_and_record_new(
    tx: Tx, consumer: str, moves: Sequence[OffsetMove], deliveries: Sequence[Delivery]
) -> Sequence[Delivery]:
    """Move offsets, then enter events into the inbox; returns those that were not there, in order, each once.

    Raises:
        StaleOffset: somebody else moved a partition on.
    """
    await _move_offsets(tx, consumer, moves)
    return await record_new(tx, consumer, deliveries)


async def _move_offsets(tx: Tx, consumer: str, moves: Sequence[OffsetMove]) -> None:
    for move in moves:
        await move_offset(tx, consumer, move.source, move.expected, move.next_offset)


async def _moved_and_recorded(tx: Tx, consumer: str, move: OffsetMove, deliveries: Sequence[Delivery]) -> bool:
    """Whether both were done; nothing was where the offset is not as expected, or not all come from one origin.

    Raises:
        AlreadyApplied: some events are in the inbox.
    """
    origins = {(event.source, event.generation) for event in deliveries}
    if len(origins) != 1 or len({event.id for event in deliveries}) < len(deliveries):
        return False
    ((source, generation),) = origins
    values = {
        "consumer": consumer,
        "topic": move.source.topic,
        "partition": move.source.partition,
        "expected": move.expected,
        "next_offset": move.next_offset,
        "source": source,
        "generation": generation,
        "now": tx.now,
        "event_id": [event.id for event in deliveries],
        "subject": [event.subject for event in deliveries],
        "version": [event.version for event in deliveries],
        "offset": [event.record.offset for event in deliveries],
    }
    done = (await (await tx.session.connection()).execute(_MOVE_AND_RECORD, values)).one()
    if done.moved and done.recorded < len(deliveries):
        raise _already_applied(len(deliveries) - done.recorded, len(deliveries))
    return bool(done.moved)


def _already_applied(known: int, of: int) -> AlreadyApplied:
    return AlreadyApplied(f"{known} of {of} events were applied before")


async def record_all_new(tx: Tx, consumer: str, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
    """Enter events into the inbox, none of which is there: what nearly always holds, and costs least to check.

    Raises:
        AlreadyApplied: some are; roll back and go by :func:`record_new`.
    """
    if len({event.id for event in deliveries}) < len(deliveries):
        raise AlreadyApplied("an id comes twice")
    for (source, generation), events in _by_origin(deliveries):
        columns = Columns(
            each={
                "event_id": [event.id for event in events],
                "subject": [event.subject for event in events],
                "version": [event.version for event in events],
                "partition": [event.record.partition for event in events],
                "offset": [event.record.offset for event in events],
            },
            same={"consumer": consumer, "source": source, "generation": generation, "applied_at": tx.now},
        )
        if (new := await insert_or_ignore_count(tx, tx.table("inbox"), columns, _KEY)) < len(events):
            raise _already_applied(len(events) - new, len(events))
    return deliveries


def _by_origin(deliveries: Sequence[Delivery]) -> Iterator[tuple[tuple[str, int], Sequence[Delivery]]]:
    """Events by source and generation; nearly always there is one of each."""
    origins = {(event.source, event.generation) for event in deliveries}
    for origin in sorted(origins):
        if len(origins) == 1:
            yield origin, deliveries
        else:
            yield origin, [each for each in deliveries if (each.source, each.generation) == origin]


async def record_new(tx: Tx, consumer: str, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
    """Enter events into the inbox; returns those that were not there, in order, each once."""
    distinct = _distinct(deliveries)
    new = await insert_or_ignore(
        tx, tx.table("inbox"), _rows(tx, consumer, distinct), _KEY, returning=["source", "event_id"]
    )
    fresh = {(row.source, row.event_id) for row in new}
    return [event for identity, event in distinct.items() if identity in fresh]


async def list_reused(tx: Tx, consumer: str, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
    """Those whose id is in the inbox as that of an event of another aggregate."""
    table = tx.table("inbox")
    ids = [event.id for event in deliveries]
    mine = (table.c.consumer == consumer) & table.c.event_id.in_(ids)
    rows = await tx.session.execute(select(table.c.source, table.c.event_id, table.c.subject).where(mine))
    subjects = {(source, event_id): subject for source, event_id, subject in rows}
    return [event for event in deliveries if subjects.get((event.source, event.id), event.subject) != event.subject]


def _distinct(deliveries: Sequence[Delivery]) -> dict[tuple[str, str], Delivery]:
    """Each event once, where it first stood."""
    distinct: dict[tuple[str, str], Delivery] = {}
    for event in deliveries:
        distinct.setdefault((event.source, event.id), event)
    return distinct


def _rows(tx: Tx, consumer: str, distinct: Mapping[tuple[str, str], Delivery]) -> list[dict[str, Any]]:
    return [
        {
            "consumer": consumer,
            "source": event.source,
            "event_id": event.id,
            "subject": event.subject,
            "version": event.version,
            "generation": event.generation,
            "partition": event.record.partition,
            "offset": event.record.offset,
            "applied_at": tx.now,
        }
        for event in distinct.values()
    ]


async def get_stored_offsets(
    database: Database, consumer: str, partitions: Sequence[TopicPartition]
) -> Mapping[TopicPartition, int]:
    return await database.read(lambda tx: list_offsets(tx, consumer, partitions))


@dataclass(frozen=True, slots=True)
class NewestApplied:
    """The newest event of an aggregate that had its effect here."""

    event_id: str
    order: Order


_NEWEST = text(
    """
    SELECT subject, event_id, generation, version FROM (
        SELECT subject, event_id, generation, version,
            row_number() OVER (PARTITION BY subject ORDER BY generation DESC, version DESC) AS place
        FROM inbox WHERE consumer = :consumer AND source = :source AND subject > :after
    ) AS ordered
    WHERE place = 1 ORDER BY subject LIMIT :most
    """
)


async def list_newest(tx: Tx, consumer: str, source: str, after: str, most: int) -> dict[str, NewestApplied]:
    """The newest event that ``consumer`` applied of each of the aggregates of ``source`` that follow a subject."""
    asked = {"consumer": consumer, "source": source, "after": after, "most": most}
    rows = await tx.session.execute(_NEWEST, asked)
    return {subject: NewestApplied(event_id, (generation, version)) for subject, event_id, generation, version in rows}


@dataclass(frozen=True, slots=True)
class AppliedVersion:
    """An event that had its effect here: of its aggregate none with a higher order had."""

    subject: str
    event_id: str
    order: Order


async def list_newest_before(tx: Tx, consumer: str, topic: str, ends: Sequence[int]) -> Sequence[AppliedVersion]:
    """The newest events applied of every aggregate, of those that a log has before these ends, by partition.

    Of an aggregate there are several where different events have the same (generation, version).
    """
    table = tx.table("inbox")
    order = (table.c.generation.desc(), table.c.version.desc())
    place = func.rank().over(partition_by=table.c.subject, order_by=order).label("place")
    before = [(table.c.partition == number) & (table.c.offset < end) for number, end in enumerate(ends)]
    of_log = (table.c.consumer == consumer) & (table.c.source == source_of(topic)) & or_(*before, false())
    columns = (table.c.subject, table.c.event_id, table.c.generation, table.c.version)
    ranked = select(*columns, place).where(of_log).subquery()
    rows = await tx.session.execute(select(ranked).where(ranked.c.place == 1))
    return [AppliedVersion(row.subject, row.event_id, (row.generation, row.version)) for row in rows]


async def save_offsets_unknown(tx: Tx, consumer: str, topic: str) -> None:
    """Say of what was applied that its offsets are of a log that is gone: it counts as what the new one begins with."""
    table = tx.table("inbox")
    of_log = (table.c.consumer == consumer) & (table.c.source == source_of(topic))
    await tx.session.execute(update(table).where(of_log).values(offset=0))


async def delete_subjects(tx: Tx, consumer: str, source: str, subjects: Sequence[str]) -> None:
    """Forget that events of these aggregates were applied."""
    table = tx.table("inbox")
    mine = (table.c.consumer == consumer) & (table.c.source == source)
    await tx.session.execute(delete(table).where(mine, table.c.subject.in_(subjects)))
