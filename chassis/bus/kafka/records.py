"""From aiokafka's words to the port's, and back."""

from collections.abc import Iterable
from typing import Any

from aiokafka import TopicPartition as KafkaPartition

from chassis.bus.port import Batch, Record, TopicPartition


def theirs(at: TopicPartition) -> KafkaPartition:
    return KafkaPartition(at.topic, at.partition)


def ours(at: KafkaPartition) -> TopicPartition:
    return TopicPartition(at.topic, at.partition)


def batch_of(source: TopicPartition, consumed: Iterable[Any]) -> Batch:
    return Batch(source, [_record(each) for each in consumed])


def _record(consumed: Any) -> Record:
    return Record(
        consumed.topic,
        consumed.partition,
        consumed.offset,
        (consumed.key or b"").decode(),
        consumed.value or b"",
        {name: text.decode() for name, text in consumed.headers},
        consumed.timestamp,
    )
