"""Events on a real broker, read by clients that are not ours, as examples have them: librdkafka and Java's own."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from confluent_kafka import Consumer
from jsonschema import Draft202012Validator

from chassis.bus.kafka import KafkaBus, KafkaSettings
from chassis.bus.port import Message, Producer
from chassis.events.envelope import headers
from contracts.event_types import BODIES, EVENTS
from contracts.topics import events_topic
from gateway.documents.asyncapi import event_schema
from suite.engines.kafka import POM, jars_folder
from suite.engines.maven import fetch_jars
from tests.contract.test_events import GOLDEN
from tests.eventually import eventually

pytestmark = [pytest.mark.kafka, pytest.mark.rest]
ROOT = Path(__file__).parents[2]
SERVICES = ("risks", "finance")
Golden = dict[str, Any]


def golden(service: str) -> Iterator[Golden]:
    """The newest example of each type of a service, one after the other of its subject."""
    last: dict[str, int] = {}
    for type_ in EVENTS[service]:
        newest = max((GOLDEN / type_).iterdir(), key=lambda path: int(path.stem.partition("-")[0]))
        event = json.loads(newest.read_bytes())
        last[event["subject"]] = version = last.get(event["subject"], 0) + 1
        yield event | {"aggregateversion": version, "generation": 1}


def message(event: Golden) -> Message:
    named = headers(
        event_id=event["id"],
        source=event["source"],
        type_=event["type"],
        version=event["aggregateversion"],
        traceparent=None,
    )
    return Message(event["subject"], json.dumps(event).encode(), named)


@pytest.fixture
async def producer(kafka_bootstrap: str) -> AsyncIterator[Producer]:
    bus = KafkaBus(KafkaSettings(bootstrap_servers=kafka_bootstrap, partitions=3))
    await bus.start()
    await bus.ensure_topics([events_topic(service) for service in SERVICES])
    yield await bus.producer()
    await bus.close()


@contextmanager
def running(command: list[str], output: Path, **variables: str) -> Iterator[None]:
    """A process of its own, killed at the end."""
    with output.open("ab") as file:
        process = subprocess.Popen(command, stdout=file, env=os.environ | variables)
    try:
        yield
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def newest_of(events: list[Golden]) -> dict[tuple[str, str], int]:
    return {(each["source"], each["subject"]): each["aggregateversion"] for each in events}


def copied(file: Path) -> dict[tuple[str, str], int]:
    with closing(sqlite3.connect(file, timeout=10)) as copy:
        try:
            return {(source, subject): version for source, subject, version in copy.execute(_COPIED)}
        except sqlite3.OperationalError:  # it has only begun
            return {}


_COPIED = "SELECT source, subject, version FROM aggregate"


def printed(file: Path) -> dict[tuple[str, str], int]:
    rows = [line.split("\t", 4) for line in file.read_text().splitlines()]
    return {(source, subject): int(version) for source, subject, _, version, body in rows if json.loads(body)}


async def test_what_other_clients_read_keeps_the_schemas_and_their_copies_are_whole(
    producer: Producer, kafka_bootstrap: str, tmp_path: Path
) -> None:
    events = [each for service in SERVICES for each in golden(service)]
    for service in SERVICES:
        await producer.publish(
            events_topic(service), [message(each) for each in events if each["source"] == f"/{service}"]
        )
    _read_by_librdkafka(kafka_bootstrap, events)
    copy, lines = tmp_path / "copy.db", tmp_path / "lines.txt"
    python = [sys.executable, str(ROOT / "examples" / "follow_topics.py"), str(copy), *SERVICES]
    java = [
        "java",
        "-cp",
        f"{fetch_jars(POM, jars_folder())}/*",
        str(ROOT / "examples" / "FollowTopics.java"),
        kafka_bootstrap,
        "java",
    ]
    brokers = {"KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap}
    with running(python, tmp_path / "python.txt", **brokers), running([*java, *SERVICES], lines):
        await eventually(lambda: copied(copy) == newest_of(events), within=60)
        await eventually(lambda: printed(lines) == newest_of(events), within=60)
    later = [each | {"id": f"{each['id']}-later", "aggregateversion": 9} for each in events[:3]]
    for each in [*later, events[0]]:
        await producer.publish(events_topic(each["source"][1:]), [message(each)])
    with running(python, tmp_path / "python.txt", **brokers), running([*java, *SERVICES], lines):
        await eventually(lambda: copied(copy) == newest_of(events) | newest_of(later), within=60)
        await eventually(lambda: newest_of(later).items() <= printed(lines).items(), within=60)


def _read_by_librdkafka(brokers: str, events: list[Golden]) -> None:
    """Each as the SDK of CloudEvents has it, valid by the schema of its type."""
    settings = {"bootstrap.servers": brokers, "group.id": "schemas", "auto.offset.reset": "earliest"}
    consumer, found = Consumer(settings), []
    consumer.subscribe([events_topic(service) for service in SERVICES])
    while len(found) < len(events):
        [record] = consumer.consume(1, timeout=60)
        named = dict(record.headers() or [])
        event = from_kafka_event(KafkaMessage(headers=named, key=record.key(), value=record.value() or b""))
        body = json.loads(record.value() or b"")
        Draft202012Validator(event_schema(BODIES[event.get_type()])).validate(body)
        found.append((event.get_id(), event.get_subject(), event.get_extension("aggregateversion")))
    consumer.close()
    assert sorted(found) == sorted((each["id"], each["subject"], each["aggregateversion"]) for each in events)
