"""The bus and its producer."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from chassis.bus.embedded.group import MAX_RECORDS, EmbeddedConsumer, Group
from chassis.bus.embedded.log import Log
from chassis.bus.port import Batch, BusError, Message, StoredOffsets, TopicPartition, is_compacted

DRAIN_S = 10.0
"""How long a partition waits for a batch that its former owner has not done."""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class EmbeddedBus:
    """The log in the SQLite file ``path``; ``clock`` gives milliseconds since 1970."""

    compacted = False

    def __init__(
        self,
        path: Path,
        partitions: int = 12,
        *,
        clock: Callable[[], int] = _now_ms,
        drain_s: float = DRAIN_S,
    ) -> None:
        self._log = Log(path)
        self._partitions = partitions
        self._clock = clock
        self._drain_s = drain_s
        self._groups: dict[str, Group] = {}

    async def start(self) -> None:
        await self._log.open()

    async def close(self) -> None:
        for group in self._groups.values():
            for member in list(group.members):
                await member.close()
        await self._log.close()

    async def ensure_topics(self, topics: Sequence[str]) -> None:
        await self._log.ensure(topics, self._partitions)
        await self._refresh_topics()

    async def producer(self) -> "EmbeddedProducer":
        return EmbeddedProducer(self._publish)

    gathers = False

    async def consumer(
        self,
        group: str,
        topics: Sequence[str],
        stored: StoredOffsets,
        *,
        gather: float = 0,  # noqa: ARG002  whoever applies what was read does it
    ) -> EmbeddedConsumer:
        await self._refresh_topics()
        joined = self._groups.get(group)
        if joined is None:
            joined = self._groups[group] = Group(group, self._log, self._drain_s)
        member = EmbeddedConsumer(self._log, joined, topics, stored)
        joined.join(member)
        return member

    async def begin_offsets(self, topic: str) -> Mapping[TopicPartition, int]:
        return await self._log.begin_offsets(topic)

    async def end_offsets(self, topic: str) -> Mapping[TopicPartition, int]:
        return await self._log.end_offsets(topic)

    async def offsets_for_time(self, topic: str, timestamp_ms: int) -> Mapping[TopicPartition, int]:
        return await self._log.offsets_for_time(topic, timestamp_ms)

    async def read(
        self, topic: str, start: Mapping[TopicPartition, int], end: Mapping[TopicPartition, int]
    ) -> AsyncIterator[Batch]:
        ends = await self._log.end_offsets(topic)  # also refuses an unknown topic
        await self._refresh_topics()
        for source in sorted(end):
            at, stop = start.get(source, 0), min(end[source], ends.get(source, 0))
            while at < stop:
                batch = await self._log.next_batch([(source, at)], min(MAX_RECORDS, stop - at))
                if batch is None:
                    raise BusError(f"{source} ended at {at}, before {stop}.")
                if batch.records[0].offset != at and not is_compacted(topic):
                    raise BusError(f"{source} begins at {batch.records[0].offset}, behind {at}.")
                yield batch
                at = batch.next_offset

    async def _publish(self, topic: str, messages: Sequence[Message]) -> None:
        if not messages:
            return
        await self._log.append(topic, messages, self._clock())
        for group in self._groups.values():
            group.wake(topic)

    async def _refresh_topics(self) -> None:
        if await self._log.refresh():
            for group in self._groups.values():
                group.assign_partitions()


class EmbeddedProducer:
    def __init__(self, publish: Callable[[str, Sequence[Message]], Awaitable[None]]) -> None:
        self._publish = publish
        self._closed = False

    async def publish(self, topic: str, messages: Sequence[Message]) -> None:
        if self._closed:
            raise BusError("The producer is closed.")
        await self._publish(topic, messages)

    async def close(self) -> None:
        self._closed = True
