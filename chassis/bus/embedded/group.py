"""Consumers, and the groups that share partitions out among them."""

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
    """Who of this process's consumers reads what."""

    def __init__(self, name: str, records: Log, drain_s: float) -> None:
        self.name = name
        self.drain_s = drain_s
        self.members: list[EmbeddedConsumer] = []
        self._log = records
        self._owners: dict[TopicPartition, EmbeddedConsumer] = {}
        self._wanted: dict[TopicPartition, EmbeddedConsumer] = {}

    def join(self, member: "EmbeddedConsumer") -> None:
        self.members.append(member)
        self.share_out()

    def leave(self, member: "EmbeddedConsumer") -> None:
        if member in self.members:
            self.members.remove(member)
            self.share_out()

    def share_out(self) -> None:
        """Deal the partitions round; owners give up what is no longer theirs."""
        self._wanted = {}
        for at in sorted(self._log.slots):
            if subscribed := [member for member in self.members if at.topic in member.topics]:
                self._wanted[at] = subscribed[len(self._wanted) % len(subscribed)]
        for at, owner in list(self._owners.items()):
            if not self.means(at, owner):
                owner.give_up(at)
        self.wake()

    def means(self, at: TopicPartition, member: "EmbeddedConsumer") -> bool:
        return self._wanted.get(at) is member

    def take(self, member: "EmbeddedConsumer") -> list[TopicPartition]:
        """Give a member what is meant for it and free by now."""
        free = [at for at in self._wanted if self.means(at, member) and at not in self._owners]
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

    async def learn_topics(self) -> None:
        """Another process may have made a topic that a member waits for."""
        if await self._log.refresh():
            self.share_out()


class EmbeddedConsumer:
    def __init__(self, records: Log, group: Group, topics: Sequence[str], stored: StoredOffsets) -> None:
        self.topics = frozenset(topics)
        self.wake = asyncio.Event()
        self._log = records
        self._group = group
        self._stored_offsets = stored
        self._at: dict[TopicPartition, int] = {}
        self._unplaced: set[TopicPartition] = set()
        self._in_hand: Counter[TopicPartition] = Counter()
        self._turn = 0

    async def batches(self) -> AsyncIterator[Batch | None]:
        try:
            while self._is_member():
                batch = await self._step()
                if not self._is_member():
                    return
                if batch:
                    self._in_hand[batch.source] += 1
                yield batch
        finally:
            for at in list(self._in_hand):
                self._put_down(at)

    def done(self, batch: Batch) -> None:
        self._in_hand[batch.source] -= 1
        if self._in_hand[batch.source] <= 0:
            self._put_down(batch.source)

    def _is_member(self) -> bool:
        return self in self._group.members

    async def _step(self) -> Batch | None:
        """Wait for records of a partition held here; None after an idle second."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + IDLE_S
        while self._is_member():
            self.wake.clear()
            if batch := await self._look():
                return batch
            if not await _set_within(self.wake, deadline - loop.time()):
                break
        return None

    async def _look(self) -> Batch | None:
        try:
            if not self._at:
                await self._group.learn_topics()
            await self._place()
            return await self._fetch()
        except BusError as error:
            log.warning("bus.read_failed", group=self._group.name, error=str(error))
            return None

    async def _place(self) -> None:
        """Take what is free and meant for this member, and start where the database says."""
        self._unplaced.update(self._group.take(self))
        if not self._unplaced:
            return
        asked = sorted(self._unplaced)
        try:
            found = await self._stored_offsets(asked)
        except Exception as error:  # whatever the database says now, it is asked again
            raise BusError(f"The positions are not known: {error}.") from error
        for at in asked:
            if at in self._unplaced:  # neither given up nor sought meanwhile
                self._unplaced.discard(at)
                self._at[at] = found.get(at, 0)

    async def _fetch(self) -> Batch | None:
        held = sorted(self._at.items())
        turn = self._turn % len(held) if held else 0
        batch = await self._log.first_records(held[turn:] + held[:turn], MAX_RECORDS)
        if batch is None:
            return None
        asked = (batch.source, self._at.get(batch.source, -1))
        if asked not in held:  # given up or sought meanwhile, which also woke us
            return None
        self._turn = held.index(asked) + 1  # the others come first next time
        self._at[batch.source] = batch.next_offset
        return batch

    def give_up(self, at: TopicPartition) -> None:
        """Hand over now, or when the batches of it in the caller's hands are done, or when their time is up."""
        if at in self._in_hand and self._is_member():
            asyncio.get_running_loop().call_later(self._group.drain_s, self._let_go, at)
        else:
            self._let_go(at)

    def _put_down(self, at: TopicPartition) -> None:
        del self._in_hand[at]
        self._let_go(at)

    def _let_go(self, at: TopicPartition) -> None:
        if not self._group.means(at, self):  # it may have come back meanwhile
            self._at.pop(at, None)
            self._unplaced.discard(at)
            self._group.release(at, self)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self._log.save_offsets(self._group.name, offsets)

    async def seek(self, partition: TopicPartition, offset: int) -> None:
        if partition in self._at or partition in self._unplaced:
            self._unplaced.discard(partition)
            self._at[partition] = offset
            self.wake.set()

    async def lag(self) -> Mapping[TopicPartition, int]:
        at = dict(self._at)
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
