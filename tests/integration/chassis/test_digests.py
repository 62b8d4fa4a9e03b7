"""Digests: what a relay tells of its feed, when, and that it is exactly what the log has before its ends."""

import pytest

from chassis.bus.port import BusError, Message
from chassis.events import digests as publishing
from chassis.events.outbox import emit
from chassis.events.producer_digests import NOTHING_TOLD, get_newest_digest
from chassis.events.published_versions import digest_ranges
from chassis.events.recovery import begin_generation, end_recovery
from chassis.events.relay import Relay
from contracts.digests import RANGES
from contracts.topics import digest_topic
from tests.integration.chassis.tally import TOPIC, TYPE, list_newest_of_log, new_event

DIGESTS = digest_topic("indicators")


@pytest.fixture
async def relay(database, bus):
    await bus.ensure_topics([DIGESTS])
    return Relay(database, bus, "indicators", batch=3)


@pytest.fixture
def always(monkeypatch):
    """A minute is over whenever it is asked."""
    monkeypatch.setattr(publishing, "DIGEST_SECONDS", -1.0)


async def emit_all(database, *events):
    async def work(tx):
        for subject, version in events:
            emit(tx, new_event(subject, version, version))

    await database.write(work)


async def relay_all(relay, bus, producer=None):
    await relay.cycle(producer or await bus.producer())


async def count_digests(bus):
    """How many there ever were: the bus keeps only the newest."""
    return sum((await bus.end_offsets(DIGESTS)).values())


async def assert_told(bus, digest):
    """That a digest tells what the log has before its ends."""
    newest = await list_newest_of_log(bus, digest.ends)
    assert digest.is_settled
    assert tuple(digest.ranges.values()) == digest_ranges(newest)
    assert digest.types == ({TYPE} if newest else set())


async def test_with_nothing_published_it_says_so(database, bus, relay):
    assert await get_newest_digest(bus, "indicators") == NOTHING_TOLD
    await relay_all(relay, bus)
    digest = await get_newest_digest(bus, "indicators")
    assert (digest.generation, digest.position, digest.ends, digest.ranges) == (1, 0, (0, 0), {})
    assert digest.is_settled


async def test_it_tells_the_newest_of_every_aggregate(database, bus, relay):
    await emit_all(database, *((f"s{n % 7}", 1 + n // 7) for n in range(20)))
    await relay_all(relay, bus)
    digest = await get_newest_digest(bus, "indicators")
    assert digest.position == 20
    await assert_told(bus, digest)
    assert sum(each.aggregates for each in digest.ranges.values()) == 7


async def test_before_the_first_event_it_tells_what_waits(database, bus, relay):
    await emit_all(database, ("a", 1), ("a", 2))
    with pytest.raises(BusError):
        await relay_all(relay, bus, _OnlyDigests(await bus.producer()))
    digest = await get_newest_digest(bus, "indicators")
    assert (digest.is_settled, digest.position, digest.ends) == (False, 0, (0, 0))
    assert [each.highest for each in digest.ranges.values()] == [2]


class _OnlyDigests:
    def __init__(self, producer):
        self.producer = producer

    async def publish(self, topic, messages):
        if topic == TOPIC:
            raise BusError("gone")
        await self.producer.publish(topic, messages)


async def test_once_a_minute_and_only_where_something_changed(database, bus, relay, monkeypatch):
    await relay_all(relay, bus)
    told = await count_digests(bus)
    await emit_all(database, ("a", 1))
    await relay_all(relay, bus)
    assert await count_digests(bus) == told, "the minute is not over"
    monkeypatch.setattr(publishing, "DIGEST_SECONDS", -1.0)
    await relay_all(relay, bus)
    assert await count_digests(bus) == told + 1
    await assert_told(bus, await get_newest_digest(bus, "indicators"))
    await relay_all(relay, bus)
    assert await count_digests(bus) == told + 1, "nothing was published since"


async def test_what_another_instance_published_is_told_too(database, bus, relay, always):
    await emit_all(database, ("a", 1))
    await relay_all(relay, bus)
    await emit_all(database, ("a", 2), ("b", 1))
    await relay_all(Relay(database, bus, "indicators"), bus)
    await relay_all(relay, bus)
    digest = await get_newest_digest(bus, "indicators")
    assert digest.position == 3
    await assert_told(bus, digest)


async def test_what_was_published_and_not_marked_is_told_as_the_log_has_it(database, bus, relay, always):
    await emit_all(database, ("a", 1))
    await relay_all(relay, bus)
    await emit_all(database, ("a", 2))
    with pytest.raises(ConnectionAbortedError):
        await relay_all(relay, bus, _Killed(await bus.producer()))
    await emit_all(database, ("b", 1))
    await relay_all(relay, bus)
    await assert_told(bus, await get_newest_digest(bus, "indicators"))


class _Killed:
    """A producer that publishes an event and dies before it can say so."""

    def __init__(self, producer):
        self.producer = producer

    async def publish(self, topic, messages):
        await self.producer.publish(topic, messages)
        if topic == TOPIC:
            raise ConnectionAbortedError("killed")


async def test_a_generation_is_told_before_its_first_event_and_once_all_of_it_is_out(database, bus, relay):
    await emit_all(database, ("a", 1), ("b", 1))
    await relay_all(relay, bus)
    generation = await begin_generation(database, bus, "indicators")
    await emit_all(database, ("a", 2), ("b", 2))
    await end_recovery(database, generation.number)
    with pytest.raises(BusError):
        await relay_all(relay, bus, _OnlyDigests(await bus.producer()))
    announced = await get_newest_digest(bus, "indicators")
    assert (announced.generation, announced.is_settled) == (2, False)
    await relay_all(relay, bus)
    settled = await get_newest_digest(bus, "indicators")
    assert (settled.generation, settled.position) == (2, 4)
    await assert_told(bus, settled)


async def test_the_bus_keeps_only_the_newest(database, bus, relay, always):
    for version in range(1, 5):
        await emit_all(database, ("a", version))
        await relay_all(relay, bus)
    ends, begins = await bus.end_offsets(DIGESTS), await bus.begin_offsets(DIGESTS)
    assert sum(ends.values()) - sum(begins.values()) == 1


async def test_without_a_topic_for_them_events_are_published_all_the_same(database, bus):
    await emit_all(database, ("a", 1))
    await relay_all(Relay(database, bus, "indicators"), bus)
    assert sum((await bus.end_offsets(TOPIC)).values()) == 1


async def test_what_is_no_digest_of_the_service_is_not_read(database, bus, relay):
    await relay_all(relay, bus)
    told, producer = await get_newest_digest(bus, "indicators"), await bus.producer()
    (record,) = [record async for batch in _log(bus) for record in batch.records]
    await producer.publish(DIGESTS, [Message("risks", record.value, record.headers)])
    assert (await get_newest_digest(bus, "indicators")).event_id == told.event_id
    for value in (b"{}", record.value[:-9]):
        await producer.publish(DIGESTS, [Message("indicators", value, record.headers)])
        assert await get_newest_digest(bus, "indicators") == NOTHING_TOLD


async def _log(bus):
    async for batch in bus.read(DIGESTS, await bus.begin_offsets(DIGESTS), await bus.end_offsets(DIGESTS)):
        yield batch


async def test_its_size_is_bounded(database, bus, relay):
    """Twenty-three thousand aggregates fill every range, and more add no byte but digits."""
    ranges = digest_ranges((f"indicator-{n}/E06000026", 10**9, f"{n:036}") for n in range(23_000))
    assert len(ranges) == RANGES
    assert len("".join(each.model_dump_json() for each in ranges)) < 32_000
