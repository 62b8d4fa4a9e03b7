"""The bus: what needs no group. Questions go through one client, replaced when it failed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence

from aiokafka import AIOKafkaConsumer

from chassis.bus.kafka.connection import bounded, client_options, stop
from chassis.bus.kafka.consumer import KafkaConsumer
from chassis.bus.kafka.producer import KafkaProducer
from chassis.bus.kafka.records import batch_of, kafka_partition, our_partition
from chassis.bus.kafka.settings import KafkaSettings
from chassis.bus.kafka.topics import ensure_topics, partitions_of
from chassis.bus.port import Batch, BusError, StoredOffsets, TopicPartition

POLL_MS = 1000


class KafkaBus:
    """Starts without a broker: everything that needs one says ``BusError``, or waits, until it is there."""

    compacted = True

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._asking = asyncio.Lock()
        self._asker: AIOKafkaConsumer | None = None
        self._open: list[KafkaProducer | KafkaConsumer] = []

    async def start(self) -> None:
        """Nothing to do: every client connects when it is first needed."""

    async def close(self) -> None:
        for each in self._open:
            await each.close()
        self._open.clear()
        async with self._asking:
            await self._drop_asker()

    async def ensure_topics(self, topics: Sequence[str]) -> None:
        await ensure_topics(self._settings, topics)

    async def producer(self) -> KafkaProducer:
        producer = KafkaProducer(self._settings)
        self._open.append(producer)
        return producer

    gathers = True

    async def consumer(
        self, group: str, topics: Sequence[str], stored: StoredOffsets, *, gather: float = 0
    ) -> KafkaConsumer:
        consumer = KafkaConsumer(self._settings, group, topics, stored, gather)
        consumer.connect()
        self._open.append(consumer)
        return consumer

    async def begin_offsets(self, topic: str) -> Mapping[TopicPartition, int]:
        partitions = [kafka_partition(at) for at in await partitions_of(self._settings, topic)]
        async with self._ask(f"Asking where {topic} begins") as asker:
            found = await asker.beginning_offsets(partitions)
        return {our_partition(at): offset for at, offset in sorted(found.items())}

    async def end_offsets(self, topic: str) -> Mapping[TopicPartition, int]:
        partitions = [kafka_partition(at) for at in await partitions_of(self._settings, topic)]
        async with self._ask(f"Asking for the ends of {topic}") as asker:
            found = await asker.end_offsets(partitions)
        return {our_partition(at): offset for at, offset in sorted(found.items())}

    async def offsets_for_time(self, topic: str, timestamp_ms: int) -> Mapping[TopicPartition, int]:
        ends = await self.end_offsets(topic)
        async with self._ask(f"Asking {topic} for a moment") as asker:
            found = await asker.offsets_for_times({kafka_partition(at): max(0, timestamp_ms) for at in ends})
        at_moment = {our_partition(at): answer.offset for at, answer in found.items() if answer is not None}
        return {at: at_moment.get(at, end) for at, end in ends.items()}

    async def read(
        self, topic: str, start: Mapping[TopicPartition, int], end: Mapping[TopicPartition, int]
    ) -> AsyncIterator[Batch]:
        remaining = {at: stop_at for at, stop_at in end.items() if start.get(at, 0) < stop_at}
        if not remaining:
            await partitions_of(self._settings, topic)  # refuses an unknown topic all the same
            return
        reader = self._plain_consumer()
        try:
            async with bounded(self._settings.request_timeout_s, f"Reading {topic}"):
                await reader.start()
                reader.assign([kafka_partition(at) for at in remaining])
                for at in remaining:
                    reader.seek(kafka_partition(at), start.get(at, 0))
            async for batch in self._read_until(reader, remaining):
                yield batch
        finally:
            await stop(reader)

    async def _read_until(self, reader: AIOKafkaConsumer, remaining: dict[TopicPartition, int]) -> AsyncIterator[Batch]:
        quiet_until = _now() + self._settings.stall_s
        while remaining:
            async with bounded(self._settings.stall_s, "Reading"):
                found = await reader.getmany(timeout_ms=POLL_MS, max_records=self._settings.max_records)
            for at, consumed in found.items():
                stop_at = remaining.get(our_partition(at), 0)
                if wanted := [record for record in consumed if record.offset < stop_at]:
                    yield batch_of(our_partition(at), wanted[0].offset, wanted)
            await self._finish(reader, remaining)
            if found:
                quiet_until = _now() + self._settings.stall_s
            elif _now() > quiet_until:
                raise BusError(f"Reading: {sorted(remaining)} gave nothing for {self._settings.stall_s:g} s.")

    async def _finish(self, reader: AIOKafkaConsumer, remaining: dict[TopicPartition, int]) -> None:
        """Drop what has been read. The position tells, not the last record: what is compacted away leaves gaps."""
        async with bounded(self._settings.request_timeout_s, "Reading"):
            for at in [
                at for at, stop_at in remaining.items() if await reader.position(kafka_partition(at)) >= stop_at
            ]:
                del remaining[at]
                reader.pause(kafka_partition(at))

    @contextlib.asynccontextmanager
    async def _ask(self, what: str) -> AsyncIterator[AIOKafkaConsumer]:
        async with self._asking:
            try:
                async with bounded(self._settings.request_timeout_s, what):
                    if self._asker is None:
                        self._asker = self._plain_consumer()
                        await self._asker.start()
                    yield self._asker
            except BaseException:
                await self._drop_asker()
                raise

    async def _drop_asker(self) -> None:
        asker, self._asker = self._asker, None
        if asker is not None:
            await stop(asker)

    def _plain_consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            **client_options(self._settings),
            enable_auto_commit=False,
            isolation_level="read_committed",  # somebody's aborted transaction is nothing that happened
            auto_offset_reset="none",  # what is asked for and not there is an error, never something else
            request_timeout_ms=int(self._settings.request_timeout_s * 1000),
            max_partition_fetch_bytes=self._settings.fetch_partition_bytes,
        )


def _now() -> float:
    return asyncio.get_running_loop().time()
