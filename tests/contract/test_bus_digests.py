"""The newest digest of a service, as it is found on both buses."""

from datetime import UTC, datetime

import pytest

from chassis.bus.port import Message, TopicMissing
from chassis.events.envelope import NewEvent, encode, headers, with_generation
from chassis.events.producer_digests import NOTHING_TOLD, get_newest_digest
from contracts.digests import DIGEST_PUBLISHED, DigestPublished
from contracts.topics import digest_topic
from tests.contract.conftest import OpenBus


async def test_the_newest_digest_is_found_at_the_end_of_its_topic(open_bus: OpenBus, topic: str):
    service, bus = topic.split(".")[1], await open_bus()
    with pytest.raises(TopicMissing):
        await get_newest_digest(bus, service)
    await bus.ensure_topics([topic, digest_topic(service)])
    assert await get_newest_digest(bus, service) == NOTHING_TOLD
    producer = await bus.producer()
    for position in range(1, 4):
        await producer.publish(digest_topic(service), [digest_message(service, position)])
        found = await get_newest_digest(bus, service)
        assert (found.position, found.ends, found.generation) == (position, (position,), 1)


async def test_a_digest_is_found_while_a_newer_one_takes_its_place(open_bus: OpenBus, topic: str, monkeypatch):
    """Whoever looks for the newest asks the bus several times, and between any two of them there may be a newer one."""
    service, bus = topic.split(".")[1], await open_bus()
    await bus.ensure_topics([topic, digest_topic(service)])
    producer, count = await bus.producer(), 1
    await producer.publish(digest_topic(service), [digest_message(service, count)])

    def publishing_after(question):
        async def asked(about: str):
            nonlocal count
            answer, count = await question(about), count + 1
            await producer.publish(digest_topic(service), [digest_message(service, count)])
            return answer

        return asked

    monkeypatch.setattr(bus, "begin_offsets", publishing_after(bus.begin_offsets))
    monkeypatch.setattr(bus, "end_offsets", publishing_after(bus.end_offsets))
    assert (await get_newest_digest(bus, service)).position in (1, 2, 3)


def digest_message(service: str, position: int) -> Message:
    data = DigestPublished(position=position, ends=(position,), settled=True, types=(), ranges=())
    event, event_id = NewEvent(DIGEST_PUBLISHED, f"/{service}", service, position, data), f"id-{position}"
    body = encode(event, event_id=event_id, time=datetime.now(UTC), traceparent=None)
    named = headers(event_id=event_id, source=event.source, type_=event.type, version=event.version, traceparent=None)
    return Message(service, with_generation(body, 1), named)
