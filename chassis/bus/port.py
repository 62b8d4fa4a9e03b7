"""What the suite asks of a bus. Two adapters keep this contract: ``embedded`` and ``kafka``."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Protocol


class Message(NamedTuple):
    """One event on its way out. Messages of one key stay in order."""

    key: str
    value: bytes
    headers: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, order=True)
class TopicPartition:
    topic: str
    partition: int


class Record(NamedTuple):
    """One event as read. ``offset`` rises within a partition, and may skip."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    headers: Mapping[str, str]
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition, in order, never empty; the log has nothing between ``start`` and the first of them."""

    source: TopicPartition
    start: int
    records: Sequence[Record]

    @property
    def next_offset(self) -> int:
        return self.records[-1].offset + 1


class BusError(Exception):
    """The bus cannot be reached or refused; trying again may help."""


class TopicMissing(BusError):  # noqa: N818  named for what it is
    """There is no such topic, or none that may be seen: somebody has to make it, or allow it."""


def is_compacted(topic: str) -> bool:
    """Whether of each key only the newest record is kept."""
    return ".state." in topic or ".digest." in topic


class Producer(Protocol):
    async def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Return once every message is durable; keep the order of each key.

        On an error any part may have been published, so the caller publishes the same again.

        Raises:
            BusError: not acknowledged within the adapter's bound.
        """

    async def close(self) -> None: ...


class StoredOffsets(Protocol):
    """The offsets a consumer reads next, as its database has them, by partition; absent means from the start."""

    async def __call__(self, partitions: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]: ...


class Consumer(Protocol):
    """One member of a group. Partitions are shared out among a group's members."""

    def batches(self) -> AsyncIterator[Batch | None]:
        """Records as they come, one partition at a time, from the offset that the database has.

        Yields ``None`` when nothing came for about a second, so that the caller can look around. Whenever
        partitions are assigned, reading starts where ``StoredOffsets`` says. The caller owns every batch it was given
        until it says :meth:`done`, and may have several: their partitions are not handed to another member before,
        or a bounded time has passed (then the caller's compare-and-set fails and it rolls back). Survives loss of
        the bus: it reconnects and goes on.
        """

    def done(self, batch: Batch) -> None:
        """Give back a batch that :meth:`batches` gave, whatever became of it."""

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Tell the bus what to read next, for its own lag figures. Best effort: the database's offset rules.

        Raises:
            BusError: not recorded; harmless.
        """

    async def seek(self, partition: TopicPartition, offset: int) -> None:
        """Read ``partition`` from ``offset`` next. A partition that is not assigned here is ignored."""

    async def positions(self) -> Mapping[TopicPartition, int]:
        """Offsets ahead of what was yielded, where nothing but markers of transactions lies between, by partition.

        Whoever has applied what was yielded may go on from there by :meth:`seek`.

        Raises:
            BusError: the bus does not answer.
        """

    async def lag(self) -> Mapping[TopicPartition, int]:
        """Records there are and not yet yielded, for the partitions assigned here: none for what was deleted.

        Below zero where a log ends before what was read of it: it went back in time.
        """

    async def close(self) -> None: ...


class Bus(Protocol):
    """A connection to the log. Opened by its adapter's constructor plus :meth:`start`, closed by :meth:`close`."""

    @property
    def compacted(self) -> bool:
        """Whether state topics (newest event by key) are kept beside the logs; digests are kept by every bus."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def ensure_topics(self, topics: Sequence[str]) -> None:
        """Create what is missing; check that what exists has the settings asked for.

        Raises:
            BusError: a topic exists with other settings, or the bus does not answer.
        """

    async def producer(self) -> Producer: ...

    @property
    def gathers(self) -> bool:
        """Whether its consumers wait for more by themselves where they are asked to gather."""

    async def consumer(
        self, group: str, topics: Sequence[str], stored: StoredOffsets, *, gather: float = 0
    ) -> Consumer:
        """Join a group. ``gather``: seconds that records may be held back for more, where nobody waits for each."""

    async def begin_offsets(self, topic: str) -> Mapping[TopicPartition, int]:
        """The offset of the first record still kept, for every partition of ``topic``; the end where none is.

        Above zero where a retention or an operator has deleted what was before.
        """

    async def end_offsets(self, topic: str) -> Mapping[TopicPartition, int]:
        """The offset after the last record, for every partition of ``topic``.

        Raises:
            TopicMissing: it is not there.
        """

    async def offsets_for_time(self, topic: str, timestamp_ms: int) -> Mapping[TopicPartition, int]:
        """The first offset at or after a moment, for every partition; the end where there is none."""

    def read(
        self, topic: str, start: Mapping[TopicPartition, int], end: Mapping[TopicPartition, int]
    ) -> AsyncIterator[Batch]:
        """Records from ``start`` up to but not including ``end``, outside any group; returns when all are read.

        A partition that ``start`` does not name is read from offset 0.

        Raises:
            BusError: the log begins behind a start, or does not reach an end.
        """
