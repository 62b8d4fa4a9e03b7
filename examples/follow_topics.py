"""Follow the suite by its topics, with librdkafka: everything from the first event on, then what comes.

KAFKA_BOOTSTRAP_SERVERS=broker:9092 KAFKA_GROUP=warehouse python examples/follow_topics.py copy.db risks finance
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException, Message
from copy_of_state import CopyOfState

AT_A_TIME = 500
GONE_AFTER_MS = 10_000  # after so long another takes the partitions of one that was killed


def consumer_of(brokers: str, group: str) -> Consumer:
    """Offsets are committed by hand, once what they stand for is in the copy. A broker with sign-in needs more here."""
    return Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "session.timeout.ms": GONE_AFTER_MS,
        }
    )


def events_of(messages: Iterable[Message]) -> Iterator[dict[str, Any]]:
    """Raises KafkaException where a message is an error. The key is the subject; anything else is not the suite's."""
    for message in messages:
        if error := message.error():
            raise KafkaException(error)
        event = json.loads(message.value() or b"")
        if (message.key() or b"").decode() == event["subject"]:
            yield event


def follow(consumer: Consumer, copy: CopyOfState) -> None:
    """Take what comes, until stopped. What comes again is not above what the copy has, and changes nothing."""
    while True:
        messages = consumer.consume(AT_A_TIME, timeout=1)
        for _, of_one in groupby(messages, key=lambda each: (each.topic(), each.partition())):
            events = list(events_of(of_one))
            if events:
                copy.apply(events, events[-1]["id"])
        if messages:
            consumer.commit(asynchronous=False)


def main(file: str, services: list[str]) -> None:
    consumer = consumer_of(os.environ["KAFKA_BOOTSTRAP_SERVERS"], os.environ.get("KAFKA_GROUP", "example"))
    consumer.subscribe([f"commissioning.{service}.v1" for service in services])
    try:
        follow(consumer, CopyOfState(Path(file)))
    finally:
        consumer.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
