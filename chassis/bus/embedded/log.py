"""The log in its file: one thread writes, another reads, so that readers never wait for the disk to sync."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from chassis.bus.embedded import statements
from chassis.bus.port import Batch, BusError, Message, TopicPartition

T = TypeVar("T")


class Thread:
    """One connection in a thread of its own. Every failure of SQLite becomes a ``BusError``."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._pool: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=self._name)
        self._connection = await self._run(lambda: statements.connect(self._path))

    async def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._connection
        if connection is None:
            raise BusError("The embedded bus is not open.")
        return await self._run(lambda: work(connection))

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._run(connection.close)
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except (sqlite3.Error, OverflowError) as error:
            raise BusError(f"The embedded bus failed: {error}.") from error


class Log:
    """Topics, records and group offsets in the file ``path``."""

    def __init__(self, path: Path) -> None:
        self.slots: Mapping[TopicPartition, int] = {}
        self._path = path
        self._reader = Thread(path, "bus-reader")
        self._writer = Thread(path, "bus-writer")

    async def open(self) -> None:
        await asyncio.to_thread(self._path.parent.mkdir, parents=True, exist_ok=True)
        await self._writer.open()
        await self._writer.call(statements.create_tables)
        await self._reader.open()
        await self.refresh()

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()

    async def refresh(self) -> bool:
        """Learn of topics made here or by another process; tell whether there are any new."""
        before, self.slots = self.slots, await self._reader.call(statements.list_slots)
        return before != self.slots

    async def ensure(self, topics: Sequence[str], partitions: int) -> None:
        await self._write(lambda connection: statements.create_topics(connection, topics, partitions))

    async def append(self, topic: str, messages: Sequence[Message], now_ms: int) -> None:
        await self._write(lambda connection: statements.save_records(connection, topic, messages, now_ms))

    async def save_offsets(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        await self._writer.call(lambda connection: statements.save_offsets(connection, group, offsets))

    async def next_batch(self, wanted: Sequence[tuple[TopicPartition, int]], limit: int) -> Batch | None:
        slots = self.slots
        return await self._reader.call(lambda connection: statements.next_batch(connection, slots, wanted, limit))

    async def begin_offsets(self, topic: str) -> dict[TopicPartition, int]:
        def search(connection: sqlite3.Connection) -> dict[TopicPartition, int]:
            return {
                TopicPartition(topic, partition): statements.get_begin_offset(connection, slot, end)
                for partition, (slot, end, _) in enumerate(statements.list_topic_slots(connection, topic))
            }

        return await self._reader.call(search)

    async def end_offsets(self, topic: str) -> dict[TopicPartition, int]:
        rows = await self._reader.call(lambda connection: statements.list_topic_slots(connection, topic))
        return {TopicPartition(topic, partition): end for partition, (_, end, _) in enumerate(rows)}

    async def offsets_for_time(self, topic: str, timestamp_ms: int) -> dict[TopicPartition, int]:
        def search(connection: sqlite3.Connection) -> dict[TopicPartition, int]:
            return {
                TopicPartition(topic, partition): statements.find_offset(connection, slot, end, timestamp_ms)
                for partition, (slot, end, _) in enumerate(statements.list_topic_slots(connection, topic))
            }

        return await self._reader.call(search)

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._writer.call(
            lambda connection: statements.in_transaction(connection, lambda: work(connection))
        )
