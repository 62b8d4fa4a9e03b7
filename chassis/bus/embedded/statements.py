"""Every statement on ``bus.db``: plain functions on a connection."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar
from zlib import crc32

from chassis.bus.port import Batch, BusError, Message, Record, TopicMissing, TopicPartition, is_compacted

T = TypeVar("T")

BUSY_TIMEOUT_MS = 5000

# One integer key holds partition and offset, so that a partition's records lie together in the file.
# (WITHOUT ROWID would put whole values into the inner nodes of the tree.)
SLOT_BITS = 40
SCHEMA = """
CREATE TABLE IF NOT EXISTS slot (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL DEFAULT 0, last_ms INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, partition));
CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY, timestamp_ms INTEGER NOT NULL,
    key TEXT NOT NULL, headers TEXT NOT NULL, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS group_offset (
    consumer_group TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL, PRIMARY KEY (consumer_group, topic, partition)) WITHOUT ROWID;
"""


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key: the same in every process and release."""
    return crc32(key.encode()) % partitions


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def create_tables(connection: sqlite3.Connection) -> None:
    connection.executescript(SCHEMA)


def in_transaction(connection: sqlite3.Connection, work: Callable[[], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may already have rolled back
            connection.execute("ROLLBACK")
        raise
    return result


def create_topics(connection: sqlite3.Connection, topics: Sequence[str], partitions: int) -> None:
    for topic in topics:
        (found,) = connection.execute("SELECT count(*) FROM slot WHERE topic = ?", (topic,)).fetchone()
        if found not in {0, partitions}:
            raise BusError(f"Topic {topic!r} has {found} partitions, not {partitions}.")
        if not found:
            rows = [(topic, partition) for partition in range(partitions)]
            connection.executemany("INSERT INTO slot (topic, partition) VALUES (?, ?)", rows)


def list_slots(connection: sqlite3.Connection) -> dict[TopicPartition, int]:
    rows = connection.execute("SELECT topic, partition, id FROM slot ORDER BY id")
    return {TopicPartition(topic, partition): slot for topic, partition, slot in rows}


def list_topic_slots(connection: sqlite3.Connection, topic: str) -> list[tuple[int, int, int]]:
    """Slot, end and newest time of every partition of a topic, in order of partitions."""
    rows = connection.execute(
        "SELECT id, next_offset, last_ms FROM slot WHERE topic = ? ORDER BY partition", (topic,)
    ).fetchall()
    if not rows:
        raise TopicMissing(f"There is no topic {topic!r}.")
    return rows


def get_begin_offset(connection: sqlite3.Connection, slot: int, end: int) -> int:
    """The first offset still there. Nothing here deletes from a log, but an operator may have shortened the file."""
    first = slot << SLOT_BITS
    (found,) = connection.execute(
        "SELECT min(id) FROM record WHERE id >= ? AND id < ?", (first, first + end)
    ).fetchone()
    return end if found is None else found - first


def save_records(connection: sqlite3.Connection, topic: str, messages: Iterable[Message], now_ms: int) -> None:
    slots = list_topic_slots(connection, topic)
    ends = {slot: (end, last_ms) for slot, end, last_ms in slots}
    rows = []
    for message in messages:
        slot = slots[partition_of(message.key, len(slots))][0]
        offset, last_ms = ends[slot]
        # Time never goes back within a partition, whatever the clock does: a moment is found by halving.
        stamp = max(now_ms, last_ms)
        ends[slot] = (offset + 1, stamp)
        headers = json.dumps(dict(message.headers))
        rows.append((slot << SLOT_BITS | offset, stamp, message.key, headers, message.value))
    connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?)", rows)
    moved = [(*ends[slot], slot) for slot, end, _ in slots if ends[slot][0] != end]
    connection.executemany("UPDATE slot SET next_offset = ?, last_ms = ? WHERE id = ?", moved)
    if is_compacted(topic):
        older = [(key >> SLOT_BITS << SLOT_BITS, key, name) for key, _, name, _, _ in rows]
        connection.executemany("DELETE FROM record WHERE id >= ? AND id < ? AND key = ?", older)


def list_records(
    connection: sqlite3.Connection, slot: int, source: TopicPartition, start: int, limit: int
) -> list[Record]:
    first = slot << SLOT_BITS
    rows = connection.execute(
        "SELECT id, key, value, headers, timestamp_ms FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (first + start, (slot + 1) << SLOT_BITS, limit),
    )
    return [
        Record(source.topic, source.partition, key - first, name, value, json.loads(headers), stamp)
        for key, name, value, headers, stamp in rows
    ]


def next_batch(
    connection: sqlite3.Connection,
    slots: Mapping[TopicPartition, int],
    wanted: Sequence[tuple[TopicPartition, int]],
    limit: int,
) -> Batch | None:
    """The next records of the first of these partitions that has any."""
    for source, start in wanted:
        if found := list_records(connection, slots[source], source, start, limit):
            return Batch(source, start, found)
    return None


def find_offset(connection: sqlite3.Connection, slot: int, end: int, timestamp_ms: int) -> int:
    """Halve the partition: offsets are contiguous from the first kept, and time does not go back within it."""
    low, high = get_begin_offset(connection, slot, end), end
    while low < high:
        middle = (low + high) // 2
        key = (slot << SLOT_BITS | middle,)
        (stamp,) = connection.execute("SELECT timestamp_ms FROM record WHERE id = ?", key).fetchone()
        low, high = (middle + 1, high) if stamp < timestamp_ms else (low, middle)
    return low


def save_offsets(connection: sqlite3.Connection, group: str, offsets: Mapping[TopicPartition, int]) -> None:
    rows = [(group, at.topic, at.partition, offset) for at, offset in offsets.items()]
    statement = "INSERT OR REPLACE INTO group_offset VALUES (?, ?, ?, ?)"
    # Best effort by contract, so no wait for the disk: the next publish syncs it along.
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        in_transaction(connection, lambda: connection.executemany(statement, rows))
    finally:
        connection.execute("PRAGMA synchronous = FULL")
