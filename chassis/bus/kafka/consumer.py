"""Consuming: one member of a group, that drains, seeks and starts anew."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.errors import IllegalStateError, KafkaError

from chassis.bus.kafka.connection import bounded, client_options, stop
from chassis.bus.kafka.records import batch_of, kafka_partition, our_partition
from chassis.bus.kafka.settings import KafkaSettings
from chassis.bus.port import Batch, BusError, StoredOffsets, TopicPartition, is_compacted

log = structlog.get_logger(__name__)

IDLE_S = 1.0
"""How long a consumer waits before it says that nothing came."""

STORED_OFFSETS_S = 5.0
"""How long the database may take to give offsets before the group goes on; it is asked again."""

REJOIN_S = 5.0
"""What a rebalance may take beyond the time to drain."""


GATHERED_BYTES = 64 * 1024
"""What is not held back any longer by who gathers."""


class KafkaConsumer:
    """``_next_offsets`` has what to yield next, by partition assigned and sought; whatever else arrives is dropped."""

    def __init__(
        self, settings: KafkaSettings, group: str, topics: Sequence[str], stored: StoredOffsets, gather: float = 0
    ) -> None:
        self._settings = settings
        self._group = group
        self._topics = list(topics)
        self._stored_offsets = stored
        self._gather = gather
        self._client: AIOKafkaConsumer | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._next_offsets: dict[TopicPartition, int] = {}
        self._unsought: set[TopicPartition] = set()
        self._assignment = 0  # counts assignments, so that an answer for an older one is told apart
        self._fetched: deque[tuple[TopicPartition, list[Any]]] = deque()
        self._given_out = 0
        self._all_done = asyncio.Event()
        self._all_done.set()
        self._moved_at = 0.0
        self._logged_losses: dict[TopicPartition, int] = {}  # by where the log then began
        self._closed = False
        self._rebalancing = False

    def connect(self) -> None:
        """Begin to join the group, now and until it works."""
        self._moved_at = _now()
        self._connecting = asyncio.create_task(self._connect())

    async def batches(self) -> AsyncIterator[Batch | None]:
        try:
            while self._is_open():
                batch = await self._step()
                if not self._is_open():
                    return
                if batch is None:
                    yield None
                    continue
                self._given_out += 1
                self._all_done.clear()
                yield batch
                self._moved_at = _now()  # however long the caller took: only our own waiting is a stall
        finally:
            self._take_all_back()

    def done(self, batch: Batch) -> None:  # noqa: ARG002  one is as good as another
        self._given_out = max(0, self._given_out - 1)
        if not self._given_out:
            self._take_all_back()

    def _take_all_back(self) -> None:
        self._given_out = 0
        self._all_done.set()

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        client = self._client
        if client is None or not self._connected():
            raise BusError("Not connected: offsets are not committed.")
        async with bounded(self._settings.request_timeout_s, "Committing offsets"):
            try:
                assigned = {kafka_partition(at): offset for at, offset in offsets.items() if at in self._next_offsets}
                if assigned:
                    await client.commit(assigned)
            except IllegalStateError as error:  # no longer assigned here
                raise BusError(f"Offsets are not committed: {error}.") from error

    async def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition in self._next_offsets or partition in self._unsought:
            self._seek(partition, offset)

    async def positions(self) -> Mapping[TopicPartition, int]:
        if self._client is None or not self._connected() or self._rebalancing:
            return {}
        fetched, found = {source for source, _ in self._fetched}, {}
        for at, next_offset in list(self._next_offsets.items()):
            position = None if at in fetched else await self._position(at)
            if position is not None and position > next_offset:
                found[at] = position
        return found

    async def _position(self, at: TopicPartition) -> int | None:
        """Where the library reads next; None where the partition is not ours any more."""
        assert self._client is not None  # noqa: S101  its caller has looked
        async with bounded(self._settings.request_timeout_s, "Asking for a position"):
            try:
                return int(await self._client.position(kafka_partition(at)))
            except IllegalStateError:  # revoked a moment ago
                return None

    async def lag(self) -> Mapping[TopicPartition, int]:
        at = dict(self._next_offsets)
        if self._client is None or not self._connected() or not at:
            return {}
        async with bounded(self._settings.request_timeout_s, "Asking for the lag"):
            begins = await self._client.beginning_offsets([kafka_partition(each) for each in at])
            ends = await self._client.end_offsets([kafka_partition(each) for each in at])
        for each, offset in at.items():
            self._log_loss(each, offset, begins[kafka_partition(each)])
        return {
            each: (ends[kafka_partition(each)] - max(begins[kafka_partition(each)], offset))
            for each, offset in at.items()
        }

    async def close(self) -> None:
        self._closed = True
        self._take_all_back()
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait({self._connecting})
        await self._disconnect()

    def reads_from(self, client: AIOKafkaConsumer) -> bool:
        return self._client is client

    # --- reading ---------------------------------------------------------------------------------------------

    async def _step(self) -> Batch | None:
        """The next batch; None after an idle second, or when the bus was lost."""
        deadline = _now() + IDLE_S
        try:
            while self._is_open():
                if batch := self._next_fetched():
                    self._moved_at = _now()
                    return batch
                left = deadline - _now()
                if left <= 0:
                    break
                await self._fetch(left)
            await self._replace_if_stalled()
        except (KafkaError, BusError) as error:
            await self._start_anew(repr(error))
        return None

    def _next_fetched(self) -> Batch | None:
        while self._fetched and not self._rebalancing:  # nothing more given out while a rebalance waits for that
            source, consumed = self._fetched.popleft()
            at = self._next_offsets.get(source)
            if at is not None:  # else: revoked, or read before the database had given an offset
                if consumed[0].offset < at:
                    log.warning("bus.log_went_back", source=source, expected=at, found=consumed[0].offset)
                elif not is_compacted(source.topic):  # where nothing is compacted away, a gap is a loss
                    self._log_loss(source, at, consumed[0].offset)
                batch = batch_of(source, at, consumed)
                self._next_offsets[source] = batch.next_offset
                return batch
        return None

    def _log_loss(self, source: TopicPartition, at: int, begin: int) -> None:
        """Log once that records were deleted before they were read here."""
        if at < begin and self._logged_losses.get(source, -1) < begin:
            self._logged_losses[source] = begin
            log.warning("bus.records_lost", group=self._group, source=source, expected=at, begins=begin)

    async def _fetch(self, seconds: float) -> None:
        client = self._client
        if client is None or not self._connected():
            await self._wait_for_connection(seconds)
            return
        if self._rebalancing or (self._unsought and not await self._seek_unsought()):
            await asyncio.sleep(min(seconds, 0.1))
            return
        try:
            # The bound is for a rebalance, which getmany waits out whatever its own timeout.
            async with asyncio.timeout(seconds + 0.1):
                found = await client.getmany(timeout_ms=int(seconds * 1000) + 1, max_records=self._settings.max_records)
        except TimeoutError:
            return
        self._fetched.extend((our_partition(at), consumed) for at, consumed in found.items())

    # --- assignments (called by aiokafka while it rebalances) ------------------------------------------------

    async def revoked(self) -> None:
        """Let the caller finish what it was given: the next owner starts where the database then says."""
        self._rebalancing = True
        self._moved_at = _now()
        self._fetched.clear()
        try:
            async with asyncio.timeout(self._settings.drain_s):
                await self._all_done.wait()
        except TimeoutError:
            log.warning("bus.drain_timed_out", group=self._group, seconds=self._settings.drain_s)
        self._clear_assignment()

    async def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        self._rebalancing = False
        self._assignment += 1
        self._clear_assignment()
        self._unsought = set(partitions)
        self._moved_at = _now()
        log.info("bus.assigned", group=self._group, partitions=len(self._unsought))
        await self._seek_unsought()

    async def _seek_unsought(self) -> bool:
        """Start every new partition where the database says; False when it does not say."""
        asked, assignment = sorted(self._unsought), self._assignment
        try:
            async with asyncio.timeout(STORED_OFFSETS_S):
                found = await self._stored_offsets(asked)
        except Exception as error:  # noqa: BLE001  # whatever the database says now, it is asked again
            log.warning("bus.offsets_unknown", group=self._group, error=repr(error))
            return False
        if assignment == self._assignment:
            for at in asked:
                if at in self._unsought:  # not sought meanwhile
                    self._seek(at, found.get(at, 0))
        return True

    def _seek(self, at: TopicPartition, offset: int) -> None:
        self._unsought.discard(at)
        self._next_offsets[at] = offset
        self._fetched = deque(each for each in self._fetched if each[0] != at)
        if self._client is not None:
            try:
                self._client.seek(kafka_partition(at), offset)
            except IllegalStateError:  # revoked a moment ago
                self._next_offsets.pop(at, None)

    # --- the connection --------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        while True:
            client = self._client = self._new_client()
            try:
                async with bounded(2 * self._rebalance_s, f"Joining the group {self._group}"):
                    await client.start()
            except BusError as error:
                log.warning("bus.connect_failed", group=self._group, error=str(error))
                await stop(client)
                await asyncio.sleep(IDLE_S)
            except BaseException:
                await stop(client)
                raise
            else:
                self._moved_at = _now()
                return

    @property
    def _rebalance_s(self) -> float:
        return max(self._settings.drain_s + REJOIN_S, self._settings.session_timeout_ms / 1000)

    def _new_client(self) -> AIOKafkaConsumer:
        settings = self._settings
        client = AIOKafkaConsumer(
            **client_options(settings),
            group_id=self._group,
            enable_auto_commit=False,
            isolation_level="read_committed",  # somebody's aborted transaction is nothing that happened
            auto_offset_reset="earliest",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.heartbeat_interval_ms,
            rebalance_timeout_ms=int(self._rebalance_s * 1000),
            max_poll_interval_ms=int(settings.max_poll_interval_s * 1000),
            **self._waiting(),
            max_partition_fetch_bytes=settings.fetch_partition_bytes,
        )
        client.subscribe(self._topics, listener=_Listener(self, client))
        return client

    def _waiting(self) -> dict[str, int]:
        """How long the broker holds an answer: until there is something, or until there is much of it."""
        if not self._gather:
            return {"fetch_max_wait_ms": self._settings.fetch_max_wait_ms}
        return {"fetch_max_wait_ms": int(self._gather * 1000), "fetch_min_bytes": GATHERED_BYTES}

    def _is_open(self) -> bool:
        return not self._closed

    def _connected(self) -> bool:
        return self._connecting is not None and self._connecting.done()

    async def _wait_for_connection(self, seconds: float) -> None:
        if self._connecting is not None:
            await asyncio.wait({self._connecting}, timeout=seconds)

    async def _replace_if_stalled(self) -> None:
        """Replace a client that has stopped bringing what there is."""
        if not self._connected() or _now() - self._moved_at < self._settings.stall_s:
            return
        if self._rebalancing:
            raise BusError(f"A rebalance has not ended for {self._settings.stall_s:g} s.")
        behind = sum((await self.lag()).values())
        if behind > 0:
            raise BusError(f"{behind} records behind without progress for {self._settings.stall_s:g} s.")
        self._moved_at = _now()

    async def _start_anew(self, reason: str) -> None:
        log.warning("bus.consumer_replaced", group=self._group, reason=reason)
        await self._disconnect()
        await asyncio.sleep(IDLE_S)  # an error that stays must not spin
        if self._is_open():
            self.connect()

    async def _disconnect(self) -> None:
        client, self._client = self._client, None
        self._clear_assignment()
        if client is not None:
            await stop(client)

    def _clear_assignment(self) -> None:
        self._next_offsets.clear()
        self._unsought.clear()
        self._fetched.clear()


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka comes without types
    """What aiokafka calls; a client that was replaced is not listened to any more."""

    def __init__(self, consumer: KafkaConsumer, client: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._client = client

    async def on_partitions_revoked(self, revoked: Iterable[KafkaPartition]) -> None:  # noqa: ARG002  # all of them, always
        if self._consumer.reads_from(self._client):
            await self._consumer.revoked()

    async def on_partitions_assigned(self, assigned: Iterable[KafkaPartition]) -> None:
        if self._consumer.reads_from(self._client):
            await self._consumer.assigned([our_partition(at) for at in assigned])


def _now() -> float:
    return asyncio.get_running_loop().time()
