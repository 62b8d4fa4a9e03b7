"""Consumers, and the groups that assign partitions to them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

import structlog

from chassis.bus.embedded.log import Log
from chassis.bus.port import Batch, BusError, StoredOffsets, TopicPartition

log = structlog.get_logger(__name__)

MAX_RECORDS = 2000
"""The longest batch."""

IDLE_S = 1.0
"""How long a consumer waits before it says that nothing came."""


class Group:
    """Which of this process's consumers reads which partitions."""

    def __init__(self, name: str, records: Log, drain_s: float) -> None:
        self.name = name
        self.drain_s = drain_s
        self.members: list[EmbeddedConsumer] = []
        self._log = records
        self._owners: dict[TopicPartition, EmbeddedConsumer] = {}
        self._assigned: dict[TopicPartition, EmbeddedConsumer] = {}

    def join(self, member: "EmbeddedConsumer") -> None:
        self.members.append(member)
        self.assign_partitions()

    def leave(self, member: "EmbeddedConsumer") -> None:
        if member in self.members:
            self.members.remove(member)
            self.assign_partitions()

    def assign_partitions(self) -> None:
        """Assign the partitions in turn; what is no longer its owner's is revoked."""
        self._assigned = {}
        for at in sorted(self._log.slots):
            if subscribed := [member for member in self.members if at.topic in member.topics]:
                self._assigned[at] = subscribed[len(self._assigned) % len(subscribed)]
        for at, owner in list(self._owners.items()):
            if not self.is_assigned(at, owner):
                owner.revoke(at)
        self.wake()

    def is_assigned(self, at: TopicPartition, member: "EmbeddedConsumer") -> bool:
        return self._assigned.get(at) is member

    def claim(self, member: "EmbeddedConsumer") -> list[TopicPartition]:
        """Make a member the owner of what is assigned to it and free by now; returns those."""
        free = [at for at in self._assigned if self.is_assigned(at, member) and at not in self._owners]
        self._owners.update(dict.fromkeys(free, member))
        return free

    def release(self, at: TopicPartition, owner: "EmbeddedConsumer") -> None:
        if self._owners.get(at) is owner:
            del self._owners[at]
            self.wake()

    def wake(self, topic: str | None = None) -> None:
        for member in self.members:
            if topic is None or topic in member.topics:
                member.wake.set()

    async def refresh_topics(self) -> None:
        """Another process may have made a topic that a member waits for."""
        if await self._log.refresh():
            self.assign_partitions()


class EmbeddedConsumer:
    def __init__(self, records: Log, group: Group, topics: Sequence[str], stored: StoredOffsets) -> None:
        self.topics = frozenset(topics)
        self.wake = asyncio.Event()
        self._log = records
        self._group = group
        self._stored_offsets = stored
        self._next_offsets: dict[TopicPartition, int] = {}
        self._without_offset: set[TopicPartition] = set()
        self._unfinished: Counter[TopicPartition] = Counter()
        self._turn = 0

    async def batches(self) -> AsyncIterator[Batch | None]:
        try:
            while self._is_member():
                batch = await self._step()
                if not self._is_member():
                    return
                if batch:
                    self._unfinished[batch.source] += 1
                yield batch
        finally:
            for at in list(self._unfinished):
                self._finish(at)

    def done(self, batch: Batch) -> None:
        self._unfinished[batch.source] -= 1
        if self._unfinished[batch.source] <= 0:
            self._finish(batch.source)

    def _is_member(self) -> bool:
        return self in self._group.members

    async def _step(self) -> Batch | None:
        """Wait for records of a partition assigned here; None after an idle second."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + IDLE_S
        while self._is_member():
            self.wake.clear()
            if batch := await self._next_batch():
                return batch
            if not await _set_within(self.wake, deadline - loop.time()):
                break
        return None

    async def _next_batch(self) -> Batch | None:
        try:
            if not self._next_offsets:
                await self._group.refresh_topics()
            await self._get_offsets()
            return await self._fetch()
        except BusError as error:
            log.warning("bus.read_failed", group=self._group.name, error=str(error))
            return None

    async def _get_offsets(self) -> None:
        """Own what is free and assigned to this member, and start at the offsets that the database stores."""
        self._without_offset.update(self._group.claim(self))
        if not self._without_offset:
            return
        asked = sorted(self._without_offset)
        try:
            found = await self._stored_offsets(asked)
        except Exception as error:  # whatever the database says now, it is asked again
            raise BusError(f"The stored offsets cannot be read: {error}.") from error
        for at in asked:
            if at in self._without_offset:  # neither revoked nor sought meanwhile
                self._without_offset.discard(at)
                self._next_offsets[at] = found.get(at, 0)

    async def _fetch(self) -> Batch | None:
        assigned = sorted(self._next_offsets.items())
        turn = self._turn % len(assigned) if assigned else 0
        batch = await self._log.next_batch(assigned[turn:] + assigned[:turn], MAX_RECORDS)
        if batch is None:
            return None
        asked = (batch.source, self._next_offsets.get(batch.source, -1))
        if asked not in assigned:  # revoked or sought meanwhile, which also woke us
            return None
        self._turn = assigned.index(asked) + 1  # the others come first next time
        self._next_offsets[batch.source] = batch.next_offset
        return batch

    def revoke(self, at: TopicPartition) -> None:
        """Release now, or when the batches of it that are not done are, or when their time is up."""
        if at in self._unfinished and self._is_member():
            asyncio.get_running_loop().call_later(self._group.drain_s, self._release, at)
        else:
            self._release(at)

    def _finish(self, at: TopicPartition) -> None:
        del self._unfinished[at]
        self._release(at)

    def _release(self, at: TopicPartition) -> None:
        if not self._group.is_assigned(at, self):  # it may have come back meanwhile
            self._next_offsets.pop(at, None)
            self._without_offset.discard(at)
            self._group.release(at, self)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self._log.save_offsets(self._group.name, offsets)

    async def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition in self._next_offsets or partition in self._without_offset:
            self._without_offset.discard(partition)
            self._next_offsets[partition] = offset
            self.wake.set()

    async def positions(self) -> Mapping[TopicPartition, int]:
        return {}  # this log has nothing but records

    async def lag(self) -> Mapping[TopicPartition, int]:
        at = dict(self._next_offsets)
        begins: dict[TopicPartition, int] = {}
        ends: dict[TopicPartition, int] = {}
        for topic in {each.topic for each in at}:
            begins |= await self._log.begin_offsets(topic)
            ends |= await self._log.end_offsets(topic)
        return {each: ends[each] - max(begins[each], offset) for each, offset in at.items()}

    async def close(self) -> None:
        self.wake.set()
        self._group.leave(self)


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
