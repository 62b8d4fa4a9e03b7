"""What a record must be to be read as an event, and how others read ours."""

import json
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event

from chassis.bus.port import Message, Record
from chassis.events.envelope import UnreadableEventError, delivery
from contracts.topics import events_topic
from tests.integration.chassis.tally import NumberChanged, number_event

EVENT = number_event("a/b", 7, 3, generation=2)


def record(message: Message, topic: str = events_topic("indicators")) -> Record:
    return Record(topic, 0, 0, message.key, message.value, message.headers, 0)


def body(**changes: Any) -> bytes:
    return json.dumps(json.loads(EVENT.value) | changes, indent=1).encode()


@pytest.mark.parametrize("headers", [EVENT.headers, {}], ids=["headers", "body"])
def test_attributes_come_from_headers_or_else_from_the_body(headers: dict[str, str]) -> None:
    event = delivery(record(EVENT._replace(headers=headers)))
    assert (event.source, event.subject, event.id) == ("/indicators", "a/b", "a/b-2-7")
    assert event.order == (event.generation, event.version) == (2, 7)


def test_without_a_generation_it_is_the_first() -> None:
    old = json.loads(EVENT.value)
    del old["generation"]
    assert delivery(record(Message("a/b", json.dumps(old).encode()))).generation == 1


@pytest.mark.parametrize(
    "forged",
    [
        EVENT._replace(key="another"),
        EVENT._replace(key="another", headers={}),
        EVENT._replace(value=body(subject="another")),
        Message("a/b", body(subject=None)),
        Message("a/b", body(generation=0)),
        Message("a/b", body(aggregateversion=-1)),
        Message("a/b", body(source="/import")),
        EVENT._replace(headers={**EVENT.headers, "event-source": "/risks"}),
        EVENT._replace(headers={**EVENT.headers, "event-generation": "x"}),
        EVENT._replace(headers={**EVENT.headers, "event-version": str(2**63)}),
    ],
)
def test_what_does_not_fit_together_is_unreadable(forged: Message) -> None:
    with pytest.raises(UnreadableEventError):
        delivery(record(forged))


def test_a_source_writes_its_own_topic_only() -> None:
    with pytest.raises(UnreadableEventError, match=r"only '/risks' writes commissioning\.risks\.v1"):
        delivery(record(EVENT, events_topic("risks")))


@pytest.mark.parametrize(
    "changes", [{"aggregateversion": 8}, {"generation": 3}, {"id": "other"}, {"source": "/risks"}, {"type": "x.v1"}]
)
def test_a_body_that_its_headers_contradict_is_not_opened(changes: dict[str, Any]) -> None:
    event = delivery(record(EVENT._replace(value=body(**changes))))
    with pytest.raises(UnreadableEventError):
        event.data(NumberChanged)


def test_a_subject_inside_the_data_is_not_the_events() -> None:
    """The quick look at the body is deceived, reading it is not."""
    nested = json.loads(EVENT.value) | {"subject": "another"}
    nested["data"]["subject"] = "a/b"
    event = delivery(record(EVENT._replace(value=json.dumps(nested, separators=(",", ":")).encode())))
    with pytest.raises(UnreadableEventError):
        event.data(NumberChanged)


def test_the_sdk_of_cloudevents_reads_our_records_without_being_told_how() -> None:
    headers = {name: text.encode() for name, text in EVENT.headers.items()}
    event = from_kafka_event(KafkaMessage(headers=headers, key=EVENT.key.encode(), value=EVENT.value))
    assert (event.get_id(), event.get_source(), event.get_subject()) == ("a/b-2-7", "/indicators", "a/b")
    assert event.get_extension("generation") == 2
    assert event.get_extension("aggregateversion") == 7
    assert event.get_data() == {"number": 3}
