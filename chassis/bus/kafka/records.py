"""From aiokafka's types to the port's, and back."""

from collections.abc import Iterable
from typing import Any

from aiokafka import TopicPartition as KafkaPartition

from chassis.bus.port import Batch, Record, TopicPartition


def kafka_partition(at: TopicPartition) -> KafkaPartition:
    return KafkaPartition(at.topic, at.partition)


def our_partition(at: KafkaPartition) -> TopicPartition:
    return TopicPartition(at.topic, at.partition)


def batch_of(source: TopicPartition, start: int, consumed: Iterable[Any]) -> Batch:
    topic, partition = source.topic, source.partition
    records = [
        Record(
            topic,
            partition,
            each.offset,
            _text(each.key),
            each.value or b"",
            _headers(each.headers),
            each.timestamp,
        )
        for each in consumed
    ]
    return Batch(source, start, records)


def _headers(pairs: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """All at once where all are text, as ours are: a call for each of them would be felt."""
    try:
        return {name: value.decode() for name, value in pairs}  # type: ignore[union-attr]  # None is rare, and caught
    except (UnicodeDecodeError, AttributeError):
        return {name: _text(value) for name, value in pairs}


def _text(value: bytes | None) -> str:
    """A key or header as text. Anybody may send bytes that are none: those show as U+FFFD, which no event has."""
    return (value or b"").decode(errors="replace")
