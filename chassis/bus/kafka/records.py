"""From aiokafka's words to the port's, and back."""

from collections.abc import Iterable
from typing import Any

from aiokafka import TopicPartition as KafkaPartition

from chassis.bus.port import Batch, Record, TopicPartition


def theirs(at: TopicPartition) -> KafkaPartition:
    return KafkaPartition(at.topic, at.partition)


def ours(at: KafkaPartition) -> TopicPartition:
    return TopicPartition(at.topic, at.partition)


def batch_of(source: TopicPartition, start: int, consumed: Iterable[Any]) -> Batch:
    topic, partition = source.topic, source.partition
    records = [
        Record(
            topic,
            partition,
            each.offset,
            (each.key or b"").decode(),
            each.value or b"",
            {name: text.decode() for name, text in each.headers},
            each.timestamp,
        )
        for each in consumed
    ]
    return Batch(source, start, records)
