"""The generation of the producing database travels with every event; without one it is the first."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from chassis.bus.port import Record
from chassis.events.envelope import NewEvent, UnreadableEventError, delivery, encode, headers
from contracts.money import Money

NOW = datetime(2018, 2, 28, tzinfo=UTC)


def encoded(generation):
    event = NewEvent("commissioning.pledge.updated.v1", "/pledges", "58", 1, Money(amount=Decimal(1)), generation)
    return encode(event, event_id="1", time=NOW, traceparent=None)


def received(body, named):
    return delivery(Record("commissioning.pledges.v1", 0, 0, "58", body, named, 0))


@pytest.mark.parametrize("generation", [1, 2, 2**31 - 1])
def test_it_is_read_from_the_headers_and_from_the_body(generation):
    body = encoded(generation)
    named = headers(
        event_id="1",
        source="/pledges",
        type_="commissioning.pledge.updated.v1",
        version=1,
        traceparent=None,
        generation=generation,
    )
    assert json.loads(body)["generation"] == generation
    assert received(body, named).generation == received(body, {}).generation == generation


def test_events_from_before_there_were_generations_are_of_the_first():
    body = json.loads(encoded(1))
    del body["generation"]
    assert received(json.dumps(body).encode(), {}).generation == 1


@pytest.mark.parametrize("generation", [0, -1, 2**31, None, "x", True])
def test_what_is_none_makes_the_event_unreadable(generation):
    body = json.loads(encoded(1)) | {"generation": generation}
    with pytest.raises(UnreadableEventError):
        received(json.dumps(body).encode(), {})
