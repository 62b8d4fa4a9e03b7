"""A consumer compares what it applied with what its producer says it has published; what jumps is parked."""

import asyncio
import sqlite3
from dataclasses import replace

import pytest

from chassis.bus.embedded import EmbeddedBus
from chassis.bus.port import TopicMissing
from chassis.events import consumer, digest_checks, jumps
from chassis.events import digests as publishing
from chassis.events.dead_letters import DeadLetterState
from chassis.events.digest_checks import find_digest_fault
from chassis.events.envelope import delivery
from chassis.events.jumps import Jumps
from chassis.events.outbox import emit
from chassis.events.producer_digests import get_newest_digest
from chassis.events.recovery import recover_consumer
from chassis.events.relay import Relay
from chassis.events.replay import discard_dead_letter, rebuild, replay_from, retry_dead_letter
from chassis.recovery.local import LocalStores
from chassis.recovery.procedure import list_differences, recover_producer
from chassis.storage.database import Database
from contracts.topics import digest_topic
from tests.contract.reading import read_all
from tests.eventually import eventually
from tests.integration.chassis import tally
from tests.integration.chassis.tally import (
    TALLY,
    TOPIC,
    caught_up,
    list_parked,
    new_event,
    number_event,
    numbers,
    publish,
)
from tests.integration.chassis.test_recovery import REPUBLICATION

DIGESTS = digest_topic("indicators")
FORGED = 10**9


@pytest.fixture(autouse=True)
def brisk(monkeypatch):
    """Checks at every look, so that nobody waits for a minute."""
    monkeypatch.setattr(publishing, "DIGEST_SECONDS", -1.0)
    monkeypatch.setattr(consumer, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(consumer, "REFUSED_SECONDS", 0.05)
    monkeypatch.setattr(jumps, "REFUSED_SECONDS", 0.05)
    monkeypatch.setattr(digest_checks, "SHARE", 0)


@pytest.fixture
async def producer(bus, tmp_path):
    """The producer's database, beside the consumer's, and a topic for its digests."""
    await bus.ensure_topics([DIGESTS])
    database = Database(f"sqlite+threads:///{tmp_path / 'producer.db'}", tally.metadata)
    async with database.engine.begin() as connection:
        await connection.run_sync(tally.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
def relay(producer, bus):
    return Relay(producer, bus, "indicators")


async def emit_numbers(producer, *events):
    async def work(tx):
        for subject, version in events:
            emit(tx, new_event(subject, version, version))

    await producer.write(work)


async def tell(relay, *events):
    """Publish numbers, and a digest of them."""
    await emit_numbers(relay.database, *events)
    await relay.cycle(await relay.bus.producer())


async def all_applied(database, bus, expected):
    await eventually(lambda: _has(database, expected))
    await caught_up(database, bus)


async def _has(database, expected):
    assert await database.read(numbers) == expected


async def fault(database, bus):
    return await find_digest_fault(database, bus, TALLY)


# ---- comparing


async def test_what_agrees_is_no_fault_under_load(database, bus, consuming, relay):
    """Digests are compared all the while events come."""
    async with consuming() as loop:
        for version in range(1, 30):
            await tell(relay, *((f"s{n}", version) for n in range(5)))
            assert loop.refusal is None
        await all_applied(database, bus, {f"s{n}": 29 for n in range(5)})
        await asyncio.sleep(0.2)
        assert loop.refusal is None
    assert await fault(database, bus) is None


async def test_what_comes_behind_the_digest_is_not_compared(database, bus, consuming, relay):
    await tell(relay, ("a", 1))
    await publish(bus, number_event("a", 2, 2))
    async with consuming():
        await all_applied(database, bus, {"a": 2})
    assert await fault(database, bus) is None


async def test_what_is_not_read_yet_is_not_missed(database, bus, relay):
    await tell(relay, ("a", 1))
    assert await fault(database, bus) is None


async def test_a_consumer_ahead_of_its_producer_refuses_and_says_by_how_much(database, bus, consuming, relay):
    await tell(relay, ("a", 1), ("b", 1))
    await publish(bus, number_event("a", 2, 7), number_event("new", 1, 7))
    async with consuming() as loop:
        await all_applied(database, bus, {"a": 7, "b": 1, "new": 7})
        await tell(relay, ("c", 1))
        await eventually(lambda: loop.refusal is not None)
        assert loop.refusal == (
            "tally is ahead of indicators: in 2 of 256 ranges of subjects it has applied 2 aggregates up to version 2, "
            "where indicators has 1 up to version 1 at position 3 of its feed; the database of indicators went back in "
            "time, or somebody forged events. `suite verify` names them."
        )
        await tell(relay, ("b", 2))
        await asyncio.sleep(0.3)
        assert (await database.read(numbers))["b"] == 1, "it applies nothing"
        assert loop.refusal is not None
    assert (await fault(database, bus)).startswith("tally is ahead of indicators: in 2 of 256 ranges")


async def test_the_same_version_of_another_event_is_a_difference(database, bus, consuming, relay):
    await tell(relay, ("a", 1))
    await publish(bus, number_event("a", 2, 7))
    await tell(relay, ("a", 2))
    async with consuming() as loop:
        await eventually(lambda: loop.refusal is not None)
        assert loop.refusal.startswith("tally has applied other events than indicators has published: in 1 of 256")


async def test_what_was_lost_is_a_difference(database, bus, consuming, relay):
    await tell(relay, ("a", 1), ("b", 1))
    async with consuming():
        await all_applied(database, bus, {"a": 1, "b": 1})
    inbox = tally.metadata.tables["inbox"]
    await database.write(lambda tx: tx.session.execute(inbox.delete().where(inbox.c.subject == "b")))
    assert (await fault(database, bus)).startswith("tally lacks what indicators has published, though it has read all")


async def test_what_is_parked_is_no_difference(database, bus, consuming, relay):
    await emit_numbers(relay.database, ("a", 1))
    await relay.database.write(_emit_bad)
    await tell(relay)
    async with consuming() as loop:
        await eventually(lambda: _is_parked(database, 1))
        await tell(relay, ("a", 2))
        await all_applied(database, bus, {"a": 2})
        assert loop.refusal is None
    assert await fault(database, bus) is None
    (letter,) = await list_parked(database)
    await discard_dead_letter(database, letter.id, "broken")
    assert await fault(database, bus) is None


async def _emit_bad(tx):
    emit(tx, new_event("bad", 1, -1))


async def _is_parked(database, count):
    assert len(await list_parked(database)) == count


async def test_a_producer_that_publishes_more_than_is_read_here_is_not_compared(database, bus, relay):
    await tell(relay, ("a", 1))
    await publish(bus, number_event("a", 2, 2))
    other = replace(TALLY, types=("commissioning.other.v1",))
    assert await find_digest_fault(database, bus, other) is None


# ---- jumps


async def test_a_version_that_jumps_is_parked_and_a_later_event_of_its_aggregate_applied(
    database, bus, consuming, relay
):
    await tell(relay, ("a", 1), ("b", 1))
    async with consuming() as loop:
        await all_applied(database, bus, {"a": 1, "b": 1})
        await publish(bus, number_event("a", FORGED, 5))
        await eventually(lambda: _is_parked(database, 1))
        await tell(relay, ("a", 2))
        await all_applied(database, bus, {"a": 2, "b": 1})
        assert loop.refusal is None
    (letter,) = await list_parked(database)
    assert (letter.reason, letter.subject, letter.version) == ("jump", "a", FORGED)
    assert letter.error == "version 1000000000 of generation 1 is above what the log and the digest explain"
    assert (await retry_dead_letter(database, [TALLY], letter.id)).startswith("still parked")
    assert await fault(database, bus) is None


async def test_a_generation_that_nobody_announced_is_a_jump(database, bus, consuming, relay):
    await tell(relay, ("a", 1))
    await publish(bus, number_event("a", 1, 5, generation=FORGED))
    async with consuming():
        await eventually(lambda: _is_parked(database, 1))
        await tell(relay, ("a", 2))
        await all_applied(database, bus, {"a": 2})


async def test_without_any_digest_it_waits_for_one(database, bus, consuming, relay):
    await publish(bus, number_event("a", FORGED, 5))
    async with consuming():
        await asyncio.sleep(0.3)
        assert await list_parked(database) == []
        assert await database.read(numbers) == {}
        await tell(relay, ("a", 1))
        await eventually(lambda: _is_parked(database, 1))
        await all_applied(database, bus, {"a": 1})


async def test_a_digest_that_is_not_found_for_a_moment_is_waited_for(bus, relay, tmp_path):
    """What was read before says nothing of a generation that began since."""
    await tell(relay, ("a", 1))
    reading = Jumps(bus, TALLY)
    await reading.refresh()
    with sqlite3.connect(tmp_path / "bus.db") as file:
        file.execute("DELETE FROM record WHERE key = 'indicators'")
    await recover_producer(LocalStores("indicators", REPUBLICATION, (), relay.database, bus))
    await publish(bus, number_event("a", 2, 7, generation=2))
    event = [delivery(record) for record in await read_all(bus, TOPIC)][-1]

    searching = asyncio.create_task(reading.list_jumps([event]))
    await asyncio.sleep(0.3)
    assert not searching.done()
    await relay.cycle(await bus.producer())
    assert await searching == []


async def test_what_the_log_itself_explains_needs_no_digest(database, bus, consuming, producer):
    async with consuming():
        await publish(bus, *(number_event("a", n, n) for n in range(1, 9)))
        await all_applied(database, bus, {"a": 8})


async def test_where_nobody_made_a_topic_for_digests_nothing_is_taken_for_a_jump(database, bus, consuming):
    async with consuming():
        await publish(bus, number_event("a", FORGED, 5))
        await all_applied(database, bus, {"a": 5})


async def test_many_versions_at_once_are_no_jump(database, bus, consuming, relay):
    await tell(relay, ("a", 1))
    async with consuming():
        await all_applied(database, bus, {"a": 1})
        await emit_numbers(relay.database, *(("a", n) for n in range(2, 400)))
        await relay.cycle(await bus.producer())
        await all_applied(database, bus, {"a": 399})
    assert await list_parked(database) == []


async def test_a_log_without_its_beginning_is_no_jump(database, bus, consuming, relay, tmp_path):
    """What a consumer reads first may be any version: the digest confirms it."""
    await tell(relay, *(("a", n) for n in range(1, 50)))
    with sqlite3.connect(tmp_path / "bus.db") as file:
        file.execute("DELETE FROM record WHERE key = 'a' AND id NOT IN (SELECT max(id) FROM record WHERE key = 'a')")
    async with consuming():
        await eventually(lambda: _has(database, {"a": 49}))
    assert await list_parked(database) == []


async def test_a_recovered_generation_is_no_jump(database, bus, consuming, relay, producer):
    await tell(relay, *(("a", n) for n in range(1, 30)))
    async with consuming() as loop:
        await all_applied(database, bus, {"a": 29})
        await recover_producer(LocalStores("indicators", REPUBLICATION, (), producer, bus))
        await tell(relay, ("b", 1))
        await all_applied(database, bus, {"a": 29, "b": 1})
        await asyncio.sleep(0.2)
        assert loop.refusal is None
    assert await list_parked(database) == []
    assert await fault(database, bus) is None


async def test_rebuild_and_replay_leave_jumps_out(database, bus, consuming, relay):
    await tell(relay, ("a", 1), ("a", 2))
    await publish(bus, number_event("a", FORGED, 5))
    await rebuild(database, bus, TALLY)
    assert await database.read(numbers) == {"a": 2}
    await _is_parked(database, 1)
    await replay_from(database, TALLY, dict.fromkeys(await bus.end_offsets(tally.TOPIC), 0))
    async with consuming():
        await caught_up(database, bus)
    assert await database.read(numbers) == {"a": 2}
    await _is_parked(database, 1)


class _WithoutDigests:
    """A bus whose topic of digests somebody has taken away from a relay."""

    def __init__(self, bus):
        self.bus = bus

    def __getattr__(self, name):
        return getattr(self.bus, name)

    async def end_offsets(self, topic):
        if topic == DIGESTS:
            raise TopicMissing(topic)
        return await self.bus.end_offsets(topic)


async def test_a_parked_jump_that_a_later_digest_confirms_is_applied_by_itself(
    database, bus, consuming, relay, producer
):
    """Parked is what a recovery tells in a generation that nobody announced."""
    await tell(relay, ("a", 1))
    async with consuming() as loop:
        await all_applied(database, bus, {"a": 1})
        await recover_producer(LocalStores("indicators", REPUBLICATION, (), producer, bus))
        await tell(Relay(producer, _WithoutDigests(bus), "indicators"))
        await publish(bus, number_event("a", FORGED, 5))
        await eventually(lambda: _is_parked(database, 2))
        await tell(relay, ("b", 1))
        await all_applied(database, bus, {"a": 1, "b": 1})
        await eventually(lambda: _is_parked(database, 1))
        assert loop.refusal is None
    assert [letter.version for letter in await list_parked(database, DeadLetterState.RETRIED)] == [2]
    assert [letter.version for letter in await list_parked(database)] == [FORGED]
    assert await fault(database, bus) is None


async def test_an_aggregate_that_an_earlier_release_made_deaf_is_mended_by_a_recovery(
    database, bus, consuming, relay, producer
):
    await tell(relay, ("a", 1), ("b", 1))
    await publish(bus, number_event("a", FORGED, 5))
    async with consuming(bus=_WithoutDigests(bus)):
        await all_applied(database, bus, {"a": 5, "b": 1})
    await tell(relay, ("b", 2))
    async with consuming() as loop:
        await eventually(lambda: loop.refusal is not None)
        assert "it has applied 1 aggregates up to version 1000000000, where" in loop.refusal
        await recover_producer(LocalStores("indicators", REPUBLICATION, (), producer, bus), "a")
        await tell(relay)
        await all_applied(database, bus, {"a": 1, "b": 2})
        await eventually(lambda: loop.refusal is None)
        await tell(relay, ("a", 3))
        await all_applied(database, bus, {"a": 3, "b": 2})
    assert await fault(database, bus) is None
    suite = {
        "indicators": LocalStores("indicators", REPUBLICATION, (), producer, bus),
        "risks": LocalStores("risks", None, (TALLY,), database, bus),
    }
    assert await list_differences(suite) == []


async def test_a_bus_that_was_lost_and_an_aggregate_recovered_alone_is_no_difference(
    database, bus, consuming, relay, producer, tmp_path
):
    """What was applied of the log that is gone counts as what the new one begins with."""
    await tell(relay, *((f"s{n}", version) for n in range(4) for version in (1, 2, 3)))
    async with consuming():
        await all_applied(database, bus, {f"s{n}": 3 for n in range(4)})
    empty = EmbeddedBus(tmp_path / "empty.db", partitions=2)
    await empty.start()
    await empty.ensure_topics([tally.TOPIC, DIGESTS])
    await recover_producer(LocalStores("indicators", REPUBLICATION, (), producer, empty), "s1")
    await recover_consumer(database, empty, TALLY)
    await tell(Relay(producer, empty, "indicators"))
    async with consuming(bus=empty) as loop:
        await caught_up(database, empty)
        await asyncio.sleep(0.2)
        assert loop.refusal is None
    assert (await get_newest_digest(empty, "indicators")).is_settled
    assert await find_digest_fault(database, empty, TALLY) is None
    assert await list_parked(database) == []
    await empty.close()
